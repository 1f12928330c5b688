// topk/map_pages
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

struct Params {
    uint entries;
    uint positions_skip;
    uint cache_rows_skip;
    uint first_row;
    uint top_k;
    uint rows_per_sequence;
    uint max_pages;
    uint page_size;
};

cbuffer params : register(b0) { Params params; }
ByteAddressBuffer positions : register(t1);
ByteAddressBuffer block_table : register(t2);
RWByteAddressBuffer cache_rows : register(u3);

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
{
    int cache_row = int(-1);
    bool local = (bool)0;

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint entry = ((_e3 * 256u) + lane);
    uint _e9 = params.entries;
    if ((entry >= _e9)) {
        return;
    }
    uint _e14 = params.positions_skip;
    int position = asint(positions.Load((_e14 + entry)*4));
    if ((position >= int(0))) {
        uint _e24 = params.first_row;
        uint _e27 = params.top_k;
        uint _e32 = params.rows_per_sequence;
        uint sequence = naga_div((_e24 + naga_div(entry, _e27)), _e32);
        uint _e37 = params.page_size;
        uint logical = naga_div(uint(position), _e37);
        uint _e42 = params.page_size;
        uint offset = naga_mod(uint(position), _e42);
        uint _e46 = params.max_pages;
        if ((logical < _e46)) {
            uint _e51 = params.max_pages;
            int page = asint(block_table.Load(((sequence * _e51) + logical)*4));
            if ((page >= int(0))) {
                uint _e65 = params.page_size;
                local = (uint(page) <= naga_div((2147483647u - offset), _e65));
            } else {
                local = false;
            }
            bool _e69 = local;
            if (_e69) {
                uint _e73 = params.page_size;
                cache_row = int(((uint(page) * _e73) + offset));
            }
        }
    }
    uint _e80 = params.cache_rows_skip;
    int _e83 = cache_row;
    cache_rows.Store((_e80 + entry)*4, asuint(_e83));
    return;
}
