// indexer/rows+paged+bf16+norm+rope+interleaved+amax,DIM=128
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Params {
    uint rows;
    uint rows_per_position;
    float eps;
    float factor;
    uint page_size;
    uint first_page;
    uint pages;
    uint x_offset;
    uint table_offset;
    uint codes_offset;
    uint row_offset;
};

static const uint DIM = 128u;
static const uint LANES = 32u;
static const uint ROWS = 8u;
static const uint AMAX_FLOOR = 953267991u;
static const uint FOUR_WORDS = 2u;

cbuffer params : register(b0) { Params params; }
ByteAddressBuffer x : register(t1);
ByteAddressBuffer norm_weight : register(t2);
ByteAddressBuffer norm_bias : register(t3);
ByteAddressBuffer rope_cos : register(t4);
ByteAddressBuffer rope_sin : register(t5);
ByteAddressBuffer slot_mapping : register(t6);
RWByteAddressBuffer cache : register(u7);
groupshared uint4 traded[256];

uint4 trade(uint4 value, uint lane_1, uint mask)
{
    GroupMemoryBarrierWithGroupSync();
    traded[lane_1] = value;
    GroupMemoryBarrierWithGroupSync();
    uint4 _e8 = traded[(lane_1 ^ mask)];
    return _e8;
}

float row_sum(float value_1, uint lane_2)
{
    float sum = (float)0;
    uint mask_1 = 1u;

    sum = value_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e17 = mask_1;
            mask_1 = (_e17 << 1u);
        }
        loop_init = false;
        uint _e5 = mask_1;
        if ((_e5 < LANES)) {
        } else {
            break;
        }
        {
            float _e8 = sum;
            float _e9 = sum;
            uint _e12 = mask_1;
            const uint4 _e13 = trade((asuint(_e9)).xxxx, lane_2, _e12);
            sum = (_e8 + asfloat(_e13.x));
        }
    }
    float _e20 = sum;
    return _e20;
}

uint row_max(uint value_2, uint lane_3)
{
    uint largest = (uint)0;
    uint mask_2 = 1u;

    largest = value_2;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e15 = mask_2;
            mask_2 = (_e15 << 1u);
        }
        loop_init_1 = false;
        uint _e5 = mask_2;
        if ((_e5 < LANES)) {
        } else {
            break;
        }
        {
            uint _e8 = largest;
            uint _e9 = largest;
            uint _e11 = mask_2;
            const uint4 _e12 = trade((_e9).xxxx, lane_3, _e11);
            largest = max(_e8, _e12.x);
        }
    }
    uint _e18 = largest;
    return _e18;
}

