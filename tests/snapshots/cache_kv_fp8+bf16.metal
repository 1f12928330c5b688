// cache/kv_fp8+bf16
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size1;
    uint size2;
    uint size3;
};

struct Params {
    uint rows;
    uint first_row;
    uint window_rows;
    uint latent_offset;
    uint slot_offset;
    uint cache_offset;
};
typedef uint type_1[1];
typedef int type_3[1];
struct type_4 {
    uint inner[256];
};
constant uint ROW_WORDS = 164u;
constant uint QUADS = 144u;
constant uint SCALE_FLOOR = 953267991u;
constant uint FOUR_WORDS = 2u;

metal::float2 unpack_bf16x2_(
    uint packed
) {
    return metal::float2(as_type<float>(packed << 16u), as_type<float>(packed & 4294901760u));
}

metal::float4 four_values(
    metal::uint4 words
) {
    metal::float2 _e2 = unpack_bf16x2_(words.x);
    metal::float2 _e4 = unpack_bf16x2_(words.y);
    return metal::float4(_e2, _e4);
}

metal::float4 load(
    uint row,
    uint quad_,
    constant Params& params,
    device type_1 const& latent,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 words_1 = {};
    uint _e4 = params.latent_offset;
    uint at = _e4 + (((row * QUADS) + quad_) * FOUR_WORDS);
    uint _e13 = latent[at];
    uint _e18 = latent[at + 1u];
    words_1 = metal::uint4(_e13, _e18, 0u, 0u);
    metal::uint4 _e23 = words_1;
    metal::float4 _e24 = four_values(_e23);
    return _e24;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id,
    metal::uint3 num_workgroups
) {
    return workgroup_id.x + (workgroup_id.y * num_workgroups.x);
}

uint power_of_two_above(
    uint bits
) {
    return (bits >= 2139095040u) ? bits : ((bits + 8388607u) & 4286578688u);
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
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e55 = bit;
            bit = _e55 + 1u;
        }
        loop_init = false;
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

uint round_shift_right(
    uint mantissa,
    uint shift
) {
    bool local_5 = {};
    bool local_6 = {};
    bool local_7 = {};
    uint by = metal::min(shift, 25u);
    uint quotient_1 = mantissa >> by;
    uint remainder_1 = mantissa & ((1u << by) - 1u);
    uint half_ = (1u << by) >> 1u;
    if (!((remainder_1 > half_))) {
        if (remainder_1 == half_) {
            local_6 = by != 0u;
        } else {
            local_6 = false;
        }
        bool _e26 = local_6;
        if (_e26) {
            local_7 = (quotient_1 & 1u) != 0u;
        } else {
            local_7 = false;
        }
        bool _e34 = local_7;
        local_5 = _e34;
    } else {
        local_5 = true;
    }
    bool _e36 = local_5;
    return quotient_1 + (_e36 ? 1u : 0u);
}

uint f32_bits_to_e4m3_(
    uint bits_1
) {
    uint sign = (bits_1 >> 24u) & 128u;
    uint magnitude = bits_1 & 2147483647u;
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
    float value,
    uint scale
) {
    bool local_8 = {};
    bool local_9 = {};
    uint bits_2 = as_type<uint>(value);
    uint magnitude_1 = bits_2 & 2147483647u;
    if (!((magnitude_1 >= 2139095040u))) {
        local_8 = scale > 2139095040u;
    } else {
        local_8 = true;
    }
    bool _e13 = local_8;
    if (_e13) {
        return 127u;
    }
    uint sign_1 = bits_2 & 2147483648u;
    int exponent_1 = as_type<int>(as_type<uint>(as_type<int>(as_type<uint>(static_cast<int>(magnitude_1 >> 23u)) - as_type<uint>(static_cast<int>(scale >> 23u)))) + as_type<uint>(127));
    if (!((magnitude_1 < 8388608u))) {
        local_9 = exponent_1 <= 0;
    } else {
        local_9 = true;
    }
    bool _e34 = local_9;
    if (_e34) {
        return sign_1 >> 24u;
    }
    uint _e44 = f32_bits_to_e4m3_((sign_1 | (static_cast<uint>(exponent_1) << 23u)) | (magnitude_1 & 8388607u));
    return _e44;
}

