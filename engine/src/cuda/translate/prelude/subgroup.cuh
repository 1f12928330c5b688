// Subgroups are warps. `lanes` are those that take part, a bit each: all that the warp has, unless the translation was asked for the active
// ones. Lanes that have returned are not waited for by the hardware.
namespace wgsl {
// The lanes of this thread's warp in a workgroup of so many threads: the last warp may have fewer than 32.
template <u32 Threads> WGSL_FN u32 all_lanes() {
    if (Threads % 32u == 0u) return 0xffffffffu;
    const u32 thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    return thread / 32u == Threads / 32u ? (1u << (Threads % 32u)) - 1u : 0xffffffffu;
}
WGSL_FN u32 lane() { return (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32u; }

// One exchange for each 32-bit word of a value.
template <class T, class F> WGSL_FN T exchanged(T value, F exchange) {
    constexpr u32 count = (sizeof(T) + 3) / 4;
    u32 words[count] = {};
    memcpy(words, &value, sizeof(T));
#pragma unroll
    for (u32 i = 0; i < count; i++) words[i] = exchange(words[i]);
    memcpy(&value, words, sizeof(T));
    return value;
}
template <class T> WGSL_FN T subgroupShuffle(u32 lanes, T value, u32 index) {
    return exchanged(value, [=](u32 word) { return __shfl_sync(lanes, word, i32(index)); });
}
template <class T> WGSL_FN T subgroupBroadcast(u32 lanes, T value, u32 index) { return subgroupShuffle(lanes, value, index); }
template <class T> WGSL_FN T subgroupBroadcastFirst(u32 lanes, T value) { return subgroupShuffle(lanes, value, u32(__ffs(i32(lanes)) - 1)); }
template <class T> WGSL_FN T subgroupShuffleXor(u32 lanes, T value, u32 mask) {
    return exchanged(value, [=](u32 word) { return __shfl_xor_sync(lanes, word, i32(mask)); });
}
template <class T> WGSL_FN T subgroupShuffleUp(u32 lanes, T value, u32 delta) {
    return exchanged(value, [=](u32 word) { return __shfl_up_sync(lanes, word, delta); });
}
template <class T> WGSL_FN T subgroupShuffleDown(u32 lanes, T value, u32 delta) {
    return exchanged(value, [=](u32 word) { return __shfl_down_sync(lanes, word, delta); });
}
template <class T> WGSL_FN T quadBroadcast(u32 lanes, T value, u32 index) { return subgroupShuffle(lanes, value, (lane() & ~3u) + index); }
template <class T> WGSL_FN T quadSwapX(u32 lanes, T value) { return subgroupShuffleXor(lanes, value, 1u); }
template <class T> WGSL_FN T quadSwapY(u32 lanes, T value) { return subgroupShuffleXor(lanes, value, 2u); }
template <class T> WGSL_FN T quadSwapDiagonal(u32 lanes, T value) { return subgroupShuffleXor(lanes, value, 3u); }

WGSL_FN vec4<u32> subgroupBallot(u32 lanes, bool predicate) { return {__ballot_sync(lanes, predicate), 0u, 0u, 0u}; }
WGSL_FN bool subgroupAll(u32 lanes, bool predicate) { return __all_sync(lanes, predicate); }
WGSL_FN bool subgroupAny(u32 lanes, bool predicate) { return __any_sync(lanes, predicate); }

struct AddOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return a + b; }
    WGSL_FN i32 operator()(i32 a, i32 b) const { return add(a, b); }
};
struct MulOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return a * b; }
    WGSL_FN i32 operator()(i32 a, i32 b) const { return multiply(a, b); }
};
struct MinOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return min(a, b); }
};
struct MaxOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return max(a, b); }
};
struct AndOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return a & b; }
};
struct OrOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return a | b; }
};
struct XorOp {
    template <class T> WGSL_FN T operator()(T a, T b) const { return a ^ b; }
};

