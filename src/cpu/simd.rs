//! What the hot loops are made of: register-blocked matrix products, e4m3 decoding and the exponential.
//!
//! Everything here is `#[inline(always)]`, so that it is compiled for the instructions of the [`pulp::Simd`] that its caller was
//! dispatched to, plain loops included.

use pulp::Simd;

/// Rows of a register block. With [`VECTORS`] columns of vectors it needs 12 accumulators, which is what AVX2's 16 registers hold.
pub const ROWS: usize = 6;

/// Vectors across a register block.
pub const VECTORS: usize = 2;

/// Columns of a register block for this instruction set.
pub const fn panel_width<S: Simd>() -> usize {
    VECTORS * S::F32_LANES
}

/// Products of up to [`ROWS`] rows with one panel: one array of vectors for each row.
pub type Block<S> = [[<S as Simd>::f32s; VECTORS]; ROWS];

/// A view of a row-major matrix: element (r, c) is `data[r * stride + c]`.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    /// The elements, starting at (0, 0).
    pub data: &'a [f32],
    /// Elements between rows.
    pub stride: usize,
}

/// Elements that are multiplied between two checks of the slices' bounds.
const UNROLL: usize = 8;

/// Runs `$function::<R>` for the number of rows left in a block, which must be a constant for the compiler to keep it in registers.
macro_rules! with_rows {
    ($rows:expr, $function:ident, $($argument:expr),*) => {
        match $rows {
            1 => $function::<S, 1>($($argument),*),
            2 => $function::<S, 2>($($argument),*),
            3 => $function::<S, 3>($($argument),*),
            4 => $function::<S, 4>($($argument),*),
            5 => $function::<S, 5>($($argument),*),
            _ => $function::<S, ROWS>($($argument),*),
        }
    };
}

/// Packs a `[columns, length]` matrix into panels `[columns / width][length][width]`, the last padded with zero columns.
#[inline(always)]
pub fn pack_panels<S: Simd>(matrix: &[f32], length: usize) -> Vec<f32> {
    let width = panel_width::<S>();
    let columns = matrix.len() / length;
    let mut panels = vec![0.0; columns.div_ceil(width) * width * length];
    for (c, column) in matrix.chunks_exact(length).enumerate() {
        let panel = &mut panels[c / width * width * length..][..width * length];
        for (row, &x) in panel.chunks_exact_mut(width).zip(column) {
            row[c % width] = x;
        }
    }
    panels
}

/// `rows[i] . panel[:, j]` for the first `count` (1..=ROWS) rows, `length` columns of them, and a packed panel `[length][width]`.
#[inline(always)]
pub fn rows_by_panel<S: Simd>(simd: S, rows: Matrix<'_>, count: usize, length: usize, panel: &[f32]) -> Block<S> {
    with_rows!(count, rows_by_panel_n, simd, rows, length, panel)
}

#[inline(always)]
fn rows_by_panel_n<S: Simd, const R: usize>(simd: S, rows: Matrix<'_>, length: usize, panel: &[f32]) -> Block<S> {
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
    let mut row: [&[f32]; R] = [&[]; R];
    for (i, row) in row.iter_mut().enumerate() {
        *row = &rows.data[i * rows.stride..][..length];
    }
    let (panel, _) = S::as_simd_f32s(panel);
    let (steps, rest) = panel[..length * VECTORS].as_chunks::<{ UNROLL * VECTORS }>();
    for (step, columns) in steps.iter().enumerate() {
        let mut values = [&[0.0; UNROLL]; R];
        for (values, row) in values.iter_mut().zip(row) {
            *values = &row.as_chunks::<UNROLL>().0[step];
        }
        for u in 0..UNROLL {
            for i in 0..R {
                let x = simd.splat_f32s(values[i][u]);
                for v in 0..VECTORS {
                    sums[i][v] = simd.mul_add_e_f32s(x, columns[u * VECTORS + v], sums[i][v]);
                }
            }
        }
    }
    let done = steps.len() * UNROLL;
    for (k, columns) in rest.as_chunks::<VECTORS>().0.iter().enumerate() {
        for i in 0..R {
            let x = simd.splat_f32s(row[i][done + k]);
            for v in 0..VECTORS {
                sums[i][v] = simd.mul_add_e_f32s(x, columns[v], sums[i][v]);
            }
        }
    }
    sums
}

/// `out[i][j] += sum_k weights[k][i] * values[k][j]` for `count` (1..=ROWS) rows and one panel width of columns.
#[inline(always)]
pub fn add_weighted<S: Simd>(simd: S, weights: Matrix<'_>, values: Matrix<'_>, terms: usize, count: usize, out: &mut [f32], stride: usize) {
    with_rows!(count, add_weighted_n, simd, weights, values, terms, out, stride)
}

