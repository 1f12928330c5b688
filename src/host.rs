//! Memory of the cpu device's buffers as slices.

use std::ops::Range;

use dsa_engine::{Buffer, HostReadGuard, HostWriteGuard};

use crate::{Error, Result};

const ELSEWHERE: (&str, &str) = ("a buffer of the cpu device", "a buffer of a GPU");

/// Locks an input.
pub(crate) fn read<'a>(argument: &'static str, buffer: &'a Buffer) -> Result<HostReadGuard<'a>> {
    buffer.host().map(|host| host.read()).ok_or_else(|| Error::shape(argument, ELSEWHERE.0, ELSEWHERE.1))
}

/// Locks an output, which [`crate::windows::distinct`] has found to be none of the buffers that the caller holds locked.
pub(crate) fn write<'a>(argument: &'static str, buffer: &'a Buffer) -> Result<HostWriteGuard<'a>> {
    buffer.host().map(|host| host.write()).ok_or_else(|| Error::shape(argument, ELSEWHERE.0, ELSEWHERE.1))
}

/// Elements `range` of 4-byte numbers in memory that was checked to be long enough.
pub(crate) fn numbers<T: bytemuck::Pod>(bytes: &[u8], range: Range<u64>) -> &[T] {
    bytemuck::cast_slice(&bytes[range.start as usize * size_of::<T>()..range.end as usize * size_of::<T>()])
}

/// [`numbers`], to be written.
pub(crate) fn numbers_mut<T: bytemuck::Pod>(bytes: &mut [u8], range: Range<u64>) -> &mut [T] {
    bytemuck::cast_slice_mut(&mut bytes[range.start as usize * size_of::<T>()..range.end as usize * size_of::<T>()])
}
