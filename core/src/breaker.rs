//! Circuit breakers: closed → open on a trip → half open after the cooldown → closed or open again.

use crate::policy::{Breaker, Trip};
use crate::window::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a call that ended adds to a breaker's measure.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) calls: i64,
    pub(crate) errors: i64,
    pub(crate) timed: i64,
    pub(crate) latency_ms: i64,
    pub(crate) spent: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Bucket {
    number: i64,
    calls: i64,
    errors: i64,
    timed: i64,
    latency_ms: i64,
    spent: i64,
}

/// Where a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Circuit {
    #[default]
    Closed,
    /// Since then; half open from the cooldown on.
    Open { since_ms: i64 },
    /// One call may try; it is under way when a reservation is named.
    HalfOpen { probe: Option<u64> },
    /// Until it is closed by hand.
    Held,
}

/// One circuit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Gauge {
    pub(crate) circuit: Circuit,
    buckets: Vec<Bucket>,
    /// Closed by hand while all circuits of the breaker are held open.
    exempt: bool,
}

/// The circuits of one breaker id, by subject; `None` is the one that calls without a user share, or
/// the global one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Board {
    gauges: BTreeMap<Option<Box<str>>, Gauge>,
    /// All circuits are held open by hand.
    held: bool,
}

/// All circuits, by breaker id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Breakers {
    boards: BTreeMap<Box<str>, Board>,
    /// How many circuits there may be before idle ones are looked for.
    sweep_from: usize,
}

/// What a breaker says of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    Pass,
    /// The call passes if it becomes the probe; `first` when that makes the circuit half open.
    Probe {
        first: bool,
    },
    Refuse,
}

impl Breakers {
    /// Keeps the circuits of breakers whose id and trip stay; drops the others. Under another scope the
    /// subjects are others, so that only what holds for all stays.
    pub(crate) fn replace(&mut self, old: &[Breaker], new: &[Breaker]) {
        self.boards.retain(|id, board| {
            let (before, after) = (old.iter().find(|b| b.id == *id), new.iter().find(|b| b.id == *id));
            let Some((before, after)) = before.zip(after).filter(|(b, a)| b.trip == a.trip) else {
                return false;
            };
            let same = before.scope.dimension == after.scope.dimension;
            if !same {
                board.gauges.clear();
            }
            same || board.held
        });
    }

    fn gauge(&mut self, id: &str, subject: Option<&str>) -> &mut Gauge {
        let board =
            self.boards.entry(id.into()).or_insert_with(|| Board { gauges: BTreeMap::new(), held: false });
        board.gauges.entry(subject.map(Into::into)).or_default()
    }

    pub(crate) fn gate(&self, breaker: &Breaker, subject: Option<&str>, now_ms: i64) -> Gate {
        let Some(board) = self.boards.get(&breaker.id) else { return Gate::Pass };
        let gauge = board.gauges.get(&subject.map(Box::from));
        if board.held && !gauge.is_some_and(|g| g.exempt) {
            return Gate::Refuse;
        }
        match gauge.map(|g| g.circuit).unwrap_or_default() {
            Circuit::Closed => Gate::Pass,
            Circuit::Held => Gate::Refuse,
            Circuit::Open { since_ms } if now_ms < since_ms.saturating_add(breaker.cooldown_ms) => {
                Gate::Refuse
            }
            Circuit::Open { .. } => Gate::Probe { first: true },
            Circuit::HalfOpen { probe: None } => Gate::Probe { first: false },
            Circuit::HalfOpen { probe: Some(_) } => Gate::Refuse,
        }
    }

    pub(crate) fn probe(&mut self, id: &str, subject: Option<&str>, reservation: u64) {
        self.gauge(id, subject).circuit = Circuit::HalfOpen { probe: Some(reservation) };
    }

