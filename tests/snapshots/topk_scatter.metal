// topk/scatter
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size1;
    uint size5;
    uint size6;
    uint size7;
    uint size8;
    uint size9;
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
struct Search {
    uint found;
    uint key;
    uint count;
};
struct type_3 {
    uint inner[512];
};
struct type_4 {
    uint inner[32];
};
typedef int type_7[1];
typedef metal::uint4 type_10[1];

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

metal::uint2 workgroup_scan(
    uint lane_1,
    uint value,
    uint slot,
    threadgroup type_3& scan_values,
    threadgroup type_4& scan_totals
) {
    uint sum = 0u;
    uint i_1 = 0u;
    uint before_1 = 0u;
    uint total = 0u;
    uint i_2 = 0u;
    uint i_3 = {};
    uint values = slot * 256u;
    uint totals = slot * 16u;
    scan_values.inner[values + lane_1] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_1 < 16u) {
        bool loop_init = true;
        while(true) {
            if (!loop_init) {
                uint _e30 = i_1;
                i_1 = _e30 + 1u;
            }
            loop_init = false;
            uint _e16 = i_1;
            if (_e16 < 16u) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i_1;
                uint _e27 = scan_values.inner[(values + (lane_1 * 16u)) + _e24];
                sum = _e19 + _e27;
            }
        }
        uint _e35 = sum;
        scan_totals.inner[totals + lane_1] = _e35;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint block = lane_1 / 16u;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e61 = i_2;
            i_2 = _e61 + 1u;
        }
        loop_init_1 = false;
        uint _e44 = i_2;
        if (_e44 < 16u) {
        } else {
            break;
        }
        {
            uint _e48 = i_2;
            uint sum_1 = scan_totals.inner[totals + _e48];
            uint _e52 = before_1;
            uint _e54 = i_2;
            before_1 = _e52 + ((_e54 < block) ? sum_1 : 0u);
            uint _e58 = total;
            total = _e58 + sum_1;
        }
    }
    i_3 = block * 16u;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e76 = i_3;
            i_3 = _e76 + 1u;
        }
        loop_init_2 = false;
        uint _e66 = i_3;
        if (_e66 < lane_1) {
        } else {
            break;
        }
        {
            uint _e68 = before_1;
            uint _e70 = i_3;
            uint _e73 = scan_values.inner[values + _e70];
            before_1 = _e68 + _e73;
        }
    }
    uint _e78 = before_1;
    uint _e79 = total;
    return metal::uint2(_e78, _e79);
}

void pad(
    uint lane_2,
    uint row,
    Search search,
    metal::uint2 seen,
    constant Params& params,
    device type_7& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_4 = {};
    i_4 = (seen.x + metal::min(seen.y, search.count)) + lane_2;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e21 = i_4;
            i_4 = _e21 + 256u;
        }
        loop_init_3 = false;
        uint _e11 = i_4;
        uint _e14 = params.top_k;
        if (_e11 < _e14) {
        } else {
            break;
        }
        {
            uint _e17 = i_4;
            indices[row + _e17] = -1;
        }
    }
    return;
}

uint row_word(
    uint row_1,
    constant Params& params
) {
    uint _e3 = params.scores_skip;
    uint _e6 = params.columns;
    return _e3 + (row_1 * _e6);
}

metal::uint2 words_within(
    uint row_2,
    metal::uint2 columns,
    metal::uint2 part,
    constant Params& params
) {
    uint _e9 = params.first_column;
    uint first_1 = metal::clamp(columns.x, part.x, part.y) - _e9;
    uint _e17 = params.first_column;
    uint end_1 = metal::clamp(columns.y, part.x, part.y) - _e17;
    uint _e20 = row_word(row_2, params);
    return metal::uint2(first_1, end_1) + metal::uint2(_e20);
}

