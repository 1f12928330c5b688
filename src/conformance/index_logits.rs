//! Index logits: DeepGEMM's tests. Inputs are e4m3 already, so the oracle computes from the same values and the limit is its 5e-6.

use super::compare::{EXACT, calc_diff, calc_diff_limit, equal};
use super::random::Random;
use super::{Case, Target};
use crate::index_logits::{
    IndexLogits, IndexLogitsArgs, IndexLogitsOptions, PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions,
};
use crate::layout::IndexPage;
use crate::problem::{PagedLogits, RaggedLogits};
use crate::{ScaleFormat, Variant, formats, oracle};

const GROUP: &str = "index-logits";
const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
/// Both names run one shader: forcing the second is checked in some cases only.
const ONE: &[Variant] = &[Variant::Generic];
const LIMIT: f64 = 5e-6;
/// A NaN of its own kind: what outputs hold before a run.
const POISON: u32 = 0x7fc0_dead;
/// The code of NaN, and bytes of a NaN scale: what no query may read.
const NAN_CODE: u8 = 0x7f;

/// The range of query i of n over so many keys.
type Range = fn(usize, usize, usize) -> (i32, i32);

const ALL: Range = |_, _, keys| (0, keys as i32);
/// The queries are the last tokens; DeepGEMM's test, whose first row is empty when there are as many queries as keys.
const CAUSAL: Range = |i, queries, keys| (0, (i + keys - queries.min(keys)) as i32);
/// DeepGEMM's context parallelism: a rank has one chunk of the front and its mirror image of the back.
const PARALLEL: Range = |i, queries, keys| {
    let half = queries / 2;
    let chunk = keys / 6;
    (0, if i < half { chunk + i } else { keys - chunk - queries + i } as i32)
};
/// Packed sequences of 50 keys, most rows of a tile with other ranges.
const PACKED: Range = |i, _, _| ((i * 3 / 50 * 50) as i32, (i * 3) as i32);
/// Negative, past the end, reversed, empty.
const HOSTILE: Range = |i, _, keys| {
    let keys = keys as i32;
    [(-7, 5), (keys - 3, keys + 9), (i32::MIN, i32::MAX), (9, 3), (keys, keys), (i32::MAX, i32::MIN), (17, 18), (-3, -1), (130, keys - 1)]
        [i % 9]
};
const EMPTY: Range = |_, _, _| (3, 3);

#[derive(Clone, Copy)]
struct Ragged {
    queries: usize,
    keys: usize,
    heads: usize,
    dim: usize,
    range: Range,
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    /// Queries of one call; 0 for all.
    chunk: usize,
    repeats: usize,
    /// Every so many queries are compared.
    stride: usize,
}

const RAGGED: Ragged = Ragged { queries: 9, keys: 261, heads: 64, dim: 128, range: ALL, limit: 0, chunk: 0, repeats: 2, stride: 1 };

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![codes(), hostile_pages()];
    for heads in [1, 4, 5, 8, 13, 32, 40, 64, 96, 128] {
        for dim in [64, 128] {
            let queries = if heads < 32 { 37 } else { 9 };
            let spec = Ragged { queries, heads, dim, range: CAUSAL, ..RAGGED };
            cases.push(ragged(&format!("ragged/heads-{heads}-dim-{dim}"), ONE, spec));
            let spec = Paged { heads, dim, ..PAGED };
            cases.push(paged(&format!("paged/heads-{heads}-dim-{dim}"), ONE, spec));
        }
    }
    cases.extend(ragged_cases());
    cases.extend(paged_cases());
    cases
}

