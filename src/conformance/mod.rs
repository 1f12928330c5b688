//! Conformance: does a device compute DSA right?
//!
//! A [`Case`] is one operation at one shape on seeded data, compared with the float64 [`crate::oracle`] under the peers' tolerances. The same
//! cases run on every device and variant.

mod attention;
mod compare;
mod huge;
mod index_logits;
mod index_rows;
mod kv_cache;
mod mutation;
mod pipeline;
mod random;
mod rounding;
mod runner;
mod select;
mod topk;

use dsa_engine::Device;

pub use mutation::{MUTATIONS, Mutation};
pub use runner::{Outcome, Report, Trial, devices, interleave, run, trials};

use crate::Variant;

/// Where a case runs.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The device.
    pub device: &'a Device,
    /// The variant to force; `None` on the `cpu` device, which has only one.
    pub variant: Option<Variant>,
}

/// What a case does: computes on the target and compares with the oracle. The result is the worst error as a share of the limit (0 for
/// results that must be exact), or what is wrong.
pub type Check = Box<dyn Fn(&Target<'_>) -> Result<f64, String> + Send + Sync>;

/// One case.
pub struct Case {
    /// The operation, by its name in `dsa op` if it is there.
    pub group: &'static str,
    /// The case's name within its group, such as `ties/relu-plateau`.
    pub name: String,
    /// What the worst error is measured against, for people: `exact`, or the limits of the peers' tests.
    pub tolerance: String,
    /// Too big for a software driver: runs on a real GPU, when asked for.
    pub full: bool,
    /// The variants that the operation has on a GPU.
    pub variants: &'static [Variant],
    /// Computes and compares.
    pub check: Check,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("group", &self.group).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every case, grouped by operation.
pub fn cases() -> Vec<Case> {
    let groups = [
        topk::cases(),
        index_rows::cases(),
        index_logits::cases(),
        select::cases(),
        kv_cache::cases(),
        attention::cases(),
        pipeline::cases(),
        huge::cases(),
    ];
    groups.into_iter().flatten().collect()
}
