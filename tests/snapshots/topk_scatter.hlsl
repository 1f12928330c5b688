// topk/scatter
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

ByteAddressBuffer search_found : register(t6);
ByteAddressBuffer counts_found : register(t7);
cbuffer params : register(b0) { Params params; }
groupshared uint scan_values[512];
groupshared uint scan_totals[32];
RWByteAddressBuffer indices_ : register(u5);
ByteAddressBuffer row_start : register(t3);
ByteAddressBuffer row_end : register(t4);
ByteAddressBuffer scores4_ : register(t2);
ByteAddressBuffer scores : register(t1);

uint flat_workgroup_id(uint3 workgroup_id_1, uint3 num_workgroups_1)
{
    return (workgroup_id_1.x + (workgroup_id_1.y * num_workgroups_1.x));
}

uint naga_div(uint lhs, uint rhs) {
    return lhs / (rhs == 0u ? 1u : rhs);
}

uint2 workgroup_scan(uint lane_1, uint value, uint slot)
{
    uint sum = 0u;
    uint i_1 = 0u;
    uint before_1 = 0u;
    uint total = 0u;
    uint i_2 = 0u;
    uint i_3 = (uint)0;

    uint values = (slot * 256u);
    uint totals = (slot * 16u);
    scan_values[(values + lane_1)] = value;
    GroupMemoryBarrierWithGroupSync();
    if ((lane_1 < 16u)) {
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
                uint _e27 = scan_values[((values + (lane_1 * 16u)) + _e24)];
                sum = (_e19 + _e27);
            }
        }
        uint _e35 = sum;
        scan_totals[(totals + lane_1)] = _e35;
    }
    GroupMemoryBarrierWithGroupSync();
    uint block = naga_div(lane_1, 16u);
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
            uint _e52 = before_1;
            uint _e54 = i_2;
            before_1 = (_e52 + ((_e54 < block) ? sum_1 : 0u));
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
        if ((_e66 < lane_1)) {
        } else {
            break;
        }
        {
            uint _e68 = before_1;
            uint _e70 = i_3;
            uint _e73 = scan_values[(values + _e70)];
            before_1 = (_e68 + _e73);
        }
    }
    uint _e78 = before_1;
    uint _e79 = total;
    return uint2(_e78, _e79);
}

void pad(uint lane_2, uint row, Search search, uint2 seen)
{
    uint i_4 = (uint)0;

    i_4 = ((seen.x + min(seen.y, search.count)) + lane_2);
    bool loop_init_3 = true;
    while(true) {
        if (!loop_init_3) {
            uint _e21 = i_4;
            i_4 = (_e21 + 256u);
        }
        loop_init_3 = false;
        uint _e11 = i_4;
        uint _e14 = params.top_k;
        if ((_e11 < _e14)) {
        } else {
            break;
        }
        {
            uint _e17 = i_4;
            indices_.Store((row + _e17)*4, asuint(int(-1)));
        }
    }
    return;
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
    uint end_1 = (clamp(columns.y, part.x, part.y) - _e17);
    const uint _e20 = row_word(row_2);
    return (uint2(first_1, end_1) + (_e20).xx);
}

uint2 row_range(uint row_3)
{
    uint first = 0u;
    uint end = (uint)0;

    uint _e5 = params.columns;
    end = _e5;
    uint _e9 = params.has_row_start;
    if ((_e9 != 0u)) {
        uint _e15 = params.range_skip;
        int _e18 = asint(row_start.Load((_e15 + row_3)*4));
        uint _e24 = params.columns;
        first = min(uint(max(_e18, int(0))), _e24);
    }
    uint _e28 = params.has_row_end;
    if ((_e28 != 0u)) {
        uint _e34 = params.range_skip;
        int _e37 = asint(row_end.Load((_e34 + row_3)*4));
        uint _e43 = params.columns;
        end = min(uint(max(_e37, int(0))), _e43);
    }
    uint _e45 = first;
    uint _e46 = first;
    uint _e47 = end;
    return uint2(_e45, max(_e46, _e47));
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
    bool local_2 = (bool)0;

    uint key = (((bits & 2147483648u) != 0u) ? ~(bits) : (bits | 2147483648u));
    uint merged = ((key == 2147483647u) ? 2147483648u : key);
    if ((merged >= 8388608u)) {
        local_2 = (merged <= 4286578688u);
    } else {
        local_2 = false;
    }
    bool _e21 = local_2;
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
    uint i_5 = 0u;

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
    bool loop_init_4 = true;
    while(true) {
        if (!loop_init_4) {
            uint _e51 = i_5;
            i_5 = (_e51 + 1u);
        }
        loop_init_4 = false;
        uint _e38 = i_5;
        if ((_e38 < 4u)) {
        } else {
            break;
        }
        {
            uint _e41 = i_5;
            if (inside[_e41]) {
                uint _e43 = i_5;
                uint _e46 = i_5;
                uint _e49 = asuint(scores.Load((at_1 + _e46)*4));
                bits_2[_e43] = _e49;
            }
        }
    }
    uint4 _e55 = bits_2;
    const uint4 _e56 = ordered_keys(_e55);
    return (inside ? _e56 : (0u).xxxx);
}

