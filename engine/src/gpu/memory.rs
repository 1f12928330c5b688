//! GPU memory: allocation, uniforms, reading back.

use super::{Gpu, Region};
use crate::{EngineError, Result};

impl Gpu {
    /// A zero-filled storage buffer; `None` if the device has no memory for it.
    pub(crate) fn allocate(&self, label: &str, bytes: u64) -> Option<Region> {
        use wgpu::BufferUsages as Usage;
        if let Some(runtime) = &self.runtime {
            let failed = |reason: String| tracing::warn!(label, bytes, reason, "the runtime has no memory");
            return self.allocate_from(&**runtime, bytes).map_err(failed).ok();
        }
        let out_of_memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes,
            usage: Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST,
            mapped_at_creation: false,
        });
        pollster::block_on(out_of_memory.pop()).is_none().then(|| Region::whole(buffer))
    }

    /// A uniform buffer that holds `params`.
    pub(crate) fn uniform(&self, params: &[u8]) -> wgpu::Buffer {
        let size = (params.len().max(4) as u64).next_multiple_of(4);
        let usage = wgpu::BufferUsages::UNIFORM;
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor { label: Some("params"), size, usage, mapped_at_creation: true });
        if let Ok(mut range) = buffer.get_mapped_range_mut(..params.len() as u64) {
            range.copy_from_slice(params);
        }
        buffer.unmap();
        buffer
    }

    /// A buffer for bytes on their way from one place to another.
    pub(crate) fn between(&self, bytes: u64) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        self.device.create_buffer(&wgpu::BufferDescriptor { label: Some("between"), size: bytes, usage, mapped_at_creation: false })
    }

    /// Copies bytes of a buffer to the host, after all work submitted so far.
    pub(crate) async fn read(&self, region: &Region, offset: u64, target: &mut [u8], label: &str) -> Result<()> {
        if target.is_empty() {
            return Ok(());
        }
        self.flush_runtime()?;
        let failed = |reason: String| EngineError::DeviceFailed { device: self.info.to_string(), reason };
        let bytes = (target.len() as u64).next_multiple_of(4);
        let out_of_memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: bytes,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        if out_of_memory.pop().await.is_some() {
            return Err(EngineError::OutOfMemory { label: format!("staging of {label}"), bytes, device: self.info.to_string() });
        }
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read") });
        encoder.copy_buffer_to_buffer(&region.buffer, region.offset + offset, &staging, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = std::sync::mpsc::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            let _ = sender.send(result);
        });
        self.wait()?;
        receiver.recv().map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        let mapped = staging.get_mapped_range(..).map_err(|error| failed(error.to_string()))?;
        target.copy_from_slice(&mapped[..target.len()]);
        Ok(())
    }
}
