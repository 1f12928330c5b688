// indexer/rows+queries+bf16+rope+hadamard,DIM=128
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
ByteAddressBuffer rope_cos : register(t4);
ByteAddressBuffer rope_sin : register(t5);
RWByteAddressBuffer codes : register(u6);
ByteAddressBuffer weights : register(t7);
RWByteAddressBuffer weights_out : register(u8);
groupshared uint4 traded[256];

uint4 trade(uint4 value, uint lane_1, uint mask)
{
    GroupMemoryBarrierWithGroupSync();
    traded[lane_1] = value;
    GroupMemoryBarrierWithGroupSync();
    uint4 _e8 = traded[(lane_1 ^ mask)];
    return _e8;
}

uint row_max(uint value_1, uint lane_2)
{
    uint largest = (uint)0;
    uint mask_1 = 1u;

    largest = value_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e15 = mask_1;
            mask_1 = (_e15 << 1u);
        }
        loop_init = false;
        uint _e5 = mask_1;
        if ((_e5 < LANES)) {
        } else {
            break;
        }
        {
            uint _e8 = largest;
            uint _e9 = largest;
            uint _e11 = mask_1;
            const uint4 _e12 = trade((_e9).xxxx, lane_2, _e11);
            largest = max(_e8, _e12.x);
        }
    }
    uint _e18 = largest;
    return _e18;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

float4 rotate(float4 v_1, uint lane_3, uint first, uint table)
{
    const uint4 _e6 = trade(asuint(v_1), lane_3, 8u);
    float4 partner = asfloat(_e6);
    if ((first >= 64u)) {
        return v_1;
    }
    uint angle = (table + naga_mod(first, 32u));
    float _e15 = asfloat(rope_cos.Load(angle*4));
    float _e20 = asfloat(rope_cos.Load((angle + 1u)*4));
    float _e25 = asfloat(rope_cos.Load((angle + 2u)*4));
    float _e30 = asfloat(rope_cos.Load((angle + 3u)*4));
    float4 c = float4(_e15, _e20, _e25, _e30);
    float _e34 = asfloat(rope_sin.Load(angle*4));
    float _e39 = asfloat(rope_sin.Load((angle + 1u)*4));
    float _e44 = asfloat(rope_sin.Load((angle + 2u)*4));
    float _e49 = asfloat(rope_sin.Load((angle + 3u)*4));
    float4 s = float4(_e34, _e39, _e44, _e49);
    return ((v_1 * c) + ((first < 32u) ? -((partner * s)) : (partner * s)));
}

float4 hadamard_transform(float4 v_2, uint lane_4)
{
    float4 sum = (float4)0;
    uint mask_2 = 1u;

    float4 pairs = float4((v_2.x + v_2.y), (v_2.x - v_2.y), (v_2.z + v_2.w), (v_2.z - v_2.w));
    sum = float4((pairs.xy + pairs.zw), (pairs.xy - pairs.zw));
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e42 = mask_2;
            mask_2 = (_e42 << 1u);
        }
        loop_init_1 = false;
        uint _e25 = mask_2;
        if ((_e25 < LANES)) {
        } else {
            break;
        }
        {
            float4 _e28 = sum;
            uint _e30 = mask_2;
            const uint4 _e31 = trade(asuint(_e28), lane_4, _e30);
            float4 other = asfloat(_e31);
            float4 _e33 = sum;
            float4 _e35 = sum;
            uint _e37 = mask_2;
            sum = (((lane_4 & _e37) != 0u) ? (other - _e35) : (_e33 + other));
        }
    }
    float4 _e45 = sum;
    return (_e45 * 0.088388346);
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

uint quantise_shift(float value_2, uint scale_1)
{
    bool local_3 = (bool)0;
    bool local_4 = (bool)0;

    uint bits_2 = asuint(value_2);
    uint magnitude_1 = (bits_2 & 2147483647u);
    if (!((magnitude_1 >= 2139095040u))) {
        local_3 = (scale_1 > 2139095040u);
    } else {
        local_3 = true;
    }
    bool _e13 = local_3;
    if (_e13) {
        return 127u;
    }
    uint sign_1 = (bits_2 & 2147483648u);
    int exponent_1 = asint(asuint(asint(asuint(int((magnitude_1 >> 23u))) - asuint(int((scale_1 >> 23u))))) + asuint(int(127)));
    if (!((magnitude_1 < 8388608u))) {
        local_4 = (exponent_1 <= int(0));
    } else {
        local_4 = true;
    }
    bool _e34 = local_4;
    if (_e34) {
        return (sign_1 >> 24u);
    }
    const uint _e44 = f32_bits_to_e4m3_(((sign_1 | (uint(exponent_1) << 23u)) | (magnitude_1 & 8388607u)));
    return _e44;
}

