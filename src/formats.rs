//! Number formats: e4m3, bf16, f16, and the scales of quantised rows.
//!
//! e4m3 is the OCP "fn" flavour that NVIDIA's and DeepSeek's FP8 tensors use: 4 exponent bits with bias 7, 3 mantissa bits, no
//! infinities, one NaN for each sign (`0x7f`, `0xff`), largest finite value 448, smallest positive value 2^-9.

use crate::types::{DType, ScaleFormat};
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

/// Largest finite e4m3 value.
pub const E4M3_MAX: f32 = 448.0;

/// Smallest magnitude (index rows) and smallest scale before rounding up (KV rows) that the quantisers work with.
pub const QUANTISE_FLOOR: f32 = 1e-4;

/// The value of every e4m3 code.
pub static E4M3_VALUES: [f32; 256] = e4m3_values();

const fn e4m3_values() -> [f32; 256] {
    let mut values = [0.0; 256];
    let mut code = 0;
    while code < 256 {
        values[code] = e4m3_value(code as u32);
        code += 1;
    }
    values
}

const fn e4m3_value(code: u32) -> f32 {
    let sign = (code & 0x80) << 24;
    let exponent = (code >> 3) & 0xf;
    let mantissa = code & 0x7;
    let magnitude = if exponent == 15 && mantissa == 7 {
        0x7fc0_0000
    } else if exponent == 0 {
        // Subnormal: mantissa * 2^-9, exact in f32.
        (mantissa as f32 * (1.0 / 512.0)).to_bits()
    } else {
        ((exponent + 120) << 23) | (mantissa << 20)
    };
    f32::from_bits(sign | magnitude)
}

/// The value of an e4m3 code; exact.
#[inline]
pub fn e4m3_to_f32(code: u8) -> f32 {
    E4M3_VALUES[code as usize]
}

/// Rounds to the nearest e4m3 value, ties to even, saturating at ±448 (infinities too). NaN gives `0x7f`.
// Always inlined and without branches, so that loops over it vectorise.
#[inline(always)]
pub fn f32_to_e4m3(x: f32) -> u8 {
    let magnitude_bits = x.to_bits() & 0x7fff_ffff;
    let magnitude = f32::from_bits(magnitude_bits);
    let sign = (x.to_bits() >> 24) & 0x80;
    // Below the smallest normal value the step is 2^-9, which is the unit in the last place of 2^14: the addition rounds.
    let subnormal = (magnitude + 16384.0).to_bits().wrapping_sub(16384f32.to_bits());
    // Adding half a unit less one, plus the lowest kept bit, rounds to nearest even; a carry moves into the exponent.
    let rounded = magnitude_bits + 0x7_ffff + ((magnitude_bits >> 20) & 1);
    let normal = (rounded >> 20).wrapping_sub(120 << 3);
    let finite = if magnitude < 1.0 / 64.0 { subnormal } else { normal };
    let code = sign | if magnitude >= E4M3_MAX { 0x7e } else { finite };
    (if x.is_nan() { 0x7f } else { code }) as u8
}

/// The largest magnitude; NaN if any value is: a row that holds one is not to pass for a good one.
#[inline(always)]
pub fn amax(values: &[f32]) -> f32 {
    // As bits, the magnitudes keep their order, with NaN above infinity.
    f32::from_bits(values.iter().map(|x| x.to_bits() & 0x7fff_ffff).max().unwrap_or(0))
}

/// The smallest power of two `>= x`, from the bits of `x`; `x` must be positive, finite and normal.
#[inline]
pub fn ceil_power_of_two(x: f32) -> f32 {
    let bits = x.to_bits();
    f32::from_bits((bits + 0x7f_ffff) & 0xff80_0000)
}

/// The scale of an index row whose largest magnitude is `amax`. `amax` is clamped to at least 1e-4; NaN gives NaN.
#[inline]
pub fn index_scale(amax: f32, format: ScaleFormat) -> f32 {
    if amax.is_nan() {
        return amax;
    }
    let exact = amax.max(QUANTISE_FLOOR) / E4M3_MAX;
    match format {
        ScaleFormat::PowerOfTwo => ceil_power_of_two(exact),
        ScaleFormat::Amax => exact,
    }
}

/// The scale of 128 latent values whose largest magnitude is `amax`: `2^ceil(log2(max(amax / 448, 1e-4)))`, as FlashMLA's tests quantise. NaN gives NaN.
#[inline]
pub fn kv_scale(amax: f32) -> f32 {
    if amax.is_nan() {
        return amax;
    }
    ceil_power_of_two((amax / E4M3_MAX).max(QUANTISE_FLOOR))
}

