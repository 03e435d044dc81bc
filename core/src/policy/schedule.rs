//! `window` as written, before the document's own time zone and week start are filled in.

use super::faults::{Faults, Path};
use crate::json::Json;
use crate::window::{Period, Weekday, Window, Zone};

/// A window definition whose defaults are still open.
#[derive(Debug, Clone)]
pub(crate) enum Schedule {
    Daily(Option<Zone>),
    Weekly(Option<Zone>, Option<Weekday>),
    Monthly(Option<Zone>, u8),
    Lifetime,
    Rolling(Period),
}

/// The kinds of window and the keys of each.
pub(super) const KINDS: [(&str, &[&str]); 5] = [
    ("daily", &["kind", "timezone"]),
    ("weekly", &["kind", "timezone", "week_start"]),
    ("monthly", &["kind", "timezone", "anchor_day"]),
    ("lifetime", &["kind"]),
    ("rolling", &["kind", "period"]),
];

/// The day a month starts on where a window says nothing.
pub(super) const ANCHOR_DAY: u8 = 1;

impl Schedule {
    pub(crate) fn read(json: &Json, path: &Path, faults: &mut Faults) -> Option<Schedule> {
        if let Json::String(name) = json {
            return match name.as_str() {
                "daily" => Some(Schedule::Daily(None)),
                "weekly" => Some(Schedule::Weekly(None, None)),
                "monthly" => Some(Schedule::Monthly(None, ANCHOR_DAY)),
                "lifetime" => Some(Schedule::Lifetime),
                "rolling" => {
                    faults.note(path, "`rolling` needs a period: {\"kind\": \"rolling\", \"period\": \"5h\"}")
                }
                other => {
                    faults.note(path, format!("`{other}` is not one of daily, weekly, monthly, lifetime"))
                }
            };
        }
        let object = faults.any_object(json, path)?;
        let kind = faults.required(object, path, "kind")?;
        let (kind, keys) = faults.choice(kind, &path.key("kind"), &KINDS.map(|kind| (kind.0, kind)))?;
        let object = faults.object(json, path, keys)?;
        let zone = match object.get("timezone") {
            None => None,
            Some(json) => Some(zone(json, &path.key("timezone"), faults)?),
        };
        match kind {
            "daily" => Some(Schedule::Daily(zone)),
            "weekly" => match object.get("week_start") {
                None => Some(Schedule::Weekly(zone, None)),
                Some(day) => {
                    Some(Schedule::Weekly(zone, Some(weekday(day, &path.key("week_start"), faults)?)))
                }
            },
            "monthly" => match object.get("anchor_day") {
                None => Some(Schedule::Monthly(zone, ANCHOR_DAY)),
                Some(day) => {
                    let day = faults.whole(day, &path.key("anchor_day"), 1, 31)?;
                    Some(Schedule::Monthly(zone, u8::try_from(day).ok()?))
                }
            },
            "rolling" => {
                let json = faults.required(object, path, "period")?;
                Some(Schedule::Rolling(period(json, &path.key("period"), faults)?))
            }
            _ => Some(Schedule::Lifetime),
        }
    }

    /// The definition with the document's defaults filled in.
    pub(crate) fn fill(self, zone: &Zone, week_start: Weekday) -> Window {
        let or = |own: Option<Zone>| own.unwrap_or(*zone);
        match self {
            Schedule::Daily(own) => Window::Daily { zone: or(own) },
            Schedule::Weekly(own, day) => {
                Window::Weekly { zone: or(own), week_start: day.unwrap_or(week_start) }
            }
            Schedule::Monthly(own, anchor_day) => Window::Monthly { zone: or(own), anchor_day },
            Schedule::Lifetime => Window::Lifetime,
            Schedule::Rolling(period) => Window::Rolling { period },
        }
    }
}

pub(super) fn zone(json: &Json, path: &Path, faults: &mut Faults) -> Option<Zone> {
    let name = faults.text(json, path)?;
    match Zone::find(name) {
        Some(zone) => Some(zone),
        None => faults
            .note(path, format!("`{}` is not a time zone of the IANA database", crate::error::shown(name))),
    }
}

pub(super) fn weekday(json: &Json, path: &Path, faults: &mut Faults) -> Option<Weekday> {
    let name = faults.text(json, path)?;
    match Weekday::parse(name) {
        Some(day) => Some(day),
        None => faults.note(
            path,
            format!("`{}` is not a day of the week, monday to sunday", crate::error::shown(name)),
        ),
    }
}

pub(super) fn period(json: &Json, path: &Path, faults: &mut Faults) -> Option<Period> {
    let text = faults.text(json, path)?;
    match Period::parse(text) {
        Some(period) => Some(period),
        None => faults.note(
            path,
            format!(
                "`{}` is not a period such as 30s, 5m, 5h or 7d, at most 36500d",
                crate::error::shown(text)
            ),
        ),
    }
}
