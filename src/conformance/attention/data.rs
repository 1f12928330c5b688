//! Seeded attention problems in the manner of FlashMLA's tests, and their comparison with the oracle.

use std::ops::Range;

use super::super::compare::{Tolerance, close};
use super::super::random::{Normals, Random};
use crate::attention::Tuning;
use crate::formats;
use crate::layout::Fp8Row;
use crate::problem::{Attention, Keys, KvRows};
use crate::{DType, KvFormat, Variant, oracle};

/// The operation under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Prefill,
    Decode,
    Dense,
}

/// Which rows the index lists name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Distinct random rows, then FlashMLA's invalid values.
    Random,
    /// Nothing but invalid values.
    Invalid,
    /// Random rows, many of them several times.
    Duplicates,
    /// Random rows in ascending order, then -1: what top-k gives.
    Ascending,
    /// Decode: distinct tokens of each query's sequence by way of a shuffled block table, then -1. Each sequence has a length of its own.
    Paged {
        page: usize,
        /// Every second sequence is empty.
        empty: bool,
    },
}

/// Lengths of the index lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    All,
    PerQuery,
    PerSequence,
    /// For each query: negative, zero, longer than the list.
    Hostile,
}

/// Sinks of the heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    None,
    /// FlashMLA's: a third each of numbers, -inf and +inf.
    Some,
    /// Far beyond what an f32 exponential holds.
    Huge,
}

/// A problem without its data. Decode rows are those of `queries` lists over one physical cache of `rows` rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) op: Op,
    pub(super) queries: usize,
    pub(super) next_n: usize,
    pub(super) heads: usize,
    pub(super) d_qk: usize,
    pub(super) d_v: usize,
    pub(super) q_dtype: DType,
    pub(super) kv_format: KvFormat,
    pub(super) rows: usize,
    pub(super) rows_per_segment: usize,
    pub(super) top_k: usize,
    pub(super) pattern: Pattern,
    pub(super) lengths: Lengths,
    pub(super) sink: Sink,
    /// Factor on `q`: with a large one, one key has all the weight.
    pub(super) gain: f32,
    /// Factor on the rows, and how much larger than the first row's the last one's is.
    pub(super) kv_gain: f32,
    pub(super) growth: f32,
    pub(super) tuning: Tuning,
    /// Compare only so many queries, spread over all: for problems too big for the oracle.
    pub(super) sampled: usize,
}

