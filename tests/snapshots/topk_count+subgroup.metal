// topk/count+subgroup
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size3;
    uint size4;
    uint size6;
    uint size7;
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
};
typedef int type_4[1];
struct Place {
    uint lane;
    uint subgroup;
    uint subgroups;
};
struct Search {
    uint found;
    uint key;
    uint count;
};
struct type_7 {
    uint inner[512];
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

Place workgroup_place(
    uint local_index_1,
    threadgroup metal::atomic_uint& scan_places
) {
    uint drawn = 0u;
    if (local_index_1 == 0u) {
        metal::atomic_store_explicit(&scan_places, 0u, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed = metal::simd_sum(1u);
    uint unnamed_1 = metal::simd_prefix_exclusive_sum(1u);
    if (unnamed_1 == 0u) {
        uint _e16 = metal::atomic_fetch_add_explicit(&scan_places, unnamed + 65536u, metal::memory_order_relaxed);
        drawn = _e16;
    }
    uint _e17 = drawn;
    uint unnamed_2 = metal::simd_broadcast_first(_e17);
    drawn = unnamed_2;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint drawn_by_all = metal::atomic_load_explicit(&scan_places, metal::memory_order_relaxed);
    uint _e21 = drawn;
    uint _e25 = drawn;
    return Place {(_e21 & 65535u) + unnamed_1, _e25 >> 16u, drawn_by_all >> 16u};
}

uint lane_bin(
    uint lane
) {
    return 2047u - (lane * 8u);
}

metal::uint2 workgroup_scan(
    Place place,
    uint value,
    uint slot,
    threadgroup type_7& scan_totals
) {
    uint before = {};
    uint total = 0u;
    uint i = 0u;
    uint totals = slot * 256u;
    uint unnamed_3 = metal::simd_prefix_exclusive_sum(value);
    uint unnamed_4 = metal::simd_sum(value);
    scan_totals.inner[totals + place.subgroup] = unnamed_4;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    before = unnamed_3;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e34 = i;
            i = _e34 + 1u;
        }
        loop_init = false;
        uint _e16 = i;
        if (_e16 < place.subgroups) {
        } else {
            break;
        }
        {
            uint _e20 = i;
            uint part_1 = scan_totals.inner[totals + _e20];
            uint _e24 = before;
            uint _e26 = i;
            before = _e24 + ((_e26 < place.subgroup) ? part_1 : 0u);
            uint _e31 = total;
            total = _e31 + part_1;
        }
    }
    uint _e36 = before;
    uint _e37 = total;
    return metal::uint2(_e36, _e37);
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
    Place place_1,
    Search search,
    uint digit_2,
    metal::uint4 high,
    metal::uint4 low,
    threadgroup type_7& scan_totals,
    threadgroup metal::uint4& picked
) {
    bool local_1 = {};
    type_10 counts = {};
    uint before_1 = {};
    uint bin = 0u;
    uint i_1 = 0u;
    bool local_2 = {};
    uint own = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(place_1, own, 0u, scan_totals);
    if (_e21.x < search.count) {
        local_1 = search.count <= (_e21.x + own);
    } else {
        local_1 = false;
    }
    bool _e32 = local_1;
    if (_e32) {
        counts = type_10 {{high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w}};
        before_1 = _e21.x;
        bool loop_init_1 = true;
        while(true) {
            if (!loop_init_1) {
                uint _e68 = i_1;
                i_1 = _e68 + 1u;
            }
            loop_init_1 = false;
            uint _e49 = i_1;
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
        uint _e72 = lane_bin(place_1.lane);
        uint _e73 = bin;
        uint _e76 = before_1;
        uint _e78 = bin;
        uint _e80 = counts.inner[_e78];
        picked = metal::uint4(_e72 - _e73, search.count - _e76, _e80, 1u);
    } else {
        if (place_1.lane == 0u) {
            local_2 = _e21.y < search.count;
        } else {
            local_2 = false;
        }
        bool _e92 = local_2;
        if (_e92) {
            picked = metal::uint4(0u);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 unnamed_5 = picked;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (unnamed_5.w == 0u) {
        return Search {1u, 0u, 0u};
    }
    uint _e106 = digit_width(digit_2);
    uint leading = (search.key << _e106) | unnamed_5.x;
    if (unnamed_5.y == unnamed_5.z) {
        uint _e114 = digit_shift(digit_2);
        return Search {1u, (leading << _e114) - 1u, 0u};
    }
    return Search {(digit_2 == 2u) ? 1u : 0u, leading, unnamed_5.y};
}

Search search_after(
    Place place_2,
    uint row_1,
    metal::uint2 range,
    uint digits,
    constant Params& params,
    device type_1 const& search_before,
    device type_1 const& bins_before,
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
        uint _e61 = lane_bin(place_2.lane);
        uint bin_1 = ((_e56 + row_1) * 2048u) + _e61;
        uint _e65 = bins_before[bin_1];
        uint _e70 = bins_before[bin_1 - 1u];
        uint _e75 = bins_before[bin_1 - 2u];
        uint _e80 = bins_before[bin_1 - 3u];
        metal::uint4 high_1 = metal::uint4(_e65, _e70, _e75, _e80);
        uint _e86 = bins_before[bin_1 - 4u];
        uint _e91 = bins_before[bin_1 - 5u];
        uint _e96 = bins_before[bin_1 - 6u];
        uint _e101 = bins_before[bin_1 - 7u];
        metal::uint4 low_1 = metal::uint4(_e86, _e91, _e96, _e101);
        Search _e103 = search_1;
        Search _e106 = refine(place_2, _e103, digits - 1u, high_1, low_1, scan_totals, picked);
        search_1 = _e106;
    }
    Search _e107 = search_1;
    return _e107;
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
    uint i_2 = 0u;
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
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e51 = i_2;
            i_2 = _e51 + 1u;
        }
        loop_init_2 = false;
        uint _e38 = i_2;
        if (_e38 < 4u) {
        } else {
            break;
        }
        {
            uint _e41 = i_2;
            if (inside[_e41]) {
                uint _e43 = i_2;
                uint _e46 = i_2;
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
, uint local_index [[thread_index_in_threadgroup]]
, device type_1& chunk_counts [[buffer(8)]]
, device type_1& search_now [[buffer(9)]]
, constant Params& params [[buffer(0)]]
, device type_4 const& row_start [[buffer(3)]]
, device type_4 const& row_end [[buffer(4)]]
, threadgroup metal::atomic_uint& scan_places
, device type_1 const& search_before [[buffer(7)]]
, device type_1 const& bins_before [[buffer(6)]]
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
    Place _e17 = workgroup_place(local_index, scan_places);
    Search _e19 = search_after(_e17, row_4, _e16, 3u, params, search_before, bins_before, scan_totals, picked, _buffer_sizes);
    uint _e22 = params.scratch_row;
    uint scratch = _e22 + row_4;
    uint _e26 = params.first_chunk;
    if ((chunk_1 + _e26) == 0u) {
        local = _e17.lane == 0u;
    } else {
        local = false;
    }
    bool _e36 = local;
    if (_e36) {
        search_now[scratch * 4u] = _e19.found;
        search_now[(scratch * 4u) + 1u] = _e19.key;
        search_now[(scratch * 4u) + 2u] = _e19.count;
    }
    uint tie = (_e19.count != 0u) ? _e19.key : 4294967295u;
    metal::uint2 _e62 = chunk_columns(chunk_1, params);
    metal::uint2 _e63 = words_within(row_4, _e16, _e62, params);
    uint end_2 = (_e63.y + 3u) / 4u;
    group = (_e63.x / 4u) + _e17.lane;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e104 = group;
            group = _e104 + 256u;
        }
        loop_init_3 = false;
        uint _e81 = group;
        if (_e81 < end_2) {
        } else {
            break;
        }
        {
            uint _e83 = group;
            metal::uint4 _e84 = load_keys(_e83, _e63, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e85 = larger;
            larger = _e85 + metal::select(metal::uint4(0u), metal::uint4(1u), _e84 > metal::uint4(_e19.key));
            metal::uint4 _e95 = equal;
            equal = _e95 + metal::select(metal::uint4(0u), metal::uint4(1u), _e84 == metal::uint4(tie));
        }
    }
    uint _e108 = larger.x;
    uint _e110 = larger.y;
    uint _e113 = larger.z;
    uint _e116 = larger.w;
    metal::uint2 _e119 = workgroup_scan(_e17, ((_e108 + _e110) + _e113) + _e116, 0u, scan_totals);
    uint _e121 = equal.x;
    uint _e123 = equal.y;
    uint _e126 = equal.z;
    uint _e129 = equal.w;
    metal::uint2 _e132 = workgroup_scan(_e17, ((_e121 + _e123) + _e126) + _e129, 1u, scan_totals);
    if (_e17.lane == 0u) {
        uint _e138 = params.row_chunks;
        uint _e142 = params.first_chunk;
        uint at_2 = (((scratch * _e138) + _e142) + chunk_1) * 2u;
        chunk_counts[at_2] = _e119.y;
        chunk_counts[at_2 + 1u] = _e132.y;
        return;
    } else {
        return;
    }
}
