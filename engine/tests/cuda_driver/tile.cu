// One tile through the tensor memory accelerator, written out as it lies in shared memory.
struct alignas(64) CUtensorMap {
    unsigned long long words[16];
};
struct Params {
    int x, y;
};
constexpr unsigned WIDTH = 32, HEIGHT = 8;

extern "C" __global__ void tile(const __grid_constant__ Params params, float* output, const __grid_constant__ CUtensorMap map) {
    // What a swizzle of 128 bytes asks for.
    __shared__ alignas(1024) float loaded[WIDTH * HEIGHT];
    __shared__ alignas(8) unsigned long long barrier;
    const unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(loaded));
    const unsigned arrived = static_cast<unsigned>(__cvta_generic_to_shared(&barrier));
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(arrived) : "memory");
        // The accelerator must see the barrier, too.
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(arrived), "n"(WIDTH * HEIGHT * 4) : "memory");
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(to),
                     "l"(&map), "r"(params.x), "r"(params.y), "r"(arrived)
                     : "memory");
    }
    __syncthreads();
    for (unsigned done = 0; !done;) {
        asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], 0; selp.u32 %0, 1, 0, p; }"
                     : "=r"(done)
                     : "r"(arrived)
                     : "memory");
    }
    for (unsigned i = threadIdx.x; i < WIDTH * HEIGHT; i += blockDim.x) output[i] = loaded[i];
}
