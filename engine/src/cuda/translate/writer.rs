//! The module as a whole: what is reachable from the entry point, named and put in order.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use naga::proc::Layouter;
use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    AddressSpace, ArraySize, Block, Constant, EntryPoint, Expression, Function, GlobalVariable, Handle, Module, Span, Statement, Type,
    TypeInner,
};

use super::function::FunctionWriter;
use super::names::Names;
use super::{KernelBinding, Options, Passing, RuntimeArray, TranslateError, Translation, prelude, writable};

pub(super) type Result<T> = std::result::Result<T, TranslateError>;

/// What every architecture and driver takes.
const MAX_PARAMETER_BYTES: u32 = 4096;

/// The translation of one entry point.
pub(super) struct Writer<'a> {
    pub(super) module: &'a Module,
    pub(super) info: &'a ModuleInfo,
    pub(super) options: &'a Options<'a>,
    pub(super) layouter: Layouter,
    pub(super) names: Names,
    pub(super) entry_index: usize,
    pub(super) entry: &'a EntryPoint,
    kernel: String,
    pub(super) globals: HashMap<Handle<GlobalVariable>, String>,
    /// Storage variables whose number of elements is passed on to the functions that use them.
    pub(super) lengths: HashSet<Handle<GlobalVariable>>,
    pub(super) functions: HashMap<Handle<Function>, String>,
    pub(super) structs: HashMap<Handle<Type>, StructNames>,
    /// Structs in the order of their definition.
    pub(super) used_structs: Vec<Handle<Type>>,
    pub(super) constants: HashMap<Handle<Constant>, String>,
    pub(super) used_constants: Vec<Handle<Constant>>,
    pub(super) uses_subgroups: bool,
}

#[derive(Clone, Debug)]
pub(super) struct StructNames {
    pub(super) name: String,
    pub(super) members: Vec<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(module: &'a Module, info: &'a ModuleInfo, entry_index: usize, options: &'a Options<'a>) -> Result<Self> {
        let mut layouter = Layouter::default();
        layouter.update(module.to_ctx()).map_err(|error| TranslateError::unsupported(format!("a type without a layout ({error})")))?;
        let mut names = Names::new();
        let entry = &module.entry_points[entry_index];
        let kernel = match options.kernel.unwrap_or(&entry.name) {
            "main" => "main_kernel",
            name => name,
        };
        let kernel = names.unique(kernel);
        let mut writer = Writer {
            module,
            info,
            options,
            layouter,
            names,
            entry_index,
            entry,
            kernel,
            globals: HashMap::new(),
            lengths: HashSet::new(),
            functions: HashMap::new(),
            structs: HashMap::new(),
            used_structs: Vec::new(),
            constants: HashMap::new(),
            used_constants: Vec::new(),
            uses_subgroups: false,
        };
        writer.name_globals();
        Ok(writer)
    }