    /// The probe ended without a verdict: the next call may try.
    pub(crate) fn probe_lost(&mut self, reservation: u64) {
        for gauge in self.boards.values_mut().flat_map(|b| b.gauges.values_mut()) {
            if gauge.circuit == (Circuit::HalfOpen { probe: Some(reservation) }) {
                gauge.circuit = Circuit::HalfOpen { probe: None };
            }
        }
    }

    /// Whether no circuit was ever touched.
    pub(crate) fn is_empty(&self) -> bool {
        self.boards.is_empty()
    }

    /// A call that this circuit let through has ended. `true` when that changed the circuit.
    pub(crate) fn measure(
        &mut self,
        breaker: &Breaker,
        subject: Option<&str>,
        reservation: Option<u64>,
        sample: Sample,
        used_up: bool,
        now_ms: i64,
    ) -> Option<Change> {
        let all = self.boards.get(&breaker.id).is_some_and(|board| board.held);
        let gauge = self.gauge(&breaker.id, subject);
        if all && !gauge.exempt {
            return None;
        }
        match gauge.circuit {
            Circuit::HalfOpen { probe: Some(probe) } if reservation == Some(probe) => {
                gauge.buckets.clear();
                if sample.errors > 0 {
                    gauge.circuit = Circuit::Open { since_ms: now_ms };
                    return Some(Change::Opened);
                }
                gauge.circuit = Circuit::Closed;
                Some(Change::Closed)
            }
            Circuit::Closed => {
                gauge.add(breaker.trip.within(), sample, now_ms);
                if !gauge.trips(&breaker.trip, used_up, now_ms) {
                    return None;
                }
                gauge.circuit = Circuit::Open { since_ms: now_ms };
                gauge.buckets.clear();
                Some(Change::Opened)
            }
            _ => None,
        }
    }

    /// How many circuits of a breaker are not closed; 1 when all of them are held open.
    pub(crate) fn open_circuits(&self, id: &str) -> u64 {
        let Some(board) = self.boards.get(id) else { return 0 };
        let open = board.gauges.values().filter(|gauge| gauge.circuit != Circuit::Closed).count();
        if board.held { 1 } else { open as u64 }
    }

    /// Opens by hand, one circuit or all of a breaker. `true` when that changed something.
    pub(crate) fn open(&mut self, id: &str, subject: Option<&str>) -> bool {
        if subject.is_some() {
            let all = self.boards.get(id).is_some_and(|board| board.held);
            let gauge = self.gauge(id, subject);
            let held = gauge.circuit == Circuit::Held || (all && !gauge.exempt);
            *gauge = Gauge { circuit: Circuit::Held, ..Gauge::default() };
            return !held;
        }
        let board =
            self.boards.entry(id.into()).or_insert_with(|| Board { gauges: BTreeMap::new(), held: false });
        let exempt: usize =
            board.gauges.values_mut().map(|g| usize::from(std::mem::take(&mut g.exempt))).sum();
        !std::mem::replace(&mut board.held, true) || exempt > 0
    }

    /// Closes by hand, one circuit or all of a breaker. `true` when that changed something.
    pub(crate) fn close(&mut self, id: &str, subject: Option<&str>) -> bool {
        let Some(board) = self.boards.get_mut(id) else { return false };
        if subject.is_none() {
            let open = board.held || board.gauges.values().any(|g| g.circuit != Circuit::Closed);
            self.boards.remove(id);
            return open;
        }
        let held = board.held;
        let gauge = self.gauge(id, subject);
        let was_open = gauge.circuit != Circuit::Closed || (held && !gauge.exempt);
        *gauge = Gauge { exempt: held, ..Gauge::default() };
        was_open
    }

    /// Cooldowns from the future count as begun now: the clock was wrong.
    pub(crate) fn correct_clock(&mut self, now_ms: i64, breakers: &[Breaker]) {
        for (id, board) in &mut self.boards {
            let within = breakers.iter().find(|b| b.id == *id).and_then(|b| b.trip.within());
            for gauge in board.gauges.values_mut() {
                if let Circuit::Open { since_ms } = &mut gauge.circuit {
                    *since_ms = (*since_ms).min(now_ms);
                }
                if let Some(period) = within {
                    gauge.fold_future(period.bucket_at(now_ms));
                }
            }
        }
    }

