//! The hard days, one by one.

use super::*;

fn zone(name: &str) -> Zone {
    Zone::find(name).unwrap()
}

fn ms(text: &str) -> i64 {
    time::parse(text).unwrap()
}

/// The span of `window` at `now`, as text.
fn at(window: &Window, now: &str) -> (String, String) {
    let span = window.span(ms(now)).unwrap();
    assert!(span.contains(ms(now)));
    (time::format(span.start_ms), time::format(span.end_ms))
}

#[track_caller]
fn assert_span(window: &Window, now: &str, start: &str, end: &str) {
    assert_eq!(at(window, now), (start.to_owned(), end.to_owned()), "{} at {now}", window.canonical());
}

fn daily(name: &str) -> Window {
    Window::Daily { zone: zone(name) }
}

#[test]
fn a_boundary_belongs_to_the_new_window() {
    let window = daily("UTC");
    assert_span(&window, "2026-02-28T23:59:59.999Z", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z");
    assert_span(&window, "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z");
    assert_span(&window, "1969-12-31T23:59:59.999Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z");
}

#[test]
fn a_day_with_a_clock_change_is_not_24_hours() {
    let berlin = daily("Europe/Berlin");
    assert_span(&berlin, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
    assert_span(&berlin, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    // Half an hour of summer time.
    let lord_howe = daily("Australia/Lord_Howe");
    assert_span(&lord_howe, "2026-04-05T00:00:00Z", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z");
    // Two hours of it.
    let troll = daily("Antarctica/Troll");
    assert_span(&troll, "2026-03-29T12:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T22:00:00Z");
}

#[test]
fn a_midnight_that_does_not_exist_is_the_first_instant_after_it() {
    // Clocks go from 24:00 to 01:00.
    let sao_paulo = daily("America/Sao_Paulo");
    assert_span(&sao_paulo, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z");
    assert_span(&sao_paulo, "2018-11-04T02:59:59.999Z", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z");
    let beirut = daily("Asia/Beirut");
    assert_span(&beirut, "2024-03-30T22:00:00Z", "2024-03-30T22:00:00Z", "2024-03-31T21:00:00Z");
}

#[test]
fn of_a_midnight_that_happens_twice_the_earlier_counts() {
    // At 01:00 the clocks go back to 00:00.
    let havana = daily("America/Havana");
    assert_span(&havana, "2018-11-04T03:59:59.999Z", "2018-11-03T04:00:00Z", "2018-11-04T04:00:00Z");
    assert_span(&havana, "2018-11-04T05:30:00Z", "2018-11-04T04:00:00Z", "2018-11-05T05:00:00Z");
    // At 24:00 they go back to 23:00: that 24:00 never shows, so midnight comes once, an hour later.
    let sao_paulo = daily("America/Sao_Paulo");
    assert_span(&sao_paulo, "2018-02-18T02:30:00Z", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z");
}

#[test]
fn a_repeated_hour_before_midnight_belongs_to_the_day_that_began() {
    // At 00:01 on 7 November the clocks go back to 23:01 on the 6th: the new day has begun.
    let st_johns = daily("America/St_Johns");
    assert_span(&st_johns, "2010-11-07T02:30:30Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z");
    assert_span(&st_johns, "2010-11-07T03:00:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z");
}

#[test]
fn a_skipped_date_has_no_window() {
    // 30 December 2011 did not happen here.
    let apia = daily("Pacific/Apia");
    assert_span(&apia, "2011-12-30T09:59:59.999Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z");
    assert_span(&apia, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z");
    let weekly = |week_start| Window::Weekly { zone: zone("Pacific/Apia"), week_start };
    let (from, to) = ("2011-12-30T10:00:00Z", "2012-01-05T10:00:00Z");
    assert_span(&weekly(Weekday::Friday), "2012-01-01T00:00:00Z", from, to);
    let monthly = Window::Monthly { zone: zone("Pacific/Apia"), anchor_day: 30 };
    assert_span(&monthly, "2012-01-01T00:00:00Z", from, "2012-01-29T10:00:00Z");
    // Nor 21 August 1993 here.
    let kwajalein = daily("Pacific/Kwajalein");
    assert_span(&kwajalein, "1993-08-21T12:00:00Z", "1993-08-21T12:00:00Z", "1993-08-22T12:00:00Z");
    assert_span(&kwajalein, "1993-08-21T11:59:59.999Z", "1993-08-20T12:00:00Z", "1993-08-21T12:00:00Z");
}

#[test]
fn offsets_with_seconds_are_kept() {
    let monrovia = daily("Africa/Monrovia");
    assert_span(&monrovia, "1971-06-01T12:00:00Z", "1971-06-01T00:44:30Z", "1971-06-02T00:44:30Z");
    let kathmandu = daily("Asia/Kathmandu");
    assert_span(&kathmandu, "2026-01-01T00:00:00Z", "2025-12-31T18:15:00Z", "2026-01-01T18:15:00Z");
}

#[test]
fn weeks_start_on_their_day() {
    let week = |week_start| Window::Weekly { zone: Zone::utc(), week_start };
    // 2026-02-28 is a Saturday.
    for (day, start) in Weekday::ALL.into_iter().zip([23, 24, 25, 26, 27, 28, 22]) {
        let (found, _) = at(&week(day), "2026-02-28T12:00:00Z");
        assert_eq!(found, format!("2026-02-{start}T00:00:00Z"));
    }
    assert_span(
        &week(Weekday::Monday),
        "1970-01-01T00:00:00Z",
        "1969-12-29T00:00:00Z",
        "1970-01-05T00:00:00Z",
    );
}

#[test]
fn an_anchor_is_cut_to_the_month_and_comes_back() {
    let month = |anchor_day| Window::Monthly { zone: Zone::utc(), anchor_day };
    assert_span(&month(31), "2026-02-10T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z");
    assert_span(&month(31), "2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z");
    assert_span(&month(31), "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-03-31T00:00:00Z");
    assert_span(&month(30), "2026-04-30T00:00:00Z", "2026-04-30T00:00:00Z", "2026-05-30T00:00:00Z");
    assert_span(&month(1), "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_span(&month(15), "2026-01-14T23:59:59Z", "2025-12-15T00:00:00Z", "2026-01-15T00:00:00Z");
}

#[test]
fn a_window_that_leaves_the_years_is_refused() {
    let month = |zone, anchor_day| Window::Monthly { zone, anchor_day };
    let utc = Zone::utc();
    let end = "10000-01-01T00:00:00Z";
    assert_span(&daily("UTC"), "9999-12-31T23:59:59.999Z", "9999-12-31T00:00:00Z", end);
    assert_span(&month(utc, 1), "9999-12-31T23:59:59.999Z", "9999-12-01T00:00:00Z", end);
    assert_span(&Window::Lifetime, "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", end);
    assert_span(&daily("UTC"), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z");
    // East of Greenwich the last day ends sooner, west of it later; the library's own range ends
    // before either.
    let kiritimati = daily("Pacific/Kiritimati");
    assert_span(&kiritimati, "9999-12-31T09:59:59Z", "9999-12-30T10:00:00Z", "9999-12-31T10:00:00Z");
    let new_york = daily("America/New_York");
    assert_span(&new_york, "9999-12-31T04:59:59.999Z", "9999-12-30T05:00:00Z", "9999-12-31T05:00:00Z");
    let week = Window::Weekly { zone: utc, week_start: Weekday::Monday };
    let rolling = |text| Window::Rolling { period: Period::parse(text).unwrap() };
    for (window, now) in [
        (&kiritimati, "9999-12-31T10:00:00Z"),
        (&new_york, "9999-12-31T05:00:00Z"),
        (&new_york, "0001-01-01T04:00:00Z"),
        (&month(utc, 2), "9999-12-31T00:00:00Z"),
        (&month(utc, 2), "0001-01-01T00:00:00Z"),
        (&week, "9999-12-31T00:00:00Z"),
        (&rolling("36500d"), "0050-01-01T00:00:00Z"),
    ] {
        assert_eq!(window.span(ms(now)).unwrap_err().code(), "invalid_time", "{} {now}", window.canonical());
    }
    // 0001-01-01 is a Monday.
    assert_span(&week, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-08T00:00:00Z");
    for window in [daily("UTC"), Window::Lifetime, rolling("1s")] {
        for now in [TIME_MIN_MS - 1, TIME_END_MS, i64::MIN, i64::MAX] {
            assert_eq!(window.span(now).unwrap_err().code(), "invalid_time");
        }
    }
}

#[test]
fn a_rolling_window_ends_now() {
    let window = Window::Rolling { period: Period::parse("1h").unwrap() };
    let span = window.span(ms("2026-01-01T10:30:30Z")).unwrap();
    assert_eq!(span, Span { start_ms: ms("2026-01-01T09:30:00Z"), end_ms: ms("2026-01-01T10:30:30Z") });
}

#[test]
fn canonical_texts_are_read_back() {
    let berlin = zone("Europe/Berlin");
    for (window, text) in [
        (Window::Daily { zone: Zone::utc() }, "daily:UTC"),
        (Window::Weekly { zone: berlin, week_start: Weekday::Sunday }, "weekly:sunday:Europe/Berlin"),
        (Window::Monthly { zone: berlin, anchor_day: 31 }, "monthly:31:Europe/Berlin"),
        (Window::Lifetime, "lifetime"),
        (Window::Rolling { period: Period::parse("60m").unwrap() }, "rolling:1h"),
    ] {
        assert_eq!(window.canonical(), text);
        assert_eq!(Window::from_canonical(text), Some(window.clone()));
        assert!(text.starts_with(window.kind()));
    }
    for bad in [
        "",
        "daily",
        "daily:",
        "daily:utc",
        "weekly:UTC",
        "weekly:Sunday:UTC",
        "monthly:UTC",
        "monthly:0:UTC",
        "monthly:32:UTC",
        "monthly:01:UTC",
        "monthly:+1:UTC",
        "monthly:256:UTC",
        "lifetime:",
        "lifetime:UTC",
        "rolling:60m",
        "rolling:",
        "hourly:UTC",
    ] {
        assert_eq!(Window::from_canonical(bad), None, "{bad}");
    }
}
