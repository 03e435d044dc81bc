//! `report` and `metrics` (section 16): what was used, as a log that is summed anew at each reading.

use crate::amount::{Amounts, TOP, show};
use crate::breaker::Circuits;
use crate::call::Call;
use crate::model::Model;
use crate::policy::{Budget, Which};
use crate::select::{key, winning};
use serde_json::{Value, json};
use spendgate_conformance::instant;
use std::collections::BTreeMap;

const ATTRIBUTES: [&str; 4] = ["user", "tier", "feature", "model"];

/// One thing that changed what was used.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// User, tier, feature and the model called.
    who: [Option<String>; 4],
    calls: i128,
    blocked: i128,
    spent: i128,
    input: i128,
    output: i128,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sum {
    calls: i128,
    blocked: i128,
    spent: i128,
    input: i128,
    output: i128,
}

fn sum<'u>(uses: impl Iterator<Item = &'u Use>) -> Sum {
    uses.fold(Sum::default(), |s, u| Sum {
        calls: s.calls + u.calls,
        blocked: s.blocked + u.blocked,
        spent: s.spent + u.spent,
        input: s.input + u.input,
        output: s.output + u.output,
    })
}

/// A row without its value; the share is in tenths of a percent.
fn row(sum: &Sum, share: Option<i128>) -> Value {
    let average = (sum.calls > 0).then(|| {
        let spent = sum.spent.min(TOP);
        // Rounded up, towards zero below it.
        spent / sum.calls + i128::from(spent > 0 && spent % sum.calls > 0)
    });
    let percent = share.map(|tenths| match tenths % 10 {
        0 => (tenths / 10).to_string(),
        digit => format!("{}.{digit}", tenths / 10),
    });
    json!({
        "calls": i64::try_from(sum.calls).unwrap_or(i64::MAX),
        "blocked": i64::try_from(sum.blocked).unwrap_or(i64::MAX),
        "spent_usd": show(sum.spent, "usd"),
        "average_usd": average.map(|a| show(a, "usd")),
        "input_tokens": show(sum.input, "tokens"),
        "output_tokens": show(sum.output, "tokens"),
        "share_percent": percent,
    })
}

impl Model {
    pub(crate) fn note_blocked(&mut self, call: &Call, answer: &Value) {
        let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        *self.decisions.entry((text("action"), text("reason"))).or_default() += 1;
        if answer.get("allowed") == Some(&json!(false)) {
            self.note(call, call.get("model"), (0, 1, 1), &Amounts::new());
        }
    }

    /// Notes calls, blocked calls, and amounts with a sign.
    pub(crate) fn note(
        &mut self,
        call: &Call,
        called: Option<&str>,
        (calls, blocked, sign): (i128, i128, i128),
        amounts: &Amounts,
    ) {
        let get = |unit| amounts.get(unit).copied().unwrap_or(0) * sign;
        let mut who = ATTRIBUTES.map(|name| call.get(name).map(str::to_owned));
        who[3] = called.map(str::to_owned);
        let (spent, input, output) = (get("usd"), get("input_tokens"), get("output_tokens"));
        self.uses.push(Use { who, calls, blocked, spent, input, output });
    }

