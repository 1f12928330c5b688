// Products of e4m3 codes, and the lightning indexer's sum over heads. A warpgroup has 64 keys in registers (A) and ROWS heads of QUERIES
// queries in shared memory (B): lane l of warp w holds the products of keys 16 w + l / 4 and 8 further with heads 8 j + 2 (l % 4) and the
// next.
//
// Constants: HEADS, a power of two from 8 to 128; DIM, 64 or 128; ROWS, 64, 128 or 256.

constexpr u32 QUERIES = ROWS / HEADS;
// Queries whose sums a lane keeps.
constexpr u32 KEPT = QUERIES > 1 ? QUERIES / 2 : 1;
static_assert(HEADS * QUERIES == ROWS && HEADS % 8 == 0, "a block of 8 rows belongs to one query");

// Starts the product over all dimensions. `heads` is the address of the rows.
template <int SUMS> DEVICE void start_scores(float (&sums)[SUMS], const u32 (&keys)[DIM / 32][4], u32 heads) {
    const u64 descriptor = rows_descriptor<DIM>(heads);
    wgmma_fence();
#pragma unroll
    for (u32 step = 0; step < DIM / 32; step++) {
        multiply_e4m3(sums, keys[step], descriptor + step * 2, step);
    }
    wgmma_commit();
}

// Where a weight of a group of rows lies in shared memory: a lane's four weights of two blocks of 8 heads are neighbours.
DEVICE u32 weight_place(u32 row) {
    const u32 block = row / 8, lane = row % 8 / 2;
    return ((block / 2 * 4 + lane) * 2 + block % 2) * 2 + row % 2;
}

DEVICE void clear(float (&sum)[2][QUERIES]) {
#pragma unroll
    for (u32 query = 0; query < QUERIES; query++) {
        sum[0][query] = sum[1][query] = 0.0f;
    }
}

// relu, weight and sum over a thread's heads, of which this is the product with the rows from FIRST on. `sum` is by key and query, and
// SHRINK times too small. Neighbouring additions belong to different sums, as each waits for the one before it.
template <u32 FIRST, int SUMS> DEVICE void add_heads(float (&sum)[2][QUERIES], const float (&products)[SUMS], const float4* weights) {
    constexpr u32 ROUNDS = HEADS < 16 ? 1 : HEADS / 16 < SUMS / 8 ? HEADS / 16 : SUMS / 8;
    const u32 lane = threadIdx.x % 32;
#pragma unroll
    for (u32 round = 0; round < ROUNDS; round++) {
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
#pragma unroll
            for (u32 pair = round; pair < SUMS / 8; pair += ROUNDS) {
                const float4 w = weights[(FIRST / 16 + pair) * 4 + lane % 4];
                const u32 block = pair * 2 + i / 2, query = (FIRST + block * 8) / HEADS;
                const float weight = i == 0 ? w.x : i == 1 ? w.y : i == 2 ? w.z : w.w;
#pragma unroll
                for (u32 key = 0; key < 2; key++) {
                    sum[key][query] = __fmaf_rn(weight, rectified(products[block * 4 + key * 2 + i % 2]), sum[key][query]);
                }
            }
        }
    }
}

// Four lanes have a quarter of the heads each; every exchange halves what a lane goes on with. Lane l keeps the sums of one key,
// 16 w + l / 4 + 8 * (l / 2 % 2), for queries l % 2 * KEPT on (both lanes have the only one). The order of the sums is fixed.
DEVICE void exchange_sums(float (&best)[KEPT], const float (&sum)[2][QUERIES]) {
    const bool second_key = threadIdx.x & 2, later_queries = threadIdx.x & 1;
    float kept[QUERIES];
#pragma unroll
    for (u32 query = 0; query < QUERIES; query++) {
        const float given = second_key ? sum[0][query] : sum[1][query];
        kept[query] = (second_key ? sum[1][query] : sum[0][query]) + __shfl_xor_sync(~0u, given, 2);
    }
    if constexpr (QUERIES == 1) {
        best[0] = kept[0] + __shfl_xor_sync(~0u, kept[0], 1);
    } else {
#pragma unroll
        for (u32 query = 0; query < KEPT; query++) {
            const float given = later_queries ? kept[query] : kept[query + KEPT];
            best[query] = (later_queries ? kept[query + KEPT] : kept[query]) + __shfl_xor_sync(~0u, given, 1);
        }
    }
}
