//! Problems on a device.

use std::ops::Range;

use dsa_engine::{Buffer, Device};

use super::super::Target;
use super::super::compare::equal;
use super::data::{Lengths, Op, Output, Problem};
use crate::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, SparseDecode,
    SparseDecodeArgs, SparseDecodeOptions,
};

impl Problem {
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
                let lengths_per_query = matches!(spec.lengths, Lengths::PerQuery | Lengths::Hostile);
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
}

/// The two outputs have the same bits.
pub(super) fn same(a: &Output, b: &Output) -> Result<f64, String> {
    equal("out of a repeat", &a.out, &b.out)?;
    let bits = |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    equal("lse of a repeat", &bits(&a.lse), &bits(&b.lse))?;
    equal("max_logits of a repeat", &bits(a.max_logits.as_deref().unwrap_or(&[])), &bits(b.max_logits.as_deref().unwrap_or(&[])))
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
