// attention/attend+q_bf16+kv_fp8+heads_16+direct,D_QK=576,D_V=512,HEAD_BLOCK=16
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size2;
    uint size3;
    uint size12;
    uint size13;
    uint size14;
    uint size15;
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
typedef uint type_6[1];
struct type_8 {
    metal::float4 inner[896];
};
struct type_9 {
    float inner[256];
};
struct type_10 {
    int inner[128];
};
struct type_11 {
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
constant uint ROW_VECTORS = 41u;
constant uint D_V = 512u;
constant uint POSITIVE_INFINITY = 2139095040u;
constant uint NEGATIVE_INFINITY = 4286578688u;

void count_keys(
    Place place_1,
    device type_5 const& topk_length,
    constant Params& params,
    threadgroup uint& key_count,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint count = {};
    if (place_1.thread_ == 0u) {
        uint _e6 = params.top_k;
        count = _e6;
        uint _e10 = params.queries_per_length;
        if (_e10 != 0u) {
            uint _e16 = params.length_query;
            uint _e21 = params.queries_per_length;
            int length = topk_length[(_e16 + place_1.query) / _e21];
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

int row_of(
    Place place_2,
    uint entry,
    uint entries,
    device type_5 const& indices,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_1 = {};
    bool local_2 = {};
    if (entry >= entries) {
        return -1;
    }
    uint _e8 = params.first_query;
    uint _e13 = params.top_k;
    int index = indices[((_e8 + place_2.query) * _e13) + entry];
    if (index >= 0) {
        uint _e25 = params.window_start;
        local_1 = static_cast<uint>(index) >= _e25;
    } else {
        local_1 = false;
    }
    bool _e28 = local_1;
    if (_e28) {
        uint _e34 = params.window_end;
        local_2 = static_cast<uint>(index) < _e34;
    } else {
        local_2 = false;
    }
    bool inside = local_2;
    uint _e40 = params.window_start;
    return inside ? as_type<int>(as_type<uint>(index) - as_type<uint>(static_cast<int>(_e40))) : -1;
}

uint find_tiles(
    Place place_3,
    uint first_tile,
    uint last_tile,
    uint entries_1,
    device type_5 const& indices,
    constant Params& params,
    threadgroup metal::atomic_uint& tiles_found,
    threadgroup uint& tiles_used,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint found = 0u;
    uint i_1 = 0u;
    if (place_3.thread_ == 0u) {
        metal::atomic_store_explicit(&tiles_found, 0u, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint end = metal::min(entries_1, last_tile * TILE);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e37 = i_1;
            i_1 = _e37 + 1u;
        }
        loop_init = false;
        uint _e16 = i_1;
        if (_e16 < 8u) {
        } else {
            break;
        }
        {
            uint _e19 = i_1;
            uint offset = (_e19 * 256u) + place_3.thread_;
            int _e27 = row_of(place_3, (first_tile * TILE) + offset, end, indices, params, _buffer_sizes);
            if (_e27 >= 0) {
                uint _e30 = found;
                found = _e30 | (1u << (offset / TILE));
            }
        }
    }
    uint _e39 = found;
    if (_e39 != 0u) {
        uint _e43 = found;
        uint _e44 = metal::atomic_fetch_or_explicit(&tiles_found, _e43, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (place_3.thread_ == 0u) {
        uint _e50 = metal::atomic_load_explicit(&tiles_found, metal::memory_order_relaxed);
        tiles_used = _e50;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed = tiles_used;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return unnamed;
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

metal::float4 e4m3x4_to_f32_(
    uint packed_1
) {
    metal::uint4 codes = (metal::uint4(packed_1) >> metal::uint4(0u, 8u, 16u, 24u)) & metal::uint4(255u);
    metal::uint4 magnitude = codes & metal::uint4(127u);
    metal::uint4 normal = (magnitude << metal::uint4(20u)) + metal::uint4(1006632960u);
    metal::uint4 subnormal = as_type<metal::uint4>(static_cast<metal::float4>(magnitude) * 0.001953125);
    metal::uint4 finite = metal::select(normal, subnormal, magnitude < metal::uint4(8u));
    metal::uint4 bits = metal::select(finite, metal::uint4(2143289344u), magnitude == metal::uint4(127u));
    return as_type<metal::float4>(bits | ((codes & metal::uint4(128u)) << metal::uint4(24u)));
}

Eight row_eight(
    uint row_1,
    uint dim_1,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint start = row_1 * ROW_VECTORS;
    if (dim_1 >= 512u) {
        metal::uint4 packed_3 = kv[(start + 33u) + ((dim_1 - 512u) / 8u)];
        metal::float2 _e17 = unpack_bf16x2_(packed_3.x);
        metal::float2 _e19 = unpack_bf16x2_(packed_3.y);
        metal::float2 _e22 = unpack_bf16x2_(packed_3.z);
        metal::float2 _e24 = unpack_bf16x2_(packed_3.w);
        return Eight {metal::float4(_e17, _e19), metal::float4(_e22, _e24)};
    }
    uint _e34 = kv[start + 32u][dim_1 / 128u];
    float scale = as_type<float>(_e34);
    uint at = start + (dim_1 / 16u);
    uint word = (dim_1 / 4u) & 2u;
    uint _e46 = kv[at][word];
    metal::float4 _e47 = e4m3x4_to_f32_(_e46);
    uint _e54 = kv[at][word + 1u];
    metal::float4 _e55 = e4m3x4_to_f32_(_e54);
    return Eight {_e47 * scale, _e55 * scale};
}

void stage(
    Place place_4,
    int row_2,
    uint chunk,
    device type_3 const& q,
    constant Params& params,
    threadgroup type_8& tile,
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
        uint head_1 = place_4.first_head + line_4;
        uint _e60 = params.heads;
        if (head_1 < _e60) {
            uint _e64 = params.first_query;
            uint _e69 = params.heads;
            Eight _e77 = query_eight(((_e64 + place_4.query) * _e69) + head_1, (chunk * CHUNK) + (part * 8u), q, _buffer_sizes);
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
    threadgroup type_8& tile,
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
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e96 = chunk_1;
            chunk_1 = _e96 + 1u;
        }
        loop_init_1 = false;
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
            bool loop_init_2 = true;
            while(true) {
                if (!loop_init_2) {
                    uint _e93 = step;
                    step = _e93 + 1u;
                }
                loop_init_2 = false;
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
        uint first = (place_6.slice * 192u) + (place_6.thread_ & 63u);
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
    threadgroup type_9& exchange
) {
    float maximum_1 = {};
    uint i_2 = 0u;
    if (finishes) {
        exchange.inner[(line * 16u) + place_7.key_group] = value;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    maximum_1 = value;
    if (!(finishes)) {
        float _e12 = maximum_1;
        return _e12;
    }
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e28 = i_2;
            i_2 = _e28 + 1u;
        }
        loop_init_3 = false;
        uint _e15 = i_2;
        if (_e15 < 16u) {
        } else {
            break;
        }
        {
            float _e18 = maximum_1;
            uint _e22 = i_2;
            float _e25 = exchange.inner[(line * 16u) + _e22];
            maximum_1 = metal::max(_e18, _e25);
        }
    }
    float _e30 = maximum_1;
    return _e30;
}

metal::float4 factors_of(
    uint group_1,
    threadgroup type_11& factors
) {
    float _e5 = factors.inner[4u * group_1];
    float _e12 = factors.inner[(4u * group_1) + 1u];
    float _e19 = factors.inner[(4u * group_1) + 2u];
    float _e26 = factors.inner[(4u * group_1) + 3u];
    return metal::float4(_e5, _e12, _e19, _e26);
}

void scale_values(
    thread Values& values_1,
    threadgroup type_11& factors
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
    uint start_1 = row_4 * ROW_VECTORS;
    uint _e11 = kv[start_1 + 32u][pair / 64u];
    float scale_1 = as_type<float>(_e11);
    uint _e23 = kv[start_1 + (pair / 8u)][(pair / 2u) & 3u];
    metal::float4 _e24 = e4m3x4_to_f32_(_e23);
    return (((pair & 1u) != 0u) ? _e24.zw : _e24.xy) * scale_1;
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
    threadgroup type_8& tile,
    threadgroup type_10& rows,
    device type_3 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint four = 0u;
    if (place_8.thread_ >= 256u) {
        return;
    }
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e165 = four;
            four = _e165 + 1u;
        }
        loop_init_4 = false;
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

float natural_lse(
    float maximum_2,
    float sum_2
) {
    return (maximum_2 * 0.6931472) + metal::log(sum_2);
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

void finish_head(
    Place place_9,
    uint line_1,
    float maximum_3,
    float sum_3,
    bool seen_1,
    device type_6 const& attn_sink,
    constant Params& params,
    threadgroup type_11& factors,
    device type_6& max_logits,
    device type_6& lse,
    constant _mslBufferSizes& _buffer_sizes
) {
    float factor = {};
    factors.inner[line_1] = 0.0;
    uint head_2 = place_9.first_head + line_1;
    uint _e12 = params.heads;
    if (head_2 >= _e12) {
        return;
    }
    float _e16 = natural_lse(maximum_3, seen_1 ? sum_3 : 1.0);
    if (seen_1) {
        factor = 1.0 / sum_3;
        uint _e22 = params.has_sink;
        if (_e22 != 0u) {
            float _e25 = factor;
            uint _e28 = attn_sink[head_2];
            float _e29 = sink_factor(_e16, _e28);
            factor = _e25 * _e29;
        }
        float _e33 = factor;
        factors.inner[line_1] = _e33;
    }
    uint _e36 = params.has_max_logits;
    if (_e36 != 0u) {
        uint _e42 = params.first_query;
        uint _e47 = params.heads;
        max_logits[((_e42 + place_9.query) * _e47) + head_2] = seen_1 ? as_type<uint>(maximum_3 * 0.6931472) : NEGATIVE_INFINITY;
    }
    uint _e58 = params.lse_query;
    uint query_1 = _e58 + place_9.query;
    uint inner = params.lse_inner;
    uint _e68 = params.heads;
    lse[((((query_1 / inner) * _e68) + head_2) * inner) + (query_1 % inner)] = seen_1 ? as_type<uint>(_e16) : POSITIVE_INFINITY;
    return;
}

uint f32_to_bf16_(
    float value_1
) {
    uint bits_1 = as_type<uint>(value_1);
    if ((bits_1 & 2147483647u) > 2139095040u) {
        return (bits_1 >> 16u) | 64u;
    }
    return ((bits_1 + 32767u) + ((bits_1 >> 16u) & 1u)) >> 16u;
}

uint pack_bf16x2_(
    metal::float2 values_3
) {
    uint _e2 = f32_to_bf16_(values_3.x);
    uint _e4 = f32_to_bf16_(values_3.y);
    return _e2 | (_e4 << 16u);
}

void store_pair(
    uint row_6,
    uint pair_2,
    metal::float2 values_4,
    device type_6& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint at_2 = (row_6 * 256u) + pair_2;
    {
        uint _e8 = pack_bf16x2_(values_4);
        output[at_2] = _e8;
        return;
    }
}

void write_value(
    Place place_10,
    uint line_2,
    metal::float2 value_2,
    constant Params& params,
    device type_6& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_3 = place_10.first_head + line_2;
    uint _e7 = params.heads;
    if (head_3 < _e7) {
        {
            uint _e11 = params.first_query;
            uint _e16 = params.heads;
            store_pair(((_e11 + place_10.query) * _e16) + head_3, place_10.thread_, value_2, output, _buffer_sizes);
            return;
        }
    } else {
        return;
    }
}

void write_four(
    Place place_11,
    uint line_3,
    metal::float4 x,
    metal::float4 y,
    constant Params& params,
    device type_6& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    write_value(place_11, line_3, metal::float2(x.x, y.x), params, output, _buffer_sizes);
    write_value(place_11, line_3 + 1u, metal::float2(x.y, y.y), params, output, _buffer_sizes);
    write_value(place_11, line_3 + 2u, metal::float2(x.z, y.z), params, output, _buffer_sizes);
    write_value(place_11, line_3 + 3u, metal::float2(x.w, y.w), params, output, _buffer_sizes);
    return;
}

void write_values(
    Place place_12,
    Values values_5,
    constant Params& params,
    device type_6& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (place_12.thread_ >= 256u) {
        return;
    }
    write_four(place_12, 0u, values_5.x0_, values_5.y0_, params, output, _buffer_sizes);
    {
        write_four(place_12, 4u, values_5.x1_, values_5.y1_, params, output, _buffer_sizes);
    }
    {
        write_four(place_12, 8u, values_5.x2_, values_5.y2_, params, output, _buffer_sizes);
    }
    {
        write_four(place_12, 12u, values_5.x3_, values_5.y3_, params, output, _buffer_sizes);
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
, device type_3 const& q [[buffer(0)]]
, device type_5 const& indices [[buffer(2)]]
, device type_5 const& topk_length [[buffer(3)]]
, device type_6 const& attn_sink [[buffer(4)]]
, constant Params& params [[buffer(8)]]
, threadgroup type_8& tile
, threadgroup type_9& exchange
, threadgroup type_10& rows
, threadgroup type_11& factors
, threadgroup metal::atomic_uint& tiles_found
, threadgroup uint& tiles_used
, threadgroup uint& key_count
, device type_3 const& kv [[buffer(1)]]
, device type_6& max_logits [[buffer(6)]]
, device type_6& lse [[buffer(7)]]
, device type_6& output [[buffer(5)]]
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
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.workgroups;
    if (_e3 >= _e6) {
        return;
    }
    uint _e10 = params.head_blocks;
    uint rest = _e3 / _e10;
    uint _e16 = params.splits;
    place.query = rest / _e16;
    uint _e21 = params.head_blocks;
    place.first_head = (_e3 % _e21) * HEAD_BLOCK;
    uint _e28 = params.splits;
    place.split = rest % _e28;
    place.thread_ = thread_;
    place.key_group = thread_ % 16u;
    place.head_group = (thread_ / 16u) % 4u;
    place.slice = thread_ / 64u;
    Place _e42 = place;
    count_keys(_e42, topk_length, params, key_count, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed_1 = key_count;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint tiles = ((unnamed_1 + TILE) - 1u) / TILE;
    uint _e53 = params.splits;
    uint _e59 = params.splits;
    uint tiles_per_split = ((tiles + _e53) - 1u) / _e59;
    uint _e63 = params.splits;
    uint first_tile_1 = metal::min((rest % _e63) * tiles_per_split, tiles);
    uint last_tile_1 = metal::min(first_tile_1 + tiles_per_split, tiles);
    uint _e70 = place.head_group;
    uint _e74 = place.slice;
    uint line_5 = (_e70 * HEADS_PER_THREAD) + _e74;
    uint _e77 = place.slice;
    bool finishes_1 = _e77 < HEADS_PER_THREAD;
    uint position = (4u * ((thread_ / 4u) % 16u)) + (thread_ / 64u);
    group = first_tile_1;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e228 = group;
            group = _e228 + 32u;
        }
        loop_init_5 = false;
        uint _e99 = group;
        if (_e99 < last_tile_1) {
        } else {
            break;
        }
        {
            Place _e101 = place;
            uint _e102 = group;
            uint _e103 = find_tiles(_e101, _e102, last_tile_1, unnamed_1, indices, params, tiles_found, tiles_used, _buffer_sizes);
            used = _e103;
            while(true) {
                uint _e105 = used;
                if (_e105 != 0u) {
                } else {
                    break;
                }
                {
                    uint _e108 = group;
                    uint _e109 = used;
                    uint tile_index = _e108 + (((metal::ctz(_e109) + 1) % 33) - 1);
                    uint _e112 = used;
                    uint _e113 = used;
                    used = _e112 & (_e113 - 1u);
                    seen = true;
                    Place _e118 = place;
                    int _e122 = row_of(_e118, (tile_index * TILE) + position, unnamed_1, indices, params, _buffer_sizes);
                    if ((thread_ % 4u) == 0u) {
                        uint _e128 = parity;
                        rows.inner[_e128 + position] = _e122;
                    }
                    Place _e131 = place;
                    metal::float4 _e132 = score(_e131, _e122, q, params, tile, kv, _buffer_sizes);
                    float _e135 = params.scale;
                    scores = _e132 * _e135;
                    uint _e138 = parity;
                    uint _e141 = place.key_group;
                    uint at_3 = _e138 + (4u * _e141);
                    int _e146 = rows.inner[at_3];
                    int _e151 = rows.inner[at_3 + 1u];
                    int _e156 = rows.inner[at_3 + 2u];
                    int _e161 = rows.inner[at_3 + 3u];
                    metal::bool4 valid = metal::int4(_e146, _e151, _e156, _e161) >= metal::int4(0);
                    metal::float4 _e168 = scores;
                    scores = metal::select(metal::float4(-100000000000000000000000000000000000000.0), _e168, valid);
                    float _e171 = scores.x;
                    float _e173 = scores.y;
                    float _e176 = scores.z;
                    float _e178 = scores.w;
                    largest = metal::max(metal::max(_e171, _e173), metal::max(_e176, _e178));
                    {
                        Place _e182 = place;
                        float _e183 = largest;
                        float _e184 = head_maximum(_e182, line_5, finishes_1, _e183, exchange);
                        largest = _e184;
                    }
                    if (finishes_1) {
                        float _e185 = maximum;
                        float _e186 = largest;
                        float new_maximum = metal::max(_e185, _e186);
                        metal::float4 _e190 = scores;
                        metal::float4 weights_1 = metal::select(metal::float4(0.0), metal::exp2(_e190 - metal::float4(new_maximum)), valid);
                        float _e195 = maximum;
                        float factor_1 = metal::exp2(_e195 - new_maximum);
                        float _e198 = sum;
                        sum = (_e198 * factor_1) + (((weights_1.x + weights_1.y) + weights_1.z) + weights_1.w);
                        maximum = new_maximum;
                        uint _e214 = place.key_group;
                        tile.inner[(WEIGHTS_AT + (line_5 * 16u)) + _e214] = weights_1;
                        uint _e218 = place.key_group;
                        if (_e218 == 0u) {
                            factors.inner[line_5] = factor_1;
                        }
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    scale_values(values, factors);
                    Place _e223 = place;
                    uint _e224 = parity;
                    add_values(values, _e223, _e224, tile, rows, kv, _buffer_sizes);
                    uint _e225 = parity;
                    parity = _e225 ^ TILE;
                }
            }
        }
    }
    if (finishes_1) {
        uint _e235 = place.key_group;
        float _e238 = sum;
        exchange.inner[(line_5 * 16u) + _e235] = _e238;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (finishes_1) {
        uint _e242 = place.key_group;
        local = _e242 == 0u;
    } else {
        local = false;
    }
    bool _e246 = local;
    if (_e246) {
        bool loop_init_6 = true;
        while(true) {
            if (!loop_init_6) {
                uint _e264 = i;
                i = _e264 + 1u;
            }
            loop_init_6 = false;
            uint _e251 = i;
            if (_e251 < 16u) {
            } else {
                break;
            }
            {
                float _e254 = total;
                uint _e258 = i;
                float _e261 = exchange.inner[(line_5 * 16u) + _e258];
                total = _e254 + _e261;
            }
        }
        Place _e266 = place;
        float _e267 = maximum;
        float _e268 = total;
        bool _e269 = seen;
        finish_head(_e266, line_5, _e267, _e268, _e269, attn_sink, params, factors, max_logits, lse, _buffer_sizes);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool _e270 = seen;
    if (_e270) {
        scale_values(values, factors);
    }
    {
        Place _e271 = place;
        Values _e272 = values;
        write_values(_e271, _e272, params, output, _buffer_sizes);
        return;
    }
}
