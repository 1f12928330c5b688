// What the attention kernels share: parameters, tensors, the keys of a query, and what is written of a head.
//   q        [queries, heads, D_QK] of q's dtype
//   sparse   indices [queries, top_k] i32, topk_length [..] i32        dense   k_start, k_end [queries] i32
//   out      the finished rows (feature `direct`), or partial results for merge.wgsl
import package::constants::{D_QK, D_V};
import package::attention::rows::Eight;
import package::attention::output::NO_MAXIMUM;
@if(direct) import package::attention::output::{POSITIVE_INFINITY, NEGATIVE_INFINITY, LN_2, store_pair, natural_lse, sink_factor, max_logits, lse};
@if(q_bf16) import package::common::floats::unpack_bf16x2;
@if(q_f16) import package::common::floats::unpack_f16x2;

struct Params {
    // Workgroups with work: queries of this dispatch x head blocks x splits.
    workgroups: u32,
    heads: u32,
    head_blocks: u32,
    splits: u32,
    // The first query of this dispatch, counted from the start of the bound q, indices, out and max_logits.
    first_query: u32,
    // The same from the start of the bound topk_length and lse, of which lse is [.., heads, lse_inner].
    length_query: u32,
    lse_query: u32,
    lse_inner: u32,
    // The window of rows that is bound: absolute row numbers.
    window_start: u32,
    window_end: u32,
    top_k: u32,
    // topk_length has one entry for this many queries; 0 means that there is none.
    queries_per_length: u32,
    has_sink: u32,
    has_max_logits: u32,
    // Partial results: slots of a query, and the first slot of this window.
    slots: u32,
    first_slot: u32,
    // softmax_scale * log2(e).
    scale: f32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4<u32>>;
@if(!dense) @group(0) @binding(2) var<storage, read> indices: array<i32>;
@if(!dense) @group(0) @binding(3) var<storage, read> topk_length: array<i32>;
@if(dense) @group(0) @binding(2) var<storage, read> k_start: array<i32>;
@if(dense) @group(0) @binding(3) var<storage, read> k_end: array<i32>;
@if(direct) @group(0) @binding(4) var<storage, read> attn_sink: array<u32>;
@if(!direct) @group(0) @binding(4) var<storage, read_write> partial_out: array<vec2<f32>>;
@if(!direct) @group(0) @binding(5) var<storage, read_write> partial_softmax: array<vec2<f32>>;
@group(0) @binding(8) var<uniform> params: Params;

// The keys of this query: how many, and for dense attention the first row.
var<workgroup> key_count: u32;
@if(dense) var<workgroup> key_first: u32;

// The part of the problem that a workgroup has, and the thread's number in it.
struct Place {
    query: u32,
    first_head: u32,
    split: u32,
    thread: u32,
}

// Head blocks of one query run side by side: they read the same rows.
fn place_of(id: u32, head_block: u32, thread: u32) -> Place {
    let rest = id / params.head_blocks;
    return Place(rest / params.splits, (id % params.head_blocks) * head_block, rest % params.splits, thread);
}

@if(dense)
fn count_keys(place: Place) {
    if (place.thread == 0u) {
        let query = params.length_query + place.query;
        let first = max(u32(max(k_start[query], 0)), params.window_start);
        let last = min(u32(max(k_end[query], 0)), params.window_end);
        key_first = first - params.window_start;
        key_count = select(0u, last - first, last > first);
    }
}

@if(!dense)
fn count_keys(place: Place) {
    if (place.thread == 0u) {
        var count = params.top_k;
        if (params.queries_per_length != 0u) {
            let length = topk_length[(params.length_query + place.query) / params.queries_per_length];
            count = min(count, u32(max(length, 0)));
        }
        key_count = count;
    }
}

// The row of an entry of the query's list, relative to the window; -1 if it has none there.
@if(!dense)
fn row_of(place: Place, entry: u32, entries: u32) -> i32 {
    if (entry >= entries) {
        return -1;
    }
    let index = indices[(params.first_query + place.query) * params.top_k + entry];
    let inside = index >= 0 && u32(index) >= params.window_start && u32(index) < params.window_end;
    return select(-1, index - i32(params.window_start), inside);
}

@if(dense)
fn row_of(place: Place, entry: u32, entries: u32) -> i32 {
    return select(-1, i32(key_first + entry), entry < entries);
}

@if(q_bf16 || q_f16)
fn query_eight(row: u32, dim: u32) -> Eight {
    let packed = q[row * (D_QK / 8u) + dim / 8u];
    @if(q_bf16) {
        return Eight(
            vec4<f32>(unpack_bf16x2(packed.x), unpack_bf16x2(packed.y)),
            vec4<f32>(unpack_bf16x2(packed.z), unpack_bf16x2(packed.w)),
        );
    }
    @if(q_f16) {
        return Eight(
            vec4<f32>(unpack_f16x2(packed.x), unpack_f16x2(packed.y)),
            vec4<f32>(unpack_f16x2(packed.z), unpack_f16x2(packed.w)),
        );
    }
}

@if(q_f32)
fn query_eight(row: u32, dim: u32) -> Eight {
    let at = row * (D_QK / 4u) + dim / 4u;
    return Eight(bitcast<vec4<f32>>(q[at]), bitcast<vec4<f32>>(q[at + 1u]));
}

// Writes what is known about a head, and gives the factor of its output row.
@if(direct)
fn finish_head(place: Place, line: u32, maximum: f32, sum: f32, seen: bool) -> f32 {
    var factor = 0.0;
    let head = place.first_head + line;
    if (head >= params.heads) {
        return factor;
    }
    let natural = natural_lse(maximum, select(1.0, sum, seen));
    if (seen) {
        factor = 1.0 / sum;
        if (params.has_sink != 0u) {
            factor *= sink_factor(natural, attn_sink[head]);
        }
    }
    if (params.has_max_logits != 0u) {
        max_logits[(params.first_query + place.query) * params.heads + head] = select(NEGATIVE_INFINITY, bitcast<u32>(maximum * LN_2), seen);
    }
    let query = params.lse_query + place.query;
    let inner = params.lse_inner;
    lse[((query / inner) * params.heads + head) * inner + query % inner] = select(POSITIVE_INFINITY, bitcast<u32>(natural), seen);
    return factor;
}

@if(!direct)
fn finish_head(place: Place, line: u32, maximum: f32, sum: f32, seen: bool) -> f32 {
    let head = place.first_head + line;
    if (head < params.heads) {
        partial_softmax[partial_row(place, head)] = select(vec2<f32>(NO_MAXIMUM, 0.0), vec2<f32>(maximum, sum), seen);
    }
    return 1.0;
}

// Partial results are [queries, slots, heads], slots being splits of windows.
@if(!direct)
fn partial_row(place: Place, head: u32) -> u32 {
    return (place.query * params.slots + params.first_slot + place.split) * params.heads + head;
}

// Writes elements `2 * pair` and `2 * pair + 1` of a head's row.
fn write_value(place: Place, line: u32, pair: u32, value: vec2<f32>) {
    let head = place.first_head + line;
    if (head < params.heads) {
        @if(direct) { store_pair((params.first_query + place.query) * params.heads + head, pair, value); }
        @if(!direct) { partial_out[partial_row(place, head) * (D_V / 2u) + pair] = value; }
    }
}
