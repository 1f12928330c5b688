//! What `dsa check` shows: a line for each operation while it runs, then a summary; JSON and JUnit XML.

use std::path::Path;
use std::time::Duration;

use portable_dsa::conformance::{Outcome, Trial};
use portable_dsa::engine::DeviceInfo;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use crate::cli::Failure;

/// Failures that the text form shows in full; JSON and JUnit have all.
const SHOWN_FAILURES: usize = 20;

/// One test and what came of it.
#[derive(Debug, Serialize)]
pub struct Result {
    case: String,
    tolerance: String,
    outcome: &'static str,
    /// As a share of the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    worst_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    seconds: f64,
}

impl Result {
    pub fn new(trial: &Trial) -> Self {
        let (case, tolerance) = (trial.case.name.clone(), trial.case.tolerance.clone());
        Result { case, tolerance, outcome: "not run", worst_error: None, reason: None, seconds: 0.0 }
    }

    pub fn set(&mut self, outcome: Outcome, elapsed: Duration) {
        self.seconds = elapsed.as_secs_f64();
        (self.outcome, self.worst_error, self.reason) = match outcome {
            Outcome::Passed(worst) => ("passed", Some(worst), None),
            Outcome::Failed(reason) => ("failed", None, Some(reason)),
            Outcome::Skipped(reason) => ("skipped", None, Some(reason)),
        };
    }
}

/// The tests of one operation on one device in one variant.
#[derive(Debug, Serialize)]
pub struct Section {
    device: String,
    name: String,
    variant: String,
    operation: &'static str,
    passed: usize,
    failed: usize,
    skipped: usize,
    seconds: f64,
    tests: Vec<Result>,
}

impl Section {
    pub fn new(trials: &[Trial], tests: Vec<Result>, elapsed: Duration) -> Self {
        let count = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
        let first = trials.first();
        let info = first.map(|trial| trial.device.info());
        Section {
            device: info.map(|info| info.selector.clone()).unwrap_or_default(),
            name: info.map(|info| info.name.clone()).unwrap_or_default(),
            variant: first.map(Trial::variant_name).unwrap_or_default(),
            operation: first.map_or("", |trial| trial.case.group),
            passed: count("passed"),
            failed: count("failed"),
            skipped: count("skipped"),
            seconds: elapsed.as_secs_f64(),
            tests,
        }
    }

    /// The passed test that came closest to its limit.
    fn worst(&self) -> Option<&Result> {
        self.tests
            .iter()
            .filter(|test| test.worst_error.is_some())
            .max_by(|a, b| a.worst_error.partial_cmp(&b.worst_error).unwrap_or(std::cmp::Ordering::Equal))
    }
}

/// Widths of the table's first columns, known before the first line is.
pub struct Columns {
    device: usize,
    operation: usize,
}

impl Columns {
    pub fn new(trials: &[Trial]) -> Self {
        let longest = |text: fn(&Trial) -> usize, least| trials.iter().map(text).max().unwrap_or(0).max(least);
        Columns { device: longest(|trial| trial.device.info().selector.len(), 6), operation: longest(|trial| trial.case.group.len(), 9) }
    }

    pub fn header(&self) -> String {
        self.cells(["device", "variant", "operation", "passed", "failed", "skipped", "seconds", "worst error"])
    }

    pub fn line(&self, section: &Section) -> String {
        let worst = match section.worst() {
            None => "-".to_owned(),
            Some(Result { worst_error: Some(0.0), tolerance, .. }) if tolerance.starts_with("exact") => "exact".to_owned(),
            Some(test) => format!("{:.3} of {}", test.worst_error.unwrap_or(0.0), test.tolerance),
        };
        let [passed, failed, skipped] = [section.passed, section.failed, section.skipped].map(|count| count.to_string());
        let seconds = format!("{:.1}", section.seconds);
        self.cells([&section.device, &section.variant, section.operation, &passed, &failed, &skipped, &seconds, &worst])
    }

