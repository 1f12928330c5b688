// Constants, overrides, names that C++ keeps for itself.
override scale: u32 = 3u;
const TABLE = array<u32, 4>(1u, 1u, 2u, 3u);
const STEP = 2u;
const DEEP = vec2<i32>(-2147483648, 7);
struct Float_ { double: u32, int: vec2<i32> }
@group(0) @binding(0) var<storage, read_write> short: array<u32>;

fn long(char: u32) -> Float_ { return Float_(TABLE[char & 3u] * scale, DEEP); }

@compute @workgroup_size(4)
fn main(@builtin(local_invocation_index) this_one: u32) {
    let new_one = long(this_one);
    let static_ = new_one.double + STEP;
    { let static_ = 5u; short[4u + this_one] = static_ + u32(new_one.int.y); }
    short[this_one] = static_;
}
