//! Answering queries over a pipeline's caches.

use dsa_engine::{Buffer, Encoder};

use super::{D_QK, D_V, INDEX_DIM, PAGE_SIZE, Pipeline};
use crate::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, Tuning,
};
use crate::index_rows::{IndexQueries, IndexQueriesArgs, IndexQueriesOptions, RopeBuffers};
use crate::select::{Select, SelectArgs, SelectOptions};
use crate::{Error, KvFormat, Result};

/// Plans and scratch memory to answer queries of a [`Pipeline`]: sparse with one `top_k`, or dense. One pipeline can have several.
#[derive(Debug)]
pub struct Attend {
    queries: u64,
    path: Path,
}

#[derive(Debug)]
enum Path {
    Sparse(Box<Sparse>),
    Dense(Box<DenseAttention>),
}

#[derive(Debug)]
struct Sparse {
    index_queries: IndexQueries,
    select: Select,
    attention: SparseAttention,
    codes: Buffer,
    weights: Buffer,
    indices: Buffer,
    top_k: u32,
}

impl Attend {
    /// The rows that the last call selected, i32 `[queries, top_k]` as [`Select`] writes them, and `top_k`; `None` for dense attention.
    pub fn indices(&self) -> Option<(&Buffer, u32)> {
        match &self.path {
            Path::Sparse(sparse) => Some((&sparse.indices, sparse.top_k)),
            Path::Dense(_) => None,
        }
    }
}

/// Queries of one call.
#[derive(Clone, Copy, Debug)]
pub struct Queries<'a> {
    /// Tokens that each query sees, at most the pipeline's length; as many entries as queries.
    pub context_lengths: &'a [i32],
    /// `[queries, heads, 576]` of the query dtype.
    pub q: &'a Buffer,
    /// `[queries, index_heads, 128]` of the index dtype; not read by dense attention.
    pub index_q: &'a Buffer,
    /// f32 `[queries, index_heads]`; not read by dense attention.
    pub index_weights: &'a Buffer,
    /// Rotary tables of the queries' positions, f32 `[queries, 32]` each, if the pipeline has a rope.
    pub rope: Option<RopeBuffers<'a>>,
    /// f32 `[heads]`: attention sink.
    pub attn_sink: Option<&'a Buffer>,
}

/// Outputs of one call.
#[derive(Clone, Copy, Debug)]
pub struct QueryOutput<'a> {
    /// `[queries, heads, 512]` of the query dtype.
    pub out: &'a Buffer,
    /// f32 `[queries, heads]`.
    pub max_logits: &'a Buffer,
    /// f32 `[queries, heads]`, natural logarithm.
    pub lse: &'a Buffer,
}

impl Pipeline {
    /// Plans the answers to up to `queries` queries at a time: over the `top_k` best tokens, or over all of them for `None`.
    ///
    /// # Errors
    /// [`Error::Range`] for an option out of range, [`Error::Engine`] if the device has no memory for the scratch buffers.
    pub fn plan_attend(&self, queries: u64, top_k: Option<u32>) -> Result<Attend> {
        let options = &self.options;
        if !(1..=options.chunk).contains(&queries) {
            return Err(Error::range("queries", format!("1 to {}, the pipeline's chunk", options.chunk), queries));
        }
        let tuning = Tuning { max_workspace_bytes: options.budget_bytes, ..Tuning::default() };
        let Some(top_k) = top_k else {
            let dense = DenseAttentionOptions {
                queries,
                heads: options.heads,
                d_qk: D_QK,
                d_v: D_V,
                q_dtype: options.q_dtype,
                kv_format: KvFormat::Fp8,
                rows: options.capacity,
                rows_per_segment: self.rows_per_segment,
                softmax_scale: options.softmax_scale,
                variant: options.variant,
                tuning,
            };
            return Ok(Attend { queries, path: Path::Dense(Box::new(DenseAttention::plan(&self.device, dense)?)) });
        };
        let attention = SparseAttentionOptions {
            queries,
            heads: options.heads,
            d_qk: D_QK,
            d_v: D_V,
            q_dtype: options.q_dtype,
            kv_format: KvFormat::Fp8,
            rows: options.capacity,
            rows_per_segment: self.rows_per_segment,
            top_k,
            softmax_scale: options.softmax_scale,
            variant: options.variant,
            tuning,
        };
        let index_queries = IndexQueriesOptions {
            queries,
            index_heads: options.index_heads,
            dim: INDEX_DIM,
            dtype: options.index_dtype,
            rope: options.index_rope,
            hadamard: options.index_hadamard,
            scale_format: options.scale_format,
            factor: options.index_factor,
            variant: options.variant,
            max_binding_bytes: None,
        };
        let rows = queries * u64::from(options.index_heads);
        let sparse = Sparse {
            index_queries: IndexQueries::plan(&self.device, index_queries)?,
            select: Select::plan(&self.device, self.select_options(queries, top_k))?,
            attention: SparseAttention::plan(&self.device, attention)?,
            codes: self.device.buffer("index queries", rows * u64::from(INDEX_DIM))?,
            weights: self.device.buffer("index weights", rows * 4)?,
            indices: self.device.buffer("indices", queries * u64::from(top_k) * 4)?,
            top_k,
        };
        Ok(Attend { queries, path: Path::Sparse(Box::new(sparse)) })
    }

