//! The shaders of `tests/translate`, translated, run on the host and held to what WGSL says of each operation.

use bytemuck::{NoUninit, Pod};
use dsa_engine::cuda::{CudaSource, CudaSpec};
use dsa_engine::wgsl::Access;
use dsa_engine::{Buffer, Device, EngineError, Grid, KernelSpec, ShaderFile, ShaderLibrary};

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        ShaderLibrary { files: &[$(ShaderFile { module: $name, source: include_str!(concat!("translate/", $name, ".wgsl")) }),*] }
    };
}

static LIBRARY: ShaderLibrary =
    library!["bits", "control", "cooperative", "floats", "half", "integers", "matrices", "pointers", "structs", "subgroups", "workgroup"];

/// The device; none without g++, which is a failure if `DSA_REQUIRE` names `cuda-emulation`.
fn device() -> Option<Device> {
    match Device::open("cuda-emulation") {
        Ok(device) => Some(device),
        Err(error) => {
            let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|name| name == "cuda-emulation"), "required by DSA_REQUIRE: {error}");
            eprintln!("skipped: {error}");
            None
        }
    }
}

fn try_run<P: NoUninit>(device: &Device, module: &str, bindings: &[(&str, &Buffer)], params: &P) -> Result<(), EngineError> {
    let spec = KernelSpec { library: &LIBRARY, module, entry: "main", constants: &[], features: &[] };
    let kernel = device.kernel(&spec)?;
    let bindings: Vec<_> = bindings.iter().map(|(name, buffer)| (*name, buffer.whole())).collect();
    let mut encoder = device.encoder();
    encoder.dispatch(&kernel, Grid::xyz(1, 1, 1), &bindings, params)?;
    encoder.submit_and_wait()
}

fn run(device: &Device, module: &str, bindings: &[(&str, &Buffer)]) {
    try_run(device, module, bindings, &()).unwrap_or_else(|error| panic!("{error}"));
}

/// Runs a shader of one read-only input and one output.
fn outputs<I: NoUninit, O: Pod>(module: &str, input: (&str, &[I]), outputs: usize) -> Option<Vec<O>> {
    let device = device()?;
    let a = device.upload(input.0, input.1).unwrap();
    let results = device.upload("results", &vec![O::zeroed(); outputs]).unwrap();
    run(&device, module, &[(input.0, &a), ("results", &results)]);
    Some(results.read_blocking().unwrap())
}

const EDGES: [i32; 12] = [0, 1, -1, 2, 7, -7, 31, 33, i32::MAX, i32::MIN, 0x1234_5678, -0x0765_4321];

#[test]
fn integers_wrap_and_never_trap() {
    let Some(device) = device() else { return };
    for b in EDGES {
        let (x, y) = (device.upload("a", &EDGES).unwrap(), device.upload("b", &[b; EDGES.len()]).unwrap());
        let results = device.buffer("results", 4 * 20 * EDGES.len() as u64).unwrap();
        run(&device, "integers", &[("a", &x), ("b", &y), ("results", &results)]);
        for (row, &a) in results.read_blocking::<i32>().unwrap().chunks(20).zip(&EDGES) {
            let div = |x: i32, y: i32| if y == 0 { x } else { x.wrapping_div(y) };
            let rem = |x: i32, y: i32| if y == 0 { 0 } else { x.wrapping_rem(y) };
            let (ua, ub) = (a as u32, b as u32);
            let le = a <= b && a <= a;
            let expected = [
                a.wrapping_add(b),
                a.wrapping_sub(b),
                a.wrapping_mul(b),
                div(a, b),
                rem(a, b),
                a.wrapping_shl(ub),
                a.wrapping_shr(ub),
                a.wrapping_neg(),
                a.wrapping_abs(),
                ua.checked_div(ub).unwrap_or(ua) as i32,
                ua.checked_rem(ub).unwrap_or(0) as i32,
                (a & b) | (!a ^ b),
                a.clamp(-100, 100).wrapping_add(a.min(b)).wrapping_add(a.max(b)).wrapping_add(a.signum()),
                div(a, b).wrapping_add(rem(3, a)),
                div(b, a),
                ua.wrapping_shr(ub) as i32,
                ua.wrapping_shr(ub.wrapping_add(1)) as i32,
                a.wrapping_mul(b).wrapping_mul(2),
                if a < b { 1 } else { -1 } + i32::from(le),
                (a / 7).wrapping_sub(a % -3),
            ];
            assert_eq!(row, expected, "a = {a}, b = {b}");
        }
    }
}

