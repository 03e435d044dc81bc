//! Snapshot and restore: a restored engine answers every command as the first would have.

use super::alerts::Fired;
use super::{Engine, Options};
use crate::active::Active;
use crate::breaker::Breakers;
use crate::error::Error;
use crate::event::Events;
use crate::learned::Learned;
use crate::ledger::{Ledger, Saved, SavedRef};
use crate::map::Seed;
use crate::names::Names;
use crate::policy::Policy;
use crate::reservation::{Reservations, Saved as SavedReservations, SavedRef as SavedReservationsRef};
use crate::totals::Totals;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The first bytes of a snapshot: its name and the version of its layout.
const MAGIC: &[u8; 8] = b"SPGT\0\0\0\x03";

#[derive(Serialize)]
struct StateRef<'e> {
    latest_ms: Option<i64>,
    generation: u32,
    fingerprint: u32,
    ledger: SavedRef<'e>,
    names: &'e Names,
    reservations: SavedReservationsRef<'e>,
    fired: &'e Fired,
    breakers: &'e Breakers,
    events: &'e Events,
    learned: &'e Learned,
    totals: &'e Option<Box<Totals>>,
    store_down: bool,
}

#[derive(Deserialize)]
struct State {
    latest_ms: Option<i64>,
    generation: u32,
    fingerprint: u32,
    ledger: Saved,
    names: Names,
    reservations: SavedReservations,
    fired: Fired,
    breakers: Breakers,
    events: Events,
    learned: Learned,
    totals: Option<Box<Totals>>,
    store_down: bool,
}

impl Engine {
    /// The whole state as bytes: counters, reservations, breakers, events not yet taken. The policy and
    /// the prices are not in it; the host has them.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let state = StateRef {
            latest_ms: self.latest_ms,
            generation: self.active.generation,
            fingerprint: self.active.policy.fingerprint(),
            ledger: self.ledger.save(),
            names: &self.names,
            reservations: self.reservations.save(self.latest_ms.unwrap_or(i64::MIN)),
            fired: &self.fired,
            breakers: &self.breakers,
            events: &self.events,
            learned: &self.learned,
            totals: &self.totals,
            store_down: self.store_down,
        };
        // Nothing in the state can fail to be written; an empty snapshot would be refused by `restore`.
        let body = postcard::to_allocvec(&state).unwrap_or_default();
        let mut bytes = Vec::with_capacity(body.len().saturating_add(12));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&checksum(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// An engine from its bytes, with the policy that was in force. With another policy the counters
    /// stay and that policy decides from now on.
    ///
    /// # Errors
    /// [`Error::InvalidSnapshot`] for bytes that are damaged or of another version.
    pub fn restore(bytes: &[u8], policy: Arc<Policy>, options: Options) -> Result<Engine, Error> {
        let invalid = |message: &str| Error::InvalidSnapshot { message: message.to_owned() };
        let body =
            bytes.strip_prefix(MAGIC).ok_or_else(|| invalid("does not begin as one of this version"))?;
        let (sum, body) = body.split_first_chunk::<4>().ok_or_else(|| invalid("is cut short"))?;
        if u32::from_le_bytes(*sum) != checksum(body) {
            return Err(invalid("is damaged"));
        }
        let state: State = postcard::from_bytes(body).map_err(|_| invalid("cannot be read"))?;
        let reservations =
            Reservations::load(state.reservations).ok_or_else(|| invalid("contradicts itself"))?;
        let seed = Seed::new(options.hash_seed);
        let mut ledger = Ledger::load(state.ledger, seed.clone())
            .ok_or_else(|| invalid("names a window that is not known"))?;
        let mut names = state.names;
        let same = state.fingerprint == policy.fingerprint();
        let generation = state.generation.wrapping_add(u32::from(!same));
        let active = Active::new(policy, generation, &mut ledger, &mut names, &seed);
        let fresh = Engine::totals_of(options.report_rows);
        let totals = fresh.map(|fresh| state.totals.unwrap_or(fresh));
        let mut engine = Engine {
            options,
            seed,
            latest_ms: state.latest_ms,
            quiet_until_ms: i64::MIN,
            active,
            ledger,
            names,
            reservations,
            fired: state.fired,
            breakers: state.breakers,
            events: state.events,
            learned: state.learned,
            totals,
            store_down: state.store_down,
            latest_user: 0,
            scratch: crate::plan::Plan::default(),
        };
        if let Some(latest) = engine.latest_ms {
            engine.open_windows(latest)?;
        }
        Ok(engine)
    }

    /// Passes over as many numbers of reservations: for an engine from a snapshot after which others were made that are
    /// lost. Their names then lead nowhere, and never to a reservation of somebody else.
    pub fn pass_over_reservations(&mut self, count: u64) {
        self.reservations.pass_over(count);
    }
}

/// Tells a damaged snapshot from a whole one: FNV-1a, which is the same everywhere.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
