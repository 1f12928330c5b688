// Index logits: out[query, key] = k_scale[key] * sum over heads h of weights[query, h] * relu(q[query, h] . k[key]); -inf where the key is not
// in the query's range.
//
//   q        [queries, HEADS, DIM] e4m3               weights  [queries, HEADS] f32
//   logits   [queries, columns] f32                   keys, scales and ranges: `indexer/columns`
//
// A workgroup of 256 lanes computes a tile of 128 keys x ROWS rows, a row being one head of one query; the heads of a query are padded to a
// multiple of a lane's rows, so that a lane's rows belong to one query. The tile is a matrix product: 16 dimensions at a time are decoded to
// f32 into workgroup memory, while the words of the next 16 are already on their way. Lane (x, y) of 16 x 16 holds the products of 8 keys
// (4x.. and 64 + 4x..) with ROWS / 16 rows in registers: 4, or 8 with the feature `wide`. At the end relu and weights are applied there, and
// the head sums of the 16 y are added in workgroup memory, in a fixed order: the result has the same bits in every run.
//
// Workgroup memory: 16 dimensions x (128 + ROWS) f32 = 16 KiB (`wide`) or 12 KiB. The last index of both tiles is rotated by two for every
// four dimensions, so that neither the stores (lanes differ in the dimension) nor the loads (lanes differ in the key) meet in a bank.
import package::constants::HEADS;
import package::indexer::columns::{ABSENT, NEGATIVE_INFINITY, WORDS, key_base, keys, page_base, params, range_of, scale_of};
import package::common::e4m3::e4m3x4_to_f32;
import package::common::grid::flat_workgroup_id;

@group(0) @binding(1) var<storage, read> q: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> logits: array<u32>;

const TILE_KEYS = 128u;
// Vectors of four keys in a tile.
const KEY_QUADS = 32u;
// Words of a row that are staged at a time.
const STEP = 4u;
@if(wide) const LANE_ROWS = 8u;
@if(!wide) const LANE_ROWS = 4u;
const ROWS = 16u * LANE_ROWS;
const ROW_QUADS = 4u * LANE_ROWS;
const PADDED_HEADS = (HEADS + LANE_ROWS - 1u) / LANE_ROWS * LANE_ROWS;
const TILE_QUERIES = ROWS / PADDED_HEADS;
// Lanes (y) that share the heads of one query.
const HEAD_LANES = PADDED_HEADS / LANE_ROWS;
// Row tiles that are walked for each key tile before the next, to find keys and queries in the cache.
const GROUP = 16u;

var<workgroup> key_tile: array<vec4<f32>, 512>;
var<workgroup> row_tile: array<vec4<f32>, 16u * ROW_QUADS>;

// Which part of the problem a workgroup has.
struct Tile {
    // The sequence, its first query here (within the sequence) and the first column.
    sequence: u32,
    query: u32,
    column: u32,
}

fn tile_of(id: u32) -> Tile {
    let per_sequence = params.row_tiles * params.key_tiles;
    let within = id % per_sequence;
    let group = within / (GROUP * params.key_tiles);
    let in_group = within % (GROUP * params.key_tiles);
    let height = min(GROUP, params.row_tiles - group * GROUP);
    return Tile(id / per_sequence, (group * GROUP + in_group % height) * TILE_QUERIES, in_group / height * TILE_KEYS);
}

// The columns of this tile that some of its queries see, and that the bound window holds; empty if the first is not below the second.
fn tile_span(tile: Tile) -> vec2<u32> {
    var span = vec2<u32>(tile.column + TILE_KEYS, tile.column);
    for (var i = 0u; i < min(TILE_QUERIES, params.queries - tile.query); i++) {
        let range = range_of(tile.sequence * params.queries + tile.query + i);
        if (range.x < range.y) {
            span = vec2<u32>(min(span.x, range.x), max(span.y, range.y));
        }
    }
    span = vec2<u32>(max(span.x, tile.column), min(span.y, tile.column + TILE_KEYS));
    @if(paged) {
        if (params.windowed != 0u && span.x < span.y) {
            var found = false;
            for (var column = span.x - span.x % params.page_size; column < span.y; column += params.page_size) {
                found = found || page_base(tile.sequence, column) != ABSENT;
            }
            if (!found) {
                span = vec2<u32>(0u);
            }
        }
    }
    return span;
}

