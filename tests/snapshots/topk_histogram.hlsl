// topk/histogram
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

RWByteAddressBuffer row_bins : register(u8);
RWByteAddressBuffer search_now : register(u9);
cbuffer params : register(b0) { Params params; }
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
ByteAddressBuffer search_before : register(t7);
ByteAddressBuffer bins_before : register(t6);
groupshared uint scan_values[512];
groupshared uint scan_totals[32];
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
    uint i_1 = 0u;
    uint before = 0u;
    uint total = 0u;
    uint i_2 = 0u;
    uint i_3 = (uint)0;

    uint values = (slot * 256u);
    uint totals = (slot * 16u);
    scan_values[(values + lane_2)] = value;
    GroupMemoryBarrierWithGroupSync();
    if ((lane_2 < 16u)) {
        bool loop_init = true;
        while(true) {
            if (!loop_init) {
                uint _e30 = i_1;
                i_1 = (_e30 + 1u);
            }
            loop_init = false;
            uint _e16 = i_1;
            if ((_e16 < 16u)) {
            } else {
                break;
            }
            {
                uint _e19 = sum;
                uint _e24 = i_1;
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
            uint _e61 = i_2;
            i_2 = (_e61 + 1u);
        }
        loop_init_1 = false;
        uint _e44 = i_2;
        if ((_e44 < 16u)) {
        } else {
            break;
        }
        {
            uint _e48 = i_2;
            uint sum_1 = scan_totals[(totals + _e48)];
            uint _e52 = before;
            uint _e54 = i_2;
            before = (_e52 + ((_e54 < block) ? sum_1 : 0u));
            uint _e58 = total;
            total = (_e58 + sum_1);
        }
    }
    i_3 = (block * 16u);
    bool loop_init_2 = true;
    while(true) {
        if (!loop_init_2) {
            uint _e76 = i_3;
            i_3 = (_e76 + 1u);
        }
        loop_init_2 = false;
        uint _e66 = i_3;
        if ((_e66 < lane_2)) {
        } else {
            break;
        }
        {
            uint _e68 = before;
            uint _e70 = i_3;
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
    bool local_2 = (bool)0;
    uint counts[8] = (uint[8])0;
    uint before_1 = (uint)0;
    uint bin = 0u;
    uint i_4 = 0u;
    bool local_3 = (bool)0;

    uint own = (((((((high.x + high.y) + high.z) + high.w) + low.x) + low.y) + low.z) + low.w);
    const uint2 _e21 = workgroup_scan(lane_3, own, 0u);
    if ((_e21.x < search.count)) {
        local_2 = (search.count <= (_e21.x + own));
    } else {
        local_2 = false;
    }
    bool _e32 = local_2;
    if (_e32) {
        counts = Constructarray8_uint_(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        before_1 = _e21.x;
        bool loop_init_3 = true;
        while(true) {
            if (!loop_init_3) {
                uint _e68 = i_4;
                i_4 = (_e68 + 1u);
            }
            loop_init_3 = false;
            uint _e49 = i_4;
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
            local_3 = (_e21.y < search.count);
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
        const Search search_2 = ConstructSearch(1u, 0u, 0u);
        return search_2;
    }
    const uint _e104 = digit_width(digit_2);
    uint leading_2 = ((search.key << _e104) | _e95.x);
    if ((_e95.y == _e95.z)) {
        const uint _e112 = digit_shift(digit_2);
        const Search search_3 = ConstructSearch(1u, ((leading_2 << _e112) - 1u), 0u);
        return search_3;
    }
    const Search search_4 = ConstructSearch(((digit_2 == 2u) ? 1u : 0u), leading_2, _e95.y);
    return search_4;
}

Search search_after(uint lane_4, uint row_1, uint2 range, uint digits)
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

void clear_bins(uint lane_5)
{
    uint i_5 = (uint)0;

    i_5 = lane_5;
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e9 = i_5;
            i_5 = (_e9 + 256u);
        }
        loop_init_4 = false;
        uint _e2 = i_5;
        if ((_e2 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e6 = i_5;
            { uint dummy = 0; InterlockedExchange(bins[_e6], 0u, dummy); }
        }
    }
    GroupMemoryBarrierWithGroupSync();
    return;
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
    uint i_6 = 0u;

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
    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e51 = i_6;
            i_6 = (_e51 + 1u);
        }
        loop_init_5 = false;
        uint _e38 = i_6;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_6;
            if (inside[_e41]) {
                uint _e43 = i_6;
                uint _e46 = i_6;
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
    uint i_7 = 0u;
    bool local_6 = (bool)0;

    const uint _e4 = digit_shift(digit_3);
    const uint _e6 = digit_width(digit_3);
    uint mask = ((1u << _e6) - 1u);
    uint zero_bin = ((2147483648u >> _e4) & mask);
    const uint _e13 = digit_width(digit_3);
    uint leading_shift = ((digit_3 == 0u) ? 0u : (_e4 + _e13));
    uint leading_mask = ((digit_3 == 0u) ? 0u : 4294967295u);
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e70 = i_7;
            i_7 = (_e70 + 1u);
        }
        loop_init_6 = false;
        uint _e26 = i_7;
        if ((_e26 < 4u)) {
        } else {
            break;
        }
        {
            uint _e29 = i_7;
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

void end_run(uint digit_4, Run run_1)
{
    if ((run_1.count != 0u)) {
        uint _e9; InterlockedAdd(bins[run_1.bin], run_1.count, _e9);
    }
    if ((run_1.zeros != 0u)) {
        const uint _e15 = digit_shift(digit_4);
        const uint _e18 = digit_width(digit_4);
        uint _e25; InterlockedAdd(bins[((2147483648u >> _e15) & ((1u << _e18) - 1u))], run_1.zeros, _e25);
    }
    GroupMemoryBarrierWithGroupSync();
    return;
}

Run ConstructRun(uint arg0, uint arg1, uint arg2) {
    Run ret = (Run)0;
    ret.bin = arg0;
    ret.count = arg1;
    ret.zeros = arg2;
    return ret;
}

void count_digits(uint lane_6, uint2 words_1, uint digit_5, uint leading_1)
{
    Run run_2 = ConstructRun(0u, 0u, 0u);
    uint group_1 = (uint)0;

    clear_bins(lane_6);
    uint end_2 = naga_div((words_1.y + 3u), 4u);
    group_1 = (naga_div(words_1.x, 4u) + lane_6);
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e35 = group_1;
            group_1 = (_e35 + 1024u);
        }
        loop_init_7 = false;
        uint _e19 = group_1;
        if ((_e19 < end_2)) {
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
            tally(_e22, digit_5, leading_1, run_2);
            tally(_e26, digit_5, leading_1, run_2);
            tally(_e30, digit_5, leading_1, run_2);
            tally(_e34, digit_5, leading_1, run_2);
        }
    }
    Run _e38 = run_2;
    end_run(digit_5, _e38);
    return;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
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
    uint _e19 = params.digit;
    const Search _e20 = search_after(lane, row_4, _e16, _e19);
    uint _e23 = params.scratch_row;
    uint scratch = (_e23 + row_4);
    uint _e27 = params.first_chunk;
    if (((chunk_1 + _e27) == 0u)) {
        local = (lane == 0u);
    } else {
        local = false;
    }
    bool _e36 = local;
    if (_e36) {
        search_now.Store((scratch * 4u)*4, asuint(_e20.found));
        search_now.Store(((scratch * 4u) + 1u)*4, asuint(_e20.key));
        search_now.Store(((scratch * 4u) + 2u)*4, asuint(_e20.count));
    }
    const uint2 _e56 = chunk_columns(chunk_1);
    const uint2 _e57 = words_within(row_4, _e16, _e56);
    if (!((_e20.found == 1u))) {
        local_1 = (_e57.x == _e57.y);
    } else {
        local_1 = true;
    }
    bool _e68 = local_1;
    if (_e68) {
        return;
    }
    uint _e71 = params.digit;
    count_digits(lane, _e57, _e71, _e20.key);
    i = lane;
    bool loop_init_8 = true;
    while(true) {
        if (!loop_init_8) {
            uint _e90 = i;
            i = (_e90 + 256u);
        }
        loop_init_8 = false;
        uint _e74 = i;
        if ((_e74 < 2048u)) {
        } else {
            break;
        }
        {
            uint _e78 = i;
            uint count; InterlockedOr(bins[_e78], 0, count);
            if ((count != 0u)) {
                uint _e86 = i;
                uint _e89; row_bins.InterlockedAdd(((scratch * 2048u) + _e86)*4, count, _e89);
            }
        }
    }
    return;
}
