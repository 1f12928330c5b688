namespace shader {

extern "C" __global__ void __launch_bounds__(1) main_kernel(
    const mat3x3<f32>* __restrict__ m,
    array<vec4<f32>, 6>* __restrict__ results)
{
    mat4x2<f32> wide = mat4x2<f32>(vec2<f32>(1.0f, 2.0f), vec2<f32>(3.0f, 4.0f), vec2<f32>(5.0f, 6.0f), vec2<f32>(7.0f, 8.0f));
    const mat3x3<f32> turned = wgsl::transpose((*m));
    const mat3x3<f32> product = (*m) * turned;
    const vec3<f32> v = vec3<f32>(1.0f, 2.0f, 3.0f);
    (*results)[0u] = vec4<f32>((*m) * v, wgsl::determinant((*m)));
    (*results)[1u] = vec4<f32>(v * (*m), product[2u].y);
    (*results)[2u] = vec4<f32>(((*m) + turned * 2.0f)[1u], 0.0f);
    wide[2u] = wide[3u] - wide[0u];
    wide[1u].y = 9.0f;
    (*results)[3u] = vec4<f32>(wide * vec4<f32>(1.0f), wide[2u]);
    (*results)[4u] = vec2<f32>(1.0f, -1.0f) * wide;
    (*results)[5u] = vec4<f32>(wgsl::determinant(mat2x2<f32>(vec2<f32>(1.0f, 2.0f), vec2<f32>(3.0f, 4.0f))));
}

} // namespace shader
