// Long rows, step 5: writes the selected columns in ascending order. One workgroup of 256 threads a chunk.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows], search_found and chunk_counts of step 4
// -> indices i32 [rows, top_k]
// Workgroup memory: 2.2 KB.
import package::common::grid::flat_workgroup_id;
import package::common::scan::workgroup_scan;
import package::topk::chunks::chunk_columns;
import package::topk::radix::Search;
import package::topk::rows::{params, row_range, row_word, words_within};
import package::topk::sweep::{pad, sweep};

@group(0) @binding(6) var<storage, read> search_found: array<u32>;
@group(0) @binding(7) var<storage, read> counts_found: array<u32>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let id = flat_workgroup_id(workgroup_id, num_workgroups);
    let row = id / params.chunks;
    if (row >= params.rows) {
        return;
    }
    let chunk = id % params.chunks;
    let chunk_of_row = params.first_chunk + chunk;
    let scratch = params.scratch_row + row;
    let counts = scratch * params.row_chunks * 2u;
    let has_larger = counts_found[counts + chunk_of_row * 2u] != 0u;
    let has_equal = counts_found[counts + chunk_of_row * 2u + 1u] != 0u;
    if (chunk_of_row != 0u && !has_larger && !has_equal) {
        return;
    }
    let search = Search(1u, search_found[scratch * 4u + 1u], search_found[scratch * 4u + 2u]);

    // (larger, equal) keys of the chunks before this one; the first chunk also sums all of them, for the padding.
    var before = vec2<u32>(0u);
    let last = select(chunk_of_row, params.row_chunks, chunk_of_row == 0u);
    for (var i = lane; i < last; i += 256u) {
        before += vec2<u32>(counts_found[counts + i * 2u], counts_found[counts + i * 2u + 1u]);
    }
    let seen = vec2<u32>(workgroup_scan(lane, before.x, 0u).y, workgroup_scan(lane, before.y, 1u).y);
    let output = params.indices_skip + row * params.top_k;
    var start = seen;
    if (chunk_of_row == 0u) {
        pad(lane, output, search, seen);
        start = vec2<u32>(0u);
    }
    let words = words_within(row, row_range(row), chunk_columns(chunk));
    let ignored = sweep(lane, words, params.first_column - row_word(row), output, search, start);
}
