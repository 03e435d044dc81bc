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

impl Amounts {
    /// One call of so many nano-dollars.
    #[inline]
    pub(crate) fn of_usd(usd: i64) -> Amounts {
        Amounts { values: [usd, 0, 0, 0, 1], given: 1 << Unit::Usd as u8 | 1 << Unit::Requests as u8 }
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