// `tile_span`, found by one lane, for all lanes. It passes through the key tile as halves that f32 holds exactly, for want of other memory.
fn shared_span(tile: Tile, lane: u32) -> vec2<u32> {
    if (lane == 0u) {
        let span = tile_span(tile);
        key_tile[0] = vec4<f32>(f32(span.x >> 16u), f32(span.x & 0xffffu), f32(span.y >> 16u), f32(span.y & 0xffffu));
    }
    let halves = vec4<u32>(workgroupUniformLoad(&key_tile[0]));
    return vec2<u32>((halves.x << 16u) | halves.y, (halves.z << 16u) | halves.w);
}

// Word of the codes of a row of the tile, or ABSENT for padding.
fn row_base(tile: Tile, row: u32) -> u32 {
    let query = tile.query + row / PADDED_HEADS;
    let head = row % PADDED_HEADS;
    if (row / PADDED_HEADS >= TILE_QUERIES || head >= HEADS || query >= params.queries) {
        return ABSENT;
    }
    return params.q_offset + ((tile.sequence * params.queries + query) * HEADS + head) * WORDS;
}

// Words of the four keys (the first 128 lanes) or rows (the lanes after them) that this lane stages.
fn staged_bases(tile: Tile, span: vec2<u32>, lane: u32) -> vec4<u32> {
    var bases = vec4<u32>(ABSENT);
    let first = (lane % 128u) / STEP * 4u;
    for (var i = 0u; i < 4u; i++) {
        if (lane < 128u) {
            let column = tile.column + first + i;
            if (column >= span.x && column < span.y) {
                bases[i] = key_base(tile.sequence, column);
            }
        } else if (first < ROWS) {
            bases[i] = row_base(tile, first + i);
        }
    }
    return bases;
}

fn word_at(base: u32, offset: u32, lane: u32) -> u32 {
    if (base == ABSENT) {
        return 0u;
    }
    if (lane < 128u) {
        return keys[base + offset];
    }
    return q[base + offset];
}

// One word of each of four keys or rows.
fn four_words(bases: vec4<u32>, offset: u32, lane: u32) -> vec4<u32> {
    return vec4<u32>(word_at(bases.x, offset, lane), word_at(bases.y, offset, lane), word_at(bases.z, offset, lane), word_at(bases.w, offset, lane));
}

// Decodes four words to a 4 x 4 block of one of the tiles.
fn stage(words: vec4<u32>, lane: u32) {
    let block = transpose(mat4x4<f32>(e4m3x4_to_f32(words.x), e4m3x4_to_f32(words.y), e4m3x4_to_f32(words.z), e4m3x4_to_f32(words.w)));
    let word = lane % STEP;
    let quad = (lane % 128u) / STEP;
    if (lane < 128u) {
        let at = 4u * word * KEY_QUADS + (quad + 2u * word) % KEY_QUADS;
        key_tile[at] = block[0];
        key_tile[at + KEY_QUADS] = block[1];
        key_tile[at + 2u * KEY_QUADS] = block[2];
        key_tile[at + 3u * KEY_QUADS] = block[3];
    } else if (quad < ROW_QUADS) {
        let at = 4u * word * ROW_QUADS + (quad + 2u * word) % ROW_QUADS;
        row_tile[at] = block[0];
        row_tile[at + ROW_QUADS] = block[1];
        row_tile[at + 2u * ROW_QUADS] = block[2];
        row_tile[at + 3u * ROW_QUADS] = block[3];
    }
}

// Products of 8 keys (`low` and `high` halves) with 4 rows.
struct Products {
    low0: vec4<f32>, high0: vec4<f32>,
    low1: vec4<f32>, high1: vec4<f32>,
    low2: vec4<f32>, high2: vec4<f32>,
    low3: vec4<f32>, high3: vec4<f32>,
}

fn multiply_add(products: ptr<function, Products>, low: vec4<f32>, high: vec4<f32>, row: vec4<f32>) {
    (*products).low0 = fma(low, vec4<f32>(row.x), (*products).low0);
    (*products).high0 = fma(high, vec4<f32>(row.x), (*products).high0);
    (*products).low1 = fma(low, vec4<f32>(row.y), (*products).low1);
    (*products).high1 = fma(high, vec4<f32>(row.y), (*products).high1);
    (*products).low2 = fma(low, vec4<f32>(row.z), (*products).low2);
    (*products).high2 = fma(high, vec4<f32>(row.z), (*products).high2);
    (*products).low3 = fma(low, vec4<f32>(row.w), (*products).low3);
    (*products).high3 = fma(high, vec4<f32>(row.w), (*products).high3);
}

