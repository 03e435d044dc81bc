//! From cells to a row: the rules that formats share, and the few that one format has of its own.

use serde_json::Value;
use spendgate_core::unit::Unit;

use crate::cell::{Cell, quote};
use crate::columns::{Columns, missing};
use crate::field::Field;
use crate::format::Format;
use crate::row::Row;
use crate::strict;

/// The most calls that one row may add up.
const CALLS_MAX: i64 = 10_000_000;

/// What became of a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// It is a call.
    Row,
    /// It is none: why.
    Skipped(&'static str),
}

/// The field that is wrong, and why.
pub(crate) type Wrong = (String, String);

/// Gets the cell at an index of [`Columns`].
struct Cells<'c, G> {
    columns: &'c Columns,
    get: G,
}

impl<'a, G: Fn(usize) -> Option<Cell<'a>>> Cells<'_, G> {
    /// The first place of `field` that says something, and its name.
    fn find(&self, field: Field) -> Result<Option<(Cell<'a>, &str)>, Wrong> {
        for place in self.columns.of(field) {
            let Some(cell) = (self.get)(place.index) else { continue };
            let cell = cell.walk(&place.path).map_err(|reason| (place.name.clone(), reason))?;
            if let Some(cell) = cell.filter(|cell| !cell.is_blank()) {
                return Ok(Some((cell, place.name.as_str())));
            }
        }
        Ok(None)
    }

    fn id(&self, field: Field, into: &mut String) -> Result<(), Wrong> {
        match self.find(field)? {
            None => Ok(()),
            Some((cell, name)) => cell.id(into).map_err(|reason| (name.to_owned(), reason)),
        }
    }

    fn amount(&self, field: Field, unit: Unit) -> Result<Option<i64>, Wrong> {
        match self.find(field)? {
            None => Ok(None),
            Some((cell, name)) => cell.amount(unit).map_err(|reason| (name.to_owned(), reason)),
        }
    }
}

/// Fills `row`, which is clear, from the cells that `get` gives by index.
pub(crate) fn fill<'a>(
    row: &mut Row,
    format: Format,
    columns: &Columns,
    get: impl Fn(usize) -> Option<Cell<'a>>,
) -> Result<Filled, Wrong> {
    let cells = Cells { columns, get };
    if let Some(why) = skipped(format, &cells)? {
        return Ok(Filled::Skipped(why));
    }
    let (time, name) = cells
        .find(Field::Time)?
        .ok_or_else(|| (columns.name(Field::Time).to_owned(), missing(columns, Field::Time)))?;
    row.at_ms = time.time().map_err(|reason| (name.to_owned(), reason))?;
    cells.id(Field::User, &mut row.user)?;
    cells.id(Field::Tier, &mut row.tier)?;
    cells.id(Field::Org, &mut row.org)?;
    cells.id(Field::Feature, &mut row.feature)?;
    cells.id(Field::Session, &mut row.session)?;
    cells.id(Field::Provider, &mut row.provider)?;
    cells.id(Field::Model, &mut row.model)?;
    row.input_tokens = cells.amount(Field::Input, Unit::InputTokens)?;
    row.output_tokens = cells.amount(Field::Output, Unit::OutputTokens)?;
    row.cached_tokens = cells.amount(Field::Cached, Unit::InputTokens)?.unwrap_or(0);
    row.cache_write_tokens = cells.amount(Field::CacheWrite, Unit::InputTokens)?.unwrap_or(0);
    row.cost_nanos = cells.amount(Field::Cost, Unit::Usd)?;
    if let Some((cell, name)) = cells.find(Field::Usage)? {
        classes(row, &cell).map_err(|reason| (name.to_owned(), reason))?;
    }
    row.calls = cells.amount(Field::Calls, Unit::Requests)?.unwrap_or(1);
    if !(1..=CALLS_MAX).contains(&row.calls) {
        let reason = format!("{} calls in one row: 1 to {CALLS_MAX} are possible", row.calls);
        return Err((columns.name(Field::Calls).to_owned(), reason));
    }
    if row.input_tokens.is_none() && row.output_tokens.is_none() && row.cost_nanos.is_none() {
        return Err((columns.name(Field::Input).to_owned(), "neither tokens nor a cost".to_owned()));
    }
    let cached = row.cached_tokens.saturating_add(row.cache_write_tokens);
    if cached > row.input_tokens.unwrap_or(0) {
        let reason = format!("{cached} cached tokens of {} input tokens", row.input_tokens.unwrap_or(0));
        return Err((columns.name(Field::Cached).to_owned(), reason));
    }
    Ok(Filled::Row)
}

