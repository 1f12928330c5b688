//! Rotary embedding tables for the 64 rotary dimensions of an index row.

use std::f64::consts::PI;

/// Rotary angles of a row: 64 rotary dimensions make 32 pairs.
pub const ANGLES: usize = 32;

/// YaRN's change of the frequencies for contexts longer than the one that the model was first trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Yarn {
    /// How much longer the context became.
    pub factor: f64,
    /// Tokens of the original context.
    pub original_context: f64,
    /// Rotations in the original context above which a frequency stays as it is.
    pub beta_fast: f64,
    /// Rotations in the original context below which a frequency is divided by `factor`.
    pub beta_slow: f64,
}

impl Yarn {
    /// The values of DeepSeek-V3 and V3.2: factor 40 over 4096 tokens, between 32 rotations and 1.
    pub const DEEPSEEK: Yarn = Yarn { factor: 40.0, original_context: 4096.0, beta_fast: 32.0, beta_slow: 1.0 };
}

/// What the angles follow from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RopeConfig {
    /// Base of the frequencies: pair `i` turns by `theta^(-i / 32)` for each position.
    pub theta: f64,
    /// YaRN, if the model uses it.
    pub yarn: Option<Yarn>,
}

impl RopeConfig {
    /// DeepSeek-V3.2 at its full context: theta 10000 with [`Yarn::DEEPSEEK`].
    pub const DEEPSEEK: RopeConfig = RopeConfig { theta: 10000.0, yarn: Some(Yarn::DEEPSEEK) };

    /// The 32 angular frequencies, in radians a position.
    ///
    /// With YaRN they are those of `precompute_freqs_cis` in DeepSeek-V3.2's inference code: a linear ramp between the pairs that make
    /// `beta_fast` and `beta_slow` rotations in the original context.
    pub fn frequencies(&self) -> [f64; ANGLES] {
        let plain = std::array::from_fn(|i| self.theta.powf(-(i as f64) / ANGLES as f64));
        let Some(yarn) = self.yarn else { return plain };
        let dims = 2.0 * ANGLES as f64;
        let pair_of = |rotations: f64| dims * (yarn.original_context / (rotations * 2.0 * PI)).ln() / (2.0 * self.theta.ln());
        let low = pair_of(yarn.beta_fast).floor().max(0.0);
        let high = pair_of(yarn.beta_slow).ceil().min(dims - 1.0);
        // The reference code widens an empty ramp by this much rather than dividing by zero.
        let width = if high == low { 0.001 } else { high - low };
        std::array::from_fn(|i| {
            let slowed = ((i as f64 - low) / width).clamp(0.0, 1.0);
            plain[i] / yarn.factor * slowed + plain[i] * (1.0 - slowed)
        })
    }
}

impl Default for RopeConfig {
    /// Theta 10000 without YaRN.
    fn default() -> Self {
        RopeConfig { theta: 10000.0, yarn: None }
    }
}

/// Cosines and sines for each position, each `[positions, 32]` f32. The angles are computed in f64, so they stay exact at positions of
/// millions.
///
/// ```
/// use portable_dsa::rope::{RopeConfig, tables};
///
/// let (cos, sin) = tables(&[0, 1], RopeConfig::default());
/// assert_eq!((cos[0], sin[0]), (1.0, 0.0));
/// assert_eq!((cos[32], sin[32]), (1f64.cos() as f32, 1f64.sin() as f32));
/// ```
pub fn tables(positions: &[u32], config: RopeConfig) -> (Vec<f32>, Vec<f32>) {
    let frequencies = config.frequencies();
    let mut cos = Vec::with_capacity(positions.len() * ANGLES);
    let mut sin = Vec::with_capacity(positions.len() * ANGLES);
    for &position in positions {
        for frequency in frequencies {
            let (s, c) = (position as f64 * frequency).sin_cos();
            cos.push(c as f32);
            sin.push(s as f32);
        }
    }
    (cos, sin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_frequencies_fall_from_one_to_theta() {
        let frequencies = RopeConfig::default().frequencies();
        assert_eq!(frequencies[0], 1.0);
        approx::assert_relative_eq!(frequencies[16], 0.01, max_relative = 1e-14);
        approx::assert_relative_eq!(frequencies[31], 1e-4 * 10000f64.powf(1.0 / 32.0), max_relative = 1e-14);
    }

    #[test]
    fn yarn_keeps_fast_pairs_and_slows_slow_ones() {
        let plain = RopeConfig::default().frequencies();
        let yarn = RopeConfig::DEEPSEEK.frequencies();
        // 64 ln(4096 / (32 * 2 pi)) / (2 ln 10000) = 10.47 and, for 1 rotation, 22.51: the ramp runs from pair 10 to pair 23.
        for i in 0..ANGLES {
            let expected = match i {
                0..=10 => plain[i],
                23.. => plain[i] / 40.0,
                _ => {
                    let t = (i - 10) as f64 / 13.0;
                    plain[i] * (1.0 - t + t / 40.0)
                }
            };
            approx::assert_relative_eq!(yarn[i], expected, max_relative = 1e-14);
        }
    }

    #[test]
    fn an_empty_ramp_is_a_step() {
        let yarn = Yarn { beta_fast: 1e9, beta_slow: 1e8, ..Yarn::DEEPSEEK };
        let frequencies = RopeConfig { yarn: Some(yarn), ..RopeConfig::default() }.frequencies();
        assert!(frequencies.iter().all(|f| f.is_finite() && *f > 0.0));
    }

    #[test]
    fn tables_are_row_major_unit_vectors() {
        let (cos, sin) = tables(&[7, 1_000_003], RopeConfig::DEEPSEEK);
        assert_eq!((cos.len(), sin.len()), (64, 64));
        for (c, s) in cos.iter().zip(&sin) {
            approx::assert_abs_diff_eq!(c * c + s * s, 1.0, epsilon = 1e-6);
        }
        let frequency = RopeConfig::DEEPSEEK.frequencies()[12];
        assert_eq!(cos[32 + 12], (1_000_003.0 * frequency).cos() as f32);
        assert_eq!(sin[12], (7.0 * frequency).sin() as f32);
    }
}
