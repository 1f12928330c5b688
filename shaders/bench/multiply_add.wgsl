// Measures the rate of f32 multiply-adds: sixteen chains (four vectors) in each invocation, from registers.
//   sums  [workgroups * 256] f32, so that no compiler can drop the work
// Each of `rounds` rounds is 16 vectors of 4 multiply-adds: 128 operations an invocation. No memory is read.
import package::common::grid::flat_workgroup_id;

struct Params {
    rounds: u32,
    factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {
    let id = flat_workgroup_id(wid, nwg) * 256u + lane;
    let x = vec4<f32>(params.factor);
    let y = vec4<f32>(1.0 - params.factor);
    var a = vec4<f32>(f32(lane));
    var b = a + 1.0;
    var c = a + 2.0;
    var d = a + 3.0;
    for (var round = 0u; round < params.rounds; round++) {
        a = fma(a, x, y);
        b = fma(b, x, y);
        c = fma(c, x, y);
        d = fma(d, x, y);
        a = fma(a, x, y);
        b = fma(b, x, y);
        c = fma(c, x, y);
        d = fma(d, x, y);
        a = fma(a, x, y);
        b = fma(b, x, y);
        c = fma(c, x, y);
        d = fma(d, x, y);
        a = fma(a, x, y);
        b = fma(b, x, y);
        c = fma(c, x, y);
        d = fma(d, x, y);
    }
    let sum = (a + b) + (c + d);
    sums[id] = sum.x + sum.y + sum.z + sum.w;
}
