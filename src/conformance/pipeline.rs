//! The whole of DSA over one growing sequence: both caches, the indexer, top-k and attention. Values of ±1 and whole weights make the scores
//! exact, so that the rows selected must be the oracle's; then attention has its own limits.

use super::compare::{Tolerance, close, equal};
use super::random::Random;
use super::{Case, Target};
use crate::layout::Fp8Row;
use crate::pipeline::{Attend, Pipeline, PipelineOptions, Queries, QueryOutput, Tokens};
use crate::problem::{Attention, IndexRows, Keys, KvRows, RaggedLogits, TopKProblem};
use crate::{DType, KvFormat, ScaleFormat, Variant, formats, oracle};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
/// Both are f32; what remains is the order of sums.
const OUT: Tolerance = Tolerance { abs: 2e-6, rel: 1e-5, cos: Some(1e-10) };
const LSE: Tolerance = Tolerance { abs: 1e-6, rel: 2.01 / 65536.0, cos: None };
const HEADS: usize = 8;
const INDEX_HEADS: usize = 8;
const DIM: usize = 128;
const D_QK: usize = 576;
const D_V: usize = 512;
const SCALE: f32 = 0.02;

#[derive(Clone, Copy)]
struct Spec {
    /// Tokens of each append.
    appends: &'static [usize],
    /// After the first append, forget all but so many tokens.
    kept: usize,
    queries: usize,
    /// `None` for dense attention.
    top_k: Option<usize>,
    budget_bytes: u64,
    full: bool,
}

pub(super) fn cases() -> Vec<Case> {
    let base = Spec { appends: &[130, 1, 69], kept: usize::MAX, queries: 5, top_k: Some(32), budget_bytes: 1 << 20, full: false };
    vec![
        case("sparse", base),
        case("sparse-more-than-there-are", Spec { top_k: Some(512), ..base }),
        case("sparse-small-budget", Spec { budget_bytes: 2048, ..base }),
        case("sparse-after-truncation", Spec { kept: 77, ..base }),
        case("dense", Spec { top_k: None, ..base }),
        case("full/sparse", Spec { appends: &[1024; 8], queries: 64, top_k: Some(2048), budget_bytes: 1 << 22, full: true, ..base }),
    ]
}

