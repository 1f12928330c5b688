// Top-k of rows of f32 scores for compute capability 9.0. Comes after hopper.cuh and topk_search.cu.
//
// scores f32 [rows, columns], row_start/row_end i32 [rows], or stand-ins -> indices i32 [rows, top_k]: the columns of the top_k largest scores
// of row_start..row_end (clamped to 0..columns) in ascending order, then -1. Ties go to the lower column, -0.0 is +0.0, NaN and -inf are
// never selected. Exact whatever the scores, and the same bits on every run.
//
// topk_rows: many rows; a block of 512 threads a row, three blocks a multiprocessor. topk_cluster: few rows; a cluster of 2, 4, 8 or 16
// blocks a row, gridDim.x = rows * cluster size. Both go the same way:
//
//  1. A sample of the row gives a threshold that somewhat more than top_k scores reach.
//  2. The row is read once. Warps take tiles of 512 columns in turn, fetched ahead to a ring in shared memory; scores that reach the
//     threshold become (key, column) pairs in the pool, in any order. In a cluster the other blocks then append theirs to the first's.
//  3. Histograms of the pool's keys, and at last a comparison of the few pairs left, give the k-th largest pair.
//  4. Selected columns are set in a bitmap, and the bitmap is written out in order.
//
// A full pool is cut down to its own top_k pairs, whose least is the new threshold: no row needs more room. A threshold that too few
// scores reach is lowered, and the row read again.
//
// Shared memory: 9456 bytes + `region` bytes + 8 * capacity, all of it dynamic. The region, a multiple of 16 bytes, holds the ring
// (topk_rows: 32 KB, topk_cluster: 64 KB), afterwards the bitmap with its sums (window / 8 + window / 64 bytes) and, where it fits after
// that, the row of indices. window is 65536 times a power of two; rows longer than that take several windows. A pool of 2 * top_k pairs
// seldom fills; capacity >= top_k + 512 is required. columns <= 2^30. Rows need no alignment: whole 16-byte groups are read, so up to 12
// bytes before and after a row's range, which any allocation holds if its own ends are aligned so.

// --- The pool.

struct Pool {
    u64* pairs;
    u32 capacity;
};

// Pairs 0..front of the pool, and the last back of it.
struct Filled {
    u32 front, back;
};

DEVICE Pool pool_of(const TopkParams& params) { return Pool{reinterpret_cast<u64*>(region() + params.region / 16), params.capacity}; }

// Calls `visit` for each pair, or with 0 instead of one.
template <class Visit> DEVICE void each_pair(const Pool& pool, Filled filled, Visit visit) {
    constexpr u32 TOGETHER = 4;
    const u32 count = filled.front + filled.back, gap = pool.capacity - count;
#pragma unroll 1
    for (u32 first = threadIdx.x; first < count; first += TOGETHER * THREADS) {
        u64 pairs[TOGETHER];
        for (u32 j = 0; j < TOGETHER; ++j) {
            const u32 i = first + j * THREADS;
            pairs[j] = i < count ? pool.pairs[i < filled.front ? i : i + gap] : 0;
        }
        for (u32 j = 0; j < TOGETHER; ++j) visit(pairs[j]);
    }
}