impl Spec {
    /// The variants that compute this.
    pub(super) fn variants(&self) -> &'static [Variant] {
        let in_halves = self.q_dtype != DType::F32 && self.kv_format != KvFormat::Plain(DType::F32);
        let listed = self.op != Op::Dense;
        let bf16 = self.q_dtype == DType::Bf16 && in_halves && self.kv_format != KvFormat::Plain(DType::F16);
        let fits = self.d_qk >= 512 && self.d_v == 512 && self.heads > 8;
        match (listed, fits) {
            (true, true) if bf16 => super::WITH_SM90,
            (true, true) if in_halves => super::WITH_MATRIX,
            (false, true) if bf16 => super::RANGES_WITH_SM90,
            _ => super::VARIANTS,
        }
    }

    pub(super) fn prefill(queries: usize, heads: usize, d_qk: usize, rows: usize, top_k: usize) -> Self {
        Spec {
            op: Op::Prefill,
            queries,
            next_n: 1,
            heads,
            d_qk,
            d_v: 512.min(d_qk),
            q_dtype: DType::Bf16,
            kv_format: KvFormat::Plain(DType::Bf16),
            rows,
            rows_per_segment: rows,
            top_k,
            pattern: Pattern::Random,
            lengths: Lengths::All,
            sink: Sink::None,
            gain: 1.0,
            kv_gain: 1.0,
            growth: 1.0,
            tuning: Tuning::default(),
            sampled: usize::MAX,
        }
    }

    pub(super) fn decode(batch: usize, next_n: usize, heads: usize, rows: usize, top_k: usize) -> Self {
        let prefill = Spec::prefill(batch * next_n, heads, 576, rows, top_k);
        Spec { op: Op::Decode, next_n, kv_format: KvFormat::Fp8, sink: Sink::Some, ..prefill }
    }

    /// Sequences of up to `length` tokens in pages.
    pub(super) fn paged(batch: usize, next_n: usize, heads: usize, length: usize, top_k: usize, page: usize) -> Self {
        let rows = batch * length.div_ceil(page) * page;
        let decode = Spec::decode(batch, next_n, heads, rows, top_k);
        // Half of a binding's 2 GiB, as caches of servers are.
        Spec { pattern: Pattern::Paged { page, empty: false }, rows_per_segment: rows.min(1 << 20), ..decode }
    }

    pub(super) fn dense(queries: usize, heads: usize, d_qk: usize, rows: usize) -> Self {
        Spec { op: Op::Dense, ..Spec::prefill(queries, heads, d_qk, rows, 0) }
    }

    /// FlashMLA's limits; an f32 output has no rounding to allow for.
    fn limits(&self) -> [Tolerance; 3] {
        let log = |rel| Tolerance { abs: 1e-6, rel, cos: None };
        let (out, lse) = match self.op {
            Op::Decode => (Tolerance { abs: 1e-3, rel: 2.01 / 128.0, cos: Some(5e-6) }, log(8.01 / 65536.0)),
            Op::Prefill | Op::Dense => (Tolerance { abs: 8e-4, rel: 3.01 / 128.0, cos: Some(7e-6) }, log(2.01 / 65536.0)),
        };
        let out = if self.q_dtype == DType::F32 { Tolerance { abs: 2e-6, rel: 1e-5, cos: Some(1e-10) } } else { out };
        // The peers' absolute limit is for rows as they have them.
        let out = Tolerance { abs: out.abs * f64::from(self.kv_gain * self.growth), ..out };
        [out, log(2.01 / 65536.0), lse]
    }

    /// The limits, for people.
    pub(super) fn tolerance(&self) -> String {
        let [out, max_logits, lse] = self.limits();
        match self.op {
            Op::Decode => format!("out {out}; lse {lse}"),
            Op::Prefill | Op::Dense => format!("out {out}; max_logits {max_logits}; lse {lse}"),
        }
    }
}

/// The tensors of a problem on the host.
pub(super) struct Problem {
    pub(super) spec: Spec,
    pub(super) q: Vec<u8>,
    pub(super) kv: Vec<Vec<u8>>,
    pub(super) indices: Vec<i32>,
    pub(super) topk_length: Option<Vec<i32>>,
    pub(super) k_start: Vec<i32>,
    pub(super) k_end: Vec<i32>,
    pub(super) sink: Option<Vec<f32>>,
    pub(super) scale: f32,
}

/// What an operation wrote; `lse` as `[queries, heads]`.
#[derive(PartialEq)]
pub(super) struct Output {
    pub(super) out: Vec<u8>,
    pub(super) max_logits: Option<Vec<f32>>,
    pub(super) lse: Vec<f32>,
}

/// FlashMLA's invalid indices, apart from the number of rows itself.
const INVALID: [i32; 7] = [i32::MIN, -123_456, -1, 114_514, 1_919_810, 2_147_480_000, i32::MAX];

impl Problem {
    pub(super) fn new(spec: Spec, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let normals = Normals::new(&mut random);
        let decode = spec.op == Op::Decode;
        let gain = spec.gain;
        let query = |x: f32| gain * if decode { x.clamp(-1.0, 1.0) } else { x * 0.104 };
        let q = normals.fill(&mut random, spec.queries * spec.heads * spec.d_qk, query);
        let indices = index_lists(&spec, &mut random);
        let lengths = match spec.lengths {
            Lengths::All => 0,
            Lengths::PerQuery | Lengths::Hostile => spec.queries,
            Lengths::PerSequence => spec.queries / spec.next_n,
        };
        let most = (spec.top_k + 1).max(64) as u64;
        let hostile = [-5, 0, spec.top_k as i32 + 9, i32::MAX, i32::MIN, 1];
        let length = |i: usize| match spec.lengths {
            Lengths::Hostile => hostile[i % hostile.len()],
            _ => random.below(most) as i32,
        };
        let topk_length = (lengths > 0).then(|| (0..lengths).map(length).collect());
        let (k_start, k_end) = ranges(&spec, &mut random);
        let sink = (spec.sink != Sink::None).then(|| (0..spec.heads).map(|_| sink_value(spec.sink, &mut random)).collect());
        let scale = if decode { (spec.d_qk as f32).powf(-0.55) } else { 0.5 };
        let mut problem =
            Problem { spec, q: formats::encode(spec.q_dtype, &q), kv: Vec::new(), indices, topk_length, k_start, k_end, sink, scale };
        problem.store_rows(&normals, &mut random);
        problem
    }

