//! Statements.

use naga::{AtomicFunction, Barrier, Block, Expression, Function, Handle, Statement, SwitchCase, SwitchValue, TypeInner};

use super::expression::Level;
use super::function::FunctionWriter;
use super::inline::{emits, operands, statement_operands};
use super::writer::Result;

impl FunctionWriter<'_, '_> {
    /// A function's body.
    pub(super) fn body(&mut self, block: &Block) -> Result<()> {
        let returns = matches!(block.last(), Some(Statement::Return { value: None }));
        self.statements(block, 0, block.len() - usize::from(returns))
    }

    fn statements(&mut self, block: &Block, from: usize, end: usize) -> Result<()> {
        let mut skip = 0;
        for (i, (statement, &span)) in block.span_iter().enumerate().take(end).skip(from) {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let wgsl = self.module.options.wgsl;
            if let Statement::Emit(_) = statement {
                let (handles, count) = emits(block, i);
                skip = count - 1;
                self.evaluate(&handles, block.get(i + count)).map_err(|error| error.at(span, wgsl))?;
            } else {
                self.statement(statement).map_err(|error| error.at(span, wgsl))?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, handles: &[Handle<Expression>], next: Option<&Statement>) -> Result<()> {
        for handle in self.named_here(handles, next) {
            let value = self.unnamed(handle)?.text;
            self.bind(handle, &value)?;
        }
        Ok(())
    }

    fn nested(&mut self, block: &Block, from: usize) -> Result<()> {
        self.depth += 1;
        // Names of one block are free again after it: C++ scopes end where WGSL's do.
        let names = self.names.clone();
        match block.get(from) {
            // naga puts the body of a `for` in a block of its own.
            Some(Statement::Block(only)) if block.len() == from + 1 => self.statements(only, 0, only.len())?,
            _ => self.statements(block, from, block.len())?,
        }
        self.names = names;
        self.depth -= 1;
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Emit(range) => self.evaluate(&range.clone().collect::<Vec<_>>(), None)?,
            Statement::Block(block) if !block.is_empty() => {
                self.line("{");
                self.nested(block, 0)?;
                self.line("}");
            }
            Statement::Block(_) => {}
            Statement::If { condition, accept, reject } => self.condition(*condition, accept, reject)?,
            Statement::Switch { selector, cases } => self.switch(*selector, cases)?,
            Statement::Loop { body, continuing, break_if } => self.repeat(body, continuing, *break_if)?,
            Statement::Break => self.line("break;"),
            Statement::Continue => self.line("continue;"),
            Statement::Return { value: None } => self.line("return;"),
            Statement::Return { value: Some(value) } => {
                let value = self.value(*value)?.text;
                self.line(&format!("return {value};"));
            }
            Statement::ControlBarrier(barrier) | Statement::MemoryBarrier(barrier) => self.barrier(statement, *barrier)?,
            Statement::Store { .. } | Statement::CooperativeStore { .. } => {
                let text = self.store(statement)?;
                self.line(&format!("{text};"));
            }
            Statement::Atomic { pointer, fun, value, result } => self.atomic(*pointer, fun, *value, *result)?,
            Statement::WorkGroupUniformLoad { pointer, result } => {
                let place = self.place(*pointer)?;
                self.bind(*result, &format!("wgsl::workgroupUniformLoad({place})"))?;
            }
            Statement::Call { function, arguments, result } => {
                let text = self.call(*function, arguments)?;
                match result {
                    Some(result) if self.info[*result].ref_count > 0 => self.bind(*result, &text)?,
                    _ => self.line(&format!("{text};")),
                }
            }
            Statement::SubgroupBallot { result, predicate } => {
                let text = self.ballot(*predicate)?;
                self.bind(*result, &text)?;
            }
            Statement::SubgroupGather { mode, argument, result } => {
                let text = self.gather(*mode, *argument)?;
                self.bind(*result, &text)?;
            }
            Statement::SubgroupCollectiveOperation { op, collective_op, argument, result } => {
                let text = self.collective(*op, *collective_op, *argument)?;
                self.bind(*result, &text)?;
            }
            Statement::Kill | Statement::ImageStore { .. } | Statement::ImageAtomic { .. } => {
                return Err(super::TranslateError::unsupported("a statement of graphics shaders"));
            }
            Statement::RayQuery { .. } | Statement::RayPipelineFunction(_) => {
                return Err(super::TranslateError::unsupported("a ray query"));
            }
        }
        Ok(())
    }

    /// Gives a value a name: WGSL's own if it has one.
    fn bind(&mut self, handle: Handle<Expression>, value: &str) -> Result<()> {
        let name = match self.function.named_expressions.get(&handle) {
            Some(name) => self.names.unique(name),
            None => self.names.unique(&format!("t{}", handle.index())),
        };
        let ty = self.type_of(handle)?;
        self.line(&format!("const {ty} {name} = {value};"));
        self.baked.insert(handle, name);
        Ok(())
    }

    fn condition(&mut self, condition: Handle<Expression>, accept: &Block, reject: &Block) -> Result<()> {
        if accept.is_empty() && !reject.is_empty() {
            let condition = self.value(condition)?.within(Level::Unary);
            self.line(&format!("if (!{condition}) {{"));
            self.nested(reject, 0)?;
            self.line("}");
            return Ok(());
        }
        let condition = self.value(condition)?.text;
        self.line(&format!("if ({condition}) {{"));
        self.nested(accept, 0)?;
        let mut otherwise = reject;
        while let Some((condition, accept, reject)) = self.chained(otherwise)? {
            self.line(&format!("}} else if ({condition}) {{"));
            self.nested(accept, 0)?;
            otherwise = reject;
        }
        if !otherwise.is_empty() {
            self.line("} else {");
            self.nested(otherwise, 0)?;
        }
        self.line("}");
        Ok(())
    }

    /// The parts of a block that is nothing but another `if`: of `else if`.
    fn chained<'b>(&mut self, block: &'b Block) -> Result<Option<(String, &'b Block, &'b Block)>> {
        let (handles, count) = emits(block, 0);
        match block[count..] {
            [ref test @ Statement::If { condition, ref accept, ref reject }]
                if (!accept.is_empty() || reject.is_empty()) && self.named_here(&handles, Some(test)).is_empty() =>
            {
                Ok(Some((self.value(condition)?.text, accept, reject)))
            }
            _ => Ok(None),
        }
    }

