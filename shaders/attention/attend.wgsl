// Attention over latent rows: keys are whole rows (D_QK), values their first D_V elements. Sparse (rows listed by index) or dense (a range).
//   q        [queries, heads, D_QK] of q's dtype      kv  rows, see rows.wgsl: one window of the cache
//   sparse   indices [queries, top_k] i32, topk_length [..] i32        dense   k_start, k_end [queries] i32
//   out      the finished rows (feature `direct`), or partial results for merge.wgsl
// One workgroup: one query x HEAD_BLOCK heads (4, 8 or 16) x one split of the query's keys; 256 threads. Keys go in tiles of 64:
//   scores   32 dimensions at a time, queries and keys staged as f32. A thread holds HEAD_BLOCK/4 heads x 4 keys and sums a quarter (its
//            "slice") of the staged dimensions; the quarters are added through the same memory
//   softmax  online; 16 neighbouring threads share a head
//   values   a thread owns two output dimensions of all heads; it reads them straight from the rows, coalesced
// A row that no valid index refers to is never read. Tiles without a valid key are skipped.
// Workgroup memory: 15.9 KiB. Every sum has a fixed order: results are the same bits in every run.
import package::constants::{D_QK, D_V, HEAD_BLOCK};
import package::common::grid::flat_workgroup_id;
import package::attention::rows::{Eight, row_eight, row_pair};
import package::attention::output::NO_MAXIMUM;
import package::attention::problem::{Place, count_keys, finish_head, key_count, params, place_of, query_eight, row_of, write_value};
@if(subgroup) enable subgroups;

const TILE = 64u;
const CHUNK = 32u;
const HEADS_PER_THREAD = HEAD_BLOCK / 4u;
// Regions of `tile`, in vectors: keys [64][8], queries [HEAD_BLOCK][8], weights [HEAD_BLOCK][16]. Before the weights are written, the sums of
// the slices lie over all three.
const QUERIES_AT = 512u;
const WEIGHTS_AT = 640u;
var<workgroup> tile: array<vec4<f32>, 896>;
// One value for each of 16 threads of a head.
var<workgroup> exchange: array<f32, 256>;
// Rows of two tiles, relative to the window; -1 where the key is invalid.
var<workgroup> rows: array<i32, 128>;
// A factor for each head.
var<workgroup> factors: array<f32, 16>;
var<workgroup> tiles_found: atomic<u32>;
var<workgroup> tiles_used: u32;

// A thread's place in the scores: its four keys are the positions 4 * key_group .. of the tile, its heads HEADS_PER_THREAD * head_group ..
fn key_group(place: Place) -> u32 {
    return place.thread % 16u;
}

fn head_group(place: Place) -> u32 {
    return (place.thread / 16u) % 4u;
}

fn slice(place: Place) -> u32 {
    return place.thread / 64u;
}

// ---- keys

// Which of the 32 tiles from `first_tile` on have a valid key: a bit each. Uniform.
@if(dense)
fn find_tiles(place: Place, first_tile: u32, last_tile: u32, entries: u32) -> u32 {
    let count = last_tile - first_tile;
    return select(0xffffffffu, (1u << (count & 31u)) - 1u, count < 32u);
}

@if(!dense)
fn find_tiles(place: Place, first_tile: u32, last_tile: u32, entries: u32) -> u32 {
    if (place.thread == 0u) {
        atomicStore(&tiles_found, 0u);
    }
    workgroupBarrier();
    var found = 0u;
    let end = min(entries, last_tile * TILE);
    for (var i = 0u; i < 8u; i++) {
        let offset = i * 256u + place.thread;
        if (row_of(place, first_tile * TILE + offset, end) >= 0) {
            found |= 1u << (offset / TILE);
        }
    }
    @if(subgroup) { found = subgroupOr(found); }
    if (found != 0u) {
        atomicOr(&tiles_found, found);
    }
    workgroupBarrier();
    if (place.thread == 0u) {
        tiles_used = atomicLoad(&tiles_found);
    }
    return workgroupUniformLoad(&tiles_used);
}

// ---- scores

