//! Tensor maps: what the tensor memory accelerator of compute capability 9.0 and above sees in a bound range.

use std::sync::Arc;

use crate::{Binding, EngineError};

/// Dimensions that a tensor may have.
const MAX_RANK: usize = 5;
/// Elements of a tile along one dimension.
const MAX_TILE: u32 = 256;
/// Strides are multiples of this, and so are the address and a row of a tile.
const ALIGNMENT: u64 = 16;

/// What the elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TensorElement {
    /// 8 bits, also for FP8.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// IEEE half precision.
    F16,
    /// bfloat16.
    Bf16,
    /// IEEE single precision.
    F32,
}

impl TensorElement {
    /// Size in bytes.
    pub fn bytes(self) -> u64 {
        match self {
            TensorElement::U8 => 1,
            TensorElement::U16 | TensorElement::F16 | TensorElement::Bf16 => 2,
            TensorElement::U32 | TensorElement::F32 => 4,
        }
    }
}

/// How the 16-byte pieces of a tile's rows are permuted in shared memory, so that columns are read without bank conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Swizzle {
    /// As they are in memory.
    #[default]
    None,
    /// Within 32 bytes.
    Bytes32,
    /// Within 64 bytes.
    Bytes64,
    /// Within 128 bytes: piece `p` of row `r` is at place `p ^ (r % 8)`, in shared memory aligned to 1024 bytes.
    Bytes128,
}

impl Swizzle {
    /// Bytes within which pieces move, the most that a tile's row may have; `None` for no such limit.
    fn span(self) -> Option<u64> {
        match self {
            Swizzle::None => None,
            Swizzle::Bytes32 => Some(32),
            Swizzle::Bytes64 => Some(64),
            Swizzle::Bytes128 => Some(128),
        }
    }
}

/// A tensor in a bound range, which starts at the range's first byte, and the tiles that a kernel loads or stores. Elements of a tile that
/// lie outside the tensor are zero when it is loaded, and not written when it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorMap {
    /// What the elements are.
    pub element: TensorElement,
    /// Elements along each dimension, 1 to 5 dimensions of 1 to 2^32 elements. The first is the one that is contiguous in memory.
    pub dims: Vec<u64>,
    /// Bytes between neighbours along each dimension but the first: multiples of 16, below 2^40.
    pub strides: Vec<u64>,
    /// Elements of a tile along each dimension: 1 to 256, and along the first a multiple of 16 bytes, which a swizzle limits to its span.
    pub tile: Vec<u32>,
    /// How a tile lies in shared memory.
    pub swizzle: Swizzle,
}

impl TensorMap {
    /// Whether it is one that the hardware knows, in a range of `bytes` bytes.
    pub(crate) fn check(&self, name: &str, bytes: u64) -> Result<(), EngineError> {
        let error = |argument: String, actual: String, expected: String| {
            Err(EngineError::TensorMap { name: name.to_owned(), argument, actual, expected })
        };
        let rank = self.dims.len();
        if !(1..=MAX_RANK).contains(&rank) {
            return error("dims.len()".to_owned(), rank.to_string(), format!("1 to {MAX_RANK}"));
        }
        for (argument, count, wanted) in [("strides.len()", self.strides.len(), rank - 1), ("tile.len()", self.tile.len(), rank)] {
            if count != wanted {
                return error(argument.to_owned(), count.to_string(), format!("{wanted} for {rank} dimensions"));
            }
        }
        for (i, &dim) in self.dims.iter().enumerate() {
            if !(1..=1 << 32).contains(&dim) {
                return error(format!("dims[{i}]"), dim.to_string(), "1 to 2^32".to_owned());
            }
        }
        for (i, &stride) in self.strides.iter().enumerate() {
            if !stride.is_multiple_of(ALIGNMENT) || !(1..1 << 40).contains(&stride) {
                return error(format!("strides[{i}]"), stride.to_string(), format!("a multiple of {ALIGNMENT} bytes, 2^40 at most"));
            }
        }
        for (i, &tile) in self.tile.iter().enumerate() {
            if !(1..=MAX_TILE).contains(&tile) {
                return error(format!("tile[{i}]"), tile.to_string(), format!("1 to {MAX_TILE}"));
            }
        }
        let row = u64::from(self.tile[0]) * self.element.bytes();
        let argument = || format!("tile[0] of {:?}", self.element);
        if !row.is_multiple_of(ALIGNMENT) {
            return error(argument(), format!("{row} bytes"), format!("a multiple of {ALIGNMENT} bytes"));
        }
        if let Some(span) = self.swizzle.span().filter(|&span| row > span) {
            return error(argument(), format!("{row} bytes"), format!("at most {span} bytes, which {:?} permutes", self.swizzle));
        }
        // Below 5 * 2^72.
        let rest = self.dims[1..].iter().zip(&self.strides).map(|(&dim, &stride)| u128::from(dim - 1) * u128::from(stride));
        let end = u128::from(self.dims[0] * self.element.bytes()) + rest.sum::<u128>();
        if end > u128::from(bytes) {
            return error(
                "dims".to_owned(),
                format!("{:?}, of {end} bytes in all", self.dims),
                format!("the {bytes} bytes that are bound"),
            );
        }
        Ok(())
    }
}

