//! HTML.
use super::Report;

/// The report as one HTML page.
#[must_use]
pub fn render(_report: &Report) -> String {
    String::new()
}
