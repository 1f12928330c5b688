//! Every operation through files, compared with the float64 definition.

use portable_dsa::layout::{Fp8Row, IndexPage};
use portable_dsa::problem::{Attention, IndexRows, Keys, KvRows, Norm, PagedLogits, RaggedLogits, Rope, TopKProblem};
use portable_dsa::{DType, KvFormat, RopeLayout, ScaleFormat, formats, oracle, rope};
use safetensors::Dtype;

use crate::support::{Folder, Random, assert_close, difference, json, op, report};

#[test]
fn top_k() {
    let (rows, columns, k) = (5, 300, 64);
    // Few distinct values: ties everywhere.
    let mut random = Random(1);
    let scores: Vec<f32> = (0..rows * columns).map(|_| random.below(20) as f32 - 10.0).collect();
    let (row_start, row_end) = ([0, 10, 299, 7, 150], [300, 290, 300, 7, 200]);
    let folder = Folder::new();
    folder.input().f32("scores", &[rows, columns], &scores).i32("row_start", &[rows], &row_start).i32("row_end", &[rows], &row_end).write();
    let report = report(&folder, "top-k", &["--top-k", "64"]);
    let problem = TopKProblem { scores: &scores, rows, columns, row_start: Some(&row_start), row_end: Some(&row_end), top_k: k };
    assert_eq!(folder.output_i32("indices", &[rows, k]), oracle::top_k(&problem));

    assert_eq!((&report["op"], &report["device"], &report["variant"]), (&"top-k".into(), &"cpu".into(), &"cpu".into()));
    assert_eq!(report["inputs"]["scores"], serde_json::json!({"dtype": "F32", "shape": [rows, columns]}));
    assert_eq!(report["outputs"]["indices"], serde_json::json!({"dtype": "I32", "shape": [rows, k]}));
    assert!(report["milliseconds"].as_f64().unwrap() > 0.0 && report["reason"].is_string());
}

#[test]
fn index_keys() {
    let (rows, dim) = (9, 128);
    let mut random = Random(2);
    let x = formats::encode(DType::Bf16, &random.values(rows * dim));
    let (weight, bias) = (random.values(dim), random.values(dim));
    let (cos, sin) = rope::tables(&(0..rows as u32).map(|p| p * 100).collect::<Vec<_>>(), rope::RopeConfig::default());
    let folder = Folder::new();
    let input = folder.input().bytes("x", Dtype::BF16, &[rows, dim], &x);
    let input = input.f32("norm_weight", &[dim], &weight).f32("norm_bias", &[dim], &bias);
    input.f32("cos", &[rows, 32], &cos).f32("sin", &[rows, 32], &sin).write();
    for (flags, layout, scale_format) in [
        (&["--hadamard"][..], RopeLayout::HalfSplit, ScaleFormat::PowerOfTwo),
        (&["--rope", "interleaved", "--scale-format", "amax"], RopeLayout::Interleaved, ScaleFormat::Amax),
    ] {
        report(&folder, "index-keys", flags);
        let problem = IndexRows {
            x: &x,
            dtype: DType::Bf16,
            rows,
            dim,
            rows_per_position: 1,
            norm: Some(Norm { weight: &weight, bias: &bias, eps: 1e-6 }),
            rope: Some(Rope { layout, cos: &cos, sin: &sin }),
            hadamard: flags == ["--hadamard"],
            scale_format,
        };
        let (values, _, scales) = oracle::index_rows(&problem);
        let found = folder.output_f32("k_scale", &[rows]);
        assert!(found.iter().zip(&scales).all(|(a, e)| (a - e).abs() <= e * 1e-5), "{found:?} {scales:?}");
        let codes = folder.output("k", Dtype::F8_E4M3, &[rows, dim]);
        for (i, (&code, &value)) in codes.iter().zip(&values).enumerate() {
            // Half a step of e4m3, and a little for values that lie between two codes.
            let step = (value.abs() / 16.0).max(f64::from(found[i / dim]) / 1024.0) * 1.001;
            let decoded = f64::from(formats::e4m3_to_f32(code) * found[i / dim]);
            assert!((decoded - value).abs() <= step, "k[{i}] is {decoded}, expected {value}");
        }
    }
}

