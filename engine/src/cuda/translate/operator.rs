//! Operators, with WGSL's rules where C++ leaves a result undefined.

use naga::{BinaryOperator as Op, Expression, Handle, Literal, ScalarKind, TypeInner, UnaryOperator};

use super::expression::{Level, Text};
use super::function::FunctionWriter;
use super::writer::Result;

impl FunctionWriter<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOperator, argument: Handle<Expression>) -> Result<Text> {
        let value = self.value(argument)?;
        let small = self.inner(argument).scalar_width() == Some(2) && self.inner(argument).scalar_kind() != Some(ScalarKind::Float);
        let signed = self.inner(argument).scalar_kind() == Some(ScalarKind::Sint);
        if (op == UnaryOperator::Negate && signed) || (small && matches!(self.inner(argument), TypeInner::Scalar(_))) {
            let name = if op == UnaryOperator::Negate { "negate" } else { "complement" };
            return Ok(Text::primary(format!("wgsl::{name}({})", value.text)));
        }
        let sign = match op {
            UnaryOperator::Negate => '-',
            UnaryOperator::LogicalNot => '!',
            UnaryOperator::BitwiseNot => '~',
        };
        // `--x` would be another operator.
        let text = if value.text.starts_with(sign) { format!("({})", value.text) } else { value.within(Level::Unary) };
        Ok(Text { text: format!("{sign}{text}"), level: Level::Unary })
    }

    pub(super) fn binary(&mut self, op: Op, left: Handle<Expression>, right: Handle<Expression>) -> Result<Text> {
        let (first, second) = (self.value(left)?, self.value(right)?);
        if let Some(function) = self.checked_function(op, left, right) {
            return Ok(Text::primary(format!("wgsl::{function}({}, {})", first.text, second.text)));
        }
        let scalar = matches!(self.inner(left), TypeInner::Scalar(_));
        let boolean = scalar && self.inner(left).scalar_kind() == Some(ScalarKind::Bool);
        let (sign, level) = match op {
            Op::Add => ("+", Level::Additive),
            Op::Subtract => ("-", Level::Additive),
            Op::Multiply => ("*", Level::Multiplicative),
            Op::Divide => ("/", Level::Multiplicative),
            Op::Modulo => ("%", Level::Multiplicative),
            Op::Equal => ("==", Level::Equality),
            Op::NotEqual => ("!=", Level::Equality),
            Op::Less => ("<", Level::Relational),
            Op::LessEqual => ("<=", Level::Relational),
            Op::Greater => (">", Level::Relational),
            Op::GreaterEqual => (">=", Level::Relational),
            Op::LogicalAnd => ("&&", Level::And),
            Op::LogicalOr => ("||", Level::Or),
            // On truth values these would give an int.
            Op::And if boolean => ("&&", Level::And),
            Op::InclusiveOr if boolean => ("||", Level::Or),
            Op::ExclusiveOr if boolean => ("!=", Level::Equality),
            Op::And => ("&", Level::BitAnd),
            Op::ExclusiveOr => ("^", Level::BitXor),
            Op::InclusiveOr => ("|", Level::BitOr),
            Op::ShiftLeft => ("<<", Level::Shift),
            Op::ShiftRight => (">>", Level::Shift),
        };
        // C++ lets arithmetic bind tighter than bits; few readers know how much.
        let (of_left, of_right) = match level {
            Level::Multiplicative | Level::Additive => (level, next(level)),
            Level::And | Level::Or if first.level == level => (level, Level::Equality),
            Level::And | Level::Or => (Level::Equality, Level::Equality),
            Level::BitAnd | Level::BitXor | Level::BitOr if first.level == level => (level, Level::Unary),
            Level::BitAnd | Level::BitXor | Level::BitOr | Level::Shift => (Level::Unary, Level::Unary),
            _ => (Level::Shift, Level::Shift),
        };
        Ok(Text { text: format!("{} {sign} {}", first.within(of_left), second.within(of_right)), level })
    }

    /// The prelude's function for an operator that C++ defines otherwise, or not for all operands.
    fn checked_function(&self, op: Op, left: Handle<Expression>, right: Handle<Expression>) -> Option<&'static str> {
        let inner = self.inner(left);
        let scalar = matches!(inner, TypeInner::Scalar(_));
        let (kind, width) = (inner.scalar_kind()?, inner.scalar_width()?);
        let integer = matches!(kind, ScalarKind::Sint | ScalarKind::Uint);
        // Integers of less than 32 bits would become ints.
        let promoted = integer && width < 4 && scalar;
        let signed = kind == ScalarKind::Sint;
        match op {
            Op::Add if signed || promoted => Some("add"),
            Op::Subtract if signed || promoted => Some("subtract"),
            Op::Multiply if signed || promoted => Some("multiply"),
            Op::Divide if integer && (promoted || !self.is_safe_divisor(right)) => Some("divide"),
            Op::Modulo if kind == ScalarKind::Float || promoted || (integer && !self.is_safe_divisor(right)) => Some("modulo"),
            Op::ShiftLeft if signed || promoted || !self.is_less_than(right, u32::from(width) * 8) => Some("shift_left"),
            Op::ShiftRight if promoted || !self.is_less_than(right, u32::from(width) * 8) => Some("shift_right"),
            Op::And if promoted => Some("bit_and"),
            Op::InclusiveOr if promoted => Some("bit_or"),
            Op::ExclusiveOr if promoted => Some("bit_xor"),
            _ => None,
        }
    }

    /// A literal that is neither zero nor -1.
    fn is_safe_divisor(&self, divisor: Handle<Expression>) -> bool {
        match self.literal_value(divisor) {
            Some(Literal::U32(value)) => value != 0,
            Some(Literal::I32(value)) => value != 0 && value != -1,
            _ => false,
        }
    }

    fn is_less_than(&self, amount: Handle<Expression>, limit: u32) -> bool {
        matches!(self.literal_value(amount), Some(Literal::U32(value)) if value < limit)
    }

    fn literal_value(&self, expression: Handle<Expression>) -> Option<Literal> {
        let module = self.module.module;
        let mut constant = match self.function.expressions[expression] {
            Expression::Literal(value) => return Some(value),
            Expression::Splat { value, .. } => return self.literal_value(value),
            Expression::Constant(constant) => constant,
            _ => return None,
        };
        loop {
            match module.global_expressions[module.constants[constant].init] {
                Expression::Literal(value) => return Some(value),
                Expression::Constant(other) => constant = other,
                _ => return None,
            }
        }
    }
}

fn next(level: Level) -> Level {
    if level == Level::Additive { Level::Multiplicative } else { Level::Unary }
}
