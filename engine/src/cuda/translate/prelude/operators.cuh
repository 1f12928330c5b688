// Operators on vectors, and what C++ leaves undefined on integers.
namespace wgsl {
template <class T, class F> WGSL_FN auto each(vec2<T> a, F f) -> vec2<decltype(f(a.x))> { return {f(a.x), f(a.y)}; }
template <class T, class F> WGSL_FN auto each(vec3<T> a, F f) -> vec3<decltype(f(a.x))> { return {f(a.x), f(a.y), f(a.z)}; }
template <class T, class F> WGSL_FN auto each(vec4<T> a, F f) -> vec4<decltype(f(a.x))> { return {f(a.x), f(a.y), f(a.z), f(a.w)}; }
template <class T, class U, class F> WGSL_FN auto each(vec2<T> a, vec2<U> b, F f) -> vec2<decltype(f(a.x, b.x))> {
    return {f(a.x, b.x), f(a.y, b.y)};
}
template <class T, class U, class F> WGSL_FN auto each(vec3<T> a, vec3<U> b, F f) -> vec3<decltype(f(a.x, b.x))> {
    return {f(a.x, b.x), f(a.y, b.y), f(a.z, b.z)};
}
template <class T, class U, class F> WGSL_FN auto each(vec4<T> a, vec4<U> b, F f) -> vec4<decltype(f(a.x, b.x))> {
    return {f(a.x, b.x), f(a.y, b.y), f(a.z, b.z), f(a.w, b.w)};
}

template <class T> struct unsigned_of { using type = T; };
template <> struct unsigned_of<i16> { using type = u16; };
template <> struct unsigned_of<i32> { using type = u32; };
template <> struct unsigned_of<i64> { using type = u64; };
template <class T> using unsigned_t = typename unsigned_of<T>::type;
template <class T> constexpr bool is_signed = T(-1) < T(0);

// Integers of a vector or alone: arithmetic wraps.
#define WGSL_INTEGER(name, expression)                                                                \
    template <class T> constexpr WGSL_FN T name(T a, T b) {                                           \
        using U = unsigned_t<T>;                                                                      \
        return T(expression);                                                                         \
    }                                                                                                 \
    template <class T> WGSL_FN vec2<T> name(vec2<T> a, vec2<T> b) { return {name(a.x, b.x), name(a.y, b.y)}; } \
    template <class T> WGSL_FN vec3<T> name(vec3<T> a, vec3<T> b) { return {name(a.x, b.x), name(a.y, b.y), name(a.z, b.z)}; } \
    template <class T> WGSL_FN vec4<T> name(vec4<T> a, vec4<T> b) {                                   \
        return {name(a.x, b.x), name(a.y, b.y), name(a.z, b.z), name(a.w, b.w)};                      \
    }                                                                                                 \
    template <class T> WGSL_FN vec2<T> name(vec2<T> a, T b) { return name(a, vec2<T>(b)); }           \
    template <class T> WGSL_FN vec3<T> name(vec3<T> a, T b) { return name(a, vec3<T>(b)); }           \
    template <class T> WGSL_FN vec4<T> name(vec4<T> a, T b) { return name(a, vec4<T>(b)); }           \
    template <class T> WGSL_FN vec2<T> name(T a, vec2<T> b) { return name(vec2<T>(a), b); }           \
    template <class T> WGSL_FN vec3<T> name(T a, vec3<T> b) { return name(vec3<T>(a), b); }           \
    template <class T> WGSL_FN vec4<T> name(T a, vec4<T> b) { return name(vec4<T>(a), b); }
// Through u32 at least: the product of two u16 would be an int, and may overflow.
WGSL_INTEGER(add, U(1u * U(a) + U(b)))
WGSL_INTEGER(subtract, U(1u * U(a) - U(b)))
WGSL_INTEGER(multiply, U(1u * U(a) * U(b)))
WGSL_INTEGER(bit_and, a & b)
WGSL_INTEGER(bit_or, a | b)
WGSL_INTEGER(bit_xor, a ^ b)
// x / 0 is x, and so is the smallest number divided by -1; the remainder is 0 then.
WGSL_INTEGER(divide, b == T(0) ? a : is_signed<T> && b == T(-1) ? T(U(0u - 1u * U(a))) : T(a / b))
WGSL_INTEGER(modulo_integer, b == T(0) || (is_signed<T> && b == T(-1)) ? T(0) : T(a % b))

template <class A, class B> WGSL_FN auto modulo(A a, B b) { return modulo_integer(a, b); }
WGSL_FN f32 modulo(f32 a, f32 b) { return fmodf(a, b); }
#define WGSL_FLOAT_MODULO(V) \
    WGSL_FN V<f32> modulo(V<f32> a, V<f32> b) { return each(a, b, [](f32 x, f32 y) { return fmodf(x, y); }); } \
    WGSL_FN V<f32> modulo(V<f32> a, f32 b) { return modulo(a, V<f32>(b)); } \
    WGSL_FN V<f32> modulo(f32 a, V<f32> b) { return modulo(V<f32>(a), b); }
WGSL_FLOAT_MODULO(vec2)
WGSL_FLOAT_MODULO(vec3)
WGSL_FLOAT_MODULO(vec4)

// Shift counts are taken modulo the width.
template <class T> constexpr WGSL_FN T shift_left(T a, u32 b) { return T(unsigned_t<T>(1u * unsigned_t<T>(a) << (b & (8 * sizeof(T) - 1)))); }
template <class T> constexpr WGSL_FN T shift_right(T a, u32 b) { return T(a >> (b & (8 * sizeof(T) - 1))); }
#define WGSL_SHIFT(name, V) \
    template <class T> WGSL_FN V<T> name(V<T> a, V<u32> b) { return each(a, b, [](T x, u32 y) { return name(x, y); }); }
WGSL_SHIFT(shift_left, vec2)
WGSL_SHIFT(shift_left, vec3)
WGSL_SHIFT(shift_left, vec4)
WGSL_SHIFT(shift_right, vec2)
WGSL_SHIFT(shift_right, vec3)
WGSL_SHIFT(shift_right, vec4)

template <class T> constexpr WGSL_FN T negate(T a) { return T(unsigned_t<T>(0u - 1u * unsigned_t<T>(a))); }
template <class T> WGSL_FN vec2<T> negate(vec2<T> a) { return {negate(a.x), negate(a.y)}; }
template <class T> WGSL_FN vec3<T> negate(vec3<T> a) { return {negate(a.x), negate(a.y), negate(a.z)}; }
template <class T> WGSL_FN vec4<T> negate(vec4<T> a) { return {negate(a.x), negate(a.y), negate(a.z), negate(a.w)}; }
template <class T> constexpr WGSL_FN T complement(T a) { return T(~a); }
} // namespace wgsl

