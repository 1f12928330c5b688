// topk/map_pages
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
    uint entries;
    uint positions_skip;
    uint cache_rows_skip;
    uint first_row;
    uint top_k;
    uint rows_per_sequence;
    uint max_pages;
    uint page_size;
};
typedef int type_2[1];

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint lane [[thread_index_in_threadgroup]]
, constant Params& params [[buffer(0)]]
, device type_2 const& positions [[buffer(1)]]
, device type_2 const& block_table [[buffer(2)]]
, device type_2& cache_rows [[buffer(3)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    int cache_row = -1;
    bool local = {};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint entry = (_e3 * 256u) + lane;
    uint _e9 = params.entries;
    if (entry >= _e9) {
        return;
    }
    uint _e14 = params.positions_skip;
    int position = positions[_e14 + entry];
    if (position >= 0) {
        uint _e24 = params.first_row;
        uint _e27 = params.top_k;
        uint _e32 = params.rows_per_sequence;
        uint sequence = (_e24 + (entry / _e27)) / _e32;
        uint _e37 = params.page_size;
        uint logical = static_cast<uint>(position) / _e37;
        uint _e42 = params.page_size;
        uint offset = static_cast<uint>(position) % _e42;
        uint _e46 = params.max_pages;
        if (logical < _e46) {
            uint _e51 = params.max_pages;
            int page = block_table[(sequence * _e51) + logical];
            if (page >= 0) {
                uint _e65 = params.page_size;
                local = static_cast<uint>(page) <= ((2147483647u - offset) / _e65);
            } else {
                local = false;
            }
            bool _e69 = local;
            if (_e69) {
                uint _e73 = params.page_size;
                cache_row = static_cast<int>((static_cast<uint>(page) * _e73) + offset);
            }
        }
    }
    uint _e80 = params.cache_rows_skip;
    int _e83 = cache_row;
    cache_rows[_e80 + entry] = _e83;
    return;
}
