//! The building blocks of every page, one component a file.
//!
//! Conventions: texts are sentence case without a closing colon; what can change is a `Signal`, what is sent is a
//! `Callback`; a component names itself to screen readers through the props that it also shows. No component here
//! knows a page, storage or the network.

use std::sync::atomic::{AtomicUsize, Ordering};

mod button;
mod callout;
mod check;
mod chip;
mod code;
mod dialog;
mod empty;
mod facts;
mod field;
mod fold;
mod icon;
mod input;
mod keycaps;
mod menu;
mod page_bar;
mod progress;
mod segmented;
mod select;
mod split;
mod tabs;
mod text_diff;
mod textarea;
mod timeline;
mod toast;
mod trouble;

pub use button::{Button, ButtonKind, CopyButton, IconButton};
pub use callout::Callout;
pub use check::{Checkbox, Switch};
pub use chip::{Badge, Chip};
pub use code::Code;
pub(super) use dialog::show_while;
pub use dialog::{Dialog, DialogFoot};
pub use empty::Empty;
pub use facts::{Fact, Facts};
pub use field::{Field, FieldContext};
pub use fold::{Fold, FoldKind};
pub use icon::Icon;
pub use input::{Input, InputKind, SearchInput};
pub use keycaps::Keycaps;
pub use menu::{Menu, MenuItem};
pub use page_bar::{PageBar, PageBarActions, PageBody};
pub use progress::Progress;
pub use segmented::Segmented;
pub use select::{Select, SelectOption};
pub use split::{Split, SplitPanel, SplitSide, SplitState, SplitToggle};
pub use tabs::{TabItem, Tabs};
pub use text_diff::TextDiff;
pub use textarea::Textarea;
pub use timeline::{Time, Timeline};
pub use toast::ToastStack;
pub use trouble::TroubleCallout;

/// An element id that no other element of the page has.
fn unique_id(kind: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
