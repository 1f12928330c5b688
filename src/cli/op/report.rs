//! What `dsa op` says about a run.

use std::path::Path;

use portable_dsa::engine::Device;
use safetensors::Dtype;
use serde_json::{Map, Value, json};

use super::inputs::Inputs;
use super::outputs::Done;
use crate::cli::output::{Table, bytes};

/// A finished run.
#[derive(Debug)]
pub struct Report<'a> {
    pub operation: &'static str,
    pub device: &'a Device,
    pub inputs: &'a Inputs<'a>,
    pub done: &'a Done,
    pub file: &'a Path,
    pub file_bytes: u64,
}

impl Report<'_> {
    /// For programs.
    pub fn json(&self) -> Value {
        let tensor = |dtype: Dtype, shape: &[usize]| json!({"dtype": format!("{dtype:?}"), "shape": shape});
        let inputs: Map<_, _> = self.used().into_iter().map(|(name, dtype, shape)| (name, tensor(dtype, &shape))).collect();
        let outputs: Map<_, _> =
            self.done.outputs.iter().map(|output| (output.name.to_owned(), tensor(output.dtype, &output.shape))).collect();
        json!({
            "op": self.operation,
            "device": self.device.info().selector,
            "device_name": self.device.info().name,
            "variant": self.done.variant.to_string(),
            "reason": self.done.reason,
            "inputs": inputs,
            "ignored": self.ignored(),
            "outputs": outputs,
            "milliseconds": self.milliseconds(),
            "workspace_bytes": self.done.workspace_bytes,
            "file": self.file.display().to_string(),
            "file_bytes": self.file_bytes,
        })
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut table = Table::default();
        let line = |way: &str, name: &str, dtype: Dtype, shape: &[usize]| {
            [way.to_owned(), name.to_owned(), format!("{dtype:?}"), format!("{shape:?}")]
        };
        for (name, dtype, shape) in self.used() {
            table.row(line("in", &name, dtype, &shape));
        }
        for output in &self.done.outputs {
            table.row(line("out", output.name, output.dtype, &output.shape));
        }
        let mut text = format!("{} on {}, variant {}: {}\n", self.operation, self.device.info(), self.done.variant, self.done.reason);
        text += &table.render(2);
        let ignored = self.ignored();
        if !ignored.is_empty() {
            text += &format!("  not used: {}\n", ignored.join(", "));
        }
        text + &format!("{:.3} ms; {} in {}\n", self.milliseconds(), bytes(self.file_bytes), self.file.display())
    }

    fn milliseconds(&self) -> f64 {
        self.done.elapsed.as_secs_f64() * 1e3
    }

    /// The input tensors that the operation looked at.
    fn used(&self) -> Vec<(String, Dtype, Vec<usize>)> {
        let names = self.inputs.names().into_iter().filter(|name| self.inputs.takes(name));
        names.filter_map(|name| self.inputs.describe(&name).map(|(dtype, shape)| (name, dtype, shape))).collect()
    }

    /// The others, among which a misspelt name would be.
    fn ignored(&self) -> Vec<String> {
        self.inputs.names().into_iter().filter(|name| !self.inputs.takes(name)).collect()
    }
}
