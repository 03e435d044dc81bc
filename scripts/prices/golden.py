"""Writes core/data/golden.json: what genai-prices itself says that usages cost.

    .venv/bin/python scripts/prices/golden.py [--check]

`models`: [provider, model, epoch ms, context, counts, nano-dollars] with the counts in the order of
CLASSES, disjoint. `shapes`: a provider's own usage object, read by genai-prices' extractors. The Rust
tests compare both with the core, offline.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import source
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

GOLDEN = Path(__file__).resolve().parents[2] / "core" / "data" / "golden.json"
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.timezone.utc)
CLASSES = (
    "input cached_input cache_write cache_write_1h output audio_input audio_output cached_audio "
    "image_input image_output cached_image web_searches"
).split()
# Every model of these, and a sample of the others.
WHOLE = {"openai", "anthropic", "google", "mistral", "deepseek", "x-ai", "azure"}
COUNTS = [
    [1201, 0, 0, 0, 307, 0, 0, 0, 0, 0, 0, 0],
    [150_001, 90_000, 30_000, 7_001, 4_003, 0, 0, 0, 0, 0, 0, 2],
    [11, 7, 0, 0, 13, 101, 103, 107, 109, 113, 127, 0],
]


def nanos(usd: Decimal) -> int:
    """Rounded up once."""
    return int((usd * 10**9).to_integral_value(ROUND_CEILING))


def usage(counts: list[int]) -> Usage:
    """Disjoint classes as the totals and parts that genai-prices wants."""
    c = dict(zip(CLASSES, counts, strict=True))
    named = {
        "input_tokens": sum(c[k] for k in CLASSES if k not in ("output", "audio_output", "image_output", "web_searches")),
        "cache_read_tokens": c["cached_input"] + c["cached_audio"] + c["cached_image"],
        "cache_write_tokens": c["cache_write"] + c["cache_write_1h"],
        "cache_write_1h_tokens": c["cache_write_1h"],
        "output_tokens": c["output"] + c["audio_output"] + c["image_output"],
        "input_audio_tokens": c["audio_input"] + c["cached_audio"],
        "output_audio_tokens": c["audio_output"],
        "cache_audio_read_tokens": c["cached_audio"],
        "input_image_tokens": c["image_input"] + c["cached_image"],
        "output_image_tokens": c["image_output"],
        "cache_image_read_tokens": c["cached_image"],
        "web_searches": c["web_searches"],
    }
    return Usage(**{k: v for k, v in named.items() if v})


def left_out(provider: str, model) -> bool:
    """True for what the table has no rates for, or only rounded ones (docs/prices.md)."""
    for period in source.conditional(model):
        given = {k: v for k, v in vars(period.prices).items() if v is not None}
        if given.keys() & {"output_reasoning_mtok", "output_citation_mtok"} or not {"input_mtok", "output_mtok"} & given.keys():
            return True
        for key in given.keys() & source.LETTERS.keys():
            for start in (0, 10**9):
                if -source.at(given[key], start).as_tuple().exponent > 9:
                    return True
    return False


def models() -> list[list]:
    """Rows over models, dates, contexts and counts."""
    rows = []
    for provider in source.providers():
        taken = [m for m in provider.models if not left_out(provider.id, m)]
        for index, model in enumerate(taken):
            if provider.id not in WHOLE and index % 12:
                continue
            found = provider.find_model(model.id)
            if found is not model:  # the source's own rules send this id to another model
                continue
            times = {NOW} | {
                source.NEVER + dt.timedelta(days=p["from"], hours=1) for p in source.periods(provider.id, model) if p["from"]
            }
            for at in sorted(times):
                counts = COUNTS[(index + len(rows)) % len(COUNTS)]
                contexts = {"": {}, **source.contexts(provider.id)} if at == NOW else {"": {}}
                for letter, context in contexts.items():
                    if letter and model.get_prices(at) == model.get_prices(at, context):
                        continue
                    price = calc_price(usage(counts), model.id, provider_id=provider.id, genai_request_timestamp=at, price_context=context)
                    rows.append([provider.id, model.id, int(at.timestamp() * 1000), letter, counts, nanos(price.total_price)])
    return rows


def google(modality: str, count: int) -> dict:
    """One entry of Gemini's lists by modality."""
    return {"modality": modality, "tokenCount": count}


