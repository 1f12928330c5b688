// What the kernels of index logits on Hopper are told.

struct Params {
    // Tiles in all, or blocks; of a sequence's rows; of its keys, or parts of its columns; queries of one.
    u32 tiles, row_tiles, key_tiles, tile_queries;
    // Queries of a sequence and keys in this dispatch, distance of rows of `logits`, the key that the first bound row is.
    u32 queries, columns, out_stride, first_key;
    // Columns of block_table; tokens of a page; the first page that is bound, and how many are; whether this dispatch also writes -inf where
    // it computes nothing, and whether others compute the rest. Of a paged cache.
    u32 max_pages, page_size, first_page, pages, fill, windowed;
    // Words from the start of each binding to where this dispatch begins.
    u32 q_offset, weights_offset, keys_offset, scale_offset, range_offset, table_offset, out_offset;
};
