//! The examples run, and their results are right: each checks its own.

#[expect(dead_code, reason = "main is the example's")]
#[path = "../examples/own_device.rs"]
mod own_device;

#[test]
fn own_device() {
    let outcome = own_device::run().unwrap();
    // Without a GPU the example says so, and that is all it can do.
    assert!(outcome.contains("add up") || outcome.starts_with("No GPU"), "{outcome}");
    let required = std::env::var("DSA_REQUIRE").unwrap_or_default();
    assert!(outcome.contains("add up") || !required.split(',').any(|name| name == "vulkan"), "{outcome}");
}
