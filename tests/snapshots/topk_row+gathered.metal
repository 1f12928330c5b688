// topk/row+gathered
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
    uint size10;
    uint size11;
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
typedef metal::uint2 type_15[1];
struct Row {
    metal::uint2 columns;
    metal::uint2 words;
    uint column;
    uint first;
    uint count;
    uint output;
};
struct type_17 {
    uint inner[4];
};
constant uint SHORTEST = 16384u;
constant uint MOST_SELECTED = 8u;
constant uint WINDOW = 32768u;
constant uint TIES = 1024u;

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
    uint own_1 = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(lane_5, own_1, 0u, scan_values, scan_totals);
    if (_e21.x < search_1.count) {
        local_2 = search_1.count <= (_e21.x + own_1);
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
    uint first_4 = metal::clamp(columns.x, part.x, part.y) - _e9;
    uint _e17 = params.first_column;
    uint end_2 = metal::clamp(columns.y, part.x, part.y) - _e17;
    uint _e20 = row_word(row_2, params);
    return metal::uint2(first_4, end_2) + metal::uint2(_e20);
}

bool is_worth_a_sample(
    metal::uint2 words_3,
    constant Params& params
) {
    bool local_4 = {};
    uint length = words_3.y - words_3.x;
    if (length >= SHORTEST) {
        uint _e12 = params.top_k;
        local_4 = (length / MOST_SELECTED) >= _e12;
    } else {
        local_4 = false;
    }
    bool _e15 = local_4;
    return _e15;
}

void mark(
    uint lane_8,
    uint first_1,
    uint count,
    Search search_4,
    uint start,
    threadgroup type_2& bins,
    device type_15 const& candidates,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_7 = {};
    bool local_5 = {};
    clear_bins(lane_8, bins);
    i_7 = lane_8;
    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e41 = i_7;
            i_7 = _e41 + 256u;
        }
        loop_init_9 = false;
        uint _e6 = i_7;
        if (_e6 < count) {
        } else {
            break;
        }
        {
            uint _e9 = i_7;
            metal::uint2 candidate = candidates[first_1 + _e9];
            uint bit = candidate.y - start;
            if (bit < WINDOW) {
                local_5 = candidate.x >= search_4.key;
            } else {
                local_5 = false;
            }
            bool _e23 = local_5;
            if (_e23) {
                uint at_2 = (candidate.x == search_4.key) ? (TIES + (bit / 32u)) : (bit / 32u);
                uint _e40 = metal::atomic_fetch_or_explicit(&bins.inner[at_2], 1u << (bit & 31u), metal::memory_order_relaxed);
            }
        }
    }
    return;
}

void mark_ties(
    uint lane_9,
    metal::uint2 words_4,
    uint tie,
    uint start_1,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint group_2 = {};
    uint i_8 = {};
    uint end_3 = (words_4.y + 3u) / 4u;
    group_2 = (words_4.x / 4u) + lane_9;
    bool loop_init_10 = true;
    while(true) {
        if (!loop_init_10) {
            uint _e46 = group_2;
            group_2 = _e46 + 256u;
        }
        loop_init_10 = false;
        uint _e14 = group_2;
        if (_e14 < end_3) {
        } else {
            break;
        }
        {
            uint _e16 = group_2;
            metal::uint4 _e17 = load_keys(_e16, words_4, params, scores4_, scores, _buffer_sizes);
            i_8 = 0u;
            bool loop_init_11 = true;
            while(true) {
                if (!loop_init_11) {
                    uint _e44 = i_8;
                    i_8 = _e44 + 1u;
                }
                loop_init_11 = false;
                uint _e20 = i_8;
                if (_e20 < 4u) {
                } else {
                    break;
                }
                {
                    uint _e23 = i_8;
                    if (_e17[_e23] == tie) {
                        uint _e26 = group_2;
                        uint _e29 = i_8;
                        uint bit_1 = ((_e26 * 4u) + _e29) - start_1;
                        uint _e42 = metal::atomic_fetch_or_explicit(&bins.inner[TIES + (bit_1 / 32u)], 1u << (bit_1 & 31u), metal::memory_order_relaxed);
                    }
                }
            }
        }
    }
    return;
}

