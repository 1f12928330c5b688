namespace shader {

struct Best {
    u32 value;
    u32 at;
};
static_assert(sizeof(Best) == 8, "Best");
struct atomic_compare_exchange_resultu3cUintu2c4u3e {
    u32 old_value;
    bool exchanged;
};
static_assert(sizeof(atomic_compare_exchange_resultu3cUintu2c4u3e) == 8, "atomic_compare_exchange_resultu3cUintu2c4u3e");

struct Workgroup {
    array<array<u32, 16>, 4> tile;
    Best best;
    atomic<u32> total;
    bool flag;
};
static_assert(sizeof(Workgroup) == 272, "workgroup memory");

extern "C" __global__ void __launch_bounds__(64) main_kernel(
    const u32* __restrict__ values,
    const u32 values_length,
    array<atomic<u32>, 10>* __restrict__ counters,
    atomic<i32>* __restrict__ signed_1,
    u32* __restrict__ reversed,
    const u32 reversed_length)
{
    Workgroup& workgroup = *static_cast<Workgroup*>(wgsl::workgroup_memory());
    const vec3<u32> local = vec3<u32>(threadIdx.x, threadIdx.y, threadIdx.z);
    const u32 index = (threadIdx.x + threadIdx.y * 16u);
    const vec3<u32> group = vec3<u32>(blockIdx.x, blockIdx.y, blockIdx.z);
    bool local_1 = {};
    if (index == 0u) {
        wgsl::atomicStore(workgroup.total, 0u);
        workgroup.best = Best{0u, 0u};
    }
    workgroup.tile[local.y][local.x] = values[group.x * 64u + index];
    __syncthreads();
    wgsl::atomicAdd(workgroup.total, workgroup.tile[local.y][local.x]);
    reversed[group.x * 64u + index] = workgroup.tile[3u - local.y][15u - local.x];
    if (index == 5u) {
        workgroup.best = Best{workgroup.tile[0u][5u], index};
        workgroup.flag = true;
    }
    const Best found = wgsl::workgroupUniformLoad(workgroup.best);
    if (index == found.at) {
        local_1 = workgroup.flag;
    } else {
        local_1 = false;
    }
    if (local_1) {
        wgsl::atomicAdd((*counters)[0u], wgsl::atomicLoad(workgroup.total));
        wgsl::atomicMax((*counters)[1u], found.value);
        wgsl::atomicMin((*counters)[2u], found.value);
        wgsl::atomicOr((*counters)[3u], wgsl::shift_left(1u, group.x));
        wgsl::atomicAnd((*counters)[4u], ~wgsl::shift_left(1u, group.x));
        wgsl::atomicXor((*counters)[5u], 3u);
        const u32 old = wgsl::atomicExchange((*counters)[6u], group.x + 10u);
        const atomic_compare_exchange_resultu3cUintu2c4u3e swap = wgsl::atomicCompareExchangeWeak<atomic_compare_exchange_resultu3cUintu2c4u3e>((*counters)[7u], 0u, 77u + old);
        if (!swap.exchanged) {
            wgsl::atomicStore((*counters)[8u], swap.old_value);
        }
        wgsl::atomicSub((*counters)[9u], 2u);
        wgsl::atomicSub((*signed_1), -5);
    }
    __syncthreads();
}

} // namespace shader
