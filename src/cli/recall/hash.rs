//! Names for the place of a byte: hashes of the bytes that stand before it. Two places with the same name had the same context.

/// How many bytes back a context reaches.
pub const WINDOW: usize = 40;

/// A kind of context. Each has one hash at each position, all of them functions of the last [`WINDOW`] bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The last byte.
    Gram1,
    /// The last 2 bytes.
    Gram2,
    /// The last 3 bytes.
    Gram3,
    /// The last 4 bytes.
    Gram4,
    /// The last 6 bytes.
    Gram6,
    /// The last 12 bytes.
    Gram12,
    /// The last 24 bytes.
    Gram24,
    /// The letters of the current word so far, in lower case.
    Word,
    /// The same with the word before it. White space does not count, so a line break is as good as a space; punctuation does.
    Words2,
    /// The same with two words before it.
    Words3,
    /// The 3 bytes before the last 2.
    Gap,
    /// The last 40 bytes.
    Gram40,
}

/// Number of [`Feature`]s.
pub const FEATURES: usize = 12;

const GRAMS: [(usize, Feature); 8] = [
    (1, Feature::Gram1),
    (2, Feature::Gram2),
    (3, Feature::Gram3),
    (4, Feature::Gram4),
    (6, Feature::Gram6),
    (12, Feature::Gram12),
    (24, Feature::Gram24),
    (WINDOW, Feature::Gram40),
];

/// The hash of each feature, indexed by `Feature as usize`, of a window whose newest byte comes last.
pub fn features(window: &[u8]) -> [u64; FEATURES] {
    let newest = |back: usize| window.len().checked_sub(back + 1).map_or(0, |at| u64::from(window[at]) + 1);
    let mut hashes = [0; FEATURES];
    let (mut hash, mut length) = (0, 0);
    for (order, feature) in GRAMS {
        while length < order {
            hash = fold(hash, newest(length));
            length += 1;
        }
        hashes[feature as usize] = hash;
    }
    hashes[Feature::Gap as usize] = (2..5).fold(0, |hash, back| fold(hash, newest(back)));
    words(window, &mut hashes);
    for (salt, hash) in (1..).zip(&mut hashes) {
        *hash = mix(hash.wrapping_add(salt * 1_000_003));
    }
    hashes
}

/// Walks back over up to three words, and notes the hash at the start of each.
fn words(window: &[u8], hashes: &mut [u64; FEATURES]) {
    let mut bytes = window.iter().rev().map(u8::to_ascii_lowercase).peekable();
    let mut hash = 0;
    for feature in [Feature::Word, Feature::Words2, Feature::Words3] {
        while let Some(byte) = bytes.next_if(|&byte| is_letter(byte)) {
            hash = fold(hash, u64::from(byte) + 1);
        }
        hashes[feature as usize] = hash;
        hash = fold(hash, 0);
        while let Some(byte) = bytes.next_if(|&byte| !is_letter(byte)) {
            if !byte.is_ascii_whitespace() {
                hash = fold(hash, u64::from(byte) + 1);
            }
        }
    }
}

/// Whether a byte belongs to a word. Bytes of 128 and more are parts of letters in UTF-8.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'\'' || byte >= 128
}

fn fold(hash: u64, value: u64) -> u64 {
    mix(hash.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(value))
}

/// The finaliser of MurmurHash3: every bit of the input moves half of the bits of the output.
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}
