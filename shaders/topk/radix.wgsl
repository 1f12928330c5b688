// Radix selection of the k-th largest key, digit by digit from the top: 11, 11 and 10 bits.
// Workgroup memory: 8208 bytes, and that of common/scan.
import package::common::scan::workgroup_scan;
import package::topk::rows::load_keys;

// What is known of the k-th largest key. While `found` is 0 it has the leading digits `key`, and is the `count`-th largest of
// those that share them. When `found` is 1, all keys above `key` are selected, and the first `count` that equal it.
struct Search {
    found: u32,
    key: u32,
    count: u32,
}

// Equal digits that follow each other in one thread: rows with few distinct scores would otherwise queue at one counter.
struct Run {
    bin: u32,
    count: u32,
    zeros: u32,
}

var<workgroup> bins: array<atomic<u32>, 2048>;
var<workgroup> picked: vec4<u32>;

// Bits below a digit.
fn digit_shift(digit: u32) -> u32 {
    return select(select(0u, 10u, digit == 1u), 21u, digit == 0u);
}

// Bits of a digit.
fn digit_width(digit: u32) -> u32 {
    return select(11u, 10u, digit == 2u);
}

fn tally(keys: vec4<u32>, digit: u32, leading: u32, run: ptr<function, Run>) {
    let shift = digit_shift(digit);
    let mask = (1u << digit_width(digit)) - 1u;
    // Scores that a ReLU has zeroed are the usual plateau; they have their own counter.
    let zero_bin = (0x80000000u >> shift) & mask;
    let leading_shift = select(shift + digit_width(digit), 0u, digit == 0u);
    let leading_mask = select(0xffffffffu, 0u, digit == 0u);
    for (var i = 0u; i < 4u; i++) {
        let key = keys[i];
        if (key == 0u || ((key >> leading_shift) & leading_mask) != leading) {
            continue;
        }
        let bin = (key >> shift) & mask;
        if (bin == zero_bin) {
            (*run).zeros += 1u;
        } else if (bin == (*run).bin) {
            (*run).count += 1u;
        } else {
            if ((*run).count != 0u) {
                atomicAdd(&bins[(*run).bin], (*run).count);
            }
            (*run).bin = bin;
            (*run).count = 1u;
        }
    }
}

fn clear_bins(lane: u32) {
    for (var i = lane; i < 2048u; i += 256u) {
        atomicStore(&bins[i], 0u);
    }
    workgroupBarrier();
}

// Adds what `tally` has not yet added, and waits for all threads.
fn end_run(digit: u32, run: Run) {
    if (run.count != 0u) {
        atomicAdd(&bins[run.bin], run.count);
    }
    if (run.zeros != 0u) {
        atomicAdd(&bins[(0x80000000u >> digit_shift(digit)) & ((1u << digit_width(digit)) - 1u)], run.zeros);
    }
    workgroupBarrier();
}

// Fills `bins` with how often each value of a digit occurs among the keys of `words` whose higher digits are `leading`.
fn count_digits(lane: u32, words: vec2<u32>, digit: u32, leading: u32) {
    clear_bins(lane);
    var run = Run(0u, 0u, 0u);
    let end = (words.y + 3u) / 4u;
    for (var group = words.x / 4u + lane; group < end; group += 1024u) {
        // Four loads in flight.
        let a = load_keys(group, words);
        let b = load_keys(group + 256u, words);
        let c = load_keys(group + 512u, words);
        let d = load_keys(group + 768u, words);
        tally(a, digit, leading, &run);
        tally(b, digit, leading, &run);
        tally(c, digit, leading, &run);
        tally(d, digit, leading, &run);
    }
    end_run(digit, run);
}

// The first of the eight bins that a lane hands to `refine`, counted down: lane 0 has bins 2047 to 2040.
fn lane_bin(lane: u32) -> u32 {
    return 2047u - lane * 8u;
}

// Narrows a search that has not found its key by one digit. `high` and `low` are how often the lane's eight bins occur, from
// `lane_bin` down. The result is the same in all threads, also to a uniformity analysis.
fn refine(lane: u32, search: Search, digit: u32, high: vec4<u32>, low: vec4<u32>) -> Search {
    let own = high.x + high.y + high.z + high.w + low.x + low.y + low.z + low.w;
    let sums = workgroup_scan(lane, own, 0u);
    if (sums.x < search.count && search.count <= sums.x + own) {
        var counts = array<u32, 8>(high.x, high.y, high.z, high.w, low.x, low.y, low.z, low.w);
        var before = sums.x;
        var bin = 0u;
        for (var i = 0u; i < 7u; i++) {
            if (before + counts[bin] >= search.count) {
                break;
            }
            before += counts[bin];
            bin += 1u;
        }
        picked = vec4<u32>(lane_bin(lane) - bin, search.count - before, counts[bin], 1u);
    } else if (lane == 0u && sums.y < search.count) {
        picked = vec4<u32>(0u);
    }
    let pick = workgroupUniformLoad(&picked);
    if (pick.w == 0u) {
        return Search(1u, 0u, 0u);          // fewer than k can be selected: all of them are
    }
    let leading = (search.key << digit_width(digit)) | pick.x;
    if (pick.y == pick.z) {
        return Search(1u, (leading << digit_shift(digit)) - 1u, 0u);        // the whole bin is selected: no need to look closer
    }
    return Search(select(0u, 1u, digit == 2u), leading, pick.y);
}

// `refine` by the workgroup's bins.
fn refine_bins(lane: u32, search: Search, digit: u32) -> Search {
    let bin = lane_bin(lane);
    let high = vec4<u32>(atomicLoad(&bins[bin]), atomicLoad(&bins[bin - 1u]), atomicLoad(&bins[bin - 2u]), atomicLoad(&bins[bin - 3u]));
    let low = vec4<u32>(atomicLoad(&bins[bin - 4u]), atomicLoad(&bins[bin - 5u]), atomicLoad(&bins[bin - 6u]), atomicLoad(&bins[bin - 7u]));
    return refine(lane, search, digit, high, low);
}
