// bench/multiply_add
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Params {
    uint rounds;
    float factor;
};

cbuffer params : register(b0) { Params params; }
RWByteAddressBuffer sums : register(u1);

uint flat_workgroup_id(uint3 workgroup_id, uint3 num_workgroups)
{
    return (workgroup_id.x + (workgroup_id.y * num_workgroups.x));
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    float4 a = (float4)0;
    float4 b = (float4)0;
    float4 c = (float4)0;
    float4 d = (float4)0;
    uint round_ = 0u;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint id = ((_e3 * 256u) + lane);
    float _e9 = params.factor;
    float4 x = (_e9).xxxx;
    float _e13 = params.factor;
    float4 y = ((1.0 - _e13)).xxxx;
    a = (float(lane)).xxxx;
    float4 _e20 = a;
    b = (_e20 + (1.0).xxxx);
    float4 _e25 = a;
    c = (_e25 + (2.0).xxxx);
    float4 _e30 = a;
    d = (_e30 + (3.0).xxxx);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e75 = round_;
            round_ = (_e75 + 1u);
        }
        loop_init = false;
        uint _e37 = round_;
        uint _e40 = params.rounds;
        if ((_e37 < _e40)) {
        } else {
            break;
        }
        {
            float4 _e42 = a;
            a = mad(_e42, x, y);
            float4 _e44 = b;
            b = mad(_e44, x, y);
            float4 _e46 = c;
            c = mad(_e46, x, y);
            float4 _e48 = d;
            d = mad(_e48, x, y);
            float4 _e50 = a;
            a = mad(_e50, x, y);
            float4 _e52 = b;
            b = mad(_e52, x, y);
            float4 _e54 = c;
            c = mad(_e54, x, y);
            float4 _e56 = d;
            d = mad(_e56, x, y);
            float4 _e58 = a;
            a = mad(_e58, x, y);
            float4 _e60 = b;
            b = mad(_e60, x, y);
            float4 _e62 = c;
            c = mad(_e62, x, y);
            float4 _e64 = d;
            d = mad(_e64, x, y);
            float4 _e66 = a;
            a = mad(_e66, x, y);
            float4 _e68 = b;
            b = mad(_e68, x, y);
            float4 _e70 = c;
            c = mad(_e70, x, y);
            float4 _e72 = d;
            d = mad(_e72, x, y);
        }
    }
    float4 _e77 = a;
    float4 _e78 = b;
    float4 _e80 = c;
    float4 _e81 = d;
    float4 sum = ((_e77 + _e78) + (_e80 + _e81));
    sums.Store(id*4, asuint((((sum.x + sum.y) + sum.z) + sum.w)));
    return;
}
