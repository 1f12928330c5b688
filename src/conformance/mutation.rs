//! Broken kernels: does the suite notice? Each mutation changes one place of one shader the way people err: a range off by one, a rescale that
//! is forgotten, the scale of another block, a tie that goes the other way.

use dsa_engine::{Device, EngineError};

use super::runner::{self, Outcome, Trial};
use crate::shaders::LIBRARY;
use crate::{Variant, sm90, variant};

/// One change of one shader.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    /// What is wrong with it.
    pub name: &'static str,
    /// The shader.
    pub module: &'static str,
    /// The text that is replaced; it occurs once.
    pub from: &'static str,
    /// What stands there instead.
    pub to: &'static str,
    /// The operations whose cases have to notice.
    pub groups: &'static [&'static str],
}

const ATTENTION: &[&str] = &["sparse-attention", "sparse-decode", "dense-attention"];
const RANGES: &[&str] = &["dense-attention"];
const LISTED: &[&str] = &["sparse-attention", "sparse-decode"];
const LOGITS: &[&str] = &["index-logits"];
const ROWS: &[&str] = &["index-keys", "index-queries"];
const QUANTISED: &[&str] = &["index-keys", "index-queries", "kv-cache", "formats"];
const TOP_K: &[&str] = &["top-k"];

/// Small cases that notice much, or what few others do: they run before the rest.
const FIRST: &[(&str, &str)] = &[
    ("sparse-attention", "corner/growing-rows"),
    ("sparse-attention", "features/d512-h13-n1592-k384-sink-true-perquery"),
    ("sparse-attention", "corner/one-key-wins"),
    ("sparse-decode", "groups/ranges"),
    ("dense-attention", "causal/d512-h8-q16-n16"),
    ("index-logits", "ragged/codes"),
    ("index-logits", "paged/hostile-pages"),
    ("index-keys", "paged/page-2"),
    ("index-keys", "steps/rope-interleaved-64"),
    ("index-keys", "steps/norm-of-small-64"),
    ("top-k", "rows/shape/k-above-columns"),
    ("top-k", "rows/range/hostile"),
    ("top-k", "rows/range/lengths"),
];

const fn m(name: &'static str, module: &'static str, groups: &'static [&'static str], from: &'static str, to: &'static str) -> Mutation {
    Mutation { name, module, from, to, groups }
}

