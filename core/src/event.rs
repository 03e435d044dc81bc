//! What happened, for logs, callbacks and the control plane.

use crate::action::Action;
use crate::unit::Unit;
use crate::window::Span;
use std::collections::VecDeque;

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A call was refused.
    Blocked,
    /// A call went ahead over a `warn` step.
    Warned,
    /// A call went ahead over a `dry_run` step.
    DryRun,
    /// A call went ahead with the cheaper sibling.
    Downgraded,
    /// Spending reached a percent of the limit.
    Threshold,
    /// A call cost more than it held.
    Overage,
    /// A hold's time was over; its amount is presumed spent.
    Expired,
    /// A presumption was replaced by the actual amount.
    LateSettle,
    /// A call's price is unknown.
    Unpriced,
    /// A presumption was taken back.
    LateRelease,
    /// A provider reported usage below zero.
    BadUsage,
    /// A circuit opened.
    BreakerOpened,
    /// A circuit lets one call try.
    BreakerHalfOpen,
    /// A circuit closed.
    BreakerClosed,
    /// A new policy is in force.
    PolicyChanged,
    /// A document was refused; the policy in force stays.
    PolicyRejected,
    /// New subjects share a counter: the bound on counters is reached.
    Overflow,
    /// A budget counts in another window from now on.
    WindowChanged,
    /// A reservation was ended twice, differently.
    SettleConflict,
    /// The clock was set back by more than a day.
    ClockCorrected,
    /// The store of the counters cannot be reached.
    Degraded,
    /// An operator changed what is spent.
    Adjusted,
}

impl EventKind {
    /// Every kind, in the order of the catalogue.
    pub const ALL: [EventKind; 22] = [
        EventKind::Blocked,
        EventKind::Warned,
        EventKind::DryRun,
        EventKind::Downgraded,
        EventKind::Threshold,
        EventKind::Overage,
        EventKind::Expired,
        EventKind::LateSettle,
        EventKind::Unpriced,
        EventKind::LateRelease,
        EventKind::BadUsage,
        EventKind::BreakerOpened,
        EventKind::BreakerHalfOpen,
        EventKind::BreakerClosed,
        EventKind::PolicyChanged,
        EventKind::PolicyRejected,
        EventKind::Overflow,
        EventKind::WindowChanged,
        EventKind::SettleConflict,
        EventKind::ClockCorrected,
        EventKind::Degraded,
        EventKind::Adjusted,
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EventKind::Blocked => "blocked",
            EventKind::Warned => "warned",
            EventKind::DryRun => "dry_run",
            EventKind::Downgraded => "downgraded",
            EventKind::Threshold => "threshold",
            EventKind::Overage => "overage",
            EventKind::Expired => "expired",
            EventKind::LateSettle => "late_settle",
            EventKind::Unpriced => "unpriced",
            EventKind::LateRelease => "late_release",
            EventKind::BadUsage => "bad_usage",
            EventKind::BreakerOpened => "breaker_opened",
            EventKind::BreakerHalfOpen => "breaker_half_open",
            EventKind::BreakerClosed => "breaker_closed",
            EventKind::PolicyChanged => "policy_changed",
            EventKind::PolicyRejected => "policy_rejected",
            EventKind::Overflow => "overflow",
            EventKind::WindowChanged => "window_changed",
            EventKind::SettleConflict => "settle_conflict",
            EventKind::ClockCorrected => "clock_corrected",
            EventKind::Degraded => "degraded",
            EventKind::Adjusted => "adjusted",
        }
    }
}

/// One event. What does not apply is `None`; amounts are nano-dollars or whole pieces of `unit`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// The call's user.
    pub user: Option<Box<str>>,
    /// The call's tier.
    pub tier: Option<Box<str>>,
    /// The call's feature.
    pub feature: Option<Box<str>>,
    /// The model called.
    pub model: Option<Box<str>>,
    /// The model asked for, when another one is called.
    pub requested_model: Option<Box<str>>,
    /// The budget it is about.
    pub budget: Option<Box<str>>,
    /// The budget's unit.
    pub unit: Option<Unit>,
    /// What the budget's counter shows as spent.
    pub spent: Option<i64>,
    /// The budget's limit.
    pub limit: Option<i64>,
    /// The budget's window.
    pub window: Option<Span>,
    /// The percent of a threshold.
    pub percent: Option<u16>,
    /// What the budget does at the threshold's percent; thresholds of `dry_run` stay silent.
    pub action: Option<Action>,
    /// Why: of a refusal, a conflict, a rejected policy, an opened circuit.
    pub reason: Option<Box<str>>,
    /// How much, and of what: an overage in USD, an expired hold, a late settle, an adjustment.
    pub amount: Option<(i64, Unit)>,
    /// The breaker it is about.
    pub breaker: Option<Box<str>>,
    /// Whose circuit.
    pub subject: Option<Box<str>>,
}

impl Event {
    pub(crate) fn new(kind: EventKind, at_ms: i64) -> Event {
        Event {
            kind,
            at_ms,
            user: None,
            tier: None,
            feature: None,
            model: None,
            requested_model: None,
            budget: None,
            unit: None,
            spent: None,
            limit: None,
            window: None,
            percent: None,
            action: None,
            reason: None,
            amount: None,
            breaker: None,
            subject: None,
        }
    }
}

/// Events not yet taken. When it is full the oldest goes, and is counted.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Events {
    waiting: VecDeque<Event>,
    max: usize,
    dropped: u64,
}

impl Events {
    pub(crate) fn new(max: usize) -> Events {
        Events { waiting: VecDeque::new(), max, dropped: 0 }
    }

    pub(crate) fn push(&mut self, event: Event) {
        if self.waiting.len() >= self.max {
            self.waiting.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        if self.max > 0 {
            self.waiting.push_back(event);
        }
    }

    pub(crate) fn drain(&mut self) -> Vec<Event> {
        self.waiting.drain(..).collect()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }
}
