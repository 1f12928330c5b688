// Memory that threads share.
namespace wgsl {
#ifdef __CUDACC__
WGSL_FN void* workgroup_memory() {
    extern __shared__ __align__(128) unsigned char memory[];
    return memory;
}
WGSL_FN void out_of_bounds(u32, u32, const char*) { __trap(); }
#endif

// The index, if it is inside.
WGSL_FN u32 checked(u32 index, u32 length, const char* what) {
    if (index >= length) out_of_bounds(index, length, what);
    return index;
}

template <u32 Threads, class T> WGSL_FN void zero(T& memory) {
    static_assert(alignof(T) >= 4, "workgroup memory");
    const u32 thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    u32* words = reinterpret_cast<u32*>(&memory);
    for (u32 i = thread; i < sizeof(T) / 4; i += Threads) words[i] = 0u;
    __syncthreads();
}

template <class T> WGSL_FN T workgroupUniformLoad(const T& place) {
    __syncthreads();
    const T value = place;
    __syncthreads();
    return value;
}
template <class T> WGSL_FN T workgroupUniformLoad(const atomic<T>& place) { return workgroupUniformLoad(place.value); }

// Atomics are relaxed, as WGSL has them.
template <class T> WGSL_FN T atomicLoad(const atomic<T>& a) { return *static_cast<const volatile T*>(&a.value); }
template <class T> WGSL_FN void atomicStore(atomic<T>& a, T value) { *static_cast<volatile T*>(&a.value) = value; }
template <class T> WGSL_FN T atomicAdd(atomic<T>& a, T value) { return ::atomicAdd(&a.value, value); }
WGSL_FN u64 atomicAdd(atomic<u64>& a, u64 value) {
    return ::atomicAdd(reinterpret_cast<unsigned long long*>(&a.value), static_cast<unsigned long long>(value));
}
template <class T> WGSL_FN T atomicSub(atomic<T>& a, T value) { return atomicAdd(a, T(T(0) - value)); }
WGSL_FN i32 atomicSub(atomic<i32>& a, i32 value) { return ::atomicAdd(&a.value, negate(value)); }
template <class T> WGSL_FN T atomicMin(atomic<T>& a, T value) { return ::atomicMin(&a.value, value); }
template <class T> WGSL_FN T atomicMax(atomic<T>& a, T value) { return ::atomicMax(&a.value, value); }
template <class T> WGSL_FN T atomicAnd(atomic<T>& a, T value) { return ::atomicAnd(&a.value, value); }
template <class T> WGSL_FN T atomicOr(atomic<T>& a, T value) { return ::atomicOr(&a.value, value); }
template <class T> WGSL_FN T atomicXor(atomic<T>& a, T value) { return ::atomicXor(&a.value, value); }
template <class T> WGSL_FN T atomicExchange(atomic<T>& a, T value) { return ::atomicExch(&a.value, value); }
template <class R, class T> WGSL_FN R atomicCompareExchangeWeak(atomic<T>& a, T compare, T value) {
    const T old = ::atomicCAS(&a.value, compare, value);
    return R{old, old == compare};
}
} // namespace wgsl
