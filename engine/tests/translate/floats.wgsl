// Floats: conversions that saturate, functions, structs that functions return.
@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if (i >= arrayLength(&values)) { return; }
    let x = values[i];
    let at = i * 16u;
    results[at] = bitcast<f32>(i32(x));
    results[at + 1u] = bitcast<f32>(u32(x));
    results[at + 2u] = x % 3.0;
    results[at + 3u] = round(x) + floor(x) * 2.0 + ceil(x) * 4.0 + trunc(x) * 8.0;
    let parts = modf(x);
    results[at + 4u] = parts.fract + parts.whole * 2.0;
    let scaled = frexp(x);
    results[at + 5u] = ldexp(scaled.fract, scaled.exp + 1);
    results[at + 6u] = fma(x, 2.0, -x);
    results[at + 7u] = clamp(x, -1.5, 2.5) + saturate(x) + step(0.5, x) + sign(x);
    let v = mix(vec3<f32>(x, 1.0, 2.0), vec3<f32>(4.0), vec3<f32>(0.5)).zyx;
    results[at + 8u] = v.x + dot(v, vec3<f32>(1.0, 2.0, 3.0)) + length(cross(v, vec3<f32>(0.0, 1.0, 0.0)));
    results[at + 9u] = sqrt(abs(x)) / max(1.0, abs(x));
    results[at + 10u] = exp2(log2(2.0)) + pow(2.0, 3.0) + exp(0.0) + log(1.0);
    results[at + 11u] = f32(u32(abs(min(x, 100.0)))) + f32(i < 3u) + fract(2.75);
    let b = vec2<bool>(x > 0.0, x < 1.0);
    results[at + 12u] = select(1.0, 2.0, any(b)) + f32(select(vec2<u32>(1u), vec2<u32>(5u), !b).y);
    results[at + 13u] = 3.0e38 * -1.0;
    results[at + 14u] = inverseSqrt(4.0) + smoothstep(x, 2.0, x);
    results[at + 15u] = -(-x);
}
