// Attention of queries over lists or ranges of latent rows on Hopper: products of bf16 by `wgmma`, the contract of `attention/attend`.
//
//   q        [queries, heads, D_QK] bf16              kv   [rows, D_QK] bf16, or FP8 rows of 656 bytes (FP8)
//   indices  [queries, top_k] i32, topk_length [..] i32; with RANGE instead k_start, k_end [queries] i32
//   out      the finished rows (`attend_direct`), or partial results for `attention/merge` (`attend_partial`)
//
// A block takes places in turn, each 64 heads of one query and one split of its keys, in tiles of 64 keys. Two warpgroups multiply. Each has a
// side: side 0 scores the even tiles and has the left 256 of the 512 outputs, side 1 the odd tiles and the right ones. A side adds the values
// of its own tile with weights from its registers, and those of the other side's tile with weights that the other leaves in shared memory. Of
// its tile t:
//
//   scores of t | values of t - 1, meanwhile the softmax of t | values of t | scores of t + 2 | ...
//
// The sides are half a turn apart, so that one's softmax goes on beside the other's products. Weights are relative to a reference of each
// head, the maximum of some tile so far. It moves only for a score that is far above it, so that sums and outputs are seldom rescaled.
//
// A third warpgroup gathers the rows of a tile into its side's buffer: first the half of the values that this side adds, as it is over first,
// and the rotary columns; then the other half. It goes on to the next place, its queries too, while this one's outputs are written.
//
// Who waits for whom (tile t of side s, buffer s):
//   full[s][half]   the gathering threads have filled a half with rows of t, first that of side s: before its scores
//   listed[s]       they have said which keys of t there are: before the softmax
//   weighed[s]      side s has left reference and weights of t: before the other side adds them
//   empty[s][half]  side `half` has added its half of t: before this half is filled with what the buffer has next
//   queries_full, queries_empty: they are there, and both sides have the place's last scores
// Scores of t + 2 are complete only after both halves were filled, so after the other side has added t: then weights and reference may be
// written again.
//
// Blocks of a cluster have the two halves of 128 heads and so the same rows. Each converts half of a tile's FP8 rows for both, and a half of
// the values is empty when both have added it.
//
// Shared memory: q without its rotary columns 64 KiB, buffers 2 * 128 * D_QK, weights 16 KiB, and 2 KiB of references, maxima, sums, flags and
// barriers: 226 KiB for 576. Registers: 216 for each of 256 threads and 72 for 128. Of a multiplying thread's, 128 have outputs, 32 scores,
// which become 16 of weights, and 16 the rotary columns of q.
//
// Constants: D_QK, 512 or 576; FP8, DIRECT, RANGE, 0 or 1; CLUSTER, 1, or with FP8 2. The scale is above zero.
// Text that comes after attend_block.cuh and attend_gather.cuh.

// A warpgroup's part of the first operand of four products, 64 rows by 64 columns, as it lies in registers.
using Fragments = u32[4][4];

// Scores of 64 heads and the 64 keys of a tile by half of the columns: first the side's own half and the rotary ones, then the other.
template <u32 HALF> DEVICE void start_scores(Shared& shared, float (&scores)[32], const Fragments& rotary, u32 side, u32 phase) {
    const u64 q = rows_descriptor<128>(shared_address(shared.q)), keys = rows_descriptor<128>(shared_address(shared.kv[side]));
    barrier_wait(&shared.full[side][HALF], phase);
    fence_async();
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < 4 * HALF_BLOCKS; step++) {
        const u64 at = ((side ^ HALF) * HALF_BLOCKS + step / 4) * (BLOCK_BYTES / 16) + step % 4 * 2;
        multiply_scores(scores, q + at, keys + at, HALF > 0 || step > 0);
    }
    if (D_QK > D_V && HALF == 0) {
#pragma unroll
        for (u32 step = 0; step < 4; step++) {
            multiply_scores(scores, rotary[step], keys + ROTARY * (BLOCK_BYTES / 16) + step * 2, 1);
        }
    }
    wgmma_commit();
}

