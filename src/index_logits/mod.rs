//! Index logits: how well each key fits each query, by the lightning indexer.
//!
//! `logits[query, key] = k_scale[key] * sum over heads h of weights[query, h] * relu(q[query, h] . k[key])`, and -inf for keys that a query
//! may not see. [`IndexLogits`] reads flat keys (DeepGEMM's `fp8_mqa_logits`), [`PagedIndexLogits`] a paged cache (its
//! `fp8_paged_mqa_logits`). Codes are e4m3, products and sums f32; the order of the sums is fixed, so every run gives the same bits.
//!
//! The shader of `generic` and `subgroup` is `indexer/logits`, a tiled matrix product in f32: its time goes into multiplications, and the sums
//! over lanes are one part in five hundred of it. That of `matrix` is `indexer/logits_matrix`, and `sm90` has kernels of its own.

mod paged;
mod ragged;
mod sm90;

use dsa_engine::{Constant, Device, DeviceKind, Kernel};

pub use paged::{PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions};
pub use ragged::{IndexLogits, IndexLogitsArgs, IndexLogitsOptions};

use crate::shaders::Specialisation;
use crate::tuning::{Class, Timings};
use crate::variant::{self, MatrixUnit};
use crate::{Error, Result, Variant};
use sm90::Sm90;
pub(crate) use sm90::catalogue as sm90_catalogue;

/// Most queries of a tile of the `matrix` variant: its keys stay in registers for so long.
const MATRIX_QUERIES: u32 = 64;

/// The parts of the tile's shape that follow from the problem.
#[derive(Clone, Copy, Debug)]
struct TileShape {
    index_heads: u32,
    dim: u32,
    /// 128 rows (heads of queries) in a tile; otherwise 64.
    wide: bool,
    /// The `matrix` variant's; `wide` is without meaning then.
    matrix: Option<MatrixUnit>,
    /// The `sm90` variant's; likewise.
    sm90: Option<Sm90>,
}

#[repr(C)]
#[derive(Clone, Copy, Default, bytemuck::NoUninit)]
struct Params {
    tiles: u32,
    row_tiles: u32,
    key_tiles: u32,
    tile_queries: u32,
    queries: u32,
    columns: u32,
    out_stride: u32,
    first_key: u32,
    max_pages: u32,
    page_size: u32,
    first_page: u32,
    pages: u32,
    fill: u32,
    windowed: u32,
    q_offset: u32,
    weights_offset: u32,
    keys_offset: u32,
    scale_offset: u32,
    range_offset: u32,
    table_offset: u32,
    out_offset: u32,
}

impl TileShape {
    /// The better tile for `queries` queries that can share keys.
    fn new(index_heads: u32, dim: u32, queries: u64) -> Result<Self> {
        if !(1..=128).contains(&index_heads) {
            return Err(Error::range("index_heads", "1 to 128", index_heads));
        }
        if dim != 64 && dim != 128 {
            return Err(Error::range("dim", "64 or 128", dim));
        }
        // Few heads would mostly be padding in lanes of eight rows; few rows would leave half of a wide tile empty.
        let rows = queries.saturating_mul(u64::from(index_heads.next_multiple_of(4)));
        Ok(TileShape { index_heads, dim, wide: index_heads > 64 || (index_heads > 4 && rows > 64), matrix: None, sm90: None })
    }

    /// Chooses the variant for a device, and gives the tile that it works with; `sm90` is that variant's, if it has this shape, and `class`
    /// that of the plan's sizes.
    fn choose(
        mut self,
        device: &Device,
        requested: Option<Variant>,
        sm90: Option<Sm90>,
        class: Option<Class>,
    ) -> Result<(Self, Variant, String)> {
        // A software driver computes a matrix product lane by lane.
        let mut available = match device.info().kind {
            DeviceKind::Software => vec![Variant::Generic, Variant::Subgroup, Variant::Matrix],
            _ => vec![Variant::Matrix, Variant::Generic, Variant::Subgroup],
        };
        if sm90.is_some() && device.capabilities().compute_capability.is_some() {
            available.insert(0, Variant::Sm90);
        }
        let (variant, reason) = variant::choose_measured(device, requested, &available, &Timings::of(device, class))?;
        match variant {
            Variant::Matrix => self.matrix = MatrixUnit::of(device).ok(),
            Variant::Sm90 => self.sm90 = sm90,
            _ => {}
        }
        Ok((self, variant, reason))
    }

