// 16-bit floats. Products, sums and quotients are rounded from f32, which gives the correctly rounded f16: f32 has more than twice its digits.
#define WGSL_F16 1
namespace wgsl {
#ifdef __CUDACC__
WGSL_FN u16 f32_to_f16_bits(f32 value) {
    u16 bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}
WGSL_FN f32 f16_bits_to_f32(u16 bits) {
    f32 value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
#endif
} // namespace wgsl

struct alignas(2) f16 {
    u16 bits;
    f16() = default;
    WGSL_FN explicit f16(f32 value) : bits(wgsl::f32_to_f16_bits(value)) {}
    WGSL_FN explicit f16(i32 value) : f16(f32(value)) {}
    WGSL_FN explicit f16(u32 value) : f16(f32(value)) {}
    WGSL_FN explicit f16(bool value) : bits(value ? 0x3c00 : 0) {}
    WGSL_FN operator f32() const { return wgsl::f16_bits_to_f32(bits); }
    static constexpr WGSL_FN f16 from_bits(u16 bits) {
        f16 result{};
        result.bits = bits;
        return result;
    }
};

WGSL_FN f16 operator+(f16 a, f16 b) { return f16(f32(a) + f32(b)); }
WGSL_FN f16 operator-(f16 a, f16 b) { return f16(f32(a) - f32(b)); }
WGSL_FN f16 operator*(f16 a, f16 b) { return f16(f32(a) * f32(b)); }
WGSL_FN f16 operator/(f16 a, f16 b) { return f16(f32(a) / f32(b)); }
WGSL_FN f16 operator-(f16 a) { return f16::from_bits(a.bits ^ 0x8000); }
