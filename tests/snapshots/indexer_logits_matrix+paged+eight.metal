// indexer/logits_matrix+paged+eight,DIM=128,HEADS=64,SUBGROUP=32
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
    metal::half4 inner[1088];
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
constant uint KEY_ROW = 10u;
constant uint HEAD_VECTORS = 8u;
constant uint STAGE_VECTORS = 256u;
constant uint LANE_VECTORS = 2u;
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

float scale_of(
    uint sequence_2,
    uint column_2,
    constant Params& params,
    device type_16 const& block_table,
    device type_5 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e2 = page_base(sequence_2, column_2, params, block_table, _buffer_sizes);
    uint _e6 = params.page_size;
    uint _e12 = params.page_size;
    uint _e16 = keys[(_e2 + (_e6 * WORDS)) + (column_2 % _e12)];
    return as_type<float>(_e16);
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
    threadgroup type_11& key_scale,
    threadgroup metal::atomic_uint& first_query,
    threadgroup metal::atomic_uint& end_query,
    threadgroup metal::atomic_uint& some_key,
    threadgroup metal::uint2& busy_queries,
    constant Params& params,
    device type_16 const& block_table,
    device type_5 const& keys,
    device type_16 const& context_lengths,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_1 = {};
    uint word_2 = {};
    uint i_2 = {};
    bool local_3 = {};
    bool local_4 = {};
    bool local_5 = {};
    if (lane_1 == 0u) {
        metal::atomic_store_explicit(&first_query, tile.queries, metal::memory_order_relaxed);
        metal::atomic_store_explicit(&end_query, 0u, metal::memory_order_relaxed);
        metal::atomic_store_explicit(&some_key, 0u, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    i_1 = lane_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e39 = i_1;
            i_1 = _e39 + LANES;
        }
        loop_init = false;
        uint _e11 = i_1;
        if (_e11 < TILE_KEYS) {
        } else {
            break;
        }
        {
            uint _e15 = i_1;
            uint column_4 = tile.column + _e15;
            word_2 = ABSENT;
            uint _e21 = params.columns;
            if (column_4 < _e21) {
                uint _e24 = key_base(tile.sequence, column_4, params, block_table, _buffer_sizes);
                word_2 = _e24;
            }
            uint _e26 = i_1;
            uint _e28 = word_2;
            key_word.inner[_e26] = _e28;
            uint _e29 = word_2;
            if (_e29 != ABSENT) {
                uint _e33 = i_1;
                float _e36 = scale_of(tile.sequence, column_4, params, block_table, keys, _buffer_sizes);
                key_scale.inner[_e33] = _e36;
                metal::atomic_store_explicit(&some_key, 1u, metal::memory_order_relaxed);
            }
        }
    }
    i_2 = lane_1;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e83 = i_2;
            i_2 = _e83 + LANES;
        }
        loop_init_1 = false;
        uint _e43 = i_2;
        if (_e43 < tile.queries) {
        } else {
            break;
        }
        {
            uint _e49 = params.queries;
            uint _e53 = i_2;
            metal::uint2 _e55 = range_of(((tile.sequence * _e49) + tile.query) + _e53, params, context_lengths, _buffer_sizes);
            if (_e55.x < _e55.y) {
                local_3 = _e55.x < (tile.column + TILE_KEYS);
            } else {
                local_3 = false;
            }
            bool _e67 = local_3;
            if (_e67) {
                local_4 = _e55.y > tile.column;
            } else {
                local_4 = false;
            }
            bool _e74 = local_4;
            if (_e74) {
                uint _e76 = i_2;
                uint _e77 = metal::atomic_fetch_min_explicit(&first_query, _e76, metal::memory_order_relaxed);
                uint _e79 = i_2;
                uint _e82 = metal::atomic_fetch_max_explicit(&end_query, _e79 + 1u, metal::memory_order_relaxed);
            }
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_1 == 0u) {
        uint _e89 = metal::atomic_load_explicit(&first_query, metal::memory_order_relaxed);
        uint _e91 = metal::atomic_load_explicit(&end_query, metal::memory_order_relaxed);
        metal::uint2 busy = metal::uint2(_e89, _e91);
        uint _e97 = metal::atomic_load_explicit(&some_key, metal::memory_order_relaxed);
        if (_e97 != 0u) {
            local_5 = busy.x < busy.y;
        } else {
            local_5 = false;
        }
        bool _e106 = local_5;
        busy_queries = _e106 ? busy : metal::uint2(0u);
        return;
    } else {
        return;
    }
}

void stage_key(
    uint key_1,
    uint first_word,
    uint at_2,
    threadgroup type_7& staged,
    threadgroup type_10& key_word,
    device type_5 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_3 = 0u;
    uint word_3 = {};
    uint base = key_word.inner[key_1];
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e28 = i_3;
            i_3 = _e28 + 1u;
        }
        loop_init_2 = false;
        uint _e8 = i_3;
        if (_e8 < 4u) {
        } else {
            break;
        }
        {
            word_3 = 0u;
            if (base != ABSENT) {
                uint _e17 = i_3;
                uint _e20 = keys[(base + first_word) + _e17];
                word_3 = _e20;
            }
            uint _e22 = i_3;
            uint _e25 = word_3;
            metal::half4 _e26 = four_halves(_e25);
            staged.inner[at_2 + _e22] = _e26;
        }
    }
    return;
}

metal::uint4 query_vector(
    uint at_3,
    uint stage_1,
    uint vector,
    device type_2 const& q,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_6 = {};
    uint head_1 = (stage_1 * STAGE_HEADS) + (vector / HEAD_VECTORS);
    if (!((vector >= STAGE_VECTORS))) {
        local_6 = head_1 >= HEADS;
    } else {
        local_6 = true;
    }
    bool _e16 = local_6;
    if (_e16) {
        return metal::uint4(0u);
    }
    uint _e22 = params.q_offset;
    metal::uint4 _e35 = q[((_e22 / 4u) + (((at_3 * HEADS) + head_1) * HEAD_VECTORS)) + (vector % HEAD_VECTORS)];
    return _e35;
}

void stage_query(
    uint vector_1,
    metal::uint4 codes,
    threadgroup type_7& staged
) {
    if (vector_1 < STAGE_VECTORS) {
        uint place = ((vector_1 / HEAD_VECTORS) * ROW) + ((vector_1 % HEAD_VECTORS) * 4u);
        metal::half4 _e16 = four_halves(codes.x);
        staged.inner[place] = _e16;
        metal::half4 _e22 = four_halves(codes.y);
        staged.inner[place + 1u] = _e22;
        metal::half4 _e28 = four_halves(codes.z);
        staged.inner[place + 2u] = _e28;
        metal::half4 _e34 = four_halves(codes.w);
        staged.inner[place + 3u] = _e34;
        return;
    } else {
        return;
    }
}

metal::float4 head_sum(
    metal::float4 before,
    uint at_4,
    uint first_head,
    uint subgroup_1,
    uint lane_2,
    device type_4 const& weights,
    threadgroup type_9& scratch,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 sum = {};
    uint heads = (lane_2 / 8u) * LANE_HEADS;
    sum = before;
    {
        uint head_2 = (first_head + heads) + 0u;
        uint _e16 = params.weights_offset;
        float _e24 = weights[(_e16 + (at_4 * HEADS)) + metal::min(head_2, 63u)];
        float weight = (head_2 < HEADS) ? _e24 : 0.0;
        metal::float4 product = scratch.inner[((subgroup_1 * SCRATCH) + ((heads + 0u) * SCRATCH_ROW)) + (lane_2 % 8u)];
        metal::float4 _e46 = sum;
        sum = metal::fma(metal::max(product, metal::float4(0.0)), metal::float4(weight), _e46);
    }
    {
        uint head_3 = (first_head + heads) + 1u;
        uint _e54 = params.weights_offset;
        float _e62 = weights[(_e54 + (at_4 * HEADS)) + metal::min(head_3, 63u)];
        float weight_1 = (head_3 < HEADS) ? _e62 : 0.0;
        metal::float4 product_1 = scratch.inner[((subgroup_1 * SCRATCH) + ((heads + 1u) * SCRATCH_ROW)) + (lane_2 % 8u)];
        metal::float4 _e84 = sum;
        sum = metal::fma(metal::max(product_1, metal::float4(0.0)), metal::float4(weight_1), _e84);
    }
    {
        uint head_4 = (first_head + heads) + 2u;
        uint _e92 = params.weights_offset;
        float _e100 = weights[(_e92 + (at_4 * HEADS)) + metal::min(head_4, 63u)];
        float weight_2 = (head_4 < HEADS) ? _e100 : 0.0;
        metal::float4 product_2 = scratch.inner[((subgroup_1 * SCRATCH) + ((heads + 2u) * SCRATCH_ROW)) + (lane_2 % 8u)];
        metal::float4 _e122 = sum;
        sum = metal::fma(metal::max(product_2, metal::float4(0.0)), metal::float4(weight_2), _e122);
    }
    {
        uint head_5 = (first_head + heads) + 3u;
        uint _e130 = params.weights_offset;
        float _e138 = weights[(_e130 + (at_4 * HEADS)) + metal::min(head_5, 63u)];
        float weight_3 = (head_5 < HEADS) ? _e138 : 0.0;
        metal::float4 product_3 = scratch.inner[((subgroup_1 * SCRATCH) + ((heads + 3u) * SCRATCH_ROW)) + (lane_2 % 8u)];
        metal::float4 _e160 = sum;
        sum = metal::fma(metal::max(product_3, metal::float4(0.0)), metal::float4(weight_3), _e160);
    }
    metal::float4 _e162 = sum;
    return _e162;
}

