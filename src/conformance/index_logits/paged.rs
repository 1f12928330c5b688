//! Logits of keys in a paged cache.

use super::super::compare::equal;
use super::super::random::{Normals, Random};
use super::{Case, GROUP, ONE, POISON, Target, VARIANTS, Values, with_sm90};
use crate::index_logits::{PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions};
use crate::layout::IndexPage;
use crate::problem::PagedLogits;
use crate::{Variant, formats, oracle};

#[derive(Clone, Copy)]
struct Paged {
    batch: usize,
    next_n: usize,
    heads: usize,
    dim: usize,
    page_size: usize,
    /// Columns of the output.
    context: usize,
    /// Contexts are around so long; 0 for one of everything: whole, part, none, a page.
    average: usize,
    values: Values,
    /// 0 for one buffer.
    pages_per_segment: usize,
    /// Columns of the block table; 0 for one more than needed.
    max_pages: usize,
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
    average: 0,
    values: Values::Normal,
    pages_per_segment: 0,
    max_pages: 0,
    limit: 0,
    chunk: 0,
    repeats: 1,
    stride: 1,
    hostile: false,
};

pub(super) fn cases() -> Vec<Case> {
    // A form of the kernel for each number of heads takes software drivers long: few keys for those that nothing else has.
    let small = Paged { heads: 8, ..PAGED };
    let many = Paged { heads: 32, dim: 64, stride: 7, ..PAGED };
    let odd = |heads, dim| Paged { heads, dim, batch: 2, context: 70, ..PAGED };
    let mut cases = vec![
        case("paged/repeats", VARIANTS, Paged { repeats: 20, ..PAGED }),
        case("paged/repeats-32", ONE, Paged { repeats: 20, heads: 32, next_n: 1, ..PAGED }),
        case("paged/whole-numbers", VARIANTS, Paged { values: Values::Whole, ..PAGED }),
        case("paged/one-sequence", ONE, Paged { batch: 1, next_n: 1, context: 500, ..PAGED }),
        case("paged/next-5", ONE, Paged { next_n: 5, heads: 32, ..PAGED }),
        case("paged/segments", VARIANTS, Paged { pages_per_segment: 3, page_size: 16, ..small }),
        case("paged/windows", ONE, Paged { limit: 20 << 10, page_size: 61, ..small }),
        case("paged/windows-of-queries", ONE, Paged { limit: 2 << 10, page_size: 2, heads: 4, dim: 64, next_n: 3, context: 101, ..PAGED }),
        case("paged/chunks", ONE, Paged { chunk: 2, batch: 5, ..small }),
        case("paged/hostile-pages", VARIANTS, Paged { hostile: true, page_size: 16, ..small }),
        case("paged/short-table", ONE, Paged { max_pages: 2, page_size: 32, ..small }),
        case("paged/next-70", ONE, Paged { next_n: 70, batch: 2, context: 300, stride: 3, ..PAGED }),
        case("paged/next-140-segments", ONE, Paged { next_n: 140, batch: 2, page_size: 16, pages_per_segment: 7, ..many }),
        case("paged/next-130-hostile-pages", ONE, Paged { next_n: 130, page_size: 4, hostile: true, ..many }),
        case("paged/longer-than-contexts", ONE, Paged { context: 700, average: 90, batch: 5, ..small }),
    ];
    for (heads, dim) in [(32, 64), (32, 128), (64, 64), (64, 128)] {
        cases.push(case(&format!("paged/heads-{heads}-dim-{dim}"), ONE, Paged { heads, dim, ..PAGED }));
    }
    for (heads, dim) in [(1, 64), (4, 128), (5, 64), (13, 128), (40, 64), (96, 128), (128, 64)] {
        cases.push(case(&format!("paged/heads-{heads}-dim-{dim}"), ONE, odd(heads, dim)));
    }
    for page_size in [1, 2, 32, 61, 64, 69, 576] {
        cases.push(case(&format!("paged/page-{page_size}"), ONE, Paged { page_size, ..small }));
    }
    cases.extend(full());
    cases
}

/// DeepGEMM's sizes, of 2026 and before.
fn full() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, spec| cases.push(Case { full: true, ..case(&name, ONE, spec) });
    for (batch, average) in [(256, 8192), (256, 65536), (4096, 8192)] {
        for (next_n, heads) in [(1, 32), (2, 32), (1, 64), (2, 64)] {
            let context = average * 13 / 10;
            let stride = batch * next_n / 7;
            // A cache of more than 2^31 bytes is of several buffers on most devices.
            let spec = Paged { batch, next_n, heads, context, average, stride, pages_per_segment: 1 << 17, ..PAGED };
            add(format!("full/paged-{batch}-of-{average}-next-{next_n}-heads-{heads}"), spec);
        }
    }
    for (batch, next_n) in [(64, 1), (64, 2), (128, 1)] {
        for average in [8192, 32768] {
            let spec = Paged { batch, next_n, context: 111_000, average, stride: batch * next_n / 7, ..PAGED };
            add(format!("full/paged-{batch}-of-{average}-next-{next_n}-within-111000"), spec);
        }
    }
    add("full/paged-repeats".to_owned(), Paged { batch: 64, context: 8192, stride: 41, repeats: 20, ..PAGED });
    cases
}

