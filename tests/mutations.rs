//! Breaks every shader in turn on a software driver, and demands that a conformance case notices: a suite that passes must be able to fail.
//! Skipped by name without such a driver; `DSA_REQUIRE=mutations` makes that a failure.

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use portable_dsa::conformance::{self, MUTATIONS, cases};
use portable_dsa::engine::{Device, DeviceKind};

fn main() {
    let mut arguments = Arguments::from_args();
    // All share one device, whose shaders are broken one at a time.
    arguments.test_threads = Some(1);
    let listed = conformance::devices(None).expect("no device was named");
    let software = listed.into_iter().filter(|(info, _)| info.kind == DeviceKind::Software).find_map(|(_, device)| device.ok());
    let tests = match software {
        Some(device) => tests(&device),
        None => {
            let required = std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').any(|name| name == "mutations");
            let outcome = || Err(Failed::from("no software driver, such as lavapipe"));
            vec![Trial::test("mutations need a software driver", outcome).with_ignored_flag(!required)]
        }
    };
    libtest_mimic::run(&arguments, tests).exit();
}

fn tests(device: &Device) -> Vec<Trial> {
    let cases: Vec<_> = cases().into_iter().filter(|case| !case.full).map(Arc::new).collect();
    let trials = Arc::new(conformance::trials(device, &cases));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let test = |mutation: &'static conformance::Mutation| {
        let (device, trials) = (device.clone(), Arc::clone(&trials));
        let caught = move || match mutation.caught(&device, &trials, threads) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Failed::from("no case noticed")),
            Err(error) => Err(Failed::from(error.to_string())),
        };
        Trial::test(format!("{}/{}", mutation.module, mutation.name), caught)
    };
    MUTATIONS.iter().map(test).collect()
}
