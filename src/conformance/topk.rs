//! Top-k must be exact: every case compares all indices, and must give the same ones when repeated.

use super::compare::{EXACT, equal};
use super::random::Random;
use super::{Case, Target};
use crate::problem::TopKProblem;
use crate::topk::{MapPages, MapPagesArgs, MapPagesOptions, Method, TopK, TopKArgs, TopKOptions};
use crate::{Variant, oracle};

const GROUP: &str = "top-k";
const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
const WITH_SM90: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Sm90];
const BOTH: &[Method] = &[Method::WholeRows, Method::Chunks];
const WHOLE_ROWS: &[Method] = &[Method::WholeRows];
const CHUNKS: &[Method] = &[Method::Chunks];
/// What outputs hold before a run.
const POISON: i32 = 0x7fff_ffff;

/// Distributions of scores.
#[derive(Clone, Copy, Debug)]
enum Data {
    Normal,
    /// vLLM's: the top 22 bits are the same in all scores.
    LowBits,
    Equal(f32),
    /// A ReLU's output: mostly zeros, fewer positive scores than `top_k`.
    Plateau,
    /// Half zeros, half positive.
    HalfZero,
    /// Few distinct values, so that ties are everywhere.
    Ties,
    /// +0.0 and -0.0 among a few others.
    Zeros,
    /// Scores with infinities and NaNs of either sign.
    Special,
    /// Any bits at all.
    Bits,
    Ascending,
    Descending,
    /// Two values by turns.
    Alternating,
    /// vLLM's: close together, with a few far above.
    Peaks,
    /// Neighbours are alike: 16 together far above the others, about k in all, so that a sample of the row may be far from its whole.
    Runs,
    /// The largest everywhere but where the WGSL kernels take their sample of a row of 20000 columns.
    Hidden,
    /// To multiples of 1/64: a few keys tie with the k-th.
    Rounded,
}

/// The bounds of a row, given its number, the columns and k.
type Bound = fn(usize, i32, i32) -> i32;

/// Row ranges.
#[derive(Clone, Copy)]
struct Ranges {
    start: Option<Bound>,
    end: Option<Bound>,
}

const WHOLE: Ranges = Ranges { start: None, end: None };
/// Lengths around everything that matters.
const LENGTHS: Ranges = Ranges { start: None, end: Some(|row, columns, k| [0, 1, k - 1, k, k + 1, 3, columns - 1, columns][row % 8]) };
/// As a causal mask.
const CAUSAL: Ranges = Ranges { start: None, end: Some(|row, _, _| row as i32 + 1) };
/// Decode: the last 8 queries of sequences whose lengths lie on both sides of k.
const NEXT_TOKENS: Ranges =
    Ranges { start: None, end: Some(|row, columns, k| (k + 3 + row as i32 / 8 * 977) % columns + (row % 8) as i32 - 7) };
const ONLY_START: Ranges =
    Ranges { start: Some(|row, columns, k| [0, 1, columns - k, columns - k - 1, columns - 1, columns][row % 6]), end: None };
const MIDDLE: Ranges = Ranges { start: Some(|row, _, _| row as i32 * 7 + 1), end: Some(|row, columns, _| columns - row as i32 * 5 - 2) };
/// Past the end, negative, reversed.
const HOSTILE: Ranges = Ranges {
    start: Some(|row, columns, _| [-5, i32::MIN, 0, columns, i32::MAX, columns / 2, 9, columns - 1, 5][row % 9]),
    end: Some(|row, columns, _| [columns + 1, i32::MAX, -1, i32::MAX, i32::MIN, columns / 2, 8, i32::MAX, i32::MIN][row % 9]),
};

#[derive(Clone)]
struct Spec {
    name: &'static str,
    rows: usize,
    columns: usize,
    top_k: u32,
    data: Data,
    ranges: Ranges,
    methods: &'static [Method],
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    repeats: usize,
    full: bool,
}

fn spec(name: &'static str, rows: usize, columns: usize, top_k: u32, data: Data) -> Spec {
    Spec { name, rows, columns, top_k, data, ranges: WHOLE, methods: BOTH, limit: 0, repeats: 1, full: false }
}

impl Spec {
    fn ranges(self, ranges: Ranges) -> Self {
        Spec { ranges, ..self }
    }

    fn methods(self, methods: &'static [Method]) -> Self {
        Spec { methods, ..self }
    }

    fn limit(self, limit: u64) -> Self {
        Spec { limit, ..self }
    }

    fn repeats(self, repeats: usize) -> Self {
        Spec { repeats, ..self }
    }

