//! Positions within sequences to rows of a paged cache.

use bytemuck::NoUninit;
use dsa_engine::{Buffer, Device, Encoder, Grid, Kernel};

use super::kernel;
use super::tiles::Limits;
use crate::windows::{at_least, distinct};
use crate::{Error, Result, Variant, host, variant};

/// Entries that one workgroup maps.
const WORKGROUP: u64 = 256;

/// Shape of a [`MapPages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapPagesOptions {
    /// Rows of positions.
    pub rows: u64,
    /// Positions of a row.
    pub top_k: u32,
    /// Row `r` belongs to sequence `r / rows_per_sequence`.
    pub rows_per_sequence: u32,
    /// Columns of the block table.
    pub max_pages: u32,
    /// Cache rows of a page.
    pub page_size: u32,
    /// The shader variant to force; both run the same shader.
    pub variant: Option<Variant>,
}

/// Tensors of a [`MapPages`]. Buffers may be larger than needed.
#[derive(Clone, Copy, Debug)]
pub struct MapPagesArgs<'a> {
    /// i32 `[rows, top_k]`: positions within the row's sequence, as [`super::TopK`] selects them.
    pub positions: &'a Buffer,
    /// i32 `[ceil(rows / rows_per_sequence), max_pages]`: page numbers.
    pub block_table: &'a Buffer,
    /// i32 `[rows, top_k]`, written: rows of the cache.
    pub cache_rows: &'a Buffer,
}

/// Maps position `p` of sequence `b` to cache row `block_table[b, p / page_size] * page_size + p % page_size`, which is how
/// [sparse decode](crate::attention) addresses a paged cache.
///
/// -1 stays -1. So become other negative positions, positions past the block table, negative pages, and rows that are no i32.
///
/// ```
/// use portable_dsa::engine::Device;
/// use portable_dsa::topk::{MapPages, MapPagesArgs, MapPagesOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = Device::cpu();
/// let positions = device.upload("positions", &[0, 65, 130, -1])?;
/// let block_table = device.upload("block_table", &[7, 3, 9])?;
/// let cache_rows = device.buffer("cache_rows", 4 * 4)?;
/// let options = MapPagesOptions { rows: 1, top_k: 4, rows_per_sequence: 1, max_pages: 3, page_size: 64, variant: None };
/// let args = MapPagesArgs { positions: &positions, block_table: &block_table, cache_rows: &cache_rows };
/// MapPages::plan(&device, options)?.run(&args)?;
/// assert_eq!(cache_rows.read_blocking::<i32>()?, [7 * 64, 3 * 64 + 1, 9 * 64 + 2, -1]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MapPages {
    device: Device,
    options: MapPagesOptions,
    variant: Variant,
    reason: String,
    limits: Limits,
    /// `None` on the cpu device.
    kernel: Option<Kernel>,
}

/// `Params` of `shaders/topk/map_pages.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, NoUninit)]
struct Params {
    entries: u32,
    positions_skip: u32,
    cache_rows_skip: u32,
    first_row: u32,
    top_k: u32,
    rows_per_sequence: u32,
    max_pages: u32,
    page_size: u32,
}

impl MapPages {
    /// Checks the shape and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for a shape out of range, [`Error::Unsupported`] for a forced variant that the device cannot run, and
    /// [`Error::Engine`].
    pub fn plan(device: &Device, options: MapPagesOptions) -> Result<Self> {
        let limits = Limits::new(device, device.capabilities().max_binding_bytes);
        check_options(&options, limits)?;
        let (variant, reason) = variant::choose(device, options.variant, &[Variant::Generic, Variant::Subgroup])?;
        let kernel = if variant == Variant::Cpu { None } else { Some(kernel(device, "topk/map_pages")?) };
        tracing::debug!(device = %device.info(), ?options, %variant, reason, "page mapping planned");
        Ok(MapPages { device: device.clone(), options, variant, reason, limits, kernel })
    }

    /// The variant that runs.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Why this variant.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Bytes of device memory that the plan holds: none.
    pub fn workspace_bytes(&self) -> u64 {
        0
    }

