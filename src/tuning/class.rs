//! What is measured: operations, at sizes that are alike.

use std::fmt;

use dsa_engine::Device;
use serde::{Deserialize, Serialize};

use crate::topk::Method;
use crate::{DType, KvFormat, Variant, variant};

/// An operation with more than one variant to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// [`crate::topk::TopK`].
    TopK,
    /// [`crate::index_logits::IndexLogits`].
    IndexLogits,
    /// [`crate::index_logits::PagedIndexLogits`].
    IndexLogitsPaged,
    /// [`crate::attention::SparseAttention`] and [`crate::attention::SparseDecode`]: the same kernels.
    SparseAttention,
    /// [`crate::attention::DenseAttention`].
    DenseAttention,
}

impl Operation {
    /// Every one.
    pub const ALL: [Operation; 5] =
        [Operation::TopK, Operation::IndexLogits, Operation::IndexLogitsPaged, Operation::SparseAttention, Operation::DenseAttention];

    /// The variants with kernels of their own.
    fn variants(self) -> &'static [Variant] {
        match self {
            Operation::TopK => &[Variant::Generic, Variant::Sm90],
            Operation::IndexLogits | Operation::IndexLogitsPaged => &[Variant::Generic, Variant::Matrix, Variant::Sm90],
            Operation::SparseAttention => &[Variant::Generic, Variant::Subgroup, Variant::Matrix, Variant::Sm90],
            Operation::DenseAttention => &[Variant::Generic, Variant::Subgroup],
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::TopK => "top-k",
            Operation::IndexLogits => "index-logits",
            Operation::IndexLogitsPaged => "index-logits-paged",
            Operation::SparseAttention => "sparse-attention",
            Operation::DenseAttention => "dense-attention",
        })
    }
}

/// A way to compute an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// The variant.
    pub variant: Variant,
    /// The method of a top-k, where the variant has a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.method {
            Some(method) => write!(f, "{} {method:?}", self.variant),
            None => self.variant.fmt(f),
        }
    }
}

/// Sizes from `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Band {
    /// The smallest.
    pub first: u64,
    /// The largest; `u64::MAX` if there is none.
    pub last: u64,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            u64::MAX => write!(f, "{} or more", self.first),
            last => write!(f, "{} to {last}", self.first),
        }
    }
}

/// The bands that end with these sizes; the first starts at 1.
fn bands(lasts: &[u64]) -> impl Iterator<Item = Band> + Clone {
    let firsts = std::iter::once(1).chain(lasts.iter().map(|last| last.saturating_add(1)));
    firsts.zip(lasts).map(|(first, &last)| Band { first, last })
}

/// The band of a size. No size at all is among the smallest.
fn band(lasts: &[u64], size: u64) -> Option<Band> {
    bands(lasts).find(|band| size <= band.last)
}

const OPEN: u64 = u64::MAX;
const ROWS: [u64; 3] = [16, 128, OPEN];
const COLUMNS: [u64; 4] = [8191, 32_767, 131_071, OPEN];
const QUERIES: [u64; 2] = [16, OPEN];
const INDEX_HEADS: [u64; 3] = [32, 64, 128];
const HEADS: [u64; 3] = [16, 64, 128];
const KV_FORMATS: [KvFormat; 2] = [KvFormat::Fp8, KvFormat::Plain(DType::Bf16)];

/// Problems that are alike enough for the same variant to be the fastest: an operation and ranges of those sizes on which that depends.
/// Problems that models do not have, such as rows of latents in f32, are in no class, and are planned without measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Top-k.
    TopK {
        /// Rows of scores.
        rows: Band,
        /// Columns of a row.
        columns: Band,
    },
    /// Index logits of flat keys.
    IndexLogits {
        /// Index heads.
        index_heads: Band,
        /// Queries.
        queries: Band,
    },
    /// Index logits of a paged cache.
    PagedIndexLogits {
        /// Index heads.
        index_heads: Band,
        /// Queries of a sequence.
        next_n: Band,
    },
    /// Sparse prefill and sparse decode.
    SparseAttention {
        /// Queries, of all sequences.
        queries: Band,
        /// Heads.
        heads: Band,
        /// How latent rows are stored: FP8 or bf16.
        kv_format: KvFormat,
    },
    /// Dense attention.
    DenseAttention {
        /// Heads.
        heads: Band,
        /// How latent rows are stored: FP8 or bf16.
        kv_format: KvFormat,
    },
}

impl Class {
    /// Of a top-k.
    pub fn top_k(rows: u64, columns: u64) -> Option<Self> {
        Some(Class::TopK { rows: band(&ROWS, rows)?, columns: band(&COLUMNS, columns)? })
    }

    /// Of index logits of flat keys.
    pub fn index_logits(index_heads: u32, dim: u32, queries: u64) -> Option<Self> {
        let class = Class::IndexLogits { index_heads: band(&INDEX_HEADS, index_heads.into())?, queries: band(&QUERIES, queries)? };
        (dim == 128).then_some(class)
    }

    /// Of index logits of a paged cache.
    pub fn paged_index_logits(index_heads: u32, dim: u32, next_n: u64) -> Option<Self> {
        let class = Class::PagedIndexLogits { index_heads: band(&INDEX_HEADS, index_heads.into())?, next_n: band(&QUERIES, next_n)? };
        (dim == 128).then_some(class)
    }

