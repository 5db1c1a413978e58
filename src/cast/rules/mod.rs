//! The rules that an instruction can teach the rehearsal agent, and how they are found in free wording.
//!
//! # How an instruction is read
//!
//! 1. It is cut into sentences; a sentence in a list knows its heading and the line that the list hangs on.
//! 2. A sentence is reduced to concepts: words and phrases of one meaning, by their stems. Each occurrence is affirmed
//!    or denied, by the scope of negations ([`concepts`]).
//! 3. A rule is a list of combinations of concepts, some that teach it and some that speak against it
//!    ([`patterns`]). The terms of a combination may stand in any order in the sentence; a term without a sign may also
//!    stand in its heading.
//! 4. One sentence may teach several rules. A rule that one sentence teaches and another speaks against is
//!    contradicted, and is followed about half of the time.
//!
//! Nothing is understood: a sentence that uses none of the words is not found, and one that uses them all with another
//! meaning is. The page says which sentence taught which rule, so that both can be seen.

mod airline;
mod concepts;
mod obedience;
mod patterns;
mod sentences;
mod shop;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

pub use obedience::{Obedience, follow_chance};
use patterns::Says;
pub use sentences::{Sentence, sentences};

use crate::cast::words::tokens;

/// One rule of conduct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    Authenticate,
    OwnOrders,
    FindOrder,
    Confirm,
    CheckStatus,
    CancelReason,
    WholeOrder,
    CollectItems,
    ItemsLast,
    KeepOptions,
    Stock,
    PaymentMethod,
    GiftCardBalance,
    RefundDestination,
    BothAddresses,
    FinishAll,
    SayFigures,
    Refuse,
    Transfer,
    CancelAllowed,
    BasicEconomy,
    SearchAll,
    FreeBags,
    FixedParts,
    Insurance,
    SplitPayment,
    Compensation,
}

/// What people are told of a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    pub rule: Rule,
    /// As the starter world's tasks name it.
    pub id: &'static str,
    pub title: &'static str,
    /// A sentence that teaches it.
    pub teaches: &'static str,
    /// What the rehearsal agent does without it.
    pub shortcut: &'static str,
}

const fn rule(
    rule: Rule,
    id: &'static str,
    title: &'static str,
    teaches: &'static str,
    shortcut: &'static str,
) -> RuleInfo {
    RuleInfo { rule, id, title, teaches, shortcut }
}

pub use airline::AIRLINE_RULES;
pub use shop::RULES;

/// What an agent works in. Each has its own rules; some are rules of several, in other words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trade {
    #[default]
    Shop,
    Airline,
}

impl Trade {
    pub const ALL: [Self; 2] = [Self::Shop, Self::Airline];

    /// For headings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shop => "Online shop",
            Self::Airline => "Airline",
        }
    }

    /// The trade of a domain.
    #[must_use]
    pub fn of_domain(name: &str) -> Option<Self> {
        match name {
            "retail" => Some(Self::Shop),
            "airline" => Some(Self::Airline),
            _ => None,
        }
    }

    /// Its rules, in the order in which they are told.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleInfo] {
        match self {
            Self::Shop => &RULES,
            Self::Airline => &AIRLINE_RULES,
        }
    }

    /// What is told of a rule in this trade; `None` where it is none of its rules.
    #[must_use]
    pub fn info(self, rule: Rule) -> Option<&'static RuleInfo> {
        self.rules().iter().find(|info| info.rule == rule)
    }

    /// The rule that the trade's starter world names so.
    #[must_use]
    pub fn by_id(self, id: &str) -> Option<Rule> {
        self.rules().iter().find(|info| info.id == id).map(|info| info.rule)
    }
}

impl Rule {
    /// How many rules there are in all trades.
    pub const COUNT: usize = Self::Compensation as usize + 1;

