// indexer/rows+paged+bf16+norm+rope+interleaved+amax,DIM=128
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size1;
    uint size2;
    uint size3;
    uint size4;
    uint size5;
    uint size6;
    uint size7;
};

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
typedef uint type_2[1];
typedef float type_3[1];
typedef int type_5[1];
struct type_7 {
    metal::uint4 inner[256];
};
constant uint DIM = 128u;
constant uint LANES = 32u;
constant uint ROWS = 8u;
constant uint AMAX_FLOOR = 953267991u;
constant uint FOUR_WORDS = 2u;

metal::uint4 trade(
    metal::uint4 value,
    uint lane_1,
    uint mask,
    threadgroup type_7& traded
) {
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    traded.inner[lane_1] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 _e8 = traded.inner[lane_1 ^ mask];
    return _e8;
}

float row_sum(
    float value_1,
    uint lane_2,
    threadgroup type_7& traded
) {
    float sum = {};
    uint mask_1 = 1u;
    sum = value_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e17 = mask_1;
            mask_1 = _e17 << 1u;
        }
        loop_init = false;
        uint _e5 = mask_1;
        if (_e5 < LANES) {
        } else {
            break;
        }
        {
            float _e8 = sum;
            float _e9 = sum;
            uint _e12 = mask_1;
            metal::uint4 _e13 = trade(metal::uint4(as_type<uint>(_e9)), lane_2, _e12, traded);
            sum = _e8 + as_type<float>(_e13.x);
        }
    }
    float _e20 = sum;
    return _e20;
}

uint row_max(
    uint value_2,
    uint lane_3,
    threadgroup type_7& traded
) {
    uint largest = {};
    uint mask_2 = 1u;
    largest = value_2;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e15 = mask_2;
            mask_2 = _e15 << 1u;
        }
        loop_init_1 = false;
        uint _e5 = mask_2;
        if (_e5 < LANES) {
        } else {
            break;
        }
        {
            uint _e8 = largest;
            uint _e9 = largest;
            uint _e11 = mask_2;
            metal::uint4 _e12 = trade(metal::uint4(_e9), lane_3, _e11, traded);
            largest = metal::max(_e8, _e12.x);
        }
    }
    uint _e18 = largest;
    return _e18;
}

metal::float4 layer_norm(
    metal::float4 v_1,
    uint lane_4,
    uint first,
    constant Params& params,
    device type_3 const& norm_weight,
    device type_3 const& norm_bias,
    threadgroup type_7& traded,
    constant _mslBufferSizes& _buffer_sizes
) {
    float _e10 = row_sum((v_1.x + v_1.y) + (v_1.z + v_1.w), lane_4, traded);
    float mean = _e10 / 128.0;
    metal::float4 centred = v_1 - metal::float4(mean);
    float _e16 = row_sum(metal::dot(centred, centred), lane_4, traded);
    float variance = _e16 / 128.0;
    float _e21 = norm_weight[first];
    float _e26 = norm_weight[first + 1u];
    float _e31 = norm_weight[first + 2u];
    float _e36 = norm_weight[first + 3u];
    metal::float4 weight = metal::float4(_e21, _e26, _e31, _e36);
    float _e40 = norm_bias[first];
    float _e45 = norm_bias[first + 1u];
    float _e50 = norm_bias[first + 2u];
    float _e55 = norm_bias[first + 3u];
    metal::float4 bias = metal::float4(_e40, _e45, _e50, _e55);
    float _e59 = params.eps;
    return ((centred * (1.0 / metal::sqrt(variance + _e59))) * weight) + bias;
}

metal::float4 rotate(
    metal::float4 v_2,
    uint lane_5,
    uint first_1,
    uint table,
    device type_3 const& rope_cos,
    device type_3 const& rope_sin,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (first_1 >= 64u) {
        return v_2;
    }
    uint angle = table + (first_1 / 2u);
    float _e11 = rope_cos[angle];
    float _e16 = rope_cos[angle + 1u];
    metal::float2 c = metal::float2(_e11, _e16);
    float _e20 = rope_sin[angle];
    float _e25 = rope_sin[angle + 1u];
    metal::float2 s = metal::float2(_e20, _e25);
    return metal::float4((v_2.x * c.x) - (v_2.y * s.x), (v_2.x * s.x) + (v_2.y * c.x), (v_2.z * c.y) - (v_2.w * s.y), (v_2.z * s.y) + (v_2.w * c.y));
}

