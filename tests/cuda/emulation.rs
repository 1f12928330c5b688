//! The conformance cases on the emulated CUDA device.

use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use portable_dsa::conformance::{Target, cases};
use portable_dsa::engine::Device;

use crate::{absent, full};

/// A trial for each case and variant.
pub fn trials() -> Vec<Trial> {
    let device = match Device::open("cuda-emulation") {
        Ok(device) => device,
        Err(error) => return vec![absent("emulation", "cuda-emulation", &error.to_string())],
    };
    let full = full();
    let mut trials = Vec::new();
    for case in cases().into_iter().map(Arc::new) {
        for &variant in case.variants {
            let name = format!("emulation/{variant}/{}/{}", case.group, case.name);
            let (device, case, skipped) = (device.clone(), Arc::clone(&case), case.full && !full);
            let run = move || (case.check)(&Target { device: &device, variant: Some(variant) }).map(|_| ()).map_err(Failed::from);
            trials.push(Trial::test(name, run).with_ignored_flag(skipped));
        }
    }
    trials
}
