// topk/count
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size3;
    uint size4;
    uint size5;
    uint size6;
    uint size10;
    uint size11;
};

typedef uint type_1[1];
struct Params {
    uint rows;
    uint columns;
    uint top_k;
    uint scores_skip;
    uint vector_groups;
    uint range_skip;
    uint has_row_start;
    uint has_row_end;
    uint indices_skip;
    uint first_column;
    uint window;
    uint digit;
    uint chunk;
    uint chunks;
    uint first_chunk;
    uint row_chunks;
    uint scratch_row;
    uint capacity;
};
typedef int type_4[1];
struct Search {
    uint found;
    uint key;
    uint count;
};
struct type_6 {
    uint inner[512];
};
struct type_7 {
    uint inner[32];
};
struct type_10 {
    uint inner[8];
};
typedef metal::uint4 type_11[1];

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

metal::uint2 row_range(
    uint row,
    constant Params& params,
    device type_4 const& row_start,
    device type_4 const& row_end,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint first = 0u;
    uint end = {};
    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if (_e9 != 0u) {
        uint _e15 = params.range_skip;
        int _e18 = row_start[_e15 + row];
        uint _e24 = params.columns;
        first = metal::min(static_cast<uint>(metal::max(_e18, 0)), _e24);
    }
    uint _e28 = params.has_row_end;
    if (_e28 != 0u) {
        uint _e34 = params.range_skip;
        int _e37 = row_end[_e34 + row];
        uint _e43 = params.columns;
        end = metal::min(static_cast<uint>(metal::max(_e37, 0)), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return metal::uint2(_e45, metal::max(_e46, _e47));
}

uint lane_bin(
    uint lane_1
) {
    return 2047u - (lane_1 * 8u);
}

metal::uint2 workgroup_scan(
    uint lane_2,
    uint value,
    uint slot,
    threadgroup type_6& scan_values,
    threadgroup type_7& scan_totals
) {
    uint sum = 0u;
    uint i = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_1 = 0u;
    uint i_2 = {};
    uint values = slot * 256u;
    uint totals = slot * 16u;
    scan_values.inner[values + lane_2] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_2 < 16u) {
        bool loop_init = true;
        while(true) {
            if (!loop_init) {
                uint _e30 = i;
                i = _e30 + 1u;
            }
            loop_init = false;
            uint _e16 = i;
            if (_e16 < 16u) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i;
                uint _e27 = scan_values.inner[(values + (lane_2 * 16u)) + _e24];
                sum = _e19 + _e27;
            }
        }
        uint _e35 = sum;
        scan_totals.inner[totals + lane_2] = _e35;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint block = lane_2 / 16u;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e61 = i_1;
            i_1 = _e61 + 1u;
        }
        loop_init_1 = false;
        uint _e44 = i_1;
        if (_e44 < 16u) {
        } else {
            break;
        }
        {
            uint _e48 = i_1;
            uint sum_1 = scan_totals.inner[totals + _e48];
            uint _e52 = before;
            uint _e54 = i_1;
            before = _e52 + ((_e54 < block) ? sum_1 : 0u);
            uint _e58 = total;
            total = _e58 + sum_1;
        }
    }
    i_2 = block * 16u;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e76 = i_2;
            i_2 = _e76 + 1u;
        }
        loop_init_2 = false;
        uint _e66 = i_2;
        if (_e66 < lane_2) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_2;
            uint _e73 = scan_values.inner[values + _e70];
            before = _e68 + _e73;
        }
    }
    uint _e78 = before;
    uint _e79 = total;
    return metal::uint2(_e78, _e79);
}

uint digit_width(
    uint digit
) {
    return (digit == 2u) ? 10u : 11u;
}

uint digit_shift(
    uint digit_1
) {
    return (digit_1 == 0u) ? 21u : ((digit_1 == 1u) ? 10u : 0u);
}

