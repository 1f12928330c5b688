// Layouts: vec3 and what follows it, nested structs, arrays of vec3, matrices, a runtime-sized array at the end.
struct Inner {
    direction: vec3<f32>,
    weight: f32,
    points: array<vec3<f32>, 2>,
}
struct Table {
    count: u32,
    inner: Inner,
    turn: mat2x3<f32>,
    rows: array<vec4<u32>>,
}
struct Params {
    factor: f32,
    first: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> table: Table;
@group(0) @binding(2) var<storage, read> points: array<vec3<f32>>;
@group(0) @binding(3) var<storage, read_write> lengths: array<u32>;

fn moved(inner: Inner, by: vec3<f32>) -> Inner {
    var result = inner;
    result.points[1] = result.points[0] + by * params.factor;
    result.weight = dot(result.direction, by);
    return result;
}

@compute @workgroup_size(1)
fn main() {
    table.inner = moved(table.inner, points[params.first]);
    table.turn[1] = table.turn[0] + points[params.first + 1u];
    table.turn[0].y = table.turn[1].x;
    table.rows[arrayLength(&table.rows) - 1u] = vec4<u32>(table.count, 2u, 3u, 4u);
    lengths[0] = arrayLength(&table.rows);
    lengths[1] = arrayLength(&points);
    lengths[2] = arrayLength(&lengths);
}
