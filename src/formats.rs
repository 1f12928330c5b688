//! Number formats: e4m3, bf16, f16.
