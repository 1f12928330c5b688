// What the attention and the merge kernel share: the rows they write, and the arithmetic at the end of a softmax.
//   output      [rows, D_V] of q's dtype, packed in words; a row is one (query, head)
//   max_logits  [rows] f32 bits, lse [..] f32 bits: they hold infinities
// Scores are kept in units of log2(e): `score = softmax_scale * log2(e) * (q . k)`.
import package::constants::D_V;
@if(q_bf16) import package::common::floats::pack_bf16x2;
@if(q_f16) import package::common::floats::pack_f16x2;

@group(0) @binding(5) var<storage, read_write> output: array<u32>;
@group(0) @binding(6) var<storage, read_write> max_logits: array<u32>;
@group(0) @binding(7) var<storage, read_write> lse: array<u32>;

// The running maximum before the first key: finite, so that no infinity enters the arithmetic, and below every real score.
const NO_MAXIMUM = -1.0e38;
const LN_2 = 0.6931471805599453;
const POSITIVE_INFINITY = 0x7f800000u;
const NEGATIVE_INFINITY = 0xff800000u;

// Writes elements `2 * pair` and `2 * pair + 1` of a row.
fn store_pair(row: u32, pair: u32, values: vec2<f32>) {
    let at = row * (D_V / 2u) + pair;
    @if(q_bf16) { output[at] = pack_bf16x2(values); }
    @if(q_f16) { output[at] = pack_f16x2(values); }
    @if(q_f32) {
        output[2u * at] = bitcast<u32>(values.x);
        output[2u * at + 1u] = bitcast<u32>(values.y);
    }
}

// `ln(sum exp(scores))` from the maximum and the sum relative to it.
fn natural_lse(maximum: f32, sum: f32) -> f32 {
    return maximum * LN_2 + log(sum);
}

// What a head with an attention sink multiplies its output by: `exp(lse) / (exp(lse) + exp(sink))`. The sink comes as bits: it may be infinite.
fn sink_factor(natural: f32, sink: u32) -> f32 {
    if (sink == POSITIVE_INFINITY) {
        return 0.0;
    }
    if (sink == NEGATIVE_INFINITY) {
        return 1.0;
    }
    return 1.0 / (1.0 + exp(min(bitcast<f32>(sink) - natural, 80.0)));
}
