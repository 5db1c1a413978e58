//! The lines and lists of the form that sets up an evolution; a fork's dialog has some of them too.

use leptos::prelude::*;

use crate::present::evolve::setup::{Accepts, Choices, Parents, Passes};
use crate::present::evolve::{Entry, Form};
use crate::ui::kit::{Checkbox, Field, Input, InputKind, Select, SelectOption};

/// What is typed and chosen. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Fields {
    texts: [RwSignal<String>; Entry::ALL.len()],
    pub choices: RwSignal<Choices>,
}

impl Fields {
    pub fn new(form: &Form) -> Self {
        Self {
            texts: Entry::ALL.map(|entry| RwSignal::new(form.text(entry).to_owned())),
            choices: RwSignal::new(form.choices.clone()),
        }
    }

    /// Puts another form in its place.
    pub fn fill(self, form: &Form) {
        for entry in Entry::ALL {
            self.text(entry).set(form.text(entry).to_owned());
        }
        self.choices.set(form.choices.clone());
    }

    /// The form as it is. Tracks.
    pub fn read(self) -> Form {
        let mut form = Form::default();
        form.choices = self.choices.get();
        for entry in Entry::ALL {
            form.set(entry, &self.text(entry).get());
        }
        form
    }

    pub fn text(self, entry: Entry) -> RwSignal<String> {
        self.texts[entry.at()]
    }

    fn choose(self, change: impl FnOnce(&mut Choices)) {
        self.choices.update(change);
    }

    fn chosen(self, of: fn(&Choices) -> bool) -> Signal<bool> {
        Signal::derive(move || self.choices.with(of))
    }
}

/// A line that takes a text.
pub fn line(fields: Fields, entry: Entry) -> AnyView {
    let kind = if entry.is_number() { InputKind::Number } else { InputKind::Text };
    let hint = Some(entry.hint()).filter(|hint| !hint.is_empty());
    view! {
        <Field label=entry.label() hint=MaybeProp::from(hint.map(str::to_owned))>
            <Input value=fields.text(entry) kind placeholder=entry.placeholder() />
        </Field>
    }
    .into_any()
}

/// Lines that take texts.
pub fn lines(fields: Fields, entries: &[Entry]) -> AnyView {
    entries.iter().map(|entry| line(fields, *entry)).collect_view().into_any()
}

/// A list of which one holds, by its position.
pub fn pick(
    label: &'static str,
    hint: &'static str,
    words: Vec<&'static str>,
    at: Signal<usize>,
    choose: Callback<usize>,
) -> AnyView {
    let option = |(at, words): (usize, &'static str)| SelectOption::new(at.to_string(), words);
    let options: Vec<SelectOption> = words.into_iter().enumerate().map(option).collect();
    let hint = Some(hint).filter(|hint| !hint.is_empty()).map(str::to_owned);
    view! {
        <Field label=label hint=MaybeProp::from(hint)>
            <Select
                options=Signal::stored(options)
                value=Signal::derive(move || at.get().to_string())
                on_change=move |at: String| choose.run(at.parse().unwrap_or(0))
            />
        </Field>
    }
    .into_any()
}

/// A box to tick.
fn tick(
    fields: Fields,
    label: &'static str,
    hint: &'static str,
    of: fn(&Choices) -> bool,
    set: fn(&mut Choices, bool),
) -> AnyView {
    view! {
        <Checkbox
            checked=fields.chosen(of)
            on_change=move |on| fields.choose(|choices| set(choices, on))
            label=label
            hint=hint
        />
    }
    .into_any()
}

/// Where an item stands in a list.
fn position<T: PartialEq>(all: &[T], own: &T) -> usize {
    all.iter().position(|other| other == own).unwrap_or(0)
}

/// A line that shows while a choice holds.
fn line_while(fields: Fields, entry: Entry, of: fn(&Choices) -> bool) -> AnyView {
    let shown = fields.chosen(of);
    view! { <Show when=move || shown.get()>{line(fields, entry)}</Show> }.into_any()
}

/// How the optimiser decides: parents, acceptance, passes, merges. How often a task is rolled out stays in a fork.
pub fn decisions(fields: Fields, is_fork: bool) -> AnyView {
    let parents = Signal::derive(move || fields.choices.with(|own| position(Parents::ALL, &own.parents)));
    let accepts = Signal::derive(move || fields.choices.with(|own| position(Accepts::ALL, &own.accepts)));
    let passes = Signal::derive(move || fields.choices.with(|own| position(Passes::ALL, &own.passes)));
    let choose_parents = Callback::new(move |at: usize| {
        fields.choose(|own| own.parents = Parents::ALL.get(at).copied().unwrap_or_default());
    });
    let choose_accepts = Callback::new(move |at: usize| {
        fields.choose(|own| own.accepts = Accepts::ALL.get(at).copied().unwrap_or_default());
    });
    let choose_passes = Callback::new(move |at: usize| {
        fields.choose(|own| own.passes = Passes::ALL.get(at).copied().unwrap_or_default());
    });
    let words = |words: fn(usize) -> Option<&'static str>| (0..).map_while(words).collect::<Vec<_>>();
    view! {
        <div class="span">
            {pick(
                "Parent of a proposal",
                "",
                words(|at| Parents::ALL.get(at).map(|own| own.words())),
                parents,
                choose_parents,
            )}
        </div>
        {line_while(fields, Entry::Epsilon, |own| own.parents == Parents::MostlyBest)}
        {line_while(fields, Entry::TopK, |own| own.parents == Parents::TopPareto)}
        {pick(
            "Accepted on the minibatch if",
            "Then it is scored on the Pareto set and joins the pool.",
            words(|at| Accepts::ALL.get(at).map(|own| own.words())),
            accepts,
            choose_accepts,
        )}
        {line_while(fields, Entry::Margin, |own| own.accepts == Accepts::Margin)}
        {(!is_fork).then(|| line_while(fields, Entry::Repeats, |own| own.accepts == Accepts::SignTest))}
        {pick("In a pass", "", words(|at| Passes::ALL.get(at).map(|own| own.words())), passes, choose_passes)}
        {line_while(fields, Entry::Proposals, |own| own.passes != Passes::One)}
        {lines(fields, &[Entry::StopAtScore, Entry::StopWithoutGain])}
        <div class="span checks">
            {tick(
                fields,
                "Skip tasks that the parent already wins",
                "A pass whose whole minibatch is won proposes nothing.",
                |own| own.skip_perfect,
                |own, on| own.skip_perfect = on,
            )}
            {tick(
                fields,
                "Don’t pay twice for the same candidate and task",
                "A cache of scores.",
                |own| own.cache,
                |own, on| own.cache = on,
            )}
            {tick(
                fields,
                "Merge candidates with a common ancestor",
                "",
                |own| own.merge,
                |own, on| own.merge = on,
            )}
            <Show when=move || fields.choices.with(|own| own.passes != Passes::One)>
                {tick(
                    fields,
                    "Of several proposals take only the best",
                    "",
                    |own| own.best_only,
                    |own, on| own.best_only = on,
                )}
            </Show>
        </div>
        {line_while(fields, Entry::Merges, |own| own.merge)}
    }
    .into_any()
}

/// Whether doubts count, and whether a person looks at each proposal.
pub fn parity(fields: Fields) -> AnyView {
    tick(
        fields,
        "Decide as the original in everything",
        "Doubts about a reply decide nothing, and nothing waits for you.",
        |own| own.parity,
        |own, on| own.parity = on,
    )
}
