//! Places in memory: variables, and the way from a variable to a part of it.

use naga::proc::TypeResolution;
use naga::{AddressSpace, ArraySize, Expression, GlobalVariable, Handle, Type, TypeInner};

use super::expression::{Level, Text};
use super::function::FunctionWriter;
use super::writer::{Result, root};

/// What an index or a member is taken of.
enum Aggregate {
    Struct(Handle<Type>),
    /// A pointer to the elements, with the variable that it is.
    RuntimeArray(Handle<Type>),
    /// An array, vector or matrix with so many elements.
    Sized(u32),
    Vector(u32),
}

impl FunctionWriter<'_, '_> {
    /// A place, as an lvalue.
    pub(super) fn place(&mut self, pointer: Handle<Expression>) -> Result<String> {
        match self.function.expressions[pointer] {
            Expression::GlobalVariable(handle) => Ok(self.global(handle)),
            Expression::LocalVariable(handle) => Ok(self.local(handle)),
            Expression::FunctionArgument(index) => Ok(self.argument(index)),
            Expression::Access { base, index } => {
                let place = self.place(base)?;
                self.indexed(place, base, index)
            }
            Expression::AccessIndex { base, index } => {
                let place = self.place(base)?;
                self.component(place, base, index)
            }
            _ => Err(self.module.error(self.span(pointer), "this pointer".to_owned())),
        }
    }

    fn global(&self, handle: Handle<GlobalVariable>) -> String {
        let variable = &self.module.module.global_variables[handle];
        let name = &self.module.globals[&handle];
        match variable.space {
            AddressSpace::WorkGroup => format!("workgroup.{name}"),
            AddressSpace::Private => format!("invocation.{name}"),
            AddressSpace::Storage { .. }
                if !matches!(self.module.module.types[variable.ty].inner, TypeInner::Array { size: ArraySize::Dynamic, .. }) =>
            {
                format!("(*{name})")
            }
            _ => name.clone(),
        }
    }

    /// `base[index]`, where `text` is the base, a place or a value.
    pub(super) fn indexed(&mut self, text: String, base: Handle<Expression>, index: Handle<Expression>) -> Result<String> {
        let index = self.value(index)?.text;
        self.element(text, base, index)
    }

    /// `base.member`, `base.x` or `base[3]`.
    pub(super) fn component(&mut self, text: String, base: Handle<Expression>, index: u32) -> Result<String> {
        match self.aggregate(base) {
            Some(Aggregate::Struct(ty)) => {
                let member = self.module.member_name(ty, index)?;
                Ok(match text.strip_prefix("(*").and_then(|rest| rest.strip_suffix(')')) {
                    Some(pointer) => format!("{pointer}->{member}"),
                    None => format!("{text}.{member}"),
                })
            }
            Some(Aggregate::Vector(_)) => Ok(format!("{text}.{}", ["x", "y", "z", "w"][index as usize])),
            Some(Aggregate::Sized(_)) => Ok(format!("{text}[{index}u]")),
            _ => self.element(text, base, format!("{index}u")),
        }
    }

    fn element(&mut self, text: String, base: Handle<Expression>, index: String) -> Result<String> {
        let Some(aggregate) = self.aggregate(base) else {
            return Err(self.module.error(self.span(base), "an index into this value".to_owned()));
        };
        let length = match aggregate {
            Aggregate::Sized(length) | Aggregate::Vector(length) => format!("{length}u"),
            Aggregate::RuntimeArray(_) => self.length(base)?,
            Aggregate::Struct(_) => return Err(self.module.error(self.span(base), "a computed member of a struct".to_owned())),
        };
        let index = if self.module.options.bounds_checks {
            format!("wgsl::checked({index}, {length}, \"{}\")", self.root_name(base))
        } else {
            index
        };
        Ok(match aggregate {
            Aggregate::RuntimeArray(element) if self.module.is_padded(element) => format!("{text}[{index}].value"),
            _ => format!("{text}[{index}]"),
        })
    }

    /// The variable that an index goes into, for messages.
    fn root_name(&self, mut base: Handle<Expression>) -> String {
        loop {
            if let Some(name) = self.baked.get(&base) {
                return name.clone();
            }
            match self.function.expressions[base] {
                Expression::Access { base: next, .. } | Expression::AccessIndex { base: next, .. } => base = next,
                Expression::GlobalVariable(handle) => return self.module.globals[&handle].clone(),
                Expression::LocalVariable(handle) => return self.local(handle),
                Expression::FunctionArgument(index) => return self.argument(index),
                _ => return "a value".to_owned(),
            }
        }
    }

    /// The variable with the number of elements of a runtime-sized array.
    fn length(&mut self, array: Handle<Expression>) -> Result<String> {
        match root(self.function, array) {
            Some(global) if self.module.lengths.contains(&global) => Ok(format!("{}_length", self.module.globals[&global])),
            // Nobody asks for the length where nothing is checked.
            _ if !self.module.options.bounds_checks => Ok(String::new()),
            _ => Err(self.module.error(self.span(array), "the length of this array".to_owned())),
        }
    }

    pub(super) fn array_length(&mut self, array: Handle<Expression>) -> Result<Text> {
        let text = self.length(array)?;
        if text.is_empty() {
            return Err(self.module.error(self.span(array), "the length of this array".to_owned()));
        }
        Ok(Text { text, level: Level::Primary })
    }

    fn aggregate(&self, base: Handle<Expression>) -> Option<Aggregate> {
        let types = &self.module.module.types;
        let of = |handle: Handle<Type>| match types[handle].inner {
            TypeInner::Struct { .. } => Some(Aggregate::Struct(handle)),
            TypeInner::Array { size: ArraySize::Constant(size), .. } => Some(Aggregate::Sized(size.get())),
            TypeInner::Array { base, size: ArraySize::Dynamic, .. } => Some(Aggregate::RuntimeArray(base)),
            TypeInner::Vector { size, .. } => Some(Aggregate::Vector(size as u32)),
            TypeInner::Matrix { columns, .. } => Some(Aggregate::Sized(columns as u32)),
            _ => None,
        };
        match self.info[base].ty {
            TypeResolution::Handle(handle) => match types[handle].inner {
                TypeInner::Pointer { base, .. } => of(base),
                TypeInner::ValuePointer { size: Some(size), .. } => Some(Aggregate::Vector(size as u32)),
                _ => of(handle),
            },
            TypeResolution::Value(ref inner) => match *inner {
                TypeInner::Pointer { base, .. } => of(base),
                TypeInner::ValuePointer { size: Some(size), .. } | TypeInner::Vector { size, .. } => Some(Aggregate::Vector(size as u32)),
                TypeInner::Matrix { columns, .. } => Some(Aggregate::Sized(columns as u32)),
                _ => None,
            },
        }
    }
}
