// Bits, and several numbers in one word.
namespace wgsl {
WGSL_FN u32 countOneBits(u32 x) { return __popc(x); }
WGSL_FN u32 countLeadingZeros(u32 x) { return __clz(i32(x)); }
WGSL_FN u32 countTrailingZeros(u32 x) { return x == 0u ? 32u : u32(__ffs(i32(x)) - 1); }
WGSL_FN u32 reverseBits(u32 x) { return __brev(x); }
// Past the last bit, WGSL gives -1.
WGSL_FN u32 firstTrailingBit(u32 x) { return u32(__ffs(i32(x)) - 1); }
WGSL_FN u32 firstLeadingBit(u32 x) { return u32(31 - __clz(i32(x))); }
#define WGSL_SIGNED_BITS(name) \
    WGSL_FN i32 name(i32 x) { return i32(name(u32(x))); } \
    WGSL_EACH1(name)
WGSL_SIGNED_BITS(countOneBits)
WGSL_SIGNED_BITS(countLeadingZeros)
WGSL_SIGNED_BITS(countTrailingZeros)
WGSL_SIGNED_BITS(reverseBits)
WGSL_SIGNED_BITS(firstTrailingBit)
// Of a signed number: the first bit that differs from the sign.
WGSL_FN i32 firstLeadingBit(i32 x) { return i32(firstLeadingBit(u32(x < 0 ? ~x : x))); }
WGSL_EACH1(firstLeadingBit)

WGSL_FN u32 mask_of(u32 offset, u32 count) { return count == 0u || offset > 31u ? 0u : (0xffffffffu >> (32u - count)) << offset; }
WGSL_FN u32 extractBits(u32 x, u32 offset, u32 count) {
    const u32 o = min(offset, 32u);
    const u32 c = min(count, 32u - o);
    return c == 0u ? 0u : (x >> o) & (0xffffffffu >> (32u - c));
}
WGSL_FN i32 extractBits(i32 x, u32 offset, u32 count) {
    const u32 o = min(offset, 32u);
    const u32 c = min(count, 32u - o);
    return c == 0u ? 0 : i32(u32(x) << (32u - c - o)) >> (32u - c);
}
WGSL_FN u32 insertBits(u32 x, u32 bits, u32 offset, u32 count) {
    const u32 o = min(offset, 32u);
    const u32 mask = mask_of(o, min(count, 32u - o));
    return o > 31u ? x : (x & ~mask) | ((bits << o) & mask);
}
WGSL_FN i32 insertBits(i32 x, i32 bits, u32 offset, u32 count) { return i32(insertBits(u32(x), u32(bits), offset, count)); }
#define WGSL_BIT_FIELDS(V)                                                                                   \
    template <class T> WGSL_FN V<T> extractBits(V<T> a, u32 offset, u32 count) {                             \
        return each(a, [=](T x) { return extractBits(x, offset, count); });                                  \
    }                                                                                                        \
    template <class T> WGSL_FN V<T> insertBits(V<T> a, V<T> bits, u32 offset, u32 count) {                   \
        return each(a, bits, [=](T x, T y) { return insertBits(x, y, offset, count); });                     \
    }
WGSL_BIT_FIELDS(vec2)
WGSL_BIT_FIELDS(vec3)
WGSL_BIT_FIELDS(vec4)

WGSL_FN i32 dot4I8Packed(u32 a, u32 b) { return __dp4a(i32(a), i32(b), 0); }
WGSL_FN u32 dot4U8Packed(u32 a, u32 b) { return __dp4a(a, b, 0u); }
WGSL_FN u32 join4(u32 a, u32 b, u32 c, u32 d) { return (a & 0xffu) | (b & 0xffu) << 8 | (c & 0xffu) << 16 | d << 24; }
WGSL_FN u32 pack4xI8(vec4<i32> a) { return join4(u32(a.x), u32(a.y), u32(a.z), u32(a.w)); }
WGSL_FN u32 pack4xU8(vec4<u32> a) { return join4(a.x, a.y, a.z, a.w); }
WGSL_FN u32 pack4xI8Clamp(vec4<i32> a) { return pack4xI8(clamp(a, vec4<i32>(-128), vec4<i32>(127))); }
WGSL_FN u32 pack4xU8Clamp(vec4<u32> a) { return pack4xU8(min(a, vec4<u32>(255u))); }
WGSL_FN vec4<i32> unpack4xI8(u32 a) { return {i32(a << 24) >> 24, i32(a << 16) >> 24, i32(a << 8) >> 24, i32(a) >> 24}; }
WGSL_FN vec4<u32> unpack4xU8(u32 a) { return {a & 0xffu, (a >> 8) & 0xffu, (a >> 16) & 0xffu, a >> 24}; }
// floor(0.5 + scale * x), as WGSL defines it.
WGSL_FN i32 to_norm(f32 x, f32 low, f32 scale) { return __float2int_rz(floorf(0.5f + scale * fminf(1.0f, fmaxf(low, x)))); }
WGSL_FN u32 pack4x8snorm(vec4<f32> a) {
    return join4(u32(to_norm(a.x, -1.0f, 127.0f)), u32(to_norm(a.y, -1.0f, 127.0f)), u32(to_norm(a.z, -1.0f, 127.0f)), u32(to_norm(a.w, -1.0f, 127.0f)));
}
WGSL_FN u32 pack4x8unorm(vec4<f32> a) {
    return join4(u32(to_norm(a.x, 0.0f, 255.0f)), u32(to_norm(a.y, 0.0f, 255.0f)), u32(to_norm(a.z, 0.0f, 255.0f)), u32(to_norm(a.w, 0.0f, 255.0f)));
}
WGSL_FN u32 pack2x16snorm(vec2<f32> a) { return (u32(to_norm(a.x, -1.0f, 32767.0f)) & 0xffffu) | u32(to_norm(a.y, -1.0f, 32767.0f)) << 16; }
WGSL_FN u32 pack2x16unorm(vec2<f32> a) { return (u32(to_norm(a.x, 0.0f, 65535.0f)) & 0xffffu) | u32(to_norm(a.y, 0.0f, 65535.0f)) << 16; }
WGSL_FN vec4<f32> unpack4x8snorm(u32 a) { return max(convert<f32>(unpack4xI8(a)) / 127.0f, vec4<f32>(-1.0f)); }
WGSL_FN vec4<f32> unpack4x8unorm(u32 a) { return convert<f32>(unpack4xU8(a)) / 255.0f; }
WGSL_FN vec2<f32> unpack2x16snorm(u32 a) {
    return max(vec2<f32>(f32(i32(a << 16) >> 16), f32(i32(a) >> 16)) / 32767.0f, vec2<f32>(-1.0f));
}
WGSL_FN vec2<f32> unpack2x16unorm(u32 a) { return vec2<f32>(f32(a & 0xffffu), f32(a >> 16)) / 65535.0f; }
#ifdef WGSL_F16
WGSL_FN u32 pack2x16float(vec2<f32> a) { return u32(f32_to_f16_bits(a.x)) | u32(f32_to_f16_bits(a.y)) << 16; }
WGSL_FN vec2<f32> unpack2x16float(u32 a) { return {f16_bits_to_f32(u16(a & 0xffffu)), f16_bits_to_f32(u16(a >> 16))}; }
WGSL_FN f32 quantizeToF16(f32 x) { return f16_bits_to_f32(f32_to_f16_bits(x)); }
WGSL_EACH1(quantizeToF16)
#endif
} // namespace wgsl
