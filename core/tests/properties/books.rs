//! CONSERVE, ONCE and ATOMIC, against the trivial book.

use crate::lab::{Lab, Op, op, policy};
use proptest::prelude::*;

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(96);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn conserve_held_and_spent_are_the_sums_of_the_book(
        limits in (20..200_i64, 50..300_i64, 50..500_i64),
        ops in prop::collection::vec(op(true), 1..80),
    ) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for op in &ops {
            lab.run(op);
            for (budget, user, feature, spent, held) in lab.counters() {
                let booked = match budget {
                    "each" => lab.booked(&|u, _| u == user),
                    "feature" => lab.booked(&|_, f| f == feature),
                    _ => lab.booked(&|_, _| true),
                };
                prop_assert_eq!((spent, held), booked, "{} after {:?}", budget, op);
            }
        }
    }

    #[test]
    fn once_a_reservation_ends_once(
        held in proptest::option::of(0..50_i64),
        late in any::<bool>(),
        ends in prop::collection::vec(proptest::option::of(0..3_i64), 1..10),
    ) {
        let mut lab = Lab::new(&policy(10_000, 10_000, 10_000));
        let estimate = held.and_then(|h| u32::try_from(h).ok());
        lab.run(&Op::Reserve { user: 0, feature: 0, estimate, ttl_s: 60 });
        if late {
            lab.run(&Op::Wait { s: 60 });
        }
        let first = ends[0];
        for (index, end) in ends.iter().enumerate() {
            let answer = match end {
                Some(cents) => lab.settle(0, *cents),
                None => lab.run(&Op::Release { which: 0 }),
            };
            let expected = match (index, end == &first, first) {
                (0, _, Some(_)) => if late { "settled_late" } else { "settled" },
                (0, _, None) => if late { "released_late" } else { "released" },
                (_, true, _) => "replayed",
                (_, false, Some(_)) => "already_settled",
                (_, false, None) => "already_released",
            };
            let came = if answer["error"].is_null() { &answer["outcome"] } else { &answer["error"] };
            prop_assert_eq!(came, expected);
            prop_assert_eq!(lab.shown("all", 0, 0), (first.unwrap_or(0), 0));
        }
    }

    #[test]
    fn atomic_a_reserve_holds_on_every_counter_or_on_none(
        limits in (10..60_i64, 10..90_i64, 10..120_i64),
        calls in prop::collection::vec((0..3_usize, 0..2_usize, 1..30_u32), 1..40),
    ) {
        let mut lab = Lab::new(&policy(limits.0, limits.1, limits.2));
        for (user, feature, estimate) in calls {
            let held = |lab: &mut Lab| ["each", "feature", "all"].map(|budget| lab.shown(budget, user, feature).1);
            let before = held(&mut lab);
            let answer = lab.run(&Op::Reserve { user, feature, estimate: Some(estimate), ttl_s: 600 });
            let taken = if answer["allowed"] == true { i64::from(estimate) } else { 0 };
            prop_assert_eq!(held(&mut lab), before.map(|held| held + taken));
        }
    }
}
