// attention/attend+q_bf16+kv_bf16+heads_16+dense+subgroup,D_QK=576,D_V=512,HEAD_BLOCK=16
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size4;
    uint size6;
    uint size7;
    uint size8;
    uint size9;
    uint size12;
};

struct type_3 {
    metal::float4 inner[896];
};
struct type_4 {
    float inner[256];
};
struct type_6 {
    int inner[128];
};
struct type_7 {
    float inner[16];
};
struct Place {
    uint query;
    uint first_head;
    uint split;
    uint thread_;
};
struct Eight {
    metal::float4 low;
    metal::float4 high;
};
typedef metal::uint4 type_9[1];
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
typedef metal::float2 type_13[1];
typedef int type_15[1];
constant uint TILE = 64u;
constant uint CHUNK = 32u;
constant uint HEAD_BLOCK = 16u;
constant uint HEADS_PER_THREAD = 4u;
constant uint QUERIES_AT = 512u;
constant uint WEIGHTS_AT = 640u;
constant uint D_QK = 576u;
constant uint ROW_VECTORS = 72u;
constant uint D_V = 512u;

uint key_group(
    Place place
) {
    return place.thread_ % 16u;
}

uint head_group(
    Place place_1
) {
    return (place_1.thread_ / 16u) % 4u;
}

uint slice(
    Place place_2
) {
    return place_2.thread_ / 64u;
}

uint find_tiles(
    Place place_3,
    uint first_tile,
    uint last_tile,
    uint entries
) {
    uint count = last_tile - first_tile;
    return (count < 32u) ? ((1u << (count & 31u)) - 1u) : 4294967295u;
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
    device type_9 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 packed_2 = kv[(row * ROW_VECTORS) + (dim / 8u)];
    metal::float2 _e11 = unpack_row_pair(packed_2.x);
    metal::float2 _e13 = unpack_row_pair(packed_2.y);
    metal::float2 _e16 = unpack_row_pair(packed_2.z);
    metal::float2 _e18 = unpack_row_pair(packed_2.w);
    return Eight {metal::float4(_e11, _e13), metal::float4(_e16, _e18)};
}

