//! Device memory.

use std::sync::Arc;

use bytemuck::{NoUninit, Pod};

use crate::cuda::{Failure, Memory, Range};
use crate::device::Inner;
use crate::gpu::Region;
use crate::{Device, EngineError, HostBuffer, Result};

/// Bytes read back through one staging buffer at a time.
const STAGING_BYTES: u64 = 64 << 20;

/// Memory of a device. Clones share it.
#[derive(Clone, Debug)]
pub struct Buffer {
    device: Device,
    label: Arc<str>,
    size: u64,
    storage: Storage,
}

#[derive(Clone, Debug)]
enum Storage {
    Host(Arc<HostBuffer>),
    Gpu(Region),
    Cuda(Arc<Memory>),
}

impl Device {
    /// A zero-filled buffer of `bytes` bytes.
    ///
    /// # Errors
    /// [`EngineError::BufferTooLarge`] and [`EngineError::OutOfMemory`].
    pub fn buffer(&self, label: &str, bytes: u64) -> Result<Buffer> {
        let limit = self.capabilities().max_buffer_bytes;
        let allocated = allocation(bytes);
        if allocated > limit {
            return Err(EngineError::BufferTooLarge { label: label.to_owned(), bytes, limit, device: self.info().to_string() });
        }
        let out_of_memory = || EngineError::OutOfMemory { label: label.to_owned(), bytes, device: self.info().to_string() };
        let storage = match self.inner() {
            Inner::Host(_) => Storage::Host(Arc::new(HostBuffer::new(bytes).ok_or_else(out_of_memory)?)),
            Inner::Gpu(gpu) => Storage::Gpu(gpu.allocate(label, allocated).ok_or_else(out_of_memory)?),
            Inner::Cuda(cuda) => Storage::Cuda(Arc::new(Memory::allocate(&cuda.driver, allocated).map_err(|failure| match failure {
                Failure::OutOfMemory => out_of_memory(),
                failed @ Failure::Failed(_) => cuda.failed(failed),
            })?)),
        };
        Ok(Buffer { device: self.clone(), label: label.into(), size: bytes, storage })
    }

    /// A buffer that holds `data`.
    ///
    /// # Errors
    /// As [`Device::buffer`].
    pub fn upload<T: NoUninit>(&self, label: &str, data: &[T]) -> Result<Buffer> {
        let buffer = self.buffer(label, size_of_val(data) as u64)?;
        buffer.write(0, data)?;
        Ok(buffer)
    }

    /// Wraps a buffer of the caller's own wgpu device, of which [`Device::wrap_region`] wraps a part. It needs usage `STORAGE`; `COPY_SRC` to be
    /// read back, `COPY_DST` to be written.
    ///
    /// # Errors
    /// [`EngineError::MissingFeature`] on the `cpu` device and on CUDA devices.
    pub fn wrap_buffer(&self, buffer: wgpu::Buffer) -> Result<Buffer> {
        self.gpu("wgpu buffers")?;
        Ok(Buffer::from_region(self, "wrapped", Region::whole(buffer)))
    }
}

/// wgpu binds and copies in units of 4 bytes, and binds nothing of size zero.
fn allocation(bytes: u64) -> u64 {
    bytes.max(4).next_multiple_of(4)
}

impl Buffer {
    /// Size in bytes, as asked for.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The label given at creation.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The device that the buffer belongs to.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The memory itself, on the `cpu` device; `None` on a GPU.
    pub fn host(&self) -> Option<&HostBuffer> {
        match &self.storage {
            Storage::Host(buffer) => Some(buffer),
            Storage::Gpu(_) | Storage::Cuda(_) => None,
        }
    }

    pub(crate) fn from_region(device: &Device, label: &str, region: Region) -> Buffer {
        Buffer { device: device.clone(), label: label.into(), size: region.bytes, storage: Storage::Gpu(region) }
    }

    pub(crate) fn from_cuda(device: &Device, label: &str, size: u64, memory: Arc<Memory>) -> Buffer {
        Buffer { device: device.clone(), label: label.into(), size, storage: Storage::Cuda(memory) }
    }

    pub(crate) fn cuda_memory(&self) -> Option<&Arc<Memory>> {
        match &self.storage {
            Storage::Cuda(memory) => Some(memory),
            Storage::Host(_) | Storage::Gpu(_) => None,
        }
    }

