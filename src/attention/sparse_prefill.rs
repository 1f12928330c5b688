//! Sparse attention of a run of queries, each over its own list of rows.

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder};

use super::plan::{KeyList, KeyTensors, Plan, Shape, Tensors, Tuning};
use crate::{DType, KvFormat, Result, Variant};

/// The problem that a [`SparseAttention`] is planned for. The defaults are DeepSeek-V3.2's shapes with bf16 rows, one query and no rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseAttentionOptions {
    /// Queries, S.
    pub queries: u64,
    /// Heads, 1 to 128.
    pub heads: u32,
    /// Length of a query and of a latent row: a multiple of 64, at most 576.
    pub d_qk: u32,
    /// Length of an output, the first `d_v` values of a row: a multiple of 64, at most 512 and `d_qk`.
    pub d_v: u32,
    /// Element type of `q` and `out`.
    pub q_dtype: DType,
    /// Format of the latent rows.
    pub kv_format: KvFormat,
    /// Latent rows, N: indices from here on are invalid.
    pub rows: u64,
    /// Rows in each segment of `kv` but the last; the default is one segment for all.
    pub rows_per_segment: u64,
    /// Columns of `indices`, 1 to 2^20.
    pub top_k: u32,
    /// Factor on `q . k`. DeepSeek-V3.2 uses `192^-0.5 * (0.1 ln 40 + 1)^2` = 0.135234; the default is `d_qk^-0.5` for 576, as in FlashMLA.
    pub softmax_scale: f32,
    /// The form of the kernels; `None` chooses.
    pub variant: Option<Variant>,
    /// How the work is divided.
    pub tuning: Tuning,
}

impl Default for SparseAttentionOptions {
    fn default() -> Self {
        SparseAttentionOptions {
            queries: 1,
            heads: 128,
            d_qk: 576,
            d_v: 512,
            q_dtype: DType::Bf16,
            kv_format: KvFormat::Plain(DType::Bf16),
            rows: 0,
            rows_per_segment: u64::MAX,
            top_k: 2048,
            softmax_scale: 1.0 / 24.0,
            variant: None,
            tuning: Tuning::default(),
        }
    }
}

/// The tensors of a [`SparseAttention`], row-major.
#[derive(Clone, Copy, Debug)]
pub struct SparseAttentionArgs<'a> {
    /// `[queries, heads, d_qk]` of `q_dtype`.
    pub q: &'a Buffer,
    /// `[rows, d_qk]` in `kv_format`, cut into segments of `rows_per_segment` rows.
    pub kv: &'a [Buffer],
    /// i32 `[queries, top_k]`: rows to attend to, in any order. Negative entries and entries of `rows` or more are skipped; a row that is
    /// listed twice counts twice.
    pub indices: &'a Buffer,
    /// i32 `[queries]`: only so many of the leftmost entries count. `None`: all.
    pub topk_length: Option<&'a Buffer>,
    /// f32 `[heads]`: attention sink, may be infinite.
    pub attn_sink: Option<&'a Buffer>,
    /// Written: `[queries, heads, d_v]` of `q_dtype`.
    pub out: &'a Buffer,
    /// Written: f32 `[queries, heads]`.
    pub max_logits: &'a Buffer,
    /// Written: f32 `[queries, heads]`, natural logarithm.
    pub lse: &'a Buffer,
}

