//! The open GPU, its limits and its kernels.

use std::ffi::c_void;
use std::sync::Arc;

use naga::valid::{Capabilities as NagaCapabilities, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};

use super::driver::{Driver, Failure, Function};
use super::native::{self, Native, Properties};
use super::nvrtc::Nvrtc;
use super::translate::{Options, Translation, translate};
use crate::kernel::{Compiled, Kernel, KernelInner, Kernels};
use crate::wgsl::ComposedShader;
use crate::{Capabilities, DeviceInfo, DeviceKind, EngineError, KernelSpec, MatrixShape, Result, SubgroupSizes};

/// One range that a kernel sees at once: what Vulkan allows too, so that no shader meets an offset here that it has not met there.
const MAX_BINDING_BYTES: u64 = (1 << 31) - 256;
/// What shaders may use; the translation names what it lacks.
const VALID: NagaCapabilities = NagaCapabilities::SUBGROUP
    .union(NagaCapabilities::SUBGROUP_BARRIER)
    .union(NagaCapabilities::SHADER_FLOAT16)
    .union(NagaCapabilities::SHADER_FLOAT16_IN_FLOAT32)
    .union(NagaCapabilities::SHADER_INT64)
    .union(NagaCapabilities::SHADER_INT16)
    .union(NagaCapabilities::COOPERATIVE_MATRIX);
/// The grid's second and third dimension; the first could be longer.
const MAX_WORKGROUPS: u32 = 65535;

/// An open CUDA device.
pub(crate) struct Cuda {
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) info: DeviceInfo,
    pub(crate) capabilities: Capabilities,
    pub(crate) kernels: Kernels,
}

/// A loaded kernel and the order of its parameters.
#[derive(Debug)]
pub(crate) struct CudaKernel {
    /// Whose function it is.
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) function: Function,
    pub(crate) translation: Translation,
    /// Blocks of a cluster.
    pub(crate) cluster: Option<[u32; 3]>,
}

/// The GPUs of this machine that have a driver.
pub(crate) fn list() -> Vec<(DeviceInfo, Capabilities)> {
    native::devices().iter().enumerate().map(|(ordinal, properties)| describe(ordinal, properties)).collect()
}

/// Opens the GPU of a number, on a stream of its own or on the caller's.
pub(crate) fn open(ordinal: usize, stream: Option<*mut c_void>) -> Result<Cuda> {
    let selector = format!("cuda:{ordinal}");
    let missing = |what: &str, advice: &str| EngineError::NotInstalled {
        selector: selector.clone(),
        what: what.to_owned(),
        advice: advice.to_owned(),
    };
    if !native::driver_present() {
        return Err(missing("NVIDIA's driver (libcuda.so.1, nvcuda.dll)", "install it from your system's packages or from nvidia.com"));
    }
    let devices = native::devices();
    let Some(properties) = devices.get(ordinal) else {
        let found: Vec<_> = crate::Device::list().into_iter().map(|(info, _)| info.to_string()).collect();
        return Err(EngineError::NoSuchDevice { selector, found: found.join(", ") });
    };
    let (info, capabilities) = describe(ordinal, properties);
    if properties.compute_capability < (7, 5) {
        let (major, minor) = properties.compute_capability;
        return Err(EngineError::Open {
            device: info.to_string(),
            reason: format!("compute capability {major}.{minor}; kernels are compiled for 7.5 and above. The same GPU may do as `vulkan`"),
        });
    }
    // Asked for now, so that the error comes when the device is opened and not with the first kernel.
    let nvrtc = Nvrtc::load().map_err(|error| missing("NVRTC", &error.to_string()))?;
    let refused = |reason: String| EngineError::Open { device: info.to_string(), reason };
    if let Some(reason) = mismatch(properties.driver_version, nvrtc.version()) {
        return Err(refused(reason));
    }
    let native = Native::open(ordinal, stream).map_err(refused)?;
    tracing::debug!(device = %info, ?capabilities, "opened");
    Ok(Cuda { driver: Arc::new(native), info, capabilities, kernels: Kernels::default() })
}

/// Why a driver would not load what NVRTC compiles: a CUBIN needs a driver of its own major version or a later one.
fn mismatch(driver: (i32, i32), nvrtc: (i32, i32)) -> Option<String> {
    (driver.0 < nvrtc.0).then(|| {
        format!(
            "the driver is for CUDA {}.{}, and NVRTC is {}.{}: install a newer driver, or an older NVRTC (DSA_NVRTC)",
            driver.0, driver.1, nvrtc.0, nvrtc.1
        )
    })
}

fn describe(ordinal: usize, properties: &Properties) -> (DeviceInfo, Capabilities) {
    let info = DeviceInfo {
        selector: format!("cuda:{ordinal}"),
        backend: "cuda",
        name: properties.name.clone(),
        driver: format!("CUDA {}.{}", properties.driver_version.0, properties.driver_version.1),
        kind: if properties.integrated { DeviceKind::IntegratedGpu } else { DeviceKind::DiscreteGpu },
    };
    let limits = limits(properties.compute_capability, properties.shared_bytes, properties.threads, properties.memory_bytes);
    (info, Capabilities { multiprocessors: Some(properties.multiprocessors), ..limits })
}

