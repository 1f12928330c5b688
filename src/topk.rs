//! Exact, deterministic top-k of rows of scores.
//!
//! `scores` f32 `[rows, columns]`, optional `row_start`/`row_end` i32 `[rows]` -> `indices` i32 `[rows, top_k]`.
//!
//! Each row gives the columns of its `top_k` largest scores within `row_start..row_end` (clamped to the row), in ascending order, then -1
//! where there are fewer. Ties go to the lower column; -0.0 equals +0.0; NaN and -inf are never selected. The result is the same on every
//! device and in every run. `shaders/topk/` holds the radix selection; two forms of it exist ([`Method`]).

mod chunks;
mod map_pages;
mod sampled;
mod sm90;
mod tiles;
mod whole_rows;

use dsa_engine::{Buffer, Device, Encoder, Kernel};
use serde::{Deserialize, Serialize};

use crate::problem::TopKProblem;
use crate::shaders::Specialisation;
use crate::tuning::{Candidate, Class, Timings};
use crate::windows::{at_least, distinct};
use crate::{Error, Result, Variant, cpu, host, variant};
use chunks::Chunks;
pub use map_pages::{MapPages, MapPagesArgs, MapPagesOptions};
use sampled::Gathered;
use sm90::Hopper;
pub(crate) use sm90::catalogue as sm90_catalogue;
use tiles::{Absent, Limits};
use whole_rows::WholeRows;

/// The largest `top_k`.
pub const MAX_TOP_K: u32 = 8192;
/// The longest row: columns are i32.
pub const MAX_COLUMNS: u64 = 1 << 31;
/// Rows of at least this many columns are split into chunks, if there are few of them.
pub const CHUNKED_COLUMNS: u64 = 32768;
/// More rows than this keep a GPU busy with one workgroup each.
pub const CHUNKED_ROWS: u64 = 128;

/// How rows are given to workgroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// One workgroup a row, one dispatch. For many rows, or short ones.
    WholeRows,
    /// Several workgroups a row, in two to five dispatches, none of which waits inside. For few long rows, and for rows that are larger than
    /// what the device can bind at once.
    Chunks,
}

/// Shape and choices of a [`TopK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopKOptions {
    /// Number of rows.
    pub rows: u64,
    /// Columns of a row, at most [`MAX_COLUMNS`].
    pub columns: u64,
    /// How many to keep, 1 to [`MAX_TOP_K`].
    pub top_k: u32,
    /// The shader variant to force; `generic` and `subgroup` run the same shader.
    pub variant: Option<Variant>,
    /// Forces a method; `None` takes the one that was [measured](crate::tuning) to be the faster, or else [`Method::Chunks`] for at most
    /// [`CHUNKED_ROWS`] rows of at least [`CHUNKED_COLUMNS`] columns, and for rows that are too long to be bound.
    pub method: Option<Method>,
}

impl Default for TopKOptions {
    fn default() -> Self {
        TopKOptions { rows: 0, columns: 0, top_k: 2048, variant: None, method: None }
    }
}

/// Tensors of a [`TopK`]. Buffers may be larger than needed.
#[derive(Clone, Copy, Debug)]
pub struct TopKArgs<'a> {
    /// f32 `[rows, columns]`.
    pub scores: &'a Buffer,
    /// i32 `[rows]`: the first column of each row's range; absent means 0.
    pub row_start: Option<&'a Buffer>,
    /// i32 `[rows]`: one past the last column; absent means `columns`.
    pub row_end: Option<&'a Buffer>,
    /// i32 `[rows, top_k]`, written.
    pub indices: &'a Buffer,
}

/// A planned top-k: checked, kernels compiled, scratch memory allocated.
///
/// Encoding it twice without a submission in between is fine; two queues must not run it at the same time, as it owns its scratch memory.
///
/// ```
/// use portable_dsa::engine::Device;
/// use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = Device::cpu();
/// let scores = device.upload("scores", &[0.5f32, 2.0, f32::NAN, 2.0, 1.0])?;
/// let indices = device.buffer("indices", 2 * 4)?;
/// let top_k = TopK::plan(&device, TopKOptions { rows: 1, columns: 5, top_k: 2, ..Default::default() })?;
/// top_k.run(&TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices })?;
/// assert_eq!(indices.read_blocking::<i32>()?, [1, 3]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TopK {
    device: Device,
    options: TopKOptions,
    variant: Variant,
    reason: String,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Host,
    WholeRows(WholeRows),
    Chunks(Box<Chunks>),
    Gathered(Gathered),
    Hopper(Hopper),
}

impl TopK {
    /// Checks the shape, compiles the kernels and allocates scratch memory.
    ///
    /// # Errors
    /// [`Error::Range`] for a `top_k` or shape out of range, [`Error::Unsupported`] for a forced variant that the device cannot run, and
    /// [`Error::Engine`].
    pub fn plan(device: &Device, options: TopKOptions) -> Result<Self> {
        Self::plan_within(device, options, device.capabilities().max_binding_bytes)
    }

