//! Trips in the conversation: what is told of them, when, and at which price they are given up.

use super::Dialogue;
use crate::cast::customer::agenda::{Kind, Reveal};
use crate::cast::customer::air::{CABIN, TripWish, speak, vet};
use crate::cast::customer::hear::{Act, Heard, Sentence};
use crate::cast::customer::lexicon as lex;
use crate::cast::customer::progress::{Fact, Stage};
use crate::cast::customer::speak::{also, dollars};
use crate::cast::customer::words::holds;

pub(super) use crate::cast::customer::air::speak::at_once;

/// What is asked about trips only.
const ASKS: [Act; 7] =
    [Act::AskTrip, Act::AskFlight, Act::AskCabin, Act::AskPassengers, Act::AskBags, Act::AskInsurance, Act::AskFlown];

/// Whether a customer who changes their mind says something else first.
pub(super) const fn has_decoy(trip: &TripWish) -> bool {
    trip.cabin_decoy.is_some() || trip.bags_decoy.is_some()
}

/// What is really wanted, as a clause after "No, ".
pub(super) fn real_wish(trip: &TripWish) -> String {
    match (&trip.bags_decoy, trip.bags, &trip.cabin) {
        (Some(_), Some(bags), _) => format!("I have changed my mind: I want {bags} checked bags in all."),
        (_, _, Some(cabin)) => format!("I have changed my mind: I want to sit in {cabin}."),
        _ => "I have changed my mind.".to_owned(),
    }
}

/// Whether a text names the trip: by its number, or where it names none, by where it goes.
pub(super) fn is_named(trip: &TripWish, text: &str) -> bool {
    if trip.reservation.is_empty() {
        return false;
    }
    text.contains(&trip.reservation.to_lowercase())
        || vet::reservations(text).is_empty() && holds(text, &trip.to.to_lowercase())
}

/// The answer to which reservation it is.
pub(super) fn number(trip: &TripWish) -> Option<String> {
    if trip.reservation.is_empty() {
        None
    } else if trip.known {
        Some(format!("It is reservation {}.", trip.reservation))
    } else {
        Some(format!("I don't know the reservation number. It is {}.", speak::the_trip(trip)))
    }
}

