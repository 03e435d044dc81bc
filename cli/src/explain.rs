//! `spendgate explain`.

use serde_json::json;
use spendgate_core::amount;
use spendgate_core::call::{Call, Estimate};
use spendgate_core::decision::Decision;
use spendgate_core::engine::{Candidate, Engine, Options, Why};
use spendgate_core::error::Error;
use spendgate_core::policy::{Budget, Unpriced};
use spendgate_core::time;
use spendgate_replay::report::{table::Table, text as words};

use crate::args::ExplainArgs;
use crate::exit::{Code, Failure, plain, print};
use crate::{files, price_args};

pub(crate) fn run(args: &ExplainArgs) -> Result<Code, Failure> {
    let at_ms = args.at.unwrap_or_else(files::now_ms);
    let policy = files::read_policy(&args.policy, &price_args::book(&args.prices), at_ms)?;
    let call = Call {
        user: args.user.as_deref(),
        tier: args.tier.as_deref(),
        org: args.org.as_deref(),
        feature: args.feature.as_deref(),
        session: args.session.as_deref(),
        provider: args.provider.as_deref(),
        model: args.model.as_deref(),
        estimate: Estimate {
            usd: args.usd,
            tokens: None,
            input_tokens: args.input_tokens.map(Into::into),
            output_tokens: args.output_tokens.map(Into::into),
        },
    };
    let mut engine = Engine::with_policy(policy, Options::default());
    let refused = |e: Error| match e {
        Error::InvalidId { path, message } => Failure::trouble(format!("--{path}: {message}")),
        other => Failure::trouble(other),
    };
    let candidates = engine.explain(&call, at_ms).map_err(refused)?;
    let decision = engine.preview(&call, at_ms).map_err(refused)?;
    let text = if args.json {
        json(&engine, &call, &candidates, &decision, at_ms)
    } else {
        text(&engine, &call, &candidates, &decision, at_ms)
    };
    print(&text)?;
    Ok(Code::Fine)
}

/// Why, in words.
const fn because(why: Why) -> &'static str {
    match why {
        Why::UserOverride => "it is this user's own",
        Why::TierTemplate => "it is the tier's template",
        Why::EveryUser => "it is for every user",
        Why::Exact => "it names this very value",
        Why::Any => "it has a counter for each value",
        Why::Global => "it is for everything",
        Why::Disabled => "it is disabled",
        Why::Match => "its match does not accept the call",
        Why::Overridden => "a narrower budget decides in its place; this one still counts",
        Why::MissingUser => "the call names no user, and the policy leaves such calls out",
    }
}

fn budget<'e>(engine: &'e Engine, candidate: &Candidate) -> Option<&'e Budget> {
    engine.policy().budgets().get(candidate.budget.get())
}

fn text(
    engine: &Engine,
    call: &Call<'_>,
    candidates: &[Candidate],
    decision: &Decision,
    at_ms: i64,
) -> String {
    let mut table = Table::new(6, &["", "budget", "scope", "limit", "window", "why"]);
    for candidate in candidates {
        let Some(b) = budget(engine, candidate) else { continue };
        let sign = if candidate.applies { "+" } else { "-" };
        table.row(vec![
            sign.to_owned(),
            b.id.to_string(),
            words::scope(b),
            format!("{}, {}", words::limit(b), words::action(b)),
            words::window(engine.policy(), b),
            because(candidate.why).to_owned(),
        ]);
    }
    let mut out = format!("Policy version {}, at {}.\n", engine.policy().version(), time::format(at_ms));
    if candidates.is_empty() {
        out.push_str("No budget is about such a call: it is allowed and only metered.\n");
        out.push_str(&without_price(engine, call));
        return out;
    }
    out.push_str("Candidates in policy order, + applies, - does not:\n");
    table.write(&mut out);
    out.push('\n');
    out.push_str(&verdict(engine, call, candidates, decision));
    out.push_str(&without_price(engine, call));
    out
}

/// True where the model has no price that the call could be estimated by.
fn is_unpriced(engine: &Engine, call: &Call<'_>) -> bool {
    let price = |model| engine.policy().prices().resolve(call.provider, model);
    call.estimate.usd.is_none() && call.model.is_some_and(|model| price(model).is_none())
}

/// What an unknown price means for the call, nothing where the price is known or not needed.
fn without_price(engine: &Engine, call: &Call<'_>) -> String {
    let Some(model) = call.model.filter(|_| is_unpriced(engine, call)) else { return String::new() };
    let so = match engine.policy().on_unpriced() {
        Unpriced::Allow => "no money is held for the call, and none is counted unless its cost is reported",
        Unpriced::Block => "the policy blocks such calls (on_unpriced)",
        Unpriced::StandIn(_) => "the policy's stand-in rate counts (on_unpriced)",
    };
    format!("No price is known for {}: {so}.\n", plain(model))
}

/// Who decides, and what a first call gets with nothing spent yet.
fn verdict(engine: &Engine, call: &Call<'_>, candidates: &[Candidate], decision: &Decision) -> String {
    let deciding: Vec<&str> =
        candidates.iter().filter(|c| c.applies).filter_map(|c| budget(engine, c)).map(|b| &*b.id).collect();
    let mut out = match deciding.as_slice() {
        [] => "No budget decides".to_owned(),
        [one] => format!("{one} decides"),
        many => format!("{} decide together, the most severe wins", many.join(", ")),
    };
    out.push_str(&format!(
        ". With nothing spent yet: {} ({}",
        decision.action.as_str().replace('_', " "),
        decision.reason.as_str().replace('_', " ")
    ));
    let named = decision.figures.as_ref().filter(|f| f.estimate.is_some() || !decision.triggered.is_empty());
    if let Some(figures) = named
        && let Some(b) = engine.policy().budgets().get(figures.budget.get())
    {
        let estimate =
            figures.estimate.map_or_else(|| "no estimate".to_owned(), |e| amount::format(e, b.unit));
        out.push_str(&format!(", {}: {estimate} of {}", b.id, words::limit(b)));
        if let Some(resets) = figures.resets_at_ms {
            out.push_str(&format!(", resets at {}", time::format(resets)));
        }
    }
    if decision.downgraded
        && let Some(model) = engine.model(call, decision)
    {
        out.push_str(&format!(", calling {model}"));
    }
    out.push_str(").\n");
    out
}

fn json(
    engine: &Engine,
    call: &Call<'_>,
    candidates: &[Candidate],
    decision: &Decision,
    at_ms: i64,
) -> String {
    let line = |c: &Candidate| {
        let b = budget(engine, c)?;
        Some(json!({
            "budget": b.id, "applies": c.applies, "why": c.why.as_str(), "scope": words::scope(b),
            "limit": words::limit(b), "window": words::window(engine.policy(), b), "action": words::action(b),
        }))
    };
    let lines: Vec<_> = candidates.iter().filter_map(line).collect();
    let decided = decision.figures.and_then(|f| engine.policy().budgets().get(f.budget.get())).map(|b| &b.id);
    let value = json!({
        "at": time::format(at_ms),
        "policy_version": engine.policy().version(),
        "candidates": lines,
        "decision": {
            "action": decision.action.as_str(), "reason": decision.reason.as_str(), "budget": decided,
            "model": engine.model(call, decision),
            "unpriced": is_unpriced(engine, call),
        },
    });
    format!("{value:#}\n")
}
