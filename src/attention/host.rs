//! Attention on the cpu device: host buffers as slices.

use std::ops::Range;

use dsa_engine::HostReadGuard;

use super::plan::{KeyList, KeyTensors, Shape, Tensors};
use crate::host::{read, write};
use crate::problem::{Attention, Keys, KvRows};
use crate::{Result, cpu};

pub(super) fn attend(shape: &Shape, tensors: &Tensors<'_>, queries: Range<u64>) -> Result<()> {
    let (first, count) = (queries.start as usize, (queries.end - queries.start) as usize);
    let (heads, next_n) = (shape.heads as usize, shape.next_n as usize);
    let kv = tensors.kv.iter().map(|segment| read("kv", segment)).collect::<Result<Vec<_>>>()?;
    let segments: Vec<&[u8]> = (0..).zip(&kv).map(|(i, guard)| &guard[..(shape.segment_rows(i) * shape.row_bytes()) as usize]).collect();
    let q = read("q", tensors.q)?;
    let sink = tensors.attn_sink.map(|buffer| read("attn_sink", buffer)).transpose()?;
    let keys = HostKeys::new(shape, tensors.keys, first, count)?;
    let q_bytes = shape.q_bytes() as usize;
    let problem = Attention {
        q: &q[first * q_bytes..][..count * q_bytes],
        q_dtype: shape.q_dtype,
        kv: KvRows {
            segments: &segments,
            rows_per_segment: shape.rows_per_segment.min(shape.rows) as usize,
            rows: shape.rows as usize,
            format: shape.kv_format,
        },
        keys: keys.keys(),
        attn_sink: sink.as_ref().map(|guard| &words::<f32>(guard)[..heads]),
        queries: count,
        heads,
        d_qk: shape.d_qk as usize,
        d_v: shape.d_v as usize,
        softmax_scale: shape.softmax_scale,
    };
    let mut max_logits = vec![0.0; count * heads];
    let mut lse = vec![0.0; count * heads];
    let out_bytes = shape.out_bytes() as usize;
    cpu::attention(&problem, &mut write("out", tensors.out)?[first * out_bytes..][..count * out_bytes], &mut max_logits, &mut lse);
    if let Some(buffer) = tensors.max_logits {
        let mut guard = write("max_logits", buffer)?;
        bytemuck::cast_slice_mut::<u8, f32>(&mut guard)[first * heads..][..count * heads].copy_from_slice(&max_logits);
    }
    let mut guard = write("lse", tensors.lse)?;
    let target: &mut [f32] = bytemuck::cast_slice_mut(&mut guard);
    for (i, lse) in lse.iter().enumerate() {
        let (query, head) = (first + i / heads, i % heads);
        target[(query / next_n * heads + head) * next_n + query % next_n] = *lse;
    }
    Ok(())
}

/// The keys of a range of queries, with one length for each.
enum HostKeys<'a> {
    Listed { indices: HostReadGuard<'a>, top_k: usize, lengths: Option<Vec<i32>>, first: usize, count: usize },
    Range { k_start: HostReadGuard<'a>, k_end: HostReadGuard<'a>, first: usize, count: usize },
}

impl<'a> HostKeys<'a> {
    fn new(shape: &Shape, keys: KeyTensors<'a>, first: usize, count: usize) -> Result<Self> {
        Ok(match keys {
            KeyTensors::Listed { indices, topk_length } => {
                let lengths = match topk_length {
                    None => None,
                    Some(buffer) => {
                        let (guard, shared) = (read("topk_length", buffer)?, shape.queries_per_length as usize);
                        Some((first..first + count).map(|query| words::<i32>(&guard)[query / shared]).collect())
                    }
                };
                let top_k = if let KeyList::Listed { top_k } = shape.keys { top_k as usize } else { 0 };
                HostKeys::Listed { indices: read("indices", indices)?, top_k, lengths, first, count }
            }
            KeyTensors::Range { k_start, k_end } => {
                HostKeys::Range { k_start: read("k_start", k_start)?, k_end: read("k_end", k_end)?, first, count }
            }
        })
    }

    fn keys(&self) -> Keys<'_> {
        match self {
            HostKeys::Listed { indices, top_k, lengths, first, count } => {
                Keys::Indices { indices: &words(indices)[first * top_k..][..count * top_k], top_k: *top_k, topk_length: lengths.as_deref() }
            }
            HostKeys::Range { k_start, k_end, first, count } => {
                Keys::Range { k_start: &words(k_start)[*first..][..*count], k_end: &words(k_end)[*first..][..*count] }
            }
        }
    }
}

/// Whole 4-byte values; a rest at the end is left out.
fn words<T: bytemuck::Pod>(bytes: &[u8]) -> &[T] {
    bytemuck::cast_slice(&bytes[..bytes.len() & !3])
}