// Adds the values of a tile to one half of the outputs, with weights that are in registers or those that the tile's side left.
template <bool IN_REGISTERS>
DEVICE void start_values(Shared& shared, float (&out)[128], const Fragments& weights, u32 tile_side, u32 half) {
    const u64 left = rows_descriptor<128>(shared_address(shared.weights[tile_side]));
    const u64 values = columns_descriptor(shared_address(shared.kv[tile_side][half * HALF_BLOCKS]), BLOCK_BYTES);
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < 4; step++) {
        // 16 rows further.
        const u64 at = values + step * (2048 / 16);
        if (IN_REGISTERS) {
            multiply_values(out, weights[step], at);
        } else {
            multiply_values(out, left + step * 2, at);
        }
    }
    wgmma_commit();
}

// The softmax so far of a thread's two heads, 8 apart, in units of log2(e); maxima and sums of the thread's own keys.
struct Softmax {
    float reference[2] = {NO_MAXIMUM, NO_MAXIMUM};
    float maximum[2] = {NO_MAXIMUM, NO_MAXIMUM};
    float sum[2] = {0.0f, 0.0f};
};

// The first of the two heads, of 64.
DEVICE u32 first_row() { return threadIdx.x / 32 % 4 * 16 + threadIdx.x % 32 / 4; }

// Scores become -inf for keys that are not there. Gives the reference that the tile's weights shall have.
DEVICE float2 refer(Shared& shared, Softmax& softmax, float (&scores)[32], u32 side, float scale) {
    const u32 lane = threadIdx.x % 32;
    const u32 flags = reinterpret_cast<const unsigned short*>(shared.valid[side])[lane];
    const u32 even = __ballot_sync(~0u, flags & 1), odd = __ballot_sync(~0u, flags >> 8);
    if ((even & odd) != ~0u) {
#pragma unroll
        for (u32 i = 0; i < 32; i++) {
            // Of key pair i / 4 * 4 + lane % 4.
            const u32 there = (i % 2 ? odd : even) >> (i / 4 * 4 + lane % 4) & 1;
            scores[i] = there ? scores[i] : negative_infinity();
        }
    }
    float high[2] = {negative_infinity(), negative_infinity()}, reference[2];
#pragma unroll
    for (u32 i = 0; i < 32; i++) {
        high[i / 2 % 2] = fmaxf(high[i / 2 % 2], scores[i]);
    }
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        high[i] = fmaxf(high[i], __shfl_xor_sync(~0u, high[i], 1));
        high[i] = fmaxf(high[i], __shfl_xor_sync(~0u, high[i], 2));
        high[i] = fmaxf(high[i] * scale, NO_MAXIMUM);
        softmax.maximum[i] = fmaxf(softmax.maximum[i], high[i]);
        reference[i] = high[i] > softmax.reference[i] + SLACK ? high[i] : softmax.reference[i];
    }
    return {reference[0], reference[1]};
}

// Scores become weights, kept in registers and left for the other side with their reference. Gives their sums.
DEVICE float2 weigh(Shared& shared, const float (&scores)[32], Fragments& weights, float2 reference, u32 side, float scale) {
    const u32 lane = threadIdx.x % 32, row = first_row();
    float sums[2] = {0.0f, 0.0f};
#pragma unroll
    for (u32 i = 0; i < 16; i++) {
        const u32 head = i % 2;
        const float high = head ? reference.y : reference.x;
        const float a = exp2_fast(fmaf(scores[i * 2], scale, -high)), b = exp2_fast(fmaf(scores[i * 2 + 1], scale, -high));
        sums[head] += a + b;
        weights[i / 4][i % 4] = bf16_pair(a, b);
        *reinterpret_cast<u32*>(shared.weights[side] + swizzled<128>(row + head * 8, i / 2) + lane % 4 * 4) = weights[i / 4][i % 4];
    }
    if (lane % 4 == 0) {
        shared.references[side][row] = reference.x;
        shared.references[side][row + 8] = reference.y;
    }
    fence_async();
    warp_arrive(&shared.weighed[side]);
    return {sums[0], sums[1]};
}

