//! Sparse attention of the last few tokens of many sequences, over one paged cache.

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder};

use super::plan::{KeyList, KeyTensors, Plan, Shape, Tensors, Tuning};
use crate::{DType, Error, KvFormat, Result, Variant};

/// The problem that a [`SparseDecode`] is planned for. The defaults are DeepSeek-V3.2's shapes, one sequence with one query and no rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseDecodeOptions {
    /// Sequences, B.
    pub batch: u64,
    /// Queries of each sequence, n: 1, or more with speculative decoding.
    pub next_n: u32,
    /// Heads, 1 to 128.
    pub heads: u32,
    /// Length of a query and of a latent row: a multiple of 64, at most 576.
    pub d_qk: u32,
    /// Length of an output, the first `d_v` values of a row: a multiple of 64, at most 512 and `d_qk`.
    pub d_v: u32,
    /// Element type of `q` and `out`.
    pub q_dtype: DType,
    /// Format of the cache's rows.
    pub kv_format: KvFormat,
    /// Physical rows of the cache: pages times page size.
    pub rows: u64,
    /// Rows in each segment of `cache` but the last; the default is one segment for all.
    pub rows_per_segment: u64,
    /// Columns of `indices`, 1 to 2^20.
    pub top_k: u32,
    /// Whether `topk_length` has an entry for each query instead of one for each sequence (the default, as in FlashMLA).
    pub lengths_per_query: bool,
    /// Factor on `q . k`; the default is `d_qk^-0.5` for 576, as in FlashMLA.
    pub softmax_scale: f32,
    /// The form of the kernels; `None` chooses.
    pub variant: Option<Variant>,
    /// How the work is divided.
    pub tuning: Tuning,
}

impl Default for SparseDecodeOptions {
    fn default() -> Self {
        SparseDecodeOptions {
            batch: 1,
            next_n: 1,
            heads: 128,
            d_qk: 576,
            d_v: 512,
            q_dtype: DType::Bf16,
            kv_format: KvFormat::Fp8,
            rows: 0,
            rows_per_segment: u64::MAX,
            top_k: 2048,
            lengths_per_query: false,
            softmax_scale: 1.0 / 24.0,
            variant: None,
            tuning: Tuning::default(),
        }
    }
}

/// The tensors of a [`SparseDecode`], row-major.
#[derive(Clone, Copy, Debug)]
pub struct SparseDecodeArgs<'a> {
    /// `[batch, next_n, heads, d_qk]` of `q_dtype`.
    pub q: &'a Buffer,
    /// The cache, `[pages, page_size]` rows in `kv_format`, cut into segments of `rows_per_segment` rows.
    pub cache: &'a [Buffer],
    /// i32 `[batch, next_n, top_k]`: physical rows, `page * page_size + offset`. Negative entries and entries of `rows` or more are skipped.
    pub indices: &'a Buffer,
    /// i32 `[batch]`, or `[batch, next_n]` with [`SparseDecodeOptions::lengths_per_query`]: only so many of the leftmost entries count.
    /// `None`: all.
    pub topk_length: Option<&'a Buffer>,
    /// f32 `[heads]`: attention sink, may be infinite.
    pub attn_sink: Option<&'a Buffer>,
    /// Written: `[batch, next_n, heads, d_v]` of `q_dtype`.
    pub out: &'a Buffer,
    /// Written: f32 `[batch, heads, next_n]`, natural logarithm.
    pub lse: &'a Buffer,
}

