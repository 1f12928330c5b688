//! Compiled kernels.

use std::sync::Arc;

use crate::cuda::CudaKernel;
use crate::device::Inner;
use crate::wgsl::Reflection;
use crate::{Device, KernelSpec, Result};

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
}

/// What a backend made of it.
#[derive(Debug)]
pub(crate) enum Compiled {
    Gpu { pipeline: wgpu::ComputePipeline, layout: wgpu::BindGroupLayout },
    Cuda(CudaKernel),
}

impl Kernel {
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
            Inner::Cuda(cuda) => cuda.replace_shader(module, source),
            _ => self.gpu("shaders")?.replace_shader(module, source),
        }
        Ok(())
    }
}
