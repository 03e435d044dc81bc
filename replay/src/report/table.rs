//! Aligned columns for the terminal.

use std::fmt::Write as _;

/// ANSI codes; what prints them strips them where there is no terminal.
pub(crate) const BOLD: &str = "\x1b[1m";
pub(crate) const DIM: &str = "\x1b[2m";
pub(crate) const RED: &str = "\x1b[31m";
pub(crate) const GREEN: &str = "\x1b[32m";
pub(crate) const YELLOW: &str = "\x1b[33m";
pub(crate) const CYAN: &str = "\x1b[36m";
pub(crate) const RESET: &str = "\x1b[0m";

/// The widest that a column of text gets, in characters.
const TEXT_MAX: usize = 64;

/// A table: the first columns are text, the others numbers.
pub struct Table {
    texts: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings, the first `texts` of them over text.
    pub fn new(texts: usize, headings: &[&str]) -> Table {
        Table { texts, rows: vec![headings.iter().map(|h| (*h).to_owned()).collect()] }
    }

    /// Adds a row of cells, as many as there are headings.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes the table, two spaces in. Columns of numbers that are all empty are left out.
    pub fn write(&self, out: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let cell = |row: &Vec<String>, c: usize| shown(row.get(c).map_or("", String::as_str));
        let kept: Vec<(usize, usize)> = (0..columns)
            .filter(|&c| {
                c == 0 || self.rows.iter().skip(1).any(|row| row.get(c).is_some_and(|t| !is_nothing(t)))
            })
            .map(|c| (c, self.rows.iter().map(|row| cell(row, c).chars().count()).max().unwrap_or(0)))
            .collect();
        for (i, row) in self.rows.iter().enumerate() {
            let mut line = String::from(" ");
            for &(c, width) in &kept {
                let text = cell(row, c);
                let pad = " ".repeat(width.saturating_sub(text.chars().count()));
                let _ = if c < self.texts {
                    write!(line, " {text}{pad} ")
                } else {
                    write!(line, " {pad}{text} ")
                };
            }
            let line = line.trim_end();
            let _ = if i == 0 { writeln!(out, "{DIM}{line}{RESET}") } else { writeln!(out, "{line}") };
        }
    }
}

fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "0" | "$0.00" | "-")
}

/// Without control characters, cut where it is long.
fn shown(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut kept: String = clean.clone().take(TEXT_MAX).collect();
    if clean.count() > TEXT_MAX {
        kept.pop();
        kept.push('…');
    }
    kept
}
