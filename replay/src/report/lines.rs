//! The tables of a report: sums, tiers, groups, users, the course of time.

use spendgate_core::time;

use super::build::named;
use super::money::{Usd, percent};
use super::{GroupLine, SeriesLine, SeriesLines, TierLine, Total, UserLine};
use crate::intern::Interner;
use crate::replay::{Replay, Run};
use crate::tally::Tally;
use crate::tally::group::Group;
use crate::tally::tiers::Tier;
use crate::tally::users::User;

/// Features and models that are listed.
const GROUPS_LISTED: usize = 20;

/// Points of the curve of concentration.
const CURVE_POINTS: usize = 100;

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
pub(super) fn totals(tally: &Tally) -> (Total, Vec<Total>) {
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

pub(super) fn tier_lines(replay: &Replay, run: &Run, totals: Vec<Total>) -> Vec<TierLine> {
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

pub(super) fn groups(list: &[Group], names: &Interner) -> Vec<GroupLine> {
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

pub(super) fn top_users(replay: &Replay, run: &Run, top: usize) -> Vec<UserLine> {
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

pub(super) fn series(run: &Run) -> SeriesLines {
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
pub(super) fn concentration(run: &Run) -> Vec<(u32, u32)> {
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