    fn switch(&mut self, selector: Handle<Expression>, cases: &[SwitchCase]) -> Result<()> {
        let selector = self.value(selector)?.text;
        self.line(&format!("switch ({selector}) {{"));
        for case in cases {
            let label = match case.value {
                SwitchValue::I32(value) => format!("case {}:", super::literal::literal(naga::Literal::I32(value))?),
                SwitchValue::U32(value) => format!("case {value}u:"),
                SwitchValue::Default => "default:".to_owned(),
            };
            if case.fall_through && case.body.is_empty() {
                self.line(&label);
                continue;
            }
            self.line(&format!("{label} {{"));
            self.nested(&case.body, 0)?;
            let ends = matches!(case.body.last(), Some(Statement::Break | Statement::Continue | Statement::Return { .. }));
            if !ends && !case.fall_through {
                self.line("    break;");
            }
            self.line("}");
        }
        self.line("}");
        Ok(())
    }

    /// A loop as a C++ `for`: what WGSL does before each next turn stands where `continue` leads to.
    fn repeat(&mut self, body: &Block, continuing: &Block, break_if: Option<Handle<Expression>>) -> Result<()> {
        self.check_scope(body, continuing, break_if)?;
        let (condition, skipped) = match self.loop_condition(body)? {
            Some(condition) if break_if.is_none() => condition,
            _ => (String::new(), 0),
        };
        let step = self.loop_step(continuing, break_if)?;
        match (break_if, step.as_str()) {
            (Some(_), _) => self.line(&format!("for (bool again = true; again; again = {step}) {{")),
            (None, "") if condition.is_empty() => self.line("while (true) {"),
            (None, "") => self.line(&format!("while ({condition}) {{")),
            (None, _) => {
                let space = if condition.is_empty() { "" } else { " " };
                self.line(&format!("for (;{space}{condition}; {step}) {{"));
            }
        }
        self.nested(body, skipped)?;
        self.line("}");
        Ok(())
    }

    /// The condition of a loop that begins by leaving unless it holds, as naga writes `for` and `while`, and the statements that this takes.
    fn loop_condition(&mut self, body: &Block) -> Result<Option<(String, usize)>> {
        let (handles, count) = emits(body, 0);
        let Some(test @ Statement::If { condition, accept, reject }) = body.get(count) else { return Ok(None) };
        let leaves = accept.is_empty() && matches!(reject[..], [Statement::Break]);
        if !leaves || !self.named_here(&handles, Some(test)).is_empty() {
            return Ok(None);
        }
        Ok(Some((self.value(*condition)?.text, count + 1)))
    }

    /// What stands in the third place of a `for`: an assignment, or a lambda that does more.
    fn loop_step(&mut self, continuing: &Block, break_if: Option<Handle<Expression>>) -> Result<String> {
        if break_if.is_none() {
            let (handles, count) = emits(continuing, 0);
            match continuing[count..] {
                [] => return Ok(String::new()),
                [ref store @ Statement::Store { .. }] if self.named_here(&handles, Some(store)).is_empty() => return self.store(store),
                _ => {}
            }
        }
        let outer = std::mem::take(&mut self.text);
        self.nested(continuing, 0)?;
        if let Some(condition) = break_if {
            let condition = self.value(condition)?.within(Level::Unary);
            self.depth += 1;
            self.line(&format!("return !{condition};"));
            self.depth -= 1;
        }
        let inner = std::mem::replace(&mut self.text, outer);
        Ok(format!("[&] {{\n{inner}{:width$}}}()", "", width = self.depth * 4))
    }

