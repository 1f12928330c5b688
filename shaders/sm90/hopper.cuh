// What the kernels for compute capability 9.0 share: the instructions that CUDA C++ has no words for. Text that comes before a kernel's own;
// no header is included.
using u8 = unsigned char;
using u32 = unsigned int;
using u64 = unsigned long long;

#define DEVICE __device__ __forceinline__

DEVICE float negative_infinity() { return __int_as_float(0xff800000); }

// A value that is the same in all lanes, told to the compiler, which then keeps what follows from it in uniform registers.
DEVICE u32 uniform(u32 value) { return __shfl_sync(~0u, value, 0); }

DEVICE u32 shared_address(const void* pointer) { return static_cast<u32>(__cvta_generic_to_shared(pointer)); }

// --- mbarriers: `count` arrivals complete a phase; a waiter says which phase, by its parity.

DEVICE void barrier_init(u64* barrier, u32 count) { asm volatile("mbarrier.init.shared.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(count)); }

// Makes initialised barriers visible to the asynchronous proxy.
DEVICE void barrier_fence() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

DEVICE void barrier_arrive(u64* barrier) { asm volatile("mbarrier.arrive.shared.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory"); }

// An arrival that also announces bytes of bulk copies: the phase is complete when these are there too.
DEVICE void barrier_expect(u64* barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes) : "memory");
}

DEVICE void barrier_wait(u64* barrier, u32 parity) {
    asm volatile(
        "{\n.reg .pred done;\n"
        "again:\nmbarrier.try_wait.parity.shared.b64 done, [%0], %1;\n@done bra finished;\nbra again;\n"
        "finished:\n}\n" ::"r"(shared_address(barrier)), "r"(parity) : "memory");
}

// Waits for so many threads of the block, all of which say the same number; 0 is that of __syncthreads.
template <u32 THREADS> DEVICE void wait_among(u32 number) { asm volatile("bar.sync %0, %1;" ::"r"(number), "n"(THREADS) : "memory"); }

// --- Copies to shared memory that need no registers.

DEVICE void copy_async_16(u32 to, const void* from) {
    asm volatile("cp.async.cg.shared.global.L2::256B [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
}

// Zeros instead, if not `there`; the address must be one that could be read.
DEVICE void copy_async_16_or_zero(u32 to, const void* from, bool there) {
    asm volatile("cp.async.cg.shared.global.L2::256B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}

DEVICE void copy_async_8(u32 to, const void* from) { asm volatile("cp.async.ca.shared.global [%0], [%1], 8;" ::"r"(to), "l"(from) : "memory"); }

// An arrival once all copies of this thread so far are there. What they wrote is read by matrix products only after `fence_async` of the
// threads that waited for the barrier.
DEVICE void copy_async_arrive(u64* barrier) {
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(shared_address(barrier)) : "memory");
}

DEVICE void copy_async_wait_all() { asm volatile("cp.async.wait_all;" ::: "memory"); }

// A whole block of memory; addresses and size are multiples of 16 bytes. Matrix products and ordinary reads see it after the barrier.
DEVICE void copy_bulk(void* to, const void* from, u32 bytes, u64* barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(shared_address(to)),
                 "l"(from), "r"(bytes), "r"(shared_address(barrier))
                 : "memory");
}

// Between ordinary writes to shared memory and matrix products that read it: by the writer before a barrier, or by the reader after it.
DEVICE void fence_async() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// --- Registers, which a warpgroup gives up or takes from those given up. All its threads say so together.

template <int COUNT> DEVICE void registers_give() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(COUNT)); }
template <int COUNT> DEVICE void registers_take() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(COUNT)); }

// --- Matrix products of a warpgroup.

DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

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

// 2^x, as exact as the hardware has it: 2 units in the last place.
DEVICE float exp2_fast(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

#define FLOATS_4(d, i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define FLOATS_16(d, i) FLOATS_4(d, i), FLOATS_4(d, i + 4), FLOATS_4(d, i + 8), FLOATS_4(d, i + 12)
#define FLOATS_32(d, i) FLOATS_16(d, i), FLOATS_16(d, i + 16)
#define FLOATS_64(d, i) FLOATS_32(d, i), FLOATS_32(d, i + 32)
#define FLOATS_128(d, i) FLOATS_64(d, i), FLOATS_64(d, i + 64)
#define PLACES_16 "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15"
#define PLACES_32                                                                                                                       \
    "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define PLACES_64                                                                                                                       \
    PLACES_32 ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,"  \
              "%61,%62,%63"
#define PLACES_128                                                                                                                      \
    PLACES_64 ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,%90,%91,%92,"  \
              "%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113,%114,%115,%116,%117," \
              "%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
