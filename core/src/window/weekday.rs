//! The day a week starts on.

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// The first day by ISO 8601, and the default start of a week.
    Monday,
    /// The second day.
    Tuesday,
    /// The third day.
    Wednesday,
    /// The fourth day.
    Thursday,
    /// The fifth day.
    Friday,
    /// The sixth day.
    Saturday,
    /// The seventh day.
    Sunday,
}

impl Weekday {
    /// Every day, Monday first.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// The day of that name, `monday` to `sunday` in lower case; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Weekday> {
        Weekday::ALL.into_iter().find(|d| d.as_str() == name)
    }

    /// The name, `monday` to `sunday`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        }
    }

    /// The day number of the first such day on or after 1969-12-29, a Monday.
    pub(crate) const fn first_day(self) -> i64 {
        self as i64 - 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for day in Weekday::ALL {
            assert_eq!(Weekday::parse(day.as_str()), Some(day));
        }
        for bad in ["", "Monday", "mon", "monday ", "1"] {
            assert_eq!(Weekday::parse(bad), None);
        }
    }

    #[test]
    fn the_epoch_is_a_thursday() {
        assert_eq!(Weekday::Thursday.first_day(), 0);
    }
}
