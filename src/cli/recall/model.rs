//! The model: rows and index keys of a document, queries of a position, and the next byte from what attention returns.
//!
//! * The latent row of position `s` is `[256 hash signs | 256 code of byte s + 1 | 56 hash signs, 8 rotary]`. Each block of hash signs says what
//!   one [`Feature`] of the bytes up to `s` hashes to. The code is a row of the 256-wide Hadamard matrix, so codes are orthogonal.
//! * A query at `t` has the signs of its own position, scaled by how much a head cares for that feature, and zeros against the code. A row
//!   that shares a feature gains the feature's whole sharpness, any other row about nothing: softmax weighs the earlier places that looked most
//!   like this one, and the output's code part is the mixture of the bytes that followed them.
//! * The last 8 numbers are a rotary embedding of the position, with which a head prefers what was written lately.
//! * A few heads look for whole passages only. They have an attention sink, so that they say nothing (an output of zeros) where no row matches
//!   that well; where one does, their votes decide.
//! * Index keys are hash signs and a constant 1. An index head compares one feature, and uses the constant to subtract a threshold, so that its
//!   ReLU drops what matches by chance.
//!
//! The row of `s` holds the byte *after* `s`: a query at `t` may read the rows `s < t` only, `k_end = t`. Everything but the rotary part is an
//! integer of at most 4 bits, exact in e4m3 under a power-of-two scale; the rotary part stays bf16 in the FP8 cache.

use std::f32::consts::TAU;
use std::ops::Range;
use std::sync::LazyLock;

use half::bf16;
use rayon::prelude::*;

use super::context::Context;
use super::hash::{FEATURES, Feature, WINDOW, features};
use super::layout::{HEADS, HeadKind, INDEX_BLOCKS, INDEX_THRESHOLDS, LATENT_BLOCKS, PASSAGE_VOTES, ROTARY_START, WAVELENGTHS};

/// Length of a latent row and of a query.
pub const D_QK: usize = 576;
/// Length of an attention output: the row's first 512 numbers.
pub const D_V: usize = 512;
/// Index heads.
pub const INDEX_HEADS: usize = 64;
/// Length of an index key.
pub const INDEX_DIM: usize = 128;
/// Most attention heads; any number from 1 works, and more of them read better.
pub const MAX_HEADS: usize = 128;
/// Factor on `query . row` before the softmax.
pub const SOFTMAX_SCALE: f32 = 1.0 / 32.0;

/// Where the code of the following byte starts in a row.
const CODE_START: usize = 256;
/// Share of the probability that every byte gets, whatever attention says.
const SMOOTHING: f32 = 0.01;

/// What the caches hold for a run of positions.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Latent rows `[n, 576]`.
    pub latent: Vec<bf16>,
    /// Index keys before quantisation `[n, 128]`: no LayerNorm, rotary embedding or Hadamard transform is to be applied to them.
    pub keys: Vec<bf16>,
}

/// What the kernels ask at some positions.
#[derive(Clone, Debug)]
pub struct Queries {
    /// Attention queries `[s, heads, 576]`.
    pub query: Vec<bf16>,
    /// Index queries before quantisation `[s, 64, 128]`, to be used as they are, like the keys.
    pub index_query: Vec<bf16>,
    /// Weights of the index heads `[s, 64]`. The scales of quantised queries are still to be folded in.
    pub weights: Vec<f32>,
    /// One past the last row that each query may read `[s]`: its own position.
    pub k_end: Vec<i32>,
}

/// The byte model with a number of attention heads. It has no state: the document is all it knows.
#[derive(Clone, Debug)]
pub struct Model {
    heads: Vec<Head>,
    index_weights: Vec<f32>,
    votes: Vec<f32>,
}

/// A head as its queries need it: magnitudes by block.
#[derive(Clone, Debug)]
struct Head {
    blocks: [bf16; LATENT_BLOCKS.len()],
    recency: f32,
    sink: Option<f32>,
}

impl Head {
    fn new(kind: &HeadKind, sharpness: f32) -> Self {
        let nats = |feature: Feature| kind.nats.iter().find(|(of, _)| *of == feature).map_or(0.0, |(_, nats)| *nats);
        // A sink is measured against the unscaled head.
        let sharpness = if kind.sink.is_some() { 1.0 } else { sharpness };
        let blocks = LATENT_BLOCKS.map(|block| bf16::from_f32(nats(block.feature) * sharpness / block.dims.len() as f32 / SOFTMAX_SCALE));
        Self { blocks, recency: kind.recency / SOFTMAX_SCALE, sink: kind.sink }
    }
}