SHAPES = [
    ("openai", "chat", "gpt-4o", {"prompt_tokens": 1200, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 64}}),
    ("openai", "chat", "gpt-6-sol", {"prompt_tokens": 300_000, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 4096}}),
    ("openai", "chat", "gpt-audio", {"prompt_tokens": 500, "completion_tokens": 400, "prompt_tokens_details": {"audio_tokens": 300}, "completion_tokens_details": {"audio_tokens": 350}}),
    ("openai", "responses", "gpt-5", {"input_tokens": 9000, "output_tokens": 700, "input_tokens_details": {"cached_tokens": 8000}, "output_tokens_details": {"reasoning_tokens": 512}}),
    ("openai", "realtime", "gpt-realtime", {"input_tokens": 1000, "output_tokens": 200, "input_token_details": {"text_tokens": 300, "audio_tokens": 700, "cached_tokens": 600, "cached_tokens_details": {"text_tokens": 200, "audio_tokens": 400}}, "output_token_details": {"text_tokens": 50, "audio_tokens": 150}}),
    ("openai", "images", "gpt-image-1.5", {"input_tokens": 1000, "output_tokens": 4160, "input_tokens_details": {"text_tokens": 200, "image_tokens": 800}, "output_tokens_details": {"text_tokens": 160, "image_tokens": 4000}}),
    ("openai", "embeddings", "text-embedding-3-small", {"prompt_tokens": 8, "total_tokens": 8}),
    ("anthropic", "default", "claude-opus-5", {"input_tokens": 21, "output_tokens": 393, "cache_creation_input_tokens": 5000, "cache_read_input_tokens": 188_086, "cache_creation": {"ephemeral_5m_input_tokens": 4000, "ephemeral_1h_input_tokens": 1000}, "server_tool_use": {"web_search_requests": 3}}),
    ("anthropic", "default", "claude-haiku-5-5", {"input_tokens": 100_001, "output_tokens": 10, "cache_creation_input_tokens": None}),
    ("anthropic", "chat", "claude-sonnet-5", {"prompt_tokens": 40, "completion_tokens": 50}),
    ("google", "default", "gemini-2.5-pro", {"promptTokenCount": 200_000, "cachedContentTokenCount": 1000, "candidatesTokenCount": 50, "thoughtsTokenCount": 950, "toolUsePromptTokenCount": 1}),
    ("google", "default", "gemini-2.5-flash", {"promptTokenCount": 5000, "cachedContentTokenCount": 1500, "candidatesTokenCount": 60, "promptTokensDetails": [google("TEXT", 2000), google("AUDIO", 2500), google("IMAGE", 500)], "cacheTokensDetails": [google("TEXT", 500), google("AUDIO", 1000)]}),
    ("google", "default", "gemini-3-pro-image-preview", {"promptTokenCount": 60, "candidatesTokenCount": 1300, "candidatesTokensDetails": [google("TEXT", 180), google("IMAGE", 1120)]}),
    ("aws", "default", "us.anthropic.claude-opus-4-5-20251101-v1:0", {"inputTokens": 30, "outputTokens": 40, "cacheReadInputTokens": 500, "cacheWriteInputTokens": 90, "cacheDetails": [{"ttl": "5m", "inputTokens": 60}, {"ttl": "1h", "inputTokens": 30}]}),
    ("aws", "anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", {"input_tokens": 30, "output_tokens": 40, "cache_read_input_tokens": 7}),
    ("azure", "chat", "gpt-4o", {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 50}}),
    ("mistral", "default", "mistral-large-latest", {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}),
    ("deepseek", "chat", "deepseek-chat", {"prompt_tokens": 500, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 448}, "prompt_cache_hit_tokens": 448, "prompt_cache_miss_tokens": 52}),
    ("x-ai", "chat", "grok-4.5", {"prompt_tokens": 500, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 100}, "completion_tokens_details": {"reasoning_tokens": 300}}),
    ("x-ai", "responses", "grok-4.5", {"input_tokens": 500, "output_tokens": 320, "input_tokens_details": {"cached_tokens": 100}, "output_tokens_details": {"reasoning_tokens": 300}}),
    ("groq", "default", "openai/gpt-oss-120b", {"prompt_tokens": 500, "completion_tokens": 20, "queue_time": 0.01, "prompt_tokens_details": {"cached_tokens": 256}}),
    ("cohere", "default", "command-a", {"billed_units": {"input_tokens": 17, "output_tokens": 12}, "tokens": {"input_tokens": 220, "output_tokens": 14}}),
    ("perplexity", "default", "sonar-pro", {"prompt_tokens": 26, "completion_tokens": 832, "citation_tokens": 10, "reasoning_tokens": 5, "num_search_queries": 2}),
    ("openrouter", "chat", "anthropic/claude-opus-4.5", {"prompt_tokens": 900, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 200}, "cost": 0.1}),
]


def shapes() -> list[dict]:
    """Rows over the providers' own usage objects."""
    rows = []
    for provider, flavor, model, raw in SHAPES:
        by_id = {p.id: p for p in source.providers()}
        root = next(e for e in by_id[provider].extractors if e.api_flavor == flavor).root
        data: dict = {"model": model}
        inner = data
        steps = [root] if isinstance(root, str) else list(root)
        wrapped = raw
        if steps[-1] in raw:  # the root is inside the object already
            wrapped, steps = raw, steps[:-1]
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
        inner[steps[-1]] = wrapped
        extracted = get_snapshot().extract_usage(data, provider, api_flavor=flavor)
        price = calc_price(extracted.usage, model, provider_id=provider, genai_request_timestamp=NOW)
        rows.append({"provider": provider, "model": model, "at": int(NOW.timestamp() * 1000), "usage": {"provider": provider, **raw}, "nanos": nanos(price.total_price)})
    return rows


def main() -> int:
    """Writes or checks the file, one row a line."""
    parts = [
        '"models": [\n' + ",\n".join(json.dumps(r, separators=(",", ":")) for r in models()) + "\n]",
        '"shapes": [\n' + ",\n".join(json.dumps(r, separators=(",", ":")) for r in shapes()) + "\n]",
    ]
    text = "{" + ",\n".join(parts) + "}\n"
    print(f"golden.json: {len(text)} bytes, {text.count(chr(10)) - 4} rows")
    if "--check" not in sys.argv[1:]:
        GOLDEN.write_text(text)
    elif GOLDEN.read_text() != text:
        print("core/data/golden.json is stale: run scripts/prices/golden.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
