//! Provider names: the spellings in use, and the one the price table has.

/// Spellings of a provider beyond the table's own, in lower case with `_` and ` ` as `-`.
const SPELLINGS: &[(&str, &str)] = &[
    ("azure-openai", "azure"),
    ("azure-ai", "azure"),
    ("azure-text", "azure"),
    ("azure.ai", "azure"),
    ("bedrock", "aws"),
    ("bedrock-converse", "aws"),
    ("amazon-bedrock", "aws"),
    ("aws-bedrock", "aws"),
    ("amazon", "aws"),
    ("cohere-chat", "cohere"),
    ("fireworks-ai", "fireworks"),
    ("gcp", "google"),
    ("gemini", "google"),
    ("google-ai-studio", "google"),
    ("google-genai", "google"),
    ("google-gla", "google"),
    ("google-generative-ai", "google"),
    ("google-vertex", "google"),
    ("google-vertex-ai", "google"),
    ("mistral-ai", "mistral"),
    ("mistralai", "mistral"),
    ("moonshot", "moonshotai"),
    ("text-completion-openai", "openai"),
    ("together-ai", "together"),
    ("togetherai", "together"),
    ("vertex", "google"),
    ("vertex-ai", "google"),
    ("vertex-ai-beta", "google"),
    ("xai", "x-ai"),
    ("z-ai", "zai"),
];

/// The table's name of a provider, if it is one of `known`: case, `_` for `-`, common other names
/// and what follows a dot (`openai.responses`, `gcp.vertex_ai`) do not matter.
pub(crate) fn canonical<'a>(name: &str, known: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
    // An exact hit is nearly every call; a name with a dot or capital is spelled out first.
    if let Some(found) = known(name) {
        return Some(found);
    }
    if name.len() > 64 {
        return None;
    }
    let name: String = name.bytes().map(fold).collect();
    let lookup = |n: &str| {
        known(n).or_else(|| SPELLINGS.iter().find(|(s, _)| *s == n).and_then(|(_, table)| known(table)))
    };
    lookup(&name).or_else(|| name.split_once('.').and_then(|(head, _)| lookup(head)))
}

fn fold(byte: u8) -> char {
    match byte {
        b'_' | b' ' => '-',
        _ => char::from(byte.to_ascii_lowercase()),
    }
}
