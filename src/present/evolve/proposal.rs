//! One candidate, or one text that was turned down: where it comes from, what changed, what speaks for and against it.

use super::front;
use super::passes::{Attempt, Child, PassKind, Passes};
use super::pool::{Member, Origin, Pick, Pool, Refused, name, sum_text};
use super::steps::{Part, TaskScore, task_score};
use super::telling::Teller;
use crate::evolve::Evolution;
use crate::evolve::doubts::{Doubt, doubts};
use crate::gepa::{Candidate, CandidateId};
use crate::present::format::counted;
use crate::present::tone::Tone;
use crate::stats::Interval;

/// A component's text beside that of a parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The component's name; only worth showing where there are several.
    pub component: String,
    pub old: String,
    pub new: String,
}

/// What the reflection model was asked, and said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub component: String,
    pub prompt: String,
    pub reply: String,
    /// A person put another text in place of the reply's.
    pub was_edited: bool,
    /// `1,204 words`.
    pub prompt_size: String,
    pub reply_size: String,
}

/// A score on a validation task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationScore {
    pub label: String,
    pub title: String,
    pub own: TaskScore,
}

/// A candidate or a text that was turned down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    pub pick: Pick,
    /// `Candidate 4`, `Rejected in iteration 7`.
    pub title: String,
    /// Where it comes from: `Written in iteration 9 from candidate 3`.
    pub origin: String,
    /// `0.83 on 6 tasks × 1 trial (95 %: 0.44 to 0.97)`; empty for what was turned down.
    pub score: String,
    /// Why it is kept, or was turned down.
    pub reason: String,
    pub tone: Tone,
    /// Who it can be set against.
    pub parents: Vec<CandidateId>,
    /// The whole text, of all components.
    pub text: String,
    pub validation: Vec<ValidationScore>,
    pub exchanges: Vec<Exchange>,
    /// How it did on its parent's minibatch, or on the examples of its merge.
    pub minibatch: Option<Part>,
    /// Reasons to look twice, in plain words.
    pub doubts: Vec<String>,
    /// The entry of the course that it came from.
    pub entry: Option<usize>,
}

impl ProposalView {
    /// The view of a pick; `None` where there is none. A result from a file has no course. `facts` are those of the feedback tasks
    /// ([`crate::evolve::leaks::facts`]).
    #[must_use]
    pub fn of(pool: &Pool, course: Option<(&Evolution, &Passes)>, pick: Pick, facts: &[String]) -> Option<Self> {
        match pick {
            Pick::Candidate(id) => Some(of_member(pool, course, pool.member(id)?, facts)),
            Pick::Refused(at) => Some(of_refused(pool, course?, at, pool.refused.get(at)?, facts)),
        }
    }

    /// What changed against a parent, by component; against nothing, where there is no such parent.
    #[must_use]
    pub fn changes(pool: &Pool, pick: Pick, against: Option<CandidateId>) -> Vec<TextChange> {
        let own = match pick {
            Pick::Candidate(id) => pool.member(id).map(|member| &member.texts),
            Pick::Refused(at) => pool.refused.get(at).map(|refused| &refused.texts),
        };
        let parent = against.and_then(|id| pool.member(id)).map(|member| &member.texts);
        let Some(own) = own else { return Vec::new() };
        let change = |(name, text): (&crate::py::Str, &crate::py::Str)| TextChange {
            component: name.to_string(),
            // Without a parent nothing is new: the text is shown as it is.
            old: parent.map_or_else(
                || text.to_string(),
                |parent| parent.get(name).map(ToString::to_string).unwrap_or_default(),
            ),
            new: text.to_string(),
        };
        own.iter().map(change).collect()
    }
}

