//! Logits of flat keys.

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder, Grid, Kernel};

use super::{Params, Sm90, TileShape, planned};
use crate::problem::RaggedLogits;
use crate::tuning::Class;
use crate::windows::{BindingLimits, at_least, distinct, product, ranges, word};
use crate::{Error, Result, Variant, cpu, host};

/// What an [`IndexLogits`] plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct IndexLogitsOptions {
    /// Most queries of one call.
    pub queries: u64,
    /// Most keys of one call, below 2^31.
    pub keys: u64,
    /// Index heads, 1 to 128.
    pub index_heads: u32,
    /// Index dimension, 64 or 128.
    pub dim: u32,
    /// Most bytes to bind at once; `None` for the device's limit. Smaller values serve tests.
    pub max_binding_bytes: Option<u64>,
    /// The shader variant to force; `generic` and `subgroup` run the same shader.
    pub variant: Option<Variant>,
}

impl Default for IndexLogitsOptions {
    /// No queries and no keys; 64 heads of 128 dimensions.
    fn default() -> Self {
        IndexLogitsOptions { queries: 0, keys: 0, index_heads: 64, dim: 128, max_binding_bytes: None, variant: None }
    }
}

/// Tensors of one call of [`IndexLogits`]. The call computes `queries` queries from `first_query` on, so that a caller can work through
/// many queries with a small `logits`.
#[derive(Clone, Copy, Debug)]
pub struct IndexLogitsArgs<'a> {
    /// The first query of this call, in `q`, `weights`, `k_start` and `k_end`.
    pub first_query: u64,
    /// Queries of this call.
    pub queries: u64,
    /// Keys of this call, and columns of `logits`.
    pub keys: u64,
    /// e4m3 `[first_query + queries, index_heads, dim]`.
    pub q: &'a Buffer,
    /// e4m3 `[keys, dim]`.
    pub k: &'a Buffer,
    /// f32 `[keys]`.
    pub k_scale: &'a Buffer,
    /// f32 `[first_query + queries, index_heads]`.
    pub weights: &'a Buffer,
    /// i32 `[first_query + queries]`: the first key that a query sees. Clamped to `0..=keys`.
    pub k_start: &'a Buffer,
    /// i32 `[first_query + queries]`: one past the last. Clamped to `0..=keys`.
    pub k_end: &'a Buffer,
    /// Output, f32 `[queries, keys]`; row 0 belongs to `first_query`.
    pub logits: &'a Buffer,
}

/// Scores flat keys against queries. See the [module](super).
///
/// ```
/// use portable_dsa::engine::Device;
/// use portable_dsa::index_logits::{IndexLogits, IndexLogitsArgs, IndexLogitsOptions};
///
/// let device = Device::cpu();
/// let plan = IndexLogits::plan(&device, IndexLogitsOptions { queries: 1, keys: 2, index_heads: 1, dim: 64, ..Default::default() })?;
/// let logits = device.buffer("logits", 8)?;
/// plan.run(&IndexLogitsArgs {
///     first_query: 0,
///     queries: 1,
///     keys: 2,
///     q: &device.upload("q", &[0x38u8; 64])?, // ones
///     k: &device.upload("k", &[0x40u8; 128])?, // twos
///     k_scale: &device.upload("k_scale", &[1.0f32, 0.5])?,
///     weights: &device.upload("weights", &[1.0f32])?,
///     k_start: &device.upload("k_start", &[1i32])?,
///     k_end: &device.upload("k_end", &[2i32])?,
///     logits: &logits,
/// })?;
/// assert_eq!(logits.read_blocking::<f32>()?, [f32::NEG_INFINITY, 64.0]);
/// # Ok::<(), portable_dsa::Error>(())
/// ```
#[derive(Debug)]
pub struct IndexLogits {
    device: Device,
    options: IndexLogitsOptions,
    shape: TileShape,
    kernel: Option<Kernel>,
    variant: Variant,
    reason: String,
}

impl IndexLogits {
    /// Checks the options and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for heads, a dimension or a number of keys that is not supported, [`Error::Unsupported`] for a variant that the
    /// device lacks.
    pub fn plan(device: &Device, options: IndexLogitsOptions) -> Result<Self> {
        if options.keys > i32::MAX as u64 {
            return Err(Error::range("keys", "at most 2^31 - 1", options.keys));
        }
        let shape = TileShape::new(options.index_heads, options.dim, options.queries)?;
        let sm90 = Sm90::ragged(device, options.index_heads, options.dim, options.queries);
        let (shape, variant, reason) =
            shape.choose(device, options.variant, sm90, Class::index_logits(options.index_heads, options.dim, options.queries))?;
        tracing::debug!(%variant, reason, queries = options.queries, keys = options.keys, heads = options.index_heads, "index logits");
        let kernel = shape.kernel(device, None)?;
        Ok(IndexLogits { device: device.clone(), options, shape, kernel, variant, reason })
    }

    /// The variant that runs.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Why this variant.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Device memory that the plan holds: none.
    pub fn workspace_bytes(&self) -> u64 {
        0
    }

