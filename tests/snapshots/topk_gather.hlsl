// topk/gather
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

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

struct Run {
    uint bin;
    uint count;
    uint zeros;
};

static const uint SHORTEST = 16384u;
static const uint MOST_SELECTED = 8u;

RWByteAddressBuffer gathered_now : register(u8);
groupshared uint first_place;
groupshared uint found;
cbuffer params : register(b0) { Params params; }
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
groupshared uint bins[2048];
ByteAddressBuffer scores4_ : register(t2);
ByteAddressBuffer scores : register(t1);
groupshared uint scan_values[512];
groupshared uint scan_totals[32];
groupshared uint4 picked;
RWByteAddressBuffer candidates : register(u6);

uint places(uint lane_1, uint row, uint own)
{
    uint before = 0u;

    if ((lane_1 == 0u)) {
        { uint dummy = 0; InterlockedExchange(found, 0u, dummy); }
    }
    GroupMemoryBarrierWithGroupSync();
    if ((own != 0u)) {
        uint _e12; InterlockedAdd(found, own, _e12);
        before = _e12;
    }
    GroupMemoryBarrierWithGroupSync();
    if ((lane_1 == 0u)) {
        uint _e21; InterlockedOr(found, 0, _e21);
        uint _e22; gathered_now.InterlockedAdd((row * 2u)*4, _e21, _e22);
        first_place = _e22;
    }
    GroupMemoryBarrierWithGroupSync();
    uint _e24 = first_place;
    GroupMemoryBarrierWithGroupSync();
    uint _e25 = before;
    return (_e24 + _e25);
}

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

