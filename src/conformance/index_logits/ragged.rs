//! Logits of flat keys.

use super::super::compare::{EXACT, equal};
use super::super::random::{Normals, Random};
use super::{Case, GROUP, NAN_CODE, ONE, POISON, Target, VARIANTS, Values, with_sm90};
use crate::index_logits::{IndexLogits, IndexLogitsArgs, IndexLogitsOptions};
use crate::problem::RaggedLogits;
use crate::{Variant, formats, oracle};

/// The range of query i of n over so many keys.
type Range = fn(usize, usize, usize) -> (i32, i32);

const ALL: Range = |_, _, keys| (0, keys as i32);
/// The queries are the last tokens; DeepGEMM's test, whose first row is empty when there are as many queries as keys.
const CAUSAL: Range = |i, queries, keys| (0, (i + keys - queries.min(keys)) as i32);
/// DeepGEMM's context parallelism: a rank has one chunk of the front and its mirror image of the back.
const PARALLEL: Range = |i, queries, keys| {
    let half = queries / 2;
    let chunk = keys / 6;
    (0, if i < half { chunk + i } else { keys - chunk - queries + i } as i32)
};
/// Packed sequences of 50 keys, most rows of a tile with other ranges.
const PACKED: Range = |i, _, _| ((i * 3 / 50 * 50) as i32, (i * 3) as i32);
/// Negative, past the end, reversed, empty.
const HOSTILE: Range = |i, _, keys| {
    let keys = keys as i32;
    [(-7, 5), (keys - 3, keys + 9), (i32::MIN, i32::MAX), (9, 3), (keys, keys), (i32::MAX, i32::MIN), (17, 18), (-3, -1), (130, keys - 1)]
        [i % 9]
};
const EMPTY: Range = |_, _, _| (3, 3);

#[derive(Clone, Copy)]
struct Ragged {
    queries: usize,
    keys: usize,
    heads: usize,
    dim: usize,
    range: Range,
    values: Values,
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    /// Queries of one call; 0 for all.
    chunk: usize,
    repeats: usize,
    /// Every so many queries are compared.
    stride: usize,
}

const RAGGED: Ragged =
    Ragged { queries: 5, keys: 261, heads: 64, dim: 128, range: ALL, values: Values::Normal, limit: 0, chunk: 0, repeats: 1, stride: 1 };

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![codes()];
    // The peers' heads and dimensions, then all kinds of others, which share a kernel with nothing else: few keys.
    for (heads, dim) in [(32, 64), (32, 128), (64, 64), (64, 128)] {
        let spec = Ragged { queries: 9, heads, dim, range: CAUSAL, ..RAGGED };
        cases.push(case(&format!("ragged/heads-{heads}-dim-{dim}"), ONE, spec));
        let spec = Ragged { queries: 12, heads, dim, range: PARALLEL, ..RAGGED };
        cases.push(case(&format!("ragged/context-parallel-heads-{heads}-dim-{dim}"), ONE, spec));
    }
    for (heads, dim) in [(1, 64), (2, 128), (4, 128), (5, 64), (8, 128), (13, 64), (16, 64), (40, 128), (96, 64), (127, 64), (128, 128)] {
        let queries = if heads < 32 { 37 } else { 3 };
        let spec = Ragged { queries, keys: 135, heads, dim, range: CAUSAL, ..RAGGED };
        cases.push(case(&format!("ragged/heads-{heads}-dim-{dim}"), ONE, spec));
    }
    let whole = Ragged { values: Values::Whole, ..RAGGED };
    let many = Ragged { queries: 120, keys: 300, heads: 8, dim: 128, ..RAGGED };
    cases.extend([
        case("ragged/repeats", VARIANTS, Ragged { repeats: 20, ..RAGGED }),
        case("ragged/repeats-32", ONE, Ragged { repeats: 20, heads: 32, range: PARALLEL, ..RAGGED }),
        case("ragged/whole-numbers", VARIANTS, Ragged { values: Values::Whole, range: CAUSAL, ..RAGGED }),
        case("ragged/whole-numbers-13", ONE, Ragged { values: Values::Whole, queries: 40, heads: 13, dim: 64, range: HOSTILE, ..RAGGED }),
        case("ragged/unquantised", ONE, Ragged { values: Values::Unquantised, range: CAUSAL, ..RAGGED }),
        case("ragged/square", ONE, Ragged { queries: 150, keys: 150, range: CAUSAL, ..many }),
        case("ragged/packed", ONE, Ragged { range: PACKED, ..many }),
        case("ragged/hostile-ranges", VARIANTS, Ragged { range: HOSTILE, ..many }),
        case("ragged/empty", ONE, Ragged { range: EMPTY, ..many }),
        case("ragged/one-query", ONE, Ragged { queries: 1, keys: 600, ..RAGGED }),
        case("ragged/one-key", ONE, Ragged { queries: 70, keys: 1, heads: 8, ..RAGGED }),
        case("ragged/chunks", ONE, Ragged { chunk: 50, range: CAUSAL, ..many }),
        case("ragged/windows", VARIANTS, Ragged { keys: 1301, limit: 64 << 10, range: CAUSAL, ..RAGGED }),
        case("ragged/windows-of-ranges", ONE, Ragged { keys: 1301, limit: 16 << 10, range: HOSTILE, ..many }),
        case("ragged/many-queries", ONE, Ragged { queries: 125, keys: 800, range: PARALLEL, repeats: 3, ..RAGGED }),
        case("ragged/many-queries-whole-numbers", ONE, Ragged { queries: 190, keys: 401, heads: 32, dim: 64, range: HOSTILE, ..whole }),
        case("ragged/groups", ONE, Ragged { queries: 500, keys: 131, heads: 8, dim: 128, range: PACKED, ..RAGGED }),
    ]);
    for keys in [127, 128, 129] {
        cases.push(case(&format!("ragged/keys-{keys}"), ONE, Ragged { keys, queries: 3, heads: 32, ..RAGGED }));
    }
    cases.extend(full());
    cases
}

