//! Subgroup operations and cooperative matrices: what a warp does together.

use naga::{AddressSpace, CollectiveOperation, CooperativeData, Expression, GatherMode, Handle, SubgroupOperation as Op};

use super::function::FunctionWriter;
use super::writer::Result;

impl FunctionWriter<'_, '_> {
    pub(super) fn ballot(&mut self, predicate: Option<Handle<Expression>>) -> Result<String> {
        let predicate = match predicate {
            Some(predicate) => self.value(predicate)?.text,
            None => "true".to_owned(),
        };
        Ok(self.warp_function("subgroupBallot", &predicate))
    }

    pub(super) fn gather(&mut self, mode: GatherMode, argument: Handle<Expression>) -> Result<String> {
        let argument = self.value(argument)?.text;
        let (name, index) = match mode {
            GatherMode::BroadcastFirst => ("subgroupBroadcastFirst", None),
            GatherMode::Broadcast(index) => ("subgroupBroadcast", Some(index)),
            GatherMode::Shuffle(index) => ("subgroupShuffle", Some(index)),
            GatherMode::ShuffleDown(index) => ("subgroupShuffleDown", Some(index)),
            GatherMode::ShuffleUp(index) => ("subgroupShuffleUp", Some(index)),
            GatherMode::ShuffleXor(index) => ("subgroupShuffleXor", Some(index)),
            GatherMode::QuadBroadcast(index) => ("quadBroadcast", Some(index)),
            GatherMode::QuadSwap(naga::Direction::X) => ("quadSwapX", None),
            GatherMode::QuadSwap(naga::Direction::Y) => ("quadSwapY", None),
            GatherMode::QuadSwap(naga::Direction::Diagonal) => ("quadSwapDiagonal", None),
        };
        let arguments = match index {
            Some(index) => format!("{argument}, {}", self.value(index)?.text),
            None => argument,
        };
        Ok(self.warp_function(name, &arguments))
    }

    pub(super) fn collective(&mut self, op: Op, scope: CollectiveOperation, argument: Handle<Expression>) -> Result<String> {
        let name = match (scope, op) {
            (CollectiveOperation::Reduce, Op::All) => "subgroupAll",
            (CollectiveOperation::Reduce, Op::Any) => "subgroupAny",
            (CollectiveOperation::Reduce, Op::Add) => "subgroupAdd",
            (CollectiveOperation::Reduce, Op::Mul) => "subgroupMul",
            (CollectiveOperation::Reduce, Op::Min) => "subgroupMin",
            (CollectiveOperation::Reduce, Op::Max) => "subgroupMax",
            (CollectiveOperation::Reduce, Op::And) => "subgroupAnd",
            (CollectiveOperation::Reduce, Op::Or) => "subgroupOr",
            (CollectiveOperation::Reduce, Op::Xor) => "subgroupXor",
            (CollectiveOperation::InclusiveScan, Op::Add) => "subgroupInclusiveAdd",
            (CollectiveOperation::InclusiveScan, Op::Mul) => "subgroupInclusiveMul",
            (CollectiveOperation::ExclusiveScan, Op::Add) => "subgroupExclusiveAdd",
            (CollectiveOperation::ExclusiveScan, Op::Mul) => "subgroupExclusiveMul",
            (scope, op) => return Err(self.module.error(self.span(argument), format!("the subgroup operation {scope:?} of {op:?}"))),
        };
        let argument = self.value(argument)?.text;
        Ok(self.warp_function(name, &argument))
    }

    fn warp_function(&mut self, name: &str, arguments: &str) -> String {
        self.module.uses_subgroups = true;
        format!("wgsl::{name}(subgroup_lanes(), {arguments})")
    }

    /// Address, stride and order of a matrix in memory. The address comes as a reference to the first element, which may be a vector.
    pub(super) fn cooperative_data(&mut self, data: &CooperativeData) -> Result<String> {
        let space = self.inner(data.pointer).pointer_space();
        let place = self.place(data.pointer)?;
        let stride = self.value(data.stride)?.text;
        let memory = if space == Some(AddressSpace::WorkGroup) { "wgsl::workgroup_space" } else { "wgsl::storage_space" };
        let order = if data.row_major { "wgsl::row_major" } else { "wgsl::column_major" };
        Ok(format!("{place}, {stride}, {order}, {memory}"))
    }
}
