//! How long the candidates of a class took, and what a plan makes of it.

use std::time::Duration;

use dsa_engine::Device;
use serde::{Deserialize, Serialize};

use super::{Candidate, Class, Measurements, Operation};
use crate::Variant;
use crate::variant::refusal;

/// How long a candidate took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The candidate.
    #[serde(flatten)]
    pub candidate: Candidate,
    /// Seconds; `None` if it failed or gave a wrong result: it is not chosen then.
    pub seconds: Option<f64>,
}

impl Timing {
    /// `None` for a candidate that failed, and for what is no time.
    fn duration(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.seconds?).ok()
    }
}

/// What was measured for a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The class's operation.
    pub operation: Operation,
    /// The class's sizes, as [`Class`] prints them.
    pub class: String,
    /// The sizes that were timed, as a person reads them.
    pub shape: String,
    /// The day, as a person reads it.
    pub date: String,
    /// One for each candidate.
    pub timings: Vec<Timing>,
}

impl Measured {
    /// Of a class.
    pub fn new(class: &Class, shape: String, date: String, timings: Vec<Timing>) -> Self {
        Measured { operation: class.operation(), class: class.to_string(), shape, date, timings }
    }

    /// The fastest of those candidates that a device can run, and why; `None` if there are not two.
    pub fn choice(&self, device: &Device) -> Option<(Candidate, String)> {
        Timings { measured: Some(self), timings: self.timings.clone() }
            .only(|candidate| refusal(device, candidate.variant).is_none())
            .fastest()
    }

    pub(super) fn is_of(&self, class: &Class) -> bool {
        self.operation == class.operation() && self.class == class.to_string()
    }
}

/// The timings among which a plan can choose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timings<'a> {
    measured: Option<&'a Measured>,
    timings: Vec<Timing>,
}

impl<'a> Timings<'a> {
    /// Those of a class on a device; none if the handle has no measurements.
    pub(crate) fn of(device: &'a Device, class: Option<Class>) -> Self {
        let find = |class: Class| Measurements::attached(device)?.classes().iter().find(|measured| measured.is_of(&class));
        let measured = class.and_then(find);
        Timings { measured, timings: measured.map_or_else(Vec::new, |measured| measured.timings.clone()) }
    }

    /// Those of some candidates.
    pub(crate) fn only(&self, keep: impl Fn(&Candidate) -> bool) -> Self {
        let timings = self.timings.iter().copied().filter(|timing| keep(&timing.candidate)).collect();
        Timings { measured: self.measured, timings }
    }

    /// How many variants there are.
    pub(crate) fn variants(&self) -> usize {
        let mut variants: Vec<Variant> = self.timings.iter().map(|timing| timing.candidate.variant).collect();
        variants.sort();
        variants.dedup();
        variants.len()
    }

    /// The fastest, and why; `None` if there is nothing to choose from, or all have failed.
    pub(crate) fn fastest(&self) -> Option<(Candidate, String)> {
        let measured = self.measured.filter(|_| self.timings.len() > 1)?;
        let mut timed: Vec<_> = self.timings.iter().filter_map(|timing| Some((timing.duration()?, timing.candidate))).collect();
        timed.sort_by_key(|(time, _)| *time);
        let (time, candidate) = *timed.first()?;
        let mut against: Vec<String> = timed[1..].iter().map(|(time, candidate)| format!("{time:.2?} ({candidate})")).collect();
        let failed = self.timings.iter().filter(|timing| timing.duration().is_none());
        against.extend(failed.map(|timing| format!("failure ({})", timing.candidate)));
        let Measured { date, shape, .. } = measured;
        let count = self.timings.len();
        Some((candidate, format!("fastest of {count} measured on {date} at {shape}: {time:.2?} against {}", against.join(", "))))
    }
}
