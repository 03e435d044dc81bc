//! What the engine writes into the second half of a block: 32-bit words, and figures as f64, two words each.
//!
//! | word | of a decision | of an end, of an estimate |
//! |---|---|---|
//! | 0 | flags, see the constants | flags |
//! | 1 | action, reason and unit, a byte each | outcome |
//! | 2 | index of the budget | |
//! | 3 | how many of `triggered` | |
//! | 4–5 | limit | overage in nano-dollars |
//! | 6–7 | spent | charged nano-dollars |
//! | 8–9 | held | |
//! | 10–11 | estimate | |
//! | 12–13 | remaining | |
//! | 14–15 | start of the window, epoch milliseconds | |
//! | 16–17 | end of the window | |
//! | 18–19 | `resets_at` | |
//! | 20–21 | number of the reservation | |
//! | 22–23 | version of the policy | |
//! | 24 | events that wait to be taken | the same |
//! | 25 | bytes of the model's name, after a downgrade | |
//! | 26–27 | handle of the user, 0 where there is none: it may stand for the name in a reserve to come | |
//! | 28… | index and action of each of `triggered`, two words each; then the model's name | |
//!
//! Figures are whole numbers: a float is only how they travel, and an answer with one that is not exact as a float (beyond
//! 2^53: nine million dollars) comes as text. Codes count in the order of the catalogues ([`Action::ALL`],
//! [`Reason::ALL`], [`Unit::ALL`], [`Outcome::ALL`]), 0 first. Names stay with the host, which knows the call and, by
//! [`super::names`], the budgets.

use super::Half;
use crate::action::Action;
use crate::amount::NUMBER_MAX;
use crate::call::Call;
use crate::decision::{Decision, Figures, Reason};
use crate::engine::{Engine, Expectation, Outcome, Settled, Short};
use crate::unit::Unit;

/// Flag of a decision: the call may be made.
pub const ALLOWED: u32 = 1;
/// Flag of a decision: it may fit once calls in flight have settled.
pub const RETRYABLE: u32 = 1 << 1;
/// Flag of a decision: the cheaper sibling is to be called, whose name stands after `triggered`.
pub const DOWNGRADED: u32 = 1 << 2;
/// Flag of a decision: the store was unreachable.
pub const DEGRADED: u32 = 1 << 3;
/// Flag of a decision: it names a budget, words 2 and 4 to 19 say something.
pub const FIGURES: u32 = 1 << 4;
/// Flag of a decision: words 10 and 11 say something.
pub const ESTIMATE: u32 = 1 << 5;
/// Flag of a decision: words 18 and 19 say something.
pub const RESETS: u32 = 1 << 6;
/// Flag of a decision: words 20 and 21 say something.
pub const RESERVATION: u32 = 1 << 7;
/// Flag of a settle: words 6 and 7 say something.
pub const CHARGED: u32 = 1;

/// The word that says how many events wait to be taken.
pub const WAITING: usize = 24;
/// The word where `triggered` begins.
pub const TRIGGERED: usize = 28;

/// Packs a decision of `engine`, whose policy is still the one that decided; false when it does not fit. What
/// its flags do not name is left as it was.
pub(super) fn decision(engine: &Engine, call: &Call<'_>, decision: &Decision, half: &mut Half) -> bool {
    let mut flags = flag(ALLOWED, decision.allowed)
        | flag(RETRYABLE, decision.retryable)
        | flag(DOWNGRADED, decision.downgraded)
        | flag(DEGRADED, decision.degraded);
    let mut unit = 0;
    let mut exact = true;
    if let Some(figures) = &decision.figures {
        (unit, exact) = put_figures(engine, figures, &mut flags, half);
    }
    if let Some(reservation) = decision.reservation {
        flags |= RESERVATION;
        exact &= put_number(half, 20, reservation.to_bits().cast_signed());
    }
    exact &= put_number(half, 22, decision.policy_version.cast_signed());
    let codes = code(&Action::ALL, decision.action) | code(&Reason::ALL, decision.reason) << 8 | unit << 16;
    put(half, 0, flags);
    put(half, 1, codes);
    put(half, 3, cut(decision.triggered.len()));
    waiting(engine, half);
    exact &= put_number(half, 26, 0);
    exact && ((decision.triggered.is_empty() && !decision.downgraded) || list(engine, call, decision, half))
}

