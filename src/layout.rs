//! Byte layouts of the caches, compatible with FlashMLA's FP8 rows and DeepGEMM's pages of index keys.

use crate::error::{Error, Result};
use crate::formats;
use crate::types::{DType, FP8_ROW_BYTES};

/// The 656-byte row of FlashMLA's `fp8_ds_mla` cache, for one token:
///
/// | bytes | content |
/// |---|---|
/// | 0..512 | 512 e4m3 codes, the latent part |
/// | 512..528 | 4 little-endian f32 scales, one for each 128 codes |
/// | 528..656 | 64 little-endian bf16 values, the rotary part |
///
/// ```
/// use portable_dsa::layout::Fp8Row;
///
/// let mut values = [0.0; Fp8Row::VALUES];
/// values[3] = 1.5;
/// values[575] = -2.0;
/// let mut row = [0; Fp8Row::BYTES];
/// Fp8Row::quantise_row(&values, &mut row)?;
/// let mut read = [0.0; Fp8Row::VALUES];
/// Fp8Row::dequantise_row(&row, &mut read)?;
/// assert_eq!(read, values);
/// # Ok::<(), portable_dsa::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fp8Row;

impl Fp8Row {
    /// Values in a row: the latent part and the rotary part.
    pub const VALUES: usize = Self::LATENT + Self::ROPE;
    /// Quantised values.
    pub const LATENT: usize = 512;
    /// Values that stay bf16.
    pub const ROPE: usize = 64;
    /// Latent values that share a scale.
    pub const GROUP: usize = 128;
    /// Bytes of a row.
    pub const BYTES: usize = FP8_ROW_BYTES as usize;
    /// Offset of the first scale in bytes.
    pub const SCALES: usize = Self::LATENT;
    /// Offset of the rotary part in bytes.
    pub const ROPE_OFFSET: usize = Self::SCALES + 4 * (Self::LATENT / Self::GROUP);

    /// Writes a row from 576 values: power-of-two scales (see [`formats::kv_scale`]), e4m3 and bf16 rounded to nearest even.
    ///
    /// # Errors
    /// [`Error::Shape`] if `values` is not 576 long or `row` not 656 bytes.
    pub fn quantise_row(values: &[f32], row: &mut [u8]) -> Result<()> {
        Self::check(values.len(), row.len())?;
        let (latent, rope) = values.split_at(Self::LATENT);
        let (codes, rest) = row.split_at_mut(Self::SCALES);
        let (scales, rope_bytes) = rest.split_at_mut(Self::ROPE_OFFSET - Self::SCALES);
        let groups = latent.as_chunks::<{ Self::GROUP }>().0.iter().zip(codes.as_chunks_mut::<{ Self::GROUP }>().0);
        for ((group, codes), scale_bytes) in groups.zip(scales.as_chunks_mut::<4>().0) {
            let scale = formats::kv_scale(group.iter().fold(0.0, |amax, x| amax.max(x.abs())));
            *scale_bytes = scale.to_le_bytes();
            for (code, &value) in codes.iter_mut().zip(group) {
                *code = formats::quantise(value, scale);
            }
        }
        formats::encode_into(DType::Bf16, rope, rope_bytes);
        Ok(())
    }

    /// Reads a row into 576 values: `e4m3 * scale` for the latent part. Any f32 scale is accepted.
    ///
    /// # Errors
    /// [`Error::Shape`] if `values` is not 576 long or `row` not 656 bytes.
    pub fn dequantise_row(row: &[u8], values: &mut [f32]) -> Result<()> {
        Self::check(values.len(), row.len())?;
        let (codes, rest) = row.split_at(Self::SCALES);
        let (scales, rope_bytes) = rest.split_at(Self::ROPE_OFFSET - Self::SCALES);
        let (latent, rope) = values.split_at_mut(Self::LATENT);
        let groups = latent.as_chunks_mut::<{ Self::GROUP }>().0.iter_mut().zip(codes.as_chunks::<{ Self::GROUP }>().0);
        for ((group, codes), scale) in groups.zip(scales.as_chunks::<4>().0) {
            let scale = f32::from_le_bytes(*scale);
            for (value, &code) in group.iter_mut().zip(codes) {
                *value = formats::e4m3_to_f32(code) * scale;
            }
        }
        formats::decode_into(DType::Bf16, rope_bytes, rope);
        Ok(())
    }

