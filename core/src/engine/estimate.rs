//! Tokens of a request before it is sent: from what its host knows of it, and from what such calls were answered with.

use super::Engine;
use crate::amount::divided_up;
use crate::error::Error;
use crate::pricing::PriceBook;
use crate::reservation::ReservationId;

/// English text has about four characters a token, which is OpenAI's rule of thumb. Bytes of UTF-8 are counted, so that
/// scripts with more bytes a character, which also have more tokens a character, weigh more.
const BYTES_A_TOKEN: i64 = 4;
/// Tokens of an image by who is called, and for anybody else. docs/semantics.md has the sources.
const IMAGE_TOKENS: [(&str, i64); 3] = [("openai", 765), ("anthropic", 1_600), ("google", 258)];
const IMAGE_TOKENS_ELSEWHERE: i64 = 1_600;
/// Output tokens a choice while nothing was learned.
const OUTPUT_START: i64 = 500;
/// Output tokens a choice at most, where the model's own limit is not known.
const OUTPUT_MAX: i64 = 16_384;

/// What a host knows of a request. Counts are at least 0; a negative one counts as 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// The model to be called.
    pub model: Option<&'a str>,
    /// Who will be called.
    pub provider: Option<&'a str>,
    /// The part of the application.
    pub feature: Option<&'a str>,
    /// Whether the most that can come is asked for, and not what such calls usually give.
    pub worst_case: bool,
    /// Tokens sent, where they were counted; they beat `input_bytes` and `images`.
    pub input_tokens: Option<i64>,
    /// Bytes of UTF-8 of all the text sent.
    pub input_bytes: i64,
    /// Images and other parts that are no text.
    pub images: i64,
    /// The most output tokens that were asked for, a choice.
    pub max_output_tokens: Option<i64>,
    /// Choices asked for; 0 counts as 1.
    pub choices: i64,
    /// Tokens delivered so far: then these are the output.
    pub output_tokens: Option<i64>,
    /// Bytes of text delivered so far, where its tokens are not known.
    pub output_bytes: Option<i64>,
}

/// Tokens sent and received, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectation {
    /// Tokens sent.
    pub input_tokens: i64,
    /// Tokens received.
    pub output_tokens: i64,
}

impl Engine {
    /// Tokens that a request will use. Sums stop at the largest amount.
    ///
    /// # Errors
    /// [`Error::InvalidTime`].
    pub fn estimate_tokens(&mut self, known: &Known<'_>, now_ms: i64) -> Result<Expectation, Error> {
        self.tick(now_ms)?;
        let prices = self.active.policy.prices();
        let input_tokens = known.input_tokens.unwrap_or_else(|| {
            let images = known.images.max(0).saturating_mul(tokens_an_image(known, prices));
            tokens_of(known.input_bytes).saturating_add(images)
        });
        let delivered = known.output_tokens.or(known.output_bytes.map(tokens_of));
        let output_tokens = delivered.unwrap_or_else(|| self.output(known, prices));
        Ok(Expectation { input_tokens: input_tokens.max(0), output_tokens: output_tokens.max(0) })
    }

    fn output(&self, known: &Known<'_>, prices: &PriceBook) -> i64 {
        let choices = known.choices.max(1);
        let limit = known.model.and_then(|model| prices.output_limit(known.provider, model));
        let asked = known.max_output_tokens;
        if known.worst_case {
            let most = limit.unwrap_or(asked.unwrap_or(OUTPUT_MAX));
            return choices.saturating_mul(asked.unwrap_or(most).min(most));
        }
        let learned = known.model.and_then(|model| self.learned.mean(model, known.feature));
        let usual = learned.unwrap_or(choices.saturating_mul(OUTPUT_START));
        let most = asked.unwrap_or(i64::MAX).min(limit.unwrap_or(i64::MAX));
        usual.min(choices.saturating_mul(most))
    }

    /// A call has ended for the first time, with a provider's own usage: what it was answered with is learned.
    pub(super) fn learn(&mut self, id: ReservationId, output_tokens: i64) {
        let Some(reservation) = self.reservations.get(id) else { return };
        if let Some(model) = reservation.called() {
            self.learned.teach(model, reservation.feature(), output_tokens);
        }
    }
}

fn tokens_of(bytes: i64) -> i64 {
    divided_up(bytes.max(0), BYTES_A_TOKEN)
}

fn tokens_an_image(known: &Known<'_>, prices: &PriceBook) -> i64 {
    let of = |name: &str| IMAGE_TOKENS.iter().find(|(maker, _)| *maker == name);
    let tokens = match (known.provider, known.model) {
        (Some(provider), _) => {
            crate::pricing::canonical(provider, |name| of(name).map(|(maker, _)| *maker)).and_then(of)
        }
        (None, Some(model)) => prices.resolve(None, model).and_then(|id| of(prices.provider(id)?)),
        (None, None) => None,
    };
    tokens.map_or(IMAGE_TOKENS_ELSEWHERE, |(_, tokens)| *tokens)
}
