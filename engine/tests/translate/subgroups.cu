namespace shader {

__device__ __forceinline__ u32 subgroup_lanes() { return wgsl::all_lanes<48>(); }

extern "C" __global__ void __launch_bounds__(48) main_kernel(
    const u32* __restrict__ values,
    const u32 values_length,
    u32* __restrict__ results,
    const u32 results_length)
{
    const u32 index = threadIdx.x;
    const u32 lane = threadIdx.x % 32u;
    const u32 size = 32u;
    const u32 id = threadIdx.x / 32u;
    const u32 count = 2u;
    const u32 x = values[index];
    const u32 at = index * 30u;
    const vec4<u32> ballot = wgsl::subgroupBallot(subgroup_lanes(), (x & 1u) == 1u);
    results[at] = ballot.x;
    results[at + 1u] = ballot.y + ballot.z + ballot.w;
    const u32 t32 = wgsl::subgroupBroadcast(subgroup_lanes(), x, 3u);
    results[at + 2u] = t32;
    const u32 t37 = wgsl::subgroupBroadcastFirst(subgroup_lanes(), x);
    results[at + 3u] = t37;
    const u32 t44 = wgsl::subgroupShuffle(subgroup_lanes(), x, lane ^ 5u);
    results[at + 4u] = t44;
    const u32 t50 = wgsl::subgroupShuffleXor(subgroup_lanes(), x, 2u);
    results[at + 5u] = t50;
    const u32 t56 = wgsl::subgroupShuffleUp(subgroup_lanes(), x, 1u);
    results[at + 6u] = t56;
    const u32 t62 = wgsl::subgroupShuffleDown(subgroup_lanes(), x, 1u);
    results[at + 7u] = t62;
    const u32 t67 = wgsl::subgroupAdd(subgroup_lanes(), x);
    results[at + 8u] = t67;
    const u32 t74 = wgsl::subgroupMul(subgroup_lanes(), x | 1u);
    results[at + 9u] = t74;
    const u32 t79 = wgsl::subgroupMin(subgroup_lanes(), x);
    results[at + 10u] = t79;
    const u32 t84 = wgsl::subgroupMax(subgroup_lanes(), x);
    results[at + 11u] = t84;
    const u32 t89 = wgsl::subgroupAnd(subgroup_lanes(), x);
    results[at + 12u] = t89;
    const u32 t94 = wgsl::subgroupOr(subgroup_lanes(), x);
    results[at + 13u] = t94;
    const u32 t99 = wgsl::subgroupXor(subgroup_lanes(), x);
    results[at + 14u] = t99;
    const u32 t104 = wgsl::subgroupInclusiveAdd(subgroup_lanes(), x);
    results[at + 15u] = t104;
    const u32 t109 = wgsl::subgroupExclusiveAdd(subgroup_lanes(), x);
    results[at + 16u] = t109;
    const u32 t116 = wgsl::subgroupInclusiveMul(subgroup_lanes(), x | 1u);
    results[at + 17u] = t116;
    const u32 t123 = wgsl::subgroupExclusiveMul(subgroup_lanes(), x | 1u);
    results[at + 18u] = t123;
    const bool t130 = wgsl::subgroupAll(subgroup_lanes(), x > 0u);
    const bool t135 = wgsl::subgroupAny(subgroup_lanes(), x > 1000000u);
    results[at + 19u] = u32(t130) + 2u * u32(t135);
    const u32 t144 = wgsl::quadBroadcast(subgroup_lanes(), x, 2u);
    results[at + 20u] = t144;
    const u32 t149 = wgsl::quadSwapX(subgroup_lanes(), x);
    const u32 t150 = wgsl::quadSwapY(subgroup_lanes(), x);
    const u32 t154 = wgsl::quadSwapDiagonal(subgroup_lanes(), x);
    results[at + 21u] = t149 + t150 * 2u + t154 * 4u;
    const vec2<f32> v = wgsl::subgroupAdd(subgroup_lanes(), vec2<f32>(f32(x & 255u), 1.0f));
    results[at + 22u] = wgsl::convert<u32>(v.x);
    results[at + 23u] = wgsl::convert<u32>(v.y);
    const i32 t183 = wgsl::subgroupMin(subgroup_lanes(), wgsl::subtract(i32(x), 50));
    results[at + 24u] = wgsl::bitcast<u32>(t183);
    const f32 t190 = wgsl::subgroupExclusiveAdd(subgroup_lanes(), 1.0f);
    results[at + 25u] = wgsl::convert<u32>(t190);
    results[at + 26u] = size;
    results[at + 27u] = id;
    results[at + 28u] = count;
    results[at + 29u] = lane;
}

} // namespace shader