    fn check(values: usize, bytes: usize) -> Result<()> {
        if values != Self::VALUES {
            return Err(Error::shape("values", format!("{} values", Self::VALUES), format!("{values} values")));
        }
        if bytes != Self::BYTES {
            return Err(Error::shape("row", format!("{} bytes", Self::BYTES), format!("{bytes} bytes")));
        }
        Ok(())
    }
}

/// A page of DeepGEMM's paged cache of index keys: `page_size * dim` e4m3 bytes, then `page_size` little-endian f32 scales.
///
/// ```
/// use portable_dsa::layout::IndexPage;
///
/// let layout = IndexPage { page_size: 64, dim: 128 };
/// let mut page = vec![0; layout.bytes()];
/// layout.write(&mut page, 5, &[0x38; 128], 0.25)?;
/// assert_eq!(layout.read(&page, 5)?, (&[0x38; 128][..], 0.25));
/// # Ok::<(), portable_dsa::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndexPage {
    /// Tokens in a page.
    pub page_size: usize,
    /// Values in a key.
    pub dim: usize,
}

impl IndexPage {
    /// Bytes of a page.
    pub const fn bytes(&self) -> usize {
        self.page_size * (self.dim + 4)
    }

    /// Offset in its page of the first code of a token, in bytes.
    pub const fn code_offset(&self, slot: usize) -> usize {
        slot * self.dim
    }

    /// Offset in its page of a token's scale, in bytes.
    pub const fn scale_offset(&self, slot: usize) -> usize {
        self.page_size * self.dim + slot * 4
    }

    /// The page and the slot in it of a physical row (`page * page_size + slot`).
    pub const fn locate(&self, row: usize) -> (usize, usize) {
        (row / self.page_size, row % self.page_size)
    }

    /// Writes one token's key.
    ///
    /// # Errors
    /// [`Error::Range`] if `slot` lies outside the page, [`Error::Shape`] if `page` is shorter than a page or `codes` is not `dim` long.
    pub fn write(&self, page: &mut [u8], slot: usize, codes: &[u8], scale: f32) -> Result<()> {
        self.check(page.len(), slot)?;
        if codes.len() != self.dim {
            return Err(Error::shape("codes", format!("{} bytes", self.dim), format!("{} bytes", codes.len())));
        }
        page[self.code_offset(slot)..][..self.dim].copy_from_slice(codes);
        page[self.scale_offset(slot)..][..4].copy_from_slice(&scale.to_le_bytes());
        Ok(())
    }

