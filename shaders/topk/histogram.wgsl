// Long rows, steps 1 to 3: counts one digit of the keys that the search has narrowed down to. One workgroup of 256 threads a chunk.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows], bins_before, search_before of the step before
// -> row_bins u32 [scratch rows, 2048], zero before; search u32 [scratch rows, 4]
// Workgroup memory: 10.4 KB.
import package::common::grid::flat_workgroup_id;
import package::topk::chunks::{chunk_columns, search_after};
import package::topk::radix::{Search, bins, count_digits};
import package::topk::rows::{params, row_range, words_within};

@group(0) @binding(8) var<storage, read_write> row_bins: array<atomic<u32>>;
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
    let search = search_after(lane, row, range, params.digit);
    let scratch = params.scratch_row + row;
    if (chunk + params.first_chunk == 0u && lane == 0u) {
        search_now[scratch * 4u] = search.found;
        search_now[scratch * 4u + 1u] = search.key;
        search_now[scratch * 4u + 2u] = search.count;
    }
    let words = words_within(row, range, chunk_columns(chunk));
    if (search.found == 1u || words.x == words.y) {
        return;
    }
    count_digits(lane, words, params.digit, search.key);
    for (var i = lane; i < 2048u; i += 256u) {
        let count = atomicLoad(&bins[i]);
        if (count != 0u) {
            atomicAdd(&row_bins[scratch * 2048u + i], count);
        }
    }
}
