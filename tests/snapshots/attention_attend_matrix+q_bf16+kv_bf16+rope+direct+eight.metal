// attention/attend_matrix+q_bf16+kv_bf16+rope+direct+eight,D_QK=576,D_V=512,HEAD_BLOCK=16,SUBGROUP=32
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size11;
    uint size13;
    uint size14;
    uint size15;
    uint size17;
    uint size18;
    uint size19;
    uint size20;
};

typedef metal::simdgroup_half8x8 Rows;
typedef metal::simdgroup_half8x8 Columns;
typedef metal::simdgroup_float8x8 Products;
struct type_4 {
    metal::half4 inner[2336];
};
struct type_5 {
    float inner[2560];
};
struct type_6 {
    float inner[272];
};
struct type_7 {
    half inner[384];
};
struct type_8 {
    float inner[16];
};
struct type_10 {
    int inner[16];
};
struct Eight {
    metal::float4 low;
    metal::float4 high;
};
typedef metal::uint4 type_15[1];
struct Place {
    uint query;
    uint first_head;
    uint split;
    uint thread_;
};
struct Params {
    uint workgroups;
    uint heads;
    uint head_blocks;
    uint splits;
    uint first_query;
    uint length_query;
    uint lse_query;
    uint lse_inner;
    uint window_start;
    uint window_end;
    uint top_k;
    uint queries_per_length;
    uint has_sink;
    uint has_max_logits;
    uint slots;
    uint first_slot;
    float scale;
};
typedef int type_17[1];
typedef uint type_19[1];
constant uint SIZE = 8u;
constant uint SUBGROUPS = 8u;
constant uint SUBGROUP = 32u;
constant uint LANES = 256u;
constant uint TILE = 16u;
constant uint HEAD_BLOCK = 16u;
constant uint DOWN = 2u;
constant uint DIMS = 8u;
constant uint KEYS = 2u;
constant uint D_QK = 576u;
constant uint D_V = 512u;
constant uint ROTARY = 8u;
constant uint DOWN_16_ = 2u;
constant uint EIGHTS = 72u;
constant uint LANE_EIGHTS = 5u;
constant uint ROW = 146u;
constant uint PART_ROW = 20u;
constant uint PART = 320u;
constant uint WEIGHT_ROW = 24u;
constant uint SCORE_ROW = 17u;
constant uint LANE_WEIGHTS = 1u;
constant uint ROW_VECTORS = 72u;
constant uint POSITIVE_INFINITY = 2139095040u;
constant uint NEGATIVE_INFINITY = 4286578688u;

void subgroup_sync(
) {
    {
        metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        return;
    }
}

uint exponent_of(
    Eight eight
) {
    metal::uint4 bits = metal::max(as_type<metal::uint4>(eight.low) & metal::uint4(2147483647u), as_type<metal::uint4>(eight.high) & metal::uint4(2147483647u));
    return metal::max(metal::max(bits.x, bits.y), metal::max(bits.z, bits.w)) >> 23u;
}

int shift_for(
    uint exponent_1,
    int room
) {
    return metal::clamp(as_type<int>(as_type<uint>(as_type<int>(as_type<uint>(static_cast<int>(exponent_1)) - as_type<uint>(127))) - as_type<uint>(room)), -126, 126);
}

bool outgrows(
    uint exponent_2,
    int shift_1
) {
    return as_type<int>(as_type<uint>(static_cast<int>(exponent_2)) - as_type<uint>(127)) >= as_type<int>(as_type<uint>(shift_1) + as_type<uint>(15));
}

float power_of_two(
    int exponent_3
) {
    return as_type<float>(static_cast<uint>(as_type<int>(as_type<uint>(metal::clamp(exponent_3, -126, 126)) + as_type<uint>(127))) << 23u);
}

void stage(
    uint index_2,
    Eight eight_1,
    float factor,
    threadgroup type_4& staged
) {
    uint at = ((index_2 / EIGHTS) * ROW) + ((index_2 % EIGHTS) * 2u);
    staged.inner[at] = static_cast<metal::half4>(eight_1.low * factor);
    staged.inner[at + 1u] = static_cast<metal::half4>(eight_1.high * factor);
    return;
}

metal::float2 unpack_bf16x2_(
    uint packed
) {
    return metal::float2(as_type<float>(packed << 16u), as_type<float>(packed & 4294901760u));
}

metal::float2 unpack_row_pair(
    uint packed_1
) {
    metal::float2 _e1 = unpack_bf16x2_(packed_1);
    return _e1;
}

Eight row_eight(
    uint row,
    uint dim,
    device type_15 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 packed_2 = kv[(row * ROW_VECTORS) + (dim / 8u)];
    metal::float2 _e11 = unpack_row_pair(packed_2.x);
    metal::float2 _e13 = unpack_row_pair(packed_2.y);
    metal::float2 _e16 = unpack_row_pair(packed_2.z);
    metal::float2 _e18 = unpack_row_pair(packed_2.w);
    return Eight {metal::float4(_e11, _e13), metal::float4(_e16, _e18)};
}

Eight tile_eight(
    uint index_3,
    threadgroup type_10& rows,
    device type_15 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (index_3 < 1152u) {
        int row_3 = rows.inner[index_3 / EIGHTS];
        if (row_3 >= 0) {
            Eight _e15 = row_eight(static_cast<uint>(row_3), (index_3 % EIGHTS) * 8u, kv, _buffer_sizes);
            return _e15;
        }
    }
    return Eight {metal::float4(0.0), metal::float4(0.0)};
}

Eight query_eight(
    uint row_1,
    uint dim_1,
    device type_15 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 packed_3 = q[(row_1 * 72u) + (dim_1 / 8u)];
    {
        metal::float2 _e11 = unpack_bf16x2_(packed_3.x);
        metal::float2 _e13 = unpack_bf16x2_(packed_3.y);
        metal::float2 _e16 = unpack_bf16x2_(packed_3.z);
        metal::float2 _e18 = unpack_bf16x2_(packed_3.w);
        return Eight {metal::float4(_e11, _e13), metal::float4(_e16, _e18)};
    }
}

Eight query_part(
    Place place,
    uint first_line,
    uint index_4,
    constant Params& params,
    device type_15 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_1 = {};
    uint head = (place.first_head + first_line) + (index_4 / EIGHTS);
    if (index_4 < 1152u) {
        uint _e14 = params.heads;
        local_1 = head < _e14;
    } else {
        local_1 = false;
    }
    bool _e17 = local_1;
    if (_e17) {
        uint _e20 = params.first_query;
        uint _e25 = params.heads;
        Eight _e32 = query_eight(((_e20 + place.query) * _e25) + head, (index_4 % EIGHTS) * 8u, q, _buffer_sizes);
        return _e32;
    }
    return Eight {metal::float4(0.0), metal::float4(0.0)};
}

float tile_maximum(
    uint line_4,
    threadgroup type_6& scores
) {
    float largest_1 = -100000000000000000000000000000000000000.0;
    uint i_2 = 0u;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e18 = i_2;
            i_2 = _e18 + 1u;
        }
        loop_init = false;
        uint _e5 = i_2;
        if (_e5 < TILE) {
        } else {
            break;
        }
        {
            float _e8 = largest_1;
            uint _e12 = i_2;
            float _e15 = scores.inner[(line_4 * SCORE_ROW) + _e12];
            largest_1 = metal::max(_e8, _e15);
        }
    }
    float _e20 = largest_1;
    return _e20;
}

int row_of(
    Place place_1,
    uint entry_1,
    uint entries,
    constant Params& params,
    device type_17 const& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_2 = {};
    bool local_3 = {};
    if (entry_1 >= entries) {
        return -1;
    }
    uint _e8 = params.first_query;
    uint _e13 = params.top_k;
    int index_5 = indices[((_e8 + place_1.query) * _e13) + entry_1];
    if (index_5 >= 0) {
        uint _e25 = params.window_start;
        local_2 = static_cast<uint>(index_5) >= _e25;
    } else {
        local_2 = false;
    }
    bool _e28 = local_2;
    if (_e28) {
        uint _e34 = params.window_end;
        local_3 = static_cast<uint>(index_5) < _e34;
    } else {
        local_3 = false;
    }
    bool inside = local_3;
    uint _e40 = params.window_start;
    return inside ? as_type<int>(as_type<uint>(index_5) - as_type<uint>(static_cast<int>(_e40))) : -1;
}

void load_rows(
    Place place_2,
    uint first_entry,
    uint last_entry,
    threadgroup type_10& rows,
    constant Params& params,
    device type_17 const& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_3 = {};
    i_3 = place_2.thread_;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e14 = i_3;
            i_3 = _e14 + LANES;
        }
        loop_init_1 = false;
        uint _e5 = i_3;
        if (_e5 < TILE) {
        } else {
            break;
        }
        {
            uint _e9 = i_3;
            uint _e11 = i_3;
            int _e13 = row_of(place_2, first_entry + _e11, last_entry, params, indices, _buffer_sizes);
            rows.inner[_e9] = _e13;
        }
    }
    return;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

