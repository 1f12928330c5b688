//! FlashMLA's own sizes, for real GPUs; a few queries of each are compared.

use super::data::{Lengths, Pattern, Sink, Spec};
use super::{Case, add_case};

/// Queries that are compared.
const SAMPLED: usize = 4;

pub(super) fn cases(cases: &mut Vec<Case>) {
    prefill(cases);
    prefill_large(cases);
    decode(cases);
    decode_large(cases);
    add(cases, "q1024", Spec { sink: Sink::Some, ..Spec::dense(1024, 128, 576, 4096) });
    add(cases, "q1", Spec { sink: Sink::Some, ..Spec::dense(1, 128, 576, 131_072) });
}

fn add(cases: &mut Vec<Case>, name: &str, spec: Spec) {
    add_case(cases, format!("full/{name}"), Spec { sampled: spec.sampled.min(SAMPLED), ..spec }, true);
}

/// Regular shapes and features.
fn prefill(cases: &mut Vec<Case>) {
    let regular =
        [(128, 128), (256, 256), (512, 512), (592, 128), (1840, 256), (1592, 384), (1521, 512), (95, 128), (153, 256), (114, 384)];
    for d_qk in [576, 512] {
        for heads in [64, 128] {
            for (i, (rows, top_k)) in regular.into_iter().enumerate() {
                let shape = format!("d{d_qk}-h{heads}-n{rows}-k{top_k}");
                for queries in [62, 213] {
                    add(cases, &format!("q{queries}-{shape}"), Spec::prefill(queries, heads, d_qk, rows, top_k));
                }
                let base = Spec::prefill(213, heads, d_qk, rows, top_k);
                for (feature, sink, lengths) in [
                    ("sink", Sink::Some, Lengths::All),
                    ("lengths", Sink::None, Lengths::PerQuery),
                    ("sink-lengths", Sink::Some, Lengths::PerQuery),
                ] {
                    if i >= 3 {
                        add(cases, &format!("q213-{shape}-{feature}"), Spec { sink, lengths, ..base });
                    }
                }
            }
        }
    }
}

/// Corner cases, and the shapes that FlashMLA's speed is measured at.
fn prefill_large(cases: &mut Vec<Case>) {
    let features = |spec| Spec { sink: Sink::Some, lengths: Lengths::PerQuery, ..spec };
    for (d_qk, heads) in [(576, 128), (512, 64)] {
        for (queries, rows, top_k) in [(1234, 4321, 4096), (4096, 2048, 2048)] {
            let spec = Spec { pattern: Pattern::Invalid, ..features(Spec::prefill(queries, heads, d_qk, rows, top_k)) };
            add(cases, &format!("all-invalid-d{d_qk}-h{heads}-q{queries}-k{top_k}"), spec);
        }
        for (rows, top_k) in [(32, 2048), (64, 8192)] {
            add(cases, &format!("few-valid-d{d_qk}-h{heads}-n{rows}-k{top_k}"), Spec::prefill(1024, heads, d_qk, rows, top_k));
        }
        // More workgroups than one dimension of a grid holds, in a `q` that drivers can allocate: below 4 GiB.
        let heads = heads.min(48);
        add(cases, &format!("grid-d{d_qk}-h{heads}-q70000"), Spec::prefill(70_000, heads, d_qk, 256, 256));
    }
    for rows in [8192, 32768, 65536, 98304, 131_072] {
        add(cases, &format!("v32-n{rows}"), Spec { sink: Sink::Some, ..Spec::prefill(4096, 128, 576, rows, 2048) });
    }
    for (heads, top_k) in [(64, 512), (128, 1024)] {
        for rows in [8192, 32768, 49152, 65536] {
            let spec = Spec { sink: Sink::Some, ..Spec::prefill(4096, heads, 512, rows, top_k) };
            add(cases, &format!("model1-h{heads}-n{rows}"), spec);
        }
    }
}

/// Sequences of all lengths in pages of all sizes.
fn decode(cases: &mut Vec<Case>) {
    let shapes =
        [(512, 64, 2), (512, 64, 64), (512, 64, 69), (1024, 576, 2), (1024, 576, 61), (2046, 2048, 2), (2046, 2048, 64), (2046, 2048, 576)];
    for heads in [64, 128] {
        for (length, top_k, page) in shapes {
            for (batch, next_n) in [(4, 1), (74, 3), (321, 1)] {
                let name = format!("h{heads}-b{batch}-q{next_n}-n{length}-k{top_k}-page{page}");
                add(cases, &name, Spec::paged(batch, next_n, heads, length, top_k, page));
            }
        }
        for (length, top_k, page) in [(512, 64, 61), (650, 576, 53)] {
            let spec = Spec::paged(74, 3, heads, length, top_k, page);
            add(cases, &format!("empty-h{heads}-k{top_k}-page{page}"), Spec { pattern: Pattern::Paged { page, empty: true }, ..spec });
            add(cases, &format!("all-invalid-h{heads}-k{top_k}"), Spec { pattern: Pattern::Invalid, ..spec });
        }
    }
}

/// The shapes that FlashMLA's speed is measured at. The cache of 128 sequences has more than 2^31 values.
fn decode_large(cases: &mut Vec<Case>) {
    for batch in [2, 64, 74, 128] {
        add(cases, &format!("v32-b{batch}"), Spec::paged(batch, 2, 128, 32768, 2048, 64));
    }
    for (heads, batch) in [(64, 148), (128, 148)] {
        add(cases, &format!("peak-h{heads}"), Spec { sampled: 1, ..Spec::paged(batch, 2, heads, 32768, 16384, 64) });
    }
    add(cases, "lengths-b321", Spec { lengths: Lengths::PerSequence, ..Spec::paged(321, 3, 64, 2046, 2048, 64) });
}
