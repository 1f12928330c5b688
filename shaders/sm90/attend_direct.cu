// `attend` that writes finished rows. Constants: those of `attend`, DIRECT 1.
extern "C" __global__ void __launch_bounds__(MULTIPLYING_THREADS + GATHERING_THREADS, 1)
attend_direct(const Params params, const u8* q, const u8* kv, const int* indices_or_start, const int* length_or_end, const float* attn_sink,
              u32* output, float* max_logits, float* lse) {
    attend(params, q, kv, {indices_or_start, length_or_end}, {attn_sink, output, max_logits, lse, nullptr, nullptr});
}
