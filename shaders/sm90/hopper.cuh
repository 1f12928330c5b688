// The instructions of compute capability 9.0 that CUDA C++ has no words for; all that the kernels use are here. Text that comes before a
// kernel's own; no header is included. `hopper_host.cuh` says the same for the host, for tests.
using u8 = unsigned char;
using u32 = unsigned int;
using u64 = unsigned long long;

#define DEVICE __device__ __forceinline__

// A value that is the same in all lanes, told to the compiler, which then keeps what follows from it in uniform registers.
DEVICE u32 uniform(u32 value) { return __shfl_sync(~0u, value, 0); }

// The dynamic shared memory.
DEVICE u8* dynamic_shared() {
    extern __shared__ __align__(1024) u8 dynamic[];
    return dynamic;
}

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

// For what is read once: without a word to the cache.
DEVICE void stream_async_16(u32 to, const void* from) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
}

// Zeros instead, if not `there`; the address must be one that could be read.
DEVICE void copy_async_16_or_zero(u32 to, const void* from, bool there) {
    asm volatile("cp.async.cg.shared.global.L2::256B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}

DEVICE void copy_async_4(u32 to, const void* from) { asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(from) : "memory"); }
DEVICE void copy_async_8(u32 to, const void* from) { asm volatile("cp.async.ca.shared.global [%0], [%1], 8;" ::"r"(to), "l"(from) : "memory"); }

// An arrival once all copies of this thread so far are there. What they wrote is read by matrix products only after `fence_async` of the
// threads that waited for the barrier.
DEVICE void copy_async_arrive(u64* barrier) {
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(shared_address(barrier)) : "memory");
}

// The same in groups, of which a thread waits for all but the last PENDING.
DEVICE void copy_async_group() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int PENDING> DEVICE void copy_async_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory"); }

DEVICE void copy_async_wait_all() { asm volatile("cp.async.wait_all;" ::: "memory"); }

// How the L2 cache treats what is read once: it goes before anything else.
DEVICE u64 policy_evict_first() {
    u64 policy;
    asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
    return policy;
}

// A whole block of memory; addresses and size are multiples of 16 bytes. Matrix products and ordinary reads see it after the barrier.
DEVICE void copy_bulk(void* to, const void* from, u32 bytes, u64* barrier, u64 policy) {
    asm volatile(
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;" ::"r"(shared_address(to)),
        "l"(from), "r"(bytes), "r"(shared_address(barrier)), "l"(policy)
        : "memory");
}

// Asks for 128 bytes to come to the L2 cache.
DEVICE void prefetch_line(const void* from) { asm volatile("prefetch.global.L2 [%0];" ::"l"(from) : "memory"); }

// Between ordinary writes to shared memory and matrix products that read it: by the writer before a barrier, or by the reader after it.
DEVICE void fence_async() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// --- Registers, which a warpgroup gives up or takes from those given up. All its threads say so together.

template <int COUNT> DEVICE void registers_give() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(COUNT)); }
template <int COUNT> DEVICE void registers_take() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(COUNT)); }

// --- Single words.

// The thread's number, asked for again: what follows from it needs no registers before this.
DEVICE u32 thread_again() {
    u32 thread;
    asm volatile("mov.u32 %0, %%tid.x;" : "=r"(thread));
    return thread;
}

