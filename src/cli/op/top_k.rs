//! `dsa op top-k`.

use portable_dsa::engine::Device;
use portable_dsa::topk::{MAX_TOP_K, TopK, TopKArgs, TopKOptions};
use safetensors::Dtype;

use super::Files;
use super::inputs::{Inputs, Takes, check_ranges};
use super::outputs::{Done, Output, run};
use crate::cli::Failure;

pub const TAKES: Takes = Takes { operation: "top-k", required: &["scores"], optional: &["row_start", "row_end"] };

pub const HELP: &str = "\
Tensors in:
  scores     F32 [R, N]
  row_start  I32 [R]     optional: the first column of each row's range; 0 if absent
  row_end    I32 [R]     optional: one past the last column; N if absent
Tensors out:
  indices    I32 [R, K]  columns in ascending order, then -1; NaN and -inf are never selected

Example:
  dsa op top-k --input scores.safetensors --output indices.safetensors --top-k 512";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(super) files: Files,
    /// How many columns to keep
    #[arg(long, value_name = "K", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_TOP_K)))]
    top_k: u32,
}

pub fn run(args: &Args, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
    let scores = inputs.tensor("scores")?.dtype(Dtype::F32)?;
    let [rows, columns] = scores.dims("[R, N]")?;
    let mut bounds = [None, None];
    for (bound, name) in bounds.iter_mut().zip(["row_start", "row_end"]) {
        if let Some(tensor) = inputs.optional(name) {
            let tensor = tensor.dtype(Dtype::I32)?.shaped("[R]", &[rows])?;
            *bound = Some((tensor.numbers(), tensor.upload(device)?));
        }
    }
    let numbers = |bound: usize, name| bounds[bound].as_ref().map(|(numbers, _)| (name, numbers.as_slice()));
    check_ranges(numbers(0, "row_start"), numbers(1, "row_end"), columns, "columns")?;
    let options =
        TopKOptions { rows: rows as u64, columns: columns as u64, top_k: args.top_k, variant: args.files.variant(), ..Default::default() };
    let plan = TopK::plan(device, options)?;
    let indices = Output::new(device, "indices", Dtype::I32, &[rows, args.top_k as usize])?;
    let args = TopKArgs {
        scores: &scores.upload(device)?,
        row_start: bounds[0].as_ref().map(|(_, buffer)| buffer),
        row_end: bounds[1].as_ref().map(|(_, buffer)| buffer),
        indices: indices.buffer(),
    };
    Ok(run!(device, plan, &args, vec![indices]))
}
