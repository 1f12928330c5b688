// Index logits on Hopper for a few queries of flat keys: products of e4m3 by `wgmma`, the contract of `indexer/logits`. For many queries see
// `index_logits`.
//
//   q        [queries, HEADS, DIM] e4m3    weights  [queries, HEADS] f32
//   keys     [columns, DIM] e4m3, k_scale [columns] f32, k_start and k_end [queries] i32
//   logits   [queries, columns] f32, rows out_stride apart
//
// A block stays on its multiprocessor and takes one tile of 256 keys x tile_queries queries after another, the next that no block has: where
// queries see less, tiles take less time. Two warpgroups keep 128 keys each in registers for the whole tile; a third streams the queries
// through a ring in shared memory, 256 rows (heads of 256 / HEADS queries) a stage, leaves out groups that see none of the keys, and writes
// their -inf. A warpgroup multiplies 64 of its keys with a whole stage, waits, and sums: while one sums, the tensor cores work for the other.
//
// Shared memory: STAGES * (256 * DIM + 1 KiB + 8 * QUERIES) bytes and barriers, about 132 KiB. Registers: 232 for each of 256 threads, 40 for
// 128.
//
// Constants: those of `fp8`, HEADS at least 16, ROWS 256.

constexpr u32 TILE_KEYS = 256;
constexpr u32 SCORING_THREADS = 256;
constexpr u32 COPYING_THREADS = 128;
constexpr u32 STAGES = 4;
constexpr u32 PIECES = DIM / 16;
constexpr u32 END = ~0u;

// How many tiles were taken, beside each block's first, and blocks that take no more. The last leaves zeros for the next launch.
__device__ u32 tiles_taken, blocks_done;

struct Shared {
    u8 q[STAGES][ROWS * DIM];
    float4 weights[STAGES][ROWS / 4];
    // First and one past the last key of the tile that a query sees.
    int2 range[STAGES][QUERIES];
    // The first query of a stage, within the tile; END after the last, and then the block's next tile.
    u32 query[STAGES];
    u32 next_tile[STAGES];
    u64 full[STAGES];
    u64 empty[STAGES];
};

// The tensors, from where this dispatch begins.
struct Inputs {
    const u8* q;
    const float* weights;
    const u8* keys;
    const float* k_scale;
    const int* k_start;
    const int* k_end;
};

struct Tile {
    u32 first_query, queries, first_key;
};

DEVICE Tile tile_of(const Params& params, u32 id) {
    const u32 first = id / params.key_tiles * params.tile_queries;
    return {first, min(params.tile_queries, params.queries - first), id % params.key_tiles * TILE_KEYS};
}

// The keys of a tile that a query sees.
DEVICE int2 range_of(const Params& params, const Tile& tile, const Inputs& inputs, u32 query) {
    if (query >= tile.queries) {
        return {0, 0};
    }
    const int low = int(params.first_key + tile.first_key);
    const int high = int(params.first_key + min(tile.first_key + TILE_KEYS, params.columns));
    const u32 at = tile.first_query + query;
    return {min(max(inputs.k_start[at], low), high) - low, min(max(inputs.k_end[at], low), high) - low};
}

// Copies the codes and weights of one group of queries; the rest of a group that is not full stays as it was.
DEVICE void copy_group(Shared& shared, u32 stage, const u8* q, const float* weights, u32 rows) {
    // Rows of a thread are a multiple of 8 apart, so that their pieces are permuted alike.
    constexpr u32 STEP = COPYING_THREADS / PIECES;
    static_assert(STEP % 8 == 0, "as `swizzled` repeats");
    const u32 thread = threadIdx.x % COPYING_THREADS, first = thread / PIECES;
    const u32 codes = shared_address(shared.q[stage]) + swizzled<DIM>(first, thread % PIECES);
    q += thread * 16;
#pragma unroll
    for (u32 row = 0; row < ROWS; row += STEP) {
        if (first + row < rows) {
            copy_async_16(codes + row * DIM, q + row * DIM);
        }
    }
    const u32 row = thread * 2;
    if (row < rows) {
        copy_async_8(shared_address(shared.weights[stage]) + weight_place(row) * 4, weights + row);
    }
}

