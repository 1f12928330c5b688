// topk/gather
// language: metal2.4
#include <metal_stdlib>
#include <simd/simd.h>

using metal::uint;

struct _mslBufferSizes {
    uint size0;
    uint size4;
    uint size5;
    uint size7;
    uint size8;
    uint size12;
};

typedef metal::atomic_uint type_2[1];
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
typedef int type_5[1];
struct Search {
    uint found;
    uint key;
    uint count;
};
struct type_8 {
    metal::atomic_uint inner[2048];
};
struct Run {
    uint bin;
    uint count;
    uint zeros;
};
typedef metal::uint4 type_11[1];
typedef uint type_12[1];
struct type_13 {
    uint inner[512];
};
struct type_14 {
    uint inner[32];
};
struct type_15 {
    uint inner[8];
};
typedef metal::uint2 type_16[1];
constant uint SHORTEST = 16384u;
constant uint MOST_SELECTED = 8u;

uint places(
    uint lane_1,
    uint row,
    uint own,
    device type_2& gathered_now,
    threadgroup uint& first_place,
    threadgroup metal::atomic_uint& found,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint before = 0u;
    if (lane_1 == 0u) {
        metal::atomic_store_explicit(&found, 0u, metal::memory_order_relaxed);
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (own != 0u) {
        uint _e12 = metal::atomic_fetch_add_explicit(&found, own, metal::memory_order_relaxed);
        before = _e12;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_1 == 0u) {
        uint _e21 = metal::atomic_load_explicit(&found, metal::memory_order_relaxed);
        uint _e22 = metal::atomic_fetch_add_explicit(&gathered_now[row * 2u], _e21, metal::memory_order_relaxed);
        first_place = _e22;
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint unnamed = first_place;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    uint _e25 = before;
    return unnamed + _e25;
}

uint flat_workgroup_id(
    metal::uint3 workgroup_id_1,
    metal::uint3 num_workgroups_1
) {
    return workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x);
}

metal::uint2 row_range(
    uint row_1,
    constant Params& params,
    device type_5 const& row_start,
    device type_5 const& row_end,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint first = 0u;
    uint end = {};
    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if (_e9 != 0u) {
        uint _e15 = params.range_skip;
        int _e18 = row_start[_e15 + row_1];
        uint _e24 = params.columns;
        first = metal::min(static_cast<uint>(metal::max(_e18, 0)), _e24);
    }
    uint _e28 = params.has_row_end;
    if (_e28 != 0u) {
        uint _e34 = params.range_skip;
        int _e37 = row_end[_e34 + row_1];
        uint _e43 = params.columns;
        end = metal::min(static_cast<uint>(metal::max(_e37, 0)), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return metal::uint2(_e45, metal::max(_e46, _e47));
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

bool is_worth_a_sample(
    metal::uint2 words,
    constant Params& params
) {
    bool local_2 = {};
    uint length = words.y - words.x;
    if (length >= SHORTEST) {
        uint _e12 = params.top_k;
        local_2 = (length / MOST_SELECTED) >= _e12;
    } else {
        local_2 = false;
    }
    bool _e15 = local_2;
    return _e15;
}

void clear_bins(
    uint lane_2,
    threadgroup type_8& bins
) {
    uint i = {};
    i = lane_2;
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
    threadgroup type_8& bins
) {
    uint i_1 = 0u;
    bool local_3 = {};
    uint _e4 = digit_shift(digit_2);
    uint _e6 = digit_width(digit_2);
    uint mask = (1u << _e6) - 1u;
    uint zero_bin = (2147483648u >> _e4) & mask;
    uint _e13 = digit_width(digit_2);
    uint leading_shift = (digit_2 == 0u) ? 0u : (_e4 + _e13);
    uint leading_mask = (digit_2 == 0u) ? 0u : 4294967295u;
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e70 = i_1;
            i_1 = _e70 + 1u;
        }
        loop_init_1 = false;
        uint _e26 = i_1;
        if (_e26 < 4u) {
        } else {
            break;
        }
        {
            uint _e29 = i_1;
            uint key = keys[_e29];
            if (!((key == 0u))) {
                local_3 = ((key >> leading_shift) & leading_mask) != leading;
            } else {
                local_3 = true;
            }
            bool _e40 = local_3;
            if (_e40) {
                continue;
            }
            uint bin_1 = (key >> _e4) & mask;
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

uint ordered_key(
    uint bits
) {
    bool local_4 = {};
    uint key_1 = ((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u);
    uint merged = (key_1 == 2147483647u) ? 2147483648u : key_1;
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
    uint group,
    metal::uint2 words_1,
    constant Params& params,
    device type_11 const& scores4_,
    device type_12 const& scores,
    constant _mslBufferSizes& _buffer_sizes
) {
    metal::uint4 bits_2 = metal::uint4(0u);
    uint i_2 = 0u;
    uint at_2 = group * 4u;
    if (at_2 >= words_1.y) {
        return metal::uint4(0u);
    }
    metal::uint4 position = metal::uint4(at_2, at_2 + 1u, at_2 + 2u, at_2 + 3u);
    metal::bool4 inside = (position >= metal::uint4(words_1.x)) & (position < metal::uint4(words_1.y));
    uint _e24 = params.vector_groups;
    if (group < _e24) {
        metal::uint4 _e30 = scores4_[group];
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
                uint _e49 = scores[at_2 + _e46];
                bits_2[_e43] = _e49;
            }
        }
    }
    metal::uint4 _e55 = bits_2;
    metal::uint4 _e56 = ordered_keys(_e55);
    return metal::select(metal::uint4(0u), _e56, inside);
}

void end_run(
    uint digit_3,
    Run run_1,
    threadgroup type_8& bins
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

uint lane_bin(
    uint lane_3
) {
    return 2047u - (lane_3 * 8u);
}

metal::uint2 workgroup_scan(
    uint lane_4,
    uint value,
    uint slot,
    threadgroup type_13& scan_values,
    threadgroup type_14& scan_totals
) {
    uint sum = 0u;
    uint i_3 = 0u;
    uint before_1 = 0u;
    uint total = 0u;
    uint i_4 = 0u;
    uint i_5 = {};
    uint values = slot * 256u;
    uint totals = slot * 16u;
    scan_values.inner[values + lane_4] = value;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (lane_4 < 16u) {
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e30 = i_3;
                i_3 = _e30 + 1u;
            }
            loop_init_3 = false;
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
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e61 = i_4;
            i_4 = _e61 + 1u;
        }
        loop_init_4 = false;
        uint _e44 = i_4;
        if (_e44 < 16u) {
        } else {
            break;
        }
        {
            uint _e48 = i_4;
            uint sum_1 = scan_totals.inner[totals + _e48];
            uint _e52 = before_1;
            uint _e54 = i_4;
            before_1 = _e52 + ((_e54 < block) ? sum_1 : 0u);
            uint _e58 = total;
            total = _e58 + sum_1;
        }
    }
    i_5 = block * 16u;
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e76 = i_5;
            i_5 = _e76 + 1u;
        }
        loop_init_5 = false;
        uint _e66 = i_5;
        if (_e66 < lane_4) {
        } else {
            break;
        }
        {
            uint _e68 = before_1;
            uint _e70 = i_5;
            uint _e73 = scan_values.inner[values + _e70];
            before_1 = _e68 + _e73;
        }
    }
    uint _e78 = before_1;
    uint _e79 = total;
    return metal::uint2(_e78, _e79);
}

Search refine(
    uint lane_5,
    Search search,
    uint digit_4,
    metal::uint4 high,
    metal::uint4 low,
    threadgroup type_13& scan_values,
    threadgroup type_14& scan_totals,
    threadgroup metal::uint4& picked
) {
    bool local_5 = {};
    type_15 counts = {};
    uint before_2 = {};
    uint bin = 0u;
    uint i_6 = 0u;
    bool local_6 = {};
    uint own_1 = ((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w;
    metal::uint2 _e21 = workgroup_scan(lane_5, own_1, 0u, scan_values, scan_totals);
    if (_e21.x < search.count) {
        local_5 = search.count <= (_e21.x + own_1);
    } else {
        local_5 = false;
    }
    bool _e32 = local_5;
    if (_e32) {
        counts = type_15 {{high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w}};
        before_2 = _e21.x;
        bool loop_init_6 = true;
        while(true) {
            if (!loop_init_6) {
                uint _e68 = i_6;
                i_6 = _e68 + 1u;
            }
            loop_init_6 = false;
            uint _e49 = i_6;
            if (_e49 < 7u) {
            } else {
                break;
            }
            {
                uint _e52 = before_2;
                uint _e53 = bin;
                uint _e55 = counts.inner[_e53];
                if ((_e52 + _e55) >= search.count) {
                    break;
                }
                uint _e59 = before_2;
                uint _e60 = bin;
                uint _e62 = counts.inner[_e60];
                before_2 = _e59 + _e62;
                uint _e64 = bin;
                bin = _e64 + 1u;
            }
        }
        uint _e71 = lane_bin(lane_5);
        uint _e72 = bin;
        uint _e75 = before_2;
        uint _e77 = bin;
        uint _e79 = counts.inner[_e77];
        picked = metal::uint4(_e71 - _e72, search.count - _e75, _e79, 1u);
    } else {
        if (lane_5 == 0u) {
            local_6 = _e21.y < search.count;
        } else {
            local_6 = false;
        }
        bool _e90 = local_6;
        if (_e90) {
            picked = metal::uint4(0u);
        }
    }
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    metal::uint4 unnamed_1 = picked;
    metal::threadgroup_barrier(metal::mem_flags::mem_threadgroup);
    if (unnamed_1.w == 0u) {
        return Search {1u, 0u, 0u};
    }
    uint _e104 = digit_width(digit_4);
    uint leading_1 = (search.key << _e104) | unnamed_1.x;
    if (unnamed_1.y == unnamed_1.z) {
        uint _e112 = digit_shift(digit_4);
        return Search {1u, (leading_1 << _e112) - 1u, 0u};
    }
    return Search {(digit_4 == 2u) ? 1u : 0u, leading_1, unnamed_1.y};
}

Search refine_bins(
    uint lane_6,
    Search search_1,
    uint digit_5,
    threadgroup type_8& bins,
    threadgroup type_13& scan_values,
    threadgroup type_14& scan_totals,
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
    Search _e44 = refine(lane_6, search_1, digit_5, high_1, low_1, scan_values, scan_totals, picked);
    return _e44;
}

uint naga_f2u32(float value) {
    return static_cast<uint>(metal::clamp(value, 0.0, 4294967000.0));
}

uint sample_floor(
    uint lane_7,
    metal::uint2 words_2,
    constant Params& params,
    threadgroup type_8& bins,
    device type_11 const& scores4_,
    device type_12 const& scores,
    threadgroup type_13& scan_values,
    threadgroup type_14& scan_totals,
    threadgroup metal::uint4& picked,
    constant _mslBufferSizes& _buffer_sizes
) {
    Search search_2 = {};
    uint digit_6 = 0u;
    Run run_2 = {};
    uint piece = {};
    uint length_1 = words_2.y - words_2.x;
    uint pieces = (length_1 < 65536u) ? 256u : ((length_1 < 524288u) ? 1024u : 4096u);
    uint stride = (length_1 / 4u) / pieces;
    uint _e21 = params.top_k;
    float expected = static_cast<float>((pieces * 4u) * _e21) / static_cast<float>(length_1);
    search_2 = Search {0u, 0u, naga_f2u32((expected + (4.0 * metal::sqrt(expected))) + 2.0)};
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e80 = digit_6;
            digit_6 = _e80 + 1u;
        }
        loop_init_7 = false;
        uint _e39 = digit_6;
        if (_e39 < 3u) {
        } else {
            break;
        }
        {
            clear_bins(lane_7, bins);
            run_2 = Run {0u, 0u, 0u};
            piece = lane_7;
            bool loop_init_8 = true;
            while(true) {
                if (!loop_init_8) {
                    uint _e67 = piece;
                    piece = _e67 + 256u;
                }
                loop_init_8 = false;
                uint _e48 = piece;
                if (_e48 < pieces) {
                } else {
                    break;
                }
                {
                    uint _e50 = piece;
                    uint _e52 = piece;
                    uint place = (_e50 * stride) + (((_e52 * 2654435769u) >> 8u) % stride);
                    metal::uint4 _e63 = load_keys((words_2.x / 4u) + place, words_2, params, scores4_, scores, _buffer_sizes);
                    uint _e64 = digit_6;
                    uint _e66 = search_2.key;
                    tally(_e63, _e64, _e66, run_2, bins);
                }
            }
            uint _e70 = digit_6;
            Run _e71 = run_2;
            end_run(_e70, _e71, bins);
            Search _e72 = search_2;
            uint _e73 = digit_6;
            Search _e74 = refine_bins(lane_7, _e72, _e73, bins, scan_values, scan_totals, picked);
            search_2 = _e74;
            uint _e76 = search_2.found;
            if (_e76 == 1u) {
                break;
            }
        }
    }
    uint _e83 = search_2.key;
    return _e83;
}

uint exceeding(
    metal::uint4 keys_1,
    uint floor
) {
    metal::uint4 ones = metal::select(metal::uint4(0u), metal::uint4(1u), keys_1 > metal::uint4(floor));
    return ((ones.x + ones.y) + ones.z) + ones.w;
}

void keep(
    metal::uint4 keys_2,
    uint floor_1,
    uint column,
    thread uint& at_1,
    device type_16& candidates,
    constant _mslBufferSizes& _buffer_sizes
) {
    uint i_7 = 0u;
    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e24 = i_7;
            i_7 = _e24 + 1u;
        }
        loop_init_9 = false;
        uint _e6 = i_7;
        if (_e6 < 4u) {
        } else {
            break;
        }
        {
            uint _e9 = i_7;
            if (keys_2[_e9] > floor_1) {
                uint _e13 = at_1;
                uint _e15 = i_7;
                uint _e17 = i_7;
                candidates[_e13] = metal::uint2(keys_2[_e15], column + _e17);
                uint _e20 = at_1;
                at_1 = _e20 + 1u;
            }
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
, device type_2& gathered_now [[buffer(8)]]
, threadgroup uint& first_place
, threadgroup metal::atomic_uint& found
, constant Params& params [[buffer(0)]]
, device type_5 const& row_start [[buffer(3)]]
, device type_5 const& row_end [[buffer(4)]]
, threadgroup type_8& bins
, device type_11 const& scores4_ [[buffer(2)]]
, device type_12 const& scores [[buffer(1)]]
, threadgroup type_13& scan_values
, threadgroup type_14& scan_totals
, threadgroup metal::uint4& picked
, device type_16& candidates [[buffer(6)]]
, constant _mslBufferSizes& _buffer_sizes [[buffer(30)]]
) {
    bool local = {};
    uint start = {};
    uint at = {};
    bool local_1 = {};
    uint _e3 = flat_workgroup_id(workgroup_id, num_workgroups);
    uint _e6 = params.chunks;
    uint row_4 = _e3 / _e6;
    uint _e10 = params.rows;
    if (row_4 >= _e10) {
        return;
    }
    metal::uint2 _e12 = row_range(row_4, params, row_start, row_end, _buffer_sizes);
    uint _e16 = params.columns;
    metal::uint2 _e18 = words_within(row_4, _e12, metal::uint2(0u, _e16), params);
    uint _e21 = params.chunks;
    metal::uint2 _e23 = chunk_columns(_e3 % _e21, params);
    metal::uint2 _e24 = words_within(row_4, _e12, _e23, params);
    if (!((_e24.x == _e24.y))) {
        bool _e31 = is_worth_a_sample(_e18, params);
        local = !(_e31);
    } else {
        local = true;
    }
    bool _e34 = local;
    if (_e34) {
        return;
    }
    uint _e35 = sample_floor(lane, _e18, params, bins, scores4_, scores, scan_values, scan_totals, picked, _buffer_sizes);
    uint _e37 = row_word(row_4, params);
    uint column_1 = 0u - _e37;
    uint _e41 = params.scratch_row;
    uint scratch = _e41 + row_4;
    if (lane == 0u) {
        metal::atomic_store_explicit(&gathered_now[(scratch * 2u) + 1u], _e35, metal::memory_order_relaxed);
    }
    uint end_2 = (_e24.y + 3u) / 4u;
    start = _e24.x / 4u;
    bool loop_init_10 = true;
    while(true) {
        if (!loop_init_10) {
            uint _e110 = start;
            start = _e110 + 1024u;
        }
        loop_init_10 = false;
        uint _e60 = start;
        if (_e60 < end_2) {
        } else {
            break;
        }
        {
            uint _e62 = start;
            uint group_1 = _e62 + lane;
            metal::uint4 _e64 = load_keys(group_1, _e24, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e67 = load_keys(group_1 + 256u, _e24, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e70 = load_keys(group_1 + 512u, _e24, params, scores4_, scores, _buffer_sizes);
            metal::uint4 _e73 = load_keys(group_1 + 768u, _e24, params, scores4_, scores, _buffer_sizes);
            uint _e74 = exceeding(_e64, _e35);
            uint _e75 = exceeding(_e67, _e35);
            uint _e77 = exceeding(_e70, _e35);
            uint _e79 = exceeding(_e73, _e35);
            uint own_2 = ((_e74 + _e75) + _e77) + _e79;
            uint _e81 = places(lane, scratch, own_2, gathered_now, first_place, found, _buffer_sizes);
            at = _e81;
            if (own_2 != 0u) {
                uint _e87 = at;
                uint _e91 = params.capacity;
                local_1 = (_e87 + own_2) <= _e91;
            } else {
                local_1 = false;
            }
            bool _e94 = local_1;
            if (_e94) {
                uint _e95 = at;
                uint _e98 = params.capacity;
                at = _e95 + (scratch * _e98);
                uint place_1 = column_1 + (group_1 * 4u);
                keep(_e64, _e35, place_1, at, candidates, _buffer_sizes);
                keep(_e67, _e35, place_1 + 1024u, at, candidates, _buffer_sizes);
                keep(_e70, _e35, place_1 + 2048u, at, candidates, _buffer_sizes);
                keep(_e73, _e35, place_1 + 3072u, at, candidates, _buffer_sizes);
            }
        }
    }
    return;
}
