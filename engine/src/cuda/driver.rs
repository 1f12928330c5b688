//! What the backend asks of a driver: CUDA itself, or its emulation on the host.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use super::translate::Translation;

/// Memory of the device, as its driver counts it.
pub(crate) type Address = u64;

/// Why a driver could not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    OutOfMemory,
    Failed(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::OutOfMemory => f.write_str("out of memory"),
            Failure::Failed(reason) => f.write_str(reason),
        }
    }
}

/// A loaded kernel; lives as long as its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Function(pub(crate) usize);

/// A point in the stream of work.
#[derive(Debug)]
pub(crate) struct Mark(pub(crate) u64);

/// One launch.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) function: Function,
    pub(crate) grid: [u32; 3],
    pub(crate) block: [u32; 3],
    pub(crate) shared_bytes: u32,
    /// Blocks of a cluster; none for kernels that use no clusters.
    pub(crate) cluster: Option<[u32; 3]>,
    pub(crate) arguments: Arguments,
}

/// The values of a kernel's parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    // In units of 16 bytes, so that every value is aligned as its type may ask.
    words: Vec<u128>,
    starts: Vec<usize>,
}

impl Arguments {
    pub(crate) fn push(&mut self, value: &[u8]) {
        self.starts.push(self.words.len());
        for part in value.chunks(16) {
            let mut word = [0; 16];
            word[..part.len()].copy_from_slice(part);
            self.words.push(u128::from_ne_bytes(word));
        }
    }

    /// A pointer to each value: what a launch is given. They are valid while `self` is.
    pub(crate) fn pointers(&self) -> Vec<*const c_void> {
        self.starts.iter().map(|&start| self.words[start..].as_ptr().cast()).collect()
    }
}

/// All work goes to one stream, in order.
pub(crate) trait Driver: std::fmt::Debug + Send + Sync {
    /// Zero-filled memory, aligned to at least 256 bytes.
    fn allocate(&self, bytes: u64) -> Result<Address, Failure>;
    /// Gives memory back once the work submitted so far is done with it.
    ///
    /// # Safety
    /// `at` comes from [`Driver::allocate`] of this driver, and is not used by work submitted later.
    unsafe fn free(&self, at: Address, bytes: u64);
    /// Copies from the host; the source may change as soon as this returns.
    ///
    /// # Safety
    /// The device may write so many bytes at `to`.
    unsafe fn write(&self, to: Address, data: &[u8]) -> Result<(), Failure>;
    /// Copies to the host, after all work so far.
    ///
    /// # Safety
    /// The device may read so many bytes at `from`.
    unsafe fn read(&self, from: Address, target: &mut [u8]) -> Result<(), Failure>;
    /// Fills with zeros.
    ///
    /// # Safety
    /// The device may write so many bytes at `at`.
    unsafe fn clear(&self, at: Address, bytes: u64) -> Result<(), Failure>;
    /// Copies within the device; the ranges do not overlap.
    ///
    /// # Safety
    /// The device may read so many bytes at `from`, and write them at `to`.
    unsafe fn copy(&self, from: Address, to: Address, bytes: u64) -> Result<(), Failure>;
    /// Compiles and loads.
    fn load(&self, kernel: &Translation) -> Result<Function, Failure>;
    /// Whether kernels should check their indices.
    fn checks_bounds(&self) -> bool;
    /// Starts a kernel.
    ///
    /// # Safety
    /// The function is of this driver, the arguments are those of its translation, and their pointers are to memory that the kernel may use
    /// in the way and as far as the shader does.
    unsafe fn launch(&self, launch: &Launch) -> Result<(), Failure>;
    /// Marks the point where all work so far is done.
    fn mark(&self) -> Result<Mark, Failure>;
    /// The times between neighbours, after waiting for them.
    fn elapsed(&self, marks: Vec<Mark>) -> Result<Vec<Duration>, Failure>;
    /// Waits for all work so far.
    fn wait(&self) -> Result<(), Failure>;
    /// The stream's handle; null for the emulation.
    fn stream(&self) -> *mut c_void;
}

/// Memory that a buffer holds.
#[derive(Debug)]
pub(crate) struct Memory {
    driver: Arc<dyn Driver>,
    pub(crate) address: Address,
    bytes: u64,
    owned: bool,
}

impl Memory {
    pub(crate) fn allocate(driver: &Arc<dyn Driver>, bytes: u64) -> Result<Self, Failure> {
        let address = driver.allocate(bytes)?;
        Ok(Memory { driver: Arc::clone(driver), address, bytes, owned: true })
    }

    /// Memory of somebody else, who gives it back.
    pub(crate) fn borrowed(driver: &Arc<dyn Driver>, address: Address, bytes: u64) -> Self {
        Memory { driver: Arc::clone(driver), address, bytes, owned: false }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: allocated above, and nobody can submit work with it any more: commands hold the memory until they are issued.
            unsafe { self.driver.free(self.address, self.bytes) };
        }
    }
}
