// attention/attend+q_bf16+kv_fp8+heads_16+direct+subgroup,D_QK=576,D_V=512,HEAD_BLOCK=16
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Place {
    uint query;
    uint first_head;
    uint split;
    uint thread;
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

struct Eight {
    float4 low;
    float4 high;
};

struct Values {
    float4 x0_;
    float4 y0_;
    float4 x1_;
    float4 y1_;
    float4 x2_;
    float4 y2_;
    float4 x3_;
    float4 y3_;
};

static const uint TILE = 64u;
static const uint CHUNK = 32u;
static const uint HEAD_BLOCK = 16u;
static const uint HEADS_PER_THREAD = 4u;
static const uint QUERIES_AT = 512u;
static const uint WEIGHTS_AT = 640u;
static const uint ROW_VECTORS = 41u;
static const uint D_QK = 576u;
static const uint D_V = 512u;
static const uint POSITIVE_INFINITY = 2139095040u;
static const uint NEGATIVE_INFINITY = 4286578688u;

groupshared float4 tile[896];
groupshared float exchange[256];
groupshared int rows[128];
groupshared float factors[16];
groupshared uint tiles_found;
groupshared uint tiles_used;
ByteAddressBuffer indices_ : register(t2);
cbuffer params : register(b8) { Params params; }
ByteAddressBuffer kv : register(t1);
ByteAddressBuffer q : register(t0);
RWByteAddressBuffer output : register(u5);
ByteAddressBuffer topk_length : register(t3);
groupshared uint key_count;
ByteAddressBuffer attn_sink : register(t4);
RWByteAddressBuffer max_logits : register(u6);
RWByteAddressBuffer lse : register(u7);

struct ComputeInput_main {
    uint thread_2 : SV_GroupIndex;
    uint3 workgroup_id_2 : SV_GroupID;
    uint3 num_workgroups_2 : SV_GroupID;
};

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

uint key_group(Place place)
{
    return naga_mod(place.thread, 16u);
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint head_group(Place place_1)
{
    return naga_mod(naga_div(place_1.thread, 16u), 4u);
}

uint slice(Place place_2)
{
    return naga_div(place_2.thread, 64u);
}

int row_of(Place place_3, uint entry, uint entries)
{
    bool local_1 = (bool)0;
    bool local_2 = (bool)0;

    if ((entry >= entries)) {
        return int(-1);
    }
    uint _e8 = params.first_query;
    uint _e13 = params.top_k;
    int index = asint(indices_.Load((((_e8 + place_3.query) * _e13) + entry)*4));
    if ((index >= int(0))) {
        uint _e25 = params.window_start;
        local_1 = (uint(index) >= _e25);
    } else {
        local_1 = false;
    }
    bool _e28 = local_1;
    if (_e28) {
        uint _e34 = params.window_end;
        local_2 = (uint(index) < _e34);
    } else {
        local_2 = false;
    }
    bool inside = local_2;
    uint _e40 = params.window_start;
    return (inside ? asint(asuint(index) - asuint(int(_e40))) : int(-1));
}

uint find_tiles(Place place_4, uint first_tile, uint last_tile, uint entries_1)
{
    uint found = 0u;
    uint i_1 = 0u;

    if ((place_4.thread == 0u)) {
        { uint dummy = 0; InterlockedExchange(tiles_found, 0u, dummy); }
    }
    GroupMemoryBarrierWithGroupSync();
    uint end = min(entries_1, (last_tile * TILE));
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e37 = i_1;
            i_1 = (_e37 + 1u);
        }
        loop_init = false;
        uint _e16 = i_1;
        if ((_e16 < 8u)) {
        } else {
            break;
        }
        {
            uint _e19 = i_1;
            uint offset = ((_e19 * 256u) + place_4.thread);
            const int _e27 = row_of(place_4, ((first_tile * TILE) + offset), end);
            if ((_e27 >= int(0))) {
                uint _e30 = found;
                found = (_e30 | (1u << naga_div(offset, TILE)));
            }
        }
    }
    {
        uint _e39 = found;
        const uint _e40 = WaveActiveBitOr(_e39);
        found = _e40;
    }
    uint _e41 = found;
    if ((_e41 != 0u)) {
        uint _e45 = found;
        uint _e46; InterlockedOr(tiles_found, _e45, _e46);
    }
    GroupMemoryBarrierWithGroupSync();
    if ((place_4.thread == 0u)) {
        uint _e52; InterlockedOr(tiles_found, 0, _e52);
        tiles_used = _e52;
    }
    GroupMemoryBarrierWithGroupSync();
    uint _e54 = tiles_used;
    GroupMemoryBarrierWithGroupSync();
    return _e54;
}