fn ragged_cases() -> Vec<Case> {
    let many = Ragged { queries: 120, keys: 300, heads: 8, dim: 64, ..RAGGED };
    let full = Ragged { queries: 2048, keys: 8192, range: CAUSAL, stride: 67, ..RAGGED };
    let mut cases = vec![
        ragged("ragged/repeats", VARIANTS, Ragged { queries: 5, repeats: 20, ..RAGGED }),
        ragged("ragged/context-parallel", ONE, Ragged { queries: 24, heads: 32, dim: 64, range: PARALLEL, ..RAGGED }),
        ragged("ragged/square", ONE, Ragged { queries: 150, keys: 150, heads: 4, dim: 64, range: CAUSAL, ..RAGGED }),
        ragged("ragged/packed", ONE, Ragged { range: PACKED, ..many }),
        ragged("ragged/hostile-ranges", VARIANTS, Ragged { range: HOSTILE, ..many }),
        ragged("ragged/empty", ONE, Ragged { range: EMPTY, ..many }),
        ragged("ragged/one-query", ONE, Ragged { queries: 1, keys: 1000, ..RAGGED }),
        ragged("ragged/one-key", ONE, Ragged { queries: 70, keys: 1, heads: 8, ..RAGGED }),
        ragged("ragged/chunks", ONE, Ragged { chunk: 50, range: CAUSAL, ..many }),
        ragged("ragged/windows", VARIANTS, Ragged { keys: 1301, limit: 64 << 10, range: CAUSAL, ..RAGGED }),
        ragged("ragged/windows-of-ranges", ONE, Ragged { keys: 1301, limit: 16 << 10, range: HOSTILE, ..many }),
        ragged("ragged/groups", ONE, Ragged { queries: 700, keys: 131, heads: 3, dim: 64, range: PACKED, ..RAGGED }),
    ];
    for keys in [127, 128, 129] {
        cases.push(ragged(&format!("ragged/keys-{keys}"), ONE, Ragged { keys, queries: 3, heads: 32, ..RAGGED }));
    }
    for (name, spec) in [
        ("full/ragged-64", full),
        ("full/ragged-32", Ragged { heads: 32, dim: 64, ..full }),
        ("full/ragged-65536", Ragged { keys: 65536, stride: 409, ..full }),
        ("full/ragged-context-parallel", Ragged { range: PARALLEL, ..full }),
    ] {
        cases.push(Case { full: true, ..ragged(name, VARIANTS, spec) });
    }
    cases
}

fn paged_cases() -> Vec<Case> {
    let mut cases = vec![
        paged("paged/repeats", VARIANTS, Paged { repeats: 20, ..PAGED }),
        paged("paged/one-sequence", ONE, Paged { batch: 1, next_n: 1, context: 700, ..PAGED }),
        paged("paged/next-5", ONE, Paged { next_n: 5, heads: 32, ..PAGED }),
        paged("paged/segments", VARIANTS, Paged { pages_per_segment: 3, page_size: 16, heads: 8, ..PAGED }),
        paged("paged/windows", ONE, Paged { limit: 20 << 10, page_size: 61, heads: 8, ..PAGED }),
        paged("paged/windows-of-queries", ONE, Paged { limit: 2 << 10, page_size: 2, heads: 4, dim: 64, next_n: 3, ..PAGED }),
        paged("paged/chunks", ONE, Paged { chunk: 2, batch: 5, heads: 13, ..PAGED }),
    ];
    for page_size in [1, 2, 61, 64, 69, 576] {
        cases.push(paged(&format!("paged/page-{page_size}"), ONE, Paged { page_size, heads: 32, ..PAGED }));
    }
    let full = Paged { batch: 64, context: 8192, stride: 41, ..PAGED };
    for (name, spec) in [("full/paged", full), ("full/paged-32", Paged { heads: 32, next_n: 1, ..full })] {
        cases.push(Case { full: true, ..paged(name, VARIANTS, spec) });
    }
    cases
}

fn ragged(name: &str, variants: &'static [Variant], spec: Ragged) -> Case {
    let seed = (spec.queries * 31 + spec.keys * 7 + spec.heads * 3 + spec.dim) as u64;
    let check = move |target: &Target<'_>| check_ragged(target, &spec, &RaggedData::new(&spec, seed));
    Case { group: GROUP, name: name.to_owned(), tolerance: calc_diff_limit(LIMIT), full: false, variants, check: Box::new(check) }
}

/// Codes of normal numbers cast without a scale.
fn cast(random: &mut Random, n: usize) -> Vec<u8> {
    (0..n).map(|_| formats::f32_to_e4m3(random.normal())).collect()
}

/// Keys with scales of their own, `amax / 448`.
fn keys(random: &mut Random, n: usize, dim: usize) -> (Vec<u8>, Vec<f32>) {
    let (mut codes, mut scales) = (Vec::with_capacity(n * dim), Vec::with_capacity(n));
    for _ in 0..n {
        let row = random.normals(dim);
        let scale = formats::index_scale(row.iter().fold(0.0, |amax, x| amax.max(x.abs())), ScaleFormat::Amax);
        codes.extend(row.iter().map(|&x| formats::quantise(x, scale)));
        scales.push(scale);
    }
    (codes, scales)
}

