// indexer/logits_matrix+paged+vectors+eight,DIM=128,HEADS=64,SUBGROUP=32
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size2;
    uint size12;
    uint size13;
    uint size14;
};

typedef metal::uint4 type_2[1];
typedef float type_4[1];
typedef uint type_5[1];
typedef metal::simdgroup_half8x8 Rows;
typedef metal::simdgroup_half8x8 Columns;
typedef metal::simdgroup_float8x8 Products;
struct type_7 {
    metal::half4 inner[1152];
};
struct type_9 {
    metal::float4 inner[640];
};
struct type_10 {
    uint inner[256];
};
struct type_11 {
    float inner[256];
};
struct Tile {
    uint sequence;
    uint query;
    uint queries;
    uint column;
};
struct Params {
    uint tiles;
    uint row_tiles;
    uint key_tiles;
    uint tile_queries;
    uint queries;
    uint columns;
    uint out_stride;
    uint first_key;
    uint max_pages;
    uint page_size;
    uint first_page;
    uint pages;
    uint fill;
    uint windowed;
    uint q_offset;
    uint weights_offset;
    uint keys_offset;
    uint scale_offset;
    uint range_offset;
    uint table_offset;
    uint out_offset;
};
typedef int type_16[1];
constant uint SIZE = 8u;
constant uint SUBGROUPS = 4u;
constant uint SUBGROUP = 32u;
constant uint LANES = 128u;
constant uint SUBGROUP_KEYS = 64u;
constant uint TILE_KEYS = 256u;
constant uint ACROSS = 8u;
constant uint DIM = 128u;
constant uint DEEP = 16u;
constant uint DOWN = 2u;
constant uint HEADS = 64u;
constant uint PADDED_HEADS = 64u;
constant uint STAGE_HEADS = 32u;
constant uint STAGES = 2u;
constant uint ROW = 34u;
constant uint KEY_ROW = 18u;
constant uint HEAD_VECTORS = 8u;
constant uint STAGE_VECTORS = 256u;
constant uint LANE_VECTORS = 2u;
constant uint STEPS_DEEP = 2u;
constant uint STEP_VECTORS = 64u;
constant uint STEP_LOADS = 2u;
constant uint KEY_LOADS = 16u;
constant uint GROUPS = 4u;
constant uint LANE_HEADS = 4u;
constant uint SCRATCH_ROW = 10u;
constant uint SCRATCH = 160u;
constant uint ABSENT = 4294967295u;
constant uint WORDS = 32u;
constant uint NEGATIVE_INFINITY = 4286578688u;

Tile tile_of(
    uint id,
    constant Params& params
) {
    uint _e3 = params.row_tiles;
    uint _e6 = params.key_tiles;
    uint per_sequence = _e3 * _e6;
    uint _e10 = params.tiles;
    uint known = metal::min(id, _e10 - 1u);
    uint within = known % per_sequence;
    uint _e17 = params.key_tiles;
    uint _e21 = params.tile_queries;
    uint query = (within / _e17) * _e21;
    uint _e26 = params.tile_queries;
    uint _e29 = params.queries;
    uint _e34 = params.tiles;
    uint queries = (id < _e34) ? metal::min(_e26, _e29 - query) : 0u;
    uint _e40 = params.key_tiles;
    return Tile {known / per_sequence, query, queries, (within % _e40) * TILE_KEYS};
}

void subgroup_sync(
) {
    {
        metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        return;
    }
}

uint even_codes(
    uint word
) {
    uint magnitude = word & 8323199u;
    uint nan = ((magnitude + 65537u) & 8388736u) * 248u;
    return ((magnitude << 7u) | ((word & 8388736u) << 8u)) | nan;
}

metal::half4 four_halves(
    uint word_1
) {
    uint _e1 = even_codes(word_1);
    uint _e4 = even_codes(word_1 >> 8u);
    return as_type<metal::half4>(metal::ushort4(static_cast<ushort>(_e1 & 65535u), static_cast<ushort>(_e1 >> 16u), static_cast<ushort>(_e4 & 65535u), static_cast<ushort>(_e4 >> 16u)));
}

uint page_base(
    uint sequence,
    uint column,
    constant Params& params,
    device type_16 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_1 = {};
    bool local_2 = {};
    uint _e4 = params.page_size;
    uint entry = column / _e4;
    uint _e8 = params.max_pages;
    if (entry >= _e8) {
        return ABSENT;
    }
    uint _e14 = params.table_offset;
    uint _e17 = params.max_pages;
    int page = block_table[(_e14 + (sequence * _e17)) + entry];
    if (!((page < 0))) {
        uint _e31 = params.first_page;
        local_1 = static_cast<uint>(page) < _e31;
    } else {
        local_1 = true;
    }
    bool _e34 = local_1;
    if (!(_e34)) {
        uint _e41 = params.first_page;
        uint _e45 = params.pages;
        local_2 = (static_cast<uint>(page) - _e41) >= _e45;
    } else {
        local_2 = true;
    }
    bool _e48 = local_2;
    if (_e48) {
        return ABSENT;
    }
    uint _e52 = params.keys_offset;
    uint _e56 = params.first_page;
    uint _e60 = params.page_size;
    return _e52 + (((static_cast<uint>(page) - _e56) * _e60) * 33u);
}

uint key_base(
    uint sequence_1,
    uint column_1,
    constant Params& params,
    device type_16 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e2 = page_base(sequence_1, column_1, params, block_table, _buffer_sizes);
    uint _e5 = params.page_size;
    return (_e2 == ABSENT) ? ABSENT : (_e2 + ((column_1 % _e5) * WORDS));
}

metal::uint2 range_of(
    uint at_1,
    constant Params& params,
    device type_16 const& context_lengths,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e5 = params.range_offset;
    int _e8 = context_lengths[_e5 + at_1];
    uint _e11 = params.columns;
    return metal::uint2(0u, static_cast<uint>(metal::clamp(_e8, 0, static_cast<int>(_e11))));
}

void find_keys(
    Tile tile,
    uint lane_1,
    threadgroup type_10& key_word,
    threadgroup metal::atomic_uint& first_query,
    threadgroup metal::atomic_uint& end_query,
    threadgroup metal::atomic_uint& some_key,
    threadgroup metal::uint2& busy_queries,
    constant Params& params,
    device type_16 const& block_table,
    device type_16 const& context_lengths,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_2 = {};
    uint word_2 = {};
    uint i_3 = {};
    bool local_3 = {};
    bool local_4 = {};
    bool local_5 = {};
    if (lane_1 == 0u) {
        metal::atomic_store_explicit(&first_query, tile.queries, metal::memory_order_relaxed);
        metal::atomic_store_explicit(&end_query, 0u, metal::memory_order_relaxed);
        metal::atomic_store_explicit(&some_key, 0u, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    i_2 = lane_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e34 = i_2;
            i_2 = _e34 + LANES;
        }
        loop_init = false;
        uint _e11 = i_2;
        if (_e11 < TILE_KEYS) {
        } else {
            break;
        }
        {
            uint _e15 = i_2;
            uint column_4 = tile.column + _e15;
            word_2 = ABSENT;
            uint _e21 = params.columns;
            if (column_4 < _e21) {
                uint _e24 = key_base(tile.sequence, column_4, params, block_table, _buffer_sizes);
                word_2 = _e24;
            }
            uint _e26 = i_2;
            uint _e28 = word_2;
            key_word.inner[_e26] = _e28;
            uint _e29 = word_2;
            if (_e29 != ABSENT) {
                metal::atomic_store_explicit(&some_key, 1u, metal::memory_order_relaxed);
            }
        }
    }
    i_3 = lane_1;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e78 = i_3;
            i_3 = _e78 + LANES;
        }
        loop_init_1 = false;
        uint _e38 = i_3;
        if (_e38 < tile.queries) {
        } else {
            break;
        }
        {
            uint _e44 = params.queries;
            uint _e48 = i_3;
            metal::uint2 _e50 = range_of(((tile.sequence * _e44) + tile.query) + _e48, params, context_lengths, _buffer_sizes);
            if (_e50.x < _e50.y) {
                local_3 = _e50.x < (tile.column + TILE_KEYS);
            } else {
                local_3 = false;
            }
            bool _e62 = local_3;
            if (_e62) {
                local_4 = _e50.y > tile.column;
            } else {
                local_4 = false;
            }
            bool _e69 = local_4;
            if (_e69) {
                uint _e71 = i_3;
                uint _e72 = metal::atomic_fetch_min_explicit(&first_query, _e71, metal::memory_order_relaxed);
                uint _e74 = i_3;
                uint _e77 = metal::atomic_fetch_max_explicit(&end_query, _e74 + 1u, metal::memory_order_relaxed);
            }
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_1 == 0u) {
        uint _e84 = metal::atomic_load_explicit(&first_query, metal::memory_order_relaxed);
        uint _e86 = metal::atomic_load_explicit(&end_query, metal::memory_order_relaxed);
        metal::uint2 busy = metal::uint2(_e84, _e86);
        uint _e92 = metal::atomic_load_explicit(&some_key, metal::memory_order_relaxed);
        if (_e92 != 0u) {
            local_5 = busy.x < busy.y;
        } else {
            local_5 = false;
        }
        bool _e101 = local_5;
        busy_queries = _e101 ? busy : metal::uint2(0u);
        return;
    } else {
        return;
    }
}

metal::uint4 sixteen_codes(
    uint word_3,
    device type_2 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 _e5 = keys[word_3 / 4u];
    return _e5;
}

metal::uint4 key_vector(
    uint load,
    uint subgroup_1,
    uint lane_2,
    bool seen,
    threadgroup type_10& key_word,
    device type_2 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_6 = {};
    uint step = load / STEP_LOADS;
    uint vector_2 = ((load % STEP_LOADS) * SUBGROUP) + lane_2;
    uint base = key_word.inner[((subgroup_1 * SUBGROUP_KEYS) + ((step / STEPS_DEEP) * 16u)) + (vector_2 / 4u)];
    if (!(!(seen))) {
        local_6 = base == ABSENT;
    } else {
        local_6 = true;
    }
    bool _e31 = local_6;
    if (_e31) {
        return metal::uint4(0u);
    }
    metal::uint4 _e44 = sixteen_codes((base + ((step % STEPS_DEEP) * 16u)) + ((vector_2 % 4u) * 4u), keys, _buffer_sizes);
    return _e44;
}

metal::uint4 query_vector(
    uint at_2,
    uint stage_1,
    uint vector,
    device type_2 const& q,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_7 = {};
    uint head_1 = (stage_1 * STAGE_HEADS) + (vector / HEAD_VECTORS);
    if (!((vector >= STAGE_VECTORS))) {
        local_7 = head_1 >= HEADS;
    } else {
        local_7 = true;
    }
    bool _e16 = local_7;
    if (_e16) {
        return metal::uint4(0u);
    }
    uint _e22 = params.q_offset;
    metal::uint4 _e35 = q[((_e22 / 4u) + (((at_2 * HEADS) + head_1) * HEAD_VECTORS)) + (vector % HEAD_VECTORS)];
    return _e35;
}

