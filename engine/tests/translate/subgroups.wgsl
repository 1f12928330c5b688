// Every subgroup operation, in a workgroup whose last warp has 16 lanes.
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(48)
fn main(@builtin(local_invocation_index) index: u32, @builtin(subgroup_invocation_id) lane: u32, @builtin(subgroup_size) size: u32,
    @builtin(subgroup_id) id: u32, @builtin(num_subgroups) count: u32) {
    let x = values[index];
    let at = index * 30u;
    let ballot = subgroupBallot((x & 1u) == 1u);
    results[at] = ballot.x;
    results[at + 1u] = ballot.y + ballot.z + ballot.w;
    results[at + 2u] = subgroupBroadcast(x, 3u);
    results[at + 3u] = subgroupBroadcastFirst(x);
    results[at + 4u] = subgroupShuffle(x, lane ^ 5u);
    results[at + 5u] = subgroupShuffleXor(x, 2u);
    results[at + 6u] = subgroupShuffleUp(x, 1u);
    results[at + 7u] = subgroupShuffleDown(x, 1u);
    results[at + 8u] = subgroupAdd(x);
    results[at + 9u] = subgroupMul(x | 1u);
    results[at + 10u] = subgroupMin(x);
    results[at + 11u] = subgroupMax(x);
    results[at + 12u] = subgroupAnd(x);
    results[at + 13u] = subgroupOr(x);
    results[at + 14u] = subgroupXor(x);
    results[at + 15u] = subgroupInclusiveAdd(x);
    results[at + 16u] = subgroupExclusiveAdd(x);
    results[at + 17u] = subgroupInclusiveMul(x | 1u);
    results[at + 18u] = subgroupExclusiveMul(x | 1u);
    results[at + 19u] = u32(subgroupAll(x > 0u)) + 2u * u32(subgroupAny(x > 1000000u));
    results[at + 20u] = quadBroadcast(x, 2u);
    results[at + 21u] = quadSwapX(x) + quadSwapY(x) * 2u + quadSwapDiagonal(x) * 4u;
    let v = subgroupAdd(vec2<f32>(f32(x & 255u), 1.0));
    results[at + 22u] = u32(v.x);
    results[at + 23u] = u32(v.y);
    results[at + 24u] = bitcast<u32>(subgroupMin(i32(x) - 50));
    results[at + 25u] = u32(subgroupExclusiveAdd(1.0));
    results[at + 26u] = size;
    results[at + 27u] = id;
    results[at + 28u] = count;
    results[at + 29u] = lane;
}