void write_bits(
    uint larger,
    uint ties,
    uint column,
    Search search_5,
    uint output,
    thread metal::uint2& seen,
    constant Params& params,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint bits_3 = {};
    bool local_6 = {};
    bool local_7 = {};
    bits_3 = larger | ties;
    while(true) {
        uint _e8 = bits_3;
        if (_e8 != 0u) {
        } else {
            break;
        }
        {
            uint _e11 = bits_3;
            uint bit_2 = (((metal::ctz(_e11) + 1) % 33) - 1);
            uint _e13 = bits_3;
            uint _e14 = bits_3;
            bits_3 = _e13 & (_e14 - 1u);
            bool is_larger = ((larger >> bit_2) & 1u) != 0u;
            uint _e24 = seen.x;
            uint _e26 = seen.y;
            uint position_1 = _e24 + metal::min(_e26, search_5.count);
            if (!(is_larger)) {
                uint _e34 = seen.y;
                local_6 = _e34 < search_5.count;
            } else {
                local_6 = true;
            }
            bool _e38 = local_6;
            if (_e38) {
                uint _e43 = params.top_k;
                local_7 = position_1 < _e43;
            } else {
                local_7 = false;
            }
            bool _e46 = local_7;
            if (_e46) {
                indices[output + position_1] = static_cast<int>(column + bit_2);
            }
            metal::uint2 _e52 = seen;
            seen = _e52 + (is_larger ? metal::uint2(1u, 0u) : metal::uint2(0u, 1u));
        }
    }
    return;
}

uint write_columns(
    uint lane_10,
    Row row_3,
    Search search_6,
    bool of_row,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    device type_15 const& candidates,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint2 before_2 = metal::uint2(0u);
    uint start_2 = {};
    bool local_8 = {};
    type_17 larger_1 = {};
    type_17 ties_1 = {};
    metal::uint2 own = {};
    uint i_9 = {};
    metal::uint2 seen_1 = {};
    uint i_10 = {};
    start_2 = row_3.columns.x;
    bool loop_init_12 = true;
    while(true) {
        if (!loop_init_12) {
            uint _e135 = start_2;
            start_2 = _e135 + WINDOW;
        }
        loop_init_12 = false;
        uint _e10 = start_2;
        if (_e10 < row_3.columns.y) {
        } else {
            break;
        }
        {
            uint _e16 = start_2;
            mark(lane_10, row_3.first, row_3.count, search_6, _e16, bins, candidates, _buffer_sizes);
            if (of_row) {
                uint _e20 = before_2.y;
                local_8 = _e20 < search_6.count;
            } else {
                local_8 = false;
            }
            bool _e24 = local_8;
            if (_e24) {
                uint _e27 = start_2;
                uint first_5 = row_3.words.x + (_e27 - row_3.columns.x);
                mark_ties(lane_10, metal::uint2(first_5, metal::min(first_5 + WINDOW, row_3.words.y)), search_6.key, first_5, params, bins, scores4_, scores, _buffer_sizes);
            }
            metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
            larger_1 = type_17 {};
            ties_1 = type_17 {};
            own = metal::uint2(0u);
            i_9 = 0u;
            bool loop_init_13 = true;
            while(true) {
                if (!loop_init_13) {
                    uint _e82 = i_9;
                    i_9 = _e82 + 1u;
                }
                loop_init_13 = false;
                uint _e48 = i_9;
                if (_e48 < 4u) {
                } else {
                    break;
                }
                {
                    uint _e51 = i_9;
                    uint _e56 = i_9;
                    uint _e59 = metal::atomic_load_explicit(&bins.inner[(lane_10 * 4u) + _e56], metal::memory_order_relaxed);
                    larger_1.inner[_e51] = _e59;
                    uint _e60 = i_9;
                    uint _e67 = i_9;
                    uint _e70 = metal::atomic_load_explicit(&bins.inner[(TIES + (lane_10 * 4u)) + _e67], metal::memory_order_relaxed);
                    ties_1.inner[_e60] = _e70;
                    metal::uint2 _e71 = own;
                    uint _e72 = i_9;
                    uint _e74 = larger_1.inner[_e72];
                    uint _e75 = i_9;
                    uint _e77 = ties_1.inner[_e75];
                    own = _e71 + metal::popcount(metal::uint2(_e74, _e77));
                }
            }
            uint _e85 = own.x;
            uint _e87 = own.y;
            metal::uint2 _e92 = workgroup_scan(lane_10, _e85 | (_e87 << 16u), 0u, scan_values, scan_totals);
            metal::uint2 _e93 = before_2;
            seen_1 = _e93 + metal::uint2(_e92.x & 65535u, _e92.x >> 16u);
            i_10 = 0u;
            bool loop_init_14 = true;
            while(true) {
                if (!loop_init_14) {
                    uint _e124 = i_10;
                    i_10 = _e124 + 1u;
                }
                loop_init_14 = false;
                uint _e105 = i_10;
                if (_e105 < 4u) {
                } else {
                    break;
                }
                {
                    uint _e108 = i_10;
                    uint _e110 = larger_1.inner[_e108];
                    uint _e111 = i_10;
                    uint _e113 = ties_1.inner[_e111];
                    uint _e114 = start_2;
                    uint _e117 = i_10;
                    write_bits(_e110, _e113, _e114 + (((lane_10 * 4u) + _e117) * 32u), search_6, row_3.output, seen_1, params, indices, _buffer_sizes);
                }
            }
            metal::uint2 _e126 = before_2;
            before_2 = _e126 + metal::uint2(_e92.y & 65535u, _e92.y >> 16u);
        }
    }
    uint _e139 = before_2.y;
    return _e139;
}

