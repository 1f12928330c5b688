//! Index keys and queries: `Indexer.forward` of DeepSeek-V3.2's inference code, from the linear layer's output to `act_quant`'s.

use super::decode;
use crate::formats;
use crate::problem::{IndexRows, Norm, Rope};
use crate::types::RopeLayout;

/// Norm, rope, Hadamard and quantisation of each row. Returns the values before quantisation `[rows, dim]`, and from those the e4m3
/// codes `[rows, dim]` and the scales `[rows]`.
///
/// A device rounds before it quantises, so where a value lies next to a rounding boundary its code may be the neighbour of this one.
pub fn index_rows(problem: &IndexRows<'_>) -> (Vec<f64>, Vec<u8>, Vec<f32>) {
    let mut values = decode(problem.dtype, problem.x);
    let mut codes = Vec::with_capacity(values.len());
    let mut scales = Vec::with_capacity(problem.rows);
    for (r, row) in values.chunks_exact_mut(problem.dim).enumerate().take(problem.rows) {
        if let Some(norm) = &problem.norm {
            layer_norm(row, norm);
        }
        if let Some(rope) = &problem.rope {
            rotate(row, rope, r / problem.rows_per_position);
        }
        if problem.hadamard {
            row.copy_from_slice(&hadamard(row));
        }
        let amax = row.iter().fold(0.0, |amax: f64, x| if x.is_nan() || amax.is_nan() { f64::NAN } else { amax.max(x.abs()) });
        let scale = formats::index_scale(amax as f32, problem.scale_format);
        codes.extend(row.iter().map(|&x| formats::quantise(x as f32, scale)));
        scales.push(scale);
    }
    (values, codes, scales)
}

/// `(x - mean) / sqrt(var + eps) * weight + bias`, with the biased variance.
fn layer_norm(row: &mut [f64], norm: &Norm<'_>) {
    let n = row.len() as f64;
    let mean = row.iter().sum::<f64>() / n;
    let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    for (i, x) in row.iter_mut().enumerate() {
        *x = (*x - mean) / (variance + norm.eps as f64).sqrt() * norm.weight[i] as f64 + norm.bias[i] as f64;
    }
}

/// Turns each pair (a, b) of the first 64 dimensions to (a cos - b sin, a sin + b cos).
fn rotate(row: &mut [f64], rope: &Rope<'_>, position: usize) {
    for i in 0..32 {
        let (first, second) = match rope.layout {
            RopeLayout::HalfSplit => (i, i + 32),
            RopeLayout::Interleaved => (2 * i, 2 * i + 1),
        };
        let (cos, sin) = (rope.cos[position * 32 + i] as f64, rope.sin[position * 32 + i] as f64);
        let (a, b) = (row[first], row[second]);
        row[first] = a * cos - b * sin;
        row[second] = a * sin + b * cos;
    }
}

/// `H x / sqrt(dim)` with Sylvester's matrix: `H[i][j] = (-1)^popcount(i & j)`.
fn hadamard(row: &[f64]) -> Vec<f64> {
    let sign = |i: usize, j: usize| if (i & j).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let norm = (row.len() as f64).sqrt();
    (0..row.len()).map(|i| row.iter().enumerate().map(|(j, x)| sign(i, j) * x).sum::<f64>() / norm).collect()
}
