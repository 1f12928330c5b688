// Rows that are read once: a sample of the row gives a floor that somewhat more than top_k keys exceed; the row is read, and those keys become
// candidates, in any order; the k-th largest of them is the row's. Their columns are set in a bitmap, which is written out in order. If fewer
// exceed the floor, as it is a value that many scores have, the row is read again until enough of those are found.
// If the floor was too high after all, or so low that the candidates do not fit, what was written is void.
//
// candidates: (key, column) [scratch rows, capacity]. The bitmaps lie where the bins were.
// gathered: (count, floor) [scratch rows], of the candidates that a dispatch before this one found (`topk/gather`).
import package::common::scan::workgroup_scan;
import package::topk::radix::{Run, Search, bins, clear_bins, digit_shift, end_run, refine_bins, tally};
import package::topk::rows::{load_keys, params};
import package::topk::sweep::indices;

@group(0) @binding(6) var<storage, read_write> candidates: array<vec2<u32>>;
@group(0) @binding(7) var<storage, read> gathered: array<vec2<u32>>;

// Columns of a window: a bit each for larger keys in the first half of the bins, for those that tie with the k-th in the second.
const WINDOW = 32768u;
const TIES = 1024u;
// Shorter rows, and those of which much is selected, are not worth a sample.
const SHORTEST = 16384u;
const MOST_SELECTED = 8u;

var<workgroup> found: atomic<u32>;
var<workgroup> found_in_all: u32;

fn is_worth_a_sample(words: vec2<u32>) -> bool {
    let length = words.y - words.x;
    return length >= SHORTEST && length / MOST_SELECTED >= params.top_k;
}

// A key that about as many keys exceed as to leave four standard deviations above top_k.
fn sample_floor(lane: u32, words: vec2<u32>) -> u32 {
    let length = words.y - words.x;
    // Of four neighbours each.
    let pieces = select(select(4096u, 1024u, length < 524288u), 256u, length < 65536u);
    let stride = length / 4u / pieces;
    let expected = f32(pieces * 4u * params.top_k) / f32(length);
    var search = Search(0u, 0u, u32(expected + 4.0 * sqrt(expected) + 2.0));
    for (var digit = 0u; digit < 3u; digit++) {
        clear_bins(lane);
        var run = Run(0u, 0u, 0u);
        for (var piece = lane; piece < pieces; piece += 256u) {
            // At irregular places, in case the scores have a period.
            let place = piece * stride + ((piece * 0x9e3779b9u) >> 8u) % stride;
            tally(load_keys(words.x / 4u + place, words), digit, search.key, &run);
        }
        end_run(digit, run);
        search = refine_bins(lane, search, digit);
        if (search.found == 1u) {
            break;
        }
    }
    return search.key;
}

fn exceeding(keys: vec4<u32>, floor: u32) -> u32 {
    let ones = select(vec4<u32>(0u), vec4<u32>(1u), keys > vec4<u32>(floor));
    return ones.x + ones.y + ones.z + ones.w;
}

fn keep(keys: vec4<u32>, floor: u32, column: u32, at: ptr<function, u32>) {
    for (var i = 0u; i < 4u; i++) {
        if (keys[i] > floor) {
            candidates[*at] = vec2<u32>(keys[i], column + i);
            *at += 1u;
        }
    }
}

// Keeps the keys that exceed the floor, as far as they fit from `first` on. Returns how many there are. `column` is that of
// word 0.
fn gather(lane: u32, words: vec2<u32>, column: u32, floor: u32, first: u32) -> u32 {
    if (lane == 0u) {
        atomicStore(&found, 0u);
    }
    workgroupBarrier();
    let end = (words.y + 3u) / 4u;
    for (var group = words.x / 4u + lane; group < end; group += 1024u) {
        let a = load_keys(group, words);
        let b = load_keys(group + 256u, words);
        let c = load_keys(group + 512u, words);
        let d = load_keys(group + 768u, words);
        let own = exceeding(a, floor) + exceeding(b, floor) + exceeding(c, floor) + exceeding(d, floor);
        if (own == 0u) {
            continue;
        }
        var at = atomicAdd(&found, own);
        if (at + own <= params.capacity) {
            at += first;
            let place = column + group * 4u;
            keep(a, floor, place, &at);
            keep(b, floor, place + 1024u, &at);
            keep(c, floor, place + 2048u, &at);
            keep(d, floor, place + 3072u, &at);
        }
    }
    // Candidates are read by other threads than wrote them.
    storageBarrier();
    workgroupBarrier();
    if (lane == 0u) {
        found_in_all = atomicLoad(&found);
    }
    return workgroupUniformLoad(&found_in_all);
}

fn candidate_key(first: u32, i: u32, count: u32) -> u32 {
    if (i < count) {
        return candidates[first + i].x;
    }
    return 0u;
}

fn search_candidates(lane: u32, first: u32, count: u32) -> Search {
    var search = Search(0u, 0u, params.top_k);
    for (var digit = 0u; digit < 3u; digit++) {
        clear_bins(lane);
        var run = Run(0u, 0u, 0u);
        for (var i = lane; i < count; i += 1024u) {
            let keys = vec4<u32>(
                candidate_key(first, i, count),
                candidate_key(first, i + 256u, count),
                candidate_key(first, i + 512u, count),
                candidate_key(first, i + 768u, count),
            );
            tally(keys, digit, search.key, &run);
        }
        end_run(digit, run);
        search = refine_bins(lane, search, digit);
        if (search.found == 1u) {
            break;
        }
    }
    return search;
}

