//! Tensors of more than 2^31 elements, mostly zeros: what lies past the reach of 32-bit offsets must be read and written where it is.
//!
//! A device whose memory, or whose largest buffer, does not hold them runs as much as it holds; with no memory at all for a case, there is
//! nothing to compare.

use dsa_engine::{Buffer, Device, EngineError};

use super::compare::{EXACT, equal};
use super::random::Random;
use super::{Case, Target};
use crate::attention::{SparseAttention, SparseAttentionArgs, SparseAttentionOptions};
use crate::index_logits::{IndexLogits, IndexLogitsArgs, IndexLogitsOptions};
use crate::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use crate::layout::Fp8Row;
use crate::topk::{TopK, TopKArgs, TopKOptions};
use crate::{DType, Error, KvFormat, Result, Variant, formats};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
const ELEMENTS: u64 = (1 << 31) + (1 << 27);
/// Bytes of a buffer where a tensor may come in several.
const SEGMENT: u64 = 1 << 30;

type Run = fn(&Target<'_>) -> Result<Result<f64, String>>;

pub(super) fn cases() -> Vec<Case> {
    let cases: [(&str, Run); 5] =
        [("top-k", top_k), ("top-k", long_row), ("index-logits", logits), ("kv-cache", write_rows), ("sparse-attention", attend)];
    let names = ["scores", "one-row", "keys", "rows", "rows"];
    let case = |((group, run), name): ((&'static str, Run), &str)| Case {
        group,
        name: format!("huge/{name}"),
        tolerance: format!("{EXACT}, if memory allows"),
        full: true,
        variants: VARIANTS,
        check: Box::new(move |target| match run(target) {
            Err(Error::Engine(error @ EngineError::OutOfMemory { .. })) => {
                tracing::warn!(%error, "{group}: not compared");
                Ok(0.0)
            }
            outcome => outcome.map_err(|error| error.to_string())?,
        }),
    };
    cases.into_iter().zip(names).map(case).collect()
}

/// As many items as one buffer of the device holds, if not `count`.
fn fitting(device: &Device, count: u64, bytes: u64) -> u64 {
    count.min(device.capabilities().max_buffer_bytes / bytes)
}

/// Buffers of zeros for `rows` rows, and the rows in each but the last.
fn segments(device: &Device, rows: u64, row_bytes: u64) -> Result<(Vec<Buffer>, u64)> {
    let step = fitting(device, SEGMENT / row_bytes, row_bytes);
    let buffers = (0..rows).step_by(step as usize).map(|first| device.buffer("rows", step.min(rows - first) * row_bytes));
    Ok((buffers.collect::<Result<_, _>>()?, step))
}

/// Numbers in 0..n, among them the ends.
fn places(n: u64, count: usize, seed: u64) -> Vec<u64> {
    let mut random = Random::new(seed);
    let mut places: Vec<u64> = (2..count).map(|_| random.below(n)).chain([0, n - 1]).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Rows of zeros, the last ones with larger scores somewhere.
fn top_k(target: &Target<'_>) -> Result<Result<f64, String>> {
    const COLUMNS: u64 = 1 << 21;
    few_scores(target, fitting(target.device, ELEMENTS / COLUMNS, COLUMNS * 4), COLUMNS)
}

/// One row.
fn long_row(target: &Target<'_>) -> Result<Result<f64, String>> {
    few_scores(target, 1, fitting(target.device, 1 << 31, 4))
}

fn few_scores(target: &Target<'_>, rows: u64, columns: u64) -> Result<Result<f64, String>> {
    const TOP_K: usize = 64;
    let device = target.device;
    let scores = device.buffer("scores", rows * columns * 4)?;
    let indices = device.buffer("indices", rows * TOP_K as u64 * 4)?;
    let checked = places(rows, 5, 1);
    let best: Vec<Vec<u64>> = checked.iter().map(|&row| places(columns, TOP_K / 2, row + 2)).collect();
    for (row, best) in checked.iter().zip(&best) {
        for column in best {
            scores.write((row * columns + column) * 4, &[1.0f32])?;
        }
    }
    let options = TopKOptions { rows, columns, top_k: TOP_K as u32, variant: target.variant, method: None };
    TopK::plan(device, options)?.run(&TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices })?;
    for (row, best) in checked.iter().zip(best) {
        // The places above zero, and the first zeros.
        let zeros = (0..).filter(|column| !best.contains(column)).take(TOP_K - best.len());
        let mut expected: Vec<i32> = best.iter().copied().chain(zeros).map(|column| column as i32).collect();
        expected.sort_unstable();
        let actual: Vec<i32> = indices.read_range_blocking(row * TOP_K as u64 * 4, TOP_K as u64 * 4)?;
        if let Err(error) = equal(&format!("indices of row {row} of {rows}"), &actual, &expected) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(0.0))
}

/// Keys of zeros, and some of ones.
fn logits(target: &Target<'_>) -> Result<Result<f64, String>> {
    const DIM: u64 = 128;
    let device = target.device;
    let keys = fitting(device, ELEMENTS / DIM, DIM);
    let k = device.buffer("k", keys * DIM)?;
    let ones = places(keys, 40, 3);
    for key in &ones {
        k.write(key * DIM, &[0x38u8; DIM as usize])?;
    }
    let options =
        IndexLogitsOptions { queries: 2, keys, index_heads: 1, dim: DIM as u32, max_binding_bytes: None, variant: target.variant };
    let logits = device.buffer("logits", 2 * keys * 4)?;
    IndexLogits::plan(device, options)?.run(&IndexLogitsArgs {
        first_query: 0,
        queries: 2,
        keys,
        q: &device.upload("q", &[[0x38u8; DIM as usize], [0x40; DIM as usize]].concat())?,
        k: &k,
        k_scale: &device.upload("k_scale", &vec![0.5f32; keys as usize])?,
        weights: &device.upload("weights", &[1.0f32, 1.0])?,
        k_start: &device.upload("k_start", &[0i32, 0])?,
        k_end: &device.upload("k_end", &[keys as i32, keys as i32])?,
        logits: &logits,
    })?;
    let actual: Vec<f32> = logits.read_blocking()?;
    let mut expected = vec![0.0f32; 2 * keys as usize];
    for &key in &ones {
        expected[key as usize] = 64.0;
        expected[(keys + key) as usize] = 128.0;
    }
    Ok(equal("logits", &actual, &expected))
}

/// Rows of an FP8 cache, written all over it.
fn write_rows(target: &Target<'_>) -> Result<Result<f64, String>> {
    let device = target.device;
    let row_bytes = Fp8Row::BYTES as u64;
    let rows = ELEMENTS / row_bytes;
    let (cache, rows_per_segment) = segments(device, rows, row_bytes)?;
    let slots = places(rows, 40, 4);
    let latent = Random::new(5).normals(slots.len() * Fp8Row::VALUES);
    let options = KvCacheWriterOptions {
        rows: slots.len() as u64,
        d_qk: Fp8Row::VALUES as u32,
        dtype: DType::F32,
        format: KvFormat::Fp8,
        rows_per_segment,
        max_binding_bytes: None,
        variant: target.variant,
    };
    let slot_mapping: Vec<i32> = slots.iter().map(|&slot| slot as i32).collect();
    KvCacheWriter::plan(device, options)?.run(&KvCacheWriterArgs {
        rows: slots.len() as u64,
        latent: &device.upload("latent", &latent)?,
        slot_mapping: &device.upload("slot_mapping", &slot_mapping)?,
        cache: &cache,
    })?;
    for (slot, values) in slots.iter().zip(latent.chunks_exact(Fp8Row::VALUES)) {
        let mut expected = vec![0; Fp8Row::BYTES];
        Fp8Row::quantise_row(values, &mut expected)?;
        let segment = &cache[(slot / rows_per_segment) as usize];
        let actual: Vec<u8> = segment.read_range_blocking(slot % rows_per_segment * row_bytes, row_bytes)?;
        if let Err(error) = equal(&format!("row {slot} of {rows}"), &actual, &expected) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(0.0))
}

/// Queries that attend to one row each give that row.
fn attend(target: &Target<'_>) -> Result<Result<f64, String>> {
    const D_QK: usize = 576;
    const D_V: usize = 512;
    let device = target.device;
    let row_bytes = D_QK as u64 * 2;
    let rows = ELEMENTS / D_QK as u64;
    let (kv, rows_per_segment) = segments(device, rows, row_bytes)?;
    let places = places(rows, 20, 6);
    let values: Vec<u8> = formats::encode(DType::Bf16, &Random::new(7).normals(places.len() * D_QK));
    for (place, values) in places.iter().zip(values.chunks_exact(D_QK * 2)) {
        kv[(place / rows_per_segment) as usize].write(place % rows_per_segment * row_bytes, values)?;
    }
    let queries = places.len() as u64;
    let options = SparseAttentionOptions {
        queries,
        heads: 1,
        d_qk: D_QK as u32,
        d_v: D_V as u32,
        q_dtype: DType::Bf16,
        kv_format: KvFormat::Plain(DType::Bf16),
        rows,
        rows_per_segment,
        top_k: 2,
        softmax_scale: 0.5,
        variant: target.variant,
        ..Default::default()
    };
    let indices: Vec<i32> = places.iter().flat_map(|&place| [place as i32, -1]).collect();
    let out = device.buffer("out", queries * D_V as u64 * 2)?;
    SparseAttention::plan(device, options)?.run(&SparseAttentionArgs {
        q: &device.buffer("q", queries * row_bytes)?,
        kv: &kv,
        indices: &device.upload("indices", &indices)?,
        topk_length: None,
        attn_sink: None,
        out: &out,
        max_logits: &device.buffer("max_logits", queries * 4)?,
        lse: &device.buffer("lse", queries * 4)?,
    })?;
    let expected: Vec<u8> = values.chunks_exact(D_QK * 2).flat_map(|row| row[..D_V * 2].to_vec()).collect();
    Ok(equal("out", &out.read_blocking::<u8>()?, &expected))
}
