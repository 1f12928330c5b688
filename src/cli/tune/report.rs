//! What `dsa tune` says.

use std::path::PathBuf;

use portable_dsa::engine::Device;
use portable_dsa::tuning::{Candidate, Measured as Class, Timing};
use serde::Serialize;

use crate::cli::Failure;
use crate::cli::bench::kernels::{time, title};
use crate::cli::bench::operations::Measured;
use crate::cli::output::Table;

/// What came of one candidate.
#[derive(Clone, Serialize)]
pub struct Timed {
    #[serde(flatten)]
    candidate: Candidate,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// It was right, and took so many seconds.
    Seconds(f64),
    /// The result is not the definition's, or the device failed.
    Failed(String),
    /// It does not have such sizes.
    Refused(String),
}

impl Timed {
    /// Judges what a bench gave for a candidate. Also returns the sizes that were timed.
    pub fn new(candidate: Candidate, result: Result<Measured, Failure>) -> (Self, Option<String>) {
        let (outcome, shape) = match result {
            Ok(Measured { difference, limit, shape, .. }) if difference.is_nan() || difference > limit => {
                (Outcome::Failed(format!("wrong: {difference:.1e} from the oracle, limit {limit:.1e}")), Some(shape))
            }
            Ok(Measured { seconds, shape, .. }) => (Outcome::Seconds(seconds), Some(shape)),
            Err(Failure::Failed(reason)) => (Outcome::Failed(reason), None),
            Err(Failure::Refused(reason)) => (Outcome::Refused(reason), None),
            Err(Failure::Unread) => (Outcome::Refused("nothing was measured".to_owned()), None),
        };
        (Timed { candidate, outcome }, shape)
    }

    /// What is remembered of it.
    pub fn timing(&self) -> Option<Timing> {
        let seconds = match self.outcome {
            Outcome::Seconds(seconds) => Some(seconds),
            Outcome::Failed(_) => None,
            Outcome::Refused(_) => return None,
        };
        Some(Timing { candidate: self.candidate, seconds })
    }
}

/// A class, and all that was tried for it.
pub struct Tuned {
    pub class: Class,
    pub timed: Vec<Timed>,
}

#[derive(Serialize)]
struct Line {
    operation: String,
    class: String,
    shape: String,
    chosen: Option<Candidate>,
    /// Why; or why none.
    reason: String,
    candidates: Vec<Timed>,
}

/// All that was measured.
#[derive(Serialize)]
pub struct Report {
    device: String,
    name: String,
    driver: String,
    /// Where it is remembered.
    file: Option<PathBuf>,
    classes: Vec<Line>,
}

impl Report {
    pub fn new(device: &Device, file: Option<PathBuf>, tuned: &[Tuned]) -> Self {
        let line = |Tuned { class, timed }: &Tuned| {
            let choice = class.choice(device);
            Line {
                operation: class.operation.to_string(),
                class: class.class.clone(),
                shape: class.shape.clone(),
                chosen: choice.as_ref().map(|(candidate, _)| *candidate),
                reason: choice.map_or_else(|| "nothing to choose from: the built-in order holds".to_owned(), |(_, reason)| reason),
                candidates: timed.clone(),
            }
        };
        let info = device.info();
        let (device, name, driver) = (info.selector.clone(), info.name.clone(), info.driver.clone());
        Report { device, name, driver, file, classes: tuned.iter().map(line).collect() }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = title(&self.device, &self.name, &self.driver) + "\n\n";
        if self.classes.is_empty() {
            return text + "Every operation has one variant here: there is nothing to choose, and nothing was measured.\n";
        }
        let mut table = Table::default();
        table.row(["operation", "class", "timed at", "variant", "time", ""]);
        for line in &self.classes {
            let mut start = [line.operation.as_str(), &line.class, &line.shape];
            for Timed { candidate, outcome } in &line.candidates {
                let (time, note) = match outcome {
                    Outcome::Seconds(seconds) => (time(*seconds), if line.chosen == Some(*candidate) { "chosen" } else { "" }),
                    Outcome::Failed(reason) => ("failed".to_owned(), reason.as_str()),
                    Outcome::Refused(reason) => ("-".to_owned(), reason.as_str()),
                };
                let [operation, class, shape] = std::mem::take(&mut start);
                table.row([operation, class, shape, &candidate.to_string(), &time, note]);
            }
        }
        text += &table.render(0);
        text + &match &self.file {
            Some(file) => format!("\nremembered in {}\n", file.display()),
            None => "\nnot remembered\n".to_owned(),
        }
    }

    /// A failure if any candidate failed.
    pub fn verdict(&self) -> Result<(), Failure> {
        let candidates = self.classes.iter().flat_map(|line| line.candidates.iter().map(move |timed| (line, timed)));
        let failed: Vec<String> = candidates
            .filter_map(|(line, timed)| match &timed.outcome {
                Outcome::Failed(reason) => Some(format!("{} of {}, {}: {reason}", line.operation, line.class, timed.candidate)),
                _ => None,
            })
            .collect();
        match failed.first() {
            None => Ok(()),
            Some(first) if failed.len() == 1 => Err(Failure::Failed(first.clone())),
            Some(first) => Err(Failure::Failed(format!("{first}; and {} more failed", failed.len() - 1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use portable_dsa::Variant;
    use portable_dsa::tuning;

    use super::*;

    fn measured(difference: f64) -> Result<Measured, Failure> {
        let (shape, variant) = ("4 x 4".to_owned(), "generic".to_owned());
        Ok(Measured { operation: "top-k", shape, variant, seconds: 0.5, operations: 0.0, bytes: 0.0, difference, limit: 0.0 })
    }

    /// The report of a class with one candidate that is right, and one that gave `other`.
    fn report(other: Result<Measured, Failure>) -> (Report, Vec<Timing>) {
        let class = tuning::Class::top_k(1, 1).unwrap();
        let judge = |variant, result| Timed::new(Candidate { variant, method: None }, result).0;
        let timed = vec![judge(Variant::Generic, measured(0.0)), judge(Variant::Subgroup, other)];
        let timings: Vec<_> = timed.iter().filter_map(Timed::timing).collect();
        let class = Class::new(&class, "4 x 4".to_owned(), "2026-11-23".to_owned(), timings.clone());
        (Report::new(&Device::cpu(), None, &[Tuned { class, timed }]), timings)
    }

    #[test]
    fn a_candidate_that_fails_is_remembered_as_such_and_told_of() {
        for other in [measured(1.0), measured(f64::NAN), Err(Failure::Failed("the device is lost".to_owned()))] {
            let (report, timings) = report(other);
            assert_eq!(timings.iter().map(|timing| timing.seconds).collect::<Vec<_>>(), [Some(0.5), None]);
            assert!(
                matches!(report.verdict(), Err(Failure::Failed(reason)) if reason.contains("rows 1 to 16") && reason.contains("subgroup"))
            );
            assert!(report.text().contains("failed"), "{}", report.text());
        }
    }

    #[test]
    fn a_candidate_without_such_sizes_is_no_failure() {
        let (report, timings) = report(Err(Failure::refused("columns is 5")));
        assert_eq!(timings.len(), 1);
        assert!(report.verdict().is_ok() && report.text().contains("columns is 5"), "{}", report.text());
    }
}
