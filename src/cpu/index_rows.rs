//! Index keys and queries on the host: norm, rope, Hadamard, quantisation, row by row.

use crate::formats;
use crate::problem::{IndexRows, Norm, Rope};
use crate::types::RopeLayout;
use rayon::prelude::*;

/// Rows that a task works on, to spare the scheduler.
const ROWS_PER_TASK: usize = 64;

/// Writes e4m3 codes `[rows, dim]` and scales `[rows]`.
pub fn index_rows(problem: &IndexRows<'_>, codes: &mut [u8], scales: &mut [f32]) {
    let dim = problem.dim;
    let row_bytes = dim * problem.dtype.bytes() as usize;
    let rows = codes.par_chunks_exact_mut(dim).zip(scales).take(problem.rows).enumerate().with_min_len(ROWS_PER_TASK);
    rows.for_each_init(
        || vec![0.0; dim],
        |values, (r, (codes, scale))| {
            formats::decode_into(problem.dtype, &problem.x[r * row_bytes..][..row_bytes], values);
            transform(problem, r, values);
            let amax = values.iter().fold(0.0, |amax: f32, x| amax.max(x.abs()));
            *scale = formats::index_scale(amax, problem.scale_format);
            for (code, &x) in codes.iter_mut().zip(&*values) {
                *code = formats::quantise(x, *scale);
            }
        },
    );
}

/// Everything before quantisation.
fn transform(problem: &IndexRows<'_>, row: usize, values: &mut [f32]) {
    if let Some(norm) = &problem.norm {
        layer_norm(values, norm);
    }
    if let Some(rope) = &problem.rope {
        rotate(values, rope, row / problem.rows_per_position);
    }
    if problem.hadamard {
        hadamard(values);
    }
}

fn layer_norm(row: &mut [f32], norm: &Norm<'_>) {
    let n = row.len() as f32;
    let mean = row.iter().sum::<f32>() / n;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / n;
    let factor = 1.0 / (variance + norm.eps).sqrt();
    for ((x, weight), bias) in row.iter_mut().zip(norm.weight).zip(norm.bias) {
        *x = (*x - mean) * factor * weight + bias;
    }
}

fn rotate(row: &mut [f32], rope: &Rope<'_>, position: usize) {
    let (cos, sin) = (&rope.cos[position * 32..][..32], &rope.sin[position * 32..][..32]);
    for (i, (cos, sin)) in cos.iter().zip(sin).enumerate() {
        let (first, second) = match rope.layout {
            RopeLayout::HalfSplit => (i, i + 32),
            RopeLayout::Interleaved => (2 * i, 2 * i + 1),
        };
        let (a, b) = (row[first], row[second]);
        row[first] = a * cos - b * sin;
        row[second] = a * sin + b * cos;
    }
}

/// Fast Walsh-Hadamard transform in Sylvester's order, times `1 / sqrt(dim)`.
fn hadamard(row: &mut [f32]) {
    let mut half = 1;
    while half < row.len() {
        for pair in row.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let factor = 1.0 / (row.len() as f32).sqrt();
    row.iter_mut().for_each(|x| *x *= factor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::testing::Random;
    use crate::rope::{RopeConfig, tables};
    use crate::types::{DType, ScaleFormat};
    use crate::{formats, oracle};

    /// Compares with the oracle: values after scaling within a step of e4m3, codes that differ only next to a rounding boundary.
    fn check(problem: &IndexRows<'_>) {
        let mut codes = vec![0xaa; problem.rows * problem.dim];
        let mut scales = vec![f32::NAN; problem.rows];
        index_rows(problem, &mut codes, &mut scales);
        let (values, expected_codes, expected_scales) = oracle::index_rows(problem);
        let mut differing = 0;
        for (i, (&code, &expected)) in codes.iter().zip(&expected_codes).enumerate() {
            let (scale, expected_scale) = (scales[i / problem.dim], expected_scales[i / problem.dim]);
            approx::assert_relative_eq!(scale, expected_scale, max_relative = 1e-5);
            if code != expected {
                differing += 1;
                let exact = values[i] / expected_scale as f64;
                let middle = (formats::e4m3_to_f32(code) + formats::e4m3_to_f32(expected)) as f64 / 2.0;
                // The scaled row reaches 448, and f32 sums over it are good to a few units of 448 * 2^-24.
                assert!((exact - middle).abs() <= 1e-4 + 1e-6 * exact.abs(), "value {exact} is {code:#x}, expected {expected:#x}");
            }
        }
        assert!(differing * 1000 <= codes.len(), "{differing} of {} codes differ", codes.len());
    }

    #[test]
    fn every_combination_of_steps() {
        let mut random = Random::new(3);
        for dim in [64, 128] {
            let rows = 60;
            let (weight, bias) = (random.normals(dim), random.normals(dim));
            let (cos, sin) = tables(&[0, 1, 77, 4095, 100_000], RopeConfig::DEEPSEEK);
            for case in 0..48 {
                let dtype = [DType::Bf16, DType::F16, DType::F32][case % 3];
                let layout = if case & 16 == 0 { RopeLayout::HalfSplit } else { RopeLayout::Interleaved };
                check(&IndexRows {
                    x: &formats::encode(dtype, &random.normals(rows * dim)),
                    dtype,
                    rows,
                    dim,
                    rows_per_position: 12,
                    norm: (case & 1 == 0).then_some(Norm { weight: &weight, bias: &bias, eps: 1e-6 }),
                    rope: (case & 2 == 0).then_some(Rope { layout, cos: &cos, sin: &sin }),
                    hadamard: case & 4 == 0,
                    scale_format: if case & 8 == 0 { ScaleFormat::PowerOfTwo } else { ScaleFormat::Amax },
                });
            }
        }
    }

    #[test]
    fn zero_rows_and_no_rows() {
        let x = vec![0; 3 * 64 * 4];
        let problem = IndexRows {
            x: &x,
            dtype: DType::F32,
            rows: 3,
            dim: 64,
            rows_per_position: 1,
            norm: None,
            rope: None,
            hadamard: true,
            scale_format: ScaleFormat::PowerOfTwo,
        };
        check(&problem);
        check(&IndexRows { x: &[], rows: 0, ..problem });
    }
}
