//! Runs cases on devices: what `cargo test` and `dsa check` share.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use dsa_engine::{Device, DeviceInfo};

use super::{Case, Target};
use crate::{Variant, variant};

/// One case, on one device, in one variant.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The device.
    pub device: Device,
    /// The variant that is forced; `None` on the `cpu` device.
    pub variant: Option<Variant>,
    /// The case.
    pub case: Arc<Case>,
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Right: the worst error, as a share of its limit.
    Passed(f64),
    /// Wrong, and how.
    Failed(String),
    /// Not run, and why.
    Skipped(String),
}

/// A trial that ended.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its place in the list of trials.
    pub number: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, the oracle's part included.
    pub elapsed: Duration,
}

impl Trial {
    /// Device, variant, operation and case: `vulkan:0 llvmpipe/subgroup/top-k/rows/ties/relu-plateau`.
    pub fn name(&self) -> String {
        let info = self.device.info();
        format!("{} {}/{}/{}/{}", info.selector, info.name, self.variant_name(), self.case.group, self.case.name)
    }

    /// The variant as a word; `cpu` on the `cpu` device.
    pub fn variant_name(&self) -> String {
        self.variant.unwrap_or(Variant::Cpu).to_string()
    }

    /// Why the device cannot run this trial, if it cannot.
    pub fn obstacle(&self) -> Option<String> {
        variant::refusal(&self.device, self.variant?)
    }

    /// Computes and compares. A panic is a failure of the trial.
    pub fn run(&self) -> Outcome {
        if let Some(obstacle) = self.obstacle() {
            return Outcome::Skipped(obstacle);
        }
        let target = Target { device: &self.device, variant: self.variant };
        match catch_unwind(AssertUnwindSafe(|| (self.case.check)(&target))) {
            Ok(Ok(worst)) => Outcome::Passed(worst),
            Ok(Err(reason)) => Outcome::Failed(reason),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                Outcome::Failed(format!("panicked: {}", text.unwrap_or("no message")))
            }
        }
    }
}

/// The devices to test: those of this machine, or the one that `selector` names. wgpu's GL backend shows the same GPUs again, and is tested
/// when it is named only.
///
/// # Errors
/// The engine's, if the named device cannot be opened. A listed one that cannot is returned with its error.
pub fn devices(selector: Option<&str>) -> crate::Result<Vec<(DeviceInfo, crate::Result<Device>)>> {
    if let Some(selector) = selector {
        let device = Device::open(selector)?;
        return Ok(vec![(device.info().clone(), Ok(device))]);
    }
    let open = |(info, _): (DeviceInfo, _)| {
        let device = Device::open(&info.selector).map_err(crate::Error::from);
        (info, device)
    };
    Ok(Device::list().into_iter().map(open).collect())
}

/// Every trial of the cases on a device, grouped by variant, in the order of the cases.
pub fn trials(device: &Device, cases: &[Arc<Case>]) -> Vec<Trial> {
    let trial = |variant: Option<Variant>, case: &Arc<Case>| Trial { device: device.clone(), variant, case: Arc::clone(case) };
    if device.is_cpu() {
        return cases.iter().map(|case| trial(None, case)).collect();
    }
    let variants = [Variant::Generic, Variant::Subgroup, Variant::Matrix, Variant::Sm90];
    let of = |variant| cases.iter().filter(move |case| case.variants.contains(&variant)).map(move |case| trial(Some(variant), case));
    variants.into_iter().flat_map(of).collect()
}

/// The items of several lists in one: at any place of it about the same share of each list has come. Neighbours in a list want the same
/// kernel, or a driver that compiles one at a time, and threads that take them side by side would wait for one another.
pub fn interleave<T>(lists: Vec<Vec<T>>) -> Vec<T> {
    let place = |number: usize, length: usize| (2 * number + 1) as f64 / (2 * length) as f64;
    let placed = |list: Vec<T>| {
        let length = list.len();
        list.into_iter().enumerate().map(move |(number, item)| (place(number, length), item))
    };
    let mut items: Vec<(f64, T)> = lists.into_iter().flat_map(placed).collect();
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    items.into_iter().map(|(_, item)| item).collect()
}

/// Runs trials on `threads` threads, and tells of each when it ends, in any order. Trials of the full size class have the device for
/// themselves. Stops early when `each` returns false.
pub fn run(trials: &[Trial], threads: usize, mut each: impl FnMut(Report) -> bool) {
    let (large, small): (Vec<_>, Vec<_>) = trials.iter().enumerate().partition(|(_, trial)| trial.case.full);
    for (trials, threads) in [(small, threads.max(1)), (large, 1)] {
        let queue = Mutex::new(VecDeque::from(trials));
        let (sender, receiver) = mpsc::channel();
        let go_on = std::thread::scope(|scope| {
            for _ in 0..threads {
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || {
                    while let Some((number, trial)) = next(queue) {
                        let start = Instant::now();
                        let outcome = trial.run();
                        if sender.send(Report { number, outcome, elapsed: start.elapsed() }).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let go_on = receiver.iter().all(&mut each);
            queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
            go_on
        });
        if !go_on {
            return;
        }
    }
}

fn next<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(full: bool, check: impl Fn() -> Result<f64, String> + Send + Sync + 'static) -> Trial {
        let case = Case {
            group: "group",
            name: "case".to_owned(),
            tolerance: "exact".to_owned(),
            full,
            variants: &[],
            check: Box::new(move |_| check()),
        };
        Trial { device: Device::cpu(), variant: None, case: Arc::new(case) }
    }

    #[test]
    fn every_trial_is_told_of_once() {
        let trials = [
            trial(false, || Ok(0.5)),
            trial(true, || Err("wrong".to_owned())),
            trial(false, || panic!("at the {}", "disco")),
            trial(false, || Ok(0.0)),
        ];
        let mut found = vec![None; 4];
        run(&trials, 3, |report| found[report.number].replace(report.outcome).is_none());
        let failed = |reason: &str| Some(Outcome::Failed(reason.to_owned()));
        assert_eq!(found, [Some(Outcome::Passed(0.5)), failed("wrong"), failed("panicked: at the disco"), Some(Outcome::Passed(0.0))]);
    }

    #[test]
    fn lists_are_interleaved() {
        assert_eq!(interleave(vec![vec![1, 2, 3, 4], vec![10, 20], vec![]]), [1, 10, 2, 3, 20, 4]);
    }

    #[test]
    fn the_caller_can_stop() {
        let trials = vec![trial(false, || Ok(0.0)); 50];
        let mut count = 0;
        run(&trials, 2, |_| {
            count += 1;
            count < 3
        });
        assert_eq!(count, 3);
    }
}