/// All of them.
#[rustfmt::skip]
pub const MUTATIONS: &[Mutation] = &[
    m("a range ends one row early", "attention/problem", ATTENTION, "min(u32(max(k_end[query], 0)), params.window_end)", "min(u32(max(k_end[query], 1)) - 1u, params.window_end)"),
    m("the values keep their old maximum", "attention/attend", ATTENTION, "            scale_values(&values);\n            add_values", "            add_values"),
    m("the sum keeps its old maximum", "attention/attend", ATTENTION, "sum = sum * factor + (", "sum = sum + ("),
    m("the row after the last is valid", "attention/problem", ATTENTION, "u32(index) < params.window_end", "u32(index) <= params.window_end"),
    m("topk_length counts one more", "attention/problem", ATTENTION, "u32(max(length, 0))", "u32(max(length, 0)) + 1u"),
    m("the last tile is left out", "attention/attend", ATTENTION, "min(first_tile + tiles_per_split, tiles)", "min(first_tile + tiles_per_split, max(tiles, 1u) - 1u)"),
    m("the max logit is in base 2", "attention/problem", ATTENTION, "bitcast<u32>(maximum * LN_2), seen)", "bitcast<u32>(maximum), seen)"),
    m("a decode's lse is not transposed", "attention/problem", ATTENTION, "lse[((query / inner) * params.heads + head) * inner + query % inner]", "lse[query * params.heads + head]"),
    m("invalid rows have weight", "attention/attend", ATTENTION, "select(vec4<f32>(0.0), exp2(scores - new_maximum), valid)", "exp2(max(scores, vec4<f32>(-9.0)) - max(new_maximum, -9.0))"),
    m("keys take the next block's scale", "attention/rows", ATTENTION, "kv[start + 32u][dim / 128u]", "kv[start + 32u][(dim / 128u) ^ 1u]"),
    m("values take the first block's scale", "attention/rows", ATTENTION, "kv[start + 32u][pair / 64u]", "kv[start + 32u][0]"),
    m("splits are merged without rescale", "attention/merge", ATTENTION, "let weight = exp2(softmax.x - maximum);", "let weight = 1.0;"),
    m("a split's sum is not rescaled", "attention/merge", ATTENTION, "sum += weight * softmax.y;", "sum += softmax.y;"),
    m("a merge forgets the sink", "attention/merge", ATTENTION, "factor *= sink_factor(natural, attn_sink[head]);", "factor *= max(sink_factor(natural, attn_sink[head]), 1.0);"),
    m("an infinite sink is ignored", "attention/output", ATTENTION, "if (sink == POSITIVE_INFINITY) {\n        return 0.0;", "if (sink == POSITIVE_INFINITY) {\n        return 1.0;"),
    m("lse is in base 2", "attention/output", ATTENTION, "maximum * LN_2 + log(sum)", "maximum + log2(sum)"),
    m("a head is not rectified", "indexer/logits", LOGITS, "max(p.low0, zero) * w.x", "p.low0 * w.x"),
    m("k_end is one less", "indexer/columns", LOGITS, "clamp(k_end[params.range_offset + at], low, high)", "clamp(max(k_end[params.range_offset + at], 1) - 1, low, high)"),
    m("k_start is one more", "indexer/columns", LOGITS, "clamp(k_start[params.range_offset + at], low, high)", "clamp(min(k_start[params.range_offset + at], high) + 1, low, high)"),
    m("keys take their neighbour's scale", "indexer/columns", LOGITS, "k_scale[params.scale_offset + column]", "k_scale[params.scale_offset + (column ^ 1u)]"),
    m("a page has one scale", "indexer/columns", LOGITS, "key_bits(base + params.page_size * WORDS + column % params.page_size)", "key_bits(base + params.page_size * WORDS)"),
    m("a context is one longer", "indexer/columns", LOGITS, "clamp(context_lengths[params.range_offset + at], 0, i32(params.columns))", "clamp(min(context_lengths[params.range_offset + at], i32(params.columns)) + 1, 0, i32(params.columns))"),
    m("the last heads are left out", "indexer/logits", LOGITS, "y < (i + 1u) * HEAD_LANES;", "y + 1u < (i + 1u) * HEAD_LANES;"),
    m("what no query sees is left as it was", "indexer/logits", LOGITS, "} else if (params.fill != 0u) {", "} else if (params.fill > 1u) {"),
    m("missing pages are the first", "indexer/columns", LOGITS, "let page = block_table[params.table_offset + sequence * params.max_pages + entry];", "let page = max(block_table[params.table_offset + sequence * params.max_pages + entry], 0);"),
    m("the last query is left out", "indexer/logits_matrix", LOGITS, "atomicMax(&end_query, i + 1u);", "atomicMax(&end_query, i);"),
    m("a query that sees a tile's first key only is left out", "indexer/logits_matrix", LOGITS, "&& range.y > tile.column)", "&& range.y > tile.column + 1u)"),
    m("a head is not rectified", "indexer/logits_matrix", LOGITS, "fma(max(product, vec4<f32>(0.0)), vec4<f32>(weight), sum)", "fma(product, vec4<f32>(weight), sum)"),
    m("all queries have the first one's weights", "indexer/logits_matrix", LOGITS, "weights[params.weights_offset + at * HEADS + min(head, HEADS - 1u)]", "weights[params.weights_offset + min(head, HEADS - 1u)]"),
    m("keys take their neighbour's scale", "indexer/logits_matrix", LOGITS, "key_scale[place], key_word", "key_scale[place ^ 1u], key_word"),
    m("the last matrices of keys are the first", "indexer/logits_matrix", LOGITS, "products[i * ACROSS + half * ACROSS / 2u + j], &scratch", "products[i * ACROSS + j], &scratch"),
    m("keys have their first dimensions twice", "indexer/logits_matrix", LOGITS, "base + step % STEPS_DEEP * 16u +", "base +"),
    m("keys of missing pages are zeros", "indexer/logits_matrix", LOGITS, "key_scale[place], key_word[place] != ABSENT)", "key_scale[place], true)"),
    m("a sum is not rescaled", "attention/attend_matrix", LISTED, "sums[i] *= exp2(reference[line] - factors[line]);", "sums[i] *= 1.0;"),
    m("the values are not rescaled", "attention/attend_matrix", LISTED, "*= exp2(reference[line] - factors[line]) * shift_change;", "*= shift_change;"),
    m("the values keep their old shift", "attention/attend_matrix", LISTED, "*= exp2(reference[line] - factors[line]) * shift_change;", "*= exp2(reference[line] - factors[line]);"),
    m("the output keeps its shift", "attention/attend_matrix", LISTED, "sum * relative, seen) * relative * power_of_two(shift);", "sum * relative, seen) * relative;"),
    m("invalid rows have weight", "attention/attend_matrix", LISTED, "select(0.0, exp2(scores[line * SCORE_ROW + value % TILE] - reference[line]), valid)", "exp2(max(scores[line * SCORE_ROW + value % TILE], -9.0) - max(reference[line], -9.0))"),
    m("the last keys are left out", "attention/attend_matrix", LISTED, "let tiles = (entries + TILE - 1u) / TILE;", "let tiles = entries / TILE;"),
    m("rotary queries are the first ones", "attention/attend_matrix", LISTED, "let block = subgroup % ROTARY;", "let block = 0u;"),
    m("a butterfly's sign is wrong", "indexer/rows", ROWS, "select(sum + other, other - sum, (lane & mask) != 0u)", "select(sum + other, sum - other, (lane & mask) != 0u)"),
    m("rope turns the other way", "indexer/rows", ROWS, "select(partner * s, -(partner * s), first < 32u)", "select(partner * s, -(partner * s), first >= 32u)"),
    m("interleaved rope turns the other way", "indexer/rows", ROWS, "v.x * s.x + v.y * c.x", "v.y * c.x - v.x * s.x"),
    m("LayerNorm forgets its epsilon", "indexer/rows", ROWS, "sqrt(variance + params.eps)", "sqrt(variance)"),
    m("LayerNorm forgets its bias", "indexer/rows", ROWS, "* weight + bias", "* weight"),
    m("head weights lack the query's scale", "indexer/rows", ROWS, "weights[at] * bitcast<f32>(scale) * params.factor", "weights[at] * params.factor"),
    m("a page's scales lie together", "indexer/rows", ROWS, "cache[base + params.page_size * LANES + token] = scale;", "cache[base + params.page_size * LANES] = scale;"),
    m("quotients are cut off", "common/scales", QUANTISED, "if (twice > divisor || (twice == divisor && (quotient & 1u) != 0u)) {", "if (twice > 0xfffffff0u) {"),
    m("scales are rounded down", "common/scales", QUANTISED, "(bits + 0x7fffffu) & 0xff800000u", "bits & 0xff800000u"),
    m("amax has no floor", "common/scales", QUANTISED, "let clamped = max(amax, floor_bits);", "let clamped = amax;"),
    m("codes are cut off", "common/e4m3", QUANTISED, "magnitude + 0x7ffffu + ((magnitude >> 20u) & 1u)", "magnitude"),
    m("codes' ties go up", "common/e4m3", QUANTISED, "0x7ffffu + ((magnitude >> 20u) & 1u)", "0x80000u"),
    m("subnormal codes are twice too large", "common/e4m3", &["index-logits", "sparse-decode"], "vec4<f32>(magnitude) * 0.001953125", "vec4<f32>(magnitude) * 0.00390625"),
    m("two blocks exchange scales", "cache/kv_fp8", &["kv-cache"], "cache[base + 128u + quad / 32u] = scale;", "cache[base + 128u + ((quad / 32u) ^ 1u)] = scale;"),
    m("a row's scale has no floor", "cache/kv_fp8", &["kv-cache"], "max(amax_scale(largest[lane], 0u), SCALE_FLOOR)", "amax_scale(largest[lane], 0u)"),
    m("rotary values are doubled", "cache/kv_fp8", &["kv-cache"], "pack_bf16x2(rotary.zw)", "pack_bf16x2(rotary.xy)"),
    m("rows go one place further", "cache/rows", &["kv-cache"], "(u32(slot) - params.first_row) * params.row_words", "(u32(slot) + 1u - params.first_row) * params.row_words"),
    m("-0.0 is below +0.0", "common/ordered_key", TOP_K, "key == 0x7fffffffu", "key == 0u"),
    m("NaN is selected", "common/ordered_key", TOP_K, "merged >= 0x00800000u && merged <= 0xff800000u", "merged >= 0x00800000u"),
    m("-inf is selected", "common/ordered_key", TOP_K, "merged >= 0x00800000u &&", "merged >= 0x007fffffu &&"),
    m("a tie goes to the higher index", "topk/sweep", TOP_K, "(equal && (*seen).y < search.count)", "(equal && (*seen).y > 0u && (*seen).y <= search.count)"),
    m("unused places hold 0", "topk/sweep", TOP_K, "indices[row + i] = -1;", "indices[row + i] = 0;"),
    m("the bin after is refined", "topk/radix", TOP_K, "if (before + counts[bin] >= search.count) {", "if (before + counts[bin] > search.count) {"),
    m("the search ends one key early", "topk/radix", TOP_K, "if (pick.y == pick.z) {", "if (pick.y + 1u >= pick.z) {"),
    m("a negative row_start is a large one", "topk/rows", TOP_K, "u32(max(row_start[params.range_skip + row], 0))", "u32(row_start[params.range_skip + row])"),
    m("row_end includes its column", "topk/rows", TOP_K, "u32(max(row_end[params.range_skip + row], 0))", "u32(max(row_end[params.range_skip + row], 0)) + 1u"),
    m("a chunk lacks its last column", "topk/chunks", TOP_K, "first + min(params.chunk, params.window - first)", "first + min(params.chunk - 1u, params.window - first)"),
    m("chunks of ties write nothing", "topk/scatter", TOP_K, "!has_larger && !has_equal", "!has_larger"),
    m("a floor that too few keys exceed stands", "topk/sampled", TOP_K, "select(0u, 1u, ties >= search.count)", "1u"),
    m("candidates that do not fit are left out", "topk/sampled", TOP_K, "row.count > params.capacity", "false"),
    m("the floor is a candidate", "topk/sampled", TOP_K, "keys > vec4<u32>(floor)", "keys >= vec4<u32>(floor)"),
    m("candidates that tie are all larger", "topk/sampled", TOP_K, "candidate.x == search.key);", "false);"),
    m("ties are counted anew in each window", "topk/sampled", TOP_K, "before += vec2<u32>(sums.y & 0xffffu, sums.y >> 16u);", "before += vec2<u32>(sums.y & 0xffffu, 0u);"),
    m("ties lie one column further", "topk/sampled", TOP_K, "let bit = group * 4u + i - start;", "let bit = group * 4u + i + 1u - start;"),
    m("chunks write over each other's candidates", "topk/gather", TOP_K, "return workgroupUniformLoad(&first_place) + before;", "return before;"),
    m("all queries use the first block table", "topk/map_pages", TOP_K, "(params.first_row + entry / params.top_k) / params.rows_per_sequence", "0u"),
    m("a block's sum counts twice", "common/scan", TOP_K, "select(0u, sum, i < block)", "select(0u, sum, i <= block)"),
    m("a head is not rectified", "sm90/matrices", LOGITS, "__saturatef(x * (1.0f / SHRINK))", "x * (1.0f / SHRINK)"),
    m("neighbours change weights", "sm90/fp8", LOGITS, "* 2 + block % 2) * 2 + row % 2;", "* 2 + block % 2) * 2 + (row % 2 ^ 1);"),
    m("lanes keep a part of their sums", "sm90/fp8", LOGITS, "__shfl_xor_sync(~0u, given, 1)", "given"),
    m("k_end is one less", "sm90/index_logits", LOGITS, "max(inputs.k_end[at], low)", "max(inputs.k_end[at], low + 1) - 1"),
    m("what no query sees is left as it was", "sm90/index_logits", LOGITS, "fill_group(params, tile, logits, query);", ""),
    m("all warpgroups have the same keys", "sm90/index_logits", LOGITS, "uniform(threadIdx.x / 128) * (KEYS * DIM)", "0"),
    m("a tile has the keys of the one before", "sm90/index_logits", LOGITS, "keys = keys_in(shared, kept.stage);", ""),
    m("a thread's queries have the same weight", "sm90/index_logits", LOGITS, "next[8 * STAGE_HEADS]", "next[0]"),
    m("a head has the weight of the one before", "sm90/index_logits", LOGITS, "[(head + 1) % STAGE_HEADS]", "[head % STAGE_HEADS]"),
    m("a tile's last query is left out", "sm90/index_logits", LOGITS, "query + half * 8 < tile.queries", "query + half * 8 + 1 < tile.queries"),
    m("the next launch begins where this one ended", "sm90/index_logits", LOGITS, "tiles_taken = blocks_done = 0;", "blocks_done = 0;"),
    m("a query's sequence is the first", "sm90/index_logits", LOGITS, "u64(tile.sequence) * params.max_pages", "0"),
    m("missing pages are the first", "sm90/index_logits", LOGITS, "u32(inputs.block_table[u64(tile.sequence) * params.max_pages + entry])", "u32(max(inputs.block_table[u64(tile.sequence) * params.max_pages + entry], 0))"),
    m("keys of missing pages are seen", "sm90/index_logits", LOGITS, "const bool there = !PAGED || shared.present[buffer][key / 32] >> key % 32 & 1;", "const bool there = true;"),
    m("a dispatch fills what others compute", "sm90/index_logits", LOGITS, "(!PAGED || seen || params.fill)", "true"),
    m("a warpgroup has the same keys twice", "sm90/index_logits_few", LOGITS, "inputs, block + 1);", "inputs, block);"),
    m("a tile's last query is left out", "sm90/index_logits_few", LOGITS, "query + place < tile.queries", "query + place + 1 < tile.queries"),
    m("a stage is not waited for", "sm90/index_logits_few", LOGITS, "            barrier_wait(&shared.full[stage], place.round & 1);\n", ""),
    m("a stage is not waited for", "sm90/paged_index_logits", LOGITS, "        barrier_wait(&shared.full[stage], step / STAGES & 1);\n", ""),
    m("a context is one longer", "sm90/paged_index_logits", LOGITS, "max(lengths[params.range_offset + query], 0)", "max(lengths[params.range_offset + query], 0) + 1"),
    m("missing pages are the first", "sm90/paged_index_logits", LOGITS, "u32(table[entry]) - params.first_page", "u32(max(table[entry], 0)) - params.first_page"),
    m("keys take their neighbour's scale", "sm90/paged_index_logits", LOGITS, "shared.scales[stage][own] * SHRINK", "shared.scales[stage][own ^ 1] * SHRINK"),
    m("a tie goes to the higher index", "sm90/topk_search", TOP_K, "static_cast<u64>(key) << 32 | ~column; }", "static_cast<u64>(key) << 32 | column; }"),
    m("-0.0 is below +0.0", "sm90/topk_search", TOP_K, "__float_as_uint(score + 0.0f)", "__float_as_uint(score)"),
    m("row_end includes its column", "sm90/topk_search", TOP_K, "min(max(row_end[row], 0), columns) : columns", "min(max(row_end[row], 0) + 1, columns) : columns"),
    m("a search keeps the rank among all", "sm90/topk_search", TOP_K, "range.rank = control().rank;", ""),
    m("a row may be longer than its range", "sm90/topk", TOP_K, "if (position < row.begin || position >= row.end) mask", "if (position < row.begin) mask"),
    m("a tile that fills the pool is left out", "sm90/topk", TOP_K, "Reader<1> reader = {tile, WARPS, 0};", "Reader<1> reader = {tile + WARPS, WARPS, 0};"),
    m("unused places hold 0", "sm90/topk", TOP_K, "if (i >= written) indices[i] = -1;", "if (i >= written) indices[i] = 0;"),
    m("a guess that is too high stands", "sm90/topk", TOP_K, "(count < params.top_k && guess.low > LOWEST_KEY)) {", "false) {"),
    m("blocks of a cluster write over each other", "sm90/topk", TOP_K, "const u32 end = control().kept + count;", "const u32 end = count;"),
    m("the first block does not wait", "sm90/topk", TOP_K, "    cluster_arrive();\n    cluster_wait();\n    const u32 incoming", "    cluster_arrive();\n    const u32 incoming"),
    m("topk_length counts one more", "sm90/attend_block", LISTED, "u32(max(length, 0))", "u32(max(length, 0)) + 1"),
    m("a range ends one row early", "sm90/attend_block", RANGES, "keys = end > start ? end - start : 0;", "keys = end > start ? end - start - 1 : 0;"),
    m("a range begins with the first row", "sm90/attend_block", RANGES, "start = max(u32(max(lists.indices_or_start[query], 0)), params.window_start);", "start = params.window_start;"),
    m("the last tile is left out", "sm90/attend_block", LISTED, "place.tiles = min(first + most, tiles) - first;", "place.tiles = max(min(first + most, tiles) - first, 1u) - 1;"),
    m("the row after the last is valid", "sm90/attend_gather", LISTED, "u32(index) < params.window_end", "u32(index) <= params.window_end"),
    m("both blocks of a cluster convert the same rows", "sm90/attend_gather", LISTED, "return (pass ^ rank * CONVERTED) * PASS_KEYS + key;", "return pass * PASS_KEYS + key;"),
    m("two blocks exchange scales", "sm90/attend_gather", LISTED, "block < 2 ? part.scales.x : part.scales.y", "block < 2 ? part.scales.y : part.scales.x"),
    m("the other block of a cluster gets neighbours exchanged", "sm90/attend_gather", LISTED, "store_async_16(from.other + offset_in(shared, to), values", "store_async_16(from.other + offset_in(shared, to) ^ 16, values"),
    m("the values keep their old reference", "sm90/attend", LISTED, "out[i] *= i % 4 / 2 ? y : x;", "out[i] *= 1.0f;"),
    m("the sum keeps its old reference", "sm90/attend", LISTED, "        softmax.sum[0] *= x;\n", ""),
    m("weights have the reference of before", "sm90/attend", LISTED, "const float2 sums = weigh(shared, scores, weights, reference, side, scale);", "const float2 sums = weigh(shared, scores, weights, {softmax.reference[0], softmax.reference[1]}, side, scale);"),
    m("a side does not wait for the other's weights", "sm90/attend", LISTED, "    barrier_wait(&shared.weighed[side ^ 1], phase);\n", ""),
    m("a side keeps its reference", "sm90/attend", LISTED, "    move_reference(softmax, out, {references[first_row()], references[first_row() + 8]});\n", ""),
    m("the maximum is that of one side", "sm90/attend", LISTED, "fmaxf(shared.maxima[0][row + i * 8], shared.maxima[1][row + i * 8])", "shared.maxima[0][row + i * 8]"),
    m("invalid rows have weight", "sm90/attend", LISTED, "    if ((even & odd) != ~0u) {\n", "    if (false) {\n"),
    m("odd keys have the flags of even ones", "sm90/attend", LISTED, "(i % 2 ? odd : even)", "even"),
    m("the last tile is added by its own side only", "sm90/attend", LISTED, "        start_other_tile(shared, softmax, out, none, side, phase_of(place, tile - 1));\n        finish_other_tile(shared, out, side);\n", "        finish_other_tile(shared, out, side);\n"),
    m("the rotary columns are left out", "sm90/attend", LISTED, "if (D_QK > D_V && HALF == 0) {", "if (false) {"),
    m("all places have the first one's queries", "sm90/attend_gather", LISTED, "query_byte(from.params, place, place.first_head)", "query_byte(from.params, Place{}, place.first_head)"),
    m("entries after the last are the last", "sm90/attend_gather", LISTED, "entry < place.end_key ? row_of(params, entries[pass]) : -1", "row_of(params, entries[pass])"),
    m("all places have the first one's rotary columns", "sm90/attend", LISTED, "            load_rotary(rotary, params, place, q);\n        }", "        }"),
    m("lanes exchange what they keep", "sm90/attend", LISTED, "odd ? words[i] : words[i + 1], 1)", "odd ? words[i + 1] : words[i], 1)"),
    m("a place has its sums before both sides have", "sm90/attend", LISTED, "    wait_among<MULTIPLYING_THREADS>(1);\n#pragma unroll\n    for (u32 i = 0; i < 2; i++) {\n        softmax.sum[i] =", "#pragma unroll\n    for (u32 i = 0; i < 2; i++) {\n        softmax.sum[i] ="),
    m("lse is in base 2", "sm90/attend", LISTED, "reference * LN_2 + logf(seen ? sum : 1.0f)", "reference + log2f(seen ? sum : 1.0f)"),
    m("partial results have the last reference", "sm90/attend", LISTED, "seen ? float2{maximum, sum * factor}", "seen ? float2{reference, sum}"),
    m("an infinite sink is ignored", "sm90/softmax", LISTED, "        return 0.0f;\n    }\n    return bits", "        return 1.0f;\n    }\n    return bits"),
    m("a slot has its neighbour's weight", "sm90/merge", LISTED, "__shfl_sync(~0u, weight, (first + i) % 32)", "__shfl_sync(~0u, weight, (first + i + 1) % 32)"),
    m("slots after the first eight are left out", "sm90/merge", LISTED, "first < slots; first += SLOTS_AT_ONCE", "first < min(slots, 8u); first += SLOTS_AT_ONCE"),
    m("slots after the first 32 have no maximum", "sm90/merge", LISTED, "for (u32 slot = 32 + threadIdx.x % 32; slot < slots; slot += 32) {", "for (u32 slot = slots; slot < slots; slot += 32) {"),
    m("the sum is that of one lane", "sm90/merge", LISTED, "        sum += __shfl_xor_sync(~0u, sum, other);\n", ""),
    m("lse is in base 2", "sm90/merge", LISTED, "maximum * LN_2 + logf(seen ? sum : 1.0f)", "maximum + log2f(seen ? sum : 1.0f)"),
    m("a decode's lse is not transposed", "sm90/merge", LISTED, "to.lse[(u64(at / inner) * params.heads + head) * inner + at % inner]", "to.lse[u64(at) * params.heads + head]"),
    m("a decode's lse is not transposed", "sm90/attend", LISTED, "to.lse[(u64(at / inner) * params.heads + head) * inner + at % inner]", "to.lse[u64(at) * params.heads + head]"),
];

