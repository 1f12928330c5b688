//! Kernels of the `sm90` variant.

use dsa_engine::wgsl::Access::{Read, ReadWrite};

use super::dispatch::AttendParams;
use super::plan::{KeyList, Shape};
use crate::sm90::Sm90Kernel;
use crate::{DType, KvFormat};

/// Heads of a block, of which those that are not there are computed all the same.
pub(super) const HEAD_BLOCK: u32 = 64;

/// Whether the kernel has this shape: DeepSeek's sizes in bf16, rows in bf16 or FP8, and more than a few heads.
pub(super) fn fits(shape: &Shape) -> bool {
    shape.keys != KeyList::Range
        && shape.d_v == 512
        && (shape.d_qk == 512 || shape.d_qk == 576)
        && shape.heads > 8
        && shape.q_dtype == DType::Bf16
        && [KvFormat::Plain(DType::Bf16), KvFormat::Fp8].contains(&shape.kv_format)
}

/// The kernel that finishes rows (`direct`), or the one that leaves partial results.
pub(super) fn attend(d_qk: u32, kv_format: KvFormat, direct: bool) -> Sm90Kernel {
    let blocks = d_qk / 64;
    // q; four stages of 32 rows; weights; maxima, sums and flags; two barriers a stage.
    let shared_bytes = blocks * 64 * 128 + 4 * blocks * 32 * 128 + 64 * 128 + 3 * 512 + 4 * 16;
    Sm90Kernel {
        modules: if direct {
            &["sm90/hopper", "sm90/matrices", "sm90/attend", "sm90/attend_direct"]
        } else {
            &["sm90/hopper", "sm90/matrices", "sm90/attend", "sm90/attend_partial"]
        },
        constants: vec![("D_QK", d_qk), ("FP8", (kv_format == KvFormat::Fp8).into()), ("DIRECT", direct.into())],
        function: if direct { "attend_direct" } else { "attend_partial" },
        threads: 384,
        shared_bytes,
        cluster: None,
        params_bytes: size_of::<AttendParams>() as u32,
        bindings: if direct {
            &[
                ("q", Read),
                ("kv", Read),
                ("indices", Read),
                ("topk_length", Read),
                ("attn_sink", Read),
                ("output", ReadWrite),
                ("max_logits", ReadWrite),
                ("lse", ReadWrite),
            ]
        } else {
            &[
                ("q", Read),
                ("kv", Read),
                ("indices", Read),
                ("topk_length", Read),
                ("partial_out", ReadWrite),
                ("partial_softmax", ReadWrite),
            ]
        },
    }
}

/// Every form.
pub(crate) fn catalogue() -> Vec<Sm90Kernel> {
    let rows = [(576, KvFormat::Plain(DType::Bf16)), (512, KvFormat::Plain(DType::Bf16)), (576, KvFormat::Fp8)];
    rows.into_iter().flat_map(|(d_qk, format)| [true, false].map(|direct| attend(d_qk, format, direct))).collect()
}