void stage_2(
    uint place,
    metal::uint4 codes,
    threadgroup type_7& staged
) {
    metal::half4 _e5 = four_halves(codes.x);
    staged.inner[place] = _e5;
    metal::half4 _e11 = four_halves(codes.y);
    staged.inner[place + 1u] = _e11;
    metal::half4 _e17 = four_halves(codes.z);
    staged.inner[place + 2u] = _e17;
    metal::half4 _e23 = four_halves(codes.w);
    staged.inner[place + 3u] = _e23;
    return;
}

void stage_query(
    uint vector_1,
    metal::uint4 codes_1,
    threadgroup type_7& staged
) {
    if (vector_1 < STAGE_VECTORS) {
        stage_2(((vector_1 / HEAD_VECTORS) * ROW) + ((vector_1 % HEAD_VECTORS) * 4u), codes_1, staged);
        return;
    } else {
        return;
    }
}

metal::float4 head_sum(
    metal::float4 before,
    uint at_3,
    uint first_head,
    uint subgroup_2,
    uint lane_3,
    device type_4 const& weights,
    threadgroup type_9& scratch,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sum = {};
    uint heads = (lane_3 / 8u) * LANE_HEADS;
    sum = before;
    {
        uint head_2 = (first_head + heads) + 0u;
        uint _e16 = params.weights_offset;
        float _e24 = weights[(_e16 + (at_3 * HEADS)) + metal::min(head_2, 63u)];
        float weight = (head_2 < HEADS) ? _e24 : 0.0;
        metal::float4 product = scratch.inner[((subgroup_2 * SCRATCH) + ((heads + 0u) * SCRATCH_ROW)) + (lane_3 % 8u)];
        metal::float4 _e46 = sum;
        sum = metal::fma(metal::max(product, metal::float4(0.0)), metal::float4(weight), _e46);
    }
    {
        uint head_3 = (first_head + heads) + 1u;
        uint _e54 = params.weights_offset;
        float _e62 = weights[(_e54 + (at_3 * HEADS)) + metal::min(head_3, 63u)];
        float weight_1 = (head_3 < HEADS) ? _e62 : 0.0;
        metal::float4 product_1 = scratch.inner[((subgroup_2 * SCRATCH) + ((heads + 1u) * SCRATCH_ROW)) + (lane_3 % 8u)];
        metal::float4 _e84 = sum;
        sum = metal::fma(metal::max(product_1, metal::float4(0.0)), metal::float4(weight_1), _e84);
    }
    {
        uint head_4 = (first_head + heads) + 2u;
        uint _e92 = params.weights_offset;
        float _e100 = weights[(_e92 + (at_3 * HEADS)) + metal::min(head_4, 63u)];
        float weight_2 = (head_4 < HEADS) ? _e100 : 0.0;
        metal::float4 product_2 = scratch.inner[((subgroup_2 * SCRATCH) + ((heads + 2u) * SCRATCH_ROW)) + (lane_3 % 8u)];
        metal::float4 _e122 = sum;
        sum = metal::fma(metal::max(product_2, metal::float4(0.0)), metal::float4(weight_2), _e122);
    }
    {
        uint head_5 = (first_head + heads) + 3u;
        uint _e130 = params.weights_offset;
        float _e138 = weights[(_e130 + (at_3 * HEADS)) + metal::min(head_5, 63u)];
        float weight_3 = (head_5 < HEADS) ? _e138 : 0.0;
        metal::float4 product_3 = scratch.inner[((subgroup_2 * SCRATCH) + ((heads + 3u) * SCRATCH_ROW)) + (lane_3 % 8u)];
        metal::float4 _e160 = sum;
        sum = metal::fma(metal::max(product_3, metal::float4(0.0)), metal::float4(weight_3), _e160);
    }
    metal::float4 _e162 = sum;
    return _e162;
}

void write_logit(
    uint at_4,
    uint column_2,
    metal::uint2 range,
    float value,
    bool present,
    device type_5& logits,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_8 = {};
    bool local_9 = {};
    uint _e7 = params.columns;
    if (column_2 >= _e7) {
        return;
    }
    uint _e11 = params.out_offset;
    uint _e14 = params.out_stride;
    uint place_1 = (_e11 + (at_4 * _e14)) + column_2;
    if (present) {
        local_8 = column_2 >= range.x;
    } else {
        local_8 = false;
    }
    bool _e23 = local_8;
    if (_e23) {
        local_9 = column_2 < range.y;
    } else {
        local_9 = false;
    }
    bool _e29 = local_9;
    if (_e29) {
        logits[place_1] = as_type<uint>(value);
        return;
    } else {
        uint _e35 = params.fill;
        if (_e35 != 0u) {
            logits[place_1] = NEGATIVE_INFINITY;
            return;
        } else {
            return;
        }
    }
}

void write_sums(
    Tile tile_1,
    uint at_5,
    uint key_1,
    metal::float4 lane_sum,
    uint lane_4,
    device type_5& logits,
    threadgroup type_10& key_word,
    threadgroup type_11& key_scale,
    constant Params& params,
    device type_16 const& context_lengths,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sum_1 = {};
    uint mask = 8u;
    uint i_4 = {};
    sum_1 = lane_sum;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e16 = mask;
            mask = _e16 * 2u;
        }
        loop_init_2 = false;
        uint _e8 = mask;
        if (_e8 < SUBGROUP) {
        } else {
            break;
        }
        {
            metal::float4 _e11 = sum_1;
            metal::float4 _e12 = sum_1;
            uint _e13 = mask;
            metal::float4 unnamed = metal::simd_shuffle_xor(_e12, _e13);
            sum_1 = _e11 + unnamed;
        }
    }
    metal::uint2 _e19 = range_of(at_5, params, context_lengths, _buffer_sizes);
    i_4 = lane_4 / 8u;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e49 = i_4;
            i_4 = _e49 + GROUPS;
        }
        loop_init_3 = false;
        uint _e23 = i_4;
        if (_e23 < 4u) {
        } else {
            break;
        }
        {
            uint _e31 = i_4;
            uint place_2 = (key_1 + ((lane_4 % 8u) * 4u)) + _e31;
            uint _e35 = i_4;
            float _e37 = sum_1[_e35];
            float _e42 = key_scale.inner[place_2];
            uint _e46 = key_word.inner[place_2];
            write_logit(at_5, tile_1.column + place_2, _e19, (_e37 * 65536.0) * _e42, _e46 != ABSENT, logits, params, _buffer_sizes);
        }
    }
    return;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id,
    metal::uint3 num_workgroups
) {
    return workgroup_id.x + (workgroup_id.y * num_workgroups.x);
}

uint key_bits(
    uint word_4,
    device type_2 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e8 = keys[word_4 / 4u][word_4 % 4u];
    return _e8;
}

