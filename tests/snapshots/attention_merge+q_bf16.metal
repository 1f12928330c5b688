// attention/merge+q_bf16,D_V=512
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size2;
    uint size4;
    uint size5;
    uint size6;
};

struct Params {
    uint workgroups;
    uint heads;
    uint slots;
    uint first_query;
    uint lse_query;
    uint lse_inner;
    uint has_sink;
    uint has_max_logits;
};
typedef metal::float2 type_3[1];
typedef uint type_4[1];
constant uint D_V = 512u;
constant uint POSITIVE_INFINITY = 2139095040u;
constant uint NEGATIVE_INFINITY = 4286578688u;

bool has_keys(
    metal::float2 softmax
) {
    return as_type<uint>(softmax.y) != 0u;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

float natural_lse(
    float maximum_1,
    float sum_1
) {
    return (maximum_1 * 0.6931472) + metal::log(sum_1);
}

float sink_factor(
    float natural,
    uint sink
) {
    if (sink == POSITIVE_INFINITY) {
        return 0.0;
    }
    if (sink == NEGATIVE_INFINITY) {
        return 1.0;
    }
    return 1.0 / (1.0 + metal::exp(metal::min(as_type<float>(sink) - natural, 80.0)));
}

uint f32_to_bf16_(
    float value_1
) {
    uint bits = as_type<uint>(value_1);
    if ((bits & 2147483647u) > 2139095040u) {
        return (bits >> 16u) | 64u;
    }
    return ((bits + 32767u) + ((bits >> 16u) & 1u)) >> 16u;
}

uint pack_bf16x2_(
    metal::float2 values
) {
    uint _e2 = f32_to_bf16_(values.x);
    uint _e4 = f32_to_bf16_(values.y);
    return _e2 | (_e4 << 16u);
}

void store_pair(
    uint row,
    uint pair,
    metal::float2 values_1,
    device type_4& output,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint at = (row * 256u) + pair;
    {
        uint _e8 = pack_bf16x2_(values_1);
        output[at] = _e8;
        return;
    }
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint thread_ [[thread_index_in_threadgroup]]
, metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, device type_3 const& partial_out [[buffer(0)]]
, device type_3 const& partial_softmax [[buffer(1)]]
, device type_4 const& attn_sink [[buffer(2)]]
, constant Params& params [[buffer(8)]]
, device type_4& output [[buffer(5)]]
, device type_4& max_logits [[buffer(6)]]
, device type_4& lse [[buffer(7)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    float maximum = -100000000000000000000000000000000000000.0;
    bool seen = false;
    uint slot = 0u;
    float sum = 0.0;
    metal::float2 value = metal::float2(0.0);
    uint slot_1 = 0u;
    float factor = {};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.workgroups;
    if (_e3 >= _e6) {
        return;
    }
    uint _e10 = params.heads;
    uint query = _e3 / _e10;
    uint _e14 = params.heads;
    uint head = _e3 % _e14;
    uint _e18 = params.slots;
    uint _e22 = params.heads;
    uint first = ((query * _e18) * _e22) + head;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e51 = slot;
            slot = _e51 + 1u;
        }
        loop_init = false;
        uint _e31 = slot;
        uint _e34 = params.slots;
        if (_e31 < _e34) {
        } else {
            break;
        }
        {
            uint _e37 = slot;
            uint _e40 = params.heads;
            metal::float2 softmax_1 = partial_softmax[first + (_e37 * _e40)];
            bool _e45 = has_keys(softmax_1);
            if (_e45) {
                float _e46 = maximum;
                maximum = metal::max(_e46, softmax_1.x);
                seen = true;
            }
        }
    }
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e95 = slot_1;
            slot_1 = _e95 + 1u;
        }
        loop_init_1 = false;
        uint _e60 = slot_1;
        uint _e63 = params.slots;
        if (_e60 < _e63) {
        } else {
            break;
        }
        {
            uint _e65 = slot_1;
            uint _e68 = params.heads;
            uint row_1 = first + (_e65 * _e68);
            metal::float2 softmax_2 = partial_softmax[row_1];
            bool _e74 = has_keys(softmax_2);
            if (_e74) {
                float _e76 = maximum;
                float weight = metal::exp2(softmax_2.x - _e76);
                float _e79 = sum;
                sum = _e79 + (weight * softmax_2.y);
                if (thread_ < 256u) {
                    metal::float2 _e85 = value;
                    metal::float2 _e91 = partial_out[(row_1 * 256u) + thread_];
                    value = _e85 + (weight * _e91);
                }
            }
        }
    }
    float _e97 = maximum;
    float _e98 = sum;
    bool _e99 = seen;
    float _e102 = natural_lse(_e97, _e99 ? _e98 : 1.0);
    bool _e103 = seen;
    if (_e103) {
        float _e104 = sum;
        factor = 1.0 / _e104;
        uint _e110 = params.has_sink;
        if (_e110 != 0u) {
            float _e113 = factor;
            uint _e116 = attn_sink[head];
            float _e117 = sink_factor(_e102, _e116);
            factor = _e113 * _e117;
        }
        metal::float2 _e119 = value;
        float _e120 = factor;
        value = _e119 * _e120;
    }
    if (thread_ < 256u) {
        uint _e126 = params.first_query;
        uint _e130 = params.heads;
        metal::float2 _e133 = value;
        store_pair(((_e126 + query) * _e130) + head, thread_, _e133, output, _buffer_sizes);
    }
    if (thread_ == 0u) {
        uint _e138 = params.has_max_logits;
        if (_e138 != 0u) {
            uint _e144 = params.first_query;
            uint _e148 = params.heads;
            float _e153 = maximum;
            bool _e157 = seen;
            max_logits[((_e144 + query) * _e148) + head] = _e157 ? as_type<uint>(_e153 * 0.6931472) : NEGATIVE_INFINITY;
        }
        uint inner = params.lse_inner;
        uint _e164 = params.lse_query;
        uint at_1 = _e164 + query;
        uint _e170 = params.heads;
        bool _e179 = seen;
        lse[((((at_1 / inner) * _e170) + head) * inner) + (at_1 % inner)] = _e179 ? as_type<uint>(_e102) : POSITIVE_INFINITY;
        return;
    } else {
        return;
    }
}
