// indexer/logits+paged+wide,DIM=128,HEADS=64
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

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

struct Products {
    float4 low0_;
    float4 high0_;
    float4 low1_;
    float4 high1_;
    float4 low2_;
    float4 high2_;
    float4 low3_;
    float4 high3_;
};

static const uint TILE_KEYS = 128u;
static const uint KEY_QUADS = 32u;
static const uint STEP = 4u;
static const uint LANE_ROWS = 8u;
static const uint ROWS = 128u;
static const uint ROW_QUADS = 32u;
static const uint HEADS = 64u;
static const uint PADDED_HEADS = 64u;
static const uint TILE_QUERIES = 2u;
static const uint HEAD_LANES = 8u;
static const uint GROUP = 16u;
static const uint ABSENT = 4294967295u;
static const uint DIM = 128u;
static const uint WORDS = 32u;
static const uint NEGATIVE_INFINITY = 4286578688u;

ByteAddressBuffer q : register(t1);
ByteAddressBuffer weights : register(t2);
RWByteAddressBuffer logits : register(u4);
groupshared float4 key_tile[512];
groupshared float4 row_tile[512];
cbuffer params : register(b0) { Params params; }
ByteAddressBuffer context_lengths : register(t6);
ByteAddressBuffer block_table : register(t5);
ByteAddressBuffer keys : register(t3);

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

Tile ConstructTile(uint arg0, uint arg1, uint arg2) {
    Tile ret = (Tile)0;
    ret.sequence = arg0;
    ret.query = arg1;
    ret.column = arg2;
    return ret;
}

Tile tile_of(uint id)
{
    uint _e3 = params.row_tiles;
    uint _e6 = params.key_tiles;
    uint per_sequence = (_e3 * _e6);
    uint within = naga_mod(id, per_sequence);
    uint _e12 = params.key_tiles;
    uint group = naga_div(within, (GROUP * _e12));
    uint _e18 = params.key_tiles;
    uint in_group = naga_mod(within, (GROUP * _e18));
    uint _e24 = params.row_tiles;
    uint height = min(GROUP, (_e24 - (group * GROUP)));
    const Tile tile_5 = ConstructTile(naga_div(id, per_sequence), (((group * GROUP) + naga_mod(in_group, height)) * TILE_QUERIES), (naga_div(in_group, height) * TILE_KEYS));
    return tile_5;
}

uint2 range_of(uint at)
{
    uint _e5 = params.range_offset;
    int _e8 = asint(context_lengths.Load((_e5 + at)*4));
    uint _e11 = params.columns;
    return uint2(0u, uint(clamp(_e8, int(0), int(_e11))));
}

