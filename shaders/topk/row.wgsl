// Top-k of whole rows, one workgroup of 256 threads a row. For many rows.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows] -> indices i32 [rows, top_k]
// Reads a row once for each of up to three digits, until the k-th largest key is known, and once more to write the columns in order; or, with
// the feature `sampled`, just once where a sample shows what to look for; or, with `gathered`, not at all where `topk/gather` has found what
// to look at. Workgroup memory: 10.4 KB.
import package::common::grid::flat_workgroup_id;
import package::topk::radix::{Search, count_digits, refine_bins};
import package::topk::rows::{params, row_range, row_word, words_within};
@if(sampled) import package::topk::sampled::{is_worth_a_sample, select_by_sample};
@if(gathered) import package::topk::sampled::{is_worth_a_sample, select_gathered};
import package::topk::sweep::{pad, sweep};

fn search_row(lane: u32, words: vec2<u32>) -> Search {
    var search = Search(0u, 0u, params.top_k);
    for (var digit = 0u; digit < 3u; digit++) {
        count_digits(lane, words, digit, search.key);
        search = refine_bins(lane, search, digit);
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
    let column = 0u - row_word(row);
    let output = params.indices_skip + row * params.top_k;
    @if(sampled) {
        if (is_worth_a_sample(words)) {
            if (select_by_sample(lane, row, range, words, column, output)) {
                return;
            }
        }
    }
    @if(gathered) {
        if (is_worth_a_sample(words)) {
            if (select_gathered(lane, row, range, words, column, output)) {
                return;
            }
        }
    }
    // A row that is no longer than k is selected whole, but for what can never be.
    var search = Search(1u, 0u, 0u);
    if (range.y - range.x > params.top_k) {
        search = search_row(lane, words);
    }
    let seen = sweep(lane, words, column, output, search, vec2<u32>(0u));
    pad(lane, output, search, seen);
}