/// How [`EngineError::Shader`] begins: the driver has refused the changed text, which says nothing of the cases.
const NO_SHADER: &str = "shader `";

impl Mutation {
    /// The shader with the mutation; `None` if its text does not occur exactly once.
    pub fn source(&self) -> Option<String> {
        let file = LIBRARY.files.iter().chain(sm90::LIBRARY.files).find(|file| file.module == self.module)?;
        (file.source.matches(self.from).count() == 1).then(|| file.source.replace(self.from, self.to))
    }

    /// The variant that is the only one with this shader; `None` for a shader of several.
    pub fn variant(&self) -> Option<Variant> {
        match self.module {
            module if module.ends_with("_matrix") => Some(Variant::Matrix),
            module if module.starts_with("sm90/") => Some(Variant::Sm90),
            _ => None,
        }
    }

    /// The trials that have to notice: of [`Mutation::groups`], in a variant with the shader. Those that are most likely to come first within
    /// each variant.
    fn trials(&self, trials: &[Trial]) -> Vec<Trial> {
        let of_variant = |trial: &Trial| self.variant().is_none_or(|variant| trial.variant == Some(variant));
        let mut trials: Vec<Trial> =
            trials.iter().filter(|trial| self.groups.contains(&trial.case.group) && of_variant(trial)).cloned().collect();
        let is_case = |trial: &Trial, (group, name): &(&str, &str)| trial.case.group == *group && trial.case.name == *name;
        let rank = |trial: &Trial| FIRST.iter().position(|first| is_case(trial, first)).unwrap_or(FIRST.len());
        trials.sort_by_key(|trial| (trial.variant, rank(trial)));
        trials
    }

