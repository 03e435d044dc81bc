//! What a run gives back.

use std::fmt;

/// One thing that did not come as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file, as it was found.
    pub file: String,
    /// The vector's name, empty where the file could not be read as vectors.
    pub vector: String,
    /// The step, counted from 0; `None` where the fault is not in a step.
    pub step: Option<usize>,
    /// The key path inside the answer, as `window.start` or `[1].kind`; empty for all of it.
    pub path: String,
    /// What was expected, as JSON or in words.
    pub expected: String,
    /// What came, as JSON or in words.
    pub came: String,
}

impl fmt::Display for Failure {
    /// One line: file, vector, step, key path, expected, came.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if !self.vector.is_empty() {
            write!(f, ": {:?}", self.vector)?;
        }
        if let Some(step) = self.step {
            write!(f, ", step {step}")?;
        }
        if !self.path.is_empty() {
            write!(f, ", `{}`", self.path)?;
        }
        write!(f, ": expected {}, came {}", self.expected, self.came)
    }
}

/// The outcome of a run. A vector passes when every step came as expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Vectors that passed.
    pub passed: usize,
    /// Vectors that failed; a file or folder that cannot be read counts as one.
    pub failed: usize,
    /// Every failure, in the order found.
    pub failures: Vec<Failure>,
}

impl Summary {
    /// Adds another run to this one.
    pub fn add(&mut self, other: Summary) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Summary {
    /// `N passed, M failed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
