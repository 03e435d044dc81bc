//! Tables of the page.

use std::fmt::Write as _;

use super::super::money::{Usd, counted, grouped};
use super::super::{BudgetLine, Comparison, GroupLine, HitLine, Outcome, TierLine, UserLine};
use super::escape;

/// The longest text of a cell, in characters; the whole of it is in its title.
const WIDE_MAX: usize = 36;

/// A cell.
enum Cell {
    Text(String),
    /// Text that may break over lines.
    Wide(String),
    Number(String),
    /// A count, coloured where it is not 0.
    Count(u64, &'static str),
    /// Spent and saved as parts of the most of the column, in thousandths.
    Bar(u32, u32),
}

/// A table. Columns that count nothing in any row are left out.
fn table(headings: &[(&str, bool)], rows: Vec<Vec<Cell>>) -> String {
    let counts = |c: usize| rows.iter().any(|row| !matches!(row.get(c), Some(Cell::Count(0, _)) | None));
    let kept: Vec<bool> = (0..headings.len()).map(counts).collect();
    let mut out = String::from("<div class=\"scroll\"><table><thead><tr>");
    for ((heading, is_text), _) in headings.iter().zip(&kept).filter(|(_, kept)| **kept) {
        let class = if *is_text { " class=\"t\"" } else { "" };
        let _ = write!(out, "<th{class}>{heading}</th>");
    }
    out.push_str("</tr></thead><tbody>");
    for row in &rows {
        out.push_str("<tr>");
        for (cell, _) in row.iter().zip(&kept).filter(|(_, kept)| **kept) {
            write_cell(&mut out, cell);
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

fn write_cell(out: &mut String, cell: &Cell) {
    // Writing to a String cannot fail.
    let _ = match cell {
        Cell::Text(text) => write!(out, "<td class=\"t\">{}</td>", escape(text)),
        Cell::Wide(text) if text.chars().count() > WIDE_MAX => {
            let start: String = text.chars().take(WIDE_MAX - 1).collect();
            write!(out, "<td class=\"t wide\" title=\"{}\">{}…</td>", escape(text), escape(&start))
        }
        Cell::Wide(text) => write!(out, "<td class=\"t wide\">{}</td>", escape(text)),
        Cell::Number(text) => write!(out, "<td>{}</td>", escape(text)),
        Cell::Count(0, _) => write!(out, "<td class=\"zero\">0</td>"),
        Cell::Count(n, class) => write!(out, "<td class=\"{class}\">{}</td>", grouped((*n).into())),
        Cell::Bar(spent, saved) => write!(
            out,
            "<td><div class=\"bar\"><i class=\"s\" style=\"width:{}%\"></i><i style=\"width:{}%\"></i></div></td>",
            decimal(spent + saved),
            decimal(*spent)
        ),
    };
}

fn decimal(thousandths: u32) -> String {
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

fn name(name: Option<&String>) -> String {
    name.cloned().unwrap_or_else(|| "(none)".to_owned())
}

fn bar(spent: Usd, requested: Usd, most: Usd) -> Cell {
    let part =
        |n: i128| u32::try_from(n.max(0).saturating_mul(1_000) / most.0.max(1)).unwrap_or(0).min(1_000);
    let spent_part = part(spent.0);
    Cell::Bar(spent_part, part(requested.0).saturating_sub(spent_part))
}

pub(super) fn tiers(lines: &[TierLine]) -> String {
    let headings = [
        ("tier", true),
        ("users", false),
        ("calls", false),
        ("spent", false),
        ("saved", false),
        ("at risk", false),
        ("per user", false),
        ("of limit", false),
        ("blocked", false),
        ("downgraded", false),
        ("warned", false),
        ("dry run", false),
        ("", false),
    ];
    let most = lines.iter().map(|l| l.total.requested_usd).max().unwrap_or_default();
    let row = |line: &TierLine| {
        let total = &line.total;
        vec![
            Cell::Text(name(line.tier.as_ref())),
            Cell::Number(grouped(total.users.into())),
            Cell::Number(grouped(total.calls.into())),
            Cell::Number(total.spend_usd.short()),
            Cell::Number(total.saved_usd.short()),
            Cell::Number(total.at_risk_usd.short()),
            Cell::Number(line.average_usd.map_or_else(String::new, Usd::short)),
            Cell::Number(
                line.share_of_limit_percent.as_ref().map_or_else(|| "–".to_owned(), |p| format!("{p} %")),
            ),
            Cell::Count(total.blocked, "red"),
            Cell::Count(total.downgraded, "amber"),
            Cell::Count(total.warned, "amber"),
            Cell::Count(total.dry_run, "amber"),
            bar(total.spend_usd, total.requested_usd, most),
        ]
    };
    table(&headings, lines.iter().map(row).collect())
}

pub(super) fn groups(what: &str, lines: &[GroupLine]) -> String {
    let headings = [
        (what, true),
        ("calls", false),
        ("requested", false),
        ("spent", false),
        ("blocked", false),
        ("", false),
    ];
    let most = lines.iter().map(|l| l.requested_usd).max().unwrap_or_default();
    let row = |line: &GroupLine| {
        let calls = grouped(line.calls.into());
        let calls = if line.unpriced > 0 {
            format!("{calls} ({} no price)", grouped(line.unpriced.into()))
        } else {
            calls
        };
        vec![
            Cell::Wide(name(line.name.as_ref())),
            Cell::Number(calls),
            Cell::Number(line.requested_usd.short()),
            Cell::Number(line.spend_usd.short()),
            Cell::Count(line.blocked, "red"),
            bar(line.spend_usd, line.requested_usd, most),
        ]
    };
    table(&headings, lines.iter().take(10).map(row).collect())
}

pub(super) fn budgets(outcome: &Outcome) -> String {
    let headings = [
        ("budget", true),
        ("scope", true),
        ("limit", true),
        ("window", true),
        ("action", true),
        ("hits", false),
        ("subjects", false),
        ("blocked", false),
        ("downgraded", false),
        ("warned", false),
        ("dry run", false),
        ("first hit", false),
    ];
    let row = |b: &BudgetLine| {
        vec![
            Cell::Wide(b.id.clone()),
            Cell::Wide(b.scope.clone()),
            Cell::Text(b.limit.clone()),
            Cell::Text(b.window.clone()),
            Cell::Wide(b.action.replace('_', " ")),
            Cell::Count(b.hits, ""),
            Cell::Count(b.subjects, ""),
            Cell::Count(b.blocked, "red"),
            Cell::Count(b.downgraded, "amber"),
            Cell::Count(b.warned, "amber"),
            Cell::Count(b.dry_run, "amber"),
            Cell::Number(b.first_hit.as_deref().map_or_else(|| "never".to_owned(), short_time)),
        ]
    };
    let shown = outcome.budgets_shown();
    let mut out = table(&headings, shown.iter().map(|b| row(b)).collect());
    if outcome.budgets.len() > shown.len() {
        let _ = write!(out, "<p>and {} more</p>", outcome.budgets.len() - shown.len());
    }
    out
}

/// `2026-05-10 12:00` of an RFC 3339 time.
fn short_time(text: &str) -> String {
    text.get(..16).unwrap_or(text).replace('T', " ")
}

pub(super) fn hits(lines: &[HitLine]) -> String {
    let headings = [("time (UTC)", true), ("budget", true), ("subject", true), ("action", true)];
    let row = |hit: &HitLine| {
        vec![
            Cell::Text(short_time(&hit.at)),
            Cell::Wide(hit.budget.clone()),
            Cell::Wide(hit.subject.clone().unwrap_or_else(|| "(everything)".to_owned())),
            Cell::Text(hit.action.replace('_', " ")),
        ]
    };
    table(&headings, lines.iter().take(15).map(row).collect())
}

pub(super) fn users(lines: &[UserLine]) -> String {
    let headings = [
        ("user", true),
        ("tier", true),
        ("calls", false),
        ("requested", false),
        ("spent", false),
        ("blocked", false),
        ("downgraded", false),
        ("warned", false),
        ("dry run", false),
        ("", false),
    ];
    let most = lines.iter().map(|l| l.requested_usd).max().unwrap_or_default();
    let row = |user: &UserLine| {
        vec![
            Cell::Wide(user.user.clone()),
            Cell::Text(user.tier.clone().unwrap_or_default()),
            Cell::Number(grouped(user.calls.into())),
            Cell::Number(user.requested_usd.short()),
            Cell::Number(user.spend_usd.short()),
            Cell::Count(user.blocked, "red"),
            Cell::Count(user.downgraded, "amber"),
            Cell::Count(user.warned, "amber"),
            Cell::Count(user.dry_run, "amber"),
            bar(user.spend_usd, user.requested_usd, most),
        ]
    };
    table(&headings, lines.iter().map(row).collect())
}

pub(super) fn comparison(first: &Outcome, comparison: &Comparison) -> String {
    let second = &comparison.outcome;
    let (a, b) = (&first.total, &second.total);
    let n = |count: u64| grouped(count.into());
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
    let (left, right) = (escape(&first.policy), escape(&second.policy));
    let rows = pairs
        .into_iter()
        .map(|(what, a, b)| vec![Cell::Text(what.to_owned()), Cell::Number(a), Cell::Number(b)]);
    let mut out = table(&[("", true), (&left, false), (&right, false)], rows.collect());
    let _ = write!(
        out,
        "<p>Different for {}: {} blocked with {right} only, {} with {left} only.</p>",
        counted(comparison.changed_users, "user"),
        n(comparison.newly_blocked_users),
        n(comparison.no_longer_blocked_users)
    );
    if comparison.users.is_empty() {
        return out;
    }
    let headings = [
        ("user", true),
        ("tier", true),
        ("spent", false),
        ("spent then", false),
        ("difference", false),
        ("blocked", false),
        ("blocked then", false),
    ];
    let rows = comparison.users.iter().map(|user| {
        vec![
            Cell::Wide(user.user.clone()),
            Cell::Text(user.tier.clone().unwrap_or_default()),
            Cell::Number(user.spend_usd.short()),
            Cell::Number(user.other_spend_usd.short()),
            Cell::Number(user.difference_usd.short()),
            Cell::Count(user.blocked, "red"),
            Cell::Count(user.other_blocked, "red"),
        ]
    });
    out.push_str(&table(&headings, rows.collect()));
    out
}
