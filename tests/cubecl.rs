//! The library on a CubeCL client's device and in its memory. Needs the feature `cubecl` and a GPU or a Vulkan driver.

use std::sync::{Arc, OnceLock};

use cubecl_core as cubecl;
use cubecl_core::client::Client;
use cubecl_core::prelude::*;
use cubecl_core::server::{Handle, MemoryLayoutDescriptor, MemoryLayoutStrategy};
use cubecl_wgpu::{RuntimeOptions, WgpuDevice, WgpuDeviceKind, WgpuSetup, wgpu};
use portable_dsa::conformance::{self, Outcome};
use portable_dsa::cubecl::CubeDevice;
use portable_dsa::engine::EngineError;
use portable_dsa::problem::TopKProblem;
use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};
use portable_dsa::{Error, oracle};

#[expect(dead_code, reason = "main is the example's")]
#[path = "../examples/cubecl.rs"]
mod example;

/// A device that CubeCL opened; `None` without a driver, if none is required.
fn opened() -> Option<&'static CubeDevice> {
    static DEVICE: OnceLock<Option<CubeDevice>> = OnceLock::new();
    // The example takes the default device, and a device can be opened only once.
    let kinds = [WgpuDeviceKind::DiscreteGpu(0), WgpuDeviceKind::IntegratedGpu(0), WgpuDeviceKind::Cpu];
    let open = || kinds.map(WgpuDevice::new).iter().find_map(|gpu| CubeDevice::open(gpu, RuntimeOptions::default()).ok());
    let found = DEVICE.get_or_init(open).as_ref();
    let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
    assert!(found.is_some() || !required.split(',').any(|name| name == "vulkan"), "required by DSA_REQUIRE: vulkan");
    found
}

/// A second device, opened here and given to CubeCL.
fn given() -> Option<CubeDevice> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let descriptor = wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let instance = wgpu::Instance::new(descriptor);
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok()?;
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap();
    let backend = adapter.get_info().backend;
    Some(CubeDevice::from_setup(WgpuSetup { instance, adapter, device, queue, backend }, RuntimeOptions::default()).unwrap())
}

#[test]
fn the_example_is_right() {
    let outcome = example::run().unwrap();
    assert!(outcome.contains("add up") || opened().is_none(), "{outcome}");
}

/// Everything that these cases compute with is memory of the client, much of it parts of the same buffers.
#[test]
fn conformance_holds_in_the_clients_memory() {
    let Some(cube) = opened() else { return };
    let buffers: Vec<_> = (0..3).map(|_| cube.device().upload("numbers", &[7u32; 5]).unwrap()).collect();
    assert!(buffers.iter().all(|buffer| buffer.as_wgpu() == buffers[0].as_wgpu()));
    assert!(buffers.iter().any(|buffer| buffer.wgpu_offset() > 0));
    assert!(buffers.iter().all(|buffer| buffer.read_blocking::<u32>().unwrap() == [7; 5]));

    let cases: Vec<_> = conformance::cases().into_iter().filter(|case| !case.full).map(Arc::new).collect();
    let mut cases_of = std::collections::BTreeMap::<_, Vec<_>>::new();
    for case in cases {
        cases_of.entry(case.group).or_default().push(case);
    }
    // Spread over each operation's cases.
    let some: Vec<_> = cases_of.values().flat_map(|cases| cases.iter().step_by(cases.len().div_ceil(8)).cloned()).collect();
    let trials = conformance::trials(cube.device(), &some);
    assert!(trials.len() > 40, "{}", trials.len());
    conformance::run(&trials, 2, |report| {
        if let Outcome::Failed(reason) = report.outcome {
            panic!("{}: {reason}", trials[report.number].name());
        }
        true
    });
}

