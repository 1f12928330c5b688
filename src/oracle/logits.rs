//! Index logits: equation (1) of the DeepSeek-V3.2 report, `I[t,s] = sum_h w[t,h] * ReLU(q[t,h] . k[s])`, with the key's scale.

use super::{clamped_range, decode_e4m3, dot};
use crate::layout::IndexPage;
use crate::problem::{PagedLogits, RaggedLogits};

/// `k_scale * sum_h w_h * relu(q_h . k)` for one query and one key.
fn logit(q: &[f64], weights: &[f32], key: &[f64], key_scale: f32) -> f64 {
    let heads = q.chunks_exact(key.len()).zip(weights);
    key_scale as f64 * heads.map(|(q, &w)| w as f64 * dot(q, key).max(0.0)).sum::<f64>()
}

/// Logits `[queries, keys]`: -inf outside `[k_start, k_end)`, which is clamped to the keys.
pub fn ragged_logits(problem: &RaggedLogits<'_>) -> Vec<f64> {
    let (heads, dim) = (problem.index_heads, problem.dim);
    let (q, k) = (decode_e4m3(problem.q), decode_e4m3(problem.k));
    let mut logits = vec![f64::NEG_INFINITY; problem.queries * problem.keys];
    for t in 0..problem.queries {
        for s in clamped_range(problem.k_start[t], problem.k_end[t], problem.keys) {
            let (q, weights) = (&q[t * heads * dim..][..heads * dim], &problem.weights[t * heads..][..heads]);
            logits[t * problem.keys + s] = logit(q, weights, &k[s * dim..][..dim], problem.k_scale[s]);
        }
    }
    logits
}

/// Logits `[batch * next_n, max_context]`: -inf from the context length on, and where the block table names no page of the cache.
pub fn paged_logits(problem: &PagedLogits<'_>) -> Vec<f64> {
    let (heads, dim) = (problem.index_heads, problem.dim);
    let q = decode_e4m3(problem.q);
    let mut logits = vec![f64::NEG_INFINITY; problem.batch * problem.next_n * problem.max_context];
    for t in 0..problem.batch * problem.next_n {
        let (q, weights) = (&q[t * heads * dim..][..heads * dim], &problem.weights[t * heads..][..heads]);
        for s in clamped_range(0, problem.context_lengths[t], problem.max_context) {
            if let Some((key, scale)) = paged_key(problem, t / problem.next_n, s) {
                logits[t * problem.max_context + s] = logit(q, weights, &key, scale);
            }
        }
    }
    logits
}

/// The key at a position of a sequence, by way of the block table.
fn paged_key(problem: &PagedLogits<'_>, sequence: usize, position: usize) -> Option<(Vec<f64>, f32)> {
    let layout = IndexPage { page_size: problem.page_size, dim: problem.dim };
    let (logical, slot) = layout.locate(position);
    let table = &problem.block_table[sequence * problem.max_pages..][..problem.max_pages];
    let page = usize::try_from(*table.get(logical)?).ok()?;
    let segment = problem.cache.get(page / problem.pages_per_segment)?;
    let bytes = segment.get(page % problem.pages_per_segment * layout.bytes()..)?;
    let (codes, scale) = layout.read(bytes, slot).ok()?;
    Some((decode_e4m3(codes), scale))
}
