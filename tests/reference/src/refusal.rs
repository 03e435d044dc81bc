//! A refusal: a stable code, the path of what is wrong, words.

use serde_json::{Value, json};

/// What a command gives when it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) path: Option<String>,
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal about one field.
    pub(crate) fn at(code: &'static str, path: impl Into<String>, message: &str) -> Refusal {
        Refusal { code, path: Some(path.into()), message: message.to_owned() }
    }

    /// A refusal without a path.
    pub(crate) fn plain(code: &'static str) -> Refusal {
        Refusal { code, path: None, message: code.replace('_', " ") }
    }

    /// `{"error", "path"?, "message"}`.
    pub(crate) fn to_value(&self) -> Value {
        let mut value = json!({"error": self.code, "message": self.message});
        if let Some(path) = &self.path {
            value["path"] = json!(path);
        }
        value
    }
}

/// `invalid_policy` at a path.
pub(crate) fn invalid_policy(path: impl Into<String>, message: &str) -> Refusal {
    Refusal::at("invalid_policy", path, message)
}