uint round_shift_right(
    uint mantissa,
    uint shift
) {
    bool local = {};
    bool local_1 = {};
    bool local_2 = {};
    uint by = metal::min(shift, 25u);
    uint quotient_1 = mantissa >> by;
    uint remainder_1 = mantissa & ((1u << by) - 1u);
    uint half_ = (1u << by) >> 1u;
    if (!((remainder_1 > half_))) {
        if (remainder_1 == half_) {
            local_1 = by != 0u;
        } else {
            local_1 = false;
        }
        bool _e26 = local_1;
        if (_e26) {
            local_2 = (quotient_1 & 1u) != 0u;
        } else {
            local_2 = false;
        }
        bool _e34 = local_2;
        local = _e34;
    } else {
        local = true;
    }
    bool _e36 = local;
    return quotient_1 + (_e36 ? 1u : 0u);
}

uint f32_bits_to_e4m3_(
    uint bits
) {
    uint sign = (bits >> 24u) & 128u;
    uint magnitude = bits & 2147483647u;
    if (magnitude > 2139095040u) {
        return 127u;
    }
    if (magnitude >= 1138753536u) {
        return sign | 126u;
    }
    if (magnitude >= 1015021568u) {
        return sign | ((((magnitude + 524287u) + ((magnitude >> 20u) & 1u)) >> 20u) - 960u);
    }
    uint _e36 = round_shift_right((magnitude & 8388607u) | 8388608u, 141u - (magnitude >> 23u));
    return sign | _e36;
}

uint divide_bits(
    uint numerator,
    uint denominator
) {
    uint remainder = {};
    int exponent = {};
    uint quotient = 1u;
    uint bit = 0u;
    bool local_3 = {};
    bool local_4 = {};
    if (numerator < 8388608u) {
        return 0u;
    }
    uint divisor = (denominator & 8388607u) | 8388608u;
    remainder = (numerator & 8388607u) | 8388608u;
    exponent = as_type<int>(as_type<uint>(as_type<int>(as_type<uint>(static_cast<int>(numerator >> 23u)) - as_type<uint>(static_cast<int>(denominator >> 23u)))) + as_type<uint>(127));
    uint _e24 = remainder;
    if (_e24 < divisor) {
        uint _e26 = remainder;
        remainder = _e26 << 1u;
        int _e29 = exponent;
        exponent = as_type<int>(as_type<uint>(_e29) - as_type<uint>(1));
    }
    uint _e32 = remainder;
    remainder = _e32 - divisor;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e55 = bit;
            bit = _e55 + 1u;
        }
        loop_init_2 = false;
        uint _e38 = bit;
        if (_e38 < 23u) {
        } else {
            break;
        }
        {
            uint _e41 = remainder;
            remainder = _e41 << 1u;
            uint _e44 = quotient;
            quotient = _e44 << 1u;
            uint _e47 = remainder;
            if (_e47 >= divisor) {
                uint _e49 = remainder;
                remainder = _e49 - divisor;
                uint _e51 = quotient;
                quotient = _e51 + 1u;
            }
        }
    }
    uint _e57 = remainder;
    uint twice = _e57 << 1u;
    if (!((twice > divisor))) {
        if (twice == divisor) {
            uint _e67 = quotient;
            local_4 = (_e67 & 1u) != 0u;
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
        quotient = _e76 + 1u;
    }
    int _e79 = exponent;
    if (_e79 <= 0) {
        return 0u;
    }
    int _e83 = exponent;
    uint _e87 = quotient;
    return metal::min(((static_cast<uint>(_e83) << 23u) + _e87) - 8388608u, 2139095040u);
}

uint quantise_divide(
    float value_3,
    uint scale_1
) {
    bool local_5 = {};
    uint bits_1 = as_type<uint>(value_3);
    uint magnitude_1 = bits_1 & 2147483647u;
    if (!((magnitude_1 >= 2139095040u))) {
        local_5 = scale_1 > 2139095040u;
    } else {
        local_5 = true;
    }
    bool _e13 = local_5;
    if (_e13) {
        return 127u;
    }
    if (scale_1 == 2139095040u) {
        return (bits_1 >> 24u) & 128u;
    }
    uint _e23 = divide_bits(magnitude_1, scale_1);
    uint _e25 = f32_bits_to_e4m3_((bits_1 & 2147483648u) | _e23);
    return _e25;
}

uint quantise(
    metal::float4 v_3,
    uint scale_2
) {
    uint _e3 = quantise_divide(v_3.x, scale_2);
    uint _e5 = quantise_divide(v_3.y, scale_2);
    uint _e10 = quantise_divide(v_3.z, scale_2);
    uint _e15 = quantise_divide(v_3.w, scale_2);
    return ((_e3 | (_e5 << 8u)) | (_e10 << 16u)) | (_e15 << 24u);
}

