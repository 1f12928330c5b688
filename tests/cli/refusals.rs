//! What the program refuses: exit code 2 and one sentence that says what is wrong and what to do.

use safetensors::Dtype;

use crate::support::{Folder, Input, assert_refused, dsa, op};

fn scores(folder: &Folder) -> Input {
    folder.input().f32("scores", &[2, 4], &[0.0; 8])
}

/// Flat keys: 3 queries of 2 heads, 5 keys.
fn logits(folder: &Folder) -> Input {
    let input = folder.input().zeros("q", Dtype::F8_E4M3, &[3, 2, 64]).zeros("k", Dtype::F8_E4M3, &[5, 64]);
    let input = input.zeros("k_scale", Dtype::F32, &[5]).zeros("weights", Dtype::F32, &[3, 2]);
    input.i32("k_start", &[3], &[0; 3]).i32("k_end", &[3], &[5; 3])
}

/// A paged cache: 2 sequences of 1 query, 4 pages of 8.
fn paged(folder: &Folder) -> Input {
    let input = folder.input().zeros("q", Dtype::F8_E4M3, &[2, 1, 2, 64]).zeros("cache", Dtype::U8, &[4, 8, 68]);
    let input = input.zeros("weights", Dtype::F32, &[2, 2]).i32("block_table", &[2, 2], &[0, 1, 2, 3]);
    input.i32("context_lengths", &[2], &[16, 9])
}

fn attention(folder: &Folder) -> Input {
    let input = folder.input().zeros("q", Dtype::BF16, &[2, 4, 576]).zeros("kv", Dtype::BF16, &[6, 576]);
    input.i32("indices", &[2, 3], &[0; 6])
}

fn decode(folder: &Folder) -> Input {
    let input = folder.input().zeros("q", Dtype::BF16, &[2, 1, 4, 576]).zeros("cache", Dtype::U8, &[2, 8, 656]);
    input.i32("indices", &[2, 1, 3], &[0; 6])
}

/// Writes a file and runs an operation on it that must be refused with these words.
fn refuse(folder: &Folder, input: &Input, name: &str, flags: &[&str], words: &[&str]) {
    input.write();
    assert_refused(&op(folder, name, flags), words);
    assert!(!folder.path("out.safetensors").exists());
}

#[test]
fn the_inputs_of_these_tests_are_good_before_they_are_spoilt() {
    let folder = Folder::new();
    for (input, name) in [
        (scores(&folder), "top-k"),
        (logits(&folder), "index-logits"),
        (paged(&folder), "index-logits"),
        (attention(&folder), "sparse-attention"),
        (decode(&folder), "sparse-decode"),
    ] {
        input.write();
        let run = op(&folder, name, &[]);
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn missing_tensors() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &scores(f).without("scores").f32("score", &[1], &[0.0]), "top-k", &[], &["`scores`", "top-k takes", "row_end", "has score"]);
    refuse(f, &logits(f).without("k_scale"), "index-logits", &[], &["`k_scale`", "k_start, k_end"]);
    refuse(f, &logits(f).without("k"), "index-logits", &[], &["neither `k` nor `cache`", "block_table"]);
    refuse(f, &logits(f).zeros("cache", Dtype::U8, &[1, 1, 68]), "index-logits", &[], &["both `k` and `cache`"]);
    refuse(f, &paged(f).without("block_table"), "index-logits", &[], &["`block_table`", "context_lengths"]);
    refuse(f, &attention(f).without("kv"), "sparse-attention", &[], &["`kv`", "topk_length"]);
    refuse(f, &decode(f).without("cache"), "sparse-decode", &[], &["`cache`"]);
    refuse(f, &attention(f).without("q"), "dense-attention", &[], &["`q`"]);
    refuse(f, &attention(f).i32("k_start", &[2], &[0; 2]), "dense-attention", &[], &["`k_end`"]);
    refuse(f, &f.input(), "kv-cache", &[], &["`kv`", "no tensors"]);
    refuse(f, &f.input().zeros("x", Dtype::F32, &[1, 64]).zeros("cos", Dtype::F32, &[1, 32]), "index-keys", &[], &["`sin`"]);
    refuse(f, &f.input().zeros("q", Dtype::F32, &[1, 1, 64]), "index-queries", &[], &["`weights`"]);
}

