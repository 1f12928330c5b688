// Index logits on Hopper for many queries that see the same keys: products of e4m3 by `wgmma`, the contract of `indexer/logits`. The kernels
// are in `index_logits_flat` and, PAGED, in `index_logits_cache`.
//
//   q        [sequences, queries, HEADS, DIM] e4m3    weights  [sequences, queries, HEADS] f32
//   flat     keys [columns, DIM] e4m3, k_scale [columns] f32, k_start and k_end [queries] i32, of one sequence
//   paged    keys in pages of PAGE_SIZE * DIM codes, then PAGE_SIZE f32 scales; block_table [sequences, max_pages] i32, context_lengths
//            [sequences, queries] i32
//   logits   [sequences, queries, columns] f32, rows out_stride apart
//
// A product is one head of 64 queries times 128 keys: its rows are queries, so that a thread has the same two queries and keys for every head.
// It adds up the heads in registers, and needs one weight of each query. Nothing is exchanged between threads.
//
// A block stays on its multiprocessor and takes one tile of 384 keys x tile_queries queries after another, the next that no block has: where
// queries see less, tiles take less time. Three warpgroups have 128 keys each, which stay in shared memory; a fourth streams the queries
// through a ring, four heads of 64 queries a stage, leaves out groups that see none of the keys, and writes their -inf. While a warpgroup adds
// up, the tensor cores work for the other two.
//
// Shared memory: STAGES * (256 * DIM + 1.5 KiB) + 2 * (384 * DIM + 1.5 KiB) bytes and barriers, about 200 KiB. Registers: 152 for each of 384
// threads, 56 for 128.
//
// Constants: HEADS, a multiple of 4; DIM, 64 or 128; PAGED, 0 or 1, and PAGE_SIZE, a multiple of 4.

// Queries of a group, and keys of a warpgroup.
constexpr u32 GROUP = 64;
constexpr u32 KEYS = 128;
constexpr u32 SUMS = KEYS / 2;
constexpr u32 SCORING_THREADS = 384;
constexpr u32 TILE_KEYS = SCORING_THREADS / 128 * KEYS;
constexpr u32 COPYING_THREADS = 128;
constexpr u32 STAGES = 3;
constexpr u32 STAGE_HEADS = 4;
constexpr u32 KEY_BUFFERS = 2;
constexpr u32 PIECES = DIM / 16;
constexpr u32 END = ~0u;
static_assert(HEADS % STAGE_HEADS == 0, "a group is whole stages");

// How many tiles were taken, beside each block's first, and blocks that take no more. The last leaves zeros for the next launch.
__device__ u32 tiles_taken, blocks_done;

struct Shared {
    u8 q[STAGES][STAGE_HEADS][GROUP * DIM];
    u8 keys[KEY_BUFFERS][TILE_KEYS * DIM];
    float weights[STAGES][GROUP][STAGE_HEADS];
    float scales[KEY_BUFFERS][TILE_KEYS];
    // In a group's last stage: first and one past the last key of the tile that a query sees.
    int2 range[STAGES][GROUP];
    // Whether a key is bound.
    u32 present[KEY_BUFFERS][TILE_KEYS / 32];
    // In a group's first stage: its tile, END after the last, and its first query, within the tile.
    u32 tile[STAGES];
    u32 query[STAGES];
    u32 next_tile;
    u64 full[STAGES];
    u64 empty[STAGES];
    u64 keys_full[KEY_BUFFERS];
    u64 keys_empty[KEY_BUFFERS];
};

// The tensors, from where this dispatch begins.
struct Inputs {
    const u8* q;
    const float* weights;
    const u8* keys;
    // Of flat keys.
    const float* k_scale;
    const int* k_start;
    // Paged: context_lengths.
    const int* k_end;
    const int* block_table;
};

struct Tile {
    // The first query is counted from the first sequence's.
    u32 sequence, first_query, queries, first_key;
};

DEVICE Tile tile_of(const Params& params, u32 id) {
    const u32 rest = id / params.key_tiles, sequence = PAGED ? rest / params.row_tiles : 0;
    const u32 first = (rest - sequence * params.row_tiles) * params.tile_queries;
    return {sequence, sequence * params.queries + first, min(params.tile_queries, params.queries - first), id % params.key_tiles * TILE_KEYS};
}

