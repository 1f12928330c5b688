//! Index logits and top-k.

use fastrand::Rng;
use portable_dsa::engine::Device;
use portable_dsa::index_logits::{
    IndexLogits, IndexLogitsArgs, IndexLogitsOptions, PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions,
};
use portable_dsa::layout::IndexPage;
use portable_dsa::oracle;
use portable_dsa::problem::{PagedLogits, RaggedLogits, TopKProblem};
use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};

use super::{Measured, Shape, Work, codes, difference, floats, measured, mismatch, poisoned, random};
use crate::cli::Failure;
use crate::cli::bench::measure::Stopwatch;

pub(super) const DIM: u32 = 128;
pub(super) const PAGE_SIZE: usize = 64;
/// DeepGEMM's limit for FP8 logits.
const LIMIT: f64 = 1e-5;
/// Queries that are compared, and keys of each.
const SAMPLES: u64 = 4;
const SAMPLE_KEYS: u64 = 256;

/// Scores of every key for every query.
pub fn ragged_logits(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { queries, context: keys, index_heads, variant, .. } = *shape;
    let (heads, dim) = (index_heads as usize, DIM as usize);
    let random = &mut random();
    let q = codes(random, queries as usize * heads * dim);
    let k = codes(random, keys as usize * dim);
    let k_scale: Vec<f32> = (0..keys).map(|_| random.f32() + 0.5).collect();
    let weights = floats(random, queries as usize * heads);
    let (k_start, k_end) = (vec![0i32; queries as usize], vec![keys as i32; queries as usize]);
    let device = &stopwatch.device;
    let plan = IndexLogits::plan(device, IndexLogitsOptions { queries, keys, index_heads, dim: DIM, variant, ..Default::default() })?;
    let logits = poisoned(stopwatch, "logits", queries * keys * 4)?;
    let args = IndexLogitsArgs {
        first_query: 0,
        queries,
        keys,
        q: &device.upload("q", &q)?,
        k: &device.upload("k", &k)?,
        k_scale: &device.upload("k_scale", &k_scale)?,
        weights: &device.upload("weights", &weights)?,
        k_start: &device.upload("k_start", &k_start)?,
        k_end: &device.upload("k_end", &k_end)?,
        logits: &logits,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let mut worst = 0.0f64;
    for _ in 0..SAMPLES {
        let query = random.u64(0..queries) as usize;
        let count = SAMPLE_KEYS.min(keys);
        let first = random.u64(0..=keys - count) as usize;
        let count = count as usize;
        let expected = oracle::ragged_logits(&RaggedLogits {
            q: &q[query * heads * dim..][..heads * dim],
            k: &k[first * dim..][..count * dim],
            k_scale: &k_scale[first..][..count],
            weights: &weights[query * heads..][..heads],
            k_start: &[0],
            k_end: &[count as i32],
            queries: 1,
            keys: count,
            index_heads: heads,
            dim,
        });
        let actual = logits.read_range_blocking::<f32>((query as u64 * keys + first as u64) * 4, count as u64 * 4)?;
        worst = worst.max(difference(&actual, &expected));
    }
    let pairs = queries as f64 * keys as f64;
    let work = Work { operations: 2.0 * pairs * heads as f64 * dim as f64, bytes: pairs * 4.0 + keys as f64 * 132.0 + q.len() as f64 };
    Ok(measured("index-logits", format!("{queries} x {keys}, {heads} heads"), plan.variant(), seconds, work, worst, LIMIT))
}

/// A cache of index keys whose pages lie in no order, in segments that the device can have as buffers.
pub(super) struct Pages {
    pub segments: Vec<Vec<u8>>,
    pub block_table: Vec<i32>,
    pub pages_per_segment: u64,
    /// Pages of a sequence.
    pub pages_of_one: u64,
}

impl Pages {
    pub fn new(device: &Device, random: &mut Rng, batch: u64, context: u64) -> Self {
        let (dim, page) = (DIM as usize, IndexPage { page_size: PAGE_SIZE, dim: DIM as usize });
        let pages_of_one = context.div_ceil(PAGE_SIZE as u64);
        let pages = pages_of_one * batch;
        let pages_per_segment = (device.capabilities().max_buffer_bytes / page.bytes() as u64).max(1);
        let mut segments = Vec::new();
        for first in (0..pages).step_by(pages_per_segment as usize) {
            let count = pages_per_segment.min(pages - first) as usize;
            let mut bytes = codes(random, count * page.bytes());
            for page_bytes in bytes.chunks_exact_mut(page.bytes()) {
                let scales = &mut page_bytes[PAGE_SIZE * dim..];
                scales.chunks_exact_mut(4).for_each(|scale| scale.copy_from_slice(&(random.f32() + 0.5).to_le_bytes()));
            }
            segments.push(bytes);
        }
        let mut block_table: Vec<i32> = (0..pages as i32).collect();
        random.shuffle(&mut block_table);
        Pages { segments, block_table, pages_per_segment, pages_of_one }
    }
}

/// Scores of the keys of each sequence's own pages.
pub fn paged_logits(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { batch, next_n, context, index_heads, variant, .. } = *shape;
    let (heads, dim, n) = (index_heads as usize, DIM as usize, next_n as usize);
    let random = &mut random();
    let device = &stopwatch.device;
    let Pages { segments, block_table, pages_per_segment, pages_of_one } = Pages::new(device, random, batch, context);
    let q = codes(random, batch as usize * n * heads * dim);
    let weights = floats(random, batch as usize * n * heads);
    let context_lengths = vec![context as i32; batch as usize * n];
    let options = PagedIndexLogitsOptions {
        batch,
        next_n,
        index_heads,
        dim: DIM,
        page_size: PAGE_SIZE as u32,
        pages_per_segment,
        max_pages: pages_of_one,
        max_context: context,
        variant,
        ..Default::default()
    };
    let plan = PagedIndexLogits::plan(device, options)?;
    let logits = poisoned(stopwatch, "logits", batch * u64::from(next_n) * context * 4)?;
    let cache = segments.iter().map(|bytes| device.upload("cache", bytes)).collect::<Result<Vec<_>, _>>()?;
    let args = PagedIndexLogitsArgs {
        first_sequence: 0,
        sequences: batch,
        columns: context,
        q: &device.upload("q", &q)?,
        cache: &cache,
        weights: &device.upload("weights", &weights)?,
        block_table: &device.upload("block_table", &block_table)?,
        context_lengths: &device.upload("context_lengths", &context_lengths)?,
        logits: &logits,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let views: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let mut worst = 0.0f64;
    for _ in 0..SAMPLES {
        // A whole number of pages in the middle of a sequence, as a sequence of its own.
        let sequence = random.u64(0..batch) as usize;
        let count = (SAMPLE_KEYS / PAGE_SIZE as u64).min(context / PAGE_SIZE as u64).max(1);
        let first = random.u64(0..=pages_of_one - count) as usize;
        let columns = (count * PAGE_SIZE as u64).min(context - first as u64 * PAGE_SIZE as u64) as usize;
        let expected = oracle::paged_logits(&PagedLogits {
            q: &q[sequence * n * heads * dim..][..heads * dim],
            cache: &views,
            pages_per_segment: pages_per_segment as usize,
            page_size: PAGE_SIZE,
            weights: &weights[sequence * n * heads..][..heads],
            block_table: &block_table[sequence * pages_of_one as usize + first..][..count as usize],
            max_pages: count as usize,
            context_lengths: &[columns as i32],
            batch: 1,
            next_n: 1,
            index_heads: heads,
            dim,
            max_context: columns,
        });
        let at = (sequence * n) as u64 * context + (first * PAGE_SIZE) as u64;
        worst = worst.max(difference(&logits.read_range_blocking::<f32>(at * 4, columns as u64 * 4)?, &expected));
    }
    let pairs = batch as f64 * f64::from(next_n) * context as f64;
    let operations = 2.0 * pairs * heads as f64 * dim as f64;
    let work = Work { operations, bytes: batch as f64 * context as f64 * 132.0 + pairs * 4.0 };
    let text = format!("{batch} x {next_n} x {context}, {heads} heads");
    Ok(measured("index-logits paged", text, plan.variant(), seconds, work, worst, LIMIT))
}

/// The best columns of each row. The scores are those of random keys and queries, as the indexer's are.
pub fn top_k(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { queries: rows, context: columns, top_k, variant, method, .. } = *shape;
    let device = &stopwatch.device;
    let random = &mut random();
    // Small heads, which cost little; many enough that hardly a score is zero as all of a key's heads are.
    let (heads, dim) = (16, 64);
    let options = IndexLogitsOptions { queries: rows, keys: columns, index_heads: heads, dim, ..Default::default() };
    let scores = device.buffer("scores", rows * columns * 4)?;
    let all = vec![columns as i32; rows as usize];
    IndexLogits::plan(device, options)?.run(&IndexLogitsArgs {
        first_query: 0,
        queries: rows,
        keys: columns,
        q: &device.upload("q", &codes(random, (rows * u64::from(heads * dim)) as usize))?,
        k: &device.upload("k", &codes(random, (columns * u64::from(dim)) as usize))?,
        k_scale: &device.upload("k_scale", &vec![1.0f32; columns as usize])?,
        weights: &device.upload("weights", &floats(random, (rows * u64::from(heads)) as usize))?,
        k_start: &device.upload("k_start", &vec![0i32; rows as usize])?,
        k_end: &device.upload("k_end", &all)?,
        logits: &scores,
    })?;
    let plan = TopK::plan(device, TopKOptions { rows, columns, top_k, variant, method })?;
    let indices = poisoned(stopwatch, "indices", rows * u64::from(top_k) * 4)?;
    let args = TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let mut worst = 0.0f64;
    for _ in 0..SAMPLES {
        let row = random.u64(0..rows);
        let scores = scores.read_range_blocking::<f32>(row * columns * 4, columns * 4)?;
        let problem =
            TopKProblem { scores: &scores, rows: 1, columns: columns as usize, row_start: None, row_end: None, top_k: top_k as usize };
        let actual = indices.read_range_blocking::<i32>(row * u64::from(top_k) * 4, u64::from(top_k) * 4)?;
        worst = worst.max(mismatch(&actual, &oracle::top_k(&problem)));
    }
    let work = Work { operations: 0.0, bytes: rows as f64 * (columns as f64 + f64::from(top_k)) * 4.0 };
    Ok(measured("top-k", format!("{rows} x {columns}, k {top_k}"), plan.variant(), seconds, work, worst, 0.0))
}
