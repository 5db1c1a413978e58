//! An evolution about to be set up: what was chosen, and the record that it begins with.

use leptos::prelude::*;

use super::fields::Fields;
use crate::app::evolutions::{Evolutions, new_evolution_id, use_evolutions};
use crate::app::judges::{Judges, Question, use_judges};
use crate::app::moments::now_ms;
use crate::app::packs::LoadedPack;
use crate::app::play::Play;
use crate::app::{use_packs, use_runs};
use crate::evolve;
use crate::present::evolve::preflight::{Asked, Told};
use crate::present::evolve::setup::ONE_LINE;
use crate::present::evolve::{Form, Past, Plan, SetupFault};
use crate::present::format::counted;
use crate::present::seating::Sitter;
use crate::rollout::{AgentStrategy, DEFAULT_MAX_STEPS, Occupant, OccupantKind, Seat, UserStrategy};
use crate::ui::kit::SelectOption;
use crate::ui::pages::evaluate::arms::{ArmSource, DRAFT, SEED};
use crate::ui::pages::play::marked_name;
use crate::workspace::evolutions::EvolutionSummary;
use crate::workspace::{BatchRater, EvolutionRecord};

/// What stands for the page's own one-line instruction, for packs that have none.
const LINE: &str = "line";

/// The draft. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Draft {
    pub evolutions: Evolutions,
    judges: Judges,
    pub source: ArmSource,
    pub fields: Fields,
    pub pack_id: RwSignal<String>,
    pub pack: Signal<Option<LoadedPack>>,
    /// Names and sizes.
    pub splits: Memo<Vec<(String, usize)>>,
    /// The key of the instruction to begin with; empty for the usual one.
    pub instruction: RwSignal<String>,
    /// The keys of the seats; empty for the usual ones.
    pub agent: RwSignal<String>,
    pub user: RwSignal<String>,
    pub reflection: RwSignal<String>,
    /// Empty: nobody.
    pub rater: RwSignal<String>,
    pub strategy: RwSignal<AgentStrategy>,
    pub user_strategy: RwSignal<UserStrategy>,
    pub agent_by: Memo<Occupant>,
    pub user_by: Memo<Occupant>,
    pub reflection_by: Memo<Occupant>,
    pub rater_by: Memo<Option<Occupant>>,
    /// The key and the text of the instruction to begin with.
    pub seed: Memo<(String, String)>,
    pub plan: Memo<Result<Plan, SetupFault>>,
    /// What is said of it before it begins.
    pub told: Memo<Option<Told>>,
}

impl Draft {
    pub fn new() -> Self {
        let (evolutions, judges, packs) = (use_evolutions(), use_judges(), use_packs());
        let play: Play = expect_context();
        let runs = use_runs();
        let pack_id = RwSignal::new(String::new());
        let pack = Signal::derive(move || {
            let wanted = pack_id.get();
            let wanted = if wanted.is_empty() { packs.last().flatten() } else { Some(wanted) };
            packs.loaded(wanted.as_deref()).or_else(|| packs.loaded(None))
        });
        let splits = Memo::new(move |_| {
            pack.get().map_or_else(Vec::new, |pack| {
                let size = |name: &str| pack.world.tasks(name).map_or(0, <[_]>::len);
                pack.world.splits().map(|name| (name.to_owned(), size(name))).collect()
            })
        });
        let fields = Fields::new(&Form::default());
        // A pack may come late, and each has splits of its own.
        Effect::new(move |before: Option<Vec<(String, usize)>>| {
            let now = splits.get();
            if before.as_ref() != Some(&now) {
                let mut form = untrack(|| fields.read());
                form.take_sets(&now);
                fields.fill(&form);
            }
            now
        });
        let source = ArmSource::new(pack);
        let text = RwSignal::<String>::new;
        let (instruction, agent, user) = (text(String::new()), text(String::new()), text(String::new()));
        let (reflection, rater) = (text(String::new()), text(String::new()));
        let agent_by = Memo::new(move |_| source.occupant(Seat::Agent, &agent.get()));
        let user_by = Memo::new(move |_| source.occupant(Seat::User, &user.get()));
        let reflection_by = Memo::new(move |_| reflector(evolutions, &reflection.get(), &agent_by.get()));
        let rater_by = Memo::new(move |_| {
            let key = rater.get();
            let choices = judges.choices(Question::Rating).into_iter();
            choices.map(|(_, by)| by).find(|by| by.choice.as_ref() == Some(&key))
        });
        let seed = Memo::new(move |_| {
            let key = match instruction.get() {
                key if key.is_empty() => usual_seed(pack.get().as_ref(), play),
                key => key,
            };
            let text = match key.as_str() {
                LINE => ONE_LINE.to_owned(),
                key => source.text(key).map(|(text, _)| text).unwrap_or_default(),
            };
            (key, text)
        });
        let plan = Memo::new(move |_| {
            let splits = splits.get();
            let size = |name: &str| splits.iter().find(|(own, _)| own == name).map(|(_, size)| *size);
            fields.read().plan(size)
        });
        let told = Memo::new(move |_| {
            let (plan, pack) = (plan.get().ok()?, pack.get()?);
            let (agent, user, reflection) = (agent_by.get(), user_by.get(), reflection_by.get());
            let asked = Asked { agent: &agent, user: &user, reflection: &reflection };
            let runs = runs.list();
            let text = seed.get().1;
            let past = Past::of(&runs, &pack.pack, &plan.datasets.feedback, &text, &agent);
            Some(Told::of(&plan, past, asked, &text))
        });
        Self {
            evolutions,
            judges,
            source,
            fields,
            pack_id,
            pack,
            splits,
            instruction,
            agent,
            user,
            reflection,
            rater,
            strategy: RwSignal::new(AgentStrategy::default()),
            user_strategy: RwSignal::new(UserStrategy::default()),
            agent_by,
            user_by,
            reflection_by,
            rater_by,
            seed,
            plan,
            told,
        }
    }