// The keys of a tile that a query sees.
DEVICE int2 range_of(const Params& params, const Tile& tile, const Inputs& inputs, u32 query) {
    if (query >= tile.queries) {
        return {0, 0};
    }
    const int low = int(params.first_key + tile.first_key);
    const int high = int(params.first_key + min(tile.first_key + TILE_KEYS, params.columns));
    const u32 at = tile.first_query + query;
    return {PAGED ? 0 : min(max(inputs.k_start[at], low), high) - low, min(max(inputs.k_end[at], low), high) - low};
}

// A stage of a ring of COUNT, and how often it has been around.
template <u32 COUNT> struct Place {
    u32 stage = 0, round = 0;

    DEVICE void advance() {
        stage = stage + 1 == COUNT ? 0 : stage + 1;
        round += stage == 0;
    }

    // Waits until what was there a round ago is no longer needed.
    DEVICE void wait_empty(u64* barriers) const {
        if (round > 0) {
            barrier_wait(&barriers[stage], (round - 1) & 1);
        }
    }

    DEVICE void wait_full(u64* barriers) const { barrier_wait(&barriers[stage], round & 1); }
};

// Where a key's codes lie, and its scale; null if it is not bound.
struct Source {
    const u8* codes;
    const u8* scale;
};

DEVICE Source source_of(const Params& params, const Tile& tile, const Inputs& inputs, u32 key) {
    if constexpr (PAGED) {
        const u32 entry = key / PAGE_SIZE, slot = key % PAGE_SIZE;
        const bool listed = key < params.columns && entry < params.max_pages;
        const u32 page = listed ? u32(inputs.block_table[u64(tile.sequence) * params.max_pages + entry]) - params.first_page : ~0u;
        const u8* from = inputs.keys + u64(page) * (PAGE_SIZE * (DIM + 4));
        return page < params.pages ? Source{from + slot * DIM, from + PAGE_SIZE * DIM + slot * 4} : Source{nullptr, nullptr};
    }
    const bool there = key < params.columns;
    return there ? Source{inputs.keys + u64(key) * DIM, reinterpret_cast<const u8*>(inputs.k_scale + key)} : Source{nullptr, nullptr};
}

// Copies a tile's keys; what is not bound stays as it was.
DEVICE void copy_keys(Shared& shared, u32 buffer, const Params& params, const Tile& tile, const Inputs& inputs) {
    // Rows of a thread are a multiple of 8 apart, so that their pieces are permuted alike.
    constexpr u32 STEP = COPYING_THREADS / PIECES;
    static_assert(STEP % 8 == 0, "as `swizzled` repeats");
    const u32 thread = threadIdx.x % COPYING_THREADS, first = thread / PIECES, piece = thread % PIECES;
    const u32 codes = shared_address(shared.keys[buffer]) + swizzled<DIM>(first, piece);
#pragma unroll 4
    for (u32 row = 0; row < TILE_KEYS; row += STEP) {
        const u8* from = source_of(params, tile, inputs, tile.first_key + first + row).codes;
        if (from) {
            copy_async_16(codes + row * DIM, from + piece * 16);
        }
    }
#pragma unroll 1
    for (u32 key = thread; key < TILE_KEYS; key += COPYING_THREADS) {
        const u8* from = source_of(params, tile, inputs, tile.first_key + key).scale;
        if (from) {
            copy_async_4(shared_address(&shared.scales[buffer][key]), from);
        }
        const u32 present = __ballot_sync(~0u, from != nullptr);
        if (thread % 32 == 0) {
            shared.present[buffer][key / 32] = present;
        }
    }
    copy_async_arrive(&shared.keys_full[buffer]);
    if (thread % 32 == 0) {
        barrier_arrive(&shared.keys_full[buffer]);
    }
}

