//! The conversation from the customer's side: what was said and settled so far, and what to say next.

mod air;
mod answer;
mod decide;
mod facts;

use super::agenda::{Agenda, Goal, ItemWish, Kind, Raise, Reveal, Style};
use super::hear::{Act, Heard};
use super::lexicon as lex;
use super::progress::{Fact, Progress, Stage};
use super::speak::{self, Item, Voice};
use super::vet;
use super::words::names;

/// What ends the conversation (`tau_bench/envs/user.py`), as a message of its own.
pub const STOP: &str = "###STOP###";

/// After so many turns in which nothing moved the customer leaves.
const PATIENCE: u8 = 4;
/// After so many turns the customer leaves whatever happens.
const MOST_TURNS: usize = 40;

/// The customer in mid-conversation. A clone is a snapshot.
#[derive(Clone, Debug)]
pub struct Dialogue<'a> {
    agenda: &'a Agenda,
    style: Style,
    seed: u64,
    turn: usize,
    progress: Vec<Progress>,
    /// Facts about the person that were given: e-mail, name and zip code, user id.
    given: [bool; 3],
    /// The customer has said that it is done: whatever comes next is answered by leaving.
    leaving: bool,
    /// Turns in a row in which nothing moved.
    idle: u8,
    last_heard: String,
}

impl<'a> Dialogue<'a> {
    #[must_use]
    pub fn new(agenda: &'a Agenda, style: Style, seed: u64) -> Self {
        Self {
            agenda,
            style,
            seed,
            turn: 0,
            progress: vec![Progress::default(); agenda.goals.len()],
            given: [false; 3],
            leaving: false,
            idle: 0,
            last_heard: String::new(),
        }
    }

    /// Hears the agent and answers.
    pub fn turn(&mut self, agent: &str) -> String {
        let heard = Heard::of(agent);
        let (goals, given) = (self.progress.clone(), self.given);
        let reply = if self.turn == 0 { self.open(&heard) } else { self.answer(&heard) };
        let moved = goals != self.progress || given != self.given;
        self.pass(heard.text, moved);
        if self.idle >= PATIENCE || self.turn >= MOST_TURNS { STOP.to_owned() } else { reply }
    }

    /// Hears the agent where somebody else has answered for the customer.
    pub fn overhear(&mut self, agent: &str, answered: &str) {
        let heard = Heard::of(agent);
        let own = Heard::of(answered);
        self.absorb(&heard);
        let agrees =
            ["yes", "sure", "ok", "go ahead", "please do"].iter().any(|yes| own.text.trim_start().starts_with(yes));
        for at in 0..self.progress.len() {
            let goal = self.goal(at);
            let products = goal.items.iter().any(|item| names(&own.text, &item.product));
            let order = goal.order.as_ref().is_some_and(|order| own.text.contains(&order.id.to_lowercase()));
            let said = products || order || vet::concerns(goal, &own, |_| true);
            let shown = if goal.trip.is_some() { u32::MAX } else { all_items(goal) };
            let progress = &mut self.progress[at];
            if progress.stage == Stage::Unsaid && (said || goal.kind == Kind::Question && own.does(Act::Question)) {
                progress.stage = Stage::Raised;
            }
            if said {
                progress.shown |= shown;
                progress.said_at = self.turn;
            }
            if agrees && heard.does(Act::Propose) && progress.stage == Stage::Raised {
                progress.stage = Stage::Agreed;
            }
        }
        if self.turn == 0 && self.progress.iter().all(|progress| progress.stage == Stage::Unsaid) {
            // Something was wanted; what, nobody can tell.
            if let Some(first) = self.progress.first_mut() {
                first.stage = Stage::Raised;
                first.shown = u32::MAX;
            }
        }
        self.pass(heard.text, true);
    }

    fn pass(&mut self, heard: String, moved: bool) {
        self.idle = match (moved, heard == self.last_heard) {
            (true, false) => 0,
            (true, true) => self.idle,
            (false, same) => self.idle + 1 + u8::from(same),
        };
        self.last_heard = heard;
        self.turn += 1;
    }

    const fn voice(&self) -> Voice {
        Voice { seed: self.seed, turn: self.turn }
    }

