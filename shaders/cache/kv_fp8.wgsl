// Writes latent rows into the FP8 KV cache: 512 e4m3 values, 4 f32 power-of-two scales (one for each 128 values), 64 bf16 values; 656 bytes.
//
//   latent        [rows, 576] bf16 | f16 | f32 (features `bf16`, `f16`)
//   slot_mapping  [rows] i32: the cache row of each latent row; negative or past the bound window = not written
//   cache         rows of 164 words
//
// One workgroup of 256 lanes takes two rows. 128 lanes a row hold four of the first 512 values each; the 32 lanes of a block of 128 find its
// largest magnitude in workgroup memory (1 KiB). The first 16 lanes of a row then write the rotary part.
import package::common::floats::pack_bf16x2;
import package::common::grid::flat_workgroup_id;
import package::common::load::{FOUR_WORDS, four_values};
import package::common::scales::{amax_scale, power_of_two_above, quantise_shift};

struct Params {
    // Rows of this dispatch.
    rows: u32,
    // The first cache row of the bound window and the rows in it.
    first_row: u32,
    window_rows: u32,
    // Words from the start of each binding to where this dispatch begins.
    latent_offset: u32,
    slot_offset: u32,
    cache_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<u32>;
@group(0) @binding(2) var<storage, read> slot_mapping: array<i32>;
@group(0) @binding(3) var<storage, read_write> cache: array<u32>;

const ROW_WORDS = 164u;
const QUADS = 144u;
// The smallest amax / 448, 1e-4.
const SCALE_FLOOR = 0x38d1b717u;

var<workgroup> largest: array<u32, 256>;

fn load(row: u32, quad: u32) -> vec4<f32> {
    let at = params.latent_offset + (row * QUADS + quad) * FOUR_WORDS;
    var words = vec4<u32>(latent[at], latent[at + 1u], 0u, 0u);
    @if(!bf16 && !f16) {
        words.z = latent[at + 2u];
        words.w = latent[at + 3u];
    }
    return four_values(words);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let row = flat_workgroup_id(wid, nwg) * 2u + lane / 128u;
    let quad = lane % 128u;
    let present = row < params.rows;
    let source = select(0u, row, present);
    let v = load(source, quad);
    let magnitudes = bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu);
    largest[lane] = max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w));
    for (var mask = 1u; mask < 32u; mask <<= 1u) {
        workgroupBarrier();
        let both = max(largest[lane], largest[lane ^ mask]);
        workgroupBarrier();
        largest[lane] = both;
    }
    let slot = slot_mapping[params.slot_offset + source];
    if (!present || slot < 0 || u32(slot) < params.first_row || u32(slot) - params.first_row >= params.window_rows) {
        return;
    }
    // The floor of FlashMLA's cache applies to the quotient, not to amax.
    let scale = power_of_two_above(max(amax_scale(largest[lane], 0u), SCALE_FLOOR));
    let base = params.cache_offset + (u32(slot) - params.first_row) * ROW_WORDS;
    cache[base + quad] = quantise_shift(v.x, scale) | (quantise_shift(v.y, scale) << 8u) | (quantise_shift(v.z, scale) << 16u)
        | (quantise_shift(v.w, scale) << 24u);
    if (quad % 32u == 0u) {
        cache[base + 128u + quad / 32u] = scale;
    }
    if (quad < 16u) {
        let rotary = load(source, 128u + quad);
        cache[base + 132u + 2u * quad] = pack_bf16x2(rotary.xy);
        cache[base + 133u + 2u * quad] = pack_bf16x2(rotary.zw);
    }
}
