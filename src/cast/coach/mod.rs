//! The rehearsal coach: fills the seat of the reflection model.
//!
//! It reads the prompt that a reflection model is given and replies as one does: a paragraph on what went wrong, and a
//! new instruction between lines of three backticks. The new one is the old with one or two lessons added. Lessons come
//! from signs in the failed conversations (a tool's refusal, a change without a yes, a question never asked, what the
//! feedback names); what the instruction teaches already is left out. Where it finds nothing it adds a sentence that
//! teaches nothing, as models do too.
//!
//! It knows no task: only what stands in the prompt. Which of several lessons it takes, and their wording, depend on
//! the seed and on the prompt.

mod airline_lessons;
mod airline_signs;
mod lessons;
pub(in crate::cast) mod prompt;
mod signs;
pub(in crate::cast) mod story;

use std::fmt::Write as _;

use futures::future::{LocalBoxFuture, ready};

use self::signs::Sign;
use self::story::Story;
use super::chance::{chance, seed_of};
use super::rules::{Lessons, Rule, Teaching, Trade};
use crate::chat::{AssistantMessage, ChatDelta, ChatError, ChatModel, ChatReply, ChatRequest, Message};

const LABEL: &str = "rehearsal coach";
const IRRELEVANT_LABEL: &str = "rehearsal coach (irrelevant advice)";

/// A second lesson needs a sign at least this strong.
const WORTH_SAYING: f64 = 0.5;

/// What is added where nothing was found.
const NOTHING_FOUND: &[&str] = &[
    "Be patient and precise, and read what the customer writes with care.",
    "Take the time to understand what the customer has in mind.",
    "Stay friendly, and keep your messages short and clear.",
];

/// A program in the reflection model's seat.
#[derive(Clone, Copy, Debug)]
pub struct RehearsalCoach {
    seed: u64,
    irrelevant: bool,
}

impl RehearsalCoach {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, irrelevant: false }
    }

    /// The control: its advice has nothing to do with the work.
    #[must_use]
    pub const fn irrelevant(seed: u64) -> Self {
        Self { seed, irrelevant: true }
    }

    /// The reply to a reflection prompt.
    #[must_use]
    pub fn reflect(&self, reflection_prompt: &str) -> String {
        let seed = seed_of(self.seed, reflection_prompt);
        let prompt = prompt::read(reflection_prompt);
        let (thoughts, sentences) = if self.irrelevant { irrelevant(seed) } else { relevant(seed, &prompt) };
        let fence = prompt::FENCE;
        format!("{thoughts}\n\n{fence}\n{}\n{fence}", extended(&prompt.instruction, &sentences))
    }
}

/// The instruction with the sentences added as points of a list.
fn extended(instruction: &str, sentences: &[&str]) -> String {
    let mut text = instruction.trim_end().to_owned();
    let in_list = text.lines().last().is_some_and(|line| line.starts_with("- "));
    for (at, sentence) in sentences.iter().enumerate() {
        if !text.is_empty() {
            text.push_str(if at > 0 || in_list { "\n" } else { "\n\n" });
        }
        text.push_str("- ");
        text.push_str(sentence);
    }
    text
}

fn irrelevant(seed: u64) -> (String, Vec<&'static str>) {
    let first = pick(seed, "first", lessons::IRRELEVANT.len());
    let chosen = (0..2).map(|at| lessons::IRRELEVANT[(first + at * 5) % lessons::IRRELEVANT.len()]).collect();
    ("The conversations could be more pleasant to read. I add advice on style.".to_owned(), chosen)
}

fn relevant(seed: u64, prompt: &prompt::Prompt) -> (String, Vec<&'static str>) {
    let stories: Vec<Story<'_>> = prompt.examples.iter().map(Story::of).collect();
    let trade = if stories.iter().any(Story::is_of_airline) { Trade::Airline } else { Trade::Shop };
    let taught = Lessons::read(trade, &prompt.instruction);
    let failed = stories.iter().filter(|story| !story.went_well()).count();
    let open: Vec<Vec<Sign>> = stories.iter().map(|story| wanting(signs_of(trade, story), &taught)).collect();
    let candidates = chosen(seed, &open);

    let mut thoughts = match (failed, stories.len()) {
        (_, 0) => "The prompt holds no conversations that I can read.".to_owned(),
        (0, _) => "The conversations went well.".to_owned(),
        (failed, all) => format!("{failed} of {all} conversations did not end as they should."),
    };
    if candidates.is_empty() {
        thoughts.push_str(" I find nothing in them that the instruction does not say already, and only ask for care.");
        return (thoughts, vec![NOTHING_FOUND[pick(seed, "nothing", NOTHING_FOUND.len())]]);
    }
    for sign in &candidates {
        let starts =
            ["What I see is that", "In one of them", "From the transcript it shows that", "It stands out that"];
        let start = starts[pick(seed, sign.rule.info().title, starts.len())];
        // Writing to a String can't fail.
        let _ = write!(thoughts, " {start} {}.", sign.seen);
    }
    thoughts.push_str(" I keep the instruction and add what was wanting.");
    let sentences = candidates.iter().map(|sign| {
        let wordings = wordings(trade, sign.rule);
        wordings[pick(seed, sign.rule.info().id, wordings.len())]
    });
    (thoughts, sentences.collect())
}

