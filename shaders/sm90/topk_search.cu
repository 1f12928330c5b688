// Top-k for compute capability 9.0: keys, rows, the search for the value of a rank, and the sample that guesses a threshold. Comes after
// hopper.cuh, before topk.cu, which says what for.

struct TopkParams {
    u32 columns;
    // Elements from one row of scores to the next.
    u32 row_stride;
    u32 top_k;
    // Pairs in the pool.
    u32 capacity;
    // Columns in the bitmap.
    u32 window;
    // Bytes of the region.
    u32 region;
    u32 rows;
    // Whether row_start and row_end are more than stand-ins.
    u32 has_row_start, has_row_end;
};

constexpr u32 THREADS = 512;
constexpr u32 WARPS = THREADS / 32;
constexpr u32 BINS = 2048;
// 16-byte pieces that a lane has of a tile.
constexpr u32 PIECES = 4;
constexpr u32 TILE = PIECES * 128;
// So few pairs are compared with each other.
constexpr u32 FEW = 128;
constexpr u32 ALL_LANES = 0xffffffff;
constexpr u32 LOWEST_KEY = 0x00800000;
constexpr u32 HIGHEST_KEY = 0xff800000;

struct Control {
    u64 boundary;
    u32 count;     // pairs that warps have asked room for; more than the capacity if one had to stop
    u32 filled;    // pairs in the pool when the first had to stop
    u32 incoming;  // pairs from other blocks
    u32 kept;
    u32 bin, rank, in_bin;
    u32 sums[WARPS], lows[WARPS], highs[WARPS];
};

// What the region and the pool come after.
struct __align__(16) Shared {
    // Zero between uses.
    uint4 bins[BINS / 4];
    u64 few[FEW];
    Control control;
};
static_assert(sizeof(Shared) == 9456, "what the host adds to the region and the pool");

DEVICE uint4* bins() { return reinterpret_cast<Shared*>(dynamic_shared())->bins; }
DEVICE u64* few() { return reinterpret_cast<Shared*>(dynamic_shared())->few; }
DEVICE Control& control() { return reinterpret_cast<Shared*>(dynamic_shared())->control; }
DEVICE uint4* region() { return reinterpret_cast<uint4*>(dynamic_shared() + sizeof(Shared)); }

DEVICE u32 lane_id() { return threadIdx.x & 31; }
DEVICE u32 warp_id() { return threadIdx.x >> 5; }

// --- Keys, whose unsigned order is the order of the floats. 0 stands for what is never selected.

DEVICE u32 ordered_key(u32 bits) {
    u32 key = bits & 0x80000000 ? ~bits : bits | 0x80000000;
    key = key == 0x7fffffff ? 0x80000000 : key;
    return key >= LOWEST_KEY && key <= HIGHEST_KEY ? key : 0;
}

// The least float of a key or a greater one; NaN, which nothing reaches, above the highest.
DEVICE float key_float(u32 key) { return __uint_as_float(key & 0x80000000 ? key ^ 0x80000000 : ~key); }

// Of a score that can be selected.
DEVICE u32 key_of_score(float score) {
    // Makes +0.0 of -0.0.
    const u32 bits = __float_as_uint(score + 0.0f);
    return bits ^ (static_cast<u32>(static_cast<int>(bits) >> 31) | 0x80000000);
}

// Pairs of a key and a column; the greater is selected first. 0 is no pair.
DEVICE u64 pair_of(u32 key, u32 column) { return static_cast<u64>(key) << 32 | ~column; }
DEVICE u32 key_of(u64 pair) { return static_cast<u32>(pair >> 32); }
DEVICE u32 column_of(u64 pair) { return ~static_cast<u32>(pair); }

// --- Rows.

struct Row {
    // Aligned to 16 bytes; positions count from here.
    const float* origin;
    // Positions begin..end are of the row's range; both 0 if that is empty.
    u32 begin, end;
    // The column of position 0, modulo 2^32.
    u32 column;
};

DEVICE Row row_of(const TopkParams& params, const float* scores, const int* row_start, const int* row_end, u32 row) {
    const int columns = static_cast<int>(params.columns);
    const u32 start = params.has_row_start ? min(max(row_start[row], 0), columns) : 0;
    const u32 end = params.has_row_end ? min(max(row_end[row], 0), columns) : columns;
    const float* from = scores + static_cast<u64>(row) * params.row_stride + start;
    const u32 skip = static_cast<u32>(reinterpret_cast<u64>(from) >> 2 & 3);
    const u32 length = end > start ? end - start : 0;
    Row result;
    result.origin = from - skip;
    result.begin = length ? skip : 0;
    result.end = length ? skip + length : 0;
    result.column = start - skip;
    return result;
}