    /// Fills the rows, with NaN in every row that no query attends to.
    fn store_rows(&mut self, normals: &Normals, random: &mut Random) {
        let spec = self.spec;
        let decode = spec.op == Op::Decode;
        let value = |x: f32| if decode { (x / 10.0).clamp(-1.0, 1.0) } else { x * 0.104 };
        let mut used = vec![false; spec.rows];
        for query in 0..spec.queries {
            match spec.op {
                Op::Dense => range(&self.k_start, &self.k_end, query, spec.rows).for_each(|row| used[row] = true),
                _ => self.list(query).filter(|&row| row < spec.rows).for_each(|row| used[row] = true),
            }
        }
        let row_bytes = spec.kv_format.row_bytes(spec.d_qk as u32) as usize;
        for (segment, used) in used.chunks(spec.rows_per_segment).enumerate() {
            let mut bytes = vec![0xff; used.len() * row_bytes];
            for (i, (row, _)) in bytes.chunks_exact_mut(row_bytes).zip(used).enumerate().filter(|(_, (_, used))| **used) {
                let place = (segment * spec.rows_per_segment + i) as f32 / spec.rows as f32;
                let gain = spec.kv_gain * spec.growth.powf(place);
                let values = normals.fill(random, spec.d_qk, |x| value(x) * gain);
                match spec.kv_format {
                    KvFormat::Plain(dtype) => formats::encode_into(dtype, &values, row),
                    KvFormat::Fp8 => Fp8Row::quantise_row(&values, row).expect("a row of 576 values"),
                }
            }
            self.kv.push(bytes);
        }
    }

    /// The entries of a query's list that count, as row numbers; invalid ones come out as huge numbers.
    fn list(&self, query: usize) -> impl Iterator<Item = usize> {
        let length = self.length(query);
        self.indices[query * self.spec.top_k..][..length].iter().map(|&index| index as u32 as usize)
    }

    fn length(&self, query: usize) -> usize {
        let entry = if self.spec.lengths == Lengths::PerSequence { query / self.spec.next_n } else { query };
        self.topk_length.as_ref().map_or(self.spec.top_k, |lengths| (lengths[entry].max(0) as usize).min(self.spec.top_k))
    }

    /// Compares with the oracle; the worst error as a share of its limit.
    pub(super) fn compare(&self, output: &Output) -> Result<f64, String> {
        let spec = self.spec;
        let count = spec.sampled.min(spec.queries);
        let mut worst = 0.0f64;
        for sample in 0..count {
            // The first and the last query are among them.
            let query = if count > 1 { sample * (spec.queries - 1) / (count - 1) } else { 0 };
            let expected = self.expected(query);
            let [out_limit, max_limit, lse_limit] = spec.limits();
            let (heads, out_bytes) = (spec.heads, spec.heads * spec.d_v * spec.q_dtype.bytes() as usize);
            let out = formats::decode(spec.q_dtype, &output.out[query * out_bytes..][..out_bytes]);
            let name = |tensor: &str| format!("query {query}: {tensor}");
            worst = worst.max(close(&name("out"), &out, &expected.out, out_limit)?);
            worst = worst.max(close(&name("lse"), &output.lse[query * heads..][..heads], &expected.lse, lse_limit)?);
            if let Some(max_logits) = &output.max_logits {
                worst = worst.max(close(&name("max_logits"), &max_logits[query * heads..][..heads], &expected.max_logits, max_limit)?);
            }
        }
        Ok(worst)
    }

    fn expected(&self, query: usize) -> oracle::AttentionOutput {
        let spec = self.spec;
        let q_bytes = spec.heads * spec.d_qk * spec.q_dtype.bytes() as usize;
        let segments: Vec<&[u8]> = self.kv.iter().map(Vec::as_slice).collect();
        let length = [self.length(query) as i32];
        let keys = match spec.op {
            Op::Dense => Keys::Range { k_start: &self.k_start[query..=query], k_end: &self.k_end[query..=query] },
            _ => {
                Keys::Indices { indices: &self.indices[query * spec.top_k..][..spec.top_k], top_k: spec.top_k, topk_length: Some(&length) }
            }
        };
        oracle::attention(&Attention {
            q: &self.q[query * q_bytes..][..q_bytes],
            q_dtype: spec.q_dtype,
            kv: KvRows { segments: &segments, rows_per_segment: spec.rows_per_segment, rows: spec.rows, format: spec.kv_format },
            keys,
            attn_sink: self.sink.as_deref(),
            queries: 1,
            heads: spec.heads,
            d_qk: spec.d_qk,
            d_v: spec.d_v,
            softmax_scale: self.scale,
        })
    }
}

