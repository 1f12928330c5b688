//! Index keys and queries. Quantisation alone must give the oracle's bits. After sums and rotations in f32 a value may lie on the other side of
//! a rounding boundary: then its code may be the neighbour, for few values only.

use super::compare::{EXACT, Tolerance, close, equal, short};
use super::random::Random;
use super::rounding::around_codes;
use super::{Case, Target};
use crate::index_rows::{
    IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions, IndexQueries, IndexQueriesArgs, IndexQueriesOptions,
    NormBuffers, RopeBuffers,
};
use crate::layout::IndexPage;
use crate::problem::{IndexRows, Norm, Rope};
use crate::rope::{RopeConfig, tables};
use crate::{DType, RopeLayout, ScaleFormat, Variant, formats, oracle};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
/// Both names run one shader: forcing the second is checked in some cases only.
const ONE: &[Variant] = &[Variant::Generic];
/// Share of the codes that may be the neighbour of the oracle's.
const NEIGHBOURS: f64 = 2e-3;
/// How far the amax behind a scale may lie from the oracle's.
const AMAX: f64 = 2e-6;
/// Of a query's weight, which two multiplications round.
const WEIGHTS: Tolerance = Tolerance { abs: 1e-30, rel: 3e-7, cos: None };
/// What memory holds before a run.
const POISON: u8 = 0xa5;

/// Where keys go, or that the rows are queries.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    Flat,
    Paged { page_size: usize, pages_per_segment: usize },
    Queries { heads: usize },
}

#[derive(Clone, Copy)]
struct Spec {
    /// Keys or queries.
    positions: usize,
    dim: usize,
    dtype: DType,
    norm: bool,
    rope: Option<RopeLayout>,
    hadamard: bool,
    scale_format: ScaleFormat,
    output: Output,
    /// Bytes bound at once; 0 for the device's limit.
    limit: u64,
    /// Factor on random values.
    factor: f32,
    /// Values around every code instead of random ones.
    codes: bool,
    repeats: usize,
    full: bool,
}

/// Quantisation alone.
const PLAIN: Spec = Spec {
    positions: 61,
    dim: 128,
    dtype: DType::F32,
    norm: false,
    rope: None,
    hadamard: false,
    scale_format: ScaleFormat::PowerOfTwo,
    output: Output::Flat,
    limit: 0,
    factor: 1.0,
    codes: false,
    repeats: 1,
    full: false,
};