    /// Queries and keys in a tile.
    fn size(&self) -> (u32, u32) {
        if self.matrix.is_some() {
            return (MATRIX_QUERIES, 256);
        }
        let lane_rows = if self.wide { 8 } else { 4 };
        (16 * lane_rows / self.index_heads.next_multiple_of(lane_rows), 128)
    }

    /// Bytes of a query's codes.
    fn query_bytes(&self) -> u64 {
        u64::from(self.index_heads) * u64::from(self.dim)
    }

    /// Bytes of a query's weights.
    fn weight_bytes(&self) -> u64 {
        u64::from(self.index_heads) * 4
    }

    /// Counts the tiles of `sequences` sequences. Returns the number of workgroups.
    fn count_tiles(&self, params: &mut Params, sequences: u64) -> Result<u64> {
        let (tiles, workgroups) = match self.sm90 {
            Some(sm90) => sm90.count_tiles(params, sequences),
            None => {
                let (queries, keys) = self.size();
                params.tile_queries = queries;
                params.row_tiles = params.queries.div_ceil(queries);
                params.key_tiles = params.columns.div_ceil(keys);
                let tiles = u64::from(params.row_tiles) * u64::from(params.key_tiles) * sequences;
                (tiles, tiles)
            }
        };
        params.tiles = u32::try_from(tiles).map_err(|_| Error::range("logits", "at most 2^32 tiles in a dispatch", tiles))?;
        Ok(workgroups)
    }

    /// The kernel for the chosen variant and pages of so many tokens, if keys lie in pages; `None` on the cpu device.
    fn kernel(&self, device: &Device, page_size: Option<u32>) -> Result<Option<Kernel>> {
        match self.sm90 {
            _ if device.is_cpu() => Ok(None),
            Some(sm90) => sm90.kernel().kernel(device).map(Some),
            None => self.specialisation(page_size).kernel(device).map(Some),
        }
    }

    fn specialisation(&self, page_size: Option<u32>) -> Specialisation {
        let mut features = Vec::new();
        features.extend(page_size.map(|_| "paged"));
        let mut constants = vec![("DIM", Constant::U32(self.dim)), ("HEADS", Constant::U32(self.index_heads))];
        if let Some(unit) = self.matrix {
            // Scales follow a page's keys, and the next page follows them: with other sizes its keys are not aligned.
            features.extend(page_size.is_none_or(|tokens| tokens % 4 == 0).then_some("vectors"));
            unit.specialise(&mut features, &mut constants);
            return Specialisation { module: "indexer/logits_matrix", constants, features };
        }
        if self.wide {
            features.push("wide");
        }
        Specialisation { module: "indexer/logits", constants, features }
    }
}

/// The kernel's forms, at the models' numbers of heads and at the extremes.
pub(crate) fn catalogue() -> Vec<Specialisation> {
    let mut all = Vec::new();
    for (dim, index_heads, wide) in [(128, 64, true), (128, 64, false), (128, 32, true), (64, 128, true), (64, 8, true), (64, 1, false)] {
        let shape = TileShape { index_heads, dim, wide, matrix: None, sm90: None };
        all.extend([shape.specialisation(None), shape.specialisation(Some(64))]);
    }
    for unit in MatrixUnit::catalogue() {
        for (dim, index_heads) in [(128, 64), (128, 32), (64, 13)] {
            let shape = TileShape { index_heads, dim, wide: false, matrix: Some(unit), sm90: None };
            all.extend([None, Some(64), Some(3)].map(|page_size| shape.specialisation(page_size)));
        }
    }
    all
}

/// `first..first + count`, if it lies within what the plan is for.
fn planned(argument: &'static str, count: u64, most: u64) -> Result<()> {
    if count <= most { Ok(()) } else { Err(Error::range(argument, format!("at most {most}, as planned"), count)) }
}
