//! Plots as inline SVG. Positions are floats, money is not: figures in labels are exact or rounded
//! from integers.

use std::fmt::Write as _;

use super::super::money::{Usd, grouped};
use super::super::{Outcome, SeriesLines};
use super::escape;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;

#[expect(clippy::cast_precision_loss, reason = "a position on a plot")]
fn f(nanos: i128) -> f64 {
    nanos as f64
}

/// Money over time: spent, and on top of it what was saved.
pub(super) fn series(series: &SeriesLines) -> String {
    const HEIGHT: f64 = 250.0;
    const TOP: f64 = 10.0;
    const BOTTOM: f64 = 28.0;
    let buckets = &series.buckets;
    let most = buckets.iter().map(|b| b.requested_usd.0.max(b.spend_usd.0)).max().unwrap_or(0);
    if most <= 0 {
        return String::new();
    }
    let step = nice_step(most);
    let top = (most + step - 1) / step * step;
    let y = |nanos: i128| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - f(nanos) / f(top));
    let mut svg = format!(
        "<svg class=\"long\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Money over time\">"
    );
    let mut tick = 0;
    while tick <= top {
        let at = y(tick);
        let _ = write!(
            svg,
            "<line class=\"g\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
            tick_label(tick, step)
        );
        tick += step;
    }
    let count = f(buckets.len() as i128);
    let slot = (WIDTH - LEFT - RIGHT) / count;
    let bar = (slot * 0.82).max(0.7);
    let labelled = (buckets.len() / 6).max(1);
    for (i, bucket) in buckets.iter().enumerate() {
        let x = LEFT + slot * f(i as i128) + (slot - bar) / 2.0;
        let (spent, saved) =
            (bucket.spend_usd.0.max(0), (bucket.requested_usd.0 - bucket.spend_usd.0).max(0));
        let (low, high) = (y(spent), y(spent + saved));
        let _ = write!(svg, "<g><title>{}", bucket_title(bucket, saved));
        let _ = write!(svg, "</title>{}", rect("fs", x, low, bar, y(0) - low));
        if saved > 0 {
            svg.push_str(&rect("fv", x, high, bar, low - high));
        }
        svg.push_str("</g>");
        if i % labelled == labelled / 2 {
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                x + bar / 2.0,
                HEIGHT - 8.0,
                time_label(&bucket.start, series.width_ms)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

fn bucket_title(bucket: &super::super::SeriesLine, saved: i128) -> String {
    let blocked = grouped(u128::from(bucket.blocked));
    let calls = grouped(u128::from(bucket.calls));
    format!(
        "{}: {} spent, {} saved, {calls} calls, {blocked} blocked",
        escape(&bucket.start),
        bucket.spend_usd.short(),
        Usd(saved).short()
    )
}

fn rect(class: &str, x: f64, y: f64, width: f64, height: f64) -> String {
    format!("<rect class=\"{class}\" x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/>")
}

/// A step of 1, 2 or 5 times a power of ten that gives two to five ticks.
fn nice_step(most: i128) -> i128 {
    let mut power: i128 = 1;
    while most / power >= 10 {
        power = power.saturating_mul(10);
    }
    // most / power is 1–9 now.
    match most / power {
        1 => (power / 2).max(1),
        2..=4 => power,
        _ => power.saturating_mul(2),
    }
}

/// A tick as whole dollars where the step is, with as many digits as it needs otherwise.
fn tick_label(nanos: i128, step: i128) -> String {
    if step % 1_000_000_000 == 0 {
        return format!("${}", grouped((nanos / 1_000_000_000).unsigned_abs()));
    }
    if step % 10_000_000 == 0 { Usd(nanos).short() } else { format!("${}", Usd(nanos).exact()) }
}

/// `10 May` for days and longer, `18:15` for shorter buckets.
fn time_label(start: &str, width_ms: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let part = |from: usize, to: usize| start.get(from..to).unwrap_or("");
    let month = part(5, 7).parse::<usize>().ok().and_then(|m| MONTHS.get(m.checked_sub(1)?)).unwrap_or(&"");
    let day = part(8, 10).trim_start_matches('0');
    match width_ms {
        ..3_600_000 => part(11, 16).to_owned(),
        3_600_000..86_400_000 => format!("{day} {month} {}", part(11, 16)),
        86_400_000..30_000_000_000 => format!("{day} {month}"),
        _ => part(0, 4).to_owned(),
    }
}

/// How much of the money the heaviest users ask for.
pub(super) fn concentration(outcome: &Outcome) -> String {
    const HEIGHT: f64 = 360.0;
    const TOP: f64 = 12.0;
    const BOTTOM: f64 = 46.0;
    const LEFT: f64 = 60.0;
    let points = &outcome.concentration;
    if points.len() < 3 {
        return String::new();
    }
    let x = |m: u32| LEFT + (480.0 - LEFT - RIGHT) * f64::from(m) / 1_000.0;
    let y = |m: u32| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - f64::from(m) / 1_000.0);
    let mut svg = format!(
        "<svg viewBox=\"0 0 480 {HEIGHT}\" role=\"img\" aria-label=\"Share of money by share of users\">"
    );
    for m in [0, 250, 500, 750, 1_000] {
        let _ = write!(
            svg,
            "<line class=\"g\" x1=\"{LEFT}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/><text x=\"{2:.1}\" y=\"{3:.1}\" text-anchor=\"end\">{4} %</text><text x=\"{5:.1}\" y=\"{6:.1}\" text-anchor=\"middle\">{4} %</text>",
            480.0 - RIGHT,
            y(m),
            LEFT - 8.0,
            y(m) + 4.0,
            m / 10,
            x(m).min(462.0),
            HEIGHT - 26.0
        );
    }
    let path: Vec<String> = points.iter().map(|(u, s)| format!("{:.1},{:.1}", x(*u), y(*s))).collect();
    let path = path.join(" ");
    let _ = write!(
        svg,
        "<line class=\"even\" x1=\"{0:.1}\" y1=\"{1:.1}\" x2=\"{2:.1}\" y2=\"{3:.1}\"/><polygon class=\"area\" points=\"{0:.1},{1:.1} {path} {2:.1},{1:.1}\"/><polyline class=\"curve\" points=\"{path}\"/>",
        x(0),
        y(0),
        x(1_000),
        y(1_000)
    );
    // The tenth of the users that asks for most.
    if let Some((users, share)) = points.iter().find(|(users, _)| *users >= 100) {
        let _ = write!(
            svg,
            "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"6\"/><text class=\"key\" x=\"{:.1}\" y=\"{:.1}\">{}.{} % of the users: {}.{} % of the money</text>",
            x(*users),
            y(*share),
            x(*users) + 14.0,
            y(*share) + 22.0,
            users / 10,
            users % 10,
            share / 10,
            share % 10
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">users, heaviest first</text></svg>",
        (x(0) + x(1_000)) / 2.0,
        HEIGHT - 5.0
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for most in [1, 7, 19, 99, 4_200_000_000, 96_791_325_000, 10_i128.pow(20)] {
            let step = nice_step(most);
            let ticks = (most + step - 1) / step;
            assert!((1..=5).contains(&ticks), "{most}: {ticks} ticks of {step}");
        }
        assert_eq!(tick_label(2_000_000_000, 1_000_000_000), "$2");
        assert_eq!(tick_label(500_000_000, 500_000_000), "$0.50");
        assert_eq!(tick_label(2_000_000, 1_000_000), "$0.002");
    }

    #[test]
    fn times_are_labelled_by_width() {
        assert_eq!(time_label("2023-11-16T18:15:00Z", 60_000), "18:15");
        assert_eq!(time_label("2023-11-06T18:00:00Z", 3_600_000), "6 Nov 18:00");
        assert_eq!(time_label("2023-11-06T00:00:00Z", 86_400_000), "6 Nov");
    }
}
