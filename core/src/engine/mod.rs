//! The engine: state, commands, and nothing from outside but what a command brings.

mod alerts;
mod announce;
mod check;
mod circuits;
mod clock;
mod count;
mod end;
mod estimate;
mod explain;
mod metrics;
mod ordinary;
mod policies;
mod price;
mod record;
mod report;
mod reserve;
mod say;
mod snapshot;
mod without;

pub use circuits::CircuitState;
pub use end::{Outcome, Settled};
pub use estimate::{Expectation, Known};
pub use explain::{Candidate, CounterReading, Why};
pub use metrics::{BudgetGauge, Counts, Metrics};
pub use report::{Report, ReportRow};
pub(crate) use reserve::{Short, Who};

use crate::active::Active;
use crate::breaker::Breakers;
use crate::decision::Decision;
use crate::event::{Event, Events};
use crate::learned::Learned;
use crate::ledger::Ledger;
use crate::map::Seed;
use crate::names::Names;
use crate::policy::Policy;
use crate::pricing::PriceBook;
use crate::reservation::Reservations;
use crate::totals::Totals;
use std::sync::Arc;

/// The default time to live of a hold: 15 minutes, in milliseconds.
pub const TTL_MS: i64 = 15 * 60_000;
/// The longest time to live of a hold: 24 hours, in milliseconds.
pub const TTL_MAX_MS: i64 = 24 * 3_600_000;

/// What a host chooses once.
#[derive(Debug, Clone)]
pub struct Options {
    /// The price table that policies add to.
    pub prices: PriceBook,
    /// Subjects without counters share one counter per budget from this many counters on.
    pub max_counters: u64,
    /// Events kept until they are taken; then the oldest go, and are counted.
    pub max_events: usize,
    /// Rows of a report for each attribute, at most; 0, the default: nothing is added up for reports.
    pub report_rows: usize,
    /// Seeds the hash of ids. Bring a random one where ids come from strangers; no answer depends on it.
    pub hash_seed: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            prices: PriceBook::builtin(),
            max_counters: 1_000_000,
            max_events: 10_000,
            report_rows: 0,
            hash_seed: 0,
        }
    }
}

/// One engine: a policy in force, its counters, its reservations, its breakers.
///
/// Every command takes `now_ms`, epoch milliseconds. A step back of up to 24 h is ignored: the latest
/// time seen counts. Every command first applies what is due at its time, such as expired holds.
#[derive(Debug)]
pub struct Engine {
    options: Options,
    seed: Seed,
    latest_ms: Option<i64>,
    /// Until then a command has nothing to do first: no window to open, no hold to expire.
    quiet_until_ms: i64,
    active: Active,
    ledger: Ledger,
    names: Names,
    reservations: Reservations,
    fired: alerts::Fired,
    breakers: Breakers,
    events: Events,
    learned: Learned,
    totals: Option<Box<Totals>>,
    store_down: bool,
    /// The handle of the latest reserve's user, where that was an ordinary one; else 0.
    latest_user: u64,
    /// The last call's plan, kept for its room; it means nothing between commands.
    scratch: crate::plan::Plan,
}

impl Engine {
    /// An engine without a policy: it allows everything.
    #[must_use]
    pub fn new(options: Options) -> Engine {
        let policy = Policy::empty(&options.prices);
        Engine::with_policy(policy, options)
    }

    /// An engine with its first policy, which is no event.
    #[must_use]
    pub fn with_policy(policy: Policy, options: Options) -> Engine {
        let seed = Seed::new(options.hash_seed);
        let mut ledger = Ledger::new(seed.clone());
        let mut names = Names::default();
        let active = Active::new(Arc::new(policy), 0, &mut ledger, &mut names, &seed);
        let events = Events::new(options.max_events);
        let totals = Engine::totals_of(options.report_rows);
        Engine {
            options,
            seed,
            latest_ms: None,
            quiet_until_ms: i64::MIN,
            active,
            ledger,
            names,
            reservations: Reservations::default(),
            fired: alerts::Fired::default(),
            breakers: Breakers::default(),
            events,
            learned: Learned::default(),
            totals,
            store_down: false,
            latest_user: 0,
            scratch: crate::plan::Plan::default(),
        }
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.active.policy
    }

    /// What the host chose.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The latest time seen, in epoch milliseconds.
    #[must_use]
    pub fn latest_ms(&self) -> Option<i64> {
        self.latest_ms
    }

    /// Takes the events since the last call, in order.
    pub fn drain_events(&mut self) -> Vec<Event> {
        self.events.drain()
    }

    /// How many events were lost because nobody took them.
    #[must_use]
    pub fn dropped_events(&self) -> u64 {
        self.events.dropped()
    }

    /// How many events wait to be taken.
    #[must_use]
    pub fn waiting_events(&self) -> usize {
        self.events.waiting()
    }

    /// Another number for each policy that was put in force, so that a host knows when what it keeps of
    /// one has become old.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.active.generation
    }

    /// How many counters there are.
    #[must_use]
    pub fn counters(&self) -> u64 {
        self.ledger.counters
    }

    /// The model to call: the cheaper sibling after a downgrade, else the one asked for.
    #[must_use]
    pub fn model<'a>(&'a self, call: &crate::call::Call<'a>, decision: &Decision) -> Option<&'a str> {
        decision.model(&self.active.policy, call)
    }

    /// Says whether the store behind the counters can be reached. While it cannot, decisions go on from
    /// the local counters with `degraded: true`, and budgets with `on_unavailable: closed` refuse.
    ///
    /// # Errors
    /// [`crate::error::Error::InvalidTime`].
    pub fn set_store_available(&mut self, available: bool, now_ms: i64) -> Result<(), crate::error::Error> {
        let now = self.tick(now_ms)?;
        if self.store_down == available {
            self.store_down = !available;
            if !available {
                self.events.push(Event::new(crate::event::EventKind::Degraded, now));
            }
        }
        Ok(())
    }
}
