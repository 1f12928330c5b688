// Index keys and index queries: LayerNorm, rotary embedding of the first 64 dimensions, Hadamard transform, e4m3 quantisation; in this order,
// each step but the last behind a feature.
//
//   x        [rows, DIM] bf16 | f16 | f32 (features `bf16`, `f16`)
//   codes    [rows, DIM] e4m3, and scales [rows] f32                          flat keys
//   cache    pages of page_size * DIM codes, then page_size f32 scales        keys, feature `paged`: row r goes to token slot_mapping[r]
//   codes, and weights_out [rows] = weights * scale * factor                  queries, feature `queries`
//
// A row is held by DIM / 4 lanes, four dimensions each; a workgroup of 256 lanes takes 1024 / DIM rows. Lanes of a row trade values through
// workgroup memory (4 KiB), always with the lane whose number differs in one bit, so that every lane of a row computes the same sums in the
// same order.
import package::constants::{DIM};
import package::common::grid::flat_workgroup_id;
import package::common::load::{FOUR_WORDS, four_values};
import package::common::scales::{amax_scale, power_of_two_above, quantise_divide, quantise_shift};

struct Params {
    // Rows of this dispatch.
    rows: u32,
    // Rows that share one row of the rope tables.
    rows_per_position: u32,
    // LayerNorm's epsilon.
    eps: f32,
    // Queries: the factor in weights_out.
    factor: f32,
    // Paged: tokens in a page, the first page of the bound window of the cache and the pages in it.
    page_size: u32,
    first_page: u32,
    pages: u32,
    // Words from the start of each binding to this dispatch's first row: bindings start at aligned addresses, rows may not.
    x_offset: u32,
    table_offset: u32,
    codes_offset: u32,
    row_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@if(norm) @group(0) @binding(2) var<storage, read> norm_weight: array<f32>;
@if(norm) @group(0) @binding(3) var<storage, read> norm_bias: array<f32>;
@if(rope) @group(0) @binding(4) var<storage, read> rope_cos: array<f32>;
@if(rope) @group(0) @binding(5) var<storage, read> rope_sin: array<f32>;
@if(!paged) @group(0) @binding(6) var<storage, read_write> codes: array<u32>;
@if(queries) @group(0) @binding(7) var<storage, read> weights: array<f32>;
@if(queries) @group(0) @binding(8) var<storage, read_write> weights_out: array<f32>;
@if(!paged && !queries) @group(0) @binding(7) var<storage, read_write> scales: array<u32>;
@if(paged) @group(0) @binding(6) var<storage, read> slot_mapping: array<i32>;
@if(paged) @group(0) @binding(7) var<storage, read_write> cache: array<u32>;

const LANES = DIM / 4u;
const ROWS = 256u / LANES;
// The smallest amax, 1e-4.
const AMAX_FLOOR = 0x38d1b717u;

var<workgroup> traded: array<vec4<u32>, 256>;

// What the lane whose number differs in `mask` holds. In uniform control flow only.
fn trade(value: vec4<u32>, lane: u32, mask: u32) -> vec4<u32> {
    workgroupBarrier();
    traded[lane] = value;
    workgroupBarrier();
    return traded[lane ^ mask];
}

// The sum of `value` over the lanes of a row.
fn row_sum(value: f32, lane: u32) -> f32 {
    var sum = value;
    for (var mask = 1u; mask < LANES; mask <<= 1u) {
        sum += bitcast<f32>(trade(vec4<u32>(bitcast<u32>(sum)), lane, mask).x);
    }
    return sum;
}

// The largest `value` over the lanes of a row.
fn row_max(value: u32, lane: u32) -> u32 {
    var largest = value;
    for (var mask = 1u; mask < LANES; mask <<= 1u) {
        largest = max(largest, trade(vec4<u32>(largest), lane, mask).x);
    }
    return largest;
}

@if(norm) fn layer_norm(v: vec4<f32>, lane: u32, first: u32) -> vec4<f32> {
    let mean = row_sum((v.x + v.y) + (v.z + v.w), lane) / f32(DIM);
    let centred = v - vec4<f32>(mean);
    let variance = row_sum(dot(centred, centred), lane) / f32(DIM);
    let weight = vec4<f32>(norm_weight[first], norm_weight[first + 1u], norm_weight[first + 2u], norm_weight[first + 3u]);
    let bias = vec4<f32>(norm_bias[first], norm_bias[first + 1u], norm_bias[first + 2u], norm_bias[first + 3u]);
    return centred * (1.0 / sqrt(variance + params.eps)) * weight + bias;
}

// `table` is the index of the row's first angle.
@if(rope && interleaved) fn rotate(v: vec4<f32>, lane: u32, first: u32, table: u32) -> vec4<f32> {
    if (first >= 64u) {
        return v;
    }
    let angle = table + first / 2u;
    let c = vec2<f32>(rope_cos[angle], rope_cos[angle + 1u]);
    let s = vec2<f32>(rope_sin[angle], rope_sin[angle + 1u]);
    return vec4<f32>(v.x * c.x - v.y * s.x, v.x * s.x + v.y * c.x, v.z * c.y - v.w * s.y, v.z * s.y + v.w * c.y);
}
// The partner of dimension i < 32 is i + 32, held by the lane 8 further.
@if(rope && !interleaved) fn rotate(v: vec4<f32>, lane: u32, first: u32, table: u32) -> vec4<f32> {
    let partner = bitcast<vec4<f32>>(trade(bitcast<vec4<u32>>(v), lane, 8u));
    if (first >= 64u) {
        return v;
    }
    let angle = table + first % 32u;
    let c = vec4<f32>(rope_cos[angle], rope_cos[angle + 1u], rope_cos[angle + 2u], rope_cos[angle + 3u]);
    let s = vec4<f32>(rope_sin[angle], rope_sin[angle + 1u], rope_sin[angle + 2u], rope_sin[angle + 3u]);
    return v * c + select(partner * s, -(partner * s), first < 32u);
}

// H v / sqrt(DIM): four dimensions in the lane, then one butterfly for each bit of the lane's number.
@if(hadamard) fn hadamard_transform(v: vec4<f32>, lane: u32) -> vec4<f32> {
    let pairs = vec4<f32>(v.x + v.y, v.x - v.y, v.z + v.w, v.z - v.w);
    var sum = vec4<f32>(pairs.xy + pairs.zw, pairs.xy - pairs.zw);
    for (var mask = 1u; mask < LANES; mask <<= 1u) {
        let other = bitcast<vec4<f32>>(trade(bitcast<vec4<u32>>(sum), lane, mask));
        sum = select(sum + other, other - sum, (lane & mask) != 0u);
    }
    return sum * (1.0 / sqrt(f32(DIM)));
}

@if(amax) fn quantise(v: vec4<f32>, scale: u32) -> u32 {
    return quantise_divide(v.x, scale) | (quantise_divide(v.y, scale) << 8u) | (quantise_divide(v.z, scale) << 16u)
        | (quantise_divide(v.w, scale) << 24u);
}
@if(!amax) fn quantise(v: vec4<f32>, scale: u32) -> u32 {
    return quantise_shift(v.x, scale) | (quantise_shift(v.y, scale) << 8u) | (quantise_shift(v.z, scale) << 16u)
        | (quantise_shift(v.w, scale) << 24u);
}

@if(!paged) fn store(row: u32, first: u32, packed: u32, scale: u32) {
    codes[params.codes_offset + row * LANES + first / 4u] = packed;
    if (first == 0u) {
        let at = params.row_offset + row;
        @if(queries) { weights_out[at] = weights[at] * bitcast<f32>(scale) * params.factor; }
        @else { scales[at] = scale; }
    }
}
// Slots that are negative or outside the bound window are not written.
@if(paged) fn store(row: u32, first: u32, packed: u32, scale: u32) {
    let slot = slot_mapping[params.row_offset + row];
    if (slot < 0) {
        return;
    }
    let page = u32(slot) / params.page_size;
    let token = u32(slot) % params.page_size;
    if (page < params.first_page || page - params.first_page >= params.pages) {
        return;
    }
    let base = params.codes_offset + (page - params.first_page) * params.page_size * (LANES + 1u);
    cache[base + token * LANES + first / 4u] = packed;
    if (first == 0u) {
        cache[base + params.page_size * LANES + token] = scale;
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let row = flat_workgroup_id(wid, nwg) * ROWS + lane / LANES;
    let first = (lane % LANES) * 4u;
    let present = row < params.rows;
    // Lanes without a row go along with row 0 of the dispatch, because of the barriers.
    let source = select(0u, row, present);
    let at = params.x_offset + (source * LANES + first / 4u) * FOUR_WORDS;
    var words = vec4<u32>(x[at], x[at + 1u], 0u, 0u);
    @if(!bf16 && !f16) {
        words.z = x[at + 2u];
        words.w = x[at + 3u];
    }
    var v = four_values(words);
    @if(norm) { v = layer_norm(v, lane, first); }
    @if(rope) { v = rotate(v, lane, first, params.table_offset + (source / params.rows_per_position) * 32u); }
    @if(hadamard) { v = hadamard_transform(v, lane); }
    let magnitudes = bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu);
    let largest = row_max(max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w)), lane);
    var scale = amax_scale(largest, AMAX_FLOOR);
    @if(!amax) { scale = power_of_two_above(scale); }
    if (present) {
        store(row, first, quantise(v, scale), scale);
    }
}
