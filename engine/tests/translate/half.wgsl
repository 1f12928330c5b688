// 16-bit floats.
enable f16;
struct Row { scale: f16, values: vec4<f16>, last: vec3<f16> }
@group(0) @binding(0) var<storage, read> rows: array<Row>;
@group(0) @binding(1) var<storage, read_write> results: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(1)
fn main() {
    let row = rows[0];
    results[0] = row.values * row.scale + vec4<f16>(0.5h);
    results[1] = vec4<f16>(exp2(row.scale), min(row.values.x, row.values.y), -row.last.z, f16(70000.0 * f32(row.scale)));
    results[2] = vec4<f16>(row.last / row.scale, f16(i32(row.values.w)));
    sums[0] = f32(dot(row.values, row.values));
    sums[1] = dot(vec4<f32>(row.values), vec4<f32>(1.0));
    sums[2] = f32(select(1.0h, row.last.x, row.scale > 1.0h));
}
