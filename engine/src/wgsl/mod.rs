//! Shaders before they reach a driver: composed from files, specialised, parsed and reflected.

mod compose;
mod reflect;
mod unroll;

use std::collections::HashMap;

pub use compose::{Constant, KernelSpec, ShaderFile, ShaderLibrary};
pub use reflect::{Access, ReflectedBinding, Reflection};

use crate::Result;

/// A shader ready for a driver.
#[derive(Clone, Debug)]
pub struct ComposedShader {
    /// Plain WGSL as the standard spells it: what another front end, such as Tint, accepts.
    pub wgsl: String,
    /// The same, parsed.
    pub module: naga::Module,
    /// Bindings and workgroup size.
    pub reflection: Reflection,
}

impl KernelSpec<'_> {
    /// Composes the module, parses it with naga and reflects its bindings.
    ///
    /// # Errors
    /// [`crate::EngineError::Shader`] with the compiler's message and the composed source's line.
    pub fn compose(&self) -> Result<ComposedShader> {
        self.compose_with(&HashMap::new())
    }

    /// [`KernelSpec::compose`] with other sources for some modules of the library.
    pub(crate) fn compose_with(&self, replaced: &HashMap<String, String>) -> Result<ComposedShader> {
        let wgsl = compose::compose(self, replaced)?;
        let module = reflect::parse(self.module, &wgsl)?;
        let reflection = reflect::reflect(self, &module)?;
        Ok(ComposedShader { wgsl, module, reflection })
    }
}

/// The composed source as naga reads it: naga knows subgroup operations without the directive that the standard demands.
pub(crate) fn for_naga(wgsl: &str) -> String {
    wgsl.replace("enable subgroups;", "")
}

/// The same with every storage variable declared as writable. The layouts that pipelines are made with notice one that was missed.
pub(crate) fn all_writable(wgsl: &str) -> String {
    wgsl.replace("var<storage, read>", "var<storage, read_write>").replace("var<storage>", "var<storage, read_write>")
}
