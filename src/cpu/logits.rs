//! Index logits on the host: a tile of keys is decoded to f32 and multiplied with each query of a block in registers; the head sum of
//! weighted ReLUs happens there too, so scores of single heads are never written.

use super::clamped_range;
use super::simd::{Matrix, ROWS, VECTORS, decode_e4m3, pack_panels, panel_width, rows_by_panel};
use crate::layout::IndexPage;
use crate::problem::{PagedLogits, RaggedLogits};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::ops::Range;

/// Keys decoded at a time: 96 keys of 128 dimensions take 48 KiB.
const TILE: usize = 96;
/// Keys of a task, so that few queries over a long context still give every core work.
const KEYS_PER_TASK: usize = 32 * TILE;
/// Queries of a task, which share the decoded keys.
const QUERIES_PER_TASK: usize = 16;

/// Computes logits `[queries, keys]`; -inf outside `[k_start, k_end)`, which is clamped to the keys.
pub fn ragged_logits(problem: &RaggedLogits<'_>, out: &mut [f32]) {
    let ranges: Vec<_> = (0..problem.queries).map(|t| clamped_range(problem.k_start[t], problem.k_end[t], problem.keys)).collect();
    let queries = Queries { q: problem.q, weights: problem.weights, heads: problem.index_heads, dim: problem.dim, ranges: &ranges };
    let keys = Keys::Flat { codes: problem.k, scales: problem.k_scale };
    if problem.keys == 0 {
        return;
    }
    let blocks = out[..problem.queries * problem.keys].chunks_mut(QUERIES_PER_TASK * problem.keys).enumerate();
    let tasks: Vec<_> = blocks.flat_map(|(b, rows)| tasks(rows, b * QUERIES_PER_TASK, problem.keys, keys)).collect();
    run(queries, tasks);
}

/// Computes logits `[batch * next_n, max_context]`; -inf from the context length on, and where the block table names no page of the cache.
pub fn paged_logits(problem: &PagedLogits<'_>, out: &mut [f32]) {
    let rows = problem.batch * problem.next_n;
    let ranges: Vec<_> = (0..rows).map(|t| clamped_range(0, problem.context_lengths[t], problem.max_context)).collect();
    let queries = Queries { q: problem.q, weights: problem.weights, heads: problem.index_heads, dim: problem.dim, ranges: &ranges };
    if problem.max_context == 0 || problem.next_n == 0 {
        return;
    }
    let sequences = out[..rows * problem.max_context].chunks_mut(problem.next_n * problem.max_context).enumerate();
    let tasks: Vec<_> = sequences
        .flat_map(|(sequence, rows)| tasks(rows, sequence * problem.next_n, problem.max_context, Keys::Paged { problem, sequence }))
        .collect();
    run(queries, tasks);
}

/// The queries of a problem.
#[derive(Clone, Copy)]
struct Queries<'a> {
    q: &'a [u8],
    weights: &'a [f32],
    heads: usize,
    dim: usize,
    /// The valid keys of each query.
    ranges: &'a [Range<usize>],
}

/// Where the keys lie.
#[derive(Clone, Copy)]
enum Keys<'a> {
    Flat { codes: &'a [u8], scales: &'a [f32] },
    Paged { problem: &'a PagedLogits<'a>, sequence: usize },
}

/// A block of queries against a run of keys.
struct Task<'a> {
    keys: Keys<'a>,
    first_query: usize,
    first_key: usize,
    /// For each query the logits of the run.
    out: Vec<&'a mut [f32]>,
}

/// Cuts rows of logits, for queries that share their keys, into tasks.
fn tasks<'a>(rows: &'a mut [f32], first_query: usize, columns: usize, keys: Keys<'a>) -> Vec<Task<'a>> {
    let runs = (0..columns).step_by(KEYS_PER_TASK);
    let mut tasks: Vec<_> = runs.map(|first_key| Task { keys, first_query, first_key, out: Vec::new() }).collect();
    for row in rows.chunks_mut(columns) {
        for (task, cell) in tasks.iter_mut().zip(row.chunks_mut(KEYS_PER_TASK)) {
            task.out.push(cell);
        }
    }
    tasks
}

fn run(queries: Queries<'_>, tasks: Vec<Task<'_>>) {
    let arch = Arch::new();
    tasks.into_par_iter().with_max_len(1).for_each(|task| arch.dispatch(RunTask { queries, task }));
}

/// A query made ready for the products.
struct PackedQuery {
    /// Panels of heads.
    panels: Vec<f32>,
    /// One weight for each column of the panels, 0 in the padding.
    weights: Vec<f32>,
}

struct RunTask<'a> {
    queries: Queries<'a>,
    task: Task<'a>,
}

