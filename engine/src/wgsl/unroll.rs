//! Loops that are written out. Matrices in registers have no address, so that a driver keeps them there only if every index is a number in
//! the text. A shader says what it means with two attributes of ours, and stays readable:
//!
//! ```wgsl
//! @registers var sums: array<coop_mat16x16<f32, C>, BLOCKS>;         // becomes sums_0, sums_1, ..
//! @unroll for (var i = 0u; i < BLOCKS; i++) { sums[i] = .. }         // becomes { sums_0 = .. } { sums_1 = .. } ..
//! ```
//!
//! Bounds and indices may use literals, module constants and the counters of surrounding unrolled loops. With the condition `rolled` the marks
//! are taken away and nothing else: less text for a software driver, whose compiler takes minutes for thousands of matrix products.

use std::collections::HashMap;

use wesl::syntax::{
    Attribute, Attributes, BinaryOperator, CompoundStatement, Declaration, DeclarationKind, Expression, ExpressionNode, ForStatement,
    GlobalDeclaration, Ident, LiteralExpression, Statement, StatementNode, TranslationUnit, TypeExpression,
};

/// More rounds than this of one loop are a mistake.
const MOST_ROUNDS: i64 = 1024;

/// Values of names, and sizes of arrays in registers.
#[derive(Clone, Default)]
struct Scope {
    values: HashMap<String, i64>,
    registers: HashMap<String, i64>,
    rolled: bool,
}

/// Writes out what is marked in all functions; or, `rolled`, only takes the marks away.
pub(super) fn unroll(unit: &mut TranslationUnit, rolled: bool) -> Result<(), String> {
    let scope = Scope { values: constants(unit), rolled, ..Scope::default() };
    for declaration in &mut unit.global_declarations {
        if let GlobalDeclaration::Function(function) = declaration.node_mut() {
            block(&mut function.body, &mut scope.clone())?;
        }
    }
    Ok(())
}

/// Module constants that are whole numbers. They may stand in any order.
fn constants(unit: &TranslationUnit) -> HashMap<String, i64> {
    let mut scope = Scope::default();
    loop {
        let known = scope.values.len();
        for declaration in &unit.global_declarations {
            if let GlobalDeclaration::Declaration(Declaration { kind: DeclarationKind::Const, ident, initializer: Some(value), .. }) =
                declaration.node()
                && let Some(value) = scope.evaluate(value)
            {
                scope.values.insert(ident.name().to_string(), value);
            }
        }
        if scope.values.len() == known {
            return scope.values;
        }
    }
}

