// Attention over listed latent rows with cooperative matrices: the same contract as `attention/attend`, for D_V = 512 and D_QK = 512 or 576.
//
// One workgroup: one query x HEAD_BLOCK heads (16 or 32) x one split of the query's keys; 8 subgroups. Keys go in tiles of 16 rows, which
// are staged as f16. Each subgroup has 64 of the 512 dimensions, for all heads: its queries stay in registers, and so does its part of the
// output, so that the staged rows serve as keys and as values where they are.
//   scores   a subgroup multiplies its dimensions, and its share of the 64 rotary ones; the 8 parts are added through workgroup memory
//   softmax  online, but the output is rescaled only when a head's maximum has grown by more than 8 (in base 2): the weights, up to 2^8, and
//            the sums stay relative to the maximum of that time. Matrices can be rescaled through workgroup memory only
//   values   weights (f16) times the staged rows
// bf16 reaches further than f16. The rows are divided by a power of two (`shift`) that follows from the first tile's largest value and grows,
// and the output with it, when a later tile would leave f16's range; the queries have a power of their own. Scores and results are
// multiplied by them again. What is lost is what lies 2^-22 below the largest value, and less than that.
// A row that no valid index refers to is never read. Every sum has a fixed order: results are the same bits in every run.
//
// Workgroup memory: rows 16 * (D_QK + 8) f16 (18.3 KiB), parts of the scores 8 * 16 * 20 f32 (10 KiB), scores and weights (4.1 KiB, or 2
// for 16 heads). Constants: SUBGROUP, the size of every subgroup; features `eight` and `subgroup_barrier` as in `indexer/logits_matrix`.
import package::constants::{D_QK, D_V, HEAD_BLOCK, SUBGROUP};
import package::common::grid::flat_workgroup_id;
import package::attention::rows::{Eight, row_eight};
import package::attention::output::NO_MAXIMUM;
import package::attention::problem::{Place, count_keys, finish_head, key_count, params, place_of, query_eight, row_of, write_value};
enable f16;
enable wgpu_cooperative_matrix;

@if(eight) const SIZE = 8u;
@if(!eight) const SIZE = 16u;
@if(eight) alias Rows = coop_mat8x8<f16, A>;
@if(!eight) alias Rows = coop_mat16x16<f16, A>;
@if(eight) alias Columns = coop_mat8x8<f16, B>;
@if(!eight) alias Columns = coop_mat16x16<f16, B>;
@if(eight) alias Products = coop_mat8x8<f32, C>;
@if(!eight) alias Products = coop_mat16x16<f32, C>;

const SUBGROUPS = 8u;
const LANES = SUBGROUPS * SUBGROUP;
const TILE = 16u;
// Matrices down the heads, across a subgroup's 64 dimensions, across the keys of a tile; those of the rotary dimensions, over all subgroups.
const DOWN = HEAD_BLOCK / SIZE;
const DIMS = 64u / SIZE;
const KEYS = TILE / SIZE;
const ROTARY = (D_QK - D_V) / SIZE;
const DOWN_16 = 16u / SIZE;
// Vectors of eight elements of a row, and how many of a tile's a lane stages.
const EIGHTS = D_QK / 8u;
const LANE_EIGHTS = (TILE * EIGHTS + LANES - 1u) / LANES;
// vec4<f16> from one staged row to the next; f32 and f16 between rows of the scratch blocks and of the weights.
const ROW = D_QK / 4u + 2u;
const PART_ROW = 20u;
const PART = 16u * PART_ROW;
const WEIGHT_ROW = 24u;
const SCORE_ROW = 17u;
// Weights of a tile that a lane computes.
const LANE_WEIGHTS = (HEAD_BLOCK * TILE + LANES - 1u) / LANES;
// In base 2: how far a maximum may grow before the output is rescaled.
const SLACK = 8.0;
// Powers of two up to here are f32 in both directions.
const MOST_SHIFT = 126;