uint hits(uint4 keys, uint above, uint tie)
{
    uint4 ones = (1u).xxxx;
    uint4 larger = ((keys > (above).xxxx) ? ones : (0u).xxxx);
    uint4 equal = ((keys == (tie).xxxx) ? (ones << (16u).xxxx) : (0u).xxxx);
    uint4 both = (larger | equal);
    return (((both.x + both.y) + both.z) + both.w);
}

void emit(uint4 keys_1, uint column, Search search_1, uint row_4, inout uint2 seen_1)
{
    uint i_6 = 0u;
    bool local_3 = (bool)0;
    bool local_4 = (bool)0;
    bool local_5 = (bool)0;
    bool local_6 = (bool)0;

    bool loop_init_5 = true;
    while(true) {
        if (!loop_init_5) {
            uint _e70 = i_6;
            i_6 = (_e70 + 1u);
        }
        loop_init_5 = false;
        uint _e7 = i_6;
        if ((_e7 < 4u)) {
        } else {
            break;
        }
        {
            uint _e10 = i_6;
            uint key_1 = keys_1[_e10];
            bool larger_1 = (key_1 > search_1.key);
            if ((search_1.count != 0u)) {
                local_3 = (key_1 == search_1.key);
            } else {
                local_3 = false;
            }
            bool equal_1 = local_3;
            uint _e24 = seen_1.x;
            uint _e26 = seen_1.y;
            uint position_1 = (_e24 + min(_e26, search_1.count));
            if (!(larger_1)) {
                if (equal_1) {
                    uint _e36 = seen_1.y;
                    local_5 = (_e36 < search_1.count);
                } else {
                    local_5 = false;
                }
                bool _e40 = local_5;
                local_4 = _e40;
            } else {
                local_4 = true;
            }
            bool _e42 = local_4;
            if (_e42) {
                uint _e47 = params.top_k;
                local_6 = (position_1 < _e47);
            } else {
                local_6 = false;
            }
            bool _e50 = local_6;
            if (_e50) {
                uint _e54 = i_6;
                indices_.Store((row_4 + position_1)*4, asuint(int((column + _e54))));
            }
            uint _e58 = seen_1.x;
            seen_1.x = (_e58 + (larger_1 ? 1u : 0u));
            uint _e64 = seen_1.y;
            seen_1.y = (_e64 + (equal_1 ? 1u : 0u));
        }
    }
    return;
}

uint2 sweep(uint lane_3, uint2 words_1, uint column_1, uint row_5, Search search_2, uint2 seen_2)
{
    uint2 before_2 = (uint2)0;
    uint slot_1 = 0u;
    uint tile = (uint)0;
    uint2 at = (uint2)0;

    uint tie_1 = ((search_2.count != 0u) ? search_2.key : 4294967295u);
    before_2 = seen_2;
    uint end_2 = naga_div((words_1.y + 3u), 4u);
    tile = naga_div(words_1.x, 4u);
    bool loop_init_6 = true;
    while(true) {
        if (!loop_init_6) {
            uint _e86 = tile;
            tile = (_e86 + 1024u);
        }
        loop_init_6 = false;
        uint _e24 = tile;
        if ((_e24 < end_2)) {
        } else {
            break;
        }
        {
            uint _e26 = tile;
            uint group_1 = (_e26 + (lane_3 * 4u));
            const uint4 _e30 = load_keys(group_1, words_1);
            const uint4 _e33 = load_keys((group_1 + 1u), words_1);
            const uint4 _e36 = load_keys((group_1 + 2u), words_1);
            const uint4 _e39 = load_keys((group_1 + 3u), words_1);
            const uint _e41 = hits(_e30, search_2.key, tie_1);
            const uint _e43 = hits(_e33, search_2.key, tie_1);
            const uint _e46 = hits(_e36, search_2.key, tie_1);
            const uint _e49 = hits(_e39, search_2.key, tie_1);
            uint own = (((_e41 + _e43) + _e46) + _e49);
            uint _e51 = slot_1;
            const uint2 _e52 = workgroup_scan(lane_3, own, _e51);
            uint _e54 = slot_1;
            slot_1 = (1u - _e54);
            if ((own != 0u)) {
                uint2 _e58 = before_2;
                at = (_e58 + uint2((_e52.x & 65535u), (_e52.x >> 16u)));
                uint first_3 = (column_1 + (group_1 * 4u));
                emit(_e30, first_3, search_2, row_5, at);
                emit(_e33, (first_3 + 4u), search_2, row_5, at);
                emit(_e36, (first_3 + 8u), search_2, row_5, at);
                emit(_e39, (first_3 + 12u), search_2, row_5, at);
            }
            uint2 _e77 = before_2;
            before_2 = (_e77 + uint2((_e52.y & 65535u), (_e52.y >> 16u)));
        }
    }
    uint2 _e89 = before_2;
    return _e89;
}