/// DeepSeek-V3.2's index keys.
const DEEPSEEK: Spec = Spec { dtype: DType::Bf16, norm: true, rope: Some(RopeLayout::HalfSplit), hadamard: true, ..PLAIN };

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for dim in [64, 128] {
        for (name, scale_format) in [("power", ScaleFormat::PowerOfTwo), ("amax", ScaleFormat::Amax)] {
            for (dtype_name, dtype) in [("bf16", DType::Bf16), ("f16", DType::F16), ("f32", DType::F32)] {
                let spec = Spec { dim, dtype, scale_format, ..PLAIN };
                cases.push(case(&format!("bits/{name}-{dtype_name}-{dim}"), VARIANTS, spec));
            }
            let spec = Spec { dim, scale_format, ..DEEPSEEK };
            cases.push(case(&format!("keys/{name}-{dim}"), ONE, spec));
            let output = Output::Queries { heads: 13 };
            cases.push(case(&format!("queries/{name}-{dim}"), ONE, Spec { positions: 9, norm: false, output, ..spec }));
        }
        for (name, spec) in [
            ("norm", Spec { norm: true, ..PLAIN }),
            // A variance that the epsilon is no small part of.
            ("norm-of-small", Spec { norm: true, factor: 1e-3, ..PLAIN }),
            ("rope-half-split", Spec { rope: Some(RopeLayout::HalfSplit), ..PLAIN }),
            ("rope-interleaved", Spec { rope: Some(RopeLayout::Interleaved), ..PLAIN }),
            ("hadamard", Spec { hadamard: true, ..PLAIN }),
            ("glm", Spec { rope: Some(RopeLayout::Interleaved), hadamard: false, ..DEEPSEEK }),
        ] {
            cases.push(case(&format!("steps/{name}-{dim}"), ONE, Spec { dim, ..spec }));
        }
    }
    for heads in [1, 32, 64, 128] {
        let spec = Spec { positions: 5, output: Output::Queries { heads }, ..PLAIN };
        cases.push(case(&format!("queries/heads-{heads}"), ONE, spec));
    }
    for (name, dim, positions, output) in [
        ("codes/keys-64", 64, 17, Output::Flat),
        ("codes/keys-128", 128, 9, Output::Flat),
        ("codes/queries-128", 128, 3, Output::Queries { heads: 4 }),
    ] {
        cases.push(case(name, ONE, Spec { dim, positions, output, codes: true, ..PLAIN }));
        let amax = Spec { scale_format: ScaleFormat::Amax, ..PLAIN };
        cases.push(case(&format!("{name}-amax"), ONE, Spec { dim, positions, output, codes: true, ..amax }));
    }
    for page_size in [1, 2, 32, 61, 64, 69, 576] {
        let output = Output::Paged { page_size, pages_per_segment: 1000 };
        cases.push(case(&format!("paged/page-{page_size}"), ONE, Spec { output, positions: 150, ..PLAIN }));
    }
    let segments = Output::Paged { page_size: 16, pages_per_segment: 3 };
    cases.extend([
        case("paged/segments", VARIANTS, Spec { output: segments, positions: 150, ..DEEPSEEK }),
        case("paged/segments-64", ONE, Spec { output: segments, positions: 150, dim: 64, ..PLAIN }),
        case("paged/windows", ONE, Spec { output: segments, positions: 150, limit: 6 << 10, ..PLAIN }),
        case("paged/no-keys", ONE, Spec { output: segments, positions: 0, ..DEEPSEEK }),
        case("keys/no-keys", ONE, Spec { positions: 0, ..DEEPSEEK }),
        case("keys/repeats", VARIANTS, Spec { repeats: 20, ..DEEPSEEK }),
        case(
            "queries/repeats",
            VARIANTS,
            Spec { repeats: 20, positions: 5, norm: false, output: Output::Queries { heads: 13 }, ..DEEPSEEK },
        ),
        case("keys/one", ONE, Spec { positions: 1, ..DEEPSEEK }),
        case("keys/windows", ONE, Spec { positions: 301, limit: 10 << 10, ..DEEPSEEK }),
        case(
            "queries/windows",
            ONE,
            Spec { positions: 33, limit: 10 << 10, norm: false, output: Output::Queries { heads: 5 }, ..DEEPSEEK },
        ),
    ]);
    let queries = Output::Queries { heads: 64 };
    let page = Output::Paged { page_size: 64, pages_per_segment: 1 << 17 };
    cases.extend([
        case("full/keys", VARIANTS, Spec { positions: 16384, full: true, ..DEEPSEEK }),
        case("full/keys-paged", VARIANTS, Spec { positions: 131_072, output: page, full: true, ..PLAIN }),
        case("full/queries", VARIANTS, Spec { positions: 512, norm: false, output: queries, full: true, ..DEEPSEEK }),
        case("full/queries-bits", VARIANTS, Spec { positions: 4096, output: queries, full: true, ..PLAIN }),
    ]);
    cases
}

fn case(name: &str, variants: &'static [Variant], spec: Spec) -> Case {
    let check = move |target: &Target<'_>| check(target, &spec, &Data::new(&spec));
    let group = if matches!(spec.output, Output::Queries { .. }) { "index-queries" } else { "index-keys" };
    Case { group, name: name.to_owned(), tolerance: spec.tolerance(), full: spec.full, variants, check: Box::new(check) }
}

struct Data {
    x: Vec<u8>,
    weights: Vec<f32>,
    factor: f32,
    norm_weight: Vec<f32>,
    norm_bias: Vec<f32>,
    cos: Vec<f32>,
    sin: Vec<f32>,
    slot_mapping: Vec<i32>,
    pages: usize,
}

impl Spec {
    fn rows_per_position(&self) -> usize {
        if let Output::Queries { heads } = self.output { heads } else { 1 }
    }

    fn rows(&self) -> usize {
        self.positions * self.rows_per_position()
    }

    fn tolerance(&self) -> String {
        match self.output {
            _ if !self.exact() => format!("a code to the next, for {} of them; amax rel {}", short(NEIGHBOURS), short(AMAX)),
            Output::Queries { .. } => format!("codes {EXACT}; weights {WEIGHTS}"),
            _ => EXACT.to_owned(),
        }
    }

    /// Whether nothing but the quantisation rounds.
    fn exact(&self) -> bool {
        !self.norm && self.rope.is_none() && !self.hadamard
    }
}

