//! The float64 definition of every operation.
//!
//! Each function is one plain loop over its formula, slow on purpose: what the devices compute is judged against it. Inputs are the
//! host slices of [`crate::problem`], decoded exactly; sums and exponentials are f64.
//!
//! # Panics
//! These functions index their inputs as the shapes in the problem say; a slice shorter than its shape panics.

mod attention;
mod index_rows;
mod logits;
mod topk;

pub use attention::{AttentionOutput, attention, kv_row};
pub use index_rows::index_rows;
pub use logits::{paged_logits, ragged_logits};
pub use topk::top_k;

use crate::formats;
use crate::types::DType;

/// Decodes elements of `dtype` to f64; exact.
fn decode(dtype: DType, bytes: &[u8]) -> Vec<f64> {
    formats::decode(dtype, bytes).into_iter().map(f64::from).collect()
}

/// Decodes e4m3 codes to f64; exact.
fn decode_e4m3(codes: &[u8]) -> Vec<f64> {
    codes.iter().map(|&code| formats::e4m3_to_f32(code) as f64).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The range `start..end` of 32-bit bounds, clamped to `0..=len`; empty where the end lies before the start.
fn clamped_range(start: i32, end: i32, len: usize) -> std::ops::Range<usize> {
    let clamp = |bound: i32| (bound.max(0) as usize).min(len);
    clamp(start)..clamp(end).max(clamp(start))
}
