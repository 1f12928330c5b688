//! The kernel that keys and queries share, and its dispatches.

use bytemuck::NoUninit;
use dsa_engine::{Binding, Buffer, Constant, Encoder, Grid, Kernel};

use super::{NormBuffers, ROPE_ANGLES, RopeBuffers};
use crate::problem::{IndexRows, Norm, Rope};
use crate::shaders::Specialisation;
use crate::windows::{BindingLimits, Segments, at_least, product, ranges, word};
use crate::{DType, Result, RopeLayout, ScaleFormat, cpu, host};

/// What is fixed when a plan is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowsShape {
    pub(super) dim: u32,
    pub(super) dtype: DType,
    /// 1 for keys, heads for queries.
    pub(super) rows_per_position: u64,
    pub(super) norm_eps: Option<f32>,
    pub(super) rope: Option<RopeLayout>,
    pub(super) hadamard: bool,
    pub(super) scale_format: ScaleFormat,
    pub(super) max_binding_bytes: Option<u64>,
}

/// Inputs of one call. Sizes are checked by [`RowsShape::check`].
#[derive(Clone, Copy, Debug)]
pub(super) struct RowsInputs<'a> {
    /// Name of `x` in the public arguments.
    pub(super) name: &'static str,
    pub(super) x: &'a Buffer,
    /// Rows of the rope tables; `x` has `rows_per_position` times as many.
    pub(super) positions: u64,
    pub(super) norm: Option<NormBuffers<'a>>,
    pub(super) rope: Option<RopeBuffers<'a>>,
}

impl<'a> RowsInputs<'a> {
    /// All of them.
    pub(super) fn buffers(&self) -> impl Iterator<Item = &'a Buffer> {
        let norm = self.norm.map(|norm| [norm.weight, norm.bias]);
        let rope = self.rope.map(|rope| [rope.cos, rope.sin]);
        [self.x].into_iter().chain(norm.into_iter().flatten()).chain(rope.into_iter().flatten())
    }
}

/// Where the rows go.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowsOutput<'a> {
    Flat { codes: &'a Buffer, scales: &'a Buffer },
    Paged { cache: &'a [Buffer], slot_mapping: &'a Buffer, page_size: u32, segments: Segments },
    Queries { codes: &'a Buffer, weights: &'a Buffer, weights_out: &'a Buffer, factor: f32 },
}

#[repr(C)]
#[derive(Clone, Copy, Default, NoUninit)]
struct Params {
    rows: u32,
    rows_per_position: u32,
    eps: f32,
    factor: f32,
    page_size: u32,
    first_page: u32,
    pages: u32,
    x_offset: u32,
    table_offset: u32,
    codes_offset: u32,
    row_offset: u32,
}

impl RowsShape {
    /// The kernel; `output` is `Some("paged")`, `Some("queries")` or, for flat keys, `None`.
    pub(super) fn specialisation(&self, output: Option<&'static str>) -> Specialisation {
        let mut features = Vec::from_iter(output);
        match self.dtype {
            DType::Bf16 => features.push("bf16"),
            DType::F16 => features.push("f16"),
            DType::F32 => {}
        }
        if self.norm_eps.is_some() {
            features.push("norm");
        }
        if let Some(layout) = self.rope {
            features.push("rope");
            if layout == RopeLayout::Interleaved {
                features.push("interleaved");
            }
        }
        if self.hadamard {
            features.push("hadamard");
        }
        if self.scale_format == ScaleFormat::Amax {
            features.push("amax");
        }
        Specialisation { module: "indexer/rows", constants: vec![("DIM", Constant::U32(self.dim))], features }
    }

    /// Bytes of the `x` of one position.
    fn x_bytes(&self) -> u64 {
        self.rows_per_position * u64::from(self.dim) * self.dtype.bytes()
    }