var<workgroup> staged: array<vec4<f16>, TILE * ROW>;
var<workgroup> parts: array<f32, SUBGROUPS * PART>;
var<workgroup> scores: array<f32, HEAD_BLOCK * SCORE_ROW>;
var<workgroup> weights: array<f16, HEAD_BLOCK * WEIGHT_ROW>;
// For each head: its maximum, what its weights are relative to, and the factor of its output.
var<workgroup> maxima: array<f32, HEAD_BLOCK>;
var<workgroup> reference: array<f32, HEAD_BLOCK>;
var<workgroup> factors: array<f32, HEAD_BLOCK>;
// Rows of the tile, relative to the window; -1 where the key is invalid.
var<workgroup> rows: array<i32, TILE>;
var<workgroup> largest_exponent: atomic<u32>;
var<workgroup> grown: atomic<u32>;
var<workgroup> uniform_word: u32;

fn subgroup_sync() {
    @if(subgroup_barrier) { subgroupBarrier(); }
    @if(!subgroup_barrier) { workgroupBarrier(); }
}

// The biased exponent of the largest value. With an infinity or a NaN among them the results are NaN, whatever else is done.
fn exponent_of(eight: Eight) -> u32 {
    let bits = max(bitcast<vec4<u32>>(eight.low) & vec4<u32>(0x7fffffffu), bitcast<vec4<u32>>(eight.high) & vec4<u32>(0x7fffffffu));
    return max(max(bits.x, bits.y), max(bits.z, bits.w)) >> 23u;
}

// The shift that makes values with this largest (biased) exponent less than 2^(room + 1).
fn shift_for(exponent: u32, room: i32) -> i32 {
    return clamp(i32(exponent) - 127 - room, -MOST_SHIFT, MOST_SHIFT);
}

// Whether values with this largest exponent would leave f16's range.
fn outgrows(exponent: u32, shift: i32) -> bool {
    return i32(exponent) - 127 >= shift + 15;
}

fn power_of_two(exponent: i32) -> f32 {
    return bitcast<f32>(u32(clamp(exponent, -MOST_SHIFT, MOST_SHIFT) + 127) << 23u);
}

fn stage(index: u32, eight: Eight, factor: f32) {
    let at = index / EIGHTS * ROW + index % EIGHTS * 2u;
    staged[at] = vec4<f16>(eight.low * factor);
    staged[at + 1u] = vec4<f16>(eight.high * factor);
}

// The elements that a lane stages of the tile's rows; zeros for a missing row: it is not read.
fn tile_eight(index: u32) -> Eight {
    if (index < TILE * EIGHTS) {
        let row = rows[index / EIGHTS];
        if (row >= 0) {
            return row_eight(u32(row), index % EIGHTS * 8u);
        }
    }
    return Eight(vec4<f32>(0.0), vec4<f32>(0.0));
}

// The same of 16 heads' queries.
fn query_part(place: Place, first_line: u32, index: u32) -> Eight {
    let head = place.first_head + first_line + index / EIGHTS;
    if (index < TILE * EIGHTS && head < params.heads) {
        return query_eight((params.first_query + place.query) * params.heads + head, index % EIGHTS * 8u);
    }
    return Eight(vec4<f32>(0.0), vec4<f32>(0.0));
}

// The maximum of a head's scores in the tile.
fn tile_maximum(line: u32) -> f32 {
    var largest = NO_MAXIMUM;
    for (var i = 0u; i < TILE; i++) {
        largest = max(largest, scores[line * SCORE_ROW + i]);
    }
    return largest;
}

fn load_rows(place: Place, first_entry: u32, last_entry: u32) {
    for (var i = place.thread; i < TILE; i += LANES) {
        rows[i] = row_of(place, first_entry + i, last_entry);
    }
}