    fn full(self) -> Self {
        Spec { full: true, ..self }
    }
}

pub(super) fn cases() -> Vec<Case> {
    let specs = [shapes(), distributions(), ranges(), parts(), long(), full()];
    let cases = specs.into_iter().flatten().flat_map(|spec| spec.methods.iter().map(move |&method| case(spec.clone(), method)));
    cases.chain(page_cases()).collect()
}

fn shapes() -> Vec<Spec> {
    vec![
        spec("shape/1x1", 1, 1, 1, Data::Normal),
        spec("shape/k-1", 33, 1000, 1, Data::Normal),
        spec("shape/k-512", 9, 4096, 512, Data::Normal),
        spec("shape/k-1024", 5, 4096, 1024, Data::Normal),
        spec("shape/k-2048", 5, 8192, 2048, Data::Normal),
        spec("shape/k-2051", 5, 8193, 2051, Data::Normal),
        spec("shape/k-3000", 3, 20000, 3000, Data::Normal),
        spec("shape/k-8192", 3, 20001, 8192, Data::Normal),
        spec("shape/k-is-columns", 3, 2048, 2048, Data::Normal),
        spec("shape/k-above-columns", 4, 100, 512, Data::Special),
        spec("shape/columns-0", 3, 0, 17, Data::Normal),
        spec("shape/columns-1", 5, 1, 3, Data::Normal),
        spec("shape/columns-3", 5, 3, 2, Data::Ties),
        spec("shape/columns-odd", 21, 4099, 64, Data::Normal),
        spec("shape/rows-many", 259, 67, 8, Data::Ties).methods(WHOLE_ROWS),
        spec("shape/rows-2050", 2050, 67, 8, Data::Ties).methods(WHOLE_ROWS).full(),
        spec("shape/rows-of-two-batches", 130, 300, 16, Data::Ties).methods(CHUNKS),
        spec("shape/grid-folded", 70_000, 5, 2, Data::Ties).methods(WHOLE_ROWS).full(),
        spec("shape/rows-0", 0, 50, 4, Data::Normal),
    ]
}

fn distributions() -> Vec<Spec> {
    vec![
        spec("ties/10-low-bits", 4, 20000, 2048, Data::LowBits),
        spec("ties/all-equal", 4, 9001, 512, Data::Equal(1.5)),
        spec("ties/all-zero", 3, 9001, 2048, Data::Equal(0.0)),
        spec("ties/all-negative-zero", 3, 5000, 100, Data::Equal(-0.0)),
        spec("ties/relu-plateau", 5, 12000, 2048, Data::Plateau),
        spec("ties/half-zero", 5, 12000, 2048, Data::HalfZero),
        spec("ties/few-values", 7, 6001, 700, Data::Ties),
        spec("ties/signed-zeros", 5, 6001, 3000, Data::Zeros),
        spec("ties/alternating", 3, 9000, 5000, Data::Alternating),
        spec("special/infinities-and-nans", 9, 5003, 1024, Data::Special),
        spec("special/all-negative-infinity", 3, 3000, 64, Data::Equal(f32::NEG_INFINITY)),
        spec("special/all-infinity", 3, 3000, 64, Data::Equal(f32::INFINITY)),
        spec("special/all-nan", 3, 3000, 64, Data::Equal(f32::NAN)),
        spec("special/all-lowest", 3, 3000, 64, Data::Equal(f32::MIN)),
        spec("special/all-subnormal", 3, 3000, 64, Data::Equal(f32::from_bits(1))),
        spec("special/any-bits", 9, 10_007, 2048, Data::Bits),
        spec("ties/peaks", 4, 16000, 2048, Data::Peaks),
        spec("order/ascending", 3, 20000, 2048, Data::Ascending),
        spec("order/descending", 3, 20000, 2048, Data::Descending),
        spec("order/runs", 64, 8000, 128, Data::Runs),
        spec("order/hidden", 3, 20000, 2048, Data::Hidden),
        spec("order/long-runs", 120, 20000, 100, Data::Runs),
        spec("repeat/ties", 4, 9000, 2048, Data::Ties).repeats(20),
        spec("repeat/normal", 4, 9000, 2048, Data::Normal).repeats(20),
    ]
}