#[test]
fn tensors_of_one_allocation_are_selected_from() {
    let Some(cube) = opened() else { return };
    let client = cube.client();
    let (rows, columns, top_k) = (3usize, 1000usize, 17usize);
    let scores: Vec<f32> = (0..rows * columns).map(|i| ((i * 7919 + 13) % 997) as f32).collect();
    let (start, end) = ([0, 5, 990], [1000, 600, 995]);
    let shape = |n: usize| MemoryLayoutDescriptor::new(MemoryLayoutStrategy::Contiguous, [n].into(), 4);
    let blank = vec![0xffu8; rows * top_k * 4];
    let tensors: Vec<Handle> = client
        .create_tensors_from_slices(vec![
            (shape(rows), bytemuck::cast_slice(&start)),
            (shape(scores.len()), bytemuck::cast_slice(&scores)),
            (shape(rows), bytemuck::cast_slice(&end)),
            (shape(rows * top_k), &blank),
        ])
        .into_iter()
        .map(|layout| layout.memory)
        .collect();
    assert!(tensors[1..].iter().all(|tensor| tensor.offset_start > Some(0)), "one allocation holds all");
    let buffers: Vec<_> = tensors.iter().map(|tensor| cube.buffer("tensor", tensor).unwrap()).collect();
    assert!(buffers[1..].iter().all(|buffer| buffer.as_wgpu() == buffers[0].as_wgpu() && buffer.wgpu_offset() > 0));

    let plan = TopK::plan(cube.device(), options(rows, columns, top_k)).unwrap();
    let args = TopKArgs { scores: &buffers[1], row_start: Some(&buffers[0]), row_end: Some(&buffers[2]), indices: &buffers[3] };
    plan.run(&args).unwrap();
    let problem = TopKProblem { scores: &scores, rows, columns, row_start: Some(&start), row_end: Some(&end), top_k };
    assert_eq!(numbers(client, &tensors[3]), oracle::top_k(&problem));
    assert_eq!(buffers[1].read_blocking::<f32>().unwrap(), scores, "only the indices were written");
}

#[cube(launch)]
fn one_peak(scores: &mut [f32], at: usize) {
    if ABSOLUTE_POS < scores.len() {
        scores[ABSOLUTE_POS] = select(ABSOLUTE_POS == at, 1.0f32, 0.0f32);
    }
}

#[cube(launch)]
fn keep(indices: &[i32], kept: &mut [i32], at: usize) {
    if ABSOLUTE_POS == 0 {
        kept[at] = indices[0];
    }
}

/// Neither side waits for the other, and many launches are recorded before any is submitted.
#[test]
fn work_runs_in_the_order_it_is_asked_for() {
    const STEPS: usize = 40;
    let Some(cube) = opened() else { return };
    let client = cube.client();
    let columns = 300;
    let tensors = [client.empty(columns * 4), client.empty(4), client.empty(STEPS * 4)];
    let buffers = [cube.buffer("scores", &tensors[0]).unwrap(), cube.buffer("indices", &tensors[1]).unwrap()];
    let plan = TopK::plan(cube.device(), options(1, columns, 1)).unwrap();
    for step in 0..STEPS {
        one_peak::launch(client, CubeCount::Static(5, 1, 1), CubeDim::new_1d(64), argument(&tensors[0], columns), step * 7);
        let mut encoder = cube.device().encoder();
        plan.encode(&mut encoder, &TopKArgs { scores: &buffers[0], row_start: None, row_end: None, indices: &buffers[1] }).unwrap();
        encoder.submit().unwrap();
        let one = CubeCount::Static(1, 1, 1);
        keep::launch(client, one, CubeDim::new_1d(1), argument(&tensors[1], 1), argument(&tensors[2], STEPS), step);
    }
    assert_eq!(numbers(client, &tensors[2]), (0..STEPS as i32).map(|step| step * 7).collect::<Vec<_>>());
}

/// What is written from here lands after the launches that still read what was there before.
#[test]
fn a_write_waits_for_launches_before_it() {
    let Some(cube) = opened() else { return };
    let client = cube.client();
    let (source, kept) = (client.create_from_slice(&3i32.to_ne_bytes()), client.empty(8));
    let buffer = cube.buffer("source", &source).unwrap();
    for (at, next) in [(0, 5i32), (1, 9)] {
        let one = CubeCount::Static(1, 1, 1);
        keep::launch(client, one, CubeDim::new_1d(1), argument(&source, 1), argument(&kept, 2), at);
        buffer.write(0, &[next]).unwrap();
    }
    assert_eq!((numbers(client, &kept), numbers(client, &source)), (vec![3, 5], vec![9]));
}

/// CubeCL has a stream for each thread, and what it recorded on another one counts as well.
#[test]
fn a_tensor_of_another_thread_is_complete() {
    let Some(cube) = opened() else { return };
    let client = cube.client();
    for at in [200, 11] {
        let scores = std::thread::spawn(move || {
            let scores = client.empty(300 * 4);
            one_peak::launch(client, CubeCount::Static(5, 1, 1), CubeDim::new_1d(64), argument(&scores, 300), at);
            scores
        });
        let scores = cube.buffer("scores", &scores.join().unwrap()).unwrap();
        let indices = cube.device().buffer("indices", 4).unwrap();
        let plan = TopK::plan(cube.device(), options(1, 300, 1)).unwrap();
        plan.run(&TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices }).unwrap();
        assert_eq!(indices.read_blocking::<i32>().unwrap(), [at as i32]);
    }
}

