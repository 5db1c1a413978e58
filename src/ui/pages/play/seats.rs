//! Who sits in which seat: the menus of the bar, taking over and handing back, and the pace of programs.

use std::sync::Arc;

use leptos::prelude::*;

use super::control::Control;
use crate::app::examples::{ExampleSets, use_examples};
use crate::app::pace::PaceChoice;
use crate::app::play::Play;
use crate::app::seats::{SeatChoice, SeatChoices, use_seats};
use crate::app::{App, use_app};
use crate::present::route::Route;
use crate::present::seating;
use crate::present::strategies::SeatStrategy;
use crate::rollout::{AgentStrategy, OccupantKind, Seat};
use crate::ui::kit::{Icon, IconButton, Menu, MenuItem};
use crate::workspace::examples::ExampleSet;

/// Who fills both seats.
#[component]
pub fn SeatMenus(control: Control) -> impl IntoView {
    view! {
        <SeatMenu control seat=Seat::Agent />
        <SeatMenu control seat=Seat::User />
    }
}

/// Who fills a seat; while a rollout runs, with a button that takes it over or hands it back.
#[component]
fn SeatMenu(control: Control, seat: Seat) -> impl IntoView {
    let app = use_app();
    let seats = use_seats();
    let examples = use_examples();
    let play: Play = expect_context();
    let (name, icon) = match seat {
        Seat::Agent => ("Agent", "agent"),
        Seat::User => ("Customer", "user"),
    };
    let by = Memo::new(move |_| control.occupant(seat));
    let text = Signal::derive(move || by.with(seating::name));
    let running = Memo::new(move |_| play.phase.get().is_running());
    let items = move |()| {
        let mut items = vec![MenuItem::Title(format!("{name} is played by"))];
        items.extend(seats.choices(seat).into_iter().map(|choice: SeatChoice| {
            let own = choice.by.choice.clone();
            MenuItem::Choice {
                text: capital(&seating::name(&choice.by)),
                note: seating::mark(&choice.by),
                icon: match choice.by.kind {
                    OccupantKind::Person => "user",
                    OccupantKind::Cast => "agent",
                    OccupantKind::Endpoint | OccupantKind::Script => "models",
                },
                chosen: Signal::derive(move || by.with(|by| by.choice == own)),
                perform: Callback::new(move |()| control.choose(seat, choice.clone())),
            }
        }));
        items.extend(strategy_items(seats, seat, control.occupant(seat).kind, running.get_untracked()));
        if seat == Seat::Agent && untrack(|| seats.strategies()).agent == AgentStrategy::FewShot {
            items.extend(example_items(seats, examples, app));
        }
        items.push(MenuItem::Title("More".to_owned()));
        items.push(MenuItem::new("What the programs can do", "info", move || app.go(&Route::Cast)));
        items.push(MenuItem::new("Set up an endpoint…", "settings", move || app.go(&Route::Models)));
        items
    };
    let is_person = Memo::new(move |_| by.with(|by| by.kind == OccupantKind::Person));
    let label = move || {
        let seat = name.to_lowercase();
        if is_person.get() { format!("Hand back the {seat}'s seat") } else { format!("Take over the {seat}'s seat") }
    };
    view! {
        <span class="seat-menu">
            <Menu
                items=items
                label=Signal::derive(move || format!("{name} is played by {}", text.get()))
                class="btn quiet seat"
            >
                <Icon name=icon />
                <span class="seat-name">{name}</span>
                <span class="seat-model truncate">{move || by.with(seating::short_name)}</span>
                <Icon name="chevron-down" />
            </Menu>
            <Show when=move || running.get()>
                <span class="not-phone">
                    <IconButton
                        icon=Signal::derive(move || if is_person.get() { "undo".to_owned() } else { "take".to_owned() })
                        label=Signal::derive(label)
                        small=true
                        on_press=move |_| if is_person.get_untracked() {
                            control.hand_back(seat);
                        } else {
                            control.take_over(seat);
                        }
                    />
                </span>
            </Show>
        </span>
    }
}

/// How whoever sits in the seat is asked. What does not suit them is off, with the reason.
fn strategy_items(seats: SeatChoices, seat: Seat, kind: OccupantKind, running: bool) -> Vec<MenuItem> {
    let title = if running { "How it is asked from the next rollout on" } else { "How it is asked" };
    let mut items = vec![MenuItem::Title(title.to_owned())];
    let mut why = None;
    for strategy in SeatStrategy::all(seat) {
        let text = format!("{}: {}", strategy.name(), strategy.hint());
        let icon = "settings";
        items.push(match strategy.misfit(kind) {
            None => MenuItem::Choice {
                text,
                note: None,
                icon,
                chosen: Signal::derive(move || seats.strategies().of(seat) == strategy),
                perform: Callback::new(move |()| seats.ask(|asked| asked.strategies = asked.strategies.with(strategy))),
            },
            Some(reason) => {
                why = Some(reason);
                MenuItem::Off { text, icon, why: reason.to_owned() }
            }
        });
    }
    items.extend(why.map(|why| MenuItem::Note(why.to_owned())));
    items
}

/// The sets that a few-shot agent's examples may be drawn from.
fn example_items(seats: SeatChoices, sets: ExampleSets, app: App) -> Vec<MenuItem> {
    let set_item = |set: Arc<ExampleSet>| {
        let (own, id) = (set.id.clone(), set.id.clone());
        let chosen = move || sets.find(&seats.asked().examples).is_some_and(|set| set.id == own);
        MenuItem::Choice {
            text: format!("{} ({})", set.name, set.displays.len()),
            note: None,
            icon: "file",
            chosen: Signal::derive(chosen),
            perform: Callback::new(move |()| seats.ask(|asked| asked.examples.clone_from(&id))),
        }
    };
    let mut items = vec![MenuItem::Title("Examples are drawn from".to_owned())];
    items.extend(untrack(|| sets.list()).into_iter().map(set_item));
    items.push(MenuItem::new("Add examples…", "plus", move || app.go(&Route::Data)));
    items
}

/// How fast programs go. Shown while one sits in a seat.
#[component]
pub fn PaceMenu(control: Control) -> impl IntoView {
    let pace = use_seats().pace;
    let is_cast = move |seat| control.occupant(seat).kind == OccupantKind::Cast;
    let any = Memo::new(move |_| is_cast(Seat::Agent) || is_cast(Seat::User));
    let items = move |()| {
        let choices = PaceChoice::ALL.into_iter().map(|choice| MenuItem::Choice {
            text: choice.name().to_owned(),
            note: None,
            icon: "clock",
            chosen: Signal::derive(move || pace.choice.get() == choice),
            perform: Callback::new(move |()| pace.choose(choice)),
        });
        [MenuItem::Title("Pace of programs".to_owned())].into_iter().chain(choices).collect()
    };
    let name = move || pace.choice.get().name();
    view! {
        <Show when=move || any.get()>
            <span class="pace">
                <Menu
                    items=items
                    class="btn quiet small"
                    label=Signal::derive(move || format!("Pace: {} (of programs)", name().to_lowercase()))
                >
                    <Icon name="clock" />
                    <span>"Pace: " {move || name().to_lowercase()}</span>
                    <Icon name="chevron-down" />
                </Menu>
            </span>
        </Show>
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
