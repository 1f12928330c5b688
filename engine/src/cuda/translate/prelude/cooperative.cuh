// Cooperative matrices of 16 x 16: a warp holds one in its registers and multiplies with `mma`, from sm_75 on. All 32 lanes take part.
// Lane l has g = l / 4 and t = l % 4. A register of f16 holds two neighbours:
//   A  registers 0..3: row g, g + 8, g, g + 8; columns 2t, 2t + 1, of the last two registers 8 more
//   B  registers 0..3: rows 2t, 2t + 1, in registers 1 and 3 8 more; column g, of the last two registers 8 more
//   C  elements 0..7: row g, g, g + 8, g + 8; columns 2t, 2t + 1, 2t, 2t + 1, of the last four 8 more
namespace wgsl {
struct A {};
struct B {};
struct C {};
constexpr bool row_major = true, column_major = false;
struct workgroup_space_t {};
struct storage_space_t {};
constexpr workgroup_space_t workgroup_space{};
constexpr storage_space_t storage_space{};

WGSL_FN u32 pair_of(f16 low, f16 high) { return u32(low.bits) | u32(high.bits) << 16; }
WGSL_FN f16 low_of(u32 pair) { return f16::from_bits(u16(pair & 0xffffu)); }
WGSL_FN f16 high_of(u32 pair) { return f16::from_bits(u16(pair >> 16)); }

// Four 8 x 8 blocks of f16 out of workgroup memory. `Transposed`: memory holds the blocks' columns. False if rows are not aligned for it.
template <bool Transposed> WGSL_FN bool load_blocks(const f16* base, u32 stride, u32 first, u32 second, u32 (&registers)[4]) {
#ifdef __CUDACC__
    const u32 address = u32(__cvta_generic_to_shared(base));
    if (((address | stride * 2u) & 15u) != 0u) return false;
    const u32 row = address + 2u * (((lane() % 8u) + first) * stride + second);
    if constexpr (Transposed) {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3]) : "r"(row) : "memory");
    } else {
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                     : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3]) : "r"(row) : "memory");
    }
    return true;
#else
    return false;
#endif
}
} // namespace wgsl

// A and B.
template <class T, class Role> struct coop_mat16x16 {
    static_assert(sizeof(T) == 2, "operands are f16");
    u32 registers[4];

    template <class E, class Space> static WGSL_FN coop_mat16x16 load(const E& place, u32 stride, bool row_major, Space) {
        const f16* base = reinterpret_cast<const f16*>(&place);
        stride *= u32(sizeof(E) / sizeof(f16));
        coop_mat16x16 result;
        // In memory, pairs of A lie side by side in rows, pairs of B in columns.
        const bool straight = row_major == is_a;
        const u32 block = wgsl::lane() / 8u;
        if constexpr (is_workgroup(Space{})) {
            // Blocks in the order of the registers: of A the rows advance first, of B the pairs' direction.
            const u32 fast = block % 2u * 8u, slow = block / 2u * 8u;
            const bool pairs_fast = !is_a;
            const u32 pairs = pairs_fast ? fast : slow, lines = pairs_fast ? slow : fast;
            const bool loaded = straight ? wgsl::load_blocks<false>(base, stride, lines, pairs, result.registers)
                                         : wgsl::load_blocks<true>(base, stride, pairs, lines, result.registers);
            if (loaded) return result;
        }
        const u32 group = wgsl::lane() / 4u, pair = wgsl::lane() % 4u * 2u;
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            const u32 line = group + (is_a ? i % 2u : i / 2u) * 8u;
            const u32 at = pair + (is_a ? i / 2u : i % 2u) * 8u;
            const u32 low = straight ? line * stride + at : at * stride + line;
            result.registers[i] = wgsl::pair_of(base[low], base[low + (straight ? 1u : stride)]);
        }
        return result;
    }
    template <class E, class Space> WGSL_FN void store(E& place, u32 stride, bool row_major, Space) const {
        f16* base = reinterpret_cast<f16*>(&place);
        stride *= u32(sizeof(E) / sizeof(f16));
        const bool straight = row_major == is_a;
        const u32 group = wgsl::lane() / 4u, pair = wgsl::lane() % 4u * 2u;
#pragma unroll
        for (u32 i = 0; i < 4; i++) {
            const u32 line = group + (is_a ? i % 2u : i / 2u) * 8u;
            const u32 at = pair + (is_a ? i / 2u : i % 2u) * 8u;
            const u32 low = straight ? line * stride + at : at * stride + line;
            base[low] = wgsl::low_of(registers[i]);
            base[low + (straight ? 1u : stride)] = wgsl::high_of(registers[i]);
        }
    }

    static constexpr WGSL_FN bool is_role(wgsl::A) { return true; }
    static constexpr WGSL_FN bool is_role(wgsl::B) { return false; }
    static constexpr bool is_a = is_role(Role{});
    static constexpr WGSL_FN bool is_workgroup(wgsl::workgroup_space_t) { return true; }
    static constexpr WGSL_FN bool is_workgroup(wgsl::storage_space_t) { return false; }
};

