//! `dsa bench cost`: the cost of one token by its position, dense against DSA.

use std::path::PathBuf;
use std::time::Duration;

use half::bf16;
use portable_dsa::engine::Device;
use portable_dsa::pipeline::{Attend, Pipeline, PipelineOptions, Queries, QueryOutput, Tokens};
use serde::Serialize;

use super::chart;
use super::kernels::{time, title};
use super::measure::Stopwatch;
use crate::cli::output::{self, Spinner, bytes};
use crate::cli::{Context, Failure};

/// Draw how the cost of one token grows with its position: dense attention against DSA
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// The longest context; K and M stand for 2^10 and 2^20 [default: 1M on a GPU, 32K elsewhere]
    #[arg(long, value_name = "N", value_parser = tokens)]
    longest: Option<u64>,
    /// The shortest context, which is doubled up to the longest
    #[arg(long, value_name = "N", default_value = "1K", value_parser = tokens)]
    shortest: u64,
    /// Attention heads
    #[arg(long, value_name = "N", default_value = "128", value_parser = clap::value_parser!(u32).range(1..=128))]
    heads: u32,
    /// Keys that DSA reads
    #[arg(long, value_name = "K", default_value = "2048", value_parser = clap::value_parser!(u32).range(1..=8192))]
    top_k: u32,
    /// Seconds to repeat each measurement for
    #[arg(long, value_name = "S", default_value = "0.5")]
    seconds: f64,
    /// Also draw the curve as an SVG picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

const HELP: &str = "\
Measures a decode step of one layer, at DeepSeek-V3.2's shapes and random data: DSA (index query, index logits, top-k, sparse attention)
and dense attention over every key. Both read the same FP8 cache.

Examples:
  dsa bench cost
  dsa bench cost --longest 1M --svg cost.svg --device vulkan:0";

/// Tokens that one submission appends.
const CHUNK: usize = 8192;
const D_QK: usize = 576;
const D_V: u64 = 512;
const INDEX_HEADS: usize = 64;
const INDEX_DIM: usize = 128;

/// The cost of a token at one position, in seconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    pub context: u64,
    pub dense: f64,
    pub dsa: f64,
    pub cache_bytes: u64,
}

#[derive(Serialize)]
struct Report {
    device: String,
    name: String,
    driver: String,
    heads: u32,
    top_k: u32,
    bytes_per_token: u64,
    /// The context from which DSA costs less, between two measured ones; null if it never or always did.
    crossover: Option<f64>,
    points: Vec<Point>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let device = context.open()?;
    let gpu = !matches!(device.info().kind, portable_dsa::engine::DeviceKind::Software | portable_dsa::engine::DeviceKind::Host);
    let longest = args.longest.unwrap_or(if gpu { 1 << 20 } else { 32 << 10 });
    if args.shortest > longest || !(0.0..=3600.0).contains(&args.seconds) {
        return Err(Failure::refused(format!(
            "--shortest {} must not be above --longest {longest}, and --seconds {} must lie within 0..=3600",
            args.shortest, args.seconds
        )));
    }
    let spinner = Spinner::new("filling the caches");
    let sequence = Sequence::new(&device, args, longest)?;
    let stopwatch = Stopwatch::new(&device, Duration::from_secs_f64(args.seconds))?;
    let (dense, sparse) = (sequence.pipeline.plan_attend(1, None)?, sequence.pipeline.plan_attend(1, Some(args.top_k))?);
    let mut points = Vec::new();
    let mut length = args.shortest;
    while length <= longest {
        spinner.say(format!("{length} tokens"));
        let dense = sequence.step(&stopwatch, &dense, length)?;
        let dsa = sequence.step(&stopwatch, &sparse, length)?;
        points.push(Point { context: length, dense, dsa, cache_bytes: length * sequence.bytes_per_token() });
        length *= 2;
    }
    drop(spinner);
    let info = device.info();
    let report = Report {
        device: info.selector.clone(),
        name: info.name.clone(),
        driver: info.driver.clone(),
        heads: args.heads,
        top_k: args.top_k,
        bytes_per_token: sequence.bytes_per_token(),
        crossover: crossover(&points),
        points,
    };
    if let Some(path) = &args.svg {
        let caption = format!("{}: one token, {} heads, top-k {}", report.name, report.heads, report.top_k);
        chart::svg(path, &caption, &report.points)?;
    }
    if context.json { output::print_json(&report) } else { output::print(&render(&report)) }
}

/// A pipeline full of random tokens, and a query.
struct Sequence {
    pipeline: Pipeline,
    q: portable_dsa::engine::Buffer,
    index_q: portable_dsa::engine::Buffer,
    index_weights: portable_dsa::engine::Buffer,
    out: portable_dsa::engine::Buffer,
    max_logits: portable_dsa::engine::Buffer,
    lse: portable_dsa::engine::Buffer,
}

