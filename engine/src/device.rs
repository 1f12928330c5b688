//! Finding and opening devices.

use std::any::Any;
use std::sync::Arc;

use crate::cuda::{self, Cuda};
use crate::gpu::{self, Gpu};
use crate::{Capabilities, DeviceInfo, DeviceKind, EngineError, Result};

/// The backends with all that the kernels need.
const NATIVE: wgpu::Backends = wgpu::Backends::VULKAN.union(wgpu::Backends::METAL).union(wgpu::Backends::DX12);

/// A device that computes: a GPU through wgpu or CUDA, or the host's cores. Clones share it.
#[derive(Clone, Debug)]
pub struct Device {
    inner: Arc<Inner>,
    attachment: Option<Arc<dyn Any + Send + Sync>>,
}

#[derive(Debug)]
pub(crate) enum Inner {
    Host(HostDevice),
    Gpu(Gpu),
    Cuda(Cuda),
}

#[derive(Debug)]
pub(crate) struct HostDevice {
    info: DeviceInfo,
    capabilities: Capabilities,
}

impl Device {
    /// The devices of this machine: every adapter that wgpu finds through Vulkan, Metal or DX12, every GPU of NVIDIA's driver, then `cpu`. GL
    /// would show the same GPUs again, with less that they can do; it is opened by name only.
    pub fn list() -> Vec<(DeviceInfo, Capabilities)> {
        let adapters = gpu::adapters(NATIVE);
        let mut found: Vec<_> = adapters.iter().map(|a| (a.info.clone(), a.capabilities.clone())).collect();
        found.extend(cuda::list());
        found.push((host_info(), Capabilities::host()));
        found
    }

    /// Opens the device that a selector names: `auto` (the best GPU, or else `cpu`), `cpu`, or one of `cuda`, `vulkan`, `metal`, `dx12`
    /// and `gl`, with an optional number as in `vulkan:1`.
    ///
    /// # Errors
    /// [`EngineError::UnknownSelector`], [`EngineError::NoSuchDevice`], [`EngineError::Open`]; [`EngineError::NotInstalled`] for `cuda` without
    /// NVIDIA's driver or compiler.
    pub fn open(selector: &str) -> Result<Device> {
        let unknown = || EngineError::UnknownSelector { selector: selector.to_owned() };
        let (backend, number) = match selector.split_once(':') {
            Some((backend, number)) => (backend, Some(number.parse::<usize>().map_err(|_| unknown())?)),
            None => (selector, None),
        };
        let backends = match backend {
            "cpu" if number.is_none() => return Ok(Device::cpu()),
            "auto" if number.is_none() => return Device::open_best(),
            "cuda" => return cuda::open(number.unwrap_or(0), None).map(Device::from_cuda),
            #[cfg(feature = "cuda-emulation")]
            "cuda-emulation" if number.is_none() => return Cuda::emulated().map(Device::from_cuda),
            "vulkan" => wgpu::Backends::VULKAN,
            "metal" => wgpu::Backends::METAL,
            "dx12" => wgpu::Backends::DX12,
            "gl" => wgpu::Backends::GL,
            _ => return Err(unknown()),
        };
        let mut adapters = gpu::adapters(backends);
        let number = number.unwrap_or(0);
        if number >= adapters.len() {
            let found: Vec<_> = Device::list().into_iter().map(|(info, _)| info.to_string()).collect();
            return Err(EngineError::NoSuchDevice { selector: selector.to_owned(), found: found.join(", ") });
        }
        adapters.swap_remove(number).open()
    }

    /// The best GPU; without one, the host: its own kernels outrun a driver that emulates a GPU on the same cores.
    fn open_best() -> Result<Device> {
        let rank = |kind: DeviceKind| match kind {
            DeviceKind::DiscreteGpu => 0,
            DeviceKind::IntegratedGpu => 1,
            DeviceKind::OtherGpu => 2,
            DeviceKind::Software | DeviceKind::Host => 3,
        };
        let mut adapters: Vec<_> = gpu::adapters(NATIVE).into_iter().filter(|adapter| rank(adapter.info.kind) < 3).collect();
        adapters.sort_by_key(|adapter| rank(adapter.info.kind));
        match adapters.into_iter().next() {
            Some(adapter) => adapter.open(),
            // A machine with NVIDIA's compute driver only, as in many containers.
            None if !cuda::list().is_empty() => cuda::open(0, None).map(Device::from_cuda).or_else(|error| {
                tracing::warn!(%error, "computing on the host instead");
                Ok(Device::cpu())
            }),
            None => Ok(Device::cpu()),
        }
    }

