//! The page that explains the rehearsal cast: what each program is, what it can and can't show, and the rules that the
//! agent knows, tried out on any instruction.

use leptos::prelude::*;

use super::super::kit::{Callout, PageBar, PageBody};
use crate::app::play::Play;
use crate::app::use_packs;
use crate::cast::Style;
use crate::cast::rules::Trade;
use crate::present::tone::Tone;

mod lessons;

use lessons::LessonsBox;
pub use lessons::LessonsLine;

/// What the box holds before there is an instruction in Play.
const SAMPLE: &str = "You help the customers of an online shop. Identify the customer by e-mail before anything else.";

/// The page.
#[component]
pub fn CastPage() -> impl IntoView {
    let play: Play = expect_context();
    // A copy: trying something out here is no edit of the instruction in Play.
    let own = play.instruction.text.get_untracked();
    let text = RwSignal::new(if own.trim().is_empty() { SAMPLE.to_owned() } else { own });
    // The rules of what is played, to begin with.
    let packs = use_packs();
    let played = untrack(|| packs.loaded(play.last_place.get_untracked().pack()));
    let trade = played.and_then(|pack| Trade::of_domain(pack.world.domain.name)).unwrap_or_default();
    let trade = RwSignal::new(trade);
    view! {
        <PageBar title="Rehearsal cast" />
        <PageBody>
            <div class="cast">
                <section class="section">
                    <header class="section-head">
                        <h2>"Programs, not language models"</h2>
                        <p>
                            "The rehearsal cast fills the seats of language models so that everything here works without a key and without a network. "
                            "Its members are small programs of this page. They understand nothing: they look for certain words and follow fixed rules. "
                            "Wherever one of them had a seat, the page says so."
                        </p>
                    </header>
                    <div class="cast-members">
                        <Member name="Rehearsal agent" seat="The agent’s seat">
                            "Reads its instruction sentence by sentence and follows the rules that it finds there. Without a rule it takes the shortcut that a weak model would take. It sees what a model would see: messages, tools and their results, never the task."
                        </Member>
                        <Member name="Rehearsal customer" seat="The customer’s seat">
                            "Has an agenda made from the task: what to ask for, what it knows, what it says when asked. It confirms, refuses, corrects, and stops when all is said. "
                            {Style::ALL.map(|style| format!("{}: {} ", style.name(), style.about())).concat()}
                        </Member>
                    </div>
                </section>
                <section class="section">
                    <header class="section-head">
                        <h2>"What they can show, and what they can’t"</h2>
                    </header>
                    <div class="cast-sides">
                        <Callout tone=Tone::Good title="They can show">
                            <ul>
                                <li>"how a task is judged, and why an agent fails it"</li>
                                <li>"that one sentence of an instruction decides a task, and which one"</li>
                                <li>"that no rule helps everywhere, and that contradictions and sheer length cost"</li>
                                <li>"chance: a rule that is taught is still missed now and then, so one trial proves little"</li>
                                <li>"how an optimisation climbs, cheaply and always the same for the same seed"</li>
                            </ul>
                        </Callout>
                        <Callout tone=Tone::Warn title="They can’t show">
                            <ul>
                                <li>"how good any language model is"</li>
                                <li>"whether a wording works better for a model: they know these rules and no others"</li>
                                <li>"understanding: a sentence in unexpected words teaches nothing, and unlucky words may teach the wrong thing"</li>
                                <li>"real people: the customer answers questions that it expects"</li>
                            </ul>
                        </Callout>
                    </div>
                </section>
                <section class="section">
                    <header class="section-head">
                        <h2>"What the agent understands"</h2>
                        <p>
                            "Write an instruction for a shop or an airline, and see which rules it teaches and by which sentence. "
                            "The text begins as a copy of the instruction in Play; what you try here stays here."
                        </p>
                    </header>
                    <LessonsBox text trade />
                </section>
            </div>
        </PageBody>
    }
}

#[component]
fn Member(name: &'static str, seat: &'static str, children: Children) -> impl IntoView {
    view! {
        <article class="card pad cast-member">
            <h3>
                {name} " " <span class="badge">"program"</span>
            </h3>
            <p class="muted small">{seat}</p>
            <p>{children()}</p>
        </article>
    }
}
