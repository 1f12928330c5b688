//! Memory of the host, for the `cpu` device.

use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A buffer in the host's memory. Bytes are aligned to 4, so that they can be seen as 32-bit numbers.
#[derive(Debug)]
pub struct HostBuffer {
    words: RwLock<Vec<u32>>,
    bytes: usize,
}

impl HostBuffer {
    /// Zero-filled; `None` if the host has no memory for it.
    pub(crate) fn new(bytes: u64) -> Option<Self> {
        let bytes = usize::try_from(bytes).ok()?;
        let mut words = Vec::new();
        words.try_reserve_exact(bytes.div_ceil(4)).ok()?;
        words.resize(bytes.div_ceil(4), 0);
        Some(HostBuffer { words: RwLock::new(words), bytes })
    }

    /// Locks the buffer for reading. A writer elsewhere is waited for; the same thread must not hold [`HostBuffer::write`]'s guard.
    pub fn read(&self) -> HostReadGuard<'_> {
        HostReadGuard { words: self.words.read().unwrap_or_else(PoisonError::into_inner), bytes: self.bytes }
    }

    /// Locks the buffer for writing. Other guards are waited for; the same thread must hold none.
    pub fn write(&self) -> HostWriteGuard<'_> {
        HostWriteGuard { words: self.words.write().unwrap_or_else(PoisonError::into_inner), bytes: self.bytes }
    }
}

/// Read access to a [`HostBuffer`]'s bytes.
#[derive(Debug)]
pub struct HostReadGuard<'a> {
    words: RwLockReadGuard<'a, Vec<u32>>,
    bytes: usize,
}

impl Deref for HostReadGuard<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.bytes]
    }
}

/// Write access to a [`HostBuffer`]'s bytes.
#[derive(Debug)]
pub struct HostWriteGuard<'a> {
    words: RwLockWriteGuard<'a, Vec<u32>>,
    bytes: usize,
}

impl Deref for HostWriteGuard<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.bytes]
    }
}

impl DerefMut for HostWriteGuard<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.bytes]
    }
}
