// Merges the partial results that attend.wgsl leaves for each (query, head): `slots` softmaxes over different keys, each with its maximum, its
// sum and its unnormalised output.
//   partial_out [queries, slots, heads, D_V], partial_softmax [queries, slots, heads] (maximum, sum; a sum of 0: no key, nothing written)
// One workgroup of 256 threads: one (query, head); a thread owns two output dimensions and goes through the slots in order. No workgroup memory.
import package::constants::D_V;
import package::common::grid::flat_workgroup_id;
import package::attention::output::{NO_MAXIMUM, LN_2, POSITIVE_INFINITY, NEGATIVE_INFINITY, store_pair, natural_lse, sink_factor, max_logits, lse};

struct Params {
    // Queries of this dispatch x heads.
    workgroups: u32,
    heads: u32,
    slots: u32,
    // The first query of this dispatch, counted from the start of the bound output and max_logits, and of lse ([.., heads, lse_inner]).
    first_query: u32,
    lse_query: u32,
    lse_inner: u32,
    has_sink: u32,
    has_max_logits: u32,
}

@group(0) @binding(0) var<storage, read> partial_out: array<vec2<f32>>;
@group(0) @binding(1) var<storage, read> partial_softmax: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> attn_sink: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

fn has_keys(softmax: vec2<f32>) -> bool {
    return bitcast<u32>(softmax.y) != 0u;
}

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
) {
    let id = flat_workgroup_id(workgroup_id, num_workgroups);
    if (id >= params.workgroups) {
        return;
    }
    let query = id / params.heads;
    let head = id % params.heads;
    let first = query * params.slots * params.heads + head;
    var maximum = NO_MAXIMUM;
    var seen = false;
    for (var slot = 0u; slot < params.slots; slot++) {
        let softmax = partial_softmax[first + slot * params.heads];
        if (has_keys(softmax)) {
            maximum = max(maximum, softmax.x);
            seen = true;
        }
    }
    var sum = 0.0;
    var value = vec2<f32>(0.0);
    for (var slot = 0u; slot < params.slots; slot++) {
        let row = first + slot * params.heads;
        let softmax = partial_softmax[row];
        if (has_keys(softmax)) {
            let weight = exp2(softmax.x - maximum);
            sum += weight * softmax.y;
            if (thread < D_V / 2u) {
                value += weight * partial_out[row * (D_V / 2u) + thread];
            }
        }
    }
    let natural = natural_lse(maximum, select(1.0, sum, seen));
    if (seen) {
        var factor = 1.0 / sum;
        if (params.has_sink != 0u) {
            factor *= sink_factor(natural, attn_sink[head]);
        }
        value *= factor;
    }
    if (thread < D_V / 2u) {
        store_pair((params.first_query + query) * params.heads + head, thread, value);
    }
    if (thread == 0u) {
        if (params.has_max_logits != 0u) {
            max_logits[(params.first_query + query) * params.heads + head] = select(NEGATIVE_INFINITY, bitcast<u32>(maximum * LN_2), seen);
        }
        let inner = params.lse_inner;
        let at = params.lse_query + query;
        lse[((at / inner) * params.heads + head) * inner + at % inner] = select(POSITIVE_INFINITY, bitcast<u32>(natural), seen);
    }
}
