namespace shader {

extern "C" __global__ void __launch_bounds__(32) main_kernel(
    const u32* __restrict__ words,
    const u32 words_length,
    u32* __restrict__ results,
    const u32 results_length)
{
    const vec3<u32> id = vec3<u32>(blockIdx.x * 32u + threadIdx.x, blockIdx.y * 1u + threadIdx.y, blockIdx.z * 1u + threadIdx.z);
    const u32 i = id.x;
    if (i >= words_length) {
        return;
    }
    const u32 x = words[i];
    const u32 at = i * 24u;
    results[at] = wgsl::countOneBits(x);
    results[at + 1u] = wgsl::countLeadingZeros(x);
    results[at + 2u] = wgsl::countTrailingZeros(x);
    results[at + 3u] = wgsl::firstLeadingBit(x);
    results[at + 4u] = wgsl::firstTrailingBit(x);
    results[at + 5u] = u32(wgsl::firstLeadingBit(i32(x)));
    results[at + 6u] = wgsl::reverseBits(x);
    results[at + 7u] = wgsl::extractBits(x, 5u, 9u);
    results[at + 8u] = u32(wgsl::extractBits(i32(x), 5u, 9u));
    results[at + 9u] = wgsl::insertBits(x, 341u, 4u, 7u);
    results[at + 10u] = wgsl::extractBits(x, 30u, 9u) + wgsl::extractBits(x, 40u, 3u) + wgsl::extractBits(x, 0u, 32u);
    results[at + 11u] = wgsl::insertBits(x, 255u, 28u, 12u) ^ wgsl::insertBits(x, 1u, 0u, 0u);
    results[at + 12u] = u32(wgsl::dot4I8Packed(x, 2164195711u));
    results[at + 13u] = wgsl::dot4U8Packed(x, 2164195711u);
    results[at + 14u] = wgsl::pack4xI8(wgsl::unpack4xI8(x)) ^ wgsl::pack4xU8(wgsl::unpack4xU8(x));
    results[at + 15u] = wgsl::pack4xI8Clamp(wgsl::multiply(wgsl::unpack4xI8(x), 2)) + wgsl::pack4xU8Clamp(wgsl::unpack4xU8(x) * 2u);
    results[at + 16u] = wgsl::pack4x8snorm(wgsl::unpack4x8snorm(x));
    results[at + 17u] = wgsl::pack4x8unorm(wgsl::unpack4x8unorm(x));
    results[at + 18u] = wgsl::pack2x16snorm(wgsl::unpack2x16snorm(x));
    results[at + 19u] = wgsl::pack2x16unorm(wgsl::unpack2x16unorm(x));
    results[at + 20u] = wgsl::pack2x16float(wgsl::unpack2x16float(x));
    results[at + 21u] = wgsl::bitcast<u32>(wgsl::quantizeToF16(wgsl::bitcast<f32>(x)));
    const vec2<u32> v = wgsl::countOneBits(vec2<u32>(x, ~x)) + wgsl::reverseBits(wgsl::extractBits(vec2<u32>(x), 4u, 8u));
    results[at + 22u] = v.x + v.y;
    results[at + 23u] = wgsl::bitcast<u32>(wgsl::bitcast<vec2<i32>>(vec2<u32>(x, 1u)).x);
}

} // namespace shader