impl Data {
    fn new(spec: &Spec) -> Self {
        let mut random = Random::new((spec.positions * 7 + spec.dim + spec.rows()) as u64);
        let mut x = Vec::with_capacity(spec.rows() * spec.dim);
        let codes = if spec.codes { around_codes() } else { Vec::new() };
        for row in 0..spec.rows() {
            if spec.codes {
                // An amax of 448: the scale is 1.
                x.push(448.0);
                x.extend((1..spec.dim).map(|i| codes[(row * (spec.dim - 1) + i - 1) % codes.len()]));
                continue;
            }
            x.extend((0..spec.dim).map(|i| if spec.exact() { value(&mut random, row, i) } else { random.normal() * spec.factor }));
        }
        let page_size = if let Output::Paged { page_size, .. } = spec.output { page_size } else { 1 };
        let pages = (spec.positions + spec.positions / 3).div_ceil(page_size);
        let slots = pages * page_size;
        let mut slot_mapping: Vec<i32> = random.permutation(slots, spec.positions).iter().map(|&slot| slot as i32).collect();
        for (i, hostile) in [-1, slots as i32, i32::MAX, i32::MIN, slots as i32 + 1].into_iter().enumerate() {
            if let Some(slot) = slot_mapping.get_mut(i * 3 + 1) {
                *slot = hostile;
            }
        }
        let positions: Vec<u32> = (0..spec.positions as u64).map(|i| (i * i % 100_000) as u32).collect();
        let (cos, sin) = tables(&positions, RopeConfig::DEEPSEEK);
        let exact = spec.exact();
        Data {
            x: formats::encode(spec.dtype, &x),
            // A weight of one and a power of two leave the scale visible.
            weights: if exact { random.normals(spec.rows()) } else { vec![1.0; spec.rows()] },
            factor: if exact { 0.0110485 } else { 0.25 },
            norm_weight: (0..spec.dim).map(|_| 1.0 + 0.2 * random.normal()).collect(),
            norm_bias: (0..spec.dim).map(|_| 0.2 * random.normal()).collect(),
            cos,
            sin,
            slot_mapping,
            pages,
        }
    }

    fn problem(&self, spec: &Spec) -> IndexRows<'_> {
        IndexRows {
            x: &self.x,
            dtype: spec.dtype,
            rows: spec.rows(),
            dim: spec.dim,
            rows_per_position: spec.rows_per_position(),
            norm: spec.norm.then_some(Norm { weight: &self.norm_weight, bias: &self.norm_bias, eps: 1e-6 }),
            rope: spec.rope.map(|layout| Rope { layout, cos: &self.cos, sin: &self.sin }),
            hadamard: spec.hadamard,
            scale_format: spec.scale_format,
        }
    }
}

/// What is hard to quantise: rows of all magnitudes, ties between codes, zeros of both signs, subnormal numbers.
fn value(random: &mut Random, row: usize, i: usize) -> f32 {
    match row % 10 {
        0 => 0.0,
        1 => -0.0,
        // Below the floor of amax.
        2 => 1e-6 * random.normal(),
        // An amax of 448, so that the scale is 1, and halves of e4m3's steps.
        3 if i == 7 => 448.0,
        3 => (random.below(64) as f32 - 32.0) * 0.5f32.powi(10 - (i % 12) as i32) * 0.5,
        // A finite number of any exponent.
        4 => f32::from_bits(random.next_u64() as u32 & 0xff7f_ffff).clamp(-6e4, 6e4),
        5 => 1e-40 * random.normal() + if i == 3 { 0.5 } else { 0.0 },
        6 => 3e4 * random.uniform(),
        // amax next to 448 times a power of two.
        7 if i == 5 => f32::from_bits((448.0f32 / 64.0).to_bits() + row as u32 % 3 - 1),
        // One NaN makes the whole row NaN.
        8 if i % 17 == 3 => f32::NAN.copysign(random.normal()),
        _ => random.normal() * if row % 10 == 9 { 0.01 } else { 1.0 },
    }
}

/// Codes and scales of the rows that were written, and their numbers.
struct Written {
    rows: Vec<usize>,
    codes: Vec<u8>,
    scales: Vec<f32>,
}