#[test]
fn index_keys_in_pages() {
    let (rows, dim, pages, page_size) = (5, 64, 3, 4);
    let x = Random(3).values(rows * dim);
    let slots = [11, 0, -1, 5, 6];
    let folder = Folder::new();
    let input = folder.input().f32("x", &[rows, dim], &x).i32("slot_mapping", &[rows], &slots);
    input.zeros("cache", Dtype::U8, &[pages, page_size, dim + 4]).write();
    report(&folder, "index-keys", &[]);
    let cache = folder.output("cache", Dtype::U8, &[pages, page_size, dim + 4]);
    folder.input().f32("x", &[rows, dim], &x).write();
    report(&folder, "index-keys", &[]);
    let (k, k_scale) = (folder.output("k", Dtype::F8_E4M3, &[rows, dim]), folder.output_f32("k_scale", &[rows]));
    let layout = IndexPage { page_size, dim };
    let mut expected = vec![0; pages * layout.bytes()];
    for (row, slot) in slots.into_iter().enumerate().filter(|(_, slot)| *slot >= 0) {
        let (page, slot) = layout.locate(slot as usize);
        layout.write(&mut expected[page * layout.bytes()..], slot, &k[row * dim..][..dim], k_scale[row]).unwrap();
    }
    assert_eq!(cache, expected);
}

#[test]
fn index_queries_feed_index_logits() {
    let (batch, next_n, heads, dim) = (2, 3, 5, 64);
    let queries = batch * next_n;
    let mut random = Random(4);
    let (q, weights) = (random.values(queries * heads * dim), random.values(queries * heads));
    let folder = Folder::new();
    folder.input().f32("q", &[batch, next_n, heads, dim], &q).f32("weights", &[batch, next_n, heads], &weights).write();
    report(&folder, "index-queries", &["--scale", "0.5"]);
    let problem = IndexRows {
        x: bytemuck::cast_slice(&q),
        dtype: DType::F32,
        rows: queries * heads,
        dim,
        rows_per_position: heads,
        norm: None,
        rope: None,
        hadamard: false,
        scale_format: ScaleFormat::PowerOfTwo,
    };
    let (_, codes, scales) = oracle::index_rows(&problem);
    assert_eq!(folder.output("q", Dtype::F8_E4M3, &[batch, next_n, heads, dim]), codes);
    let expected: Vec<f64> = weights.iter().zip(&scales).map(|(w, s)| f64::from(w * s) * 0.5).collect();
    assert_close("weights", &folder.output_f32("weights", &[batch, next_n, heads]), &expected, 1e-7, 1e-6, 1e-12);
}

#[test]
fn index_logits_of_flat_keys() {
    let (queries, keys, index_heads, dim) = (7, 150, 8, 128);
    let mut random = Random(5);
    let (q, k) = (random.codes(queries * index_heads * dim), random.codes(keys * dim));
    let (k_scale, weights) = (random.values(keys), random.values(queries * index_heads));
    let (k_start, k_end) = ([0, 3, 0, 150, 20, 64, 149], [150, 90, 0, 150, 20, 130, 150]);
    let folder = Folder::new();
    let input = folder.input().bytes("q", Dtype::F8_E4M3, &[queries, index_heads, dim], &q).bytes("k", Dtype::F8_E4M3, &[keys, dim], &k);
    let input = input.f32("k_scale", &[keys], &k_scale).f32("weights", &[queries, index_heads], &weights);
    input.i32("k_start", &[queries], &k_start).i32("k_end", &[queries], &k_end).write();
    report(&folder, "index-logits", &[]);
    let problem = RaggedLogits {
        q: &q,
        k: &k,
        k_scale: &k_scale,
        weights: &weights,
        k_start: &k_start,
        k_end: &k_end,
        queries,
        keys,
        index_heads,
        dim,
    };
    let found = difference(&folder.output_f32("logits", &[queries, keys]), &oracle::ragged_logits(&problem));
    assert!(found < 5e-6, "{found}");
}