float2 unpack_bf16x2_(uint packed)
{
    return float2(asfloat((packed << 16u)), asfloat((packed & 4294901760u)));
}

float4 e4m3x4_to_f32_(uint packed_1)
{
    uint4 codes = (((packed_1).xxxx >> uint4(0u, 8u, 16u, 24u)) & (255u).xxxx);
    uint4 magnitude = (codes & (127u).xxxx);
    uint4 normal = ((magnitude << (20u).xxxx) + (1006632960u).xxxx);
    uint4 subnormal = asuint((float4(magnitude) * 0.001953125));
    uint4 finite = ((magnitude < (8u).xxxx) ? subnormal : normal);
    uint4 bits = ((magnitude == (127u).xxxx) ? (2143289344u).xxxx : finite);
    return asfloat((bits | ((codes & (128u).xxxx) << (24u).xxxx)));
}

Eight ConstructEight(float4 arg0, float4 arg1) {
    Eight ret = (Eight)0;
    ret.low = arg0;
    ret.high = arg1;
    return ret;
}

Eight row_eight(uint row, uint dim)
{
    uint start = (row * ROW_VECTORS);
    if ((dim >= 512u)) {
        uint4 packed_2 = asuint(kv.Load4(((start + 33u) + naga_div((dim - 512u), 8u))*16));
        const float2 _e17 = unpack_bf16x2_(packed_2.x);
        const float2 _e19 = unpack_bf16x2_(packed_2.y);
        const float2 _e22 = unpack_bf16x2_(packed_2.z);
        const float2 _e24 = unpack_bf16x2_(packed_2.w);
        const Eight eight_1 = ConstructEight(float4(_e17, _e19), float4(_e22, _e24));
        return eight_1;
    }
    uint _e34 = asuint(kv.Load(naga_div(dim, 128u)*4+(start + 32u)*16));
    float scale = asfloat(_e34);
    uint at = (start + naga_div(dim, 16u));
    uint word = (naga_div(dim, 4u) & 2u);
    uint _e46 = asuint(kv.Load(word*4+at*16));
    const float4 _e47 = e4m3x4_to_f32_(_e46);
    uint _e54 = asuint(kv.Load((word + 1u)*4+at*16));
    const float4 _e55 = e4m3x4_to_f32_(_e54);
    const Eight eight_2 = ConstructEight((_e47 * scale), (_e55 * scale));
    return eight_2;
}

Eight query_eight(uint row_1, uint dim_1)
{
    uint4 packed_3 = asuint(q.Load4(((row_1 * 72u) + naga_div(dim_1, 8u))*16));
    {
        const float2 _e11 = unpack_bf16x2_(packed_3.x);
        const float2 _e13 = unpack_bf16x2_(packed_3.y);
        const float2 _e16 = unpack_bf16x2_(packed_3.z);
        const float2 _e18 = unpack_bf16x2_(packed_3.w);
        const Eight eight_3 = ConstructEight(float4(_e11, _e13), float4(_e16, _e18));
        return eight_3;
    }
}

void stage(Place place_5, int row_2, uint chunk)
{
    Eight eight = ConstructEight((0.0).xxxx, (0.0).xxxx);
    Eight query = ConstructEight((0.0).xxxx, (0.0).xxxx);

    uint line_4 = naga_div(place_5.thread, 4u);
    uint part = naga_mod(place_5.thread, 4u);
    if ((row_2 >= int(0))) {
        const Eight _e23 = row_eight(uint(row_2), ((chunk * CHUNK) + (part * 8u)));
        eight = _e23;
    }
    uint swizzle = (line_4 & 7u);
    float4 _e35 = eight.low;
    tile[((line_4 * 8u) + ((2u * part) ^ swizzle))] = _e35;
    float4 _e47 = eight.high;
    tile[((line_4 * 8u) + (((2u * part) + 1u) ^ swizzle))] = _e47;
    if ((line_4 < HEAD_BLOCK)) {
        uint head_1 = (place_5.first_head + line_4);
        uint _e60 = params.heads;
        if ((head_1 < _e60)) {
            uint _e64 = params.first_query;
            uint _e69 = params.heads;
            const Eight _e77 = query_eight((((_e64 + place_5.query) * _e69) + head_1), ((chunk * CHUNK) + (part * 8u)));
            query = _e77;
        }
        uint group_2 = naga_div(line_4, HEADS_PER_THREAD);
        float4 _e91 = query.low;
        tile[((QUERIES_AT + (line_4 * 8u)) + ((2u * part) ^ group_2))] = _e91;
        float4 _e105 = query.high;
        tile[((QUERIES_AT + (line_4 * 8u)) + (((2u * part) + 1u) ^ group_2))] = _e105;
        return;
    } else {
        return;
    }
}

