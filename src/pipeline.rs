//! DSA over one growing sequence: both caches, prefill in chunks under a memory budget, decode steps.
//!
//! A [`Pipeline`] holds the paged index-key cache (132 bytes a token) and the FP8 KV cache (656 bytes a token). [`Pipeline::append`] writes
//! tokens into both; [`Pipeline::attend`] answers queries: index, select, attend, or dense attention for comparison. Prefill is an append of
//! many tokens and their queries, a decode step an append of one. Work is recorded into the caller's encoder and nothing is submitted here.

mod query;

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder};

pub use query::{Attend, Queries, QueryOutput};

use crate::index_rows::{IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions, NormBuffers, RopeBuffers};
use crate::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use crate::layout::IndexPage;
use crate::{DType, Error, FP8_ROW_BYTES, KvFormat, Result, RopeLayout, ScaleFormat, Variant};

/// Tokens in a page of the index-key cache, as in DeepGEMM.
const PAGE_SIZE: u32 = 64;

/// What a [`Pipeline`] is made for. The defaults are DeepSeek-V3.2's shapes.
#[derive(Clone, Copy, Debug)]
pub struct PipelineOptions {
    /// Most tokens of the sequence, below 2^31.
    pub capacity: u64,
    /// Most tokens that one [`Pipeline::append`] writes, and most queries that one pass of [`Pipeline::attend`] answers.
    pub chunk: u64,
    /// Attention heads, 1 to 128.
    pub heads: u32,
    /// Element type of the latent rows that come in.
    pub latent_dtype: DType,
    /// Element type of queries and outputs. f32 keeps what bf16 rounds off the outputs.
    pub q_dtype: DType,
    /// Factor on `q . k` before attention's softmax.
    pub softmax_scale: f32,
    /// Index heads, 1 to 128.
    pub index_heads: u32,
    /// Element type of the index keys and index queries that come in.
    pub index_dtype: DType,
    /// Epsilon of the LayerNorm of index keys; `None` for no LayerNorm.
    pub index_norm_eps: Option<f32>,
    /// Rotary embedding of index keys and queries.
    pub index_rope: Option<RopeLayout>,
    /// Whether index keys and queries go through the orthonormal Hadamard transform.
    pub index_hadamard: bool,
    /// Factor on the index head weights.
    pub index_factor: f32,
    /// Scales of quantised index keys and queries.
    pub scale_format: ScaleFormat,
    /// Most bytes that scores take, and most that partial results of attention take.
    pub budget_bytes: u64,
    /// The shader variant to force.
    pub variant: Option<Variant>,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        PipelineOptions {
            capacity: 0,
            chunk: 1024,
            heads: 128,
            latent_dtype: DType::Bf16,
            q_dtype: DType::Bf16,
            // 192^-0.5 * (0.1 ln 40 + 1)^2: the report's scale for contexts extended by YaRN.
            softmax_scale: 0.135_233_78,
            index_heads: 64,
            index_dtype: DType::Bf16,
            index_norm_eps: Some(1e-6),
            index_rope: Some(RopeLayout::HalfSplit),
            index_hadamard: true,
            index_factor: (64f32 * 128.0).sqrt().recip(),
            scale_format: ScaleFormat::PowerOfTwo,
            budget_bytes: 256 << 20,
            variant: None,
        }
    }
}

/// Index dimension, and lengths of a latent row and of its value part.
pub(crate) const INDEX_DIM: u32 = 128;
pub(crate) const D_QK: u32 = 576;
pub(crate) const D_V: u32 = 512;

/// Tokens to append, in order.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    /// How many; at most the pipeline's chunk.
    pub count: u64,
    /// `[count, 576]` of the latent dtype: 512 latent values, 64 rotary ones with their rotation applied.
    pub latent: &'a Buffer,
    /// `[count, 128]` of the index dtype: index keys before norm, rope and Hadamard.
    pub index_keys: &'a Buffer,
    /// Parameters of the LayerNorm, if the pipeline has one.
    pub norm: Option<NormBuffers<'a>>,
    /// Rotary tables of these tokens' positions, f32 `[count, 32]` each, if the pipeline has a rope.
    pub rope: Option<RopeBuffers<'a>>,
}

/// Both caches of one sequence. See the [module](self).
#[derive(Debug)]
pub struct Pipeline {
    device: Device,
    options: PipelineOptions,
    len: u64,
    kv: Vec<Buffer>,
    rows_per_segment: u64,
    index_keys: Vec<Buffer>,
    pages_per_segment: u64,
    kv_writer: KvCacheWriter,
    key_writer: IndexKeys,
}

