//! The KV cache writer: every byte as [`Fp8Row`] has it, rows of no slot untouched.

use super::compare::{EXACT, equal};
use super::random::Random;
use super::rounding::around_codes;
use super::{Case, Target};
use crate::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use crate::layout::Fp8Row;
use crate::{DType, KvFormat, Variant, formats};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
/// Both names run one shader: forcing the second is checked in some cases only.
const ONE: &[Variant] = &[Variant::Generic];
/// What the cache holds before a run.
const POISON: u8 = 0xa5;

#[derive(Clone, Copy)]
struct Spec {
    rows: usize,
    d_qk: usize,
    dtype: DType,
    format: KvFormat,
    /// 0 for one buffer.
    rows_per_segment: usize,
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    /// Values around every code instead of random ones.
    codes: bool,
    full: bool,
}

const FP8: Spec =
    Spec { rows: 41, d_qk: 576, dtype: DType::Bf16, format: KvFormat::Fp8, rows_per_segment: 0, limit: 0, codes: false, full: false };

pub(super) fn cases() -> Vec<Case> {
    let plain = |dtype, d_qk| Spec { dtype, d_qk, format: KvFormat::Plain(dtype), ..FP8 };
    vec![
        case("fp8/bf16", VARIANTS, FP8),
        case("fp8/f16", ONE, Spec { dtype: DType::F16, ..FP8 }),
        case("fp8/f32", VARIANTS, Spec { dtype: DType::F32, ..FP8 }),
        case("fp8/codes", VARIANTS, Spec { rows: 4, dtype: DType::F32, codes: true, ..FP8 }),
        case("fp8/no-rows", ONE, Spec { rows: 0, ..FP8 }),
        case("fp8/one-row", ONE, Spec { rows: 1, ..FP8 }),
        case("fp8/segments", ONE, Spec { rows: 100, rows_per_segment: 19, ..FP8 }),
        case("fp8/windows", ONE, Spec { rows: 100, rows_per_segment: 61, limit: 20 << 10, ..FP8 }),
        case("full/fp8", VARIANTS, Spec { rows: 131_072, rows_per_segment: 1 << 16, full: true, ..FP8 }),
        case("full/bf16", VARIANTS, Spec { rows: 131_072, full: true, ..plain(DType::Bf16, 576) }),
        case("plain/bf16", VARIANTS, plain(DType::Bf16, 576)),
        case("plain/f16", ONE, plain(DType::F16, 512)),
        case("plain/f32", ONE, plain(DType::F32, 7)),
        case("plain/segments", ONE, Spec { rows: 100, rows_per_segment: 19, ..plain(DType::Bf16, 576) }),
        case("plain/windows", ONE, Spec { rows: 100, rows_per_segment: 61, limit: 20 << 10, ..plain(DType::F32, 576) }),
    ]
}

fn case(name: &str, variants: &'static [Variant], spec: Spec) -> Case {
    let check = move |target: &Target<'_>| check(target, &spec).map_err(|e| e.to_string())?;
    Case { group: "kv-cache", name: name.to_owned(), tolerance: EXACT.to_owned(), full: spec.full, variants, check: Box::new(check) }
}

/// Rows of all magnitudes, zeros, ties between codes, and in the rotary part any finite number.
fn latent(random: &mut Random, spec: &Spec) -> Vec<f32> {
    if spec.codes {
        // An amax of 448 in each group of 128: the scales are 1.
        let mut codes = around_codes().into_iter().cycle();
        let value = |i: usize| if i.is_multiple_of(128) { 448.0 } else { codes.next().unwrap_or(0.0) };
        return (0..spec.rows * spec.d_qk).map(|i| i % spec.d_qk).map(value).collect();
    }
    let mut values = Vec::with_capacity(spec.rows * spec.d_qk);
    for row in 0..spec.rows {
        for i in 0..spec.d_qk {
            values.push(match (row + i / 128) % 6 {
                _ if i >= 512 => f32::from_bits(random.next_u64() as u32 & 0xff7f_ffff).clamp(-6e4, 6e4),
                0 => 0.0,
                1 => 1e-4 * random.normal(),
                2 if i % 128 == 9 => 448.0,
                2 => (random.below(64) as f32 - 32.0) * 0.5f32.powi(11 - (i % 12) as i32),
                3 => 50.0 * random.normal(),
                // One NaN makes its group NaN.
                4 if i % 17 == 3 => f32::NAN.copysign(random.normal()),
                _ => random.normal(),
            });
        }
    }
    values
}

fn check(target: &Target<'_>, spec: &Spec) -> crate::Result<Result<f64, String>> {
    let device = target.device;
    let mut random = Random::new((spec.rows * 3 + spec.d_qk) as u64);
    let latent = formats::encode(spec.dtype, &latent(&mut random, spec));
    let slots = spec.rows + spec.rows / 3 + 1;
    let mut slot_mapping: Vec<i32> = random.permutation(slots, spec.rows).iter().map(|&slot| slot as i32).collect();
    for (i, hostile) in [-1, slots as i32, i32::MAX, i32::MIN, slots as i32 + 1].into_iter().enumerate() {
        if let Some(slot) = slot_mapping.get_mut(i * 4 + 1) {
            *slot = hostile;
        }
    }
    let row_bytes = spec.format.row_bytes(spec.d_qk as u32) as usize;
    let mut memory = vec![POISON; slots * row_bytes];
    let rows_per_segment = if spec.rows_per_segment == 0 { slots } else { spec.rows_per_segment };
    let segments = memory.chunks(rows_per_segment * row_bytes);
    let cache = segments.map(|segment| device.upload("cache", segment)).collect::<Result<Vec<_>, _>>()?;
    let options = KvCacheWriterOptions {
        rows: spec.rows as u64,
        d_qk: spec.d_qk as u32,
        dtype: spec.dtype,
        format: spec.format,
        rows_per_segment: rows_per_segment as u64,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    KvCacheWriter::plan(device, options)?.run(&KvCacheWriterArgs {
        rows: spec.rows as u64,
        latent: &device.upload("latent", &latent)?,
        slot_mapping: &device.upload("slot_mapping", &slot_mapping)?,
        cache: &cache,
    })?;
    for (row, &slot) in latent.chunks_exact(spec.d_qk * spec.dtype.bytes() as usize).zip(&slot_mapping) {
        let slot = usize::try_from(slot).unwrap_or(usize::MAX);
        if slot >= slots {
            continue;
        }
        let target = &mut memory[slot * row_bytes..][..row_bytes];
        match spec.format {
            KvFormat::Fp8 => Fp8Row::quantise_row(&formats::decode(spec.dtype, row), target)?,
            KvFormat::Plain(_) => target.copy_from_slice(row),
        }
    }
    let mut actual = Vec::with_capacity(memory.len());
    for segment in &cache {
        actual.extend(segment.read_blocking::<u8>()?);
    }
    Ok(equal("cache bytes", &actual, &memory))
}