    /// Why none of the trials on the device can notice, if so.
    pub fn obstacle(&self, device: &Device, trials: &[Trial]) -> Option<String> {
        let of_device = self.variant().and_then(|variant| variant::refusal(device, variant));
        of_device.or_else(|| self.trials(trials).is_empty().then(|| "no test that was selected runs this shader".to_owned()))
    }

    /// Breaks the shader on a device, runs the cases of [`Mutation::groups`] among `trials` until one fails, and mends it. Returns that trial's
    /// name and how it failed, or `None` if none did.
    ///
    /// # Errors
    /// [`crate::Error::Engine`] on the `cpu` device, and if the changed shader is not one; [`crate::Error::Range`] if the shader no longer has the text.
    pub fn caught(&self, device: &Device, trials: &[Trial], threads: usize) -> crate::Result<Option<(String, String)>> {
        let source =
            self.source().ok_or_else(|| crate::Error::range("from", format!("a text that occurs once in {}", self.module), self.from))?;
        let trials = self.trials(trials);
        device.replace_shader(self.module, Some(source))?;
        let mut first = None;
        runner::run(&trials, threads, |report| {
            if let (None, Outcome::Failed(reason)) = (&first, report.outcome) {
                first = Some((report.number, reason));
            }
            first.is_none()
        });
        device.replace_shader(self.module, None)?;
        let refused = first.as_ref().and_then(|(_, reason)| reason.strip_prefix(NO_SHADER)?.split_once("`: "));
        if let Some((module, reason)) = refused {
            return Err(EngineError::Shader { module: module.to_owned(), reason: reason.to_owned() }.into());
        }
        Ok(first.map(|(number, reason)| (format!("{}/{}", trials[number].case.group, trials[number].case.name), reason)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Case;
    use super::*;

    #[test]
    fn every_mutation_has_its_place() {
        for mutation in MUTATIONS {
            assert!(mutation.source().is_some(), "{}: `{}` in {}", mutation.name, mutation.from, mutation.module);
        }
    }

    #[test]
    fn the_cases_that_run_first_exist() {
        let cases = super::super::cases();
        for (group, name) in FIRST {
            assert!(cases.iter().any(|case| case.group == *group && case.name == *name), "{group}/{name}");
        }
    }

    #[test]
    fn every_mutation_has_cases() {
        let cases = super::super::cases();
        for mutation in MUTATIONS {
            let of_variant = |case: &Case| mutation.variant().is_none_or(|variant| case.variants.contains(&variant));
            assert!(cases.iter().any(|case| mutation.groups.contains(&case.group) && of_variant(case)), "{}", mutation.name);
        }
    }
}
