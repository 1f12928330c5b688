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
    /// The case that failed, if one did.
    caught_by: Option<String>,
    /// How it failed.
    reason: Option<String>,
    /// Why the mutation was not tried, if it was not.
    skipped: Option<String>,
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
            let skipped = mutation.obstacle(device, &own);
            let caught = if skipped.is_none() { mutation.caught(device, &own, jobs)? } else { None };
            let (caught_by, reason) = caught.unzip();
            tried.push(Tried { device: selector.clone(), module: mutation.module, mutation: mutation.name, caught_by, reason, skipped });
        }
    }
    if tried.is_empty() {
        return Err(Failure::refused("the cpu device has no shaders to break; name a GPU or a software driver with --device"));
    }
    let skipped = tried.iter().filter(|tried| tried.skipped.is_some()).count();
    let caught = tried.iter().filter(|tried| tried.caught_by.is_some()).count();
    let run = tried.len() - skipped;
    if context.json {
        print_json(&tried)?;
    } else {
        let mut table = Table::default();
        table.row(["device", "shader", "mutation", "caught by"]);
        for tried in &tried {
            let outcome = match (&tried.caught_by, &tried.skipped) {
                (Some(case), _) => case.clone(),
                (None, Some(reason)) => format!("skipped: {reason}"),
                (None, None) => "NOTHING".to_owned(),
            };
            table.row([&tried.device, tried.module, tried.mutation, &outcome]);
        }
        print(&format!("{}\n{caught} of {run} mutations caught, {skipped} skipped\n", table.render(0)))?;
    }
    if run == 0 {
        return Err(Failure::Failed(format!("no mutation was tried: all {skipped} were skipped, for the reasons above")));
    }
    if caught == run { Ok(()) } else { Err(Failure::Failed(format!("no test noticed {} of {run} mutations", run - caught))) }
}
