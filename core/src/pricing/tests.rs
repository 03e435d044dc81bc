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
        (Some("nobody"), "gpt-4o", "gpt-4o", "openai", true),
        (Some("nobody"), "openai/gpt-4o", "gpt-4o", "openai", false),
        (None, "gpt-4-0613", "gpt-4", "openai", false),
        (None, "gpt-4o-2024-05-13", "gpt-4o-2024-05-13", "openai", false),
        (Some("openrouter"), "openai/gpt-4o", "openai/gpt-4o", "openrouter", false),
        (None, "openrouter/openai/gpt-4o", "openai/gpt-4o", "openrouter", false),
        (None, "claude-3-5-haiku-20241022", "claude-3-5-haiku-latest", "anthropic", false),
        (None, "vertex_ai/claude-opus-4-5@20251101", "claude-opus-4-5", "google", false),
        (None, "gemini/gemini-2.5-pro", "gemini-2.5-pro", "google", false),
        (None, "models/gemini-2.5-pro-preview-06-05", "gemini-2.5-pro", "google", false),
        (Some("openai"), "claude-opus-4-5", "claude-opus-4-5", "anthropic", true),
        (Some("openai"), "anthropic/claude-opus-4-5", "claude-opus-4-5", "anthropic", true),
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

#[test]
fn every_downgrade_is_a_cheaper_sibling_of_one_provider() {
    let book = PriceBook::builtin();
    for (provider, model, sibling) in downgrades::MAP {
        let resolve = |name: &str| book.resolve(Some(provider), name).unwrap_or_else(|| panic!("{name}"));
        let (from, to) = (resolve(model), resolve(sibling));
        assert_eq!(book.name(from), *model, "the map is asked for ids, not aliases");
        assert_eq!(book.provider(from), book.provider(to), "{model}");
        assert!(!book.is_approximate(to), "{sibling}");
        assert!(book.is_cheaper(to, from, AT), "{model} → {sibling}");
        assert_eq!(book.builtin_downgrade(from), Some(*sibling));
        // Cheaper is a strict order, so a chain that is cheaper at each hop has no cycle.
        assert!(!book.is_cheaper(from, to, AT));
        let next = book.builtin_downgrade(to).map(resolve);
        assert!(next.is_none_or(|n| book.is_cheaper(n, from, AT)), "{model}");
    }
    let azure = book.resolve(Some("azure"), "gpt-4o").unwrap();
    assert_eq!(book.builtin_downgrade(azure), None);
    let given = book.with_prices(vec![("gpt-4o".into(), price("1", "1"))]);
    let m = given.resolve(None, "openai/gpt-4o").unwrap();
    assert_eq!(given.builtin_downgrade(m), Some("gpt-4o-mini"));
}

#[test]
fn past_usage_is_priced_at_its_own_date() {
    let book = PriceBook::builtin();
    let m = book.resolve(Some("mistral"), "mistral-large-4").unwrap();
    // 19, 20 and 29 October 2026, UTC midnight: launch, list and present price.
    let (launch, list, present) = (1_792_368_000_000, 1_792_454_400_000, 1_793_232_000_000);
    let cost = |at| book.cost(m, &TokenUsage::plain(1_000, 0), at);
    assert_eq!([cost(launch), cost(list), cost(present)], [680_000, 1_360_000, 700_000]);
    assert_eq!(cost(list - 1), 680_000);
    assert_eq!(cost(i64::MIN), 680_000);
    assert_eq!(cost(i64::MAX), 700_000);
    // Peak hours of DeepSeek, 01:00 to 04:00 UTC.
    let hourly = book.resolve(None, "deepseek-v4-flash").unwrap();
    let at = |hour: i64| book.cost(hourly, &TokenUsage::plain(1_000, 0), AT + hour * 3_600_000);
    assert_eq!(
        [at(0), at(1), at(3), at(4), at(6), at(10)],
        [150_000, 300_000, 300_000, 150_000, 300_000, 150_000]
    );
}

#[test]
fn an_id_of_another_book_is_harmless() {
    let one = PriceBook::builtin().with_prices(vec![("mine".into(), price("1", "1"))]);
    let m = one.resolve(None, "mine").unwrap();
    for book in [PriceBook::builtin(), PriceBook::empty()] {
        assert_eq!(book.cost(m, &TokenUsage::plain(5, 5), AT), 0);
        assert_eq!((book.name(m), book.provider(m), book.builtin_downgrade(m)), ("", None, None));
    }
    assert_eq!(one.clone().name(m), "mine");
}

