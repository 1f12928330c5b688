//! Tiles and kernels of the `sm90` variant.

use dsa_engine::Device;
use dsa_engine::wgsl::Access::{self, Read, ReadWrite};

use super::Params;
use crate::sm90::Sm90Kernel;

/// Keys of a tile and queries of a group where there are many queries: `TILE_KEYS` and `GROUP` of `shaders/sm90/index_logits.cu`.
const TILE_KEYS: u32 = 384;
const GROUP: u32 = 64;
/// Keys of a tile where there are few, and heads of queries that a product takes at once: `TILE_KEYS` and `ROWS` of
/// `shaders/sm90/index_logits_few.cu`.
const FEW_TILE_KEYS: u32 = 256;
const FEW_ROWS: u32 = 256;
/// Keys of a step through a paged cache.
const STEP_KEYS: u32 = 64;
/// What a tile's start costs: in heads of a group of queries, in groups of few queries, and in steps.
const START_HEADS: u64 = 6;
const START_GROUPS: u64 = 8;
const START_STEPS: u64 = 3;

/// The part of the problem that the kernels are compiled for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sm90 {
    index_heads: u32,
    dim: u32,
    multiprocessors: u32,
    form: Form,
}

/// Which kernel.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Tiles of flat keys that stay while many queries pass.
    Flat,
    /// The same for few queries.
    Few,
    /// As [`Form::Flat`] of a paged cache, for many queries of a sequence.
    Cache { page_size: u32 },
    /// `rows` heads of queries that stay while the cache passes.
    Decode { page_size: u32, rows: u32 },
}

impl Sm90 {
    /// Flat keys, unless the kernel has no such shape. `queries` are the most of a call.
    pub(super) fn ragged(device: &Device, index_heads: u32, dim: u32, queries: u64) -> Option<Self> {
        // The last group is multiplied as a whole; the kernel for few is a fifth slower, and has groups of a few queries.
        let absent = (u64::from(GROUP) - queries % u64::from(GROUP)) % u64::from(GROUP);
        let many = queries > 0 && absent * 5 <= queries;
        let form = if many { Form::Flat } else { Form::Few };
        let fits = [16, 32, 64, 128].contains(&index_heads) || (many && index_heads == 8);
        fits.then(|| Sm90 { index_heads, dim, multiprocessors: multiprocessors(device), form })
    }

    /// A paged cache, unless the kernel has no such shape.
    pub(super) fn paged(device: &Device, index_heads: u32, dim: u32, next_n: u32, page_size: u32) -> Option<Self> {
        let fits = [8, 16, 32, 64, 128].contains(&index_heads) && page_size.is_multiple_of(4);
        // The kernel for few queries would read the cache again for every 128 heads.
        let form = match u64::from(index_heads) * u64::from(next_n) {
            _ if next_n > GROUP / 2 => Form::Cache { page_size },
            0..=64 => Form::Decode { page_size, rows: 64 },
            _ => Form::Decode { page_size, rows: 128 },
        };
        fits.then(|| Sm90 { index_heads, dim, multiprocessors: multiprocessors(device), form })
    }

