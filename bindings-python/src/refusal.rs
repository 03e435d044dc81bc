//! Refusals as the Python exception `SpendgateError`, with the core's codes.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use serde_json::{Value, json};
use spendgate_core::error::Error;
use std::borrow::Cow;

/// The code of what is a fault of ours: a panic.
const INTERNAL: &str = "internal";

/// A refusal, not yet an exception.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    code: Cow<'static, str>,
    path: Option<String>,
    message: String,
}

impl Refusal {
    pub(crate) fn internal(message: String) -> Refusal {
        Refusal { code: INTERNAL.into(), path: None, message }
    }

    /// What an answer of `wire` refuses; `None` where it does not.
    pub(crate) fn of_answer(answer: &Value) -> Option<Refusal> {
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Refusal {
            code: text("error")?.into(),
            path: text("path"),
            message: text("message").unwrap_or_default(),
        })
    }

    /// As an answer of `wire`.
    pub(crate) fn to_answer(&self) -> Value {
        let mut answer = json!({"error": self.code, "message": self.message});
        if let (Some(path), Value::Object(answer)) = (&self.path, &mut answer) {
            answer.insert("path".to_owned(), path.as_str().into());
        }
        answer
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal {
            code: error.code().into(),
            path: error.path().map(str::to_owned),
            message: error.to_string(),
        }
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> PyErr {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        Python::attach(|py| match CLASS.import(py, "spendgate._errors", "SpendgateError") {
            Ok(class) => PyErr::from_type(class.clone(), (refusal.code, refusal.path, refusal.message)),
            Err(error) => error,
        })
    }
}