/// Packs the decision on an ordinary call, as [`decision`] does in full; false when it does not fit.
#[inline(always)]
pub(super) fn short(engine: &Engine, short: &Short, half: &mut Half) -> bool {
    let mut flags = ALLOWED | RESERVATION;
    let mut unit = 0;
    let mut exact = true;
    if let Some(figures) = &short.figures {
        (unit, exact) = put_figures(engine, figures, &mut flags, half);
    }
    exact &= put_number(half, 20, short.reservation.to_bits().cast_signed());
    exact &= put_number(half, 22, engine.policy().version().cast_signed());
    put(half, 0, flags);
    put(half, 1, code(&Action::ALL, Action::Allow) | code(&Reason::ALL, short.reason()) << 8 | unit << 16);
    put(half, 3, 0);
    waiting(engine, half);
    exact & put_number(half, 26, engine.latest_user().cast_signed())
}

/// Packs the figures and adds their flags; gives the code of their unit, and whether all are exact.
#[inline(always)]
fn put_figures(engine: &Engine, figures: &Figures, flags: &mut u32, half: &mut Half) -> (u32, bool) {
    let index = figures.budget.get();
    let unit = engine.policy().budgets().get(index).map_or(0, |budget| code(&Unit::ALL, budget.unit));
    *flags |=
        FIGURES | flag(ESTIMATE, figures.estimate.is_some()) | flag(RESETS, figures.resets_at_ms.is_some());
    put(half, 2, cut(index));
    let numbers = [
        figures.limit,
        figures.spent,
        figures.held,
        figures.estimate.unwrap_or(0),
        figures.remaining,
        figures.window.start_ms,
        figures.window.end_ms,
        figures.resets_at_ms.unwrap_or(0),
    ];
    let mut exact = true;
    for (word, number) in (4..).step_by(2).zip(numbers) {
        exact &= put_number(half, word, number);
    }
    (unit, exact)
}

/// What follows the figures, and is rare: the budgets with a step over, and the sibling's name.
fn list(engine: &Engine, call: &Call<'_>, decision: &Decision, half: &mut Half) -> bool {
    let end = TRIGGERED + 2 * decision.triggered.len();
    for (at, trigger) in (TRIGGERED..).step_by(2).zip(&decision.triggered) {
        put(half, at, cut(trigger.budget.get()));
        put(half, at + 1, code(&Action::ALL, trigger.action));
    }
    let model = engine.model(call, decision).filter(|_| decision.downgraded).unwrap_or("").as_bytes();
    put(half, 25, cut(model.len()));
    match half.get_mut(4 * end..).and_then(|rest| rest.get_mut(..model.len())) {
        Some(room) => {
            room.copy_from_slice(model);
            true
        }
        None => false,
    }
}

/// Packs the answer to a settle; false when it does not fit.
#[inline]
pub(super) fn settled(engine: &Engine, settled: &Settled, half: &mut Half) -> bool {
    put(half, 0, flag(CHARGED, settled.usd.is_some()));
    put(half, 1, code(&Outcome::ALL, settled.outcome));
    waiting(engine, half);
    put_number(half, 4, settled.overage) && put_number(half, 6, settled.usd.unwrap_or(0))
}

/// Packs the answer to a release.
#[inline]
pub(super) fn released(engine: &Engine, outcome: Outcome, half: &mut Half) {
    put(half, 0, 0);
    put(half, 1, code(&Outcome::ALL, outcome));
    waiting(engine, half);
}

/// Packs an estimate: tokens sent at word 4, received at word 6; false when one is not exact.
pub(super) fn expected(engine: &Engine, expected: &Expectation, half: &mut Half) -> bool {
    waiting(engine, half);
    put_number(half, 4, expected.input_tokens) && put_number(half, 6, expected.output_tokens)
}

/// Packs how many events wait.
#[inline]
pub(super) fn waiting(engine: &Engine, half: &mut Half) {
    put(half, WAITING, cut(engine.waiting_events()));
}

#[inline]
const fn flag(flag: u32, set: bool) -> u32 {
    if set { flag } else { 0 }
}

/// The place of a value in its catalogue.
#[inline]
fn code<T: PartialEq>(catalogue: &[T], value: T) -> u32 {
    catalogue.iter().position(|other| *other == value).map_or(0, cut)
}

#[inline]
fn cut(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[inline]
fn put(half: &mut Half, word: usize, value: u32) {
    if let Some(bytes) = half.get_mut(4 * word..).and_then(|rest| rest.first_chunk_mut()) {
        *bytes = value.to_le_bytes();
    }
}

/// Whether the number is exact as a float.
#[inline]
#[allow(clippy::cast_precision_loss, reason = "what would lose precision is reported")]
fn put_number(half: &mut Half, word: usize, number: i64) -> bool {
    if let Some(bytes) = half.get_mut(4 * word..).and_then(|rest| rest.first_chunk_mut()) {
        *bytes = (number as f64).to_le_bytes();
    }
    number.unsigned_abs() <= NUMBER_MAX
}
