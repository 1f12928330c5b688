//! Logits of keys in a paged cache.

use std::ops::Range;

use dsa_engine::{Buffer, Device, Encoder, Grid, Kernel};

use super::{Params, Sm90, TileShape, planned};
use crate::problem::PagedLogits;
use crate::tuning::Class;
use crate::windows::{BindingLimits, CacheWindow, Segments, at_least, distinct, product, ranges, word};
use crate::{Error, Result, Variant, cpu, host};

/// What a [`PagedIndexLogits`] plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct PagedIndexLogitsOptions {
    /// Most sequences of one call.
    pub batch: u64,
    /// Queries of each sequence.
    pub next_n: u32,
    /// Index heads, 1 to 128.
    pub index_heads: u32,
    /// Index dimension, 64 or 128.
    pub dim: u32,
    /// Tokens in a page.
    pub page_size: u32,
    /// Pages in each of the cache's buffers but the last.
    pub pages_per_segment: u64,
    /// Columns of `block_table`.
    pub max_pages: u64,
    /// Most columns of one call's `logits`, below 2^31.
    pub max_context: u64,
    /// Most bytes to bind at once; `None` for the device's limit. Smaller values serve tests.
    pub max_binding_bytes: Option<u64>,
    /// The shader variant to force; `generic` and `subgroup` run the same shader.
    pub variant: Option<Variant>,
}

impl Default for PagedIndexLogitsOptions {
    /// No sequences; one query each of 64 heads and 128 dimensions, pages of 64 tokens in one buffer.
    fn default() -> Self {
        PagedIndexLogitsOptions {
            batch: 0,
            next_n: 1,
            index_heads: 64,
            dim: 128,
            page_size: 64,
            pages_per_segment: i32::MAX as u64,
            max_pages: 0,
            max_context: 0,
            max_binding_bytes: None,
            variant: None,
        }
    }
}

/// Tensors of one call of [`PagedIndexLogits`]. The call computes `sequences` sequences from `first_sequence` on, so that a caller can work
/// through many with a small `logits`.
#[derive(Clone, Copy, Debug)]
pub struct PagedIndexLogitsArgs<'a> {
    /// The first sequence of this call, in all inputs.
    pub first_sequence: u64,
    /// Sequences of this call.
    pub sequences: u64,
    /// Columns of `logits`.
    pub columns: u64,
    /// e4m3 `[batch, next_n, index_heads, dim]`.
    pub q: &'a Buffer,
    /// The cache, in segments of whole pages (see [`crate::layout::IndexPage`]); all but the last have `pages_per_segment` pages.
    pub cache: &'a [Buffer],
    /// f32 `[batch, next_n, index_heads]`.
    pub weights: &'a Buffer,
    /// i32 `[batch, max_pages]` page numbers. Entries past a sequence's last page are not read; tokens in pages that do not exist give -inf.
    pub block_table: &'a Buffer,
    /// i32 `[batch, next_n]`: tokens that each query sees. Clamped to `0..=columns`.
    pub context_lengths: &'a Buffer,
    /// Output, f32 `[sequences * next_n, columns]`; row 0 belongs to `first_sequence`. -inf from a query's context length on.
    pub logits: &'a Buffer,
}

/// Scores the keys of a paged cache against queries. See the [module](super).
#[derive(Debug)]
pub struct PagedIndexLogits {
    device: Device,
    options: PagedIndexLogitsOptions,
    shape: TileShape,
    kernel: Option<Kernel>,
    variant: Variant,
    reason: String,
}

/// A part of the sequences that one dispatch computes: all queries of several, or some queries of one.
struct Part {
    first_sequence: u64,
    sequences: u64,
    queries: Range<u64>,
}

