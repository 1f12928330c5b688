// Workgroup memory, barriers, atomics.
struct Best { value: u32, at: u32 }
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> counters: array<atomic<u32>, 10>;
@group(0) @binding(2) var<storage, read_write> signed: atomic<i32>;
@group(0) @binding(3) var<storage, read_write> reversed: array<u32>;
var<workgroup> tile: array<array<u32, 16>, 4>;
var<workgroup> best: Best;
var<workgroup> total: atomic<u32>;
var<workgroup> flag: bool;

@compute @workgroup_size(16, 4)
fn main(@builtin(local_invocation_id) local: vec3<u32>, @builtin(local_invocation_index) index: u32, @builtin(workgroup_id) group: vec3<u32>) {
    if (index == 0u) {
        atomicStore(&total, 0u);
        best = Best(0u, 0u);
    }
    tile[local.y][local.x] = values[group.x * 64u + index];
    workgroupBarrier();
    atomicAdd(&total, tile[local.y][local.x]);
    reversed[group.x * 64u + index] = tile[3u - local.y][15u - local.x];
    if (index == 5u) {
        best = Best(tile[0][5], index);
        flag = true;
    }
    let found = workgroupUniformLoad(&best);
    if (index == found.at && flag) {
        atomicAdd(&counters[0], atomicLoad(&total));
        atomicMax(&counters[1], found.value);
        atomicMin(&counters[2], found.value);
        atomicOr(&counters[3], 1u << group.x);
        atomicAnd(&counters[4], ~(1u << group.x));
        atomicXor(&counters[5], 3u);
        let old = atomicExchange(&counters[6], group.x + 10u);
        let swap = atomicCompareExchangeWeak(&counters[7], 0u, 77u + old);
        if (!swap.exchanged) { atomicStore(&counters[8], swap.old_value); }
        atomicSub(&counters[9], 2u);
        atomicSub(&signed, -5);
    }
    storageBarrier();
}
