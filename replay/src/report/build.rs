//! From sums to a report.

use spendgate_core::decision::Reason;
use spendgate_core::time;

use super::lines::{concentration, groups, series, tier_lines, top_users, totals};
use super::money::counted;
use super::{
    BudgetLine, HitLine, Log, Outcome, RefusedLine, Report, Skipped, Synthetic, SyntheticModel,
    SyntheticTiers, SyntheticUsers, compare, text,
};
use crate::intern::Interner;
use crate::replay::{Replay, Run};
use crate::tally::budgets::Subject;

pub(crate) fn build(replay: &Replay, files: &[String], top: usize) -> Report {
    let mut runs = replay.runs.iter();
    let first = runs.next();
    let outcome = first.map_or_else(Outcome::default, |run| outcome(replay, run, top));
    let compare = first.zip(runs.next()).map(|(first, second)| compare::compare(replay, first, second, top));
    Report {
        report: 1,
        log: log(replay, files),
        synthetic: synthetic(replay),
        notes: notes(replay),
        outcome,
        compare,
    }
}

fn log(replay: &Replay, files: &[String]) -> Log {
    let log = &replay.log;
    Log {
        files: files.to_vec(),
        rows: log.rows,
        skipped: log.skipped.iter().map(|(why, rows)| Skipped { why, rows: *rows }).collect(),
        bad_rows: log.bad,
        bad: log.bad_kept.clone(),
        late_rows: log.late,
        late_most_ms: log.late_most_ms,
        first: log.first_ms.map(time::format),
        last: log.latest_ms.map(time::format),
        anonymous_calls: log.anonymous.1,
    }
}

fn synthetic(replay: &Replay) -> Option<Synthetic> {
    let (done, wishes) = (replay.assign.done(), replay.assign.wishes());
    let zipf = f64_text(wishes.zipf_thousandths);
    let shares: Vec<String> = wishes.tiers.iter().map(|(name, share)| format!("{name}={share}")).collect();
    let synthetic = Synthetic {
        seed: wishes.seed,
        users: (done.users > 0).then_some(SyntheticUsers { rows: done.users, count: wishes.users, zipf }),
        tiers: (done.tiers > 0).then(|| SyntheticTiers { rows: done.tiers, shares: shares.join(",") }),
        model: wishes
            .model
            .clone()
            .filter(|_| done.models > 0)
            .map(|name| SyntheticModel { rows: done.models, name }),
    };
    let any = synthetic.users.is_some() || synthetic.tiers.is_some() || synthetic.model.is_some();
    any.then_some(synthetic)
}

/// Thousandths as decimal text: `1.1`.
fn f64_text(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What changes how the figures are to be read.
fn notes(replay: &Replay) -> Vec<String> {
    let (log, done, wishes) = (&replay.log, replay.assign.done(), replay.assign.wishes());
    let mut notes = Vec::new();
    if done.users > 0 {
        notes.push(format!(
            "Users are synthetic: {} named none, so they were drawn from {} by Zipf's law with exponent {}, seed {}.",
            counted(done.users, "row"), counted(wishes.users.into(), "user"), f64_text(wishes.zipf_thousandths), wishes.seed
        ));
    }
    if done.tiers > 0 {
        notes.push(format!(
            "Tiers are synthetic: {} named none, so each user was given one, seed {}.",
            counted(done.tiers, "row"),
            wishes.seed
        ));
    }
    if let Some(model) = wishes.model.as_ref().filter(|_| done.models > 0) {
        notes.push(format!(
            "The model is assumed: {} named none and counted as {model}.",
            counted(done.models, "row")
        ));
    }
    let unpriced = replay.runs.first().map_or(0, |run| run.tally.total.unpriced);
    if unpriced > 0 {
        notes.push(format!(
            "{} had no known price and no cost in the log, and counted as $0. Name prices with --price.",
            counted(unpriced, "call")
        ));
    }
    if log.anonymous.0 > 0 {
        notes.push(format!(
            "{} named no user: in the totals, and in no user's sums.",
            counted(log.anonymous.0, "row")
        ));
    }
    if log.late > 0 {
        notes.push(format!(
            "{} came out of order, by {} at most, and counted at the latest time seen before.",
            counted(log.late, "row"),
            duration(log.late_most_ms)
        ));
    }
    if log.bad > 0 {
        notes.push(format!("{} could not be used and stayed out of every sum.", counted(log.bad, "row")));
    }
    if log.bucketed {
        notes.push(
            "The log adds calls up by bucket: they were replayed as equal calls at the start of their bucket, so windows shorter than a bucket tell little."
                .to_owned(),
        );
    }
    notes
}

fn duration(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{} s", ms / 1_000),
        120_000..7_200_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

/// A name, `None` for the empty one; numbers past the end are the rest.
pub(crate) fn named(names: &Interner, number: usize) -> Option<String> {
    if number >= names.len() {
        return Some("(other)".to_owned());
    }
    let name = names.name(u32::try_from(number).unwrap_or(u32::MAX));
    (!name.is_empty()).then(|| name.to_owned())
}

pub(crate) fn outcome(replay: &Replay, run: &Run, top: usize) -> Outcome {
    let (tally, policy) = (&run.tally, run.gate.policy());
    let (total, tiers) = totals(tally);
    let tiers = tier_lines(replay, run, tiers);
    let budgets: Vec<BudgetLine> = policy
        .budgets()
        .iter()
        .zip(&tally.budgets.list)
        .map(|(budget, sums)| BudgetLine {
            id: budget.id.to_string(),
            scope: text::scope(budget),
            limit: text::limit(budget),
            window: text::window(policy, budget),
            action: text::action(budget),
            hits: sums.hits,
            subjects: sums.subjects,
            first_hit: sums.first_ms.map(time::format),
            blocked: sums.blocked,
            warned: sums.warned,
            downgraded: sums.downgraded,
            dry_run: sums.dry_run,
        })
        .collect();
    let hit = |hit: &crate::tally::budgets::Hit| HitLine {
        at: time::format(hit.at_ms),
        budget: budgets.get(hit.budget).map(|b| b.id.clone()).unwrap_or_default(),
        subject: match hit.subject {
            Subject::Shared => None,
            Subject::User(user) => Some(replay.users.name(user).to_owned()),
            Subject::Other(other) => Some(tally.budgets.subjects.name(other).to_owned()),
        },
        action: hit.action.as_str(),
    };
    let hits = tally.budgets.hits.iter().map(hit).collect();
    let refused = Reason::ALL.iter().zip(tally.refused).filter(|(_, calls)| *calls > 0);
    Outcome {
        policy: run.name.clone(),
        total,
        tiers,
        models: groups(&tally.models, &replay.models),
        features: groups(&tally.features, &replay.features),
        budgets,
        hits,
        top_users: top_users(replay, run, top),
        refused: refused.map(|(r, calls)| RefusedLine { reason: r.as_str(), calls }).collect(),
        series: series(run),
        concentration: concentration(run),
    }
}