// The `rank`-th pair of the pool in the order of selection, from 0. No key lies below guess.low.
DEVICE u64 pair_of_rank(const Pool& pool, Filled filled, u32 rank, Guess guess) {
    if (guess.high == 0) {
        guess = {ALL_LANES, 0};
        each_pair(pool, filled, [&](u64 pair) {
            guess.low = min(guess.low, key_of(pair) - 1);
            guess.high = max(guess.high, key_of(pair));
        });
        extremes(guess.low, guess.high);
        guess.low += 1;
    }
    if (threadIdx.x == 0) control().kept = 0;
    Range keys = {guess.low, HIGHEST_KEY, rank, filled.front + filled.back};
    narrow(keys, max(guess.low, guess.high), FEW, [&](const Count& count) {
        each_pair(pool, filled, [&](u64 pair) { count(key_of(pair)); });
    });
    // Of one key, the lowest columns.
    Range columns = {0, ALL_LANES, keys.rank, keys.count};
    narrow(columns, ALL_LANES, FEW, [&](const Count& count) {
        each_pair(pool, filled, [&](u64 pair) {
            if (key_of(pair) == keys.low) count(~column_of(pair));
        });
    });
    __syncthreads();
    const u64 low = pair_of(keys.low, ~columns.low), high = pair_of(keys.high, ~columns.high);
    each_pair(pool, filled, [&](u64 pair) {
        if (pair >= low && pair <= high) few()[min(atomicAdd(&control().kept, 1), FEW - 1)] = pair;
    });
    __syncthreads();
    if (threadIdx.x < columns.count) {
        const u64 mine = few()[threadIdx.x];
        u32 greater = 0;
        for (u32 i = 0; i < columns.count; ++i) greater += few()[i] > mine;
        if (greater == columns.rank) control().boundary = mine;
    }
    __syncthreads();
    return control().boundary;
}

// Keeps the pairs up to the boundary, in place.
DEVICE void cut_pool(const Pool& pool, u32 count, u64 boundary) {
    if (threadIdx.x == 0) control().kept = 0;
#pragma unroll 1
    for (u32 first = 0; first < count; first += THREADS) {
        const u32 i = first + threadIdx.x;
        const u64 pair = i < count ? pool.pairs[i] : 0;
        // Nothing is put past what all have read.
        __syncthreads();
        if (pair != 0 && pair >= boundary) pool.pairs[atomicAdd(&control().kept, 1)] = pair;
    }
    __syncthreads();
}

// --- Reading.

// Scores of tiles before `strict_tile` must reach `loose`, others `strict`: where a tie is decided by columns.
struct Threshold {
    float loose, strict;
    u32 strict_tile;
};

template <u32 STAGES> struct Reader {
    // The tile that this warp examines next, and how far it is to the one after. STAGES tiles from here are fetched or on the way.
    u32 tile, step;
    u32 stage;
};

template <u32 STAGES> DEVICE char* ring_of_lane() {
    return reinterpret_cast<char*>(region()) + warp_id() * (STAGES * PIECES * 512) + lane_id() * 16;
}

// A lane examines just what it fetched itself, so that no barrier is needed.
template <u32 STAGES> DEVICE void fetch(const Row& row, u32 tile, u32 stage) {
    const u32 to = shared_address(ring_of_lane<STAGES>()) + stage * PIECES * 512;
    const float* from = row.origin + tile * TILE + lane_id() * 4;
    if (tile * TILE + TILE <= row.end) {
        for (u32 i = 0; i < PIECES; ++i) stream_async_16(to + i * 512, from + i * 128);
    } else {
        for (u32 i = 0; i < PIECES; ++i) {
            if (tile * TILE + i * 128 + lane_id() * 4 < row.end) stream_async_16(to + i * 512, from + i * 128);
        }
    }
    copy_async_group();
}

template <u32 STAGES> DEVICE void fetch_first(const Row& row, Reader<STAGES>& reader) {
    reader.stage = 0;
    for (u32 i = 0; i < STAGES; ++i) fetch<STAGES>(row, reader.tile + i * reader.step, i);
}

// Which of a lane's scores in a tile reach the threshold.
DEVICE u32 reached(const Row& row, const char* from, u32 tile, float threshold) {
    u32 mask = 0;
    for (u32 i = 0; i < PIECES; ++i) {
        const float4 scores = *reinterpret_cast<const float4*>(from + i * 512);
        mask |= (scores.x >= threshold ? 1u : 0u) << i * 4 | (scores.y >= threshold ? 2u : 0u) << i * 4;
        mask |= (scores.z >= threshold ? 4u : 0u) << i * 4 | (scores.w >= threshold ? 8u : 0u) << i * 4;
    }
    if (tile * TILE < row.begin || tile * TILE + TILE > row.end) {
        for (u32 i = 0; i < PIECES * 4; ++i) {
            const u32 position = tile * TILE + i / 4 * 128 + lane_id() * 4 + i % 4;
            if (position < row.begin || position >= row.end) mask &= ~(1u << i);
        }
    }
    return mask;
}

