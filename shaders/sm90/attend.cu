// Attention of queries over lists of latent rows on Hopper: products of bf16 by `wgmma`, the contract of `attention/attend`.
//
//   q        [queries, heads, D_QK] bf16              kv   [rows, D_QK] bf16, or FP8 rows of 656 bytes (FP8)
//   indices  [queries, top_k] i32, topk_length [..] i32
//   out      the finished rows (`attend_direct`), or partial results for `attention/merge` (`attend_partial`)
//
// A block has 64 heads of one query and one split of its keys, 64 keys at a time. A warpgroup gathers rows into a ring of four stages of 32
// keys. Two warpgroups multiply: each scores one stage of a tile, both agree on the maximum, and each adds all 64 keys' values to its half of
// the 512 outputs, whose weights pass through shared memory. Values and the next tile's scores are asked for together, so that the tensor
// cores wait for the softmax only.
//
// Shared memory: q 128 * D_QK, stages 4 * 64 * D_QK, weights 8 KiB, and 2 KiB of maxima, sums, flags and barriers: 226 KiB for 576.
// Registers: 232 for each of 256 threads, 40 for 128; with FP8 208 and 88.
//
// Constants: D_QK, 512 or 576; FP8, DIRECT, 0 or 1.

struct Params {
    // Blocks with work: queries of this dispatch x head_blocks x splits.
    u32 blocks, heads, head_blocks, splits;
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
constexpr u32 D_V = 512;
constexpr u32 STAGE_KEYS = 32;
constexpr u32 TILE_KEYS = 64;
constexpr u32 STAGES = 4;
constexpr u32 MULTIPLYING_THREADS = 256;
constexpr u32 GATHERING_THREADS = 128;
// Matrices lie in shared memory as blocks of 64 columns, 128 bytes a row.
constexpr u32 COLUMN_BLOCKS = D_QK / 64;
constexpr u32 ROW_BYTES = FP8 ? 656 : D_QK * 2;
constexpr float NO_MAXIMUM = -1.0e38f;
constexpr float LN_2 = 0.6931471805599453f;

struct Shared {
    u8 q[COLUMN_BLOCKS][HEADS * 128];
    u8 kv[STAGES][COLUMN_BLOCKS][STAGE_KEYS * 128];
    u8 weights[HEADS * 128];
    float maxima[2][HEADS];
    float sums[2][HEADS];
    u32 valid[STAGES][STAGE_KEYS];
    u64 full[STAGES];
    u64 empty[STAGES];
};

struct Place {
    u32 query, first_head, split;
    // The first key of the query's list and how many tiles of them.
    u32 first_key, tiles, keys;
};

DEVICE Place place_of(const Params& params, const int* topk_length, u32 block) {
    const u32 rest = block / params.head_blocks;
    Place place;
    place.query = rest / params.splits;
    place.first_head = block % params.head_blocks * HEADS;
    place.split = rest % params.splits;
    place.keys = params.top_k;
    if (params.queries_per_length != 0) {
        const int length = topk_length[(params.length_query + place.query) / params.queries_per_length];
        place.keys = min(place.keys, u32(max(length, 0)));
    }
    const u32 tiles = (place.keys + TILE_KEYS - 1) / TILE_KEYS, most = (tiles + params.splits - 1) / params.splits;
    const u32 first = min(place.split * most, tiles);
    place.first_key = first * TILE_KEYS;
    place.tiles = min(first + most, tiles) - first;
    return place;
}

// --- Gathering.

// The row of an entry of the list, relative to the window; -1 if it has none there.
DEVICE int row_of(const Params& params, const Place& place, const int* indices, u32 entry) {
    if (entry >= place.keys) {
        return -1;
    }
    const int index = indices[entry];
    return index >= 0 && u32(index) >= params.window_start && u32(index) < params.window_end ? index - int(params.window_start) : -1;
}

// Eight threads copy a row, each one piece of 16 bytes of every column block; a row that is not there is zero.
DEVICE void copy_row(Shared& shared, u32 stage, u32 key, int row, const u8* kv) {
    const u32 piece = threadIdx.x % 8;
    const u8* from = kv + u64(max(row, 0)) * ROW_BYTES + piece * 16;
    const u32 to = shared_address(shared.kv[stage][0]) + swizzled<128>(key, piece);
#pragma unroll
    for (u32 block = 0; block < COLUMN_BLOCKS; block++) {
        copy_async_16_or_zero(to + block * (STAGE_KEYS * 128), from + block * 128, row >= 0);
    }
}

// What a thread has of a row of FP8: in each of the four scales' blocks 16 codes, and 8 of the rotary values.
struct Fp8Part {
    uint4 codes[4];
    uint4 rotary;
    float4 scales;
};

DEVICE void load_fp8(Fp8Part& part, int row, const u8* kv) {
    const u32 piece = threadIdx.x % 8;
    const uint4* from = reinterpret_cast<const uint4*>(kv + u64(max(row, 0)) * ROW_BYTES);
#pragma unroll
    for (u32 block = 0; block < 4; block++) {
        part.codes[block] = row >= 0 ? from[block * 8 + piece] : uint4{0, 0, 0, 0};
    }
    part.rotary = row >= 0 ? from[33 + piece] : uint4{0, 0, 0, 0};
    const uint4 scales = row >= 0 ? from[32] : uint4{0, 0, 0, 0};
    part.scales = {__uint_as_float(scales.x), __uint_as_float(scales.y), __uint_as_float(scales.z), __uint_as_float(scales.w)};
}

// Two bf16 of the two codes in the low bytes, times a scale.
DEVICE u32 scaled_pair(u32 codes, float scale) {
    const float2 values = e4m3_pair(codes);
    return bf16_pair(values.x * scale, values.y * scale);
}

DEVICE void store_fp8(Shared& shared, u32 stage, u32 key, const Fp8Part& part) {
    const u32 piece = threadIdx.x % 8;
#pragma unroll
    for (u32 block = 0; block < 4; block++) {
        const float scale = block == 0 ? part.scales.x : block == 1 ? part.scales.y : block == 2 ? part.scales.z : part.scales.w;
        const uint4 c = part.codes[block];
        // 16 values: two pieces of one of the two column blocks that share a scale.
        u8* rows = shared.kv[stage][block * 2 + piece / 4];
        *reinterpret_cast<uint4*>(rows + swizzled<128>(key, piece % 4 * 2)) = {scaled_pair(c.x, scale), scaled_pair(c.x >> 16, scale),
                                                                              scaled_pair(c.y, scale), scaled_pair(c.y >> 16, scale)};
        *reinterpret_cast<uint4*>(rows + swizzled<128>(key, piece % 4 * 2 + 1)) = {scaled_pair(c.z, scale), scaled_pair(c.z >> 16, scale),
                                                                                  scaled_pair(c.w, scale), scaled_pair(c.w >> 16, scale)};
    }
    *reinterpret_cast<uint4*>(shared.kv[stage][COLUMN_BLOCKS - 1] + swizzled<128>(key, piece)) = part.rotary;
}

// The warpgroup that fills the ring. A thread has a piece of keys k and k + 16 of every stage.
DEVICE void gather(Shared& shared, const Params& params, const Place& place, const int* indices, const u8* kv) {
    const u32 key = threadIdx.x % GATHERING_THREADS / 8, stages = place.tiles * 2;
    const u32 first = place.first_key + key;
    int rows[2] = {row_of(params, place, indices, first), row_of(params, place, indices, first + 16)};
    Fp8Part parts[FP8 ? 2 : 1];
    if constexpr (FP8) {
        load_fp8(parts[0], rows[0], kv);
        load_fp8(parts[1], rows[1], kv);
    }
    for (u32 step = 0; step < stages; step++) {
        const u32 stage = step % STAGES;
        int next[2] = {-1, -1};
        if (step + 1 < stages) {
            next[0] = row_of(params, place, indices, first + (step + 1) * STAGE_KEYS);
            next[1] = row_of(params, place, indices, first + (step + 1) * STAGE_KEYS + 16);
        }
        if (step >= STAGES) {
            barrier_wait(&shared.empty[stage], (step / STAGES - 1) & 1);
        }
#pragma unroll
        for (u32 i = 0; i < 2; i++) {
            if constexpr (FP8) {
                store_fp8(shared, stage, key + i * 16, parts[i]);
                load_fp8(parts[i], next[i], kv);
            } else {
                copy_row(shared, stage, key + i * 16, rows[i], kv);
            }
            if (threadIdx.x % 8 == 0) {
                shared.valid[stage][key + i * 16] = rows[i] >= 0;
            }
            rows[i] = next[i];
        }
        if constexpr (!FP8) {
            copy_async_arrive(&shared.full[stage]);
        }
        barrier_arrive(&shared.full[stage]);
    }
}

// --- Multiplying.

// Scores of 64 heads and the 32 keys of a stage.
DEVICE void start_scores(Shared& shared, float (&scores)[16], u32 stage) {
    const u64 q = rows_descriptor<128>(shared_address(shared.q)), keys = rows_descriptor<128>(shared_address(shared.kv[stage]));
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < D_QK / 16; step++) {
        multiply_scores(scores, q + step / 4 * (HEADS * 128 / 16) + step % 4 * 2, keys + step / 4 * (STAGE_KEYS * 128 / 16) + step % 4 * 2, step);
    }
    wgmma_commit();
}

