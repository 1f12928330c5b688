//! Which variant of every operation a device would run: asked of the operations themselves, by planning each at DeepSeek-V3.2's shapes.

use portable_dsa::attention::{
    DenseAttention, DenseAttentionOptions, SparseAttention, SparseAttentionOptions, SparseDecode, SparseDecodeOptions,
};
use portable_dsa::engine::{Device, EngineError};
use portable_dsa::index_logits::{IndexLogits, IndexLogitsOptions, PagedIndexLogits, PagedIndexLogitsOptions};
use portable_dsa::index_rows::{IndexKeys, IndexKeysOptions, IndexQueries, IndexQueriesOptions};
use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterOptions};
use portable_dsa::topk::{TopK, TopKOptions};
use serde::Serialize;

use crate::cli::output::Table;

/// What an operation answered.
#[derive(Debug, Serialize)]
pub struct Choice {
    operation: &'static str,
    /// The variant that would run; absent if the operation cannot run.
    variant: Option<String>,
    /// Why this one, or why none.
    reason: String,
}

impl Choice {
    /// A device that cannot be opened.
    pub fn unopened(error: &EngineError) -> Self {
        Choice { operation: "open", variant: None, reason: error.to_string() }
    }
}

/// The variant and the reason of a plan.
macro_rules! answer {
    ($operation:literal, $plan:expr) => {
        match $plan {
            Ok(plan) => Choice { operation: $operation, variant: Some(plan.variant().to_string()), reason: plan.reason().to_owned() },
            Err(error) => Choice { operation: $operation, variant: None, reason: error.to_string() },
        }
    };
}

/// Plans every operation on a device.
pub fn choices(device: &Device) -> Vec<Choice> {
    let rows = 64;
    let logits = IndexLogitsOptions { queries: 1, keys: rows, ..Default::default() };
    let paged = PagedIndexLogitsOptions { batch: 1, max_pages: 1, max_context: rows, ..Default::default() };
    vec![
        answer!("index-keys", IndexKeys::plan(device, IndexKeysOptions { rows, ..Default::default() })),
        answer!("index-queries", IndexQueries::plan(device, IndexQueriesOptions { queries: 1, ..Default::default() })),
        answer!("index-logits", IndexLogits::plan(device, logits)),
        answer!("index-logits (paged)", PagedIndexLogits::plan(device, paged)),
        answer!("top-k", TopK::plan(device, TopKOptions { rows: 1, columns: 4096, ..Default::default() })),
        answer!("sparse-attention", SparseAttention::plan(device, SparseAttentionOptions { rows, ..Default::default() })),
        answer!("sparse-decode", SparseDecode::plan(device, SparseDecodeOptions { rows, ..Default::default() })),
        answer!("dense-attention", DenseAttention::plan(device, DenseAttentionOptions { rows, ..Default::default() })),
        answer!("kv-cache", KvCacheWriter::plan(device, KvCacheWriterOptions { rows, ..Default::default() })),
    ]
}

/// The choices as lines.
pub fn table(choices: &[Choice]) -> Table {
    let mut table = Table::default();
    for choice in choices {
        let reason = choice.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        table.row([choice.operation.to_owned(), choice.variant.clone().unwrap_or("cannot run".to_owned()), reason]);
    }
    table
}