    /// The host's cores. Needs no driver.
    pub fn cpu() -> Device {
        Device::new(Inner::Host(HostDevice { info: host_info(), capabilities: Capabilities::host() }))
    }

    /// Computes on the caller's own wgpu device. Kernels use the features and limits that the device was made with.
    pub fn from_wgpu(device: wgpu::Device, queue: wgpu::Queue, adapter: &wgpu::Adapter) -> Device {
        Device::from_gpu(Gpu::from_caller(device, queue, adapter))
    }

    pub(crate) fn from_gpu(gpu: Gpu) -> Device {
        Device::new(Inner::Gpu(gpu))
    }

    pub(crate) fn from_cuda(cuda: Cuda) -> Device {
        Device::new(Inner::Cuda(cuda))
    }

    fn new(inner: Inner) -> Device {
        Device { inner: Arc::new(inner), attachment: None }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The same device with a value for whoever plans work on it, in place of the one that this handle may carry. Clones of the new handle
    /// carry it too; this one stays as it is.
    pub fn with_attachment<T: Any + Send + Sync>(&self, value: Arc<T>) -> Device {
        Device { inner: Arc::clone(&self.inner), attachment: Some(value) }
    }

    /// What [`Device::with_attachment`] gave to this handle; `None` if nothing, or something of another type.
    pub fn attachment<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.attachment.as_ref()?.downcast_ref()
    }

    /// The GPU behind wgpu, or an error that says what the device lacks.
    pub(crate) fn gpu(&self, feature: &'static str) -> Result<&Gpu> {
        match &*self.inner {
            Inner::Gpu(gpu) => Ok(gpu),
            Inner::Host(_) | Inner::Cuda(_) => Err(EngineError::MissingFeature { feature, device: self.info().to_string() }),
        }
    }

    /// Whether both share one device.
    pub(crate) fn same(&self, other: &Device) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Which device this is.
    pub fn info(&self) -> &DeviceInfo {
        match &*self.inner {
            Inner::Host(host) => &host.info,
            Inner::Gpu(gpu) => &gpu.info,
            Inner::Cuda(cuda) => &cuda.info,
        }
    }

    /// What kernels may use.
    pub fn capabilities(&self) -> &Capabilities {
        match &*self.inner {
            Inner::Host(host) => &host.capabilities,
            Inner::Gpu(gpu) => &gpu.capabilities,
            Inner::Cuda(cuda) => &cuda.capabilities,
        }
    }

    /// Whether this is the host, where operations are plain functions and run while they are encoded.
    pub fn is_cpu(&self) -> bool {
        matches!(&*self.inner, Inner::Host(_))
    }

    /// Waits until all submitted work is done.
    ///
    /// # Errors
    /// [`EngineError::DeviceFailed`].
    pub fn wait(&self) -> Result<()> {
        match &*self.inner {
            Inner::Host(_) => Ok(()),
            Inner::Gpu(gpu) => gpu.wait(),
            Inner::Cuda(cuda) => cuda.driver.wait().map_err(|failure| cuda.failed(failure)),
        }
    }
}

fn host_info() -> DeviceInfo {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let name = format!("{cores} cores of the host");
    DeviceInfo { selector: "cpu".to_owned(), backend: "cpu", name, driver: String::new(), kind: DeviceKind::Host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_belongs_to_a_handle() {
        let device = Device::cpu();
        let noted = device.with_attachment(Arc::new(7u32));
        assert_eq!((device.attachment::<u32>(), noted.clone().attachment()), (None, Some(&7u32)));
        assert_eq!(noted.attachment::<i32>(), None);
        assert_eq!(noted.with_attachment(Arc::new("other")).attachment::<u32>(), None);
        assert!(noted.same(&device));
    }
}
