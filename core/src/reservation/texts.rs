//! The attributes of a call where they are short, which they nearly always are.

use crate::call::Call;
use crate::id::copy;

/// Room for texts.
const ROOM: usize = 84;

/// The attributes in one buffer, and the model that was called instead, if any. All are ids, so none is empty: a length of
/// 0 says that there is none.
#[derive(Debug)]
pub(super) struct Texts {
    lengths: [u8; 8],
    bytes: [u8; ROOM],
}

impl Default for Texts {
    fn default() -> Texts {
        Texts { lengths: [0; 8], bytes: [0; ROOM] }
    }
}

impl Texts {
    /// Replaces what is remembered, with that user; false where there is no room for it.
    #[inline(always)]
    pub(super) fn set(&mut self, user: &[u8], call: &Call<'_>) -> bool {
        if !call.says_who_alone() {
            return self.set_all(user, call);
        }
        let tier = call.tier.unwrap_or("").as_bytes();
        let Some((first, rest)) = self.bytes.split_at_mut_checked(user.len()) else { return false };
        let Some(second) = rest.get_mut(..tier.len()) else { return false };
        copy(first, user);
        copy(second, tier);
        self.lengths = [short(user), short(tier), 0, 0, 0, 0, 0, 0];
        true
    }

    #[inline(never)]
    fn set_all(&mut self, user: &[u8], call: &Call<'_>) -> bool {
        let others = [call.tier, call.org, call.feature, call.session, call.provider, call.model];
        let texts = std::iter::once(user).chain(others.map(|text| text.unwrap_or("").as_bytes()));
        let mut end = 0;
        self.lengths = [0; 8];
        for (text, length) in texts.zip(&mut self.lengths) {
            *length = short(text);
            let start = end;
            end += text.len();
            let Some(room) = self.bytes.get_mut(start..end) else { return false };
            room.copy_from_slice(text);
        }
        true
    }

    /// One of the attributes, in the order of a call's.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let length = usize::from(*self.lengths.get(index)?);
        if length == 0 {
            return None;
        }
        let start = self.lengths.iter().take(index).map(|length| usize::from(*length)).sum::<usize>();
        std::str::from_utf8(self.bytes.get(start..start + length)?).ok()
    }

    /// The call again, without its estimate.
    pub(super) fn call(&self) -> Call<'_> {
        Call {
            user: self.get(0),
            tier: self.get(1),
            org: self.get(2),
            feature: self.get(3),
            session: self.get(4),
            provider: self.get(5),
            model: self.get(6),
            ..Call::default()
        }
    }
}

/// The length of a text that is short enough.
#[inline(always)]
fn short(text: &[u8]) -> u8 {
    u8::try_from(text.len()).unwrap_or(0)
}
