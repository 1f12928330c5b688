// The warpgroup of `attend` on Hopper that gathers rows into the two buffers.

// The row of an entry of the list, relative to the window; -1 if it has none there.
DEVICE int row_of(const Params& params, int index) {
    return index >= 0 && u32(index) >= params.window_start && u32(index) < params.window_end ? index - int(params.window_start) : -1;
}

// The list of a place's keys and what a gathering thread has of it: a key of every pass over a tile, and of its row the pieces `piece`.
struct Gathering {
    const Params& params;
    const Place& place;
    const int* indices;
    const u8* q;
    const u8* kv;
    u32 piece, key;
    // Of a cluster's two blocks this one's number, and where the other's shared memory is.
    u32 rank, other;

    // The second block's passes begin with the second half of the keys.
    DEVICE u32 key_of(u32 pass) const { return (pass ^ rank * CONVERTED) * PASS_KEYS + key; }

    DEVICE u32 entry_of(u32 tile, u32 pass) const { return place.first_key + tile * TILE_KEYS + key_of(pass); }

    // Reads a tile's entries of the list, those after the last like the last: without a branch, which would wait for each. Ranges have none.
    DEVICE void load_entries(int (&entries)[PASSES], u32 tile) const {
        if constexpr (!RANGE) {
#pragma unroll
            for (u32 pass = 0; pass < PASSES; pass++) {
                entries[pass] = indices[min(entry_of(tile, pass), place.end_key - 1)];
            }
        }
    }

    DEVICE void rows_of(int (&rows)[PASSES], const int (&entries)[PASSES], u32 tile) const {
#pragma unroll
        for (u32 pass = 0; pass < PASSES; pass++) {
            const u32 entry = entry_of(tile, pass);
            if constexpr (RANGE) {
                rows[pass] = entry < place.end_key ? int(entry - params.window_start) : -1;
            } else {
                rows[pass] = entry < place.end_key ? row_of(params, entries[pass]) : -1;
            }
        }
    }

    // The address of a row, or of one that could be read.
    DEVICE const u8* row_at(int row) const { return kv + u64(max(row, 0)) * ROW_BYTES; }
};

// Copies blocks of 64 columns of a tile's rows; a row that is not there is zero.
DEVICE void copy_blocks(Shared& shared, const Gathering& from, const int (&rows)[PASSES], u32 side, u32 first_block, u32 blocks) {
    const u32 to = shared_address(shared.kv[side][first_block]);
    const u32 from_byte = first_block * 128 + from.piece * 16;
#pragma unroll
    for (u32 pass = 0; pass < PASSES; pass++) {
#pragma unroll
        for (u32 block = 0; block < blocks; block++) {
            copy_async_16_or_zero(to + block * BLOCK_BYTES + swizzled<128>(from.key_of(pass), from.piece),
                                  from.row_at(rows[pass]) + from_byte + block * 128, rows[pass] >= 0);
        }
    }
}

DEVICE void list_keys(Shared& shared, const Gathering& from, const int (&rows)[PASSES], u32 side) {
    if (from.piece == 0) {
#pragma unroll
        for (u32 pass = 0; pass < PASSES; pass++) {
            shared.valid[side][from.key_of(pass)] = rows[pass] >= 0;
        }
    }
    warp_arrive(&shared.listed[side]);
}

// Waits until a side has added its half of what this buffer had before.
DEVICE void wait_empty(Shared& shared, const Place& place, u32 tile, u32 half) {
    const u32 turn = turn_of(place, tile);
    if (turn > 0) {
        barrier_wait(&shared.empty[tile % 2][half], turn - 1 & 1);
    }
}

