//! The translation to CUDA C++: its text for small shaders of each construct (`tests/translate/*.wgsl`, kept beside them as `*.cu`), what it
//! refuses, and, where NVRTC is installed, that the text compiles.
//!
//! `DSA_UPDATE_SNAPSHOTS=1 cargo test -p dsa-engine --test translate` rewrites the kept texts. `nvrtc` in `DSA_REQUIRE` makes a missing NVRTC
//! a failure.

use std::path::{Path, PathBuf};

use dsa_engine::cuda::nvrtc::{Nvrtc, OPTIONS};
use dsa_engine::cuda::translate::{Options, Passing, RuntimeArray, SubgroupLanes, TranslateError, Translation, translate};
use naga::valid::{Capabilities, ModuleInfo, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};

fn validate(module: &naga::Module) -> ModuleInfo {
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::all());
    let validator = validator.subgroup_stages(ShaderStages::COMPUTE).subgroup_operations(SubgroupOperationSet::all());
    validator.validate(module).unwrap()
}

fn parsed(wgsl: &str) -> (naga::Module, ModuleInfo) {
    let module = naga::front::wgsl::parse_str(wgsl).unwrap_or_else(|error| panic!("{}", error.emit_to_string(wgsl)));
    let info = validate(&module);
    let (module, info) = naga::back::pipeline_constants::process_overrides(&module, &info, None, &Default::default()).unwrap();
    (module.into_owned(), info.into_owned())
}

fn translated_with(wgsl: &str, options: &Options<'_>) -> Result<Translation, TranslateError> {
    let (module, info) = parsed(wgsl);
    translate(&module, &info, &Options { wgsl: Some(wgsl), ..*options })
}

fn translated(wgsl: &str) -> Result<Translation, TranslateError> {
    translated_with(wgsl, &Options::default())
}

fn fixtures() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/translate");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wgsl"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap().replace("\r\n", "\n"))).collect()
}

/// What is the shader's own; the prelude before it is a file already.
fn own_text(translation: &Translation) -> &str {
    &translation.source[translation.source.find("namespace shader").unwrap()..]
}

#[test]
fn texts_are_as_kept() {
    let update = std::env::var_os("DSA_UPDATE_SNAPSHOTS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (path, wgsl) in fixtures() {
        let translation = translated(&wgsl).unwrap();
        let kept = path.with_extension("cu");
        if update {
            std::fs::write(&kept, own_text(&translation)).unwrap();
        } else if std::fs::read_to_string(&kept).unwrap_or_default().replace("\r\n", "\n") != own_text(&translation) {
            wrong.push(format!("{}: now\n{}", kept.display(), own_text(&translation)));
        }
    }
    assert!(wrong.is_empty(), "{}\nrun DSA_UPDATE_SNAPSHOTS=1 cargo test -p dsa-engine --test translate, and look at it", wrong.join("\n"));
}

#[test]
fn nvrtc_compiles_every_construct() {
    let nvrtc = match Nvrtc::load() {
        Ok(nvrtc) => nvrtc,
        Err(error) => {
            let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
            assert!(!required.split(',').any(|name| name == "nvrtc"), "required by DSA_REQUIRE: {error}");
            eprintln!("skipped: {error}");
            return;
        }
    };
    let forms = [
        Options::default(),
        Options {
            bounds_checks: true,
            zero_workgroup_memory: true,
            subgroup_lanes: SubgroupLanes::Active,
            blocks_per_multiprocessor: Some(2),
            ..Options::default()
        },
    ];
    for (path, wgsl) in fixtures() {
        for (options, architecture) in forms.iter().zip(["sm_75", "sm_90a"]) {
            let source = translated_with(&wgsl, options).unwrap().source;
            let compiled = nvrtc.compile(&source, architecture, &OPTIONS).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            assert!(compiled.cubin.starts_with(b"\x7fELF"), "{path:?}");
            assert!(compiled.log.is_empty(), "{path:?}: {}", compiled.log);
        }
    }
}

#[test]
fn parameters_are_described() {
    let structs = fixtures().into_iter().find(|(path, _)| path.ends_with("structs.wgsl")).unwrap().1;
    let translation = translated(&structs).unwrap();
    let names: Vec<_> = translation.bindings.iter().map(|binding| (binding.name.as_str(), binding.min_bytes)).collect();
    assert_eq!(names, [("params", 8), ("table", 112), ("points", 16), ("lengths", 4)]);
    let table = Passing::Pointer { writable: true, runtime_array: Some(RuntimeArray { offset: 96, stride: 16 }) };
    assert_eq!(translation.bindings[0].passing, Passing::Value);
    assert_eq!(translation.bindings[1].passing, table);
    assert_eq!(RuntimeArray { offset: 96, stride: 16 }.elements(96 + 35), 2);
    let workgroup = fixtures().into_iter().find(|(path, _)| path.ends_with("workgroup.wgsl")).unwrap().1;
    let translation = translated(&workgroup).unwrap();
    assert_eq!((translation.workgroup_size, translation.workgroup_memory), ([16, 4, 1], 272));
}

