// indexer/logits+paged+wide,DIM=128,HEADS=64
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size2;
    uint size6;
    uint size7;
    uint size8;
};

typedef uint type_1[1];
typedef float type_3[1];
struct type_5 {
    metal::float4 inner[512];
};
struct Tile {
    uint sequence;
    uint query;
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
typedef int type_7[1];
struct Products {
    metal::float4 low0_;
    metal::float4 high0_;
    metal::float4 low1_;
    metal::float4 high1_;
    metal::float4 low2_;
    metal::float4 high2_;
    metal::float4 low3_;
    metal::float4 high3_;
};
constant uint TILE_KEYS = 128u;
constant uint KEY_QUADS = 32u;
constant uint STEP = 4u;
constant uint LANE_ROWS = 8u;
constant uint ROWS = 128u;
constant uint ROW_QUADS = 32u;
constant uint HEADS = 64u;
constant uint PADDED_HEADS = 64u;
constant uint TILE_QUERIES = 2u;
constant uint HEAD_LANES = 8u;
constant uint GROUP = 16u;
constant uint ABSENT = 4294967295u;
constant uint DIM = 128u;
constant uint WORDS = 32u;
constant uint NEGATIVE_INFINITY = 4286578688u;

Tile tile_of(
    uint id,
    constant Params& params
) {
    uint _e3 = params.row_tiles;
    uint _e6 = params.key_tiles;
    uint per_sequence = _e3 * _e6;
    uint within = id % per_sequence;
    uint _e12 = params.key_tiles;
    uint group = within / (GROUP * _e12);
    uint _e18 = params.key_tiles;
    uint in_group = within % (GROUP * _e18);
    uint _e24 = params.row_tiles;
    uint height = metal::min(GROUP, _e24 - (group * GROUP));
    return Tile {id / per_sequence, ((group * GROUP) + (in_group % height)) * TILE_QUERIES, (in_group / height) * TILE_KEYS};
}

metal::uint2 range_of(
    uint at,
    constant Params& params,
    device type_7 const& context_lengths,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e5 = params.range_offset;
    int _e8 = context_lengths[_e5 + at];
    uint _e11 = params.columns;
    return metal::uint2(0u, static_cast<uint>(metal::clamp(_e8, 0, static_cast<int>(_e11))));
}

uint page_base(
    uint sequence,
    uint column,
    constant Params& params,
    device type_7 const& block_table,
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

metal::uint2 tile_span(
    Tile tile,
    constant Params& params,
    device type_7 const& context_lengths,
    device type_7 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint2 span = {};
    uint i = 0u;
    bool local_3 = {};
    bool found = false;
    uint column_1 = {};
    bool local_4 = {};
    span = metal::uint2(tile.column + TILE_KEYS, tile.column);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e41 = i;
            i = _e41 + 1u;
        }
        loop_init = false;
        uint _e9 = i;
        uint _e13 = params.queries;
        if (_e9 < metal::min(TILE_QUERIES, _e13 - tile.query)) {
        } else {
            break;
        }
        {
            uint _e21 = params.queries;
            uint _e25 = i;
            metal::uint2 _e27 = range_of(((tile.sequence * _e21) + tile.query) + _e25, params, context_lengths, _buffer_sizes);
            if (_e27.x < _e27.y) {
                uint _e32 = span.x;
                uint _e36 = span.y;
                span = metal::uint2(metal::min(_e32, _e27.x), metal::max(_e36, _e27.y));
            }
        }
    }
    uint _e44 = span.x;
    uint _e48 = span.y;
    span = metal::uint2(metal::max(_e44, tile.column), metal::min(_e48, tile.column + TILE_KEYS));
    {
        uint _e56 = params.windowed;
        if (_e56 != 0u) {
            uint _e62 = span.x;
            uint _e64 = span.y;
            local_3 = _e62 < _e64;
        } else {
            local_3 = false;
        }
        bool _e67 = local_3;
        if (_e67) {
            uint _e71 = span.x;
            uint _e73 = span.x;
            uint _e76 = params.page_size;
            column_1 = _e71 - (_e73 % _e76);
            bool loop_init_1 = true;
            while(true) {
                if (!loop_init_1) {
                    uint _e95 = column_1;
                    uint _e98 = params.page_size;
                    column_1 = _e95 + _e98;
                }
                loop_init_1 = false;
                uint _e80 = column_1;
                uint _e82 = span.y;
                if (_e80 < _e82) {
                } else {
                    break;
                }
                {
                    bool _e84 = found;
                    if (!(_e84)) {
                        uint _e89 = column_1;
                        uint _e90 = page_base(tile.sequence, _e89, params, block_table, _buffer_sizes);
                        local_4 = _e90 != ABSENT;
                    } else {
                        local_4 = true;
                    }
                    bool _e94 = local_4;
                    found = _e94;
                }
            }
            bool _e100 = found;
            if (!(_e100)) {
                span = metal::uint2(0u);
            }
        }
    }
    metal::uint2 _e104 = span;
    return _e104;
}

