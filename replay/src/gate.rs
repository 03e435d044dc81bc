//! One past call through the engine: reserve with what it really used, then settle with the same.

use std::sync::Arc;

use spendgate_core::action::Action;
use spendgate_core::call::{Actual, Call, Estimate, Report};
use spendgate_core::decision::{Decision, Figures};
use spendgate_core::error::Error;
use spendgate_core::policy::{Policy, Unpriced};
use spendgate_core::pricing::{PriceBook, TokenUsage};
use spendgate_core::unit::Unit;
use spendgate_core::{Engine, Options};

/// What a call used, by the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Tokens sent, cached ones included.
    pub input_tokens: Option<i64>,
    /// Tokens received.
    pub output_tokens: Option<i64>,
    /// Tokens read from the cache.
    pub cached_tokens: i64,
    /// Tokens written to the cache.
    pub cache_write_tokens: i64,
    /// The cost by the log, in nano-dollars.
    pub cost_nanos: Option<i64>,
}

impl Used {
    /// The disjoint token classes; `None` where the log gives no tokens.
    fn classes(&self) -> Option<TokenUsage> {
        if self.input_tokens.is_none() && self.output_tokens.is_none() {
            return None;
        }
        let cached = self.cached_tokens.saturating_add(self.cache_write_tokens);
        Some(TokenUsage {
            input: self.input_tokens.unwrap_or(0).saturating_sub(cached),
            cached_input: self.cached_tokens,
            cache_write: self.cache_write_tokens,
            output: self.output_tokens.unwrap_or(0),
            ..TokenUsage::default()
        })
    }

    const fn has_cache(&self) -> bool {
        self.cached_tokens != 0 || self.cache_write_tokens != 0
    }
}

/// What became of a call, money in nano-dollars.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The engine's answer.
    pub decision: Decision,
    /// Cost at the model that was asked for; `None` where no price is known.
    pub requested: Option<i64>,
    /// Cost of what went ahead, 0 when blocked; `None` where no price is known.
    pub spent: Option<i64>,
    /// The part of `spent` that lies above a limit which only warned or watched.
    pub at_risk: i64,
}

/// An engine that judges past calls.
pub struct Gate {
    engine: Engine,
}

impl Gate {
    /// A gate for `policy`, whose prices count.
    #[must_use]
    pub fn new(policy: Policy) -> Gate {
        let options = Options {
            prices: PriceBook::empty(),
            // Every user has counters of its own, however many there are.
            max_counters: u64::MAX / 2,
            // The report is made of the answers, not of the events.
            max_events: 1,
            ..Options::default()
        };
        Gate { engine: Engine::with_policy(policy, options) }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        self.engine.policy()
    }

    /// Judges a call of `used` at `at_ms`, which is not before the call judged last. `call` carries the
    /// attributes; its estimate is filled in here.
    ///
    /// # Errors
    /// An id or a time that the engine refuses; nothing is counted then.
    pub fn judge(&mut self, mut call: Call<'_>, used: &Used, at_ms: i64) -> Result<Verdict, Error> {
        // An estimate has no cache classes, so a call with cached tokens brings its price along.
        let priced = if used.has_cache() { self.price(&call, call.model, used, at_ms) } else { None };
        call.estimate = Estimate {
            usd: used.cost_nanos.or(priced),
            tokens: None,
            input_tokens: used.input_tokens,
            output_tokens: used.output_tokens,
        };
        let decision = self.engine.reserve(&call, None, at_ms)?;
        let Some(id) = decision.reservation else {
            let requested = self.price(&call, call.model, used, at_ms);
            return Ok(Verdict { decision, requested, spent: Some(0), at_risk: 0 });
        };
        let mut actual = Actual {
            usd: used.cost_nanos,
            input_tokens: used.input_tokens,
            output_tokens: used.output_tokens,
            ..Actual::default()
        };
        if used.has_cache() && used.cost_nanos.is_none() {
            actual.usage = used.classes();
        }
        if decision.downgraded && used.cost_nanos.is_some() {
            actual.usd = self.scaled(&call, &decision, used, at_ms);
        }
        let settled = self.engine.settle(id, &actual, Report::default(), at_ms)?;
        let requested =
            if decision.downgraded { self.price(&call, call.model, used, at_ms) } else { settled.usd };
        let at_risk = match decision.action {
            Action::Warn | Action::DryRun => {
                above(decision.figures.as_ref(), &decision, self.policy(), settled.usd)
            }
            _ => 0,
        };
        Ok(Verdict { decision, requested, spent: settled.usd, at_risk })
    }

    /// What the call costs with `model`: by the log, else by the price table, else at the policy's
    /// stand-in rate.
    fn price(&self, call: &Call<'_>, model: Option<&str>, used: &Used, at_ms: i64) -> Option<i64> {
        if used.cost_nanos.is_some() {
            return used.cost_nanos;
        }
        self.table_price(call, model, used, at_ms)
    }

    fn table_price(&self, call: &Call<'_>, model: Option<&str>, used: &Used, at_ms: i64) -> Option<i64> {
        let (model, classes, policy) = (model?, used.classes()?, self.policy());
        match (policy.prices().resolve(call.provider, model), policy.on_unpriced()) {
            (Some(id), _) => Some(policy.prices().cost(id, &classes, at_ms)),
            (None, Unpriced::StandIn(rates)) => Some(rates.cost(&classes)),
            (None, _) => None,
        }
    }

    /// The log's cost, scaled by what the sibling costs of the requested model's price: a discount in
    /// the log stays a discount.
    fn scaled(&self, call: &Call<'_>, decision: &Decision, used: &Used, at_ms: i64) -> Option<i64> {
        let cost = used.cost_nanos?;
        let sibling = self.engine.model(call, decision);
        let (Some(from), Some(to)) = (
            self.table_price(call, call.model, used, at_ms).filter(|p| *p > 0),
            self.table_price(call, sibling, used, at_ms),
        ) else {
            return Some(cost);
        };
        let nanos = i128::from(cost) * i128::from(to);
        let nanos = nanos / i128::from(from) + i128::from(nanos % i128::from(from) != 0);
        Some(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

/// The part of `cost` above the limit of the budget that the answer names; where that limit counts
/// no money, the whole call is above it or none of it.
fn above(figures: Option<&Figures>, decision: &Decision, policy: &Policy, cost: Option<i64>) -> i64 {
    let (Some(figures), Some(cost)) = (figures, cost) else { return 0 };
    if decision.triggered.is_empty() {
        return 0;
    }
    let unit = policy.budgets().get(figures.budget.get()).map(|b| b.unit);
    let before = i128::from(figures.spent) + i128::from(figures.held);
    if unit == Some(Unit::Usd) {
        let over = (before + i128::from(cost) - i128::from(figures.limit)).clamp(0, i128::from(cost));
        return i64::try_from(over).unwrap_or(cost);
    }
    let after = before + i128::from(figures.estimate.unwrap_or(1));
    if after > i128::from(figures.limit) { cost } else { 0 }
}
