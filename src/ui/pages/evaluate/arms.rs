//! The arms of the form: which instruction, asked how, by whom.

use leptos::prelude::*;

use crate::app::examples::ExampleSets;
use crate::app::packs::LoadedPack;
use crate::app::play::Play;
use crate::app::seats::{SeatChoice, SeatChoices, use_seats};
use crate::app::{InstructionVersions, use_versions};
use crate::journal::Instruction;
use crate::present::seating;
use crate::rollout::{AgentStrategy, Occupant, OccupantKind, Seat};
use crate::ui::kit::{Button, ButtonKind, Select, SelectOption};
use crate::workspace::Arm;
use crate::workspace::versions::VersionId;

/// What stands for the text in the editor, the pack's policy and its one-line seed.
pub const DRAFT: &str = "draft";
pub const POLICY: &str = "policy";
pub const SEED: &str = "seed";

/// An arm as it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmChoice {
    pub key: u64,
    /// One of the texts above, or the id of a version.
    pub instruction: String,
    /// A sitter's key; empty for whoever comes first.
    pub agent: String,
    pub strategy: AgentStrategy,
    /// The id of the set of examples for a few-shot agent.
    pub examples: String,
}

/// What the arms are chosen from. A small copyable handle.
#[derive(Clone, Copy)]
pub struct ArmSource {
    pub pack: Signal<Option<LoadedPack>>,
    pub seats: SeatChoices,
    pub versions: InstructionVersions,
    examples: ExampleSets,
    play: Play,
}

impl ArmSource {
    pub fn new(pack: Signal<Option<LoadedPack>>) -> Self {
        Self { pack, seats: use_seats(), versions: use_versions(), examples: expect_context(), play: expect_context() }
    }

    /// The first arm of a new form: where teaching begins, else the policy.
    pub fn first(self) -> ArmChoice {
        ArmChoice {
            key: 0,
            instruction: POLICY.to_owned(),
            agent: String::new(),
            strategy: AgentStrategy::default(),
            examples: String::new(),
        }
    }

    /// The instructions that may be chosen. Tracks.
    pub fn instructions(self) -> Vec<SelectOption> {
        let mut options = Vec::new();
        if let Some(pack) = self.pack.get() {
            options.push(SelectOption::new(POLICY, "The pack's policy"));
            if pack.seed.is_some() {
                options.push(SelectOption::new(SEED, "The one-line seed"));
            }
        }
        if self.play.instruction.text.with(|text| !text.trim().is_empty()) {
            options.push(SelectOption::new(DRAFT, "The text in the editor"));
        }
        let versions = self.versions.list();
        options.extend(versions.iter().rev().map(|version| SelectOption::new(version.id.to_string(), version.label())));
        options
    }

    /// Who may fill a seat of a batch. Tracks.
    pub fn sitters(self, seat: Seat) -> Vec<SeatChoice> {
        let choices = self.seats.choices(seat).into_iter();
        choices.filter(|choice| choice.by.kind != OccupantKind::Person).collect()
    }

    /// The occupant that a sitter's key stands for; the one that Play would seat where there is none of it. Tracks.
    pub fn occupant(self, seat: Seat, key: &str) -> Occupant {
        let sitters = self.sitters(seat);
        let found = sitters.iter().find(|choice| choice.sitter.key() == key);
        let chosen = self.seats.chosen(seat);
        let usual = sitters.iter().find(|choice| choice.sitter == chosen.sitter).or_else(|| sitters.first());
        found.or(usual).map_or(chosen.by, |choice| choice.by.clone())
    }

    /// The text of an arm and what a version of it is called. Tracks.
    pub fn text(self, instruction: &str) -> Option<(String, Option<&'static str>)> {
        match instruction {
            DRAFT => Some((self.play.instruction.text.get(), None)),
            POLICY => Some((self.pack.get()?.world.policy.clone(), Some("The pack's policy"))),
            SEED => Some((self.pack.get()?.seed?.to_string(), Some("One-line seed"))),
            id => Some((self.versions.find(&VersionId::named(id))?.text.to_string(), None)),
        }
    }

    /// The agent of an arm, and how long its instruction is, in bytes. Tracks.
    pub fn weight(self, choice: &ArmChoice) -> (Occupant, usize) {
        let length = self.text(&choice.instruction).map_or(0, |(text, _)| text.len());
        (self.occupant(Seat::Agent, &choice.agent), length)
    }

    /// The arms of a batch about to begin. What they are made with are versions from now on. Does not track.
    pub fn arms(self, choices: &[ArmChoice], temperature: Option<f64>) -> Vec<Arm> {
        let several_agents = choices.iter().any(|choice| choice.agent != choices[0].agent);
        let several_texts = choices.iter().any(|choice| choice.instruction != choices[0].instruction);
        let arm = |choice: &ArmChoice| {
            let (text, name) = untrack(|| self.text(&choice.instruction))?;
            let version = self.versions.record(&text, name);
            let agent = untrack(|| self.occupant(Seat::Agent, &choice.agent));
            // An endpoint's record says its model and host, whatever the user calls it.
            let mut parts = Vec::new();
            if several_texts || !several_agents {
                parts.push(version.label());
            }
            if several_agents {
                parts.push(seating::name(&agent));
            }
            if choice.strategy != AgentStrategy::default() {
                parts.push(choice.strategy.name().to_owned());
            }
            let examples = match choice.strategy {
                AgentStrategy::FewShot => untrack(|| self.examples.find(&choice.examples)).map(|set| set.id.clone()),
                _ => None,
            };
            Some(Arm {
                name: parts.join(" · "),
                instruction: Instruction { text, name: version.label(), version: Some(version.id.to_string()) },
                agent,
                strategy: choice.strategy,
                examples: examples.unwrap_or_default(),
                temperature,
            })
        };
        let mut arms: Vec<Arm> = choices.iter().filter_map(arm).collect();
        // Two that are alike are told apart by their numbers.
        for at in 1..arms.len() {
            if arms[..at].iter().any(|before| before.name == arms[at].name) {
                arms[at].name = format!("{} (arm {})", arms[at].name, at + 1);
            }
        }
        arms
    }
}