void write_logit(
    uint at_5,
    uint column_3,
    metal::uint2 range,
    float value,
    bool present,
    device type_5& logits,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_7 = {};
    bool local_8 = {};
    uint _e7 = params.columns;
    if (column_3 >= _e7) {
        return;
    }
    uint _e11 = params.out_offset;
    uint _e14 = params.out_stride;
    uint place_1 = (_e11 + (at_5 * _e14)) + column_3;
    if (present) {
        local_7 = column_3 >= range.x;
    } else {
        local_7 = false;
    }
    bool _e23 = local_7;
    if (_e23) {
        local_8 = column_3 < range.y;
    } else {
        local_8 = false;
    }
    bool _e29 = local_8;
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
    uint at_6,
    uint key_2,
    metal::float4 lane_sum,
    uint lane_3,
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
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e16 = mask;
            mask = _e16 * 2u;
        }
        loop_init_3 = false;
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
    metal::uint2 _e19 = range_of(at_6, params, context_lengths, _buffer_sizes);
    i_4 = lane_3 / 8u;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e49 = i_4;
            i_4 = _e49 + GROUPS;
        }
        loop_init_4 = false;
        uint _e23 = i_4;
        if (_e23 < 4u) {
        } else {
            break;
        }
        {
            uint _e31 = i_4;
            uint place_2 = (key_2 + ((lane_3 % 8u) * 4u)) + _e31;
            uint _e35 = i_4;
            float _e37 = sum_1[_e35];
            float _e42 = key_scale.inner[place_2];
            uint _e46 = key_word.inner[place_2];
            write_logit(at_6, tile_1.column + place_2, _e19, (_e37 * 65536.0) * _e42, _e46 != ABSENT, logits, params, _buffer_sizes);
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
, device type_5 const& keys [[buffer(3)]]
, device type_16 const& context_lengths [[buffer(6)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    uint i = 0u;
    bool local = {};
    uint key = {};
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
    uint item = {};
    uint item_1 = {};
    uint item_2 = {};
    uint item_3 = {};
    uint item_4 = {};
    uint item_5 = {};
    uint item_6 = {};
    uint item_7 = {};
    uint item_8 = {};
    uint item_9 = {};
    uint item_10 = {};
    uint item_11 = {};
    uint item_12 = {};
    uint item_13 = {};
    uint item_14 = {};
    uint item_15 = {};
    metal::uint4 codes_0_ = {};
    metal::uint4 codes_1_ = {};
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
    find_keys(_e6, lane, key_word, key_scale, first_query, end_query, some_key, busy_queries, params, block_table, keys, context_lengths, _buffer_sizes);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint2 unnamed_1 = busy_queries;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e49 = i;
            i = _e49 + 1u;
        }
        loop_init_5 = false;
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
                bool loop_init_6 = true;
                while(true) {
                    if (!loop_init_6) {
                        uint _e45 = key;
                        key = _e45 + LANES;
                    }
                    loop_init_6 = false;
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
        {
            item = subgroup_lane;
            bool loop_init_7 = true;
            while(true) {
                if (!loop_init_7) {
                    uint _e212 = item;
                    item = _e212 + SUBGROUP;
                }
                loop_init_7 = false;
                uint _e180 = item;
                if (_e180 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e187 = item;
                    uint key_3 = ((subgroup * SUBGROUP_KEYS) + 0u) + (_e187 / 2u);
                    uint _e192 = item;
                    uint _e200 = item;
                    uint _e206 = item;
                    stage_key(key_3, 0u + ((_e192 % 2u) * 4u), (((subgroup * 16u) + (_e200 / 2u)) * KEY_ROW) + ((_e206 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_1 = subgroup_lane;
            bool loop_init_8 = true;
            while(true) {
                if (!loop_init_8) {
                    uint _e344 = item_1;
                    item_1 = _e344 + SUBGROUP;
                }
                loop_init_8 = false;
                uint _e312 = item_1;
                if (_e312 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e319 = item_1;
                    uint key_4 = ((subgroup * SUBGROUP_KEYS) + 0u) + (_e319 / 2u);
                    uint _e324 = item_1;
                    uint _e332 = item_1;
                    uint _e338 = item_1;
                    stage_key(key_4, 8u + ((_e324 % 2u) * 4u), (((subgroup * 16u) + (_e332 / 2u)) * KEY_ROW) + ((_e338 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_4_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_5_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_6_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_7_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_20_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_21_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_22_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_23_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_2 = subgroup_lane;
            bool loop_init_9 = true;
            while(true) {
                if (!loop_init_9) {
                    uint _e476 = item_2;
                    item_2 = _e476 + SUBGROUP;
                }
                loop_init_9 = false;
                uint _e444 = item_2;
                if (_e444 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e451 = item_2;
                    uint key_5 = ((subgroup * SUBGROUP_KEYS) + 0u) + (_e451 / 2u);
                    uint _e456 = item_2;
                    uint _e464 = item_2;
                    uint _e470 = item_2;
                    stage_key(key_5, 16u + ((_e456 % 2u) * 4u), (((subgroup * 16u) + (_e464 / 2u)) * KEY_ROW) + ((_e470 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_3 = subgroup_lane;
            bool loop_init_10 = true;
            while(true) {
                if (!loop_init_10) {
                    uint _e608 = item_3;
                    item_3 = _e608 + SUBGROUP;
                }
                loop_init_10 = false;
                uint _e576 = item_3;
                if (_e576 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e583 = item_3;
                    uint key_6 = ((subgroup * SUBGROUP_KEYS) + 0u) + (_e583 / 2u);
                    uint _e588 = item_3;
                    uint _e596 = item_3;
                    uint _e602 = item_3;
                    stage_key(key_6, 24u + ((_e588 % 2u) * 4u), (((subgroup * 16u) + (_e596 / 2u)) * KEY_ROW) + ((_e602 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_12_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_13_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_14_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_15_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_28_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_29_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_30_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_31_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
    }
    {
        {
            item_4 = subgroup_lane;
            bool loop_init_11 = true;
            while(true) {
                if (!loop_init_11) {
                    uint _e740 = item_4;
                    item_4 = _e740 + SUBGROUP;
                }
                loop_init_11 = false;
                uint _e708 = item_4;
                if (_e708 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e715 = item_4;
                    uint key_7 = ((subgroup * SUBGROUP_KEYS) + 16u) + (_e715 / 2u);
                    uint _e720 = item_4;
                    uint _e728 = item_4;
                    uint _e734 = item_4;
                    stage_key(key_7, 0u + ((_e720 % 2u) * 4u), (((subgroup * 16u) + (_e728 / 2u)) * KEY_ROW) + ((_e734 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_5 = subgroup_lane;
            bool loop_init_12 = true;
            while(true) {
                if (!loop_init_12) {
                    uint _e872 = item_5;
                    item_5 = _e872 + SUBGROUP;
                }
                loop_init_12 = false;
                uint _e840 = item_5;
                if (_e840 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e847 = item_5;
                    uint key_8 = ((subgroup * SUBGROUP_KEYS) + 16u) + (_e847 / 2u);
                    uint _e852 = item_5;
                    uint _e860 = item_5;
                    uint _e866 = item_5;
                    stage_key(key_8, 8u + ((_e852 % 2u) * 4u), (((subgroup * 16u) + (_e860 / 2u)) * KEY_ROW) + ((_e866 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_36_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_37_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_38_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_39_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_52_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_53_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_54_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_55_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_6 = subgroup_lane;
            bool loop_init_13 = true;
            while(true) {
                if (!loop_init_13) {
                    uint _e1004 = item_6;
                    item_6 = _e1004 + SUBGROUP;
                }
                loop_init_13 = false;
                uint _e972 = item_6;
                if (_e972 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e979 = item_6;
                    uint key_9 = ((subgroup * SUBGROUP_KEYS) + 16u) + (_e979 / 2u);
                    uint _e984 = item_6;
                    uint _e992 = item_6;
                    uint _e998 = item_6;
                    stage_key(key_9, 16u + ((_e984 % 2u) * 4u), (((subgroup * 16u) + (_e992 / 2u)) * KEY_ROW) + ((_e998 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_7 = subgroup_lane;
            bool loop_init_14 = true;
            while(true) {
                if (!loop_init_14) {
                    uint _e1136 = item_7;
                    item_7 = _e1136 + SUBGROUP;
                }
                loop_init_14 = false;
                uint _e1104 = item_7;
                if (_e1104 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1111 = item_7;
                    uint key_10 = ((subgroup * SUBGROUP_KEYS) + 16u) + (_e1111 / 2u);
                    uint _e1116 = item_7;
                    uint _e1124 = item_7;
                    uint _e1130 = item_7;
                    stage_key(key_10, 24u + ((_e1116 % 2u) * 4u), (((subgroup * 16u) + (_e1124 / 2u)) * KEY_ROW) + ((_e1130 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_44_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_45_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_46_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_47_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_60_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_61_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_62_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_63_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
    }
    {
        {
            item_8 = subgroup_lane;
            bool loop_init_15 = true;
            while(true) {
                if (!loop_init_15) {
                    uint _e1268 = item_8;
                    item_8 = _e1268 + SUBGROUP;
                }
                loop_init_15 = false;
                uint _e1236 = item_8;
                if (_e1236 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1243 = item_8;
                    uint key_11 = ((subgroup * SUBGROUP_KEYS) + 32u) + (_e1243 / 2u);
                    uint _e1248 = item_8;
                    uint _e1256 = item_8;
                    uint _e1262 = item_8;
                    stage_key(key_11, 0u + ((_e1248 % 2u) * 4u), (((subgroup * 16u) + (_e1256 / 2u)) * KEY_ROW) + ((_e1262 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_9 = subgroup_lane;
            bool loop_init_16 = true;
            while(true) {
                if (!loop_init_16) {
                    uint _e1400 = item_9;
                    item_9 = _e1400 + SUBGROUP;
                }
                loop_init_16 = false;
                uint _e1368 = item_9;
                if (_e1368 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1375 = item_9;
                    uint key_12 = ((subgroup * SUBGROUP_KEYS) + 32u) + (_e1375 / 2u);
                    uint _e1380 = item_9;
                    uint _e1388 = item_9;
                    uint _e1394 = item_9;
                    stage_key(key_12, 8u + ((_e1380 % 2u) * 4u), (((subgroup * 16u) + (_e1388 / 2u)) * KEY_ROW) + ((_e1394 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_68_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_69_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_70_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_71_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_84_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_85_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_86_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_87_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_10 = subgroup_lane;
            bool loop_init_17 = true;
            while(true) {
                if (!loop_init_17) {
                    uint _e1532 = item_10;
                    item_10 = _e1532 + SUBGROUP;
                }
                loop_init_17 = false;
                uint _e1500 = item_10;
                if (_e1500 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1507 = item_10;
                    uint key_13 = ((subgroup * SUBGROUP_KEYS) + 32u) + (_e1507 / 2u);
                    uint _e1512 = item_10;
                    uint _e1520 = item_10;
                    uint _e1526 = item_10;
                    stage_key(key_13, 16u + ((_e1512 % 2u) * 4u), (((subgroup * 16u) + (_e1520 / 2u)) * KEY_ROW) + ((_e1526 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_11 = subgroup_lane;
            bool loop_init_18 = true;
            while(true) {
                if (!loop_init_18) {
                    uint _e1664 = item_11;
                    item_11 = _e1664 + SUBGROUP;
                }
                loop_init_18 = false;
                uint _e1632 = item_11;
                if (_e1632 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1639 = item_11;
                    uint key_14 = ((subgroup * SUBGROUP_KEYS) + 32u) + (_e1639 / 2u);
                    uint _e1644 = item_11;
                    uint _e1652 = item_11;
                    uint _e1658 = item_11;
                    stage_key(key_14, 24u + ((_e1644 % 2u) * 4u), (((subgroup * 16u) + (_e1652 / 2u)) * KEY_ROW) + ((_e1658 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_76_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_77_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_78_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_79_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_92_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_93_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_94_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_95_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
    }
    {
        {
            item_12 = subgroup_lane;
            bool loop_init_19 = true;
            while(true) {
                if (!loop_init_19) {
                    uint _e1796 = item_12;
                    item_12 = _e1796 + SUBGROUP;
                }
                loop_init_19 = false;
                uint _e1764 = item_12;
                if (_e1764 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1771 = item_12;
                    uint key_15 = ((subgroup * SUBGROUP_KEYS) + 48u) + (_e1771 / 2u);
                    uint _e1776 = item_12;
                    uint _e1784 = item_12;
                    uint _e1790 = item_12;
                    stage_key(key_15, 0u + ((_e1776 % 2u) * 4u), (((subgroup * 16u) + (_e1784 / 2u)) * KEY_ROW) + ((_e1790 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_13 = subgroup_lane;
            bool loop_init_20 = true;
            while(true) {
                if (!loop_init_20) {
                    uint _e1928 = item_13;
                    item_13 = _e1928 + SUBGROUP;
                }
                loop_init_20 = false;
                uint _e1896 = item_13;
                if (_e1896 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e1903 = item_13;
                    uint key_16 = ((subgroup * SUBGROUP_KEYS) + 48u) + (_e1903 / 2u);
                    uint _e1908 = item_13;
                    uint _e1916 = item_13;
                    uint _e1922 = item_13;
                    stage_key(key_16, 8u + ((_e1908 % 2u) * 4u), (((subgroup * 16u) + (_e1916 / 2u)) * KEY_ROW) + ((_e1922 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_100_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_101_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_102_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_103_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_116_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_117_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_118_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_119_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_14 = subgroup_lane;
            bool loop_init_21 = true;
            while(true) {
                if (!loop_init_21) {
                    uint _e2060 = item_14;
                    item_14 = _e2060 + SUBGROUP;
                }
                loop_init_21 = false;
                uint _e2028 = item_14;
                if (_e2028 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e2035 = item_14;
                    uint key_17 = ((subgroup * SUBGROUP_KEYS) + 48u) + (_e2035 / 2u);
                    uint _e2040 = item_14;
                    uint _e2048 = item_14;
                    uint _e2054 = item_14;
                    stage_key(key_17, 16u + ((_e2040 % 2u) * 4u), (((subgroup * 16u) + (_e2048 / 2u)) * KEY_ROW) + ((_e2054 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
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
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
        {
            item_15 = subgroup_lane;
            bool loop_init_22 = true;
            while(true) {
                if (!loop_init_22) {
                    uint _e2192 = item_15;
                    item_15 = _e2192 + SUBGROUP;
                }
                loop_init_22 = false;
                uint _e2160 = item_15;
                if (_e2160 < 32u) {
                } else {
                    break;
                }
                {
                    uint _e2167 = item_15;
                    uint key_18 = ((subgroup * SUBGROUP_KEYS) + 48u) + (_e2167 / 2u);
                    uint _e2172 = item_15;
                    uint _e2180 = item_15;
                    uint _e2186 = item_15;
                    stage_key(key_18, 24u + ((_e2172 % 2u) * 4u), (((subgroup * 16u) + (_e2180 / 2u)) * KEY_ROW) + ((_e2186 % 2u) * 4u), staged, key_word, keys, _buffer_sizes);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            {
                {
                    key_blocks_108_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_109_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_110_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_111_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 0u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            {
                {
                    key_blocks_124_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 0u], KEY_ROW, true);
                }
                {
                    key_blocks_125_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 2u], KEY_ROW, true);
                }
                {
                    key_blocks_126_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 4u], KEY_ROW, true);
                }
                {
                    key_blocks_127_ = NagaCooperativeLoad(&staged.inner[(((subgroup * 16u) + 8u) * KEY_ROW) + 6u], KEY_ROW, true);
                }
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
        }
    }
    {
        metal::uint4 _e2298 = query_vector(first_at + unnamed_1.x, 0u, 0u + lane, q, params, _buffer_sizes);
        codes_0_ = _e2298;
    }
    {
        metal::uint4 _e2304 = query_vector(first_at + unnamed_1.x, 0u, 128u + lane, q, params, _buffer_sizes);
        codes_1_ = _e2304;
    }
    at = first_at + unnamed_1.x;
    bool loop_init_23 = true;
    while(true) {
        if (!loop_init_23) {
            uint _e3726 = at;
            at = _e3726 + 1u;
        }
        loop_init_23 = false;
        uint _e2308 = at;
        if (_e2308 < (first_at + unnamed_1.y)) {
        } else {
            break;
        }
        {
            low_sum = metal::float4(0.0);
            high_sum = metal::float4(0.0);
            stage = 0u;
            bool loop_init_24 = true;
            while(true) {
                if (!loop_init_24) {
                    uint _e3713 = stage;
                    stage = _e3713 + 1u;
                }
                loop_init_24 = false;
                uint _e2320 = stage;
                if (_e2320 < STAGES) {
                } else {
                    break;
                }
                {
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    {
                        metal::uint4 _e2325 = codes_0_;
                        stage_query(0u + lane, _e2325, staged);
                    }
                    {
                        metal::uint4 _e2328 = codes_1_;
                        stage_query(128u + lane, _e2328, staged);
                    }
                    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
                    uint _e2329 = stage;
                    uint next_stage = (_e2329 + 1u) % STAGES;
                    uint _e2334 = at;
                    uint _e2335 = stage;
                    uint next_at = metal::min(_e2334 + ((_e2335 + 1u) / STAGES), (first_at + unnamed_1.y) - 1u);
                    {
                        metal::uint4 _e2348 = query_vector(next_at, next_stage, 0u + lane, q, params, _buffer_sizes);
                        codes_0_ = _e2348;
                    }
                    {
                        metal::uint4 _e2351 = query_vector(next_at, next_stage, 128u + lane, q, params, _buffer_sizes);
                        codes_1_ = _e2351;
                    }
                    head = 0u;
                    bool loop_init_25 = true;
                    while(true) {
                        if (!loop_init_25) {
                            uint _e3709 = head;
                            head = _e3709 + 16u;
                        }
                        loop_init_25 = false;
                        uint _e2354 = head;
                        if (_e2354 < STAGE_HEADS) {
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
                                    uint _e2406 = head;
                                    metal::simdgroup_half8x8 rows = NagaCooperativeLoad(&staged.inner[((_e2406 + 0u) * ROW) + 0u], ROW, false);
                                    {
                                        Columns _e2416 = key_blocks_0_;
                                        Products _e2417 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows, _e2416, _e2417);
                                    }
                                    {
                                        Columns _e2419 = key_blocks_16_;
                                        Products _e2420 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows, _e2419, _e2420);
                                    }
                                    {
                                        Columns _e2422 = key_blocks_32_;
                                        Products _e2423 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows, _e2422, _e2423);
                                    }
                                    {
                                        Columns _e2425 = key_blocks_48_;
                                        Products _e2426 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows, _e2425, _e2426);
                                    }
                                    {
                                        Columns _e2428 = key_blocks_64_;
                                        Products _e2429 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows, _e2428, _e2429);
                                    }
                                    {
                                        Columns _e2431 = key_blocks_80_;
                                        Products _e2432 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows, _e2431, _e2432);
                                    }
                                    {
                                        Columns _e2434 = key_blocks_96_;
                                        Products _e2435 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows, _e2434, _e2435);
                                    }
                                    {
                                        Columns _e2437 = key_blocks_112_;
                                        Products _e2438 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows, _e2437, _e2438);
                                    }
                                }
                                {
                                    uint _e2441 = head;
                                    metal::simdgroup_half8x8 rows_1 = NagaCooperativeLoad(&staged.inner[((_e2441 + 8u) * ROW) + 0u], ROW, false);
                                    {
                                        Columns _e2451 = key_blocks_0_;
                                        Products _e2452 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_1, _e2451, _e2452);
                                    }
                                    {
                                        Columns _e2454 = key_blocks_16_;
                                        Products _e2455 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_1, _e2454, _e2455);
                                    }
                                    {
                                        Columns _e2457 = key_blocks_32_;
                                        Products _e2458 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_1, _e2457, _e2458);
                                    }
                                    {
                                        Columns _e2460 = key_blocks_48_;
                                        Products _e2461 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_1, _e2460, _e2461);
                                    }
                                    {
                                        Columns _e2463 = key_blocks_64_;
                                        Products _e2464 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_1, _e2463, _e2464);
                                    }
                                    {
                                        Columns _e2466 = key_blocks_80_;
                                        Products _e2467 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_1, _e2466, _e2467);
                                    }
                                    {
                                        Columns _e2469 = key_blocks_96_;
                                        Products _e2470 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_1, _e2469, _e2470);
                                    }
                                    {
                                        Columns _e2472 = key_blocks_112_;
                                        Products _e2473 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_1, _e2472, _e2473);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2476 = head;
                                    metal::simdgroup_half8x8 rows_2 = NagaCooperativeLoad(&staged.inner[((_e2476 + 0u) * ROW) + 2u], ROW, false);
                                    {
                                        Columns _e2486 = key_blocks_1_;
                                        Products _e2487 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_2, _e2486, _e2487);
                                    }
                                    {
                                        Columns _e2489 = key_blocks_17_;
                                        Products _e2490 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_2, _e2489, _e2490);
                                    }
                                    {
                                        Columns _e2492 = key_blocks_33_;
                                        Products _e2493 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_2, _e2492, _e2493);
                                    }
                                    {
                                        Columns _e2495 = key_blocks_49_;
                                        Products _e2496 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_2, _e2495, _e2496);
                                    }
                                    {
                                        Columns _e2498 = key_blocks_65_;
                                        Products _e2499 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_2, _e2498, _e2499);
                                    }
                                    {
                                        Columns _e2501 = key_blocks_81_;
                                        Products _e2502 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_2, _e2501, _e2502);
                                    }
                                    {
                                        Columns _e2504 = key_blocks_97_;
                                        Products _e2505 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_2, _e2504, _e2505);
                                    }
                                    {
                                        Columns _e2507 = key_blocks_113_;
                                        Products _e2508 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_2, _e2507, _e2508);
                                    }
                                }
                                {
                                    uint _e2511 = head;
                                    metal::simdgroup_half8x8 rows_3 = NagaCooperativeLoad(&staged.inner[((_e2511 + 8u) * ROW) + 2u], ROW, false);
                                    {
                                        Columns _e2521 = key_blocks_1_;
                                        Products _e2522 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_3, _e2521, _e2522);
                                    }
                                    {
                                        Columns _e2524 = key_blocks_17_;
                                        Products _e2525 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_3, _e2524, _e2525);
                                    }
                                    {
                                        Columns _e2527 = key_blocks_33_;
                                        Products _e2528 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_3, _e2527, _e2528);
                                    }
                                    {
                                        Columns _e2530 = key_blocks_49_;
                                        Products _e2531 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_3, _e2530, _e2531);
                                    }
                                    {
                                        Columns _e2533 = key_blocks_65_;
                                        Products _e2534 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_3, _e2533, _e2534);
                                    }
                                    {
                                        Columns _e2536 = key_blocks_81_;
                                        Products _e2537 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_3, _e2536, _e2537);
                                    }
                                    {
                                        Columns _e2539 = key_blocks_97_;
                                        Products _e2540 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_3, _e2539, _e2540);
                                    }
                                    {
                                        Columns _e2542 = key_blocks_113_;
                                        Products _e2543 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_3, _e2542, _e2543);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2546 = head;
                                    metal::simdgroup_half8x8 rows_4 = NagaCooperativeLoad(&staged.inner[((_e2546 + 0u) * ROW) + 4u], ROW, false);
                                    {
                                        Columns _e2556 = key_blocks_2_;
                                        Products _e2557 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_4, _e2556, _e2557);
                                    }
                                    {
                                        Columns _e2559 = key_blocks_18_;
                                        Products _e2560 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_4, _e2559, _e2560);
                                    }
                                    {
                                        Columns _e2562 = key_blocks_34_;
                                        Products _e2563 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_4, _e2562, _e2563);
                                    }
                                    {
                                        Columns _e2565 = key_blocks_50_;
                                        Products _e2566 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_4, _e2565, _e2566);
                                    }
                                    {
                                        Columns _e2568 = key_blocks_66_;
                                        Products _e2569 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_4, _e2568, _e2569);
                                    }
                                    {
                                        Columns _e2571 = key_blocks_82_;
                                        Products _e2572 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_4, _e2571, _e2572);
                                    }
                                    {
                                        Columns _e2574 = key_blocks_98_;
                                        Products _e2575 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_4, _e2574, _e2575);
                                    }
                                    {
                                        Columns _e2577 = key_blocks_114_;
                                        Products _e2578 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_4, _e2577, _e2578);
                                    }
                                }
                                {
                                    uint _e2581 = head;
                                    metal::simdgroup_half8x8 rows_5 = NagaCooperativeLoad(&staged.inner[((_e2581 + 8u) * ROW) + 4u], ROW, false);
                                    {
                                        Columns _e2591 = key_blocks_2_;
                                        Products _e2592 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_5, _e2591, _e2592);
                                    }
                                    {
                                        Columns _e2594 = key_blocks_18_;
                                        Products _e2595 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_5, _e2594, _e2595);
                                    }
                                    {
                                        Columns _e2597 = key_blocks_34_;
                                        Products _e2598 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_5, _e2597, _e2598);
                                    }
                                    {
                                        Columns _e2600 = key_blocks_50_;
                                        Products _e2601 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_5, _e2600, _e2601);
                                    }
                                    {
                                        Columns _e2603 = key_blocks_66_;
                                        Products _e2604 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_5, _e2603, _e2604);
                                    }
                                    {
                                        Columns _e2606 = key_blocks_82_;
                                        Products _e2607 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_5, _e2606, _e2607);
                                    }
                                    {
                                        Columns _e2609 = key_blocks_98_;
                                        Products _e2610 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_5, _e2609, _e2610);
                                    }
                                    {
                                        Columns _e2612 = key_blocks_114_;
                                        Products _e2613 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_5, _e2612, _e2613);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2616 = head;
                                    metal::simdgroup_half8x8 rows_6 = NagaCooperativeLoad(&staged.inner[((_e2616 + 0u) * ROW) + 6u], ROW, false);
                                    {
                                        Columns _e2626 = key_blocks_3_;
                                        Products _e2627 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_6, _e2626, _e2627);
                                    }
                                    {
                                        Columns _e2629 = key_blocks_19_;
                                        Products _e2630 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_6, _e2629, _e2630);
                                    }
                                    {
                                        Columns _e2632 = key_blocks_35_;
                                        Products _e2633 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_6, _e2632, _e2633);
                                    }
                                    {
                                        Columns _e2635 = key_blocks_51_;
                                        Products _e2636 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_6, _e2635, _e2636);
                                    }
                                    {
                                        Columns _e2638 = key_blocks_67_;
                                        Products _e2639 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_6, _e2638, _e2639);
                                    }
                                    {
                                        Columns _e2641 = key_blocks_83_;
                                        Products _e2642 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_6, _e2641, _e2642);
                                    }
                                    {
                                        Columns _e2644 = key_blocks_99_;
                                        Products _e2645 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_6, _e2644, _e2645);
                                    }
                                    {
                                        Columns _e2647 = key_blocks_115_;
                                        Products _e2648 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_6, _e2647, _e2648);
                                    }
                                }
                                {
                                    uint _e2651 = head;
                                    metal::simdgroup_half8x8 rows_7 = NagaCooperativeLoad(&staged.inner[((_e2651 + 8u) * ROW) + 6u], ROW, false);
                                    {
                                        Columns _e2661 = key_blocks_3_;
                                        Products _e2662 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_7, _e2661, _e2662);
                                    }
                                    {
                                        Columns _e2664 = key_blocks_19_;
                                        Products _e2665 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_7, _e2664, _e2665);
                                    }
                                    {
                                        Columns _e2667 = key_blocks_35_;
                                        Products _e2668 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_7, _e2667, _e2668);
                                    }
                                    {
                                        Columns _e2670 = key_blocks_51_;
                                        Products _e2671 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_7, _e2670, _e2671);
                                    }
                                    {
                                        Columns _e2673 = key_blocks_67_;
                                        Products _e2674 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_7, _e2673, _e2674);
                                    }
                                    {
                                        Columns _e2676 = key_blocks_83_;
                                        Products _e2677 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_7, _e2676, _e2677);
                                    }
                                    {
                                        Columns _e2679 = key_blocks_99_;
                                        Products _e2680 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_7, _e2679, _e2680);
                                    }
                                    {
                                        Columns _e2682 = key_blocks_115_;
                                        Products _e2683 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_7, _e2682, _e2683);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2686 = head;
                                    metal::simdgroup_half8x8 rows_8 = NagaCooperativeLoad(&staged.inner[((_e2686 + 0u) * ROW) + 8u], ROW, false);
                                    {
                                        Columns _e2696 = key_blocks_4_;
                                        Products _e2697 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_8, _e2696, _e2697);
                                    }
                                    {
                                        Columns _e2699 = key_blocks_20_;
                                        Products _e2700 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_8, _e2699, _e2700);
                                    }
                                    {
                                        Columns _e2702 = key_blocks_36_;
                                        Products _e2703 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_8, _e2702, _e2703);
                                    }
                                    {
                                        Columns _e2705 = key_blocks_52_;
                                        Products _e2706 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_8, _e2705, _e2706);
                                    }
                                    {
                                        Columns _e2708 = key_blocks_68_;
                                        Products _e2709 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_8, _e2708, _e2709);
                                    }
                                    {
                                        Columns _e2711 = key_blocks_84_;
                                        Products _e2712 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_8, _e2711, _e2712);
                                    }
                                    {
                                        Columns _e2714 = key_blocks_100_;
                                        Products _e2715 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_8, _e2714, _e2715);
                                    }
                                    {
                                        Columns _e2717 = key_blocks_116_;
                                        Products _e2718 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_8, _e2717, _e2718);
                                    }
                                }
                                {
                                    uint _e2721 = head;
                                    metal::simdgroup_half8x8 rows_9 = NagaCooperativeLoad(&staged.inner[((_e2721 + 8u) * ROW) + 8u], ROW, false);
                                    {
                                        Columns _e2731 = key_blocks_4_;
                                        Products _e2732 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_9, _e2731, _e2732);
                                    }
                                    {
                                        Columns _e2734 = key_blocks_20_;
                                        Products _e2735 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_9, _e2734, _e2735);
                                    }
                                    {
                                        Columns _e2737 = key_blocks_36_;
                                        Products _e2738 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_9, _e2737, _e2738);
                                    }
                                    {
                                        Columns _e2740 = key_blocks_52_;
                                        Products _e2741 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_9, _e2740, _e2741);
                                    }
                                    {
                                        Columns _e2743 = key_blocks_68_;
                                        Products _e2744 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_9, _e2743, _e2744);
                                    }
                                    {
                                        Columns _e2746 = key_blocks_84_;
                                        Products _e2747 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_9, _e2746, _e2747);
                                    }
                                    {
                                        Columns _e2749 = key_blocks_100_;
                                        Products _e2750 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_9, _e2749, _e2750);
                                    }
                                    {
                                        Columns _e2752 = key_blocks_116_;
                                        Products _e2753 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_9, _e2752, _e2753);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2756 = head;
                                    metal::simdgroup_half8x8 rows_10 = NagaCooperativeLoad(&staged.inner[((_e2756 + 0u) * ROW) + 10u], ROW, false);
                                    {
                                        Columns _e2766 = key_blocks_5_;
                                        Products _e2767 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_10, _e2766, _e2767);
                                    }
                                    {
                                        Columns _e2769 = key_blocks_21_;
                                        Products _e2770 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_10, _e2769, _e2770);
                                    }
                                    {
                                        Columns _e2772 = key_blocks_37_;
                                        Products _e2773 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_10, _e2772, _e2773);
                                    }
                                    {
                                        Columns _e2775 = key_blocks_53_;
                                        Products _e2776 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_10, _e2775, _e2776);
                                    }
                                    {
                                        Columns _e2778 = key_blocks_69_;
                                        Products _e2779 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_10, _e2778, _e2779);
                                    }
                                    {
                                        Columns _e2781 = key_blocks_85_;
                                        Products _e2782 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_10, _e2781, _e2782);
                                    }
                                    {
                                        Columns _e2784 = key_blocks_101_;
                                        Products _e2785 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_10, _e2784, _e2785);
                                    }
                                    {
                                        Columns _e2787 = key_blocks_117_;
                                        Products _e2788 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_10, _e2787, _e2788);
                                    }
                                }
                                {
                                    uint _e2791 = head;
                                    metal::simdgroup_half8x8 rows_11 = NagaCooperativeLoad(&staged.inner[((_e2791 + 8u) * ROW) + 10u], ROW, false);
                                    {
                                        Columns _e2801 = key_blocks_5_;
                                        Products _e2802 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_11, _e2801, _e2802);
                                    }
                                    {
                                        Columns _e2804 = key_blocks_21_;
                                        Products _e2805 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_11, _e2804, _e2805);
                                    }
                                    {
                                        Columns _e2807 = key_blocks_37_;
                                        Products _e2808 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_11, _e2807, _e2808);
                                    }
                                    {
                                        Columns _e2810 = key_blocks_53_;
                                        Products _e2811 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_11, _e2810, _e2811);
                                    }
                                    {
                                        Columns _e2813 = key_blocks_69_;
                                        Products _e2814 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_11, _e2813, _e2814);
                                    }
                                    {
                                        Columns _e2816 = key_blocks_85_;
                                        Products _e2817 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_11, _e2816, _e2817);
                                    }
                                    {
                                        Columns _e2819 = key_blocks_101_;
                                        Products _e2820 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_11, _e2819, _e2820);
                                    }
                                    {
                                        Columns _e2822 = key_blocks_117_;
                                        Products _e2823 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_11, _e2822, _e2823);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2826 = head;
                                    metal::simdgroup_half8x8 rows_12 = NagaCooperativeLoad(&staged.inner[((_e2826 + 0u) * ROW) + 12u], ROW, false);
                                    {
                                        Columns _e2836 = key_blocks_6_;
                                        Products _e2837 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_12, _e2836, _e2837);
                                    }
                                    {
                                        Columns _e2839 = key_blocks_22_;
                                        Products _e2840 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_12, _e2839, _e2840);
                                    }
                                    {
                                        Columns _e2842 = key_blocks_38_;
                                        Products _e2843 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_12, _e2842, _e2843);
                                    }
                                    {
                                        Columns _e2845 = key_blocks_54_;
                                        Products _e2846 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_12, _e2845, _e2846);
                                    }
                                    {
                                        Columns _e2848 = key_blocks_70_;
                                        Products _e2849 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_12, _e2848, _e2849);
                                    }
                                    {
                                        Columns _e2851 = key_blocks_86_;
                                        Products _e2852 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_12, _e2851, _e2852);
                                    }
                                    {
                                        Columns _e2854 = key_blocks_102_;
                                        Products _e2855 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_12, _e2854, _e2855);
                                    }
                                    {
                                        Columns _e2857 = key_blocks_118_;
                                        Products _e2858 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_12, _e2857, _e2858);
                                    }
                                }
                                {
                                    uint _e2861 = head;
                                    metal::simdgroup_half8x8 rows_13 = NagaCooperativeLoad(&staged.inner[((_e2861 + 8u) * ROW) + 12u], ROW, false);
                                    {
                                        Columns _e2871 = key_blocks_6_;
                                        Products _e2872 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_13, _e2871, _e2872);
                                    }
                                    {
                                        Columns _e2874 = key_blocks_22_;
                                        Products _e2875 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_13, _e2874, _e2875);
                                    }
                                    {
                                        Columns _e2877 = key_blocks_38_;
                                        Products _e2878 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_13, _e2877, _e2878);
                                    }
                                    {
                                        Columns _e2880 = key_blocks_54_;
                                        Products _e2881 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_13, _e2880, _e2881);
                                    }
                                    {
                                        Columns _e2883 = key_blocks_70_;
                                        Products _e2884 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_13, _e2883, _e2884);
                                    }
                                    {
                                        Columns _e2886 = key_blocks_86_;
                                        Products _e2887 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_13, _e2886, _e2887);
                                    }
                                    {
                                        Columns _e2889 = key_blocks_102_;
                                        Products _e2890 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_13, _e2889, _e2890);
                                    }
                                    {
                                        Columns _e2892 = key_blocks_118_;
                                        Products _e2893 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_13, _e2892, _e2893);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2896 = head;
                                    metal::simdgroup_half8x8 rows_14 = NagaCooperativeLoad(&staged.inner[((_e2896 + 0u) * ROW) + 14u], ROW, false);
                                    {
                                        Columns _e2906 = key_blocks_7_;
                                        Products _e2907 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_14, _e2906, _e2907);
                                    }
                                    {
                                        Columns _e2909 = key_blocks_23_;
                                        Products _e2910 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_14, _e2909, _e2910);
                                    }
                                    {
                                        Columns _e2912 = key_blocks_39_;
                                        Products _e2913 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_14, _e2912, _e2913);
                                    }
                                    {
                                        Columns _e2915 = key_blocks_55_;
                                        Products _e2916 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_14, _e2915, _e2916);
                                    }
                                    {
                                        Columns _e2918 = key_blocks_71_;
                                        Products _e2919 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_14, _e2918, _e2919);
                                    }
                                    {
                                        Columns _e2921 = key_blocks_87_;
                                        Products _e2922 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_14, _e2921, _e2922);
                                    }
                                    {
                                        Columns _e2924 = key_blocks_103_;
                                        Products _e2925 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_14, _e2924, _e2925);
                                    }
                                    {
                                        Columns _e2927 = key_blocks_119_;
                                        Products _e2928 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_14, _e2927, _e2928);
                                    }
                                }
                                {
                                    uint _e2931 = head;
                                    metal::simdgroup_half8x8 rows_15 = NagaCooperativeLoad(&staged.inner[((_e2931 + 8u) * ROW) + 14u], ROW, false);
                                    {
                                        Columns _e2941 = key_blocks_7_;
                                        Products _e2942 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_15, _e2941, _e2942);
                                    }
                                    {
                                        Columns _e2944 = key_blocks_23_;
                                        Products _e2945 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_15, _e2944, _e2945);
                                    }
                                    {
                                        Columns _e2947 = key_blocks_39_;
                                        Products _e2948 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_15, _e2947, _e2948);
                                    }
                                    {
                                        Columns _e2950 = key_blocks_55_;
                                        Products _e2951 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_15, _e2950, _e2951);
                                    }
                                    {
                                        Columns _e2953 = key_blocks_71_;
                                        Products _e2954 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_15, _e2953, _e2954);
                                    }
                                    {
                                        Columns _e2956 = key_blocks_87_;
                                        Products _e2957 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_15, _e2956, _e2957);
                                    }
                                    {
                                        Columns _e2959 = key_blocks_103_;
                                        Products _e2960 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_15, _e2959, _e2960);
                                    }
                                    {
                                        Columns _e2962 = key_blocks_119_;
                                        Products _e2963 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_15, _e2962, _e2963);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e2966 = head;
                                    metal::simdgroup_half8x8 rows_16 = NagaCooperativeLoad(&staged.inner[((_e2966 + 0u) * ROW) + 16u], ROW, false);
                                    {
                                        Columns _e2976 = key_blocks_8_;
                                        Products _e2977 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_16, _e2976, _e2977);
                                    }
                                    {
                                        Columns _e2979 = key_blocks_24_;
                                        Products _e2980 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_16, _e2979, _e2980);
                                    }
                                    {
                                        Columns _e2982 = key_blocks_40_;
                                        Products _e2983 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_16, _e2982, _e2983);
                                    }
                                    {
                                        Columns _e2985 = key_blocks_56_;
                                        Products _e2986 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_16, _e2985, _e2986);
                                    }
                                    {
                                        Columns _e2988 = key_blocks_72_;
                                        Products _e2989 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_16, _e2988, _e2989);
                                    }
                                    {
                                        Columns _e2991 = key_blocks_88_;
                                        Products _e2992 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_16, _e2991, _e2992);
                                    }
                                    {
                                        Columns _e2994 = key_blocks_104_;
                                        Products _e2995 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_16, _e2994, _e2995);
                                    }
                                    {
                                        Columns _e2997 = key_blocks_120_;
                                        Products _e2998 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_16, _e2997, _e2998);
                                    }
                                }
                                {
                                    uint _e3001 = head;
                                    metal::simdgroup_half8x8 rows_17 = NagaCooperativeLoad(&staged.inner[((_e3001 + 8u) * ROW) + 16u], ROW, false);
                                    {
                                        Columns _e3011 = key_blocks_8_;
                                        Products _e3012 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_17, _e3011, _e3012);
                                    }
                                    {
                                        Columns _e3014 = key_blocks_24_;
                                        Products _e3015 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_17, _e3014, _e3015);
                                    }
                                    {
                                        Columns _e3017 = key_blocks_40_;
                                        Products _e3018 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_17, _e3017, _e3018);
                                    }
                                    {
                                        Columns _e3020 = key_blocks_56_;
                                        Products _e3021 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_17, _e3020, _e3021);
                                    }
                                    {
                                        Columns _e3023 = key_blocks_72_;
                                        Products _e3024 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_17, _e3023, _e3024);
                                    }
                                    {
                                        Columns _e3026 = key_blocks_88_;
                                        Products _e3027 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_17, _e3026, _e3027);
                                    }
                                    {
                                        Columns _e3029 = key_blocks_104_;
                                        Products _e3030 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_17, _e3029, _e3030);
                                    }
                                    {
                                        Columns _e3032 = key_blocks_120_;
                                        Products _e3033 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_17, _e3032, _e3033);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3036 = head;
                                    metal::simdgroup_half8x8 rows_18 = NagaCooperativeLoad(&staged.inner[((_e3036 + 0u) * ROW) + 18u], ROW, false);
                                    {
                                        Columns _e3046 = key_blocks_9_;
                                        Products _e3047 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_18, _e3046, _e3047);
                                    }
                                    {
                                        Columns _e3049 = key_blocks_25_;
                                        Products _e3050 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_18, _e3049, _e3050);
                                    }
                                    {
                                        Columns _e3052 = key_blocks_41_;
                                        Products _e3053 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_18, _e3052, _e3053);
                                    }
                                    {
                                        Columns _e3055 = key_blocks_57_;
                                        Products _e3056 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_18, _e3055, _e3056);
                                    }
                                    {
                                        Columns _e3058 = key_blocks_73_;
                                        Products _e3059 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_18, _e3058, _e3059);
                                    }
                                    {
                                        Columns _e3061 = key_blocks_89_;
                                        Products _e3062 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_18, _e3061, _e3062);
                                    }
                                    {
                                        Columns _e3064 = key_blocks_105_;
                                        Products _e3065 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_18, _e3064, _e3065);
                                    }
                                    {
                                        Columns _e3067 = key_blocks_121_;
                                        Products _e3068 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_18, _e3067, _e3068);
                                    }
                                }
                                {
                                    uint _e3071 = head;
                                    metal::simdgroup_half8x8 rows_19 = NagaCooperativeLoad(&staged.inner[((_e3071 + 8u) * ROW) + 18u], ROW, false);
                                    {
                                        Columns _e3081 = key_blocks_9_;
                                        Products _e3082 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_19, _e3081, _e3082);
                                    }
                                    {
                                        Columns _e3084 = key_blocks_25_;
                                        Products _e3085 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_19, _e3084, _e3085);
                                    }
                                    {
                                        Columns _e3087 = key_blocks_41_;
                                        Products _e3088 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_19, _e3087, _e3088);
                                    }
                                    {
                                        Columns _e3090 = key_blocks_57_;
                                        Products _e3091 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_19, _e3090, _e3091);
                                    }
                                    {
                                        Columns _e3093 = key_blocks_73_;
                                        Products _e3094 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_19, _e3093, _e3094);
                                    }
                                    {
                                        Columns _e3096 = key_blocks_89_;
                                        Products _e3097 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_19, _e3096, _e3097);
                                    }
                                    {
                                        Columns _e3099 = key_blocks_105_;
                                        Products _e3100 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_19, _e3099, _e3100);
                                    }
                                    {
                                        Columns _e3102 = key_blocks_121_;
                                        Products _e3103 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_19, _e3102, _e3103);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3106 = head;
                                    metal::simdgroup_half8x8 rows_20 = NagaCooperativeLoad(&staged.inner[((_e3106 + 0u) * ROW) + 20u], ROW, false);
                                    {
                                        Columns _e3116 = key_blocks_10_;
                                        Products _e3117 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_20, _e3116, _e3117);
                                    }
                                    {
                                        Columns _e3119 = key_blocks_26_;
                                        Products _e3120 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_20, _e3119, _e3120);
                                    }
                                    {
                                        Columns _e3122 = key_blocks_42_;
                                        Products _e3123 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_20, _e3122, _e3123);
                                    }
                                    {
                                        Columns _e3125 = key_blocks_58_;
                                        Products _e3126 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_20, _e3125, _e3126);
                                    }
                                    {
                                        Columns _e3128 = key_blocks_74_;
                                        Products _e3129 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_20, _e3128, _e3129);
                                    }
                                    {
                                        Columns _e3131 = key_blocks_90_;
                                        Products _e3132 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_20, _e3131, _e3132);
                                    }
                                    {
                                        Columns _e3134 = key_blocks_106_;
                                        Products _e3135 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_20, _e3134, _e3135);
                                    }
                                    {
                                        Columns _e3137 = key_blocks_122_;
                                        Products _e3138 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_20, _e3137, _e3138);
                                    }
                                }
                                {
                                    uint _e3141 = head;
                                    metal::simdgroup_half8x8 rows_21 = NagaCooperativeLoad(&staged.inner[((_e3141 + 8u) * ROW) + 20u], ROW, false);
                                    {
                                        Columns _e3151 = key_blocks_10_;
                                        Products _e3152 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_21, _e3151, _e3152);
                                    }
                                    {
                                        Columns _e3154 = key_blocks_26_;
                                        Products _e3155 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_21, _e3154, _e3155);
                                    }
                                    {
                                        Columns _e3157 = key_blocks_42_;
                                        Products _e3158 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_21, _e3157, _e3158);
                                    }
                                    {
                                        Columns _e3160 = key_blocks_58_;
                                        Products _e3161 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_21, _e3160, _e3161);
                                    }
                                    {
                                        Columns _e3163 = key_blocks_74_;
                                        Products _e3164 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_21, _e3163, _e3164);
                                    }
                                    {
                                        Columns _e3166 = key_blocks_90_;
                                        Products _e3167 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_21, _e3166, _e3167);
                                    }
                                    {
                                        Columns _e3169 = key_blocks_106_;
                                        Products _e3170 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_21, _e3169, _e3170);
                                    }
                                    {
                                        Columns _e3172 = key_blocks_122_;
                                        Products _e3173 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_21, _e3172, _e3173);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3176 = head;
                                    metal::simdgroup_half8x8 rows_22 = NagaCooperativeLoad(&staged.inner[((_e3176 + 0u) * ROW) + 22u], ROW, false);
                                    {
                                        Columns _e3186 = key_blocks_11_;
                                        Products _e3187 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_22, _e3186, _e3187);
                                    }
                                    {
                                        Columns _e3189 = key_blocks_27_;
                                        Products _e3190 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_22, _e3189, _e3190);
                                    }
                                    {
                                        Columns _e3192 = key_blocks_43_;
                                        Products _e3193 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_22, _e3192, _e3193);
                                    }
                                    {
                                        Columns _e3195 = key_blocks_59_;
                                        Products _e3196 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_22, _e3195, _e3196);
                                    }
                                    {
                                        Columns _e3198 = key_blocks_75_;
                                        Products _e3199 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_22, _e3198, _e3199);
                                    }
                                    {
                                        Columns _e3201 = key_blocks_91_;
                                        Products _e3202 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_22, _e3201, _e3202);
                                    }
                                    {
                                        Columns _e3204 = key_blocks_107_;
                                        Products _e3205 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_22, _e3204, _e3205);
                                    }
                                    {
                                        Columns _e3207 = key_blocks_123_;
                                        Products _e3208 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_22, _e3207, _e3208);
                                    }
                                }
                                {
                                    uint _e3211 = head;
                                    metal::simdgroup_half8x8 rows_23 = NagaCooperativeLoad(&staged.inner[((_e3211 + 8u) * ROW) + 22u], ROW, false);
                                    {
                                        Columns _e3221 = key_blocks_11_;
                                        Products _e3222 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_23, _e3221, _e3222);
                                    }
                                    {
                                        Columns _e3224 = key_blocks_27_;
                                        Products _e3225 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_23, _e3224, _e3225);
                                    }
                                    {
                                        Columns _e3227 = key_blocks_43_;
                                        Products _e3228 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_23, _e3227, _e3228);
                                    }
                                    {
                                        Columns _e3230 = key_blocks_59_;
                                        Products _e3231 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_23, _e3230, _e3231);
                                    }
                                    {
                                        Columns _e3233 = key_blocks_75_;
                                        Products _e3234 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_23, _e3233, _e3234);
                                    }
                                    {
                                        Columns _e3236 = key_blocks_91_;
                                        Products _e3237 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_23, _e3236, _e3237);
                                    }
                                    {
                                        Columns _e3239 = key_blocks_107_;
                                        Products _e3240 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_23, _e3239, _e3240);
                                    }
                                    {
                                        Columns _e3242 = key_blocks_123_;
                                        Products _e3243 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_23, _e3242, _e3243);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3246 = head;
                                    metal::simdgroup_half8x8 rows_24 = NagaCooperativeLoad(&staged.inner[((_e3246 + 0u) * ROW) + 24u], ROW, false);
                                    {
                                        Columns _e3256 = key_blocks_12_;
                                        Products _e3257 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_24, _e3256, _e3257);
                                    }
                                    {
                                        Columns _e3259 = key_blocks_28_;
                                        Products _e3260 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_24, _e3259, _e3260);
                                    }
                                    {
                                        Columns _e3262 = key_blocks_44_;
                                        Products _e3263 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_24, _e3262, _e3263);
                                    }
                                    {
                                        Columns _e3265 = key_blocks_60_;
                                        Products _e3266 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_24, _e3265, _e3266);
                                    }
                                    {
                                        Columns _e3268 = key_blocks_76_;
                                        Products _e3269 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_24, _e3268, _e3269);
                                    }
                                    {
                                        Columns _e3271 = key_blocks_92_;
                                        Products _e3272 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_24, _e3271, _e3272);
                                    }
                                    {
                                        Columns _e3274 = key_blocks_108_;
                                        Products _e3275 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_24, _e3274, _e3275);
                                    }
                                    {
                                        Columns _e3277 = key_blocks_124_;
                                        Products _e3278 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_24, _e3277, _e3278);
                                    }
                                }
                                {
                                    uint _e3281 = head;
                                    metal::simdgroup_half8x8 rows_25 = NagaCooperativeLoad(&staged.inner[((_e3281 + 8u) * ROW) + 24u], ROW, false);
                                    {
                                        Columns _e3291 = key_blocks_12_;
                                        Products _e3292 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_25, _e3291, _e3292);
                                    }
                                    {
                                        Columns _e3294 = key_blocks_28_;
                                        Products _e3295 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_25, _e3294, _e3295);
                                    }
                                    {
                                        Columns _e3297 = key_blocks_44_;
                                        Products _e3298 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_25, _e3297, _e3298);
                                    }
                                    {
                                        Columns _e3300 = key_blocks_60_;
                                        Products _e3301 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_25, _e3300, _e3301);
                                    }
                                    {
                                        Columns _e3303 = key_blocks_76_;
                                        Products _e3304 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_25, _e3303, _e3304);
                                    }
                                    {
                                        Columns _e3306 = key_blocks_92_;
                                        Products _e3307 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_25, _e3306, _e3307);
                                    }
                                    {
                                        Columns _e3309 = key_blocks_108_;
                                        Products _e3310 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_25, _e3309, _e3310);
                                    }
                                    {
                                        Columns _e3312 = key_blocks_124_;
                                        Products _e3313 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_25, _e3312, _e3313);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3316 = head;
                                    metal::simdgroup_half8x8 rows_26 = NagaCooperativeLoad(&staged.inner[((_e3316 + 0u) * ROW) + 26u], ROW, false);
                                    {
                                        Columns _e3326 = key_blocks_13_;
                                        Products _e3327 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_26, _e3326, _e3327);
                                    }
                                    {
                                        Columns _e3329 = key_blocks_29_;
                                        Products _e3330 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_26, _e3329, _e3330);
                                    }
                                    {
                                        Columns _e3332 = key_blocks_45_;
                                        Products _e3333 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_26, _e3332, _e3333);
                                    }
                                    {
                                        Columns _e3335 = key_blocks_61_;
                                        Products _e3336 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_26, _e3335, _e3336);
                                    }
                                    {
                                        Columns _e3338 = key_blocks_77_;
                                        Products _e3339 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_26, _e3338, _e3339);
                                    }
                                    {
                                        Columns _e3341 = key_blocks_93_;
                                        Products _e3342 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_26, _e3341, _e3342);
                                    }
                                    {
                                        Columns _e3344 = key_blocks_109_;
                                        Products _e3345 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_26, _e3344, _e3345);
                                    }
                                    {
                                        Columns _e3347 = key_blocks_125_;
                                        Products _e3348 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_26, _e3347, _e3348);
                                    }
                                }
                                {
                                    uint _e3351 = head;
                                    metal::simdgroup_half8x8 rows_27 = NagaCooperativeLoad(&staged.inner[((_e3351 + 8u) * ROW) + 26u], ROW, false);
                                    {
                                        Columns _e3361 = key_blocks_13_;
                                        Products _e3362 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_27, _e3361, _e3362);
                                    }
                                    {
                                        Columns _e3364 = key_blocks_29_;
                                        Products _e3365 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_27, _e3364, _e3365);
                                    }
                                    {
                                        Columns _e3367 = key_blocks_45_;
                                        Products _e3368 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_27, _e3367, _e3368);
                                    }
                                    {
                                        Columns _e3370 = key_blocks_61_;
                                        Products _e3371 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_27, _e3370, _e3371);
                                    }
                                    {
                                        Columns _e3373 = key_blocks_77_;
                                        Products _e3374 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_27, _e3373, _e3374);
                                    }
                                    {
                                        Columns _e3376 = key_blocks_93_;
                                        Products _e3377 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_27, _e3376, _e3377);
                                    }
                                    {
                                        Columns _e3379 = key_blocks_109_;
                                        Products _e3380 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_27, _e3379, _e3380);
                                    }
                                    {
                                        Columns _e3382 = key_blocks_125_;
                                        Products _e3383 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_27, _e3382, _e3383);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3386 = head;
                                    metal::simdgroup_half8x8 rows_28 = NagaCooperativeLoad(&staged.inner[((_e3386 + 0u) * ROW) + 28u], ROW, false);
                                    {
                                        Columns _e3396 = key_blocks_14_;
                                        Products _e3397 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_28, _e3396, _e3397);
                                    }
                                    {
                                        Columns _e3399 = key_blocks_30_;
                                        Products _e3400 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_28, _e3399, _e3400);
                                    }
                                    {
                                        Columns _e3402 = key_blocks_46_;
                                        Products _e3403 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_28, _e3402, _e3403);
                                    }
                                    {
                                        Columns _e3405 = key_blocks_62_;
                                        Products _e3406 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_28, _e3405, _e3406);
                                    }
                                    {
                                        Columns _e3408 = key_blocks_78_;
                                        Products _e3409 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_28, _e3408, _e3409);
                                    }
                                    {
                                        Columns _e3411 = key_blocks_94_;
                                        Products _e3412 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_28, _e3411, _e3412);
                                    }
                                    {
                                        Columns _e3414 = key_blocks_110_;
                                        Products _e3415 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_28, _e3414, _e3415);
                                    }
                                    {
                                        Columns _e3417 = key_blocks_126_;
                                        Products _e3418 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_28, _e3417, _e3418);
                                    }
                                }
                                {
                                    uint _e3421 = head;
                                    metal::simdgroup_half8x8 rows_29 = NagaCooperativeLoad(&staged.inner[((_e3421 + 8u) * ROW) + 28u], ROW, false);
                                    {
                                        Columns _e3431 = key_blocks_14_;
                                        Products _e3432 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_29, _e3431, _e3432);
                                    }
                                    {
                                        Columns _e3434 = key_blocks_30_;
                                        Products _e3435 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_29, _e3434, _e3435);
                                    }
                                    {
                                        Columns _e3437 = key_blocks_46_;
                                        Products _e3438 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_29, _e3437, _e3438);
                                    }
                                    {
                                        Columns _e3440 = key_blocks_62_;
                                        Products _e3441 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_29, _e3440, _e3441);
                                    }
                                    {
                                        Columns _e3443 = key_blocks_78_;
                                        Products _e3444 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_29, _e3443, _e3444);
                                    }
                                    {
                                        Columns _e3446 = key_blocks_94_;
                                        Products _e3447 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_29, _e3446, _e3447);
                                    }
                                    {
                                        Columns _e3449 = key_blocks_110_;
                                        Products _e3450 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_29, _e3449, _e3450);
                                    }
                                    {
                                        Columns _e3452 = key_blocks_126_;
                                        Products _e3453 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_29, _e3452, _e3453);
                                    }
                                }
                            }
                            {
                                {
                                    uint _e3456 = head;
                                    metal::simdgroup_half8x8 rows_30 = NagaCooperativeLoad(&staged.inner[((_e3456 + 0u) * ROW) + 30u], ROW, false);
                                    {
                                        Columns _e3466 = key_blocks_15_;
                                        Products _e3467 = products_0_;
                                        products_0_ = NagaCooperativeMultiplyAdd(rows_30, _e3466, _e3467);
                                    }
                                    {
                                        Columns _e3469 = key_blocks_31_;
                                        Products _e3470 = products_1_;
                                        products_1_ = NagaCooperativeMultiplyAdd(rows_30, _e3469, _e3470);
                                    }
                                    {
                                        Columns _e3472 = key_blocks_47_;
                                        Products _e3473 = products_2_;
                                        products_2_ = NagaCooperativeMultiplyAdd(rows_30, _e3472, _e3473);
                                    }
                                    {
                                        Columns _e3475 = key_blocks_63_;
                                        Products _e3476 = products_3_;
                                        products_3_ = NagaCooperativeMultiplyAdd(rows_30, _e3475, _e3476);
                                    }
                                    {
                                        Columns _e3478 = key_blocks_79_;
                                        Products _e3479 = products_4_;
                                        products_4_ = NagaCooperativeMultiplyAdd(rows_30, _e3478, _e3479);
                                    }
                                    {
                                        Columns _e3481 = key_blocks_95_;
                                        Products _e3482 = products_5_;
                                        products_5_ = NagaCooperativeMultiplyAdd(rows_30, _e3481, _e3482);
                                    }
                                    {
                                        Columns _e3484 = key_blocks_111_;
                                        Products _e3485 = products_6_;
                                        products_6_ = NagaCooperativeMultiplyAdd(rows_30, _e3484, _e3485);
                                    }
                                    {
                                        Columns _e3487 = key_blocks_127_;
                                        Products _e3488 = products_7_;
                                        products_7_ = NagaCooperativeMultiplyAdd(rows_30, _e3487, _e3488);
                                    }
                                }
                                {
                                    uint _e3491 = head;
                                    metal::simdgroup_half8x8 rows_31 = NagaCooperativeLoad(&staged.inner[((_e3491 + 8u) * ROW) + 30u], ROW, false);
                                    {
                                        Columns _e3501 = key_blocks_15_;
                                        Products _e3502 = products_8_;
                                        products_8_ = NagaCooperativeMultiplyAdd(rows_31, _e3501, _e3502);
                                    }
                                    {
                                        Columns _e3504 = key_blocks_31_;
                                        Products _e3505 = products_9_;
                                        products_9_ = NagaCooperativeMultiplyAdd(rows_31, _e3504, _e3505);
                                    }
                                    {
                                        Columns _e3507 = key_blocks_47_;
                                        Products _e3508 = products_10_;
                                        products_10_ = NagaCooperativeMultiplyAdd(rows_31, _e3507, _e3508);
                                    }
                                    {
                                        Columns _e3510 = key_blocks_63_;
                                        Products _e3511 = products_11_;
                                        products_11_ = NagaCooperativeMultiplyAdd(rows_31, _e3510, _e3511);
                                    }
                                    {
                                        Columns _e3513 = key_blocks_79_;
                                        Products _e3514 = products_12_;
                                        products_12_ = NagaCooperativeMultiplyAdd(rows_31, _e3513, _e3514);
                                    }
                                    {
                                        Columns _e3516 = key_blocks_95_;
                                        Products _e3517 = products_13_;
                                        products_13_ = NagaCooperativeMultiplyAdd(rows_31, _e3516, _e3517);
                                    }
                                    {
                                        Columns _e3519 = key_blocks_111_;
                                        Products _e3520 = products_14_;
                                        products_14_ = NagaCooperativeMultiplyAdd(rows_31, _e3519, _e3520);
                                    }
                                    {
                                        Columns _e3522 = key_blocks_127_;
                                        Products _e3523 = products_15_;
                                        products_15_ = NagaCooperativeMultiplyAdd(rows_31, _e3522, _e3523);
                                    }
                                }
                            }
                            {
                                {
                                    {
                                        uint place_3 = ((subgroup * SCRATCH) + 0u) + 0u;
                                        Products _e3531 = products_0_;
                                        simdgroup_store(_e3531, &scratch.inner[place_3], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_4 = ((subgroup * SCRATCH) + 0u) + 2u;
                                        Products _e3541 = products_1_;
                                        simdgroup_store(_e3541, &scratch.inner[place_4], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_5 = ((subgroup * SCRATCH) + 0u) + 4u;
                                        Products _e3551 = products_2_;
                                        simdgroup_store(_e3551, &scratch.inner[place_5], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_6 = ((subgroup * SCRATCH) + 0u) + 6u;
                                        Products _e3561 = products_3_;
                                        simdgroup_store(_e3561, &scratch.inner[place_6], SCRATCH_ROW);
                                    }
                                }
                                {
                                    {
                                        uint place_7 = ((subgroup * SCRATCH) + 80u) + 0u;
                                        Products _e3571 = products_8_;
                                        simdgroup_store(_e3571, &scratch.inner[place_7], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_8 = ((subgroup * SCRATCH) + 80u) + 2u;
                                        Products _e3581 = products_9_;
                                        simdgroup_store(_e3581, &scratch.inner[place_8], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_9 = ((subgroup * SCRATCH) + 80u) + 4u;
                                        Products _e3591 = products_10_;
                                        simdgroup_store(_e3591, &scratch.inner[place_9], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_10 = ((subgroup * SCRATCH) + 80u) + 6u;
                                        Products _e3601 = products_11_;
                                        simdgroup_store(_e3601, &scratch.inner[place_10], SCRATCH_ROW);
                                    }
                                }
                                subgroup_sync();
                                uint _e3605 = stage;
                                uint _e3608 = head;
                                uint first_head_1 = (_e3605 * STAGE_HEADS) + _e3608;
                                if (true) {
                                    metal::float4 _e3611 = low_sum;
                                    uint _e3612 = at;
                                    metal::float4 _e3613 = head_sum(_e3611, _e3612, first_head_1, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    low_sum = _e3613;
                                } else {
                                    metal::float4 _e3614 = high_sum;
                                    uint _e3615 = at;
                                    metal::float4 _e3616 = head_sum(_e3614, _e3615, first_head_1, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    high_sum = _e3616;
                                }
                                subgroup_sync();
                            }
                            {
                                {
                                    {
                                        uint place_11 = ((subgroup * SCRATCH) + 0u) + 0u;
                                        Products _e3623 = products_4_;
                                        simdgroup_store(_e3623, &scratch.inner[place_11], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_12 = ((subgroup * SCRATCH) + 0u) + 2u;
                                        Products _e3633 = products_5_;
                                        simdgroup_store(_e3633, &scratch.inner[place_12], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_13 = ((subgroup * SCRATCH) + 0u) + 4u;
                                        Products _e3643 = products_6_;
                                        simdgroup_store(_e3643, &scratch.inner[place_13], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_14 = ((subgroup * SCRATCH) + 0u) + 6u;
                                        Products _e3653 = products_7_;
                                        simdgroup_store(_e3653, &scratch.inner[place_14], SCRATCH_ROW);
                                    }
                                }
                                {
                                    {
                                        uint place_15 = ((subgroup * SCRATCH) + 80u) + 0u;
                                        Products _e3663 = products_12_;
                                        simdgroup_store(_e3663, &scratch.inner[place_15], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_16 = ((subgroup * SCRATCH) + 80u) + 2u;
                                        Products _e3673 = products_13_;
                                        simdgroup_store(_e3673, &scratch.inner[place_16], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_17 = ((subgroup * SCRATCH) + 80u) + 4u;
                                        Products _e3683 = products_14_;
                                        simdgroup_store(_e3683, &scratch.inner[place_17], SCRATCH_ROW);
                                    }
                                    {
                                        uint place_18 = ((subgroup * SCRATCH) + 80u) + 6u;
                                        Products _e3693 = products_15_;
                                        simdgroup_store(_e3693, &scratch.inner[place_18], SCRATCH_ROW);
                                    }
                                }
                                subgroup_sync();
                                uint _e3697 = stage;
                                uint _e3700 = head;
                                uint first_head_2 = (_e3697 * STAGE_HEADS) + _e3700;
                                if (false) {
                                    metal::float4 _e3703 = low_sum;
                                    uint _e3704 = at;
                                    metal::float4 _e3705 = head_sum(_e3703, _e3704, first_head_2, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    low_sum = _e3705;
                                } else {
                                    metal::float4 _e3706 = high_sum;
                                    uint _e3707 = at;
                                    metal::float4 _e3708 = head_sum(_e3706, _e3707, first_head_2, subgroup, subgroup_lane, weights, scratch, params, _buffer_sizes);
                                    high_sum = _e3708;
                                }
                                subgroup_sync();
                            }
                        }
                    }
                }
            }
            uint _e3715 = at;
            metal::float4 _e3718 = low_sum;
            write_sums(_e6, _e3715, subgroup * SUBGROUP_KEYS, _e3718, subgroup_lane, logits, key_word, key_scale, params, context_lengths, _buffer_sizes);
            uint _e3719 = at;
            metal::float4 _e3724 = high_sum;
            write_sums(_e6, _e3719, (subgroup * SUBGROUP_KEYS) + 32u, _e3724, subgroup_lane, logits, key_word, key_scale, params, context_lengths, _buffer_sizes);
        }
    }
    return;
}
