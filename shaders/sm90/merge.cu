// Merges partial results on Hopper: the contract of `attention/merge`, for rows of bf16.
//
// A block has one head of one query, a thread four of its outputs. All loads of a thread are under way together, as a merge of few heads is
// as long as they take one after the other.
// Text that comes after hopper.cuh, matrices.cuh and softmax.cuh.

struct Params {
    // Queries of this dispatch x heads.
    u32 workgroups, heads, slots;
    // The first query, counted from the start of the bound output and max_logits, and of lse [.., heads, lse_inner].
    u32 first_query, lse_query, lse_inner;
    u32 has_sink, has_max_logits;
};

constexpr u32 MERGING_THREADS = D_V / 4;
// Slots whose outputs a thread loads at a time.
constexpr u32 SLOTS_AT_ONCE = 8;

// Maximum and sum of a slot, of a head's; the sum is 0 if it has no key, or is not there.
DEVICE float2 softmax_of(const float2* softmax, u32 heads, u32 slots, u32 slot) {
    return slot < slots ? softmax[u64(slot) * heads] : float2{NO_MAXIMUM, 0.0f};
}

DEVICE float maximum_of(const float2* softmax, u32 heads, u32 slots, float2 first) {
    float maximum = first.y != 0.0f ? first.x : NO_MAXIMUM;
    for (u32 slot = 32 + threadIdx.x % 32; slot < slots; slot += 32) {
        const float2 own = softmax_of(softmax, heads, slots, slot);
        maximum = own.y != 0.0f ? fmaxf(maximum, own.x) : maximum;
    }
#pragma unroll
    for (u32 other = 16; other > 0; other /= 2) {
        maximum = fmaxf(maximum, __shfl_xor_sync(~0u, maximum, other));
    }
    return maximum;
}

// Adds the weighed outputs of 32 slots. Those without weight were not written: they are read, as a branch would wait for each, and left out.
DEVICE void add_outputs(float4& value, float weight, const float4* out, u64 stride, u32 slots) {
    for (u32 first = 0; first < slots; first += SLOTS_AT_ONCE) {
        float4 part[SLOTS_AT_ONCE];
        float each[SLOTS_AT_ONCE];
#pragma unroll
        for (u32 i = 0; i < SLOTS_AT_ONCE; i++) {
            const float of_slot = __shfl_sync(~0u, weight, (first + i) % 32);
            each[i] = first + i < slots ? of_slot : 0.0f;
            part[i] = out[min(first + i, slots - 1) * stride];
        }
#pragma unroll
        for (u32 i = 0; i < SLOTS_AT_ONCE; i++) {
            const bool there = each[i] != 0.0f;
            value.x = fmaf(each[i], there ? part[i].x : 0.0f, value.x);
            value.y = fmaf(each[i], there ? part[i].y : 0.0f, value.y);
            value.z = fmaf(each[i], there ? part[i].z : 0.0f, value.z);
            value.w = fmaf(each[i], there ? part[i].w : 0.0f, value.w);
        }
    }
}

struct Outputs {
    const float* attn_sink;
    uint2* output;
    float* max_logits;
    float* lse;
};

// What is known about a head, and the factor of its outputs.
DEVICE float finish_head(const Params& params, const Outputs& to, u32 query, u32 head, float maximum, float sum) {
    const bool seen = sum != 0.0f;
    const float natural = maximum * LN_2 + logf(seen ? sum : 1.0f);
    if (threadIdx.x == 0) {
        if (params.has_max_logits) {
            to.max_logits[u64(params.first_query + query) * params.heads + head] = seen ? maximum * LN_2 : negative_infinity();
        }
        const u32 at = params.lse_query + query, inner = params.lse_inner;
        to.lse[(u64(at / inner) * params.heads + head) * inner + at % inner] = seen ? natural : -negative_infinity();
    }
    const float factor = seen ? 1.0f / sum : 0.0f;
    return seen && params.has_sink ? factor * sink_factor(natural, to.attn_sink[head]) : factor;
}

extern "C" __global__ void __launch_bounds__(MERGING_THREADS, 4)
merge(const Params params, const float4* partial_out, const float2* partial_softmax, const float* attn_sink, uint2* output,
      float* max_logits, float* lse) {
    const u32 id = blockIdx.y * gridDim.x + blockIdx.x, query = id / params.heads, head = id % params.heads;
    if (id >= params.workgroups) {
        return;
    }
    const u64 first_row = u64(query) * params.slots * params.heads + head, stride = u64(params.heads) * MERGING_THREADS;
    const float2* softmax = partial_softmax + first_row;
    const float4* out = partial_out + first_row * MERGING_THREADS + threadIdx.x;
    const float2 first = softmax_of(softmax, params.heads, params.slots, threadIdx.x % 32);
    const float maximum = maximum_of(softmax, params.heads, params.slots, first);
    float4 value = {0.0f, 0.0f, 0.0f, 0.0f};
    float sum = 0.0f;
    // A lane has every 32nd slot.
    for (u32 slot = 0; slot < params.slots; slot += 32) {
        const float2 own = slot == 0 ? first : softmax_of(softmax, params.heads, params.slots, slot + threadIdx.x % 32);
        const float weight = own.y != 0.0f ? exp2_fast(own.x - maximum) : 0.0f;
        sum += weight * own.y;
        add_outputs(value, weight, out + slot * stride, stride, min(params.slots - slot, 32u));
    }
#pragma unroll
    for (u32 other = 16; other > 0; other /= 2) {
        sum += __shfl_xor_sync(~0u, sum, other);
    }
    const float factor = finish_head(params, {attn_sink, output, max_logits, lse}, query, head, maximum, sum);
    output[(u64(params.first_query + query) * params.heads + head) * MERGING_THREADS + threadIdx.x] = {
        bf16_pair(value.x * factor, value.y * factor), bf16_pair(value.z * factor, value.w * factor)};
}