impl Sequence {
    fn new(device: &Device, args: &Args, tokens: u64) -> Result<Self, Failure> {
        let mut random = fastrand::Rng::with_seed(7);
        let mut values = |count: usize| -> Vec<bf16> { (0..count).map(|_| bf16::from_f32(random.f32() * 2.0 - 1.0)).collect() };
        let options = PipelineOptions {
            capacity: tokens,
            chunk: CHUNK as u64,
            heads: args.heads,
            index_norm_eps: None,
            index_rope: None,
            ..PipelineOptions::default()
        };
        let mut pipeline = Pipeline::new(device, options)?;
        // The same random tokens over and over: what they are does not change how long a kernel takes.
        let latent = device.upload("latent", &values(CHUNK * D_QK))?;
        let index_keys = device.upload("index keys", &values(CHUNK * INDEX_DIM))?;
        while pipeline.len() < tokens {
            let count = (tokens - pipeline.len()).min(CHUNK as u64);
            let mut encoder = device.encoder();
            pipeline.append(&mut encoder, &Tokens { count, latent: &latent, index_keys: &index_keys, norm: None, rope: None })?;
            encoder.submit_and_wait()?;
        }
        let heads = u64::from(args.heads);
        Ok(Sequence {
            pipeline,
            q: device.upload("q", &values(args.heads as usize * D_QK))?,
            index_q: device.upload("index q", &values(INDEX_HEADS * INDEX_DIM))?,
            index_weights: device.upload("index weights", &[1.0f32 / 64.0; INDEX_HEADS])?,
            out: device.buffer("out", heads * D_V * 2)?,
            max_logits: device.buffer("max_logits", heads * 4)?,
            lse: device.buffer("lse", heads * 4)?,
        })
    }

    fn bytes_per_token(&self) -> u64 {
        portable_dsa::FP8_ROW_BYTES + INDEX_DIM as u64 + 4
    }

    /// The time of one decode step over the first `length` tokens.
    fn step(&self, stopwatch: &Stopwatch, plan: &Attend, length: u64) -> Result<f64, Failure> {
        let lengths = [length as i32];
        let queries = Queries {
            context_lengths: &lengths,
            q: &self.q,
            index_q: &self.index_q,
            index_weights: &self.index_weights,
            rope: None,
            attn_sink: None,
        };
        let output = QueryOutput { out: &self.out, max_logits: &self.max_logits, lse: &self.lse };
        stopwatch.median(|encoder| self.pipeline.attend(encoder, plan, &queries, &output))
    }
}

/// Where the curves cross, on a line between two measured contexts in logarithms of both.
fn crossover(points: &[Point]) -> Option<f64> {
    let ratio = |point: &Point| (point.dsa / point.dense).ln();
    let pair = points.windows(2).find(|pair| ratio(&pair[0]) >= 0.0 && ratio(&pair[1]) < 0.0)?;
    let share = ratio(&pair[0]) / (ratio(&pair[0]) - ratio(&pair[1]));
    Some(((pair[0].context as f64).ln() * (1.0 - share) + (pair[1].context as f64).ln() * share).exp())
}

fn render(report: &Report) -> String {
    let mut text = format!(
        "{}: a decode step of one layer, {} heads, top-k {}\n\n{}",
        title(&report.device, &report.name, &report.driver),
        report.heads,
        report.top_k,
        chart::bars(&report.points)
    );
    let last = report.points.last();
    text += "\n";
    text += &match (report.crossover, last) {
        (Some(crossover), _) => format!("DSA is cheaper from about {crossover:.0} tokens on"),
        (None, Some(last)) if last.dsa < last.dense => "DSA is cheaper at every context measured".to_owned(),
        _ => "DSA is not cheaper at any context measured".to_owned(),
    };
    if let Some(last) = last {
        text += &format!(
            "; at {}: {:.1} times ({} against {})\ncaches: {} bytes a token, {} at {}\n",
            last.context,
            last.dense / last.dsa,
            time(last.dsa),
            time(last.dense),
            report.bytes_per_token,
            bytes(last.cache_bytes),
            last.context
        );
    }
    text
}

/// A number of tokens such as `4096`, `64K` or `1M`.
fn tokens(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.strip_suffix(['K', 'k']) {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix(['M', 'm']).map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    let count = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(factor));
    count.filter(|count| (1..1 << 31).contains(count)).ok_or_else(|| "a number of tokens below 2^31, such as 4096, 64K or 1M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_tokens_have_suffixes() {
        assert_eq!([tokens("4096"), tokens("64K"), tokens("1M")], [Ok(4096), Ok(65536), Ok(1 << 20)]);
        for bad in ["", "K", "0", "-1", "1G", "4096M"] {
            assert!(tokens(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn curves_cross_between_two_points() {
        let point = |context, dense, dsa| Point { context, dense, dsa, cache_bytes: 0 };
        let found = crossover(&[point(1024, 1.0, 2.0), point(2048, 2.0, 2.0), point(4096, 4.0, 2.0)]).unwrap();
        assert!((found - 2048.0).abs() < 1.0, "{found}");
        assert_eq!(crossover(&[point(1024, 1.0, 2.0), point(2048, 1.0, 2.0)]), None);
    }
}
