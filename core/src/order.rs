//! Sorting where no call waits for it: one body of machine code for lists of anything. The standard library's sorts are
//! faster and take 5 KB for each type, which a module that is loaded over a network cannot afford.

/// Sorts the items so that none stands `before` one that is ahead of it; equal ones in any order. Quick where they
/// are in order already.
pub(crate) fn by<T>(items: &mut [T], before: impl Fn(&T, &T) -> bool) {
    if items.is_sorted_by(|a, b| !before(b, a)) {
        return;
    }
    let length = items.len();
    // One closure for both questions: each alone would borrow the list.
    heap_sort(length, &mut |a, b, question| match question {
        Question::IsLess => match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => before(a, b),
            _ => false,
        },
        Question::Swap => {
            items.swap(a, b);
            true
        }
    });
}

/// The places of texts that stood before, in order.
pub(crate) fn repeats(texts: &[&str]) -> Vec<usize> {
    let mut sorted: Vec<(&str, usize)> = texts.iter().copied().zip(0..).collect();
    by(&mut sorted, |a, b| a < b);
    let mut places: Vec<usize> = sorted
        .windows(2)
        .filter_map(|pair| match pair {
            [(a, _), (b, place)] if a == b => Some(*place),
            _ => None,
        })
        .collect();
    by(&mut places, |a, b| a < b);
    places
}

enum Question {
    /// Whether the first comes before the second.
    IsLess,
    Swap,
}

/// Heap sort of places, whatever stands there.
fn heap_sort(length: usize, ask: &mut dyn FnMut(usize, usize, Question) -> bool) {
    for root in (0..length / 2).rev() {
        sift(root, length, ask);
    }
    for end in (1..length).rev() {
        ask(0, end, Question::Swap);
        sift(0, end, ask);
    }
}

/// Lets what stands at `root` sink until nothing below it is larger.
fn sift(mut root: usize, end: usize, ask: &mut dyn FnMut(usize, usize, Question) -> bool) {
    loop {
        let mut child = root * 2 + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && ask(child, child + 1, Question::IsLess) {
            child += 1;
        }
        if !ask(root, child, Question::IsLess) {
            return;
        }
        ask(root, child, Question::Swap);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use super::{by, repeats};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library(mut items: Vec<u8>) {
            let mut theirs = items.clone();
            theirs.sort_unstable();
            by(&mut items, |a, b| a < b);
            prop_assert_eq!(items, theirs);
        }
    }

    #[test]
    fn a_text_repeats_one_before_it() {
        assert_eq!(repeats(&["b", "a", "b", "c", "a", "b"]), [2, 4, 5]);
        assert!(repeats(&["c", "b", "a"]).is_empty() && repeats(&[]).is_empty());
    }
}
