//! An implementation in a process of its own, which is asked in JSON lines.

use crate::Implementation;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

/// The code of the answer that stands for one that did not come. No engine has it, so a vector that expects some
/// error fails all the same.
const NO_ANSWER: &str = "no_answer";
/// How long a program may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a program may take to end once its input has.
const FAREWELL: Duration = Duration::from_secs(2);
/// An answer that is longer is none, in bytes.
const LONGEST: u64 = 64 << 20;
/// Answers that are read ahead; a program that writes more than it is asked for waits.
const AHEAD: usize = 4096;

/// A program that answers each line of its standard input with one line: `docs/conformance.md` has the protocol.
/// What it writes to standard error passes through.
///
/// One process runs all vectors, since `start` begins anew: `Rc<RefCell<Process>>` is an [`Implementation`] too, of
/// which each vector can be given its own. A program that ends, that says nothing for a minute or that answers no
/// JSON fails the vector in words, and every later one too.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// To the thread that writes; `None` once the input has ended.
    lines: Option<Sender<String>>,
    /// From the thread that reads.
    answers: Receiver<Result<String, String>>,
    patience: Duration,
    broken: Option<String>,
}

impl Process {
    /// Starts a program with its arguments.
    ///
    /// # Errors
    /// In words, when it cannot be started.
    pub fn start<S: AsRef<std::ffi::OsStr>>(program: S, arguments: &[S]) -> Result<Process, String> {
        let fail = |why: &dyn std::fmt::Display| format!("{}: {why}", program.as_ref().display());
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| fail(&e))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(fail(&"has no standard input and output"));
        };
        let (lines, to_write) = channel();
        let (read, answers) = sync_channel(AHEAD);
        // Two threads, so that neither side waits for the other when both pipes are full. They end with the pipes.
        std::thread::spawn(move || write_lines(input, &to_write));
        std::thread::spawn(move || read_lines(output, &read));
        Ok(Process { child, lines: Some(lines), answers, patience: PATIENCE, broken: None })
    }

    /// The same with another time that it may say nothing (a minute).
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Process {
        self.patience = patience;
        self
    }

    /// Hands it a line, which has no line break, and does not wait: several can be on their way.
    pub fn send(&mut self, line: String) {
        if let Some(lines) = &self.lines {
            // A program that reads no more shows when its answer is waited for.
            let _ = lines.send(line);
        }
    }

    /// The answer to the oldest line that has none yet, without its line break.
    ///
    /// # Errors
    /// In words, when none comes; from then on, always.
    pub fn receive(&mut self) -> Result<String, String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        match self.answers.recv_timeout(self.patience) {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(why)) => Err(self.give_up(why)),
            Err(RecvTimeoutError::Timeout) => {
                Err(self.give_up(format!("the program said nothing for {:?}", self.patience)))
            }
            Err(RecvTimeoutError::Disconnected) => {
                let how = match self.wait(FAREWELL) {
                    Some(status) => format!("the program ended ({status}) before it answered"),
                    None => "the program closed its output before it answered".to_owned(),
                };
                Err(self.give_up(how))
            }
        }
    }

    /// Sends a line and reads its answer.
    ///
    /// # Errors
    /// As [`Process::receive`], and when the answer is no JSON.
    pub fn ask(&mut self, line: String) -> Result<Value, String> {
        self.send(line);
        let answer = self.receive()?;
        // After a line that is no answer, nothing says which line belongs to which question.
        serde_json::from_str(&answer).map_err(|e| {
            let shown: String = answer.chars().take(200).collect();
            self.give_up(format!("the program answered `{}`, which is no JSON: {e}", shown.escape_debug()))
        })
    }

    fn give_up(&mut self, why: String) -> String {
        // One that is merely slow would go on for nobody.
        let _ = self.child.kill();
        self.broken = Some(why.clone());
        why
    }

    /// How it ended, if it does in that time.
    fn wait(&mut self, at_most: Duration) -> Option<std::process::ExitStatus> {
        let begun = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if begun.elapsed() < at_most => std::thread::sleep(Duration::from_millis(5)),
                _ => return None,
            }
        }
    }
}

impl Drop for Process {
    /// Ends its input, gives it time to end by itself, and ends it if it does not.
    fn drop(&mut self) {
        self.lines = None;
        if self.wait(FAREWELL).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Implementation for Process {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        let line = json!({"start": {"prices": prices, "policy": policy, "at_ms": now_ms}});
        match self.ask(line.to_string()) {
            Ok(answer) if answer.get("error").is_some_and(|e| !e.is_null()) => Err(answer),
            Ok(answer) if answer.get("outcome").is_some_and(|o| o == "started") => Ok(()),
            Ok(answer) => Err(none(&format!("`start` was answered with {answer}"))),
            Err(why) => Err(none(&why)),
        }
    }

    fn step(&mut self, step: &Value) -> Value {
        self.ask(step.to_string()).unwrap_or_else(|why| none(&why))
    }
}

impl<I: Implementation> Implementation for Rc<RefCell<I>> {
    fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
        self.borrow_mut().start(prices, policy, now_ms)
    }

    fn step(&mut self, step: &Value) -> Value {
        self.borrow_mut().step(step)
    }
}

fn none(why: &str) -> Value {
    json!({"error": NO_ANSWER, "message": why})
}

/// Writes what comes until the sender is gone, flushing when there is nothing left to write for now.
fn write_lines(input: ChildStdin, lines: &Receiver<String>) {
    let mut input = BufWriter::new(input);
    while let Ok(first) = lines.recv() {
        for line in std::iter::once(first).chain(lines.try_iter()) {
            if writeln!(input, "{line}").is_err() {
                return;
            }
        }
        if input.flush().is_err() {
            return;
        }
    }
}

/// Hands on each line until the output ends.
fn read_lines(output: ChildStdout, answers: &SyncSender<Result<String, String>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut bytes = Vec::new();
        let read = output.by_ref().take(LONGEST).read_until(b'\n', &mut bytes);
        if !matches!(read, Ok(1..)) {
            return;
        }
        let whole = bytes.pop_if(|last| *last == b'\n').is_some();
        let line = match String::from_utf8(bytes) {
            Ok(line) if whole => Ok(line),
            Ok(line) if line.len() as u64 >= LONGEST => {
                Err(format!("the program answered more than {LONGEST} bytes"))
            }
            Ok(_) => Err("the program ended in the middle of an answer".to_owned()),
            Err(_) => Err("the program answered bytes that are no UTF-8".to_owned()),
        };
        if answers.send(line).is_err() {
            return;
        }
    }
}
