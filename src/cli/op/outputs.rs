//! Results: made on the device, read back, written to a safetensors file.

use std::path::Path;
use std::time::{Duration, Instant};

use portable_dsa::Variant;
use portable_dsa::engine::{Buffer, Device};
use safetensors::{Dtype, tensor::TensorView};

use crate::cli::Failure;

/// A result that an operation writes.
#[derive(Debug)]
pub struct Output {
    /// Its name in the file.
    pub name: &'static str,
    /// Its element type in the file.
    pub dtype: Dtype,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Where it lies; more than one buffer for a cache in segments.
    buffers: Vec<Buffer>,
}

impl Output {
    /// Makes room on a device.
    pub fn new(device: &Device, name: &'static str, dtype: Dtype, shape: &[usize]) -> Result<Self, Failure> {
        let bits = shape.iter().try_fold(dtype.bitsize() as u64, |bits, &size| bits.checked_mul(size as u64));
        let bytes =
            bits.ok_or_else(|| Failure::refused(format!("`{name}` would have shape {shape:?}, too large; use smaller tensors")))? / 8;
        Ok(Output { name, dtype, shape: shape.to_vec(), buffers: vec![device.buffer(name, bytes)?] })
    }

    /// A cache that an operation changes.
    pub fn cache(dtype: Dtype, shape: &[usize], buffers: Vec<Buffer>) -> Self {
        Output { name: "cache", dtype, shape: shape.to_vec(), buffers }
    }

    /// Its memory, which is one buffer except for a cache.
    pub fn buffer(&self) -> &Buffer {
        &self.buffers[0]
    }

    /// Its memory in segments.
    pub fn segments(&self) -> &[Buffer] {
        &self.buffers
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        for buffer in &self.buffers {
            bytes.extend(buffer.read_blocking::<u8>()?);
        }
        Ok(bytes)
    }
}

/// What an operation did.
#[derive(Debug)]
pub struct Done {
    /// The variant that ran.
    pub variant: Variant,
    /// Why this one.
    pub reason: String,
    /// Device memory that the plan held.
    pub workspace_bytes: u64,
    /// From the start of the operation to its end, on the host's clock.
    pub elapsed: Duration,
    /// The results.
    pub outputs: Vec<Output>,
}

/// Runs an operation whose inputs were uploaded, and times it. `plan` is any of the library's plans.
macro_rules! run {
    ($device:expr, $plan:expr, $args:expr, $outputs:expr) => {{
        let elapsed = $crate::cli::op::outputs::timed($device, || $plan.run($args))?;
        $crate::cli::op::outputs::Done {
            variant: $plan.variant(),
            reason: $plan.reason().to_owned(),
            workspace_bytes: $plan.workspace_bytes(),
            elapsed,
            outputs: $outputs,
        }
    }};
}
pub(super) use run;

/// The time that `work` takes once the uploads before it are done.
pub fn timed(device: &Device, work: impl FnOnce() -> portable_dsa::Result<()>) -> Result<Duration, Failure> {
    device.encoder().submit_and_wait()?;
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// Refuses a place that cannot be written to, before any work is done.
pub fn check_place(path: &Path) -> Result<(), Failure> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if path.is_dir() {
        return Err(Failure::refused(format!("cannot write {}: it is a folder; --output names a file", path.display())));
    }
    match parent {
        Some(parent) if !parent.is_dir() => {
            Err(Failure::refused(format!("cannot write {}: there is no folder {}; make it first", path.display(), parent.display())))
        }
        _ => Ok(()),
    }
}

/// Writes the results. Returns the file's length in bytes.
pub fn write_file(path: &Path, outputs: &[Output]) -> Result<u64, Failure> {
    let mut data = Vec::with_capacity(outputs.len());
    for output in outputs {
        data.push(output.read()?);
    }
    let fail =
        |error: &dyn std::fmt::Display| Failure::refused(format!("cannot write {}: {error}; choose another --output", path.display()));
    let mut views = Vec::with_capacity(outputs.len());
    for (output, data) in outputs.iter().zip(&data) {
        views.push((output.name, TensorView::new(output.dtype, output.shape.clone(), data).map_err(|error| fail(&error))?));
    }
    let bytes = safetensors::serialize(views, None).map_err(|error| fail(&error))?;
    std::fs::write(path, &bytes).map_err(|error| fail(&error))?;
    Ok(bytes.len() as u64)
}