#[test]
fn wrong_dtypes() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &f.input().zeros("scores", Dtype::F64, &[2, 4]), "top-k", &[], &["`scores`", "F64", "F32"]);
    refuse(f, &scores(f).zeros("row_end", Dtype::I64, &[2]), "top-k", &[], &["`row_end`", "I64", "I32"]);
    let bf16 = logits(f).without("q").zeros("q", Dtype::BF16, &[3, 2, 64]);
    refuse(f, &bf16, "index-logits", &[], &["`q`", "BF16", "F8_E4M3", "index-queries"]);
    let f32 = logits(f).without("k").zeros("k", Dtype::F32, &[5, 64]);
    refuse(f, &f32, "index-logits", &[], &["`k`", "F32", "F8_E4M3", "index-keys"]);
    let fp8 = attention(f).without("q").zeros("q", Dtype::F8_E4M3, &[2, 4, 576]);
    refuse(f, &fp8, "sparse-attention", &[], &["`q`", "F8_E4M3", "BF16, F16 or F32"]);
    refuse(f, &attention(f).zeros("attn_sink", Dtype::BF16, &[4]), "sparse-attention", &[], &["`attn_sink`", "BF16", "F32"]);
    let mixed = f.input().zeros("kv", Dtype::BF16, &[1, 64]).zeros("cache", Dtype::F32, &[1, 1, 64]);
    refuse(f, &mixed, "kv-cache", &[], &["`cache`", "F32", "BF16"]);
}

#[test]
fn wrong_shapes() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &f.input().zeros("scores", Dtype::F32, &[8]), "top-k", &[], &["`scores`", "[8]", "[R, N]"]);
    refuse(f, &scores(f).i32("row_end", &[3], &[1; 3]), "top-k", &[], &["`row_end`", "[3]", "[2]"]);
    let k = logits(f).without("k").zeros("k", Dtype::F8_E4M3, &[5, 128]);
    refuse(f, &k, "index-logits", &[], &["`k`", "[5, 128]", "[5, 64]"]);
    let dim = logits(f).without("q").without("k").zeros("q", Dtype::F8_E4M3, &[3, 2, 60]).zeros("k", Dtype::F8_E4M3, &[5, 60]);
    refuse(f, &dim, "index-logits", &[], &["dim is 60", "64 or 128"]);
    let page = paged(f).without("cache").zeros("cache", Dtype::U8, &[4, 8, 64]);
    refuse(f, &page, "index-logits", &[], &["`cache`", "[4, 8, 68]"]);
    refuse(f, &paged(f).without("weights").zeros("weights", Dtype::F32, &[2, 3]), "index-logits", &[], &["`weights`", "[B, n, H]"]);
    refuse(f, &attention(f).without("kv").zeros("kv", Dtype::BF16, &[6, 512]), "sparse-attention", &[], &["`kv`", "[6, 576]"]);
    refuse(f, &attention(f).without("kv").zeros("kv", Dtype::BF16, &[0, 576]), "sparse-attention", &[], &["no latent rows"]);
    refuse(f, &attention(f).zeros("attn_sink", Dtype::F32, &[5]), "sparse-attention", &[], &["`attn_sink`", "[4]"]);
    let row = decode(f).without("cache").zeros("cache", Dtype::U8, &[2, 8, 584]);
    refuse(f, &row, "sparse-decode", &[], &["`cache`", "[2, 8, 656]"]);
    refuse(f, &decode(f).i32("topk_length", &[3], &[1; 3]), "sparse-decode", &[], &["`topk_length`", "[B, n]"]);
    refuse(f, &f.input().zeros("kv", Dtype::BF16, &[2, 512]), "kv-cache", &[], &["d_qk is 512", "576"]);
}

