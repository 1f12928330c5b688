//! Logits and top-k fused. Whole numbers make the scores exact in f32, so that the indices must be the oracle's, ties included.

use super::compare::{EXACT, equal};
use super::random::{Normals, Random};
use super::{Case, Target};
use crate::layout::IndexPage;
use crate::problem::{PagedLogits, TopKProblem};
use crate::select::{Select, SelectArgs, SelectOptions};
use crate::{Variant, formats, oracle};

const VARIANTS: &[Variant] = &[Variant::Generic, Variant::Subgroup];
const WITH_SM90: &[Variant] = &[Variant::Generic, Variant::Subgroup, Variant::Sm90];
const POISON: i32 = 0x7fff_ffff;

#[derive(Clone, Copy)]
struct Spec {
    queries: usize,
    heads: usize,
    dim: usize,
    top_k: usize,
    page_size: usize,
    pages_per_segment: usize,
    /// Tokens of the longest context.
    context: usize,
    /// Queries whose scores the budget holds.
    budget: usize,
    contexts: Contexts,
    repeats: usize,
    full: bool,
}

/// What each query sees.
#[derive(Clone, Copy, PartialEq)]
enum Contexts {
    /// The last tokens of one sequence.
    Causal,
    /// Negative, zero, longer than the sequence.
    Hostile,
    /// Calls of one plan with more and more tokens.
    Growing,
}

const BASE: Spec = Spec {
    queries: 9,
    heads: 8,
    dim: 128,
    top_k: 64,
    page_size: 64,
    pages_per_segment: 100,
    context: 300,
    budget: 100,
    contexts: Contexts::Causal,
    repeats: 1,
    full: false,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("causal", BASE),
        case("groups", Spec { budget: 4, ..BASE }),
        case("one-query-at-a-time", Spec { budget: 1, queries: 5, ..BASE }),
        case("heads-64", Spec { heads: 64, queries: 3, top_k: 2048, ..BASE }),
        case("many-queries", Spec { heads: 64, queries: 150, budget: 70, context: 200, ..BASE }),
        case("k-1", Spec { top_k: 1, budget: 4, ..BASE }),
        case("page-1", Spec { page_size: 1, ..BASE }),
        case("page-61-segments", Spec { page_size: 61, pages_per_segment: 2, budget: 5, ..BASE }),
        case("hostile-contexts", Spec { contexts: Contexts::Hostile, ..BASE }),
        case("growing-contexts", Spec { contexts: Contexts::Growing, context: 2500, queries: 2, budget: 1, ..BASE }),
        case("repeats", Spec { repeats: 20, budget: 5, ..BASE }),
        case("no-queries", Spec { queries: 0, ..BASE }),
        case("full/32768", Spec { queries: 24, heads: 64, top_k: 2048, context: 32768, budget: 5, full: true, ..BASE }),
        case("full/131072", Spec { queries: 4, heads: 64, top_k: 2048, context: 131_072, budget: 3, full: true, ..BASE }),
    ]
}

