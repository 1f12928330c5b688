//! Index logits and top-k together.

use portable_dsa::oracle;
use portable_dsa::problem::PagedLogits;
use portable_dsa::select::{Select, SelectArgs, SelectOptions};

use super::indexer::{DIM, PAGE_SIZE, Pages};
use super::{Measured, Shape, Work, codes, floats, measured, poisoned, random};
use crate::cli::Failure;
use crate::cli::bench::measure::Stopwatch;

/// How far a selected key may score below one that is not, as a share of the largest score. Matrix units keep 14 bits of a sum of FP8 products,
/// so that two scores may be off by this and change places.
const LIMIT: f64 = 2.5e-4;
/// Memory for scores, an eighth of what 4096 queries have over 131072 tokens.
const BUDGET_BYTES: u64 = 256 << 20;
/// Queries that are compared.
const SAMPLES: u64 = 2;

/// The best tokens of the queries at the end of a sequence, each of which sees those up to itself.
pub fn select(stopwatch: &Stopwatch, shape: &Shape) -> Result<Measured, Failure> {
    let Shape { context, index_heads, top_k, variant, .. } = *shape;
    let queries = shape.queries.min(context);
    let (heads, dim) = (index_heads as usize, DIM as usize);
    let random = &mut random();
    let device = &stopwatch.device;
    let Pages { segments, block_table, pages_per_segment, .. } = Pages::new(device, random, 1, context);
    let q = codes(random, queries as usize * heads * dim);
    let weights = floats(random, queries as usize * heads);
    let context_lengths: Vec<i32> = (context - queries + 1..=context).map(|length| length as i32).collect();
    let options = SelectOptions {
        queries,
        index_heads,
        dim: DIM,
        top_k,
        page_size: PAGE_SIZE as u32,
        pages_per_segment,
        max_context: context,
        budget_bytes: BUDGET_BYTES.max(context * 4),
        variant,
    };
    let plan = Select::plan(device, options)?;
    let indices = poisoned(stopwatch, "indices", queries * u64::from(top_k) * 4)?;
    let cache = segments.iter().map(|bytes| device.upload("cache", bytes)).collect::<Result<Vec<_>, _>>()?;
    let args = SelectArgs {
        max_context: context,
        q: &device.upload("q", &q)?,
        weights: &device.upload("weights", &weights)?,
        cache: &cache,
        block_table: &block_table,
        context_lengths: &context_lengths,
        indices: &indices,
    };
    let seconds = stopwatch.median(|encoder| plan.encode(encoder, &args))?;
    let views: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let mut worst = 0.0f64;
    for _ in 0..SAMPLES {
        let query = random.u64(0..queries) as usize;
        let scores = oracle::paged_logits(&PagedLogits {
            q: &q[query * heads * dim..][..heads * dim],
            cache: &views,
            pages_per_segment: pages_per_segment as usize,
            page_size: PAGE_SIZE,
            weights: &weights[query * heads..][..heads],
            block_table: &block_table,
            max_pages: block_table.len(),
            context_lengths: &context_lengths[query..=query],
            batch: 1,
            next_n: 1,
            index_heads: heads,
            dim,
            max_context: context as usize,
        });
        let selected = indices.read_range_blocking::<i32>(query as u64 * u64::from(top_k) * 4, u64::from(top_k) * 4)?;
        worst = worst.max(violation(&scores[..context_lengths[query] as usize], &selected));
    }
    let pairs: f64 = context_lengths.iter().map(|&length| f64::from(length)).sum();
    let bytes = context as f64 * 132.0 + q.len() as f64 + queries as f64 * f64::from(top_k) * 4.0;
    let work = Work { operations: 2.0 * pairs * heads as f64 * dim as f64, bytes };
    Ok(measured("select", format!("{queries} of {context}, {heads} heads, k {top_k}"), plan.variant(), seconds, work, worst, LIMIT))
}

/// How far the best score that was left out is above the worst that was selected, as a share of the largest; 1 for rows that are no selection.
fn violation(scores: &[f64], selected: &[i32]) -> f64 {
    let wanted = selected.len().min(scores.len());
    let mut left = vec![true; scores.len()];
    let mut before = -1;
    let mut lowest = f64::INFINITY;
    for &index in &selected[..wanted] {
        if index <= before || index as usize >= scores.len() {
            return 1.0;
        }
        before = index;
        left[index as usize] = false;
        lowest = lowest.min(scores[index as usize]);
    }
    if selected[wanted..].iter().any(|&index| index != -1) {
        return 1.0;
    }
    let highest = scores.iter().zip(&left).filter(|(_, left)| **left).fold(f64::NEG_INFINITY, |most, (&score, _)| most.max(score));
    let largest = scores.iter().fold(0.0f64, |most, score| most.max(score.abs()));
    ((highest - lowest) / largest).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::violation;

    #[test]
    fn a_selection_of_the_best_is_right() {
        let scores = [1.0, 4.0, 2.0, 4.0, -8.0];
        assert_eq!(violation(&scores, &[1, 3]), 0.0);
        assert_eq!(violation(&scores, &[0, 1, 2, 3, 4, -1]), 0.0);
        assert_eq!(violation(&scores, &[1, 2]), 0.25);
        for wrong in [&[3, 1][..], &[1, 1], &[1, 5], &[1, -1], &[0, 1, 2, 3, 4, 4]] {
            assert_eq!(violation(&scores, wrong), 1.0, "{wrong:?}");
        }
    }
}
