// topk/row+subgroup
struct NagaConstants {
    int first_vertex;
    int first_instance;
    uint other;
};
ConstantBuffer<NagaConstants> _NagaConstants: register(b0, space1);

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

struct Run {
    uint bin;
    uint count;
    uint zeros;
};

cbuffer params : register(b0) { Params params; }
groupshared uint bins[2048];
ByteAddressBuffer scores4_ : register(t2);
ByteAddressBuffer scores : register(t1);
groupshared uint scan_totals[512];
groupshared uint4 picked;
groupshared uint scan_places;
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
RWByteAddressBuffer indices_ : register(u5);

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
    uint i = 0u;

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
    bool loop_init = true;
    while(true) {
        if (!loop_init) {
            uint _e51 = i;
            i = (_e51 + 1u);
        }
        loop_init = false;
        uint _e38 = i;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i;
            if (inside[_e41]) {
                uint _e43 = i;
                uint _e46 = i;
                uint _e49 = asuint(scores.Load((at_1 + _e46)*4));
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
    uint i_1 = 0u;
    bool local_1 = (bool)0;

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

void count_digits(Place place, uint2 words_1, uint digit_3, uint leading_1)
{
    uint i_2 = (uint)0;
    Run run_1 = ConstructRun(0u, 0u, 0u);
    uint group_1 = (uint)0;

    i_2 = place.lane;
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e13 = i_2;
            i_2 = (_e13 + 256u);
        }
        loop_init_2 = false;
        uint _e6 = i_2;
        if ((_e6 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e10 = i_2;
            { uint dummy = 0; InterlockedExchange(bins[_e10], 0u, dummy); }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint end_1 = naga_div((words_1.y + 3u), 4u);
    group_1 = (naga_div(words_1.x, 4u) + place.lane);
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e48 = group_1;
            group_1 = (_e48 + 1024u);
        }
        loop_init_3 = false;
        uint _e32 = group_1;
        if ((_e32 < end_1)) {
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
            tally(_e35, digit_3, leading_1, run_1);
            tally(_e39, digit_3, leading_1, run_1);
            tally(_e43, digit_3, leading_1, run_1);
            tally(_e47, digit_3, leading_1, run_1);
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
        const uint _e68 = digit_shift(digit_3);
        const uint _e71 = digit_width(digit_3);
        uint _e78 = run_1.zeros;
        uint _e79; InterlockedAdd(bins[((2147483648u >> _e68) & ((1u << _e71) - 1u))], _e78, _e79);
    }
    GroupMemoryBarrierWithGroupSync();
    return;
}

uint lane_bin(uint lane)
{
    return (2047u - (lane * 8u));
}

uint2 workgroup_scan(Place place_1, uint value, uint slot)
{
    uint before = (uint)0;
    uint total = 0u;
    uint i_3 = 0u;

    uint totals = (slot * 256u);
    const uint _e5 = WavePrefixSum(value);
    const uint _e6 = WaveActiveSum(value);
    scan_totals[(totals + place_1.subgroup)] = _e6;
    GroupMemoryBarrierWithGroupSync();
    before = _e5;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e34 = i_3;
            i_3 = (_e34 + 1u);
        }
        loop_init_4 = false;
        uint _e16 = i_3;
        if ((_e16 < place_1.subgroups)) {
        } else {
            break;
        }
        {
            uint _e20 = i_3;
            uint part_1 = scan_totals[(totals + _e20)];
            uint _e24 = before;
            uint _e26 = i_3;
            before = (_e24 + ((_e26 < place_1.subgroup) ? part_1 : 0u));
            uint _e31 = total;
            total = (_e31 + part_1);
        }
    }
    uint _e36 = before;
    uint _e37 = total;
    return uint2(_e36, _e37);
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

Search refine(Place place_2, Search search_1, uint digit_4, uint4 high, uint4 low)
{
    bool local_2 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_1 = (uint)0;
    uint bin = 0u;
    uint i_4 = 0u;
    bool local_3 = (bool)0;

    uint own = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(place_2, own, 0u);
    if ((_e21.x < search_1.count)) {
        local_2 = (search_1.count <= (_e21.x + own));
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_1 = _e21.x;
        bool loop_init_5 = true;
        while(true) {
            if (!loop_init_5) {
                uint _e68 = i_4;
                i_4 = (_e68 + 1u);
            }
            loop_init_5 = false;
            uint _e49 = i_4;
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
        const uint _e72 = lane_bin(place_2.lane);
        uint _e73 = bin;
        uint _e76 = before_1;
        uint _e78 = bin;
        uint _e80 = counts[_e78];
        picked = uint4((_e72 - _e73), (search_1.count - _e76), _e80, 1u);
    } else {
        if ((place_2.lane == 0u)) {
            local_3 = (_e21.y < search_1.count);
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
        const Search search_6 = ConstructSearch(1u, 0u, 0u);
        return search_6;
    }
    const uint _e106 = digit_width(digit_4);
    uint leading_2 = ((search_1.key << _e106) | _e97.x);
    if ((_e97.y == _e97.z)) {
        const uint _e114 = digit_shift(digit_4);
        const Search search_7 = ConstructSearch(1u, ((leading_2 << _e114) - 1u), 0u);
        return search_7;
    }
    const Search search_8 = ConstructSearch(((digit_4 == 2u) ? 1u : 0u), leading_2, _e97.y);
    return search_8;
}

Search search_row(Place place_3, uint2 words_2)
{
    Search search_2 = (Search)0;
    uint digit_5 = 0u;

    uint _e6 = params.top_k;
    search_2 = ConstructSearch(0u, 0u, _e6);
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e67 = digit_5;
            digit_5 = (_e67 + 1u);
        }
        loop_init_6 = false;
        uint _e11 = digit_5;
        if ((_e11 < 3u)) {
        } else {
            break;
        }
        {
            uint _e14 = digit_5;
            uint _e16 = search_2.key;
            count_digits(place_3, words_2, _e14, _e16);
            const uint _e18 = lane_bin(place_3.lane);
            uint _e21; InterlockedOr(bins[_e18], 0, _e21);
            uint _e26; InterlockedOr(bins[(_e18 - 1u)], 0, _e26);
            uint _e31; InterlockedOr(bins[(_e18 - 2u)], 0, _e31);
            uint _e36; InterlockedOr(bins[(_e18 - 3u)], 0, _e36);
            uint4 high_1 = uint4(_e21, _e26, _e31, _e36);
            uint _e42; InterlockedOr(bins[(_e18 - 4u)], 0, _e42);
            uint _e47; InterlockedOr(bins[(_e18 - 5u)], 0, _e47);
            uint _e52; InterlockedOr(bins[(_e18 - 6u)], 0, _e52);
            uint _e57; InterlockedOr(bins[(_e18 - 7u)], 0, _e57);
            uint4 low_1 = uint4(_e42, _e47, _e52, _e57);
            Search _e59 = search_2;
            uint _e60 = digit_5;
            const Search _e61 = refine(place_3, _e59, _e60, high_1, low_1);
            search_2 = _e61;
            uint _e63 = search_2.found;
            if ((_e63 == 1u)) {
                break;
            }
        }
    }
    Search _e69 = search_2;
    const Search search_9 = _e69;
    return search_9;
}

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
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
        { uint dummy_1 = 0; InterlockedExchange(scan_places, 0u, dummy_1); }
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
    const Place place_6 = ConstructPlace(((_e21 & 65535u) + _e8), (_e25 >> 16u), (drawn_by_all >> 16u));
    return place_6;
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
    uint first_1 = (clamp(columns.x, part.x, part.y) - _e9);
    uint _e17 = params.first_column;
    uint end_2 = (clamp(columns.y, part.x, part.y) - _e17);
    const uint _e20 = row_word(row_2);
    return (uint2(first_1, end_2) + (_e20).xx);
}