// --- Sums over the block. All threads call; a barrier must lie between two calls.

// The sum of the threads before this one.
DEVICE u32 sum_before(u32 value) {
    u32 sum = value;
    for (u32 step = 1; step < 32; step *= 2) {
        const u32 other = __shfl_up_sync(ALL_LANES, sum, step);
        sum += lane_id() >= step ? other : 0;
    }
    if (lane_id() == 31) control().sums[warp_id()] = sum;
    __syncthreads();
    return __reduce_add_sync(ALL_LANES, lane_id() < warp_id() ? control().sums[lane_id()] : 0) + sum - value;
}

// The least and the greatest of two values over the block.
DEVICE void extremes(u32& low, u32& high) {
    low = __reduce_min_sync(ALL_LANES, low);
    high = __reduce_max_sync(ALL_LANES, high);
    if (lane_id() == 0) {
        control().lows[warp_id()] = low;
        control().highs[warp_id()] = high;
    }
    __syncthreads();
    low = __reduce_min_sync(ALL_LANES, control().lows[lane_id() % WARPS]);
    high = __reduce_max_sync(ALL_LANES, control().highs[lane_id() % WARPS]);
}

// --- Search for the value of a rank.

// `count` values lie in low..=high, and the one sought is the `rank`-th largest of them, from 0.
struct Range {
    u32 low, high;
    u32 rank, count;
};

// Counts a value in its bin.
struct Count {
    u32 low, high, shift;
    DEVICE void operator()(u32 value) const {
        if (value >= low && value <= high) atomicAdd(reinterpret_cast<u32*>(bins()) + min((value - low) >> shift, BINS - 1), 1);
    }
};

// Finds the bin of the rank and clears the bins. A rank that does not exist is found in the lowest bin.
DEVICE void find_bin(Range& range, u32 shift) {
    __syncthreads();
    const u32 group = THREADS - 1 - threadIdx.x;
    const uint4 counts = bins()[group];
    bins()[group] = make_uint4(0, 0, 0, 0);
    const u32 before = sum_before(counts.x + counts.y + counts.z + counts.w);
    const u32 z = before + counts.w, y = z + counts.z, x = y + counts.y, end = x + counts.x;
    if (range.rank >= before && (range.rank < end || group == 0)) {
        const u32 down = (range.rank >= z) + (range.rank >= y) + (range.rank >= x);
        control().bin = group * 4 + 3 - down;
        control().rank = range.rank - (down == 0 ? before : down == 1 ? z : down == 2 ? y : x);
        control().in_bin = down == 0 ? counts.w : down == 1 ? counts.z : down == 2 ? counts.y : counts.x;
    }
    __syncthreads();
    const u32 bin = control().bin;
    range.low += bin << shift;
    // The last bin has whatever lies above it too.
    if (bin < BINS - 1) range.high = min(range.high, range.low + (1u << shift) - 1);
    range.rank = control().rank;
    range.count = control().in_bin;
}

// Narrows the range until it has at most `enough` values or just one repeated. `focus` says where in the range the values may be expected
// to end; `visit` calls what it is given for each value.
template <class Visit> DEVICE void narrow(Range& range, u32 focus, u32 enough, Visit visit) {
    // The focus can cost one step; three more bring 32 bits down to one value.
#pragma unroll 1
    for (u32 level = 0; level < 5 && range.count > enough && range.low < range.high; ++level) {
        const u32 shift = 21 - min(__clz(focus - range.low), 21);
        visit(Count{range.low, range.high, shift});
        find_bin(range, shift);
        focus = range.high;
    }
}
static_assert(BINS == 4 * THREADS && BINS == 2048, "a thread sums four bins, 11 bits name one");

// --- The sample.

constexpr u32 SAMPLE = 2;
static_assert(SAMPLE * 4 * THREADS == 1 << 12, "what the largest sample has");

struct Sample {
    // As they are: keys are made of them when all that can be fetched meanwhile is on its way.
    uint4 bits[SAMPLE];
    u32 size;
};

struct Guess {
    // The threshold, a key, and the greatest key of the sample; 0 if there is no sample.
    u32 low, high;
};