    /// A goal, or the alternative that has taken its place.
    fn goal(&self, at: usize) -> &'a Goal {
        let goal = &self.agenda.goals[at];
        match &goal.instead {
            Some(instead) if self.progress[at].instead => instead,
            _ => goal,
        }
    }

    fn open_goals(&self) -> Vec<usize> {
        (0..self.progress.len()).filter(|at| self.progress[*at].is_open()).collect()
    }

    // What to say first.

    fn open(&mut self, heard: &Heard) -> String {
        let voice = self.voice();
        let all = self.style == Style::AllAtOnce;
        let mut said = Vec::new();
        if all {
            self.introduce(&mut said);
        }
        let mut at = 0;
        while at < self.progress.len() {
            let together = at > 0 && self.agenda.goals[at].raise == Raise::Together;
            if at > 0 && !all && !together {
                break;
            }
            let request = self.raise(at);
            // What is asked in one breath stands in the words of the first.
            let head = (0..at).rev().find(|before| self.agenda.goals[*before].raise != Raise::Together).unwrap_or(0);
            if !together || self.agenda.goals[head].words.is_none() {
                said.push(request);
            }
            if all {
                self.add_facts(at, &mut said);
            }
            at += 1;
        }
        if !all {
            self.identify(heard, &mut said);
        }
        said.dedup();
        format!("{}{}", voice.greeting(), uncapital(&said.join(" ")))
    }

    fn introduce(&mut self, said: &mut Vec<String>) {
        let who = &self.agenda.who;
        said.push(self.voice().name(who));
        self.given[1] = who.zip.is_some();
        if let Some(email) = &who.email {
            said.push(format!("My e-mail is {email}."));
            self.given[0] = true;
        }
        if let Some(id) = &who.user_id {
            said.push(format!("My user id is {id}."));
            self.given[2] = true;
        }
    }

    /// What a customer who says all at once adds to a request.
    fn add_facts(&mut self, at: usize, said: &mut Vec<String>) {
        let goal = self.goal(at);
        if let Some(reason) = goal.reason.as_ref().filter(|_| goal.trip.is_none() || goal.kind == Kind::Cancel) {
            said.push(format!("{reason}."));
            self.progress[at].tell(Fact::Reason);
        }
        if self.add_trip_facts(at, said) {
            return;
        }
        if goal.kind == Kind::Swap && !goal.pay.is_empty() {
            said.push(match goal.pay.as_slice() {
                [only] => format!("My {} pays the difference.", only.say),
                pay => format!("For the difference: {}", speak::payment(pay)),
            });
            self.progress[at].tell(Fact::Pay);
        }
        if let Some(refund) = goal.refund.as_ref().filter(|refund| !refund.held_back) {
            said.push(if refund.original {
                "The money should go back to how I paid.".to_owned()
            } else {
                format!("The money should go to my {}.", refund.to.say)
            });
            self.progress[at].tell(Fact::Refund);
        }
    }

    /// Raises a goal and says its request.
    fn raise(&mut self, at: usize) -> String {
        let goal = self.goal(at);
        self.progress[at].shown |= goal.trip.as_ref().map_or(0, air::at_once);
        let hidden = |item: &ItemWish| item.reveal != Reveal::AtOnce;
        for (position, item) in goal.items.iter().enumerate() {
            if !hidden(item) {
                self.progress[at].shown |= bit(position);
            }
        }
        if self.progress[at].stage == Stage::Unsaid {
            self.progress[at].stage = Stage::Raised;
        }
        if goal.kind == Kind::Payment {
            self.progress[at].tell(Fact::Pay);
        }
        self.say_again(at)
    }

    fn say_again(&mut self, at: usize) -> String {
        self.progress[at].said_at = self.turn;
        if let Some(words) = self.trip_request(at) {
            return words;
        }
        let items = self.items(at, |progress, position| progress.shown & bit(position) != 0);
        self.voice().request(self.goal(at), &items)
    }

    /// Items of a goal as they are to be said: what a hesitant customer wants at first, or what they want.
    fn items(&self, at: usize, which: impl Fn(&Progress, usize) -> bool) -> Vec<Item<'a>> {
        let (goal, progress) = (self.goal(at), self.progress[at]);
        let hesitates = self.hesitates(at);
        let chosen = goal.items.iter().enumerate();
        let chosen =
            chosen.filter(|(position, _)| progress.dropped & bit(*position) == 0 && which(&progress, *position));
        chosen
            .map(|(_, wish)| {
                let real = wish.to.as_ref();
                match wish.decoy.as_ref().filter(|_| hesitates) {
                    Some(decoy) => Item { wish, to: Some(&decoy.say), fallback: None },
                    None => Item {
                        wish,
                        to: real.map(|to| to.say.as_str()),
                        fallback: wish.fallback.as_ref().map(|fallback| fallback.say.as_str()),
                    },
                }
            })
            .collect()
    }

    /// Whether what was asked for is not yet what is wanted.
    fn hesitates(&self, at: usize) -> bool {
        let goal = self.goal(at);
        self.style == Style::ChangesMind
            && goal.words.is_none()
            && !self.progress[at].corrected
            && (goal.items.iter().any(|item| item.decoy.is_some()) || goal.trip.as_ref().is_some_and(air::has_decoy))
    }

    // What the agent's words settle.

    fn absorb(&mut self, heard: &Heard) {
        let open = self.open_goals();
        let done = heard.does(Act::Done);
        let mut settled = Vec::new();
        if done {
            let made: Vec<&super::hear::Sentence> = heard.sentences.iter().filter(|own| own.made).collect();
            let told = made.iter().map(|own| &heard.text[own.start..own.end]).collect::<Vec<_>>().join("\n");
            let concerned = |at: &usize| vet::concerns(self.goal(*at), heard, |sentence| sentence.made);
            settled = self.narrowed(&told, open.iter().copied().filter(concerned));
            if settled.is_empty() {
                let agreed = |at: &usize| self.progress[*at].stage == Stage::Agreed;
                settled = open.iter().copied().filter(|at| self.goal(*at).kind != Kind::Question).collect();
                if settled.len() > 1 {
                    settled.retain(agreed);
                }
            }
        }
        for at in &open {
            let progress = self.progress[*at];
            let goal = self.goal(*at);
            if heard.all & lex::GIFT != 0 && heard.all & lex::SHORT != 0 {
                self.progress[*at].tell(Fact::Short);
            }
            let agreed = progress.stage == Stage::Agreed && !heard.does(Act::Propose);
            if agreed && heard.does(Act::AskElse) && !heard.asks() {
                settled.push(*at);
            }
            if goal.kind == Kind::Question && self.is_answer(*at, heard) {
                settled.push(*at);
            }
        }
        for at in settled {
            self.progress[at].stage = Stage::Settled;
        }
    }

    /// Of several goals that a message may be about, those whose order or products it names.
    fn narrowed(&self, text: &str, goals: impl Iterator<Item = usize>) -> Vec<usize> {
        let goals: Vec<usize> = goals.collect();
        let order = |at: usize| self.goal(at).order.as_ref();
        let by_id = |at: &usize| order(*at).is_some_and(|order| text.contains(&order.id.to_lowercase()));
        if goals.iter().any(by_id) {
            return goals.into_iter().filter(|at| by_id(at) || order(*at).is_none()).collect();
        }
        let by_trip = |at: &usize| self.goal(*at).trip.as_ref().is_some_and(|trip| air::is_named(trip, text));
        if goals.iter().any(by_trip) {
            return goals.into_iter().filter(by_trip).collect();
        }
        let by_product =
            |at: &usize| order(*at).is_some_and(|order| order.products.iter().any(|name| names(text, name)));
        if goals.len() > 1 && goals.iter().any(by_product) {
            return goals.into_iter().filter(|at| by_product(at) || order(*at).is_none()).collect();
        }
        goals
    }

    /// Whether a message answers a question: with a figure if it was just asked, or with one about the same thing.
    fn is_answer(&self, at: usize, heard: &Heard) -> bool {
        if heard.asks() || heard.does(Act::Propose) {
            return false;
        }
        let just_asked = self.progress[at].said_at + 1 == self.turn;
        if just_asked {
            let told = heard.sentences.iter().any(|sentence| {
                let words = heard.text[sentence.start..sentence.end].split_whitespace().count();
                !sentence.question && words >= 5 && sentence.meanings & (lex::WAIT | lex::FIND) == 0
            });
            return !heard.figures.is_empty() || told && !heard.does(Act::Wait);
        }
        let words = self.goal(at).words.as_deref().unwrap_or_default().to_lowercase();
        heard.figures.iter().any(|(start, end)| {
            let sentence = &heard.text[*start..*end];
            let cues = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() > 3);
            cues.filter(|cue| {
                !matches!(
                    *cue,
                    "much"
                        | "many"
                        | "dollars"
                        | "what"
                        | "that"
                        | "back"
                        | "with"
                        | "from"
                        | "want"
                        | "know"
                        | "order"
                )
            })
            .filter(|cue| super::words::holds(sentence, cue))
            .count()
                >= 2
                || ["in all", "in total", "altogether", "together", "left on"].iter().any(|cue| sentence.contains(cue))
        })
    }
}

const fn bit(position: usize) -> u32 {
    if position < 32 { 1 << position } else { 0 }
}

fn all_items(goal: &Goal) -> u32 {
    (0..goal.items.len()).fold(0, |all, position| all | bit(position))
}

/// A sentence as it stands inside another; "I" keeps its letter.
fn uncapital(sentence: &str) -> String {
    let mut words = sentence.chars();
    let first = words.next();
    let second = words.clone().next();
    match (first, second) {
        (Some('I'), Some(' ' | '\'')) | (None, _) => sentence.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(words).collect(),
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
