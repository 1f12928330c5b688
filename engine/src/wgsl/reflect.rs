//! What a composed shader binds, read from naga's IR so that it is written down once only, in the shader.

use naga::{AddressSpace, Module, StorageAccess};

use super::KernelSpec;
use crate::{EngineError, Result};

/// How a shader uses a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// `var<uniform>`.
    Uniform,
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    ReadWrite,
}

/// One binding of group 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReflectedBinding {
    /// The WGSL variable's name.
    pub name: String,
    /// Its `@binding` number.
    pub binding: u32,
    /// How it is used.
    pub access: Access,
    /// Size in bytes of the type; of a runtime-sized array, one element.
    pub min_bytes: u64,
}

/// What a kernel needs bound, and how it is launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflection {
    /// Bindings of group 0, by binding number.
    pub bindings: Vec<ReflectedBinding>,
    /// Invocations of a workgroup.
    pub workgroup_size: [u32; 3],
    /// Bytes of workgroup memory.
    pub workgroup_memory: u32,
}

/// Parses composed WGSL; an error names the line.
pub(super) fn parse(module: &str, wgsl: &str) -> Result<Module> {
    let source = super::for_naga(wgsl);
    naga::front::wgsl::parse_str(&source)
        .map_err(|error| EngineError::Shader { module: module.to_owned(), reason: error.emit_to_string(&source) })
}

pub(super) fn reflect(spec: &KernelSpec<'_>, module: &Module) -> Result<Reflection> {
    let error = |reason: String| EngineError::Shader { module: spec.module.to_owned(), reason };
    let entry = module
        .entry_points
        .iter()
        .find(|entry| entry.name == spec.entry)
        .ok_or_else(|| error(format!("no entry point `{}`", spec.entry)))?;
    let mut bindings = Vec::new();
    let mut workgroup_memory = 0;
    for (_, variable) in module.global_variables.iter() {
        let bytes = module.types[variable.ty].inner.size(module.to_ctx());
        if variable.space == AddressSpace::WorkGroup {
            workgroup_memory += bytes;
        }
        let Some(resource) = &variable.binding else { continue };
        let name = variable.name.clone().unwrap_or_default();
        if resource.group != 0 {
            return Err(error(format!("`{name}` is in group {}; all bindings belong in group 0", resource.group)));
        }
        let access = match variable.space {
            AddressSpace::Uniform => Access::Uniform,
            AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Access::ReadWrite,
            AddressSpace::Storage { .. } => Access::Read,
            space => return Err(error(format!("`{name}` is in address space {space:?}"))),
        };
        bindings.push(ReflectedBinding { name, binding: resource.binding, access, min_bytes: u64::from(bytes) });
    }
    bindings.sort_by_key(|binding| binding.binding);
    Ok(Reflection { bindings, workgroup_size: entry.workgroup_size, workgroup_memory })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Constant, ShaderFile, ShaderLibrary};

    const LIBRARY: ShaderLibrary = ShaderLibrary {
        files: &[
            ShaderFile { module: "common/scale", source: "fn scaled(x: f32) -> f32 { return x * 2.0; }" },
            ShaderFile {
                module: "example/double",
                source: "import package::constants::THREADS;
                    import package::common::scale::scaled;
                    struct Params { count: u32 }
                    @group(0) @binding(0) var<uniform> params: Params;
                    @group(0) @binding(1) var<storage, read> values: array<f32>;
                    @group(0) @binding(2) var<storage, read_write> doubled: array<f32>;
                    @if(staged) var<workgroup> stage: array<f32, THREADS>;
                    @compute @workgroup_size(THREADS)
                    fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
                        if (id.x >= params.count) { return; }
                        @if(staged) { stage[lane] = values[id.x]; doubled[id.x] = scaled(stage[lane]); }
                        @else { doubled[id.x] = scaled(values[id.x]); }
                    }",
            },
        ],
    };

    fn spec<'a>(features: &'a [&'a str]) -> KernelSpec<'a> {
        KernelSpec { library: &LIBRARY, module: "example/double", entry: "main", constants: &[("THREADS", Constant::U32(64))], features }
    }

    #[test]
    fn bindings_and_sizes_are_read_from_the_shader() {
        let reflection = spec(&["staged"]).compose().unwrap().reflection;
        let names: Vec<_> = reflection.bindings.iter().map(|b| (b.name.as_str(), b.binding, b.access)).collect();
        assert_eq!(names, [("params", 0, Access::Uniform), ("values", 1, Access::Read), ("doubled", 2, Access::ReadWrite)]);
        assert_eq!(reflection.workgroup_size, [64, 1, 1]);
        assert_eq!(reflection.workgroup_memory, 256);
        assert_eq!(spec(&[]).compose().unwrap().reflection.workgroup_memory, 0);
    }

    #[test]
    fn a_missing_constant_is_an_error_that_names_the_module() {
        let spec = KernelSpec { constants: &[], ..spec(&[]) };
        let error = spec.compose().unwrap_err().to_string();
        assert!(error.contains("example/double"), "{error}");
    }
}