/// The lists of all queries, `[queries, top_k]`.
fn index_lists(spec: &Spec, random: &mut Random) -> Vec<i32> {
    let mut lists = Vec::with_capacity(spec.queries * spec.top_k);
    match spec.pattern {
        _ if spec.op == Op::Dense => {}
        Pattern::Paged { page, empty } => paged_lists(spec, page, empty, random, &mut lists),
        _ => (0..spec.queries).for_each(|_| lists.extend(index_list(spec, random))),
    }
    lists
}

/// Tokens of sequences whose pages lie anywhere in the cache.
fn paged_lists(spec: &Spec, page: usize, empty: bool, random: &mut Random, lists: &mut Vec<i32>) {
    let sequences = spec.queries / spec.next_n;
    let pages = spec.rows / page / sequences;
    let table = random.permutation(sequences * pages, sequences * pages);
    for table in table.chunks_exact(pages) {
        let sequence = lists.len() / spec.top_k / spec.next_n;
        let length = match sequence {
            _ if empty && sequence % 2 == 1 => 0,
            0 => pages * page,
            _ => spec.next_n.max(random.below((pages * page) as u64) as usize + 1).min(pages * page),
        };
        for _ in 0..spec.next_n {
            let row = |token: u32| (table[token as usize / page] as usize * page + token as usize % page) as i32;
            let first = lists.len();
            lists.extend(random.permutation(length, spec.top_k.min(length)).into_iter().map(row));
            lists.resize(first + spec.top_k, -1);
        }
    }
}

fn index_list(spec: &Spec, random: &mut Random) -> Vec<i32> {
    let take = spec.top_k.min(spec.rows);
    let mut list: Vec<i32> = match spec.pattern {
        Pattern::Invalid | Pattern::Paged { .. } => Vec::new(),
        Pattern::Duplicates => (0..spec.top_k).map(|_| random.below(spec.rows.min(40) as u64) as i32).collect(),
        Pattern::Random | Pattern::Ascending => random.permutation(spec.rows, take).into_iter().map(|row| row as i32).collect(),
    };
    if spec.pattern == Pattern::Ascending {
        list.truncate(take * 3 / 4);
        list.sort_unstable();
        list.resize(spec.top_k, -1);
    }
    while list.len() < spec.top_k {
        list.push(match random.below(8) as usize {
            i if i < INVALID.len() && (INVALID[i] < 0 || INVALID[i] as usize >= spec.rows) => INVALID[i],
            _ => spec.rows as i32,
        });
    }
    list
}

/// Causal ranges at the end of the rows, and a few odd ones: empty, reversed, past the ends.
fn ranges(spec: &Spec, random: &mut Random) -> (Vec<i32>, Vec<i32>) {
    let rows = spec.rows as i32;
    let first = rows - spec.queries as i32;
    let range = |query: usize| match query % 8 {
        3 => (random.below(spec.rows as u64) as i32, rows + 5),
        4 => (7, 7),
        5 => (rows - 3, 2),
        6 => (-9, (first + query as i32).max(0)),
        _ => (0, first + query as i32 + 1),
    };
    (0..spec.queries).map(range).unzip()
}

fn range(k_start: &[i32], k_end: &[i32], query: usize, rows: usize) -> Range<usize> {
    let clamp = |x: i32| (x.max(0) as usize).min(rows);
    clamp(k_start[query])..clamp(k_end[query])
}

fn sink_value(sink: Sink, random: &mut Random) -> f32 {
    match (sink, random.below(3)) {
        (Sink::Huge, n) => [-1e30, 1e30, 60.0][n as usize],
        (_, 0) => f32::NEG_INFINITY,
        (_, 1) => f32::INFINITY,
        _ => random.normal(),
    }
}
