//! CUDA.

pub mod nvrtc;
pub mod translate;