fn check(target: &Target<'_>, spec: &Spec, data: &Data) -> Result<f64, String> {
    let text = |e: crate::Error| e.to_string();
    let (values, codes, scales) = oracle::index_rows(&data.problem(spec));
    let run = || match spec.output {
        Output::Queries { .. } => run_queries(target, spec, data).map_err(text),
        Output::Flat | Output::Paged { .. } => run_keys(target, spec, data),
    };
    let written = run()?;
    for _ in 1..spec.repeats {
        let again = run()?;
        equal("codes of a repeat", &again.codes, &written.codes)?;
        let bits = |written: &Written| written.scales.iter().map(|scale| scale.to_bits()).collect::<Vec<_>>();
        equal("scales of a repeat", &bits(&again), &bits(&written))?;
    }
    let select = |row: &usize| row * spec.dim..(row + 1) * spec.dim;
    if spec.exact() {
        let expected: Vec<u8> = written.rows.iter().flat_map(|row| codes[select(row)].iter().copied()).collect();
        equal("codes", &written.codes, &expected)?;
        let scales: Vec<f32> = written.rows.iter().map(|&row| scales[row]).collect();
        return match spec.output {
            // The weights went through two multiplications.
            Output::Queries { .. } => {
                let expected: Vec<f64> =
                    scales.iter().zip(&data.weights).map(|(&s, &w)| f64::from(w) * f64::from(s) * f64::from(data.factor)).collect();
                close("weights_out", &written.scales, &expected, WEIGHTS)
            }
            // As bits: a scale may be NaN.
            _ => equal(
                "scales",
                &written.scales.iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
                &scales.iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            ),
        };
    }
    let mut neighbours = 0;
    for (i, &row) in written.rows.iter().enumerate() {
        let scale = if matches!(spec.output, Output::Queries { .. }) { written.scales[i] / data.factor } else { written.scales[i] };
        check_scale(row, scale, &values[select(&row)], spec.scale_format)?;
        for (j, (&code, &value)) in written.codes[select(&i)].iter().zip(&values[select(&row)]).enumerate() {
            let expected = formats::quantise(value as f32, scale);
            let steps = (ordinal(code) - ordinal(expected)).abs();
            if steps > 1 {
                return Err(format!("codes[{row}, {j}] is {code:#04x}, expected {expected:#04x}: {steps} steps"));
            }
            neighbours += steps;
        }
    }
    let share = f64::from(neighbours) / written.codes.len() as f64;
    if share > NEIGHBOURS {
        return Err(format!("{:.2} % of the codes are neighbours of the right one", share * 100.0));
    }
    Ok(share / NEIGHBOURS)
}

/// The scale must follow from an amax within f32's rounding of the oracle's.
fn check_scale(row: usize, scale: f32, values: &[f64], format: ScaleFormat) -> Result<(), String> {
    let amax = values.iter().fold(0.0, |amax: f64, x| amax.max(x.abs()));
    let [low, high] = [1.0 - AMAX, 1.0 + AMAX].map(|factor| formats::index_scale((amax * factor) as f32, format));
    if scale < low || scale > high {
        return Err(format!("scales[{row}] is {scale:e}, expected {low:e} to {high:e}"));
    }
    Ok(())
}

