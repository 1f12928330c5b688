// topk/histogram+subgroup
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
};

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

struct Run {
    uint bin;
    uint count;
    uint zeros;
};

RWByteAddressBuffer row_bins : register(u8);
RWByteAddressBuffer search_now : register(u9);
cbuffer params : register(b0) { Params params; }
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
groupshared uint scan_places;
ByteAddressBuffer search_before : register(t7);
ByteAddressBuffer bins_before : register(t6);
groupshared uint scan_totals[512];
groupshared uint4 picked;
groupshared uint bins[2048];
ByteAddressBuffer scores4_ : register(t2);
ByteAddressBuffer scores : register(t1);

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

Place ConstructPlace(uint arg0, uint arg1, uint arg2) {
    Place ret = (Place)0;
    ret.lane = arg0;
    ret.subgroup = arg1;
    ret.subgroups = arg2;
    return ret;
}

Place workgroup_place(uint local_index_1)
{
    uint drawn = 0u;

    if ((local_index_1 == 0u)) {
        { uint dummy = 0; InterlockedExchange(scan_places, 0u, dummy); }
    }
    GroupMemoryBarrierWithGroupSync();
    const uint _e6 = WaveActiveSum(1u);
    const uint _e8 = WavePrefixSum(1u);
    if ((_e8 == 0u)) {
        uint _e16; InterlockedAdd(scan_places, (_e6 + 65536u), _e16);
        drawn = _e16;
    }
    uint _e17 = drawn;
    const uint _e18 = WaveReadLaneFirst(_e17);
    drawn = _e18;
    GroupMemoryBarrierWithGroupSync();
    uint drawn_by_all; InterlockedOr(scan_places, 0, drawn_by_all);
    uint _e21 = drawn;
    uint _e25 = drawn;
    const Place place_4 = ConstructPlace(((_e21 & 65535u) + _e8), (_e25 >> 16u), (drawn_by_all >> 16u));
    return place_4;
}

uint lane_bin(uint lane)
{
    return (2047u - (lane * 8u));
}

uint2 workgroup_scan(Place place, uint value, uint slot)
{
    uint before = (uint)0;
    uint total = 0u;
    uint i_1 = 0u;

    uint totals = (slot * 256u);
    const uint _e5 = WavePrefixSum(value);
    const uint _e6 = WaveActiveSum(value);
    scan_totals[(totals + place.subgroup)] = _e6;
    GroupMemoryBarrierWithGroupSync();
    before = _e5;
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e34 = i_1;
            i_1 = (_e34 + 1u);
        }
        loop_init = false;
        uint _e16 = i_1;
        if ((_e16 < place.subgroups)) {
        } else {
            break;
        }
        {
            uint _e20 = i_1;
            uint part_1 = scan_totals[(totals + _e20)];
            uint _e24 = before;
            uint _e26 = i_1;
            before = (_e24 + ((_e26 < place.subgroup) ? part_1 : 0u));
            uint _e31 = total;
            total = (_e31 + part_1);
        }
    }
    uint _e36 = before;
    uint _e37 = total;
    return uint2(_e36, _e37);
}

uint digit_width(uint digit)
{
    return ((digit == 2u) ? 10u : 11u);
}