    /// Records the work.
    ///
    /// # Errors
    /// [`Error::Shape`] for a tensor that is too small, [`Error::Range`] for more queries or keys than planned.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &IndexLogitsArgs<'_>) -> Result<()> {
        self.check(args)?;
        if args.queries == 0 || args.keys == 0 {
            return Ok(());
        }
        match &self.kernel {
            Some(kernel) => self.record(kernel, encoder, args),
            None => self.compute(args),
        }
    }

    /// [`IndexLogits::encode`] with an encoder of its own, submitted and waited for.
    ///
    /// # Errors
    /// As [`IndexLogits::encode`], and [`Error::Engine`] if the device fails.
    pub fn run(&self, args: &IndexLogitsArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    fn check(&self, args: &IndexLogitsArgs<'_>) -> Result<()> {
        planned("queries", args.queries, self.options.queries)?;
        planned("keys", args.keys, self.options.keys)?;
        let end = args.first_query.checked_add(args.queries).ok_or_else(|| Error::range("first_query", "below 2^63", args.first_query))?;
        at_least("q", args.q, product("q", &[end, self.shape.query_bytes()])?)?;
        at_least("k", args.k, product("k", &[args.keys, u64::from(self.options.dim)])?)?;
        at_least("k_scale", args.k_scale, args.keys * 4)?;
        at_least("weights", args.weights, product("weights", &[end, self.shape.weight_bytes()])?)?;
        at_least("k_start", args.k_start, end * 4)?;
        at_least("k_end", args.k_end, end * 4)?;
        at_least("logits", args.logits, product("logits", &[args.queries, args.keys, 4])?)?;
        distinct(&[("logits", args.logits)], &[args.q, args.k, args.k_scale, args.weights, args.k_start, args.k_end])
    }

    /// One dispatch for each window of keys and chunk of queries; usually one in all.
    fn record(&self, kernel: &Kernel, encoder: &mut Encoder<'_>, args: &IndexLogitsArgs<'_>) -> Result<()> {
        let limits = BindingLimits::of_kernel(&self.device, kernel, self.options.max_binding_bytes);
        let query_step = limits.items("q", &[self.shape.query_bytes(), self.shape.weight_bytes()])?;
        for keys in ranges(args.keys, limits.items("k", &[u64::from(self.options.dim)])?) {
            // The last row of `logits` that is bound ends with this window's columns.
            let rows = (limits.usable() / 4 - (keys.end - keys.start)) / args.keys + 1;
            for queries in ranges(args.queries, rows.min(query_step)) {
                self.dispatch(kernel, encoder, limits, args, keys.clone(), queries)?;
            }
        }
        Ok(())
    }

    fn dispatch(
        &self,
        kernel: &Kernel,
        encoder: &mut Encoder<'_>,
        limits: BindingLimits,
        args: &IndexLogitsArgs<'_>,
        keys: Range<u64>,
        queries: Range<u64>,
    ) -> Result<()> {
        let (columns, count) = (keys.end - keys.start, queries.end - queries.start);
        let first = args.first_query + queries.start;
        let (query_bytes, weight_bytes, key_bytes) = (self.shape.query_bytes(), self.shape.weight_bytes(), u64::from(self.options.dim));
        let (q, q_offset) = limits.bind(args.q, first * query_bytes, count * query_bytes);
        let (weights, weights_offset) = limits.bind(args.weights, first * weight_bytes, count * weight_bytes);
        let (k, keys_offset) = limits.bind(args.k, keys.start * key_bytes, columns * key_bytes);
        let (k_scale, scale_offset) = limits.bind(args.k_scale, keys.start * 4, columns * 4);
        let (k_start, range_offset) = limits.bind(args.k_start, first * 4, count * 4);
        let (k_end, _) = limits.bind(args.k_end, first * 4, count * 4);
        let place = (queries.start * args.keys + keys.start) * 4;
        let (logits, out_offset) = limits.bind(args.logits, place, ((count - 1) * args.keys + columns) * 4);
        let mut params = Params {
            queries: word(count),
            columns: word(columns),
            out_stride: word(args.keys),
            first_key: word(keys.start),
            fill: 1,
            q_offset,
            weights_offset,
            keys_offset,
            scale_offset,
            range_offset,
            out_offset,
            ..Params::default()
        };
        let tiles = self.shape.count_tiles(&mut params, 1)?;
        let bindings =
            [("q", q), ("weights", weights), ("keys", k), ("k_scale", k_scale), ("k_start", k_start), ("k_end", k_end), ("logits", logits)];
        Ok(encoder.dispatch(kernel, Grid::flat(tiles), &bindings, &params)?)
    }

    /// On the host.
    fn compute(&self, args: &IndexLogitsArgs<'_>) -> Result<()> {
        let (q, k, k_scale) = (host::read("q", args.q)?, host::read("k", args.k)?, host::read("k_scale", args.k_scale)?);
        let weights = host::read("weights", args.weights)?;
        let (k_start, k_end) = (host::read("k_start", args.k_start)?, host::read("k_end", args.k_end)?);
        let mut logits = host::write("logits", args.logits)?;
        let (first, end) = (args.first_query, args.first_query + args.queries);
        let (heads, query_bytes) = (u64::from(self.options.index_heads), self.shape.query_bytes());
        let problem = RaggedLogits {
            q: &q[(first * query_bytes) as usize..(end * query_bytes) as usize],
            k: &k[..(args.keys * u64::from(self.options.dim)) as usize],
            k_scale: host::numbers(&k_scale, 0..args.keys),
            weights: host::numbers(&weights, first * heads..end * heads),
            k_start: host::numbers(&k_start, first..end),
            k_end: host::numbers(&k_end, first..end),
            queries: args.queries as usize,
            keys: args.keys as usize,
            index_heads: self.options.index_heads as usize,
            dim: self.options.dim as usize,
        };
        cpu::ragged_logits(&problem, host::numbers_mut(&mut logits, 0..args.queries * args.keys));
        Ok(())
    }
}