    /// The wgpu buffer, on a GPU through wgpu; `None` elsewhere. [`Buffer::wgpu_offset`] says where in it this one begins.
    pub fn as_wgpu(&self) -> Option<&wgpu::Buffer> {
        self.region().map(|region| &region.buffer)
    }

    /// The first byte in [`Buffer::as_wgpu`]: 0, unless this is a [`Region`] of it.
    pub fn wgpu_offset(&self) -> u64 {
        self.region().map_or(0, |region| region.offset)
    }

    pub(crate) fn region(&self) -> Option<&Region> {
        match &self.storage {
            Storage::Host(_) | Storage::Cuda(_) => None,
            Storage::Gpu(region) => Some(region),
        }
    }

    /// Whether both are the same memory, or a part of it.
    pub fn shares_memory(&self, other: &Buffer) -> bool {
        match (&self.storage, &other.storage) {
            (Storage::Host(a), Storage::Host(b)) => Arc::ptr_eq(a, b),
            (Storage::Gpu(a), Storage::Gpu(b)) => a.overlaps(b),
            (Storage::Cuda(a), Storage::Cuda(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Whether a kernel cannot bind both if it writes to one: they are the same memory, or parts of a buffer that wgpu tracks as a whole.
    pub(crate) fn clashes(&self, other: &Buffer) -> bool {
        let tracked = self.device.gpu("queue").is_ok_and(|gpu| gpu.runtime.is_none());
        self.shares_memory(other) || tracked && self.as_wgpu() == other.as_wgpu()
    }

    /// The whole buffer, to be bound.
    pub fn whole(&self) -> Binding {
        self.slice(0, self.size)
    }

    /// A part of the buffer, to be bound; checked when it is used. `offset` must be a multiple of
    /// [`crate::Capabilities::offset_alignment`] bytes.
    pub fn slice(&self, offset: u64, bytes: u64) -> Binding {
        Binding { buffer: self.clone(), offset, bytes }
    }

    /// Writes `data` at `offset` bytes. On a GPU the bytes are staged, and arrive before the next submission runs.
    ///
    /// # Errors
    /// [`EngineError::Range`] if the range leaves the buffer, or if offset or length are no multiples of 4 bytes (a length may be odd at the
    /// buffer's end).
    pub fn write<T: NoUninit>(&self, offset: u64, data: &[T]) -> Result<()> {
        let data: &[u8] = bytemuck::cast_slice(data);
        let bytes = data.len() as u64;
        self.check(offset, bytes)?;
        match &self.storage {
            Storage::Host(buffer) => buffer.write()[offset as usize..][..data.len()].copy_from_slice(data),
            Storage::Cuda(memory) => {
                let Inner::Cuda(cuda) = self.device.inner() else { return Ok(()) };
                // SAFETY: the range was checked against the buffer's size, which the memory has.
                unsafe { cuda.driver.write(memory.address + offset, data) }.map_err(|failure| cuda.failed(failure))?;
            }
            Storage::Gpu(Region { buffer, offset: start, .. }) => {
                let gpu = self.device.gpu("queue")?;
                gpu.flush_runtime()?;
                let (queue, offset) = (&gpu.queue, start + offset);
                let whole_words = data.len() & !3;
                queue.write_buffer(buffer, offset, &data[..whole_words]);
                if whole_words < data.len() {
                    let mut last = [0; 4];
                    last[..data.len() - whole_words].copy_from_slice(&data[whole_words..]);
                    queue.write_buffer(buffer, offset + whole_words as u64, &last);
                }
            }
        }
        Ok(())
    }

    /// Reads the whole buffer once all submitted work is done.
    ///
    /// # Errors
    /// [`EngineError::Range`] if the size is no multiple of `T`'s, [`EngineError::DeviceFailed`].
    pub async fn read<T: Pod>(&self) -> Result<Vec<T>> {
        self.read_range(0, self.size).await
    }

    /// Reads `bytes` bytes at `offset` once all submitted work is done.
    ///
    /// # Errors
    /// As [`Buffer::read`], and [`EngineError::Range`] for a range that leaves the buffer or an offset that is no multiple of 4.
    pub async fn read_range<T: Pod>(&self, offset: u64, bytes: u64) -> Result<Vec<T>> {
        self.check(offset, bytes)?;
        if !bytes.is_multiple_of(size_of::<T>() as u64) {
            return Err(self.range_error(offset, bytes, format!("the length is no multiple of {} bytes", size_of::<T>())));
        }
        let mut values = vec![T::zeroed(); bytes as usize / size_of::<T>()];
        let target: &mut [u8] = bytemuck::cast_slice_mut(&mut values);
        match &self.storage {
            Storage::Host(buffer) => target.copy_from_slice(&buffer.read()[offset as usize..][..bytes as usize]),
            Storage::Cuda(memory) => {
                let Inner::Cuda(cuda) = self.device.inner() else { return Ok(values) };
                // SAFETY: the range was checked against the buffer's size, which the memory has.
                unsafe { cuda.driver.read(memory.address + offset, target) }.map_err(|failure| cuda.failed(failure))?;
            }
            Storage::Gpu(region) => {
                let gpu = self.device.gpu("queue")?;
                for (i, part) in target.chunks_mut(STAGING_BYTES as usize).enumerate() {
                    gpu.read(region, offset + i as u64 * STAGING_BYTES, part, &self.label).await?;
                }
            }
        }
        Ok(values)
    }

    /// [`Buffer::read`], waiting on the calling thread.
    ///
    /// # Errors
    /// As [`Buffer::read`].
    pub fn read_blocking<T: Pod>(&self) -> Result<Vec<T>> {
        pollster::block_on(self.read())
    }

    /// [`Buffer::read_range`], waiting on the calling thread.
    ///
    /// # Errors
    /// As [`Buffer::read_range`].
    pub fn read_range_blocking<T: Pod>(&self, offset: u64, bytes: u64) -> Result<Vec<T>> {
        pollster::block_on(self.read_range(offset, bytes))
    }

    fn check(&self, offset: u64, bytes: u64) -> Result<()> {
        let end = offset.checked_add(bytes);
        if end.is_none_or(|end| end > self.size) {
            return Err(self.range_error(offset, bytes, format!("the buffer has {} bytes", self.size)));
        }
        if !offset.is_multiple_of(4) || (!bytes.is_multiple_of(4) && end != Some(self.size)) {
            return Err(self.range_error(offset, bytes, "not a multiple of 4 bytes".to_owned()));
        }
        Ok(())
    }

    fn range_error(&self, offset: u64, bytes: u64, reason: String) -> EngineError {
        EngineError::Range { label: self.label.to_string(), offset, bytes, reason }
    }
}

/// A range of a buffer, as a kernel sees it.
#[derive(Clone, Debug)]
pub struct Binding {
    pub(crate) buffer: Buffer,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

impl Binding {
    /// First byte.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that wgpu is asked to bind or copy: whole words, never none.
    pub(crate) fn padded_bytes(&self) -> u64 {
        allocation(self.bytes)
    }

    /// The part of CUDA memory that it is.
    pub(crate) fn cuda_range(&self) -> Option<Range> {
        let memory = Arc::clone(self.buffer.cuda_memory()?);
        Some(Range { memory, offset: self.offset, bytes: self.padded_bytes() })
    }

    /// The wgpu buffer, and the first byte in it.
    pub(crate) fn wgpu(&self) -> Result<(&wgpu::Buffer, u64)> {
        let region = self.buffer.region().ok_or_else(|| self.error("not memory of this device".to_owned()))?;
        Ok((&region.buffer, region.offset + self.offset))
    }

    /// Keeps the memory until the work of this encoder is done.
    pub(crate) fn hold(&self, encoder: &wgpu::CommandEncoder) {
        if let Some(region) = self.buffer.region() {
            region.hold(encoder);
        }
    }

    /// Whether the range is usable on `device`: it belongs to it, lies inside its buffer and is aligned.
    pub(crate) fn check(&self, device: &Device, alignment: u64) -> Result<()> {
        if !self.buffer.device.same(device) {
            return Err(EngineError::WrongDevice {
                label: self.buffer.label.to_string(),
                owner: self.buffer.device.info().to_string(),
                device: device.info().to_string(),
            });
        }
        if self.offset.checked_add(self.bytes).is_none_or(|end| end > self.buffer.size) {
            return Err(self.error(format!("the buffer has {} bytes", self.buffer.size)));
        }
        if !self.offset.is_multiple_of(alignment) {
            return Err(self.error(format!("the offset must be a multiple of {alignment} bytes")));
        }
        Ok(())
    }

    pub(crate) fn error(&self, reason: String) -> EngineError {
        self.buffer.range_error(self.offset, self.bytes, reason)
    }
}