// Expresses sums and outputs by another reference.
DEVICE void move_reference(Softmax& softmax, float (&out)[128], float2 to) {
    const float x = exp2_fast(softmax.reference[0] - to.x), y = exp2_fast(softmax.reference[1] - to.y);
    softmax.reference[0] = to.x;
    softmax.reference[1] = to.y;
    if (__any_sync(~0u, x != 1.0f || y != 1.0f)) {
        softmax.sum[0] *= x;
        softmax.sum[1] *= y;
#pragma unroll
        for (u32 i = 0; i < 128; i++) {
            out[i] *= i % 4 / 2 ? y : x;
        }
    }
}

// Starts to add the other side's tile, as soon as it has weights.
DEVICE void start_other_tile(Shared& shared, Softmax& softmax, float (&out)[128], const Fragments& weights, u32 side, u32 phase) {
    const float* references = shared.references[side ^ 1];
    barrier_wait(&shared.weighed[side ^ 1], phase);
    move_reference(softmax, out, {references[first_row()], references[first_row() + 8]});
    start_values<false>(shared, out, weights, side ^ 1, side);
}

// The scores of a side's last tile have no more need of the queries.
DEVICE void leave_queries(Shared& shared, const Place& place, u32 tile) {
    if (tile + 2 >= place.tiles) {
        warp_arrive(&shared.queries_empty);
    }
}

// Says that the other side's tile is added, once it is.
DEVICE void finish_other_tile(Shared& shared, float (&out)[128], u32 side) {
    wait_for<0>(out);
    warp_arrive_all(&shared.empty[side ^ 1][side]);
}

// Weighs the scores of the side's own tile, and adds its values after those of `before`, the other side's tile, if that is under way.
DEVICE void finish_own_tile(Shared& shared, Softmax& softmax, float (&out)[128], float (&scores)[32], u32 side, u32 phase, float scale,
                            bool before) {
    Fragments weights;
    barrier_wait(&shared.listed[side], phase);
    const float2 reference = refer(shared, softmax, scores, side, scale);
    const float2 sums = weigh(shared, scores, weights, reference, side, scale);
    if (before) {
        finish_other_tile(shared, out, side);
    }
    move_reference(softmax, out, reference);
    softmax.sum[0] += sums.x;
    softmax.sum[1] += sums.y;
    start_values<true>(shared, out, weights, side, side);
    wait_for<0>(out);
    warp_arrive_all(&shared.empty[side][side]);
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
DEVICE float finish_head(const Params& params, const Place& place, const Outputs& to, u32 head, float maximum, float reference, float sum,
                         bool writes) {
    const bool seen = sum != 0.0f;
    const u32 query = params.first_query + place.query;
    if constexpr (!DIRECT) {
        // The merge takes the largest of the splits' maxima for that of all keys, so that a reference would not do.
        const float factor = exp2_fast(reference - maximum);
        const u64 row = (u64(place.query) * params.slots + params.first_slot + place.split) * params.heads + head;
        if (writes) {
            to.partial_softmax[row] = seen ? float2{maximum, sum * factor} : float2{NO_MAXIMUM, 0.0f};
        }
        return factor;
    }
    const float natural = reference * LN_2 + logf(seen ? sum : 1.0f);
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

// Maxima and sums of all keys, of which each side has half.
DEVICE void join_sides(Shared& shared, Softmax& softmax, u32 side) {
    const u32 row = first_row();
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        softmax.sum[i] += __shfl_xor_sync(~0u, softmax.sum[i], 1);
        softmax.sum[i] += __shfl_xor_sync(~0u, softmax.sum[i], 2);
        if (threadIdx.x % 4 == 0) {
            shared.sums[side][row + i * 8] = softmax.sum[i];
            shared.maxima[side][row + i * 8] = softmax.maximum[i];
        }
    }
    wait_among<MULTIPLYING_THREADS>(1);
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        softmax.sum[i] = shared.sums[0][row + i * 8] + shared.sums[1][row + i * 8];
        softmax.maximum[i] = fmaxf(shared.maxima[0][row + i * 8], shared.maxima[1][row + i * 8]);
    }
    // A place without keys would write them again at once.
    wait_among<MULTIPLYING_THREADS>(1);
}