// Writes 32 dimensions of the tile's keys and of the queries to workgroup memory. Vector v of a row lies at v ^ (row mod 8), so that threads
// that read the same vector of neighbouring rows use different banks. A missing row becomes zeros: it is not read.
fn stage(place: Place, row: i32, chunk: u32) {
    let line = place.thread / 4u;
    let part = place.thread % 4u;
    var eight = Eight(vec4<f32>(0.0), vec4<f32>(0.0));
    if (row >= 0) {
        eight = row_eight(u32(row), chunk * CHUNK + part * 8u);
    }
    let swizzle = line & 7u;
    tile[line * 8u + ((2u * part) ^ swizzle)] = eight.low;
    tile[line * 8u + ((2u * part + 1u) ^ swizzle)] = eight.high;
    if (line < HEAD_BLOCK) {
        var query = Eight(vec4<f32>(0.0), vec4<f32>(0.0));
        let head = place.first_head + line;
        if (head < params.heads) {
            query = query_eight((params.first_query + place.query) * params.heads + head, chunk * CHUNK + part * 8u);
        }
        let group = line / HEADS_PER_THREAD;
        tile[QUERIES_AT + line * 8u + ((2u * part) ^ group)] = query.low;
        tile[QUERIES_AT + line * 8u + ((2u * part + 1u) ^ group)] = query.high;
    }
}

// `sum + a . b`, in order.
fn add_dot(sum: f32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}

// Four sums at once: `sums[i] + rows[i] . b`.
fn add_dots(sums: vec4<f32>, row0: vec4<f32>, row1: vec4<f32>, row2: vec4<f32>, row3: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(add_dot(sums.x, row0, b), add_dot(sums.y, row1, b), add_dot(sums.z, row2, b), add_dot(sums.w, row3, b));
}

// Where a slice leaves its sums for one of the thread's heads; the slice that finishes the head keeps its own.
fn slice_at(head: u32, slice: u32, place: Place) -> u32 {
    let rank = slice - select(0u, 1u, slice > head);
    return (head * 3u + rank) * 64u + (place.thread & 63u);
}

// q . k of one head and the thread's four keys. The thread of slice s finishes head s of its heads (of fewer than four heads, the last
// slices have none and return 0).
fn score(place: Place, row: i32) -> vec4<f32> {
    var sums0 = vec4<f32>(0.0);
    @if(heads_8 || heads_16) var sums1 = vec4<f32>(0.0);
    @if(heads_16) var sums2 = vec4<f32>(0.0);
    @if(heads_16) var sums3 = vec4<f32>(0.0);
    let key_line = key_group(place) * 8u;
    let query_line = QUERIES_AT + head_group(place) * HEADS_PER_THREAD * 8u;
    for (var chunk = 0u; chunk < D_QK / CHUNK; chunk++) {
        workgroupBarrier();
        stage(place, row, chunk);
        workgroupBarrier();
        for (var step = 0u; step < 2u; step++) {
            let vector = slice(place) * 2u + step;
            let key_at = key_line + (vector ^ (key_group(place) & 7u));
            let query_at = query_line + (vector ^ head_group(place));
            let key0 = tile[key_at];
            let key1 = tile[key_at + 128u];
            let key2 = tile[key_at + 256u];
            let key3 = tile[key_at + 384u];
            sums0 = add_dots(sums0, key0, key1, key2, key3, tile[query_at]);
            @if(heads_8 || heads_16) { sums1 = add_dots(sums1, key0, key1, key2, key3, tile[query_at + 8u]); }
            @if(heads_16) { sums2 = add_dots(sums2, key0, key1, key2, key3, tile[query_at + 16u]); }
            @if(heads_16) { sums3 = add_dots(sums3, key0, key1, key2, key3, tile[query_at + 24u]); }
        }
    }
    workgroupBarrier();
    var own = vec4<f32>(0.0);
    if (slice(place) == 0u) { own = sums0; } else { tile[slice_at(0u, slice(place), place)] = sums0; }
    @if(heads_8 || heads_16) { if (slice(place) == 1u) { own = sums1; } else { tile[slice_at(1u, slice(place), place)] = sums1; } }
    @if(heads_16) { if (slice(place) == 2u) { own = sums2; } else { tile[slice_at(2u, slice(place), place)] = sums2; } }
    @if(heads_16) { if (slice(place) == 3u) { own = sums3; } else { tile[slice_at(3u, slice(place), place)] = sums3; } }
    workgroupBarrier();
    if (slice(place) < HEADS_PER_THREAD) {
        let first = slice(place) * 192u + (place.thread & 63u);
        own += tile[first] + tile[first + 64u] + tile[first + 128u];
    }
    return own;
}

// ---- softmax

// The largest value among the 16 threads that share a head; contains a barrier. `line` is the head's place in the block; threads without a
// head come with `finishes` false and get anything.
@if(!subgroup)
fn head_maximum(place: Place, line: u32, finishes: bool, value: f32) -> f32 {
    if (finishes) {
        exchange[line * 16u + key_group(place)] = value;
    }
    workgroupBarrier();
    var maximum = value;
    if (!finishes) {
        return maximum;
    }
    for (var i = 0u; i < 16u; i++) {
        maximum = max(maximum, exchange[line * 16u + i]);
    }
    return maximum;
}

