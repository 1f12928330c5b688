//! One function: its parameters, its variables, and the kernel's prologue.

use std::collections::HashMap;
use std::fmt::Write;

use naga::valid::FunctionInfo;
use naga::{
    AddressSpace, Binding, BuiltIn, EntryPoint, Expression, Function, GlobalVariable, Handle, LocalVariable, Span, Type, TypeInner,
};

use super::names::Names;
use super::writer::{Result, Writer};
use super::{TranslateError, writable};

/// Writes one function.
pub(super) struct FunctionWriter<'w, 'a> {
    pub(super) module: &'w mut Writer<'a>,
    pub(super) function: &'a Function,
    pub(super) info: &'a FunctionInfo,
    entry: Option<&'a EntryPoint>,
    pub(super) names: Names,
    arguments: Vec<String>,
    locals: HashMap<Handle<LocalVariable>, String>,
    /// Values that have a name by now.
    pub(super) baked: HashMap<Handle<Expression>, String>,
    pub(super) text: String,
    pub(super) depth: usize,
}

impl<'w, 'a> FunctionWriter<'w, 'a> {
    pub(super) fn new(module: &'w mut Writer<'a>, function: &'a Function, info: &'a FunctionInfo, entry: Option<&'a EntryPoint>) -> Self {
        let names = module.names.clone();
        FunctionWriter {
            module,
            function,
            info,
            entry,
            names,
            arguments: Vec::new(),
            locals: HashMap::new(),
            baked: HashMap::new(),
            text: String::new(),
            depth: 1,
        }
    }

    pub(super) fn write_function(mut self, handle: Handle<Function>) -> Result<String> {
        let mut parameters = Vec::new();
        for argument in &self.function.arguments {
            let name = self.names.unique(argument.name.as_deref().unwrap_or("argument"));
            let ty = &self.module.module.types[argument.ty].inner;
            parameters.push(match *ty {
                TypeInner::Pointer { base, space: AddressSpace::Function | AddressSpace::Private } => {
                    format!("{}& {name}", self.module.type_name(base)?)
                }
                TypeInner::ValuePointer { space: AddressSpace::Function | AddressSpace::Private, .. } => {
                    format!("{}& {name}", self.pointee_name(ty)?)
                }
                TypeInner::Pointer { space, .. } | TypeInner::ValuePointer { space, .. } => {
                    return Err(TranslateError::unsupported(format!("the parameter `{name}`: a pointer to address space {space:?}")));
                }
                _ => format!("{} {name}", self.module.type_name(argument.ty)?),
            });
            self.arguments.push(name);
        }
        parameters.extend(self.global_parameters(false)?);
        let result = match &self.function.result {
            Some(result) => self.module.type_name(result.ty)?,
            None => "void".to_owned(),
        };
        let name = self.module.functions[&handle].clone();
        self.write_locals()?;
        self.body(&self.function.body)?;
        Ok(format!("__device__ __forceinline__ {result} {name}({}) {{\n{}}}\n\n", parameters.join(", "), self.text))
    }

    pub(super) fn write_kernel(mut self) -> Result<String> {
        let parameters = self.global_parameters(true)?;
        let threads = self.entry.map_or(1, |entry| entry.workgroup_size.iter().product::<u32>());
        if self.function.result.is_some() {
            return Err(TranslateError::unsupported("an entry point that returns a value"));
        }
        if !self.module.in_space(AddressSpace::WorkGroup).is_empty() {
            self.line("Workgroup& workgroup = *static_cast<Workgroup*>(wgsl::workgroup_memory());");
            if self.module.options.zero_workgroup_memory {
                self.line(&format!("wgsl::zero<{threads}>(workgroup);"));
            }
        }
        if !self.module.in_space(AddressSpace::Private).is_empty() {
            self.line("Private invocation;");
        }
        self.write_builtins()?;
        self.write_locals()?;
        self.body(&self.function.body)?;
        let name = self.module.kernel_name();
        let bounds = match self.module.options.blocks_per_multiprocessor {
            Some(blocks) => format!("{threads}, {blocks}"),
            None => threads.to_string(),
        };
        let mut text = format!("extern \"C\" __global__ void __launch_bounds__({bounds}) {name}(\n");
        for (i, parameter) in parameters.iter().enumerate() {
            let _ = writeln!(text, "    {parameter}{}", if i + 1 == parameters.len() { ")" } else { "," });
        }
        if parameters.is_empty() {
            text.truncate(text.len() - 1);
            text.push_str(")\n");
        }
        let _ = write!(text, "{{\n{}}}\n", self.text);
        Ok(text)
    }

