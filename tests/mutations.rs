//! Breaks every shader in turn, and demands that a conformance case notices: a suite that passes must be able to fail. Shaders with cooperative
//! matrices and those in CUDA C++ are broken on the emulated CUDA device, which runs them, all others on a software driver.
//!
//! Skipped by name without such a driver, or without the `g++` of the emulation; `DSA_REQUIRE=mutations` makes that a failure.

use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Failed, Trial};
use portable_dsa::Variant;
use portable_dsa::conformance::{self, Case, MUTATIONS, Mutation, cases};
use portable_dsa::engine::{Device, DeviceKind};

fn main() {
    let arguments = Arguments::from_args();
    let cases: Vec<_> = cases().into_iter().filter(|case| !case.full).map(Arc::new).collect();
    let mut listed = conformance::devices(None).expect("no device was named");
    listed.retain(|(info, _)| info.kind == DeviceKind::Software);
    // SwiftShader compiles for one thread at a time, and takes far longer than lavapipe.
    listed.sort_by_key(|(info, _)| info.name.contains("SwiftShader"));
    let software = listed.into_iter().find_map(|(_, device)| device.ok());
    let of = |variant| MUTATIONS.iter().filter(|mutation| mutation.variant() == variant).collect::<Vec<_>>();
    let mut tests = Vec::new();
    match software {
        Some(device) => tests.extend(Broken::new(device, &cases).tests(&of(None))),
        None => tests.push(absent("mutations", "mutations need a software driver, such as lavapipe")),
    }
    match Device::open("cuda-emulation") {
        Ok(device) => tests.extend(Broken::new(device, &cases).tests(&[of(Some(Variant::Matrix)), of(Some(Variant::Sm90))].concat())),
        Err(error) => tests.push(absent("mutations", &format!("mutations of shaders with matrices, and of those in CUDA C++: {error}"))),
    }
    libtest_mimic::run(&arguments, tests).exit();
}

/// What cannot run here: ignored, or failed where it is required.
fn absent(what: &str, reason: &str) -> Trial {
    let required = std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').any(|name| name == what);
    Trial::test(reason, || Err(Failed::from("required by DSA_REQUIRE"))).with_ignored_flag(!required)
}

/// A device whose shaders are broken, opened once for each thread of the test: each has one broken shader at a time.
struct Broken {
    selector: String,
    free: Mutex<Vec<Device>>,
    cases: Vec<Arc<Case>>,
}

impl Broken {
    fn new(device: Device, cases: &[Arc<Case>]) -> Arc<Self> {
        Arc::new(Broken { selector: device.info().selector.clone(), free: Mutex::new(vec![device]), cases: cases.to_vec() })
    }

    fn tests(self: &Arc<Self>, mutations: &[&'static Mutation]) -> Vec<Trial> {
        let test = |&mutation: &&'static Mutation| {
            let broken = Arc::clone(self);
            Trial::test(format!("{}/{}", mutation.module, mutation.name), move || broken.check(mutation))
        };
        mutations.iter().map(test).collect()
    }

    fn check(&self, mutation: &Mutation) -> Result<(), Failed> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = free().pop();
        let device = taken.map_or_else(|| Device::open(&self.selector), Ok)?;
        // One thread: the others have mutations of their own, and cases that run beside the one that fails are wasted.
        let caught = mutation.caught(&device, &conformance::trials(&device, &self.cases), 1)?;
        free().push(device);
        if caught.is_some() { Ok(()) } else { Err("no case noticed".into()) }
    }
}
