namespace shader {

struct Row {
    f16 scale;
    vec4<f16> values;
    alignas(8) vec3<f16> last;
};
static_assert(sizeof(Row) == 24, "Row");

extern "C" __global__ void __launch_bounds__(1) main_kernel(
    const Row* __restrict__ rows,
    const u32 rows_length,
    vec4<f16>* __restrict__ results,
    const u32 results_length,
    f32* __restrict__ sums,
    const u32 sums_length)
{
    const Row row = rows[0u];
    results[0u] = row.values * row.scale + vec4<f16>(f16::from_bits(0x3800));
    results[1u] = vec4<f16>(wgsl::exp2(row.scale), wgsl::min(row.values.x, row.values.y), -row.last.z, f16(70000.0f * f32(row.scale)));
    results[2u] = vec4<f16>(row.last / vec3<f16>(row.scale), f16(wgsl::convert<i32>(row.values.w)));
    sums[0u] = f32(wgsl::dot(row.values, row.values));
    sums[1u] = wgsl::dot(wgsl::convert<f32>(row.values), vec4<f32>(1.0f));
    sums[2u] = f32(row.scale > f16::from_bits(0x3c00) ? row.last.x : f16::from_bits(0x3c00));
}

} // namespace shader
