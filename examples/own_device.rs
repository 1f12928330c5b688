//! Top-k inside another program's GPU work: its wgpu device, its buffers, its command encoder, its submission.
//!
//! `cargo run --example own_device`
//!
//! One command encoder takes three steps: a pass of this example fills rows of scores, the library selects the largest of each row, and
//! another pass of this example sums the selected scores. The library submits nothing and waits for nothing.

use std::error::Error;

use portable_dsa::engine::Device;
use portable_dsa::topk::{TopK, TopKArgs, TopKOptions};

const ROWS: u32 = 16;
const COLUMNS: u32 = 5000;
const TOP_K: u32 = 64;

/// The example's own shaders. The scores of row r are a permutation of 0, 1, .. 4999, as 7919 is a prime that does not divide 5000.
const SHADERS: &str = "
    const ROWS = 16u;
    const COLUMNS = 5000u;
    const TOP_K = 64u;

    @group(0) @binding(0) var<storage, read_write> scores: array<f32>;
    @group(0) @binding(1) var<storage, read_write> indices: array<i32>;
    @group(0) @binding(2) var<storage, read_write> sums: array<f32>;

    @compute @workgroup_size(64)
    fn fill(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < ROWS * COLUMNS) {
            let row = id.x / COLUMNS;
            let column = id.x % COLUMNS;
            scores[id.x] = f32((column * 7919u + row) % COLUMNS);
        }
    }

    @compute @workgroup_size(16)
    fn sum(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < ROWS) {
            var total = 0.0;
            for (var i = 0u; i < TOP_K; i += 1u) {
                total += scores[id.x * COLUMNS + u32(indices[id.x * TOP_K + i])];
            }
            sums[id.x] = total;
        }
    }
";

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", run()?);
    Ok(())
}

/// Runs the example; says what it did, or that there is no GPU.
pub fn run() -> Result<String, Box<dyn Error>> {
    pollster::block_on(compute())
}

async fn compute() -> Result<String, Box<dyn Error>> {
    // The program's own device. The library uses what the device was made with: with the SUBGROUP feature, its faster kernels.
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let Ok(adapter) = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await else {
        return Ok("No GPU was found: install a Vulkan driver (mesa-vulkan-drivers has one that needs no GPU).".to_owned());
    };
    let descriptor = wgpu::DeviceDescriptor { required_features: adapter.features() & wgpu::Features::SUBGROUP, ..Default::default() };
    let (gpu, queue) = adapter.request_device(&descriptor).await?;

    // Its buffers and passes.
    let buffer = |words: u32, usage| {
        gpu.create_buffer(&wgpu::BufferDescriptor { label: None, size: u64::from(words) * 4, usage, mapped_at_creation: false })
    };
    let scores = buffer(ROWS * COLUMNS, wgpu::BufferUsages::STORAGE);
    let indices = buffer(ROWS * TOP_K, wgpu::BufferUsages::STORAGE);
    let sums = buffer(ROWS, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let module = gpu.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(SHADERS.into()) });
    let fill = Pass::new(&gpu, &module, "fill", &[(0, &scores)]);
    let sum = Pass::new(&gpu, &module, "sum", &[(0, &scores), (1, &indices), (2, &sums)]);

    // The library, on that device and those buffers.
    let device = Device::from_wgpu(gpu.clone(), queue.clone(), &adapter);
    let options = TopKOptions { rows: ROWS.into(), columns: COLUMNS.into(), top_k: TOP_K, ..Default::default() };
    let top_k = TopK::plan(&device, options)?;
    let (scores, indices) = (device.wrap_buffer(scores)?, device.wrap_buffer(indices)?);

    // Three steps, one encoder, one submission.
    let mut encoder = gpu.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    fill.encode(&mut encoder, (ROWS * COLUMNS).div_ceil(64));
    let args = TopKArgs { scores: &scores, row_start: None, row_end: None, indices: &indices };
    top_k.encode(&mut device.wrap_encoder(&mut encoder), &args)?;
    sum.encode(&mut encoder, 1);
    queue.submit([encoder.finish()]);

    // The largest 64 of 0, 1, .. 4999 add up to this, in every row.
    let expected = (COLUMNS - TOP_K..COLUMNS).sum::<u32>() as f32;
    let sums: Vec<f32> = device.wrap_buffer(sums)?.read().await?;
    if sums.iter().any(|&sum| sum != expected) {
        return Err(format!("expected sums of {expected}, got {sums:?}").into());
    }
    let name = adapter.get_info().name;
    Ok(format!("{name}: the {TOP_K} largest of {COLUMNS} scores add up to {expected} in all {ROWS} rows ({} kernel)", top_k.variant()))
}

/// A compute pass of the example's own.
struct Pass {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
}

impl Pass {
    fn new(gpu: &wgpu::Device, module: &wgpu::ShaderModule, entry: &str, buffers: &[(u32, &wgpu::Buffer)]) -> Self {
        let pipeline = gpu.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module,
            entry_point: Some(entry),
            compilation_options: Default::default(),
            cache: None,
        });
        let entries: Vec<_> =
            buffers.iter().map(|&(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() }).collect();
        let layout = pipeline.get_bind_group_layout(0);
        let group = gpu.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(entry), layout: &layout, entries: &entries });
        Pass { pipeline, group }
    }

    fn encode(&self, encoder: &mut wgpu::CommandEncoder, workgroups: u32) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(workgroups, 1, 1);
    }
}