impl Dialogue<'_> {
    /// The request of a goal that is about a trip.
    pub(super) fn trip_request(&self, at: usize) -> Option<String> {
        let goal = self.goal(at);
        let trip = goal.trip.as_ref()?;
        Some(speak::request(self.voice(), goal, trip, self.progress[at].shown, self.hesitates(at)))
    }

    /// What a customer who says all at once adds to such a request. Answers whether it is one.
    pub(super) fn add_trip_facts(&mut self, at: usize, said: &mut Vec<String>) -> bool {
        let goal = self.goal(at);
        let Some(trip) = &goal.trip else { return false };
        if goal.kind == Kind::Book {
            said.push(format!("I fly in {}.", self.cabin_to_say(at, trip)));
            said.extend(speak::passengers(goal, trip));
            said.extend(speak::bags(trip));
            if !trip.insurance_held_back {
                said.push(speak::insurance(trip).to_owned());
            }
        }
        said.extend(speak::payment(goal, trip));
        self.progress[at].tell(Fact::Pay);
        true
    }

    fn cabin_to_say(&self, at: usize, trip: &TripWish) -> String {
        let decoy = trip.cabin_decoy.clone().filter(|_| self.hesitates(at));
        decoy.or_else(|| trip.cabin(self.progress[at].dropped).map(str::to_owned)).unwrap_or_default()
    }

    /// Shows parts that were held back up to this degree; answers with the words for those that are new.
    pub(super) fn reveal_words(&mut self, at: usize, degree: Reveal) -> String {
        let Some(trip) = &self.goal(at).trip else {
            let new = self.reveal(at, degree);
            return if new.is_empty() { String::new() } else { also(&new) };
        };
        let (new, words) = speak::held_back(trip, self.progress[at].shown, degree);
        self.progress[at].shown |= new;
        words
    }

    /// The message without the sentences that do not count, where trips are spoken of.
    pub(super) fn counted(&self, heard: &Heard, counts: impl Fn(&Sentence) -> bool) -> String {
        if self.agenda.goals.iter().all(|goal| goal.trip.is_none()) {
            return heard.text.clone();
        }
        let sentences = heard.sentences.iter().filter(|sentence| counts(sentence));
        sentences.map(|sentence| &heard.text[sentence.start..sentence.end]).collect::<Vec<_>>().join("\n")
    }

    /// Whether what is proposed is just what was asked for a trip. Nobody declines that.
    pub(super) fn is_wanted(&self, at: usize, heard: &Heard) -> bool {
        let goal = self.goal(at);
        let Some(trip) = &goal.trip else { return false };
        let speaks_of = |kind: Kind| match kind {
            Kind::Cancel => heard.proposed & lex::CANCEL != 0,
            Kind::Change => {
                trip.legs.iter().flat_map(|leg| &leg.flights).all(|own| holds(&heard.text, &own.to_lowercase()))
            }
            _ => false,
        };
        speaks_of(goal.kind) && vet::objections(goal, trip, &self.progress[at], heard).is_empty()
    }

    /// Answers what is asked about the open trips.
    pub(super) fn give_trip_facts(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let mut answers: Vec<String> = Vec::new();
        for at in self.open_goals() {
            let goal = self.goal(at);
            let Some(trip) = &goal.trip else { continue };
            let shown = self.progress[at].shown;
            // An answer that was not given before takes the conversation on.
            for act in ASKS {
                self.progress[at].answered |= u32::from(heard.does(act)) << act as u32;
            }
            if heard.does(Act::AskTrip) {
                answers.extend(speak::journey(goal, trip));
            } else if heard.does(Act::AskFlight) {
                answers.extend(speak::flights(trip, &heard.text, shown));
            }
            if heard.does(Act::AskCabin) && shown & (1 << CABIN) != 0 {
                answers.push(format!("In {}, please.", self.cabin_to_say(at, trip)));
            }
            if heard.does(Act::AskPassengers) {
                answers.extend(speak::passengers(goal, trip));
            }
            if heard.does(Act::AskBags) {
                answers.extend(speak::bags(trip));
            }
            if heard.does(Act::AskInsurance) && goal.kind == Kind::Book {
                answers.push(speak::insurance(trip).to_owned());
            }
            let told = goal.answers.iter().any(|own| own.cues.iter().any(|cue| holds(&heard.text, cue)));
            if heard.does(Act::AskFlown) && !told {
                answers.push("No, not yet.".to_owned());
            }
        }
        answers.dedup();
        said.extend(answers);
    }

    /// Gives up what turns out too dear. Answers whether a proposal is dealt with by that.
    pub(super) fn mind_the_fare(&mut self, heard: &Heard, said: &mut Vec<String>) -> bool {
        let amount = heard.sentences.iter().filter(|sentence| !sentence.question).filter_map(|own| own.amount).max();
        let mut blocked = false;
        for at in self.open_goals() {
            let goal = self.goal(at);
            let Some(limit) = goal.trip.as_ref().and_then(|trip| trip.limit.as_ref()) else { continue };
            let progress = self.progress[at];
            let given_up = progress.dropped & (1 << CABIN) != 0;
            if given_up || progress.stage == Stage::Agreed || !heard.does(Act::Propose) {
                continue;
            }
            if amount.is_some_and(|amount| amount > limit.cents) {
                self.progress[at].dropped |= 1 << CABIN;
                let more = format!("No, that is more than {}", dollars(limit.cents));
                said.push(if let Some(cabin) = &limit.cabin {
                    format!("{more}. I want to sit in {cabin} then.")
                } else {
                    self.progress[at].stage = Stage::Settled;
                    format!("{more}. Then please leave everything as it is.")
                });
                blocked = true;
            } else if amount.is_none() && !progress.told(Fact::Limit) {
                self.progress[at].tell(Fact::Limit);
                said.push(format!(
                    "How much is that? If {} more than {}, I want something else.",
                    limit.subject,
                    dollars(limit.cents)
                ));
                blocked = true;
            }
        }
        blocked
    }
}