#[test]
fn of_two_prices_for_one_model_the_later_layer_and_the_own_id_win() {
    let input = |prices: Vec<(&str, &str)>, name: &str| {
        let prices = prices.into_iter().map(|(n, p)| (n.to_owned(), price(p, p))).collect();
        let book = PriceBook::builtin().with_prices(prices);
        book.cost(book.resolve(None, name).unwrap(), &TokenUsage::plain(1, 0), AT)
    };
    assert_eq!(input(vec![("gpt-5.6-sol", "1"), ("gpt-5.6", "2")], "openai/gpt-5-6"), 1_000);
    assert_eq!(input(vec![("gpt-5.6", "2"), ("gpt-5.6-sol", "1")], "openai/gpt-5-6"), 1_000);
    assert_eq!(input(vec![("gpt-5.6", "2"), ("gpt-5.6-sol", "1")], "openai/gpt-5.6"), 2_000);
    assert_eq!(input(vec![("azure/o1", "3"), ("o1", "4")], "azure/o1"), 3_000);
    assert_eq!(input(vec![("o1", "4")], "azure/o1"), 4_000);
    assert_eq!(input(vec![("openai/gpt-4o", "5")], "gpt-4o-2024-11-20"), 5_000);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn any_usage() -> impl Strategy<Value = TokenUsage> {
        proptest::array::uniform12(0_i64..1_000_000_000).prop_map(|c| TokenUsage {
            input: c[0],
            cached_input: c[1],
            cache_write: c[2],
            cache_write_1h: c[3],
            output: c[4],
            audio_input: c[5],
            audio_output: c[6],
            cached_audio: c[7],
            image_input: c[8],
            image_output: c[9],
            cached_image: c[10],
            web_searches: c[11],
            service_tier: ServiceTier::Standard,
            partial: false,
        })
    }

    fn sum(a: &TokenUsage, b: &TokenUsage) -> TokenUsage {
        TokenUsage {
            input: a.input + b.input,
            cached_input: a.cached_input + b.cached_input,
            cache_write: a.cache_write + b.cache_write,
            cache_write_1h: a.cache_write_1h + b.cache_write_1h,
            output: a.output + b.output,
            audio_input: a.audio_input + b.audio_input,
            audio_output: a.audio_output + b.audio_output,
            cached_audio: a.cached_audio + b.cached_audio,
            image_input: a.image_input + b.image_input,
            image_output: a.image_output + b.image_output,
            cached_image: a.cached_image + b.cached_image,
            web_searches: a.web_searches + b.web_searches,
            service_tier: a.service_tier,
            partial: false,
        }
    }

    proptest! {
        #[test]
        fn a_cost_is_additive_up_to_the_one_rounding(
            a in any_usage(), b in any_usage(), input in 0_i64..200_000_000_000, output in 0_i64..200_000_000_000,
        ) {
            let rates = Rates::flat(Sheet::flat(input, output));
            let (one, two, both) = (rates.cost(&a), rates.cost(&b), rates.cost(&sum(&a, &b)));
            prop_assert!(both <= one + two && one + two <= both + 1, "{one} {two} {both}");
        }

        #[test]
        fn no_word_after_a_model_is_that_model(
            word in prop_oneof![
                "[-._:@/]?[a-z]{3,8}",
                "-(mini|pro|turbo|tts|lite|audio|image|fast|foo|2024-08-06-foo|v|1|99|9999|2024-13-01|chat|free)",
            ],
            pick in 0_usize..10_000,
        ) {
            let book = PriceBook::builtin();
            let models = &book.table.unwrap().models;
            let model = &models[pick % models.len()];
            let name = format!("{}{word}", model.name);
            if let Some(m) = book.resolve(None, &name) {
                // Another model may have that very name, or the word is a stage that may follow.
                let stage = ["preview", "exp", "latest", "beta", "default", "instruct", "experimental"];
                let name = name.to_ascii_lowercase();
                let bare = name.split_once('/').map_or(&*name, |(_, rest)| rest);
                // (what follows a fine-tune's base is the customer's)
                let known = name.starts_with("ft:") || [&*name, bare].iter().any(|n| book.table.unwrap().named(n).next().is_some());
                prop_assert!(
                    known || stage.contains(&word.trim_start_matches(['-', '.', '_', ':', '@', '/'])),
                    "{name} became {}", book.name(m)
                );
            }
        }

        #[test]
        fn no_name_panics(provider in proptest::option::of("\\PC{0,20}"), name in "\\PC{0,40}") {
            let book = PriceBook::builtin().with_prices(vec![(name.clone(), Rates::default())]);
            prop_assert!(book.resolve(provider.as_deref(), &name).is_some());
        }
    }
}
