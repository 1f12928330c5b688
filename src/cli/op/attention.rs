//! `dsa op sparse-attention`, `sparse-decode` and `dense-attention`.

use portable_dsa::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, SparseDecode,
    SparseDecodeArgs, SparseDecodeOptions,
};
use portable_dsa::engine::{Buffer, Device};
use portable_dsa::{FP8_ROW_BYTES, KvFormat};
use safetensors::{Dtype, SafeTensors};

use super::Files;
use super::inputs::{Inputs, Takes, check_bounds, check_ranges, has, small};
use super::outputs::{Done, Output, run};
use crate::cli::Failure;

const SPARSE: Takes = Takes { operation: "sparse-attention", required: &["q", "kv", "indices"], optional: &["topk_length", "attn_sink"] };
const SPARSE_CACHED: Takes = Takes { required: &["q", "cache", "indices"], ..SPARSE };
pub const DECODE: Takes = Takes { operation: "sparse-decode", ..SPARSE_CACHED };
const DENSE: Takes = Takes { operation: "dense-attention", required: &["q", "kv"], optional: &["k_start", "k_end", "attn_sink"] };
const DENSE_CACHED: Takes = Takes { required: &["q", "cache"], ..DENSE };

pub const SPARSE_HELP: &str = "\
Tensors in:
  q            BF16, F16 or F32 [S, H, d_qk], H up to 128, d_qk a multiple of 64 up to 576
  kv           BF16, F16 or F32 [N, d_qk]
  cache        instead of kv: U8 [pages, page_size, 656], FP8 rows; or BF16, F16 or F32 [pages, page_size, d_qk]
  indices      I32 [S, k]: rows to read; negative ones and ones past the end are skipped
  topk_length  I32 [S]   optional: only so many of the leftmost indices count
  attn_sink    F32 [H]   optional
Tensors out:
  out          as q, [S, H, d_v]
  max_logits   F32 [S, H]
  lse          F32 [S, H], natural logarithm

Example:
  dsa op sparse-attention --input attention.safetensors --output out.safetensors --scale 0.135";

pub const DECODE_HELP: &str = "\
Tensors in:
  q            BF16, F16 or F32 [B, n, H, d_qk], H up to 128, d_qk a multiple of 64 up to 576
  cache        U8 [pages, page_size, 656], FP8 rows; or BF16, F16 or F32 [pages, page_size, d_qk]
  indices      I32 [B, n, k]: physical rows, page * page_size + offset; negative ones and ones past the end are skipped
  topk_length  I32 [B] or [B, n]  optional: only so many of the leftmost indices count
  attn_sink    F32 [H]            optional
Tensors out:
  out          as q, [B, n, H, d_v]
  lse          F32 [B, H, n], natural logarithm

Example:
  dsa op sparse-decode --input decode.safetensors --output out.safetensors --scale 0.135";

pub const DENSE_HELP: &str = "\
Tensors in:
  q               BF16, F16 or F32 [S, H, d_qk], H up to 128, d_qk a multiple of 64 up to 576
  kv              BF16, F16 or F32 [N, d_qk]
  cache           instead of kv: U8 [pages, page_size, 656], FP8 rows; or BF16, F16 or F32 [pages, page_size, d_qk]
  k_start, k_end  I32 [S]  optional: the rows that each query sees; if absent, causal: the queries stand at the last S of the N rows
  attn_sink       F32 [H]  optional
Tensors out:
  out             as q, [S, H, d_v]
  max_logits      F32 [S, H]
  lse             F32 [S, H], natural logarithm

Example:
  dsa op dense-attention --input attention.safetensors --output out.safetensors --scale 0.135";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(super) files: Files,
    /// Factor on q . k before the softmax [default: d_qk^-0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    scale: Option<f32>,
    /// Length of an output, d_v: the first so many values of a row are its value [default: 512, or d_qk if that is less]
    #[arg(long, value_name = "N")]
    value_dim: Option<u32>,
}

impl Args {
    fn scale(&self, d_qk: usize) -> f32 {
        self.scale.unwrap_or((d_qk.max(1) as f32).sqrt().recip())
    }

    fn value_dim(&self, d_qk: usize) -> u32 {
        self.value_dim.unwrap_or(small(d_qk).min(512))
    }
}

/// With `kv` or, if there is none, with `cache`.
pub fn sparse_takes(file: &SafeTensors<'_>) -> Takes {
    if !has(file, "kv") && has(file, "cache") { SPARSE_CACHED } else { SPARSE }
}

