// topk/count
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

RWByteAddressBuffer chunk_counts : register(u8);
RWByteAddressBuffer search_now : register(u9);
cbuffer params : register(b0) { Params params; }
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
ByteAddressBuffer search_before : register(t7);
ByteAddressBuffer bins_before : register(t6);
groupshared uint scan_values[512];
groupshared uint scan_totals[32];
groupshared uint4 picked;
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

uint lane_bin(uint lane_1)
{
    return (2047u - (lane_1 * 8u));
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint2 workgroup_scan(uint lane_2, uint value, uint slot)
{
    uint sum = 0u;
    uint i = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_1 = 0u;
    uint i_2 = (uint)0;

    uint values = (slot * 256u);
    uint totals = (slot * 16u);
    scan_values[(values + lane_2)] = value;
    GroupMemoryBarrierWithGroupSync();
    if ((lane_2 < 16u)) {
        bool loop_init = true;
        while(true) {
            if (!loop_init) {
                uint _e30 = i;
                i = (_e30 + 1u);
            }
            loop_init = false;
            uint _e16 = i;
            if ((_e16 < 16u)) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i;
                uint _e27 = scan_values[((values + (lane_2 * 16u)) + _e24)];
                sum = (_e19 + _e27);
            }
        }
        uint _e35 = sum;
        scan_totals[(totals + lane_2)] = _e35;
    }
    GroupMemoryBarrierWithGroupSync();
    uint block = naga_div(lane_2, 16u);
    bool loop_init_1 = true;
    while(true) {
        if (!loop_init_1) {
            uint _e61 = i_1;
            i_1 = (_e61 + 1u);
        }
        loop_init_1 = false;
        uint _e44 = i_1;
        if ((_e44 < 16u)) {
        } else {
            break;
        }
        {
            uint _e48 = i_1;
            uint sum_1 = scan_totals[(totals + _e48)];
            uint _e52 = before;
            uint _e54 = i_1;
            before = (_e52 + ((_e54 < block) ? sum_1 : 0u));
            uint _e58 = total;
            total = (_e58 + sum_1);
        }
    }
    i_2 = (block * 16u);
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e76 = i_2;
            i_2 = (_e76 + 1u);
        }
        loop_init_2 = false;
        uint _e66 = i_2;
        if ((_e66 < lane_2)) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_2;
            uint _e73 = scan_values[(values + _e70)];
            before = (_e68 + _e73);
        }
    }
    uint _e78 = before;
    uint _e79 = total;
    return uint2(_e78, _e79);
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

Search refine(uint lane_3, Search search, uint digit_2, uint4 high, uint4 low)
{
    bool local_1 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_1 = (uint)0;
    uint bin = 0u;
    uint i_3 = 0u;
    bool local_2 = (bool)0;

    uint own = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(lane_3, own, 0u);
    if ((_e21.x < search.count)) {
        local_1 = (search.count <= (_e21.x + own));
    } else {
        local_1 = false;
    }
    bool _e32 = local_1;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_1 = _e21.x;
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e68 = i_3;
                i_3 = (_e68 + 1u);
            }
            loop_init_3 = false;
            uint _e49 = i_3;
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
        const uint _e71 = lane_bin(lane_3);
        uint _e72 = bin;
        uint _e75 = before_1;
        uint _e77 = bin;
        uint _e79 = counts[_e77];
        picked = uint4((_e71 - _e72), (search.count - _e75), _e79, 1u);
    } else {
        if ((lane_3 == 0u)) {
            local_2 = (_e21.y < search.count);
        } else {
            local_2 = false;
        }
        bool _e90 = local_2;
        if (_e90) {
            picked = (0u).xxxx;
        }
    }
    GroupMemoryBarrierWithGroupSync();
    uint4 _e95 = picked;
    GroupMemoryBarrierWithGroupSync();
    if ((_e95.w == 0u)) {
        const Search search_2 = ConstructSearch(1u, 0u, 0u);
        return search_2;
    }
    const uint _e104 = digit_width(digit_2);
    uint leading = ((search.key << _e104) | _e95.x);
    if ((_e95.y == _e95.z)) {
        const uint _e112 = digit_shift(digit_2);
        const Search search_3 = ConstructSearch(1u, ((leading << _e112) - 1u), 0u);
        return search_3;
    }
    const Search search_4 = ConstructSearch(((digit_2 == 2u) ? 1u : 0u), leading, _e95.y);
    return search_4;
}

