// Matrices of floats.
@group(0) @binding(0) var<storage, read> m: mat3x3<f32>;
@group(0) @binding(1) var<storage, read_write> results: array<vec4<f32>, 6>;

@compute @workgroup_size(1)
fn main() {
    let turned = transpose(m);
    let product = m * turned;
    let v = vec3<f32>(1.0, 2.0, 3.0);
    results[0] = vec4<f32>(m * v, determinant(m));
    results[1] = vec4<f32>(v * m, product[2][1]);
    results[2] = vec4<f32>((m + turned * 2.0)[1], 0.0);
    var wide = mat4x2<f32>(vec2<f32>(1.0, 2.0), vec2<f32>(3.0, 4.0), vec2<f32>(5.0, 6.0), vec2<f32>(7.0, 8.0));
    wide[2] = wide[3] - wide[0];
    wide[1][1] = 9.0;
    results[3] = vec4<f32>(wide * vec4<f32>(1.0), wide[2]);
    results[4] = vec2<f32>(1.0, -1.0) * wide;
    results[5] = vec4<f32>(determinant(mat2x2<f32>(1.0, 2.0, 3.0, 4.0)));
}
