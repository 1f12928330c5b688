//! The kernels of the catalogue through NVRTC, for every generation that the project names.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use portable_dsa::engine::cuda::nvrtc::{Nvrtc, OPTIONS};
use portable_dsa::shaders::Specialisation;
use portable_dsa::sm90;
use rayon::iter::Either;
use rayon::prelude::*;

use crate::shares::shares;
use crate::{absent, full, kernels, translated};

const ARCHITECTURES: [&str; 6] = ["sm_75", "sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120"];

/// A trial for each architecture. All forms for all of them take two cores nine minutes, most of it in the compiler's front end, so that
/// stopping at PTX would save little. Without `DSA_FULL` they share the forms: what three conditions of a kernel do together every architecture
/// compiles, and each form one at least.
pub fn trials() -> Vec<Trial> {
    if let Err(error) = Nvrtc::load() {
        return vec![absent("nvrtc", "nvrtc", &error.to_string())];
    }
    let forms = kernels();
    let shares = if full() { vec![forms.clone(); ARCHITECTURES.len()] } else { shares(&forms, ARCHITECTURES.len()) };
    let trial = |(architecture, share): (&'static str, Vec<Specialisation>)| {
        let name = format!("nvrtc/{architecture} ({} of {} forms)", share.len(), forms.len());
        Trial::test(name, move || compile_all(architecture, &share))
    };
    let hopper = Trial::test("nvrtc/hand-written for sm_90a", compile_hopper);
    let complete = Trial::test("nvrtc/no form is left out", no_form_is_left_out);
    ARCHITECTURES.into_iter().zip(shares).map(trial).chain([hopper, complete]).collect()
}

fn no_form_is_left_out() -> Result<(), Failed> {
    let forms = kernels();
    let shares = shares(&forms, ARCHITECTURES.len());
    let names = |forms: &[Specialisation]| forms.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let (all, shared) = (names(&forms), names(&shares.concat()));
    if let Some(form) = all.difference(&shared).next() {
        return Err(format!("compiled for no architecture: {form}").into());
    }
    // The first condition is the kernel's name.
    let pairs = |forms: &BTreeSet<String>| -> BTreeSet<[String; 3]> {
        let split = forms.iter().map(|name| name.split(['+', ',']).map(str::to_owned).collect::<Vec<_>>());
        split.flat_map(|of| of.iter().flat_map(|a| of.iter().map(|b| [of[0].clone(), a.clone(), b.clone()])).collect::<Vec<_>>()).collect()
    };
    for (architecture, share) in ARCHITECTURES.iter().zip(&shares) {
        if let Some(pair) = pairs(&all).difference(&pairs(&names(share))).next() {
            return Err(format!("not compiled for {architecture}: {pair:?}").into());
        }
    }
    Ok(())
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

fn compile_all(architecture: &str, forms: &[Specialisation]) -> Result<(), Failed> {
    let nvrtc = Nvrtc::load()?;
    let options = [&OPTIONS[..], &["--ptxas-options=-v"]].concat();
    let compile = |form: &Specialisation| {
        let (translation, _) = translated(form).map_err(|error| error.message().unwrap_or_default().to_owned())?;
        let compiled = nvrtc.compile(&translation.source, architecture, &options).map_err(|error| format!("{form}: {error}"))?;
        Ok(spill(&compiled.log).map(|spill| format!("{architecture}: {form}: {spill}")))
    };
    let (compiled, failures): (Vec<_>, Vec<String>) = forms.par_iter().map(compile).partition_map(|result| match result {
        Ok(spill) => Either::Left(spill),
        Err(error) => Either::Right(error),
    });
    let spills: Vec<_> = compiled.iter().flatten().collect();
    eprintln!("{architecture}: {} of {} kernels compiled, {} of them spill registers", compiled.len(), forms.len(), spills.len());
    for spill in spills {
        eprintln!("{spill}");
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// The compiler's line about spilled registers, unless there are none.
fn spill(log: &str) -> Option<&str> {
    log.lines()
        .map(|line| line.trim_start_matches("ptxas").trim_matches([' ', '.']))
        .find(|line| line.contains("spill stores") && !line.contains(" 0 bytes spill stores"))
}
