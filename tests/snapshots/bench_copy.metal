// bench/copy
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size1;
    uint size2;
};

struct Params {
    uint vectors;
};
typedef metal::uint4 type_2[1];

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
, device type_2 const& source [[buffer(1)]]
, device type_2& copied [[buffer(2)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    uint block = 0u;
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint first = (_e3 * 1024u) + lane;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e26 = block;
            block = _e26 + 1u;
        }
        loop_init = false;
        uint _e9 = block;
        if (_e9 < 4u) {
        } else {
            break;
        }
        {
            uint _e12 = block;
            uint at = first + (_e12 * 256u);
            uint _e18 = params.vectors;
            if (at < _e18) {
                metal::uint4 _e24 = source[at];
                copied[at] = _e24;
            }
        }
    }
    return;
}
