//! Index logits and top-k together: the indexer's inputs to the rows that attention reads, with scores bounded by a memory budget.
//!
//! All queries belong to one sequence, whose index keys lie in a paged cache (see [`crate::layout::IndexPage`]). The queries are done in
//! groups: each group's scores are written, selected from and overwritten by the next group's, so that the score matrix never exceeds the
//! budget however long the context is. The result is that of the two operations one after the other, bit for bit.

use std::sync::Mutex;

use dsa_engine::{Buffer, Device, Encoder};

use crate::index_logits::{PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions};
use crate::topk::{TopK, TopKArgs, TopKOptions};
use crate::windows::{at_least, ranges};
use crate::{Error, Result, Variant};

/// Most queries of a group: what the logits take as the queries of one sequence.
const MAX_GROUP: u64 = 1 << 20;

/// What a [`Select`] is made for.
#[derive(Clone, Copy, Debug)]
pub struct SelectOptions {
    /// Most queries of one call.
    pub queries: u64,
    /// Index heads, 1 to 128.
    pub index_heads: u32,
    /// Index dimension, 64 or 128.
    pub dim: u32,
    /// How many rows to keep for each query.
    pub top_k: u32,
    /// Tokens in a page of the cache.
    pub page_size: u32,
    /// Pages in each of the cache's buffers but the last.
    pub pages_per_segment: u64,
    /// Most tokens of the sequence.
    pub max_context: u64,
    /// Most bytes that the scores may take. One query's scores must fit.
    pub budget_bytes: u64,
    /// The shader variant to force.
    pub variant: Option<Variant>,
}

/// Tensors of one call of [`Select`].
#[derive(Clone, Copy, Debug)]
pub struct SelectArgs<'a> {
    /// The longest context among the queries: `max(context_lengths)`. Tokens from here on are not selected.
    pub max_context: u64,
    /// e4m3 `[queries, index_heads, dim]`.
    pub q: &'a Buffer,
    /// f32 `[queries, index_heads]`, with the queries' scales folded in.
    pub weights: &'a Buffer,
    /// The cache, in segments of whole pages.
    pub cache: &'a [Buffer],
    /// The page of each `page_size` tokens of the sequence.
    pub block_table: &'a [i32],
    /// Tokens that each query sees; as many as there are queries.
    pub context_lengths: &'a [i32],
    /// Output, i32 `[queries, top_k]`: token positions, ascending, then -1.
    pub indices: &'a Buffer,
}

/// Selects rows for queries within a memory budget. See the [module](self).
#[derive(Debug)]
pub struct Select {
    device: Device,
    options: SelectOptions,
    variant: Variant,
    reason: String,
    stage: Mutex<Option<Stage>>,
}

/// Plans for groups of `rows` queries over `columns` tokens. Contexts grow slowly: most calls reuse the last stage.
#[derive(Debug)]
struct Stage {
    rows: u64,
    columns: u64,
    groups: u64,
    logits: PagedIndexLogits,
    top_k: TopK,
    scores: Buffer,
    indices: Buffer,
}

impl Select {
    /// Checks the options and compiles the kernels.
    ///
    /// # Errors
    /// [`Error::Range`] for a size that is not supported or a budget that does not hold one query's scores, [`Error::Unsupported`] for a
    /// variant that the device lacks.
    pub fn plan(device: &Device, options: SelectOptions) -> Result<Self> {
        if options.page_size == 0 {
            return Err(Error::range("page_size", "1 or more", 0));
        }
        if options.budget_bytes < options.max_context.saturating_mul(4) {
            let needed = format!("at least {} bytes, the scores of one query", options.max_context.saturating_mul(4));
            return Err(Error::range("budget_bytes", needed, options.budget_bytes));
        }
        let mut select =
            Select { device: device.clone(), options, variant: Variant::Generic, reason: String::new(), stage: Mutex::default() };
        // A first stage of the smallest size checks everything that does not depend on the context.
        let stage = select.new_stage(1, options.max_context.min(1), 1)?;
        select.variant = stage.top_k.variant();
        select.reason = format!(
            "index logits: {} ({}); top-k: {} ({})",
            stage.logits.variant(),
            stage.logits.reason(),
            stage.top_k.variant(),
            stage.top_k.reason()
        );
        Ok(select)
    }

    /// The variant of the top-k; [`Select::reason`] also says that of the logits.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Which variants run, and why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Most bytes of device memory that a call takes for scores.
    pub fn workspace_bytes(&self) -> u64 {
        self.options.budget_bytes
    }