Eight query_eight(
    uint row_1,
    uint dim_1,
    device type_9 const& q,
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

void stage(
    Place place_4,
    int row_2,
    uint chunk,
    threadgroup type_3& tile,
    device type_9 const& kv,
    constant Params& params,
    device type_9 const& q,
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
    return metal::fma(a.w, b.w, metal::fma(a.z, b.z, metal::fma(a.y, b.y, metal::fma(a.x, b.x, sum_1))));
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
    uint slice_1,
    Place place_5
) {
    uint rank = slice_1 - ((slice_1 > head) ? 1u : 0u);
    return (((head * 3u) + rank) * 64u) + (place_5.thread_ & 63u);
}

metal::float4 score(
    Place place_6,
    int row_3,
    threadgroup type_3& tile,
    device type_9 const& kv,
    constant Params& params,
    device type_9 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sums0_ = metal::float4(0.0);
    metal::float4 sums1_ = metal::float4(0.0);
    metal::float4 sums2_ = metal::float4(0.0);
    metal::float4 sums3_ = metal::float4(0.0);
    uint chunk_1 = 0u;
    uint step = {};
    metal::float4 own = metal::float4(0.0);
    uint _e14 = key_group(place_6);
    uint key_line = _e14 * 8u;
    uint _e18 = head_group(place_6);
    uint query_line = QUERIES_AT + ((_e18 * HEADS_PER_THREAD) * 8u);
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
            stage(place_6, row_3, _e29, tile, kv, params, q, _buffer_sizes);
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
                    uint _e35 = slice(place_6);
                    uint _e38 = step;
                    uint vector = (_e35 * 2u) + _e38;
                    uint _e40 = key_group(place_6);
                    uint key_at = key_line + (vector ^ (_e40 & 7u));
                    uint _e45 = head_group(place_6);
                    uint query_at = query_line + (vector ^ _e45);
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
    uint _e101 = slice(place_6);
    if (_e101 == 0u) {
        metal::float4 _e104 = sums0_;
        own = _e104;
    } else {
        uint _e107 = slice(place_6);
        uint _e108 = slice_at(0u, _e107, place_6);
        metal::float4 _e110 = sums0_;
        tile.inner[_e108] = _e110;
    }
    {
        uint _e111 = slice(place_6);
        if (_e111 == 1u) {
            metal::float4 _e114 = sums1_;
            own = _e114;
        } else {
            uint _e117 = slice(place_6);
            uint _e118 = slice_at(1u, _e117, place_6);
            metal::float4 _e120 = sums1_;
            tile.inner[_e118] = _e120;
        }
    }
    {
        uint _e121 = slice(place_6);
        if (_e121 == 2u) {
            metal::float4 _e124 = sums2_;
            own = _e124;
        } else {
            uint _e127 = slice(place_6);
            uint _e128 = slice_at(2u, _e127, place_6);
            metal::float4 _e130 = sums2_;
            tile.inner[_e128] = _e130;
        }
    }
    {
        uint _e131 = slice(place_6);
        if (_e131 == 3u) {
            metal::float4 _e134 = sums3_;
            own = _e134;
        } else {
            uint _e137 = slice(place_6);
            uint _e138 = slice_at(3u, _e137, place_6);
            metal::float4 _e140 = sums3_;
            tile.inner[_e138] = _e140;
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint _e141 = slice(place_6);
    if (_e141 < HEADS_PER_THREAD) {
        uint _e144 = slice(place_6);
        uint first = (_e144 * 192u) + (place_6.thread_ & 63u);
        metal::float4 _e151 = own;
        metal::float4 _e154 = tile.inner[first];
        metal::float4 _e159 = tile.inner[first + 64u];
        metal::float4 _e165 = tile.inner[first + 128u];
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
    threadgroup type_4& exchange
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
        uint _e30 = key_group(place_7);
        local_1 = (_e30 & 3u) == 0u;
    } else {
        local_1 = false;
    }
    bool _e36 = local_1;
    if (_e36) {
        uint _e40 = key_group(place_7);
        float _e45 = maximum_1;
        exchange.inner[(line * 4u) + (_e40 / 4u)] = _e45;
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
    threadgroup type_7& factors
) {
    float _e5 = factors.inner[4u * group_1];
    float _e12 = factors.inner[(4u * group_1) + 1u];
    float _e19 = factors.inner[(4u * group_1) + 2u];
    float _e26 = factors.inner[(4u * group_1) + 3u];
    return metal::float4(_e5, _e12, _e19, _e26);
}

void scale_values(
    thread Values& values_1,
    threadgroup type_7& factors
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
    device type_9 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e12 = kv[(row_4 * ROW_VECTORS) + (pair / 4u)][pair & 3u];
    metal::float2 _e13 = unpack_row_pair(_e12);
    return _e13;
}

metal::float2 value_pair(
    int row_5,
    uint pair_1,
    device type_9 const& kv,
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
    threadgroup type_3& tile,
    threadgroup type_6& rows,
    device type_9 const& kv,
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

void write_value(
    Place place_10,
    uint line_1,
    uint pair_2,
    metal::float2 value_1,
    constant Params& params,
    device type_13& partial_out,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_3 = place_10.first_head + line_1;
    uint _e8 = params.heads;
    if (head_3 < _e8) {
        {
            uint _e11 = partial_row(place_10, head_3, params);
            partial_out[(_e11 * 256u) + pair_2] = value_1;
            return;
        }
    } else {
        return;
    }
}

void write_four(
    Place place_11,
    uint line_2,
    metal::float4 x,
    metal::float4 y,
    constant Params& params,
    device type_13& partial_out,
    constant _mslBufferSizes& _buffer_sizes
) {
    write_value(place_11, line_2, place_11.thread_, metal::float2(x.x, y.x), params, partial_out, _buffer_sizes);
    write_value(place_11, line_2 + 1u, place_11.thread_, metal::float2(x.y, y.y), params, partial_out, _buffer_sizes);
    write_value(place_11, line_2 + 2u, place_11.thread_, metal::float2(x.z, y.z), params, partial_out, _buffer_sizes);
    write_value(place_11, line_2 + 3u, place_11.thread_, metal::float2(x.w, y.w), params, partial_out, _buffer_sizes);
    return;
}

void write_values(
    Place place_12,
    Values values_3,
    constant Params& params,
    device type_13& partial_out,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (place_12.thread_ >= 256u) {
        return;
    }
    write_four(place_12, 0u, values_3.x0_, values_3.y0_, params, partial_out, _buffer_sizes);
    {
        write_four(place_12, 4u, values_3.x1_, values_3.y1_, params, partial_out, _buffer_sizes);
    }
    {
        write_four(place_12, 8u, values_3.x2_, values_3.y2_, params, partial_out, _buffer_sizes);
    }
    {
        write_four(place_12, 12u, values_3.x3_, values_3.y3_, params, partial_out, _buffer_sizes);
        return;
    }
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
    Place place_13,
    constant Params& params,
    device type_15 const& k_start,
    device type_15 const& k_end,
    threadgroup uint& key_first,
    threadgroup uint& key_count,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (place_13.thread_ == 0u) {
        uint _e6 = params.length_query;
        uint query_1 = _e6 + place_13.query;
        int _e11 = k_start[query_1];
        uint _e17 = params.window_start;
        uint first_1 = metal::max(static_cast<uint>(metal::max(_e11, 0)), _e17);
        int _e21 = k_end[query_1];
        uint _e27 = params.window_end;
        uint last = metal::min(static_cast<uint>(metal::max(_e21, 0)), _e27);
        uint _e32 = params.window_start;
        key_first = first_1 - _e32;
        key_count = (last > first_1) ? (last - first_1) : 0u;
        return;
    } else {
        return;
    }
}

int row_of(
    Place place_14,
    uint entry,
    uint entries_1,
    threadgroup uint& key_first
) {
    uint _e4 = key_first;
    return (entry < entries_1) ? static_cast<int>(_e4 + entry) : -1;
}

float finish_head(
    Place place_15,
    uint line_3,
    float maximum_2,
    float sum_2,
    bool seen_1,
    constant Params& params,
    device type_13& partial_softmax,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_4 = place_15.first_head + line_3;
    uint _e9 = params.heads;
    if (head_4 < _e9) {
        uint _e12 = partial_row(place_15, head_4, params);
        partial_softmax[_e12] = seen_1 ? metal::float2(maximum_2, sum_2) : metal::float2(-100000000000000000000000000000000000000.0, 0.0);
    }
    return 1.0;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint thread_ [[thread_index_in_threadgroup]]
, metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint subgroup_size [[threads_per_simdgroup]]
, threadgroup type_3& tile
, threadgroup type_4& exchange
, threadgroup type_6& rows
, threadgroup type_7& factors
, device type_9 const& kv [[buffer(1)]]
, constant Params& params [[buffer(8)]]
, device type_9 const& q [[buffer(0)]]
, device type_13& partial_out [[buffer(4)]]
, device type_15 const& k_start [[buffer(2)]]
, device type_15 const& k_end [[buffer(3)]]
, threadgroup uint& key_first
, threadgroup uint& key_count
, device type_13& partial_softmax [[buffer(5)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
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
    Place _e10 = place_of(_e4, HEAD_BLOCK, thread_, params);
    count_keys(_e10, params, k_start, k_end, key_first, key_count, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed_4 = key_count;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint tiles = ((unnamed_4 + TILE) - 1u) / TILE;
    uint _e21 = params.splits;
    uint _e27 = params.splits;
    uint tiles_per_split = ((tiles + _e21) - 1u) / _e27;
    uint _e31 = params.head_blocks;
    uint _e35 = params.splits;
    uint first_tile_1 = metal::min(((_e4 / _e31) % _e35) * tiles_per_split, tiles);
    uint last_tile_1 = metal::min(first_tile_1 + tiles_per_split, tiles);
    uint _e41 = head_group(_e10);
    uint _e44 = slice(_e10);
    uint line_5 = (_e41 * HEADS_PER_THREAD) + _e44;
    uint _e46 = slice(_e10);
    bool finishes_1 = _e46 < HEADS_PER_THREAD;
    uint position = (4u * ((thread_ / 4u) % 16u)) + (thread_ / 64u);
    group = first_tile_1;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e189 = group;
            group = _e189 + 32u;
        }
        loop_init_3 = false;
        uint _e68 = group;
        if (_e68 < last_tile_1) {
        } else {
            break;
        }
        {
            uint _e70 = group;
            uint _e71 = find_tiles(_e10, _e70, last_tile_1, unnamed_4);
            used = _e71;
            while(true) {
                uint _e73 = used;
                if (_e73 != 0u) {
                } else {
                    break;
                }
                {
                    uint _e76 = group;
                    uint _e77 = used;
                    uint tile_index = _e76 + (((metal::ctz(_e77) + 1) % 33) - 1);
                    uint _e80 = used;
                    uint _e81 = used;
                    used = _e80 & (_e81 - 1u);
                    seen = true;
                    int _e89 = row_of(_e10, (tile_index * TILE) + position, unnamed_4, key_first);
                    if ((thread_ % 4u) == 0u) {
                        uint _e95 = parity;
                        rows.inner[_e95 + position] = _e89;
                    }
                    metal::float4 _e98 = score(_e10, _e89, tile, kv, params, q, _buffer_sizes);
                    float _e101 = params.scale;
                    scores = _e98 * _e101;
                    uint _e104 = parity;
                    uint _e106 = key_group(_e10);
                    uint at_2 = _e104 + (4u * _e106);
                    int _e111 = rows.inner[at_2];
                    int _e116 = rows.inner[at_2 + 1u];
                    int _e121 = rows.inner[at_2 + 2u];
                    int _e126 = rows.inner[at_2 + 3u];
                    metal::bool4 valid = metal::int4(_e111, _e116, _e121, _e126) >= metal::int4(0);
                    metal::float4 _e133 = scores;
                    scores = metal::select(metal::float4(-100000000000000000000000000000000000000.0), _e133, valid);
                    float _e136 = scores.x;
                    float _e138 = scores.y;
                    float _e141 = scores.z;
                    float _e143 = scores.w;
                    largest = metal::max(metal::max(_e136, _e138), metal::max(_e141, _e143));
                    {
                        float _e147 = largest;
                        float _e148 = head_maximum(_e10, line_5, finishes_1, _e147, subgroup_size, exchange);
                        largest = _e148;
                    }
                    if (finishes_1) {
                        float _e149 = maximum;
                        float _e150 = largest;
                        float new_maximum = metal::max(_e149, _e150);
                        metal::float4 _e154 = scores;
                        metal::float4 weights_1 = metal::select(metal::float4(0.0), metal::exp2(_e154 - metal::float4(new_maximum)), valid);
                        float _e159 = maximum;
                        float factor = metal::exp2(_e159 - new_maximum);
                        float _e162 = sum;
                        sum = (_e162 * factor) + (((weights_1.x + weights_1.y) + weights_1.z) + weights_1.w);
                        maximum = new_maximum;
                        uint _e177 = key_group(_e10);
                        tile.inner[(WEIGHTS_AT + (line_5 * 16u)) + _e177] = weights_1;
                        uint _e180 = key_group(_e10);
                        if (_e180 == 0u) {
                            factors.inner[line_5] = factor;
                        }
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    scale_values(values, factors);
                    uint _e185 = parity;
                    add_values(values, _e10, _e185, tile, rows, kv, _buffer_sizes);
                    uint _e186 = parity;
                    parity = _e186 ^ TILE;
                }
            }
        }
    }
    if (finishes_1) {
        uint _e195 = key_group(_e10);
        float _e198 = sum;
        exchange.inner[(line_5 * 16u) + _e195] = _e198;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (finishes_1) {
        uint _e201 = key_group(_e10);
        local = _e201 == 0u;
    } else {
        local = false;
    }
    bool _e205 = local;
    if (_e205) {
        bool loop_init_4 = true;
        while(true) {
            if (!loop_init_4) {
                uint _e223 = i;
                i = _e223 + 1u;
            }
            loop_init_4 = false;
            uint _e210 = i;
            if (_e210 < 16u) {
            } else {
                break;
            }
            {
                float _e213 = total;
                uint _e217 = i;
                float _e220 = exchange.inner[(line_5 * 16u) + _e217];
                total = _e213 + _e220;
            }
        }
        float _e227 = maximum;
        float _e228 = total;
        bool _e229 = seen;
        float _e230 = finish_head(_e10, line_5, _e227, _e228, _e229, params, partial_softmax, _buffer_sizes);
        factors.inner[line_5] = _e230;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool _e231 = seen;
    if (_e231) {
        scale_values(values, factors);
    }
    {
        bool _e232 = seen;
        if (_e232) {
            Values _e233 = values;
            write_values(_e10, _e233, params, partial_out, _buffer_sizes);
            return;
        } else {
            return;
        }
    }
}
