//! Types: WGSL's own names, as templates of the prelude.

use std::fmt::Write;

use naga::{ArraySize, CooperativeRole, CooperativeSize, Handle, Scalar, ScalarKind, StructMember, Type, TypeInner, VectorSize};

use super::TranslateError;
use super::writer::{Result, StructNames, Writer};

pub(super) fn scalar_name(scalar: Scalar) -> Result<&'static str> {
    Ok(match (scalar.kind, scalar.width) {
        (ScalarKind::Bool, _) => "bool",
        (ScalarKind::Sint, 2) => "i16",
        (ScalarKind::Uint, 2) => "u16",
        (ScalarKind::Sint, 4) => "i32",
        (ScalarKind::Uint, 4) => "u32",
        (ScalarKind::Sint, 8) => "i64",
        (ScalarKind::Uint, 8) => "u64",
        (ScalarKind::Float, 2) => "f16",
        (ScalarKind::Float, 4) => "f32",
        (kind, width) => return Err(TranslateError::unsupported(format!("{kind:?} numbers of {} bits", u32::from(width) * 8))),
    })
}

impl Writer<'_> {
    pub(super) fn type_name(&mut self, handle: Handle<Type>) -> Result<String> {
        let module = self.module;
        let ty = &module.types[handle];
        match ty.inner {
            TypeInner::Struct { .. } => self.struct_name(handle),
            ref inner => self.inner_name(inner),
        }
    }

    /// The name of a type that is no struct.
    pub(super) fn inner_name(&mut self, inner: &TypeInner) -> Result<String> {
        Ok(match *inner {
            TypeInner::Scalar(scalar) => scalar_name(scalar)?.to_owned(),
            TypeInner::Vector { size, scalar } => format!("vec{}<{}>", size as u8, scalar_name(scalar)?),
            TypeInner::Matrix { columns, rows, scalar } => format!("mat{}x{}<{}>", columns as u8, rows as u8, scalar_name(scalar)?),
            TypeInner::Atomic(scalar) => format!("atomic<{}>", scalar_name(scalar)?),
            TypeInner::Array { base, size: ArraySize::Constant(size), .. } => format!("array<{}, {size}>", self.type_name(base)?),
            TypeInner::CooperativeMatrix { columns, rows, scalar, role } => cooperative_name(columns, rows, scalar, role)?,
            TypeInner::Array { size: ArraySize::Pending(handle), .. } => return Err(TranslateError::unsupported(self.unresolved(handle))),
            TypeInner::Array { .. } => return Err(TranslateError::unsupported("an array of unknown size as a value")),
            TypeInner::Struct { .. } => return Err(TranslateError::unsupported("a struct without a name")),
            TypeInner::Pointer { .. } | TypeInner::ValuePointer { .. } => return Err(TranslateError::unsupported("a pointer as a value")),
            TypeInner::Image { .. } | TypeInner::Sampler { .. } => return Err(TranslateError::unsupported("a texture or sampler")),
            TypeInner::AccelerationStructure { .. } | TypeInner::RayQuery { .. } => return Err(TranslateError::unsupported("a ray query")),
            TypeInner::BindingArray { .. } => return Err(TranslateError::unsupported("a binding array")),
        })
    }

    fn struct_name(&mut self, handle: Handle<Type>) -> Result<String> {
        if let Some(names) = self.structs.get(&handle) {
            return Ok(names.name.clone());
        }
        let module = self.module;
        let TypeInner::Struct { ref members, .. } = module.types[handle].inner else {
            return Err(TranslateError::unsupported("a type that should be a struct"));
        };
        // Members first, so that a struct is defined after those that it holds.
        for member in members {
            match module.types[member.ty].inner {
                TypeInner::Array { base, size: ArraySize::Dynamic, .. } => self.type_name(base)?,
                _ => self.type_name(member.ty)?,
            };
        }
        let name = self.names.unique(module.types[handle].name.as_deref().unwrap_or("Struct"));
        let mut scope = super::names::Names::new();
        let members = members.iter().map(|member| scope.unique(member.name.as_deref().unwrap_or("member"))).collect();
        self.structs.insert(handle, StructNames { name: name.clone(), members });
        self.used_structs.push(handle);
        Ok(name)
    }

    /// The name of a struct's member. The struct has been named before, where its variable was declared.
    pub(super) fn member_name(&mut self, handle: Handle<Type>, index: u32) -> Result<String> {
        self.struct_name(handle)?;
        Ok(self.structs[&handle].members[index as usize].clone())
    }

    /// The definitions of all structs that were named so far.
    pub(super) fn structs(&mut self) -> Result<String> {
        let mut text = String::new();
        for handle in self.used_structs.clone() {
            let module = self.module;
            let TypeInner::Struct { ref members, span } = module.types[handle].inner else { continue };
            let _ = writeln!(text, "struct {} {{", self.structs[&handle].name);
            let mut end = 0;
            for (i, member) in members.iter().enumerate() {
                let name = self.structs[&handle].members[i].clone();
                let (declaration, next) = self.struct_member(member, &name, end)?;
                text += &declaration;
                end = next;
            }
            let dynamic = members.last().is_some_and(|member| module.types[member.ty].inner.is_dynamically_sized(&module.types));
            let padding = self.tail_padding(members, end, span);
            if padding > 0 && !dynamic {
                let _ = writeln!(text, "    unsigned char tail_padding[{padding}];");
            }
            text += "};\n";
            if !dynamic {
                let _ = writeln!(text, "static_assert(sizeof({0}) == {span}, \"{0}\");", self.structs[&handle].name);
            }
        }
        Ok(text)
    }

    /// One member, aligned to its offset, and the first byte after it.
    fn struct_member(&mut self, member: &StructMember, name: &str, end: u32) -> Result<(String, u32)> {
        let module = self.module;
        let layout = self.layouter[member.ty];
        if let TypeInner::Array { base, size: ArraySize::Dynamic, .. } = module.types[member.ty].inner {
            let element = self.element_name(base)?;
            return Ok((format!("    {element} {name}[1];\n"), member.offset));
        }
        let mut declaration = self.member(member.ty, name)?;
        let natural = layout.alignment.round_up(end);
        if natural != member.offset {
            // `@align` or `@size` in the source: the smallest alignment that reaches the offset from here.
            let alignment = (0..=12)
                .map(|bit| 1u32 << bit)
                .find(|a| a.is_multiple_of(layout.alignment.round_up(1)) && end.next_multiple_of(*a) == member.offset);
            let Some(alignment) = alignment else {
                return Err(TranslateError::unsupported(format!("the gap before member `{name}` of a struct")));
            };
            declaration = format!("alignas({alignment}) {declaration}");
        }
        Ok((format!("    {declaration};\n"), member.offset + layout.size))
    }

    /// Bytes at the end that C++ would not add by itself.
    fn tail_padding(&self, members: &[StructMember], end: u32, span: u32) -> u32 {
        let alignment = members.iter().map(|member| self.layouter[member.ty].alignment.round_up(1)).max().unwrap_or(1);
        if end.next_multiple_of(alignment) == span { 0 } else { span.saturating_sub(end) }
    }

    /// The declaration of a member. C++ would give vec3 the alignment of its elements.
    pub(super) fn member(&mut self, ty: Handle<Type>, name: &str) -> Result<String> {
        let type_name = self.type_name(ty)?;
        Ok(match self.module.types[ty].inner {
            TypeInner::Vector { size: VectorSize::Tri, scalar } => format!("alignas({}) {type_name} {name}", u32::from(scalar.width) * 4),
            _ => format!("{type_name} {name}"),
        })
    }

    /// What a pointer to an element of a runtime-sized array points to.
    pub(super) fn element_name(&mut self, base: Handle<Type>) -> Result<String> {
        let name = self.type_name(base)?;
        Ok(if self.is_padded(base) { format!("wgsl::padded<{name}>") } else { name })
    }

    /// Whether elements of this type have a gap between them: three-component vectors.
    pub(super) fn is_padded(&self, ty: Handle<Type>) -> bool {
        matches!(self.module.types[ty].inner, TypeInner::Vector { size: VectorSize::Tri, .. })
    }
}

fn cooperative_name(columns: CooperativeSize, rows: CooperativeSize, scalar: Scalar, role: CooperativeRole) -> Result<String> {
    let (columns, rows, role) = (columns as u32, rows as u32, format!("{role:?}"));
    let name = scalar_name(scalar)?;
    if columns != 16 || rows != 16 {
        return Err(TranslateError::unsupported(format!("coop_mat{columns}x{rows}<{name}, {role}>: a warp multiplies 16x16 matrices")));
    }
    if role != "C" && name != "f16" {
        return Err(TranslateError::unsupported(format!("coop_mat16x16<{name}, {role}>: operands are f16")));
    }
    Ok(format!("coop_mat16x16<{name}, wgsl::{role}>"))
}