uint2 row_range(uint row_1)
{
    uint first = 0u;
    uint end = (uint)0;

    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if ((_e9 != 0u)) {
        uint _e15 = params.range_skip;
        int _e18 = asint(row_start.Load((_e15 + row_1)*4));
        uint _e24 = params.columns;
        first = min(uint(max(_e18, int(0))), _e24);
    }
    uint _e28 = params.has_row_end;
    if ((_e28 != 0u)) {
        uint _e34 = params.range_skip;
        int _e37 = asint(row_end.Load((_e34 + row_1)*4));
        uint _e43 = params.columns;
        end = min(uint(max(_e37, int(0))), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return uint2(_e45, max(_e46, _e47));
}

uint row_word(uint row_2)
{
    uint _e3 = params.scores_skip;
    uint _e6 = params.columns;
    return (_e3 + (row_2 * _e6));
}

uint2 words_within(uint row_3, uint2 columns, uint2 part)
{
    uint _e9 = params.first_column;
    uint first_1 = (clamp(columns.x, part.x, part.y) - _e9);
    uint _e17 = params.first_column;
    uint end_1 = (clamp(columns.y, part.x, part.y) - _e17);
    const uint _e20 = row_word(row_3);
    return (uint2(first_1, end_1) + (_e20).xx);
}

uint2 chunk_columns(uint chunk)
{
    uint _e3 = params.chunk;
    uint _e7 = params.window;
    uint first_2 = min((chunk * _e3), _e7);
    uint _e11 = params.chunk;
    uint _e14 = params.window;
    uint _e21 = params.first_column;
    return (uint2(first_2, (first_2 + min(_e11, (_e14 - first_2)))) + (_e21).xx);
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

bool is_worth_a_sample(uint2 words)
{
    bool local_2 = (bool)0;

    uint length_ = (words.y - words.x);
    if ((length_ >= SHORTEST)) {
        uint _e12 = params.top_k;
        local_2 = (naga_div(length_, MOST_SELECTED) >= _e12);
    } else {
        local_2 = false;
    }
    bool _e15 = local_2;
    return _e15;
}

void clear_bins(uint lane_2)
{
    uint i = (uint)0;

    i = lane_2;
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
            { uint dummy_1 = 0; InterlockedExchange(bins[_e6], 0u, dummy_1); }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    return;
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
    uint i_1 = 0u;
    bool local_3 = (bool)0;

    const uint _e4 = digit_shift(digit_2);
    const uint _e6 = digit_width(digit_2);
    uint mask = ((1u << _e6) - 1u);
    uint zero_bin = ((2147483648u >> _e4) & mask);
    const uint _e13 = digit_width(digit_2);
    uint leading_shift = ((digit_2 == 0u) ? 0u : (_e4 + _e13));
    uint leading_mask = ((digit_2 == 0u) ? 0u : 4294967295u);
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e70 = i_1;
            i_1 = (_e70 + 1u);
        }
        loop_init_1 = false;
        uint _e26 = i_1;
        if ((_e26 < 4u)) {
        } else {
            break;
        }
        {
            uint _e29 = i_1;
            uint key = keys[_e29];
            if (!((key == 0u))) {
                local_3 = (((key >> leading_shift) & leading_mask) != leading);
            } else {
                local_3 = true;
            }
            bool _e40 = local_3;
            if (_e40) {
                continue;
            }
            uint bin_1 = ((key >> _e4) & mask);
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

uint ordered_key(uint bits)
{
    bool local_4 = (bool)0;

    uint key_1 = (((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u));
    uint merged = ((key_1 == 2147483647u) ? 2147483648u : key_1);
    if ((merged >= 8388608u)) {
        local_4 = (merged <= 4286578688u);
    } else {
        local_4 = false;
    }
    bool _e21 = local_4;
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

uint4 load_keys(uint group, uint2 words_1)
{
    uint4 bits_2 = (0u).xxxx;
    uint i_2 = 0u;

    uint at_2 = (group * 4u);
    if ((at_2 >= words_1.y)) {
        return (0u).xxxx;
    }
    uint4 position = uint4(at_2, (at_2 + 1u), (at_2 + 2u), (at_2 + 3u));
    bool4 inside = ((position >= (words_1.x).xxxx) & (position < (words_1.y).xxxx));
    uint _e24 = params.vector_groups;
    if ((group < _e24)) {
        uint4 _e30 = asuint(scores4_.Load4(group*16));
        const uint4 _e31 = ordered_keys(_e30);
        return (inside ? _e31 : (0u).xxxx);
    }
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e51 = i_2;
            i_2 = (_e51 + 1u);
        }
        loop_init_2 = false;
        uint _e38 = i_2;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_2;
            if (inside[_e41]) {
                uint _e43 = i_2;
                uint _e46 = i_2;
                uint _e49 = asuint(scores.Load((at_2 + _e46)*4));
                bits_2[_e43] = _e49;
            }
        }
    }
    uint4 _e55 = bits_2;
    const uint4 _e56 = ordered_keys(_e55);
    return (inside ? _e56 : (0u).xxxx);
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

uint lane_bin(uint lane_3)
{
    return (2047u - (lane_3 * 8u));
}

uint2 workgroup_scan(uint lane_4, uint value, uint slot)
{
    uint sum = 0u;
    uint i_3 = 0u;
    uint before_1 = 0u;
    uint total = 0u;
    uint i_4 = 0u;
    uint i_5 = (uint)0;

    uint values = (slot * 256u);
    uint totals = (slot * 16u);
    scan_values[(values + lane_4)] = value;
    GroupMemoryBarrierWithGroupSync();
    if ((lane_4 < 16u)) {
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e30 = i_3;
                i_3 = (_e30 + 1u);
            }
            loop_init_3 = false;
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
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e61 = i_4;
            i_4 = (_e61 + 1u);
        }
        loop_init_4 = false;
        uint _e44 = i_4;
        if ((_e44 < 16u)) {
        } else {
            break;
        }
        {
            uint _e48 = i_4;
            uint sum_1 = scan_totals[(totals + _e48)];
            uint _e52 = before_1;
            uint _e54 = i_4;
            before_1 = (_e52 + ((_e54 < block) ? sum_1 : 0u));
            uint _e58 = total;
            total = (_e58 + sum_1);
        }
    }
    i_5 = (block * 16u);
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e76 = i_5;
            i_5 = (_e76 + 1u);
        }
        loop_init_5 = false;
        uint _e66 = i_5;
        if ((_e66 < lane_4)) {
        } else {
            break;
        }
        {
            uint _e68 = before_1;
            uint _e70 = i_5;
            uint _e73 = scan_values[(values + _e70)];
            before_1 = (_e68 + _e73);
        }
    }
    uint _e78 = before_1;
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

Search refine(uint lane_5, Search search, uint digit_4, uint4 high, uint4 low)
{
    bool local_5 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_2 = (uint)0;
    uint bin = 0u;
    uint i_6 = 0u;
    bool local_6 = (bool)0;

    uint own_1 = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(lane_5, own_1, 0u);
    if ((_e21.x < search.count)) {
        local_5 = (search.count <= (_e21.x + own_1));
    } else {
        local_5 = false;
    }
    bool _e32 = local_5;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_2 = _e21.x;
        bool loop_init_6 = true;
        while(true) {
            if (!loop_init_6) {
                uint _e68 = i_6;
                i_6 = (_e68 + 1u);
            }
            loop_init_6 = false;
            uint _e49 = i_6;
            if ((_e49 < 7u)) {
            } else {
                break;
            }
            {
                uint _e52 = before_2;
                uint _e53 = bin;
                uint _e55 = counts[_e53];
                if (((_e52 + _e55) >= search.count)) {
                    break;
                }
                uint _e59 = before_2;
                uint _e60 = bin;
                uint _e62 = counts[_e60];
                before_2 = (_e59 + _e62);
                uint _e64 = bin;
                bin = (_e64 + 1u);
            }
        }
        const uint _e71 = lane_bin(lane_5);
        uint _e72 = bin;
        uint _e75 = before_2;
        uint _e77 = bin;
        uint _e79 = counts[_e77];
        picked = uint4((_e71 - _e72), (search.count - _e75), _e79, 1u);
    } else {
        if ((lane_5 == 0u)) {
            local_6 = (_e21.y < search.count);
        } else {
            local_6 = false;
        }
        bool _e90 = local_6;
        if (_e90) {
            picked = (0u).xxxx;
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint4 _e95 = picked;
    GroupMemoryBarrierWithGroupSync();
    if ((_e95.w == 0u)) {
        const Search search_3 = ConstructSearch(1u, 0u, 0u);
        return search_3;
    }
    const uint _e104 = digit_width(digit_4);
    uint leading_1 = ((search.key << _e104) | _e95.x);
    if ((_e95.y == _e95.z)) {
        const uint _e112 = digit_shift(digit_4);
        const Search search_4 = ConstructSearch(1u, ((leading_1 << _e112) - 1u), 0u);
        return search_4;
    }
    const Search search_5 = ConstructSearch(((digit_4 == 2u) ? 1u : 0u), leading_1, _e95.y);
    return search_5;
}

Search refine_bins(uint lane_6, Search search_1, uint digit_5)
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
    const Search _e44 = refine(lane_6, search_1, digit_5, high_1, low_1);
    const Search search_6 = _e44;
    return search_6;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

Run ConstructRun(uint arg0, uint arg1, uint arg2) {
    Run ret = (Run)0;
    ret.bin = arg0;
    ret.count = arg1;
    ret.zeros = arg2;
    return ret;
}

uint naga_f2u32(float value) {
    return uint(clamp(value, 0.0, 4294967000.0));
}

uint sample_floor(uint lane_7, uint2 words_2)
{
    Search search_2 = (Search)0;
    uint digit_6 = 0u;
    Run run_2 = (Run)0;
    uint piece = (uint)0;

    uint length_1 = (words_2.y - words_2.x);
    uint pieces = ((length_1 < 65536u) ? 256u : ((length_1 < 524288u) ? 1024u : 4096u));
    uint stride = naga_div(naga_div(length_1, 4u), pieces);
    uint _e21 = params.top_k;
    float expected = (float(((pieces * 4u) * _e21)) / float(length_1));
    search_2 = ConstructSearch(0u, 0u, naga_f2u32(((expected + (4.0 * sqrt(expected))) + 2.0)));
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e80 = digit_6;
            digit_6 = (_e80 + 1u);
        }
        loop_init_7 = false;
        uint _e39 = digit_6;
        if ((_e39 < 3u)) {
        } else {
            break;
        }
        {
            clear_bins(lane_7);
            run_2 = ConstructRun(0u, 0u, 0u);
            piece = lane_7;
            bool loop_init_8 = true;
            while(true) {
                if (!loop_init_8) {
                    uint _e67 = piece;
                    piece = (_e67 + 256u);
                }
                loop_init_8 = false;
                uint _e48 = piece;
                if ((_e48 < pieces)) {
                } else {
                    break;
                }
                {
                    uint _e50 = piece;
                    uint _e52 = piece;
                    uint place = ((_e50 * stride) + naga_mod(((_e52 * 2654435769u) >> 8u), stride));
                    const uint4 _e63 = load_keys((naga_div(words_2.x, 4u) + place), words_2);
                    uint _e64 = digit_6;
                    uint _e66 = search_2.key;
                    tally(_e63, _e64, _e66, run_2);
                }
            }
            uint _e70 = digit_6;
            Run _e71 = run_2;
            end_run(_e70, _e71);
            Search _e72 = search_2;
            uint _e73 = digit_6;
            const Search _e74 = refine_bins(lane_7, _e72, _e73);
            search_2 = _e74;
            uint _e76 = search_2.found;
            if ((_e76 == 1u)) {
                break;
            }
        }
    }
    uint _e83 = search_2.key;
    return _e83;
}