    pub(super) fn kernel(&self) -> Sm90Kernel {
        match self.form {
            Form::Flat => Sm90Kernel {
                modules: &["sm90/hopper", "sm90/matrices", "sm90/index_logits_params", "sm90/index_logits", "sm90/index_logits_flat"],
                function: "index_logits_flat",
                bindings: FLAT_BINDINGS,
                ..self.tile_kernel(0, 64)
            },
            Form::Few => Sm90Kernel {
                modules: &["sm90/hopper", "sm90/matrices", "sm90/fp8", "sm90/index_logits_params", "sm90/index_logits_few"],
                constants: vec![("HEADS", self.index_heads), ("DIM", self.dim), ("ROWS", FEW_ROWS)],
                function: "index_logits_few",
                threads: 384,
                // Four stages of codes, weights, ranges, two numbers and two barriers.
                shared_bytes: 4 * (FEW_ROWS * self.dim + FEW_ROWS * 4 + FEW_ROWS / self.index_heads * 8 + 8 + 16),
                cluster: None,
                params_bytes: size_of::<Params>() as u32,
                bindings: FLAT_BINDINGS,
            },
            Form::Cache { page_size } => Sm90Kernel {
                modules: &["sm90/hopper", "sm90/matrices", "sm90/index_logits_params", "sm90/index_logits", "sm90/index_logits_cache"],
                function: "index_logits_cache",
                bindings: CACHE_BINDINGS,
                ..self.tile_kernel(1, page_size)
            },
            Form::Decode { page_size, rows } => {
                let (heads, dim) = (self.index_heads, self.dim);
                let (blocks, stages) = self.decode_blocks(rows);
                // The greatest power of two up to 64 that divides the page is certainly in one.
                let pieces = STEP_KEYS >> page_size.trailing_zeros().min(6);
                Sm90Kernel {
                    modules: &["sm90/hopper", "sm90/matrices", "sm90/fp8", "sm90/index_logits_params", "sm90/paged_index_logits"],
                    constants: vec![
                        ("HEADS", heads),
                        ("DIM", dim),
                        ("ROWS", rows),
                        ("PAGE_SIZE", page_size),
                        ("STAGES", stages),
                        ("BLOCKS", blocks),
                    ],
                    function: "paged_index_logits",
                    threads: 160,
                    // Stages of codes, scales, flags and two barriers; at most 8 bytes between them.
                    shared_bytes: rows * (dim + 4) + stages * (STEP_KEYS * (dim + 4) + pieces * 4 + 16) + 16,
                    cluster: None,
                    params_bytes: size_of::<Params>() as u32,
                    bindings: CACHE_BINDINGS,
                }
            }
        }
    }

    /// What the kernels for many queries have in common.
    fn tile_kernel(&self, paged: u32, page_size: u32) -> Sm90Kernel {
        let (heads, dim) = (self.index_heads, self.dim);
        // Three stages of codes and weights of four heads, ranges, two numbers and two barriers.
        let stages = 3 * (4 * GROUP * (dim + 4) + GROUP * 8 + 8 + 16);
        // Two buffers of codes, scales, flags and two barriers; and a number, in 8 bytes.
        let keys = 2 * (TILE_KEYS * (dim + 4) + TILE_KEYS / 8 + 16) + 8;
        Sm90Kernel {
            modules: &[],
            constants: vec![("HEADS", heads), ("DIM", dim), ("PAGED", paged), ("PAGE_SIZE", page_size)],
            function: "",
            threads: 512,
            shared_bytes: stages + keys,
            cluster: None,
            params_bytes: size_of::<Params>() as u32,
            bindings: &[],
        }
    }

    /// Cuts the work of `sequences` sequences into tiles. Returns their number, and how many blocks to start.
    pub(super) fn count_tiles(&self, params: &mut Params, sequences: u64) -> (u64, u64) {
        match self.form {
            Form::Flat | Form::Few | Form::Cache { .. } => {
                let keys = if matches!(self.form, Form::Few) { FEW_TILE_KEYS } else { TILE_KEYS };
                params.key_tiles = params.columns.div_ceil(keys);
                params.tile_queries = self.tile_queries(params.queries, u64::from(params.key_tiles) * sequences);
                params.row_tiles = params.queries.div_ceil(params.tile_queries);
                let tiles = u64::from(params.row_tiles) * u64::from(params.key_tiles) * sequences;
                (tiles, tiles.min(u64::from(self.multiprocessors)))
            }
            Form::Decode { rows, .. } => {
                params.tile_queries = rows / self.index_heads;
                params.row_tiles = params.queries.div_ceil(params.tile_queries);
                params.key_tiles = self.parts(params.columns, u64::from(params.row_tiles) * sequences, self.decode_blocks(rows).0);
                let tiles = u64::from(params.row_tiles) * u64::from(params.key_tiles) * sequences;
                (tiles, tiles)
            }
        }
    }

    /// Queries of a tile whose keys stay: as many as leave no multiprocessor without work for long.
    fn tile_queries(&self, queries: u32, key_tiles: u64) -> u32 {
        let cost = |&tile: &u32| {
            let tiles = u64::from(queries.div_ceil(tile)) * key_tiles;
            let each = match self.form {
                Form::Few => u64::from(tile.min(queries).div_ceil(FEW_ROWS / self.index_heads)) + START_GROUPS,
                _ => u64::from(tile.min(queries).div_ceil(GROUP) * self.index_heads) + START_HEADS,
            };
            tiles.div_ceil(u64::from(self.multiprocessors)) * each
        };
        [512, 384, 256, 192, 128, 64].into_iter().min_by_key(cost).unwrap_or(256)
    }

