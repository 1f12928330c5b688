//! Translated kernels on the host's cores, for tests: the C++ is compiled by `g++` behind a header that stands in for CUDA
//! (`emulation/host.h`), loaded, and run with one fiber for each thread of a block. Indices are checked, and workgroup memory starts as NaN.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use libloading::Library;

use super::driver::{Address, Driver, Failure, Function, Launch, Mark};
use super::translate::Translation;
use crate::hash::fnv1a;

const HEADER: &str = include_str!("emulation/host.h");
/// What kernels written in CUDA C++ need besides.
const BUILTINS: &str = include_str!("emulation/builtins.h");
const HOPPER: &str = include_str!("emulation/hopper.h");
const ALIGNMENT: usize = 256;
/// `-ffp-contract=off`: as `--fmad=false` for NVRTC. Without the two about symbols the process would share the state of all libraries.
const OPTIONS: [&str; 11] = [
    "-std=c++17",
    "-O1",
    "-fPIC",
    "-shared",
    "-w",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    "-fvisibility=hidden",
    "-fno-gnu-unique",
    "-fsanitize=signed-integer-overflow,integer-divide-by-zero,shift-exponent,float-cast-overflow",
    "-xc++",
];

/// The header's `Launch`.
#[repr(C)]
struct HostLaunch {
    grid: [u32; 3],
    block: [u32; 3],
    cluster: [u32; 3],
    shared_bytes: u32,
}

type Entry = unsafe extern "C" fn(*const HostLaunch, *const *const c_void) -> *const c_char;

/// A kernel, with its library's global state: one launch at a time.
#[derive(Debug)]
struct Loaded {
    entry: Mutex<Entry>,
    _library: Library,
}

/// The emulated GPU.
#[derive(Debug)]
pub(crate) struct Emulation {
    kernels: Mutex<Vec<&'static Loaded>>,
    folder: PathBuf,
    start: Instant,
}