uint exceeding(uint4 keys_1, uint floor_)
{
    uint4 ones = ((keys_1 > (floor_).xxxx) ? (1u).xxxx : (0u).xxxx);
    return (((ones.x + ones.y) + ones.z) + ones.w);
}

void keep(uint4 keys_2, uint floor_1, uint column, inout uint at_1)
{
    uint i_7 = 0u;

    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e24 = i_7;
            i_7 = (_e24 + 1u);
        }
        loop_init_9 = false;
        uint _e6 = i_7;
        if ((_e6 < 4u)) {
        } else {
            break;
        }
        {
            uint _e9 = i_7;
            if ((keys_2[_e9] > floor_1)) {
                uint _e13 = at_1;
                uint _e15 = i_7;
                uint _e17 = i_7;
                candidates.Store2(_e13*8, asuint(uint2(keys_2[_e15], (column + _e17))));
                uint _e20 = at_1;
                at_1 = (_e20 + 1u);
            }
        }
    }
    return;
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
{
    bool local = (bool)0;
    uint start = (uint)0;
    uint at = (uint)0;
    bool local_1 = (bool)0;

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.chunks;
    uint row_4 = naga_div(_e3, _e6);
    uint _e10 = params.rows;
    if ((row_4 >= _e10)) {
        return;
    }
    const uint2 _e12 = row_range(row_4);
    uint _e16 = params.columns;
    const uint2 _e18 = words_within(row_4, _e12, uint2(0u, _e16));
    uint _e21 = params.chunks;
    const uint2 _e23 = chunk_columns(naga_mod(_e3, _e21));
    const uint2 _e24 = words_within(row_4, _e12, _e23);
    if (!((_e24.x == _e24.y))) {
        const bool _e31 = is_worth_a_sample(_e18);
        local = !(_e31);
    } else {
        local = true;
    }
    bool _e34 = local;
    if (_e34) {
        return;
    }
    const uint _e35 = sample_floor(lane, _e18);
    const uint _e37 = row_word(row_4);
    uint column_1 = (0u - _e37);
    uint _e41 = params.scratch_row;
    uint scratch = (_e41 + row_4);
    if ((lane == 0u)) {
        { uint dummy_2 = 0; gathered_now.InterlockedExchange(((scratch * 2u) + 1u)*4, _e35, dummy_2); }
    }
    uint end_2 = naga_div((_e24.y + 3u), 4u);
    start = naga_div(_e24.x, 4u);
    bool loop_init_10 = true;
    while(true) {
        if (!loop_init_10) {
            uint _e110 = start;
            start = (_e110 + 1024u);
        }
        loop_init_10 = false;
        uint _e60 = start;
        if ((_e60 < end_2)) {
        } else {
            break;
        }
        {
            uint _e62 = start;
            uint group_1 = (_e62 + lane);
            const uint4 _e64 = load_keys(group_1, _e24);
            const uint4 _e67 = load_keys((group_1 + 256u), _e24);
            const uint4 _e70 = load_keys((group_1 + 512u), _e24);
            const uint4 _e73 = load_keys((group_1 + 768u), _e24);
            const uint _e74 = exceeding(_e64, _e35);
            const uint _e75 = exceeding(_e67, _e35);
            const uint _e77 = exceeding(_e70, _e35);
            const uint _e79 = exceeding(_e73, _e35);
            uint own_2 = (((_e74 + _e75) + _e77) + _e79);
            const uint _e81 = places(lane, scratch, own_2);
            at = _e81;
            if ((own_2 != 0u)) {
                uint _e87 = at;
                uint _e91 = params.capacity;
                local_1 = ((_e87 + own_2) <= _e91);
            } else {
                local_1 = false;
            }
            bool _e94 = local_1;
            if (_e94) {
                uint _e95 = at;
                uint _e98 = params.capacity;
                at = (_e95 + (scratch * _e98));
                uint place_1 = (column_1 + (group_1 * 4u));
                keep(_e64, _e35, place_1, at);
                keep(_e67, _e35, (place_1 + 1024u), at);
                keep(_e70, _e35, (place_1 + 2048u), at);
                keep(_e73, _e35, (place_1 + 3072u), at);
            }
        }
    }
    return;
}
