// Index logits with cooperative matrices: the same contract as `indexer/logits`.
//
//   q        [queries, HEADS, DIM] e4m3               weights  [queries, HEADS] f32
//   logits   [queries, columns] f32                   keys, scales and ranges: `indexer/columns`
//
// A workgroup has 4 subgroups and a tile of 256 keys x up to `tile_queries` queries of one sequence. Each subgroup keeps 64 keys in its
// registers, as SIZE x SIZE matrices of f16, for the whole tile. The queries pass by through workgroup memory, STAGE_HEADS heads at a time:
// their products with the keys, 16 heads x 64 keys, go through a scratch block of workgroup memory, 32 keys at a time, from which each lane
// reads 4 keys x HEADS / GROUPS heads, and adds relu and weight in its own registers; a sum over the lanes' heads ends a query. The order of
// all sums is fixed: the result has the same bits in every run.
//
// e4m3 becomes f16 by moving bits: the value divided by 256, which the end makes good; NaN stays NaN. Four codes become two pairs, of the
// bytes 0 and 2, and 1 and 3: the same order of dimensions on both sides, which a dot product does not see.
//
// Workgroup memory: f16 rows of heads, STAGE_HEADS * (DIM + 8) * 2 bytes (8.5 KiB for 32 x 128), and before them those of the keys on their way
// to the registers, of each subgroup 16 keys x 64 dimensions (9 KiB); scratch 4 * 16 * 40 f32 (10 KiB); the keys' places and scales (2 KiB).
// Rows are an odd multiple of 16 bytes apart, so that the eight rows that a matrix load reads lie in different banks.
//
// Constants: SIZE, 16 or 8, of the device's matrices; SUBGROUP, the size of every subgroup. Feature `subgroup_barrier`: a subgroup's lanes
// see one another's workgroup memory after `subgroupBarrier`. The API does not promise that; without the feature a workgroup barrier is used.
import package::constants::{DIM, HEADS, SUBGROUP};
import package::indexer::columns::{ABSENT, NEGATIVE_INFINITY, key_base, params, range_of, scale_of, sixteen_codes};
import package::common::grid::flat_workgroup_id;
enable f16;
enable wgpu_cooperative_matrix;
enable wgpu_int16;
enable subgroups;

@group(0) @binding(1) var<storage, read> q: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> logits: array<u32>;

@if(eight) const SIZE = 8u;
@if(!eight) const SIZE = 16u;
@if(eight) alias Rows = coop_mat8x8<f16, A>;
@if(!eight) alias Rows = coop_mat16x16<f16, A>;
@if(eight) alias Columns = coop_mat8x8<f16, B>;
@if(!eight) alias Columns = coop_mat16x16<f16, B>;
@if(eight) alias Products = coop_mat8x8<f32, C>;
@if(!eight) alias Products = coop_mat16x16<f32, C>;

const SUBGROUPS = 4u;
const LANES = SUBGROUPS * SUBGROUP;
const SUBGROUP_KEYS = 64u;
const TILE_KEYS = SUBGROUPS * SUBGROUP_KEYS;
// Matrices across the keys of a subgroup and across the dimensions, and down 16 heads.
const ACROSS = SUBGROUP_KEYS / SIZE;
const DEEP = DIM / SIZE;
const DOWN = 16u / SIZE;
const PADDED_HEADS = (HEADS + 15u) / 16u * 16u;
// 32, or 16 if the heads are an odd multiple of 16.
const STAGE_HEADS = 16u * (2u - PADDED_HEADS / 16u % 2u);
const STAGES = PADDED_HEADS / STAGE_HEADS;
// vec4<f16> from one row of `staged` to the next: of heads, and of keys, of which 64 dimensions pass at a time.
const ROW = DIM / 4u + 2u;
const KEY_ROW = 18u;
// vec4<u32>, 16 codes, of one head and of a stage; how many of these a lane loads.
const HEAD_VECTORS = DIM / 16u;
const STAGE_VECTORS = STAGE_HEADS * HEAD_VECTORS;
const LANE_VECTORS = (STAGE_VECTORS + LANES - 1u) / LANES;
// Keys go to the registers in steps of 16 keys x 64 dimensions; the vectors of a step and of all steps that a lane loads.
const STEPS_DEEP = DIM / 64u;
const STEP_VECTORS = 64u;
const STEP_LOADS = STEP_VECTORS / SUBGROUP;
const KEY_LOADS = SUBGROUP_KEYS / 16u * STEPS_DEEP * STEP_LOADS;
// Lanes that read the same 4 keys, and the heads of 16 that each of them reads.
const GROUPS = SUBGROUP / 8u;
const LANE_HEADS = 16u / GROUPS;
// Columns of f32 between rows of the scratch block are 40: 10 vec4.
const SCRATCH_ROW = 10u;
const SCRATCH = 16u * SCRATCH_ROW;
// Both sides are divided by 2^8.
const UNSCALE = 65536.0;