    /// Records the operation. On the cpu device it has run when this returns.
    ///
    /// # Errors
    /// [`Error::Shape`] if a buffer is too small or `cache_rows` is also an input, and [`Error::Engine`].
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &MapPagesArgs<'_>) -> Result<()> {
        let MapPagesOptions { rows, top_k, .. } = self.options;
        at_least("positions", args.positions, (rows * u64::from(top_k)) * 4)?;
        at_least("cache_rows", args.cache_rows, (rows * u64::from(top_k)) * 4)?;
        at_least("block_table", args.block_table, (table_words(&self.options)) * 4)?;
        distinct(&[("cache_rows", args.cache_rows)], &[args.positions, args.block_table])?;
        match &self.kernel {
            None => self.run_on_host(args),
            Some(kernel) => self.dispatch(encoder, args, kernel),
        }
    }

    /// Runs the operation and waits for it.
    ///
    /// # Errors
    /// As [`MapPages::encode`].
    pub fn run(&self, args: &MapPagesArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    fn dispatch(&self, encoder: &mut Encoder<'_>, args: &MapPagesArgs<'_>, kernel: &Kernel) -> Result<()> {
        let MapPagesOptions { rows, top_k, rows_per_sequence, max_pages, page_size, .. } = self.options;
        let columns = u64::from(top_k);
        let tile_rows = (self.limits.words() / columns).max(1);
        for first_row in (0..rows).step_by(tile_rows as usize) {
            let entries = tile_rows.min(rows - first_row) * columns;
            let (positions, positions_skip) = self.limits.view(args.positions, first_row * columns, entries);
            let (cache_rows, cache_rows_skip) = self.limits.view(args.cache_rows, first_row * columns, entries);
            let (block_table, _) = self.limits.view(args.block_table, 0, table_words(&self.options));
            let bindings = [("positions", positions), ("block_table", block_table), ("cache_rows", cache_rows)];
            let params = Params {
                entries: entries as u32,
                positions_skip,
                cache_rows_skip,
                first_row: first_row as u32,
                top_k,
                rows_per_sequence,
                max_pages,
                page_size,
            };
            encoder.dispatch(kernel, Grid::flat(entries.div_ceil(WORKGROUP)), &bindings, &params)?;
        }
        Ok(())
    }

    fn run_on_host(&self, args: &MapPagesArgs<'_>) -> Result<()> {
        let top_k = self.options.top_k as usize;
        let entries = self.options.rows as usize * top_k;
        let (positions, table) = (host::read("positions", args.positions)?, host::read("block_table", args.block_table)?);
        let positions: &[i32] = host::numbers(&positions, 0..entries as u64);
        let table: &[i32] = host::numbers(&table, 0..table_words(&self.options));
        let mut cache_rows = host::write("cache_rows", args.cache_rows)?;
        let cache_rows: &mut [i32] = host::numbers_mut(&mut cache_rows, 0..entries as u64);
        for (entry, (cache_row, &position)) in cache_rows.iter_mut().zip(positions).enumerate() {
            *cache_row = cache_row_of(&self.options, table, entry / top_k, position);
        }
        Ok(())
    }
}

/// The definition of the mapping, for one position of one row.
fn cache_row_of(options: &MapPagesOptions, block_table: &[i32], row: usize, position: i32) -> i32 {
    let sequence = row / options.rows_per_sequence as usize;
    let mapped = u32::try_from(position).ok().and_then(|position| {
        let (page, offset) = (position / options.page_size, position % options.page_size);
        let page = (page < options.max_pages).then(|| block_table[sequence * options.max_pages as usize + page as usize])?;
        let page = u64::try_from(page).ok()?;
        i32::try_from(page * u64::from(options.page_size) + u64::from(offset)).ok()
    });
    mapped.unwrap_or(-1)
}

fn table_words(options: &MapPagesOptions) -> u64 {
    options.rows.div_ceil(u64::from(options.rows_per_sequence)) * u64::from(options.max_pages)
}

fn check_options(options: &MapPagesOptions, limits: Limits) -> Result<()> {
    for (name, value) in [
        ("top_k", options.top_k),
        ("rows_per_sequence", options.rows_per_sequence),
        ("page_size", options.page_size),
        ("max_pages", options.max_pages),
    ] {
        if value == 0 {
            return Err(Error::range(name, "at least 1", value));
        }
    }
    if options.rows > i32::MAX as u64 {
        return Err(Error::range("rows", format!("at most {}", i32::MAX), options.rows));
    }
    if u64::from(options.top_k) > limits.words() {
        return Err(Error::range("top_k", format!("at most {}, what the device can bind", limits.words()), options.top_k));
    }
    if table_words(options) > limits.words() {
        let supported = format!("block tables of at most {} entries, what the device can bind", limits.words());
        return Err(Error::range("max_pages", supported, options.max_pages));
    }
    Ok(())
}