/// The client hands out memory again when its handle is dropped; not while the library uses it.
#[test]
fn memory_in_use_is_not_handed_out() {
    let Some(cube) = opened() else { return };
    let client = cube.client();
    let fill = |value: u8| client.create_from_slice(&[value; 4096]);
    let buffer = cube.buffer("kept", &fill(1)).unwrap();
    let others: Vec<_> = (0..20).map(|_| cube.buffer("other", &fill(2)).unwrap()).collect();
    assert!(others.iter().all(|other| !other.shares_memory(&buffer)));
    assert_eq!(buffer.read_blocking::<u8>().unwrap(), [1; 4096]);

    // A recorded command, too, keeps what it uses.
    let target = cube.device().buffer("target", 4096).unwrap();
    let mut encoder = cube.device().encoder();
    encoder.copy(&buffer.whole(), &target.whole()).unwrap();
    drop((buffer, others));
    let _others: Vec<_> = (0..40).map(|_| fill(3)).collect();
    encoder.submit().unwrap();
    assert_eq!(target.read_blocking::<u8>().unwrap(), [1; 4096]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let Some(cube) = opened() else { return };
    let client = cube.client();
    let tensor = client.create_from_slice(bytemuck::cast_slice(&[1.0f32; 256]));

    let alignment = cube.device().capabilities().offset_alignment;
    let odd = cube.buffer("odd", &tensor.clone().offset_start(u64::from(alignment) / 2)).unwrap_err();
    assert!(odd.to_string().contains("`odd`") && odd.to_string().contains(&format!("multiple of {alignment} bytes")), "{odd}");
    let beyond = cube.buffer("beyond", &tensor.clone().offset_start(1000).offset_end(100)).unwrap_err();
    assert!(matches!(beyond, Error::Engine(EngineError::Range { .. })), "{beyond}");

    // A part of a tensor is a tensor; two that overlap are no input and output.
    let part = cube.buffer("part", &tensor.clone().offset_start(512).offset_end(256)).unwrap();
    assert_eq!((part.size(), part.read_blocking::<f32>().unwrap()), (256, vec![1.0; 64]));
    let whole = cube.buffer("whole", &tensor).unwrap();
    let plan = TopK::plan(cube.device(), options(1, 256, 10)).unwrap();
    let overlap = plan.run(&TopKArgs { scores: &whole, row_start: None, row_end: None, indices: &part }).unwrap_err();
    assert!(matches!(overlap, Error::Shape { argument: "indices", .. }), "{overlap}");

    let other = given().unwrap();
    let foreign = cube.buffer("foreign", &other.client().empty(64)).unwrap_err();
    assert!(matches!(&foreign, Error::CubeCl { argument, .. } if argument == "foreign"), "{foreign}");
    let own = other.buffer("own", &other.client().create_from_slice(&[5; 64])).unwrap();
    assert_eq!(own.read_blocking::<u8>().unwrap(), [5; 64]);
    let mixed = plan.run(&TopKArgs { scores: &whole, row_start: None, row_end: None, indices: &own }).unwrap_err();
    assert!(matches!(mixed, Error::Engine(EngineError::WrongDevice { .. })), "{mixed}");
    let again = CubeDevice::open(cube.wgpu_device(), RuntimeOptions::default()).unwrap_err();
    assert!(matches!(&again, Error::CubeCl { argument, .. } if argument == "gpu"), "{again}");
}

fn options(rows: usize, columns: usize, top_k: usize) -> TopKOptions {
    TopKOptions { rows: rows as u64, columns: columns as u64, top_k: top_k as u32, ..Default::default() }
}

fn numbers(client: &Client, handle: &Handle) -> Vec<i32> {
    bytemuck::pod_collect_to_vec(&client.read_one(handle.clone()).unwrap())
}

fn argument(handle: &Handle, elements: usize) -> BufferArg {
    // SAFETY: each handle was made for so many elements of four bytes.
    unsafe { BufferArg::from_raw_parts(handle.clone(), elements) }
}
