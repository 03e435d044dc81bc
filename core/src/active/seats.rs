//! Who sits at an ordinary call: the budgets of a user, of the user's tier and of all, told apart by nothing
//! else of the call. A seat has at hand all that an ordinary call asks of its budget.
//!
//! Policies with other layers, filters or rolling windows have no seats; their calls are planned one by one.

use super::{Active, List, Rule};
use crate::ledger::{Definitions, NEAR};
use crate::reservation::{NO_PATTERN, Part, Pattern, SEATS_MAX};
use crate::unit::Unit;
use crate::window::Span;
use smallvec::SmallVec;

/// One budget's part in an ordinary call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) limit: i64,
    /// As in [`Rule`].
    pub(crate) reached: i64,
    pub(crate) exceeded: i64,
    /// The lowest alert in amounts.
    pub(crate) alarm: i64,
    /// The spent amount from which on a charge has to look at thresholds.
    pub(crate) charge_alarm: i64,
    pub(crate) definition: u32,
    /// The open window.
    pub(crate) window: u32,
    pub(crate) span: Span,
    pub(crate) budget: u32,
    pub(crate) rank: u32,
    /// The budget's id, in [`crate::names::Names`].
    pub(crate) name: u32,
    /// Its counter's place among those charged.
    pub(crate) line: u16,
    pub(crate) unit: Unit,
    /// Where among the near counters it likely stands.
    pub(crate) place: u8,
    /// Whether its counter is the global one, and not the user's.
    pub(crate) global: bool,
    pub(crate) decides: bool,
    /// Whether it is the first of its counter, which is charged once.
    pub(crate) charges: bool,
    /// Whether the window ends; a lifetime does not.
    pub(crate) ends: bool,
}

/// The seats of one call, in the order of a plan's lines.
pub(crate) type Seats = SmallVec<[Seat; SEATS_MAX]>;

/// The seats at the calls of one tier.
#[derive(Debug, Clone)]
pub(crate) struct Lineup {
    pub(crate) seats: Seats,
    /// What reservations of these calls hold, in the windows that are open; [`NO_PATTERN`] before the first one.
    pub(crate) pattern: u32,
}

/// What reservations of calls with these seats hold, with the row of the global counters.
pub(crate) fn pattern(seats: &[Seat], global: u32, generation: u32) -> Pattern {
    let part = |seat: &Seat| Part {
        alarm: seat.charge_alarm,
        definition: seat.definition,
        window: seat.window,
        name: seat.name,
        line: seat.line,
        unit: seat.unit,
        global: seat.global,
        charges: seat.charges,
    };
    Pattern { parts: seats.iter().map(part).collect(), global, generation }
}

/// The lineup of a user with budgets apart, kept for the next call.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    pub(crate) seats: Box<[Seat]>,
    /// As a lineup has it.
    pub(crate) pattern: u32,
    /// The lineup of the tier that the user's calls name.
    lineup: usize,
    /// How often windows had been opened.
    entry: u32,
}

impl Seat {
    /// The seat of a budget after `charged` other counters.
    fn new(rule: &Rule, budget: u32, (global, decides): (bool, bool), charged: usize) -> Seat {
        let place = if global { 0 } else { charged.min(NEAR - 1) };
        Seat {
            limit: rule.limit,
            reached: rule.reached,
            exceeded: rule.exceeded,
            alarm: rule.alarm,
            charge_alarm: if decides { rule.alarm } else { i64::MAX },
            definition: rule.definition,
            window: u32::MAX,
            span: Span { start_ms: 0, end_ms: 0 },
            budget,
            rank: rule.rank,
            name: rule.name,
            line: u16::try_from(charged).unwrap_or(u16::MAX),
            unit: rule.unit,
            place: u8::try_from(place).unwrap_or(0),
            global,
            decides,
            charges: true,
            ends: true,
        }
    }

    /// Takes the open window of its definition.
    pub(crate) fn enter(&mut self, definitions: &Definitions) {
        let open = definitions.open(self.definition);
        (self.window, self.span, self.ends) = (open.window, open.span, open.ends);
    }
}