float4 layer_norm(float4 v_1, uint lane_4, uint first)
{
    const float _e10 = row_sum(((v_1.x + v_1.y) + (v_1.z + v_1.w)), lane_4);
    float mean = (_e10 / 128.0);
    float4 centred = (v_1 - (mean).xxxx);
    const float _e16 = row_sum(dot(centred, centred), lane_4);
    float variance = (_e16 / 128.0);
    float _e21 = asfloat(norm_weight.Load(first*4));
    float _e26 = asfloat(norm_weight.Load((first + 1u)*4));
    float _e31 = asfloat(norm_weight.Load((first + 2u)*4));
    float _e36 = asfloat(norm_weight.Load((first + 3u)*4));
    float4 weight = float4(_e21, _e26, _e31, _e36);
    float _e40 = asfloat(norm_bias.Load(first*4));
    float _e45 = asfloat(norm_bias.Load((first + 1u)*4));
    float _e50 = asfloat(norm_bias.Load((first + 2u)*4));
    float _e55 = asfloat(norm_bias.Load((first + 3u)*4));
    float4 bias = float4(_e40, _e45, _e50, _e55);
    float _e59 = params.eps;
    return (((centred * (1.0 / sqrt((variance + _e59)))) * weight) + bias);
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

float4 rotate(float4 v_2, uint lane_5, uint first_1, uint table)
{
    if ((first_1 >= 64u)) {
        return v_2;
    }
    uint angle = (table + naga_div(first_1, 2u));
    float _e11 = asfloat(rope_cos.Load(angle*4));
    float _e16 = asfloat(rope_cos.Load((angle + 1u)*4));
    float2 c = float2(_e11, _e16);
    float _e20 = asfloat(rope_sin.Load(angle*4));
    float _e25 = asfloat(rope_sin.Load((angle + 1u)*4));
    float2 s = float2(_e20, _e25);
    return float4(((v_2.x * c.x) - (v_2.y * s.x)), ((v_2.x * s.x) + (v_2.y * c.x)), ((v_2.z * c.y) - (v_2.w * s.y)), ((v_2.z * s.y) + (v_2.w * c.y)));
}

uint round_shift_right(uint mantissa, uint shift)
{
    bool local = (bool)0;
    bool local_1 = (bool)0;
    bool local_2 = (bool)0;

    uint by = min(shift, 25u);
    uint quotient_1 = (mantissa >> by);
    uint remainder_1 = (mantissa & ((1u << by) - 1u));
    uint half_ = ((1u << by) >> 1u);
    if (!((remainder_1 > half_))) {
        if ((remainder_1 == half_)) {
            local_1 = (by != 0u);
        } else {
            local_1 = false;
        }
        bool _e26 = local_1;
        if (_e26) {
            local_2 = ((quotient_1 & 1u) != 0u);
        } else {
            local_2 = false;
        }
        bool _e34 = local_2;
        local = _e34;
    } else {
        local = true;
    }
    bool _e36 = local;
    return (quotient_1 + (_e36 ? 1u : 0u));
}

uint f32_bits_to_e4m3_(uint bits)
{
    uint sign_ = ((bits >> 24u) & 128u);
    uint magnitude = (bits & 2147483647u);
    if ((magnitude > 2139095040u)) {
        return 127u;
    }
    if ((magnitude >= 1138753536u)) {
        return (sign_ | 126u);
    }
    if ((magnitude >= 1015021568u)) {
        return (sign_ | ((((magnitude + 524287u) + ((magnitude >> 20u) & 1u)) >> 20u) - 960u));
    }
    const uint _e36 = round_shift_right(((magnitude & 8388607u) | 8388608u), (141u - (magnitude >> 23u)));
    return (sign_ | _e36);
}

uint divide_bits(uint numerator, uint denominator)
{
    uint remainder = (uint)0;
    int exponent = (int)0;
    uint quotient = 1u;
    uint bit = 0u;
    bool local_3 = (bool)0;
    bool local_4 = (bool)0;

    if ((numerator < 8388608u)) {
        return 0u;
    }
    uint divisor = ((denominator & 8388607u) | 8388608u);
    remainder = ((numerator & 8388607u) | 8388608u);
    exponent = asint(asuint(asint(asuint(int((numerator >> 23u))) - asuint(int((denominator >> 23u))))) + asuint(int(127)));
    uint _e24 = remainder;
    if ((_e24 < divisor)) {
        uint _e26 = remainder;
        remainder = (_e26 << 1u);
        int _e29 = exponent;
        exponent = asint(asuint(_e29) - asuint(int(1)));
    }
    uint _e32 = remainder;
    remainder = (_e32 - divisor);
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e55 = bit;
            bit = (_e55 + 1u);
        }
        loop_init_2 = false;
        uint _e38 = bit;
        if ((_e38 < 23u)) {
        } else {
            break;
        }
        {
            uint _e41 = remainder;
            remainder = (_e41 << 1u);
            uint _e44 = quotient;
            quotient = (_e44 << 1u);
            uint _e47 = remainder;
            if ((_e47 >= divisor)) {
                uint _e49 = remainder;
                remainder = (_e49 - divisor);
                uint _e51 = quotient;
                quotient = (_e51 + 1u);
            }
        }
    }
    uint _e57 = remainder;
    uint twice = (_e57 << 1u);
    if (!((twice > divisor))) {
        if ((twice == divisor)) {
            uint _e67 = quotient;
            local_4 = ((_e67 & 1u) != 0u);
        } else {
            local_4 = false;
        }
        bool _e73 = local_4;
        local_3 = _e73;
    } else {
        local_3 = true;
    }
    bool _e75 = local_3;
    if (_e75) {
        uint _e76 = quotient;
        quotient = (_e76 + 1u);
    }
    int _e79 = exponent;
    if ((_e79 <= int(0))) {
        return 0u;
    }
    int _e83 = exponent;
    uint _e87 = quotient;
    return min((((uint(_e83) << 23u) + _e87) - 8388608u), 2139095040u);
}

uint quantise_divide(float value_3, uint scale_1)
{
    bool local_5 = (bool)0;

    uint bits_1 = asuint(value_3);
    uint magnitude_1 = (bits_1 & 2147483647u);
    if (!((magnitude_1 >= 2139095040u))) {
        local_5 = (scale_1 > 2139095040u);
    } else {
        local_5 = true;
    }
    bool _e13 = local_5;
    if (_e13) {
        return 127u;
    }
    if ((scale_1 == 2139095040u)) {
        return ((bits_1 >> 24u) & 128u);
    }
    const uint _e23 = divide_bits(magnitude_1, scale_1);
    const uint _e25 = f32_bits_to_e4m3_(((bits_1 & 2147483648u) | _e23));
    return _e25;
}

