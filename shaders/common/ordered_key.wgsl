// Keys whose unsigned order is the order of the floats, made from the bits alone: comparing NaN or infinity as floats is not portable.

// The key of an f32 given by its bits. 0 stands for what is never selected: NaN and -inf. Other keys lie in 0x00800000..=0xff800000
// (the lowest finite number to +inf); -0.0 and +0.0 share 0x80000000. Subnormal numbers keep their order.
fn ordered_key(bits: u32) -> u32 {
    let key = select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
    let merged = select(key, 0x80000000u, key == 0x7fffffffu);
    return select(0u, merged, merged >= 0x00800000u && merged <= 0xff800000u);
}

// The keys of four neighbours.
fn ordered_keys(bits: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(ordered_key(bits.x), ordered_key(bits.y), ordered_key(bits.z), ordered_key(bits.w));
}