// Exchanges words among four lanes: each gets one of every lane's four.
DEVICE void exchange(u32 (&words)[4]) {
    const bool odd = threadIdx.x & 1, high = threadIdx.x & 2;
#pragma unroll
    for (u32 i = 0; i < 4; i += 2) {
        const u32 got = __shfl_xor_sync(~0u, odd ? words[i] : words[i + 1], 1);
        words[i] = odd ? got : words[i];
        words[i + 1] = odd ? words[i + 1] : got;
    }
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        const u32 got = __shfl_xor_sync(~0u, high ? words[i] : words[i + 2], 2);
        words[i] = high ? got : words[i];
        words[i + 2] = high ? words[i + 2] : got;
    }
}

// Where a thread's part of the rows of its two heads goes, of which `heads` are there, and what it is multiplied by.
struct Rows {
    u32* at;
    float factor[2];
    u32 heads;
};

// Writes what is known about the heads of a place. Of the rows that are left to write lane % 4 has every fourth pair of columns, or every
// fourth eight, of its side's half.
DEVICE Rows finish_heads(const Params& params, const Place& place, const Outputs& to, const Softmax& softmax, u32 side) {
    const u32 head = place.first_head + first_row();
    Rows rows;
    rows.heads = head < params.heads ? head + 8 < params.heads ? 2 : 1 : 0;
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        const bool writes = side == 0 && threadIdx.x % 4 == 0 && i < rows.heads;
        rows.factor[i] = finish_head(params, place, to, min(head + i * 8, params.heads - 1), softmax.maximum[i], softmax.reference[i],
                                     softmax.sum[i], writes);
    }
    if constexpr (DIRECT) {
        rows.at = to.output + (u64(params.first_query + place.query) * params.heads + head) * (D_V / 2) + side * 128 + threadIdx.x % 4 * 4;
    } else {
        const u64 slot = (u64(place.query) * params.slots + params.first_slot + place.split) * params.heads + head;
        rows.at = reinterpret_cast<u32*>(to.partial_out + slot * (D_V / 2) + side * 128 + threadIdx.x % 4);
    }
    return rows;
}

DEVICE void write(const Rows& rows, const float (&out)[128]) {
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        u32* at = rows.at + i * 8 * (DIRECT ? D_V / 2 : D_V);
#pragma unroll
        for (u32 j = 0; j < 32; j += 4) {
            u32 words[4];
#pragma unroll
            for (u32 k = 0; k < 4; k++) {
                const float a = out[(j + k) * 4 + i * 2] * rows.factor[i], b = out[(j + k) * 4 + i * 2 + 1] * rows.factor[i];
                words[k] = bf16_pair(a, b);
                if (!DIRECT && i < rows.heads) {
                    reinterpret_cast<float2*>(at)[(j + k) * 4] = {a, b};
                }
            }
            if constexpr (DIRECT) {
                exchange(words);
                if (i < rows.heads) {
                    *reinterpret_cast<uint4*>(at + j * 4) = {words[0], words[1], words[2], words[3]};
                }
            }
        }
    }
}

// The rotary columns of the heads' queries; heads that are not there are zero.
DEVICE void load_rotary(Fragments& rotary, const Params& params, const Place& place, const u8* q) {
    if (D_QK == D_V) {
        return;
    }
#pragma unroll
    for (u32 i = 0; i < 2; i++) {
        const u32 head = place.first_head + first_row() + i * 8;
        const u32* at = reinterpret_cast<const u32*>(q + query_byte(params, place, head) + D_V * 2) + threadIdx.x % 4;
#pragma unroll
        for (u32 step = 0; step < 4; step++) {
            rotary[step][i] = head < params.heads ? at[step * 8] : 0;
            rotary[step][i + 2] = head < params.heads ? at[step * 8 + 4] : 0;
        }
    }
}

