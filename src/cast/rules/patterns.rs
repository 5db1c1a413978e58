//! The combinations of concepts that teach a rule or speak against it (`patterns.txt`).

use std::sync::LazyLock;

use super::concepts::{Concepts, Content, concept};
use super::{Rule, Trade};

const TABLE: &str = include_str!("patterns.txt");
/// What is said of reservations and flights, beside what is said anywhere.
const AIRLINE_TABLE: &str = include_str!("airline_patterns.txt");

/// What a sentence says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Teaches,
    Against,
}

/// All terms of one line.
struct Pattern {
    says: Says,
    terms: Vec<Term>,
}

enum Term {
    /// One of these is there.
    Some(OneOf),
    Not(OneOf),
    /// One after the other.
    Chain(Vec<Concepts>),
    NotChain(Vec<Concepts>),
}

#[derive(Default)]
struct OneOf {
    /// Whatever its polarity; also in the heading or the line that a list hangs on.
    any: Concepts,
    affirmed: Concepts,
    denied: Concepts,
}

/// By rule.
static COMPILED: LazyLock<Vec<Vec<Pattern>>> = LazyLock::new(|| compiled(TABLE, Trade::Shop));
static AIRLINE: LazyLock<Vec<Vec<Pattern>>> = LazyLock::new(|| compiled(AIRLINE_TABLE, Trade::Airline));
/// Rules that are said so differently at an airline that the patterns of elsewhere would mislead.
const ON_ITS_OWN: [Rule; 2] = [Rule::CollectItems, Rule::GiftCardBalance];

fn compiled(table: &str, trade: Trade) -> Vec<Vec<Pattern>> {
    let mut patterns: Vec<Vec<Pattern>> = (0..Rule::COUNT).map(|_| Vec::new()).collect();
    let mut rule = None;
    for line in table.lines() {
        if let Some(id) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            rule = trade.by_id(id);
        }
        let (says, terms) = match line.split_once(' ') {
            Some(("teach", terms)) => (Says::Teaches, terms),
            Some(("against", terms)) => (Says::Against, terms),
            _ => continue,
        };
        if let Some(own) = rule.and_then(|rule| patterns.get_mut(rule as usize)) {
            own.push(Pattern { says, terms: terms.split(' ').map(Term::of).collect() });
        }
    }
    patterns
}

/// What a sentence says of a rule. `context` is what the heading and the line above its list hold.
pub fn says(trade: Trade, rule: Rule, content: &Content, context: Concepts) -> Option<Says> {
    let own = || {
        let further = (trade == Trade::Airline).then(|| &*AIRLINE);
        let general = (further.is_none() || !ON_ITS_OWN.contains(&rule)).then(|| &*COMPILED);
        [general, further].into_iter().flatten().filter_map(|table| table.get(rule as usize)).flatten()
    };
    // What stands above a list is often a topic, and would turn “there is no need” into more than it says.
    let holds = |says: Says, context: Concepts| {
        let mut patterns = own().filter(|pattern| pattern.says == says);
        patterns.any(|pattern| pattern.terms.iter().all(|term| term.holds(content, context)))
    };
    if holds(Says::Against, Concepts::default()) {
        Some(Says::Against)
    } else if holds(Says::Teaches, context) {
        Some(Says::Teaches)
    } else {
        None
    }
}

impl Term {
    fn of(text: &str) -> Self {
        let bare = text.strip_prefix('!');
        let terms = bare.unwrap_or(text);
        if terms.contains('<') {
            let parts = terms.split('<').map(|part| OneOf::of(part).all()).collect();
            return if bare.is_some() { Self::NotChain(parts) } else { Self::Chain(parts) };
        }
        if bare.is_some() { Self::Not(OneOf::of(terms)) } else { Self::Some(OneOf::of(terms)) }
    }

    fn holds(&self, content: &Content, context: Concepts) -> bool {
        match self {
            Self::Some(one) => one.holds(content, context),
            Self::Not(one) => !one.holds(content, Concepts::default()),
            Self::Chain(parts) => in_order(content, parts),
            Self::NotChain(parts) => !in_order(content, parts),
        }
    }
}

fn in_order(content: &Content, parts: &[Concepts]) -> bool {
    let mut places = content.places.iter();
    parts.iter().all(|part| places.any(|(_, here)| here.meets(*part)))
}

impl OneOf {
    fn of(names: &str) -> Self {
        let mut one = Self::default();
        for name in names.split('/') {
            let index = concept(name.trim_start_matches(['+', '-']));
            let set = match name.split_at_checked(1) {
                Some(("+", _)) => &mut one.affirmed,
                Some(("-", _)) => &mut one.denied,
                _ => &mut one.any,
            };
            if let Some(index) = index {
                set.insert(index);
            }
        }
        one
    }

    fn all(&self) -> Concepts {
        self.any | self.affirmed | self.denied
    }

    fn holds(&self, content: &Content, context: Concepts) -> bool {
        (content.any() | context).meets(self.any)
            || content.affirmed.meets(self.affirmed)
            || content.denied.meets(self.denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_table_is_a_concept_and_every_rule_has_patterns() {
        let lines = [TABLE, AIRLINE_TABLE]
            .into_iter()
            .flat_map(str::lines)
            .filter_map(|line| line.split_once(' '))
            .filter(|(says, _)| matches!(*says, "teach" | "against"));
        for name in lines.flat_map(|(_, terms)| terms.split([' ', '/', '<'])) {
            let name = name.trim_start_matches('!').trim_start_matches(['+', '-']);
            assert!(concept(name).is_some(), "no concept `{name}`");
        }
        for trade in Trade::ALL {
            for info in trade.rules() {
                let count = COMPILED[info.rule as usize].len() + AIRLINE[info.rule as usize].len();
                assert!(count >= 5, "{}", info.id);
            }
        }
    }
}