// Adds the values of a tile's two stages, half of the outputs.
DEVICE void start_values(Shared& shared, float (&out)[128], u32 first_stage, u32 half) {
    const u64 weights = rows_descriptor<128>(shared_address(shared.weights));
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < TILE_KEYS / 16; step++) {
        const u32 stage = first_stage + step / 2;
        const u32 values = shared_address(shared.kv[stage][half * 4]) + step % 2 * 2048;
        multiply_values(out, weights + step * 2, columns_descriptor(values, STAGE_KEYS * 128));
    }
    wgmma_commit();
}

// The softmax so far of a thread's two heads, 8 apart, in units of log2(e); sums over the thread's own keys.
struct Softmax {
    float maximum[2] = {NO_MAXIMUM, NO_MAXIMUM};
    float sum[2] = {0.0f, 0.0f};
};

// Both warpgroups' maximum of each head; `scores` become weights, of which bf16 go to shared memory. Returns the factors of what was added before.
DEVICE float2 weigh(Shared& shared, Softmax& softmax, float (&scores)[16], u32 stage, u32 half, float scale) {
    const u32 lane = threadIdx.x % 32, row = threadIdx.x / 32 % 4 * 16 + lane / 4;
    float high[2] = {NO_MAXIMUM, NO_MAXIMUM};
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
        const uint2 valid = *reinterpret_cast<const uint2*>(&shared.valid[stage][i * 8 + lane % 4 * 2]);
#pragma unroll
        for (u32 j = 0; j < 4; j++) {
            float& score = scores[i * 4 + j];
            score = (j % 2 ? valid.y : valid.x) ? score * scale : -__int_as_float(0x7f800000);
            high[j / 2] = fmaxf(high[j / 2], score);
        }
    }
    float factor[2];
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        high[i] = fmaxf(high[i], __shfl_xor_sync(~0u, high[i], 1));
        high[i] = fmaxf(high[i], __shfl_xor_sync(~0u, high[i], 2));
        if (lane % 4 == 0) {
            shared.maxima[half][row + i * 8] = high[i];
        }
    }
    wait_among<MULTIPLYING_THREADS>(1);
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        const float maximum = fmaxf(softmax.maximum[i], fmaxf(high[i], shared.maxima[half ^ 1][row + i * 8]));
        factor[i] = exp2_fast(softmax.maximum[i] - maximum);
        softmax.maximum[i] = maximum;
        softmax.sum[i] *= factor[i];
    }
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
#pragma unroll
        for (u32 j = 0; j < 2; j++) {
            const float a = exp2_fast(scores[i * 4 + j * 2] - softmax.maximum[j]), b = exp2_fast(scores[i * 4 + j * 2 + 1] - softmax.maximum[j]);
            softmax.sum[j] += a + b;
            *reinterpret_cast<u32*>(shared.weights + swizzled<128>(row + j * 8, half * 4 + i) + lane % 4 * 4) = bf16_pair(a, b);
        }
    }
    fence_async();
    wait_among<MULTIPLYING_THREADS>(1);
    return {factor[0], factor[1]};
}