metal::uint2 row_range(
    uint row_3,
    constant Params& params,
    device type_7 const& row_start,
    device type_7 const& row_end,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint first = 0u;
    uint end = {};
    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if (_e9 != 0u) {
        uint _e15 = params.range_skip;
        int _e18 = row_start[_e15 + row_3];
        uint _e24 = params.columns;
        first = metal::min(static_cast<uint>(metal::max(_e18, 0)), _e24);
    }
    uint _e28 = params.has_row_end;
    if (_e28 != 0u) {
        uint _e34 = params.range_skip;
        int _e37 = row_end[_e34 + row_3];
        uint _e43 = params.columns;
        end = metal::min(static_cast<uint>(metal::max(_e37, 0)), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return metal::uint2(_e45, metal::max(_e46, _e47));
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
    bool local_2 = {};
    uint key = ((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u);
    uint merged = (key == 2147483647u) ? 2147483648u : key;
    if (merged >= 8388608u) {
        local_2 = merged <= 4286578688u;
    } else {
        local_2 = false;
    }
    bool _e21 = local_2;
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
    uint group,
    metal::uint2 words,
    constant Params& params,
    device type_10 const& scores4_,
    device type_1 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bits_2 = metal::uint4(0u);
    uint i_5 = 0u;
    uint at_1 = group * 4u;
    if (at_1 >= words.y) {
        return metal::uint4(0u);
    }
    metal::uint4 position = metal::uint4(at_1, at_1 + 1u, at_1 + 2u, at_1 + 3u);
    metal::bool4 inside = (position >= metal::uint4(words.x)) & (position < metal::uint4(words.y));
    uint _e24 = params.vector_groups;
    if (group < _e24) {
        metal::uint4 _e30 = scores4_[group];
        metal::uint4 _e31 = ordered_keys(_e30);
        return metal::select(metal::uint4(0u), _e31, inside);
    }
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e51 = i_5;
            i_5 = _e51 + 1u;
        }
        loop_init_4 = false;
        uint _e38 = i_5;
        if (_e38 < 4u) {
        } else {
            break;
        }
        {
            uint _e41 = i_5;
            if (inside[_e41]) {
                uint _e43 = i_5;
                uint _e46 = i_5;
                uint _e49 = scores[at_1 + _e46];
                bits_2[_e43] = _e49;
            }
        }
    }
    metal::uint4 _e55 = bits_2;
    metal::uint4 _e56 = ordered_keys(_e55);
    return metal::select(metal::uint4(0u), _e56, inside);
}

uint hits(
    metal::uint4 keys,
    uint above,
    uint tie
) {
    metal::uint4 ones = metal::uint4(1u);
    metal::uint4 larger = metal::select(metal::uint4(0u), ones, keys > metal::uint4(above));
    metal::uint4 equal = metal::select(metal::uint4(0u), ones << metal::uint4(16u), keys == metal::uint4(tie));
    metal::uint4 both = larger | equal;
    return ((both.x + both.y) + both.z) + both.w;
}

void emit(
    metal::uint4 keys_1,
    uint column,
    Search search_1,
    uint row_4,
    thread metal::uint2& seen_1,
    constant Params& params,
    device type_7& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_6 = 0u;
    bool local_3 = {};
    bool local_4 = {};
    bool local_5 = {};
    bool local_6 = {};
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e70 = i_6;
            i_6 = _e70 + 1u;
        }
        loop_init_5 = false;
        uint _e7 = i_6;
        if (_e7 < 4u) {
        } else {
            break;
        }
        {
            uint _e10 = i_6;
            uint key_1 = keys_1[_e10];
            bool larger_1 = key_1 > search_1.key;
            if (search_1.count != 0u) {
                local_3 = key_1 == search_1.key;
            } else {
                local_3 = false;
            }
            bool equal_1 = local_3;
            uint _e24 = seen_1.x;
            uint _e26 = seen_1.y;
            uint position_1 = _e24 + metal::min(_e26, search_1.count);
            if (!(larger_1)) {
                if (equal_1) {
                    uint _e36 = seen_1.y;
                    local_5 = _e36 < search_1.count;
                } else {
                    local_5 = false;
                }
                bool _e40 = local_5;
                local_4 = _e40;
            } else {
                local_4 = true;
            }
            bool _e42 = local_4;
            if (_e42) {
                uint _e47 = params.top_k;
                local_6 = position_1 < _e47;
            } else {
                local_6 = false;
            }
            bool _e50 = local_6;
            if (_e50) {
                uint _e54 = i_6;
                indices[row_4 + position_1] = static_cast<int>(column + _e54);
            }
            uint _e58 = seen_1.x;
            seen_1.x = _e58 + (larger_1 ? 1u : 0u);
            uint _e64 = seen_1.y;
            seen_1.y = _e64 + (equal_1 ? 1u : 0u);
        }
    }
    return;
}