uint hits(uint4 keys_1, uint above, uint tie)
{
    uint4 ones = (1u).xxxx;
    uint4 larger = ((keys_1 > (above).xxxx) ? ones : (0u).xxxx);
    uint4 equal = ((keys_1 == (tie).xxxx) ? (ones << (16u).xxxx) : (0u).xxxx);
    uint4 both = (larger | equal);
    return (((both.x + both.y) + both.z) + both.w);
}

void emit(uint4 keys_2, uint column, Search search_3, uint row_3, inout uint2 seen)
{
    uint i_5 = 0u;
    bool local_4 = (bool)0;
    bool local_5 = (bool)0;
    bool local_6 = (bool)0;
    bool local_7 = (bool)0;

    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e70 = i_5;
            i_5 = (_e70 + 1u);
        }
        loop_init_7 = false;
        uint _e7 = i_5;
        if ((_e7 < 4u)) {
        } else {
            break;
        }
        {
            uint _e10 = i_5;
            uint key_2 = keys_2[_e10];
            bool larger_1 = (key_2 > search_3.key);
            if ((search_3.count != 0u)) {
                local_4 = (key_2 == search_3.key);
            } else {
                local_4 = false;
            }
            bool equal_1 = local_4;
            uint _e24 = seen.x;
            uint _e26 = seen.y;
            uint position_1 = (_e24 + min(_e26, search_3.count));
            if (!(larger_1)) {
                if (equal_1) {
                    uint _e36 = seen.y;
                    local_6 = (_e36 < search_3.count);
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
                local_7 = (position_1 < _e47);
            } else {
                local_7 = false;
            }
            bool _e50 = local_7;
            if (_e50) {
                uint _e54 = i_5;
                indices_.Store((row_3 + position_1)*4, asuint(int((column + _e54))));
            }
            uint _e58 = seen.x;
            seen.x = (_e58 + (larger_1 ? 1u : 0u));
            uint _e64 = seen.y;
            seen.y = (_e64 + (equal_1 ? 1u : 0u));
        }
    }
    return;
}