var<workgroup> staged: array<vec4<f16>, max(STAGE_HEADS * ROW, SUBGROUPS * 16u * KEY_ROW)>;
var<workgroup> scratch: array<vec4<f32>, SUBGROUPS * SCRATCH>;
// Word of each key's codes, or ABSENT; its scale.
var<workgroup> key_word: array<u32, TILE_KEYS>;
var<workgroup> key_scale: array<f32, TILE_KEYS>;
// The first query of the tile that sees one of its keys, one past the last; whether a key is there at all.
var<workgroup> first_query: atomic<u32>;
var<workgroup> end_query: atomic<u32>;
var<workgroup> some_key: atomic<u32>;
var<workgroup> busy_queries: vec2<u32>;

// Which part of the problem a workgroup has: a sequence, its first query here (within the sequence), the number of them, the first column.
struct Tile {
    sequence: u32,
    query: u32,
    queries: u32,
    column: u32,
}

// Without queries for a workgroup that has no tile: matrices forbid an early return.
fn tile_of(id: u32) -> Tile {
    let per_sequence = params.row_tiles * params.key_tiles;
    let known = min(id, params.tiles - 1u);
    let within = known % per_sequence;
    let query = within / params.key_tiles * params.tile_queries;
    let queries = select(0u, min(params.tile_queries, params.queries - query), id < params.tiles);
    return Tile(known / per_sequence, query, queries, within % params.key_tiles * TILE_KEYS);
}

fn subgroup_sync() {
    @if(subgroup_barrier) { subgroupBarrier(); }
    @if(!subgroup_barrier) { workgroupBarrier(); }
}

// f16 of the codes in bytes 0 and 2, each divided by 256.
fn even_codes(word: u32) -> u32 {
    let magnitude = word & 0x007f007fu;
    let nan = ((magnitude + 0x00010001u) & 0x00800080u) * 0xf8u;
    return (magnitude << 7u) | ((word & 0x00800080u) << 8u) | nan;
}

fn four_halves(word: u32) -> vec4<f16> {
    let even = even_codes(word);
    let odd = even_codes(word >> 8u);
    return bitcast<vec4<f16>>(vec4<u16>(u16(even & 0xffffu), u16(even >> 16u), u16(odd & 0xffffu), u16(odd >> 16u)));
}

// Finds the tile's keys, and the queries that see any of them.
fn find_keys(tile: Tile, lane: u32) {
    if (lane == 0u) {
        atomicStore(&first_query, tile.queries);
        atomicStore(&end_query, 0u);
        atomicStore(&some_key, 0u);
    }
    workgroupBarrier();
    for (var i = lane; i < TILE_KEYS; i += LANES) {
        let column = tile.column + i;
        var word = ABSENT;
        if (column < params.columns) {
            word = key_base(tile.sequence, column);
        }
        key_word[i] = word;
        if (word != ABSENT) {
            atomicStore(&some_key, 1u);
        }
    }
    for (var i = lane; i < tile.queries; i += LANES) {
        let range = range_of(tile.sequence * params.queries + tile.query + i);
        if (range.x < range.y && range.x < tile.column + TILE_KEYS && range.y > tile.column) {
            atomicMin(&first_query, i);
            atomicMax(&end_query, i + 1u);
        }
    }
    workgroupBarrier();
    if (lane == 0u) {
        let busy = vec2<u32>(atomicLoad(&first_query), atomicLoad(&end_query));
        busy_queries = select(vec2<u32>(0u), busy, atomicLoad(&some_key) != 0u && busy.x < busy.y);
    }
}

