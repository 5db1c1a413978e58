//! What the rehearsal agent understands of an instruction, rule by rule, in words.

use crate::cast::rules::{Lessons, RuleInfo, Teaching, Trade, follow_chance};

/// Up to this many words an instruction is read with full attention.
pub const ATTENTION_WORDS: usize = 1200;

/// Longer sentences are cut when they are quoted, in characters.
const QUOTE_CHARS: usize = 160;

/// What an instruction teaches.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonsView {
    pub words: usize,
    /// All rules of the trade, in their order.
    pub rules: Vec<RuleView>,
}

/// One rule under an instruction.
#[derive(Clone, Debug)]
pub struct RuleView {
    pub info: &'static RuleInfo,
    pub state: RuleState,
    /// How often the rule is followed, in percent.
    pub percent: u32,
}

impl PartialEq for RuleView {
    fn eq(&self, other: &Self) -> bool {
        let own = |view: &Self| (view.info.rule, view.info.title, view.percent);
        own(self) == own(other) && self.state == other.state
    }
}

/// What an instruction says of a rule, with the sentences that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleState {
    Absent,
    Taught { by: String },
    Contradicted { taught: Option<String>, against: String },
}

impl LessonsView {
    /// Reads an instruction for a trade.
    #[must_use]
    pub fn of(trade: Trade, instruction: &str) -> Self {
        let lessons = Lessons::read(trade, instruction);
        let quoted = |at: &std::ops::Range<usize>| quote(instruction.get(at.clone()).unwrap_or_default());
        let rules = trade.rules().iter().map(|info| {
            let teaching = lessons.teaching(info.rule);
            let state = match teaching {
                Teaching::Absent => RuleState::Absent,
                Teaching::Taught(at) => RuleState::Taught { by: quoted(at) },
                Teaching::Contradicted { taught, against } => {
                    RuleState::Contradicted { taught: taught.as_ref().map(quoted), against: quoted(against) }
                }
            };
            // Between 0 and 100.
            let percent = (follow_chance(info.rule, teaching, lessons.words) * 100.0).round() as u32;
            RuleView { info, state, percent }
        });
        Self { words: lessons.words, rules: rules.collect() }
    }

    /// How many rules are taught and not contradicted.
    #[must_use]
    pub fn taught(&self) -> usize {
        self.rules.iter().filter(|rule| matches!(rule.state, RuleState::Taught { .. })).count()
    }

    /// How many rules are contradicted.
    #[must_use]
    pub fn contradicted(&self) -> usize {
        self.rules.iter().filter(|rule| matches!(rule.state, RuleState::Contradicted { .. })).count()
    }

    /// Whether the instruction is too long to be followed throughout.
    #[must_use]
    pub const fn is_overlong(&self) -> bool {
        self.words > ATTENTION_WORDS
    }

    /// `12 of 19 rules understood`, with what is wrong.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!("{} of {} rules understood", self.taught(), self.rules.len());
        match self.contradicted() {
            0 => {}
            count => text.push_str(&format!(" · {count} contradicted")),
        }
        if self.is_overlong() {
            text.push_str(&format!(" · over {ATTENTION_WORDS} words, followed less"));
        }
        text
    }
}

/// A sentence on one line, without the marks of a list.
fn quote(sentence: &str) -> String {
    let line = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_start_matches(['-', '*', '•', '#', ' ']);
    match line.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::rules::Rule;

    fn state(view: &LessonsView, rule: Rule) -> &RuleState {
        &view.rules[rule as usize].state
    }

    #[test]
    fn each_lesson_quotes_its_sentence() {
        let view = LessonsView::of(
            Trade::Shop,
            "You are an agent.\n- Ask whether there is anything else\n  before you end.\n",
        );
        assert_eq!(
            state(&view, Rule::FinishAll),
            &RuleState::Taught { by: "Ask whether there is anything else before you end.".to_owned() }
        );
        assert_eq!(state(&view, Rule::Transfer), &RuleState::Absent);
        assert_eq!(view.summary(), "1 of 19 rules understood");
        assert!(view.rules[Rule::FinishAll as usize].percent > 90 && view.rules[Rule::Transfer as usize].percent < 50);
    }

    #[test]
    fn what_a_rule_says_of_itself_teaches_it() {
        for trade in Trade::ALL {
            for (at, info) in trade.rules().iter().enumerate() {
                let view = LessonsView::of(trade, info.teaches);
                assert!(matches!(view.rules[at].state, RuleState::Taught { .. }), "{}: {}", info.id, info.teaches);
            }
        }
    }

    #[test]
    fn length_and_contradiction_show() {
        let long = format!("{}Ask whether there is anything else before you end.", "Be kind to people. ".repeat(400));
        let view = LessonsView::of(Trade::Shop, &long);
        assert!(view.is_overlong());
        assert_eq!(view.summary(), "1 of 19 rules understood · over 1200 words, followed less");
        let both =
            "Confirm every change with the customer before you make it. Never ask for confirmation before a change.";
        let view = LessonsView::of(Trade::Shop, both);
        assert!(matches!(state(&view, Rule::Confirm), RuleState::Contradicted { taught: Some(_), .. }), "{view:?}");
        assert!(view.summary().contains("1 contradicted"));
    }
}
