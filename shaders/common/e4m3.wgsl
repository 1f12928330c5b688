// e4m3 ("fn": no infinities, 0x7f and 0xff are NaN, largest value 448) by integer arithmetic, so that every device gives the same bits.
import package::common::floats::round_shift_right;

// The value of the e4m3 code in the low byte of `code`; the other bytes must be zero.
fn e4m3_to_f32(code: u32) -> f32 {
    let magnitude = code & 0x7fu;
    // Exponents 1..15 move to f32's bias; below them lie the multiples of 2^-9.
    var bits = (magnitude << 20u) + 0x3c000000u;
    if (magnitude < 8u) {
        bits = bitcast<u32>(f32(magnitude) * 0.001953125);
    }
    if (magnitude == 0x7fu) {
        bits = 0x7fc00000u;
    }
    return bitcast<f32>(bits | ((code & 0x80u) << 24u));
}

// The values of four e4m3 codes, the lowest byte first.
fn e4m3x4_to_f32(packed: u32) -> vec4<f32> {
    let codes = (vec4<u32>(packed) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu);
    let magnitude = codes & vec4<u32>(0x7fu);
    let normal = (magnitude << vec4<u32>(20u)) + vec4<u32>(0x3c000000u);
    let subnormal = bitcast<vec4<u32>>(vec4<f32>(magnitude) * 0.001953125);
    let finite = select(normal, subnormal, magnitude < vec4<u32>(8u));
    let bits = select(finite, vec4<u32>(0x7fc00000u), magnitude == vec4<u32>(0x7fu));
    return bitcast<vec4<f32>>(bits | ((codes & vec4<u32>(0x80u)) << vec4<u32>(24u)));
}

// The e4m3 code of the f32 with these bits, rounded to nearest even, at most 448 in magnitude; NaN gives 0x7f.
fn f32_bits_to_e4m3(bits: u32) -> u32 {
    let sign = (bits >> 24u) & 0x80u;
    let magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        return 0x7fu;
    }
    if (magnitude >= 0x43e00000u) {
        return sign | 0x7eu;
    }
    if (magnitude >= 0x3c800000u) {
        return sign | (((magnitude + 0x7ffffu + ((magnitude >> 20u) & 1u)) >> 20u) - 960u);
    }
    // Below 2^-6: a multiple of 2^-9.
    return sign | round_shift_right((magnitude & 0x7fffffu) | 0x800000u, 141u - (magnitude >> 23u));
}

// The e4m3 code of a value, rounded to nearest even, at most 448 in magnitude; NaN gives 0x7f.
fn f32_to_e4m3(value: f32) -> u32 {
    return f32_bits_to_e4m3(bitcast<u32>(value));
}