metal::uint4 naga_f2u32(metal::float4 value) {
    return static_cast<metal::uint4>(metal::clamp(value, 0.0, 4294967000.0));
}

metal::uint2 shared_span(
    Tile tile_1,
    uint lane_1,
    threadgroup type_5& key_tile,
    constant Params& params,
    device type_7 const& context_lengths,
    device type_7 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (lane_1 == 0u) {
        metal::uint2 _e4 = tile_span(tile_1, params, context_lengths, block_table, _buffer_sizes);
        key_tile.inner[0] = metal::float4(static_cast<float>(_e4.x >> 16u), static_cast<float>(_e4.x & 65535u), static_cast<float>(_e4.y >> 16u), static_cast<float>(_e4.y & 65535u));
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::float4 unnamed = key_tile.inner[0];
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 halves = naga_f2u32(unnamed);
    return metal::uint2((halves.x << 16u) | halves.y, (halves.z << 16u) | halves.w);
}

uint row_base(
    Tile tile_2,
    uint row,
    constant Params& params
) {
    bool local_5 = {};
    bool local_6 = {};
    uint query = tile_2.query + (row / PADDED_HEADS);
    uint head_1 = row % PADDED_HEADS;
    if (!(((row / PADDED_HEADS) >= TILE_QUERIES))) {
        local_5 = head_1 >= HEADS;
    } else {
        local_5 = true;
    }
    bool _e18 = local_5;
    if (!(_e18)) {
        uint _e24 = params.queries;
        local_6 = query >= _e24;
    } else {
        local_6 = true;
    }
    bool _e27 = local_6;
    if (_e27) {
        return ABSENT;
    }
    uint _e31 = params.q_offset;
    uint _e35 = params.queries;
    return _e31 + (((((tile_2.sequence * _e35) + query) * HEADS) + head_1) * WORDS);
}

uint key_base(
    uint sequence_1,
    uint column_2,
    constant Params& params,
    device type_7 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e2 = page_base(sequence_1, column_2, params, block_table, _buffer_sizes);
    uint _e5 = params.page_size;
    return (_e2 == ABSENT) ? ABSENT : (_e2 + ((column_2 % _e5) * WORDS));
}

metal::uint4 staged_bases(
    Tile tile_3,
    metal::uint2 span_1,
    uint lane_2,
    constant Params& params,
    device type_7 const& block_table,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bases = metal::uint4(4294967295u);
    uint i_1 = 0u;
    bool local_7 = {};
    uint first = ((lane_2 % 128u) / STEP) * 4u;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e43 = i_1;
            i_1 = _e43 + 1u;
        }
        loop_init_2 = false;
        uint _e14 = i_1;
        if (_e14 < 4u) {
        } else {
            break;
        }
        {
            if (lane_2 < 128u) {
                uint _e21 = i_1;
                uint column_4 = (tile_3.column + first) + _e21;
                if (column_4 >= span_1.x) {
                    local_7 = column_4 < span_1.y;
                } else {
                    local_7 = false;
                }
                bool _e30 = local_7;
                if (_e30) {
                    uint _e31 = i_1;
                    uint _e34 = key_base(tile_3.sequence, column_4, params, block_table, _buffer_sizes);
                    bases[_e31] = _e34;
                }
            } else {
                if (first < ROWS) {
                    uint _e37 = i_1;
                    uint _e39 = i_1;
                    uint _e41 = row_base(tile_3, first + _e39, params);
                    bases[_e37] = _e41;
                }
            }
        }
    }
    metal::uint4 _e45 = bases;
    return _e45;
}

