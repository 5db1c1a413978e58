//! Short notices that pass by, at the edge of the page.
//!
//! A toast confirms, or offers to undo. What went wrong and needs a decision belongs in a callout where it happened.

use std::sync::Arc;

use leptos::prelude::*;

use crate::present::tone::Tone;

/// A notice.
#[derive(Clone)]
pub struct Toast {
    pub id: u64,
    pub tone: Tone,
    pub text: String,
    /// A button on the notice: its label and what it does.
    pub offer: Option<(String, Arc<dyn Fn() + Send + Sync>)>,
}

/// The notices on show, oldest first.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

/// More would hide the page; the oldest goes first.
const AT_ONCE: usize = 4;

impl Toasts {
    #[must_use]
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Shows a notice.
    pub fn show(self, tone: Tone, text: impl Into<String>) {
        self.push(tone, text.into(), None);
    }

    /// Shows a notice with a button. It may outlive the component that shows it, so `perform` must not use signals
    /// of that component.
    pub fn offer(self, text: impl Into<String>, label: impl Into<String>, perform: impl Fn() + Send + Sync + 'static) {
        self.push(Tone::Plain, text.into(), Some((label.into(), Arc::new(perform))));
    }

    /// Takes a notice away.
    pub fn dismiss(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    #[must_use]
    pub fn list(self) -> Signal<Vec<Toast>> {
        self.list.into()
    }

    fn push(self, tone: Tone, text: String, offer: Option<(String, Arc<dyn Fn() + Send + Sync>)>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.push(Toast { id, tone, text, offer });
            if list.len() > AT_ONCE {
                list.remove(0);
            }
        });
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}