    /// The globals that this function and those that it calls use, as parameters: of the kernel, all bound variables.
    fn global_parameters(&mut self, kernel: bool) -> Result<Vec<String>> {
        let mut parameters = Vec::new();
        for handle in self.passed_globals(self.info, kernel) {
            let span = self.module.module.global_variables.get_span(handle);
            let wgsl = self.module.options.wgsl;
            parameters.extend(self.global_parameter(handle, kernel).map_err(|error| error.at(span, wgsl))?);
        }
        if !kernel {
            for (space, parameter) in [(AddressSpace::WorkGroup, "Workgroup& workgroup"), (AddressSpace::Private, "Private& invocation")] {
                if self.uses_space(self.info, space) {
                    parameters.push(parameter.to_owned());
                }
            }
        }
        Ok(parameters)
    }

    fn global_parameter(&mut self, handle: Handle<GlobalVariable>, kernel: bool) -> Result<Vec<String>> {
        let variable = &self.module.module.global_variables[handle];
        let name = self.module.globals[&handle].clone();
        let AddressSpace::Storage { .. } = variable.space else {
            let ty = self.module.type_name(variable.ty)?;
            return Ok(vec![if kernel { format!("const __grid_constant__ {ty} {name}") } else { format!("const {ty}& {name}") }]);
        };
        let constant = if writable(variable.space) { "" } else { "const " };
        let pointee = match self.module.module.types[variable.ty].inner {
            TypeInner::Array { base, size: naga::ArraySize::Dynamic, .. } => self.module.element_name(base)?,
            _ => self.module.type_name(variable.ty)?,
        };
        let mut parameters = vec![format!("{constant}{pointee}* __restrict__ {name}")];
        if self.module.runtime_array(handle).is_some() && (kernel || self.module.lengths.contains(&handle)) {
            parameters.push(format!("const u32 {name}_length"));
        }
        Ok(parameters)
    }

    /// The same globals as arguments of a call.
    pub(super) fn global_arguments(&self, callee: Handle<Function>) -> Vec<String> {
        let info = &self.module.info[callee];
        let mut arguments = Vec::new();
        for handle in self.passed_globals(info, false) {
            let name = &self.module.globals[&handle];
            arguments.push(name.clone());
            if self.module.lengths.contains(&handle) {
                arguments.push(format!("{name}_length"));
            }
        }
        for (space, argument) in [(AddressSpace::WorkGroup, "workgroup"), (AddressSpace::Private, "invocation")] {
            if self.uses_space(info, space) {
                arguments.push(argument.to_owned());
            }
        }
        arguments
    }

    fn passed_globals(&self, info: &FunctionInfo, all: bool) -> Vec<Handle<GlobalVariable>> {
        self.module.bound().into_iter().filter(|&handle| all || !info[handle].is_empty()).collect()
    }

    fn uses_space(&self, info: &FunctionInfo, space: AddressSpace) -> bool {
        self.module.in_space(space).into_iter().any(|handle| !info[handle].is_empty())
    }

    fn write_locals(&mut self) -> Result<()> {
        for (handle, variable) in self.function.local_variables.iter() {
            let name = self.names.unique(variable.name.as_deref().unwrap_or("local"));
            let (span, wgsl) = (self.function.local_variables.get_span(handle), self.module.options.wgsl);
            let ty = self.module.type_name(variable.ty).map_err(|error| error.at(span, wgsl))?;
            let value = match variable.init {
                Some(init) => self.value(init)?.text,
                None if matches!(self.module.module.types[variable.ty].inner, TypeInner::CooperativeMatrix { .. }) => format!("{ty}{{}}"),
                None => "{}".to_owned(),
            };
            self.line(&format!("{ty} {name} = {value};"));
            self.locals.insert(handle, name);
        }
        Ok(())
    }