/// Codes in the order of their values; both zeros are 0.
fn ordinal(code: u8) -> i32 {
    let magnitude = i32::from(code & 0x7f);
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

fn run_queries(target: &Target<'_>, spec: &Spec, data: &Data) -> crate::Result<Written> {
    let device = target.device;
    let options = IndexQueriesOptions {
        queries: spec.positions as u64,
        index_heads: spec.rows_per_position() as u32,
        dim: spec.dim as u32,
        dtype: spec.dtype,
        rope: spec.rope,
        hadamard: spec.hadamard,
        scale_format: spec.scale_format,
        factor: data.factor,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    let plan = IndexQueries::plan(device, options)?;
    let (cos, sin) = (device.upload("cos", &data.cos)?, device.upload("sin", &data.sin)?);
    let codes = device.upload("codes", &vec![POISON; spec.rows() * spec.dim])?;
    let weights_out = device.upload("weights_out", &vec![f32::NAN; spec.rows()])?;
    plan.run(&IndexQueriesArgs {
        queries: spec.positions as u64,
        q: &device.upload("q", &data.x)?,
        weights: &device.upload("weights", &data.weights)?,
        rope: spec.rope.map(|_| RopeBuffers { cos: &cos, sin: &sin }),
        codes: &codes,
        weights_out: &weights_out,
    })?;
    Ok(Written { rows: (0..spec.rows()).collect(), codes: codes.read_blocking()?, scales: weights_out.read_blocking()? })
}

fn run_keys(target: &Target<'_>, spec: &Spec, data: &Data) -> Result<Written, String> {
    let text = |e: crate::Error| e.to_string();
    let key_target = match spec.output {
        Output::Paged { page_size, pages_per_segment } => {
            IndexKeyTarget::Paged { page_size: page_size as u32, pages_per_segment: pages_per_segment as u64 }
        }
        _ => IndexKeyTarget::Flat,
    };
    let options = IndexKeysOptions {
        rows: spec.positions as u64,
        dim: spec.dim as u32,
        dtype: spec.dtype,
        norm_eps: spec.norm.then_some(1e-6),
        rope: spec.rope,
        hadamard: spec.hadamard,
        scale_format: spec.scale_format,
        target: key_target,
        max_binding_bytes: (spec.limit > 0).then_some(spec.limit),
        variant: target.variant,
    };
    let plan = IndexKeys::plan(target.device, options).map_err(text)?;
    match spec.output {
        Output::Paged { page_size, pages_per_segment } => {
            let layout = IndexPage { page_size, dim: spec.dim };
            let memory = run_paged(target, spec, data, &plan, layout, pages_per_segment).map_err(text)?;
            read_pages(spec, data, layout, &memory)
        }
        _ => run_flat(target, spec, data, &plan).map_err(text),
    }
}

fn encode_keys(target: &Target<'_>, spec: &Spec, data: &Data, plan: &IndexKeys, output: IndexKeyOutput<'_>) -> crate::Result<()> {
    let device = target.device;
    let (cos, sin) = (device.upload("cos", &data.cos)?, device.upload("sin", &data.sin)?);
    let (weight, bias) = (device.upload("norm weight", &data.norm_weight)?, device.upload("norm bias", &data.norm_bias)?);
    plan.run(&IndexKeysArgs {
        rows: spec.positions as u64,
        x: &device.upload("x", &data.x)?,
        norm: spec.norm.then_some(NormBuffers { weight: &weight, bias: &bias }),
        rope: spec.rope.map(|_| RopeBuffers { cos: &cos, sin: &sin }),
        output,
    })
}

fn run_flat(target: &Target<'_>, spec: &Spec, data: &Data, plan: &IndexKeys) -> crate::Result<Written> {
    let codes = target.device.upload("codes", &vec![POISON; spec.rows() * spec.dim])?;
    let scales = target.device.upload("scales", &vec![f32::NAN; spec.rows()])?;
    encode_keys(target, spec, data, plan, IndexKeyOutput::Flat { codes: &codes, scales: &scales })?;
    Ok(Written { rows: (0..spec.rows()).collect(), codes: codes.read_blocking()?, scales: scales.read_blocking()? })
}

/// The bytes of all pages after the keys were written.
fn run_paged(
    target: &Target<'_>,
    spec: &Spec,
    data: &Data,
    plan: &IndexKeys,
    layout: IndexPage,
    pages_per_segment: usize,
) -> crate::Result<Vec<u8>> {
    let poison = vec![POISON; data.pages * layout.bytes()];
    let segments = poison.chunks(pages_per_segment * layout.bytes());
    let cache = segments.map(|segment| target.device.upload("cache", segment)).collect::<Result<Vec<_>, _>>()?;
    let slot_mapping = target.device.upload("slot_mapping", &data.slot_mapping)?;
    encode_keys(target, spec, data, plan, IndexKeyOutput::Paged { cache: &cache, slot_mapping: &slot_mapping })?;
    let mut memory = Vec::with_capacity(poison.len());
    for segment in &cache {
        memory.extend(segment.read_blocking::<u8>()?);
    }
    Ok(memory)
}

/// Reads what was written, and checks that nothing else was touched.
fn read_pages(spec: &Spec, data: &Data, layout: IndexPage, memory: &[u8]) -> Result<Written, String> {
    let mut written = Written { rows: Vec::new(), codes: Vec::new(), scales: Vec::new() };
    let mut expected = vec![POISON; memory.len()];
    for row in 0..spec.positions {
        let slot = usize::try_from(data.slot_mapping[row]).unwrap_or(usize::MAX);
        if slot >= data.pages * layout.page_size {
            continue;
        }
        let (page, slot) = layout.locate(slot);
        let bytes = page * layout.bytes()..(page + 1) * layout.bytes();
        let (codes, scale) = layout.read(&memory[bytes.clone()], slot).map_err(|e| e.to_string())?;
        layout.write(&mut expected[bytes], slot, codes, scale).map_err(|e| e.to_string())?;
        written.rows.push(row);
        written.codes.extend_from_slice(codes);
        written.scales.push(scale);
    }
    equal("bytes of no slot", memory, &expected)?;
    Ok(written)
}