impl Active {
    /// Makes the seats of ordinary calls ahead.
    pub(super) fn prepare(&mut self) {
        let enabled = self.policy.budgets().iter().zip(&self.rules).filter(|(b, _)| b.enabled);
        if !self.layers.is_empty() || enabled.into_iter().any(|(_, rule)| rule.filtered || rule.rolling) {
            return;
        }
        let none = List::new();
        let lists = self.tiers.lists().chain([&none]);
        let lineups = lists.map(|tier| {
            let mut seats = Seats::new();
            self.fill(&[], tier, &mut seats);
            Lineup { seats, pattern: NO_PATTERN }
        });
        self.lineups = lineups.collect();
    }

    fn fill(&self, own: &[u32], tier: &[u32], seats: &mut Seats) {
        let mut decided = self.seat(own, false, true, seats);
        decided |= self.seat(tier, false, !decided, seats);
        self.seat(&self.every_user, false, !decided, seats);
        self.seat(&self.global, true, true, seats);
    }

    /// The number of a call's lineup, and whether the policy names its tier.
    #[inline(always)]
    pub(crate) fn lineup(&self, tier: Option<&str>) -> (usize, bool) {
        let number = tier.and_then(|tier| self.tiers.number(tier));
        (number.unwrap_or(self.lineups.len().wrapping_sub(1)), number.is_some())
    }

    /// The seats at an ordinary call of a user with the budgets `own`.
    fn seats_of(&self, own: u32, tier: Option<&str>, definitions: &Definitions) -> Option<Seats> {
        let own = &self.overrides.get(own as usize)?.budgets;
        let tier = tier.and_then(|tier| self.tiers.get(tier));
        let mut seats = Seats::new();
        self.fill(own, tier.map_or(&[], |(_, list)| list), &mut seats);
        seats.iter_mut().for_each(|seat| seat.enter(definitions));
        Some(seats)
    }

    /// What is kept of the calls of the user with the budgets `own`.
    #[inline(always)]
    pub(crate) fn apart(&self, own: u32) -> Option<&Apart> {
        self.overrides.get(own as usize)?.apart.as_deref()
    }

    /// Whether what is kept is of that lineup, in the windows that are open.
    #[inline(always)]
    pub(crate) fn is_apart(&self, own: u32, lineup: usize) -> bool {
        self.apart(own).is_some_and(|apart| apart.lineup == lineup && apart.entry == self.entries)
    }

    /// Sets a user's lineup apart. `add` makes the pattern of its seats; there is one for each user, since a user who goes
    /// from tier to tier would leave one behind with every call.
    pub(crate) fn set_apart(
        &mut self,
        own: u32,
        (lineup, tier): (usize, Option<&str>),
        definitions: &Definitions,
        add: impl FnOnce(&[Seat]) -> u32,
    ) -> Option<()> {
        let seats = self.seats_of(own, tier, definitions)?;
        let is_first = self.apart(own).is_none_or(|before| before.entry != self.entries);
        let pattern = if is_first { add(&seats) } else { NO_PATTERN };
        let apart = Apart { seats: seats.to_vec().into(), pattern, lineup, entry: self.entries };
        self.overrides.get_mut(own as usize)?.apart = Some(Box::new(apart));
        Some(())
    }

    /// The seats at hand take the open windows.
    pub(crate) fn enter(&mut self, definitions: &Definitions) {
        self.entries = self.entries.wrapping_add(1);
        for lineup in &mut self.lineups {
            lineup.seats.iter_mut().for_each(|seat| seat.enter(definitions));
            lineup.pattern = NO_PATTERN;
        }
    }

    /// Adds the budgets of a list that decide, or have a counter that no other charges. Whether the list had
    /// any.
    fn seat(&self, list: &[u32], global: bool, decides: bool, seats: &mut Seats) -> bool {
        for budget in list {
            let Some(rule) = self.rule(*budget) else { continue };
            let first = seats.iter_mut().find(|other| other.charges && other.definition == rule.definition);
            let line = first.map(|first| {
                first.charge_alarm = first.charge_alarm.min(if decides { rule.alarm } else { i64::MAX });
                first.line
            });
            if decides || line.is_none() {
                let charged = seats.iter().filter(|other| other.charges).count();
                let mut seat = Seat::new(rule, *budget, (global, decides), charged);
                (seat.line, seat.charges) = (line.unwrap_or(seat.line), line.is_none());
                seats.push(seat);
            }
        }
        !list.is_empty()
    }
}