fn limits(compute_capability: (u32, u32), shared_bytes: u32, threads: u32, memory_bytes: u64) -> Capabilities {
    let shape = |accumulator: &str| MatrixShape { m: 16, n: 16, k: 16, input: "f16".to_owned(), accumulator: accumulator.to_owned() };
    Capabilities {
        subgroup: Some(SubgroupSizes { min: 32, max: 32 }),
        shader_f16: true,
        shader_i16: true,
        // `mma` of f16 with the shapes that the translation uses.
        matrix_shapes: if compute_capability >= (7, 5) { vec![shape("f16"), shape("f32")] } else { Vec::new() },
        max_workgroup_memory: shared_bytes,
        max_invocations: threads,
        max_binding_bytes: MAX_BINDING_BYTES,
        max_buffer_bytes: memory_bytes & !3,
        // What the largest vector of a shader needs.
        offset_alignment: 16,
        // Each is a pointer and a length among 4 KiB of parameters.
        max_storage_buffers: 64,
        max_workgroups_per_dimension: MAX_WORKGROUPS,
        timestamps: true,
        max_loop_iterations: None,
        compute_capability: Some(compute_capability),
        multiprocessors: None,
    }
}

impl Cuda {
    /// The GPU that g++ and the host's cores stand in for.
    #[cfg(feature = "cuda-emulation")]
    pub(crate) fn emulated() -> Result<Cuda> {
        let info = DeviceInfo {
            selector: "cuda-emulation".to_owned(),
            backend: "cuda-emulation",
            name: "CUDA on the host's cores".to_owned(),
            driver: String::new(),
            kind: DeviceKind::Software,
        };
        let driver = super::emulation::Emulation::open().map_err(|reason| EngineError::Open { device: info.to_string(), reason })?;
        // Hopper's, whose instructions it has. Few multiprocessors, so that kernels that stay on theirs take one tile after another.
        let capabilities = Capabilities { multiprocessors: Some(2), ..limits((9, 0), 227 << 10, 1024, 1 << 32) };
        Ok(Cuda { driver: Arc::new(driver), info, capabilities, kernels: Kernels::default() })
    }

    /// Compiles a kernel, or returns it from the cache in memory.
    pub(crate) fn kernel(&self, spec: &KernelSpec<'_>) -> Result<Kernel> {
        self.kernels.get(spec, &self.info, |shader, ours| self.compile(spec, shader, ours))
    }

    fn compile(&self, spec: &KernelSpec<'_>, shader: ComposedShader, ours: bool) -> Result<Kernel> {
        let error = |reason: String| EngineError::Shader { module: spec.module.to_owned(), reason };
        self.capabilities.check(spec.module, &shader.reflection, &self.info)?;
        let mut validator = Validator::new(ValidationFlags::all(), VALID);
        let validator = validator.subgroup_stages(ShaderStages::COMPUTE).subgroup_operations(SubgroupOperationSet::all());
        let info = validator.validate(&shader.module).map_err(|invalid| error(invalid.emit_to_string(&shader.wgsl)))?;
        // The name in profilers and compiler logs: the module's.
        let name: String = spec.module.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let options = Options {
            entry_point: Some(spec.entry),
            kernel: Some(&name),
            wgsl: Some(&shader.wgsl),
            bounds_checks: self.driver.checks_bounds() || !ours,
            ..Options::default()
        };
        let translation = translate(&shader.module, &info, &options).map_err(|refused| error(refused.to_string()))?;
        let function = self.driver.load(&translation).map_err(|failure| error(failure.to_string()))?;
        let compiled = Compiled::Cuda(CudaKernel { driver: Arc::clone(&self.driver), function, translation, cluster: None });
        let max_binding_bytes = self.capabilities.max_binding_bytes;
        let module = spec.module.to_owned();
        Ok(Kernel { inner: Arc::new(KernelInner { module, reflection: shader.reflection, compiled, max_binding_bytes }) })
    }

    /// An error of the driver's, for work that no argument can be blamed for.
    pub(crate) fn failed(&self, failure: Failure) -> EngineError {
        EngineError::DeviceFailed { device: self.info.to_string(), reason: failure.to_string() }
    }
}

impl std::fmt::Debug for Cuda {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cuda").field("info", &self.info).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_older_than_the_compiler_is_refused() {
        assert_eq!(mismatch((13, 0), (13, 2)), None);
        assert_eq!(mismatch((13, 0), (12, 8)), None);
        let reason = mismatch((12, 4), (13, 0)).unwrap();
        assert!(reason.contains("CUDA 12.4") && reason.contains("13.0"), "{reason}");
    }

    #[test]
    fn limits_are_those_of_the_gpu() {
        // An H200.
        let h200 = limits((9, 0), 232_448, 1024, 150_000_000_001);
        assert_eq!(h200.max_workgroup_memory, 227 << 10);
        assert_eq!(h200.max_buffer_bytes, 150_000_000_000);
        assert_eq!(h200.max_binding_bytes % u64::from(h200.offset_alignment), 0);
        assert_eq!(h200.compute_capability, Some((9, 0)));
    }
}
