//! Properties of every operation's plan on the cpu device: options of any size give a plan or a typed error, never a panic; where the
//! problem is small it runs, and the result is the oracle's.

use portable_dsa::attention::{
    DenseAttention, DenseAttentionArgs, DenseAttentionOptions, SparseAttention, SparseAttentionArgs, SparseAttentionOptions, SparseDecode,
    SparseDecodeArgs, SparseDecodeOptions, Tuning,
};
use portable_dsa::engine::Device;
use portable_dsa::index_logits::{IndexLogits, IndexLogitsArgs, IndexLogitsOptions, PagedIndexLogits, PagedIndexLogitsOptions};
use portable_dsa::index_rows::{
    IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions, IndexQueries, IndexQueriesOptions,
};
use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterOptions};
use portable_dsa::pipeline::{Pipeline, PipelineOptions};
use portable_dsa::problem::{Attention, IndexRows, Keys, KvRows, RaggedLogits, TopKProblem};
use portable_dsa::select::{Select, SelectOptions};
use portable_dsa::topk::{MapPages, MapPagesOptions, Method, TopK, TopKArgs, TopKOptions};
use portable_dsa::{DType, KvFormat, RopeLayout, ScaleFormat, formats, oracle};
use proptest::prelude::*;

/// Mostly small; sometimes at or beyond what the operations take.
fn size() -> impl Strategy<Value = u64> {
    let edges = [63, 64, 65, 128, 129, 512, 576, 8192, 8193, (1 << 20) + 1, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 62, u64::MAX];
    prop_oneof![8 => 0..7u64, 3 => prop::sample::select(edges.to_vec())]
}

fn small_size() -> impl Strategy<Value = u32> {
    size().prop_map(|size| u32::try_from(size).unwrap_or(u32::MAX))
}

/// A size that attention takes, or any.
fn width() -> impl Strategy<Value = u32> {
    prop_oneof![2 => prop::sample::select(&[64u32, 128, 512, 576][..]), 1 => small_size()]
}

fn dtype() -> impl Strategy<Value = DType> {
    prop::sample::select(&[DType::Bf16, DType::F16, DType::F32][..])
}

fn kv_format() -> impl Strategy<Value = KvFormat> {
    prop_oneof![dtype().prop_map(KvFormat::Plain), Just(KvFormat::Fp8)]
}

fn tuning() -> impl Strategy<Value = Tuning> {
    (prop::option::of(small_size()), size(), size()).prop_map(|(splits, max_workspace_bytes, max_window_bytes)| Tuning {
        splits,
        max_workspace_bytes,
        max_window_bytes,
    })
}

