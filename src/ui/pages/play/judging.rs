//! What went wrong in the rollout on show: what rules find, whom a model blames, and how a rater rates it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::judges::{Ended, Judges, Question, use_judges};
use crate::app::play::Play;
use crate::app::{Runs, use_runs};
use crate::journal::{Judgements, RunId};
use crate::present::evaluate::FaultLine;
use crate::present::judging::{attribution_line, rating_line, source_line};
use crate::present::route::Route;
use crate::present::seating;
use crate::present::tone::Tone;
use crate::rollout::Occupant;
use crate::rollout::rating::DEFAULT_RUBRIC;
use crate::rollout::trajectory::conversation;
use crate::ui::kit::{Button, ButtonKind, Callout, Field, Fold, FoldKind, Select, SelectOption, Textarea};

/// What rules found in the lost rollout on show; each finding leads to its step.
#[component]
pub fn FindingList(found: Arc<[FaultLine]>) -> impl IntoView {
    let play: Play = expect_context();
    let row = move |line: &FaultLine| {
        let step = line.step;
        view! {
            <li>
                <button
                    type="button"
                    class="btn quiet small num"
                    aria-label=format!("Go to step {step}")
                    title=format!("Go to step {step}")
                    on:click=move |_| play.seek(step)
                >
                    {format!("step {step}")}
                </button>
                <span>
                    <strong>{capital(line.kind)}</strong>
                    " "
                    {line.text.clone()}
                </span>
            </li>
        }
    };
    view! { <ul class="fault-list">{found.iter().map(row).collect_view()}</ul> }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>() + ".")
}

/// The sections of the tab "Checks" about an ended rollout. Nothing for a replay.
#[component]
pub fn Judging() -> impl IntoView {
    let play: Play = expect_context();
    // The rollout on show once it has ended: its id, whether it is kept, whether it was lost.
    let ended = Memo::new(move |_| {
        play.shown.with(|shown| {
            let shown = shown.as_ref()?;
            let run = shown.run.as_ref()?;
            let lost = shown.ending.as_ref()?.reward().is_some_and(|reward| reward < 1.0);
            Some((run.header.id.clone(), run.kept, lost, shown.findings.clone()))
        })
    });
    move || {
        ended.get().map(|(run, kept, lost, found)| {
            let rules = lost.then(|| {
                view! {
                    <section class="pane-section" aria-label="Findings">
                        <h2>"What rules find"</h2>
                        {if found.is_empty() {
                            view! { <p class="muted small">"Nothing: no rule names what went wrong here."</p> }.into_any()
                        } else {
                            view! {
                                <FindingList found />
                                <p class="muted small">"Hints where to look. Only the end state counts for the reward."</p>
                            }
                                .into_any()
                        }}
                    </section>
                }
            });
            let attribution = lost.then(|| view! { <AttributionSection run=run.clone() kept /> });
            view! { {rules} {attribution} <RatingSection run kept /> }.into_any()
        })
    }
}

/// What is kept of a run's judgements. Tracks.
fn judgements(run: &RunId, play: Play, runs: Runs) -> Judgements {
    match runs.find(run) {
        Some(record) => record.header.judgements.clone(),
        // A run of a link is on show only.
        None => {
            play.shown.with(|shown| Some(shown.as_ref()?.run.as_ref()?.header.judgements.clone())).unwrap_or_default()
        }
    }
}

/// Asks a question about the rollout on show.
fn ask(judges: Judges, play: Play, question: Question) {
    let ended = play.shown.with_untracked(|shown| {
        let shown = shown.as_ref()?;
        Some(Ended {
            run: shown.run_id()?.clone(),
            world: Arc::clone(&shown.world),
            task: Arc::clone(&shown.task),
            conversation: conversation(shown.steps.iter().map(|step| &**step)),
        })
    });
    if let Some(ended) = ended {
        judges.ask(question, ended);
    }
}

#[component]
fn AttributionSection(run: RunId, kept: bool) -> impl IntoView {
    let (play, runs): (Play, Runs) = (expect_context(), use_runs());
    let own = run.clone();
    let found = Memo::new(move |_| judgements(&own, play, runs).attribution);
    view! {
        <section class="pane-section" aria-label="Fault">
            <h2>"Who is at fault?"</h2>
            {move || {
                found
                    .get()
                    .map(|judged| {
                        let fault = judged.found.fault.as_ref().map(|(_, why)| why.clone());
                        view! {
                            <p>
                                <strong>{attribution_line(&judged.found)}</strong>
                            </p>
                            <p class="judged-words">{judged.found.description.clone()}</p>
                            {fault.map(|why| view! { <p class="judged-words">{why}</p> })}
                            <p class="muted small num">{source_line(&judged)}</p>
                        }
                    })
            }}
            <AskRow
                run
                kept
                question=Question::Attribution
                first="Ask a model"
                again="Ask again"
                is_again=Signal::derive(move || found.with(Option::is_some))
            />
        </section>
    }
}

