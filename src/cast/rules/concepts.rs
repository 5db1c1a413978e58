//! Which concepts a sentence holds, and whether it affirms or denies them.
//!
//! A concept is a set of words and phrases with one meaning (`concepts.txt`). A sentence is walked from left to right
//! with one bit of memory, whether a negation is in force:
//!
//! - `not`, `never`, `no`, `skip`, `avoid`, `instead of`, `rather than` … put one in force;
//! - `until`, `unless`, `before`, `if`, `but`, `always`, `only`, the end of a clause … lift it: in “never cancel before
//!   you have asked” the cancelling is denied and the asking is not;
//! - `without` denies what follows, but lifts a negation that came before: “no change without a yes” asks for the yes;
//! - inside a condition (“if the customer has not confirmed …”) a negation tells a case and denies nothing;
//! - a second negation takes back the first (“nobody whom you have not identified”).

use std::collections::HashMap;
use std::ops::{BitOr, BitOrAssign};
use std::sync::LazyLock;

use crate::cast::words::{Token, stem};

const TABLE: &str = include_str!("concepts.txt");
const BLOCKS: usize = 4;

/// A set of concepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concepts([u64; BLOCKS]);

impl Concepts {
    pub fn insert(&mut self, index: usize) {
        if let Some(block) = self.0.get_mut(index / 64) {
            *block |= 1 << (index % 64);
        }
    }

    pub fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(own, other)| own & other != 0)
    }
}

impl BitOr for Concepts {
    type Output = Self;
    fn bitor(mut self, other: Self) -> Self {
        self |= other;
        self
    }
}

impl BitOrAssign for Concepts {
    fn bitor_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own |= other;
        }
    }
}

/// What a sentence holds.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub affirmed: Concepts,
    pub denied: Concepts,
    /// Each occurrence with its position, in order.
    pub places: Vec<(usize, Concepts)>,
    /// Whether a negation is still in force at the end (“Never:”), for the list that follows.
    pub open_negation: bool,
}

impl Content {
    pub fn any(&self) -> Concepts {
        self.affirmed | self.denied
    }
}

/// The table, made ready for looking up.
struct Table {
    index: HashMap<&'static str, usize>,
    /// Phrases by the stem of their first word; the rest of the stems, whether the last one is a prefix, the concept.
    phrases: HashMap<String, Vec<Phrase>>,
    /// Words that are looked for as prefixes.
    prefixes: Vec<(String, usize)>,
}

struct Phrase {
    rest: Vec<String>,
    prefix: bool,
    concept: usize,
}

static COMPILED: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { index: HashMap::new(), phrases: HashMap::new(), prefixes: Vec::new() };
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for (concept, (name, phrases)) in lines.filter_map(|line| line.split_once(": ")).enumerate() {
        table.index.insert(name, concept);
        for phrase in phrases.split(", ") {
            let prefix = phrase.ends_with('*');
            let mut stems: Vec<String> =
                phrase.trim_end_matches('*').split([' ', '-']).map(|word| stem(&word.replace('\'', ""))).collect();
            if prefix && stems.len() == 1 {
                table.prefixes.push((phrase.trim_end_matches('*').to_owned(), concept));
            } else {
                let first = stems.remove(0);
                table.phrases.entry(first).or_default().push(Phrase { rest: stems, prefix, concept });
            }
        }
    }
    table
});

/// The concept of that name.
pub fn concept(name: &str) -> Option<usize> {
    COMPILED.index.get(name).copied()
}

