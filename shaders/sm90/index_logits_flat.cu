// `index_logits` of flat keys. Constants: those of `index_logits`, PAGED 0, PAGE_SIZE without meaning.
extern "C" __global__ void __launch_bounds__(SCORING_THREADS + COPYING_THREADS, 1)
index_logits_flat(const Params params, const u8* q, const float* weights, const u8* keys, const float* k_scale, const int* k_start,
                  const int* k_end, float* logits) {
    const Inputs inputs = {q + u64(params.q_offset) * 4,
                           weights + params.weights_offset,
                           keys + u64(params.keys_offset) * 4,
                           k_scale + params.scale_offset,
                           k_start + params.range_offset,
                           k_end + params.range_offset,
                           nullptr};
    index_logits(params, inputs, logits + params.out_offset);
}