DEVICE void rescale(float (&out)[128], float2 factor) {
    if (__any_sync(~0u, factor.x != 1.0f || factor.y != 1.0f)) {
#pragma unroll
        for (u32 i = 0; i < 128; i++) {
            out[i] *= i % 4 / 2 ? factor.y : factor.x;
        }
    }
}

// What an output with an attention sink is multiplied by: exp(lse) / (exp(lse) + exp(sink)).
DEVICE float sink_factor(float natural, float sink) {
    const u32 bits = __float_as_uint(sink);
    if (bits == 0x7f800000) {
        return 0.0f;
    }
    return bits == 0xff800000 ? 1.0f : 1.0f / (1.0f + expf(fminf(sink - natural, 80.0f)));
}

struct Outputs {
    const float* attn_sink;
    u32* output;
    float* max_logits;
    float* lse;
    float2* partial_out;
    float2* partial_softmax;
};

// Writes what is known about a head, and gives the factor of its output row.
DEVICE float finish_head(const Params& params, const Place& place, const Outputs& to, u32 head, float maximum, float sum, bool writes) {
    const bool seen = sum != 0.0f;
    const u32 query = params.first_query + place.query;
    if constexpr (!DIRECT) {
        const u64 row = (u64(place.query) * params.slots + params.first_slot + place.split) * params.heads + head;
        if (writes) {
            to.partial_softmax[row] = seen ? float2{maximum, sum} : float2{NO_MAXIMUM, 0.0f};
        }
        return 1.0f;
    }
    const float natural = maximum * LN_2 + logf(seen ? sum : 1.0f);
    float factor = seen ? 1.0f / sum : 0.0f;
    if (seen && params.has_sink) {
        factor *= sink_factor(natural, to.attn_sink[head]);
    }
    if (writes) {
        if (params.has_max_logits) {
            to.max_logits[u64(query) * params.heads + head] = seen ? maximum * LN_2 : negative_infinity();
        }
        const u32 at = params.lse_query + place.query, inner = params.lse_inner;
        to.lse[(u64(at / inner) * params.heads + head) * inner + at % inner] = seen ? natural : -negative_infinity();
    }
    return factor;
}

