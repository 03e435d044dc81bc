//! The presets: which names a log's fields have. Sources of the names are listed in docs/replay.md.

use crate::field::Field;

/// The kind of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// CSV or JSON, told by the first byte, with common column names.
    #[default]
    Auto,
    /// CSV (comma, semicolon or tab) with a header line.
    Csv,
    /// JSON: one object a line, an array of objects, or objects one after another.
    Jsonl,
    /// The traces of the Azure Public Dataset.
    Azure,
    /// The spend logs of the LiteLLM proxy.
    Litellm,
    /// OpenAI's usage export, or pages of its usage API.
    Openai,
    /// Langfuse's export of observations.
    Langfuse,
}

impl Format {
    /// Every format, `auto` first.
    pub const ALL: [Format; 7] = [
        Format::Auto,
        Format::Csv,
        Format::Jsonl,
        Format::Azure,
        Format::Litellm,
        Format::Openai,
        Format::Langfuse,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Auto => "auto",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Azure => "azure",
            Format::Litellm => "litellm",
            Format::Openai => "openai",
            Format::Langfuse => "langfuse",
        }
    }

    /// The format of that name; `None` for any other text.
    #[must_use]
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.as_str() == name)
    }

    /// The names `field` may stand under, first match first.
    #[must_use]
    pub fn names(self, field: Field) -> &'static [&'static str] {
        match self {
            Format::Auto | Format::Csv | Format::Jsonl => common(field),
            Format::Azure => azure(field),
            Format::Litellm => litellm(field),
            Format::Openai => openai(field),
            Format::Langfuse => langfuse(field),
        }
    }
}

fn common(field: Field) -> &'static [&'static str] {
    match field {
        Field::Time => &[
            "time",
            "timestamp",
            "at",
            "ts",
            "created_at",
            "createdAt",
            "start_time",
            "startTime",
            "datetime",
            "date",
        ],
        Field::User => &["user", "user_id", "userId", "end_user", "customer", "customer_id"],
        Field::Tier => &["tier", "plan"],
        Field::Org => &["org", "org_id", "organization", "organization_id", "team_id", "tenant", "tenant_id"],
        Field::Feature => &["feature", "group"],
        Field::Session => &["session", "session_id", "sessionId"],
        Field::Provider => &["provider", "custom_llm_provider"],
        Field::Model => &["model", "model_name"],
        Field::Input => {
            &["input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "ContextTokens", "input"]
        }
        Field::Output => &[
            "output_tokens",
            "completion_tokens",
            "outputTokens",
            "completionTokens",
            "GeneratedTokens",
            "output",
        ],
        Field::Cached => &["cached_tokens", "cached_input_tokens", "input_cached_tokens", "cached"],
        Field::CacheWrite => &["cache_write_tokens", "cache_write"],
        Field::Cost => &["cost_usd", "cost", "usd", "spend", "total_cost", "totalCost"],
        Field::Calls => &["calls", "num_model_requests"],
        Field::Kind | Field::Usage => &[],
    }
}

fn azure(field: Field) -> &'static [&'static str] {
    match field {
        Field::Time => &["TIMESTAMP"],
        Field::Input => &["ContextTokens"],
        Field::Output => &["GeneratedTokens"],
        _ => &[],
    }
}

fn litellm(field: Field) -> &'static [&'static str] {
    match field {
        Field::Time => &["startTime", "start_time"],
        Field::User => &["end_user", "user"],
        Field::Tier => &["metadata.spend_logs_metadata.tier", "metadata.tier"],
        Field::Org => &["organization_id", "team_id"],
        Field::Feature => &["request_tags.0"],
        Field::Session => &["session_id"],
        Field::Provider => &["custom_llm_provider"],
        Field::Model => &["model", "model_group"],
        Field::Input => &["prompt_tokens"],
        Field::Output => &["completion_tokens"],
        Field::Cached => &["metadata.usage_object.prompt_tokens_details.cached_tokens"],
        Field::Cost => &["spend"],
        Field::Kind => &["status"],
        _ => &[],
    }
}

fn openai(field: Field) -> &'static [&'static str] {
    match field {
        Field::Time => &["start_time"],
        Field::User => &["user_id"],
        Field::Org => &["project_id"],
        Field::Model => &["model"],
        Field::Input => &["input_tokens"],
        Field::Output => &["output_tokens"],
        Field::Cached => &["input_cached_tokens"],
        Field::CacheWrite => &["input_cache_write_tokens"],
        Field::Calls => &["num_model_requests"],
        _ => &[],
    }
}

fn langfuse(field: Field) -> &'static [&'static str] {
    match field {
        Field::Time => &["startTime", "start_time"],
        Field::User => &["userId", "user_id"],
        Field::Tier => &["metadata.tier", "metadata.plan"],
        Field::Feature => &["traceName", "trace_name", "name"],
        Field::Session => &["sessionId", "session_id"],
        Field::Model => &["model", "providedModelName", "provided_model_name", "internalModelId"],
        Field::Input => &["inputUsage", "inputTokens", "promptTokens", "usage.input", "input_usage"],
        Field::Output => &["outputUsage", "outputTokens", "completionTokens", "usage.output", "output_usage"],
        Field::Cost => &[
            "totalCost",
            "total_cost",
            "calculatedTotalCost",
            "calculated_total_cost",
            "costDetails.total",
            "cost_details.total",
        ],
        Field::Kind => &["type"],
        Field::Usage => &["usageDetails", "usage_details"],
        _ => &[],
    }
}