// Takes 1024 or 4096 scores, 64 bytes together, at irregular places spread over the row. Fewer suffice where top_k is a large part of the
// row. None of a row that the pool can hold.
DEVICE Sample sample_of(const TopkParams& params, const Row& row) {
    Sample sample;
    const u32 length = row.end - row.begin;
    const u32 log = length < 8192 || length <= params.top_k * 10 ? 10 : 12;
    sample.size = length <= params.capacity || length < 2048 ? 0 : 1u << log;
    const u32 stride = row.end >> log << 2;
    for (u32 i = 0; i < SAMPLE; ++i) {
        const u32 piece = i * THREADS + threadIdx.x;
        const u32 place = piece / 4 * stride + (__umulhi(piece / 4 * 0x9e3779b9, stride - 3) & ~3) + piece % 4;
        // Just what lies in the row as a whole. NaN for others, as that has no place in the order.
        sample.bits[i] = make_uint4(ALL_LANES, ALL_LANES, ALL_LANES, ALL_LANES);
        if (piece * 4 < sample.size && place * 4 >= row.begin && place * 4 + 4 <= row.end) sample.bits[i] = load_constant_16(row.origin + place * 4);
    }
    return sample;
}

// -inf for NaN.
DEVICE float sampled(u32 bits) { return fmaxf(__uint_as_float(bits), negative_infinity()); }

// The key of a score that is a lower bound of the `rank`-th of the sample if it is the block's least: the greatest of each of more than
// `rank` groups reach the least of these.
DEVICE u32 sample_floor(const float (&scores)[4 * SAMPLE], float greatest, u32 threads, u32 rank) {
    float floor = greatest;
    if (threads > rank) {
#pragma unroll 1
        for (u32 lanes = 1; lanes < 32 && threads > rank * 2 * lanes; lanes *= 2) {
            floor = fmaxf(floor, __shfl_xor_sync(ALL_LANES, floor, lanes));
        }
    } else if (threads * 2 > rank) {
        // The second of four.
        const float a = fminf(scores[0], scores[1]), b = fminf(scores[2], scores[3]);
        floor = fmaxf(fmaxf(a, b), fminf(fmaxf(scores[0], scores[1]), fmaxf(scores[2], scores[3])));
    } else {
        floor = fminf(fminf(scores[0], scores[1]), fminf(scores[2], scores[3]));
    }
    return ordered_key(__float_as_uint(floor));
}

// A key that about as many scores reach as to leave four standard deviations above top_k; the next attempt three times as much, then all.
DEVICE Guess guess_of(const TopkParams& params, const Row& row, const Sample& sample, u32 attempt) {
    Guess guess = {LOWEST_KEY, 0};
    if (sample.size == 0 || attempt > 2) return guess;
    const float expected = static_cast<float>(sample.size) * params.top_k / (row.end - row.begin);
    const u32 rank = static_cast<u32>((expected + 4 * __fsqrt_rn(expected) + 2) * (attempt == 2 ? 3 : 1));
    if (rank >= sample.size) return guess;
    float scores[4 * SAMPLE];
    for (u32 i = 0; i < SAMPLE; ++i) {
        scores[i * 4] = sampled(sample.bits[i].x), scores[i * 4 + 1] = sampled(sample.bits[i].y);
        scores[i * 4 + 2] = sampled(sample.bits[i].z), scores[i * 4 + 3] = sampled(sample.bits[i].w);
    }
    float greatest = scores[0];
    for (u32 i = 1; i < 4 * SAMPLE; ++i) greatest = fmaxf(greatest, scores[i]);
    const u32 threads = min(sample.size / 4, THREADS);
    u32 low = sample_floor(scores, greatest, threads, rank), high = ordered_key(__float_as_uint(greatest));
    if (threadIdx.x >= threads) low = ALL_LANES;
    extremes(low, high);
    low = max(low, LOWEST_KEY);
    if (high <= low) return guess;
    guess.high = high;
    // Bins of one width: enough but for scores that spread over many magnitudes.
    const float base = key_float(low), width = (key_float(high) - base) / (BINS - 1), per_width = 1 / width;
    for (u32 i = 0; i < 4 * SAMPLE; ++i) {
        if (scores[i] >= base) atomicAdd(reinterpret_cast<u32*>(bins()) + min(__float2uint_rz((scores[i] - base) * per_width), BINS - 1), 1);
    }
    Range range = {0, BINS - 1, rank, sample.size};
    find_bin(range, 0);
    const u32 enough = rank / 8 + 1;
    const bool found = range.count <= enough;
    const u32 bin_low = range.low ? max(ordered_key(__float_as_uint(base + range.low * width)), low) : low;
    const u32 bin_high = min(max(ordered_key(__float_as_uint(base + (range.low + 1) * width)), bin_low), high);
    guess.low = bin_low;
    if (!found) {
        range = {bin_low, high, rank, sample.size};
        narrow(range, bin_high, enough, [&](const Count& count) {
            for (u32 i = 0; i < 4 * SAMPLE; ++i) count(ordered_key(__float_as_uint(scores[i])));
        });
        guess.low = range.low;
    }
    return guess;
}
