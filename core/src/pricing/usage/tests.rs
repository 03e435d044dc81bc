//! Shapes of usage objects, and what is no usage.

use super::*;
use serde_json::json;

fn read(usage: &Value) -> TokenUsage {
    TokenUsage::from_provider(usage).unwrap()
}

#[test]
fn openai_counts_the_cache_inside() {
    let usage = read(
        &json!({"provider": "openai", "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10, "audio_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 8, "audio_tokens": 3, "accepted_prediction_tokens": 1}}),
    );
    let expected = TokenUsage {
        input: 25,
        cached_input: 60,
        cache_write: 10,
        audio_input: 5,
        output: 17,
        audio_output: 3,
        ..TokenUsage::default()
    };
    assert_eq!(usage, expected);
    assert_eq!((usage.input_total(), usage.output_total()), (100, 20));
    let responses =
        read(&json!({"provider": "openai", "input_tokens": 100, "output_tokens": 20, "service_tier": "flex",
        "input_tokens_details": {"cached_tokens": 60}, "output_tokens_details": {"reasoning_tokens": 8}}));
    let flex = TokenUsage { cached_input: 60, service_tier: ServiceTier::Flex, ..TokenUsage::plain(40, 20) };
    assert_eq!(responses, flex);
    assert_eq!(
        read(&json!({"provider": "openai", "prompt_tokens": 8, "total_tokens": 8})),
        TokenUsage::plain(8, 0)
    );
}

#[test]
fn anthropic_counts_the_cache_beside() {
    let usage = read(&json!({"provider": "anthropic", "input_tokens": 10, "output_tokens": 20,
        "cache_read_input_tokens": 300, "cache_creation_input_tokens": 50,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
        "server_tool_use": {"web_search_requests": 2}, "service_tier": "priority"}));
    let expected = TokenUsage {
        cached_input: 300,
        cache_write: 20,
        cache_write_1h: 30,
        web_searches: 2,
        ..TokenUsage::plain(10, 20)
    };
    assert_eq!(usage, expected);
    assert_eq!(usage.input_total(), 360);
    let fast =
        read(&json!({"provider": "anthropic", "input_tokens": 1, "output_tokens": 1, "speed": "fast"}));
    assert_eq!(fast.service_tier, ServiceTier::Priority);
    let without_spans =
        read(&json!({"provider": "anthropic", "input_tokens": 1, "cache_creation_input_tokens": 7}));
    assert_eq!(without_spans.cache_write, 7);
    // Compaction is beside the counts at the top, the message itself is in them.
    let compacted =
        read(&json!({"provider": "anthropic", "input_tokens": 10, "output_tokens": 20, "iterations": [
        {"type": "compaction", "input_tokens": 1000, "output_tokens": 200, "cache_read_input_tokens": 5},
        {"type": "message", "input_tokens": 10, "output_tokens": 20}]}));
    assert_eq!(compacted, TokenUsage { cached_input: 5, ..TokenUsage::plain(1010, 220) });
}

#[test]
fn google_in_both_spellings() {
    let expected = TokenUsage {
        cached_input: 10,
        cached_audio: 20,
        audio_input: 30,
        image_input: 15,
        ..TokenUsage::plain(32, 60)
    };
    let camel = json!({"provider": "google", "usageMetadata": {"promptTokenCount": 100, "toolUsePromptTokenCount": 7,
        "cachedContentTokenCount": 30, "candidatesTokenCount": 50, "thoughtsTokenCount": 10, "totalTokenCount": 167,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 35}, {"modality": "AUDIO", "tokenCount": 50},
            {"modality": "IMAGE", "tokenCount": 10}, {"modality": "VIDEO", "tokenCount": 5}],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}, {"modality": "TEXT", "tokenCount": 10}]}});
    assert_eq!(read(&camel), expected);
    let snake = json!({"provider": "google", "prompt_token_count": 100, "tool_use_prompt_token_count": 7,
        "cached_content_token_count": 30, "candidates_token_count": 50, "thoughts_token_count": 10,
        "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 50}, {"modality": "IMAGE", "token_count": 15}],
        "cache_tokens_details": [{"modality": "AUDIO", "token_count": 20}], "candidates_tokens_details": null});
    assert_eq!(read(&snake), expected);
}

#[test]
fn the_ai_sdk_of_three_versions() {
    let expected = TokenUsage { cached_input: 60, cache_write: 10, ..TokenUsage::plain(30, 20) };
    for usage in [
        json!({"provider": "ai_sdk", "inputTokens": {"total": 100, "noCache": 30, "cacheRead": 60, "cacheWrite": 10},
            "outputTokens": {"total": 20, "text": 12, "reasoning": 8}}),
        json!({"provider": "ai_sdk", "inputTokens": {"noCache": 30, "cacheRead": 60, "cacheWrite": 10},
            "outputTokens": {"text": 12, "reasoning": 8}}),
        json!({"provider": "ai_sdk", "inputTokens": 100, "outputTokens": 20, "totalTokens": 120,
            "inputTokenDetails": {"noCacheTokens": 30, "cacheReadTokens": 60, "cacheWriteTokens": 10}}),
    ] {
        assert_eq!(read(&usage), expected, "{usage}");
    }
    let five = json!({"inputTokens": 100, "outputTokens": 20, "cachedInputTokens": 60, "reasoningTokens": 5});
    assert_eq!(read(&five), TokenUsage { cached_input: 60, ..TokenUsage::plain(40, 20) });
    let beside = json!({"inputTokens": 10, "outputTokens": 20, "cachedInputTokens": 60});
    assert_eq!(read(&beside), TokenUsage { cached_input: 60, ..TokenUsage::plain(10, 20) });
    assert_eq!(read(&json!({"promptTokens": 3, "completionTokens": 4})), TokenUsage::plain(3, 4));
}

