//! From sums to a report.

use spendgate_core::decision::Reason;
use spendgate_core::time;

use super::money::{Usd, counted, percent};
use super::{
    BudgetLine, GroupLine, HitLine, Log, Outcome, RefusedLine, Report, SeriesLine, SeriesLines, Skipped,
    Synthetic, SyntheticModel, SyntheticTiers, SyntheticUsers, TierLine, Total, UserLine, compare, text,
};
use crate::intern::Interner;
use crate::replay::{Replay, Run};
use crate::tally::Tally;
use crate::tally::budgets::Subject;
use crate::tally::group::Group;
use crate::tally::tiers::Tier;
use crate::tally::users::User;

/// Features and models that are listed.
const GROUPS_LISTED: usize = 20;

/// Points of the curve of concentration.
const CURVE_POINTS: usize = 100;

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

/// The sums of a group, without its users.
fn total(group: &Group) -> Total {
    Total {
        calls: group.calls,
        spend_usd: Usd(group.spent),
        requested_usd: Usd(group.requested),
        saved_usd: Usd(group.requested - group.spent),
        at_risk_usd: Usd(group.at_risk),
        input_tokens: group.input_tokens,
        output_tokens: group.output_tokens,
        blocked: group.blocked,
        warned: group.warned,
        downgraded: group.downgraded,
        dry_run: group.dry_run,
        unpriced: group.unpriced,
        ..Total::default()
    }
}

/// Counts a user in a group's sums.
fn count_user(total: &mut Total, user: &User) {
    total.users += 1;
    total.blocked_users += u64::from(user.blocked > 0);
    total.warned_users += u64::from(user.warned > 0);
    total.downgraded_users += u64::from(user.downgraded > 0);
    total.dry_run_users += u64::from(user.dry_run > 0);
}

/// All sums, and those of each tier by its number.
fn totals(tally: &Tally) -> (Total, Vec<Total>) {
    let mut all = total(&tally.total);
    let mut tiers: Vec<Total> = tally.tiers.list.iter().map(|tier| total(&tier.group)).collect();
    for (_, user) in tally.users.iter() {
        count_user(&mut all, user);
        if let Some(tier) = tiers.get_mut(user.tier as usize) {
            count_user(tier, user);
        }
    }
    (all, tiers)
}

fn tier_lines(replay: &Replay, run: &Run, totals: Vec<Total>) -> Vec<TierLine> {
    let lines =
        run.tally.tiers.list.iter().zip(totals).enumerate().filter(|(_, (tier, _))| tier.group.calls > 0);
    let line = |(i, (tier, total)): (usize, (&Tier, Total))| TierLine {
        tier: named(&replay.tiers, i),
        average_usd: (total.users > 0).then(|| Usd(tier.group.spent / i128::from(total.users))),
        allowance_usd: (tier.allowance > 0).then_some(Usd(tier.allowance)),
        share_of_limit_percent: percent(tier.group.spent, tier.allowance),
        total,
    };
    lines.map(line).collect()
}

fn groups(list: &[Group], names: &Interner) -> Vec<GroupLine> {
    let mut lines: Vec<GroupLine> = list
        .iter()
        .enumerate()
        .filter(|(_, group)| group.calls > 0)
        .map(|(i, group)| GroupLine {
            name: named(names, i),
            calls: group.calls,
            spend_usd: Usd(group.spent),
            requested_usd: Usd(group.requested),
            blocked: group.blocked,
            unpriced: group.unpriced,
        })
        .collect();
    lines.sort_by(|a, b| {
        (b.requested_usd, b.calls).cmp(&(a.requested_usd, a.calls)).then_with(|| a.name.cmp(&b.name))
    });
    lines.truncate(GROUPS_LISTED);
    lines
}

fn top_users(replay: &Replay, run: &Run, top: usize) -> Vec<UserLine> {
    let mut users: Vec<(u32, &User)> = run.tally.users.iter().collect();
    let order = |a: &(u32, &User), b: &(u32, &User)| {
        b.1.requested.cmp(&a.1.requested).then_with(|| replay.users.name(a.0).cmp(replay.users.name(b.0)))
    };
    if users.len() > top && top > 0 {
        users.select_nth_unstable_by(top - 1, order);
    }
    users.truncate(top);
    users.sort_by(order);
    let line = |(number, user): (u32, &User)| UserLine {
        user: replay.users.name(number).to_owned(),
        tier: named(&replay.tiers, user.tier as usize),
        calls: user.calls.into(),
        spend_usd: Usd(user.spent.into()),
        requested_usd: Usd(user.requested.into()),
        blocked: user.blocked.into(),
        warned: user.warned.into(),
        downgraded: user.downgraded.into(),
        dry_run: user.dry_run.into(),
    };
    users.into_iter().map(line).collect()
}

fn series(run: &Run) -> SeriesLines {
    let line = |(start, bucket): (i64, crate::tally::series::Bucket)| SeriesLine {
        start: time::format(start),
        calls: bucket.calls,
        blocked: bucket.blocked,
        spend_usd: Usd(bucket.spent),
        requested_usd: Usd(bucket.requested),
    };
    SeriesLines {
        width_ms: run.tally.series.width_ms(),
        buckets: run.tally.series.all().into_iter().map(line).collect(),
    }
}

/// The curve of shares, in thousandths.
fn concentration(run: &Run) -> Vec<(u32, u32)> {
    let mut money: Vec<i64> = run.tally.users.iter().map(|(_, user)| user.requested).collect();
    money.sort_unstable_by(|a, b| b.cmp(a));
    let whole: i128 = money.iter().map(|m| i128::from(*m)).sum();
    if whole <= 0 {
        return Vec::new();
    }
    let thousandths = |part: i128, whole: i128| u32::try_from(part * 1_000 / whole).unwrap_or(1_000);
    let (mut sum, mut points) = (0, vec![(0, 0)]);
    let step = money.len().div_ceil(CURVE_POINTS).max(1);
    for (i, m) in money.iter().enumerate() {
        sum += i128::from(*m);
        if (i + 1) % step == 0 || i + 1 == money.len() {
            points.push((thousandths(i as i128 + 1, money.len() as i128), thousandths(sum, whole)));
        }
    }
    points
}