// C: elements in registers of their own type.
template <class T> struct coop_mat16x16<T, wgsl::C> {
    T elements[8];

    static WGSL_FN u32 place_of(u32 i, u32 stride, bool row_major) {
        const u32 row = wgsl::lane() / 4u + i / 2u % 2u * 8u;
        const u32 column = wgsl::lane() % 4u * 2u + i % 2u + i / 4u * 8u;
        return row_major ? row * stride + column : column * stride + row;
    }
    template <class E, class Space> static WGSL_FN coop_mat16x16 load(const E& place, u32 stride, bool row_major, Space) {
        const T* base = reinterpret_cast<const T*>(&place);
        coop_mat16x16 result;
#pragma unroll
        for (u32 i = 0; i < 8; i++) result.elements[i] = base[place_of(i, stride * u32(sizeof(E) / sizeof(T)), row_major)];
        return result;
    }
    template <class E, class Space> WGSL_FN void store(E& place, u32 stride, bool row_major, Space) const {
        T* base = reinterpret_cast<T*>(&place);
#pragma unroll
        for (u32 i = 0; i < 8; i++) base[place_of(i, stride * u32(sizeof(E) / sizeof(T)), row_major)] = elements[i];
    }
};
template <class T> WGSL_FN coop_mat16x16<T, wgsl::C> operator+(coop_mat16x16<T, wgsl::C> a, coop_mat16x16<T, wgsl::C> b) {
    for (u32 i = 0; i < 8; i++) a.elements[i] = a.elements[i] + b.elements[i];
    return a;
}
template <class T> WGSL_FN coop_mat16x16<T, wgsl::C> operator-(coop_mat16x16<T, wgsl::C> a, coop_mat16x16<T, wgsl::C> b) {
    for (u32 i = 0; i < 8; i++) a.elements[i] = a.elements[i] - b.elements[i];
    return a;
}
template <class T> WGSL_FN coop_mat16x16<T, wgsl::C> operator*(coop_mat16x16<T, wgsl::C> a, T b) {
    for (u32 i = 0; i < 8; i++) a.elements[i] = a.elements[i] * b;
    return a;
}
template <class T> WGSL_FN coop_mat16x16<T, wgsl::C> operator*(T a, coop_mat16x16<T, wgsl::C> b) { return b * a; }

namespace wgsl {
#ifdef __CUDACC__
// One half of the columns: d += a * b, with f32 or f16 sums.
WGSL_FN void multiply_add(f32 (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[2]), "r"(a[3]), "r"(b1));
#endif
}
WGSL_FN void multiply_add(f16 (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    u32 low = pair_of(c[0], c[1]), high = pair_of(c[2], c[3]);
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%0, %1}, {%2, %3, %4, %5}, {%6, %7}, {%0, %1};"
        : "+r"(low), "+r"(high) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    asm("mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%0, %1}, {%2, %3}, {%4}, {%0, %1};"
        : "+r"(low), "+r"(high) : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm("mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%0, %1}, {%2, %3}, {%4}, {%0, %1};"
        : "+r"(low), "+r"(high) : "r"(a[2]), "r"(a[3]), "r"(b1));
#endif
    c[0] = low_of(low), c[1] = high_of(low), c[2] = low_of(high), c[3] = high_of(high);
}
#else
// The same by exchanging registers: what a host does, where no such instruction is.
template <class T> void multiply_add(T (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    // This lane's two rows and two columns.
    f32 rows[2][16], columns[2][16];
    const auto put = [](f32* to, u32 pair) { to[0] = f32(low_of(pair)), to[1] = f32(high_of(pair)); };
    for (u32 i = 0; i < 4; i++) {
        const u32* lanes = host::exchange(7, ~0u, a[i]);
        for (u32 part = 0; part < 4; part++) put(&rows[i % 2u][i / 2u * 8u + part * 2u], lanes[lane() / 4u * 4u + part]);
    }
    for (u32 i = 0; i < 2; i++) {
        const u32* lanes = host::exchange(8, ~0u, i == 0 ? b0 : b1);
        for (u32 part = 0; part < 4; part++) {
            for (u32 j = 0; j < 2; j++) put(&columns[j][i * 8u + part * 2u], lanes[(lane() % 4u * 2u + j) * 4u + part]);
        }
    }
    for (u32 i = 0; i < 4; i++) {
        f32 sum = f32(c[i]);
        for (u32 k = 0; k < 16; k++) sum += rows[i / 2u][k] * columns[i % 2u][k];
        c[i] = T(sum);
    }
}
#endif

template <class T> WGSL_FN coop_mat16x16<T, C> coopMultiplyAdd(coop_mat16x16<f16, A> a, coop_mat16x16<f16, B> b, coop_mat16x16<T, C> c) {
#pragma unroll
    for (u32 half = 0; half < 2; half++) {
        T sums[4] = {c.elements[half * 4], c.elements[half * 4 + 1], c.elements[half * 4 + 2], c.elements[half * 4 + 3]};
        multiply_add(sums, a.registers, b.registers[half * 2], b.registers[half * 2 + 1]);
        for (u32 i = 0; i < 4; i++) c.elements[half * 4 + i] = sums[i];
    }
    return c;
}
} // namespace wgsl
