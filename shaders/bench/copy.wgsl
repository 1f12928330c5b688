// Measures the bandwidth of memory: copies vectors of 16 bytes.
//   source, target  [vectors]
// One invocation copies one vector in each of 4 blocks of 256; a workgroup of 256 lanes 16 KiB. No workgroup memory.
import package::common::grid::flat_workgroup_id;

struct Params {
    vectors: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> copied: array<vec4<u32>>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let first = flat_workgroup_id(wid, nwg) * 1024u + lane;
    for (var block = 0u; block < 4u; block++) {
        let at = first + block * 256u;
        if (at < params.vectors) {
            copied[at] = source[at];
        }
    }
}
