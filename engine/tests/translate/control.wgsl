// Branches, loops and switches.
@group(0) @binding(0) var<storage, read_write> results: array<u32>;

fn kind(n: u32) -> u32 {
    switch n {
        case 0u, 1u: { return 10u; }
        case 2u: { break; }
        case 3u, default: { if (n > 5u) { return 30u; } }
    }
    return 20u;
}

fn collatz(start: u32) -> u32 {
    var n = start;
    var steps = 0u;
    while (n != 1u) {
        if (n % 2u == 0u) { n = n / 2u; continue; }
        n = 3u * n + 1u;
        steps++;
    }
    return steps;
}

fn with_continuing(limit: u32) -> u32 {
    var sum = 0u;
    var i = 0u;
    loop {
        if (i == 3u) { continue; }
        if (sum > 1000u) { break; }
        sum += i;
        continuing {
            i++;
            sum += 100u;
            break if i >= limit;
        }
    }
    return sum;
}

fn nested(n: i32) -> i32 {
    var total = 0;
    for (var i = 0; i < n; i++) {
        var fresh: i32;
        for (var j = i; j > 0; j -= 2) {
            if (j == 5) { continue; }
            switch j {
                case 4: { continue; }
                case 7: { break; }
                default: { fresh += j; }
            }
            total -= 1;
        }
        total += fresh;
    }
    return total;
}

@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) i: u32) {
    results[i] = kind(i);
    if (i > 5u) {
        return;
    } else if (i > 2u && (results[i] == 20u || i == 4u)) {
        results[8u + i] = collatz(i + 5u);
    } else {
        results[8u + i] = with_continuing(i + 2u);
    }
    results[16u + i] = u32(nested(i32(i) + 6));
}
