//! What an agent's message says, as far as a customer needs to know.
//!
//! A message is cut into sentences; each sentence is a set of meanings (`lexicon`), and a question or not. From these
//! follow the acts: what is asked, what is proposed, what was done or refused. A sentence that asks for a fact is not
//! also a proposal, unless it says so.

use super::lexicon::{self as lex, Meanings, of_pair, of_word};

/// What an agent's message does. Several at once are common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    AskEmail,
    AskZip,
    AskIdentity,
    AskUserId,
    AskOrder,
    AskReason,
    AskRefund,
    AskPayment,
    AskAddress,
    AskCabin,
    /// Where to, when, and whether back.
    AskTrip,
    AskFlight,
    AskPassengers,
    AskBags,
    AskInsurance,
    /// Whether something has been flown.
    AskFlown,
    /// Whether there is more to change, or more at all.
    AskMore,
    /// Whether there is anything else the agent can help with.
    AskElse,
    /// Any question at all.
    Question,
    /// Wants a yes.
    Propose,
    Done,
    Refuse,
    /// Something was not found.
    NotFound,
    Transfer,
    Bye,
    Wait,
}

/// An agent's message, understood.
#[derive(Clone, Debug)]
pub struct Heard {
    /// In lower case, with plain apostrophes.
    pub text: String,
    acts: u32,
    /// Meanings of all of it.
    pub all: Meanings,
    /// Meanings of what is proposed: the message without the sentences that refuse.
    pub proposed: Meanings,
    /// Meanings of the sentences that tell of something done.
    pub done: Meanings,
    /// The largest amount that is named as a difference, in cents.
    pub extra: Option<i64>,
    /// The sentences that are no questions and hold a figure.
    pub figures: Vec<(usize, usize)>,
    /// Pieces of `text`, one for each sentence or line.
    pub sentences: Vec<Sentence>,
}

/// A sentence of a message, or a line of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sentence {
    /// Byte offsets into the text.
    pub start: usize,
    pub end: usize,
    pub meanings: Meanings,
    pub question: bool,
    pub has_order_id: bool,
    pub has_figure: bool,
    /// It tells of something made: "is cancelled", "have changed", "done", with no "will", "can" or "not" before it.
    pub made: bool,
    /// The largest amount of money in it, in cents.
    pub amount: Option<i64>,
    /// Its first word is one of which, what, how, where, why.
    begins_asking: bool,
}

impl Heard {
    #[must_use]
    pub fn of(message: &str) -> Self {
        let text = message.to_lowercase().replace('\u{2019}', "'");
        let sentences = sentences(&text);
        let mut heard = Self {
            acts: 0,
            all: 0,
            proposed: 0,
            done: 0,
            extra: None,
            figures: Vec::new(),
            sentences: Vec::new(),
            text,
        };
        for sentence in &sentences {
            heard.all |= sentence.meanings;
            heard.take(sentence);
        }
        heard.sentences = sentences;
        heard.look_back();
        heard
    }

    #[must_use]
    pub const fn does(&self, act: Act) -> bool {
        self.acts & (1 << act as u32) != 0
    }

    pub fn does_any(&self, acts: &[Act]) -> bool {
        acts.iter().any(|act| self.does(*act))
    }

    const fn add(&mut self, act: Act) {
        self.acts |= 1 << act as u32;
    }

