//! The reply that is coming in, for showing: collected from its pieces, shown at most once a frame.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use crate::chat::ChatDelta;
use crate::platform::clock::BrowserClock;
use crate::platform::page;
use crate::provider::http::Clock;
use crate::rollout::Seat;

/// A reply as far as it has come in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    pub seat: Option<Seat>,
    pub text: String,
    pub reasoning: String,
    /// The tool calls: name and argument text so far.
    pub calls: Vec<(String, String)>,
    /// Set while it waits for another attempt.
    pub waiting: Option<Waiting>,
}

/// A wait before another attempt at a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub reason: String,
    /// The attempt that follows; the first is 1.
    pub attempt: u32,
    /// When it ends, on the browser's clock.
    pub until_ms: f64,
}

/// Collects what streams in and shows it at most once a frame.
#[derive(Clone)]
pub(super) struct Feed {
    incoming: RwSignal<Option<Incoming>>,
    collected: Rc<RefCell<Collected>>,
}

#[derive(Default)]
struct Collected {
    incoming: Incoming,
    due: bool,
    /// Counts the replies, so that a frame that was asked for an earlier one shows nothing.
    reply: u64,
}

impl Feed {
    pub(super) fn new(incoming: RwSignal<Option<Incoming>>) -> Self {
        Self { incoming, collected: Rc::default() }
    }

    pub(super) fn begin(&self, seat: Seat) {
        let mut collected = self.collected.borrow_mut();
        collected.reply += 1;
        collected.incoming = Incoming { seat: Some(seat), ..Incoming::default() };
        let incoming = collected.incoming.clone();
        drop(collected);
        self.incoming.set(Some(incoming));
    }

    pub(super) fn take(&self, delta: ChatDelta) {
        let mut collected = self.collected.borrow_mut();
        let incoming = &mut collected.incoming;
        if !matches!(delta, ChatDelta::Waiting { .. }) {
            incoming.waiting = None;
        }
        match delta {
            ChatDelta::Text(text) => incoming.text.push_str(&text),
            ChatDelta::Reasoning(text) => incoming.reasoning.push_str(&text),
            ChatDelta::ToolCall { index, name, arguments } => {
                // A model numbers its calls itself; a wild number must not become a wild allocation.
                if index < 64 {
                    if incoming.calls.len() <= index {
                        incoming.calls.resize_with(index + 1, Default::default);
                    }
                    let call = &mut incoming.calls[index];
                    if let Some(name) = name {
                        call.0 = name;
                    }
                    call.1.push_str(&arguments);
                }
            }
            ChatDelta::Restarted => *incoming = Incoming { seat: incoming.seat, ..Incoming::default() },
            ChatDelta::Waiting { reason, wait_ms, attempt } => {
                incoming.waiting = Some(Waiting { reason, attempt, until_ms: BrowserClock.now_ms() + wait_ms });
            }
        }
        if !collected.due {
            collected.due = true;
            let (feed, reply) = (self.clone(), collected.reply);
            drop(collected);
            page::on_next_frame(move || feed.show(reply));
        }
    }

    pub(super) fn end(&self) {
        self.collected.borrow_mut().reply += 1;
        self.incoming.set(None);
    }

    fn show(&self, reply: u64) {
        let mut collected = self.collected.borrow_mut();
        collected.due = false;
        if collected.reply != reply {
            return;
        }
        let incoming = collected.incoming.clone();
        drop(collected);
        // The page may have been left meanwhile.
        self.incoming.try_set(Some(incoming));
    }
}
