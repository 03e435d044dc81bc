//! One amount per unit: what a call is expected to use, holds, or has used.

use crate::unit::Unit;
use serde::{Deserialize, Serialize};

/// Amounts by unit; a unit that is not given is unknown, which is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Amounts {
    /// In the order of [`Unit::ALL`].
    values: [i64; 5],
    /// A bit for each unit that is given. As wide as the others, so that no padding is copied, byte by byte.
    given: u64,
}

/// Amounts in less room: one call, whose tokens fit into 32 bits.
pub(crate) struct Pieces {
    pub(crate) usd: i64,
    /// All, input and output; `None` where no unit of tokens is given.
    pub(crate) tokens: Option<[u32; 3]>,
    /// A bit for each unit that is given.
    pub(crate) given: u8,
}

const USD: u64 = 1 << Unit::Usd as u8;
const REQUESTS: u64 = 1 << Unit::Requests as u8;

impl Amounts {
    /// The amounts in less room, where that is enough.
    #[inline(always)]
    pub(crate) fn pieces(&self) -> Option<Pieces> {
        let [usd, all, input, output, requests] = self.values;
        let given = u8::try_from(self.given).ok()?;
        if requests != i64::from(self.given & REQUESTS != 0) {
            return None;
        }
        if self.given & !(USD | REQUESTS) == 0 {
            return Some(Pieces { usd, tokens: None, given });
        }
        let tokens = [u32::try_from(all).ok()?, u32::try_from(input).ok()?, u32::try_from(output).ok()?];
        Some(Pieces { usd, tokens: Some(tokens), given })
    }

    /// The amounts of [`Amounts::pieces`]; `tokens` is asked for where some are given.
    #[inline(always)]
    pub(crate) fn from_pieces(usd: i64, given: u8, tokens: impl Fn() -> [u32; 3]) -> Amounts {
        let given = u64::from(given);
        let requests = i64::from(given & REQUESTS != 0);
        if given & !(USD | REQUESTS) == 0 {
            return Amounts { values: [usd, 0, 0, 0, requests], given };
        }
        let [all, input, output] = tokens().map(i64::from);
        Amounts { values: [usd, all, input, output, requests], given }
    }

    /// One call of which nothing else is known.
    #[inline]
    pub(crate) fn of_one() -> Amounts {
        Amounts { values: [0, 0, 0, 0, 1], given: REQUESTS }
    }

    #[inline]
    pub(crate) fn get(&self, unit: Unit) -> Option<i64> {
        (self.given & (1 << unit as u8) != 0).then(|| self.or_zero(unit))
    }

    /// The amount, 0 where none is given.
    #[inline]
    pub(crate) fn or_zero(&self, unit: Unit) -> i64 {
        self.values.get(unit as usize).copied().unwrap_or(0)
    }

    /// Whether both come to the same, an unknown amount being none.
    pub(crate) fn comes_to(&self, other: &Amounts) -> bool {
        self.values == other.values
    }

    #[inline]
    pub(crate) fn set(&mut self, unit: Unit, amount: Option<i64>) {
        if let Some(place) = self.values.get_mut(unit as usize) {
            *place = amount.unwrap_or(0);
            self.given = self.given & !(1 << unit as u8) | u64::from(amount.is_some()) << unit as u8;
        }
    }

    #[inline]
    pub(crate) fn with(mut self, unit: Unit, amount: Option<i64>) -> Amounts {
        self.set(unit, amount);
        self
    }
}
