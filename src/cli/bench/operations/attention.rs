//! Sparse prefill, sparse decode and dense attention.

use fastrand::Rng;
use half::bf16;
use portable_dsa::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, SparseDecode,
    SparseDecodeArgs, SparseDecodeOptions,
};
use portable_dsa::engine::Buffer;
use portable_dsa::layout::Fp8Row;
use portable_dsa::problem::{Attention, Keys, KvRows};
use portable_dsa::{DType, KvFormat, oracle};

use super::{Measured, Shape, Work, codes, difference, floats, measured, poisoned, random};
use crate::cli::Failure;
use crate::cli::bench::measure::Stopwatch;

const D_QK: usize = 576;
const D_V: usize = 512;
/// FlashMLA's limit of the cosine difference of a prefill; a decode's is 5e-6.
const LIMIT: f64 = 7e-6;
const SAMPLES: u64 = 2;
/// Most rows of a cache for decode: 2.6 GiB of FP8 rows.
const MOST_ROWS: u64 = 1 << 22;

/// Latent rows on the host and on the device, in segments that the device can hold.
struct Cache {
    format: KvFormat,
    rows: u64,
    rows_per_segment: u64,
    host: Vec<Vec<u8>>,
    buffers: Vec<Buffer>,
}

impl Cache {
    fn new(stopwatch: &Stopwatch, random: &mut Rng, format: KvFormat, rows: u64) -> Result<Self, Failure> {
        let row_bytes = format.row_bytes(D_QK as u32);
        let rows_per_segment = (stopwatch.device.capabilities().max_buffer_bytes / row_bytes).clamp(1, rows);
        let mut cache = Cache { format, rows, rows_per_segment, host: Vec::new(), buffers: Vec::new() };
        for first in (0..rows).step_by(rows_per_segment as usize) {
            let bytes = row_values(random, format, rows_per_segment.min(rows - first) as usize);
            cache.buffers.push(stopwatch.device.upload("cache", &bytes)?);
            cache.host.push(bytes);
        }
        Ok(cache)
    }

    /// The answer to one query.
    fn expected(&self, q: &[bf16], heads: usize, keys: Keys<'_>, scale: f32) -> Vec<f64> {
        let segments: Vec<&[u8]> = self.host.iter().map(Vec::as_slice).collect();
        let rows_per_segment = self.rows_per_segment as usize;
        let kv = KvRows { segments: &segments, rows_per_segment, rows: self.rows as usize, format: self.format };
        let (q, q_dtype) = (bytemuck::cast_slice(q), DType::Bf16);
        oracle::attention(&Attention {
            q,
            q_dtype,
            kv,
            keys,
            attn_sink: None,
            queries: 1,
            heads,
            d_qk: D_QK,
            d_v: D_V,
            softmax_scale: scale,
        })
        .out
    }
}

fn row_values(random: &mut Rng, format: KvFormat, rows: usize) -> Vec<u8> {
    if format != KvFormat::Fp8 {
        return bytemuck::cast_slice(&bf16s(random, rows * D_QK, 1.0)).to_vec();
    }
    let mut bytes = codes(random, rows * Fp8Row::BYTES);
    for row in bytes.chunks_exact_mut(Fp8Row::BYTES) {
        // Codes reach 448: scales of 2^-9 bring them to about 1.
        row[512..528].chunks_exact_mut(4).for_each(|scale| scale.copy_from_slice(&(1.0f32 / 512.0).to_le_bytes()));
        let rotary: [bf16; 64] = std::array::from_fn(|_| bf16::from_f32(random.f32() * 2.0 - 1.0));
        row[528..].copy_from_slice(bytemuck::cast_slice(&rotary));
    }
    bytes
}

fn bf16s(random: &mut Rng, count: usize, factor: f32) -> Vec<bf16> {
    floats(random, count).into_iter().map(|x| bf16::from_f32(x * factor)).collect()
}

