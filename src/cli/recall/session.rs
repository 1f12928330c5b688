//! The model on a device: the document's rows in a pipeline's caches, and next-byte distributions from its answers.

use portable_dsa::DType;
use portable_dsa::engine::{Buffer, Device};
use portable_dsa::pipeline::{Attend, Pipeline, PipelineOptions, Queries, QueryOutput, Tokens};

use super::context::Context;
use super::model::{D_V, INDEX_HEADS, Model, Rows, SOFTMAX_SCALE};
use crate::cli::Failure;

/// Rows that one submission appends.
const CHUNK: usize = 8192;

/// A pipeline that holds rows of the model.
pub struct Session {
    device: Device,
    pub pipeline: Pipeline,
    model: Model,
    attn_sink: Buffer,
    rows: Rows,
}

/// One way to attend, with room for the answers.
pub struct Reader {
    attend: Attend,
    queries: usize,
    out: Buffer,
    max_logits: Buffer,
    lse: Buffer,
}

impl Session {
    /// Caches for `capacity` rows.
    pub fn new(device: &Device, heads: u32, capacity: usize, budget_bytes: u64) -> Result<Self, Failure> {
        let model = Model::new(heads as usize);
        let options = PipelineOptions {
            capacity: capacity.max(1) as u64,
            chunk: CHUNK as u64,
            heads,
            latent_dtype: DType::Bf16,
            // A rare byte's share is smaller than bf16's rounding of the shares beside it.
            q_dtype: DType::F32,
            softmax_scale: SOFTMAX_SCALE,
            index_heads: INDEX_HEADS as u32,
            index_dtype: DType::Bf16,
            // The model's keys are signs, made to be compared as they are.
            index_norm_eps: None,
            index_rope: None,
            index_hadamard: false,
            index_factor: 1.0,
            budget_bytes,
            ..PipelineOptions::default()
        };
        let pipeline = Pipeline::new(device, options)?;
        let attn_sink = device.upload("attn_sink", &model.attn_sink())?;
        Ok(Session { device: device.clone(), pipeline, model, attn_sink, rows: Rows::default() })
    }

    /// Appends the rows of `context` that the caches lack; `progress` is told how many each submission added.
    pub fn append(&mut self, context: &Context<'_>, mut progress: impl FnMut(u64)) -> Result<(), Failure> {
        let target = context.rows();
        while (self.pipeline.len() as usize) < target {
            let start = self.pipeline.len() as usize;
            let count = CHUNK.min(target - start);
            self.model.rows_into(context, start..start + count, &mut self.rows);
            // The device works on the last chunk while the host makes this one; no more than two are in memory.
            self.device.wait()?;
            let latent = self.device.upload("latent", &self.rows.latent)?;
            let index_keys = self.device.upload("index keys", &self.rows.keys)?;
            let tokens = Tokens { count: count as u64, latent: &latent, index_keys: &index_keys, norm: None, rope: None };
            let mut encoder = self.device.encoder();
            self.pipeline.append(&mut encoder, &tokens)?;
            encoder.submit()?;
            progress(count as u64);
        }
        Ok(self.device.wait()?)
    }

    /// Plans to answer `queries` queries at a time from the `top_k` best rows, or from all for `None`.
    pub fn reader(&self, queries: usize, top_k: Option<u32>) -> Result<Reader, Failure> {
        let attend = self.pipeline.plan_attend(queries as u64, top_k)?;
        let rows = (queries * self.model.heads()) as u64;
        let buffer = |label, bytes| self.device.buffer(label, bytes);
        Ok(Reader {
            attend,
            queries,
            out: buffer("out", rows * D_V as u64 * 4)?,
            max_logits: buffer("max_logits", rows * 4)?,
            lse: buffer("lse", rows * 4)?,
        })
    }

    /// The distribution of the byte after each of `positions`.
    pub fn next_bytes(&self, context: &Context<'_>, reader: &Reader, positions: &[usize]) -> Result<Vec<[f32; 256]>, Failure> {
        let mut found = Vec::with_capacity(positions.len());
        for positions in positions.chunks(reader.queries) {
            let queries = self.model.queries(context, positions);
            let q: Vec<f32> = queries.query.iter().map(|x| x.to_f32()).collect();
            let q = self.device.upload("q", &q)?;
            let index_q = self.device.upload("index q", &queries.index_query)?;
            let index_weights = self.device.upload("index weights", &queries.weights)?;
            let queries = Queries {
                context_lengths: &queries.k_end,
                q: &q,
                index_q: &index_q,
                index_weights: &index_weights,
                rope: None,
                attn_sink: Some(&self.attn_sink),
            };
            let output = QueryOutput { out: &reader.out, max_logits: &reader.max_logits, lse: &reader.lse };
            let mut encoder = self.device.encoder();
            self.pipeline.attend(&mut encoder, &reader.attend, &queries, &output)?;
            encoder.submit()?;
            let outputs = self.model.heads() * D_V;
            let bytes = (positions.len() * outputs * 4) as u64;
            let out = pollster::block_on(reader.out.read_range::<f32>(0, bytes))?;
            found.extend(out.chunks(outputs).map(|out| self.model.next_byte(out)));
        }
        Ok(found)
    }

    /// The rows that the last call selected for its first query, in ascending order; `None` if it attended to all.
    pub fn selected(&self, reader: &Reader) -> Result<Option<Vec<i32>>, Failure> {
        let Some((indices, top_k)) = reader.attend.indices() else { return Ok(None) };
        let mut rows: Vec<i32> = pollster::block_on(indices.read_range(0, u64::from(top_k) * 4))?;
        rows.retain(|&row| row >= 0);
        Ok(Some(rows))
    }
}