// Copies the heads' queries, all but the rotary part, once the place before has no more need of its own; heads that are not there are zero.
DEVICE void copy_queries(Shared& shared, const Gathering& from) {
    const Place& place = from.place;
    if (place.query_turns > 0) {
        barrier_wait(&shared.queries_empty, place.query_turns - 1 & 1);
    }
    const u32 heads = from.params.heads - place.first_head, to = shared_address(shared.q);
    const u8* at = from.q + query_byte(from.params, place, place.first_head) + from.piece * 16;
    // Rolled up: the registers are full of rows.
#pragma unroll 1
    for (u32 head = from.key; head < HEADS; head += PASS_KEYS) {
        const bool there = head < heads;
        const u8* row = at + (there ? head : 0) * (D_QK * 2);
#pragma unroll
        for (u32 block = 0; block < ROTARY; block++) {
            copy_async_16_or_zero(to + block * BLOCK_BYTES + swizzled<128>(head, from.piece), row + block * 128, there);
        }
    }
    copy_async_arrive(&shared.queries_full);
}

// Asks for a half of a tile's rows to come to the L2 cache. Of the blocks that have the same rows, those of a query, the first does.
DEVICE void prefetch_half(const Gathering& from, const int (&rows)[PASSES], u32 half) {
    if (from.place.first_head > 0 || from.piece >= HALF_BLOCKS) {
        return;
    }
#pragma unroll
    for (u32 pass = 0; pass < PASSES; pass++) {
        if (rows[pass] >= 0) {
            prefetch_line(from.row_at(rows[pass]) + (half * HALF_BLOCKS + from.piece) * 128);
        }
    }
}

DEVICE void gather_bf16(Shared& shared, const Gathering& from) {
    int rows[PASSES], entries[PASSES];
    from.load_entries(entries, 0);
    for (u32 tile = 0; tile < from.place.tiles; tile++) {
        const u32 side = tile % 2;
        from.rows_of(rows, entries, tile);
        from.load_entries(entries, tile + 1);
        wait_empty(shared, from.place, tile, side);
        copy_blocks(shared, from, rows, side, side * HALF_BLOCKS, HALF_BLOCKS);
        if constexpr (D_QK > D_V) {
            copy_blocks(shared, from, rows, side, ROTARY, 1);
        }
        copy_async_arrive(&shared.full[side][0]);
        list_keys(shared, from, rows, side);
        prefetch_half(from, rows, side ^ 1);
        if (tile == 0) {
            copy_queries(shared, from);
        }
        wait_empty(shared, from.place, tile, side ^ 1);
        copy_blocks(shared, from, rows, side, (side ^ 1) * HALF_BLOCKS, HALF_BLOCKS);
        copy_async_arrive(&shared.full[side][1]);
    }
}

DEVICE u32 offset_in(const Shared& shared, const void* place) {
    return u32(static_cast<const u8*>(place) - reinterpret_cast<const u8*>(&shared));
}

// What a thread has of half of a row of FP8: 8 codes of each block of 64 columns, and the scales of two blocks each.
struct Fp8Part {
    uint2 codes[HALF_BLOCKS];
    float2 scales;
};

DEVICE void load_part(Fp8Part& part, const Gathering& from, int row, u32 half) {
    part = {};
    if (row >= 0) {
        const u8* at = from.row_at(row);
#pragma unroll
        for (u32 block = 0; block < HALF_BLOCKS; block++) {
            part.codes[block] = *reinterpret_cast<const uint2*>(at + (half * HALF_BLOCKS + block) * 64 + from.piece * 8);
        }
        part.scales = *reinterpret_cast<const float2*>(at + D_V + half * 8);
    }
}

// Two bf16 of the two codes in the low bytes, times a scale.
DEVICE u32 scaled_pair(u32 codes, float scale) {
    const float2 values = e4m3_pair(codes);
    return bf16_pair(values.x * scale, values.y * scale);
}

DEVICE void store_part(Shared& shared, const Fp8Part& part, const Gathering& from, u32 side, u32 half, u32 pass) {
    const u32 at = swizzled<128>(from.key_of(pass), from.piece);
#pragma unroll
    for (u32 block = 0; block < HALF_BLOCKS; block++) {
        const float scale = block < 2 ? part.scales.x : part.scales.y;
        const uint2 c = part.codes[block];
        const uint4 values{scaled_pair(c.x, scale), scaled_pair(c.x >> 16, scale), scaled_pair(c.y, scale), scaled_pair(c.y >> 16, scale)};
        u8* to = shared.kv[side][half * HALF_BLOCKS + block] + at;
        *reinterpret_cast<uint4*>(to) = values;
        if constexpr (CLUSTER > 1) {
            store_async_16(from.other + offset_in(shared, to), values, from.other + offset_in(shared, &shared.full[side][half != side]));
        }
    }
}

