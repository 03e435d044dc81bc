//! The ledger as it stands in a snapshot.

use super::definitions::Windows;
use super::subjects::Row;
use super::sweep::Sweep;
use super::{CounterRef, Ledger, Pool, Subjects};
use crate::dimension::Dimension;
use crate::map::Seed;
use crate::policy::{Definition, Filter};
use crate::unit::Unit;
use crate::window::{Span, Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One definition with its windows; the window definition as its canonical text.
#[derive(Serialize, Deserialize)]
struct SavedWindows {
    dimension: Dimension,
    unit: Unit,
    window: String,
    filter: Filter,
    open: u32,
    span: Span,
    past: Vec<(u32, Span)>,
    next: u32,
    base: i64,
}

/// What is written.
#[derive(Serialize)]
pub(crate) struct SavedRef<'l> {
    definitions: Vec<SavedWindows>,
    rows: &'l [Vec<Row>],
    free: &'l [u32],
    pool: &'l Pool,
    wide: &'l BTreeMap<CounterRef, (i128, i128)>,
    counters: u64,
    sweep: Sweep,
}

/// What is read.
#[derive(Deserialize)]
pub(crate) struct Saved {
    definitions: Vec<SavedWindows>,
    rows: Vec<Vec<Row>>,
    free: Vec<u32>,
    pool: Pool,
    wide: BTreeMap<CounterRef, (i128, i128)>,
    counters: u64,
    sweep: Sweep,
}

impl Ledger {
    pub(crate) fn save(&self) -> SavedRef<'_> {
        let save = |w: &Windows| SavedWindows {
            dimension: w.definition.dimension,
            unit: w.definition.unit,
            window: w.definition.window.canonical(),
            filter: w.definition.filter.clone(),
            open: w.open,
            span: w.span,
            past: w.past.clone(),
            next: w.next,
            base: w.base,
        };
        let (rows, free) = self.subjects.parts();
        SavedRef {
            definitions: self.definitions.iter().map(save).collect(),
            rows,
            free,
            pool: &self.pool,
            wide: &self.wide,
            counters: self.counters,
            sweep: self.sweep,
        }
    }

    /// `None` when a window definition is not one this version knows.
    pub(crate) fn load(saved: Saved, seed: Seed) -> Option<Ledger> {
        let mut ledger = Ledger::new(seed.clone());
        ledger.definitions.forget_moves();
        for saved in saved.definitions {
            let window = Window::from_canonical(&saved.window)?;
            let definition =
                Definition { dimension: saved.dimension, unit: saved.unit, window, filter: saved.filter };
            let number = ledger.definitions.number(&definition);
            let windows = ledger.definitions.get_mut(number)?;
            (windows.open, windows.span, windows.past) = (saved.open, saved.span, saved.past);
            (windows.next, windows.base) = (saved.next, saved.base);
        }
        ledger.subjects = Subjects::from_parts(seed, saved.rows, saved.free);
        ledger.pool = saved.pool;
        ledger.wide = saved.wide;
        ledger.counters = saved.counters;
        ledger.sweep = saved.sweep;
        Some(ledger)
    }
}
