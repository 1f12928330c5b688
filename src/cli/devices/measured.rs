//! What `dsa tune` measured on a device, and what plans choose by it.

use std::path::PathBuf;

use portable_dsa::engine::Device;
use portable_dsa::tuning::{self, Measurements};
use serde::Serialize;

use crate::cli::output::Table;

/// What is remembered of a device.
#[derive(Debug, Default, Serialize)]
pub struct Measured {
    /// Where; absent if nothing is.
    file: Option<PathBuf>,
    /// Why it is not used.
    problem: Option<String>,
    classes: Vec<Class>,
}

#[derive(Debug, Serialize)]
struct Class {
    operation: String,
    class: String,
    /// The variant that plans of the class take, if they can; absent if there is nothing to choose.
    chosen: Option<String>,
    /// Why.
    reason: String,
}

impl Measured {
    /// A device with what is remembered of it, as every command opens it.
    pub fn attach(device: Device) -> (Device, Self) {
        let file = tuning::path(&device).filter(|path| path.exists());
        let attached = tuning::saved(&device).and_then(|saved| saved.map(|measurements| measurements.attach(&device)).transpose());
        match attached {
            Ok(None) => (device, Measured::default()),
            Err(error) => (device, Measured { file, problem: Some(error.to_string()), classes: Vec::new() }),
            Ok(Some(device)) => {
                let classes = Measurements::attached(&device).map_or_else(Vec::new, |measurements| classes(measurements, &device));
                (device, Measured { file, problem: None, classes })
            }
        }
    }

    /// The section of a device, at the indent of its others.
    pub fn text(&self, selector: &str) -> String {
        if let Some(problem) = &self.problem {
            return format!("  measurements are not used: {problem}; `dsa tune --device {selector}` takes new ones\n");
        }
        let Some(file) = &self.file else { return String::new() };
        let mut table = Table::default();
        for class in &self.classes {
            table.row([class.operation.as_str(), &class.class, class.chosen.as_deref().unwrap_or("-"), &class.reason]);
        }
        format!("  chosen by measurement, from {}\n{}", file.display(), table.render(4))
    }
}

fn classes(measurements: &Measurements, device: &Device) -> Vec<Class> {
    let class = |measured: &tuning::Measured| {
        let (chosen, reason) = match measured.choice(device) {
            Some((candidate, reason)) => (Some(candidate.to_string()), reason),
            None => (None, "nothing to choose from: the built-in order holds".to_owned()),
        };
        Class { operation: measured.operation.to_string(), class: measured.class.clone(), chosen, reason }
    };
    measurements.classes().iter().map(class).collect()
}
