//! Running the program, and files for it.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// The program with arguments, free of this environment's settings and of what the user's `dsa tune` has measured.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dsa"));
    command.args(args).env_remove("DSA_LOG").env_remove("RUST_LOG").env_remove("DSA_VARIANT");
    command.env("DSA_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command
}

pub fn dsa(args: &[&str]) -> Output {
    command(args).output().expect("the program starts")
}

/// Runs an operation on the cpu device, from a folder's input file to its output file.
pub fn op(folder: &Folder, name: &str, flags: &[&str]) -> Output {
    let args = folder.args(name, flags);
    dsa(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Runs an operation that succeeds. Returns its JSON report.
pub fn report(folder: &Folder, name: &str, flags: &[&str]) -> serde_json::Value {
    json(&op(folder, name, &[flags, &["--json"]].concat()))
}

pub fn json(run: &Output) -> serde_json::Value {
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

/// Exit code 2 and one line on stderr that has all of `words`.
pub fn assert_refused(run: &Output, words: &[&str]) {
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.ends_with('\n') && stderr.lines().count() == 1, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "`{word}` is missing from: {stderr}");
    }
    assert!(run.stdout.is_empty(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// A folder of a test's own, removed at its end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dsa-cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file to be written as `in.safetensors`.
    pub fn input(&self) -> Input {
        Input { path: self.path("in.safetensors"), tensors: Vec::new() }
    }

    /// Arguments that run an operation on this folder's files.
    pub fn args(&self, name: &str, flags: &[&str]) -> Vec<String> {
        let path = |name| self.path(name).display().to_string();
        let files = ["--input".to_owned(), path("in.safetensors"), "--output".to_owned(), path("out.safetensors")];
        let device: &[&str] = if flags.contains(&"--device") { &[] } else { &["--device", "cpu"] };
        let start = ["op", name].into_iter().chain(device.iter().copied()).map(str::to_owned);
        start.chain(files).chain(flags.iter().map(|&flag| flag.to_owned())).collect()
    }

    /// A tensor of `out.safetensors`, which must have this type and shape.
    pub fn output(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Vec<u8> {
        let bytes = std::fs::read(self.path("out.safetensors")).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let view = file.tensor(name).unwrap();
        assert_eq!((view.dtype(), view.shape()), (dtype, shape), "{name}");
        view.data().to_vec()
    }

    pub fn output_f32(&self, name: &str, shape: &[usize]) -> Vec<f32> {
        bytemuck::pod_collect_to_vec(&self.output(name, Dtype::F32, shape))
    }

    pub fn output_i32(&self, name: &str, shape: &[usize]) -> Vec<i32> {
        bytemuck::pod_collect_to_vec(&self.output(name, Dtype::I32, shape))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Tensors of an input file.
pub struct Input {
    path: PathBuf,
    tensors: Vec<(&'static str, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Input {
    pub fn bytes(mut self, name: &'static str, dtype: Dtype, shape: &[usize], data: &[u8]) -> Self {
        self.tensors.push((name, dtype, shape.to_vec(), data.to_vec()));
        self
    }

    pub fn f32(self, name: &'static str, shape: &[usize], data: &[f32]) -> Self {
        self.bytes(name, Dtype::F32, shape, bytemuck::cast_slice(data))
    }

    pub fn i32(self, name: &'static str, shape: &[usize], data: &[i32]) -> Self {
        self.bytes(name, Dtype::I32, shape, bytemuck::cast_slice(data))
    }

    /// Zeros.
    pub fn zeros(self, name: &'static str, dtype: Dtype, shape: &[usize]) -> Self {
        let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        self.bytes(name, dtype, shape, &vec![0; bytes])
    }

    /// Leaves a tensor out again.
    pub fn without(mut self, name: &str) -> Self {
        self.tensors.retain(|tensor| tensor.0 != name);
        self
    }

    pub fn write(&self) {
        let view = |dtype, shape: &Vec<usize>, data| TensorView::new(dtype, shape.clone(), data).expect("a tensor");
        let views = self.tensors.iter().map(|(name, dtype, shape, data)| (*name, view(*dtype, shape, data.as_slice())));
        std::fs::write(&self.path, safetensors::serialize(views, None).unwrap()).unwrap();
    }
}

/// Numbers that are the same in every run (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// In -1..1.
    pub fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0).collect()
    }

    /// e4m3 codes without NaN, none above 8 in magnitude.
    pub fn codes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| (self.next() & 0x80) as u8 | self.below(0x50) as u8).collect()
    }
}

/// DeepGEMM's measure over finite elements; infinities must be in the same places.
pub fn difference(actual: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let (mut xy, mut xx_yy) = (0.0, 0.0);
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let a = f64::from(a);
        if a.is_finite() && e.is_finite() {
            xy += a * e;
            xx_yy += a * a + e * e;
        } else {
            assert_eq!(a, e, "element {i}");
        }
    }
    if xx_yy == 0.0 { 0.0 } else { 1.0 - 2.0 * xy / xx_yy }
}

/// FlashMLA's check: each element within `abs` or `rel`, and a cosine difference of at most `cos`.
pub fn assert_close(name: &str, actual: &[f32], expected: &[f64], abs: f64, rel: f64, cos: f64) {
    let found = difference(actual, expected);
    assert!(found <= cos, "{name}: cosine difference {found}");
    for (i, (&a, &e)) in actual.iter().zip(expected).enumerate() {
        let error = (f64::from(a) - e).abs();
        assert!(!e.is_finite() || error < abs || error / (e.abs() + 1e-6) < rel, "{name}[{i}] is {a}, expected {e}");
    }
}