#[test]
fn bits_are_counted_moved_and_packed() {
    let words: Vec<u32> = EDGES.iter().map(|&x| x as u32).chain([0x3c00_7bff, 0x8001_fc00, 0x0000_03ff, 0xff80_7f81]).collect();
    let Some(results) = outputs::<u32, u32>("bits", ("words", &words), words.len() * 24) else { return };
    for (row, &x) in results.chunks(24).zip(&words) {
        let field = |x: u32, offset: u32, count: u32| ((u64::from(x) >> offset) & ((1u64 << count) - 1)) as u32;
        let sign_field = |x: u32| ((x as i32) << 18) >> 23;
        let first = |x: u32| 31u32.wrapping_sub(x.leading_zeros());
        let bytes = |x: u32| x.to_le_bytes();
        let other = bytes(0x80ff_017f);
        let signed: i32 = bytes(x).iter().zip(other).map(|(&a, b)| i32::from(a as i8) * i32::from(b as i8)).sum();
        let unsigned: u32 = bytes(x).iter().zip(other).map(|(&a, b)| u32::from(a) * u32::from(b)).sum();
        let twice_signed = u32::from_le_bytes(bytes(x).map(|b| (i32::from(b as i8) * 2).clamp(-128, 127) as u8));
        let twice_unsigned = u32::from_le_bytes(bytes(x).map(|b| (u32::from(b) * 2).min(255) as u8));
        // -128 and -32768 stand for -1 too, which packs as -127 and -32767.
        let snorm8 = u32::from_le_bytes(bytes(x).map(|b| if b == 0x80 { 0x81 } else { b }));
        let snorm = |half: u32| if half == 0x8000 { 0x8001 } else { half };
        let f = f32::from_bits(x);
        let v = [x, !x].map(u32::count_ones);
        let insert = |x: u32, bits: u32, offset: u32, count: u32| {
            let mask = (((1u64 << count) - 1) << offset) as u32;
            (x & !mask) | (((u64::from(bits) << offset) as u32) & mask)
        };
        let expected: [u32; 20] = [
            x.count_ones(),
            x.leading_zeros(),
            x.trailing_zeros(),
            first(x),
            if x == 0 { u32::MAX } else { x.trailing_zeros() },
            first(if (x as i32) < 0 { !x } else { x }),
            x.reverse_bits(),
            field(x, 5, 9),
            sign_field(x) as u32,
            insert(x, 0x155, 4, 7),
            field(x, 30, 2).wrapping_add(x),
            insert(x, 0xff, 28, 4) ^ x,
            signed as u32,
            unsigned,
            0,
            twice_signed.wrapping_add(twice_unsigned),
            snorm8,
            x,
            snorm(x & 0xffff) | snorm(x >> 16) << 16,
            x,
        ];
        assert_eq!(row[..20], expected, "{x:#x}");
        let nan = |half: u32| half & 0x7fff > 0x7c00;
        if !nan(x & 0xffff) && !nan(x >> 16) {
            assert_eq!(row[20], x, "{x:#x}: two halves");
        }
        if f.is_finite() && f.abs() < 65504.0 {
            assert!((f32::from_bits(row[21]) - f).abs() <= (f.abs() / 2048.0).max(2f32.powi(-25)), "{x:#x}: rounded to f16");
        }
        assert_eq!(row[22], v[0].wrapping_add(v[1]).wrapping_add(field(x, 4, 8).reverse_bits().wrapping_mul(2)), "{x:#x}");
        assert_eq!(row[23], x);
    }
}

