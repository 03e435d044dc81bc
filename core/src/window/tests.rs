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
