//! Numbers that show how a device rounds to e4m3.

use crate::formats::e4m3_to_f32;

/// The code of 448, e4m3's largest.
const LARGEST: u8 = 0x7e;

/// Every finite e4m3 value, every midpoint of two neighbours and the f32 on either side of it, with both signs.
pub(super) fn around_codes() -> Vec<f32> {
    let mut magnitudes = vec![e4m3_to_f32(LARGEST)];
    for code in 0..LARGEST {
        let (value, next) = (e4m3_to_f32(code), e4m3_to_f32(code + 1));
        let middle = (value + next) / 2.0;
        magnitudes.extend([value, middle.next_down(), middle, middle.next_up()]);
    }
    magnitudes.iter().flat_map(|&x| [x, -x]).collect()
}
