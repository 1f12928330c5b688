//! Attention on the host: rows are gathered and dequantised tile by tile, scored against all heads, and added with an online softmax.
//! Long key lists are split, so that a single query over a long context uses every core; the parts are merged exactly.

use super::clamped_range;
use super::simd::{Matrix, ROWS, VECTORS, add_weighted, decode_e4m3, exp, pack_panels, panel_width, rows_by_panel};
use crate::formats;
use crate::layout::Fp8Row;
use crate::problem::{Attention, Keys, KvRows};
use crate::types::{DType, KvFormat};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::ops::Range;

/// Rows gathered at a time: 64 rows of 576 values take 144 KiB.
const TILE: usize = 64;
/// The fewest keys of a part when a query's keys are split.
const KEYS_PER_PART: usize = 32 * TILE;
/// Parts that all queries together are split into, at most. A constant, so that results do not depend on the number of threads.
const PARTS: usize = 64;

/// Computes `out` `[queries, heads, d_v]` of `q_dtype`, `max_logits` and `lse` `[queries, heads]`, natural logarithms. A query without
/// valid keys gets 0, -inf and +inf.
pub fn attention(problem: &Attention<'_>, out: &mut [u8], max_logits: &mut [f32], lse: &mut [f32]) {
    let heads = problem.heads;
    let out_bytes = heads * problem.d_v * problem.q_dtype.bytes() as usize;
    let outputs = out.par_chunks_exact_mut(out_bytes).zip(max_logits.par_chunks_exact_mut(heads)).zip(lse.par_chunks_exact_mut(heads));
    outputs.take(problem.queries).enumerate().with_max_len(1).for_each(|(query, ((out, max_logits), lse))| {
        let rows = SelectedRows::new(problem, query);
        let parts = (rows.len() / KEYS_PER_PART).min(PARTS / problem.queries).max(1);
        let q_bytes = heads * problem.d_qk * problem.q_dtype.bytes() as usize;
        let q = formats::decode(problem.q_dtype, &problem.q[query * q_bytes..][..q_bytes]);
        let bound = |part: usize| part * rows.len() / parts;
        let part = |part: usize| Arch::new().dispatch(RunPart { problem, q: &q, rows: &rows, range: bound(part)..bound(part + 1) });
        let parts: Vec<Part> = (0..parts).into_par_iter().map(part).collect();
        finish(problem, merge(parts, problem.d_v), out, max_logits, lse);
    });
}

/// The valid rows of a query.
enum SelectedRows {
    List(Vec<usize>),
    Range(Range<usize>),
}