/// Quantises to e4m3: `e4m3(clamp(x / scale, -448, 448))`, the division correctly rounded. A NaN stays NaN.
#[inline(always)]
pub fn quantise(x: f32, scale: f32) -> u8 {
    f32_to_e4m3(x / scale)
}

/// Decodes little-endian elements. Bytes past the last whole element are ignored.
pub fn decode(dtype: DType, bytes: &[u8]) -> Vec<f32> {
    let mut values = vec![0.0; bytes.len() / dtype.bytes() as usize];
    decode_into(dtype, bytes, &mut values);
    values
}

/// Decodes little-endian elements into `values`, as many as both slices hold.
pub fn decode_into(dtype: DType, bytes: &[u8], values: &mut [f32]) {
    let count = values.len().min(bytes.len() / dtype.bytes() as usize);
    let (bytes, values) = (&bytes[..count * dtype.bytes() as usize], &mut values[..count]);
    match dtype {
        DType::F32 => {
            for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *value = f32::from_le_bytes(*bytes);
            }
        }
        DType::Bf16 => {
            for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<2>().0) {
                *value = f32::from_bits((u16::from_le_bytes(*bytes) as u32) << 16);
            }
        }
        // The slice conversion uses the processor's f16 instructions; it needs alignment and a little-endian host.
        DType::F16 => match bytemuck::try_cast_slice::<u8, f16>(bytes) {
            Ok(halves) if cfg!(target_endian = "little") => halves.convert_to_f32_slice(values),
            _ => {
                for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *value = f16::from_le_bytes(*bytes).to_f32();
                }
            }
        },
    }
}

/// Encodes to little-endian elements, rounding to nearest even.
pub fn encode(dtype: DType, values: &[f32]) -> Vec<u8> {
    let mut bytes = vec![0; values.len() * dtype.bytes() as usize];
    encode_into(dtype, values, &mut bytes);
    bytes
}