uint naga_mod(uint lhs, uint rhs) {
    return lhs % (rhs == 0u ? 1u : rhs);
}

Search ConstructSearch(uint arg0, uint arg1, uint arg2) {
    Search ret = (Search)0;
    ret.found = arg0;
    ret.key = arg1;
    ret.count = arg2;
    return ret;
}

[numthreads(256, 1, 1)]
void main(uint3 workgroup_id : SV_GroupID, uint3 num_workgroups : SV_GroupID, uint lane : SV_GroupIndex)
{
    bool local = (bool)0;
    bool local_1 = (bool)0;
    uint2 before = (0u).xx;
    uint i = (uint)0;
    uint2 start = (uint2)0;

    const uint _e3 = flat_workgroup_id(workgroup_id, uint3(_NagaConstants.first_vertex, _NagaConstants.first_instance, _NagaConstants.other));
    uint _e6 = params.chunks;
    uint row_6 = naga_div(_e3, _e6);
    uint _e10 = params.rows;
    if ((row_6 >= _e10)) {
        return;
    }
    uint _e14 = params.chunks;
    uint chunk_1 = naga_mod(_e3, _e14);
    uint _e18 = params.first_chunk;
    uint chunk_of_row = (_e18 + chunk_1);
    uint _e22 = params.scratch_row;
    uint scratch = (_e22 + row_6);
    uint _e26 = params.row_chunks;
    uint counts = ((scratch * _e26) * 2u);
    uint _e35 = asuint(counts_found.Load((counts + (chunk_of_row * 2u))*4));
    bool has_larger = (_e35 != 0u);
    uint _e45 = asuint(counts_found.Load(((counts + (chunk_of_row * 2u)) + 1u)*4));
    bool has_equal = (_e45 != 0u);
    if ((chunk_of_row != 0u)) {
        local = !(has_larger);
    } else {
        local = false;
    }
    bool _e54 = local;
    if (_e54) {
        local_1 = !(has_equal);
    } else {
        local_1 = false;
    }
    bool _e59 = local_1;
    if (_e59) {
        return;
    }
    uint _e67 = asuint(search_found.Load(((scratch * 4u) + 1u)*4));
    uint _e74 = asuint(search_found.Load(((scratch * 4u) + 2u)*4));
    Search search_3 = ConstructSearch(1u, _e67, _e74);
    uint _e81 = params.row_chunks;
    uint last = ((chunk_of_row == 0u) ? _e81 : chunk_of_row);
    i = lane;
    bool loop_init_7 = true;
    while(true) {
        if (!loop_init_7) {
            uint _e107 = i;
            i = (_e107 + 256u);
        }
        loop_init_7 = false;
        uint _e86 = i;
        if ((_e86 < last)) {
        } else {
            break;
        }
        {
            uint2 _e88 = before;
            uint _e90 = i;
            uint _e95 = asuint(counts_found.Load((counts + (_e90 * 2u))*4));
            uint _e97 = i;
            uint _e104 = asuint(counts_found.Load(((counts + (_e97 * 2u)) + 1u)*4));
            before = (_e88 + uint2(_e95, _e104));
        }
    }
    uint _e111 = before.x;
    const uint2 _e113 = workgroup_scan(lane, _e111, 0u);
    uint _e116 = before.y;
    const uint2 _e118 = workgroup_scan(lane, _e116, 1u);
    uint2 seen_3 = uint2(_e113.y, _e118.y);
    uint _e123 = params.indices_skip;
    uint _e126 = params.top_k;
    uint output = (_e123 + (row_6 * _e126));
    start = seen_3;
    if ((chunk_of_row == 0u)) {
        pad(lane, output, search_3, seen_3);
        start = (0u).xx;
    }
    const uint2 _e134 = row_range(row_6);
    const uint2 _e135 = chunk_columns(chunk_1);
    const uint2 _e136 = words_within(row_6, _e134, _e135);
    uint _e139 = params.first_column;
    const uint _e140 = row_word(row_6);
    uint2 _e142 = start;
    const uint2 _e143 = sweep(lane, _e136, (_e139 - _e140), output, search_3, _e142);
    return;
}
