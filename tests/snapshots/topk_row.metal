// topk/row
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size2;
    uint size3;
    uint size7;
    uint size8;
    uint size9;
};

struct Search {
    uint found;
    uint key;
    uint count;
};
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
struct type_2 {
    metal::atomic_uint inner[2048];
};
struct Run {
    uint bin;
    uint count;
    uint zeros;
};
typedef metal::uint4 type_5[1];
typedef uint type_6[1];
struct type_9 {
    uint inner[512];
};
struct type_10 {
    uint inner[32];
};
struct type_11 {
    uint inner[8];
};
typedef int type_14[1];

void clear_bins(
    uint lane_1,
    threadgroup type_2& bins
) {
    uint i = {};
    i = lane_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e9 = i;
            i = _e9 + 256u;
        }
        loop_init = false;
        uint _e2 = i;
        if (_e2 < 2048u) {
        } else {
            break;
        }
        {
            uint _e6 = i;
            metal::atomic_store_explicit(&bins.inner[_e6], 0u, metal::memory_order_relaxed);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return;
}

uint ordered_key(
    uint bits
) {
    bool local = {};
    uint key = ((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u);
    uint merged = (key == 2147483647u) ? 2147483648u : key;
    if (merged >= 8388608u) {
        local = merged <= 4286578688u;
    } else {
        local = false;
    }
    bool _e21 = local;
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
    device type_5 const& scores4_,
    device type_6 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bits_2 = metal::uint4(0u);
    uint i_1 = 0u;
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
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e51 = i_1;
            i_1 = _e51 + 1u;
        }
        loop_init_1 = false;
        uint _e38 = i_1;
        if (_e38 < 4u) {
        } else {
            break;
        }
        {
            uint _e41 = i_1;
            if (inside[_e41]) {
                uint _e43 = i_1;
                uint _e46 = i_1;
                uint _e49 = scores[at_1 + _e46];
                bits_2[_e43] = _e49;
            }
        }
    }
    metal::uint4 _e55 = bits_2;
    metal::uint4 _e56 = ordered_keys(_e55);
    return metal::select(metal::uint4(0u), _e56, inside);
}

uint digit_shift(
    uint digit
) {
    return (digit == 0u) ? 21u : ((digit == 1u) ? 10u : 0u);
}

uint digit_width(
    uint digit_1
) {
    return (digit_1 == 2u) ? 10u : 11u;
}

void tally(
    metal::uint4 keys,
    uint digit_2,
    uint leading,
    thread Run& run,
    threadgroup type_2& bins
) {
    uint i_2 = 0u;
    bool local_1 = {};
    uint _e4 = digit_shift(digit_2);
    uint _e6 = digit_width(digit_2);
    uint mask = (1u << _e6) - 1u;
    uint zero_bin = (2147483648u >> _e4) & mask;
    uint _e13 = digit_width(digit_2);
    uint leading_shift = (digit_2 == 0u) ? 0u : (_e4 + _e13);
    uint leading_mask = (digit_2 == 0u) ? 0u : 4294967295u;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e70 = i_2;
            i_2 = _e70 + 1u;
        }
        loop_init_2 = false;
        uint _e26 = i_2;
        if (_e26 < 4u) {
        } else {
            break;
        }
        {
            uint _e29 = i_2;
            uint key_1 = keys[_e29];
            if (!((key_1 == 0u))) {
                local_1 = ((key_1 >> leading_shift) & leading_mask) != leading;
            } else {
                local_1 = true;
            }
            bool _e40 = local_1;
            if (_e40) {
                continue;
            }
            uint bin_1 = (key_1 >> _e4) & mask;
            if (bin_1 == zero_bin) {
                uint _e45 = run.zeros;
                run.zeros = _e45 + 1u;
            } else {
                uint _e49 = run.bin;
                if (bin_1 == _e49) {
                    uint _e52 = run.count;
                    run.count = _e52 + 1u;
                } else {
                    uint _e56 = run.count;
                    if (_e56 != 0u) {
                        uint _e61 = run.bin;
                        uint _e64 = run.count;
                        uint _e65 = metal::atomic_fetch_add_explicit(&bins.inner[_e61], _e64, metal::memory_order_relaxed);
                    }
                    run.bin = bin_1;
                    run.count = 1u;
                }
            }
        }
    }
    return;
}