struct RaggedData {
    q: Vec<u8>,
    k: Vec<u8>,
    k_scale: Vec<f32>,
    weights: Vec<f32>,
    k_start: Vec<i32>,
    k_end: Vec<i32>,
}

impl RaggedData {
    fn new(spec: &Ragged, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let (mut k, mut k_scale) = keys(&mut random, spec.keys, spec.dim);
        let ranges: Vec<_> = (0..spec.queries).map(|i| (spec.range)(i, spec.queries, spec.keys)).collect();
        for key in 0..spec.keys {
            if ranges.iter().all(|&(start, end)| (key as i32) < start || key as i32 >= end) {
                k[key * spec.dim..][..spec.dim].fill(NAN_CODE);
                k_scale[key] = f32::NAN;
            }
        }
        RaggedData {
            q: cast(&mut random, spec.queries * spec.heads * spec.dim),
            k,
            k_scale,
            weights: random.normals(spec.queries * spec.heads),
            k_start: ranges.iter().map(|range| range.0).collect(),
            k_end: ranges.iter().map(|range| range.1).collect(),
        }
    }

    /// The oracle's logits of one query.
    fn expected(&self, spec: &Ragged, query: usize) -> Vec<f64> {
        let query_codes = spec.heads * spec.dim;
        oracle::ragged_logits(&RaggedLogits {
            q: &self.q[query * query_codes..][..query_codes],
            k: &self.k,
            k_scale: &self.k_scale,
            weights: &self.weights[query * spec.heads..][..spec.heads],
            k_start: &self.k_start[query..=query],
            k_end: &self.k_end[query..=query],
            queries: 1,
            keys: spec.keys,
            index_heads: spec.heads,
            dim: spec.dim,
        })
    }
}

fn run_ragged(target: &Target<'_>, spec: &Ragged, data: &RaggedData) -> crate::Result<Vec<Vec<u32>>> {
    let device = target.device;
    let chunk = if spec.chunk == 0 { spec.queries } else { spec.chunk };
    let options = IndexLogitsOptions {
        queries: chunk as u64,
        keys: spec.keys as u64,
        index_heads: spec.heads as u32,
        dim: spec.dim as u32,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    let plan = IndexLogits::plan(device, options)?;
    let (q, k, k_scale) = (device.upload("q", &data.q)?, device.upload("k", &data.k)?, device.upload("k_scale", &data.k_scale)?);
    let weights = device.upload("weights", &data.weights)?;
    let (k_start, k_end) = (device.upload("k_start", &data.k_start)?, device.upload("k_end", &data.k_end)?);
    let poison = vec![POISON; chunk * spec.keys];
    let mut results = Vec::new();
    for _ in 0..spec.repeats {
        let mut result = Vec::new();
        for first in (0..spec.queries).step_by(chunk) {
            let queries = chunk.min(spec.queries - first);
            let logits = device.upload("logits", &poison)?;
            plan.run(&IndexLogitsArgs {
                first_query: first as u64,
                queries: queries as u64,
                keys: spec.keys as u64,
                q: &q,
                k: &k,
                k_scale: &k_scale,
                weights: &weights,
                k_start: &k_start,
                k_end: &k_end,
                logits: &logits,
            })?;
            result.extend_from_slice(&logits.read_blocking::<u32>()?[..queries * spec.keys]);
        }
        results.push(result);
    }
    Ok(results)
}

fn check_ragged(target: &Target<'_>, spec: &Ragged, data: &RaggedData) -> Result<f64, String> {
    let results = run_ragged(target, spec, data).map_err(|e| e.to_string())?;
    for result in &results[1..] {
        equal("repeat", result, &results[0])?;
    }
    let (mut actual, mut expected) = (Vec::new(), Vec::new());
    for query in (0..spec.queries).step_by(spec.stride) {
        actual.extend(results[0][query * spec.keys..][..spec.keys].iter().map(|&bits| f32::from_bits(bits)));
        expected.extend(data.expected(spec, query));
    }
    calc_diff("logits", &actual, &expected, LIMIT)
}

/// Every finite code, by itself: a key of one code and two heads that see it with opposite signs, so that relu hides nothing.
fn codes() -> Case {
    let check = |target: &Target<'_>| {
        let spec = Ragged { queries: 1, keys: 256, heads: 2, dim: 64, repeats: 1, ..RAGGED };
        let mut data = RaggedData::new(&spec, 1);
        data.q.fill(0);
        data.k.fill(0);
        data.k_scale.fill(1.0);
        (data.q[5], data.q[64 + 5]) = (0x38, 0xb8);
        data.weights = vec![1.0, -1.0];
        let mut expected = vec![0.0f32; 256];
        for code in (0..=255u8).filter(|code| code & 0x7f != NAN_CODE) {
            data.k[code as usize * 64 + 5] = code;
            expected[code as usize] = formats::e4m3_to_f32(code);
        }
        let results = run_ragged(target, &spec, &data).map_err(|e| e.to_string())?;
        let actual: Vec<f32> = results[0].iter().map(|&bits| f32::from_bits(bits)).collect();
        equal("logits", &actual, &expected)
    };
    let name = "ragged/codes".to_owned();
    Case { group: GROUP, name, tolerance: EXACT.to_owned(), full: false, variants: VARIANTS, check: Box::new(check) }
}