// All tiles of a place.
DEVICE void attend_tiles(Shared& shared, const Place& place, const Fragments& rotary, Softmax& softmax, float (&out)[128], u32 side,
                         float scale) {
    const Fragments none = {};
    float scores[32];
    u32 tile = side;
    if (place.tiles > 0) {
        barrier_wait(&shared.queries_full, place.query_turns & 1);
    }
    if (tile == 0 && place.tiles > 0) {
        start_scores<0>(shared, scores, rotary, side, phase_of(place, tile));
        start_scores<1>(shared, scores, rotary, side, phase_of(place, tile));
        wait_for<0>(scores);
        leave_queries(shared, place, tile);
        finish_own_tile(shared, softmax, out, scores, side, phase_of(place, tile), scale, false);
        tile = 2;
    }
    for (; tile < place.tiles; tile += 2) {
        start_scores<0>(shared, scores, rotary, side, phase_of(place, tile));
        if constexpr (FP8) {
            // Rows are long in coming: the other side's half shall be free early.
            start_other_tile(shared, softmax, out, none, side, phase_of(place, tile - 1));
            start_scores<1>(shared, scores, rotary, side, phase_of(place, tile));
            wait_for<1>(out);
            warp_arrive_all(&shared.empty[side ^ 1][side]);
            wait_for<0>(scores);
        } else {
            start_scores<1>(shared, scores, rotary, side, phase_of(place, tile));
            start_other_tile(shared, softmax, out, none, side, phase_of(place, tile - 1));
            wait_for<1>(scores);
        }
        leave_queries(shared, place, tile);
        finish_own_tile(shared, softmax, out, scores, side, phase_of(place, tile), scale, !FP8);
    }
    if (place.tiles > 0 && side >= place.tiles) {
        warp_arrive(&shared.queries_empty);
    }
    // The last tile is the other side's.
    if (place.tiles > 0 && tile == place.tiles) {
        start_other_tile(shared, softmax, out, none, side, phase_of(place, tile - 1));
        finish_other_tile(shared, out, side);
    }
}

// A warpgroup that multiplies.
DEVICE void multiply(Shared& shared, const Params& params, const Keys& lists, const u8* q, const Outputs& to) {
    const u32 side = uniform(threadIdx.x / 128);
    u32 number = first_place();
    Place place = {};
    Fragments rotary = {};
    move_to(place, params, lists, number);
    load_rotary(rotary, params, place, q);
    while (true) {
        float out[128];
        Softmax softmax;
#pragma unroll
        for (u32 i = 0; i < 128; i++) {
            out[i] = 0.0f;
        }
        attend_tiles(shared, place, rotary, softmax, out, side, params.scale);
        join_sides(shared, softmax, side);
        const Rows rows = finish_heads(params, place, to, softmax, side);
        number += places_apart();
        if (number < params.places) {
            // The next queries come while these outputs go.
            move_to(place, params, lists, number);
            load_rotary(rotary, params, place, q);
        }
        write(rows, out);
        if (number >= params.places) {
            return;
        }
    }
}

DEVICE void init_barriers(Shared& shared, u32 side) {
    for (u32 half = 0; half < 2; half++) {
        // Of FP8 rows the threads copy the rotary columns, their warps convert the others, and one expects those of the cluster's other block.
        const u32 converted = GATHERING_WARPS + CLUSTER - 1;
        barrier_init(&shared.full[side][half], !FP8 ? GATHERING_THREADS : half == 0 ? GATHERING_THREADS + converted : converted);
    }
    if (side == 0) {
        barrier_init(&shared.queries_full, GATHERING_THREADS);
        barrier_init(&shared.queries_empty, MULTIPLYING_THREADS / 32);
    }
    barrier_init(&shared.listed[side], GATHERING_WARPS);
    barrier_init(&shared.weighed[side], 4);
    barrier_init(&shared.empty[side][0], 4 * CLUSTER);
    barrier_init(&shared.empty[side][1], 4 * CLUSTER);
    barrier_fence();
}

// One block of either kernel.
DEVICE void attend(const Params& params, const u8* q, const u8* kv, const Keys& lists, const Outputs& to) {
    Shared& shared = *reinterpret_cast<Shared*>(dynamic_shared());
    if (first_place() >= params.places) {
        return;
    }
    if (threadIdx.x < 2) {
        init_barriers(shared, threadIdx.x);
    }
    meet();
    if (threadIdx.x >= MULTIPLYING_THREADS) {
        registers_give<72>();
        gather(shared, params, lists, q, kv);
    } else {
        registers_take<216>();
        multiply(shared, params, lists, q, to);
    }
    if constexpr (CLUSTER > 1) {
        // Until then the other block may reach this one's shared memory.
        meet();
    }
}