fn of_member(pool: &Pool, course: Option<(&Evolution, &Passes)>, member: &Member, facts: &[String]) -> ProposalView {
    let passes = course.map(|(_, passes)| passes);
    let child = passes.and_then(|passes| passes.child_of(member.id));
    let found = passes.and_then(|passes| passes.found.get(member.id.index()));
    let validation = |task: &usize| {
        let own = found.and_then(|found| found.tried.iter().find(|tried| tried.example.index() == *task));
        let bare = member.scores.get(*task).copied().flatten();
        let bare = super::passes::Tried {
            example: crate::gepa::ExampleId(u32::try_from(*task).unwrap_or(u32::MAX)),
            score: bare,
            rollouts: Vec::new(),
        };
        let task = &pool.tasks[*task];
        let title = if task.title.is_empty() { task.name.clone() } else { format!("{}: {}", task.name, task.title) };
        ValidationScore { label: task.label.clone(), title, own: task_score(own.or(Some(&bare))) }
    };
    let mut view = ProposalView {
        pick: Pick::Candidate(member.id),
        title: member.name(),
        origin: origin(member),
        score: score(member, found.is_some()),
        reason: front::reason(pool, member),
        tone: if member.tickets > 0 { Tone::Good } else { Tone::Plain },
        parents: member.parents.clone(),
        text: whole(&member.texts),
        validation: pool.order.iter().map(validation).collect(),
        exchanges: Vec::new(),
        minibatch: None,
        doubts: Vec::new(),
        entry: found.map(|found| found.entry),
    };
    if let (Some((_, attempt, child)), Some(course)) = (child, course) {
        view.minibatch = minibatch(pool, course, view.entry, attempt);
        fill_exchanges(&mut view, pool, attempt, child, facts);
    }
    view
}

fn of_refused(
    pool: &Pool,
    course: (&Evolution, &Passes),
    at: usize,
    refused: &Refused,
    facts: &[String],
) -> ProposalView {
    let (_, passes) = course;
    let pass = passes.list.get(refused.entry);
    let attempt = refused.attempt.and_then(|attempt| passes.attempts(refused.entry).get(attempt));
    let child = match (attempt, pass.map(|pass| &pass.kind)) {
        (Some(attempt), _) => attempt.child.as_ref(),
        (None, Some(PassKind::Merge(merge))) => merge.child.as_ref(),
        _ => None,
    };
    let kind = if attempt.is_some() { "Rejected proposal" } else { "Rejected merge" };
    let mut view = ProposalView {
        pick: Pick::Refused(at),
        title: format!("{kind} of iteration {}", refused.iteration),
        origin: String::new(),
        score: String::new(),
        reason: String::new(),
        tone: Tone::Plain,
        parents: refused.parents.clone(),
        text: whole(&refused.texts),
        validation: Vec::new(),
        exchanges: Vec::new(),
        minibatch: minibatch(pool, course, Some(refused.entry), attempt),
        doubts: Vec::new(),
        entry: Some(refused.entry),
    };
    let told = view.minibatch.iter().flat_map(|part| &part.lines).find_map(|line| line.verdict.clone());
    let (before, after) = (sum_text(refused.before), sum_text(refused.after));
    let told = told.map(|(_, words)| words).unwrap_or_default();
    view.reason = format!("{before} of {0} before, {after} of {0} after. {told}", refused.examples);
    if let Some(child) = child {
        fill_exchanges(&mut view, pool, attempt, child, facts);
    }
    view
}

/// What its step tells of it.
fn minibatch(
    pool: &Pool,
    (evolution, passes): (&Evolution, &Passes),
    entry: Option<usize>,
    attempt: Option<&Attempt>,
) -> Option<Part> {
    let entry = entry?;
    let pass = passes.list.get(entry)?;
    let teller = Teller { evolution, passes, pool, pass, entry };
    match (&pass.kind, attempt) {
        (PassKind::Merge(merge), _) => Some(teller.merge(merge)),
        (_, Some(attempt)) => Some(teller.attempt(attempt)),
        _ => None,
    }
}

