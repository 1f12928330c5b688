//! `dsa op index-logits`, of flat keys or of a paged cache.

use portable_dsa::engine::Device;
use portable_dsa::index_logits::{
    IndexLogits, IndexLogitsArgs, IndexLogitsOptions, PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions,
};
use safetensors::{Dtype, SafeTensors};

use super::Files;
use super::inputs::{Inputs, Takes, Tensor, check_bounds, check_ranges, has, small};
use super::outputs::{Done, Output, run};
use crate::cli::Failure;

const RAGGED: Takes = Takes { operation: "index-logits", required: &["q", "k", "k_scale", "weights", "k_start", "k_end"], optional: &[] };
const PAGED: Takes =
    Takes { operation: "index-logits", required: &["q", "cache", "weights", "block_table", "context_lengths"], optional: &[] };

pub const HELP: &str = "\
Tensors in, flat keys:
  q                F8_E4M3 [S, H, D], D 64 or 128, H up to 128 (`dsa op index-queries` makes it and weights)
  k                F8_E4M3 [N, D] (`dsa op index-keys` makes it and k_scale)
  k_scale          F32 [N]
  weights          F32 [S, H]
  k_start, k_end   I32 [S]: the keys that each query sees
Tensors in, paged cache:
  q                F8_E4M3 [B, n, H, D]
  cache            U8 [pages, page_size, D + 4]: a page holds page_size * D codes, then page_size F32 scales
  weights          F32 [B * n, H] or [B, n, H]
  block_table      I32 [B, max_pages]
  context_lengths  I32 [B, n], or [B] if n is 1
Tensors out:
  logits           F32 [S, N], or [B * n, max_context]: sum over heads of weights * relu(q . k), times k_scale; -inf where a query
                   sees no key

Example:
  dsa op index-logits --input indexer.safetensors --output logits.safetensors";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(super) files: Files,
    /// Columns of the logits of a paged cache [default: the longest context]
    #[arg(long, value_name = "N")]
    max_context: Option<u64>,
}

/// Tells flat keys from a paged cache by the tensors of a file.
pub fn takes(file: &SafeTensors<'_>) -> Result<Takes, Failure> {
    match (has(file, "k"), has(file, "cache")) {
        (true, false) => Ok(RAGGED),
        (false, true) => Ok(PAGED),
        (true, true) => {
            Err(Failure::refused("the file has both `k` and `cache`; leave `k` out for a paged cache, or `cache` for flat keys"))
        }
        (false, false) => {
            Err(Failure::refused(format!("the file has neither `k` nor `cache`: {RAGGED}; or {}", PAGED.required.join(", "))))
        }
    }
}

pub fn run(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    if inputs.takes("cache") { paged(args, device, inputs) } else { ragged(args, device, inputs) }
}

/// A tensor of e4m3 codes.
fn codes<'a>(inputs: &Inputs<'a>, name: &'static str, source: &str) -> Result<Tensor<'a>, Failure> {
    inputs.tensor(name)?.dtype_or(Dtype::F8_E4M3, &format!("run `dsa op {source}` first"))
}