impl SelectedRows {
    fn new(problem: &Attention<'_>, query: usize) -> Self {
        let rows = problem.kv.rows;
        match problem.keys {
            Keys::Range { k_start, k_end } => SelectedRows::Range(clamped_range(k_start[query], k_end[query], rows)),
            Keys::Indices { indices, top_k, topk_length } => {
                let length = topk_length.map_or(top_k, |lengths| (lengths[query].max(0) as usize).min(top_k));
                let valid = |&index: &i32| usize::try_from(index).ok().filter(|&row| row < rows);
                SelectedRows::List(indices[query * top_k..][..length].iter().filter_map(valid).collect())
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            SelectedRows::List(list) => list.len(),
            SelectedRows::Range(range) => range.len(),
        }
    }

    fn get(&self, i: usize) -> usize {
        match self {
            SelectedRows::List(list) => list[i],
            SelectedRows::Range(range) => range.start + i,
        }
    }
}

/// The softmax over some of a query's keys, before the division by its sum.
struct Part {
    /// `[heads, d_v]`: the sum of `exp(logit - max) * value`.
    out: Vec<f32>,
    /// `[heads]`, -inf without keys.
    max: Vec<f32>,
    /// `[heads]`: the sum of `exp(logit - max)`.
    sum: Vec<f32>,
}

/// What the exponentials are relative to: the maximum, unless there is none yet.
#[inline(always)]
fn reference(max: f32) -> f32 {
    if max == f32::NEG_INFINITY { 0.0 } else { max }
}

/// Adds parts up, each weighted by `exp(its max - the common max)`.
fn merge(parts: Vec<Part>, d_v: usize) -> Part {
    let mut parts = parts.into_iter();
    let Some(mut total) = parts.next() else { return Part { out: Vec::new(), max: Vec::new(), sum: Vec::new() } };
    for part in parts {
        for (h, (out, part_out)) in total.out.chunks_exact_mut(d_v).zip(part.out.chunks_exact(d_v)).enumerate() {
            let max = total.max[h].max(part.max[h]);
            let (old, new) = ((total.max[h] - reference(max)).exp(), (part.max[h] - reference(max)).exp());
            total.max[h] = max;
            total.sum[h] = total.sum[h] * old + part.sum[h] * new;
            for (out, &x) in out.iter_mut().zip(part_out) {
                *out = *out * old + x * new;
            }
        }
    }
    total
}

/// Divides by the sum, applies the sink and writes the results.
fn finish(problem: &Attention<'_>, mut part: Part, out: &mut [u8], max_logits: &mut [f32], lse: &mut [f32]) {
    for (h, values) in part.out.chunks_exact_mut(problem.d_v).enumerate() {
        max_logits[h] = part.max[h];
        if part.sum[h] == 0.0 {
            lse[h] = f32::INFINITY;
            values.fill(0.0);
            continue;
        }
        lse[h] = part.max[h] + part.sum[h].ln();
        let kept = problem.attn_sink.map_or(1.0, |sink| 1.0 / (1.0 + (sink[h] - lse[h]).exp()));
        let factor = kept / part.sum[h];
        values.iter_mut().for_each(|x| *x *= factor);
    }
    formats::encode_into(problem.q_dtype, &part.out, out);
}

struct RunPart<'a> {
    problem: &'a Attention<'a>,
    /// `[heads, d_qk]`.
    q: &'a [f32],
    rows: &'a SelectedRows,
    /// Which of `rows` belong to the part.
    range: Range<usize>,
}

impl WithSimd for RunPart<'_> {
    type Output = Part;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Part {
        let Attention { heads, d_qk, d_v, softmax_scale, .. } = *self.problem;
        let width = panel_width::<S>();
        // Heads and output columns are padded to whole panels.
        let (padded_heads, padded_d_v) = (heads.next_multiple_of(width), d_v.next_multiple_of(width));
        let mut part =
            Part { out: vec![0.0; heads * padded_d_v], max: vec![f32::NEG_INFINITY; padded_heads], sum: vec![0.0; padded_heads] };
        if !self.range.is_empty() {
            let panels = pack_panels::<S>(self.q, d_qk);
            // A row's padding makes room for the last panel of values.
            let stride = d_qk.max(padded_d_v);
            let mut tile = vec![0.0; TILE * stride];
            let mut weights = vec![0.0; TILE * padded_heads];
            let mut rescale = vec![0.0; padded_heads];
            for start in self.range.clone().step_by(TILE) {
                let count = TILE.min(self.range.end - start);
                for (i, row) in tile.chunks_exact_mut(stride).take(count).enumerate() {
                    decode_row(&self.problem.kv, self.rows.get(start + i), &mut row[..d_qk]);
                }
                let weights = &mut weights[..count * padded_heads];
                score(simd, Matrix { data: &tile, stride }, &panels, d_qk, softmax_scale, weights, padded_heads);
                if online_softmax(weights, &mut part.max, &mut part.sum, &mut rescale) {
                    for (row, factor) in part.out.chunks_exact_mut(padded_d_v).zip(&rescale) {
                        row.iter_mut().for_each(|x| *x *= factor);
                    }
                }
                let (weights, tile) = (Matrix { data: weights, stride: padded_heads }, Matrix { data: &tile, stride });
                add_values(simd, weights, tile, count, heads, &mut part.out, padded_d_v);
            }
        }
        if padded_d_v != d_v {
            part.out = part.out.chunks_exact(padded_d_v).flat_map(|row| &row[..d_v]).copied().collect();
        }
        part.max.truncate(heads);
        part.sum.truncate(heads);
        part
    }
}

