//! Which numbers of a row carry which feature, and what each head asks for. The tables were tuned on six English texts of 0.1 to 1.2 MB: the
//! features and widths by hand, the heads by greedy selection among 220 random ones, so that each head improves most on those before it.

use std::ops::Range;

use super::hash::Feature::{self, Gap, Gram1, Gram2, Gram3, Gram4, Gram6, Gram12, Gram24, Gram40, Word, Words2, Words3};

/// Hash signs of one feature in a latent row.
#[derive(Clone, Debug)]
pub struct LatentBlock {
    /// What is hashed.
    pub feature: Feature,
    /// Where in the row, at most 32 numbers.
    pub dims: Range<usize>,
}

const fn latent(feature: Feature, dims: Range<usize>) -> LatentBlock {
    LatentBlock { feature, dims }
}

/// The hashed part of a row: 256 numbers before the code, and the first 56 of the rotary part.
pub const LATENT_BLOCKS: [LatentBlock; 12] = [
    latent(Gram1, 0..24),
    latent(Gram2, 24..56),
    latent(Gram3, 56..88),
    latent(Gram4, 88..112),
    latent(Gram6, 112..136),
    latent(Word, 136..168),
    latent(Words2, 168..200),
    latent(Words3, 200..224),
    latent(Gap, 224..256),
    latent(Gram12, 512..536),
    latent(Gram24, 536..560),
    latent(Gram40, 560..568),
];

/// Where the rotary numbers start: a cosine and a sine for each of [`WAVELENGTHS`].
pub const ROTARY_START: usize = 568;
/// Wavelengths of the rotary embedding, in positions.
pub const WAVELENGTHS: [u64; 4] = [1 << 12, 1 << 15, 1 << 18, 1 << 21];

/// Hash signs of one feature in an index key.
#[derive(Clone, Debug)]
pub struct IndexBlock {
    /// What is hashed.
    pub feature: Feature,
    /// Where in the key, at most 16 numbers.
    pub dims: Range<usize>,
    /// Weight of the index heads that compare this block.
    pub weight: f32,
}

const fn index(feature: Feature, dims: Range<usize>, weight: f32) -> IndexBlock {
    IndexBlock { feature, dims, weight }
}

/// Blocks of an index key. Its last number is the constant 1.
pub const INDEX_BLOCKS: [IndexBlock; 8] = [
    index(Gram1, 0..15, 3.0),
    index(Gram2, 15..31, 4.0),
    index(Gram3, 31..47, 3.0),
    index(Gram6, 47..63, 2.0),
    index(Gram12, 63..79, 2.0),
    index(Word, 79..95, 4.0),
    index(Words2, 95..111, 2.0),
    index(Words3, 111..127, 2.0),
];
/// Thresholds of the index heads of one block: what the agreement of two blocks, 16 for the same feature, must exceed to count.
pub const INDEX_THRESHOLDS: [f32; 8] = [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

/// What an attention head asks for.
#[derive(Clone, Debug)]
pub struct HeadKind {
    /// Natural logarithm of the factor by which a row gains weight for sharing the feature.
    pub nats: &'static [(Feature, f32)],
    /// The same for being near, for each wavelength.
    pub recency: f32,
    /// Attention sink, in nats: a head that finds nothing as good abstains.
    pub sink: Option<f32>,
}

const fn head(recency: f32, nats: &'static [(Feature, f32)]) -> HeadKind {
    HeadKind { nats, recency, sink: None }
}

/// Finds the passage that the text repeats. A row that shares the last 24 bytes has 40 nats, chance in a million rows about 20, so
/// that the head speaks only of passages, and then outvotes the others.
const PASSAGE: HeadKind =
    HeadKind { nats: &[(Gram6, 10.0), (Gram12, 10.0), (Gram24, 10.0), (Words3, 10.0), (Gram40, 4.0)], recency: 0.0, sink: Some(36.0) };
/// Votes of the heads with a sink, as a multiple of the votes of all others.
pub const PASSAGE_VOTES: f32 = 2.0;

/// Kinds of heads, the most useful first: any number of them from the start is a good model.
pub const HEADS: [HeadKind; 16] = [
    head(0.5, &[(Gram1, 2.2), (Gram2, 2.2), (Gram3, 2.2), (Gram24, 2.0), (Word, 3.3), (Words2, 1.3), (Words3, 1.3), (Gap, 1.5)]),
    PASSAGE,
    head(0.5, &[(Gram1, 2.2), (Gram2, 2.2), (Gram3, 2.2), (Gram4, 2.2), (Gram6, 2.2), (Word, 3.3), (Words2, 1.3)]),
    head(0.0, &[(Gram1, 4.5), (Gram2, 3.0), (Gram3, 3.0), (Gram12, 4.5), (Word, 4.5), (Words2, 3.0), (Words3, 1.8)]),
    head(0.25, &[(Gram1, 7.0), (Word, 7.0), (Gap, 7.0)]),
    head(
        0.4,
        &[
            (Gram1, 1.5),
            (Gram2, 1.5),
            (Gram3, 1.5),
            (Gram4, 1.5),
            (Gram6, 1.5),
            (Gram12, 1.5),
            (Gram24, 1.5),
            (Word, 1.5),
            (Words2, 1.5),
            (Words3, 1.5),
        ],
    ),
    head(0.5, &[(Gram2, 7.5), (Gram6, 5.0), (Word, 7.5)]),
    head(0.4, &[(Gram1, 8.0), (Gram2, 8.0), (Gram3, 8.0), (Word, 8.0), (Words2, 8.0), (Words3, 8.0)]),
    head(0.5, &[(Gram2, 3.0), (Gram4, 5.0), (Word, 5.0)]),
    head(0.25, &[(Gram1, 4.0), (Gram6, 4.0), (Word, 6.0), (Words2, 4.0)]),
    head(0.4, &[(Gram2, 8.0), (Word, 8.0)]),
    head(0.0, &[(Gram1, 3.0), (Gram3, 3.0), (Gram12, 5.0), (Gram24, 3.0), (Word, 5.0), (Words2, 5.0)]),
    head(0.5, &[(Gram1, 7.5), (Gram2, 5.0), (Gram4, 5.0), (Word, 5.0), (Gap, 3.0)]),
    head(0.0, &[(Gram2, 3.0), (Gram3, 3.0), (Gram6, 5.0), (Gram12, 3.0), (Gram24, 3.0)]),
    head(0.25, &[(Gram1, 4.0), (Gram2, 6.0), (Gram3, 2.4), (Gram4, 4.0), (Word, 2.4), (Words2, 2.4), (Words3, 2.4)]),
    head(0.4, &[(Gram1, 5.0), (Gram2, 5.0), (Word, 5.0), (Gap, 5.0)]),
];
