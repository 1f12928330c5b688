//! Values.

use naga::{Expression, Handle, RelationalFunction, Scalar, ScalarKind, SwizzleComponent, Type, TypeInner};

use super::function::FunctionWriter;
use super::literal::literal;
use super::types::scalar_name;
use super::writer::{Result, Writer};

/// How tightly the outermost operator of a text binds, from the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Conditional,
    Or,
    And,
    BitOr,
    BitXor,
    BitAnd,
    Equality,
    Relational,
    Shift,
    Additive,
    Multiplicative,
    Unary,
    Primary,
}

/// An expression in C++.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) level: Level,
}

impl Text {
    pub(super) fn primary(text: impl Into<String>) -> Self {
        Text { text: text.into(), level: Level::Primary }
    }

    /// In parentheses if it binds less tightly than `level`.
    pub(super) fn within(self, level: Level) -> String {
        if self.level < level { format!("({})", self.text) } else { self.text }
    }
}

impl Writer<'_> {
    pub(super) fn compose(&mut self, ty: Handle<Type>, values: &[String]) -> Result<String> {
        let name = self.type_name(ty)?;
        let values = values.join(", ");
        Ok(match self.module.types[ty].inner {
            TypeInner::Struct { .. } | TypeInner::Array { .. } => format!("{name}{{{values}}}"),
            _ => format!("{name}({values})"),
        })
    }
}

impl FunctionWriter<'_, '_> {
    pub(super) fn value(&mut self, handle: Handle<Expression>) -> Result<Text> {
        if let Some(name) = self.baked.get(&handle) {
            return Ok(Text::primary(name.clone()));
        }
        let span = self.span(handle);
        let wgsl = self.module.options.wgsl;
        self.unnamed(handle).map_err(|error| error.at(span, wgsl))
    }

    fn values(&mut self, handles: &[Handle<Expression>]) -> Result<Vec<String>> {
        handles.iter().map(|&handle| Ok(self.value(handle)?.text)).collect()
    }

    /// The expression itself, even if it has a name by now.
    pub(super) fn unnamed(&mut self, handle: Handle<Expression>) -> Result<Text> {
        let function = self.function;
        match function.expressions[handle] {
            Expression::Literal(value) => {
                let text = literal(value)?;
                let level = if text.starts_with('-') { Level::Unary } else { Level::Primary };
                Ok(Text { text, level })
            }
            Expression::Constant(constant) => match self.module.constant_name(constant) {
                Some(name) => Ok(Text::primary(name)),
                None => self.module.constant_expression(self.module.module.constants[constant].init).map(Text::primary),
            },
            Expression::Override(unresolved) => Err(self.module.error(self.span(handle), self.module.unresolved(unresolved))),
            Expression::ZeroValue(ty) => Ok(Text::primary(format!("{}{{}}", self.module.type_name(ty)?))),
            Expression::Compose { ty, ref components } => {
                let values = self.values(components)?;
                self.module.compose(ty, &values).map(Text::primary)
            }
            Expression::Splat { value, .. } => {
                let value = self.value(value)?.text;
                Ok(Text::primary(format!("{}({value})", self.type_of(handle)?)))
            }
            Expression::Swizzle { size, vector, pattern } => {
                let components: Vec<_> = pattern[..size as usize].iter().map(|&component| component_number(component)).collect();
                let vector = self.value(vector)?.text;
                Ok(Text::primary(format!("wgsl::swizzle<{}>({vector})", components.join(", "))))
            }
            Expression::Access { base, index } if self.inner(handle).pointer_space().is_none() => {
                let text = self.value(base)?.within(Level::Primary);
                self.indexed(text, base, index).map(Text::primary)
            }
            Expression::AccessIndex { base, index } if self.inner(handle).pointer_space().is_none() => {
                let text = self.value(base)?.within(Level::Primary);
                self.component(text, base, index).map(Text::primary)
            }
            Expression::Access { .. } | Expression::AccessIndex { .. } | Expression::GlobalVariable(_) | Expression::LocalVariable(_) => {
                self.place(handle).map(Text::primary)
            }
            Expression::FunctionArgument(index) => Ok(Text::primary(self.argument(index))),
            Expression::Load { pointer } => {
                let place = self.place(pointer)?;
                let atomic = self.inner(pointer).is_atomic_pointer(&self.module.module.types);
                Ok(Text::primary(if atomic { format!("wgsl::atomicLoad({place})") } else { place }))
            }
            Expression::Unary { op, expr } => self.unary(op, expr),
            Expression::Binary { op, left, right } => self.binary(op, left, right),
            Expression::Select { condition, accept, reject } => self.select(condition, accept, reject),
            Expression::Relational { fun, argument } => self.relational(fun, argument),
            Expression::Math { fun, arg, arg1, arg2, arg3 } => {
                let arguments: Vec<_> = [Some(arg), arg1, arg2, arg3].into_iter().flatten().collect();
                self.math(handle, fun, &arguments)
            }
            Expression::As { expr, kind, convert } => self.conversion(handle, expr, kind, convert),
            Expression::ArrayLength(array) => self.array_length(array),
            Expression::CooperativeLoad { ref data, .. } => {
                let ty = self.type_of(handle)?;
                let data = self.cooperative_data(data)?;
                Ok(Text::primary(format!("{ty}::load({data})")))
            }
            Expression::CooperativeMultiplyAdd { a, b, c } => {
                let values = self.values(&[a, b, c])?;
                Ok(Text::primary(format!("wgsl::coopMultiplyAdd({})", values.join(", "))))
            }
            ref other => {
                let name = format!("{other:?}");
                let name = name.split([' ', '(', '{']).next().unwrap_or_default();
                Err(self.module.error(self.span(handle), format!("the expression {name}")))
            }
        }
    }