#[test]
fn floats_convert_and_compute() {
    let values = [0.0f32, 0.5, -0.5, 1.5, -2.5, 3.75, 100.25, -1e10, 1e10, 3e9, -3e9];
    let Some(results) = outputs::<f32, f32>("floats", ("values", &values), values.len() * 16) else { return };
    for (i, (row, &x)) in results.chunks(16).zip(&values).enumerate() {
        assert_eq!(row[0].to_bits() as i32, x as i32, "{x}");
        assert_eq!(row[1].to_bits(), x as u32, "{x}");
        assert_eq!(row[2], x % 3.0, "{x}");
        assert_eq!(row[3], x.round_ties_even() + x.floor() * 2.0 + x.ceil() * 4.0 + x.trunc() * 8.0, "{x}");
        assert_eq!(row[4], x.fract() + x.trunc() * 2.0, "{x}");
        assert_eq!(row[5], x * 2.0, "{x}: frexp and ldexp");
        assert_eq!(row[6], x, "{x}: fma");
        let sign = if x == 0.0 { 0.0 } else { x.signum() };
        assert_eq!(row[7], x.clamp(-1.5, 2.5) + x.clamp(0.0, 1.0) + f32::from(x >= 0.5) + sign, "{x}");
        assert_eq!(row[9], x.abs().sqrt() / x.abs().max(1.0), "{x}");
        assert_eq!(row[10], 11.0);
        assert_eq!(row[11], x.min(100.0).abs() as u32 as f32 + f32::from(i < 3) + 0.75, "{x}");
        assert_eq!(row[12], 2.0 + if x < 1.0 { 1.0 } else { 5.0 }, "{x}");
        assert_eq!((row[13], row[14], row[15]), (-3.0e38, 0.5, x));
        let v = [3.0, 2.5, (x + 4.0) * 0.5];
        let sum = v[0] + (v[0] + v[1] * 2.0 + v[2] * 3.0) + (v[2] * v[2] + v[0] * v[0]).sqrt();
        assert!((row[8] - sum).abs() <= sum.abs() * 1e-6, "{x}: {} for {sum}", row[8]);
    }
}

#[test]
fn control_flow_goes_where_it_should() {
    let Some(device) = device() else { return };
    let results = device.buffer("results", 24 * 4).unwrap();
    run(&device, "control", &[("results", &results)]);
    let results = results.read_blocking::<u32>().unwrap();
    assert_eq!(results[..8], [10, 10, 20, 20, 20, 20, 30, 30]);
    // Odd numbers on the way from 8, 9 and 10 to 1; threads 0 to 2 run the loop with a continuing block.
    let with_continuing = |limit: u32| {
        let (mut sum, mut i) = (0, 0);
        while sum <= 1000 || i == 3 {
            if i != 3 {
                sum += i;
            }
            i += 1;
            sum += 100;
            if i >= limit {
                break;
            }
        }
        sum
    };
    assert_eq!(results[8..16], [with_continuing(2), with_continuing(3), with_continuing(4), 0, 6, 1, 0, 0]);
    let nested = |n: i32| {
        let mut total = 0;
        for i in 0..n {
            let (mut fresh, mut j) = (0, i);
            while j > 0 {
                if j != 5 && j != 4 {
                    fresh += if j == 7 { 0 } else { j };
                    total -= 1;
                }
                j -= 2;
            }
            total += fresh;
        }
        total
    };
    let expected: Vec<u32> = (0..6).map(|i| nested(i + 6) as u32).collect();
    assert_eq!(results[16..22], expected);
}

#[test]
fn pointers_reach_what_they_point_to() {
    let Some(device) = device() else { return };
    let results = device.buffer("results", 8 * 4).unwrap();
    run(&device, "pointers", &[("results", &results)]);
    // The last: x is read before the call that changes it.
    assert_eq!(results.read_blocking::<u32>().unwrap(), [7 + 9, 18, 30, 50, 6 + 19, 18, 1, 18 * 100 + 18]);
}