impl WithSimd for RunTask<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let RunTask { queries, mut task } = self;
        let dim = queries.dim;
        let keys = task.out[0].len();
        // The valid part of the run for each query, counted from the run's first key.
        let local = |bound: usize| bound.saturating_sub(task.first_key).min(keys);
        let ranges = &queries.ranges[task.first_query..][..task.out.len()];
        let ranges: Vec<Range<usize>> = ranges.iter().map(|range| local(range.start)..local(range.end)).collect();
        for (out, range) in task.out.iter_mut().zip(&ranges) {
            out[..range.start].fill(f32::NEG_INFINITY);
            out[range.end.max(range.start)..].fill(f32::NEG_INFINITY);
        }
        if ranges.iter().all(|range| range.is_empty()) {
            return;
        }
        let packed: Vec<_> = (0..task.out.len()).map(|i| pack_query::<S>(&queries, task.first_query + i)).collect();
        let mut tile = vec![0.0; TILE * dim];
        let mut scales = [None; TILE];
        for start in (0..keys).step_by(TILE) {
            let end = (start + TILE).min(keys);
            let wanted = |range: &Range<usize>| range.start.max(start)..range.end.min(end);
            if ranges.iter().all(|range| wanted(range).is_empty()) {
                continue;
            }
            task.keys.decode(task.first_key + start..task.first_key + end, dim, &mut tile, &mut scales);
            for ((out, range), query) in task.out.iter_mut().zip(&ranges).zip(&packed) {
                let range = wanted(range);
                if !range.is_empty() {
                    let tile = &tile[(range.start - start) * dim..(range.end - start) * dim];
                    let scales = &scales[range.start - start..range.end - start];
                    tile_logits(simd, query, dim, tile, scales, &mut out[range]);
                }
            }
        }
    }
}

/// Decodes a query and packs it into panels.
#[inline(always)]
fn pack_query<S: Simd>(queries: &Queries<'_>, query: usize) -> PackedQuery {
    let size = queries.heads * queries.dim;
    let mut values = vec![0.0; size];
    decode_e4m3(&queries.q[query * size..][..size], 1.0, &mut values);
    let mut weights = queries.weights[query * queries.heads..][..queries.heads].to_vec();
    weights.resize(queries.heads.next_multiple_of(panel_width::<S>()), 0.0);
    PackedQuery { panels: pack_panels::<S>(&values, queries.dim), weights }
}

/// The logits of one query for a tile of decoded keys.
#[inline(always)]
fn tile_logits<S: Simd>(simd: S, query: &PackedQuery, dim: usize, tile: &[f32], scales: &[Option<f32>], out: &mut [f32]) {
    let width = panel_width::<S>();
    out.fill(0.0);
    for (panel, weights) in query.panels.chunks_exact(width * dim).zip(query.weights.chunks_exact(width)) {
        let (weights, _) = S::as_simd_f32s(weights);
        for (rows, out) in tile.chunks(ROWS * dim).zip(out.chunks_mut(ROWS)) {
            let products = rows_by_panel(simd, Matrix { data: rows, stride: dim }, out.len(), dim, panel);
            for (products, out) in products.iter().zip(out) {
                let mut sum = simd.splat_f32s(0.0);
                for v in 0..VECTORS {
                    let relu = simd.max_f32s(products[v], simd.splat_f32s(0.0));
                    sum = simd.mul_add_e_f32s(relu, weights[v], sum);
                }
                *out += simd.reduce_sum_f32s(sum);
            }
        }
    }
    for (out, scale) in out.iter_mut().zip(scales) {
        *out = scale.map_or(f32::NEG_INFINITY, |scale| *out * scale);
    }
}

impl Keys<'_> {
    /// Decodes keys `[range, dim]` without their scales, and those apart: `None` for a key that the block table does not reach.
    #[inline(always)]
    fn decode(&self, range: Range<usize>, dim: usize, values: &mut [f32], scales: &mut [Option<f32>]) {
        match *self {
            Keys::Flat { codes, scales: all } => {
                decode_e4m3(&codes[range.start * dim..range.end * dim], 1.0, values);
                for (scale, &key_scale) in scales.iter_mut().zip(&all[range]) {
                    *scale = Some(key_scale);
                }
            }
            Keys::Paged { problem, sequence } => {
                for ((position, values), scale) in range.zip(values.chunks_exact_mut(dim)).zip(scales) {
                    let key = paged_key(problem, sequence, position);
                    if let Some((codes, _)) = key {
                        decode_e4m3(codes, 1.0, values);
                    }
                    *scale = key.map(|(_, scale)| scale);
                }
            }
        }
    }
}

