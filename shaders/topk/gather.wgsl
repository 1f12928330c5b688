// Long rows that are read once: gathers the keys of each row that exceed the floor which its sample gives. `topk/row` selects among them in the
// next dispatch, so that no workgroup ever waits for another. One workgroup of 256 threads a chunk.
//
// scores f32 [rows, columns] (as bits), row_start/row_end i32 [rows]
// -> candidates: (key, column) u32 [scratch rows, capacity], in any order; gathered_now: (count, floor) u32 [scratch rows], zero before; more
//    candidates than `capacity` were counted only
// Workgroup memory: 10.4 KB.
import package::common::grid::flat_workgroup_id;
import package::topk::chunks::chunk_columns;
import package::topk::rows::{load_keys, params, row_range, row_word, words_within};
import package::topk::sampled::{found, is_worth_a_sample, keep, exceeding, sample_floor};

@group(0) @binding(8) var<storage, read_write> gathered_now: array<atomic<u32>>;

var<workgroup> first_place: u32;

// A place among the row's candidates for each of a thread's `own`; the thread's first.
fn places(lane: u32, row: u32, own: u32) -> u32 {
    if (lane == 0u) {
        atomicStore(&found, 0u);
    }
    workgroupBarrier();
    var before = 0u;
    if (own != 0u) {
        before = atomicAdd(&found, own);
    }
    workgroupBarrier();
    if (lane == 0u) {
        first_place = atomicAdd(&gathered_now[row * 2u], atomicLoad(&found));
    }
    return workgroupUniformLoad(&first_place) + before;
}

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
    let range = row_range(row);
    let row_words = words_within(row, range, vec2<u32>(0u, params.columns));
    let words = words_within(row, range, chunk_columns(id % params.chunks));
    if (words.x == words.y || !is_worth_a_sample(row_words)) {
        return;
    }
    let floor = sample_floor(lane, row_words);
    let column = 0u - row_word(row);
    let scratch = params.scratch_row + row;
    if (lane == 0u) {
        // The same from each chunk.
        atomicStore(&gathered_now[scratch * 2u + 1u], floor);
    }
    let end = (words.y + 3u) / 4u;
    for (var start = words.x / 4u; start < end; start += 1024u) {
        let group = start + lane;
        let a = load_keys(group, words);
        let b = load_keys(group + 256u, words);
        let c = load_keys(group + 512u, words);
        let d = load_keys(group + 768u, words);
        let own = exceeding(a, floor) + exceeding(b, floor) + exceeding(c, floor) + exceeding(d, floor);
        var at = places(lane, scratch, own);
        if (own != 0u && at + own <= params.capacity) {
            at += scratch * params.capacity;
            let place = column + group * 4u;
            keep(a, floor, place, &at);
            keep(b, floor, place + 1024u, &at);
            keep(c, floor, place + 2048u, &at);
            keep(d, floor, place + 3072u, &at);
        }
    }
}
