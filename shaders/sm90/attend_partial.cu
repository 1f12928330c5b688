// `attend` that writes partial results: f32 [queries, slots, heads, 512], and maximum and sum of each. Constants: those of `attend`, DIRECT 0.
extern "C" __global__ void __launch_bounds__(MULTIPLYING_THREADS + GATHERING_THREADS, 1)
attend_partial(const Params params, const u8* q, const u8* kv, const int* indices_or_start, const int* length_or_end, float2* partial_out,
               float2* partial_softmax) {
    attend(params, q, kv, {indices_or_start, length_or_end}, {nullptr, nullptr, nullptr, nullptr, partial_out, partial_softmax});
}
