//! Which values get a name, and which stand where they are used.
//!
//! naga says when an expression is evaluated: at its `Emit` statement. A load must not move past a store, so it gets a name there, unless
//! its only user is evaluated at once: in the same `Emit`, or in the statement that follows. Other expressions may be written anywhere; those
//! that are used more than once get a name, and so do those that WGSL names.

use std::collections::{HashMap, HashSet};

use naga::{AtomicFunction, Expression, Handle, Statement};

use super::function::FunctionWriter;

impl FunctionWriter<'_, '_> {
    /// The expressions that get a name where they are evaluated, in order; `next` is the statement after that.
    pub(super) fn named_here(&self, handles: &[Handle<Expression>], next: Option<&Statement>) -> Vec<Handle<Expression>> {
        let inside: HashSet<_> = handles.iter().copied().collect();
        let mut user = HashMap::new();
        for &handle in handles {
            for operand in operands(&self.function.expressions[handle]).into_iter().filter(|operand| inside.contains(operand)) {
                user.insert(operand, Some(handle));
            }
        }
        for operand in next.into_iter().flat_map(statement_operands).filter(|operand| inside.contains(operand)) {
            user.insert(operand, None);
        }
        let mut now = HashSet::new();
        let mut named = Vec::new();
        for &handle in handles.iter().rev() {
            let references = self.info[handle].ref_count;
            if references == 0 {
                continue;
            }
            // Written into a text that is evaluated here.
            let at_once = references == 1 && user.get(&handle).is_some_and(|user| user.is_none_or(|user| now.contains(&user)));
            let is_pointer = self.inner(handle).pointer_space().is_some();
            let bake = match self.function.expressions[handle] {
                _ if is_pointer => false,
                _ if self.function.named_expressions.contains_key(&handle) => true,
                Expression::Load { pointer } if self.is_uniform(pointer) => references > 1 && !self.is_scalar(handle),
                Expression::Load { .. } | Expression::CooperativeLoad { .. } => !at_once,
                Expression::Access { .. } | Expression::AccessIndex { .. } => false,
                _ => references > 1,
            };
            if bake {
                named.push(handle);
            }
            if bake || at_once {
                now.insert(handle);
            }
        }
        named.reverse();
        named
    }

    fn is_uniform(&self, pointer: Handle<Expression>) -> bool {
        self.inner(pointer).pointer_space() == Some(naga::AddressSpace::Uniform)
    }

    fn is_scalar(&self, handle: Handle<Expression>) -> bool {
        matches!(self.inner(handle), naga::TypeInner::Scalar(_))
    }
}

/// What the statements from `from` on evaluate before they do anything else (naga writes one `Emit` after another), and how many they are.
pub(super) fn emits(block: &[Statement], from: usize) -> (Vec<Handle<Expression>>, usize) {
    let mut handles = Vec::new();
    let mut count = 0;
    while let Some(Statement::Emit(range)) = block.get(from + count) {
        handles.extend(range.clone());
        count += 1;
    }
    (handles, count)
}

/// The expressions that an expression is made of.
pub(super) fn operands(expression: &Expression) -> Vec<Handle<Expression>> {
    match *expression {
        Expression::Compose { ref components, .. } => components.clone(),
        Expression::Access { base, index } => vec![base, index],
        Expression::AccessIndex { base, .. } => vec![base],
        Expression::Splat { value, .. } => vec![value],
        Expression::Swizzle { vector, .. } => vec![vector],
        Expression::Load { pointer } => vec![pointer],
        Expression::Unary { expr, .. } | Expression::As { expr, .. } => vec![expr],
        Expression::Binary { left, right, .. } => vec![left, right],
        Expression::Select { condition, accept, reject } => vec![condition, accept, reject],
        Expression::Relational { argument, .. } => vec![argument],
        Expression::Math { arg, arg1, arg2, arg3, .. } => [Some(arg), arg1, arg2, arg3].into_iter().flatten().collect(),
        Expression::ArrayLength(array) => vec![array],
        Expression::CooperativeLoad { ref data, .. } => vec![data.pointer, data.stride],
        Expression::CooperativeMultiplyAdd { a, b, c } => vec![a, b, c],
        _ => Vec::new(),
    }
}

/// The expressions that a statement evaluates before it does anything else.
pub(super) fn statement_operands(statement: &Statement) -> Vec<Handle<Expression>> {
    match *statement {
        Statement::If { condition, .. } => vec![condition],
        Statement::Switch { selector, .. } => vec![selector],
        Statement::Return { value } => value.into_iter().collect(),
        Statement::Store { pointer, value } => vec![pointer, value],
        Statement::Atomic { pointer, fun, value, .. } => match fun {
            AtomicFunction::Exchange { compare: Some(compare) } => vec![pointer, value, compare],
            _ => vec![pointer, value],
        },
        Statement::Call { ref arguments, .. } => arguments.clone(),
        Statement::SubgroupBallot { predicate, .. } => predicate.into_iter().collect(),
        Statement::SubgroupGather { argument, .. } | Statement::SubgroupCollectiveOperation { argument, .. } => vec![argument],
        Statement::CooperativeStore { target, ref data } => vec![target, data.pointer, data.stride],
        _ => Vec::new(),
    }
}
