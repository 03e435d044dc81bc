//! Rows of several files as one, in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;

use crate::reader::{Next, ReadError, Reader};
use crate::row::Row;

/// Something that gives rows: files, a sorted list, a server's table.
pub trait Rows {
    /// Fills `row` with the next row.
    ///
    /// # Errors
    /// [`ReadError`] where reading cannot go on.
    fn next(&mut self, row: &mut Row) -> Result<Next, ReadError>;

    /// The name of the file that a row's `source` stands for.
    fn file(&self, source: u32) -> &str;

    /// Bytes read so far, for a progress bar.
    fn position(&self) -> u64;
}

/// Readers merged by time: each is in its own order, the earliest row comes first.
pub struct Merge<R> {
    readers: Vec<(Reader<R>, Row)>,
    waiting: BinaryHeap<Reverse<(i64, usize)>>,
    /// Readers whose next row is not known yet.
    open: Vec<usize>,
}

impl<R: Read> Merge<R> {
    /// Merges `readers`.
    #[must_use]
    pub fn new(readers: Vec<Reader<R>>) -> Merge<R> {
        let open = (0..readers.len()).rev().collect();
        let readers = readers.into_iter().map(|reader| (reader, Row::default())).collect();
        Merge { readers, waiting: BinaryHeap::new(), open }
    }
}

impl<R: Read> Rows for Merge<R> {
    fn next(&mut self, row: &mut Row) -> Result<Next, ReadError> {
        while let Some(&i) = self.open.last() {
            let Some((reader, next)) = self.readers.get_mut(i) else { break };
            match reader.next(next)? {
                Next::Row => {
                    next.source = u32::try_from(i).unwrap_or(u32::MAX);
                    self.waiting.push(Reverse((next.at_ms, i)));
                    self.open.pop();
                }
                Next::End => {
                    self.open.pop();
                }
                other => return Ok(other),
            }
        }
        let Some(Reverse((_, i))) = self.waiting.pop() else { return Ok(Next::End) };
        if let Some((_, next)) = self.readers.get_mut(i) {
            std::mem::swap(row, next);
            self.open.push(i);
        }
        Ok(Next::Row)
    }

    fn file(&self, source: u32) -> &str {
        self.readers.get(source as usize).map_or("", |(reader, _)| reader.file())
    }

    fn position(&self) -> u64 {
        self.readers.iter().map(|(reader, _)| reader.position()).sum()
    }
}

/// Rows read into memory and sorted by time; equal times keep their order.
pub struct Sorted<S> {
    source: S,
    rows: Option<std::vec::IntoIter<Row>>,
    read: Vec<Row>,
}

impl<S: Rows> Sorted<S> {
    /// Sorts the rows of `source`. Memory grows with the rows.
    #[must_use]
    pub const fn new(source: S) -> Sorted<S> {
        Sorted { source, rows: None, read: Vec::new() }
    }
}

impl<S: Rows> Rows for Sorted<S> {
    fn next(&mut self, row: &mut Row) -> Result<Next, ReadError> {
        loop {
            if let Some(rows) = &mut self.rows {
                return Ok(rows.next().map_or(Next::End, |next| {
                    *row = next;
                    Next::Row
                }));
            }
            match self.source.next(row)? {
                Next::Row => self.read.push(row.clone()),
                Next::End => {
                    let mut read = std::mem::take(&mut self.read);
                    read.sort_by_key(|row| row.at_ms);
                    self.rows = Some(read.into_iter());
                }
                other => return Ok(other),
            }
        }
    }

    fn file(&self, source: u32) -> &str {
        self.source.file(source)
    }

    fn position(&self) -> u64 {
        self.source.position()
    }
}
