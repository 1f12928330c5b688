//! Every kernel of the catalogue through every shader compiler at hand: naga's validator and its SPIR-V, MSL and HLSL writers, and Tint,
//! Chrome's WGSL compiler. Kernels with cooperative matrices are for Vulkan, and those of 8 rows for Metal: DX12 and browsers have none. What the writers give for one form of each kernel is kept in `tests/snapshots`: the only way to see, without those
//! machines, what Metal and DX12 get to compile.
//!
//! `DSA_UPDATE_SNAPSHOTS=1 cargo test --test shaders` rewrites the snapshots. Tint runs where node and `tests/tint/node_modules` are
//! (`npm install --prefix tests/tint`); with `tint` in `DSA_REQUIRE`, its absence is a failure.

#[path = "shaders/snapshots.rs"]
mod snapshots;
#[path = "shaders/tint.rs"]
mod tint;
#[path = "shaders/writers.rs"]
mod writers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use portable_dsa::engine::wgsl::{Access, ComposedShader};
use portable_dsa::shaders::{LIBRARY, Specialisation, catalogue};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("library/lists every file", library_lists_every_file),
        Trial::test("library/catalogue has every kernel", catalogue_has_every_kernel),
        Trial::test("snapshots", snapshots::compare),
        tint::trial(),
    ];
    let mut modules: BTreeMap<&str, Vec<Specialisation>> = BTreeMap::new();
    for entry in catalogue() {
        modules.entry(entry.module).or_default().push(entry);
    }
    for (module, entries) in modules {
        let name = format!("compile/{module} ({} forms)", entries.len());
        trials.push(Trial::test(name, move || entries.iter().try_for_each(compile)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Composes, validates and writes one kernel, and holds it to WebGPU's default limits.
fn compile(entry: &Specialisation) -> Result<(), Failed> {
    let shader = entry.spec().compose()?;
    let fail = |what: &str, reason: String| Failed::from(format!("{entry}: {what}: {reason}"));
    let writers = writers::Writers::new(&shader).map_err(|reason| fail("validation", reason))?;
    writers.spirv().map_err(|reason| fail("SPIR-V", reason))?;
    if in_msl(entry) {
        writers.msl().map_err(|reason| fail("MSL", reason))?;
    }
    if entry.matrix_size().is_none() {
        writers.hlsl().map_err(|reason| fail("HLSL", reason))?;
    }
    within_limits(entry, &shader).map_err(|reason| fail("limits", reason))
}

/// Metal's matrices have 8 rows and its subgroups 32 invocations.
fn in_msl(entry: &Specialisation) -> bool {
    entry.matrix_size().unwrap_or(8) == 8 && entry.subgroup_size().unwrap_or(32) == 32
}

/// WebGPU's default limits; for kernels with matrices, what Metal offers, or what NVIDIA's drivers do.
fn within_limits(entry: &Specialisation, shader: &ComposedShader) -> Result<(), String> {
    let reflection = &shader.reflection;
    let (memory, invocations) = match entry.matrix_size() {
        None => (16 << 10, 256),
        Some(8) => (32 << 10, 512),
        Some(_) => (48 << 10, 512),
    };
    let storage = reflection.bindings.iter().filter(|binding| binding.access != Access::Uniform).count() as u32;
    for (what, needed, limit) in [
        ("bytes of workgroup memory", reflection.workgroup_memory, memory),
        ("invocations", reflection.workgroup_size.iter().product(), invocations),
        ("storage buffers", storage, 8),
    ] {
        if needed > limit {
            return Err(format!("{needed} {what}; the limit is {limit}"));
        }
    }
    Ok(())
}

fn library_lists_every_file() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut files = BTreeSet::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder)? {
            let path = item?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wgsl") {
                let relative: Vec<_> =
                    path.with_extension("").strip_prefix(&root)?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                files.insert(relative.join("/"));
            }
        }
    }
    let listed: BTreeSet<_> = LIBRARY.files.iter().map(|file| file.module.to_owned()).collect();
    same(&files, &listed, "files in shaders/", "files in shaders::LIBRARY")
}

fn catalogue_has_every_kernel() -> Result<(), Failed> {
    let kernels = LIBRARY.files.iter().filter(|file| file.source.contains("@compute")).map(|file| file.module.to_owned()).collect();
    let listed = catalogue().iter().map(|entry| entry.module.to_owned()).collect();
    same(&kernels, &listed, "modules with an entry point", "modules in shaders::catalogue()")?;
    let names: Vec<_> = catalogue().iter().map(ToString::to_string).collect();
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err("the catalogue has a kernel twice".into());
    }
    Ok(())
}

fn same(left: &BTreeSet<String>, right: &BTreeSet<String>, of_left: &str, of_right: &str) -> Result<(), Failed> {
    let only_left: Vec<_> = left.difference(right).collect();
    let only_right: Vec<_> = right.difference(left).collect();
    if only_left.is_empty() && only_right.is_empty() {
        return Ok(());
    }
    Err(format!("only in {of_left}: {only_left:?}; only in {of_right}: {only_right:?}").into())
}
