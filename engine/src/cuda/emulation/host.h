// Runs kernels on the host, for tests: what translated kernels take from CUDA, with one fiber for each thread of a block, and one block or
// cluster after the other. Stands before the kernel's text and is compiled with it.
//
// Stricter than a GPU, so that a wrong kernel fails: workgroup memory starts as NaN; a barrier waits for every thread of the block, and it
// is an error if one has returned; all lanes that a warp operation names must come to the same operation; blocks of odd number run their
// threads backwards; integer operations that C++ leaves undefined are errors.
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <utility>

#define __device__
#define __global__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(...)

namespace host {
struct Dim3 {
    unsigned x, y, z;
};

struct Launch {
    Dim3 grid, block, cluster;
    unsigned shared_bytes;
};

constexpr size_t STACK_BYTES = 256 << 10;
// Of a cluster.
constexpr unsigned MOST_BLOCKS = 16;

struct Warp {
    unsigned generation, arrived, mask;
    int operation;
    // Two sets: a lane may begin the next operation while others still read the results of this one.
    unsigned values[2][32];
};

// Threads that wait for each other; `generation` counts how often they have met.
struct Meeting {
    unsigned arrived, generation;
};

struct Block {
    Dim3 index;
    Meeting meeting;
    unsigned char* shared;
    Warp* warps;
};

struct Fiber {
    Block* block;
    Dim3 thread;
    unsigned index;
    bool done;
    // Blocked while `*waits_for` still is `generation`.
    const unsigned* waits_for;
    unsigned generation;
    bool started;
    ucontext_t start;
    jmp_buf context;
    char* stack;
};

static Fiber* fibers;
static unsigned fiber_count;
static Fiber* current;
static Warp* warps;
// Those of the cluster that runs.
static Block* blocks;
static jmp_buf scheduler;
static Launch launch_now;
// Of a block; blocks of a cluster.
static unsigned threads, cluster_blocks;
static unsigned char* shared;
static size_t shared_capacity;
static void (*run_thread)();
static char message[256];

inline void yield() {
    if (_setjmp(current->context) == 0) _longjmp(scheduler, 1);
}

// Ends the launch. The fibers stay where they are, and start anew with the next launch.
[[noreturn]] inline void fail(const char* what) {
    if (message[0] == 0) {
        const Dim3 block = current->block->index;
        snprintf(message, sizeof(message), "thread %u of block %u, %u, %u: %s", current->index, block.x, block.y, block.z, what);
    }
    _longjmp(scheduler, 1);
}

inline void wait(const unsigned* place) {
    current->waits_for = place;
    current->generation = *place;
    yield();
}

// Whether this is the last of `count` to come; the others wait for `meet_end` of the last.
inline bool meet(Meeting& meeting, unsigned count) {
    if (++meeting.arrived == count) return true;
    wait(&meeting.generation);
    return false;
}
inline void meet_end(Meeting& meeting) {
    meeting.arrived = 0;
    meeting.generation++;
}

inline void barrier() {
    Meeting& meeting = current->block->meeting;
    if (meet(meeting, threads)) meet_end(meeting);
}

// Gives every lane the values of all lanes in `mask`.
inline const unsigned* exchange(int operation, unsigned mask, unsigned value) {
    Warp& warp = current->block->warps[current->index / 32];
    const unsigned lane = current->index % 32;
    if ((mask >> lane & 1) == 0) fail("a warp operation whose mask does not name this lane");
    if (warp.arrived == 0) {
        warp.mask = mask;
        warp.operation = operation;
    } else if (warp.mask != mask || warp.operation != operation) {
        fail("lanes of a warp have come to different operations");
    }
    unsigned* values = warp.values[warp.generation % 2];
    values[lane] = value;
    if (++warp.arrived == (unsigned)__builtin_popcount(mask)) {
        warp.arrived = 0;
        warp.generation++;
    } else {
        wait(&warp.generation);
    }
    return values;
}

inline void fiber_main() {
    while (true) {
        run_thread();
        current->done = true;
        yield();
    }
}

inline void prepare() {
    const unsigned count = threads * cluster_blocks;
    if (count > fiber_count) {
        Fiber* more = (Fiber*)calloc(count, sizeof(Fiber));
        if (fiber_count > 0) memcpy(more, fibers, fiber_count * sizeof(Fiber));
        for (unsigned i = fiber_count; i < count; i++) more[i].stack = (char*)malloc(STACK_BYTES);
        free(fibers);
        fibers = more;
        fiber_count = count;
    }
    warps = (Warp*)realloc(warps, (threads + 31) / 32 * cluster_blocks * sizeof(Warp));
    blocks = (Block*)realloc(blocks, cluster_blocks * sizeof(Block));
    const size_t stride = (launch_now.shared_bytes + 1023) / 1024 * 1024;
    if (stride * cluster_blocks > shared_capacity) {
        shared_capacity = stride * cluster_blocks;
        free(shared);
        shared = (unsigned char*)aligned_alloc(1024, shared_capacity);
    }
    for (unsigned i = 0; i < cluster_blocks; i++) blocks[i].shared = shared + i * stride;
    // Contexts point into the fibers, which may have moved.
    for (unsigned i = 0; i < fiber_count; i++) fibers[i].started = false;
}

inline void resume(Fiber& fiber) {
    current = &fiber;
    fiber.waits_for = nullptr;
    if (_setjmp(scheduler) != 0) return;
    if (fiber.started) _longjmp(fiber.context, 1);
    fiber.started = true;
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack;
    fiber.start.uc_stack.ss_size = STACK_BYTES;
    fiber.start.uc_link = nullptr;
    makecontext(&fiber.start, fiber_main, 0);
    setcontext(&fiber.start);
}

// What a kernel in CUDA C++ needs besides; nothing for translated ones.
static void (*prepare_more)();

// Blocks first.. along the grid's first dimension, as many as a cluster has.
inline void prepare_cluster(Dim3 first) {
    const unsigned block_warps = (threads + 31) / 32;
    memset(warps, 0, block_warps * cluster_blocks * sizeof(Warp));
    for (unsigned b = 0; b < cluster_blocks; b++) {
        Block& block = blocks[b];
        block.index = {first.x + b, first.y, first.z};
        block.meeting = {};
        block.warps = warps + b * block_warps;
        for (unsigned i = 0; i + 4 <= launch_now.shared_bytes; i += 4) memcpy(block.shared + i, "\xef\xbe\xed\x7f", 4);
        const Dim3 size = launch_now.block;
        for (unsigned i = 0; i < threads; i++) {
            Fiber& fiber = fibers[b * threads + i];
            fiber.block = &block;
            fiber.index = i;
            fiber.done = false;
            fiber.waits_for = nullptr;
            fiber.thread = {i % size.x, i / size.x % size.y, i / size.x / size.y};
        }
    }
    if (prepare_more != nullptr) prepare_more();
}

inline void run_cluster(Dim3 first, unsigned number) {
    prepare_cluster(first);
    const unsigned all = threads * cluster_blocks;
    volatile unsigned left = all;
    while (left > 0) {
        volatile bool progress = false;
        for (volatile unsigned i = 0; i < all; i = i + 1) {
            Fiber& fiber = fibers[number % 2 == 0 ? i : all - 1 - i];
            if (fiber.done || (fiber.waits_for != nullptr && *fiber.waits_for == fiber.generation)) continue;
            progress = true;
            resume(fiber);
            if (message[0] != 0) return;
            if (fiber.done) left = left - 1;
        }
        if (!progress) {
            snprintf(message, sizeof(message), "block %u, %u, %u: %u threads wait for others that have returned or wait elsewhere", first.x,
                     first.y, first.z, (unsigned)left);
            return;
        }
    }
}

inline const char* run_grid(const Launch& launch) {
    launch_now = launch;
    threads = launch.block.x * launch.block.y * launch.block.z;
    cluster_blocks = launch.cluster.x;
    message[0] = 0;
    if (launch.cluster.y != 1 || launch.cluster.z != 1 || cluster_blocks > MOST_BLOCKS) return "a cluster of another form than is emulated";
    if (launch.grid.x % cluster_blocks != 0) return "a grid that is not whole clusters";
    prepare();
    unsigned number = 0;
    for (unsigned z = 0; z < launch.grid.z; z++) {
        for (unsigned y = 0; y < launch.grid.y; y++) {
            for (unsigned x = 0; x < launch.grid.x; x += cluster_blocks) {
                run_cluster({x, y, z}, number++);
                if (message[0] != 0) return message;
            }
        }
    }
    return nullptr;
}

// What a kernel is called with, copied from where the arguments point.
template <class... P> struct Call {
    static inline void (*kernel)(P...);
    static inline const void* const* arguments;

    template <class T> static T get(size_t i) {
        alignas(T) unsigned char bytes[sizeof(T)];
        memcpy(bytes, arguments[i], sizeof(T));
        return *reinterpret_cast<T*>(bytes);
    }
    template <size_t... I> static void call(std::index_sequence<I...>) { kernel(get<P>(I)...); }
    static void thread() { call(std::index_sequence_for<P...>{}); }
};

// Runs a grid. Returns what went wrong, or null.
template <class... P> const char* launch(void (*kernel)(P...), const Launch& launch, const void* const* arguments) {
    Call<P...>::kernel = kernel;
    Call<P...>::arguments = arguments;
    run_thread = Call<P...>::thread;
    return run_grid(launch);
}

inline float from_bits(unsigned bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}
inline unsigned to_bits(float value) {
    unsigned bits;
    memcpy(&bits, &value, 4);
    return bits;
}
} // namespace host