uint page_base(uint sequence, uint column)
{
    bool local_1 = (bool)0;
    bool local_2 = (bool)0;

    uint _e4 = params.page_size;
    uint entry = naga_div(column, _e4);
    uint _e8 = params.max_pages;
    if ((entry >= _e8)) {
        return ABSENT;
    }
    uint _e14 = params.table_offset;
    uint _e17 = params.max_pages;
    int page = asint(block_table.Load(((_e14 + (sequence * _e17)) + entry)*4));
    if (!((page < int(0)))) {
        uint _e31 = params.first_page;
        local_1 = (uint(page) < _e31);
    } else {
        local_1 = true;
    }
    bool _e34 = local_1;
    if (!(_e34)) {
        uint _e41 = params.first_page;
        uint _e45 = params.pages;
        local_2 = ((uint(page) - _e41) >= _e45);
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
    return (_e52 + (((uint(page) - _e56) * _e60) * 33u));
}

uint2 tile_span(Tile tile)
{
    uint2 span = (uint2)0;
    uint i = 0u;
    bool local_3 = (bool)0;
    bool found = false;
    uint column_1 = (uint)0;
    bool local_4 = (bool)0;

    span = uint2((tile.column + TILE_KEYS), tile.column);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e41 = i;
            i = (_e41 + 1u);
        }
        loop_init = false;
        uint _e9 = i;
        uint _e13 = params.queries;
        if ((_e9 < min(TILE_QUERIES, (_e13 - tile.query)))) {
        } else {
            break;
        }
        {
            uint _e21 = params.queries;
            uint _e25 = i;
            const uint2 _e27 = range_of((((tile.sequence * _e21) + tile.query) + _e25));
            if ((_e27.x < _e27.y)) {
                uint _e32 = span.x;
                uint _e36 = span.y;
                span = uint2(min(_e32, _e27.x), max(_e36, _e27.y));
            }
        }
    }
    uint _e44 = span.x;
    uint _e48 = span.y;
    span = uint2(max(_e44, tile.column), min(_e48, (tile.column + TILE_KEYS)));
    {
        uint _e56 = params.windowed;
        if ((_e56 != 0u)) {
            uint _e62 = span.x;
            uint _e64 = span.y;
            local_3 = (_e62 < _e64);
        } else {
            local_3 = false;
        }
        bool _e67 = local_3;
        if (_e67) {
            uint _e71 = span.x;
            uint _e73 = span.x;
            uint _e76 = params.page_size;
            column_1 = (_e71 - naga_mod(_e73, _e76));
            bool loop_init_1 = true;
            while(true) {
                if (!loop_init_1) {
                    uint _e95 = column_1;
                    uint _e98 = params.page_size;
                    column_1 = (_e95 + _e98);
                }
                loop_init_1 = false;
                uint _e80 = column_1;
                uint _e82 = span.y;
                if ((_e80 < _e82)) {
                } else {
                    break;
                }
                {
                    bool _e84 = found;
                    if (!(_e84)) {
                        uint _e89 = column_1;
                        const uint _e90 = page_base(tile.sequence, _e89);
                        local_4 = (_e90 != ABSENT);
                    } else {
                        local_4 = true;
                    }
                    bool _e94 = local_4;
                    found = _e94;
                }
            }
            bool _e100 = found;
            if (!(_e100)) {
                span = (0u).xx;
            }
        }
    }
    uint2 _e104 = span;
    return _e104;
}

uint4 naga_f2u32(float4 value) {
    return uint4(clamp(value, 0.0, 4294967000.0));
}

uint2 shared_span(Tile tile_1, uint lane_1)
{
    if ((lane_1 == 0u)) {
        const uint2 _e4 = tile_span(tile_1);
        key_tile[0] = float4(float((_e4.x >> 16u)), float((_e4.x & 65535u)), float((_e4.y >> 16u)), float((_e4.y & 65535u)));
    }
    GroupMemoryBarrierWithGroupSync();
    float4 _e26 = key_tile[0];
    GroupMemoryBarrierWithGroupSync();
    uint4 halves = naga_f2u32(_e26);
    return uint2(((halves.x << 16u) | halves.y), ((halves.z << 16u) | halves.w));
}

uint row_base(Tile tile_2, uint row)
{
    bool local_5 = (bool)0;
    bool local_6 = (bool)0;

    uint query = (tile_2.query + naga_div(row, PADDED_HEADS));
    uint head_1 = naga_mod(row, PADDED_HEADS);
    if (!((naga_div(row, PADDED_HEADS) >= TILE_QUERIES))) {
        local_5 = (head_1 >= HEADS);
    } else {
        local_5 = true;
    }
    bool _e18 = local_5;
    if (!(_e18)) {
        uint _e24 = params.queries;
        local_6 = (query >= _e24);
    } else {
        local_6 = true;
    }
    bool _e27 = local_6;
    if (_e27) {
        return ABSENT;
    }
    uint _e31 = params.q_offset;
    uint _e35 = params.queries;
    return (_e31 + (((((tile_2.sequence * _e35) + query) * HEADS) + head_1) * WORDS));
}

uint key_base(uint sequence_1, uint column_2)
{
    const uint _e2 = page_base(sequence_1, column_2);
    uint _e5 = params.page_size;
    return ((_e2 == ABSENT) ? ABSENT : (_e2 + (naga_mod(column_2, _e5) * WORDS)));
}