// Examines the warp's tiles until none is left, or one does not fit in the pool.
template <u32 STAGES> DEVICE void collect(const Row& row, Reader<STAGES>& reader, const Threshold& threshold, const Pool& pool) {
    while (reader.tile * TILE < row.end) {
        const char* from = ring_of_lane<STAGES>() + reader.stage * PIECES * 512;
        copy_async_wait<STAGES - 1>();
        u32 mask = reached(row, from, reader.tile, reader.tile < threshold.strict_tile ? threshold.loose : threshold.strict);
        const u32 total = __reduce_add_sync(ALL_LANES, __popc(mask));
        if (total != 0) {
            u32 at = lane_id() == 0 ? add_shared(&control().count, total) : 0;
            at = __shfl_sync(ALL_LANES, at, 0);
            if (at + total > pool.capacity) {
                if (at <= pool.capacity && lane_id() == 0) control().filled = at;
                return;
            }
            // The column whose position in the lane's part of the tile is 0, inverted as pairs have it.
            const u32 base = ~(row.column + reader.tile * TILE + lane_id() * 4);
            for (u32 lanes = __ballot_sync(ALL_LANES, mask != 0); lanes != 0; lanes = __ballot_sync(ALL_LANES, mask != 0)) {
                if (mask != 0) {
                    const u32 i = 31 - __clz(mask);
                    mask ^= 1u << i;
                    const u32 place = i + i / 4 * 124;
                    const u32 key = key_of_score(reinterpret_cast<const float*>(from)[place]);
                    pool.pairs[at + __popc(lanes & ((1u << lane_id()) - 1))] = static_cast<u64>(key) << 32 | (base - place);
                }
                at += __popc(lanes);
            }
        }
        fetch<STAGES>(row, reader.tile + STAGES * reader.step, reader.stage);
        reader.tile += reader.step;
        reader.stage = reader.stage + 1 == STAGES ? 0 : reader.stage + 1;
    }
}

// Waits until all that was fetched has arrived and all warps have examined theirs.
DEVICE void end_reading() {
    copy_async_wait<0>();
    __syncthreads();
}

// --- Writing.

// 128 columns: one bit each, and how many of those before them are selected.
struct Bitmap {
    uint4* words;
    unsigned short* before;
    u32 log;
};

// A thread sums 1 << log successive groups. Their places are THREADS apart.
DEVICE u32 group_place(const Bitmap& bitmap, u32 group) { return (group & ((1u << bitmap.log) - 1)) * THREADS + (group >> bitmap.log); }

DEVICE Bitmap bitmap_of(const TopkParams& params, u32 columns) {
    Bitmap bitmap;
    bitmap.words = region();
    bitmap.before = reinterpret_cast<unsigned short*>(region() + params.window / 128);
    bitmap.log = 0;
    while (THREADS * 128 << bitmap.log < columns) ++bitmap.log;
    return bitmap;
}

DEVICE void clear_bitmap(const Bitmap& bitmap) {
    for (u32 i = 0; i < 1u << bitmap.log; ++i) bitmap.words[i * THREADS + threadIdx.x] = make_uint4(0, 0, 0, 0);
}

// Returns how many are selected.
DEVICE u32 sum_bitmap(const Bitmap& bitmap) {
    u32 mine = 0;
    for (u32 i = 0; i < 1u << bitmap.log; ++i) {
        const uint4 words = bitmap.words[i * THREADS + threadIdx.x];
        bitmap.before[i * THREADS + threadIdx.x] = mine;
        mine += __popc(words.x) + __popc(words.y) + __popc(words.z) + __popc(words.w);
    }
    const u32 before = sum_before(mine);
    if (threadIdx.x == THREADS - 1) control().kept = before + mine;
    for (u32 i = 0; i < 1u << bitmap.log; ++i) bitmap.before[i * THREADS + threadIdx.x] += before;
    __syncthreads();
    return control().kept;
}

