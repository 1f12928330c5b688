// Long rows, step 4: ends the search, and counts what each chunk holds of the selected keys. One workgroup of 256 threads a chunk.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows], bins_before, search_before of the last digit
// -> search u32 [scratch rows, 4]; chunk_counts u32 [scratch rows, row_chunks, 2]: keys above the k-th, keys that equal it
// Workgroup memory: 2.2 KB.
import package::common::grid::flat_workgroup_id;
import package::common::scan::workgroup_scan;
import package::topk::chunks::{chunk_columns, search_after};
import package::topk::rows::{load_keys, params, row_range, words_within};

@group(0) @binding(8) var<storage, read_write> chunk_counts: array<u32>;
@group(0) @binding(9) var<storage, read_write> search_now: array<u32>;

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
    let range = row_range(row);
    let search = search_after(lane, row, range, 3u);
    let scratch = params.scratch_row + row;
    if (chunk + params.first_chunk == 0u && lane == 0u) {
        search_now[scratch * 4u] = search.found;
        search_now[scratch * 4u + 1u] = search.key;
        search_now[scratch * 4u + 2u] = search.count;
    }
    let tie = select(0xffffffffu, search.key, search.count != 0u);
    let words = words_within(row, range, chunk_columns(chunk));
    let end = (words.y + 3u) / 4u;
    var larger = vec4<u32>(0u);
    var equal = vec4<u32>(0u);
    for (var group = words.x / 4u + lane; group < end; group += 256u) {
        let keys = load_keys(group, words);
        larger += select(vec4<u32>(0u), vec4<u32>(1u), keys > vec4<u32>(search.key));
        equal += select(vec4<u32>(0u), vec4<u32>(1u), keys == vec4<u32>(tie));
    }
    let larger_sums = workgroup_scan(lane, larger.x + larger.y + larger.z + larger.w, 0u);
    let equal_sums = workgroup_scan(lane, equal.x + equal.y + equal.z + equal.w, 1u);
    if (lane == 0u) {
        let at = (scratch * params.row_chunks + params.first_chunk + chunk) * 2u;
        chunk_counts[at] = larger_sums.y;
        chunk_counts[at + 1u] = equal_sums.y;
    }
}
