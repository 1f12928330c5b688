//! Kernels of the `sm90` variant.

use dsa_engine::wgsl::Access::{self, Read, ReadWrite};
use dsa_engine::{Capabilities, Grid};

use super::dispatch::{AttendParams, MergeParams};
use super::plan::{KeyList, Shape};
use crate::sm90::Sm90Kernel;
use crate::{DType, KvFormat};

/// Heads of a block, of which those that are not there are computed all the same.
pub(super) const HEAD_BLOCK: u32 = 64;

/// Whether the kernel has this shape: DeepSeek's sizes in bf16, rows in bf16 or FP8, and more than a few heads.
pub(super) fn fits(shape: &Shape) -> bool {
    shape.d_v == 512
        && (shape.d_qk == 512 || shape.d_qk == 576)
        && shape.heads > 8
        && shape.q_dtype == DType::Bf16
        && [KvFormat::Plain(DType::Bf16), KvFormat::Fp8].contains(&shape.kv_format)
}

/// Blocks of a cluster: two blocks of heads have the same FP8 rows, and each converts half of them for both.
pub(super) fn cluster(kv_format: KvFormat, heads: u32) -> u32 {
    if kv_format == KvFormat::Fp8 && heads > HEAD_BLOCK { 2 } else { 1 }
}

/// A grid for so many blocks' work. A multiprocessor has room for one block, which does one after the other; clusters, which may not fit on
/// all multiprocessors at a time, are as many as there is work, whole in each row of the grid.
pub(super) fn grid(work: u64, cluster: u32, capabilities: &Capabilities) -> Grid {
    let resident = capabilities.multiprocessors.filter(|_| cluster == 1).map_or(u64::MAX, u64::from);
    let (blocks, limit) = (work.min(resident), u64::from(capabilities.max_workgroups_per_dimension & !1));
    let columns = blocks.clamp(1, limit);
    Grid::xyz(columns as u32, blocks.div_ceil(columns) as u32, 1)
}

/// The kernel that finishes rows (`direct`), or the one that leaves partial results.
pub(super) fn attend(shape: &Shape, direct: bool) -> Sm90Kernel {
    let (d_qk, fp8, range) = (shape.d_qk, shape.kv_format == KvFormat::Fp8, shape.keys == KeyList::Range);
    // q without its rotary columns; two buffers of 64 rows; two of weights; references, maxima, sums and flags; 14 barriers.
    let shared_bytes = 64 * 512 * 2 + 2 * 64 * d_qk * 2 + 2 * 64 * 64 * 2 + 6 * 256 + 2 * 64 + 14 * 8;
    let cluster = cluster(shape.kv_format, shape.heads);
    Sm90Kernel {
        modules: if direct {
            &[
                "sm90/hopper",
                "sm90/matrices",
                "sm90/softmax",
                "sm90/attend_block",
                "sm90/attend_gather",
                "sm90/attend",
                "sm90/attend_direct",
            ]
        } else {
            &[
                "sm90/hopper",
                "sm90/matrices",
                "sm90/softmax",
                "sm90/attend_block",
                "sm90/attend_gather",
                "sm90/attend",
                "sm90/attend_partial",
            ]
        },
        constants: vec![("D_QK", d_qk), ("FP8", fp8.into()), ("DIRECT", direct.into()), ("RANGE", range.into()), ("CLUSTER", cluster)],
        function: if direct { "attend_direct" } else { "attend_partial" },
        threads: 384,
        shared_bytes,
        cluster: (cluster > 1).then_some([cluster, 1, 1]),
        params_bytes: size_of::<AttendParams>() as u32,
        bindings: match (range, direct) {
            (false, true) => const { &direct_bindings("indices", "topk_length") },
            (true, true) => const { &direct_bindings("k_start", "k_end") },
            (false, false) => const { &partial_bindings("indices", "topk_length") },
            (true, false) => const { &partial_bindings("k_start", "k_end") },
        },
    }
}

type Bound = (&'static str, Access);

const fn direct_bindings(keys: &'static str, ends: &'static str) -> [Bound; 8] {
    [
        ("q", Read),
        ("kv", Read),
        (keys, Read),
        (ends, Read),
        ("attn_sink", Read),
        ("output", ReadWrite),
        ("max_logits", ReadWrite),
        ("lse", ReadWrite),
    ]
}

const fn partial_bindings(keys: &'static str, ends: &'static str) -> [Bound; 6] {
    [("q", Read), ("kv", Read), (keys, Read), (ends, Read), ("partial_out", ReadWrite), ("partial_softmax", ReadWrite)]
}

/// The kernel that merges partial results.
pub(super) fn merge() -> Sm90Kernel {
    Sm90Kernel {
        modules: &["sm90/hopper", "sm90/matrices", "sm90/softmax", "sm90/merge"],
        constants: Vec::new(),
        function: "merge",
        threads: 128,
        shared_bytes: 0,
        cluster: None,
        params_bytes: size_of::<MergeParams>() as u32,
        bindings: &[
            ("partial_out", Read),
            ("partial_softmax", Read),
            ("attn_sink", Read),
            ("output", ReadWrite),
            ("max_logits", ReadWrite),
            ("lse", ReadWrite),
        ],
    }
}

/// Every form.
pub(crate) fn catalogue() -> Vec<Sm90Kernel> {
    let plain = KvFormat::Plain(DType::Bf16);
    let mut all = vec![merge()];
    for (d_qk, kv_format, heads) in [(576, plain, 128), (512, plain, 128), (576, KvFormat::Fp8, 64), (576, KvFormat::Fp8, 128)] {
        for keys in [KeyList::Listed { top_k: 2048 }, KeyList::Range] {
            let shape = Shape { d_qk, kv_format, heads, keys, ..Shape::EXAMPLE };
            all.extend([true, false].map(|direct| attend(&shape, direct)));
        }
    }
    all
}