/// Reads a row of the cache.
#[inline(always)]
fn decode_row(kv: &KvRows<'_>, row: usize, values: &mut [f32]) {
    let row_bytes = kv.format.row_bytes(values.len() as u32) as usize;
    let bytes = &kv.segments[row / kv.rows_per_segment][row % kv.rows_per_segment * row_bytes..][..row_bytes];
    match kv.format {
        KvFormat::Plain(dtype) => formats::decode_into(dtype, bytes, values),
        KvFormat::Fp8 => {
            let (codes, rest) = bytes.split_at(Fp8Row::SCALES);
            let (scales, rope) = rest.split_at(Fp8Row::ROPE_OFFSET - Fp8Row::SCALES);
            let groups = values.chunks_mut(Fp8Row::GROUP).zip(codes.chunks_exact(Fp8Row::GROUP));
            for ((values, codes), scale) in groups.zip(scales.as_chunks::<4>().0) {
                decode_e4m3(codes, f32::from_le_bytes(*scale), values);
            }
            formats::decode_into(DType::Bf16, rope, &mut values[Fp8Row::LATENT..]);
        }
    }
}

/// `softmax_scale * q . k` for each row of a tile, `[rows, padded heads]`.
#[inline(always)]
fn score<S: Simd>(simd: S, tile: Matrix<'_>, panels: &[f32], d_qk: usize, scale: f32, out: &mut [f32], padded_heads: usize) {
    let width = panel_width::<S>();
    let scale = simd.splat_f32s(scale);
    for (p, panel) in panels.chunks_exact(width * d_qk).enumerate() {
        for (rows, out) in tile.data.chunks(ROWS * tile.stride).zip(out.chunks_mut(ROWS * padded_heads)) {
            let products = rows_by_panel(simd, Matrix { data: rows, stride: tile.stride }, out.len() / padded_heads, d_qk, panel);
            for (products, out) in products.iter().zip(out.chunks_exact_mut(padded_heads)) {
                let (out, _) = S::as_mut_simd_f32s(&mut out[p * width..][..width]);
                for v in 0..VECTORS {
                    out[v] = simd.mul_f32s(products[v], scale);
                }
            }
        }
    }
}

/// Turns logits `[rows, heads]` into weights `exp(logit - max)` and updates the running maxima and sums. Returns whether any maximum
/// rose, so that what was added before must be multiplied by `rescale`.
#[inline(always)]
fn online_softmax(logits: &mut [f32], max: &mut [f32], sum: &mut [f32], rescale: &mut [f32]) -> bool {
    let heads = max.len();
    // Until the end of the maximum, `rescale` holds the old one.
    rescale.copy_from_slice(max);
    for row in logits.chunks_exact(heads) {
        for (max, &logit) in max.iter_mut().zip(row) {
            *max = if logit > *max { logit } else { *max };
        }
    }
    let mut rose = false;
    for ((rescale, sum), &max) in rescale.iter_mut().zip(&mut *sum).zip(&*max) {
        rose |= *rescale != max;
        *rescale = exp(*rescale - reference(max));
        *sum *= *rescale;
    }
    for row in logits.chunks_exact_mut(heads) {
        for ((logit, sum), &max) in row.iter_mut().zip(&mut *sum).zip(&*max) {
            *logit = exp(*logit - reference(max));
            *sum += *logit;
        }
    }
    rose
}

