//! The short way for an ordinary call: a known user, whose budgets all have room, with nothing to say about it.
//!
//! It decides nothing that the long way ([`Engine::reserve`]) would not decide alike; it only asks less.
//! Where anything is out of the ordinary it gives up before it has changed anything.
//!
//! Its parts, and what they call elsewhere, are inlined by force: left to itself the compiler makes calls of them,
//! which took a tenth more instructions (docs/benchmarks.md says how they are counted). What they fill is filled in its
//! place: a processor that copies what it has just written in smaller pieces waits until all of them have left it.

use super::check::check_unknown;
use super::price::Priced;
use super::{Engine, TTL_MS};
use crate::action::Action;
use crate::active::{SEATS_MAX, Seat, Seats};
use crate::amounts::Amounts;
use crate::call::Call;
use crate::decision::{BudgetIndex, Decision, Figures, Reason};
use crate::judge::Share;
use crate::ledger::{Counter, Kind, Ledger, NEAR, NO_ROW};
use crate::reservation::{Holds, Lead};
use smallvec::SmallVec;

/// Whose counters the seats of a call have.
#[derive(Clone, Copy)]
struct Rows {
    user: u32,
    global: u32,
}

/// Where the seats' counters are, and which budget the answer names.
struct Room {
    places: [u8; SEATS_MAX],
    winner: usize,
}

impl Engine {
    /// Reserves an ordinary call; `None`, with nothing changed, where it is not one.
    #[inline]
    pub(super) fn reserve_ordinary(&mut self, call: &Call<'_>, now: i64) -> Option<Decision> {
        if self.store_down || !self.breakers.is_empty() {
            return None;
        }
        let user = call.user?;
        let hash = self.ledger.subjects.hash(Kind::User, user);
        let (number, row) = self.ledger.subjects.find(Kind::User, user, hash)?;
        let (own, near) = (row.own, row.near());
        let (amounts, Priced::Yes) = self.expected(call, now) else { return None };
        let mut apart = Seats::new();
        let (seats, knows_tier) = self.active.seats(call.tier, own, &self.ledger.definitions, &mut apart)?;
        check_unknown(call, true, knows_tier).ok()?;
        let global = match seats.last() {
            Some(last) if last.global => self.ledger.global()?,
            _ => (NO_ROW, near),
        };
        let mut room = Room { places: [0; SEATS_MAX], winner: usize::MAX };
        find_room(seats, near, global.1, &amounts, &mut room)?;
        let rows = Rows { user: number, global: global.0 };
        let figures = figures(seats, &room, near, global.1, &amounts);
        self.quiet_until_ms = self.quiet_until_ms.min(now.saturating_add(TTL_MS));
        hold(&mut self.ledger, seats, &room, rows, &amounts);
        let lead = seats.get(room.winner).map(|seat| Lead { name: seat.name, line: seat.line });
        let opened = self.reservations.open(now, TTL_MS, true);
        if let (_, Some(reservation)) = opened {
            reservation.attributes.set(call, None);
            reservation.amounts = amounts;
            reservation.generation_of_policy = self.active.generation;
            reservation.lead = lead;
            reservation.unpriced = false;
            reservation.counters.clear();
            held(seats, &room, rows, &mut reservation.counters);
        }
        let reservation = opened.0;
        Some(Decision {
            allowed: true,
            action: Action::Allow,
            reason: if figures.is_some() { Reason::WithinLimit } else { Reason::NoBudget },
            figures,
            retryable: false,
            downgraded: false,
            reservation: Some(reservation),
            policy_version: self.active.policy.version(),
            degraded: false,
            triggered: SmallVec::new(),
        })
    }
}

