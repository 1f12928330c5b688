//! The library's operations on tensors of CubeCL, and so of Burn, without a copy. Needs the feature `cubecl`.
//!
//! A [`CubeDevice`] is a wgpu device of CubeCL on which the library computes, in the memory of CubeCL's client: [`CubeDevice::buffer`] is a
//! tensor as a [`Buffer`] for any operation. Work runs in the order in which it is asked for. What CubeCL has recorded is submitted before
//! anything of the library's is, and what CubeCL launches afterwards sees the library's results. Only work in a command encoder of your own
//! ([`Device::wrap_encoder`]) needs a [`CubeDevice::flush`] before you submit it.
//!
//! ```
//! use cubecl_wgpu::{RuntimeOptions, WgpuDevice};
//! use portable_dsa::cubecl::CubeDevice;
//! use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let Ok(cube) = CubeDevice::open(&WgpuDevice::default(), RuntimeOptions::default()) else {
//!     return Ok(()); // no GPU here, and no driver
//! };
//! let client = cube.client();
//! let scores = client.create_from_slice(bytemuck::cast_slice(&[0.5f32, 2.0, 0.25, 2.0, 1.0]));
//! let indices = client.empty(2 * 4);
//!
//! let top_k = TopK::plan(cube.device(), TopKOptions { rows: 1, columns: 5, top_k: 2, ..Default::default() })?;
//! let (scores, selected) = (cube.buffer("scores", &scores)?, cube.buffer("indices", &indices)?);
//! top_k.run(&TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &selected })?;
//!
//! let bytes = client.read_one(indices)?;
//! assert_eq!(bytemuck::cast_slice::<u8, i32>(&bytes), [1, 3]);
//! # Ok(())
//! # }
//! ```
//!
//! With Burn, open the device here, before anything else uses it, and give Burn the same `WgpuDevice`. A tensor's handle is a field of its
//! `CubeTensor`. Tensors must be contiguous.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cubecl_core::environment::stream::{Stream, StreamId};
use cubecl_runtime::client::Client;
use cubecl_runtime::runtime::Runtime as _;
use cubecl_runtime::server::Handle;
use cubecl_wgpu::{AutoCompiler, AutoGraphicsApi, RuntimeOptions, WgpuBackend, WgpuDevice, WgpuRuntime, WgpuServer, WgpuSetup};
use cubecl_wgpu::{try_init_device, try_init_setup, wgpu};
use dsa_engine::{Buffer, Device, EngineError, Region, Runtime};

use crate::{Error, Result};

/// A wgpu device that CubeCL and the library share. Clones share it.
#[derive(Clone, Debug)]
pub struct CubeDevice {
    device: Device,
    gpu: WgpuDevice,
    cube: Arc<Cube>,
}

impl CubeDevice {
    /// Opens a device for CubeCL, which must not have used it yet, and for the library. GL, which CubeCL takes where it finds nothing else,
    /// must be asked for by name ([`WgpuDevice::on`]), as everywhere in the library.
    ///
    /// # Errors
    /// [`Error::CubeCl`] if there is no such device, or CubeCL has used it already.
    pub fn open(gpu: &WgpuDevice, options: RuntimeOptions) -> Result<Self> {
        let setup = try_init_setup::<AutoGraphicsApi>(gpu, options).map_err(|error| refused("gpu", error))?;
        if setup.backend == wgpu::Backend::Gl && gpu.backend != WgpuBackend::Gl {
            return Err(refused("gpu", format!("{gpu:?} has no API but GL; ask for it with `on(WgpuBackend::Gl)`")));
        }
        Ok(Self::shared(setup, gpu.clone()))
    }

    /// Gives a device of the caller's own to CubeCL, as a new one ([`CubeDevice::wgpu_device`]), and to the library.
    ///
    /// # Errors
    /// [`Error::CubeCl`] if CubeCL cannot use it.
    pub fn from_setup(setup: WgpuSetup, options: RuntimeOptions) -> Result<Self> {
        let gpu = try_init_device(setup.clone(), options).map_err(|error| refused("setup", error))?;
        Ok(Self::shared(setup, gpu))
    }

    /// The client is made here since neither it nor its memory tells which wgpu device it has, and wgpu has no error for a mix of two.
    fn shared(setup: WgpuSetup, gpu: WgpuDevice) -> Self {
        let cube = Arc::new(Cube { client: <WgpuRuntime>::client(&gpu), streams: Arc::default() });
        let device = Device::from_runtime(setup.device, setup.queue, &setup.adapter, cube.clone());
        CubeDevice { device, gpu, cube }
    }