fn ranges() -> Vec<Spec> {
    vec![
        spec("range/lengths", 16, 5000, 512, Data::Normal).ranges(LENGTHS),
        spec("range/lengths-special", 16, 5000, 512, Data::Special).ranges(LENGTHS),
        spec("range/lengths-of-one-chunk", 16, 700, 512, Data::Ties).ranges(LENGTHS),
        spec("range/causal", 64, 64, 16, Data::Normal).ranges(CAUSAL),
        spec("range/causal-1", 1, 20000, 2048, Data::Normal).ranges(CAUSAL),
        spec("range/causal-32", 32, 20000, 2048, Data::LowBits).ranges(CAUSAL).methods(WHOLE_ROWS),
        spec("range/next-tokens", 16, 4100, 1024, Data::Ties).ranges(NEXT_TOKENS),
        spec("range/only-start", 12, 5001, 300, Data::Normal).ranges(ONLY_START),
        spec("range/middle", 40, 4999, 512, Data::Normal).ranges(MIDDLE),
        spec("range/middle-bits", 40, 9999, 100, Data::Bits).ranges(MIDDLE),
        spec("range/hostile", 18, 3001, 256, Data::Normal).ranges(HOSTILE),
        spec("range/hostile-columns-0", 9, 0, 4, Data::Normal).ranges(HOSTILE),
    ]
}

/// Tensors that are larger than a binding.
fn parts() -> Vec<Spec> {
    vec![
        spec("parts/rows", 37, 3001, 300, Data::Normal).limit(64 << 10),
        spec("parts/rows-of-ranges", 37, 3001, 300, Data::Ties).ranges(MIDDLE).limit(64 << 10),
        spec("parts/indices", 40, 900, 8192, Data::Special).limit(64 << 10),
        spec("parts/windows", 3, 100_003, 2048, Data::Normal).methods(CHUNKS).limit(64 << 10),
        spec("parts/windows-of-ties", 3, 100_001, 2048, Data::Plateau).methods(CHUNKS).limit(64 << 10),
        spec("parts/windows-of-ranges", 9, 60_002, 700, Data::Bits).ranges(HOSTILE).methods(CHUNKS).limit(64 << 10),
    ]
}

fn long() -> Vec<Spec> {
    vec![
        spec("long/300000-low-bits", 2, 300_000, 2048, Data::LowBits),
        spec("long/65536", 1, 65536, 256, Data::Normal),
        spec("long/rounded", 3, 70_001, 300, Data::Rounded),
        spec("long/ties", 2, 70_001, 8192, Data::Ties),
        spec("long/plateau-of-ranges", 9, 60_002, 700, Data::Plateau).ranges(HOSTILE),
        spec("long/163840", 1, 163_840, 2048, Data::Peaks),
        spec("long/1m-plateau", 1, (1 << 20) + 1, 2048, Data::Plateau),
        spec("long/1m-low-bits", 1, 1 << 20, 2048, Data::LowBits).methods(CHUNKS),
    ]
}

/// The peers' sizes, for real GPUs; rows beyond what an f32 can count.
fn full() -> Vec<Spec> {
    vec![
        spec("full/300000", 1, 300_000, 2048, Data::Normal).full(),
        spec("full/1m", 1, 1 << 20, 2048, Data::Normal).full(),
        spec("full/1m-descending", 1, 1_000_003, 8192, Data::Descending).methods(CHUNKS).full(),
        spec("full/2-to-the-24", 2, (1 << 24) + 3, 2048, Data::Plateau).full(),
        spec("full/2-to-the-26", 1, (1 << 26) + 5, 2051, Data::HalfZero).methods(CHUNKS).full(),
        spec("full/vllm-decode-2048", 2048, 20000, 2048, Data::LowBits).ranges(NEXT_TOKENS).methods(WHOLE_ROWS).full(),
        spec("full/vllm-decode-16", 16, 163_840, 2048, Data::Peaks).ranges(NEXT_TOKENS).full(),
        spec("full/vllm-decode-1", 1, 300_000, 2048, Data::LowBits).repeats(20).full(),
        spec("full/flashinfer-1", 1, 128_512, 256, Data::Normal).full(),
        spec("full/flashinfer-16", 16, 65536, 2048, Data::Ties).repeats(20).full(),
        spec("full/flashinfer-64", 64, 32000, 512, Data::Ties).full(),
        spec("full/aiter", 96, 128_000, 1024, Data::Peaks).ranges(LENGTHS).full(),
        spec("full/vllm-prefill", 2050, 20000, 2048, Data::Normal).ranges(CAUSAL).methods(WHOLE_ROWS).full(),
        spec("full/vllm-prefill-3000", 2050, 20000, 3000, Data::LowBits).methods(WHOLE_ROWS).full(),
        spec("full/vllm-decode", 64, 300_000, 2048, Data::LowBits).full(),
        spec("full/flashinfer", 64, 128_512, 1024, Data::Normal).full(),
        spec("full/prefill", 512, 131_072, 2048, Data::Normal).methods(WHOLE_ROWS).full(),
        spec("full/1m-rows", 16, 1 << 20, 2048, Data::HalfZero).full(),
        spec("full/1m-rows-of-low-bits", 64, 1 << 20, 2048, Data::LowBits).full(),
        spec("full/windows", 2, 20_000_001, 2048, Data::LowBits).methods(CHUNKS).limit(16 << 20).full(),
    ]
}

