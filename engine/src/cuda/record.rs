//! Commands, recorded until they are submitted.

use std::sync::{Arc, Mutex, PoisonError};

use super::driver::{Arguments, Driver, Failure, Launch, Mark, Memory};
use super::translate::Passing;
use super::{Cuda, CudaKernel};
use crate::wgsl::ReflectedBinding;
use crate::{Binding, Result};

/// A part of a buffer; holds its memory until the command is issued. Memory is freed in the stream's order, so that this is long enough.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) memory: Arc<Memory>,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// The marks of a timer.
#[derive(Debug, Default)]
pub(crate) struct Marks(Mutex<Vec<Mark>>);

impl Marks {
    pub(crate) fn take(&self) -> Vec<Mark> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One recorded command. Ranges were checked when it was recorded.
#[derive(Debug)]
pub(crate) enum Command {
    Launch { launch: Box<Launch>, _keep: Vec<Arc<Memory>> },
    Clear(Range),
    Copy { from: Range, to: Range },
    Mark { marks: Arc<Marks>, capacity: u32 },
}

impl CudaKernel {
    /// Whether it was loaded by this device.
    pub(crate) fn belongs_to(&self, device: &Cuda) -> bool {
        Arc::ptr_eq(&self.driver, &device.driver)
    }

    /// A launch with these bindings, one for each that the shader declares, in the order of `reflected`.
    pub(crate) fn record(&self, grid: [u32; 3], reflected: &[(&ReflectedBinding, Option<&Binding>)], params: &[u8]) -> Command {
        let mut arguments = Arguments::default();
        let mut keep = Vec::new();
        for parameter in &self.translation.bindings {
            // The shader may declare more than it uses; what it uses is declared.
            let binding = reflected.iter().find(|(declared, _)| declared.binding == parameter.binding).and_then(|(_, binding)| *binding);
            match (parameter.passing, binding.and_then(Binding::cuda_range)) {
                (Passing::Pointer { runtime_array, .. }, Some(range)) => {
                    arguments.push(&(range.memory.address + range.offset).to_ne_bytes());
                    if let Some(array) = runtime_array {
                        let elements = u32::try_from(array.elements(range.bytes)).unwrap_or(u32::MAX);
                        arguments.push(&elements.to_ne_bytes());
                    }
                    keep.push(range.memory);
                }
                _ => arguments.push(params),
            }
        }
        let launch = Launch {
            function: self.function,
            grid,
            block: self.translation.workgroup_size,
            shared_bytes: self.translation.workgroup_memory,
            cluster: self.cluster,
            arguments,
        };
        Command::Launch { launch: Box::new(launch), _keep: keep }
    }
}

impl Cuda {
    /// Issues commands to the stream, in order.
    pub(crate) fn submit(&self, commands: Vec<Command>) -> Result<()> {
        commands.into_iter().try_for_each(|command| issue(&*self.driver, &command)).map_err(|failure| self.failed(failure))
    }
}

fn issue(driver: &dyn Driver, command: &Command) -> Result<(), Failure> {
    // SAFETY: ranges lie inside their memory, which the command holds; the bindings of a launch are those of its translation, checked when
    // it was recorded, and the shader stays inside them: the library's shaders check what a caller gives them.
    unsafe {
        match command {
            Command::Launch { launch, .. } => driver.launch(launch),
            Command::Clear(range) => driver.clear(range.memory.address + range.offset, range.bytes),
            Command::Copy { from, to } => driver.copy(from.memory.address + from.offset, to.memory.address + to.offset, from.bytes),
            Command::Mark { marks, capacity } => {
                let mut marks = marks.0.lock().unwrap_or_else(PoisonError::into_inner);
                if marks.len() < *capacity as usize {
                    marks.push(driver.mark()?);
                }
                Ok(())
            }
        }
    }
}