impl PagedIndexLogits {
    /// Checks the options and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for a size that is not supported, [`Error::Unsupported`] for a variant that the device lacks.
    pub fn plan(device: &Device, options: PagedIndexLogitsOptions) -> Result<Self> {
        for (argument, value, most) in [
            ("page_size", u64::from(options.page_size), 1 << 20),
            ("next_n", u64::from(options.next_n), 1 << 20),
            ("pages_per_segment", options.pages_per_segment, u64::MAX),
        ] {
            if value == 0 || value > most {
                return Err(Error::range(argument, format!("1 to {most}"), value));
            }
        }
        for (argument, value) in [("max_context", options.max_context), ("max_pages", options.max_pages)] {
            if value > i32::MAX as u64 {
                return Err(Error::range(argument, "at most 2^31 - 1", value));
            }
        }
        let shape = TileShape::new(options.index_heads, options.dim, u64::from(options.next_n))?;
        let sm90 = Sm90::paged(device, options.index_heads, options.dim, options.next_n, options.page_size);
        let class = Class::paged_index_logits(options.index_heads, options.dim, options.next_n.into());
        let (shape, variant, reason) = shape.choose(device, options.variant, sm90, class)?;
        tracing::debug!(%variant, reason, batch = options.batch, heads = options.index_heads, page = options.page_size, "paged index logits");
        let kernel = shape.kernel(device, Some(options.page_size))?;
        Ok(PagedIndexLogits { device: device.clone(), options, shape, kernel, variant, reason })
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
    /// [`Error::Shape`] for a tensor that is too small or a cache of another shape, [`Error::Range`] for more sequences or columns than
    /// planned, or for more columns than the device can bind in one row.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &PagedIndexLogitsArgs<'_>) -> Result<()> {
        self.check(args)?;
        if args.sequences == 0 || args.columns == 0 {
            return Ok(());
        }
        match &self.kernel {
            Some(kernel) => self.record(kernel, encoder, args),
            None => self.compute(args),
        }
    }

