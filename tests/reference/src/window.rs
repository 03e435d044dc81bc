//! Windows (§5): from (definition, now) to `[start, end)`.

use crate::amount::{Bad, read};
use crate::refusal::{Refusal, invalid_policy};
use crate::zone::{self, DAY, days, month_length, year_month};
use serde_json::Value;

/// 0001-01-01T00:00:00Z and 10000-01-01T00:00:00Z: every window lies between.
pub(crate) const FIRST: i64 = -62_135_596_800_000;
pub(crate) const LAST: i64 = 253_402_300_800_000;

/// A definition with its defaults filled in; part of a counter's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Window {
    Daily {
        zone: String,
    },
    /// `first` counts from Monday = 0.
    Weekly {
        zone: String,
        first: i64,
    },
    Monthly {
        zone: String,
        anchor: i64,
    },
    Lifetime,
    Rolling {
        period: i64,
    },
}

/// What the policy says for windows that do not say it themselves.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    pub(crate) zone: String,
    pub(crate) first: i64,
}

impl Window {
    /// The kind, for carry-over.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Window::Daily { .. } => "daily",
            Window::Weekly { .. } => "weekly",
            Window::Monthly { .. } => "monthly",
            Window::Lifetime => "lifetime",
            Window::Rolling { .. } => "rolling",
        }
    }

    /// `[start, end)` at `now`; `None` when it would leave the years 1–9999.
    pub(crate) fn span(&self, now: i64) -> Option<(i64, i64)> {
        let (start, end) = match self {
            Window::Lifetime => (FIRST, LAST),
            Window::Rolling { period } => (bucket_start(bucket(now, *period) - 60, *period), now),
            Window::Daily { zone } => around(zone, now, |today| (-2..=2).map(|k| today + k).collect()),
            Window::Weekly { zone, first } => around(zone, now, |today| {
                // 1970-01-01 was a Thursday, day 3 of a week that begins on Monday.
                let start = today - (today + 3 - first).rem_euclid(7);
                (-2..=2).map(|k| start + 7 * k).collect()
            }),
            Window::Monthly { zone, anchor } => around(zone, now, |today| {
                let (year, month) = year_month(today);
                (-2..=2).map(|k| anchored(year, month + k, *anchor)).collect()
            }),
        };
        (start >= FIRST && end <= LAST).then_some((start, end))
    }

    /// The instants `[from, until)` that count in the window open at `now`: what happened in them
    /// is summed.
    pub(crate) fn reach(&self, now: i64) -> (i64, i64) {
        match self {
            Window::Rolling { period } => {
                // R17: live while (k+1)·P/60 + P > now, which is k >= present - 60; all of a live
                // bucket counts.
                let present = bucket(now, *period);
                (bucket_start(present - 60, *period), bucket_start(present + 1, *period))
            }
            _ => self.span(now).unwrap_or((now, now)),
        }
    }

    /// Whether what happened at `at` counts in the window open at `now`.
    pub(crate) fn counts(&self, now: i64, at: i64) -> bool {
        let (from, until) = self.reach(now);
        from <= at && at < until
    }
}

/// R17: the bucket of an instant.
pub(crate) fn bucket(at: i64, period: i64) -> i64 {
    let k = (i128::from(at) * 60).div_euclid(i128::from(period));
    i64::try_from(k).unwrap_or(i64::MAX)
}

/// R17: the first millisecond of a bucket, k·P/60 rounded up.
pub(crate) fn bucket_start(k: i64, period: i64) -> i64 {
    let exact = i128::from(k) * i128::from(period);
    i64::try_from(-((-exact).div_euclid(60))).unwrap_or(i64::MAX)
}

/// The day a month begins, `month` counted from 1 and free to leave 1–12.
fn anchored(year: i64, month: i64, anchor: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    days(year, month, anchor.min(month_length(year, month)))
}