/// DeepGEMM's sizes.
fn full() -> Vec<Case> {
    let mut cases = Vec::new();
    for (queries, keys) in [(2048, 8192), (2048, 65536), (8192, 8192), (8192, 65536)] {
        for (heads, dim) in [(32, 64), (32, 128), (64, 64), (64, 128)] {
            for (suffix, range) in [("", CAUSAL), ("-parallel", PARALLEL)] {
                let spec = Ragged { queries, keys, heads, dim, range, chunk: 2048, stride: queries / 6 - 1, ..RAGGED };
                let name = format!("full/ragged-{queries}-of-{keys}-heads-{heads}-dim-{dim}{suffix}");
                cases.push(Case { full: true, ..case(&name, ONE, spec) });
            }
        }
    }
    let repeats = Ragged { queries: 2048, keys: 4096, range: CAUSAL, stride: 67, repeats: 20, ..RAGGED };
    cases.push(Case { full: true, ..case("full/ragged-repeats", VARIANTS, repeats) });
    cases
}

fn case(name: &str, variants: &'static [Variant], spec: Ragged) -> Case {
    let seed = (spec.queries * 31 + spec.keys * 7 + spec.heads * 3 + spec.dim) as u64;
    let check = move |target: &Target<'_>| check(target, &spec, &Data::new(&spec, seed));
    // With 8 heads it has a kernel for many queries only, groups of 64 that are nearly full.
    let many = spec.queries.next_multiple_of(64) * 5 <= spec.queries * 6 && spec.chunk == 0;
    let variants = with_sm90(variants, [16, 32, 64, 128].contains(&spec.heads) || (many && spec.heads == 8));
    Case { group: GROUP, name: name.to_owned(), tolerance: spec.values.tolerance(), full: false, variants, check: Box::new(check) }
}

struct Data {
    q: Vec<u8>,
    k: Vec<u8>,
    k_scale: Vec<f32>,
    weights: Vec<f32>,
    k_start: Vec<i32>,
    k_end: Vec<i32>,
    /// `q` and `k` before quantisation.
    unquantised: Option<(Vec<f32>, Vec<f32>)>,
}

impl Data {
    fn new(spec: &Ragged, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let normals = Normals::new(&mut random);
        let (values, dim) = (spec.values, spec.dim);
        let k_values = values.fill(&normals, &mut random, spec.keys * dim);
        let (mut k, mut k_scale) = values.quantise(&k_values, dim, &mut random);
        let ranges: Vec<_> = (0..spec.queries).map(|i| (spec.range)(i, spec.queries, spec.keys)).collect();
        let first = ranges.iter().filter(|(start, end)| start < end).map(|range| range.0).min().unwrap_or(0);
        let end = ranges.iter().map(|range| range.1).max().unwrap_or(0);
        let unseen = |key: i32| key < first || key >= end || ranges.iter().all(|&(start, end)| key < start || key >= end);
        for key in (0..spec.keys).filter(|&key| unseen(key as i32)) {
            k[key * dim..][..dim].fill(NAN_CODE);
            k_scale[key] = f32::NAN;
        }
        let q_values = values.fill(&normals, &mut random, spec.queries * spec.heads * dim);
        Data {
            q: q_values.iter().map(|&x| formats::f32_to_e4m3(x)).collect(),
            k,
            k_scale,
            weights: values.weights(&mut random, spec.queries * spec.heads),
            k_start: ranges.iter().map(|range| range.0).collect(),
            k_end: ranges.iter().map(|range| range.1).collect(),
            unquantised: (values == Values::Unquantised).then_some((q_values, k_values)),
        }
    }