/// Distinct rows for each query, ascending as top-k gives them.
fn lists(random: &mut Rng, queries: u64, rows: u64, top_k: u32) -> Vec<i32> {
    let mut indices = Vec::with_capacity((queries * u64::from(top_k)) as usize);
    for _ in 0..queries {
        // One row out of each of `top_k` parts of the cache.
        let parts = u64::from(top_k).min(rows);
        indices.extend((0..parts).map(|part| random.u64(part * rows / parts..(part + 1) * rows / parts) as i32));
        indices.extend(std::iter::repeat_n(-1, (u64::from(top_k) - parts) as usize));
    }
    indices
}

fn format_name(kv_format: KvFormat) -> &'static str {
    if kv_format == KvFormat::Fp8 { "FP8" } else { "bf16" }
}

fn work(queries: f64, heads: u32, keys: f64, row_bytes: u64) -> Work {
    let operations = 2.0 * queries * f64::from(heads) * keys * (D_QK + D_V) as f64;
    Work { operations, bytes: queries * (keys * row_bytes as f64 + f64::from(heads) * 2.0 * (D_QK + D_V) as f64) }
}

/// How far samples of `out` lie from the oracle.
fn compare(random: &mut Rng, queries: u64, heads: u32, out: &Buffer, mut expected: impl FnMut(usize) -> Vec<f64>) -> Result<f64, Failure> {
    let mut worst = 0.0f64;
    let values = u64::from(heads) * D_V as u64;
    for _ in 0..SAMPLES {
        let query = random.u64(0..queries);
        let actual: Vec<f32> = out.read_range_blocking::<bf16>(query * values * 2, values * 2)?.iter().map(|x| x.to_f32()).collect();
        worst = worst.max(difference(&actual, &expected(query as usize)));
    }
    Ok(worst)
}