uint4 staged_bases(Tile tile_3, uint2 span_1, uint lane_2)
{
    uint4 bases = (4294967295u).xxxx;
    uint i_1 = 0u;
    bool local_7 = (bool)0;

    uint first = (naga_div(naga_mod(lane_2, 128u), STEP) * 4u);
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e43 = i_1;
            i_1 = (_e43 + 1u);
        }
        loop_init_2 = false;
        uint _e14 = i_1;
        if ((_e14 < 4u)) {
        } else {
            break;
        }
        {
            if ((lane_2 < 128u)) {
                uint _e21 = i_1;
                uint column_4 = ((tile_3.column + first) + _e21);
                if ((column_4 >= span_1.x)) {
                    local_7 = (column_4 < span_1.y);
                } else {
                    local_7 = false;
                }
                bool _e30 = local_7;
                if (_e30) {
                    uint _e31 = i_1;
                    const uint _e34 = key_base(tile_3.sequence, column_4);
                    bases[_e31] = _e34;
                }
            } else {
                if ((first < ROWS)) {
                    uint _e37 = i_1;
                    uint _e39 = i_1;
                    const uint _e41 = row_base(tile_3, (first + _e39));
                    bases[_e37] = _e41;
                }
            }
        }
    }
    uint4 _e45 = bases;
    return _e45;
}

uint word_at(uint base, uint offset, uint lane_3)
{
    if ((base == ABSENT)) {
        return 0u;
    }
    if ((lane_3 < 128u)) {
        uint _e11 = asuint(keys.Load((base + offset)*4));
        return _e11;
    }
    uint _e15 = asuint(q.Load((base + offset)*4));
    return _e15;
}

uint4 four_words(uint4 bases_1, uint offset_1, uint lane_4)
{
    const uint _e4 = word_at(bases_1.x, offset_1, lane_4);
    const uint _e6 = word_at(bases_1.y, offset_1, lane_4);
    const uint _e8 = word_at(bases_1.z, offset_1, lane_4);
    const uint _e10 = word_at(bases_1.w, offset_1, lane_4);
    return uint4(_e4, _e6, _e8, _e10);
}

float4 e4m3x4_to_f32_(uint packed)
{
    uint4 codes = (((packed).xxxx >> uint4(0u, 8u, 16u, 24u)) & (255u).xxxx);
    uint4 magnitude = (codes & (127u).xxxx);
    uint4 normal = ((magnitude << (20u).xxxx) + (1006632960u).xxxx);
    uint4 subnormal = asuint((float4(magnitude) * 0.001953125));
    uint4 finite = ((magnitude < (8u).xxxx) ? subnormal : normal);
    uint4 bits = ((magnitude == (127u).xxxx) ? (2143289344u).xxxx : finite);
    return asfloat((bits | ((codes & (128u).xxxx) << (24u).xxxx)));
}

void stage(uint4 words_1, uint lane_5)
{
    const float4 _e3 = e4m3x4_to_f32_(words_1.x);
    const float4 _e5 = e4m3x4_to_f32_(words_1.y);
    const float4 _e7 = e4m3x4_to_f32_(words_1.z);
    const float4 _e9 = e4m3x4_to_f32_(words_1.w);
    float4x4 block = transpose(float4x4(_e3, _e5, _e7, _e9));
    uint word_2 = naga_mod(lane_5, STEP);
    uint quad = naga_div(naga_mod(lane_5, 128u), STEP);
    if ((lane_5 < 128u)) {
        uint at_2 = (((4u * word_2) * KEY_QUADS) + naga_mod((quad + (2u * word_2)), KEY_QUADS));
        key_tile[at_2] = block[0];
        key_tile[(at_2 + KEY_QUADS)] = block[1];
        key_tile[(at_2 + 64u)] = block[2];
        key_tile[(at_2 + 96u)] = block[3];
        return;
    } else {
        if ((quad < ROW_QUADS)) {
            uint at_3 = (((4u * word_2) * ROW_QUADS) + naga_mod((quad + (2u * word_2)), ROW_QUADS));
            row_tile[at_3] = block[0];
            row_tile[(at_3 + ROW_QUADS)] = block[1];
            row_tile[(at_3 + 64u)] = block[2];
            row_tile[(at_3 + 96u)] = block[3];
            return;
        } else {
            return;
        }
    }
}

