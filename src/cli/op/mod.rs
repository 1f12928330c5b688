//! `dsa op`: one operation on the tensors of a file, so that its results can be compared with another framework's.

mod attention;
mod index_logits;
mod index_rows;
mod inputs;
mod kv_cache;
mod outputs;
mod report;
mod top_k;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use portable_dsa::Variant;
use portable_dsa::engine::Device;
use safetensors::SafeTensors;

use super::output::{self, Spinner};
use super::{Context, Failure};
use inputs::{Inputs, Takes};
use outputs::Done;
use report::Report;

/// Run one operation on the tensors of a safetensors file
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    #[command(subcommand)]
    operation: Operation,
}

const HELP: &str = "\
`dsa op NAME --help` lists an operation's tensors. FP8 tensors are F8_E4M3, indices I32, caches U8.

Example:
  dsa op top-k --input scores.safetensors --output indices.safetensors --top-k 2048 --json";

#[derive(Debug, Subcommand)]
enum Operation {
    /// Index keys: LayerNorm, rotary embedding, Hadamard transform, FP8
    #[command(after_help = index_rows::KEYS_HELP)]
    IndexKeys(index_rows::KeysArgs),
    /// Index queries: rotary embedding, Hadamard transform, FP8, scales folded into the head weights
    #[command(after_help = index_rows::QUERIES_HELP)]
    IndexQueries(index_rows::QueriesArgs),
    /// How well each key fits each query, for flat keys or a paged cache
    #[command(after_help = index_logits::HELP)]
    IndexLogits(index_logits::Args),
    /// The columns of the largest scores of each row: exact, ties to the lower column, ascending
    #[command(name = "top-k", after_help = top_k::HELP)]
    TopK(top_k::Args),
    /// Attention of each query over the rows that its list names
    #[command(after_help = attention::SPARSE_HELP)]
    SparseAttention(attention::Args),
    /// Attention of the last tokens of many sequences over a paged cache
    #[command(after_help = attention::DECODE_HELP)]
    SparseDecode(attention::Args),
    /// Attention over all rows of a range
    #[command(after_help = attention::DENSE_HELP)]
    DenseAttention(attention::Args),
    /// Write latent rows into a KV cache
    #[command(after_help = kv_cache::HELP)]
    KvCache(kv_cache::Args),
}

/// What every operation is told.
#[derive(Debug, clap::Args)]
struct Files {
    /// A safetensors file with the operation's tensors
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where to write the results, as a safetensors file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// The form of the shaders; auto chooses the best that the device can run
    #[arg(long, value_enum, value_name = "VARIANT", default_value = "auto")]
    variant: Requested,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Requested {
    Auto,
    Generic,
    Subgroup,
    Matrix,
    Sm90,
}

impl Files {
    /// The variant to force.
    fn variant(&self) -> Option<Variant> {
        match self.variant {
            Requested::Auto => None,
            Requested::Generic => Some(Variant::Generic),
            Requested::Subgroup => Some(Variant::Subgroup),
            Requested::Matrix => Some(Variant::Matrix),
            Requested::Sm90 => Some(Variant::Sm90),
        }
    }
}

impl Operation {
    fn files(&self) -> &Files {
        match self {
            Operation::IndexKeys(args) => &args.files,
            Operation::IndexQueries(args) => &args.files,
            Operation::IndexLogits(args) => &args.files,
            Operation::TopK(args) => &args.files,
            Operation::SparseAttention(args) | Operation::SparseDecode(args) | Operation::DenseAttention(args) => &args.files,
            Operation::KvCache(args) => &args.files,
        }
    }

    /// The tensors that it takes from a file.
    fn takes(&self, file: &SafeTensors<'_>) -> Result<Takes, Failure> {
        Ok(match self {
            Operation::IndexKeys(_) => index_rows::KEYS,
            Operation::IndexQueries(_) => index_rows::QUERIES,
            Operation::IndexLogits(_) => index_logits::takes(file)?,
            Operation::TopK(_) => top_k::TAKES,
            Operation::SparseAttention(_) => attention::sparse_takes(file),
            Operation::SparseDecode(_) => attention::DECODE,
            Operation::DenseAttention(_) => attention::dense_takes(file),
            Operation::KvCache(_) => kv_cache::TAKES,
        })
    }

    fn run(&self, device: &Device, inputs: &Inputs<'_>) -> Result<Done, Failure> {
        match self {
            Operation::IndexKeys(args) => index_rows::keys(args, device, inputs),
            Operation::IndexQueries(args) => index_rows::queries(args, device, inputs),
            Operation::IndexLogits(args) => index_logits::run(args, device, inputs),
            Operation::TopK(args) => top_k::run(args, device, inputs),
            Operation::SparseAttention(args) => attention::sparse(args, device, inputs),
            Operation::SparseDecode(args) => attention::decode(args, device, inputs),
            Operation::DenseAttention(args) => attention::dense(args, device, inputs),
            Operation::KvCache(args) => kv_cache::run(args, device, inputs),
        }
    }
}

/// Reads the file, runs the operation, writes the results and reports.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let operation = &args.operation;
    let files = operation.files();
    outputs::check_place(&files.output)?;
    let device = context.open()?;
    let spinner = Spinner::new(format!("reading {}", files.input.display()));
    let bytes = inputs::read_file(&files.input)?;
    let file = inputs::open(&files.input, &bytes)?;
    let takes = operation.takes(&file)?;
    let inputs = Inputs::new(&files.input, file, takes);
    spinner.say(format!("{} on {}", takes.operation, device.info()));
    let done = operation.run(&device, &inputs)?;
    spinner.say(format!("writing {}", files.output.display()));
    let file_bytes = outputs::write_file(&files.output, &done.outputs)?;
    drop(spinner);
    let report = Report { operation: takes.operation, device: &device, inputs: &inputs, done: &done, file: &files.output, file_bytes };
    if context.json { output::print_json(&report.json()) } else { output::print(&report.text()) }
}
