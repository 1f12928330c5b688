//! Exact top-k with a total order: equation (2) of the DeepSeek-V3.2 report needs the set of the k best tokens.

use super::clamped_range;
use crate::problem::TopKProblem;

/// Indices `[rows, top_k]` of each row's k largest scores within its range. Of equal scores (-0.0 equals 0.0) the one with the lower
/// index is larger; NaN and -inf are never selected. Ascending indices, then -1.
pub fn top_k(problem: &TopKProblem<'_>) -> Vec<i32> {
    let mut indices = Vec::with_capacity(problem.rows * problem.top_k);
    for r in 0..problem.rows {
        let start = problem.row_start.map_or(0, |start| start[r]);
        let range = clamped_range(start, problem.row_end.map_or(i32::MAX, |end| end[r]), problem.columns);
        // Without an end it is the row's own, which may lie one past what an i32 holds.
        let range = if problem.row_end.is_some() { range } else { range.start..problem.columns };
        let row = &problem.scores[r * problem.columns..][..problem.columns];
        let mut candidates: Vec<usize> = range.filter(|&c| !row[c].is_nan() && row[c] != f32::NEG_INFINITY).collect();
        // Stable, so equal scores stay in the order of their indices.
        candidates.sort_by(|&a, &b| row[b].partial_cmp(&row[a]).expect("no NaN among the candidates"));
        candidates.truncate(problem.top_k);
        candidates.sort_unstable();
        let padding = problem.top_k - candidates.len();
        indices.extend(candidates.into_iter().map(|c| c as i32));
        indices.extend(std::iter::repeat_n(-1, padding));
    }
    indices
}
