// topk/histogram
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
    uint size11;
    uint size12;
};

typedef metal::atomic_uint type_2[1];
typedef uint type_3[1];
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
typedef int type_6[1];
struct Search {
    uint found;
    uint key;
    uint count;
};
struct type_8 {
    uint inner[512];
};
struct type_9 {
    uint inner[32];
};
struct type_12 {
    uint inner[8];
};
struct type_13 {
    metal::atomic_uint inner[2048];
};
struct Run {
    uint bin;
    uint count;
    uint zeros;
};
typedef metal::uint4 type_14[1];

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

metal::uint2 row_range(
    uint row,
    constant Params& params,
    device type_6 const& row_start,
    device type_6 const& row_end,
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
    threadgroup type_8& scan_values,
    threadgroup type_9& scan_totals
) {
    uint sum = 0u;
    uint i_1 = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_2 = 0u;
    uint i_3 = {};
    uint values = slot * 256u;
    uint totals = slot * 16u;
    scan_values.inner[values + lane_2] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_2 < 16u) {
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
            uint _e52 = before;
            uint _e54 = i_2;
            before = _e52 + ((_e54 < block) ? sum_1 : 0u);
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
        if (_e66 < lane_2) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_3;
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
    threadgroup type_8& scan_values,
    threadgroup type_9& scan_totals,
    threadgroup metal::uint4& picked
) {
    bool local_2 = {};
    type_12 counts = {};
    uint before_1 = {};
    uint bin = 0u;
    uint i_4 = 0u;
    bool local_3 = {};
    uint own = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(lane_3, own, 0u, scan_values, scan_totals);
    if (_e21.x < search.count) {
        local_2 = search.count <= (_e21.x + own);
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = type_12 {{high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w}};
        before_1 = _e21.x;
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e68 = i_4;
                i_4 = _e68 + 1u;
            }
            loop_init_3 = false;
            uint _e49 = i_4;
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
            local_3 = _e21.y < search.count;
        } else {
            local_3 = false;
        }
        bool _e90 = local_3;
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
    uint leading_2 = (search.key << _e104) | unnamed.x;
    if (unnamed.y == unnamed.z) {
        uint _e112 = digit_shift(digit_2);
        return Search {1u, (leading_2 << _e112) - 1u, 0u};
    }
    return Search {(digit_2 == 2u) ? 1u : 0u, leading_2, unnamed.y};
}

Search search_after(
    uint lane_4,
    uint row_1,
    metal::uint2 range,
    uint digits,
    constant Params& params,
    device type_3 const& search_before,
    device type_3 const& bins_before,
    threadgroup type_8& scan_values,
    threadgroup type_9& scan_totals,
    threadgroup metal::uint4& picked,
    constant _mslBufferSizes& _buffer_sizes
) {
    Search search_1 = {};
    bool local_4 = {};
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
        local_4 = _e49 == 0u;
    } else {
        local_4 = false;
    }
    bool _e53 = local_4;
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

void clear_bins(
    uint lane_5,
    threadgroup type_13& bins
) {
    uint i_5 = {};
    i_5 = lane_5;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e9 = i_5;
            i_5 = _e9 + 256u;
        }
        loop_init_4 = false;
        uint _e2 = i_5;
        if (_e2 < 2048u) {
        } else {
            break;
        }
        {
            uint _e6 = i_5;
            metal::atomic_store_explicit(&bins.inner[_e6], 0u, metal::memory_order_relaxed);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return;
}

uint ordered_key(
    uint bits
) {
    bool local_5 = {};
    uint key = ((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u);
    uint merged = (key == 2147483647u) ? 2147483648u : key;
    if (merged >= 8388608u) {
        local_5 = merged <= 4286578688u;
    } else {
        local_5 = false;
    }
    bool _e21 = local_5;
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
    device type_14 const& scores4_,
    device type_3 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bits_2 = metal::uint4(0u);
    uint i_6 = 0u;
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
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e51 = i_6;
            i_6 = _e51 + 1u;
        }
        loop_init_5 = false;
        uint _e38 = i_6;
        if (_e38 < 4u) {
        } else {
            break;
        }
        {
            uint _e41 = i_6;
            if (inside[_e41]) {
                uint _e43 = i_6;
                uint _e46 = i_6;
                uint _e49 = scores[at_1 + _e46];
                bits_2[_e43] = _e49;
            }
        }
    }
    metal::uint4 _e55 = bits_2;
    metal::uint4 _e56 = ordered_keys(_e55);
    return metal::select(metal::uint4(0u), _e56, inside);
}

void tally(
    metal::uint4 keys,
    uint digit_3,
    uint leading,
    thread Run& run,
    threadgroup type_13& bins
) {
    uint i_7 = 0u;
    bool local_6 = {};
    uint _e4 = digit_shift(digit_3);
    uint _e6 = digit_width(digit_3);
    uint mask = (1u << _e6) - 1u;
    uint zero_bin = (2147483648u >> _e4) & mask;
    uint _e13 = digit_width(digit_3);
    uint leading_shift = (digit_3 == 0u) ? 0u : (_e4 + _e13);
    uint leading_mask = (digit_3 == 0u) ? 0u : 4294967295u;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e70 = i_7;
            i_7 = _e70 + 1u;
        }
        loop_init_6 = false;
        uint _e26 = i_7;
        if (_e26 < 4u) {
        } else {
            break;
        }
        {
            uint _e29 = i_7;
            uint key_1 = keys[_e29];
            if (!((key_1 == 0u))) {
                local_6 = ((key_1 >> leading_shift) & leading_mask) != leading;
            } else {
                local_6 = true;
            }
            bool _e40 = local_6;
            if (_e40) {
                continue;
            }
            uint bin_2 = (key_1 >> _e4) & mask;
            if (bin_2 == zero_bin) {
                uint _e45 = run.zeros;
                run.zeros = _e45 + 1u;
            } else {
                uint _e49 = run.bin;
                if (bin_2 == _e49) {
                    uint _e52 = run.count;
                    run.count = _e52 + 1u;
                } else {
                    uint _e56 = run.count;
                    if (_e56 != 0u) {
                        uint _e61 = run.bin;
                        uint _e64 = run.count;
                        uint _e65 = metal::atomic_fetch_add_explicit(&bins.inner[_e61], _e64, metal::memory_order_relaxed);
                    }
                    run.bin = bin_2;
                    run.count = 1u;
                }
            }
        }
    }
    return;
}

