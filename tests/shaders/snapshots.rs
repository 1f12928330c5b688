//! What the writers give, kept as text.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use portable_dsa::shaders::{Specialisation, catalogue};

use crate::writers::Writers;

/// What is kept of a module: the first kernel in the catalogue with these conditions among its own.
const KEPT: [(&str, &[&str]); 25] = [
    ("attention/attend", &["q_bf16", "kv_fp8", "heads_16", "direct"]),
    ("attention/attend", &["q_bf16", "kv_fp8", "heads_16", "direct", "subgroup"]),
    ("attention/attend", &["q_bf16", "kv_bf16", "heads_16", "dense", "subgroup"]),
    ("attention/attend_matrix", &["q_bf16", "kv_fp8", "rope", "direct", "subgroup_barrier"]),
    ("attention/attend_matrix", &["q_bf16", "kv_bf16", "rope", "direct", "eight"]),
    ("attention/merge", &["q_bf16"]),
    ("bench/copy", &[]),
    ("bench/multiply_add", &[]),
    ("cache/kv_fp8", &["bf16"]),
    ("cache/rows", &[]),
    ("indexer/logits", &["wide"]),
    ("indexer/logits", &["paged", "wide"]),
    ("indexer/logits_matrix", &["vectors", "subgroup_barrier"]),
    ("indexer/logits_matrix", &["paged", "vectors", "eight"]),
    ("indexer/rows", &["bf16", "norm", "rope", "hadamard"]),
    ("indexer/rows", &["paged", "bf16", "norm", "rope", "interleaved", "amax"]),
    ("indexer/rows", &["queries", "bf16", "rope", "hadamard"]),
    ("topk/count", &[]),
    ("topk/gather", &[]),
    ("topk/histogram", &[]),
    ("topk/map_pages", &[]),
    ("topk/row", &[]),
    ("topk/row", &["gathered"]),
    ("topk/row", &["sampled"]),
    ("topk/scatter", &[]),
];

fn kept() -> Result<Vec<(String, Specialisation)>, Failed> {
    let all = catalogue();
    let mut kept = Vec::new();
    for (module, features) in KEPT {
        let found = all.iter().find(|entry| {
            entry.module == module && entry.features.len() == features.len() && features.iter().all(|f| entry.features.contains(f))
        });
        let entry = found.ok_or_else(|| format!("no kernel {module} with the conditions {features:?} in the catalogue"))?;
        let name = format!("{}{}", module.replace('/', "_"), features.iter().map(|feature| format!("+{feature}")).collect::<String>());
        kept.push((name, entry.clone()));
    }
    // Each module, with and without subgroups where it has both.
    for entry in all {
        let subgroup = |entry: &Specialisation| entry.features.contains(&"subgroup");
        if !kept.iter().any(|(_, k)| k.module == entry.module && subgroup(k) == subgroup(&entry)) {
            return Err(format!("no snapshot is kept of {entry} or its like").into());
        }
    }
    Ok(kept)
}

/// Compares with the files, or rewrites them.
pub fn compare() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let update = std::env::var_os("DSA_UPDATE_SNAPSHOTS").is_some_and(|value| value == "1");
    let files = snapshots(&root)?;
    if update {
        if root.exists() {
            std::fs::remove_dir_all(&root)?;
        }
        std::fs::create_dir_all(&root)?;
        for (path, text) in &files {
            std::fs::write(path, text)?;
        }
        return Ok(());
    }
    let mut wrong = Vec::new();
    for (path, text) in &files {
        // A checkout may have turned line ends.
        let kept = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        if let Some(line) = first_difference(&kept, text) {
            wrong.push(format!("{}: {line}", path.display()));
        }
    }
    for item in std::fs::read_dir(&root)? {
        let path = item?.path();
        if !files.iter().any(|(file, _)| *file == path) {
            wrong.push(format!("{}: no kernel has this name any more", path.display()));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\nrun DSA_UPDATE_SNAPSHOTS=1 cargo test --test shaders, and look at the difference", wrong.join("\n")).into())
}

fn snapshots(root: &Path) -> Result<Vec<(PathBuf, String)>, Failed> {
    let mut files = Vec::new();
    let mut summary = String::from("# SPIR-V: kernel, instructions, loops, barriers, bytes of workgroup memory, capabilities\n");
    for (name, entry) in kept()? {
        let shader = entry.spec().compose()?;
        let writers = Writers::new(&shader)?;
        if crate::in_msl(&entry) {
            files.push((root.join(format!("{name}.metal")), format!("// {entry}\n{}", writers.msl()?)));
        }
        if entry.matrix_size().is_none() {
            files.push((root.join(format!("{name}.hlsl")), format!("// {entry}\n{}", writers.hlsl()?)));
        }
        let memory = shader.reflection.workgroup_memory;
        writeln!(summary, "{name}: {}", spirv_summary(&writers.spirv()?, memory))?;
    }
    files.push((root.join("spirv.txt"), summary));
    Ok(files)
}

/// Counts of what matters: an instruction is its word count and opcode in one word, then its operands.
fn spirv_summary(words: &[u32], workgroup_memory: u32) -> String {
    const HEADER_WORDS: usize = 5;
    const OP_CAPABILITY: u32 = 17;
    const OP_CONTROL_BARRIER: u32 = 224;
    const OP_LOOP_MERGE: u32 = 246;
    let (mut instructions, mut loops, mut barriers, mut capabilities) = (0, 0, 0, Vec::new());
    let mut rest = words.get(HEADER_WORDS..).unwrap_or_default();
    while let Some(&first) = rest.first() {
        instructions += 1;
        match first & 0xffff {
            OP_CAPABILITY => capabilities.push(naga::back::spv::Capability::from_u32(rest[1]).map_or("?".to_owned(), |c| format!("{c:?}"))),
            OP_CONTROL_BARRIER => barriers += 1,
            OP_LOOP_MERGE => loops += 1,
            _ => {}
        }
        rest = rest.get(((first >> 16) as usize).max(1)..).unwrap_or_default();
    }
    capabilities.sort();
    format!("{instructions}, {loops}, {barriers}, {workgroup_memory}, {}", capabilities.join(" "))
}

fn first_difference(kept: &str, now: &str) -> Option<String> {
    let (mut kept, mut now) = (kept.lines(), now.lines());
    for line in 1.. {
        match (kept.next(), now.next()) {
            (None, None) => break,
            (kept, now) if kept != now => {
                return Some(format!("line {line}: kept `{}`, now `{}`", kept.unwrap_or("(end)").trim(), now.unwrap_or("(end)").trim()));
            }
            _ => {}
        }
    }
    None
}