    /// Values that get a name in the body are out of sight where C++ puts the step.
    fn check_scope(&self, body: &Block, continuing: &Block, break_if: Option<Handle<Expression>>) -> Result<()> {
        let mut inside = Vec::new();
        emitted(body, &mut inside);
        let mut after = Vec::new();
        emitted(continuing, &mut after);
        let used = after.iter().flat_map(|&handle| operands(&self.function.expressions[handle]));
        let used = used.chain(continuing.iter().flat_map(statement_operands)).chain(break_if);
        let mut used = used.filter(|handle| inside.contains(handle));
        match used.next() {
            Some(handle) => {
                Err(self.module.error(self.span(handle), "a `continuing` block that uses a value of the loop's body".to_owned()))
            }
            None => Ok(()),
        }
    }

    fn barrier(&mut self, statement: &Statement, barrier: Barrier) -> Result<()> {
        if barrier.contains(Barrier::TEXTURE) {
            return Err(super::TranslateError::unsupported("textureBarrier"));
        }
        let control = matches!(statement, Statement::ControlBarrier(_));
        // One barrier orders both shared and global memory among the threads that it holds.
        self.line(match (control, barrier.intersects(Barrier::WORK_GROUP | Barrier::STORAGE)) {
            (true, true) => "__syncthreads();",
            (true, false) => "__syncwarp();",
            (false, _) => "__threadfence_block();",
        });
        Ok(())
    }

    fn store(&mut self, statement: &Statement) -> Result<String> {
        match *statement {
            Statement::Store { pointer, value } => {
                let (place, value) = (self.place(pointer)?, self.value(value)?.text);
                let atomic = self.inner(pointer).is_atomic_pointer(&self.module.module.types);
                Ok(if atomic { format!("wgsl::atomicStore({place}, {value})") } else { format!("{place} = {value}") })
            }
            Statement::CooperativeStore { target, ref data } => {
                let value = self.value(target)?.within(Level::Primary);
                let data = self.cooperative_data(data)?;
                Ok(format!("{value}.store({data})"))
            }
            _ => Err(super::TranslateError::unsupported("this statement")),
        }
    }

    fn atomic(
        &mut self,
        pointer: Handle<Expression>,
        fun: &AtomicFunction,
        value: Handle<Expression>,
        result: Option<Handle<Expression>>,
    ) -> Result<()> {
        let name = match fun {
            AtomicFunction::Add => "atomicAdd",
            AtomicFunction::Subtract => "atomicSub",
            AtomicFunction::And => "atomicAnd",
            AtomicFunction::ExclusiveOr => "atomicXor",
            AtomicFunction::InclusiveOr => "atomicOr",
            AtomicFunction::Min => "atomicMin",
            AtomicFunction::Max => "atomicMax",
            AtomicFunction::Exchange { compare: None } => "atomicExchange",
            AtomicFunction::Exchange { compare: Some(_) } => "atomicCompareExchangeWeak",
        };
        let (place, mut arguments) = (self.place(pointer)?, self.value(value)?.text);
        let mut template = String::new();
        if let AtomicFunction::Exchange { compare: Some(compare) } = *fun {
            arguments = format!("{}, {arguments}", self.value(compare)?.text);
            if let Some(result) = result {
                template = format!("<{}>", self.type_of(result)?);
            }
        }
        let text = format!("wgsl::{name}{template}({place}, {arguments})");
        match result {
            Some(result) if self.info[result].ref_count > 0 || !template.is_empty() => self.bind(result, &text),
            _ => {
                self.line(&format!("{text};"));
                Ok(())
            }
        }
    }

    fn call(&mut self, function: Handle<Function>, arguments: &[Handle<Expression>]) -> Result<String> {
        let mut values = Vec::new();
        for &argument in arguments {
            values.push(match self.inner(argument) {
                TypeInner::Pointer { .. } | TypeInner::ValuePointer { .. } => self.place(argument)?,
                _ => self.value(argument)?.text,
            });
        }
        values.extend(self.global_arguments(function));
        Ok(format!("{}({})", self.module.functions[&function], values.join(", ")))
    }
}

/// Expressions that are evaluated somewhere in a block.
fn emitted(block: &Block, found: &mut Vec<Handle<Expression>>) {
    for statement in block.iter() {
        match statement {
            Statement::Emit(range) => found.extend(range.clone()),
            Statement::Block(block) => emitted(block, found),
            Statement::If { accept, reject, .. } => [accept, reject].into_iter().for_each(|block| emitted(block, found)),
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| emitted(&case.body, found)),
            Statement::Loop { body, continuing, .. } => [body, continuing].into_iter().for_each(|block| emitted(block, found)),
            Statement::Call { result: Some(result), .. } | Statement::Atomic { result: Some(result), .. } => found.push(*result),
            _ => {}
        }
    }
}
