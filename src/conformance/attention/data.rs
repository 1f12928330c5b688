//! Seeded attention problems in the manner of FlashMLA's tests, their run on a device and their comparison with the oracle.

use std::ops::Range;

use dsa_engine::{Buffer, Device};

use super::super::Target;
use super::super::compare::{Tolerance, close, equal};
use super::super::random::Random;
use crate::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, SparseDecode,
    SparseDecodeArgs, SparseDecodeOptions, Tuning,
};
use crate::formats;
use crate::layout::Fp8Row;
use crate::problem::{Attention, Keys, KvRows};
use crate::{DType, KvFormat, oracle};

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
}

/// Lengths of the index lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    All,
    PerQuery,
    PerSequence,
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
    pub(super) sink: bool,
    pub(super) tuning: Tuning,
    /// Compare only so many queries, spread over all: for problems too big for the oracle.
    pub(super) sampled: usize,
}

impl Spec {
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
            sink: false,
            tuning: Tuning::default(),
            sampled: usize::MAX,
        }
    }

    pub(super) fn decode(batch: usize, next_n: usize, heads: usize, rows: usize, top_k: usize) -> Self {
        let prefill = Spec::prefill(batch * next_n, heads, 576, rows, top_k);
        Spec { op: Op::Decode, next_n, kv_format: KvFormat::Fp8, sink: true, ..prefill }
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
    spec: Spec,
    q: Vec<u8>,
    kv: Vec<Vec<u8>>,
    indices: Vec<i32>,
    topk_length: Option<Vec<i32>>,
    k_start: Vec<i32>,
    k_end: Vec<i32>,
    sink: Option<Vec<f32>>,
    scale: f32,
}

/// What an operation wrote; `lse` as `[queries, heads]`.
#[derive(PartialEq)]
pub(super) struct Output {
    out: Vec<u8>,
    max_logits: Option<Vec<f32>>,
    lse: Vec<f32>,
}

/// Normal numbers out of a table, four for each random number: large tensors would take long otherwise.
struct Normals {
    table: Vec<f32>,
}

impl Normals {
    fn fill(&self, random: &mut Random, n: usize, f: impl Fn(f32) -> f32) -> Vec<f32> {
        let mut values = Vec::with_capacity(n + 3);
        while values.len() < n {
            let mut bits = random.next_u64();
            for _ in 0..4 {
                values.push(f(self.table[(bits & 0xffff) as usize]));
                bits >>= 16;
            }
        }
        values.truncate(n);
        values
    }
}

/// FlashMLA's invalid indices, apart from the number of rows itself.
const INVALID: [i32; 7] = [i32::MIN, -123_456, -1, 114_514, 1_919_810, 2_147_480_000, i32::MAX];

impl Problem {
    pub(super) fn new(spec: Spec, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let normals = Normals { table: random.normals(1 << 16) };
        let decode = spec.op == Op::Decode;
        let shrink = |x: f32| if decode { (x / 10.0).clamp(-1.0, 1.0) } else { x * 0.104 };
        let q = normals.fill(&mut random, spec.queries * spec.heads * spec.d_qk, |x| if decode { x.clamp(-1.0, 1.0) } else { x * 0.104 });
        let values = normals.fill(&mut random, spec.rows * spec.d_qk, shrink);
        let mut indices = Vec::new();
        if spec.op != Op::Dense {
            (0..spec.queries).for_each(|_| indices.extend(index_list(&spec, &mut random)));
        }
        let lengths = match spec.lengths {
            Lengths::All => 0,
            Lengths::PerQuery => spec.queries,
            Lengths::PerSequence => spec.queries / spec.next_n,
        };
        let most = (spec.top_k + 1).max(64) as u64;
        let topk_length = (lengths > 0).then(|| (0..lengths).map(|_| random.below(most) as i32).collect());
        let (k_start, k_end) = ranges(&spec, &mut random);
        let sink = spec.sink.then(|| (0..spec.heads).map(|_| sink_value(&mut random)).collect());
        let scale = if decode { (spec.d_qk as f32).powf(-0.55) } else { 0.5 };
        let mut problem =
            Problem { spec, q: formats::encode(spec.q_dtype, &q), kv: Vec::new(), indices, topk_length, k_start, k_end, sink, scale };
        problem.store_rows(&values);
        problem
    }

