//! Cases of sparse prefill, sparse decode and dense attention: FlashMLA's test matrices at sizes that a software driver can run, and what they
//! leave out: few or odd numbers of heads, other element types, splits, segments and windows.

mod codes;
mod data;
mod device;
mod full;

use data::{Lengths, Op, Pattern, Problem, Sink, Spec};
use device::same;

use super::Case;
use crate::attention::Tuning;
use crate::{DType, KvFormat, Variant};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
const WITH_MATRIX: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Matrix];
const WITH_SM90: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Matrix, Variant::Sm90];
const RANGES_WITH_SM90: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Sm90];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    prefill(&mut cases);
    prefill_corners(&mut cases);
    repeats(&mut cases);
    formats(&mut cases);
    divided(&mut cases);
    decode(&mut cases);
    dense(&mut cases);
    cases.extend(codes::cases());
    full::cases(&mut cases);
    cases
}

fn group(op: Op) -> &'static str {
    match op {
        Op::Prefill => "sparse-attention",
        Op::Decode => "sparse-decode",
        Op::Dense => "dense-attention",
    }
}

/// One run against the oracle.
fn add(cases: &mut Vec<Case>, name: impl Into<String>, spec: Spec) {
    add_case(cases, name.into(), spec, false);
}

fn add_case(cases: &mut Vec<Case>, name: String, spec: Spec, full: bool) {
    let seed = seed(&name);
    let check = Box::new(move |target: &super::Target<'_>| {
        let problem = Problem::new(spec, seed);
        let output = problem.run(target, 1)?.remove(0);
        problem.compare(&output)
    });
    cases.push(Case { group: group(spec.op), name, tolerance: spec.tolerance(), full, variants: spec.variants(), check });
}

/// Each case has data of its own, the same in every run (FNV-1a).
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// FlashMLA's regular cases, and its features: every invalid index value, sinks, lengths.
fn prefill(cases: &mut Vec<Case>) {
    let shapes = [(128, 128), (592, 128), (95, 128), (114, 384)];
    for d_qk in [576, 512] {
        for heads in [1, 8, 13, 16, 64, 128] {
            // Many heads take a software driver long: half of the shapes each.
            let shapes = match heads {
                64 => &shapes[..2],
                128 => &shapes[2..],
                _ => &shapes[..],
            };
            for &(rows, top_k) in shapes {
                let queries = if heads > 16 { 1 } else { 2 };
                add(cases, format!("regular/d{d_qk}-h{heads}-n{rows}-k{top_k}"), Spec::prefill(queries, heads, d_qk, rows, top_k));
            }
        }
        // Few heads take a form of the kernel each.
        for heads in [if d_qk == 512 { 2 } else { 5 }, 32, 40, 127] {
            add(cases, format!("regular/d{d_qk}-h{heads}-n70-k33"), Spec::prefill(1, heads, d_qk, 70, 33));
        }
        for (rows, top_k) in [(256, 256), (512, 512), (1840, 256), (1592, 384), (1521, 512), (153, 256)] {
            add(cases, format!("regular/d{d_qk}-h16-n{rows}-k{top_k}"), Spec::prefill(1, 16, d_qk, rows, top_k));
        }
        for (sink, lengths) in [(Sink::Some, Lengths::All), (Sink::None, Lengths::PerQuery), (Sink::Some, Lengths::PerQuery)] {
            for (heads, rows, top_k) in [(64, 592, 128), (128, 95, 128), (13, 1592, 384), (8, 114, 384)] {
                let spec = Spec { sink, lengths, ..Spec::prefill(2, heads, d_qk, rows, top_k) };
                add(
                    cases,
                    format!("features/d{d_qk}-h{heads}-n{rows}-k{top_k}-sink-{}-{lengths:?}", sink != Sink::None).to_lowercase(),
                    spec,
                );
            }
        }
    }
}

