//! Index keys.

use dsa_engine::{Buffer, Device, Encoder, Kernel};

use super::kernel::{RowsInputs, RowsOutput, RowsShape};
use super::{NormBuffers, RopeBuffers, check_dim, check_rows};
use crate::layout::IndexPage;
use crate::windows::{Segments, at_least, distinct, product};
use crate::{DType, Error, Result, RopeLayout, ScaleFormat, Variant, host, variant};

/// Where index keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IndexKeyTarget {
    /// Codes `[rows, dim]` and scales `[rows]`.
    #[default]
    Flat,
    /// A paged cache, see [`IndexPage`].
    Paged {
        /// Tokens in a page.
        page_size: u32,
        /// Pages in each of the cache's buffers but the last.
        pages_per_segment: u64,
    },
}

/// What an [`IndexKeys`] plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct IndexKeysOptions {
    /// Most rows of one call.
    pub rows: u64,
    /// Index dimension, 64 or 128.
    pub dim: u32,
    /// Element type of the input.
    pub dtype: DType,
    /// LayerNorm's epsilon; `None` for no LayerNorm.
    pub norm_eps: Option<f32>,
    /// Rotary embedding of the first 64 dimensions.
    pub rope: Option<RopeLayout>,
    /// Whether to apply the orthonormal Hadamard transform.
    pub hadamard: bool,
    /// How the scale follows from the row's largest magnitude.
    pub scale_format: ScaleFormat,
    /// Where the keys go.
    pub target: IndexKeyTarget,
    /// Most bytes to bind at once; `None` for the device's limit. Smaller values serve tests.
    pub max_binding_bytes: Option<u64>,
    /// The shader variant to force; both run the same shader.
    pub variant: Option<Variant>,
}

impl Default for IndexKeysOptions {
    /// No rows; DeepSeek-V3.2's indexer: 128 dimensions of bf16, LayerNorm with 1e-6, half-split rope, Hadamard, power-of-two scales.
    fn default() -> Self {
        IndexKeysOptions {
            rows: 0,
            dim: 128,
            dtype: DType::Bf16,
            norm_eps: Some(1e-6),
            rope: Some(RopeLayout::HalfSplit),
            hadamard: true,
            scale_format: ScaleFormat::PowerOfTwo,
            target: IndexKeyTarget::Flat,
            max_binding_bytes: None,
            variant: None,
        }
    }
}

/// Tensors of one call of [`IndexKeys`].
#[derive(Clone, Copy, Debug)]
pub struct IndexKeysArgs<'a> {
    /// Rows of this call.
    pub rows: u64,
    /// `[rows, dim]` of the plan's dtype.
    pub x: &'a Buffer,
    /// LayerNorm's parameters, if planned.
    pub norm: Option<NormBuffers<'a>>,
    /// Rotary tables, `[rows, 32]` each, if planned.
    pub rope: Option<RopeBuffers<'a>>,
    /// Where the keys go; of the kind planned.
    pub output: IndexKeyOutput<'a>,
}

/// Outputs of [`IndexKeys`].
#[derive(Clone, Copy, Debug)]
pub enum IndexKeyOutput<'a> {
    /// Two tensors.
    Flat {
        /// e4m3 `[rows, dim]`.
        codes: &'a Buffer,
        /// f32 `[rows]`.
        scales: &'a Buffer,
    },
    /// A paged cache.
    Paged {
        /// The cache, in segments of whole pages; all but the last have `pages_per_segment` pages.
        cache: &'a [Buffer],
        /// i32 `[rows]`: the token slot (`page * page_size + offset`) of each row. Negative slots and slots past the end are skipped. No two rows may name the same slot.
        slot_mapping: &'a Buffer,
    },
}

/// Quantises index keys. See the [module](super) for what it computes.
///
/// ```
/// use portable_dsa::engine::Device;
/// use portable_dsa::index_rows::{IndexKeyOutput, IndexKeys, IndexKeysArgs, IndexKeysOptions};
/// use portable_dsa::DType;
///
/// let device = Device::cpu();
/// let options = IndexKeysOptions { rows: 2, dim: 64, dtype: DType::F32, norm_eps: None, rope: None, hadamard: false, ..Default::default() };
/// let plan = IndexKeys::plan(&device, options)?;
/// let x = device.upload("x", &[448.0f32; 128])?;
/// let (codes, scales) = (device.buffer("codes", 128)?, device.buffer("scales", 8)?);
/// plan.run(&IndexKeysArgs { rows: 2, x: &x, norm: None, rope: None, output: IndexKeyOutput::Flat { codes: &codes, scales: &scales } })?;
/// assert_eq!(scales.read_blocking::<f32>()?, [1.0, 1.0]);
/// assert_eq!(codes.read_blocking::<u8>()?, [0x7e; 128]);
/// # Ok::<(), portable_dsa::Error>(())
/// ```
#[derive(Debug)]
pub struct IndexKeys {
    device: Device,
    options: IndexKeysOptions,
    shape: RowsShape,
    kernel: Option<Kernel>,
    variant: Variant,
    reason: String,
}

