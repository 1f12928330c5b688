namespace shader {

struct Inner {
    alignas(16) vec3<f32> direction;
    f32 weight;
    array<vec3<f32>, 2> points;
};
static_assert(sizeof(Inner) == 48, "Inner");
struct Params {
    f32 factor;
    u32 first;
};
static_assert(sizeof(Params) == 8, "Params");
struct Table {
    u32 count;
    Inner inner;
    mat2x3<f32> turn;
    vec4<u32> rows[1];
};

__device__ __forceinline__ Inner moved(Inner inner, vec3<f32> by, const Params& params) {
    Inner result = {};
    result = inner;
    result.points[1u] = result.points[0u] + by * params.factor;
    result.weight = wgsl::dot(result.direction, by);
    return result;
}

extern "C" __global__ void __launch_bounds__(1) main_kernel(
    const __grid_constant__ Params params,
    Table* __restrict__ table,
    const u32 table_length,
    const wgsl::padded<vec3<f32>>* __restrict__ points,
    const u32 points_length,
    u32* __restrict__ lengths,
    const u32 lengths_length)
{
    const Inner t11 = moved(table->inner, points[params.first].value, params);
    table->inner = t11;
    table->turn[1u] = table->turn[0u] + points[params.first + 1u].value;
    table->turn[0u].y = table->turn[1u].x;
    table->rows[table_length - 1u] = vec4<u32>(table->count, 2u, 3u, 4u);
    lengths[0u] = table_length;
    lengths[1u] = points_length;
    lengths[2u] = lengths_length;
}

} // namespace shader