    /// Records the work.
    ///
    /// # Errors
    /// [`Error::Shape`] for a tensor that is too small, [`Error::Range`] for more queries or tokens than planned.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &SelectArgs<'_>) -> Result<()> {
        let queries = args.context_lengths.len() as u64;
        self.check(args, queries)?;
        if queries == 0 {
            return Ok(());
        }
        let columns = bucket(args.max_context).min(self.options.max_context).max(1);
        let rows = (self.options.budget_bytes / (columns * 4)).clamp(1, queries.min(MAX_GROUP));
        let groups = queries.div_ceil(rows);
        let mut stage = self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if stage.as_ref().is_none_or(|stage| (stage.rows, stage.columns) != (rows, columns) || stage.groups < groups) {
            // The old stage's memory goes before the new one's is taken.
            *stage = None;
            *stage = Some(self.new_stage(rows, columns, groups)?);
        }
        match &*stage {
            Some(stage) => self.encode_groups(encoder, args, stage, queries),
            None => Ok(()),
        }
    }

    fn check(&self, args: &SelectArgs<'_>, queries: u64) -> Result<()> {
        let SelectOptions { index_heads, dim, top_k, page_size, max_context, .. } = self.options;
        if queries > self.options.queries {
            return Err(Error::range("queries", format!("at most {}, as planned", self.options.queries), queries));
        }
        if args.max_context > max_context {
            return Err(Error::range("max_context", format!("at most {max_context}, as planned"), args.max_context));
        }
        let pages = args.max_context.div_ceil(u64::from(page_size));
        if (args.block_table.len() as u64) < pages {
            return Err(Error::shape("block_table", format!("at least {pages} pages"), args.block_table.len()));
        }
        at_least("q", args.q, queries * u64::from(index_heads) * u64::from(dim))?;
        at_least("weights", args.weights, queries * u64::from(index_heads) * 4)?;
        at_least("indices", args.indices, queries * u64::from(top_k) * 4)
    }

    fn new_stage(&self, rows: u64, columns: u64, groups: u64) -> Result<Stage> {
        let SelectOptions { index_heads, dim, top_k, page_size, pages_per_segment, variant, .. } = self.options;
        let logits = PagedIndexLogits::plan(
            &self.device,
            PagedIndexLogitsOptions {
                batch: groups,
                next_n: u32::try_from(rows).unwrap_or(u32::MAX),
                index_heads,
                dim,
                page_size,
                pages_per_segment,
                max_pages: columns.div_ceil(u64::from(page_size)),
                max_context: columns,
                variant,
                max_binding_bytes: None,
            },
        )?;
        let top_k = TopK::plan(&self.device, TopKOptions { rows, columns, top_k, variant, ..Default::default() })?;
        let scores = self.device.buffer("scores", rows * columns * 4)?;
        let indices = self.device.buffer("group indices", rows * u64::from(self.options.top_k) * 4)?;
        Ok(Stage { rows, columns, groups, logits, top_k, scores, indices })
    }

    /// The logits kernel counts in sequences of `next_n` queries; a group of queries is such a sequence here, and all groups have the same
    /// pages. The last group may be incomplete: its missing queries see no token, and their inputs are padding.
    fn encode_groups(&self, encoder: &mut Encoder<'_>, args: &SelectArgs<'_>, stage: &Stage, queries: u64) -> Result<()> {
        let SelectOptions { index_heads, dim, top_k, page_size, .. } = self.options;
        let pages = stage.columns.div_ceil(u64::from(page_size)) as usize;
        let mut table = args.block_table[..args.block_table.len().min(pages)].to_vec();
        table.resize(pages, -1);
        let block_table = self.device.upload("block_table", &table.repeat(stage.groups as usize))?;
        // The stage has columns for more tokens than this call's, so that a length beyond them would count.
        let longest = i32::try_from(args.max_context).unwrap_or(i32::MAX);
        let mut lengths: Vec<i32> = args.context_lengths.iter().map(|&length| length.min(longest)).collect();
        lengths.resize((stage.groups * stage.rows) as usize, 0);
        let context_lengths = self.device.upload("context_lengths", &lengths)?;
        let padded = stage.groups * stage.rows;
        let q = self.padded(encoder, args.q, "q", u64::from(index_heads) * u64::from(dim), queries, padded)?;
        let weights = self.padded(encoder, args.weights, "weights", u64::from(index_heads) * 4, queries, padded)?;
        for (group, range) in ranges(queries, stage.rows).enumerate() {
            stage.logits.encode(
                encoder,
                &PagedIndexLogitsArgs {
                    first_sequence: group as u64,
                    sequences: 1,
                    columns: stage.columns,
                    q: &q,
                    cache: args.cache,
                    weights: &weights,
                    block_table: &block_table,
                    context_lengths: &context_lengths,
                    logits: &stage.scores,
                },
            )?;
            let group_args = TopKArgs { scores: &stage.scores, row_start: None, row_end: None, indices: &stage.indices };
            stage.top_k.encode(encoder, &group_args)?;
            let (offset, bytes) = (range.start * u64::from(top_k) * 4, (range.end - range.start) * u64::from(top_k) * 4);
            encoder.copy(&stage.indices.slice(0, bytes), &args.indices.slice(offset, bytes))?;
        }
        Ok(())
    }

    /// The tensor itself if it holds `padded` rows, else a copy that does.
    fn padded(&self, encoder: &mut Encoder<'_>, tensor: &Buffer, label: &str, row_bytes: u64, rows: u64, padded: u64) -> Result<Buffer> {
        if tensor.size() >= padded * row_bytes {
            return Ok(tensor.clone());
        }
        let copy = self.device.buffer(label, padded * row_bytes)?;
        encoder.copy(&tensor.slice(0, rows * row_bytes), &copy.slice(0, rows * row_bytes))?;
        Ok(copy)
    }
}

/// Columns to plan for, so that a context that grows token by token is planned anew only now and then: at most an eighth too many.
fn bucket(context: u64) -> u64 {
    let step = (context.next_power_of_two() / 16).max(1024);
    context.next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_at_most_an_eighth_too_large() {
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(1), 1024);
        for context in [5_000u64, 16_385, 100_000, 1_000_000, 3_000_000] {
            let columns = bucket(context);
            assert!(columns >= context && columns - context <= context / 8 + 1024, "{context}: {columns}");
            assert_eq!(bucket(columns), columns);
        }
    }
}