// The rotary values of FP8 rows need no conversion.
DEVICE void copy_rotary(Shared& shared, const Gathering& from, const int (&rows)[PASSES], u32 side) {
    const u32 to = shared_address(shared.kv[side][COLUMN_BLOCKS - 1]);
#pragma unroll
    for (u32 pass = 0; pass < PASSES; pass++) {
        copy_async_16_or_zero(to + swizzled<128>(from.key_of(pass), from.piece), from.row_at(rows[pass]) + D_V + 16 + from.piece * 16,
                              rows[pass] >= 0);
    }
    copy_async_arrive(&shared.full[side][0]);
}

// Converts what was loaded of half of a tile, and loads what the threads convert next.
DEVICE void convert_half(Shared& shared, const Gathering& from, Fp8Part (&parts)[CONVERTED], u32 side, u32 half, const int (&next)[PASSES],
                         u32 next_half) {
    u64* full = &shared.full[side][half != side];
    if (CLUSTER > 1 && threadIdx.x == MULTIPLYING_THREADS) {
        barrier_expect(full, TILE_KEYS / CLUSTER * HALF_BLOCKS * 128);
    }
#pragma unroll
    for (u32 pass = 0; pass < CONVERTED; pass++) {
        store_part(shared, parts[pass], from, side, half, pass);
        load_part(parts[pass], from, next[pass], next_half);
        if (pass % 2 == 1) {
            // Or the compiler puts all loads at the end, where the next half waits for them.
            __syncwarp();
        }
    }
    warp_arrive(full);
}

DEVICE void gather_fp8(Shared& shared, const Gathering& from) {
    int rows[PASSES], entries[PASSES];
    Fp8Part parts[CONVERTED];
    from.load_entries(entries, 0);
    from.rows_of(rows, entries, 0);
#pragma unroll
    for (u32 pass = 0; pass < CONVERTED; pass++) {
        load_part(parts[pass], from, rows[pass], 0);
    }
    for (u32 tile = 0; tile < from.place.tiles; tile++) {
        const u32 side = tile % 2;
        wait_empty(shared, from.place, tile, side);
        list_keys(shared, from, rows, side);
        copy_rotary(shared, from, rows, side);
        convert_half(shared, from, parts, side, side, rows, side ^ 1);
        if (tile == 0) {
            copy_queries(shared, from);
        }
        from.load_entries(entries, tile + 1);
        wait_empty(shared, from.place, tile, side ^ 1);
        from.rows_of(rows, entries, tile + 1);
        // The next tile begins with the half of its own side.
        convert_half(shared, from, parts, side, side ^ 1, rows, side ^ 1);
    }
}

// The warpgroup that gathers.
DEVICE void gather(Shared& shared, const Params& params, const Keys& lists, const u8* q, const u8* kv) {
    const u32 thread = threadIdx.x - MULTIPLYING_THREADS;
    Place place = {};
    Gathering from{params, place, lists.indices_or_start, q, kv, thread % 8, thread / 8, 0, 0};
    if constexpr (CLUSTER > 1) {
        from.rank = cluster_rank();
        from.other = address_in(&shared, from.rank ^ 1);
    }
    for (u32 number = first_place(); number < params.places; number += places_apart()) {
        move_to(place, params, lists, number);
        if (place.tiles == 0) {
            continue;
        }
        from.indices = lists.indices_or_start + u64(params.first_query + place.query) * params.top_k;
        if constexpr (FP8) {
            gather_fp8(shared, from);
        } else {
            gather_bf16(shared, from);
        }
    }
}
