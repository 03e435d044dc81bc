//! Where a document is wrong: every fault with its path, in the order of the document.

use crate::amount::{self, AmountError};
use crate::error::{Error, shown};
use crate::id;
use crate::json::{Json, Object};
use crate::unit::Unit;
use std::fmt;

/// The place of a value in the document, printed as `budgets[2].limit.usd`.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) const fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }
    pub(crate) const fn item(&'a self, index: usize) -> Path<'a> {
        Path::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, key) => f.write_str(key),
            Path::Key(parent, key) => write!(f, "{parent}.{key}"),
            Path::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Collects faults. A reader that finds one notes it and gives `None`; reading goes on, so that one
/// run names them all.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) errors: Vec<Error>,
}

impl Faults {
    /// Faults after this many are not listed: a wrong file would repeat one for each line.
    const MAX: usize = 1_000;

    pub(crate) fn note<T>(&mut self, path: &Path, message: impl Into<String>) -> Option<T> {
        let error = Error::InvalidPolicy { path: path.to_string(), message: message.into() };
        if self.errors.len() < Faults::MAX && self.errors.last() != Some(&error) {
            self.errors.push(error);
        }
        None
    }

    /// The object at `path`. Each unknown or repeated key is a fault; the others are read all the same, so
    /// that one run finds what is wrong with them too.
    pub(crate) fn object<'j>(&mut self, json: &'j Json, path: &Path, keys: &[&str]) -> Option<&'j Object> {
        let object = self.any_object(json, path)?;
        for (key, _) in &object.members {
            if !keys.contains(&key.as_str()) {
                let message = format!("`{}` is not a key here; known are {}", shown(key), keys.join(", "));
                self.note::<()>(&path.key(key), message);
            }
        }
        Some(object)
    }

    /// The object at `path`, whatever its keys; a repeated one is a fault.
    pub(crate) fn any_object<'j>(&mut self, json: &'j Json, path: &Path) -> Option<&'j Object> {
        let Json::Object(object) = json else {
            return self.note(path, format!("has to be an object, is {}", json.kind()));
        };
        if let Some(key) = &object.repeated {
            self.note::<()>(&path.key(key), "stands twice");
        }
        Some(object)
    }

    /// The member `key`, which has to be there.
    pub(crate) fn required<'j>(&mut self, object: &'j Object, path: &Path, key: &str) -> Option<&'j Json> {
        match object.get(key) {
            Some(json) => Some(json),
            None => self.note(&path.key(key), "is missing"),
        }
    }

    pub(crate) fn list<'j>(&mut self, json: &'j Json, path: &Path) -> Option<&'j [Json]> {
        match json {
            Json::Array(items) => Some(items),
            other => self.note(path, format!("has to be a list, is {}", other.kind())),
        }
    }

    pub(crate) fn text<'j>(&mut self, json: &'j Json, path: &Path) -> Option<&'j str> {
        match json {
            Json::String(text) => Some(text),
            other => self.note(path, format!("has to be a string, is {}", other.kind())),
        }
    }

    pub(crate) fn flag(&mut self, json: &Json, path: &Path) -> Option<bool> {
        match json {
            Json::Bool(flag) => Some(*flag),
            other => self.note(path, format!("has to be true or false, is {}", other.kind())),
        }
    }

    pub(crate) fn id(&mut self, json: &Json, path: &Path) -> Option<Box<str>> {
        let text = self.text(json, path)?;
        match id::check(text) {
            Ok(()) => Some(text.into()),
            Err(error) => self.note(path, format!("`{}` {error}", shown(text))),
        }
    }

    /// A whole number from `low` to `high`.
    pub(crate) fn whole(&mut self, json: &Json, path: &Path, low: i64, high: i64) -> Option<i64> {
        let Json::Number(number) = json else {
            return self
                .note(path, format!("has to be a whole number from {low} to {high}, is {}", json.kind()));
        };
        match amount::from_number(number, Unit::Requests) {
            Ok(value) if (low..=high).contains(&value) => Some(value),
            _ => self.note(path, format!("`{number}` is not a whole number from {low} to {high}")),
        }
    }

    /// An amount of `unit`, as a decimal string or a number.
    pub(crate) fn amount(&mut self, json: &Json, path: &Path, unit: Unit) -> Option<i64> {
        let read = match json {
            Json::String(text) => amount::parse(text, unit),
            Json::Number(number) => amount::from_number(number, unit),
            other => {
                return self.note(
                    path,
                    format!("has to be an amount (a decimal string or a number), is {}", other.kind()),
                );
            }
        };
        match (read, json) {
            (Ok(value), _) => Some(value),
            (Err(_), Json::String(text))
                if amount::parse_number(text, unit) == Err(AmountError::Negative) =>
            {
                self.note(path, format!("`{text}` is below zero"))
            }
            (Err(error), other) => self.note(path, format!("`{other}` {error}")),
        }
    }

    /// One of the names in `choices`.
    pub(crate) fn choice<T: Copy>(&mut self, json: &Json, path: &Path, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(json, path)?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, value)) => Some(*value),
            None => {
                let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
                self.note(path, format!("`{}` is not one of {}", shown(text), names.join(", ")))
            }
        }
    }
}