fn case(spec: Spec, method: Method) -> Case {
    let prefix = match method {
        Method::WholeRows => "rows",
        Method::Chunks => "chunks",
    };
    Case {
        group: GROUP,
        name: format!("{prefix}/{}", spec.name),
        tolerance: EXACT.to_owned(),
        full: spec.full,
        variants: if spec.columns <= 1 << 30 { WITH_SM90 } else { VARIANTS },
        check: Box::new(move |target| check(target, &spec, method)),
    }
}

fn check(target: &Target<'_>, spec: &Spec, method: Method) -> Result<f64, String> {
    let problem = Inputs::new(spec);
    let expected = oracle::top_k(&problem.view(spec));
    let text = |error: &dyn std::error::Error| error.to_string();
    let device = target.device;
    let upload = |name, values: &Option<Vec<i32>>| values.as_ref().map(|values| device.upload(name, values)).transpose();
    let (rows, columns) = (spec.rows as u64, spec.columns as u64);
    let options = TopKOptions { rows, columns, top_k: spec.top_k, variant: target.variant, method: Some(method) };
    let limit = if spec.limit == 0 { device.capabilities().max_binding_bytes } else { spec.limit };
    let plan = TopK::plan_within(device, options, limit).map_err(|e| text(&e))?;
    let scores = device.upload("scores", &problem.scores).map_err(|e| text(&e))?;
    let row_start = upload("row_start", &problem.row_start).map_err(|e| text(&e))?;
    let row_end = upload("row_end", &problem.row_end).map_err(|e| text(&e))?;
    // One more entry than needed: nothing may write it.
    let poison = vec![POISON; expected.len() + 1];
    let indices = device.upload("indices", &poison).map_err(|e| text(&e))?;
    let args = TopKArgs { scores: &scores, row_start: row_start.as_ref(), row_end: row_end.as_ref(), indices: &indices };
    for _ in 0..spec.repeats {
        indices.write(0, &poison).map_err(|e| text(&e))?;
        plan.run(&args).map_err(|e| text(&e))?;
        let actual = indices.read_blocking::<i32>().map_err(|e| text(&e))?;
        equal("indices", &actual[..expected.len()], &expected)?;
        equal("past the end of indices", &actual[expected.len()..], &[POISON])?;
    }
    Ok(0.0)
}

struct Inputs {
    scores: Vec<f32>,
    row_start: Option<Vec<i32>>,
    row_end: Option<Vec<i32>>,
}

impl Inputs {
    fn new(spec: &Spec) -> Self {
        let bounds = |bound: Option<Bound>| {
            bound.map(|bound| (0..spec.rows).map(|row| bound(row, spec.columns as i32, spec.top_k as i32)).collect::<Vec<_>>())
        };
        let mut random = Random::new(spec.rows as u64 * 1_000_003 + spec.columns as u64);
        let mut scores = Vec::with_capacity(spec.rows * spec.columns);
        for row in 0..spec.rows {
            scores.extend((0..spec.columns).map(|column| score(spec, row, column, &mut random)));
        }
        Inputs { scores, row_start: bounds(spec.ranges.start), row_end: bounds(spec.ranges.end) }
    }

    fn view<'a>(&'a self, spec: &Spec) -> TopKProblem<'a> {
        TopKProblem {
            scores: &self.scores,
            rows: spec.rows,
            columns: spec.columns,
            row_start: self.row_start.as_deref(),
            row_end: self.row_end.as_deref(),
            top_k: spec.top_k as usize,
        }
    }
}

