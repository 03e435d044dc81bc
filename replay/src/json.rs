//! JSON objects one after another: a line each, in an array, or pretty-printed in a row.

use std::io::{self, Read};

use crate::input::{Input, trim_newline};

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
    /// The text of one value, or of something that is none, stands at the mark.
    Value,
    /// Nothing more can be read after this.
    Broken(&'static str),
    /// The end of the file.
    End,
}

/// Finds the text of one value after another.
pub(crate) struct Json {
    layout: Layout,
    /// Whether an array is open.
    inside: bool,
    done: bool,
}

impl Json {
    /// Looks at the first line to tell the layout.
    pub(crate) fn open<R: Read>(input: &mut Input<R>) -> io::Result<Json> {
        skip_space(input)?;
        input.set_mark();
        let json = |layout| Json { layout, inside: false, done: false };
        if input.rest().first() == Some(&b'[') {
            return Ok(json(Layout::Values));
        }
        // A line that stops after a bracket or a comma goes on below; any other broken line is a bad row.
        input.pass_line()?;
        let line = trim_newline(input.marked()).trim_ascii_end();
        let goes_on = matches!(line.last(), Some(b'{' | b'[' | b',')) || has_two(line);
        input.back_to(0);
        Ok(json(if goes_on { Layout::Values } else { Layout::Lines }))
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
                None if self.inside => {
                    self.done = true;
                    return Ok(Record::Broken("the file ends inside a list: rows may be missing"));
                }
                None => return Ok(Record::End),
                Some(b',') => input.advance(1),
                Some(b'[') if !self.inside => {
                    self.inside = true;
                    input.advance(1);
                }
                Some(b']') if self.inside => {
                    self.inside = false;
                    input.advance(1);
                }
                Some(b'{' | b'[' | b'"') => return self.pass_value(input),
                Some(_) => return pass_word(input),
            }
        }
    }

    /// Passes an object, an array or a text: brackets are counted outside of texts.
    fn pass_value<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        let mut nesting = Nesting::default();
        loop {
            let rest = input.rest();
            let end = rest.iter().position(|&byte| nesting.closes(byte));
            let passed = end.map_or(rest.len(), |end| end + 1);
            input.advance(passed);
            if end.is_some() {
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

/// How deep in brackets a byte stands.
#[derive(Default)]
struct Nesting {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Nesting {
    /// Takes the next byte; true where it ends the value that the first one began.
    fn closes(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth = self.depth.saturating_add(1),
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.depth == 0 && !self.in_text
    }
}

/// True where a second object begins on the line on which the first one ends.
fn has_two(line: &[u8]) -> bool {
    let mut nesting = Nesting::default();
    let end = line.iter().position(|&byte| nesting.closes(byte));
    let behind = end.and_then(|end| line.get(end + 1..)).unwrap_or_default();
    line.first() == Some(&b'{') && behind.trim_ascii_start().first() == Some(&b'{')
}

/// Passes what is neither an object nor an array nor a text, such as `null`, so that it costs one row.
fn pass_word<R: Read>(input: &mut Input<R>) -> io::Result<Record> {
    input.advance(1);
    loop {
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b']' | b'[' | b'{');
        let end = input.rest().iter().position(ends);
        input.advance(end.unwrap_or(input.rest().len()));
        if end.is_some() || input.marked().len() > VALUE_MAX || !input.fill()? {
            return Ok(Record::Value);
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
        // Exports put together: objects without a line between them, arrays one after another.
        assert_eq!(
            values("{\"a\":\"}{\"}{\"a\":2} {\"a\":3}\n{\"a\":4}").0,
            at(&[(1, "{\"a\":\"}{\"}"), (1, "{\"a\":2}"), (1, "{\"a\":3}"), (2, "{\"a\":4}")])
        );
        assert_eq!(values("[{\"a\":1}]\n[{\"a\":2}]"), (at(&[(1, "{\"a\":1}"), (2, "{\"a\":2}")]), None));
    }

    #[test]
    fn what_is_broken_is_said() {
        assert_eq!(values("[{\"a\":1},{\"a\":").1, Some("the file ends inside an object"));
        // An array that is not closed was cut off, if only between two objects.
        for cut in ["[{\"a\":1},", "[{\"a\":1}", "[{\"a\":1}]["] {
            let said = Some("the file ends inside a list: rows may be missing");
            assert_eq!(values(cut), (at(&[(1, "{\"a\":1}")]), said), "{cut}");
        }
        // What is no object costs itself, not the rest of the file.
        assert_eq!(
            values("[{\"a\":1},null,7,\"a,b\",[1,{}],\n{\"a\":2}]"),
            (
                at(&[
                    (1, "{\"a\":1}"),
                    (1, "null"),
                    (1, "7"),
                    (1, "\"a,b\""),
                    (1, "[1,{}]"),
                    (2, "{\"a\":2}")
                ]),
                None
            )
        );
        // By the line a broken object is one bad row, and the next one is read.
        assert_eq!(values("{\"a\":1\n{\"a\":2}").0.len(), 2);
    }
}
