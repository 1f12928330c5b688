// 16 x 16 matrices of a warp: out of workgroup memory and out of buffers, both orders, f32 and f16 sums.
enable f16;
enable wgpu_cooperative_matrix;
@group(0) @binding(0) var<storage, read> a: array<f16>;
@group(0) @binding(1) var<storage, read> b: array<f16>;
@group(0) @binding(2) var<storage, read_write> wide: array<f32>;
@group(0) @binding(3) var<storage, read_write> narrow: array<f16>;
var<workgroup> tile: array<vec4<f16>, 80>;

@compute @workgroup_size(32)
fn main(@builtin(local_invocation_index) lane: u32) {
    for (var i = lane; i < 64u; i += 32u) {
        tile[i / 4u * 5u + i % 4u] = vec4<f16>(a[4u * i], a[4u * i + 1u], a[4u * i + 2u], a[4u * i + 3u]);
    }
    workgroupBarrier();
    let rows = coopLoadT<coop_mat16x16<f16, A>>(&tile[0], 5u);
    let columns = coopLoad<coop_mat16x16<f16, A>>(&tile[0], 5u);
    let right = coopLoadT<coop_mat16x16<f16, B>>(&b[0], 16u);
    let right_columns = coopLoad<coop_mat16x16<f16, B>>(&tile[0], 5u);
    var sum = coop_mat16x16<f32, C>();
    sum = coopMultiplyAdd(rows, right, sum);
    coopStoreT(sum, &wide[0], 16u);
    sum = coopMultiplyAdd(columns, right_columns, sum) * 0.5;
    coopStore(sum, &wide[256], 16u);
    var half_sum = coopLoadT<coop_mat16x16<f16, C>>(&narrow[0], 16u);
    half_sum = coopMultiplyAdd(rows, right, half_sum);
    coopStoreT(half_sum, &narrow[0], 16u);
}