void multiply_add(inout Products products_1, float4 low_1, float4 high_1, float4 row_1)
{
    float4 _e8 = products_1.low0_;
    products_1.low0_ = mad(low_1, (row_1.x).xxxx, _e8);
    float4 _e14 = products_1.high0_;
    products_1.high0_ = mad(high_1, (row_1.x).xxxx, _e14);
    float4 _e20 = products_1.low1_;
    products_1.low1_ = mad(low_1, (row_1.y).xxxx, _e20);
    float4 _e26 = products_1.high1_;
    products_1.high1_ = mad(high_1, (row_1.y).xxxx, _e26);
    float4 _e32 = products_1.low2_;
    products_1.low2_ = mad(low_1, (row_1.z).xxxx, _e32);
    float4 _e38 = products_1.high2_;
    products_1.high2_ = mad(high_1, (row_1.z).xxxx, _e38);
    float4 _e44 = products_1.low3_;
    products_1.low3_ = mad(low_1, (row_1.w).xxxx, _e44);
    float4 _e50 = products_1.high3_;
    products_1.high3_ = mad(high_1, (row_1.w).xxxx, _e50);
    return;
}

float4 four_weights(uint at_1, uint head, bool present)
{
    float4 result = (0.0).xxxx;
    uint i_2 = 0u;
    bool local_8 = (bool)0;

    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e34 = i_2;
            i_2 = (_e34 + 1u);
        }
        loop_init_3 = false;
        uint _e8 = i_2;
        if ((_e8 < 4u)) {
        } else {
            break;
        }
        {
            if (present) {
                uint _e13 = i_2;
                local_8 = ((head + _e13) < HEADS);
            } else {
                local_8 = false;
            }
            bool _e18 = local_8;
            if (_e18) {
                uint _e19 = i_2;
                uint _e24 = params.weights_offset;
                uint _e29 = i_2;
                float _e32 = asfloat(weights.Load((((_e24 + (at_1 * HEADS)) + head) + _e29)*4));
                result[_e19] = _e32;
            }
        }
    }
    float4 _e36 = result;
    return _e36;
}

float4 low_sum(Products p, float4 w)
{
    float4 zero = (0.0).xxxx;
    return ((((max(p.low0_, zero) * w.x) + (max(p.low1_, zero) * w.y)) + (max(p.low2_, zero) * w.z)) + (max(p.low3_, zero) * w.w));
}

float4 high_sum(Products p_1, float4 w_1)
{
    float4 zero_1 = (0.0).xxxx;
    return ((((max(p_1.high0_, zero_1) * w_1.x) + (max(p_1.high1_, zero_1) * w_1.y)) + (max(p_1.high2_, zero_1) * w_1.z)) + (max(p_1.high3_, zero_1) * w_1.w));
}

uint key_bits(uint word_1)
{
    uint _e3 = asuint(keys.Load(word_1*4));
    return _e3;
}

float scale_of(uint sequence_2, uint column_3)
{
    const uint _e2 = page_base(sequence_2, column_3);
    uint _e5 = params.page_size;
    uint _e11 = params.page_size;
    const uint _e14 = key_bits(((_e2 + (_e5 * WORDS)) + naga_mod(column_3, _e11)));
    return asfloat(_e14);
}