/// The last start at or before `now` and the first one after it, out of the days given.
fn around(name: &str, now: i64, starts: impl Fn(i64) -> Vec<i64>) -> (i64, i64) {
    let Some(zone) = zone::zone(name) else { return (i64::MIN, i64::MAX) };
    let today = zone::local(&zone, now).div_euclid(DAY);
    let starts: Vec<i64> = starts(today).into_iter().map(|day| zone::midnight(&zone, day)).collect();
    let start = starts.iter().copied().filter(|s| *s <= now).max().unwrap_or(i64::MIN);
    let end = starts.iter().copied().filter(|s| *s > now).min().unwrap_or(i64::MAX);
    (start, end)
}

/// Reads a definition; `path` is where it stands.
pub(crate) fn read_window(value: &Value, path: &str, defaults: &Defaults) -> Result<Window, Refusal> {
    let object = match value {
        Value::String(kind) => {
            let window = serde_json::json!({"kind": kind});
            return match read_window(&window, path, defaults) {
                Ok(Window::Rolling { .. }) | Err(_) => Err(invalid_policy(path, "is not a window")),
                window => window,
            };
        }
        Value::Object(object) => object,
        _ => return Err(invalid_policy(path, "is not a window")),
    };
    let inside = |key: &str| format!("{path}.{key}");
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let keys: &[&str] = match kind {
        "daily" => &["kind", "timezone"],
        "weekly" => &["kind", "timezone", "week_start"],
        "monthly" => &["kind", "timezone", "anchor_day"],
        "lifetime" => &["kind"],
        "rolling" => &["kind", "period"],
        _ => return Err(invalid_policy(inside("kind"), "is not a kind of window")),
    };
    if let Some(key) = object.keys().find(|key| !keys.contains(&key.as_str())) {
        return Err(invalid_policy(inside(key), "is not a key of this window"));
    }
    let zone = match object.get("timezone") {
        None => defaults.zone.clone(),
        Some(value) => read_zone(value, &inside("timezone"))?,
    };
    Ok(match kind {
        "daily" => Window::Daily { zone },
        "weekly" => {
            let first = match object.get("week_start") {
                None => defaults.first,
                Some(value) => read_weekday(value, &inside("week_start"))?,
            };
            Window::Weekly { zone, first }
        }
        "monthly" => {
            let anchor = match object.get("anchor_day").map(|v| read(v, "tokens")) {
                None => 1,
                Some(Ok(day)) if (1..=31).contains(&day) && object["anchor_day"].is_number() => {
                    i64::try_from(day).unwrap_or(1)
                }
                Some(_) => return Err(invalid_policy(inside("anchor_day"), "is not a day of a month")),
            };
            Window::Monthly { zone, anchor }
        }
        "lifetime" => Window::Lifetime,
        _ => {
            let period = object.get("period").and_then(Value::as_str).and_then(read_period);
            let period = period.ok_or_else(|| invalid_policy(inside("period"), "is not a period"))?;
            Window::Rolling { period }
        }
    })
}

/// R5: `[1-9][0-9]*(s|m|h|d)`, at most 36500d, in milliseconds.
pub(crate) fn read_period(text: &str) -> Option<i64> {
    let last = text.chars().last()?;
    let unit = match last {
        's' => 1000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => DAY,
        _ => return None,
    };
    let digits = text.strip_suffix(last)?;
    if digits.is_empty() || digits.starts_with('0') || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let period = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (period <= 36_500 * DAY).then_some(period)
}

/// A zone the database has.
pub(crate) fn read_zone(value: &Value, path: &str) -> Result<String, Refusal> {
    match value.as_str().filter(|name| zone::zone(name).is_some()) {
        Some(name) => Ok(name.to_owned()),
        None => Err(invalid_policy(path, "is not a time zone")),
    }
}

/// A weekday's name, counted from Monday = 0.
pub(crate) fn read_weekday(value: &Value, path: &str) -> Result<i64, Refusal> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let index = names.iter().position(|name| value.as_str() == Some(name));
    index.and_then(|i| i64::try_from(i).ok()).ok_or_else(|| invalid_policy(path, "is not a weekday"))
}

/// Reads an amount of a policy.
pub(crate) fn policy_amount(value: &Value, unit: &str, path: &str) -> Result<i128, Refusal> {
    read(value, unit).map_err(|bad| {
        let message = if bad == Bad::Negative { "is below zero" } else { "is not an amount" };
        invalid_policy(path, message)
    })
}
