//! The form that sets up a batch: what it runs, how, within which limits, and what that will take.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::arms::{ArmChoice, ArmSource, Arms};
use crate::app::batches::new_batch_id;
use crate::app::judges::{Question, use_judges};
use crate::app::moments::now_ms;
use crate::app::{use_app, use_batches, use_packs};
use crate::platform::page;
use crate::present::evaluate::estimate::power;
use crate::present::evaluate::{Estimate, Plan, Setup, SetupFault};
use crate::present::format::counted;
use crate::present::route::Route;
use crate::present::seating;
use crate::present::tone::Tone;
use crate::rollout::{BatchSettings, DEFAULT_MAX_STEPS, OccupantKind, Seat, UserStrategy};
use crate::ui::kit::{
    Button, ButtonKind, Callout, Checkbox, Field, Fold, FoldKind, Input, InputKind, Select, SelectOption,
};
use crate::ui::pages::play::{RubricEditor, marked_name};
use crate::workspace::versions::VersionId;
use crate::workspace::{BatchRater, BatchRecord};

/// The texts of the form.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    tasks: RwSignal<String>,
    trials: RwSignal<String>,
    concurrency: RwSignal<String>,
    seed: RwSignal<String>,
    shuffle: RwSignal<bool>,
    attempts: RwSignal<String>,
    calls: RwSignal<String>,
    tokens: RwSignal<String>,
    cost: RwSignal<String>,
    temperature: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let usual = Setup::default();
        let text = RwSignal::<String>::new;
        Self {
            name: text(usual.name),
            tasks: text(usual.tasks),
            trials: text(usual.trials),
            concurrency: text(usual.concurrency),
            seed: text(usual.seed),
            shuffle: RwSignal::new(usual.shuffle),
            attempts: text(usual.attempts),
            calls: text(usual.calls),
            tokens: text(usual.tokens),
            cost: text(usual.cost),
            temperature: text(usual.temperature),
        }
    }

    /// Tracks.
    fn read(self) -> Setup {
        Setup {
            name: self.name.get(),
            tasks: self.tasks.get(),
            trials: self.trials.get(),
            concurrency: self.concurrency.get(),
            seed: self.seed.get(),
            shuffle: self.shuffle.get(),
            attempts: self.attempts.get(),
            calls: self.calls.get(),
            tokens: self.tokens.get(),
            cost: self.cost.get(),
            temperature: self.temperature.get(),
        }
    }
}

