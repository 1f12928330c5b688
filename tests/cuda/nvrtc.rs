//! Every distinct kernel of the catalogue through NVRTC.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Failed, Trial};
use portable_dsa::engine::cuda::nvrtc::{Nvrtc, OPTIONS};
use portable_dsa::sm90;

use crate::{absent, full, kernels, translated};

/// Turing, the oldest that has the warp operations; Hopper.
const QUICK: [&str; 2] = ["sm_75", "sm_90a"];
const ALL: [&str; 6] = ["sm_75", "sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120"];

/// A trial for each architecture.
pub fn trials() -> Vec<Trial> {
    if let Err(error) = Nvrtc::load() {
        return vec![absent("nvrtc", "nvrtc", &error.to_string())];
    }
    ALL.iter()
        .map(|&architecture| {
            let skipped = !full() && !QUICK.contains(&architecture);
            Trial::test(format!("nvrtc/{architecture}"), move || compile_all(architecture)).with_ignored_flag(skipped)
        })
        .chain([Trial::test("nvrtc/hand-written for sm_90a", compile_hopper)])
        .collect()
}

/// The kernels in CUDA C++. Their products must run on while the sums of others are done, which the compiler may give up.
fn compile_hopper() -> Result<(), Failed> {
    let nvrtc = Nvrtc::load()?;
    let options = [&OPTIONS[..], &["--ptxas-options=-v"]].concat();
    let mut failures = Vec::new();
    for kernel in sm90::catalogue() {
        let source = kernel.source().map_err(|error| error.to_string())?;
        match nvrtc.compile(&source, "sm_90a", &options) {
            Err(error) => failures.push(format!("{kernel}: {error}")),
            Ok(compiled) if compiled.log.contains("serialized") => failures.push(format!("{kernel}: {}", compiled.log)),
            Ok(compiled) => {
                if let Some(spill) = spill(&compiled.log) {
                    eprintln!("{kernel}: {spill}");
                }
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// The texts, each with the kernel that first has it.
fn sources() -> Result<Vec<(String, String)>, Failed> {
    let mut sources = BTreeMap::new();
    for entry in kernels() {
        let (translation, _) = translated(&entry)?;
        sources.entry(translation.source).or_insert_with(|| entry.to_string());
    }
    Ok(sources.into_iter().map(|(source, name)| (name, source)).collect())
}

fn compile_all(architecture: &str) -> Result<(), Failed> {
    let nvrtc = Nvrtc::load()?;
    let options = [&OPTIONS[..], &["--ptxas-options=-v"]].concat();
    let sources = sources()?;
    let next = AtomicUsize::new(0);
    let (failures, spills) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((name, source)) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match nvrtc.compile(source, architecture, &options) {
                        Ok(compiled) => lock(&spills).extend(spill(&compiled.log).map(|spill| format!("{name}: {spill}"))),
                        Err(error) => lock(&failures).push(format!("{name}: {error}")),
                    }
                }
            });
        }
    });
    let (failures, spills) = (failures.into_inner().unwrap_or_default(), spills.into_inner().unwrap_or_default());
    eprintln!(
        "{architecture}: {} of {} kernels compiled, {} of them spill registers",
        sources.len() - failures.len(),
        sources.len(),
        spills.len()
    );
    for spill in spills {
        eprintln!("{architecture}: {spill}");
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// The compiler's line about spilled registers, unless there are none.
fn spill(log: &str) -> Option<&str> {
    log.lines()
        .map(|line| line.trim_start_matches("ptxas").trim_matches([' ', '.']))
        .find(|line| line.contains("spill stores") && !line.contains(" 0 bytes spill stores"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
