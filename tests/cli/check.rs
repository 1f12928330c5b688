//! `dsa check`.

use crate::support::{Folder, dsa, json};

#[test]
fn a_selection_is_checked_and_reported() {
    let folder = Folder::new();
    let junit = folder.path("results.xml");
    let run = dsa(&["check", "--device", "cpu", "--filter", "top-k/rows/ties", "--junit", junit.to_str().unwrap(), "--json"]);
    let report = json(&run);
    assert_eq!(report["failed"], 0);
    let section = &report["sections"][0];
    assert_eq!((section["device"].as_str(), section["operation"].as_str()), (Some("cpu"), Some("top-k")));
    let tests = section["tests"].as_array().unwrap();
    assert!(tests.len() >= 5 && tests.len() as u64 == report["passed"].as_u64().unwrap(), "{report}");
    let ties = tests.iter().find(|test| test["case"] == "rows/ties/relu-plateau").expect("a case of that name");
    assert_eq!((ties["tolerance"].as_str(), ties["worst_error"].as_f64()), (Some("exact"), Some(0.0)));
    let xml = std::fs::read_to_string(junit).unwrap();
    assert!(xml.contains("rows/ties/relu-plateau") && xml.contains("failures=\"0\""), "{xml}");
}

#[test]
fn full_sizes_are_named_as_skipped_and_a_run_of_nothing_fails() {
    let run = dsa(&["check", "--device", "cpu", "--filter", "kv-cache/full"]);
    let (text, error) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    assert!(text.contains("of the full size class: run with --full") && text.contains("0 passed, 0 failed"), "{text}");
    assert!(run.status.code() == Some(1) && error.contains("no test ran"), "{error}");
}

#[test]
fn names_are_listed() {
    let run = dsa(&["check", "--device", "cpu", "--list", "--filter", "kv-cache/"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.lines().count() > 5 && text.lines().all(|line| line.starts_with("cpu ") && line.contains("/cpu/kv-cache/")), "{text}");
}

#[test]
fn what_cannot_be_checked_is_refused() {
    for (args, part) in [
        (&["check", "--filter", "no such test"][..], "no test has such a name"),
        (&["check", "--device", "cpu", "--mutations", "--filter", "kv-cache/fp8"], "no shaders to break"),
        (&["check", "--device", "vulkan:99"], "vulkan:99"),
    ] {
        let run = dsa(args);
        let text = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(part) && text.lines().count() == 1, "{text}");
    }
}
