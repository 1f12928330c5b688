// What the index-logit kernels share: parameters, keys, and which columns a query sees.
//
//   ragged   keys [keys, DIM] e4m3, k_scale [keys] f32, k_start and k_end [queries] i32
//   paged    (feature `paged`) keys = cache pages of page_size * DIM codes, then page_size f32 scales; block_table [sequences, max_pages] i32,
//            context_lengths [sequences, queries of a sequence] i32; column c is token c of the sequence
// With the feature `vectors` keys begin at multiples of 16 bytes, and `keys` consists of vectors.
import package::constants::DIM;

struct Params {
    // Workgroups with work; tiles of rows and of keys of one sequence (ragged: everything is one sequence).
    tiles: u32,
    row_tiles: u32,
    key_tiles: u32,
    // Queries of one tile (`matrix` only).
    tile_queries: u32,
    // Queries of one sequence, columns computed by this dispatch, distance of rows of `logits`.
    queries: u32,
    columns: u32,
    out_stride: u32,
    // Ragged: the key that the first bound row of `keys` is.
    first_key: u32,
    // Paged: columns of block_table, tokens in a page, the first page of the bound window of the cache and the pages in it.
    max_pages: u32,
    page_size: u32,
    first_page: u32,
    pages: u32,
    // Paged: 1 if this dispatch also writes -inf where it computes nothing (the first of several windows), and 1 if there are several.
    fill: u32,
    windowed: u32,
    // Words from the start of each binding to where this dispatch begins: bindings start at aligned addresses, tensors may not.
    q_offset: u32,
    weights_offset: u32,
    keys_offset: u32,
    scale_offset: u32,
    range_offset: u32,
    table_offset: u32,
    out_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@if(vectors) @group(0) @binding(3) var<storage, read> keys: array<vec4<u32>>;
@if(!vectors) @group(0) @binding(3) var<storage, read> keys: array<u32>;
@if(paged) @group(0) @binding(5) var<storage, read> block_table: array<i32>;
@if(paged) @group(0) @binding(6) var<storage, read> context_lengths: array<i32>;
@if(!paged) @group(0) @binding(5) var<storage, read> k_scale: array<f32>;
@if(!paged) @group(0) @binding(6) var<storage, read> k_start: array<i32>;
@if(!paged) @group(0) @binding(7) var<storage, read> k_end: array<i32>;

// Words of the codes of a key or of a head.
const WORDS = DIM / 4u;
const ABSENT = 0xffffffffu;
const NEGATIVE_INFINITY = 0xff800000u;

// A word of `keys`.
@if(vectors) fn key_bits(word: u32) -> u32 { return keys[word / 4u][word % 4u]; }
@if(!vectors) fn key_bits(word: u32) -> u32 { return keys[word]; }

// Sixteen codes of a key, from a word on that is a multiple of four words from its first.
@if(vectors) fn sixteen_codes(word: u32) -> vec4<u32> { return keys[word / 4u]; }
@if(!vectors) fn sixteen_codes(word: u32) -> vec4<u32> { return vec4<u32>(keys[word], keys[word + 1u], keys[word + 2u], keys[word + 3u]); }

// First and one past the last column that a query may see, within the columns of this dispatch. `at` counts queries over all sequences.
@if(paged) fn range_of(at: u32) -> vec2<u32> {
    return vec2<u32>(0u, u32(clamp(context_lengths[params.range_offset + at], 0, i32(params.columns))));
}
@if(!paged) fn range_of(at: u32) -> vec2<u32> {
    let low = i32(params.first_key);
    let high = low + i32(params.columns);
    let start = clamp(k_start[params.range_offset + at], low, high) - low;
    let end = clamp(k_end[params.range_offset + at], low, high) - low;
    return vec2<u32>(u32(start), u32(end));
}

// Word of the page that holds a column, or ABSENT: no such page in the bound window. Page numbers come from the caller and are checked here.
@if(paged) fn page_base(sequence: u32, column: u32) -> u32 {
    let entry = column / params.page_size;
    if (entry >= params.max_pages) {
        return ABSENT;
    }
    let page = block_table[params.table_offset + sequence * params.max_pages + entry];
    if (page < 0 || u32(page) < params.first_page || u32(page) - params.first_page >= params.pages) {
        return ABSENT;
    }
    return params.keys_offset + (u32(page) - params.first_page) * params.page_size * (WORDS + 1u);
}

// Word of a key's codes, or ABSENT. The column must lie in some query's range.
@if(paged) fn key_base(sequence: u32, column: u32) -> u32 {
    let base = page_base(sequence, column);
    return select(base + (column % params.page_size) * WORDS, ABSENT, base == ABSENT);
}
@if(!paged) fn key_base(sequence: u32, column: u32) -> u32 {
    return params.keys_offset + column * WORDS;
}

// The scale of a key whose page is present.
@if(paged) fn scale_of(sequence: u32, column: u32) -> f32 {
    let base = page_base(sequence, column);
    return bitcast<f32>(key_bits(base + params.page_size * WORDS + column % params.page_size));
}
@if(!paged) fn scale_of(sequence: u32, column: u32) -> f32 {
    return k_scale[params.scale_offset + column];
}
