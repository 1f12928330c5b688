//! Kernels in CUDA C++ for compute capability 9.0 (Hopper), where WGSL does not bring the hardware to its limit.

use dsa_engine::cuda::CudaSpec;
use dsa_engine::wgsl::Access;
use dsa_engine::{Device, Kernel, ShaderFile, ShaderLibrary};

use crate::{Result, attention, index_logits, topk};

macro_rules! files {
    ($($module:literal: $file:literal),* $(,)?) => {
        &[$(ShaderFile { module: $module, source: include_str!(concat!("../shaders/sm90/", $file)) }),*]
    };
}

/// Their texts.
pub(crate) static LIBRARY: ShaderLibrary = ShaderLibrary {
    files: files![
        "sm90/hopper": "hopper.cuh",
        "sm90/hopper_host": "hopper_host.cuh",
        "sm90/matrices": "matrices.cuh",
        "sm90/fp8": "fp8.cuh",
        "sm90/softmax": "softmax.cuh",
        "sm90/attend_block": "attend_block.cuh",
        "sm90/attend_gather": "attend_gather.cuh",
        "sm90/attend": "attend.cu",
        "sm90/attend_direct": "attend_direct.cu",
        "sm90/attend_partial": "attend_partial.cu",
        "sm90/merge": "merge.cu",
        "sm90/index_logits_params": "index_logits_params.cuh",
        "sm90/index_logits": "index_logits.cu",
        "sm90/index_logits_cache": "index_logits_cache.cu",
        "sm90/index_logits_few": "index_logits_few.cu",
        "sm90/index_logits_flat": "index_logits_flat.cu",
        "sm90/paged_index_logits": "paged_index_logits.cu",
        "sm90/topk": "topk.cu",
        "sm90/topk_search": "topk_search.cu",
    ],
};

/// What the kernels were written for; CUBINs with its own instructions run nowhere else.
const COMPUTE_CAPABILITY: (u32, u32) = (9, 0);

/// One of the kernels with the constants of one use: what a plan compiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Sm90Kernel {
    /// The modules whose texts make the kernel's, the last of which has it.
    pub modules: &'static [&'static str],
    /// Constants of the text.
    pub constants: Vec<(&'static str, u32)>,
    pub(crate) function: &'static str,
    pub(crate) threads: u32,
    pub(crate) shared_bytes: u32,
    pub(crate) cluster: Option<[u32; 3]>,
    pub(crate) params_bytes: u32,
    pub(crate) bindings: &'static [(&'static str, Access)],
}

impl Sm90Kernel {
    fn spec(&self) -> CudaSpec<'_> {
        CudaSpec {
            library: &LIBRARY,
            modules: self.modules,
            emulated: &[("sm90/hopper", "sm90/hopper_host")],
            constants: &self.constants,
            kernel: self.function,
            workgroup_size: [self.threads, 1, 1],
            shared_bytes: self.shared_bytes,
            cluster: self.cluster,
            params_bytes: self.params_bytes,
            bindings: self.bindings,
        }
    }

    /// The whole text, for a compiler.
    ///
    /// # Errors
    /// [`crate::Error::Engine`] if a module is missing.
    pub fn source(&self) -> Result<String> {
        Ok(self.spec().source()?)
    }

    pub(crate) fn kernel(&self, device: &Device) -> Result<Kernel> {
        Ok(device.cuda_library_kernel(&self.spec())?)
    }
}

/// The last module and the constants: `sm90/index_logits,HEADS=64,DIM=128`.
impl std::fmt::Display for Sm90Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.modules.last().copied().unwrap_or_default())?;
        self.constants.iter().try_for_each(|(name, value)| write!(f, ",{name}={value}"))
    }
}

/// Why the kernels cannot run on a device; `None` if they can.
pub(crate) fn refusal(device: &Device) -> Option<String> {
    match device.capabilities().compute_capability {
        Some(COMPUTE_CAPABILITY) => None,
        Some((major, minor)) => Some(format!("it is for compute capability 9.0, and the device has {major}.{minor}")),
        None => Some("it is for CUDA devices of compute capability 9.0".to_owned()),
    }
}

/// Every form that plans compile, at the models' sizes and at the extremes: tests put each of them through the compiler.
pub fn catalogue() -> Vec<Sm90Kernel> {
    [attention::sm90_catalogue(), index_logits::sm90_catalogue(), topk::sm90_catalogue()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_devices_are_refused_with_the_reason() {
        assert!(refusal(&Device::cpu()).is_some_and(|reason| reason.contains("9.0")));
    }

    #[test]
    fn every_kernel_has_its_texts() {
        for kernel in catalogue() {
            assert!(kernel.source().is_ok_and(|source| source.contains(&format!("{}(", kernel.function))), "{kernel}");
        }
    }
}
