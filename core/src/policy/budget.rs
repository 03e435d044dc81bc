//! One rule of a policy: whose use is limited, to how much, in which window, and what happens then.

use super::faults::{Faults, Path};
use super::filter::Filter;
use super::schedule::Schedule;
use crate::action::Action;
use crate::call::Call;
use crate::dimension::Dimension;
use crate::json::{Json, Object};
use crate::unit::Unit;
use smallvec::SmallVec;

/// Whose use a budget counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The attribute.
    pub dimension: Dimension,
    /// The attribute's value; `None` means a counter for each value (`"*"`), or everything.
    pub value: Option<Box<str>>,
}

impl Scope {
    /// Whether a call has to do with it.
    #[must_use]
    pub fn fits(&self, call: &Call<'_>) -> bool {
        let value = self.dimension.of(call);
        match (self.dimension, &self.value) {
            (Dimension::Global, _) | (Dimension::User, None) => true,
            (_, Some(own)) => value == Some(own),
            (_, None) => value.is_some(),
        }
    }
}

/// One rung of a ladder: from this share of the limit on, this happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// Percent of the limit, 1–1000.
    pub at_percent: u16,
    /// What happens.
    pub action: Action,
}

/// One budget of the policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Its unique id.
    pub id: Box<str>,
    /// Whose use it counts.
    pub scope: Scope,
    /// What it counts.
    pub unit: Unit,
    /// The limit L, in nano-dollars or whole pieces.
    pub limit: i64,
    /// Which of [`super::Policy::definitions`] its counters have.
    pub definition: u32,
    /// The ladder, rising strictly in percent and never falling in severity.
    pub steps: SmallVec<[Step; 2]>,
    /// Percents of the limit at which a `threshold` event fires, rising.
    pub alerts: SmallVec<[u16; 4]>,
    /// A disabled budget neither counts nor decides.
    pub enabled: bool,
    /// Refuse calls when the store of the counters cannot be reached.
    pub closed_when_unavailable: bool,
}

/// A budget as read, before the document's own defaults are known.
pub(super) struct Draft {
    pub(super) budget: Budget,
    pub(super) schedule: Schedule,
    pub(super) filter: Filter,
}

pub(super) const KEYS: [&str; 10] = [
    "id",
    "scope",
    "limit",
    "window",
    "action",
    "alert_at_percent",
    "enabled",
    "match",
    "steps",
    "on_unavailable",
];

pub(super) const STEP_KEYS: [&str; 2] = ["at_percent", "action"];
/// What happens where a budget says nothing, at the whole limit.
pub(super) const ACTION: Action = Action::Warn;
/// Where `threshold` events fire when a budget says nothing.
pub(super) const ALERTS: [u16; 1] = [80];
/// `on_unavailable`, and whether calls are refused then; the first is the default.
pub(super) const UNAVAILABLE: [(&str, bool); 2] = [("open", false), ("closed", true)];
/// The highest percent of a step or an alert.
pub(super) const PERCENT_MAX: i64 = 1000;

impl Draft {
    pub(super) fn read(json: &Json, path: &Path, faults: &mut Faults) -> Option<Draft> {
        let object = faults.object(json, path, &KEYS)?;
        let id = faults.required(object, path, "id").and_then(|id| faults.id(id, &path.key("id")));
        let scope = faults.required(object, path, "scope").and_then(|s| scope(s, &path.key("scope"), faults));
        let limit = faults.required(object, path, "limit").and_then(|l| limit(l, &path.key("limit"), faults));
        let schedule = faults
            .required(object, path, "window")
            .and_then(|w| Schedule::read(w, &path.key("window"), faults));
        let steps = ladder(object, path, faults);
        let alerts = match object.get("alert_at_percent") {
            None => Some(SmallVec::from_slice(&ALERTS)),
            Some(json) => alerts(json, &path.key("alert_at_percent"), faults),
        };
        let enabled = object.get("enabled").map_or(Some(true), |e| faults.flag(e, &path.key("enabled")));
        let filter = object
            .get("match")
            .map_or_else(|| Some(Filter::default()), |m| Filter::read(m, &path.key("match"), faults));
        let closed = object
            .get("on_unavailable")
            .map_or(Some(false), |value| faults.choice(value, &path.key("on_unavailable"), &UNAVAILABLE));
        let (unit, limit) = limit?;
        let budget = Budget {
            id: id?,
            scope: scope?,
            unit,
            limit,
            definition: 0,
            steps: steps?,
            alerts: alerts?,
            enabled: enabled?,
            closed_when_unavailable: closed?,
        };
        Some(Draft { budget, schedule: schedule?, filter: filter? })
    }
}

