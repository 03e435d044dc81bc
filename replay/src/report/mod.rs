//! The report: plain data, rendered as JSON, for the terminal, and as HTML.

pub(crate) mod build;
pub(crate) mod compare;
pub mod html;
mod lines;
pub mod money;
pub mod table;
pub mod terminal;
pub mod text;

use serde::Serialize;

use crate::row::BadRow;
use money::Usd;

/// What the terms of a report mean, each with its name.
pub const DEFINITIONS: [(&str, &str); 7] = [
    (
        "call",
        "one row of the log, replayed at its time: reserved with exactly what it used, then settled with the same",
    ),
    ("requested", "what all calls would have cost at the model they asked for, had there been no policy"),
    ("spent", "what the calls that went ahead cost, downgraded ones at the cheaper model"),
    ("saved", "requested less spent: the cost of blocked calls and the difference of downgraded ones"),
    (
        "at risk",
        "the part of spent above limits that only warned or watched; with `block` in their place it would have been saved",
    ),
    (
        "share of limit",
        "spent of the tier ÷ the sum of its users' limits over the windows in which they made calls",
    ),
    ("hit", "a budget acted for a subject, counted once per window"),
];

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of this layout.
    pub report: u32,
    /// The log.
    pub log: Log,
    /// What was made up, absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<Synthetic>,
    /// What a reader has to know, as sentences.
    pub notes: Vec<String>,
    /// The first policy's outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The second policy's, and who fares differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Comparison>,
}

/// The log that was replayed.
#[derive(Debug, Clone, Serialize)]
pub struct Log {
    /// The files, as they were named.
    pub files: Vec<String>,
    /// Rows replayed.
    pub rows: u64,
    /// Rows that are no calls, by reason.
    pub skipped: Vec<Skipped>,
    /// Rows that could not be used.
    pub bad_rows: u64,
    /// The first of them.
    pub bad: Vec<BadRow>,
    /// Rows that came after later ones and were judged at the latest time seen.
    pub late_rows: u64,
    /// The furthest that one was behind, in milliseconds.
    pub late_most_ms: i64,
    /// Time of the earliest call.
    pub first: Option<String>,
    /// Time of the latest call.
    pub last: Option<String>,
    /// Calls without a user.
    pub anonymous_calls: u64,
}

/// Rows that are no calls.
#[derive(Debug, Clone, Serialize)]
pub struct Skipped {
    /// Why.
    pub why: &'static str,
    /// How many.
    pub rows: u64,
}

/// What was made up where the log was silent.
#[derive(Debug, Clone, Serialize)]
pub struct Synthetic {
    /// The seed of the draws.
    pub seed: u64,
    /// Rows whose user was drawn, and from how many users.
    pub users: Option<SyntheticUsers>,
    /// Rows whose tier was drawn, and the shares.
    pub tiers: Option<SyntheticTiers>,
    /// Rows whose model was given.
    pub model: Option<SyntheticModel>,
}

/// Users by a Zipf draw.
#[derive(Debug, Clone, Serialize)]
pub struct SyntheticUsers {
    /// Rows concerned.
    pub rows: u64,
    /// Users drawn from.
    pub count: u32,
    /// The exponent, as decimal text.
    pub zipf: String,
}

/// Tiers by share.
#[derive(Debug, Clone, Serialize)]
pub struct SyntheticTiers {
    /// Rows concerned.
    pub rows: u64,
    /// `free=90,pro=9`.
    pub shares: String,
}

/// One model for all.
#[derive(Debug, Clone, Serialize)]
pub struct SyntheticModel {
    /// Rows concerned.
    pub rows: u64,
    /// The model.
    pub name: String,
}

/// What one policy did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outcome {
    /// The policy's file, as it was named.
    pub policy: String,
    /// All calls.
    pub total: Total,
    /// By tier, as first seen.
    pub tiers: Vec<TierLine>,
    /// By model, most requested money first.
    pub models: Vec<GroupLine>,
    /// By feature, most requested money first.
    pub features: Vec<GroupLine>,
    /// By budget, in policy order.
    pub budgets: Vec<BudgetLine>,
    /// When limits were hit, the earliest first.
    pub hits: Vec<HitLine>,
    /// The users with the most requested money.
    pub top_users: Vec<UserLine>,
    /// Refused calls by reason.
    pub refused: Vec<RefusedLine>,
    /// Money over time.
    pub series: SeriesLines,
    /// Share of the users against share of the requested money, in thousandths: heaviest users first.
    pub concentration: Vec<(u32, u32)>,
}

/// The sums of a group.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Total {
    /// Calls asked for.
    pub calls: u64,
    /// Users that asked.
    pub users: u64,
    /// Spent.
    pub spend_usd: Usd,
    /// Requested.
    pub requested_usd: Usd,
    /// Saved.
    pub saved_usd: Usd,
    /// At risk.
    pub at_risk_usd: Usd,
    /// Tokens sent, of all calls.
    pub input_tokens: i128,
    /// Tokens received, of all calls.
    pub output_tokens: i128,
    /// Calls blocked.
    pub blocked: u64,
    /// Calls warned of.
    pub warned: u64,
    /// Calls downgraded.
    pub downgraded: u64,
    /// Calls over a dry-run limit.
    pub dry_run: u64,
    /// Calls without a known price, which count as 0 USD.
    pub unpriced: u64,
    /// Users with a blocked call.
    pub blocked_users: u64,
    /// Users with a warned call.
    pub warned_users: u64,
    /// Users with a downgraded call.
    pub downgraded_users: u64,
    /// Users with a dry-run call.
    pub dry_run_users: u64,
}