uint f32_to_bf16_(
    float value_1
) {
    uint bits_3 = as_type<uint>(value_1);
    if ((bits_3 & 2147483647u) > 2139095040u) {
        return (bits_3 >> 16u) | 64u;
    }
    return ((bits_3 + 32767u) + ((bits_3 >> 16u) & 1u)) >> 16u;
}

uint pack_bf16x2_(
    metal::float2 values
) {
    uint _e2 = f32_to_bf16_(values.x);
    uint _e4 = f32_to_bf16_(values.y);
    return _e2 | (_e4 << 16u);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, constant Params& params [[buffer(0)]]
, device type_1 const& latent [[buffer(1)]]
, device type_3 const& slot_mapping [[buffer(2)]]
, device type_1& cache [[buffer(3)]]
, threadgroup type_4& largest
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    uint mask = 1u;
    bool local = {};
    bool local_1 = {};
    bool local_2 = {};
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint row_1 = (_e3 * 2u) + (lane / 128u);
    uint quad_1 = lane % 128u;
    uint _e13 = params.rows;
    bool present = row_1 < _e13;
    uint source = present ? row_1 : 0u;
    metal::float4 _e17 = load(source, quad_1, params, latent, _buffer_sizes);
    metal::uint4 magnitudes = as_type<metal::uint4>(_e17) & metal::uint4(2147483647u);
    largest.inner[lane] = metal::max(metal::max(magnitudes.x, magnitudes.y), metal::max(magnitudes.z, magnitudes.w));
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e47 = mask;
            mask = _e47 << 1u;
        }
        loop_init_1 = false;
        uint _e33 = mask;
        if (_e33 < 32u) {
        } else {
            break;
        }
        {
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            uint _e38 = largest.inner[lane];
            uint _e40 = mask;
            uint _e43 = largest.inner[lane ^ _e40];
            uint both = metal::max(_e38, _e43);
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            largest.inner[lane] = both;
        }
    }
    uint _e53 = params.slot_offset;
    int slot = slot_mapping[_e53 + source];
    if (!(!(present))) {
        local = slot < 0;
    } else {
        local = true;
    }
    bool _e64 = local;
    if (!(_e64)) {
        uint _e71 = params.first_row;
        local_1 = static_cast<uint>(slot) < _e71;
    } else {
        local_1 = true;
    }
    bool _e74 = local_1;
    if (!(_e74)) {
        uint _e81 = params.first_row;
        uint _e85 = params.window_rows;
        local_2 = (static_cast<uint>(slot) - _e81) >= _e85;
    } else {
        local_2 = true;
    }
    bool _e88 = local_2;
    if (_e88) {
        return;
    }
    uint _e91 = largest.inner[lane];
    uint _e93 = amax_scale(_e91, 0u);
    uint _e96 = power_of_two_above(metal::max(_e93, SCALE_FLOOR));
    uint _e99 = params.cache_offset;
    uint _e103 = params.first_row;
    uint base = _e99 + ((static_cast<uint>(slot) - _e103) * ROW_WORDS);
    uint _e112 = quantise_shift(_e17.x, _e96);
    uint _e114 = quantise_shift(_e17.y, _e96);
    uint _e119 = quantise_shift(_e17.z, _e96);
    uint _e124 = quantise_shift(_e17.w, _e96);
    cache[base + quad_1] = ((_e112 | (_e114 << 8u)) | (_e119 << 16u)) | (_e124 << 24u);
    if ((quad_1 % 32u) == 0u) {
        cache[(base + 128u) + (quad_1 / 32u)] = _e96;
    }
    if (quad_1 < 16u) {
        metal::float4 _e143 = load(source, 128u + quad_1, params, latent, _buffer_sizes);
        uint _e152 = pack_bf16x2_(_e143.xy);
        cache[(base + 132u) + (2u * quad_1)] = _e152;
        uint _e161 = pack_bf16x2_(_e143.zw);
        cache[(base + 133u) + (2u * quad_1)] = _e161;
        return;
    } else {
        return;
    }
}