#[test]
fn values_out_of_range() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &scores(f).i32("row_end", &[2], &[4, 5]), "top-k", &[], &["row_end[1] is 5", "0..=4"]);
    refuse(f, &scores(f).i32("row_start", &[2], &[-1, 0]), "top-k", &[], &["row_start[0] is -1"]);
    refuse(f, &f.input().zeros("kv", Dtype::BF16, &[1 << 45, 0]), "kv-cache", &[], &["shape [35184372088832, 0]"]);
    let reversed = scores(f).i32("row_start", &[2], &[0, 3]).i32("row_end", &[2], &[4, 2]);
    refuse(f, &reversed, "top-k", &[], &["row 1", "reversed"]);
    refuse(f, &logits(f).without("k_end").i32("k_end", &[3], &[5, 6, 5]), "index-logits", &[], &["k_end[1] is 6", "5 keys"]);
    refuse(f, &logits(f).without("k_start").i32("k_start", &[3], &[0, 0, -2]), "index-logits", &[], &["k_start[2] is -2"]);
    refuse(
        f,
        &paged(f).without("context_lengths").i32("context_lengths", &[2], &[17, 0]),
        "index-logits",
        &[],
        &["context_lengths[0] is 17"],
    );
    refuse(
        f,
        &paged(f).without("block_table").i32("block_table", &[2, 2], &[0, 1, 2, 4]),
        "index-logits",
        &[],
        &["block_table[1, 1] is 4"],
    );
    refuse(f, &paged(f), "index-logits", &["--max-context", "8"], &["--max-context is 8", "16"]);
    refuse(f, &logits(f), "index-logits", &["--max-context", "8"], &["--max-context", "flat keys"]);
    refuse(f, &attention(f).i32("topk_length", &[2], &[3, 4]), "sparse-attention", &[], &["topk_length[1] is 4"]);
    refuse(f, &attention(f).i32("k_start", &[2], &[0; 2]).i32("k_end", &[2], &[6, 7]), "dense-attention", &[], &["k_end[1] is 7"]);
    let many = attention(f).without("kv").zeros("kv", Dtype::BF16, &[1, 576]);
    refuse(f, &many, "dense-attention", &[], &["2 queries", "k_end"]);
    let kv = || f.input().zeros("kv", Dtype::BF16, &[2, 576]);
    refuse(f, &kv().i32("slot_mapping", &[2], &[0, 64]), "kv-cache", &[], &["slot_mapping[1] is 64"]);
    refuse(f, &kv().i32("slot_mapping", &[2], &[7, 7]), "kv-cache", &[], &["both 7"]);
    refuse(f, &kv().zeros("cache", Dtype::U8, &[1, 1, 656]), "kv-cache", &["--page-size", "2"], &["--page-size"]);
    refuse(f, &kv().zeros("cache", Dtype::U8, &[1, 1, 656]), "kv-cache", &[], &["slot_mapping[1] is 1", "1 slots"]);
}

#[test]
fn flags_out_of_range() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &scores(f), "top-k", &["--top-k", "0"], &["'0'", "--top-k", "8192"]);
    refuse(f, &scores(f), "top-k", &["--top-k", "8193"], &["8193"]);
    refuse(f, &scores(f), "top-k", &["--top-k", "many"], &["many"]);
    refuse(f, &scores(f), "top-k", &["--scale", "1"], &["--scale", "dsa op top-k --help"]);
    refuse(f, &scores(f), "top-k", &["--variant", "subgroup"], &["subgroup", "--variant auto"]);
    refuse(f, &scores(f), "top-k", &["--variant", "fast"], &["fast", "generic"]);
    for scale in ["nan", "-1", "0", "inf"] {
        refuse(f, &attention(f), "sparse-attention", &["--scale", scale], &["--scale is"]);
    }
    for value_dim in ["0", "100", "576", "4294967295"] {
        refuse(f, &attention(f), "sparse-attention", &["--value-dim", value_dim], &["--value-dim is"]);
    }
}

#[test]
fn devices_that_are_not_there() {
    let folder = Folder::new();
    let f = &folder;
    refuse(f, &scores(f), "top-k", &["--device", "gpu"], &["`gpu`", "auto, cpu, cuda, vulkan"]);
    refuse(f, &scores(f), "top-k", &["--device", "vulkan:99"], &["vulkan:99", "found: "]);
    assert_refused(&dsa(&["devices", "--device", "abacus"]), &["`abacus`"]);
}