uint2 sweep(Place place_4, uint2 words_3, uint column_1, uint row_4, Search search_4, uint2 seen_1)
{
    uint2 before_2 = (uint2)0;
    uint slot_1 = 0u;
    uint tile = (uint)0;
    uint2 at = (uint2)0;

    uint tie_1 = ((search_4.count != 0u) ? search_4.key : 4294967295u);
    before_2 = seen_1;
    uint end_3 = naga_div((words_3.y + 3u), 4u);
    tile = naga_div(words_3.x, 4u);
    bool loop_init_8 = true;
    while(true) {
        if (!loop_init_8) {
            uint _e87 = tile;
            tile = (_e87 + 1024u);
        }
        loop_init_8 = false;
        uint _e24 = tile;
        if ((_e24 < end_3)) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_2 = (_e26 + (place_4.lane * 4u));
            const uint4 _e31 = load_keys(group_2, words_3);
            const uint4 _e34 = load_keys((group_2 + 1u), words_3);
            const uint4 _e37 = load_keys((group_2 + 2u), words_3);
            const uint4 _e40 = load_keys((group_2 + 3u), words_3);
            const uint _e42 = hits(_e31, search_4.key, tie_1);
            const uint _e44 = hits(_e34, search_4.key, tie_1);
            const uint _e47 = hits(_e37, search_4.key, tie_1);
            const uint _e50 = hits(_e40, search_4.key, tie_1);
            uint own_1 = (((_e42 + _e44) + _e47) + _e50);
            uint _e52 = slot_1;
            const uint2 _e53 = workgroup_scan(place_4, own_1, _e52);
            uint _e55 = slot_1;
            slot_1 = (1u - _e55);
            if ((own_1 != 0u)) {
                uint2 _e59 = before_2;
                at = (_e59 + uint2((_e53.x & 65535u), (_e53.x >> 16u)));
                uint first_2 = (column_1 + (group_2 * 4u));
                emit(_e31, first_2, search_4, row_4, at);
                emit(_e34, (first_2 + 4u), search_4, row_4, at);
                emit(_e37, (first_2 + 8u), search_4, row_4, at);
                emit(_e40, (first_2 + 12u), search_4, row_4, at);
            }
            uint2 _e78 = before_2;
            before_2 = (_e78 + uint2((_e53.y & 65535u), (_e53.y >> 16u)));
        }
    }
    uint2 _e90 = before_2;
    return _e90;
}

void pad(Place place_5, uint row_5, Search search_5, uint2 seen_2)
{
    uint i_6 = (uint)0;

    i_6 = ((seen_2.x + min(seen_2.y, search_5.count)) + place_5.lane);
    bool loop_init_9 = true;
    while(true) {
        if (!loop_init_9) {
            uint _e22 = i_6;
            i_6 = (_e22 + 256u);
        }
        loop_init_9 = false;
        uint _e12 = i_6;
        uint _e15 = params.top_k;
        if ((_e12 < _e15)) {
        } else {
            break;
        }
        {
            uint _e18 = i_6;
            indices_.Store((row_5 + _e18)*4, asuint(int(-1)));
        }
    }
    return;
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint local_index : SV_GroupIndex)
{
    Search search = ConstructSearch(1u, 0u, 0u);

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.rows;
    if ((_e3 >= _e6)) {
        return;
    }
    const Place _e8 = workgroup_place(local_index);
    const uint2 _e9 = row_range(_e3);
    uint _e13 = params.columns;
    const uint2 _e15 = words_within(_e3, _e9, uint2(0u, _e13));
    uint _e26 = params.top_k;
    if (((_e9.y - _e9.x) > _e26)) {
        const Search _e28 = search_row(_e8, _e15);
        search = _e28;
    }
    uint _e31 = params.indices_skip;
    uint _e34 = params.top_k;
    uint output = (_e31 + (_e3 * _e34));
    const uint _e38 = row_word(_e3);
    Search _e40 = search;
    const uint2 _e43 = sweep(_e8, _e15, (0u - _e38), output, _e40, (0u).xx);
    Search _e44 = search;
    pad(_e8, output, _e44, _e43);
    return;
}
