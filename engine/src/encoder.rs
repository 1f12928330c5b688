//! Recording work.

use std::sync::Arc;

use bytemuck::NoUninit;

use crate::cuda::Command;
use crate::device::Inner;
use crate::kernel::Compiled;
use crate::wgsl::{Access, ReflectedBinding};
use crate::{Binding, Device, EngineError, Kernel, Result};

/// How many workgroups a dispatch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// So many in each dimension, each at most [`crate::Capabilities::max_workgroups_per_dimension`].
    Xyz(u32, u32, u32),
    /// At least so many, folded into two dimensions where one cannot hold them. The shader flattens its id and checks it.
    Flat(u64),
}

impl Grid {
    /// [`Grid::Flat`].
    pub fn flat(workgroups: u64) -> Self {
        Grid::Flat(workgroups)
    }

    /// [`Grid::Xyz`].
    pub fn xyz(x: u32, y: u32, z: u32) -> Self {
        Grid::Xyz(x, y, z)
    }

    fn dimensions(self, limit: u32) -> Option<[u32; 3]> {
        let dimensions = match self {
            Grid::Xyz(x, y, z) => [x, y, z],
            Grid::Flat(workgroups) => {
                let x = workgroups.min(u64::from(limit)) as u32;
                [x, u32::try_from(workgroups.div_ceil(u64::from(x.max(1)))).ok()?, 1]
            }
        };
        dimensions.iter().all(|&n| n <= limit).then_some(dimensions)
    }
}

/// Records dispatches, copies and clears, in order. Each sees the results of those before it.
#[derive(Debug)]
pub struct Encoder<'a> {
    device: Device,
    commands: Commands<'a>,
}

#[derive(Debug)]
enum Commands<'a> {
    Host,
    Cuda(Vec<Command>),
    Own(Box<wgpu::CommandEncoder>),
    Borrowed(&'a mut wgpu::CommandEncoder),
}

/// Where commands go.
pub(crate) enum Recording<'e> {
    /// Nowhere: host operations run when they are encoded.
    Host,
    Gpu(&'e mut wgpu::CommandEncoder),
    Cuda(&'e mut Vec<Command>),
}

impl Device {
    /// An encoder to be submitted by [`Encoder::submit`]. On the `cpu` device operations run at once, while they are encoded.
    pub fn encoder(&self) -> Encoder<'static> {
        let commands = match self.inner() {
            Inner::Host(_) => Commands::Host,
            Inner::Cuda(_) => Commands::Cuda(Vec::new()),
            Inner::Gpu(gpu) => {
                Commands::Own(Box::new(gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("dsa") })))
            }
        };
        Encoder { device: self.clone(), commands }
    }

    /// Records into the caller's command encoder, which the caller finishes and submits.
    pub fn wrap_encoder<'a>(&self, encoder: &'a mut wgpu::CommandEncoder) -> Encoder<'a> {
        Encoder { device: self.clone(), commands: Commands::Borrowed(encoder) }
    }
}

