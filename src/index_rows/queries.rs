//! Index queries.

use dsa_engine::{Buffer, Device, Encoder, Kernel};

use super::kernel::{RowsInputs, RowsOutput, RowsShape};
use super::{RopeBuffers, check_dim, check_rows};
use crate::windows::{at_least, distinct, product};
use crate::{DType, Error, Result, RopeLayout, ScaleFormat, Variant, host, variant};

/// What an [`IndexQueries`] plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct IndexQueriesOptions {
    /// Most queries of one call.
    pub queries: u64,
    /// Index heads, 1 to 128.
    pub index_heads: u32,
    /// Index dimension, 64 or 128.
    pub dim: u32,
    /// Element type of the input.
    pub dtype: DType,
    /// Rotary embedding of the first 64 dimensions.
    pub rope: Option<RopeLayout>,
    /// Whether to apply the orthonormal Hadamard transform; the same as for the keys.
    pub hadamard: bool,
    /// How the scale follows from the row's largest magnitude.
    pub scale_format: ScaleFormat,
    /// Factor on all weights. DeepSeek-V3.2: `index_heads^-0.5 * dim^-0.5`.
    pub factor: f32,
    /// Most bytes to bind at once; `None` for the device's limit. Smaller values serve tests.
    pub max_binding_bytes: Option<u64>,
    /// The shader variant to force; both run the same shader.
    pub variant: Option<Variant>,
}

impl Default for IndexQueriesOptions {
    /// No queries; DeepSeek-V3.2's indexer: 64 heads of 128 dimensions of bf16, half-split rope, Hadamard, power-of-two scales.
    fn default() -> Self {
        IndexQueriesOptions {
            queries: 0,
            index_heads: 64,
            dim: 128,
            dtype: DType::Bf16,
            rope: Some(RopeLayout::HalfSplit),
            hadamard: true,
            scale_format: ScaleFormat::PowerOfTwo,
            factor: (64f32 * 128.0).sqrt().recip(),
            max_binding_bytes: None,
            variant: None,
        }
    }
}

/// Tensors of one call of [`IndexQueries`].
#[derive(Clone, Copy, Debug)]
pub struct IndexQueriesArgs<'a> {
    /// Queries of this call.
    pub queries: u64,
    /// `[queries, index_heads, dim]` of the plan's dtype.
    pub q: &'a Buffer,
    /// f32 `[queries, index_heads]`.
    pub weights: &'a Buffer,
    /// Rotary tables, `[queries, 32]` each, if planned.
    pub rope: Option<RopeBuffers<'a>>,
    /// Output, e4m3 `[queries, index_heads, dim]`.
    pub codes: &'a Buffer,
    /// Output, f32 `[queries, index_heads]`: `weights * scale * factor`.
    pub weights_out: &'a Buffer,
}

/// Quantises index queries and folds their scales into the head weights. See the [module](super) for what it computes.
#[derive(Debug)]
pub struct IndexQueries {
    device: Device,
    options: IndexQueriesOptions,
    shape: RowsShape,
    kernel: Option<Kernel>,
    variant: Variant,
    reason: String,
}

impl IndexQueries {
    /// Checks the options and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for a dimension, head count or factor that is not supported, [`Error::Unsupported`] for a variant that the device
    /// lacks.
    pub fn plan(device: &Device, options: IndexQueriesOptions) -> Result<Self> {
        check_dim(options.dim)?;
        if !(1..=128).contains(&options.index_heads) {
            return Err(Error::range("index_heads", "1 to 128", options.index_heads));
        }
        if !options.factor.is_finite() {
            return Err(Error::range("factor", "finite numbers", options.factor));
        }
        let (variant, reason) = variant::choose(device, options.variant, &[Variant::Generic, Variant::Subgroup])?;
        tracing::debug!(%variant, reason, queries = options.queries, heads = options.index_heads, "index queries");
        let shape = RowsShape {
            dim: options.dim,
            dtype: options.dtype,
            rows_per_position: u64::from(options.index_heads),
            norm_eps: None,
            rope: options.rope,
            hadamard: options.hadamard,
            scale_format: options.scale_format,
            max_binding_bytes: options.max_binding_bytes,
        };
        let kernel = if device.is_cpu() { None } else { Some(shape.specialisation(Some("queries")).kernel(device)?) };
        Ok(IndexQueries { device: device.clone(), options, shape, kernel, variant, reason })
    }

    /// The variant that runs.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Why this variant.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Device memory that the plan holds: none.
    pub fn workspace_bytes(&self) -> u64 {
        0
    }

    /// Records the work.
    ///
    /// # Errors
    /// [`Error::Shape`] for a tensor that is too small or missing, [`Error::Range`] for more queries than planned.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &IndexQueriesArgs<'_>) -> Result<()> {
        check_rows("queries", args.queries, self.options.queries)?;
        let inputs = RowsInputs { name: "q", x: args.q, positions: args.queries, norm: None, rope: args.rope };
        self.shape.check(&inputs)?;
        let rows = product("queries", &[args.queries, u64::from(self.options.index_heads)])?;
        at_least("codes", args.codes, product("codes", &[rows, u64::from(self.options.dim)])?)?;
        at_least("weights", args.weights, product("weights", &[rows, 4])?)?;
        at_least("weights_out", args.weights_out, product("weights_out", &[rows, 4])?)?;
        let read: Vec<_> = inputs.buffers().chain([args.weights]).collect();
        distinct(&[("codes", args.codes), ("weights_out", args.weights_out)], &read)?;
        let factor = self.options.factor;
        match &self.kernel {
            Some(kernel) => {
                let output = RowsOutput::Queries { codes: args.codes, weights: args.weights, weights_out: args.weights_out, factor };
                self.shape.encode(kernel, encoder, &inputs, output)
            }
            None => self.compute(&inputs, args, rows),
        }
    }

    /// [`IndexQueries::encode`] with an encoder of its own, submitted and waited for.
    ///
    /// # Errors
    /// As [`IndexQueries::encode`], and [`Error::Engine`] if the device fails.
    pub fn run(&self, args: &IndexQueriesArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    /// On the host.
    fn compute(&self, inputs: &RowsInputs<'_>, args: &IndexQueriesArgs<'_>, rows: u64) -> Result<()> {
        let (codes, mut scales) = self.shape.compute(inputs)?;
        let weights = host::read("weights", args.weights)?;
        for (scale, weight) in scales.iter_mut().zip(host::numbers::<f32>(&weights, 0..rows)) {
            *scale = weight * *scale * self.options.factor;
        }
        host::write("codes", args.codes)?[..codes.len()].copy_from_slice(&codes);
        host::numbers_mut(&mut host::write("weights_out", args.weights_out)?, 0..rows).copy_from_slice(&scales);
        Ok(())
    }
}
