//! The library's compute shaders, embedded in the program.

use dsa_engine::{ShaderFile, ShaderLibrary};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(ShaderFile { module: $name, source: include_str!(concat!("../shaders/", $name, ".wgsl")) }),*]
    };
}

/// Every shader of the library, by module name.
pub static LIBRARY: ShaderLibrary = ShaderLibrary {
    files: files![
        "attention/attend",
        "attention/merge",
        "attention/output",
        "attention/rows",
        "cache/kv_fp8",
        "cache/rows",
        "common/e4m3",
        "common/floats",
        "common/grid",
        "common/load",
        "common/ordered_key",
        "common/scales",
        "common/scan",
        "indexer/logits",
        "indexer/rows",
        "topk/chunks",
        "topk/count",
        "topk/histogram",
        "topk/map_pages",
        "topk/radix",
        "topk/row",
        "topk/rows",
        "topk/scatter",
        "topk/sweep",
    ],
};
pub static LIBRARY: ShaderLibrary = ShaderLibrary { files: files!["attention/attend", "attention/merge", "attention/output", "attention/rows", "common/e4m3", "common/floats", "common/grid", "common/scales"] };