bool select_with_floor(
    uint lane_11,
    Row row_4,
    uint floor,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    device type_15 const& candidates,
    device type_14& indices,
    threadgroup uint& found_in_all,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e6 = params.top_k;
    Search search_11 = Search {1u, floor, _e6 - row_4.count};
    uint _e11 = write_columns(lane_11, row_4, search_11, true, params, bins, scores4_, scores, scan_values, scan_totals, candidates, indices, _buffer_sizes);
    if (lane_11 == 0u) {
        found_in_all = (_e11 >= search_11.count) ? 1u : 0u;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_device);
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed_1 = found_in_all;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    return unnamed_1 == 1u;
}

uint candidate_key(
    uint first_2,
    uint i_11,
    uint count_1,
    device type_15 const& candidates,
    constant _mslBufferSizes& _buffer_sizes
) {
    if (i_11 < count_1) {
        uint _e8 = candidates[first_2 + i_11].x;
        return _e8;
    }
    return 0u;
}

Search search_candidates(
    uint lane_12,
    uint first_3,
    uint count_2,
    constant Params& params,
    threadgroup type_2& bins,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked,
    device type_15 const& candidates,
    constant _mslBufferSizes& _buffer_sizes
) {
    Search search_7 = {};
    uint digit_8 = 0u;
    Run run_3 = {};
    uint i_12 = {};
    uint _e7 = params.top_k;
    search_7 = Search {0u, 0u, _e7};
    bool loop_init_15 = true;
    while(true) {
        if (!loop_init_15) {
            uint _e54 = digit_8;
            digit_8 = _e54 + 1u;
        }
        loop_init_15 = false;
        uint _e12 = digit_8;
        if (_e12 < 3u) {
        } else {
            break;
        }
        {
            clear_bins(lane_12, bins);
            run_3 = Run {0u, 0u, 0u};
            i_12 = lane_12;
            bool loop_init_16 = true;
            while(true) {
                if (!loop_init_16) {
                    uint _e41 = i_12;
                    i_12 = _e41 + 1024u;
                }
                loop_init_16 = false;
                uint _e21 = i_12;
                if (_e21 < count_2) {
                } else {
                    break;
                }
                {
                    uint _e23 = i_12;
                    uint _e24 = candidate_key(first_3, _e23, count_2, candidates, _buffer_sizes);
                    uint _e25 = i_12;
                    uint _e28 = candidate_key(first_3, _e25 + 256u, count_2, candidates, _buffer_sizes);
                    uint _e29 = i_12;
                    uint _e32 = candidate_key(first_3, _e29 + 512u, count_2, candidates, _buffer_sizes);
                    uint _e33 = i_12;
                    uint _e36 = candidate_key(first_3, _e33 + 768u, count_2, candidates, _buffer_sizes);
                    metal::uint4 keys_3 = metal::uint4(_e24, _e28, _e32, _e36);
                    uint _e38 = digit_8;
                    uint _e40 = search_7.key;
                    tally(keys_3, _e38, _e40, run_3, bins);
                }
            }
            uint _e44 = digit_8;
            Run _e45 = run_3;
            end_run(_e44, _e45, bins);
            Search _e46 = search_7;
            uint _e47 = digit_8;
            Search _e48 = refine_bins(lane_12, _e46, _e47, bins, scan_values, scan_totals, picked);
            search_7 = _e48;
            uint _e50 = search_7.found;
            if (_e50 == 1u) {
                break;
            }
        }
    }
    Search _e56 = search_7;
    return _e56;
}

