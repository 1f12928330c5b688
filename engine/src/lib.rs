//! A portable compute layer: the same WGSL kernel on Vulkan, Metal, DX12, GL, WebGPU and CUDA, and plain memory on the host.
//!
//! A [`Device`] makes [`Buffer`]s and [`Kernel`]s; an [`Encoder`] records dispatches, either into a command encoder of its own or into the
//! caller's. Bindings are found by the name of the WGSL variable. Nothing is submitted before [`Encoder::submit`].
//!
//! ```
//! use dsa_engine::{Device, EngineError};
//!
//! # fn main() -> Result<(), EngineError> {
//! let device = Device::open("cpu")?;
//! let buffer = device.upload("numbers", &[1.0f32, 2.0, 3.0])?;
//! assert_eq!(buffer.read_blocking::<f32>()?, [1.0, 2.0, 3.0]);
//! # Ok(())
//! # }
//! ```

mod buffer;
mod capabilities;
pub mod cuda;
mod device;
mod encoder;
mod error;
mod gpu;
mod hash;
mod host;
mod kernel;
mod timer;
pub mod wgsl;

pub use buffer::{Binding, Buffer};
pub use capabilities::{Capabilities, DeviceInfo, DeviceKind, MatrixShape, SubgroupSizes};
pub use device::Device;
pub use encoder::{Encoder, Grid};
pub use error::{EngineError, Result};
pub use gpu::{Region, Runtime, cache_directory};
pub use host::{HostBuffer, HostReadGuard, HostWriteGuard};
pub use kernel::Kernel;
pub use timer::Timer;
pub use wgsl::{Constant, KernelSpec, ShaderFile, ShaderLibrary};
