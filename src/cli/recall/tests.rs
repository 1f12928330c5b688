//! The model against a plain evaluation of its own definition: lightning indexer, top-k and softmax as loops over rows.

use std::collections::BTreeSet;

use half::bf16;

use super::context::Context;
use super::hash::{WINDOW, features};
use super::model::{D_QK, D_V, INDEX_DIM, INDEX_HEADS, Model, Queries, Rows, SOFTMAX_SCALE};

const ALICE: &[u8] = include_bytes!("../../../tests/data/alice.txt");

fn floats(values: &[bf16]) -> Vec<f32> {
    values.iter().map(|value| value.to_f32()).collect()
}

/// Index score of each row before `k_end`.
fn index_scores(rows: &Rows, queries: &Queries, query: usize) -> Vec<f32> {
    let index_query = floats(&queries.index_query);
    let heads = &index_query[query * INDEX_HEADS * INDEX_DIM..][..INDEX_HEADS * INDEX_DIM];
    let weights = &queries.weights[query * INDEX_HEADS..][..INDEX_HEADS];
    let visible = &rows.keys[..queries.k_end[query] as usize * INDEX_DIM];
    let score = |key: &[bf16]| {
        let key = &floats(key);
        let heads = heads.chunks_exact(INDEX_DIM).zip(weights);
        heads.map(|(head, weight)| weight * dot(head, key).max(0.0)).sum()
    };
    visible.chunks_exact(INDEX_DIM).map(score).collect()
}

