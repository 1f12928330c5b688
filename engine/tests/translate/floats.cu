namespace shader {

struct modf_result_f32 {
    f32 fract;
    f32 whole;
};
static_assert(sizeof(modf_result_f32) == 8, "modf_result_f32");
struct frexp_result_f32 {
    f32 fract;
    i32 exp;
};
static_assert(sizeof(frexp_result_f32) == 8, "frexp_result_f32");

extern "C" __global__ void __launch_bounds__(32) main_kernel(
    const f32* __restrict__ values,
    const u32 values_length,
    f32* __restrict__ results,
    const u32 results_length)
{
    const vec3<u32> id = vec3<u32>(blockIdx.x * 32u + threadIdx.x, blockIdx.y * 1u + threadIdx.y, blockIdx.z * 1u + threadIdx.z);
    const u32 i = id.x;
    if (i >= values_length) {
        return;
    }
    const f32 x = values[i];
    const u32 at = i * 16u;
    results[at] = wgsl::bitcast<f32>(wgsl::convert<i32>(x));
    results[at + 1u] = wgsl::bitcast<f32>(wgsl::convert<u32>(x));
    results[at + 2u] = wgsl::modulo(x, 3.0f);
    results[at + 3u] = wgsl::round(x) + wgsl::floor(x) * 2.0f + wgsl::ceil(x) * 4.0f + wgsl::trunc(x) * 8.0f;
    const modf_result_f32 parts = wgsl::modf<modf_result_f32>(x);
    results[at + 4u] = parts.fract + parts.whole * 2.0f;
    const frexp_result_f32 scaled = wgsl::frexp<frexp_result_f32>(x);
    results[at + 5u] = wgsl::ldexp(scaled.fract, wgsl::add(scaled.exp, 1));
    results[at + 6u] = wgsl::fma(x, 2.0f, -x);
    results[at + 7u] = wgsl::clamp(x, -1.5f, 2.5f) + wgsl::saturate(x) + wgsl::step(0.5f, x) + wgsl::sign(x);
    const vec3<f32> v = wgsl::swizzle<2, 1, 0>(wgsl::mix(vec3<f32>(x, 1.0f, 2.0f), vec3<f32>(4.0f), vec3<f32>(0.5f)));
    results[at + 8u] = v.x + wgsl::dot(v, vec3<f32>(1.0f, 2.0f, 3.0f)) + wgsl::length(wgsl::cross(v, vec3<f32>(0.0f, 1.0f, 0.0f)));
    results[at + 9u] = wgsl::sqrt(wgsl::abs(x)) / wgsl::max(1.0f, wgsl::abs(x));
    results[at + 10u] = 11.0f;
    results[at + 11u] = f32(wgsl::convert<u32>(wgsl::abs(wgsl::min(x, 100.0f)))) + f32(i < 3u) + 0.75f;
    const vec2<bool> b = vec2<bool>(x > 0.0f, x < 1.0f);
    results[at + 12u] = (wgsl::any(b) ? 2.0f : 1.0f) + f32(wgsl::select(vec2<u32>(1u), vec2<u32>(5u), !b).y);
    results[at + 13u] = -3e38f;
    results[at + 14u] = 0.5f + wgsl::smoothstep(x, 2.0f, x);
    results[at + 15u] = -(-x);
}

} // namespace shader
