//! Parts of a score matrix that are small enough to be bound, and what the kernels are told about them.

use std::ops::Range;

use bytemuck::NoUninit;
use dsa_engine::{Binding, Buffer, Device};

use super::{TopKArgs, TopKOptions};
use crate::Result;

/// Columns that a workgroup takes at a time, and most that a thread's loops go round for them, in its passes together.
const SWEEP_COLUMNS: u64 = 4096;
const SWEEP_ITERATIONS: u64 = 160;

/// What a device can bind at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes; offsets are multiples of it.
    alignment: u64,
    /// 4-byte words that can be bound from any word on.
    words: u64,
}

impl Limits {
    /// `max_binding_bytes` is the device's, or less.
    pub(super) fn new(device: &Device, max_binding_bytes: u64) -> Self {
        // Loads of 16 bytes need that alignment too. Shaders count words in u32, and may run ahead of the end by a few thousand.
        let alignment = u64::from(device.capabilities().offset_alignment).max(16);
        let bytes = max_binding_bytes.min(1 << 32);
        Limits { alignment, words: bytes.saturating_sub(alignment) / 4 }
    }

    /// Most columns of a row that one workgroup can sweep.
    pub(super) fn whole_row(self, device: &Device) -> u64 {
        let iterations = device.capabilities().max_loop_iterations;
        iterations.map_or(self.words, |most| self.words.min(u64::from(most) / SWEEP_ITERATIONS * SWEEP_COLUMNS))
    }

    /// Words that can be bound at once, wherever they start.
    pub(super) fn words(self) -> u64 {
        self.words
    }

    /// Rows of scores, and of indices, that can be bound at once.
    pub(super) fn whole_rows(self, options: &TopKOptions) -> u64 {
        (self.words / options.columns.max(u64::from(options.top_k)).max(1)).max(1)
    }

    /// Binds `words` words of a buffer, and tells how many words come before the first.
    pub(super) fn view(self, buffer: &Buffer, first: u64, words: u64) -> (Binding, u32) {
        let before = first * 4 % self.alignment;
        (buffer.slice(first * 4 - before, before + words * 4), (before / 4) as u32)
    }
}

/// Stands for tensors that a caller leaves out.
#[derive(Debug)]
pub(super) struct Absent(Buffer);

impl Absent {
    pub(super) const BYTES: u64 = 16;

    pub(super) fn new(device: &Device) -> Result<Self> {
        Ok(Absent(device.buffer("absent", Self::BYTES)?))
    }

    pub(super) fn binding(&self) -> Binding {
        self.0.whole()
    }
}

/// Some whole rows, or a window of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) first_row: u64,
    pub(super) rows: u64,
    pub(super) first_column: u64,
    pub(super) columns: u64,
}

/// Splits rows into tiles of `tile_rows` rows; a `window` shorter than `columns` makes tiles of one row and that many columns.
pub(super) fn tiles(rows: Range<u64>, columns: u64, tile_rows: u64, window: u64) -> impl Iterator<Item = Tile> {
    let (tile_rows, windows) = if window < columns { (1, columns.div_ceil(window)) } else { (tile_rows, 1) };
    rows.clone().step_by(tile_rows as usize).flat_map(move |first_row| {
        let rows = tile_rows.min(rows.end - first_row);
        (0..windows).map(move |i| {
            let first_column = i * window.min(columns);
            Tile { first_row, rows, first_column, columns: window.min(columns - first_column) }
        })
    })
}

/// `Params` of `shaders/topk/rows.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, NoUninit)]
pub(super) struct Params {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) top_k: u32,
    pub(super) scores_skip: u32,
    pub(super) vector_groups: u32,
    pub(super) range_skip: u32,
    pub(super) has_row_start: u32,
    pub(super) has_row_end: u32,
    pub(super) indices_skip: u32,
    pub(super) first_column: u32,
    pub(super) window: u32,
    pub(super) digit: u32,
    pub(super) chunk: u32,
    pub(super) chunks: u32,
    pub(super) first_chunk: u32,
    pub(super) row_chunks: u32,
    pub(super) scratch_row: u32,
    pub(super) capacity: u32,
}

/// A tile, bound: the inputs that every kernel reads, and their parameters.
#[derive(Debug)]
pub(super) struct View {
    pub(super) bindings: Vec<(&'static str, Binding)>,
    pub(super) params: Params,
}

impl Tile {
    pub(super) fn view(&self, options: &TopKOptions, args: &TopKArgs<'_>, limits: Limits, absent: &Absent) -> View {
        let first = self.first_row * options.columns + self.first_column;
        let (scores, scores_skip) = limits.view(args.scores, first, self.rows * self.columns);
        let vector_groups = scores.bytes() / 16;
        let scores4 = if vector_groups == 0 { absent.binding() } else { scores.clone() };
        let range = |buffer: Option<&Buffer>| match buffer {
            Some(buffer) => limits.view(buffer, self.first_row, self.rows),
            None => (absent.binding(), 0),
        };
        let ((row_start, start_skip), (row_end, end_skip)) = (range(args.row_start), range(args.row_end));
        View {
            bindings: vec![("scores", scores), ("scores4", scores4), ("row_start", row_start), ("row_end", row_end)],
            params: Params {
                rows: self.rows as u32,
                columns: options.columns as u32,
                top_k: options.top_k,
                scores_skip,
                vector_groups: vector_groups as u32,
                // Both start at the same row, so that the one that is there decides.
                range_skip: start_skip.max(end_skip),
                has_row_start: u32::from(args.row_start.is_some()),
                has_row_end: u32::from(args.row_end.is_some()),
                first_column: self.first_column as u32,
                window: self.columns as u32,
                ..Params::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_cell_once() {
        for (rows, columns, tile_rows, window) in [(5, 7, 2, 7), (3, 10, 9, 4), (2, 0, 4, 0), (0, 5, 1, 5), (4, 8, 1, 8), (1, 9, 1, 3)] {
            let mut seen = vec![0; (rows * columns) as usize];
            for tile in tiles(0..rows, columns, tile_rows, window) {
                assert!(tile.rows >= 1 && (tile.rows == 1 || tile.columns == columns));
                for row in tile.first_row..tile.first_row + tile.rows {
                    for column in tile.first_column..tile.first_column + tile.columns {
                        seen[(row * columns + column) as usize] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&n| n == 1), "{rows} x {columns}");
        }
    }
}
