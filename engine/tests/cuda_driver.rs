//! The calls to NVIDIA's driver, answered by a stand-in (`cuda_driver/stub.c`), since machines that build this have no GPU: what is allocated
//! is given back, work reaches one stream in order, and launches carry what they should. Needs a C compiler and NVRTC.

use std::path::PathBuf;
use std::process::Command;

use dsa_engine::cuda::nvrtc::Nvrtc;
use dsa_engine::cuda::{CudaSource, Swizzle, TensorElement, TensorMap};
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
    tensor_maps: &[],
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
    tiles(&device);
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

/// Copies one tile of a tensor, as it lies in shared memory, from a place that the parameters say.
const TILE: CudaSource<'static> = CudaSource {
    module: "example/tile",
    source: include_str!("cuda_driver/tile.cu"),
    kernel: "tile",
    workgroup_size: [128, 1, 1],
    shared_bytes: 0,
    cluster: None,
    params_bytes: 8,
    bindings: &[("output", Access::ReadWrite)],
    tensor_maps: &[("tensor", Access::Read)],
};
const TILE_WIDTH: usize = 32;
const TILE_HEIGHT: usize = 8;

#[test]
fn the_tile_kernel_compiles() {
    match Nvrtc::load() {
        Ok(nvrtc) => {
            let cubin = nvrtc.compile(TILE.source, "sm_90a", &[]).unwrap().cubin;
            assert!(cubin.starts_with(b"\x7fELF"));
        }
        Err(error) => eprintln!("skipped: {error}"),
    }
}

/// On a GPU of compute capability 9.0 or above, as `tiles` on the stand-in.
#[test]
fn tiles_on_a_gpu() {
    match Device::open("cuda") {
        Ok(device) if device.capabilities().compute_capability >= Some((9, 0)) => tiles(&device),
        Ok(device) => eprintln!("skipped: {} has no tensor memory accelerator", device.info()),
        Err(error) => {
            let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|name| name == "cuda"), "required by DSA_REQUIRE: {error}");
            eprintln!("skipped: {error}");
        }
    }
}

fn tiles(device: &Device) {
    let (width, height, pitch) = (50usize, 20usize, 52usize);
    // Rows of 50 among 52 numbers, after 4 others: offset and padding must not show.
    let mut values = vec![-1.0f32; 4 + pitch * height];
    (0..height).for_each(|y| (0..width).for_each(|x| values[4 + y * pitch + x] = (y * 100 + x) as f32));
    let (input, output) =
        (device.upload("input", &values).unwrap(), device.buffer("output", (TILE_WIDTH * TILE_HEIGHT * 4) as u64).unwrap());
    let range = input.slice(16, ((pitch * (height - 1) + width) * 4) as u64);
    let map = TensorMap {
        element: TensorElement::F32,
        dims: vec![width as u64, height as u64],
        strides: vec![pitch as u64 * 4],
        tile: vec![TILE_WIDTH as u32, TILE_HEIGHT as u32],
        swizzle: Swizzle::None,
    };
    // SAFETY: the kernel has these parameters, and writes a whole tile, which `output` holds.
    let kernel = unsafe { device.cuda_kernel(&TILE) }.unwrap();
    for (swizzle, [left, top]) in
        [(Swizzle::None, [0, 0]), (Swizzle::None, [7, 3]), (Swizzle::Bytes128, [16, 9]), (Swizzle::Bytes128, [-5, 15])]
    {
        let tensor = range.clone().tiled(TensorMap { swizzle, ..map.clone() });
        let mut encoder = device.encoder();
        encoder.dispatch(&kernel, Grid::flat(1), &[("tensor", tensor), ("output", output.whole())], &[left, top]).unwrap();
        encoder.submit_and_wait().unwrap();
        let mut expected = vec![0.0f32; TILE_WIDTH * TILE_HEIGHT];
        for (row, column) in (0..TILE_HEIGHT).flat_map(|row| (0..TILE_WIDTH).map(move |column| (row, column))) {
            let (x, y) = (left + column as i32, top + row as i32);
            let piece = if swizzle == Swizzle::Bytes128 { (column / 4) ^ (row % 8) } else { column / 4 };
            if (0..width as i32).contains(&x) && (0..height as i32).contains(&y) {
                expected[row * TILE_WIDTH + piece * 4 + column % 4] = (y * 100 + x) as f32;
            }
        }
        assert_eq!(output.read_blocking::<f32>().unwrap(), expected, "{swizzle:?} at {left}, {top}");
    }

    let refused = |tensor| {
        let bindings = [("tensor", tensor), ("output", output.whole())];
        device.encoder().dispatch(&kernel, Grid::flat(1), &bindings, &[0, 0]).unwrap_err()
    };
    let strides = refused(range.clone().tiled(TensorMap { strides: vec![200], ..map.clone() }));
    assert!(matches!(&strides, EngineError::TensorMap { name, .. } if name == "tensor"), "{strides}");
    let taller = refused(range.clone().tiled(TensorMap { dims: vec![width as u64, height as u64 + 1], ..map.clone() }));
    assert!(taller.to_string().contains(&format!("the {} bytes that are bound", range.bytes())), "{taller}");
    let unaligned = refused(input.slice(4, 16).tiled(TensorMap { dims: vec![4], strides: vec![], tile: vec![4], ..map.clone() }));
    assert!(matches!(unaligned, EngineError::Range { .. }), "{unaligned}");
    assert!(matches!(refused(range.clone()), EngineError::Binding { .. }), "a pointer, where a tensor map belongs");
    let bindings = [("tensor", range.clone().tiled(map.clone())), ("output", output.whole().tiled(map.clone()))];
    let refused = device.encoder().dispatch(&kernel, Grid::flat(1), &bindings, &[0, 0]);
    assert!(matches!(refused, Err(EngineError::Binding { .. })), "a tensor map, where a pointer belongs");
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
