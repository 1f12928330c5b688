//! Literals and constant expressions.

use naga::{Expression, Handle, Literal, Override};

use super::TranslateError;
use super::writer::{Result, Writer};

pub(super) fn literal(value: Literal) -> Result<String> {
    Ok(match value {
        Literal::F32(value) if value.is_finite() => format!("{value:?}f"),
        Literal::F32(value) => format!("__uint_as_float({:#x}u)", value.to_bits()),
        Literal::F16(value) => format!("f16::from_bits({:#x})", value.to_bits()),
        Literal::U32(value) => format!("{value}u"),
        // The smallest numbers have no literal of their own: C++ reads `-x` as a negation.
        Literal::I32(i32::MIN) => "(-2147483647 - 1)".to_owned(),
        Literal::I32(value) => value.to_string(),
        Literal::U16(value) => format!("u16({value})"),
        Literal::I16(value) => format!("i16({value})"),
        Literal::U64(value) => format!("{value}ull"),
        Literal::I64(i64::MIN) => "(-9223372036854775807ll - 1)".to_owned(),
        Literal::I64(value) => format!("{value}ll"),
        Literal::Bool(value) => value.to_string(),
        Literal::F64(_) => return Err(TranslateError::unsupported("a 64-bit float")),
        Literal::AbstractInt(_) | Literal::AbstractFloat(_) => return Err(TranslateError::unsupported("a number without a type")),
    })
}

impl Writer<'_> {
    /// Overrides are constants by the time of the translation.
    pub(super) fn unresolved(&self, handle: Handle<Override>) -> String {
        format!("the unresolved override `{}`", self.module.overrides[handle].name.as_deref().unwrap_or("unnamed"))
    }

    /// An expression of the module's own: the value of a constant.
    pub(super) fn constant_expression(&mut self, handle: Handle<Expression>) -> Result<String> {
        let module = self.module;
        let span = module.global_expressions.get_span(handle);
        match module.global_expressions[handle] {
            Expression::Literal(value) => literal(value),
            Expression::Constant(constant) => match self.constant_name(constant) {
                Some(name) => Ok(name),
                None => self.constant_expression(module.constants[constant].init),
            },
            Expression::ZeroValue(ty) => Ok(format!("{}{{}}", self.type_name(ty)?)),
            Expression::Compose { ty, ref components } => {
                let values = components.iter().map(|&component| self.constant_expression(component)).collect::<Result<Vec<_>>>()?;
                self.compose(ty, &values)
            }
            Expression::Splat { size, value } => {
                let value = self.constant_expression(value)?;
                let ty = self.info[handle].inner_with(&module.types).clone();
                debug_assert_eq!(ty.components(), Some(size as u32));
                Ok(format!("{}({value})", self.inner_name(&ty)?))
            }
            Expression::Override(handle) => Err(self.error(span, self.unresolved(handle))),
            _ => Err(self.error(span, "this constant expression".to_owned())),
        }
    }
}
