//! What a call asks of the ledger: which counters, each once, and which budgets judge which counter.

use crate::active::{Active, Fits};
use crate::amounts::Amounts;
use crate::call::Call;
use crate::ledger::{CounterRef, Kind, Ledger, NO_ROW, Reading};
use crate::names::Names;
use crate::unit::Unit;
use smallvec::SmallVec;

/// One counter of the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    /// The first budget that brought the counter in; names anonymous and overflow counters.
    pub(crate) budget: u32,
    pub(crate) definition: u32,
    pub(crate) unit: Unit,
    /// The subject's row; [`NO_ROW`] as long as it has no counters.
    pub(crate) row: u32,
    pub(crate) reading: Reading,
}

/// One deciding budget and the counter it judges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vote {
    pub(crate) budget: u32,
    pub(crate) line: u16,
}

/// The plan of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) lines: SmallVec<[Line; 4]>,
    /// In policy order.
    pub(crate) votes: SmallVec<[Vote; 4]>,
}

impl Plan {
    #[inline]
    pub(crate) fn new(active: &Active, fits: &Fits) -> Plan {
        let mut plan = Plan::default();
        for fit in fits {
            let Some(rule) = active.rule(fit.budget) else { continue };
            let same = |l: &Line| {
                l.definition == rule.definition
                    && l.kind == fit.kind
                    && (fit.kind != Kind::Anonymous || l.budget == fit.budget)
            };
            let line = plan.lines.iter().position(same).unwrap_or_else(|| {
                plan.lines.push(Line {
                    kind: fit.kind,
                    budget: fit.budget,
                    definition: rule.definition,
                    unit: rule.unit,
                    row: NO_ROW,
                    reading: Reading::default(),
                });
                plan.lines.len().saturating_sub(1)
            });
            if fit.decides {
                plan.votes.push(Vote { budget: fit.budget, line: u16::try_from(line).unwrap_or(u16::MAX) });
            }
        }
        if !plan.votes.is_sorted_by_key(|v| v.budget) {
            plan.votes.sort_unstable_by_key(|v| v.budget);
        }
        plan
    }

    #[inline]
    pub(crate) fn line(&self, vote: Vote) -> Option<&Line> {
        self.lines.get(usize::from(vote.line))
    }
}

/// The name of a line's subject.
#[inline]
pub(crate) fn name_of<'a>(line: &Line, call: &Call<'a>, active: &'a Active, names: &'a Names) -> &'a str {
    match line.kind {
        Kind::User => call.user.unwrap_or(""),
        Kind::Org => call.org.unwrap_or(""),
        Kind::Feature => call.feature.unwrap_or(""),
        Kind::Session => call.session.unwrap_or(""),
        Kind::Provider => call.provider.unwrap_or(""),
        Kind::Model => call.model.unwrap_or(""),
        Kind::Global => "",
        Kind::Anonymous | Kind::Overflow => active.rule(line.budget).map_or("", |r| names.get(r.name)),
    }
}

/// The in-memory store's half of `apply`: finds the counters and reads them. `user_hash` is the
/// subject hash of the call's user. Beyond `max_counters` a subject without counters is led to the
/// budget's overflow counter.
#[inline]
pub(crate) fn read(
    plan: &mut Plan,
    ledger: &Ledger,
    call: &Call<'_>,
    user_hash: u32,
    active: &Active,
    names: &Names,
    max_counters: u64,
) {
    let mut known: Option<(Kind, u32)> = None;
    for line in &mut plan.lines {
        line.row = match known {
            Some((kind, row)) if kind == line.kind && kind != Kind::Anonymous => row,
            _ => {
                let name = name_of(line, call, active, names);
                match line.kind {
                    Kind::User => ledger.subjects.find(line.kind, name, user_hash).unwrap_or(NO_ROW),
                    _ => ledger.row(line.kind, name),
                }
            }
        };
        known = Some((line.kind, line.row));
        if line.row == NO_ROW && ledger.counters >= max_counters {
            line.kind = Kind::Overflow;
            line.row = ledger.row(line.kind, name_of(line, call, active, names));
        }
        if line.row != NO_ROW {
            line.reading = ledger.reading(line.row, line.definition);
        }
    }
}

/// The other half: takes `amounts` as hold or charge on every counter of the plan.
#[inline]
pub(crate) fn write(
    plan: &mut Plan,
    ledger: &mut Ledger,
    call: &Call<'_>,
    active: &Active,
    names: &Names,
    amounts: &Amounts,
    charge: bool,
) {
    let mut room = plan.lines.len();
    let mut made: Option<(Kind, u32)> = None;
    for line in &mut plan.lines {
        if line.row == NO_ROW {
            line.row = match made {
                Some((kind, row)) if kind == line.kind && !matches!(kind, Kind::Anonymous | Kind::Overflow) => row,
                _ => ledger.row_or_insert(line.kind, name_of(line, call, active, names)),
            };
            made = Some((line.kind, line.row));
        }
        let amount = i128::from(amounts.or_zero(line.unit));
        let at = CounterRef { row: line.row, definition: line.definition, window: open(ledger, line.definition) };
        let (spent, held) = if charge { (amount, 0) } else { (0, amount) };
        ledger.add(at, spent, held, room);
        room = room.saturating_sub(1);
    }
}

/// The number of the open window.
#[inline]
pub(crate) fn open(ledger: &Ledger, definition: u32) -> u32 {
    ledger.definitions.get(definition).map_or(u32::MAX, |w| w.open)
}
