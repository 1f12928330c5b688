//! The calls to NVIDIA's driver, answered by a stand-in (`cuda_driver/stub.c`), since machines that build this have no GPU: what is allocated
//! is given back, work reaches one stream in order, and launches carry what they should. Needs a C compiler and NVRTC.

use std::path::PathBuf;
use std::process::Command;

use dsa_engine::cuda::CudaSource;
use dsa_engine::cuda::nvrtc::Nvrtc;
use dsa_engine::wgsl::Access;
use dsa_engine::{Device, DeviceKind, EngineError, Grid, KernelSpec, ShaderFile, ShaderLibrary};

const CHILD: &str = "DSA_TEST_STUB_DRIVER";

/// Builds the stand-in, and runs this program again where the loader finds it.
#[test]
fn the_driver_is_called_as_it_should_be() {
    if std::env::var_os(CHILD).is_some() || !cfg!(target_os = "linux") {
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stub-driver");
    std::fs::create_dir_all(&folder).unwrap();
    let stub = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cuda_driver/stub.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(folder.join("libcuda.so.1")).arg(stub).status();
    if !built.is_ok_and(|status| status.success()) || Nvrtc::load().is_err() {
        let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|name| name == "nvrtc"), "required by DSA_REQUIRE: NVRTC and a C compiler");
        eprintln!("skipped: no C compiler, or no NVRTC");
        return;
    }
    let paths = std::env::var("LD_LIBRARY_PATH").map_or_else(|_| String::new(), |paths| format!(":{paths}"));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "on_the_stub", "--nocapture", "--test-threads", "1"])
        .env(CHILD, "1")
        .env("DSA_CACHE_DIR", folder.join("cache"))
        .env("LD_LIBRARY_PATH", format!("{}{paths}", folder.display()))
        .output()
        .unwrap();
    let (output, errors) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{output}{errors}");
    for line in [
        "launch: grid 2 1 1, block 32 1 1, shared 0, attributes 0",
        "launch: grid 4 1 1, block 32 1 1, shared 102400, attributes 1 (4: 2 1 1)",
        "left: 0 allocations, 0 streams, 0 modules, 0 events, 0 contexts",
    ] {
        assert!(output.contains(line), "no `{line}` in:\n{output}");
    }
}

const SCALE: CudaSource<'static> = CudaSource {
    module: "example/scale",
    source: "struct Params { float factor; unsigned count; };
        extern \"C\" __global__ void scale(const __grid_constant__ Params params, const float* input, float* output) {
            const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < params.count) output[i] = input[i] * params.factor;
        }",
    kernel: "scale",
    workgroup_size: [32, 1, 1],
    shared_bytes: 0,
    cluster: None,
    params_bytes: 8,
    bindings: &[("input", Access::Read), ("output", Access::ReadWrite)],
};

#[test]
fn on_the_stub() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let listed: Vec<_> = Device::list().into_iter().filter(|(info, _)| info.selector.starts_with("cuda")).collect();
    let [(info, capabilities)] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((info.selector.as_str(), info.name.as_str(), info.driver.as_str()), ("cuda:0", "Stub GPU", "CUDA 13.0"));
    assert_eq!(
        (info.kind, capabilities.compute_capability, capabilities.max_workgroup_memory),
        (DeviceKind::DiscreteGpu, Some((9, 0)), 232_448)
    );
    assert!(matches!(Device::open("cuda:1"), Err(EngineError::NoSuchDevice { .. })));
    let device = Device::open("cuda").unwrap();
    memory(&device);
    launches(&device);
    times(&device);
    errors(&device);
}

fn memory(device: &Device) {
    let buffer = device.buffer("zeros", 5).unwrap();
    assert_eq!(buffer.read_blocking::<u8>().unwrap(), [0; 5]);
    let (a, b) = (device.upload("a", &[1u32, 2, 3, 4]).unwrap(), device.buffer("b", 16).unwrap());
    let mut encoder = device.encoder();
    encoder.copy(&a.slice(0, 8), &b.slice(8, 8)).unwrap();
    encoder.clear(&a.slice(0, 8)).unwrap();
    assert_eq!(a.read_blocking::<u32>().unwrap(), [1, 2, 3, 4], "nothing runs before it is submitted");
    encoder.submit().unwrap();
    assert_eq!(a.read_blocking::<u32>().unwrap(), [0, 0, 3, 4]);
    assert_eq!(b.read_blocking::<u32>().unwrap(), [0, 0, 1, 2]);
    assert!(matches!(device.buffer("large", 1 << 29 | 256), Err(EngineError::OutOfMemory { .. })));
    assert!(matches!(device.buffer("larger", 1 << 31), Err(EngineError::BufferTooLarge { .. })));
}

fn launches(device: &Device) {
    let values: Vec<f32> = (0..50).map(|i| i as f32).collect();
    let (input, output) = (device.upload("input", &values).unwrap(), device.buffer("output", 200).unwrap());
    let bindings = [("output", output.whole()), ("input", input.whole())];
    // SAFETY: the kernel has these parameters, and `count` is the buffers' length.
    let (plain, clustered) = unsafe {
        let large = CudaSource { shared_bytes: 100 << 10, cluster: Some([2, 1, 1]), ..SCALE };
        (device.cuda_kernel(&SCALE).unwrap(), device.cuda_kernel(&large).unwrap())
    };
    for (kernel, grid, factor) in [(plain, 2, 0.5f32), (clustered, 4, 3.0)] {
        let mut encoder = device.encoder();
        encoder.dispatch(&kernel, Grid::flat(grid), &bindings, &[factor.to_bits(), 50]).unwrap();
        encoder.submit_and_wait().unwrap();
        assert!(output.read_blocking::<f32>().unwrap().iter().zip(&values).all(|(result, value)| *result == value * factor));
    }
}

fn times(device: &Device) {
    let (timer, buffer) = (device.timer(3).unwrap(), device.buffer("data", 64).unwrap());
    let mut encoder = device.encoder();
    for _ in 0..5 {
        encoder.mark(&timer);
        encoder.clear(&buffer.whole()).unwrap();
    }
    encoder.resolve(&timer);
    encoder.submit().unwrap();
    let times = pollster::block_on(timer.read()).unwrap();
    assert_eq!(times, [std::time::Duration::from_millis(2); 2], "three marks, as many as the timer holds");
}

fn errors(device: &Device) {
    const LIBRARY: ShaderLibrary =
        ShaderLibrary { files: &[ShaderFile { module: "example/unknown", source: "@compute @workgroup_size(1) fn main() {}" }] };
    let spec = KernelSpec { library: &LIBRARY, module: "example/unknown", entry: "main", constants: &[], features: &[] };
    // The stand-in knows no such kernel; NVRTC has compiled it.
    let error = device.kernel(&spec).unwrap_err().to_string();
    assert!(error.contains("example/unknown"), "{error}");
    // SAFETY: refused by the compiler.
    let broken = unsafe { device.cuda_kernel(&CudaSource { source: "extern \"C\" __global__ void scale() { broken }", ..SCALE }) };
    let error = broken.unwrap_err().to_string();
    assert!(error.contains("sm_90a") && error.contains("kernel.cu(1)"), "{error}");
}