/// The codes and the scale of the key at a position of a sequence.
#[inline(always)]
fn paged_key<'a>(problem: &PagedLogits<'a>, sequence: usize, position: usize) -> Option<(&'a [u8], f32)> {
    let layout = IndexPage { page_size: problem.page_size, dim: problem.dim };
    let (logical, slot) = layout.locate(position);
    let table = &problem.block_table[sequence * problem.max_pages..][..problem.max_pages];
    let page = usize::try_from(*table.get(logical)?).ok()?;
    let segment = problem.cache.get(page / problem.pages_per_segment)?;
    let bytes = segment.get(page % problem.pages_per_segment * layout.bytes()..)?;
    layout.read(bytes, slot).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::testing::Random;
    use crate::{formats, oracle};

    fn codes(random: &mut Random, n: usize) -> Vec<u8> {
        random.normals(n).into_iter().map(formats::f32_to_e4m3).collect()
    }

    /// Differences are measured against the sum of the terms' magnitudes, which cancel.
    fn compare(actual: &[f32], expected: &[f64], magnitude: f64) {
        assert_eq!(actual.len(), expected.len());
        for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
            if expected.is_infinite() {
                assert_eq!(actual as f64, expected, "logit {i}");
            } else {
                assert!((actual as f64 - expected).abs() <= 1e-6 * magnitude, "logit {i} is {actual}, expected {expected}");
            }
        }
    }

    #[test]
    fn ragged() {
        let mut random = Random::new(21);
        for (queries, keys, heads, dim) in [(1, 1, 1, 64), (37, 500, 64, 128), (3, 7000, 3, 64), (18, 97, 33, 128), (4, 0, 8, 64)] {
            let (q, k) = (codes(&mut random, queries * heads * dim), codes(&mut random, keys * dim));
            let k_scale: Vec<f32> = (0..keys).map(|_| random.uniform() + 0.5).collect();
            let weights = random.normals(queries * heads);
            let bound = |random: &mut Random| random.below(keys as u64 * 5 / 4 + 10) as i32 - 5;
            let (mut k_start, mut k_end): (Vec<i32>, Vec<i32>) = (0..queries).map(|_| (bound(&mut random), bound(&mut random))).unzip();
            (k_start[0], k_end[0]) = (i32::MIN, i32::MAX);
            let problem = RaggedLogits {
                q: &q,
                k: &k,
                k_scale: &k_scale,
                weights: &weights,
                k_start: &k_start,
                k_end: &k_end,
                queries,
                keys,
                index_heads: heads,
                dim,
            };
            let mut out = vec![f32::NAN; queries * keys];
            ragged_logits(&problem, &mut out);
            compare(&out, &oracle::ragged_logits(&problem), (heads * dim) as f64);
        }
    }

    #[test]
    fn paged() {
        let mut random = Random::new(22);
        for (batch, next_n, page_size, heads, dim) in [(1, 1, 64, 64, 128), (3, 2, 61, 5, 64), (2, 3, 1, 40, 128), (2, 1, 100, 32, 64)] {
            let layout = IndexPage { page_size, dim };
            let (max_context, pages_per_segment) = (333, 4);
            let max_pages = 300usize.div_ceil(page_size);
            let pages = batch * max_pages;
            let mut cache = codes(&mut random, pages * layout.bytes());
            for page in cache.chunks_exact_mut(layout.bytes()) {
                for scale in page[layout.scale_offset(0)..].as_chunks_mut::<4>().0 {
                    *scale = (random.uniform() + 0.5).to_le_bytes();
                }
            }
            let segments: Vec<&[u8]> = cache.chunks(pages_per_segment * layout.bytes()).collect();
            let q = codes(&mut random, batch * next_n * heads * dim);
            // Pages in any order; one that does not exist and one that is negative hide their keys.
            let mut block_table: Vec<i32> = (0..pages).map(|page| (page * 7 % pages) as i32).collect();
            (block_table[1], block_table[max_pages - 2]) = (-1, i32::MAX);
            let context_lengths: Vec<i32> = (0..batch * next_n).map(|i| [290, 5, 1000, 0, -4, 64][i]).collect();
            let problem = PagedLogits {
                q: &q,
                cache: &segments,
                pages_per_segment,
                page_size,
                weights: &random.normals(batch * next_n * heads),
                block_table: &block_table,
                max_pages,
                context_lengths: &context_lengths,
                batch,
                next_n,
                index_heads: heads,
                dim,
                max_context,
            };
            let mut out = vec![f32::NAN; batch * next_n * max_context];
            paged_logits(&problem, &mut out);
            compare(&out, &oracle::paged_logits(&problem), (heads * dim) as f64);
        }
    }

    #[test]
    fn nan_outside_the_range_is_not_read() {
        let mut random = Random::new(23);
        let (q, mut k) = (codes(&mut random, 64 * 8), vec![0x7f; 200 * 64]);
        k[50 * 64..60 * 64].copy_from_slice(&codes(&mut random, 10 * 64));
        let mut k_scale = vec![f32::NAN; 200];
        k_scale[50..60].fill(1.0);
        let problem = RaggedLogits {
            q: &q,
            k: &k,
            k_scale: &k_scale,
            weights: &random.normals(8),
            k_start: &[50],
            k_end: &[60],
            queries: 1,
            keys: 200,
            index_heads: 8,
            dim: 64,
        };
        let mut out = vec![f32::NAN; 200];
        ragged_logits(&problem, &mut out);
        assert!(out[50..60].iter().all(|x| x.is_finite()));
        assert!(out[..50].iter().chain(&out[60..]).all(|&x| x == f32::NEG_INFINITY));
    }
}