    /// Drops circuits that are closed and measure nothing any more, so that subjects do not pile up.
    pub(crate) fn sweep_when_many(&mut self, now_ms: i64, breakers: &[Breaker]) {
        let count =
            |boards: &BTreeMap<Box<str>, Board>| boards.values().map(|b| b.gauges.len()).sum::<usize>();
        if count(&self.boards) <= self.sweep_from.max(1024) {
            return;
        }
        for (id, board) in &mut self.boards {
            let within = breakers.iter().find(|b| b.id == *id).and_then(|b| b.trip.within());
            board.gauges.retain(|_, gauge| {
                let live = |b: &Bucket| within.is_some_and(|p| b.number >= p.oldest_live(now_ms));
                gauge.circuit != Circuit::Closed || gauge.exempt || gauge.buckets.iter().any(live)
            });
        }
        self.sweep_from = count(&self.boards).saturating_mul(2);
    }
}

/// How a circuit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Opened,
    Closed,
}

impl Gauge {
    fn add(&mut self, within: Option<&Period>, sample: Sample, now_ms: i64) {
        let Some(period) = within else { return };
        let (number, oldest) = (period.bucket_at(now_ms), period.oldest_live(now_ms));
        self.buckets.retain(|b| b.number >= oldest);
        if self.buckets.last().is_none_or(|b| b.number != number) {
            self.buckets.push(Bucket { number, ..Bucket::default() });
        }
        if let Some(bucket) = self.buckets.last_mut() {
            bucket.calls = bucket.calls.saturating_add(sample.calls);
            bucket.errors = bucket.errors.saturating_add(sample.errors);
            bucket.timed = bucket.timed.saturating_add(sample.timed);
            bucket.latency_ms = bucket.latency_ms.saturating_add(sample.latency_ms);
            bucket.spent = bucket.spent.saturating_add(sample.spent);
        }
    }

    fn fold_future(&mut self, present: i64) {
        let mut folded = Bucket { number: present, ..Bucket::default() };
        let mut any = false;
        for bucket in self.buckets.extract_if(.., |b| b.number >= present) {
            any = true;
            folded.calls = folded.calls.saturating_add(bucket.calls);
            folded.errors = folded.errors.saturating_add(bucket.errors);
            folded.timed = folded.timed.saturating_add(bucket.timed);
            folded.latency_ms = folded.latency_ms.saturating_add(bucket.latency_ms);
            folded.spent = folded.spent.saturating_add(bucket.spent);
        }
        if any {
            self.buckets.push(folded);
        }
    }

    fn trips(&self, trip: &Trip, used_up: bool, now_ms: i64) -> bool {
        let sum = |of: fn(&Bucket) -> i64| -> i128 {
            let oldest = trip.within().map_or(i64::MAX, |p| p.oldest_live(now_ms));
            self.buckets.iter().filter(|b| b.number >= oldest).map(|b| i128::from(of(b))).sum()
        };
        match trip {
            Trip::Spend { limit, .. } => sum(|b| b.spent) >= i128::from(*limit),
            Trip::Calls { limit, .. } => sum(|b| b.calls) >= i128::from(*limit),
            Trip::ErrorRate { percent, min_calls, .. } => {
                let calls = sum(|b| b.calls);
                calls >= i128::from(*min_calls)
                    && sum(|b| b.errors).saturating_mul(100) > calls.saturating_mul(i128::from(*percent))
            }
            Trip::MeanLatency { limit_ms, min_calls, .. } => {
                let timed = sum(|b| b.timed);
                timed >= i128::from(*min_calls)
                    && sum(|b| b.latency_ms) > timed.saturating_mul(i128::from(*limit_ms))
            }
            Trip::Budget { .. } => used_up,
        }
    }
}
