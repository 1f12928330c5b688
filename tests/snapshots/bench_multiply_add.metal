// bench/multiply_add
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size1;
};

struct Params {
    uint rounds;
    float factor;
};
typedef float type_2[1];

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
, device type_2& sums [[buffer(1)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    metal::float4 a = {};
    metal::float4 b = {};
    metal::float4 c = {};
    metal::float4 d = {};
    uint round = 0u;
    uint _e3 = flat_workgroup_id(wid, nwg);
    uint id = (_e3 * 256u) + lane;
    float _e9 = params.factor;
    metal::float4 x = metal::float4(_e9);
    float _e13 = params.factor;
    metal::float4 y = metal::float4(1.0 - _e13);
    a = metal::float4(static_cast<float>(lane));
    metal::float4 _e20 = a;
    b = _e20 + metal::float4(1.0);
    metal::float4 _e25 = a;
    c = _e25 + metal::float4(2.0);
    metal::float4 _e30 = a;
    d = _e30 + metal::float4(3.0);
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e75 = round;
            round = _e75 + 1u;
        }
        loop_init = false;
        uint _e37 = round;
        uint _e40 = params.rounds;
        if (_e37 < _e40) {
        } else {
            break;
        }
        {
            metal::float4 _e42 = a;
            a = metal::fma(_e42, x, y);
            metal::float4 _e44 = b;
            b = metal::fma(_e44, x, y);
            metal::float4 _e46 = c;
            c = metal::fma(_e46, x, y);
            metal::float4 _e48 = d;
            d = metal::fma(_e48, x, y);
            metal::float4 _e50 = a;
            a = metal::fma(_e50, x, y);
            metal::float4 _e52 = b;
            b = metal::fma(_e52, x, y);
            metal::float4 _e54 = c;
            c = metal::fma(_e54, x, y);
            metal::float4 _e56 = d;
            d = metal::fma(_e56, x, y);
            metal::float4 _e58 = a;
            a = metal::fma(_e58, x, y);
            metal::float4 _e60 = b;
            b = metal::fma(_e60, x, y);
            metal::float4 _e62 = c;
            c = metal::fma(_e62, x, y);
            metal::float4 _e64 = d;
            d = metal::fma(_e64, x, y);
            metal::float4 _e66 = a;
            a = metal::fma(_e66, x, y);
            metal::float4 _e68 = b;
            b = metal::fma(_e68, x, y);
            metal::float4 _e70 = c;
            c = metal::fma(_e70, x, y);
            metal::float4 _e72 = d;
            d = metal::fma(_e72, x, y);
        }
    }
    metal::float4 _e77 = a;
    metal::float4 _e78 = b;
    metal::float4 _e80 = c;
    metal::float4 _e81 = d;
    metal::float4 sum = (_e77 + _e78) + (_e80 + _e81);
    sums[id] = ((sum.x + sum.y) + sum.z) + sum.w;
    return;
}
