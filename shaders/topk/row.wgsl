// Top-k of whole rows, one workgroup of 256 threads a row. For many rows.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows] -> indices i32 [rows, top_k]
// Reads a row once for each of up to three digits, until the k-th largest key is known, and once more to write the columns in order.
// Workgroup memory: 10.4 KB.
import package::common::grid::flat_workgroup_id;
import package::topk::radix::{Search, bins, count_digits, lane_bin, refine};
import package::topk::rows::{params, row_range, row_word, words_within};
import package::topk::sweep::{pad, sweep};

fn search_row(lane: u32, words: vec2<u32>) -> Search {
    var search = Search(0u, 0u, params.top_k);
    for (var digit = 0u; digit < 3u; digit++) {
        count_digits(lane, words, digit, search.key);
        let bin = lane_bin(lane);
        let high = vec4<u32>(atomicLoad(&bins[bin]), atomicLoad(&bins[bin - 1u]), atomicLoad(&bins[bin - 2u]), atomicLoad(&bins[bin - 3u]));
        let low = vec4<u32>(atomicLoad(&bins[bin - 4u]), atomicLoad(&bins[bin - 5u]), atomicLoad(&bins[bin - 6u]), atomicLoad(&bins[bin - 7u]));
        search = refine(lane, search, digit, high, low);
        if (search.found == 1u) {
            break;
        }
    }
    return search;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = flat_workgroup_id(workgroup_id, num_workgroups);
    if (row >= params.rows) {
        return;
    }
    let range = row_range(row);
    let words = words_within(row, range, vec2<u32>(0u, params.columns));
    // A row that is no longer than k is selected whole, but for what can never be.
    var search = Search(1u, 0u, 0u);
    if (range.y - range.x > params.top_k) {
        search = search_row(lane, words);
    }
    let output = params.indices_skip + row * params.top_k;
    let seen = sweep(lane, words, 0u - row_word(row), output, search, vec2<u32>(0u));
    pad(lane, output, search, seen);
}
