namespace shader {

__device__ __forceinline__ u32 kind(u32 n) {
    switch (n) {
    case 0u:
    case 1u: {
        return 10u;
    }
    case 2u: {
        break;
    }
    case 3u:
    default: {
        if (n > 5u) {
            return 30u;
        }
        break;
    }
    }
    return 20u;
}

__device__ __forceinline__ u32 collatz(u32 start) {
    u32 n = {};
    u32 steps = 0u;
    n = start;
    while (n != 1u) {
        if (n % 2u == 0u) {
            n = n / 2u;
            continue;
        }
        n = 3u * n + 1u;
        steps = steps + 1u;
    }
    return steps;
}

__device__ __forceinline__ u32 with_continuing(u32 limit) {
    u32 sum = 0u;
    u32 i = 0u;
    for (bool again = true; again; again = [&] {
        i = i + 1u;
        sum = sum + 100u;
        const u32 t20 = i;
        return !(t20 >= limit);
    }()) {
        if (i == 3u) {
            continue;
        }
        if (sum > 1000u) {
            break;
        }
        sum = sum + i;
    }
    return sum;
}

__device__ __forceinline__ i32 nested(i32 n) {
    i32 total = 0;
    i32 i = 0;
    i32 fresh = {};
    i32 j = {};
    for (; i < n; i = wgsl::add(i, 1)) {
        fresh = i32{};
        j = i;
        for (; j > 0; j = wgsl::subtract(j, 2)) {
            if (j == 5) {
                continue;
            }
            switch (j) {
            case 4: {
                continue;
            }
            case 7: {
                break;
            }
            default: {
                fresh = wgsl::add(fresh, j);
                break;
            }
            }
            total = wgsl::subtract(total, 1);
        }
        total = wgsl::add(total, fresh);
    }
    return total;
}

extern "C" __global__ void __launch_bounds__(8) main_kernel(
    u32* __restrict__ results,
    const u32 results_length)
{
    const u32 i = threadIdx.x;
    bool local = {};
    bool local_1 = {};
    const u32 t3 = kind(i);
    results[i] = t3;
    if (i > 5u) {
        return;
    } else {
        if (i > 2u) {
            if (!(results[i] == 20u)) {
                local_1 = i == 4u;
            } else {
                local_1 = true;
            }
            local = local_1;
        } else {
            local = false;
        }
        if (local) {
            const u32 t30 = collatz(i + 5u);
            results[8u + i] = t30;
        } else {
            const u32 t37 = with_continuing(i + 2u);
            results[8u + i] = t37;
        }
    }
    const i32 t45 = nested(wgsl::add(i32(i), 6));
    results[16u + i] = u32(t45);
}

} // namespace shader