impl Emulation {
    /// Needs `g++`.
    pub(crate) fn open() -> Result<Self, String> {
        match Command::new("g++").arg("--version").output() {
            Ok(output) if output.status.success() => {}
            _ => return Err("g++ is not installed; the emulation compiles kernels with it".to_owned()),
        }
        // Among the user's own caches: libraries are loaded from there.
        let private = || std::env::temp_dir().join(format!("dsa-{}", std::process::id()));
        let folder = crate::gpu::cache_directory().unwrap_or_else(private).join("cuda-emulation");
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Emulation { kernels: Mutex::default(), folder, start: Instant::now() })
    }

    /// The library of a text, compiled unless it was before.
    fn build(&self, text: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(format!("{:032x}.so", fnv1a(format!("{OPTIONS:?}{text}").as_bytes())));
        if path.exists() {
            return Ok(path);
        }
        let failed = |reason: String| Failure::Failed(reason);
        let unique = format!("{}-{:?}", std::process::id(), std::thread::current().id()).replace(['(', ')'], "");
        let (source, partial) = (path.with_extension(format!("{unique}.cpp")), path.with_extension(format!("{unique}.partial")));
        std::fs::write(&source, text).map_err(|error| failed(error.to_string()))?;
        let output = Command::new("g++").args(OPTIONS).arg(&source).arg("-o").arg(&partial).output();
        let output = output.map_err(|error| failed(format!("g++: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!("{}: {}", source.display(), String::from_utf8_lossy(&output.stderr))));
        }
        std::fs::remove_file(&source).and_then(|()| std::fs::rename(&partial, &path)).map_err(|error| failed(error.to_string()))?;
        Ok(path)
    }

    fn open_library(path: &Path) -> Result<Loaded, libloading::Error> {
        // SAFETY: the library was built by `build`: it has no start-up code but its own constants, and `dsa_launch` has this signature.
        unsafe {
            let library = Library::new(path)?;
            let entry: Entry = *library.get(b"dsa_launch\0")?;
            Ok(Loaded { entry: Mutex::new(entry), _library: library })
        }
    }
}

/// The text that g++ gets.
fn host_text(kernel: &Translation) -> String {
    let (builtins, hopper, prepare) = if kernel.written { (BUILTINS, HOPPER, "host::prepare_hopper") } else { ("", "", "nullptr") };
    format!(
        "{HEADER}\n{builtins}\n{hopper}\n{}\nextern \"C\" __attribute__((visibility(\"default\"))) const char* dsa_launch(\n    \
         const host::Launch* launch, const void* const* arguments) {{\n    host::prepare_more = {prepare};\n    \
         return host::launch(shader::{}, *launch, arguments);\n}}\n",
        kernel.source, kernel.kernel
    )
}

fn layout(bytes: u64) -> Option<Layout> {
    // Kernels may read whole vectors at the end, as a GPU's allocator has nothing smaller.
    Layout::from_size_align(usize::try_from(bytes.max(1).checked_next_multiple_of(ALIGNMENT as u64)?).ok()?, ALIGNMENT).ok()
}

impl Driver for Emulation {
    fn allocate(&self, bytes: u64) -> Result<Address, Failure> {
        let layout = layout(bytes).ok_or(Failure::OutOfMemory)?;
        // SAFETY: the layout is not empty.
        let address = unsafe { alloc_zeroed(layout) };
        if address.is_null() { Err(Failure::OutOfMemory) } else { Ok(address as Address) }
    }

    unsafe fn free(&self, at: Address, bytes: u64) {
        if let Some(layout) = layout(bytes) {
            // SAFETY: from `allocate`, with the same size.
            unsafe { dealloc(at as *mut u8, layout) };
        }
    }

    unsafe fn write(&self, to: Address, data: &[u8]) -> Result<(), Failure> {
        // SAFETY: the caller's promise; work runs when it is submitted, so that none is under way.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), to as *mut u8, data.len()) };
        Ok(())
    }

    unsafe fn read(&self, from: Address, target: &mut [u8]) -> Result<(), Failure> {
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(from as *const u8, target.as_mut_ptr(), target.len()) };
        Ok(())
    }

    unsafe fn clear(&self, at: Address, bytes: u64) -> Result<(), Failure> {
        // SAFETY: as above.
        unsafe { std::ptr::write_bytes(at as *mut u8, 0, bytes as usize) };
        Ok(())
    }

    unsafe fn copy(&self, from: Address, to: Address, bytes: u64) -> Result<(), Failure> {
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, bytes as usize) };
        Ok(())
    }

    fn load(&self, kernel: &Translation) -> Result<Function, Failure> {
        // The process has each library once, and so has its state, whoever asks: two kernels of the same text are one.
        static LIBRARIES: OnceLock<Mutex<HashMap<PathBuf, &'static Loaded>>> = OnceLock::new();
        let path = self.build(&host_text(kernel))?;
        let mut libraries = LIBRARIES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = match libraries.get(&path) {
            Some(loaded) => loaded,
            None => {
                let loaded = Self::open_library(&path).map_err(|error| Failure::Failed(error.to_string()))?;
                // Never unloaded: its threads' stacks are allocated inside.
                libraries.entry(path).or_insert(Box::leak(Box::new(loaded)))
            }
        };
        let mut kernels = self.kernels.lock().unwrap_or_else(PoisonError::into_inner);
        kernels.push(loaded);
        Ok(Function(kernels.len() - 1))
    }

    fn checks_bounds(&self) -> bool {
        true
    }

    unsafe fn launch(&self, launch: &Launch) -> Result<(), Failure> {
        let loaded = self.kernels.lock().unwrap_or_else(PoisonError::into_inner)[launch.function.0];
        let host = HostLaunch {
            grid: launch.grid,
            block: launch.block,
            cluster: launch.cluster.unwrap_or([1; 3]),
            shared_bytes: launch.shared_bytes,
        };
        let pointers = launch.arguments.pointers();
        let entry = loaded.entry.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the caller's promise; the arguments are copied, and the returned text is read before the next launch.
        unsafe {
            let message = entry(&raw const host, pointers.as_ptr());
            if message.is_null() { Ok(()) } else { Err(Failure::Failed(CStr::from_ptr(message).to_string_lossy().into_owned())) }
        }
    }

    fn mark(&self) -> Result<Mark, Failure> {
        Ok(Mark(self.start.elapsed().as_nanos() as u64))
    }

    fn elapsed(&self, marks: Vec<Mark>) -> Result<Vec<Duration>, Failure> {
        Ok(marks.windows(2).map(|pair| Duration::from_nanos(pair[1].0 - pair[0].0)).collect())
    }

    fn wait(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn stream(&self) -> *mut c_void {
        std::ptr::null_mut()
    }
}