// The vector of a subgroup's keys that a lane has in a load; zeros for a key that is missing or that no query sees: it is not read.
fn key_vector(load: u32, subgroup: u32, lane: u32, seen: bool) -> vec4<u32> {
    let step = load / STEP_LOADS;
    let vector = load % STEP_LOADS * SUBGROUP + lane;
    let base = key_word[subgroup * SUBGROUP_KEYS + step / STEPS_DEEP * 16u + vector / 4u];
    if (!seen || base == ABSENT) {
        return vec4<u32>(0u);
    }
    return sixteen_codes(base + step % STEPS_DEEP * 16u + vector % 4u * 4u);
}

// 16 codes of a head of a stage; zero for padding.
fn query_vector(at: u32, stage: u32, vector: u32) -> vec4<u32> {
    let head = stage * STAGE_HEADS + vector / HEAD_VECTORS;
    if (vector >= STAGE_VECTORS || head >= HEADS) {
        return vec4<u32>(0u);
    }
    return q[params.q_offset / 4u + (at * HEADS + head) * HEAD_VECTORS + vector % HEAD_VECTORS];
}

fn stage(place: u32, codes: vec4<u32>) {
    staged[place] = four_halves(codes.x);
    staged[place + 1u] = four_halves(codes.y);
    staged[place + 2u] = four_halves(codes.z);
    staged[place + 3u] = four_halves(codes.w);
}

fn stage_query(vector: u32, codes: vec4<u32>) {
    if (vector < STAGE_VECTORS) {
        stage(vector / HEAD_VECTORS * ROW + vector % HEAD_VECTORS * 4u, codes);
    }
}

// relu and weights of LANE_HEADS of 16 heads, for the 4 keys of this lane in the scratch block.
fn head_sum(before: vec4<f32>, at: u32, first_head: u32, subgroup: u32, lane: u32) -> vec4<f32> {
    let heads = lane / 8u * LANE_HEADS;
    var sum = before;
    @unroll for (var i = 0u; i < LANE_HEADS; i++) {
        let head = first_head + heads + i;
        let weight = select(0.0, weights[params.weights_offset + at * HEADS + min(head, HEADS - 1u)], head < HEADS);
        let product = scratch[subgroup * SCRATCH + (heads + i) * SCRATCH_ROW + lane % 8u];
        sum = fma(max(product, vec4<f32>(0.0)), vec4<f32>(weight), sum);
    }
    return sum;
}

// Adds the sums of the lanes' heads and writes 32 keys of a query, from `key` of the tile on.
fn write_sums(tile: Tile, at: u32, key: u32, lane_sum: vec4<f32>, lane: u32) {
    var sum = lane_sum;
    for (var mask = 8u; mask < SUBGROUP; mask *= 2u) {
        sum += subgroupShuffleXor(sum, mask);
    }
    let range = range_of(at);
    for (var i = lane / 8u; i < 4u; i += GROUPS) {
        let place = key + lane % 8u * 4u + i;
        write_logit(at, tile.column + place, range, sum[i] * UNSCALE * key_scale[place], key_word[place] != ABSENT);
    }
}

