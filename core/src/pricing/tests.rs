//! Resolution, layers and history over the real table.

use super::*;
use serde_json::json;

const AT: i64 = 1_795_392_000_000; // 2026-11-23

fn price(input: &str, output: &str) -> Rates {
    Rates::from_json(&json!({"input": input, "output": output})).unwrap()
}

fn resolved(book: &PriceBook, provider: Option<&str>, model: &str) -> Option<(String, Option<String>, bool)> {
    let m = book.resolve(provider, model)?;
    Some((book.name(m).to_owned(), book.provider(m).map(str::to_owned), book.is_approximate(m)))
}

#[test]
fn names_of_one_model() {
    let book = PriceBook::builtin();
    for (provider, model, name, owner, approximate) in [
        (None, "gpt-4o", "gpt-4o", "openai", false),
        (None, "openai/gpt-4o", "gpt-4o", "openai", false),
        (None, "gpt-4o-2024-08-06", "gpt-4o", "openai", false),
        (None, "openai/gpt-4o-2024-08-06", "gpt-4o", "openai", false),
        (None, "gpt-4o-2031-01-01", "gpt-4o", "openai", true),
        (None, "gpt-4o-20310101", "gpt-4o", "openai", true),
        (None, "azure/gpt-4o", "gpt-4o", "azure", false),
        (Some("azure"), "gpt-4o", "gpt-4o", "azure", false),
        (Some("openai.chat"), "gpt-4o", "gpt-4o", "openai", false),
        (Some("nobody"), "gpt-4o", "gpt-4o", "openai", false),
        (None, "gpt-4-0613", "gpt-4", "openai", false),
        (None, "gpt-4o-2024-05-13", "gpt-4o-2024-05-13", "openai", false),
        (Some("openrouter"), "openai/gpt-4o", "openai/gpt-4o", "openrouter", false),
        (None, "openrouter/openai/gpt-4o", "openai/gpt-4o", "openrouter", false),
        (None, "claude-3-5-haiku-20241022", "claude-3-5-haiku-latest", "anthropic", false),
        (None, "vertex_ai/claude-opus-4-5@20251101", "claude-opus-4-5", "google", false),
        (None, "gemini/gemini-2.5-pro", "gemini-2.5-pro", "google", false),
        (None, "models/gemini-2.5-pro-preview-06-05", "gemini-2.5-pro", "google", false),
        (Some("openai"), "anthropic/claude-opus-4-5", "claude-opus-4-5", "anthropic", false),
        (None, "GPT-4o", "gpt-4o", "openai", false),
        (None, "ft:gpt-4o-2024-08-06:acme::x1", "ft:gpt-4o", "openai", false),
        (None, "ft:gpt-4.1-2025-04-14:acme::x1", "gpt-4.1", "openai", true),
    ] {
        let expected = Some((name.to_owned(), Some(owner.to_owned()), approximate));
        assert_eq!(resolved(&book, provider, model), expected, "{provider:?} {model}");
    }
    for model in
        ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", "bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0"]
    {
        let (name, owner, approximate) = resolved(&book, None, model).unwrap();
        assert_eq!(name, "regional.anthropic.claude-3-5-sonnet-20241022-v2:0");
        assert_eq!((owner.as_deref(), approximate), (Some("aws"), false));
    }
}

#[test]
fn strangers_have_no_price() {
    let book = PriceBook::builtin();
    for model in [
        "gpt-4o-foo",
        "gpt-4o-2024-13-01",
        "gpt-4o-",
        "gpt-4o/",
        "/gpt-4o",
        "gpt",
        "",
        "foo/gpt-4o",
        "openai/gpt-4o-foo",
        "claude-opus-4-5-foo",
        "gpt-4o-9999",
        "ft:nope:a",
        "openai/",
        "gpt-4o-2024-08-06-foo",
        "gemini-2.5-pro-tts-foo",
    ] {
        assert_eq!(resolved(&book, None, model), None, "{model}");
    }
    assert!(PriceBook::empty().resolve(None, "gpt-4o").is_none());
}

#[test]
fn costs_of_the_table() {
    let book = PriceBook::builtin();
    let m = book.resolve(None, "gpt-4o").unwrap();
    assert_eq!(book.cost(m, &TokenUsage::plain(1_000, 500), AT), 7_500_000);
    let cached = TokenUsage { cached_input: 1_000, ..TokenUsage::plain(0, 0) };
    assert_eq!(book.cost(m, &cached, AT), 1_250_000);
    let batch = TokenUsage { service_tier: ServiceTier::Batch, ..TokenUsage::plain(1_000, 500) };
    assert_eq!(book.cost(m, &batch, AT), 3_750_000);
    let long = book.resolve(None, "gemini-2.5-pro").unwrap();
    assert_eq!(book.cost(long, &TokenUsage::plain(200_000, 0), AT), 250_000_000);
    assert_eq!(book.cost(long, &TokenUsage::plain(200_001, 0), AT), 500_002_500);
    let search = TokenUsage { web_searches: 1, ..TokenUsage::default() };
    let claude = book.resolve(None, "claude-opus-5").unwrap();
    assert_eq!(book.cost(claude, &search, AT), 10_000_000);
}

#[test]
fn given_prices_win_and_reach_every_name_of_a_model() {
    let book = PriceBook::builtin().with_prices(vec![
        ("gpt-4o".into(), price("1", "1")),
        ("my-model".into(), price("2", "2")),
        ("gpt-4o-mini-2024-07-18".into(), price("3", "3")),
    ]);
    let cost = |provider: Option<&str>, model: &str| {
        let m = book.resolve(provider, model).unwrap();
        (
            book.cost(m, &TokenUsage::plain(1, 0), AT),
            book.provider(m).map(str::to_owned),
            book.is_approximate(m),
        )
    };
    let openai = Some("openai".to_owned());
    for name in ["gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06"] {
        assert_eq!(cost(None, name), (1_000, openai.clone(), false), "{name}");
    }
    assert_eq!(cost(Some("azure"), "gpt-4o"), (1_000, Some("azure".into()), false));
    assert_eq!(cost(None, "gpt-4o-2031-01-01"), (1_000, openai.clone(), true));
    assert_eq!(cost(None, "my-model"), (2_000, None, false));
    assert_eq!(cost(None, "openai/my-model"), (2_000, None, false));
    assert_eq!(cost(None, "my-model-2026-01-01"), (2_000, None, true));
    assert!(book.resolve(None, "my-model-foo").is_none());
    // The price of one dated version is not that of the model.
    assert_eq!(cost(None, "gpt-4o-mini-2024-07-18"), (3_000, openai.clone(), false));
    assert_eq!(cost(None, "gpt-4o-mini"), (150, openai.clone(), false));
    assert_eq!(cost(None, "gpt-4o-2024-05-13"), (5_000, openai, false));
    let again = book.with_prices(vec![("gpt-4o".into(), price("9", "9"))]);
    let m = again.resolve(None, "openai/gpt-4o-2024-11-20").unwrap();
    assert_eq!(again.cost(m, &TokenUsage::plain(1, 0), AT), 9_000);
    assert_eq!(again.name(m), "gpt-4o");
}
