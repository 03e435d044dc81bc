//! Laws of windows, at arbitrary instants.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use proptest::prelude::*;
use proptest::sample::select;
use spendgate_core::time::{self, TIME_END_MS, TIME_MIN_MS};
use spendgate_core::window::{Period, Weekday, Window, Zone};

/// Half of them in the years that have clock changes.
fn instant() -> impl Strategy<Value = i64> {
    let changes = time::parse("1850-01-01T00:00:00Z").unwrap()..time::parse("2100-01-01T00:00:00Z").unwrap();
    prop_oneof![TIME_MIN_MS..TIME_END_MS, changes]
}

fn zone() -> impl Strategy<Value = Zone> {
    select(Zone::names().collect::<Vec<_>>()).prop_map(|name| Zone::find(name).unwrap())
}

fn calendar() -> impl Strategy<Value = Window> {
    (zone(), select(Weekday::ALL.to_vec()), 1..=31_u8, 0..3).prop_map(
        |(zone, week_start, anchor_day, kind)| match kind {
            0 => Window::Daily { zone },
            1 => Window::Weekly { zone, week_start },
            _ => Window::Monthly { zone, anchor_day },
        },
    )
}

fn period() -> impl Strategy<Value = Period> {
    let length = prop_oneof![1..100_i64, 1..3_153_600_000_i64];
    length.prop_map(|seconds| Period::parse(&format!("{seconds}s")).unwrap())
}

/// The definition, in numbers 60 times as large so that no bound is a fraction: live while
/// `(k+1)·P/60 + P > now`, begun while `k·P/60 <= now`.
fn live(period: Period, k: i64, now: i64) -> bool {
    let (length, k, now) = (i128::from(period.as_ms()), i128::from(k), i128::from(now) * 60);
    (k + 1) * length + 60 * length > now && k * length <= now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_span_contains_its_instant_and_is_the_span_of_all_of_it(window in calendar(), now in instant(), at in 0..1_000_i64) {
        if let Ok(span) = window.span(now) {
            prop_assert!(span.contains(now));
            let length = span.end_ms - span.start_ms;
            let inside = span.start_ms + length * at / 1_000;
            for same in [span.start_ms, inside, span.end_ms - 1] {
                prop_assert_eq!(window.span(same), Ok(span));
            }
        }
    }

    #[test]
    fn spans_tile_time(window in calendar(), now in instant()) {
        if let Ok(span) = window.span(now) {
            if let Ok(next) = window.span(span.end_ms) {
                prop_assert_eq!(next.start_ms, span.end_ms);
            }
            if let Ok(before) = window.span(span.start_ms - 1) {
                prop_assert_eq!(before.end_ms, span.start_ms);
            }
        }
    }

    #[test]
    fn a_window_is_about_as_long_as_its_kind(window in calendar(), now in instant()) {
        if let Ok(span) = window.span(now) {
            let hours = (span.end_ms - span.start_ms) / 3_600_000;
            // A zone that crosses the date line loses or repeats a day.
            let days = match window { Window::Daily { .. } => 1..=1, Window::Weekly { .. } => 7..=7, _ => 28..=31 };
            prop_assert!((days.start() - 1) * 24 - 2 <= hours && hours <= (days.end() + 1) * 24 + 2, "{hours} h");
        }
    }

    #[test]
    fn only_the_ends_of_time_are_refused(window in calendar(), now in instant()) {
        let month = 33 * 86_400_000;
        if (TIME_MIN_MS + month..TIME_END_MS - month).contains(&now) {
            prop_assert!(window.span(now).is_ok());
        }
    }

    #[test]
    fn live_buckets_are_those_that_overlap_the_period(period in period(), now in instant()) {
        let newest = period.bucket_at(now);
        let expected: Vec<i64> = (newest - 70..newest + 10).filter(|k| live(period, *k, now)).collect();
        let found: Vec<i64> = (period.oldest_live(now)..=newest).collect();
        prop_assert_eq!(&found, &expected);
        let by_leaving: Vec<i64> =
            (newest - 70..=newest).filter(|k| period.bucket_leaves_at(*k) > now).collect();
        prop_assert_eq!(by_leaving, found);
    }

    #[test]
    fn bucket_bounds_are_the_first_milliseconds(period in period(), now in instant()) {
        let k = period.bucket_at(now);
        let (start, next) = (period.bucket_start(k), period.bucket_start(k + 1));
        prop_assert!(start <= now && now < next);
        prop_assert_eq!((period.bucket_at(start), period.bucket_at(start - 1)), (k, k - 1));
        let leaves = period.bucket_leaves_at(k);
        prop_assert!(live(period, k, leaves - 1) && !live(period, k, leaves));
        prop_assert!(period.oldest_live(leaves - 1) <= k && period.oldest_live(leaves) > k);
    }

    #[test]
    fn canonical_texts_are_read_back(window in calendar(), period in period()) {
        for window in [window, Window::Rolling { period }] {
            prop_assert_eq!(Window::from_canonical(&window.canonical()), Some(window));
        }
        prop_assert_eq!(Period::parse(&period.to_string()), Some(period));
    }

    #[test]
    fn times_are_read_back(now in instant()) {
        prop_assert_eq!(time::parse(&time::format(now)), Some(now));
    }

    #[test]
    fn no_text_breaks_the_readers(text in "\\PC{0,40}", near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:]{8}[.0-9]{0,4}[Zz+:0-9-]{0,6}") {
        for text in [text, near] {
            if let Some(ms) = time::parse(&text) {
                prop_assert!(time::check(ms).is_ok());
            }
            let _ = (Window::from_canonical(&text), Period::parse(&text), Zone::find(&text));
        }
    }
}
