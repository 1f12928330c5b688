// WGSL's numeric functions.
namespace wgsl {
// A function of scalars, also for vectors.
#define WGSL_EACH1(name)                                                                                     \
    template <class T> WGSL_FN auto name(vec2<T> a) { return each(a, [](T x) { return name(x); }); }         \
    template <class T> WGSL_FN auto name(vec3<T> a) { return each(a, [](T x) { return name(x); }); }         \
    template <class T> WGSL_FN auto name(vec4<T> a) { return each(a, [](T x) { return name(x); }); }
#define WGSL_EACH2(name)                                                                                     \
    template <class T> WGSL_FN vec2<T> name(vec2<T> a, vec2<T> b) { return {name(a.x, b.x), name(a.y, b.y)}; } \
    template <class T> WGSL_FN vec3<T> name(vec3<T> a, vec3<T> b) { return {name(a.x, b.x), name(a.y, b.y), name(a.z, b.z)}; } \
    template <class T> WGSL_FN vec4<T> name(vec4<T> a, vec4<T> b) {                                          \
        return {name(a.x, b.x), name(a.y, b.y), name(a.z, b.z), name(a.w, b.w)};                             \
    }
#define WGSL_EACH3(name)                                                                                     \
    template <class T> WGSL_FN vec2<T> name(vec2<T> a, vec2<T> b, vec2<T> c) { return {name(a.x, b.x, c.x), name(a.y, b.y, c.y)}; } \
    template <class T> WGSL_FN vec3<T> name(vec3<T> a, vec3<T> b, vec3<T> c) {                               \
        return {name(a.x, b.x, c.x), name(a.y, b.y, c.y), name(a.z, b.z, c.z)};                              \
    }                                                                                                        \
    template <class T> WGSL_FN vec4<T> name(vec4<T> a, vec4<T> b, vec4<T> c) {                               \
        return {name(a.x, b.x, c.x), name(a.y, b.y, c.y), name(a.z, b.z, c.z), name(a.w, b.w, c.w)};         \
    }
// Functions of floats; of f16 by way of f32.
#ifdef WGSL_F16
#define WGSL_HALF1(name) \
    WGSL_FN f16 name(f16 x) { return f16(name(f32(x))); }
#define WGSL_HALF2(name) \
    WGSL_FN f16 name(f16 a, f16 b) { return f16(name(f32(a), f32(b))); }
#define WGSL_HALF3(name) \
    WGSL_FN f16 name(f16 a, f16 b, f16 c) { return f16(name(f32(a), f32(b), f32(c))); }
#define WGSL_HALF_LDEXP \
    WGSL_FN f16 ldexp(f16 a, i32 b) { return f16(ldexp(f32(a), b)); }
#else
#define WGSL_HALF_LDEXP
#define WGSL_HALF1(name)
#define WGSL_HALF2(name)
#define WGSL_HALF3(name)
#endif
#define WGSL_FLOAT1(name, expression)                                                                        \
    WGSL_FN f32 name(f32 x) { return expression; }                                                           \
    WGSL_HALF1(name)                                                                                         \
    WGSL_EACH1(name)
WGSL_FLOAT1(cos, cosf(x))
WGSL_FLOAT1(cosh, coshf(x))
WGSL_FLOAT1(sin, sinf(x))
WGSL_FLOAT1(sinh, sinhf(x))
WGSL_FLOAT1(tan, tanf(x))
WGSL_FLOAT1(tanh, tanhf(x))
WGSL_FLOAT1(acos, acosf(x))
WGSL_FLOAT1(asin, asinf(x))
WGSL_FLOAT1(atan, atanf(x))
WGSL_FLOAT1(asinh, asinhf(x))
WGSL_FLOAT1(acosh, acoshf(x))
WGSL_FLOAT1(atanh, atanhf(x))
WGSL_FLOAT1(radians, x * 0.017453292519943295f)
WGSL_FLOAT1(degrees, x * 57.29577951308232f)
WGSL_FLOAT1(ceil, ceilf(x))
WGSL_FLOAT1(floor, floorf(x))
WGSL_FLOAT1(round, rintf(x))
WGSL_FLOAT1(trunc, truncf(x))
WGSL_FLOAT1(fract, x - floorf(x))
WGSL_FLOAT1(exp, expf(x))
WGSL_FLOAT1(exp2, exp2f(x))
WGSL_FLOAT1(log, logf(x))
WGSL_FLOAT1(log2, log2f(x))
WGSL_FLOAT1(sqrt, sqrtf(x))
WGSL_FLOAT1(inverseSqrt, 1.0f / sqrtf(x))
WGSL_FLOAT1(saturate, fminf(fmaxf(x, 0.0f), 1.0f))
WGSL_FN bool isNan(f32 x) { return __float_as_uint(x) << 1 > 0xff000000u; }
WGSL_FN bool isInf(f32 x) { return __float_as_uint(x) << 1 == 0xff000000u; }
WGSL_EACH1(isNan)
WGSL_EACH1(isInf)

WGSL_FN f32 abs(f32 x) { return fabsf(x); }
WGSL_FN u32 abs(u32 x) { return x; }
WGSL_FN i32 abs(i32 x) { return x < 0 ? negate(x) : x; }
WGSL_HALF1(abs)
WGSL_EACH1(abs)
WGSL_FN f32 sign(f32 x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }
WGSL_FN i32 sign(i32 x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
WGSL_HALF1(sign)
WGSL_EACH1(sign)
WGSL_FN f32 min(f32 a, f32 b) { return fminf(a, b); }
WGSL_FN f32 max(f32 a, f32 b) { return fmaxf(a, b); }
template <class T> WGSL_FN T min(T a, T b) { return b < a ? b : a; }
template <class T> WGSL_FN T max(T a, T b) { return a < b ? b : a; }
WGSL_EACH2(min)
WGSL_EACH2(max)
template <class T> WGSL_FN T clamp(T a, T low, T high) { return min(max(a, low), high); }
WGSL_EACH3(clamp)
WGSL_FN f32 pow(f32 a, f32 b) { return powf(a, b); }
WGSL_HALF2(pow)
WGSL_EACH2(pow)
WGSL_FN f32 atan2(f32 a, f32 b) { return atan2f(a, b); }
WGSL_HALF2(atan2)
WGSL_EACH2(atan2)
WGSL_FN f32 step(f32 edge, f32 x) { return edge <= x ? 1.0f : 0.0f; }
WGSL_HALF2(step)
WGSL_EACH2(step)
WGSL_FN f32 ldexp(f32 a, i32 b) { return ldexpf(a, b); }
WGSL_HALF_LDEXP
template <class T> WGSL_FN vec2<T> ldexp(vec2<T> a, vec2<i32> b) { return {ldexp(a.x, b.x), ldexp(a.y, b.y)}; }
template <class T> WGSL_FN vec3<T> ldexp(vec3<T> a, vec3<i32> b) { return {ldexp(a.x, b.x), ldexp(a.y, b.y), ldexp(a.z, b.z)}; }
template <class T> WGSL_FN vec4<T> ldexp(vec4<T> a, vec4<i32> b) {
    return {ldexp(a.x, b.x), ldexp(a.y, b.y), ldexp(a.z, b.z), ldexp(a.w, b.w)};
}
WGSL_FN f32 fma(f32 a, f32 b, f32 c) { return fmaf(a, b, c); }
WGSL_HALF3(fma)
WGSL_EACH3(fma)
template <class T> WGSL_FN T mix(T a, T b, T c) { return a * (T(1.0f) - c) + b * c; }
WGSL_EACH3(mix)
template <class T> WGSL_FN vec2<T> mix(vec2<T> a, vec2<T> b, T c) { return mix(a, b, vec2<T>(c)); }
template <class T> WGSL_FN vec3<T> mix(vec3<T> a, vec3<T> b, T c) { return mix(a, b, vec3<T>(c)); }
template <class T> WGSL_FN vec4<T> mix(vec4<T> a, vec4<T> b, T c) { return mix(a, b, vec4<T>(c)); }
WGSL_FN f32 smoothstep(f32 low, f32 high, f32 x) {
    const f32 t = saturate((x - low) / (high - low));
    return t * t * (3.0f - 2.0f * t);
}
WGSL_HALF3(smoothstep)
WGSL_EACH3(smoothstep)

template <class R> WGSL_FN R modf(f32 x) { return R{x - truncf(x), truncf(x)}; }
template <class R, class V> WGSL_FN R modf(V x) { return R{x - trunc(x), trunc(x)}; }
template <class R> WGSL_FN R frexp(f32 x) {
    i32 exponent = 0;
    const f32 fraction = frexpf(x, &exponent);
    return R{fraction, exponent};
}
WGSL_FN f32 fraction_of(f32 x) {
    i32 exponent;
    return frexpf(x, &exponent);
}
WGSL_FN i32 exponent_of(f32 x) {
    i32 exponent = 0;
    frexpf(x, &exponent);
    return exponent;
}
WGSL_EACH1(fraction_of)
WGSL_EACH1(exponent_of)
template <class R, class V> WGSL_FN R frexp(V x) { return R{fraction_of(x), exponent_of(x)}; }

// Sums of products in the order of the components.
template <class T> WGSL_FN T product(T a, T b) { return a * b; }
WGSL_FN i32 product(i32 a, i32 b) { return multiply(a, b); }
template <class T> WGSL_FN T sum(T a, T b) { return a + b; }
WGSL_FN i32 sum(i32 a, i32 b) { return add(a, b); }
template <class T> WGSL_FN T dot(vec2<T> a, vec2<T> b) { return sum(product(a.x, b.x), product(a.y, b.y)); }
template <class T> WGSL_FN T dot(vec3<T> a, vec3<T> b) { return sum(sum(product(a.x, b.x), product(a.y, b.y)), product(a.z, b.z)); }
template <class T> WGSL_FN T dot(vec4<T> a, vec4<T> b) {
    return sum(sum(sum(product(a.x, b.x), product(a.y, b.y)), product(a.z, b.z)), product(a.w, b.w));
}
template <class T> WGSL_FN vec3<T> cross(vec3<T> a, vec3<T> b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
WGSL_FN f32 length(f32 a) { return fabsf(a); }
template <class V> WGSL_FN f32 length(V a) { return sqrtf(dot(a, a)); }
template <class V> WGSL_FN f32 distance(V a, V b) { return length(a - b); }
template <class V> WGSL_FN V normalize(V a) { return a / length(a); }
template <class V> WGSL_FN V faceForward(V a, V b, V c) { return dot(b, c) < 0.0f ? a : -a; }
template <class V> WGSL_FN V reflect(V a, V b) { return a - b * (2.0f * dot(b, a)); }
template <class V> WGSL_FN V refract(V a, V b, f32 ratio) {
    const f32 cosine = dot(b, a);
    const f32 k = 1.0f - ratio * ratio * (1.0f - cosine * cosine);
    return k < 0.0f ? V(0.0f) : a * ratio - b * (ratio * cosine + sqrtf(k));
}

template <class T> WGSL_FN vec2<T> select(vec2<T> no, vec2<T> yes, vec2<bool> c) { return {c.x ? yes.x : no.x, c.y ? yes.y : no.y}; }
template <class T> WGSL_FN vec3<T> select(vec3<T> no, vec3<T> yes, vec3<bool> c) {
    return {c.x ? yes.x : no.x, c.y ? yes.y : no.y, c.z ? yes.z : no.z};
}
template <class T> WGSL_FN vec4<T> select(vec4<T> no, vec4<T> yes, vec4<bool> c) {
    return {c.x ? yes.x : no.x, c.y ? yes.y : no.y, c.z ? yes.z : no.z, c.w ? yes.w : no.w};
}
WGSL_FN bool all(vec2<bool> a) { return a.x && a.y; }
WGSL_FN bool all(vec3<bool> a) { return a.x && a.y && a.z; }
WGSL_FN bool all(vec4<bool> a) { return a.x && a.y && a.z && a.w; }
WGSL_FN bool any(vec2<bool> a) { return a.x || a.y; }
WGSL_FN bool any(vec3<bool> a) { return a.x || a.y || a.z; }
WGSL_FN bool any(vec4<bool> a) { return a.x || a.y || a.z || a.w; }

template <u32 I, u32 J, class V> WGSL_FN auto swizzle(V a) { return vec2<decltype(a.x)>(a[I], a[J]); }
template <u32 I, u32 J, u32 K, class V> WGSL_FN auto swizzle(V a) { return vec3<decltype(a.x)>(a[I], a[J], a[K]); }
template <u32 I, u32 J, u32 K, u32 L, class V> WGSL_FN auto swizzle(V a) { return vec4<decltype(a.x)>(a[I], a[J], a[K], a[L]); }

// Conversions of floats to integers saturate, and take NaN to 0.
#ifdef WGSL_F16
#define WGSL_HALF_OF(T) \
    static WGSL_FN T of(f16 a) { return of(f32(a)); }
#else
#define WGSL_HALF_OF(T)
#endif
template <class To> struct converter {
    template <class From> static WGSL_FN To of(From a) { return To(a); }
};
template <> struct converter<i32> {
    template <class From> static WGSL_FN i32 of(From a) { return i32(a); }
    static WGSL_FN i32 of(f32 a) { return __float2int_rz(a); }
    WGSL_HALF_OF(i32)
};
template <> struct converter<u32> {
    template <class From> static WGSL_FN u32 of(From a) { return u32(a); }
    static WGSL_FN u32 of(f32 a) { return __float2uint_rz(a); }
    WGSL_HALF_OF(u32)
};
template <> struct converter<i64> {
    template <class From> static WGSL_FN i64 of(From a) { return i64(a); }
    static WGSL_FN i64 of(f32 a) { return __float2ll_rz(a); }
    WGSL_HALF_OF(i64)
};
template <> struct converter<u64> {
    template <class From> static WGSL_FN u64 of(From a) { return u64(a); }
    static WGSL_FN u64 of(f32 a) { return __float2ull_rz(a); }
    WGSL_HALF_OF(u64)
};
template <class To, class T> WGSL_FN To convert(T a) { return converter<To>::of(a); }
template <class To, class T> WGSL_FN vec2<To> convert(vec2<T> a) { return {convert<To>(a.x), convert<To>(a.y)}; }
template <class To, class T> WGSL_FN vec3<To> convert(vec3<T> a) { return {convert<To>(a.x), convert<To>(a.y), convert<To>(a.z)}; }
template <class To, class T> WGSL_FN vec4<To> convert(vec4<T> a) {
    return {convert<To>(a.x), convert<To>(a.y), convert<To>(a.z), convert<To>(a.w)};
}

template <class To, class From> WGSL_FN To bitcast(From from) {
    static_assert(sizeof(To) == sizeof(From), "bitcast");
    To to;
    memcpy(&to, &from, sizeof(To));
    return to;
}
} // namespace wgsl
