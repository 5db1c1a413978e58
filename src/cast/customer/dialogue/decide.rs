//! Yes and no: proposals checked against what is wanted, and refusals taken.

use super::{Dialogue, air, bit, capital, uncapital};
use crate::cast::customer::agenda::{ItemWish, Kind, Refusal, Reveal};
use crate::cast::customer::hear::{Act, Heard, Sentence};
use crate::cast::customer::lexicon as lex;
use crate::cast::customer::progress::{Fact, Stage};
use crate::cast::customer::speak::Item;
use crate::cast::customer::vet;

impl<'a> Dialogue<'a> {
    /// Says yes or no to a proposal.
    pub(super) fn decide(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let open = self.open_goals();
        let counts = |sentence: &Sentence| {
            sentence.meanings & lex::CANNOT == 0
                && !(sentence.meanings & lex::NOT != 0 && sentence.meanings & lex::CAN != 0)
        };
        let mut open = open;
        open.extend(self.foreseen(heard));
        self.take_alternatives(heard, &open, counts);
        let about = open.iter().copied().filter(|at| vet::concerns(self.goal(*at), heard, counts));
        let counted = self.counted(heard, counts);
        let mut about = self.narrowed(&counted, about);
        let named = heard.proposed & (lex::CANCEL | lex::RETURN | lex::EXCHANGE);
        let told = |at: &usize| {
            let address = self.goal(*at).address.as_ref();
            address.is_some_and(|address| heard.text.contains(&address.address1.to_lowercase()))
        };
        if about.iter().any(told) {
            about.retain(|at| self.goal(*at).address.is_none() || told(at));
        }
        if about.is_empty() && named == 0 {
            about = open.iter().copied().filter(|at| self.goal(*at).kind != Kind::Question).collect();
        }
        if about.is_empty() {
            about = self.reopened(heard);
        }
        if about.is_empty() {
            if !heard.asks() {
                self.decline(&open, said);
            }
            return;
        }
        let mut objections = Vec::new();
        let mut additions = Vec::new();
        for at in &about {
            let goal = self.goal(*at);
            let hands_over = heard.proposed & lex::TRANSFER != 0;
            let wanted = self.is_wanted(*at, heard);
            if let Some(words) = goal.declines.as_ref().filter(|_| !hands_over && !wanted) {
                objections.push(words.clone());
                continue;
            }
            if self.hesitates(*at) {
                self.progress[*at].corrected = true;
                self.reveal_words(*at, Reveal::WhenConfirming);
                objections.push(self.real_wish(*at));
                continue;
            }
            let also = self.reveal_words(*at, Reveal::WhenConfirming);
            if !also.is_empty() {
                objections.push(format!("wait, I also want {also}."));
                continue;
            }
            let wanted: Vec<&ItemWish> = self.items(*at, |_, _| true).iter().map(|item| item.wish).collect();
            let verdict = vet::vet(goal, &self.progress[*at], &wanted, heard);
            for fact in verdict.told {
                self.progress[*at].tell(fact);
            }
            objections.extend(verdict.objections);
            additions.extend(verdict.additions);
        }
        if objections.is_empty() {
            for at in about {
                self.progress[at].stage = Stage::Agreed;
            }
            said.push(self.voice().yes().to_owned());
            said.extend(additions);
            return;
        }
        let mut given_up = false;
        for at in about {
            self.progress[at].objected += 1;
            if self.progress[at].objected > 3 {
                self.progress[at].stage = Stage::Settled;
                given_up = true;
            }
        }
        objections.dedup();
        said.push(if given_up {
            "No. Then please leave it as it is.".to_owned()
        } else {
            let (first, rest) = objections.split_at(1);
            let rest: String = rest.iter().map(|objection| format!(" {}", capital(objection))).collect();
            format!("No, {}{rest}", uncapital(&first.concat()))
        });
    }

    /// Raises goals that the agent proposes before the customer has asked for them: known by an order's number that no
    /// open goal has, or as the profile's address.
    fn foreseen(&mut self, heard: &Heard) -> Vec<usize> {
        let numbers = |at: usize| {
            let goal = self.goal(at);
            let trip = goal.trip.as_ref().is_some_and(|trip| air::is_named(trip, &heard.text));
            trip || goal.order.as_ref().is_some_and(|order| heard.text.contains(&order.id.to_lowercase()))
        };
        let open = self.open_goals();
        let expected = open.iter().any(|at| numbers(*at));
        let profile = open.iter().any(|at| self.goal(*at).kind == Kind::ProfileAddress);
        let unsaid = (0..self.progress.len()).filter(|at| self.progress[*at].stage == Stage::Unsaid);
        let foreseen: Vec<usize> = unsaid
            .filter(|at| !expected && numbers(*at) || !profile && self.goal(*at).kind == Kind::ProfileAddress)
            .filter(|at| vet::concerns(self.goal(*at), heard, |_| true))
            .collect();
        for at in &foreseen {
            self.raise(*at);
        }
        foreseen
    }