impl Model {
    /// A model with `heads` attention heads, clamped to `1..=`[`MAX_HEADS`].
    pub fn new(heads: usize) -> Self {
        let heads = heads.clamp(1, MAX_HEADS);
        let rounds = heads.div_ceil(HEADS.len());
        // Heads of one kind differ in sharpness, by up to a fifth either way.
        let sharpness = |round: usize| if rounds == 1 { 1.0 } else { 0.8 + 0.4 * round as f32 / (rounds - 1) as f32 };
        let heads: Vec<Head> = (0..heads).map(|head| Head::new(&HEADS[head % HEADS.len()], sharpness(head / HEADS.len()))).collect();
        let index_weights = INDEX_BLOCKS.iter().flat_map(|block| [block.weight; INDEX_THRESHOLDS.len()]).collect();
        let with_sink = heads.iter().filter(|head| head.sink.is_some()).count();
        let sink_votes = PASSAGE_VOTES * (heads.len() - with_sink) as f32 / with_sink.max(1) as f32;
        let votes = heads.iter().map(|head| if head.sink.is_some() { sink_votes } else { 1.0 }).collect();
        Self { heads, index_weights, votes }
    }

    /// Number of attention heads.
    pub fn heads(&self) -> usize {
        self.heads.len()
    }

    /// Attention sinks `[heads]`, to be given to every attention: minus infinity where a head has none. Without them the heads that look for
    /// passages would speak where there is none.
    pub fn attn_sink(&self) -> Vec<f32> {
        self.heads.iter().map(|head| head.sink.unwrap_or(f32::NEG_INFINITY)).collect()
    }

    /// [`Model::rows_into`] new memory.
    #[cfg(test)]
    pub fn rows(&self, context: &Context<'_>, positions: Range<usize>) -> Rows {
        let mut rows = Rows::default();
        self.rows_into(context, positions, &mut rows);
        rows
    }

    /// Rows of the positions of a range that have one (`0..context.rows()`), in order, into the memory of an earlier chunk. Any range of a document
    /// may be made at any time, so a caller can stream it in chunks.
    pub fn rows_into(&self, context: &Context<'_>, positions: Range<usize>, rows: &mut Rows) {
        let positions = positions.start..positions.end.min(context.rows());
        rows.latent.resize(positions.len() * D_QK, bf16::ZERO);
        rows.keys.resize(positions.len() * INDEX_DIM, bf16::ZERO);
        let outputs = rows.latent.par_chunks_exact_mut(D_QK).zip(rows.keys.par_chunks_exact_mut(INDEX_DIM));
        positions.into_par_iter().zip(outputs).with_min_len(64).for_each(|(position, (latent, key))| {
            let signs = Signs::at(context, position);
            signs.write_latent(latent, |_| bf16::ONE);
            let next = context.byte(position + 1).unwrap_or_default();
            latent[CODE_START..D_V].copy_from_slice(&CODES[usize::from(next)]);
            rotary(position, 1.0, &mut latent[ROTARY_START..]);
            for block in &INDEX_BLOCKS {
                signs.write_index(block.feature, &mut key[block.dims.clone()]);
            }
            key[INDEX_DIM - 1] = bf16::ONE;
        });
    }

    /// Queries of positions: each asks for the byte after its position. Positions may repeat and come in any order.
    pub fn queries(&self, context: &Context<'_>, positions: &[usize]) -> Queries {
        let mut query = vec![bf16::ZERO; positions.len() * self.heads.len() * D_QK];
        let mut index_query = vec![bf16::ZERO; positions.len() * INDEX_HEADS * INDEX_DIM];
        let outputs = query.par_chunks_exact_mut(self.heads.len() * D_QK).zip(index_query.par_chunks_exact_mut(INDEX_HEADS * INDEX_DIM));
        positions.par_iter().zip(outputs).for_each(|(&position, (query, index_query))| {
            let signs = Signs::at(context, position);
            for (head, query) in self.heads.iter().zip(query.chunks_exact_mut(D_QK)) {
                signs.write_latent(query, |block| head.blocks[block]);
                rotary(position, head.recency, &mut query[ROTARY_START..]);
            }
            let index_heads = INDEX_BLOCKS.iter().flat_map(|block| INDEX_THRESHOLDS.map(|threshold| (block, threshold)));
            for ((block, threshold), query) in index_heads.zip(index_query.chunks_exact_mut(INDEX_DIM)) {
                signs.write_index(block.feature, &mut query[block.dims.clone()]);
                query[INDEX_DIM - 1] = bf16::from_f32(-threshold);
            }
        });
        let weights = self.index_weights.repeat(positions.len());
        let k_end = positions.iter().map(|&position| i32::try_from(position).unwrap_or(i32::MAX)).collect();
        Queries { query, index_query, weights, k_end }
    }