    /// [`PagedIndexLogits::encode`] with an encoder of its own, submitted and waited for.
    ///
    /// # Errors
    /// As [`PagedIndexLogits::encode`], and [`Error::Engine`] if the device fails.
    pub fn run(&self, args: &PagedIndexLogitsArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    fn next_n(&self) -> u64 {
        u64::from(self.options.next_n)
    }

    fn segments(&self) -> Segments {
        let row_bytes = u64::from(self.options.page_size) * (u64::from(self.options.dim) + 4);
        Segments { row_bytes, rows_per_segment: self.options.pages_per_segment }
    }

    fn check(&self, args: &PagedIndexLogitsArgs<'_>) -> Result<()> {
        planned("columns", args.columns, self.options.max_context)?;
        let end = args.first_sequence.saturating_add(args.sequences);
        planned("sequences", end, self.options.batch)?;
        let rows = product("sequences", &[end, self.next_n()])?;
        at_least("q", args.q, product("q", &[rows, self.shape.query_bytes()])?)?;
        at_least("weights", args.weights, product("weights", &[rows, self.shape.weight_bytes()])?)?;
        at_least("block_table", args.block_table, product("block_table", &[end, self.options.max_pages, 4])?)?;
        at_least("context_lengths", args.context_lengths, rows * 4)?;
        at_least("logits", args.logits, product("logits", &[args.sequences, self.next_n(), args.columns, 4])?)?;
        let inputs: Vec<_> = args.cache.iter().chain([args.q, args.weights, args.block_table, args.context_lengths]).collect();
        distinct(&[("logits", args.logits)], &inputs)?;
        let pages: u64 = self.segments().rows("cache", args.cache)?.iter().sum();
        if pages == 0 || self.options.max_pages == 0 {
            return Err(Error::shape("cache", "at least one page, and a block_table with columns", format!("{pages} pages")));
        }
        Ok(())
    }

    /// One dispatch for each part of the sequences and window of the cache; usually one in all.
    fn record(&self, kernel: &Kernel, encoder: &mut Encoder<'_>, args: &PagedIndexLogitsArgs<'_>) -> Result<()> {
        let limits = BindingLimits::of_kernel(&self.device, kernel, self.options.max_binding_bytes);
        let windows = self.segments().windows("cache", limits, args.cache)?;
        for part in self.parts(limits, args)? {
            for (i, window) in windows.iter().enumerate() {
                self.dispatch(kernel, encoder, limits, args, &part, (i, windows.len()), window)?;
            }
        }
        Ok(())
    }

    /// Cuts the call into parts whose tensors can be bound.
    fn parts(&self, limits: BindingLimits, args: &PagedIndexLogitsArgs<'_>) -> Result<Vec<Part>> {
        let query = [args.columns * 4, self.shape.query_bytes()];
        let queries = limits.items("columns", &query)?;
        let table = limits.items("max_pages", &[self.options.max_pages * 4])?;
        if queries >= self.next_n() {
            let step = table.min(queries / self.next_n());
            return Ok(ranges(args.sequences, step)
                .map(|r| Part { first_sequence: r.start, sequences: r.end - r.start, queries: 0..self.next_n() })
                .collect());
        }
        let sequences = 0..args.sequences;
        let parts = sequences
            .flat_map(|first_sequence| ranges(self.next_n(), queries).map(move |queries| Part { first_sequence, sequences: 1, queries }));
        Ok(parts.collect())
    }

    #[allow(clippy::too_many_arguments, reason = "one caller; a struct would only rename the pieces of a dispatch")]
    fn dispatch(
        &self,
        kernel: &Kernel,
        encoder: &mut Encoder<'_>,
        limits: BindingLimits,
        args: &PagedIndexLogitsArgs<'_>,
        part: &Part,
        (index, windows): (usize, usize),
        window: &CacheWindow,
    ) -> Result<()> {
        let queries = part.queries.end - part.queries.start;
        let rows = part.sequences * queries;
        let row = part.first_sequence * self.next_n() + part.queries.start;
        let first = args.first_sequence * self.next_n() + row;
        let (query_bytes, weight_bytes, table_bytes) = (self.shape.query_bytes(), self.shape.weight_bytes(), self.options.max_pages * 4);
        let (q, q_offset) = limits.bind(args.q, first * query_bytes, rows * query_bytes);
        let (weights, weights_offset) = limits.bind(args.weights, first * weight_bytes, rows * weight_bytes);
        let (lengths, range_offset) = limits.bind(args.context_lengths, first * 4, rows * 4);
        let table_start = (args.first_sequence + part.first_sequence) * table_bytes;
        let (table, table_offset) = limits.bind(args.block_table, table_start, part.sequences * table_bytes);
        let (logits, out_offset) = limits.bind(args.logits, row * args.columns * 4, rows * args.columns * 4);
        let mut params = Params {
            queries: word(queries),
            columns: word(args.columns),
            out_stride: word(args.columns),
            max_pages: word(self.options.max_pages),
            page_size: self.options.page_size,
            first_page: window.first_row,
            pages: window.rows,
            fill: u32::from(index == 0),
            windowed: u32::from(windows > 1),
            q_offset,
            weights_offset,
            keys_offset: window.offset,
            range_offset,
            table_offset,
            out_offset,
            ..Params::default()
        };
        let tiles = self.shape.count_tiles(&mut params, part.sequences)?;
        let bindings = [
            ("q", q),
            ("weights", weights),
            ("keys", window.binding.clone()),
            ("block_table", table),
            ("context_lengths", lengths),
            ("logits", logits),
        ];
        Ok(encoder.dispatch(kernel, Grid::flat(tiles), &bindings, &params)?)
    }

    /// On the host.
    fn compute(&self, args: &PagedIndexLogitsArgs<'_>) -> Result<()> {
        let (q, weights) = (host::read("q", args.q)?, host::read("weights", args.weights)?);
        let (table, lengths) = (host::read("block_table", args.block_table)?, host::read("context_lengths", args.context_lengths)?);
        let mut cache = Vec::with_capacity(args.cache.len());
        for segment in args.cache {
            cache.push(host::read("cache", segment)?);
        }
        let mut logits = host::write("logits", args.logits)?;
        let (first, end) = (args.first_sequence * self.next_n(), (args.first_sequence + args.sequences) * self.next_n());
        let (heads, query_bytes) = (u64::from(self.options.index_heads), self.shape.query_bytes());
        let pages = args.first_sequence * self.options.max_pages..(args.first_sequence + args.sequences) * self.options.max_pages;
        let problem = PagedLogits {
            q: &q[(first * query_bytes) as usize..(end * query_bytes) as usize],
            cache: &cache.iter().map(|segment| &segment[..]).collect::<Vec<_>>(),
            pages_per_segment: self.options.pages_per_segment as usize,
            page_size: self.options.page_size as usize,
            weights: host::numbers(&weights, first * heads..end * heads),
            block_table: host::numbers(&table, pages),
            max_pages: self.options.max_pages as usize,
            context_lengths: host::numbers(&lengths, first..end),
            batch: args.sequences as usize,
            next_n: self.options.next_n as usize,
            index_heads: self.options.index_heads as usize,
            dim: self.options.dim as usize,
            max_context: args.columns as usize,
        };
        cpu::paged_logits(&problem, host::numbers_mut(&mut logits, 0..(end - first) * args.columns));
        Ok(())
    }
}