void end_run(
    uint digit_3,
    Run run_1,
    threadgroup type_2& bins
) {
    if (run_1.count != 0u) {
        uint _e9 = metal::atomic_fetch_add_explicit(&bins.inner[run_1.bin], run_1.count, metal::memory_order_relaxed);
    }
    if (run_1.zeros != 0u) {
        uint _e15 = digit_shift(digit_3);
        uint _e18 = digit_width(digit_3);
        uint _e25 = metal::atomic_fetch_add_explicit(&bins.inner[(2147483648u >> _e15) & ((1u << _e18) - 1u)], run_1.zeros, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return;
}

void count_digits(
    uint lane_2,
    metal::uint2 words_1,
    uint digit_4,
    uint leading_1,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    Run run_2 = Run {0u, 0u, 0u};
    uint group_1 = {};
    clear_bins(lane_2, bins);
    uint end_1 = (words_1.y + 3u) / 4u;
    group_1 = (words_1.x / 4u) + lane_2;
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e35 = group_1;
            group_1 = _e35 + 1024u;
        }
        loop_init_3 = false;
        uint _e19 = group_1;
        if (_e19 < end_1) {
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
            tally(_e22, digit_4, leading_1, run_2, bins);
            tally(_e26, digit_4, leading_1, run_2, bins);
            tally(_e30, digit_4, leading_1, run_2, bins);
            tally(_e34, digit_4, leading_1, run_2, bins);
        }
    }
    Run _e38 = run_2;
    end_run(digit_4, _e38, bins);
    return;
}

uint lane_bin(
    uint lane_3
) {
    return 2047u - (lane_3 * 8u);
}

metal::uint2 workgroup_scan(
    uint lane_4,
    uint value,
    uint slot,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals
) {
    uint sum = 0u;
    uint i_3 = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_4 = 0u;
    uint i_5 = {};
    uint values = slot * 256u;
    uint totals = slot * 16u;
    scan_values.inner[values + lane_4] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_4 < 16u) {
        bool loop_init_4 = true;
        while(true) {
            if (!loop_init_4) {
                uint _e30 = i_3;
                i_3 = _e30 + 1u;
            }
            loop_init_4 = false;
            uint _e16 = i_3;
            if (_e16 < 16u) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i_3;
                uint _e27 = scan_values.inner[(values + (lane_4 * 16u)) + _e24];
                sum = _e19 + _e27;
            }
        }
        uint _e35 = sum;
        scan_totals.inner[totals + lane_4] = _e35;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint block = lane_4 / 16u;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e61 = i_4;
            i_4 = _e61 + 1u;
        }
        loop_init_5 = false;
        uint _e44 = i_4;
        if (_e44 < 16u) {
        } else {
            break;
        }
        {
            uint _e48 = i_4;
            uint sum_1 = scan_totals.inner[totals + _e48];
            uint _e52 = before;
            uint _e54 = i_4;
            before = _e52 + ((_e54 < block) ? sum_1 : 0u);
            uint _e58 = total;
            total = _e58 + sum_1;
        }
    }
    i_5 = block * 16u;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e76 = i_5;
            i_5 = _e76 + 1u;
        }
        loop_init_6 = false;
        uint _e66 = i_5;
        if (_e66 < lane_4) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_5;
            uint _e73 = scan_values.inner[values + _e70];
            before = _e68 + _e73;
        }
    }
    uint _e78 = before;
    uint _e79 = total;
    return metal::uint2(_e78, _e79);
}

