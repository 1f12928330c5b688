//! The CUDA backend without a GPU: every kernel of the catalogue is translated to CUDA C++; NVRTC compiles what came out; and the same text
//! runs on the host's cores, as do the kernels written in CUDA C++ for Hopper, where it has to pass the conformance cases.
//!
//! NVRTC is found as the library finds it (`DSA_NVRTC`, or the loader's path); the host needs `g++`. Without them their tests are listed as
//! ignored; `nvrtc` and `cuda-emulation` in `DSA_REQUIRE` make that a failure. `DSA_FULL=1` compiles every form of a kernel for every
//! architecture instead of a share, and runs every case instead of those that a software driver finishes in time, and of those of `subgroup`
//! a quarter.

#[path = "cuda/emulation.rs"]
mod emulation;
#[path = "cuda/nvrtc.rs"]
mod nvrtc;
#[path = "cuda/shares.rs"]
mod shares;

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed, Trial};
use naga::valid::{Capabilities, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};
use portable_dsa::engine::cuda::translate::{Options, Passing, Translation, translate};
use portable_dsa::engine::wgsl::Access;
use portable_dsa::shaders::{Specialisation, catalogue};

/// What kernels may use on a CUDA device.
const CAPABILITIES: Capabilities = Capabilities::SUBGROUP
    .union(Capabilities::SUBGROUP_BARRIER)
    .union(Capabilities::SHADER_FLOAT16)
    .union(Capabilities::SHADER_INT16)
    .union(Capabilities::COOPERATIVE_MATRIX);

/// The kernels of the catalogue that a CUDA device can be asked for: its matrices have 16 rows, its subgroups 32 invocations.
fn kernels() -> Vec<Specialisation> {
    let fits = |entry: &Specialisation| entry.matrix_size().unwrap_or(16) == 16 && entry.subgroup_size().unwrap_or(32) == 32;
    catalogue().into_iter().filter(fits).collect()
}

fn main() {
    let arguments = Arguments::from_args();
    let mut modules: BTreeMap<&str, Vec<Specialisation>> = BTreeMap::new();
    for entry in kernels() {
        modules.entry(entry.module).or_default().push(entry);
    }
    let mut trials = Vec::new();
    for (module, entries) in modules {
        let name = format!("translate/{module} ({} forms)", entries.len());
        trials.push(Trial::test(name, move || entries.iter().try_for_each(check)));
    }
    trials.extend(nvrtc::trials());
    trials.extend(emulation::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether an environment variable lists a word.
fn required(word: &str) -> bool {
    std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').any(|name| name.trim() == word)
}

fn full() -> bool {
    std::env::var_os("DSA_FULL").is_some_and(|value| value == "1")
}

/// A trial that cannot run here: ignored, or failed where it is required.
fn absent(name: &str, word: &str, reason: &str) -> Trial {
    if required(word) {
        let message = format!("required by DSA_REQUIRE: {reason}");
        return Trial::test(name, move || Err(Failed::from(message)));
    }
    Trial::test(format!("{name} ({reason})"), || Ok(())).with_ignored_flag(true)
}

/// The CUDA C++ of a kernel, as the library has it compiled in release builds.
fn translated(entry: &Specialisation) -> Result<(Translation, Vec<(String, Access)>), Failed> {
    let shader = entry.spec().compose()?;
    let mut validator = Validator::new(ValidationFlags::all(), CAPABILITIES);
    let validator = validator.subgroup_stages(ShaderStages::COMPUTE).subgroup_operations(SubgroupOperationSet::all());
    let info = validator.validate(&shader.module).map_err(|error| error.emit_to_string(&shader.wgsl))?;
    let name = entry.module.replace('/', "_");
    let options = Options { kernel: Some(&name), wgsl: Some(&shader.wgsl), ..Options::default() };
    let translation = translate(&shader.module, &info, &options).map_err(|error| format!("{entry}: {error}"))?;
    let bindings = shader.reflection.bindings.into_iter().map(|binding| (binding.name, binding.access)).collect();
    Ok((translation, bindings))
}

/// The kernel's parameters are what reflection says of the shader.
fn check(entry: &Specialisation) -> Result<(), Failed> {
    let (translation, reflected) = translated(entry)?;
    let parameters = translation.bindings.iter().map(|binding| {
        let access = match binding.passing {
            Passing::Value => Access::Uniform,
            Passing::Pointer { writable: true, .. } => Access::ReadWrite,
            Passing::Pointer { writable: false, .. } => Access::Read,
        };
        (binding.name.clone(), access)
    });
    let parameters: Vec<_> = parameters.collect();
    if parameters != reflected {
        return Err(format!("{entry}: parameters {parameters:?}, bindings {reflected:?}").into());
    }
    Ok(())
}
