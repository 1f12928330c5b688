//! The command `dsa recall`: cache a document, score its last part, continue prompts.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use portable_dsa::engine::Device;

use super::context::Context as Text;
use super::report::{Continuation, Passage, Quality, Report};
use super::session::{Reader, Session};
use crate::cli::{Context, Failure};

/// Queries that are scored at once.
const BATCH: usize = 16;
/// Bytes of the passage that is continued where no prompt is given.
const PASSAGE: usize = 64;

/// Let a document speak: read FILE through DSA, score its last part, and continue prompts from it
///
/// FILE is the context of an attention-only byte model without trained weights, in DeepSeek-V3.2's shapes: every byte becomes a row of the FP8 KV cache and an
/// index key. The program scores the last part of FILE with dense attention and with DSA (bits per byte, accuracy of the likeliest byte),
/// continues each prompt byte by byte, and reports speed and memory.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// The document: any bytes, 1 KB to hundreds of MB
    file: PathBuf,
    /// Text to continue; may be given several times [default: a passage from the middle of FILE]
    #[arg(long, value_name = "TEXT")]
    prompt: Vec<String>,
    /// Bytes of each continuation
    #[arg(long, value_name = "N", default_value_t = 160)]
    length: usize,
    /// Attention heads
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=128))]
    heads: u32,
    /// Rows that DSA reads for each byte
    #[arg(long, value_name = "K", default_value_t = 2048)]
    top_k: u32,
    /// Further top-k values to score
    #[arg(long, value_name = "K,..", value_delimiter = ',', default_values_t = [512, 64])]
    compare: Vec<u32>,
    /// Positions to score, spread over the last tenth of FILE; 0 scores nothing
    #[arg(long, value_name = "N", default_value_t = 64)]
    score: usize,
    /// Score with DSA only: dense attention reads every row for every position
    #[arg(long)]
    no_dense: bool,
    /// Most memory for index scores, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    budget: u64,
}

const HELP: &str = "\
Examples:
  dsa recall tests/data/alice.txt --heads 16
  dsa recall book.txt --prompt 'It was the best of times, ' --length 400 --device vulkan
  dsa recall log.txt --no-dense --json";

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let document = read(&args.file)?;
    let device = context.open()?;
    let prompts = prompts(args, &document);
    let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
    let capacity = document.len() + longest + args.length;
    let mut session = Session::new(&device, args.heads, capacity, args.budget.saturating_mul(1 << 20))?;
    // Both plans are made before the long work, so that a bad option is refused at once.
    let decode = session.reader(1, Some(args.top_k))?;
    let text = Text::new(&document);

    let bar = progress("caching", text.rows() as u64, "bytes");
    let start = Instant::now();
    session.append(&text, |rows| bar.inc(rows))?;
    let prefill = text.rows() as f64 / start.elapsed().as_secs_f64();
    bar.finish_and_clear();

    let quality = score(args, &session, &text)?;
    let mut continuations = Vec::new();
    for prompt in &prompts {
        continuations.push(continue_prompt(args, &mut session, &decode, &document, prompt)?);
        session.pipeline.truncate(text.rows() as u64);
    }
    report(args, &device, &session, &document, prefill, quality, continuations).print(context.json)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let document = std::fs::read(path)
        .map_err(|error| Failure::refused(format!("cannot read {}: {error}; give a file to read from", path.display())))?;
    match document.len() {
        0..2 => Err(Failure::refused(format!("{} has {} bytes; give a document of at least 2", path.display(), document.len()))),
        length if length > (i32::MAX / 2) as usize => {
            Err(Failure::refused(format!("{} has {length} bytes; the longest context is {}", path.display(), i32::MAX / 2)))
        }
        _ => Ok(document),
    }
}

fn prompts(args: &Args, document: &[u8]) -> Vec<Vec<u8>> {
    if !args.prompt.is_empty() {
        return args.prompt.iter().map(|prompt| prompt.clone().into_bytes()).filter(|prompt| !prompt.is_empty()).collect();
    }
    // A passage that starts a word, with enough of the document after it to be compared with.
    let middle = document.len() * 2 / 5;
    let start = (middle..document.len()).find(|&i| i > 0 && document[i - 1].is_ascii_whitespace() && !document[i].is_ascii_whitespace());
    let start = start.unwrap_or(middle);
    vec![document[start..(start + PASSAGE).min(document.len())].to_vec()]
}

