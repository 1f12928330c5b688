//! Writing latent rows into a KV cache.
//!
//! [`KvCacheWriter`] stores rows of 576 values (512 latent, 64 rotary) as FlashMLA's 656-byte FP8 rows, or copies rows unchanged into a plain
//! bf16, f16 or f32 cache. A cache row is chosen by `slot_mapping`: with pages of `page_size` tokens it is `page * page_size + offset`, which
//! makes the cache a flat array of rows whatever the page size.

use bytemuck::NoUninit;
use dsa_engine::{Buffer, Device, Encoder, Grid, Kernel};

use crate::layout::Fp8Row;
use crate::shaders::Specialisation;
use crate::windows::{BindingLimits, Segments, at_least, distinct, product, ranges, word};
use crate::{DType, Error, FP8_ROW_BYTES, KvFormat, Result, Variant, formats, host, variant};

/// What a [`KvCacheWriter`] is made for.
#[derive(Clone, Copy, Debug)]
pub struct KvCacheWriterOptions {
    /// Most rows of one call.
    pub rows: u64,
    /// Values in a row: 576 for [`KvFormat::Fp8`], otherwise any number whose row is whole 32-bit words.
    pub d_qk: u32,
    /// Element type of the latent rows; must be the cache's own for [`KvFormat::Plain`].
    pub dtype: DType,
    /// How the cache stores rows.
    pub format: KvFormat,
    /// Rows in each of the cache's buffers but the last.
    pub rows_per_segment: u64,
    /// Most bytes to bind at once; `None` for the device's limit. Smaller values serve tests.
    pub max_binding_bytes: Option<u64>,
    /// The shader variant to force; both run the same shader, for the operation only moves bytes.
    pub variant: Option<Variant>,
}

impl Default for KvCacheWriterOptions {
    /// No rows; bf16 rows of 576 values to the FP8 cache, in one buffer.
    fn default() -> Self {
        KvCacheWriterOptions {
            rows: 0,
            d_qk: 576,
            dtype: DType::Bf16,
            format: KvFormat::Fp8,
            rows_per_segment: i32::MAX as u64,
            max_binding_bytes: None,
            variant: None,
        }
    }
}

/// Tensors of one call of [`KvCacheWriter`].
#[derive(Clone, Copy, Debug)]
pub struct KvCacheWriterArgs<'a> {
    /// Rows of this call.
    pub rows: u64,
    /// `[rows, d_qk]` of the plan's dtype.
    pub latent: &'a Buffer,
    /// i32 `[rows]`: the cache row of each latent row. Negative rows and rows past the end are skipped. No two may be the same.
    pub slot_mapping: &'a Buffer,
    /// The cache, in segments of whole rows; all but the last have `rows_per_segment` rows.
    pub cache: &'a [Buffer],
}

/// Writes latent rows into a KV cache. See the [module](self).
///
/// ```
/// use portable_dsa::engine::Device;
/// use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
/// use portable_dsa::{DType, layout::Fp8Row};
///
/// let device = Device::cpu();
/// let plan = KvCacheWriter::plan(&device, KvCacheWriterOptions { rows: 1, dtype: DType::F32, ..Default::default() })?;
/// let latent = device.upload("latent", &[1.0f32; 576])?;
/// let slot_mapping = device.upload("slot_mapping", &[2i32])?;
/// let cache = [device.buffer("cache", 3 * Fp8Row::BYTES as u64)?];
/// plan.run(&KvCacheWriterArgs { rows: 1, latent: &latent, slot_mapping: &slot_mapping, cache: &cache })?;
/// let mut row = [0.0; 576];
/// Fp8Row::dequantise_row(&cache[0].read_blocking::<u8>()?[2 * Fp8Row::BYTES..], &mut row)?;
/// assert_eq!(row, [1.0; 576]);
/// # Ok::<(), portable_dsa::Error>(())
/// ```
#[derive(Debug)]
pub struct KvCacheWriter {
    device: Device,
    options: KvCacheWriterOptions,
    kernel: Option<Kernel>,
    variant: Variant,
    reason: String,
}

