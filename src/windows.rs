//! Parts of tensors that one binding holds. A binding is at most `max_binding_bytes` long (128 MiB by WebGPU's defaults) and starts at an
//! aligned address; a tensor may be larger, and a part of it may start anywhere.

use std::ops::Range;

use dsa_engine::{Binding, Buffer, Device, Kernel};

use crate::{Error, Result};

/// What a device can bind at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BindingLimits {
    bytes: u64,
    alignment: u64,
}

impl BindingLimits {
    /// The device's limits; `most` lowers them.
    pub(crate) fn new(device: &Device, most: Option<u64>) -> Self {
        let capabilities = device.capabilities();
        let bytes = most.unwrap_or(u64::MAX).min(capabilities.max_binding_bytes);
        BindingLimits { bytes, alignment: u64::from(capabilities.offset_alignment).max(4) }
    }

    /// What a kernel on the device can see; `most` lowers it.
    pub(crate) fn of_kernel(device: &Device, kernel: &Kernel, most: Option<u64>) -> Self {
        BindingLimits { bytes: most.unwrap_or(u64::MAX).min(kernel.max_binding_bytes()), ..BindingLimits::new(device, None) }
    }

    /// Bytes of a part that can be bound wherever it starts.
    pub(crate) fn usable(self) -> u64 {
        self.bytes.saturating_sub(self.alignment)
    }

    /// How many items fit if each has so many bytes in several tensors; an error names `argument` if not even one does.
    pub(crate) fn items(self, argument: &'static str, item_bytes: &[u64]) -> Result<u64> {
        let largest = item_bytes.iter().copied().max().unwrap_or(0).max(1);
        match self.usable() / largest {
            0 => Err(Error::range(argument, format!("at most {} bytes, what the device can bind at once", self.usable()), largest)),
            items => Ok(items),
        }
    }

    /// Binds `bytes` bytes from `offset` on. Returns the binding, which starts at the aligned address before, and the words to skip in it.
    pub(crate) fn bind(self, buffer: &Buffer, offset: u64, bytes: u64) -> (Binding, u32) {
        let start = offset - offset % self.alignment;
        // The skip is smaller than the alignment, which fits easily.
        (buffer.slice(start, offset - start + bytes), ((offset - start) / 4) as u32)
    }
}

/// `0..total` in consecutive ranges of at most `step`.
pub(crate) fn ranges(total: u64, step: u64) -> impl Iterator<Item = Range<u64>> {
    let step = step.max(1);
    (0..total.div_ceil(step)).map(move |i| i * step..((i + 1) * step).min(total))
}

