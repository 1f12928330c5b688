//! Index logits: DeepGEMM's tests. Inputs are e4m3 already, so the oracle computes from the same values and the limit is its 5e-6.

mod paged;
mod ragged;

use super::compare::{EXACT, calc_diff, calc_diff_limit, equal};
use super::random::{Normals, Random};
use super::{Case, Target};
use crate::{ScaleFormat, Variant, formats};

const GROUP: &str = "index-logits";
const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Matrix];
/// Both names run one shader: forcing the second is checked in some cases only.
const ONE: &[Variant] = &[Variant::Generic, Variant::Matrix];
/// `variants`, and `sm90` for a shape that it has.
fn with_sm90(variants: &'static [Variant], fits: bool) -> &'static [Variant] {
    match (fits, variants.len()) {
        (false, _) => variants,
        (true, 2) => &[Variant::Generic, Variant::Matrix, Variant::Sm90],
        (true, _) => &[Variant::Generic, Variant::Subgroup, Variant::Matrix, Variant::Sm90],
    }
}

/// Against the oracle on the same codes.
const LIMIT: f64 = 5e-6;
/// Against values that were never quantised.
const UNQUANTISED_LIMIT: f64 = 1e-3;
/// A NaN of its own kind: what outputs hold before a run.
const POISON: u32 = 0x7fc0_dead;
/// The code of NaN, and bytes of a NaN scale: what no query may read.
const NAN_CODE: u8 = 0x7f;

pub(super) fn cases() -> Vec<Case> {
    [ragged::cases(), paged::cases()].into_iter().flatten().collect()
}

/// What keys and queries hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    /// Normal numbers; queries cast to e4m3 without a scale, keys with scales of `amax / 448`.
    Normal,
    /// The same, compared with the logits of the numbers before quantisation.
    Unquantised,
    /// Small whole numbers and weights, scales of powers of two: every sum is exact in f32, so that all devices must give the same bits.
    Whole,
}

impl Values {
    fn fill(self, normals: &Normals, random: &mut Random, n: usize) -> Vec<f32> {
        match self {
            Values::Normal | Values::Unquantised => normals.fill(random, n, |x| x),
            Values::Whole => normals.fill(random, n, |x| x.round()),
        }
    }

    /// Codes and scales of keys.
    fn quantise(self, values: &[f32], dim: usize, random: &mut Random) -> (Vec<u8>, Vec<f32>) {
        let (mut codes, mut scales) = (Vec::with_capacity(values.len()), Vec::with_capacity(values.len() / dim));
        for row in values.chunks_exact(dim) {
            if self == Values::Whole {
                codes.extend(row.iter().map(|&x| formats::f32_to_e4m3(x)));
                scales.push([0.5, 1.0, 2.0][random.below(3) as usize]);
            } else {
                let scale = formats::index_scale(row.iter().fold(0.0, |amax, x| amax.max(x.abs())), ScaleFormat::Amax);
                codes.extend(row.iter().map(|&x| formats::quantise(x, scale)));
                scales.push(scale);
            }
        }
        (codes, scales)
    }

    fn weights(self, random: &mut Random, n: usize) -> Vec<f32> {
        let mut weights = random.normals(n);
        if self == Values::Whole {
            weights.iter_mut().for_each(|weight| *weight = weight.round());
        }
        weights
    }

    fn compare(self, actual: &[f32], expected: &[f64]) -> Result<f64, String> {
        match self {
            Values::Normal => calc_diff("logits", actual, expected, LIMIT),
            Values::Unquantised => calc_diff("logits", actual, expected, UNQUANTISED_LIMIT),
            Values::Whole => equal("logits", &actual.iter().map(|&x| f64::from(x)).collect::<Vec<_>>(), expected),
        }
    }

    fn tolerance(self) -> String {
        match self {
            Values::Normal => calc_diff_limit(LIMIT),
            Values::Unquantised => calc_diff_limit(UNQUANTISED_LIMIT),
            Values::Whole => EXACT.to_owned(),
        }
    }
}