fn scope(json: &Json, path: &Path, faults: &mut Faults) -> Option<Scope> {
    let object = faults.object(json, path, &Dimension::ALL.map(Dimension::as_str))?;
    let [(key, value)] = object.members.as_slice() else {
        return faults.note(
            path,
            "has to name exactly one of user, tier, org, feature, session, provider, model, global",
        );
    };
    let path = path.key(key);
    let dimension = Dimension::ALL.into_iter().find(|d| d.as_str() == key)?;
    if dimension == Dimension::Global {
        return match faults.flag(value, &path)? {
            true => Some(Scope { dimension, value: None }),
            false => faults.note(&path, "can only be true"),
        };
    }
    let value = faults.id(value, &path)?;
    if &*value != "*" {
        return Some(Scope { dimension, value: Some(value) });
    }
    if dimension == Dimension::Tier {
        return faults
            .note(&path, "`*` is not a tier; a budget for every user has the scope {\"user\": \"*\"}");
    }
    Some(Scope { dimension, value: None })
}

fn limit(json: &Json, path: &Path, faults: &mut Faults) -> Option<(Unit, i64)> {
    let object = faults.object(json, path, &Unit::ALL.map(Unit::as_str))?;
    let [(key, value)] = object.members.as_slice() else {
        return faults
            .note(path, "has to name exactly one of usd, tokens, input_tokens, output_tokens, requests");
    };
    let unit = Unit::parse(key)?;
    Some((unit, faults.amount(value, &path.key(key), unit)?))
}

fn ladder(object: &Object, path: &Path, faults: &mut Faults) -> Option<SmallVec<[Step; 2]>> {
    let one = |action| SmallVec::from_iter([Step { at_percent: 100, action }]);
    match (object.get("action"), object.get("steps")) {
        (None, None) => Some(one(ACTION)),
        (Some(action), None) => faults.choice(action, &path.key("action"), &Action::NAMED).map(one),
        (None, Some(steps)) => self::steps(steps, &path.key("steps"), faults),
        (Some(_), Some(_)) => {
            faults.note(&path.key("steps"), "stands beside `action`; only one of them can be given")
        }
    }
}

fn steps(json: &Json, path: &Path, faults: &mut Faults) -> Option<SmallVec<[Step; 2]>> {
    let items = faults.list(json, path)?;
    if items.is_empty() {
        return faults.note(path, "has to name at least one step");
    }
    let mut steps: SmallVec<[Step; 2]> = SmallVec::new();
    for (index, item) in items.iter().enumerate() {
        let path = path.item(index);
        let object = faults.object(item, &path, &STEP_KEYS)?;
        let at = faults.required(object, &path, "at_percent")?;
        let at_percent = percent(at, &path.key("at_percent"), faults)?;
        let action = faults.required(object, &path, "action")?;
        let action = faults.choice(action, &path.key("action"), &Action::NAMED)?;
        if let Some(last) = steps.last() {
            if at_percent <= last.at_percent {
                return faults.note(
                    &path.key("at_percent"),
                    format!("`{at_percent}` does not rise above `{}`, the step before", last.at_percent),
                );
            }
            if action < last.action {
                return faults.note(
                    &path.key("action"),
                    format!(
                        "`{}` is milder than `{}`, the step before",
                        action.as_str(),
                        last.action.as_str()
                    ),
                );
            }
        }
        steps.push(Step { at_percent, action });
    }
    Some(steps)
}

fn alerts(json: &Json, path: &Path, faults: &mut Faults) -> Option<SmallVec<[u16; 4]>> {
    let mut alerts = SmallVec::new();
    for (index, item) in faults.list(json, path)?.iter().enumerate() {
        alerts.push(percent(item, &path.item(index), faults)?);
    }
    crate::order::by(&mut alerts, |a, b| a < b);
    alerts.dedup();
    Some(alerts)
}

fn percent(json: &Json, path: &Path, faults: &mut Faults) -> Option<u16> {
    faults.whole(json, path, 1, PERCENT_MAX).and_then(|p| u16::try_from(p).ok())
}