#[derive(Clone, Copy)]
struct Paged {
    batch: usize,
    next_n: usize,
    heads: usize,
    dim: usize,
    page_size: usize,
    /// Columns of the output.
    context: usize,
    /// 0 for one buffer.
    pages_per_segment: usize,
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    /// Sequences of one call; 0 for all.
    chunk: usize,
    repeats: usize,
    /// Every so many rows are compared.
    stride: usize,
    /// Puts page numbers that do not exist into the block table.
    hostile: bool,
}

const PAGED: Paged = Paged {
    batch: 3,
    next_n: 2,
    heads: 64,
    dim: 128,
    page_size: 64,
    context: 201,
    pages_per_segment: 0,
    limit: 0,
    chunk: 0,
    repeats: 2,
    stride: 1,
    hostile: false,
};

fn paged(name: &str, variants: &'static [Variant], spec: Paged) -> Case {
    let check = move |target: &Target<'_>| check_paged(target, &spec, &PagedData::new(&spec));
    Case { group: GROUP, name: name.to_owned(), tolerance: calc_diff_limit(LIMIT), full: false, variants, check: Box::new(check) }
}

fn hostile_pages() -> Case {
    paged("paged/hostile-pages", VARIANTS, Paged { hostile: true, page_size: 16, heads: 8, ..PAGED })
}

struct PagedData {
    q: Vec<u8>,
    cache: Vec<Vec<u8>>,
    pages_per_segment: usize,
    weights: Vec<f32>,
    block_table: Vec<i32>,
    max_pages: usize,
    context_lengths: Vec<i32>,
}

impl PagedData {
    /// Sequences of all lengths, pages in random order with some to spare; slots that no token has are NaN.
    fn new(spec: &Paged) -> Self {
        let mut random = Random::new((spec.page_size * 131 + spec.heads * 5 + spec.dim + spec.next_n) as u64);
        let layout = IndexPage { page_size: spec.page_size, dim: spec.dim };
        let max_pages = spec.context.div_ceil(spec.page_size) + 1;
        let pages = spec.batch * max_pages + 3;
        let mut memory = vec![0xff; pages * layout.bytes()];
        let order = random.permutation(pages, spec.batch * max_pages);
        let mut block_table: Vec<i32> = order.iter().map(|&page| page as i32).collect();
        let mut context_lengths = Vec::new();
        for sequence in 0..spec.batch {
            let longest = match sequence % 4 {
                0 => spec.context,
                1 => random.below(spec.context as u64) as usize + 1,
                2 => 0,
                _ => spec.page_size.min(spec.context),
            };
            // Earlier queries of a sequence see fewer tokens.
            context_lengths.extend((0..spec.next_n).map(|j| longest.saturating_sub((spec.next_n - 1 - j) * 3) as i32));
            for position in 0..longest {
                let (logical, slot) = layout.locate(position);
                let page = block_table[sequence * max_pages + logical] as usize;
                let (codes, scale) = keys(&mut random, 1, spec.dim);
                let bytes = &mut memory[page * layout.bytes()..][..layout.bytes()];
                layout.write(bytes, slot, &codes, scale[0]).expect("the page's own sizes");
            }
        }
        if spec.hostile {
            let bad = [-1, pages as i32, i32::MIN, i32::MAX, 0x0100_0000];
            for (i, &page) in bad.iter().enumerate() {
                block_table[i * 2] = page;
            }
            context_lengths[spec.next_n * 2] = i32::MIN;
            context_lengths[1] = i32::MAX;
        }
        let pages_per_segment = if spec.pages_per_segment == 0 { pages } else { spec.pages_per_segment };
        PagedData {
            q: cast(&mut random, spec.batch * spec.next_n * spec.heads * spec.dim),
            cache: memory.chunks(pages_per_segment * layout.bytes()).map(<[u8]>::to_vec).collect(),
            pages_per_segment,
            weights: random.normals(spec.batch * spec.next_n * spec.heads),
            block_table,
            max_pages,
            context_lengths,
        }
    }

