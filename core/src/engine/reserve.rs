//! `reserve` and `preview`: may this call be made, and what happens if not.

use super::check::check_unknown;
use super::price::Priced;
use super::{Engine, TTL_MAX_MS, TTL_MS};
use crate::action::Action;
use crate::amounts::Amounts;
use crate::call::Call;
use crate::decision::{BudgetIndex, Decision, Figures, Reason};
use crate::error::Error;
use crate::event::EventKind;
use crate::judge::{Verdict, fits_alone, judge};
use crate::ledger::{Handle, NO_ROW, Reading};
use crate::plan::{self, Line, Plan, Vote};
use crate::policy::MissingUser;
use crate::reservation::{Held, Lead, ReservationId};
use crate::window::Span;
use smallvec::SmallVec;

/// Who a call is from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// The user that it names.
    Named,
    /// A user that a host has seen before; the call names none.
    Seen(Handle),
}

/// The decision on an ordinary call.
pub(crate) struct Short {
    /// Those of the budget that it names, if any was judged.
    pub(crate) figures: Option<Figures>,
    pub(crate) reservation: ReservationId,
}

impl Short {
    /// Why the call is allowed.
    #[inline]
    pub(crate) fn reason(&self) -> Reason {
        if self.figures.is_some() { Reason::WithinLimit } else { Reason::NoBudget }
    }
}

/// What is known of a call before its budgets are judged.
enum Admission {
    Refused(Reason),
    Expects(Amounts, Priced),
}

impl Engine {
    /// Decides a call and, when it may be made, holds its estimate on every counter it touches: all of
    /// them or none. `ttl_ms` is how long the hold lives, 15 minutes unless given, at most 24 h.
    ///
    /// # Errors
    /// [`Error::InvalidTime`], [`Error::InvalidId`], [`Error::InvalidAmount`] for an estimate below zero,
    /// [`Error::InvalidCall`] for a `ttl_ms` out of range. A refused call is no error: see
    /// [`Decision::allowed`].
    pub fn reserve(&mut self, call: &Call<'_>, ttl_ms: Option<i64>, now_ms: i64) -> Result<Decision, Error> {
        match self.reserve_in_short(Who::Named, call, ttl_ms, now_ms)? {
            Some(short) => Ok(self.in_full(short)),
            None => self.reserve_at_length(call, ttl_ms, now_ms),
        }
    }