    /// [`TopK::plan`], binding at most `max_binding_bytes` at once: tests split small tensors with it.
    pub(crate) fn plan_within(device: &Device, options: TopKOptions, max_binding_bytes: u64) -> Result<Self> {
        check_options(&options)?;
        let mut available = vec![Variant::Generic, Variant::Subgroup];
        if sm90::fits(&options) && device.capabilities().compute_capability.is_some() {
            available.insert(0, Variant::Sm90);
        }
        let timings = Timings::of(device, Class::top_k(options.rows, options.columns));
        // The `sm90` variant has methods of its own, and does not tell them apart here.
        let timings =
            timings.only(|candidate| options.method.is_none() || candidate.method.is_none() || candidate.method == options.method);
        let (variant, why) = variant::choose_measured(device, options.variant, &available, &timings)?;
        if variant == Variant::Cpu {
            return Ok(TopK { device: device.clone(), options, variant, reason: why, work: Work::Host });
        }
        if variant == Variant::Sm90 {
            let work = Work::Hopper(Hopper::plan(device, &options)?);
            return Ok(TopK { device: device.clone(), options, variant, reason: why, work });
        }
        let limits = Limits::new(device, max_binding_bytes);
        let whole_row = limits.whole_row(device);
        let (method, why_method) = choose_method(&options, whole_row, &timings)?;
        let is_read_once = sampled::is_worth_a_sample(&options) && options.columns <= whole_row;
        let work = match method {
            Method::WholeRows => Work::WholeRows(WholeRows::plan(device, &options, limits)?),
            Method::Chunks if is_read_once => Work::Gathered(Gathered::plan(device, &options, limits)?),
            Method::Chunks => Work::Chunks(Box::new(Chunks::plan(device, &options, limits)?)),
        };
        let reason = format!("{why}; {why_method}");
        tracing::debug!(device = %device.info(), rows = options.rows, columns = options.columns, top_k = options.top_k, %variant, reason, "top-k planned");
        Ok(TopK { device: device.clone(), options, variant, reason, work })
    }

    /// The shape and choices that were planned.
    pub fn options(&self) -> &TopKOptions {
        &self.options
    }

    /// The variant that runs.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Why this variant and this method.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How rows are given to workgroups; `None` on the cpu device.
    pub fn method(&self) -> Option<Method> {
        match &self.work {
            Work::Host => None,
            Work::WholeRows(_) => Some(Method::WholeRows),
            Work::Chunks(_) | Work::Gathered(_) => Some(Method::Chunks),
            Work::Hopper(hopper) => Some(hopper.method()),
        }
    }

    /// Bytes of device memory that the plan holds.
    pub fn workspace_bytes(&self) -> u64 {
        match &self.work {
            Work::Host => 0,
            Work::WholeRows(rows) => rows.workspace_bytes(),
            Work::Hopper(_) => Absent::BYTES,
            Work::Chunks(chunks) => chunks.workspace_bytes(),
            Work::Gathered(gathered) => gathered.workspace_bytes(),
        }
    }

    /// Records the operation. On the cpu device it has run when this returns.
    ///
    /// # Errors
    /// [`Error::Shape`] if a buffer is too small or `indices` is also an input, and [`Error::Engine`].
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &TopKArgs<'_>) -> Result<()> {
        self.check_args(args)?;
        match &self.work {
            Work::Host => self.run_on_host(args),
            Work::WholeRows(rows) => rows.encode(encoder, &self.options, args),
            Work::Chunks(chunks) => chunks.encode(encoder, &self.options, args),
            Work::Gathered(gathered) => gathered.encode(encoder, &self.options, args),
            Work::Hopper(_) if self.options.rows == 0 => Ok(()),
            Work::Hopper(hopper) => hopper.encode(encoder, args),
        }
    }

    /// Runs the operation and waits for it.
    ///
    /// # Errors
    /// As [`TopK::encode`].
    pub fn run(&self, args: &TopKArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    fn check_args(&self, args: &TopKArgs<'_>) -> Result<()> {
        let TopKOptions { rows, columns, top_k, .. } = self.options;
        at_least("scores", args.scores, (rows * columns) * 4)?;
        at_least("indices", args.indices, (rows * u64::from(top_k)) * 4)?;
        for (name, buffer) in [("row_start", args.row_start), ("row_end", args.row_end)] {
            if let Some(buffer) = buffer {
                at_least(name, buffer, rows * 4)?;
            }
        }
        let inputs: Vec<_> = [Some(args.scores), args.row_start, args.row_end].into_iter().flatten().collect();
        distinct(&[("indices", args.indices)], &inputs)
    }

    fn run_on_host(&self, args: &TopKArgs<'_>) -> Result<()> {
        let rows = self.options.rows as usize;
        let columns = self.options.columns as usize;
        let top_k = self.options.top_k as usize;
        let scores = host::read("scores", args.scores)?;
        let row_start = args.row_start.map(|buffer| host::read("row_start", buffer)).transpose()?;
        let row_end = args.row_end.map(|buffer| host::read("row_end", buffer)).transpose()?;
        let problem = TopKProblem {
            scores: host::numbers(&scores, 0..(rows * columns) as u64),
            rows,
            columns,
            row_start: row_start.as_deref().map(|bytes| host::numbers(bytes, 0..rows as u64)),
            row_end: row_end.as_deref().map(|bytes| host::numbers(bytes, 0..rows as u64)),
            top_k,
        };
        cpu::top_k(&problem, host::numbers_mut(&mut host::write("indices", args.indices)?, 0..(rows * top_k) as u64));
        Ok(())
    }
}

