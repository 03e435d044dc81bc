//! Seeded randomness that is the same on every machine: integers only, and logarithms made of
//! nothing but additions and multiplications, which IEEE 754 rounds everywhere alike.

/// The SplitMix64 generator (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct SplitMix {
    state: u64,
}

impl SplitMix {
    /// A generator with this seed.
    #[must_use]
    pub const fn new(seed: u64) -> SplitMix {
        SplitMix { state: seed }
    }

    /// The next 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`, which is at least 1. The bias is below `bound` / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }
}

/// The finisher of SplitMix64: every bit in touches every bit out.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that depends on `seed` and every byte of `text`.
#[must_use]
pub fn hash(seed: u64, text: &[u8]) -> u64 {
    let mut state = mix(seed ^ 0x5bd1_e995);
    for chunk in text.chunks(8) {
        let word = chunk.iter().rev().fold(0_u64, |w, &b| w << 8 | u64::from(b));
        state = mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ word);
    }
    mix(state ^ text.len() as u64)
}

/// The natural logarithm of `x` > 0.
fn ln(mut x: f64) -> f64 {
    let mut halvings = 0.0;
    while x > 1.5 {
        x *= 0.5;
        halvings += 1.0;
    }
    while x < 0.75 {
        x *= 2.0;
        halvings -= 1.0;
    }
    // ln x = 2 artanh((x - 1) / (x + 1))
    let y = (x - 1.0) / (x + 1.0);
    let (square, mut power, mut sum, mut k) = (y * y, y, 0.0, 1.0);
    while k < 40.0 {
        sum += power / k;
        power *= square;
        k += 2.0;
    }
    2.0 * sum + halvings * std::f64::consts::LN_2
}

/// e^x for x ≤ 0.
fn exp(x: f64) -> f64 {
    let mut halvings = 0;
    let mut y = x;
    while y < -0.5 {
        y *= 0.5;
        halvings += 1;
    }
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while k < 24.0 {
        term *= y / k;
        sum += term;
        k += 1.0;
    }
    for _ in 0..halvings {
        sum *= sum;
    }
    sum
}

/// The weight of rank `k` (from 1) under Zipf's law with exponent `s` in thousandths, 2^40 for the
/// first rank and at least 1.
#[must_use]
pub fn zipf_weight(k: u64, s_thousandths: u32) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^52")]
    let log = ln(k as f64);
    let weight = exp(-log * f64::from(s_thousandths) / 1_000.0) * 1_099_511_627_776.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^40")]
    let weight = weight as u64;
    weight.max(1)
}

/// Draws an index with given weights in constant time (Vose's alias method in integers).
#[derive(Debug, Clone)]
pub struct Alias {
    /// For each column: draws below this keep the column, others take the alias.
    columns: Vec<(u64, u32)>,
    total: u64,
}

impl Alias {
    /// A table for `weights`: at least one, at most 2^32, their sum above 0 and below 2^64 / their number.
    /// `None` where they are not.
    #[must_use]
    pub fn new(weights: &[u64]) -> Option<Alias> {
        let n = u64::try_from(weights.len()).ok().filter(|n| (1..1 << 32).contains(n))?;
        let total = weights.iter().try_fold(0_u64, |sum, w| sum.checked_add(*w)).filter(|t| *t > 0)?;
        // Scaled by n, a column holds `total`.
        let mut scaled = Vec::with_capacity(weights.len());
        for weight in weights {
            scaled.push(weight.checked_mul(n)?);
        }
        let mut columns: Vec<(u64, u32)> = Vec::with_capacity(weights.len());
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for (i, weight) in scaled.iter().enumerate() {
            let i = u32::try_from(i).ok()?;
            columns.push((total, i));
            if *weight < total { small.push(i) } else { large.push(i) }
        }
        while let (Some(less), Some(&more)) = (small.pop(), large.last()) {
            let kept = *scaled.get(less as usize)?;
            *columns.get_mut(less as usize)? = (kept, more);
            let rest = scaled.get_mut(more as usize)?;
            *rest -= total - kept;
            if *rest < total {
                large.pop();
                small.push(more);
            }
        }
        Some(Alias { columns, total })
    }

    /// Draws an index.
    pub fn draw(&self, random: &mut SplitMix) -> usize {
        let column = usize::try_from(random.below(self.columns.len() as u64)).unwrap_or(0);
        let level = random.below(self.total);
        match self.columns.get(column) {
            Some(&(kept, alias)) if level >= kept => alias as usize,
            _ => column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = SplitMix::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn weights_follow_zipf() {
        assert_eq!(zipf_weight(1, 1_100), 1 << 40);
        assert_eq!(zipf_weight(1_000, 0), 1 << 40);
        // 10^-1.1 = 0.079432823…; 2^40 times that. Pinned to the last bit: it is the same everywhere.
        assert_eq!((zipf_weight(10, 1_100), zipf_weight(2, 1_000)), (87_337_313_035, (1 << 39) - 1));
        assert_eq!(zipf_weight(1_000_000, 10_000), 1);
    }

    #[test]
    fn the_alias_table_gives_each_index_its_share() {
        let alias = Alias::new(&[1, 2, 3, 4]).unwrap();
        let mut random = SplitMix::new(7);
        let mut drawn = [0_u32; 4];
        for _ in 0..100_000 {
            drawn[alias.draw(&mut random)] += 1;
        }
        for (share, count) in [10_000_i64, 20_000, 30_000, 40_000].into_iter().zip(drawn) {
            assert!((share - i64::from(count)).abs() < 600, "{drawn:?}");
        }
        assert!(Alias::new(&[]).is_none());
        assert!(Alias::new(&[0]).is_none());
        assert_eq!(Alias::new(&[5]).unwrap().draw(&mut random), 0);
    }

    #[test]
    fn hashes_differ_by_seed_and_text() {
        assert_ne!(hash(1, b"a"), hash(2, b"a"));
        assert_ne!(hash(1, b"a"), hash(1, b"a\0"));
        assert_ne!(hash(1, b"12345678a"), hash(1, b"12345678b"));
    }
}