    /// The logits of one query by values that were never quantised.
    fn ideal(&self, spec: &Ragged, query: usize, (q, k): &(Vec<f32>, Vec<f32>)) -> Vec<f64> {
        let (start, end) = (self.k_start[query].max(0) as usize, self.k_end[query].max(0) as usize);
        let heads = || q[query * spec.heads * spec.dim..].chunks_exact(spec.dim).zip(&self.weights[query * spec.heads..][..spec.heads]);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
        let logit = |key: &[f32]| heads().map(|(q, &weight)| f64::from(weight) * dot(q, key).max(0.0)).sum::<f64>();
        let keys = k.chunks_exact(spec.dim).enumerate();
        keys.map(|(s, key)| if (start..end).contains(&s) { logit(key) } else { f64::NEG_INFINITY }).collect()
    }

    /// The oracle's logits of one query.
    fn expected(&self, spec: &Ragged, query: usize) -> Vec<f64> {
        let query_codes = spec.heads * spec.dim;
        oracle::ragged_logits(&RaggedLogits {
            q: &self.q[query * query_codes..][..query_codes],
            k: &self.k,
            k_scale: &self.k_scale,
            weights: &self.weights[query * spec.heads..][..spec.heads],
            k_start: &self.k_start[query..=query],
            k_end: &self.k_end[query..=query],
            queries: 1,
            keys: spec.keys,
            index_heads: spec.heads,
            dim: spec.dim,
        })
    }
}

fn run(target: &Target<'_>, spec: &Ragged, data: &Data) -> crate::Result<Vec<Vec<u32>>> {
    let device = target.device;
    let chunk = if spec.chunk == 0 { spec.queries } else { spec.chunk };
    let options = IndexLogitsOptions {
        queries: chunk as u64,
        keys: spec.keys as u64,
        index_heads: spec.heads as u32,
        dim: spec.dim as u32,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    let plan = IndexLogits::plan(device, options)?;
    let (q, k, k_scale) = (device.upload("q", &data.q)?, device.upload("k", &data.k)?, device.upload("k_scale", &data.k_scale)?);
    let weights = device.upload("weights", &data.weights)?;
    let (k_start, k_end) = (device.upload("k_start", &data.k_start)?, device.upload("k_end", &data.k_end)?);
    let poison = vec![POISON; chunk * spec.keys];
    let mut results = Vec::new();
    for _ in 0..spec.repeats {
        let mut result = Vec::new();
        for first in (0..spec.queries).step_by(chunk) {
            let queries = chunk.min(spec.queries - first);
            let logits = device.upload("logits", &poison)?;
            plan.run(&IndexLogitsArgs {
                first_query: first as u64,
                queries: queries as u64,
                keys: spec.keys as u64,
                q: &q,
                k: &k,
                k_scale: &k_scale,
                weights: &weights,
                k_start: &k_start,
                k_end: &k_end,
                logits: &logits,
            })?;
            result.extend_from_slice(&logits.read_blocking::<u32>()?[..queries * spec.keys]);
        }
        results.push(result);
    }
    Ok(results)
}

fn check(target: &Target<'_>, spec: &Ragged, data: &Data) -> Result<f64, String> {
    let results = run(target, spec, data).map_err(|e| e.to_string())?;
    for result in &results[1..] {
        equal("repeat", result, &results[0])?;
    }
    let (mut actual, mut expected) = (Vec::new(), Vec::new());
    for query in (0..spec.queries).step_by(spec.stride) {
        actual.extend(results[0][query * spec.keys..][..spec.keys].iter().map(|&bits| f32::from_bits(bits)));
        expected.extend(match &data.unquantised {
            Some(values) => data.ideal(spec, query, values),
            None => data.expected(spec, query),
        });
    }
    spec.values.compare(&actual, &expected)
}

/// Every finite code, by itself: a key of one code and two heads that see it with opposite signs, so that relu hides nothing.
fn codes() -> Case {
    let check = |target: &Target<'_>| {
        let spec = Ragged { queries: 1, keys: 256, heads: 2, dim: 64, repeats: 1, ..RAGGED };
        let mut data = Data::new(&spec, 1);
        data.q.fill(0);
        data.k.fill(0);
        data.k_scale.fill(1.0);
        (data.q[5], data.q[64 + 5]) = (0x38, 0xb8);
        data.weights = vec![1.0, -1.0];
        let mut expected = vec![0.0f32; 256];
        for code in (0..=255u8).filter(|code| code & 0x7f != NAN_CODE) {
            data.k[code as usize * 64 + 5] = code;
            expected[code as usize] = formats::e4m3_to_f32(code);
        }
        let results = run(target, &spec, &data).map_err(|e| e.to_string())?;
        let actual: Vec<f32> = results[0].iter().map(|&bits| f32::from_bits(bits)).collect();
        equal("logits", &actual, &expected)
    };
    let name = "ragged/codes".to_owned();
    Case { group: GROUP, name, tolerance: EXACT.to_owned(), full: false, variants: VARIANTS, check: Box::new(check) }
}
