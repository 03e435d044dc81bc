//! The few keys that are read of a large object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::strict::{self, Strict};

/// Reads an object and keeps the values of the wanted keys only, in their order.
pub(crate) struct Wanted<'a> {
    /// The keys.
    pub(crate) keys: &'a [String],
    /// Where the values go; as long as `keys`.
    pub(crate) into: &'a mut Vec<Option<Value>>,
}

impl Wanted<'_> {
    /// Reads `text`, which is one object.
    ///
    /// # Errors
    /// What is wrong with it, as serde_json says it; also a wanted key that stands twice.
    pub(crate) fn read(self, text: &[u8]) -> serde_json::Result<()> {
        self.into.clear();
        self.into.resize(self.keys.len(), None);
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        self.deserialize(&mut deserializer)?;
        deserializer.end()
    }
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match self.keys.iter().position(|k| *k == key).and_then(|i| self.into.get_mut(i)) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(Some(_)) => return Err(M::Error::custom(strict::twice(&key))),
                Some(slot) => *slot = Some(map.next_value::<Strict>()?.0),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wanted_keys_are_kept() {
        let keys = ["b".to_owned(), "a".to_owned()];
        let mut into = Vec::new();
        Wanted { keys: &keys, into: &mut into }.read(br#"{"a":1,"x":{"a":2},"b":"t"}"#).unwrap();
        assert_eq!(into, [Some(Value::from("t")), Some(Value::from(1))]);
        assert!(Wanted { keys: &keys, into: &mut into }.read(b"{\"a\":1} x").is_err());
        assert!(Wanted { keys: &keys, into: &mut into }.read(b"[1]").is_err());
        assert!(Wanted { keys: &keys, into: &mut into }.read(b"{\"a\":NaN}").is_err());
    }
}
