//! CUDA: WGSL kernels translated to CUDA C++, compiled by NVRTC, and run through NVIDIA's driver.
//!
//! Both libraries are looked for when they are asked for. Without them a program runs as before, and [`crate::Device::open`] of `cuda` says
//! what to install. Compiled kernels are kept on disk, in the folder of the other compiled pipelines (`DSA_CACHE_DIR`).

mod cubin;
mod device;
mod driver;
#[cfg(feature = "cuda-emulation")]
mod emulation;
mod interop;
mod library;
mod native;
pub mod nvrtc;
mod record;
mod source;
pub mod translate;

pub(crate) use device::{Cuda, CudaKernel, list, open};
pub(crate) use driver::{Failure, Memory};
pub use library::CudaSpec;
pub use source::CudaSource;

pub(crate) use record::{Command, Marks, Range};
