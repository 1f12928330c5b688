//! Kernels that are written in CUDA C++ to begin with, for what WGSL cannot say.

use std::fmt::Write;
use std::sync::Arc;

use super::device::CudaKernel;
use super::translate::{KernelBinding, Passing, Translation};
use crate::device::Inner;
use crate::kernel::{Compiled, Kernel, KernelInner};
use crate::wgsl::{Access, ReflectedBinding, Reflection};
use crate::{Device, EngineError, Result};

/// A kernel in CUDA C++. NVRTC compiles it without any header.
///
/// Its parameters are the parameters struct by value, if there is one, and then a pointer for each binding.
#[derive(Clone, Copy, Debug)]
pub struct CudaSource<'a> {
    /// Names it in errors, as a WGSL module's name does.
    pub module: &'a str,
    /// The text.
    pub source: &'a str,
    /// The name of the `extern "C" __global__` function.
    pub kernel: &'a str,
    /// Threads of a block.
    pub workgroup_size: [u32; 3],
    /// Bytes of dynamic shared memory; up to [`crate::Capabilities::max_workgroup_memory`].
    pub shared_bytes: u32,
    /// Blocks of a cluster, for kernels that use clusters (compute capability 9.0 and above).
    pub cluster: Option<[u32; 3]>,
    /// Bytes of the parameters struct; 0 for none.
    pub params_bytes: u32,
    /// Names to bind buffers to, in the order of the pointers, and whether the kernel writes there.
    pub bindings: &'a [(&'a str, Access)],
}

impl CudaSource<'_> {
    fn reflection(&self) -> Reflection {
        let uniform = (self.params_bytes > 0).then(|| ("params", Access::Uniform, u64::from(self.params_bytes)));
        let pointers = self.bindings.iter().map(|&(name, access)| (name, access, 4));
        let bindings = uniform.into_iter().chain(pointers).enumerate().map(|(i, (name, access, min_bytes))| ReflectedBinding {
            name: name.to_owned(),
            binding: i as u32,
            access,
            min_bytes,
        });
        Reflection { bindings: bindings.collect(), workgroup_size: self.workgroup_size, workgroup_memory: self.shared_bytes }
    }

    fn translation(&self, reflection: &Reflection) -> Translation {
        let bindings = reflection.bindings.iter().map(|binding| KernelBinding {
            name: binding.name.clone(),
            group: 0,
            binding: binding.binding,
            min_bytes: binding.min_bytes as u32,
            passing: match binding.access {
                Access::Uniform => Passing::Value,
                access => Passing::Pointer { writable: access == Access::ReadWrite, runtime_array: None },
            },
        });
        let bindings = bindings.collect();
        let mut source = self.source.to_owned();
        // Where translated kernels are, too.
        let _ = writeln!(source, "\nnamespace shader {{ using ::{}; }}", self.kernel);
        Translation {
            source,
            kernel: self.kernel.to_owned(),
            workgroup_size: self.workgroup_size,
            workgroup_memory: self.shared_bytes,
            bindings,
            written: true,
        }
    }
}

impl Device {
    /// Compiles a kernel written in CUDA C++; it is dispatched as any other. Not cached in memory: keep the kernel.
    ///
    /// # Errors
    /// [`EngineError::MissingFeature`] if this is no CUDA device, [`EngineError::Shader`] if it does not compile or exceeds a limit.
    ///
    /// # Safety
    /// The kernel has the parameters that [`CudaSource`] describes, and when it is dispatched it stays inside the ranges that are bound and
    /// writes to no others than it declares.
    pub unsafe fn cuda_kernel(&self, source: &CudaSource<'_>) -> Result<Kernel> {
        let Inner::Cuda(cuda) = self.inner() else {
            return Err(EngineError::MissingFeature { feature: "kernels in CUDA C++", device: self.info().to_string() });
        };
        let reflection = source.reflection();
        cuda.capabilities.check(source.module, &reflection, &cuda.info)?;
        let translation = source.translation(&reflection);
        let error = |reason: String| EngineError::Shader { module: source.module.to_owned(), reason };
        let function = cuda.driver.load(&translation).map_err(|failure| error(failure.to_string()))?;
        let compiled = Compiled::Cuda(CudaKernel { driver: Arc::clone(&cuda.driver), function, translation, cluster: source.cluster });
        let module = source.module.to_owned();
        Ok(Kernel { inner: Arc::new(KernelInner { module, reflection, compiled, max_binding_bytes: u64::MAX }) })
    }
}
