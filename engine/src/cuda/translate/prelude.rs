//! The C++ that every translation needs, and the parts that only some do.

use std::collections::HashSet;

/// Parts in order, each with the words in a kernel that call for it (`*`: any that begin so); none for those that all need.
const PARTS: [(&str, &[&str]); 9] = [
    (include_str!("prelude/types.cuh"), &[]),
    (include_str!("prelude/half.cuh"), &["f16", "pack2x16float", "unpack2x16float", "quantizeToF16"]),
    (include_str!("prelude/operators.cuh"), &[]),
    (include_str!("prelude/math.cuh"), &[]),
    (
        include_str!("prelude/bits.cuh"),
        &["dot4*", "count*", "reverse*", "extract*", "insert*", "first*", "pack*", "unpack*", "quantizeToF16"],
    ),
    (include_str!("prelude/matrix.cuh"), &["mat2x*", "mat3x*", "mat4x*"]),
    (include_str!("prelude/memory.cuh"), &[]),
    (include_str!("prelude/subgroup.cuh"), &["subgroup_lanes", "coop_mat16x16"]),
    (include_str!("prelude/cooperative.cuh"), &["coop_mat16x16"]),
];

/// The parts that a kernel's text calls for.
pub(super) fn text(body: &str) -> String {
    let words: HashSet<&str> = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let found = |wanted: &str| match wanted.strip_suffix('*') {
        Some(start) => words.iter().any(|word| word.starts_with(start)),
        None => words.contains(wanted),
    };
    let parts = PARTS.iter().filter(|(_, wanted)| wanted.is_empty() || wanted.iter().any(|wanted| found(wanted)));
    parts.map(|(text, _)| *text).collect::<Vec<_>>().join("\n")
}