/// What negates by itself, by stem or folded word.
const NEGATIONS: &[&str] = &[
    "never", "not", "no", "dont", "doesnt", "didnt", "cant", "cannot", "mustnt", "neednt", "shouldnt", "wont", "isnt",
    "arent", "couldnt", "wouldnt", "havent", "hasnt", "nobody", "neither", "nor", "avoid", "skip", "refrain", "forget",
    "hardly",
];
/// What lifts a negation and opens a condition, in which a negation tells a case.
const CONDITIONS: &[&str] = &["if", "when", "whenever", "while", "whose", "who", "whom", "unless", "because", "since"];
/// What lifts a negation.
const LIFTS: &[&str] = &[
    "until", "till", "before", "except", "once", "after", "that", "which", "so", "but", "just", "simply", "always",
    "only", "then", "must", "as", "please", "yet",
];
/// Words after which “not” tells a state rather than forbids (“you have not identified”).
const STATES: &[&str] = &["have", "has", "is", "are", "was", "were", "be", "had"];

/// Walks a sentence.
pub fn content(tokens: &[Token], open_negation: bool) -> Content {
    let table = &*COMPILED;
    let mut found = Content::default();
    let (mut denied, mut condition, mut negated_before) = (open_negation, false, open_negation);
    for (place, token) in tokens.iter().enumerate() {
        let word = token.word.as_str();
        let after = |offset: usize| tokens.get(place + offset).map_or("", |token| token.word.as_str());
        let back =
            |offset: usize| place.checked_sub(offset).and_then(|at| tokens.get(at)).map_or("", |t| t.word.as_str());
        if token.is_mark() {
            let listed = word == "," && (matches!(after(1), "or" | "nor") || after(2) == "," || after(2) == "or");
            if !(listed && denied) && word != "(" && word != ")" {
                (denied, condition) = (false, false);
            }
            if matches!(word, ";" | ":") {
                negated_before = false;
            }
            continue;
        }
        if word == "without" {
            denied = !negated_before && !condition;
        } else if word == "instead" && after(1) == "of" || word == "rather" && after(1) == "than" {
            (denied, condition) = (!negated_before, false);
        } else if NEGATIONS.contains(&word) {
            let harmless = matches!(after(1), "longer" | "matter" | "only" | "just" | "one")
                || word == "no" && back(1) == "or"
                || word == "not"
                    && (back(1) == "or" || after(1) == "at" || back(1) == "and" && after(1) != "do" && back(2) == ",")
                || word == "forget" && !denied;
            if !harmless && !condition {
                denied = !(denied && STATES.contains(&back(1)) || word == "forget");
                negated_before = true;
            }
        } else if CONDITIONS.contains(&word) {
            (denied, condition) = (false, true);
        } else if LIFTS.contains(&word) {
            denied = false;
        }
        let here = concepts_at(table, tokens, place);
        if here != Concepts::default() {
            if denied {
                found.denied |= here;
            } else {
                found.affirmed |= here;
            }
            found.places.push((place, here));
        }
    }
    found.open_negation = denied;
    found
}

/// The concepts whose words begin at that place.
fn concepts_at(table: &Table, tokens: &[Token], place: usize) -> Concepts {
    let mut here = Concepts::default();
    let Some(token) = tokens.get(place) else { return here };
    for phrase in table.phrases.get(&token.stem).into_iter().flatten() {
        if phrase.fits(&tokens[place + 1..]) {
            here.insert(phrase.concept);
        }
    }
    for (prefix, concept) in &table.prefixes {
        if token.word.starts_with(prefix.as_str()) {
            here.insert(*concept);
        }
    }
    here
}

impl Phrase {
    /// Whether the rest of the phrase follows. Marks end a phrase; `the` and `a` may stand between.
    fn fits(&self, mut tokens: &[Token]) -> bool {
        for (position, wanted) in self.rest.iter().enumerate() {
            while let [first, rest @ ..] = tokens
                && matches!(first.word.as_str(), "the" | "a" | "an" | "all" | "really")
                && first.stem != *wanted
            {
                tokens = rest;
            }
            let [first, rest @ ..] = tokens else { return false };
            let is_last = position + 1 == self.rest.len();
            let fits = first.stem == *wanted || is_last && self.prefix && first.word.starts_with(wanted.as_str());
            if !fits {
                return false;
            }
            tokens = rest;
        }
        true
    }
}
