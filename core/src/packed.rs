//! Answers of hot commands as a few words, for hosts in which an object costs more than a decision.
//!
//! A host that crosses a language border shares one buffer of [`WORDS`] 32-bit words with the engine and unfolds
//! what it is asked for. Amounts and times are 64-bit, the lower half first. Codes count in the order of
//! the catalogues ([`Action::ALL`], [`Reason::ALL`], [`Unit::ALL`], [`Outcome::ALL`]), 0 first; ids stay with the
//! host, which knows the call and, by its index, the budget.
//!
//! | word | of a decision | of a settle or release |
//! |---|---|---|
//! | 0 | flags, see the constants | flags |
//! | 1 | action, reason, unit and number of `triggered`, a byte each | outcome |
//! | 2 | index of the budget | |
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
//! | 24–31 | index and action of up to four of `triggered`, two words each | |

use crate::action::Action;
use crate::decision::{Decision, Reason};
use crate::engine::{Engine, Outcome, Settled};
use crate::unit::Unit;

/// Words in a packed answer.
pub const WORDS: usize = 32;
/// How many of `triggered` a packed answer has room for; of more the host asks the JSON form.
pub const TRIGGERED_MAX: usize = 4;

/// Flag of a decision: the call may be made.
pub const ALLOWED: u32 = 1;
/// Flag of a decision: it may fit once calls in flight have settled.
pub const RETRYABLE: u32 = 1 << 1;
/// Flag of a decision: the cheaper sibling is to be called.
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

/// A packed answer; what its flags do not name is left as it was.
pub type Words = [u32; WORDS];

/// Packs a decision of `engine`, whose policy is still the one that decided.
#[inline]
pub fn decision(engine: &Engine, decision: &Decision, words: &mut Words) {
    let mut flags = flag(ALLOWED, decision.allowed)
        | flag(RETRYABLE, decision.retryable)
        | flag(DOWNGRADED, decision.downgraded)
        | flag(DEGRADED, decision.degraded);
    let mut unit = 0;
    if let Some(figures) = &decision.figures {
        let index = figures.budget.get();
        unit = engine.policy().budgets().get(index).map_or(0, |budget| code(&Unit::ALL, budget.unit));
        flags |= FIGURES
            | flag(ESTIMATE, figures.estimate.is_some())
            | flag(RESETS, figures.resets_at_ms.is_some());
        put(words, 2, u32::try_from(index).unwrap_or(u32::MAX));
        put_wide(words, 4, figures.limit);
        put_wide(words, 6, figures.spent);
        put_wide(words, 8, figures.held);
        put_wide(words, 10, figures.estimate.unwrap_or(0));
        put_wide(words, 12, figures.remaining);
        put_wide(words, 14, figures.window.start_ms);
        put_wide(words, 16, figures.window.end_ms);
        put_wide(words, 18, figures.resets_at_ms.unwrap_or(0));
    }
    if let Some(reservation) = decision.reservation {
        flags |= RESERVATION;
        put_wide(words, 20, reservation.to_bits().cast_signed());
    }
    put_wide(words, 22, decision.policy_version.cast_signed());
    let triggered = u32::try_from(decision.triggered.len()).unwrap_or(u32::MAX).min(255);
    for (at, trigger) in (24..).step_by(2).zip(&decision.triggered).take(TRIGGERED_MAX) {
        put(words, at, u32::try_from(trigger.budget.get()).unwrap_or(u32::MAX));
        put(words, at + 1, code(&Action::ALL, trigger.action));
    }
    put(words, 0, flags);
    let codes = code(&Action::ALL, decision.action) | code(&Reason::ALL, decision.reason) << 8;
    put(words, 1, codes | unit << 16 | triggered << 24);
}

/// Packs the answer to a settle.
#[inline]
pub fn settled(settled: &Settled, words: &mut Words) {
    put(words, 0, flag(CHARGED, settled.usd.is_some()));
    put(words, 1, code(&Outcome::ALL, settled.outcome));
    put_wide(words, 4, settled.overage);
    put_wide(words, 6, settled.usd.unwrap_or(0));
}

/// Packs the answer to a release.
#[inline]
pub fn released(outcome: Outcome, words: &mut Words) {
    put(words, 0, 0);
    put(words, 1, code(&Outcome::ALL, outcome));
}

#[inline]
const fn flag(flag: u32, set: bool) -> u32 {
    if set { flag } else { 0 }
}

/// The place of a value in its catalogue.
#[inline]
fn code<T: PartialEq>(catalogue: &[T], value: T) -> u32 {
    catalogue.iter().position(|other| *other == value).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

#[inline]
fn put(words: &mut Words, at: usize, value: u32) {
    if let Some(word) = words.get_mut(at) {
        *word = value;
    }
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the halves are cut on purpose")]
fn put_wide(words: &mut Words, at: usize, value: i64) {
    let bits = value.cast_unsigned();
    put(words, at, bits as u32);
    put(words, at + 1, (bits >> 32) as u32);
}