// The 16 threads are neighbours, so that subgroups of 16 or more hold them together, and those of 4 or 8 whole parts of them.
@if(subgroup)
fn head_maximum(place: Place, line: u32, finishes: bool, value: f32, subgroup_size: u32) -> f32 {
    var maximum = max(value, subgroupShuffleXor(value, 1u));
    maximum = max(maximum, subgroupShuffleXor(maximum, 2u));
    if (subgroup_size >= 8u) {
        maximum = max(maximum, subgroupShuffleXor(maximum, 4u));
    }
    if (subgroup_size >= 16u) {
        maximum = max(maximum, subgroupShuffleXor(maximum, 8u));
    }
    if (finishes && (key_group(place) & 3u) == 0u) {
        exchange[line * 4u + key_group(place) / 4u] = maximum;
    }
    workgroupBarrier();
    if (finishes && subgroup_size < 16u) {
        let at = line * 4u;
        maximum = max(max(exchange[at], exchange[at + 1u]), max(exchange[at + 2u], exchange[at + 3u]));
    }
    return maximum;
}

// ---- values

// Sums of two output dimensions for all heads of the block: x for the even dimension, y for the odd one, four heads a vector.
struct Values {
    x0: vec4<f32>,
    y0: vec4<f32>,
    @if(heads_8 || heads_16) x1: vec4<f32>,
    @if(heads_8 || heads_16) y1: vec4<f32>,
    @if(heads_16) x2: vec4<f32>,
    @if(heads_16) y2: vec4<f32>,
    @if(heads_16) x3: vec4<f32>,
    @if(heads_16) y3: vec4<f32>,
}

fn factors_of(group: u32) -> vec4<f32> {
    return vec4<f32>(factors[4u * group], factors[4u * group + 1u], factors[4u * group + 2u], factors[4u * group + 3u]);
}

fn scale_values(values: ptr<function, Values>) {
    let factors0 = factors_of(0u);
    (*values).x0 *= factors0;
    (*values).y0 *= factors0;
    @if(heads_8 || heads_16) {
        let factors1 = factors_of(1u);
        (*values).x1 *= factors1;
        (*values).y1 *= factors1;
    }
    @if(heads_16) {
        let factors2 = factors_of(2u);
        (*values).x2 *= factors2;
        (*values).y2 *= factors2;
        let factors3 = factors_of(3u);
        (*values).x3 *= factors3;
        (*values).y3 *= factors3;
    }
}

// The thread's two dimensions of a row; zeros where there is none.
fn value_pair(row: i32, pair: u32) -> vec2<f32> {
    if (row < 0) {
        return vec2<f32>(0.0);
    }
    return row_pair(u32(row), pair);
}

// Adds the weighted values of a tile.
fn add_values(values: ptr<function, Values>, place: Place, rows_at: u32) {
    if (place.thread >= D_V / 2u) {
        return;
    }
    for (var four = 0u; four < 16u; four++) {
        let at = rows_at + 4u * four;
        let pair0 = value_pair(rows[at], place.thread);
        let pair1 = value_pair(rows[at + 1u], place.thread);
        let pair2 = value_pair(rows[at + 2u], place.thread);
        let pair3 = value_pair(rows[at + 3u], place.thread);
        let x = vec4<f32>(pair0.x, pair1.x, pair2.x, pair3.x);
        let y = vec4<f32>(pair0.y, pair1.y, pair2.y, pair3.y);
        let weights = WEIGHTS_AT + four;
        {
            let w0 = tile[weights];
            let w1 = tile[weights + 16u];
            let w2 = tile[weights + 32u];
            let w3 = tile[weights + 48u];
            (*values).x0 = add_dots((*values).x0, w0, w1, w2, w3, x);
            (*values).y0 = add_dots((*values).y0, w0, w1, w2, w3, y);
        }
        @if(heads_8 || heads_16) {
            let w0 = tile[weights + 64u];
            let w1 = tile[weights + 80u];
            let w2 = tile[weights + 96u];
            let w3 = tile[weights + 112u];
            (*values).x1 = add_dots((*values).x1, w0, w1, w2, w3, x);
            (*values).y1 = add_dots((*values).y1, w0, w1, w2, w3, y);
        }
        @if(heads_16) {
            let w0 = tile[weights + 128u];
            let w1 = tile[weights + 144u];
            let w2 = tile[weights + 160u];
            let w3 = tile[weights + 176u];
            (*values).x2 = add_dots((*values).x2, w0, w1, w2, w3, x);
            (*values).y2 = add_dots((*values).y2, w0, w1, w2, w3, y);
        }
        @if(heads_16) {
            let w0 = tile[weights + 192u];
            let w1 = tile[weights + 208u];
            let w2 = tile[weights + 224u];
            let w3 = tile[weights + 240u];
            (*values).x3 = add_dots((*values).x3, w0, w1, w2, w3, x);
            (*values).y3 = add_dots((*values).y3, w0, w1, w2, w3, y);
        }
    }
}

