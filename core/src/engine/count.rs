//! What is added up for reports and metrics, where the host wants them.

use super::Engine;
use crate::action::Action;
use crate::amounts::Amounts;
use crate::call::Call;
use crate::decision::Reason;
use crate::reservation::ReservationId;
use crate::totals::{Sums, Totals, Who};
use crate::unit::Unit;

/// What amounts add to sums, with a sign.
fn sums(calls: i64, amounts: &Amounts, sign: i128) -> Sums {
    let of = |unit| i128::from(amounts.or_zero(unit)).saturating_mul(sign);
    Sums {
        calls,
        blocked: 0,
        spent: of(Unit::Usd),
        input_tokens: of(Unit::InputTokens),
        output_tokens: of(Unit::OutputTokens),
    }
}

fn who<'a>(call: &Call<'a>, called: Option<&'a str>) -> Who<'a> {
    [call.user, call.tier, call.feature, called]
}

impl Engine {
    /// Totals, where `report_rows` asks for some.
    pub(super) fn totals_of(report_rows: usize) -> Option<Box<Totals>> {
        (report_rows > 0).then(Box::default)
    }

    fn add_total(&mut self, who: &Who<'_>, change: &Sums) {
        if let Some(totals) = &mut self.totals {
            totals.add(who, change, self.options.report_rows, &self.seed);
        }
    }

    /// A call was decided.
    #[inline]
    pub(super) fn count_decision(&mut self, call: &Call<'_>, action: Action, reason: Reason) {
        if self.totals.is_some() {
            self.count_decided(call, action, reason);
        }
    }

    fn count_decided(&mut self, call: &Call<'_>, action: Action, reason: Reason) {
        if let Some(totals) = &mut self.totals {
            totals.decisions.resize(Action::ALL.len() * Reason::ALL.len(), 0);
            let at = place(&Action::ALL, action) * Reason::ALL.len() + place(&Reason::ALL, reason);
            if let Some(count) = totals.decisions.get_mut(at) {
                *count = count.saturating_add(1);
            }
        }
        if action == Action::Block {
            self.add_total(&who(call, call.model), &Sums { blocked: 1, ..Sums::default() });
        }
    }

    /// A call was charged without a reservation.
    pub(super) fn count_record(&mut self, call: &Call<'_>, charge: &Amounts) {
        self.add_total(&who(call, call.model), &sums(1, charge, 1));
    }

    /// An operator has changed what a counter of this call shows as spent, in nano-dollars.
    pub(super) fn count_adjusted(&mut self, call: &Call<'_>, by: i64) {
        self.add_total(&who(call, call.model), &Sums { spent: by.into(), ..Sums::default() });
    }

    /// A reservation has ended: `charge` came in place of `presumed`, which was counted when its hold expired.
    pub(super) fn count_end(
        &mut self,
        id: ReservationId,
        charge: Option<&Amounts>,
        presumed: Option<&Amounts>,
    ) {
        if self.totals.is_none() {
            return;
        }
        let Some(attributes) = self.reservations.full(id).map(|full| full.attributes) else { return };
        let who = who(&attributes.call(), attributes.called());
        if let Some(charge) = charge {
            self.add_total(&who, &sums(1, charge, 1));
        }
        if let Some(presumed) = presumed {
            self.add_total(&who, &sums(-1, presumed, -1));
        }
    }
}

fn place<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|other| *other == one).unwrap_or(all.len())
}