// Every lane gets the same bits: partners hold equal values at each step of the butterfly, and all operations are commutative.
template <class Op, class T> WGSL_FN T reduce(u32 lanes, T value, Op op) {
    if (lanes == 0xffffffffu) {
#pragma unroll
        for (u32 step = 16u; step > 0u; step /= 2u) value = op(value, subgroupShuffleXor(lanes, value, step));
        return value;
    }
    T total = subgroupBroadcastFirst(lanes, value);
    for (u32 rest = lanes & (lanes - 1u); rest != 0u; rest &= rest - 1u) {
        total = op(total, subgroupShuffle(lanes, value, u32(__ffs(i32(rest)) - 1)));
    }
    return total;
}
template <class Op, class T> WGSL_FN T inclusive(u32 lanes, T value, Op op) {
    const u32 own = lane();
    if ((lanes & (lanes + 1u)) == 0u) { // the first lanes of the warp, without gaps
#pragma unroll
        for (u32 step = 1u; step < 32u; step *= 2u) {
            const T before = subgroupShuffleUp(lanes, value, step);
            if (own >= step) value = op(before, value);
        }
        return value;
    }
    T total = value;
    bool first = true;
    for (u32 rest = lanes; rest != 0u; rest &= rest - 1u) {
        const u32 source = u32(__ffs(i32(rest)) - 1);
        const T other = subgroupShuffle(lanes, value, source);
        if (source <= own) total = first ? other : op(total, other);
        first = false;
    }
    return total;
}
template <class Op, class T> WGSL_FN T exclusive(u32 lanes, T value, T identity, Op op) {
    const T all = inclusive(lanes, value, op);
    const u32 before = lanes & ((1u << lane()) - 1u);
    const T previous = subgroupShuffle(lanes, all, before == 0u ? lane() : 31u - u32(__clz(i32(before))));
    return before == 0u ? identity : previous;
}
template <class T> WGSL_FN T subgroupAdd(u32 lanes, T value) { return reduce(lanes, value, AddOp{}); }
template <class T> WGSL_FN T subgroupMul(u32 lanes, T value) { return reduce(lanes, value, MulOp{}); }
template <class T> WGSL_FN T subgroupMin(u32 lanes, T value) { return reduce(lanes, value, MinOp{}); }
template <class T> WGSL_FN T subgroupMax(u32 lanes, T value) { return reduce(lanes, value, MaxOp{}); }
template <class T> WGSL_FN T subgroupAnd(u32 lanes, T value) { return reduce(lanes, value, AndOp{}); }
template <class T> WGSL_FN T subgroupOr(u32 lanes, T value) { return reduce(lanes, value, OrOp{}); }
template <class T> WGSL_FN T subgroupXor(u32 lanes, T value) { return reduce(lanes, value, XorOp{}); }
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
// One instruction.
WGSL_FN u32 subgroupAdd(u32 lanes, u32 value) { return __reduce_add_sync(lanes, value); }
WGSL_FN u32 subgroupMin(u32 lanes, u32 value) { return __reduce_min_sync(lanes, value); }
WGSL_FN u32 subgroupMax(u32 lanes, u32 value) { return __reduce_max_sync(lanes, value); }
WGSL_FN u32 subgroupAnd(u32 lanes, u32 value) { return __reduce_and_sync(lanes, value); }
WGSL_FN u32 subgroupOr(u32 lanes, u32 value) { return __reduce_or_sync(lanes, value); }
WGSL_FN u32 subgroupXor(u32 lanes, u32 value) { return __reduce_xor_sync(lanes, value); }
WGSL_FN i32 subgroupAdd(u32 lanes, i32 value) { return __reduce_add_sync(lanes, value); }
WGSL_FN i32 subgroupMin(u32 lanes, i32 value) { return __reduce_min_sync(lanes, value); }
WGSL_FN i32 subgroupMax(u32 lanes, i32 value) { return __reduce_max_sync(lanes, value); }
#endif
template <class T> struct one_of {
    static WGSL_FN T value() { return T(1); }
};
template <> struct one_of<f32> {
    static WGSL_FN f32 value() { return 1.0f; }
};
template <class T> struct one_of<vec2<T>> {
    static WGSL_FN vec2<T> value() { return vec2<T>(T(1)); }
};
template <class T> struct one_of<vec3<T>> {
    static WGSL_FN vec3<T> value() { return vec3<T>(T(1)); }
};
template <class T> struct one_of<vec4<T>> {
    static WGSL_FN vec4<T> value() { return vec4<T>(T(1)); }
};
template <class T> WGSL_FN T subgroupInclusiveAdd(u32 lanes, T value) { return inclusive(lanes, value, AddOp{}); }
template <class T> WGSL_FN T subgroupInclusiveMul(u32 lanes, T value) { return inclusive(lanes, value, MulOp{}); }
template <class T> WGSL_FN T subgroupExclusiveAdd(u32 lanes, T value) { return exclusive(lanes, value, T{}, AddOp{}); }
template <class T> WGSL_FN T subgroupExclusiveMul(u32 lanes, T value) { return exclusive(lanes, value, one_of<T>::value(), MulOp{}); }
} // namespace wgsl