    fn select_options(&self, queries: u64, top_k: u32) -> SelectOptions {
        SelectOptions {
            queries,
            index_heads: self.options.index_heads,
            dim: INDEX_DIM,
            top_k,
            page_size: PAGE_SIZE,
            pages_per_segment: self.pages_per_segment,
            max_context: self.options.capacity,
            budget_bytes: self.options.budget_bytes,
            variant: self.options.variant,
        }
    }

    /// Records the answers to queries. The plan must come from this pipeline.
    ///
    /// # Errors
    /// [`Error::Range`] for more queries than planned or a context longer than the pipeline's, [`Error::Shape`] for a tensor that is too
    /// small.
    pub fn attend(&self, encoder: &mut Encoder<'_>, plan: &Attend, queries: &Queries<'_>, output: &QueryOutput<'_>) -> Result<()> {
        let count = queries.context_lengths.len() as u64;
        if count > plan.queries {
            return Err(Error::range("queries", format!("at most {}, as planned", plan.queries), count));
        }
        let bad = queries.context_lengths.iter().find(|&&length| length < 0 || length as u64 > self.len);
        if let Some(length) = bad {
            return Err(Error::range("context_lengths", format!("0 to {}, the tokens appended", self.len), length));
        }
        match &plan.path {
            Path::Dense(dense) => self.attend_dense(encoder, dense, queries, output),
            Path::Sparse(sparse) => self.attend_sparse(encoder, sparse, queries, output),
        }
    }

    fn attend_sparse(&self, encoder: &mut Encoder<'_>, plan: &Sparse, queries: &Queries<'_>, output: &QueryOutput<'_>) -> Result<()> {
        let count = queries.context_lengths.len() as u64;
        plan.index_queries.encode(
            encoder,
            &IndexQueriesArgs {
                queries: count,
                q: queries.index_q,
                weights: queries.index_weights,
                rope: queries.rope,
                codes: &plan.codes,
                weights_out: &plan.weights,
            },
        )?;
        let max_context = queries.context_lengths.iter().copied().max().unwrap_or(0) as u64;
        let pages: Vec<i32> = (0..max_context.div_ceil(u64::from(PAGE_SIZE)) as i32).collect();
        plan.select.encode(
            encoder,
            &SelectArgs {
                max_context,
                q: &plan.codes,
                weights: &plan.weights,
                cache: &self.index_keys,
                block_table: &pages,
                context_lengths: queries.context_lengths,
                indices: &plan.indices,
            },
        )?;
        plan.attention.encode_range(
            encoder,
            &SparseAttentionArgs {
                q: queries.q,
                kv: &self.kv,
                indices: &plan.indices,
                topk_length: None,
                attn_sink: queries.attn_sink,
                out: output.out,
                max_logits: output.max_logits,
                lse: output.lse,
            },
            0..count,
        )
    }

    fn attend_dense(
        &self,
        encoder: &mut Encoder<'_>,
        plan: &DenseAttention,
        queries: &Queries<'_>,
        output: &QueryOutput<'_>,
    ) -> Result<()> {
        let count = queries.context_lengths.len() as u64;
        let k_start = self.device.buffer("k_start", count * 4)?;
        let k_end = self.device.upload("k_end", queries.context_lengths)?;
        let args = DenseAttentionArgs {
            q: queries.q,
            kv: &self.kv,
            k_start: &k_start,
            k_end: &k_end,
            attn_sink: queries.attn_sink,
            out: output.out,
            max_logits: output.max_logits,
            lse: output.lse,
        };
        plan.encode_range(encoder, &args, 0..count)
    }
}
