//! Index keys and index queries: LayerNorm, rotary embedding, Hadamard transform, e4m3 quantisation.
//!
//! [`IndexKeys`] turns the indexer's key projection into e4m3 codes and one f32 scale a row, flat or in a paged cache; [`IndexQueries`]
//! turns queries into codes and folds their scale, and any common factor, into the head weights. Both follow DeepSeek-V3.2-Exp's
//! `Indexer.forward`; rope layout, Hadamard transform and scale format are options, because engines differ in them.
//!
//! Quantisation is integer arithmetic, so that the same values give the same codes on every device. The shader is `indexer/rows`; it has one
//! form, which serves as `generic` and as `subgroup`: the operation moves bytes, and its few sums go through workgroup memory.

mod kernel;
mod keys;
mod queries;

use dsa_engine::Buffer;

pub use keys::{IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions};
pub use queries::{IndexQueries, IndexQueriesArgs, IndexQueriesOptions};

use crate::{Error, Result};

/// Angles of a row of the rope tables: the first 64 dimensions make 32 pairs.
pub const ROPE_ANGLES: u64 = 32;

/// LayerNorm's parameters.
#[derive(Clone, Copy, Debug)]
pub struct NormBuffers<'a> {
    /// f32 `[dim]`.
    pub weight: &'a Buffer,
    /// f32 `[dim]`.
    pub bias: &'a Buffer,
}

/// Tables of a rotary embedding, one row for each key or query.
#[derive(Clone, Copy, Debug)]
pub struct RopeBuffers<'a> {
    /// f32 `[rows, 32]` cosines.
    pub cos: &'a Buffer,
    /// f32 `[rows, 32]` sines.
    pub sin: &'a Buffer,
}

fn check_dim(dim: u32) -> Result<()> {
    if dim == 64 || dim == 128 { Ok(()) } else { Err(Error::range("dim", "64 or 128", dim)) }
}

fn check_rows(argument: &'static str, rows: u64, most: u64) -> Result<()> {
    if rows <= most { Ok(()) } else { Err(Error::range(argument, format!("at most {most}, as planned"), rows)) }
}

/// An optional tensor must be there exactly if the plan uses it.
fn check_present(argument: &'static str, given: bool, planned: bool) -> Result<()> {
    let words = |yes| if yes { "given" } else { "absent" };
    if given == planned { Ok(()) } else { Err(Error::shape(argument, format!("{}, as planned", words(planned)), words(given))) }
}