#[repr(C)]
#[derive(Clone, Copy, NoUninit)]
struct Fp8Params {
    rows: u32,
    first_row: u32,
    window_rows: u32,
    latent_offset: u32,
    slot_offset: u32,
    cache_offset: u32,
}

#[repr(C)]
#[derive(Clone, Copy, NoUninit)]
struct CopyParams {
    rows: u32,
    row_words: u32,
    first_row: u32,
    window_rows: u32,
    source_offset: u32,
    slot_offset: u32,
    cache_offset: u32,
}

impl KvCacheWriter {
    /// Checks the options and compiles the kernel.
    ///
    /// # Errors
    /// [`Error::Range`] for a row length or dtype that the format does not take, [`Error::Unsupported`] for a variant that the device lacks.
    pub fn plan(device: &Device, options: KvCacheWriterOptions) -> Result<Self> {
        check_options(&options)?;
        let (variant, reason) = variant::choose(device, options.variant, &[Variant::Generic, Variant::Subgroup])?;
        tracing::debug!(%variant, reason, rows = options.rows, format = ?options.format, "kv cache writer");
        let kernel = if device.is_cpu() { None } else { Some(specialisation(options.format, options.dtype).kernel(device)?) };
        Ok(KvCacheWriter { device: device.clone(), options, kernel, variant, reason })
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
    /// [`Error::Shape`] for a tensor that is too small or a cache of another shape, [`Error::Range`] for more rows than planned.
    pub fn encode(&self, encoder: &mut Encoder<'_>, args: &KvCacheWriterArgs<'_>) -> Result<()> {
        if args.rows > self.options.rows {
            return Err(Error::range("rows", format!("at most {}, as planned", self.options.rows), args.rows));
        }
        at_least("latent", args.latent, product("latent", &[args.rows, self.latent_bytes()])?)?;
        at_least("slot_mapping", args.slot_mapping, args.rows * 4)?;
        let outputs: Vec<_> = args.cache.iter().map(|segment| ("cache", segment)).collect();
        distinct(&outputs, &[args.latent, args.slot_mapping])?;
        let segments = self.segments();
        segments.rows("cache", args.cache)?;
        match &self.kernel {
            Some(kernel) => self.record(kernel, encoder, args, segments),
            None => self.compute(args, segments),
        }
    }

    /// [`KvCacheWriter::encode`] with an encoder of its own, submitted and waited for.
    ///
    /// # Errors
    /// As [`KvCacheWriter::encode`], and [`Error::Engine`] if the device fails.
    pub fn run(&self, args: &KvCacheWriterArgs<'_>) -> Result<()> {
        let mut encoder = self.device.encoder();
        self.encode(&mut encoder, args)?;
        Ok(encoder.submit_and_wait()?)
    }

    fn latent_bytes(&self) -> u64 {
        u64::from(self.options.d_qk) * self.options.dtype.bytes()
    }

    fn segments(&self) -> Segments {
        Segments { row_bytes: self.options.format.row_bytes(self.options.d_qk), rows_per_segment: self.options.rows_per_segment }
    }

    /// One dispatch for each window of rows and each window of the cache.
    fn record(&self, kernel: &Kernel, encoder: &mut Encoder<'_>, args: &KvCacheWriterArgs<'_>, segments: Segments) -> Result<()> {
        let limits = BindingLimits::new(&self.device, self.options.max_binding_bytes);
        let windows = segments.windows("cache", limits, args.cache)?;
        let bytes = self.latent_bytes();
        for range in ranges(args.rows, limits.items("latent", &[bytes])?) {
            let rows = range.end - range.start;
            let (latent, latent_offset) = limits.bind(args.latent, range.start * bytes, rows * bytes);
            let (slots, slot_offset) = limits.bind(args.slot_mapping, range.start * 4, rows * 4);
            for window in &windows {
                let (first_row, window_rows, cache_offset) = (window.first_row, window.rows, window.offset);
                let cache = window.binding.clone();
                let slots = ("slot_mapping", slots.clone());
                let rows = word(rows);
                if self.options.format == KvFormat::Fp8 {
                    let params = Fp8Params { rows, first_row, window_rows, latent_offset, slot_offset, cache_offset };
                    let bindings = [("latent", latent.clone()), slots, ("cache", cache)];
                    encoder.dispatch(kernel, Grid::flat(u64::from(rows).div_ceil(2)), &bindings, &params)?;
                } else {
                    let row_words = word(bytes / 4);
                    let params =
                        CopyParams { rows, row_words, first_row, window_rows, source_offset: latent_offset, slot_offset, cache_offset };
                    let bindings = [("source", latent.clone()), slots, ("cache", cache)];
                    let words = u64::from(rows) * u64::from(row_words);
                    encoder.dispatch(kernel, Grid::flat(words.div_ceil(256)), &bindings, &params)?;
                }
            }
        }
        Ok(())
    }

    /// On the host.
    fn compute(&self, args: &KvCacheWriterArgs<'_>, segments: Segments) -> Result<()> {
        let latent = host::read("latent", args.latent)?;
        let slots = host::read("slot_mapping", args.slot_mapping)?;
        let mut cache = Vec::with_capacity(args.cache.len());
        for segment in args.cache {
            cache.push(host::write("cache", segment)?);
        }
        let rows = latent.chunks_exact(self.latent_bytes() as usize);
        for (row, &slot) in rows.zip(host::numbers::<i32>(&slots, 0..args.rows)) {
            let Ok(slot) = u64::try_from(slot) else { continue };
            let from = (slot % segments.rows_per_segment * segments.row_bytes) as usize;
            let target = cache.get_mut((slot / segments.rows_per_segment) as usize);
            let Some(target) = target.and_then(|bytes| bytes.get_mut(from..from + segments.row_bytes as usize)) else { continue };
            match self.options.format {
                KvFormat::Fp8 => Fp8Row::quantise_row(&formats::decode(self.options.dtype, row), target)?,
                KvFormat::Plain(_) => target.copy_from_slice(row),
            }
        }
        Ok(())
    }
}

fn check_options(options: &KvCacheWriterOptions) -> Result<()> {
    let row_bytes = options.format.row_bytes(options.d_qk);
    match options.format {
        KvFormat::Fp8 if options.d_qk as usize != Fp8Row::VALUES => {
            return Err(Error::range("d_qk", "576 for the FP8 cache", options.d_qk));
        }
        KvFormat::Plain(_) if row_bytes == 0 || !row_bytes.is_multiple_of(4) => {
            return Err(Error::range("d_qk", "rows of whole 32-bit words", format!("{row_bytes} bytes")));
        }
        KvFormat::Plain(dtype) if dtype != options.dtype => {
            return Err(Error::range("dtype", format!("{dtype:?}, the cache's own"), format!("{:?}", options.dtype)));
        }
        _ => {}
    }
    if options.rows_per_segment == 0 {
        return Err(Error::range("rows_per_segment", "at least 1", 0));
    }
    Ok(())
}

fn specialisation(format: KvFormat, dtype: DType) -> Specialisation {
    let (module, features) = match (format, dtype) {
        (KvFormat::Plain(_), _) => ("cache/rows", vec![]),
        (KvFormat::Fp8, DType::Bf16) => ("cache/kv_fp8", vec!["bf16"]),
        (KvFormat::Fp8, DType::F16) => ("cache/kv_fp8", vec!["f16"]),
        (KvFormat::Fp8, DType::F32) => ("cache/kv_fp8", vec![]),
    };
    Specialisation { module, constants: Vec::new(), features }
}

/// The kernels' forms.
pub(crate) fn catalogue() -> Vec<Specialisation> {
    let fp8 = [DType::Bf16, DType::F16, DType::F32].map(|dtype| specialisation(KvFormat::Fp8, dtype));
    fp8.into_iter().chain([specialisation(KvFormat::Plain(DType::Bf16), DType::Bf16)]).collect()
}

// The shader writes 164 words a row.
const _: () = assert!(FP8_ROW_BYTES == 164 * 4);