impl Scope {
    /// A whole number that is known here.
    fn evaluate(&self, expression: &ExpressionNode) -> Option<i64> {
        match expression.node() {
            Expression::Literal(LiteralExpression::AbstractInt(value)) => Some(*value),
            Expression::Literal(LiteralExpression::U32(value)) => Some(i64::from(*value)),
            Expression::Literal(LiteralExpression::I32(value)) => Some(i64::from(*value)),
            Expression::Parenthesized(inner) => self.evaluate(&inner.expression),
            Expression::TypeOrIdentifier(name) => self.values.get(name.ident.name().as_str()).copied(),
            Expression::Binary(binary) => {
                let (left, right) = (self.evaluate(&binary.left)?, self.evaluate(&binary.right)?);
                match binary.operator {
                    BinaryOperator::Addition => left.checked_add(right),
                    BinaryOperator::Subtraction => left.checked_sub(right),
                    BinaryOperator::Multiplication => left.checked_mul(right),
                    BinaryOperator::Division => left.checked_div(right),
                    BinaryOperator::Remainder => left.checked_rem(right),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn known(&self, expression: &ExpressionNode) -> Result<i64, String> {
        self.evaluate(expression).ok_or_else(|| format!("`{expression}` must be a number when loops are unrolled"))
    }
}

/// Takes our attribute away, and says whether it was there.
fn take(attributes: &mut Attributes, name: &str) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !matches!(attribute.node(), Attribute::Custom(custom) if custom.name == name));
    attributes.len() < before
}

fn block(body: &mut CompoundStatement, scope: &mut Scope) -> Result<(), String> {
    for mut statement in std::mem::take(&mut body.statements) {
        let marked = match statement.node_mut() {
            Statement::For(repeat) => take(&mut repeat.attributes, "unroll"),
            Statement::Declaration(array) => take(&mut array.attributes, "registers"),
            _ => false,
        };
        match statement.node() {
            Statement::For(repeat) if marked && !scope.rolled => write_out(repeat, scope, &mut body.statements)?,
            Statement::Declaration(array) if marked && !scope.rolled => split(array, scope, &mut body.statements)?,
            _ => {
                walk(&mut statement, scope)?;
                body.statements.push(statement);
            }
        }
    }
    Ok(())
}

/// `for (var i = START; i < END; i++)` or `i += STEP`, as one block a round.
fn write_out(repeat: &ForStatement, scope: &Scope, into: &mut Vec<StatementNode>) -> Result<(), String> {
    let (counter, rounds) = rounds(repeat, scope)?;
    for value in rounds {
        let mut inner = scope.clone();
        inner.values.insert(counter.clone(), value);
        let mut body = repeat.body.clone();
        block(&mut body, &mut inner)?;
        replace_counter(&mut body, &counter, value);
        into.push(Statement::Compound(body).into());
    }
    Ok(())
}

fn rounds(repeat: &ForStatement, scope: &Scope) -> Result<(String, Vec<i64>), String> {
    let shape = || "@unroll needs `for (var i = START; i < END; i++)`, or `i += STEP`".to_owned();
    let Some(Statement::Declaration(Declaration { ident, initializer: Some(start), .. })) =
        repeat.initializer.as_ref().map(|node| node.node())
    else {
        return Err(shape());
    };
    let counter = ident.name().to_string();
    let end = match repeat.condition.as_ref().map(|node| node.node()) {
        Some(Expression::Binary(condition)) if condition.operator == BinaryOperator::LessThan && names(&condition.left, &counter) => {
            scope.known(&condition.right)?
        }
        _ => return Err(shape()),
    };
    let step = match repeat.update.as_ref().map(|node| node.node()) {
        Some(Statement::Increment(update)) if names(&update.expression, &counter) => 1,
        Some(Statement::Assignment(update)) if names(&update.lhs, &counter) && update.operator.to_string() == "+=" => {
            scope.known(&update.rhs)?
        }
        _ => return Err(shape()),
    };
    let start = scope.known(start)?;
    if step < 1 || (end - start) / step > MOST_ROUNDS {
        return Err(format!("@unroll over `{counter}` from {start} to {end} by {step}: at most {MOST_ROUNDS} rounds"));
    }
    Ok((counter, (start..end).step_by(step as usize).collect()))
}

fn names(expression: &ExpressionNode, name: &str) -> bool {
    matches!(expression.node(), Expression::TypeOrIdentifier(it) if it.template_args.is_none() && *it.ident.name() == name)
}

/// `var name: array<T, N>;` as N variables.
fn split(array: &Declaration, scope: &mut Scope, into: &mut Vec<StatementNode>) -> Result<(), String> {
    let name = array.ident.name().to_string();
    let arguments = array.ty.as_ref().filter(|ty| *ty.ident.name() == "array").and_then(|ty| ty.template_args.as_deref());
    let Some([element, count]) = arguments else {
        return Err(format!("@registers needs `var {name}: array<T, N>;`"));
    };
    let Expression::TypeOrIdentifier(element) = element.expression.node() else {
        return Err(format!("@registers var {name}: `{}` is no type", element.expression));
    };
    let count = scope.known(&count.expression)?;
    for i in 0..count {
        let variable = Declaration { ident: Ident::new(register(&name, i)), ty: Some(element.clone()), ..array.clone() };
        into.push(Statement::Declaration(variable).into());
    }
    scope.registers.insert(name, count);
    Ok(())
}

fn register(array: &str, index: i64) -> String {
    format!("{array}_{index}")
}

/// Unrolls inside a statement, and gives elements in registers their names.
fn walk(statement: &mut StatementNode, scope: &mut Scope) -> Result<(), String> {
    each_block(statement.node_mut(), &mut |body| block(body, &mut scope.clone()))?;
    let mut result = Ok(());
    each_expression(statement.node_mut(), &mut |expression| {
        if result.is_ok() {
            result = name_registers(expression, scope);
        }
    });
    result
}

fn name_registers(expression: &mut ExpressionNode, scope: &Scope) -> Result<(), String> {
    let element = match expression.node() {
        Expression::Indexing(indexing) => match indexing.base.node() {
            Expression::TypeOrIdentifier(base) => {
                scope.registers.get(base.ident.name().as_str()).map(|&count| (base.ident.name().to_string(), count, &indexing.index))
            }
            _ => None,
        },
        _ => None,
    };
    if let Some((name, count, index)) = element {
        let index = scope.known(index)?;
        if !(0..count).contains(&index) {
            return Err(format!("{name}[{index}]: the array has {count} elements"));
        }
        *expression.node_mut() = Expression::TypeOrIdentifier(TypeExpression::from(Ident::new(register(&name, index))));
        return Ok(());
    }
    let mut result = Ok(());
    each_operand(expression.node_mut(), &mut |operand| {
        if result.is_ok() {
            result = name_registers(operand, scope);
        }
    });
    result
}

/// The counter's value in place of its name.
fn replace_counter(body: &mut CompoundStatement, counter: &str, value: i64) {
    fn replace(expression: &mut ExpressionNode, counter: &str, value: i64) {
        if names(expression, counter) {
            *expression.node_mut() = Expression::Literal(LiteralExpression::U32(value as u32));
        } else {
            each_operand(expression.node_mut(), &mut |operand| replace(operand, counter, value));
        }
    }
    for statement in &mut body.statements {
        let _ = each_block(statement.node_mut(), &mut |inner| {
            replace_counter(inner, counter, value);
            Ok(())
        });
        each_expression(statement.node_mut(), &mut |expression| replace(expression, counter, value));
    }
}

/// The blocks directly inside a statement.
fn each_block(statement: &mut Statement, f: &mut dyn FnMut(&mut CompoundStatement) -> Result<(), String>) -> Result<(), String> {
    match statement {
        Statement::Compound(body) => f(body),
        Statement::If(branch) => {
            f(&mut branch.if_clause.body)?;
            for clause in &mut branch.else_if_clauses {
                f(&mut clause.body)?;
            }
            branch.else_clause.iter_mut().try_for_each(|clause| f(&mut clause.body))
        }
        Statement::Loop(repeat) => {
            f(&mut repeat.body)?;
            repeat.continuing.iter_mut().try_for_each(|continuing| f(&mut continuing.body))
        }
        Statement::For(repeat) => f(&mut repeat.body),
        Statement::While(repeat) => f(&mut repeat.body),
        Statement::Switch(switch) => switch.clauses.iter_mut().try_for_each(|clause| f(&mut clause.body)),
        _ => Ok(()),
    }
}

/// The expressions of a statement itself, outside of its blocks.
fn each_expression(statement: &mut Statement, f: &mut dyn FnMut(&mut ExpressionNode)) {
    match statement {
        Statement::Assignment(assignment) => {
            f(&mut assignment.lhs);
            f(&mut assignment.rhs);
        }
        Statement::Increment(statement) => f(&mut statement.expression),
        Statement::Decrement(statement) => f(&mut statement.expression),
        Statement::If(branch) => {
            f(&mut branch.if_clause.expression);
            branch.else_if_clauses.iter_mut().for_each(|clause| f(&mut clause.expression));
        }
        Statement::Switch(switch) => f(&mut switch.expression),
        Statement::For(repeat) => {
            for part in [&mut repeat.initializer, &mut repeat.update].into_iter().flatten() {
                each_expression(part.node_mut(), f);
            }
            repeat.condition.iter_mut().for_each(f);
        }
        Statement::While(repeat) => f(&mut repeat.condition),
        Statement::Return(statement) => statement.expression.iter_mut().for_each(f),
        Statement::FunctionCall(statement) => statement.call.arguments.iter_mut().for_each(f),
        Statement::Declaration(declaration) => declaration.initializer.iter_mut().for_each(f),
        _ => {}
    }
}

/// The expressions that an expression is made of.
fn each_operand(expression: &mut Expression, f: &mut dyn FnMut(&mut ExpressionNode)) {
    match expression {
        Expression::Parenthesized(inner) => f(&mut inner.expression),
        Expression::NamedComponent(inner) => f(&mut inner.base),
        Expression::Indexing(inner) => {
            f(&mut inner.base);
            f(&mut inner.index);
        }
        Expression::Unary(inner) => f(&mut inner.operand),
        Expression::Binary(inner) => {
            f(&mut inner.left);
            f(&mut inner.right);
        }
        Expression::FunctionCall(call) => call.arguments.iter_mut().for_each(f),
        Expression::Literal(_) | Expression::TypeOrIdentifier(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unrolled(source: &str) -> Result<String, String> {
        let mut unit: TranslationUnit = source.parse().map_err(|error| format!("{error}"))?;
        unroll(&mut unit, false)?;
        Ok(unit.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn loops_and_arrays_become_plain_text() {
        let text = unrolled(
            "const ALL = HALF * 2u; const HALF = 1u;
            fn f(x: u32) -> u32 {
                @registers var a: array<u32, ALL>;
                @unroll for (var i = 0u; i < ALL; i++) { @unroll for (var j = i; j < 4u; j += 2u) { if (x > i) { a[i] += j; } } }
                for (var k = 0u; k < x; k++) { a[1] += k; }
                return a[0] + a[HALF];
            }",
        )
        .unwrap();
        let body = text.split_once("-> u32").unwrap().1;
        assert_eq!(
            body.trim(),
            "{ var a_0: u32; var a_1: u32; \
             { { if (x > 0u) { a_0 += 0u; } } { if (x > 0u) { a_0 += 2u; } } } \
             { { if (x > 1u) { a_1 += 1u; } } { if (x > 1u) { a_1 += 3u; } } } \
             for (var k = 0u; k < x; k++) { a_1 += k; } \
             return a_0 + a_1; }"
        );
    }

    #[test]
    fn rolled_loops_stay() {
        let mut unit: TranslationUnit =
            "fn f() { @registers var a: array<u32, 2>; @unroll for (var i = 0u; i < 2u; i++) { a[i] = i; } }".parse().unwrap();
        unroll(&mut unit, true).unwrap();
        let text = unit.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text, "fn f() { var a: array<u32, 2>; for (var i = 0u; i < 2u; i++) { a[i] = i; } }");
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for (source, expected) in [
            ("fn f(n: u32) { @unroll for (var i = 0u; i < n; i++) {} }", "`n` must be a number"),
            ("fn f() { @unroll for (var i = 9u; i > 0u; i--) {} }", "@unroll needs"),
            ("fn f() { @unroll for (var i = 0u; i < 9999u; i++) {} }", "at most 1024 rounds"),
            ("fn f(n: u32) { @registers var a: array<u32, 2>; a[n] = 1u; }", "`n` must be a number"),
            ("fn f() { @registers var a: array<u32, 2>; a[2] = 1u; }", "a[2]: the array has 2 elements"),
            ("fn f() { @registers var a: u32; }", "@registers needs"),
        ] {
            let error = unrolled(source).unwrap_err();
            assert!(error.contains(expected), "{source}: {error}");
        }
    }
}
