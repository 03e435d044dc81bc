//! Windows: the stretches of time that budgets count in, derived from (definition, now) alone.

mod calendar;
pub(crate) mod civil;
mod period;
mod rules;
mod tzdata;
mod weekday;
mod zone;

pub use period::Period;
pub use weekday::Weekday;
pub use zone::{Zone, tz_version};

use crate::error::Error;
use crate::time::{self, TIME_END_MS, TIME_MIN_MS};

/// The definition of a window with its defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// From local midnight to local midnight.
    Daily {
        /// Whose midnight.
        zone: Zone,
    },
    /// Seven local days.
    Weekly {
        /// Whose midnight.
        zone: Zone,
        /// The day the week starts on.
        week_start: Weekday,
    },
    /// From a day of one local month to the same day of the next.
    Monthly {
        /// Whose midnight.
        zone: Zone,
        /// 1–31; in a month that is too short, its last day.
        anchor_day: u8,
    },
    /// All of time, the years 1–9999.
    Lifetime,
    /// The latest stretch of a fixed length, in sixty buckets.
    Rolling {
        /// The length.
        period: Period,
    },
}

/// A stretch of time `[start, end)`, in epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// The first instant.
    pub start_ms: i64,
    /// The first instant after it.
    pub end_ms: i64,
}

impl Span {
    /// Whether the instant `ms` (epoch milliseconds) lies in it.
    #[must_use]
    pub const fn contains(self, ms: i64) -> bool {
        self.start_ms <= ms && ms < self.end_ms
    }
}

impl Window {
    /// The wire name of the kind: `daily`, `weekly`, `monthly`, `lifetime` or `rolling`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Window::Daily { .. } => "daily",
            Window::Weekly { .. } => "weekly",
            Window::Monthly { .. } => "monthly",
            Window::Lifetime => "lifetime",
            Window::Rolling { .. } => "rolling",
        }
    }

    /// The window that `now_ms` (epoch milliseconds) lies in; an instant on a boundary belongs to
    /// the later one. A rolling window is `[start of its oldest live bucket, now]`: its `end_ms`
    /// is `now_ms` itself.
    ///
    /// # Errors
    /// [`Error::InvalidTime`] when the time, or the window, leaves the years 1–9999. A window that
    /// ends as the year 10000 begins does not leave them.
    pub fn span(&self, now_ms: i64) -> Result<Span, Error> {
        time::check(now_ms)?;
        let span = match self {
            Window::Daily { zone } => calendar::daily(*zone, now_ms),
            Window::Weekly { zone, week_start } => calendar::weekly(*zone, *week_start, now_ms),
            Window::Monthly { zone, anchor_day } => calendar::monthly(*zone, *anchor_day, now_ms),
            Window::Lifetime => Span { start_ms: TIME_MIN_MS, end_ms: TIME_END_MS },
            Window::Rolling { period } => {
                Span { start_ms: period.bucket_start(period.oldest_live(now_ms)), end_ms: now_ms }
            }
        };
        if span.start_ms < TIME_MIN_MS || span.end_ms > TIME_END_MS {
            return Err(Error::InvalidTime {
                message: format!(
                    "the {} window at {} leaves the years 1–9999",
                    self.kind(),
                    time::format(now_ms)
                ),
            });
        }
        Ok(span)
    }

    /// The one text of this definition: `daily:UTC`, `weekly:sunday:Asia/Tokyo`,
    /// `monthly:31:Europe/Berlin`, `lifetime`, `rolling:5h`. Two definitions have the same text
    /// only when they are equal.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Window::Daily { zone } => format!("daily:{zone}"),
            Window::Weekly { zone, week_start } => format!("weekly:{}:{zone}", week_start.as_str()),
            Window::Monthly { zone, anchor_day } => format!("monthly:{anchor_day}:{zone}"),
            Window::Lifetime => "lifetime".to_owned(),
            Window::Rolling { period } => format!("rolling:{period}"),
        }
    }

    /// The definition with that canonical text; `None` when the text is not the canonical one of
    /// a definition, or its zone is not in the database.
    #[must_use]
    pub fn from_canonical(text: &str) -> Option<Window> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let window = match kind {
            "daily" => Window::Daily { zone: Zone::find(rest)? },
            "weekly" => {
                let (day, zone) = rest.split_once(':')?;
                Window::Weekly { zone: Zone::find(zone)?, week_start: Weekday::parse(day)? }
            }
            "monthly" => {
                let (day, zone) = rest.split_once(':')?;
                let anchor_day = day.parse().ok().filter(|d| (1..=31).contains(d))?;
                Window::Monthly { zone: Zone::find(zone)?, anchor_day }
            }
            "lifetime" => Window::Lifetime,
            "rolling" => Window::Rolling { period: Period::parse(rest)? },
            _ => return None,
        };
        (window.canonical() == text).then_some(window)
    }
}

#[cfg(test)]
mod tests;