uint word_at(
    uint base,
    uint offset,
    uint lane_3,
    device type_1 const& q,
    device type_1 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (base == ABSENT) {
        return 0u;
    }
    if (lane_3 < 128u) {
        uint _e11 = keys[base + offset];
        return _e11;
    }
    uint _e15 = q[base + offset];
    return _e15;
}

metal::uint4 four_words(
    metal::uint4 bases_1,
    uint offset_1,
    uint lane_4,
    device type_1 const& q,
    device type_1 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e4 = word_at(bases_1.x, offset_1, lane_4, q, keys, _buffer_sizes);
    uint _e6 = word_at(bases_1.y, offset_1, lane_4, q, keys, _buffer_sizes);
    uint _e8 = word_at(bases_1.z, offset_1, lane_4, q, keys, _buffer_sizes);
    uint _e10 = word_at(bases_1.w, offset_1, lane_4, q, keys, _buffer_sizes);
    return metal::uint4(_e4, _e6, _e8, _e10);
}

metal::float4 e4m3x4_to_f32_(
    uint packed
) {
    metal::uint4 codes = (metal::uint4(packed) >> metal::uint4(0u, 8u, 16u, 24u)) & metal::uint4(255u);
    metal::uint4 magnitude = codes & metal::uint4(127u);
    metal::uint4 normal = (magnitude << metal::uint4(20u)) + metal::uint4(1006632960u);
    metal::uint4 subnormal = as_type<metal::uint4>(static_cast<metal::float4>(magnitude) * 0.001953125);
    metal::uint4 finite = metal::select(normal, subnormal, magnitude < metal::uint4(8u));
    metal::uint4 bits = metal::select(finite, metal::uint4(2143289344u), magnitude == metal::uint4(127u));
    return as_type<metal::float4>(bits | ((codes & metal::uint4(128u)) << metal::uint4(24u)));
}

void stage(
    metal::uint4 words_1,
    uint lane_5,
    threadgroup type_5& key_tile,
    threadgroup type_5& row_tile
) {
    metal::float4 _e3 = e4m3x4_to_f32_(words_1.x);
    metal::float4 _e5 = e4m3x4_to_f32_(words_1.y);
    metal::float4 _e7 = e4m3x4_to_f32_(words_1.z);
    metal::float4 _e9 = e4m3x4_to_f32_(words_1.w);
    metal::float4x4 block = metal::transpose(metal::float4x4(_e3, _e5, _e7, _e9));
    uint word_2 = lane_5 % STEP;
    uint quad_ = (lane_5 % 128u) / STEP;
    if (lane_5 < 128u) {
        uint at_2 = ((4u * word_2) * KEY_QUADS) + ((quad_ + (2u * word_2)) % KEY_QUADS);
        key_tile.inner[at_2] = block[0];
        key_tile.inner[at_2 + KEY_QUADS] = block[1];
        key_tile.inner[at_2 + 64u] = block[2];
        key_tile.inner[at_2 + 96u] = block[3];
        return;
    } else {
        if (quad_ < ROW_QUADS) {
            uint at_3 = ((4u * word_2) * ROW_QUADS) + ((quad_ + (2u * word_2)) % ROW_QUADS);
            row_tile.inner[at_3] = block[0];
            row_tile.inner[at_3 + ROW_QUADS] = block[1];
            row_tile.inner[at_3 + 64u] = block[2];
            row_tile.inner[at_3 + 96u] = block[3];
            return;
        } else {
            return;
        }
    }
}

