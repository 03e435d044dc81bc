//! `report` and `metrics` as JSON and as text.

use crate::amount::{divided_up, format};
use crate::engine::{Engine, Metrics, Report, ReportRow};
use crate::error::Error;
use crate::time;
use crate::unit::Unit;
use serde_json::{Map, Value, json};

pub(super) fn report(engine: &mut Engine, now: i64) -> Result<Value, Error> {
    let Report { since_ms, total, user, tier, feature, model } = engine.report(now)?;
    let mut report = Map::new();
    put(&mut report, "since", since_ms.map(time::format));
    report.insert("total".to_owned(), Value::Object(row(&total)));
    for (key, rows) in [("user", user), ("tier", tier), ("feature", feature), ("model", model)] {
        let mut list = Vec::with_capacity(rows.len());
        for one in &rows {
            let mut row = row(one);
            put(&mut row, "value", one.value.as_deref().map(str::to_owned));
            list.push(Value::Object(row));
        }
        report.insert(key.to_owned(), Value::Array(list));
    }
    Ok(Value::Object(report))
}

/// A row without its value.
fn row(row: &ReportRow) -> Map<String, Value> {
    // Rounded up, towards zero where corrections took more than was spent.
    let average = (row.calls > 0).then(|| match row.spent {
        spent if spent < 0 => spent / row.calls,
        spent => divided_up(spent, row.calls),
    });
    let mut shown = Map::new();
    for (key, count) in [("calls", row.calls), ("blocked", row.blocked)] {
        shown.insert(key.to_owned(), Value::from(count));
    }
    for (key, amount, unit) in [
        ("spent_usd", Some(row.spent), Unit::Usd),
        ("average_usd", average, Unit::Usd),
        ("input_tokens", Some(row.input_tokens), Unit::InputTokens),
        ("output_tokens", Some(row.output_tokens), Unit::OutputTokens),
    ] {
        put(&mut shown, key, amount.map(|amount| format(amount, unit)));
    }
    put(&mut shown, "share_percent", row.share_tenths.map(percent));
    shown
}

/// A text, or null.
fn put(object: &mut Map<String, Value>, key: &str, text: Option<String>) {
    object.insert(key.to_owned(), text.map_or(Value::Null, Value::String));
}

fn percent(tenths: i64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        digit => [(tenths / 10).to_string(), digit.to_string()].join("."),
    }
}

pub(super) fn metrics(engine: &mut Engine, now: i64) -> Result<Value, Error> {
    Ok(json!({"text": text(&engine.metrics(now)?)}))
}

/// Text in the format of Prometheus.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
            self.0.push_str(part);
        }
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        self.0.push_str(name);
        for (number, (label, text)) in labels.iter().enumerate() {
            self.0.push(if number == 0 { '{' } else { ',' });
            self.0.push_str(label);
            self.0.push_str("=\"");
            for character in text.chars() {
                match character {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    other => self.0.push(other),
                }
            }
            self.0.push('"');
        }
        self.0.push_str(if labels.is_empty() { " " } else { "} " });
        self.0.push_str(value);
        self.0.push('\n');
    }
}

fn text(metrics: &Metrics) -> String {
    let mut page = Page(String::new());
    if let Some(counts) = &metrics.counts {
        let name = "spendgate_decisions_total";
        page.family(name, "counter", "Decisions about calls, by action and reason.");
        for (action, reason, count) in &counts.decisions {
            page.sample(
                name,
                &[("action", action.as_str()), ("reason", reason.as_str())],
                &count.to_string(),
            );
        }
        let name = "spendgate_spend_usd_total";
        page.family(name, "counter", "What calls cost, in USD; corrections and late ends may take from it.");
        page.sample(name, &[], &format(counts.spent, Unit::Usd));
        let name = "spendgate_tokens_total";
        page.family(name, "counter", "Tokens of calls that were charged.");
        page.sample(name, &[("direction", "input")], &counts.input_tokens.to_string());
        page.sample(name, &[("direction", "output")], &counts.output_tokens.to_string());
    }
    let name = "spendgate_budget_limit_usd";
    page.family(name, "gauge", "The limit of a budget with one counter, in USD.");
    for gauge in &metrics.budgets {
        page.sample(name, &[("budget", &gauge.budget)], &format(gauge.limit, Unit::Usd));
    }
    let name = "spendgate_budget_remaining_usd";
    page.family(name, "gauge", "What is left of it in its window, holds taken off.");
    for gauge in &metrics.budgets {
        page.sample(name, &[("budget", &gauge.budget)], &format(gauge.remaining, Unit::Usd));
    }
    let name = "spendgate_reservations_open";
    page.family(name, "gauge", "Holds of calls in flight.");
    page.sample(name, &[], &metrics.open_reservations.to_string());
    let name = "spendgate_events_dropped_total";
    page.family(name, "counter", "Events that were lost because nobody took them.");
    page.sample(name, &[], &metrics.dropped_events.to_string());
    let name = "spendgate_breakers_open";
    page.family(name, "gauge", "Circuits of a breaker that are not closed.");
    for (breaker, open) in &metrics.open_breakers {
        page.sample(name, &[("breaker", breaker)], &open.to_string());
    }
    page.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut page = Page(String::new());
        page.sample("m", &[("a", "x\"y\\z\n"), ("b", "é")], "1");
        assert_eq!(page.0, "m{a=\"x\\\"y\\\\z\\n\",b=\"é\"} 1\n");
    }

    #[test]
    fn percents_have_a_digit_where_they_need_one() {
        assert_eq!([0, 1, 10, 125, 1_000].map(percent), ["0", "0.1", "1", "12.5", "100"]);
    }
}
