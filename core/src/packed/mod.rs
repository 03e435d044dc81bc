//! Hot commands through a block of memory, for hosts in which a string or an object costs more than a decision.
//!
//! JavaScript writes a call into a [`Block`] that it shares with the engine, names an [`Op`] and reads the
//! answer from the second half: no value is made on either side of the border. [`request`] and [`answer`] say where
//! everything stands. What does not fit, or is not plain, is left alone with [`Status::Json`], and the host gives
//! the same command as JSON to [`crate::wire`], which answers or refuses it with the right words.

pub mod answer;
pub mod request;

use crate::call::Call;
use crate::decision::Decision;
use crate::engine::{Engine, Who};
use crate::error::Error;
use crate::wire;

/// Bytes of the request, and of the answer.
pub const HALF: usize = 4096;
/// Bytes of a block.
pub const BLOCK: usize = 2 * HALF;

/// A block: the request, then the answer. Numbers stand in little-endian order.
pub type Block = [u8; BLOCK];
/// The request or the answer.
pub type Half = [u8; HALF];

/// A hot command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// [`Engine::reserve`].
    Reserve,
    /// [`Engine::preview`].
    Preview,
    /// [`Engine::settle`].
    Settle,
    /// [`Engine::release`].
    Release,
    /// [`Engine::estimate_tokens`].
    Estimate,
    /// [`Engine::waiting_events`]; the time is not told.
    Waiting,
}

impl Op {
    /// Every op; its code is its place.
    pub const ALL: [Op; 6] = [Op::Reserve, Op::Preview, Op::Settle, Op::Release, Op::Estimate, Op::Waiting];
}

/// What became of a hot command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// The answer is in the block.
    Done = 0,
    /// Nothing was done: the host has to fetch [`names`] first, for the policy is another one than it knows.
    Names = 1,
    /// Nothing was done: the command has to come as JSON.
    Json = 2,
    /// The command was done or refused; its answer is the text, JSON as [`wire::step`] gives it.
    Text = 3,
    /// Nothing was done: the reserve has to name its user, who may have gone or whose call is not an ordinary one.
    Who = 4,
}

/// Runs the hot command with the code `op` over `block`. `text` takes what does not fit into a block: an error, or a
/// decision with more budgets triggered than there is room for.
#[inline]
pub fn run(engine: &mut Engine, op: u32, block: &mut Block, text: &mut String) -> Status {
    let (Some((first, rest)), Some(op)) =
        (block.split_first_chunk_mut::<HALF>(), Op::ALL.get(usize::try_from(op).unwrap_or(usize::MAX)))
    else {
        return Status::Json;
    };
    let Some(half) = rest.first_chunk_mut::<HALF>() else { return Status::Json };
    match op {
        Op::Reserve | Op::Preview => decide(engine, *op, first, half, text),
        Op::Settle | Op::Release => end(engine, *op, first, half, text),
        Op::Estimate => estimate(engine, first, half, text),
        Op::Waiting => {
            answer::waiting(engine, half);
            Status::Done
        }
    }
}

/// What a host needs to put names to a decision: `{"epoch": n, "budgets": [{"id", "scope", "unit"}]}`, by index.
#[must_use]
pub fn names(engine: &Engine) -> String {
    let budgets: Vec<serde_json::Value> = engine
        .policy()
        .budgets()
        .iter()
        .map(|b| serde_json::json!({"id": &*b.id, "scope": b.scope.dimension.as_str(), "unit": b.unit.as_str()}))
        .collect();
    crate::json::text(&serde_json::json!({"epoch": engine.epoch(), "budgets": budgets}))
}

#[inline]
fn decide(engine: &mut Engine, op: Op, from: &Half, to: &mut Half, text: &mut String) -> Status {
    if request::epoch(from) != engine.epoch() {
        return Status::Names;
    }
    let Some((call, now_ms, ttl_ms)) = request::call(from) else { return Status::Json };
    if op == Op::Preview {
        let decision = engine.preview(&call, now_ms);
        return decided(engine, &call, decision, to, text);
    }
    let who = request::who(from);
    match engine.reserve_in_short(who, &call, ttl_ms, now_ms) {
        Ok(Some(short)) if answer::short(engine, &short, to) => Status::Done,
        Ok(Some(short)) => {
            let (call, decision) = (Call { user: engine.latest_name(), ..call }, engine.in_full(short));
            in_words(wire::decision_text(engine, &call, &decision), text)
        }
        Ok(None) if matches!(who, Who::Seen(_)) => Status::Who,
        Ok(None) => {
            let decision = engine.reserve_at_length(&call, ttl_ms, now_ms);
            decided(engine, &call, decision, to, text)
        }
        Err(error) => refused(&error, text),
    }
}

/// The answer to a call that is not an ordinary one.
fn decided(
    engine: &Engine,
    call: &Call<'_>,
    decision: Result<Decision, Error>,
    to: &mut Half,
    text: &mut String,
) -> Status {
    match decision {
        Ok(decision) if answer::decision(engine, call, &decision, to) => Status::Done,
        Ok(decision) => in_words(wire::decision_text(engine, call, &decision), text),
        Err(error) => refused(&error, text),
    }
}

#[inline]
fn end(engine: &mut Engine, op: Op, from: &Half, to: &mut Half, text: &mut String) -> Status {
    let Some(end) = request::end(from) else { return Status::Json };
    if op == Op::Release {
        return match engine.release(end.reservation, end.report, end.now_ms) {
            Ok(outcome) => {
                answer::released(engine, outcome, to);
                Status::Done
            }
            Err(error) => refused(&error, text),
        };
    }
    match engine.settle(end.reservation, &end.actual, end.report, end.now_ms) {
        Ok(settled) if answer::settled(engine, &settled, to) => Status::Done,
        Ok(settled) => in_words(wire::settled_text(&settled), text),
        Err(error) => refused(&error, text),
    }
}

fn estimate(engine: &mut Engine, from: &Half, to: &mut Half, text: &mut String) -> Status {
    let Some((known, now_ms)) = request::known(from) else { return Status::Json };
    match engine.estimate_tokens(&known, now_ms) {
        Ok(expected) if answer::expected(engine, &expected, to) => Status::Done,
        Ok(_) => Status::Json,
        Err(error) => refused(&error, text),
    }
}

#[cold]
fn refused(error: &Error, text: &mut String) -> Status {
    in_words(wire::error_text(error), text)
}

#[cold]
fn in_words(answer: String, text: &mut String) -> Status {
    *text = answer;
    Status::Text
}

/// The call, for an answer in words.
pub(crate) type Asked<'a> = (Call<'a>, i64, Option<i64>);

#[cfg(test)]
mod tests;
