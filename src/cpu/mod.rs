//! The operations on the host's cores: the device for machines without a GPU.
//!
//! Work is spread over threads with rayon and vectorised for the processor found at run time with pulp. Sums are f32. Results do not
//! depend on the number of threads.
//!
//! # Panics
//! These functions index their inputs as the shapes in the problem say; a slice shorter than its shape panics. The plans
//! ([`crate::topk`], [`crate::attention`] and the others) check that before they call.

mod attention;
mod cache;
mod index_rows;
mod logits;
mod simd;
mod topk;

#[cfg(test)]
mod testing;

pub use attention::attention;
pub use cache::{IndexRowsWrite, KvRowsWrite, write_index_rows, write_kv_rows};
pub use index_rows::index_rows;
pub use logits::{paged_logits, ragged_logits};
pub use topk::top_k;

/// The range `start..end` of 32-bit bounds, clamped to `0..=len`; empty where the end lies before the start.
fn clamped_range(start: i32, end: i32, len: usize) -> std::ops::Range<usize> {
    let clamp = |bound: i32| (bound.max(0) as usize).min(len);
    clamp(start)..clamp(end).max(clamp(start))
}