Search search_after(uint lane_4, uint row_1, uint2 range, uint digits)
{
    Search search_1 = (Search)0;
    bool local_3 = (bool)0;

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
        local_3 = (_e49 == 0u);
    } else {
        local_3 = false;
    }
    bool _e53 = local_3;
    if (_e53) {
        uint _e56 = params.scratch_row;
        const uint _e60 = lane_bin(lane_4);
        uint bin_1 = (((_e56 + row_1) * 2048u) + _e60);
        uint _e64 = asuint(bins_before.Load(bin_1*4));
        uint _e69 = asuint(bins_before.Load((bin_1 - 1u)*4));
        uint _e74 = asuint(bins_before.Load((bin_1 - 2u)*4));
        uint _e79 = asuint(bins_before.Load((bin_1 - 3u)*4));
        uint4 high_1 = uint4(_e64, _e69, _e74, _e79);
        uint _e85 = asuint(bins_before.Load((bin_1 - 4u)*4));
        uint _e90 = asuint(bins_before.Load((bin_1 - 5u)*4));
        uint _e95 = asuint(bins_before.Load((bin_1 - 6u)*4));
        uint _e100 = asuint(bins_before.Load((bin_1 - 7u)*4));
        uint4 low_1 = uint4(_e85, _e90, _e95, _e100);
        Search _e102 = search_1;
        const Search _e105 = refine(lane_4, _e102, (digits - 1u), high_1, low_1);
        search_1 = _e105;
    }
    Search _e106 = search_1;
    const Search search_6 = _e106;
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
    bool local_4 = (bool)0;

    uint key = (((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u));
    uint merged = ((key == 2147483647u) ? 2147483648u : key);
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

uint4 load_keys(uint group_1, uint2 words)
{
    uint4 bits_2 = (0u).xxxx;
    uint i_4 = 0u;

    uint at_1 = (group_1 * 4u);
    if ((at_1 >= words.y)) {
        return (0u).xxxx;
    }
    uint4 position = uint4(at_1, (at_1 + 1u), (at_1 + 2u), (at_1 + 3u));
    bool4 inside = ((position >= (words.x).xxxx) & (position < (words.y).xxxx));
    uint _e24 = params.vector_groups;
    if ((group_1 < _e24)) {
        uint4 _e30 = asuint(scores4_.Load4(group_1*16));
        const uint4 _e31 = ordered_keys(_e30);
        return (inside ? _e31 : (0u).xxxx);
    }
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e51 = i_4;
            i_4 = (_e51 + 1u);
        }
        loop_init_4 = false;
        uint _e38 = i_4;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_4;
            if (inside[_e41]) {
                uint _e43 = i_4;
                uint _e46 = i_4;
                uint _e49 = asuint(scores.Load((at_1 + _e46)*4));
                bits_2[_e43] = _e49;
            }
        }
    }
    uint4 _e55 = bits_2;
    const uint4 _e56 = ordered_keys(_e55);
    return (inside ? _e56 : (0u).xxxx);
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
{
    bool local = (bool)0;
    uint4 larger = (0u).xxxx;
    uint4 equal = (0u).xxxx;
    uint group = (uint)0;

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
    const Search _e18 = search_after(lane, row_4, _e16, 3u);
    uint _e21 = params.scratch_row;
    uint scratch = (_e21 + row_4);
    uint _e25 = params.first_chunk;
    if (((chunk_1 + _e25) == 0u)) {
        local = (lane == 0u);
    } else {
        local = false;
    }
    bool _e34 = local;
    if (_e34) {
        search_now.Store((scratch * 4u)*4, asuint(_e18.found));
        search_now.Store(((scratch * 4u) + 1u)*4, asuint(_e18.key));
        search_now.Store(((scratch * 4u) + 2u)*4, asuint(_e18.count));
    }
    uint tie = ((_e18.count != 0u) ? _e18.key : 4294967295u);
    const uint2 _e60 = chunk_columns(chunk_1);
    const uint2 _e61 = words_within(row_4, _e16, _e60);
    uint end_2 = naga_div((_e61.y + 3u), 4u);
    group = (naga_div(_e61.x, 4u) + lane);
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e101 = group;
            group = (_e101 + 256u);
        }
        loop_init_5 = false;
        uint _e78 = group;
        if ((_e78 < end_2)) {
        } else {
            break;
        }
        {
            uint _e80 = group;
            const uint4 _e81 = load_keys(_e80, _e61);
            uint4 _e82 = larger;
            larger = (_e82 + ((_e81 > (_e18.key).xxxx) ? (1u).xxxx : (0u).xxxx));
            uint4 _e92 = equal;
            equal = (_e92 + ((_e81 == (tie).xxxx) ? (1u).xxxx : (0u).xxxx));
        }
    }
    uint _e105 = larger.x;
    uint _e107 = larger.y;
    uint _e110 = larger.z;
    uint _e113 = larger.w;
    const uint2 _e116 = workgroup_scan(lane, (((_e105 + _e107) + _e110) + _e113), 0u);
    uint _e118 = equal.x;
    uint _e120 = equal.y;
    uint _e123 = equal.z;
    uint _e126 = equal.w;
    const uint2 _e129 = workgroup_scan(lane, (((_e118 + _e120) + _e123) + _e126), 1u);
    if ((lane == 0u)) {
        uint _e134 = params.row_chunks;
        uint _e138 = params.first_chunk;
        uint at_2 = ((((scratch * _e134) + _e138) + chunk_1) * 2u);
        chunk_counts.Store(at_2*4, asuint(_e116.y));
        chunk_counts.Store((at_2 + 1u)*4, asuint(_e129.y));
        return;
    } else {
        return;
    }
}
