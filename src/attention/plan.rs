//! What the three operations share: the checks of shapes and tensors, and the choice of variant and device.

use std::ops::Range;

use dsa_engine::{Buffer, Device, DeviceKind, Encoder};

use super::dispatch::{Dispatches, matrix_fits};
use super::{host, sm90};
use crate::tuning::{Class, Timings};
use crate::windows::{at_least, distinct};
use crate::{DType, Error, KvFormat, Result, Variant, variant};

/// How a plan divides its work. The defaults suit; tests and small devices change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Parts that each query's keys are split into, 1 to 256, to be attended side by side and merged. `None` chooses so many that a GPU has work
    /// for all its cores, and fewer where the workspace would not fit.
    pub splits: Option<u32>,
    /// Most bytes that partial results may take; queries are done in groups that fit. Partial results are needed where there is more than one
    /// split or window.
    pub max_workspace_bytes: u64,
    /// Most bytes of a latent row buffer that one dispatch sees; the device's largest binding is a limit anyway. Windows are whole
    /// multiples of 64 rows.
    pub max_window_bytes: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning { splits: None, max_workspace_bytes: 256 << 20, max_window_bytes: u64::MAX }
    }
}

/// How a query names its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyList {
    /// A list of `top_k` row numbers.
    Listed { top_k: u32 },
    /// A range of rows.
    Range,
}

/// An attention problem without its tensors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) queries: u64,
    pub(super) heads: u32,
    pub(super) d_qk: u32,
    pub(super) d_v: u32,
    pub(super) q_dtype: DType,
    pub(super) kv_format: KvFormat,
    pub(super) rows: u64,
    pub(super) rows_per_segment: u64,
    pub(super) keys: KeyList,
    pub(super) softmax_scale: f32,
    /// Queries that share a sequence: `lse` is `[queries / next_n, heads, next_n]`.
    pub(super) next_n: u32,
    /// Queries that share an entry of `topk_length`: 1 or `next_n`.
    pub(super) queries_per_length: u32,
}

/// The buffers of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tensors<'a> {
    pub(super) q: &'a Buffer,
    pub(super) kv: &'a [Buffer],
    pub(super) keys: KeyTensors<'a>,
    pub(super) attn_sink: Option<&'a Buffer>,
    pub(super) out: &'a Buffer,
    pub(super) max_logits: Option<&'a Buffer>,
    pub(super) lse: &'a Buffer,
}

impl<'a> Tensors<'a> {
    fn inputs(&self) -> Vec<&'a Buffer> {
        let keys = match self.keys {
            KeyTensors::Listed { indices, topk_length } => [Some(indices), topk_length],
            KeyTensors::Range { k_start, k_end } => [Some(k_start), Some(k_end)],
        };
        self.kv.iter().chain([self.q]).chain(self.attn_sink).chain(keys.into_iter().flatten()).collect()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum KeyTensors<'a> {
    Listed { indices: &'a Buffer, topk_length: Option<&'a Buffer> },
    Range { k_start: &'a Buffer, k_end: &'a Buffer },
}

impl Shape {
    /// One that catalogues of kernels vary.
    pub(super) const EXAMPLE: Self = Shape {
        queries: 1,
        heads: 128,
        d_qk: 576,
        d_v: 512,
        q_dtype: DType::Bf16,
        kv_format: KvFormat::Plain(DType::Bf16),
        rows: 4096,
        rows_per_segment: 4096,
        keys: KeyList::Listed { top_k: 2048 },
        softmax_scale: 1.0,
        next_n: 1,
        queries_per_length: 1,
    };

    pub(super) fn row_bytes(&self) -> u64 {
        self.kv_format.row_bytes(self.d_qk)
    }

    pub(super) fn segments(&self) -> u64 {
        self.rows.div_ceil(self.rows_per_segment)
    }

    pub(super) fn segment_rows(&self, segment: u64) -> u64 {
        self.rows_per_segment.min(self.rows - segment * self.rows_per_segment)
    }

    /// Bytes of one query's `q` and `out`.
    pub(super) fn q_bytes(&self) -> u64 {
        u64::from(self.heads) * u64::from(self.d_qk) * self.q_dtype.bytes()
    }

    pub(super) fn out_bytes(&self) -> u64 {
        u64::from(self.heads) * u64::from(self.d_v) * self.q_dtype.bytes()
    }

    /// What measurements are kept for that fit this problem.
    fn class(&self) -> Option<Class> {
        match self.keys {
            KeyList::Listed { .. } => Class::sparse_attention(self.queries, self.heads, self.d_qk, self.kv_format),
            KeyList::Range => Class::dense_attention(self.heads, self.d_qk, self.kv_format),
        }
    }

    fn check(&self) -> Result<()> {
        let range = |argument, supported: &str, actual: u64| Err(Error::range(argument, supported, actual));
        match self {
            _ if self.queries > 1 << 31 => range("queries", "0..=2^31", self.queries),
            _ if !(1..=128).contains(&self.heads) => range("heads", "1..=128", self.heads.into()),
            _ if !(64..=576).contains(&self.d_qk) || !self.d_qk.is_multiple_of(64) => {
                range("d_qk", "multiples of 64 up to 576", self.d_qk.into())
            }
            _ if !(64..=512.min(self.d_qk)).contains(&self.d_v) || !self.d_v.is_multiple_of(64) => {
                range("d_v", "multiples of 64 up to 512, and no more than d_qk", self.d_v.into())
            }
            _ if self.kv_format == KvFormat::Fp8 && (self.d_qk, self.d_v) != (576, 512) => {
                range("d_qk", "576 with d_v 512 for FP8 rows", self.d_qk.into())
            }
            _ if !(1..1 << 31).contains(&self.rows) => range("rows", "1..2^31", self.rows),
            _ if self.rows_per_segment == 0 => range("rows_per_segment", "1 or more", 0),
            _ if matches!(self.keys, KeyList::Listed { top_k } if !(1..=1 << 20).contains(&top_k)) => {
                range("top_k", "1..=2^20", if let KeyList::Listed { top_k } = self.keys { top_k.into() } else { 0 })
            }
            _ if !self.softmax_scale.is_finite() || self.softmax_scale <= 0.0 => {
                Err(Error::range("softmax_scale", "finite and above 0", self.softmax_scale))
            }
            _ => Ok(()),
        }
    }
}