uint quantise(float4 v_3, uint scale_2)
{
    const uint _e3 = quantise_shift(v_3.x, scale_2);
    const uint _e5 = quantise_shift(v_3.y, scale_2);
    const uint _e10 = quantise_shift(v_3.z, scale_2);
    const uint _e15 = quantise_shift(v_3.w, scale_2);
    return (((_e3 | (_e5 << 8u)) | (_e10 << 16u)) | (_e15 << 24u));
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

void store(uint row, uint first_1, uint packed, uint scale_3)
{
    uint _e7 = params.codes_offset;
    codes.Store(((_e7 + (row * LANES)) + naga_div(first_1, 4u))*4, asuint(packed));
    if ((first_1 == 0u)) {
        uint _e19 = params.row_offset;
        uint at = (_e19 + row);
        {
            float _e25 = asfloat(weights.Load(at*4));
            float _e30 = params.factor;
            weights_out.Store(at*4, asuint(((_e25 * asfloat(scale_3)) * _e30)));
            return;
        }
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

uint divide_bits(uint numerator, uint denominator)
{
    uint remainder = (uint)0;
    int exponent = (int)0;
    uint quotient = 1u;
    uint bit = 0u;
    bool local_5 = (bool)0;
    bool local_6 = (bool)0;

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
            local_6 = ((_e67 & 1u) != 0u);
        } else {
            local_6 = false;
        }
        bool _e73 = local_6;
        local_5 = _e73;
    } else {
        local_5 = true;
    }
    bool _e75 = local_5;
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

uint amax_scale(uint amax, uint floor_bits)
{
    uint clamped = max(amax, floor_bits);
    if ((clamped >= 2139095040u)) {
        return clamped;
    }
    const uint _e6 = divide_bits(clamped, 1138753536u);
    return _e6;
}

uint power_of_two_above(uint bits_1)
{
    return ((bits_1 >= 2139095040u) ? bits_1 : ((bits_1 + 8388607u) & 4286578688u));
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    uint4 words = (uint4)0;
    float4 v = (float4)0;
    uint scale = (uint)0;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint row_1 = ((_e3 * ROWS) + naga_div(lane, LANES));
    uint first_2 = (naga_mod(lane, LANES) * 4u);
    uint _e15 = params.rows;
    bool present = (row_1 < _e15);
    uint source = (present ? row_1 : 0u);
    uint _e21 = params.x_offset;
    uint at_1 = (_e21 + (((source * LANES) + naga_div(first_2, 4u)) * FOUR_WORDS));
    uint _e32 = asuint(x.Load(at_1*4));
    uint _e37 = asuint(x.Load((at_1 + 1u)*4));
    words = uint4(_e32, _e37, 0u, 0u);
    uint4 _e42 = words;
    const float4 _e43 = four_values(_e42);
    v = _e43;
    {
        float4 _e45 = v;
        uint _e48 = params.table_offset;
        uint _e51 = params.rows_per_position;
        const float4 _e56 = rotate(_e45, lane, first_2, (_e48 + (naga_div(source, _e51) * 32u)));
        v = _e56;
    }
    {
        float4 _e57 = v;
        const float4 _e58 = hadamard_transform(_e57, lane);
        v = _e58;
    }
    float4 _e59 = v;
    uint4 magnitudes = (asuint(_e59) & (2147483647u).xxxx);
    const uint _e71 = row_max(max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w)), lane);
    const uint _e73 = amax_scale(_e71, AMAX_FLOOR);
    scale = _e73;
    {
        uint _e75 = scale;
        const uint _e76 = power_of_two_above(_e75);
        scale = _e76;
    }
    if (present) {
        float4 _e77 = v;
        uint _e78 = scale;
        const uint _e79 = quantise(_e77, _e78);
        uint _e80 = scale;
        store(row_1, first_2, _e79, _e80);
        return;
    } else {
        return;
    }
}