#[component]
pub fn SetupForm(
    /// Whether there is no batch yet.
    #[prop(into)]
    first: Signal<bool>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let (app, batches, packs) = (use_app(), use_batches(), use_packs());
    let fields = Fields::new();
    let (pack_id, split) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let pack = Signal::derive(move || {
        let wanted = pack_id.get();
        let wanted = if wanted.is_empty() { packs.last().flatten() } else { Some(wanted) };
        packs.loaded(wanted.as_deref()).or_else(|| packs.loaded(None))
    });
    let splits = Memo::new(move |_| {
        pack.get().map_or_else(Vec::new, |pack| {
            let size = |name: &str| pack.world.tasks(name).map_or(0, <[_]>::len);
            pack.world.splits().map(|name| (name.to_owned(), size(name))).collect::<Vec<_>>()
        })
    });
    let split_now = Memo::new(move |_| {
        let wanted = split.get();
        let splits = splits.get();
        let of = |name: &str| splits.iter().find(|(own, _)| own == name).cloned();
        of(&wanted).or_else(|| of("test")).or_else(|| splits.first().cloned()).unwrap_or_default()
    });
    let source = ArmSource::new(pack);
    let arms = RwSignal::new(vec![source.first()]);
    let user = RwSignal::new(String::new());
    if let Some(wish) = batches.take_wish() {
        pack_id.set(wish.pack);
        split.set(wish.split);
        fields.tasks.set(wish.tasks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        fields.trials.set(wish.trials.to_string());
        user.set(wish.user.unwrap_or_default());
        let arm = |(key, instruction): (u64, &VersionId)| ArmChoice {
            key,
            instruction: instruction.to_string(),
            agent: wish.agent.clone().unwrap_or_default(),
            ..source.first()
        };
        arms.set((0..).zip(&wish.instructions).map(arm).collect());
    }
    let user_strategy = RwSignal::new(UserStrategy::default());
    let user_by = Memo::new(move |_| source.occupant(Seat::User, &user.get()));
    let judges = use_judges();
    let rater = RwSignal::new(String::new());
    let rater_now = Memo::new(move |_| {
        let key = rater.get();
        judges.choices(Question::Rating).into_iter().map(|(_, by)| by).find(|by| by.choice.as_ref() == Some(&key))
    });
    let rater_options = Signal::derive(move || {
        let choices = judges.choices(Question::Rating).into_iter();
        let choices = choices.map(|(sitter, by)| SelectOption::new(sitter.key(), marked_name(&by)));
        [SelectOption::new("", "nobody")].into_iter().chain(choices).collect::<Vec<_>>()
    });
    let settings = Memo::new(move |_| -> Result<(BatchSettings, Option<f64>), SetupFault> {
        let setup = fields.read();
        Ok((setup.settings(split_now.get().1, arms.with(Vec::len))?, setup.temperature()?))
    });
    let fault = Signal::derive(move || settings.get().err());
    let refused = RwSignal::new(None::<String>);
    let starting = RwSignal::new(false);

    let start = move |()| {
        let (Ok((settings, temperature)), Some(pack)) = (settings.get_untracked(), pack.get_untracked()) else {
            return;
        };
        let (split, split_size) = split_now.get_untracked();
        let arms = source.arms(&arms.get_untracked(), temperature);
        let name = match fields.name.get_untracked().trim() {
            "" => format!(
                "{} · {} × {}",
                pack.name,
                counted(settings.tasks.len() as u64, "task", "tasks"),
                counted(u64::from(settings.trials), "trial", "trials")
            ),
            name => name.to_owned(),
        };
        let record = BatchRecord {
            id: new_batch_id(),
            created_ms: now_ms(),
            name,
            note: String::new(),
            pack: pack.pack.clone(),
            domain: pack.world.domain.name.to_owned(),
            split,
            split_size,
            arms,
            user: user_by.get_untracked(),
            user_strategy: user_strategy.get_untracked(),
            max_steps: DEFAULT_MAX_STEPS,
            settings,
            rater: rater_now
                .get_untracked()
                .map(|by| BatchRater { by, rubric: untrack(|| judges.saved()).rubric().to_owned() }),
            imported: None,
        };
        let id = record.id.clone();
        starting.set(true);
        refused.set(None);
        spawn_local(async move {
            let outcome = batches.start(record).await;
            starting.try_set(false);
            match outcome {
                Ok(()) => app.go(&Route::Batch(id)),
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    page::on_next_frame(move || {
        if !first.get_untracked() {
            page::focus("#batch-setup-title");
        }
    });

    let pack_options = Signal::derive(move || {
        packs.ready().into_iter().map(|pack| SelectOption::new(pack.pack.clone(), pack.name)).collect::<Vec<_>>()
    });
    let split_options = Signal::derive(move || {
        let option = |(name, tasks): (String, usize)| {
            SelectOption::new(name.clone(), format!("{name} · {}", counted(tasks as u64, "task", "tasks")))
        };
        splits.get().into_iter().map(option).collect::<Vec<_>>()
    });
    let user_options = Signal::derive(move || {
        let sitters = source.sitters(Seat::User).into_iter();
        sitters.map(|choice| SelectOption::new(choice.sitter.key(), seating::name(&choice.by))).collect::<Vec<_>>()
    });
    let user_strategies =
        Signal::stored(UserStrategy::ALL.map(|own| SelectOption::new(own.name(), own.name())).to_vec());
    let is_model = Memo::new(move |_| user_by.with(|by| by.kind == OccupantKind::Endpoint));
    let number = |label: &'static str, value: RwSignal<String>, hint: &'static str| {
        view! {
            <Field label=label hint=hint>
                <Input value=value kind=InputKind::Number />
            </Field>
        }
        .into_any()
    };
    view! {
        <section class="card pad batch-setup" aria-labelledby="batch-setup-title">
            <div class="section-head">
                <h2 id="batch-setup-title" tabindex="-1">
                    {move || if first.get() { "Run many tasks, several times each" } else { "New batch" }}
                </h2>
                <p>
                    "A batch runs tasks × trials, with one instruction and model or with several side by side, and says what the figures rest on and whether a difference is more than noise."
                </p>
            </div>
            <div class="fields three">
                <Field label="Pack">
                    <Select
                        options=pack_options
                        value=Signal::derive(move || pack.get().map(|pack| pack.pack).unwrap_or_default())
                        on_change=move |id| {
                            pack_id.set(id);
                            split.set(String::new());
                        }
                    />
                </Field>
                <Field label="Split">
                    <Select
                        options=split_options
                        value=Signal::derive(move || split_now.get().0)
                        on_change=move |name| split.set(name)
                    />
                </Field>
                <Field label="Tasks" hint="Numbers and ranges: 0-9, 12. Empty: all.">
                    <Input value=fields.tasks placeholder="all" />
                </Field>
                {number("Trials", fields.trials, "How often each task is run.")}
                {number("At the same time", fields.concurrency, "Rollouts that go on side by side.")}
                <Field label="Customer">
                    <Select
                        options=user_options
                        value=Signal::derive(move || user_by.get().choice.unwrap_or_default())
                        on_change=move |key| {
                            user.set(key);
                            user_strategy.set(UserStrategy::default());
                        }
                    />
                </Field>
                <Show when=move || is_model.get()>
                    <Field label="How the customer is asked">
                        <Select
                            options=user_strategies
                            value=Signal::derive(move || user_strategy.get().name().to_owned())
                            on_change=move |name: String| {
                                let found = UserStrategy::ALL.into_iter().find(|own| own.name() == name);
                                user_strategy.set(found.unwrap_or_default());
                            }
                        />
                    </Field>
                </Show>
            </div>
            <Arms source arms />
            <Fold kind=FoldKind::Plain summary=|| view! { <span>"Name, seed, limits, rater"</span> }>
                <div class="fields three">
                    <div class="span">
                        <Field label="Name" optional=true>
                            <Input value=fields.name placeholder="named after what it runs" />
                        </Field>
                    </div>
                    {number("Seed", fields.seed, "What shuffling and programs draw from.")}
                    {number("Temperature", fields.temperature, "Sent to the agent's model; empty sends none.")}
                    {number("Attempts", fields.attempts, "Before a rollout counts as unscored; 10 s between, doubling.")}
                    {number("Limit: model calls", fields.calls, "Empty for no limit.")}
                    {number("Limit: tokens", fields.tokens, "As far as providers tell them.")}
                    {number("Limit: US dollars", fields.cost, "As far as providers tell prices.")}
                    <Field label="Rated by" hint="One more call for each scored rollout; the reward stays beside it.">
                        <Select options=rater_options value=rater on_change=move |key| rater.set(key) />
                    </Field>
                    <Show when=move || rater_now.with(Option::is_some)>
                        <div class="span">
                            <RubricEditor />
                        </div>
                    </Show>
                    <div class="span">
                        <Checkbox
                            checked=fields.shuffle
                            on_change=move |on| fields.shuffle.set(on)
                            label="Shuffle the tasks anew for each trial"
                        />
                    </div>
                </div>
            </Fold>
            <Forecast settings=settings source arms user_by pack />
            {move || {
                fault.get().map(|fault| {
                    view! {
                        <Callout tone=Tone::Warn live=true title="Something is to be mended first">
                            <p>{fault.to_string()}</p>
                        </Callout>
                    }
                })
            }}
            {move || {
                refused.get().map(|why| {
                    view! {
                        <Callout tone=Tone::Bad live=true title="The batch was not started">
                            <p>{why}</p>
                        </Callout>
                    }
                })
            }}
            <div class="batch-start">
                <Button
                    kind=ButtonKind::Primary
                    icon="play"
                    disabled=Signal::derive(move || fault.with(Option::is_some) || pack.with(Option::is_none))
                    busy=starting
                    on_press=start
                >
                    "Start the batch"
                </Button>
                <Show when=move || !first.get()>
                    <Button kind=ButtonKind::Quiet on_press=on_close>
                        "Cancel"
                    </Button>
                </Show>
            </div>
        </section>
    }
}

/// What it will take, and what it could show.
#[component]
fn Forecast(
    settings: Memo<Result<(BatchSettings, Option<f64>), SetupFault>>,
    source: ArmSource,
    arms: RwSignal<Vec<super::arms::ArmChoice>>,
    user_by: Memo<crate::rollout::Occupant>,
    pack: Signal<Option<crate::app::packs::LoadedPack>>,
) -> impl IntoView {
    let runs = use_batches().runs;
    let lines = Memo::new(move |_| {
        let (settings, _) = settings.get().ok()?;
        let pack = pack.get()?;
        let weights: Vec<_> = arms.with(|arms| arms.iter().map(|arm| source.weight(arm)).collect());
        let rollouts = settings.tasks.len() * settings.trials as usize;
        let user = user_by.get();
        let plan = Plan { pack: &pack.pack, arms: &weights, user: &user, rollouts };
        let estimate = Estimate::of(&plan, &runs.list());
        let mut tasks = settings.tasks.clone();
        tasks.sort_unstable();
        tasks.dedup();
        Some((estimate.words(), estimate.basis, power(tasks.len(), settings.trials as usize)))
    });
    move || {
        lines.get().map(|(words, basis, power)| {
            view! {
                <div class="forecast" role="status">
                    <p class="num">
                        <strong>{words}</strong>
                        <span class="muted">" (" {basis} ")"</span>
                    </p>
                    <p class="small muted">{power}</p>
                </div>
            }
        })
    }
}