impl Pipeline {
    /// Allocates both caches and plans the writes.
    ///
    /// # Errors
    /// [`Error::Range`] for an option out of range, [`Error::Engine`] if the device has no memory for the caches.
    pub fn new(device: &Device, options: PipelineOptions) -> Result<Self> {
        if !(1..1 << 31).contains(&options.capacity) {
            return Err(Error::range("capacity", "1 to 2^31 - 1", options.capacity));
        }
        if !(1..=1 << 20).contains(&options.chunk) {
            return Err(Error::range("chunk", "1 to 2^20", options.chunk));
        }
        let page_bytes = page().bytes() as u64;
        let pages = options.capacity.div_ceil(u64::from(PAGE_SIZE));
        let (kv, rows_per_segment) = segments(device, "kv cache", options.capacity, FP8_ROW_BYTES)?;
        let (index_keys, pages_per_segment) = segments(device, "index-key cache", pages, page_bytes)?;
        let kv_writer = KvCacheWriter::plan(
            device,
            KvCacheWriterOptions {
                rows: options.chunk,
                d_qk: D_QK,
                dtype: options.latent_dtype,
                format: KvFormat::Fp8,
                rows_per_segment,
                variant: options.variant,
                max_binding_bytes: None,
            },
        )?;
        let key_writer = IndexKeys::plan(
            device,
            IndexKeysOptions {
                rows: options.chunk,
                dim: INDEX_DIM,
                dtype: options.index_dtype,
                norm_eps: options.index_norm_eps,
                rope: options.index_rope,
                hadamard: options.index_hadamard,
                scale_format: options.scale_format,
                target: IndexKeyTarget::Paged { page_size: PAGE_SIZE, pages_per_segment },
                variant: options.variant,
                max_binding_bytes: None,
            },
        )?;
        Ok(Pipeline { device: device.clone(), options, len: 0, kv, rows_per_segment, index_keys, pages_per_segment, kv_writer, key_writer })
    }

    /// The device that holds the caches.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The options that the pipeline was made with.
    pub fn options(&self) -> &PipelineOptions {
        &self.options
    }

    /// Tokens in the caches.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether no token was appended.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets all tokens from `len` on, for another continuation of the same context. Does nothing if there are fewer.
    pub fn truncate(&mut self, len: u64) {
        self.len = self.len.min(len);
    }

    /// Bytes of both caches.
    pub fn cache_bytes(&self) -> u64 {
        self.kv.iter().chain(&self.index_keys).map(Buffer::size).sum()
    }

    /// Cache bytes of one token: 656 for the latent row, 132 for the index key.
    pub const fn bytes_per_token() -> u64 {
        FP8_ROW_BYTES + INDEX_DIM as u64 + 4
    }

    /// Records the writes of the next tokens into both caches. Positions are those of the order of appending.
    ///
    /// # Errors
    /// [`Error::Range`] for more tokens than a chunk or the capacity holds, [`Error::Shape`] for a tensor that is too small.
    pub fn append(&mut self, encoder: &mut Encoder<'_>, tokens: &Tokens<'_>) -> Result<Range<u64>> {
        let end = self.len.saturating_add(tokens.count);
        if end > self.options.capacity {
            return Err(Error::range("tokens", format!("at most {}, the capacity", self.options.capacity), end));
        }
        // Pages are used in order, so that a token's position is its row in the KV cache and its slot among the index keys.
        let slots: Vec<i32> = (self.len..end).map(|slot| slot as i32).collect();
        let slot_mapping = self.device.upload("slot_mapping", &slots)?;
        self.kv_writer.encode(
            encoder,
            &KvCacheWriterArgs { rows: tokens.count, latent: tokens.latent, slot_mapping: &slot_mapping, cache: &self.kv },
        )?;
        self.key_writer.encode(
            encoder,
            &IndexKeysArgs {
                rows: tokens.count,
                x: tokens.index_keys,
                norm: tokens.norm,
                rope: tokens.rope,
                output: IndexKeyOutput::Paged { cache: &self.index_keys, slot_mapping: &slot_mapping },
            },
        )?;
        let positions = self.len..end;
        self.len = end;
        Ok(positions)
    }
}

fn page() -> IndexPage {
    IndexPage { page_size: PAGE_SIZE as usize, dim: INDEX_DIM as usize }
}

/// Buffers for `rows` rows, each as large as the device allows and what one binding can show whole, if that is enough for a row.
fn segments(device: &Device, label: &str, rows: u64, row_bytes: u64) -> Result<(Vec<Buffer>, u64)> {
    let capabilities = device.capabilities();
    let per_segment = (capabilities.max_buffer_bytes.min(capabilities.max_binding_bytes) / row_bytes).clamp(1, rows.max(1));
    let buffers: Result<Vec<_>, _> =
        crate::windows::ranges(rows, per_segment).map(|range| device.buffer(label, (range.end - range.start) * row_bytes)).collect();
    Ok((buffers?, per_segment))
}