float add_dot(float sum_1, float4 a, float4 b)
{
    return mad(a.w, b.w, mad(a.z, b.z, mad(a.y, b.y, mad(a.x, b.x, sum_1))));
}

float4 add_dots(float4 sums, float4 row0_, float4 row1_, float4 row2_, float4 row3_, float4 b_1)
{
    const float _e7 = add_dot(sums.x, row0_, b_1);
    const float _e9 = add_dot(sums.y, row1_, b_1);
    const float _e11 = add_dot(sums.z, row2_, b_1);
    const float _e13 = add_dot(sums.w, row3_, b_1);
    return float4(_e7, _e9, _e11, _e13);
}

uint slice_at(uint head, uint slice_1, Place place_6)
{
    uint rank = (slice_1 - ((slice_1 > head) ? 1u : 0u));
    return ((((head * 3u) + rank) * 64u) + (place_6.thread & 63u));
}

float4 score(Place place_7, int row_3)
{
    float4 sums0_ = (0.0).xxxx;
    float4 sums1_ = (0.0).xxxx;
    float4 sums2_ = (0.0).xxxx;
    float4 sums3_ = (0.0).xxxx;
    uint chunk_1 = 0u;
    uint step_ = (uint)0;
    float4 own = (0.0).xxxx;

    const uint _e14 = key_group(place_7);
    uint key_line = (_e14 * 8u);
    const uint _e18 = head_group(place_7);
    uint query_line = (QUERIES_AT + ((_e18 * HEADS_PER_THREAD) * 8u));
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e96 = chunk_1;
            chunk_1 = (_e96 + 1u);
        }
        loop_init_1 = false;
        uint _e26 = chunk_1;
        if ((_e26 < 18u)) {
        } else {
            break;
        }
        {
            GroupMemoryBarrierWithGroupSync();
            uint _e29 = chunk_1;
            stage(place_7, row_3, _e29);
            GroupMemoryBarrierWithGroupSync();
            step_ = 0u;
            bool loop_init_2 = true;
            while(true) {
                if (!loop_init_2) {
                    uint _e93 = step_;
                    step_ = (_e93 + 1u);
                }
                loop_init_2 = false;
                uint _e32 = step_;
                if ((_e32 < 2u)) {
                } else {
                    break;
                }
                {
                    const uint _e35 = slice(place_7);
                    uint _e38 = step_;
                    uint vector_ = ((_e35 * 2u) + _e38);
                    const uint _e40 = key_group(place_7);
                    uint key_at = (key_line + (vector_ ^ (_e40 & 7u)));
                    const uint _e45 = head_group(place_7);
                    uint query_at = (query_line + (vector_ ^ _e45));
                    float4 key0_ = tile[key_at];
                    float4 key1_ = tile[(key_at + 128u)];
                    float4 key2_ = tile[(key_at + 256u)];
                    float4 key3_ = tile[(key_at + 384u)];
                    float4 _e66 = sums0_;
                    float4 _e69 = tile[query_at];
                    const float4 _e70 = add_dots(_e66, key0_, key1_, key2_, key3_, _e69);
                    sums0_ = _e70;
                    {
                        float4 _e71 = sums1_;
                        float4 _e76 = tile[(query_at + 8u)];
                        const float4 _e77 = add_dots(_e71, key0_, key1_, key2_, key3_, _e76);
                        sums1_ = _e77;
                    }
                    {
                        float4 _e78 = sums2_;
                        float4 _e83 = tile[(query_at + 16u)];
                        const float4 _e84 = add_dots(_e78, key0_, key1_, key2_, key3_, _e83);
                        sums2_ = _e84;
                    }
                    {
                        float4 _e85 = sums3_;
                        float4 _e90 = tile[(query_at + 24u)];
                        const float4 _e91 = add_dots(_e85, key0_, key1_, key2_, key3_, _e90);
                        sums3_ = _e91;
                    }
                }
            }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    const uint _e101 = slice(place_7);
    if ((_e101 == 0u)) {
        float4 _e104 = sums0_;
        own = _e104;
    } else {
        const uint _e107 = slice(place_7);
        const uint _e108 = slice_at(0u, _e107, place_7);
        float4 _e110 = sums0_;
        tile[_e108] = _e110;
    }
    {
        const uint _e111 = slice(place_7);
        if ((_e111 == 1u)) {
            float4 _e114 = sums1_;
            own = _e114;
        } else {
            const uint _e117 = slice(place_7);
            const uint _e118 = slice_at(1u, _e117, place_7);
            float4 _e120 = sums1_;
            tile[_e118] = _e120;
        }
    }
    {
        const uint _e121 = slice(place_7);
        if ((_e121 == 2u)) {
            float4 _e124 = sums2_;
            own = _e124;
        } else {
            const uint _e127 = slice(place_7);
            const uint _e128 = slice_at(2u, _e127, place_7);
            float4 _e130 = sums2_;
            tile[_e128] = _e130;
        }
    }
    {
        const uint _e131 = slice(place_7);
        if ((_e131 == 3u)) {
            float4 _e134 = sums3_;
            own = _e134;
        } else {
            const uint _e137 = slice(place_7);
            const uint _e138 = slice_at(3u, _e137, place_7);
            float4 _e140 = sums3_;
            tile[_e138] = _e140;
        }
    }
    GroupMemoryBarrierWithGroupSync();
    const uint _e141 = slice(place_7);
    if ((_e141 < HEADS_PER_THREAD)) {
        const uint _e144 = slice(place_7);
        uint first = ((_e144 * 192u) + (place_7.thread & 63u));
        float4 _e151 = own;
        float4 _e154 = tile[first];
        float4 _e159 = tile[(first + 64u)];
        float4 _e165 = tile[(first + 128u)];
        own = (_e151 + ((_e154 + _e159) + _e165));
    }
    float4 _e168 = own;
    return _e168;
}

