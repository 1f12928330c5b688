//! Top-k with one workgroup a row, in one dispatch.

use dsa_engine::{Device, Encoder, Grid, Kernel};

use super::sampled::{Candidates, is_worth_a_sample};
use super::tiles::{Absent, Limits, tiles};
use super::{TopKArgs, TopKOptions, specialisation};
use crate::Result;
use crate::shaders::Specialisation;

/// Kernel and scratch memory.
#[derive(Debug)]
pub(super) struct WholeRows {
    kernel: Kernel,
    limits: Limits,
    absent: Absent,
    candidates: Option<Candidates>,
}

/// The kernel's forms: whether a row may be read once, by a sample.
pub(super) fn kernels() -> [Specialisation; 2] {
    let plain = specialisation("topk/row");
    [plain.clone(), Specialisation { features: vec!["sampled"], ..plain }]
}

impl WholeRows {
    pub(super) fn plan(device: &Device, options: &TopKOptions, limits: Limits) -> Result<Self> {
        let candidates = if is_worth_a_sample(options) { Some(Candidates::new(device, options, limits)?) } else { None };
        let [plain, sampled] = kernels();
        let kernel = if candidates.is_some() { sampled } else { plain }.kernel(device)?;
        Ok(WholeRows { kernel, limits, absent: Absent::new(device)?, candidates })
    }

    pub(super) fn workspace_bytes(&self) -> u64 {
        Absent::BYTES + self.candidates.as_ref().map_or(0, |candidates| candidates.bytes())
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, options: &TopKOptions, args: &TopKArgs<'_>) -> Result<()> {
        let top_k = u64::from(options.top_k);
        let rows = self.candidates.as_ref().map_or(u64::MAX, |candidates| candidates.rows).min(self.limits.whole_rows(options));
        for tile in tiles(0..options.rows, options.columns, rows, options.columns) {
            let mut view = tile.view(options, args, self.limits, &self.absent);
            let (indices, skip) = self.limits.view(args.indices, tile.first_row * top_k, tile.rows * top_k);
            view.params.indices_skip = skip;
            view.bindings.push(("indices", indices));
            if let Some(candidates) = &self.candidates {
                view.params.capacity = candidates.capacity;
                view.bindings.push(("candidates", candidates.buffer.whole()));
            }
            encoder.dispatch(&self.kernel, Grid::flat(tile.rows), &view.bindings, &view.params)?;
        }
        Ok(())
    }
}