@compute @workgroup_size(LANES)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    // A workgroup too many does nothing: matrices forbid an early return.
    let id = flat_workgroup_id(workgroup_id, num_workgroups);
    let place = place_of(min(id, params.workgroups - 1u), HEAD_BLOCK, thread);
    if (thread == 0u) {
        atomicStore(&largest_exponent, 0u);
    }
    count_keys(place);
    let entries = select(0u, workgroupUniformLoad(&key_count), id < params.workgroups);
    let tiles = (entries + TILE - 1u) / TILE;
    let tiles_per_split = (tiles + params.splits - 1u) / params.splits;
    let first_entry = min(place.split * tiles_per_split, tiles) * TILE;
    let last_entry = min(first_entry + tiles_per_split * TILE, entries);

    // The queries' largest value, then the queries themselves, 16 heads at a time, into registers.
    var largest = 0u;
    for (var index = thread; index < HEAD_BLOCK * EIGHTS; index += LANES) {
        let first_line = index / (TILE * EIGHTS) * TILE;
        largest = max(largest, exponent_of(query_part(place, first_line, index % (TILE * EIGHTS))));
    }
    atomicMax(&largest_exponent, largest);
    for (var line = thread; line < HEAD_BLOCK; line += LANES) {
        maxima[line] = NO_MAXIMUM;
        reference[line] = NO_MAXIMUM;
    }
    workgroupBarrier();
    let query_shift = shift_for(atomicLoad(&largest_exponent), 14);
    @registers var queries: array<Rows, DOWN * DIMS>;
    @if(rope) @registers var rotary_queries: array<Rows, DOWN>;
    @unroll for (var first_line = 0u; first_line < HEAD_BLOCK; first_line += 16u) {
        for (var index = thread; index < TILE * EIGHTS; index += LANES) {
            stage(index, query_part(place, first_line, index), power_of_two(-query_shift));
        }
        workgroupBarrier();
        @unroll for (var i = 0u; i < DOWN_16; i++) {
            @unroll for (var d = 0u; d < DIMS; d++) {
                queries[(first_line / SIZE + i) * DIMS + d] = coopLoadT<Rows>(&staged[i * SIZE * ROW + subgroup * 16u + d * SIZE / 4u], ROW);
            }
            @if(rope) {
                let block = subgroup % ROTARY;
                rotary_queries[first_line / SIZE + i] = coopLoadT<Rows>(&staged[i * SIZE * ROW + (D_V + block * SIZE) / 4u], ROW);
            }
        }
        workgroupBarrier();
    }

    @registers var output: array<Products, DOWN * DIMS>;
    @unroll for (var i = 0u; i < DOWN * DIMS; i++) {
        output[i] = Products();
    }
    // Sums of this lane's weights: value v of a tile is that of key v % 16 and head v / 16.
    @registers var sums: array<f32, LANE_WEIGHTS>;
    @unroll for (var i = 0u; i < LANE_WEIGHTS; i++) {
        sums[i] = 0.0;
    }
    var shift = -MOST_SHIFT;
    if (thread == 0u) {
        atomicStore(&largest_exponent, 0u);
    }
    load_rows(place, first_entry, last_entry);
    workgroupBarrier();
    @registers var ahead_low: array<vec4<f32>, LANE_EIGHTS>;
    @registers var ahead_high: array<vec4<f32>, LANE_EIGHTS>;
    @unroll for (var i = 0u; i < LANE_EIGHTS; i++) {
        let eight = tile_eight(i * LANES + thread);
        ahead_low[i] = eight.low;
        ahead_high[i] = eight.high;
    }
    for (var entry = first_entry; entry < last_entry; entry += TILE) {
        // The tile into workgroup memory, divided if it must be.
        var exponent = 0u;
        @unroll for (var i = 0u; i < LANE_EIGHTS; i++) {
            exponent = max(exponent, exponent_of(Eight(ahead_low[i], ahead_high[i])));
        }
        if (outgrows(exponent, shift)) {
            atomicMax(&largest_exponent, exponent);
        }
        if (thread == 0u) {
            atomicStore(&grown, 0u);
        }
        workgroupBarrier();
        let seen_exponent = atomicLoad(&largest_exponent);
        let new_shift = select(shift, shift_for(seen_exponent, 8), outgrows(seen_exponent, shift));
        @unroll for (var i = 0u; i < LANE_EIGHTS; i++) {
            if (i * LANES + thread < TILE * EIGHTS) {
                stage(i * LANES + thread, Eight(ahead_low[i], ahead_high[i]), power_of_two(-new_shift));
            }
        }
        workgroupBarrier();

        // Scores.
        @registers var products: array<Products, DOWN * KEYS>;
        @unroll for (var i = 0u; i < DOWN * KEYS; i++) {
            products[i] = Products();
        }
        @unroll for (var d = 0u; d < DIMS; d++) {
            @unroll for (var j = 0u; j < KEYS; j++) {
                let keys = coopLoad<Columns>(&staged[j * SIZE * ROW + subgroup * 16u + d * SIZE / 4u], ROW);
                @unroll for (var i = 0u; i < DOWN; i++) {
                    products[i * KEYS + j] = coopMultiplyAdd(queries[i * DIMS + d], keys, products[i * KEYS + j]);
                }
            }
        }
        @if(rope) {
            for (var block = subgroup; block < ROTARY; block += SUBGROUPS) {
                @unroll for (var j = 0u; j < KEYS; j++) {
                    let keys = coopLoad<Columns>(&staged[j * SIZE * ROW + (D_V + block * SIZE) / 4u], ROW);
                    @unroll for (var i = 0u; i < DOWN; i++) {
                        products[i * KEYS + j] = coopMultiplyAdd(rotary_queries[i], keys, products[i * KEYS + j]);
                    }
                }
            }
        }
        let unscale = params.scale * power_of_two(query_shift) * power_of_two(new_shift);
        @unroll for (var first_line = 0u; first_line < HEAD_BLOCK; first_line += 16u) {
            @unroll for (var i = 0u; i < DOWN_16; i++) {
                @unroll for (var j = 0u; j < KEYS; j++) {
                    coopStoreT(products[(first_line / SIZE + i) * KEYS + j], &parts[subgroup * PART + i * SIZE * PART_ROW + j * SIZE], PART_ROW);
                }
            }
            workgroupBarrier();
            for (var value = thread; value < 16u * TILE; value += LANES) {
                var score = 0.0;
                for (var i = 0u; i < SUBGROUPS; i++) {
                    score += parts[i * PART + value / TILE * PART_ROW + value % TILE];
                }
                let at = (first_line + value / TILE) * SCORE_ROW + value % TILE;
                scores[at] = select(NO_MAXIMUM, score * unscale, rows[value % TILE] >= 0);
            }
            workgroupBarrier();
        }

        // Has a maximum grown too far, or the shift? Then the output is rescaled.
        for (var line = thread; line < HEAD_BLOCK; line += LANES) {
            let maximum = max(maxima[line], tile_maximum(line));
            maxima[line] = maximum;
            if (maximum > reference[line] + SLACK) {
                factors[line] = maximum;
                atomicStore(&grown, 1u);
            } else {
                factors[line] = reference[line];
            }
        }
        if (thread == 0u && new_shift != shift) {
            atomicStore(&grown, 1u);
        }
        workgroupBarrier();
        if (thread == 0u) {
            uniform_word = atomicLoad(&grown);
        }
        if (workgroupUniformLoad(&uniform_word) != 0u) {
            let shift_change = power_of_two(shift - new_shift);
            @unroll for (var i = 0u; i < LANE_WEIGHTS; i++) {
                let line = (i * LANES + thread) / TILE % HEAD_BLOCK;
                sums[i] *= exp2(reference[line] - factors[line]);
            }
            @unroll for (var first_line = 0u; first_line < HEAD_BLOCK; first_line += 16u) {
                @unroll for (var first_dim = 0u; first_dim < 64u; first_dim += 16u) {
                    subgroup_sync();
                    @unroll for (var i = 0u; i < DOWN_16; i++) {
                        @unroll for (var j = 0u; j < DOWN_16; j++) {
                            let place_in_part = subgroup * PART + i * SIZE * PART_ROW + j * SIZE;
                            coopStoreT(output[(first_line / SIZE + i) * DIMS + first_dim / SIZE + j], &parts[place_in_part], PART_ROW);
                        }
                    }
                    subgroup_sync();
                    for (var value = lane; value < 256u; value += SUBGROUP) {
                        let line = first_line + value / 16u;
                        parts[subgroup * PART + value / 16u * PART_ROW + value % 16u] *= exp2(reference[line] - factors[line]) * shift_change;
                    }
                    subgroup_sync();
                    @unroll for (var i = 0u; i < DOWN_16; i++) {
                        @unroll for (var j = 0u; j < DOWN_16; j++) {
                            let place_in_part = subgroup * PART + i * SIZE * PART_ROW + j * SIZE;
                            output[(first_line / SIZE + i) * DIMS + first_dim / SIZE + j] = coopLoadT<Products>(&parts[place_in_part], PART_ROW);
                        }
                    }
                }
            }
            workgroupBarrier();
            for (var line = thread; line < HEAD_BLOCK; line += LANES) {
                reference[line] = factors[line];
            }
            workgroupBarrier();
        }
        shift = new_shift;

        // Weights.
        @unroll for (var i = 0u; i < LANE_WEIGHTS; i++) {
            let value = i * LANES + thread;
            if (value < HEAD_BLOCK * TILE) {
                let line = value / TILE;
                let valid = rows[value % TILE] >= 0;
                let weight = select(0.0, exp2(scores[line * SCORE_ROW + value % TILE] - reference[line]), valid);
                sums[i] += weight;
                weights[line * WEIGHT_ROW + value % TILE] = f16(weight);
            }
        }
        workgroupBarrier();
        load_rows(place, entry + TILE, last_entry);
        workgroupBarrier();
        // On their way while this tile is multiplied.
        @unroll for (var i = 0u; i < LANE_EIGHTS; i++) {
            let eight = tile_eight(i * LANES + thread);
            ahead_low[i] = eight.low;
            ahead_high[i] = eight.high;
        }
        @unroll for (var k = 0u; k < KEYS; k++) {
            @registers var heads: array<Rows, DOWN>;
            @unroll for (var i = 0u; i < DOWN; i++) {
                heads[i] = coopLoadT<Rows>(&weights[i * SIZE * WEIGHT_ROW + k * SIZE], WEIGHT_ROW);
            }
            @unroll for (var d = 0u; d < DIMS; d++) {
                let values = coopLoadT<Columns>(&staged[k * SIZE * ROW + subgroup * 16u + d * SIZE / 4u], ROW);
                @unroll for (var i = 0u; i < DOWN; i++) {
                    output[i * DIMS + d] = coopMultiplyAdd(heads[i], values, output[i * DIMS + d]);
                }
            }
        }
        workgroupBarrier();
    }

    // The sums of the keys of a head, then what is written of it.
    workgroupBarrier();
    @unroll for (var i = 0u; i < LANE_WEIGHTS; i++) {
        let value = i * LANES + thread;
        if (value < HEAD_BLOCK * TILE) {
            scores[value / TILE * SCORE_ROW + value % TILE] = sums[i];
        }
    }
    workgroupBarrier();
    for (var line = thread; line < HEAD_BLOCK; line += LANES) {
        var sum = 0.0;
        for (var i = 0u; i < TILE; i++) {
            sum += scores[line * SCORE_ROW + i];
        }
        let seen = maxima[line] > NO_MAXIMUM;
        let relative = exp2(reference[line] - maxima[line]);
        if (id < params.workgroups) {
            factors[line] = finish_head(place, line, maxima[line], sum * relative, seen) * relative * power_of_two(shift);
        }
    }
    workgroupBarrier();
    @unroll for (var first_line = 0u; first_line < HEAD_BLOCK; first_line += 16u) {
        @unroll for (var first_dim = 0u; first_dim < 64u; first_dim += 16u) {
            subgroup_sync();
            @unroll for (var i = 0u; i < DOWN_16; i++) {
                @unroll for (var j = 0u; j < DOWN_16; j++) {
                    let place_in_part = subgroup * PART + i * SIZE * PART_ROW + j * SIZE;
                    coopStoreT(output[(first_line / SIZE + i) * DIMS + first_dim / SIZE + j], &parts[place_in_part], PART_ROW);
                }
            }
            subgroup_sync();
            for (var pair = lane; pair < 128u; pair += SUBGROUP) {
                let line = pair / 8u;
                let at = subgroup * PART + line * PART_ROW + pair % 8u * 2u;
                if (id < params.workgroups) {
                    let factor = factors[first_line + line];
                    let dims = subgroup * 32u + first_dim / 2u + pair % 8u;
                    write_value(place, first_line + line, dims, vec2<f32>(parts[at], parts[at + 1u]) * factor);
                }
            }
        }
    }
}
