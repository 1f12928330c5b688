//! The operations as `dsa bench kernels` times them: on random data, with samples of the result compared with the oracle in the same run.

mod attention;
mod indexer;
mod rows;
mod select;

use fastrand::Rng;
use portable_dsa::engine::Buffer;
use portable_dsa::topk::Method;
use portable_dsa::{KvFormat, Variant};
use serde::Serialize;

use super::measure::Stopwatch;
use crate::cli::Failure;

pub use attention::{decode, dense, prefill};
pub use indexer::{paged_logits, ragged_logits, top_k};
pub use rows::{index_keys, kv_cache};
pub use select::select;

/// Sizes of a problem. An operation takes what it needs of them.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Queries of a prefill, S, or rows of a top-k.
    pub queries: u64,
    /// Sequences of a decode, B, and queries of each.
    pub batch: u64,
    pub next_n: u32,
    /// Keys that a query sees, N.
    pub context: u64,
    pub heads: u32,
    pub index_heads: u32,
    pub top_k: u32,
    /// What to force; `None` for the plan's own choice.
    pub variant: Option<Variant>,
    pub method: Option<Method>,
    /// How latent rows are stored; `None` for bf16 in a prefill and FP8 elsewhere.
    pub kv_format: Option<KvFormat>,
}

/// One line of the result.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    pub operation: &'static str,
    pub shape: String,
    pub variant: String,
    pub seconds: f64,
    /// Floating-point operations, and bytes that have to be read and written at least.
    pub operations: f64,
    pub bytes: f64,
    /// How far samples of the result lie from the oracle, and how far they may.
    pub difference: f64,
    pub limit: f64,
}

/// What an operation does at least.
struct Work {
    operations: f64,
    bytes: f64,
}

/// DeepGEMM's measure of how far results lie from what is expected: 1 minus the cosine-like similarity.
fn difference(actual: &[f32], expected: &[f64]) -> f64 {
    let (mut xy, mut xx_yy) = (0.0, 0.0);
    for (&a, &e) in actual.iter().zip(expected) {
        xy += f64::from(a) * e;
        xx_yy += f64::from(a) * f64::from(a) + e * e;
    }
    if xx_yy == 0.0 { 0.0 } else { (1.0 - 2.0 * xy / xx_yy).abs() }
}

/// 1 if any differ.
fn mismatch<T: PartialEq>(actual: &[T], expected: &[T]) -> f64 {
    if actual == expected { 0.0 } else { 1.0 }
}

fn random() -> Rng {
    Rng::with_seed(2048)
}

/// e4m3 codes of any finite value.
fn codes(random: &mut Rng, count: usize) -> Vec<u8> {
    let mut codes = vec![0; count];
    random.fill(&mut codes);
    // 0x7f and 0xff are NaN.
    codes.iter_mut().filter(|code| **code & 0x7f == 0x7f).for_each(|code| *code &= 0x80);
    codes
}

fn floats(random: &mut Rng, count: usize) -> Vec<f32> {
    (0..count).map(|_| random.f32() * 2.0 - 1.0).collect()
}

/// A buffer of NaN or of what no index is, so that what is not written is noticed.
fn poisoned(stopwatch: &Stopwatch, label: &str, bytes: u64) -> Result<Buffer, Failure> {
    const PART: u64 = 64 << 20;
    let buffer = stopwatch.device.buffer(label, bytes)?;
    let poison = vec![0xffu8; PART.min(bytes) as usize];
    for offset in (0..bytes).step_by(PART as usize) {
        buffer.write(offset, &poison[..PART.min(bytes - offset) as usize])?;
    }
    Ok(buffer)
}

fn measured(operation: &'static str, shape: String, variant: Variant, seconds: f64, work: Work, difference: f64, limit: f64) -> Measured {
    let Work { operations, bytes } = work;
    Measured { operation, shape, variant: variant.to_string(), seconds, operations, bytes, difference, limit }
}
