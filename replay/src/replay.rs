//! The replay itself: rows in, a report out.

use spendgate_core::call::Call;
use spendgate_core::error::Error;
use spendgate_core::policy::Policy;

use crate::assign::Assign;
use crate::gate::{Gate, Used};
use crate::intern::Interner;
use crate::reader::{Next, ReadError};
use crate::report::{self, Report};
use crate::row::{BadRow, Row};
use crate::rows::Rows;
use crate::tally::{Names, Tally};

/// A row that lies further back than this behind a later one is refused: a day in milliseconds, the
/// step back that the engine ignores.
pub const LATE_MAX_MS: i64 = 86_400_000;

/// Distinct features and models that are told apart; the rest is added up as `(other)`.
const GROUPS_MAX: usize = 10_000;

/// Bad rows that are kept with their place and reason; all are counted.
const BAD_KEPT: usize = 20;

/// What a replay cannot go on from.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A bad row, where they are to stop the replay.
    #[error("{0}")]
    Bad(BadRow),
}

/// One policy under replay.
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) gate: Gate,
    pub(crate) tally: Tally,
}

/// What the log itself was like.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogTally {
    pub(crate) rows: u64,
    /// Rows without a user, and their calls.
    pub(crate) anonymous: (u64, u64),
    pub(crate) skipped: Vec<(&'static str, u64)>,
    pub(crate) bad: u64,
    pub(crate) bad_kept: Vec<BadRow>,
    pub(crate) late: u64,
    pub(crate) late_most_ms: i64,
    pub(crate) first_ms: Option<i64>,
    pub(crate) latest_ms: Option<i64>,
    pub(crate) bucketed: bool,
}

/// A replay under way. Memory grows with users, not with rows.
pub struct Replay {
    pub(crate) runs: Vec<Run>,
    pub(crate) assign: Assign,
    pub(crate) log: LogTally,
    pub(crate) users: Interner,
    pub(crate) tiers: Interner,
    pub(crate) features: Interner,
    pub(crate) models: Interner,
    ignore_cost: bool,
}

impl Replay {
    /// A replay through `policies`, each with the name it has in the report. `ignore_cost` prices all
    /// calls from the table, also where the log has a cost.
    #[must_use]
    pub fn new(policies: Vec<(String, Policy)>, assign: Assign, ignore_cost: bool) -> Replay {
        let run = |(name, policy): (String, Policy)| Run {
            name,
            tally: Tally::new(&policy),
            gate: Gate::new(policy),
        };
        Replay {
            runs: policies.into_iter().map(run).collect(),
            assign,
            log: LogTally::default(),
            users: Interner::new(usize::MAX),
            tiers: Interner::new(GROUPS_MAX),
            features: Interner::new(GROUPS_MAX),
            models: Interner::new(GROUPS_MAX),
            ignore_cost,
        }
    }