/// Reads and judges all counters; `None` where one is not at hand, a step may be over, a threshold
/// reached, or a sum not an `i64`.
#[inline(always)]
fn find_room(
    seats: &[Seat],
    user: &[Counter; NEAR],
    global: &[Counter; NEAR],
    amounts: &Amounts,
    room: &mut Room,
) -> Option<()> {
    let (mut fullest, mut rank) = (Share { used: 0, limit: 1 }, u32::MAX);
    let mut places = room.places.iter_mut();
    for (number, seat) in seats.iter().enumerate() {
        let near = if seat.global { global } else { user };
        let (place, counter) = place_of(near, seat)?;
        *places.next()? = place;
        let estimate = amounts.get(seat.unit);
        let used = counter.spent.checked_add(counter.held)?;
        let total = used.checked_add(estimate.unwrap_or(0)).filter(|total| *total >= 0)?;
        if !seat.decides {
            continue;
        }
        let fits = if estimate.is_some() { total <= seat.exceeded } else { used < seat.reached };
        if !fits || counter.spent >= seat.alarm {
            return None;
        }
        let share = Share { used: total.cast_unsigned(), limit: seat.limit.cast_unsigned() };
        let order = share.compare(&fullest);
        if rank == u32::MAX || order.is_gt() || (order.is_eq() && seat.rank < rank) {
            (room.winner, fullest, rank) = (number, share, seat.rank);
        }
    }
    Some(())
}

/// Where a seat's counter stands among the near ones, and the counter.
#[inline(always)]
fn place_of<'n>(near: &'n [Counter; NEAR], seat: &Seat) -> Option<(u8, &'n Counter)> {
    let is = |counter: &&Counter| counter.definition == seat.definition && counter.window == seat.window;
    match near.get(usize::from(seat.place)).filter(is) {
        Some(counter) => Some((seat.place, counter)),
        None => (0_u8..).zip(near).find(|(_, counter)| is(counter)),
    }
}

/// What the named budget's counter shows, before this call's own hold.
#[inline(always)]
fn figures(
    seats: &[Seat],
    room: &Room,
    user: &[Counter; NEAR],
    global: &[Counter; NEAR],
    amounts: &Amounts,
) -> Option<Figures> {
    let seat = seats.get(room.winner)?;
    let near = if seat.global { global } else { user };
    let counter = near.get(usize::from(*room.places.get(room.winner)?))?;
    Some(Figures {
        budget: BudgetIndex(seat.budget),
        limit: seat.limit,
        spent: counter.spent,
        held: counter.held,
        estimate: amounts.get(seat.unit),
        remaining: seat.limit.saturating_sub(counter.spent.saturating_add(counter.held)).max(0),
        window: seat.span,
        resets_at_ms: seat.ends.then_some(seat.span.end_ms),
    })
}

/// ATOMIC: takes the hold on every counter; that none of them overflows is known.
#[inline(always)]
fn hold(ledger: &mut Ledger, seats: &[Seat], room: &Room, rows: Rows, amounts: &Amounts) {
    let mut hold_in = |number: u32, global: bool| {
        let Some(row) = ledger.subjects.row_mut(number) else { return };
        let near = row.near_mut();
        for (seat, place) in
            seats.iter().zip(&room.places).filter(|(seat, _)| seat.charges && seat.global == global)
        {
            if let Some(counter) = near.get_mut(usize::from(*place)) {
                counter.held = counter.held.wrapping_add(amounts.or_zero(seat.unit));
            }
        }
    };
    hold_in(rows.user, false);
    if rows.global != NO_ROW {
        hold_in(rows.global, true);
    }
}

/// What the reservation holds.
#[inline(always)]
fn held(seats: &[Seat], room: &Room, rows: Rows, counters: &mut Holds) {
    for (seat, place) in seats.iter().zip(&room.places).filter(|(seat, _)| seat.charges) {
        let row = if seat.global { rows.global } else { rows.user };
        counters.push_with(|held| {
            held.at.row = row;
            held.at.definition = seat.definition;
            held.at.window = seat.window;
            held.place = u16::from(*place);
            held.unit = seat.unit;
            held.alarm = seat.charge_alarm;
        });
    }
}