    fn take(&mut self, sentence: &Sentence) {
        let has = |meanings: Meanings| sentence.meanings & meanings != 0;
        let asking = has(lex::WHICH | lex::WHY | lex::WHERE | lex::HOW);
        let request = sentence.question || has(lex::PLEASE | lex::ASK);
        let choice = asking || has(lex::OR);
        if sentence.question {
            self.add(Act::Question);
        }
        if sentence.has_figure && !sentence.question {
            self.figures.push((sentence.start, sentence.end));
        }
        if has(lex::DIFFERENCE | lex::OTHER) {
            self.extra = self.extra.max(sentence.amount);
        }

        let more = has(lex::ELSE)
            || has(lex::OTHER) && has(lex::ANY | lex::WANT) && has(lex::ITEM | lex::CHANGE | lex::HELP)
            || has(lex::OTHER) && has(lex::ANY) && !has(lex::PAY | lex::DIFFERENCE)
            || has(lex::EVERYTHING)
                && !has(lex::BAG)
                && (sentence.question && (has(lex::ITEM | lex::CHANGE) || has(lex::WANT)));
        let more = more && (request || has(lex::HELP));
        let acts_on = has(lex::CANCEL | lex::RETURN | lex::EXCHANGE | lex::CHANGE);
        let mut topic = false;
        // "Anything else to change, the payment included?" asks for more, not for a payment method.
        if request && !more && !(has(lex::OFFER) && acts_on && !asking) {
            let mut ask = |act: Act, asked: bool| {
                if asked {
                    self.add(act);
                    topic = true;
                }
            };
            let confirms = has(lex::CONFIRM);
            let refund = has(lex::REFUND) && (choice || has(lex::PREFER));
            let pay = has(lex::PAY) && !refund && (asking || !confirms && (choice || has(lex::PREFER)));
            ask(Act::AskEmail, has(lex::EMAIL));
            // "The full address with its zip code" does not ask who somebody is.
            let of_address = has(lex::ADDRESS) && !has(lex::NAME | lex::EMAIL);
            let zip = has(lex::ZIP) && !of_address;
            let of_person = has(lex::NAME) && !has(lex::EMAIL | lex::ITEM | lex::ORDER | lex::BIRTH | lex::PASSENGER);
            ask(Act::AskZip, zip || of_person);
            ask(Act::AskIdentity, has(lex::IDENTITY) && !has(lex::REFUND | lex::PAY) && !acts_on);
            ask(Act::AskUserId, has(lex::USER) && has(lex::NUMBER));
            let number = has(lex::NUMBER) && !sentence.has_order_id;
            ask(Act::AskOrder, has(lex::ORDER) && number && !has(lex::ITEM | lex::REASON));
            ask(Act::AskReason, has(lex::REASON) || has(lex::MISTAKE) && has(lex::NEEDED));
            ask(Act::AskRefund, refund);
            ask(Act::AskPayment, pay);
            let address = has(lex::ADDRESS) && !has(lex::EMAIL) && !acts_on && !sentence.has_figure;
            ask(Act::AskAddress, address && (choice || has(lex::ASK | lex::PLEASE)));
            let wants = choice || has(lex::ASK | lex::PLEASE | lex::WANT);
            ask(Act::AskCabin, has(lex::CABIN) && asking);
            let journey = has(lex::TRIP) && choice || has(lex::FLIGHT) && has(lex::WHERE | lex::DATE) && wants;
            ask(Act::AskTrip, journey && !has(lex::BIRTH));
            ask(
                Act::AskFlight,
                has(lex::FLIGHT) && has(lex::WHICH) && !journey && !has(lex::CABIN)
                    || has(lex::FLIGHT) && has(lex::WHICH) && has(lex::EXCHANGE),
            );
            ask(
                Act::AskPassengers,
                has(lex::BIRTH) && wants || has(lex::PASSENGER) && has(lex::WHICH | lex::WHO | lex::NAME) && !acts_on,
            );
            ask(Act::AskBags, has(lex::BAG) && wants && !acts_on);
            ask(Act::AskInsurance, has(lex::INSURANCE) && wants);
            ask(Act::AskFlown, has(lex::FLOWN));
        }

        if more {
            topic = true;
            self.add(Act::AskMore);
            if has(lex::HELP) || has(lex::ELSE) && !has(lex::CHANGE | lex::ITEM | lex::ORDER) {
                self.add(Act::AskElse);
            }
        }

        let acts_on = acts_on || has(lex::SEND | lex::REFUND);
        let wants =
            sentence.question && (has(lex::OFFER) || has(lex::WANT)) && (acts_on || has(lex::CONFIRM) || !asking);
        let confirms = has(lex::CONFIRM) && (sentence.question || has(lex::PLEASE | lex::ASK | lex::WITHOUT));
        if (wants || confirms) && !sentence.begins_asking && !(topic && !(has(lex::OFFER) && acts_on && !asking)) {
            self.add(Act::Propose);
        }

        if sentence.made && !sentence.question {
            self.add(Act::Done);
            self.done |= sentence.meanings;
        }

        let refuses = !sentence.question
            && !has(lex::WITHOUT)
            && (has(lex::CANNOT) || has(lex::NOT) && has(lex::CAN) || has(lex::SORRY) && has(lex::NOT));
        if refuses && has(lex::FIND) {
            self.add(Act::NotFound);
        } else if refuses {
            self.add(Act::Refuse);
        } else {
            self.proposed |= sentence.meanings;
        }
        if has(lex::TRANSFER) && !sentence.question {
            self.add(Act::Transfer);
        }
        if has(lex::BYE) || has(lex::HAVE) && has(lex::DAY) {
            self.add(Act::Bye);
        }
        if has(lex::WAIT) && !sentence.question {
            self.add(Act::Wait);
        }
    }