    /// The rules of a shop, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        RULES.iter().map(|info| info.rule)
    }

    /// The rule that the shop's starter world names so.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        RULES.iter().find(|info| info.id == id).map(|info| info.rule)
    }

    /// What is told of the rule where it is at home: in a shop, if it is a rule there.
    #[must_use]
    pub fn info(self) -> &'static RuleInfo {
        Trade::ALL.into_iter().find_map(|trade| trade.info(self)).unwrap_or(&RULES[0])
    }
}

/// What an instruction says of a rule. Ranges are bytes of the instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Teaching {
    #[default]
    Absent,
    /// The sentence that first taught it.
    Taught(Range<usize>),
    Contradicted {
        /// `None`: nothing taught it.
        taught: Option<Range<usize>>,
        against: Range<usize>,
    },
}

/// What an instruction teaches.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// What it was read for.
    pub trade: Trade,
    /// Of the whole instruction.
    pub words: usize,
    by_rule: Vec<Teaching>,
}

impl Lessons {
    /// Reads an instruction for a shop.
    #[must_use]
    pub fn of(instruction: &str) -> Self {
        Self::read(Trade::Shop, instruction)
    }

    /// Reads an instruction.
    #[must_use]
    pub fn read(trade: Trade, instruction: &str) -> Self {
        let mut by_rule = vec![Teaching::Absent; Rule::COUNT];
        let mut leads: Vec<(Range<usize>, concepts::Content)> = Vec::new();
        for sentence in sentences(instruction) {
            let mut context = concepts::Concepts::default();
            let mut open_negation = false;
            for above in [&sentence.heading, &sentence.lead].into_iter().flatten() {
                if leads.iter().all(|(at, _)| at != above) {
                    leads.push((above.clone(), concepts::content(&tokens(&instruction[above.clone()]), false)));
                }
                if let Some((_, content)) = leads.iter().find(|(at, _)| at == above) {
                    context |= content.any();
                    open_negation = content.open_negation && sentence.lead.as_ref() == Some(above);
                }
            }
            let content = concepts::content(&tokens(&instruction[sentence.at.clone()]), open_negation);
            for info in trade.rules() {
                if let Some(says) = patterns::says(trade, info.rule, &content, context) {
                    by_rule[info.rule as usize].hear(says, &sentence.at);
                }
            }
        }
        Self { trade, words: instruction.split_whitespace().count(), by_rule }
    }

    /// Reads an instruction, or remembers it: runs give the same one to each of their trials.
    #[must_use]
    pub fn known(trade: Trade, instruction: &str) -> Arc<Self> {
        static READ: Mutex<Vec<(String, Arc<Lessons>)>> = Mutex::new(Vec::new());
        const KEPT: usize = 8;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lessons)) = read.iter().find(|(text, own)| text == instruction && own.trade == trade) {
            return Arc::clone(lessons);
        }
        let lessons = Arc::new(Self::read(trade, instruction));
        if read.len() == KEPT {
            read.remove(0);
        }
        read.push((instruction.to_owned(), Arc::clone(&lessons)));
        lessons
    }

    #[must_use]
    pub fn teaching(&self, rule: Rule) -> &Teaching {
        &self.by_rule[rule as usize]
    }

    /// The rules that are taught and not contradicted.
    pub fn taught(&self) -> impl Iterator<Item = Rule> {
        self.trade
            .rules()
            .iter()
            .map(|info| info.rule)
            .filter(|rule| matches!(self.teaching(*rule), Teaching::Taught(_)))
    }
}

impl Teaching {
    fn hear(&mut self, says: Says, at: &Range<usize>) {
        *self = match (std::mem::take(self), says) {
            (Self::Absent, Says::Teaches) => Self::Taught(at.clone()),
            (Self::Absent, Says::Against) => Self::Contradicted { taught: None, against: at.clone() },
            (Self::Taught(own), Says::Against) => Self::Contradicted { taught: Some(own), against: at.clone() },
            (Self::Contradicted { taught: None, against }, Says::Teaches) => {
                Self::Contradicted { taught: Some(at.clone()), against }
            }
            (other, _) => other,
        };
    }
}
