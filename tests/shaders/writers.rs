//! naga's writers, set up as wgpu does for release builds of this library: no runtime checks, each binding in the slot of its number.

use naga::back::{hlsl, msl, spv};
use naga::proc::BoundsCheckPolicies;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{ResourceBinding, ShaderStage};
use portable_dsa::engine::wgsl::{Access, ComposedShader, ReflectedBinding};

/// What some device has for some kernel.
const CAPABILITIES: Capabilities = Capabilities::SUBGROUP
    .union(Capabilities::SUBGROUP_BARRIER)
    .union(Capabilities::SHADER_FLOAT16)
    .union(Capabilities::SHADER_INT16)
    .union(Capabilities::COOPERATIVE_MATRIX);

/// A validated shader.
pub struct Writers<'a> {
    shader: &'a ComposedShader,
    info: ModuleInfo,
    checks: BoundsCheckPolicies,
}

impl<'a> Writers<'a> {
    /// Validates; the error names the place.
    pub fn new(shader: &'a ComposedShader) -> Result<Self, String> {
        let mut validator = Validator::new(ValidationFlags::all(), CAPABILITIES);
        let info = validator
            .subgroup_stages(naga::valid::ShaderStages::COMPUTE)
            .subgroup_operations(naga::valid::SubgroupOperationSet::all())
            .validate(&shader.module)
            .map_err(|error| error.emit_to_string(&shader.wgsl))?;
        let none = naga::proc::BoundsCheckPolicy::Unchecked;
        let checks = BoundsCheckPolicies { index: none, buffer: none, image_load: none, binding_array: none };
        Ok(Writers { shader, info, checks })
    }

    fn bindings(&self) -> impl Iterator<Item = (ResourceBinding, &ReflectedBinding)> {
        self.shader.reflection.bindings.iter().map(|binding| (ResourceBinding { group: 0, binding: binding.binding }, binding))
    }

    /// SPIR-V 1.3, which Vulkan 1.1 reads.
    pub fn spirv(&self) -> Result<Vec<u32>, String> {
        let options = spv::Options {
            lang_version: (1, 3),
            flags: spv::WriterFlags::empty(),
            bounds_check_policies: self.checks,
            zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::None,
            force_loop_bounding: false,
            emit_int_div_checks: false,
            ..Default::default()
        };
        let entry = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: "main".to_owned() };
        spv::write_vec(&self.shader.module, &self.info, &options, Some(&entry)).map_err(|error| error.to_string())
    }

    /// MSL 2.4.
    pub fn msl(&self) -> Result<String, String> {
        let slot = |binding: &ReflectedBinding| msl::BindTarget {
            buffer: Some(binding.binding as u8),
            mutable: binding.access == Access::ReadWrite,
            ..Default::default()
        };
        let resources = msl::EntryPointResources {
            resources: self.bindings().map(|(place, binding)| (place, slot(binding))).collect(),
            sizes_buffer: Some(30),
            ..Default::default()
        };
        let options = msl::Options {
            lang_version: (2, 4),
            per_entry_point_map: [("main".to_owned(), resources)].into(),
            fake_missing_bindings: false,
            bounds_check_policies: self.checks,
            zero_initialize_workgroup_memory: false,
            force_loop_bounding: false,
            emit_int_div_checks: false,
            ..Default::default()
        };
        let entry = msl::PipelineOptions { entry_point: Some((ShaderStage::Compute, "main".to_owned())), ..Default::default() };
        let written = msl::write_string(&self.shader.module, &self.info, &options, &entry).map_err(|error| error.to_string())?;
        Ok(written.0)
    }

    /// HLSL for shader model 6.0, the first with wave operations.
    pub fn hlsl(&self) -> Result<String, String> {
        let slot = |binding: &ReflectedBinding| hlsl::BindTarget { register: binding.binding, ..Default::default() };
        let options = hlsl::Options {
            shader_model: hlsl::ShaderModel::V6_0,
            binding_map: self.bindings().map(|(place, binding)| (place, slot(binding))).collect(),
            // Among other things, where the number of workgroups is: a constant buffer that DX12 fills.
            special_constants_binding: Some(hlsl::BindTarget { space: 1, ..Default::default() }),
            fake_missing_bindings: false,
            zero_initialize_workgroup_memory: false,
            restrict_indexing: false,
            force_loop_bounding: false,
            ..Default::default()
        };
        let entry = hlsl::PipelineOptions { entry_point: Some((ShaderStage::Compute, "main".to_owned())) };
        let mut text = String::new();
        hlsl::Writer::new(&mut text, &options, &entry).write(&self.shader.module, &self.info, None).map_err(|error| error.to_string())?;
        Ok(text)
    }
}
