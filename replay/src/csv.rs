//! CSV by the line: quoted fields may span lines, and a quote that never closes costs one row,
//! not the rest of the file.

use std::io::{self, Read};

use crate::input::{Input, trim_newline};

/// The longest record, in bytes, that an open quote may grow to.
const RECORD_MAX: usize = 4 * 1024 * 1024;

/// The same, after a quote was found that never closes: so that a broken file stays quick.
const RECORD_MAX_BROKEN: usize = 64 * 1024;

/// What comes next in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// A record, its fields at hand.
    Fields,
    /// A line whose quotes make no sense.
    Broken(&'static str),
    /// The end of the file.
    End,
}

/// The fields of one record after another.
pub(crate) struct Csv {
    delimiter: u8,
    spans: Vec<(usize, usize)>,
    unquoted: Vec<u8>,
    quoted: bool,
    limit: usize,
}

impl Csv {
    /// Reads records whose fields are parted by `delimiter`.
    pub(crate) const fn new(delimiter: u8) -> Csv {
        Csv { delimiter, spans: Vec::new(), unquoted: Vec::new(), quoted: false, limit: RECORD_MAX }
    }

    /// Reads the next record that is not an empty line.
    pub(crate) fn next<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        loop {
            input.set_mark();
            if !input.pass_line()? {
                return Ok(Record::End);
            }
            let line = trim_newline(input.marked());
            if line.is_empty() {
                continue;
            }
            if memchr::memchr(b'"', line).is_some() {
                return self.next_quoted(input);
            }
            self.quoted = false;
            self.spans.clear();
            let mut start = 0;
            for end in memchr::memchr_iter(self.delimiter, line) {
                self.spans.push((start, end));
                start = end + 1;
            }
            self.spans.push((start, line.len()));
            return Ok(Record::Fields);
        }
    }

    /// A record with quotes: takes more lines while one is open.
    fn next_quoted<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Record> {
        self.quoted = true;
        let first_line = input.marked().len();
        loop {
            match self.unquote(trim_newline(input.marked())) {
                Ok(true) => return Ok(Record::Fields),
                Ok(false) if input.marked().len() < self.limit && input.pass_line()? => {}
                Ok(false) => {
                    input.back_to(first_line);
                    self.limit = RECORD_MAX_BROKEN;
                    return Ok(Record::Broken("a quote is opened and not closed"));
                }
                Err(reason) => {
                    input.back_to(first_line);
                    return Ok(Record::Broken(reason));
                }
            }
        }
    }

    /// Splits `text`, taking quotes off; false when the last quote is still open.
    fn unquote(&mut self, text: &[u8]) -> Result<bool, &'static str> {
        self.spans.clear();
        self.unquoted.clear();
        let mut rest = text;
        loop {
            let start = self.unquoted.len();
            if let [b'"', tail @ ..] = rest {
                rest = tail;
                loop {
                    let Some(quote) = memchr::memchr(b'"', rest) else { return Ok(false) };
                    let (inside, after) = rest.split_at(quote);
                    self.unquoted.extend_from_slice(inside);
                    match after {
                        [_, b'"', tail @ ..] => {
                            self.unquoted.push(b'"');
                            rest = tail;
                        }
                        [_, tail @ ..] => {
                            rest = tail;
                            break;
                        }
                        [] => return Ok(false),
                    }
                }
                if rest.first().is_some_and(|&b| b != self.delimiter) {
                    return Err("something follows a closing quote");
                }
            } else {
                let end = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
                let (field, tail) = rest.split_at(end);
                self.unquoted.extend_from_slice(field);
                rest = tail;
            }
            self.spans.push((start, self.unquoted.len()));
            match rest {
                [] => return Ok(true),
                [_, tail @ ..] => rest = tail,
            }
        }
    }

    /// How many fields the record has.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Field `i` of the record, which is the one marked in `input`.
    pub(crate) fn field<'a, R: Read>(&'a self, input: &'a Input<R>, i: usize) -> Option<&'a [u8]> {
        let &(start, end) = self.spans.get(i)?;
        if self.quoted { self.unquoted.get(start..end) } else { input.marked().get(start..end) }
    }
}

/// The delimiter of a header line: the one of comma, tab and semicolon that it has most of.
pub(crate) fn delimiter(header: &[u8]) -> u8 {
    let count = |d: u8| memchr::memchr_iter(d, header).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|&d| count(d)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut input = Input::open(text.as_bytes()).unwrap();
        let mut csv = Csv::new(b',');
        let mut out = Vec::new();
        loop {
            let record = csv.next(&mut input).unwrap();
            let line = input.marked_line();
            out.push(match record {
                Record::End => return out,
                Record::Broken(why) => (line, Err(why)),
                Record::Fields => {
                    let field = |i| String::from_utf8(csv.field(&input, i).unwrap().to_vec()).unwrap();
                    (line, Ok((0..csv.len()).map(field).collect()))
                }
            });
        }
    }

    fn row(fields: &[&str]) -> Result<Vec<String>, &'static str> {
        Ok(fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn fields_quotes_and_line_numbers() {
        let rows = read("a,b\r\n\r\n\"x,\"\"1\"\"\ny\",2\n,\n\"\",\"q\"");
        let want = [
            (1, row(&["a", "b"])),
            (3, row(&["x,\"1\"\ny", "2"])),
            (5, row(&["", ""])),
            (6, row(&["", "q"])),
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn a_stray_quote_costs_one_row() {
        let rows = read("1,\"open\n2,b\n\"3\"x,c\n4,d\n");
        assert_eq!(
            rows,
            [
                (1, Err("something follows a closing quote")),
                (2, row(&["2", "b"])),
                (3, Err("something follows a closing quote")),
                (4, row(&["4", "d"])),
            ]
        );
        let rows = read("1,\"open\n2,b\n");
        assert_eq!(rows, [(1, Err("a quote is opened and not closed")), (2, row(&["2", "b"]))]);
    }

    #[test]
    fn the_delimiter_is_told_by_the_header() {
        assert_eq!(delimiter(b"a,b;c,d"), b',');
        assert_eq!(delimiter(b"a\tb\tc"), b'\t');
        assert_eq!(delimiter(b"a;b"), b';');
        assert_eq!(delimiter(b"a"), b',');
    }
}