fn write_logit(at: u32, column: u32, range: vec2<u32>, value: f32, present: bool) {
    if (column >= params.columns) {
        return;
    }
    let place = params.out_offset + at * params.out_stride + column;
    if (present && column >= range.x && column < range.y) {
        logits[place] = bitcast<u32>(value);
    } else if (params.fill != 0u) {
        logits[place] = NEGATIVE_INFINITY;
    }
}

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(num_workgroups) nwg: vec3<u32>,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
    let tile = tile_of(flat_workgroup_id(wid, nwg));
    let first_at = tile.sequence * params.queries + tile.query;
    find_keys(tile, lane);
    let busy = workgroupUniformLoad(&busy_queries);
    for (var i = 0u; i < tile.queries; i++) {
        if (i < busy.x || i >= busy.y) {
            for (var key = lane; key < TILE_KEYS; key += LANES) {
                write_logit(first_at + i, tile.column + key, vec2<u32>(0u), 0.0, false);
            }
        }
    }

    // All that the tile needs of its keys is on its way before any of it is waited for.
    @registers var key_codes: array<vec4<u32>, KEY_LOADS>;
    @unroll for (var i = 0u; i < KEY_LOADS; i++) {
        key_codes[i] = key_vector(i, subgroup, subgroup_lane, busy.x < busy.y);
    }
    @registers var codes: array<vec4<u32>, LANE_VECTORS>;
    @unroll for (var i = 0u; i < LANE_VECTORS; i++) {
        codes[i] = query_vector(first_at + busy.x, 0u, i * LANES + lane);
    }
    for (var i = lane; i < TILE_KEYS; i += LANES) {
        if (key_word[i] != ABSENT) {
            key_scale[i] = scale_of(tile.sequence, tile.column + i);
        }
    }
    @registers var key_blocks: array<Columns, ACROSS * DEEP>;
    @unroll for (var first_key = 0u; first_key < SUBGROUP_KEYS; first_key += 16u) {
        @unroll for (var first_dim = 0u; first_dim < DIM; first_dim += 64u) {
            subgroup_sync();
            @unroll for (var i = 0u; i < STEP_LOADS; i++) {
                let vector = i * SUBGROUP + subgroup_lane;
                let place = (subgroup * 16u + vector / 4u) * KEY_ROW + vector % 4u * 4u;
                stage(place, key_codes[(first_key / 16u * STEPS_DEEP + first_dim / 64u) * STEP_LOADS + i]);
            }
            subgroup_sync();
            @unroll for (var i = 0u; i < DOWN; i++) {
                @unroll for (var j = 0u; j < 64u / SIZE; j++) {
                    key_blocks[(first_key / SIZE + i) * DEEP + first_dim / SIZE + j] =
                        coopLoad<Columns>(&staged[(subgroup * 16u + i * SIZE) * KEY_ROW + j * SIZE / 4u], KEY_ROW);
                }
            }
        }
    }

    for (var at = first_at + busy.x; at < first_at + busy.y; at++) {
        var low_sum = vec4<f32>(0.0);
        var high_sum = vec4<f32>(0.0);
        for (var stage = 0u; stage < STAGES; stage++) {
            workgroupBarrier();
            @unroll for (var i = 0u; i < LANE_VECTORS; i++) {
                stage_query(i * LANES + lane, codes[i]);
            }
            workgroupBarrier();
            // On their way while this stage is multiplied.
            let next_stage = (stage + 1u) % STAGES;
            let next_at = min(at + (stage + 1u) / STAGES, first_at + busy.y - 1u);
            @unroll for (var i = 0u; i < LANE_VECTORS; i++) {
                codes[i] = query_vector(next_at, next_stage, i * LANES + lane);
            }
            for (var head = 0u; head < STAGE_HEADS; head += 16u) {
                @registers var products: array<Products, DOWN * ACROSS>;
                @unroll for (var i = 0u; i < DOWN * ACROSS; i++) {
                    products[i] = Products();
                }
                @unroll for (var d = 0u; d < DEEP; d++) {
                    @unroll for (var i = 0u; i < DOWN; i++) {
                        let rows = coopLoadT<Rows>(&staged[(head + i * SIZE) * ROW + d * SIZE / 4u], ROW);
                        @unroll for (var j = 0u; j < ACROSS; j++) {
                            products[i * ACROSS + j] = coopMultiplyAdd(rows, key_blocks[j * DEEP + d], products[i * ACROSS + j]);
                        }
                    }
                }
                @unroll for (var half = 0u; half < 2u; half++) {
                    @unroll for (var i = 0u; i < DOWN; i++) {
                        @unroll for (var j = 0u; j < ACROSS / 2u; j++) {
                            let place = subgroup * SCRATCH + i * SIZE * SCRATCH_ROW + j * SIZE / 4u;
                            coopStoreT(products[i * ACROSS + half * ACROSS / 2u + j], &scratch[place], SCRATCH_ROW);
                        }
                    }
                    subgroup_sync();
                    let first_head = stage * STAGE_HEADS + head;
                    if (half == 0u) {
                        low_sum = head_sum(low_sum, at, first_head, subgroup, subgroup_lane);
                    } else {
                        high_sum = head_sum(high_sum, at, first_head, subgroup, subgroup_lane);
                    }
                    subgroup_sync();
                }
            }
        }
        write_sums(tile, at, subgroup * SUBGROUP_KEYS, low_sum, subgroup_lane);
        write_sums(tile, at, subgroup * SUBGROUP_KEYS + 32u, high_sum, subgroup_lane);
    }
}
