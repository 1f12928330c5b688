//! Every kernel through Tint, by node: naga reads some WGSL that browsers refuse, barriers in divergent control flow above all.

use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use portable_dsa::shaders::catalogue;

/// Runs where Tint is installed. Otherwise it is listed as ignored, or fails if `DSA_REQUIRE` names it.
pub fn trial() -> Trial {
    let required = std::env::var("DSA_REQUIRE").unwrap_or_default().split(',').any(|name| name.trim() == "tint");
    match missing() {
        None => Trial::test("tint", check),
        Some(what) if required => Trial::test("tint", move || Err(format!("required by DSA_REQUIRE: {what}").into())),
        Some(what) => Trial::test(format!("tint ({what})"), || Ok(())).with_ignored_flag(true),
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tint"))
}

fn missing() -> Option<&'static str> {
    if Command::new("node").arg("--version").output().is_err() {
        return Some("node is not installed");
    }
    if !folder().join("node_modules/webgpu").exists() {
        return Some("run npm install --prefix tests/tint");
    }
    None
}

fn check() -> Result<(), Failed> {
    let mut shaders = Vec::new();
    // Tint has subgroup matrices of its own, with other names.
    for entry in catalogue().into_iter().filter(|entry| entry.matrix_size().is_none()) {
        let wgsl = entry.spec().compose()?.wgsl;
        shaders.push(serde_json::json!({ "name": entry.to_string(), "entry": "main", "wgsl": wgsl }));
    }
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tint.json");
    std::fs::write(&list, serde_json::to_vec(&shaders)?)?;
    let output = Command::new("node").arg(folder().join("check.mjs")).arg(&list).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).into())
}
