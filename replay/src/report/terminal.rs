//! The report for a terminal: the answer first, then who and when.

use std::fmt::Write as _;

use super::money::{Usd, counted, grouped, percent};
use super::table::{BOLD, CYAN, DIM, GREEN, RED, RESET, Table, YELLOW};
use super::{Comparison, DEFINITIONS, GroupLine, Outcome, Report, Total};

/// Hits that are listed.
const HITS_SHOWN: usize = 12;

/// Features and models that are listed.
const GROUPS_SHOWN: usize = 8;

/// The report as text with ANSI colours, for a printer that strips them where they do not belong.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    let outcome = &report.outcome;
    heading(&mut out, report);
    money(&mut out, &outcome.total);
    treatment(&mut out, outcome);
    tiers(&mut out, outcome);
    groups(&mut out, "Models", "model", &outcome.models);
    groups(&mut out, "Features", "feature", &outcome.features);
    budgets(&mut out, outcome);
    hits(&mut out, outcome);
    users(&mut out, outcome);
    if let Some(comparison) = &report.compare {
        compared(&mut out, outcome, comparison);
    }
    footer(&mut out, report);
    out
}

fn n(count: impl Into<u128>) -> String {
    grouped(count.into())
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{BOLD}{text}{RESET}");
}

fn heading(out: &mut String, report: &Report) {
    let log = &report.log;
    let files = match log.files.as_slice() {
        [one] => one.clone(),
        many => format!("{} files", many.len()),
    };
    let _ = writeln!(out, "{BOLD}Spendgate replay{RESET} of {files} with {}", report.outcome.policy);
    let total = &report.outcome.total;
    let _ = write!(out, "{DIM}{} by {}", counted(total.calls, "call"), counted(total.users, "user"));
    if let (Some(first), Some(last)) = (&log.first, &log.last) {
        let _ = write!(out, ", {first} to {last}");
    }
    let _ = writeln!(out, "{RESET}");
}

fn money(out: &mut String, total: &Total) {
    let whole = total.requested_usd.0;
    let share = |usd: Usd| percent(usd.0, whole).map_or_else(String::new, |p| format!("{p:>6} %"));
    let lines = [
        ("requested", total.requested_usd, ""),
        ("spent", total.spend_usd, BOLD),
        ("saved", total.saved_usd, if total.saved_usd.0 > 0 { GREEN } else { "" }),
        ("at risk", total.at_risk_usd, if total.at_risk_usd.0 > 0 { YELLOW } else { "" }),
    ];
    let width = lines.iter().map(|(_, usd, _)| usd.short().len()).max().unwrap_or(0);
    out.push('\n');
    for (name, usd, color) in lines {
        let short = usd.short();
        let _ = writeln!(out, "  {name:<10} {color}{short:>width$}{RESET}  {DIM}{}{RESET}", share(usd));
    }
}

fn treatment(out: &mut String, outcome: &Outcome) {
    let total = &outcome.total;
    let parts = [
        ("blocked", total.blocked, total.blocked_users, RED),
        ("downgraded", total.downgraded, total.downgraded_users, CYAN),
        ("warned", total.warned, total.warned_users, YELLOW),
        ("dry run", total.dry_run, total.dry_run_users, YELLOW),
    ];
    let acted: Vec<String> = parts
        .iter()
        .filter(|(_, calls, _, _)| *calls > 0)
        .map(|(name, calls, users, color)| {
            format!("{color}{name}{RESET} {} of {}", counted(*calls, "call"), counted(*users, "user"))
        })
        .collect();
    let line = if acted.is_empty() { "no limit was reached".to_owned() } else { acted.join(", ") };
    let _ = writeln!(out, "  {:<10} {line}", "limits");
    let reasons: Vec<String> =
        outcome.refused.iter().map(|r| format!("{} {}", n(r.calls), r.reason.replace('_', " "))).collect();
    if !reasons.is_empty() {
        let _ = writeln!(out, "  {:<10} {}", "refused", reasons.join(", "));
    }
}

fn name(name: Option<&String>) -> String {
    name.cloned().unwrap_or_else(|| "(none)".to_owned())
}

fn tiers(out: &mut String, outcome: &Outcome) {
    if outcome.tiers.iter().all(|t| t.tier.is_none()) {
        return;
    }
    title(out, "Tiers");
    let mut table = Table::new(
        1,
        &[
            "tier",
            "users",
            "calls",
            "spent",
            "saved",
            "at risk",
            "per user",
            "of limit",
            "blocked",
            "downgraded",
            "warned",
            "dry run",
        ],
    );
    for line in &outcome.tiers {
        let total = &line.total;
        table.row(vec![
            name(line.tier.as_ref()),
            n(total.users),
            n(total.calls),
            total.spend_usd.short(),
            total.saved_usd.short(),
            total.at_risk_usd.short(),
            line.average_usd.map_or_else(String::new, Usd::short),
            line.share_of_limit_percent.as_ref().map_or_else(String::new, |p| format!("{p} %")),
            n(total.blocked),
            n(total.downgraded),
            n(total.warned),
            n(total.dry_run),
        ]);
    }
    table.write(out);
}

fn groups(out: &mut String, heading: &str, column: &str, lines: &[GroupLine]) {
    if lines.iter().all(|l| l.name.is_none()) {
        return;
    }
    title(out, heading);
    let mut table = Table::new(1, &[column, "calls", "requested", "spent", "blocked", "no price"]);
    for line in lines.iter().take(GROUPS_SHOWN) {
        table.row(vec![
            name(line.name.as_ref()),
            n(line.calls),
            line.requested_usd.short(),
            line.spend_usd.short(),
            n(line.blocked),
            n(line.unpriced),
        ]);
    }
    table.write(out);
    rest(out, lines.len(), GROUPS_SHOWN);
}

