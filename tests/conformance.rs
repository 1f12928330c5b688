//! Runs every conformance case on every device of this machine and each variant, as a test of its own:
//! `vulkan:0 llvmpipe/subgroup/top-k/ties/relu-plateau`. `dsa check` runs the same.
//!
//! `DSA_REQUIRE=cpu,vulkan,SwiftShader` makes a missing kind of device, or one of that name, a failure, and `llvmpipe/matrix` that no case of a
//! variant would run there; `DSA_FULL=1` adds the cases that are too big for a software driver.

use std::collections::BTreeSet;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use portable_dsa::conformance::{self, Outcome, cases};
use portable_dsa::engine::DeviceInfo;

fn main() {
    let arguments = Arguments::from_args();
    let full = std::env::var_os("DSA_FULL").is_some_and(|value| value == "1");
    let cases: Vec<_> = cases().into_iter().map(Arc::new).collect();
    let mut lists = Vec::new();
    let mut tests = Vec::new();
    let mut found = Vec::new();
    for (info, device) in conformance::devices(None).expect("no device was named") {
        match device {
            Ok(device) => {
                let trials = conformance::trials(&device, &cases);
                let variants = trials.iter().filter(|trial| !ignored(trial, full)).map(conformance::Trial::variant_name);
                found.push((info, variants.collect::<BTreeSet<_>>()));
                lists.push(trials.into_iter().map(|trial| test(trial, full)).collect());
            }
            Err(error) => {
                tests.push(Trial::test(format!("{info}/open"), move || Err(Failed::from(error.to_string()))));
                found.push((info, BTreeSet::new()));
            }
        }
    }
    tests.extend(conformance::interleave(lists));
    for required in std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').filter(|required| !NO_DEVICES.contains(required)) {
        let (device, variant) = required.split_once('/').map_or((required, None), |(device, variant)| (device, Some(variant)));
        let runs = |variants: &BTreeSet<String>| variant.is_none_or(|variant| variants.contains(variant));
        let present = found.iter().any(|(info, variants)| is_device(info, device) && runs(variants));
        let outcome = move || if present { Ok(()) } else { Err(Failed::from("required by DSA_REQUIRE, but not on this machine")) };
        tests.push(Trial::test(format!("required device/{required}"), outcome));
    }
    libtest_mimic::run(&arguments, tests).exit();
}

/// Entries of `DSA_REQUIRE` that other tests read.
const NO_DEVICES: [&str; 5] = ["", "tint", "nvrtc", "cuda-emulation", "mutations"];

/// Whether `required` is the device's selector, its backend, or a part of its name, such as `SwiftShader`.
fn is_device(info: &DeviceInfo, required: &str) -> bool {
    info.selector == required
        || info.selector.split(':').next() == Some(required)
        || info.name.to_lowercase().contains(&required.to_lowercase())
}

/// A variant that the device cannot run, and a case that is too big, are shown as ignored.
fn ignored(trial: &conformance::Trial, full: bool) -> bool {
    trial.obstacle().is_some() || trial.case.full && !full
}

fn test(trial: conformance::Trial, full: bool) -> Trial {
    let ignored = ignored(&trial, full);
    let name = trial.name();
    let run = move || match trial.run() {
        Outcome::Passed(_) => Ok(()),
        Outcome::Failed(reason) | Outcome::Skipped(reason) => Err(Failed::from(reason)),
    };
    Trial::test(name, run).with_ignored_flag(ignored)
}
