//! `dsa bench kernels`.

use std::time::Duration;

use portable_dsa::engine::{Device, DeviceKind};
use serde::Serialize;

use super::ceilings::Ceilings;
use super::measure::Stopwatch;
use super::operations::{self, Measured, Shape};
use crate::cli::output::{self, Spinner, Table};
use crate::cli::{Context, Failure};

/// Time the operations on a device, beside what a plain copy and plain multiply-adds reach there
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Only these operations: index-keys, kv-cache, index-logits, index-logits-paged, top-k, select, sparse-attention, sparse-decode, dense-attention
    #[arg(value_name = "OPERATION", value_parser = NAMES)]
    operations: Vec<String>,
    /// Queries of a prefill, and rows of a top-k [default: 4096, 64 and 1 on a GPU; 32 and 1 elsewhere]
    #[arg(long, value_name = "S", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    queries: Vec<u64>,
    /// Sequences of a decode [default: 128, 64 and 1 on a GPU; 4 and 1 elsewhere]
    #[arg(long, value_name = "B", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=1 << 16))]
    batch: Vec<u64>,
    /// Queries of each sequence of a decode
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=64))]
    next_n: u32,
    /// Keys that each query sees [default: 131072 on a GPU, 8192 elsewhere]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=1 << 30))]
    context: Option<u64>,
    /// Attention heads
    #[arg(long, value_name = "N", default_value = "128", value_parser = clap::value_parser!(u32).range(1..=128))]
    heads: u32,
    /// Index heads
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u32).range(1..=128))]
    index_heads: u32,
    /// Keys that sparse attention reads
    #[arg(long, value_name = "K", default_value = "2048", value_parser = clap::value_parser!(u32).range(1..=8192))]
    top_k: u32,
    /// Seconds to repeat each operation for
    #[arg(long, value_name = "S", default_value = "1")]
    seconds: f64,
}

const NAMES: [&str; 9] = [
    "index-keys",
    "kv-cache",
    "index-logits",
    "index-logits-paged",
    "top-k",
    "select",
    "sparse-attention",
    "sparse-decode",
    "dense-attention",
];

const HELP: &str = "\
Times are medians by the device's own clock, after a flush of its caches. Data is random, and samples of every result are compared with the
float64 definition in the same run: a wrong result ends the run with exit code 1. `of ceiling` is the larger of the two shares, of the
bandwidth of a copy (B) and of the rate of f32 multiply-adds (F), which matrix units can exceed.

Examples:
  dsa bench kernels
  dsa bench kernels top-k --queries 4096,64,1 --context 131072 --device vulkan:0
  dsa bench kernels sparse-decode --batch 1 --heads 16 --json";

/// All that was measured.
#[derive(Serialize)]
struct Report {
    device: String,
    name: String,
    driver: String,
    ceilings: Ceilings,
    operations: Vec<Measured>,
}

type Bench = fn(&Stopwatch, &Shape) -> Result<Measured, Failure>;

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if !(0.0..=3600.0).contains(&args.seconds) {
        return Err(Failure::refused(format!("--seconds is {}; give a number from 0 to 3600", args.seconds)));
    }
    let device = context.open()?;
    let spinner = Spinner::new("measuring the ceilings");
    let stopwatch = Stopwatch::new(&device, Duration::from_secs_f64(args.seconds))?;
    let ceilings = Ceilings::measure(&stopwatch)?;
    let mut operations = Vec::new();
    for (bench, shape, name) in plan(args, &device) {
        spinner.say(format!("{name}, {} queries, {} sequences", shape.queries, shape.batch));
        let measured = bench(&stopwatch, &shape)?;
        if measured.difference.is_nan() || measured.difference > measured.limit {
            let Measured { operation, shape, difference, limit, .. } = &measured;
            return Err(Failure::Failed(format!("{operation} of {shape} is wrong: {difference:.1e} from the oracle, limit {limit:.1e}")));
        }
        operations.push(measured);
    }
    drop(spinner);
    let info = device.info();
    let (device, name, driver) = (info.selector.clone(), info.name.clone(), info.driver.clone());
    let report = Report { device, name, driver, ceilings, operations };
    if context.json { output::print_json(&report) } else { output::print(&render(&report)) }
}

