//! The C++ that every translation needs, and the parts that only some do.

/// Parts in order, each with the words in a kernel that call for it.
const PARTS: [(&str, &[&str]); 8] = [
    (include_str!("prelude/types.cuh"), &[]),
    (include_str!("prelude/half.cuh"), &["f16"]),
    (include_str!("prelude/operators.cuh"), &[]),
    (include_str!("prelude/math.cuh"), &[]),
    (include_str!("prelude/bits.cuh"), &["Packed", "pack", "Bits", "Bit(", "Zeros(", "quantizeToF16"]),
    (include_str!("prelude/matrix.cuh"), &["mat2x", "mat3x", "mat4x"]),
    (include_str!("prelude/memory.cuh"), &[]),
    (include_str!("prelude/subgroup.cuh"), &["subgroup_lanes", "coop_mat"]),
];

const COOPERATIVE: (&str, &[&str]) = (include_str!("prelude/cooperative.cuh"), &["coop_mat"]);

/// The parts that a kernel's text calls for.
pub(super) fn text(body: &str) -> String {
    let half_wanted = ["pack2x16float", "quantizeToF16"].iter().any(|word| body.contains(word));
    let parts = PARTS.iter().chain([&COOPERATIVE]);
    let wanted = parts.filter(|(text, words)| {
        let is_half = text.contains("struct alignas(2) f16");
        words.is_empty() || words.iter().any(|word| body.contains(word)) || (is_half && half_wanted)
    });
    wanted.map(|(text, _)| *text).collect::<Vec<_>>().join("\n")
}
