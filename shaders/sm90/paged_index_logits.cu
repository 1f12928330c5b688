// Index logits of a paged cache on Hopper: products of e4m3 by `wgmma`, the contract of `indexer/logits`.
//
//   q        [sequences, queries, HEADS, DIM] e4m3    weights  [sequences, queries, HEADS] f32
//   cache    pages of PAGE_SIZE * DIM codes, then PAGE_SIZE f32 scales
//   block_table [sequences, max_pages] i32            context_lengths [sequences, queries] i32
//   logits   [sequences, queries, columns] f32, rows out_stride apart
//
// Reading the cache once is what takes the time. A block has up to QUERIES queries of one sequence and one of key_tiles parts of its columns;
// a step is 64 columns. One warp keeps a ring of steps in shared memory filled by bulk copies; a warpgroup scores them. Blocks are numbered
// part by part within the row_tiles groups of queries of a sequence. The L2 cache is told to keep other things than these keys.
//
// The order of dimensions is changed on both sides, so that a thread's part of a key is pieces of 16 bytes: word h of thread t's part in step
// s of the product is word 16 (s / 2) + 4 t + 2 (s % 2) + h of the key.
//
// Shared memory: ROWS * (DIM + 4) bytes, and STAGES * (64 * DIM + 280): 42 KiB for 64 x 128.
//
// Constants: those of `fp8`; ROWS is 64 or 128, whichever holds the queries; PAGE_SIZE, a multiple of 4; STAGES of the ring, and BLOCKS that
// share a multiprocessor.

constexpr u32 STEP_KEYS = 64;
constexpr u32 SCORING_THREADS = 128;
// Keys of a step that are certainly in one page: each of so many lanes copies a piece.
constexpr u32 PIECE = PAGE_SIZE % 64 == 0 ? 64 : PAGE_SIZE % 32 == 0 ? 32 : PAGE_SIZE % 16 == 0 ? 16 : PAGE_SIZE % 8 == 0 ? 8 : 4;
constexpr u32 LANES = STEP_KEYS / PIECE;
constexpr u32 PAGE_BYTES = PAGE_SIZE * (DIM + 4);

struct Shared {
    u8 q[ROWS * DIM];
    u8 codes[STAGES][STEP_KEYS * DIM];
    float scales[STAGES][STEP_KEYS];
    // Whether a piece is there.
    u32 present[STAGES][LANES];
    float4 weights[ROWS / 4];
    u64 full[STAGES];
    u64 empty[STAGES];
};

// A sequence, its first query here and how many, its first column here and one past the last, and the steps with a column that is seen.
struct Work {
    u32 sequence, first_query, queries, first_column, end_column, steps;
};

DEVICE u32 context_length(const Params& params, const int* lengths, u32 query) {
    return u32(min(max(lengths[params.range_offset + query], 0), int(params.columns)));
}

// All but the steps.
DEVICE Work work_of(const Params& params) {
    const u32 block = blockIdx.y * gridDim.x + blockIdx.x, part = block % params.key_tiles, group = block / params.key_tiles;
    const u32 steps = (params.columns + STEP_KEYS - 1) / STEP_KEYS, most = (steps + params.key_tiles - 1) / params.key_tiles;
    Work work;
    work.sequence = group / params.row_tiles;
    work.first_query = work.sequence * params.queries + group % params.row_tiles * QUERIES;
    work.queries = min(QUERIES, params.queries - group % params.row_tiles * QUERIES);
    work.first_column = part * most * STEP_KEYS;
    work.end_column = min(work.first_column + most * STEP_KEYS, params.columns);
    return work;
}

DEVICE u32 steps_of(const Params& params, const Work& work, const int* lengths) {
    u32 longest = 0;
    for (u32 query = 0; query < work.queries; query++) {
        longest = max(longest, context_length(params, lengths, work.first_query + query));
    }
    const u32 end = min(longest, work.end_column);
    return end > work.first_column ? (end - work.first_column + STEP_KEYS - 1) / STEP_KEYS : 0;
}

// The page of a column, as far as it is bound; otherwise not below params.pages.
DEVICE u32 page_of(const Params& params, const int* table, u32 column) {
    const u32 entry = column / PAGE_SIZE;
    return entry < params.max_pages && column < params.columns ? u32(table[entry]) - params.first_page : ~0u;
}

// The warp that fills the ring: each of the first lanes has its piece of every step. `next` is the page of the first.
DEVICE void produce(Shared& shared, const Params& params, const Work& work, const int* table, const u8* cache, u32 next) {
    const u32 lane = threadIdx.x % 32, piece = lane * PIECE;
    if (lane >= LANES) {
        return;
    }
    const u64 policy = policy_evict_first();
    for (u32 step = 0; step < work.steps; step++) {
        const u32 stage = step % STAGES, column = work.first_column + step * STEP_KEYS + piece, page = next;
        next = page_of(params, table, column + STEP_KEYS);
        if (step >= STAGES) {
            barrier_wait(&shared.empty[stage], (step / STAGES - 1) & 1);
        }
        const bool present = page < params.pages;
        shared.present[stage][lane] = present;
        barrier_expect(&shared.full[stage], present ? PIECE * (DIM + 4) : 0);
        if (present) {
            const u8* from = cache + u64(page) * PAGE_BYTES;
            const u32 slot = column % PAGE_SIZE;
            copy_bulk(shared.codes[stage] + piece * DIM, from + slot * DIM, PIECE * DIM, &shared.full[stage], policy);
            copy_bulk(shared.scales[stage] + piece, from + PAGE_SIZE * DIM + slot * 4, PIECE * 4, &shared.full[stage], policy);
        }
    }
}