fn fill_exchanges(view: &mut ProposalView, pool: &Pool, attempt: Option<&Attempt>, child: &Child, facts: &[String]) {
    let parent = attempt.and_then(|attempt| pool.member(attempt.parent));
    // Texts that were turned down before this one as children of the same parent.
    let before: Vec<&Refused> = pool
        .refused
        .iter()
        .filter(|refused| {
            view.entry.is_some_and(|entry| refused.entry < entry)
                && attempt.is_some_and(|attempt| refused.attempt.is_some() && refused.parents == [attempt.parent])
        })
        .collect();
    for written in child.written.iter().filter(|written| !written.reply.is_empty() || !written.prompt.is_empty()) {
        let was_edited = crate::gepa::reflect::new_text(&written.reply) != &*written.text;
        let current = parent.and_then(|parent| parent.texts.get(&written.component)).map_or("", |text| text);
        let rejected: Vec<&str> =
            before.iter().filter_map(|refused| refused.texts.get(&written.component)).map(|text| &**text).collect();
        view.doubts.extend(doubts(&written.reply, current, &rejected, facts).iter().map(doubt_words));
        if was_edited {
            view.doubts.push("A person edited it: the text is not the reply's.".to_owned());
        }
        view.exchanges.push(Exchange {
            component: written.component.to_string(),
            prompt: written.prompt.to_string(),
            reply: written.reply.to_string(),
            was_edited,
            prompt_size: size(&written.prompt),
            reply_size: size(&written.reply),
        });
    }
}

fn origin(member: &Member) -> String {
    let parents: Vec<String> = member.parents.iter().map(|parent| name(*parent).to_lowercase()).collect();
    let parents = super::pool::listed(&parents);
    let iteration = member.iteration.map(|iteration| format!(" in iteration {iteration}")).unwrap_or_default();
    match member.origin {
        Origin::Seed => "What it all began with.".to_owned(),
        Origin::Reflection => format!("Written by reflection{iteration}, from {parents}."),
        Origin::Merge => format!("Merged{iteration} from {parents}."),
        Origin::Hand if parents.is_empty() => "Written by a person.".to_owned(),
        Origin::Hand => format!("Written by a person, from {parents}."),
    }
}

/// With how much it rests on. How many trials there were is known of our own evolutions only.
fn score(member: &Member, is_ours: bool) -> String {
    let tasks = counted(member.rests_on() as u64, "task", "tasks");
    let trials = if is_ours { " × 1 trial" } else { "" };
    let range = member.interval().map(|Interval { low, high }| format!(" (95 %: {low:.2} to {high:.2})"));
    format!("{} on {tasks}{trials}{}", member.score_text(), range.unwrap_or_default())
}

/// All texts of a candidate; with headings where there are several.
fn whole(texts: &Candidate) -> String {
    if texts.len() == 1 {
        return texts.iter().map(|(_, text)| text.to_string()).collect();
    }
    let parts: Vec<String> = texts.iter().map(|(name, text)| format!("## {name}\n{text}")).collect();
    parts.join("\n\n")
}

fn size(text: &str) -> String {
    counted(text.split_whitespace().count() as u64, "word", "words")
}

/// A doubt in plain words.
#[must_use]
pub fn doubt_words(doubt: &Doubt) -> String {
    match doubt {
        Doubt::UnclosedBlock => "The reply has a block that was never closed: it may have been cut off.".to_owned(),
        Doubt::UnclosedThinking => "The reply has a thinking tag that was never closed.".to_owned(),
        Doubt::NoBlock => "The reply has no block: all of it is taken for the instruction.".to_owned(),
        Doubt::Empty => "The instruction is empty.".to_owned(),
        Doubt::TooLong { words } => {
            format!("The instruction is very long: {}.", counted(*words as u64, "word", "words"))
        }
        Doubt::Unchanged => "The instruction is the parent's, word for word.".to_owned(),
        Doubt::AlreadyRejected => "The same text was turned down before, from the same parent.".to_owned(),
        Doubt::Refusal => "The reflection model seems to have declined.".to_owned(),
        Doubt::Leaks { facts } => {
            format!("It names facts of tasks it was shown: {}. It may know answers by heart.", facts.join(", "))
        }
    }
}
