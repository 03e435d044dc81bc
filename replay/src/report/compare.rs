//! Two policies over one log: who fares differently.

use super::money::Usd;
use super::{ChangeLine, Comparison, build};
use crate::replay::{Replay, Run};
use crate::tally::users::User;

pub(crate) fn compare(replay: &Replay, first: &Run, second: &Run, top: usize) -> Comparison {
    let treatment = |u: &User| (u.spent, u.blocked, u.warned, u.downgraded, u.dry_run);
    let pairs = first.tally.users.iter().filter_map(|(n, a)| Some((n, a, second.tally.users.get(n)?)));
    let mut changed: Vec<(u32, &User, &User)> =
        pairs.filter(|(_, a, b)| treatment(a) != treatment(b)).collect();
    let count = |f: &dyn Fn(&User, &User) -> bool| changed.iter().filter(|(_, a, b)| f(a, b)).count() as u64;
    let newly = count(&|a, b| a.blocked == 0 && b.blocked > 0);
    let no_longer = count(&|a, b| a.blocked > 0 && b.blocked == 0);
    let changed_users = changed.len() as u64;
    let difference = |a: &User, b: &User| i128::from(b.spent) - i128::from(a.spent);
    changed.sort_by(|x, y| {
        let by_money = difference(y.1, y.2).unsigned_abs().cmp(&difference(x.1, x.2).unsigned_abs());
        by_money.then_with(|| replay.users.name(x.0).cmp(replay.users.name(y.0)))
    });
    changed.truncate(top);
    let line = |(number, a, b): (u32, &User, &User)| ChangeLine {
        user: replay.users.name(number).to_owned(),
        tier: build::named(&replay.tiers, a.tier as usize),
        spend_usd: Usd(a.spent.into()),
        other_spend_usd: Usd(b.spent.into()),
        difference_usd: Usd(difference(a, b)),
        blocked: a.blocked.into(),
        other_blocked: b.blocked.into(),
    };
    Comparison {
        outcome: build::outcome(replay, second, top),
        changed_users,
        newly_blocked_users: newly,
        no_longer_blocked_users: no_longer,
        users: changed.into_iter().map(line).collect(),
    }
}
