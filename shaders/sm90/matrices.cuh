// Where matrices lie in shared memory, how `wgmma` is told, and what becomes of products of index heads. Text that comes after hopper.cuh.

DEVICE float negative_infinity() { return __int_as_float(0xff800000); }

// A matrix in shared memory whose rows are 128 or 64 bytes of the inner dimension, 16-byte pieces permuted within them (`swizzled`), in
// groups of 8 rows, the first at a multiple of 1024 bytes.
template <u32 ROW_BYTES> DEVICE u64 rows_descriptor(u32 address) {
    static_assert(ROW_BYTES == 128 || ROW_BYTES == 64, "two swizzles are used");
    constexpr u64 swizzle = ROW_BYTES == 128 ? 1 : 2;
    constexpr u64 group = ROW_BYTES * 8 / 16;
    return swizzle << 62 | group << 32 | 1ull << 16 | (address >> 4 & 0x3fff);
}

// The same block of 128-byte rows read along its columns: the rows are the inner dimension of a product. Blocks of 64 columns are
// `block_bytes` apart.
DEVICE u64 columns_descriptor(u32 address, u32 block_bytes) {
    return 1ull << 62 | u64(1024 / 16) << 32 | u64(block_bytes / 16) << 16 | (address >> 4 & 0x3fff);
}

// Byte of a 16-byte piece of a row in such a matrix.
template <u32 ROW_BYTES> DEVICE u32 swizzled(u32 row, u32 piece) {
    const u32 mixed = ROW_BYTES == 128 ? piece ^ (row & 7) : piece ^ (row >> 1 & 3);
    return row * ROW_BYTES + mixed * 16;
}

// relu(x) / SHRINK, for at most 128 products of two codes: below 2^25, so that saturation only rectifies. A multiplication, unlike a maximum,
// is done at the full rate; a power of two costs no bit.
constexpr float SHRINK = 33554432.0f;
DEVICE float rectified(float x) { return __saturatef(x * (1.0f / SHRINK)); }
