namespace shader {

extern "C" __global__ void __launch_bounds__(32) main_kernel(
    const i32* __restrict__ a,
    const u32 a_length,
    const i32* __restrict__ b,
    const u32 b_length,
    i32* __restrict__ results,
    const u32 results_length)
{
    const vec3<u32> id = vec3<u32>(blockIdx.x * 32u + threadIdx.x, blockIdx.y * 1u + threadIdx.y, blockIdx.z * 1u + threadIdx.z);
    const u32 i = id.x;
    if (i >= a_length) {
        return;
    }
    const i32 x = a[i];
    const i32 y = b[i];
    const u32 at = i * 20u;
    results[at] = wgsl::add(x, y);
    results[at + 1u] = wgsl::subtract(x, y);
    results[at + 2u] = wgsl::multiply(x, y);
    results[at + 3u] = wgsl::divide(x, y);
    results[at + 4u] = wgsl::modulo(x, y);
    results[at + 5u] = wgsl::shift_left(x, u32(y));
    results[at + 6u] = wgsl::shift_right(x, u32(y));
    results[at + 7u] = wgsl::negate(x);
    results[at + 8u] = wgsl::abs(x);
    results[at + 9u] = i32(wgsl::divide(u32(x), u32(y)));
    results[at + 10u] = i32(wgsl::modulo(u32(x), u32(y)));
    results[at + 11u] = (x & y) | (~x ^ y);
    results[at + 12u] = wgsl::add(wgsl::add(wgsl::add(wgsl::clamp(x, -100, 100), wgsl::min(x, y)), wgsl::max(x, y)), wgsl::sign(x));
    const vec2<i32> v = wgsl::add(wgsl::divide(vec2<i32>(x, y), vec2<i32>(y, x)), wgsl::modulo(vec2<i32>(3), vec2<i32>(x, -1)));
    results[at + 13u] = v.x;
    results[at + 14u] = v.y;
    const vec2<u32> shifted = wgsl::shift_right(vec2<u32>(u32(x)), vec2<u32>(u32(y), u32(y) + 1u));
    results[at + 15u] = i32(shifted.x);
    results[at + 16u] = i32(shifted.y);
    results[at + 17u] = wgsl::dot(vec2<i32>(x, y), vec2<i32>(y, x));
    results[at + 18u] = wgsl::add(x < y ? 1 : -1, i32(wgsl::all(vec2<i32>(x) <= vec2<i32>(y, x))));
    results[at + 19u] = wgsl::subtract(x / 7, x % -3);
}

} // namespace shader
