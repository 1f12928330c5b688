//! naga's IR, written as CUDA C++.
//!
//! [`translate`] takes a validated module and one of its compute entry points, and gives the text of one `extern "C" __global__` function with
//! all that it calls. NVRTC compiles it without any header: what the text needs comes with it (`prelude/`). The names of the WGSL source are
//! kept, and so are its types: `vec4<f32>`, `array<u32, 8>` and `atomic<u32>` are templates of the prelude with WGSL's layout.
//!
//! ```
//! use dsa_engine::cuda::translate::{Options, translate};
//!
//! let wgsl = "
//!     @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
//!     @compute @workgroup_size(64)
//!     fn twice(@builtin(global_invocation_id) id: vec3<u32>) {
//!         if (id.x < arrayLength(&numbers)) { numbers[id.x] *= 2u; }
//!     }";
//! let module = naga::front::wgsl::parse_str(wgsl)?;
//! let info = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty()).validate(&module)?;
//! let kernel = translate(&module, &info, &Options { wgsl: Some(wgsl), ..Options::default() })?;
//! assert_eq!((kernel.kernel.as_str(), kernel.workgroup_size), ("twice", [64, 1, 1]));
//! assert!(kernel.source.contains("numbers[id.x] = numbers[id.x] * 2u;"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The kernel's parameters
//! The bindings of the entry point in the order of their numbers ([`Translation::bindings`]): a uniform variable by value, as a
//! `const __grid_constant__` struct; a storage variable as a pointer, `__restrict__` and pointing to const where WGSL only reads. After the
//! pointer of a variable that ends in a runtime-sized array comes the number of that array's elements as a `u32`. The block has
//! [`Translation::workgroup_size`] threads, and [`Translation::workgroup_memory`] bytes of dynamic shared memory, above 48 KiB after the
//! attribute that allows it.
//!
//! # What is promised
//! - Integers wrap; shift counts are taken modulo the width; division by zero and of the smallest integer by -1 give what WGSL says. A float
//!   that is converted to an integer saturates, and NaN gives 0.
//! - Floats are what NVRTC's defaults say, which are IEEE: correctly rounded division and square root, subnormals kept. Compile with
//!   `--fmad=false`, or else products and sums are contracted where WGSL does not say `fma`.
//! - Workgroup memory is one struct in dynamic shared memory. It starts with undefined contents unless [`Options::zero_workgroup_memory`].
//! - Nothing checks the index of an array unless [`Options::bounds_checks`]. The caller promises that no two pointers of a launch overlap
//!   where one of them is written, as WGSL demands too.
//! - A subgroup is a warp of 32 threads in the order of `local_invocation_index`. [`SubgroupLanes`] says which lanes take part.
//! - A loop that never ends is the shader's own fault: none is bounded.
//!
//! # What is refused
//! Graphics, textures, ray queries, 64-bit floats, overrides (resolve them first with naga's `process_overrides`), 8x8 cooperative matrices and
//! those of f32 operands, and a `continuing` block that uses a value (not a variable) of its loop's body. The [`TranslateError`] names the construct and, given the source, its line.

mod access;
mod block;
mod error;
mod expression;
mod function;
mod inline;
mod literal;
mod math;
mod names;
mod operator;
mod prelude;
mod subgroup;
mod types;
mod writer;

pub use error::TranslateError;

use naga::valid::ModuleInfo;
use naga::{AddressSpace, Module, ShaderStage, StorageAccess};
use writer::Writer;

/// Which lanes of a warp a subgroup operation waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SubgroupLanes {
    /// All that the warp has; the last warp of a workgroup may have fewer than 32. This is what WGSL's uniformity rules promise, as Tint
    /// enforces them: subgroup operations stand in uniform control flow only. Lanes that have returned do not matter. In divergent control
    /// flow, which naga accepts, such an operation would wait for lanes that never come.
    #[default]
    All,
    /// Those that happen to be converged. For shaders that break WGSL's rule; results are then as defined as the hardware makes them.
    Active,
}

