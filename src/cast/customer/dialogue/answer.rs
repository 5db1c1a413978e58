//! What to say next: the parts of an answer, and their order.

use super::{Dialogue, STOP, bit, uncapital};
use crate::cast::customer::agenda::{Kind, Raise, Reveal};
use crate::cast::customer::hear::{Act, Heard};
use crate::cast::customer::progress::{Fact, Stage};
use crate::cast::customer::speak;

impl Dialogue<'_> {
    pub(super) fn answer(&mut self, heard: &Heard) -> String {
        let leaves = heard.does(Act::Bye) && !heard.does(Act::Question) && !heard.does(Act::AskMore);
        if leaves || self.leaving {
            return STOP.to_owned();
        }
        let open_before = self.open_goals();
        self.absorb(heard);
        let mut said = Vec::new();
        self.speak_up(&open_before, &mut said);
        self.identify(heard, &mut said);
        let blocked = self.mind_the_price(heard, &mut said);
        if heard.does(Act::Propose) && !blocked {
            self.decide(heard, &mut said);
        } else if heard.does(Act::Refuse) && !heard.does(Act::Done) && !blocked {
            self.take_refusal(heard, &mut said);
        }
        self.give_facts(heard, &mut said);
        if heard.does(Act::AskMore) {
            self.tell_more(heard, &mut said);
        }
        self.go_on(heard, &open_before, &mut said);
        if said.is_empty() { STOP.to_owned() } else { said.join(" ") }
    }

    /// Says that what was done is not what is wanted after all, where nobody has asked before doing it.
    fn speak_up(&mut self, open_before: &[usize], said: &mut Vec<String>) {
        for at in open_before {
            if self.progress[*at].stage == Stage::Settled && self.hesitates(*at) {
                let progress = &mut self.progress[*at];
                progress.corrected = true;
                progress.stage = Stage::Raised;
                // It may be too late: the next refusal is accepted.
                progress.refused = 1;
                said.push(format!("Oh, {}", self.real_wish(*at)));
            }
        }
    }

    /// Says who they are, as far as that is asked and known.
    pub(super) fn identify(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let who = &self.agenda.who;
        let voice = self.voice();
        let (email, zip) = (heard.does(Act::AskEmail), heard.does(Act::AskZip));
        let user_id = heard.does(Act::AskUserId);
        if !(email || zip || user_id || heard.does(Act::AskIdentity)) {
            return;
        }
        let mut missing: Vec<&str> = Vec::new();
        if user_id && who.user_id.is_none() && !email && !zip {
            missing.push("my user id");
        }
        if email && who.email.is_none() && !zip {
            missing.push("my e-mail address");
        }
        if zip && who.zip.is_none() && !email {
            missing.push("the zip code");
        }
        if !missing.is_empty() {
            said.push(format!("I don't have {} at hand.", missing.join(" and ")));
        }
        if let Some(id) = who.user_id.as_ref().filter(|_| user_id || heard.does(Act::AskIdentity)) {
            said.push(format!("My user id is {id}."));
            self.given[2] = true;
        }
        match (&who.email, &who.zip) {
            (Some(own), _) if email || !zip || who.zip.is_none() => {
                if zip && !email {
                    said.push(voice.name(who));
                }
                said.push(voice.email(own));
                self.given[0] = true;
            }
            (_, Some(_)) => {
                said.push(voice.name(who));
                self.given[1] = true;
            }
            _ => said.push(voice.name(who)),
        }
    }

    /// Drops what turns out too dear. Answers whether a proposal is dealt with by that.
    fn mind_the_price(&mut self, heard: &Heard, said: &mut Vec<String>) -> bool {
        let mut blocked = self.mind_the_fare(heard, said);
        for at in self.open_goals() {
            let goal = self.goal(at);
            let Some(limit) = &goal.limit else { continue };
            let drops = limit.drops.iter().fold(0, |all, position| all | bit(*position));
            let progress = self.progress[at];
            if progress.dropped & drops == drops || progress.stage == Stage::Agreed {
                continue;
            }
            let dropped = self.items(at, |_, position| drops & bit(position) != 0);
            let kept = self.items(at, |_, position| drops & bit(position) == 0);
            let (dropped, kept) = (speak::named(&dropped), speak::named(&kept));
            let no = if heard.does(Act::Propose) { "No, that" } else { "That" };
            if heard.extra.is_some_and(|extra| extra > limit.cents) {
                self.progress[at].dropped |= drops;
                said.push(format!(
                    "{no} is more than {} extra, so I keep {dropped}. Please exchange only {kept}.",
                    speak::dollars(limit.cents)
                ));
                blocked = heard.does(Act::Propose);
            } else if heard.does(Act::Propose) && heard.extra.is_none() && !progress.told(Fact::Limit) {
                self.progress[at].tell(Fact::Limit);
                said.push(format!(
                    "How much is that? If {} more than {} extra, I want to exchange only {kept}.",
                    limit.subject,
                    speak::dollars(limit.cents)
                ));
                blocked = true;
            }
        }
        blocked
    }

    /// Answers whether there is more.
    fn tell_more(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let open = self.open_goals();
        let mut more = Vec::new();
        for at in 0..self.progress.len() {
            if self.progress[at].stage == Stage::Unsaid {
                continue;
            }
            if self.progress[at].is_open() && self.hesitates(at) {
                self.progress[at].corrected = true;
                let also = self.reveal_words(at, Reveal::WhenAsked);
                let wish = self.real_wish(at);
                more.push(if also.is_empty() { wish } else { wish.clone() });
                continue;
            }
            let also = self.reveal_words(at, Reveal::WhenAsked);
            if !also.is_empty() {
                if self.progress[at].stage == Stage::Settled {
                    self.progress[at].stage = Stage::Raised;
                    self.progress[at].refused = 1;
                }
                more.push(format!("also {also}."));
            }
        }
        // What else is wanted in the same order, before anything is done to it.
        let orders: Vec<&str> =
            open.iter().filter_map(|at| self.goal(*at).order.as_ref()).map(|order| order.id.as_str()).collect();
        let same: Vec<usize> = (0..self.progress.len())
            .filter(|at| self.progress[*at].stage == Stage::Unsaid)
            .filter(|at| self.goal(*at).kind.changes_order())
            .filter(|at| self.goal(*at).order.as_ref().is_some_and(|order| orders.contains(&order.id.as_str())))
            .collect();
        for at in same {
            more.push(self.raise(at));
        }
        more.dedup();
        if !more.is_empty() {
            let yes = if heard.does(Act::Propose) { "Before that: " } else { "Yes, " };
            let mut words = more.join(" ");
            if words.starts_with("also") || words.starts_with("I have") {
                words = format!("{yes}{words}");
            } else {
                words = format!("{yes}{}", uncapital(&words));
            }
            said.push(words);
        } else if !open.is_empty() && said.is_empty() {
            let first = open[0];
            // What was done was something else: an open trip is none of it.
            let done = heard.does(Act::Done) && self.goal(first).trip.is_none();
            let passed_over = heard.does(Act::AskElse) && !done;
            if passed_over && !self.progress[first].told(Fact::Again) {
                self.progress[first].tell(Fact::Again);
                said.push(format!("Yes, I still want this: {}", self.say_again(first)));
            } else if passed_over {
                self.progress[first].stage = Stage::Settled;
            } else {
                said.push(self.voice().no_more_here().to_owned());
            }
        }
    }

    /// Raises what comes next, waits, or leaves.
    fn go_on(&mut self, heard: &Heard, open_before: &[usize], said: &mut Vec<String>) {
        let open = self.open_goals();
        let voice = self.voice();
        let just_settled = open_before.iter().any(|at| !self.progress[*at].is_open());
        let only_questions = !open.is_empty() && open.iter().all(|at| self.goal(*at).kind == Kind::Question);
        if only_questions && just_settled && said.is_empty() {
            let question = self.say_again(open[0]);
            said.push(question);
            return;
        }
        if open.is_empty() {
            let next = (0..self.progress.len()).find(|at| self.progress[*at].stage == Stage::Unsaid);
            if let Some(next) = next {
                let request = self.raise(next);
                let mut after = next + 1;
                while after < self.progress.len() && self.agenda.goals[after].raise == Raise::Together {
                    self.raise(after);
                    after += 1;
                }
                let start = if !said.is_empty() {
                    ""
                } else if heard.does(Act::AskMore) {
                    voice.choose("next", &["Yes. ", "Yes, please. ", "Yes, there is. "])
                } else {
                    voice.choose("next", &["", "Thank you. ", "Good, thank you. "])
                };
                said.push(format!("{start}{request}"));
            } else if heard.does_any(&[Act::AskMore, Act::Question]) && said.is_empty() {
                self.leaving = true;
                said.push(voice.that_is_all().to_owned());
            } else if !said.is_empty() {
                self.leaving = true;
            }
            return;
        }
        if !said.is_empty() {
            return;
        }
        if heard.does(Act::NotFound) {
            self.look_again(open[0], said);
        } else if heard.does(Act::Question) {
            said.push(self.say_again(open[0]));
        } else if heard.does(Act::Transfer) {
            said.push("All right, thank you.".to_owned());
        } else {
            said.push(
                voice.choose("wait", &["All right.", "Thank you, I'll wait.", "Okay, take your time."]).to_owned(),
            );
        }
    }

    /// The agent has not found something: says all that may help.
    fn look_again(&mut self, at: usize, said: &mut Vec<String>) {
        let who = &self.agenda.who;
        said.push(self.voice().name(who));
        if let Some(email) = &who.email {
            said.push(format!("My e-mail is {email}."));
        }
        said.push(self.say_again(at));
    }
}