DEVICE void write(Shared& shared, const Params& params, const Place& place, const Outputs& to, Softmax& softmax, const float (&out)[128],
                  u32 half) {
    const u32 lane = threadIdx.x % 32, row = threadIdx.x / 32 % 4 * 16 + lane / 4;
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        softmax.sum[i] += __shfl_xor_sync(~0u, softmax.sum[i], 1);
        softmax.sum[i] += __shfl_xor_sync(~0u, softmax.sum[i], 2);
        if (lane % 4 == 0) {
            shared.sums[half][row + i * 8] = softmax.sum[i];
        }
    }
    wait_among<MULTIPLYING_THREADS>(1);
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        const u32 head = place.first_head + row + i * 8;
        if (head >= params.heads) {
            continue;
        }
        const float sum = shared.sums[0][row + i * 8] + shared.sums[1][row + i * 8];
        const float factor = finish_head(params, place, to, head, softmax.maximum[i], sum, half == 0 && lane % 4 == 0);
        if constexpr (DIRECT) {
            u32* at = to.output + (u64(params.first_query + place.query) * params.heads + head) * (D_V / 2) + half * 128 + lane % 4;
#pragma unroll
            for (u32 j = 0; j < 32; j++) {
                at[j * 4] = bf16_pair(out[j * 4 + i * 2] * factor, out[j * 4 + i * 2 + 1] * factor);
            }
        } else {
            const u64 slot = (u64(place.query) * params.slots + params.first_slot + place.split) * params.heads + head;
            float2* at = to.partial_out + slot * (D_V / 2) + half * 128 + lane % 4;
#pragma unroll
            for (u32 j = 0; j < 32; j++) {
                at[j * 4] = {out[j * 4 + i * 2], out[j * 4 + i * 2 + 1]};
            }
        }
    }
}

