// indexer/rows+queries+bf16+rope+hadamard,DIM=128
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
struct type_5 {
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
    threadgroup type_5& traded
) {
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    traded.inner[lane_1] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 _e8 = traded.inner[lane_1 ^ mask];
    return _e8;
}

uint row_max(
    uint value_1,
    uint lane_2,
    threadgroup type_5& traded
) {
    uint largest = {};
    uint mask_1 = 1u;
    largest = value_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e15 = mask_1;
            mask_1 = _e15 << 1u;
        }
        loop_init = false;
        uint _e5 = mask_1;
        if (_e5 < LANES) {
        } else {
            break;
        }
        {
            uint _e8 = largest;
            uint _e9 = largest;
            uint _e11 = mask_1;
            metal::uint4 _e12 = trade(metal::uint4(_e9), lane_2, _e11, traded);
            largest = metal::max(_e8, _e12.x);
        }
    }
    uint _e18 = largest;
    return _e18;
}

metal::float4 rotate(
    metal::float4 v_1,
    uint lane_3,
    uint first,
    uint table,
    device type_3 const& rope_cos,
    device type_3 const& rope_sin,
    threadgroup type_5& traded,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 _e6 = trade(as_type<metal::uint4>(v_1), lane_3, 8u, traded);
    metal::float4 partner = as_type<metal::float4>(_e6);
    if (first >= 64u) {
        return v_1;
    }
    uint angle = table + (first % 32u);
    float _e15 = rope_cos[angle];
    float _e20 = rope_cos[angle + 1u];
    float _e25 = rope_cos[angle + 2u];
    float _e30 = rope_cos[angle + 3u];
    metal::float4 c = metal::float4(_e15, _e20, _e25, _e30);
    float _e34 = rope_sin[angle];
    float _e39 = rope_sin[angle + 1u];
    float _e44 = rope_sin[angle + 2u];
    float _e49 = rope_sin[angle + 3u];
    metal::float4 s = metal::float4(_e34, _e39, _e44, _e49);
    return (v_1 * c) + ((first < 32u) ? -((partner * s)) : (partner * s));
}

metal::float4 hadamard_transform(
    metal::float4 v_2,
    uint lane_4,
    threadgroup type_5& traded
) {
    metal::float4 sum = {};
    uint mask_2 = 1u;
    metal::float4 pairs = metal::float4(v_2.x + v_2.y, v_2.x - v_2.y, v_2.z + v_2.w, v_2.z - v_2.w);
    sum = metal::float4(pairs.xy + pairs.zw, pairs.xy - pairs.zw);
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e42 = mask_2;
            mask_2 = _e42 << 1u;
        }
        loop_init_1 = false;
        uint _e25 = mask_2;
        if (_e25 < LANES) {
        } else {
            break;
        }
        {
            metal::float4 _e28 = sum;
            uint _e30 = mask_2;
            metal::uint4 _e31 = trade(as_type<metal::uint4>(_e28), lane_4, _e30, traded);
            metal::float4 other = as_type<metal::float4>(_e31);
            metal::float4 _e33 = sum;
            metal::float4 _e35 = sum;
            uint _e37 = mask_2;
            sum = ((lane_4 & _e37) != 0u) ? (other - _e35) : (_e33 + other);
        }
    }
    metal::float4 _e45 = sum;
    return _e45 * 0.088388346;
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

uint quantise_shift(
    float value_2,
    uint scale_1
) {
    bool local_3 = {};
    bool local_4 = {};
    uint bits_2 = as_type<uint>(value_2);
    uint magnitude_1 = bits_2 & 2147483647u;
    if (!((magnitude_1 >= 2139095040u))) {
        local_3 = scale_1 > 2139095040u;
    } else {
        local_3 = true;
    }
    bool _e13 = local_3;
    if (_e13) {
        return 127u;
    }
    uint sign_1 = bits_2 & 2147483648u;
    int exponent_1 = as_type<int>(as_type<uint>(as_type<int>(as_type<uint>(static_cast<int>(magnitude_1 >> 23u)) - as_type<uint>(static_cast<int>(scale_1 >> 23u)))) + as_type<uint>(127));
    if (!((magnitude_1 < 8388608u))) {
        local_4 = exponent_1 <= 0;
    } else {
        local_4 = true;
    }
    bool _e34 = local_4;
    if (_e34) {
        return sign_1 >> 24u;
    }
    uint _e44 = f32_bits_to_e4m3_((sign_1 | (static_cast<uint>(exponent_1) << 23u)) | (magnitude_1 & 8388607u));
    return _e44;
}