// Stages the queries in the changed order, and their weights. Rows that are not there are zero.
DEVICE void load_queries(Shared& shared, const u32* q, const float* weights, u32 rows) {
#pragma unroll 8
    for (u32 i = threadIdx.x; i < ROWS * DIM / 4; i += SCORING_THREADS) {
        const u32 row = i / (DIM / 4), word = i % (DIM / 4), thread = word / 4 % 4, step = word / 16 * 2 + word / 2 % 2, half = word % 2;
        const u32 to = swizzled<DIM>(row, step * 2 + half) + thread * 4;
        *reinterpret_cast<u32*>(shared.q + to) = row < rows ? q[i] : 0;
    }
    for (u32 row = threadIdx.x; row < ROWS; row += SCORING_THREADS) {
        reinterpret_cast<float*>(shared.weights)[weight_place(row)] = row < rows ? weights[row] : 0.0f;
    }
    fence_async();
    wait_among<SCORING_THREADS>(1);
}

// A thread's part of the keys of a step.
DEVICE void read_keys(u32 (&keys)[DIM / 32][4], const u8* codes) {
    const u32 lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + lane / 4;
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
#pragma unroll
        for (u32 j = 0; j < DIM / 64; j++) {
            const uint4 piece = reinterpret_cast<const uint4*>(codes + (row + i * 8) * DIM)[j * 4 + lane % 4];
            keys[j * 2][i] = piece.x;
            keys[j * 2][2 + i] = piece.y;
            keys[j * 2 + 1][i] = piece.z;
            keys[j * 2 + 1][2 + i] = piece.w;
        }
    }
}

DEVICE void score(Shared& shared, const Params& params, const Work& work, const int* lengths, float* rows) {
    const u32 lane = threadIdx.x % 32, own = threadIdx.x / 32 * 16 + lane / 4 + (lane & 2) * 4;
    float* out[KEPT];
    u32 length[KEPT];
#pragma unroll
    for (u32 i = 0; i < KEPT; i++) {
        const u32 query = lane % 2 * KEPT + i;
        const bool there = query < work.queries;
        length[i] = there ? context_length(params, lengths, work.first_query + query) : 0;
        out[i] = there ? rows + u64(query) * params.out_stride : nullptr;
    }
    for (u32 step = 0; step < work.steps; step++) {
        const u32 stage = step % STAGES, column = work.first_column + step * STEP_KEYS + own;
        barrier_wait(&shared.full[stage], step / STAGES & 1);
        u32 keys[DIM / 32][4];
        read_keys(keys, shared.codes[stage]);
        const float scale = shared.scales[stage][own] * SHRINK;
        const bool present = shared.present[stage][own / PIECE];
        __syncwarp();
        if (lane == 0) {
            barrier_arrive(&shared.empty[stage]);
        }
        float products[32], sum[2][QUERIES] = {}, best[KEPT];
        start_scores(products, keys, shared_address(shared.q));
        wait_for<0>(products);
        add_heads<0>(sum, products, shared.weights);
        if constexpr (ROWS > 64) {
            start_scores(products, keys, shared_address(shared.q + 64 * DIM));
            wait_for<0>(products);
            add_heads<64>(sum, products, shared.weights);
        }
        exchange_sums(best, sum);
#pragma unroll
        for (u32 i = 0; i < KEPT; i++) {
            if (out[i] && column < work.end_column) {
                if (present && column < length[i]) {
                    out[i][column] = best[i] * scale;
                } else if (params.fill) {
                    out[i][column] = negative_infinity();
                }
            }
        }
    }
}

// -inf in the columns after the last step.
DEVICE void fill(const Params& params, const Work& work, float* rows) {
    for (u32 query = 0; query < work.queries; query++) {
        float* row = rows + u64(query) * params.out_stride;
        for (u32 column = work.first_column + work.steps * STEP_KEYS + threadIdx.x; column < work.end_column; column += SCORING_THREADS) {
            row[column] = negative_infinity();
        }
    }
}

extern "C" __global__ void __launch_bounds__(SCORING_THREADS + 32, BLOCKS)
paged_index_logits(const Params params, const u32* q, const float* weights, const u8* cache, const int* block_table,
                   const int* context_lengths, float* logits) {
    Shared& shared = *reinterpret_cast<Shared*>(dynamic_shared());
    if (blockIdx.y * gridDim.x + blockIdx.x >= params.tiles) {
        return;
    }
    Work work = work_of(params);
    const int* table = block_table + params.table_offset + u64(work.sequence) * params.max_pages;
    // Asked for together with the lengths.
    const u32 page = threadIdx.x >= SCORING_THREADS ? page_of(params, table, work.first_column + threadIdx.x % 32 * PIECE) : 0;
    work.steps = steps_of(params, work, context_lengths);
    if (threadIdx.x < STAGES) {
        barrier_init(&shared.full[threadIdx.x], LANES);
        barrier_init(&shared.empty[threadIdx.x], SCORING_THREADS / 32);
        barrier_fence();
    }
    __syncthreads();
    if (threadIdx.x >= SCORING_THREADS) {
        produce(shared, params, work, table, cache + u64(params.keys_offset) * 4, page);
    } else {
        if (work.steps > 0) {
            load_queries(shared, q + params.q_offset + u64(work.first_query) * HEADS * (DIM / 4),
                         weights + params.weights_offset + u64(work.first_query) * HEADS, work.queries * HEADS);
        }
        float* rows = logits + params.out_offset + u64(work.first_query) * params.out_stride;
        score(shared, params, work, context_lengths, rows);
        if (params.fill) {
            fill(params, work, rows);
        }
    }
}
