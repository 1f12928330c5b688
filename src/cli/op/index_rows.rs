//! `dsa op index-keys` and `dsa op index-queries`.

use clap::ValueEnum;
use portable_dsa::engine::{Buffer, Device};
use portable_dsa::index_rows::{
    IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions, IndexQueries, IndexQueriesArgs, IndexQueriesOptions,
    NormBuffers, ROPE_ANGLES, RopeBuffers,
};
use portable_dsa::{RopeLayout, ScaleFormat};
use safetensors::Dtype;

use super::Files;
use super::inputs::{Inputs, Takes, check_slots, small};
use super::outputs::{Done, Output, run};
use crate::cli::Failure;

pub const KEYS: Takes =
    Takes { operation: "index-keys", required: &["x"], optional: &["norm_weight", "norm_bias", "cos", "sin", "cache", "slot_mapping"] };
pub const QUERIES: Takes = Takes { operation: "index-queries", required: &["q", "weights"], optional: &["cos", "sin"] };

pub const KEYS_HELP: &str = "\
Tensors in:
  x             BF16, F16 or F32 [N, D], D 64 or 128
  norm_weight   F32 [D]       optional: LayerNorm, with norm_bias
  norm_bias     F32 [D]
  cos, sin      F32 [N, 32]   optional: rotary embedding of the first 64 dimensions
  cache         U8 [pages, page_size, D + 4]  optional: write there; a page holds page_size * D codes, then page_size F32 scales
  slot_mapping  I32 [N]       with cache: page * page_size + offset of each row, negative to skip it
Tensors out, without cache:
  k             F8_E4M3 [N, D]
  k_scale       F32 [N]
Tensors out, with cache:
  cache         U8 [pages, page_size, D + 4]

Example:
  dsa op index-keys --input keys.safetensors --output fp8.safetensors --hadamard";

pub const QUERIES_HELP: &str = "\
Tensors in:
  q         BF16, F16 or F32 [S, H, D] (or [B, n, H, D]), D 64 or 128
  weights   F32 [S, H] (or [B, n, H])
  cos, sin  F32 [S, 32] (or [B, n, 32])  optional: rotary embedding of the first 64 dimensions
Tensors out:
  q         F8_E4M3, as q
  weights   F32, as weights: multiplied by the scale of q and by --scale

Example:
  dsa op index-queries --input queries.safetensors --output fp8.safetensors --hadamard";