metal::uint2 sweep(
    uint lane_3,
    metal::uint2 words_1,
    uint column_1,
    uint row_5,
    Search search_2,
    metal::uint2 seen_2,
    constant Params& params,
    threadgroup type_3& scan_values,
    threadgroup type_4& scan_totals,
    device type_7& indices,
    device type_10 const& scores4_,
    device type_1 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint2 before_2 = {};
    uint slot_1 = 0u;
    uint tile = {};
    metal::uint2 at = {};
    uint tie_1 = (search_2.count != 0u) ? search_2.key : 4294967295u;
    before_2 = seen_2;
    uint end_2 = (words_1.y + 3u) / 4u;
    tile = words_1.x / 4u;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e86 = tile;
            tile = _e86 + 1024u;
        }
        loop_init_6 = false;
        uint _e24 = tile;
        if (_e24 < end_2) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_1 = _e26 + (lane_3 * 4u);
            metal::uint4 _e30 = load_keys(group_1, words_1, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e33 = load_keys(group_1 + 1u, words_1, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e36 = load_keys(group_1 + 2u, words_1, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e39 = load_keys(group_1 + 3u, words_1, params, scores4_, scores, _buffer_sizes);
            uint _e41 = hits(_e30, search_2.key, tie_1);
            uint _e43 = hits(_e33, search_2.key, tie_1);
            uint _e46 = hits(_e36, search_2.key, tie_1);
            uint _e49 = hits(_e39, search_2.key, tie_1);
            uint own = ((_e41 + _e43) + _e46) + _e49;
            uint _e51 = slot_1;
            metal::uint2 _e52 = workgroup_scan(lane_3, own, _e51, scan_values, scan_totals);
            uint _e54 = slot_1;
            slot_1 = 1u - _e54;
            if (own != 0u) {
                metal::uint2 _e58 = before_2;
                at = _e58 + metal::uint2(_e52.x & 65535u, _e52.x >> 16u);
                uint first_3 = column_1 + (group_1 * 4u);
                emit(_e30, first_3, search_2, row_5, at, params, indices, _buffer_sizes);
                emit(_e33, first_3 + 4u, search_2, row_5, at, params, indices, _buffer_sizes);
                emit(_e36, first_3 + 8u, search_2, row_5, at, params, indices, _buffer_sizes);
                emit(_e39, first_3 + 12u, search_2, row_5, at, params, indices, _buffer_sizes);
            }
            metal::uint2 _e77 = before_2;
            before_2 = _e77 + metal::uint2(_e52.y & 65535u, _e52.y >> 16u);
        }
    }
    metal::uint2 _e89 = before_2;
    return _e89;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint lane [[thread_index_in_threadgroup]]
, device type_1 const& search_found [[buffer(6)]]
, device type_1 const& counts_found [[buffer(7)]]
, constant Params& params [[buffer(0)]]
, threadgroup type_3& scan_values
, threadgroup type_4& scan_totals
, device type_7& indices [[buffer(5)]]
, device type_7 const& row_start [[buffer(3)]]
, device type_7 const& row_end [[buffer(4)]]
, device type_10 const& scores4_ [[buffer(2)]]
, device type_1 const& scores [[buffer(1)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    bool local = {};
    bool local_1 = {};
    metal::uint2 before = metal::uint2(0u);
    uint i = {};
    metal::uint2 start = {};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.chunks;
    uint row_6 = _e3 / _e6;
    uint _e10 = params.rows;
    if (row_6 >= _e10) {
        return;
    }
    uint _e14 = params.chunks;
    uint chunk_1 = _e3 % _e14;
    uint _e18 = params.first_chunk;
    uint chunk_of_row = _e18 + chunk_1;
    uint _e22 = params.scratch_row;
    uint scratch = _e22 + row_6;
    uint _e26 = params.row_chunks;
    uint counts = (scratch * _e26) * 2u;
    uint _e35 = counts_found[counts + (chunk_of_row * 2u)];
    bool has_larger = _e35 != 0u;
    uint _e45 = counts_found[(counts + (chunk_of_row * 2u)) + 1u];
    bool has_equal = _e45 != 0u;
    if (chunk_of_row != 0u) {
        local = !(has_larger);
    } else {
        local = false;
    }
    bool _e54 = local;
    if (_e54) {
        local_1 = !(has_equal);
    } else {
        local_1 = false;
    }
    bool _e59 = local_1;
    if (_e59) {
        return;
    }
    uint _e67 = search_found[(scratch * 4u) + 1u];
    uint _e74 = search_found[(scratch * 4u) + 2u];
    Search search_3 = Search {1u, _e67, _e74};
    uint _e81 = params.row_chunks;
    uint last = (chunk_of_row == 0u) ? _e81 : chunk_of_row;
    i = lane;
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e107 = i;
            i = _e107 + 256u;
        }
        loop_init_7 = false;
        uint _e86 = i;
        if (_e86 < last) {
        } else {
            break;
        }
        {
            metal::uint2 _e88 = before;
            uint _e90 = i;
            uint _e95 = counts_found[counts + (_e90 * 2u)];
            uint _e97 = i;
            uint _e104 = counts_found[(counts + (_e97 * 2u)) + 1u];
            before = _e88 + metal::uint2(_e95, _e104);
        }
    }
    uint _e111 = before.x;
    metal::uint2 _e113 = workgroup_scan(lane, _e111, 0u, scan_values, scan_totals);
    uint _e116 = before.y;
    metal::uint2 _e118 = workgroup_scan(lane, _e116, 1u, scan_values, scan_totals);
    metal::uint2 seen_3 = metal::uint2(_e113.y, _e118.y);
    uint _e123 = params.indices_skip;
    uint _e126 = params.top_k;
    uint output = _e123 + (row_6 * _e126);
    start = seen_3;
    if (chunk_of_row == 0u) {
        pad(lane, output, search_3, seen_3, params, indices, _buffer_sizes);
        start = metal::uint2(0u);
    }
    metal::uint2 _e134 = row_range(row_6, params, row_start, row_end, _buffer_sizes);
    metal::uint2 _e135 = chunk_columns(chunk_1, params);
    metal::uint2 _e136 = words_within(row_6, _e134, _e135, params);
    uint _e139 = params.first_column;
    uint _e140 = row_word(row_6, params);
    metal::uint2 _e142 = start;
    metal::uint2 _e143 = sweep(lane, _e136, _e139 - _e140, output, search_3, _e142, params, scan_values, scan_totals, indices, scores4_, scores, _buffer_sizes);
    return;
}
