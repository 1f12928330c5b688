//! The float64 oracle against a second opinion: `tests/oracle/make_reference.py` computes every operation with PyTorch from its definition,
//! and the files that it wrote lie beside it.

use std::path::PathBuf;

use bytemuck::{AnyBitPattern, pod_collect_to_vec};
use portable_dsa::layout::{Fp8Row, IndexPage};
use portable_dsa::problem::{Attention, IndexRows, Keys, KvRows, Norm, PagedLogits, RaggedLogits, Rope, TopKProblem};
use portable_dsa::rope::{RopeConfig, tables};
use portable_dsa::{DType, KvFormat, RopeLayout, ScaleFormat, formats, oracle};
use safetensors::SafeTensors;

/// Both sides are float64 sums of at most some thousand terms.
const LIMIT: f64 = 1e-13;

/// A file of reference tensors.
struct Reference(Vec<u8>);

impl Reference {
    fn open(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name).with_extension("safetensors");
        Reference(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// A tensor's elements, of a type that the caller knows.
    fn get<T: AnyBitPattern + bytemuck::NoUninit>(&self, name: &str) -> Vec<T> {
        pod_collect_to_vec(self.tensor(name).data())
    }

    fn has(&self, name: &str) -> bool {
        SafeTensors::deserialize(&self.0).unwrap().tensor(name).is_ok()
    }

    fn shape(&self, name: &str) -> Vec<usize> {
        self.tensor(name).shape().to_vec()
    }

    fn dtype(&self, name: &str) -> DType {
        match self.tensor(name).dtype() {
            safetensors::Dtype::BF16 => DType::Bf16,
            safetensors::Dtype::F16 => DType::F16,
            _ => DType::F32,
        }
    }

    fn tensor(&self, name: &str) -> safetensors::tensor::TensorView<'_> {
        SafeTensors::deserialize(&self.0).unwrap().tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// The same infinities, and every finite element within [`LIMIT`] of the largest magnitude.
#[track_caller]
fn assert_close(name: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let largest = expected.iter().filter(|x| x.is_finite()).fold(1e-3, |largest: f64, x| largest.max(x.abs()));
    let mut worst = 0.0f64;
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let error = if a == e { 0.0 } else { (a - e).abs() / largest };
        assert!(error < LIMIT, "{name}[{i}] is {a}, expected {e}");
        worst = worst.max(error);
    }
    eprintln!("{name}: {worst:.1e} of the largest magnitude");
}

#[test]
fn number_formats() {
    let reference = Reference::open("formats");
    let decoded: Vec<f32> = reference.get("decoded");
    for (code, expected) in decoded.iter().enumerate() {
        let actual = formats::e4m3_to_f32(code as u8);
        assert!(actual == *expected && actual.is_sign_negative() == expected.is_sign_negative() || actual.is_nan() && expected.is_nan());
    }
    let x: Vec<f32> = reference.get("x");
    let codes: Vec<u8> = x.iter().map(|&x| formats::f32_to_e4m3(x)).collect();
    assert_eq!(codes, reference.get::<u8>("e4m3"));
    assert_eq!(formats::encode(DType::Bf16, &x), reference.get::<u8>("bf16"));
    assert_eq!(formats::encode(DType::F16, &x), reference.get::<u8>("f16"));
}

#[test]
fn rotary_tables() {
    let reference = Reference::open("index_rows");
    let positions: Vec<u32> = reference.get("tables.positions");
    for (name, config) in [("plain", RopeConfig::default()), ("yarn", RopeConfig::DEEPSEEK)] {
        assert_close(name, &config.frequencies(), &reference.get::<f64>(&format!("tables.{name}.frequencies")));
        let (cos, sin) = tables(&positions, config);
        for (table, actual) in [("cos", cos), ("sin", sin)] {
            let expected: Vec<f64> = reference.get(&format!("tables.{name}.{table}"));
            // An angle of 163839 carries the error of its frequency's last bit.
            assert!(actual.iter().zip(&expected).all(|(&a, e)| (f64::from(a) - e).abs() < 1e-7), "{name}.{table}");
        }
    }
}

#[test]
fn index_rows() {
    let reference = Reference::open("index_rows");
    for (name, rows_per_position, layout, hadamard, scale_format) in [
        ("deepseek", 1, RopeLayout::HalfSplit, true, ScaleFormat::PowerOfTwo),
        ("glm", 1, RopeLayout::Interleaved, false, ScaleFormat::PowerOfTwo),
        ("queries", 3, RopeLayout::HalfSplit, true, ScaleFormat::PowerOfTwo),
        ("amax", 1, RopeLayout::HalfSplit, true, ScaleFormat::Amax),
        ("small", 2, RopeLayout::Interleaved, true, ScaleFormat::Amax),
        ("plain", 1, RopeLayout::HalfSplit, false, ScaleFormat::PowerOfTwo),
        ("plain-amax", 1, RopeLayout::HalfSplit, false, ScaleFormat::Amax),
    ] {
        let get = |tensor: &str| reference.get::<f32>(&format!("{name}.{tensor}"));
        let optional = |tensor: &str| if reference.has(&format!("{name}.{tensor}")) { get(tensor) } else { Vec::new() };
        let shape = reference.shape(&format!("{name}.x"));
        let (weight, bias, cos, sin) = (optional("norm_weight"), optional("norm_bias"), optional("cos"), optional("sin"));
        let (values, codes, scales) = oracle::index_rows(&IndexRows {
            x: &reference.get::<u8>(&format!("{name}.x")),
            dtype: reference.dtype(&format!("{name}.x")),
            rows: shape[0],
            dim: shape[1],
            rows_per_position,
            norm: (!weight.is_empty()).then_some(Norm { weight: &weight, bias: &bias, eps: 1e-6 }),
            rope: (!cos.is_empty()).then_some(Rope { layout, cos: &cos, sin: &sin }),
            hadamard,
            scale_format,
        });
        assert_close(&format!("index rows {name}"), &values, &reference.get::<f64>(&format!("{name}.values")));
        assert_eq!(codes, reference.get::<u8>(&format!("{name}.codes")), "{name}: codes");
        assert_eq!(scales, get("scales"), "{name}: scales");
    }
}

#[test]
fn ragged_logits() {
    let reference = Reference::open("ragged_logits");
    for name in ["64x128", "13x64"] {
        let key = |tensor: &str| format!("{name}.{tensor}");
        let shape = reference.shape(&key("q"));
        let actual = oracle::ragged_logits(&RaggedLogits {
            q: &reference.get::<u8>(&key("q")),
            k: &reference.get::<u8>(&key("k")),
            k_scale: &reference.get::<f32>(&key("k_scale")),
            weights: &reference.get::<f32>(&key("weights")),
            k_start: &reference.get::<i32>(&key("k_start")),
            k_end: &reference.get::<i32>(&key("k_end")),
            queries: shape[0],
            keys: reference.shape(&key("k"))[0],
            index_heads: shape[1],
            dim: shape[2],
        });
        assert_close(&format!("ragged logits {name}"), &actual, &reference.get::<f64>(&key("logits")));
    }
}

#[test]
fn paged_logits() {
    let reference = Reference::open("paged_logits");
    for (name, page_size) in [("page64", 64), ("page5", 5)] {
        let key = |tensor: &str| format!("{name}.{tensor}");
        let (shape, cache) = (reference.shape(&key("q")), reference.get::<u8>(&key("cache")));
        let page_bytes = IndexPage { page_size, dim: shape[3] }.bytes();
        assert_eq!(reference.shape(&key("cache"))[1], page_bytes);
        // Two buffers: the oracle must find the pages in either.
        let pages_per_segment = reference.shape(&key("cache"))[0] / 2 + 1;
        let segments: Vec<&[u8]> = cache.chunks(pages_per_segment * page_bytes).collect();
        let actual = oracle::paged_logits(&PagedLogits {
            q: &reference.get::<u8>(&key("q")),
            cache: &segments,
            pages_per_segment,
            page_size,
            weights: &reference.get::<f32>(&key("weights")),
            block_table: &reference.get::<i32>(&key("block_table")),
            max_pages: reference.shape(&key("block_table"))[1],
            context_lengths: &reference.get::<i32>(&key("context_lengths")),
            batch: shape[0],
            next_n: shape[1],
            index_heads: shape[2],
            dim: shape[3],
            max_context: reference.shape(&key("logits"))[2],
        });
        assert_close(&format!("paged logits {name}"), &actual, &reference.get::<f64>(&key("logits")));
    }
}

#[test]
fn top_k() {
    let reference = Reference::open("top_k");
    let (scores, shape) = (reference.get::<f32>("scores"), reference.shape("scores"));
    let (start, end) = (reference.get::<i32>("row_start"), reference.get::<i32>("row_end"));
    for top_k in [1, 17, 64, 512] {
        let (row_start, row_end) = (Some(&start[..]), Some(&end[..]));
        let actual = oracle::top_k(&TopKProblem { scores: &scores, rows: shape[0], columns: shape[1], row_start, row_end, top_k });
        assert_eq!(actual, reference.get::<i32>(&format!("indices.{top_k}")), "top {top_k}");
    }
}

/// Shapes are those of the tensors.
#[track_caller]
fn check_attention(name: &str, actual: &oracle::AttentionOutput, out: &[f64], max_logits: Option<&[f64]>, lse: &[f64]) {
    assert_close(&format!("{name}: out"), &actual.out, out);
    assert_close(&format!("{name}: lse"), &actual.lse, lse);
    if let Some(max_logits) = max_logits {
        assert_close(&format!("{name}: max_logits"), &actual.max_logits, max_logits);
    }
}

#[test]
fn sparse_attention() {
    let reference = Reference::open("sparse_attention");
    for name in ["576", "512"] {
        let key = |tensor: &str| format!("{name}.{tensor}");
        let (shape, rows, kv) = (reference.shape(&key("q")), reference.shape(&key("kv"))[0], reference.get::<u8>(&key("kv")));
        let rows_per_segment = rows / 2 + 1;
        let segments: Vec<&[u8]> = kv.chunks(rows_per_segment * shape[2] * 2).collect();
        let actual = oracle::attention(&Attention {
            q: &reference.get::<u8>(&key("q")),
            q_dtype: DType::Bf16,
            kv: KvRows { segments: &segments, rows_per_segment, rows, format: KvFormat::Plain(DType::Bf16) },
            keys: Keys::Indices {
                indices: &reference.get::<i32>(&key("indices")),
                top_k: reference.shape(&key("indices"))[1],
                topk_length: Some(&reference.get::<i32>(&key("topk_length"))),
            },
            attn_sink: Some(&reference.get::<f32>(&key("attn_sink"))),
            queries: shape[0],
            heads: shape[1],
            d_qk: shape[2],
            d_v: 512,
            softmax_scale: 0.5,
        });
        let get = |tensor: &str| reference.get::<f64>(&key(tensor));
        check_attention(&format!("sparse attention {name}"), &actual, &get("out"), Some(&get("max_logits")), &get("lse"));
    }
}

#[test]
fn sparse_decode() {
    let reference = Reference::open("sparse_decode");
    let (latent, cache) = (reference.get::<f32>("latent"), reference.get::<u8>("own.cache"));
    for (values, expected) in latent.chunks_exact(Fp8Row::VALUES).zip(cache.chunks_exact(Fp8Row::BYTES)) {
        let mut row = vec![0; Fp8Row::BYTES];
        Fp8Row::quantise_row(values, &mut row).unwrap();
        assert_eq!(row, expected, "the bytes of a row");
    }
    let (shape, rows) = (reference.shape("q"), reference.shape("own.cache")[0]);
    for name in ["own", "other"] {
        let cache = reference.get::<u8>(&format!("{name}.cache"));
        let mut values = vec![0.0; rows * Fp8Row::VALUES];
        for (bytes, values) in cache.chunks_exact(Fp8Row::BYTES).zip(values.chunks_exact_mut(Fp8Row::VALUES)) {
            Fp8Row::dequantise_row(bytes, values).unwrap();
        }
        assert_eq!(values, reference.get::<f32>(&format!("{name}.values")), "{name}: values");
        let actual = oracle::attention(&Attention {
            q: &reference.get::<u8>("q"),
            q_dtype: DType::Bf16,
            kv: KvRows { segments: &[&cache], rows_per_segment: rows, rows, format: KvFormat::Fp8 },
            keys: Keys::Indices { indices: &reference.get::<i32>("indices"), top_k: reference.shape("indices")[1], topk_length: None },
            attn_sink: Some(&reference.get::<f32>("attn_sink")),
            queries: shape[0],
            heads: shape[1],
            d_qk: shape[2],
            d_v: 512,
            softmax_scale: 576f64.powf(-0.55) as f32,
        });
        let get = |tensor: &str| reference.get::<f64>(&format!("{name}.{tensor}"));
        check_attention(&format!("sparse decode {name}"), &actual, &get("out"), None, &get("lse"));
    }
}

#[test]
fn dense_attention() {
    let reference = Reference::open("dense_attention");
    let (shape, rows) = (reference.shape("q"), reference.shape("kv")[0]);
    let actual = oracle::attention(&Attention {
        q: &reference.get::<u8>("q"),
        q_dtype: DType::F16,
        kv: KvRows { segments: &[&reference.get::<u8>("kv")], rows_per_segment: rows, rows, format: KvFormat::Plain(DType::F16) },
        keys: Keys::Range { k_start: &reference.get::<i32>("k_start"), k_end: &reference.get::<i32>("k_end") },
        attn_sink: None,
        queries: shape[0],
        heads: shape[1],
        d_qk: shape[2],
        d_v: 448,
        softmax_scale: 0.135_233_78,
    });
    let get = |tensor: &str| reference.get::<f64>(tensor);
    check_attention("dense attention", &actual, &get("out"), Some(&get("max_logits")), &get("lse"));
}