fn case(name: &str, variants: &'static [Variant], spec: Paged) -> Case {
    let check = move |target: &Target<'_>| check(target, &spec, &Data::new(&spec));
    let variants = with_sm90(variants, [8, 16, 32, 64, 128].contains(&spec.heads) && spec.page_size.is_multiple_of(4));
    Case { group: GROUP, name: name.to_owned(), tolerance: spec.values.tolerance(), full: false, variants, check: Box::new(check) }
}

/// Different keys of a cache: more tokens than this see some again.
const POOL: usize = 4096;

struct Data {
    q: Vec<u8>,
    cache: Vec<Vec<u8>>,
    pages_per_segment: usize,
    weights: Vec<f32>,
    block_table: Vec<i32>,
    max_pages: usize,
    context_lengths: Vec<i32>,
}

impl Data {
    /// Sequences of all lengths, pages in random order with some to spare; slots that no token has are NaN.
    fn new(spec: &Paged) -> Self {
        let mut random = Random::new((spec.page_size * 131 + spec.heads * 5 + spec.dim + spec.next_n) as u64);
        let normals = Normals::new(&mut random);
        let layout = IndexPage { page_size: spec.page_size, dim: spec.dim };
        let pool = (spec.batch * spec.context).min(POOL);
        let (codes, scales) = spec.values.quantise(&spec.values.fill(&normals, &mut random, pool * spec.dim), spec.dim, &mut random);
        let max_pages = if spec.max_pages > 0 { spec.max_pages } else { spec.context.div_ceil(spec.page_size) + 1 };
        let lengths: Vec<usize> = (0..spec.batch).map(|sequence| spec.length(sequence, &mut random)).collect();
        let used: Vec<usize> = lengths.iter().map(|length| length.div_ceil(spec.page_size).min(max_pages)).collect();
        let pages = used.iter().sum::<usize>() + 3;
        let order = random.permutation(pages, pages);
        let mut free = order.iter().map(|&page| page as i32);
        let mut memory = vec![0xff; pages * layout.bytes()];
        let mut block_table = Vec::with_capacity(spec.batch * max_pages);
        let mut context_lengths = Vec::with_capacity(spec.batch * spec.next_n);
        for (sequence, (&length, &used)) in lengths.iter().zip(&used).enumerate() {
            block_table.extend(free.by_ref().take(used));
            // What comes after a sequence's last page is not read.
            block_table.resize((sequence + 1) * max_pages, if sequence % 2 == 0 { 0 } else { -7 });
            // Earlier queries of a sequence see fewer tokens.
            context_lengths.extend((0..spec.next_n).map(|j| length.saturating_sub((spec.next_n - 1 - j) * 3) as i32));
            for position in 0..length.min(max_pages * spec.page_size) {
                let (logical, slot) = layout.locate(position);
                let page = block_table[sequence * max_pages + logical] as usize;
                let key = random.below(pool as u64) as usize;
                let bytes = &mut memory[page * layout.bytes()..][..layout.bytes()];
                layout.write(bytes, slot, &codes[key * spec.dim..][..spec.dim], scales[key]).expect("the page's own sizes");
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
        let q = spec.values.fill(&normals, &mut random, spec.batch * spec.next_n * spec.heads * spec.dim);
        Data {
            q: q.iter().map(|&x| formats::f32_to_e4m3(x)).collect(),
            cache: memory.chunks(pages_per_segment * layout.bytes()).map(<[u8]>::to_vec).collect(),
            pages_per_segment,
            weights: spec.values.weights(&mut random, spec.batch * spec.next_n * spec.heads),
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

impl Paged {
    /// Tokens of a sequence.
    fn length(&self, sequence: usize, random: &mut Random) -> usize {
        match sequence % 4 {
            // DeepGEMM's: 0.7 to 1.3 times the average.
            _ if self.average > 0 => (self.average * 7 / 10 + random.below(self.average as u64 * 6 / 10) as usize).min(self.context),
            0 => self.context,
            1 => random.below(self.context as u64) as usize + 1,
            2 => 0,
            _ => self.page_size.min(self.context),
        }
    }
}

fn run(target: &Target<'_>, spec: &Paged, data: &Data) -> crate::Result<Vec<Vec<u32>>> {
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

fn check(target: &Target<'_>, spec: &Paged, data: &Data) -> Result<f64, String> {
    let results = run(target, spec, data).map_err(|e| e.to_string())?;
    for result in &results[1..] {
        equal("repeat", result, &results[0])?;
    }
    let (mut actual, mut expected) = (Vec::new(), Vec::new());
    for row in (0..spec.batch * spec.next_n).step_by(spec.stride) {
        actual.extend(results[0][row * spec.context..][..spec.context].iter().map(|&bits| f32::from_bits(bits)));
        expected.extend(data.expected(spec, row));
    }
    spec.values.compare(&actual, &expected)
}
