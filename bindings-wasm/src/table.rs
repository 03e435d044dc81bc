//! Engines by their handle. A handle is a whole number that is exact as a float, from 1.

/// Bits of a handle that say the place; the others count how often the place was taken.
const PLACE_BITS: u32 = 20;
const PLACES: u64 = 1 << PLACE_BITS;
/// With it, a handle stays below 2^53.
const GENERATIONS: u64 = 1 << (53 - PLACE_BITS);

#[derive(Debug)]
struct Place<T> {
    generation: u64,
    value: Option<T>,
}

/// A table of values. A handle names one value for ever: a stale one leads nowhere, never to another value.
#[derive(Debug)]
pub(crate) struct Table<T> {
    places: Vec<Place<T>>,
    free: Vec<u64>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Table<T> {
        Table { places: Vec::new(), free: Vec::new() }
    }

    /// Keeps a value and gives its handle; `None` when there is no place left.
    pub(crate) fn insert(&mut self, value: T) -> Option<f64> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = self.places.len() as u64;
                if index >= PLACES {
                    return None;
                }
                self.places.push(Place { generation: 0, value: None });
                index
            }
        };
        let place = self.places.get_mut(usize::try_from(index).ok()?)?;
        place.generation += 1;
        place.value = Some(value);
        Some(handle(place.generation, index))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, handle: f64) -> Option<&mut T> {
        let (generation, index) = parts(handle);
        match self.places.get_mut(index) {
            Some(place) if place.generation == generation => place.value.as_mut(),
            _ => None,
        }
    }

    /// Gives the value up; false when there is none.
    pub(crate) fn remove(&mut self, handle: f64) -> bool {
        let (generation, index) = parts(handle);
        let Some(place) = self.places.get_mut(index) else { return false };
        if place.generation != generation || place.value.take().is_none() {
            return false;
        }
        // A place whose generations are used up is not taken again.
        if place.generation + 1 < GENERATIONS {
            self.free.push(index as u64);
        }
        true
    }
}

#[allow(clippy::cast_precision_loss, reason = "a handle is below 2^53")]
fn handle(generation: u64, index: u64) -> f64 {
    (generation << PLACE_BITS | index) as f64
}

/// What is no handle gives the generation 0, which no value has.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the comparison sees what is lost"
)]
fn parts(handle: f64) -> (u64, usize) {
    let bits = handle as u64;
    if bits as f64 != handle {
        return (0, 0);
    }
    (bits >> PLACE_BITS, (bits & (PLACES - 1)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_handle_leads_nowhere() {
        let mut table = Table::new();
        let first = table.insert("first").expect("room");
        let other = table.insert("other").expect("room");
        assert!(table.remove(first) && !table.remove(first));
        let second = table.insert("second").expect("room");
        assert_eq!(table.get_mut(first), None);
        assert_eq!((table.get_mut(second), second != first), (Some(&mut "second"), true));
        assert_eq!(table.get_mut(other), Some(&mut "other"));
    }

    #[test]
    fn what_is_no_handle_leads_nowhere() {
        let mut table = Table::new();
        let handle = table.insert(()).expect("room");
        for odd in [0.0, -1.0, 0.5, handle + 0.5, -handle, f64::NAN, f64::INFINITY, f64::MAX, 2f64.powi(53)] {
            assert_eq!(table.get_mut(odd), None, "{odd}");
            assert!(!table.remove(odd));
        }
        assert!(table.get_mut(handle).is_some());
    }

    #[test]
    fn a_place_is_not_taken_for_ever() {
        let mut table = Table::new();
        table.insert(()).expect("room");
        table.places[0].generation = GENERATIONS - 1;
        assert!(table.remove(handle(GENERATIONS - 1, 0)));
        let next = table.insert(()).expect("room");
        assert_eq!(next, handle(1, 1));
    }
}