/// With `kv` or, if there is none, with `cache`.
pub fn dense_takes(file: &SafeTensors<'_>) -> Takes {
    if !has(file, "kv") && has(file, "cache") { DENSE_CACHED } else { DENSE }
}

/// Latent rows on a device.
struct Rows {
    segments: Vec<Buffer>,
    rows_per_segment: u64,
    rows: usize,
    format: KvFormat,
}

impl Rows {
    fn new(device: &Device, inputs: &Inputs<'_>, d_qk: usize) -> Result<Self, Failure> {
        let tensor = inputs.tensor(if inputs.takes("kv") { "kv" } else { "cache" })?;
        let (tensor, rows, format) = if inputs.takes("kv") {
            let format = KvFormat::Plain(tensor.float()?);
            let [rows, _] = tensor.dims("[N, d_qk]")?;
            (tensor.shaped("[N, d_qk]", &[rows, d_qk])?, rows, format)
        } else {
            let [pages, page_size, _] = tensor.dims("[pages, page_size, 656]")?;
            let (format, names, width) = match tensor.file_dtype() {
                Dtype::U8 => (KvFormat::Fp8, "[pages, page_size, 656]", FP8_ROW_BYTES as usize),
                _ => (KvFormat::Plain(tensor.float()?), "[pages, page_size, d_qk]", d_qk),
            };
            (tensor.shaped(names, &[pages, page_size, width])?, pages.saturating_mul(page_size), format)
        };
        if rows == 0 || d_qk == 0 {
            return Err(Failure::refused("there are no latent rows to attend to; give at least one"));
        }
        let (segments, rows_per_segment) = tensor.upload_rows(device, format.row_bytes(small(d_qk)) as usize)?;
        Ok(Rows { segments, rows_per_segment, rows, format })
    }
}

/// The sink, if the file has one.
fn attn_sink(device: &Device, inputs: &Inputs<'_>, heads: usize) -> Result<Option<Buffer>, Failure> {
    let tensor = inputs.optional("attn_sink").map(|tensor| tensor.dtype(Dtype::F32)?.shaped("[H]", &[heads])?.upload(device));
    tensor.transpose()
}

/// How many indices count, if the file says so; `shapes` are those that it may have.
fn topk_length(device: &Device, inputs: &Inputs<'_>, shapes: &[(&str, &[usize])], top_k: usize) -> Result<Option<Buffer>, Failure> {
    let Some(tensor) = inputs.optional("topk_length") else { return Ok(None) };
    let tensor = tensor.dtype(Dtype::I32)?.shaped_any(shapes)?;
    check_bounds("topk_length", &tensor.numbers(), 0, top_k, "columns in indices")?;
    Ok(Some(tensor.upload(device)?))
}

