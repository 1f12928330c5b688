//! Dense attention: every row of a range. The baseline of sparse attention, the path of short contexts, and the teacher of the indexer.

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder};

use super::plan::{KeyList, KeyTensors, Plan, Shape, Tensors, Tuning};
use crate::{DType, KvFormat, Result, Variant};

/// The problem that a [`DenseAttention`] is planned for. The defaults are DeepSeek-V3.2's shapes with bf16 rows, one query and no rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DenseAttentionOptions {
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
    /// Latent rows, N.
    pub rows: u64,
    /// Rows in each segment of `kv` but the last; the default is one segment for all.
    pub rows_per_segment: u64,
    /// Factor on `q . k`; the default is `d_qk^-0.5` for 576, as in FlashMLA.
    pub softmax_scale: f32,
    /// The form of the kernels; `None` chooses.
    pub variant: Option<Variant>,
    /// How the work is divided.
    pub tuning: Tuning,
}

impl Default for DenseAttentionOptions {
    fn default() -> Self {
        DenseAttentionOptions {
            queries: 1,
            heads: 128,
            d_qk: 576,
            d_v: 512,
            q_dtype: DType::Bf16,
            kv_format: KvFormat::Plain(DType::Bf16),
            rows: 0,
            rows_per_segment: u64::MAX,
            softmax_scale: 1.0 / 24.0,
            variant: None,
            tuning: Tuning::default(),
        }
    }
}

/// The tensors of a [`DenseAttention`], row-major.
#[derive(Clone, Copy, Debug)]
pub struct DenseAttentionArgs<'a> {
    /// `[queries, heads, d_qk]` of `q_dtype`.
    pub q: &'a Buffer,
    /// `[rows, d_qk]` in `kv_format`, cut into segments of `rows_per_segment` rows.
    pub kv: &'a [Buffer],
    /// i32 `[queries]`: the first row of each query's range. Clamped to `0..=rows`.
    pub k_start: &'a Buffer,
    /// i32 `[queries]`: one past the last row. Clamped to `0..=rows`. For causal attention of the queries at positions `p..`, it is `p + 1 ..`.
    pub k_end: &'a Buffer,
    /// f32 `[heads]`: attention sink, may be infinite.
    pub attn_sink: Option<&'a Buffer>,
    /// Written: `[queries, heads, d_v]` of `q_dtype`.
    pub out: &'a Buffer,
    /// Written: f32 `[queries, heads]`.
    pub max_logits: &'a Buffer,
    /// Written: f32 `[queries, heads]`, natural logarithm.
    pub lse: &'a Buffer,
}

/// Dense attention: each query attends to every row of its range. The definition is in [the module's documentation](super).
///
/// ```
/// use portable_dsa::attention::{DenseAttention, DenseAttentionArgs, DenseAttentionOptions};
/// use portable_dsa::{DType, KvFormat, engine::Device};
///
/// # fn main() -> portable_dsa::Result<()> {
/// let device = Device::cpu();
/// let options = DenseAttentionOptions {
///     queries: 2,
///     heads: 1,
///     d_qk: 64,
///     d_v: 64,
///     q_dtype: DType::F32,
///     kv_format: KvFormat::Plain(DType::F32),
///     rows: 2,
///     ..Default::default()
/// };
/// let attention = DenseAttention::plan(&device, options)?;
/// let args = DenseAttentionArgs {
///     q: &device.buffer("q", 2 * 64 * 4)?,
///     kv: &[device.upload("kv", &[1.0f32; 2 * 64])?],
///     // Causal: the first query sees row 0, the second both.
///     k_start: &device.upload("k_start", &[0i32, 0])?,
///     k_end: &device.upload("k_end", &[1i32, 2])?,
///     attn_sink: None,
///     out: &device.buffer("out", 2 * 64 * 4)?,
///     max_logits: &device.buffer("max_logits", 2 * 4)?,
///     lse: &device.buffer("lse", 2 * 4)?,
/// };
/// attention.run(&args)?;
/// assert_eq!(args.lse.read_blocking::<f32>()?, [0.0, 2f32.ln()]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DenseAttention {
    plan: Plan,
}

impl DenseAttention {
    /// Checks the problem, compiles the kernels and allocates the workspace.
    ///
    /// # Errors
    /// [`crate::Error::Range`] for a shape or tuning out of range, [`crate::Error::Unsupported`] for a variant that the device lacks,
    /// [`crate::Error::Engine`] if a kernel or buffer cannot be made.
    pub fn plan(device: &Device, options: DenseAttentionOptions) -> Result<Self> {
        let shape = Shape {
            queries: options.queries,
            heads: options.heads,
            d_qk: options.d_qk,
            d_v: options.d_v,
            q_dtype: options.q_dtype,
            kv_format: options.kv_format,
            rows: options.rows,
            rows_per_segment: options.rows_per_segment,
            keys: KeyList::Range,
            softmax_scale: options.softmax_scale,
            next_n: 1,
            queries_per_length: 1,
        };
        Ok(DenseAttention { plan: Plan::new(device, shape, options.variant, options.tuning)? })
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
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &DenseAttentionArgs<'_>) -> Result<()> {
        self.encode_range(encoder, args, self.plan.queries())
    }

    /// Records the operation for some of the queries, numbered as in the whole tensors. The rest of the outputs stays as it is.
    ///
    /// # Errors
    /// As [`DenseAttention::encode`].
    pub fn encode_range(&self, encoder: &mut Encoder<'_>, args: &DenseAttentionArgs<'_>, queries: Range<u64>) -> Result<()> {
        self.plan.encode(encoder, &tensors(args), queries)
    }

    /// Computes all queries and waits for the device.
    ///
    /// # Errors
    /// As [`DenseAttention::encode`], and [`crate::Error::Engine`] if the device fails.
    pub fn run(&self, args: &DenseAttentionArgs<'_>) -> Result<()> {
        self.plan.run(&tensors(args))
    }
}

fn tensors<'a>(args: &DenseAttentionArgs<'a>) -> Tensors<'a> {
    Tensors {
        q: args.q,
        kv: args.kv,
        keys: KeyTensors::Range { k_start: args.k_start, k_end: args.k_end },
        attn_sink: args.attn_sink,
        out: args.out,
        max_logits: Some(args.max_logits),
        lse: args.lse,
    }
}
