//! The conversation from the customer's side: what was said and settled so far, and what to say next.

use super::agenda::{Agenda, Goal, ItemWish, Kind, Raise, Refusal, Reveal, Style};
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
            let shown = all_items(goal);
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
            if !together || self.agenda.goals[at - 1].words.is_none() {
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
        format!("{}{}", voice.greeting(), said.join(" "))
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
        if let Some(reason) = &goal.reason {
            said.push(format!("{reason}."));
            self.progress[at].tell(Fact::Reason);
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
            && !self.progress[at].corrected
            && (goal.items.iter().any(|item| item.decoy.is_some())
                || goal.kind == Kind::Return && goal.refund.as_ref().is_some_and(|refund| !refund.original))
    }

    // What the agent's words settle.

    fn absorb(&mut self, heard: &Heard) {
        let open = self.open_goals();
        let done = heard.does(Act::Done);
        let mut settled = Vec::new();
        if done {
            let told = |sentence: &super::hear::Sentence| !sentence.question;
            settled =
                self.narrowed(heard, open.iter().copied().filter(|at| vet::concerns(self.goal(*at), heard, told)));
            let others: Vec<usize> = open.iter().copied().filter(|at| self.goal(*at).kind != Kind::Question).collect();
            if settled.is_empty() && others.len() == 1 {
                settled = others;
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
    fn narrowed(&self, heard: &Heard, goals: impl Iterator<Item = usize>) -> Vec<usize> {
        let goals: Vec<usize> = goals.collect();
        let order = |at: usize| self.goal(at).order.as_ref();
        let by_id = |at: &usize| order(*at).is_some_and(|order| heard.text.contains(&order.id.to_lowercase()));
        if goals.iter().any(by_id) {
            return goals.into_iter().filter(|at| by_id(at) || order(*at).is_none()).collect();
        }
        let by_product =
            |at: &usize| order(*at).is_some_and(|order| order.products.iter().any(|name| names(&heard.text, name)));
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

    // What to say next.

    fn answer(&mut self, heard: &Heard) -> String {
        let leaves = heard.does(Act::Bye) && !heard.does(Act::Question) && !heard.does(Act::AskMore);
        if leaves || self.leaving {
            return STOP.to_owned();
        }
        let open_before = self.open_goals();
        self.absorb(heard);
        let mut said = Vec::new();
        self.identify(heard, &mut said);
        let blocked = self.mind_the_price(heard, &mut said);
        if heard.does(Act::Propose) && !heard.does(Act::Done) && !blocked {
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

    /// Says who they are, as far as that is asked and known.
    fn identify(&mut self, heard: &Heard, said: &mut Vec<String>) {
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
        let mut blocked = false;
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
                self.progress[at].corrected |= self.style != Style::ChangesMind;
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

    /// Says yes or no to a proposal.
    fn decide(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let open = self.open_goals();
        let counts = |sentence: &super::hear::Sentence| {
            sentence.meanings & lex::CANNOT == 0
                && !(sentence.meanings & lex::NOT != 0 && sentence.meanings & lex::CAN != 0)
        };
        self.take_alternatives(heard, &open, counts);
        let about = open.iter().copied().filter(|at| vet::concerns(self.goal(*at), heard, counts));
        let mut about = self.narrowed(heard, about);
        let named = heard.proposed & (lex::CANCEL | lex::RETURN | lex::EXCHANGE);
        if about.is_empty() && named == 0 {
            about = open.iter().copied().filter(|at| self.goal(*at).kind != Kind::Question).collect();
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
            if let Some(words) = goal.declines.as_ref().filter(|_| !hands_over) {
                objections.push(words.clone());
                continue;
            }
            if self.hesitates(*at) {
                self.progress[*at].corrected = true;
                self.reveal(*at, Reveal::WhenConfirming);
                objections.push(self.real_wish(*at));
                continue;
            }
            let also = self.reveal(*at, Reveal::WhenConfirming);
            if !also.is_empty() {
                objections.push(format!("wait, I also want {}.", speak::also(&also)));
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
            format!("No, {}", uncapital(&objections.join(" ")))
        });
    }

    /// Puts an alternative in a goal's place where that is what the agent speaks of.
    fn take_alternatives(
        &mut self,
        heard: &Heard,
        open: &[usize],
        counts: impl Fn(&super::hear::Sentence) -> bool + Copy,
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

    fn decline(&mut self, open: &[usize], said: &mut Vec<String>) {
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
    fn real_wish(&self, at: usize) -> String {
        let goal = self.goal(at);
        let items = self.items(at, |progress, position| progress.shown & bit(position) != 0);
        let mut wish = String::from("I have changed my mind: ");
        if goal.kind == Kind::Return {
            let to = goal.refund.as_ref().map_or("gift card", |refund| refund.to.say.as_str());
            wish.push_str(&format!("the money should go to my {to}."));
            return wish;
        }
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
    fn reveal(&mut self, at: usize, degree: Reveal) -> Vec<Item<'a>> {
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

    fn take_refusal(&mut self, heard: &Heard, said: &mut Vec<String>) {
        if heard.asks()
            && (heard.does(Act::Question) && !heard.does(Act::AskMore))
            && heard.all & (lex::SHORT | lex::STOCK) == 0
        {
            return;
        }
        let open = self.open_goals();
        let refusing =
            |sentence: &super::hear::Sentence| sentence.meanings & (lex::CANNOT | lex::NOT | lex::SORRY) != 0;
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
            } else {
                said.push(format!("Are you sure that it can't be done? {}", self.say_again(at)));
            }
        }
    }

    /// Answers what is asked about the open goals.
    fn give_facts(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let open = self.open_goals();
        let mut answer = |dialogue: &mut Self,
                          act: Act,
                          fact: Fact,
                          of: &dyn Fn(&Goal, &Progress) -> Option<String>,
                          otherwise: &str| {
            if !heard.does(act) {
                return;
            }
            let mut answers: Vec<String> = Vec::new();
            for at in &open {
                if let Some(words) = of(dialogue.goal(*at), &dialogue.progress[*at]) {
                    dialogue.progress[*at].tell(fact);
                    if !answers.contains(&words) {
                        answers.push(words);
                    }
                }
            }
            if answers.is_empty() && !otherwise.is_empty() {
                answers.push(otherwise.to_owned());
            }
            said.extend(answers);
        };
        let hesitant: Vec<bool> = (0..self.progress.len()).map(|at| self.hesitates(at)).collect();
        let any_hesitant_return = open.iter().any(|at| hesitant[*at] && self.goal(*at).kind == Kind::Return);
        answer(self, Act::AskOrder, Fact::Order, &order_answer, "I don't know the order number.");
        answer(
            self,
            Act::AskReason,
            Fact::Reason,
            &|goal, _| goal.reason.as_ref().map(|reason| format!("{reason}.")),
            "I have no particular reason.",
        );
        if any_hesitant_return && heard.does(Act::AskRefund) {
            said.push("Back to how I paid, please.".to_owned());
        } else {
            answer(self, Act::AskRefund, Fact::Refund, &refund_answer, "Back to how I paid, please.");
            if !heard.does(Act::AskRefund) {
                answer(self, Act::AskPayment, Fact::Pay, &payment_answer, "I don't mind.");
            }
        }
        let mut said_address = Vec::new();
        if heard.does(Act::AskAddress) {
            let address = open.iter().find_map(|at| self.goal(*at).address.as_ref());
            said_address.push(match address {
                Some(address) if address.described.is_some() => {
                    format!("I don't have it in my head. It is {}.", speak::lines(address))
                }
                Some(address) => format!("It is {}.", speak::lines(address)),
                None => "I don't have the address at hand.".to_owned(),
            });
        }
        said.extend(said_address);
        if heard.does(Act::Question) {
            for at in &open {
                for answer in &self.goal(*at).answers {
                    let cued = answer.cues.iter().any(|cue| super::words::holds(&heard.text, cue));
                    if cued && !said.contains(&answer.say) && !heard.does(Act::Propose) {
                        said.push(answer.say.clone());
                    }
                }
            }
        }
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
                let also = self.reveal(at, Reveal::WhenAsked);
                let wish = self.real_wish(at);
                more.push(if also.is_empty() { wish } else { wish.clone() });
                continue;
            }
            let also = self.reveal(at, Reveal::WhenAsked);
            if !also.is_empty() {
                if self.progress[at].stage == Stage::Settled {
                    self.progress[at].stage = Stage::Raised;
                    self.progress[at].refused = 1;
                }
                more.push(format!("also {}.", speak::also(&also)));
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
            let passed_over = heard.does(Act::AskElse) && !heard.does(Act::Done);
            let first = open[0];
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
                let start = if heard.does(Act::AskMore) {
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

const fn bit(position: usize) -> u32 {
    if position < 32 { 1 << position } else { 0 }
}

fn all_items(goal: &Goal) -> u32 {
    (0..goal.items.len()).fold(0, |all, position| all | bit(position))
}

fn order_answer(goal: &Goal, _: &Progress) -> Option<String> {
    let order = goal.order.as_ref()?;
    Some(if order.known {
        format!("It is order {}.", order.id)
    } else {
        format!("I don't know the order number. It is {}.", speak::the_order(order))
    })
}

fn refund_answer(goal: &Goal, _: &Progress) -> Option<String> {
    goal.refund.as_ref().map(speak::refund).or_else(|| (!goal.pay.is_empty()).then(|| speak::payment(&goal.pay)))
}

fn payment_answer(goal: &Goal, progress: &Progress) -> Option<String> {
    match goal.pay.as_slice() {
        [] => goal.refund.as_ref().map(speak::refund),
        [first, second, ..] if first.gift_card && progress.told(Fact::Short) => {
            Some(format!("Then my {}, please.", second.say))
        }
        pay => Some(speak::payment(pay)),
    }
}

/// A sentence as it stands inside another; "I" and order numbers keep their letters.
fn uncapital(sentence: &str) -> String {
    let mut words = sentence.chars();
    let first = words.next();
    let second = words.clone().next();
    match (first, second) {
        (Some('I'), Some(' ' | '\'')) | (None, _) => sentence.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(words).collect(),
    }
}