// ---- results


fn write_values(place: Place, values: Values) {
    if (place.thread >= D_V / 2u) {
        return;
    }
    write_four(place, 0u, values.x0, values.y0);
    @if(heads_8 || heads_16) { write_four(place, 4u, values.x1, values.y1); }
    @if(heads_16) { write_four(place, 8u, values.x2, values.y2); }
    @if(heads_16) { write_four(place, 12u, values.x3, values.y3); }
}

fn write_four(place: Place, line: u32, x: vec4<f32>, y: vec4<f32>) {
    write_value(place, line, place.thread, vec2<f32>(x.x, y.x));
    write_value(place, line + 1u, place.thread, vec2<f32>(x.y, y.y));
    write_value(place, line + 2u, place.thread, vec2<f32>(x.z, y.z));
    write_value(place, line + 3u, place.thread, vec2<f32>(x.w, y.w));
}

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
    @if(subgroup) @builtin(subgroup_size) subgroup_size: u32,
) {
    let id = flat_workgroup_id(workgroup_id, num_workgroups);
    if (id >= params.workgroups) {
        return;
    }
    let place = place_of(id, HEAD_BLOCK, thread);
    count_keys(place);
    let entries = workgroupUniformLoad(&key_count);
    let tiles = (entries + TILE - 1u) / TILE;
    let tiles_per_split = (tiles + params.splits - 1u) / params.splits;
    // Not from `place`, in which the thread makes all fields divergent to a browser.
    let first_tile = min(id / params.head_blocks % params.splits * tiles_per_split, tiles);
    let last_tile = min(first_tile + tiles_per_split, tiles);

    // The head that this thread finishes, and the place of its key rows: row r of the staged tile is position 4 * (r mod 16) + r / 16.
    let line = head_group(place) * HEADS_PER_THREAD + slice(place);
    let finishes = slice(place) < HEADS_PER_THREAD;
    let position = 4u * ((thread / 4u) % 16u) + thread / 64u;
    var maximum = NO_MAXIMUM;
    var sum = 0.0;
    var seen = false;
    var values: Values;
    var parity = 0u;
    for (var group = first_tile; group < last_tile; group += 32u) {
        var used = find_tiles(place, group, last_tile, entries);
        while (used != 0u) {
            let tile_index = group + firstTrailingBit(used);
            used &= used - 1u;
            seen = true;
            let row = row_of(place, tile_index * TILE + position, entries);
            if (thread % 4u == 0u) {
                rows[parity + position] = row;
            }
            var scores = score(place, row) * params.scale;
            let at = parity + 4u * key_group(place);
            let valid = vec4<i32>(rows[at], rows[at + 1u], rows[at + 2u], rows[at + 3u]) >= vec4<i32>(0);
            scores = select(vec4<f32>(NO_MAXIMUM), scores, valid);
            var largest = max(max(scores.x, scores.y), max(scores.z, scores.w));
            @if(subgroup) { largest = head_maximum(place, line, finishes, largest, subgroup_size); }
            @if(!subgroup) { largest = head_maximum(place, line, finishes, largest); }
            if (finishes) {
                let new_maximum = max(maximum, largest);
                let weights = select(vec4<f32>(0.0), exp2(scores - new_maximum), valid);
                let factor = exp2(maximum - new_maximum);
                sum = sum * factor + (weights.x + weights.y + weights.z + weights.w);
                maximum = new_maximum;
                tile[WEIGHTS_AT + line * 16u + key_group(place)] = weights;
                if (key_group(place) == 0u) {
                    factors[line] = factor;
                }
            }
            workgroupBarrier();
            scale_values(&values);
            add_values(&values, place, parity);
            parity ^= TILE;
        }
    }

    if (finishes) {
        exchange[line * 16u + key_group(place)] = sum;
    }
    workgroupBarrier();
    if (finishes && key_group(place) == 0u) {
        var total = 0.0;
        for (var i = 0u; i < 16u; i++) {
            total += exchange[line * 16u + i];
        }
        factors[line] = finish_head(place, line, maximum, total, seen);
    }
    workgroupBarrier();
    if (seen) {
        scale_values(&values);
    }
    @if(direct) { write_values(place, values); }
    @if(!direct) { if (seen) { write_values(place, values); } }
}
