namespace shader {

struct Pair {
    u32 low;
    vec2<u32> high;
};
static_assert(sizeof(Pair) == 16, "Pair");

struct Private {
    u32 calls = 3u;
    array<u32, 4> stack = {};
};

__device__ __forceinline__ u32 bump(u32& value, u32 by, Private& invocation) {
    invocation.calls = invocation.calls + 1u;
    const u32 old = value;
    value = old + by;
    return old;
}

__device__ __forceinline__ void fill(Pair& pair, array<u32, 4>& values) {
    pair.high.y = values[2u];
    const u32 t7 = pair.low;
    values[t7] = values[t7] + 5u;
}

__device__ __forceinline__ void push(array<u32, 4>& at, u32 value, Private& invocation) {
    at[invocation.calls & 3u] = value;
}

extern "C" __global__ void __launch_bounds__(1) main_kernel(
    u32* __restrict__ results,
    const u32 results_length)
{
    Private invocation;
    u32 x = 7u;
    Pair pair = Pair{1u, vec2<u32>(2u, 3u)};
    array<u32, 4> values = array<u32, 4>{10u, 20u, 30u, 40u};
    bool local = {};
    const u32 t3 = bump(x, 2u, invocation);
    const u32 t5 = bump(x, x, invocation);
    const u32 before = t3 + t5;
    fill(pair, values);
    values[1u] = values[1u] * 2u;
    push(invocation.stack, x, invocation);
    if (results_length > 6u) {
        local = results[6u] == 0u;
    } else {
        local = false;
    }
    if (local) {
        results[6u] = 1u;
    }
    results[0u] = before;
    results[1u] = x;
    const u32 t48 = x;
    const u32 t52 = bump(x, 1u, invocation);
    results[7u] = t48 * 100u + t52;
    results[2u] = pair.high.y;
    results[3u] = values[1u];
    results[4u] = invocation.calls + x;
    results[5u] = invocation.stack[1u];
}

} // namespace shader
