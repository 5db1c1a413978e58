//! The desk of a person in a seat: what is asked of them, and where they answer.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::agent_desk::AgentDesk;
use super::control::Control;
use crate::app::person::{Asked, use_desk};
use crate::app::play::Play;
use crate::platform::page;
use crate::rollout::{OccupantKind, Seat};
use crate::ui::kit::{Button, ButtonKind, Icon, Textarea};

/// The desk, while a person sits in a seat of the rollout on show.
#[component]
pub fn DeskView(control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let desk = use_desk();
    let running = Memo::new(move |_| play.phase.get().is_running());
    let turn = Memo::new(move |_| desk.asked.get().filter(|_| running.get()));
    // Whose desk it is: of the seat that is asked, else of the one that a person holds.
    let seat = Memo::new(move |before: Option<&Option<Seat>>| {
        let holds = |seat: &Seat| control.occupant(*seat).kind == OccupantKind::Person;
        let asked = turn.with(|turn| turn.as_ref().map(|turn| turn.seat));
        let kept = before.copied().flatten().filter(holds);
        running.get().then(|| asked.or(kept).or_else(|| [Seat::User, Seat::Agent].into_iter().find(holds))).flatten()
    });
    let told = Memo::new(move |_| match turn.with(|turn| turn.as_ref().map(|turn| turn.seat)) {
        Some(Seat::Agent) => "It is your turn as the agent.",
        Some(Seat::User) => "It is your turn as the customer.",
        None => "",
    });
    view! {
        // Always there, so that screen readers hear it change.
        <p class="visually-hidden" role="status">
            {told}
        </p>
        {move || {
            seat.get()
                .map(|seat| {
                    let (name, what) = match seat {
                        Seat::Agent => ("You are the agent", "You see what an agent sees. Use a tool, or speak to the customer."),
                        Seat::User => ("You are the customer", "Say what you want in your own words. You need not say it all at once."),
                    };
                    let waits = Signal::derive(move || turn.with(Option::is_none));
                    view! {
                        <section class="desk" aria-label=name>
                            <header class="desk-head">
                                <Icon name="user" />
                                <strong>{name}</strong>
                                <span class="muted small grow">{move || if waits.get() { WAITS } else { what }}</span>
                                <Button
                                    kind=ButtonKind::Quiet
                                    small=true
                                    icon="undo"
                                    on_press=move |()| control.hand_back(seat)
                                >
                                    "Hand back"
                                </Button>
                            </header>
                            {match seat {
                                Seat::User => view! { <CustomerDesk turn waits /> }.into_any(),
                                Seat::Agent => view! { <AgentDesk turn waits /> }.into_any(),
                            }}
                        </section>
                    }
                })
        }}
    }
}

const WAITS: &str = "It is the other side's turn.";

/// Puts the focus on the desk's first field at each turn, unless the person is typing elsewhere.
pub fn focus_at_turn(turn: Memo<Option<Asked>>, selector: &'static str) {
    Effect::new(move |_| {
        if turn.with(Option::is_some) && !page::is_typing() {
            page::on_next_frame(move || page::focus(selector));
        }
    });
}

/// Whether a key stroke is the one that sends.
pub fn sends(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
}

/// The customer's desk: the card with what they want, and their words.
#[component]
fn CustomerDesk(turn: Memo<Option<Asked>>, waits: Signal<bool>) -> impl IntoView {
    let play: Play = expect_context();
    let desk = use_desk();
    let words = RwSignal::new(String::new());
    let scenario = Memo::new(move |_| {
        play.shown.with(|shown| shown.as_ref().map(|shown| shown.task.user_scenario.clone())).unwrap_or_default()
    });
    let cannot = Signal::derive(move || waits.get() || words.with(|words| words.trim().is_empty()));
    let send = move || {
        if !cannot.get_untracked() {
            desk.say(words.get_untracked().trim());
            words.set(String::new());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send();
        }
    };
    focus_at_turn(turn, ".desk textarea");
    view! {
        <details class="desk-card" open=true>
            <summary>"What you want"</summary>
            <p class="scenario">{scenario}</p>
        </details>
        <Textarea value=words rows=2 label="Your words to the agent" placeholder="Your words to the agent" on_keydown=Callback::new(on_key) />
        <div class="desk-foot">
            <span class="muted small grow not-phone">"Ctrl or ⌘ with Enter sends"</span>
            <Button
                icon="check"
                title="Ends the conversation; then it is judged"
                disabled=waits
                on_press=move |()| desk.finish()
            >
                "I’m done"
            </Button>
            <Button kind=ButtonKind::Primary icon="send" disabled=cannot on_press=move |()| send()>
                "Send"
            </Button>
        </div>
    }
}
