//! Files of measurements, and what plans make of them.

use super::*;
use crate::topk::{Method, TopK, TopKOptions};
use crate::variant::choose_measured;
use crate::{Result, Variant};

const CLASS: (u64, u64) = (4, 40_000);

fn class() -> Class {
    Class::top_k(CLASS.0, CLASS.1).unwrap()
}

fn timing(variant: Variant, method: Option<Method>, seconds: f64) -> Timing {
    Timing { candidate: Candidate { variant, method }, seconds: Some(seconds).filter(|seconds| seconds.is_finite()) }
}

fn measurements(device: &Device, class: &Class, timings: &[Timing]) -> Measurements {
    let mut measurements = Measurements::new(device);
    measurements.insert(Measured::new(class, "4 x 65536".to_owned(), "2026-11-23".to_owned(), timings.to_vec()));
    measurements
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Folder(std::env::temp_dir().join(format!("dsa-tuning-{name}-{}", std::process::id())))
    }

    fn file(&self) -> PathBuf {
        self.0.join("inner/tuning.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_saved_is_loaded() {
    let (device, folder) = (Device::cpu(), Folder::new("round-trip"));
    let timings = [
        timing(Variant::Generic, Some(Method::WholeRows), 0.0034),
        timing(Variant::Generic, Some(Method::Chunks), 0.0012),
        timing(Variant::Sm90, None, f64::NAN),
    ];
    let mut saved = measurements(&device, &class(), &timings);
    saved.save(&folder.file()).unwrap();
    let loaded = Measurements::load(&folder.file()).unwrap();
    assert_eq!(loaded, saved);
    assert!(loaded.check(&device).is_ok());
    // A class that is measured again replaces what was there; another stands beside it.
    saved.insert(Measured::new(&class(), String::new(), String::new(), Vec::new()));
    assert_eq!((saved.classes().len(), saved.classes()[0].timings.len()), (1, 0));
    let other = Class::index_logits(64, 128, 1).unwrap();
    saved.insert(Measured::new(&other, String::new(), String::new(), Vec::new()));
    assert_eq!(saved.classes().len(), 2);
    let left: Vec<_> = std::fs::read_dir(folder.file().parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_broken_file_is_told_from_an_absent_one() {
    let folder = Folder::new("broken");
    assert!(matches!(Measurements::load(&folder.file()), Err(TuningError::Read { .. })));
    let whole = measurements(&Device::cpu(), &class(), &[timing(Variant::Generic, None, 1.0)]);
    whole.save(&folder.file()).unwrap();
    let text = std::fs::read_to_string(folder.file()).unwrap();
    for broken in ["", "[]", "{}", &text[..text.len() / 2], &text.replace("generic", "magic"), &text.replace("1.0", "\"soon\"")] {
        std::fs::write(folder.file(), broken).unwrap();
        let error = Measurements::load(&folder.file()).unwrap_err();
        assert!(matches!(error, TuningError::Parse { .. }) && error.to_string().contains("tuning.json"), "{error}");
    }
}

#[test]
fn measurements_of_another_device_driver_or_version_are_refused() {
    let device = Device::cpu();
    let good = measurements(&device, &class(), &[]);
    assert!(good.clone().attach(&device).is_ok());
    type Field = fn(&mut Origin) -> &mut String;
    let changes: [(Field, &str); 5] = [
        (|origin| &mut origin.name, "name"),
        (|origin| &mut origin.backend, "API"),
        (|origin| &mut origin.driver, "driver"),
        (|origin| &mut origin.version, "version"),
        (|origin| &mut origin.shaders, "shaders"),
    ];
    for (field, word) in changes {
        let mut other = good.clone();
        *field(&mut other.device) = "another".to_owned();
        let error = other.attach(&device).unwrap_err();
        assert!(matches!(error, TuningError::Stale { .. }) && error.to_string().contains(word), "{error}");
    }
}

#[test]
fn a_handle_keeps_what_it_was_given() {
    let device = Device::cpu();
    let attached = measurements(&device, &class(), &[]).attach(&device).unwrap();
    assert!(Measurements::attached(&device).is_none());
    assert_eq!(Measurements::attached(&attached.clone()).map(|measurements| measurements.classes().len()), Some(1));
    // The cpu device has one variant, whatever a file says.
    let options = TopKOptions { rows: CLASS.0, columns: CLASS.1, top_k: 4, ..Default::default() };
    assert_eq!(TopK::plan(&attached, options).unwrap().variant(), Variant::Cpu);
}

/// A device that runs every variant but `cpu`; `None` without `g++`.
fn gpu() -> Option<Device> {
    let device = Device::open("cuda-emulation").ok();
    let required = std::env::var("DSA_REQUIRE").is_ok_and(|names| names.split(',').any(|name| name == "cuda-emulation"));
    assert!(device.is_some() || !required, "DSA_REQUIRE wants cuda-emulation");
    device
}

fn chosen(device: &Device, timings: &[Timing], requested: Option<Variant>, available: &[Variant]) -> Result<(Variant, String)> {
    let device = measurements(device, &class(), timings).attach(device).unwrap();
    choose_measured(&device, requested, available, &Timings::of(&device, Some(class())))
}

#[test]
fn the_fastest_variant_is_chosen_among_those_that_can_run() -> Result<()> {
    let Some(device) = gpu() else { return Ok(()) };
    let available = [Variant::Cpu, Variant::Subgroup, Variant::Generic];
    let (generic, subgroup, cpu) = (
        timing(Variant::Generic, None, 0.0012),
        timing(Variant::Subgroup, None, 0.0034),
        // No GPU can run it: somebody has changed the file.
        timing(Variant::Cpu, None, 0.0001),
    );
    assert_eq!(chosen(&device, &[], None, &available)?.0, Variant::Subgroup);
    let (variant, reason) = chosen(&device, &[cpu, subgroup, generic], None, &available)?;
    assert_eq!(variant, Variant::Generic);
    assert_eq!(reason, "fastest of 2 measured on 2026-11-23 at 4 x 65536: 1.20ms against 3.40ms (subgroup)");
    // One that the shape does not have does not count.
    assert_eq!(chosen(&device, &[subgroup, generic], None, &[Variant::Subgroup])?.0, Variant::Subgroup);
    // What is asked for comes first.
    assert_eq!(chosen(&device, &[subgroup, generic], Some(Variant::Subgroup), &available)?.0, Variant::Subgroup);
    // One that failed is not chosen, first in the order or not.
    let failed = timing(Variant::Subgroup, None, f64::NAN);
    let (variant, reason) = chosen(&device, &[failed, generic], None, &available)?;
    assert!(variant == Variant::Generic && reason.ends_with("against failure (subgroup)"), "{variant}: {reason}");
    // Nothing that can run was timed; and times that are none.
    assert_eq!(chosen(&device, &[cpu], None, &available)?.0, Variant::Subgroup);
    assert_eq!(chosen(&device, &[timing(Variant::Generic, None, -1.0), failed], None, &available)?.0, Variant::Subgroup);
    Ok(())
}

#[test]
fn plans_of_the_class_and_no_others_follow_measurements() -> Result<()> {
    let Some(device) = gpu() else { return Ok(()) };
    let whole = timing(Variant::Generic, Some(Method::WholeRows), 0.001);
    let chunks = timing(Variant::Generic, Some(Method::Chunks), 0.002);
    let device = measurements(&device, &class(), &[whole, chunks]).attach(&device).unwrap();
    let options = TopKOptions { rows: CLASS.0, columns: CLASS.1, top_k: 4, variant: Some(Variant::Generic), ..Default::default() };
    let plan = TopK::plan(&device, options)?;
    assert_eq!(plan.method(), Some(Method::WholeRows));
    assert!(plan.reason().contains("fastest of 2") && plan.reason().contains("2.00ms (generic Chunks)"), "{}", plan.reason());
    for (options, method) in [
        (TopKOptions { columns: 140_000, ..options }, Method::Chunks),
        (TopKOptions { method: Some(Method::Chunks), ..options }, Method::Chunks),
    ] {
        assert_eq!(TopK::plan(&device, options)?.method(), Some(method));
    }
    Ok(())
}