/// Encodes into `bytes` as many little-endian elements as both slices hold, rounding to nearest even.
pub fn encode_into(dtype: DType, values: &[f32], bytes: &mut [u8]) {
    match dtype {
        DType::F32 => {
            for (bytes, value) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(values) {
                *bytes = value.to_le_bytes();
            }
        }
        DType::Bf16 => {
            for (bytes, value) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(values) {
                *bytes = bf16::from_f32(*value).to_le_bytes();
            }
        }
        DType::F16 => {
            for (bytes, value) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(values) {
                *bytes = f16::from_f32(*value).to_le_bytes();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, in f64: of all finite values the nearest, and of two equally near the one with an even code.
    fn nearest_e4m3(x: f32) -> u8 {
        let sign = if x.is_sign_negative() { 0x80 } else { 0 };
        let magnitude = (x.abs() as f64).min(448.0);
        let distance = |code: u8| (e4m3_to_f32(code) as f64 - magnitude).abs();
        let best = (0..0x7fu8).min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then((a & 1).cmp(&(b & 1)))).expect("126 candidates");
        sign | best
    }

    #[test]
    fn e4m3_codes_have_their_definition() {
        for code in 0..=255u8 {
            let (exponent, mantissa) = ((code >> 3) & 15, code & 7);
            let sign = if code & 0x80 != 0 { -1.0 } else { 1.0 };
            let value = e4m3_to_f32(code);
            if exponent == 15 && mantissa == 7 {
                assert!(value.is_nan());
                continue;
            }
            let fraction = mantissa as f64 / 8.0;
            let expected = if exponent == 0 { fraction * 2f64.powi(-6) } else { (1.0 + fraction) * 2f64.powi(exponent as i32 - 7) };
            assert_eq!(value as f64, sign * expected, "code {code:#x}");
            assert_eq!(f32_to_e4m3(value), code, "round trip of {code:#x}");
        }
        assert_eq!(e4m3_to_f32(0x7e), E4M3_MAX);
        assert!(e4m3_to_f32(0x80).is_sign_negative());
    }

    #[test]
    fn e4m3_rounds_to_nearest_even_at_every_exponent() {
        for exponent in 0..255u32 {
            // Every kept mantissa, exactly between neighbours, and one unit to either side of that.
            for kept in 0..8u32 {
                for rest in [0, 1, 0x7_ffff, 0x8_0000, 0x8_0001, 0xf_ffff] {
                    let bits = exponent << 23 | kept << 20 | rest;
                    for sign in [0, 0x8000_0000] {
                        let x = f32::from_bits(bits | sign);
                        assert_eq!(f32_to_e4m3(x), nearest_e4m3(x), "{x:e} ({bits:#x})");
                    }
                }
            }
        }
    }

    #[test]
    fn e4m3_rounds_ties_between_subnormals_to_even() {
        for code in 0..16u8 {
            let tie = (e4m3_to_f32(code) + e4m3_to_f32(code + 1)) / 2.0;
            assert_eq!(f32_to_e4m3(tie), code + (code & 1));
            assert_eq!(f32_to_e4m3(tie.next_up()), code + 1);
            assert_eq!(f32_to_e4m3(tie.next_down()), code);
        }
    }

    #[test]
    fn e4m3_saturates_and_keeps_nan() {
        for x in [448.0, 449.0, 464.0, 480.0, 1e30, f32::INFINITY] {
            assert_eq!(f32_to_e4m3(x), 0x7e);
            assert_eq!(f32_to_e4m3(-x), 0xfe);
        }
        assert_eq!(f32_to_e4m3(f32::NAN), 0x7f);
        assert_eq!(f32_to_e4m3(-f32::NAN), 0x7f);
    }

    #[test]
    fn amax_looks_at_every_value() {
        for n in [1, 15, 16, 17, 40] {
            for i in 0..n {
                let mut values = vec![2.5; n];
                values[i] = -3.0;
                assert_eq!(amax(&values), 3.0);
            }
        }
        assert_eq!(amax(&[]), 0.0);
        assert!(amax(&[1.0, -f32::NAN, f32::INFINITY]).is_nan());
        assert!(index_scale(f32::NAN, ScaleFormat::PowerOfTwo).is_nan() && kv_scale(f32::NAN).is_nan());
    }

    #[test]
    fn power_of_two_scales_are_exact_at_the_edges() {
        for exponent in -100..100 {
            let power = 2f32.powi(exponent);
            assert_eq!(ceil_power_of_two(power), power);
            assert_eq!(ceil_power_of_two(power.next_up()), 2.0 * power);
            assert_eq!(ceil_power_of_two(power.next_down()), power);
        }
        assert_eq!(index_scale(448.0, ScaleFormat::PowerOfTwo), 1.0);
        assert_eq!(index_scale(0.0, ScaleFormat::Amax), 1e-4 / 448.0);
        assert_eq!(index_scale(0.0, ScaleFormat::PowerOfTwo), 2f32.powi(-22));
        assert_eq!(kv_scale(0.0), 2f32.powi(-13));
        assert_eq!(kv_scale(449.0), 2.0);
    }

    proptest! {
        #[test]
        fn e4m3_matches_the_definition(bits: u32) {
            let x = f32::from_bits(bits);
            prop_assume!(!x.is_nan());
            prop_assert_eq!(f32_to_e4m3(x), nearest_e4m3(x));
        }

        #[test]
        fn e4m3_matches_the_definition_within_its_range(x in -500f32..500.0) {
            prop_assert_eq!(f32_to_e4m3(x), nearest_e4m3(x));
        }

        #[test]
        fn quantised_rows_never_saturate(amax in 1e-6f32..1e6) {
            let scale = index_scale(amax, ScaleFormat::PowerOfTwo);
            prop_assert!(amax / scale <= E4M3_MAX);
            prop_assert!(scale == index_scale(1e-4, ScaleFormat::PowerOfTwo) || amax / scale > E4M3_MAX / 2.0);
        }

        #[test]
        fn halves_round_trip(words: Vec<u16>, offset in 0usize..2) {
            for dtype in [DType::Bf16, DType::F16] {
                let mut bytes = vec![0; offset];
                bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
                let values = decode(dtype, &bytes[offset..]);
                let back = encode(dtype, &values);
                for (i, value) in values.iter().enumerate() {
                    prop_assert!(value.is_nan() || back[2 * i..2 * i + 2] == words[i].to_le_bytes());
                }
            }
        }

        #[test]
        fn f32_round_trips(words: Vec<u32>) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            prop_assert_eq!(encode(DType::F32, &decode(DType::F32, &bytes)), bytes);
        }

        #[test]
        fn bf16_rounds_to_nearest_even(bits: u32) {
            let x = f32::from_bits(bits);
            prop_assume!(x.is_finite());
            let code = encode(DType::Bf16, &[x]);
            let code = u16::from_le_bytes([code[0], code[1]]) as u32;
            let (low, high) = (bits & 0xffff_0000, (bits & 0xffff_0000).wrapping_add(0x1_0000));
            let rest = bits & 0xffff;
            let up = rest > 0x8000 || (rest == 0x8000 && bits & 0x1_0000 != 0);
            prop_assert_eq!(code << 16, if up { high } else { low });
        }
    }
}
