//! Kernels that a library has in CUDA C++, beside those in WGSL.

use std::collections::HashMap;
use std::fmt::Write;

use super::source::CudaSource;
use crate::device::Inner;
use crate::wgsl::Access;
use crate::{Device, DeviceKind, EngineError, Kernel, Result, ShaderLibrary};

/// What makes a kernel of a library's modules in CUDA C++, as [`crate::KernelSpec`] does of those in WGSL.
#[derive(Clone, Copy, Debug)]
pub struct CudaSpec<'a> {
    /// Where the modules are found.
    pub library: &'a ShaderLibrary,
    /// Texts that are put one after another. The last has the kernel, and names it in errors.
    pub modules: &'a [&'a str],
    /// Modules whose place another takes on the emulated device, such as one of instructions that only a GPU has.
    pub emulated: &'a [(&'a str, &'a str)],
    /// Written before the texts as `constexpr unsigned`.
    pub constants: &'a [(&'a str, u32)],
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

impl CudaSpec<'_> {
    fn module(&self) -> &str {
        self.modules.last().copied().unwrap_or_default()
    }

    fn key(&self) -> String {
        let mut key = format!("{}:{},{:?},{}", self.modules.join("+"), self.kernel, self.cluster, self.shared_bytes);
        for (name, value) in self.constants {
            let _ = write!(key, ",{name}={value}");
        }
        key
    }

    /// The whole text, as NVRTC gets it.
    ///
    /// # Errors
    /// [`EngineError::Shader`] if the library has no such module.
    pub fn source(&self) -> Result<String> {
        self.source_with(&HashMap::new(), false)
    }

    fn source_with(&self, replaced: &HashMap<String, String>, emulated: bool) -> Result<String> {
        let mut source = String::new();
        for (name, value) in self.constants {
            let _ = writeln!(source, "constexpr unsigned {name} = {value};");
        }
        for &module in self.modules {
            let other = self.emulated.iter().find(|(replaced, _)| emulated && *replaced == module);
            let module = other.map_or(module, |(_, other)| other);
            let file = self.library.files.iter().find(|file| file.module == module);
            let text = replaced.get(module).map(String::as_str).or(file.map(|file| file.source));
            let reason = || format!("the library has no module {module}");
            source += text.ok_or_else(|| EngineError::Shader { module: self.module().to_owned(), reason: reason() })?;
            source.push('\n');
        }
        Ok(source)
    }
}

impl Device {
    /// Compiles a library's kernel in CUDA C++, or returns it from the device's cache. As with WGSL whose accesses are not checked at run
    /// time, the library answers for what its kernels do.
    ///
    /// # Errors
    /// [`EngineError::MissingFeature`] if this is no CUDA device, [`EngineError::Shader`] if it does not compile or exceeds a limit.
    pub fn cuda_library_kernel(&self, spec: &CudaSpec<'_>) -> Result<Kernel> {
        let Inner::Cuda(cuda) = self.inner() else {
            return Err(EngineError::MissingFeature { feature: "kernels in CUDA C++", device: self.info().to_string() });
        };
        let emulated = cuda.info.kind == DeviceKind::Software;
        cuda.kernels.get_or(spec.key(), &cuda.info, |replaced| {
            let source = CudaSource {
                module: spec.module(),
                source: &spec.source_with(replaced, emulated)?,
                kernel: spec.kernel,
                workgroup_size: spec.workgroup_size,
                shared_bytes: spec.shared_bytes,
                cluster: spec.cluster,
                params_bytes: spec.params_bytes,
                bindings: spec.bindings,
            };
            // SAFETY: the text is part of the program and was written for these bindings; its accesses are tested like those of the
            // shaders in WGSL, which are not checked at run time either.
            unsafe { self.cuda_kernel(&source) }
        })
    }
}