bool select_candidates(
    uint lane_13,
    Row row_5,
    uint floor_1,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked,
    device type_15 const& candidates,
    device type_14& indices,
    threadgroup uint& found_in_all,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e6 = params.capacity;
    if (row_5.count > _e6) {
        return false;
    }
    uint _e12 = params.top_k;
    if (row_5.count < _e12) {
        if (floor_1 == 0u) {
            return false;
        }
        bool _e17 = select_with_floor(lane_13, row_5, floor_1, params, bins, scores4_, scores, scan_values, scan_totals, candidates, indices, found_in_all, _buffer_sizes);
        return _e17;
    }
    Search _e20 = search_candidates(lane_13, row_5.first, row_5.count, params, bins, scan_values, scan_totals, picked, candidates, _buffer_sizes);
    uint _e22 = write_columns(lane_13, row_5, _e20, false, params, bins, scores4_, scores, scan_values, scan_totals, candidates, indices, _buffer_sizes);
    return true;
}

bool select_gathered(
    uint lane_14,
    uint row_6,
    metal::uint2 columns_1,
    metal::uint2 words_5,
    uint column_1,
    uint output_1,
    constant Params& params,
    threadgroup type_2& bins,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    threadgroup metal::uint4& picked,
    device type_15 const& gathered,
    device type_15 const& candidates,
    device type_14& indices,
    threadgroup uint& found_in_all,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint _e8 = params.scratch_row;
    uint at_3 = _e8 + row_6;
    metal::uint2 counted = gathered[at_3];
    uint _e15 = params.capacity;
    bool _e20 = select_candidates(lane_14, Row {columns_1, words_5, column_1, at_3 * _e15, counted.x, output_1}, counted.y, params, bins, scores4_, scores, scan_values, scan_totals, picked, candidates, indices, found_in_all, _buffer_sizes);
    return _e20;
}

uint hits(
    metal::uint4 keys_1,
    uint above,
    uint tie_1
) {
    metal::uint4 ones = metal::uint4(1u);
    metal::uint4 larger_2 = metal::select(metal::uint4(0u), ones, keys_1 > metal::uint4(above));
    metal::uint4 equal = metal::select(metal::uint4(0u), ones << metal::uint4(16u), keys_1 == metal::uint4(tie_1));
    metal::uint4 both = larger_2 | equal;
    return ((both.x + both.y) + both.z) + both.w;
}

void emit(
    metal::uint4 keys_2,
    uint column_2,
    Search search_8,
    uint row_7,
    thread metal::uint2& seen_2,
    constant Params& params,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_13 = 0u;
    bool local_9 = {};
    bool local_10 = {};
    bool local_11 = {};
    bool local_12 = {};
    bool loop_init_17 = true;
    while(true) {
        if (!loop_init_17) {
            uint _e70 = i_13;
            i_13 = _e70 + 1u;
        }
        loop_init_17 = false;
        uint _e7 = i_13;
        if (_e7 < 4u) {
        } else {
            break;
        }
        {
            uint _e10 = i_13;
            uint key_2 = keys_2[_e10];
            bool larger_3 = key_2 > search_8.key;
            if (search_8.count != 0u) {
                local_9 = key_2 == search_8.key;
            } else {
                local_9 = false;
            }
            bool equal_1 = local_9;
            uint _e24 = seen_2.x;
            uint _e26 = seen_2.y;
            uint position_2 = _e24 + metal::min(_e26, search_8.count);
            if (!(larger_3)) {
                if (equal_1) {
                    uint _e36 = seen_2.y;
                    local_11 = _e36 < search_8.count;
                } else {
                    local_11 = false;
                }
                bool _e40 = local_11;
                local_10 = _e40;
            } else {
                local_10 = true;
            }
            bool _e42 = local_10;
            if (_e42) {
                uint _e47 = params.top_k;
                local_12 = position_2 < _e47;
            } else {
                local_12 = false;
            }
            bool _e50 = local_12;
            if (_e50) {
                uint _e54 = i_13;
                indices[row_7 + position_2] = static_cast<int>(column_2 + _e54);
            }
            uint _e58 = seen_2.x;
            seen_2.x = _e58 + (larger_3 ? 1u : 0u);
            uint _e64 = seen_2.y;
            seen_2.y = _e64 + (equal_1 ? 1u : 0u);
        }
    }
    return;
}