    /// Encodes the rows, with NaN in every row that no query attends to.
    fn store_rows(&mut self, values: &[f32]) {
        let spec = self.spec;
        let mut used = vec![false; spec.rows];
        for query in 0..spec.queries {
            match spec.op {
                Op::Dense => range(&self.k_start, &self.k_end, query, spec.rows).for_each(|row| used[row] = true),
                _ => self.list(query).filter(|&row| row < spec.rows).for_each(|row| used[row] = true),
            }
        }
        let row_bytes = spec.kv_format.row_bytes(spec.d_qk as u32) as usize;
        let mut bytes = vec![0xff; spec.rows * row_bytes];
        for ((row, values), used) in bytes.chunks_exact_mut(row_bytes).zip(values.chunks_exact(spec.d_qk)).zip(used) {
            match spec.kv_format {
                _ if !used => (),
                KvFormat::Plain(dtype) => formats::encode_into(dtype, values, row),
                KvFormat::Fp8 => Fp8Row::quantise_row(values, row).expect("a row of 576 values"),
            }
        }
        self.kv = bytes.chunks(spec.rows_per_segment * row_bytes).map(<[u8]>::to_vec).collect();
    }

    /// The entries of a query's list that count, as row numbers; invalid ones come out as huge numbers.
    fn list(&self, query: usize) -> impl Iterator<Item = usize> {
        let length = self.length(query);
        self.indices[query * self.spec.top_k..][..length].iter().map(|&index| index as u32 as usize)
    }

    fn length(&self, query: usize) -> usize {
        let entry = if self.spec.lengths == Lengths::PerSequence { query / self.spec.next_n } else { query };
        self.topk_length.as_ref().map_or(self.spec.top_k, |lengths| (lengths[entry] as usize).min(self.spec.top_k))
    }

    /// Runs the operation once for each of `repeats`, on poisoned outputs.
    pub(super) fn run(&self, target: &Target<'_>, repeats: usize) -> Result<Vec<Output>, String> {
        let tensors = DeviceTensors::new(self, target.device)?;
        let runner = self.runner(target, &tensors)?;
        (0..repeats)
            .map(|_| {
                tensors.poison()?;
                runner(std::slice::from_ref(&(0..self.spec.queries as u64 / self.spec.next_n as u64)))?;
                tensors.read(self)
            })
            .collect()
    }

    /// Runs the operation in several ranges of queries (of sequences, for decode).
    pub(super) fn run_ranges(&self, target: &Target<'_>, ranges: &[Range<u64>]) -> Result<Output, String> {
        let tensors = DeviceTensors::new(self, target.device)?;
        tensors.poison()?;
        self.runner(target, &tensors)?(ranges)?;
        tensors.read(self)
    }

    /// A plan of the operation, bound to its tensors.
    #[expect(clippy::type_complexity, reason = "used once")]
    fn runner<'a>(
        &self,
        target: &Target<'a>,
        tensors: &'a DeviceTensors,
    ) -> Result<Box<dyn Fn(&[Range<u64>]) -> Result<(), String> + 'a>, String> {
        let (spec, device, t) = (self.spec, target.device, tensors);
        let (queries, heads) = (spec.queries as u64, spec.heads as u32);
        let (d_qk, d_v, q_dtype, kv_format) = (spec.d_qk as u32, spec.d_v as u32, spec.q_dtype, spec.kv_format);
        let (rows, rows_per_segment, top_k) = (spec.rows as u64, spec.rows_per_segment as u64, spec.top_k as u32);
        let (softmax_scale, variant, tuning) = (self.scale, target.variant, spec.tuning);
        macro_rules! run {
            ($plan:expr, $args:expr) => {{
                let (plan, args) = ($plan.map_err(text)?, $args);
                Ok(Box::new(move |ranges: &[Range<u64>]| {
                    let mut encoder = device.encoder();
                    for range in ranges {
                        plan.encode_range(&mut encoder, &args, range.clone()).map_err(text)?;
                    }
                    encoder.submit_and_wait().map_err(text)
                }))
            }};
        }
        let (q, kv, out, lse, max_logits) = (&t.q, &t.kv[..], &t.out, &t.lse, &t.max_logits);
        let (indices, topk_length, attn_sink) = (&t.indices, t.topk_length.as_ref(), t.sink.as_ref());
        let (k_start, k_end) = (&t.k_start, &t.k_end);
        match spec.op {
            Op::Prefill => {
                let options = SparseAttentionOptions {
                    queries,
                    heads,
                    d_qk,
                    d_v,
                    q_dtype,
                    kv_format,
                    rows,
                    rows_per_segment,
                    top_k,
                    softmax_scale,
                    variant,
                    tuning,
                };
                let args = SparseAttentionArgs { q, kv, indices, topk_length, attn_sink, out, max_logits, lse };
                run!(SparseAttention::plan(device, options), args)
            }
            Op::Decode => {
                let (batch, next_n) = (queries / spec.next_n as u64, spec.next_n as u32);
                let lengths_per_query = spec.lengths == Lengths::PerQuery;
                let options = SparseDecodeOptions {
                    batch,
                    next_n,
                    heads,
                    d_qk,
                    d_v,
                    q_dtype,
                    kv_format,
                    rows,
                    rows_per_segment,
                    top_k,
                    lengths_per_query,
                    softmax_scale,
                    variant,
                    tuning,
                };
                run!(SparseDecode::plan(device, options), SparseDecodeArgs { q, cache: kv, indices, topk_length, attn_sink, out, lse })
            }
            Op::Dense => {
                let options = DenseAttentionOptions {
                    queries,
                    heads,
                    d_qk,
                    d_v,
                    q_dtype,
                    kv_format,
                    rows,
                    rows_per_segment,
                    softmax_scale,
                    variant,
                    tuning,
                };
                let args = DenseAttentionArgs { q, kv, k_start, k_end, attn_sink, out, max_logits, lse };
                run!(DenseAttention::plan(device, options), args)
            }
        }
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

