namespace shader {

struct Float_ {
    u32 double_1;
    vec2<i32> int_1;
};
static_assert(sizeof(Float_) == 16, "Float_");

__device__ constexpr array<u32, 4> TABLE = array<u32, 4>{1u, 1u, 2u, 3u};
constexpr u32 STEP = 2u;
__device__ constexpr vec2<i32> DEEP = vec2<i32>((-2147483647 - 1), 7);
constexpr u32 scale = 3u;

__device__ __forceinline__ Float_ long_1(u32 char_1) {
    return Float_{TABLE[char_1 & 3u] * scale, DEEP};
}

extern "C" __global__ void __launch_bounds__(4) main_kernel(
    u32* __restrict__ short_1,
    const u32 short_1_length)
{
    const u32 this_one = threadIdx.x;
    const Float_ new_one = long_1(this_one);
    const u32 static_ = new_one.double_1 + STEP;
    {
        short_1[4u + this_one] = 5u + u32(new_one.int_1.y);
    }
    short_1[this_one] = static_;
}

} // namespace shader