#[test]
fn the_others() {
    let converse = json!({"provider": "bedrock", "inputTokens": 10, "outputTokens": 20, "cacheReadInputTokens": 300,
        "cacheWriteInputTokens": 50});
    assert_eq!(
        read(&converse),
        TokenUsage { cached_input: 300, cache_write: 50, ..TokenUsage::plain(10, 20) }
    );
    let cohere = json!({"provider": "cohere", "billed_units": {"input_tokens": 5, "output_tokens": 6},
        "tokens": {"input_tokens": 71, "output_tokens": 8}});
    assert_eq!(read(&cohere), TokenUsage::plain(5, 6));
    let deepseek = json!({"provider": "deepseek", "prompt_tokens": 100, "completion_tokens": 7,
        "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36});
    assert_eq!(read(&deepseek), TokenUsage { cached_input: 64, ..TokenUsage::plain(36, 7) });
    let xai = json!({"provider": "xai", "prompt_tokens": 10, "completion_tokens": 7,
        "completion_tokens_details": {"reasoning_tokens": 100}});
    assert_eq!(read(&xai), TokenUsage::plain(10, 107));
    let langchain = json!({"provider": "langchain", "input_tokens": 100, "output_tokens": 7, "total_tokens": 107,
        "input_token_details": {"cache_read": 60, "cache_creation": 0, "ephemeral_1h_input_tokens": 10,
            "ephemeral_5m_input_tokens": 5}, "output_token_details": {"reasoning": 3}});
    let expected =
        TokenUsage { cached_input: 60, cache_write: 5, cache_write_1h: 10, ..TokenUsage::plain(25, 7) };
    assert_eq!(read(&langchain), expected);
    let litellm = json!({"prompt_tokens": 100, "completion_tokens": 7, "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 10});
    assert_eq!(read(&litellm), TokenUsage { cached_input: 60, cache_write: 10, ..TokenUsage::plain(30, 7) });
}

#[test]
fn parts_beyond_their_total_are_cut_and_nulls_are_nothing() {
    let over = json!({"provider": "openai", "prompt_tokens": 10, "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 5}, "completion_tokens_details": null});
    assert_eq!(read(&over), TokenUsage { cached_input: 8, audio_input: 2, ..TokenUsage::plain(0, 2) });
    let nulls = json!({"provider": null, "prompt_tokens": 10, "completion_tokens": null,
        "prompt_tokens_details": {"cached_tokens": null}});
    assert_eq!(read(&nulls), TokenUsage::plain(10, 0));
    let text = json!({"provider": "openai", "prompt_tokens": "10", "completion_tokens": 2.0});
    assert_eq!(read(&text), TokenUsage::plain(10, 2));
    let huge = json!({"provider": "anthropic", "input_tokens": "9223372036854775807", "output_tokens": 1,
        "cache_read_input_tokens": "9223372036854775807"});
    assert_eq!(read(&huge).input_total(), i64::MAX);
}

#[test]
fn what_is_no_usage_says_where() {
    let negative = [
        (json!({"provider": "openai", "prompt_tokens": -1, "completion_tokens": 2}), "prompt_tokens"),
        (
            json!({"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": -2}}),
            "prompt_tokens_details.cached_tokens",
        ),
        (json!({"prompt_tokens": 1, "total_tokens": -0.5}), "total_tokens"),
        (
            json!({"usageMetadata": {"promptTokenCount": 1, "promptTokensDetails": [{"tokenCount": -1}]}}),
            "promptTokensDetails[0].tokenCount",
        ),
        (json!({"inputTokens": {"total": -5}, "outputTokens": {"total": 1}}), "inputTokens.total"),
        (json!({"prompt_tokens": 1, "num_search_queries": -1}), "num_search_queries"),
    ];
    for (usage, path) in negative {
        assert_eq!(
            TokenUsage::from_provider(&usage),
            Err(UsageError::Negative { path: path.into() }),
            "{usage}"
        );
    }
    let malformed = [
        (json!(5), ""),
        (json!({}), ""),
        (json!({"provider": "openai"}), ""),
        (json!({"provider": "openai", "prompt_tokens": null}), ""),
        (json!({"provider": 5, "prompt_tokens": 1}), "provider"),
        (json!({"prompt_tokens": "many"}), "prompt_tokens"),
        (json!({"prompt_tokens": "-1"}), "prompt_tokens"),
        (json!({"prompt_tokens": true}), "prompt_tokens"),
        (json!({"prompt_tokens": 1.5}), "prompt_tokens"),
        (json!({"prompt_tokens": 1e300}), "prompt_tokens"),
        (json!({"prompt_tokens": 9_007_199_254_740_993_u64}), "prompt_tokens"),
        (json!({"prompt_tokens": 1, "prompt_tokens_details": [1]}), "prompt_tokens_details"),
        (json!({"promptTokenCount": 1, "promptTokensDetails": [1]}), "promptTokensDetails[0]"),
        (
            json!({"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": []}}),
            "cache_creation.ephemeral_1h_input_tokens",
        ),
    ];
    for (usage, path) in malformed {
        match TokenUsage::from_provider(&usage) {
            Err(UsageError::Malformed { path: found, .. }) => assert_eq!(found, path, "{usage}"),
            other => panic!("{usage}: {other:?}"),
        }
    }
}
