// A block of `attend` on Hopper: its parameters, its shared memory, and how its warps wait for each other.

struct Params {
    // Queries of this dispatch x head_blocks x splits.
    u32 places, heads, head_blocks, splits;
    // The first query, counted from the start of the bound q, indices, output and max_logits; of topk_length; of lse [.., heads, lse_inner].
    u32 first_query, length_query, lse_query, lse_inner;
    // The window of rows that is bound, and columns of indices. topk_length has one entry for so many queries; 0: there is none.
    u32 window_start, window_end, top_k, queries_per_length;
    u32 has_sink, has_max_logits;
    // Partial results: slots of a query, and the first slot of this window.
    u32 slots, first_slot;
    // softmax_scale * log2(e).
    float scale;
};

constexpr u32 HEADS = 64;
constexpr u32 TILE_KEYS = 64;
constexpr u32 MULTIPLYING_THREADS = 256;
constexpr u32 GATHERING_THREADS = 128;
constexpr u32 GATHERING_WARPS = GATHERING_THREADS / 32;
// Matrices lie in shared memory as blocks of 64 columns, 128 bytes a row: those of a side's half of the values, and perhaps a rotary one.
constexpr u32 COLUMN_BLOCKS = D_QK / 64;
constexpr u32 HALF_BLOCKS = D_V / 128;
constexpr u32 ROTARY = D_V / 64;
constexpr u32 BLOCK_BYTES = 64 * 128;
constexpr u32 ROW_BYTES = FP8 ? 656 : D_QK * 2;
// Eight threads gather a row: keys that all of them gather at a time, and how often for a tile.
constexpr u32 PASS_KEYS = GATHERING_THREADS / 8;
constexpr u32 PASSES = TILE_KEYS / PASS_KEYS;
// Of FP8 rows a block converts those of its first passes.
constexpr u32 CONVERTED = PASSES / CLUSTER;
// How far above the reference a score, in units of log2(e), may be.
constexpr float SLACK = 8.0f;

struct Shared {
    u8 q[ROTARY][BLOCK_BYTES];
    u8 kv[2][COLUMN_BLOCKS][BLOCK_BYTES];
    u8 weights[2][BLOCK_BYTES];
    float references[2][HEADS];
    float maxima[2][HEADS];
    float sums[2][HEADS];
    u8 valid[2][TILE_KEYS];
    u64 full[2][2];
    u64 listed[2];
    u64 weighed[2];
    u64 empty[2][2];
    u64 queries_full, queries_empty;
};

// Which keys the queries have: lists of entries, of which `topk_length` says how many, or ranges of rows.
struct Keys {
    const int* indices_or_start;
    const int* length_or_end;
};

// A query's heads and keys, of which a block does one after the other.
struct Place {
    u32 query, first_head, split;
    // The first key of the query's list, or its row, how many tiles of them, and where they end.
    u32 first_key, tiles, end_key;
    // How often the buffers of even and of odd tiles were filled for the places before.
    u32 even_turns, odd_turns;
    // How many of the places before had keys, and so queries.
    u32 query_turns;
};

DEVICE u32 first_place() { return blockIdx.y * gridDim.x + blockIdx.x; }
DEVICE u32 places_apart() { return gridDim.x * gridDim.y; }

// Goes on to the place with a number.
DEVICE void move_to(Place& place, const Params& params, const Keys& lists, u32 number) {
    const u32 rest = number / params.head_blocks;
    place.even_turns += (place.tiles + 1) / 2;
    place.odd_turns += place.tiles / 2;
    place.query_turns += place.tiles > 0;
    place.query = rest / params.splits;
    place.first_head = number % params.head_blocks * HEADS;
    place.split = rest % params.splits;
    u32 start = 0, keys = params.top_k;
    if constexpr (RANGE) {
        const u32 query = params.length_query + place.query;
        start = max(u32(max(lists.indices_or_start[query], 0)), params.window_start);
        const u32 end = min(u32(max(lists.length_or_end[query], 0)), params.window_end);
        keys = end > start ? end - start : 0;
    } else if (params.queries_per_length != 0) {
        const int length = lists.length_or_end[(params.length_query + place.query) / params.queries_per_length];
        keys = min(keys, u32(max(length, 0)));
    }
    const u32 tiles = (keys + TILE_KEYS - 1) / TILE_KEYS, most = (tiles + params.splits - 1) / params.splits;
    const u32 first = min(place.split * most, tiles);
    place.first_key = start + first * TILE_KEYS;
    place.tiles = min(first + most, tiles) - first;
    // Not the query's last: nothing of the next split is prefetched.
    place.end_key = start + min(keys, (first + place.tiles) * TILE_KEYS);
}

// Where a head's queries begin.
DEVICE u64 query_byte(const Params& params, const Place& place, u32 head) {
    return (u64(params.first_query + place.query) * params.heads + head) * (D_QK * 2);
}

// How often a tile's buffer was filled before; its parity is that of the phase of the buffer's barriers.
DEVICE u32 turn_of(const Place& place, u32 tile) { return (tile % 2 ? place.odd_turns : place.even_turns) + tile / 2; }
DEVICE u32 phase_of(const Place& place, u32 tile) { return turn_of(place, tile) & 1; }

// One arrival of a warp, for what all its lanes did.
DEVICE void warp_arrive(u64* barrier) {
    __syncwarp();
    if (threadIdx.x % 32 == 0) {
        barrier_arrive(barrier);
    }
}

// The same at the barriers of all blocks of the cluster.
DEVICE void warp_arrive_all(u64* barrier) {
    if constexpr (CLUSTER == 1) {
        warp_arrive(barrier);
    } else {
        __syncwarp();
        if (threadIdx.x % 32 < CLUSTER) {
            barrier_arrive_at(address_in(barrier, threadIdx.x % 32));
        }
    }
}

// All threads of the cluster wait for each other.
DEVICE void meet() {
    if constexpr (CLUSTER == 1) {
        __syncthreads();
    } else {
        cluster_arrive();
        cluster_wait();
    }
}