#[component]
fn RatingSection(run: RunId, kept: bool) -> impl IntoView {
    let (play, runs): (Play, Runs) = (expect_context(), use_runs());
    let own = run.clone();
    let found = Memo::new(move |_| judgements(&own, play, runs).rating);
    view! {
        <section class="pane-section" aria-label="Rating">
            <h2>"Rating"</h2>
            <p class="muted small">
                "A rater reads the conversation alone and judges it by a rubric. Its score stands beside the reward and does not change it."
            </p>
            {move || {
                found
                    .get()
                    .map(|judged| {
                        let rating = judged.found.rating.clone();
                        view! {
                            <p>
                                <strong>{rating_line(&judged.found)}</strong>
                            </p>
                            <dl class="judged">
                                <dt>"Rubric"</dt>
                                <dd>{judged.found.rubric.clone()}</dd>
                                <dt>"Evidence"</dt>
                                <dd>{rating.evidence}</dd>
                                <dt>"Rationale"</dt>
                                <dd>{rating.rationale}</dd>
                            </dl>
                            <p class="muted small num">{source_line(&judged)}</p>
                        }
                    })
            }}
            <AskRow
                run
                kept
                question=Question::Rating
                first="Rate"
                again="Rate again"
                is_again=Signal::derive(move || found.with(Option::is_some))
            />
            <Fold kind=Signal::from(FoldKind::Plain) summary=|| "The rubric">
                <RubricEditor />
            </Fold>
        </section>
    }
}

/// The text that ratings go by, kept as it is written.
#[component]
pub fn RubricEditor() -> impl IntoView {
    let judges = use_judges();
    let text = RwSignal::new(untrack(|| judges.saved()).rubric);
    let changed = Signal::derive(move || text.with(|text| text.trim() != DEFAULT_RUBRIC));
    let keep = move |rubric: String| judges.change(|saved| saved.rubric = rubric);
    let reset = move |()| {
        text.set(DEFAULT_RUBRIC.to_owned());
        keep(DEFAULT_RUBRIC.to_owned());
    };
    view! {
        <Field label="Rubric" hint="What is judged, yes or no. Kept for the next ratings.">
            <Textarea value=text rows=3 on_commit=Callback::new(keep) />
        </Field>
        <div class="button-row">
            <Button
                small=true
                kind=ButtonKind::Quiet
                icon="undo"
                disabled=Signal::derive(move || !changed.get())
                on_press=reset
            >
                "Back to the usual rubric"
            </Button>
        </div>
    }
}

/// Somebody who may be asked; what is no language model is marked as such.
pub fn marked_name(by: &Occupant) -> String {
    match seating::mark(by) {
        Some(mark) => format!("{} ({mark})", seating::name(by)),
        None => seating::name(by),
    }
}

/// Who is asked, and the button that asks; what is needed where nobody can be.
#[component]
fn AskRow(
    run: RunId,
    kept: bool,
    question: Question,
    first: &'static str,
    again: &'static str,
    is_again: Signal<bool>,
) -> impl IntoView {
    let (play, judges): (Play, Judges) = (expect_context(), use_judges());
    let asked = run.clone();
    let busy = Memo::new(move |_| judges.is_busy(&asked, question));
    let nobody = Memo::new(move |_| judges.choices(question).is_empty());
    let options = Signal::derive(move || {
        let choices = judges.choices(question).into_iter();
        choices.map(|(sitter, by)| SelectOption::new(sitter.key(), marked_name(&by))).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || judges.chosen(question).map(|(sitter, _)| sitter.key()).unwrap_or_default());
    let choose = move |key: String| {
        let sitter = seating::Sitter::of_key(&key);
        judges.change(|saved| match question {
            Question::Attribution => saved.attribution = sitter,
            Question::Rating => saved.rater = sitter,
        });
    };
    let label = match question {
        Question::Attribution => "Who is asked",
        Question::Rating => "Who rates",
    };
    if !kept {
        return view! { <p class="muted small">"Keep this run first: what is found is kept with it."</p> }.into_any();
    }
    view! {
        <Show
            when=move || !nobody.get()
            fallback=|| {
                view! {
                    <p class="small">
                        "This takes a language model; a program can’t tell. "
                        <a href=Route::Models.to_string()>"Set up an endpoint"</a>
                        " and ask it here."
                    </p>
                }
            }
        >
            <div class="ask-row">
                <Select options=options value=value on_change=choose label=label />
                <Button small=true busy=busy icon="send" on_press=move |()| ask(judges, play, question)>
                    {move || if is_again.get() { again } else { first }}
                </Button>
            </div>
        </Show>
        {move || {
            judges
                .failure(&run, question)
                .map(|why| {
                    view! { <Callout tone=Tone::Warn title="There is no answer" live=true><p>{why}</p></Callout> }
                })
        }}
        <span class="visually-hidden" role="status">{move || if busy.get() { "Asking…" } else { "" }}</span>
    }
    .into_any()
}