/// Adds the weighted values of a tile to `out` `[heads, padded d_v]`.
#[inline(always)]
fn add_values<S: Simd>(simd: S, weights: Matrix<'_>, tile: Matrix<'_>, rows: usize, heads: usize, out: &mut [f32], padded_d_v: usize) {
    for column in (0..padded_d_v).step_by(panel_width::<S>()) {
        let values = Matrix { data: &tile.data[column..], stride: tile.stride };
        for head in (0..heads).step_by(ROWS) {
            let weights = Matrix { data: &weights.data[head..], stride: weights.stride };
            let out = &mut out[head * padded_d_v + column..];
            add_weighted(simd, weights, values, rows, ROWS.min(heads - head), out, padded_d_v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::testing::Random;
    use crate::oracle;

    /// Owned inputs of a problem.
    struct Inputs {
        q: Vec<u8>,
        segments: Vec<Vec<u8>>,
        rows_per_segment: usize,
        rows: usize,
        format: KvFormat,
        dtype: DType,
        queries: usize,
        heads: usize,
        d_qk: usize,
        d_v: usize,
    }

    impl Inputs {
        fn new(random: &mut Random, format: KvFormat, dtype: DType, rows: usize, [queries, heads, d_qk, d_v]: [usize; 4]) -> Self {
            let rows_per_segment = rows.div_ceil(3).max(1);
            let row_bytes = format.row_bytes(d_qk as u32) as usize;
            let mut cache = vec![0; rows * row_bytes];
            for row in cache.chunks_exact_mut(row_bytes) {
                let values: Vec<f32> = random.normals(d_qk).iter().map(|x| x / 10.0).collect();
                match format {
                    KvFormat::Plain(dtype) => formats::encode_into(dtype, &values, row),
                    KvFormat::Fp8 => Fp8Row::quantise_row(&values, row).expect("576 values"),
                }
            }
            let segments = cache.chunks(rows_per_segment * row_bytes).map(<[u8]>::to_vec).collect();
            let q = formats::encode(dtype, &random.normals(queries * heads * d_qk));
            Inputs { q, segments, rows_per_segment, rows, format, dtype, queries, heads, d_qk, d_v }
        }

        /// Fills every row that no index refers to with NaN.
        fn poison(&mut self, used: &[i32]) {
            let row_bytes = self.format.row_bytes(self.d_qk as u32) as usize;
            for row in (0..self.rows).filter(|&row| !used.contains(&(row as i32))) {
                let segment = &mut self.segments[row / self.rows_per_segment];
                segment[row % self.rows_per_segment * row_bytes..][..row_bytes].fill(0xff);
            }
        }

        /// Compares with the oracle. Returns the largest difference of an output.
        fn check(&self, keys: Keys<'_>, attn_sink: Option<&[f32]>) -> f64 {
            let segments: Vec<&[u8]> = self.segments.iter().map(Vec::as_slice).collect();
            let &Inputs { rows_per_segment, rows, format, queries, heads, d_qk, d_v, .. } = self;
            let problem = Attention {
                q: &self.q,
                q_dtype: self.dtype,
                kv: KvRows { segments: &segments, rows_per_segment, rows, format },
                keys,
                attn_sink,
                queries,
                heads,
                d_qk,
                d_v,
                softmax_scale: 0.5,
            };
            let mut out = vec![0xff; queries * heads * d_v * self.dtype.bytes() as usize];
            let (mut max_logits, mut lse) = (vec![f32::NAN; queries * heads], vec![f32::NAN; queries * heads]);
            attention(&problem, &mut out, &mut max_logits, &mut lse);
            let expected = oracle::attention(&problem);
            let out_limit = match self.dtype {
                DType::F32 => 1e-5,
                DType::F16 => 1e-3,
                DType::Bf16 => 4e-3,
            };
            let worst = compare("out", &formats::decode(self.dtype, &out), &expected.out, out_limit);
            compare("max_logits", &max_logits, &expected.max_logits, 1e-5);
            compare("lse", &lse, &expected.lse, 1e-5);
            worst
        }
    }

    /// Relative to the value or, below 0.1, absolute. Infinities must agree.
    fn compare(name: &str, actual: &[f32], expected: &[f64], limit: f64) -> f64 {
        assert_eq!(actual.len(), expected.len());
        let mut worst = 0f64;
        for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
            if expected.is_infinite() {
                assert_eq!(actual as f64, expected, "{name}[{i}]");
                continue;
            }
            let difference = (actual as f64 - expected).abs();
            assert!(difference <= limit * expected.abs().max(0.1), "{name}[{i}] is {actual}, expected {expected}");
            worst = worst.max(difference);
        }
        worst
    }

    const FORMATS: [KvFormat; 4] = [KvFormat::Fp8, KvFormat::Plain(DType::Bf16), KvFormat::Plain(DType::F16), KvFormat::Plain(DType::F32)];

    #[test]
    fn sparse_with_invalid_indices_lengths_and_sinks() {
        let mut random = Random::new(11);
        let invalid = [i32::MIN, -123_456, -1, 150, 114_514, i32::MAX];
        for format in FORMATS {
            for (heads, dtype) in [(1, DType::F32), (3, DType::F32), (17, DType::F16), (64, DType::Bf16)] {
                let (queries, top_k) = (7, 130);
                let mut inputs = Inputs::new(&mut random, format, dtype, 150, [queries, heads, 576, 512]);
                let draw = |_| if random.below(4) == 0 { invalid[random.below(6) as usize] } else { random.below(75) as i32 * 2 };
                let mut indices: Vec<i32> = (0..queries * top_k).map(draw).collect();
                indices[..top_k].fill(-1);
                let lengths = [130, 0, 1, 65, 500, -3, 64];
                let sink: Vec<f32> = (0..heads).map(|h| [f32::NEG_INFINITY, f32::INFINITY, 0.5, -1.0, 2.0][h % 5]).collect();
                inputs.poison(&indices);
                let keys = |topk_length| Keys::Indices { indices: &indices, top_k, topk_length };
                inputs.check(keys(None), None);
                inputs.check(keys(Some(&lengths)), Some(&sink));
            }
        }
    }

    #[test]
    fn other_row_lengths() {
        let mut random = Random::new(12);
        for (d_qk, d_v) in [(512, 512), (576, 64), (128, 128), (96, 40)] {
            let inputs = Inputs::new(&mut random, KvFormat::Plain(DType::F32), DType::F32, 70, [2, 5, d_qk, d_v]);
            let indices: Vec<i32> = (0..2 * 70).map(|i| i * 3 % 70).collect();
            inputs.check(Keys::Indices { indices: &indices, top_k: 70, topk_length: None }, None);
        }
    }

    #[test]
    fn dense_ranges_are_clamped() {
        let mut random = Random::new(13);
        let inputs = Inputs::new(&mut random, KvFormat::Fp8, DType::F32, 300, [5, 4, 576, 512]);
        let (k_start, k_end) = ([0, 100, 7, -9, 299], [300, 100, 6, 1000, 300]);
        inputs.check(Keys::Range { k_start: &k_start, k_end: &k_end }, Some(&[0.0, 1.0, -1.0, f32::NEG_INFINITY]));
    }

    #[test]
    fn split_keys_are_merged() {
        let mut random = Random::new(14);
        let rows = 3 * KEYS_PER_PART + 17;
        let inputs = Inputs::new(&mut random, KvFormat::Plain(DType::F16), DType::F32, rows, [1, 2, 64, 64]);
        let worst = inputs.check(Keys::Range { k_start: &[5], k_end: &[rows as i32] }, None);
        assert!(worst < 1e-6, "{worst}");
        let mut indices: Vec<i32> = (0..rows as i32).rev().collect();
        indices[..KEYS_PER_PART].fill(-1);
        inputs.check(Keys::Indices { indices: &indices, top_k: rows, topk_length: None }, Some(&[1.0, -1.0]));
    }

    #[test]
    fn nothing_to_attend_to() {
        let mut random = Random::new(15);
        let inputs = Inputs::new(&mut random, KvFormat::Fp8, DType::Bf16, 0, [2, 3, 576, 512]);
        inputs.check(Keys::Range { k_start: &[0, 0], k_end: &[0, 9] }, None);
        inputs.check(Keys::Indices { indices: &[], top_k: 0, topk_length: None }, Some(&[f32::INFINITY, 0.0, 1.0]));
    }
}
