//! What a device reaches at best, as far as a plain kernel can tell: the bandwidth of a copy, and the rate of f32 multiply-adds.

use portable_dsa::engine::{Constant, Grid, KernelSpec};
use portable_dsa::shaders::LIBRARY;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use serde::Serialize;

use super::measure::Stopwatch;
use crate::cli::Failure;

/// Of one device, in one run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ceilings {
    /// Bytes read and written by a copy, a second.
    pub bytes_per_second: f64,
    /// Floating-point operations a second.
    pub flops: f64,
}

/// Bytes that a copy moves; less where a device can bind less.
const COPY_BYTES: u64 = 512 << 20;
/// Rounds of `shaders/bench/multiply_add.wgsl`, and operations of an invocation in each.
const ROUNDS: u32 = 1000;
const OPERATIONS: f64 = 128.0;

impl Ceilings {
    /// Measures both.
    pub fn measure(stopwatch: &Stopwatch) -> Result<Self, Failure> {
        if stopwatch.device.is_cpu() {
            return Ok(Ceilings { bytes_per_second: host_copy(stopwatch)?, flops: host_flops(stopwatch)? });
        }
        Ok(Ceilings { bytes_per_second: copy(stopwatch)?, flops: flops(stopwatch)? })
    }
}

fn copy(stopwatch: &Stopwatch) -> Result<f64, Failure> {
    let device = &stopwatch.device;
    let bytes = COPY_BYTES.min(device.capabilities().max_binding_bytes) / 16 * 16;
    let kernel = device.kernel(&spec("bench/copy", &[]))?;
    let (source, copied) = (device.buffer("source", bytes)?, device.buffer("copied", bytes)?);
    let vectors = (bytes / 16) as u32;
    let grid = Grid::flat(u64::from(vectors).div_ceil(1024));
    let seconds = stopwatch.median(|encoder| {
        let bindings = [("source", source.whole()), ("copied", copied.whole())];
        Ok(encoder.dispatch(&kernel, grid, &bindings, &[vectors])?)
    })?;
    Ok(2.0 * bytes as f64 / seconds)
}

fn flops(stopwatch: &Stopwatch) -> Result<f64, Failure> {
    let device = &stopwatch.device;
    let kernel = device.kernel(&spec("bench/multiply_add", &[]))?;
    let software = device.info().kind == portable_dsa::engine::DeviceKind::Software;
    let workgroups: u64 = if software { 64 } else { 1 << 14 };
    let sums = device.buffer("sums", workgroups * 256 * 4)?;
    let params = [ROUNDS, 0.5f32.to_bits()];
    let seconds =
        stopwatch.median(|encoder| Ok(encoder.dispatch(&kernel, Grid::flat(workgroups), &[("sums", sums.whole())], &params)?))?;
    Ok(workgroups as f64 * 256.0 * f64::from(ROUNDS) * OPERATIONS / seconds)
}

fn spec<'a>(module: &'a str, constants: &'a [(&'a str, Constant)]) -> KernelSpec<'a> {
    KernelSpec { library: &LIBRARY, module, entry: "main", constants, features: &[] }
}

/// Bytes of one thread's part of a copy.
const PART: usize = 1 << 20;

fn host_copy(stopwatch: &Stopwatch) -> Result<f64, Failure> {
    let source = vec![1u8; 256 << 20];
    let mut copied = vec![0u8; source.len()];
    let seconds = stopwatch.median(|_| {
        copied.par_chunks_mut(PART).zip(source.par_chunks(PART)).for_each(|(to, from)| to.copy_from_slice(from));
        Ok(())
    })?;
    Ok(2.0 * source.len() as f64 / seconds)
}

fn host_flops(stopwatch: &Stopwatch) -> Result<f64, Failure> {
    let parts = rayon::current_num_threads() * 4;
    let mut lanes = 0;
    let seconds = stopwatch.median(|_| {
        let all: Vec<(usize, f32)> = (0..parts).into_par_iter().map(|part| Arch::new().dispatch(MultiplyAdd(part as f32))).collect();
        lanes = std::hint::black_box(&all).iter().map(|(lanes, _)| lanes).sum();
        Ok(())
    })?;
    Ok(lanes as f64 * HOST_ROUNDS as f64 * HOST_CHAINS as f64 * 2.0 / seconds)
}

const HOST_ROUNDS: usize = 1_000_000;
const HOST_CHAINS: usize = 12;

/// Chains of multiply-adds in registers. Returns how many numbers a register holds, and the sum.
struct MultiplyAdd(f32);

impl WithSimd for MultiplyAdd {
    type Output = (usize, f32);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let (x, y) = (simd.splat_f32s(std::hint::black_box(0.5)), simd.splat_f32s(std::hint::black_box(0.5)));
        let mut chains = [simd.splat_f32s(self.0); HOST_CHAINS];
        for _ in 0..HOST_ROUNDS {
            for chain in &mut chains {
                *chain = simd.mul_add_e_f32s(*chain, x, y);
            }
        }
        let sum = chains.into_iter().fold(simd.splat_f32s(0.0), |sum, chain| simd.add_f32s(sum, chain));
        (size_of::<S::f32s>() / 4, simd.reduce_sum_f32s(sum))
    }
}