#[test]
fn structs_lie_in_memory_as_wgsl_says() {
    let Some(device) = device() else { return };
    // count, -, -, -, direction, weight, points (2 x 4), turn (2 x 4), two rows
    let mut words = vec![0u32; 32];
    words[0] = 7;
    for (i, word) in words[4..20].iter_mut().enumerate() {
        *word = (i as f32 + 1.0).to_bits();
    }
    let points: Vec<f32> = (0..8).map(|i| 10.0 * i as f32).collect();
    let (table, points) = (device.upload("table", &words).unwrap(), device.upload("points", &points).unwrap());
    let lengths = device.buffer("lengths", 12).unwrap();
    let bindings = [("table", &table), ("points", &points), ("lengths", &lengths)];
    // factor 0.5, first point 0
    try_run(&device, "structs", &bindings, &[0.5f32.to_bits(), 0]).unwrap();
    assert_eq!(lengths.read_blocking::<u32>().unwrap(), [2, 2, 3]);
    let words = table.read_blocking::<u32>().unwrap();
    let floats: Vec<f32> = words.iter().map(|&word| f32::from_bits(word)).collect();
    assert_eq!(floats[4..8], [1.0, 2.0, 3.0, 2.0 * 10.0 + 3.0 * 20.0]);
    assert_eq!(floats[8..11], [5.0, 6.0, 7.0]);
    assert_eq!(floats[12..15], [5.0, 6.0 + 5.0, 7.0 + 10.0]);
    assert_eq!(floats[16..19], [13.0, 13.0 + 40.0, 15.0]);
    assert_eq!(floats[20..23], [13.0 + 40.0, 14.0 + 50.0, 15.0 + 60.0]);
    assert_eq!(words[28..32], [7, 2, 3, 4]);
}

#[test]
fn a_workgroup_shares_memory() {
    let Some(device) = device() else { return };
    let values: Vec<u32> = (100..164).collect();
    let input = device.upload("values", &values).unwrap();
    let counters = device.upload("counters", &[1u32, 5, 500, 0, 7, 1, 9, 0, 8, 3]).unwrap();
    let (signed, reversed) = (device.upload("signed", &[-2i32]).unwrap(), device.buffer("reversed", 256).unwrap());
    run(&device, "workgroup", &[("values", &input), ("counters", &counters), ("signed", &signed), ("reversed", &reversed)]);
    let total: u32 = values.iter().sum();
    assert_eq!(counters.read_blocking::<u32>().unwrap(), [1 + total, 105, 105, 1, 6, 2, 10, 77 + 9, 8, 1]);
    assert_eq!(signed.read_blocking::<i32>().unwrap(), [3]);
    assert!(reversed.read_blocking::<u32>().unwrap().iter().eq(values.iter().rev()));
}

#[test]
fn subgroups_work_in_whole_and_partial_warps() {
    let values: Vec<u32> = (0..48u32).map(|i| i.wrapping_mul(2_654_435_761) >> 7 | 1 << (i % 5)).collect();
    let Some(results) = outputs::<u32, u32>("subgroups", ("values", &values), 48 * 30) else { return };
    for (index, row) in results.chunks(30).enumerate() {
        let warp = &values[index / 32 * 32..48.min(index / 32 * 32 + 32)];
        let lane = index % 32;
        let x = values[index];
        let odd = |x: &u32| x | 1;
        let product = |values: &[u32]| values.iter().map(odd).fold(1, u32::wrapping_mul);
        let sum = |values: &[u32]| values.iter().fold(0, |a: u32, &b| a.wrapping_add(b));
        let ballot = warp.iter().enumerate().map(|(i, x)| (x & 1) << i).sum::<u32>();
        assert_eq!(row[..4], [ballot, 0, warp[3], warp[0]]);
        assert_eq!(row[4..6], [warp[lane ^ 5], warp[lane ^ 2]]);
        if lane > 0 {
            assert_eq!(row[6], warp[lane - 1]);
        }
        if lane + 1 < warp.len() {
            assert_eq!(row[7], warp[lane + 1]);
        }
        let fold = |f: fn(u32, u32) -> u32| warp.iter().copied().reduce(f).unwrap();
        assert_eq!(row[8..12], [sum(warp), product(warp), fold(u32::min), fold(u32::max)]);
        assert_eq!(row[12..15], [fold(|a, b| a & b), fold(|a, b| a | b), fold(|a, b| a ^ b)]);
        assert_eq!(row[15..19], [sum(&warp[..=lane]), sum(&warp[..lane]), product(&warp[..=lane]), product(&warp[..lane])]);
        assert_eq!(row[19], u32::from(warp.iter().all(|&x| x > 0)) + 2 * u32::from(warp.iter().any(|&x| x > 1_000_000)));
        let quad = lane / 4 * 4;
        let swaps = warp[lane ^ 1].wrapping_add(warp[lane ^ 2].wrapping_mul(2)).wrapping_add(warp[lane ^ 3].wrapping_mul(4));
        assert_eq!(row[20..22], [warp[quad + 2], swaps]);
        assert_eq!(row[22..24], [warp.iter().map(|x| x & 255).sum::<u32>(), warp.len() as u32]);
        assert_eq!(row[24] as i32, warp.iter().map(|&x| (x as i32).wrapping_sub(50)).min().unwrap());
        assert_eq!(row[25..], [lane as u32, 32, index as u32 / 32, 2, lane as u32]);
        assert_eq!(x, warp[lane]);
    }
}

