//! CUDA itself, through the driver's library. Found when it is asked for: a program built with this starts on machines without it.

use std::ffi::{CString, c_void};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cudarc::driver::result::{self, DriverError};
use cudarc::driver::sys::{self, CUdevice_attribute as Attribute, CUfunction_attribute, CUresult};

use super::cubin;
use super::driver::{Address, Driver, Failure, Function, Launch, Mark};
use super::translate::Translation;

/// One GPU, its primary context and a stream.
#[derive(Debug)]
pub(crate) struct Native {
    device: sys::CUdevice,
    context: sys::CUcontext,
    stream: sys::CUstream,
    owns_stream: bool,
    /// Whether memory comes from the stream-ordered pool.
    pooled: bool,
    architecture: String,
    modules: Mutex<Vec<Module>>,
}

#[derive(Debug)]
struct Module(sys::CUmodule);

// SAFETY: contexts, streams and modules of the driver may be used from any thread; each call binds the context to its thread first.
unsafe impl Send for Native {}
// SAFETY: as above, the driver locks what it must.
unsafe impl Sync for Native {}

/// What a GPU is.
#[derive(Clone, Debug)]
pub(crate) struct Properties {
    pub(crate) name: String,
    pub(crate) compute_capability: (u32, u32),
    pub(crate) multiprocessors: u32,
    pub(crate) shared_bytes: u32,
    pub(crate) threads: u32,
    pub(crate) memory_bytes: u64,
    pub(crate) integrated: bool,
    pub(crate) driver_version: (i32, i32),
}

/// Whether the driver's library is on this machine.
pub(crate) fn driver_present() -> bool {
    // SAFETY: loads the driver's library, which runs its start-up code, as any CUDA program does.
    unsafe { sys::is_culib_present() }
}

/// Every GPU, by its number; none without a driver, or with one that finds no GPU.
pub(crate) fn devices() -> Vec<Properties> {
    if !driver_present() || result::init().is_err() {
        return Vec::new();
    }
    let count = result::device::get_count().unwrap_or(0);
    (0..count).filter_map(|ordinal| properties(result::device::get(ordinal).ok()?).ok()).collect()
}

fn properties(device: sys::CUdevice) -> Result<Properties, DriverError> {
    // SAFETY: the device comes from the driver.
    let get = |attribute| unsafe { result::device::get_attribute(device, attribute) };
    let mut version = 0;
    // SAFETY: writes one int.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result()?;
    Ok(Properties {
        name: result::device::get_name(device)?,
        compute_capability: (
            get(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)? as u32,
            get(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)? as u32,
        ),
        multiprocessors: get(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)? as u32,
        shared_bytes: get(Attribute::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)? as u32,
        threads: get(Attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK)? as u32,
        // SAFETY: the device comes from the driver.
        memory_bytes: unsafe { result::device::total_mem(device) }? as u64,
        integrated: get(Attribute::CU_DEVICE_ATTRIBUTE_INTEGRATED)? != 0,
        driver_version: (version / 1000, version % 1000 / 10),
    })
}

impl Native {
    /// Opens a GPU with a stream of its own, or with the caller's.
    pub(crate) fn open(ordinal: usize, stream: Option<*mut c_void>) -> Result<Native, String> {
        let words = |error: DriverError| error.to_string();
        result::init().map_err(words)?;
        let device = result::device::get(ordinal as i32).map_err(words)?;
        let (major, minor) = properties(device).map_err(words)?.compute_capability;
        // SAFETY: the device comes from the driver; the context is released when this is dropped.
        let context = unsafe { result::primary_ctx::retain(device) }.map_err(words)?;
        // From here on a drop gives back what there is.
        let mut native = Native {
            device,
            context,
            stream: stream.unwrap_or(std::ptr::null_mut()).cast(),
            owns_stream: false,
            pooled: false,
            architecture: architecture(major, minor),
            modules: Mutex::default(),
        };
        native.bind().map_err(|failure| failure.to_string())?;
        if stream.is_none() {
            native.stream = result::stream::create(result::stream::StreamKind::NonBlocking).map_err(words)?;
            native.owns_stream = true;
        }
        native.use_pool();
        Ok(native)
    }