    /// A question that names no topic ("Which one do you prefer?", "Could you share those?") is about what the message
    /// told before it.
    fn look_back(&mut self) {
        let topics =
            lex::PAY | lex::REFUND | lex::ORDER | lex::ITEM | lex::ADDRESS | lex::REASON | lex::ELSE | lex::OTHER;
        let open = |sentence: &Sentence| {
            let asks = sentence.meanings & (lex::WHICH | lex::PREFER | lex::ASK) != 0;
            sentence.question && asks && sentence.meanings & topics == 0
        };
        if self.asks() || self.does(Act::Propose) || !self.sentences.iter().any(open) {
            return;
        }
        let topics = [
            (lex::ZIP, Act::AskZip),
            (lex::EMAIL, Act::AskEmail),
            (lex::REFUND, Act::AskRefund),
            (lex::PAY, Act::AskPayment),
        ];
        if let Some((_, act)) = topics.into_iter().find(|(meaning, _)| self.all & meaning != 0) {
            self.add(act);
        }
    }

    /// Whether it asks for a fact.
    pub fn asks(&self) -> bool {
        self.does_any(&[
            Act::AskEmail,
            Act::AskZip,
            Act::AskIdentity,
            Act::AskUserId,
            Act::AskOrder,
            Act::AskReason,
            Act::AskRefund,
            Act::AskPayment,
            Act::AskAddress,
            Act::AskCabin,
            Act::AskTrip,
            Act::AskFlight,
            Act::AskPassengers,
            Act::AskBags,
            Act::AskInsurance,
            Act::AskFlown,
        ])
    }
}

/// Cuts a lower-case text into sentences and lines.
fn sentences(text: &str) -> Vec<Sentence> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let mut sentence = Sentence::default();
    let mut words = 0;
    let mut before = "";
    let mut at = 0;
    while at < bytes.len() {
        let letter = bytes[at];
        if is_word(letter) {
            let start = at;
            while at < bytes.len() && (is_word(bytes[at]) || joins(bytes, at)) {
                at += 1;
            }
            let word = &text[start..at];
            sentence.read(before, word, words);
            before = word;
            words += 1;
            continue;
        }
        let last = matches!(letter, b'.' | b'!' | b'?' | b';') && bytes.get(at + 1).is_none_or(|next| !is_word(*next));
        if last || letter == b'\n' {
            sentence.question |= letter == b'?';
            sentence.end = at;
            if words > 0 {
                all.push(sentence);
            }
            sentence = Sentence { start: at + 1, ..Sentence::default() };
            words = 0;
            before = "";
        }
        at += 1;
    }
    if words > 0 {
        sentence.end = bytes.len();
        all.push(sentence);
    }
    all
}

impl Sentence {
    fn read(&mut self, before: &str, word: &str, position: usize) {
        if before == "in" && word == "order" {
            // "in order to"
            return;
        }
        if before == "yes" && word == "or" {
            return;
        }
        let meanings = of_word(word) | of_pair(before, word);
        let told = meanings & lex::DID != 0 && self.meanings & lex::PERFECT != 0 || meanings & lex::SUCCESS != 0;
        if told && self.meanings & (lex::MIGHT | lex::NOT | lex::CANNOT | lex::ALREADY) == 0 {
            self.made = true;
        }
        self.meanings |= meanings;
        if position < 2 && matches!(word, "which" | "what" | "what's" | "how" | "where" | "why") {
            self.begins_asking = true;
        }
        if word.starts_with("#w") && word.len() > 2 {
            self.has_order_id = true;
        } else if word.bytes().any(|letter| letter.is_ascii_digit()) && !word.contains('@') {
            self.has_figure = true;
            self.amount = self.amount.max(cents(word));
        }
    }
}

const fn is_word(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'#' | b'$' | b'@' | b'_' | b'\'') || letter >= 0x80
}

/// Whether the mark at `at` stands inside a word: `12.50`, `1,000`, `name@example.com`.
fn joins(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at], b'.' | b',')
        && at > 0
        && bytes[at - 1].is_ascii_alphanumeric()
        && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
}

/// An amount with cents or a dollar sign, in cents: `$12`, `12.50`, `$1,234.5`.
fn cents(word: &str) -> Option<i64> {
    let digits = word.trim_start_matches('$').replace(',', "");
    let (whole, part) = match digits.split_once('.') {
        Some((whole, part)) => (whole, part),
        None if word.starts_with('$') => (digits.as_str(), ""),
        None => return None,
    };
    let whole: i64 = whole.parse().ok().filter(|whole| (0..1_000_000_000).contains(whole))?;
    let part: i64 = match part.len() {
        0 => 0,
        1 => part.parse::<i64>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return None,
    };
    Some(whole * 100 + part)
}
