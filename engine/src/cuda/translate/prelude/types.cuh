// WGSL's types, with WGSL's sizes and alignments.
using i16 = short;
using u16 = unsigned short;
using i32 = int;
using u32 = unsigned int;
using i64 = long long;
using u64 = unsigned long long;
using f32 = float;

#define WGSL_FN __device__ __forceinline__

template <class T> struct alignas(2 * sizeof(T)) vec2 {
    T x, y;
    constexpr vec2() = default;
    constexpr WGSL_FN explicit vec2(T value) : x(value), y(value) {}
    constexpr WGSL_FN vec2(T x, T y) : x(x), y(y) {}
    constexpr WGSL_FN T& operator[](u32 i) { return i == 0u ? x : y; }
    constexpr WGSL_FN const T& operator[](u32 i) const { return i == 0u ? x : y; }
};

// WGSL aligns a vec3 to four elements, but lets other members follow after three: whoever holds one aligns it.
template <class T> struct vec3 {
    T x, y, z;
    constexpr vec3() = default;
    constexpr WGSL_FN explicit vec3(T value) : x(value), y(value), z(value) {}
    constexpr WGSL_FN vec3(T x, T y, T z) : x(x), y(y), z(z) {}
    constexpr WGSL_FN vec3(vec2<T> xy, T z) : x(xy.x), y(xy.y), z(z) {}
    constexpr WGSL_FN vec3(T x, vec2<T> yz) : x(x), y(yz.x), z(yz.y) {}
    constexpr WGSL_FN T& operator[](u32 i) { return i == 0u ? x : i == 1u ? y : z; }
    constexpr WGSL_FN const T& operator[](u32 i) const { return i == 0u ? x : i == 1u ? y : z; }
};

template <class T> struct alignas(4 * sizeof(T)) vec4 {
    T x, y, z, w;
    constexpr vec4() = default;
    constexpr WGSL_FN explicit vec4(T value) : x(value), y(value), z(value), w(value) {}
    constexpr WGSL_FN vec4(T x, T y, T z, T w) : x(x), y(y), z(z), w(w) {}
    constexpr WGSL_FN vec4(vec2<T> xy, T z, T w) : x(xy.x), y(xy.y), z(z), w(w) {}
    constexpr WGSL_FN vec4(T x, vec2<T> yz, T w) : x(x), y(yz.x), z(yz.y), w(w) {}
    constexpr WGSL_FN vec4(T x, T y, vec2<T> zw) : x(x), y(y), z(zw.x), w(zw.y) {}
    constexpr WGSL_FN vec4(vec2<T> xy, vec2<T> zw) : x(xy.x), y(xy.y), z(zw.x), w(zw.y) {}
    constexpr WGSL_FN vec4(vec3<T> xyz, T w) : x(xyz.x), y(xyz.y), z(xyz.z), w(w) {}
    constexpr WGSL_FN vec4(T x, vec3<T> yzw) : x(x), y(yzw.x), z(yzw.y), w(yzw.z) {}
    constexpr WGSL_FN T& operator[](u32 i) { return i == 0u ? x : i == 1u ? y : i == 2u ? z : w; }
    constexpr WGSL_FN const T& operator[](u32 i) const { return i == 0u ? x : i == 1u ? y : i == 2u ? z : w; }
};

namespace wgsl {
// An element of an array of vec3, with the gap after it.
template <class T> struct padded {
    T value;
};
template <class T> struct alignas(4 * sizeof(T)) padded<vec3<T>> {
    vec3<T> value;
};
} // namespace wgsl

template <class T, u32 N> struct array {
    T elements[N];
    constexpr WGSL_FN T& operator[](u32 i) { return elements[i]; }
    constexpr WGSL_FN const T& operator[](u32 i) const { return elements[i]; }
};

template <class T, u32 N> struct array<vec3<T>, N> {
    wgsl::padded<vec3<T>> elements[N];
    constexpr WGSL_FN vec3<T>& operator[](u32 i) { return elements[i].value; }
    constexpr WGSL_FN const vec3<T>& operator[](u32 i) const { return elements[i].value; }
};

template <class T> struct atomic {
    T value;
};
