//! Inputs of each operation as host slices: what the [`crate::oracle`] defines and the [`crate::cpu`] device computes.
//!
//! Multi-byte elements are little endian. Every slice is row-major and exactly as long as its shape says; the callers check that.

use crate::types::{DType, KvFormat, RopeLayout, ScaleFormat};

/// Rotary embedding of index rows: for row `r`, angle `i` (0..32) has `cos[r * 32 + i]` and `sin[r * 32 + i]`.
#[derive(Clone, Copy, Debug)]
pub struct Rope<'a> {
    /// Which elements make a pair.
    pub layout: RopeLayout,
    /// Cosines, `[rows, 32]`.
    pub cos: &'a [f32],
    /// Sines, `[rows, 32]`.
    pub sin: &'a [f32],
}

/// LayerNorm over the 128 index dimensions: `(x - mean) / sqrt(var + eps) * weight + bias`.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// `[128]`.
    pub weight: &'a [f32],
    /// `[128]`.
    pub bias: &'a [f32],
    /// DeepSeek-V3.2 uses 1e-6.
    pub eps: f32,
}

/// Rows of index keys (`rows = N`) or index queries (`rows = S * index_heads`, rope tables then have one row for each query).
/// The steps run in this order: norm, rope, Hadamard (`H x / sqrt(dim)`), quantisation.
#[derive(Clone, Copy, Debug)]
pub struct IndexRows<'a> {
    /// `[rows, dim]` of `dtype`.
    pub x: &'a [u8],
    /// Element type of `x`.
    pub dtype: DType,
    /// Number of rows.
    pub rows: usize,
    /// 64 or 128.
    pub dim: usize,
    /// Rows that share one row of the rope tables: 1 for keys, `index_heads` for queries.
    pub rows_per_position: usize,
    /// LayerNorm, keys only.
    pub norm: Option<Norm<'a>>,
    /// Rotary embedding on the first 64 dimensions.
    pub rope: Option<Rope<'a>>,
    /// Whether to apply the orthonormal Hadamard transform over `dim`.
    pub hadamard: bool,
    /// How the scale follows from the row's largest magnitude.
    pub scale_format: ScaleFormat,
}

/// Ragged index logits (DeepGEMM's `fp8_mqa_logits`).
#[derive(Clone, Copy, Debug)]
pub struct RaggedLogits<'a> {
    /// e4m3 `[queries, index_heads, dim]`.
    pub q: &'a [u8],
    /// e4m3 `[keys, dim]`.
    pub k: &'a [u8],
    /// `[keys]`.
    pub k_scale: &'a [f32],
    /// `[queries, index_heads]`.
    pub weights: &'a [f32],
    /// `[queries]`: the first key of each query's range.
    pub k_start: &'a [i32],
    /// `[queries]`: one past the last key.
    pub k_end: &'a [i32],
    /// Number of queries.
    pub queries: usize,
    /// Number of keys.
    pub keys: usize,
    /// Number of index heads.
    pub index_heads: usize,
    /// Index dimension, 64 or 128.
    pub dim: usize,
}

/// Paged index logits (DeepGEMM's `fp8_paged_mqa_logits`). A page holds `page_size * dim` e4m3 bytes, then `page_size` f32 scales.
#[derive(Clone, Copy, Debug)]
pub struct PagedLogits<'a> {
    /// e4m3 `[batch, next_n, index_heads, dim]`.
    pub q: &'a [u8],
    /// Page-major cache, in segments of `pages_per_segment` pages (the last may be shorter).
    pub cache: &'a [&'a [u8]],
    /// Pages in each segment but the last.
    pub pages_per_segment: usize,
    /// Tokens in a page.
    pub page_size: usize,
    /// `[batch * next_n, index_heads]`.
    pub weights: &'a [f32],
    /// `[batch, max_pages]` page numbers; entries past a sequence's last page are not read.
    pub block_table: &'a [i32],
    /// Columns of `block_table`.
    pub max_pages: usize,
    /// `[batch, next_n]`.
    pub context_lengths: &'a [i32],
    /// Number of sequences.
    pub batch: usize,
    /// Queries of each sequence.
    pub next_n: usize,
    /// Number of index heads.
    pub index_heads: usize,
    /// Index dimension, 64 or 128.
    pub dim: usize,
    /// Columns of the output.
    pub max_context: usize,
}

/// Top-k of the rows of a score matrix.
#[derive(Clone, Copy, Debug)]
pub struct TopKProblem<'a> {
    /// `[rows, columns]`.
    pub scores: &'a [f32],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// `[rows]` first column of each row's range; absent means 0. Clamped to `0..=columns`.
    pub row_start: Option<&'a [i32]>,
    /// `[rows]` one past the last column; absent means `columns`. Clamped to `0..=columns`.
    pub row_end: Option<&'a [i32]>,
    /// How many to keep.
    pub top_k: usize,
}

/// Latent rows that attention reads.
#[derive(Clone, Copy, Debug)]
pub struct KvRows<'a> {
    /// Segments of `rows_per_segment` rows each (the last may be shorter).
    pub segments: &'a [&'a [u8]],
    /// Rows in each segment but the last.
    pub rows_per_segment: usize,
    /// Rows in all.
    pub rows: usize,
    /// Storage format.
    pub format: KvFormat,
}

/// Which rows each query attends to.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'a> {
    /// Listed rows. Negative entries and entries `>= rows` are skipped.
    Indices {
        /// `[queries, top_k]`.
        indices: &'a [i32],
        /// Columns of `indices`.
        top_k: usize,
        /// `[queries]`: only the leftmost entries count; absent means all.
        topk_length: Option<&'a [i32]>,
    },
    /// All rows of a range, for dense attention. Clamped to `0..=rows`.
    Range {
        /// `[queries]`.
        k_start: &'a [i32],
        /// `[queries]`.
        k_end: &'a [i32],
    },
}

/// Attention over latent rows, keys and values from the same row: sparse prefill, sparse decode (`queries = batch * next_n`) and dense.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// `[queries, heads, d_qk]` of `q_dtype`.
    pub q: &'a [u8],
    /// Element type of `q` and of the output.
    pub q_dtype: DType,
    /// The rows.
    pub kv: KvRows<'a>,
    /// Which of them each query reads.
    pub keys: Keys<'a>,
    /// `[heads]`: FlashMLA's attention sink.
    pub attn_sink: Option<&'a [f32]>,
    /// Number of queries.
    pub queries: usize,
    /// Number of heads.
    pub heads: usize,
    /// Length of a query and of a row.
    pub d_qk: usize,
    /// Length of an output: the first `d_v` values of a row are its value.
    pub d_v: usize,
    /// Factor on `q . k` before the softmax.
    pub softmax_scale: f32,
}
