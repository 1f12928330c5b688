//! Compiled kernels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cuda::CudaKernel;
use crate::device::Inner;
use crate::wgsl::{ComposedShader, Reflection};
use crate::{Device, DeviceInfo, KernelSpec, Result};

/// A compiled kernel. Clones share it.
#[derive(Clone, Debug)]
pub struct Kernel {
    pub(crate) inner: Arc<KernelInner>,
}

#[derive(Debug)]
pub(crate) struct KernelInner {
    pub(crate) module: String,
    pub(crate) reflection: Reflection,
    pub(crate) compiled: Compiled,
    /// Most bytes of one binding.
    pub(crate) max_binding_bytes: u64,
}

/// What a backend made of it.
#[derive(Debug)]
pub(crate) enum Compiled {
    Gpu { pipeline: wgpu::ComputePipeline, layout: wgpu::BindGroupLayout },
    Cuda(CudaKernel),
}

/// The kernels that a device has compiled, and the sources that stand in for modules of a library.
#[derive(Debug, Default)]
pub(crate) struct Kernels {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    slots: HashMap<String, Slot>,
    replaced: Arc<HashMap<String, String>>,
}

/// A compiled kernel; locked by whoever compiles it, so that others who want the same one wait for it, and those who want another do not.
type Slot = Arc<Mutex<Option<Kernel>>>;

impl Kernels {
    /// A kernel from memory, or composed and then compiled; `compile` is told whether all sources are the library's own.
    pub(crate) fn get(
        &self,
        spec: &KernelSpec<'_>,
        device: &DeviceInfo,
        compile: impl FnOnce(ComposedShader, bool) -> Result<Kernel>,
    ) -> Result<Kernel> {
        self.get_or(spec.key(), device, |replaced| compile(spec.compose_with(replaced)?, replaced.is_empty()))
    }

    /// A kernel from memory, or a new one; `compile` is given the sources that stand in for modules.
    pub(crate) fn get_or(
        &self,
        key: String,
        device: &DeviceInfo,
        compile: impl FnOnce(&HashMap<String, String>) -> Result<Kernel>,
    ) -> Result<Kernel> {
        let (slot, replaced) = {
            let mut state = lock(&self.state);
            (Arc::clone(state.slots.entry(key.clone()).or_default()), Arc::clone(&state.replaced))
        };
        let mut slot = lock(&slot);
        if let Some(kernel) = &*slot {
            return Ok(kernel.clone());
        }
        let start = std::time::Instant::now();
        let kernel = compile(&replaced)?;
        tracing::debug!(kernel = key, %device, elapsed = ?start.elapsed(), "compiled");
        Ok(slot.insert(kernel).clone())
    }

    /// Kernels compiled from now on take this source for a module; `None` for the library's own again.
    fn replace(&self, module: &str, source: Option<String>) {
        let mut state = lock(&self.state);
        let replaced = Arc::make_mut(&mut state.replaced);
        match source {
            Some(source) => replaced.insert(module.to_owned(), source),
            None => replaced.remove(module),
        };
        // A kernel that is being compiled goes to a slot that nobody finds any more.
        state.slots.clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kernel {
    /// Most bytes that it sees of a buffer at once: [`crate::Capabilities::max_binding_bytes`], or anything for kernels in CUDA C++, whose
    /// addresses have 64 bits.
    pub fn max_binding_bytes(&self) -> u64 {
        self.inner.max_binding_bytes
    }

    /// Bindings, workgroup size and workgroup memory, as the shader declares them.
    pub fn reflection(&self) -> &Reflection {
        &self.inner.reflection
    }
}

impl Device {
    /// Composes and compiles a kernel, or returns it from the device's cache.
    ///
    /// # Errors
    /// [`crate::EngineError::Shader`] if it does not compose or compile, [`crate::EngineError::MissingFeature`] on the `cpu` device.
    pub fn kernel(&self, spec: &KernelSpec<'_>) -> Result<Kernel> {
        match self.inner() {
            Inner::Cuda(cuda) => cuda.kernel(spec),
            _ => self.gpu("shaders")?.kernel(spec),
        }
    }

    /// Takes `source` for a module of any library from now on, `None` for the library's own again: to try a change without a build, and to
    /// test that a broken shader is noticed. Kernels that exist stay as they are; new ones run with the driver's bounds checks.
    ///
    /// # Errors
    /// [`crate::EngineError::MissingFeature`] on the `cpu` device.
    pub fn replace_shader(&self, module: &str, source: Option<String>) -> Result<()> {
        match self.inner() {
            Inner::Cuda(cuda) => cuda.kernels.replace(module, source),
            _ => self.gpu("shaders")?.kernels.replace(module, source),
        }
        Ok(())
    }
}