    fn cells(&self, [device, variant, operation, passed, failed, skipped, seconds, worst]: [&str; 8]) -> String {
        let (d, o) = (self.device, self.operation);
        format!("{device:d$}  {variant:8}  {operation:o$}  {passed:>6}  {failed:>6}  {skipped:>7}  {seconds:>7}  {worst}\n")
    }
}

/// A device that was found but could not be opened.
#[derive(Debug, Serialize)]
struct Unopened {
    device: String,
    reason: String,
}

/// All results.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    seconds: f64,
    skipped_devices: Vec<Unopened>,
    sections: Vec<Section>,
}

impl Summary {
    pub fn new(sections: Vec<Section>, unopened: &[(DeviceInfo, String)], elapsed: Duration) -> Self {
        let sum = |count: fn(&Section) -> usize| sections.iter().map(count).sum();
        Summary {
            passed: sum(|section| section.passed),
            failed: sum(|section| section.failed),
            skipped: sum(|section| section.skipped),
            seconds: elapsed.as_secs_f64(),
            skipped_devices: unopened.iter().map(|(info, reason)| Unopened { device: info.to_string(), reason: reason.clone() }).collect(),
            sections,
        }
    }

    /// Tests with one outcome, by full name.
    fn with(&self, outcome: &'static str) -> impl Iterator<Item = (String, &Result)> {
        let tests = self.sections.iter().flat_map(|section| section.tests.iter().map(move |test| (section, test)));
        let name = |section: &Section, test: &Result| {
            format!("{} {}/{}/{}/{}", section.device, section.name, section.variant, section.operation, test.case)
        };
        tests.filter(move |(_, test)| test.outcome == outcome).map(move |(section, test)| (name(section, test), test))
    }

    /// What comes below the table.
    pub fn text(&self) -> String {
        let mut text = String::from("\n");
        for (name, test) in self.with("failed").take(SHOWN_FAILURES) {
            text += &format!("failed: {name}: {}\n", test.reason.as_deref().unwrap_or(""));
        }
        if self.failed > SHOWN_FAILURES {
            text += &format!("and {} more, which --json or --junit FILE lists\n", self.failed - SHOWN_FAILURES);
        }
        for device in &self.skipped_devices {
            text += &format!("skipped: {}: {}\n", device.device, device.reason);
        }
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for reason in self.with("skipped").filter_map(|(_, test)| test.reason.as_deref()) {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason, 1)),
            }
        }
        for (reason, count) in reasons {
            text += &format!("skipped: {count} tests {reason}\n");
        }
        if self.sections.iter().all(|section| section.device == "cpu") {
            text += "No GPU was checked: only the host's cores.\n";
        }
        text + &format!("{} passed, {} failed, {} skipped in {:.0} s\n", self.passed, self.failed, self.skipped, self.seconds)
    }

    /// Writes a test suite for each operation, device and variant.
    pub fn write_junit(&self, path: &Path) -> std::result::Result<(), Failure> {
        let mut report = quick_junit::Report::new("dsa check");
        report.set_time(Duration::from_secs_f64(self.seconds));
        for section in &self.sections {
            let mut suite = TestSuite::new(format!("{} {}/{}/{}", section.device, section.name, section.variant, section.operation));
            suite.set_time(Duration::from_secs_f64(section.seconds));
            suite.add_test_cases(section.tests.iter().map(junit_case));
            report.add_test_suite(suite);
        }
        let text = report.to_string().map_err(|error| Failure::Failed(format!("cannot write JUnit XML: {error}")))?;
        std::fs::write(path, text).map_err(|error| Failure::refused(format!("cannot write {}: {error}", path.display())))
    }
}

fn junit_case(test: &Result) -> TestCase {
    let reason = test.reason.clone().unwrap_or_default();
    let status = match test.outcome {
        "passed" => TestCaseStatus::success(),
        "failed" => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(reason);
            status
        }
        _ => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason);
            status
        }
    };
    let mut case = TestCase::new(&test.case, status);
    case.set_time(Duration::from_secs_f64(test.seconds));
    case
}