    fn write_builtins(&mut self) -> Result<()> {
        for argument in &self.function.arguments {
            let name = self.names.unique(argument.name.as_deref().unwrap_or("argument"));
            let ty = self.module.type_name(argument.ty)?;
            let value = match (&argument.binding, &self.module.module.types[argument.ty].inner) {
                (Some(Binding::BuiltIn(builtin)), _) => self.builtin(*builtin, argument.ty)?,
                (None, TypeInner::Struct { members, .. }) => {
                    let mut values = Vec::new();
                    for member in members {
                        let Some(Binding::BuiltIn(builtin)) = member.binding else {
                            return Err(TranslateError::unsupported(format!("the member `{:?}` of an entry point's input", member.name)));
                        };
                        values.push(self.builtin(builtin, member.ty)?);
                    }
                    format!("{ty}{{{}}}", values.join(", "))
                }
                _ => return Err(TranslateError::unsupported(format!("the entry point's parameter `{name}`"))),
            };
            self.line(&format!("const {ty} {name} = {value};"));
            self.arguments.push(name);
        }
        Ok(())
    }

    fn builtin(&mut self, builtin: BuiltIn, ty: Handle<Type>) -> Result<String> {
        let [x, y, z] = self.entry.map_or([1; 3], |entry| entry.workgroup_size);
        let index = match (y, z) {
            (1, 1) => "threadIdx.x".to_owned(),
            (_, 1) => format!("(threadIdx.x + threadIdx.y * {x}u)"),
            _ => format!("(threadIdx.x + threadIdx.y * {x}u + threadIdx.z * {}u)", x * y),
        };
        let vector = self.module.type_name(ty)?;
        Ok(match builtin {
            BuiltIn::GlobalInvocationId => {
                format!("{vector}(blockIdx.x * {x}u + threadIdx.x, blockIdx.y * {y}u + threadIdx.y, blockIdx.z * {z}u + threadIdx.z)")
            }
            BuiltIn::LocalInvocationId => format!("{vector}(threadIdx.x, threadIdx.y, threadIdx.z)"),
            BuiltIn::LocalInvocationIndex => index,
            BuiltIn::WorkGroupId => format!("{vector}(blockIdx.x, blockIdx.y, blockIdx.z)"),
            BuiltIn::WorkGroupSize => format!("{vector}({x}u, {y}u, {z}u)"),
            BuiltIn::NumWorkGroups => format!("{vector}(gridDim.x, gridDim.y, gridDim.z)"),
            BuiltIn::NumSubgroups => format!("{}u", (x * y * z).div_ceil(32)),
            BuiltIn::SubgroupId => format!("{index} / 32u"),
            BuiltIn::SubgroupSize => "32u".to_owned(),
            BuiltIn::SubgroupInvocationId => format!("{index} % 32u"),
            other => return Err(TranslateError::unsupported(format!("the built-in value {other:?}"))),
        })
    }

    pub(super) fn argument(&self, index: u32) -> String {
        self.arguments[index as usize].clone()
    }

    pub(super) fn local(&self, handle: Handle<LocalVariable>) -> String {
        self.locals[&handle].clone()
    }

    pub(super) fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:width$}{text}", "", width = self.depth * 4);
    }

    pub(super) fn span(&self, expression: Handle<Expression>) -> Span {
        self.function.expressions.get_span(expression)
    }

    /// The type of an expression's value.
    pub(super) fn inner(&self, expression: Handle<Expression>) -> &TypeInner {
        self.info[expression].ty.inner_with(&self.module.module.types)
    }

    /// The name of an expression's type.
    pub(super) fn type_of(&mut self, expression: Handle<Expression>) -> Result<String> {
        let info = self.info;
        match info[expression].ty {
            naga::proc::TypeResolution::Handle(handle) => self.module.type_name(handle),
            naga::proc::TypeResolution::Value(ref inner) => self.module.inner_name(inner),
        }
    }

    /// The name of what a pointer type points to.
    pub(super) fn pointee_name(&mut self, pointer: &TypeInner) -> Result<String> {
        match *pointer {
            TypeInner::Pointer { base, .. } => self.module.type_name(base),
            TypeInner::ValuePointer { size: Some(size), scalar, .. } => self.module.inner_name(&TypeInner::Vector { size, scalar }),
            TypeInner::ValuePointer { size: None, scalar, .. } => self.module.inner_name(&TypeInner::Scalar(scalar)),
            _ => Err(TranslateError::unsupported("this pointer")),
        }
    }
}
