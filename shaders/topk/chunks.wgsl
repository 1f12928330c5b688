// What the kernels for long rows share: several workgroups take chunks of a row, and each step is a dispatch of its own, so that no
// workgroup ever waits for another.
//
// bins_before u32 [scratch rows, 2048]   how often each value of the digit before occurs in the row
// search_before u32 [scratch rows, 4]    the search before that digit: found, key, count, unused
import package::topk::radix::{Search, lane_bin, refine};
import package::topk::rows::params;

@group(0) @binding(6) var<storage, read> bins_before: array<u32>;
@group(0) @binding(7) var<storage, read> search_before: array<u32>;

// The columns (first, one past the last) of a chunk of this dispatch's window.
fn chunk_columns(chunk: u32) -> vec2<u32> {
    let first = min(chunk * params.chunk, params.window);
    return vec2<u32>(first, first + min(params.chunk, params.window - first)) + params.first_column;
}

// The search of a row after `digits` digits have been counted. Every workgroup of the row works it out for itself.
fn search_after(lane: u32, row: u32, range: vec2<u32>, digits: u32) -> Search {
    if (range.y - range.x <= params.top_k) {
        return Search(1u, 0u, 0u);
    }
    var search = Search(0u, 0u, params.top_k);
    if (digits > 0u) {
        let at = (params.scratch_row + row) * 4u;
        search = Search(search_before[at], search_before[at + 1u], search_before[at + 2u]);
    }
    if (digits > 0u && search.found == 0u) {
        let bin = (params.scratch_row + row) * 2048u + lane_bin(lane);
        let high = vec4<u32>(bins_before[bin], bins_before[bin - 1u], bins_before[bin - 2u], bins_before[bin - 3u]);
        let low = vec4<u32>(bins_before[bin - 4u], bins_before[bin - 5u], bins_before[bin - 6u], bins_before[bin - 7u]);
        search = refine(lane, search, digits - 1u, high, low);
    }
    return search;
}