/// The value of an f16 that is an integer or a simple fraction.
fn half(bits: u16) -> f32 {
    let magnitude = match bits & 0x7fff {
        small if small < 0x400 => f32::from(small) * 2f32.powi(-24),
        0x7c00 => f32::INFINITY,
        bits => f32::from((bits & 0x3ff) | 0x400) * 2f32.powi(i32::from(bits >> 10) - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

fn to_half(value: f32) -> u16 {
    (0..=u16::MAX).find(|&bits| half(bits) == value && bits & 0x7fff <= 0x7c00).unwrap()
}

#[test]
fn halves_round_as_they_should() {
    let Some(device) = device() else { return };
    // scale (and a gap), values, last (three and a gap)
    let row = [2.0, 0.0, 0.0, 0.0, 1.0, 0.25, -3.0, 2048.0, 1.0, 2.0, 3.0, 0.0].map(to_half);
    let rows = device.upload("rows", &row).unwrap();
    let (results, sums) = (device.buffer("results", 24).unwrap(), device.buffer("sums", 12).unwrap());
    run(&device, "half", &[("rows", &rows), ("results", &results), ("sums", &sums)]);
    let results: Vec<f32> = results.read_blocking::<u16>().unwrap().into_iter().map(half).collect();
    // 4096.5 has no f16: it is halfway between neighbours 4 apart, and nearer to 4096.
    assert_eq!(results[..4], [2.5, 1.0, -5.5, 4096.0]);
    assert_eq!(results[4..8], [4.0, 0.25, -3.0, f32::INFINITY]);
    assert_eq!(results[8..], [0.5, 1.0, 1.5, 2048.0]);
    assert_eq!(sums.read_blocking::<f32>().unwrap(), [f32::INFINITY, 2046.25, 1.0]);
}

#[test]
fn cooperative_matrices_multiply() {
    let Some(device) = device() else { return };
    let a = |row: usize, column: usize| ((row * 7 + column * 3) % 11) as f32 - 5.0;
    let b = |row: usize, column: usize| ((row * 5 + column * 2) % 13) as f32 - 6.0;
    let start = |row: usize, column: usize| (row as f32 - column as f32) * 0.5;
    let matrix = |f: &dyn Fn(usize, usize) -> f32| -> Vec<u16> { (0..256).map(|i| to_half(f(i / 16, i % 16))).collect() };
    let (left, right) = (device.upload("a", &matrix(&a)).unwrap(), device.upload("b", &matrix(&b)).unwrap());
    let (wide, narrow) = (device.buffer("wide", 2048).unwrap(), device.upload("narrow", &matrix(&start)).unwrap());
    run(&device, "cooperative", &[("a", &left), ("b", &right), ("wide", &wide), ("narrow", &narrow)]);
    let (wide, narrow) = (wide.read_blocking::<f32>().unwrap(), narrow.read_blocking::<u16>().unwrap());
    for row in 0..16 {
        for column in 0..16 {
            let product: f32 = (0..16).map(|k| a(row, k) * b(k, column)).sum();
            let turned: f32 = (0..16).map(|k| a(k, row) * a(column, k)).sum();
            assert_eq!(wide[row * 16 + column], product, "{row}, {column}");
            // Stored column by column.
            assert_eq!(wide[256 + column * 16 + row], (product + turned) * 0.5, "{row}, {column}");
            assert_eq!(half(narrow[row * 16 + column]), start(row, column) + product, "{row}, {column}");
        }
    }
}

#[test]
fn matrices_multiply() {
    let m = [[1.0f32, 2.0, 3.0, 0.0], [0.0, 1.0, 4.0, 0.0], [5.0, 6.0, 0.0, 0.0]];
    let Some(results) = outputs::<[f32; 4], f32>("matrices", ("m", &m), 24) else { return };
    // Columns of m: (1 2 3), (0 1 4), (5 6 0).
    assert_eq!(results[..4], [16.0, 22.0, 11.0, 1.0]);
    assert_eq!(results[4..8], [14.0, 14.0, 17.0, 3.0 * 2.0 + 4.0 * 1.0]);
    assert_eq!(results[8..12], [4.0, 3.0, 16.0, 0.0]);
    assert_eq!(results[12..16], [1.0 + 3.0 + 6.0 + 7.0, 2.0 + 9.0 + 6.0 + 8.0, 6.0, 6.0]);
    assert_eq!(results[16..20], [-1.0, -6.0, 0.0, -1.0]);
    assert_eq!(results[20..], [-2.0; 4]);
}

#[test]
fn the_callers_memory_is_used_and_left_to_the_caller() {
    let Some(device) = device() else { return };
    #[repr(align(16))]
    struct Aligned([u32; 8]);
    let mut memory = Box::new(Aligned([9; 8]));
    let address = memory.0.as_mut_ptr() as u64;
    // SAFETY: the memory lives on after the buffer, and is not touched meanwhile.
    let buffer = unsafe { device.wrap_cuda("mine", address, 28) }.unwrap();
    assert_eq!(buffer.as_cuda(), Some(address));
    buffer.write(4, &[1u32]).unwrap();
    let mut encoder = device.encoder();
    encoder.clear(&buffer.slice(24, 4)).unwrap();
    encoder.submit().unwrap();
    drop(buffer);
    assert_eq!(memory.0, [9, 1, 9, 9, 9, 9, 0, 9]);
    // SAFETY: refused for its address.
    let unaligned = unsafe { device.wrap_cuda("mine", address + 4, 16) };
    assert!(matches!(unaligned, Err(EngineError::Range { .. })));
    assert!(device.cuda_stream().is_some());
}

#[test]
fn kernels_in_cuda_are_dispatched_by_name_too() {
    let Some(device) = device() else { return };
    let source = CudaSource {
        module: "example/scale",
        source: "struct Params { float factor; unsigned count; };
            extern \"C\" __global__ void scale(const __grid_constant__ Params params, const float* input, float* output) {
                const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < params.count) output[i] = input[i] * params.factor;
            }",
        kernel: "scale",
        workgroup_size: [32, 1, 1],
        shared_bytes: 0,
        cluster: None,
        params_bytes: 8,
        bindings: &[("input", Access::Read), ("output", Access::ReadWrite)],
    };
    // SAFETY: the kernel has these parameters, and `count` is the buffers' length.
    let kernel = unsafe { device.cuda_kernel(&source) }.unwrap();
    let input: Vec<f32> = (0..50).map(|i| i as f32).collect();
    let (input, output) = (device.upload("input", &input).unwrap(), device.buffer("output", 200).unwrap());
    let mut encoder = device.encoder();
    let bindings = [("output", output.whole()), ("input", input.whole())];
    encoder.dispatch(&kernel, Grid::flat(2), &bindings, &[0.5f32.to_bits(), 50]).unwrap();
    encoder.submit_and_wait().unwrap();
    assert!(output.read_blocking::<f32>().unwrap().iter().zip(0..).all(|(&x, i)| x == i as f32 * 0.5));
    // SAFETY: refused before it runs.
    let refused = unsafe { device.cuda_kernel(&CudaSource { shared_bytes: 1 << 20, ..source }) };
    assert!(matches!(refused, Err(EngineError::Shader { .. })));
}

#[test]
fn kernels_of_a_library_in_cuda_are_kept_and_replaced() {
    const LIBRARY: ShaderLibrary = ShaderLibrary {
        files: &[
            ShaderFile { module: "example/times", source: "__device__ inline float times(float x) { return x * FACTOR; }" },
            ShaderFile {
                module: "example/scale",
                source: "extern \"C\" __global__ void scale(float* values) { values[threadIdx.x] = times(values[threadIdx.x]); }",
            },
        ],
    };
    let Some(device) = device() else { return };
    let spec = CudaSpec {
        library: &LIBRARY,
        modules: &["example/times", "example/scale"],
        emulated: &[],
        constants: &[("FACTOR", 3)],
        kernel: "scale",
        workgroup_size: [4, 1, 1],
        shared_bytes: 0,
        cluster: None,
        params_bytes: 0,
        bindings: &[("values", Access::ReadWrite)],
    };
    let run = |spec: &CudaSpec<'_>| {
        let values = device.upload("values", &[1.0f32, 2.0, 3.0, 4.0]).unwrap();
        let mut encoder = device.encoder();
        let kernel = device.cuda_library_kernel(spec).unwrap();
        assert_eq!(kernel.max_binding_bytes(), u64::MAX);
        encoder.dispatch(&kernel, Grid::flat(1), &[("values", values.whole())], &[0u32; 0]).unwrap();
        encoder.submit_and_wait().unwrap();
        values.read_blocking::<f32>().unwrap()
    };
    assert_eq!(run(&spec), [3.0, 6.0, 9.0, 12.0]);
    assert_eq!(run(&CudaSpec { constants: &[("FACTOR", 5)], ..spec }), [5.0, 10.0, 15.0, 20.0]);
    device.replace_shader("example/times", Some("__device__ inline float times(float x) { return x + FACTOR; }".to_owned())).unwrap();
    assert_eq!(run(&spec), [4.0, 5.0, 6.0, 7.0]);
    let emulated = CudaSpec { modules: &["example/plus", "example/scale"], emulated: &[("example/plus", "example/times")], ..spec };
    assert_eq!(run(&emulated), [4.0, 5.0, 6.0, 7.0], "the replaced text of the module in the other's place");
    let missing = device.cuda_library_kernel(&CudaSpec { modules: &["example/none"], ..spec });
    assert!(missing.unwrap_err().to_string().contains("example/none"));
    assert!(matches!(Device::cpu().cuda_library_kernel(&spec), Err(EngineError::MissingFeature { .. })));
}

