//! DeepSeek Sparse Attention on every GPU.
//!
//! DSA is a *lightning indexer* that scores every earlier token for each query, an exact *top-k* that keeps the best of them, and MLA
//! *attention* over just those. Each operation is a plan: made once from shapes and options, then encoded into a command encoder
//! as often as needed. The same plans run on Vulkan, Metal, DX12 and WebGPU devices, and on the CPU where there is no GPU.

#![forbid(unsafe_code)]

pub use dsa_engine as engine;

pub mod attention;
pub mod conformance;
pub mod cpu;
#[cfg(feature = "cubecl")]
pub mod cubecl;
mod error;
pub mod formats;
mod host;
pub mod index_logits;
pub mod index_rows;
pub mod kv_cache;
pub mod layout;
pub mod oracle;
pub mod pipeline;
pub mod problem;
pub mod rope;
pub mod select;
pub mod shaders;
pub mod sm90;
pub mod topk;
pub mod tuning;
mod types;
pub mod variant;
mod windows;

pub use error::{Error, Result};
pub use types::{DType, FP8_ROW_BYTES, KvFormat, RopeLayout, ScaleFormat, Variant};

// The README's example is tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