#define WGSL_VECTOR_OPERATOR(sign, V)                                                                        \
    template <class T> WGSL_FN auto operator sign(V<T> a, V<T> b) {                                          \
        return wgsl::each(a, b, [](T x, T y) { return T(x sign y); });                                       \
    }                                                                                                        \
    template <class T> WGSL_FN auto operator sign(V<T> a, T b) { return a sign V<T>(b); }                    \
    template <class T> WGSL_FN auto operator sign(T a, V<T> b) { return V<T>(a) sign b; }
#define WGSL_VECTOR_COMPARISON(sign, V)                                                                      \
    template <class T> WGSL_FN auto operator sign(V<T> a, V<T> b) {                                          \
        return wgsl::each(a, b, [](T x, T y) { return x sign y; });                                          \
    }
#define WGSL_VECTOR(V)                                                                                       \
    WGSL_VECTOR_OPERATOR(+, V)                                                                               \
    WGSL_VECTOR_OPERATOR(-, V)                                                                               \
    WGSL_VECTOR_OPERATOR(*, V)                                                                               \
    WGSL_VECTOR_OPERATOR(/, V)                                                                               \
    WGSL_VECTOR_OPERATOR(%, V)                                                                               \
    WGSL_VECTOR_OPERATOR(&, V)                                                                               \
    WGSL_VECTOR_OPERATOR(|, V)                                                                               \
    WGSL_VECTOR_OPERATOR(^, V)                                                                               \
    WGSL_VECTOR_COMPARISON(==, V)                                                                            \
    WGSL_VECTOR_COMPARISON(!=, V)                                                                            \
    WGSL_VECTOR_COMPARISON(<, V)                                                                             \
    WGSL_VECTOR_COMPARISON(<=, V)                                                                            \
    WGSL_VECTOR_COMPARISON(>, V)                                                                             \
    WGSL_VECTOR_COMPARISON(>=, V)                                                                            \
    template <class T> WGSL_FN V<T> operator<<(V<T> a, V<u32> b) { return wgsl::shift_left(a, b); }          \
    template <class T> WGSL_FN V<T> operator>>(V<T> a, V<u32> b) { return wgsl::shift_right(a, b); }         \
    template <class T> WGSL_FN V<T> operator-(V<T> a) { return wgsl::each(a, [](T x) { return T(-x); }); }   \
    template <class T> WGSL_FN V<T> operator~(V<T> a) { return wgsl::each(a, [](T x) { return T(~x); }); }   \
    WGSL_FN V<bool> operator!(V<bool> a) { return wgsl::each(a, [](bool x) { return !x; }); }
WGSL_VECTOR(vec2)
WGSL_VECTOR(vec3)
WGSL_VECTOR(vec4)