Search refine(
    uint lane_3,
    Search search,
    uint digit_2,
    metal::uint4 high,
    metal::uint4 low,
    threadgroup type_6& scan_values,
    threadgroup type_7& scan_totals,
    threadgroup metal::uint4& picked
) {
    bool local_1 = {};
    type_10 counts = {};
    uint before_1 = {};
    uint bin = 0u;
    uint i_3 = 0u;
    bool local_2 = {};
    uint own = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(lane_3, own, 0u, scan_values, scan_totals);
    if (_e21.x < search.count) {
        local_1 = search.count <= (_e21.x + own);
    } else {
        local_1 = false;
    }
    bool _e32 = local_1;
    if (_e32) {
        counts = type_10 {{high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w}};
        before_1 = _e21.x;
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e68 = i_3;
                i_3 = _e68 + 1u;
            }
            loop_init_3 = false;
            uint _e49 = i_3;
            if (_e49 < 7u) {
            } else {
                break;
            }
            {
                uint _e52 = before_1;
                uint _e53 = bin;
                uint _e55 = counts.inner[_e53];
                if ((_e52 + _e55) >= search.count) {
                    break;
                }
                uint _e59 = before_1;
                uint _e60 = bin;
                uint _e62 = counts.inner[_e60];
                before_1 = _e59 + _e62;
                uint _e64 = bin;
                bin = _e64 + 1u;
            }
        }
        uint _e71 = lane_bin(lane_3);
        uint _e72 = bin;
        uint _e75 = before_1;
        uint _e77 = bin;
        uint _e79 = counts.inner[_e77];
        picked = metal::uint4(_e71 - _e72, search.count - _e75, _e79, 1u);
    } else {
        if (lane_3 == 0u) {
            local_2 = _e21.y < search.count;
        } else {
            local_2 = false;
        }
        bool _e90 = local_2;
        if (_e90) {
            picked = metal::uint4(0u);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 unnamed = picked;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (unnamed.w == 0u) {
        return Search {1u, 0u, 0u};
    }
    uint _e104 = digit_width(digit_2);
    uint leading = (search.key << _e104) | unnamed.x;
    if (unnamed.y == unnamed.z) {
        uint _e112 = digit_shift(digit_2);
        return Search {1u, (leading << _e112) - 1u, 0u};
    }
    return Search {(digit_2 == 2u) ? 1u : 0u, leading, unnamed.y};
}

Search search_after(
    uint lane_4,
    uint row_1,
    metal::uint2 range,
    uint digits,
    constant Params& params,
    device type_1 const& search_before,
    device type_1 const& bins_before,
    threadgroup type_6& scan_values,
    threadgroup type_7& scan_totals,
    threadgroup metal::uint4& picked,
    constant _mslBufferSizes& _buffer_sizes
) {
    Search search_1 = {};
    bool local_3 = {};
    uint _e9 = params.top_k;
    if ((range.y - range.x) <= _e9) {
        return Search {1u, 0u, 0u};
    }
    uint _e19 = params.top_k;
    search_1 = Search {0u, 0u, _e19};
    if (digits > 0u) {
        uint _e26 = params.scratch_row;
        uint at = (_e26 + row_1) * 4u;
        uint _e32 = search_before[at];
        uint _e37 = search_before[at + 1u];
        uint _e42 = search_before[at + 2u];
        search_1 = Search {_e32, _e37, _e42};
    }
    if (digits > 0u) {
        uint _e49 = search_1.found;
        local_3 = _e49 == 0u;
    } else {
        local_3 = false;
    }
    bool _e53 = local_3;
    if (_e53) {
        uint _e56 = params.scratch_row;
        uint _e60 = lane_bin(lane_4);
        uint bin_1 = ((_e56 + row_1) * 2048u) + _e60;
        uint _e64 = bins_before[bin_1];
        uint _e69 = bins_before[bin_1 - 1u];
        uint _e74 = bins_before[bin_1 - 2u];
        uint _e79 = bins_before[bin_1 - 3u];
        metal::uint4 high_1 = metal::uint4(_e64, _e69, _e74, _e79);
        uint _e85 = bins_before[bin_1 - 4u];
        uint _e90 = bins_before[bin_1 - 5u];
        uint _e95 = bins_before[bin_1 - 6u];
        uint _e100 = bins_before[bin_1 - 7u];
        metal::uint4 low_1 = metal::uint4(_e85, _e90, _e95, _e100);
        Search _e102 = search_1;
        Search _e105 = refine(lane_4, _e102, digits - 1u, high_1, low_1, scan_values, scan_totals, picked);
        search_1 = _e105;
    }
    Search _e106 = search_1;
    return _e106;
}

uint row_word(
    uint row_2,
    constant Params& params
) {
    uint _e3 = params.scores_skip;
    uint _e6 = params.columns;
    return _e3 + (row_2 * _e6);
}

metal::uint2 words_within(
    uint row_3,
    metal::uint2 columns,
    metal::uint2 part,
    constant Params& params
) {
    uint _e9 = params.first_column;
    uint first_1 = metal::clamp(columns.x, part.x, part.y) - _e9;
    uint _e17 = params.first_column;
    uint end_1 = metal::clamp(columns.y, part.x, part.y) - _e17;
    uint _e20 = row_word(row_3, params);
    return metal::uint2(first_1, end_1) + metal::uint2(_e20);
}

metal::uint2 chunk_columns(
    uint chunk,
    constant Params& params
) {
    uint _e3 = params.chunk;
    uint _e7 = params.window;
    uint first_2 = metal::min(chunk * _e3, _e7);
    uint _e11 = params.chunk;
    uint _e14 = params.window;
    uint _e21 = params.first_column;
    return metal::uint2(first_2, first_2 + metal::min(_e11, _e14 - first_2)) + metal::uint2(_e21);
}

uint ordered_key(
    uint bits
) {
    bool local_4 = {};
    uint key = ((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u);
    uint merged = (key == 2147483647u) ? 2147483648u : key;
    if (merged >= 8388608u) {
        local_4 = merged <= 4286578688u;
    } else {
        local_4 = false;
    }
    bool _e21 = local_4;
    return _e21 ? merged : 0u;
}

metal::uint4 ordered_keys(
    metal::uint4 bits_1
) {
    uint _e2 = ordered_key(bits_1.x);
    uint _e4 = ordered_key(bits_1.y);
    uint _e6 = ordered_key(bits_1.z);
    uint _e8 = ordered_key(bits_1.w);
    return metal::uint4(_e2, _e4, _e6, _e8);
}

metal::uint4 load_keys(
    uint group_1,
    metal::uint2 words,
    constant Params& params,
    device type_11 const& scores4_,
    device type_1 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bits_2 = metal::uint4(0u);
    uint i_4 = 0u;
    uint at_1 = group_1 * 4u;
    if (at_1 >= words.y) {
        return metal::uint4(0u);
    }
    metal::uint4 position = metal::uint4(at_1, at_1 + 1u, at_1 + 2u, at_1 + 3u);
    metal::bool4 inside = (position >= metal::uint4(words.x)) & (position < metal::uint4(words.y));
    uint _e24 = params.vector_groups;
    if (group_1 < _e24) {
        metal::uint4 _e30 = scores4_[group_1];
        metal::uint4 _e31 = ordered_keys(_e30);
        return metal::select(metal::uint4(0u), _e31, inside);
    }
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e51 = i_4;
            i_4 = _e51 + 1u;
        }
        loop_init_4 = false;
        uint _e38 = i_4;
        if (_e38 < 4u) {
        } else {
            break;
        }
        {
            uint _e41 = i_4;
            if (inside[_e41]) {
                uint _e43 = i_4;
                uint _e46 = i_4;
                uint _e49 = scores[at_1 + _e46];
                bits_2[_e43] = _e49;
            }
        }
    }
    metal::uint4 _e55 = bits_2;
    metal::uint4 _e56 = ordered_keys(_e55);
    return metal::select(metal::uint4(0u), _e56, inside);
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint lane [[thread_index_in_threadgroup]]
, device type_1& chunk_counts [[buffer(8)]]
, device type_1& search_now [[buffer(9)]]
, constant Params& params [[buffer(0)]]
, device type_4 const& row_start [[buffer(3)]]
, device type_4 const& row_end [[buffer(4)]]
, device type_1 const& search_before [[buffer(7)]]
, device type_1 const& bins_before [[buffer(6)]]
, threadgroup type_6& scan_values
, threadgroup type_7& scan_totals
, threadgroup metal::uint4& picked
, device type_11 const& scores4_ [[buffer(2)]]
, device type_1 const& scores [[buffer(1)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    bool local = {};
    metal::uint4 larger = metal::uint4(0u);
    metal::uint4 equal = metal::uint4(0u);
    uint group = {};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.chunks;
    uint row_4 = _e3 / _e6;
    uint _e10 = params.rows;
    if (row_4 >= _e10) {
        return;
    }
    uint _e14 = params.chunks;
    uint chunk_1 = _e3 % _e14;
    metal::uint2 _e16 = row_range(row_4, params, row_start, row_end, _buffer_sizes);
    Search _e18 = search_after(lane, row_4, _e16, 3u, params, search_before, bins_before, scan_values, scan_totals, picked, _buffer_sizes);
    uint _e21 = params.scratch_row;
    uint scratch = _e21 + row_4;
    uint _e25 = params.first_chunk;
    if ((chunk_1 + _e25) == 0u) {
        local = lane == 0u;
    } else {
        local = false;
    }
    bool _e34 = local;
    if (_e34) {
        search_now[scratch * 4u] = _e18.found;
        search_now[(scratch * 4u) + 1u] = _e18.key;
        search_now[(scratch * 4u) + 2u] = _e18.count;
    }
    uint tie = (_e18.count != 0u) ? _e18.key : 4294967295u;
    metal::uint2 _e60 = chunk_columns(chunk_1, params);
    metal::uint2 _e61 = words_within(row_4, _e16, _e60, params);
    uint end_2 = (_e61.y + 3u) / 4u;
    group = (_e61.x / 4u) + lane;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e101 = group;
            group = _e101 + 256u;
        }
        loop_init_5 = false;
        uint _e78 = group;
        if (_e78 < end_2) {
        } else {
            break;
        }
        {
            uint _e80 = group;
            metal::uint4 _e81 = load_keys(_e80, _e61, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e82 = larger;
            larger = _e82 + metal::select(metal::uint4(0u), metal::uint4(1u), _e81 > metal::uint4(_e18.key));
            metal::uint4 _e92 = equal;
            equal = _e92 + metal::select(metal::uint4(0u), metal::uint4(1u), _e81 == metal::uint4(tie));
        }
    }
    uint _e105 = larger.x;
    uint _e107 = larger.y;
    uint _e110 = larger.z;
    uint _e113 = larger.w;
    metal::uint2 _e116 = workgroup_scan(lane, ((_e105 + _e107) + _e110) + _e113, 0u, scan_values, scan_totals);
    uint _e118 = equal.x;
    uint _e120 = equal.y;
    uint _e123 = equal.z;
    uint _e126 = equal.w;
    metal::uint2 _e129 = workgroup_scan(lane, ((_e118 + _e120) + _e123) + _e126, 1u, scan_values, scan_totals);
    if (lane == 0u) {
        uint _e134 = params.row_chunks;
        uint _e138 = params.first_chunk;
        uint at_2 = (((scratch * _e134) + _e138) + chunk_1) * 2u;
        chunk_counts[at_2] = _e116.y;
        chunk_counts[at_2 + 1u] = _e129.y;
        return;
    } else {
        return;
    }
}
