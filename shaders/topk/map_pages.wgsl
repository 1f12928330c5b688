// Positions within sequences to rows of a paged cache, one thread an entry.
//
// positions i32 [rows, top_k], block_table i32 [sequences, max_pages] -> cache_rows i32 [rows, top_k]
// Row r belongs to sequence r / rows_per_sequence: block_table[sequence, p / page_size] * page_size + p % page_size. Entries that are
// negative, past the block table, of a negative page, or whose row is no i32, become -1.
import package::common::grid::flat_workgroup_id;

struct Params {
    entries: u32,               // of this dispatch
    positions_skip: u32,        // words of `positions` before them
    cache_rows_skip: u32,       // words of `cache_rows` before them
    first_row: u32,             // the row of the first entry
    top_k: u32,
    rows_per_sequence: u32,
    max_pages: u32,
    page_size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<i32>;
@group(0) @binding(2) var<storage, read> block_table: array<i32>;
@group(0) @binding(3) var<storage, read_write> cache_rows: array<i32>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup_id: vec3<u32>,
    @builtin(num_workgroups) num_workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let entry = flat_workgroup_id(workgroup_id, num_workgroups) * 256u + lane;
    if (entry >= params.entries) {
        return;
    }
    let position = positions[params.positions_skip + entry];
    var cache_row = -1;
    if (position >= 0) {
        let sequence = (params.first_row + entry / params.top_k) / params.rows_per_sequence;
        let logical = u32(position) / params.page_size;
        let offset = u32(position) % params.page_size;
        if (logical < params.max_pages) {
            let page = block_table[sequence * params.max_pages + logical];
            if (page >= 0 && u32(page) <= (0x7fffffffu - offset) / params.page_size) {
                cache_row = i32(u32(page) * params.page_size + offset);
            }
        }
    }
    cache_rows[params.cache_rows_skip + entry] = cache_row;
}
