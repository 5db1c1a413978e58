//! Which rules the agent follows in a trial.
//!
//! One draw a rule, from the trial's seed and the rule's name and nothing else, is compared with how likely the
//! instruction makes the rule. So the same trial under two instructions is a fair pair: whatever differs is due to the
//! texts. A rule that is never mentioned is now and then followed all the same, as habits are.

use super::{Lessons, Rule, Teaching};
use crate::cast::chance::chance;

/// Followed when taught in an instruction of readable length.
const TAUGHT: f64 = 0.985;
/// Followed when one sentence teaches it and another speaks against it.
const CONTRADICTED: f64 = 0.5;
/// Up to this many words an instruction is read with full attention.
const ATTENTION_WORDS: f64 = 1200.0;
/// Beyond it, attention halves with each so many words.
const HALVING_WORDS: f64 = 1500.0;

/// What an agent makes of its lessons in one trial.
#[derive(Clone, Debug)]
pub struct Obedience {
    followed: [bool; Rule::COUNT],
    /// What a reader should know: rules missed though taught, and why; contradictions.
    pub notes: Vec<String>,
}

/// How often a rule is followed by habit, without having been told: rarely where it takes an idea of the shop, more
/// often where it is what anybody might do.
const fn habit(rule: Rule) -> f64 {
    match rule {
        Rule::Authenticate => 0.5,
        // What common sense says of tickets, more or less.
        Rule::BasicEconomy | Rule::SplitPayment => 0.4,
        Rule::CancelAllowed | Rule::FreeBags | Rule::FixedParts | Rule::Insurance => 0.5,
        _ => 0.3,
    }
}

/// How likely a rule is followed, given what an instruction of that many words says of it.
#[must_use]
pub fn follow_chance(rule: Rule, teaching: &Teaching, words: usize) -> f64 {
    let habit = habit(rule);
    let attention = libm::pow(0.5, (words as f64 - ATTENTION_WORDS).max(0.0) / HALVING_WORDS);
    match teaching {
        Teaching::Absent => habit,
        Teaching::Taught(_) => habit + (TAUGHT - habit) * attention,
        Teaching::Contradicted { taught: Some(_), .. } => habit + (CONTRADICTED - habit) * attention,
        Teaching::Contradicted { taught: None, .. } => 0.0,
    }
}

impl Obedience {
    #[must_use]
    pub fn draw(lessons: &Lessons, trial_seed: u64) -> Self {
        let mut followed = [false; Rule::COUNT];
        let mut notes = Vec::new();
        for info in lessons.trade.rules() {
            let teaching = lessons.teaching(info.rule);
            let followed = &mut followed[info.rule as usize];
            *followed = chance(trial_seed, info.id) < follow_chance(info.rule, teaching, lessons.words);
            let title = info.title;
            match teaching {
                Teaching::Contradicted { taught: Some(_), .. } => notes.push(format!(
                    "“{title}” is taught and contradicted: {} in this trial.",
                    if *followed { "followed" } else { "not followed" }
                )),
                Teaching::Taught(_) if !*followed && lessons.words as f64 > ATTENTION_WORDS => notes.push(format!(
                    "“{title}” was missed in this trial: an instruction of {} words is followed less.",
                    lessons.words
                )),
                Teaching::Taught(_) if !*followed => {
                    notes.push(format!("“{title}” was missed in this trial: nobody obeys always."));
                }
                _ => {}
            }
        }
        Self { followed, notes }
    }

    #[must_use]
    pub fn follows(&self, rule: Rule) -> bool {
        self.followed[rule as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_words_beyond_the_limit_mean_less_attention() {
        let chances: Vec<f64> = [600, 1200, 1800, 3000, 9000]
            .iter()
            .map(|words| follow_chance(Rule::Confirm, &Teaching::Taught(0..1), *words))
            .collect();
        assert_eq!(chances[0], chances[1]);
        assert!(chances.windows(2).skip(1).all(|pair| pair[1] < pair[0] - 0.02), "{chances:?}");
        assert!(chances[4] < habit(Rule::Confirm) + 0.05, "{chances:?}");
    }

    #[test]
    fn what_is_followed_under_less_is_followed_under_more() {
        let (little, much) =
            (Lessons::of("Be kind."), Lessons::of("Ask whether there is anything else before you end."));
        assert_eq!(much.taught().collect::<Vec<_>>(), [Rule::FinishAll]);
        for seed in 0..500 {
            let (little, much) = (Obedience::draw(&little, seed), Obedience::draw(&much, seed));
            for rule in Rule::all().filter(|rule| *rule != Rule::FinishAll) {
                assert_eq!(little.follows(rule), much.follows(rule));
            }
            assert!(much.follows(Rule::FinishAll) || !little.follows(Rule::FinishAll));
        }
    }
}
