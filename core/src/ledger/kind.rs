//! Which table of names a subject is of.

use crate::dimension::Dimension;
use serde::{Deserialize, Serialize};

/// Which table of names a subject is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub(crate) enum Kind {
    User,
    Org,
    Feature,
    Session,
    Provider,
    Model,
    #[default]
    Global,
    /// Calls without a user; named by the budget.
    Anonymous,
    /// New subjects beyond the counters' bound; named by the budget.
    Overflow,
}

impl Kind {
    /// The table that counters of a dimension are in: a tier's counters are its users'.
    pub(crate) const fn of(dimension: Dimension) -> Kind {
        match dimension {
            Dimension::User | Dimension::Tier => Kind::User,
            Dimension::Org => Kind::Org,
            Dimension::Feature => Kind::Feature,
            Dimension::Session => Kind::Session,
            Dimension::Provider => Kind::Provider,
            Dimension::Model => Kind::Model,
            Dimension::Global => Kind::Global,
        }
    }
}