    pub(super) fn entry_info(&self) -> &'a FunctionInfo {
        self.info.get_entry_point(self.entry_index)
    }

    fn name_globals(&mut self) {
        for (handle, variable) in self.module.global_variables.iter() {
            if !self.entry_info()[handle].is_empty() {
                let name = self.names.unique(variable.name.as_deref().unwrap_or("unnamed"));
                self.globals.insert(handle, name);
            }
        }
        let functions = self.module.functions.iter().map(|(_, function)| function).chain([&self.entry.function]);
        for function in functions {
            for (_, expression) in function.expressions.iter() {
                if let Expression::ArrayLength(array) = *expression
                    && let Some(global) = root(function, array)
                {
                    self.lengths.insert(global);
                }
            }
        }
        if self.options.bounds_checks {
            self.lengths = self.module.global_variables.iter().map(|(handle, _)| handle).collect();
        }
        self.lengths.retain(|handle| self.globals.contains_key(handle));
        self.lengths = self.lengths.iter().copied().filter(|&handle| self.runtime_array(handle).is_some()).collect();
    }

    /// The layout of the runtime-sized array that a variable ends in.
    pub(super) fn runtime_array(&self, handle: Handle<GlobalVariable>) -> Option<RuntimeArray> {
        let types = &self.module.types;
        let array = |ty: Handle<Type>, offset| match types[ty].inner {
            TypeInner::Array { size: ArraySize::Dynamic, stride, .. } => Some(RuntimeArray { offset, stride }),
            _ => None,
        };
        let ty = self.module.global_variables[handle].ty;
        match types[ty].inner {
            TypeInner::Struct { ref members, .. } => members.last().and_then(|member| array(member.ty, member.offset)),
            _ => array(ty, 0),
        }
    }

    pub(super) fn write(mut self) -> Result<Translation> {
        self.name_functions();
        let mut functions = String::new();
        for (handle, function) in self.module.functions.iter() {
            if self.functions.contains_key(&handle) {
                let info = &self.info[handle];
                functions += &FunctionWriter::new(&mut self, function, info, None).write_function(handle)?;
            }
        }
        let (entry, info) = (self.entry, self.entry_info());
        let kernel = FunctionWriter::new(&mut self, &entry.function, info, Some(entry)).write_kernel()?;
        let bindings = self.bindings()?;
        let (variables, workgroup_memory) = self.variables()?;
        let constants = self.constants()?;
        // Last of all: it defines every struct that the others have named.
        let structs = self.structs()?;
        let mut body = String::new();
        for part in [structs, constants, variables, functions, kernel].iter().filter(|part| !part.is_empty()) {
            let _ = write!(body, "\n{}\n", part.trim_end());
        }
        let source = format!("{}\nnamespace shader {{\n{body}\n}} // namespace shader\n", prelude::text(&body));
        let kernel = self.kernel;
        Ok(Translation { source, kernel, workgroup_size: entry.workgroup_size, workgroup_memory, bindings, written: false })
    }

    /// Names the functions that the entry point reaches.
    fn name_functions(&mut self) {
        let mut reached = HashSet::new();
        let mut open = vec![&self.entry.function.body];
        while let Some(body) = open.pop() {
            for callee in callees(body) {
                if reached.insert(callee) {
                    open.push(&self.module.functions[callee].body);
                }
            }
        }
        for (handle, function) in self.module.functions.iter().filter(|(handle, _)| reached.contains(handle)) {
            let name = self.names.unique(function.name.as_deref().unwrap_or("function"));
            self.functions.insert(handle, name);
        }
    }

    /// The variables of an address space that the entry point uses.
    pub(super) fn in_space(&self, space: AddressSpace) -> Vec<Handle<GlobalVariable>> {
        let all = self.module.global_variables.iter();
        all.filter(|(handle, variable)| variable.space == space && self.globals.contains_key(handle)).map(|(handle, _)| handle).collect()
    }

    /// Bound variables by binding number: the kernel's parameters.
    pub(super) fn bound(&self) -> Vec<Handle<GlobalVariable>> {
        let variables = &self.module.global_variables;
        let bound = variables.iter().filter(|(handle, variable)| variable.binding.is_some() && self.globals.contains_key(handle));
        let mut bound: Vec<_> = bound.map(|(handle, _)| handle).collect();
        bound.sort_by_key(|&handle| variables[handle].binding.as_ref().map(|binding| (binding.group, binding.binding)));
        bound
    }

    fn bindings(&self) -> Result<Vec<KernelBinding>> {
        let mut bindings = Vec::new();
        for handle in self.bound() {
            let variable = &self.module.global_variables[handle];
            let Some(place) = &variable.binding else { continue };
            let passing = match variable.space {
                AddressSpace::Uniform => Passing::Value,
                AddressSpace::Storage { .. } => {
                    Passing::Pointer { writable: writable(variable.space), runtime_array: self.runtime_array(handle) }
                }
                space => {
                    let span = self.module.global_variables.get_span(handle);
                    return Err(self.error(span, format!("a binding in address space {space:?}")));
                }
            };
            bindings.push(KernelBinding {
                name: variable.name.clone().unwrap_or_default(),
                group: place.group,
                binding: place.binding,
                min_bytes: match self.runtime_array(handle) {
                    Some(array) => array.offset + array.stride,
                    None => self.module.types[variable.ty].inner.size(self.module.to_ctx()),
                },
                passing,
            });
        }
        let bytes = bindings.iter().map(|binding| if binding.passing == Passing::Value { binding.min_bytes } else { 16 }).sum::<u32>();
        if bytes > MAX_PARAMETER_BYTES {
            return Err(TranslateError::unsupported(format!("parameters of {bytes} bytes: a kernel takes {MAX_PARAMETER_BYTES}")));
        }
        Ok(bindings)
    }

    /// The structs that hold workgroup and private variables, and the bytes of the first.
    fn variables(&mut self) -> Result<(String, u32)> {
        let mut text = String::new();
        let (mut bytes, mut alignment) = (0, 1);
        let workgroup = self.in_space(AddressSpace::WorkGroup);
        if !workgroup.is_empty() {
            text += "struct Workgroup {\n";
            for handle in workgroup {
                let ty = self.module.global_variables[handle].ty;
                let layout = self.layouter[ty];
                let declaration = self.member(ty, &self.globals[&handle].clone())?;
                let _ = writeln!(text, "    {declaration};");
                bytes = layout.alignment.round_up(bytes) + layout.size;
                alignment = alignment.max(layout.alignment.round_up(1));
            }
            bytes = bytes.next_multiple_of(alignment);
            let _ = writeln!(text, "}};\nstatic_assert(sizeof(Workgroup) == {bytes}, \"workgroup memory\");\n");
        }
        let private = self.in_space(AddressSpace::Private);
        if !private.is_empty() {
            text += "struct Private {\n";
            for handle in private {
                let variable = &self.module.global_variables[handle];
                let declaration = self.member(variable.ty, &self.globals[&handle].clone())?;
                let value = match variable.init {
                    Some(init) => self.constant_expression(init)?,
                    None => "{}".to_owned(),
                };
                let _ = writeln!(text, "    {declaration} = {value};");
            }
            text += "};\n\n";
        }
        if self.uses_subgroups {
            let count = self.entry.workgroup_size.iter().product::<u32>();
            let lanes = match self.options.subgroup_lanes {
                super::SubgroupLanes::All => format!("wgsl::all_lanes<{count}>()"),
                super::SubgroupLanes::Active => "__activemask()".to_owned(),
            };
            let _ = writeln!(text, "__device__ __forceinline__ u32 subgroup_lanes() {{ return {lanes}; }}");
        }
        Ok((text, bytes))
    }

    fn constants(&mut self) -> Result<String> {
        let mut text = String::new();
        self.used_constants.sort();
        for handle in self.used_constants.clone() {
            let constant = &self.module.constants[handle];
            let ty = self.type_name(constant.ty)?;
            let value = self.constant_expression(constant.init)?;
            // Scalars are values; of anything larger an element may be picked by an index, which needs memory of the device.
            let storage = if matches!(self.module.types[constant.ty].inner, TypeInner::Scalar(_)) { "" } else { "__device__ " };
            let _ = writeln!(text, "{storage}constexpr {ty} {} = {value};", self.constants[&handle]);
        }
        Ok(text)
    }

    pub(super) fn constant_name(&mut self, handle: Handle<Constant>) -> Option<String> {
        if let Some(name) = self.constants.get(&handle) {
            return Some(name.clone());
        }
        let name = self.names.unique(self.module.constants[handle].name.as_deref()?);
        self.constants.insert(handle, name.clone());
        self.used_constants.push(handle);
        Some(name)
    }

    pub(super) fn kernel_name(&self) -> &str {
        &self.kernel
    }

    pub(super) fn error(&self, span: Span, construct: String) -> TranslateError {
        TranslateError::unsupported(construct).at(span, self.options.wgsl)
    }
}

/// The variable that a chain of accesses starts from.
pub(super) fn root(function: &Function, mut expression: Handle<Expression>) -> Option<Handle<GlobalVariable>> {
    loop {
        match function.expressions[expression] {
            Expression::GlobalVariable(handle) => return Some(handle),
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => expression = base,
            _ => return None,
        }
    }
}

fn callees(body: &Block) -> Vec<Handle<Function>> {
    let mut found = Vec::new();
    for statement in body.iter() {
        match statement {
            Statement::Call { function, .. } => found.push(*function),
            Statement::Block(block) => found.extend(callees(block)),
            Statement::If { accept, reject, .. } => found.extend([accept, reject].into_iter().flat_map(callees)),
            Statement::Switch { cases, .. } => found.extend(cases.iter().flat_map(|case| callees(&case.body))),
            Statement::Loop { body, continuing, .. } => found.extend([body, continuing].into_iter().flat_map(callees)),
            _ => {}
        }
    }
    found
}