#[test]
fn options_change_the_text() {
    let wgsl = "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
        var<workgroup> shared_: array<u32, 4>;
        @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
            shared_[i & 3u] = 1u;
            data[i] = subgroupAdd(shared_[1]);
        }";
    let plain = translated(wgsl).unwrap();
    assert_eq!(plain.kernel, "main_kernel");
    assert!(plain.source.contains("data[i] = wgsl::subgroupAdd") || plain.source.contains("__launch_bounds__(64) main_kernel("));
    assert!(!own_text(&plain).contains("checked"));
    let options = Options {
        kernel: Some("sum"),
        bounds_checks: true,
        zero_workgroup_memory: true,
        subgroup_lanes: SubgroupLanes::Active,
        blocks_per_multiprocessor: Some(2),
        ..Options::default()
    };
    let checked = translated_with(wgsl, &options).unwrap();
    for part in ["wgsl::checked(i, data_length, \"data\")", "wgsl::zero<64>(workgroup)", "__activemask()", "__launch_bounds__(64, 2) sum("]
    {
        assert!(own_text(&checked).contains(part), "{part}:\n{}", own_text(&checked));
    }
}

#[test]
fn refusals_name_the_construct_and_its_line() {
    let cases = [
        (
            "enable wgpu_cooperative_matrix;
             enable f16;
             @group(0) @binding(0) var<storage, read_write> data: array<f32>;
             @compute @workgroup_size(32) fn main() {
                 var sum = coop_mat8x8<f32, C>();
                 coopStore(sum, &data[0], 8u);
             }",
            "coop_mat8x8<f32, C>: a warp multiplies 16x16 matrices",
            (5, "var sum = coop_mat8x8<f32, C>();"),
        ),
        (
            "@group(0) @binding(0) var image: texture_2d<f32>;
             @group(0) @binding(1) var<storage, read_write> data: array<vec4<f32>>;
             @compute @workgroup_size(1) fn main() {
                 data[0] = textureLoad(image, vec2<i32>(0, 0), 0);
             }",
            "a texture or sampler",
            (1, "@group(0) @binding(0) var image: texture_2d<f32>;"),
        ),
        (
            "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
             @compute @workgroup_size(1) fn main() {
                 var i = 0u;
                 loop {
                     let next = i + 1u;
                     data[i] = next;
                     if (next > 5u) { break; }
                     continuing { i = next; }
                 }
             }",
            "a `continuing` block that uses a value of the loop's body",
            (5, "let next = i + 1u;"),
        ),
        (
            "@group(0) @binding(0) var<storage, read_write> data: array<f32>;
             @compute @workgroup_size(1) fn main() {
                 data[0] = f32(f64(data[1]) * 2.0lf);
             }",
            "Float numbers of 64 bits",
            (3, "data[0] = f32(f64(data[1]) * 2.0lf);"),
        ),
    ];
    for (wgsl, construct, place) in cases {
        let error = translated(wgsl).unwrap_err();
        let TranslateError::Unsupported { construct: found, line, text } = &error else { panic!("{error}") };
        assert_eq!(found, construct, "{error}");
        let (number, words) = place;
        assert_eq!((*line, text.as_deref()), (Some(number), Some(words)), "{error}");
        assert_eq!(error.to_string(), format!("no translation to CUDA C++ of {construct}, line {number}: `{words}`"));
    }
}

#[test]
fn parameters_past_what_a_kernel_takes_are_refused() {
    let wgsl = "@group(0) @binding(0) var<uniform> table: array<vec4<f32>, 300>;
        @group(0) @binding(1) var<storage, read_write> data: array<vec4<f32>>;
        @compute @workgroup_size(1) fn main() { data[0] = table[u32(data[1].x)]; }";
    let error = translated(wgsl).unwrap_err();
    assert_eq!(error.to_string(), "no translation to CUDA C++ of parameters of 4816 bytes: a kernel takes 4096");
}

#[test]
fn an_entry_point_must_be_found_and_overrides_resolved() {
    let two = "@compute @workgroup_size(1) fn a() {}  @compute @workgroup_size(1) fn b() {}";
    let error = translated(two).unwrap_err();
    assert_eq!(error.to_string(), "no single compute entry point `(the only one)`; the module has: a, b");
    let b = Options { entry_point: Some("b"), ..Options::default() };
    assert_eq!(translated_with(two, &b).unwrap().kernel, "b");
    let wgsl = "override n: u32 = 1u; @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        @compute @workgroup_size(1) fn main() { data[0] = n; }";
    let module = naga::front::wgsl::parse_str(wgsl).unwrap();
    let error = translate(&module, &validate(&module), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("the unresolved override `n`"), "{error}");
}
