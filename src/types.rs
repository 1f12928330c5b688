//! Element types, number formats and options that several operations share.

use serde::{Deserialize, Serialize};

/// Element type of a query, latent or input tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// 16-bit brain float.
    Bf16,
    /// IEEE half precision.
    F16,
    /// IEEE single precision.
    F32,
}

impl DType {
    /// Bytes of one element.
    pub const fn bytes(self) -> u64 {
        match self {
            DType::Bf16 | DType::F16 => 2,
            DType::F32 => 4,
        }
    }
}

/// How the rows that attention reads are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KvFormat {
    /// `d_qk` plain elements a row.
    Plain(DType),
    /// The 656-byte row of FlashMLA's `fp8_ds_mla` cache: 512 e4m3 values, 4 f32 scales (one for each 128 values), 64 bf16
    /// rotary values. Needs `d_qk` = 576 and `d_v` = 512.
    Fp8,
}

/// Bytes of one row of the FP8 KV cache.
pub const FP8_ROW_BYTES: u64 = 656;

impl KvFormat {
    /// Bytes of one row of `d_qk` values.
    pub const fn row_bytes(self, d_qk: u32) -> u64 {
        match self {
            KvFormat::Plain(dtype) => d_qk as u64 * dtype.bytes(),
            KvFormat::Fp8 => FP8_ROW_BYTES,
        }
    }
}

/// Which elements a rotary embedding pairs. It acts on the first 64 of the 128 index dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RopeLayout {
    /// Pairs (x_i, x_{i+32}): DeepSeek-V3.2's indexer ("NeoX", non-interleaved).
    HalfSplit,
    /// Pairs (x_2i, x_2i+1): GLM-5's indexer.
    Interleaved,
}

/// How the scale of a quantised row follows from its largest magnitude `amax` (clamped to at least 1e-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum ScaleFormat {
    /// `2^ceil(log2(amax / 448))`, DeepSeek's "ue8m0".
    #[default]
    PowerOfTwo,
    /// `amax / 448`.
    Amax,
}

/// Which form of a kernel runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Rust on the host's cores.
    Cpu,
    /// Plain WGSL within WebGPU's default limits.
    Generic,
    /// WGSL with subgroup operations.
    Subgroup,
    /// WGSL with cooperative matrices.
    Matrix,
    /// CUDA C++ for compute capability 9.0.
    Sm90,
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Variant::Cpu => "cpu",
            Variant::Generic => "generic",
            Variant::Subgroup => "subgroup",
            Variant::Matrix => "matrix",
            Variant::Sm90 => "sm90",
        })
    }
}
