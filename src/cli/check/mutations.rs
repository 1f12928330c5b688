//! `dsa check --mutations`: what the suite is worth.

use portable_dsa::conformance::{MUTATIONS, Trial};
use portable_dsa::engine::Device;
use serde::Serialize;

use crate::cli::output::{Spinner, Table, print, print_json};
use crate::cli::{Context, Failure};

/// What came of one mutation.
#[derive(Serialize)]
struct Tried {
    device: String,
    module: &'static str,
    mutation: &'static str,
    /// The case that failed, if one did, and how.
    caught_by: Option<String>,
    reason: Option<String>,
}

/// Breaks the shaders of every device, one place at a time.
pub fn run(context: &Context, devices: &[Device], trials: &[Trial], jobs: usize) -> Result<(), Failure> {
    let mut tried = Vec::new();
    for device in devices.iter().filter(|device| !device.is_cpu()) {
        let selector = &device.info().selector;
        let own: Vec<Trial> =
            trials.iter().filter(|trial| trial.device.info().selector == *selector && !trial.case.full).cloned().collect();
        let spinner = Spinner::new("");
        for mutation in MUTATIONS {
            spinner.say(format!("{selector} {}: {}", mutation.module, mutation.name));
            let caught = mutation.caught(device, &own, jobs)?;
            let (caught_by, reason) = caught.unzip();
            tried.push(Tried { device: selector.clone(), module: mutation.module, mutation: mutation.name, caught_by, reason });
        }
    }
    if tried.is_empty() {
        return Err(Failure::refused("the cpu device has no shaders to break; name a GPU or a software driver with --device"));
    }
    let missed = tried.iter().filter(|tried| tried.caught_by.is_none()).count();
    if context.json {
        print_json(&tried)?;
    } else {
        let mut table = Table::default();
        table.row(["device", "shader", "mutation", "caught by"]);
        for tried in &tried {
            table.row([&tried.device, tried.module, tried.mutation, tried.caught_by.as_deref().unwrap_or("NOTHING")]);
        }
        print(&format!("{}\n{} of {} mutations caught\n", table.render(0), tried.len() - missed, tried.len()))?;
    }
    if missed == 0 { Ok(()) } else { Err(Failure::Failed(format!("no test noticed {missed} of {} mutations", tried.len()))) }
}