#[test]
fn index_logits_of_pages() {
    let (batch, next_n, index_heads, dim, page_size, pages, max_pages) = (2, 2, 4, 64, 16, 9, 4);
    let mut random = Random(6);
    let q = random.codes(batch * next_n * index_heads * dim);
    let weights = random.values(batch * next_n * index_heads);
    let layout = IndexPage { page_size, dim };
    let mut cache = vec![0; pages * layout.bytes()];
    for row in 0..pages * page_size {
        let (page, slot) = layout.locate(row);
        let (codes, scale) = (random.codes(dim), random.values(1)[0]);
        layout.write(&mut cache[page * layout.bytes()..], slot, &codes, scale).unwrap();
    }
    let block_table = [3, 8, 0, -1, 5, 1, 7, 2];
    let context_lengths = [40, 41, 63, 64];
    let folder = Folder::new();
    let input = folder.input().bytes("q", Dtype::F8_E4M3, &[batch, next_n, index_heads, dim], &q);
    let input = input.bytes("cache", Dtype::U8, &[pages, page_size, dim + 4], &cache);
    let input = input.f32("weights", &[batch * next_n, index_heads], &weights).i32("block_table", &[batch, max_pages], &block_table);
    input.i32("context_lengths", &[batch, next_n], &context_lengths).write();
    for (flags, max_context) in [(&[][..], 64), (&["--max-context", "70"], 70)] {
        report(&folder, "index-logits", flags);
        let problem = PagedLogits {
            q: &q,
            cache: &[&cache],
            pages_per_segment: pages,
            page_size,
            weights: &weights,
            block_table: &block_table,
            max_pages,
            context_lengths: &context_lengths,
            batch,
            next_n,
            index_heads,
            dim,
            max_context,
        };
        let found = difference(&folder.output_f32("logits", &[batch * next_n, max_context]), &oracle::paged_logits(&problem));
        assert!(found < 5e-6, "{found}");
    }
}

/// Latent rows and queries of one attention problem.
struct Latent {
    q: Vec<u8>,
    kv: Vec<u8>,
    sink: Vec<f32>,
    queries: usize,
    heads: usize,
    rows: usize,
}

impl Latent {
    fn new(queries: usize, heads: usize, rows: usize) -> Self {
        let mut random = Random(7);
        let q = formats::encode(DType::Bf16, &random.values(queries * heads * 576));
        let kv = formats::encode(DType::Bf16, &random.values(rows * 576));
        let mut sink = random.values(heads);
        sink[0] = f32::INFINITY;
        Latent { q, kv, sink, queries, heads, rows }
    }

    /// The program's results against the definition, with FlashMLA's limits.
    fn check(&self, folder: &Folder, keys: Keys<'_>, d_v: usize) {
        let problem = Attention {
            q: &self.q,
            q_dtype: DType::Bf16,
            kv: KvRows { segments: &[&self.kv], rows_per_segment: self.rows, rows: self.rows, format: KvFormat::Plain(DType::Bf16) },
            keys,
            attn_sink: Some(&self.sink),
            queries: self.queries,
            heads: self.heads,
            d_qk: 576,
            d_v,
            softmax_scale: 0.25,
        };
        let expected = oracle::attention(&problem);
        let out = formats::decode(DType::Bf16, &folder.output("out", Dtype::BF16, &[self.queries, self.heads, d_v]));
        assert_close("out", &out, &expected.out, 8e-4, 3.01 / 128.0, 7e-6);
        let rows = [self.queries, self.heads];
        assert_close("lse", &folder.output_f32("lse", &rows), &expected.lse, 1e-6, 2.01 / 65536.0, 1e-7);
        assert_close("max_logits", &folder.output_f32("max_logits", &rows), &expected.max_logits, 1e-6, 2.01 / 65536.0, 1e-7);
    }
}

#[test]
fn sparse_attention() {
    let latent = Latent::new(3, 4, 50);
    let indices = [[4, 0, 49, 17, -1, 50, i32::MAX, 8], [1; 8], [-1; 8]].concat();
    let topk_length = [8, 3, 8];
    let folder = Folder::new();
    let input = folder.input().bytes("q", Dtype::BF16, &[3, 4, 576], &latent.q).bytes("kv", Dtype::BF16, &[50, 576], &latent.kv);
    let input = input.i32("indices", &[3, 8], &indices).i32("topk_length", &[3], &topk_length).f32("attn_sink", &[4], &latent.sink);
    input.f32("note", &[1], &[0.0]).write();
    for d_v in [512, 256] {
        let report = report(&folder, "sparse-attention", &["--scale", "0.25", "--value-dim", &d_v.to_string()]);
        latent.check(&folder, Keys::Indices { indices: &indices, top_k: 8, topk_length: Some(&topk_length) }, d_v);
        assert_eq!(report["ignored"], serde_json::json!(["note"]));
    }
    let text = String::from_utf8(op(&folder, "sparse-attention", &[]).stdout).unwrap();
    assert!(text.contains("BF16") && text.contains("not used: note"), "{text}");
}