    /// Memory of the stream-ordered pool costs no synchronisation; the pool keeps what is given back.
    fn use_pool(&mut self) {
        let supported = Attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
        // SAFETY: the device comes from the driver; the attribute is a 64-bit number.
        self.pooled = unsafe {
            result::device::get_attribute(self.device, supported).is_ok_and(|value| value != 0)
                && result::device::get_mem_pool(self.device).is_ok_and(|pool| {
                    let mut keep = u64::MAX;
                    let threshold = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
                    result::mem_pool::set_attribute(pool, threshold, (&raw mut keep).cast()).is_ok()
                })
        };
    }

    fn bind(&self) -> Result<(), Failure> {
        // SAFETY: the context is held until this is dropped.
        unsafe { result::ctx::set_current(self.context) }.map_err(failure)
    }

    fn load_cubin(&self, cubin: &[u8], kernel: &Translation) -> Result<Function, Failure> {
        let name = CString::new(kernel.kernel.as_str()).map_err(|error| Failure::Failed(error.to_string()))?;
        // SAFETY: the bytes are a CUBIN from NVRTC; the driver checks its header and architecture.
        unsafe {
            let module = result::module::load_data(cubin.as_ptr().cast()).map_err(failure)?;
            self.modules.lock().unwrap_or_else(PoisonError::into_inner).push(Module(module));
            let function = result::module::get_function(module, name).map_err(failure)?;
            // Also for less than goes unasked: a kernel in CUDA C++ may have shared memory besides.
            if kernel.workgroup_memory > 0 {
                let attribute = CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
                result::function::set_function_attribute(function, attribute, kernel.workgroup_memory as i32).map_err(failure)?;
            }
            Ok(Function(function as usize))
        }
    }
}

/// What NVRTC compiles for: with the architecture's own instructions where there are such.
fn architecture(major: u32, minor: u32) -> String {
    format!("sm_{major}{minor}{}", if major >= 9 { "a" } else { "" })
}

fn failure(error: DriverError) -> Failure {
    match error.0 {
        CUresult::CUDA_ERROR_OUT_OF_MEMORY => Failure::OutOfMemory,
        _ => Failure::Failed(error.to_string()),
    }
}

impl Driver for Native {
    fn allocate(&self, bytes: u64) -> Result<Address, Failure> {
        self.bind()?;
        let bytes = usize::try_from(bytes).map_err(|_| Failure::OutOfMemory)?;
        // SAFETY: the stream is this device's; the memory is used on it only.
        unsafe {
            let address =
                if self.pooled { result::malloc_async(self.stream, bytes) } else { result::malloc_sync(bytes) }.map_err(failure)?;
            result::memset_d8_async(address, 0, bytes, self.stream).map_err(failure)?;
            Ok(address)
        }
    }

    unsafe fn free(&self, at: Address, _bytes: u64) {
        // SAFETY: the caller's promise. The synchronous form waits for the device by itself.
        let freed = self.bind().and_then(|()| unsafe {
            if self.pooled { result::free_async(at, self.stream) } else { result::free_sync(at) }.map_err(failure)
        });
        if let Err(error) = freed {
            tracing::warn!(%error, "could not free device memory");
        }
    }

