//! The sizes at which a class is timed: of those that the class is for, what models have and a device does in a moment.

use portable_dsa::tuning::{Band, Class};

use crate::cli::Failure;
use crate::cli::bench::measure::Stopwatch;
use crate::cli::bench::operations::{self, Measured, Shape};

pub type Bench = fn(&Stopwatch, &Shape) -> Result<Measured, Failure>;

/// Scores of a top-k that the host's cores do in a second or less.
const MOST_SCORES: u64 = 1 << 20;

/// How large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sizes {
    /// Enough to keep a GPU busy.
    Gpu,
    /// What the host's cores do in a second or less.
    Software,
}

impl Sizes {
    /// What is run for a class, and at which sizes; `None` if all of its sizes take too long.
    pub fn of(self, class: &Class) -> Option<(Bench, Shape)> {
        let gpu = self == Sizes::Gpu;
        // The fewest of the band, or what a GPU needs to be busy.
        let queries = |band: Band, few: u64, many: u64| match band.first {
            first if !gpu => first,
            1 => few,
            _ => many,
        };
        let heads = |band: Band| band.last as u32;
        let shape = Shape {
            queries: 1,
            batch: 1,
            next_n: 1,
            context: if gpu { 32_768 } else { 1024 },
            heads: 1,
            index_heads: 1,
            top_k: if gpu { 2048 } else { 128 },
            variant: None,
            method: None,
            kv_format: None,
        };
        let run: (Bench, Shape) = match *class {
            Class::TopK { rows, columns } => (operations::top_k, self.top_k(rows, columns, shape)?),
            Class::IndexLogits { index_heads, queries: band } => {
                (operations::ragged_logits, Shape { queries: queries(band, 4, 512), index_heads: heads(index_heads), ..shape })
            }
            Class::PagedIndexLogits { index_heads, next_n } => {
                let batch = if gpu { 8 } else { 1 };
                let next_n = queries(next_n, 1, 64) as u32;
                (operations::paged_logits, Shape { batch, next_n, index_heads: heads(index_heads), ..shape })
            }
            Class::SparseAttention { queries: band, heads: of, kv_format } => {
                let kv_format = Some(kv_format);
                (operations::prefill, Shape { queries: queries(band, 4, 256), heads: heads(of), kv_format, ..shape })
            }
            Class::DenseAttention { heads: of, kv_format } => {
                (operations::dense, Shape { heads: heads(of), kv_format: Some(kv_format), ..shape })
            }
        };
        Some(run)
    }

    /// The smallest of the class, which is the quickest; on a GPU about the middle.
    fn top_k(self, rows: Band, columns: Band, shape: Shape) -> Option<Shape> {
        let (queries, context) = match self {
            Sizes::Software => (rows.first, columns.first.max(1024)),
            Sizes::Gpu => ((4 * rows.first).min(256), (2 * columns.first).max(4096)),
        };
        let quick = self == Sizes::Gpu || queries * context <= MOST_SCORES;
        quick.then_some(Shape { queries, context, ..shape })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_timed_is_of_the_class() {
        for class in Class::all() {
            for sizes in [Sizes::Gpu, Sizes::Software] {
                let Some((_, shape)) = sizes.of(&class) else { continue };
                let Shape { queries, next_n, context, heads, index_heads, kv_format, .. } = shape;
                let timed = match class {
                    Class::TopK { .. } => Class::top_k(queries, context),
                    Class::IndexLogits { .. } => Class::index_logits(index_heads, 128, queries),
                    Class::PagedIndexLogits { .. } => Class::paged_index_logits(index_heads, 128, next_n.into()),
                    Class::SparseAttention { .. } => Class::sparse_attention(queries, heads, 576, kv_format.unwrap()),
                    Class::DenseAttention { .. } => Class::dense_attention(heads, 576, kv_format.unwrap()),
                };
                assert_eq!(timed, Some(class), "{sizes:?}");
            }
        }
    }
}
