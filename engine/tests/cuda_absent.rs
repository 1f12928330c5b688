//! CUDA devices on machines without NVIDIA's driver: errors that say what is missing, and nothing else changes.

use dsa_engine::{Device, EngineError};

fn has_driver() -> bool {
    Device::list().iter().any(|(info, _)| info.selector.starts_with("cuda:"))
}

#[test]
fn without_a_driver_cuda_says_what_to_install() {
    if has_driver() {
        eprintln!("skipped: this machine has a CUDA device");
        return;
    }
    for selector in ["cuda", "cuda:0", "cuda:3"] {
        let error = Device::open(selector).unwrap_err();
        match &error {
            EngineError::NotInstalled { selector, .. } => assert!(selector.starts_with("cuda:")),
            // A driver that finds no GPU.
            EngineError::NoSuchDevice { .. } => continue,
            other => panic!("{other}"),
        }
        let text = error.to_string();
        assert!(text.contains("libcuda.so.1") && text.contains("install"), "{text}");
    }
    assert!(Device::open("auto").is_ok(), "a missing driver must not get in the way of other devices");
}

#[test]
fn numbers_that_are_none_are_unknown_selectors() {
    assert!(matches!(Device::open("cuda:first"), Err(EngineError::UnknownSelector { .. })));
    assert!(matches!(Device::open("cudaa"), Err(EngineError::UnknownSelector { .. })));
}

#[test]
fn cuda_memory_belongs_to_cuda_devices() {
    let cpu = Device::cpu();
    // SAFETY: refused before the address is looked at.
    let refused = unsafe { cpu.wrap_cuda("memory", 0x1000, 16) };
    assert!(matches!(refused, Err(EngineError::MissingFeature { .. })));
    assert_eq!(cpu.cuda_stream(), None);
    assert_eq!(cpu.buffer("memory", 16).unwrap().as_cuda(), None);
}
