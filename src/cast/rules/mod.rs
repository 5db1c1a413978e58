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

mod concepts;
mod obedience;
mod patterns;
mod sentences;

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

/// All rules, in the order of [`Rule`].
pub const RULES: [RuleInfo; 19] = [
    rule(
        Rule::Authenticate,
        "authenticate",
        "Identify the customer",
        "Identify the customer by e-mail, or by full name and zip code, before anything else.",
        "Starts on the request at once, with whatever order number the customer gives, and never opens a profile of \
         its own accord.",
    ),
    rule(
        Rule::OwnOrders,
        "own-orders",
        "Only the customer's own orders",
        "Never show or change an order that belongs to another customer.",
        "Works on any order whose number it is given.",
    ),
    rule(
        Rule::FindOrder,
        "find-order",
        "Look orders up",
        "Look up the customer's orders in their profile instead of asking for order numbers.",
        "Asks for the order number or the address, and gives up when the customer does not know it.",
    ),
    rule(
        Rule::Confirm,
        "confirm",
        "Have a yes before a change",
        "Before every change, list what will change and what it costs, and wait for the customer's yes.",
        "Writes as soon as it knows enough, so that the customer hears the price too late.",
    ),
    rule(
        Rule::CheckStatus,
        "check-status",
        "Look at the status first",
        "Check the order's status before you choose what to do with it.",
        "Takes the customer's word for it, calls the tool that the word suggests, and gives up at its error.",
    ),
    rule(
        Rule::CancelReason,
        "cancel-reason",
        "The customer's own reason",
        "Ask for the reason before you cancel, and accept only \"no longer needed\" and \"ordered by mistake\".",
        "Cancels as \"no longer needed\" without asking why.",
    ),
    rule(
        Rule::WholeOrder,
        "whole-order",
        "Orders are cancelled whole",
        "An order can only be cancelled as a whole; never cancel it because of a single item.",
        "Cancels the whole order to be rid of one item.",
    ),
    rule(
        Rule::CollectItems,
        "collect-items",
        "All items in one call",
        "Collect all items that should be changed, ask whether there are more, and make a single call for the order.",
        "Makes one call for each item as soon as it hears of it; the order is locked after the first.",
    ),
    rule(
        Rule::ItemsLast,
        "items-last",
        "Items after address and payment",
        "On a pending order, change the address and the payment before the items.",
        "Works in the order in which things were asked, and finds the order locked after the items.",
    ),
    rule(
        Rule::KeepOptions,
        "keep-options",
        "Keep what was not mentioned",
        "Swap items only within the same product, and keep every option that the customer does not mention.",
        "Takes the first variant that fits the words, whatever becomes of the other options.",
    ),
    rule(
        Rule::Stock,
        "stock",
        "Available variants only",
        "Offer and count only variants that are available.",
        "Does not look whether a variant can be had.",
    ),
    rule(
        Rule::PaymentMethod,
        "payment-method",
        "The customer's payment method",
        "Ask which payment method of the profile the customer wants to use, and use that one.",
        "Uses the method that the order was paid with, without asking.",
    ),
    rule(
        Rule::GiftCardBalance,
        "gift-card-balance",
        "Enough on the gift card",
        "Compare a gift card's balance with the full amount before using it.",
        "Uses the gift card whatever is on it.",
    ),
    rule(
        Rule::RefundDestination,
        "refund-destination",
        "Where a refund goes",
        "Ask whether a refund should go to the original payment method or to a gift card.",
        "Refunds to what the order was paid with, without asking.",
    ),
    rule(
        Rule::BothAddresses,
        "both-addresses",
        "Profile and order addresses",
        "The address of an order and the address in the profile are separate; change exactly the ones that the \
         customer means.",
        "Takes them for one: changes the profile along with the order, and the orders not along with the profile.",
    ),
    rule(
        Rule::FinishAll,
        "finish-all",
        "Every request",
        "Finish every request, and ask whether there is anything else before you end.",
        "Says goodbye after the first request.",
    ),
    rule(
        Rule::SayFigures,
        "say-figures",
        "Exact figures",
        "Work out sums and differences with the calculator and tell the customer the exact number.",
        "Rounds in its head.",
    ),
    rule(
        Rule::Refuse,
        "refuse",
        "Refuse, and do nothing instead",
        "Refuse what these rules do not allow, and do nothing similar instead.",
        "Does the nearest thing that the tools allow.",
    ),
    rule(
        Rule::Transfer,
        "transfer",
        "Hand over damaged and missing goods",
        "Transfer the customer to a human agent when goods arrived damaged or a parcel never came, and book nothing.",
        "Books a return for them.",
    ),
];

impl Rule {
    /// All rules, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        RULES.iter().map(|info| info.rule)
    }

    /// The rule that a starter world's task names so.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        RULES.iter().find(|info| info.id == id).map(|info| info.rule)
    }

    #[must_use]
    pub fn info(self) -> &'static RuleInfo {
        &RULES[self as usize]
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
    /// Of the whole instruction.
    pub words: usize,
    by_rule: Vec<Teaching>,
}

impl Lessons {
    /// Reads an instruction.
    #[must_use]
    pub fn of(instruction: &str) -> Self {
        let mut by_rule = vec![Teaching::Absent; RULES.len()];
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
            for (rule, teaching) in Rule::all().zip(&mut by_rule) {
                if let Some(says) = patterns::says(rule, &content, context) {
                    teaching.hear(says, &sentence.at);
                }
            }
        }
        Self { words: instruction.split_whitespace().count(), by_rule }
    }

    /// Reads an instruction, or remembers it: runs give the same one to each of their trials.
    #[must_use]
    pub fn known(instruction: &str) -> Arc<Self> {
        static READ: Mutex<Vec<(String, Arc<Lessons>)>> = Mutex::new(Vec::new());
        const KEPT: usize = 8;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lessons)) = read.iter().find(|(text, _)| text == instruction) {
            return Arc::clone(lessons);
        }
        let lessons = Arc::new(Self::of(instruction));
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
        Rule::all().filter(|rule| matches!(self.teaching(*rule), Teaching::Taught(_)))
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