    unsafe fn write(&self, to: Address, data: &[u8]) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: the caller's promise. The driver has read pageable memory when it returns.
        unsafe { result::memcpy_htod_async(to, data, self.stream) }.map_err(failure)
    }

    unsafe fn read(&self, from: Address, target: &mut [u8]) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: the caller's promise; the target is borrowed until the stream is done.
        unsafe {
            result::memcpy_dtoh_async(target, from, self.stream).map_err(failure)?;
            result::stream::synchronize(self.stream).map_err(failure)
        }
    }

    unsafe fn clear(&self, at: Address, bytes: u64) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: the caller's promise.
        unsafe { result::memset_d8_async(at, 0, bytes as usize, self.stream) }.map_err(failure)
    }

    unsafe fn copy(&self, from: Address, to: Address, bytes: u64) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: the caller's promise.
        unsafe { result::memcpy_dtod_async(to, from, bytes as usize, self.stream) }.map_err(failure)
    }

    fn load(&self, kernel: &Translation) -> Result<Function, Failure> {
        self.bind()?;
        let cubin = cubin::compile(&kernel.source, &self.architecture).map_err(|error| Failure::Failed(error.to_string()))?;
        self.load_cubin(&cubin, kernel)
    }

    fn checks_bounds(&self) -> bool {
        cfg!(debug_assertions)
    }

    unsafe fn launch(&self, launch: &Launch) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: zero is a value of every field.
        let mut attribute: sys::CUlaunchAttribute = unsafe { std::mem::zeroed() };
        if let Some([x, y, z]) = launch.cluster {
            attribute.id = sys::CUlaunchAttributeID::CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
            attribute.value.clusterDim = sys::CUlaunchAttributeValue_union__bindgen_ty_1 { x, y, z };
        }
        let config = sys::CUlaunchConfig {
            gridDimX: launch.grid[0],
            gridDimY: launch.grid[1],
            gridDimZ: launch.grid[2],
            blockDimX: launch.block[0],
            blockDimY: launch.block[1],
            blockDimZ: launch.block[2],
            sharedMemBytes: launch.shared_bytes,
            hStream: self.stream,
            attrs: &raw mut attribute,
            numAttrs: u32::from(launch.cluster.is_some()),
        };
        let mut arguments: Vec<*mut c_void> = launch.arguments.pointers().into_iter().map(<*const c_void>::cast_mut).collect();
        let function = launch.function.0 as sys::CUfunction;
        // SAFETY: the caller's promise; the driver copies the arguments before it returns.
        unsafe { sys::cuLaunchKernelEx(&raw const config, function, arguments.as_mut_ptr(), std::ptr::null_mut()) }
            .result()
            .map_err(failure)
    }

    fn mark(&self) -> Result<Mark, Failure> {
        self.bind()?;
        let event = result::event::create(sys::CUevent_flags::CU_EVENT_DEFAULT).map_err(failure)?;
        // SAFETY: event and stream are this device's.
        unsafe { result::event::record(event, self.stream) }.map_err(failure)?;
        Ok(Mark(event as u64))
    }

    fn elapsed(&self, marks: Vec<Mark>) -> Result<Vec<Duration>, Failure> {
        self.wait()?;
        let events: Vec<_> = marks.into_iter().map(|mark| mark.0 as sys::CUevent).collect();
        // SAFETY: the events were recorded by `mark`, are done, and are destroyed only here.
        unsafe {
            let times = events.windows(2).map(|pair| result::event::elapsed(pair[0], pair[1]).map_err(failure));
            let times =
                times.map(|time| time.map(|milliseconds| Duration::from_secs_f64(f64::from(milliseconds.max(0.0)) / 1e3))).collect();
            for event in events {
                let _ = result::event::destroy(event);
            }
            times
        }
    }

    fn wait(&self) -> Result<(), Failure> {
        self.bind()?;
        // SAFETY: the stream is this device's.
        unsafe { result::stream::synchronize(self.stream) }.map_err(failure)
    }

    fn stream(&self) -> *mut c_void {
        self.stream.cast()
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // A failed device gives nothing back; there is nobody to tell.
        let _ = self.wait();
        // SAFETY: all were made by `open` and `load_cubin`, and nothing uses them any more: buffers and kernels hold the device.
        unsafe {
            for Module(module) in self.modules.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                let _ = result::module::unload(module);
            }
            if self.owns_stream {
                let _ = result::stream::destroy(self.stream);
            }
            let _ = result::primary_ctx::release(self.device);
        }
    }
}
