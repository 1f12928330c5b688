//! The conformance cases on the emulated CUDA device.

use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use portable_dsa::Variant;
use portable_dsa::conformance::{self, Outcome, cases};
use portable_dsa::engine::Device;

use crate::{absent, full};

/// A trial for each case and variant. What the emulation cannot run, such as kernels written for one GPU, is shown as ignored.
pub fn trials() -> Vec<Trial> {
    let device = match Device::open("cuda-emulation") {
        Ok(device) => device,
        Err(error) => return vec![absent("emulation", "cuda-emulation", &error.to_string())],
    };
    let cases: Vec<_> = cases().into_iter().map(Arc::new).collect();
    let tests = conformance::trials(&device, &cases).into_iter().enumerate().map(|(number, trial)| test(number, trial));
    let (ignored, mut tests): (Vec<_>, Vec<_>) = tests.partition(Trial::has_ignored_flag);
    // Two threads are far apart in the list, so that they seldom wait for one kernel.
    let half = tests.split_off(tests.len() / 2);
    let mut tests = conformance::interleave(vec![tests, half]);
    tests.extend(ignored);
    tests
}

fn test(number: usize, trial: conformance::Trial) -> Trial {
    let name = format!("emulation/{}/{}/{}", trial.variant_name(), trial.case.group, trial.case.name);
    // Each shader is compiled anew. What the `subgroup` variants have of their own, a quarter of their cases shows.
    let quarter = trial.variant == Some(Variant::Subgroup) && !number.is_multiple_of(4);
    let ignored = trial.obstacle().is_some() || (trial.case.full || quarter) && !full();
    let run = move || match trial.run() {
        Outcome::Passed(_) => Ok(()),
        Outcome::Failed(reason) | Outcome::Skipped(reason) => Err(Failed::from(reason)),
    };
    Trial::test(name, run).with_ignored_flag(ignored)
}