void store(
    uint row,
    uint first_2,
    uint packed,
    uint scale_3,
    constant Params& params,
    device type_5 const& slot_mapping,
    device type_2& cache,
    constant _mslBufferSizes& _buffer_sizes
) {
    bool local_6 = {};
    uint _e7 = params.row_offset;
    int slot = slot_mapping[_e7 + row];
    if (slot < 0) {
        return;
    }
    uint _e16 = params.page_size;
    uint page = static_cast<uint>(slot) / _e16;
    uint _e21 = params.page_size;
    uint token = static_cast<uint>(slot) % _e21;
    uint _e25 = params.first_page;
    if (!((page < _e25))) {
        uint _e32 = params.first_page;
        uint _e36 = params.pages;
        local_6 = (page - _e32) >= _e36;
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
    uint base = _e42 + (((page - _e45) * _e49) * 33u);
    cache[(base + (token * LANES)) + (first_2 / 4u)] = packed;
    if (first_2 == 0u) {
        uint _e67 = params.page_size;
        cache[(base + (_e67 * LANES)) + token] = scale_3;
        return;
    } else {
        return;
    }
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id,
    metal::uint3 num_workgroups
) {
    return workgroup_id.x + (workgroup_id.y * num_workgroups.x);
}

metal::float2 unpack_bf16x2_(
    uint packed_1
) {
    return metal::float2(as_type<float>(packed_1 << 16u), as_type<float>(packed_1 & 4294901760u));
}

metal::float4 four_values(
    metal::uint4 words_1
) {
    metal::float2 _e2 = unpack_bf16x2_(words_1.x);
    metal::float2 _e4 = unpack_bf16x2_(words_1.y);
    return metal::float4(_e2, _e4);
}

uint amax_scale(
    uint amax,
    uint floor_bits
) {
    uint clamped = metal::max(amax, floor_bits);
    if (clamped >= 2139095040u) {
        return clamped;
    }
    uint _e6 = divide_bits(clamped, 1138753536u);
    return _e6;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, constant Params& params [[buffer(0)]]
, device type_2 const& x [[buffer(1)]]
, device type_3 const& norm_weight [[buffer(2)]]
, device type_3 const& norm_bias [[buffer(3)]]
, device type_3 const& rope_cos [[buffer(4)]]
, device type_3 const& rope_sin [[buffer(5)]]
, device type_5 const& slot_mapping [[buffer(6)]]
, device type_2& cache [[buffer(7)]]
, threadgroup type_7& traded
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    metal::uint4 words = {};
    metal::float4 v = {};
    uint scale = {};
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint row_1 = (_e3 * ROWS) + (lane / LANES);
    uint first_3 = (lane % LANES) * 4u;
    uint _e15 = params.rows;
    bool present = row_1 < _e15;
    uint source = present ? row_1 : 0u;
    uint _e21 = params.x_offset;
    uint at = _e21 + (((source * LANES) + (first_3 / 4u)) * FOUR_WORDS);
    uint _e32 = x[at];
    uint _e37 = x[at + 1u];
    words = metal::uint4(_e32, _e37, 0u, 0u);
    metal::uint4 _e42 = words;
    metal::float4 _e43 = four_values(_e42);
    v = _e43;
    {
        metal::float4 _e45 = v;
        metal::float4 _e46 = layer_norm(_e45, lane, first_3, params, norm_weight, norm_bias, traded, _buffer_sizes);
        v = _e46;
    }
    {
        metal::float4 _e47 = v;
        uint _e50 = params.table_offset;
        uint _e53 = params.rows_per_position;
        metal::float4 _e58 = rotate(_e47, lane, first_3, _e50 + ((source / _e53) * 32u), rope_cos, rope_sin, _buffer_sizes);
        v = _e58;
    }
    metal::float4 _e59 = v;
    metal::uint4 magnitudes = as_type<metal::uint4>(_e59) & metal::uint4(2147483647u);
    uint _e71 = row_max(metal::max(metal::max(magnitudes.x, magnitudes.y), metal::max(magnitudes.z, magnitudes.w)), lane, traded);
    uint _e73 = amax_scale(_e71, AMAX_FLOOR);
    scale = _e73;
    if (present) {
        metal::float4 _e75 = v;
        uint _e76 = scale;
        uint _e77 = quantise(_e75, _e76);
        uint _e78 = scale;
        store(row_1, first_3, _e77, _e78, params, slot_mapping, cache, _buffer_sizes);
        return;
    } else {
        return;
    }
}
