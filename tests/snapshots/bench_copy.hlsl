// bench/copy
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Params {
    uint vectors;
};

cbuffer params : register(b0) { Params params; }
ByteAddressBuffer source : register(t1);
RWByteAddressBuffer copied : register(u2);

uint flat_workgroup_id(uint3 workgroup_id, uint3 num_workgroups)
{
    return (workgroup_id.x + (workgroup_id.y * num_workgroups.x));
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    uint block = 0u;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint first = ((_e3 * 1024u) + lane);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e26 = block;
            block = (_e26 + 1u);
        }
        loop_init = false;
        uint _e9 = block;
        if ((_e9 < 4u)) {
        } else {
            break;
        }
        {
            uint _e12 = block;
            uint at = (first + (_e12 * 256u));
            uint _e18 = params.vectors;
            if ((at < _e18)) {
                uint4 _e24 = asuint(source.Load4(at*16));
                copied.Store4(at*16, asuint(_e24));
            }
        }
    }
    return;
}