void end_run(
    uint digit_4,
    Run run_1,
    threadgroup type_13& bins
) {
    if (run_1.count != 0u) {
        uint _e9 = metal::atomic_fetch_add_explicit(&bins.inner[run_1.bin], run_1.count, metal::memory_order_relaxed);
    }
    if (run_1.zeros != 0u) {
        uint _e15 = digit_shift(digit_4);
        uint _e18 = digit_width(digit_4);
        uint _e25 = metal::atomic_fetch_add_explicit(&bins.inner[(2147483648u >> _e15) & ((1u << _e18) - 1u)], run_1.zeros, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return;
}

void count_digits(
    uint lane_6,
    metal::uint2 words_1,
    uint digit_5,
    uint leading_1,
    constant Params& params,
    threadgroup type_13& bins,
    device type_14 const& scores4_,
    device type_3 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    Run run_2 = Run {0u, 0u, 0u};
    uint group_1 = {};
    clear_bins(lane_6, bins);
    uint end_2 = (words_1.y + 3u) / 4u;
    group_1 = (words_1.x / 4u) + lane_6;
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e35 = group_1;
            group_1 = _e35 + 1024u;
        }
        loop_init_7 = false;
        uint _e19 = group_1;
        if (_e19 < end_2) {
        } else {
            break;
        }
        {
            uint _e21 = group_1;
            metal::uint4 _e22 = load_keys(_e21, words_1, params, scores4_, scores, _buffer_sizes);
            uint _e23 = group_1;
            metal::uint4 _e26 = load_keys(_e23 + 256u, words_1, params, scores4_, scores, _buffer_sizes);
            uint _e27 = group_1;
            metal::uint4 _e30 = load_keys(_e27 + 512u, words_1, params, scores4_, scores, _buffer_sizes);
            uint _e31 = group_1;
            metal::uint4 _e34 = load_keys(_e31 + 768u, words_1, params, scores4_, scores, _buffer_sizes);
            tally(_e22, digit_5, leading_1, run_2, bins);
            tally(_e26, digit_5, leading_1, run_2, bins);
            tally(_e30, digit_5, leading_1, run_2, bins);
            tally(_e34, digit_5, leading_1, run_2, bins);
        }
    }
    Run _e38 = run_2;
    end_run(digit_5, _e38, bins);
    return;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint lane [[thread_index_in_threadgroup]]
, device type_2& row_bins [[buffer(8)]]
, device type_3& search_now [[buffer(9)]]
, constant Params& params [[buffer(0)]]
, device type_6 const& row_start [[buffer(3)]]
, device type_6 const& row_end [[buffer(4)]]
, device type_3 const& search_before [[buffer(7)]]
, device type_3 const& bins_before [[buffer(6)]]
, threadgroup type_8& scan_values
, threadgroup type_9& scan_totals
, threadgroup metal::uint4& picked
, threadgroup type_13& bins
, device type_14 const& scores4_ [[buffer(2)]]
, device type_3 const& scores [[buffer(1)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    bool local = {};
    bool local_1 = {};
    uint i = {};
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
    uint _e19 = params.digit;
    Search _e20 = search_after(lane, row_4, _e16, _e19, params, search_before, bins_before, scan_values, scan_totals, picked, _buffer_sizes);
    uint _e23 = params.scratch_row;
    uint scratch = _e23 + row_4;
    uint _e27 = params.first_chunk;
    if ((chunk_1 + _e27) == 0u) {
        local = lane == 0u;
    } else {
        local = false;
    }
    bool _e36 = local;
    if (_e36) {
        search_now[scratch * 4u] = _e20.found;
        search_now[(scratch * 4u) + 1u] = _e20.key;
        search_now[(scratch * 4u) + 2u] = _e20.count;
    }
    metal::uint2 _e56 = chunk_columns(chunk_1, params);
    metal::uint2 _e57 = words_within(row_4, _e16, _e56, params);
    if (!((_e20.found == 1u))) {
        local_1 = _e57.x == _e57.y;
    } else {
        local_1 = true;
    }
    bool _e68 = local_1;
    if (_e68) {
        return;
    }
    uint _e71 = params.digit;
    count_digits(lane, _e57, _e71, _e20.key, params, bins, scores4_, scores, _buffer_sizes);
    i = lane;
    bool loop_init_8 = true;
    while(true) {
        if (!loop_init_8) {
            uint _e90 = i;
            i = _e90 + 256u;
        }
        loop_init_8 = false;
        uint _e74 = i;
        if (_e74 < 2048u) {
        } else {
            break;
        }
        {
            uint _e78 = i;
            uint count = metal::atomic_load_explicit(&bins.inner[_e78], metal::memory_order_relaxed);
            if (count != 0u) {
                uint _e86 = i;
                uint _e89 = metal::atomic_fetch_add_explicit(&row_bins[(scratch * 2048u) + _e86], count, metal::memory_order_relaxed);
            }
        }
    }
    return;
}
