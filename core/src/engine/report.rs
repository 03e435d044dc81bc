//! What was used since the beginning, row by row.

use super::Engine;
use crate::call::Call;
use crate::dimension::Dimension;
use crate::error::Error;
use crate::ledger::Reading;
use crate::order;
use crate::totals::{Row, Sums, Table};
use std::cmp::Ordering;

/// What was used for one value of an attribute, or in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The value; `None` for calls that lack the attribute, for values beyond `report_rows`, and in all.
    pub value: Option<Box<str>>,
    /// Calls that were charged.
    pub calls: i64,
    /// Calls that were refused.
    pub blocked: i64,
    /// Nano-dollars charged.
    pub spent: i64,
    /// Tokens sent.
    pub input_tokens: i64,
    /// Tokens received.
    pub output_tokens: i64,
    /// The highest share of its limit that a budget about just this value shows as spent, in tenths of a percent.
    pub share_tenths: Option<i64>,
}

/// What was used since the beginning. Rows come by what was spent, the most first, then by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The time of the first command that is counted, in epoch milliseconds.
    pub since_ms: Option<i64>,
    /// Everything.
    pub total: ReportRow,
    /// By user.
    pub user: Vec<ReportRow>,
    /// By tier.
    pub tier: Vec<ReportRow>,
    /// By feature.
    pub feature: Vec<ReportRow>,
    /// By the model that was called.
    pub model: Vec<ReportRow>,
}

impl Engine {
    /// What was used since the beginning; nothing where [`super::Options::report_rows`] is 0.
    ///
    /// # Errors
    /// [`Error::InvalidTime`].
    pub fn report(&mut self, now_ms: i64) -> Result<Report, Error> {
        self.tick(now_ms)?;
        // Plans need the engine to themselves.
        let totals = self.totals.take();
        let nothing = Box::default();
        let of = totals.as_ref().unwrap_or(&nothing);
        let [user, tier, feature, model] = &of.tables;
        let report = Report {
            since_ms: of.since_ms,
            total: row(None, &of.all, self.share(&Call::default(), &[Dimension::Global])),
            user: self.rows(user, &[Dimension::User, Dimension::Tier], |row| Call {
                user: Some(&row.value),
                tier: row.tier.as_deref(),
                ..Call::default()
            }),
            // A tier's budgets count each of its users alone.
            tier: self.rows(tier, &[], |_| Call::default()),
            feature: self.rows(feature, &[Dimension::Feature], |row| Call {
                feature: Some(&row.value),
                ..Call::default()
            }),
            model: self
                .rows(model, &[Dimension::Model], |row| Call { model: Some(&row.value), ..Call::default() }),
        };
        self.totals = totals;
        Ok(report)
    }

    fn rows<'t>(
        &mut self,
        table: &'t Table,
        about: &[Dimension],
        call: fn(&'t Row) -> Call<'t>,
    ) -> Vec<ReportRow> {
        let mut rows: Vec<ReportRow> = Vec::with_capacity(table.rows.len().saturating_add(1));
        for one in &table.rows {
            rows.push(row(Some(&one.value), &one.sums, self.share(&call(one), about)));
        }
        if table.rest != Sums::default() {
            rows.push(row(None, &table.rest, None));
        }
        order::by(&mut rows, |a, b| stands_before(a, b).is_lt());
        rows
    }

    /// The highest spent ÷ limit, in tenths of a percent and rounded down, over the budgets about one of `about` that
    /// decide such a call. A limit of 0 is used up.
    fn share(&mut self, call: &Call<'_>, about: &[Dimension]) -> Option<i64> {
        if about.is_empty() {
            return None;
        }
        let plan = self.plan(call);
        let shares = plan.votes.iter().filter_map(|vote| {
            let budget = self.active.budget(vote.budget)?;
            let spent = i128::from(plan.line(vote)?.reading.spent);
            about.contains(&budget.scope.dimension).then(|| match i128::from(budget.limit) {
                0 => 1_000,
                limit => Reading::cut(spent.saturating_mul(1_000) / limit),
            })
        });
        let highest = shares.max();
        self.put_back(plan);
        highest
    }
}

/// By what was spent, the most first, then by value, none after the others.
fn stands_before(a: &ReportRow, b: &ReportRow) -> Ordering {
    b.spent.cmp(&a.spent).then_with(|| match (&a.value, &b.value) {
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    })
}

fn row(value: Option<&str>, sums: &Sums, share_tenths: Option<i64>) -> ReportRow {
    ReportRow {
        value: value.map(Into::into),
        calls: sums.calls,
        blocked: sums.blocked,
        spent: Reading::cut(sums.spent),
        input_tokens: Reading::cut(sums.input_tokens),
        output_tokens: Reading::cut(sums.output_tokens),
        share_tenths,
    }
}
