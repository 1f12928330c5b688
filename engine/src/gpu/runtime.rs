//! Devices that belong to another runtime, which hands out parts of large buffers and submits work of its own.

use std::any::Any;
use std::sync::Arc;

use super::Gpu;
use crate::{Buffer, Device, EngineError, Result};

/// A runtime that owns a wgpu device, such as CubeCL's: it keeps few large buffers and hands out parts of them, and records work that it
/// submits when it sees fit.
pub trait Runtime: Send + Sync {
    /// Submits what the runtime has recorded so far. Called before anything of ours is submitted, written or read, so that all work runs in
    /// the order in which it was asked for.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn flush(&self) -> Result<(), String>;

    /// Memory of at least `bytes` bytes for a buffer of ours, with any content: its offset is a multiple of the device's
    /// `min_storage_buffer_offset_alignment`, and nobody else uses those bytes before [`Region::keep`] is dropped.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn allocate(&self, bytes: u64) -> Result<Region, String>;
}

/// A part of a wgpu buffer.
#[derive(Clone, Debug)]
pub struct Region {
    /// The buffer, with usages `STORAGE`, `COPY_SRC` and `COPY_DST`.
    pub buffer: wgpu::Buffer,
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// Dropped once no buffer and no recorded or submitted work uses the region: what its owner holds on to it by.
    pub keep: Option<Arc<dyn Any + Send + Sync>>,
}

impl Region {
    /// The whole of a buffer.
    pub(crate) fn whole(buffer: wgpu::Buffer) -> Self {
        Region { bytes: buffer.size(), offset: 0, keep: None, buffer }
    }

    pub(crate) fn overlaps(&self, other: &Region) -> bool {
        self.buffer == other.buffer && self.offset < other.offset + other.bytes && other.offset < self.offset + self.bytes
    }

    /// Keeps the region until the work of this encoder is done, or is dropped.
    pub(crate) fn hold(&self, encoder: &wgpu::CommandEncoder) {
        if let Some(keep) = self.keep.clone() {
            encoder.on_submitted_work_done(move || drop(keep));
        }
    }
}

impl Device {
    /// Computes on the wgpu device of a runtime. What the library allocates comes from the runtime's memory too.
    ///
    /// wgpu tracks the use of whole buffers, and refuses one that a kernel reads and writes at once, be it in different places. Since a
    /// runtime's tensors may all lie in one buffer, kernels of this device declare every tensor as writable, as the runtime's do.
    pub fn from_runtime(device: wgpu::Device, queue: wgpu::Queue, adapter: &wgpu::Adapter, runtime: Arc<dyn Runtime>) -> Device {
        Device::from_gpu(Gpu { runtime: Some(runtime), ..Gpu::from_caller(device, queue, adapter) })
    }

    /// Wraps a part of a buffer of the caller's own wgpu device, to be used as a buffer of its own.
    ///
    /// On a device of [`Device::from_wgpu`] a kernel that writes to one part of a buffer can bind no other part of it.
    ///
    /// # Errors
    /// [`EngineError::Range`] if the region leaves the buffer, or its offset is no multiple of [`crate::Capabilities::offset_alignment`];
    /// [`EngineError::MissingFeature`] on the `cpu` device and on CUDA devices.
    pub fn wrap_region(&self, label: &str, region: Region) -> Result<Buffer> {
        self.gpu("wgpu buffers")?;
        let alignment = u64::from(self.capabilities().offset_alignment);
        let error = |reason: String| EngineError::Range { label: label.to_owned(), offset: region.offset, bytes: region.bytes, reason };
        let padded = region.bytes.max(4).checked_next_multiple_of(4);
        if padded.and_then(|bytes| region.offset.checked_add(bytes)).is_none_or(|end| end > region.buffer.size()) {
            return Err(error(format!("the buffer has {} bytes", region.buffer.size())));
        }
        if !region.offset.is_multiple_of(alignment) {
            return Err(error(format!("the offset must be a multiple of {alignment} bytes")));
        }
        Ok(Buffer::from_region(self, label, region))
    }
}

impl Gpu {
    /// Lets the runtime submit what it has recorded, if the device belongs to one.
    pub(crate) fn flush_runtime(&self) -> Result<()> {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        runtime.flush().map_err(|reason| EngineError::DeviceFailed { device: self.info.to_string(), reason })
    }

    /// Zero-filled memory of the runtime.
    pub(super) fn allocate_from(&self, runtime: &dyn Runtime, bytes: u64) -> Result<Region, String> {
        let region = runtime.allocate(bytes)?;
        let alignment = u64::from(self.capabilities.offset_alignment);
        if region.bytes < bytes || !region.offset.is_multiple_of(alignment) {
            let Region { offset, bytes: given, .. } = region;
            return Err(format!("{given} bytes at {offset}, where {bytes} at a multiple of {alignment} were asked for"));
        }
        // Work that is recorded, and not submitted, may still use the same bytes for what they held before.
        runtime.flush()?;
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("zeros") });
        encoder.clear_buffer(&region.buffer, region.offset, Some(bytes));
        self.queue.submit([encoder.finish()]);
        Ok(region)
    }
}
