// What the top-k kernels share: parameters, scores, row ranges.
//
// A dispatch covers `rows` whole rows, or a window of `window` columns of one row when a row is longer than a binding may be. Bindings
// start at the device's alignment, so the wanted words come after a few others (`*_skip`).
import package::common::ordered_key::ordered_keys;

struct Params {
    rows: u32,              // rows of this dispatch
    columns: u32,           // length of a row
    top_k: u32,
    scores_skip: u32,       // words of `scores` before the first row, or before the window
    vector_groups: u32,     // how many groups of four words `scores4` holds
    range_skip: u32,        // words of `row_start` and `row_end` before the first row
    has_row_start: u32,
    has_row_end: u32,
    indices_skip: u32,      // words of `indices` before the first row
    first_column: u32,      // of the window; 0 for whole rows
    window: u32,            // columns of the window; `columns` for whole rows
    digit: u32,             // 0, 1, 2: which digit of the keys is counted
    chunk: u32,             // columns that one workgroup takes
    chunks: u32,            // chunks of a row in this dispatch
    first_chunk: u32,       // of this window within the row
    row_chunks: u32,        // chunks of a row in all windows
    scratch_row: u32,       // first row of the scratch buffers
    capacity: u32,          // candidates of a row
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<u32>;
// The same words, for loads of 16 bytes.
@group(0) @binding(2) var<storage, read> scores4: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> row_start: array<i32>;
@group(0) @binding(4) var<storage, read> row_end: array<i32>;

// The columns (first, one past the last) of a row of this dispatch, clamped to the row; empty ranges have first = end.
fn row_range(row: u32) -> vec2<u32> {
    var first = 0u;
    var end = params.columns;
    if (params.has_row_start != 0u) {
        first = min(u32(max(row_start[params.range_skip + row], 0)), params.columns);
    }
    if (params.has_row_end != 0u) {
        end = min(u32(max(row_end[params.range_skip + row], 0)), params.columns);
    }
    return vec2<u32>(first, max(first, end));
}

// The word of `scores` that holds the window's first column of a row.
fn row_word(row: u32) -> u32 {
    return params.scores_skip + row * params.columns;
}

// Words (first, one past the last) of the part of `columns` that lies in `part`, both (first, end).
fn words_within(row: u32, columns: vec2<u32>, part: vec2<u32>) -> vec2<u32> {
    let first = clamp(columns.x, part.x, part.y) - params.first_column;
    let end = clamp(columns.y, part.x, part.y) - params.first_column;
    return vec2<u32>(first, end) + row_word(row);
}

// Keys of the words 4 * group .. 4 * group + 3; 0 for those outside `words` (first, end).
fn load_keys(group: u32, words: vec2<u32>) -> vec4<u32> {
    let at = group * 4u;
    if (at >= words.y) {
        return vec4<u32>(0u);
    }
    let position = vec4<u32>(at, at + 1u, at + 2u, at + 3u);
    let inside = (position >= vec4<u32>(words.x)) & (position < vec4<u32>(words.y));
    if (group < params.vector_groups) {
        return select(vec4<u32>(0u), ordered_keys(scores4[group]), inside);
    }
    // The last words of a tensor whose length is no multiple of four.
    var bits = vec4<u32>(0u);
    for (var i = 0u; i < 4u; i++) {
        if (inside[i]) {
            bits[i] = scores[at + i];
        }
    }
    return select(vec4<u32>(0u), ordered_keys(bits), inside);
}