/// Any f32 but NaN, and often one of few.
fn score() -> impl Strategy<Value = f32> {
    prop_oneof![any::<u32>().prop_map(f32::from_bits), prop::sample::select(&[0.0f32, -0.0, 1.0, f32::INFINITY, f32::NAN][..])]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn top_k_options(rows in size(), columns in size(), top_k in small_size(), chunks: bool) {
        let method = Some(if chunks { Method::Chunks } else { Method::WholeRows });
        let _ = TopK::plan(&Device::cpu(), TopKOptions { rows, columns, top_k, method, variant: None });
    }

    #[test]
    fn index_logits_options(queries in size(), keys in size(), index_heads in small_size(), dim in width(), limit in prop::option::of(size())) {
        let options = IndexLogitsOptions { queries, keys, index_heads, dim, max_binding_bytes: limit, variant: None };
        let _ = IndexLogits::plan(&Device::cpu(), options);
    }

    #[test]
    fn paged_logits_options(batch in size(), next_n in small_size(), page_size in small_size(), segment in size(), max_pages in size(), max_context in size()) {
        let options = PagedIndexLogitsOptions {
            batch, next_n, page_size, pages_per_segment: segment, max_pages, max_context, ..Default::default()
        };
        let _ = PagedIndexLogits::plan(&Device::cpu(), options);
    }

    #[test]
    fn index_rows_options(rows in size(), heads in small_size(), dim in width(), dtype in dtype(), page_size in small_size(), segment in size(), eps: f32, factor: f32) {
        let device = Device::cpu();
        let target = IndexKeyTarget::Paged { page_size, pages_per_segment: segment };
        let _ = IndexKeys::plan(&device, IndexKeysOptions { rows, dim, dtype, norm_eps: Some(eps), target, ..Default::default() });
        let _ = IndexQueries::plan(&device, IndexQueriesOptions { queries: rows, index_heads: heads, dim, dtype, factor, ..Default::default() });
    }

    #[test]
    fn cache_options(rows in size(), d_qk in width(), dtype in dtype(), format in kv_format(), segment in size()) {
        let options = KvCacheWriterOptions { rows, d_qk, dtype, format, rows_per_segment: segment, max_binding_bytes: None, variant: None };
        let _ = KvCacheWriter::plan(&Device::cpu(), options);
    }

    #[test]
    fn select_options(queries in size(), index_heads in small_size(), dim in width(), top_k in small_size(), page_size in small_size(), pages_per_segment in size(), max_context in size(), budget_bytes in size()) {
        let options = SelectOptions { queries, index_heads, dim, top_k, page_size, pages_per_segment, max_context, budget_bytes, variant: None };
        let _ = Select::plan(&Device::cpu(), options);
    }

    #[test]
    fn page_map_options(rows in size(), top_k in small_size(), rows_per_sequence in small_size(), max_pages in small_size(), page_size in small_size()) {
        let _ = MapPages::plan(&Device::cpu(), MapPagesOptions { rows, top_k, rows_per_sequence, max_pages, page_size, variant: None });
    }

    #[test]
    fn pipeline_options(capacity in prop_oneof![0..300u64, Just(1 << 31), Just(u64::MAX)], chunk in size(), heads in small_size(), index_heads in small_size(), budget_bytes in size(), queries in size(), top_k in prop::option::of(small_size())) {
        let options = PipelineOptions { capacity, chunk, heads, index_heads, budget_bytes, ..Default::default() };
        // Scratch buffers are allocated: no more than is quick.
        if let Ok(pipeline) = Pipeline::new(&Device::cpu(), options) && queries < 64 {
            let _ = pipeline.plan_attend(queries, top_k.filter(|&top_k| top_k < 1 << 20));
        }
    }

    #[test]
    fn attention_options(
        (queries, next_n, heads, d_qk, d_v) in (size(), small_size(), small_size(), width(), width()),
        (q_dtype, kv_format, rows, rows_per_segment, top_k) in (dtype(), kv_format(), size(), size(), small_size()),
        softmax_scale in score(),
        tuning in tuning(),
    ) {
        let device = Device::cpu();
        let _ = SparseAttention::plan(&device, SparseAttentionOptions {
            queries, heads, d_qk, d_v, q_dtype, kv_format, rows, rows_per_segment, top_k, softmax_scale, variant: None, tuning,
        });
        let _ = SparseDecode::plan(&device, SparseDecodeOptions {
            batch: queries, next_n, heads, d_qk, d_v, q_dtype, kv_format, rows, rows_per_segment, top_k, softmax_scale, tuning, ..Default::default()
        });
        let _ = DenseAttention::plan(&device, DenseAttentionOptions {
            queries, heads, d_qk, d_v, q_dtype, kv_format, rows, rows_per_segment, softmax_scale, variant: None, tuning,
        });
    }
}

/// Numbers that are sums of few bits, so that sums of their products are exact.
fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 59) as f32 / 8.0 - 2.0
    };
    (0..n).map(|_| next()).collect()
}

