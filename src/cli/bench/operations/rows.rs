//! What is written for each token: index keys and FP8 rows.

use half::bf16;
use portable_dsa::index_rows::{IndexKeyOutput, IndexKeys, IndexKeysArgs, IndexKeysOptions, NormBuffers, RopeBuffers};
use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use portable_dsa::layout::Fp8Row;
use portable_dsa::problem::{IndexRows, Norm, Rope};
use portable_dsa::{DType, RopeLayout, ScaleFormat, oracle};

use super::{Measured, Shape, Work, floats, measured, mismatch, poisoned, random};
use crate::cli::Failure;
use crate::cli::bench::measure::Stopwatch;

const DIM: usize = 128;
const D_QK: usize = 576;
/// Rows that are compared.
const SAMPLES: usize = 256;
/// Share of the codes that may be a neighbour of the oracle's, whose norm and rotation are not rounded.
const NEIGHBOURS: f64 = 2e-3;

/// Index keys of `context` tokens: LayerNorm, rope, Hadamard, e4m3.
pub fn index_keys(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let rows = shape.context;
    let random = &mut random();
    let device = &stopwatch.device;
    let x: Vec<bf16> = floats(random, rows as usize * DIM).into_iter().map(bf16::from_f32).collect();
    let (weight, bias) = (floats(random, DIM), floats(random, DIM));
    let (cos, sin): (Vec<f32>, Vec<f32>) =
        floats(random, rows as usize * 32).into_iter().map(|x| ((x * 3.0).cos(), (x * 3.0).sin())).unzip();
    let plan = IndexKeys::plan(device, IndexKeysOptions { rows, ..Default::default() })?;
    let (codes, scales) = (poisoned(stopwatch, "codes", rows * DIM as u64)?, poisoned(stopwatch, "scales", rows * 4)?);
    let (weight_buffer, bias_buffer) = (device.upload("weight", &weight)?, device.upload("bias", &bias)?);
    let (cos_buffer, sin_buffer) = (device.upload("cos", &cos)?, device.upload("sin", &sin)?);
    let args = IndexKeysArgs {
        rows,
        x: &device.upload("x", &x)?,
        norm: Some(NormBuffers { weight: &weight_buffer, bias: &bias_buffer }),
        rope: Some(RopeBuffers { cos: &cos_buffer, sin: &sin_buffer }),
        output: IndexKeyOutput::Flat { codes: &codes, scales: &scales },
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let count = SAMPLES.min(rows as usize);
    let (_, expected, _) = oracle::index_rows(&IndexRows {
        x: bytemuck::cast_slice(&x[..count * DIM]),
        dtype: DType::Bf16,
        rows: count,
        dim: DIM,
        rows_per_position: 1,
        norm: Some(Norm { weight: &weight, bias: &bias, eps: 1e-6 }),
        rope: Some(Rope { layout: RopeLayout::HalfSplit, cos: &cos[..count * 32], sin: &sin[..count * 32] }),
        hadamard: true,
        scale_format: ScaleFormat::PowerOfTwo,
    });
    let actual = codes.read_range_blocking::<u8>(0, (count * DIM) as u64)?;
    let other = actual.iter().zip(&expected).filter(|(a, e)| a != e).count() as f64 / expected.len() as f64;
    let work = Work { operations: 0.0, bytes: rows as f64 * (DIM as f64 * 3.0 + 4.0 + 256.0) };
    Ok(measured("index-keys", format!("{rows} tokens"), plan.variant(), seconds, work, other, NEIGHBOURS))
}

/// Latent rows of `context` tokens into the FP8 cache.
pub fn kv_cache(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let rows = shape.context;
    let random = &mut random();
    let device = &stopwatch.device;
    let latent: Vec<bf16> = floats(random, rows as usize * D_QK).into_iter().map(bf16::from_f32).collect();
    let mut slots: Vec<i32> = (0..rows as i32).collect();
    random.shuffle(&mut slots);
    let plan = KvCacheWriter::plan(device, KvCacheWriterOptions { rows, ..Default::default() })?;
    let cache = [poisoned(stopwatch, "cache", rows * Fp8Row::BYTES as u64)?];
    let args = KvCacheWriterArgs {
        rows,
        latent: &device.upload("latent", &latent)?,
        slot_mapping: &device.upload("slot_mapping", &slots)?,
        cache: &cache,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let mut worst = 0.0f64;
    for _ in 0..SAMPLES {
        let row = random.usize(0..rows as usize);
        let values: Vec<f32> = latent[row * D_QK..][..D_QK].iter().map(|x| x.to_f32()).collect();
        let mut expected = vec![0; Fp8Row::BYTES];
        Fp8Row::quantise_row(&values, &mut expected)?;
        let actual = cache[0].read_range_blocking::<u8>(slots[row] as u64 * Fp8Row::BYTES as u64, Fp8Row::BYTES as u64)?;
        worst = worst.max(mismatch(&actual, &expected));
    }
    let work = Work { operations: 0.0, bytes: rows as f64 * (D_QK * 2 + Fp8Row::BYTES + 4) as f64 };
    Ok(measured("kv-cache", format!("{rows} tokens"), plan.variant(), seconds, work, worst, 0.0))
}