// How many selected columns are before this one.
DEVICE u32 selected_before(const Bitmap& bitmap, u32 bit) {
    const u32 place = group_place(bitmap, bit / 128);
    const uint4 words = bitmap.words[place];
    const u32 word = bit / 32 % 4, below = (1u << bit % 32) - 1;
    const u32 x = word > 0 ? ALL_LANES : below, y = word > 1 ? ALL_LANES : word == 1 ? below : 0;
    const u32 z = word > 2 ? ALL_LANES : word == 2 ? below : 0, w = word == 3 ? below : 0;
    return bitmap.before[place] + __popc(words.x & x) + __popc(words.y & y) + __popc(words.z & z) + __popc(words.w & w);
}

// Selects among the pool's pairs, and writes their columns in ascending order, then -1.
DEVICE void select(const TopkParams& params, const Row& row, Filled filled, Guess guess, int* indices) {
    const Pool pool = pool_of(params);
    const Bitmap bitmap = bitmap_of(params, min(params.window, row.end - row.begin));
    clear_bitmap(bitmap);
    const u64 boundary = filled.front + filled.back > params.top_k ? pair_of_rank(pool, filled, params.top_k - 1, guess) : 1;
    const u32 bytes = params.window / 8 + params.window / 64;
    const bool stage = bytes + params.top_k * 4 <= params.region;
    int* to = stage ? reinterpret_cast<int*>(region() + bytes / 16) : indices;
    u32 written = 0;
#pragma unroll 1
    for (u32 first = row.column + row.begin, left = row.end - row.begin; left != 0;) {
        __syncthreads();
        each_pair(pool, filled, [&](u64 pair) {
            const u32 bit = column_of(pair) - first;
            if (pair >= boundary && bit < params.window) {
                atomicOr(reinterpret_cast<u32*>(bitmap.words + group_place(bitmap, bit / 128)) + bit / 32 % 4, 1u << bit % 32);
            }
        });
        __syncthreads();
        const u32 count = sum_bitmap(bitmap);
        each_pair(pool, filled, [&](u64 pair) {
            const u32 bit = column_of(pair) - first;
            if (pair >= boundary && bit < params.window) to[written + selected_before(bitmap, bit)] = static_cast<int>(column_of(pair));
        });
        __syncthreads();
        written += count;
        first += params.window;
        left -= min(left, params.window);
        if (left != 0) clear_bitmap(bitmap);
    }
    for (u32 i = threadIdx.x; i < params.top_k; i += THREADS) {
        if (i >= written) indices[i] = -1;
        else if (stage) indices[i] = to[i];
    }
}

// --- Recovery.

// Does a row after a first pass that stopped before it was through, where `attempt` is 0, or else from the start. Kept out of the way
// of what nearly all rows need. Each round examines a tile at least, as the pool has room for one beside top_k pairs.
__device__ __noinline__ void recover(const TopkParams params, const Row row, u32 tile, u32 low, u32 attempt, int* indices) {
    // Would not end.
    if (params.capacity < params.top_k + TILE) return;
    const Pool pool = pool_of(params);
    Reader<1> reader = {tile, WARPS, 0};
    Guess guess = {low, 0};
    Threshold threshold = {key_float(low), key_float(low), 0};
    u32 filled = control().filled;
#pragma unroll 1
    for (bool cut = attempt == 0;;) {
        if (cut) {
            const u64 boundary = pair_of_rank(pool, Filled{filled, 0}, params.top_k - 1, Guess{guess.low, 0});
            cut_pool(pool, filled, boundary);
            if (threadIdx.x == 0) control().count = params.top_k;
            guess.low = key_of(boundary);
            threshold = {key_float(guess.low), key_float(guess.low + 1), (column_of(boundary) - row.column) / TILE + 1};
            fetch_first(row, reader);
        } else {
            __syncthreads();
            if (threadIdx.x == 0) control().count = 0;
            reader.tile = warp_id();
            const Sample sample = sample_of(params, row);
            fetch_first(row, reader);
            guess = guess_of(params, row, sample, attempt);
            threshold = {key_float(guess.low), key_float(guess.low), 0};
        }
        __syncthreads();
        collect(row, reader, threshold, pool);
        end_reading();
        const u32 count = control().count;
        filled = control().filled;
        cut = count > pool.capacity;
        // A pool cut down has top_k pairs at least; that of the lowest key has all there are.
        if (!cut && (count >= params.top_k || guess.low == LOWEST_KEY)) return select(params, row, Filled{count, 0}, guess, indices);
        if (!cut) ++attempt;
    }
}