fn prefill_corners(cases: &mut Vec<Case>) {
    for (d_qk, heads, rows, top_k) in [(576, 64, 128, 128), (512, 128, 256, 256), (576, 8, 4321, 4096)] {
        let spec =
            Spec { pattern: Pattern::Invalid, sink: Sink::Some, lengths: Lengths::PerQuery, ..Spec::prefill(2, heads, d_qk, rows, top_k) };
        add(cases, format!("corner/all-invalid-d{d_qk}-h{heads}-k{top_k}"), spec);
    }
    for (rows, top_k) in [(32, 2048), (64, 8192)] {
        add(cases, format!("corner/few-valid-n{rows}-k{top_k}"), Spec::prefill(2, 16, 576, rows, top_k));
    }
    let duplicates = Spec { pattern: Pattern::Duplicates, ..Spec::prefill(2, 16, 576, 200, 300) };
    add(cases, "corner/duplicates", duplicates);
    // Longer than some drivers let a loop run.
    let one_split = Tuning { splits: Some(1), ..Tuning::default() };
    let long = Spec { pattern: Pattern::Duplicates, tuning: one_split, ..Spec::prefill(1, 1, 576, 200, 120_000) };
    add(cases, "corner/k120000", long);
    let ascending = Spec { pattern: Pattern::Ascending, sink: Sink::Some, ..Spec::prefill(3, 16, 576, 700, 512) };
    add(cases, "corner/ascending-then-none", ascending);
    for top_k in [1, 63, 65] {
        add(cases, format!("corner/k{top_k}"), Spec::prefill(2, 13, 576, 128, top_k));
    }
    add(cases, "corner/one-row", Spec::prefill(3, 4, 512, 1, 3));
    add(cases, "corner/k2051", Spec::prefill(1, 16, 576, 300, 2051));
    add(cases, "corner/k1152", Spec::prefill(1, 64, 576, 1300, 1152));
    let base = Spec::prefill(6, 16, 576, 300, 200);
    add(cases, "corner/huge-sinks", Spec { sink: Sink::Huge, ..base });
    add(cases, "corner/hostile-lengths", Spec { lengths: Lengths::Hostile, ..base });
    // One key has all the weight, and what is left of the others is less than the smallest f32.
    add(cases, "corner/one-key-wins", Spec { gain: 300.0, sink: Sink::Some, ..base });
    // Far outside of f16's range, in both directions, and on the way there.
    let large = 2f32.powi(30);
    add(cases, "corner/large-rows", Spec { gain: 1.0 / large, kv_gain: large, ..base });
    add(cases, "corner/small-rows", Spec { gain: large, kv_gain: 1.0 / large, ..base });
    add(cases, "corner/growing-rows", Spec { gain: 1.0 / large, growth: large, pattern: Pattern::Ascending, ..base });
    add(cases, "corner/no-queries", Spec { queries: 0, ..base });
}

/// Every run gives the same bits.
fn repeats(cases: &mut Vec<Case>) {
    let split = |n| Tuning { splits: Some(n), ..Tuning::default() };
    for (name, spec) in [
        ("repeats/20", Spec { sink: Sink::Some, ..Spec::prefill(3, 16, 576, 300, 200) }),
        ("repeats/20-splits", Spec { tuning: split(3), ..Spec::prefill(3, 16, 576, 300, 200) }),
        ("repeats/20", Spec::decode(2, 2, 16, 300, 128)),
        ("repeats/20-splits", Spec { tuning: split(2), ..Spec::decode(1, 2, 16, 300, 128) }),
        ("repeats/20", Spec::dense(4, 16, 576, 100)),
    ] {
        let check: super::Check = Box::new(move |target| {
            let problem = Problem::new(spec, seed("repeats"));
            let outputs = problem.run(target, 20)?;
            outputs.windows(2).try_for_each(|pair| same(&pair[0], &pair[1]).map(drop))?;
            problem.compare(&outputs[0])
        });
        let group = group(spec.op);
        cases.push(Case { group, name: name.to_owned(), tolerance: spec.tolerance(), full: false, variants: spec.variants(), check });
    }
}

fn formats(cases: &mut Vec<Case>) {
    let plain = KvFormat::Plain;
    for (q_dtype, kv_format) in [
        (DType::F32, plain(DType::F32)),
        (DType::F16, plain(DType::F16)),
        (DType::F32, plain(DType::Bf16)),
        (DType::Bf16, plain(DType::F32)),
        (DType::F32, KvFormat::Fp8),
        (DType::F16, KvFormat::Fp8),
    ] {
        let name = format!("formats/{q_dtype:?}-{kv_format:?}").replace("Plain(", "").replace(')', "").to_lowercase();
        add(cases, name, Spec { q_dtype, kv_format, sink: Sink::Some, ..Spec::prefill(2, 13, 576, 250, 200) });
    }
    for (d_qk, d_v) in [(64, 64), (320, 192), (576, 448), (512, 256)] {
        let spec = Spec { d_v, ..Spec::prefill(3, 16, d_qk, 150, 100) };
        add(cases, format!("formats/d{d_qk}-v{d_v}"), spec);
        if d_qk < 512 {
            let spec = Spec { q_dtype: DType::F32, kv_format: plain(DType::F32), ..spec };
            add(cases, format!("formats/f32-d{d_qk}-v{d_v}"), spec);
        }
    }
}