/// The two outputs have the same bits.
pub(super) fn same(a: &Output, b: &Output) -> Result<f64, String> {
    equal("out of a repeat", &a.out, &b.out)?;
    let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    equal("lse of a repeat", &bits(&a.lse), &bits(&b.lse))?;
    equal("max_logits of a repeat", &bits(a.max_logits.as_deref().unwrap_or(&[])), &bits(b.max_logits.as_deref().unwrap_or(&[])))
}

fn index_list(spec: &Spec, random: &mut Random) -> Vec<i32> {
    let take = spec.top_k.min(spec.rows);
    let mut list: Vec<i32> = match spec.pattern {
        Pattern::Invalid => Vec::new(),
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

/// FlashMLA's sinks: a third each of numbers, -inf and +inf.
fn sink_value(random: &mut Random) -> f32 {
    match random.below(3) {
        0 => f32::NEG_INFINITY,
        1 => f32::INFINITY,
        _ => random.normal(),
    }
}

struct DeviceTensors {
    q: Buffer,
    kv: Vec<Buffer>,
    indices: Buffer,
    topk_length: Option<Buffer>,
    k_start: Buffer,
    k_end: Buffer,
    sink: Option<Buffer>,
    out: Buffer,
    max_logits: Buffer,
    lse: Buffer,
}

impl DeviceTensors {
    fn new(problem: &Problem, device: &Device) -> Result<Self, String> {
        let spec = problem.spec;
        let per_head = (spec.queries * spec.heads * 4) as u64;
        Ok(DeviceTensors {
            q: device.upload("q", &problem.q).map_err(text)?,
            kv: problem.kv.iter().map(|segment| device.upload("kv", segment)).collect::<Result<_, _>>().map_err(text)?,
            indices: device.upload("indices", &problem.indices).map_err(text)?,
            topk_length: problem.topk_length.as_ref().map(|x| device.upload("topk_length", x)).transpose().map_err(text)?,
            k_start: device.upload("k_start", &problem.k_start).map_err(text)?,
            k_end: device.upload("k_end", &problem.k_end).map_err(text)?,
            sink: problem.sink.as_ref().map(|x| device.upload("attn_sink", x)).transpose().map_err(text)?,
            out: device.buffer("out", per_head / 4 * spec.d_v as u64 * spec.q_dtype.bytes()).map_err(text)?,
            max_logits: device.buffer("max_logits", per_head).map_err(text)?,
            lse: device.buffer("lse", per_head).map_err(text)?,
        })
    }

    /// Fills the outputs with NaN.
    fn poison(&self) -> Result<(), String> {
        for buffer in [&self.out, &self.max_logits, &self.lse] {
            buffer.write(0, &vec![0xffu8; buffer.size() as usize]).map_err(text)?;
        }
        Ok(())
    }

    fn read(&self, problem: &Problem) -> Result<Output, String> {
        let spec = problem.spec;
        let lse: Vec<f32> = self.lse.read_blocking().map_err(text)?;
        let (heads, next_n) = (spec.heads, spec.next_n);
        // A decode has [batch, heads, next_n].
        let at = |i: usize| (i / heads / next_n * heads + i % heads) * next_n + i / heads % next_n;
        Ok(Output {
            out: self.out.read_blocking().map_err(text)?,
            max_logits: match spec.op {
                Op::Decode => None,
                _ => Some(self.max_logits.read_blocking().map_err(text)?),
            },
            lse: (0..lse.len()).map(|i| lse[at(i)]).collect(),
        })
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
