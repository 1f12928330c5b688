// cache/rows
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
    uint row_words;
    uint first_row;
    uint window_rows;
    uint source_offset;
    uint slot_offset;
    uint cache_offset;
};
typedef uint type_1[1];
typedef int type_3[1];

uint flat_workgroup_id(
    metal::uint3 workgroup_id,
    metal::uint3 num_workgroups
) {
    return workgroup_id.x + (workgroup_id.y * num_workgroups.x);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  uint lane [[thread_index_in_threadgroup]]
, metal::uint3 wid [[threadgroup_position_in_grid]]
, metal::uint3 nwg [[threadgroups_per_grid]]
, constant Params& params [[buffer(0)]]
, device type_1 const& source [[buffer(1)]]
, device type_3 const& slot_mapping [[buffer(2)]]
, device type_1& cache [[buffer(3)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    bool local = {};
    bool local_1 = {};
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint at = (_e3 * 256u) + lane;
    uint _e9 = params.row_words;
    uint row = at / _e9;
    uint _e13 = params.rows;
    if (row >= _e13) {
        return;
    }
    uint _e18 = params.slot_offset;
    int slot = slot_mapping[_e18 + row];
    if (!((slot < 0))) {
        uint _e30 = params.first_row;
        local = static_cast<uint>(slot) < _e30;
    } else {
        local = true;
    }
    bool _e33 = local;
    if (!(_e33)) {
        uint _e40 = params.first_row;
        uint _e44 = params.window_rows;
        local_1 = (static_cast<uint>(slot) - _e40) >= _e44;
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
    uint to = (_e50 + ((static_cast<uint>(slot) - _e54) * _e58)) + (at % _e63);
    uint _e71 = params.source_offset;
    uint _e74 = source[_e71 + at];
    cache[to] = _e74;
    return;
}
