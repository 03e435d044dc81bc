//! What counters are of, and which of their windows is open.

use crate::error::Error;
use crate::policy::Definition;
use crate::time;
use crate::window::{Period, Span, Window};
use std::collections::BTreeMap;

/// How long the counters of a closed window are kept: a hold of at most 24 h may end in it, and its
/// presumption may be replaced for 24 h more.
pub(crate) const KEEP_MS: i64 = 48 * 3_600_000;

/// Bucket numbers start in the middle of their range, so that a corrected clock can go below.
const MIDDLE: i64 = 1 << 31;

/// One definition and its windows. Windows are numbered; the number of the open one says which
/// counters are open.
#[derive(Debug, Clone)]
pub(crate) struct Windows {
    pub(crate) definition: Definition,
    /// Number of the open window, or of the present bucket of a rolling one.
    pub(crate) open: u32,
    /// The open window, or the present bucket.
    pub(crate) span: Span,
    /// Closed windows whose counters may still be there.
    pub(crate) past: Vec<(u32, Span)>,
    pub(crate) next: u32,
    pub(crate) base: i64,
    /// Whether the windows are buckets of a rolling one.
    pub(crate) rolling: bool,
    /// Whether an enabled budget of the policy in force uses it.
    pub(crate) active: bool,
}

impl Windows {
    fn new(definition: Definition) -> Windows {
        let span = Span { start_ms: i64::MAX, end_ms: i64::MIN };
        let rolling = matches!(definition.window, Window::Rolling { .. });
        Windows {
            rolling,
            definition,
            open: u32::MAX,
            span,
            past: Vec::new(),
            next: 0,
            base: i64::MIN,
            active: false,
        }
    }

    #[inline]
    pub(crate) fn period(&self) -> Option<Period> {
        match &self.definition.window {
            Window::Rolling { period } => Some(*period),
            _ => None,
        }
    }

    /// How many buckets ago `window` was; negative in the future. For rolling definitions.
    #[inline]
    pub(crate) fn age(&self, window: u32) -> i32 {
        self.open.wrapping_sub(window).cast_signed()
    }

    /// Whether a counter of `window` counts at present.
    #[inline]
    pub(crate) fn is_live(&self, window: u32) -> bool {
        if self.rolling { (0..=60).contains(&self.age(window)) } else { window == self.open }
    }

    /// The bucket of that number, counted from the epoch.
    pub(crate) fn bucket(&self, window: u32) -> i64 {
        // Numbers wrap, so they are counted back from the open one.
        let open = self.period().map_or(0, |period| period.bucket_at(self.span.start_ms));
        open.saturating_sub(i64::from(self.age(window)))
    }

    /// The number of the bucket, counted from the epoch.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bucket numbers wrap; ages are taken modulo 2^32"
    )]
    pub(crate) fn number(&self, bucket: i64) -> u32 {
        bucket.wrapping_sub(self.base) as u32
    }

    /// The span of a window that is open, or closed and not yet forgotten.
    pub(crate) fn span_of(&self, window: u32) -> Option<Span> {
        if let Some(period) = self.period() {
            let bucket = self.bucket(window);
            return Some(Span {
                start_ms: period.bucket_start(bucket),
                end_ms: period.bucket_start(bucket.saturating_add(1)),
            });
        }
        if window == self.open {
            return Some(self.span);
        }
        self.past.iter().find(|(number, _)| *number == window).map(|(_, span)| *span)
    }

    /// When a counter of `window` may be forgotten; `None` when its window is already.
    pub(crate) fn forget_at(&self, window: u32) -> Option<i64> {
        let closed = match self.period() {
            Some(period) => period.bucket_leaves_at(self.bucket(window)),
            None => self.span_of(window)?.end_ms,
        };
        Some(closed.saturating_add(KEEP_MS))
    }

    /// What a reader sees as the window at `now_ms`: for a rolling one, from the oldest live bucket to now.
    pub(crate) fn shown(&self, window: u32, now_ms: i64) -> Option<Span> {
        match self.period() {
            Some(period) => {
                let start_ms = period.bucket_start(period.oldest_live(now_ms)).max(time::TIME_MIN_MS);
                Some(Span { start_ms, end_ms: now_ms })
            }
            None => self.span_of(window),
        }
    }

    fn present(&self, now_ms: i64) -> Result<Span, Error> {
        match self.period() {
            Some(period) => {
                let bucket = period.bucket_at(now_ms);
                Ok(Span {
                    start_ms: period.bucket_start(bucket),
                    end_ms: period.bucket_start(bucket.saturating_add(1)),
                })
            }
            None => self.definition.window.span(now_ms),
        }
    }

    /// Makes the window of `span` the open one, an old one where it is known.
    fn enter(&mut self, span: Span, now_ms: i64) {
        if let Some(period) = self.period() {
            let bucket = period.bucket_at(now_ms);
            if self.base == i64::MIN {
                self.base = bucket.saturating_sub(MIDDLE);
            }
            self.open = self.number(bucket);
        } else {
            if self.open != u32::MAX {
                self.past.push((self.open, self.span));
            }
            match self.past.iter().position(|(_, old)| *old == span) {
                Some(at) => self.open = self.past.swap_remove(at).0,
                None => {
                    self.open = self.next;
                    self.next = self.next.wrapping_add(1);
                }
            }
        }
        self.span = span;
    }
}