#[test]
fn dense_attention() {
    let latent = Latent::new(3, 2, 20);
    let folder = Folder::new();
    let input = || {
        let input = folder.input().bytes("q", Dtype::BF16, &[3, 2, 576], &latent.q).bytes("kv", Dtype::BF16, &[20, 576], &latent.kv);
        input.f32("attn_sink", &[2], &latent.sink)
    };
    input().i32("k_start", &[3], &[0, 5, 7]).i32("k_end", &[3], &[20, 6, 7]).write();
    report(&folder, "dense-attention", &["--scale", "0.25"]);
    latent.check(&folder, Keys::Range { k_start: &[0, 5, 7], k_end: &[20, 6, 7] }, 512);
    input().write();
    report(&folder, "dense-attention", &["--scale", "0.25"]);
    latent.check(&folder, Keys::Range { k_start: &[0; 3], k_end: &[18, 19, 20] }, 512);
}

#[test]
fn kv_cache_feeds_sparse_decode() {
    let (batch, next_n, heads, rows, page_size) = (2, 2, 3, 10, 4);
    let latent = Latent::new(batch * next_n, heads, rows);
    let folder = Folder::new();
    folder.input().bytes("kv", Dtype::BF16, &[rows, 576], &latent.kv).write();
    report(&folder, "kv-cache", &["--page-size", "4"]);
    let cache = folder.output("cache", Dtype::U8, &[3, page_size, 656]);
    let mut expected = vec![0; 12 * Fp8Row::BYTES];
    let values = formats::decode(DType::Bf16, &latent.kv);
    for (row, values) in expected.chunks_mut(Fp8Row::BYTES).zip(values.chunks(576)) {
        Fp8Row::quantise_row(values, row).unwrap();
    }
    assert_eq!(cache, expected);

    let indices = [[0, 9, 3, -1, 5], [7, 7, 2, 1, 0], [-1; 5], [12, 4, 8, 6, 1]].concat();
    let topk_length = [5, 4];
    let input = folder.input().bytes("q", Dtype::BF16, &[batch, next_n, heads, 576], &latent.q);
    let input = input.bytes("cache", Dtype::U8, &[3, page_size, 656], &cache).i32("indices", &[batch, next_n, 5], &indices);
    input.i32("topk_length", &[batch], &topk_length).f32("attn_sink", &[heads], &latent.sink).write();
    json(&op(&folder, "sparse-decode", &["--json"]));
    let problem = Attention {
        q: &latent.q,
        q_dtype: DType::Bf16,
        kv: KvRows { segments: &[&cache], rows_per_segment: 12, rows: 12, format: KvFormat::Fp8 },
        keys: Keys::Indices { indices: &indices, top_k: 5, topk_length: Some(&[5, 5, 4, 4]) },
        attn_sink: Some(&latent.sink),
        queries: batch * next_n,
        heads,
        d_qk: 576,
        d_v: 512,
        softmax_scale: 1.0 / 24.0,
    };
    let expected = oracle::attention(&problem);
    let out = formats::decode(DType::Bf16, &folder.output("out", Dtype::BF16, &[batch, next_n, heads, 512]));
    assert_close("out", &out, &expected.out, 1e-3, 2.01 / 128.0, 5e-6);
    // [batch, heads, next_n] from the definition's [batch * next_n, heads].
    let place = |i: usize| (i / (heads * next_n) * next_n + i % next_n) * heads + i / next_n % heads;
    let lse: Vec<f64> = (0..batch * next_n * heads).map(|i| expected.lse[place(i)]).collect();
    assert_close("lse", &folder.output_f32("lse", &[batch, heads, next_n]), &lse, 1e-6, 8.01 / 65536.0, 1e-7);
}

#[test]
fn kv_cache_keeps_plain_rows_and_skips_negative_slots() {
    let folder = Folder::new();
    let kv: Vec<f32> = (0..3 * 64).map(|i| i as f32).collect();
    let input = folder.input().f32("kv", &[3, 64], &kv).i32("slot_mapping", &[3], &[3, -1, 0]);
    input.zeros("cache", Dtype::F32, &[2, 2, 64]).write();
    report(&folder, "kv-cache", &[]);
    let cache = folder.output_f32("cache", &[2, 2, 64]);
    assert_eq!([&cache[..64], &cache[192..]], [&kv[128..], &kv[..64]]);
    assert!(cache[64..192].iter().all(|&x| x == 0.0));
}
