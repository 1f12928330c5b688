//! Runs every conformance case on every device of this machine and each variant, as a test of its own:
//! `vulkan:0 llvmpipe/subgroup/topk/ties/relu-plateau`.
//!
//! `DSA_REQUIRE=cpu,vulkan,SwiftShader` makes a missing kind of device, or one of that name, a failure; `DSA_FULL=1` adds the cases that
//! are too big for a software driver.

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use portable_dsa::Variant;
use portable_dsa::conformance::{Case, Target, cases};
use portable_dsa::engine::{Device, DeviceInfo};

fn main() {
    let arguments = Arguments::from_args();
    let full = std::env::var_os("DSA_FULL").is_some_and(|value| value == "1");
    let mut trials = Vec::new();
    let found: Vec<DeviceInfo> = Device::list().into_iter().map(|(info, _)| info).collect();
    let cases: Vec<Arc<Case>> = cases().into_iter().map(Arc::new).collect();
    for info in &found {
        trials.extend(trials_on(info, &cases, full));
    }
    for required in std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').filter(|required| !NO_DEVICES.contains(required)) {
        let present = found.iter().any(|info| is_device(info, required));
        let outcome = move || if present { Ok(()) } else { Err(Failed::from("required by DSA_REQUIRE, but not on this machine")) };
        trials.push(Trial::test(format!("required device/{required}"), outcome));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Entries of `DSA_REQUIRE` that other tests read.
const NO_DEVICES: [&str; 4] = ["", "tint", "nvrtc", "cuda-emulation"];

/// Whether `required` is the device's selector, its backend, or a part of its name, such as `SwiftShader`.
fn is_device(info: &DeviceInfo, required: &str) -> bool {
    info.selector == required
        || info.selector.split(':').next() == Some(required)
        || info.name.to_lowercase().contains(&required.to_lowercase())
}

fn trials_on(info: &DeviceInfo, cases: &[Arc<Case>], full: bool) -> Vec<Trial> {
    // wgpu's GL backend runs in browsers that lack WebGPU; its results depend on a display, so it is tested on request only.
    if info.selector.starts_with("gl:") && std::env::var_os("DSA_TEST_GL").is_none() {
        return vec![Trial::test(format!("{info}: set DSA_TEST_GL=1 to test it"), || Ok(())).with_ignored_flag(true)];
    }
    let device = match Device::open(&info.selector) {
        Ok(device) => device,
        Err(error) => return vec![Trial::test(format!("{info}/open"), move || Err(Failed::from(error.to_string())))],
    };
    let mut trials = Vec::new();
    for case in cases {
        for variant in variants(&device, case) {
            let label = variant.map_or("cpu".to_owned(), |variant| variant.to_string());
            let name = format!("{} {}/{label}/{}/{}", info.selector, info.name, case.group, case.name);
            let (device, case, skipped) = (device.clone(), Arc::clone(case), case.full && !full);
            let run = move || (case.check)(&Target { device: &device, variant }).map(|_| ()).map_err(Failed::from);
            trials.push(Trial::test(name, run).with_ignored_flag(skipped));
        }
    }
    trials
}

/// The variants of a case that the device can run.
fn variants(device: &Device, case: &Case) -> Vec<Option<Variant>> {
    if device.is_cpu() {
        return vec![None];
    }
    let subgroups = device.capabilities().subgroup.is_some();
    case.variants.iter().filter(|&&variant| variant != Variant::Subgroup || subgroups).map(|&variant| Some(variant)).collect()
}
