// What kernels written in CUDA C++ take from it, beside what translated ones do. Comes after host.h.
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))

#define HOST_VECTORS(T, name)            \
    struct alignas(2 * sizeof(T)) name##2 { \
        T x, y;                          \
    };                                   \
    struct alignas(4 * sizeof(T)) name##4 { \
        T x, y, z, w;                    \
    };                                   \
    inline name##2 make_##name##2(T x, T y) { return {x, y}; } \
    inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
HOST_VECTORS(int, int)
HOST_VECTORS(unsigned, uint)
HOST_VECTORS(float, float)

#define HOST_EXTREMES(T, A, B)                                       \
    inline T min(A a, B b) { return (T)a < (T)b ? (T)a : (T)b; }     \
    inline T max(A a, B b) { return (T)a > (T)b ? (T)a : (T)b; }
HOST_EXTREMES(int, int, int)
HOST_EXTREMES(unsigned, unsigned, unsigned)
HOST_EXTREMES(unsigned, int, unsigned)
HOST_EXTREMES(unsigned, unsigned, int)
HOST_EXTREMES(unsigned long long, unsigned long long, unsigned long long)
HOST_EXTREMES(float, float, float)

inline float __int_as_float(int bits) { return host::from_bits((unsigned)bits); }
inline int __float_as_int(float value) { return (int)host::to_bits(value); }
inline float __saturatef(float x) { return !(x > 0.0f) ? 0.0f : x > 1.0f ? 1.0f : x; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((unsigned long long)a * b >> 32); }

inline float __shfl_sync(unsigned mask, float value, int source) { return host::from_bits(__shfl_sync(mask, host::to_bits(value), source)); }
inline float __shfl_xor_sync(unsigned mask, float value, int other) { return host::from_bits(__shfl_xor_sync(mask, host::to_bits(value), other)); }
inline int __shfl_sync(unsigned mask, int value, int source) { return (int)__shfl_sync(mask, (unsigned)value, source); }
inline int __shfl_xor_sync(unsigned mask, int value, int other) { return (int)__shfl_xor_sync(mask, (unsigned)value, other); }

#define HOST_REDUCTION(name, number, start, step)                        \
    inline unsigned name(unsigned mask, unsigned value) {                \
        const unsigned* values = host::exchange(number, mask, value);    \
        unsigned result = start;                                         \
        for (unsigned i = 0; i < 32; i++) {                              \
            if (mask >> i & 1) result = step;                            \
        }                                                                \
        return result;                                                   \
    }
HOST_REDUCTION(__reduce_add_sync, 7, 0, result + values[i])
HOST_REDUCTION(__reduce_min_sync, 8, ~0u, min(result, values[i]))
HOST_REDUCTION(__reduce_max_sync, 9, 0, max(result, values[i]))

// `atomicAdd(&unsigned, 1)` would else be ambiguous.
inline unsigned atomicAdd(unsigned* place, int value) { return atomicAdd(place, (unsigned)value); }
