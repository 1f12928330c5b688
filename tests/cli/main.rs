//! The program `dsa`, run as a person runs it.

mod bench;
mod check;
mod operations;
mod refusals;
mod support;
mod tune;

use std::process::Stdio;

use support::{Folder, dsa, json};

#[test]
fn devices_are_listed() {
    let run = dsa(&["devices", "--json"]);
    let devices = json(&run);
    let devices = devices.as_array().expect("a list");
    let cpu = devices.iter().find(|device| device["selector"] == "cpu").expect("the cpu device is always there");
    assert_eq!(cpu["kind"], "host");
    assert_eq!(devices.iter().filter(|device| device["auto"] == true).count(), 1);

    let text = dsa(&["devices"]);
    assert!(text.status.success());
    let text = String::from_utf8(text.stdout).unwrap();
    assert_eq!(text.lines().count(), devices.len() + 1, "{text}");
}

#[test]
fn devices_say_what_each_operation_would_run() {
    let run = dsa(&["devices", "-v", "--device", "cpu", "--json"]);
    let operations = json(&run)[0]["operations"].clone();
    let operations = operations.as_array().expect("a list");
    let names: Vec<_> = operations.iter().map(|operation| operation["operation"].as_str().unwrap()).collect();
    for name in ["index-keys", "index-queries", "index-logits", "top-k", "sparse-attention", "sparse-decode", "dense-attention", "kv-cache"]
    {
        assert!(names.contains(&name), "{name} is missing from {names:?}");
    }
    assert!(operations.iter().all(|operation| operation["variant"] == "cpu" && !operation["reason"].as_str().unwrap().is_empty()));
    let text = String::from_utf8(dsa(&["devices", "-v", "--device", "cpu"]).stdout).unwrap();
    assert!(text.contains("sparse-decode") && text.contains("the host's cores"), "{text}");
}

#[test]
fn help_and_version_succeed() {
    for args in [&["--help"][..], &["--version"], &["devices", "--help"], &["op", "--help"], &["op", "sparse-decode", "--help"]] {
        let run = dsa(args);
        assert!(run.status.success() && !run.stdout.is_empty() && run.stderr.is_empty(), "{args:?}");
    }
    assert_eq!(dsa(&[]).status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = support::command(&["devices", "-v", "--device", "cpu"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = child.wait_with_output().unwrap();
    assert_eq!((run.status.code(), String::from_utf8(run.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn logging_is_asked_for() {
    let folder = Folder::new();
    folder.input().f32("scores", &[1, 3], &[1.0, 3.0, 2.0]).write();
    let run = support::op(&folder, "top-k", &["--top-k", "1"]);
    assert!(run.stderr.is_empty());
    let args = folder.args("top-k", &["--top-k", "1"]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let run = support::command(&args).env("DSA_LOG", "debug").output().unwrap();
    assert!(String::from_utf8(run.stderr).unwrap().contains("scores"));
    let run = support::command(&args).env("DSA_LOG", "portable_dsa=nonsense").output().unwrap();
    support::assert_refused(&run, &["DSA_LOG"]);
}