void multiply_add(
    thread Products& products_1,
    metal::float4 low_1,
    metal::float4 high_1,
    metal::float4 row_1
) {
    metal::float4 _e8 = products_1.low0_;
    products_1.low0_ = metal::fma(low_1, metal::float4(row_1.x), _e8);
    metal::float4 _e14 = products_1.high0_;
    products_1.high0_ = metal::fma(high_1, metal::float4(row_1.x), _e14);
    metal::float4 _e20 = products_1.low1_;
    products_1.low1_ = metal::fma(low_1, metal::float4(row_1.y), _e20);
    metal::float4 _e26 = products_1.high1_;
    products_1.high1_ = metal::fma(high_1, metal::float4(row_1.y), _e26);
    metal::float4 _e32 = products_1.low2_;
    products_1.low2_ = metal::fma(low_1, metal::float4(row_1.z), _e32);
    metal::float4 _e38 = products_1.high2_;
    products_1.high2_ = metal::fma(high_1, metal::float4(row_1.z), _e38);
    metal::float4 _e44 = products_1.low3_;
    products_1.low3_ = metal::fma(low_1, metal::float4(row_1.w), _e44);
    metal::float4 _e50 = products_1.high3_;
    products_1.high3_ = metal::fma(high_1, metal::float4(row_1.w), _e50);
    return;
}

metal::float4 four_weights(
    uint at_1,
    uint head,
    bool present,
    device type_3 const& weights,
    constant Params& params,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::float4 result = metal::float4(0.0);
    uint i_2 = 0u;
    bool local_8 = {};
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e34 = i_2;
            i_2 = _e34 + 1u;
        }
        loop_init_3 = false;
        uint _e8 = i_2;
        if (_e8 < 4u) {
        } else {
            break;
        }
        {
            if (present) {
                uint _e13 = i_2;
                local_8 = (head + _e13) < HEADS;
            } else {
                local_8 = false;
            }
            bool _e18 = local_8;
            if (_e18) {
                uint _e19 = i_2;
                uint _e24 = params.weights_offset;
                uint _e29 = i_2;
                float _e32 = weights[((_e24 + (at_1 * HEADS)) + head) + _e29];
                result[_e19] = _e32;
            }
        }
    }
    metal::float4 _e36 = result;
    return _e36;
}

metal::float4 low_sum(
    Products p,
    metal::float4 w
) {
    metal::float4 zero = metal::float4(0.0);
    return (((metal::max(p.low0_, zero) * w.x) + (metal::max(p.low1_, zero) * w.y)) + (metal::max(p.low2_, zero) * w.z)) + (metal::max(p.low3_, zero) * w.w);
}

metal::float4 high_sum(
    Products p_1,
    metal::float4 w_1
) {
    metal::float4 zero_1 = metal::float4(0.0);
    return (((metal::max(p_1.high0_, zero_1) * w_1.x) + (metal::max(p_1.high1_, zero_1) * w_1.y)) + (metal::max(p_1.high2_, zero_1) * w_1.z)) + (metal::max(p_1.high3_, zero_1) * w_1.w);
}

uint key_bits(
    uint word_1,
    device type_1 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e3 = keys[word_1];
    return _e3;
}

float scale_of(
    uint sequence_2,
    uint column_3,
    constant Params& params,
    device type_7 const& block_table,
    device type_1 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e2 = page_base(sequence_2, column_3, params, block_table, _buffer_sizes);
    uint _e5 = params.page_size;
    uint _e11 = params.page_size;
    uint _e14 = key_bits((_e2 + (_e5 * WORDS)) + (column_3 % _e11), keys, _buffer_sizes);
    return as_type<float>(_e14);
}

