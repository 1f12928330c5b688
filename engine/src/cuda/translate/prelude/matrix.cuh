// Matrices: columns in memory as WGSL lays them out.
template <u32 N, class T> struct wgsl_vector;
template <class T> struct wgsl_vector<2, T> { using type = vec2<T>; };
template <class T> struct wgsl_vector<3, T> { using type = vec3<T>; };
template <class T> struct wgsl_vector<4, T> { using type = vec4<T>; };

template <u32 C, u32 R, class T> struct mat {
    using column = typename wgsl_vector<R, T>::type;
    using row = typename wgsl_vector<C, T>::type;
    array<column, C> columns;
    constexpr mat() = default;
    WGSL_FN mat(column a, column b) : columns{a, b} {}
    WGSL_FN mat(column a, column b, column c) : columns{a, b, c} {}
    WGSL_FN mat(column a, column b, column c, column d) : columns{a, b, c, d} {}
    constexpr WGSL_FN column& operator[](u32 i) { return columns[i]; }
    constexpr WGSL_FN const column& operator[](u32 i) const { return columns[i]; }
};
#define WGSL_MATRIX(C, R) template <class T> using mat##C##x##R = mat<C, R, T>;
WGSL_MATRIX(2, 2)
WGSL_MATRIX(2, 3)
WGSL_MATRIX(2, 4)
WGSL_MATRIX(3, 2)
WGSL_MATRIX(3, 3)
WGSL_MATRIX(3, 4)
WGSL_MATRIX(4, 2)
WGSL_MATRIX(4, 3)
WGSL_MATRIX(4, 4)

template <u32 C, u32 R, class T> WGSL_FN mat<C, R, T> operator+(mat<C, R, T> a, mat<C, R, T> b) {
    for (u32 i = 0; i < C; i++) a[i] = a[i] + b[i];
    return a;
}
template <u32 C, u32 R, class T> WGSL_FN mat<C, R, T> operator-(mat<C, R, T> a, mat<C, R, T> b) {
    for (u32 i = 0; i < C; i++) a[i] = a[i] - b[i];
    return a;
}
template <u32 C, u32 R, class T> WGSL_FN mat<C, R, T> operator*(mat<C, R, T> a, T b) {
    for (u32 i = 0; i < C; i++) a[i] = a[i] * b;
    return a;
}
template <u32 C, u32 R, class T> WGSL_FN mat<C, R, T> operator*(T a, mat<C, R, T> b) { return b * a; }
template <u32 C, u32 R, class T> WGSL_FN auto operator*(mat<C, R, T> a, typename mat<C, R, T>::row b) {
    auto sum = a[0] * b[0];
    for (u32 i = 1; i < C; i++) sum = sum + a[i] * b[i];
    return sum;
}
template <u32 C, u32 R, class T> WGSL_FN auto operator*(typename mat<C, R, T>::column a, mat<C, R, T> b) {
    typename mat<C, R, T>::row result{};
    for (u32 i = 0; i < C; i++) result[i] = wgsl::dot(a, b[i]);
    return result;
}
template <u32 K, u32 R, u32 C, class T> WGSL_FN mat<C, R, T> operator*(mat<K, R, T> a, mat<C, K, T> b) {
    mat<C, R, T> result;
    for (u32 i = 0; i < C; i++) result[i] = a * b[i];
    return result;
}

namespace wgsl {
template <u32 C, u32 R, class T> WGSL_FN mat<R, C, T> transpose(mat<C, R, T> a) {
    mat<R, C, T> result;
    for (u32 i = 0; i < C; i++) {
        for (u32 j = 0; j < R; j++) result[j][i] = a[i][j];
    }
    return result;
}
template <class T> WGSL_FN T determinant(mat<2, 2, T> a) { return a[0].x * a[1].y - a[1].x * a[0].y; }
template <class T> WGSL_FN T determinant(mat<3, 3, T> a) { return dot(a[0], cross(a[1], a[2])); }
template <class T> WGSL_FN T determinant(mat<4, 4, T> a) {
    T sum = T(0.0f);
    for (u32 i = 0; i < 4; i++) {
        mat<3, 3, T> minor;
        for (u32 j = 1; j < 4; j++) {
            for (u32 k = 0; k < 3; k++) minor[j - 1][k] = a[j][k + (k >= i ? 1 : 0)];
        }
        const T term = a[0][i] * determinant(minor);
        sum = i % 2 == 0 ? sum + term : sum - term;
    }
    return sum;
}
} // namespace wgsl
