//! `breakers`: what opens a circuit, for whom, and for how long.

use super::faults::{Faults, Path};
use super::schedule;
use crate::dimension::Dimension;
use crate::json::{Json, Object};
use crate::policy::budget::Scope;
use crate::unit::Unit;
use crate::window::Period;

/// One circuit breaker of the policy in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    /// Its unique id.
    pub id: Box<str>,
    /// Whose circuit it is; `None` as value means one circuit for each value.
    pub scope: Scope,
    /// What opens it.
    pub trip: Trip,
    /// How long it stays open before one call may try, in milliseconds.
    pub cooldown_ms: i64,
}

/// What opens a circuit. All windows are rolling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trip {
    /// Money spent reaches `limit` nano-dollars.
    Spend {
        /// Nano-dollars.
        limit: i64,
        /// Over this period.
        within: Period,
    },
    /// More than `percent` of at least `min_calls` calls failed.
    ErrorRate {
        /// Percent, 0–100; the comparison is strict.
        percent: i64,
        /// Fewer calls say nothing.
        min_calls: i64,
        /// Over this period.
        within: Period,
    },
    /// At least `min_calls` calls took more than `limit_ms` on average.
    MeanLatency {
        /// Milliseconds; the comparison is strict.
        limit_ms: i64,
        /// Fewer calls say nothing.
        min_calls: i64,
        /// Over this period.
        within: Period,
    },
    /// The number of calls reaches `limit`.
    Calls {
        /// Calls.
        limit: i64,
        /// Over this period.
        within: Period,
    },
    /// The budget of this id is used up.
    Budget {
        /// The budget's id.
        id: Box<str>,
    },
}

impl Trip {
    /// The rolling window it measures over; `None` for [`Trip::Budget`].
    #[must_use]
    pub fn within(&self) -> Option<&Period> {
        match self {
            Trip::Spend { within, .. }
            | Trip::ErrorRate { within, .. }
            | Trip::MeanLatency { within, .. }
            | Trip::Calls { within, .. } => Some(within),
            Trip::Budget { .. } => None,
        }
    }
}

/// Scopes a breaker may have.
pub(super) const SCOPES: [Dimension; 5] =
    [Dimension::Global, Dimension::Provider, Dimension::Model, Dimension::User, Dimension::Feature];

pub(super) const KEYS: [&str; 5] = ["id", "scope", "trip", "cooldown", "action"];
/// What an open circuit does with a call.
pub(super) const ACTIONS: [(&str, ()); 1] = [("block", ())];
/// What a circuit can measure, and the other keys that each `trip` takes.
pub(super) const MEASURES: [(&str, &[&str]); 5] = [
    ("spend", &["within"]),
    ("error_rate_percent", &["within", "min_calls"]),
    ("mean_latency_ms", &["within", "min_calls"]),
    ("calls", &["within"]),
    ("budget", &[]),
];
pub(super) const SPEND_KEYS: [&str; 1] = ["usd"];
/// Fewer calls than this say nothing, where `min_calls` is left out.
pub(super) const MIN_CALLS: i64 = 1;

impl Breaker {
    pub(super) fn read(json: &Json, path: &Path, faults: &mut Faults) -> Option<Breaker> {
        let object = faults.object(json, path, &KEYS)?;
        let id = faults.required(object, path, "id").and_then(|id| faults.id(id, &path.key("id")));
        let scope = faults.required(object, path, "scope").and_then(|s| scope(s, &path.key("scope"), faults));
        let trip = faults.required(object, path, "trip").and_then(|t| trip(t, &path.key("trip"), faults));
        let cooldown = faults
            .required(object, path, "cooldown")
            .and_then(|c| schedule::period(c, &path.key("cooldown"), faults));
        if let Some(action) = object.get("action") {
            faults.choice(action, &path.key("action"), &ACTIONS)?;
        }
        Some(Breaker { id: id?, scope: scope?, trip: trip?, cooldown_ms: cooldown?.as_ms() })
    }
}

fn scope(json: &Json, path: &Path, faults: &mut Faults) -> Option<Scope> {
    let object = faults.object(json, path, &SCOPES.map(Dimension::as_str))?;
    let [(key, value)] = object.members.as_slice() else {
        return faults.note(path, "has to name exactly one of global, provider, model, user, feature");
    };
    let path = path.key(key);
    let dimension = SCOPES.into_iter().find(|d| d.as_str() == key)?;
    if dimension == Dimension::Global {
        return match faults.flag(value, &path)? {
            true => Some(Scope { dimension, value: None }),
            false => faults.note(&path, "can only be true"),
        };
    }
    let value = faults.id(value, &path)?;
    Some(Scope { dimension, value: (&*value != "*").then_some(value) })
}

fn trip(json: &Json, path: &Path, faults: &mut Faults) -> Option<Trip> {
    let any = faults.any_object(json, path)?;
    let mut measures = any.members.iter().filter_map(|(key, value)| {
        MEASURES
            .iter()
            .find(|(measure, _)| measure == key)
            .map(|(measure, others)| (*measure, *others, value))
    });
    let (Some((measure, others, value)), None) = (measures.next(), measures.next()) else {
        return faults.note(
            path,
            "has to name exactly one of spend, error_rate_percent, mean_latency_ms, calls, budget",
        );
    };
    let at = path.key(measure);
    let keys: Vec<&str> = [measure].iter().chain(others).copied().collect();
    let object = faults.object(json, path, &keys)?;
    if measure == "budget" {
        return Some(Trip::Budget { id: faults.id(value, &at)? });
    }
    let within = faults.required(object, path, "within")?;
    let within = schedule::period(within, &path.key("within"), faults)?;
    match measure {
        "spend" => {
            let spend = faults.object(value, &at, &SPEND_KEYS)?;
            let usd = faults.required(spend, &at, "usd")?;
            Some(Trip::Spend { limit: faults.amount(usd, &at.key("usd"), Unit::Usd)?, within })
        }
        "calls" => Some(Trip::Calls { limit: faults.whole(value, &at, 1, i64::MAX)?, within }),
        "error_rate_percent" => {
            let percent = faults.whole(value, &at, 0, 100)?;
            Some(Trip::ErrorRate { percent, min_calls: min_calls(object, path, faults)?, within })
        }
        _ => {
            let limit_ms = faults.whole(value, &at, 0, i64::MAX)?;
            Some(Trip::MeanLatency { limit_ms, min_calls: min_calls(object, path, faults)?, within })
        }
    }
}

fn min_calls(object: &Object, path: &Path, faults: &mut Faults) -> Option<i64> {
    object
        .get("min_calls")
        .map_or(Some(MIN_CALLS), |json| faults.whole(json, &path.key("min_calls"), 1, i64::MAX))
}
