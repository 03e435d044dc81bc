//! JSON objects one after another: a line each, in an array, or pretty-printed in a row.

use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::input::{Input, trim_newline};
use crate::strict::{self, Strict};

/// The longest object, in bytes.
const VALUE_MAX: usize = 64 * 1024 * 1024;

/// How the objects of a file are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One object a line: a bad line costs one row.
    Lines,
    /// Objects in an array or one after another over several lines.
    Values,
}

/// What comes next in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// The text of one value stands at the mark.
    Value,
    /// Nothing more can be read after this.
    Broken(&'static str),
    /// The end of the file.
    End,
}

/// Finds the text of one value after another.
pub(crate) struct Json {
    layout: Layout,
    done: bool,
}

impl Json {
    /// Looks at the first line to tell the layout.
    pub(crate) fn open<R: Read>(input: &mut Input<R>) -> io::Result<Json> {
        skip_space(input)?;
        input.set_mark();
        if input.rest().first() == Some(&b'[') {
            input.advance(1);
            return Ok(Json { layout: Layout::Values, done: false });
        }
        // A line that stops after a bracket or a comma goes on below; any other broken line is a bad row.
        input.pass_line()?;
        let line = trim_newline(input.marked()).trim_ascii_end();
        let goes_on = matches!(line.last(), Some(b'{' | b'[' | b','));
        input.back_to(0);
        Ok(Json { layout: if goes_on { Layout::Values } else { Layout::Lines }, done: false })
    }

    /// Marks the next value.
    pub(crate) fn next<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        if self.done {
            return Ok(Record::End);
        }
        match self.layout {
            Layout::Lines => loop {
                input.set_mark();
                if !input.pass_line()? {
                    return Ok(Record::End);
                }
                if !input.marked().trim_ascii().is_empty() {
                    return Ok(Record::Value);
                }
            },
            Layout::Values => self.next_value(input),
        }
    }

    fn next_value<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        loop {
            skip_space(input)?;
            input.set_mark();
            match input.rest().first() {
                None => return Ok(Record::End),
                Some(b',' | b']') => input.advance(1),
                Some(b'{') => return self.pass_object(input),
                Some(_) => {
                    self.done = true;
                    return Ok(Record::Broken("an object was expected"));
                }
            }
        }
    }

    /// Passes an object by counting brackets outside of strings.
    fn pass_object<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
        loop {
            let mut passed = 0;
            for &byte in input.rest() {
                passed += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => depth = depth.saturating_add(1),
                    b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            input.advance(passed);
            if depth == 0 {
                return Ok(Record::Value);
            }
            if input.marked().len() > VALUE_MAX {
                self.done = true;
                return Ok(Record::Broken("the object is longer than 64 MiB"));
            }
            if !input.fill()? {
                self.done = true;
                return Ok(Record::Broken("the file ends inside an object"));
            }
        }
    }
}

fn skip_space<R: Read>(input: &mut Input<R>) -> io::Result<()> {
    loop {
        let blank = input.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
        let all = blank == input.rest().len();
        input.advance(blank);
        if all {
            input.set_mark();
        }
        if !all || !input.fill()? {
            return Ok(());
        }
    }
}

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

    fn values(text: &str) -> (Vec<(u64, String)>, Option<&'static str>) {
        let mut input = Input::open(text.as_bytes()).unwrap();
        let mut json = Json::open(&mut input).unwrap();
        let mut out = Vec::new();
        loop {
            match json.next(&mut input).unwrap() {
                Record::Value => {
                    let text = String::from_utf8_lossy(input.marked().trim_ascii()).into_owned();
                    out.push((input.marked_line(), text));
                }
                Record::Broken(why) => return (out, Some(why)),
                Record::End => return (out, None),
            }
        }
    }

    fn at(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
        rows.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn every_layout_gives_the_same_objects() {
        assert_eq!(values("{\"a\":1}\n\n{\"a\":2}"), (at(&[(1, "{\"a\":1}"), (3, "{\"a\":2}")]), None));
        assert_eq!(
            values("[{\"a\":\"]}\\\"\"},\n {\"a\":2}]\n").0,
            at(&[(1, "{\"a\":\"]}\\\"\"}"), (2, "{\"a\":2}")])
        );
        assert_eq!(values("{\n\"a\":1}\n{\"a\":2}\n").0, at(&[(1, "{\n\"a\":1}"), (3, "{\"a\":2}")]));
        assert_eq!(values("[]"), (Vec::new(), None));
    }

    #[test]
    fn what_is_broken_is_said() {
        assert_eq!(values("[{\"a\":1},{\"a\":").1, Some("the file ends inside an object"));
        assert_eq!(values("[{\"a\":1},7]").1, Some("an object was expected"));
        // By the line a broken object is one bad row, and the next one is read.
        assert_eq!(values("{\"a\":1\n{\"a\":2}").0.len(), 2);
    }

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