void write_tile(Tile tile_4, uint lane_6, bool computed)
{
    uint i_3 = (uint)0;
    bool local_9 = (bool)0;
    bool local_10 = (bool)0;
    bool local_11 = (bool)0;
    float sum = (float)0;
    uint y = (uint)0;

    uint column_5 = (tile_4.column + naga_mod(lane_6, TILE_KEYS));
    uint _e9 = params.columns;
    if ((column_5 >= _e9)) {
        return;
    }
    i_3 = naga_div(lane_6, TILE_KEYS);
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e109 = i_3;
            i_3 = (_e109 + 2u);
        }
        loop_init_4 = false;
        uint _e14 = i_3;
        uint _e18 = params.queries;
        if ((_e14 < min(TILE_QUERIES, (_e18 - tile_4.query)))) {
        } else {
            break;
        }
        {
            uint _e26 = params.queries;
            uint _e30 = i_3;
            uint at_4 = (((tile_4.sequence * _e26) + tile_4.query) + _e30);
            const uint2 _e32 = range_of(at_4);
            uint _e35 = params.out_offset;
            uint _e38 = params.out_stride;
            uint place = ((_e35 + (at_4 * _e38)) + column_5);
            if (computed) {
                local_9 = (column_5 >= _e32.x);
            } else {
                local_9 = false;
            }
            bool _e47 = local_9;
            if (_e47) {
                local_10 = (column_5 < _e32.y);
            } else {
                local_10 = false;
            }
            bool _e53 = local_10;
            if (_e53) {
                const uint _e57 = key_base(tile_4.sequence, column_5);
                local_11 = (_e57 != ABSENT);
            } else {
                local_11 = false;
            }
            bool _e61 = local_11;
            if (_e61) {
                sum = 0.0;
                uint _e64 = i_3;
                y = (_e64 * HEAD_LANES);
                bool loop_init_5 = true;
                while(true) {
                    if (!loop_init_5) {
                        uint _e92 = y;
                        y = (_e92 + 1u);
                    }
                    loop_init_5 = false;
                    uint _e68 = y;
                    uint _e69 = i_3;
                    if ((_e68 < ((_e69 + 1u) * HEAD_LANES))) {
                    } else {
                        break;
                    }
                    {
                        float _e75 = sum;
                        uint _e77 = y;
                        float _e89 = key_tile[((_e77 * KEY_QUADS) + naga_div(naga_mod(lane_6, TILE_KEYS), 4u))][naga_mod(lane_6, 4u)];
                        sum = (_e75 + _e89);
                    }
                }
                float _e96 = sum;
                const float _e98 = scale_of(tile_4.sequence, column_5);
                logits.Store(place*4, asuint(asuint((_e96 * _e98))));
            } else {
                uint _e103 = params.fill;
                if ((_e103 != 0u)) {
                    logits.Store(place*4, asuint(NEGATIVE_INFINITY));
                }
            }
        }
    }
    return;
}