    /// Checks the inputs' sizes.
    pub(super) fn check(&self, inputs: &RowsInputs<'_>) -> Result<()> {
        super::check_present("norm", inputs.norm.is_some(), self.norm_eps.is_some())?;
        super::check_present("rope", inputs.rope.is_some(), self.rope.is_some())?;
        at_least(inputs.name, inputs.x, product(inputs.name, &[inputs.positions, self.x_bytes()])?)?;
        if let Some(norm) = inputs.norm {
            at_least("norm.weight", norm.weight, u64::from(self.dim) * 4)?;
            at_least("norm.bias", norm.bias, u64::from(self.dim) * 4)?;
        }
        if let Some(rope) = inputs.rope {
            at_least("rope.cos", rope.cos, inputs.positions * ROPE_ANGLES * 4)?;
            at_least("rope.sin", rope.sin, inputs.positions * ROPE_ANGLES * 4)?;
        }
        Ok(())
    }

    /// Records the dispatches: one for each window of rows, times the windows of a paged cache.
    pub(super) fn encode(&self, kernel: &Kernel, encoder: &mut Encoder<'_>, inputs: &RowsInputs<'_>, output: RowsOutput<'_>) -> Result<()> {
        let limits = BindingLimits::new(encoder.device(), self.max_binding_bytes);
        let step = limits.items(inputs.name, &[self.x_bytes().max(self.rows_per_position * 4), ROPE_ANGLES * 4])?;
        for range in ranges(inputs.positions, step) {
            let count = range.end - range.start;
            let rows = count * self.rows_per_position;
            let first = range.start * self.rows_per_position;
            let mut params = Params {
                rows: word(rows),
                rows_per_position: word(self.rows_per_position),
                eps: self.norm_eps.unwrap_or_default(),
                ..Params::default()
            };
            let mut bindings = Vec::with_capacity(8);
            let (x, offset) = limits.bind(inputs.x, range.start * self.x_bytes(), count * self.x_bytes());
            params.x_offset = offset;
            bindings.push(("x", x));
            if let Some(norm) = inputs.norm {
                bindings.push(("norm_weight", norm.weight.slice(0, u64::from(self.dim) * 4)));
                bindings.push(("norm_bias", norm.bias.slice(0, u64::from(self.dim) * 4)));
            }
            if let Some(rope) = inputs.rope {
                let row = ROPE_ANGLES * 4;
                for (name, table) in [("rope_cos", rope.cos), ("rope_sin", rope.sin)] {
                    let (table, offset) = limits.bind(table, range.start * row, count * row);
                    params.table_offset = offset;
                    bindings.push((name, table));
                }
            }
            self.dispatch(kernel, encoder, limits, (first, rows), output, params, bindings)?;
        }
        Ok(())
    }