/// Sparse attention of a prefill.
pub fn prefill(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { queries, context: rows, heads, top_k, variant, .. } = *shape;
    let random = &mut random();
    let device = &stopwatch.device;
    let cache = Cache::new(stopwatch, random, shape.kv_format.unwrap_or(KvFormat::Plain(DType::Bf16)), rows)?;
    let q = bf16s(random, queries as usize * heads as usize * D_QK, 1.0);
    let indices = lists(random, queries, rows, top_k);
    let (kv_format, rows_per_segment) = (cache.format, cache.rows_per_segment);
    let options = SparseAttentionOptions { queries, heads, kv_format, rows, rows_per_segment, top_k, variant, ..Default::default() };
    let plan = SparseAttention::plan(device, options)?;
    let row = queries * u64::from(heads);
    let out = poisoned(stopwatch, "out", row * D_V as u64 * 2)?;
    let args = SparseAttentionArgs {
        q: &device.upload("q", &q)?,
        kv: &cache.buffers,
        indices: &device.upload("indices", &indices)?,
        topk_length: None,
        attn_sink: None,
        out: &out,
        max_logits: &device.buffer("max_logits", row * 4)?,
        lse: &device.buffer("lse", row * 4)?,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let (width, k) = (heads as usize * D_QK, top_k as usize);
    let worst = compare(random, queries, heads, &out, |query| {
        let keys = Keys::Indices { indices: &indices[query * k..][..k], top_k: k, topk_length: None };
        cache.expected(&q[query * width..][..width], heads as usize, keys, options.softmax_scale)
    })?;
    let text = format!("{queries} of {rows}, {heads} heads, k {top_k}, {}", format_name(kv_format));
    let work = work(queries as f64, heads, f64::from(top_k).min(rows as f64), kv_format.row_bytes(D_QK as u32));
    Ok(measured("sparse-attention", text, plan.variant(), seconds, work, worst, LIMIT))
}

/// Sparse decode, from FP8 rows.
pub fn decode(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { batch, next_n, context, heads, top_k, variant, .. } = *shape;
    let random = &mut random();
    let device = &stopwatch.device;
    let (queries, rows) = (batch * u64::from(next_n), (batch * context).min(MOST_ROWS.max(context)));
    let kv_format = shape.kv_format.unwrap_or(KvFormat::Fp8);
    let cache = Cache::new(stopwatch, random, kv_format, rows)?;
    let q = bf16s(random, queries as usize * heads as usize * D_QK, 1.0);
    let indices = lists(random, queries, rows, top_k);
    let rows_per_segment = cache.rows_per_segment;
    let options = SparseDecodeOptions { batch, next_n, heads, kv_format, rows, rows_per_segment, top_k, variant, ..Default::default() };
    let plan = SparseDecode::plan(device, options)?;
    let row = queries * u64::from(heads);
    let out = poisoned(stopwatch, "out", row * D_V as u64 * 2)?;
    let args = SparseDecodeArgs {
        q: &device.upload("q", &q)?,
        cache: &cache.buffers,
        indices: &device.upload("indices", &indices)?,
        topk_length: None,
        attn_sink: None,
        out: &out,
        lse: &device.buffer("lse", row * 4)?,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let (width, k) = (heads as usize * D_QK, top_k as usize);
    let worst = compare(random, queries, heads, &out, |query| {
        let keys = Keys::Indices { indices: &indices[query * k..][..k], top_k: k, topk_length: None };
        cache.expected(&q[query * width..][..width], heads as usize, keys, options.softmax_scale)
    })?;
    let text = format!("{batch} x {next_n} of {rows}, {heads} heads, k {top_k}, {}", format_name(kv_format));
    let work = work(queries as f64, heads, f64::from(top_k).min(rows as f64), kv_format.row_bytes(D_QK as u32));
    Ok(measured("sparse-decode", text, plan.variant(), seconds, work, worst, LIMIT))
}

/// Dense attention of one token to its whole context: what sparse attention saves.
pub fn dense(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { context: rows, heads, variant, .. } = *shape;
    let random = &mut random();
    let device = &stopwatch.device;
    let kv_format = shape.kv_format.unwrap_or(KvFormat::Fp8);
    let cache = Cache::new(stopwatch, random, kv_format, rows)?;
    // Small queries: weights that no few rows have all of.
    let q = bf16s(random, heads as usize * D_QK, 0.25);
    let options = DenseAttentionOptions {
        queries: 1,
        heads,
        kv_format,
        rows,
        rows_per_segment: cache.rows_per_segment,
        variant,
        ..Default::default()
    };
    let plan = DenseAttention::plan(device, options)?;
    let out = poisoned(stopwatch, "out", u64::from(heads) * D_V as u64 * 2)?;
    let (k_start, k_end) = ([0i32], [rows as i32]);
    let args = DenseAttentionArgs {
        q: &device.upload("q", &q)?,
        kv: &cache.buffers,
        k_start: &device.upload("k_start", &k_start)?,
        k_end: &device.upload("k_end", &k_end)?,
        attn_sink: None,
        out: &out,
        max_logits: &device.buffer("max_logits", u64::from(heads) * 4)?,
        lse: &device.buffer("lse", u64::from(heads) * 4)?,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    // One head is enough: the oracle reads every row.
    let actual: Vec<f32> = out.read_range_blocking::<bf16>(0, D_V as u64 * 2)?.iter().map(|x| x.to_f32()).collect();
    let keys = Keys::Range { k_start: &k_start, k_end: &k_end };
    let worst = difference(&actual, &cache.expected(&q[..D_QK], 1, keys, options.softmax_scale));
    let text = format!("1 of {rows}, {heads} heads, {}", format_name(kv_format));
    let row_bytes = kv_format.row_bytes(D_QK as u32);
    Ok(measured("dense-attention", text, plan.variant(), seconds, work(1.0, heads, rows as f64, row_bytes), worst, LIMIT))
}
