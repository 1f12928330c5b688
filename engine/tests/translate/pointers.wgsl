// Pointers to variables of functions and invocations; short-circuits that keep an index in bounds.
struct Pair { low: u32, high: vec2<u32> }
var<private> calls: u32 = 3u;
var<private> stack: array<u32, 4>;
@group(0) @binding(0) var<storage, read_write> results: array<u32>;

fn bump(value: ptr<function, u32>, by: u32) -> u32 {
    calls += 1u;
    let old = *value;
    *value = old + by;
    return old;
}
fn fill(pair: ptr<function, Pair>, values: ptr<function, array<u32, 4>>) {
    (*pair).high.y = (*values)[2];
    (*values)[(*pair).low] += 5u;
}
fn push(at: ptr<private, array<u32, 4>>, value: u32) { (*at)[calls & 3u] = value; }

@compute @workgroup_size(1)
fn main() {
    var x = 7u;
    let before = bump(&x, 2u) + bump(&x, x);
    var pair = Pair(1u, vec2<u32>(2u, 3u));
    var values = array<u32, 4>(10u, 20u, 30u, 40u);
    fill(&pair, &values);
    let second = &values[1];
    *second *= 2u;
    push(&stack, x);
    if (arrayLength(&results) > 6u && results[6] == 0u) { results[6] = 1u; }
    results[0] = before;
    results[1] = x;
    results[7] = x * 100u + bump(&x, 1u);
    results[2] = pair.high.y;
    results[3] = values[1];
    results[4] = calls + x;
    results[5] = stack[1];
}