metal::uint2 sweep(
    uint lane_15,
    metal::uint2 words_6,
    uint column_3,
    uint row_8,
    Search search_9,
    metal::uint2 seen_3,
    constant Params& params,
    device type_5 const& scores4_,
    device type_6 const& scores,
    threadgroup type_9& scan_values,
    threadgroup type_10& scan_totals,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint2 before_3 = {};
    uint slot_1 = 0u;
    uint tile = {};
    metal::uint2 at = {};
    uint tie_2 = (search_9.count != 0u) ? search_9.key : 4294967295u;
    before_3 = seen_3;
    uint end_4 = (words_6.y + 3u) / 4u;
    tile = words_6.x / 4u;
    bool loop_init_18 = true;
    while(true) {
        if (!loop_init_18) {
            uint _e86 = tile;
            tile = _e86 + 1024u;
        }
        loop_init_18 = false;
        uint _e24 = tile;
        if (_e24 < end_4) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_3 = _e26 + (lane_15 * 4u);
            metal::uint4 _e30 = load_keys(group_3, words_6, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e33 = load_keys(group_3 + 1u, words_6, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e36 = load_keys(group_3 + 2u, words_6, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e39 = load_keys(group_3 + 3u, words_6, params, scores4_, scores, _buffer_sizes);
            uint _e41 = hits(_e30, search_9.key, tie_2);
            uint _e43 = hits(_e33, search_9.key, tie_2);
            uint _e46 = hits(_e36, search_9.key, tie_2);
            uint _e49 = hits(_e39, search_9.key, tie_2);
            uint own_2 = ((_e41 + _e43) + _e46) + _e49;
            uint _e51 = slot_1;
            metal::uint2 _e52 = workgroup_scan(lane_15, own_2, _e51, scan_values, scan_totals);
            uint _e54 = slot_1;
            slot_1 = 1u - _e54;
            if (own_2 != 0u) {
                metal::uint2 _e58 = before_3;
                at = _e58 + metal::uint2(_e52.x & 65535u, _e52.x >> 16u);
                uint first_6 = column_3 + (group_3 * 4u);
                emit(_e30, first_6, search_9, row_8, at, params, indices, _buffer_sizes);
                emit(_e33, first_6 + 4u, search_9, row_8, at, params, indices, _buffer_sizes);
                emit(_e36, first_6 + 8u, search_9, row_8, at, params, indices, _buffer_sizes);
                emit(_e39, first_6 + 12u, search_9, row_8, at, params, indices, _buffer_sizes);
            }
            metal::uint2 _e77 = before_3;
            before_3 = _e77 + metal::uint2(_e52.y & 65535u, _e52.y >> 16u);
        }
    }
    metal::uint2 _e89 = before_3;
    return _e89;
}

void pad(
    uint lane_16,
    uint row_9,
    Search search_10,
    metal::uint2 seen_4,
    constant Params& params,
    device type_14& indices,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_14 = {};
    i_14 = (seen_4.x + metal::min(seen_4.y, search_10.count)) + lane_16;
    bool loop_init_19 = true;
    while(true) {
        if (!loop_init_19) {
            uint _e21 = i_14;
            i_14 = _e21 + 256u;
        }
        loop_init_19 = false;
        uint _e11 = i_14;
        uint _e14 = params.top_k;
        if (_e11 < _e14) {
        } else {
            break;
        }
        {
            uint _e17 = i_14;
            indices[row_9 + _e17] = -1;
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
, device type_15 const& gathered [[buffer(7)]]
, device type_15 const& candidates [[buffer(6)]]
, device type_14& indices [[buffer(5)]]
, threadgroup uint& found_in_all
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
    uint column_4 = 0u - _e16;
    uint _e20 = params.indices_skip;
    uint _e23 = params.top_k;
    uint output_2 = _e20 + (_e3 * _e23);
    {
        bool _e26 = is_worth_a_sample(_e14, params);
        if (_e26) {
            bool _e27 = select_gathered(lane, _e3, _e8, _e14, column_4, output_2, params, bins, scores4_, scores, scan_values, scan_totals, picked, gathered, candidates, indices, found_in_all, _buffer_sizes);
            if (_e27) {
                return;
            }
        }
    }
    uint _e38 = params.top_k;
    if ((_e8.y - _e8.x) > _e38) {
        Search _e40 = search_row(lane, _e14, params, bins, scores4_, scores, scan_values, scan_totals, picked, _buffer_sizes);
        search = _e40;
    }
    Search _e41 = search;
    metal::uint2 _e44 = sweep(lane, _e14, column_4, output_2, _e41, metal::uint2(0u), params, scores4_, scores, scan_values, scan_totals, indices, _buffer_sizes);
    Search _e45 = search;
    pad(lane, output_2, _e45, _e44, params, indices, _buffer_sizes);
    return;
}