impl Binding {
    /// The range as a tensor, for a kernel that takes a tensor map by this name ([`super::CudaSource::tensor_maps`]); checked when it is
    /// dispatched.
    pub fn tiled(mut self, map: TensorMap) -> Binding {
        self.map = Some(Arc::new(map));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> TensorMap {
        let element = TensorElement::F32;
        TensorMap { element, dims: vec![50, 20], strides: vec![208], tile: vec![32, 8], swizzle: Swizzle::Bytes128 }
    }

    #[test]
    fn what_the_hardware_knows_passes_and_the_rest_is_named() {
        let bytes = 19 * 208 + 200;
        map().check("x", bytes).unwrap();
        let refused = |map: TensorMap, bytes: u64, words: &[&str]| {
            let text = map.check("x", bytes).unwrap_err().to_string();
            assert!(text.starts_with("tensor map `x`: ") && words.iter().all(|word| text.contains(word)), "{text}");
        };
        refused(map(), bytes - 1, &["dims", "[50, 20]", "4152 bytes in all", "4151"]);
        refused(TensorMap { dims: vec![], ..map() }, bytes, &["dims.len() is 0", "1 to 5"]);
        refused(TensorMap { dims: vec![1; 6], ..map() }, bytes, &["dims.len() is 6", "1 to 5"]);
        refused(TensorMap { dims: vec![50, 0], ..map() }, bytes, &["dims[1] is 0"]);
        refused(TensorMap { dims: vec![50, (1 << 32) + 1], ..map() }, u64::MAX, &["dims[1] is 4294967297", "2^32"]);
        refused(TensorMap { strides: vec![200], ..map() }, bytes, &["strides[0] is 200", "16 bytes"]);
        refused(TensorMap { strides: vec![1 << 40], ..map() }, u64::MAX, &["strides[0] is 1099511627776"]);
        refused(TensorMap { strides: vec![208, 416], ..map() }, bytes, &["strides.len() is 2", "1 for 2 dimensions"]);
        refused(TensorMap { tile: vec![32], ..map() }, bytes, &["tile.len() is 1", "2 for 2"]);
        refused(TensorMap { tile: vec![32, 257], ..map() }, bytes, &["tile[1] is 257", "256"]);
        refused(TensorMap { tile: vec![30, 8], ..map() }, bytes, &["tile[0] of F32 is 120 bytes", "multiple of 16"]);
        refused(TensorMap { tile: vec![36, 8], ..map() }, bytes, &["tile[0] of F32 is 144 bytes", "128 bytes", "Bytes128"]);
        TensorMap { tile: vec![36, 8], swizzle: Swizzle::None, ..map() }.check("x", bytes).unwrap();
    }
}
