//! When each limit was hit, and by whom.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use spendgate_core::action::Action;
use spendgate_core::call::Call;
use spendgate_core::dimension::Dimension;
use spendgate_core::policy::{Definition, Policy};
use spendgate_core::window::{Span, Window};

use super::Names;
use crate::gate::Verdict;
use crate::intern::Interner;

/// How many hits are kept with their time, the earliest.
const HITS_MAX: usize = 200;

/// Subjects other than users that are told apart.
const SUBJECTS_MAX: usize = 1_000_000;

/// A step of a budget acted for a subject, for the first time in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) at_ms: i64,
    pub(crate) budget: usize,
    pub(crate) action: Action,
    pub(crate) subject: Subject,
}

/// Whose counter it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// Everything, or calls without the attribute.
    Shared,
    /// A user, by number.
    User(u32),
    /// Another value, by its number in [`Budgets::subjects`].
    Other(u32),
}

/// One budget's part.
#[derive(Debug, Clone, Default)]
pub(crate) struct BudgetTally {
    pub(crate) blocked: u64,
    pub(crate) warned: u64,
    pub(crate) dry_run: u64,
    pub(crate) downgraded: u64,
    pub(crate) hits: u64,
    pub(crate) subjects: u64,
    pub(crate) first_ms: Option<i64>,
    open: Option<Span>,
}

/// All budgets of a policy.
pub(crate) struct Budgets {
    pub(crate) list: Vec<BudgetTally>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) subjects: Interner,
    rules: Vec<(Dimension, Option<Definition>)>,
    /// For each budget and subject that hit it: start of the window, or for rolling ones the time, of
    /// the latest hit.
    last: HashMap<(u32, Subject), i64, FixedState>,
}

impl Budgets {
    pub(crate) fn new(policy: &Policy) -> Budgets {
        let rule = |b| (policy.definition(b).cloned(), b.scope.dimension);
        let rules: Vec<_> = policy.budgets().iter().map(rule).map(|(d, s)| (s, d)).collect();
        Budgets {
            list: vec![BudgetTally::default(); rules.len()],
            hits: Vec::new(),
            subjects: Interner::new(SUBJECTS_MAX),
            rules,
            last: HashMap::with_hasher(FixedState::default()),
        }
    }

    /// Adds a call with steps over, or one that was downgraded.
    pub(crate) fn add(&mut self, call: &Call<'_>, names: Names, verdict: &Verdict, at_ms: i64) {
        let decision = &verdict.decision;
        let decided = decision.figures.map(|f| f.budget.get());
        let triggered = decision.triggered.iter().map(|trigger| (trigger.budget.get(), trigger.action));
        // What is triggered is said at the sibling's price, where the budget that asked for the sibling
        // may have room again.
        let asked = decided.filter(|_| decision.downgraded).map(|index| (index, Action::Downgrade));
        let asked = asked.filter(|asked| !triggered.clone().any(|(index, _)| index == asked.0));
        for (index, triggered) in triggered.chain(asked) {
            let (Some(budget), Some((dimension, definition))) =
                (self.list.get_mut(index), self.rules.get(index))
            else {
                continue;
            };
            if decided == Some(index) || decision.allowed {
                let action = if decided == Some(index) { decision.action } else { triggered };
                match action {
                    Action::Block => budget.blocked += 1,
                    Action::Warn => budget.warned += 1,
                    Action::DryRun => budget.dry_run += 1,
                    Action::Downgrade => budget.downgraded += 1,
                    Action::Allow => {}
                }
            }
            let subject = match (dimension, names.user) {
                (Dimension::User | Dimension::Tier, Some(user)) => Subject::User(user),
                (Dimension::User | Dimension::Tier | Dimension::Global, _) => Subject::Shared,
                (other, _) => {
                    let number = other.of(call).and_then(|value| self.subjects.number(value));
                    number.map_or(Subject::Shared, Subject::Other)
                }
            };
            let key = (u32::try_from(index).unwrap_or(u32::MAX), subject);
            let before = self.last.get(&key).copied();
            let (again, mark) = match definition.as_ref().map(|d| &d.window) {
                Some(Window::Rolling { period }) => {
                    (before.is_some_and(|last| at_ms - last < period.as_ms()), at_ms)
                }
                Some(window) => {
                    if !budget.open.is_some_and(|span| span.contains(at_ms)) {
                        budget.open = window.span(at_ms).ok();
                    }
                    let start = budget.open.map_or(0, |span| span.start_ms);
                    (before == Some(start), start)
                }
                None => (before.is_some(), 0),
            };
            self.last.insert(key, mark);
            budget.subjects += u64::from(before.is_none());
            if again {
                continue;
            }
            budget.hits += 1;
            budget.first_ms = Some(budget.first_ms.map_or(at_ms, |first| first.min(at_ms)));
            if self.hits.len() < HITS_MAX {
                self.hits.push(Hit { at_ms, budget: index, action: triggered, subject });
            }
        }
    }
}
