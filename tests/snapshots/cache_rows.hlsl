// cache/rows
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Params {
    uint rows;
    uint row_words;
    uint first_row;
    uint window_rows;
    uint source_offset;
    uint slot_offset;
    uint cache_offset;
};

cbuffer params : register(b0) { Params params; }
ByteAddressBuffer source : register(t1);
ByteAddressBuffer slot_mapping : register(t2);
RWByteAddressBuffer cache : register(u3);

uint flat_workgroup_id(uint3 workgroup_id, uint3 num_workgroups)
{
    return (workgroup_id.x + (workgroup_id.y * num_workgroups.x));
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint lane : SV_GroupIndex, uint3 wid : SV_GroupID, uint3 nwg : SV_GroupID)
{
    bool local = (bool)0;
    bool local_1 = (bool)0;

    const uint _e3 = flat_workgroup_id(wid, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint at = ((_e3 * 256u) + lane);
    uint _e9 = params.row_words;
    uint row = naga_div(at, _e9);
    uint _e13 = params.rows;
    if ((row >= _e13)) {
        return;
    }
    uint _e18 = params.slot_offset;
    int slot = asint(slot_mapping.Load((_e18 + row)*4));
    if (!((slot < int(0)))) {
        uint _e30 = params.first_row;
        local = (uint(slot) < _e30);
    } else {
        local = true;
    }
    bool _e33 = local;
    if (!(_e33)) {
        uint _e40 = params.first_row;
        uint _e44 = params.window_rows;
        local_1 = ((uint(slot) - _e40) >= _e44);
    } else {
        local_1 = true;
    }
    bool _e47 = local_1;
    if (_e47) {
        return;
    }
    uint _e50 = params.cache_offset;
    uint _e54 = params.first_row;
    uint _e58 = params.row_words;
    uint _e63 = params.row_words;
    uint to = ((_e50 + ((uint(slot) - _e54) * _e58)) + naga_mod(at, _e63));
    uint _e71 = params.source_offset;
    uint _e74 = asuint(source.Load((_e71 + at)*4));
    cache.Store(to*4, asuint(_e74));
    return;
}
