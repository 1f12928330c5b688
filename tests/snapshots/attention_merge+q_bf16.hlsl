// attention/merge+q_bf16,D_V=512
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

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

static const uint D_V = 512u;
static const uint POSITIVE_INFINITY = 2139095040u;
static const uint NEGATIVE_INFINITY = 4286578688u;

ByteAddressBuffer partial_out : register(t0);
ByteAddressBuffer partial_softmax : register(t1);
ByteAddressBuffer attn_sink : register(t2);
cbuffer params : register(b8) { Params params; }
RWByteAddressBuffer output : register(u5);
RWByteAddressBuffer max_logits : register(u6);
RWByteAddressBuffer lse : register(u7);

bool has_keys(float2 softmax)
{
    return (asuint(softmax.y) != 0u);
}

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

float natural_lse(float maximum_1, float sum_1)
{
    return ((maximum_1 * 0.6931472) + log(sum_1));
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

uint f32_to_bf16_(float value_1)
{
    uint bits = asuint(value_1);
    if (((bits & 2147483647u) > 2139095040u)) {
        return ((bits >> 16u) | 64u);
    }
    return (((bits + 32767u) + ((bits >> 16u) & 1u)) >> 16u);
}

uint pack_bf16x2_(float2 values)
{
    const uint _e2 = f32_to_bf16_(values.x);
    const uint _e4 = f32_to_bf16_(values.y);
    return (_e2 | (_e4 << 16u));
}

void store_pair(uint row, uint pair, float2 values_1)
{
    uint at = ((row * 256u) + pair);
    {
        const uint _e8 = pack_bf16x2_(values_1);
        output.Store(at*4, asuint(_e8));
        return;
    }
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint thread : SV_GroupIndex, uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID)
{
    float maximum = -1e38;
    bool seen = false;
    uint slot = 0u;
    float sum = 0.0;
    float2 value = (0.0).xx;
    uint slot_1 = 0u;
    float factor = (float)0;

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.workgroups;
    if ((_e3 >= _e6)) {
        return;
    }
    uint _e10 = params.heads;
    uint query = naga_div(_e3, _e10);
    uint _e14 = params.heads;
    uint head = naga_mod(_e3, _e14);
    uint _e18 = params.slots;
    uint _e22 = params.heads;
    uint first = (((query * _e18) * _e22) + head);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e51 = slot;
            slot = (_e51 + 1u);
        }
        loop_init = false;
        uint _e31 = slot;
        uint _e34 = params.slots;
        if ((_e31 < _e34)) {
        } else {
            break;
        }
        {
            uint _e37 = slot;
            uint _e40 = params.heads;
            float2 softmax_1 = asfloat(partial_softmax.Load2((first + (_e37 * _e40))*8));
            const bool _e45 = has_keys(softmax_1);
            if (_e45) {
                float _e46 = maximum;
                maximum = max(_e46, softmax_1.x);
                seen = true;
            }
        }
    }
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e95 = slot_1;
            slot_1 = (_e95 + 1u);
        }
        loop_init_1 = false;
        uint _e60 = slot_1;
        uint _e63 = params.slots;
        if ((_e60 < _e63)) {
        } else {
            break;
        }
        {
            uint _e65 = slot_1;
            uint _e68 = params.heads;
            uint row_1 = (first + (_e65 * _e68));
            float2 softmax_2 = asfloat(partial_softmax.Load2(row_1*8));
            const bool _e74 = has_keys(softmax_2);
            if (_e74) {
                float _e76 = maximum;
                float weight = exp2((softmax_2.x - _e76));
                float _e79 = sum;
                sum = (_e79 + (weight * softmax_2.y));
                if ((thread < 256u)) {
                    float2 _e85 = value;
                    float2 _e91 = asfloat(partial_out.Load2(((row_1 * 256u) + thread)*8));
                    value = (_e85 + (weight * _e91));
                }
            }
        }
    }
    float _e97 = maximum;
    float _e98 = sum;
    bool _e99 = seen;
    const float _e102 = natural_lse(_e97, (_e99 ? _e98 : 1.0));
    bool _e103 = seen;
    if (_e103) {
        float _e104 = sum;
        factor = (1.0 / _e104);
        uint _e110 = params.has_sink;
        if ((_e110 != 0u)) {
            float _e113 = factor;
            uint _e116 = asuint(attn_sink.Load(head*4));
            const float _e117 = sink_factor(_e102, _e116);
            factor = (_e113 * _e117);
        }
        float2 _e119 = value;
        float _e120 = factor;
        value = (_e119 * _e120);
    }
    if ((thread < 256u)) {
        uint _e126 = params.first_query;
        uint _e130 = params.heads;
        float2 _e133 = value;
        store_pair((((_e126 + query) * _e130) + head), thread, _e133);
    }
    if ((thread == 0u)) {
        uint _e138 = params.has_max_logits;
        if ((_e138 != 0u)) {
            uint _e144 = params.first_query;
            uint _e148 = params.heads;
            float _e153 = maximum;
            bool _e157 = seen;
            max_logits.Store((((_e144 + query) * _e148) + head)*4, asuint((_e157 ? asuint((_e153 * 0.6931472)) : NEGATIVE_INFINITY)));
        }
        uint inner = params.lse_inner;
        uint _e164 = params.lse_query;
        uint at_1 = (_e164 + query);
        uint _e170 = params.heads;
        bool _e179 = seen;
        lse.Store(((((naga_div(at_1, inner) * _e170) + head) * inner) + naga_mod(at_1, inner))*4, asuint((_e179 ? asuint(_e102) : POSITIVE_INFINITY)));
        return;
    } else {
        return;
    }
}
