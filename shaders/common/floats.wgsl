// bf16 and f16 by integer arithmetic: exact for subnormals, infinities and NaN on every driver, and no f16 type is needed. Packed pairs hold
// the element with the lower index in the low half of the word.

// `mantissa / 2^shift`, rounded to nearest, ties to even. `mantissa` < 2^24; every shift from 25 up gives 0.
fn round_shift_right(mantissa: u32, shift: u32) -> u32 {
    let by = min(shift, 25u);
    let quotient = mantissa >> by;
    let remainder = mantissa & ((1u << by) - 1u);
    let half = (1u << by) >> 1u;
    return quotient + select(0u, 1u, remainder > half || (remainder == half && by != 0u && (quotient & 1u) != 0u));
}

// Two packed bf16 values.
fn unpack_bf16x2(packed: u32) -> vec2<f32> {
    return vec2<f32>(bitcast<f32>(packed << 16u), bitcast<f32>(packed & 0xffff0000u));
}

// The bf16 bits of a value, rounded to nearest even. NaN stays NaN.
fn f32_to_bf16(value: f32) -> u32 {
    let bits = bitcast<u32>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return (bits >> 16u) | 0x40u;
    }
    return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}

// Two values as packed bf16, rounded to nearest even.
fn pack_bf16x2(values: vec2<f32>) -> u32 {
    return f32_to_bf16(values.x) | (f32_to_bf16(values.y) << 16u);
}

// The value of the f16 in the low half of `half_bits`.
fn f16_to_f32(half_bits: u32) -> f32 {
    let sign = (half_bits & 0x8000u) << 16u;
    let magnitude = half_bits & 0x7fffu;
    var bits = (magnitude << 13u) + 0x38000000u;
    if (magnitude < 0x400u) {
        bits = bitcast<u32>(f32(magnitude) * 5.9604644775390625e-8);
    } else if (magnitude >= 0x7c00u) {
        bits = 0x7f800000u | ((magnitude & 0x3ffu) << 13u);
    }
    return bitcast<f32>(bits | sign);
}

// Two packed f16 values.
fn unpack_f16x2(packed: u32) -> vec2<f32> {
    return vec2<f32>(f16_to_f32(packed & 0xffffu), f16_to_f32(packed >> 16u));
}

// The f16 bits of a value, rounded to nearest even. Too large gives infinity, NaN stays NaN.
fn f32_to_f16(value: f32) -> u32 {
    let bits = bitcast<u32>(value);
    let sign = (bits >> 16u) & 0x8000u;
    let magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        return sign | 0x7e00u;
    }
    if (magnitude >= 0x477ff000u) {
        return sign | 0x7c00u;
    }
    if (magnitude >= 0x38800000u) {
        return sign | (((magnitude + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u) - 0x1c000u);
    }
    // Below 2^-14: a multiple of 2^-24.
    return sign | round_shift_right((magnitude & 0x7fffffu) | 0x800000u, 126u - (magnitude >> 23u));
}

// Two values as packed f16, rounded to nearest even.
fn pack_f16x2(values: vec2<f32>) -> u32 {
    return f32_to_f16(values.x) | (f32_to_f16(values.y) << 16u);
}