Search refine(
    uint lane_5,
    Search search_1,
    uint digit_5,
    metal::uint4 high,
    metal::uint4 low,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked
) {
    bool local_2 = {};
    type_11 counts = {};
    uint before_1 = {};
    uint bin = 0u;
    uint i_6 = 0u;
    bool local_3 = {};
    uint own = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(lane_5, own, 0u, scan_values, scan_totals);
    if (_e21.x < search_1.count) {
        local_2 = search_1.count <= (_e21.x + own);
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = type_11 {{high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w}};
        before_1 = _e21.x;
        bool loop_init_7 = true;
        while(true) {
            if (!loop_init_7) {
                uint _e68 = i_6;
                i_6 = _e68 + 1u;
            }
            loop_init_7 = false;
            uint _e49 = i_6;
            if (_e49 < 7u) {
            } else {
                break;
            }
            {
                uint _e52 = before_1;
                uint _e53 = bin;
                uint _e55 = counts.inner[_e53];
                if ((_e52 + _e55) >= search_1.count) {
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
        uint _e71 = lane_bin(lane_5);
        uint _e72 = bin;
        uint _e75 = before_1;
        uint _e77 = bin;
        uint _e79 = counts.inner[_e77];
        picked = metal::uint4(_e71 - _e72, search_1.count - _e75, _e79, 1u);
    } else {
        if (lane_5 == 0u) {
            local_3 = _e21.y < search_1.count;
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
    uint _e104 = digit_width(digit_5);
    uint leading_2 = (search_1.key << _e104) | unnamed.x;
    if (unnamed.y == unnamed.z) {
        uint _e112 = digit_shift(digit_5);
        return Search {1u, (leading_2 << _e112) - 1u, 0u};
    }
    return Search {(digit_5 == 2u) ? 1u : 0u, leading_2, unnamed.y};
}

Search refine_bins(
    uint lane_6,
    Search search_2,
    uint digit_6,
    threadgroup type_2& bins,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked
) {
    uint _e3 = lane_bin(lane_6);
    uint _e6 = metal::atomic_load_explicit(&bins.inner[_e3], metal::memory_order_relaxed);
    uint _e11 = metal::atomic_load_explicit(&bins.inner[_e3 - 1u], metal::memory_order_relaxed);
    uint _e16 = metal::atomic_load_explicit(&bins.inner[_e3 - 2u], metal::memory_order_relaxed);
    uint _e21 = metal::atomic_load_explicit(&bins.inner[_e3 - 3u], metal::memory_order_relaxed);
    metal::uint4 high_1 = metal::uint4(_e6, _e11, _e16, _e21);
    uint _e27 = metal::atomic_load_explicit(&bins.inner[_e3 - 4u], metal::memory_order_relaxed);
    uint _e32 = metal::atomic_load_explicit(&bins.inner[_e3 - 5u], metal::memory_order_relaxed);
    uint _e37 = metal::atomic_load_explicit(&bins.inner[_e3 - 6u], metal::memory_order_relaxed);
    uint _e42 = metal::atomic_load_explicit(&bins.inner[_e3 - 7u], metal::memory_order_relaxed);
    metal::uint4 low_1 = metal::uint4(_e27, _e32, _e37, _e42);
    Search _e44 = refine(lane_6, search_2, digit_6, high_1, low_1, scan_values, scan_totals, picked);
    return _e44;
}

Search search_row(
    uint lane_7,
    metal::uint2 words_2,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked,
    constant _mslBufferSizes& _buffer_sizes
) {
    Search search_3 = {};
    uint digit_7 = 0u;
    uint _e6 = params.top_k;
    search_3 = Search {0u, 0u, _e6};
    bool loop_init_8 = true;
    while(true) {
        if (!loop_init_8) {
            uint _e25 = digit_7;
            digit_7 = _e25 + 1u;
        }
        loop_init_8 = false;
        uint _e11 = digit_7;
        if (_e11 < 3u) {
        } else {
            break;
        }
        {
            uint _e14 = digit_7;
            uint _e16 = search_3.key;
            count_digits(lane_7, words_2, _e14, _e16, params, bins, scores4_, scores, _buffer_sizes);
            Search _e17 = search_3;
            uint _e18 = digit_7;
            Search _e19 = refine_bins(lane_7, _e17, _e18, bins, scan_values, scan_totals, picked);
            search_3 = _e19;
            uint _e21 = search_3.found;
            if (_e21 == 1u) {
                break;
            }
        }
    }
    Search _e27 = search_3;
    return _e27;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

metal::uint2 row_range(
    uint row,
    constant Params& params,
    device type_14 const& row_start,
    device type_14 const& row_end,
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
    uint end_2 = metal::clamp(columns.y, part.x, part.y) - _e17;
    uint _e20 = row_word(row_2, params);
    return metal::uint2(first_1, end_2) + metal::uint2(_e20);
}

uint hits(
    metal::uint4 keys_1,
    uint above,
    uint tie
) {
    metal::uint4 ones = metal::uint4(1u);
    metal::uint4 larger = metal::select(metal::uint4(0u), ones, keys_1 > metal::uint4(above));
    metal::uint4 equal = metal::select(metal::uint4(0u), ones << metal::uint4(16u), keys_1 == metal::uint4(tie));
    metal::uint4 both = larger | equal;
    return ((both.x + both.y) + both.z) + both.w;
}

void emit(
    metal::uint4 keys_2,
    uint column,
    Search search_4,
    uint row_3,
    thread metal::uint2& seen,
    constant Params& params,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_7 = 0u;
    bool local_4 = {};
    bool local_5 = {};
    bool local_6 = {};
    bool local_7 = {};
    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e70 = i_7;
            i_7 = _e70 + 1u;
        }
        loop_init_9 = false;
        uint _e7 = i_7;
        if (_e7 < 4u) {
        } else {
            break;
        }
        {
            uint _e10 = i_7;
            uint key_2 = keys_2[_e10];
            bool larger_1 = key_2 > search_4.key;
            if (search_4.count != 0u) {
                local_4 = key_2 == search_4.key;
            } else {
                local_4 = false;
            }
            bool equal_1 = local_4;
            uint _e24 = seen.x;
            uint _e26 = seen.y;
            uint position_1 = _e24 + metal::min(_e26, search_4.count);
            if (!(larger_1)) {
                if (equal_1) {
                    uint _e36 = seen.y;
                    local_6 = _e36 < search_4.count;
                } else {
                    local_6 = false;
                }
                bool _e40 = local_6;
                local_5 = _e40;
            } else {
                local_5 = true;
            }
            bool _e42 = local_5;
            if (_e42) {
                uint _e47 = params.top_k;
                local_7 = position_1 < _e47;
            } else {
                local_7 = false;
            }
            bool _e50 = local_7;
            if (_e50) {
                uint _e54 = i_7;
                indices[row_3 + position_1] = static_cast<int>(column + _e54);
            }
            uint _e58 = seen.x;
            seen.x = _e58 + (larger_1 ? 1u : 0u);
            uint _e64 = seen.y;
            seen.y = _e64 + (equal_1 ? 1u : 0u);
        }
    }
    return;
}

metal::uint2 sweep(
    uint lane_8,
    metal::uint2 words_3,
    uint column_1,
    uint row_4,
    Search search_5,
    metal::uint2 seen_1,
    constant Params& params,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint2 before_2 = {};
    uint slot_1 = 0u;
    uint tile = {};
    metal::uint2 at = {};
    uint tie_1 = (search_5.count != 0u) ? search_5.key : 4294967295u;
    before_2 = seen_1;
    uint end_3 = (words_3.y + 3u) / 4u;
    tile = words_3.x / 4u;
    bool loop_init_10 = true;
    while(true) {
        if (!loop_init_10) {
            uint _e86 = tile;
            tile = _e86 + 1024u;
        }
        loop_init_10 = false;
        uint _e24 = tile;
        if (_e24 < end_3) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_2 = _e26 + (lane_8 * 4u);
            metal::uint4 _e30 = load_keys(group_2, words_3, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e33 = load_keys(group_2 + 1u, words_3, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e36 = load_keys(group_2 + 2u, words_3, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e39 = load_keys(group_2 + 3u, words_3, params, scores4_, scores, _buffer_sizes);
            uint _e41 = hits(_e30, search_5.key, tie_1);
            uint _e43 = hits(_e33, search_5.key, tie_1);
            uint _e46 = hits(_e36, search_5.key, tie_1);
            uint _e49 = hits(_e39, search_5.key, tie_1);
            uint own_1 = ((_e41 + _e43) + _e46) + _e49;
            uint _e51 = slot_1;
            metal::uint2 _e52 = workgroup_scan(lane_8, own_1, _e51, scan_values, scan_totals);
            uint _e54 = slot_1;
            slot_1 = 1u - _e54;
            if (own_1 != 0u) {
                metal::uint2 _e58 = before_2;
                at = _e58 + metal::uint2(_e52.x & 65535u, _e52.x >> 16u);
                uint first_2 = column_1 + (group_2 * 4u);
                emit(_e30, first_2, search_5, row_4, at, params, indices, _buffer_sizes);
                emit(_e33, first_2 + 4u, search_5, row_4, at, params, indices, _buffer_sizes);
                emit(_e36, first_2 + 8u, search_5, row_4, at, params, indices, _buffer_sizes);
                emit(_e39, first_2 + 12u, search_5, row_4, at, params, indices, _buffer_sizes);
            }
            metal::uint2 _e77 = before_2;
            before_2 = _e77 + metal::uint2(_e52.y & 65535u, _e52.y >> 16u);
        }
    }
    metal::uint2 _e89 = before_2;
    return _e89;
}

void pad(
    uint lane_9,
    uint row_5,
    Search search_6,
    metal::uint2 seen_2,
    constant Params& params,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_8 = {};
    i_8 = (seen_2.x + metal::min(seen_2.y, search_6.count)) + lane_9;
    bool loop_init_11 = true;
    while(true) {
        if (!loop_init_11) {
            uint _e21 = i_8;
            i_8 = _e21 + 256u;
        }
        loop_init_11 = false;
        uint _e11 = i_8;
        uint _e14 = params.top_k;
        if (_e11 < _e14) {
        } else {
            break;
        }
        {
            uint _e17 = i_8;
            indices[row_5 + _e17] = -1;
        }
    }
    return;
}

struct main_Input {
};
[[max_total_threads_per_threadgroup(256)]] kernel void main_(
  metal::uint3 workgroup_id [[threadgroup_position_in_grid]]
, metal::uint3 num_workgroups [[threadgroups_per_grid]]
, uint lane [[thread_index_in_threadgroup]]
, constant Params& params [[buffer(0)]]
, threadgroup type_2& bins
, device type_5 const& scores4_ [[buffer(2)]]
, device type_6 const& scores [[buffer(1)]]
, threadgroup type_9& scan_values
, threadgroup type_10& scan_totals
, threadgroup metal::uint4& picked
, device type_14 const& row_start [[buffer(3)]]
, device type_14 const& row_end [[buffer(4)]]
, device type_14& indices [[buffer(5)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    Search search = Search {1u, 0u, 0u};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.rows;
    if (_e3 >= _e6) {
        return;
    }
    metal::uint2 _e8 = row_range(_e3, params, row_start, row_end, _buffer_sizes);
    uint _e12 = params.columns;
    metal::uint2 _e14 = words_within(_e3, _e8, metal::uint2(0u, _e12), params);
    uint _e16 = row_word(_e3, params);
    uint column_2 = 0u - _e16;
    uint _e20 = params.indices_skip;
    uint _e23 = params.top_k;
    uint output = _e20 + (_e3 * _e23);
    uint _e36 = params.top_k;
    if ((_e8.y - _e8.x) > _e36) {
        Search _e38 = search_row(lane, _e14, params, bins, scores4_, scores, scan_values, scan_totals, picked, _buffer_sizes);
        search = _e38;
    }
    Search _e39 = search;
    metal::uint2 _e42 = sweep(lane, _e14, column_2, output, _e39, metal::uint2(0u), params, scores4_, scores, scan_values, scan_totals, indices, _buffer_sizes);
    Search _e43 = search;
    pad(lane, output, _e43, _e42, params, indices, _buffer_sizes);
    return;
}
