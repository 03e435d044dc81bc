//! What a call asks of the ledger: which counters, each once, and which budgets judge which counter.

use crate::active::{Active, Rule};
use crate::amounts::Amounts;
use crate::call::Call;
use crate::ledger::{Add, CounterRef, Kind, Ledger, NO_OWN, NO_ROW, Reading, Row};
use crate::names::Names;
use crate::unit::Unit;

/// One counter of the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    /// Where in its row the counter stood when it was read.
    pub(crate) place: u16,
    /// The first budget that brought the counter in; names anonymous and overflow counters.
    pub(crate) budget: u32,
    /// The subject's row; [`NO_ROW`] as long as it has no counters.
    pub(crate) row: u32,
    pub(crate) definition: u32,
    /// The open window.
    pub(crate) window: u32,
    pub(crate) reading: Reading,
    /// The spent amount from which on a charge has to look at thresholds.
    pub(crate) alarm: i64,
}

impl Line {
    #[inline]
    pub(crate) const fn at(&self) -> CounterRef {
        CounterRef { row: self.row, definition: self.definition, window: self.window }
    }
}

/// One deciding budget and the counter it judges, with what deciding needs of its rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vote {
    pub(crate) budget: u32,
    pub(crate) line: u16,
    pub(crate) unit: Unit,
    pub(crate) limit: i64,
    /// The lowest ceiling, cut to the largest amount: nothing is over as long as the use, this call
    /// included, stays below `reached` and does not pass `exceeded`.
    pub(crate) reached: i64,
    pub(crate) exceeded: i64,
    /// The lowest alert in amounts.
    pub(crate) alarm: i64,
    /// The place of the budget's id among all ids.
    pub(crate) rank: u32,
}

/// The plan of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) lines: Vec<Line>,
    /// In policy order.
    pub(crate) votes: Vec<Vote>,
    /// Whether a deciding budget has a `downgrade` step.
    pub(crate) ladder: bool,
    /// Whether a deciding budget with alerts has a rolling window.
    pub(crate) rolling: bool,
    /// The row of the call's user; [`NO_ROW`] where there is none.
    pub(crate) user: u32,
    /// Whether the policy names the call's tier, which then is a valid id.
    pub(crate) knows_tier: bool,
}

impl Plan {
    /// An empty plan of a user's call.
    pub(crate) fn of(user: u32) -> Plan {
        Plan { user, ..Plan::default() }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.votes.clear();
        self.ladder = false;
        self.rolling = false;
    }

    /// Adds a budget that counts the call; budgets of one definition and subject share a line.
    pub(crate) fn add(&mut self, budget: u32, rule: &Rule, kind: Kind, decides: bool) {
        let same = |l: &Line| {
            l.definition == rule.definition
                && l.kind == kind
                && (kind != Kind::Anonymous || l.budget == budget)
        };
        let at = self.lines.iter().position(same).unwrap_or(self.lines.len());
        if at == self.lines.len() {
            self.lines.push(Line {
                kind,
                unit: rule.unit,
                place: u16::try_from(at).unwrap_or(u16::MAX),
                budget,
                row: NO_ROW,
                definition: rule.definition,
                window: 0,
                reading: Reading::default(),
                alarm: i64::MAX,
            });
        }
        let Some(line) = self.lines.get_mut(at) else { return };
        // A rolling window's thresholds also re-arm: every charge has to look, also one that another
        // budget decides.
        let rearms = rule.rolling && rule.alarm != i64::MAX;
        self.rolling |= rearms;
        if rearms {
            line.alarm = 0;
        }
        if !decides {
            return;
        }
        line.alarm = line.alarm.min(rule.alarm);
        self.ladder |= rule.can_downgrade;
        self.votes.push(Vote {
            budget,
            line: u16::try_from(at).unwrap_or(u16::MAX),
            unit: rule.unit,
            limit: rule.limit,
            reached: rule.reached,
            exceeded: rule.exceeded,
            alarm: rule.alarm,
            rank: rule.rank,
        });
    }

    pub(crate) fn sort(&mut self) {
        crate::order::by(&mut self.votes, |a, b| a.budget < b.budget);
    }

    #[inline]
    pub(crate) fn line(&self, vote: &Vote) -> Option<&Line> {
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

/// Who a call is from: its row, and the number of its own budgets.
#[inline]
pub(crate) fn user_of(call: &Call<'_>, ledger: &Ledger, active: &Active) -> (u32, u32) {
    let Some(user) = call.user else { return (NO_ROW, NO_OWN) };
    let hash = ledger.subjects.hash(Kind::User, user);
    match ledger.subjects.find(Kind::User, user, hash) {
        Some((number, row)) => (number, row.own),
        None => (NO_ROW, active.own_budgets(user, hash)),
    }
}

/// The in-memory store's half of `apply`: finds the counters and reads them. Beyond `max_counters` a
/// subject without counters is led to the budget's overflow counter.
#[inline]
pub(crate) fn read(
    plan: &mut Plan,
    ledger: &Ledger,
    call: &Call<'_>,
    active: &Active,
    names: &Names,
    max_counters: u64,
) {
    let mut number = NO_ROW;
    let mut row: Option<&Row> = None;
    for line in &mut plan.lines {
        let wanted = match line.kind {
            Kind::User => plan.user,
            _ => ledger.row(line.kind, name_of(line, call, active, names)),
        };
        if wanted != number {
            number = wanted;
            row = ledger.subjects.row(number);
        }
        let open = ledger.definitions.open(line.definition);
        line.row = number;
        line.window = open.window;
        match row {
            Some(row) if !open.rolling => {
                (line.reading, line.place) = ledger.look(row, line.at(), line.place)
            }
            Some(_) => line.reading = ledger.reading(number, line.definition),
            None if ledger.counters < max_counters => line.reading = Reading::default(),
            None => {
                line.kind = Kind::Overflow;
                line.row = ledger.row(line.kind, name_of(line, call, active, names));
                line.reading = ledger.reading(line.row, line.definition);
            }
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
    let mut made: Option<(Kind, u32)> = None;
    for line in plan.lines.iter_mut().filter(|line| line.row == NO_ROW) {
        line.row = match made {
            Some((kind, row)) if kind == line.kind && !matches!(kind, Kind::Anonymous | Kind::Overflow) => {
                row
            }
            _ => row_or_insert(line, ledger, call, active, names),
        };
        made = Some((line.kind, line.row));
    }
    ledger.add_all(&plan.lines, |line| {
        let amount = amounts.or_zero(line.unit);
        let (spent, held) = if charge { (amount, 0) } else { (0, amount) };
        Add { at: line.at(), place: line.place, spent, held, alarm: i64::MAX }
    });
}

/// The row of a line's subject, made where there is none. A user's row knows the user's own budgets.
pub(crate) fn row_or_insert(
    line: &Line,
    ledger: &mut Ledger,
    call: &Call<'_>,
    active: &Active,
    names: &Names,
) -> u32 {
    let (kind, name) = (line.kind, name_of(line, call, active, names));
    let hash = ledger.subjects.hash(kind, name);
    if let Some((number, _)) = ledger.subjects.find(kind, name, hash) {
        return number;
    }
    let number = ledger.subjects.insert(kind, name, hash);
    if kind == Kind::Global {
        ledger.global_is(number);
    }
    if kind == Kind::User
        && let Some(row) = ledger.subjects.row_mut(number)
    {
        row.own = active.own_budgets(name, hash);
    }
    number
}

/// The number of the open window.
pub(crate) fn open(ledger: &Ledger, definition: u32) -> u32 {
    ledger.definitions.open(definition).window
}