/// Sparse decode (FlashMLA's `flash_mla_with_kvcache` with indices): the keys of each query are split over the device's cores and the parts
/// merged, so that even one query fills a GPU. The definition is in [the module's documentation](super).
///
/// ```
/// use portable_dsa::attention::{SparseDecode, SparseDecodeArgs, SparseDecodeOptions};
/// use portable_dsa::{FP8_ROW_BYTES, engine::Device};
///
/// # fn main() -> portable_dsa::Result<()> {
/// let device = Device::cpu();
/// // Four pages of 64 rows, 656 bytes each.
/// let rows = 4 * 64;
/// let decode = SparseDecode::plan(&device, SparseDecodeOptions { heads: 16, rows, top_k: 64, ..Default::default() })?;
/// let args = SparseDecodeArgs {
///     q: &device.buffer("q", 16 * 576 * 2)?,
///     cache: &[device.buffer("cache", rows * FP8_ROW_BYTES)?],
///     // No key: -1 is skipped.
///     indices: &device.upload("indices", &[-1i32; 64])?,
///     topk_length: None,
///     attn_sink: None,
///     out: &device.buffer("out", 16 * 512 * 2)?,
///     lse: &device.buffer("lse", 16 * 4)?,
/// };
/// decode.run(&args)?;
/// assert_eq!(args.lse.read_blocking::<f32>()?, [f32::INFINITY; 16]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SparseDecode {
    plan: Plan,
    next_n: u64,
}

impl SparseDecode {
    /// Checks the problem, compiles the kernels and allocates the workspace.
    ///
    /// # Errors
    /// [`crate::Error::Range`] for a shape or tuning out of range, [`crate::Error::Unsupported`] for a variant that the device lacks,
    /// [`crate::Error::Engine`] if a kernel or buffer cannot be made.
    pub fn plan(device: &Device, options: SparseDecodeOptions) -> Result<Self> {
        if options.next_n == 0 {
            return Err(Error::range("next_n", "1 or more", 0));
        }
        let queries = options.batch.checked_mul(options.next_n.into());
        let shape = Shape {
            queries: queries.ok_or_else(|| Error::range("batch", "batch * next_n up to 2^31", options.batch))?,
            heads: options.heads,
            d_qk: options.d_qk,
            d_v: options.d_v,
            q_dtype: options.q_dtype,
            kv_format: options.kv_format,
            rows: options.rows,
            rows_per_segment: options.rows_per_segment,
            keys: KeyList::Listed { top_k: options.top_k },
            softmax_scale: options.softmax_scale,
            next_n: options.next_n,
            queries_per_length: if options.lengths_per_query { 1 } else { options.next_n },
        };
        Ok(SparseDecode { plan: Plan::new(device, shape, options.variant, options.tuning)?, next_n: options.next_n.into() })
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

    /// Records the operation for all sequences.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] for a buffer that is too small, [`crate::Error::Engine`] if it cannot be bound.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &SparseDecodeArgs<'_>) -> Result<()> {
        self.plan.encode(encoder, &tensors(args), self.plan.queries())
    }

    /// Records the operation for some of the sequences, numbered as in the whole tensors. The rest of the outputs stays as it is.
    ///
    /// # Errors
    /// As [`SparseDecode::encode`].
    pub fn encode_range(&self, encoder: &mut Encoder<'_>, args: &SparseDecodeArgs<'_>, sequences: Range<u64>) -> Result<()> {
        let scaled = |sequence: u64| sequence.saturating_mul(self.next_n);
        self.plan.encode(encoder, &tensors(args), scaled(sequences.start)..scaled(sequences.end))
    }

    /// Computes all sequences and waits for the device.
    ///
    /// # Errors
    /// As [`SparseDecode::encode`], and [`crate::Error::Engine`] if the device fails.
    pub fn run(&self, args: &SparseDecodeArgs<'_>) -> Result<()> {
        self.plan.run(&tensors(args))
    }
}

fn tensors<'a>(args: &SparseDecodeArgs<'a>) -> Tensors<'a> {
    Tensors {
        q: args.q,
        kv: args.cache,
        keys: KeyTensors::Listed { indices: args.indices, topk_length: args.topk_length },
        attn_sink: args.attn_sink,
        out: args.out,
        max_logits: None,
        lse: args.lse,
    }
}
