//! Composition of a shader from files with imports and conditions, by the WESL compiler. WESL works on text and gives plain WGSL back, so that
//! any front end can read the result and the names in it stay ours.

use std::collections::HashMap;
use std::fmt::Write;

use wesl::{CompileOptions, Feature, NoMangler, VirtualResolver, syntax::ModulePath};

use super::unroll::unroll;
use crate::hash::fnv1a;
use crate::{EngineError, Result};

/// One shader file.
#[derive(Clone, Copy, Debug)]
pub struct ShaderFile {
    /// Module name: the path without its extension, such as `topk/select`.
    pub module: &'static str,
    /// WGSL with WESL imports and conditions.
    pub source: &'static str,
}

/// Shader files that can import one another.
#[derive(Clone, Copy, Debug)]
pub struct ShaderLibrary {
    /// All files.
    pub files: &'static [ShaderFile],
}

impl ShaderLibrary {
    /// A number that differs between libraries of different files: the same in every run, and on every machine.
    pub fn fingerprint(&self) -> u128 {
        let mut text = String::new();
        for file in self.files {
            // Lengths tell where one text ends and the next begins.
            let _ = write!(text, "{} {}\n{}", file.module, file.source.len(), file.source);
        }
        fnv1a(text.as_bytes())
    }
}

/// A value of the generated module `package::constants`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// An unsigned integer.
    U32(u32),
    /// A signed integer.
    I32(i32),
    /// A float; must be finite.
    F32(f32),
    /// A truth value.
    Bool(bool),
}

/// What makes a kernel: a module of a library, an entry point, constants and conditions.
#[derive(Clone, Copy, Debug)]
pub struct KernelSpec<'a> {
    /// Where the module and its imports are found.
    pub library: &'a ShaderLibrary,
    /// The module with the entry point.
    pub module: &'a str,
    /// The entry point's name.
    pub entry: &'a str,
    /// Constants, importable from `package::constants`.
    pub constants: &'a [(&'a str, Constant)],
    /// Conditions that hold in `@if(..)`; all others do not. `rolled`: loops marked `@unroll` stay loops.
    pub features: &'a [&'a str],
}

impl KernelSpec<'_> {
    /// A text that differs between any two different kernels of one library.
    pub(crate) fn key(&self) -> String {
        let mut key = format!("{}:{}", self.module, self.entry);
        for feature in self.features {
            let _ = write!(key, "+{feature}");
        }
        for (name, value) in self.constants {
            let _ = write!(key, ",{name}={value:?}");
        }
        key
    }

    fn error(&self, reason: impl ToString) -> EngineError {
        EngineError::Shader { module: self.module.to_owned(), reason: reason.to_string() }
    }
}

pub(super) fn compose(spec: &KernelSpec<'_>, replaced: &HashMap<String, String>) -> Result<String> {
    let path = |module: &str| -> Result<ModulePath> {
        format!("package::{}", module.replace('/', "::")).parse().map_err(|_| spec.error("not a module name"))
    };
    let mut resolver = VirtualResolver::new();
    resolver.add_module(path("constants")?, constants(spec)?.into());
    for file in spec.library.files {
        let source = replaced.get(file.module).map_or(file.source, String::as_str);
        resolver.add_module(path(file.module)?, source.into());
    }
    let mut options =
        CompileOptions { lower: false, validate: false, keep: Some(vec![spec.entry.to_owned()]), ..CompileOptions::default() };
    options.features.default = Feature::Disable;
    for feature in spec.features {
        options.features.flags.insert((*feature).to_owned(), Feature::Enable);
    }
    let mut compiled = wesl::compile_sourcemap(&path(spec.module)?, &resolver, &NoMangler, &options).map_err(|error| spec.error(error))?;
    unroll(&mut compiled.syntax, spec.features.contains(&"rolled")).map_err(|reason| spec.error(reason))?;
    Ok(compiled.to_string())
}

fn constants(spec: &KernelSpec<'_>) -> Result<String> {
    let mut text = String::new();
    for (name, value) in spec.constants {
        let _ = match value {
            Constant::U32(value) => writeln!(text, "const {name}: u32 = {value}u;"),
            // The smallest i32 has no literal of its own: WGSL reads `-x` as a negation.
            Constant::I32(i32::MIN) => writeln!(text, "const {name}: i32 = -2147483647i - 1i;"),
            Constant::I32(value) => writeln!(text, "const {name}: i32 = {value}i;"),
            Constant::F32(value) if value.is_finite() => writeln!(text, "const {name}: f32 = {value:?}f;"),
            Constant::F32(value) => return Err(spec.error(format!("constant {name} is {value}, not finite"))),
            Constant::Bool(value) => writeln!(text, "const {name}: bool = {value};"),
        };
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_files_apart() {
        static LIBRARIES: [ShaderLibrary; 4] = [
            ShaderLibrary { files: &[ShaderFile { module: "a", source: "b" }] },
            ShaderLibrary { files: &[ShaderFile { module: "a", source: "c" }] },
            ShaderLibrary { files: &[ShaderFile { module: "b", source: "b" }] },
            ShaderLibrary { files: &[ShaderFile { module: "a", source: "b" }, ShaderFile { module: "a", source: "b" }] },
        ];
        let all: std::collections::HashSet<u128> = LIBRARIES.iter().map(ShaderLibrary::fingerprint).collect();
        assert_eq!(all.len(), 4);
    }
}
