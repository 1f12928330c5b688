//! Attention over latent rows: sparse prefill, sparse decode and dense.
//!
//! All three are MLA in its absorbed form: a key is a whole latent row (`d_qk` values), its value the first `d_v` values of the same row, and all
//! heads share the rows. They differ in how a query names its keys and in the layout of `lse`, and run on one family of shaders.
//!
//! For a query's valid keys `s`, with `x_s = softmax_scale * (q . k_s)` and natural logarithms:
//! `max_logits = max_s x_s`, `lse = ln(sum_s exp(x_s))`, `out = sum_s exp(x_s - lse) v_s`. With an attention sink, `out` is multiplied by
//! `exp(lse) / (exp(lse) + exp(sink))`; `lse` and `max_logits` stay. A query without a valid key gives `out` 0, `max_logits` -inf and `lse` +inf.
//! These are FlashMLA's definitions.
//!
//! Rows that no valid key names are never read: NaN in them changes nothing. Sums are f32 in a fixed order, so that every run gives the same bits.

mod dense;
mod dispatch;
mod host;
mod plan;
mod sm90;
mod sparse_decode;
mod sparse_prefill;

pub use dense::{DenseAttention, DenseAttentionArgs, DenseAttentionOptions};
pub(crate) use dispatch::catalogue;
pub use plan::Tuning;
pub(crate) use sm90::catalogue as sm90_catalogue;
pub use sparse_decode::{SparseDecode, SparseDecodeArgs, SparseDecodeOptions};
pub use sparse_prefill::{SparseAttention, SparseAttentionArgs, SparseAttentionOptions};
