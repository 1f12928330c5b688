// attention/attend+q_bf16+kv_bf16+heads_16+dense+subgroup,D_QK=576,D_V=512,HEAD_BLOCK=16
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size2;
    uint size3;
    uint size4;
    uint size12;
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
typedef metal::uint4 type_3[1];
typedef int type_5[1];
typedef metal::float2 type_7[1];
struct type_9 {
    metal::float4 inner[896];
};
struct type_10 {
    float inner[256];
};
struct type_11 {
    int inner[128];
};
struct type_12 {
    float inner[16];
};
struct Place {
    uint query;
    uint first_head;
    uint split;
    uint thread_;
    uint key_group;
    uint head_group;
    uint slice;
};
struct Eight {
    metal::float4 low;
    metal::float4 high;
};
struct Values {
    metal::float4 x0_;
    metal::float4 y0_;
    metal::float4 x1_;
    metal::float4 y1_;
    metal::float4 x2_;
    metal::float4 y2_;
    metal::float4 x3_;
    metal::float4 y3_;
};
constant uint TILE = 64u;
constant uint CHUNK = 32u;
constant uint HEAD_BLOCK = 16u;
constant uint HEADS_PER_THREAD = 4u;
constant uint QUERIES_AT = 512u;
constant uint WEIGHTS_AT = 640u;
constant uint D_QK = 576u;
constant uint ROW_VECTORS = 72u;
constant uint D_V = 512u;

void count_keys(
    Place place_1,
    device type_5 const& k_start,
    device type_5 const& k_end,
    constant Params& params,
    threadgroup uint& key_count,
    threadgroup uint& key_first,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (place_1.thread_ == 0u) {
        uint _e6 = params.length_query;
        uint query_1 = _e6 + place_1.query;
        int _e11 = k_start[query_1];
        uint _e17 = params.window_start;
        uint first = metal::max(static_cast<uint>(metal::max(_e11, 0)), _e17);
        int _e21 = k_end[query_1];
        uint _e27 = params.window_end;
        uint last = metal::min(static_cast<uint>(metal::max(_e21, 0)), _e27);
        uint _e32 = params.window_start;
        key_first = first - _e32;
        key_count = (last > first) ? (last - first) : 0u;
        return;
    } else {
        return;
    }
}

int row_of(
    Place place_2,
    uint entry,
    uint entries,
    threadgroup uint& key_first
) {
    uint _e4 = key_first;
    return (entry < entries) ? static_cast<int>(_e4 + entry) : -1;
}

uint find_tiles(
    Place place_3,
    uint first_tile,
    uint last_tile,
    uint entries_1
) {
    uint count = last_tile - first_tile;
    return (count < 32u) ? ((1u << (count & 31u)) - 1u) : 4294967295u;
}

metal::float2 unpack_bf16x2_(
    uint packed
) {
    return metal::float2(as_type<float>(packed << 16u), as_type<float>(packed & 4294901760u));
}

Eight query_eight(
    uint row,
    uint dim,
    device type_3 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 packed_2 = q[(row * 72u) + (dim / 8u)];
    {
        metal::float2 _e11 = unpack_bf16x2_(packed_2.x);
        metal::float2 _e13 = unpack_bf16x2_(packed_2.y);
        metal::float2 _e16 = unpack_bf16x2_(packed_2.z);
        metal::float2 _e18 = unpack_bf16x2_(packed_2.w);
        return Eight {metal::float4(_e11, _e13), metal::float4(_e16, _e18)};
    }
}

metal::float2 unpack_row_pair(
    uint packed_1
) {
    metal::float2 _e1 = unpack_bf16x2_(packed_1);
    return _e1;
}

Eight row_eight(
    uint row_1,
    uint dim_1,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 packed_3 = kv[(row_1 * ROW_VECTORS) + (dim_1 / 8u)];
    metal::float2 _e11 = unpack_row_pair(packed_3.x);
    metal::float2 _e13 = unpack_row_pair(packed_3.y);
    metal::float2 _e16 = unpack_row_pair(packed_3.z);
    metal::float2 _e18 = unpack_row_pair(packed_3.w);
    return Eight {metal::float4(_e11, _e13), metal::float4(_e16, _e18)};
}