float head_maximum(Place place_8, uint line_, bool finishes, float value, uint subgroup_size_1)
{
    float maximum_1 = (float)0;
    bool local_3 = (bool)0;
    bool local_4 = (bool)0;

    const float _e6 = WaveReadLaneAt(value, WaveGetLaneIndex() ^ 1u);
    maximum_1 = max(value, _e6);
    float _e9 = maximum_1;
    float _e10 = maximum_1;
    const float _e12 = WaveReadLaneAt(_e10, WaveGetLaneIndex() ^ 2u);
    maximum_1 = max(_e9, _e12);
    if ((subgroup_size_1 >= 8u)) {
        float _e16 = maximum_1;
        float _e17 = maximum_1;
        const float _e19 = WaveReadLaneAt(_e17, WaveGetLaneIndex() ^ 4u);
        maximum_1 = max(_e16, _e19);
    }
    if ((subgroup_size_1 >= 16u)) {
        float _e23 = maximum_1;
        float _e24 = maximum_1;
        const float _e26 = WaveReadLaneAt(_e24, WaveGetLaneIndex() ^ 8u);
        maximum_1 = max(_e23, _e26);
    }
    if (finishes) {
        const uint _e30 = key_group(place_8);
        local_3 = ((_e30 & 3u) == 0u);
    } else {
        local_3 = false;
    }
    bool _e36 = local_3;
    if (_e36) {
        const uint _e40 = key_group(place_8);
        float _e45 = maximum_1;
        exchange[((line_ * 4u) + naga_div(_e40, 4u))] = _e45;
    }
    GroupMemoryBarrierWithGroupSync();
    if (finishes) {
        local_4 = (subgroup_size_1 < 16u);
    } else {
        local_4 = false;
    }
    bool _e51 = local_4;
    if (_e51) {
        uint at_1 = (line_ * 4u);
        float _e56 = exchange[at_1];
        float _e61 = exchange[(at_1 + 1u)];
        float _e67 = exchange[(at_1 + 2u)];
        float _e72 = exchange[(at_1 + 3u)];
        maximum_1 = max(max(_e56, _e61), max(_e67, _e72));
    }
    float _e75 = maximum_1;
    return _e75;
}

float4 factors_of(uint group_1)
{
    float _e5 = factors[(4u * group_1)];
    float _e12 = factors[((4u * group_1) + 1u)];
    float _e19 = factors[((4u * group_1) + 2u)];
    float _e26 = factors[((4u * group_1) + 3u)];
    return float4(_e5, _e12, _e19, _e26);
}

