//! Exit codes, and how trouble is said.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

/// How a command ends when nothing stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// 0: all is well.
    Fine,
    /// 1: something was found or refused.
    Found,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        match code {
            Code::Fine => ExitCode::SUCCESS,
            Code::Found => ExitCode::from(1),
        }
    }
}

/// What stopped a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// 1: the input was read and is refused; the lines say where and why.
    Refused(Vec<String>),
    /// 2: wrong usage, or a file that cannot be read or written.
    Trouble(String),
    /// 0: whoever read the output has seen enough.
    BrokenPipe,
}

impl Failure {
    /// Wrong usage, or a file's trouble.
    pub(crate) fn trouble(what: impl fmt::Display) -> Failure {
        Failure::Trouble(what.to_string())
    }

    /// Says it on standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Failure::BrokenPipe => ExitCode::SUCCESS,
            Failure::Refused(lines) => {
                lines.iter().for_each(|line| error(line));
                ExitCode::from(1)
            }
            Failure::Trouble(line) => {
                error(line);
                ExitCode::from(2)
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Trouble(format!("standard output: {error}")),
        }
    }
}

/// One line on standard error, after a red `error:`.
pub(crate) fn error(line: &str) {
    say(AnsiColor::Red, "error", line);
}

/// One line on standard error, after a yellow `warning:`.
pub(crate) fn warning(line: &str) {
    say(AnsiColor::Yellow, "warning", line);
}

/// One line of text that came from a file or an argument, fit for a terminal: control characters and
/// those that turn the direction of text are written as escapes (`\n`, `\u{1b}`).
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

fn say(color: AnsiColor, what: &str, line: &str) {
    let line = plain(line);
    let style = Style::new().fg_color(Some(color.into())).bold();
    // Nobody is left to tell when standard error is gone.
    let _ = writeln!(anstream::stderr(), "{style}{what}:{style:#} {line}");
}

/// Writes all of `text` to standard output, colours stripped where they do not belong.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