fn check_options(options: &TopKOptions) -> Result<()> {
    let TopKOptions { rows, columns, top_k, .. } = *options;
    if top_k == 0 || top_k > MAX_TOP_K {
        return Err(Error::range("top_k", format!("1 to {MAX_TOP_K}"), top_k));
    }
    if columns > MAX_COLUMNS {
        return Err(Error::range("columns", format!("0 to {MAX_COLUMNS}"), columns));
    }
    let widest = columns.max(u64::from(top_k)) * 4;
    if rows.checked_mul(widest).is_none_or(|bytes| bytes > i64::MAX as u64) {
        return Err(Error::range("rows", format!("at most {} for rows of {widest} bytes", i64::MAX as u64 / widest), rows));
    }
    Ok(())
}

fn choose_method(options: &TopKOptions, whole_row: u64, timings: &Timings<'_>) -> Result<(Method, String)> {
    let fits = options.columns <= whole_row;
    let measured = timings.only(|candidate| candidate.method.is_some()).fastest();
    if fits
        && options.method.is_none()
        && let Some((Candidate { method: Some(method), .. }, why)) = measured
    {
        return Ok((method, format!("{method:?}: {why}")));
    }
    match options.method {
        Some(Method::WholeRows) if !fits => {
            Err(Error::range("columns", format!("at most {whole_row} with Method::WholeRows on this device"), options.columns))
        }
        Some(method) => Ok((method, format!("{method:?} requested"))),
        None if !fits => {
            Ok((Method::Chunks, format!("Chunks: a row is longer than {whole_row}, the most for one workgroup of this device")))
        }
        None if options.rows <= CHUNKED_ROWS && options.columns >= CHUNKED_COLUMNS => {
            Ok((Method::Chunks, format!("Chunks: at most {CHUNKED_ROWS} rows of at least {CHUNKED_COLUMNS} columns")))
        }
        None => Ok((Method::WholeRows, format!("WholeRows: more than {CHUNKED_ROWS} rows, or fewer than {CHUNKED_COLUMNS} columns"))),
    }
}

fn specialisation(module: &'static str) -> Specialisation {
    Specialisation { module, constants: Vec::new(), features: Vec::new() }
}

fn kernel(device: &Device, module: &'static str) -> Result<Kernel> {
    specialisation(module).kernel(device)
}

/// The kernels' forms.
pub(crate) fn catalogue() -> Vec<Specialisation> {
    let one_form = ["topk/histogram", "topk/count", "topk/scatter", "topk/map_pages"].map(specialisation);
    whole_rows::kernels().into_iter().chain(sampled::kernels()).chain(one_form).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(options: TopKOptions) -> Result<TopK> {
        TopK::plan(&Device::cpu(), options)
    }

    #[test]
    fn refuses_what_it_cannot_do() {
        let options = TopKOptions { rows: 2, columns: 3, top_k: 4, ..Default::default() };
        assert!(matches!(plan(TopKOptions { top_k: 0, ..options }), Err(Error::Range { argument: "top_k", .. })));
        assert!(matches!(plan(TopKOptions { top_k: 8193, ..options }), Err(Error::Range { argument: "top_k", .. })));
        assert!(matches!(plan(TopKOptions { columns: MAX_COLUMNS + 1, ..options }), Err(Error::Range { argument: "columns", .. })));
        assert!(matches!(plan(TopKOptions { rows: u64::MAX / 8, ..options }), Err(Error::Range { argument: "rows", .. })));
    }

    #[test]
    fn names_the_buffer_that_does_not_fit() {
        let device = Device::cpu();
        let top_k = plan(TopKOptions { rows: 2, columns: 3, top_k: 4, ..Default::default() }).unwrap();
        let (small, large) = (device.buffer("small", 4).unwrap(), device.buffer("large", 64).unwrap());
        let other = device.buffer("other", 64).unwrap();
        let args = TopKArgs { scores: &large, row_start: None, row_end: None, indices: &other };
        assert!(matches!(top_k.run(&TopKArgs { scores: &small, ..args }), Err(Error::Shape { argument: "scores", .. })));
        assert!(matches!(top_k.run(&TopKArgs { indices: &small, ..args }), Err(Error::Shape { argument: "indices", .. })));
        assert!(matches!(top_k.run(&TopKArgs { row_end: Some(&small), ..args }), Err(Error::Shape { argument: "row_end", .. })));
        assert!(matches!(top_k.run(&TopKArgs { indices: &large, ..args }), Err(Error::Shape { argument: "indices", .. })));
    }
}