/// What every call asks of a definition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    /// Number of the open window, or of the present bucket of a rolling one.
    pub(crate) window: u32,
    pub(crate) rolling: bool,
    /// Whether it ends; a lifetime does not.
    pub(crate) ends: bool,
    /// The open window, or the present bucket.
    pub(crate) span: Span,
}

const NOTHING_OPEN: Open = Open {
    window: u32::MAX,
    rolling: false,
    ends: false,
    span: Span { start_ms: i64::MAX, end_ms: i64::MIN },
};

/// Every definition that ever had a counter, numbered in the order it came.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    list: Vec<Windows>,
    numbers: BTreeMap<Definition, u32>,
    opens: Vec<Open>,
    /// The first time at which some active definition enters another window.
    boundary: i64,
    /// When a window other than a rolling one was last left. Holds of before may end in a closed one.
    moved_ms: i64,
}

impl Definitions {
    /// The number of a definition.
    pub(crate) fn number(&mut self, definition: &Definition) -> u32 {
        if let Some(number) = self.numbers.get(definition) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(Windows::new(definition.clone()));
        self.numbers.insert(definition.clone(), number);
        number
    }

    /// The open window of a definition.
    #[inline]
    pub(crate) fn open(&self, number: u32) -> &Open {
        self.opens.get(number as usize).unwrap_or(&NOTHING_OPEN)
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Windows> {
        self.list.get(number as usize)
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Windows> {
        self.list.get_mut(number as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Windows> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Windows> {
        self.list.iter_mut()
    }

    /// Makes exactly `numbers` the definitions in use. Their windows open with [`Definitions::advance`].
    pub(crate) fn activate(&mut self, numbers: &[u32]) {
        for windows in &mut self.list {
            windows.active = false;
        }
        for number in numbers {
            if let Some(windows) = self.get_mut(*number) {
                windows.active = true;
            }
        }
        self.boundary = i64::MIN;
    }

    /// See the field; the end of time where it is not known.
    pub(crate) const fn moved_ms(&self) -> i64 {
        self.moved_ms
    }

    /// After a restore: when a window was left last is not kept.
    pub(crate) fn forget_moves(&mut self) {
        self.moved_ms = i64::MAX;
    }

    pub(crate) const fn boundary(&self) -> i64 {
        self.boundary
    }

    /// Whether [`Definitions::advance`] has something to do at `now_ms`.
    #[inline]
    pub(crate) fn is_due(&self, now_ms: i64) -> bool {
        now_ms >= self.boundary
    }

    /// The present spans of active definitions that are in another window at `now_ms`.
    ///
    /// # Errors
    /// [`Error::InvalidTime`] when one would leave the years 1–9999; nothing has changed then.
    pub(crate) fn moves(&self, now_ms: i64) -> Result<Vec<(u32, Span)>, Error> {
        let mut moves = Vec::new();
        for (number, windows) in (0_u32..).zip(&self.list) {
            // A definition out of use stays where it is, but not in the future of a corrected clock.
            let ahead = windows.open != u32::MAX && now_ms < windows.span.start_ms;
            if (windows.active || ahead) && !windows.span.contains(now_ms) {
                moves.push((number, windows.present(now_ms)?));
            }
        }
        Ok(moves)
    }

    /// Enters the windows of `moves`. Returns the first time at which counters that closed now may go.
    pub(crate) fn advance(&mut self, moves: &[(u32, Span)], now_ms: i64) -> Option<i64> {
        let mut forget_at: Option<i64> = None;
        for (number, span) in moves {
            let Some(windows) = self.get_mut(*number) else { continue };
            let before = windows.open;
            windows.enter(*span, now_ms);
            let left = before != u32::MAX && !windows.rolling;
            if before != u32::MAX && before != windows.open {
                let at = windows.forget_at(before);
                forget_at = forget_at.into_iter().chain(at).min();
            }
            if left {
                self.moved_ms = now_ms;
            }
        }
        let open = |w: &Windows| Open {
            window: w.open,
            rolling: w.rolling,
            ends: w.definition.window != Window::Lifetime,
            span: w.span,
        };
        self.opens = self.list.iter().map(open).collect();
        self.boundary =
            self.list.iter().filter(|w| w.active).map(|w| w.span.end_ms).min().unwrap_or(i64::MAX);
        forget_at
    }
}
