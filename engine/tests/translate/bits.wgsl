// Bits of a word, and several numbers in one.
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if (i >= arrayLength(&words)) { return; }
    let x = words[i];
    let at = i * 24u;
    results[at] = countOneBits(x);
    results[at + 1u] = countLeadingZeros(x);
    results[at + 2u] = countTrailingZeros(x);
    results[at + 3u] = firstLeadingBit(x);
    results[at + 4u] = firstTrailingBit(x);
    results[at + 5u] = u32(firstLeadingBit(i32(x)));
    results[at + 6u] = reverseBits(x);
    results[at + 7u] = extractBits(x, 5u, 9u);
    results[at + 8u] = u32(extractBits(i32(x), 5u, 9u));
    results[at + 9u] = insertBits(x, 0x155u, 4u, 7u);
    results[at + 10u] = extractBits(x, 30u, 9u) + extractBits(x, 40u, 3u) + extractBits(x, 0u, 32u);
    results[at + 11u] = insertBits(x, 0xffu, 28u, 12u) ^ insertBits(x, 1u, 0u, 0u);
    results[at + 12u] = u32(dot4I8Packed(x, 0x80ff017fu));
    results[at + 13u] = dot4U8Packed(x, 0x80ff017fu);
    results[at + 14u] = pack4xI8(unpack4xI8(x)) ^ pack4xU8(unpack4xU8(x));
    results[at + 15u] = pack4xI8Clamp(unpack4xI8(x) * 2) + pack4xU8Clamp(unpack4xU8(x) * 2u);
    results[at + 16u] = pack4x8snorm(unpack4x8snorm(x));
    results[at + 17u] = pack4x8unorm(unpack4x8unorm(x));
    results[at + 18u] = pack2x16snorm(unpack2x16snorm(x));
    results[at + 19u] = pack2x16unorm(unpack2x16unorm(x));
    results[at + 20u] = pack2x16float(unpack2x16float(x));
    results[at + 21u] = bitcast<u32>(quantizeToF16(bitcast<f32>(x)));
    let v = countOneBits(vec2<u32>(x, ~x)) + reverseBits(extractBits(vec2<u32>(x), 4u, 8u));
    results[at + 22u] = v.x + v.y;
    results[at + 23u] = bitcast<u32>(bitcast<vec2<i32>>(vec2<u32>(x, 1u)).x);
}
