//! Sharing a stream and memory with the caller's own CUDA code.

use std::ffi::c_void;
use std::sync::Arc;

use super::driver::Memory;
use crate::device::Inner;
use crate::{Buffer, Device, EngineError, Result};

impl Device {
    /// Computes on the caller's own CUDA stream, in the primary context of the GPU with this number: what the CUDA runtime, PyTorch and
    /// cudarc use. Work is issued by [`crate::Encoder::submit`], in the stream's order; memory comes from the GPU's stream-ordered pool.
    ///
    /// # Errors
    /// As [`Device::open`] of `cuda`.
    ///
    /// # Safety
    /// `stream` is a live stream (`CUstream`, `cudaStream_t`; null for the default stream) of that GPU's primary context, and stays so until
    /// the device, its buffers and its kernels are dropped.
    pub unsafe fn from_cuda_stream(ordinal: usize, stream: *mut c_void) -> Result<Device> {
        super::open(ordinal, Some(stream)).map(Device::from_cuda)
    }

    /// The stream that work is issued to, as a `CUstream`; `None` if this is no CUDA device.
    pub fn cuda_stream(&self) -> Option<*mut c_void> {
        match self.inner() {
            Inner::Cuda(cuda) => Some(cuda.driver.stream()),
            _ => None,
        }
    }

    /// Wraps the caller's device memory. It is not freed when the buffer is dropped.
    ///
    /// # Errors
    /// [`EngineError::MissingFeature`] if this is no CUDA device, [`EngineError::Range`] if the address is no multiple of 16 bytes.
    ///
    /// # Safety
    /// `address` is the address (`CUdeviceptr`) of at least `bytes` bytes, up to the next multiple of 4, that this GPU may read and write,
    /// in its primary context. It stays so until the buffer, its clones and all work with them are done. Other streams order their use of
    /// the memory with this device's stream.
    pub unsafe fn wrap_cuda(&self, label: &str, address: u64, bytes: u64) -> Result<Buffer> {
        let Inner::Cuda(cuda) = self.inner() else {
            return Err(EngineError::MissingFeature { feature: "CUDA memory", device: self.info().to_string() });
        };
        if !address.is_multiple_of(u64::from(cuda.capabilities.offset_alignment)) {
            let reason = format!("the address {address:#x} must be a multiple of {} bytes", cuda.capabilities.offset_alignment);
            return Err(EngineError::Range { label: label.to_owned(), offset: 0, bytes, reason });
        }
        Ok(Buffer::from_cuda(self, label, bytes, Arc::new(Memory::borrowed(&cuda.driver, address, bytes))))
    }
}

impl Buffer {
    /// The buffer's address (`CUdeviceptr`) on a CUDA device, for the caller's own kernels: valid while the buffer lives, and ordered by
    /// [`Device::cuda_stream`]. `None` elsewhere.
    pub fn as_cuda(&self) -> Option<u64> {
        self.cuda_memory().map(|memory| memory.address)
    }
}