    /// The highest spent ÷ limit of the budgets about `scopes` that decide such a call.
    fn share(&self, call: &[(&'static str, &str)], scopes: &[&str], now: i64) -> Option<i128> {
        let attributes = call.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let call = Call { attributes, ..Call::default() };
        let about = winning(&self.policy, &call).into_iter().filter(|b| scopes.contains(&b.scope));
        about
            .map(|budget| match budget.limit {
                0 => 1000,
                limit => self.book.read(&key(budget, &call), now).spent * 1000 / limit,
            })
            .max()
            .map(|tenths| tenths.min(TOP))
    }

    pub(crate) fn report(&self, now: i64) -> Value {
        let mut report = json!({
            "since": self.since.map(instant::format),
            "total": row(&sum(self.uses.iter()), self.share(&[], &["global"], now)),
        });
        for (place, name) in ATTRIBUTES.into_iter().enumerate() {
            let mut values: Vec<Option<&str>> = self.uses.iter().map(|u| u.who[place].as_deref()).collect();
            values.sort_unstable();
            values.dedup();
            let mut rows = Vec::new();
            for value in values {
                let mine: Vec<&Use> = self.uses.iter().filter(|u| u.who[place].as_deref() == value).collect();
                let sum = sum(mine.iter().copied());
                let Some(text) = value else {
                    if sum != Sum::default() {
                        rows.push((-sum.spent.min(TOP), 1, "", row(&sum, None)));
                    }
                    continue;
                };
                let share = match name {
                    "user" => {
                        let tier = mine.iter().rev().find_map(|u| u.who[1].as_deref());
                        let mut call = vec![("user", text)];
                        call.extend(tier.map(|tier| ("tier", tier)));
                        self.share(&call, &["user", "tier"], now)
                    }
                    "tier" => None,
                    name => self.share(&[(name, text)], &[name], now),
                };
                let mut shown = row(&sum, share);
                shown["value"] = json!(text);
                rows.push((-sum.spent.min(TOP), 0, text, shown));
            }
            rows.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
            report[name] = rows.into_iter().map(|(.., row)| row).collect();
        }
        report
    }

    /// A budget in USD with one counter: about everything, or about one value that is no user's.
    fn gauge(&self, budget: &Budget, now: i64) -> Option<(i128, i128)> {
        let single = match (&budget.which, budget.scope) {
            (Which::Any, _) | (_, "user" | "tier") => false,
            (Which::This(_) | Which::All, _) => true,
        };
        if !single || !budget.enabled || budget.unit != "usd" {
            return None;
        }
        let mut call = Call::default();
        if let Which::This(value) = &budget.which {
            call.attributes.insert(budget.scope, value.clone());
        }
        let reading = self.book.read(&key(budget, &call), now);
        Some((budget.limit, (budget.limit - reading.spent - reading.held).max(0)))
    }

    pub(crate) fn metrics(&self, now: i64) -> Value {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: Vec<(String, String)>| {
            text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
            for (labels, value) in samples {
                text.push_str(&format!("{name}{labels} {value}\n"));
            }
        };
        let plain = |value: Value| value.as_str().unwrap_or("").to_owned();
        let label = |name: &str, value: &str| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{{{name}=\"{value}\"}}")
        };
        let mut decisions = Vec::new();
        for action in ["allow", "dry_run", "warn", "downgrade", "block"] {
            let reasons =
                ["no_budget", "within_limit", "limit_reached", "would_exceed", "in_flight", "circuit_open"];
            for reason in reasons.into_iter().chain(["unpriced", "missing_user"]) {
                if let Some(count) = self.decisions.get(&(action.to_owned(), reason.to_owned())) {
                    decisions
                        .push((format!("{{action=\"{action}\",reason=\"{reason}\"}}"), count.to_string()));
                }
            }
        }
        family(
            "spendgate_decisions_total",
            "counter",
            "Decisions about calls, by action and reason.",
            decisions,
        );
        let all = sum(self.uses.iter());
        let help = "What calls cost, in USD; corrections and late ends may take from it.";
        family(
            "spendgate_spend_usd_total",
            "counter",
            help,
            vec![(String::new(), plain(show(all.spent, "usd")))],
        );
        let tokens = [("input", all.input), ("output", all.output)];
        let tokens = tokens.map(|(way, n)| (label("direction", way), plain(show(n, "tokens"))));
        family("spendgate_tokens_total", "counter", "Tokens of calls that were charged.", tokens.to_vec());
        let gauges: Vec<(String, i128, i128)> = self
            .policy
            .budgets
            .iter()
            .filter_map(|b| self.gauge(b, now).map(|(limit, left)| (label("budget", &b.id), limit, left)))
            .collect();
        let limits = gauges.iter().map(|(l, limit, _)| (l.clone(), plain(show(*limit, "usd")))).collect();
        let help = "The limit of a budget with one counter, in USD.";
        family("spendgate_budget_limit_usd", "gauge", help, limits);
        let left = gauges.iter().map(|(l, _, left)| (l.clone(), plain(show(*left, "usd")))).collect();
        let help = "What is left of it in its window, holds taken off.";
        family("spendgate_budget_remaining_usd", "gauge", help, left);
        let open = self.holds.iter().filter(|h| matches!(h.state, crate::hold::State::Held)).count();
        let open = vec![(String::new(), open.to_string())];
        family("spendgate_reservations_open", "gauge", "Holds of calls in flight.", open);
        let help = "Events that were lost because nobody took them.";
        family("spendgate_events_dropped_total", "counter", help, vec![(String::new(), "0".to_owned())]);
        let breakers = self.policy.breakers.iter().map(|b| {
            let open = self.circuits.get(&b.id).map_or(0, Circuits::open);
            (label("breaker", &b.id), open.to_string())
        });
        family(
            "spendgate_breakers_open",
            "gauge",
            "Circuits of a breaker that are not closed.",
            breakers.collect(),
        );
        json!({ "text": text })
    }
}

/// Decisions by action and reason.
pub(crate) type Decisions = BTreeMap<(String, String), u64>;