#[test]
fn files_that_cannot_be_read_or_written() {
    let folder = Folder::new();
    let input = folder.path("in.safetensors");
    assert_refused(&op(&folder, "top-k", &[]), &["cannot read", "in.safetensors"]);
    for (bytes, word) in
        [(&b""[..], "not a safetensors file"), (b"no tensors here", "not a safetensors file"), (&[0xff; 64], "not a safetensors file")]
    {
        std::fs::write(&input, bytes).unwrap();
        assert_refused(&op(&folder, "top-k", &[]), &[word, "in.safetensors"]);
    }
    scores(&folder).write();
    let whole = std::fs::read(&input).unwrap();
    for length in [4, 8, 20, whole.len() - 1] {
        std::fs::write(&input, &whole[..length]).unwrap();
        assert_refused(&op(&folder, "top-k", &[]), &["in.safetensors", "safetensors file"]);
    }
    std::fs::write(&input, &whole).unwrap();
    let nowhere = folder.path("nowhere/out.safetensors").display().to_string();
    let input = input.display().to_string();
    assert_refused(&dsa(&["op", "top-k", "--input", &input, "--output", &nowhere, "--device", "cpu"]), &["nowhere", "make it first"]);
    let here = folder.path("").display().to_string();
    assert_refused(&dsa(&["op", "top-k", "--input", &input, "--output", &here, "--device", "cpu"]), &["folder"]);
    if cfg!(target_os = "linux") {
        assert_refused(&dsa(&["op", "top-k", "--input", &input, "--output", "/dev/full", "--device", "cpu"]), &["/dev/full", "--output"]);
    }
}

#[test]
fn mistakes_of_usage() {
    assert_refused(&dsa(&["op", "top-q", "--input", "a", "--output", "b"]), &["top-q"]);
    assert_refused(&dsa(&["op", "top-k"]), &["--input <FILE>", "--output <FILE>"]);
    assert_refused(&dsa(&["device"]), &["device", "dsa --help"]);
    assert_refused(&dsa(&["devices", "--jsn"]), &["--json"]);
}

#[test]
fn shapes_that_overflow() {
    let folder = Folder::new();
    // Empty tensors of absurd sizes: no byte of data, and products past 2^64.
    let header = |text: &str| {
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        std::fs::write(folder.path("in.safetensors"), bytes).unwrap();
    };
    let huge = u64::MAX;
    let tensor = |name: &str, dtype: &str, shape: &str| format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,0]}}"#);
    let names = [
        ("top-k", vec![("scores", "F32", format!("[0,{huge}]"))]),
        ("index-queries", vec![("q", "F32", format!("[0,{huge},{huge}]")), ("weights", "F32", format!("[0,{huge}]"))]),
        (
            "index-keys",
            vec![("x", "F32", format!("[0,{huge}]")), ("cache", "U8", format!("[0,{huge},3]")), ("slot_mapping", "I32", "[0]".into())],
        ),
        (
            "index-logits",
            vec![
                ("q", "F8_E4M3", format!("[0,{huge},{huge},64]")),
                ("cache", "U8", format!("[0,{huge},68]")),
                ("weights", "F32", format!("[0,{huge}]")),
                ("block_table", "I32", format!("[0,{huge}]")),
                ("context_lengths", "I32", format!("[0,{huge}]")),
            ],
        ),
        ("sparse-decode", vec![("q", "F32", format!("[0,{huge},{huge},64]")), ("cache", "F32", format!("[0,{huge},64]"))]),
        ("dense-attention", vec![("q", "F32", format!("[0,{huge},64]")), ("cache", "F32", format!("[{huge},0,64]"))]),
        ("kv-cache", vec![("kv", "F32", format!("[0,{huge}]"))]),
    ];
    for (name, tensors) in names {
        let tensors: Vec<_> = tensors.iter().map(|(name, dtype, shape)| tensor(name, dtype, shape)).collect();
        header(&format!("{{{}}}", tensors.join(",")));
        assert_refused(&op(&folder, name, &[]), &[]);
    }
}