impl IndexKeys {
    /// Checks the options and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for a dimension or page size that is not supported, [`Error::Unsupported`] for a variant that the device lacks.
    pub fn plan(device: &Device, options: IndexKeysOptions) -> Result<Self> {
        check_dim(options.dim)?;
        if let IndexKeyTarget::Paged { page_size, pages_per_segment } = options.target {
            if page_size == 0 || page_size > 1 << 20 {
                return Err(Error::range("page_size", "1 to 1048576", page_size));
            }
            if pages_per_segment == 0 {
                return Err(Error::range("pages_per_segment", "at least 1", pages_per_segment));
            }
        }
        let (variant, reason) = variant::choose(device, options.variant, &[Variant::Generic, Variant::Subgroup])?;
        tracing::debug!(%variant, reason, rows = options.rows, dim = options.dim, "index keys");
        let shape = RowsShape {
            dim: options.dim,
            dtype: options.dtype,
            rows_per_position: 1,
            norm_eps: options.norm_eps,
            rope: options.rope,
            hadamard: options.hadamard,
            scale_format: options.scale_format,
            max_binding_bytes: options.max_binding_bytes,
        };
        let output = matches!(options.target, IndexKeyTarget::Paged { .. }).then_some("paged");
        let kernel = if device.is_cpu() { None } else { Some(shape.specialisation(output).kernel(device)?) };
        Ok(IndexKeys { device: device.clone(), options, shape, kernel, variant, reason })
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
    /// [`Error::Shape`] for a tensor that is too small or missing, [`Error::Range`] for more rows than planned.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &IndexKeysArgs<'_>) -> Result<()> {
        check_rows("rows", args.rows, self.options.rows)?;
        let inputs = RowsInputs { name: "x", x: args.x, positions: args.rows, norm: args.norm, rope: args.rope };
        self.shape.check(&inputs)?;
        let output = self.output(args, &inputs)?;
        match &self.kernel {
            Some(kernel) => self.shape.encode(kernel, encoder, &inputs, output),
            None => self.compute(&inputs, output),
        }
    }

    /// [`IndexKeys::encode`] with an encoder of its own, submitted and waited for.
    ///
    /// # Errors
    /// As [`IndexKeys::encode`], and [`Error::Engine`] if the device fails.
    pub fn run(&self, args: &IndexKeysArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    /// The outputs, checked.
    fn output<'a>(&self, args: &IndexKeysArgs<'a>, inputs: &RowsInputs<'_>) -> Result<RowsOutput<'a>> {
        let dim = u64::from(self.options.dim);
        match (args.output, self.options.target) {
            (IndexKeyOutput::Flat { codes, scales }, IndexKeyTarget::Flat) => {
                at_least("codes", codes, product("codes", &[args.rows, dim])?)?;
                at_least("scales", scales, args.rows * 4)?;
                distinct(&[("codes", codes), ("scales", scales)], &inputs.buffers().collect::<Vec<_>>())?;
                Ok(RowsOutput::Flat { codes, scales })
            }
            (IndexKeyOutput::Paged { cache, slot_mapping }, IndexKeyTarget::Paged { page_size, pages_per_segment }) => {
                at_least("slot_mapping", slot_mapping, args.rows * 4)?;
                let segments: Vec<_> = cache.iter().map(|segment| ("cache", segment)).collect();
                distinct(&segments, &inputs.buffers().chain([slot_mapping]).collect::<Vec<_>>())?;
                let segments = Segments { row_bytes: u64::from(page_size) * (dim + 4), rows_per_segment: pages_per_segment };
                segments.rows("cache", cache)?;
                Ok(RowsOutput::Paged { cache, slot_mapping, page_size, segments })
            }
            (IndexKeyOutput::Flat { .. }, _) => Err(Error::shape("output", "a paged cache, as planned", "flat tensors")),
            (IndexKeyOutput::Paged { .. }, _) => Err(Error::shape("output", "flat tensors, as planned", "a paged cache")),
        }
    }

    /// On the host.
    fn compute(&self, inputs: &RowsInputs<'_>, output: RowsOutput<'_>) -> Result<()> {
        let (codes, scales) = self.shape.compute(inputs)?;
        match output {
            RowsOutput::Flat { codes: codes_out, scales: scales_out } => {
                host::write("codes", codes_out)?[..codes.len()].copy_from_slice(&codes);
                host::numbers_mut(&mut host::write("scales", scales_out)?, 0..inputs.positions).copy_from_slice(&scales);
            }
            RowsOutput::Paged { cache, slot_mapping, page_size, segments } => {
                let layout = IndexPage { page_size: page_size as usize, dim: self.options.dim as usize };
                let slots = host::read("slot_mapping", slot_mapping)?;
                let mut written = Vec::with_capacity(cache.len());
                for segment in cache {
                    written.push(host::write("cache", segment)?);
                }
                for (row, &slot) in host::numbers::<i32>(&slots, 0..inputs.positions).iter().enumerate() {
                    let Ok(slot) = usize::try_from(slot) else { continue };
                    let (page, slot) = layout.locate(slot);
                    let (segment, page) = (page as u64 / segments.rows_per_segment, page as u64 % segments.rows_per_segment);
                    let from = (page * segments.row_bytes) as usize;
                    let bytes = written.get_mut(segment as usize).and_then(|bytes| bytes.get_mut(from..from + layout.bytes()));
                    if let Some(bytes) = bytes {
                        layout.write(bytes, slot, &codes[row * layout.dim..][..layout.dim], scales[row])?;
                    }
                }
            }
            RowsOutput::Queries { .. } => {}
        }
        Ok(())
    }
}
