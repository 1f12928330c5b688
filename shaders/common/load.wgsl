// Four consecutive elements of a packed tensor. The features `bf16` and `f16` say what the words hold; without them they are f32.
// A kernel asks for `FOUR_WORDS` words at `FOUR_WORDS * (index / 4)` and passes them as a vector.
import package::common::floats::{unpack_bf16x2, unpack_f16x2};

// Words that four elements take.
@if(bf16 || f16) const FOUR_WORDS = 2u;
@if(!bf16 && !f16) const FOUR_WORDS = 4u;

// The four values in the first `FOUR_WORDS` of these words.
@if(bf16) fn four_values(words: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(unpack_bf16x2(words.x), unpack_bf16x2(words.y));
}
@if(f16) fn four_values(words: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(unpack_f16x2(words.x), unpack_f16x2(words.y));
}
@if(!bf16 && !f16) fn four_values(words: vec4<u32>) -> vec4<f32> {
    return bitcast<vec4<f32>>(words);
}