void scale_values(inout Values values_1)
{
    const float4 _e2 = factors_of(0u);
    float4 _e4 = values_1.x0_;
    values_1.x0_ = (_e4 * _e2);
    float4 _e7 = values_1.y0_;
    values_1.y0_ = (_e7 * _e2);
    {
        const float4 _e10 = factors_of(1u);
        float4 _e12 = values_1.x1_;
        values_1.x1_ = (_e12 * _e10);
        float4 _e15 = values_1.y1_;
        values_1.y1_ = (_e15 * _e10);
    }
    {
        const float4 _e18 = factors_of(2u);
        float4 _e20 = values_1.x2_;
        values_1.x2_ = (_e20 * _e18);
        float4 _e23 = values_1.y2_;
        values_1.y2_ = (_e23 * _e18);
        const float4 _e26 = factors_of(3u);
        float4 _e28 = values_1.x3_;
        values_1.x3_ = (_e28 * _e26);
        float4 _e31 = values_1.y3_;
        values_1.y3_ = (_e31 * _e26);
        return;
    }
}

float2 row_pair(uint row_4, uint pair)
{
    uint start_1 = (row_4 * ROW_VECTORS);
    uint _e11 = asuint(kv.Load(naga_div(pair, 64u)*4+(start_1 + 32u)*16));
    float scale_1 = asfloat(_e11);
    uint _e23 = asuint(kv.Load((naga_div(pair, 2u) & 3u)*4+(start_1 + naga_div(pair, 8u))*16));
    const float4 _e24 = e4m3x4_to_f32_(_e23);
    return ((((pair & 1u) != 0u) ? _e24.zw : _e24.xy) * scale_1);
}

float2 value_pair(int row_5, uint pair_1)
{
    if ((row_5 < int(0))) {
        return (0.0).xx;
    }
    const float2 _e7 = row_pair(uint(row_5), pair_1);
    return _e7;
}

void add_values(inout Values values_2, Place place_9, uint rows_at)
{
    uint four = 0u;

    if ((place_9.thread >= 256u)) {
        return;
    }
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e165 = four;
            four = (_e165 + 1u);
        }
        loop_init_3 = false;
        uint _e8 = four;
        if ((_e8 < 16u)) {
        } else {
            break;
        }
        {
            uint _e12 = four;
            uint at_2 = (rows_at + (4u * _e12));
            int _e17 = rows[at_2];
            const float2 _e19 = value_pair(_e17, place_9.thread);
            int _e24 = rows[(at_2 + 1u)];
            const float2 _e26 = value_pair(_e24, place_9.thread);
            int _e31 = rows[(at_2 + 2u)];
            const float2 _e33 = value_pair(_e31, place_9.thread);
            int _e38 = rows[(at_2 + 3u)];
            const float2 _e40 = value_pair(_e38, place_9.thread);
            float4 x_1 = float4(_e19.x, _e26.x, _e33.x, _e40.x);
            float4 y_1 = float4(_e19.y, _e26.y, _e33.y, _e40.y);
            uint _e52 = four;
            uint weights = (WEIGHTS_AT + _e52);
            {
                float4 w0_ = tile[weights];
                float4 w1_ = tile[(weights + 16u)];
                float4 w2_ = tile[(weights + 32u)];
                float4 w3_ = tile[(weights + 48u)];
                float4 _e74 = values_2.x0_;
                const float4 _e75 = add_dots(_e74, w0_, w1_, w2_, w3_, x_1);
                values_2.x0_ = _e75;
                float4 _e78 = values_2.y0_;
                const float4 _e79 = add_dots(_e78, w0_, w1_, w2_, w3_, y_1);
                values_2.y0_ = _e79;
            }
            {
                float4 w0_1 = tile[(weights + 64u)];
                float4 w1_1 = tile[(weights + 80u)];
                float4 w2_1 = tile[(weights + 96u)];
                float4 w3_1 = tile[(weights + 112u)];
                float4 _e102 = values_2.x1_;
                const float4 _e103 = add_dots(_e102, w0_1, w1_1, w2_1, w3_1, x_1);
                values_2.x1_ = _e103;
                float4 _e106 = values_2.y1_;
                const float4 _e107 = add_dots(_e106, w0_1, w1_1, w2_1, w3_1, y_1);
                values_2.y1_ = _e107;
            }
            {
                float4 w0_2 = tile[(weights + 128u)];
                float4 w1_2 = tile[(weights + 144u)];
                float4 w2_2 = tile[(weights + 160u)];
                float4 w3_2 = tile[(weights + 176u)];
                float4 _e130 = values_2.x2_;
                const float4 _e131 = add_dots(_e130, w0_2, w1_2, w2_2, w3_2, x_1);
                values_2.x2_ = _e131;
                float4 _e134 = values_2.y2_;
                const float4 _e135 = add_dots(_e134, w0_2, w1_2, w2_2, w3_2, y_1);
                values_2.y2_ = _e135;
            }
            {
                float4 w0_3 = tile[(weights + 192u)];
                float4 w1_3 = tile[(weights + 208u)];
                float4 w2_3 = tile[(weights + 224u)];
                float4 w3_3 = tile[(weights + 240u)];
                float4 _e158 = values_2.x3_;
                const float4 _e159 = add_dots(_e158, w0_3, w1_3, w2_3, w3_3, x_1);
                values_2.x3_ = _e159;
                float4 _e162 = values_2.y3_;
                const float4 _e163 = add_dots(_e162, w0_3, w1_3, w2_3, w3_3, y_1);
                values_2.y3_ = _e163;
            }
        }
    }
    return;
}

