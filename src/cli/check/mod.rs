//! `dsa check`: does a device compute DSA right?

mod mutations;
mod report;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use portable_dsa::conformance::{self, Outcome, Trial, cases};
use portable_dsa::engine::{Device, DeviceInfo};

use super::{Context, Failure, output};
use report::{Result as TrialResult, Section, Summary};

/// Check that devices compute DSA right: every operation against its float64 definition, under the tolerances of FlashMLA, DeepGEMM and vLLM
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Only tests whose name contains this; a name is device/variant/operation/case, as --list shows. May be given several times: any will do
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Only this variant
    #[arg(long, value_parser = ["generic", "subgroup", "matrix", "sm90", "cpu"])]
    variant: Option<String>,
    /// Also the peers' full sizes, which take a real GPU and some GiB of memory
    #[arg(long)]
    full: bool,
    /// Tests to run side by side [default: one for each core of the host]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Also write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print the names of the tests and run none
    #[arg(long, conflicts_with_all = ["junit", "mutations"])]
    list: bool,
    /// Instead break each shader in turn, in some seventy places, and check that a test notices
    #[arg(long, conflicts_with = "junit")]
    mutations: bool,
}

const HELP: &str = "\
All devices are checked, or the one that --device names. An error is shown as a share of its limit: 1 and above fail. The exit code is 1 if
a test failed.

Examples:
  dsa check
  dsa check --device vulkan:0 --full --junit results.xml
  dsa check --filter top-k/ --filter kv-cache/ --variant subgroup
  dsa check --mutations --device vulkan:0";

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let selector = (context.device != "auto").then_some(context.device.as_str());
    let mut devices = Vec::new();
    let mut unopened = Vec::new();
    for (info, device) in conformance::devices(selector)? {
        match device {
            Ok(device) => devices.push(device),
            Err(error) => unopened.push((info, error.to_string())),
        }
    }
    let trials: Vec<Trial> = devices.iter().flat_map(|device| selected(args, device)).collect();
    if trials.is_empty() {
        return Err(Failure::refused("no test has such a name, variant and device; see `dsa check --list`"));
    }
    if args.list {
        return output::print(&trials.iter().map(|trial| trial.name() + "\n").collect::<String>());
    }
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    if args.mutations { mutations::run(context, &devices, &trials, jobs) } else { check(args, context, trials, &unopened, jobs) }
}

/// The trials of a device that the arguments select, those of an operation next to each other.
fn selected(args: &Args, device: &Device) -> Vec<Trial> {
    let cases: Vec<_> = cases().into_iter().map(Arc::new).collect();
    let mut order = HashMap::new();
    for case in &cases {
        let next = order.len();
        order.entry(case.group).or_insert(next);
    }
    let mut trials = conformance::trials(device, &cases);
    trials.retain(|trial| {
        let name = trial.name();
        (args.filter.is_empty() || args.filter.iter().any(|text| name.contains(text)))
            && args.variant.as_ref().is_none_or(|variant| *variant == trial.variant_name())
    });
    trials.sort_by_key(|trial| (trial.variant, order.get(trial.case.group).copied()));
    trials
}

fn check(args: &Args, context: &Context, trials: Vec<Trial>, unopened: &[(DeviceInfo, String)], jobs: usize) -> Result<(), Failure> {
    let start = Instant::now();
    let bar = ProgressBar::new(trials.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let mut sections = Vec::new();
    let same =
        |a: &Trial, b: &Trial| (&a.device.info().selector, a.variant, a.case.group) == (&b.device.info().selector, b.variant, b.case.group);
    let columns = report::Columns::new(&trials);
    let say = |line: &str| bar.suspend(|| if context.json { Ok(()) } else { output::print(line) });
    say(&columns.header())?;
    for trials in trials.chunk_by(same) {
        let section = run_section(args, trials, jobs, &bar);
        say(&columns.line(&section))?;
        sections.push(section);
    }
    bar.finish_and_clear();
    let summary = Summary::new(sections, unopened, start.elapsed());
    if let Some(path) = &args.junit {
        summary.write_junit(path)?;
    }
    if context.json {
        output::print_json(&summary)?;
    } else {
        output::print(&summary.text())?;
    }
    match summary.failed {
        0 if summary.passed == 0 => {
            Err(Failure::Failed(format!("no test ran: all {} were skipped, for the reasons above", summary.skipped)))
        }
        0 => Ok(()),
        failed => Err(Failure::Failed(format!("{failed} of {} tests failed", summary.passed + failed))),
    }
}

/// Runs the trials of one operation on one device in one variant.
fn run_section(args: &Args, trials: &[Trial], jobs: usize, bar: &ProgressBar) -> Section {
    let start = Instant::now();
    let mut results: Vec<TrialResult> = trials.iter().map(TrialResult::new).collect();
    let runs = |trial: &Trial| args.full || !trial.case.full;
    let numbers: Vec<usize> = (0..trials.len()).filter(|&number| runs(&trials[number])).collect();
    let chosen: Vec<Trial> = numbers.iter().map(|&number| trials[number].clone()).collect();
    bar.inc((trials.len() - chosen.len()) as u64);
    if let Some(trial) = trials.first() {
        bar.set_message(format!("{} {} {}", trial.device.info().selector, trial.variant_name(), trial.case.group));
    }
    conformance::run(&chosen, jobs, |report| {
        results[numbers[report.number]].set(report.outcome, report.elapsed);
        bar.inc(1);
        true
    });
    let reason = "of the full size class: run with --full";
    trials.iter().zip(&mut results).filter(|(trial, _)| !runs(trial)).for_each(|(_, result)| {
        result.set(Outcome::Skipped(reason.to_owned()), std::time::Duration::ZERO);
    });
    Section::new(trials, results, start.elapsed())
}
