//! FP8 rows of every code: a query with one key gives that key's value, so that every code is read as it is, with scales that are no powers
//! of two.

use super::super::compare::{EXACT, equal};
use super::super::{Case, Target};
use super::VARIANTS;
use super::data::{Op, Problem, Spec};
use crate::layout::Fp8Row;
use crate::{DType, KvFormat, formats};

const SCALES: [f32; 4] = [0.3, 1.7e-3, 37.5, 1.0 / 8192.0];

pub(super) fn cases() -> Vec<Case> {
    let decode = Spec { q_dtype: DType::F32, gain: 1e-6, ..Spec::decode(2, 1, 13, 2, 1) };
    let specs = [decode, Spec { op: Op::Prefill, ..decode }];
    let cases = specs.map(|spec| Case {
        group: super::group(spec.op),
        name: "formats/fp8-codes".to_owned(),
        tolerance: EXACT.to_owned(),
        full: false,
        variants: VARIANTS,
        check: Box::new(move |target| check(target, spec)),
    });
    cases.into()
}

fn check(target: &Target<'_>, spec: Spec) -> Result<f64, String> {
    let mut problem = Problem::new(Spec { sink: super::Sink::None, ..spec }, 1);
    debug_assert_eq!(spec.kv_format, KvFormat::Fp8);
    problem.indices = vec![0, 1];
    problem.kv = vec![[row(|i| i as u8), row(|i| 255 - i as u8)].concat()];
    let output = problem.run(target, 1)?.remove(0);
    let actual = formats::decode(DType::F32, &output.out);
    let mut expected = Vec::with_capacity(actual.len());
    for row in problem.kv[0].chunks_exact(Fp8Row::BYTES) {
        let value = |i: usize| formats::e4m3_to_f32(row[i]) * SCALES[i / 128];
        let values: Vec<f32> = (0..Fp8Row::LATENT).map(value).collect();
        (0..spec.heads).for_each(|_| expected.extend_from_slice(&values));
    }
    equal("out", &actual, &expected)
}

/// A row of codes, with zeros for NaN.
fn row(code: impl Fn(usize) -> u8) -> Vec<u8> {
    let mut row: Vec<u8> = (0..Fp8Row::LATENT).map(code).map(|code| if code & 0x7f == 0x7f { 0 } else { code }).collect();
    row.extend(SCALES.iter().flat_map(|scale| scale.to_le_bytes()));
    row.resize(Fp8Row::BYTES, 0);
    row
}