// --- Rows, each by a block.

DEVICE void prepare_block() {
    bins()[threadIdx.x] = make_uint4(0, 0, 0, 0);
    if (threadIdx.x == 0) control().count = control().incoming = 0;
}

extern "C" __global__ void __launch_bounds__(THREADS, 3)
    topk_rows(const TopkParams params, const float* scores, const int* row_start, const int* row_end, int* indices) {
    const u32 number = blockIdx.y * gridDim.x + blockIdx.x;
    if (number >= params.rows) {
        return;
    }
    prepare_block();
    const Row row = row_of(params, scores, row_start, row_end, number);
    const Pool pool = pool_of(params);
    Reader<1> reader = {warp_id(), WARPS, 0};
    const Sample sample = sample_of(params, row);
    fetch_first(row, reader);
    __syncthreads();
    const Guess guess = guess_of(params, row, sample, 1);
    const Threshold threshold = {key_float(guess.low), key_float(guess.low), 0};
    collect(row, reader, threshold, pool);
    end_reading();
    const u32 count = control().count;
    int* to = indices + static_cast<u64>(number) * params.top_k;
    if (count > pool.capacity || (count < params.top_k && guess.low > LOWEST_KEY)) {
        recover(params, row, reader.tile, guess.low, count > pool.capacity ? 0 : 2, to);
    } else {
        select(params, row, Filled{count, 0}, guess, to);
    }
}

// --- Rows, each by a cluster.

// Puts the pool's pairs at the end of the first block's pool, or just announces them if they do not fit.
DEVICE void send_pool(const Pool& pool, u32 count) {
    if (threadIdx.x == 0) control().kept = add_in_first(address_in_first(&control().incoming), count);
    __syncthreads();
    const u32 end = control().kept + count;
    if (end > pool.capacity) return;
    const u32 to = address_in_first(pool.pairs + (pool.capacity - end));
    for (u32 i = threadIdx.x; i < count; i += THREADS) store_in_first(to + i * 8, pool.pairs[i]);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    topk_cluster(const TopkParams params, const float* scores, const int* row_start, const int* row_end, int* indices) {
    constexpr u32 STAGES = 2;
    const u32 blocks = cluster_size(), rank = cluster_rank(), number = blockIdx.x / blocks;
    prepare_block();
    const Row row = row_of(params, scores, row_start, row_end, number);
    Reader<STAGES> reader;
    reader.tile = warp_id() * blocks + rank;
    reader.step = WARPS * blocks;
    const Sample sample = sample_of(params, row);
    fetch_first(row, reader);
    __syncthreads();
    // What other blocks may write to is ready.
    cluster_arrive();
    const Guess guess = guess_of(params, row, sample, 1);
    const Pool pool = pool_of(params);
    const Threshold threshold = {key_float(guess.low), key_float(guess.low), 0};
    collect(row, reader, threshold, pool);
    end_reading();
    // More than the capacity says that some were not kept. So does the sum then: even 16 such numbers stay below 2^32.
    const u32 count = min(control().count, pool.capacity + 1);
    cluster_wait();
    if (rank != 0) {
        send_pool(pool, count);
        cluster_arrive();
        return;
    }
    cluster_arrive();
    cluster_wait();
    const u32 incoming = control().incoming, total = count + incoming;
    int* to = indices + static_cast<u64>(number) * params.top_k;
    if (total > pool.capacity || (total < params.top_k && guess.low > LOWEST_KEY)) {
        // From the start even if the pool is too full, as the other blocks have ended.
        recover(params, row, 0, 0, total < params.top_k ? 2 : 1, to);
    } else {
        select(params, row, Filled{count, incoming}, guess, to);
    }
}