#define threadIdx (host::current->thread)
#define blockIdx (host::current->block->index)
#define blockDim (host::launch_now.block)
#define gridDim (host::launch_now.grid)

inline void __syncthreads() { host::barrier(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { host::exchange(1, mask, 0); }
inline void __threadfence_block() {}
inline unsigned __activemask() {
    const unsigned first = host::current->index / 32 * 32, rest = host::threads - first;
    return rest >= 32 ? 0xffffffffu : (1u << rest) - 1;
}

// Lanes outside the mask have no value.
inline unsigned lane_value(const unsigned* values, unsigned mask, unsigned lane) { return mask >> lane & 1 ? values[lane] : 0x7fedbeefu; }
inline unsigned __shfl_sync(unsigned mask, unsigned value, int source) { return lane_value(host::exchange(2, mask, value), mask, source & 31); }
inline unsigned __shfl_xor_sync(unsigned mask, unsigned value, int other) {
    const unsigned* values = host::exchange(3, mask, value);
    return lane_value(values, mask, (host::current->index ^ other) & 31);
}
inline unsigned __shfl_up_sync(unsigned mask, unsigned value, unsigned delta) {
    const unsigned* values = host::exchange(4, mask, value);
    const unsigned lane = host::current->index % 32;
    return lane < delta ? value : lane_value(values, mask, lane - delta);
}
inline unsigned __shfl_down_sync(unsigned mask, unsigned value, unsigned delta) {
    const unsigned* values = host::exchange(5, mask, value);
    const unsigned lane = host::current->index % 32 + delta;
    return lane > 31 ? value : lane_value(values, mask, lane);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    const unsigned* values = host::exchange(6, mask, predicate != 0);
    unsigned result = 0;
    for (unsigned i = 0; i < 32; i++) result |= (mask >> i & 1 & values[i]) << i;
    return result;
}
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }

// Threads change places at barriers and warp operations only, so that plain operations are atomic.
#define HOST_ATOMIC(name, expression)                              \
    template <class T> T name(T* place, decltype(T()) value) {     \
        const T old = *place;                                      \
        *place = expression;                                       \
        return old;                                                \
    }
HOST_ATOMIC(atomicMin, value < old ? value : old)
HOST_ATOMIC(atomicMax, value > old ? value : old)
HOST_ATOMIC(atomicAnd, old & value)
HOST_ATOMIC(atomicOr, old | value)
HOST_ATOMIC(atomicXor, old ^ value)
HOST_ATOMIC(atomicExch, value)
inline unsigned atomicAdd(unsigned* place, unsigned value) { return std::exchange(*place, *place + value); }
inline int atomicAdd(int* place, int value) { return std::exchange(*place, (int)((unsigned)*place + (unsigned)value)); }
inline unsigned long long atomicAdd(unsigned long long* place, unsigned long long value) { return std::exchange(*place, *place + value); }
inline float atomicAdd(float* place, float value) { return std::exchange(*place, *place + value); }
template <class T> T atomicCAS(T* place, T compare, T value) {
    const T old = *place;
    if (old == compare) *place = value;
    return old;
}

inline unsigned __float_as_uint(float value) { return host::to_bits(value); }
inline float __uint_as_float(unsigned bits) { return host::from_bits(bits); }
inline int __float2int_rz(float x) { return x != x ? 0 : x >= 2147483648.0f ? 2147483647 : x <= -2147483648.0f ? -2147483647 - 1 : (int)x; }
inline unsigned __float2uint_rz(float x) { return !(x > 0.0f) ? 0 : x >= 4294967296.0f ? 0xffffffffu : (unsigned)x; }
inline long long __float2ll_rz(float x) {
    const long long most = 0x7fffffffffffffffll;
    return x != x ? 0 : x >= 9223372036854775808.0f ? most : x <= -9223372036854775808.0f ? -most - 1 : (long long)x;
}
inline unsigned long long __float2ull_rz(float x) { return !(x > 0.0f) ? 0 : x >= 18446744073709551616.0f ? ~0ull : (unsigned long long)x; }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned)x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __brev(unsigned x) {
    unsigned result = 0;
    for (unsigned i = 0; i < 32; i++) result |= (x >> i & 1) << (31 - i);
    return result;
}
inline int __dp4a(int a, int b, int c) {
    unsigned sum = (unsigned)c;
    for (int i = 0; i < 4; i++) sum += (unsigned)((int)(signed char)(a >> 8 * i) * (int)(signed char)(b >> 8 * i));
    return (int)sum;
}
inline unsigned __dp4a(unsigned a, unsigned b, unsigned c) {
    for (int i = 0; i < 4; i++) c += (a >> 8 * i & 0xff) * (b >> 8 * i & 0xff);
    return c;
}