void stage(
    Place place_4,
    int row_2,
    uint chunk,
    device type_3 const& q,
    constant Params& params,
    threadgroup type_9& tile,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    Eight eight = Eight {metal::float4(0.0), metal::float4(0.0)};
    Eight query = Eight {metal::float4(0.0), metal::float4(0.0)};
    uint line_4 = place_4.thread_ / 4u;
    uint part = place_4.thread_ % 4u;
    if (row_2 >= 0) {
        Eight _e23 = row_eight(static_cast<uint>(row_2), (chunk * CHUNK) + (part * 8u), kv, _buffer_sizes);
        eight = _e23;
    }
    uint swizzle = line_4 & 7u;
    metal::float4 _e35 = eight.low;
    tile.inner[(line_4 * 8u) + ((2u * part) ^ swizzle)] = _e35;
    metal::float4 _e47 = eight.high;
    tile.inner[(line_4 * 8u) + (((2u * part) + 1u) ^ swizzle)] = _e47;
    if (line_4 < HEAD_BLOCK) {
        uint head_2 = place_4.first_head + line_4;
        uint _e60 = params.heads;
        if (head_2 < _e60) {
            uint _e64 = params.first_query;
            uint _e69 = params.heads;
            Eight _e77 = query_eight(((_e64 + place_4.query) * _e69) + head_2, (chunk * CHUNK) + (part * 8u), q, _buffer_sizes);
            query = _e77;
        }
        uint group_2 = line_4 / HEADS_PER_THREAD;
        metal::float4 _e91 = query.low;
        tile.inner[(QUERIES_AT + (line_4 * 8u)) + ((2u * part) ^ group_2)] = _e91;
        metal::float4 _e105 = query.high;
        tile.inner[(QUERIES_AT + (line_4 * 8u)) + (((2u * part) + 1u) ^ group_2)] = _e105;
        return;
    } else {
        return;
    }
}

float add_dot(
    float sum_1,
    metal::float4 a,
    metal::float4 b
) {
    return (((sum_1 + (a.x * b.x)) + (a.y * b.y)) + (a.z * b.z)) + (a.w * b.w);
}

metal::float4 add_dots(
    metal::float4 sums,
    metal::float4 row0_,
    metal::float4 row1_,
    metal::float4 row2_,
    metal::float4 row3_,
    metal::float4 b_1
) {
    float _e7 = add_dot(sums.x, row0_, b_1);
    float _e9 = add_dot(sums.y, row1_, b_1);
    float _e11 = add_dot(sums.z, row2_, b_1);
    float _e13 = add_dot(sums.w, row3_, b_1);
    return metal::float4(_e7, _e9, _e11, _e13);
}

uint slice_at(
    uint head,
    uint slice,
    Place place_5
) {
    uint rank = slice - ((slice > head) ? 1u : 0u);
    return (((head * 3u) + rank) * 64u) + (place_5.thread_ & 63u);
}

