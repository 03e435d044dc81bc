//! Ids are opaque bytes: compared as they are, never trimmed, folded or rewritten.

/// The longest id, in bytes of UTF-8.
pub const MAX_BYTES: usize = 256;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No byte at all.
    #[error("is empty")]
    Empty,
    /// More than [`MAX_BYTES`] bytes.
    #[error("is longer than 256 bytes")]
    TooLong,
    /// A control, bidirectional-override or zero-width character: two ids would look the same.
    #[error("has a control, bidirectional-override or zero-width character")]
    Character,
}

/// Checks that `id` is 1–256 bytes without control, bidi-override or zero-width characters.
///
/// # Errors
/// An [`IdError`] that says what is wrong; the id itself is never changed.
#[inline]
pub fn check(id: &str) -> Result<(), IdError> {
    if id.len().wrapping_sub(1) >= MAX_BYTES {
        return Err(if id.is_empty() { IdError::Empty } else { IdError::TooLong });
    }
    // Printable ASCII is nearly every id there is.
    if is_printable_ascii(id.as_bytes()) || !id.chars().any(is_refused) {
        return Ok(());
    }
    Err(IdError::Character)
}

/// Every byte from 0x20 to 0x7e, looked at eight at a time.
#[inline]
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let odd = |word: u64| {
        let low = word.wrapping_sub(0x2020_2020_2020_2020) & !word;
        let delete = word.wrapping_add(0x0101_0101_0101_0101);
        (low | delete | word) & HIGH
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let whole = words.iter().fold(0, |seen, word| seen | odd(u64::from_le_bytes(*word)));
    match bytes.last_chunk::<8>() {
        // The last eight bytes take the rest in, some of them a second time.
        Some(last) => whole | odd(u64::from_le_bytes(*last)) == 0,
        None => rest.iter().all(|b| b.wrapping_sub(0x20) < 0x5f),
    }
}

/// Whether two ids are the same. They are short, and looking at a few words here and there is less than a call.
#[inline(always)]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if let (Some(a), Some(b)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        // The last eight bytes take the rest in, some of them a second time.
        let (words, _) = one.as_chunks::<8>();
        let (others, _) = other.as_chunks::<8>();
        return a == b && words.iter().zip(others).all(|(a, b)| a == b);
    }
    if let (Some(a), Some(b)) = (one.last_chunk::<4>(), other.last_chunk::<4>()) {
        return a == b && one.first_chunk::<4>() == other.first_chunk::<4>();
    }
    one.iter().zip(other).all(|(a, b)| a == b)
}

/// Copies an id to the front of `to`, which has room for it, a few words at a time: a call would take longer.
#[inline(always)]
pub(crate) fn copy(to: &mut [u8], id: &[u8]) {
    let (words, rest) = id.as_chunks::<8>();
    let (places, _) = to.as_chunks_mut::<8>();
    places.iter_mut().zip(words).for_each(|(place, word)| *place = *word);
    if let (Some(last), Some(place)) = (id.last_chunk::<8>(), to.get_mut(..id.len())) {
        if let Some(place) = place.last_chunk_mut() {
            *place = *last;
        }
        return;
    }
    to.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
}

/// Control characters, direction marks, embeddings, overrides and isolates, zero-width characters.
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_when_all_their_bytes_are() {
        let text = "0123456789abcdefghijklmnopqrst";
        for len in 0..text.len() {
            let one = &text.as_bytes()[..len];
            assert!(is_same(one, text[..len].to_owned().as_bytes()), "{len}");
            assert!(!is_same(one, &text.as_bytes()[..=len]), "{len}");
            let mut copied = vec![0; len + 2];
            copy(&mut copied, one);
            assert_eq!((&copied[..len], &copied[len..]), (one, &[0, 0][..]));
            for odd in 0..len {
                let mut other = one.to_vec();
                other[odd] ^= 1;
                assert!(!is_same(one, &other), "{len} {odd}");
            }
        }
    }

    #[test]
    fn ordinary_and_hostile_names() {
        for good in [
            "u",
            "__proto__",
            "constructor",
            "a:b",
            "*",
            "é",
            "e\u{301}",
            " padded ",
            "名前",
            &"x".repeat(256),
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(""), Err(IdError::Empty));
        assert_eq!(check(&"x".repeat(257)), Err(IdError::TooLong));
        for bad in [
            "a\0",
            "a\n",
            "\u{7f}",
            "\u{85}",
            "\u{202e}x",
            "x\u{200b}",
            "\u{feff}x",
            "\u{2066}x",
            "12345678\u{1f}",
            "1234567\u{7f}90",
            "\t1234567",
        ] {
            assert_eq!(check(bad), Err(IdError::Character), "{bad:?}");
        }
    }
}