// Copies codes and weights of four heads of a group; the rest of a group that is not full stays as it was.
DEVICE void copy_heads(Shared& shared, u32 stage, const u8* q, const float* weights, u32 queries) {
    constexpr u32 STEP = COPYING_THREADS / PIECES;
    const u32 thread = threadIdx.x % COPYING_THREADS, first = thread / PIECES, piece = thread % PIECES;
    const u32 codes = shared_address(shared.q[stage]) + swizzled<DIM>(first, piece);
    q += first * (HEADS * DIM) + piece * 16;
#pragma unroll
    for (u32 row = 0; row < GROUP; row += STEP) {
        if (first + row < queries) {
#pragma unroll
            for (u32 head = 0; head < STAGE_HEADS; head++) {
                copy_async_16(codes + (head * GROUP + row) * DIM, q + (row * HEADS + head) * DIM);
            }
        }
    }
    if (thread < min(GROUP, queries)) {
        copy_async_16(shared_address(shared.weights[stage][thread]), weights + thread * HEADS);
    }
}

// -inf for a group of queries that see none of the tile's keys.
DEVICE void fill_group(const Params& params, const Tile& tile, float* logits, u32 query) {
    const u32 end = min(tile.first_key + TILE_KEYS, params.columns);
    const float4 four = {negative_infinity(), negative_infinity(), negative_infinity(), negative_infinity()};
#pragma unroll 1
    for (u32 i = threadIdx.x % COPYING_THREADS; i < GROUP * TILE_KEYS / 4; i += COPYING_THREADS) {
        const u32 place = query + i / (TILE_KEYS / 4), key = tile.first_key + i % (TILE_KEYS / 4) * 4;
        if (place >= tile.queries) {
            break;
        }
        float* at = logits + u64(tile.first_query + place) * params.out_stride + key;
        if (key + 4 <= end && reinterpret_cast<u64>(at) % 16 == 0) {
            *reinterpret_cast<float4*>(at) = four;
        } else {
#pragma unroll 1
            for (u32 next = key; next < min(key + 4, end); next++, at++) {
                *at = negative_infinity();
            }
        }
    }
}

// Arrivals at a full stage: of all copies, and of the first warp's ordinary writes.
DEVICE void arrive_full(u64* barrier) {
    copy_async_arrive(barrier);
    if (threadIdx.x % COPYING_THREADS < 32) {
        barrier_arrive(barrier);
    }
}

// Streams a group through the ring.
DEVICE void produce_group(Shared& shared, Place<STAGES>& place, const Tile& tile, const Inputs& inputs, u32 id, u32 query,
                          const int2 (&range)[2]) {
    const u32 thread = threadIdx.x % COPYING_THREADS;
    const u64 row = u64(tile.first_query + query) * HEADS;
    const u8* q = inputs.q + row * DIM;
    const float* weights = inputs.weights + row;
#pragma unroll 1
    for (u32 head = 0; head < HEADS; head += STAGE_HEADS) {
        const u32 stage = place.stage;
        place.wait_empty(shared.empty);
        if (head == 0 && thread == 0) {
            shared.tile[stage] = id;
            shared.query[stage] = query;
        }
        if (head + STAGE_HEADS == HEADS && thread < 32) {
            shared.range[stage][thread] = range[0];
            shared.range[stage][thread + 32] = range[1];
        }
        copy_heads(shared, stage, q + head * DIM, weights + head, tile.queries - query);
        arrive_full(&shared.full[stage]);
        place.advance();
    }
}