// What C++ leaves undefined is an error here: the compiler's checks (-fsanitize) call these, which its own library would else answer.
#define HOST_UNDEFINED(name, what) \
    extern "C" void __ubsan_handle_##name(void*, unsigned long, unsigned long) { host::fail(what); }
HOST_UNDEFINED(add_overflow, "a sum that overflows")
HOST_UNDEFINED(sub_overflow, "a difference that overflows")
HOST_UNDEFINED(mul_overflow, "a product that overflows")
HOST_UNDEFINED(negate_overflow, "a negation that overflows")
HOST_UNDEFINED(divrem_overflow, "a division by zero, or that overflows")
HOST_UNDEFINED(shift_out_of_bounds, "a shift by the width or more")
HOST_UNDEFINED(float_cast_overflow, "a conversion of a float that the integer cannot hold")

namespace wgsl {
inline void* workgroup_memory() { return host::current->block->shared; }
inline void out_of_bounds(unsigned index, unsigned length, const char* what) {
    char text[160];
    snprintf(text, sizeof(text), "index %u of `%s`, which has %u elements", index, what, length);
    host::fail(text);
}
inline float f16_bits_to_f32(unsigned short half) {
    const unsigned sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
    if (magnitude >= 0x7c00u) return host::from_bits(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    if (magnitude >= 0x400u) return host::from_bits(sign | (magnitude << 13) + (112u << 23));
    return host::from_bits(host::to_bits((float)magnitude * 0x1p-24f) | sign);
}
inline unsigned short f32_to_f16_bits(float value) {
    const unsigned sign = host::to_bits(value) >> 16 & 0x8000u;
    const float magnitude = fabsf(value);
    if (magnitude != magnitude) return (unsigned short)(sign | 0x7e00u);
    if (magnitude >= 65520.0f) return (unsigned short)(sign | 0x7c00u);
    // The step between neighbours, a power of two; a sum that rounds up carries into the exponent.
    int exponent;
    frexpf(magnitude, &exponent);
    if (exponent < -13 || magnitude == 0.0f) exponent = -13;
    const unsigned steps = (unsigned)rintf(ldexpf(magnitude, 11 - exponent));
    return (unsigned short)(sign | (steps + ((unsigned)(exponent + 13) << 10)));
}
} // namespace wgsl