/// Why a row of this format is no call that costs.
fn skipped<'a>(
    format: Format,
    cells: &Cells<'_, impl Fn(usize) -> Option<Cell<'a>>>,
) -> Result<Option<&'static str>, Wrong> {
    let mut kind = String::new();
    match format {
        Format::Langfuse => {
            cells.id(Field::Kind, &mut kind)?;
            let is_call = matches!(kind.as_str(), "" | "GENERATION" | "EMBEDDING");
            Ok((!is_call).then_some("an observation that is neither a generation nor an embedding"))
        }
        Format::Litellm => {
            cells.id(Field::Kind, &mut kind)?;
            let failed = kind == "failure" && cells.amount(Field::Cost, Unit::Usd)?.unwrap_or(0) == 0;
            Ok(failed.then_some("a failed call that cost nothing"))
        }
        Format::Openai => {
            let calls = cells.amount(Field::Calls, Unit::Requests)?.unwrap_or(0);
            let input = cells.amount(Field::Input, Unit::InputTokens)?.unwrap_or(0);
            let output = cells.amount(Field::Output, Unit::OutputTokens)?.unwrap_or(0);
            Ok((calls == 0 && input == 0 && output == 0).then_some("a bucket without calls"))
        }
        _ => Ok(None),
    }
}

/// Langfuse's token counts by class: disjoint, input classes have `input` in their name, output
/// classes `output`, and `total` adds them up. Cache reads and writes are input classes.
fn classes(row: &mut Row, cell: &Cell<'_>) -> Result<(), String> {
    let parsed;
    let value = match cell {
        Cell::Json(value) if value.is_object() => value.as_ref(),
        Cell::Json(value) => {
            parsed = object(value.as_str().unwrap_or_default().as_bytes())?;
            &parsed
        }
        Cell::Text(text) => {
            parsed = object(text)?;
            &parsed
        }
    };
    let Value::Object(map) = value else { return Ok(()) };
    for (class, count) in map {
        let count = Cell::Json(std::borrow::Cow::Borrowed(count)).amount(Unit::Tokens);
        let count = count.map_err(|reason| format!("{}: {reason}", quote(class.as_bytes())))?.unwrap_or(0);
        let cache = class.contains("cache");
        if class.contains("output") {
            add(&mut row.output_tokens, count);
        } else if class.contains("input") || cache {
            add(&mut row.input_tokens, count);
            if cache && (class.contains("creation") || class.contains("write")) {
                row.cache_write_tokens = row.cache_write_tokens.saturating_add(count);
            } else if cache {
                row.cached_tokens = row.cached_tokens.saturating_add(count);
            }
        }
    }
    Ok(())
}

fn add(sum: &mut Option<i64>, count: i64) {
    *sum = Some(sum.unwrap_or(0).saturating_add(count));
}

fn object(text: &[u8]) -> Result<Value, String> {
    let value = strict::read(text).map_err(|e| match e.is_data() {
        true => strict::said(&e),
        false => format!("{} is not a JSON object", quote(text)),
    })?;
    if value.is_object() { Ok(value) } else { Err(format!("{} is not a JSON object", quote(text))) }
}