    /// CubeCL's client of the device.
    pub fn client(&self) -> &Client {
        &self.cube.client
    }

    /// CubeCL's name for the device, by which Burn finds it too.
    pub fn wgpu_device(&self) -> &WgpuDevice {
        &self.gpu
    }

    /// The device to plan operations on. Scratch memory and buffers made on it come from the client's memory.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The memory of a tensor: writes are seen on both sides. Its bytes stay reserved while the buffer, or work with it, lives.
    ///
    /// # Errors
    /// [`Error::CubeCl`] if the handle is of another client, or its content was never computed because CubeCL failed;
    /// [`EngineError::Range`] if its offsets leave its memory, or it does not start at a multiple of
    /// [`dsa_engine::Capabilities::offset_alignment`] bytes.
    pub fn buffer(&self, label: &str, handle: &Handle) -> Result<Buffer> {
        let (start, end) = (handle.offset_start.unwrap_or(0), handle.offset_end.unwrap_or(0));
        let bytes = handle.size().checked_sub(start).and_then(|rest| rest.checked_sub(end)).ok_or_else(|| EngineError::Range {
            label: label.to_owned(),
            offset: start,
            bytes: handle.size(),
            reason: format!("the handle has {} bytes, of which offsets take {start} in front and {end} behind", handle.size()),
        })?;
        let region = self.cube.region(handle, bytes).map_err(|reason| refused(label, reason))?;
        Ok(self.device.wrap_region(label, region)?)
    }

    /// Submits what CubeCL has recorded, on the calling thread's stream and on those of all tensors in use. Happens by itself, but for work
    /// in a command encoder of your own: call it before you submit that.
    ///
    /// # Errors
    /// [`Error::CubeCl`].
    pub fn flush(&self) -> Result<()> {
        self.cube.flush().map_err(|reason| refused("client", reason))
    }
}

fn refused(argument: &str, error: impl ToString) -> Error {
    Error::CubeCl { argument: argument.to_owned(), reason: error.to_string() }
}

/// What the engine needs of a client.
struct Cube {
    client: Client,
    streams: Arc<Streams>,
}

/// The streams of the tensors in use, and how many tensors each has.
#[derive(Debug, Default)]
struct Streams(Mutex<HashMap<StreamId, usize>>);

/// A tensor in use: what CubeCL reserves memory by, and a count of its stream.
struct Lease<T> {
    _resource: T,
    stream: StreamId,
    streams: Arc<Streams>,
}

impl<T> Lease<T> {
    fn new(resource: T, stream: StreamId, streams: &Arc<Streams>) -> Self {
        *streams.0.lock().unwrap_or_else(PoisonError::into_inner).entry(stream).or_default() += 1;
        Lease { _resource: resource, stream, streams: Arc::clone(streams) }
    }
}

impl<T> Drop for Lease<T> {
    fn drop(&mut self) {
        let mut streams = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.stream) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.stream);
            }
        }
    }
}

impl Cube {
    fn region(&self, handle: &Handle, bytes: u64) -> Result<Region, String> {
        let resource = self.client.get_resource::<WgpuServer<AutoCompiler>>(handle.clone()).map_err(|error| error.to_string())?;
        let (buffer, offset) = (resource.resource().buffer.clone(), resource.resource().offset);
        let keep = Arc::new(Lease::new(resource, handle.stream, &self.streams));
        Ok(Region { buffer, offset, bytes, keep: Some(keep) })
    }
}

impl Runtime for Cube {
    fn flush(&self) -> Result<(), String> {
        // Without the lock: a flush may find work done, and end leases.
        let mut streams: Vec<_> = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        let current = StreamId::current();
        if !streams.contains(&current) {
            streams.push(current);
        }
        streams.into_iter().try_for_each(|stream| Stream::from_id(stream).enter(|| self.client.flush())).map_err(|error| error.to_string())
    }

    fn allocate(&self, bytes: u64) -> Result<Region, String> {
        let size = usize::try_from(bytes).map_err(|error| error.to_string())?;
        self.region(&self.client.empty(size), bytes)
    }
}

impl std::fmt::Debug for Cube {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cube").field("client", &self.client.name()).field("streams", &self.streams).finish()
    }
}
