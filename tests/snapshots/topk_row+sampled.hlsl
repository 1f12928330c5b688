// topk/row+sampled
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

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

struct Run {
    uint bin;
    uint count;
    uint zeros;
};

struct Row {
    uint2 columns;
    uint2 words;
    uint column;
    uint first;
    uint count;
    uint output;
};

static const uint SHORTEST = 16384u;
static const uint MOST_SELECTED = 8u;
static const uint WINDOW = 32768u;
static const uint TIES = 1024u;

cbuffer params : register(b0) { Params params; }
groupshared uint bins[2048];
ByteAddressBuffer scores4_ : register(t2);
ByteAddressBuffer scores : register(t1);
groupshared uint scan_values[512];
groupshared uint scan_totals[32];
groupshared uint4 picked;
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
groupshared uint found;
RWByteAddressBuffer candidates : register(u6);
groupshared uint found_in_all;
RWByteAddressBuffer indices_ : register(u5);

void clear_bins(uint lane_1)
{
    uint i = (uint)0;

    i = lane_1;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e9 = i;
            i = (_e9 + 256u);
        }
        loop_init = false;
        uint _e2 = i;
        if ((_e2 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e6 = i;
            { uint dummy = 0; InterlockedExchange(bins[_e6], 0u, dummy); }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    return;
}

uint ordered_key(uint bits)
{
    bool local = (bool)0;

    uint key = (((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u));
    uint merged = ((key == 2147483647u) ? 2147483648u : key);
    if ((merged >= 8388608u)) {
        local = (merged <= 4286578688u);
    } else {
        local = false;
    }
    bool _e21 = local;
    return (_e21 ? merged : 0u);
}

uint4 ordered_keys(uint4 bits_1)
{
    const uint _e2 = ordered_key(bits_1.x);
    const uint _e4 = ordered_key(bits_1.y);
    const uint _e6 = ordered_key(bits_1.z);
    const uint _e8 = ordered_key(bits_1.w);
    return uint4(_e2, _e4, _e6, _e8);
}

uint4 load_keys(uint group, uint2 words)
{
    uint4 bits_2 = (0u).xxxx;
    uint i_1 = 0u;

    uint at_3 = (group * 4u);
    if ((at_3 >= words.y)) {
        return (0u).xxxx;
    }
    uint4 position = uint4(at_3, (at_3 + 1u), (at_3 + 2u), (at_3 + 3u));
    bool4 inside = ((position >= (words.x).xxxx) & (position < (words.y).xxxx));
    uint _e24 = params.vector_groups;
    if ((group < _e24)) {
        uint4 _e30 = asuint(scores4_.Load4(group*16));
        const uint4 _e31 = ordered_keys(_e30);
        return (inside ? _e31 : (0u).xxxx);
    }
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e51 = i_1;
            i_1 = (_e51 + 1u);
        }
        loop_init_1 = false;
        uint _e38 = i_1;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_1;
            if (inside[_e41]) {
                uint _e43 = i_1;
                uint _e46 = i_1;
                uint _e49 = asuint(scores.Load((at_3 + _e46)*4));
                bits_2[_e43] = _e49;
            }
        }
    }
    uint4 _e55 = bits_2;
    const uint4 _e56 = ordered_keys(_e55);
    return (inside ? _e56 : (0u).xxxx);
}

uint digit_shift(uint digit)
{
    return ((digit == 0u) ? 21u : ((digit == 1u) ? 10u : 0u));
}

uint digit_width(uint digit_1)
{
    return ((digit_1 == 2u) ? 10u : 11u);
}

void tally(uint4 keys, uint digit_2, uint leading, inout Run run)
{
    uint i_2 = 0u;
    bool local_1 = (bool)0;

    const uint _e4 = digit_shift(digit_2);
    const uint _e6 = digit_width(digit_2);
    uint mask = ((1u << _e6) - 1u);
    uint zero_bin = ((2147483648u >> _e4) & mask);
    const uint _e13 = digit_width(digit_2);
    uint leading_shift = ((digit_2 == 0u) ? 0u : (_e4 + _e13));
    uint leading_mask = ((digit_2 == 0u) ? 0u : 4294967295u);
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e70 = i_2;
            i_2 = (_e70 + 1u);
        }
        loop_init_2 = false;
        uint _e26 = i_2;
        if ((_e26 < 4u)) {
        } else {
            break;
        }
        {
            uint _e29 = i_2;
            uint key_1 = keys[_e29];
            if (!((key_1 == 0u))) {
                local_1 = (((key_1 >> leading_shift) & leading_mask) != leading);
            } else {
                local_1 = true;
            }
            bool _e40 = local_1;
            if (_e40) {
                continue;
            }
            uint bin_1 = ((key_1 >> _e4) & mask);
            if ((bin_1 == zero_bin)) {
                uint _e45 = run.zeros;
                run.zeros = (_e45 + 1u);
            } else {
                uint _e49 = run.bin;
                if ((bin_1 == _e49)) {
                    uint _e52 = run.count;
                    run.count = (_e52 + 1u);
                } else {
                    uint _e56 = run.count;
                    if ((_e56 != 0u)) {
                        uint _e61 = run.bin;
                        uint _e64 = run.count;
                        uint _e65; InterlockedAdd(bins[_e61], _e64, _e65);
                    }
                    run.bin = bin_1;
                    run.count = 1u;
                }
            }
        }
    }
    return;
}

