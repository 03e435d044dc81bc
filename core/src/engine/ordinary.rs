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
use super::{Engine, Short, TTL_MS, Who};
use crate::active::{Active, Seat, pattern};
use crate::amounts::Amounts;
use crate::call::Call;
use crate::decision::{BudgetIndex, Figures};
use crate::judge::Share;
use crate::ledger::{Counter, CounterRef, Kind, Ledger, NEAR, NO_OWN, NO_ROW, Row};
use crate::reservation::{Held, Lead, NO_PATTERN, Ordinary, Reservation, Reservations, SEATS_MAX};
use std::cmp::Ordering;

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
    /// Reserves an ordinary call, and gives the figures of the budget that the answer names; `None`, with nothing
    /// changed, where it is not one.
    #[inline(never)]
    pub(super) fn reserve_ordinary(&mut self, who: Who, call: &Call<'_>, now: i64) -> Option<Short> {
        if self.store_down || !self.breakers.is_empty() {
            return None;
        }
        let (lineup, knows_tier) = self.active.lineup(call.tier);
        let pattern = self.pattern(lineup)?;
        let subjects = &self.ledger.subjects;
        let (number, row) = match who {
            Who::Seen(handle) => subjects.of_handle(handle)?,
            Who::Named => {
                let user = call.user?;
                subjects.find_hot(Kind::User, user, subjects.hash(Kind::User, user))?
            }
        };
        let (own, near, handle) = (row.own, row.near(), row.handle(number));
        let mut amounts = Amounts::of_one();
        let Priced::Yes = self.expect(call, now, &mut amounts) else { return None };
        check_unknown(call, true, knows_tier).ok()?;
        let (seats, pattern) = if own == NO_OWN {
            (&*self.active.lineups.get(lineup)?.seats, pattern)
        } else {
            if !self.active.is_apart(own, lineup) {
                set_apart(&mut self.active, &mut self.reservations, &self.ledger, own, (lineup, call.tier))?;
            }
            let apart = self.active.apart(own)?;
            (&*apart.seats, apart.pattern)
        };
        let global = match seats.last() {
            Some(last) if last.global => self.ledger.global()?,
            _ => (NO_ROW, near),
        };
        // An older pattern may have another row.
        let is_stale = own != NO_OWN && self.reservations.global_of(pattern) != Some(global.0);
        let pattern = if is_stale { NO_PATTERN } else { pattern };
        let mut room = Room { places: [0; SEATS_MAX], winner: usize::MAX };
        find_room(seats, near, global.1, &amounts, &mut room)?;
        let rows = Rows { user: number, global: global.0 };
        let figures = figures(seats, &room, near, global.1, &amounts);
        self.quiet_until_ms = self.quiet_until_ms.min(now.saturating_add(TTL_MS));
        self.latest_user = handle.0;
        hold(&mut self.ledger, seats, &room, rows, &amounts);
        let row = self.ledger.subjects.row(number);
        let (reservation, place) = self.reservations.open(now, TTL_MS, true);
        if let Some(place) = place {
            let winner = u8::try_from(room.winner).unwrap_or(u8::MAX);
            let ordinary = Ordinary { pattern, row: number, places: room.places, winner };
            let user = row.map_or(&[][..], Row::name_bytes);
            if !place.fill(&ordinary, user, call, &amounts) {
                let call = Call { user: row.map(Row::name), ..*call };
                fill_in_full(place, &call, &amounts, seats, (&room, rows, self.active.generation));
            }
        }
        Some(Short { figures, reservation })
    }

    /// The pattern of a lineup's reservations.
    #[inline(always)]
    fn pattern(&mut self, lineup: usize) -> Option<u32> {
        let at_hand = self.active.lineups.get(lineup)?;
        let is_global = at_hand.seats.last().is_some_and(|last| last.global);
        if at_hand.pattern == NO_PATTERN || is_global {
            return self.pattern_anew(lineup);
        }
        Some(at_hand.pattern)
    }

    /// Makes it where there is none, or one for another row of the global counters.
    fn pattern_anew(&mut self, lineup: usize) -> Option<u32> {
        let at_hand = self.active.lineups.get_mut(lineup)?;
        let global = match at_hand.seats.last() {
            Some(last) if last.global => self.ledger.global()?.0,
            _ => NO_ROW,
        };
        if self.reservations.global_of(at_hand.pattern) != Some(global) {
            let pattern = pattern(&at_hand.seats, global, self.active.generation);
            at_hand.pattern = self.reservations.add_pattern(pattern);
        }
        Some(at_hand.pattern)
    }
}

/// Sets the lineup of a user with budgets apart for the calls in these windows.
#[cold]
fn set_apart(
    active: &mut Active,
    reservations: &mut Reservations,
    ledger: &Ledger,
    own: u32,
    lineup: (usize, Option<&str>),
) -> Option<()> {
    let generation = active.generation;
    // Budgets for everything are in all lineups.
    let global = match active.lineups.get(lineup.0)?.seats.last() {
        Some(last) if last.global => ledger.global()?.0,
        _ => NO_ROW,
    };
    active.set_apart(own, lineup, &ledger.definitions, |seats| {
        reservations.add_pattern(pattern(seats, global, generation))
    })
}

/// A reservation of an ordinary call that has too much to say, or whose user has budgets apart.
#[cold]
fn fill_in_full(
    reservation: &mut Reservation,
    call: &Call<'_>,
    amounts: &Amounts,
    seats: &[Seat],
    (room, rows, generation): (&Room, Rows, u32),
) {
    reservation.unpriced = false;
    let full = reservation.fill_in_full();
    full.amounts = *amounts;
    full.charged = Amounts::default();
    full.attributes.set(call, None);
    full.generation_of_policy = generation;
    full.lead = seats.get(room.winner).map(|seat| Lead { name: seat.name, line: seat.line });
    full.counters.clear();
    for (seat, place) in seats.iter().zip(&room.places).filter(|(seat, _)| seat.charges) {
        let row = if seat.global { rows.global } else { rows.user };
        full.counters.push(Held {
            at: CounterRef { row, definition: seat.definition, window: seat.window },
            place: u16::from(*place),
            unit: seat.unit,
            alarm: seat.charge_alarm,
        });
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
        let is_fuller = |order: Ordering| order.is_gt() || (order.is_eq() && seat.rank < rank);
        if rank == u32::MAX || is_fuller(share.compare(&fullest)) {
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
    let mut seats = seats.iter().zip(&room.places).peekable();
    for number in [rows.user, rows.global] {
        let global = number == rows.global;
        let Some(row) = ledger.subjects.row_mut(number) else { return };
        let near = row.near_mut();
        while let Some((seat, place)) = seats.next_if(|(seat, _)| seat.global == global) {
            if seat.charges
                && let Some(counter) = near.get_mut(usize::from(*place))
            {
                counter.held = counter.held.wrapping_add(amounts.or_zero(seat.unit));
            }
        }
    }
}
