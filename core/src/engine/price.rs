//! From what the host says of a call to amounts by unit.

use super::Engine;
use crate::amounts::Amounts;
use crate::call::{Actual, Call, Estimate};
use crate::policy::Unpriced;
use crate::pricing::{ModelId, TokenUsage};
use crate::unit::Unit;

/// What is known of a call's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priced {
    /// Known, or nobody asked: the estimate gives USD, or the call names no model.
    Yes,
    /// Unknown, and the policy lets it pass.
    Unknown,
    /// Unknown, and the policy refuses that.
    Refused,
}

/// Tokens from an estimate or an actual: with one class given, the other is 0.
fn tokens(tokens: Option<i64>, input: Option<i64>, output: Option<i64>) -> Amounts {
    let (input, output) = match (input, output) {
        (None, None) => (None, None),
        (input, output) => (Some(input.unwrap_or(0)), Some(output.unwrap_or(0))),
    };
    let sum = input.zip(output).map(|(i, o)| i.saturating_add(o));
    Amounts::default()
        .with(Unit::Tokens, tokens.or(sum))
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}

impl Engine {
    /// The estimate that counts: the call's own, or the policy's default.
    #[inline(always)]
    pub(super) fn estimate<'e>(&'e self, call: &'e Call<'_>) -> &'e Estimate {
        if call.estimate.is_none() { self.active.policy.default_estimate() } else { &call.estimate }
    }

    /// What the call is expected to use, by unit, and what is known of its price.
    #[inline]
    pub(super) fn expected(&self, call: &Call<'_>, now: i64) -> (Amounts, Priced) {
        let mut amounts = Amounts::of_one();
        let priced = self.expect(call, now, &mut amounts);
        (amounts, priced)
    }

    /// As [`Engine::expected`]; `amounts` are those of one call of which nothing is known, and become what it is expected to
    /// use.
    #[inline(always)]
    pub(super) fn expect(&self, call: &Call<'_>, now: i64, amounts: &mut Amounts) -> Priced {
        let estimate = self.estimate(call);
        match estimate {
            Estimate { usd: Some(usd), tokens: None, input_tokens: None, output_tokens: None } => {
                amounts.set(Unit::Usd, Some(*usd));
            }
            estimate if estimate.is_none() && call.model.is_none() => {}
            estimate => {
                let (by_tokens, priced) = self.expected_by_tokens(estimate, call, now);
                *amounts = by_tokens;
                return priced;
            }
        }
        Priced::Yes
    }

    #[inline(never)]
    fn expected_by_tokens(&self, estimate: &Estimate, call: &Call<'_>, now: i64) -> (Amounts, Priced) {
        let mut amounts = tokens(estimate.tokens, estimate.input_tokens, estimate.output_tokens);
        amounts.set(Unit::Requests, Some(1));
        let mut priced = Priced::Yes;
        if estimate.usd.is_some() {
            amounts.set(Unit::Usd, estimate.usd);
        } else if let Some(model) = call.model {
            let usage = usage_of(&amounts);
            match self.active.policy.prices().resolve(call.provider, model) {
                Some(id) => {
                    amounts.set(Unit::Usd, usage.map(|u| self.active.policy.prices().cost(id, &u, now)))
                }
                None => match self.active.policy.on_unpriced() {
                    Unpriced::Allow => priced = Priced::Unknown,
                    Unpriced::Block => priced = Priced::Refused,
                    Unpriced::StandIn(rates) => amounts.set(Unit::Usd, usage.map(|u| rates.cost(&u))),
                },
            }
        }
        (amounts, priced)
    }

    /// What the call would use at the price of its cheaper sibling; `None` when there is no usable one.
    pub(super) fn expected_of_sibling(&self, call: &Call<'_>, asked: &Amounts, now: i64) -> Option<Amounts> {
        let model = call.model?;
        let policy = &self.active.policy;
        let sibling = policy.sibling(call.provider, model)?;
        let prices = policy.prices();
        let (from, to) = (prices.resolve(call.provider, model)?, prices.resolve(call.provider, sibling)?);
        if prices.provider(from).zip(prices.provider(to)).is_some_and(|(a, b)| a != b) {
            return None;
        }
        let priced_by_tokens = self.estimate(call).usd.is_none();
        match usage_of(asked).filter(|_| priced_by_tokens) {
            Some(usage) => {
                let (before, after) = (prices.cost(from, &usage, now), prices.cost(to, &usage, now));
                (after < before).then(|| asked.with(Unit::Usd, Some(after)))
            }
            None => prices.is_cheaper(to, from, now).then_some(*asked),
        }
    }

    /// What was really used, by unit. A unit that stays unknown is not given. The flag says that a
    /// price was looked for and is unknown.
    pub(super) fn used(
        &self,
        actual: &Actual,
        provider: Option<&str>,
        model: Option<&str>,
        at_ms: i64,
    ) -> (Amounts, bool) {
        let (input, output) = match &actual.usage {
            Some(usage) => (Some(usage.input_total()), Some(usage.output_total())),
            None => (actual.input_tokens, actual.output_tokens),
        };
        let mut amounts = tokens(actual.tokens, input, output).with(Unit::Usd, actual.usd);
        let (None, Some(model)) = (actual.usd, model) else { return (amounts, false) };
        if actual.usage.is_none() && amounts.get(Unit::Tokens).is_none() {
            return (amounts, false);
        }
        let usage = actual.usage.or_else(|| usage_of(&amounts));
        let (usd, known) = match (self.price(provider, model), self.active.policy.on_unpriced()) {
            (Some(id), _) => (usage.map(|u| self.active.policy.prices().cost(id, &u, at_ms)), true),
            (None, Unpriced::StandIn(rates)) => (usage.map(|u| rates.cost(&u)), true),
            (None, _) => (None, false),
        };
        amounts.set(Unit::Usd, usd);
        (amounts, !known)
    }

    fn price(&self, provider: Option<&str>, model: &str) -> Option<ModelId> {
        self.active.policy.prices().resolve(provider, model)
    }
}

fn usage_of(amounts: &Amounts) -> Option<TokenUsage> {
    let (input, output) = (amounts.get(Unit::InputTokens)?, amounts.get(Unit::OutputTokens)?);
    Some(TokenUsage { input, output, ..TokenUsage::default() })
}