/// Attention output `[heads, 512]` of one query over the listed rows, rounded to bf16 as a kernel's output is.
fn attend(model: &Model, rows: &Rows, queries: &Queries, query: usize, listed: &[usize]) -> Vec<f32> {
    let listed: Vec<Vec<f32>> = listed.iter().map(|&row| floats(&rows.latent[row * D_QK..][..D_QK])).collect();
    let heads = model.heads();
    let mut output = vec![0.0f32; heads * D_V];
    let all = floats(&queries.query[query * heads * D_QK..][..heads * D_QK]);
    for ((head, sink), output) in all.chunks_exact(D_QK).zip(model.attn_sink()).zip(output.chunks_exact_mut(D_V)) {
        let logits: Vec<f32> = listed.iter().map(|row| dot(head, row) * SOFTMAX_SCALE).collect();
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = logits.iter().map(|logit| (logit - max).exp()).sum::<f32>() + (sink - max).exp();
        for (row, logit) in listed.iter().zip(&logits) {
            let share = (logit - max).exp() / total;
            for (sum, value) in output.iter_mut().zip(row) {
                *sum += share * value;
            }
        }
    }
    output.into_iter().map(|value| bf16::from_f32(value).to_f32()).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn top_k(scores: &[f32], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order.truncate(k);
    order
}

fn argmax(values: &[f32]) -> u8 {
    (0..=255u8).max_by(|&a, &b| values[usize::from(a)].total_cmp(&values[usize::from(b)])).unwrap_or_default()
}

/// The most likely next byte at a position, over the rows that the indexer ranks first.
fn predict(model: &Model, context: &Context<'_>, rows: &Rows, position: usize, k: usize) -> [f32; 256] {
    let queries = model.queries(context, &[position]);
    let listed = top_k(&index_scores(rows, &queries, 0), k);
    model.next_byte(&attend(model, rows, &queries, 0, &listed))
}

fn append(rows: &mut Rows, more: Rows) {
    rows.latent.extend(more.latent);
    rows.keys.extend(more.keys);
}

#[test]
fn shapes() {
    let model = Model::new(3);
    let context = Context::new(&ALICE[..500]);
    assert_eq!(context.rows(), 499);
    let rows = model.rows(&context, 100..500);
    assert_eq!((rows.latent.len(), rows.keys.len()), (399 * D_QK, 399 * INDEX_DIM));
    let queries = model.queries(&context, &[499, 3]);
    assert_eq!(queries.query.len(), 2 * 3 * D_QK);
    assert_eq!(queries.index_query.len(), 2 * INDEX_HEADS * INDEX_DIM);
    assert_eq!(queries.weights.len(), 2 * INDEX_HEADS);
    assert_eq!(queries.k_end, [499, 3]);
    assert_eq!(model.attn_sink(), [f32::NEG_INFINITY, 36.0, f32::NEG_INFINITY]);
    assert_eq!((Model::new(0).heads(), Model::new(1000).heads()), (1, 128));
    let nothing = model.rows(&Context::new(b""), 0..10);
    assert!(nothing.latent.is_empty() && nothing.keys.is_empty());
    assert!(model.rows(&context, 10_000..20_000).latent.is_empty());
}

#[test]
fn a_row_knows_its_next_byte_and_nothing_later() {
    let model = Model::new(1);
    let changed: Vec<u8> = ALICE[..302].iter().chain(b"?????").copied().collect();
    let (a, b) = (Context::new(&ALICE[..307]), Context::new(&changed));
    let (rows_a, rows_b) = (model.rows(&a, 0..301), model.rows(&b, 0..301));
    assert_eq!(rows_a.latent, rows_b.latent);
    assert_eq!(rows_a.keys, rows_b.keys);
    // The query at 301 sees bytes up to 301 only; the row of 301 holds byte 302, which the query may not read.
    assert_eq!(model.queries(&a, &[301]).query, model.queries(&b, &[301]).query);
    assert_eq!(model.queries(&a, &[301]).k_end, [301]);
    assert_ne!(model.rows(&a, 301..302).latent, model.rows(&b, 301..302).latent);
}

#[test]
fn chunks_and_appended_bytes_give_the_same_rows() {
    let model = Model::new(2);
    let whole = Context::new(&ALICE[..700]);
    let expected = model.rows(&whole, 0..699);
    for seam in [0, 1, 20, 350, 690] {
        let mut context = Context::new(&ALICE[..seam]);
        let mut rows = model.rows(&context, 0..context.rows());
        context.extend(&ALICE[seam..seam + 5]);
        ALICE[seam + 5..700].iter().for_each(|&byte| context.push(byte));
        let made = rows.latent.len() / D_QK;
        append(&mut rows, model.rows(&context, made..300.max(made)));
        append(&mut rows, model.rows(&context, 300.max(made)..699));
        assert_eq!(rows.latent, expected.latent, "seam {seam}");
        assert_eq!(rows.keys, expected.keys, "seam {seam}");
        assert_eq!(model.queries(&context, &[699, 5]).query, model.queries(&whole, &[699, 5]).query, "seam {seam}");
    }
}

#[test]
fn what_fp8_stores_is_exact() {
    let model = Model::new(1);
    let context = Context::new(&ALICE[..2000]);
    let rows = model.rows(&context, 0..1999);
    let latent: BTreeSet<u16> = rows.latent.chunks_exact(D_QK).flat_map(|row| &row[..D_V]).map(|value| value.to_bits()).collect();
    let ones = BTreeSet::from([bf16::ONE.to_bits(), bf16::NEG_ONE.to_bits()]);
    assert_eq!(latent, ones);
    let keys: BTreeSet<u16> = rows.keys.iter().map(|value| value.to_bits()).collect();
    assert_eq!(keys, ones);
    // Zeros and integers of up to 4 bits: e4m3 has 3 bits behind the leading one, and reaches from 2^-6 to 448 before it loses any.
    let queries = model.queries(&context, &[1, 1500]).index_query;
    assert!(queries.iter().all(|value| value.to_bits() & 0xf == 0 && value.to_f32().fract() == 0.0 && value.to_f32().abs() <= 16.0));
}

#[test]
fn contexts_forget_what_lies_before_the_window() {
    let tail = &ALICE[5000..5000 + WINDOW];
    assert_eq!(features(tail), features(tail));
    let context = Context::new(&ALICE[4000..5000 + WINDOW]);
    assert_eq!(context.window(context.len() - 1, &mut [0; WINDOW]), tail);
    // A line break is as good as a space to words, and not to bytes.
    let (space, line) = (features(b"of having nothing"), features(b"of having\nnothing"));
    use super::hash::Feature;
    assert_eq!(space[Feature::Words3 as usize], line[Feature::Words3 as usize]);
    assert_ne!(space[Feature::Gram12 as usize], line[Feature::Gram12 as usize]);
}

#[test]
fn codes_read_back() {
    let model = Model::new(1);
    let document: Vec<u8> = (0..=255).collect();
    let rows = floats(&model.rows(&Context::new(&document), 0..255).latent);
    for (row, next) in rows.chunks_exact(D_QK).zip(1..=255u8) {
        let bytes = model.next_byte(&row[..D_V]);
        assert_eq!(argmax(&bytes), next);
        assert!(bytes[usize::from(next)] > 0.98);
    }
    assert_eq!(model.next_byte(&[0.0; D_V]), [1.0 / 256.0; 256]);
}

/// What the model writes after the passage `start..start + 40` of the document, and what the document has there.
fn continue_passage(document: &[u8], start: usize, length: usize, k: usize) -> (String, String) {
    let model = Model::new(8);
    let mut context = Context::new(document);
    let passage = start + 40;
    context.extend(&document[start..passage]);
    let mut rows = model.rows(&context, 0..context.rows());
    for _ in 0..length {
        let position = context.len() - 1;
        context.push(argmax(&predict(&model, &context, &rows, position, k)));
        append(&mut rows, model.rows(&context, position..position + 1));
    }
    let written: Vec<u8> = (document.len() + 40..context.len()).filter_map(|at| context.byte(at)).collect();
    let expected = &document[passage..passage + length];
    (String::from_utf8_lossy(&written).into_owned(), String::from_utf8_lossy(expected).into_owned())
}

#[test]
fn a_passage_continues_with_dense_attention() {
    let (written, expected) = continue_passage(&ALICE[..4_000], 1_000, 20, usize::MAX);
    assert_eq!(written, expected);
}

#[test]
fn a_passage_continues_with_sparse_attention() {
    let (written, expected) = continue_passage(&ALICE[..12_000], 2_000, 30, 64);
    assert_eq!(written, expected);
}