#[derive(Debug, clap::Args)]
struct Steps {
    /// Which elements the rotary embedding pairs
    #[arg(long, value_enum, value_name = "LAYOUT", default_value = "half-split")]
    rope: Rope,
    /// Apply the orthonormal Hadamard transform, to keys and queries alike
    #[arg(long)]
    hadamard: bool,
    /// How a row's scale follows from its largest magnitude
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "power-of-two")]
    scale_format: Scale,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rope {
    /// (x_i, x_{i+32}), as in DeepSeek-V3.2
    HalfSplit,
    /// (x_2i, x_2i+1), as in GLM-5
    Interleaved,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scale {
    /// 2^ceil(log2(amax / 448))
    PowerOfTwo,
    /// amax / 448
    Amax,
}

impl Steps {
    fn rope(&self) -> RopeLayout {
        match self.rope {
            Rope::HalfSplit => RopeLayout::HalfSplit,
            Rope::Interleaved => RopeLayout::Interleaved,
        }
    }

    fn scale_format(&self) -> ScaleFormat {
        match self.scale_format {
            Scale::PowerOfTwo => ScaleFormat::PowerOfTwo,
            Scale::Amax => ScaleFormat::Amax,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    #[command(flatten)]
    pub(super) files: Files,
    #[command(flatten)]
    steps: Steps,
    /// LayerNorm's epsilon
    #[arg(long, value_name = "X", default_value_t = 1e-6)]
    norm_eps: f32,
}

#[derive(Debug, clap::Args)]
pub struct QueriesArgs {
    #[command(flatten)]
    pub(super) files: Files,
    #[command(flatten)]
    steps: Steps,
    /// Factor on all weights [default: (H * D)^-0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    scale: Option<f32>,
}

pub fn keys(args: &KeysArgs, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let x = inputs.tensor("x")?;
    let dtype = x.float()?;
    let [rows, dim] = x.dims("[N, D]")?;
    let norm = match inputs.pair("norm_weight", "norm_bias")? {
        None => None,
        Some((weight, bias)) => Some((
            weight.dtype(Dtype::F32)?.shaped("[D]", &[dim])?.upload(device)?,
            bias.dtype(Dtype::F32)?.shaped("[D]", &[dim])?.upload(device)?,
        )),
    };
    let rope = rope(device, inputs, "[N, 32]", &[rows])?;
    let mut options = IndexKeysOptions {
        rows: rows as u64,
        dim: small(dim),
        dtype,
        norm_eps: norm.is_some().then_some(args.norm_eps),
        rope: rope.is_some().then_some(args.steps.rope()),
        hadamard: args.steps.hadamard,
        scale_format: args.steps.scale_format(),
        target: IndexKeyTarget::Flat,
        variant: args.files.variant(),
        ..Default::default()
    };
    let call = |output| IndexKeysArgs {
        rows: rows as u64,
        x: output,
        norm: norm.as_ref().map(|(weight, bias)| NormBuffers { weight, bias }),
        rope: rope.as_ref().map(|(cos, sin)| RopeBuffers { cos, sin }),
        output: IndexKeyOutput::Flat { codes: output, scales: output },
    };
    let x = x.upload(device)?;
    if let Some((cache, slots)) = inputs.pair("cache", "slot_mapping")? {
        let cache = cache.dtype(Dtype::U8)?;
        let [pages, page_size, _] = cache.dims("[pages, page_size, D + 4]")?;
        let shape = [pages, page_size, dim.saturating_add(4)];
        let cache = cache.shaped("[pages, page_size, D + 4]", &shape)?;
        let slots = slots.dtype(Dtype::I32)?.shaped("[N]", &[rows])?;
        check_slots(&slots.numbers(), pages.saturating_mul(page_size))?;
        let (segments, pages_per_segment) = cache.upload_rows(device, page_size.saturating_mul(dim.saturating_add(4)))?;
        options.target = IndexKeyTarget::Paged { page_size: small(page_size), pages_per_segment };
        let plan = IndexKeys::plan(device, options)?;
        let cache = Output::cache(Dtype::U8, &shape, segments);
        let slot_mapping = slots.upload(device)?;
        let output = IndexKeyOutput::Paged { cache: cache.segments(), slot_mapping: &slot_mapping };
        let call = IndexKeysArgs { output, ..call(&x) };
        return Ok(run!(device, plan, &call, vec![cache]));
    }
    let plan = IndexKeys::plan(device, options)?;
    let k = Output::new(device, "k", Dtype::F8_E4M3, &[rows, dim])?;
    let k_scale = Output::new(device, "k_scale", Dtype::F32, &[rows])?;
    let output = IndexKeyOutput::Flat { codes: k.buffer(), scales: k_scale.buffer() };
    let call = IndexKeysArgs { output, ..call(&x) };
    Ok(run!(device, plan, &call, vec![k, k_scale]))
}

pub fn queries(args: &QueriesArgs, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let q = inputs.tensor("q")?;
    let dtype = q.float()?;
    // One number for each query, whether they come as [S] or as [B, n].
    let leading = if q.shape().len() == 4 { 2 } else { 1 };
    let (heads, dim) = match *q.shape() {
        [_, _, heads, dim] | [_, heads, dim] => (heads, dim),
        _ => {
            let [_, heads, dim] = q.dims("[S, H, D]")?;
            (heads, dim)
        }
    };
    let places = &q.shape()[..leading];
    let queries: usize = places.iter().product();
    let weights = inputs.tensor("weights")?.dtype(Dtype::F32)?.shaped("[S, H]", &[places, &[heads]].concat())?;
    let rope = rope(device, inputs, "[S, 32]", places)?;
    let options = IndexQueriesOptions {
        queries: queries as u64,
        index_heads: small(heads),
        dim: small(dim),
        dtype,
        rope: rope.is_some().then_some(args.steps.rope()),
        hadamard: args.steps.hadamard,
        scale_format: args.steps.scale_format(),
        factor: args.scale.unwrap_or((heads.saturating_mul(dim).max(1) as f32).sqrt().recip()),
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = IndexQueries::plan(device, options)?;
    let codes = Output::new(device, "q", Dtype::F8_E4M3, q.shape())?;
    let weights_out = Output::new(device, "weights", Dtype::F32, weights.shape())?;
    let call = IndexQueriesArgs {
        queries: queries as u64,
        q: &q.upload(device)?,
        weights: &weights.upload(device)?,
        rope: rope.as_ref().map(|(cos, sin)| RopeBuffers { cos, sin }),
        codes: codes.buffer(),
        weights_out: weights_out.buffer(),
    };
    Ok(run!(device, plan, &call, vec![codes, weights_out]))
}

/// The rotary tables of a file, if it has them.
fn rope(device: &Device, inputs: &Inputs<'_>, names: &str, places: &[usize]) -> Result<Option<(Buffer, Buffer)>, Failure> {
    let Some((cos, sin)) = inputs.pair("cos", "sin")? else { return Ok(None) };
    let shape = [places, &[ROPE_ANGLES as usize]].concat();
    let cos = cos.dtype(Dtype::F32)?.shaped(names, &shape)?;
    let sin = sin.dtype(Dtype::F32)?.shaped(names, &shape)?;
    Ok(Some((cos.upload(device)?, sin.upload(device)?)))
}
