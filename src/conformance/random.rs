//! A small generator that gives the same numbers on every machine, so that a case is the same everywhere.

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random { state: seed }
    }

    pub(super) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1), with 24 random bits.
    pub(super) fn uniform(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// In 0..n; `n` must not be 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Close to a standard normal: the sum of 12 uniform numbers needs no library function, whose last bit may differ between machines.
    pub(super) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// `n` values of [`Random::normal`].
    pub(super) fn normals(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.normal()).collect()
    }

    /// The first `take` entries of a random permutation of 0..n.
    pub(super) fn permutation(&mut self, n: usize, take: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n as u32).collect();
        for i in 0..take.min(n) {
            let j = i + self.below((n - i) as u64) as usize;
            all.swap(i, j);
        }
        all.truncate(take);
        all
    }
}

/// Normal numbers out of a table, four for each random number: large tensors would take long otherwise.
pub(super) struct Normals {
    table: Vec<f32>,
}

impl Normals {
    pub(super) fn new(random: &mut Random) -> Self {
        Normals { table: random.normals(1 << 16) }
    }

    /// `f` of each of `n` numbers.
    pub(super) fn fill<T>(&self, random: &mut Random, n: usize, f: impl Fn(f32) -> T) -> Vec<T> {
        let mut values = Vec::with_capacity(n + 3);
        while values.len() < n {
            let mut bits = random.next_u64();
            for _ in 0..4 {
                values.push(f(self.table[(bits & 0xffff) as usize]));
                bits >>= 16;
            }
        }
        values.truncate(n);
        values
    }
}