    /// The oracle's logits of one row.
    fn expected(&self, spec: &Paged, row: usize) -> Vec<f64> {
        let query_codes = spec.heads * spec.dim;
        oracle::paged_logits(&PagedLogits {
            q: &self.q[row * query_codes..][..query_codes],
            cache: &self.cache.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            pages_per_segment: self.pages_per_segment,
            page_size: spec.page_size,
            weights: &self.weights[row * spec.heads..][..spec.heads],
            block_table: &self.block_table[row / spec.next_n * self.max_pages..][..self.max_pages],
            max_pages: self.max_pages,
            context_lengths: &self.context_lengths[row..=row],
            batch: 1,
            next_n: 1,
            index_heads: spec.heads,
            dim: spec.dim,
            max_context: spec.context,
        })
    }
}

fn run_paged(target: &Target<'_>, spec: &Paged, data: &PagedData) -> crate::Result<Vec<Vec<u32>>> {
    let device = target.device;
    let options = PagedIndexLogitsOptions {
        batch: spec.batch as u64,
        next_n: spec.next_n as u32,
        index_heads: spec.heads as u32,
        dim: spec.dim as u32,
        page_size: spec.page_size as u32,
        pages_per_segment: data.pages_per_segment as u64,
        max_pages: data.max_pages as u64,
        max_context: spec.context as u64,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    let plan = PagedIndexLogits::plan(device, options)?;
    let cache = data.cache.iter().map(|segment| device.upload("cache", segment)).collect::<Result<Vec<_>, _>>()?;
    let (q, weights) = (device.upload("q", &data.q)?, device.upload("weights", &data.weights)?);
    let block_table = device.upload("block_table", &data.block_table)?;
    let context_lengths = device.upload("context_lengths", &data.context_lengths)?;
    let chunk = if spec.chunk == 0 { spec.batch } else { spec.chunk };
    let row = spec.next_n * spec.context;
    let mut results = Vec::new();
    for _ in 0..spec.repeats {
        let mut result = Vec::new();
        for first in (0..spec.batch).step_by(chunk) {
            let sequences = chunk.min(spec.batch - first);
            let logits = device.upload("logits", &vec![POISON; chunk * row])?;
            plan.run(&PagedIndexLogitsArgs {
                first_sequence: first as u64,
                sequences: sequences as u64,
                columns: spec.context as u64,
                q: &q,
                cache: &cache,
                weights: &weights,
                block_table: &block_table,
                context_lengths: &context_lengths,
                logits: &logits,
            })?;
            result.extend_from_slice(&logits.read_blocking::<u32>()?[..sequences * row]);
        }
        results.push(result);
    }
    Ok(results)
}

fn check_paged(target: &Target<'_>, spec: &Paged, data: &PagedData) -> Result<f64, String> {
    let results = run_paged(target, spec, data).map_err(|e| e.to_string())?;
    for result in &results[1..] {
        equal("repeat", result, &results[0])?;
    }
    let (mut actual, mut expected) = (Vec::new(), Vec::new());
    for row in (0..spec.batch * spec.next_n).step_by(spec.stride) {
        actual.extend(results[0][row * spec.context..][..spec.context].iter().map(|&bits| f32::from_bits(bits)));
        expected.extend(data.expected(spec, row));
    }
    calc_diff("logits", &actual, &expected, LIMIT)
}
