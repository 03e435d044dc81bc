//! What a reservation remembers of its call.

use crate::call::{Call, Estimate};
use serde::{Deserialize, Serialize};

/// The call's attributes in one short buffer, and the model that was called instead, if any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    /// Lengths in the order of [`Attributes::texts`]; ids are never empty, so 0 is absent.
    lengths: [u16; 8],
    bytes: Vec<u8>,
}

impl Attributes {
    /// Replaces what is remembered.
    #[inline]
    pub(crate) fn set(&mut self, call: &Call<'_>, called: Option<&str>) {
        let Attributes { lengths, bytes } = self;
        bytes.clear();
        let mut keep = |text: Option<&str>| match text {
            Some(text) => {
                bytes.extend_from_slice(text.as_bytes());
                u16::try_from(text.len()).unwrap_or(0)
            }
            None => 0,
        };
        *lengths = [
            keep(call.user),
            keep(call.tier),
            keep(call.org),
            keep(call.feature),
            keep(call.session),
            keep(call.provider),
            keep(call.model),
            keep(called),
        ];
    }

    /// Lengths and texts, for [`Attributes::from_parts`].
    #[inline]
    pub(super) fn parts(&self) -> ([u16; 8], &[u8]) {
        (self.lengths, &self.bytes)
    }

    /// The attributes again; `bytes` may go on behind them.
    pub(super) fn from_parts(lengths: [u16; 8], bytes: &[u8]) -> Attributes {
        let len = lengths.iter().map(|length| usize::from(*length)).sum();
        Attributes { lengths, bytes: bytes.get(..len).unwrap_or(&[]).to_vec() }
    }

    fn texts(&self) -> [Option<&str>; 8] {
        let mut start = 0;
        self.lengths.map(|length| {
            let end = start + usize::from(length);
            let text = self.bytes.get(start..end).and_then(|b| std::str::from_utf8(b).ok());
            start = end;
            text.filter(|text| !text.is_empty())
        })
    }

    /// The call again, without its estimate.
    pub(crate) fn call(&self) -> Call<'_> {
        let [user, tier, org, feature, session, provider, model, _] = self.texts();
        Call { user, tier, org, feature, session, provider, model, estimate: Estimate::default() }
    }

    /// The model that is called: the sibling after a downgrade, else the one asked for.
    pub(crate) fn called(&self) -> Option<&str> {
        let [.., model, called] = self.texts();
        called.or(model)
    }
}
