//! `dsa op` on any file: bytes as they come, or tensors of the right names whose types, shapes and values are more or less wrong. Whatever
//! the file holds, the program runs the operation or refuses it in a sentence.
#![no_main]

#[allow(dead_code, unreachable_pub, reason = "a part of the program")]
#[path = "../cli.rs"]
mod cli;

use std::path::PathBuf;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use clap::Parser;
use libfuzzer_sys::fuzz_target;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    op: cli::op::Args,
}

/// A tensor of an operation: its type and the letters of its sizes.
type Tensor = (&'static str, Dtype, &'static str);

const F: Dtype = Dtype::F32;
const I: Dtype = Dtype::I32;
const C: Dtype = Dtype::F8_E4M3;
const U: Dtype = Dtype::U8;
const B: Dtype = Dtype::BF16;

/// Operations with one set of tensors each, and flags that they take.
const OPERATIONS: &[(&str, &[Tensor], &[&str])] = &[
    ("top-k", &[("scores", F, "SN"), ("row_start", I, "S"), ("row_end", I, "S")], &["--top-k=3", "--top-k=8192"]),
    (
        "index-keys",
        &[("x", B, "ND"), ("norm_weight", F, "D"), ("norm_bias", F, "D"), ("cos", F, "Nr"), ("sin", F, "Nr")],
        &["--hadamard", "--rope=interleaved", "--scale-format=amax", "--norm-eps=0"],
    ),
    ("index-keys", &[("x", F, "ND"), ("cache", U, "Pp+"), ("slot_mapping", I, "N")], &["--hadamard", "--scale-format=amax"]),
    (
        "index-queries",
        &[("q", B, "SHD"), ("weights", F, "SH"), ("cos", F, "Sr"), ("sin", F, "Sr")],
        &["--hadamard", "--rope=interleaved", "--scale=nan"],
    ),
    (
        "index-logits",
        &[("q", C, "SHD"), ("k", C, "ND"), ("k_scale", F, "N"), ("weights", F, "SH"), ("k_start", I, "S"), ("k_end", I, "S")],
        &["--max-context=5"],
    ),
    (
        "index-logits",
        &[("q", C, "BnHD"), ("cache", U, "Pp+"), ("weights", F, "BnH"), ("block_table", I, "BM"), ("context_lengths", I, "Bn")],
        &["--max-context=0", "--max-context=200", "--max-context=18446744073709551615"],
    ),
    (
        "sparse-attention",
        &[("q", B, "SHQ"), ("kv", B, "NQ"), ("indices", I, "SK"), ("topk_length", I, "S"), ("attn_sink", F, "H")],
        &["--scale=0.1", "--scale=-1", "--value-dim=64", "--value-dim=0"],
    ),
    (
        "sparse-decode",
        &[("q", B, "BnHQ"), ("cache", U, "Ppw"), ("indices", I, "BnK"), ("topk_length", I, "B"), ("attn_sink", F, "H")],
        &["--scale=inf", "--value-dim=512", "--value-dim=4294967295"],
    ),
    (
        "dense-attention",
        &[("q", B, "SHQ"), ("kv", F, "NQ"), ("k_start", I, "S"), ("k_end", I, "S"), ("attn_sink", F, "H")],
        &["--scale=0.1", "--value-dim=64"],
    ),
    ("dense-attention", &[("q", B, "SHQ"), ("cache", U, "Ppw")], &["--value-dim=512"]),
    (
        "kv-cache",
        &[("kv", B, "NQ"), ("cache", U, "Ppw"), ("slot_mapping", I, "N")],
        &["--pages=3", "--page-size=2", "--page-size=1000"],
    ),
];

const DTYPES: &[Dtype] = &[F, I, C, U, B, Dtype::F16, Dtype::F64, Dtype::I64, Dtype::BOOL];
/// A tensor longer than this gets other sizes: it would only take time. Only without elements can a tensor have a huge size.
const MOST_BYTES: u64 = 200_000;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("dsa-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the files");
    folder
});

fuzz_target!(|data: &[u8]| {
    // Out of bytes: nothing to try.
    let _ = run(&mut Unstructured::new(data));
});