uint digit_shift(uint digit_1)
{
    return ((digit_1 == 0u) ? 21u : ((digit_1 == 1u) ? 10u : 0u));
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

Search refine(Place place_1, Search search, uint digit_2, uint4 high, uint4 low)
{
    bool local_2 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_1 = (uint)0;
    uint bin = 0u;
    uint i_2 = 0u;
    bool local_3 = (bool)0;

    uint own = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(place_1, own, 0u);
    if ((_e21.x < search.count)) {
        local_2 = (search.count <= (_e21.x + own));
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_1 = _e21.x;
        bool loop_init_1 = true;
        while(true) {
            if (!loop_init_1) {
                uint _e68 = i_2;
                i_2 = (_e68 + 1u);
            }
            loop_init_1 = false;
            uint _e49 = i_2;
            if ((_e49 < 7u)) {
            } else {
                break;
            }
            {
                uint _e52 = before_1;
                uint _e53 = bin;
                uint _e55 = counts[_e53];
                if (((_e52 + _e55) >= search.count)) {
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
        const uint _e72 = lane_bin(place_1.lane);
        uint _e73 = bin;
        uint _e76 = before_1;
        uint _e78 = bin;
        uint _e80 = counts[_e78];
        picked = uint4((_e72 - _e73), (search.count - _e76), _e80, 1u);
    } else {
        if ((place_1.lane == 0u)) {
            local_3 = (_e21.y < search.count);
        } else {
            local_3 = false;
        }
        bool _e92 = local_3;
        if (_e92) {
            picked = (0u).xxxx;
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint4 _e97 = picked;
    GroupMemoryBarrierWithGroupSync();
    if ((_e97.w == 0u)) {
        const Search search_2 = ConstructSearch(1u, 0u, 0u);
        return search_2;
    }
    const uint _e106 = digit_width(digit_2);
    uint leading_2 = ((search.key << _e106) | _e97.x);
    if ((_e97.y == _e97.z)) {
        const uint _e114 = digit_shift(digit_2);
        const Search search_3 = ConstructSearch(1u, ((leading_2 << _e114) - 1u), 0u);
        return search_3;
    }
    const Search search_4 = ConstructSearch(((digit_2 == 2u) ? 1u : 0u), leading_2, _e97.y);
    return search_4;
}

Search search_after(Place place_2, uint row_1, uint2 range, uint digits)
{
    Search search_1 = (Search)0;
    bool local_4 = (bool)0;

    uint _e9 = params.top_k;
    if (((range.y - range.x) <= _e9)) {
        const Search search_5 = ConstructSearch(1u, 0u, 0u);
        return search_5;
    }
    uint _e19 = params.top_k;
    search_1 = ConstructSearch(0u, 0u, _e19);
    if ((digits > 0u)) {
        uint _e26 = params.scratch_row;
        uint at = ((_e26 + row_1) * 4u);
        uint _e32 = asuint(search_before.Load(at*4));
        uint _e37 = asuint(search_before.Load((at + 1u)*4));
        uint _e42 = asuint(search_before.Load((at + 2u)*4));
        search_1 = ConstructSearch(_e32, _e37, _e42);
    }
    if ((digits > 0u)) {
        uint _e49 = search_1.found;
        local_4 = (_e49 == 0u);
    } else {
        local_4 = false;
    }
    bool _e53 = local_4;
    if (_e53) {
        uint _e56 = params.scratch_row;
        const uint _e61 = lane_bin(place_2.lane);
        uint bin_1 = (((_e56 + row_1) * 2048u) + _e61);
        uint _e65 = asuint(bins_before.Load(bin_1*4));
        uint _e70 = asuint(bins_before.Load((bin_1 - 1u)*4));
        uint _e75 = asuint(bins_before.Load((bin_1 - 2u)*4));
        uint _e80 = asuint(bins_before.Load((bin_1 - 3u)*4));
        uint4 high_1 = uint4(_e65, _e70, _e75, _e80);
        uint _e86 = asuint(bins_before.Load((bin_1 - 4u)*4));
        uint _e91 = asuint(bins_before.Load((bin_1 - 5u)*4));
        uint _e96 = asuint(bins_before.Load((bin_1 - 6u)*4));
        uint _e101 = asuint(bins_before.Load((bin_1 - 7u)*4));
        uint4 low_1 = uint4(_e86, _e91, _e96, _e101);
        Search _e103 = search_1;
        const Search _e106 = refine(place_2, _e103, (digits - 1u), high_1, low_1);
        search_1 = _e106;
    }
    Search _e107 = search_1;
    const Search search_6 = _e107;
    return search_6;
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

uint ordered_key(uint bits)
{
    bool local_5 = (bool)0;

    uint key = (((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u));
    uint merged = ((key == 2147483647u) ? 2147483648u : key);
    if ((merged >= 8388608u)) {
        local_5 = (merged <= 4286578688u);
    } else {
        local_5 = false;
    }
    bool _e21 = local_5;
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
    uint i_3 = 0u;

    uint at_1 = (group * 4u);
    if ((at_1 >= words.y)) {
        return (0u).xxxx;
    }
    uint4 position = uint4(at_1, (at_1 + 1u), (at_1 + 2u), (at_1 + 3u));
    bool4 inside = ((position >= (words.x).xxxx) & (position < (words.y).xxxx));
    uint _e24 = params.vector_groups;
    if ((group < _e24)) {
        uint4 _e30 = asuint(scores4_.Load4(group*16));
        const uint4 _e31 = ordered_keys(_e30);
        return (inside ? _e31 : (0u).xxxx);
    }
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e51 = i_3;
            i_3 = (_e51 + 1u);
        }
        loop_init_2 = false;
        uint _e38 = i_3;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_3;
            if (inside[_e41]) {
                uint _e43 = i_3;
                uint _e46 = i_3;
                uint _e49 = asuint(scores.Load((at_1 + _e46)*4));
                bits_2[_e43] = _e49;
            }
        }
    }
    uint4 _e55 = bits_2;
    const uint4 _e56 = ordered_keys(_e55);
    return (inside ? _e56 : (0u).xxxx);
}

void tally(uint4 keys, uint digit_3, uint leading, inout Run run)
{
    uint i_4 = 0u;
    bool local_6 = (bool)0;

    const uint _e4 = digit_shift(digit_3);
    const uint _e6 = digit_width(digit_3);
    uint mask = ((1u << _e6) - 1u);
    uint zero_bin = ((2147483648u >> _e4) & mask);
    const uint _e13 = digit_width(digit_3);
    uint leading_shift = ((digit_3 == 0u) ? 0u : (_e4 + _e13));
    uint leading_mask = ((digit_3 == 0u) ? 0u : 4294967295u);
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e70 = i_4;
            i_4 = (_e70 + 1u);
        }
        loop_init_3 = false;
        uint _e26 = i_4;
        if ((_e26 < 4u)) {
        } else {
            break;
        }
        {
            uint _e29 = i_4;
            uint key_1 = keys[_e29];
            if (!((key_1 == 0u))) {
                local_6 = (((key_1 >> leading_shift) & leading_mask) != leading);
            } else {
                local_6 = true;
            }
            bool _e40 = local_6;
            if (_e40) {
                continue;
            }
            uint bin_2 = ((key_1 >> _e4) & mask);
            if ((bin_2 == zero_bin)) {
                uint _e45 = run.zeros;
                run.zeros = (_e45 + 1u);
            } else {
                uint _e49 = run.bin;
                if ((bin_2 == _e49)) {
                    uint _e52 = run.count;
                    run.count = (_e52 + 1u);
                } else {
                    uint _e56 = run.count;
                    if ((_e56 != 0u)) {
                        uint _e61 = run.bin;
                        uint _e64 = run.count;
                        uint _e65; InterlockedAdd(bins[_e61], _e64, _e65);
                    }
                    run.bin = bin_2;
                    run.count = 1u;
                }
            }
        }
    }
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

void count_digits(Place place_3, uint2 words_1, uint digit_4, uint leading_1)
{
    uint i_5 = (uint)0;
    Run run_1 = ConstructRun(0u, 0u, 0u);
    uint group_1 = (uint)0;

    i_5 = place_3.lane;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e13 = i_5;
            i_5 = (_e13 + 256u);
        }
        loop_init_4 = false;
        uint _e6 = i_5;
        if ((_e6 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e10 = i_5;
            { uint dummy_1 = 0; InterlockedExchange(bins[_e10], 0u, dummy_1); }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint end_2 = naga_div((words_1.y + 3u), 4u);
    group_1 = (naga_div(words_1.x, 4u) + place_3.lane);
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e48 = group_1;
            group_1 = (_e48 + 1024u);
        }
        loop_init_5 = false;
        uint _e32 = group_1;
        if ((_e32 < end_2)) {
        } else {
            break;
        }
        {
            uint _e34 = group_1;
            const uint4 _e35 = load_keys(_e34, words_1);
            uint _e36 = group_1;
            const uint4 _e39 = load_keys((_e36 + 256u), words_1);
            uint _e40 = group_1;
            const uint4 _e43 = load_keys((_e40 + 512u), words_1);
            uint _e44 = group_1;
            const uint4 _e47 = load_keys((_e44 + 768u), words_1);
            tally(_e35, digit_4, leading_1, run_1);
            tally(_e39, digit_4, leading_1, run_1);
            tally(_e43, digit_4, leading_1, run_1);
            tally(_e47, digit_4, leading_1, run_1);
        }
    }
    uint _e52 = run_1.count;
    if ((_e52 != 0u)) {
        uint _e57 = run_1.bin;
        uint _e60 = run_1.count;
        uint _e61; InterlockedAdd(bins[_e57], _e60, _e61);
    }
    uint _e63 = run_1.zeros;
    if ((_e63 != 0u)) {
        const uint _e68 = digit_shift(digit_4);
        const uint _e71 = digit_width(digit_4);
        uint _e78 = run_1.zeros;
        uint _e79; InterlockedAdd(bins[((2147483648u >> _e68) & ((1u << _e71) - 1u))], _e78, _e79);
    }
    GroupMemoryBarrierWithGroupSync();
    return;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint local_index : SV_GroupIndex)
{
    bool local = (bool)0;
    bool local_1 = (bool)0;
    uint i = (uint)0;

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.chunks;
    uint row_4 = naga_div(_e3, _e6);
    uint _e10 = params.rows;
    if ((row_4 >= _e10)) {
        return;
    }
    uint _e14 = params.chunks;
    uint chunk_1 = naga_mod(_e3, _e14);
    const uint2 _e16 = row_range(row_4);
    const Place _e17 = workgroup_place(local_index);
    uint _e20 = params.digit;
    const Search _e21 = search_after(_e17, row_4, _e16, _e20);
    uint _e24 = params.scratch_row;
    uint scratch = (_e24 + row_4);
    uint _e28 = params.first_chunk;
    if (((chunk_1 + _e28) == 0u)) {
        local = (_e17.lane == 0u);
    } else {
        local = false;
    }
    bool _e38 = local;
    if (_e38) {
        search_now.Store((scratch * 4u)*4, asuint(_e21.found));
        search_now.Store(((scratch * 4u) + 1u)*4, asuint(_e21.key));
        search_now.Store(((scratch * 4u) + 2u)*4, asuint(_e21.count));
    }
    const uint2 _e58 = chunk_columns(chunk_1);
    const uint2 _e59 = words_within(row_4, _e16, _e58);
    if (!((_e21.found == 1u))) {
        local_1 = (_e59.x == _e59.y);
    } else {
        local_1 = true;
    }
    bool _e70 = local_1;
    if (_e70) {
        return;
    }
    uint _e73 = params.digit;
    count_digits(_e17, _e59, _e73, _e21.key);
    i = _e17.lane;
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e93 = i;
            i = (_e93 + 256u);
        }
        loop_init_6 = false;
        uint _e77 = i;
        if ((_e77 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e81 = i;
            uint count; InterlockedOr(bins[_e81], 0, count);
            if ((count != 0u)) {
                uint _e89 = i;
                uint _e92; row_bins.InterlockedAdd(((scratch * 2048u) + _e89)*4, count, _e92);
            }
        }
    }
    return;
}