#[inline(always)]
fn add_weighted_n<S: Simd, const R: usize>(simd: S, weights: Matrix<'_>, values: Matrix<'_>, terms: usize, out: &mut [f32], stride: usize) {
    let width = panel_width::<S>();
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
    for (i, sums) in sums.iter_mut().enumerate() {
        let (row, _) = S::as_simd_f32s(&out[i * stride..][..width]);
        sums.copy_from_slice(row);
    }
    for k in 0..terms {
        let weights = &weights.data[k * weights.stride..][..R];
        let (columns, _) = S::as_simd_f32s(&values.data[k * values.stride..][..width]);
        let columns = &columns[..VECTORS];
        for i in 0..R {
            let weight = simd.splat_f32s(weights[i]);
            for v in 0..VECTORS {
                sums[i][v] = simd.mul_add_e_f32s(weight, columns[v], sums[i][v]);
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        let (row, _) = S::as_mut_simd_f32s(&mut out[i * stride..][..width]);
        row.copy_from_slice(sums);
    }
}

/// Decodes e4m3 codes times a scale. By arithmetic rather than by the table, because that vectorises: the exponent and mantissa, moved
/// to where f32 has them, make a value that is too small by 2^120, subnormals included.
#[inline(always)]
pub fn decode_e4m3(codes: &[u8], scale: f32, values: &mut [f32]) {
    const REBIAS: f32 = f32::from_bits((127 + 120) << 23);
    for (value, &code) in values.iter_mut().zip(codes) {
        let code = code as u32;
        let magnitude = code & 0x7f;
        let bits = if magnitude == 0x7f { 0x7fc0_0000 } else { magnitude << 20 };
        *value = f32::from_bits(bits | (code & 0x80) << 24) * REBIAS * scale;
    }
}

/// `e^x` for `x <= 0`, within 2 units in the last place; 0 below -87. NaN stays NaN.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding this constant rounds to the nearest integer and leaves that integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first short enough for an exact product with an integer.
    const LN_2_HIGH: f32 = 0.693_359_375;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p * r + coefficient;
    }
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1f32.to_bits()));
    let result = (p * r * r + r + 1.0) * power;
    if x < -87.0 { 0.0 } else { result }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;
    use pulp::{Arch, WithSimd};

    #[test]
    fn decoding_agrees_with_the_table() {
        let codes: Vec<u8> = (0..=255).collect();
        let mut values = [7.0; 256];
        Arch::new().dispatch(|| decode_e4m3(&codes, 0.5, &mut values));
        for (value, &code) in values.iter().zip(&codes) {
            let expected = formats::e4m3_to_f32(code) * 0.5;
            assert!(value.to_bits() == expected.to_bits() || (value.is_nan() && expected.is_nan()), "{code:#x}: {value} {expected}");
        }
    }

    #[test]
    fn exp_is_accurate_over_its_range() {
        for i in 0..200_000 {
            let x = -87.0 * i as f32 / 200_000.0;
            approx::assert_relative_eq!(exp(x) as f64, (x as f64).exp(), max_relative = 3e-7);
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
    }

    /// Both products of small integer matrices, which are exact in any order.
    struct Products {
        count: usize,
        length: usize,
    }

    impl WithSimd for Products {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            let Products { count, length } = self;
            let width = panel_width::<S>();
            let a = |i: usize, k: usize| ((i * 5 + k * 3) % 11) as f32 - 5.0;
            let b = |k: usize, j: usize| ((k * 7 + j * 2) % 13) as f32 - 6.0;
            let expected = |i: usize, j: usize| (0..length).map(|k| a(i, k) * b(k, j)).sum::<f32>();

            let rows: Vec<f32> = (0..count * length).map(|x| a(x / length, x % length)).collect();
            let columns: Vec<f32> = (0..(width + 1) * length).map(|x| b(x % length, x / length)).collect();
            let panels = pack_panels::<S>(&columns, length);
            assert_eq!(panels.len(), 2 * width * length);
            let rows = Matrix { data: &rows, stride: length };
            let block = rows_by_panel(simd, rows, count, length, &panels[..width * length]);
            let second = rows_by_panel(simd, rows, count, length, &panels[width * length..]);

            let weights: Vec<f32> = (0..length * count).map(|x| a(x % count, x / count)).collect();
            let values: Vec<f32> = (0..length * width).map(|x| b(x / width, x % width)).collect();
            let mut out = vec![1.0; count * width];
            let (weights, values) = (Matrix { data: &weights, stride: count }, Matrix { data: &values, stride: width });
            add_weighted(simd, weights, values, length, count, &mut out, width);
            for i in 0..count {
                for j in 0..width {
                    assert_eq!(S::as_mut_simd_f32s(&mut out[i * width..][..width]).0.len(), VECTORS);
                    assert_eq!(out[i * width + j], 1.0 + expected(i, j));
                    assert_eq!(bytemuck::cast_slice::<_, f32>(&block[i])[j], expected(i, j));
                }
                assert_eq!(bytemuck::cast_slice::<_, f32>(&second[i])[0], expected(i, width));
                assert_eq!(bytemuck::cast_slice::<_, f32>(&second[i])[width - 1], 0.0);
            }
        }
    }

    #[test]
    fn products_of_any_shape() {
        for count in 1..=ROWS {
            for length in [1, 7, 8, 9, 64, 70] {
                Arch::new().dispatch(Products { count, length });
                pulp::Scalar.vectorize(Products { count, length });
            }
        }
    }
}
