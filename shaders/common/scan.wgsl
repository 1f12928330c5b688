// Exclusive sums over a workgroup of 256 threads, in the order of their local index. Workgroup memory: 2176 bytes.
//
// No subgroup operations: they would follow loops and branches, after which not every driver brings the lanes of a subgroup together again.
// On an H200, CUDA's subgroup operations gained nothing here, and Vulkan's gave sums of half a subgroup.
//
// `slot` picks one of two sets of shared values. Calls that follow each other without another barrier between them must alternate 0 and 1:
// a thread may then start the next sum while others still read this one. After any other barrier either slot is free.

var<workgroup> scan_values: array<u32, 512>;
var<workgroup> scan_totals: array<u32, 32>;

// (sum of `value` over the lanes before this one, sum over all lanes). Needs uniform control flow.
fn workgroup_scan(lane: u32, value: u32, slot: u32) -> vec2<u32> {
    let values = slot * 256u;
    let totals = slot * 16u;
    scan_values[values + lane] = value;
    workgroupBarrier();
    if (lane < 16u) {
        var sum = 0u;
        for (var i = 0u; i < 16u; i++) {
            sum += scan_values[values + lane * 16u + i];
        }
        scan_totals[totals + lane] = sum;
    }
    workgroupBarrier();
    let block = lane / 16u;
    var before = 0u;
    var total = 0u;
    for (var i = 0u; i < 16u; i++) {
        let sum = scan_totals[totals + i];
        before += select(0u, sum, i < block);
        total += sum;
    }
    for (var i = block * 16u; i < lane; i++) {
        before += scan_values[values + i];
    }
    return vec2<u32>(before, total);
}
