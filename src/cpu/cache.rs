//! Writing into paged caches on the host. A slot is a physical row: `page * page_size + offset`.

use crate::formats;
use crate::layout::{Fp8Row, IndexPage};
use crate::types::{DType, KvFormat};
use rayon::prelude::*;

/// Latent rows to write into a KV cache.
#[derive(Clone, Copy, Debug)]
pub struct KvRowsWrite<'a> {
    /// `[rows, d_qk]` of `dtype`, little endian.
    pub x: &'a [u8],
    /// Element type of `x`.
    pub dtype: DType,
    /// Length of a row; 576 for [`KvFormat::Fp8`].
    pub d_qk: usize,
    /// `[rows]` slot of each row. A negative one, or one past the end of the cache, skips the row; of equal ones the last row stays.
    pub slots: &'a [i32],
    /// Storage format of the cache.
    pub format: KvFormat,
    /// Rows in each segment of the cache but the last.
    pub rows_per_segment: usize,
}

/// Converts latent rows to the cache's format and writes each to its slot.
pub fn write_kv_rows(write: &KvRowsWrite<'_>, segments: &mut [&mut [u8]]) {
    let row_bytes = write.format.row_bytes(write.d_qk as u32) as usize;
    let input_bytes = write.d_qk * write.dtype.bytes() as usize;
    // Rows are converted side by side and then copied in order, so that equal slots have a defined result.
    const ROWS: usize = 1024;
    let mut converted = vec![0; ROWS.min(write.slots.len()) * row_bytes];
    for (slots, x) in write.slots.chunks(ROWS).zip(write.x.chunks(ROWS * input_bytes)) {
        let rows = converted.par_chunks_exact_mut(row_bytes).zip(x.par_chunks_exact(input_bytes)).zip(slots);
        rows.with_min_len(16).for_each_init(
            || vec![0.0; write.d_qk],
            |values, ((row, x), _)| {
                formats::decode_into(write.dtype, x, values);
                match write.format {
                    KvFormat::Plain(dtype) => formats::encode_into(dtype, values, row),
                    KvFormat::Fp8 => Fp8Row::quantise_row(values, row).expect("d_qk is 576 for an FP8 cache"),
                }
            },
        );
        for (&slot, row) in slots.iter().zip(converted.chunks_exact(row_bytes)) {
            let Ok(slot) = usize::try_from(slot) else { continue };
            let segment = segments.get_mut(slot / write.rows_per_segment);
            let offset = slot % write.rows_per_segment * row_bytes;
            if let Some(target) = segment.and_then(|segment| segment.get_mut(offset..offset + row_bytes)) {
                target.copy_from_slice(row);
            }
        }
    }
}

/// Quantised index keys to write into a paged cache.
#[derive(Clone, Copy, Debug)]
pub struct IndexRowsWrite<'a> {
    /// e4m3 `[rows, dim]`.
    pub codes: &'a [u8],
    /// `[rows]`.
    pub scales: &'a [f32],
    /// `[rows]` slot of each row. A negative one, or one past the end of the cache, skips the row; of equal ones the last row stays.
    pub slots: &'a [i32],
    /// Layout of a page.
    pub page: IndexPage,
    /// Pages in each segment of the cache but the last.
    pub pages_per_segment: usize,
}

/// Writes each index key to its slot.
pub fn write_index_rows(write: &IndexRowsWrite<'_>, segments: &mut [&mut [u8]]) {
    let layout = write.page;
    for ((&slot, codes), &scale) in write.slots.iter().zip(write.codes.chunks_exact(layout.dim)).zip(write.scales) {
        let Ok(slot) = usize::try_from(slot) else { continue };
        let (page, slot) = layout.locate(slot);
        let segment = segments.get_mut(page / write.pages_per_segment);
        let offset = page % write.pages_per_segment * layout.bytes();
        if let Some(page) = segment.and_then(|segment| segment.get_mut(offset..offset + layout.bytes())) {
            layout.write(page, slot, codes, scale).expect("a page's length and a slot within it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::testing::Random;
    use crate::oracle::kv_row;
    use crate::problem::KvRows;

    #[test]
    fn latent_rows_land_in_their_slots() {
        let mut random = Random::new(5);
        let values = random.normals(6 * 576);
        // A row skipped, one past the end, one overwritten, two segments.
        let slots = [4, -1, 0, 9, 2, 4];
        for (format, limit) in
            [(KvFormat::Fp8, 1.0 / 16.0), (KvFormat::Plain(DType::Bf16), 1.0 / 256.0), (KvFormat::Plain(DType::F32), 0.0)]
        {
            for dtype in [DType::F32, DType::Bf16] {
                let x = formats::encode(dtype, &values);
                let row_bytes = format.row_bytes(576) as usize;
                let (mut first, mut second) = (vec![0xff; 3 * row_bytes], vec![0xff; 2 * row_bytes]);
                let write = KvRowsWrite { x: &x, dtype, d_qk: 576, slots: &slots, format, rows_per_segment: 3 };
                write_kv_rows(&write, &mut [&mut first, &mut second]);
                let kv = KvRows { segments: &[&first, &second], rows_per_segment: 3, rows: 5, format };
                let exact = formats::decode(dtype, &x);
                for (row, source) in [(4, 5), (0, 2), (2, 4)] {
                    for (read, expected) in kv_row(&kv, row, 576).iter().zip(&exact[source * 576..]) {
                        let step = if limit > 0.0 { 2e-3 } else { 0.0 };
                        assert!((read - *expected as f64).abs() <= (*expected as f64).abs() * limit + step);
                    }
                }
                assert!(first[row_bytes..2 * row_bytes].iter().all(|&byte| byte == 0xff), "a row without a slot was written");
                assert!(second[..row_bytes].iter().all(|&byte| byte == 0xff), "a row without a slot was written");
            }
        }
    }

    #[test]
    fn index_rows_land_in_their_slots() {
        let page = IndexPage { page_size: 3, dim: 64 };
        let codes: Vec<u8> = (0..5 * 64).map(|i| (i / 64) as u8 + 1).collect();
        let (mut first, mut second) = (vec![0; page.bytes()], vec![0; page.bytes()]);
        let slots = [5, -7, 0, 6, 5];
        let write = IndexRowsWrite { codes: &codes, scales: &[1.0, 2.0, 3.0, 4.0, 5.0], slots: &slots, page, pages_per_segment: 1 };
        write_index_rows(&write, &mut [&mut first, &mut second]);
        assert_eq!(page.read(&first, 0).expect("in range"), (&[3; 64][..], 3.0));
        assert_eq!(page.read(&first, 1).expect("in range"), (&[0; 64][..], 0.0));
        assert_eq!(page.read(&second, 2).expect("in range"), (&[5; 64][..], 5.0));
    }
}
