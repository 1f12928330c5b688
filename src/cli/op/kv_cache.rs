//! `dsa op kv-cache`.

use portable_dsa::engine::Device;
use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use portable_dsa::{FP8_ROW_BYTES, KvFormat};
use safetensors::Dtype;

use super::Files;
use super::inputs::{Inputs, Takes, Tensor, check_slots, new_rows, small};
use super::outputs::{Done, Output, run};
use crate::cli::Failure;

pub const TAKES: Takes = Takes { operation: "kv-cache", required: &["kv"], optional: &["cache", "slot_mapping"] };

pub const HELP: &str = "\
Tensors in:
  kv            BF16, F16 or F32 [N, 576]
  cache         optional: U8 [pages, page_size, 656], FP8 rows; or of the dtype of kv, [pages, page_size, d_qk], with kv [N, d_qk].
                If absent: a new FP8 cache, see --pages and --page-size
  slot_mapping  I32 [N]  optional: page * page_size + offset of each row, negative to skip it; if absent, row i goes to slot i
Tensors out:
  cache         as above

Example:
  dsa op kv-cache --input latent.safetensors --output cache.safetensors --page-size 64";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(super) files: Files,
    /// Tokens in a page of a new cache [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    page_size: Option<u32>,
    /// Pages of a new cache [default: as many as the rows of kv fill]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1 << 24))]
    pages: Option<u32>,
}

pub fn run(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let kv = inputs.tensor("kv")?;
    let dtype = kv.float()?;
    let [rows, d_qk] = kv.dims("[N, d_qk]")?;
    if d_qk == 0 {
        return Err(Failure::refused(format!("kv has shape [{rows}, 0]; give rows of at least one number")));
    }
    let slots = match inputs.optional("slot_mapping") {
        Some(tensor) => tensor.dtype(Dtype::I32)?.shaped("[N]", &[rows])?.numbers(),
        None => (0..rows).map(|row| i32::try_from(row).unwrap_or(i32::MAX)).collect(),
    };
    let place = Place::new(args, inputs, &kv)?;
    let [pages, page_size, _] = place.shape;
    check_slots(&slots, pages.saturating_mul(page_size))?;
    let row_bytes = place.format.row_bytes(small(d_qk));
    let (segments, rows_per_segment) = match inputs.optional("cache") {
        Some(cache) => cache.upload_rows(device, row_bytes as usize)?,
        None => new_rows(device, "cache", pages.saturating_mul(page_size), row_bytes as usize)?,
    };
    let options = KvCacheWriterOptions {
        rows: rows as u64,
        d_qk: small(d_qk),
        dtype,
        format: place.format,
        rows_per_segment,
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = KvCacheWriter::plan(device, options)?;
    let cache = Output::cache(place.dtype, &place.shape, segments);
    let call = KvCacheWriterArgs {
        rows: rows as u64,
        latent: &kv.upload(device)?,
        slot_mapping: &device.upload("slot_mapping", &slots)?,
        cache: cache.segments(),
    };
    Ok(run!(device, plan, &call, vec![cache]))
}

/// The cache's shape `[pages, page_size, width]`, how it stores rows and its element type in a file.
struct Place {
    shape: [usize; 3],
    format: KvFormat,
    dtype: Dtype,
}

impl Place {
    /// As the file has it, or else a new FP8 cache.
    fn new(args: &Args, inputs: &Inputs<'_>, kv: &Tensor<'_>) -> Result<Self, Failure> {
        let [rows, d_qk] = kv.dims("[N, d_qk]")?;
        let fp8_width = FP8_ROW_BYTES as usize;
        let Some(cache) = inputs.optional("cache") else {
            let page_size = args.page_size.unwrap_or(64) as usize;
            let pages = args.pages.map_or(rows.div_ceil(page_size).max(1), |pages| pages as usize);
            return Ok(Place { shape: [pages, page_size, fp8_width], format: KvFormat::Fp8, dtype: Dtype::U8 });
        };
        if args.page_size.is_some() || args.pages.is_some() {
            return Err(Failure::refused("--page-size and --pages are for a new cache, but the file has `cache`; leave them out"));
        }
        let [pages, page_size, _] = cache.dims("[pages, page_size, 656]")?;
        if cache.file_dtype() == Dtype::U8 {
            let shape = [pages, page_size, fp8_width];
            cache.shaped("[pages, page_size, 656]", &shape)?;
            return Ok(Place { shape, format: KvFormat::Fp8, dtype: Dtype::U8 });
        }
        let (shape, dtype) = ([pages, page_size, d_qk], kv.file_dtype());
        cache.dtype_or(dtype, "give kv in that dtype, or a U8 cache for FP8 rows")?.shaped("[pages, page_size, d_qk]", &shape)?;
        Ok(Place { shape, format: KvFormat::Plain(kv.float()?), dtype })
    }
}
