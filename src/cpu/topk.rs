//! Exact top-k on the host: a histogram of the scores' leading bits finds the bin of the k-th, a selection within that bin finds its
//! value, and a last pass emits indices in order.

use super::clamped_range;
use crate::problem::TopKProblem;
use rayon::prelude::*;

/// Leading bits that the histogram counts.
const BIN_BITS: u32 = 12;

/// Ordered key of a score that is never selected.
const NEVER: u32 = 0;

/// Writes indices `[rows, top_k]` of each row's k largest scores within its range: of equal scores (-0.0 equals 0.0) the lower index
/// first, never NaN or -inf, in ascending order, then -1.
pub fn top_k(problem: &TopKProblem<'_>, indices: &mut [i32]) {
    if problem.top_k == 0 {
        return;
    }
    indices.par_chunks_exact_mut(problem.top_k).take(problem.rows).enumerate().for_each(|(r, indices)| {
        let start = problem.row_start.map_or(0, |start| start[r]);
        let range = clamped_range(start, problem.row_end.map_or(i32::MAX, |end| end[r]), problem.columns);
        // Without an end it is the row's own, which may lie one past what an i32 holds.
        let range = if problem.row_end.is_some() { range } else { range.start..problem.columns };
        let scores = &problem.scores[r * problem.columns..][range.clone()];
        select(scores, range.start, indices);
    });
}

/// Maps scores to integers of the same order: 0 for NaN and -inf, and one value for both zeros.
fn ordered(score: f32) -> u32 {
    // Adding zero turns -0.0 into 0.0.
    let bits = (score + 0.0).to_bits();
    let key = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    if score > f32::NEG_INFINITY { key } else { NEVER }
}

/// Selects from one row, whose first score has the index `first`.
fn select(scores: &[f32], first: usize, indices: &mut [i32]) {
    let (threshold, mut ties) = threshold(scores, indices.len());
    let mut free = indices.iter_mut();
    for (i, &score) in scores.iter().enumerate() {
        let key = ordered(score);
        if key > threshold || (key == threshold && ties > 0) {
            ties -= usize::from(key == threshold);
            match free.next() {
                Some(index) => *index = (first + i) as i32,
                None => break,
            }
        }
    }
    free.for_each(|index| *index = -1);
}

/// The key above which all scores are selected, and how many of those that equal it: [`NEVER`] and none if there are no more than k.
fn threshold(scores: &[f32], k: usize) -> (u32, usize) {
    if scores.len() <= k {
        return (NEVER, 0);
    }
    let bin = |key: u32| (key >> (32 - BIN_BITS)) as usize;
    let mut counts = vec![0usize; 1 << BIN_BITS];
    let mut candidates = 0;
    for key in scores.iter().map(|&score| ordered(score)).filter(|&key| key != NEVER) {
        counts[bin(key)] += 1;
        candidates += 1;
    }
    if candidates <= k {
        return (NEVER, 0);
    }
    // From the highest bin down to the one with the k-th key; `wanted` of its keys are selected.
    let (mut last, mut wanted) = (counts.len() - 1, k);
    while counts[last] < wanted {
        wanted -= counts[last];
        last -= 1;
    }
    let mut keys: Vec<u32> = scores.iter().map(|&score| ordered(score)).filter(|&key| bin(key) == last && key != NEVER).collect();
    let (above, threshold, _) = keys.select_nth_unstable_by(wanted - 1, |a, b| b.cmp(a));
    let threshold = *threshold;
    (threshold, wanted - above.iter().filter(|&&key| key > threshold).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::testing::Random;
    use crate::oracle;
    use proptest::prelude::*;

    fn check(scores: &[f32], columns: usize, top_k: usize, bounds: Option<(&[i32], &[i32])>) {
        let rows = scores.len() / columns;
        let (row_start, row_end) = bounds.unzip();
        let problem = TopKProblem { scores, rows, columns, row_start, row_end, top_k };
        let mut indices = vec![i32::MAX; rows * top_k];
        super::top_k(&problem, &mut indices);
        assert_eq!(indices, oracle::top_k(&problem));
    }

    #[test]
    fn ordered_keys_keep_the_order() {
        let scores = [f32::MIN, -1.0, -f32::MIN_POSITIVE, -1e-45, 0.0, 1e-45, 1.0, f32::MAX, f32::INFINITY];
        assert!(scores.windows(2).all(|pair| ordered(pair[0]) < ordered(pair[1])));
        assert!(ordered(f32::MIN) > NEVER);
        assert_eq!(ordered(-0.0), ordered(0.0));
        for score in [f32::NAN, -f32::NAN, f32::NEG_INFINITY] {
            assert_eq!(ordered(score), NEVER);
        }
    }

    #[test]
    fn distributions() {
        let mut random = Random::new(1);
        let n = 3000;
        let normal: Vec<f32> = (0..n).map(|_| random.normal()).collect();
        let ties: Vec<f32> = (0..n).map(|_| random.below(5) as f32).collect();
        let plateau: Vec<f32> = normal.iter().map(|x| x.max(0.0)).collect();
        let low_bits: Vec<f32> = (0..n).map(|_| f32::from_bits(0x3f90_0000 | random.below(1024) as u32)).collect();
        let ascending: Vec<f32> = (0..n).map(|i| i as f32).collect();
        let descending: Vec<f32> = (0..n).map(|i| -(i as f32)).collect();
        let special = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, -1.0];
        let specials: Vec<f32> = (0..n).map(|_| special[random.below(8) as usize]).collect();
        let nothing = vec![f32::NEG_INFINITY; n];
        for scores in [normal, ties, plateau, low_bits, ascending, descending, specials, nothing, vec![7.0; n]] {
            for top_k in [1, 2, 63, 512, 2048, 2999, 3000, 3001] {
                check(&scores, n, top_k, None);
            }
        }
    }

    #[test]
    fn row_ranges_are_clamped_and_indices_absolute() {
        let mut random = Random::new(2);
        let scores: Vec<f32> = (0..8 * 100).map(|_| random.normal()).collect();
        let start = [0, 10, 50, -5, 99, 100, i32::MAX, i32::MIN];
        let end = [100, 90, 50, 20, i32::MAX, 120, 0, i32::MIN];
        check(&scores, 100, 16, Some((&start, &end)));
        check(&scores, 100, 0, None);
    }

    proptest! {
        #[test]
        fn any_bits(bits in proptest::collection::vec(any::<u32>(), 1..200), top_k in 1usize..40) {
            let scores: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
            check(&scores, scores.len(), top_k, None);
        }
    }
}
