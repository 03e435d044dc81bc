//! What a reservation remembers of its call.

use crate::call::{Call, Estimate};
use serde::{Deserialize, Serialize};

/// Room for short texts, which is nearly all there are.
const NEAR: usize = 40;

/// The call's attributes in one buffer, and the model that was called instead, if any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    /// Lengths in the order of [`Attributes::texts`]; ids are never empty, so 0 is absent.
    lengths: [u16; 8],
    #[serde(with = "near")]
    near: [u8; NEAR],
    /// All texts, where they are too long for `near`.
    #[allow(clippy::box_collection, reason = "one word, where there nearly always is none")]
    far: Option<Box<Vec<u8>>>,
}

impl Default for Attributes {
    fn default() -> Attributes {
        Attributes { lengths: [0; 8], near: [0; NEAR], far: None }
    }
}

impl Attributes {
    /// Replaces what is remembered.
    #[inline(never)]
    pub(crate) fn set(&mut self, call: &Call<'_>, called: Option<&str>) {
        self.far = None;
        let texts =
            [call.user, call.tier, call.org, call.feature, call.session, call.provider, call.model, called];
        let mut end = 0;
        for (text, length) in texts.iter().zip(&mut self.lengths) {
            let Some(text) = text else {
                *length = 0;
                continue;
            };
            *length = short(text);
            let start = end;
            end += text.len();
            match self.near.get_mut(start..end) {
                Some(room) => room.copy_from_slice(text.as_bytes()),
                None => return self.set_far(&texts),
            }
        }
    }

    #[cold]
    fn set_far(&mut self, texts: &[Option<&str>; 8]) {
        let mut far = Vec::new();
        for (text, length) in texts.iter().zip(&mut self.lengths) {
            let text = text.unwrap_or("");
            *length = short(text);
            far.extend_from_slice(text.as_bytes());
        }
        self.far = Some(Box::new(far));
    }

    fn texts(&self) -> [Option<&str>; 8] {
        let bytes = self.far.as_ref().map_or(&self.near[..], |far| far);
        let mut start = 0;
        self.lengths.map(|length| {
            let end = start + usize::from(length);
            let text = bytes.get(start..end).and_then(|b| std::str::from_utf8(b).ok());
            start = end;
            text.filter(|text| !text.is_empty())
        })
    }

    /// The call again, without its estimate.
    pub(crate) fn call(&self) -> Call<'_> {
        let [user, tier, org, feature, session, provider, model, _] = self.texts();
        Call { user, tier, org, feature, session, provider, model, estimate: Estimate::default() }
    }

    /// The provider that the call names.
    #[inline]
    pub(crate) fn provider(&self) -> Option<&str> {
        self.text(5)
    }

    /// The feature that the call names.
    pub(crate) fn feature(&self) -> Option<&str> {
        self.text(3)
    }

    /// The model that is called: the sibling after a downgrade, else the one asked for.
    #[inline]
    pub(crate) fn called(&self) -> Option<&str> {
        self.text(7).or_else(|| self.text(6))
    }

    /// One of the texts, at no cost where it is absent.
    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        let length = usize::from(*self.lengths.get(index)?);
        if length == 0 {
            return None;
        }
        let start = self.lengths.iter().take(index).map(|length| usize::from(*length)).sum::<usize>();
        let bytes = self.far.as_ref().map_or(&self.near[..], |far| far);
        std::str::from_utf8(bytes.get(start..start + length)?).ok()
    }
}

/// The length of an id, which has at most 256 bytes.
#[inline]
fn short(text: &str) -> u16 {
    u16::try_from(text.len()).unwrap_or(0)
}

/// Bytes without the zeros at their end.
mod near {
    use super::NEAR;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(near: &[u8; NEAR], serializer: S) -> Result<S::Ok, S::Error> {
        let len = near.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        serializer.collect_seq(near.iter().take(len))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; NEAR], D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        let mut near = [0; NEAR];
        near.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Ok(near)
    }
}
