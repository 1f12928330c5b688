//! MLA attention over latent rows (section 1.3 of the reference: multi-query form, the value is the head of the key), with FlashMLA's
//! conventions for invalid indices, lengths, lonely queries and attention sinks.

use super::{clamped_range, decode, dot};
use crate::layout::Fp8Row;
use crate::problem::{Attention, Keys, KvRows};
use crate::types::KvFormat;

/// What attention gives.
#[derive(Clone, Debug)]
pub struct AttentionOutput {
    /// `[queries, heads, d_v]`.
    pub out: Vec<f64>,
    /// `[queries, heads]`: the largest `softmax_scale * q . k`.
    pub max_logits: Vec<f64>,
    /// `[queries, heads]`: natural logarithm of the sum of exponentials, +inf for a query without keys.
    pub lse: Vec<f64>,
}

/// `softmax(softmax_scale * q . k) . v` over each query's valid keys. Without any: out 0, max_logits -inf, lse +inf. A sink scales the
/// output by `exp(lse) / (exp(lse) + exp(sink))` and changes nothing else.
pub fn attention(problem: &Attention<'_>) -> AttentionOutput {
    let (heads, d_qk, d_v) = (problem.heads, problem.d_qk, problem.d_v);
    let q = decode(problem.q_dtype, problem.q);
    let mut result = AttentionOutput { out: Vec::new(), max_logits: Vec::new(), lse: Vec::new() };
    for t in 0..problem.queries {
        let rows: Vec<Vec<f64>> = selected_rows(problem, t).into_iter().map(|r| kv_row(&problem.kv, r, d_qk)).collect();
        for h in 0..heads {
            let q = &q[(t * heads + h) * d_qk..][..d_qk];
            let logits: Vec<f64> = rows.iter().map(|row| problem.softmax_scale as f64 * dot(q, row)).collect();
            let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = logits.iter().map(|logit| (logit - max).exp()).sum();
            let lse = if rows.is_empty() { f64::INFINITY } else { max + sum.ln() };
            let kept = problem.attn_sink.map_or(1.0, |sink| share_left_by_sink(lse, sink[h] as f64));
            let mut out = vec![0.0; d_v];
            for (row, logit) in rows.iter().zip(&logits) {
                for (out, value) in out.iter_mut().zip(row) {
                    *out += (logit - max).exp() / sum * value * kept;
                }
            }
            result.out.extend(out);
            result.max_logits.push(max);
            result.lse.push(lse);
        }
    }
    result
}

/// `exp(lse) / (exp(lse) + exp(sink))`, without overflow.
fn share_left_by_sink(lse: f64, sink: f64) -> f64 {
    1.0 / (1.0 + (sink - lse).exp())
}

/// The valid rows that a query attends to, in the order given; a row listed twice counts twice.
fn selected_rows(problem: &Attention<'_>, query: usize) -> Vec<usize> {
    match problem.keys {
        Keys::Range { k_start, k_end } => clamped_range(k_start[query], k_end[query], problem.kv.rows).collect(),
        Keys::Indices { indices, top_k, topk_length } => {
            let length = topk_length.map_or(top_k, |lengths| (lengths[query].max(0) as usize).min(top_k));
            let valid = |&index: &i32| usize::try_from(index).ok().filter(|&row| row < problem.kv.rows);
            indices[query * top_k..][..length].iter().filter_map(valid).collect()
        }
    }
}

/// One row of the cache, dequantised to `d_qk` values.
pub fn kv_row(kv: &KvRows<'_>, row: usize, d_qk: usize) -> Vec<f64> {
    let bytes_per_row = kv.format.row_bytes(d_qk as u32) as usize;
    let bytes = &kv.segments[row / kv.rows_per_segment][row % kv.rows_per_segment * bytes_per_row..][..bytes_per_row];
    match kv.format {
        KvFormat::Plain(dtype) => decode(dtype, bytes),
        KvFormat::Fp8 => {
            let mut values = [0.0; Fp8Row::VALUES];
            Fp8Row::dequantise_row(bytes, &mut values).expect("a slice of a row's length");
            values[..d_qk].iter().map(|&x| x as f64).collect()
        }
    }
}
