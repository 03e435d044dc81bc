"""Who is behind a base URL."""

from __future__ import annotations

from urllib.parse import urlsplit

# Hosts of providers whose APIs have the shape of another's, by the end of the name.
_HOSTS = (
    ("openai.azure.com", "azure"),
    ("services.ai.azure.com", "azure"),
    ("openrouter.ai", "openrouter"),
    ("api.groq.com", "groq"),
    ("api.together.xyz", "together"),
    ("api.together.ai", "together"),
    ("api.mistral.ai", "mistral"),
    ("api.deepseek.com", "deepseek"),
    ("api.x.ai", "x-ai"),
    ("api.fireworks.ai", "fireworks"),
    ("api.perplexity.ai", "perplexity"),
    ("api.cerebras.ai", "cerebras"),
    ("googleapis.com", "google"),
    ("amazonaws.com", "aws"),
    ("api.anthropic.com", "anthropic"),
)


def provider_of(base_url: object, otherwise: str) -> str:
    """The provider behind a base URL; `otherwise` where it is not known, as behind a proxy."""
    if base_url is None:
        return otherwise
    try:
        name = urlsplit(str(base_url)).hostname or ""
    except ValueError:
        return otherwise
    return next((who for host, who in _HOSTS if name == host or name.endswith(f".{host}")), otherwise)