fn score(spec: &Spec, row: usize, column: usize, random: &mut Random) -> f32 {
    let pick = |random: &mut Random, values: &[f32]| values[random.below(values.len() as u64) as usize];
    match spec.data {
        Data::Normal => random.normal(),
        Data::LowBits => f32::from_bits(0x3F90_0000 | random.below(1024) as u32),
        Data::Equal(value) => value,
        Data::Plateau => {
            let positive = random.below(2 * spec.columns as u64) < u64::from(spec.top_k);
            if positive { random.uniform() } else { 0.0 }
        }
        Data::HalfZero => random.normal().max(0.0),
        Data::Ties => pick(random, &[-1.0, 0.25, 0.5, 1.0, 1.0, 1.0, 3.0]),
        Data::Zeros => pick(random, &[0.0, -0.0, 0.0, -0.0, 1.0, -1.0, f32::from_bits(1), -f32::from_bits(1)]),
        Data::Special if random.below(2) == 0 => pick(random, &[f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -f32::NAN, f32::MAX, f32::MIN]),
        Data::Special => random.normal(),
        Data::Bits => f32::from_bits(random.next_u64() as u32),
        Data::Ascending => column as f32 * 0.25 - 1000.0,
        Data::Descending => 1000.0 - column as f32 * 0.25,
        Data::Peaks if column.is_multiple_of(97) => 8.0 + random.normal(),
        Data::Peaks => 0.01 * random.normal(),
        Data::Runs => {
            let share = spec.columns as u64 / u64::from(spec.top_k);
            let high = Random::new((row * spec.columns + column / 16) as u64).below(share) == 0;
            random.uniform() + if high { 8.0 } else { 0.0 }
        }
        Data::Hidden => {
            let (stride, group) = (19, column as u32 / 4);
            let sampled = (group / stride).wrapping_mul(0x9e37_79b9) >> 8;
            random.uniform() - if group % stride == sampled % stride { 8.0 } else { 0.0 }
        }
        Data::Rounded => (random.normal() * 64.0).round() / 64.0,
        Data::Alternating => [1.0, -1.0][column % 2],
    }
}

fn page_cases() -> Vec<Case> {
    let shapes = [
        ("1", 3, 2048, 1, 64),
        ("odd", 10, 333, 3, 61),
        ("page-1", 4, 512, 2, 1),
        ("page-2", 3, 77, 1, 2),
        ("page-32", 3, 1152, 1, 32),
        ("page-576", 2, 2051, 1, 576),
        ("many", 300, 512, 1, 64),
    ];
    let cases = shapes.map(|(name, rows, top_k, rows_per_sequence, page_size)| Case {
        group: GROUP,
        name: format!("pages/{name}"),
        tolerance: EXACT.to_owned(),
        full: false,
        variants: VARIANTS,
        check: Box::new(move |target| {
            let options = MapPagesOptions { rows, top_k, rows_per_sequence, max_pages: 40, page_size, variant: target.variant };
            check_pages(target, options)
        }),
    });
    cases.into()
}

fn check_pages(target: &Target<'_>, options: MapPagesOptions) -> Result<f64, String> {
    let mut random = Random::new(5);
    let sequences = options.rows.div_ceil(u64::from(options.rows_per_sequence));
    let longest = u64::from(options.max_pages * options.page_size);
    let entries = options.rows as usize * options.top_k as usize;
    // Some positions are unused or past the block table, and some pages are missing or too far for an i32.
    let positions: Vec<i32> = (0..entries).map(|_| random.below(longest + longest / 8 + 2) as i32 - 2).collect();
    let page = |random: &mut Random| match random.below(10) {
        0 => -1,
        1 => i32::MAX,
        _ => random.below(100_000) as i32,
    };
    let table: Vec<i32> = (0..sequences * u64::from(options.max_pages)).map(|_| page(&mut random)).collect();
    let expected: Vec<i32> = (0..entries)
        .map(|entry| {
            let sequence = entry / (options.top_k * options.rows_per_sequence) as usize;
            let (page, offset) =
                (positions[entry].div_euclid(options.page_size as i32), positions[entry].rem_euclid(options.page_size as i32));
            if page < 0 || page >= options.max_pages as i32 {
                return -1;
            }
            let page = i64::from(table[sequence * options.max_pages as usize + page as usize]);
            if page < 0 { -1 } else { i32::try_from(page * i64::from(options.page_size) + i64::from(offset)).unwrap_or(-1) }
        })
        .collect();
    let run = || -> crate::Result<Vec<i32>> {
        let device = target.device;
        let (positions, block_table) = (device.upload("positions", &positions)?, device.upload("block_table", &table)?);
        let cache_rows = device.upload("cache_rows", &vec![POISON; entries])?;
        let args = MapPagesArgs { positions: &positions, block_table: &block_table, cache_rows: &cache_rows };
        MapPages::plan(device, options)?.run(&args)?;
        Ok(cache_rows.read_blocking()?)
    };
    equal("cache_rows", &run().map_err(|error| error.to_string())?, &expected)
}
