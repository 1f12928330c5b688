//! Which forms of the kernels stand for all of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use portable_dsa::shaders::Specialisation;

/// Deals forms out to `count` places. Any three conditions or constants of a kernel, each met or not, that occur together in the catalogue do
/// so at every place; and each form is at one place at least.
pub fn shares(forms: &[Specialisation], count: usize) -> Vec<Vec<Specialisation>> {
    let mut shares = vec![Vec::new(); count];
    let mut modules: BTreeMap<&str, Vec<&Specialisation>> = BTreeMap::new();
    for form in forms {
        modules.entry(form.module).or_default().push(form);
    }
    let mut dealt = 0;
    for forms in modules.into_values() {
        let triples = triples(&forms);
        let mut places = vec![0; forms.len()];
        for share in &mut shares {
            for number in cover(&triples, &places) {
                places[number] += 1;
                share.push(forms[number].clone());
            }
        }
        for (form, _) in forms.iter().zip(places).filter(|&(_, places)| places == 0) {
            shares[dealt % count].push((*form).clone());
            dealt += 1;
        }
    }
    shares
}

/// For each form of one kernel the number of every three of its conditions, with what they are.
fn triples(forms: &[&Specialisation]) -> Vec<Vec<usize>> {
    // The name lists them: `indexer/logits+paged,DIM=128,HEADS=64`.
    let conditions_of = |form: &Specialisation| form.to_string().split(['+', ',']).map(str::to_owned).collect::<BTreeSet<_>>();
    let met: Vec<_> = forms.iter().map(|form| conditions_of(form)).collect();
    let all: Vec<_> = met.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    let triples_of = |met: &BTreeSet<String>| {
        let values: Vec<_> = all.iter().map(|condition| usize::from(met.contains(*condition))).collect();
        let (mut triples, count) = (Vec::new(), values.len());
        for a in 0..count {
            for b in a..count {
                triples.extend((b..count).map(|c| (((a * count + b) * count + c) << 3) | values[a] << 2 | values[b] << 1 | values[c]));
            }
        }
        triples
    };
    met.iter().map(triples_of).collect()
}

/// Few forms that have all triples among them: always the one with most that are missing, of equals the one at the fewest places.
fn cover(triples: &[Vec<usize>], places: &[usize]) -> Vec<usize> {
    let count = triples.iter().flatten().max().map_or(0, |most| most + 1);
    let (mut seen, mut chosen) = (vec![false; count], Vec::new());
    loop {
        let missing = |number: usize| triples[number].iter().filter(|&&triple| !seen[triple]).count();
        let best = (0..triples.len()).map(|number| (missing(number), Reverse(places[number]), number)).max();
        match best {
            Some((1.., _, number)) => {
                triples[number].iter().for_each(|&triple| seen[triple] = true);
                chosen.push(number);
            }
            _ => return chosen,
        }
    }
}
