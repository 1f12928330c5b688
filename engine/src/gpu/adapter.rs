//! Adapters: what there is, what each can do, and opening one.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Gpu, PipelineCache};
use crate::kernel::Kernels;
use crate::{Capabilities, Device, DeviceInfo, DeviceKind, EngineError, MatrixShape, Result, SubgroupSizes};

/// Features that kernels or timers make use of; each is asked for where the adapter has it.
const WANTED: wgpu::Features = wgpu::Features::SUBGROUP
    .union(wgpu::Features::SUBGROUP_BARRIER)
    .union(wgpu::Features::SHADER_F16)
    .union(wgpu::Features::SHADER_I16)
    .union(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX)
    .union(wgpu::Features::TIMESTAMP_QUERY)
    .union(wgpu::Features::PIPELINE_CACHE);

/// An adapter that could be opened.
pub(crate) struct Adapter {
    adapter: wgpu::Adapter,
    pub(crate) info: DeviceInfo,
    pub(crate) capabilities: Capabilities,
}

/// Every adapter of the given backends, numbered within its backend.
pub(crate) fn adapters(backends: wgpu::Backends) -> Vec<Adapter> {
    let descriptor = wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let instance = wgpu::Instance::new(descriptor);
    let mut counts = std::collections::HashMap::new();
    let mut found = Vec::new();
    for adapter in pollster::block_on(instance.enumerate_adapters(backends)) {
        // Adapters without compute shaders, such as old GL drivers, are of no use here.
        if !adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
            continue;
        }
        let backend = adapter.get_info().backend;
        let number = counts.entry(backend).or_insert(0usize);
        let (info, capabilities) = describe(&adapter, format!("{}:{number}", backend_name(backend)));
        *number += 1;
        found.push(Adapter { adapter, info, capabilities });
    }
    found
}

fn backend_name(backend: wgpu::Backend) -> &'static str {
    match backend {
        wgpu::Backend::Vulkan => "vulkan",
        wgpu::Backend::Metal => "metal",
        wgpu::Backend::Dx12 => "dx12",
        wgpu::Backend::Gl => "gl",
        wgpu::Backend::BrowserWebGpu => "webgpu",
        wgpu::Backend::Noop => "noop",
    }
}

/// Mesa's `LP_MAX_TGSI_LOOP_ITERATIONS`: its software driver ends loops that go on for longer.
const LLVMPIPE_LOOP_ITERATIONS: u32 = 65535;

pub(super) fn describe(adapter: &wgpu::Adapter, selector: String) -> (DeviceInfo, Capabilities) {
    let info = adapter.get_info();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => DeviceKind::DiscreteGpu,
        wgpu::DeviceType::IntegratedGpu => DeviceKind::IntegratedGpu,
        wgpu::DeviceType::VirtualGpu | wgpu::DeviceType::Other => DeviceKind::OtherGpu,
        wgpu::DeviceType::Cpu => DeviceKind::Software,
    };
    let driver = format!("{} {}", info.driver, info.driver_info).trim().to_owned();
    let limits = adapter.limits();
    let mut capabilities = Capabilities {
        subgroup: Some(SubgroupSizes { min: info.subgroup_min_size, max: info.subgroup_max_size }),
        shader_f16: true,
        shader_i16: true,
        matrix_shapes: adapter.cooperative_matrix_properties().iter().map(matrix_shape).collect(),
        max_workgroup_memory: 0,
        max_invocations: 0,
        max_binding_bytes: 0,
        max_buffer_bytes: 0,
        offset_alignment: 0,
        max_storage_buffers: 0,
        max_workgroups_per_dimension: 0,
        timestamps: true,
        max_loop_iterations: info.name.starts_with("llvmpipe").then_some(LLVMPIPE_LOOP_ITERATIONS),
        compute_capability: None,
        multiprocessors: None,
    };
    restrict(&mut capabilities, adapter.features(), &limits);
    (DeviceInfo { selector, backend: backend_name(info.backend), name: info.name, driver, kind }, capabilities)
}

/// What is left when a device has only these features and limits.
pub(super) fn restrict(capabilities: &mut Capabilities, features: wgpu::Features, limits: &wgpu::Limits) {
    if !features.contains(wgpu::Features::SUBGROUP) {
        capabilities.subgroup = None;
    }
    capabilities.shader_f16 &= features.contains(wgpu::Features::SHADER_F16);
    capabilities.shader_i16 &= features.contains(wgpu::Features::SHADER_I16);
    if !features.contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX) {
        capabilities.matrix_shapes.clear();
    }
    capabilities.timestamps &= features.contains(wgpu::Features::TIMESTAMP_QUERY);
    capabilities.max_workgroup_memory = limits.max_compute_workgroup_storage_size;
    capabilities.max_invocations = limits.max_compute_invocations_per_workgroup;
    // A binding is a whole number of 4-byte words, and starts at an aligned offset; keep the limit itself aligned.
    capabilities.max_binding_bytes = limits.max_storage_buffer_binding_size & !255;
    capabilities.max_buffer_bytes = limits.max_buffer_size & !3;
    capabilities.offset_alignment = limits.min_storage_buffer_offset_alignment.max(4);
    capabilities.max_storage_buffers = limits.max_storage_buffers_per_shader_stage;
    capabilities.max_workgroups_per_dimension = limits.max_compute_workgroups_per_dimension;
}

fn matrix_shape(shape: &wgpu::wgt::CooperativeMatrixProperties) -> MatrixShape {
    let name = |scalar| format!("{scalar:?}").to_lowercase();
    MatrixShape { m: shape.m_size, n: shape.n_size, k: shape.k_size, input: name(shape.ab_type), accumulator: name(shape.cr_type) }
}

impl Adapter {
    /// Opens a device with all limits that the adapter offers.
    pub(crate) fn open(self) -> Result<Device> {
        let features = self.adapter.features() & WANTED;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("dsa"),
            required_features: features,
            required_limits: self.adapter.limits(),
            // SAFETY: the one experimental feature that is asked for is cooperative matrices, which the shaders of the `matrix` variants use;
            // naga validates them, and the conformance cases cover them on every device that has the feature.
            experimental_features: unsafe { wgpu::ExperimentalFeatures::enabled() },
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(self.adapter.request_device(&descriptor))
            .map_err(|error| EngineError::Open { device: self.info.to_string(), reason: error.to_string() })?;
        let health: Arc<Mutex<Option<String>>> = Arc::default();
        let record = {
            let health = Arc::clone(&health);
            move |reason: String| {
                tracing::error!(reason, "device error");
                health.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
            }
        };
        device.on_uncaptured_error(Arc::new({
            let record = record.clone();
            move |error: wgpu::Error| record(error.to_string())
        }));
        device.set_device_lost_callback(move |reason, message| {
            // wgpu reports the normal end of a device by the same callback.
            if reason != wgpu::DeviceLostReason::Destroyed {
                record(format!("device lost: {message}"));
            }
        });
        let cache = PipelineCache::open(&device, &self.adapter.get_info());
        let Adapter { info, capabilities, .. } = self;
        tracing::debug!(device = %info, ?capabilities, "opened");
        Ok(Device::from_gpu(Gpu { device, queue, info, capabilities, kernels: Kernels::default(), cache, health, runtime: None }))
    }
}