uint f32_to_bf16_(float value_1)
{
    uint bits_1 = asuint(value_1);
    if (((bits_1 & 2147483647u) > 2139095040u)) {
        return ((bits_1 >> 16u) | 64u);
    }
    return (((bits_1 + 32767u) + ((bits_1 >> 16u) & 1u)) >> 16u);
}

uint pack_bf16x2_(float2 values_3)
{
    const uint _e2 = f32_to_bf16_(values_3.x);
    const uint _e4 = f32_to_bf16_(values_3.y);
    return (_e2 | (_e4 << 16u));
}

void store_pair(uint row_6, uint pair_2, float2 values_4)
{
    uint at_3 = ((row_6 * 256u) + pair_2);
    {
        const uint _e8 = pack_bf16x2_(values_4);
        output.Store(at_3*4, asuint(_e8));
        return;
    }
}

void write_value(Place place_10, uint line_1, uint pair_3, float2 value_2)
{
    uint head_2 = (place_10.first_head + line_1);
    uint _e8 = params.heads;
    if ((head_2 < _e8)) {
        {
            uint _e12 = params.first_query;
            uint _e17 = params.heads;
            store_pair((((_e12 + place_10.query) * _e17) + head_2), pair_3, value_2);
            return;
        }
    } else {
        return;
    }
}

void write_four(Place place_11, uint line_2, float4 x, float4 y)
{
    write_value(place_11, line_2, place_11.thread, float2(x.x, y.x));
    write_value(place_11, (line_2 + 1u), place_11.thread, float2(x.y, y.y));
    write_value(place_11, (line_2 + 2u), place_11.thread, float2(x.z, y.z));
    write_value(place_11, (line_2 + 3u), place_11.thread, float2(x.w, y.w));
    return;
}

void write_values(Place place_12, Values values_5)
{
    if ((place_12.thread >= 256u)) {
        return;
    }
    write_four(place_12, 0u, values_5.x0_, values_5.y0_);
    {
        write_four(place_12, 4u, values_5.x1_, values_5.y1_);
    }
    {
        write_four(place_12, 8u, values_5.x2_, values_5.y2_);
    }
    {
        write_four(place_12, 12u, values_5.x3_, values_5.y3_);
        return;
    }
}

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

Place ConstructPlace(uint arg0, uint arg1, uint arg2, uint arg3) {
    Place ret = (Place)0;
    ret.query = arg0;
    ret.first_head = arg1;
    ret.split = arg2;
    ret.thread = arg3;
    return ret;
}

Place place_of(uint id, uint head_block, uint thread_1)
{
    uint _e5 = params.head_blocks;
    uint rest = naga_div(id, _e5);
    uint _e9 = params.splits;
    uint _e13 = params.head_blocks;
    uint _e18 = params.splits;
    const Place place_15 = ConstructPlace(naga_div(rest, _e9), (naga_mod(id, _e13) * head_block), naga_mod(rest, _e18), thread_1);
    return place_15;
}