fn run(random: &mut Unstructured<'_>) -> Result<()> {
    let (name, tensors, flags) = random.choose(OPERATIONS)?;
    let mut arguments = vec!["op".to_owned(), (*name).to_owned()];
    let path = |name: &str| FOLDER.join(name).display().to_string();
    arguments.extend(["--input".to_owned(), path("in"), "--output".to_owned(), path("out")]);
    for flag in *flags {
        if random.ratio(1, 5)? {
            arguments.push((*flag).to_owned());
        }
    }
    let Ok(program) = Program::try_parse_from(arguments) else { return Ok(()) };
    let json = random.arbitrary()?;
    let file = if random.ratio(1, 16)? { random.bytes(random.len())?.to_vec() } else { tensor_file(random, tensors)? };
    std::fs::write(FOLDER.join("in"), file).expect("a file that can be written");
    // A refusal is as good as a result.
    let _ = cli::op::run(&program.op, &cli::Context { json });
    Ok(())
}

/// A file with most of the tensors, mostly as they should be.
fn tensor_file(random: &mut Unstructured<'_>, tensors: &[Tensor]) -> Result<Vec<u8>> {
    let mut sizes = std::collections::HashMap::new();
    for letter in tensors.iter().flat_map(|tensor| tensor.2.chars()) {
        if let std::collections::hash_map::Entry::Vacant(size) = sizes.entry(letter) {
            size.insert(choose_size(random, letter)?);
        }
    }
    if let Some(&dim) = sizes.get(&'D') {
        sizes.insert('+', dim + 4);
    }
    let mut contents = Vec::new();
    for (name, dtype, letters) in tensors {
        if random.ratio(1, 10)? {
            continue;
        }
        let mut shape: Vec<u64> = letters.chars().map(|letter| sizes[&letter]).collect();
        let dtype = if random.ratio(1, 12)? { *random.choose(DTYPES)? } else { *dtype };
        if random.ratio(1, 12)? {
            match random.int_in_range(0..=3)? {
                0 => shape.push(1),
                1 => drop(shape.pop()),
                2 => shape.reverse(),
                _ => shape.iter_mut().for_each(|size| *size ^= 1),
            }
        }
        let bytes = loop {
            let bytes = shape.iter().try_fold(1u64, |n, &size| n.checked_mul(size)).and_then(|n| n.checked_mul(dtype.bitsize() as u64 / 8));
            match bytes {
                Some(bytes) if bytes <= MOST_BYTES => break bytes as usize,
                _ => shape.iter_mut().max().into_iter().for_each(|size| *size = 3),
            }
        };
        contents.push((*name, dtype, shape, values(random, dtype, bytes)?));
    }
    let views = contents.iter().filter_map(|(name, dtype, shape, data)| {
        let shape = shape.iter().map(|&size| size as usize).collect();
        Some((*name, TensorView::new(*dtype, shape, data).ok()?))
    });
    Ok(serialize(views, None).unwrap_or_default())
}

/// A size that suits its letter, or one that does not.
fn choose_size(random: &mut Unstructured<'_>, letter: char) -> Result<u64> {
    if random.ratio(1, 20)? {
        return Ok(*random.choose(&[0, 1, 7, 129, 577, 1 << 45, u64::MAX >> 1])?);
    }
    Ok(match letter {
        'D' => *random.choose(&[64, 128])?,
        'Q' => *random.choose(&[64, 512, 576])?,
        'r' => 32,
        'w' => 656,
        'H' => random.int_in_range(1..=9)?,
        _ => random.int_in_range(1..=5)?,
    })
}

/// The bytes of a tensor: zeros, small numbers, or anything.
fn values(random: &mut Unstructured<'_>, dtype: Dtype, bytes: usize) -> Result<Vec<u8>> {
    let mut values = vec![0; bytes];
    match random.int_in_range(0..=2)? {
        0 => {}
        1 if dtype == I => {
            for number in values.chunks_exact_mut(4) {
                number.copy_from_slice(&i32::from(random.arbitrary::<i8>().unwrap_or(0) >> 3).to_le_bytes());
            }
        }
        _ => {
            let seed = random.bytes(random.len().min(16))?;
            values.iter_mut().zip(seed.iter().cycle()).for_each(|(value, &byte)| *value = byte);
        }
    }
    Ok(values)
}