/// Work that is divided in every way: over the keys, the rows, the queries.
fn divided(cases: &mut Vec<Case>) {
    let row = KvFormat::Plain(DType::Bf16).row_bytes(576);
    let window = |rows: u64| Tuning { max_window_bytes: rows * row, ..Tuning::default() };
    let splits = |splits| Tuning { splits: Some(splits), ..Tuning::default() };
    let base = Spec { sink: Sink::Some, lengths: Lengths::PerQuery, ..Spec::prefill(4, 16, 576, 500, 400) };
    for n in [2, 3, 7, 16] {
        add(cases, format!("splits/{n}"), Spec { tuning: splits(n), ..base });
    }
    // More partial results than a subgroup has lanes.
    add(cases, "splits/40", Spec { tuning: splits(40), ..Spec::prefill(1, 16, 576, 3000, 2550) });
    add(cases, "splits/fewer-keys-than-splits", Spec { tuning: splits(20), ..Spec::prefill(2, 13, 512, 90, 60) });
    add(cases, "splits/all-invalid", Spec { tuning: splits(4), pattern: Pattern::Invalid, ..base });
    add(cases, "splits/f32", Spec { tuning: splits(5), q_dtype: DType::F32, kv_format: KvFormat::Plain(DType::F32), ..base });
    add(cases, "splits/f16-v64", Spec { tuning: splits(2), q_dtype: DType::F16, d_v: 64, ..base });
    add(cases, "windows/64-rows", Spec { tuning: window(70), ..base });
    add(cases, "windows/ascending", Spec { tuning: window(130), pattern: Pattern::Ascending, ..base });
    add(cases, "windows/and-splits", Spec { tuning: Tuning { splits: Some(3), ..window(200) }, ..base });
    add(cases, "segments/100-rows", Spec { rows_per_segment: 100, ..base });
    add(cases, "segments/and-windows", Spec { rows_per_segment: 333, tuning: window(128), ..base });
    // Room for the partial results of two queries at a time, then queries that do not start at an aligned row.
    let grouped = Tuning { max_workspace_bytes: 2 * 3 * 13 * (512 * 4 + 8), ..splits(3) };
    add(cases, "groups/workspace", Spec { tuning: grouped, ..Spec::prefill(7, 13, 512, 300, 200) });
    let decode =
        Spec { tuning: Tuning { max_workspace_bytes: 3 * 2 * 13 * (512 * 4 + 8), ..splits(2) }, ..Spec::decode(3, 3, 13, 300, 200) };
    add(cases, "groups/workspace", decode);
    for (name, spec, parts) in [
        ("groups/ranges", Spec::prefill(67, 3, 64, 100, 40), [0..1, 1..66, 66..67]),
        ("groups/ranges", Spec { lengths: Lengths::PerSequence, ..Spec::decode(5, 2, 5, 100, 70) }, [0..1, 1..4, 4..5]),
        ("groups/ranges", Spec::dense(20, 13, 64, 100), [0..1, 1..17, 17..20]),
    ] {
        let check: super::Check = Box::new(move |target| {
            let problem = Problem::new(spec, seed(name));
            let output = problem.run_ranges(target, &parts)?;
            // A kernel does each query alone; the host's cores do several at a time, in an order that depends on how many there are.
            if !target.device.is_cpu() {
                same(&output, &problem.run(target, 1)?[0])?;
            }
            problem.compare(&output)
        });
        let (group, name) = (group(spec.op), name.to_owned());
        cases.push(Case { group, name, tolerance: spec.tolerance(), full: false, variants: spec.variants(), check });
    }
}

