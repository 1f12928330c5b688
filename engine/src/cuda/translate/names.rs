//! Names: those of the WGSL source wherever C++ allows them.

use std::collections::HashMap;

/// Words that mean something else in CUDA C++, names of the prelude and of the writer that are in no namespace, and macros of C's headers,
/// which a host may include.
const RESERVED: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl \
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double \
    dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq \
    nullptr operator or or_eq private protected public register reinterpret_cast requires return short signed sizeof static static_assert \
    static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile \
    wchar_t while xor xor_eq main threadIdx blockIdx blockDim gridDim warpSize clock clock64 printf assert NULL \
    i8 u8 i16 u16 i32 u32 i64 u64 f16 f32 f64 vec2 vec3 vec4 array atomic mat mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 \
    mat4x3 mat4x4 coop_mat16x16 wgsl wgsl_vector shader Workgroup workgroup Private invocation subgroup_lanes again \
    INFINITY NAN HUGE_VAL EOF errno stdin stdout stderr";

/// Gives each thing a name of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    taken: HashMap<String, u32>,
}

impl Names {
    pub(super) fn new() -> Self {
        Names { taken: RESERVED.split_whitespace().map(|word| (word.to_owned(), 0)).collect() }
    }

    /// The name itself if it is free, or else with a number after it.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let base = spelling(wanted);
        let mut name = base.clone();
        while self.taken.contains_key(&name) {
            let next = self.taken.entry(base.clone()).or_insert(0);
            *next += 1;
            name = format!("{base}_{next}");
        }
        self.taken.insert(name.clone(), 0);
        name
    }
}

/// In letters that C++ knows, and free of what it keeps for itself (two underscores, an underscore and a capital).
fn spelling(wanted: &str) -> String {
    let mut name = String::new();
    for c in wanted.chars() {
        match c {
            '_' if name.ends_with('_') => {}
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => name.push(c),
            other => name.push_str(&format!("u{:x}", u32::from(other))),
        }
    }
    let name = name.trim_start_matches('_').to_owned();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("n{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_unless_taken_or_reserved() {
        let mut names = Names::new();
        let given: Vec<_> = ["row", "row", "float", "main", "größe", "__x", "row", "again"].iter().map(|name| names.unique(name)).collect();
        assert_eq!(given, ["row", "row_1", "float_1", "main_1", "gruf6udfe", "x", "row_2", "again_1"].map(str::to_owned));
    }
}