uint flat_workgroup_id(uint3 workgroup_id, uint3 num_workgroups)
{
    return (workgroup_id.x + (workgroup_id.y * num_workgroups.x));
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    Products products = (Products)0;
    Products more = (Products)0;
    uint4 words = (uint4)0;
    uint step_ = 0u;
    uint word = (uint)0;
    uint j = (uint)0;
    bool local = (bool)0;
    float4 low = (float4)0;
    float4 high = (float4)0;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.tiles;
    if ((_e3 >= _e6)) {
        return;
    }
    const Tile _e8 = tile_of(_e3);
    const uint2 _e9 = shared_span(_e8, lane);
    if ((_e9.x >= _e9.y)) {
        write_tile(_e8, lane, false);
        return;
    }
    uint x = naga_mod(lane, 16u);
    uint y_1 = naga_div(lane, 16u);
    const uint4 _e18 = staged_bases(_e8, _e9, lane);
    const uint4 _e23 = four_words(_e18, naga_mod(lane, STEP), lane);
    words = _e23;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e145 = step_;
            step_ = (_e145 + STEP);
        }
        loop_init_6 = false;
        uint _e27 = step_;
        if ((_e27 < WORDS)) {
        } else {
            break;
        }
        {
            GroupMemoryBarrierWithGroupSync();
            uint4 _e30 = words;
            stage(_e30, lane);
            GroupMemoryBarrierWithGroupSync();
            uint _e31 = step_;
            if (((_e31 + STEP) < WORDS)) {
                uint _e36 = step_;
                const uint4 _e42 = four_words(_e18, ((_e36 + STEP) + naga_mod(lane, STEP)), lane);
                words = _e42;
            }
            word = 0u;
            bool loop_init_7 = true;
            while(true) {
                if (!loop_init_7) {
                    uint _e143 = word;
                    word = (_e143 + 1u);
                }
                loop_init_7 = false;
                uint _e45 = word;
                if ((_e45 < STEP)) {
                } else {
                    break;
                }
                {
                    uint _e49 = word;
                    uint _e54 = word;
                    uint low_2 = (((4u * _e49) * KEY_QUADS) + naga_mod((x + (2u * _e54)), KEY_QUADS));
                    uint _e61 = word;
                    uint _e68 = word;
                    uint high_2 = (((4u * _e61) * KEY_QUADS) + naga_mod(((x + 16u) + (2u * _e68)), KEY_QUADS));
                    uint _e75 = word;
                    uint _e84 = word;
                    uint row_2 = (((4u * _e75) * ROW_QUADS) + naga_mod((naga_div((y_1 * LANE_ROWS), 4u) + (2u * _e84)), ROW_QUADS));
                    uint _e91 = word;
                    uint _e100 = word;
                    uint next = (((4u * _e91) * ROW_QUADS) + naga_mod((((y_1 * 2u) + 1u) + (2u * _e100)), ROW_QUADS));
                    j = 0u;
                    bool loop_init_8 = true;
                    while(true) {
                        if (!loop_init_8) {
                            uint _e140 = j;
                            j = (_e140 + 1u);
                        }
                        loop_init_8 = false;
                        uint _e108 = j;
                        if ((_e108 < 4u)) {
                        } else {
                            break;
                        }
                        {
                            uint _e112 = j;
                            float4 key_low = key_tile[(low_2 + (_e112 * KEY_QUADS))];
                            uint _e119 = j;
                            float4 key_high = key_tile[(high_2 + (_e119 * KEY_QUADS))];
                            uint _e126 = j;
                            float4 _e131 = row_tile[(row_2 + (_e126 * ROW_QUADS))];
                            multiply_add(products, key_low, key_high, _e131);
                            {
                                uint _e133 = j;
                                float4 _e138 = row_tile[(next + (_e133 * ROW_QUADS))];
                                multiply_add(more, key_low, key_high, _e138);
                            }
                        }
                    }
                }
            }
        }
    }
    uint i_4 = naga_div(y_1, HEAD_LANES);
    uint head_2 = (naga_mod(y_1, HEAD_LANES) * LANE_ROWS);
    if ((i_4 < TILE_QUERIES)) {
        uint _e162 = params.queries;
        local = ((_e8.query + i_4) < _e162);
    } else {
        local = false;
    }
    bool present_1 = local;
    uint _e169 = params.queries;
    uint at_5 = (((_e8.sequence * _e169) + _e8.query) + i_4);
    const float4 _e174 = four_weights(at_5, head_2, present_1);
    Products _e175 = products;
    const float4 _e176 = low_sum(_e175, _e174);
    low = _e176;
    Products _e178 = products;
    const float4 _e179 = high_sum(_e178, _e174);
    high = _e179;
    {
        const float4 _e183 = four_weights(at_5, (head_2 + 4u), present_1);
        float4 _e184 = low;
        Products _e185 = more;
        const float4 _e186 = low_sum(_e185, _e183);
        low = (_e184 + _e186);
        float4 _e188 = high;
        Products _e189 = more;
        const float4 _e190 = high_sum(_e189, _e183);
        high = (_e188 + _e190);
    }
    GroupMemoryBarrierWithGroupSync();
    float4 _e197 = low;
    key_tile[((y_1 * KEY_QUADS) + x)] = _e197;
    float4 _e205 = high;
    key_tile[(((y_1 * KEY_QUADS) + x) + 16u)] = _e205;
    GroupMemoryBarrierWithGroupSync();
    write_tile(_e8, lane, true);
    return;
}