/// FlashMLA's decode cases: sequences of all lengths in the pages of one FP8 cache, whose unreferenced rows hold NaN.
fn decode(cases: &mut Vec<Case>) {
    for (heads, batch, next_n, length, top_k, page) in [
        (64, 2, 1, 512, 64, 2),
        (64, 2, 1, 512, 64, 64),
        (128, 1, 3, 512, 64, 69),
        (64, 1, 1, 1024, 576, 2),
        (128, 1, 1, 1024, 576, 61),
        (16, 1, 1, 2046, 2048, 2),
        (16, 2, 1, 2046, 2048, 64),
        (16, 1, 1, 2046, 2048, 576),
        (128, 2, 1, 512, 64, 1),
        (8, 4, 3, 300, 64, 32),
    ] {
        let spec = Spec::paged(batch, next_n, heads, length, top_k, page);
        add(cases, format!("regular/h{heads}-b{batch}-q{next_n}-n{length}-k{top_k}-page{page}"), spec);
    }
    for (length, top_k, page) in [(512, 64, 61), (650, 576, 53)] {
        for sink in [Sink::Some, Sink::None] {
            let spec = Spec { sink, pattern: Pattern::Paged { page, empty: true }, ..Spec::paged(3, 2, 16, length, top_k, page) };
            add(cases, format!("corner/empty-sequences-k{top_k}-page{page}-sink-{}", sink != Sink::None), spec);
        }
    }
    add(cases, "corner/fewer-tokens-than-k", Spec::paged(5, 1, 13, 96, 576, 16));
    add(cases, "corner/hostile-lengths", Spec { lengths: Lengths::Hostile, ..Spec::decode(3, 2, 16, 300, 96) });
    add(cases, "corner/huge-sinks", Spec { sink: Sink::Huge, ..Spec::decode(1, 2, 16, 300, 96) });
    add(cases, "corner/one-key-wins", Spec { gain: 300.0, ..Spec::decode(2, 2, 16, 300, 96) });
    add(cases, "corner/no-sequences", Spec { queries: 0, ..Spec::decode(1, 2, 16, 300, 96) });
    for lengths in [Lengths::PerQuery, Lengths::PerSequence] {
        let spec = Spec { lengths, ..Spec::decode(3, 2, 13, 549, 96) };
        add(cases, format!("features/{lengths:?}").to_lowercase(), spec);
    }
    let (invalid, sink) = (Pattern::Invalid, Sink::None);
    add(cases, "corner/all-invalid", Spec { pattern: invalid, ..Spec::decode(2, 3, 64, 549, 64) });
    add(cases, "corner/all-invalid-no-sink", Spec { pattern: invalid, sink, ..Spec::decode(2, 3, 16, 689, 576) });
    add(cases, "corner/ascending-no-sink", Spec { pattern: Pattern::Ascending, sink, ..Spec::decode(2, 3, 8, 689, 576) });
    let bf16 = Spec { kv_format: KvFormat::Plain(DType::Bf16), ..Spec::decode(3, 2, 16, 549, 64) };
    add(cases, "formats/bf16", bf16);
    add(cases, "formats/bf16-d512", Spec { d_qk: 512, ..bf16 });
    let window = Tuning { max_window_bytes: 64 * 656, splits: Some(2), ..Tuning::default() };
    add(cases, "windows/fp8", Spec { tuning: window, ..Spec::decode(2, 2, 16, 300, 128) });
    add(cases, "segments/fp8", Spec { rows_per_segment: 122, ..Spec::decode(2, 2, 16, 305, 128) });
}

fn dense(cases: &mut Vec<Case>) {
    for (d_qk, heads, queries, rows) in [(576, 16, 8, 100), (512, 1, 5, 65), (576, 64, 2, 200), (576, 128, 1, 300), (512, 8, 16, 16)] {
        add(cases, format!("causal/d{d_qk}-h{heads}-q{queries}-n{rows}"), Spec::dense(queries, heads, d_qk, rows));
    }
    let base = Spec { sink: Sink::Some, ..Spec::dense(5, 16, 576, 330) };
    add(cases, "features/sink", base);
    add(cases, "corner/no-queries", Spec { queries: 0, ..base });
    for n in [2, 5] {
        add(cases, format!("splits/{n}"), Spec { tuning: Tuning { splits: Some(n), ..Tuning::default() }, ..base });
    }
    let window = Tuning { max_window_bytes: 130 * 1152, splits: Some(2), ..Tuning::default() };
    add(cases, "windows/128-rows", Spec { tuning: window, ..base });
    add(cases, "segments/150-rows", Spec { rows_per_segment: 150, ..base });
    add(cases, "formats/f32", Spec { q_dtype: DType::F32, kv_format: KvFormat::Plain(DType::F32), ..base });
    add(cases, "formats/fp8", Spec { kv_format: KvFormat::Fp8, ..base });
    // More than 32 tiles: the tiles are found in several rounds.
    add(cases, "causal/long", Spec::dense(1, 13, 64, 2200));
}