uint quantise(
    metal::float4 v_3,
    uint scale_2
) {
    uint _e3 = quantise_shift(v_3.x, scale_2);
    uint _e5 = quantise_shift(v_3.y, scale_2);
    uint _e10 = quantise_shift(v_3.z, scale_2);
    uint _e15 = quantise_shift(v_3.w, scale_2);
    return ((_e3 | (_e5 << 8u)) | (_e10 << 16u)) | (_e15 << 24u);
}

void store(
    uint row,
    uint first_1,
    uint packed,
    uint scale_3,
    constant Params& params,
    device type_2& codes,
    device type_3 const& weights,
    device type_3& weights_out,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e7 = params.codes_offset;
    codes[(_e7 + (row * LANES)) + (first_1 / 4u)] = packed;
    if (first_1 == 0u) {
        uint _e19 = params.row_offset;
        uint at = _e19 + row;
        {
            float _e25 = weights[at];
            float _e30 = params.factor;
            weights_out[at] = (_e25 * as_type<float>(scale_3)) * _e30;
            return;
        }
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

uint divide_bits(
    uint numerator,
    uint denominator
) {
    uint remainder = {};
    int exponent = {};
    uint quotient = 1u;
    uint bit = 0u;
    bool local_5 = {};
    bool local_6 = {};
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
            local_6 = (_e67 & 1u) != 0u;
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

uint power_of_two_above(
    uint bits_1
) {
    return (bits_1 >= 2139095040u) ? bits_1 : ((bits_1 + 8388607u) & 4286578688u);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, constant Params& params [[buffer(0)]]
, device type_2 const& x [[buffer(1)]]
, device type_3 const& rope_cos [[buffer(4)]]
, device type_3 const& rope_sin [[buffer(5)]]
, device type_2& codes [[buffer(6)]]
, device type_3 const& weights [[buffer(7)]]
, device type_3& weights_out [[buffer(8)]]
, threadgroup type_5& traded
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    metal::uint4 words = {};
    metal::float4 v = {};
    uint scale = {};
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint row_1 = (_e3 * ROWS) + (lane / LANES);
    uint first_2 = (lane % LANES) * 4u;
    uint _e15 = params.rows;
    bool present = row_1 < _e15;
    uint source = present ? row_1 : 0u;
    uint _e21 = params.x_offset;
    uint at_1 = _e21 + (((source * LANES) + (first_2 / 4u)) * FOUR_WORDS);
    uint _e32 = x[at_1];
    uint _e37 = x[at_1 + 1u];
    words = metal::uint4(_e32, _e37, 0u, 0u);
    metal::uint4 _e42 = words;
    metal::float4 _e43 = four_values(_e42);
    v = _e43;
    {
        metal::float4 _e45 = v;
        uint _e48 = params.table_offset;
        uint _e51 = params.rows_per_position;
        metal::float4 _e56 = rotate(_e45, lane, first_2, _e48 + ((source / _e51) * 32u), rope_cos, rope_sin, traded, _buffer_sizes);
        v = _e56;
    }
    {
        metal::float4 _e57 = v;
        metal::float4 _e58 = hadamard_transform(_e57, lane, traded);
        v = _e58;
    }
    metal::float4 _e59 = v;
    metal::uint4 magnitudes = as_type<metal::uint4>(_e59) & metal::uint4(2147483647u);
    uint _e71 = row_max(metal::max(metal::max(magnitudes.x, magnitudes.y), metal::max(magnitudes.z, magnitudes.w)), lane, traded);
    uint _e73 = amax_scale(_e71, AMAX_FLOOR);
    scale = _e73;
    {
        uint _e75 = scale;
        uint _e76 = power_of_two_above(_e75);
        scale = _e76;
    }
    if (present) {
        metal::float4 _e77 = v;
        uint _e78 = scale;
        uint _e79 = quantise(_e77, _e78);
        uint _e80 = scale;
        store(row_1, first_2, _e79, _e80, params, codes, weights, weights_out, _buffer_sizes);
        return;
    } else {
        return;
    }
}
