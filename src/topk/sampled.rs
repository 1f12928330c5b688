//! Rows that are read once: a sample shows which keys are candidates.
//!
//! Where there are many rows, a workgroup does all of one (`WholeRows`). Here several gather the candidates of a row, and one workgroup
//! selects among them in the next dispatch.

use dsa_engine::{Buffer, Device, Encoder, Grid, Kernel};

use super::tiles::{Absent, Limits, tiles};
use super::{TopKArgs, TopKOptions, specialisation};
use crate::Result;
use crate::shaders::Specialisation;

/// As in `shaders/topk/sampled.wgsl`: the shortest rows that a sample is taken of, and the largest share of a row that is selected then.
const SHORTEST: u64 = 16384;
const MOST_SELECTED: u64 = 8;
/// Memory for the candidates of the rows of a dispatch: enough rows to keep a large GPU busy.
const CANDIDATE_BYTES: u64 = 64 << 20;
/// Columns that a workgroup sweeps at once; chunks are multiples of it.
const SWEEP: u64 = 4096;
/// Workgroups that the rows of a dispatch are split into, about.
const WORKGROUPS: u64 = 512;

/// Whether a row of all columns is read once.
pub(super) fn is_worth_a_sample(options: &TopKOptions) -> bool {
    options.columns >= SHORTEST && options.columns / MOST_SELECTED >= u64::from(options.top_k)
}

/// Keys that exceed a sample's floor.
#[derive(Debug)]
pub(super) struct Candidates {
    /// (key, column) u32 `[rows, capacity, 2]`.
    pub(super) buffer: Buffer,
    pub(super) rows: u64,
    pub(super) capacity: u32,
}

impl Candidates {
    /// A floor is meant to leave up to half of `top_k` more than that; twice as many keeps rows that are not as their sample out of need.
    pub(super) fn new(device: &Device, options: &TopKOptions, limits: Limits) -> Result<Self> {
        let capacity = 2 * options.top_k + 2048;
        let row_bytes = u64::from(capacity) * 8;
        let rows = (CANDIDATE_BYTES.min(limits.words() * 4) / row_bytes).clamp(1, options.rows.max(1));
        Ok(Candidates { buffer: device.buffer("topk candidates", rows * row_bytes)?, rows, capacity })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.buffer.size()
    }
}

/// Kernels and scratch memory for few rows.
#[derive(Debug)]
pub(super) struct Gathered {
    gather: Kernel,
    select: Kernel,
    limits: Limits,
    absent: Absent,
    candidates: Candidates,
    /// (count, floor) u32 `[rows, 2]`.
    counts: Buffer,
    /// Columns of a chunk.
    chunk: u64,
}

/// The kernels: that which gathers, and that which selects.
pub(super) fn kernels() -> [Specialisation; 2] {
    [specialisation("topk/gather"), Specialisation { features: vec!["gathered"], ..specialisation("topk/row") }]
}

impl Gathered {
    pub(super) fn plan(device: &Device, options: &TopKOptions, limits: Limits) -> Result<Self> {
        let candidates = Candidates::new(device, options, limits)?;
        let sweeps = (candidates.rows * options.columns.div_ceil(SWEEP)).div_ceil(WORKGROUPS).max(1);
        let counts = device.buffer("topk candidates of a row", candidates.rows * 8)?;
        let [gather, select] = kernels();
        let (gather, select) = (gather.kernel(device)?, select.kernel(device)?);
        Ok(Gathered { gather, select, limits, absent: Absent::new(device)?, candidates, counts, chunk: SWEEP * sweeps })
    }

    pub(super) fn workspace_bytes(&self) -> u64 {
        Absent::BYTES + self.candidates.bytes() + self.counts.size()
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, options: &TopKOptions, args: &TopKArgs<'_>) -> Result<()> {
        let top_k = u64::from(options.top_k);
        let rows = self.candidates.rows.min(self.limits.whole_rows(options));
        for tile in tiles(0..options.rows, options.columns, rows, options.columns) {
            encoder.clear(&self.counts.whole())?;
            let chunks = options.columns.div_ceil(self.chunk);
            let mut view = tile.view(options, args, self.limits, &self.absent);
            view.params.capacity = self.candidates.capacity;
            view.params.chunk = self.chunk as u32;
            view.params.chunks = chunks as u32;
            view.bindings.push(("candidates", self.candidates.buffer.whole()));
            let mut select = view.bindings.clone();
            view.bindings.push(("gathered_now", self.counts.whole()));
            encoder.dispatch(&self.gather, Grid::flat(tile.rows * chunks), &view.bindings, &view.params)?;
            let (indices, skip) = self.limits.view(args.indices, tile.first_row * top_k, tile.rows * top_k);
            view.params.indices_skip = skip;
            select.extend([("gathered", self.counts.whole()), ("indices", indices)]);
            encoder.dispatch(&self.select, Grid::flat(tile.rows), &select, &view.params)?;
        }
        Ok(())
    }
}
