//! One amount per unit: what a call is expected to use, holds, or has used.

use crate::unit::Unit;
use serde::{Deserialize, Serialize};

/// Amounts by unit; a unit that is not given is unknown, which is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Amounts {
    values: [i64; 5],
    given: u8,
}

impl Amounts {
    #[inline]
    pub(crate) const fn get(&self, unit: Unit) -> Option<i64> {
        if self.given & (1 << unit as u8) == 0 { None } else { Some(self.or_zero(unit)) }
    }

    /// The amount, 0 where none is given.
    #[inline]
    pub(crate) const fn or_zero(&self, unit: Unit) -> i64 {
        let [usd, tokens, input, output, requests] = self.values;
        match unit {
            Unit::Usd => usd,
            Unit::Tokens => tokens,
            Unit::InputTokens => input,
            Unit::OutputTokens => output,
            Unit::Requests => requests,
        }
    }

    #[inline]
    pub(crate) const fn set(&mut self, unit: Unit, amount: Option<i64>) {
        let [usd, tokens, input, output, requests] = &mut self.values;
        let place = match unit {
            Unit::Usd => usd,
            Unit::Tokens => tokens,
            Unit::InputTokens => input,
            Unit::OutputTokens => output,
            Unit::Requests => requests,
        };
        match amount {
            Some(amount) => {
                *place = amount;
                self.given |= 1 << unit as u8;
            }
            None => {
                *place = 0;
                self.given &= !(1 << unit as u8);
            }
        }
    }

    #[inline]
    pub(crate) const fn with(mut self, unit: Unit, amount: Option<i64>) -> Amounts {
        self.set(unit, amount);
        self
    }
}