/// How to translate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The entry point; without one the module's only compute entry point.
    pub entry_point: Option<&'a str>,
    /// The name of the `__global__` function; without one the entry point's own. `main` is no such name, and becomes `main_kernel`.
    pub kernel: Option<&'a str>,
    /// The WGSL source, to find the lines that errors speak of.
    pub wgsl: Option<&'a str>,
    /// Stops the kernel at an array index past the end: for tests.
    pub bounds_checks: bool,
    /// Fills workgroup memory with zeros first, as WGSL has it; without it, kernels must write what they read.
    pub zero_workgroup_memory: bool,
    /// The second number of `__launch_bounds__`: so many workgroups shall fit on a multiprocessor. 1 or 2 lets the compiler use more registers
    /// than it would by itself, which avoids spills at the price of fewer workgroups side by side.
    pub blocks_per_multiprocessor: Option<u32>,
    /// Who takes part in subgroup operations.
    pub subgroup_lanes: SubgroupLanes,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passing {
    /// The bytes of a `var<uniform>`, by value.
    Value,
    /// A pointer.
    Pointer {
        /// Whether the shader may write through it.
        writable: bool,
        /// The layout of a runtime-sized array at the variable's end: the next parameter is its number of elements, as a `u32`.
        runtime_array: Option<RuntimeArray>,
    },
}

/// Where the runtime-sized array of a variable begins, and the distance of its elements; in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuntimeArray {
    /// Bytes before the first element.
    pub offset: u32,
    /// Bytes from one element to the next.
    pub stride: u32,
}

impl RuntimeArray {
    /// The number of elements in a buffer of so many bytes: what the kernel is passed.
    pub fn elements(&self, bytes: u64) -> u64 {
        bytes.saturating_sub(u64::from(self.offset)) / u64::from(self.stride)
    }
}

/// One binding of the shader, in the order of the kernel's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelBinding {
    /// The WGSL variable's name.
    pub name: String,
    /// Its `@group`.
    pub group: u32,
    /// Its `@binding`.
    pub binding: u32,
    /// Bytes of the variable's type; with a runtime-sized array, up to the end of the first element.
    pub min_bytes: u32,
    /// How it is passed.
    pub passing: Passing,
}

/// A kernel in CUDA C++.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub source: String,
    /// The name of the `__global__` function.
    pub kernel: String,
    /// Threads of a block.
    pub workgroup_size: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub workgroup_memory: u32,
    /// The parameters.
    pub bindings: Vec<KernelBinding>,
    /// Whether the text was written in CUDA C++ to begin with.
    pub written: bool,
}

/// Translates one entry point. `info` is what naga's validator gave for this module; overrides must be resolved before.
///
/// # Errors
/// [`TranslateError`] names what has no translation, and where it is.
pub fn translate(module: &Module, info: &ModuleInfo, options: &Options<'_>) -> Result<Translation, TranslateError> {
    let index = entry_point(module, options.entry_point)?;
    Writer::new(module, info, index, options)?.write()
}

fn entry_point(module: &Module, name: Option<&str>) -> Result<usize, TranslateError> {
    let compute: Vec<_> = module.entry_points.iter().enumerate().filter(|(_, entry)| entry.stage == ShaderStage::Compute).collect();
    let found: Vec<_> = compute.iter().filter(|(_, entry)| name.is_none_or(|name| entry.name == name)).collect();
    match found[..] {
        [(index, _)] => Ok(*index),
        _ => Err(TranslateError::EntryPoint {
            asked: name.unwrap_or("(the only one)").to_owned(),
            found: compute.iter().map(|(_, entry)| entry.name.as_str()).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Whether a shader may write to a storage variable.
fn writable(space: AddressSpace) -> bool {
    matches!(space, AddressSpace::Storage { access } if access.intersects(StorageAccess::STORE | StorageAccess::ATOMIC))
}
