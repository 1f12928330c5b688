//! The peers' comparisons. Each returns the worst error as a share of its limit, or says where it exceeds it.

use std::fmt::{self, Debug};

/// Limits of [`close`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// An element passes if its absolute error is below this,
    pub(super) abs: f64,
    /// or its error relative to the expected magnitude is.
    pub(super) rel: f64,
    /// Limit of the cosine difference over all finite elements; `None` for FlashMLA's default of 1e-7.
    pub(super) cos: Option<f64>,
}

impl Tolerance {
    fn cos(&self) -> f64 {
        self.cos.unwrap_or(1e-7)
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "abs {} or rel {}, cos {}", short(self.abs), short(self.rel), short(self.cos()))
    }
}

/// What [`equal`] allows.
pub(super) const EXACT: &str = "exact";

/// What [`calc_diff`] allows, for people.
pub(super) fn calc_diff_limit(limit: f64) -> String {
    format!("calc_diff {}", short(limit))
}

/// A limit with at most three digits: `8e-4`, `1.57e-2`.
pub(super) fn short(limit: f64) -> String {
    let text = format!("{limit:.2e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// FlashMLA's `check_is_allclose`: the same infinities and NaNs, every element within `abs` or `rel`, and a small cosine difference.
pub(super) fn close(name: &str, actual: &[f32], expected: &[f64], limit: Tolerance) -> Result<f64, String> {
    same_length(name, actual.len(), expected.len())?;
    let mut worst = 0.0f64;
    let (mut xy, mut xx_yy) = (0.0, 0.0);
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let a = f64::from(a);
        if !a.is_finite() || !e.is_finite() {
            if a.is_nan() && e.is_nan() || a == e {
                continue;
            }
            return Err(format!("{name}[{i}] is {a}, expected {e}"));
        }
        let error = (a - e).abs();
        let share = (error / limit.abs).min(error / (e.abs() + 1e-6) / limit.rel);
        if share >= 1.0 {
            return Err(format!("{name}[{i}] is {a}, expected {e}: {share:.2} times the limit"));
        }
        worst = worst.max(share);
        xy += a * e;
        xx_yy += a * a + e * e;
    }
    let cos = if xx_yy == 0.0 { 0.0 } else { 1.0 - 2.0 * xy / xx_yy };
    let cos_limit = limit.cos();
    if cos > cos_limit {
        return Err(format!("{name}: cosine difference {cos:.2e}, limit {cos_limit:.2e}"));
    }
    Ok(worst.max(cos / cos_limit))
}

/// DeepGEMM's `calc_diff` over the finite elements, with the same infinities and NaNs in the same places.
pub(super) fn calc_diff(name: &str, actual: &[f32], expected: &[f64], limit: f64) -> Result<f64, String> {
    same_length(name, actual.len(), expected.len())?;
    let (mut xy, mut xx_yy) = (0.0, 0.0);
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let a = f64::from(a);
        if a.is_finite() && e.is_finite() {
            xy += a * e;
            xx_yy += a * a + e * e;
        } else if !(a.is_nan() && e.is_nan() || a == e) {
            return Err(format!("{name}[{i}] is {a}, expected {e}"));
        }
    }
    let difference = if xx_yy == 0.0 { 0.0 } else { 1.0 - 2.0 * xy / xx_yy };
    if difference < limit {
        Ok(difference.max(0.0) / limit)
    } else {
        Err(format!("{name}: difference {difference:.2e}, limit {limit:.2e}"))
    }
}

/// The same values. Floats go in as their bits where -0.0 or NaN matter.
pub(super) fn equal<T: PartialEq + Debug>(name: &str, actual: &[T], expected: &[T]) -> Result<f64, String> {
    same_length(name, actual.len(), expected.len())?;
    match actual.iter().zip(expected).position(|(a, e)| a != e) {
        None => Ok(0.0),
        Some(i) => Err(format!("{name}[{i}] is {:?}, expected {:?}", actual[i], expected[i])),
    }
}

fn same_length(name: &str, actual: usize, expected: usize) -> Result<(), String> {
    if actual == expected { Ok(()) } else { Err(format!("{name} has {actual} elements, expected {expected}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Tolerance = Tolerance { abs: 1e-3, rel: 1e-2, cos: Some(1e-4) };

    #[test]
    fn an_element_needs_only_one_of_the_two_limits() {
        assert!(close("x", &[1000.5], &[1000.0], LIMIT).is_ok());
        assert!(close("x", &[100.0, 0.0005], &[100.0, 0.0], LIMIT).is_ok());
        assert!(close("x", &[1.1], &[1.0], LIMIT).is_err());
    }

    #[test]
    fn infinities_and_nans_must_match() {
        assert!(close("x", &[f32::INFINITY, f32::NAN], &[f64::INFINITY, f64::NAN], LIMIT).is_ok());
        assert!(close("x", &[f32::INFINITY], &[f64::NEG_INFINITY], LIMIT).is_err());
        assert!(close("x", &[0.0], &[f64::NAN], LIMIT).is_err());
        assert!(calc_diff("x", &[f32::NEG_INFINITY], &[0.0], 1e-3).is_err());
    }

    #[test]
    fn limits_read_as_the_peers_write_them() {
        let limit = Tolerance { abs: 1e-3, rel: 2.01 / 128.0, cos: None };
        assert_eq!(limit.to_string(), "abs 1e-3 or rel 1.57e-2, cos 1e-7");
        assert_eq!(calc_diff_limit(5e-6), "calc_diff 5e-6");
    }

    #[test]
    fn the_cosine_difference_sees_a_common_factor() {
        let expected: Vec<f64> = (1..100).map(f64::from).collect();
        let actual: Vec<f32> = expected.iter().map(|&x| x as f32 * 1.009).collect();
        assert!(close("x", &actual, &expected, Tolerance { cos: Some(1e-6), ..LIMIT }).is_err());
        assert!(calc_diff("x", &actual, &expected, 1e-6).is_err());
        assert!(calc_diff("x", &actual, &expected, 1e-3).is_ok());
    }
}