// Copies the heads' queries; those that are not there are zero.
DEVICE void load_queries(Shared& shared, const Params& params, const Place& place, const u8* q) {
    const u8* from = q + (u64(params.first_query + place.query) * params.heads + place.first_head) * (D_QK * 2);
    const u32 heads = params.heads - place.first_head, to = shared_address(shared.q);
    for (u32 i = threadIdx.x; i < HEADS * D_QK / 8; i += MULTIPLYING_THREADS) {
        const u32 head = i / (D_QK / 8), piece = i % (D_QK / 8);
        copy_async_16_or_zero(to + piece / 8 * (HEADS * 128) + swizzled<128>(head, piece % 8), head < heads ? from + i * 16 : from, head < heads);
    }
    copy_async_wait_all();
    fence_async();
    wait_among<MULTIPLYING_THREADS>(1);
}

DEVICE void wait_tile(Shared& shared, u32 tile) {
    const u32 stage = tile * 2 % STAGES, parity = tile * 2 / STAGES & 1;
    barrier_wait(&shared.full[stage], parity);
    barrier_wait(&shared.full[stage + 1], parity);
    fence_async();
}

DEVICE void release_tile(Shared& shared, u32 tile) {
    __syncwarp();
    if (threadIdx.x % 32 < 2) {
        barrier_arrive(&shared.empty[tile * 2 % STAGES + threadIdx.x % 32]);
    }
}

// The two warpgroups that multiply.
DEVICE void multiply(Shared& shared, const Params& params, const Place& place, const u8* q, const Outputs& to) {
    const u32 half = uniform(threadIdx.x / 128);
    float out[128], scores[16];
    Softmax softmax;
#pragma unroll
    for (u32 i = 0; i < 128; i++) {
        out[i] = 0.0f;
    }
    load_queries(shared, params, place, q);
    if (place.tiles > 0) {
        wait_tile(shared, 0);
        start_scores(shared, scores, half);
        wait_for<0>(scores);
        rescale(out, weigh(shared, softmax, scores, half, half, params.scale));
        for (u32 tile = 1; tile < place.tiles; tile++) {
            const u32 first = (tile - 1) * 2 % STAGES, next = tile * 2 % STAGES;
            start_values(shared, out, first, half);
            wait_tile(shared, tile);
            start_scores(shared, scores, next + half);
            wait_for<1>(out);
            release_tile(shared, tile - 1);
            wait_for<0>(scores);
            // Both have read the weights before either writes the next: `weigh` waits for both first.
            rescale(out, weigh(shared, softmax, scores, next + half, half, params.scale));
        }
        start_values(shared, out, (place.tiles - 1) * 2 % STAGES, half);
        wait_for<0>(out);
    }
    write(shared, params, place, to, softmax, out, half);
}

// One block of either kernel.
DEVICE void attend(const Params& params, const u8* q, const u8* kv, const int* indices, const int* topk_length, const Outputs& to) {
    Shared& shared = *reinterpret_cast<Shared*>(dynamic_shared());
    const u32 block = blockIdx.y * gridDim.x + blockIdx.x;
    if (block >= params.blocks) {
        return;
    }
    const Place place = place_of(params, topk_length, block);
    if (threadIdx.x < STAGES) {
        barrier_init(&shared.full[threadIdx.x], FP8 ? GATHERING_THREADS : 2 * GATHERING_THREADS);
        barrier_init(&shared.empty[threadIdx.x], MULTIPLYING_THREADS / 32);
        barrier_fence();
    }
    __syncthreads();
    if (threadIdx.x >= MULTIPLYING_THREADS) {
        registers_give<FP8 ? 88 : 40>();
        gather(shared, params, place, indices + u64(params.first_query + place.query) * params.top_k, kv);
    } else {
        registers_take<FP8 ? 208 : 232>();
        multiply(shared, params, place, q, to);
    }
}