    fn select(&mut self, condition: Handle<Expression>, accept: Handle<Expression>, reject: Handle<Expression>) -> Result<Text> {
        let (accepted, rejected) = (self.value(accept)?, self.value(reject)?);
        if matches!(self.inner(condition), TypeInner::Vector { .. }) {
            let condition = self.value(condition)?.text;
            return Ok(Text::primary(format!("wgsl::select({}, {}, {condition})", rejected.text, accepted.text)));
        }
        let condition = self.value(condition)?.within(Level::Or);
        let text = format!("{condition} ? {} : {}", accepted.within(Level::Or), rejected.within(Level::Or));
        Ok(Text { text, level: Level::Conditional })
    }

    fn relational(&mut self, fun: RelationalFunction, argument: Handle<Expression>) -> Result<Text> {
        let value = self.value(argument)?;
        let scalar = matches!(self.inner(argument), TypeInner::Scalar(_));
        let name = match fun {
            RelationalFunction::All | RelationalFunction::Any if scalar => return Ok(value),
            RelationalFunction::All => "all",
            RelationalFunction::Any => "any",
            RelationalFunction::IsNan => "isNan",
            RelationalFunction::IsInf => "isInf",
        };
        Ok(Text::primary(format!("wgsl::{name}({})", value.text)))
    }

    fn conversion(&mut self, handle: Handle<Expression>, from: Handle<Expression>, kind: ScalarKind, convert: Option<u8>) -> Result<Text> {
        let value = self.value(from)?.text;
        let Some(width) = convert else {
            let ty = self.type_of(handle)?;
            return Ok(Text::primary(format!("wgsl::bitcast<{ty}>({value})")));
        };
        let target = scalar_name(Scalar { kind, width })?;
        let saturates = self.inner(from).scalar_kind() == Some(ScalarKind::Float) && matches!(kind, ScalarKind::Sint | ScalarKind::Uint);
        Ok(Text::primary(match *self.inner(from) {
            TypeInner::Scalar(_) if !saturates => format!("{target}({value})"),
            _ => format!("wgsl::convert<{target}>({value})"),
        }))
    }
}

fn component_number(component: SwizzleComponent) -> String {
    component.index().to_string()
}