void count_keys(Place place_13)
{
    uint count = (uint)0;

    if ((place_13.thread == 0u)) {
        uint _e6 = params.top_k;
        count = _e6;
        uint _e10 = params.queries_per_length;
        if ((_e10 != 0u)) {
            uint _e16 = params.length_query;
            uint _e21 = params.queries_per_length;
            int length_ = asint(topk_length.Load(naga_div((_e16 + place_13.query), _e21)*4));
            uint _e25 = count;
            count = min(_e25, uint(max(length_, int(0))));
        }
        uint _e31 = count;
        key_count = _e31;
        return;
    } else {
        return;
    }
}

float natural_lse(float maximum_2, float sum_2)
{
    return ((maximum_2 * 0.6931472) + log(sum_2));
}

float sink_factor(float natural, uint sink)
{
    if ((sink == POSITIVE_INFINITY)) {
        return 0.0;
    }
    if ((sink == NEGATIVE_INFINITY)) {
        return 1.0;
    }
    return (1.0 / (1.0 + exp(min((asfloat(sink) - natural), 80.0))));
}

float finish_head(Place place_14, uint line_3, float maximum_3, float sum_3, bool seen_1)
{
    float factor = 0.0;

    uint head_3 = (place_14.first_head + line_3);
    uint _e11 = params.heads;
    if ((head_3 >= _e11)) {
        float _e13 = factor;
        return _e13;
    }
    const float _e16 = natural_lse(maximum_3, (seen_1 ? sum_3 : 1.0));
    if (seen_1) {
        factor = (1.0 / sum_3);
        uint _e21 = params.has_sink;
        if ((_e21 != 0u)) {
            float _e24 = factor;
            uint _e27 = asuint(attn_sink.Load(head_3*4));
            const float _e28 = sink_factor(_e16, _e27);
            factor = (_e24 * _e28);
        }
    }
    uint _e32 = params.has_max_logits;
    if ((_e32 != 0u)) {
        uint _e38 = params.first_query;
        uint _e43 = params.heads;
        max_logits.Store((((_e38 + place_14.query) * _e43) + head_3)*4, asuint((seen_1 ? asuint((maximum_3 * 0.6931472)) : NEGATIVE_INFINITY)));
    }
    uint _e54 = params.lse_query;
    uint query_1 = (_e54 + place_14.query);
    uint inner = params.lse_inner;
    uint _e64 = params.heads;
    lse.Store(((((naga_div(query_1, inner) * _e64) + head_3) * inner) + naga_mod(query_1, inner))*4, asuint((seen_1 ? asuint(_e16) : POSITIVE_INFINITY)));
    float _e74 = factor;
    return _e74;
}