// The warpgroup that fills the ring.
DEVICE void produce(Shared& shared, const Params& params, const Inputs& inputs, float* logits) {
    const u32 lane = threadIdx.x % 32, thread = threadIdx.x % COPYING_THREADS;
    Place<STAGES> place;
    Place<KEY_BUFFERS> kept;
    u32 id = blockIdx.x;
    while (id < params.tiles) {
        const Tile tile = tile_of(params, id);
        // Asked for long before it is needed.
        const u32 next_tile = thread == 0 ? gridDim.x + atomicAdd(&tiles_taken, 1) : 0;
        bool loaded = false;
#pragma unroll 1
        for (u32 query = 0; query < tile.queries; query += GROUP) {
            const int2 range[2] = {range_of(params, tile, inputs, query + lane), range_of(params, tile, inputs, query + 32 + lane)};
            if (!__any_sync(~0u, range[0].x < range[0].y || range[1].x < range[1].y)) {
                if (!PAGED || params.fill) {
                    fill_group(params, tile, logits, query);
                }
                continue;
            }
            if (!loaded) {
                loaded = true;
                kept.wait_empty(shared.keys_empty);
                copy_keys(shared, kept.stage, params, tile, inputs);
                kept.advance();
            }
            produce_group(shared, place, tile, inputs, id, query, range);
        }
        if (thread == 0) {
            shared.next_tile = next_tile;
        }
        wait_among<COPYING_THREADS>(1);
        id = shared.next_tile;
        wait_among<COPYING_THREADS>(1);
    }
    place.wait_empty(shared.empty);
    if (thread == 0) {
        shared.tile[place.stage] = END;
    }
    arrive_full(&shared.full[place.stage]);
    if (thread == 0 && atomicAdd(&blocks_done, 1) == gridDim.x - 1) {
        tiles_taken = blocks_done = 0;
    }
}

// Starts the product of a head over all dimensions, of rows at two places in shared memory.
DEVICE void start_head(float (&products)[SUMS], u64 q, u64 keys) {
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < DIM / 32; step++) {
        multiply_e4m3(products, q + step * 2, keys + step * 2, step);
    }
    wgmma_commit();
}

// relu, weight and sum of a head: the weights are those of the thread's two queries. `sums` is SHRINK times too small.
DEVICE void add_head(float (&sums)[SUMS], const float (&products)[SUMS], const float (&weights)[2]) {
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
#pragma unroll
        for (u32 i = 0; i < SUMS / 2; i++) {
            const u32 at = i / 2 * 4 + half * 2 + i % 2;
            sums[at] = __fmaf_rn(weights[half], rectified(products[at]), sums[at]);
        }
    }
}

// The first of the two queries of a group whose sums a thread has; the other is 8 further.
DEVICE u32 own_query(u32 thread) { return thread / 32 % 4 * 16 + thread % 32 / 4; }

// Writes the logits of a warpgroup's keys and a group of queries.
DEVICE void finish(const Shared& shared, const Params& params, u32 id, u32 query, u32 buffer, const int2 (&range)[2],
                   const float (&sums)[SUMS], float* logits) {
    const Tile tile = tile_of(params, id);
    const u32 thread = thread_again(), start = thread / 128 * KEYS, first = start + thread % 4 * 2;
    query += own_query(thread);
    float* rows[2];
    rows[0] = logits + u64(tile.first_query + query) * params.out_stride + tile.first_key + first;
    rows[1] = rows[0] + u64(params.out_stride) * 8;
    bool all = max(range[0].x, range[1].x) <= int(start) && min(range[0].y, range[1].y) >= int(start + KEYS);
    all = all && reinterpret_cast<u64>(rows[0]) % 8 == 0 && params.out_stride % 2 == 0;
#pragma unroll
    for (u32 i = 0; PAGED && i < KEYS / 32; i++) {
        all = all && shared.present[buffer][start / 32 + i] == ~0u;
    }
    // Most groups see all keys of a tile.
    if (__all_sync(~0u, all)) {
#pragma unroll
        for (u32 i = 0; i < KEYS / 8; i++) {
            const float2 scale = *reinterpret_cast<const float2*>(&shared.scales[buffer][first + i * 8]);
#pragma unroll
            for (u32 half = 0; half < 2; half++) {
                const float* pair = sums + i * 4 + half * 2;
                *reinterpret_cast<float2*>(rows[half] + i * 8) = {pair[0] * (scale.x * SHRINK), pair[1] * (scale.y * SHRINK)};
            }
        }
        return;
    }
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
#pragma unroll
        for (u32 i = 0; i < KEYS / 4; i++) {
            const u32 place = i / 2 * 8 + i % 2, key = first + place;
            const bool there = !PAGED || shared.present[buffer][key / 32] >> key % 32 & 1;
            const bool seen = there && int(key) >= range[half].x && int(key) < range[half].y;
            if (tile.first_key + key < params.columns && query + half * 8 < tile.queries && (!PAGED || seen || params.fill)) {
                const float scale = shared.scales[buffer][key] * SHRINK;
                rows[half][place] = seen ? sums[i / 2 * 4 + half * 2 + i % 2] * scale : negative_infinity();
            }
        }
    }
}