Place place_of(
    uint id,
    uint head_block,
    uint thread_1,
    constant Params& params
) {
    uint _e5 = params.head_blocks;
    uint rest = id / _e5;
    uint _e9 = params.splits;
    uint _e13 = params.head_blocks;
    uint _e18 = params.splits;
    return Place {rest / _e9, (id % _e13) * head_block, rest % _e18, thread_1};
}

void count_keys(
    Place place_3,
    constant Params& params,
    device type_17 const& topk_length,
    threadgroup uint& key_count,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint count = {};
    if (place_3.thread_ == 0u) {
        uint _e6 = params.top_k;
        count = _e6;
        uint _e10 = params.queries_per_length;
        if (_e10 != 0u) {
            uint _e16 = params.length_query;
            uint _e21 = params.queries_per_length;
            int length = topk_length[(_e16 + place_3.query) / _e21];
            uint _e25 = count;
            count = metal::min(_e25, static_cast<uint>(metal::max(length, 0)));
        }
        uint _e31 = count;
        key_count = _e31;
        return;
    } else {
        return;
    }
}

float natural_lse(
    float maximum,
    float sum_1
) {
    return (maximum * 0.6931472) + metal::log(sum_1);
}

float sink_factor(
    float natural,
    uint sink
) {
    if (sink == POSITIVE_INFINITY) {
        return 0.0;
    }
    if (sink == NEGATIVE_INFINITY) {
        return 1.0;
    }
    return 1.0 / (1.0 + metal::exp(metal::min(as_type<float>(sink) - natural, 80.0)));
}

float finish_head(
    Place place_4,
    uint line_5,
    float maximum_1,
    float sum_2,
    bool seen,
    constant Params& params,
    device type_19 const& attn_sink,
    device type_19& max_logits,
    device type_19& lse,
    constant _mslBufferSizes& _buffer_sizes
) {
    float factor_1 = 0.0;
    uint head_1 = place_4.first_head + line_5;
    uint _e11 = params.heads;
    if (head_1 >= _e11) {
        float _e13 = factor_1;
        return _e13;
    }
    float _e16 = natural_lse(maximum_1, seen ? sum_2 : 1.0);
    if (seen) {
        factor_1 = 1.0 / sum_2;
        uint _e21 = params.has_sink;
        if (_e21 != 0u) {
            float _e24 = factor_1;
            uint _e27 = attn_sink[head_1];
            float _e28 = sink_factor(_e16, _e27);
            factor_1 = _e24 * _e28;
        }
    }
    uint _e32 = params.has_max_logits;
    if (_e32 != 0u) {
        uint _e38 = params.first_query;
        uint _e43 = params.heads;
        max_logits[((_e38 + place_4.query) * _e43) + head_1] = seen ? as_type<uint>(maximum_1 * 0.6931472) : NEGATIVE_INFINITY;
    }
    uint _e54 = params.lse_query;
    uint query = _e54 + place_4.query;
    uint inner = params.lse_inner;
    uint _e64 = params.heads;
    lse[((((query / inner) * _e64) + head_1) * inner) + (query % inner)] = seen ? as_type<uint>(_e16) : POSITIVE_INFINITY;
    float _e74 = factor_1;
    return _e74;
}

uint f32_to_bf16_(
    float value_5
) {
    uint bits_1 = as_type<uint>(value_5);
    if ((bits_1 & 2147483647u) > 2139095040u) {
        return (bits_1 >> 16u) | 64u;
    }
    return ((bits_1 + 32767u) + ((bits_1 >> 16u) & 1u)) >> 16u;
}

uint pack_bf16x2_(
    metal::float2 values
) {
    uint _e2 = f32_to_bf16_(values.x);
    uint _e4 = f32_to_bf16_(values.y);
    return _e2 | (_e4 << 16u);
}

void store_pair(
    uint row_2,
    uint pair_4,
    metal::float2 values_1,
    device type_19& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint at_1 = (row_2 * 256u) + pair_4;
    {
        uint _e8 = pack_bf16x2_(values_1);
        output[at_1] = _e8;
        return;
    }
}

void write_value(
    Place place_5,
    uint line_6,
    uint pair_5,
    metal::float2 value_6,
    constant Params& params,
    device type_19& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_2 = place_5.first_head + line_6;
    uint _e8 = params.heads;
    if (head_2 < _e8) {
        {
            uint _e12 = params.first_query;
            uint _e17 = params.heads;
            store_pair(((_e12 + place_5.query) * _e17) + head_2, pair_5, value_6, output, _buffer_sizes);
            return;
        }
    } else {
        return;
    }
}
int naga_neg(int val) {
    return as_type<int>(-as_type<uint>(val));
}

metal::simdgroup_half8x8 NagaCooperativeLoad(const threadgroup half* ptr, int stride, bool is_row_major) {
    metal::simdgroup_half8x8 m;
    simdgroup_load(m, ptr, stride, 0, is_row_major);
    return m;
}

metal::simdgroup_float8x8 NagaCooperativeMultiplyAdd(const thread metal::simdgroup_half8x8& a, const thread metal::simdgroup_half8x8& b, const thread metal::simdgroup_float8x8& c) {
    metal::simdgroup_float8x8 d;
    simdgroup_multiply_accumulate(d,a,b,c);
    return d;
}

metal::simdgroup_float8x8 NagaCooperativeLoad(const threadgroup float* ptr, int stride, bool is_row_major) {
    metal::simdgroup_float8x8 m;
    simdgroup_load(m, ptr, stride, 0, is_row_major);
    return m;
}


struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint thread_ [[thread_index_in_threadgroup]]
, metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint subgroup [[simdgroup_index_in_threadgroup]]
, uint lane [[thread_index_in_simdgroup]]
, threadgroup type_4& staged
, threadgroup type_5& parts
, threadgroup type_6& scores
, threadgroup type_7& weights
, threadgroup type_8& maxima
, threadgroup type_8& reference
, threadgroup type_8& factors
, threadgroup type_10& rows
, threadgroup metal::atomic_uint& largest_exponent
, threadgroup metal::atomic_uint& grown
, threadgroup uint& uniform_word
, device type_15 const& kv [[buffer(1)]]
, constant Params& params [[buffer(8)]]
, device type_15 const& q [[buffer(0)]]
, device type_17 const& indices [[buffer(2)]]
, device type_17 const& topk_length [[buffer(3)]]
, threadgroup uint& key_count
, device type_19 const& attn_sink [[buffer(4)]]
, device type_19& max_logits [[buffer(6)]]
, device type_19& lse [[buffer(7)]]
, device type_19& output [[buffer(5)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    uint largest = 0u;
    uint index = {};
    uint line = {};
    Rows queries_0_ = {};
    Rows queries_1_ = {};
    Rows queries_2_ = {};
    Rows queries_3_ = {};
    Rows queries_4_ = {};
    Rows queries_5_ = {};
    Rows queries_6_ = {};
    Rows queries_7_ = {};
    Rows queries_8_ = {};
    Rows queries_9_ = {};
    Rows queries_10_ = {};
    Rows queries_11_ = {};
    Rows queries_12_ = {};
    Rows queries_13_ = {};
    Rows queries_14_ = {};
    Rows queries_15_ = {};
    Rows rotary_queries_0_ = {};
    Rows rotary_queries_1_ = {};
    uint index_1 = {};
    Products output_0_ = {};
    Products output_1_ = {};
    Products output_2_ = {};
    Products output_3_ = {};
    Products output_4_ = {};
    Products output_5_ = {};
    Products output_6_ = {};
    Products output_7_ = {};
    Products output_8_ = {};
    Products output_9_ = {};
    Products output_10_ = {};
    Products output_11_ = {};
    Products output_12_ = {};
    Products output_13_ = {};
    Products output_14_ = {};
    Products output_15_ = {};
    float sums_0_ = {};
    int shift = -126;
    metal::float4 ahead_low_0_ = {};
    metal::float4 ahead_low_1_ = {};
    metal::float4 ahead_low_2_ = {};
    metal::float4 ahead_low_3_ = {};
    metal::float4 ahead_low_4_ = {};
    metal::float4 ahead_high_0_ = {};
    metal::float4 ahead_high_1_ = {};
    metal::float4 ahead_high_2_ = {};
    metal::float4 ahead_high_3_ = {};
    metal::float4 ahead_high_4_ = {};
    uint entry = {};
    uint exponent = {};
    Products products_0_ = {};
    Products products_1_ = {};
    Products products_2_ = {};
    Products products_3_ = {};
    uint block = {};
    uint value = {};
    float score = {};
    uint i = {};
    uint line_1 = {};
    bool local = {};
    uint value_1 = {};
    uint value_2 = {};
    uint value_3 = {};
    uint value_4 = {};
    uint line_2 = {};
    Rows heads_0_ = {};
    Rows heads_1_ = {};
    Rows heads_0_1 = {};
    Rows heads_1_1 = {};
    uint line_3 = {};
    float sum = {};
    uint i_1 = {};
    uint pair = {};
    uint pair_1 = {};
    uint pair_2 = {};
    uint pair_3 = {};
    uint _e5 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e8 = params.workgroups;
    Place _e13 = place_of(metal::min(_e5, _e8 - 1u), HEAD_BLOCK, thread_, params);
    if (thread_ == 0u) {
        metal::atomic_store_explicit(&largest_exponent, 0u, metal::memory_order_relaxed);
    }
    count_keys(_e13, params, topk_length, key_count, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed = key_count;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint _e23 = params.workgroups;
    uint entries_1 = (_e5 < _e23) ? unnamed : 0u;
    uint tiles = ((entries_1 + TILE) - 1u) / TILE;
    uint _e34 = params.splits;
    uint _e40 = params.splits;
    uint tiles_per_split = ((tiles + _e34) - 1u) / _e40;
    uint first_entry_1 = metal::min(_e13.split * tiles_per_split, tiles) * TILE;
    uint last_entry_1 = metal::min(first_entry_1 + (tiles_per_split * TILE), entries_1);
    index = thread_;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e69 = index;
            index = _e69 + LANES;
        }
        loop_init_2 = false;
        uint _e54 = index;
        if (_e54 < 1152u) {
        } else {
            break;
        }
        {
            uint _e57 = index;
            uint first_line_1 = (_e57 / 1152u) * TILE;
            uint _e62 = largest;
            uint _e63 = index;
            Eight _e66 = query_part(_e13, first_line_1, _e63 % 1152u, params, q, _buffer_sizes);
            uint _e67 = exponent_of(_e66);
            largest = metal::max(_e62, _e67);
        }
    }
    uint _e73 = largest;
    uint _e74 = metal::atomic_fetch_max_explicit(&largest_exponent, _e73, metal::memory_order_relaxed);
    line = thread_;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e87 = line;
            line = _e87 + LANES;
        }
        loop_init_3 = false;
        uint _e76 = line;
        if (_e76 < HEAD_BLOCK) {
        } else {
            break;
        }
        {
            uint _e80 = line;
            maxima.inner[_e80] = -100000000000000000000000000000000000000.0;
            uint _e84 = line;
            reference.inner[_e84] = -100000000000000000000000000000000000000.0;
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint _e91 = metal::atomic_load_explicit(&largest_exponent, metal::memory_order_relaxed);
    int _e93 = shift_for(_e91, 14);
    {
        index_1 = thread_;
        bool loop_init_4 = true;
        while(true) {
            if (!loop_init_4) {
                uint _e122 = index_1;
                index_1 = _e122 + LANES;
            }
            loop_init_4 = false;
            uint _e113 = index_1;
            if (_e113 < 1152u) {
            } else {
                break;
            }
            {
                uint _e116 = index_1;
                uint _e118 = index_1;
                Eight _e119 = query_part(_e13, 0u, _e118, params, q, _buffer_sizes);
                float _e121 = power_of_two(naga_neg(_e93));
                stage(_e116, _e119, _e121, staged);
            }
        }
        metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        {
            {
                queries_0_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 0u], ROW, false);
            }
            {
                queries_1_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 2u], ROW, false);
            }
            {
                queries_2_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 4u], ROW, false);
            }
            {
                queries_3_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 6u], ROW, false);
            }
            {
                queries_4_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 8u], ROW, false);
            }
            {
                queries_5_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 10u], ROW, false);
            }
            {
                queries_6_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 12u], ROW, false);
            }
            {
                queries_7_ = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 14u], ROW, false);
            }
            {
                uint block_1 = subgroup % ROTARY;
                rotary_queries_0_ = NagaCooperativeLoad(&staged.inner[0u + ((D_V + (block_1 * SIZE)) / 4u)], ROW, false);
            }
        }
        {
            {
                queries_8_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 0u], ROW, false);
            }
            {
                queries_9_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 2u], ROW, false);
            }
            {
                queries_10_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 4u], ROW, false);
            }
            {
                queries_11_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 6u], ROW, false);
            }
            {
                queries_12_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 8u], ROW, false);
            }
            {
                queries_13_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 10u], ROW, false);
            }
            {
                queries_14_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 12u], ROW, false);
            }
            {
                queries_15_ = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 14u], ROW, false);
            }
            {
                uint block_2 = subgroup % ROTARY;
                rotary_queries_1_ = NagaCooperativeLoad(&staged.inner[1168u + ((D_V + (block_2 * SIZE)) / 4u)], ROW, false);
            }
        }
        metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    }
    {
        output_0_ = Products {};
    }
    {
        output_1_ = Products {};
    }
    {
        output_2_ = Products {};
    }
    {
        output_3_ = Products {};
    }
    {
        output_4_ = Products {};
    }
    {
        output_5_ = Products {};
    }
    {
        output_6_ = Products {};
    }
    {
        output_7_ = Products {};
    }
    {
        output_8_ = Products {};
    }
    {
        output_9_ = Products {};
    }
    {
        output_10_ = Products {};
    }
    {
        output_11_ = Products {};
    }
    {
        output_12_ = Products {};
    }
    {
        output_13_ = Products {};
    }
    {
        output_14_ = Products {};
    }
    {
        output_15_ = Products {};
    }
    {
        sums_0_ = 0.0;
    }
    if (thread_ == 0u) {
        metal::atomic_store_explicit(&largest_exponent, 0u, metal::memory_order_relaxed);
    }
    load_rows(_e13, first_entry_1, last_entry_1, rows, params, indices, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    {
        Eight _e365 = tile_eight(0u + thread_, rows, kv, _buffer_sizes);
        ahead_low_0_ = _e365.low;
        ahead_high_0_ = _e365.high;
    }
    {
        Eight _e370 = tile_eight(256u + thread_, rows, kv, _buffer_sizes);
        ahead_low_1_ = _e370.low;
        ahead_high_1_ = _e370.high;
    }
    {
        Eight _e375 = tile_eight(512u + thread_, rows, kv, _buffer_sizes);
        ahead_low_2_ = _e375.low;
        ahead_high_2_ = _e375.high;
    }
    {
        Eight _e380 = tile_eight(768u + thread_, rows, kv, _buffer_sizes);
        ahead_low_3_ = _e380.low;
        ahead_high_3_ = _e380.high;
    }
    {
        Eight _e385 = tile_eight(1024u + thread_, rows, kv, _buffer_sizes);
        ahead_low_4_ = _e385.low;
        ahead_high_4_ = _e385.high;
    }
    entry = first_entry_1;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e1818 = entry;
            entry = _e1818 + TILE;
        }
        loop_init_5 = false;
        uint _e389 = entry;
        if (_e389 < last_entry_1) {
        } else {
            break;
        }
        {
            exponent = 0u;
            {
                uint _e393 = exponent;
                metal::float4 _e394 = ahead_low_0_;
                metal::float4 _e395 = ahead_high_0_;
                uint _e397 = exponent_of(Eight {_e394, _e395});
                exponent = metal::max(_e393, _e397);
            }
            {
                uint _e399 = exponent;
                metal::float4 _e400 = ahead_low_1_;
                metal::float4 _e401 = ahead_high_1_;
                uint _e403 = exponent_of(Eight {_e400, _e401});
                exponent = metal::max(_e399, _e403);
            }
            {
                uint _e405 = exponent;
                metal::float4 _e406 = ahead_low_2_;
                metal::float4 _e407 = ahead_high_2_;
                uint _e409 = exponent_of(Eight {_e406, _e407});
                exponent = metal::max(_e405, _e409);
            }
            {
                uint _e411 = exponent;
                metal::float4 _e412 = ahead_low_3_;
                metal::float4 _e413 = ahead_high_3_;
                uint _e415 = exponent_of(Eight {_e412, _e413});
                exponent = metal::max(_e411, _e415);
            }
            {
                uint _e417 = exponent;
                metal::float4 _e418 = ahead_low_4_;
                metal::float4 _e419 = ahead_high_4_;
                uint _e421 = exponent_of(Eight {_e418, _e419});
                exponent = metal::max(_e417, _e421);
            }
            uint _e423 = exponent;
            int _e424 = shift;
            bool _e425 = outgrows(_e423, _e424);
            if (_e425) {
                uint _e427 = exponent;
                uint _e428 = metal::atomic_fetch_max_explicit(&largest_exponent, _e427, metal::memory_order_relaxed);
            }
            if (thread_ == 0u) {
                metal::atomic_store_explicit(&grown, 0u, metal::memory_order_relaxed);
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint seen_exponent = metal::atomic_load_explicit(&largest_exponent, metal::memory_order_relaxed);
            int _e435 = shift;
            int _e437 = shift_for(seen_exponent, 8);
            int _e438 = shift;
            bool _e439 = outgrows(seen_exponent, _e438);
            int new_shift = _e439 ? _e437 : _e435;
            {
                if ((0u + thread_) < 1152u) {
                    metal::float4 _e447 = ahead_low_0_;
                    metal::float4 _e448 = ahead_high_0_;
                    float _e451 = power_of_two(naga_neg(new_shift));
                    stage(0u + thread_, Eight {_e447, _e448}, _e451, staged);
                }
            }
            {
                if ((256u + thread_) < 1152u) {
                    metal::float4 _e458 = ahead_low_1_;
                    metal::float4 _e459 = ahead_high_1_;
                    float _e462 = power_of_two(naga_neg(new_shift));
                    stage(256u + thread_, Eight {_e458, _e459}, _e462, staged);
                }
            }
            {
                if ((512u + thread_) < 1152u) {
                    metal::float4 _e469 = ahead_low_2_;
                    metal::float4 _e470 = ahead_high_2_;
                    float _e473 = power_of_two(naga_neg(new_shift));
                    stage(512u + thread_, Eight {_e469, _e470}, _e473, staged);
                }
            }
            {
                if ((768u + thread_) < 1152u) {
                    metal::float4 _e480 = ahead_low_3_;
                    metal::float4 _e481 = ahead_high_3_;
                    float _e484 = power_of_two(naga_neg(new_shift));
                    stage(768u + thread_, Eight {_e480, _e481}, _e484, staged);
                }
            }
            {
                if ((1024u + thread_) < 1152u) {
                    metal::float4 _e491 = ahead_low_4_;
                    metal::float4 _e492 = ahead_high_4_;
                    float _e495 = power_of_two(naga_neg(new_shift));
                    stage(1024u + thread_, Eight {_e491, _e492}, _e495, staged);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            products_0_ = Products {};
            products_1_ = Products {};
            products_2_ = Products {};
            products_3_ = Products {};
            {
                products_0_ = Products {};
            }
            {
                products_1_ = Products {};
            }
            {
                products_2_ = Products {};
            }
            {
                products_3_ = Products {};
            }
            {
                {
                    metal::simdgroup_half8x8 keys = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 0u], ROW, true);
                    {
                        Rows _e518 = queries_0_;
                        Products _e519 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e518, keys, _e519);
                    }
                    {
                        Rows _e521 = queries_8_;
                        Products _e522 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e521, keys, _e522);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_1 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 0u], ROW, true);
                    {
                        Rows _e534 = queries_0_;
                        Products _e535 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e534, keys_1, _e535);
                    }
                    {
                        Rows _e537 = queries_8_;
                        Products _e538 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e537, keys_1, _e538);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_2 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 2u], ROW, true);
                    {
                        Rows _e550 = queries_1_;
                        Products _e551 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e550, keys_2, _e551);
                    }
                    {
                        Rows _e553 = queries_9_;
                        Products _e554 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e553, keys_2, _e554);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_3 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 2u], ROW, true);
                    {
                        Rows _e566 = queries_1_;
                        Products _e567 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e566, keys_3, _e567);
                    }
                    {
                        Rows _e569 = queries_9_;
                        Products _e570 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e569, keys_3, _e570);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_4 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 4u], ROW, true);
                    {
                        Rows _e582 = queries_2_;
                        Products _e583 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e582, keys_4, _e583);
                    }
                    {
                        Rows _e585 = queries_10_;
                        Products _e586 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e585, keys_4, _e586);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_5 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 4u], ROW, true);
                    {
                        Rows _e598 = queries_2_;
                        Products _e599 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e598, keys_5, _e599);
                    }
                    {
                        Rows _e601 = queries_10_;
                        Products _e602 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e601, keys_5, _e602);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_6 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 6u], ROW, true);
                    {
                        Rows _e614 = queries_3_;
                        Products _e615 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e614, keys_6, _e615);
                    }
                    {
                        Rows _e617 = queries_11_;
                        Products _e618 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e617, keys_6, _e618);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_7 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 6u], ROW, true);
                    {
                        Rows _e630 = queries_3_;
                        Products _e631 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e630, keys_7, _e631);
                    }
                    {
                        Rows _e633 = queries_11_;
                        Products _e634 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e633, keys_7, _e634);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_8 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 8u], ROW, true);
                    {
                        Rows _e646 = queries_4_;
                        Products _e647 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e646, keys_8, _e647);
                    }
                    {
                        Rows _e649 = queries_12_;
                        Products _e650 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e649, keys_8, _e650);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_9 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 8u], ROW, true);
                    {
                        Rows _e662 = queries_4_;
                        Products _e663 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e662, keys_9, _e663);
                    }
                    {
                        Rows _e665 = queries_12_;
                        Products _e666 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e665, keys_9, _e666);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_10 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 10u], ROW, true);
                    {
                        Rows _e678 = queries_5_;
                        Products _e679 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e678, keys_10, _e679);
                    }
                    {
                        Rows _e681 = queries_13_;
                        Products _e682 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e681, keys_10, _e682);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_11 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 10u], ROW, true);
                    {
                        Rows _e694 = queries_5_;
                        Products _e695 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e694, keys_11, _e695);
                    }
                    {
                        Rows _e697 = queries_13_;
                        Products _e698 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e697, keys_11, _e698);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_12 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 12u], ROW, true);
                    {
                        Rows _e710 = queries_6_;
                        Products _e711 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e710, keys_12, _e711);
                    }
                    {
                        Rows _e713 = queries_14_;
                        Products _e714 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e713, keys_12, _e714);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_13 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 12u], ROW, true);
                    {
                        Rows _e726 = queries_6_;
                        Products _e727 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e726, keys_13, _e727);
                    }
                    {
                        Rows _e729 = queries_14_;
                        Products _e730 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e729, keys_13, _e730);
                    }
                }
            }
            {
                {
                    metal::simdgroup_half8x8 keys_14 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 14u], ROW, true);
                    {
                        Rows _e742 = queries_7_;
                        Products _e743 = products_0_;
                        products_0_ = NagaCooperativeMultiplyAdd(_e742, keys_14, _e743);
                    }
                    {
                        Rows _e745 = queries_15_;
                        Products _e746 = products_2_;
                        products_2_ = NagaCooperativeMultiplyAdd(_e745, keys_14, _e746);
                    }
                }
                {
                    metal::simdgroup_half8x8 keys_15 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 14u], ROW, true);
                    {
                        Rows _e758 = queries_7_;
                        Products _e759 = products_1_;
                        products_1_ = NagaCooperativeMultiplyAdd(_e758, keys_15, _e759);
                    }
                    {
                        Rows _e761 = queries_15_;
                        Products _e762 = products_3_;
                        products_3_ = NagaCooperativeMultiplyAdd(_e761, keys_15, _e762);
                    }
                }
            }
            {
                block = subgroup;
                bool loop_init_6 = true;
                while(true) {
                    if (!loop_init_6) {
                        uint _e806 = block;
                        block = _e806 + SUBGROUPS;
                    }
                    loop_init_6 = false;
                    uint _e765 = block;
                    if (_e765 < ROTARY) {
                    } else {
                        break;
                    }
                    {
                        {
                            uint _e771 = block;
                            metal::simdgroup_half8x8 keys_16 = NagaCooperativeLoad(&staged.inner[0u + ((D_V + (_e771 * SIZE)) / 4u)], ROW, true);
                            {
                                Rows _e781 = rotary_queries_0_;
                                Products _e782 = products_0_;
                                products_0_ = NagaCooperativeMultiplyAdd(_e781, keys_16, _e782);
                            }
                            {
                                Rows _e784 = rotary_queries_1_;
                                Products _e785 = products_2_;
                                products_2_ = NagaCooperativeMultiplyAdd(_e784, keys_16, _e785);
                            }
                        }
                        {
                            uint _e790 = block;
                            metal::simdgroup_half8x8 keys_17 = NagaCooperativeLoad(&staged.inner[1168u + ((D_V + (_e790 * SIZE)) / 4u)], ROW, true);
                            {
                                Rows _e800 = rotary_queries_0_;
                                Products _e801 = products_1_;
                                products_1_ = NagaCooperativeMultiplyAdd(_e800, keys_17, _e801);
                            }
                            {
                                Rows _e803 = rotary_queries_1_;
                                Products _e804 = products_3_;
                                products_3_ = NagaCooperativeMultiplyAdd(_e803, keys_17, _e804);
                            }
                        }
                    }
                }
            }
            float _e811 = params.scale;
            float _e812 = power_of_two(_e93);
            float _e814 = power_of_two(new_shift);
            float unscale = (_e811 * _e812) * _e814;
            {
                {
                    {
                        Products _e816 = products_0_;
                        simdgroup_store(_e816, &parts.inner[((subgroup * PART) + 0u) + 0u], PART_ROW);
                    }
                    {
                        Products _e826 = products_1_;
                        simdgroup_store(_e826, &parts.inner[((subgroup * PART) + 0u) + 8u], PART_ROW);
                    }
                }
                {
                    {
                        Products _e836 = products_2_;
                        simdgroup_store(_e836, &parts.inner[((subgroup * PART) + 160u) + 0u], PART_ROW);
                    }
                    {
                        Products _e846 = products_3_;
                        simdgroup_store(_e846, &parts.inner[((subgroup * PART) + 160u) + 8u], PART_ROW);
                    }
                }
                metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                value = thread_;
                bool loop_init_7 = true;
                while(true) {
                    if (!loop_init_7) {
                        uint _e913 = value;
                        value = _e913 + LANES;
                    }
                    loop_init_7 = false;
                    uint _e857 = value;
                    if (_e857 < 256u) {
                    } else {
                        break;
                    }
                    {
                        score = 0.0;
                        i = 0u;
                        bool loop_init_8 = true;
                        while(true) {
                            if (!loop_init_8) {
                                uint _e886 = i;
                                i = _e886 + 1u;
                            }
                            loop_init_8 = false;
                            uint _e864 = i;
                            if (_e864 < SUBGROUPS) {
                            } else {
                                break;
                            }
                            {
                                float _e867 = score;
                                uint _e869 = i;
                                uint _e872 = value;
                                uint _e878 = value;
                                float _e883 = parts.inner[((_e869 * PART) + ((_e872 / TILE) * PART_ROW)) + (_e878 % TILE)];
                                score = _e867 + _e883;
                            }
                        }
                        uint _e889 = value;
                        uint _e895 = value;
                        uint at_2 = ((0u + (_e889 / TILE)) * SCORE_ROW) + (_e895 % TILE);
                        float _e901 = score;
                        uint _e904 = value;
                        int _e908 = rows.inner[_e904 % TILE];
                        scores.inner[at_2] = (_e908 >= 0) ? (_e901 * unscale) : -100000000000000000000000000000000000000.0;
                    }
                }
                metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            }
            line_1 = thread_;
            bool loop_init_9 = true;
            while(true) {
                if (!loop_init_9) {
                    uint _e949 = line_1;
                    line_1 = _e949 + LANES;
                }
                loop_init_9 = false;
                uint _e917 = line_1;
                if (_e917 < HEAD_BLOCK) {
                } else {
                    break;
                }
                {
                    uint _e921 = line_1;
                    float _e923 = maxima.inner[_e921];
                    uint _e924 = line_1;
                    float _e925 = tile_maximum(_e924, scores);
                    float maximum_2 = metal::max(_e923, _e925);
                    uint _e928 = line_1;
                    maxima.inner[_e928] = maximum_2;
                    uint _e931 = line_1;
                    float _e933 = reference.inner[_e931];
                    if (maximum_2 > (_e933 + 8.0)) {
                        uint _e938 = line_1;
                        factors.inner[_e938] = maximum_2;
                        metal::atomic_store_explicit(&grown, 1u, metal::memory_order_relaxed);
                    } else {
                        uint _e943 = line_1;
                        uint _e946 = line_1;
                        float _e948 = reference.inner[_e946];
                        factors.inner[_e943] = _e948;
                    }
                }
            }
            if (thread_ == 0u) {
                int _e956 = shift;
                local = new_shift != _e956;
            } else {
                local = false;
            }
            bool _e959 = local;
            if (_e959) {
                metal::atomic_store_explicit(&grown, 1u, metal::memory_order_relaxed);
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            if (thread_ == 0u) {
                uint _e966 = metal::atomic_load_explicit(&grown, metal::memory_order_relaxed);
                uniform_word = _e966;
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint unnamed_1 = uniform_word;
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            if (unnamed_1 != 0u) {
                int _e971 = shift;
                float _e973 = power_of_two(as_type<int>(as_type<uint>(_e971) - as_type<uint>(new_shift)));
                {
                    uint line_7 = ((0u + thread_) / TILE) % HEAD_BLOCK;
                    float _e980 = sums_0_;
                    float _e983 = reference.inner[line_7];
                    float _e986 = factors.inner[line_7];
                    sums_0_ = _e980 * metal::exp2(_e983 - _e986);
                }
                {
                    {
                        subgroup_sync();
                        {
                            {
                                uint place_in_part = ((subgroup * PART) + 0u) + 0u;
                                Products _e996 = output_0_;
                                simdgroup_store(_e996, &parts.inner[place_in_part], PART_ROW);
                            }
                            {
                                uint place_in_part_1 = ((subgroup * PART) + 0u) + 8u;
                                Products _e1006 = output_1_;
                                simdgroup_store(_e1006, &parts.inner[place_in_part_1], PART_ROW);
                            }
                        }
                        {
                            {
                                uint place_in_part_2 = ((subgroup * PART) + 160u) + 0u;
                                Products _e1016 = output_8_;
                                simdgroup_store(_e1016, &parts.inner[place_in_part_2], PART_ROW);
                            }
                            {
                                uint place_in_part_3 = ((subgroup * PART) + 160u) + 8u;
                                Products _e1026 = output_9_;
                                simdgroup_store(_e1026, &parts.inner[place_in_part_3], PART_ROW);
                            }
                        }
                        subgroup_sync();
                        value_1 = lane;
                        bool loop_init_10 = true;
                        while(true) {
                            if (!loop_init_10) {
                                uint _e1064 = value_1;
                                value_1 = _e1064 + SUBGROUP;
                            }
                            loop_init_10 = false;
                            uint _e1031 = value_1;
                            if (_e1031 < 256u) {
                            } else {
                                break;
                            }
                            {
                                uint _e1035 = value_1;
                                uint line_8 = 0u + (_e1035 / 16u);
                                uint _e1042 = value_1;
                                uint _e1048 = value_1;
                                float _e1053 = parts.inner[((subgroup * PART) + ((_e1042 / 16u) * PART_ROW)) + (_e1048 % 16u)];
                                float _e1056 = reference.inner[line_8];
                                float _e1059 = factors.inner[line_8];
                                parts.inner[((subgroup * PART) + ((_e1042 / 16u) * PART_ROW)) + (_e1048 % 16u)] = _e1053 * (metal::exp2(_e1056 - _e1059) * _e973);
                            }
                        }
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_4 = ((subgroup * PART) + 0u) + 0u;
                                output_0_ = NagaCooperativeLoad(&parts.inner[place_in_part_4], PART_ROW, false);
                            }
                            {
                                uint place_in_part_5 = ((subgroup * PART) + 0u) + 8u;
                                output_1_ = NagaCooperativeLoad(&parts.inner[place_in_part_5], PART_ROW, false);
                            }
                        }
                        {
                            {
                                uint place_in_part_6 = ((subgroup * PART) + 160u) + 0u;
                                output_8_ = NagaCooperativeLoad(&parts.inner[place_in_part_6], PART_ROW, false);
                            }
                            {
                                uint place_in_part_7 = ((subgroup * PART) + 160u) + 8u;
                                output_9_ = NagaCooperativeLoad(&parts.inner[place_in_part_7], PART_ROW, false);
                            }
                        }
                    }
                    {
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_8 = ((subgroup * PART) + 0u) + 0u;
                                Products _e1113 = output_2_;
                                simdgroup_store(_e1113, &parts.inner[place_in_part_8], PART_ROW);
                            }
                            {
                                uint place_in_part_9 = ((subgroup * PART) + 0u) + 8u;
                                Products _e1123 = output_3_;
                                simdgroup_store(_e1123, &parts.inner[place_in_part_9], PART_ROW);
                            }
                        }
                        {
                            {
                                uint place_in_part_10 = ((subgroup * PART) + 160u) + 0u;
                                Products _e1133 = output_10_;
                                simdgroup_store(_e1133, &parts.inner[place_in_part_10], PART_ROW);
                            }
                            {
                                uint place_in_part_11 = ((subgroup * PART) + 160u) + 8u;
                                Products _e1143 = output_11_;
                                simdgroup_store(_e1143, &parts.inner[place_in_part_11], PART_ROW);
                            }
                        }
                        subgroup_sync();
                        value_2 = lane;
                        bool loop_init_11 = true;
                        while(true) {
                            if (!loop_init_11) {
                                uint _e1181 = value_2;
                                value_2 = _e1181 + SUBGROUP;
                            }
                            loop_init_11 = false;
                            uint _e1148 = value_2;
                            if (_e1148 < 256u) {
                            } else {
                                break;
                            }
                            {
                                uint _e1152 = value_2;
                                uint line_9 = 0u + (_e1152 / 16u);
                                uint _e1159 = value_2;
                                uint _e1165 = value_2;
                                float _e1170 = parts.inner[((subgroup * PART) + ((_e1159 / 16u) * PART_ROW)) + (_e1165 % 16u)];
                                float _e1173 = reference.inner[line_9];
                                float _e1176 = factors.inner[line_9];
                                parts.inner[((subgroup * PART) + ((_e1159 / 16u) * PART_ROW)) + (_e1165 % 16u)] = _e1170 * (metal::exp2(_e1173 - _e1176) * _e973);
                            }
                        }
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_12 = ((subgroup * PART) + 0u) + 0u;
                                output_2_ = NagaCooperativeLoad(&parts.inner[place_in_part_12], PART_ROW, false);
                            }
                            {
                                uint place_in_part_13 = ((subgroup * PART) + 0u) + 8u;
                                output_3_ = NagaCooperativeLoad(&parts.inner[place_in_part_13], PART_ROW, false);
                            }
                        }
                        {
                            {
                                uint place_in_part_14 = ((subgroup * PART) + 160u) + 0u;
                                output_10_ = NagaCooperativeLoad(&parts.inner[place_in_part_14], PART_ROW, false);
                            }
                            {
                                uint place_in_part_15 = ((subgroup * PART) + 160u) + 8u;
                                output_11_ = NagaCooperativeLoad(&parts.inner[place_in_part_15], PART_ROW, false);
                            }
                        }
                    }
                    {
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_16 = ((subgroup * PART) + 0u) + 0u;
                                Products _e1230 = output_4_;
                                simdgroup_store(_e1230, &parts.inner[place_in_part_16], PART_ROW);
                            }
                            {
                                uint place_in_part_17 = ((subgroup * PART) + 0u) + 8u;
                                Products _e1240 = output_5_;
                                simdgroup_store(_e1240, &parts.inner[place_in_part_17], PART_ROW);
                            }
                        }
                        {
                            {
                                uint place_in_part_18 = ((subgroup * PART) + 160u) + 0u;
                                Products _e1250 = output_12_;
                                simdgroup_store(_e1250, &parts.inner[place_in_part_18], PART_ROW);
                            }
                            {
                                uint place_in_part_19 = ((subgroup * PART) + 160u) + 8u;
                                Products _e1260 = output_13_;
                                simdgroup_store(_e1260, &parts.inner[place_in_part_19], PART_ROW);
                            }
                        }
                        subgroup_sync();
                        value_3 = lane;
                        bool loop_init_12 = true;
                        while(true) {
                            if (!loop_init_12) {
                                uint _e1298 = value_3;
                                value_3 = _e1298 + SUBGROUP;
                            }
                            loop_init_12 = false;
                            uint _e1265 = value_3;
                            if (_e1265 < 256u) {
                            } else {
                                break;
                            }
                            {
                                uint _e1269 = value_3;
                                uint line_10 = 0u + (_e1269 / 16u);
                                uint _e1276 = value_3;
                                uint _e1282 = value_3;
                                float _e1287 = parts.inner[((subgroup * PART) + ((_e1276 / 16u) * PART_ROW)) + (_e1282 % 16u)];
                                float _e1290 = reference.inner[line_10];
                                float _e1293 = factors.inner[line_10];
                                parts.inner[((subgroup * PART) + ((_e1276 / 16u) * PART_ROW)) + (_e1282 % 16u)] = _e1287 * (metal::exp2(_e1290 - _e1293) * _e973);
                            }
                        }
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_20 = ((subgroup * PART) + 0u) + 0u;
                                output_4_ = NagaCooperativeLoad(&parts.inner[place_in_part_20], PART_ROW, false);
                            }
                            {
                                uint place_in_part_21 = ((subgroup * PART) + 0u) + 8u;
                                output_5_ = NagaCooperativeLoad(&parts.inner[place_in_part_21], PART_ROW, false);
                            }
                        }
                        {
                            {
                                uint place_in_part_22 = ((subgroup * PART) + 160u) + 0u;
                                output_12_ = NagaCooperativeLoad(&parts.inner[place_in_part_22], PART_ROW, false);
                            }
                            {
                                uint place_in_part_23 = ((subgroup * PART) + 160u) + 8u;
                                output_13_ = NagaCooperativeLoad(&parts.inner[place_in_part_23], PART_ROW, false);
                            }
                        }
                    }
                    {
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_24 = ((subgroup * PART) + 0u) + 0u;
                                Products _e1347 = output_6_;
                                simdgroup_store(_e1347, &parts.inner[place_in_part_24], PART_ROW);
                            }
                            {
                                uint place_in_part_25 = ((subgroup * PART) + 0u) + 8u;
                                Products _e1357 = output_7_;
                                simdgroup_store(_e1357, &parts.inner[place_in_part_25], PART_ROW);
                            }
                        }
                        {
                            {
                                uint place_in_part_26 = ((subgroup * PART) + 160u) + 0u;
                                Products _e1367 = output_14_;
                                simdgroup_store(_e1367, &parts.inner[place_in_part_26], PART_ROW);
                            }
                            {
                                uint place_in_part_27 = ((subgroup * PART) + 160u) + 8u;
                                Products _e1377 = output_15_;
                                simdgroup_store(_e1377, &parts.inner[place_in_part_27], PART_ROW);
                            }
                        }
                        subgroup_sync();
                        value_4 = lane;
                        bool loop_init_13 = true;
                        while(true) {
                            if (!loop_init_13) {
                                uint _e1415 = value_4;
                                value_4 = _e1415 + SUBGROUP;
                            }
                            loop_init_13 = false;
                            uint _e1382 = value_4;
                            if (_e1382 < 256u) {
                            } else {
                                break;
                            }
                            {
                                uint _e1386 = value_4;
                                uint line_11 = 0u + (_e1386 / 16u);
                                uint _e1393 = value_4;
                                uint _e1399 = value_4;
                                float _e1404 = parts.inner[((subgroup * PART) + ((_e1393 / 16u) * PART_ROW)) + (_e1399 % 16u)];
                                float _e1407 = reference.inner[line_11];
                                float _e1410 = factors.inner[line_11];
                                parts.inner[((subgroup * PART) + ((_e1393 / 16u) * PART_ROW)) + (_e1399 % 16u)] = _e1404 * (metal::exp2(_e1407 - _e1410) * _e973);
                            }
                        }
                        subgroup_sync();
                        {
                            {
                                uint place_in_part_28 = ((subgroup * PART) + 0u) + 0u;
                                output_6_ = NagaCooperativeLoad(&parts.inner[place_in_part_28], PART_ROW, false);
                            }
                            {
                                uint place_in_part_29 = ((subgroup * PART) + 0u) + 8u;
                                output_7_ = NagaCooperativeLoad(&parts.inner[place_in_part_29], PART_ROW, false);
                            }
                        }
                        {
                            {
                                uint place_in_part_30 = ((subgroup * PART) + 160u) + 0u;
                                output_14_ = NagaCooperativeLoad(&parts.inner[place_in_part_30], PART_ROW, false);
                            }
                            {
                                uint place_in_part_31 = ((subgroup * PART) + 160u) + 8u;
                                output_15_ = NagaCooperativeLoad(&parts.inner[place_in_part_31], PART_ROW, false);
                            }
                        }
                    }
                }
                metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                line_2 = thread_;
                bool loop_init_14 = true;
                while(true) {
                    if (!loop_init_14) {
                        uint _e1469 = line_2;
                        line_2 = _e1469 + LANES;
                    }
                    loop_init_14 = false;
                    uint _e1459 = line_2;
                    if (_e1459 < HEAD_BLOCK) {
                    } else {
                        break;
                    }
                    {
                        uint _e1463 = line_2;
                        uint _e1466 = line_2;
                        float _e1468 = factors.inner[_e1466];
                        reference.inner[_e1463] = _e1468;
                    }
                }
                metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            }
            shift = new_shift;
            {
                uint value_7 = 0u + thread_;
                if (value_7 < 256u) {
                    uint line_12 = value_7 / TILE;
                    int _e1482 = rows.inner[value_7 % TILE];
                    bool valid = _e1482 >= 0;
                    float _e1492 = scores.inner[(line_12 * SCORE_ROW) + (value_7 % TILE)];
                    float _e1495 = reference.inner[line_12];
                    float weight = valid ? metal::exp2(_e1492 - _e1495) : 0.0;
                    float _e1500 = sums_0_;
                    sums_0_ = _e1500 + weight;
                    weights.inner[(line_12 * WEIGHT_ROW) + (value_7 % TILE)] = static_cast<half>(weight);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint _e1510 = entry;
            load_rows(_e13, _e1510 + TILE, last_entry_1, rows, params, indices, _buffer_sizes);
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                Eight _e1515 = tile_eight(0u + thread_, rows, kv, _buffer_sizes);
                ahead_low_0_ = _e1515.low;
                ahead_high_0_ = _e1515.high;
            }
            {
                Eight _e1520 = tile_eight(256u + thread_, rows, kv, _buffer_sizes);
                ahead_low_1_ = _e1520.low;
                ahead_high_1_ = _e1520.high;
            }
            {
                Eight _e1525 = tile_eight(512u + thread_, rows, kv, _buffer_sizes);
                ahead_low_2_ = _e1525.low;
                ahead_high_2_ = _e1525.high;
            }
            {
                Eight _e1530 = tile_eight(768u + thread_, rows, kv, _buffer_sizes);
                ahead_low_3_ = _e1530.low;
                ahead_high_3_ = _e1530.high;
            }
            {
                Eight _e1535 = tile_eight(1024u + thread_, rows, kv, _buffer_sizes);
                ahead_low_4_ = _e1535.low;
                ahead_high_4_ = _e1535.high;
            }
            {
                heads_0_ = Rows {};
                heads_1_ = Rows {};
                {
                    heads_0_ = NagaCooperativeLoad(&weights.inner[0], WEIGHT_ROW, false);
                }
                {
                    heads_1_ = NagaCooperativeLoad(&weights.inner[192], WEIGHT_ROW, false);
                }
                {
                    metal::simdgroup_half8x8 values_2 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 0u], ROW, false);
                    {
                        Rows _e1560 = heads_0_;
                        Products _e1561 = output_0_;
                        output_0_ = NagaCooperativeMultiplyAdd(_e1560, values_2, _e1561);
                    }
                    {
                        Rows _e1563 = heads_1_;
                        Products _e1564 = output_8_;
                        output_8_ = NagaCooperativeMultiplyAdd(_e1563, values_2, _e1564);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_3 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 2u], ROW, false);
                    {
                        Rows _e1576 = heads_0_;
                        Products _e1577 = output_1_;
                        output_1_ = NagaCooperativeMultiplyAdd(_e1576, values_3, _e1577);
                    }
                    {
                        Rows _e1579 = heads_1_;
                        Products _e1580 = output_9_;
                        output_9_ = NagaCooperativeMultiplyAdd(_e1579, values_3, _e1580);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_4 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 4u], ROW, false);
                    {
                        Rows _e1592 = heads_0_;
                        Products _e1593 = output_2_;
                        output_2_ = NagaCooperativeMultiplyAdd(_e1592, values_4, _e1593);
                    }
                    {
                        Rows _e1595 = heads_1_;
                        Products _e1596 = output_10_;
                        output_10_ = NagaCooperativeMultiplyAdd(_e1595, values_4, _e1596);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_5 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 6u], ROW, false);
                    {
                        Rows _e1608 = heads_0_;
                        Products _e1609 = output_3_;
                        output_3_ = NagaCooperativeMultiplyAdd(_e1608, values_5, _e1609);
                    }
                    {
                        Rows _e1611 = heads_1_;
                        Products _e1612 = output_11_;
                        output_11_ = NagaCooperativeMultiplyAdd(_e1611, values_5, _e1612);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_6 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 8u], ROW, false);
                    {
                        Rows _e1624 = heads_0_;
                        Products _e1625 = output_4_;
                        output_4_ = NagaCooperativeMultiplyAdd(_e1624, values_6, _e1625);
                    }
                    {
                        Rows _e1627 = heads_1_;
                        Products _e1628 = output_12_;
                        output_12_ = NagaCooperativeMultiplyAdd(_e1627, values_6, _e1628);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_7 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 10u], ROW, false);
                    {
                        Rows _e1640 = heads_0_;
                        Products _e1641 = output_5_;
                        output_5_ = NagaCooperativeMultiplyAdd(_e1640, values_7, _e1641);
                    }
                    {
                        Rows _e1643 = heads_1_;
                        Products _e1644 = output_13_;
                        output_13_ = NagaCooperativeMultiplyAdd(_e1643, values_7, _e1644);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_8 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 12u], ROW, false);
                    {
                        Rows _e1656 = heads_0_;
                        Products _e1657 = output_6_;
                        output_6_ = NagaCooperativeMultiplyAdd(_e1656, values_8, _e1657);
                    }
                    {
                        Rows _e1659 = heads_1_;
                        Products _e1660 = output_14_;
                        output_14_ = NagaCooperativeMultiplyAdd(_e1659, values_8, _e1660);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_9 = NagaCooperativeLoad(&staged.inner[(0u + (subgroup * 16u)) + 14u], ROW, false);
                    {
                        Rows _e1672 = heads_0_;
                        Products _e1673 = output_7_;
                        output_7_ = NagaCooperativeMultiplyAdd(_e1672, values_9, _e1673);
                    }
                    {
                        Rows _e1675 = heads_1_;
                        Products _e1676 = output_15_;
                        output_15_ = NagaCooperativeMultiplyAdd(_e1675, values_9, _e1676);
                    }
                }
            }
            {
                heads_0_1 = Rows {};
                heads_1_1 = Rows {};
                {
                    heads_0_1 = NagaCooperativeLoad(&weights.inner[8], WEIGHT_ROW, false);
                }
                {
                    heads_1_1 = NagaCooperativeLoad(&weights.inner[200], WEIGHT_ROW, false);
                }
                {
                    metal::simdgroup_half8x8 values_10 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 0u], ROW, false);
                    {
                        Rows _e1700 = heads_0_1;
                        Products _e1701 = output_0_;
                        output_0_ = NagaCooperativeMultiplyAdd(_e1700, values_10, _e1701);
                    }
                    {
                        Rows _e1703 = heads_1_1;
                        Products _e1704 = output_8_;
                        output_8_ = NagaCooperativeMultiplyAdd(_e1703, values_10, _e1704);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_11 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 2u], ROW, false);
                    {
                        Rows _e1716 = heads_0_1;
                        Products _e1717 = output_1_;
                        output_1_ = NagaCooperativeMultiplyAdd(_e1716, values_11, _e1717);
                    }
                    {
                        Rows _e1719 = heads_1_1;
                        Products _e1720 = output_9_;
                        output_9_ = NagaCooperativeMultiplyAdd(_e1719, values_11, _e1720);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_12 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 4u], ROW, false);
                    {
                        Rows _e1732 = heads_0_1;
                        Products _e1733 = output_2_;
                        output_2_ = NagaCooperativeMultiplyAdd(_e1732, values_12, _e1733);
                    }
                    {
                        Rows _e1735 = heads_1_1;
                        Products _e1736 = output_10_;
                        output_10_ = NagaCooperativeMultiplyAdd(_e1735, values_12, _e1736);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_13 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 6u], ROW, false);
                    {
                        Rows _e1748 = heads_0_1;
                        Products _e1749 = output_3_;
                        output_3_ = NagaCooperativeMultiplyAdd(_e1748, values_13, _e1749);
                    }
                    {
                        Rows _e1751 = heads_1_1;
                        Products _e1752 = output_11_;
                        output_11_ = NagaCooperativeMultiplyAdd(_e1751, values_13, _e1752);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_14 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 8u], ROW, false);
                    {
                        Rows _e1764 = heads_0_1;
                        Products _e1765 = output_4_;
                        output_4_ = NagaCooperativeMultiplyAdd(_e1764, values_14, _e1765);
                    }
                    {
                        Rows _e1767 = heads_1_1;
                        Products _e1768 = output_12_;
                        output_12_ = NagaCooperativeMultiplyAdd(_e1767, values_14, _e1768);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_15 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 10u], ROW, false);
                    {
                        Rows _e1780 = heads_0_1;
                        Products _e1781 = output_5_;
                        output_5_ = NagaCooperativeMultiplyAdd(_e1780, values_15, _e1781);
                    }
                    {
                        Rows _e1783 = heads_1_1;
                        Products _e1784 = output_13_;
                        output_13_ = NagaCooperativeMultiplyAdd(_e1783, values_15, _e1784);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_16 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 12u], ROW, false);
                    {
                        Rows _e1796 = heads_0_1;
                        Products _e1797 = output_6_;
                        output_6_ = NagaCooperativeMultiplyAdd(_e1796, values_16, _e1797);
                    }
                    {
                        Rows _e1799 = heads_1_1;
                        Products _e1800 = output_14_;
                        output_14_ = NagaCooperativeMultiplyAdd(_e1799, values_16, _e1800);
                    }
                }
                {
                    metal::simdgroup_half8x8 values_17 = NagaCooperativeLoad(&staged.inner[(1168u + (subgroup * 16u)) + 14u], ROW, false);
                    {
                        Rows _e1812 = heads_0_1;
                        Products _e1813 = output_7_;
                        output_7_ = NagaCooperativeMultiplyAdd(_e1812, values_17, _e1813);
                    }
                    {
                        Rows _e1815 = heads_1_1;
                        Products _e1816 = output_15_;
                        output_15_ = NagaCooperativeMultiplyAdd(_e1815, values_17, _e1816);
                    }
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    {
        uint value_8 = 0u + thread_;
        if (value_8 < 256u) {
            float _e1834 = sums_0_;
            scores.inner[((value_8 / TILE) * SCORE_ROW) + (value_8 % TILE)] = _e1834;
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    line_3 = thread_;
    bool loop_init_15 = true;
    while(true) {
        if (!loop_init_15) {
            uint _e1894 = line_3;
            line_3 = _e1894 + LANES;
        }
        loop_init_15 = false;
        uint _e1836 = line_3;
        if (_e1836 < HEAD_BLOCK) {
        } else {
            break;
        }
        {
            sum = 0.0;
            i_1 = 0u;
            bool loop_init_16 = true;
            while(true) {
                if (!loop_init_16) {
                    uint _e1857 = i_1;
                    i_1 = _e1857 + 1u;
                }
                loop_init_16 = false;
                uint _e1843 = i_1;
                if (_e1843 < TILE) {
                } else {
                    break;
                }
                {
                    float _e1846 = sum;
                    uint _e1848 = line_3;
                    uint _e1851 = i_1;
                    float _e1854 = scores.inner[(_e1848 * SCORE_ROW) + _e1851];
                    sum = _e1846 + _e1854;
                }
            }
            uint _e1860 = line_3;
            float _e1862 = maxima.inner[_e1860];
            bool seen_1 = _e1862 > -100000000000000000000000000000000000000.0;
            uint _e1866 = line_3;
            float _e1868 = reference.inner[_e1866];
            uint _e1870 = line_3;
            float _e1872 = maxima.inner[_e1870];
            float relative = metal::exp2(_e1868 - _e1872);
            uint _e1877 = params.workgroups;
            if (_e5 < _e1877) {
                uint _e1880 = line_3;
                uint _e1882 = line_3;
                uint _e1884 = line_3;
                float _e1886 = maxima.inner[_e1884];
                float _e1887 = sum;
                float _e1889 = finish_head(_e13, _e1882, _e1886, _e1887 * relative, seen_1, params, attn_sink, max_logits, lse, _buffer_sizes);
                int _e1891 = shift;
                float _e1892 = power_of_two(_e1891);
                factors.inner[_e1880] = (_e1889 * relative) * _e1892;
            }
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    {
        {
            subgroup_sync();
            {
                {
                    uint place_in_part_32 = ((subgroup * PART) + 0u) + 0u;
                    Products _e1903 = output_0_;
                    simdgroup_store(_e1903, &parts.inner[place_in_part_32], PART_ROW);
                }
                {
                    uint place_in_part_33 = ((subgroup * PART) + 0u) + 8u;
                    Products _e1913 = output_1_;
                    simdgroup_store(_e1913, &parts.inner[place_in_part_33], PART_ROW);
                }
            }
            {
                {
                    uint place_in_part_34 = ((subgroup * PART) + 160u) + 0u;
                    Products _e1923 = output_8_;
                    simdgroup_store(_e1923, &parts.inner[place_in_part_34], PART_ROW);
                }
                {
                    uint place_in_part_35 = ((subgroup * PART) + 160u) + 8u;
                    Products _e1933 = output_9_;
                    simdgroup_store(_e1933, &parts.inner[place_in_part_35], PART_ROW);
                }
            }
            subgroup_sync();
            pair = lane;
            bool loop_init_17 = true;
            while(true) {
                if (!loop_init_17) {
                    uint _e1984 = pair;
                    pair = _e1984 + SUBGROUP;
                }
                loop_init_17 = false;
                uint _e1938 = pair;
                if (_e1938 < 128u) {
                } else {
                    break;
                }
                {
                    uint _e1941 = pair;
                    uint line_13 = _e1941 / 8u;
                    uint _e1949 = pair;
                    uint at_3 = ((subgroup * PART) + (line_13 * PART_ROW)) + ((_e1949 % 8u) * 2u);
                    uint _e1957 = params.workgroups;
                    if (_e5 < _e1957) {
                        float factor_2 = factors.inner[0u + line_13];
                        uint _e1968 = pair;
                        uint dims = ((subgroup * 32u) + 0u) + (_e1968 % 8u);
                        float _e1976 = parts.inner[at_3];
                        float _e1981 = parts.inner[at_3 + 1u];
                        write_value(_e13, 0u + line_13, dims, metal::float2(_e1976, _e1981) * factor_2, params, output, _buffer_sizes);
                    }
                }
            }
        }
        {
            subgroup_sync();
            {
                {
                    uint place_in_part_36 = ((subgroup * PART) + 0u) + 0u;
                    Products _e1993 = output_2_;
                    simdgroup_store(_e1993, &parts.inner[place_in_part_36], PART_ROW);
                }
                {
                    uint place_in_part_37 = ((subgroup * PART) + 0u) + 8u;
                    Products _e2003 = output_3_;
                    simdgroup_store(_e2003, &parts.inner[place_in_part_37], PART_ROW);
                }
            }
            {
                {
                    uint place_in_part_38 = ((subgroup * PART) + 160u) + 0u;
                    Products _e2013 = output_10_;
                    simdgroup_store(_e2013, &parts.inner[place_in_part_38], PART_ROW);
                }
                {
                    uint place_in_part_39 = ((subgroup * PART) + 160u) + 8u;
                    Products _e2023 = output_11_;
                    simdgroup_store(_e2023, &parts.inner[place_in_part_39], PART_ROW);
                }
            }
            subgroup_sync();
            pair_1 = lane;
            bool loop_init_18 = true;
            while(true) {
                if (!loop_init_18) {
                    uint _e2074 = pair_1;
                    pair_1 = _e2074 + SUBGROUP;
                }
                loop_init_18 = false;
                uint _e2028 = pair_1;
                if (_e2028 < 128u) {
                } else {
                    break;
                }
                {
                    uint _e2031 = pair_1;
                    uint line_14 = _e2031 / 8u;
                    uint _e2039 = pair_1;
                    uint at_4 = ((subgroup * PART) + (line_14 * PART_ROW)) + ((_e2039 % 8u) * 2u);
                    uint _e2047 = params.workgroups;
                    if (_e5 < _e2047) {
                        float factor_3 = factors.inner[0u + line_14];
                        uint _e2058 = pair_1;
                        uint dims_1 = ((subgroup * 32u) + 8u) + (_e2058 % 8u);
                        float _e2066 = parts.inner[at_4];
                        float _e2071 = parts.inner[at_4 + 1u];
                        write_value(_e13, 0u + line_14, dims_1, metal::float2(_e2066, _e2071) * factor_3, params, output, _buffer_sizes);
                    }
                }
            }
        }
        {
            subgroup_sync();
            {
                {
                    uint place_in_part_40 = ((subgroup * PART) + 0u) + 0u;
                    Products _e2083 = output_4_;
                    simdgroup_store(_e2083, &parts.inner[place_in_part_40], PART_ROW);
                }
                {
                    uint place_in_part_41 = ((subgroup * PART) + 0u) + 8u;
                    Products _e2093 = output_5_;
                    simdgroup_store(_e2093, &parts.inner[place_in_part_41], PART_ROW);
                }
            }
            {
                {
                    uint place_in_part_42 = ((subgroup * PART) + 160u) + 0u;
                    Products _e2103 = output_12_;
                    simdgroup_store(_e2103, &parts.inner[place_in_part_42], PART_ROW);
                }
                {
                    uint place_in_part_43 = ((subgroup * PART) + 160u) + 8u;
                    Products _e2113 = output_13_;
                    simdgroup_store(_e2113, &parts.inner[place_in_part_43], PART_ROW);
                }
            }
            subgroup_sync();
            pair_2 = lane;
            bool loop_init_19 = true;
            while(true) {
                if (!loop_init_19) {
                    uint _e2164 = pair_2;
                    pair_2 = _e2164 + SUBGROUP;
                }
                loop_init_19 = false;
                uint _e2118 = pair_2;
                if (_e2118 < 128u) {
                } else {
                    break;
                }
                {
                    uint _e2121 = pair_2;
                    uint line_15 = _e2121 / 8u;
                    uint _e2129 = pair_2;
                    uint at_5 = ((subgroup * PART) + (line_15 * PART_ROW)) + ((_e2129 % 8u) * 2u);
                    uint _e2137 = params.workgroups;
                    if (_e5 < _e2137) {
                        float factor_4 = factors.inner[0u + line_15];
                        uint _e2148 = pair_2;
                        uint dims_2 = ((subgroup * 32u) + 16u) + (_e2148 % 8u);
                        float _e2156 = parts.inner[at_5];
                        float _e2161 = parts.inner[at_5 + 1u];
                        write_value(_e13, 0u + line_15, dims_2, metal::float2(_e2156, _e2161) * factor_4, params, output, _buffer_sizes);
                    }
                }
            }
        }
        {
            subgroup_sync();
            {
                {
                    uint place_in_part_44 = ((subgroup * PART) + 0u) + 0u;
                    Products _e2173 = output_6_;
                    simdgroup_store(_e2173, &parts.inner[place_in_part_44], PART_ROW);
                }
                {
                    uint place_in_part_45 = ((subgroup * PART) + 0u) + 8u;
                    Products _e2183 = output_7_;
                    simdgroup_store(_e2183, &parts.inner[place_in_part_45], PART_ROW);
                }
            }
            {
                {
                    uint place_in_part_46 = ((subgroup * PART) + 160u) + 0u;
                    Products _e2193 = output_14_;
                    simdgroup_store(_e2193, &parts.inner[place_in_part_46], PART_ROW);
                }
                {
                    uint place_in_part_47 = ((subgroup * PART) + 160u) + 8u;
                    Products _e2203 = output_15_;
                    simdgroup_store(_e2203, &parts.inner[place_in_part_47], PART_ROW);
                }
            }
            subgroup_sync();
            pair_3 = lane;
            bool loop_init_20 = true;
            while(true) {
                if (!loop_init_20) {
                    uint _e2254 = pair_3;
                    pair_3 = _e2254 + SUBGROUP;
                }
                loop_init_20 = false;
                uint _e2208 = pair_3;
                if (_e2208 < 128u) {
                } else {
                    break;
                }
                {
                    uint _e2211 = pair_3;
                    uint line_16 = _e2211 / 8u;
                    uint _e2219 = pair_3;
                    uint at_6 = ((subgroup * PART) + (line_16 * PART_ROW)) + ((_e2219 % 8u) * 2u);
                    uint _e2227 = params.workgroups;
                    if (_e5 < _e2227) {
                        float factor_5 = factors.inner[0u + line_16];
                        uint _e2238 = pair_3;
                        uint dims_3 = ((subgroup * 32u) + 24u) + (_e2238 % 8u);
                        float _e2246 = parts.inner[at_6];
                        float _e2251 = parts.inner[at_6 + 1u];
                        write_value(_e13, 0u + line_16, dims_3, metal::float2(_e2246, _e2251) * factor_5, params, output, _buffer_sizes);
                    }
                }
            }
            return;
        }
    }
}
