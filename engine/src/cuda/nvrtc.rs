//! NVRTC, NVIDIA's compiler as a library: CUDA C++ to machine code. Needs no GPU, no driver and no toolkit, only the library itself.

use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libloading::Library;

/// How translated kernels are compiled: floats as IEEE has them, products and sums contracted only where a shader says `fma`.
pub const OPTIONS: [&str; 2] = ["--std=c++17", "--fmad=false"];

/// Machine code and what the compiler said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// A CUBIN.
    pub cubin: Vec<u8>,
    /// Warnings; with `--ptxas-options=-v` registers, spills and shared memory of each kernel.
    pub log: String,
}

/// Why nothing was compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NvrtcError {
    /// The library is not on this machine.
    #[error(
        "NVRTC is not installed (tried {tried}): install the CUDA toolkit 12.8 or newer, or `pip install nvidia-cuda-nvrtc`, and put its folder \
         on the loader's path or the library's path into DSA_NVRTC"
    )]
    Missing {
        /// What was tried to be loaded; for files that exist, what the loader said.
        tried: String,
    },
    /// The text does not compile.
    #[error("NVRTC {version} for {architecture}: {log}")]
    Compile {
        /// The compiler's version.
        version: String,
        /// What it compiled for, such as `sm_90a`.
        architecture: String,
        /// Its messages.
        log: String,
    },
}

type Program = *mut c_void;

/// The loaded library.
#[derive(Debug)]
pub struct Nvrtc {
    version: (i32, i32),
    create: unsafe extern "C" fn(*mut Program, *const c_char, *const c_char, c_int, *const *const c_char, *const *const c_char) -> c_int,
    compile: unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int,
    log_size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
    log: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    cubin_size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
    cubin: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    destroy: unsafe extern "C" fn(*mut Program) -> c_int,
    error: unsafe extern "C" fn(c_int) -> *const c_char,
    /// Kept loaded: the functions are in them.
    _libraries: Vec<Library>,
}

impl Nvrtc {
    /// The library of this process, loaded once: from the path in `DSA_NVRTC` (the library, or its folder), or else as the loader finds it.
    ///
    /// # Errors
    /// [`NvrtcError::Missing`].
    pub fn load() -> Result<&'static Nvrtc, NvrtcError> {
        static LOADED: OnceLock<Result<Nvrtc, NvrtcError>> = OnceLock::new();
        LOADED.get_or_init(Nvrtc::find).as_ref().map_err(Clone::clone)
    }

    fn find() -> Result<Nvrtc, NvrtcError> {
        let mut tried = Vec::new();
        for candidate in candidates() {
            match Nvrtc::open(&candidate) {
                Ok(nvrtc) => return Ok(nvrtc),
                // A name that the loader does not find needs no more words; a file that exists and does not load does.
                Err(error) if candidate.exists() => {
                    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                    tried.push(format!("{}: {reason}", candidate.display()));
                }
                Err(_) => tried.push(candidate.display().to_string()),
            }
        }
        Err(NvrtcError::Missing { tried: tried.join(", ") })
    }

    fn open(path: &Path) -> Result<Nvrtc, libloading::Error> {
        let mut libraries = Vec::new();
        // Beside it lies a second library, which it would look for on the loader's path only.
        for helper in builtins_beside(path) {
            // SAFETY: loading runs the library's own start-up code. It is NVIDIA's compiler, which the user has installed or named.
            libraries.extend(unsafe { Library::new(helper) });
        }
        // SAFETY: as above; and the signatures are those of nvrtc.h, the same from CUDA 11.1 to 13.
        unsafe {
            let library = Library::new(path)?;
            let version_of: unsafe extern "C" fn(*mut c_int, *mut c_int) -> c_int = *library.get(b"nvrtcVersion\0")?;
            let mut version = (0, 0);
            version_of(&raw mut version.0, &raw mut version.1);
            Ok(Nvrtc {
                version,
                create: *library.get(b"nvrtcCreateProgram\0")?,
                compile: *library.get(b"nvrtcCompileProgram\0")?,
                log_size: *library.get(b"nvrtcGetProgramLogSize\0")?,
                log: *library.get(b"nvrtcGetProgramLog\0")?,
                cubin_size: *library.get(b"nvrtcGetCUBINSize\0")?,
                cubin: *library.get(b"nvrtcGetCUBIN\0")?,
                destroy: *library.get(b"nvrtcDestroyProgram\0")?,
                error: *library.get(b"nvrtcGetErrorString\0")?,
                _libraries: {
                    libraries.push(library);
                    libraries
                },
            })
        }
    }

    /// Major and minor version.
    pub fn version(&self) -> (i32, i32) {
        self.version
    }

    /// Compiles a text for an architecture such as `sm_90a`, with further options.
    ///
    /// # Errors
    /// [`NvrtcError::Compile`] with the compiler's messages.
    pub fn compile(&self, source: &str, architecture: &str, options: &[&str]) -> Result<Compiled, NvrtcError> {
        let fail = |log: String| NvrtcError::Compile {
            version: format!("{}.{}", self.version.0, self.version.1),
            architecture: architecture.to_owned(),
            log,
        };
        let text = |text: &str| CString::new(text).map_err(|_| fail("the text holds a zero byte".to_owned()));
        let mut arguments = vec![text(&format!("--gpu-architecture={architecture}"))?];
        for option in options {
            arguments.push(text(option)?);
        }
        let pointers: Vec<_> = arguments.iter().map(|argument| argument.as_ptr()).collect();
        let (source, name) = (text(source)?, text("kernel.cu")?);
        let mut program = Running { nvrtc: self, program: std::ptr::null_mut() };
        // SAFETY: all strings end in a zero byte and outlive the calls; the program is destroyed by `Running`.
        unsafe {
            let none = std::ptr::null();
            let created = (self.create)(&raw mut program.program, source.as_ptr(), name.as_ptr(), 0, none, none);
            program.check(created).map_err(fail)?;
            let status = (self.compile)(program.program, pointers.len() as c_int, pointers.as_ptr());
            let log = program.read(self.log_size, self.log).map_err(fail)?;
            let log = String::from_utf8_lossy(&log).trim_end_matches(['\0', '\n']).to_owned();
            program.check(status).map_err(|error| fail(format!("{error}\n{log}")))?;
            let cubin = program.read(self.cubin_size, self.cubin).map_err(fail)?;
            Ok(Compiled { cubin, log })
        }
    }
}

