//! `dsa bench`.

use crate::support::{Folder, dsa, json};

#[test]
fn operations_are_timed_and_compared() {
    let sizes =
        ["--queries", "3", "--batch", "2", "--context", "300", "--heads", "4", "--index-heads", "5", "--top-k", "70", "--seconds", "0"];
    let run = dsa(&[&["bench", "kernels", "--device", "cpu", "--json"][..], &sizes].concat());
    let report = json(&run);
    let operations = report["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 9, "{report}");
    for operation in operations {
        assert!(operation["seconds"].as_f64().unwrap() > 0.0 && operation["bytes"].as_f64().unwrap() > 0.0, "{operation}");
        assert!(operation["difference"].as_f64().unwrap() <= operation["limit"].as_f64().unwrap(), "{operation}");
    }
    assert!(report["ceilings"]["flops"].as_f64().unwrap() > 1e8, "{report}");
}

#[test]
fn the_cost_curve_is_drawn() {
    let folder = Folder::new();
    let svg = folder.path("cost.svg");
    let args = ["bench", "cost", "--device", "cpu", "--longest", "4K", "--heads", "2", "--top-k", "64", "--seconds", "0"];
    let run = dsa(&[&args[..], &["--svg", svg.to_str().unwrap(), "--json"]].concat());
    let report = json(&run);
    let contexts: Vec<u64> = report["points"].as_array().unwrap().iter().map(|point| point["context"].as_u64().unwrap()).collect();
    assert_eq!(contexts, [1024, 2048, 4096]);
    assert_eq!(report["bytes_per_token"], 788);
    let picture = std::fs::read_to_string(svg).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("dense") && picture.contains("4K"), "{picture}");
    let text = String::from_utf8(dsa(&args).stdout).unwrap();
    assert!(text.contains("4096  dense") && text.contains("788 bytes a token"), "{text}");
}

#[test]
fn bad_sizes_are_refused() {
    for (args, part) in [
        (&["bench", "kernels", "--context", "0"][..], "--context"),
        (&["bench", "kernels", "no-such-operation"], "no-such-operation"),
        (&["bench", "cost", "--longest", "lots"], "lots"),
        (&["bench", "cost", "--shortest", "8K", "--longest", "4K", "--device", "cpu"], "--shortest 8192"),
    ] {
        let run = dsa(args);
        let text = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(part) && text.lines().count() == 1, "{text}");
    }
}