metal::float4 score(
    Place place_6,
    int row_3,
    device type_3 const& q,
    constant Params& params,
    threadgroup type_9& tile,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sums0_ = metal::float4(0.0);
    metal::float4 sums1_ = metal::float4(0.0);
    metal::float4 sums2_ = metal::float4(0.0);
    metal::float4 sums3_ = metal::float4(0.0);
    uint chunk_1 = 0u;
    uint step = {};
    metal::float4 own = metal::float4(0.0);
    uint key_line = place_6.key_group * 8u;
    uint query_line = QUERIES_AT + ((place_6.head_group * HEADS_PER_THREAD) * 8u);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e96 = chunk_1;
            chunk_1 = _e96 + 1u;
        }
        loop_init = false;
        uint _e26 = chunk_1;
        if (_e26 < 18u) {
        } else {
            break;
        }
        {
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint _e29 = chunk_1;
            stage(place_6, row_3, _e29, q, params, tile, kv, _buffer_sizes);
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            step = 0u;
            bool loop_init_1 = true;
            while(true) {
                if (!loop_init_1) {
                    uint _e93 = step;
                    step = _e93 + 1u;
                }
                loop_init_1 = false;
                uint _e32 = step;
                if (_e32 < 2u) {
                } else {
                    break;
                }
                {
                    uint _e38 = step;
                    uint vector = (place_6.slice * 2u) + _e38;
                    uint key_at = key_line + (vector ^ (place_6.key_group & 7u));
                    uint query_at = query_line + (vector ^ place_6.head_group);
                    metal::float4 key0_ = tile.inner[key_at];
                    metal::float4 key1_ = tile.inner[key_at + 128u];
                    metal::float4 key2_ = tile.inner[key_at + 256u];
                    metal::float4 key3_ = tile.inner[key_at + 384u];
                    metal::float4 _e66 = sums0_;
                    metal::float4 _e69 = tile.inner[query_at];
                    metal::float4 _e70 = add_dots(_e66, key0_, key1_, key2_, key3_, _e69);
                    sums0_ = _e70;
                    {
                        metal::float4 _e71 = sums1_;
                        metal::float4 _e76 = tile.inner[query_at + 8u];
                        metal::float4 _e77 = add_dots(_e71, key0_, key1_, key2_, key3_, _e76);
                        sums1_ = _e77;
                    }
                    {
                        metal::float4 _e78 = sums2_;
                        metal::float4 _e83 = tile.inner[query_at + 16u];
                        metal::float4 _e84 = add_dots(_e78, key0_, key1_, key2_, key3_, _e83);
                        sums2_ = _e84;
                    }
                    {
                        metal::float4 _e85 = sums3_;
                        metal::float4 _e90 = tile.inner[query_at + 24u];
                        metal::float4 _e91 = add_dots(_e85, key0_, key1_, key2_, key3_, _e90);
                        sums3_ = _e91;
                    }
                }
            }
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (place_6.slice == 0u) {
        metal::float4 _e104 = sums0_;
        own = _e104;
    } else {
        uint _e108 = slice_at(0u, place_6.slice, place_6);
        metal::float4 _e110 = sums0_;
        tile.inner[_e108] = _e110;
    }
    {
        if (place_6.slice == 1u) {
            metal::float4 _e114 = sums1_;
            own = _e114;
        } else {
            uint _e118 = slice_at(1u, place_6.slice, place_6);
            metal::float4 _e120 = sums1_;
            tile.inner[_e118] = _e120;
        }
    }
    {
        if (place_6.slice == 2u) {
            metal::float4 _e124 = sums2_;
            own = _e124;
        } else {
            uint _e128 = slice_at(2u, place_6.slice, place_6);
            metal::float4 _e130 = sums2_;
            tile.inner[_e128] = _e130;
        }
    }
    {
        if (place_6.slice == 3u) {
            metal::float4 _e134 = sums3_;
            own = _e134;
        } else {
            uint _e138 = slice_at(3u, place_6.slice, place_6);
            metal::float4 _e140 = sums3_;
            tile.inner[_e138] = _e140;
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (place_6.slice < HEADS_PER_THREAD) {
        uint first_1 = (place_6.slice * 192u) + (place_6.thread_ & 63u);
        metal::float4 _e151 = own;
        metal::float4 _e154 = tile.inner[first_1];
        metal::float4 _e159 = tile.inner[first_1 + 64u];
        metal::float4 _e165 = tile.inner[first_1 + 128u];
        own = _e151 + ((_e154 + _e159) + _e165);
    }
    metal::float4 _e168 = own;
    return _e168;
}

float head_maximum(
    Place place_7,
    uint line,
    bool finishes,
    float value,
    uint subgroup_size_1,
    threadgroup type_10& exchange
) {
    float maximum_1 = {};
    bool local_1 = {};
    bool local_2 = {};
    float unnamed = metal::simd_shuffle_xor(value, 1u);
    maximum_1 = metal::max(value, unnamed);
    float _e9 = maximum_1;
    float _e10 = maximum_1;
    float unnamed_1 = metal::simd_shuffle_xor(_e10, 2u);
    maximum_1 = metal::max(_e9, unnamed_1);
    if (subgroup_size_1 >= 8u) {
        float _e16 = maximum_1;
        float _e17 = maximum_1;
        float unnamed_2 = metal::simd_shuffle_xor(_e17, 4u);
        maximum_1 = metal::max(_e16, unnamed_2);
    }
    if (subgroup_size_1 >= 16u) {
        float _e23 = maximum_1;
        float _e24 = maximum_1;
        float unnamed_3 = metal::simd_shuffle_xor(_e24, 8u);
        maximum_1 = metal::max(_e23, unnamed_3);
    }
    if (finishes) {
        local_1 = (place_7.key_group & 3u) == 0u;
    } else {
        local_1 = false;
    }
    bool _e36 = local_1;
    if (_e36) {
        float _e45 = maximum_1;
        exchange.inner[(line * 4u) + (place_7.key_group / 4u)] = _e45;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (finishes) {
        local_2 = subgroup_size_1 < 16u;
    } else {
        local_2 = false;
    }
    bool _e51 = local_2;
    if (_e51) {
        uint at = line * 4u;
        float _e56 = exchange.inner[at];
        float _e61 = exchange.inner[at + 1u];
        float _e67 = exchange.inner[at + 2u];
        float _e72 = exchange.inner[at + 3u];
        maximum_1 = metal::max(metal::max(_e56, _e61), metal::max(_e67, _e72));
    }
    float _e75 = maximum_1;
    return _e75;
}

metal::float4 factors_of(
    uint group_1,
    threadgroup type_12& factors
) {
    float _e5 = factors.inner[4u * group_1];
    float _e12 = factors.inner[(4u * group_1) + 1u];
    float _e19 = factors.inner[(4u * group_1) + 2u];
    float _e26 = factors.inner[(4u * group_1) + 3u];
    return metal::float4(_e5, _e12, _e19, _e26);
}

void scale_values(
    thread Values& values_1,
    threadgroup type_12& factors
) {
    metal::float4 _e2 = factors_of(0u, factors);
    metal::float4 _e4 = values_1.x0_;
    values_1.x0_ = _e4 * _e2;
    metal::float4 _e7 = values_1.y0_;
    values_1.y0_ = _e7 * _e2;
    {
        metal::float4 _e10 = factors_of(1u, factors);
        metal::float4 _e12 = values_1.x1_;
        values_1.x1_ = _e12 * _e10;
        metal::float4 _e15 = values_1.y1_;
        values_1.y1_ = _e15 * _e10;
    }
    {
        metal::float4 _e18 = factors_of(2u, factors);
        metal::float4 _e20 = values_1.x2_;
        values_1.x2_ = _e20 * _e18;
        metal::float4 _e23 = values_1.y2_;
        values_1.y2_ = _e23 * _e18;
        metal::float4 _e26 = factors_of(3u, factors);
        metal::float4 _e28 = values_1.x3_;
        values_1.x3_ = _e28 * _e26;
        metal::float4 _e31 = values_1.y3_;
        values_1.y3_ = _e31 * _e26;
        return;
    }
}

metal::float2 row_pair(
    uint row_4,
    uint pair,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e12 = kv[(row_4 * ROW_VECTORS) + (pair / 4u)][pair & 3u];
    metal::float2 _e13 = unpack_row_pair(_e12);
    return _e13;
}

metal::float2 value_pair(
    int row_5,
    uint pair_1,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (row_5 < 0) {
        return metal::float2(0.0);
    }
    metal::float2 _e7 = row_pair(static_cast<uint>(row_5), pair_1, kv, _buffer_sizes);
    return _e7;
}

void add_values(
    thread Values& values_2,
    Place place_8,
    uint rows_at,
    threadgroup type_9& tile,
    threadgroup type_11& rows,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint four = 0u;
    if (place_8.thread_ >= 256u) {
        return;
    }
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e165 = four;
            four = _e165 + 1u;
        }
        loop_init_2 = false;
        uint _e8 = four;
        if (_e8 < 16u) {
        } else {
            break;
        }
        {
            uint _e12 = four;
            uint at_1 = rows_at + (4u * _e12);
            int _e17 = rows.inner[at_1];
            metal::float2 _e19 = value_pair(_e17, place_8.thread_, kv, _buffer_sizes);
            int _e24 = rows.inner[at_1 + 1u];
            metal::float2 _e26 = value_pair(_e24, place_8.thread_, kv, _buffer_sizes);
            int _e31 = rows.inner[at_1 + 2u];
            metal::float2 _e33 = value_pair(_e31, place_8.thread_, kv, _buffer_sizes);
            int _e38 = rows.inner[at_1 + 3u];
            metal::float2 _e40 = value_pair(_e38, place_8.thread_, kv, _buffer_sizes);
            metal::float4 x_1 = metal::float4(_e19.x, _e26.x, _e33.x, _e40.x);
            metal::float4 y_1 = metal::float4(_e19.y, _e26.y, _e33.y, _e40.y);
            uint _e52 = four;
            uint weights = WEIGHTS_AT + _e52;
            {
                metal::float4 w0_ = tile.inner[weights];
                metal::float4 w1_ = tile.inner[weights + 16u];
                metal::float4 w2_ = tile.inner[weights + 32u];
                metal::float4 w3_ = tile.inner[weights + 48u];
                metal::float4 _e74 = values_2.x0_;
                metal::float4 _e75 = add_dots(_e74, w0_, w1_, w2_, w3_, x_1);
                values_2.x0_ = _e75;
                metal::float4 _e78 = values_2.y0_;
                metal::float4 _e79 = add_dots(_e78, w0_, w1_, w2_, w3_, y_1);
                values_2.y0_ = _e79;
            }
            {
                metal::float4 w0_1 = tile.inner[weights + 64u];
                metal::float4 w1_1 = tile.inner[weights + 80u];
                metal::float4 w2_1 = tile.inner[weights + 96u];
                metal::float4 w3_1 = tile.inner[weights + 112u];
                metal::float4 _e102 = values_2.x1_;
                metal::float4 _e103 = add_dots(_e102, w0_1, w1_1, w2_1, w3_1, x_1);
                values_2.x1_ = _e103;
                metal::float4 _e106 = values_2.y1_;
                metal::float4 _e107 = add_dots(_e106, w0_1, w1_1, w2_1, w3_1, y_1);
                values_2.y1_ = _e107;
            }
            {
                metal::float4 w0_2 = tile.inner[weights + 128u];
                metal::float4 w1_2 = tile.inner[weights + 144u];
                metal::float4 w2_2 = tile.inner[weights + 160u];
                metal::float4 w3_2 = tile.inner[weights + 176u];
                metal::float4 _e130 = values_2.x2_;
                metal::float4 _e131 = add_dots(_e130, w0_2, w1_2, w2_2, w3_2, x_1);
                values_2.x2_ = _e131;
                metal::float4 _e134 = values_2.y2_;
                metal::float4 _e135 = add_dots(_e134, w0_2, w1_2, w2_2, w3_2, y_1);
                values_2.y2_ = _e135;
            }
            {
                metal::float4 w0_3 = tile.inner[weights + 192u];
                metal::float4 w1_3 = tile.inner[weights + 208u];
                metal::float4 w2_3 = tile.inner[weights + 224u];
                metal::float4 w3_3 = tile.inner[weights + 240u];
                metal::float4 _e158 = values_2.x3_;
                metal::float4 _e159 = add_dots(_e158, w0_3, w1_3, w2_3, w3_3, x_1);
                values_2.x3_ = _e159;
                metal::float4 _e162 = values_2.y3_;
                metal::float4 _e163 = add_dots(_e162, w0_3, w1_3, w2_3, w3_3, y_1);
                values_2.y3_ = _e163;
            }
        }
    }
    return;
}

uint partial_row(
    Place place_9,
    uint head_1,
    constant Params& params
) {
    uint _e5 = params.slots;
    uint _e9 = params.first_slot;
    uint _e15 = params.heads;
    return ((((place_9.query * _e5) + _e9) + place_9.split) * _e15) + head_1;
}

void finish_head(
    Place place_10,
    uint line_1,
    float maximum_2,
    float sum_2,
    bool seen_1,
    device type_7& partial_softmax,
    constant Params& params,
    threadgroup type_12& factors,
    constant _mslBufferSizes& _buffer_sizes
) {
    factors.inner[line_1] = 1.0;
    uint head_3 = place_10.first_head + line_1;
    uint _e12 = params.heads;
    if (head_3 < _e12) {
        uint _e15 = partial_row(place_10, head_3, params);
        partial_softmax[_e15] = seen_1 ? metal::float2(maximum_2, sum_2) : metal::float2(-100000000000000000000000000000000000000.0, 0.0);
        return;
    } else {
        return;
    }
}

void write_value(
    Place place_11,
    uint line_2,
    metal::float2 value_1,
    device type_7& partial_out,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_4 = place_11.first_head + line_2;
    uint _e7 = params.heads;
    if (head_4 < _e7) {
        {
            uint _e10 = partial_row(place_11, head_4, params);
            partial_out[(_e10 * 256u) + place_11.thread_] = value_1;
            return;
        }
    } else {
        return;
    }
}

void write_four(
    Place place_12,
    uint line_3,
    metal::float4 x,
    metal::float4 y,
    device type_7& partial_out,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    write_value(place_12, line_3, metal::float2(x.x, y.x), partial_out, params, _buffer_sizes);
    write_value(place_12, line_3 + 1u, metal::float2(x.y, y.y), partial_out, params, _buffer_sizes);
    write_value(place_12, line_3 + 2u, metal::float2(x.z, y.z), partial_out, params, _buffer_sizes);
    write_value(place_12, line_3 + 3u, metal::float2(x.w, y.w), partial_out, params, _buffer_sizes);
    return;
}

void write_values(
    Place place_13,
    Values values_3,
    device type_7& partial_out,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (place_13.thread_ >= 256u) {
        return;
    }
    write_four(place_13, 0u, values_3.x0_, values_3.y0_, partial_out, params, _buffer_sizes);
    {
        write_four(place_13, 4u, values_3.x1_, values_3.y1_, partial_out, params, _buffer_sizes);
    }
    {
        write_four(place_13, 8u, values_3.x2_, values_3.y2_, partial_out, params, _buffer_sizes);
    }
    {
        write_four(place_13, 12u, values_3.x3_, values_3.y3_, partial_out, params, _buffer_sizes);
        return;
    }
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint thread_ [[thread_index_in_threadgroup]]
, metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint subgroup_size [[threads_per_simdgroup]]
, device type_3 const& q [[buffer(0)]]
, device type_5 const& k_start [[buffer(2)]]
, device type_5 const& k_end [[buffer(3)]]
, device type_7& partial_out [[buffer(4)]]
, device type_7& partial_softmax [[buffer(5)]]
, constant Params& params [[buffer(8)]]
, threadgroup type_9& tile
, threadgroup type_10& exchange
, threadgroup type_11& rows
, threadgroup type_12& factors
, threadgroup uint& key_count
, threadgroup uint& key_first
, device type_3 const& kv [[buffer(1)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    Place place = {};
    float maximum = -100000000000000000000000000000000000000.0;
    float sum = 0.0;
    bool seen = false;
    Values values = {};
    uint parity = 0u;
    uint group = {};
    uint used = {};
    metal::float4 scores = {};
    float largest = {};
    bool local = {};
    float total = 0.0;
    uint i = 0u;
    uint _e4 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e7 = params.workgroups;
    if (_e4 >= _e7) {
        return;
    }
    uint _e11 = params.head_blocks;
    uint rest = _e4 / _e11;
    uint _e17 = params.splits;
    place.query = rest / _e17;
    uint _e22 = params.head_blocks;
    place.first_head = (_e4 % _e22) * HEAD_BLOCK;
    uint _e29 = params.splits;
    place.split = rest % _e29;
    place.thread_ = thread_;
    place.key_group = thread_ % 16u;
    place.head_group = (thread_ / 16u) % 4u;
    place.slice = thread_ / 64u;
    Place _e43 = place;
    count_keys(_e43, k_start, k_end, params, key_count, key_first, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed_4 = key_count;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint tiles = ((unnamed_4 + TILE) - 1u) / TILE;
    uint _e54 = params.splits;
    uint _e60 = params.splits;
    uint tiles_per_split = ((tiles + _e54) - 1u) / _e60;
    uint _e64 = params.splits;
    uint first_tile_1 = metal::min((rest % _e64) * tiles_per_split, tiles);
    uint last_tile_1 = metal::min(first_tile_1 + tiles_per_split, tiles);
    uint _e71 = place.head_group;
    uint _e75 = place.slice;
    uint line_5 = (_e71 * HEADS_PER_THREAD) + _e75;
    uint _e78 = place.slice;
    bool finishes_1 = _e78 < HEADS_PER_THREAD;
    uint position = (4u * ((thread_ / 4u) % 16u)) + (thread_ / 64u);
    group = first_tile_1;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e229 = group;
            group = _e229 + 32u;
        }
        loop_init_3 = false;
        uint _e100 = group;
        if (_e100 < last_tile_1) {
        } else {
            break;
        }
        {
            Place _e102 = place;
            uint _e103 = group;
            uint _e104 = find_tiles(_e102, _e103, last_tile_1, unnamed_4);
            used = _e104;
            while(true) {
                uint _e106 = used;
                if (_e106 != 0u) {
                } else {
                    break;
                }
                {
                    uint _e109 = group;
                    uint _e110 = used;
                    uint tile_index = _e109 + (((metal::ctz(_e110) + 1) % 33) - 1);
                    uint _e113 = used;
                    uint _e114 = used;
                    used = _e113 & (_e114 - 1u);
                    seen = true;
                    Place _e119 = place;
                    int _e123 = row_of(_e119, (tile_index * TILE) + position, unnamed_4, key_first);
                    if ((thread_ % 4u) == 0u) {
                        uint _e129 = parity;
                        rows.inner[_e129 + position] = _e123;
                    }
                    Place _e132 = place;
                    metal::float4 _e133 = score(_e132, _e123, q, params, tile, kv, _buffer_sizes);
                    float _e136 = params.scale;
                    scores = _e133 * _e136;
                    uint _e139 = parity;
                    uint _e142 = place.key_group;
                    uint at_2 = _e139 + (4u * _e142);
                    int _e147 = rows.inner[at_2];
                    int _e152 = rows.inner[at_2 + 1u];
                    int _e157 = rows.inner[at_2 + 2u];
                    int _e162 = rows.inner[at_2 + 3u];
                    metal::bool4 valid = metal::int4(_e147, _e152, _e157, _e162) >= metal::int4(0);
                    metal::float4 _e169 = scores;
                    scores = metal::select(metal::float4(-100000000000000000000000000000000000000.0), _e169, valid);
                    float _e172 = scores.x;
                    float _e174 = scores.y;
                    float _e177 = scores.z;
                    float _e179 = scores.w;
                    largest = metal::max(metal::max(_e172, _e174), metal::max(_e177, _e179));
                    {
                        Place _e183 = place;
                        float _e184 = largest;
                        float _e185 = head_maximum(_e183, line_5, finishes_1, _e184, subgroup_size, exchange);
                        largest = _e185;
                    }
                    if (finishes_1) {
                        float _e186 = maximum;
                        float _e187 = largest;
                        float new_maximum = metal::max(_e186, _e187);
                        metal::float4 _e191 = scores;
                        metal::float4 weights_1 = metal::select(metal::float4(0.0), metal::exp2(_e191 - metal::float4(new_maximum)), valid);
                        float _e196 = maximum;
                        float factor = metal::exp2(_e196 - new_maximum);
                        float _e199 = sum;
                        sum = (_e199 * factor) + (((weights_1.x + weights_1.y) + weights_1.z) + weights_1.w);
                        maximum = new_maximum;
                        uint _e215 = place.key_group;
                        tile.inner[(WEIGHTS_AT + (line_5 * 16u)) + _e215] = weights_1;
                        uint _e219 = place.key_group;
                        if (_e219 == 0u) {
                            factors.inner[line_5] = factor;
                        }
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    scale_values(values, factors);
                    Place _e224 = place;
                    uint _e225 = parity;
                    add_values(values, _e224, _e225, tile, rows, kv, _buffer_sizes);
                    uint _e226 = parity;
                    parity = _e226 ^ TILE;
                }
            }
        }
    }
    if (finishes_1) {
        uint _e236 = place.key_group;
        float _e239 = sum;
        exchange.inner[(line_5 * 16u) + _e236] = _e239;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (finishes_1) {
        uint _e243 = place.key_group;
        local = _e243 == 0u;
    } else {
        local = false;
    }
    bool _e247 = local;
    if (_e247) {
        bool loop_init_4 = true;
        while(true) {
            if (!loop_init_4) {
                uint _e265 = i;
                i = _e265 + 1u;
            }
            loop_init_4 = false;
            uint _e252 = i;
            if (_e252 < 16u) {
            } else {
                break;
            }
            {
                float _e255 = total;
                uint _e259 = i;
                float _e262 = exchange.inner[(line_5 * 16u) + _e259];
                total = _e255 + _e262;
            }
        }
        Place _e267 = place;
        float _e268 = maximum;
        float _e269 = total;
        bool _e270 = seen;
        finish_head(_e267, line_5, _e268, _e269, _e270, partial_softmax, params, factors, _buffer_sizes);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool _e271 = seen;
    if (_e271) {
        scale_values(values, factors);
    }
    {
        bool _e272 = seen;
        if (_e272) {
            Place _e273 = place;
            Values _e274 = values;
            write_values(_e273, _e274, partial_out, params, _buffer_sizes);
            return;
        } else {
            return;
        }
    }
}