struct Running<'a> {
    nvrtc: &'a Nvrtc,
    program: Program,
}

impl Running<'_> {
    fn check(&self, status: c_int) -> Result<(), String> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: NVRTC returns a text of its own for every status, also for unknown ones.
        Err(unsafe { CStr::from_ptr((self.nvrtc.error)(status)) }.to_string_lossy().into_owned())
    }

    /// # Safety
    /// `size` and `get` are two functions of NVRTC that belong together.
    unsafe fn read(
        &self,
        size: unsafe extern "C" fn(Program, *mut usize) -> c_int,
        get: unsafe extern "C" fn(Program, *mut c_char) -> c_int,
    ) -> Result<Vec<u8>, String> {
        let mut bytes = 0;
        // SAFETY: the program lives, and the buffer has the size that NVRTC asked for.
        unsafe {
            self.check(size(self.program, &raw mut bytes))?;
            let mut buffer = vec![0u8; bytes];
            self.check(get(self.program, buffer.as_mut_ptr().cast()))?;
            Ok(buffer)
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.program.is_null() {
            // SAFETY: created above, and destroyed only here.
            unsafe { (self.nvrtc.destroy)(&raw mut self.program) };
        }
    }
}

/// Files and names to try, in order.
fn candidates() -> Vec<PathBuf> {
    let names: &[&str] =
        if cfg!(windows) { &["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"] } else { &["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"] };
    match std::env::var_os("DSA_NVRTC").filter(|path| !path.is_empty()).map(PathBuf::from) {
        Some(folder) if folder.is_dir() => names.iter().map(|name| folder.join(name)).collect(),
        Some(file) => vec![file],
        None => names.iter().map(PathBuf::from).collect(),
    }
}

fn builtins_beside(path: &Path) -> Vec<PathBuf> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.starts_with("libnvrtc-builtins.so") || name.starts_with("nvrtc-builtins")) && !name.contains("alt")
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_an_error_that_says_what_to_install() {
        let error = NvrtcError::Missing { tried: "libnvrtc.so.13, libnvrtc.so.12".to_owned() };
        let text = error.to_string();
        assert!(text.starts_with("NVRTC is not installed (tried libnvrtc.so.13, libnvrtc.so.12): install the CUDA toolkit"), "{text}");
        assert!(text.contains("nvidia-cuda-nvrtc") && text.contains("DSA_NVRTC"), "{text}");
    }

    #[test]
    fn a_file_that_is_no_library_does_not_load() {
        let file = std::env::temp_dir().join(format!("dsa-no-nvrtc-{}", std::process::id()));
        std::fs::write(&file, "not a library").unwrap();
        assert!(Nvrtc::open(&file).is_err());
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn errors_of_a_text_are_the_compilers() {
        let Ok(nvrtc) = Nvrtc::load() else {
            eprintln!("skipped: no NVRTC");
            return;
        };
        let error = nvrtc.compile("__global__ void broken() { return 1; }", "sm_90a", &OPTIONS).unwrap_err().to_string();
        assert!(error.contains("sm_90a") && error.contains("kernel.cu(1)"), "{error}");
        let compiled = nvrtc.compile("extern \"C\" __global__ void empty() {}", "sm_75", &["--ptxas-options=-v"]).unwrap();
        assert!(compiled.cubin.starts_with(b"\x7fELF") && compiled.log.contains("registers"), "{}", compiled.log);
    }
}