/// A count that the limits of bindings keep far below 2^32.
pub(crate) fn word(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Checks that a tensor has at least `bytes` bytes.
pub(crate) fn at_least(argument: &'static str, buffer: &Buffer, bytes: u64) -> Result<()> {
    if buffer.size() < bytes {
        return Err(Error::shape(argument, format!("at least {bytes} bytes"), format!("{} bytes", buffer.size())));
    }
    Ok(())
}

/// Checks that no output is the same buffer as an input or as another output.
pub(crate) fn distinct(outputs: &[(&'static str, &Buffer)], inputs: &[&Buffer]) -> Result<()> {
    for (i, (argument, output)) in outputs.iter().enumerate() {
        if inputs.iter().any(|input| input.shares_memory(output)) {
            return Err(Error::shape(argument, "a buffer of its own", "a buffer that is also an input"));
        }
        if let Some((other, _)) = outputs[..i].iter().find(|(_, other)| other.shares_memory(output)) {
            return Err(Error::shape(argument, "a buffer of its own", format!("the buffer of {other}")));
        }
    }
    Ok(())
}

/// A product of sizes, or an error that names the argument whose tensor would be too large.
pub(crate) fn product(argument: &'static str, factors: &[u64]) -> Result<u64> {
    factors
        .iter()
        .try_fold(1u64, |product, &factor| product.checked_mul(factor))
        .filter(|&bytes| bytes <= i64::MAX as u64)
        .ok_or_else(|| Error::range(argument, "tensors below 2^63 bytes", format!("{factors:?}")))
}

/// Buffers that together hold a cache of rows (or pages) in segments of equal length, the last of which may be shorter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segments {
    /// Bytes of a row.
    pub(crate) row_bytes: u64,
    /// Rows in each segment but the last.
    pub(crate) rows_per_segment: u64,
}

/// A part of a cache that one binding holds.
#[derive(Debug)]
pub(crate) struct CacheWindow {
    pub(crate) binding: Binding,
    /// Words from the start of the binding to the first row.
    pub(crate) offset: u32,
    /// Its first row in the whole cache.
    pub(crate) first_row: u32,
    pub(crate) rows: u32,
}

impl Segments {
    /// Rows of each segment, checked: whole rows, all but the last `rows_per_segment` of them.
    pub(crate) fn rows(&self, argument: &'static str, cache: &[Buffer]) -> Result<Vec<u64>> {
        let mut all = Vec::with_capacity(cache.len());
        for (i, segment) in cache.iter().enumerate() {
            let rows = segment.size() / self.row_bytes;
            let last = i + 1 == cache.len();
            if segment.size() % self.row_bytes != 0 || rows > self.rows_per_segment || (!last && rows != self.rows_per_segment) {
                let expected = format!("segments of {} x {} bytes, the last may be shorter", self.rows_per_segment, self.row_bytes);
                return Err(Error::shape(argument, expected, format!("{} bytes in segment {i}", segment.size())));
            }
            all.push(rows);
        }
        if all.iter().sum::<u64>() > i32::MAX as u64 {
            return Err(Error::range(argument, "at most 2^31 - 1 rows or pages", all.iter().sum::<u64>()));
        }
        Ok(all)
    }

    /// The windows of all segments, in order.
    pub(crate) fn windows(&self, argument: &'static str, limits: BindingLimits, cache: &[Buffer]) -> Result<Vec<CacheWindow>> {
        let step = limits.items(argument, &[self.row_bytes])?;
        let mut windows = Vec::new();
        let mut first = 0;
        for (segment, rows) in cache.iter().zip(self.rows(argument, cache)?) {
            for range in ranges(rows, step) {
                let count = range.end - range.start;
                let (binding, offset) = limits.bind(segment, range.start * self.row_bytes, count * self.row_bytes);
                windows.push(CacheWindow { binding, offset, first_row: word(first + range.start), rows: word(count) });
            }
            first += rows;
        }
        Ok(windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_everything_once() {
        assert_eq!(ranges(7, 3).collect::<Vec<_>>(), [0..3, 3..6, 6..7]);
        assert_eq!(ranges(0, 3).count(), 0);
    }

    #[test]
    fn outputs_have_buffers_of_their_own() {
        let device = Device::cpu();
        let [a, b, c] = ["a", "b", "c"].map(|label| device.buffer(label, 4).unwrap());
        assert!(distinct(&[("a", &a), ("b", &b)], &[&c, &c]).is_ok());
        assert!(matches!(distinct(&[("a", &a), ("b", &b)], &[&c, &b.clone()]), Err(Error::Shape { argument: "b", .. })));
        assert!(matches!(distinct(&[("a", &a), ("b", &a)], &[&c]), Err(Error::Shape { argument: "b", .. })));
    }

    #[test]
    fn a_part_starts_at_an_aligned_address() {
        let limits = BindingLimits { bytes: 4096, alignment: 256 };
        let buffer = Device::cpu().buffer("b", 4096).unwrap();
        let (binding, skip) = limits.bind(&buffer, 1000, 400);
        assert_eq!((binding.offset(), binding.bytes(), skip), (768, 632, 58));
        assert_eq!(limits.items("x", &[100, 1000]).unwrap(), 3);
        assert!(limits.items("x", &[5000]).is_err());
    }

    #[test]
    fn caches_are_cut_into_windows() {
        let limits = BindingLimits { bytes: 1024, alignment: 256 };
        let device = Device::cpu();
        let cache = [device.buffer("a", 656 * 3).unwrap(), device.buffer("b", 656).unwrap()];
        let segments = Segments { row_bytes: 656, rows_per_segment: 3 };
        let windows = segments.windows("cache", limits, &cache).unwrap();
        let found: Vec<_> = windows.iter().map(|w| (w.first_row, w.rows, w.binding.offset() + 4 * u64::from(w.offset))).collect();
        assert_eq!(found, [(0, 1, 0), (1, 1, 656), (2, 1, 1312), (3, 1, 0)]);
        assert!(segments.windows("cache", limits, &[cache[1].clone(), cache[0].clone()]).is_err());
    }
}