float scale_of(
    uint sequence_2,
    uint column_3,
    constant Params& params,
    device type_16 const& block_table,
    device type_2 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e2 = page_base(sequence_2, column_3, params, block_table, _buffer_sizes);
    uint _e5 = params.page_size;
    uint _e11 = params.page_size;
    uint _e14 = key_bits((_e2 + (_e5 * WORDS)) + (column_3 % _e11), keys, _buffer_sizes);
    return as_type<float>(_e14);
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


struct main_Input {
};
[[max_total_threads_per_threadgroup(128)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, uint subgroup [[simdgroup_index_in_threadgroup]]
, uint subgroup_lane [[thread_index_in_simdgroup]]
, device type_2 const& q [[buffer(1)]]
, device type_4 const& weights [[buffer(2)]]
, device type_5& logits [[buffer(4)]]
, threadgroup type_7& staged
, threadgroup type_9& scratch
, threadgroup type_10& key_word
, threadgroup type_11& key_scale
, threadgroup metal::atomic_uint& first_query
, threadgroup metal::atomic_uint& end_query
, threadgroup metal::atomic_uint& some_key
, threadgroup metal::uint2& busy_queries
, constant Params& params [[buffer(0)]]
, device type_16 const& block_table [[buffer(5)]]
, device type_16 const& context_lengths [[buffer(6)]]
, device type_2 const& keys [[buffer(3)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    uint i = 0u;
    bool local = {};
    uint key = {};
    metal::uint4 key_codes_0_ = {};
    metal::uint4 key_codes_1_ = {};
    metal::uint4 key_codes_2_ = {};
    metal::uint4 key_codes_3_ = {};
    metal::uint4 key_codes_4_ = {};
    metal::uint4 key_codes_5_ = {};
    metal::uint4 key_codes_6_ = {};
    metal::uint4 key_codes_7_ = {};
    metal::uint4 key_codes_8_ = {};
    metal::uint4 key_codes_9_ = {};
    metal::uint4 key_codes_10_ = {};
    metal::uint4 key_codes_11_ = {};
    metal::uint4 key_codes_12_ = {};
    metal::uint4 key_codes_13_ = {};
    metal::uint4 key_codes_14_ = {};
    metal::uint4 key_codes_15_ = {};
    metal::uint4 codes_0_ = {};
    metal::uint4 codes_1_ = {};
    uint i_1 = {};
    Columns key_blocks_0_ = {};
    Columns key_blocks_1_ = {};
    Columns key_blocks_2_ = {};
    Columns key_blocks_3_ = {};
    Columns key_blocks_4_ = {};
    Columns key_blocks_5_ = {};
    Columns key_blocks_6_ = {};
    Columns key_blocks_7_ = {};
    Columns key_blocks_8_ = {};
    Columns key_blocks_9_ = {};
    Columns key_blocks_10_ = {};
    Columns key_blocks_11_ = {};
    Columns key_blocks_12_ = {};
    Columns key_blocks_13_ = {};
    Columns key_blocks_14_ = {};
    Columns key_blocks_15_ = {};
    Columns key_blocks_16_ = {};
    Columns key_blocks_17_ = {};
    Columns key_blocks_18_ = {};
    Columns key_blocks_19_ = {};
    Columns key_blocks_20_ = {};
    Columns key_blocks_21_ = {};
    Columns key_blocks_22_ = {};
    Columns key_blocks_23_ = {};
    Columns key_blocks_24_ = {};
    Columns key_blocks_25_ = {};
    Columns key_blocks_26_ = {};
    Columns key_blocks_27_ = {};
    Columns key_blocks_28_ = {};
    Columns key_blocks_29_ = {};
    Columns key_blocks_30_ = {};
    Columns key_blocks_31_ = {};
    Columns key_blocks_32_ = {};
    Columns key_blocks_33_ = {};
    Columns key_blocks_34_ = {};
    Columns key_blocks_35_ = {};
    Columns key_blocks_36_ = {};
    Columns key_blocks_37_ = {};
    Columns key_blocks_38_ = {};
    Columns key_blocks_39_ = {};
    Columns key_blocks_40_ = {};
    Columns key_blocks_41_ = {};
    Columns key_blocks_42_ = {};
    Columns key_blocks_43_ = {};
    Columns key_blocks_44_ = {};
    Columns key_blocks_45_ = {};
    Columns key_blocks_46_ = {};
    Columns key_blocks_47_ = {};
    Columns key_blocks_48_ = {};
    Columns key_blocks_49_ = {};
    Columns key_blocks_50_ = {};
    Columns key_blocks_51_ = {};
    Columns key_blocks_52_ = {};
    Columns key_blocks_53_ = {};
    Columns key_blocks_54_ = {};
    Columns key_blocks_55_ = {};
    Columns key_blocks_56_ = {};
    Columns key_blocks_57_ = {};
    Columns key_blocks_58_ = {};
    Columns key_blocks_59_ = {};
    Columns key_blocks_60_ = {};
    Columns key_blocks_61_ = {};
    Columns key_blocks_62_ = {};
    Columns key_blocks_63_ = {};
    Columns key_blocks_64_ = {};
    Columns key_blocks_65_ = {};
    Columns key_blocks_66_ = {};
    Columns key_blocks_67_ = {};
    Columns key_blocks_68_ = {};
    Columns key_blocks_69_ = {};
    Columns key_blocks_70_ = {};
    Columns key_blocks_71_ = {};
    Columns key_blocks_72_ = {};
    Columns key_blocks_73_ = {};
    Columns key_blocks_74_ = {};
    Columns key_blocks_75_ = {};
    Columns key_blocks_76_ = {};
    Columns key_blocks_77_ = {};
    Columns key_blocks_78_ = {};
    Columns key_blocks_79_ = {};
    Columns key_blocks_80_ = {};
    Columns key_blocks_81_ = {};
    Columns key_blocks_82_ = {};
    Columns key_blocks_83_ = {};
    Columns key_blocks_84_ = {};
    Columns key_blocks_85_ = {};
    Columns key_blocks_86_ = {};
    Columns key_blocks_87_ = {};
    Columns key_blocks_88_ = {};
    Columns key_blocks_89_ = {};
    Columns key_blocks_90_ = {};
    Columns key_blocks_91_ = {};
    Columns key_blocks_92_ = {};
    Columns key_blocks_93_ = {};
    Columns key_blocks_94_ = {};
    Columns key_blocks_95_ = {};
    Columns key_blocks_96_ = {};
    Columns key_blocks_97_ = {};
    Columns key_blocks_98_ = {};
    Columns key_blocks_99_ = {};
    Columns key_blocks_100_ = {};
    Columns key_blocks_101_ = {};
    Columns key_blocks_102_ = {};
    Columns key_blocks_103_ = {};
    Columns key_blocks_104_ = {};
    Columns key_blocks_105_ = {};
    Columns key_blocks_106_ = {};
    Columns key_blocks_107_ = {};
    Columns key_blocks_108_ = {};
    Columns key_blocks_109_ = {};
    Columns key_blocks_110_ = {};
    Columns key_blocks_111_ = {};
    Columns key_blocks_112_ = {};
    Columns key_blocks_113_ = {};
    Columns key_blocks_114_ = {};
    Columns key_blocks_115_ = {};
    Columns key_blocks_116_ = {};
    Columns key_blocks_117_ = {};
    Columns key_blocks_118_ = {};
    Columns key_blocks_119_ = {};
    Columns key_blocks_120_ = {};
    Columns key_blocks_121_ = {};
    Columns key_blocks_122_ = {};
    Columns key_blocks_123_ = {};
    Columns key_blocks_124_ = {};
    Columns key_blocks_125_ = {};
    Columns key_blocks_126_ = {};
    Columns key_blocks_127_ = {};
    uint at = {};
    metal::float4 low_sum = {};
    metal::float4 high_sum = {};
    uint stage = {};
    uint head = {};
    Products products_0_ = {};
    Products products_1_ = {};
    Products products_2_ = {};
    Products products_3_ = {};
    Products products_4_ = {};
    Products products_5_ = {};
    Products products_6_ = {};
    Products products_7_ = {};
    Products products_8_ = {};
    Products products_9_ = {};
    Products products_10_ = {};
    Products products_11_ = {};
    Products products_12_ = {};
    Products products_13_ = {};
    Products products_14_ = {};
    Products products_15_ = {};
    uint _e5 = flat_workgroup_id(wid, nwg);
    Tile _e6 = tile_of(_e5, params);
    uint _e10 = params.queries;
    uint first_at = (_e6.sequence * _e10) + _e6.query;
    find_keys(_e6, lane, key_word, first_query, end_query, some_key, busy_queries, params, block_table, context_lengths, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint2 unnamed_1 = busy_queries;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e49 = i;
            i = _e49 + 1u;
        }
        loop_init_4 = false;
        uint _e18 = i;
        if (_e18 < _e6.queries) {
        } else {
            break;
        }
        {
            uint _e21 = i;
            if (!((_e21 < unnamed_1.x))) {
                uint _e27 = i;
                local = _e27 >= unnamed_1.y;
            } else {
                local = true;
            }
            bool _e31 = local;
            if (_e31) {
                key = lane;
                bool loop_init_5 = true;
                while(true) {
                    if (!loop_init_5) {
                        uint _e45 = key;
                        key = _e45 + LANES;
                    }
                    loop_init_5 = false;
                    uint _e33 = key;
                    if (_e33 < TILE_KEYS) {
                    } else {
                        break;
                    }
                    {
                        uint _e36 = i;
                        uint _e39 = key;
                        write_logit(first_at + _e36, _e6.column + _e39, metal::uint2(0u), 0.0, false, logits, params, _buffer_sizes);
                    }
                }
            }
        }
    }
    {
        metal::uint4 _e71 = key_vector(0u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_0_ = _e71;
    }
    {
        metal::uint4 _e76 = key_vector(1u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_1_ = _e76;
    }
    {
        metal::uint4 _e81 = key_vector(2u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_2_ = _e81;
    }
    {
        metal::uint4 _e86 = key_vector(3u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_3_ = _e86;
    }
    {
        metal::uint4 _e91 = key_vector(4u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_4_ = _e91;
    }
    {
        metal::uint4 _e96 = key_vector(5u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_5_ = _e96;
    }
    {
        metal::uint4 _e101 = key_vector(6u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_6_ = _e101;
    }
    {
        metal::uint4 _e106 = key_vector(7u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_7_ = _e106;
    }
    {
        metal::uint4 _e111 = key_vector(8u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_8_ = _e111;
    }
    {
        metal::uint4 _e116 = key_vector(9u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_9_ = _e116;
    }
    {
        metal::uint4 _e121 = key_vector(10u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_10_ = _e121;
    }
    {
        metal::uint4 _e126 = key_vector(11u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_11_ = _e126;
    }
    {
        metal::uint4 _e131 = key_vector(12u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_12_ = _e131;
    }
    {
        metal::uint4 _e136 = key_vector(13u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_13_ = _e136;
    }
    {
        metal::uint4 _e141 = key_vector(14u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_14_ = _e141;
    }
    {
        metal::uint4 _e146 = key_vector(15u, subgroup, subgroup_lane, unnamed_1.x < unnamed_1.y, key_word, keys, _buffer_sizes);
        key_codes_15_ = _e146;
    }
    {
        metal::uint4 _e154 = query_vector(first_at + unnamed_1.x, 0u, 0u + lane, q, params, _buffer_sizes);
        codes_0_ = _e154;
    }
    {
        metal::uint4 _e160 = query_vector(first_at + unnamed_1.x, 0u, 128u + lane, q, params, _buffer_sizes);
        codes_1_ = _e160;
    }
    i_1 = lane;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e179 = i_1;
            i_1 = _e179 + LANES;
        }
        loop_init_6 = false;
        uint _e162 = i_1;
        if (_e162 < TILE_KEYS) {
        } else {
            break;
        }
        {
            uint _e166 = i_1;
            uint _e168 = key_word.inner[_e166];
            if (_e168 != ABSENT) {
                uint _e172 = i_1;
                uint _e176 = i_1;
                float _e178 = scale_of(_e6.sequence, _e6.column + _e176, params, block_table, keys, _buffer_sizes);
                key_scale.inner[_e172] = _e178;
            }
        }
    }
    {
        {
            subgroup_sync();
            {
                uint vector_3 = 0u + subgroup_lane;
                uint place_3 = (((subgroup * 16u) + (vector_3 / 4u)) * KEY_ROW) + ((vector_3 % 4u) * 4u);
                metal::uint4 _e324 = key_codes_0_;
                stage_2(place_3, _e324, staged);
            }
            {
                uint vector_4 = 32u + subgroup_lane;
                uint place_4 = (((subgroup * 16u) + (vector_4 / 4u)) * KEY_ROW) + ((vector_4 % 4u) * 4u);
                metal::uint4 _e339 = key_codes_1_;
                stage_2(place_4, _e339, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_0_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_1_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_2_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_3_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_4_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_5_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_6_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_7_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_16_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_17_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_18_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_19_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_20_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_21_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_22_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_23_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
        {
            subgroup_sync();
            {
                uint vector_5 = 0u + subgroup_lane;
                uint place_5 = (((subgroup * 16u) + (vector_5 / 4u)) * KEY_ROW) + ((vector_5 % 4u) * 4u);
                metal::uint4 _e546 = key_codes_2_;
                stage_2(place_5, _e546, staged);
            }
            {
                uint vector_6 = 32u + subgroup_lane;
                uint place_6 = (((subgroup * 16u) + (vector_6 / 4u)) * KEY_ROW) + ((vector_6 % 4u) * 4u);
                metal::uint4 _e561 = key_codes_3_;
                stage_2(place_6, _e561, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_8_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_9_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_10_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_11_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_12_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_13_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_14_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_15_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_24_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_25_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_26_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_27_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_28_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_29_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_30_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_31_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
    }
    {
        {
            subgroup_sync();
            {
                uint vector_7 = 0u + subgroup_lane;
                uint place_7 = (((subgroup * 16u) + (vector_7 / 4u)) * KEY_ROW) + ((vector_7 % 4u) * 4u);
                metal::uint4 _e768 = key_codes_4_;
                stage_2(place_7, _e768, staged);
            }
            {
                uint vector_8 = 32u + subgroup_lane;
                uint place_8 = (((subgroup * 16u) + (vector_8 / 4u)) * KEY_ROW) + ((vector_8 % 4u) * 4u);
                metal::uint4 _e783 = key_codes_5_;
                stage_2(place_8, _e783, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_32_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_33_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_34_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_35_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_36_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_37_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_38_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_39_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_48_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_49_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_50_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_51_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_52_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_53_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_54_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_55_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
        {
            subgroup_sync();
            {
                uint vector_9 = 0u + subgroup_lane;
                uint place_9 = (((subgroup * 16u) + (vector_9 / 4u)) * KEY_ROW) + ((vector_9 % 4u) * 4u);
                metal::uint4 _e990 = key_codes_6_;
                stage_2(place_9, _e990, staged);
            }
            {
                uint vector_10 = 32u + subgroup_lane;
                uint place_10 = (((subgroup * 16u) + (vector_10 / 4u)) * KEY_ROW) + ((vector_10 % 4u) * 4u);
                metal::uint4 _e1005 = key_codes_7_;
                stage_2(place_10, _e1005, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_40_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_41_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_42_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_43_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_44_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_45_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_46_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_47_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_56_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_57_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_58_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_59_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_60_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_61_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_62_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_63_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
    }
    {
        {
            subgroup_sync();
            {
                uint vector_11 = 0u + subgroup_lane;
                uint place_11 = (((subgroup * 16u) + (vector_11 / 4u)) * KEY_ROW) + ((vector_11 % 4u) * 4u);
                metal::uint4 _e1212 = key_codes_8_;
                stage_2(place_11, _e1212, staged);
            }
            {
                uint vector_12 = 32u + subgroup_lane;
                uint place_12 = (((subgroup * 16u) + (vector_12 / 4u)) * KEY_ROW) + ((vector_12 % 4u) * 4u);
                metal::uint4 _e1227 = key_codes_9_;
                stage_2(place_12, _e1227, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_64_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_65_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_66_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_67_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_68_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_69_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_70_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_71_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_80_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_81_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_82_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_83_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_84_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_85_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_86_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_87_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
        {
            subgroup_sync();
            {
                uint vector_13 = 0u + subgroup_lane;
                uint place_13 = (((subgroup * 16u) + (vector_13 / 4u)) * KEY_ROW) + ((vector_13 % 4u) * 4u);
                metal::uint4 _e1434 = key_codes_10_;
                stage_2(place_13, _e1434, staged);
            }
            {
                uint vector_14 = 32u + subgroup_lane;
                uint place_14 = (((subgroup * 16u) + (vector_14 / 4u)) * KEY_ROW) + ((vector_14 % 4u) * 4u);
                metal::uint4 _e1449 = key_codes_11_;
                stage_2(place_14, _e1449, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_72_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_73_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_74_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_75_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_76_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_77_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_78_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_79_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_88_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_89_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_90_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_91_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_92_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_93_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_94_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_95_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
    }
    {
        {
            subgroup_sync();
            {
                uint vector_15 = 0u + subgroup_lane;
                uint place_15 = (((subgroup * 16u) + (vector_15 / 4u)) * KEY_ROW) + ((vector_15 % 4u) * 4u);
                metal::uint4 _e1656 = key_codes_12_;
                stage_2(place_15, _e1656, staged);
            }
            {
                uint vector_16 = 32u + subgroup_lane;
                uint place_16 = (((subgroup * 16u) + (vector_16 / 4u)) * KEY_ROW) + ((vector_16 % 4u) * 4u);
                metal::uint4 _e1671 = key_codes_13_;
                stage_2(place_16, _e1671, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_96_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_97_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_98_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_99_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_100_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_101_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_102_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_103_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_112_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_113_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_114_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_115_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_116_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_117_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_118_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_119_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
        {
            subgroup_sync();
            {
                uint vector_17 = 0u + subgroup_lane;
                uint place_17 = (((subgroup * 16u) + (vector_17 / 4u)) * KEY_ROW) + ((vector_17 % 4u) * 4u);
                metal::uint4 _e1878 = key_codes_14_;
                stage_2(place_17, _e1878, staged);
            }
            {
                uint vector_18 = 32u + subgroup_lane;
                uint place_18 = (((subgroup * 16u) + (vector_18 / 4u)) * KEY_ROW) + ((vector_18 % 4u) * 4u);
                metal::uint4 _e1893 = key_codes_15_;
                stage_2(place_18, _e1893, staged);
            }
            subgroup_sync();
            {
                {
                    key_blocks_104_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_105_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_106_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_107_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_108_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_109_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_110_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_111_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_120_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_121_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_122_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_123_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
                {
                    key_blocks_124_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 8u], KEY_ROW, true);
                }
                {
                    key_blocks_125_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 10u], KEY_ROW, true);
                }
                {
                    key_blocks_126_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 12u], KEY_ROW, true);
                }
                {
                    key_blocks_127_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 14u], KEY_ROW, true);
                }
            }
        }
    }
    at = first_at + unnamed_1.x;
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e3507 = at;
            at = _e3507 + 1u;
        }
        loop_init_7 = false;
        uint _e2089 = at;
        if (_e2089 < (first_at + unnamed_1.y)) {
        } else {
            break;
        }
        {
            low_sum = metal::float4(0.0);
            high_sum = metal::float4(0.0);
            stage = 0u;
            bool loop_init_8 = true;
            while(true) {
                if (!loop_init_8) {
                    uint _e3494 = stage;
                    stage = _e3494 + 1u;
                }
                loop_init_8 = false;
                uint _e2101 = stage;
                if (_e2101 < STAGES) {
                } else {
                    break;
                }
                {
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    {
                        metal::uint4 _e2106 = codes_0_;
                        stage_query(0u + lane, _e2106, staged);
                    }
                    {
                        metal::uint4 _e2109 = codes_1_;
                        stage_query(128u + lane, _e2109, staged);
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    uint _e2110 = stage;
                    uint next_stage = (_e2110 + 1u) % STAGES;
                    uint _e2115 = at;
                    uint _e2116 = stage;
                    uint next_at = metal::min(_e2115 + ((_e2116 + 1u) / STAGES), (first_at + unnamed_1.y) - 1u);
                    {
                        metal::uint4 _e2129 = query_vector(next_at, next_stage, 0u + lane, q, params, _buffer_sizes);
                        codes_0_ = _e2129;
                    }
                    {
                        metal::uint4 _e2132 = query_vector(next_at, next_stage, 128u + lane, q, params, _buffer_sizes);
                        codes_1_ = _e2132;
                    }
                    head = 0u;
                    bool loop_init_9 = true;
                    while(true) {
                        if (!loop_init_9) {
                            uint _e3490 = head;
                            head = _e3490 + 16u;
                        }
                        loop_init_9 = false;
                        uint _e2135 = head;
                        if (_e2135 < STAGE_HEADS) {
                        } else {
                            break;
                        }
                        {
                            products_0_ = Products {};
                            products_1_ = Products {};
                            products_2_ = Products {};
                            products_3_ = Products {};
                            products_4_ = Products {};
                            products_5_ = Products {};
                            products_6_ = Products {};
                            products_7_ = Products {};
                            products_8_ = Products {};
                            products_9_ = Products {};
                            products_10_ = Products {};
                            products_11_ = Products {};
                            products_12_ = Products {};
                            products_13_ = Products {};
                            products_14_ = Products {};
                            products_15_ = Products {};
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
                                products_4_ = Products {};
                            }
                            {
                                products_5_ = Products {};
                            }
                            {
                                products_6_ = Products {};
                            }
                            {
                                products_7_ = Products {};
                            }
                            {
                                products_8_ = Products {};
                            }
                            {
                                products_9_ = Products {};
                            }
                            {
                                products_10_ = Products {};
                            }
                            {
                                products_11_ = Products {};
                            }
                            {
                                products_12_ = Products {};
                            }
                            {
                                products_13_ = Products {};
                            }
                            {
                                products_14_ = Products {};
                            }
                            {
                                products_15_ = Products {};
                            }
                            {
                                {
                                    uint _e2187 = head;
                                    metal::simdgroup_half8x8 rows = NagaCooperativeLoad(&staged.inner[((_e2187 + 0u) * ROW) + 0u], ROW, false);
                                    {
                                        Columns _e2197 = key_blocks_0_;
                                        Products _e2198 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows, _e2197, _e2198);
                                    }
                                    {
                                        Columns _e2200 = key_blocks_16_;
                                        Products _e2201 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows, _e2200, _e2201);
                                    }
                                    {
                                        Columns _e2203 = key_blocks_32_;
                                        Products _e2204 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows, _e2203, _e2204);
                                    }
                                    {
                                        Columns _e2206 = key_blocks_48_;
                                        Products _e2207 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows, _e2206, _e2207);
                                    }
                                    {
                                        Columns _e2209 = key_blocks_64_;
                                        Products _e2210 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows, _e2209, _e2210);
                                    }
                                    {
                                        Columns _e2212 = key_blocks_80_;
                                        Products _e2213 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows, _e2212, _e2213);
                                    }
                                    {
                                        Columns _e2215 = key_blocks_96_;
                                        Products _e2216 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows, _e2215, _e2216);
                                    }
                                    {
                                        Columns _e2218 = key_blocks_112_;
                                        Products _e2219 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows, _e2218, _e2219);
                                    }
                                }
                                {
                                    uint _e2222 = head;
                                    metal::simdgroup_half8x8 rows_1 = NagaCooperativeLoad(&staged.inner[((_e2222 + 8u) * ROW) + 0u], ROW, false);
                                    {
                                        Columns _e2232 = key_blocks_0_;
                                        Products _e2233 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_1, _e2232, _e2233);
                                    }
                                    {
                                        Columns _e2235 = key_blocks_16_;
                                        Products _e2236 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_1, _e2235, _e2236);
                                    }
                                    {
                                        Columns _e2238 = key_blocks_32_;
                                        Products _e2239 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_1, _e2238, _e2239);
                                    }
                                    {
                                        Columns _e2241 = key_blocks_48_;
                                        Products _e2242 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_1, _e2241, _e2242);
                                    }
                                    {
                                        Columns _e2244 = key_blocks_64_;
                                        Products _e2245 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_1, _e2244, _e2245);
                                    }
                                    {
                                        Columns _e2247 = key_blocks_80_;
                                        Products _e2248 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_1, _e2247, _e2248);
                                    }
                                    {
                                        Columns _e2250 = key_blocks_96_;
                                        Products _e2251 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_1, _e2250, _e2251);
                                    }
                                    {
                                        Columns _e2253 = key_blocks_112_;
                                        Products _e2254 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_1, _e2253, _e2254);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2257 = head;
                                    metal::simdgroup_half8x8 rows_2 = NagaCooperativeLoad(&staged.inner[((_e2257 + 0u) * ROW) + 2u], ROW, false);
                                    {
                                        Columns _e2267 = key_blocks_1_;
                                        Products _e2268 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_2, _e2267, _e2268);
                                    }
                                    {
                                        Columns _e2270 = key_blocks_17_;
                                        Products _e2271 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_2, _e2270, _e2271);
                                    }
                                    {
                                        Columns _e2273 = key_blocks_33_;
                                        Products _e2274 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_2, _e2273, _e2274);
                                    }
                                    {
                                        Columns _e2276 = key_blocks_49_;
                                        Products _e2277 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_2, _e2276, _e2277);
                                    }
                                    {
                                        Columns _e2279 = key_blocks_65_;
                                        Products _e2280 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_2, _e2279, _e2280);
                                    }
                                    {
                                        Columns _e2282 = key_blocks_81_;
                                        Products _e2283 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_2, _e2282, _e2283);
                                    }
                                    {
                                        Columns _e2285 = key_blocks_97_;
                                        Products _e2286 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_2, _e2285, _e2286);
                                    }
                                    {
                                        Columns _e2288 = key_blocks_113_;
                                        Products _e2289 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_2, _e2288, _e2289);
                                    }
                                }
                                {
                                    uint _e2292 = head;
                                    metal::simdgroup_half8x8 rows_3 = NagaCooperativeLoad(&staged.inner[((_e2292 + 8u) * ROW) + 2u], ROW, false);
                                    {
                                        Columns _e2302 = key_blocks_1_;
                                        Products _e2303 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_3, _e2302, _e2303);
                                    }
                                    {
                                        Columns _e2305 = key_blocks_17_;
                                        Products _e2306 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_3, _e2305, _e2306);
                                    }
                                    {
                                        Columns _e2308 = key_blocks_33_;
                                        Products _e2309 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_3, _e2308, _e2309);
                                    }
                                    {
                                        Columns _e2311 = key_blocks_49_;
                                        Products _e2312 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_3, _e2311, _e2312);
                                    }
                                    {
                                        Columns _e2314 = key_blocks_65_;
                                        Products _e2315 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_3, _e2314, _e2315);
                                    }
                                    {
                                        Columns _e2317 = key_blocks_81_;
                                        Products _e2318 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_3, _e2317, _e2318);
                                    }
                                    {
                                        Columns _e2320 = key_blocks_97_;
                                        Products _e2321 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_3, _e2320, _e2321);
                                    }
                                    {
                                        Columns _e2323 = key_blocks_113_;
                                        Products _e2324 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_3, _e2323, _e2324);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2327 = head;
                                    metal::simdgroup_half8x8 rows_4 = NagaCooperativeLoad(&staged.inner[((_e2327 + 0u) * ROW) + 4u], ROW, false);
                                    {
                                        Columns _e2337 = key_blocks_2_;
                                        Products _e2338 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_4, _e2337, _e2338);
                                    }
                                    {
                                        Columns _e2340 = key_blocks_18_;
                                        Products _e2341 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_4, _e2340, _e2341);
                                    }
                                    {
                                        Columns _e2343 = key_blocks_34_;
                                        Products _e2344 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_4, _e2343, _e2344);
                                    }
                                    {
                                        Columns _e2346 = key_blocks_50_;
                                        Products _e2347 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_4, _e2346, _e2347);
                                    }
                                    {
                                        Columns _e2349 = key_blocks_66_;
                                        Products _e2350 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_4, _e2349, _e2350);
                                    }
                                    {
                                        Columns _e2352 = key_blocks_82_;
                                        Products _e2353 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_4, _e2352, _e2353);
                                    }
                                    {
                                        Columns _e2355 = key_blocks_98_;
                                        Products _e2356 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_4, _e2355, _e2356);
                                    }
                                    {
                                        Columns _e2358 = key_blocks_114_;
                                        Products _e2359 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_4, _e2358, _e2359);
                                    }
                                }
                                {
                                    uint _e2362 = head;
                                    metal::simdgroup_half8x8 rows_5 = NagaCooperativeLoad(&staged.inner[((_e2362 + 8u) * ROW) + 4u], ROW, false);
                                    {
                                        Columns _e2372 = key_blocks_2_;
                                        Products _e2373 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_5, _e2372, _e2373);
                                    }
                                    {
                                        Columns _e2375 = key_blocks_18_;
                                        Products _e2376 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_5, _e2375, _e2376);
                                    }
                                    {
                                        Columns _e2378 = key_blocks_34_;
                                        Products _e2379 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_5, _e2378, _e2379);
                                    }
                                    {
                                        Columns _e2381 = key_blocks_50_;
                                        Products _e2382 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_5, _e2381, _e2382);
                                    }
                                    {
                                        Columns _e2384 = key_blocks_66_;
                                        Products _e2385 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_5, _e2384, _e2385);
                                    }
                                    {
                                        Columns _e2387 = key_blocks_82_;
                                        Products _e2388 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_5, _e2387, _e2388);
                                    }
                                    {
                                        Columns _e2390 = key_blocks_98_;
                                        Products _e2391 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_5, _e2390, _e2391);
                                    }
                                    {
                                        Columns _e2393 = key_blocks_114_;
                                        Products _e2394 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_5, _e2393, _e2394);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2397 = head;
                                    metal::simdgroup_half8x8 rows_6 = NagaCooperativeLoad(&staged.inner[((_e2397 + 0u) * ROW) + 6u], ROW, false);
                                    {
                                        Columns _e2407 = key_blocks_3_;
                                        Products _e2408 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_6, _e2407, _e2408);
                                    }
                                    {
                                        Columns _e2410 = key_blocks_19_;
                                        Products _e2411 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_6, _e2410, _e2411);
                                    }
                                    {
                                        Columns _e2413 = key_blocks_35_;
                                        Products _e2414 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_6, _e2413, _e2414);
                                    }
                                    {
                                        Columns _e2416 = key_blocks_51_;
                                        Products _e2417 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_6, _e2416, _e2417);
                                    }
                                    {
                                        Columns _e2419 = key_blocks_67_;
                                        Products _e2420 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_6, _e2419, _e2420);
                                    }
                                    {
                                        Columns _e2422 = key_blocks_83_;
                                        Products _e2423 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_6, _e2422, _e2423);
                                    }
                                    {
                                        Columns _e2425 = key_blocks_99_;
                                        Products _e2426 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_6, _e2425, _e2426);
                                    }
                                    {
                                        Columns _e2428 = key_blocks_115_;
                                        Products _e2429 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_6, _e2428, _e2429);
                                    }
                                }
                                {
                                    uint _e2432 = head;
                                    metal::simdgroup_half8x8 rows_7 = NagaCooperativeLoad(&staged.inner[((_e2432 + 8u) * ROW) + 6u], ROW, false);
                                    {
                                        Columns _e2442 = key_blocks_3_;
                                        Products _e2443 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_7, _e2442, _e2443);
                                    }
                                    {
                                        Columns _e2445 = key_blocks_19_;
                                        Products _e2446 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_7, _e2445, _e2446);
                                    }
                                    {
                                        Columns _e2448 = key_blocks_35_;
                                        Products _e2449 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_7, _e2448, _e2449);
                                    }
                                    {
                                        Columns _e2451 = key_blocks_51_;
                                        Products _e2452 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_7, _e2451, _e2452);
                                    }
                                    {
                                        Columns _e2454 = key_blocks_67_;
                                        Products _e2455 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_7, _e2454, _e2455);
                                    }
                                    {
                                        Columns _e2457 = key_blocks_83_;
                                        Products _e2458 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_7, _e2457, _e2458);
                                    }
                                    {
                                        Columns _e2460 = key_blocks_99_;
                                        Products _e2461 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_7, _e2460, _e2461);
                                    }
                                    {
                                        Columns _e2463 = key_blocks_115_;
                                        Products _e2464 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_7, _e2463, _e2464);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2467 = head;
                                    metal::simdgroup_half8x8 rows_8 = NagaCooperativeLoad(&staged.inner[((_e2467 + 0u) * ROW) + 8u], ROW, false);
                                    {
                                        Columns _e2477 = key_blocks_4_;
                                        Products _e2478 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_8, _e2477, _e2478);
                                    }
                                    {
                                        Columns _e2480 = key_blocks_20_;
                                        Products _e2481 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_8, _e2480, _e2481);
                                    }
                                    {
                                        Columns _e2483 = key_blocks_36_;
                                        Products _e2484 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_8, _e2483, _e2484);
                                    }
                                    {
                                        Columns _e2486 = key_blocks_52_;
                                        Products _e2487 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_8, _e2486, _e2487);
                                    }
                                    {
                                        Columns _e2489 = key_blocks_68_;
                                        Products _e2490 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_8, _e2489, _e2490);
                                    }
                                    {
                                        Columns _e2492 = key_blocks_84_;
                                        Products _e2493 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_8, _e2492, _e2493);
                                    }
                                    {
                                        Columns _e2495 = key_blocks_100_;
                                        Products _e2496 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_8, _e2495, _e2496);
                                    }
                                    {
                                        Columns _e2498 = key_blocks_116_;
                                        Products _e2499 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_8, _e2498, _e2499);
                                    }
                                }
                                {
                                    uint _e2502 = head;
                                    metal::simdgroup_half8x8 rows_9 = NagaCooperativeLoad(&staged.inner[((_e2502 + 8u) * ROW) + 8u], ROW, false);
                                    {
                                        Columns _e2512 = key_blocks_4_;
                                        Products _e2513 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_9, _e2512, _e2513);
                                    }
                                    {
                                        Columns _e2515 = key_blocks_20_;
                                        Products _e2516 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_9, _e2515, _e2516);
                                    }
                                    {
                                        Columns _e2518 = key_blocks_36_;
                                        Products _e2519 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_9, _e2518, _e2519);
                                    }
                                    {
                                        Columns _e2521 = key_blocks_52_;
                                        Products _e2522 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_9, _e2521, _e2522);
                                    }
                                    {
                                        Columns _e2524 = key_blocks_68_;
                                        Products _e2525 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_9, _e2524, _e2525);
                                    }
                                    {
                                        Columns _e2527 = key_blocks_84_;
                                        Products _e2528 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_9, _e2527, _e2528);
                                    }
                                    {
                                        Columns _e2530 = key_blocks_100_;
                                        Products _e2531 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_9, _e2530, _e2531);
                                    }
                                    {
                                        Columns _e2533 = key_blocks_116_;
                                        Products _e2534 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_9, _e2533, _e2534);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2537 = head;
                                    metal::simdgroup_half8x8 rows_10 = NagaCooperativeLoad(&staged.inner[((_e2537 + 0u) * ROW) + 10u], ROW, false);
                                    {
                                        Columns _e2547 = key_blocks_5_;
                                        Products _e2548 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_10, _e2547, _e2548);
                                    }
                                    {
                                        Columns _e2550 = key_blocks_21_;
                                        Products _e2551 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_10, _e2550, _e2551);
                                    }
                                    {
                                        Columns _e2553 = key_blocks_37_;
                                        Products _e2554 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_10, _e2553, _e2554);
                                    }
                                    {
                                        Columns _e2556 = key_blocks_53_;
                                        Products _e2557 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_10, _e2556, _e2557);
                                    }
                                    {
                                        Columns _e2559 = key_blocks_69_;
                                        Products _e2560 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_10, _e2559, _e2560);
                                    }
                                    {
                                        Columns _e2562 = key_blocks_85_;
                                        Products _e2563 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_10, _e2562, _e2563);
                                    }
                                    {
                                        Columns _e2565 = key_blocks_101_;
                                        Products _e2566 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_10, _e2565, _e2566);
                                    }
                                    {
                                        Columns _e2568 = key_blocks_117_;
                                        Products _e2569 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_10, _e2568, _e2569);
                                    }
                                }
                                {
                                    uint _e2572 = head;
                                    metal::simdgroup_half8x8 rows_11 = NagaCooperativeLoad(&staged.inner[((_e2572 + 8u) * ROW) + 10u], ROW, false);
                                    {
                                        Columns _e2582 = key_blocks_5_;
                                        Products _e2583 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_11, _e2582, _e2583);
                                    }
                                    {
                                        Columns _e2585 = key_blocks_21_;
                                        Products _e2586 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_11, _e2585, _e2586);
                                    }
                                    {
                                        Columns _e2588 = key_blocks_37_;
                                        Products _e2589 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_11, _e2588, _e2589);
                                    }
                                    {
                                        Columns _e2591 = key_blocks_53_;
                                        Products _e2592 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_11, _e2591, _e2592);
                                    }
                                    {
                                        Columns _e2594 = key_blocks_69_;
                                        Products _e2595 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_11, _e2594, _e2595);
                                    }
                                    {
                                        Columns _e2597 = key_blocks_85_;
                                        Products _e2598 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_11, _e2597, _e2598);
                                    }
                                    {
                                        Columns _e2600 = key_blocks_101_;
                                        Products _e2601 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_11, _e2600, _e2601);
                                    }
                                    {
                                        Columns _e2603 = key_blocks_117_;
                                        Products _e2604 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_11, _e2603, _e2604);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2607 = head;
                                    metal::simdgroup_half8x8 rows_12 = NagaCooperativeLoad(&staged.inner[((_e2607 + 0u) * ROW) + 12u], ROW, false);
                                    {
                                        Columns _e2617 = key_blocks_6_;
                                        Products _e2618 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_12, _e2617, _e2618);
                                    }
                                    {
                                        Columns _e2620 = key_blocks_22_;
                                        Products _e2621 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_12, _e2620, _e2621);
                                    }
                                    {
                                        Columns _e2623 = key_blocks_38_;
                                        Products _e2624 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_12, _e2623, _e2624);
                                    }
                                    {
                                        Columns _e2626 = key_blocks_54_;
                                        Products _e2627 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_12, _e2626, _e2627);
                                    }
                                    {
                                        Columns _e2629 = key_blocks_70_;
                                        Products _e2630 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_12, _e2629, _e2630);
                                    }
                                    {
                                        Columns _e2632 = key_blocks_86_;
                                        Products _e2633 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_12, _e2632, _e2633);
                                    }
                                    {
                                        Columns _e2635 = key_blocks_102_;
                                        Products _e2636 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_12, _e2635, _e2636);
                                    }
                                    {
                                        Columns _e2638 = key_blocks_118_;
                                        Products _e2639 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_12, _e2638, _e2639);
                                    }
                                }
                                {
                                    uint _e2642 = head;
                                    metal::simdgroup_half8x8 rows_13 = NagaCooperativeLoad(&staged.inner[((_e2642 + 8u) * ROW) + 12u], ROW, false);
                                    {
                                        Columns _e2652 = key_blocks_6_;
                                        Products _e2653 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_13, _e2652, _e2653);
                                    }
                                    {
                                        Columns _e2655 = key_blocks_22_;
                                        Products _e2656 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_13, _e2655, _e2656);
                                    }
                                    {
                                        Columns _e2658 = key_blocks_38_;
                                        Products _e2659 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_13, _e2658, _e2659);
                                    }
                                    {
                                        Columns _e2661 = key_blocks_54_;
                                        Products _e2662 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_13, _e2661, _e2662);
                                    }
                                    {
                                        Columns _e2664 = key_blocks_70_;
                                        Products _e2665 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_13, _e2664, _e2665);
                                    }
                                    {
                                        Columns _e2667 = key_blocks_86_;
                                        Products _e2668 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_13, _e2667, _e2668);
                                    }
                                    {
                                        Columns _e2670 = key_blocks_102_;
                                        Products _e2671 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_13, _e2670, _e2671);
                                    }
                                    {
                                        Columns _e2673 = key_blocks_118_;
                                        Products _e2674 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_13, _e2673, _e2674);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2677 = head;
                                    metal::simdgroup_half8x8 rows_14 = NagaCooperativeLoad(&staged.inner[((_e2677 + 0u) * ROW) + 14u], ROW, false);
                                    {
                                        Columns _e2687 = key_blocks_7_;
                                        Products _e2688 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_14, _e2687, _e2688);
                                    }
                                    {
                                        Columns _e2690 = key_blocks_23_;
                                        Products _e2691 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_14, _e2690, _e2691);
                                    }
                                    {
                                        Columns _e2693 = key_blocks_39_;
                                        Products _e2694 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_14, _e2693, _e2694);
                                    }
                                    {
                                        Columns _e2696 = key_blocks_55_;
                                        Products _e2697 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_14, _e2696, _e2697);
                                    }
                                    {
                                        Columns _e2699 = key_blocks_71_;
                                        Products _e2700 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_14, _e2699, _e2700);
                                    }
                                    {
                                        Columns _e2702 = key_blocks_87_;
                                        Products _e2703 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_14, _e2702, _e2703);
                                    }
                                    {
                                        Columns _e2705 = key_blocks_103_;
                                        Products _e2706 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_14, _e2705, _e2706);
                                    }
                                    {
                                        Columns _e2708 = key_blocks_119_;
                                        Products _e2709 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_14, _e2708, _e2709);
                                    }
                                }
                                {
                                    uint _e2712 = head;
                                    metal::simdgroup_half8x8 rows_15 = NagaCooperativeLoad(&staged.inner[((_e2712 + 8u) * ROW) + 14u], ROW, false);
                                    {
                                        Columns _e2722 = key_blocks_7_;
                                        Products _e2723 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_15, _e2722, _e2723);
                                    }
                                    {
                                        Columns _e2725 = key_blocks_23_;
                                        Products _e2726 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_15, _e2725, _e2726);
                                    }
                                    {
                                        Columns _e2728 = key_blocks_39_;
                                        Products _e2729 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_15, _e2728, _e2729);
                                    }
                                    {
                                        Columns _e2731 = key_blocks_55_;
                                        Products _e2732 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_15, _e2731, _e2732);
                                    }
                                    {
                                        Columns _e2734 = key_blocks_71_;
                                        Products _e2735 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_15, _e2734, _e2735);
                                    }
                                    {
                                        Columns _e2737 = key_blocks_87_;
                                        Products _e2738 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_15, _e2737, _e2738);
                                    }
                                    {
                                        Columns _e2740 = key_blocks_103_;
                                        Products _e2741 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_15, _e2740, _e2741);
                                    }
                                    {
                                        Columns _e2743 = key_blocks_119_;
                                        Products _e2744 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_15, _e2743, _e2744);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2747 = head;
                                    metal::simdgroup_half8x8 rows_16 = NagaCooperativeLoad(&staged.inner[((_e2747 + 0u) * ROW) + 16u], ROW, false);
                                    {
                                        Columns _e2757 = key_blocks_8_;
                                        Products _e2758 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_16, _e2757, _e2758);
                                    }
                                    {
                                        Columns _e2760 = key_blocks_24_;
                                        Products _e2761 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_16, _e2760, _e2761);
                                    }
                                    {
                                        Columns _e2763 = key_blocks_40_;
                                        Products _e2764 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_16, _e2763, _e2764);
                                    }
                                    {
                                        Columns _e2766 = key_blocks_56_;
                                        Products _e2767 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_16, _e2766, _e2767);
                                    }
                                    {
                                        Columns _e2769 = key_blocks_72_;
                                        Products _e2770 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_16, _e2769, _e2770);
                                    }
                                    {
                                        Columns _e2772 = key_blocks_88_;
                                        Products _e2773 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_16, _e2772, _e2773);
                                    }
                                    {
                                        Columns _e2775 = key_blocks_104_;
                                        Products _e2776 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_16, _e2775, _e2776);
                                    }
                                    {
                                        Columns _e2778 = key_blocks_120_;
                                        Products _e2779 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_16, _e2778, _e2779);
                                    }
                                }
                                {
                                    uint _e2782 = head;
                                    metal::simdgroup_half8x8 rows_17 = NagaCooperativeLoad(&staged.inner[((_e2782 + 8u) * ROW) + 16u], ROW, false);
                                    {
                                        Columns _e2792 = key_blocks_8_;
                                        Products _e2793 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_17, _e2792, _e2793);
                                    }
                                    {
                                        Columns _e2795 = key_blocks_24_;
                                        Products _e2796 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_17, _e2795, _e2796);
                                    }
                                    {
                                        Columns _e2798 = key_blocks_40_;
                                        Products _e2799 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_17, _e2798, _e2799);
                                    }
                                    {
                                        Columns _e2801 = key_blocks_56_;
                                        Products _e2802 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_17, _e2801, _e2802);
                                    }
                                    {
                                        Columns _e2804 = key_blocks_72_;
                                        Products _e2805 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_17, _e2804, _e2805);
                                    }
                                    {
                                        Columns _e2807 = key_blocks_88_;
                                        Products _e2808 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_17, _e2807, _e2808);
                                    }
                                    {
                                        Columns _e2810 = key_blocks_104_;
                                        Products _e2811 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_17, _e2810, _e2811);
                                    }
                                    {
                                        Columns _e2813 = key_blocks_120_;
                                        Products _e2814 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_17, _e2813, _e2814);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2817 = head;
                                    metal::simdgroup_half8x8 rows_18 = NagaCooperativeLoad(&staged.inner[((_e2817 + 0u) * ROW) + 18u], ROW, false);
                                    {
                                        Columns _e2827 = key_blocks_9_;
                                        Products _e2828 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_18, _e2827, _e2828);
                                    }
                                    {
                                        Columns _e2830 = key_blocks_25_;
                                        Products _e2831 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_18, _e2830, _e2831);
                                    }
                                    {
                                        Columns _e2833 = key_blocks_41_;
                                        Products _e2834 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_18, _e2833, _e2834);
                                    }
                                    {
                                        Columns _e2836 = key_blocks_57_;
                                        Products _e2837 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_18, _e2836, _e2837);
                                    }
                                    {
                                        Columns _e2839 = key_blocks_73_;
                                        Products _e2840 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_18, _e2839, _e2840);
                                    }
                                    {
                                        Columns _e2842 = key_blocks_89_;
                                        Products _e2843 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_18, _e2842, _e2843);
                                    }
                                    {
                                        Columns _e2845 = key_blocks_105_;
                                        Products _e2846 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_18, _e2845, _e2846);
                                    }
                                    {
                                        Columns _e2848 = key_blocks_121_;
                                        Products _e2849 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_18, _e2848, _e2849);
                                    }
                                }
                                {
                                    uint _e2852 = head;
                                    metal::simdgroup_half8x8 rows_19 = NagaCooperativeLoad(&staged.inner[((_e2852 + 8u) * ROW) + 18u], ROW, false);
                                    {
                                        Columns _e2862 = key_blocks_9_;
                                        Products _e2863 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_19, _e2862, _e2863);
                                    }
                                    {
                                        Columns _e2865 = key_blocks_25_;
                                        Products _e2866 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_19, _e2865, _e2866);
                                    }
                                    {
                                        Columns _e2868 = key_blocks_41_;
                                        Products _e2869 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_19, _e2868, _e2869);
                                    }
                                    {
                                        Columns _e2871 = key_blocks_57_;
                                        Products _e2872 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_19, _e2871, _e2872);
                                    }
                                    {
                                        Columns _e2874 = key_blocks_73_;
                                        Products _e2875 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_19, _e2874, _e2875);
                                    }
                                    {
                                        Columns _e2877 = key_blocks_89_;
                                        Products _e2878 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_19, _e2877, _e2878);
                                    }
                                    {
                                        Columns _e2880 = key_blocks_105_;
                                        Products _e2881 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_19, _e2880, _e2881);
                                    }
                                    {
                                        Columns _e2883 = key_blocks_121_;
                                        Products _e2884 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_19, _e2883, _e2884);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2887 = head;
                                    metal::simdgroup_half8x8 rows_20 = NagaCooperativeLoad(&staged.inner[((_e2887 + 0u) * ROW) + 20u], ROW, false);
                                    {
                                        Columns _e2897 = key_blocks_10_;
                                        Products _e2898 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_20, _e2897, _e2898);
                                    }
                                    {
                                        Columns _e2900 = key_blocks_26_;
                                        Products _e2901 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_20, _e2900, _e2901);
                                    }
                                    {
                                        Columns _e2903 = key_blocks_42_;
                                        Products _e2904 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_20, _e2903, _e2904);
                                    }
                                    {
                                        Columns _e2906 = key_blocks_58_;
                                        Products _e2907 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_20, _e2906, _e2907);
                                    }
                                    {
                                        Columns _e2909 = key_blocks_74_;
                                        Products _e2910 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_20, _e2909, _e2910);
                                    }
                                    {
                                        Columns _e2912 = key_blocks_90_;
                                        Products _e2913 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_20, _e2912, _e2913);
                                    }
                                    {
                                        Columns _e2915 = key_blocks_106_;
                                        Products _e2916 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_20, _e2915, _e2916);
                                    }
                                    {
                                        Columns _e2918 = key_blocks_122_;
                                        Products _e2919 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_20, _e2918, _e2919);
                                    }
                                }
                                {
                                    uint _e2922 = head;
                                    metal::simdgroup_half8x8 rows_21 = NagaCooperativeLoad(&staged.inner[((_e2922 + 8u) * ROW) + 20u], ROW, false);
                                    {
                                        Columns _e2932 = key_blocks_10_;
                                        Products _e2933 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_21, _e2932, _e2933);
                                    }
                                    {
                                        Columns _e2935 = key_blocks_26_;
                                        Products _e2936 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_21, _e2935, _e2936);
                                    }
                                    {
                                        Columns _e2938 = key_blocks_42_;
                                        Products _e2939 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_21, _e2938, _e2939);
                                    }
                                    {
                                        Columns _e2941 = key_blocks_58_;
                                        Products _e2942 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_21, _e2941, _e2942);
                                    }
                                    {
                                        Columns _e2944 = key_blocks_74_;
                                        Products _e2945 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_21, _e2944, _e2945);
                                    }
                                    {
                                        Columns _e2947 = key_blocks_90_;
                                        Products _e2948 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_21, _e2947, _e2948);
                                    }
                                    {
                                        Columns _e2950 = key_blocks_106_;
                                        Products _e2951 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_21, _e2950, _e2951);
                                    }
                                    {
                                        Columns _e2953 = key_blocks_122_;
                                        Products _e2954 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_21, _e2953, _e2954);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2957 = head;
                                    metal::simdgroup_half8x8 rows_22 = NagaCooperativeLoad(&staged.inner[((_e2957 + 0u) * ROW) + 22u], ROW, false);
                                    {
                                        Columns _e2967 = key_blocks_11_;
                                        Products _e2968 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_22, _e2967, _e2968);
                                    }
                                    {
                                        Columns _e2970 = key_blocks_27_;
                                        Products _e2971 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_22, _e2970, _e2971);
                                    }
                                    {
                                        Columns _e2973 = key_blocks_43_;
                                        Products _e2974 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_22, _e2973, _e2974);
                                    }
                                    {
                                        Columns _e2976 = key_blocks_59_;
                                        Products _e2977 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_22, _e2976, _e2977);
                                    }
                                    {
                                        Columns _e2979 = key_blocks_75_;
                                        Products _e2980 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_22, _e2979, _e2980);
                                    }
                                    {
                                        Columns _e2982 = key_blocks_91_;
                                        Products _e2983 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_22, _e2982, _e2983);
                                    }
                                    {
                                        Columns _e2985 = key_blocks_107_;
                                        Products _e2986 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_22, _e2985, _e2986);
                                    }
                                    {
                                        Columns _e2988 = key_blocks_123_;
                                        Products _e2989 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_22, _e2988, _e2989);
                                    }
                                }
                                {
                                    uint _e2992 = head;
                                    metal::simdgroup_half8x8 rows_23 = NagaCooperativeLoad(&staged.inner[((_e2992 + 8u) * ROW) + 22u], ROW, false);
                                    {
                                        Columns _e3002 = key_blocks_11_;
                                        Products _e3003 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_23, _e3002, _e3003);
                                    }
                                    {
                                        Columns _e3005 = key_blocks_27_;
                                        Products _e3006 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_23, _e3005, _e3006);
                                    }
                                    {
                                        Columns _e3008 = key_blocks_43_;
                                        Products _e3009 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_23, _e3008, _e3009);
                                    }
                                    {
                                        Columns _e3011 = key_blocks_59_;
                                        Products _e3012 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_23, _e3011, _e3012);
                                    }
                                    {
                                        Columns _e3014 = key_blocks_75_;
                                        Products _e3015 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_23, _e3014, _e3015);
                                    }
                                    {
                                        Columns _e3017 = key_blocks_91_;
                                        Products _e3018 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_23, _e3017, _e3018);
                                    }
                                    {
                                        Columns _e3020 = key_blocks_107_;
                                        Products _e3021 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_23, _e3020, _e3021);
                                    }
                                    {
                                        Columns _e3023 = key_blocks_123_;
                                        Products _e3024 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_23, _e3023, _e3024);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3027 = head;
                                    metal::simdgroup_half8x8 rows_24 = NagaCooperativeLoad(&staged.inner[((_e3027 + 0u) * ROW) + 24u], ROW, false);
                                    {
                                        Columns _e3037 = key_blocks_12_;
                                        Products _e3038 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_24, _e3037, _e3038);
                                    }
                                    {
                                        Columns _e3040 = key_blocks_28_;
                                        Products _e3041 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_24, _e3040, _e3041);
                                    }
                                    {
                                        Columns _e3043 = key_blocks_44_;
                                        Products _e3044 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_24, _e3043, _e3044);
                                    }
                                    {
                                        Columns _e3046 = key_blocks_60_;
                                        Products _e3047 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_24, _e3046, _e3047);
                                    }
                                    {
                                        Columns _e3049 = key_blocks_76_;
                                        Products _e3050 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_24, _e3049, _e3050);
                                    }
                                    {
                                        Columns _e3052 = key_blocks_92_;
                                        Products _e3053 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_24, _e3052, _e3053);
                                    }
                                    {
                                        Columns _e3055 = key_blocks_108_;
                                        Products _e3056 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_24, _e3055, _e3056);
                                    }
                                    {
                                        Columns _e3058 = key_blocks_124_;
                                        Products _e3059 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_24, _e3058, _e3059);
                                    }
                                }
                                {
                                    uint _e3062 = head;
                                    metal::simdgroup_half8x8 rows_25 = NagaCooperativeLoad(&staged.inner[((_e3062 + 8u) * ROW) + 24u], ROW, false);
                                    {
                                        Columns _e3072 = key_blocks_12_;
                                        Products _e3073 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_25, _e3072, _e3073);
                                    }
                                    {
                                        Columns _e3075 = key_blocks_28_;
                                        Products _e3076 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_25, _e3075, _e3076);
                                    }
                                    {
                                        Columns _e3078 = key_blocks_44_;
                                        Products _e3079 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_25, _e3078, _e3079);
                                    }
                                    {
                                        Columns _e3081 = key_blocks_60_;
                                        Products _e3082 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_25, _e3081, _e3082);
                                    }
                                    {
                                        Columns _e3084 = key_blocks_76_;
                                        Products _e3085 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_25, _e3084, _e3085);
                                    }
                                    {
                                        Columns _e3087 = key_blocks_92_;
                                        Products _e3088 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_25, _e3087, _e3088);
                                    }
                                    {
                                        Columns _e3090 = key_blocks_108_;
                                        Products _e3091 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_25, _e3090, _e3091);
                                    }
                                    {
                                        Columns _e3093 = key_blocks_124_;
                                        Products _e3094 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_25, _e3093, _e3094);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3097 = head;
                                    metal::simdgroup_half8x8 rows_26 = NagaCooperativeLoad(&staged.inner[((_e3097 + 0u) * ROW) + 26u], ROW, false);
                                    {
                                        Columns _e3107 = key_blocks_13_;
                                        Products _e3108 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_26, _e3107, _e3108);
                                    }
                                    {
                                        Columns _e3110 = key_blocks_29_;
                                        Products _e3111 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_26, _e3110, _e3111);
                                    }
                                    {
                                        Columns _e3113 = key_blocks_45_;
                                        Products _e3114 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_26, _e3113, _e3114);
                                    }
                                    {
                                        Columns _e3116 = key_blocks_61_;
                                        Products _e3117 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_26, _e3116, _e3117);
                                    }
                                    {
                                        Columns _e3119 = key_blocks_77_;
                                        Products _e3120 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_26, _e3119, _e3120);
                                    }
                                    {
                                        Columns _e3122 = key_blocks_93_;
                                        Products _e3123 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_26, _e3122, _e3123);
                                    }
                                    {
                                        Columns _e3125 = key_blocks_109_;
                                        Products _e3126 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_26, _e3125, _e3126);
                                    }
                                    {
                                        Columns _e3128 = key_blocks_125_;
                                        Products _e3129 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_26, _e3128, _e3129);
                                    }
                                }
                                {
                                    uint _e3132 = head;
                                    metal::simdgroup_half8x8 rows_27 = NagaCooperativeLoad(&staged.inner[((_e3132 + 8u) * ROW) + 26u], ROW, false);
                                    {
                                        Columns _e3142 = key_blocks_13_;
                                        Products _e3143 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_27, _e3142, _e3143);
                                    }
                                    {
                                        Columns _e3145 = key_blocks_29_;
                                        Products _e3146 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_27, _e3145, _e3146);
                                    }
                                    {
                                        Columns _e3148 = key_blocks_45_;
                                        Products _e3149 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_27, _e3148, _e3149);
                                    }
                                    {
                                        Columns _e3151 = key_blocks_61_;
                                        Products _e3152 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_27, _e3151, _e3152);
                                    }
                                    {
                                        Columns _e3154 = key_blocks_77_;
                                        Products _e3155 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_27, _e3154, _e3155);
                                    }
                                    {
                                        Columns _e3157 = key_blocks_93_;
                                        Products _e3158 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_27, _e3157, _e3158);
                                    }
                                    {
                                        Columns _e3160 = key_blocks_109_;
                                        Products _e3161 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_27, _e3160, _e3161);
                                    }
                                    {
                                        Columns _e3163 = key_blocks_125_;
                                        Products _e3164 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_27, _e3163, _e3164);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3167 = head;
                                    metal::simdgroup_half8x8 rows_28 = NagaCooperativeLoad(&staged.inner[((_e3167 + 0u) * ROW) + 28u], ROW, false);
                                    {
                                        Columns _e3177 = key_blocks_14_;
                                        Products _e3178 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_28, _e3177, _e3178);
                                    }
                                    {
                                        Columns _e3180 = key_blocks_30_;
                                        Products _e3181 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_28, _e3180, _e3181);
                                    }
                                    {
                                        Columns _e3183 = key_blocks_46_;
                                        Products _e3184 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_28, _e3183, _e3184);
                                    }
                                    {
                                        Columns _e3186 = key_blocks_62_;
                                        Products _e3187 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_28, _e3186, _e3187);
                                    }
                                    {
                                        Columns _e3189 = key_blocks_78_;
                                        Products _e3190 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_28, _e3189, _e3190);
                                    }
                                    {
                                        Columns _e3192 = key_blocks_94_;
                                        Products _e3193 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_28, _e3192, _e3193);
                                    }
                                    {
                                        Columns _e3195 = key_blocks_110_;
                                        Products _e3196 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_28, _e3195, _e3196);
                                    }
                                    {
                                        Columns _e3198 = key_blocks_126_;
                                        Products _e3199 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_28, _e3198, _e3199);
                                    }
                                }
                                {
                                    uint _e3202 = head;
                                    metal::simdgroup_half8x8 rows_29 = NagaCooperativeLoad(&staged.inner[((_e3202 + 8u) * ROW) + 28u], ROW, false);
                                    {
                                        Columns _e3212 = key_blocks_14_;
                                        Products _e3213 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_29, _e3212, _e3213);
                                    }
                                    {
                                        Columns _e3215 = key_blocks_30_;
                                        Products _e3216 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_29, _e3215, _e3216);
                                    }
                                    {
                                        Columns _e3218 = key_blocks_46_;
                                        Products _e3219 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_29, _e3218, _e3219);
                                    }
                                    {
                                        Columns _e3221 = key_blocks_62_;
                                        Products _e3222 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_29, _e3221, _e3222);
                                    }
                                    {
                                        Columns _e3224 = key_blocks_78_;
                                        Products _e3225 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_29, _e3224, _e3225);
                                    }
                                    {
                                        Columns _e3227 = key_blocks_94_;
                                        Products _e3228 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_29, _e3227, _e3228);
                                    }
                                    {
                                        Columns _e3230 = key_blocks_110_;
                                        Products _e3231 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_29, _e3230, _e3231);
                                    }
                                    {
                                        Columns _e3233 = key_blocks_126_;
                                        Products _e3234 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_29, _e3233, _e3234);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3237 = head;
                                    metal::simdgroup_half8x8 rows_30 = NagaCooperativeLoad(&staged.inner[((_e3237 + 0u) * ROW) + 30u], ROW, false);
                                    {
                                        Columns _e3247 = key_blocks_15_;
                                        Products _e3248 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_30, _e3247, _e3248);
                                    }
                                    {
                                        Columns _e3250 = key_blocks_31_;
                                        Products _e3251 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_30, _e3250, _e3251);
                                    }
                                    {
                                        Columns _e3253 = key_blocks_47_;
                                        Products _e3254 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_30, _e3253, _e3254);
                                    }
                                    {
                                        Columns _e3256 = key_blocks_63_;
                                        Products _e3257 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_30, _e3256, _e3257);
                                    }
                                    {
                                        Columns _e3259 = key_blocks_79_;
                                        Products _e3260 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_30, _e3259, _e3260);
                                    }
                                    {
                                        Columns _e3262 = key_blocks_95_;
                                        Products _e3263 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_30, _e3262, _e3263);
                                    }
                                    {
                                        Columns _e3265 = key_blocks_111_;
                                        Products _e3266 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_30, _e3265, _e3266);
                                    }
                                    {
                                        Columns _e3268 = key_blocks_127_;
                                        Products _e3269 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_30, _e3268, _e3269);
                                    }
                                }
                                {
                                    uint _e3272 = head;
                                    metal::simdgroup_half8x8 rows_31 = NagaCooperativeLoad(&staged.inner[((_e3272 + 8u) * ROW) + 30u], ROW, false);
                                    {
                                        Columns _e3282 = key_blocks_15_;
                                        Products _e3283 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_31, _e3282, _e3283);
                                    }
                                    {
                                        Columns _e3285 = key_blocks_31_;
                                        Products _e3286 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_31, _e3285, _e3286);
                                    }
                                    {
                                        Columns _e3288 = key_blocks_47_;
                                        Products _e3289 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_31, _e3288, _e3289);
                                    }
                                    {
                                        Columns _e3291 = key_blocks_63_;
                                        Products _e3292 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_31, _e3291, _e3292);
                                    }
                                    {
                                        Columns _e3294 = key_blocks_79_;
                                        Products _e3295 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_31, _e3294, _e3295);
                                    }
                                    {
                                        Columns _e3297 = key_blocks_95_;
                                        Products _e3298 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_31, _e3297, _e3298);
                                    }
                                    {
                                        Columns _e3300 = key_blocks_111_;
                                        Products _e3301 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_31, _e3300, _e3301);
                                    }
                                    {
                                        Columns _e3303 = key_blocks_127_;
                                        Products _e3304 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_31, _e3303, _e3304);
                                    }
                                }
                            }
                            {
                                {
                                    {
                                        uint place_19 = ((subgroup * SCRATCH) + 0u) + 0u;
                                        Products _e3312 = products_0_;
                                        simdgroup_store(_e3312, &scratch.inner[place_19], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_20 = ((subgroup * SCRATCH) + 0u) + 2u;
                                        Products _e3322 = products_1_;
                                        simdgroup_store(_e3322, &scratch.inner[place_20], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_21 = ((subgroup * SCRATCH) + 0u) + 4u;
                                        Products _e3332 = products_2_;
                                        simdgroup_store(_e3332, &scratch.inner[place_21], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_22 = ((subgroup * SCRATCH) + 0u) + 6u;
                                        Products _e3342 = products_3_;
                                        simdgroup_store(_e3342, &scratch.inner[place_22], SCRATCH_ROW);
                                    }
                                }
                                {
                                    {
                                        uint place_23 = ((subgroup * SCRATCH) + 80u) + 0u;
                                        Products _e3352 = products_8_;
                                        simdgroup_store(_e3352, &scratch.inner[place_23], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_24 = ((subgroup * SCRATCH) + 80u) + 2u;
                                        Products _e3362 = products_9_;
                                        simdgroup_store(_e3362, &scratch.inner[place_24], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_25 = ((subgroup * SCRATCH) + 80u) + 4u;
                                        Products _e3372 = products_10_;
                                        simdgroup_store(_e3372, &scratch.inner[place_25], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_26 = ((subgroup * SCRATCH) + 80u) + 6u;
                                        Products _e3382 = products_11_;
                                        simdgroup_store(_e3382, &scratch.inner[place_26], SCRATCH_ROW);
                                    }
                                }
                                subgroup_sync();
                                uint _e3386 = stage;
                                uint _e3389 = head;
                                uint first_head_1 = (_e3386 * STAGE_HEADS) + _e3389;
                                if (true) {
                                    metal::float4 _e3392 = low_sum;
                                    uint _e3393 = at;
                                    metal::float4 _e3394 = head_sum(_e3392, _e3393, first_head_1, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    low_sum = _e3394;
                                } else {
                                    metal::float4 _e3395 = high_sum;
                                    uint _e3396 = at;
                                    metal::float4 _e3397 = head_sum(_e3395, _e3396, first_head_1, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    high_sum = _e3397;
                                }
                                subgroup_sync();
                            }
                            {
                                {
                                    {
                                        uint place_27 = ((subgroup * SCRATCH) + 0u) + 0u;
                                        Products _e3404 = products_4_;
                                        simdgroup_store(_e3404, &scratch.inner[place_27], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_28 = ((subgroup * SCRATCH) + 0u) + 2u;
                                        Products _e3414 = products_5_;
                                        simdgroup_store(_e3414, &scratch.inner[place_28], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_29 = ((subgroup * SCRATCH) + 0u) + 4u;
                                        Products _e3424 = products_6_;
                                        simdgroup_store(_e3424, &scratch.inner[place_29], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_30 = ((subgroup * SCRATCH) + 0u) + 6u;
                                        Products _e3434 = products_7_;
                                        simdgroup_store(_e3434, &scratch.inner[place_30], SCRATCH_ROW);
                                    }
                                }
                                {
                                    {
                                        uint place_31 = ((subgroup * SCRATCH) + 80u) + 0u;
                                        Products _e3444 = products_12_;
                                        simdgroup_store(_e3444, &scratch.inner[place_31], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_32 = ((subgroup * SCRATCH) + 80u) + 2u;
                                        Products _e3454 = products_13_;
                                        simdgroup_store(_e3454, &scratch.inner[place_32], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_33 = ((subgroup * SCRATCH) + 80u) + 4u;
                                        Products _e3464 = products_14_;
                                        simdgroup_store(_e3464, &scratch.inner[place_33], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_34 = ((subgroup * SCRATCH) + 80u) + 6u;
                                        Products _e3474 = products_15_;
                                        simdgroup_store(_e3474, &scratch.inner[place_34], SCRATCH_ROW);
                                    }
                                }
                                subgroup_sync();
                                uint _e3478 = stage;
                                uint _e3481 = head;
                                uint first_head_2 = (_e3478 * STAGE_HEADS) + _e3481;
                                if (false) {
                                    metal::float4 _e3484 = low_sum;
                                    uint _e3485 = at;
                                    metal::float4 _e3486 = head_sum(_e3484, _e3485, first_head_2, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    low_sum = _e3486;
                                } else {
                                    metal::float4 _e3487 = high_sum;
                                    uint _e3488 = at;
                                    metal::float4 _e3489 = head_sum(_e3487, _e3488, first_head_2, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    high_sum = _e3489;
                                }
                                subgroup_sync();
                            }
                        }
                    }
                }
            }
            uint _e3496 = at;
            metal::float4 _e3499 = low_sum;
            write_sums(_e6, _e3496, subgroup * SUBGROUP_KEYS, _e3499, subgroup_lane, logits, key_word, key_scale, params, context_lengths, _buffer_sizes);
            uint _e3500 = at;
            metal::float4 _e3505 = high_sum;
            write_sums(_e6, _e3500, (subgroup * SUBGROUP_KEYS) + 32u, _e3505, subgroup_lane, logits, key_word, key_scale, params, context_lengths, _buffer_sizes);
        }
    }
    return;
}
