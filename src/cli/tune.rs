//! `dsa tune`: times the variants of each operation on a device, and remembers which was the fastest.

mod report;
mod sizes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use portable_dsa::engine::{Device, DeviceKind};
use portable_dsa::tuning::{self, Candidate, Class, Measured, Measurements, Operation, TuningError};

use super::bench::measure::Stopwatch;
use super::bench::operations::Shape;
use super::{Context, Failure, output};
use report::{Report, Timed, Tuned};
use sizes::{Bench, Sizes};

/// Time the variants of each operation on a device, and remember the fastest: later runs choose by that
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Only this operation: top-k, index-logits, index-logits-paged, sparse-attention (of prefill and decode) or dense-attention; can be
    /// given more than once
    #[arg(long = "operation", value_name = "NAME", value_parser = operation)]
    operations: Vec<Operation>,
    /// Measure and show, but remember nothing
    #[arg(long)]
    dry_run: bool,
    /// Seconds to repeat each variant for
    #[arg(long, value_name = "S", default_value = "0.2")]
    seconds: f64,
}

const HELP: &str = "\
Each operation is timed on random data at several sizes, in every variant that the device can run; a driver that runs on the host's cores
gets small sizes. Samples of every result are compared with the float64 definition: a variant that is wrong is never chosen, and the exit code
is 1. The file holds for one device, driver and version of this program; what was remembered of other operations stays. `dsa devices -v` shows
what was chosen. To forget it, remove the file.

Examples:
  dsa tune
  dsa tune --operation top-k --operation index-logits --device vulkan:0
  dsa tune --dry-run --json";

/// A name of `Operation`, or of one that has the same kernels.
fn operation(name: &str) -> Result<Operation, String> {
    let name = if name == "sparse-decode" { "sparse-attention" } else { name };
    let found = Operation::ALL.into_iter().find(|operation| operation.to_string() == name);
    found
        .ok_or_else(|| format!("no such operation to tune; there are {}", Operation::ALL.map(|operation| operation.to_string()).join(", ")))
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if !(0.0..=3600.0).contains(&args.seconds) {
        return Err(Failure::refused(format!("--seconds is {}; give a number from 0 to 3600", args.seconds)));
    }
    // As it was opened: nothing here follows from earlier measurements.
    let device = Device::open(&context.device)?;
    let path = if args.dry_run { None } else { Some(place(&device)?) };
    let tasks = tasks(args, &device);
    let tuned = if tasks.is_empty() { Vec::new() } else { measure(args, &device, tasks)? };
    let kept = match path.filter(|_| !tuned.is_empty()) {
        Some(path) => remember(&device, &tuned, &path).map(|()| Some(path)),
        None => Ok(None),
    };
    let report = Report::new(&device, kept.as_ref().ok().cloned().flatten(), &tuned);
    if context.json {
        output::print_json(&report)?
    } else {
        output::print(&report.text())?
    }
    kept?;
    report.verdict()
}

/// Writes what was measured, beside what is remembered of other classes.
fn remember(device: &Device, tuned: &[Tuned], path: &Path) -> Result<(), TuningError> {
    let mut measurements = tuning::saved(device).ok().flatten().unwrap_or_else(|| Measurements::new(device));
    tuned.iter().for_each(|tuned| measurements.insert(tuned.class.clone()));
    measurements.save(path)
}

/// Where to remember; asked for before anything is measured.
fn place(device: &Device) -> Result<PathBuf, Failure> {
    tuning::path(device).ok_or_else(|| {
        Failure::refused("there is no folder to remember the result in: set DSA_CACHE_DIR to one, or use --dry-run to measure all the same")
    })
}

/// A class in which there is something to choose.
struct Task {
    class: Class,
    candidates: Vec<Candidate>,
    bench: Bench,
    shape: Shape,
}

fn tasks(args: &Args, device: &Device) -> Vec<Task> {
    let sizes = match device.info().kind {
        DeviceKind::Software | DeviceKind::Host => Sizes::Software,
        _ => Sizes::Gpu,
    };
    let wanted = |class: &Class| args.operations.is_empty() || args.operations.contains(&class.operation());
    let task = |class: Class| {
        let (bench, shape) = sizes.of(&class)?;
        Some(Task { candidates: class.candidates(device), class, bench, shape })
    };
    let all = Class::all().into_iter().filter(wanted).filter_map(task);
    all.filter(|task| task.candidates.len() > 1).collect()
}

/// Times every candidate of every class.
fn measure(args: &Args, device: &Device, tasks: Vec<Task>) -> Result<Vec<Tuned>, Failure> {
    let bar = ProgressBar::new(tasks.iter().map(|task| task.candidates.len() as u64).sum());
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let stopwatch = Stopwatch::new(device, Duration::from_secs_f64(args.seconds))?;
    let date = chrono::Utc::now().date_naive().to_string();
    let mut tuned = Vec::new();
    for Task { class, candidates, bench, shape } in tasks {
        let (mut timed, mut text) = (Vec::new(), None);
        for candidate in candidates {
            bar.set_message(format!("{}, {class}: {candidate}", class.operation()));
            let Candidate { variant, method } = candidate;
            let result = bench(&stopwatch, &Shape { variant: Some(variant), method, ..shape });
            let (judged, at) = Timed::new(candidate, result);
            timed.push(judged);
            text = text.or(at);
            bar.inc(1);
        }
        let timings = timed.iter().filter_map(Timed::timing).collect();
        tuned.push(Tuned { class: Measured::new(&class, text.unwrap_or_default(), date.clone(), timings), timed });
    }
    bar.finish_and_clear();
    Ok(tuned)
}

impl From<TuningError> for Failure {
    fn from(error: TuningError) -> Self {
        Failure::refused(format!("{error}; set DSA_CACHE_DIR to another folder"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_go_by_their_names() {
        for known in Operation::ALL {
            assert_eq!(operation(&known.to_string()), Ok(known));
        }
        assert_eq!(operation("sparse-decode"), Ok(Operation::SparseAttention));
        assert!(operation("index-keys").unwrap_err().contains("dense-attention"));
    }
}
