//! A JSON tree that keeps repeated keys, which a `serde_json::Value` forgets.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::collections::BTreeSet;
use std::fmt;

/// One JSON value, the members of objects in the order they stand.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Null, a boolean, a number or a string.
    Leaf(Value),
    /// A list.
    List(Vec<Tree>),
    /// An object, a repeated key once for each time it stands.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads JSON text.
    ///
    /// # Errors
    /// Malformed JSON, as `serde_json` says it.
    pub fn read(text: &str) -> serde_json::Result<Tree> {
        serde_json::from_str(text)
    }

    /// The same as a value; of a repeated key the last one counts.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Tree::Leaf(value) => value.clone(),
            Tree::List(items) => items.iter().map(Tree::to_value).collect(),
            Tree::Object(members) => members.iter().map(|(k, v)| (k.clone(), v.to_value())).collect(),
        }
    }

    /// A policy document as an implementation gets it: the value, or where a key stands twice in it
    /// the JSON text as a string, since the value would have lost that.
    #[must_use]
    pub fn to_document(&self) -> Value {
        if self.repeated().is_some() { Value::String(self.to_string()) } else { self.to_value() }
    }

    /// The path of the first key that stands twice in its object, outer objects first, such as
    /// `budgets[0].id`.
    #[must_use]
    pub fn repeated(&self) -> Option<String> {
        self.repeated_below("")
    }

    fn repeated_below(&self, path: &str) -> Option<String> {
        match self {
            Tree::Leaf(_) => None,
            Tree::List(items) => {
                items.iter().enumerate().find_map(|(i, item)| item.repeated_below(&format!("{path}[{i}]")))
            }
            Tree::Object(members) => {
                let inside =
                    |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                let mut seen = BTreeSet::new();
                if let Some((key, _)) = members.iter().find(|(key, _)| !seen.insert(key)) {
                    return Some(inside(key));
                }
                members.iter().find_map(|(key, value)| value.repeated_below(&inside(key)))
            }
        }
    }
}

impl fmt::Display for Tree {
    /// Compact JSON, repeated keys included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Leaf(value) => write!(f, "{value}"),
            Tree::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Tree::Object(members) => {
                f.write_str("{")?;
                for (i, (key, value)) in members.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    write!(f, "{comma}{}:{value}", Value::String(key.clone()))?;
                }
                f.write_str("}")
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(Grow)
    }
}

struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf(Value::Null))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf(v.into()))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf(v.into()))
    }
    fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Tree, E> {
        let number = Number::from_f64(v).ok_or_else(|| E::custom("a number that is not finite"))?;
        Ok(Tree::Leaf(Value::Number(number)))
    }
    fn visit_str<E>(self, v: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf(v.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Tree::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_with_its_repeated_keys() {
        let text = r#"{"a":[1,{"b":-2,"b":0.5}],"c\n":"\u00e9\"","a":null,"d":true,"e":{},"f":[]}"#;
        let tree = Tree::read(text).unwrap();
        assert_eq!(tree.to_string(), text.replace("\\u00e9", "é"));
        assert_eq!(tree.to_value(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn the_repeated_key_is_named_by_its_path() {
        let path = |text: &str| Tree::read(text).unwrap().repeated();
        assert_eq!(path(r#"{"budgets":[{"id":"a"},{"id":"b"}],"id":1}"#), None);
        assert_eq!(path(r#"{"budgets":[{},{"id":"a","id":"b"}]}"#).as_deref(), Some("budgets[1].id"));
        assert_eq!(path(r#"{"x":{"y":1,"y":1},"version":1,"version":1}"#).as_deref(), Some("version"));
    }
}