[numthreads(256, 1, 1)]
void main(ComputeInput_main computeinput_main)
{
    uint thread = computeinput_main.thread_2;
    uint3 workgroup_id = computeinput_main.workgroup_id_2;
    uint3 num_workgroups = computeinput_main.num_workgroups_2;
    uint subgroup_size = WaveGetLaneCount();
    float maximum = -1e38;
    float sum = 0.0;
    bool seen = false;
    Values values = (Values)0;
    uint parity = 0u;
    uint group = (uint)0;
    uint used = (uint)0;
    float4 scores = (float4)0;
    float largest = (float)0;
    bool local = (bool)0;
    float total = 0.0;
    uint i = 0u;

    const uint _e4 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e7 = params.workgroups;
    if ((_e4 >= _e7)) {
        return;
    }
    const Place _e10 = place_of(_e4, HEAD_BLOCK, thread);
    count_keys(_e10);
    GroupMemoryBarrierWithGroupSync();
    uint _e12 = key_count;
    GroupMemoryBarrierWithGroupSync();
    uint tiles = naga_div(((_e12 + TILE) - 1u), TILE);
    uint _e21 = params.splits;
    uint _e27 = params.splits;
    uint tiles_per_split = naga_div(((tiles + _e21) - 1u), _e27);
    uint _e31 = params.head_blocks;
    uint _e35 = params.splits;
    uint first_tile_1 = min((naga_mod(naga_div(_e4, _e31), _e35) * tiles_per_split), tiles);
    uint last_tile_1 = min((first_tile_1 + tiles_per_split), tiles);
    const uint _e41 = head_group(_e10);
    const uint _e44 = slice(_e10);
    uint line_5 = ((_e41 * HEADS_PER_THREAD) + _e44);
    const uint _e46 = slice(_e10);
    bool finishes_1 = (_e46 < HEADS_PER_THREAD);
    uint position = ((4u * naga_mod(naga_div(thread, 4u), 16u)) + naga_div(thread, 64u));
    group = first_tile_1;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e189 = group;
            group = (_e189 + 32u);
        }
        loop_init_4 = false;
        uint _e68 = group;
        if ((_e68 < last_tile_1)) {
        } else {
            break;
        }
        {
            uint _e70 = group;
            const uint _e71 = find_tiles(_e10, _e70, last_tile_1, _e12);
            used = _e71;
            while(true) {
                uint _e73 = used;
                if ((_e73 != 0u)) {
                } else {
                    break;
                }
                {
                    uint _e76 = group;
                    uint _e77 = used;
                    uint tile_index = (_e76 + firstbitlow(_e77));
                    uint _e80 = used;
                    uint _e81 = used;
                    used = (_e80 & (_e81 - 1u));
                    seen = true;
                    const int _e89 = row_of(_e10, ((tile_index * TILE) + position), _e12);
                    if ((naga_mod(thread, 4u) == 0u)) {
                        uint _e95 = parity;
                        rows[(_e95 + position)] = _e89;
                    }
                    const float4 _e98 = score(_e10, _e89);
                    float _e101 = params.scale;
                    scores = (_e98 * _e101);
                    uint _e104 = parity;
                    const uint _e106 = key_group(_e10);
                    uint at_4 = (_e104 + (4u * _e106));
                    int _e111 = rows[at_4];
                    int _e116 = rows[(at_4 + 1u)];
                    int _e121 = rows[(at_4 + 2u)];
                    int _e126 = rows[(at_4 + 3u)];
                    bool4 valid = (int4(_e111, _e116, _e121, _e126) >= (int(0)).xxxx);
                    float4 _e133 = scores;
                    scores = (valid ? _e133 : (-1e38).xxxx);
                    float _e136 = scores.x;
                    float _e138 = scores.y;
                    float _e141 = scores.z;
                    float _e143 = scores.w;
                    largest = max(max(_e136, _e138), max(_e141, _e143));
                    {
                        float _e147 = largest;
                        const float _e148 = head_maximum(_e10, line_5, finishes_1, _e147, subgroup_size);
                        largest = _e148;
                    }
                    if (finishes_1) {
                        float _e149 = maximum;
                        float _e150 = largest;
                        float new_maximum = max(_e149, _e150);
                        float4 _e154 = scores;
                        float4 weights_1 = (valid ? exp2((_e154 - (new_maximum).xxxx)) : (0.0).xxxx);
                        float _e159 = maximum;
                        float factor_1 = exp2((_e159 - new_maximum));
                        float _e162 = sum;
                        sum = ((_e162 * factor_1) + (((weights_1.x + weights_1.y) + weights_1.z) + weights_1.w));
                        maximum = new_maximum;
                        const uint _e177 = key_group(_e10);
                        tile[((WEIGHTS_AT + (line_5 * 16u)) + _e177)] = weights_1;
                        const uint _e180 = key_group(_e10);
                        if ((_e180 == 0u)) {
                            factors[line_5] = factor_1;
                        }
                    }
                    GroupMemoryBarrierWithGroupSync();
                    scale_values(values);
                    uint _e185 = parity;
                    add_values(values, _e10, _e185);
                    uint _e186 = parity;
                    parity = (_e186 ^ TILE);
                }
            }
        }
    }
    if (finishes_1) {
        const uint _e195 = key_group(_e10);
        float _e198 = sum;
        exchange[((line_5 * 16u) + _e195)] = _e198;
    }
    GroupMemoryBarrierWithGroupSync();
    if (finishes_1) {
        const uint _e201 = key_group(_e10);
        local = (_e201 == 0u);
    } else {
        local = false;
    }
    bool _e205 = local;
    if (_e205) {
        bool loop_init_5 = true;
        while(true) {
            if (!loop_init_5) {
                uint _e223 = i;
                i = (_e223 + 1u);
            }
            loop_init_5 = false;
            uint _e210 = i;
            if ((_e210 < 16u)) {
            } else {
                break;
            }
            {
                float _e213 = total;
                uint _e217 = i;
                float _e220 = exchange[((line_5 * 16u) + _e217)];
                total = (_e213 + _e220);
            }
        }
        float _e227 = maximum;
        float _e228 = total;
        bool _e229 = seen;
        const float _e230 = finish_head(_e10, line_5, _e227, _e228, _e229);
        factors[line_5] = _e230;
    }
    GroupMemoryBarrierWithGroupSync();
    bool _e231 = seen;
    if (_e231) {
        scale_values(values);
    }
    {
        Values _e232 = values;
        write_values(_e10, _e232);
        return;
    }
}
