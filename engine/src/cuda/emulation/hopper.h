// The instructions of compute capability 9.0 on the host: mbarriers, asynchronous copies, products of a warpgroup, clusters. Comes after
// builtins.h.
//
// What is asynchronous happens as late as the kernel lets it, when a copy's barrier or a product is waited for, and a copy's target is NaN
// from when it was asked for: what does not wait computes from the wrong values. Not noticed: a missing fence between the proxies, and what
// one warp of a warpgroup does while another is behind, as all four come to a product together.
namespace host {
[[noreturn]] inline void fail_full() { fail("more copies or products under way than the emulation has room for"); }

// --- Addresses of shared memory: the offset in the block's, and above that the block of the cluster.

constexpr unsigned BLOCK_SHIFT = 24;

inline unsigned shared_address(const void* pointer) {
    const unsigned char* base = current->block->shared;
    const size_t offset = (const unsigned char*)pointer - base;
    if (offset > launch_now.shared_bytes) fail("an address that is not in shared memory");
    return (unsigned)offset | (unsigned)(current->block - blocks) << BLOCK_SHIFT;
}

inline unsigned char* shared_pointer(unsigned address, size_t bytes, unsigned alignment) {
    const unsigned block = address >> BLOCK_SHIFT, offset = address & ((1u << BLOCK_SHIFT) - 1);
    if (block >= cluster_blocks || offset + bytes > launch_now.shared_bytes) fail("an address outside shared memory");
    if (offset % alignment != 0) fail("an address in shared memory that is not aligned");
    return blocks[block].shared + offset;
}

// --- mbarriers, in their 8 bytes.

struct Barrier {
    unsigned phase;
    unsigned count : 10, pending : 10;
    // Bytes announced and not there yet, in units of 16.
    int missing : 12;
};
static_assert(sizeof(Barrier) == 8, "what a kernel gives it");

inline void barrier_init(unsigned long long* place, unsigned count) {
    if (count == 0 || count > 1023) fail("a barrier with a count that the emulation has no room for");
    Barrier& barrier = *(Barrier*)place;
    barrier.phase = 0;
    barrier.count = barrier.pending = count;
    barrier.missing = 0;
}

inline void barrier_settle(Barrier& barrier) {
    if (barrier.pending == 0 && barrier.missing == 0) {
        barrier.pending = barrier.count;
        barrier.phase++;
    }
}

inline void barrier_arrive(Barrier& barrier, unsigned bytes = 0) {
    if (barrier.pending == 0) fail("more arrivals at a barrier than it counts");
    barrier.missing += (int)bytes / 16;
    barrier.pending--;
    barrier_settle(barrier);
}

inline void barrier_came(Barrier& barrier, unsigned bytes) {
    barrier.missing -= (int)bytes / 16;
    barrier_settle(barrier);
}

inline void barrier_wait(unsigned long long* place, unsigned parity) {
    Barrier& barrier = *(Barrier*)place;
    while ((barrier.phase & 1) == parity) wait(&barrier.phase);
}

// --- Named barriers of a block.

constexpr unsigned NAMED = 16;
static Meeting named[MOST_BLOCKS][NAMED];

inline void wait_among(unsigned number, unsigned count) {
    if (number >= NAMED || count % 32 != 0) fail("a named barrier that there is not");
    Meeting& meeting = named[current->block - blocks][number];
    if (meet(meeting, count)) meet_end(meeting);
}

// --- Copies of a thread.

struct Copy {
    unsigned char* to;
    const unsigned char* from;
    unsigned bytes;
};

// The copies that a thread asked for, and where its groups end.
struct Copies {
    static constexpr unsigned MOST = 512;
    Copy list[MOST];
    unsigned count, groups, ends[16];
};

static Copies* copies;
inline Copies& my_copies() { return copies[current - fibers]; }

// From null: zeros.
inline void copy_async(unsigned to, const void* from, unsigned bytes) {
    Copies& mine = my_copies();
    if (mine.count == Copies::MOST) fail_full();
    if ((size_t)from % bytes != 0) fail("an asynchronous copy from an address that is not aligned");
    unsigned char* target = shared_pointer(to, bytes, bytes);
    memset(target, 0xff, bytes);
    mine.list[mine.count++] = {target, (const unsigned char*)from, bytes};
}

inline void finish_copies(unsigned count) {
    Copies& mine = my_copies();
    for (unsigned i = 0; i < count; i++) {
        const Copy& copy = mine.list[i];
        if (copy.from != nullptr) memcpy(copy.to, copy.from, copy.bytes);
        else memset(copy.to, 0, copy.bytes);
    }
    for (unsigned i = count; i < mine.count; i++) mine.list[i - count] = mine.list[i];
    mine.count -= count;
}

inline void copy_group() {
    Copies& mine = my_copies();
    if (mine.groups == 16) fail_full();
    mine.ends[mine.groups++] = mine.count;
}

inline void copy_wait(unsigned pending) {
    Copies& mine = my_copies();
    if (mine.groups <= pending) return;
    const unsigned done = mine.groups - pending, count = mine.ends[done - 1];
    finish_copies(count);
    for (unsigned i = 0; i < pending; i++) mine.ends[i] = mine.ends[done + i] - count;
    mine.groups = pending;
}

inline void copy_wait_all() {
    finish_copies(my_copies().count);
    my_copies().groups = 0;
}

inline void copy_bulk(void* to, const void* from, unsigned bytes, unsigned long long* barrier) {
    if ((size_t)from % 16 != 0 || bytes % 16 != 0) fail("a bulk copy that is not in units of 16 bytes");
    memcpy(shared_pointer(shared_address(to), bytes, 16), from, bytes);
    barrier_came(*(Barrier*)barrier, bytes);
}

// --- Products of a warpgroup. Each thread has its sums, and its part of the first matrix if that is in registers.

enum class Codes { e4m3, bf16 };

struct Product {
    Codes codes;
    unsigned columns;
    float* sums;
    // The first matrix: a part in registers, or a descriptor.
    const unsigned* part;
    unsigned long long a, b;
    // Whether the second matrix is read along its columns, and whether to add.
    bool along_columns, add;
};

struct Products {
    static constexpr unsigned MOST = 128;
    Product list[MOST];
    unsigned count, groups, ends[16];
    bool fenced;
};

static Products* products;
static Meeting warpgroups[MOST_BLOCKS * 8];
inline Products& my_products() { return products[current - fibers]; }

inline float e4m3_value(unsigned char code) {
    const unsigned exponent = code >> 3 & 15, mantissa = code & 7;
    if (exponent == 15 && mantissa == 7) return NAN;
    const float magnitude = exponent == 0 ? ldexpf((float)mantissa, -9) : ldexpf((float)(8 + mantissa), (int)exponent - 10);
    return code & 0x80 ? -magnitude : magnitude;
}

// The value `inner` of a row's part of 32 bytes.
inline float value_of(Codes codes, const unsigned char* bytes, unsigned inner) {
    static float e4m3[256];
    if (codes == Codes::e4m3) {
        if (e4m3[0x38] != 1.0f) {
            for (unsigned code = 0; code < 256; code++) e4m3[code] = e4m3_value((unsigned char)code);
        }
        return e4m3[bytes[inner]];
    }
    return from_bits((unsigned)bytes[inner * 2] << 16 | (unsigned)bytes[inner * 2 + 1] << 24);
}

// The byte of a matrix that its descriptor says, with the permutation of 16-byte pieces undone.
inline const unsigned char* matrix_byte(unsigned long long descriptor, size_t offset, const unsigned char* base) {
    const unsigned swizzle = (unsigned)(descriptor >> 62);
    if (swizzle != 1 && swizzle != 2) fail("a descriptor with a permutation that the emulation has not");
    size_t at = (size_t)(descriptor & 0x3fff) * 16 + offset;
    at ^= (swizzle == 1 ? at >> 7 & 7 : at >> 7 & 3) << 4;
    if (at >= launch_now.shared_bytes) fail("a matrix outside shared memory");
    return base + at;
}

// 32 bytes of the inner dimension of a row.
inline void read_row(const Product& product, unsigned long long descriptor, unsigned row, float* values, const unsigned char* base) {
    const unsigned row_bytes = descriptor >> 62 == 1 ? 128 : 64, inner = product.codes == Codes::e4m3 ? 32 : 16;
    const size_t group = (descriptor >> 32 & 0x3fff) * 16, start = row / 8 * group + row % 8 * row_bytes;
    unsigned char bytes[32];
    for (unsigned piece = 0; piece < 2; piece++) memcpy(bytes + piece * 16, matrix_byte(descriptor, start + piece * 16, base), 16);
    for (unsigned i = 0; i < inner; i++) values[i] = value_of(product.codes, bytes, i);
}

// The second matrix, [inner][columns].
inline void read_second(const Product& product, float* values, const unsigned char* base) {
    const unsigned columns = product.columns, inner = product.codes == Codes::e4m3 ? 32 : 16;
    if (!product.along_columns) {
        for (unsigned column = 0; column < columns; column++) {
            float row[32];
            read_row(product, product.b, column, row, base);
            for (unsigned i = 0; i < inner; i++) values[i * columns + column] = row[i];
        }
        return;
    }
    const size_t blocks_apart = (product.b >> 16 & 0x3fff) * 16, groups_apart = (product.b >> 32 & 0x3fff) * 16;
    for (unsigned i = 0; i < inner; i++) {
        for (unsigned column = 0; column < columns; column++) {
            const size_t start = column / 64 * blocks_apart + i / 8 * groups_apart + i % 8 * 128 + column % 64 * 2;
            values[i * columns + column] = value_of(product.codes, matrix_byte(product.b, start, base), 0);
        }
    }
}

// The first matrix, [64][inner].
inline void read_first(const Product* const* threads_products, float* values, const unsigned char* base) {
    const Product& product = *threads_products[0];
    const unsigned inner = product.codes == Codes::e4m3 ? 32 : 16, word = inner / 8;
    if (product.part == nullptr) {
        for (unsigned row = 0; row < 64; row++) read_row(product, product.a, row, values + row * inner, base);
        return;
    }
    for (unsigned thread = 0; thread < 128; thread++) {
        for (unsigned i = 0; i < 4; i++) {
            const unsigned row = thread / 32 * 16 + thread % 32 / 4 + i % 2 * 8, first = i / 2 * 4 * word + thread % 4 * word;
            const unsigned char* bytes = (const unsigned char*)&threads_products[thread]->part[i];
            for (unsigned j = 0; j < word; j++) values[row * inner + first + j] = value_of(product.codes, bytes, j);
        }
    }
}

// Where a thread's sum `i` lies.
inline unsigned sum_row(unsigned thread, unsigned i) { return thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8; }
inline unsigned sum_column(unsigned thread, unsigned i) { return i / 4 * 8 + thread % 4 * 2 + i % 2; }

__attribute__((optimize("O3"))) inline void add_products(float* __restrict sums, const float* __restrict a, const float* __restrict b,
                                                          unsigned inner, unsigned columns) {
    for (unsigned row = 0; row < 64; row++) {
        for (unsigned i = 0; i < inner; i++) {
            const float factor = a[row * inner + i];
            for (unsigned column = 0; column < columns; column++) sums[row * columns + column] += factor * b[i * columns + column];
        }
    }
}

// One product of all 128 threads, whose first is `first`.
inline void multiply(const Fiber* first, unsigned number, const unsigned char* base) {
    static float a[64 * 32], b[32 * 256], sums[64 * 256];
    const Product* of_threads[128];
    const Products* lists = products + (first - fibers);
    for (unsigned thread = 0; thread < 128; thread++) {
        of_threads[thread] = &lists[thread].list[number];
        const Product &mine = *of_threads[thread], &other = *of_threads[0];
        const bool same = mine.codes == other.codes && mine.columns == other.columns && mine.a == other.a && mine.b == other.b &&
                          mine.along_columns == other.along_columns && mine.add == other.add && !mine.part == !other.part;
        if (!same || lists[thread].count != lists[0].count) fail("threads of a warpgroup ask for different products");
    }
    const Product& product = *of_threads[0];
    const unsigned columns = product.columns, inner = product.codes == Codes::e4m3 ? 32 : 16;
    for (unsigned thread = 0; thread < 128; thread++) {
        for (unsigned i = 0; i < columns / 2; i++) {
            sums[sum_row(thread, i) * columns + sum_column(thread, i)] = product.add ? of_threads[thread]->sums[i] : 0.0f;
        }
    }
    read_first(of_threads, a, base);
    read_second(product, b, base);
    add_products(sums, a, b, inner, columns);
    for (unsigned thread = 0; thread < 128; thread++) {
        for (unsigned i = 0; i < columns / 2; i++) {
            of_threads[thread]->sums[i] = sums[sum_row(thread, i) * columns + sum_column(thread, i)];
        }
    }
}

inline void start_product(const Product& product) {
    Products& mine = my_products();
    if (!mine.fenced) fail("a product without a fence after what was done to its registers");
    if (mine.count == Products::MOST) fail_full();
    mine.list[mine.count++] = product;
}

inline void fence_products() { my_products().fenced = true; }

inline void commit_products() {
    Products& mine = my_products();
    if (mine.groups == 16) fail_full();
    mine.ends[mine.groups++] = mine.count;
    mine.fenced = false;
}

inline void wait_products(unsigned pending) {
    Meeting& meeting = warpgroups[(current->block - blocks) * 8 + current->index / 128];
    Products& mine = my_products();
    if (mine.count != (mine.groups > 0 ? mine.ends[mine.groups - 1] : 0)) fail("a wait for products that were not committed");
    if (meet(meeting, 128)) {
        const Fiber* first = current - current->index % 128;
        Products* lists = products + (first - fibers);
        for (unsigned thread = 0; thread < 128; thread++) {
            if (lists[thread].groups != lists[0].groups) fail("threads of a warpgroup wait for different products");
        }
        const unsigned groups = lists[0].groups, done = groups > pending ? groups - pending : 0;
        const unsigned count = done > 0 ? lists[0].ends[done - 1] : 0;
        for (unsigned number = 0; number < count; number++) multiply(first, number, current->block->shared);
        for (unsigned thread = 0; thread < 128; thread++) {
            Products& list = lists[thread];
            for (unsigned i = count; i < list.count; i++) list.list[i - count] = list.list[i];
            list.count -= count;
            for (unsigned i = done; i < groups; i++) list.ends[i - done] = list.ends[i] - count;
            list.groups -= done;
        }
        meet_end(meeting);
    }
}

// --- Clusters.

static Meeting cluster_meeting;
static unsigned* cluster_before;

inline void cluster_arrive() {
    cluster_before[current - fibers] = cluster_meeting.generation;
    if (++cluster_meeting.arrived == threads * cluster_blocks) meet_end(cluster_meeting);
}

inline void cluster_wait() {
    if (cluster_meeting.generation == cluster_before[current - fibers]) wait(&cluster_meeting.generation);
}

inline void prepare_hopper() {
    static unsigned room;
    const unsigned all = threads * cluster_blocks;
    if (all > room) {
        room = all;
        copies = (Copies*)realloc(copies, all * sizeof(Copies));
        products = (Products*)realloc(products, all * sizeof(Products));
        cluster_before = (unsigned*)realloc(cluster_before, all * sizeof(unsigned));
    }
    for (unsigned i = 0; i < all; i++) {
        copies[i].count = copies[i].groups = products[i].count = products[i].groups = 0;
        products[i].fenced = false;
    }
    memset(named, 0, sizeof(named));
    memset(warpgroups, 0, sizeof(warpgroups));
    cluster_meeting = {};
}
} // namespace host
