//! One reservation, as small as can be: every call writes one, and the ring of them does not fit into a cache.

use super::pattern::{Patterns, SEATS_MAX};
use super::texts::Texts;
use super::{Attributes, Held, Holds, Lead, NO_PATTERN, ReservationId, State};
use crate::amounts::{Amounts, Pieces};
use crate::call::Call;
use serde::{Deserialize, Serialize};

/// One reservation. An ordinary one stands here whole; any other has the rest in `full`.
///
/// The first 64 bytes are all that reading one takes, and a call of a user and a tier fills 128.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Reservation {
    /// Every reservation ever made has its number, from 1; the order of creation.
    pub(super) number: u64,
    pub(crate) created_ms: i64,
    /// When the hold expires; once ended, when that was.
    pub(crate) ends_ms: i64,
    /// The number of its end among all ends.
    pub(super) end: u64,
    /// Nano-dollars: what is held, or was.
    held_usd: i64,
    /// What was charged, once settled.
    charged_usd: i64,
    /// The user's row.
    row: u32,
    /// What it holds; [`NO_PATTERN`] where `full` says that.
    pattern: u32,
    places: [u8; SEATS_MAX],
    /// The seat of the budget that its decision named.
    winner: u8,
    pub(crate) state: State,
    full: Option<Box<Full>>,
    /// Whether it has the default time to live.
    pub(super) usual: bool,
    /// Whether the unknown price was an event already.
    pub(crate) unpriced: bool,
    /// Which amounts are given, as [`Pieces`] has it.
    held_given: u8,
    charged_given: u8,
    texts: Texts,
    held_tokens: [u32; 3],
    charged_tokens: [u32; 3],
}

const _: () = assert!(size_of::<Reservation>() == 192, "a reservation is three lines of a cache");

/// What the ordinary way knows of a call whose hold it takes.
pub(crate) struct Ordinary {
    pub(crate) pattern: u32,
    /// The user's row.
    pub(crate) row: u32,
    pub(crate) places: [u8; SEATS_MAX],
    /// The seat of the budget that the decision names; any other number where there is none.
    pub(crate) winner: u8,
}

/// All that is to be known of a reservation but for its state, its number and its times.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Full {
    /// What is held, or was.
    pub(crate) amounts: Amounts,
    /// What was charged, once settled.
    pub(crate) charged: Amounts,
    pub(crate) counters: Holds,
    pub(crate) attributes: Attributes,
    /// The policy it was judged by.
    pub(crate) generation_of_policy: u32,
    /// The budget its decision named.
    pub(crate) lead: Option<Lead>,
}

impl Full {
    /// The budget that its decision named, and that budget's counter.
    pub(crate) fn lead_counter(&self) -> Option<(u32, Held)> {
        let lead = self.lead?;
        self.counters.get(usize::from(lead.line)).map(|counter| (lead.name, *counter))
    }
}

impl Reservation {
    pub(crate) fn id(&self) -> ReservationId {
        ReservationId(self.number)
    }

    /// What is held, or was.
    #[inline]
    pub(crate) fn amounts(&self) -> Amounts {
        match self.full() {
            None => Amounts::from_pieces(self.held_usd, self.held_given, || self.held_tokens),
            Some(full) => full.amounts,
        }
    }

    /// What was charged, once settled.
    #[inline]
    pub(crate) fn charged(&self) -> Amounts {
        match self.full() {
            None => Amounts::from_pieces(self.charged_usd, self.charged_given, || self.charged_tokens),
            Some(full) => full.charged,
        }
    }

    /// The provider that the call names.
    #[inline]
    pub(crate) fn provider(&self) -> Option<&str> {
        self.full().map_or_else(|| self.texts.get(5), |full| full.attributes.provider())
    }

    /// The model that is called: the sibling after a downgrade, else the one asked for.
    #[inline]
    pub(crate) fn called(&self) -> Option<&str> {
        self.full().map_or_else(|| self.texts.get(6), |full| full.attributes.called())
    }

    /// The part of the application that the call names.
    pub(crate) fn feature(&self) -> Option<&str> {
        self.full().map_or_else(|| self.texts.get(3), |full| full.attributes.feature())
    }