    /// Goals that were settled, and that a proposal takes up again: what was tried may have failed.
    fn reopened(&self, heard: &Heard) -> Vec<usize> {
        let settled = (0..self.progress.len()).filter(|at| self.progress[*at].stage == Stage::Settled);
        let meant = settled.filter(|at| vet::concerns(self.goal(*at), heard, |_| true));
        self.narrowed(&heard.text, meant.filter(|at| self.progress[*at].objected <= 3))
    }

    /// Puts an alternative in a goal's place where that is what the agent speaks of.
    pub(super) fn take_alternatives(
        &mut self,
        heard: &Heard,
        open: &[usize],
        counts: impl Fn(&Sentence) -> bool + Copy,
    ) {
        for at in open {
            let goal = &self.agenda.goals[*at];
            if let Some(instead) = goal.instead.as_deref().filter(|_| !self.progress[*at].instead)
                && vet::concerns(instead, heard, counts)
                && (!vet::concerns(goal, heard, counts) || heard.does(Act::Refuse))
            {
                self.progress[*at].instead = true;
            }
        }
    }

    pub(super) fn decline(&mut self, open: &[usize], said: &mut Vec<String>) {
        let Some(at) = open.first().copied() else {
            said.push("No, thank you.".to_owned());
            return;
        };
        self.progress[at].objected += 1;
        if self.progress[at].objected > 2 {
            self.progress[at].stage = Stage::Settled;
            said.push("No. Then please leave it as it is.".to_owned());
        } else if let Some(words) = &self.goal(at).declines {
            said.push(format!("No. {words}"));
        } else {
            said.push(format!("No, thank you. {}", self.say_again(at)));
        }
    }

    /// What is really wanted, as a clause after "No, ".
    pub(super) fn real_wish(&self, at: usize) -> String {
        if let Some(trip) = &self.goal(at).trip {
            return air::real_wish(trip);
        }
        let items = self.items(at, |progress, position| progress.shown & bit(position) != 0);
        let mut wish = String::from("I have changed my mind: ");
        let wishes: Vec<String> = items
            .iter()
            .map(|item| {
                let fallback = item.fallback.map(|other| format!(" (if that is not in stock, {other})"));
                format!(
                    "instead of {} I want {}{}",
                    item.wish.say,
                    item.to.unwrap_or_default(),
                    fallback.unwrap_or_default()
                )
            })
            .collect();
        wish.push_str(&wishes.join(", and "));
        wish.push('.');
        wish
    }

    /// Shows hidden items up to this degree of hiding; answers with those that are new.
    pub(super) fn reveal(&mut self, at: usize, degree: Reveal) -> Vec<Item<'a>> {
        let goal = self.goal(at);
        let mut new = 0;
        for (position, item) in goal.items.iter().enumerate() {
            let due = item.reveal == Reveal::WhenConfirming || degree == Reveal::WhenAsked;
            if due && self.progress[at].shown & bit(position) == 0 {
                new |= bit(position);
            }
        }
        self.progress[at].shown |= new;
        self.items(at, |_, position| new & bit(position) != 0)
    }

    pub(super) fn take_refusal(&mut self, heard: &Heard, said: &mut Vec<String>) {
        if heard.asks()
            && (heard.does(Act::Question) && !heard.does(Act::AskMore))
            && heard.all & (lex::SHORT | lex::STOCK) == 0
        {
            return;
        }
        let open = self.open_goals();
        let refusing = |sentence: &Sentence| sentence.meanings & (lex::CANNOT | lex::NOT | lex::SORRY) != 0;
        let mut about: Vec<usize> =
            open.iter().copied().filter(|at| vet::concerns(self.goal(*at), heard, refusing)).collect();
        if about.is_empty() {
            about = open.first().copied().into_iter().collect();
        }
        for at in about {
            let goal = self.goal(at);
            let more_to_pay_with = goal.pay.len() > 1 && heard.all & lex::GIFT != 0 && heard.all & lex::SHORT != 0;
            if more_to_pay_with {
                self.progress[at].tell(Fact::Short);
                if !heard.does(Act::AskPayment) {
                    said.push(format!("Then my {}, please.", goal.pay[1].say));
                }
                continue;
            }
            let fallback = goal.items.iter().find_map(|item| item.fallback.as_ref());
            if let Some(fallback) = fallback.filter(|_| heard.all & lex::STOCK != 0 && self.progress[at].refused == 0) {
                self.progress[at].refused += 1;
                said.push(format!("Then {}, please.", fallback.say));
                continue;
            }
            if self.agenda.goals[at].instead.is_some() && !self.progress[at].instead {
                self.progress[at].instead = true;
                said.push(self.say_again(at));
                continue;
            }
            self.progress[at].refused += 1;
            let accepts = goal.refusal == Refusal::Accept || goal.kind == Kind::Question;
            if accepts || self.progress[at].refused > 1 {
                self.progress[at].stage = Stage::Settled;
                let wordings = [
                    "All right, then leave it as it is.",
                    "I see. Then leave it as it is.",
                    "Fine, then leave everything as it is.",
                ];
                said.push(self.voice().choose("accept", &wordings).to_owned());
            } else if let Some(words) = &goal.insists {
                said.push(words.clone());
            } else {
                said.push(format!("Are you sure that it can't be done? {}", self.say_again(at)));
            }
        }
    }
}
