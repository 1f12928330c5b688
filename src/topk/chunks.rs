//! Top-k with several workgroups a row: each step is a dispatch, and the next dispatch sees all of it.
//!
//! 1. to 3. `topk/histogram` counts one digit of the keys (11, 11, 10 bits); each step first picks the digit that the one before found.
//! 4. `topk/count` ends the search, and counts the selected keys of each chunk.
//! 5. `topk/scatter` sums the chunks before its own, and writes columns in order.

use std::ops::Range;

use dsa_engine::{Binding, Buffer, Device, Encoder, Grid, Kernel};

use super::tiles::{Absent, Limits, View, tiles};
use super::{TopKArgs, TopKOptions, kernel};
use crate::Result;

/// Columns that a workgroup sweeps at once; chunks are multiples of it.
const SWEEP: u64 = 4096;
/// Workgroups that a batch of rows is split into, about.
const WORKGROUPS: u64 = 512;
/// Rows that share the scratch memory at once.
const BATCH: u64 = 128;
/// Bins of one digit.
const BINS: u64 = 2048;
/// Words of one search.
const SEARCH: u64 = 4;

/// Kernels and scratch memory.
#[derive(Debug)]
pub(super) struct Chunks {
    histogram: Kernel,
    count: Kernel,
    scatter: Kernel,
    limits: Limits,
    absent: Absent,
    /// Columns of a chunk.
    chunk: u64,
    /// Columns that are bound at once, a multiple of `chunk`; or a whole row.
    window: u64,
    /// u32 `[batch, 2048]` for each digit.
    bins: [Buffer; 3],
    /// u32 `[batch, 4]`: each step reads what the step before wrote to the other.
    searches: [Buffer; 2],
    /// u32 `[batch, row_chunks, 2]`.
    counts: Buffer,
}

impl Chunks {
    pub(super) fn plan(device: &Device, options: &TopKOptions, limits: Limits) -> Result<Self> {
        let batch = options.rows.clamp(1, BATCH);
        let sweeps = (batch * options.columns.div_ceil(SWEEP)).div_ceil(WORKGROUPS).max(1);
        let chunk = SWEEP * sweeps.min((limits.words() / SWEEP).max(1));
        let window = if options.columns <= limits.words() { options.columns } else { (limits.words() / chunk).max(1) * chunk };
        let bins = |label| device.buffer(label, batch * BINS * 4);
        let search = |label| device.buffer(label, batch * SEARCH * 4);
        Ok(Chunks {
            histogram: kernel(device, "topk/histogram")?,
            count: kernel(device, "topk/count")?,
            scatter: kernel(device, "topk/scatter")?,
            limits,
            absent: Absent::new(device)?,
            chunk,
            window,
            bins: [bins("topk bins 0")?, bins("topk bins 1")?, bins("topk bins 2")?],
            searches: [search("topk search 0")?, search("topk search 1")?],
            counts: device.buffer("topk counts", batch * options.columns.div_ceil(chunk).max(1) * 8)?,
        })
    }

    pub(super) fn workspace_bytes(&self) -> u64 {
        let buffers = self.bins.iter().chain(&self.searches).chain([&self.counts]);
        buffers.map(Buffer::size).sum::<u64>() + Absent::BYTES
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, options: &TopKOptions, args: &TopKArgs<'_>) -> Result<()> {
        for first_row in (0..options.rows).step_by(BATCH as usize) {
            let batch = first_row..options.rows.min(first_row + BATCH);
            self.encode_batch(encoder, options, args, batch)?;
        }
        Ok(())
    }

    fn encode_batch(&self, encoder: &mut Encoder<'_>, options: &TopKOptions, args: &TopKArgs<'_>, batch: Range<u64>) -> Result<()> {
        for bins in &self.bins {
            encoder.clear(&bins.whole())?;
        }
        let [even, odd] = &self.searches;
        for digit in 0..3usize {
            let (before, now) = if digit == 1 { (even, odd) } else { (odd, even) };
            let bins_before = digit.checked_sub(1).map_or_else(|| self.absent.binding(), |i| self.bins[i].whole());
            let scratch = [
                ("bins_before", bins_before),
                ("search_before", before.whole()),
                ("row_bins", self.bins[digit].whole()),
                ("search_now", now.whole()),
            ];
            self.dispatch(encoder, options, args, batch.clone(), &self.histogram, digit as u32, &scratch)?;
        }
        let scratch = [
            ("bins_before", self.bins[2].whole()),
            ("search_before", even.whole()),
            ("chunk_counts", self.counts.whole()),
            ("search_now", odd.whole()),
        ];
        self.dispatch(encoder, options, args, batch.clone(), &self.count, 3, &scratch)?;
        let scratch = [("search_found", odd.whole()), ("counts_found", self.counts.whole())];
        self.dispatch(encoder, options, args, batch, &self.scatter, 3, &scratch)
    }

    /// Runs a step on every tile of a batch. Step 5 also gets the indices.
    #[allow(clippy::too_many_arguments)]
    fn dispatch(
        &self,
        encoder: &mut Encoder<'_>,
        options: &TopKOptions,
        args: &TopKArgs<'_>,
        batch: Range<u64>,
        kernel: &Kernel,
        digit: u32,
        scratch: &[(&'static str, Binding)],
    ) -> Result<()> {
        let top_k = u64::from(options.top_k);
        for tile in tiles(batch.clone(), options.columns, self.limits.whole_rows(options), self.window) {
            let View { mut bindings, mut params } = tile.view(options, args, self.limits, &self.absent);
            bindings.extend_from_slice(scratch);
            if std::ptr::eq(kernel, &self.scatter) {
                let (indices, skip) = self.limits.view(args.indices, tile.first_row * top_k, tile.rows * top_k);
                params.indices_skip = skip;
                bindings.push(("indices", indices));
            }
            // A row without columns still has one chunk: it writes the padding.
            let chunks = tile.columns.div_ceil(self.chunk).max(1);
            params.digit = digit;
            params.chunk = self.chunk as u32;
            params.chunks = chunks as u32;
            params.first_chunk = (tile.first_column / self.chunk) as u32;
            params.row_chunks = options.columns.div_ceil(self.chunk).max(1) as u32;
            params.scratch_row = (tile.first_row - batch.start) as u32;
            encoder.dispatch(kernel, Grid::flat(tile.rows * chunks), &bindings, &params)?;
        }
        Ok(())
    }
}
