//! What a host writes into the first half of a block.
//!
//! | byte | form | what it is |
//! |---|---|---|
//! | 0 | f64 | the time, epoch milliseconds |
//! | 8 | f64 | `ttl_ms` of a reserve, `latency_ms` of an end |
//! | 16 | 4 × f64 | `usd`, `tokens`, `input_tokens`, `output_tokens`: estimate or actual |
//! | 48 | f64 | number of the reservation |
//! | 56 | u32 | what is said, see the constants |
//! | 60 | u32 | the epoch of the names that the host has |
//! | 64 | 7 × u32 | lengths of `user`, `tier`, `org`, `feature`, `session`, `provider`, `model` in bytes |
//! | 92 | u32 | length of the provider's usage object in bytes |
//! | 96 | f64 | handle of the user, in place of the name: [`super::answer`] gives it |
//! | 128 | 7 × 256 bytes | these, as UTF-8, each in a room of its own |
//! | 1920 | 2176 bytes | the provider's usage object of a settle, as JSON without repeated keys |
//!
//! An estimate has `input_bytes`, `images`, `max_output_tokens` and `n` in the place of the four amounts, and the flag [`OK`] for the
//! worst case.
//!
//! Numbers are read as JSON's would be, by their shortest decimal form. What the flags do not name is not read. The
//! engine writes nothing here, so what a call has in common with the one before need not be written again.

use super::{Asked, Half};
use crate::amount;
use crate::call::{Actual, Call, Estimate, Report};
use crate::engine::{Known, Who};
use crate::ledger::Handle;
use crate::reservation::ReservationId;
use crate::unit::Unit;
use crate::wire;

/// Flag: the first attribute is given; the others follow, a bit each.
pub const ATTRIBUTES: u32 = 1;
/// Flag: the first amount is given; the others follow, a bit each.
pub const AMOUNTS: u32 = 1 << 8;
/// Flag: the duration at byte 8 is given.
pub const DURATION: u32 = 1 << 12;
/// Flag of an end: whether the call went well is said.
pub const OK_SAID: u32 = 1 << 13;
/// Flag of an end: it did.
pub const OK: u32 = 1 << 14;

/// Flag of a reserve: the handle at byte 96 says who the user is, who is not named.
pub const SEEN: u32 = 1 << 15;

/// Flag of a settle: the provider's usage object at byte 1920 says what was used.
pub const USAGE: u32 = 1 << 16;

/// Where the bytes of a usage object are.
pub const USAGE_TEXT: usize = TEXT + 7 * ROOM;
/// Bytes there are for it.
pub const USAGE_ROOM: usize = super::HALF - USAGE_TEXT;
/// Where the attributes' bytes begin.
pub const TEXT: usize = 128;
/// Bytes there are for each of them: no id is longer.
pub const ROOM: usize = crate::id::MAX_BYTES;

const FLAGS: usize = 56;
const EPOCH: usize = 60;
const LENGTHS: usize = 64;
const USAGE_LENGTH: usize = 92;
const USER: usize = 96;
const UNITS: [Unit; 4] = [Unit::Usd, Unit::Tokens, Unit::InputTokens, Unit::OutputTokens];

/// The end of a reservation, as a block says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) reservation: ReservationId,
    pub(super) actual: Actual,
    pub(super) report: Report,
    pub(super) now_ms: i64,
}

/// Who the call is from.
#[inline]
pub(super) fn who(half: &Half) -> Who {
    if word(half, FLAGS) & SEEN == 0 {
        return Who::Named;
    }
    let handle = whole(half, USER).and_then(|handle| u64::try_from(handle).ok());
    Who::Seen(Handle(handle.unwrap_or(0)))
}

#[inline]
pub(super) fn epoch(half: &Half) -> u32 {
    word(half, EPOCH)
}

/// The call, its time and its time to live; `None` when it is not plain.
#[inline]
pub(super) fn call(half: &Half) -> Option<Asked<'_>> {
    let flags = word(half, FLAGS);
    let attribute = |index: usize| attribute(half, flags, index);
    let call = Call {
        user: attribute(0)?,
        tier: attribute(1)?,
        org: attribute(2)?,
        feature: attribute(3)?,
        session: attribute(4)?,
        provider: attribute(5)?,
        model: attribute(6)?,
        estimate: Estimate {
            usd: amount(half, flags, 0)?,
            tokens: amount(half, flags, 1)?,
            input_tokens: amount(half, flags, 2)?,
            output_tokens: amount(half, flags, 3)?,
        },
    };
    Some((call, whole(half, 0)?, duration(half, flags)?))
}

