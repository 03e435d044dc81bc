//! Rows out of one log file, whatever its format. Memory does not grow with the file.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, Read};

use crate::cell::Cell;
use crate::columns::{Columns, lacking, repeated};
use crate::csv::{self, Csv};
use crate::field::{Field, Mapping};
use crate::format::Format;
use crate::input::{Input, Unreadable};
use crate::json::{self, Json};
use crate::pages;
use crate::row::{BadRow, Row};
use crate::strict;
use crate::usage::{self, Filled};
use crate::wanted::Wanted;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is not there, is a directory, may not be read, or broke off.
    #[error("{file}: {source}")]
    Io {
        /// The file, as it was named.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file has no header, or one that does not fit the format.
    #[error("{file}:1: {reason}")]
    Header {
        /// The file, as it was named.
        file: String,
        /// What is lacking.
        reason: String,
    },
}

/// What a log has next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// The row given in is filled.
    Row,
    /// A row that is no call: why.
    Skipped(&'static str),
    /// A row that cannot be used.
    Bad(BadRow),
    /// The end.
    End,
}

enum Container {
    Csv(Csv, usize),
    Json(Json, pages::Values, VecDeque<pages::Item>),
}

/// Reads rows from one stream.
pub struct Reader<R> {
    file: String,
    format: Format,
    input: Input<R>,
    columns: Columns,
    container: Container,
}

impl<R: Read> Reader<R> {
    /// Opens `source`, called `file` in errors. `asked` are the fields that `mapping` names by hand.
    ///
    /// # Errors
    /// [`ReadError`] where it is empty, no text, or has a header that will not do.
    pub fn open(
        file: &str,
        source: R,
        format: Format,
        mapping: &Mapping,
        asked: &[Field],
    ) -> Result<Reader<R>, ReadError> {
        let io = |source| ReadError::Io { file: file.to_owned(), source };
        let mut input = Input::open(source).map_err(io)?;
        let mut head = input.rest().trim_ascii_start();
        while head.is_empty() {
            if !input.fill().map_err(io)? {
                let empty = io::Error::new(io::ErrorKind::InvalidData, Unreadable::Empty);
                return Err(io(empty));
            }
            head = input.rest().trim_ascii_start();
        }
        let is_json = match format {
            Format::Csv | Format::Azure => false,
            Format::Jsonl => true,
            _ => matches!(head.first(), Some(b'{' | b'[')),
        };
        let file = file.to_owned();
        if is_json {
            let json =
                Json::open(&mut input).map_err(|source| ReadError::Io { file: file.clone(), source })?;
            let columns = Columns::of_keys(mapping, pages::keys(format));
            let container = Container::Json(json, Vec::new(), VecDeque::new());
            return Ok(Reader { file, format, input, columns, container });
        }
        let (csv, header) = read_header(&file, &mut input)?;
        let columns = Columns::of_header(mapping, &header);
        let unfit = lacking(&columns, mapping, &header, asked).or_else(|| repeated(&columns, &header));
        if let Some(reason) = unfit {
            return Err(ReadError::Header { file, reason });
        }
        Ok(Reader { file, format, input, columns, container: Container::Csv(csv, header.len()) })
    }

    /// Fills `row` with the next row.
    ///
    /// # Errors
    /// [`ReadError::Io`] only: a row that is wrong is [`Next::Bad`].
    pub fn next(&mut self, row: &mut Row) -> Result<Next, ReadError> {
        let step = self.step().map_err(|source| ReadError::Io { file: self.file.clone(), source })?;
        let bad = |field: &str, reason: String| {
            let field = field.to_owned();
            Next::Bad(BadRow { file: self.file.clone(), line: self.input.marked_line(), field, reason })
        };
        match step {
            Step::End => return Ok(Next::End),
            Step::Bad(reason) => return Ok(bad("row", reason)),
            Step::Row => {}
        }
        row.clear();
        row.line = self.input.marked_line();
        let filled = match &self.container {
            Container::Csv(csv, _) => {
                usage::fill(row, self.format, &self.columns, |i| csv.field(&self.input, i).map(Cell::Text))
            }
            Container::Json(_, values, _) => usage::fill(row, self.format, &self.columns, |i| {
                values.get(i)?.as_ref().filter(|v| !v.is_null()).map(|v| Cell::Json(Cow::Borrowed(v)))
            }),
        };
        Ok(match filled {
            Ok(Filled::Row) => Next::Row,
            Ok(Filled::Skipped(why)) => Next::Skipped(why),
            Err((field, reason)) => bad(&field, reason),
        })
    }

    /// What to say of the file if it turns out to have no row at all.
    #[must_use]
    pub const fn without_rows(&self) -> &'static str {
        match self.container {
            Container::Csv(..) => "the file has a header but no rows",
            Container::Json(..) => "the file has no rows",
        }
    }

    /// The file, as it was named.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Bytes of the stream used so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.input.position()
    }

    fn step(&mut self) -> io::Result<Step> {
        match &mut self.container {
            Container::Csv(csv, width) => Ok(match csv.next(&mut self.input)? {
                csv::Record::End => Step::End,
                csv::Record::Broken(reason) => Step::Bad(reason.to_owned()),
                csv::Record::Fields if csv.len() != *width => {
                    Step::Bad(format!("{} fields, the header has {width}", csv.len()))
                }
                csv::Record::Fields => Step::Row,
            }),
            Container::Json(json, values, queue) => loop {
                match queue.pop_front() {
                    Some(Ok(next)) => {
                        *values = next;
                        return Ok(Step::Row);
                    }
                    Some(Err(reason)) => return Ok(Step::Bad(reason.to_owned())),
                    None => {}
                }
                match json.next(&mut self.input)? {
                    json::Record::End => return Ok(Step::End),
                    json::Record::Broken(reason) => return Ok(Step::Bad(reason.to_owned())),
                    json::Record::Value => {}
                }
                let wanted = Wanted { keys: &self.columns.keys, into: values };
                if let Err(e) = wanted.read(self.input.marked()) {
                    return Ok(Step::Bad(said(&e)));
                }
                if !pages::is_page(self.format, &self.columns.keys, values) {
                    return Ok(Step::Row);
                }
                pages::unfold(self.format, &self.columns.keys, values, queue);
            },
        }
    }
}

enum Step {
    Row,
    Bad(String),
    End,
}

/// What serde_json says, its line turned into a column of the row.
fn said(error: &serde_json::Error) -> String {
    format!("malformed JSON: {} at column {}", strict::said(error), error.column())
}

/// The first record, as names.
fn read_header<R: Read>(file: &str, input: &mut Input<R>) -> Result<(Csv, Vec<String>), ReadError> {
    let io = |source| ReadError::Io { file: file.to_owned(), source };
    let broken = |reason: &str| ReadError::Header { file: file.to_owned(), reason: reason.to_owned() };
    input.set_mark();
    input.pass_line().map_err(io)?;
    let delimiter = csv::delimiter(input.marked());
    input.back_to(0);
    let mut csv = Csv::new(delimiter);
    match csv.next(input).map_err(io)? {
        csv::Record::Fields => {}
        csv::Record::Broken(reason) => return Err(broken(reason)),
        csv::Record::End => return Err(broken("the file is empty")),
    }
    let mut header = Vec::new();
    for i in 0..csv.len() {
        let name = csv.field(input, i).unwrap_or_default().trim_ascii();
        let name = std::str::from_utf8(name).map_err(|_| broken("the header is not UTF-8"))?;
        header.push(name.to_owned());
    }
    Ok((csv, header))
}