// The weights of four rows of one query, from padded head `head` on; 0 for padding.
fn four_weights(at: u32, head: u32, present: bool) -> vec4<f32> {
    var result = vec4<f32>(0.0);
    for (var i = 0u; i < 4u; i++) {
        if (present && head + i < HEADS) {
            result[i] = weights[params.weights_offset + at * HEADS + head + i];
        }
    }
    return result;
}

fn low_sum(p: Products, w: vec4<f32>) -> vec4<f32> {
    let zero = vec4<f32>(0.0);
    return max(p.low0, zero) * w.x + max(p.low1, zero) * w.y + max(p.low2, zero) * w.z + max(p.low3, zero) * w.w;
}

fn high_sum(p: Products, w: vec4<f32>) -> vec4<f32> {
    let zero = vec4<f32>(0.0);
    return max(p.high0, zero) * w.x + max(p.high1, zero) * w.y + max(p.high2, zero) * w.z + max(p.high3, zero) * w.w;
}

// Writes the tile. `computed`: the key tile holds the head sums, [16 y][128 keys].
fn write_tile(tile: Tile, lane: u32, computed: bool) {
    let column = tile.column + lane % TILE_KEYS;
    if (column >= params.columns) {
        return;
    }
    for (var i = lane / TILE_KEYS; i < min(TILE_QUERIES, params.queries - tile.query); i += 2u) {
        let at = tile.sequence * params.queries + tile.query + i;
        let range = range_of(at);
        let place = params.out_offset + at * params.out_stride + column;
        if (computed && column >= range.x && column < range.y && key_base(tile.sequence, column) != ABSENT) {
            var sum = 0.0;
            for (var y = i * HEAD_LANES; y < (i + 1u) * HEAD_LANES; y++) {
                sum += key_tile[y * KEY_QUADS + lane % TILE_KEYS / 4u][lane % 4u];
            }
            logits[place] = bitcast<u32>(sum * scale_of(tile.sequence, column));
        } else if (params.fill != 0u) {
            logits[place] = NEGATIVE_INFINITY;
        }
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let id = flat_workgroup_id(wid, nwg);
    if (id >= params.tiles) {
        return;
    }
    let tile = tile_of(id);
    let span = shared_span(tile, lane);
    if (span.x >= span.y) {
        write_tile(tile, lane, false);
        return;
    }
    let x = lane % 16u;
    let y = lane / 16u;
    let bases = staged_bases(tile, span, lane);
    var products: Products;
    @if(wide) var more: Products;
    var words = four_words(bases, lane % STEP, lane);
    for (var step = 0u; step < WORDS; step += STEP) {
        workgroupBarrier();
        stage(words, lane);
        workgroupBarrier();
        if (step + STEP < WORDS) {
            words = four_words(bases, step + STEP + lane % STEP, lane);
        }
        for (var word = 0u; word < STEP; word++) {
            let low = 4u * word * KEY_QUADS + (x + 2u * word) % KEY_QUADS;
            let high = 4u * word * KEY_QUADS + (x + 16u + 2u * word) % KEY_QUADS;
            let row = 4u * word * ROW_QUADS + (y * LANE_ROWS / 4u + 2u * word) % ROW_QUADS;
            @if(wide) let next = 4u * word * ROW_QUADS + (y * 2u + 1u + 2u * word) % ROW_QUADS;
            for (var j = 0u; j < 4u; j++) {
                let key_low = key_tile[low + j * KEY_QUADS];
                let key_high = key_tile[high + j * KEY_QUADS];
                multiply_add(&products, key_low, key_high, row_tile[row + j * ROW_QUADS]);
                @if(wide) { multiply_add(&more, key_low, key_high, row_tile[next + j * ROW_QUADS]); }
            }
        }
    }
    let i = y / HEAD_LANES;
    let head = y % HEAD_LANES * LANE_ROWS;
    let present = i < TILE_QUERIES && tile.query + i < params.queries;
    let at = tile.sequence * params.queries + tile.query + i;
    let w = four_weights(at, head, present);
    var low = low_sum(products, w);
    var high = high_sum(products, w);
    @if(wide) {
        let v = four_weights(at, head + 4u, present);
        low += low_sum(more, v);
        high += high_sum(more, v);
    }
    workgroupBarrier();
    key_tile[y * KEY_QUADS + x] = low;
    key_tile[y * KEY_QUADS + x + 16u] = high;
    workgroupBarrier();
    write_tile(tile, lane, true);
}
