namespace shader {

struct Workgroup {
    array<vec4<f16>, 80> tile;
};
static_assert(sizeof(Workgroup) == 640, "workgroup memory");

extern "C" __global__ void __launch_bounds__(32) main_kernel(
    const f16* __restrict__ a,
    const u32 a_length,
    const f16* __restrict__ b,
    const u32 b_length,
    f32* __restrict__ wide,
    const u32 wide_length,
    f16* __restrict__ narrow,
    const u32 narrow_length)
{
    Workgroup& workgroup = *static_cast<Workgroup*>(wgsl::workgroup_memory());
    const u32 lane = threadIdx.x;
    u32 i = {};
    coop_mat16x16<f32, wgsl::C> sum = coop_mat16x16<f32, wgsl::C>{};
    coop_mat16x16<f16, wgsl::C> half_sum = coop_mat16x16<f16, wgsl::C>{};
    i = lane;
    for (; i < 64u; i = i + 32u) {
        workgroup.tile[i / 4u * 5u + i % 4u] = vec4<f16>(a[4u * i], a[4u * i + 1u], a[4u * i + 2u], a[4u * i + 3u]);
    }
    __syncthreads();
    const coop_mat16x16<f16, wgsl::A> rows = coop_mat16x16<f16, wgsl::A>::load(workgroup.tile[0u], 5u, wgsl::row_major, wgsl::workgroup_space);
    const coop_mat16x16<f16, wgsl::A> columns = coop_mat16x16<f16, wgsl::A>::load(workgroup.tile[0u], 5u, wgsl::column_major, wgsl::workgroup_space);
    const coop_mat16x16<f16, wgsl::B> right = coop_mat16x16<f16, wgsl::B>::load(b[0u], 16u, wgsl::row_major, wgsl::storage_space);
    const coop_mat16x16<f16, wgsl::B> right_columns = coop_mat16x16<f16, wgsl::B>::load(workgroup.tile[0u], 5u, wgsl::column_major, wgsl::workgroup_space);
    sum = wgsl::coopMultiplyAdd(rows, right, sum);
    sum.store(wide[0u], 16u, wgsl::row_major, wgsl::storage_space);
    sum = wgsl::coopMultiplyAdd(columns, right_columns, sum) * 0.5f;
    sum.store(wide[256u], 16u, wgsl::column_major, wgsl::storage_space);
    half_sum = coop_mat16x16<f16, wgsl::C>::load(narrow[0u], 16u, wgsl::row_major, wgsl::storage_space);
    half_sum = wgsl::coopMultiplyAdd(rows, right, half_sum);
    half_sum.store(narrow[0u], 16u, wgsl::row_major, wgsl::storage_space);
}

} // namespace shader
