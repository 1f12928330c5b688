//! The engine on every device of this machine: upload, dispatch, read back, and the errors.

use dsa_engine::{Constant, Device, EngineError, Grid, KernelSpec, ShaderFile, ShaderLibrary};

const LIBRARY: ShaderLibrary = ShaderLibrary {
    files: &[ShaderFile {
        module: "example/add",
        source: "import package::constants::STEP;
            struct Params { count: u32 }
            @group(0) @binding(0) var<uniform> params: Params;
            @group(0) @binding(1) var<storage, read> input: array<u32>;
            @group(0) @binding(2) var<storage, read_write> output: array<u32>;
            @compute @workgroup_size(64)
            fn main(@builtin(global_invocation_id) id: vec3<u32>) {
                if (id.x < params.count) { output[id.x] = input[id.x] + STEP; }
            }",
    }],
};

const ADD: KernelSpec<'static> =
    KernelSpec { library: &LIBRARY, module: "example/add", entry: "main", constants: &[("STEP", Constant::U32(7))], features: &[] };

fn gpus() -> Vec<Device> {
    let found =
        Device::list().into_iter().filter(|(info, _)| ["vulkan", "metal", "cuda"].iter().any(|backend| info.selector.starts_with(backend)));
    let mut devices: Vec<_> = found.map(|(info, _)| Device::open(&info.selector).unwrap()).collect();
    // CUDA's recording and bookkeeping, without a GPU; it needs g++.
    if cfg!(feature = "cuda-emulation") {
        devices.extend(Device::open("cuda-emulation").ok());
    }
    devices
}

#[test]
fn a_kernel_runs_and_its_result_is_read_back() {
    for device in gpus() {
        let input: Vec<u32> = (0..1000).collect();
        let (a, b) = (device.upload("input", &input).unwrap(), device.buffer("output", 4000).unwrap());
        let kernel = device.kernel(&ADD).unwrap();
        let mut encoder = device.encoder();
        encoder.dispatch(&kernel, Grid::flat(16), &[("input", a.whole()), ("output", b.whole())], &1000u32).unwrap();
        encoder.dispatch(&kernel, Grid::flat(16), &[("input", b.whole()), ("output", a.whole())], &1000u32).unwrap();
        encoder.submit().unwrap();
        let result = a.read_blocking::<u32>().unwrap();
        assert!(result.iter().zip(0..).all(|(&x, i)| x == i + 14), "{}", device.info());
    }
}

#[test]
fn wrong_bindings_are_named() {
    for device in gpus() {
        let buffer = device.buffer("data", 64).unwrap();
        let kernel = device.kernel(&ADD).unwrap();
        let mut encoder = device.encoder();
        let missing = encoder.dispatch(&kernel, Grid::flat(1), &[("input", buffer.whole())], &1u32).unwrap_err();
        assert!(missing.to_string().contains("`output` is missing"), "{missing}");
        let unknown = encoder.dispatch(&kernel, Grid::flat(1), &[("outptu", buffer.whole())], &1u32).unwrap_err();
        assert!(unknown.to_string().contains("no binding `outptu`"), "{unknown}");
        let params = encoder.dispatch(&kernel, Grid::flat(1), &[("input", buffer.whole()), ("output", buffer.whole())], &1u64);
        assert!(matches!(params, Err(EngineError::Binding { .. })));
        let outside = encoder.dispatch(&kernel, Grid::flat(1), &[("input", buffer.slice(32, 64)), ("output", buffer.whole())], &1u32);
        assert!(matches!(outside, Err(EngineError::Binding { .. } | EngineError::Range { .. })));
    }
}

#[test]
fn a_buffer_past_the_limit_is_an_error() {
    for device in gpus() {
        assert!(matches!(device.buffer("huge", 1 << 60), Err(EngineError::BufferTooLarge { .. })));
    }
    assert!(matches!(Device::cpu().buffer("huge", 1 << 60), Err(EngineError::OutOfMemory { .. })));
}

#[test]
fn odd_lengths_survive_the_round_trip() {
    for device in gpus().into_iter().chain([Device::cpu()]) {
        for length in [0usize, 1, 2, 3, 4, 5, 255] {
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let buffer = device.upload("bytes", &bytes).unwrap();
            assert_eq!(buffer.size(), length as u64);
            assert_eq!(buffer.read_blocking::<u8>().unwrap(), bytes, "{}", device.info());
        }
        let buffer = device.buffer("words", 16).unwrap();
        assert!(matches!(buffer.write(12, &[1u32, 2]), Err(EngineError::Range { .. })));
        assert!(matches!(buffer.write(2, &[1u32]), Err(EngineError::Range { .. })));
        assert!(matches!(buffer.read_range_blocking::<u64>(0, 12), Err(EngineError::Range { .. })));
    }
}

#[test]
fn copies_and_clears_run_in_order() {
    for device in gpus().into_iter().chain([Device::cpu()]) {
        let a = device.upload("a", &[1u32, 2, 3, 4]).unwrap();
        let b = device.buffer("b", 16).unwrap();
        let mut encoder = device.encoder();
        encoder.copy(&a.slice(0, 8), &b.slice(8, 8)).unwrap();
        encoder.clear(&a.slice(0, 8)).unwrap();
        assert!(encoder.copy(&a.slice(0, 8), &b.slice(0, 4)).is_err());
        encoder.submit_and_wait().unwrap();
        assert_eq!(a.read_blocking::<u32>().unwrap(), [0, 0, 3, 4]);
        assert_eq!(b.read_blocking::<u32>().unwrap(), [0, 0, 1, 2]);
    }
}

#[test]
fn a_timer_measures_what_lies_between_its_marks() {
    for device in gpus().into_iter().chain([Device::cpu()]).filter(|device| device.capabilities().timestamps) {
        let timer = device.timer(3).unwrap();
        let buffer = device.buffer("data", 1 << 20).unwrap();
        let mut encoder = device.encoder();
        for _ in 0..3 {
            encoder.mark(&timer);
            encoder.clear(&buffer.whole()).unwrap();
        }
        encoder.resolve(&timer);
        encoder.submit().unwrap();
        let times = pollster::block_on(timer.read()).unwrap();
        assert_eq!(times.len(), 2, "{}", device.info());
    }
}

#[test]
fn selectors_that_name_nothing_are_errors_with_advice() {
    assert!(matches!(Device::open("vulcan"), Err(EngineError::UnknownSelector { .. })));
    assert!(matches!(Device::open("vulkan:x"), Err(EngineError::UnknownSelector { .. })));
    assert!(matches!(Device::open("vulkan:99"), Err(EngineError::NoSuchDevice { .. })));
    assert!(Device::open("vulkan:99").unwrap_err().to_string().contains("cpu"));
    assert!(Device::open("auto").is_ok());
}
