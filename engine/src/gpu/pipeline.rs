//! From a composed shader to a compute pipeline.

use std::sync::Arc;

use super::Gpu;
use crate::kernel::{Compiled, Kernel, KernelInner};
use crate::wgsl::{Access, ComposedShader, ReflectedBinding, all_writable, for_naga};
use crate::{EngineError, KernelSpec, Result};

impl Gpu {
    /// Compiles a kernel, or returns it from the cache in memory.
    pub(crate) fn kernel(&self, spec: &KernelSpec<'_>) -> Result<Kernel> {
        self.kernels.get(spec, &self.info, |shader, ours| {
            self.capabilities.check(spec.module, &shader.reflection, &self.info)?;
            self.compile(spec, shader, ours)
        })
    }

    fn compile(&self, spec: &KernelSpec<'_>, shader: ComposedShader, ours: bool) -> Result<Kernel> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let writable = self.runtime.is_some();
        let wgsl = for_naga(&shader.wgsl);
        let source = wgpu::ShaderSource::Wgsl(if writable { all_writable(&wgsl) } else { wgsl }.into());
        let descriptor = wgpu::ShaderModuleDescriptor { label: Some(spec.module), source };
        let module = if cfg!(debug_assertions) || !ours {
            self.device.create_shader_module(descriptor)
        } else {
            // SAFETY: the library's shaders are our own; each checks the indices it is given against the sizes in its parameters before it uses
            // them, all their loops are bounded by those parameters, and debug builds run the same tests with every check on.
            unsafe { self.device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
        };
        let entries: Vec<_> = shader.reflection.bindings.iter().map(|binding| layout_entry(binding, writable)).collect();
        let layout = self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(spec.module), entries: &entries });
        let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(spec.module),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(spec.module),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(spec.entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &[],
                zero_initialize_workgroup_memory: cfg!(debug_assertions),
            },
            cache: self.cache.as_ref().map(|cache| cache.get()),
        });
        if let Some(error) = pollster::block_on(scope.pop()) {
            return Err(EngineError::Shader { module: spec.module.to_owned(), reason: error.to_string() });
        }
        let inner = KernelInner {
            module: spec.module.to_owned(),
            reflection: shader.reflection,
            compiled: Compiled::Gpu { pipeline, layout },
            max_binding_bytes: self.device.limits().max_storage_buffer_binding_size & !255,
        };
        Ok(Kernel { inner: Arc::new(inner) })
    }
}

fn layout_entry(binding: &ReflectedBinding, writable: bool) -> wgpu::BindGroupLayoutEntry {
    let ty = match binding.access {
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: !writable },
        Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: binding.binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