    /// Probabilities of the next byte from one position's attention output `[heads, 512]`: the heads' code parts, added up by votes and read against the
    /// 256 codes. An output of zeros (no row to read) gives every byte the same.
    pub fn next_byte(&self, output: &[f32]) -> [f32; 256] {
        let mut code = [0.0f32; 256];
        for (head, vote) in output.chunks_exact(D_V).zip(&self.votes) {
            for (sum, number) in code.iter_mut().zip(&head[CODE_START..]) {
                *sum += vote * number;
            }
        }
        walsh_hadamard(&mut code);
        let total: f32 = code.iter().map(|share| share.max(0.0)).sum();
        let scale = if total > 0.0 { (1.0 - SMOOTHING) / total } else { 0.0 };
        let floor = if total > 0.0 { SMOOTHING / 256.0 } else { 1.0 / 256.0 };
        code.map(|share| share.max(0.0) * scale + floor)
    }
}

/// The hash bits of a position, one word for each feature: attention reads the low 32, the indexer 16 others.
struct Signs([u64; FEATURES]);

impl Signs {
    fn at(context: &Context<'_>, position: usize) -> Self {
        Self(features(context.window(position, &mut [0; WINDOW])))
    }

    /// Writes each block's signs, times the block's magnitude.
    fn write_latent(&self, row: &mut [bf16], magnitude: impl Fn(usize) -> bf16) {
        for (number, block) in LATENT_BLOCKS.iter().enumerate() {
            write_signs(self.0[block.feature as usize], magnitude(number), &mut row[block.dims.clone()]);
        }
    }

    fn write_index(&self, feature: Feature, dims: &mut [bf16]) {
        write_signs(self.0[feature as usize] >> 40, bf16::ONE, dims);
    }
}

/// Sign bits of 8 numbers for each byte of hash bits.
const SIGN_BITS: [[u16; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut at = 0;
    while at < 256 * 8 {
        table[at / 8][at % 8] = (((at / 8) >> (at % 8)) as u16 & 1) << 15;
        at += 1;
    }
    table
};

/// One bit a number: 0 gives `+magnitude`, 1 gives `-magnitude`.
fn write_signs(bits: u64, magnitude: bf16, dims: &mut [bf16]) {
    for (numbers, byte) in dims.chunks_mut(8).zip(bits.to_le_bytes()) {
        for (number, sign) in numbers.iter_mut().zip(SIGN_BITS[usize::from(byte)]) {
            *number = bf16::from_bits(magnitude.to_bits() ^ sign);
        }
    }
}

/// The codes: the Hadamard matrix, one row for each byte.
static CODES: LazyLock<Vec<[bf16; 256]>> = LazyLock::new(|| {
    let entry = |byte: usize, dim: usize| if (byte & dim).count_ones().is_multiple_of(2) { bf16::ONE } else { bf16::NEG_ONE };
    (0..256).map(|byte| std::array::from_fn(|dim| entry(byte, dim))).collect()
});

/// Writes `magnitude * (cos, sin)` of the position's angle at each wavelength. The product of two of them is the cosine of the distance.
fn rotary(position: usize, magnitude: f32, dims: &mut [bf16]) {
    for (pair, wavelength) in dims.chunks_exact_mut(2).zip(WAVELENGTHS) {
        let (sin, cos) = (TAU * ((position as u64 % wavelength) as f64 / wavelength as f64) as f32).sin_cos();
        pair[0] = bf16::from_f32(magnitude * cos);
        pair[1] = bf16::from_f32(magnitude * sin);
    }
}

/// The Walsh-Hadamard transform without its factor: reads a mixture of codes as shares of the 256 bytes, up to a common factor.
fn walsh_hadamard(values: &mut [f32; 256]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                (*low, *high) = (*low + *high, *low - *high);
            }
        }
        half *= 2;
    }
}