fn ragged(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    if args.max_context.is_some() {
        return Err(Failure::refused("--max-context is for a paged cache, but the file has flat keys `k`; leave it out"));
    }
    let q = codes(inputs, "q", "index-queries")?;
    let k = codes(inputs, "k", "index-keys")?;
    let [queries, heads, dim] = q.dims("[S, H, D]")?;
    let [keys, _] = k.dims("[N, D]")?;
    let k = k.shaped("[N, D]", &[keys, dim])?;
    let k_scale = inputs.tensor("k_scale")?.dtype(Dtype::F32)?.shaped("[N]", &[keys])?;
    let weights = inputs.tensor("weights")?.dtype(Dtype::F32)?.shaped("[S, H]", &[queries, heads])?;
    let k_start = inputs.tensor("k_start")?.dtype(Dtype::I32)?.shaped("[S]", &[queries])?;
    let k_end = inputs.tensor("k_end")?.dtype(Dtype::I32)?.shaped("[S]", &[queries])?;
    check_ranges(Some(("k_start", &k_start.numbers())), Some(("k_end", &k_end.numbers())), keys, "keys")?;
    let (queries_planned, keys_planned) = (queries as u64, keys as u64);
    let options = IndexLogitsOptions {
        queries: queries_planned,
        keys: keys_planned,
        index_heads: small(heads),
        dim: small(dim),
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = IndexLogits::plan(device, options)?;
    let logits = Output::new(device, "logits", Dtype::F32, &[queries, keys])?;
    let call = IndexLogitsArgs {
        first_query: 0,
        queries: queries_planned,
        keys: keys_planned,
        q: &q.upload(device)?,
        k: &k.upload(device)?,
        k_scale: &k_scale.upload(device)?,
        weights: &weights.upload(device)?,
        k_start: &k_start.upload(device)?,
        k_end: &k_end.upload(device)?,
        logits: logits.buffer(),
    };
    Ok(run!(device, plan, &call, vec![logits]))
}

fn paged(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let q = codes(inputs, "q", "index-queries")?;
    let [batch, next_n, heads, dim] = q.dims("[B, n, H, D]")?;
    let cache = inputs.tensor("cache")?.dtype(Dtype::U8)?;
    let [pages, page_size, _] = cache.dims("[pages, page_size, D + 4]")?;
    let cache = cache.shaped("[pages, page_size, D + 4]", &[pages, page_size, dim.saturating_add(4)])?;
    let shapes: [(&str, &[usize]); 2] = [("[B * n, H]", &[batch.saturating_mul(next_n), heads]), ("[B, n, H]", &[batch, next_n, heads])];
    let weights = inputs.tensor("weights")?.dtype(Dtype::F32)?.shaped_any(&shapes)?;
    let block_table = inputs.tensor("block_table")?.dtype(Dtype::I32)?;
    let [_, max_pages] = block_table.dims("[B, max_pages]")?;
    let block_table = block_table.shaped("[B, max_pages]", &[batch, max_pages])?;
    let shapes: [(&str, &[usize]); 2] = [("[B, n]", &[batch, next_n]), ("[B]", &[batch])];
    let shapes = if next_n == 1 { &shapes[..] } else { &shapes[..1] };
    let lengths = inputs.tensor("context_lengths")?.dtype(Dtype::I32)?.shaped_any(shapes)?;
    let numbers = lengths.numbers();
    let longest = numbers.iter().copied().max().unwrap_or(0).max(0) as u64;
    let columns = args.max_context.unwrap_or(longest);
    check_tables(&numbers, next_n, &block_table.numbers(), max_pages, page_size, pages)?;
    if columns < longest {
        return Err(Failure::refused(format!(
            "--max-context is {columns}, but the longest context has {longest} tokens; use at least that"
        )));
    }
    let (segments, pages_per_segment) = cache.upload_rows(device, page_size.saturating_mul(dim.saturating_add(4)))?;
    let options = PagedIndexLogitsOptions {
        batch: batch as u64,
        next_n: small(next_n),
        index_heads: small(heads),
        dim: small(dim),
        page_size: small(page_size),
        pages_per_segment,
        max_pages: max_pages as u64,
        max_context: columns,
        variant: args.files.variant(),
        ..Default::default()
    };
    let plan = PagedIndexLogits::plan(device, options)?;
    let logits = Output::new(device, "logits", Dtype::F32, &[batch.saturating_mul(next_n), columns as usize])?;
    let call = PagedIndexLogitsArgs {
        first_sequence: 0,
        sequences: batch as u64,
        columns,
        q: &q.upload(device)?,
        cache: &segments,
        weights: &weights.upload(device)?,
        block_table: &block_table.upload(device)?,
        context_lengths: &lengths.upload(device)?,
        logits: logits.buffer(),
    };
    Ok(run!(device, plan, &call, vec![logits]))
}

/// Each context must fit its row of the block table, and the pages that it covers must exist.
fn check_tables(lengths: &[i32], next_n: usize, table: &[i32], max_pages: usize, page_size: usize, pages: usize) -> Result<(), Failure> {
    check_bounds("context_lengths", lengths, 0, max_pages.saturating_mul(page_size), "tokens in a row of block_table")?;
    for (sequence, lengths) in lengths.chunks(next_n.max(1)).enumerate() {
        let longest = lengths.iter().copied().max().unwrap_or(0).max(0) as usize;
        let used = &table[sequence * max_pages..][..longest.div_ceil(page_size.max(1))];
        if let Some(place) = used.iter().position(|&page| page < 0 || page as usize >= pages) {
            let page = used[place];
            return Err(Failure::refused(format!(
                "block_table[{sequence}, {place}] is {page}, but the cache has {pages} pages and sequence {sequence} has {longest} tokens; correct that entry"
            )));
        }
    }
    Ok(())
}