// Sets the bits of the selected columns from `start` on, a window's.
fn mark(lane: u32, first: u32, count: u32, search: Search, start: u32) {
    clear_bins(lane);
    for (var i = lane; i < count; i += 256u) {
        let candidate = candidates[first + i];
        let bit = candidate.y - start;
        if (bit < WINDOW && candidate.x >= search.key) {
            let at = select(bit / 32u, TIES + bit / 32u, candidate.x == search.key);
            atomicOr(&bins[at], 1u << (bit & 31u));
        }
    }
}

// Sets the bits of the columns in `words` whose key is `tie`. `start` is the word of the window's first column.
fn mark_ties(lane: u32, words: vec2<u32>, tie: u32, start: u32) {
    let end = (words.y + 3u) / 4u;
    for (var group = words.x / 4u + lane; group < end; group += 256u) {
        let keys = load_keys(group, words);
        for (var i = 0u; i < 4u; i++) {
            if (keys[i] == tie) {
                let bit = group * 4u + i - start;
                atomicOr(&bins[TIES + bit / 32u], 1u << (bit & 31u));
            }
        }
    }
}

// Writes the columns of 32 bits. `seen` counts the larger (x) and equal (y) keys before them, and after them on return.
fn write_bits(larger: u32, ties: u32, column: u32, search: Search, output: u32, seen: ptr<function, vec2<u32>>) {
    var bits = larger | ties;
    while (bits != 0u) {
        let bit = firstTrailingBit(bits);
        bits &= bits - 1u;
        let is_larger = ((larger >> bit) & 1u) != 0u;
        let position = (*seen).x + min((*seen).y, search.count);
        if ((is_larger || (*seen).y < search.count) && position < params.top_k) {
            indices[output + position] = i32(column + bit);
        }
        *seen += select(vec2<u32>(0u, 1u), vec2<u32>(1u, 0u), is_larger);
    }
}

// A row: its columns (first, end), which lie in `words` of `scores`; `column` is that of word 0; its candidates, and its place in `indices`.
struct Row {
    columns: vec2<u32>,
    words: vec2<u32>,
    column: u32,
    first: u32,
    count: u32,
    output: u32,
}

// Writes the columns of the candidates that are selected in ascending order; and `of_row`, those of keys that tie with the k-th and are no
// candidates. Returns how many ties there were, as far as they were looked for.
fn write_columns(lane: u32, row: Row, search: Search, of_row: bool) -> u32 {
    var before = vec2<u32>(0u);
    for (var start = row.columns.x; start < row.columns.y; start += WINDOW) {
        mark(lane, row.first, row.count, search, start);
        if (of_row && before.y < search.count) {
            let first = row.words.x + (start - row.columns.x);
            mark_ties(lane, vec2<u32>(first, min(first + WINDOW, row.words.y)), search.key, first);
        }
        workgroupBarrier();
        var larger: array<u32, 4>;
        var ties: array<u32, 4>;
        var own = vec2<u32>(0u);
        for (var i = 0u; i < 4u; i++) {
            larger[i] = atomicLoad(&bins[lane * 4u + i]);
            ties[i] = atomicLoad(&bins[TIES + lane * 4u + i]);
            own += countOneBits(vec2<u32>(larger[i], ties[i]));
        }
        let sums = workgroup_scan(lane, own.x | (own.y << 16u), 0u);
        var seen = before + vec2<u32>(sums.x & 0xffffu, sums.x >> 16u);
        for (var i = 0u; i < 4u; i++) {
            write_bits(larger[i], ties[i], start + (lane * 4u + i) * 32u, search, row.output, &seen);
        }
        before += vec2<u32>(sums.y & 0xffffu, sums.y >> 16u);
    }
    return before.y;
}

// The row's ties with the floor make up for the candidates that there are too few of. Returns whether there were enough.
fn select_with_floor(lane: u32, row: Row, floor: u32) -> bool {
    let search = Search(1u, floor, params.top_k - row.count);
    let ties = write_columns(lane, row, search, true);
    if (lane == 0u) {
        found_in_all = select(0u, 1u, ties >= search.count);
    }
    // What was written is written again by other threads if this was not enough.
    storageBarrier();
    return workgroupUniformLoad(&found_in_all) == 1u;
}

// Whether the row was done.
fn select_candidates(lane: u32, row: Row, floor: u32) -> bool {
    if (row.count > params.capacity) {
        return false;
    }
    if (row.count < params.top_k) {
        // Key 0 is never selected.
        if (floor == 0u) {
            return false;
        }
        return select_with_floor(lane, row, floor);
    }
    _ = write_columns(lane, row, search_candidates(lane, row.first, row.count), false);
    return true;
}

// Whether the row was done: number `row` of this dispatch, whose columns (first, end) lie in `words`.
fn select_by_sample(lane: u32, row: u32, columns: vec2<u32>, words: vec2<u32>, column: u32, output: u32) -> bool {
    let first = row * params.capacity;
    let floor = sample_floor(lane, words);
    let count = gather(lane, words, column, floor, first);
    return select_candidates(lane, Row(columns, words, column, first, count, output), floor);
}

// The same for a row whose candidates were gathered before.
fn select_gathered(lane: u32, row: u32, columns: vec2<u32>, words: vec2<u32>, column: u32, output: u32) -> bool {
    let at = params.scratch_row + row;
    let counted = gathered[at];
    return select_candidates(lane, Row(columns, words, column, at * params.capacity, counted.x, output), counted.y);
}