DEVICE void release(u64* barrier) {
    __syncwarp();
    if (threadIdx.x % 32 == 0) {
        barrier_arrive(barrier);
    }
}

DEVICE u64 heads_in(Shared& shared, u32 stage) { return rows_descriptor<DIM>(shared_address(shared.q[stage])); }

DEVICE u64 keys_in(Shared& shared, u32 buffer) {
    return rows_descriptor<DIM>(shared_address(shared.keys[buffer]) + uniform(threadIdx.x / 128) * (KEYS * DIM));
}

// One of the warpgroups that score. What comes after a head, also from another group, is awaited while its product runs.
DEVICE void score(Shared& shared, const Params& params, float* logits) {
    const u32 row = own_query(threadIdx.x);
    Place<STAGES> place;
    Place<KEY_BUFFERS> kept;
    place.wait_full(shared.full);
    u32 id = uniform(shared.tile[0]), query = uniform(shared.query[0]);
    if (id == END) {
        return;
    }
    kept.wait_full(shared.keys_full);
    fence_async();
    u64 keys = keys_in(shared, 0), q = heads_in(shared, 0);
    float weights[2] = {shared.weights[0][row][0], shared.weights[0][row + 8][0]};
    do {
        u32 next_id = id, next_query = query;
        int2 range[2];
        float products[SUMS], sums[SUMS];
#pragma unroll
        for (u32 i = 0; i < SUMS; i++) {
            sums[i] = 0.0f;
        }
#pragma unroll 1
        for (u32 head = 0; head < HEADS; head++) {
            const u32 stage = place.stage;
            const bool stage_ends = head % STAGE_HEADS == STAGE_HEADS - 1;
            start_head(products, q, keys);
            q += GROUP * DIM / 16;
            if (stage_ends) {
                place.advance();
                if (head == HEADS - 1) {
                    range[0] = shared.range[stage][row];
                    range[1] = shared.range[stage][row + 8];
                }
                place.wait_full(shared.full);
                q = heads_in(shared, place.stage);
                if (head == HEADS - 1) {
                    next_id = uniform(shared.tile[place.stage]);
                    next_query = uniform(shared.query[place.stage]);
                }
                fence_async();
            }
            const float* next = &shared.weights[place.stage][row][(head + 1) % STAGE_HEADS];
            const float next_weights[2] = {next[0], next[8 * STAGE_HEADS]};
            wait_for<0>(products);
            if (stage_ends) {
                release(&shared.empty[stage]);
            }
            add_head(sums, products, weights);
            weights[0] = next_weights[0], weights[1] = next_weights[1];
        }
        finish(shared, params, id, query, kept.stage, range, sums, logits);
        if (next_id != id) {
            release(&shared.keys_empty[kept.stage]);
            kept.advance();
            if (next_id != END) {
                kept.wait_full(shared.keys_full);
                fence_async();
                keys = keys_in(shared, kept.stage);
            }
        }
        id = next_id, query = next_query;
    } while (id != END);
}

// What a block of either kernel does.
DEVICE void index_logits(const Params& params, const Inputs& inputs, float* logits) {
    Shared& shared = *reinterpret_cast<Shared*>(dynamic_shared());
    if (threadIdx.x < STAGES) {
        barrier_init(&shared.full[threadIdx.x], COPYING_THREADS + 32);
        barrier_init(&shared.empty[threadIdx.x], SCORING_THREADS / 32);
        if (threadIdx.x < KEY_BUFFERS) {
            // All copies, and one ordinary write of each warp.
            barrier_init(&shared.keys_full[threadIdx.x], COPYING_THREADS + COPYING_THREADS / 32);
            barrier_init(&shared.keys_empty[threadIdx.x], SCORING_THREADS / 32);
        }
        barrier_fence();
    }
    __syncthreads();
    if (threadIdx.x >= SCORING_THREADS) {
        registers_give<56>();
        produce(shared, params, inputs, logits);
    } else {
        registers_take<152>();
        score(shared, params, logits);
    }
}