    /// Blocks of the paged kernel that a multiprocessor has at a time, and stages of each: the sums of many queries take registers.
    fn decode_blocks(&self, rows: u32) -> (u32, u32) {
        if rows > 64 || rows / self.index_heads > 4 { (3, 6) } else { (4, 4) }
    }

    /// Parts of a sequence's columns, for so many groups of queries. The blocks of a multiprocessor share its bandwidth, which one alone
    /// does not use up; of what costs about the same, the most parts, as contexts differ.
    fn parts(&self, columns: u32, groups: u64, resident: u32) -> u32 {
        let (steps, slots) = (columns.div_ceil(STEP_KEYS), u64::from(self.multiprocessors * resident));
        let cost = |parts: u32| {
            let blocks = groups * u64::from(parts);
            let shares = blocks.div_ceil(u64::from(self.multiprocessors)).max(2 * blocks.div_ceil(slots));
            shares * (u64::from(steps.div_ceil(parts)) + START_STEPS)
        };
        let most = steps.min(self.multiprocessors * resident);
        let least = (1..=most).map(cost).min().unwrap_or(0);
        (1..=most).rev().find(|&parts| cost(parts) * 10 <= least * 11).unwrap_or(1)
    }
}

/// What the kernels of flat keys bind.
const FLAT_BINDINGS: &[(&str, Access)] =
    &[("q", Read), ("weights", Read), ("keys", Read), ("k_scale", Read), ("k_start", Read), ("k_end", Read), ("logits", ReadWrite)];

/// What the kernels of a paged cache bind.
const CACHE_BINDINGS: &[(&str, Access)] =
    &[("q", Read), ("weights", Read), ("keys", Read), ("block_table", Read), ("context_lengths", Read), ("logits", ReadWrite)];

/// An H200's if the device does not say.
fn multiprocessors(device: &Device) -> u32 {
    device.capabilities().multiprocessors.unwrap_or(132).max(1)
}

/// The forms of the kernels.
pub(crate) fn catalogue() -> Vec<Sm90Kernel> {
    let kernel = |index_heads, dim, form| Sm90 { index_heads, dim, multiprocessors: 132, form }.kernel();
    let mut all = Vec::new();
    for (index_heads, dim) in [(64, 128), (32, 128), (64, 64), (128, 64), (16, 128)] {
        all.extend([kernel(index_heads, dim, Form::Flat), kernel(index_heads, dim, Form::Few)]);
    }
    for (index_heads, dim, page_size) in [(64, 128, 64), (32, 128, 60), (128, 64, 16), (16, 128, 4)] {
        all.push(kernel(index_heads, dim, Form::Cache { page_size }));
    }
    for (index_heads, dim, page_size, rows) in
        [(64, 128, 64, 64), (64, 128, 64, 128), (32, 128, 64, 64), (32, 64, 16, 64), (128, 128, 60, 128), (8, 64, 64, 128)]
    {
        all.push(kernel(index_heads, dim, Form::Decode { page_size, rows }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_cut_so_that_all_multiprocessors_have_some() {
        let flat = Sm90 { index_heads: 64, dim: 128, multiprocessors: 132, form: Form::Flat };
        let mut params = Params { queries: 4096, columns: 131_072, ..Params::default() };
        let (tiles, blocks) = flat.count_tiles(&mut params, 1);
        assert_eq!(tiles, u64::from(params.row_tiles) * 342);
        assert_eq!(blocks, 132);
        let few = Sm90 { form: Form::Few, ..flat };
        let mut small = Params { queries: 3, columns: 300, ..Params::default() };
        assert_eq!(few.count_tiles(&mut small, 1), (2, 2));

        let paged = Sm90 { form: Form::Decode { page_size: 64, rows: 64 }, ..flat };
        for (sequences, columns, least) in [(1, 131_072, 260), (64, 131_072, 1500), (1, 64, 1), (1000, 100, 1000)] {
            let mut params = Params { queries: 1, columns, ..Params::default() };
            let (tiles, blocks) = paged.count_tiles(&mut params, sequences);
            assert!(blocks >= least && tiles == blocks, "{sequences} x {columns}: {blocks}");
        }

        let cache = Sm90 { form: Form::Cache { page_size: 64 }, ..flat };
        let mut params = Params { queries: 64, columns: 1000, ..Params::default() };
        assert_eq!(cache.count_tiles(&mut params, 5), (15, 15));
    }
}