#[test]
fn a_kernel_of_another_device_is_refused() {
    let Some(device) = device() else { return };
    let Some(other) = self::device() else { return };
    let spec = KernelSpec { library: &LIBRARY, module: "pointers", entry: "main", constants: &[], features: &[] };
    let kernel = device.kernel(&spec).unwrap();
    let results = other.buffer("results", 28).unwrap();
    let refused = device.encoder().dispatch(&kernel, Grid::xyz(1, 1, 1), &[("results", results.whole())], &());
    assert!(matches!(refused, Err(EngineError::WrongDevice { .. })));
    let refused = other.encoder().dispatch(&kernel, Grid::xyz(1, 1, 1), &[("results", results.whole())], &());
    assert!(matches!(refused, Err(EngineError::Binding { .. })));
}

#[test]
fn an_index_past_the_end_is_an_error_that_names_the_array() {
    let Some(device) = device() else { return };
    let results = device.buffer("results", 3 * 4).unwrap();
    let error = try_run(&device, "pointers", &[("results", &results)], &()).unwrap_err().to_string();
    assert!(error.contains("index 7 of `results`, which has 3 elements"), "{error}");
    // The device goes on.
    let results = device.buffer("results", 8 * 4).unwrap();
    run(&device, "pointers", &[("results", &results)]);
}
