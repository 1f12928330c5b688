//! Parts of one wgpu buffer as buffers of their own, on the device of a runtime that hands them out, and on a caller's own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use dsa_engine::{Buffer, Constant, Device, EngineError, Grid, KernelSpec, Region, Runtime, ShaderFile, ShaderLibrary};

const LIBRARY: ShaderLibrary = ShaderLibrary {
    files: &[ShaderFile {
        module: "example/add",
        source: "import package::constants::STEP;
            struct Params { count: u32 }
            @group(0) @binding(0) var<uniform> params: Params;
            @group(0) @binding(1) var<storage, read> input: array<u32>;
            @group(0) @binding(2) var<storage> more: array<u32>;
            @group(0) @binding(3) var<storage, read_write> output: array<u32>;
            @compute @workgroup_size(64)
            fn main(@builtin(global_invocation_id) id: vec3<u32>) {
                if (id.x < params.count) { output[id.x] = input[id.x] + more[id.x] + STEP; }
            }",
    }],
};
const ADD: KernelSpec<'static> =
    KernelSpec { library: &LIBRARY, module: "example/add", entry: "main", constants: &[("STEP", Constant::U32(7))], features: &[] };

/// Hands out one buffer from front to back, and records one command that it submits when it is flushed.
struct Pool {
    device: wgpu::Device,
    queue: wgpu::Queue,
    buffer: wgpu::Buffer,
    used: AtomicU64,
    recorded: Mutex<Option<wgpu::CommandBuffer>>,
}

impl Runtime for Pool {
    fn flush(&self) -> Result<(), String> {
        self.queue.submit(self.recorded.lock().unwrap().take());
        Ok(())
    }

    fn allocate(&self, bytes: u64) -> Result<Region, String> {
        let offset = self.used.fetch_add(bytes.next_multiple_of(256), Ordering::Relaxed);
        if offset + bytes > self.buffer.size() {
            return Err("used up".to_owned());
        }
        Ok(Region { buffer: self.buffer.clone(), offset, bytes, keep: None })
    }
}

const BYTES: u64 = 16 << 10;

/// A device of a runtime and one of the caller's own, on the same wgpu device, of which both know; `None` without a driver.
fn devices() -> Option<(Arc<Pool>, Device, Device)> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let descriptor = wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let instance = wgpu::Instance::new(descriptor);
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok();
    let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
    assert!(adapter.is_some() || !required.split(',').any(|name| name == "vulkan"), "required by DSA_REQUIRE: vulkan");
    let adapter = adapter?;
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap();
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    let buffer = device.create_buffer(&wgpu::BufferDescriptor { label: None, size: BYTES, usage, mapped_at_creation: false });
    queue.write_buffer(&buffer, 0, &[0xff; BYTES as usize]);
    let pool = Pool { device: device.clone(), queue: queue.clone(), buffer, used: AtomicU64::new(0), recorded: Mutex::default() };
    let pool = Arc::new(pool);
    let of_runtime = Device::from_runtime(device.clone(), queue.clone(), &adapter, pool.clone());
    Some((pool, of_runtime, Device::from_wgpu(device, queue, &adapter)))
}

fn add(device: &Device, buffers: [&Buffer; 3]) -> dsa_engine::Result<()> {
    let kernel = device.kernel(&ADD)?;
    let mut encoder = device.encoder();
    let [input, more, output] = buffers;
    encoder.dispatch(&kernel, Grid::flat(1), &[("input", input.whole()), ("more", more.whole()), ("output", output.whole())], &50u32)?;
    encoder.submit()
}