    /// As [`Engine::reserve`] where the call is an ordinary one; `None`, with nothing changed but for the time, where it
    /// is not.
    #[inline(always)]
    pub(crate) fn reserve_in_short(
        &mut self,
        who: Who,
        call: &Call<'_>,
        ttl_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Option<Short>, Error> {
        let now = self.tick(now_ms)?;
        self.latest_user = 0;
        let short = if ttl_ms.is_none() { self.reserve_ordinary(who, call, now) } else { None };
        if let Some(short) = &short {
            self.count_decision(call, Action::Allow, short.reason());
        }
        Ok(short)
    }

    /// As [`Engine::reserve`] after [`Engine::reserve_in_short`] has found that the call is none of its own.
    pub(crate) fn reserve_at_length(
        &mut self,
        call: &Call<'_>,
        ttl_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Decision, Error> {
        self.reserve_any(call, ttl_ms, self.latest_ms.unwrap_or(now_ms))
    }

    /// The decision on an ordinary call, with all that goes without saying.
    #[inline(always)]
    pub(crate) fn in_full(&self, short: Short) -> Decision {
        Decision {
            allowed: true,
            action: Action::Allow,
            reason: short.reason(),
            figures: short.figures,
            retryable: false,
            downgraded: false,
            reservation: Some(short.reservation),
            policy_version: self.active.policy.version(),
            degraded: false,
            triggered: SmallVec::new(),
        }
    }

    /// The handle of the user of the latest reserve, where that was an ordinary one; 0 where there is none.
    #[inline]
    pub(crate) fn latest_user(&self) -> u64 {
        self.latest_user
    }

    /// The name of that user.
    pub(crate) fn latest_name(&self) -> Option<&str> {
        self.ledger.subjects.of_handle(Handle(self.latest_user)).map(|(_, row)| row.name())
    }

    #[inline(never)]
    fn reserve_any(&mut self, call: &Call<'_>, ttl_ms: Option<i64>, now: i64) -> Result<Decision, Error> {
        // The counters are asked for first: they come from memory while the call is looked over.
        let mut plan = self.plan(call);
        let ttl = ttl_ms.unwrap_or(TTL_MS);
        let (asked, priced) = match self.admit(call, &plan, ttl, now) {
            Ok(Admission::Expects(asked, priced)) => (asked, priced),
            Ok(Admission::Refused(reason)) => {
                self.put_back(plan);
                return Ok(self.refuse(call, reason, now));
            }
            Err(error) => {
                self.put_back(plan);
                return Err(error);
            }
        };
        let (verdict, amounts) = self.judge(call, &plan, &asked, now);
        let allowed = verdict.action != Action::Block;
        let figures = self.figures(&plan, &verdict, &amounts, now);
        if priced == Priced::Unknown {
            self.events.push(Engine::call_event(EventKind::Unpriced, now, call));
        }
        if allowed {
            // ATOMIC: nothing from here on refuses; the hold is taken on every counter of the plan.
            self.note_overflow(&plan, call, now);
            plan::write(&mut plan, &mut self.ledger, call, &self.active, &self.names, &amounts, false);
        }
        if verdict.loud || (plan.rolling && self.has_marks()) {
            let called = self.called(call, verdict.action);
            self.fire(&mut plan, call, called.as_deref(), now);
        }
        let mut reservation = None;
        if allowed {
            let id = self.keep(call, &plan, &amounts, &verdict, ttl, now, priced);
            if !self.breakers.is_empty() {
                let called = self.called(call, verdict.action);
                self.probe(call, called.as_deref(), id, now);
            }
            reservation = Some(id);
        }
        let decision = self.decision(verdict, figures, reservation);
        if decision.action != Action::Allow {
            self.announce(call, &plan, &decision, now);
        }
        self.count_decision(call, decision.action, decision.reason);
        self.put_back(plan);
        Ok(decision)
    }

    /// Decides as [`Engine::reserve`] would, holding nothing and saying nothing.
    ///
    /// # Errors
    /// As [`Engine::reserve`].
    pub fn preview(&mut self, call: &Call<'_>, now_ms: i64) -> Result<Decision, Error> {
        let now = self.tick(now_ms)?;
        self.preview_at(call, now)
    }

    /// As [`Engine::preview`], at a time that was seen.
    pub(super) fn preview_at(&mut self, call: &Call<'_>, now: i64) -> Result<Decision, Error> {
        let plan = self.plan(call);
        let asked = match self.admit(call, &plan, TTL_MS, now)? {
            Admission::Expects(asked, _) => asked,
            Admission::Refused(reason) => return Ok(self.refused(reason)),
        };
        let (verdict, amounts) = self.judge(call, &plan, &asked, now);
        let figures = self.figures(&plan, &verdict, &amounts, now);
        Ok(self.decision(verdict, figures, None))
    }

    /// The counters a call touches, read. Give it back with [`Engine::put_back`], which spares the next
    /// call an allocation.
    #[inline]
    pub(super) fn plan(&mut self, call: &Call<'_>) -> Plan {
        let mut plan = std::mem::take(&mut self.scratch);
        let (user, own) = plan::user_of(call, &self.ledger, &self.active);
        plan.user = user;
        self.active.plan(call, own, &mut plan);
        plan::read(&mut plan, &self.ledger, call, &self.active, &self.names, self.options.max_counters);
        plan
    }

    #[inline]
    pub(super) fn put_back(&mut self, plan: Plan) {
        self.scratch = plan;
    }

    /// The model to call, for events.
    fn called(&self, call: &Call<'_>, action: Action) -> Option<Box<str>> {
        let model = call.model?;
        let sibling =
            if action == Action::Downgrade { self.active.policy.sibling(call.provider, model) } else { None };
        Some(sibling.unwrap_or(model).into())
    }

    /// Looks the call over before its budgets are judged: errors first, then what refuses it (open
    /// circuit, missing user, unknown price, in this order), else what it is expected to use.
    #[inline]
    fn admit(&self, call: &Call<'_>, plan: &Plan, ttl_ms: i64, now: i64) -> Result<Admission, Error> {
        check_unknown(call, plan.user != NO_ROW, plan.knows_tier)?;
        if !(1..=TTL_MAX_MS).contains(&ttl_ms) {
            return Err(Error::InvalidCall {
                path: "ttl_ms".to_owned(),
                message: format!("`{ttl_ms}` is not from 1 to {TTL_MAX_MS} milliseconds"),
            });
        }
        if self.is_circuit_open(call, now) {
            return Ok(Admission::Refused(Reason::CircuitOpen));
        }
        if call.user.is_none() && self.active.policy.on_missing_user() == MissingUser::Block {
            return Ok(Admission::Refused(Reason::MissingUser));
        }
        Ok(match self.expected(call, now) {
            (_, Priced::Refused) => Admission::Refused(Reason::Unpriced),
            (asked, priced) => Admission::Expects(asked, priced),
        })
    }

    #[cold]
    fn refuse(&mut self, call: &Call<'_>, reason: Reason, now: i64) -> Decision {
        let mut event = Engine::call_event(EventKind::Blocked, now, call);
        event.reason = Some(reason.as_str().into());
        self.events.push(event);
        let decision = self.refused(reason);
        self.count_decision(call, decision.action, decision.reason);
        decision
    }

    fn refused(&self, reason: Reason) -> Decision {
        Decision {
            allowed: false,
            action: Action::Block,
            reason,
            figures: None,
            retryable: false,
            downgraded: false,
            reservation: None,
            policy_version: self.active.policy.version(),
            degraded: self.store_down,
            triggered: SmallVec::new(),
        }
    }

    /// The budgets' verdict, with the sibling tried where a ladder asks for it, and the amounts at the
    /// price of the answer.
    #[inline]
    fn judge(&self, call: &Call<'_>, plan: &Plan, asked: &Amounts, now: i64) -> (Verdict, Amounts) {
        let sibling = if plan.ladder { self.expected_of_sibling(call, asked, now) } else { None };
        let mut verdict = judge(&self.active, plan, asked, sibling.is_some());
        let mut amounts = *asked;
        if let Some(cheaper) = sibling.filter(|_| verdict.action >= Action::Downgrade) {
            let at_sibling = judge(&self.active, plan, &cheaper, true);
            if at_sibling.action != Action::Block {
                verdict.action = Action::Downgrade;
                verdict.triggered = at_sibling.triggered;
                amounts = cheaper;
            }
        }
        if verdict.action == Action::Block && fits_alone(&self.active, plan, asked) {
            verdict.reason = Reason::InFlight;
        }
        if let Some(closed) = self.closed(plan) {
            verdict.action = Action::Block;
            verdict.reason = Reason::Unavailable;
            verdict.winner = Some(closed);
        }
        (verdict, amounts)
    }

    /// From verdict and figures to the answer.
    #[inline]
    fn decision(
        &self,
        verdict: Verdict,
        figures: Option<Figures>,
        reservation: Option<ReservationId>,
    ) -> Decision {
        Decision {
            allowed: verdict.action != Action::Block,
            action: verdict.action,
            reason: verdict.reason,
            figures,
            retryable: verdict.reason == Reason::InFlight,
            downgraded: verdict.action == Action::Downgrade,
            reservation,
            policy_version: self.active.policy.version(),
            degraded: self.store_down,
            triggered: verdict.triggered,
        }
    }

    /// A deciding budget that refuses while the store is unreachable.
    fn closed(&self, plan: &Plan) -> Option<u16> {
        if !self.store_down {
            return None;
        }
        let closed = |v: &Vote| self.active.budget(v.budget).is_some_and(|b| b.closed_when_unavailable);
        plan.votes.iter().position(closed).and_then(|place| u16::try_from(place).ok())
    }

    /// What the named budget's counter shows, before this call's own hold.
    #[inline]
    fn figures(&self, plan: &Plan, verdict: &Verdict, amounts: &Amounts, now: i64) -> Option<Figures> {
        let vote = plan.votes.get(usize::from(verdict.winner?))?;
        let line = plan.line(vote)?;
        let open = self.ledger.definitions.open(line.definition);
        let (window, resets_at_ms) = match open.rolling {
            false => (open.span, open.ends.then_some(open.span.end_ms)),
            true => self.rolling_window(line, now)?,
        };
        let remaining = (i128::from(vote.limit) - line.reading.used()).max(0);
        Some(Figures {
            budget: BudgetIndex(vote.budget),
            limit: vote.limit,
            spent: line.reading.spent,
            held: line.reading.held,
            estimate: amounts.get(vote.unit),
            remaining: Reading::cut(remaining),
            window,
            resets_at_ms,
        })
    }

    /// What a rolling window shows, and when its oldest used bucket leaves.
    fn rolling_window(&self, line: &Line, now: i64) -> Option<(Span, Option<i64>)> {
        let windows = self.ledger.definitions.get(line.definition)?;
        let period = windows.period()?;
        let oldest = self.ledger.oldest_used(line.row, line.definition);
        Some((windows.shown(windows.open, now)?, oldest.map(|bucket| period.bucket_leaves_at(bucket))))
    }

    /// Remembers what the call holds and who it is for.
    #[inline]
    #[allow(clippy::too_many_arguments, reason = "they are what a reservation is made of")]
    fn keep(
        &mut self,
        call: &Call<'_>,
        plan: &Plan,
        amounts: &Amounts,
        verdict: &Verdict,
        ttl: i64,
        now: i64,
        priced: Priced,
    ) -> ReservationId {
        let policy = &self.active.policy;
        let called = call
            .model
            .filter(|_| verdict.action == Action::Downgrade)
            .and_then(|m| policy.sibling(call.provider, m));
        let lead = verdict.winner.and_then(|place| {
            let vote = plan.votes.get(usize::from(place))?;
            Some(Lead { name: self.active.rule(vote.budget)?.name, line: vote.line })
        });
        self.quiet_until_ms = self.quiet_until_ms.min(now.saturating_add(ttl));
        let (id, reservation) = self.reservations.open(now, ttl, ttl == TTL_MS);
        if let Some(reservation) = reservation {
            reservation.unpriced = priced == Priced::Unknown;
            let full = reservation.fill_in_full();
            full.amounts = *amounts;
            full.charged = Amounts::default();
            full.attributes.set(call, called);
            full.generation_of_policy = self.active.generation;
            full.lead = lead;
            full.counters.clear();
            let held =
                |line: &Line| Held { at: line.at(), place: line.place, unit: line.unit, alarm: line.alarm };
            full.counters.extend(plan.lines.iter().map(held));
        }
        id
    }
}
