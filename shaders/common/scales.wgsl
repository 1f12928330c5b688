// Quantisation scales and correctly rounded division. WGSL's own division may be off by 2.5 units in the last place, which would give other
// codes on other devices; here everything is integer arithmetic on the bits of positive, finite f32 numbers.
import package::common::e4m3::f32_bits_to_e4m3;

// The bits of `numerator / denominator` rounded to nearest even; both given by their bits, positive (or zero) and finite. Subnormal inputs
// count as 0 and results below the normal range become 0: such quotients are far below half of the smallest e4m3 step.
fn divide_bits(numerator: u32, denominator: u32) -> u32 {
    if (numerator < 0x800000u) {
        return 0u;
    }
    let divisor = (denominator & 0x7fffffu) | 0x800000u;
    var remainder = (numerator & 0x7fffffu) | 0x800000u;
    var exponent = i32(numerator >> 23u) - i32(denominator >> 23u) + 127;
    if (remainder < divisor) {
        remainder <<= 1u;
        exponent -= 1;
    }
    remainder -= divisor;
    var quotient = 1u;
    for (var bit = 0u; bit < 23u; bit++) {
        remainder <<= 1u;
        quotient <<= 1u;
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient += 1u;
        }
    }
    let twice = remainder << 1u;
    if (twice > divisor || (twice == divisor && (quotient & 1u) != 0u)) {
        quotient += 1u;
    }
    if (exponent <= 0) {
        return 0u;
    }
    // A quotient that rounded up to 2^24 carries into the exponent.
    return min((u32(exponent) << 23u) + quotient - 0x800000u, 0x7f800000u);
}

// The bits of the smallest power of two that is no smaller than the normal number with these bits. Infinity and NaN stay what they are.
fn power_of_two_above(bits: u32) -> u32 {
    return select((bits + 0x7fffffu) & 0xff800000u, bits, bits >= 0x7f800000u);
}

// The bits of `amax / 448` for an amax of at least `floor`, both by their bits. Infinity and NaN stay what they are.
fn amax_scale(amax: u32, floor_bits: u32) -> u32 {
    let clamped = max(amax, floor_bits);
    if (clamped >= 0x7f800000u) {
        return clamped;
    }
    return divide_bits(clamped, 0x43e00000u);
}

// The e4m3 code of `value / scale` for a scale of any mantissa, given by its bits.
fn quantise_divide(value: f32, scale: u32) -> u32 {
    let bits = bitcast<u32>(value);
    let magnitude = bits & 0x7fffffffu;
    if (magnitude >= 0x7f800000u || scale > 0x7f800000u) {
        return 0x7fu;
    }
    if (scale == 0x7f800000u) {
        return (bits >> 24u) & 0x80u;
    }
    return f32_bits_to_e4m3((bits & 0x80000000u) | divide_bits(magnitude, scale));
}

// The e4m3 code of `value / scale` for a scale that is a power of two, given by its bits: an exact change of exponent.
fn quantise_shift(value: f32, scale: u32) -> u32 {
    let bits = bitcast<u32>(value);
    let magnitude = bits & 0x7fffffffu;
    if (magnitude >= 0x7f800000u || scale > 0x7f800000u) {
        return 0x7fu;
    }
    let sign = bits & 0x80000000u;
    // Quotients under 2^-126 and subnormal values lie far below half of the smallest e4m3 step.
    let exponent = i32(magnitude >> 23u) - i32(scale >> 23u) + 127;
    if (magnitude < 0x800000u || exponent <= 0) {
        return sign >> 24u;
    }
    return f32_bits_to_e4m3(sign | (u32(exponent) << 23u) | (magnitude & 0x7fffffu));
}
