//! A program that is asked what the engine was asked.

use crate::script::{Line, Script};
use serde_json::Value;
use spendgate_conformance::Process;
use spendgate_reference::shorten;

/// So many mismatches of a program are shown; the others are only counted.
const SHOWN: usize = 3;

/// A running program and what it has been found to be.
#[derive(Debug)]
pub struct Program {
    name: String,
    process: Process,
    broken: bool,
    /// Sequences whose answers were all the same.
    pub passed: usize,
    /// Sequences with an answer that differs, or without one.
    pub failed: usize,
}

/// The first answer that differs.
#[derive(Debug)]
struct Mismatch {
    line: Line,
    step: usize,
    came: String,
}

impl Program {
    /// Starts the program of `NAME=COMMAND`, the command in words and quotes as of a shell.
    ///
    /// # Errors
    /// In words.
    pub fn start(given: &str) -> Result<Program, String> {
        let fail = |why: &str| format!("`{given}` {why}");
        let (name, command) = given.split_once('=').ok_or_else(|| fail("is not NAME=COMMAND"))?;
        let mut words = shlex::split(command).ok_or_else(|| fail("has a quote without an end"))?.into_iter();
        let program = words.next().ok_or_else(|| fail("names no program"))?;
        let process = Process::start(program, &words.collect::<Vec<_>>())?;
        Ok(Program { name: name.to_owned(), process, broken: false, passed: 0, failed: 0 })
    }

    /// Hands it all lines and does not wait.
    pub fn send(&mut self, lines: &[Line]) {
        if !self.broken {
            lines.iter().for_each(|line| self.process.send(line.asked.clone()));
        }
    }

    /// Compares its answers to the lines that were sent, and counts; gives what is to be said about it.
    pub fn check(&mut self, script: &Script, lines: &[Line]) -> Option<String> {
        if self.broken {
            return None;
        }
        let found = self.compare(lines);
        match found {
            Ok(None) => {
                self.passed += 1;
                None
            }
            Ok(Some(_)) if self.failed >= SHOWN => {
                self.failed += 1;
                None
            }
            Ok(Some(_)) => {
                self.failed += 1;
                Some(self.explain(script))
            }
            Err(why) => {
                self.broken = true;
                self.failed += 1;
                Some(format!("{}: seed {}: {why}; no more sequences are run on it", self.name, script.seed))
            }
        }
    }

    /// Reads an answer for each line; gives the first that differs.
    fn compare(&mut self, lines: &[Line]) -> Result<Option<Mismatch>, String> {
        let mut found = None;
        for (step, line) in lines.iter().enumerate() {
            let came = self.process.receive()?;
            if found.is_none() && came != line.answer {
                let came = canonical(came);
                if came != line.answer {
                    found = Some(Mismatch { line: line.clone(), step, came });
                }
            }
        }
        Ok(found)
    }

    /// The mismatch in the shortest script that still has one.
    fn explain(&mut self, script: &Script) -> String {
        let short = self.shorten(script);
        let head = format!("{}: seed {}", self.name, script.seed);
        let Mismatch { line, step, came } = match self.run(&short) {
            Ok(Some(found)) => found,
            Ok(None) => return format!("{head}: an answer differed, and did not when it was asked again"),
            Err(why) => {
                self.broken = true;
                return format!("{head}: an answer differed, and when it was asked again {why}");
            }
        };
        let lines = short.lines();
        let asked: String = lines.iter().take(step + 1).map(|line| format!("\n    {}", line.asked)).collect();
        let (number, all, vector) = (step + 1, lines.len(), short.to_vector());
        let (ours, question) = (line.answer, line.asked);
        format!(
            "{head}, line {number} of {all} differs\n  asked:   {question}\n  engine:  {ours}\n  program: {came}\n  \
             vector:  {vector}\n  lines:{asked}"
        )
    }

    /// Without the steps, the refused configurations and the budgets that do not matter.
    fn shorten(&mut self, script: &Script) -> Script {
        let mut short = script.clone();
        let bare = Script { refused: Vec::new(), ..short.clone() };
        if self.differs(&bare) {
            short = bare;
        }
        let with = |steps: &[Value]| Script { steps: steps.to_vec(), ..short.clone() };
        short = with(&shorten(&short.steps, &mut |steps| self.differs(&with(steps))));
        if let Some(Value::Array(budgets)) = short.start.pointer("/policy/budgets") {
            let with = |budgets: &[Value]| {
                let mut start = short.start.clone();
                start["policy"]["budgets"] = budgets.into();
                Script { start, ..short.clone() }
            };
            short = with(&shorten(budgets, &mut |budgets| self.differs(&with(budgets))));
        }
        short
    }

    fn differs(&mut self, script: &Script) -> bool {
        matches!(self.run(script), Ok(Some(_)))
    }

    fn run(&mut self, script: &Script) -> Result<Option<Mismatch>, String> {
        let lines = script.lines();
        self.send(&lines);
        self.compare(&lines)
    }

    /// `differential NAME: N passed, M failed`, counted in sequences.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("differential {}: {} passed, {} failed", self.name, self.passed, self.failed)
    }
}

/// Keys sorted, no spaces; what is no JSON stays as it is.
fn canonical(answer: String) -> String {
    match serde_json::from_str::<Value>(&answer) {
        Ok(value) => value.to_string(),
        Err(_) => answer,
    }
}
