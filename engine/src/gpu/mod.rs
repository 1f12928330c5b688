//! Devices through wgpu: Vulkan, Metal, DX12, GL and WebGPU.

mod adapter;
mod cache;
mod memory;
mod pipeline;
mod runtime;

use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use adapter::adapters;
use cache::PipelineCache;
pub use cache::directory as cache_directory;
pub use runtime::{Region, Runtime};

use crate::kernel::Kernels;
use crate::{Capabilities, DeviceInfo, EngineError, Result};

/// An open GPU.
pub(crate) struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) info: DeviceInfo,
    pub(crate) capabilities: Capabilities,
    pub(crate) kernels: Kernels,
    cache: Option<PipelineCache>,
    health: Arc<Mutex<Option<String>>>,
    /// Whose device it is, if it allocates and submits too.
    pub(crate) runtime: Option<Arc<dyn Runtime>>,
}

impl Gpu {
    /// Wraps the caller's device; its error handling stays the caller's.
    pub(crate) fn from_caller(device: wgpu::Device, queue: wgpu::Queue, adapter: &wgpu::Adapter) -> Self {
        let (info, mut capabilities) = adapter::describe(adapter, "wgpu".to_owned());
        adapter::restrict(&mut capabilities, device.features(), &device.limits());
        Gpu { device, queue, info, capabilities, kernels: Kernels::default(), cache: None, health: Arc::default(), runtime: None }
    }

    /// The first error that no call could report, such as a lost device.
    pub(crate) fn check_health(&self) -> Result<()> {
        match &*self.health.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(reason) => Err(EngineError::DeviceFailed { device: self.info.to_string(), reason: reason.clone() }),
        }
    }

    /// Waits until all submitted work is done.
    pub(crate) fn wait(&self) -> Result<()> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| EngineError::DeviceFailed { device: self.info.to_string(), reason: error.to_string() })?;
        self.check_health()
    }
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu").field("info", &self.info).finish_non_exhaustive()
    }
}