fn signs_of(trade: Trade, story: &Story<'_>) -> Vec<Sign> {
    match trade {
        Trade::Shop => signs::signs(story),
        Trade::Airline => airline_signs::signs(story),
    }
}

const fn wordings(trade: Trade, rule: Rule) -> &'static [&'static str] {
    match trade {
        Trade::Shop => lessons::wordings(rule),
        Trade::Airline => airline_lessons::wordings(rule),
    }
}

/// The signs of rules that the instruction says nothing of, one for each rule, strongest first. Several signs of one
/// rule make it stronger.
fn wanting(signs: Vec<Sign>, taught: &Lessons) -> Vec<Sign> {
    let mut open: Vec<Sign> = Vec::new();
    for sign in signs {
        if *taught.teaching(sign.rule) != Teaching::Absent {
            continue;
        }
        match open.iter_mut().find(|own| own.rule == sign.rule) {
            Some(own) => own.weight += sign.weight,
            None => open.push(sign),
        }
    }
    open.sort_by_key(|sign| std::cmp::Reverse(sign.weight));
    open
}

/// The signs to act on: one or two of a single conversation, because a lesson shows only where nothing else is wanting.
/// A conversation whose strongest signs are strong and explain most of it comes first, but not always: reflection
/// varies.
fn chosen(seed: u64, conversations: &[Vec<Sign>]) -> Vec<Sign> {
    let mut best: Option<(f64, Vec<Sign>)> = None;
    for (at, signs) in conversations.iter().enumerate() {
        let mut ranked: Vec<(f64, Sign)> = signs
            .iter()
            .map(|sign| {
                let luck = 0.7 + 0.6 * chance(seed_of(seed, sign.rule.info().id), sign.seen);
                (f64::from(sign.weight) * luck, *sign)
            })
            .collect();
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let all: f64 = ranked.iter().map(|(weight, _)| weight).sum();
        let two = ranked.get(1).is_some_and(|(weight, _)| *weight >= WORTH_SAYING);
        ranked.truncate(if two { 2 } else { 1 });
        let sum: f64 = ranked.iter().map(|(weight, _)| weight).sum();
        let luck = 0.7 + 0.6 * chance(seed.wrapping_add(at as u64), "conversation");
        let worth = sum * sum / all.max(1.0) * luck;
        if !ranked.is_empty() && best.as_ref().is_none_or(|(own, _)| worth > *own) {
            best = Some((worth, ranked.into_iter().map(|(_, sign)| sign).collect()));
        }
    }
    let mut signs = best.map(|(_, signs)| signs).unwrap_or_default();
    if signs.len() == 1 {
        // There is room for what another conversation shows most clearly.
        let others = conversations.iter().flatten().filter(|sign| sign.rule != signs[0].rule);
        signs.extend(others.max_by_key(|sign| sign.weight).copied());
    }
    signs
}

/// A position below `count`, drawn for what `name` names.
fn pick(seed: u64, name: &str, count: usize) -> usize {
    let drawn = seed_of(seed, name) % (count.max(1) as u64);
    usize::try_from(drawn).unwrap_or(0)
}

impl ChatModel for RehearsalCoach {
    fn label(&self) -> String {
        if self.irrelevant { IRRELEVANT_LABEL } else { LABEL }.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        let prompt: Vec<&str> = request.messages.iter().filter_map(Message::text).collect();
        let reply = ChatReply {
            model_served: Some(self.label()),
            ..ChatReply::of_message(AssistantMessage::of_text(self.reflect(&prompt.join("\n\n"))))
        };
        Box::pin(ready(Ok(reply)))
    }
}