    /// Fills the form in for a first try: programs in every seat.
    pub fn take_rehearsal(self) {
        self.fields.fill(&Form::rehearsal(&self.splits.get_untracked()));
        let cast = |seat| Sitter::cast(seat).key();
        self.agent.set(cast(Seat::Agent));
        self.user.set(cast(Seat::User));
        self.reflection.set(Sitter::Cast(None).key());
        self.rater.set(String::new());
        self.instruction.set(String::new());
    }

    /// Fills the form in as the published experiment has it; who is asked stays.
    pub fn take_published(self) {
        self.fields.fill(&Form::published(&self.splits.get_untracked()));
        self.rater.set(String::new());
    }

    /// The instructions that may be begun with. Tracks.
    pub fn instructions(self) -> Vec<SelectOption> {
        let mut options = self.source.instructions();
        if self.pack.get().is_some_and(|pack| pack.seed.is_none()) {
            options.insert(0, SelectOption::new(LINE, "A one-line instruction"));
        }
        options
    }

    /// Who may fill a seat. Tracks.
    pub fn sitters(self, seat: Seat) -> Vec<SelectOption> {
        let sitters = self.source.sitters(seat).into_iter();
        sitters.map(|choice| SelectOption::new(choice.sitter.key(), marked_name(&choice.by))).collect()
    }

    /// Who may rewrite the instruction. Tracks.
    pub fn reflectors(self) -> Vec<SelectOption> {
        let choices = self.evolutions.reflection_choices().into_iter();
        choices.map(|(sitter, by)| SelectOption::new(sitter.key(), marked_name(&by))).collect()
    }

    /// Who may rate. Tracks.
    pub fn raters(self) -> Vec<SelectOption> {
        let choices = self.judges.choices(Question::Rating).into_iter();
        let choices = choices.map(|(sitter, by)| SelectOption::new(sitter.key(), marked_name(&by)));
        [SelectOption::new("", "nobody: the reward counts")].into_iter().chain(choices).collect()
    }

    /// The record of the evolution; `None` while something is wrong. What it begins with is a version from now on. Does
    /// not track.
    pub fn record(self) -> Option<EvolutionRecord> {
        let (plan, pack) = (self.plan.get_untracked().ok()?, self.pack.get_untracked()?);
        let (key, seed_instruction) = self.seed.get_untracked();
        let called = (key == SEED || key == LINE).then_some("One-line seed");
        self.source.versions.record(&seed_instruction, called);
        let choices = self.fields.choices.get_untracked();
        let name = match plan.name.as_str() {
            "" => format!("{} · {}", pack.name, counted(plan.budget, "metric call", "metric calls")),
            name => name.to_owned(),
        };
        let rater = self.rater_by.get_untracked();
        Some(EvolutionRecord {
            id: new_evolution_id(),
            created_ms: now_ms(),
            name,
            note: String::new(),
            pack: pack.pack.clone(),
            domain: pack.world.domain.name.to_owned(),
            choices: plan.choices,
            dataset_seed: Some(plan.dataset_seed),
            setup: evolve::Setup {
                datasets: plan.datasets,
                seed_instruction,
                config: plan.config,
                later: Vec::new(),
                repeats: plan.repeats,
            },
            agent: self.agent_by.get_untracked(),
            user: self.user_by.get_untracked(),
            reflection: self.reflection_by.get_untracked(),
            strategy: self.strategy.get_untracked(),
            user_strategy: self.user_strategy.get_untracked(),
            temperature: plan.temperature,
            max_steps: DEFAULT_MAX_STEPS,
            seed: plan.seed,
            feedback: choices.feedback,
            rater: rater.map(|by| BatchRater { by, rubric: untrack(|| self.judges.saved()).rubric().to_owned() }),
            concurrency: plan.concurrency,
            limits: plan.limits,
            parity: choices.parity,
            review: choices.review && !choices.parity,
            forked_from: None,
            origins: Vec::new(),
            held_out: None,
            file: None,
            summary: EvolutionSummary::default(),
        })
    }
}

/// The instruction to begin with where none was chosen: what the user wrote, else the least that there is.
fn usual_seed(pack: Option<&LoadedPack>, play: Play) -> String {
    let draft = play.instruction.text.get();
    let is_own = !draft.trim().is_empty()
        && draft != play.instruction.followed.get()
        && pack.is_none_or(|pack| draft != pack.world.policy && pack.seed.as_deref() != Some(draft.as_str()));
    let least = if pack.is_some_and(|pack| pack.seed.is_some()) { SEED } else { LINE };
    if is_own { DRAFT } else { least }.to_owned()
}

/// Who rewrites instructions: who was chosen; else whoever is the agent, and a program for a program.
fn reflector(evolutions: Evolutions, key: &str, agent: &Occupant) -> Occupant {
    let choices = evolutions.reflection_choices();
    let chosen = choices.iter().find(|(sitter, _)| sitter.key() == key);
    let same = choices.iter().find(|(_, by)| by.kind == agent.kind && by.choice == agent.choice);
    let alike = choices.iter().find(|(_, by)| by.kind == agent.kind);
    let found = chosen.or(same).or(alike).or_else(|| choices.first());
    found.map_or_else(|| Occupant::new(OccupantKind::Cast, "rehearsal coach"), |(_, by)| by.clone())
}
