//! Top-k between two kernels of CubeCL, in CubeCL's memory, without a copy. The same serves Burn's tensors.
//!
//! `cargo run --features cubecl --example cubecl`
//!
//! A CubeCL kernel fills rows of scores, the library selects the largest of each row, and another CubeCL kernel sums the selected scores.

use std::error::Error;

use cubecl_core as cubecl;
use cubecl_core::prelude::*;
use cubecl_core::server::Handle;
use cubecl_wgpu::{RuntimeOptions, WgpuDevice};
use portable_dsa::cubecl::CubeDevice;
use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};

const ROWS: usize = 16;
const COLUMNS: usize = 5000;
const TOP_K: usize = 64;

/// The scores of row r are a permutation of 0, 1, .. 4999, as 7919 is a prime that does not divide 5000.
#[cube(launch)]
fn fill(scores: &mut [f32]) {
    if ABSOLUTE_POS < scores.len() {
        let row = ABSOLUTE_POS / COLUMNS;
        let column = ABSOLUTE_POS % COLUMNS;
        scores[ABSOLUTE_POS] = f32::cast_from((column * 7919 + row) % COLUMNS);
    }
}

#[cube(launch)]
fn sum(scores: &[f32], indices: &[i32], sums: &mut [f32]) {
    if ABSOLUTE_POS < sums.len() {
        let mut total = 0.0f32;
        for i in 0..TOP_K {
            total += scores[ABSOLUTE_POS * COLUMNS + usize::cast_from(indices[ABSOLUTE_POS * TOP_K + i])];
        }
        sums[ABSOLUTE_POS] = total;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", run()?);
    Ok(())
}

/// Runs the example; says what it did, or that there is no GPU.
pub fn run() -> Result<String, Box<dyn Error>> {
    // A device for both.
    let Ok(cube) = CubeDevice::open(&WgpuDevice::default(), RuntimeOptions::default()) else {
        return Ok("No GPU was found: install a Vulkan driver (mesa-vulkan-drivers has one that needs no GPU).".to_owned());
    };
    let client = cube.client();
    let (scores, indices, sums) = (client.empty(ROWS * COLUMNS * 4), client.empty(ROWS * TOP_K * 4), client.empty(ROWS * 4));

    // The library, in that memory.
    let options = TopKOptions { rows: ROWS as u64, columns: COLUMNS as u64, top_k: TOP_K as u32, ..Default::default() };
    let top_k = TopK::plan(cube.device(), options)?;

    // Three steps. None waits: they run in this order.
    let block = CubeDim::new_1d(64);
    fill::launch(client, CubeCount::Static((ROWS * COLUMNS).div_ceil(64) as u32, 1, 1), block, tensor(&scores, ROWS * COLUMNS));
    let args =
        TopKArgs { scores: &cube.buffer("scores", &scores)?, row_start: None, row_end: None, indices: &cube.buffer("indices", &indices)? };
    let mut encoder = cube.device().encoder();
    top_k.encode(&mut encoder, &args)?;
    encoder.submit()?;
    let arguments = (tensor(&scores, ROWS * COLUMNS), tensor(&indices, ROWS * TOP_K), tensor(&sums, ROWS));
    sum::launch(client, CubeCount::Static(1, 1, 1), block, arguments.0, arguments.1, arguments.2);

    // The largest 64 of 0, 1, .. 4999 add up to this, in every row.
    let expected = (COLUMNS - TOP_K..COLUMNS).sum::<usize>() as f32;
    let bytes = client.read_one(sums)?;
    let sums: &[f32] = bytemuck::cast_slice(&bytes);
    if sums.iter().any(|&sum| sum != expected) {
        return Err(format!("expected sums of {expected}, got {sums:?}").into());
    }
    let name = &cube.device().info().name;
    Ok(format!("{name}: the {TOP_K} largest of {COLUMNS} scores add up to {expected} in all {ROWS} rows ({} kernel)", top_k.variant()))
}

fn tensor(handle: &Handle, elements: usize) -> BufferArg {
    // SAFETY: each handle was made for so many elements of four bytes.
    unsafe { BufferArg::from_raw_parts(handle.clone(), elements) }
}