    /// What is not ordinary stands there.
    #[inline]
    pub(super) fn full(&self) -> Option<&Full> {
        if self.pattern == NO_PATTERN { self.full.as_deref() } else { None }
    }

    #[inline]
    pub(super) fn full_mut(&mut self) -> Option<&mut Full> {
        if self.pattern == NO_PATTERN { self.full.as_deref_mut() } else { None }
    }

    /// The counters that it holds something of.
    #[inline(never)]
    pub(super) fn counters(&self, patterns: &Patterns) -> Holds {
        match self.full() {
            Some(full) => full.counters.clone(),
            None => {
                patterns.get(self.pattern).map(|p| p.counters(self.row, &self.places)).unwrap_or_default()
            }
        }
    }

    /// What an ordinary reservation holds: its pattern, its user's row, the places of its counters.
    #[inline]
    pub(super) fn ordinary(&self) -> (u32, u32, &[u8; SEATS_MAX]) {
        (self.pattern, self.row, &self.places)
    }

    /// Makes it that of an ordinary call of that user; false where that does not fit, and it has to be filled in full.
    #[inline(always)]
    pub(crate) fn fill(
        &mut self,
        ordinary: &Ordinary,
        user: &[u8],
        call: &Call<'_>,
        amounts: &Amounts,
    ) -> bool {
        if ordinary.pattern == NO_PATTERN || !self.texts.set(user, call) {
            return false;
        }
        let Some(Pieces { usd, tokens, given }) = amounts.pieces() else { return false };
        (self.held_usd, self.held_given) = (usd, given);
        // Where no tokens are given those of before stay, which nobody reads.
        if let Some(tokens) = tokens {
            self.held_tokens = tokens;
        }
        self.pattern = ordinary.pattern;
        self.row = ordinary.row;
        self.places = ordinary.places;
        self.winner = ordinary.winner;
        self.unpriced = false;
        (self.charged_usd, self.charged_given) = (0, 0);
        if self.full.is_some() {
            self.full = None;
        }
        true
    }

    /// Makes it one that is filled in full; what it is full of is that of a reservation before.
    pub(crate) fn fill_in_full(&mut self) -> &mut Full {
        self.pattern = NO_PATTERN;
        self.full.get_or_insert_default()
    }

    /// Notes what is charged.
    #[inline(always)]
    pub(super) fn charge(&mut self, charged: &Amounts, patterns: &Patterns) {
        if let Some(full) = self.full_mut() {
            full.charged = *charged;
        } else if !self.charge_in_place(charged) {
            self.charge_in_full(charged, patterns);
        }
    }

    #[cold]
    fn charge_in_full(&mut self, charged: &Amounts, patterns: &Patterns) {
        self.expand(patterns).charged = *charged;
    }

    /// Writes an ordinary reservation out in full.
    #[inline(never)]
    pub(super) fn expand(&mut self, patterns: &Patterns) -> &mut Full {
        if self.pattern != NO_PATTERN {
            self.full = Some(Box::new(self.to_full(patterns)));
        }
        self.pattern = NO_PATTERN;
        self.full.get_or_insert_default()
    }

    /// All that is to be known of it.
    #[inline(never)]
    pub(super) fn to_full(&self, patterns: &Patterns) -> Full {
        if let Some(full) = self.full() {
            return full.clone();
        }
        let pattern = patterns.get(self.pattern);
        let mut attributes = Attributes::default();
        attributes.set(&self.texts.call(), None);
        Full {
            amounts: self.amounts(),
            charged: self.charged(),
            counters: self.counters(patterns),
            attributes,
            generation_of_policy: pattern.map_or(0, |p| p.generation),
            lead: pattern.and_then(|p| p.lead(self.winner)),
        }
    }

    #[inline(always)]
    fn charge_in_place(&mut self, charged: &Amounts) -> bool {
        let Some(Pieces { usd, tokens, given }) = charged.pieces() else { return false };
        (self.charged_usd, self.charged_given) = (usd, given);
        if let Some(tokens) = tokens {
            self.charged_tokens = tokens;
        }
        true
    }
}