/// A tier.
#[derive(Debug, Clone, Serialize)]
pub struct TierLine {
    /// The name; `null` for calls without a tier.
    pub tier: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub total: Total,
    /// Spent per user.
    pub average_usd: Option<Usd>,
    /// Sum of the users' limits.
    pub allowance_usd: Option<Usd>,
    /// Spent ÷ allowance, percent with one decimal.
    pub share_of_limit_percent: Option<String>,
}

/// A model or a feature.
#[derive(Debug, Clone, Serialize)]
pub struct GroupLine {
    /// The name; `null` for calls without one.
    pub name: Option<String>,
    /// Calls.
    pub calls: u64,
    /// Spent.
    pub spend_usd: Usd,
    /// Requested.
    pub requested_usd: Usd,
    /// Calls blocked.
    pub blocked: u64,
    /// Calls without a known price.
    pub unpriced: u64,
}

/// A budget.
#[derive(Debug, Clone, Serialize)]
pub struct BudgetLine {
    /// The id.
    pub id: String,
    /// The scope, `tier: free`.
    pub scope: String,
    /// The limit with its unit, `5 USD`.
    pub limit: String,
    /// The window.
    pub window: String,
    /// The ladder, `block` or `downgrade at 80 %, block at 100 %`.
    pub action: String,
    /// Hits.
    pub hits: u64,
    /// Subjects that hit it.
    pub subjects: u64,
    /// Time of the first hit.
    pub first_hit: Option<String>,
    /// Calls it blocked.
    pub blocked: u64,
    /// Calls it warned of.
    pub warned: u64,
    /// Calls it downgraded.
    pub downgraded: u64,
    /// Calls over its dry-run step.
    pub dry_run: u64,
}

/// A hit.
#[derive(Debug, Clone, Serialize)]
pub struct HitLine {
    /// When.
    pub at: String,
    /// The budget.
    pub budget: String,
    /// Whose counter; `null` where everything shares one.
    pub subject: Option<String>,
    /// What the step does.
    pub action: &'static str,
}

/// A user.
#[derive(Debug, Clone, Serialize)]
pub struct UserLine {
    /// The id.
    pub user: String,
    /// The tier of the latest call.
    pub tier: Option<String>,
    /// Calls.
    pub calls: u64,
    /// Spent.
    pub spend_usd: Usd,
    /// Requested.
    pub requested_usd: Usd,
    /// Calls blocked.
    pub blocked: u64,
    /// Calls warned of.
    pub warned: u64,
    /// Calls downgraded.
    pub downgraded: u64,
    /// Calls over a dry-run limit.
    pub dry_run: u64,
}

/// Refused calls of one reason.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedLine {
    /// The reason.
    pub reason: &'static str,
    /// Calls.
    pub calls: u64,
}

/// Money over time.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SeriesLines {
    /// Width of a bucket in milliseconds.
    pub width_ms: i64,
    /// The buckets, empty ones too.
    pub buckets: Vec<SeriesLine>,
}

/// A bucket.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesLine {
    /// Its start.
    pub start: String,
    /// Calls.
    pub calls: u64,
    /// Calls blocked.
    pub blocked: u64,
    /// Spent.
    pub spend_usd: Usd,
    /// Requested.
    pub requested_usd: Usd,
}

/// Two policies side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The second policy's outcome.
    pub outcome: Outcome,
    /// Users whose spend or treatment differs.
    pub changed_users: u64,
    /// Users blocked by the second policy only.
    pub newly_blocked_users: u64,
    /// Users blocked by the first policy only.
    pub no_longer_blocked_users: u64,
    /// The users whose spend differs most.
    pub users: Vec<ChangeLine>,
}

/// A user under two policies.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeLine {
    /// The id.
    pub user: String,
    /// The tier of the latest call.
    pub tier: Option<String>,
    /// Spent under the first policy.
    pub spend_usd: Usd,
    /// Spent under the second.
    pub other_spend_usd: Usd,
    /// Second less first.
    pub difference_usd: Usd,
    /// Calls blocked by the first.
    pub blocked: u64,
    /// Calls blocked by the second.
    pub other_blocked: u64,
}

/// Budgets that people are shown; the JSON report has all.
const BUDGETS_SHOWN: usize = 25;

impl Outcome {
    /// The budgets to show: all where they are few, else the first that were hit.
    #[must_use]
    pub fn budgets_shown(&self) -> Vec<&BudgetLine> {
        let few = self.budgets.len() <= BUDGETS_SHOWN;
        self.budgets.iter().filter(|b| few || b.hits > 0).take(BUDGETS_SHOWN).collect()
    }
}

impl Report {
    /// The report as JSON, with a newline at the end. The same rows, policies and seed give the same
    /// bytes.
    ///
    /// # Errors
    /// None in practice: the report has no value that JSON lacks.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}