void end_run(uint digit_3, Run run_1)
{
    if ((run_1.count != 0u)) {
        uint _e9; InterlockedAdd(bins[run_1.bin], run_1.count, _e9);
    }
    if ((run_1.zeros != 0u)) {
        const uint _e15 = digit_shift(digit_3);
        const uint _e18 = digit_width(digit_3);
        uint _e25; InterlockedAdd(bins[((2147483648u >> _e15) & ((1u << _e18) - 1u))], run_1.zeros, _e25);
    }
    GroupMemoryBarrierWithGroupSync();
    return;
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

Run ConstructRun(uint arg0, uint arg1, uint arg2) {
    Run ret = (Run)0;
    ret.bin = arg0;
    ret.count = arg1;
    ret.zeros = arg2;
    return ret;
}

void count_digits(uint lane_2, uint2 words_1, uint digit_4, uint leading_1)
{
    Run run_2 = ConstructRun(0u, 0u, 0u);
    uint group_1 = (uint)0;

    clear_bins(lane_2);
    uint end_1 = naga_div((words_1.y + 3u), 4u);
    group_1 = (naga_div(words_1.x, 4u) + lane_2);
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e35 = group_1;
            group_1 = (_e35 + 1024u);
        }
        loop_init_3 = false;
        uint _e19 = group_1;
        if ((_e19 < end_1)) {
        } else {
            break;
        }
        {
            uint _e21 = group_1;
            const uint4 _e22 = load_keys(_e21, words_1);
            uint _e23 = group_1;
            const uint4 _e26 = load_keys((_e23 + 256u), words_1);
            uint _e27 = group_1;
            const uint4 _e30 = load_keys((_e27 + 512u), words_1);
            uint _e31 = group_1;
            const uint4 _e34 = load_keys((_e31 + 768u), words_1);
            tally(_e22, digit_4, leading_1, run_2);
            tally(_e26, digit_4, leading_1, run_2);
            tally(_e30, digit_4, leading_1, run_2);
            tally(_e34, digit_4, leading_1, run_2);
        }
    }
    Run _e38 = run_2;
    end_run(digit_4, _e38);
    return;
}

uint lane_bin(uint lane_3)
{
    return (2047u - (lane_3 * 8u));
}

uint2 workgroup_scan(uint lane_4, uint value, uint slot)
{
    uint sum = 0u;
    uint i_3 = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_4 = 0u;
    uint i_5 = (uint)0;

    uint values = (slot * 256u);
    uint totals = (slot * 16u);
    scan_values[(values + lane_4)] = value;
    GroupMemoryBarrierWithGroupSync();
    if ((lane_4 < 16u)) {
        bool loop_init_4 = true;
        while(true) {
            if (!loop_init_4) {
                uint _e30 = i_3;
                i_3 = (_e30 + 1u);
            }
            loop_init_4 = false;
            uint _e16 = i_3;
            if ((_e16 < 16u)) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i_3;
                uint _e27 = scan_values[((values + (lane_4 * 16u)) + _e24)];
                sum = (_e19 + _e27);
            }
        }
        uint _e35 = sum;
        scan_totals[(totals + lane_4)] = _e35;
    }
    GroupMemoryBarrierWithGroupSync();
    uint block = naga_div(lane_4, 16u);
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e61 = i_4;
            i_4 = (_e61 + 1u);
        }
        loop_init_5 = false;
        uint _e44 = i_4;
        if ((_e44 < 16u)) {
        } else {
            break;
        }
        {
            uint _e48 = i_4;
            uint sum_1 = scan_totals[(totals + _e48)];
            uint _e52 = before;
            uint _e54 = i_4;
            before = (_e52 + ((_e54 < block) ? sum_1 : 0u));
            uint _e58 = total;
            total = (_e58 + sum_1);
        }
    }
    i_5 = (block * 16u);
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e76 = i_5;
            i_5 = (_e76 + 1u);
        }
        loop_init_6 = false;
        uint _e66 = i_5;
        if ((_e66 < lane_4)) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_5;
            uint _e73 = scan_values[(values + _e70)];
            before = (_e68 + _e73);
        }
    }
    uint _e78 = before;
    uint _e79 = total;
    return uint2(_e78, _e79);
}

typedef uint ret_Constructarray8_uint_[8];
ret_Constructarray8_uint_ Constructarray8_uint_(uint arg0, uint arg1, uint arg2, uint arg3, uint arg4, uint arg5, uint arg6, uint arg7) {
    uint ret[8] = { arg0, arg1, arg2, arg3, arg4, arg5, arg6, arg7 };
    return ret;
}

Search ConstructSearch(uint arg0, uint arg1, uint arg2) {
    Search ret = (Search)0;
    ret.found = arg0;
    ret.key = arg1;
    ret.count = arg2;
    return ret;
}

