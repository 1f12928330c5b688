//! The parts of the program that `dsa op` is made of: it is no library, so its files are compiled here too.

#[path = "../src/cli/failure.rs"]
mod failure;
#[path = "../src/cli/op/mod.rs"]
pub mod op;
#[path = "../src/cli/output.rs"]
mod output;

pub use failure::Failure;
use portable_dsa::engine::Device;

/// As `src/cli/mod.rs` has it, on the cpu device.
#[derive(Debug)]
pub struct Context {
    pub json: bool,
}

impl Context {
    pub fn open(&self) -> Result<Device, Failure> {
        Ok(Device::cpu())
    }
}
