// `hopper.cuh` on the host, for tests: what its functions do, by the emulation of the engine.
using u8 = unsigned char;
using u32 = unsigned int;
using u64 = unsigned long long;

#define DEVICE inline

DEVICE u32 uniform(u32 value) { return __shfl_sync(~0u, value, 0); }

DEVICE u8* dynamic_shared() { return host::current->block->shared; }
DEVICE u32 shared_address(const void* pointer) { return host::shared_address(pointer); }

// --- mbarriers.

DEVICE void barrier_init(u64* barrier, u32 count) { host::barrier_init(barrier, count); }
DEVICE void barrier_fence() {}
DEVICE void barrier_arrive(u64* barrier) { host::barrier_arrive(*reinterpret_cast<host::Barrier*>(barrier)); }
DEVICE void barrier_expect(u64* barrier, u32 bytes) { host::barrier_arrive(*reinterpret_cast<host::Barrier*>(barrier), bytes); }
DEVICE void barrier_wait(u64* barrier, u32 parity) { host::barrier_wait(barrier, parity); }
template <u32 THREADS> DEVICE void wait_among(u32 number) { host::wait_among(number, THREADS); }

// --- Copies to shared memory.

DEVICE void copy_async_16(u32 to, const void* from) { host::copy_async(to, from, 16); }
DEVICE void stream_async_16(u32 to, const void* from) { host::copy_async(to, from, 16); }
DEVICE void copy_async_16_or_zero(u32 to, const void* from, bool there) { host::copy_async(to, there ? from : nullptr, 16); }
DEVICE void copy_async_4(u32 to, const void* from) { host::copy_async(to, from, 4); }
DEVICE void copy_async_8(u32 to, const void* from) { host::copy_async(to, from, 8); }
DEVICE void copy_async_arrive(u64* barrier) {
    host::copy_wait_all();
    barrier_arrive(barrier);
}
DEVICE void copy_async_group() { host::copy_group(); }
template <int PENDING> DEVICE void copy_async_wait() { host::copy_wait(PENDING); }
DEVICE void copy_async_wait_all() { host::copy_wait_all(); }
DEVICE u64 policy_evict_first() { return 0; }
DEVICE void copy_bulk(void* to, const void* from, u32 bytes, u64* barrier, u64) { host::copy_bulk(to, from, bytes, barrier); }
DEVICE void prefetch_line(const void*) {}
DEVICE void fence_async() {}

// --- Registers, of which the host has what it needs.

template <int COUNT> DEVICE void registers_give() {}
template <int COUNT> DEVICE void registers_take() {}

// --- Single words.

DEVICE u32 thread_again() { return threadIdx.x; }
DEVICE uint4 load_constant_16(const void* from) { return *static_cast<const uint4*>(from); }
DEVICE u32 add_shared(u32* place, u32 value) { return atomicAdd(place, value); }

// --- Clusters.

DEVICE u32 cluster_rank() { return static_cast<u32>(host::current->block - host::blocks); }
DEVICE u32 cluster_size() { return host::cluster_blocks; }
DEVICE void cluster_arrive() { host::cluster_arrive(); }
DEVICE void cluster_wait() { host::cluster_wait(); }
DEVICE u32 address_in_first(const void* pointer) { return shared_address(pointer) & ((1u << host::BLOCK_SHIFT) - 1); }
DEVICE u32 address_in(const void* pointer, u32 rank) { return address_in_first(pointer) | rank << host::BLOCK_SHIFT; }
DEVICE void barrier_arrive_at(u32 barrier) { host::barrier_arrive(*reinterpret_cast<host::Barrier*>(host::shared_pointer(barrier, 8, 8))); }
DEVICE void store_async_16(u32 to, uint4 value, u32 barrier) {
    *reinterpret_cast<uint4*>(host::shared_pointer(to, 16, 16)) = value;
    host::barrier_came(*reinterpret_cast<host::Barrier*>(host::shared_pointer(barrier, 8, 8)), 16);
}
DEVICE u32 add_in_first(u32 address, u32 value) { return atomicAdd(reinterpret_cast<u32*>(host::shared_pointer(address, 4, 4)), value); }
DEVICE void store_in_first(u32 address, u64 value) { *reinterpret_cast<u64*>(host::shared_pointer(address, 8, 8)) = value; }

// --- Numbers.

DEVICE float exp2_fast(float x) { return exp2f(x); }

// To the nearest, and of two the even one.
DEVICE u32 bf16_bits(float value) {
    const u32 bits = host::to_bits(value);
    return value != value ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
DEVICE u32 bf16_pair(float low, float high) { return bf16_bits(low) | bf16_bits(high) << 16; }

DEVICE float2 e4m3_pair(u32 codes) {
    return {host::e4m3_value(static_cast<u8>(codes)), host::e4m3_value(static_cast<u8>(codes >> 8))};
}

// --- Matrix products.

DEVICE void wgmma_fence() { host::fence_products(); }
DEVICE void wgmma_commit() { host::commit_products(); }

template <int SUMS> DEVICE void multiply_e4m3(float (&sums)[SUMS], const u32 (&a)[4], u64 b, u32 add) {
    host::start_product({host::Codes::e4m3, SUMS * 2, sums, a, 0, b, false, add != 0});
}
DEVICE void multiply_e4m3(float (&sums)[64], u64 a, u64 b, u32 add) {
    host::start_product({host::Codes::e4m3, 128, sums, nullptr, a, b, false, add != 0});
}
DEVICE void multiply_scores(float (&sums)[32], u64 a, u64 b, u32 add) {
    host::start_product({host::Codes::bf16, 64, sums, nullptr, a, b, false, add != 0});
}
DEVICE void multiply_scores(float (&sums)[32], const u32 (&a)[4], u64 b, u32 add) {
    host::start_product({host::Codes::bf16, 64, sums, a, 0, b, false, add != 0});
}
DEVICE void multiply_values(float (&sums)[128], u64 a, u64 b) {
    host::start_product({host::Codes::bf16, 256, sums, nullptr, a, b, true, true});
}
DEVICE void multiply_values(float (&sums)[128], const u32 (&a)[4], u64 b) {
    host::start_product({host::Codes::bf16, 256, sums, a, 0, b, true, true});
}
template <int PENDING, int SUMS> DEVICE void wait_for(float (&)[SUMS]) { host::wait_products(PENDING); }