Search refine(uint lane_5, Search search_1, uint digit_5, uint4 high, uint4 low)
{
    bool local_2 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_1 = (uint)0;
    uint bin = 0u;
    uint i_6 = 0u;
    bool local_3 = (bool)0;

    uint own_1 = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(lane_5, own_1, 0u);
    if ((_e21.x < search_1.count)) {
        local_2 = (search_1.count <= (_e21.x + own_1));
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_1 = _e21.x;
        bool loop_init_7 = true;
        while(true) {
            if (!loop_init_7) {
                uint _e68 = i_6;
                i_6 = (_e68 + 1u);
            }
            loop_init_7 = false;
            uint _e49 = i_6;
            if ((_e49 < 7u)) {
            } else {
                break;
            }
            {
                uint _e52 = before_1;
                uint _e53 = bin;
                uint _e55 = counts[_e53];
                if (((_e52 + _e55) >= search_1.count)) {
                    break;
                }
                uint _e59 = before_1;
                uint _e60 = bin;
                uint _e62 = counts[_e60];
                before_1 = (_e59 + _e62);
                uint _e64 = bin;
                bin = (_e64 + 1u);
            }
        }
        const uint _e71 = lane_bin(lane_5);
        uint _e72 = bin;
        uint _e75 = before_1;
        uint _e77 = bin;
        uint _e79 = counts[_e77];
        picked = uint4((_e71 - _e72), (search_1.count - _e75), _e79, 1u);
    } else {
        if ((lane_5 == 0u)) {
            local_3 = (_e21.y < search_1.count);
        } else {
            local_3 = false;
        }
        bool _e90 = local_3;
        if (_e90) {
            picked = (0u).xxxx;
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint4 _e95 = picked;
    GroupMemoryBarrierWithGroupSync();
    if ((_e95.w == 0u)) {
        const Search search_12 = ConstructSearch(1u, 0u, 0u);
        return search_12;
    }
    const uint _e104 = digit_width(digit_5);
    uint leading_2 = ((search_1.key << _e104) | _e95.x);
    if ((_e95.y == _e95.z)) {
        const uint _e112 = digit_shift(digit_5);
        const Search search_13 = ConstructSearch(1u, ((leading_2 << _e112) - 1u), 0u);
        return search_13;
    }
    const Search search_14 = ConstructSearch(((digit_5 == 2u) ? 1u : 0u), leading_2, _e95.y);
    return search_14;
}

Search refine_bins(uint lane_6, Search search_2, uint digit_6)
{
    const uint _e3 = lane_bin(lane_6);
    uint _e6; InterlockedOr(bins[_e3], 0, _e6);
    uint _e11; InterlockedOr(bins[(_e3 - 1u)], 0, _e11);
    uint _e16; InterlockedOr(bins[(_e3 - 2u)], 0, _e16);
    uint _e21; InterlockedOr(bins[(_e3 - 3u)], 0, _e21);
    uint4 high_1 = uint4(_e6, _e11, _e16, _e21);
    uint _e27; InterlockedOr(bins[(_e3 - 4u)], 0, _e27);
    uint _e32; InterlockedOr(bins[(_e3 - 5u)], 0, _e32);
    uint _e37; InterlockedOr(bins[(_e3 - 6u)], 0, _e37);
    uint _e42; InterlockedOr(bins[(_e3 - 7u)], 0, _e42);
    uint4 low_1 = uint4(_e27, _e32, _e37, _e42);
    const Search _e44 = refine(lane_6, search_2, digit_6, high_1, low_1);
    const Search search_15 = _e44;
    return search_15;
}

Search search_row(uint lane_7, uint2 words_2)
{
    Search search_3 = (Search)0;
    uint digit_7 = 0u;

    uint _e6 = params.top_k;
    search_3 = ConstructSearch(0u, 0u, _e6);
    bool loop_init_8 = true;
    while(true) {
        if (!loop_init_8) {
            uint _e25 = digit_7;
            digit_7 = (_e25 + 1u);
        }
        loop_init_8 = false;
        uint _e11 = digit_7;
        if ((_e11 < 3u)) {
        } else {
            break;
        }
        {
            uint _e14 = digit_7;
            uint _e16 = search_3.key;
            count_digits(lane_7, words_2, _e14, _e16);
            Search _e17 = search_3;
            uint _e18 = digit_7;
            const Search _e19 = refine_bins(lane_7, _e17, _e18);
            search_3 = _e19;
            uint _e21 = search_3.found;
            if ((_e21 == 1u)) {
                break;
            }
        }
    }
    Search _e27 = search_3;
    const Search search_16 = _e27;
    return search_16;
}

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

uint2 row_range(uint row)
{
    uint first = 0u;
    uint end = (uint)0;

    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if ((_e9 != 0u)) {
        uint _e15 = params.range_skip;
        int _e18 = asint(row_start.Load((_e15 + row)*4));
        uint _e24 = params.columns;
        first = min(uint(max(_e18, int(0))), _e24);
    }
    uint _e28 = params.has_row_end;
    if ((_e28 != 0u)) {
        uint _e34 = params.range_skip;
        int _e37 = asint(row_end.Load((_e34 + row)*4));
        uint _e43 = params.columns;
        end = min(uint(max(_e37, int(0))), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return uint2(_e45, max(_e46, _e47));
}

uint row_word(uint row_1)
{
    uint _e3 = params.scores_skip;
    uint _e6 = params.columns;
    return (_e3 + (row_1 * _e6));
}

uint2 words_within(uint row_2, uint2 columns, uint2 part)
{
    uint _e9 = params.first_column;
    uint first_5 = (clamp(columns.x, part.x, part.y) - _e9);
    uint _e17 = params.first_column;
    uint end_2 = (clamp(columns.y, part.x, part.y) - _e17);
    const uint _e20 = row_word(row_2);
    return (uint2(first_5, end_2) + (_e20).xx);
}

bool is_worth_a_sample(uint2 words_3)
{
    bool local_4 = (bool)0;

    uint length_ = (words_3.y - words_3.x);
    if ((length_ >= SHORTEST)) {
        uint _e12 = params.top_k;
        local_4 = (naga_div(length_, MOST_SELECTED) >= _e12);
    } else {
        local_4 = false;
    }
    bool _e15 = local_4;
    return _e15;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

uint naga_f2u32(float value) {
    return uint(clamp(value, 0.0, 4294967000.0));
}

uint sample_floor(uint lane_8, uint2 words_4)
{
    Search search_4 = (Search)0;
    uint digit_8 = 0u;
    Run run_3 = (Run)0;
    uint piece = (uint)0;

    uint length_1 = (words_4.y - words_4.x);
    uint pieces = ((length_1 < 65536u) ? 256u : ((length_1 < 524288u) ? 1024u : 4096u));
    uint stride = naga_div(naga_div(length_1, 4u), pieces);
    uint _e21 = params.top_k;
    float expected = (float(((pieces * 4u) * _e21)) / float(length_1));
    search_4 = ConstructSearch(0u, 0u, naga_f2u32(((expected + (4.0 * sqrt(expected))) + 2.0)));
    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e80 = digit_8;
            digit_8 = (_e80 + 1u);
        }
        loop_init_9 = false;
        uint _e39 = digit_8;
        if ((_e39 < 3u)) {
        } else {
            break;
        }
        {
            clear_bins(lane_8);
            run_3 = ConstructRun(0u, 0u, 0u);
            piece = lane_8;
            bool loop_init_10 = true;
            while(true) {
                if (!loop_init_10) {
                    uint _e67 = piece;
                    piece = (_e67 + 256u);
                }
                loop_init_10 = false;
                uint _e48 = piece;
                if ((_e48 < pieces)) {
                } else {
                    break;
                }
                {
                    uint _e50 = piece;
                    uint _e52 = piece;
                    uint place = ((_e50 * stride) + naga_mod(((_e52 * 2654435769u) >> 8u), stride));
                    const uint4 _e63 = load_keys((naga_div(words_4.x, 4u) + place), words_4);
                    uint _e64 = digit_8;
                    uint _e66 = search_4.key;
                    tally(_e63, _e64, _e66, run_3);
                }
            }
            uint _e70 = digit_8;
            Run _e71 = run_3;
            end_run(_e70, _e71);
            Search _e72 = search_4;
            uint _e73 = digit_8;
            const Search _e74 = refine_bins(lane_8, _e72, _e73);
            search_4 = _e74;
            uint _e76 = search_4.found;
            if ((_e76 == 1u)) {
                break;
            }
        }
    }
    uint _e83 = search_4.key;
    return _e83;
}

uint exceeding(uint4 keys_1, uint floor_)
{
    uint4 ones = ((keys_1 > (floor_).xxxx) ? (1u).xxxx : (0u).xxxx);
    return (((ones.x + ones.y) + ones.z) + ones.w);
}

void keep(uint4 keys_2, uint floor_1, uint column, inout uint at)
{
    uint i_7 = 0u;

    bool loop_init_11 = true;
    while(true) {
        if (!loop_init_11) {
            uint _e24 = i_7;
            i_7 = (_e24 + 1u);
        }
        loop_init_11 = false;
        uint _e6 = i_7;
        if ((_e6 < 4u)) {
        } else {
            break;
        }
        {
            uint _e9 = i_7;
            if ((keys_2[_e9] > floor_1)) {
                uint _e13 = at;
                uint _e15 = i_7;
                uint _e17 = i_7;
                candidates.Store2(_e13*8, asuint(uint2(keys_2[_e15], (column + _e17))));
                uint _e20 = at;
                at = (_e20 + 1u);
            }
        }
    }
    return;
}

uint gather(uint lane_9, uint2 words_5, uint column_1, uint floor_2, uint first_1)
{
    uint group_2 = (uint)0;
    uint at_1 = (uint)0;

    if ((lane_9 == 0u)) {
        { uint dummy_1 = 0; InterlockedExchange(found, 0u, dummy_1); }
    }
    GroupMemoryBarrierWithGroupSync();
    uint end_3 = naga_div((words_5.y + 3u), 4u);
    group_2 = (naga_div(words_5.x, 4u) + lane_9);
    bool loop_init_12 = true;
    while(true) {
        if (!loop_init_12) {
            uint _e65 = group_2;
            group_2 = (_e65 + 1024u);
        }
        loop_init_12 = false;
        uint _e19 = group_2;
        if ((_e19 < end_3)) {
        } else {
            break;
        }
        {
            uint _e21 = group_2;
            const uint4 _e22 = load_keys(_e21, words_5);
            uint _e23 = group_2;
            const uint4 _e26 = load_keys((_e23 + 256u), words_5);
            uint _e27 = group_2;
            const uint4 _e30 = load_keys((_e27 + 512u), words_5);
            uint _e31 = group_2;
            const uint4 _e34 = load_keys((_e31 + 768u), words_5);
            const uint _e35 = exceeding(_e22, floor_2);
            const uint _e36 = exceeding(_e26, floor_2);
            const uint _e38 = exceeding(_e30, floor_2);
            const uint _e40 = exceeding(_e34, floor_2);
            uint own_2 = (((_e35 + _e36) + _e38) + _e40);
            if ((own_2 == 0u)) {
                continue;
            }
            uint _e45; InterlockedAdd(found, own_2, _e45);
            at_1 = _e45;
            uint _e47 = at_1;
            uint _e51 = params.capacity;
            if (((_e47 + own_2) <= _e51)) {
                uint _e53 = at_1;
                at_1 = (_e53 + first_1);
                uint _e55 = group_2;
                uint place_1 = (column_1 + (_e55 * 4u));
                keep(_e22, floor_2, place_1, at_1);
                keep(_e26, floor_2, (place_1 + 1024u), at_1);
                keep(_e30, floor_2, (place_1 + 2048u), at_1);
                keep(_e34, floor_2, (place_1 + 3072u), at_1);
            }
        }
    }
    DeviceMemoryBarrierWithGroupSync();
    GroupMemoryBarrierWithGroupSync();
    if ((lane_9 == 0u)) {
        uint _e72; InterlockedOr(found, 0, _e72);
        found_in_all = _e72;
    }
    GroupMemoryBarrierWithGroupSync();
    uint _e74 = found_in_all;
    GroupMemoryBarrierWithGroupSync();
    return _e74;
}

void mark(uint lane_10, uint first_2, uint count, Search search_5, uint start)
{
    uint i_8 = (uint)0;
    bool local_5 = (bool)0;

    clear_bins(lane_10);
    i_8 = lane_10;
    bool loop_init_13 = true;
    while(true) {
        if (!loop_init_13) {
            uint _e41 = i_8;
            i_8 = (_e41 + 256u);
        }
        loop_init_13 = false;
        uint _e6 = i_8;
        if ((_e6 < count)) {
        } else {
            break;
        }
        {
            uint _e9 = i_8;
            uint2 candidate = asuint(candidates.Load2((first_2 + _e9)*8));
            uint bit = (candidate.y - start);
            if ((bit < WINDOW)) {
                local_5 = (candidate.x >= search_5.key);
            } else {
                local_5 = false;
            }
            bool _e23 = local_5;
            if (_e23) {
                uint at_4 = ((candidate.x == search_5.key) ? (TIES + naga_div(bit, 32u)) : naga_div(bit, 32u));
                uint _e40; InterlockedOr(bins[at_4], (1u << (bit & 31u)), _e40);
            }
        }
    }
    return;
}

void mark_ties(uint lane_11, uint2 words_6, uint tie, uint start_1)
{
    uint group_3 = (uint)0;
    uint i_9 = (uint)0;

    uint end_4 = naga_div((words_6.y + 3u), 4u);
    group_3 = (naga_div(words_6.x, 4u) + lane_11);
    bool loop_init_14 = true;
    while(true) {
        if (!loop_init_14) {
            uint _e46 = group_3;
            group_3 = (_e46 + 256u);
        }
        loop_init_14 = false;
        uint _e14 = group_3;
        if ((_e14 < end_4)) {
        } else {
            break;
        }
        {
            uint _e16 = group_3;
            const uint4 _e17 = load_keys(_e16, words_6);
            i_9 = 0u;
            bool loop_init_15 = true;
            while(true) {
                if (!loop_init_15) {
                    uint _e44 = i_9;
                    i_9 = (_e44 + 1u);
                }
                loop_init_15 = false;
                uint _e20 = i_9;
                if ((_e20 < 4u)) {
                } else {
                    break;
                }
                {
                    uint _e23 = i_9;
                    if ((_e17[_e23] == tie)) {
                        uint _e26 = group_3;
                        uint _e29 = i_9;
                        uint bit_1 = (((_e26 * 4u) + _e29) - start_1);
                        uint _e42; InterlockedOr(bins[(TIES + naga_div(bit_1, 32u))], (1u << (bit_1 & 31u)), _e42);
                    }
                }
            }
        }
    }
    return;
}

void write_bits(uint larger, uint ties, uint column_2, Search search_6, uint output, inout uint2 seen)
{
    uint bits_3 = (uint)0;
    bool local_6 = (bool)0;
    bool local_7 = (bool)0;

    bits_3 = (larger | ties);
    while(true) {
        uint _e8 = bits_3;
        if ((_e8 != 0u)) {
        } else {
            break;
        }
        {
            uint _e11 = bits_3;
            uint bit_2 = firstbitlow(_e11);
            uint _e13 = bits_3;
            uint _e14 = bits_3;
            bits_3 = (_e13 & (_e14 - 1u));
            bool is_larger = (((larger >> bit_2) & 1u) != 0u);
            uint _e24 = seen.x;
            uint _e26 = seen.y;
            uint position_1 = (_e24 + min(_e26, search_6.count));
            if (!(is_larger)) {
                uint _e34 = seen.y;
                local_6 = (_e34 < search_6.count);
            } else {
                local_6 = true;
            }
            bool _e38 = local_6;
            if (_e38) {
                uint _e43 = params.top_k;
                local_7 = (position_1 < _e43);
            } else {
                local_7 = false;
            }
            bool _e46 = local_7;
            if (_e46) {
                indices_.Store((output + position_1)*4, asuint(int((column_2 + bit_2))));
            }
            uint2 _e52 = seen;
            seen = (_e52 + (is_larger ? uint2(1u, 0u) : uint2(0u, 1u)));
        }
    }
    return;
}

typedef uint ret_ZeroValuearray4_uint_[4];
ret_ZeroValuearray4_uint_ ZeroValuearray4_uint_() {
    return (uint[4])0;
}

uint write_columns(uint lane_12, Row row_3, Search search_7, bool of_row)
{
    uint2 before_2 = (0u).xx;
    uint start_2 = (uint)0;
    bool local_8 = (bool)0;
    uint larger_1[4] = (uint[4])0;
    uint ties_1[4] = (uint[4])0;
    uint2 own = (uint2)0;
    uint i_10 = (uint)0;
    uint2 seen_1 = (uint2)0;
    uint i_11 = (uint)0;

    start_2 = row_3.columns.x;
    bool loop_init_16 = true;
    while(true) {
        if (!loop_init_16) {
            uint _e135 = start_2;
            start_2 = (_e135 + WINDOW);
        }
        loop_init_16 = false;
        uint _e10 = start_2;
        if ((_e10 < row_3.columns.y)) {
        } else {
            break;
        }
        {
            uint _e16 = start_2;
            mark(lane_12, row_3.first, row_3.count, search_7, _e16);
            if (of_row) {
                uint _e20 = before_2.y;
                local_8 = (_e20 < search_7.count);
            } else {
                local_8 = false;
            }
            bool _e24 = local_8;
            if (_e24) {
                uint _e27 = start_2;
                uint first_6 = (row_3.words.x + (_e27 - row_3.columns.x));
                mark_ties(lane_12, uint2(first_6, min((first_6 + WINDOW), row_3.words.y)), search_7.key, first_6);
            }
            GroupMemoryBarrierWithGroupSync();
            larger_1 = ZeroValuearray4_uint_();
            ties_1 = ZeroValuearray4_uint_();
            own = (0u).xx;
            i_10 = 0u;
            bool loop_init_17 = true;
            while(true) {
                if (!loop_init_17) {
                    uint _e82 = i_10;
                    i_10 = (_e82 + 1u);
                }
                loop_init_17 = false;
                uint _e48 = i_10;
                if ((_e48 < 4u)) {
                } else {
                    break;
                }
                {
                    uint _e51 = i_10;
                    uint _e56 = i_10;
                    uint _e59; InterlockedOr(bins[((lane_12 * 4u) + _e56)], 0, _e59);
                    larger_1[_e51] = _e59;
                    uint _e60 = i_10;
                    uint _e67 = i_10;
                    uint _e70; InterlockedOr(bins[((TIES + (lane_12 * 4u)) + _e67)], 0, _e70);
                    ties_1[_e60] = _e70;
                    uint2 _e71 = own;
                    uint _e72 = i_10;
                    uint _e74 = larger_1[_e72];
                    uint _e75 = i_10;
                    uint _e77 = ties_1[_e75];
                    own = (_e71 + countbits(uint2(_e74, _e77)));
                }
            }
            uint _e85 = own.x;
            uint _e87 = own.y;
            const uint2 _e92 = workgroup_scan(lane_12, (_e85 | (_e87 << 16u)), 0u);
            uint2 _e93 = before_2;
            seen_1 = (_e93 + uint2((_e92.x & 65535u), (_e92.x >> 16u)));
            i_11 = 0u;
            bool loop_init_18 = true;
            while(true) {
                if (!loop_init_18) {
                    uint _e124 = i_11;
                    i_11 = (_e124 + 1u);
                }
                loop_init_18 = false;
                uint _e105 = i_11;
                if ((_e105 < 4u)) {
                } else {
                    break;
                }
                {
                    uint _e108 = i_11;
                    uint _e110 = larger_1[_e108];
                    uint _e111 = i_11;
                    uint _e113 = ties_1[_e111];
                    uint _e114 = start_2;
                    uint _e117 = i_11;
                    write_bits(_e110, _e113, (_e114 + (((lane_12 * 4u) + _e117) * 32u)), search_7, row_3.output, seen_1);
                }
            }
            uint2 _e126 = before_2;
            before_2 = (_e126 + uint2((_e92.y & 65535u), (_e92.y >> 16u)));
        }
    }
    uint _e139 = before_2.y;
    return _e139;
}

bool select_with_floor(uint lane_13, Row row_4, uint floor_3)
{
    uint _e6 = params.top_k;
    Search search_17 = ConstructSearch(1u, floor_3, (_e6 - row_4.count));
    const uint _e11 = write_columns(lane_13, row_4, search_17, true);
    if ((lane_13 == 0u)) {
        found_in_all = ((_e11 >= search_17.count) ? 1u : 0u);
    }
    DeviceMemoryBarrierWithGroupSync();
    GroupMemoryBarrierWithGroupSync();
    uint _e21 = found_in_all;
    GroupMemoryBarrierWithGroupSync();
    return (_e21 == 1u);
}

uint candidate_key(uint first_3, uint i_12, uint count_1)
{
    if ((i_12 < count_1)) {
        uint _e8 = asuint(candidates.Load(0+(first_3 + i_12)*8));
        return _e8;
    }
    return 0u;
}

Search search_candidates(uint lane_14, uint first_4, uint count_2)
{
    Search search_8 = (Search)0;
    uint digit_9 = 0u;
    Run run_4 = (Run)0;
    uint i_13 = (uint)0;

    uint _e7 = params.top_k;
    search_8 = ConstructSearch(0u, 0u, _e7);
    bool loop_init_19 = true;
    while(true) {
        if (!loop_init_19) {
            uint _e54 = digit_9;
            digit_9 = (_e54 + 1u);
        }
        loop_init_19 = false;
        uint _e12 = digit_9;
        if ((_e12 < 3u)) {
        } else {
            break;
        }
        {
            clear_bins(lane_14);
            run_4 = ConstructRun(0u, 0u, 0u);
            i_13 = lane_14;
            bool loop_init_20 = true;
            while(true) {
                if (!loop_init_20) {
                    uint _e41 = i_13;
                    i_13 = (_e41 + 1024u);
                }
                loop_init_20 = false;
                uint _e21 = i_13;
                if ((_e21 < count_2)) {
                } else {
                    break;
                }
                {
                    uint _e23 = i_13;
                    const uint _e24 = candidate_key(first_4, _e23, count_2);
                    uint _e25 = i_13;
                    const uint _e28 = candidate_key(first_4, (_e25 + 256u), count_2);
                    uint _e29 = i_13;
                    const uint _e32 = candidate_key(first_4, (_e29 + 512u), count_2);
                    uint _e33 = i_13;
                    const uint _e36 = candidate_key(first_4, (_e33 + 768u), count_2);
                    uint4 keys_5 = uint4(_e24, _e28, _e32, _e36);
                    uint _e38 = digit_9;
                    uint _e40 = search_8.key;
                    tally(keys_5, _e38, _e40, run_4);
                }
            }
            uint _e44 = digit_9;
            Run _e45 = run_4;
            end_run(_e44, _e45);
            Search _e46 = search_8;
            uint _e47 = digit_9;
            const Search _e48 = refine_bins(lane_14, _e46, _e47);
            search_8 = _e48;
            uint _e50 = search_8.found;
            if ((_e50 == 1u)) {
                break;
            }
        }
    }
    Search _e56 = search_8;
    const Search search_18 = _e56;
    return search_18;
}

bool select_candidates(uint lane_15, Row row_5, uint floor_4)
{
    uint _e6 = params.capacity;
    if ((row_5.count > _e6)) {
        return false;
    }
    uint _e12 = params.top_k;
    if ((row_5.count < _e12)) {
        if ((floor_4 == 0u)) {
            return false;
        }
        const bool _e17 = select_with_floor(lane_15, row_5, floor_4);
        return _e17;
    }
    const Search _e20 = search_candidates(lane_15, row_5.first, row_5.count);
    const uint _e22 = write_columns(lane_15, row_5, _e20, false);
    return true;
}

Row ConstructRow(uint2 arg0, uint2 arg1, uint arg2, uint arg3, uint arg4, uint arg5) {
    Row ret = (Row)0;
    ret.columns = arg0;
    ret.words = arg1;
    ret.column = arg2;
    ret.first = arg3;
    ret.count = arg4;
    ret.output = arg5;
    return ret;
}

bool select_by_sample(uint lane_16, uint row_6, uint2 columns_1, uint2 words_7, uint column_3, uint output_1)
{
    uint _e8 = params.capacity;
    uint first_7 = (row_6 * _e8);
    const uint _e10 = sample_floor(lane_16, words_7);
    const uint _e11 = gather(lane_16, words_7, column_3, _e10, first_7);
    const bool _e13 = select_candidates(lane_16, ConstructRow(columns_1, words_7, column_3, first_7, _e11, output_1), _e10);
    return _e13;
}

uint hits(uint4 keys_3, uint above, uint tie_1)
{
    uint4 ones_1 = (1u).xxxx;
    uint4 larger_2 = ((keys_3 > (above).xxxx) ? ones_1 : (0u).xxxx);
    uint4 equal = ((keys_3 == (tie_1).xxxx) ? (ones_1 << (16u).xxxx) : (0u).xxxx);
    uint4 both = (larger_2 | equal);
    return (((both.x + both.y) + both.z) + both.w);
}

void emit(uint4 keys_4, uint column_4, Search search_9, uint row_7, inout uint2 seen_2)
{
    uint i_14 = 0u;
    bool local_9 = (bool)0;
    bool local_10 = (bool)0;
    bool local_11 = (bool)0;
    bool local_12 = (bool)0;

    bool loop_init_21 = true;
    while(true) {
        if (!loop_init_21) {
            uint _e70 = i_14;
            i_14 = (_e70 + 1u);
        }
        loop_init_21 = false;
        uint _e7 = i_14;
        if ((_e7 < 4u)) {
        } else {
            break;
        }
        {
            uint _e10 = i_14;
            uint key_2 = keys_4[_e10];
            bool larger_3 = (key_2 > search_9.key);
            if ((search_9.count != 0u)) {
                local_9 = (key_2 == search_9.key);
            } else {
                local_9 = false;
            }
            bool equal_1 = local_9;
            uint _e24 = seen_2.x;
            uint _e26 = seen_2.y;
            uint position_2 = (_e24 + min(_e26, search_9.count));
            if (!(larger_3)) {
                if (equal_1) {
                    uint _e36 = seen_2.y;
                    local_11 = (_e36 < search_9.count);
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
                local_12 = (position_2 < _e47);
            } else {
                local_12 = false;
            }
            bool _e50 = local_12;
            if (_e50) {
                uint _e54 = i_14;
                indices_.Store((row_7 + position_2)*4, asuint(int((column_4 + _e54))));
            }
            uint _e58 = seen_2.x;
            seen_2.x = (_e58 + (larger_3 ? 1u : 0u));
            uint _e64 = seen_2.y;
            seen_2.y = (_e64 + (equal_1 ? 1u : 0u));
        }
    }
    return;
}

uint2 sweep(uint lane_17, uint2 words_8, uint column_5, uint row_8, Search search_10, uint2 seen_3)
{
    uint2 before_3 = (uint2)0;
    uint slot_1 = 0u;
    uint tile = (uint)0;
    uint2 at_2 = (uint2)0;

    uint tie_2 = ((search_10.count != 0u) ? search_10.key : 4294967295u);
    before_3 = seen_3;
    uint end_5 = naga_div((words_8.y + 3u), 4u);
    tile = naga_div(words_8.x, 4u);
    bool loop_init_22 = true;
    while(true) {
        if (!loop_init_22) {
            uint _e86 = tile;
            tile = (_e86 + 1024u);
        }
        loop_init_22 = false;
        uint _e24 = tile;
        if ((_e24 < end_5)) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_4 = (_e26 + (lane_17 * 4u));
            const uint4 _e30 = load_keys(group_4, words_8);
            const uint4 _e33 = load_keys((group_4 + 1u), words_8);
            const uint4 _e36 = load_keys((group_4 + 2u), words_8);
            const uint4 _e39 = load_keys((group_4 + 3u), words_8);
            const uint _e41 = hits(_e30, search_10.key, tie_2);
            const uint _e43 = hits(_e33, search_10.key, tie_2);
            const uint _e46 = hits(_e36, search_10.key, tie_2);
            const uint _e49 = hits(_e39, search_10.key, tie_2);
            uint own_3 = (((_e41 + _e43) + _e46) + _e49);
            uint _e51 = slot_1;
            const uint2 _e52 = workgroup_scan(lane_17, own_3, _e51);
            uint _e54 = slot_1;
            slot_1 = (1u - _e54);
            if ((own_3 != 0u)) {
                uint2 _e58 = before_3;
                at_2 = (_e58 + uint2((_e52.x & 65535u), (_e52.x >> 16u)));
                uint first_8 = (column_5 + (group_4 * 4u));
                emit(_e30, first_8, search_10, row_8, at_2);
                emit(_e33, (first_8 + 4u), search_10, row_8, at_2);
                emit(_e36, (first_8 + 8u), search_10, row_8, at_2);
                emit(_e39, (first_8 + 12u), search_10, row_8, at_2);
            }
            uint2 _e77 = before_3;
            before_3 = (_e77 + uint2((_e52.y & 65535u), (_e52.y >> 16u)));
        }
    }
    uint2 _e89 = before_3;
    return _e89;
}

void pad(uint lane_18, uint row_9, Search search_11, uint2 seen_4)
{
    uint i_15 = (uint)0;

    i_15 = ((seen_4.x + min(seen_4.y, search_11.count)) + lane_18);
    bool loop_init_23 = true;
    while(true) {
        if (!loop_init_23) {
            uint _e21 = i_15;
            i_15 = (_e21 + 256u);
        }
        loop_init_23 = false;
        uint _e11 = i_15;
        uint _e14 = params.top_k;
        if ((_e11 < _e14)) {
        } else {
            break;
        }
        {
            uint _e17 = i_15;
            indices_.Store((row_9 + _e17)*4, asuint(int(-1)));
        }
    }
    return;
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
{
    Search search = ConstructSearch(1u, 0u, 0u);

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.rows;
    if ((_e3 >= _e6)) {
        return;
    }
    const uint2 _e8 = row_range(_e3);
    uint _e12 = params.columns;
    const uint2 _e14 = words_within(_e3, _e8, uint2(0u, _e12));
    const uint _e16 = row_word(_e3);
    uint column_6 = (0u - _e16);
    uint _e20 = params.indices_skip;
    uint _e23 = params.top_k;
    uint output_2 = (_e20 + (_e3 * _e23));
    {
        const bool _e26 = is_worth_a_sample(_e14);
        if (_e26) {
            const bool _e27 = select_by_sample(lane, _e3, _e8, _e14, column_6, output_2);
            if (_e27) {
                return;
            }
        }
    }
    uint _e38 = params.top_k;
    if (((_e8.y - _e8.x) > _e38)) {
        const Search _e40 = search_row(lane, _e14);
        search = _e40;
    }
    Search _e41 = search;
    const uint2 _e44 = sweep(lane, _e14, column_6, output_2, _e41, (0u).xx);
    Search _e45 = search;
    pad(lane, output_2, _e45, _e44);
    return;
}
