//! Dates of the proleptic Gregorian calendar as day numbers: day 0 is 1970-01-01.

/// Seconds in a day without a clock change.
pub(crate) const DAY_S: i64 = 86_400;

/// Days in 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;

/// Days from 0000-03-01, where the reckoning below starts, to 1970-01-01.
const EPOCH_SHIFT: i64 = 719_468;

/// The day number of a date. `month` is 1–12, `day` 1–31.
pub(crate) const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March here, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    year.div_euclid(400) * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_SHIFT
}

/// The date of a day number as (year, month 1–12, day 1–31).
pub(crate) const fn date(day_number: i64) -> (i64, i64, i64) {
    let days = day_number + EPOCH_SHIFT;
    let of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + days.div_euclid(ERA_DAYS) * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

/// Days in a month. `month` is 1–12.
pub(crate) const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_follows_the_one_before() {
        let (mut year, mut month, mut day) = (0, 1, 1);
        for number in day_number(0, 1, 1)..=day_number(10_000, 12, 31) {
            assert_eq!(date(number), (year, month, day));
            assert_eq!(day_number(year, month, day), number);
            day += 1;
            if day > days_in_month(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }

    #[test]
    fn known_days() {
        assert_eq!(day_number(1970, 1, 1), 0);
        assert_eq!(day_number(2000, 2, 29), 11_016);
        assert_eq!(day_number(1, 1, 1), -719_162);
        assert_eq!(day_number(10_000, 1, 1), 2_932_897);
        assert_eq!(days_in_month(1900, 2), 28);
        assert_eq!(days_in_month(2000, 2), 29);
    }
}