uint quantise(float4 v_3, uint scale_2)
{
    const uint _e3 = quantise_divide(v_3.x, scale_2);
    const uint _e5 = quantise_divide(v_3.y, scale_2);
    const uint _e10 = quantise_divide(v_3.z, scale_2);
    const uint _e15 = quantise_divide(v_3.w, scale_2);
    return (((_e3 | (_e5 << 8u)) | (_e10 << 16u)) | (_e15 << 24u));
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

void store(uint row, uint first_2, uint packed, uint scale_3)
{
    bool local_6 = (bool)0;

    uint _e7 = params.row_offset;
    int slot = asint(slot_mapping.Load((_e7 + row)*4));
    if ((slot < int(0))) {
        return;
    }
    uint _e16 = params.page_size;
    uint page = naga_div(uint(slot), _e16);
    uint _e21 = params.page_size;
    uint token = naga_mod(uint(slot), _e21);
    uint _e25 = params.first_page;
    if (!((page < _e25))) {
        uint _e32 = params.first_page;
        uint _e36 = params.pages;
        local_6 = ((page - _e32) >= _e36);
    } else {
        local_6 = true;
    }
    bool _e39 = local_6;
    if (_e39) {
        return;
    }
    uint _e42 = params.codes_offset;
    uint _e45 = params.first_page;
    uint _e49 = params.page_size;
    uint base = (_e42 + (((page - _e45) * _e49) * 33u));
    cache.Store(((base + (token * LANES)) + naga_div(first_2, 4u))*4, asuint(packed));
    if ((first_2 == 0u)) {
        uint _e67 = params.page_size;
        cache.Store(((base + (_e67 * LANES)) + token)*4, asuint(scale_3));
        return;
    } else {
        return;
    }
}

uint flat_workgroup_id(uint3 workgroup_id, uint3 num_workgroups)
{
    return (workgroup_id.x + (workgroup_id.y * num_workgroups.x));
}

float2 unpack_bf16x2_(uint packed_1)
{
    return float2(asfloat((packed_1 << 16u)), asfloat((packed_1 & 4294901760u)));
}

float4 four_values(uint4 words_1)
{
    const float2 _e2 = unpack_bf16x2_(words_1.x);
    const float2 _e4 = unpack_bf16x2_(words_1.y);
    return float4(_e2, _e4);
}

uint amax_scale(uint amax, uint floor_bits)
{
    uint clamped = max(amax, floor_bits);
    if ((clamped >= 2139095040u)) {
        return clamped;
    }
    const uint _e6 = divide_bits(clamped, 1138753536u);
    return _e6;
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    uint4 words = (uint4)0;
    float4 v = (float4)0;
    uint scale = (uint)0;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint row_1 = ((_e3 * ROWS) + naga_div(lane, LANES));
    uint first_3 = (naga_mod(lane, LANES) * 4u);
    uint _e15 = params.rows;
    bool present = (row_1 < _e15);
    uint source = (present ? row_1 : 0u);
    uint _e21 = params.x_offset;
    uint at = (_e21 + (((source * LANES) + naga_div(first_3, 4u)) * FOUR_WORDS));
    uint _e32 = asuint(x.Load(at*4));
    uint _e37 = asuint(x.Load((at + 1u)*4));
    words = uint4(_e32, _e37, 0u, 0u);
    uint4 _e42 = words;
    const float4 _e43 = four_values(_e42);
    v = _e43;
    {
        float4 _e45 = v;
        const float4 _e46 = layer_norm(_e45, lane, first_3);
        v = _e46;
    }
    {
        float4 _e47 = v;
        uint _e50 = params.table_offset;
        uint _e53 = params.rows_per_position;
        const float4 _e58 = rotate(_e47, lane, first_3, (_e50 + (naga_div(source, _e53) * 32u)));
        v = _e58;
    }
    float4 _e59 = v;
    uint4 magnitudes = (asuint(_e59) & (2147483647u).xxxx);
    const uint _e71 = row_max(max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w)), lane);
    const uint _e73 = amax_scale(_e71, AMAX_FLOOR);
    scale = _e73;
    if (present) {
        float4 _e75 = v;
        uint _e76 = scale;
        const uint _e77 = quantise(_e75, _e76);
        uint _e78 = scale;
        store(row_1, first_3, _e77, _e78);
        return;
    } else {
        return;
    }
}
