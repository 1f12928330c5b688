// `index_logits` of keys in a paged cache. Constants: those of `index_logits`, PAGED 1.
extern "C" __global__ void __launch_bounds__(SCORING_THREADS + COPYING_THREADS, 1)
index_logits_cache(const Params params, const u8* q, const float* weights, const u8* keys, const int* block_table,
                   const int* context_lengths, float* logits) {
    const Inputs inputs = {q + u64(params.q_offset) * 4,
                           weights + params.weights_offset,
                           keys + u64(params.keys_offset) * 4,
                           nullptr,
                           nullptr,
                           context_lengths + params.range_offset,
                           block_table + params.table_offset};
    index_logits(params, inputs, logits + params.out_offset);
}