fn case(name: &str, spec: Spec) -> Case {
    let check = Box::new(move |target: &Target<'_>| check(target, &spec));
    let variants = if spec.page_size.is_multiple_of(4) { WITH_SM90 } else { VARIANTS };
    Case { group: "select", name: name.to_owned(), tolerance: EXACT.to_owned(), full: spec.full, variants, check }
}

struct Data {
    q: Vec<u8>,
    weights: Vec<f32>,
    cache: Vec<Vec<u8>>,
    block_table: Vec<i32>,
    context_lengths: Vec<i32>,
}

impl Data {
    fn new(spec: &Spec) -> Self {
        let mut random = Random::new((spec.context * 3 + spec.page_size) as u64);
        let normals = Normals::new(&mut random);
        let codes = |random: &mut Random, n: usize| normals.fill(random, n, |x| formats::f32_to_e4m3(x.round()));
        let layout = IndexPage { page_size: spec.page_size, dim: spec.dim };
        let pages = spec.context.div_ceil(spec.page_size);
        let order = random.permutation(pages + 2, pages);
        let mut memory = vec![0xff; (pages + 2) * layout.bytes()];
        for token in 0..spec.context {
            let (page, slot) = layout.locate(token);
            let bytes = &mut memory[order[page] as usize * layout.bytes()..][..layout.bytes()];
            let scale = [0.5, 1.0, 2.0][random.below(3) as usize];
            layout.write(bytes, slot, &codes(&mut random, spec.dim), scale).expect("the page's own sizes");
        }
        let last = spec.context as i32;
        let hostile = [0, -4, i32::MIN, last, last + 1, i32::MAX, 1, 65, 5];
        let context = |i: usize| match spec.contexts {
            Contexts::Hostile => hostile[i % hostile.len()],
            _ => last - (spec.queries - 1 - i) as i32,
        };
        Data {
            q: codes(&mut random, spec.queries * spec.heads * spec.dim),
            weights: random.normals(spec.queries * spec.heads).iter().map(|x| x.round()).collect(),
            cache: memory.chunks(spec.pages_per_segment * layout.bytes()).map(<[u8]>::to_vec).collect(),
            block_table: order.iter().map(|&page| page as i32).collect(),
            context_lengths: (0..spec.queries).map(context).collect(),
        }
    }

    /// The oracle's indices for contexts of at most `longest` tokens.
    fn expected(&self, spec: &Spec, longest: usize) -> Vec<i32> {
        let cache: Vec<&[u8]> = self.cache.iter().map(Vec::as_slice).collect();
        let query = |i: usize| {
            let codes = spec.heads * spec.dim;
            let logits = oracle::paged_logits(&PagedLogits {
                q: &self.q[i * codes..][..codes],
                cache: &cache,
                pages_per_segment: spec.pages_per_segment,
                page_size: spec.page_size,
                weights: &self.weights[i * spec.heads..][..spec.heads],
                block_table: &self.block_table,
                max_pages: self.block_table.len(),
                context_lengths: &self.context_lengths[i..=i],
                batch: 1,
                next_n: 1,
                index_heads: spec.heads,
                dim: spec.dim,
                max_context: longest,
            });
            let scores: Vec<f32> = logits.iter().map(|&x| x as f32).collect();
            oracle::top_k(&TopKProblem { scores: &scores, rows: 1, columns: longest, row_start: None, row_end: None, top_k: spec.top_k })
        };
        (0..spec.queries).flat_map(query).collect()
    }
}

fn check(target: &Target<'_>, spec: &Spec) -> Result<f64, String> {
    let data = Data::new(spec);
    let options = SelectOptions {
        queries: spec.queries as u64,
        index_heads: spec.heads as u32,
        dim: spec.dim as u32,
        top_k: spec.top_k as u32,
        page_size: spec.page_size as u32,
        pages_per_segment: spec.pages_per_segment as u64,
        max_context: spec.context as u64,
        budget_bytes: (spec.budget * spec.context * 4) as u64,
        variant: target.variant,
    };
    let select = Select::plan(target.device, options).map_err(|e| e.to_string())?;
    let contexts = match spec.contexts {
        Contexts::Growing => vec![1, 63, 65, 1023, 1025, spec.context],
        _ => vec![spec.context; spec.repeats],
    };
    for longest in contexts {
        let indices = run(target, spec, &data, &select, longest).map_err(|e| e.to_string())?;
        equal(&format!("indices of {longest} tokens"), &indices, &data.expected(spec, longest))?;
    }
    Ok(0.0)
}

fn run(target: &Target<'_>, spec: &Spec, data: &Data, select: &Select, longest: usize) -> crate::Result<Vec<i32>> {
    let device = target.device;
    let cache = data.cache.iter().map(|segment| device.upload("cache", segment)).collect::<Result<Vec<_>, _>>()?;
    let indices = device.upload("indices", &vec![POISON; spec.queries * spec.top_k])?;
    let mut encoder = device.encoder();
    select.encode(
        &mut encoder,
        &SelectArgs {
            max_context: longest as u64,
            q: &device.upload("q", &data.q)?,
            weights: &device.upload("weights", &data.weights)?,
            cache: &cache,
            block_table: &data.block_table,
            context_lengths: &data.context_lengths,
            indices: &indices,
        },
    )?;
    encoder.submit_and_wait()?;
    Ok(indices.read_blocking()?)
}
