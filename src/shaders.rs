//! The library's compute shaders, embedded in the program, and the catalogue of the kernels that are made from them.

use dsa_engine::{Constant, Device, Kernel, KernelSpec, ShaderFile, ShaderLibrary};

use crate::{Result, attention, index_logits, index_rows, kv_cache, topk};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(ShaderFile { module: $name, source: include_str!(concat!("../shaders/", $name, ".wgsl")) }),*]
    };
}

/// Every shader of the library, by module name.
pub static LIBRARY: ShaderLibrary = ShaderLibrary {
    files: files![
        "attention/attend",
        "attention/attend_matrix",
        "attention/merge",
        "attention/output",
        "attention/problem",
        "attention/rows",
        "bench/copy",
        "bench/multiply_add",
        "cache/kv_fp8",
        "cache/rows",
        "common/e4m3",
        "common/floats",
        "common/grid",
        "common/load",
        "common/ordered_key",
        "common/scales",
        "common/scan",
        "indexer/columns",
        "indexer/logits",
        "indexer/logits_matrix",
        "indexer/rows",
        "topk/chunks",
        "topk/count",
        "topk/gather",
        "topk/histogram",
        "topk/map_pages",
        "topk/radix",
        "topk/row",
        "topk/rows",
        "topk/sampled",
        "topk/scatter",
        "topk/sweep",
    ],
};

/// A shader of [`LIBRARY`] with the constants and conditions of one use: what a plan compiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Specialisation {
    /// The module with the entry point.
    pub module: &'static str,
    /// Constants of `package::constants`.
    pub constants: Vec<(&'static str, Constant)>,
    /// Conditions that hold.
    pub features: Vec<&'static str>,
}

impl Specialisation {
    /// Rows and columns of the cooperative matrices that the kernel computes with; `None` if it uses none.
    pub fn matrix_size(&self) -> Option<u32> {
        self.module.ends_with("_matrix").then_some(if self.features.contains(&"eight") { 8 } else { 16 })
    }

    /// Invocations of every subgroup, if the kernel depends on it.
    pub fn subgroup_size(&self) -> Option<u32> {
        self.constants.iter().find_map(|&(name, value)| match value {
            Constant::U32(size) if name == "SUBGROUP" => Some(size),
            _ => None,
        })
    }

    /// For the engine.
    pub fn spec(&self) -> KernelSpec<'_> {
        KernelSpec { library: &LIBRARY, module: self.module, entry: "main", constants: &self.constants, features: &self.features }
    }

    pub(crate) fn kernel(&self, device: &Device) -> Result<Kernel> {
        Ok(device.kernel(&self.spec())?)
    }
}

/// The module, its conditions and its constants: `indexer/logits+paged,DIM=128`.
impl std::fmt::Display for Specialisation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.module)?;
        for feature in &self.features {
            write!(f, "+{feature}")?;
        }
        for (name, value) in &self.constants {
            match value {
                Constant::U32(value) => write!(f, ",{name}={value}")?,
                Constant::I32(value) => write!(f, ",{name}={value}")?,
                Constant::F32(value) => write!(f, ",{name}={value}")?,
                Constant::Bool(value) => write!(f, ",{name}={value}")?,
            }
        }
        Ok(())
    }
}

/// Every kernel that the library launches: all combinations of conditions, at the sizes that models have. Tests put each of them through
/// every shader compiler at hand. An operation's plan gets its kernel from the same functions as this list.
pub fn catalogue() -> Vec<Specialisation> {
    let ceilings =
        ["bench/copy", "bench/multiply_add"].map(|module| Specialisation { module, constants: Vec::new(), features: Vec::new() });
    [
        attention::catalogue(),
        index_logits::catalogue(),
        index_rows::catalogue(),
        kv_cache::catalogue(),
        topk::catalogue(),
        ceilings.to_vec(),
    ]
    .concat()
}