pub fn sparse(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let q = inputs.tensor("q")?;
    let q_dtype = q.float()?;
    let [queries, heads, d_qk] = q.dims("[S, H, d_qk]")?;
    let kv = Rows::new(device, inputs, d_qk)?;
    let indices = inputs.tensor("indices")?.dtype(Dtype::I32)?;
    let [_, top_k] = indices.dims("[S, k]")?;
    let indices = indices.shaped("[S, k]", &[queries, top_k])?;
    let topk_length = topk_length(device, inputs, &[("[S]", &[queries])], top_k)?;
    let attn_sink = attn_sink(device, inputs, heads)?;
    let options = SparseAttentionOptions {
        queries: queries as u64,
        heads: small(heads),
        d_qk: small(d_qk),
        d_v: args.value_dim(d_qk),
        q_dtype,
        kv_format: kv.format,
        rows: kv.rows as u64,
        rows_per_segment: kv.rows_per_segment,
        top_k: small(top_k),
        softmax_scale: args.scale(d_qk),
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = SparseAttention::plan(device, options)?;
    let out = Output::new(device, "out", q.file_dtype(), &[queries, heads, options.d_v as usize])?;
    let max_logits = Output::new(device, "max_logits", Dtype::F32, &[queries, heads])?;
    let lse = Output::new(device, "lse", Dtype::F32, &[queries, heads])?;
    let call = SparseAttentionArgs {
        q: &q.upload(device)?,
        kv: &kv.segments,
        indices: &indices.upload(device)?,
        topk_length: topk_length.as_ref(),
        attn_sink: attn_sink.as_ref(),
        out: out.buffer(),
        max_logits: max_logits.buffer(),
        lse: lse.buffer(),
    };
    Ok(run!(device, plan, &call, vec![out, max_logits, lse]))
}

pub fn decode(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let q = inputs.tensor("q")?;
    let q_dtype = q.float()?;
    let [batch, next_n, heads, d_qk] = q.dims("[B, n, H, d_qk]")?;
    let cache = Rows::new(device, inputs, d_qk)?;
    let indices = inputs.tensor("indices")?.dtype(Dtype::I32)?;
    let [_, _, top_k] = indices.dims("[B, n, k]")?;
    let indices = indices.shaped("[B, n, k]", &[batch, next_n, top_k])?;
    let topk_length = topk_length(device, inputs, &[("[B]", &[batch]), ("[B, n]", &[batch, next_n])], top_k)?;
    let attn_sink = attn_sink(device, inputs, heads)?;
    let lengths = topk_length.as_ref().map_or(0, |lengths| lengths.size() / 4);
    let options = SparseDecodeOptions {
        lengths_per_query: lengths == (batch * next_n) as u64,
        batch: batch as u64,
        next_n: small(next_n),
        heads: small(heads),
        d_qk: small(d_qk),
        d_v: args.value_dim(d_qk),
        q_dtype,
        kv_format: cache.format,
        rows: cache.rows as u64,
        rows_per_segment: cache.rows_per_segment,
        top_k: small(top_k),
        softmax_scale: args.scale(d_qk),
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = SparseDecode::plan(device, options)?;
    let out = Output::new(device, "out", q.file_dtype(), &[batch, next_n, heads, options.d_v as usize])?;
    let lse = Output::new(device, "lse", Dtype::F32, &[batch, heads, next_n])?;
    let call = SparseDecodeArgs {
        q: &q.upload(device)?,
        cache: &cache.segments,
        indices: &indices.upload(device)?,
        topk_length: topk_length.as_ref(),
        attn_sink: attn_sink.as_ref(),
        out: out.buffer(),
        lse: lse.buffer(),
    };
    Ok(run!(device, plan, &call, vec![out, lse]))
}

pub fn dense(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let q = inputs.tensor("q")?;
    let q_dtype = q.float()?;
    let [queries, heads, d_qk] = q.dims("[S, H, d_qk]")?;
    let kv = Rows::new(device, inputs, d_qk)?;
    let (k_start, k_end) = ranges(device, inputs, queries, kv.rows)?;
    let attn_sink = attn_sink(device, inputs, heads)?;
    let options = DenseAttentionOptions {
        queries: queries as u64,
        heads: small(heads),
        d_qk: small(d_qk),
        d_v: args.value_dim(d_qk),
        q_dtype,
        kv_format: kv.format,
        rows: kv.rows as u64,
        rows_per_segment: kv.rows_per_segment,
        softmax_scale: args.scale(d_qk),
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = DenseAttention::plan(device, options)?;
    let out = Output::new(device, "out", q.file_dtype(), &[queries, heads, options.d_v as usize])?;
    let max_logits = Output::new(device, "max_logits", Dtype::F32, &[queries, heads])?;
    let lse = Output::new(device, "lse", Dtype::F32, &[queries, heads])?;
    let call = DenseAttentionArgs {
        q: &q.upload(device)?,
        kv: &kv.segments,
        k_start: &k_start,
        k_end: &k_end,
        attn_sink: attn_sink.as_ref(),
        out: out.buffer(),
        max_logits: max_logits.buffer(),
        lse: lse.buffer(),
    };
    Ok(run!(device, plan, &call, vec![out, max_logits, lse]))
}

/// The rows that each query sees: as the file says, or causal with the last query at the last row.
fn ranges(device: &Device, inputs: &Inputs<'_>, queries: usize, rows: usize) -> Result<(Buffer, Buffer), Failure> {
    if let Some((k_start, k_end)) = inputs.pair("k_start", "k_end")? {
        let k_start = k_start.dtype(Dtype::I32)?.shaped("[S]", &[queries])?;
        let k_end = k_end.dtype(Dtype::I32)?.shaped("[S]", &[queries])?;
        check_ranges(Some(("k_start", &k_start.numbers())), Some(("k_end", &k_end.numbers())), rows, "latent rows")?;
        return Ok((k_start.upload(device)?, k_end.upload(device)?));
    }
    if queries > rows {
        let sentence = format!("{queries} queries cannot stand at the last {queries} of {rows} latent rows; give `k_start` and `k_end`");
        return Err(Failure::refused(sentence));
    }
    let ends: Vec<i32> = (rows - queries + 1..=rows).map(|end| i32::try_from(end).unwrap_or(i32::MAX)).collect();
    Ok((device.upload("k_start", &vec![0i32; queries])?, device.upload("k_end", &ends)?))
}