    /// Of sparse attention; the queries of a decode are those of all sequences.
    pub fn sparse_attention(queries: u64, heads: u32, d_qk: u32, kv_format: KvFormat) -> Option<Self> {
        let class = Class::SparseAttention { queries: band(&QUERIES, queries)?, heads: band(&HEADS, heads.into())?, kv_format };
        latents(d_qk, kv_format).then_some(class)
    }

    /// Of dense attention.
    pub fn dense_attention(heads: u32, d_qk: u32, kv_format: KvFormat) -> Option<Self> {
        let class = Class::DenseAttention { heads: band(&HEADS, heads.into())?, kv_format };
        latents(d_qk, kv_format).then_some(class)
    }

    /// Every class.
    pub fn all() -> Vec<Class> {
        let mut all = Vec::new();
        for rows in bands(&ROWS) {
            all.extend(bands(&COLUMNS).map(|columns| Class::TopK { rows, columns }));
        }
        for index_heads in bands(&INDEX_HEADS) {
            all.extend(bands(&QUERIES).map(|queries| Class::IndexLogits { index_heads, queries }));
        }
        for index_heads in bands(&INDEX_HEADS) {
            all.extend(bands(&QUERIES).map(|next_n| Class::PagedIndexLogits { index_heads, next_n }));
        }
        for kv_format in KV_FORMATS {
            for heads in bands(&HEADS) {
                all.extend(bands(&QUERIES).map(|queries| Class::SparseAttention { queries, heads, kv_format }));
            }
        }
        for kv_format in KV_FORMATS {
            all.extend(bands(&HEADS).map(|heads| Class::DenseAttention { heads, kv_format }));
        }
        all
    }

    /// Whose class it is.
    pub fn operation(&self) -> Operation {
        match self {
            Class::TopK { .. } => Operation::TopK,
            Class::IndexLogits { .. } => Operation::IndexLogits,
            Class::PagedIndexLogits { .. } => Operation::IndexLogitsPaged,
            Class::SparseAttention { .. } => Operation::SparseAttention,
            Class::DenseAttention { .. } => Operation::DenseAttention,
        }
    }

    /// The ways in which a device can compute it. The host's cores have one way for everything, which is not among them.
    pub fn candidates(&self, device: &Device) -> Vec<Candidate> {
        let operation = self.operation();
        let possible = |variant: &&Variant| !device.is_cpu() && variant::refusal(device, **variant).is_none();
        let ways = |&variant: &Variant| match (operation, variant) {
            (Operation::TopK, Variant::Generic) => {
                vec![Candidate { variant, method: Some(Method::WholeRows) }, Candidate { variant, method: Some(Method::Chunks) }]
            }
            _ => vec![Candidate { variant, method: None }],
        };
        operation.variants().iter().filter(possible).flat_map(ways).collect()
    }
}

/// Rows of latents as models have them.
fn latents(d_qk: u32, kv_format: KvFormat) -> bool {
    d_qk >= 512 && KV_FORMATS.contains(&kv_format)
}

/// The sizes, without the operation.
impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = |kv_format: &KvFormat| if *kv_format == KvFormat::Fp8 { "FP8 rows" } else { "bf16 rows" };
        match self {
            Class::TopK { rows, columns } => write!(f, "rows {rows}, columns {columns}"),
            Class::IndexLogits { index_heads, queries } => write!(f, "index heads {index_heads}, queries {queries}"),
            Class::PagedIndexLogits { index_heads, next_n } => write!(f, "index heads {index_heads}, queries {next_n} a sequence"),
            Class::SparseAttention { queries, heads, kv_format } => write!(f, "heads {heads}, queries {queries}, {}", format(kv_format)),
            Class::DenseAttention { heads, kv_format } => write!(f, "heads {heads}, {}", format(kv_format)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_of_their_own() {
        let names: Vec<String> = Class::all().iter().map(|class| format!("{}: {class}", class.operation())).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
        }
        assert_eq!(names[0], "top-k: rows 1 to 16, columns 1 to 8191");
    }

    #[test]
    fn every_problem_of_a_model_is_in_a_listed_class() {
        let all = Class::all();
        let listed = |class: Option<Class>| class.is_some_and(|class| all.contains(&class));
        for size in [0, 1, 16, 17, 64, 128, 129, 8191, 8192, 1 << 20, u64::MAX] {
            assert!(listed(Class::top_k(size, size)), "{size}");
            assert!(listed(Class::index_logits(64, 128, size)) && listed(Class::paged_index_logits(1, 128, size)), "{size}");
            assert!(listed(Class::sparse_attention(size, 128, 576, KvFormat::Fp8)), "{size}");
        }
        for heads in 1..=128 {
            assert!(listed(Class::dense_attention(heads, 512, KvFormat::Plain(DType::Bf16))), "{heads}");
        }
    }

    #[test]
    fn other_problems_are_in_none() {
        assert_eq!(Class::index_logits(64, 64, 1), None);
        assert_eq!(Class::sparse_attention(1, 128, 576, KvFormat::Plain(DType::F32)), None);
        assert_eq!(Class::dense_attention(128, 64, KvFormat::Plain(DType::Bf16)), None);
    }
}