/// The variants for a problem, the best first. On CUDA `matrix` was measured to be the fastest; elsewhere it is for those who ask for it, as
/// `sm90` is for row ranges, where no card has run it yet.
fn variants(device: &Device, shape: &Shape) -> Vec<Variant> {
    let mut variants = vec![Variant::Subgroup, Variant::Generic];
    if matrix_fits(shape) {
        let cuda = device.capabilities().compute_capability.is_some() && device.info().kind != DeviceKind::Software;
        variants.insert(if cuda { 0 } else { 2 }, Variant::Matrix);
    }
    if sm90::fits(shape) && device.capabilities().compute_capability.is_some() {
        variants.insert(if shape.keys == KeyList::Range { variants.len() } else { 0 }, Variant::Sm90);
    }
    variants
}

/// A checked problem on a device.
#[derive(Debug)]
pub(super) struct Plan {
    device: Device,
    shape: Shape,
    variant: Variant,
    reason: String,
    /// `None` on the cpu device.
    dispatches: Option<Dispatches>,
}

impl Plan {
    pub(super) fn new(device: &Device, shape: Shape, requested: Option<Variant>, tuning: Tuning) -> Result<Self> {
        shape.check()?;
        let available = variants(device, &shape);
        let (variant, reason) = variant::choose_measured(device, requested, &available, &Timings::of(device, shape.class()))?;
        let dispatches = match variant {
            Variant::Cpu => None,
            _ => Some(Dispatches::new(device, &shape, variant, tuning)?),
        };
        tracing::debug!(?shape, %variant, reason, ?dispatches, "attention plan");
        Ok(Plan { device: device.clone(), shape, variant, reason, dispatches })
    }

    pub(super) fn variant(&self) -> Variant {
        self.variant
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    pub(super) fn workspace_bytes(&self) -> u64 {
        self.dispatches.as_ref().map_or(0, Dispatches::workspace_bytes)
    }

    pub(super) fn queries(&self) -> Range<u64> {
        0..self.shape.queries
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, tensors: &Tensors<'_>, queries: Range<u64>) -> Result<()> {
        if queries.start > queries.end || queries.end > self.shape.queries {
            return Err(Error::shape("queries", format!("a range within 0..{}", self.shape.queries), format!("{queries:?}")));
        }
        self.check(tensors, queries.end)?;
        match &self.dispatches {
            None => host::attend(&self.shape, tensors, queries),
            Some(dispatches) => dispatches.encode(encoder, &self.shape, tensors, queries),
        }
    }

    pub(super) fn run(&self, tensors: &Tensors<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, tensors, self.queries())?;
        Ok(encoder.submit_and_wait()?)
    }

    /// Checks tensors of which the first `queries` queries are used.
    fn check(&self, tensors: &Tensors<'_>, queries: u64) -> Result<()> {
        let shape = &self.shape;
        let heads = u64::from(shape.heads);
        at_least("q", tensors.q, queries * shape.q_bytes())?;
        at_least("out", tensors.out, queries * shape.out_bytes())?;
        at_least("lse", tensors.lse, queries * heads * 4)?;
        if let Some(max_logits) = tensors.max_logits {
            at_least("max_logits", max_logits, queries * heads * 4)?;
        }
        if let Some(attn_sink) = tensors.attn_sink {
            at_least("attn_sink", attn_sink, heads * 4)?;
        }
        match (tensors.keys, shape.keys) {
            (KeyTensors::Listed { indices, topk_length }, KeyList::Listed { top_k }) => {
                at_least("indices", indices, queries * u64::from(top_k) * 4)?;
                if let Some(length) = topk_length {
                    at_least("topk_length", length, queries.div_ceil(u64::from(shape.queries_per_length)) * 4)?;
                }
            }
            (KeyTensors::Range { k_start, k_end }, _) => {
                at_least("k_start", k_start, queries * 4)?;
                at_least("k_end", k_end, queries * 4)?;
            }
            (KeyTensors::Listed { .. }, KeyList::Range) => return Err(Error::shape("indices", "row ranges", "row lists")),
        }
        if tensors.kv.len() as u64 != shape.segments() {
            let expected = format!("{} segments of up to {} rows", shape.segments(), shape.rows_per_segment);
            return Err(Error::shape("kv", expected, format!("{} segments", tensors.kv.len())));
        }
        for (segment, buffer) in tensors.kv.iter().enumerate() {
            at_least("kv", buffer, shape.segment_rows(segment as u64) * shape.row_bytes())?;
        }
        let outputs = [("out", Some(tensors.out)), ("max_logits", tensors.max_logits), ("lse", Some(tensors.lse))];
        let outputs: Vec<_> = outputs.into_iter().filter_map(|(argument, buffer)| Some((argument, buffer?))).collect();
        distinct(&outputs, &tensors.inputs())
    }
}