    /// Replays all of `rows`. `progress` is told the bytes read, now and then. With `strict` the first
    /// bad row stops the replay; without it bad rows are counted and the earliest are named.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn run(
        &mut self,
        rows: &mut dyn Rows,
        strict: bool,
        mut progress: impl FnMut(u64),
    ) -> Result<(), ReplayError> {
        let mut row = Row::default();
        let mut until_told = 0_u32;
        loop {
            match rows.next(&mut row)? {
                Next::End => return Ok(()),
                Next::Skipped(why) => self.skip(why),
                Next::Bad(bad) => self.note_bad(bad, strict)?,
                Next::Row => {
                    if let Err((field, reason)) = self.push(&mut row) {
                        let file = rows.file(row.source).to_owned();
                        self.note_bad(BadRow { file, line: row.line, field, reason }, strict)?;
                    }
                }
            }
            if until_told == 0 {
                progress(rows.position());
                until_told = 4_096;
            }
            until_told -= 1;
        }
    }

    /// Replays one row, filling in what it lacks. Rows come in the order of their times: one that is
    /// up to a day late is judged at the latest time seen.
    ///
    /// # Errors
    /// The field that is wrong and why; nothing is counted then.
    pub fn push(&mut self, row: &mut Row) -> Result<(), (String, String)> {
        let latest = self.log.latest_ms.unwrap_or(row.at_ms);
        let late = latest.saturating_sub(row.at_ms);
        if late > LATE_MAX_MS {
            let reason = format!(
                "{} h earlier than a row before it, which is more than a day: sort the log, or have it sorted (--sort)",
                late / 3_600_000
            );
            return Err(("time".to_owned(), reason));
        }
        self.assign.fill(row);
        if self.ignore_cost && (row.input_tokens.is_some() || row.output_tokens.is_some()) {
            row.cost_nanos = None;
        }
        let at_ms = latest.max(row.at_ms);
        let names = Names {
            user: if row.user.is_empty() { None } else { self.users.number(&row.user) },
            tier: number(&mut self.tiers, &row.tier),
            feature: number(&mut self.features, &row.feature),
            model: number(&mut self.models, &row.model),
        };
        let count = row.calls.max(1);
        for i in 0..count {
            let used = share(row, i, count);
            self.call(row, names, &used, at_ms).map_err(|e| refused(&e))?;
        }
        self.note_row(row, late, at_ms);
        Ok(())
    }

    /// One call through every policy.
    fn call(&mut self, row: &Row, names: Names, used: &Used, at_ms: i64) -> Result<(), Error> {
        let call = Call {
            user: some(&row.user),
            tier: some(&row.tier),
            org: some(&row.org),
            feature: some(&row.feature),
            session: some(&row.session),
            provider: some(&row.provider),
            model: some(&row.model),
            ..Call::default()
        };
        for run in &mut self.runs {
            let verdict = run.gate.judge(call, used, at_ms)?;
            run.tally.add(&call, names, used, &verdict, at_ms);
        }
        Ok(())
    }

    fn note_row(&mut self, row: &Row, late: i64, at_ms: i64) {
        let log = &mut self.log;
        log.rows += 1;
        if row.user.is_empty() {
            log.anonymous.0 += 1;
            log.anonymous.1 += u64::try_from(row.calls).unwrap_or(1);
        }
        log.late += u64::from(late > 0);
        log.late_most_ms = log.late_most_ms.max(late);
        log.first_ms = Some(log.first_ms.map_or(row.at_ms, |first| first.min(row.at_ms)));
        log.latest_ms = Some(at_ms);
        log.bucketed |= row.calls > 1;
    }

    fn skip(&mut self, why: &'static str) {
        match self.log.skipped.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => self.log.skipped.push((why, 1)),
        }
    }

    fn note_bad(&mut self, bad: BadRow, strict: bool) -> Result<(), ReplayError> {
        if strict {
            return Err(ReplayError::Bad(bad));
        }
        self.log.bad += 1;
        if self.log.bad_kept.len() < BAD_KEPT {
            self.log.bad_kept.push(bad);
        }
        Ok(())
    }

    /// The report. `top` is how many users it lists by name.
    #[must_use]
    pub fn finish(&self, files: &[String], top: usize) -> Report {
        report::build::build(self, files, top)
    }
}

fn some(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

/// The number of a name; names beyond the limit share the last number.
fn number(names: &mut Interner, name: &str) -> usize {
    names.number(name).map_or(GROUPS_MAX, |n| n as usize)
}

/// Part `i` of `count` of what a row used: even parts, the first ones taking the remainder.
fn share(row: &Row, i: i64, count: i64) -> Used {
    let part = |sum: i64| if count == 1 { sum } else { sum / count + i64::from(i < sum % count) };
    Used {
        input_tokens: row.input_tokens.map(part),
        output_tokens: row.output_tokens.map(part),
        cached_tokens: part(row.cached_tokens).min(row.input_tokens.map_or(0, part)),
        cache_write_tokens: part(row.cache_write_tokens),
        cost_nanos: row.cost_nanos.map(part),
    }
}

fn refused(error: &Error) -> (String, String) {
    match error {
        Error::InvalidId { path, message }
        | Error::InvalidCall { path, message }
        | Error::InvalidAmount { path, message } => (path.clone(), message.clone()),
        Error::InvalidTime { message } => ("time".to_owned(), message.clone()),
        other => ("row".to_owned(), other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_shared_out_without_losing_a_token() {
        let row = Row {
            input_tokens: Some(10),
            output_tokens: Some(2),
            cached_tokens: 4,
            cost_nanos: Some(7),
            calls: 3,
            ..Row::default()
        };
        let parts: Vec<Used> = (0..3).map(|i| share(&row, i, 3)).collect();
        let sum = |f: &dyn Fn(&Used) -> i64| parts.iter().map(f).sum::<i64>();
        assert_eq!(sum(&|u| u.input_tokens.unwrap_or(0)), 10);
        assert_eq!(sum(&|u| u.output_tokens.unwrap_or(0)), 2);
        assert_eq!((sum(&|u| u.cached_tokens), sum(&|u| u.cost_nanos.unwrap_or(0))), (4, 7));
        assert_eq!(parts.first().and_then(|u| u.input_tokens), Some(4));
    }
}
