// Copies rows of whole words to the cache rows that slot_mapping names.
//
//   source        [rows, row_words] words
//   slot_mapping  [rows] i32: the cache row of each source row; negative or past the bound window = not written
//   cache         rows of row_words words
//
// One lane copies one word; a workgroup of 256 lanes copies 256 consecutive words. No workgroup memory.
import package::common::grid::flat_workgroup_id;

struct Params {
    // Rows of this dispatch, and words in a row.
    rows: u32,
    row_words: u32,
    // The first cache row of the bound window and the rows in it.
    first_row: u32,
    window_rows: u32,
    // Words from the start of each binding to where this dispatch begins.
    source_offset: u32,
    slot_offset: u32,
    cache_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> slot_mapping: array<i32>;
@group(0) @binding(3) var<storage, read_write> cache: array<u32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let at = flat_workgroup_id(wid, nwg) * 256u + lane;
    let row = at / params.row_words;
    if (row >= params.rows) {
        return;
    }
    let slot = slot_mapping[params.slot_offset + row];
    if (slot < 0 || u32(slot) < params.first_row || u32(slot) - params.first_row >= params.window_rows) {
        return;
    }
    let to = params.cache_offset + (u32(slot) - params.first_row) * params.row_words + at % params.row_words;
    cache[to] = source[params.source_offset + at];
}
