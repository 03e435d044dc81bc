//! The page.

use std::fmt::Write as _;

use super::super::money::{Usd, counted, percent};
use super::super::{DEFINITIONS, GroupLine, Report};
use super::style::CSS;
use super::{escape, plots, tables};

/// The report as one HTML page. The same report gives the same bytes.
#[must_use]
pub fn render(report: &Report) -> String {
    let outcome = &report.outcome;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Spendgate replay: {}</title><style>{CSS}</style></head><body><main>\n",
        escape(&outcome.policy)
    );
    heading(&mut out, report);
    cards(&mut out, report);
    if !report.notes.is_empty() || !report.log.bad.is_empty() || !report.log.skipped.is_empty() {
        section(&mut out, "Before you read on", &notes(report));
    }
    let plot = plots::series(&outcome.series);
    if !plot.is_empty() {
        let legend = "<div class=\"legend\"><span><i style=\"background:var(--spent)\"></i>spent</span><span><i style=\"background:var(--saved)\"></i>saved</span></div>";
        section(&mut out, "Money over time", &format!("{legend}<div class=\"scroll\">{plot}</div>"));
    }
    if outcome.tiers.iter().any(|t| t.tier.is_some()) {
        section(&mut out, "Tiers", &tables::tiers(&outcome.tiers));
    }
    if !outcome.budgets.is_empty() {
        section(&mut out, "Budgets", &tables::budgets(outcome));
    }
    let curve = plots::concentration(outcome);
    let hits = if outcome.hits.is_empty() { String::new() } else { tables::hits(&outcome.hits) };
    pair(&mut out, ("Who asks for the money", &curve), ("When limits were hit", &hits));
    if !outcome.top_users.is_empty() {
        section(&mut out, "Top users", &tables::users(&outcome.top_users));
    }
    let group = |what: &str, lines: &[GroupLine]| {
        if lines.iter().any(|l| l.name.is_some()) { tables::groups(what, lines) } else { String::new() }
    };
    let (models, features) = (group("model", &outcome.models), group("feature", &outcome.features));
    pair(&mut out, ("Models", &models), ("Features", &features));
    if let Some(comparison) = &report.compare {
        let title = format!("Compared with {}", comparison.outcome.policy);
        section(&mut out, &title, &tables::comparison(outcome, comparison));
    }
    section(&mut out, "Terms", &terms());
    out.push_str("<footer>Made by spendgate replay. Times are UTC. Figures are rounded here and exact in the JSON report.</footer></main></body></html>\n");
    out
}

fn section(out: &mut String, title: &str, body: &str) {
    let _ = writeln!(out, "<section><h2>{}</h2>{body}</section>", escape(title));
}

/// Two sections side by side where there is room; an empty one is left out.
fn pair(out: &mut String, left: (&str, &str), right: (&str, &str)) {
    let there: Vec<_> = [left, right].into_iter().filter(|(_, body)| !body.is_empty()).collect();
    if there.is_empty() {
        return;
    }
    out.push_str("<div class=\"two\">");
    for (title, body) in there {
        section(out, title, body);
    }
    out.push_str("</div>\n");
}

fn heading(out: &mut String, report: &Report) {
    let (log, total) = (&report.log, &report.outcome.total);
    let files = match log.files.as_slice() {
        [one] => escape(one),
        many => format!("{} files", many.len()),
    };
    let _ = write!(out, "<h1>What {} would have done</h1><p class=\"sub\">", escape(&report.outcome.policy));
    let _ = write!(out, "{files}: {} by {}", counted(total.calls, "call"), counted(total.users, "user"));
    if let (Some(first), Some(last)) = (&log.first, &log.last) {
        let _ = write!(out, ", {} to {}", escape(first), escape(last));
    }
    out.push_str("</p>\n");
}

fn cards(out: &mut String, report: &Report) {
    let total = &report.outcome.total;
    let share = |usd: Usd| {
        percent(usd.0, total.requested_usd.0).map_or_else(String::new, |p| format!("{p} % of requested"))
    };
    let mut parts = Vec::new();
    for (what, calls, users) in [
        ("blocked", total.blocked, total.blocked_users),
        ("downgraded", total.downgraded, total.downgraded_users),
    ] {
        if calls > 0 {
            parts.push(format!("{} of {} {what}", counted(calls, "call"), counted(users, "user")));
        }
    }
    let over = total.warned + total.dry_run;
    let risk = if over > 0 {
        format!("{} warned or watched", counted(over, "call"))
    } else {
        share(total.at_risk_usd)
    };
    let calls = counted(total.calls, "call");
    let saved = if parts.is_empty() { share(total.saved_usd) } else { parts.join(", ") };
    let cards = [
        ("requested", "", total.requested_usd, calls),
        ("spent", "", total.spend_usd, share(total.spend_usd)),
        ("saved", if total.saved_usd.0 > 0 { " saved" } else { "" }, total.saved_usd, saved),
        ("at risk", if total.at_risk_usd.0 > 0 { " risk" } else { "" }, total.at_risk_usd, risk),
    ];
    out.push_str("<div class=\"cards\">");
    for (what, class, usd, below) in cards {
        let _ = write!(
            out,
            "<div class=\"card{class}\"><div class=\"what\">{what}</div><div class=\"much\">{}</div><div class=\"share\">{below}</div></div>",
            usd.short()
        );
    }
    out.push_str("</div>\n");
}

fn notes(report: &Report) -> String {
    let mut out = String::new();
    for note in &report.notes {
        let _ = write!(out, "<p class=\"note\">{}</p>", escape(note));
    }
    for skipped in &report.log.skipped {
        let _ = write!(out, "<p>{} left out: {}.</p>", counted(skipped.rows, "row"), escape(skipped.why));
    }
    if !report.log.bad.is_empty() {
        out.push_str("<ul>");
        for bad in &report.log.bad {
            let _ = write!(out, "<li>{}</li>", escape(&bad.to_string()));
        }
        out.push_str("</ul>");
    }
    out
}

fn terms() -> String {
    let mut out = String::from("<dl>");
    for (term, meaning) in DEFINITIONS {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", escape(term), escape(meaning));
    }
    out.push_str("</dl>");
    out
}