impl Encoder<'_> {
    /// The device that the commands are for.
    pub fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn recording(&mut self) -> Recording<'_> {
        match &mut self.commands {
            Commands::Host => Recording::Host,
            Commands::Cuda(commands) => Recording::Cuda(commands),
            Commands::Own(encoder) => Recording::Gpu(encoder),
            Commands::Borrowed(encoder) => Recording::Gpu(encoder),
        }
    }

    /// Records one dispatch. `bindings` are found by the WGSL variable's name; `params` is the uniform variable, if the shader has one.
    ///
    /// # Errors
    /// [`EngineError::Binding`] if names or sizes do not fit the shader, or the grid the device; [`EngineError::Range`] and
    /// [`EngineError::WrongDevice`] for a bad range.
    pub fn dispatch<P: NoUninit>(&mut self, kernel: &Kernel, grid: Grid, bindings: &[(&str, Binding)], params: &P) -> Result<()> {
        let device = self.device.clone();
        if device.is_cpu() {
            return Err(EngineError::MissingFeature { feature: "dispatches", device: device.info().to_string() });
        }
        let fail = |reason: String| EngineError::Binding { module: kernel.inner.module.clone(), reason };
        let limit = device.capabilities().max_workgroups_per_dimension;
        let [x, y, z] =
            grid.dimensions(limit).ok_or_else(|| fail(format!("the grid {grid:?} exceeds {limit} workgroups in a dimension")))?;
        if x == 0 || y == 0 || z == 0 {
            return Ok(());
        }
        let bindings = self.bound(kernel, bindings, size_of::<P>() as u64)?;
        let params = bytemuck::bytes_of(params);
        match (&kernel.inner.compiled, self.recording(), device.inner()) {
            (Compiled::Cuda(kernel), Recording::Cuda(commands), Inner::Cuda(cuda)) if kernel.belongs_to(cuda) => {
                commands.push(kernel.record([x, y, z], &bindings, params));
            }
            (Compiled::Gpu { pipeline, layout }, Recording::Gpu(encoder), Inner::Gpu(gpu)) => {
                let uniform = gpu.uniform(params);
                let entries =
                    bindings.iter().map(|(reflected, binding)| entry(reflected, *binding, &uniform)).collect::<Result<Vec<_>>>()?;
                let label = Some(kernel.inner.module.as_str());
                let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor { label, layout, entries: &entries });
                bindings.iter().filter_map(|(_, binding)| *binding).for_each(|binding| binding.hold(encoder));
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes: None });
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.dispatch_workgroups(x, y, z);
            }
            _ => return Err(fail(format!("kernel, command encoder and device do not belong together; the device is {}", device.info()))),
        }
        Ok(())
    }

    /// What is bound to each of the shader's bindings; nothing to its uniform variable, whose size is that of the parameters.
    fn bound<'b>(
        &self,
        kernel: &'b Kernel,
        bindings: &'b [(&str, Binding)],
        uniform_bytes: u64,
    ) -> Result<Vec<(&'b ReflectedBinding, Option<&'b Binding>)>> {
        let fail = |reason: String| EngineError::Binding { module: kernel.inner.module.clone(), reason };
        let reflected = &kernel.inner.reflection.bindings;
        if let Some((name, _)) = bindings.iter().find(|(name, _)| !reflected.iter().any(|b| b.name == *name)) {
            return Err(fail(format!("the shader has no binding `{name}`")));
        }
        let capabilities = self.device.capabilities();
        let mut resolved = Vec::with_capacity(reflected.len());
        for reflected in reflected {
            if reflected.access == Access::Uniform {
                if uniform_bytes != reflected.min_bytes {
                    return Err(fail(format!("`{}` has {} bytes, got {uniform_bytes}", reflected.name, reflected.min_bytes)));
                }
                resolved.push((reflected, None));
                continue;
            }
            let binding = bindings.iter().find(|(name, _)| *name == reflected.name);
            let (_, binding) = binding.ok_or_else(|| fail(format!("binding `{}` is missing", reflected.name)))?;
            binding.check(&self.device, u64::from(capabilities.offset_alignment))?;
            let bytes = binding.padded_bytes();
            let limit = kernel.max_binding_bytes();
            if bytes > limit {
                return Err(binding.error(format!("{} can bind {limit} bytes at once", self.device.info())));
            }
            // A small allocation may still be less than one element, such as an empty list of vec4.
            if bytes < reflected.min_bytes {
                return Err(fail(format!("`{}` needs at least {} bytes, got {bytes}", reflected.name, reflected.min_bytes)));
            }
            resolved.push((reflected, Some(binding)));
        }
        // What one kernel writes it can bind once: WebGPU's rule, and no order of reads and writes is promised anywhere.
        for (written, binding) in resolved.iter().filter(|(reflected, _)| reflected.access == Access::ReadWrite) {
            let alias = |(other, bound): &&(&ReflectedBinding, Option<&Binding>)| {
                other.name != written.name && bound.zip(*binding).is_some_and(|(a, b)| a.buffer.clashes(&b.buffer))
            };
            if let Some((other, _)) = resolved.iter().find(alias) {
                return Err(fail(format!("`{}` is written, and `{}` is the same buffer", written.name, other.name)));
            }
        }
        Ok(resolved)
    }

    /// Fills a range with zeros. Offset and length are multiples of 4 bytes.
    ///
    /// # Errors
    /// [`EngineError::Range`] and [`EngineError::WrongDevice`].
    pub fn clear(&mut self, binding: &Binding) -> Result<()> {
        if let Some(host) = binding.buffer.host() {
            let range = host_range(binding)?;
            host.write()[range].fill(0);
            return Ok(());
        }
        binding.check(&self.device, 4)?;
        match self.recording() {
            Recording::Host => {}
            Recording::Gpu(encoder) => {
                let (buffer, offset) = binding.wgpu()?;
                encoder.clear_buffer(buffer, offset, Some(binding.padded_bytes()));
                binding.hold(encoder);
            }
            Recording::Cuda(commands) => commands.extend(binding.cuda_range().map(Command::Clear)),
        }
        Ok(())
    }

    /// Copies one range to another of the same length, in another buffer of the same device.
    ///
    /// # Errors
    /// [`EngineError::Range`] and [`EngineError::WrongDevice`].
    pub fn copy(&mut self, source: &Binding, target: &Binding) -> Result<()> {
        if source.bytes != target.bytes {
            return Err(target.error(format!("the source has {} bytes", source.bytes)));
        }
        if let (Some(from), Some(to)) = (source.buffer.host(), target.buffer.host()) {
            if std::ptr::eq(from, to) {
                return Err(target.error("source and target are the same buffer".to_owned()));
            }
            let (from_range, to_range) = (host_range(source)?, host_range(target)?);
            to.write()[to_range].copy_from_slice(&from.read()[from_range]);
            return Ok(());
        }
        source.check(&self.device, 4)?;
        target.check(&self.device, 4)?;
        let device = self.device.clone();
        match self.recording() {
            Recording::Host => {}
            Recording::Gpu(encoder) => {
                if source.buffer.shares_memory(&target.buffer) {
                    return Err(target.error("source and target are the same buffer".to_owned()));
                }
                let ((from, first), (to, start), bytes) = (source.wgpu()?, target.wgpu()?, source.padded_bytes());
                // wgpu copies between two buffers only, and these may be parts of one.
                match (from == to, device.inner()) {
                    (true, Inner::Gpu(gpu)) => {
                        let between = gpu.between(bytes);
                        encoder.copy_buffer_to_buffer(from, first, &between, 0, bytes);
                        encoder.copy_buffer_to_buffer(&between, 0, to, start, bytes);
                    }
                    _ => encoder.copy_buffer_to_buffer(from, first, to, start, bytes),
                }
                source.hold(encoder);
                target.hold(encoder);
            }
            Recording::Cuda(commands) => {
                if let (Some(from), Some(to)) = (source.cuda_range(), target.cuda_range()) {
                    if Arc::ptr_eq(&from.memory, &to.memory) {
                        return Err(target.error("source and target are the same buffer".to_owned()));
                    }
                    commands.push(Command::Copy { from, to });
                }
            }
        }
        Ok(())
    }

    /// Submits what was recorded, and returns at once. A borrowed encoder is left to its owner.
    ///
    /// # Errors
    /// [`EngineError::DeviceFailed`] if the device has failed before.
    pub fn submit(self) -> Result<()> {
        match (self.commands, self.device.inner()) {
            (Commands::Own(encoder), Inner::Gpu(gpu)) => {
                gpu.flush_runtime()?;
                gpu.queue.submit([encoder.finish()]);
                gpu.check_health()
            }
            (Commands::Cuda(commands), Inner::Cuda(cuda)) => cuda.submit(commands),
            _ => Ok(()),
        }
    }

    /// [`Encoder::submit`], then waits until the device is done.
    ///
    /// # Errors
    /// [`EngineError::DeviceFailed`].
    pub fn submit_and_wait(self) -> Result<()> {
        let device = self.device.clone();
        self.submit()?;
        device.wait()
    }
}

fn entry<'b>(reflected: &ReflectedBinding, binding: Option<&'b Binding>, uniform: &'b wgpu::Buffer) -> Result<wgpu::BindGroupEntry<'b>> {
    let resource = match binding {
        None => uniform.as_entire_binding(),
        Some(binding) => {
            let (buffer, offset) = binding.wgpu()?;
            let size = wgpu::BufferSize::new(binding.padded_bytes());
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size })
        }
    };
    Ok(wgpu::BindGroupEntry { binding: reflected.binding, resource })
}

fn host_range(binding: &Binding) -> Result<std::ops::Range<usize>> {
    match binding.offset.checked_add(binding.bytes) {
        Some(end) if end <= binding.buffer.size() => Ok(binding.offset as usize..end as usize),
        _ => Err(binding.error(format!("the buffer has {} bytes", binding.buffer.size()))),
    }
}