    /// The dispatches of one window of rows.
    #[allow(clippy::too_many_arguments, reason = "one caller; a struct would only rename the pieces of a dispatch")]
    fn dispatch<'a>(
        &self,
        kernel: &Kernel,
        encoder: &mut Encoder<'_>,
        limits: BindingLimits,
        (first, rows): (u64, u64),
        output: RowsOutput<'_>,
        mut params: Params,
        mut bindings: Vec<(&'a str, Binding)>,
    ) -> Result<()> {
        let grid = Grid::flat(rows.div_ceil(1024 / u64::from(self.dim)));
        let mut column = |name: &'a str, buffer: &Buffer| {
            let (binding, offset) = limits.bind(buffer, first * 4, rows * 4);
            bindings.push((name, binding));
            offset
        };
        let codes = match output {
            RowsOutput::Flat { codes, scales } => {
                params.row_offset = column("scales", scales);
                codes
            }
            RowsOutput::Queries { codes, weights, weights_out, factor } => {
                params.factor = factor;
                params.row_offset = column("weights", weights);
                column("weights_out", weights_out);
                codes
            }
            RowsOutput::Paged { cache, slot_mapping, page_size, segments } => {
                params.page_size = page_size;
                params.row_offset = column("slot_mapping", slot_mapping);
                for window in segments.windows("cache", limits, cache)? {
                    params.first_page = window.first_row;
                    params.pages = window.rows;
                    params.codes_offset = window.offset;
                    let mut bindings = bindings.clone();
                    bindings.push(("cache", window.binding));
                    encoder.dispatch(kernel, grid, &bindings, &params)?;
                }
                return Ok(());
            }
        };
        let dim = u64::from(self.dim);
        let (binding, offset) = limits.bind(codes, first * dim, rows * dim);
        params.codes_offset = offset;
        bindings.push(("codes", binding));
        Ok(encoder.dispatch(kernel, grid, &bindings, &params)?)
    }

    /// The same on the host: codes and scales of all rows.
    pub(super) fn compute(&self, inputs: &RowsInputs<'_>) -> Result<(Vec<u8>, Vec<f32>)> {
        let rows = (inputs.positions * self.rows_per_position) as usize;
        let dim = self.dim as usize;
        let x = host::read(inputs.name, inputs.x)?;
        let norm = inputs.norm.map(|n| Ok::<_, crate::Error>((host::read("norm.weight", n.weight)?, host::read("norm.bias", n.bias)?)));
        let norm = norm.transpose()?;
        let rope = inputs.rope.map(|r| Ok::<_, crate::Error>((host::read("rope.cos", r.cos)?, host::read("rope.sin", r.sin)?)));
        let rope = rope.transpose()?;
        let columns = 0..u64::from(self.dim);
        let angles = 0..inputs.positions * ROPE_ANGLES;
        let problem = IndexRows {
            x: &x[..rows * dim * self.dtype.bytes() as usize],
            dtype: self.dtype,
            rows,
            dim,
            rows_per_position: self.rows_per_position as usize,
            norm: norm.as_ref().map(|(weight, bias)| Norm {
                weight: host::numbers(weight, columns.clone()),
                bias: host::numbers(bias, columns.clone()),
                eps: self.norm_eps.unwrap_or_default(),
            }),
            rope: rope.as_ref().zip(self.rope).map(|((cos, sin), layout)| Rope {
                layout,
                cos: host::numbers(cos, angles.clone()),
                sin: host::numbers(sin, angles.clone()),
            }),
            hadamard: self.hadamard,
            scale_format: self.scale_format,
        };
        let (mut codes, mut scales) = (vec![0; rows * dim], vec![0.0; rows]);
        cpu::index_rows(&problem, &mut codes, &mut scales);
        Ok((codes, scales))
    }
}

/// The kernel's forms: every output with every type of input, and every choice of steps with one of them.
pub(crate) fn catalogue() -> Vec<Specialisation> {
    let mut all = Vec::new();
    let whole = RowsShape {
        dim: 128,
        dtype: DType::Bf16,
        rows_per_position: 1,
        norm_eps: Some(1e-6),
        rope: Some(RopeLayout::HalfSplit),
        hadamard: true,
        scale_format: ScaleFormat::PowerOfTwo,
        max_binding_bytes: None,
    };
    for output in [None, Some("paged"), Some("queries")] {
        for dtype in [DType::Bf16, DType::F16, DType::F32] {
            all.extend([128, 64].map(|dim| RowsShape { dim, dtype, ..whole }.specialisation(output)));
        }
        for (norm_eps, hadamard) in [(None, true), (None, false), (whole.norm_eps, false)] {
            for rope in [None, Some(RopeLayout::HalfSplit), Some(RopeLayout::Interleaved)] {
                let shape = RowsShape { norm_eps, hadamard, rope, ..whole };
                all.extend(
                    [ScaleFormat::PowerOfTwo, ScaleFormat::Amax]
                        .map(|scale_format| RowsShape { scale_format, ..shape }.specialisation(output)),
                );
            }
        }
    }
    all
}