#[test]
fn a_kernel_reads_and_writes_parts_of_one_buffer() {
    let Some((pool, device, own)) = devices() else { return };
    let numbers: Vec<u32> = (0..50).collect();
    let (a, b, c) = (device.upload("a", &numbers).unwrap(), device.upload("b", &numbers).unwrap(), device.buffer("c", 202).unwrap());
    assert!([&a, &b, &c].iter().all(|buffer| buffer.as_wgpu() == Some(&pool.buffer)));
    assert_eq!([&a, &b, &c].map(Buffer::wgpu_offset), [0, 256, 512]);
    assert_eq!(c.read_blocking::<u16>().unwrap(), [0; 101], "buffers start as zeros");
    add(&device, [&a, &b, &c]).unwrap();
    let sums: Vec<u32> = numbers.iter().map(|x| 2 * x + 7).collect();
    assert_eq!(c.read_range_blocking::<u32>(0, 200).unwrap(), sums);
    assert_eq!(b.read_blocking::<u32>().unwrap(), numbers);

    let mut encoder = device.encoder();
    encoder.copy(&c.slice(4, 100), &a.slice(100, 100)).unwrap();
    assert!(matches!(encoder.copy(&a.slice(0, 8), &a.slice(8, 8)), Err(EngineError::Range { .. })));
    encoder.clear(&b.slice(8, 4)).unwrap();
    encoder.submit().unwrap();
    assert_eq!(a.read_blocking::<u32>().unwrap(), [&numbers[..25], &sums[1..26]].concat());
    assert_eq!(b.read_blocking::<u32>().unwrap(), [&[0, 1, 0], &numbers[3..]].concat());

    // wgpu itself would end the program.
    let part = |label, offset, bytes| own.wrap_region(label, Region { buffer: pool.buffer.clone(), offset, bytes, keep: None });
    let (a, b, c) = (part("a", 0, 200).unwrap(), part("b", 256, 200).unwrap(), part("c", 512, 200).unwrap());
    let refused = add(&own, [&a, &b, &c]).unwrap_err();
    assert!(matches!(refused, EngineError::Binding { .. }), "{refused}");
    add(&own, [&a, &b, &own.buffer("other", 200).unwrap()]).unwrap();
    assert!(
        add(&device, [&device.buffer("d", 200).unwrap(), &device.buffer("e", 200).unwrap(), &device.buffer("f", 200).unwrap()]).is_ok()
    );

    for (label, offset, bytes, reason) in [
        ("unaligned", 4, 8, "must be a multiple of"),
        ("beyond", BYTES - 256, 257, "the buffer has 16384 bytes"),
        ("overflowing", u64::MAX - 255, 256, "the buffer has 16384 bytes"),
    ] {
        let refused = part(label, offset, bytes).unwrap_err().to_string();
        assert!(refused.contains(label) && refused.contains(reason), "{refused}");
    }
    assert!(matches!(device.buffer("large", BYTES), Err(EngineError::OutOfMemory { .. })));
    let error = Device::cpu().wrap_region("x", Region { buffer: pool.buffer.clone(), offset: 0, bytes: 4, keep: None });
    assert!(matches!(error, Err(EngineError::MissingFeature { .. })));
}

#[test]
fn what_the_runtime_recorded_runs_first() {
    let Some((pool, device, _)) = devices() else { return };
    let (a, b) = (device.upload("a", &[1u32; 50]).unwrap(), device.upload("b", &[5u32; 50]).unwrap());
    let c = device.buffer("c", 200).unwrap();
    let record = |buffer: &Buffer| {
        let mut encoder = pool.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.clear_buffer(&pool.buffer, buffer.wgpu_offset(), Some(200));
        *pool.recorded.lock().unwrap() = Some(encoder.finish());
    };
    record(&b);
    add(&device, [&a, &b, &c]).unwrap();
    assert_eq!(c.read_blocking::<u32>().unwrap(), [8; 50], "before a submission");
    record(&a);
    assert_eq!(a.read_blocking::<u32>().unwrap(), [0; 50], "before a read");
    record(&a);
    a.write(0, &[3u32; 50]).unwrap();
    assert_eq!(a.read_blocking::<u32>().unwrap(), [3; 50], "before a write");
}

#[test]
fn a_region_is_kept_while_it_is_used() {
    let Some((pool, device, _)) = devices() else { return };
    let kept = Arc::new(());
    let region = Region { keep: Some(kept.clone()), ..pool.allocate(200).unwrap() };
    let (buffer, target) = (device.wrap_region("kept", region).unwrap(), device.buffer("target", 200).unwrap());
    let mut encoder = device.encoder();
    encoder.copy(&buffer.whole(), &target.whole()).unwrap();
    drop(buffer);
    assert!(Arc::strong_count(&kept) > 1, "a recorded command holds it");
    encoder.submit_and_wait().unwrap();
    assert_eq!(Arc::strong_count(&kept), 1, "and lets go when it is done");
}
