//! The host's part: number formats, layouts, planning and recording. `cargo bench --bench host`; kernels are timed by `dsa bench kernels`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portable_dsa::engine::Device;
use portable_dsa::layout::Fp8Row;
use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};
use portable_dsa::{DType, formats, rope, shaders};

fn rows(c: &mut Criterion) {
    let values: Vec<f32> = (0..576).map(|i| (i as f32 * 0.37).sin()).collect();
    let mut row = vec![0; Fp8Row::BYTES];
    let mut group = c.benchmark_group("FP8 row");
    group.throughput(Throughput::Elements(576));
    group.bench_function("quantise", |b| b.iter(|| Fp8Row::quantise_row(black_box(&values), &mut row)));
    let mut decoded = vec![0.0; 576];
    group.bench_function("dequantise", |b| b.iter(|| Fp8Row::dequantise_row(black_box(&row), &mut decoded)));
    group.finish();
}

fn number_formats(c: &mut Criterion) {
    let values: Vec<f32> = (0..4096).map(|i| (i as f32 * 0.37).sin()).collect();
    let mut group = c.benchmark_group("formats");
    group.throughput(Throughput::Elements(4096));
    for dtype in [DType::Bf16, DType::F16] {
        group.bench_function(format!("encode {dtype:?}"), |b| b.iter(|| formats::encode(dtype, black_box(&values))));
    }
    group.bench_function("f32 to e4m3", |b| b.iter(|| values.iter().map(|&x| u32::from(formats::f32_to_e4m3(x))).sum::<u32>()));
    group.finish();
    let positions: Vec<u32> = (0..1024).collect();
    c.bench_function("rope tables of 1024 positions", |b| b.iter(|| rope::tables(black_box(&positions), rope::RopeConfig::DEEPSEEK)));
}

fn plans(c: &mut Criterion) {
    let catalogue = shaders::catalogue();
    c.bench_function("compose and reflect a shader", |b| b.iter(|| catalogue[0].spec().compose()));
    let device = Device::cpu();
    let options = TopKOptions { rows: 1, columns: 4096, top_k: 64, ..Default::default() };
    c.bench_function("plan a top-k", |b| b.iter(|| TopK::plan(&device, options)));
    let scores = device.upload("scores", &vec![1.0f32; 4096]).expect("host memory");
    let indices = device.buffer("indices", 256).expect("host memory");
    let plan = TopK::plan(&device, options).expect("a supported shape");
    let args = TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices };
    c.bench_function("top-k of 4096 equal scores", |b| b.iter(|| plan.run(&args)));
}

criterion_group!(benches, rows, number_formats, plans);
criterion_main!(benches);