// What no kernel writes.
DEVICE uint4 load_constant_16(const void* from) {
    uint4 result;
    asm volatile("ld.global.nc.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(result.x), "=r"(result.y), "=r"(result.z), "=r"(result.w) : "l"(from));
    return result;
}

// An addition by one lane: `atomicAdd` would look for others.
DEVICE u32 add_shared(u32* place, u32 value) {
    u32 before;
    asm volatile("atom.shared.add.u32 %0, [%1], %2;" : "=r"(before) : "r"(shared_address(place)), "r"(value) : "memory");
    return before;
}

// --- Clusters of blocks, which reach each other's shared memory.

DEVICE u32 cluster_rank() {
    u32 rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

DEVICE u32 cluster_size() {
    u32 size;
    asm volatile("mov.u32 %0, %%cluster_nctarank;" : "=r"(size));
    return size;
}

DEVICE void cluster_arrive() { asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory"); }
DEVICE void cluster_wait() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

// The address of another block's copy of a variable; further ones are as far from it as here.
DEVICE u32 address_in(const void* pointer, u32 rank) {
    u32 address;
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(address) : "r"(shared_address(pointer)), "r"(rank));
    return address;
}

// An arrival at another block's barrier. It says that reads are over; with the order of writes for the whole cluster it would take a fence of
// the device.
DEVICE void barrier_arrive_at(u32 barrier) {
    asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" ::"r"(barrier) : "memory");
}

// A store that needs no fence before the arrival: the barrier, of the same block as the address, counts the bytes.
DEVICE void store_async_16(u32 to, uint4 value, u32 barrier) {
    asm volatile("st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.u32 [%0], {%1,%2,%3,%4}, [%5];" ::"r"(to), "r"(value.x),
                 "r"(value.y), "r"(value.z), "r"(value.w), "r"(barrier)
                 : "memory");
}

// The address of the first block's copy of a variable.
DEVICE u32 address_in_first(const void* pointer) {
    u32 address;
    asm volatile("mapa.shared::cluster.u32 %0, %1, 0;" : "=r"(address) : "r"(shared_address(pointer)));
    return address;
}

DEVICE u32 add_in_first(u32 address, u32 value) {
    u32 before;
    asm volatile("atom.relaxed.cluster.shared::cluster.add.u32 %0, [%1], %2;" : "=r"(before) : "r"(address), "r"(value) : "memory");
    return before;
}

DEVICE void store_in_first(u32 address, u64 value) {
    asm volatile("st.shared::cluster.u64 [%0], %1;" ::"r"(address), "l"(value) : "memory");
}

// --- Numbers.

// 2^x, as exact as the hardware has it: 2 units in the last place.
DEVICE float exp2_fast(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}

// Two bf16, the first in the low half.
DEVICE u32 bf16_pair(float low, float high) {
    u32 pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

// The values of the two e4m3 codes in the low bytes.
DEVICE float2 e4m3_pair(u32 codes) {
    u32 halves;
    float2 values;
    asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(halves) : "h"(static_cast<unsigned short>(codes)));
    asm("{\n.reg .b16 a, b;\nmov.b32 {a, b}, %2;\ncvt.f32.f16 %0, a;\ncvt.f32.f16 %1, b;\n}" : "=f"(values.x), "=f"(values.y) : "r"(halves));
    return values;
}

// --- Matrix products of a warpgroup.

DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

#define FLOATS_4(d, i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define FLOATS_16(d, i) FLOATS_4(d, i), FLOATS_4(d, i + 4), FLOATS_4(d, i + 8), FLOATS_4(d, i + 12)
#define FLOATS_32(d, i) FLOATS_16(d, i), FLOATS_16(d, i + 16)
#define FLOATS_64(d, i) FLOATS_32(d, i), FLOATS_32(d, i + 32)
#define FLOATS_128(d, i) FLOATS_64(d, i), FLOATS_64(d, i + 64)
#define PLACES_32                                                                                                                       \
    "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define PLACES_64                                                                                                                       \
    PLACES_32 ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,"  \
              "%61,%62,%63"
#define PLACES_128                                                                                                                      \
    PLACES_64 ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,%90,%91,%92,"  \
              "%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113,%114,%115,%116,%117," \
              "%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"

// 64 rows of A times N rows of B, with the layout that `wgmma` gives the N / 2 sums of each thread: `sums += a * b` over an inner dimension
// of 32 bytes, without `add` `sums = `. Each is under way until a wait that names its sums.

// Of e4m3 codes; A in registers.
DEVICE void multiply_e4m3(float (&sums)[32], const u32 (&a)[4], u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %37, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k32.f32.e4m3.e4m3 {" PLACES_32 "}, {%32,%33,%34,%35}, %36, add, 1, 1;\n}\n"
        : FLOATS_32(sums, 0)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add));
}

DEVICE void multiply_e4m3(float (&sums)[64], const u32 (&a)[4], u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %69, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {" PLACES_64 "}, {%64,%65,%66,%67}, %68, add, 1, 1;\n}\n"
        : FLOATS_64(sums, 0)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add));
}

DEVICE void multiply_e4m3(float (&sums)[128], const u32 (&a)[4], u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %133, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n256k32.f32.e4m3.e4m3 {" PLACES_128 "}, {%128,%129,%130,%131}, %132, add, 1, 1;\n}\n"
        : FLOATS_128(sums, 0)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add));
}

// Both in shared memory.
DEVICE void multiply_e4m3(float (&sums)[64], u64 a, u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %66, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {" PLACES_64 "}, %64, %65, add, 1, 1;\n}\n"
        : FLOATS_64(sums, 0)
        : "l"(a), "l"(b), "r"(add));
}

// Of bf16, both in shared memory, or A in registers.
DEVICE void multiply_scores(float (&sums)[32], u64 a, u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %34, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {" PLACES_32 "}, %32, %33, add, 1, 1, 0, 0;\n}\n"
        : FLOATS_32(sums, 0)
        : "l"(a), "l"(b), "r"(add));
}

DEVICE void multiply_scores(float (&sums)[32], const u32 (&a)[4], u64 b, u32 add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %37, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {" PLACES_32 "}, {%32,%33,%34,%35}, %36, add, 1, 1, 0;\n}\n"
        : FLOATS_32(sums, 0)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add));
}

// The same with B read along its columns, and always added.
DEVICE void multiply_values(float (&sums)[128], u64 a, u64 b) {
    asm volatile("wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {" PLACES_128 "}, %128, %129, 1, 1, 1, 0, 1;\n"
                 : FLOATS_128(sums, 0)
                 : "l"(a), "l"(b));
}

DEVICE void multiply_values(float (&sums)[128], const u32 (&a)[4], u64 b) {
    asm volatile("wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {" PLACES_128 "}, {%128,%129,%130,%131}, %132, 1, 1, 1, 1;\n"
                 : FLOATS_128(sums, 0)
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}

// Waits for all products but those of the last PENDING commits.
template <int PENDING> DEVICE void wait_for(float (&sums)[32]) {
    asm volatile("wgmma.wait_group.sync.aligned %32;" : FLOATS_32(sums, 0) : "n"(PENDING) : "memory");
}
template <int PENDING> DEVICE void wait_for(float (&sums)[64]) {
    asm volatile("wgmma.wait_group.sync.aligned %64;" : FLOATS_64(sums, 0) : "n"(PENDING) : "memory");
}
template <int PENDING> DEVICE void wait_for(float (&sums)[128]) {
    asm volatile("wgmma.wait_group.sync.aligned %128;" : FLOATS_128(sums, 0) : "n"(PENDING) : "memory");
}