/// What to run, in the order of a step of the model.
fn plan(args: &Args, device: &Device) -> Vec<(Bench, Shape, &'static str)> {
    let gpu = !matches!(device.info().kind, DeviceKind::Software | DeviceKind::Host);
    let or = |given: &[u64], on_gpu: &[u64], elsewhere: &[u64]| {
        if !given.is_empty() { given.to_vec() } else { if gpu { on_gpu } else { elsewhere }.to_vec() }
    };
    let queries = or(&args.queries, &[4096, 64, 1], &[32, 1]);
    let batches = or(&args.batch, &[128, 64, 1], &[4, 1]);
    let shape = Shape {
        queries: queries[0],
        batch: batches[0],
        next_n: args.next_n,
        context: args.context.unwrap_or(if gpu { 131_072 } else { 8192 }),
        heads: args.heads,
        index_heads: args.index_heads,
        top_k: args.top_k,
        variant: None,
        method: None,
        kv_format: None,
    };
    let mut all: Vec<(Bench, Shape, &'static str)> = vec![
        (operations::index_keys, shape, "index-keys"),
        (operations::kv_cache, shape, "kv-cache"),
        (operations::ragged_logits, shape, "index-logits"),
    ];
    let of_batches = |bench: Bench, name| batches.iter().map(move |&batch| (bench, Shape { batch, ..shape }, name));
    all.extend(of_batches(operations::paged_logits, "index-logits-paged"));
    all.extend(queries.iter().map(|&queries| (operations::top_k as Bench, Shape { queries, ..shape }, "top-k")));
    all.push((operations::select, shape, "select"));
    all.push((operations::prefill, shape, "sparse-attention"));
    all.extend(of_batches(operations::decode, "sparse-decode"));
    all.push((operations::dense, shape, "dense-attention"));
    all.retain(|(_, _, name)| args.operations.is_empty() || args.operations.iter().any(|wanted| wanted == name));
    all
}

fn render(report: &Report) -> String {
    let Ceilings { bytes_per_second, flops } = report.ceilings;
    let mut table = Table::default();
    table.row(["operation", "shape", "variant", "time", "TFLOP/s", "GB/s", "of ceiling", "from the oracle"]);
    for measured in &report.operations {
        let (rate, bandwidth) = (measured.operations / measured.seconds, measured.bytes / measured.seconds);
        let (f, b) = (rate / flops, bandwidth / bytes_per_second);
        let ceiling = if f > b { format!("{:.0} % F", f * 100.0) } else { format!("{:.0} % B", b * 100.0) };
        let rate = if rate == 0.0 { "-".to_owned() } else { format!("{:.3}", rate / 1e12) };
        let exact = if measured.difference == 0.0 { "0".to_owned() } else { format!("{:.1e}", measured.difference) };
        table.row([
            measured.operation,
            &measured.shape,
            &measured.variant,
            &time(measured.seconds),
            &rate,
            &format!("{:.1}", bandwidth / 1e9),
            &ceiling,
            &exact,
        ]);
    }
    format!(
        "{}\ncopy {:.1} GB/s (B), f32 multiply-add {:.3} TFLOP/s (F)\n\n{}",
        title(&report.device, &report.name, &report.driver),
        bytes_per_second / 1e9,
        flops / 1e12,
        table.render(0)
    )
}

/// Which device it was; the host has no driver.
pub fn title(device: &str, name: &str, driver: &str) -> String {
    if driver.is_empty() { format!("{device} {name}") } else { format!("{device} {name}, {driver}") }
}

/// Seconds as a person reads them.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} us", s * 1e6),
    }
}
