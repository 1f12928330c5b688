// Exclusive sums over a workgroup of 256 threads, in the order of `Place.lane`.
// Workgroup memory: 2176 bytes (generic), 2052 bytes (subgroup).
//
// `slot` picks one of two sets of shared values. Calls that follow each other without another barrier between them must alternate 0 and 1:
// a thread may then start the next sum while others still read this one. After any other barrier either slot is free.

// Where a thread stands. In the subgroup variant lanes follow the subgroups, whatever their sizes, so that neighbouring lanes share one;
// which subgroup comes first is up to the device, and nothing but the order of lanes may depend on it.
struct Place {
    lane: u32,
    subgroup: u32,
    subgroups: u32,
}

@if(subgroup) var<workgroup> scan_places: atomic<u32>;
@if(subgroup) var<workgroup> scan_totals: array<u32, 512>;
@if(!subgroup) var<workgroup> scan_values: array<u32, 512>;
@if(!subgroup) var<workgroup> scan_totals: array<u32, 32>;

// Needs uniform control flow, as all functions here.
@if(!subgroup) fn workgroup_place(local_index: u32) -> Place {
    return Place(local_index, 0u, 0u);
}

// WGSL promises no relation between the local index and the lanes of a subgroup, and `subgroup_id` is not everywhere: each subgroup
// draws its first lane (low half) and its number (high half) from one counter.
@if(subgroup) fn workgroup_place(local_index: u32) -> Place {
    if (local_index == 0u) {
        atomicStore(&scan_places, 0u);
    }
    workgroupBarrier();
    let size = subgroupAdd(1u);
    let rank = subgroupExclusiveAdd(1u);
    var drawn = 0u;
    if (rank == 0u) {
        drawn = atomicAdd(&scan_places, size + 0x10000u);
    }
    drawn = subgroupBroadcastFirst(drawn);
    workgroupBarrier();
    let drawn_by_all = atomicLoad(&scan_places);
    return Place((drawn & 0xffffu) + rank, drawn >> 16u, drawn_by_all >> 16u);
}

// (sum of `value` over the lanes before this one, sum over all lanes).
@if(!subgroup) fn workgroup_scan(place: Place, value: u32, slot: u32) -> vec2<u32> {
    let values = slot * 256u;
    let totals = slot * 16u;
    scan_values[values + place.lane] = value;
    workgroupBarrier();
    if (place.lane < 16u) {
        var sum = 0u;
        for (var i = 0u; i < 16u; i++) {
            sum += scan_values[values + place.lane * 16u + i];
        }
        scan_totals[totals + place.lane] = sum;
    }
    workgroupBarrier();
    let block = place.lane / 16u;
    var before = 0u;
    var total = 0u;
    for (var i = 0u; i < 16u; i++) {
        let sum = scan_totals[totals + i];
        before += select(0u, sum, i < block);
        total += sum;
    }
    for (var i = block * 16u; i < place.lane; i++) {
        before += scan_values[values + i];
    }
    return vec2<u32>(before, total);
}

@if(subgroup) fn workgroup_scan(place: Place, value: u32, slot: u32) -> vec2<u32> {
    let totals = slot * 256u;
    let inner = subgroupExclusiveAdd(value);
    let sum = subgroupAdd(value);
    // Every lane of the subgroup writes the same number.
    scan_totals[totals + place.subgroup] = sum;
    workgroupBarrier();
    var before = inner;
    var total = 0u;
    for (var i = 0u; i < place.subgroups; i++) {
        let part = scan_totals[totals + i];
        before += select(0u, part, i < place.subgroup);
        total += part;
    }
    return vec2<u32>(before, total);
}