/// An attribute of a call.
#[inline(always)]
fn attribute(half: &Half, flags: u32, index: usize) -> Option<Option<&str>> {
    if flags & (ATTRIBUTES << index) == 0 {
        return Some(None);
    }
    let room = half.get(TEXT + ROOM * index..)?.first_chunk::<ROOM>()?;
    let bytes = room.get(..usize::try_from(word(half, LENGTHS + 4 * index)).ok()?)?;
    std::str::from_utf8(bytes).ok().map(Some)
}

/// What is known of a request, and the time; `None` when it is not plain.
pub(super) fn known(half: &Half) -> Option<(Known<'_>, i64)> {
    let flags = word(half, FLAGS);
    let count = |index: usize| -> Option<Option<i64>> {
        if flags & (AMOUNTS << index) == 0 {
            return Some(None);
        }
        whole(half, 16 + 8 * index).filter(|count| *count >= 0).map(Some)
    };
    let known = Known {
        feature: attribute(half, flags, 3)?,
        provider: attribute(half, flags, 5)?,
        model: attribute(half, flags, 6)?,
        worst_case: flags & OK != 0,
        input_bytes: count(0)?.unwrap_or(0),
        images: count(1)?.unwrap_or(0),
        max_output_tokens: count(2)?,
        choices: count(3)?.unwrap_or(1),
        ..Known::default()
    };
    Some((known, whole(half, 0)?))
}

/// What a provider's usage object says was used; `None` when the engine cannot read it.
#[inline(never)]
fn usage(half: &Half) -> Option<Actual> {
    let length = usize::try_from(word(half, USAGE_LENGTH)).ok()?;
    wire::usage_of(half.get(USAGE_TEXT..)?.get(..length)?)
}

/// The end; `None` when it is not plain.
#[inline]
pub(super) fn end(half: &Half) -> Option<End> {
    let flags = word(half, FLAGS);
    let latency_ms = duration(half, flags)?;
    if latency_ms.is_some_and(|latency| latency < 0) {
        return None;
    }
    Some(End {
        reservation: ReservationId::from_bits(u64::try_from(whole(half, 48)?).ok()?),
        actual: match flags & USAGE {
            0 => Actual {
                usd: amount(half, flags, 0)?,
                tokens: amount(half, flags, 1)?,
                input_tokens: amount(half, flags, 2)?,
                output_tokens: amount(half, flags, 3)?,
                ..Actual::default()
            },
            _ => usage(half)?,
        },
        report: Report { ok: (flags & OK_SAID != 0).then_some(flags & OK != 0), latency_ms },
        now_ms: whole(half, 0)?,
    })
}

#[inline]
fn duration(half: &Half, flags: u32) -> Option<Option<i64>> {
    if flags & DURATION == 0 { Some(None) } else { whole(half, 8).map(Some) }
}

/// One of the amounts. One by one, each is put where it belongs; all of them at once would be copied there.
#[inline(always)]
fn amount(half: &Half, flags: u32, index: usize) -> Option<Option<i64>> {
    if flags & (AMOUNTS << index) == 0 {
        return Some(None);
    }
    let unit = *UNITS.get(index)?;
    amount::from_f64(number(half, 16 + 8 * index), unit).ok().map(Some)
}

/// A whole number that is exact in a float.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the comparison sees what is lost"
)]
fn whole(half: &Half, at: usize) -> Option<i64> {
    let number = number(half, at);
    let integer = number as i64;
    let exact = integer.unsigned_abs() <= amount::NUMBER_MAX && integer as f64 == number;
    exact.then_some(integer)
}

#[inline]
fn number(half: &Half, at: usize) -> f64 {
    half.get(at..).and_then(|rest| rest.first_chunk()).map_or(f64::NAN, |bytes| f64::from_le_bytes(*bytes))
}

#[inline]
fn word(half: &Half, at: usize) -> u32 {
    half.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