/// The quality table: dense attention, then each top-k, all at the same positions.
fn score(args: &Args, session: &Session, text: &Text<'_>) -> Result<Vec<Quality>, Failure> {
    let last = text.rows();
    let count = args.score.min(last / 10);
    if count == 0 {
        return Ok(Vec::new());
    }
    // Position t is asked for byte t + 1, which the document must still hold.
    let first = last - last / 10;
    let positions: Vec<usize> = (0..count).map(|i| first + i * (last - first) / count).collect();
    let mut ways = vec![Some(args.top_k)];
    ways.extend(args.compare.iter().filter(|&&top_k| top_k != args.top_k).map(|&top_k| Some(top_k)));
    if !args.no_dense {
        ways.insert(0, None);
    }
    let bar = progress("scoring", (ways.len() * count) as u64, "positions");
    let mut table = Vec::new();
    for top_k in ways {
        let reader = session.reader(BATCH.min(count), top_k)?;
        let start = Instant::now();
        let mut quality = Quality { top_k, positions: count, bits_per_byte: 0.0, accuracy: 0.0, positions_per_second: 0.0 };
        for positions in positions.chunks(BATCH) {
            for (position, bytes) in positions.iter().zip(session.next_bytes(text, &reader, positions)?) {
                let next = text.byte(position + 1).unwrap_or_default();
                quality.bits_per_byte -= f64::from(bytes[usize::from(next)]).log2() / count as f64;
                quality.accuracy += f64::from(u8::from(likeliest(&bytes) == next)) / count as f64;
            }
            bar.inc(positions.len() as u64);
        }
        quality.positions_per_second = count as f64 / start.elapsed().as_secs_f64();
        table.push(quality);
    }
    bar.finish_and_clear();
    Ok(table)
}

fn continue_prompt(args: &Args, session: &mut Session, reader: &Reader, document: &[u8], prompt: &[u8]) -> Result<Continuation, Failure> {
    let mut text = Text::new(document);
    text.extend(prompt);
    session.append(&text, |_| ())?;
    let bar = progress("continuing", args.length as u64, "bytes");
    let start = Instant::now();
    let mut bytes = Vec::with_capacity(args.length);
    let mut read = Vec::new();
    for _ in 0..args.length {
        let distribution = session.next_bytes(&text, reader, &[text.len() - 1])?;
        if bytes.is_empty() {
            read = passages(&text, session.selected(reader)?.unwrap_or_default());
        }
        let next = distribution.first().map_or(0, likeliest);
        bytes.push(next);
        text.push(next);
        session.append(&text, |_| ())?;
        bar.inc(1);
    }
    let speed = args.length as f64 / start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    Ok(Continuation::new(document, prompt, bytes, speed, read))
}

/// Of the selected rows, those whose text resembles the end of the context longest.
fn passages(text: &Text<'_>, rows: Vec<i32>) -> Vec<Passage> {
    let end = text.len() - 1;
    let shared = |row: usize| (0..=row.min(end)).take_while(|&i| text.byte(row - i) == text.byte(end - i)).count();
    let mut found: Vec<Passage> =
        rows.iter().map(|&row| Passage { position: row as usize, shared_bytes: shared(row as usize), text: String::new() }).collect();
    found.sort_by_key(|passage| (std::cmp::Reverse(passage.shared_bytes), std::cmp::Reverse(passage.position)));
    found.truncate(3);
    for passage in &mut found {
        let around = passage.position.saturating_sub(23)..=passage.position + 24;
        let bytes: Vec<u8> = around.map_while(|position| text.byte(position)).collect();
        passage.text = String::from_utf8_lossy(&bytes).into_owned();
    }
    found
}

fn report(
    args: &Args,
    device: &Device,
    session: &Session,
    document: &[u8],
    prefill: f64,
    quality: Vec<Quality>,
    continuations: Vec<Continuation>,
) -> Report {
    Report {
        file: args.file.display().to_string(),
        bytes: document.len(),
        device: device.info().to_string(),
        heads: args.heads,
        top_k: args.top_k,
        cache_bytes_per_token: portable_dsa::pipeline::Pipeline::bytes_per_token(),
        cache_bytes: session.pipeline.cache_bytes(),
        prefill_tokens_per_second: prefill,
        quality,
        continuations,
    }
}

/// The likeliest byte; the smallest of equals, so that every device says the same.
fn likeliest(bytes: &[f32; 256]) -> u8 {
    let mut best = 0;
    for (byte, &probability) in bytes.iter().enumerate() {
        if probability > bytes[best] {
            best = byte;
        }
    }
    best as u8
}

/// A bar on stderr; none if stderr is not a terminal.
fn progress(what: &'static str, length: u64, unit: &str) -> ProgressBar {
    let template = format!("{{msg:10}} [{{bar:40}}] {{pos}}/{{len}} {unit}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}