void write_tile(
    Tile tile_4,
    uint lane_6,
    bool computed,
    device type_1& logits,
    threadgroup type_5& key_tile,
    constant Params& params,
    device type_7 const& context_lengths,
    device type_7 const& block_table,
    device type_1 const& keys,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_3 = {};
    bool local_9 = {};
    bool local_10 = {};
    bool local_11 = {};
    float sum = {};
    uint y = {};
    uint column_5 = tile_4.column + (lane_6 % TILE_KEYS);
    uint _e9 = params.columns;
    if (column_5 >= _e9) {
        return;
    }
    i_3 = lane_6 / TILE_KEYS;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e109 = i_3;
            i_3 = _e109 + 2u;
        }
        loop_init_4 = false;
        uint _e14 = i_3;
        uint _e18 = params.queries;
        if (_e14 < metal::min(TILE_QUERIES, _e18 - tile_4.query)) {
        } else {
            break;
        }
        {
            uint _e26 = params.queries;
            uint _e30 = i_3;
            uint at_4 = ((tile_4.sequence * _e26) + tile_4.query) + _e30;
            metal::uint2 _e32 = range_of(at_4, params, context_lengths, _buffer_sizes);
            uint _e35 = params.out_offset;
            uint _e38 = params.out_stride;
            uint place = (_e35 + (at_4 * _e38)) + column_5;
            if (computed) {
                local_9 = column_5 >= _e32.x;
            } else {
                local_9 = false;
            }
            bool _e47 = local_9;
            if (_e47) {
                local_10 = column_5 < _e32.y;
            } else {
                local_10 = false;
            }
            bool _e53 = local_10;
            if (_e53) {
                uint _e57 = key_base(tile_4.sequence, column_5, params, block_table, _buffer_sizes);
                local_11 = _e57 != ABSENT;
            } else {
                local_11 = false;
            }
            bool _e61 = local_11;
            if (_e61) {
                sum = 0.0;
                uint _e64 = i_3;
                y = _e64 * HEAD_LANES;
                bool loop_init_5 = true;
                while(true) {
                    if (!loop_init_5) {
                        uint _e92 = y;
                        y = _e92 + 1u;
                    }
                    loop_init_5 = false;
                    uint _e68 = y;
                    uint _e69 = i_3;
                    if (_e68 < ((_e69 + 1u) * HEAD_LANES)) {
                    } else {
                        break;
                    }
                    {
                        float _e75 = sum;
                        uint _e77 = y;
                        float _e89 = key_tile.inner[(_e77 * KEY_QUADS) + ((lane_6 % TILE_KEYS) / 4u)][lane_6 % 4u];
                        sum = _e75 + _e89;
                    }
                }
                float _e96 = sum;
                float _e98 = scale_of(tile_4.sequence, column_5, params, block_table, keys, _buffer_sizes);
                logits[place] = as_type<uint>(_e96 * _e98);
            } else {
                uint _e103 = params.fill;
                if (_e103 != 0u) {
                    logits[place] = NEGATIVE_INFINITY;
                }
            }
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

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, device type_1 const& q [[buffer(1)]]
, device type_3 const& weights [[buffer(2)]]
, device type_1& logits [[buffer(4)]]
, threadgroup type_5& key_tile
, threadgroup type_5& row_tile
, constant Params& params [[buffer(0)]]
, device type_7 const& context_lengths [[buffer(6)]]
, device type_7 const& block_table [[buffer(5)]]
, device type_1 const& keys [[buffer(3)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    Products products = {};
    Products more = {};
    metal::uint4 words = {};
    uint step = 0u;
    uint word = {};
    uint j = {};
    bool local = {};
    metal::float4 low = {};
    metal::float4 high = {};
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint _e6 = params.tiles;
    if (_e3 >= _e6) {
        return;
    }
    Tile _e8 = tile_of(_e3, params);
    metal::uint2 _e9 = shared_span(_e8, lane, key_tile, params, context_lengths, block_table, _buffer_sizes);
    if (_e9.x >= _e9.y) {
        write_tile(_e8, lane, false, logits, key_tile, params, context_lengths, block_table, keys, _buffer_sizes);
        return;
    }
    uint x = lane % 16u;
    uint y_1 = lane / 16u;
    metal::uint4 _e18 = staged_bases(_e8, _e9, lane, params, block_table, _buffer_sizes);
    metal::uint4 _e23 = four_words(_e18, lane % STEP, lane, q, keys, _buffer_sizes);
    words = _e23;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e145 = step;
            step = _e145 + STEP;
        }
        loop_init_6 = false;
        uint _e27 = step;
        if (_e27 < WORDS) {
        } else {
            break;
        }
        {
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            metal::uint4 _e30 = words;
            stage(_e30, lane, key_tile, row_tile);
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint _e31 = step;
            if ((_e31 + STEP) < WORDS) {
                uint _e36 = step;
                metal::uint4 _e42 = four_words(_e18, (_e36 + STEP) + (lane % STEP), lane, q, keys, _buffer_sizes);
                words = _e42;
            }
            word = 0u;
            bool loop_init_7 = true;
            while(true) {
                if (!loop_init_7) {
                    uint _e143 = word;
                    word = _e143 + 1u;
                }
                loop_init_7 = false;
                uint _e45 = word;
                if (_e45 < STEP) {
                } else {
                    break;
                }
                {
                    uint _e49 = word;
                    uint _e54 = word;
                    uint low_2 = ((4u * _e49) * KEY_QUADS) + ((x + (2u * _e54)) % KEY_QUADS);
                    uint _e61 = word;
                    uint _e68 = word;
                    uint high_2 = ((4u * _e61) * KEY_QUADS) + (((x + 16u) + (2u * _e68)) % KEY_QUADS);
                    uint _e75 = word;
                    uint _e84 = word;
                    uint row_2 = ((4u * _e75) * ROW_QUADS) + ((((y_1 * LANE_ROWS) / 4u) + (2u * _e84)) % ROW_QUADS);
                    uint _e91 = word;
                    uint _e100 = word;
                    uint next = ((4u * _e91) * ROW_QUADS) + ((((y_1 * 2u) + 1u) + (2u * _e100)) % ROW_QUADS);
                    j = 0u;
                    bool loop_init_8 = true;
                    while(true) {
                        if (!loop_init_8) {
                            uint _e140 = j;
                            j = _e140 + 1u;
                        }
                        loop_init_8 = false;
                        uint _e108 = j;
                        if (_e108 < 4u) {
                        } else {
                            break;
                        }
                        {
                            uint _e112 = j;
                            metal::float4 key_low = key_tile.inner[low_2 + (_e112 * KEY_QUADS)];
                            uint _e119 = j;
                            metal::float4 key_high = key_tile.inner[high_2 + (_e119 * KEY_QUADS)];
                            uint _e126 = j;
                            metal::float4 _e131 = row_tile.inner[row_2 + (_e126 * ROW_QUADS)];
                            multiply_add(products, key_low, key_high, _e131);
                            {
                                uint _e133 = j;
                                metal::float4 _e138 = row_tile.inner[next + (_e133 * ROW_QUADS)];
                                multiply_add(more, key_low, key_high, _e138);
                            }
                        }
                    }
                }
            }
        }
    }
    uint i_4 = y_1 / HEAD_LANES;
    uint head_2 = (y_1 % HEAD_LANES) * LANE_ROWS;
    if (i_4 < TILE_QUERIES) {
        uint _e162 = params.queries;
        local = (_e8.query + i_4) < _e162;
    } else {
        local = false;
    }
    bool present_1 = local;
    uint _e169 = params.queries;
    uint at_5 = ((_e8.sequence * _e169) + _e8.query) + i_4;
    metal::float4 _e174 = four_weights(at_5, head_2, present_1, weights, params, _buffer_sizes);
    Products _e175 = products;
    metal::float4 _e176 = low_sum(_e175, _e174);
    low = _e176;
    Products _e178 = products;
    metal::float4 _e179 = high_sum(_e178, _e174);
    high = _e179;
    {
        metal::float4 _e183 = four_weights(at_5, head_2 + 4u, present_1, weights, params, _buffer_sizes);
        metal::float4 _e184 = low;
        Products _e185 = more;
        metal::float4 _e186 = low_sum(_e185, _e183);
        low = _e184 + _e186;
        metal::float4 _e188 = high;
        Products _e189 = more;
        metal::float4 _e190 = high_sum(_e189, _e183);
        high = _e188 + _e190;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::float4 _e197 = low;
    key_tile.inner[(y_1 * KEY_QUADS) + x] = _e197;
    metal::float4 _e205 = high;
    key_tile.inner[((y_1 * KEY_QUADS) + x) + 16u] = _e205;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    write_tile(_e8, lane, true, logits, key_tile, params, context_lengths, block_table, keys, _buffer_sizes);
    return;
}