fn case(name: &str, spec: Spec) -> Case {
    let check = Box::new(move |target: &Target<'_>| check(target, &spec));
    let tolerance = format!("indices exact; out {OUT}; max_logits and lse {LSE}");
    Case { group: "pipeline", name: name.to_owned(), tolerance, full: spec.full, variants: VARIANTS, check }
}

/// The tokens that are in the caches at the end, and the queries.
struct Data {
    latent: Vec<f32>,
    index_keys: Vec<f32>,
    q: Vec<f32>,
    index_q: Vec<f32>,
    index_weights: Vec<f32>,
    context_lengths: Vec<i32>,
}

fn signs(random: &mut Random, n: usize) -> Vec<f32> {
    (0..n).map(|_| if random.below(2) == 0 { 1.0 } else { -1.0 }).collect()
}

fn options(spec: &Spec, variant: Option<Variant>) -> PipelineOptions {
    let total: usize = spec.appends.iter().sum();
    PipelineOptions {
        capacity: total as u64 + 7,
        chunk: *spec.appends.iter().max().unwrap_or(&1) as u64,
        heads: HEADS as u32,
        latent_dtype: DType::F32,
        q_dtype: DType::F32,
        softmax_scale: SCALE,
        index_heads: INDEX_HEADS as u32,
        index_dtype: DType::F32,
        index_norm_eps: None,
        index_rope: None,
        index_hadamard: false,
        index_factor: 1.0,
        scale_format: ScaleFormat::PowerOfTwo,
        budget_bytes: spec.budget_bytes,
        variant,
    }
}

fn check(target: &Target<'_>, spec: &Spec) -> Result<f64, String> {
    let mut random = Random::new(spec.queries as u64);
    let (data, output) = run(target, spec, &mut random).map_err(|e| e.to_string())?;
    let tokens = data.index_keys.len() / DIM;
    let index_rows = |x: &[f32], rows_per_position| {
        let x = formats::encode(DType::F32, x);
        let rows = x.len() / 4 / DIM;
        let (norm, rope) = (None, None);
        let (dtype, hadamard, scale_format) = (DType::F32, false, ScaleFormat::PowerOfTwo);
        let (_, codes, scales) =
            oracle::index_rows(&IndexRows { x: &x, dtype, rows, dim: DIM, rows_per_position, norm, rope, hadamard, scale_format });
        (codes, scales)
    };
    let (k, k_scale) = index_rows(&data.index_keys, 1);
    let (index_q, q_scale) = index_rows(&data.index_q, INDEX_HEADS);
    let weights: Vec<f32> = data.index_weights.iter().zip(&q_scale).map(|(w, s)| w * s).collect();
    let logits = oracle::ragged_logits(&RaggedLogits {
        q: &index_q,
        k: &k,
        k_scale: &k_scale,
        weights: &weights,
        k_start: &vec![0; spec.queries],
        k_end: &data.context_lengths,
        queries: spec.queries,
        keys: tokens,
        index_heads: INDEX_HEADS,
        dim: DIM,
    });
    let scores: Vec<f32> = logits.iter().map(|&x| x as f32).collect();
    let top_k = spec.top_k.unwrap_or(tokens);
    let indices =
        oracle::top_k(&TopKProblem { scores: &scores, rows: spec.queries, columns: tokens, row_start: None, row_end: None, top_k });
    if let Some(selected) = &output.indices {
        equal("indices", &selected[..indices.len()], &indices)?;
    }
    let mut rows = vec![0; tokens * Fp8Row::BYTES];
    for (row, values) in rows.chunks_exact_mut(Fp8Row::BYTES).zip(data.latent.chunks_exact(D_QK)) {
        Fp8Row::quantise_row(values, row).map_err(|e| e.to_string())?;
    }
    let expected = oracle::attention(&Attention {
        q: &formats::encode(DType::F32, &data.q),
        q_dtype: DType::F32,
        kv: KvRows { segments: &[&rows], rows_per_segment: tokens, rows: tokens, format: KvFormat::Fp8 },
        keys: Keys::Indices { indices: &indices, top_k, topk_length: None },
        attn_sink: None,
        queries: spec.queries,
        heads: HEADS,
        d_qk: D_QK,
        d_v: D_V,
        softmax_scale: SCALE,
    });
    let errors = [
        close("out", &output.out, &expected.out, OUT)?,
        close("max_logits", &output.max_logits, &expected.max_logits, LSE)?,
        close("lse", &output.lse, &expected.lse, LSE)?,
    ];
    Ok(errors.into_iter().fold(0.0, f64::max))
}

struct Output {
    indices: Option<Vec<i32>>,
    out: Vec<f32>,
    max_logits: Vec<f32>,
    lse: Vec<f32>,
}

fn run(target: &Target<'_>, spec: &Spec, random: &mut Random) -> crate::Result<(Data, Output)> {
    let device = target.device;
    let mut pipeline = Pipeline::new(device, options(spec, target.variant))?;
    let (mut latent, mut index_keys) = (Vec::new(), Vec::new());
    for (i, &count) in spec.appends.iter().enumerate() {
        let (rows, keys) = (random.normals(count * D_QK), signs(random, count * DIM));
        let tokens = Tokens {
            count: count as u64,
            latent: &device.upload("latent", &rows)?,
            index_keys: &device.upload("index_keys", &keys)?,
            norm: None,
            rope: None,
        };
        let mut encoder = device.encoder();
        pipeline.append(&mut encoder, &tokens)?;
        encoder.submit_and_wait()?;
        latent.extend(rows);
        index_keys.extend(keys);
        if i == 0 {
            pipeline.truncate(spec.kept as u64);
            latent.truncate(spec.kept.saturating_mul(D_QK));
            index_keys.truncate(spec.kept.saturating_mul(DIM));
        }
    }
    let tokens = pipeline.len() as i32;
    let data = Data {
        latent,
        index_keys,
        q: random.normals(spec.queries * HEADS * D_QK),
        index_q: signs(random, spec.queries * INDEX_HEADS * DIM),
        index_weights: random.normals(spec.queries * INDEX_HEADS).iter().map(|x| x.round()).collect(),
        // The first query sees nothing, the others the tokens up to their own.
        context_lengths: (0..spec.queries as i32).map(|i| if i == 0 { 0 } else { tokens - (spec.queries as i32 - 1 - i) }).collect(),
    };
    let plan = pipeline.plan_attend(spec.queries as u64, spec.top_k.map(|top_k| top_k as u32))?;
    let output = attend(target, spec, &pipeline, &plan, &data)?;
    Ok((data, output))
}

fn attend(target: &Target<'_>, spec: &Spec, pipeline: &Pipeline, plan: &Attend, data: &Data) -> crate::Result<Output> {
    let device = target.device;
    let queries = Queries {
        context_lengths: &data.context_lengths,
        q: &device.upload("q", &data.q)?,
        index_q: &device.upload("index_q", &data.index_q)?,
        index_weights: &device.upload("index_weights", &data.index_weights)?,
        rope: None,
        attn_sink: None,
    };
    let out = device.upload("out", &vec![f32::NAN; spec.queries * HEADS * D_V])?;
    let [max_logits, lse] = ["max_logits", "lse"].map(|name| device.upload(name, &vec![f32::NAN; spec.queries * HEADS]));
    let (max_logits, lse) = (max_logits?, lse?);
    let mut encoder = device.encoder();
    pipeline.attend(&mut encoder, plan, &queries, &QueryOutput { out: &out, max_logits: &max_logits, lse: &lse })?;
    encoder.submit_and_wait()?;
    let indices = plan.indices().map(|(indices, _)| indices.read_blocking()).transpose()?;
    Ok(Output { indices, out: out.read_blocking()?, max_logits: max_logits.read_blocking()?, lse: lse.read_blocking()? })
}
