//! A batch that another page would like to see set up.

use leptos::prelude::*;

use super::Batches;
use crate::workspace::versions::VersionId;

/// What the form is to be filled in with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchWish {
    pub pack: String,
    pub split: String,
    /// Positions in the split.
    pub tasks: Vec<usize>,
    pub trials: u32,
    /// An arm for each.
    pub instructions: Vec<VersionId>,
    /// What the seats' occupants were chosen by; `None` for whoever comes first.
    pub agent: Option<String>,
    pub user: Option<String>,
}

impl Batches {
    /// Has the form filled in with this when it is opened next.
    pub fn wish_for(self, wish: BatchWish) {
        self.wish.set_value(Some(wish));
    }

    #[must_use]
    pub fn has_wish(self) -> bool {
        self.wish.with_value(Option::is_some)
    }

    /// What the form is to be filled in with, once.
    #[must_use]
    pub fn take_wish(self) -> Option<BatchWish> {
        self.wish.try_update_value(Option::take).flatten()
    }
}