// -inf for a group of queries that see none of the tile's keys.
DEVICE void fill_group(const Params& params, const Tile& tile, float* logits, u32 query) {
    const u32 end = min(tile.first_key + TILE_KEYS, params.columns);
    const float4 four = {negative_infinity(), negative_infinity(), negative_infinity(), negative_infinity()};
#pragma unroll 1
    for (u32 i = threadIdx.x % COPYING_THREADS; i < QUERIES * TILE_KEYS / 4; i += COPYING_THREADS) {
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

// A stage of the ring, and how often it has been around.
struct Place {
    u32 stage = 0, round = 0;

    DEVICE void advance() {
        stage = stage + 1 == STAGES ? 0 : stage + 1;
        round += stage == 0;
    }
};

// The warpgroup that fills the ring.
DEVICE void produce(Shared& shared, const Params& params, const Inputs& inputs, float* logits) {
    const u32 lane = threadIdx.x % 32, thread = threadIdx.x % COPYING_THREADS;
    Place place;
    u32 id = blockIdx.x;
    while (id < params.tiles) {
        const Tile tile = tile_of(params, id);
        // Asked for long before it is needed.
        const u32 next_tile = thread == 0 ? gridDim.x + atomicAdd(&tiles_taken, 1) : 0;
        int2 next = range_of(params, tile, inputs, lane), range;
        u32 seen = 0;
        for (u32 query = 0;; query += QUERIES) {
            const bool last = query >= tile.queries;
            const u32 first = query % 32;
            if (first == 0 && !last) {
                // Lane i has the range of query i of the next 32, and asks for those after.
                range = next;
                seen = __ballot_sync(~0u, range.x < range.y);
                next = range_of(params, tile, inputs, query + 32 + lane);
            }
            if (!last && !(seen >> first & (1u << QUERIES) - 1)) {
                fill_group(params, tile, logits, query);
                continue;
            }
            if (place.round > 0) {
                barrier_wait(&shared.empty[place.stage], (place.round - 1) & 1);
            }
            if (last) {
                // All have read what was there before.
                wait_among<COPYING_THREADS>(1);
            }
            if (thread == 0) {
                shared.query[place.stage] = last ? END : query;
                shared.next_tile[place.stage] = next_tile;
            }
            if (last) {
                wait_among<COPYING_THREADS>(1);
                id = shared.next_tile[place.stage];
            } else {
                if (thread >= first && thread < first + QUERIES) {
                    shared.range[place.stage][thread - first] = range;
                }
                const u64 row = u64(tile.first_query + query) * HEADS;
                copy_group(shared, place.stage, inputs.q + row * DIM, inputs.weights + row, min(QUERIES, tile.queries - query) * HEADS);
            }
            copy_async_arrive(&shared.full[place.stage]);
            if (thread < 32) {
                barrier_arrive(&shared.full[place.stage]);
            }
            place.advance();
            if (last) {
                break;
            }
        }
    }
    if (thread == 0 && atomicAdd(&blocks_done, 1) == gridDim.x - 1) {
        tiles_taken = blocks_done = 0;
    }
}

// A thread's part of 64 keys of a tile, words 4 bytes wide, as `wgmma` wants them; and the scale of the key whose sums it ends up with.
struct Keys {
    u32 codes[DIM / 32][4];
    float scale;
};

// The place of that key in the tile.
DEVICE u32 own_key(u32 block) { return block * 64 + threadIdx.x / 32 % 4 * 16 + threadIdx.x % 32 / 4 + (threadIdx.x & 2) * 4; }

DEVICE void load_keys(Keys& keys, const Params& params, const Tile& tile, const Inputs& inputs, u32 block) {
    const u32 lane = threadIdx.x % 32, row = block * 64 + threadIdx.x / 32 % 4 * 16 + lane / 4;
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        const u32 key = tile.first_key + row + half * 8;
        const bool there = key < params.columns;
        const u32* codes = reinterpret_cast<const u32*>(inputs.keys + u64(key) * DIM);
#pragma unroll
        for (u32 step = 0; step < DIM / 32; step++) {
            keys.codes[step][half] = there ? codes[step * 8 + lane % 4] : 0;
            keys.codes[step][half + 2] = there ? codes[step * 8 + 4 + lane % 4] : 0;
        }
    }
    const u32 own = tile.first_key + own_key(block);
    keys.scale = own < params.columns ? inputs.k_scale[own] * SHRINK : 0.0f;
}

// 64 keys against a group: sums over lanes, and what the queries see is written.
DEVICE void finish(const Shared& shared, const Params& params, const Tile& tile, u32 own, const Keys& keys, const float (&sum)[2][QUERIES],
                   u32 stage, float* out) {
    const u32 lane = threadIdx.x % 32, query = shared.query[stage];
    float best[KEPT];
    exchange_sums(best, sum);
#pragma unroll
    for (u32 i = 0; i < KEPT; i++) {
        const u32 place = lane % 2 * KEPT + i;
        if (tile.first_key + own < params.columns && place < QUERIES && query + place < tile.queries) {
            const int2 range = shared.range[stage][place];
            const bool seen = int(own) >= range.x && int(own) < range.y;
            out[u64(query + place) * params.out_stride + own] = seen ? best[i] * keys.scale : negative_infinity();
        }
    }
}

DEVICE void release(Shared& shared, u32 stage) {
    __syncwarp();
    if (threadIdx.x % 32 == 0) {
        barrier_arrive(&shared.empty[stage]);
    }
}

// One of the warpgroups that score. What ends a product is done while the next one runs.
DEVICE void score(Shared& shared, const Params& params, const Inputs& inputs, float* logits) {
    const u32 block = threadIdx.x / 128 * 2;
    Place place;
    u32 id = blockIdx.x;
    while (id < params.tiles) {
        const Tile tile = tile_of(params, id);
        Keys keys[2];
        load_keys(keys[0], params, tile, inputs, block);
        load_keys(keys[1], params, tile, inputs, block + 1);
        float* out = logits + u64(tile.first_query) * params.out_stride + tile.first_key;
        float products[ROWS / 2], sum[2][QUERIES];
        u32 before = END;
        while (true) {
            const u32 stage = place.stage;
            barrier_wait(&shared.full[stage], place.round & 1);
            place.advance();
            if (__all_sync(~0u, shared.query[stage] == END)) {
                id = uniform(shared.next_tile[stage]);
                release(shared, stage);
                break;
            }
            fence_async();
            start_scores(products, keys[0].codes, shared_address(shared.q[stage]));
            if (before != END) {
                finish(shared, params, tile, own_key(block + 1), keys[1], sum, before, out);
                release(shared, before);
            }
            clear(sum);
            wait_for<0>(products);
            add_heads<0>(sum, products, shared.weights[stage]);
            start_scores(products, keys[1].codes, shared_address(shared.q[stage]));
            finish(shared, params, tile, own_key(block), keys[0], sum, stage, out);
            clear(sum);
            wait_for<0>(products);
            add_heads<0>(sum, products, shared.weights[stage]);
            before = stage;
        }
        if (before != END) {
            finish(shared, params, tile, own_key(block + 1), keys[1], sum, before, out);
            release(shared, before);
        }
    }
}

extern "C" __global__ void __launch_bounds__(SCORING_THREADS + COPYING_THREADS, 1)
index_logits_few(const Params params, const u8* q, const float* weights, const u8* keys, const float* k_scale, const int* k_start,
                 const int* k_end, float* logits) {
    const Inputs inputs = {q + u64(params.q_offset) * 4,           weights + params.weights_offset, keys + u64(params.keys_offset) * 4,
                           k_scale + params.scale_offset,          k_start + params.range_offset,   k_end + params.range_offset};
    logits += params.out_offset;
    Shared& shared = *reinterpret_cast<Shared*>(dynamic_shared());
    if (threadIdx.x < STAGES) {
        // All copies, and the ordinary writes of the first warp.
        barrier_init(&shared.full[threadIdx.x], COPYING_THREADS + 32);
        barrier_init(&shared.empty[threadIdx.x], SCORING_THREADS / 32);
        barrier_fence();
    }
    __syncthreads();
    if (threadIdx.x >= SCORING_THREADS) {
        registers_give<40>();
        produce(shared, params, inputs, logits);
    } else {
        registers_take<232>();
        score(shared, params, inputs, logits);
    }
}
