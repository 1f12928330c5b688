//! `dsa tune`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Folder, assert_refused, command, dsa, json};

/// A Vulkan driver, preferably Mesa's; `None` where there is none and `DSA_REQUIRE` does not want one.
fn vulkan() -> Option<String> {
    let devices = json(&dsa(&["devices", "--json"]));
    let found = devices.as_array().unwrap().iter().filter(|device| device["selector"].as_str().unwrap().starts_with("vulkan"));
    let device = found.max_by_key(|device| device["name"].as_str().unwrap().starts_with("llvmpipe"));
    let required = std::env::var("DSA_REQUIRE").is_ok_and(|names| names.split(',').any(|name| name.starts_with("vulkan")));
    assert!(device.is_some() || !required, "DSA_REQUIRE wants vulkan");
    device.map(|device| device["selector"].as_str().unwrap().to_owned())
}

fn with_cache(folder: &Path, args: &[&str]) -> Command {
    let mut command = command(args);
    command.env("DSA_CACHE_DIR", folder);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    with_cache(folder, args).output().unwrap()
}

/// The file that holds the measurements.
fn file(folder: &Path) -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("tuning-"));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// What a top-k of 4 rows of 40000 columns would run, and why.
fn plan(folder: &Folder, cache: &Path, device: &str) -> String {
    let args = folder.args("top-k", &["--top-k", "4", "--device", device, "--json"]);
    let run = run(cache, &args.iter().map(String::as_str).collect::<Vec<_>>());
    json(&run)["reason"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_measured_is_remembered_and_used() {
    let Some(device) = vulkan() else { return };
    let folder = Folder::new();
    let cache = folder.path("cache");
    let tune = ["tune", "--operation", "top-k", "--seconds", "0", "--device", &device, "--json"];

    let dry = json(&run(&cache, &[&tune[..], &["--dry-run"]].concat()));
    assert!(dry["file"].is_null() && tuned_files(&cache) == 0, "{dry}");

    let report = json(&run(&cache, &tune));
    let classes = report["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 8, "{report}");
    for class in classes {
        let candidates = class["candidates"].as_array().unwrap();
        let seconds = |candidate: &serde_json::Value| candidate["seconds"].as_f64();
        assert!(class["operation"] == "top-k" && candidates.len() >= 2, "{class}");
        let least = candidates.iter().filter_map(seconds).fold(f64::INFINITY, f64::min);
        let chosen = candidates.iter().find(|candidate| candidate["method"] == class["chosen"]["method"]).unwrap();
        assert!(least > 0.0 && seconds(chosen) == Some(least), "{class}");
    }
    let file = file(&cache);
    assert_eq!(report["file"].as_str().map(Path::new), Some(file.as_path()));

    let shown = json(&run(&cache, &["devices", "-v", "--device", &device, "--json"]));
    let shown = &shown[0]["measured"];
    assert!(shown["problem"].is_null() && shown["classes"].as_array().unwrap().len() == 8, "{shown}");
    assert!(shown["classes"][0]["reason"].as_str().unwrap().starts_with("fastest of 2 measured on 20"), "{shown}");

    // A plan does as the file says: here, that the method is by far the fastest that the built-in rule would not take.
    folder.input().f32("scores", &[4, 40_000], &vec![1.0; 160_000]).write();
    let mut text: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let class = text["classes"].as_array_mut().unwrap().iter_mut();
    let class = class.into_iter().find(|class| class["class"] == "rows 1 to 16, columns 32768 to 131071").unwrap();
    for timing in class["timings"].as_array_mut().unwrap() {
        timing["seconds"] = if timing["method"] == "whole-rows" { 0.00125 } else { 3.5 }.into();
    }
    std::fs::write(&file, text.to_string()).unwrap();
    let reason = plan(&folder, &cache, &device);
    assert!(reason.contains("WholeRows: fastest of 2 measured on") && reason.contains("1.25ms against 3.50s (generic Chunks)"), "{reason}");
    // Another cache has no such file.
    assert!(plan(&folder, &folder.path("other"), &device).contains("Chunks: at most"));

    // One of another driver is not used, and `dsa devices -v` and the log say so; the next `dsa tune` replaces it.
    text["device"]["driver"] = "an older one".into();
    std::fs::write(&file, text.to_string()).unwrap();
    assert!(plan(&folder, &cache, &device).contains("Chunks: at most"));
    let run = run(&cache, &["devices", "-v", "--device", &device]);
    let shown = String::from_utf8(run.stdout).unwrap();
    assert!(shown.contains("measurements are not used: measured with the driver `an older one`"), "{shown}");
    let args = folder.args("top-k", &["--top-k", "4", "--device", &device]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let log = |file: &Path, text: &str| {
        std::fs::write(file, text).unwrap();
        let run = with_cache(&cache, &args).env("DSA_LOG", "warn").output().unwrap();
        assert!(run.status.success());
        String::from_utf8(run.stderr).unwrap()
    };
    assert!(log(&file, &text.to_string()).contains("an older one"));
    assert!(log(&file, "{").contains("is no file of measurements"));
}

fn tuned_files(cache: &Path) -> usize {
    let entries = std::fs::read_dir(cache).into_iter().flatten();
    entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("tuning-"))).count()
}

#[test]
fn the_host_has_nothing_to_choose() {
    let folder = Folder::new();
    let run = run(&folder.path("cache"), &["tune", "--device", "cpu"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success() && text.contains("there is nothing to choose"), "{text}");
    assert_eq!(tuned_files(&folder.path("cache")), 0);
}

#[test]
fn mistakes_are_refused() {
    assert_refused(&dsa(&["tune", "--operation", "top-q"]), &["top-q", "sparse-attention"]);
    assert_refused(&dsa(&["tune", "--seconds", "4000", "--device", "cpu"]), &["--seconds"]);
    assert_refused(&dsa(&["tune", "--device", "vulkan:99"]), &["vulkan:99"]);
    let run = command(&["tune", "--device", "cpu"]).env("DSA_CACHE_DIR", "").output().unwrap();
    assert_refused(&run, &["DSA_CACHE_DIR", "--dry-run"]);
}
