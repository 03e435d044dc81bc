//! A window over a byte stream: lines with their numbers, and a mark to go back to.

use std::io::{self, Read};

/// Bytes asked of the stream at a time.
const CHUNK: usize = 128 * 1024;

/// The longest line, in bytes: a file without newlines must not fill the memory.
const LINE_MAX: usize = 64 * 1024 * 1024;

/// What a text file may not be: the first bytes say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing but a byte-order mark and white space, or nothing at all.
    #[error("the file is empty")]
    Empty,
    /// The byte-order mark of UTF-16.
    #[error("the file is UTF-16: save it as UTF-8")]
    Utf16,
    /// The signature of gzip or zip.
    #[error("the file is compressed: unpack it first, or pipe it in as `-`")]
    Compressed,
    /// A NUL byte among the first: no text.
    #[error("the file is not text")]
    Binary,
    /// More than 64 MiB without a newline.
    #[error("a line is longer than 64 MiB")]
    LongLine,
}

/// Buffered bytes of a stream. Bytes before the mark are dropped when more are read.
pub(crate) struct Input<R> {
    source: R,
    buffer: Vec<u8>,
    mark: usize,
    at: usize,
    end: usize,
    line: u64,
    marked_line: u64,
    consumed: u64,
    ended: bool,
}

impl<R: Read> Input<R> {
    /// Reads the first bytes and skips a UTF-8 byte-order mark.
    ///
    /// # Errors
    /// I/O errors, and [`Unreadable`] inside an `InvalidData` error.
    pub(crate) fn open(source: R) -> io::Result<Input<R>> {
        let mut input = Input {
            source,
            buffer: Vec::new(),
            mark: 0,
            at: 0,
            end: 0,
            line: 1,
            marked_line: 1,
            consumed: 0,
            ended: false,
        };
        while input.rest().len() < 4 && input.fill()? {}
        let head = input.rest();
        let trouble = match head {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Unreadable::Utf16),
            [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Some(Unreadable::Compressed)
            }
            _ if head.iter().take(1024).any(|&b| b == 0) => Some(Unreadable::Binary),
            _ => None,
        };
        if let Some(trouble) = trouble {
            return Err(io::Error::new(io::ErrorKind::InvalidData, trouble));
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            input.advance(3);
        }
        Ok(input)
    }

    /// Reads more bytes behind the ones at hand; false at the end of the stream.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.mark > 0 {
            self.buffer.copy_within(self.mark..self.end, 0);
            self.at -= self.mark;
            self.end -= self.mark;
            self.mark = 0;
        }
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + CHUNK, 0);
        }
        let Some(room) = self.buffer.get_mut(self.end..) else { return Ok(false) };
        loop {
            match self.source.read(room) {
                Ok(0) => self.ended = true,
                Ok(n) => {
                    self.end += n;
                    self.consumed += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            }
            return Ok(!self.ended);
        }
    }

    /// The bytes read and not yet passed.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// The bytes from the mark up to here.
    pub(crate) fn marked(&self) -> &[u8] {
        self.buffer.get(self.mark..self.at).unwrap_or_default()
    }

    /// Passes `n` bytes, counting the lines in them.
    pub(crate) fn advance(&mut self, n: usize) {
        let passed = self.rest().get(..n).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = (self.at + n).min(self.end);
    }

    /// Sets the mark here.
    pub(crate) fn set_mark(&mut self) {
        self.mark = self.at;
        self.marked_line = self.line;
    }

    /// Goes back to `n` bytes after the mark.
    pub(crate) fn back_to(&mut self, n: usize) {
        self.at = self.mark;
        self.line = self.marked_line;
        self.advance(n);
    }

    /// Passes one line with its newline; false when nothing is left.
    pub(crate) fn pass_line(&mut self) -> io::Result<bool> {
        let mut searched = 0;
        loop {
            let rest = self.rest();
            match memchr::memchr(b'\n', rest.get(searched..).unwrap_or_default()) {
                Some(i) => {
                    self.at += searched + i + 1;
                    self.line += 1;
                    return Ok(true);
                }
                None => {
                    searched = rest.len();
                    if searched > LINE_MAX {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, Unreadable::LongLine));
                    }
                    if !self.fill()? {
                        self.at = self.end;
                        return Ok(searched > 0);
                    }
                }
            }
        }
    }

    /// Number of the line that the mark is on, from 1.
    pub(crate) const fn marked_line(&self) -> u64 {
        self.marked_line
    }

    /// Number of the present line, from 1.
    #[cfg(test)]
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Bytes of the stream passed so far.
    pub(crate) fn position(&self) -> u64 {
        self.consumed.saturating_sub((self.end - self.at) as u64)
    }
}

/// Cuts `\n` or `\r\n` off the end of a line.
pub(crate) fn trim_newline(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary is met.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let n = usize::from(!self.0.is_empty());
            room[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn lines_survive_any_chunking_and_going_back() {
        let mut input = Input::open(Drip(b"\xef\xbb\xbfab\r\n\nlast")).unwrap_or_else(|e| panic!("{e}"));
        input.set_mark();
        let mut lines = Vec::new();
        while input.pass_line().unwrap() {
            lines.push((input.marked_line(), trim_newline(input.marked()).to_vec()));
            input.set_mark();
        }
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], (1, b"ab".to_vec()));
        assert_eq!(lines[2], (3, b"last".to_vec()));
        let mut input = Input::open(&b"one\ntwo\nthree\n"[..]).unwrap();
        input.set_mark();
        input.pass_line().unwrap();
        input.pass_line().unwrap();
        input.back_to(4);
        assert_eq!((input.line(), input.rest()), (2, &b"two\nthree\n"[..]));
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let mut input = Input::open(io::repeat(b'x')).unwrap();
        input.set_mark();
        assert_eq!(input.pass_line().unwrap_err().to_string(), Unreadable::LongLine.to_string());
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, want) in [
            (&b"\xff\xfea\0"[..], Unreadable::Utf16),
            (b"\x1f\x8b\x08", Unreadable::Compressed),
            (b"ab\0cd", Unreadable::Binary),
        ] {
            let error = Input::open(bytes).err().unwrap();
            assert_eq!(error.to_string(), want.to_string());
        }
    }
}