/// Every element within `limit`; the same infinities.
fn near(actual: &[f32], expected: &[f64], limit: f64) -> bool {
    let near = |a: f64, e: f64| a == e || (a - e).abs() <= limit * e.abs().max(1.0);
    actual.len() == expected.len() && actual.iter().zip(expected).all(|(&a, &e)| near(f64::from(a), e))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn top_k_of_small_rows(
        (rows, columns, top_k) in (0usize..4, 0usize..60, 1u32..70),
        scores in prop::collection::vec(score(), 180),
        bounds in prop::collection::vec(prop_oneof![-5..65i32, any::<i32>()], 6),
    ) {
        let device = Device::cpu();
        let scores: Vec<f32> = scores.into_iter().cycle().take(rows * columns).collect();
        let (start, end) = (&bounds[..rows], &bounds[3..3 + rows]);
        let options = TopKOptions { rows: rows as u64, columns: columns as u64, top_k, ..Default::default() };
        let indices = device.upload("indices", &vec![77i32; rows * top_k as usize])?;
        TopK::plan(&device, options)?.run(&TopKArgs {
            scores: &device.upload("scores", &scores)?,
            row_start: Some(&device.upload("row_start", start)?),
            row_end: Some(&device.upload("row_end", end)?),
            indices: &indices,
        })?;
        let problem = TopKProblem { scores: &scores, rows, columns, row_start: Some(start), row_end: Some(end), top_k: top_k as usize };
        prop_assert_eq!(indices.read_blocking::<i32>()?, oracle::top_k(&problem));
    }

    #[test]
    fn index_logits_of_small_shapes(
        (queries, keys, heads, wide) in (0usize..5, 0usize..40, 1usize..=128, any::<bool>()),
        bounds in prop::collection::vec(prop_oneof![-5..45i32, any::<i32>()], 8),
        seed: u64,
    ) {
        let device = Device::cpu();
        let dim = if wide { 128 } else { 64 };
        let codes = |n: usize, seed: u64| values(n, seed).iter().map(|&x| formats::f32_to_e4m3(x)).collect::<Vec<u8>>();
        let (q, k) = (codes(queries * heads * dim, seed), codes(keys * dim, seed ^ 1));
        let (k_scale, weights) = (values(keys, seed ^ 2), values(queries * heads, seed ^ 3));
        let (k_start, k_end) = (&bounds[..queries], &bounds[4..4 + queries]);
        let options = IndexLogitsOptions {
            queries: queries as u64, keys: keys as u64, index_heads: heads as u32, dim: dim as u32, ..Default::default()
        };
        let logits = device.upload("logits", &vec![f32::NAN; queries * keys])?;
        IndexLogits::plan(&device, options)?.run(&IndexLogitsArgs {
            first_query: 0,
            queries: queries as u64,
            keys: keys as u64,
            q: &device.upload("q", &q)?,
            k: &device.upload("k", &k)?,
            k_scale: &device.upload("k_scale", &k_scale)?,
            weights: &device.upload("weights", &weights)?,
            k_start: &device.upload("k_start", k_start)?,
            k_end: &device.upload("k_end", k_end)?,
            logits: &logits,
        })?;
        let expected = oracle::ragged_logits(&RaggedLogits {
            q: &q, k: &k, k_scale: &k_scale, weights: &weights, k_start, k_end, queries, keys, index_heads: heads, dim,
        });
        prop_assert!(near(&logits.read_blocking::<f32>()?, &expected, 1e-4));
    }

    #[test]
    fn index_keys_of_small_shapes(rows in 0usize..9, wide: bool, dtype in dtype(), amax: bool, bits in prop::collection::vec(any::<u32>(), 300)) {
        let device = Device::cpu();
        let dim = if wide { 128 } else { 64 };
        let finite = |bits: u32| Some(f32::from_bits(bits)).filter(|x| x.abs() < 60_000.0).unwrap_or(0.25);
        let x: Vec<f32> = bits.iter().copied().map(finite).cycle().take(rows * dim).collect();
        let x = formats::encode(dtype, &x);
        let scale_format = if amax { ScaleFormat::Amax } else { ScaleFormat::PowerOfTwo };
        let options = IndexKeysOptions {
            rows: rows as u64, dim: dim as u32, dtype, norm_eps: None, rope: None, hadamard: false, scale_format, ..Default::default()
        };
        let (codes, scales) = (device.buffer("codes", (rows * dim) as u64)?, device.buffer("scales", rows as u64 * 4)?);
        let output = IndexKeyOutput::Flat { codes: &codes, scales: &scales };
        let args = IndexKeysArgs { rows: rows as u64, x: &device.upload("x", &x)?, norm: None, rope: None, output };
        IndexKeys::plan(&device, options)?.run(&args)?;
        let (_, expected, expected_scales) = oracle::index_rows(&IndexRows {
            x: &x, dtype, rows, dim, rows_per_position: 1, norm: None, rope: None, hadamard: false, scale_format,
        });
        prop_assert_eq!(codes.read_blocking::<u8>()?, expected);
        prop_assert_eq!(scales.read_blocking::<f32>()?, expected_scales);
    }

    #[test]
    fn attention_of_small_shapes(
        (queries, heads, d_qk, rows, segment) in (0usize..4, 1usize..20, prop::sample::select(&[64usize, 128, 576][..]), 1usize..30, 1usize..31),
        indices in prop::collection::vec(prop_oneof![-2..32i32, any::<i32>()], 60),
        lengths in prop::collection::vec(prop_oneof![-2..25i32, any::<i32>()], 4),
        sink in prop::option::of(prop::sample::select(&[0.5f32, f32::INFINITY, f32::NEG_INFINITY, 1e30][..])),
        dense: bool,
        seed: u64,
    ) {
        let device = Device::cpu();
        let (top_k, d_v, softmax_scale) = (20, d_qk.min(512), 0.05);
        let (q, kv) = (values(queries * heads * d_qk, seed), values(rows * d_qk, seed ^ 1));
        let (q_bytes, kv_bytes) = (formats::encode(DType::F32, &q), formats::encode(DType::F32, &kv));
        let segments: Vec<&[u8]> = kv_bytes.chunks(segment * d_qk * 4).collect();
        let kv: Vec<_> = segments.iter().map(|bytes| device.upload("kv", bytes)).collect::<Result<_, _>>()?;
        let (indices, lengths) = (&indices[..queries * top_k], &lengths[..queries]);
        let (k_start, k_end) = (&indices[..queries], &lengths[..queries]);
        let attn_sink = sink.map(|sink| vec![sink; heads]);
        let out = device.upload("out", &vec![f32::NAN; queries * heads * d_v])?;
        let (max_logits, lse) = (device.buffer("max_logits", (queries * heads * 4) as u64)?, device.buffer("lse", (queries * heads * 4) as u64)?);
        let sink_buffer = attn_sink.as_ref().map(|sink| device.upload("attn_sink", sink)).transpose()?;
        let q = device.upload("q", &q)?;
        let (rows_u64, rows_per_segment) = (rows as u64, segment as u64);
        if dense {
            let options = DenseAttentionOptions {
                queries: queries as u64, heads: heads as u32, d_qk: d_qk as u32, d_v: d_v as u32, q_dtype: DType::F32,
                kv_format: KvFormat::Plain(DType::F32), rows: rows_u64, rows_per_segment, softmax_scale, ..Default::default()
            };
            let (k_start, k_end) = (&device.upload("k_start", k_start)?, &device.upload("k_end", k_end)?);
            let args = DenseAttentionArgs {
                q: &q, kv: &kv, k_start, k_end, attn_sink: sink_buffer.as_ref(), out: &out, max_logits: &max_logits, lse: &lse,
            };
            DenseAttention::plan(&device, options)?.run(&args)?;
        } else {
            let options = SparseDecodeOptions {
                batch: queries as u64, next_n: 1, heads: heads as u32, d_qk: d_qk as u32, d_v: d_v as u32, q_dtype: DType::F32,
                kv_format: KvFormat::Plain(DType::F32), rows: rows_u64, rows_per_segment, top_k: top_k as u32, softmax_scale, ..Default::default()
            };
            let (indices, lengths) = (&device.upload("indices", indices)?, device.upload("topk_length", lengths)?);
            let args = SparseDecodeArgs {
                q: &q, cache: &kv, indices, topk_length: Some(&lengths), attn_sink: sink_buffer.as_ref(), out: &out, lse: &lse,
            };
            SparseDecode::plan(&device, options)?.run(&args)?;
            let options = SparseAttentionOptions {
                queries: queries as u64, heads: heads as u32, d_qk: d_qk as u32, d_v: d_v as u32, q_dtype: DType::F32,
                kv_format: KvFormat::Plain(DType::F32), rows: rows_u64, rows_per_segment, top_k: top_k as u32, softmax_scale, ..Default::default()
            };
            let decoded = out.read_blocking::<f32>()?;
            let args = SparseAttentionArgs {
                q: &q, kv: &kv, indices, topk_length: Some(&lengths), attn_sink: sink_buffer.as_ref(), out: &out, max_logits: &max_logits, lse: &lse,
            };
            SparseAttention::plan(&device, options)?.run(&args)?;
            prop_assert_eq!(decoded, out.read_blocking::<f32>()?);
        }
        let keys = if dense { Keys::Range { k_start, k_end } } else { Keys::Indices { indices, top_k, topk_length: Some(lengths) } };
        let kv = KvRows { segments: &segments, rows_per_segment: segment, rows, format: KvFormat::Plain(DType::F32) };
        let expected = oracle::attention(&Attention {
            q: &q_bytes, q_dtype: DType::F32, kv, keys, attn_sink: attn_sink.as_deref(), queries, heads, d_qk, d_v, softmax_scale,
        });
        prop_assert!(near(&out.read_blocking::<f32>()?, &expected.out, 1e-4));
        prop_assert!(near(&lse.read_blocking::<f32>()?, &expected.lse, 1e-4));
        prop_assert!(near(&max_logits.read_blocking::<f32>()?, &expected.max_logits, 1e-4));
    }

    #[test]
    fn a_forced_layout_needs_its_tables(rows in 0u64..4) {
        let device = Device::cpu();
        let options = IndexKeysOptions { rows, dtype: DType::F32, norm_eps: None, rope: Some(RopeLayout::Interleaved), ..Default::default() };
        let (x, codes, scales) = (device.buffer("x", rows * 512)?, device.buffer("codes", rows * 128)?, device.buffer("scales", rows * 4)?);
        let output = IndexKeyOutput::Flat { codes: &codes, scales: &scales };
        let result = IndexKeys::plan(&device, options)?.run(&IndexKeysArgs { rows, x: &x, norm: None, rope: None, output });
        prop_assert!(result.is_err());
    }
}