/// Sparse attention (FlashMLA's `flash_mla_sparse_fwd`): each query attends to the rows that its list names. The definition is in
/// [the module's documentation](super).
///
/// ```
/// use portable_dsa::attention::{SparseAttention, SparseAttentionArgs, SparseAttentionOptions};
/// use portable_dsa::{DType, KvFormat, engine::Device};
///
/// # fn main() -> portable_dsa::Result<()> {
/// let device = Device::cpu();
/// let options = SparseAttentionOptions {
///     heads: 1,
///     d_qk: 64,
///     d_v: 64,
///     q_dtype: DType::F32,
///     kv_format: KvFormat::Plain(DType::F32),
///     rows: 3,
///     top_k: 2,
///     ..Default::default()
/// };
/// let attention = SparseAttention::plan(&device, options)?;
/// let rows: Vec<f32> = (0..3 * 64).map(|i| (i / 64) as f32).collect();
/// let args = SparseAttentionArgs {
///     q: &device.upload("q", &[0.0f32; 64])?,
///     kv: &[device.upload("kv", &rows)?],
///     indices: &device.upload("indices", &[2i32, 0])?,
///     topk_length: None,
///     attn_sink: None,
///     out: &device.buffer("out", 64 * 4)?,
///     max_logits: &device.buffer("max_logits", 4)?,
///     lse: &device.buffer("lse", 4)?,
/// };
/// attention.run(&args)?;
/// // A query of zeros weighs both rows the same: the mean of rows 2 and 0, and lse = ln 2.
/// assert_eq!(args.out.read_blocking::<f32>()?, [1.0; 64]);
/// assert_eq!(args.lse.read_blocking::<f32>()?, [2f32.ln()]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SparseAttention {
    plan: Plan,
}

impl SparseAttention {
    /// Checks the problem, compiles the kernels and allocates the workspace.
    ///
    /// # Errors
    /// [`crate::Error::Range`] for a shape or tuning out of range, [`crate::Error::Unsupported`] for a variant that the device lacks,
    /// [`crate::Error::Engine`] if a kernel or buffer cannot be made.
    pub fn plan(device: &Device, options: SparseAttentionOptions) -> Result<Self> {
        let shape = Shape {
            queries: options.queries,
            heads: options.heads,
            d_qk: options.d_qk,
            d_v: options.d_v,
            q_dtype: options.q_dtype,
            kv_format: options.kv_format,
            rows: options.rows,
            rows_per_segment: options.rows_per_segment,
            keys: KeyList::Listed { top_k: options.top_k },
            softmax_scale: options.softmax_scale,
            next_n: 1,
            queries_per_length: 1,
        };
        Ok(SparseAttention { plan: Plan::new(device, shape, options.variant, options.tuning)? })
    }

    /// Which form of the kernels runs.
    pub fn variant(&self) -> Variant {
        self.plan.variant()
    }

    /// Why this variant.
    pub fn reason(&self) -> &str {
        self.plan.reason()
    }

    /// Bytes of device memory that the plan holds for partial results.
    pub fn workspace_bytes(&self) -> u64 {
        self.plan.workspace_bytes()
    }

    /// Records the operation for all queries.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] for a buffer that is too small, [`crate::Error::Engine`] if it cannot be bound.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &SparseAttentionArgs<'_>) -> Result<()> {
        self.encode_range(encoder, args, self.plan.queries())
    }

    /// Records the operation for some of the queries, numbered as in the whole tensors. The rest of the outputs stays as it is.
    ///
    /// # Errors
    /// As [`SparseAttention::encode`].
    pub fn encode_range(&self, encoder: &mut Encoder<'_>, args: &SparseAttentionArgs<'_>, queries: Range<u64>) -> Result<()> {
        self.plan.encode(encoder, &tensors(args), queries)
    }

    /// Computes all queries and waits for the device.
    ///
    /// # Errors
    /// As [`SparseAttention::encode`], and [`crate::Error::Engine`] if the device fails.
    pub fn run(&self, args: &SparseAttentionArgs<'_>) -> Result<()> {
        self.plan.run(&tensors(args))
    }
}

fn tensors<'a>(args: &SparseAttentionArgs<'a>) -> Tensors<'a> {
    Tensors {
        q: args.q,
        kv: args.kv,
        keys: KeyTensors::Listed { indices: args.indices, topk_length: args.topk_length },
        attn_sink: args.attn_sink,
        out: args.out,
        max_logits: Some(args.max_logits),
        lse: args.lse,
    }
}