/// The arms, with a button for one more.
#[component]
pub fn Arms(source: ArmSource, arms: RwSignal<Vec<ArmChoice>>) -> impl IntoView {
    let next = StoredValue::new(1_u64);
    let add = move |()| {
        next.update_value(|next| *next += 1);
        let key = next.get_value();
        arms.update(|arms| {
            let last = arms.last().cloned();
            // Another text than those that are there, where there is one.
            let texts = untrack(|| source.instructions()).into_iter().map(|option| option.value);
            let other = texts.into_iter().find(|text| arms.iter().all(|arm| arm.instruction != *text));
            arms.extend(last.map(|last| ArmChoice { key, instruction: other.unwrap_or(last.instruction), ..last }));
        });
    };
    view! {
        <fieldset class="arms">
            <legend class="field-label">"What is run: one arm, or several to compare"</legend>
            <For each=move || arms.get() key=|arm| arm.key let:arm>
                <ArmRow source arms key=arm.key />
            </For>
            <Button small=true kind=ButtonKind::Quiet icon="plus" on_press=add>
                "Add an arm to compare with"
            </Button>
        </fieldset>
    }
}

#[component]
fn ArmRow(source: ArmSource, arms: RwSignal<Vec<ArmChoice>>, key: u64) -> impl IntoView {
    let own = Memo::new(move |_| arms.with(|arms| arms.iter().find(|arm| arm.key == key).cloned()));
    let at = Memo::new(move |_| arms.with(|arms| arms.iter().position(|arm| arm.key == key).unwrap_or(0) + 1));
    let change = move |change: &dyn Fn(&mut ArmChoice)| {
        arms.update(|arms| arms.iter_mut().filter(|arm| arm.key == key).for_each(change));
    };
    let agents = Signal::derive(move || {
        let sitters = source.sitters(Seat::Agent).into_iter();
        sitters.map(|choice| SelectOption::new(choice.sitter.key(), seating::name(&choice.by))).collect::<Vec<_>>()
    });
    let agent = move || own.get().map(|own| source.occupant(Seat::Agent, &own.agent));
    let agent_key = Signal::derive(move || agent().and_then(|by| by.choice).unwrap_or_default());
    // Programs speak in tool calls only.
    let is_model = Memo::new(move |_| agent().is_some_and(|by| by.kind == OccupantKind::Endpoint));
    let sets = Signal::derive(move || {
        let sets = source.examples.list().into_iter();
        sets.map(|set| SelectOption::new(set.id.clone(), set.name.clone())).collect::<Vec<_>>()
    });
    let strategies = Signal::derive(move || {
        // Without examples there is nothing to show.
        let has_sets = !sets.with(Vec::is_empty);
        let all = AgentStrategy::ALL.into_iter().filter(|own| has_sets || *own != AgentStrategy::FewShot);
        all.map(|strategy| SelectOption::new(strategy.name(), strategy.name())).collect::<Vec<_>>()
    });
    let is_shown_examples =
        Memo::new(move |_| own.with(|own| own.as_ref().is_some_and(|own| own.strategy == AgentStrategy::FewShot)));
    let choose_agent = move |agent: String| {
        change(&|arm: &mut ArmChoice| {
            arm.agent.clone_from(&agent);
            arm.strategy = AgentStrategy::default();
        });
    };
    let choose_strategy = move |name: String| {
        let found = AgentStrategy::ALL.into_iter().find(|strategy| strategy.name() == name).unwrap_or_default();
        change(&|arm: &mut ArmChoice| arm.strategy = found);
    };
    let remove = move |()| arms.update(|arms| arms.retain(|arm| arm.key != key));
    view! {
        <div class="arm" role="group" aria-label=move || format!("Arm {}", at.get())>
            <span class="arm-number num">{move || at.get()}</span>
            <Select
                options=Signal::derive(move || source.instructions())
                value=Signal::derive(move || own.get().map(|own| own.instruction).unwrap_or_default())
                on_change=move |instruction: String| change(&|arm: &mut ArmChoice| {
                    arm.instruction.clone_from(&instruction);
                })
                label="Instruction"
            />
            <Select options=agents value=agent_key on_change=choose_agent label="Agent" />
            <Show when=move || is_model.get()>
                <Select
                    options=strategies
                    value=Signal::derive(move || own.get().map_or("", |own| own.strategy.name()).to_owned())
                    on_change=choose_strategy
                    label="How it is asked"
                />
            </Show>
            <Show when=move || is_shown_examples.get()>
                <Select
                    options=sets
                    value=Signal::derive(move || {
                        let chosen = own.get().map(|own| own.examples).unwrap_or_default();
                        source.examples.find(&chosen).map(|set| set.id.clone()).unwrap_or_default()
                    })
                    on_change=move |id: String| change(&|arm: &mut ArmChoice| arm.examples.clone_from(&id))
                    label="Examples"
                />
            </Show>
            <Show when=move || { arms.with(Vec::len) > 1 }>
                <Button
                    small=true
                    kind=ButtonKind::Quiet
                    icon="close"
                    label=Signal::derive(move || Some(format!("Remove arm {}", at.get())))
                    on_press=remove
                >
                    ""
                </Button>
            </Show>
        </div>
    }
}
