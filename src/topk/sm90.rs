//! Kernels of the `sm90` variant: a block a row, or a cluster of blocks.

use bytemuck::NoUninit;
use dsa_engine::wgsl::Access::{Read, ReadWrite};
use dsa_engine::{Device, Encoder, Grid, Kernel};

use super::tiles::Absent;
use super::{Method, TopKArgs, TopKOptions};
use crate::Result;
use crate::sm90::Sm90Kernel;

/// The longest row.
const MAX_COLUMNS: u64 = 1 << 30;
/// `Shared` of `shaders/sm90/topk_search.cu`, and the most that may follow it.
const CONTROL_BYTES: u32 = 9456;
const MAX_SHARED_BYTES: u32 = 222_000;
/// Columns of the smallest bitmap, and of the largest that a block and a cluster keep.
const BITMAP: u32 = 1 << 16;
const MAX_BITMAP_OF_BLOCK: u32 = 1 << 17;
const MAX_BITMAP_OF_CLUSTER: u32 = 1 << 20;

/// `TopkParams` of `shaders/sm90/topk_search.cu`.
#[repr(C)]
#[derive(Clone, Copy, Debug, NoUninit)]
struct Params {
    columns: u32,
    row_stride: u32,
    top_k: u32,
    capacity: u32,
    window: u32,
    region: u32,
    rows: u32,
    has_row_start: u32,
    has_row_end: u32,
}

/// A plan on Hopper.
#[derive(Debug)]
pub(super) struct Hopper {
    kernel: Kernel,
    absent: Absent,
    params: Params,
    /// Blocks of a row.
    blocks: u32,
}

/// Whether the kernels have this shape.
pub(super) fn fits(options: &TopKOptions) -> bool {
    options.columns <= MAX_COLUMNS && options.rows <= u32::MAX.into()
}

/// Blocks for a row: as many as were fastest on an H200.
fn blocks(options: &TopKOptions) -> u32 {
    let chosen = match options.rows {
        _ if options.columns < super::CHUNKED_COLUMNS => 1,
        0..=4 => 8,
        5..=24 => 4,
        25..=100 => 2,
        _ => 1,
    };
    match options.method {
        Some(Method::WholeRows) => 1,
        Some(Method::Chunks) => chosen.max(2),
        None => chosen,
    }
}

impl Params {
    /// Sizes of the pool and of the bitmap, which share what memory a block has.
    fn new(options: &TopKOptions, blocks: u32) -> Self {
        let (columns, top_k) = (options.columns as u32, options.top_k);
        let of_pool = |factor: u32| (factor * top_k + 224).max(2048);
        let mut capacity = of_pool(match columns {
            0..=131_072 => 2,
            131_073..=524_288 => 3,
            _ => 4,
        });
        if blocks > 1 && columns <= 131_072 && top_k <= 2048 {
            capacity = capacity.max(4864);
        }
        let most = if blocks > 1 { MAX_BITMAP_OF_CLUSTER } else { MAX_BITMAP_OF_BLOCK };
        let mut window = columns.div_ceil(BITMAP).next_power_of_two().saturating_mul(BITMAP).min(most);
        let bitmap = |window: u32| window / 8 + window / 64;
        let mut region = if blocks > 1 { (bitmap(window) + if top_k <= 4096 { 4 * top_k } else { 0 }).max(65536) } else { 32768 };
        while blocks > 1 && region + 8 * capacity > MAX_SHARED_BYTES && window > 2 * BITMAP {
            window /= 2;
            region = bitmap(window).max(65536);
        }
        region = region.next_multiple_of(16);
        // A smaller pool fills sooner, and is cut down then.
        capacity = capacity.min((MAX_SHARED_BYTES - region) / 8);
        let rows = options.rows as u32;
        Params { columns, row_stride: columns, top_k, capacity, window, region, rows, has_row_start: 0, has_row_end: 0 }
    }
}

impl Hopper {
    pub(super) fn plan(device: &Device, options: &TopKOptions) -> Result<Self> {
        let blocks = blocks(options);
        let params = Params::new(options, blocks);
        let kernel = kernel(&params, blocks).kernel(device)?;
        Ok(Hopper { kernel, absent: Absent::new(device)?, params, blocks })
    }

    pub(super) fn method(&self) -> Method {
        if self.blocks > 1 { Method::Chunks } else { Method::WholeRows }
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, args: &TopKArgs<'_>) -> Result<()> {
        let or_absent = |buffer: Option<&dsa_engine::Buffer>| buffer.map_or_else(|| self.absent.binding(), dsa_engine::Buffer::whole);
        let params = Params { has_row_start: args.row_start.is_some().into(), has_row_end: args.row_end.is_some().into(), ..self.params };
        let bindings = [
            ("scores", args.scores.whole()),
            ("row_start", or_absent(args.row_start)),
            ("row_end", or_absent(args.row_end)),
            ("indices", args.indices.whole()),
        ];
        let grid = Grid::flat(u64::from(params.rows) * u64::from(self.blocks));
        Ok(encoder.dispatch(&self.kernel, grid, &bindings, &params)?)
    }
}

fn kernel(params: &Params, blocks: u32) -> Sm90Kernel {
    Sm90Kernel {
        modules: &["sm90/hopper", "sm90/matrices", "sm90/topk_search", "sm90/topk"],
        constants: Vec::new(),
        function: if blocks > 1 { "topk_cluster" } else { "topk_rows" },
        threads: 512,
        shared_bytes: CONTROL_BYTES + params.region + 8 * params.capacity,
        cluster: (blocks > 1).then_some([blocks, 1, 1]),
        params_bytes: size_of::<Params>() as u32,
        bindings: &[("scores", Read), ("row_start", Read), ("row_end", Read), ("indices", ReadWrite)],
    }
}

/// Both kernels, which one text has.
pub(crate) fn catalogue() -> Vec<Sm90Kernel> {
    let options = TopKOptions { rows: 1, columns: 131_072, ..TopKOptions::default() };
    vec![kernel(&Params::new(&options, 1), 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_and_bitmaps_fit_a_block() {
        for columns in [0, 1, 8192, 131_072, 131_073, 1 << 20, MAX_COLUMNS] {
            for top_k in [1, 512, 2048, 4096, 4097, super::super::MAX_TOP_K] {
                for blocks in [1, 2, 8] {
                    let params = Params::new(&TopKOptions { rows: 1, columns, top_k, ..TopKOptions::default() }, blocks);
                    assert!(params.region + 8 * params.capacity <= MAX_SHARED_BYTES, "{params:?}");
                    assert!(params.capacity >= top_k + 512 && params.region.is_multiple_of(16), "{params:?}");
                    assert!(params.window.is_power_of_two() && params.window / 8 + params.window / 64 <= params.region, "{params:?}");
                }
            }
        }
    }
}