fn rest(out: &mut String, all: usize, shown: usize) {
    if all > shown {
        let _ = writeln!(out, "  {DIM}and {} more, see --json{RESET}", all - shown);
    }
}

fn budgets(out: &mut String, outcome: &Outcome) {
    if outcome.budgets.is_empty() {
        return;
    }
    title(out, "Budgets");
    let headings = [
        "budget",
        "scope",
        "limit",
        "window",
        "action",
        "hits",
        "subjects",
        "blocked",
        "downgraded",
        "warned",
        "dry run",
        "first hit",
    ];
    let mut table = Table::new(5, &headings);
    let shown = outcome.budgets_shown();
    for b in &shown {
        table.row(vec![
            b.id.clone(),
            b.scope.clone(),
            b.limit.clone(),
            b.window.clone(),
            b.action.clone(),
            n(b.hits),
            n(b.subjects),
            n(b.blocked),
            n(b.downgraded),
            n(b.warned),
            n(b.dry_run),
            b.first_hit.clone().unwrap_or_default(),
        ]);
    }
    table.write(out);
    rest(out, outcome.budgets.len(), shown.len());
}

fn hits(out: &mut String, outcome: &Outcome) {
    if outcome.hits.is_empty() {
        return;
    }
    title(out, "When limits were hit");
    let mut table = Table::new(4, &["time", "budget", "subject", "action"]);
    for hit in outcome.hits.iter().take(HITS_SHOWN) {
        table.row(vec![
            hit.at.clone(),
            hit.budget.clone(),
            hit.subject.clone().unwrap_or_else(|| "(everything)".to_owned()),
            hit.action.replace('_', " "),
        ]);
    }
    table.write(out);
    let all: u64 = outcome.budgets.iter().map(|b| b.hits).sum();
    rest(out, usize::try_from(all).unwrap_or(usize::MAX), HITS_SHOWN);
}

fn users(out: &mut String, outcome: &Outcome) {
    if outcome.top_users.is_empty() {
        return;
    }
    title(out, "Top users");
    let headings =
        ["user", "tier", "calls", "requested", "spent", "blocked", "downgraded", "warned", "dry run"];
    let mut table = Table::new(2, &headings);
    for user in &outcome.top_users {
        table.row(vec![
            user.user.clone(),
            user.tier.clone().unwrap_or_default(),
            n(user.calls),
            user.requested_usd.short(),
            user.spend_usd.short(),
            n(user.blocked),
            n(user.downgraded),
            n(user.warned),
            n(user.dry_run),
        ]);
    }
    table.write(out);
}

fn compared(out: &mut String, first: &Outcome, comparison: &Comparison) {
    let second = &comparison.outcome;
    title(out, &format!("Compared with {}", second.policy));
    let mut table = Table::new(1, &["", &first.policy, &second.policy]);
    let (a, b) = (&first.total, &second.total);
    let pairs = [
        ("spent", a.spend_usd.short(), b.spend_usd.short()),
        ("saved", a.saved_usd.short(), b.saved_usd.short()),
        ("at risk", a.at_risk_usd.short(), b.at_risk_usd.short()),
        ("blocked calls", n(a.blocked), n(b.blocked)),
        ("blocked users", n(a.blocked_users), n(b.blocked_users)),
        ("downgraded calls", n(a.downgraded), n(b.downgraded)),
        ("warned calls", n(a.warned), n(b.warned)),
        ("dry-run calls", n(a.dry_run), n(b.dry_run)),
    ];
    for (what, a, b) in pairs {
        table.row(vec![what.to_owned(), a, b]);
    }
    table.write(out);
    let _ = writeln!(
        out,
        "  different for {}: {} blocked with {} only, {} with {} only",
        counted(comparison.changed_users, "user"),
        n(comparison.newly_blocked_users),
        second.policy,
        n(comparison.no_longer_blocked_users),
        first.policy
    );
    if comparison.users.is_empty() {
        return;
    }
    let mut table =
        Table::new(2, &["user", "tier", "spent", "spent then", "difference", "blocked", "blocked then"]);
    for user in &comparison.users {
        table.row(vec![
            user.user.clone(),
            user.tier.clone().unwrap_or_default(),
            user.spend_usd.short(),
            user.other_spend_usd.short(),
            user.difference_usd.short(),
            n(user.blocked),
            n(user.other_blocked),
        ]);
    }
    table.write(out);
}

fn footer(out: &mut String, report: &Report) {
    if !report.notes.is_empty() || !report.log.skipped.is_empty() {
        title(out, "Notes");
    }
    for note in &report.notes {
        let _ = writeln!(out, "  {YELLOW}!{RESET} {note}");
    }
    for skipped in &report.log.skipped {
        let _ = writeln!(out, "  {DIM}-{RESET} {} left out: {}.", counted(skipped.rows, "row"), skipped.why);
    }
    for bad in &report.log.bad {
        let _ = writeln!(out, "    {RED}{bad}{RESET}");
    }
    if report.log.bad_rows > report.log.bad.len() as u64 {
        let _ = writeln!(out, "    … and {} more", report.log.bad_rows - report.log.bad.len() as u64);
    }
    title(out, "Terms");
    for (term, meaning) in DEFINITIONS {
        let _ = writeln!(out, "  {DIM}{term}: {meaning}.{RESET}");
    }
}
