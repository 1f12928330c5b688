// What C++ leaves undefined: overflow, shift counts, division by zero; vectors of all that.
@group(0) @binding(0) var<storage, read> a: array<i32>;
@group(0) @binding(1) var<storage, read> b: array<i32>;
@group(0) @binding(2) var<storage, read_write> results: array<i32>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if (i >= arrayLength(&a)) { return; }
    let x = a[i];
    let y = b[i];
    let at = i * 20u;
    results[at] = x + y;
    results[at + 1u] = x - y;
    results[at + 2u] = x * y;
    results[at + 3u] = x / y;
    results[at + 4u] = x % y;
    results[at + 5u] = x << u32(y);
    results[at + 6u] = x >> u32(y);
    results[at + 7u] = -x;
    results[at + 8u] = abs(x);
    results[at + 9u] = i32(u32(x) / u32(y));
    results[at + 10u] = i32(u32(x) % u32(y));
    results[at + 11u] = (x & y) | (~x ^ y);
    results[at + 12u] = clamp(x, -100, 100) + min(x, y) + max(x, y) + sign(x);
    let v = vec2<i32>(x, y) / vec2<i32>(y, x) + vec2<i32>(3) % vec2<i32>(x, -1);
    results[at + 13u] = v.x;
    results[at + 14u] = v.y;
    let shifted = vec2<u32>(u32(x)) >> vec2<u32>(u32(y), u32(y) + 1u);
    results[at + 15u] = i32(shifted.x);
    results[at + 16u] = i32(shifted.y);
    results[at + 17u] = dot(vec2<i32>(x, y), vec2<i32>(y, x));
    results[at + 18u] = select(-1, 1, x < y) + i32(all(vec2<i32>(x) <= vec2<i32>(y, x)));
    results[at + 19u] = x / 7 - x % -3;
}