    /// Reads one token's key: its codes and its scale.
    ///
    /// # Errors
    /// [`Error::Range`] if `slot` lies outside the page, [`Error::Shape`] if `page` is shorter than a page.
    pub fn read<'a>(&self, page: &'a [u8], slot: usize) -> Result<(&'a [u8], f32)> {
        self.check(page.len(), slot)?;
        let codes = &page[self.code_offset(slot)..][..self.dim];
        let mut scale = [0; 4];
        scale.copy_from_slice(&page[self.scale_offset(slot)..][..4]);
        Ok((codes, f32::from_le_bytes(scale)))
    }

    fn check(&self, page_bytes: usize, slot: usize) -> Result<()> {
        if slot >= self.page_size {
            return Err(Error::range("slot", format!("0..{}", self.page_size), slot));
        }
        if page_bytes < self.bytes() {
            return Err(Error::shape("page", format!("{} bytes", self.bytes()), format!("{page_bytes} bytes")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantised(values: &[f32; Fp8Row::VALUES]) -> [u8; Fp8Row::BYTES] {
        let mut row = [0xaa; Fp8Row::BYTES];
        Fp8Row::quantise_row(values, &mut row).expect("a whole row");
        row
    }

    fn dequantised(row: &[u8; Fp8Row::BYTES]) -> [f32; Fp8Row::VALUES] {
        let mut values = [f32::NAN; Fp8Row::VALUES];
        Fp8Row::dequantise_row(row, &mut values).expect("a whole row");
        values
    }

    #[test]
    fn fp8_row_bytes_are_where_flash_mla_reads_them() {
        let mut values = [0.0; Fp8Row::VALUES];
        values[0] = 448.0;
        values[128] = 1.0;
        values[511] = -900.0;
        values[512] = 1.0;
        values[575] = -2.0;
        let row = quantised(&values);
        assert_eq!(row[0], 0x7e);
        assert_eq!(row[512..516], 1f32.to_le_bytes());
        assert_eq!(row[516..520], (1f32 / 256.0).to_le_bytes());
        assert_eq!(row[128], formats::f32_to_e4m3(256.0));
        assert_eq!(row[520..524], 2f32.powi(-13).to_le_bytes(), "a group of zeros");
        assert_eq!(row[524..528], 4f32.to_le_bytes());
        assert_eq!(row[511], formats::f32_to_e4m3(-225.0));
        assert_eq!(row[528..530], [0x80, 0x3f]);
        assert_eq!(row[654..656], [0x00, 0xc0]);
    }

    #[test]
    fn fp8_row_refuses_other_lengths() {
        assert!(matches!(Fp8Row::quantise_row(&[0.0; 575], &mut [0; 656]), Err(Error::Shape { argument: "values", .. })));
        assert!(matches!(Fp8Row::dequantise_row(&[0; 655], &mut [0.0; 576]), Err(Error::Shape { argument: "row", .. })));
    }

    #[test]
    fn sign_hash_rows_are_exact() {
        let values = std::array::from_fn(|i| if i * 7 % 3 == 0 { 1.0 } else { -1.0 });
        assert_eq!(dequantised(&quantised(&values)), values);
    }

    #[test]
    fn index_page_refuses_what_does_not_fit() {
        let layout = IndexPage { page_size: 3, dim: 64 };
        let mut page = vec![0; layout.bytes()];
        assert!(matches!(layout.write(&mut page, 3, &[0; 64], 1.0), Err(Error::Range { argument: "slot", .. })));
        assert!(matches!(layout.write(&mut page, 0, &[0; 63], 1.0), Err(Error::Shape { argument: "codes", .. })));
        assert!(matches!(layout.read(&page[1..], 0), Err(Error::Shape { argument: "page", .. })));
    }

    #[test]
    fn index_page_of_64_keys_is_8448_bytes() {
        let layout = IndexPage { page_size: 64, dim: 128 };
        assert_eq!(layout.bytes(), 8448);
        assert_eq!(layout.code_offset(63), 8064);
        assert_eq!(layout.scale_offset(0), 8192);
        assert_eq!(layout.locate(129), (2, 1));
    }

    proptest! {
        #[test]
        fn fp8_rows_keep_values_within_a_step(values in proptest::collection::vec(-100f32..100.0, Fp8Row::VALUES)) {
            let values: [f32; Fp8Row::VALUES] = values.try_into().expect("its length");
            let row = quantised(&values);
            let read = dequantised(&row);
            for (i, (&value, &read)) in values.iter().zip(&read).enumerate() {
                // Half a step: 2^-4 of the value for e4m3 or half its smallest step times the scale; 2^-9 for bf16.
                let limit = if i < Fp8Row::LATENT { (value.abs() / 16.0).max(0.5 / 512.0) } else { value.abs() / 256.0 };
                prop_assert!((value - read).abs() <= limit, "{} {} {}", i, value, read);
            }
            // What was read quantises to values that read the same: the format is closed.
            prop_assert_eq!(dequantised(&quantised(&read)), read);
        }

        #[test]
        fn index_pages_round_trip(page_size in 1usize..80, wide: bool, seed: u8) {
            let layout = IndexPage { page_size, dim: if wide { 128 } else { 64 } };
            let mut page = vec![0; layout.bytes()];
            let code = |slot: usize, i: usize| (slot * 31 + i * 7) as u8 ^ seed;
            for slot in (0..page_size).rev() {
                let codes: Vec<u8> = (0..layout.dim).map(|i| code(slot, i)).collect();
                layout.write(&mut page, slot, &codes, slot as f32 + 0.5)?;
            }
            for slot in 0..page_size {
                let (codes, scale) = layout.read(&page, slot)?;
                prop_assert!(codes.iter().enumerate().all(|(i, &c)| c == code(slot, i)));
                prop_assert_eq!(scale, slot as f32 + 0.5);
            }
        }
    }
}
