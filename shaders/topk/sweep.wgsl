// Writes the columns of the selected keys in ascending order.
import package::common::scan::workgroup_scan;
import package::topk::radix::Search;
import package::topk::rows::{load_keys, params};

@group(0) @binding(5) var<storage, read_write> indices: array<i32>;

// How many of four keys are selected for sure (low half) and tie with the k-th (high half).
fn hits(keys: vec4<u32>, above: u32, tie: u32) -> u32 {
    let ones = vec4<u32>(1u);
    let larger = select(vec4<u32>(0u), ones, keys > vec4<u32>(above));
    let equal = select(vec4<u32>(0u), ones << vec4<u32>(16u), keys == vec4<u32>(tie));
    let both = larger | equal;
    return both.x + both.y + both.z + both.w;
}

// Writes what is selected of four keys. `seen` counts the larger (x) and equal (y) keys before them, and after them on return.
fn emit(keys: vec4<u32>, column: u32, search: Search, row: u32, seen: ptr<function, vec2<u32>>) {
    for (var i = 0u; i < 4u; i++) {
        let key = keys[i];
        let larger = key > search.key;
        let equal = search.count != 0u && key == search.key;
        let position = (*seen).x + min((*seen).y, search.count);
        if ((larger || (equal && (*seen).y < search.count)) && position < params.top_k) {
            indices[row + position] = i32(column + i);
        }
        (*seen).x += select(0u, 1u, larger);
        (*seen).y += select(0u, 1u, equal);
    }
}

// Sweeps `words` 4096 at a time, 16 neighbours a thread. `column` is the column of word 0 (it may wrap below zero), `row` the first word
// of the row in `indices`, `seen` the larger and equal keys of the row before `words`. Returns those up to the end of `words`.
fn sweep(lane: u32, words: vec2<u32>, column: u32, row: u32, search: Search, seen: vec2<u32>) -> vec2<u32> {
    // No key is 0xffffffff.
    let tie = select(0xffffffffu, search.key, search.count != 0u);
    var before = seen;
    var slot = 0u;
    let end = (words.y + 3u) / 4u;
    for (var tile = words.x / 4u; tile < end; tile += 1024u) {
        let group = tile + lane * 4u;
        let a = load_keys(group, words);
        let b = load_keys(group + 1u, words);
        let c = load_keys(group + 2u, words);
        let d = load_keys(group + 3u, words);
        let own = hits(a, search.key, tie) + hits(b, search.key, tie) + hits(c, search.key, tie) + hits(d, search.key, tie);
        let sums = workgroup_scan(lane, own, slot);
        slot = 1u - slot;
        if (own != 0u) {
            var at = before + vec2<u32>(sums.x & 0xffffu, sums.x >> 16u);
            let first = column + group * 4u;
            emit(a, first, search, row, &at);
            emit(b, first + 4u, search, row, &at);
            emit(c, first + 8u, search, row, &at);
            emit(d, first + 12u, search, row, &at);
        }
        before += vec2<u32>(sums.y & 0xffffu, sums.y >> 16u);
    }
    return before;
}

// Marks the places of a row that nothing was selected for.
fn pad(lane: u32, row: u32, search: Search, seen: vec2<u32>) {
    for (var i = seen.x + min(seen.y, search.count) + lane; i < params.top_k; i += 256u) {
        indices[row + i] = -1;
    }
}
