// attention/attend+q_bf16+kv_fp8+heads_16+direct,D_QK=576,D_V=512,HEAD_BLOCK=16
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size6;
    uint size8;
    uint size9;
    uint size10;
    uint size11;
    uint size13;
    uint size14;
    uint size15;
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
typedef int type_9[1];
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
struct Eight {
    metal::float4 low;
    metal::float4 high;
};
typedef metal::uint4 type_12[1];
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
typedef uint type_15[1];
constant uint TILE = 64u;
constant uint CHUNK = 32u;
constant uint HEAD_BLOCK = 16u;
constant uint HEADS_PER_THREAD = 4u;
constant uint QUERIES_AT = 512u;
constant uint WEIGHTS_AT = 640u;
constant uint ROW_VECTORS = 41u;
constant uint D_QK = 576u;
constant uint D_V = 512u;
constant uint POSITIVE_INFINITY = 2139095040u;
constant uint NEGATIVE_INFINITY = 4286578688u;

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

int row_of(
    Place place_3,
    uint entry,
    uint entries,
    device type_9 const& indices,
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
    int index = indices[((_e8 + place_3.query) * _e13) + entry];
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
    Place place_4,
    uint first_tile,
    uint last_tile,
    uint entries_1,
    threadgroup metal::atomic_uint& tiles_found,
    threadgroup uint& tiles_used,
    device type_9 const& indices,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint found = 0u;
    uint i_1 = 0u;
    if (place_4.thread_ == 0u) {
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
            uint offset = (_e19 * 256u) + place_4.thread_;
            int _e27 = row_of(place_4, (first_tile * TILE) + offset, end, indices, params, _buffer_sizes);
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
    if (place_4.thread_ == 0u) {
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
    uint row,
    uint dim,
    device type_12 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint start = row * ROW_VECTORS;
    if (dim >= 512u) {
        metal::uint4 packed_2 = kv[(start + 33u) + ((dim - 512u) / 8u)];
        metal::float2 _e17 = unpack_bf16x2_(packed_2.x);
        metal::float2 _e19 = unpack_bf16x2_(packed_2.y);
        metal::float2 _e22 = unpack_bf16x2_(packed_2.z);
        metal::float2 _e24 = unpack_bf16x2_(packed_2.w);
        return Eight {metal::float4(_e17, _e19), metal::float4(_e22, _e24)};
    }
    uint _e34 = kv[start + 32u][dim / 128u];
    float scale = as_type<float>(_e34);
    uint at = start + (dim / 16u);
    uint word = (dim / 4u) & 2u;
    uint _e46 = kv[at][word];
    metal::float4 _e47 = e4m3x4_to_f32_(_e46);
    uint _e54 = kv[at][word + 1u];
    metal::float4 _e55 = e4m3x4_to_f32_(_e54);
    return Eight {_e47 * scale, _e55 * scale};
}

Eight query_eight(
    uint row_1,
    uint dim_1,
    device type_12 const& q,
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
    Place place_5,
    int row_2,
    uint chunk,
    threadgroup type_3& tile,
    constant Params& params,
    device type_12 const& kv,
    device type_12 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    Eight eight = Eight {metal::float4(0.0), metal::float4(0.0)};
    Eight query = Eight {metal::float4(0.0), metal::float4(0.0)};
    uint line_4 = place_5.thread_ / 4u;
    uint part = place_5.thread_ % 4u;
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
        uint head_1 = place_5.first_head + line_4;
        uint _e60 = params.heads;
        if (head_1 < _e60) {
            uint _e64 = params.first_query;
            uint _e69 = params.heads;
            Eight _e77 = query_eight(((_e64 + place_5.query) * _e69) + head_1, (chunk * CHUNK) + (part * 8u), q, _buffer_sizes);
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
    Place place_6
) {
    uint rank = slice_1 - ((slice_1 > head) ? 1u : 0u);
    return (((head * 3u) + rank) * 64u) + (place_6.thread_ & 63u);
}

metal::float4 score(
    Place place_7,
    int row_3,
    threadgroup type_3& tile,
    constant Params& params,
    device type_12 const& kv,
    device type_12 const& q,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sums0_ = metal::float4(0.0);
    metal::float4 sums1_ = metal::float4(0.0);
    metal::float4 sums2_ = metal::float4(0.0);
    metal::float4 sums3_ = metal::float4(0.0);
    uint chunk_1 = 0u;
    uint step = {};
    metal::float4 own = metal::float4(0.0);
    uint _e14 = key_group(place_7);
    uint key_line = _e14 * 8u;
    uint _e18 = head_group(place_7);
    uint query_line = QUERIES_AT + ((_e18 * HEADS_PER_THREAD) * 8u);
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
            stage(place_7, row_3, _e29, tile, params, kv, q, _buffer_sizes);
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
                    uint _e35 = slice(place_7);
                    uint _e38 = step;
                    uint vector = (_e35 * 2u) + _e38;
                    uint _e40 = key_group(place_7);
                    uint key_at = key_line + (vector ^ (_e40 & 7u));
                    uint _e45 = head_group(place_7);
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
    uint _e101 = slice(place_7);
    if (_e101 == 0u) {
        metal::float4 _e104 = sums0_;
        own = _e104;
    } else {
        uint _e107 = slice(place_7);
        uint _e108 = slice_at(0u, _e107, place_7);
        metal::float4 _e110 = sums0_;
        tile.inner[_e108] = _e110;
    }
    {
        uint _e111 = slice(place_7);
        if (_e111 == 1u) {
            metal::float4 _e114 = sums1_;
            own = _e114;
        } else {
            uint _e117 = slice(place_7);
            uint _e118 = slice_at(1u, _e117, place_7);
            metal::float4 _e120 = sums1_;
            tile.inner[_e118] = _e120;
        }
    }
    {
        uint _e121 = slice(place_7);
        if (_e121 == 2u) {
            metal::float4 _e124 = sums2_;
            own = _e124;
        } else {
            uint _e127 = slice(place_7);
            uint _e128 = slice_at(2u, _e127, place_7);
            metal::float4 _e130 = sums2_;
            tile.inner[_e128] = _e130;
        }
    }
    {
        uint _e131 = slice(place_7);
        if (_e131 == 3u) {
            metal::float4 _e134 = sums3_;
            own = _e134;
        } else {
            uint _e137 = slice(place_7);
            uint _e138 = slice_at(3u, _e137, place_7);
            metal::float4 _e140 = sums3_;
            tile.inner[_e138] = _e140;
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint _e141 = slice(place_7);
    if (_e141 < HEADS_PER_THREAD) {
        uint _e144 = slice(place_7);
        uint first = (_e144 * 192u) + (place_7.thread_ & 63u);
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
    Place place_8,
    uint line,
    bool finishes,
    float value,
    threadgroup type_4& exchange
) {
    float maximum_1 = {};
    uint i_2 = 0u;
    if (finishes) {
        uint _e7 = key_group(place_8);
        exchange.inner[(line * 16u) + _e7] = value;
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
    device type_12 const& kv,
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
    device type_12 const& kv,
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
    Place place_9,
    uint rows_at,
    threadgroup type_3& tile,
    threadgroup type_6& rows,
    device type_12 const& kv,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint four = 0u;
    if (place_9.thread_ >= 256u) {
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
            metal::float2 _e19 = value_pair(_e17, place_9.thread_, kv, _buffer_sizes);
            int _e24 = rows.inner[at_1 + 1u];
            metal::float2 _e26 = value_pair(_e24, place_9.thread_, kv, _buffer_sizes);
            int _e31 = rows.inner[at_1 + 2u];
            metal::float2 _e33 = value_pair(_e31, place_9.thread_, kv, _buffer_sizes);
            int _e38 = rows.inner[at_1 + 3u];
            metal::float2 _e40 = value_pair(_e38, place_9.thread_, kv, _buffer_sizes);
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
    device type_15& output,
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
    uint line_1,
    uint pair_3,
    metal::float2 value_2,
    constant Params& params,
    device type_15& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint head_2 = place_10.first_head + line_1;
    uint _e8 = params.heads;
    if (head_2 < _e8) {
        {
            uint _e12 = params.first_query;
            uint _e17 = params.heads;
            store_pair(((_e12 + place_10.query) * _e17) + head_2, pair_3, value_2, output, _buffer_sizes);
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
    device type_15& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    write_value(place_11, line_2, place_11.thread_, metal::float2(x.x, y.x), params, output, _buffer_sizes);
    write_value(place_11, line_2 + 1u, place_11.thread_, metal::float2(x.y, y.y), params, output, _buffer_sizes);
    write_value(place_11, line_2 + 2u, place_11.thread_, metal::float2(x.z, y.z), params, output, _buffer_sizes);
    write_value(place_11, line_2 + 3u, place_11.thread_, metal::float2(x.w, y.w), params, output, _buffer_sizes);
    return;
}

void write_values(
    Place place_12,
    Values values_5,
    constant Params& params,
    device type_15& output,
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
    device type_9 const& topk_length,
    threadgroup uint& key_count,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint count = {};
    if (place_13.thread_ == 0u) {
        uint _e6 = params.top_k;
        count = _e6;
        uint _e10 = params.queries_per_length;
        if (_e10 != 0u) {
            uint _e16 = params.length_query;
            uint _e21 = params.queries_per_length;
            int length = topk_length[(_e16 + place_13.query) / _e21];
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

float finish_head(
    Place place_14,
    uint line_3,
    float maximum_3,
    float sum_3,
    bool seen_1,
    constant Params& params,
    device type_15 const& attn_sink,
    device type_15& max_logits,
    device type_15& lse,
    constant _mslBufferSizes& _buffer_sizes
) {
    float factor = 0.0;
    uint head_3 = place_14.first_head + line_3;
    uint _e11 = params.heads;
    if (head_3 >= _e11) {
        float _e13 = factor;
        return _e13;
    }
    float _e16 = natural_lse(maximum_3, seen_1 ? sum_3 : 1.0);
    if (seen_1) {
        factor = 1.0 / sum_3;
        uint _e21 = params.has_sink;
        if (_e21 != 0u) {
            float _e24 = factor;
            uint _e27 = attn_sink[head_3];
            float _e28 = sink_factor(_e16, _e27);
            factor = _e24 * _e28;
        }
    }
    uint _e32 = params.has_max_logits;
    if (_e32 != 0u) {
        uint _e38 = params.first_query;
        uint _e43 = params.heads;
        max_logits[((_e38 + place_14.query) * _e43) + head_3] = seen_1 ? as_type<uint>(maximum_3 * 0.6931472) : NEGATIVE_INFINITY;
    }
    uint _e54 = params.lse_query;
    uint query_1 = _e54 + place_14.query;
    uint inner = params.lse_inner;
    uint _e64 = params.heads;
    lse[((((query_1 / inner) * _e64) + head_3) * inner) + (query_1 % inner)] = seen_1 ? as_type<uint>(_e16) : POSITIVE_INFINITY;
    float _e74 = factor;
    return _e74;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint thread_ [[thread_index_in_threadgroup]]
, metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, threadgroup type_3& tile
, threadgroup type_4& exchange
, threadgroup type_6& rows
, threadgroup type_7& factors
, threadgroup metal::atomic_uint& tiles_found
, threadgroup uint& tiles_used
, device type_9 const& indices [[buffer(2)]]
, constant Params& params [[buffer(8)]]
, device type_12 const& kv [[buffer(1)]]
, device type_12 const& q [[buffer(0)]]
, device type_15& output [[buffer(5)]]
, device type_9 const& topk_length [[buffer(3)]]
, threadgroup uint& key_count
, device type_15 const& attn_sink [[buffer(4)]]
, device type_15& max_logits [[buffer(6)]]
, device type_15& lse [[buffer(7)]]
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
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.workgroups;
    if (_e3 >= _e6) {
        return;
    }
    Place _e9 = place_of(_e3, HEAD_BLOCK, thread_, params);
    count_keys(_e9, params, topk_length, key_count, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed_1 = key_count;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint tiles = ((unnamed_1 + TILE) - 1u) / TILE;
    uint _e20 = params.splits;
    uint _e26 = params.splits;
    uint tiles_per_split = ((tiles + _e20) - 1u) / _e26;
    uint _e30 = params.head_blocks;
    uint _e34 = params.splits;
    uint first_tile_1 = metal::min(((_e3 / _e30) % _e34) * tiles_per_split, tiles);
    uint last_tile_1 = metal::min(first_tile_1 + tiles_per_split, tiles);
    uint _e40 = head_group(_e9);
    uint _e43 = slice(_e9);
    uint line_5 = (_e40 * HEADS_PER_THREAD) + _e43;
    uint _e45 = slice(_e9);
    bool finishes_1 = _e45 < HEADS_PER_THREAD;
    uint position = (4u * ((thread_ / 4u) % 16u)) + (thread_ / 64u);
    group = first_tile_1;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e188 = group;
            group = _e188 + 32u;
        }
        loop_init_5 = false;
        uint _e67 = group;
        if (_e67 < last_tile_1) {
        } else {
            break;
        }
        {
            uint _e69 = group;
            uint _e70 = find_tiles(_e9, _e69, last_tile_1, unnamed_1, tiles_found, tiles_used, indices, params, _buffer_sizes);
            used = _e70;
            while(true) {
                uint _e72 = used;
                if (_e72 != 0u) {
                } else {
                    break;
                }
                {
                    uint _e75 = group;
                    uint _e76 = used;
                    uint tile_index = _e75 + (((metal::ctz(_e76) + 1) % 33) - 1);
                    uint _e79 = used;
                    uint _e80 = used;
                    used = _e79 & (_e80 - 1u);
                    seen = true;
                    int _e88 = row_of(_e9, (tile_index * TILE) + position, unnamed_1, indices, params, _buffer_sizes);
                    if ((thread_ % 4u) == 0u) {
                        uint _e94 = parity;
                        rows.inner[_e94 + position] = _e88;
                    }
                    metal::float4 _e97 = score(_e9, _e88, tile, params, kv, q, _buffer_sizes);
                    float _e100 = params.scale;
                    scores = _e97 * _e100;
                    uint _e103 = parity;
                    uint _e105 = key_group(_e9);
                    uint at_3 = _e103 + (4u * _e105);
                    int _e110 = rows.inner[at_3];
                    int _e115 = rows.inner[at_3 + 1u];
                    int _e120 = rows.inner[at_3 + 2u];
                    int _e125 = rows.inner[at_3 + 3u];
                    metal::bool4 valid = metal::int4(_e110, _e115, _e120, _e125) >= metal::int4(0);
                    metal::float4 _e132 = scores;
                    scores = metal::select(metal::float4(-100000000000000000000000000000000000000.0), _e132, valid);
                    float _e135 = scores.x;
                    float _e137 = scores.y;
                    float _e140 = scores.z;
                    float _e142 = scores.w;
                    largest = metal::max(metal::max(_e135, _e137), metal::max(_e140, _e142));
                    {
                        float _e146 = largest;
                        float _e147 = head_maximum(_e9, line_5, finishes_1, _e146, exchange);
                        largest = _e147;
                    }
                    if (finishes_1) {
                        float _e148 = maximum;
                        float _e149 = largest;
                        float new_maximum = metal::max(_e148, _e149);
                        metal::float4 _e153 = scores;
                        metal::float4 weights_1 = metal::select(metal::float4(0.0), metal::exp2(_e153 - metal::float4(new_maximum)), valid);
                        float _e158 = maximum;
                        float factor_1 = metal::exp2(_e158 - new_maximum);
                        float _e161 = sum;
                        sum = (_e161 * factor_1) + (((weights_1.x + weights_1.y) + weights_1.z) + weights_1.w);
                        maximum = new_maximum;
                        uint _e176 = key_group(_e9);
                        tile.inner[(WEIGHTS_AT + (line_5 * 16u)) + _e176] = weights_1;
                        uint _e179 = key_group(_e9);
                        if (_e179 == 0u) {
                            factors.inner[line_5] = factor_1;
                        }
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    scale_values(values, factors);
                    uint _e184 = parity;
                    add_values(values, _e9, _e184, tile, rows, kv, _buffer_sizes);
                    uint _e185 = parity;
                    parity = _e185 ^ TILE;
                }
            }
        }
    }
    if (finishes_1) {
        uint _e194 = key_group(_e9);
        float _e197 = sum;
        exchange.inner[(line_5 * 16u) + _e194] = _e197;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (finishes_1) {
        uint _e200 = key_group(_e9);
        local = _e200 == 0u;
    } else {
        local = false;
    }
    bool _e204 = local;
    if (_e204) {
        bool loop_init_6 = true;
        while(true) {
            if (!loop_init_6) {
                uint _e222 = i;
                i = _e222 + 1u;
            }
            loop_init_6 = false;
            uint _e209 = i;
            if (_e209 < 16u) {
            } else {
                break;
            }
            {
                float _e212 = total;
                uint _e216 = i;
                float _e219 = exchange.inner[(line_5 * 16u) + _e216];
                total = _e212 + _e219;
            }
        }
        float _e226 = maximum;
        float _e227 = total;
        bool _e228 = seen;
        float _e229 = finish_head(_e9, line_5, _e226, _e227, _e228, params, attn_sink, max_logits, lse, _buffer_sizes);
        factors.inner[line_5] = _e229;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool _e230 = seen;
    if (_e230) {
        scale_values(values, factors);
    }
    {
        Values _e231 = values;
        write_values(_e9, _e231, params, output, _buffer_sizes);
        return;
    }
}
