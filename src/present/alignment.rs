//! Two rollouts of one task beside one another: which step of the one belongs to which of the other, and how they
//! differ.
//!
//! Up to the first difference both are the same steps. From there on steps are paired in order so that as much as
//! possible stands beside its like: only steps of one kind are ever paired (customer's words, agent's words, calls of
//! one tool, unreadable replies), the same turn of the conversation rather than another one, and among words those
//! that share the most. What finds no partner is missing on the one side and extra on the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::transcript::{Row, RowKind, ToolCard};

/// A place in both rollouts. At least one side has a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The position of the step in the first rollout.
    pub left: Option<usize>,
    /// The position of the step in the second one.
    pub right: Option<usize>,
    pub difference: Difference,
}

/// How the two steps of a pair differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    Same,
    /// One speaker, other words; or another unreadable reply.
    OtherWords,
    /// One tool, called with other arguments.
    OtherArguments,
    /// One call, another result.
    OtherResult,
    /// Only the first rollout has the step.
    Missing,
    /// Only the second rollout has the step.
    Extra,
}

impl Difference {
    /// What the mark between the two steps says; `None` where there is nothing to say.
    #[must_use]
    pub const fn text(self) -> Option<&'static str> {
        match self {
            Self::Same => None,
            Self::OtherWords => Some("other words"),
            Self::OtherArguments => Some("other arguments"),
            Self::OtherResult => Some("other result"),
            Self::Missing => Some("only in the first"),
            Self::Extra => Some("only in the second"),
        }
    }
}

/// Above this many cells the table of all pairs is not worth its time; the steps are then paired one to one.
const MOST_CELLS: usize = 1 << 20;

/// Pairs the steps of two rollouts. Every step of either stands in exactly one pair, in its order.
#[must_use]
pub fn align(left: &[Arc<Row>], right: &[Arc<Row>]) -> Vec<Pair> {
    let common = left.iter().zip(right).take_while(|(a, b)| difference(a, b) == Some(Difference::Same)).count();
    let mut pairs: Vec<Pair> =
        (0..common).map(|at| Pair { left: Some(at), right: Some(at), difference: Difference::Same }).collect();
    let (a, b) = (steps(left, common), steps(right, common));
    let gains = if a.len().saturating_mul(b.len()) <= MOST_CELLS { best_gains(&a, &b) } else { Vec::new() };
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let pair = match (a.get(i), b.get(j)) {
            (Some(one), Some(other)) => {
                let found = difference(one.row, other.row);
                let gain_at = |i: usize, j: usize| gains.get(i * (b.len() + 1) + j).copied();
                let pairs_best = match (gain(one, other), gain_at(i, j), gain_at(i + 1, j + 1)) {
                    (Some(own), Some(here), Some(after)) => here == own + after,
                    (Some(_), ..) => true,
                    (None, ..) => false,
                };
                match found.filter(|_| pairs_best) {
                    Some(difference) => Pair { left: Some(i), right: Some(j), difference },
                    // The first rollout's own steps come first, as removed lines do in a difference of texts.
                    None if gain_at(i, j) == gain_at(i + 1, j) => missing(i),
                    None => extra(j),
                }
            }
            (Some(_), None) => missing(i),
            (None, _) => extra(j),
        };
        i += usize::from(pair.left.is_some());
        j += usize::from(pair.right.is_some());
        pairs.push(Pair { left: pair.left.map(|at| at + common), right: pair.right.map(|at| at + common), ..pair });
    }
    pairs
}

/// How many steps of each rollout stand in the first `pairs` pairs.
#[must_use]
pub fn steps_within(pairs: &[Pair], count: usize) -> (usize, usize) {
    let within = &pairs[..count.min(pairs.len())];
    (within.iter().filter_map(|pair| pair.left).count(), within.iter().filter_map(|pair| pair.right).count())
}

/// The names of the arguments in which two calls differ, those of the first one first.
#[must_use]
pub fn differing_arguments(left: &Row, right: &Row) -> Vec<String> {
    let (RowKind::Tool(a), RowKind::Tool(b)) = (&left.kind, &right.kind) else { return Vec::new() };
    let mut names: Vec<&String> = Vec::new();
    for (one, other) in [(a, b), (b, a)] {
        let differing = one.arguments.iter().filter(|argument| !other.arguments.contains(argument));
        for (name, _) in differing {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter().cloned().collect()
}

/// The first pair that differs.
#[must_use]
pub fn first_difference(pairs: &[Pair]) -> Option<usize> {
    pairs.iter().position(|pair| pair.difference != Difference::Same)
}

const fn missing(at: usize) -> Pair {
    Pair { left: Some(at), right: None, difference: Difference::Missing }
}

const fn extra(at: usize) -> Pair {
    Pair { left: None, right: Some(at), difference: Difference::Extra }
}

/// How two steps differ; `None` where they cannot be a pair.
fn difference(left: &Row, right: &Row) -> Option<Difference> {
    let words = |same: bool| Some(if same { Difference::Same } else { Difference::OtherWords });
    match (&left.kind, &right.kind) {
        (RowKind::User(a), RowKind::User(b)) => words(a == b),
        (RowKind::Agent(a), RowKind::Agent(b)) => words(a == b),
        (RowKind::Tool(a), RowKind::Tool(b)) if a.name == b.name => Some(of_calls(a, b)),
        (RowKind::Unreadable { reply: a, .. }, RowKind::Unreadable { reply: b, .. }) => words(a == b),
        _ => None,
    }
}

fn of_calls(a: &ToolCard, b: &ToolCard) -> Difference {
    if a.arguments != b.arguments {
        Difference::OtherArguments
    } else if a.result != b.result || a.changed != b.changed {
        Difference::OtherResult
    } else {
        Difference::Same
    }
}

/// A step with what pairing it needs.
struct Candidate<'a> {
    row: &'a Row,
    /// The turn of the conversation, counted by the customer's messages.
    turn: usize,
    /// The words that were said, in lower case.
    words: BTreeSet<String>,
}

fn steps(rows: &[Arc<Row>], from: usize) -> Vec<Candidate<'_>> {
    let mut turn = 0;
    let candidates = rows.iter().map(|row| {
        turn += usize::from(matches!(row.kind, RowKind::User(_)));
        let text = match &row.kind {
            RowKind::User(text) | RowKind::Agent(Some(text)) => text.as_str(),
            _ => "",
        };
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        Candidate { row, turn, words: words.map(str::to_lowercase).collect() }
    });
    candidates.skip(from).collect()
}

/// What it is worth to put two steps beside one another; `None` where they cannot be.
fn gain(a: &Candidate<'_>, b: &Candidate<'_>) -> Option<u32> {
    let difference = difference(a.row, b.row)?;
    let same_turn = u32::from(a.turn == b.turn) * 4;
    let base = match difference {
        Difference::Same => 40,
        Difference::OtherResult => 30,
        Difference::OtherArguments => 20,
        _ => {
            let shared = a.words.intersection(&b.words).count();
            let all = a.words.union(&b.words).count().max(1);
            // 4 to 20: a call of the same tool outweighs words that have little in common.
            4 + u32::try_from(16 * shared / all).unwrap_or(0)
        }
    };
    Some(base + same_turn)
}

/// The most that the steps from `i` and `j` on can gain, by `i * (b.len() + 1) + j`: a longest common subsequence with
/// weights.
fn best_gains(a: &[Candidate<'_>], b: &[Candidate<'_>]) -> Vec<u32> {
    let width = b.len() + 1;
    let mut best = vec![0; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let unpaired = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let paired = gain(&a[i], &b[j]).map_or(0, |own| own + best[(i + 1) * width + j + 1]);
            best[i * width + j] = unpaired.max(paired);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::present::transcript::CardKind;

    /// A row from a line: `u words`, `a words`, `tool argument = result`.
    fn row(line: &str) -> Arc<Row> {
        let (head, rest) = line.split_once(' ').unwrap_or((line, ""));
        let kind = match head {
            "u" => RowKind::User(rest.to_owned()),
            "a" => RowKind::Agent(Some(rest.to_owned())),
            "x" => RowKind::Unreadable { reply: rest.to_owned(), why: String::new() },
            name => {
                let (argument, result) = rest.split_once(" = ").unwrap_or((rest, ""));
                RowKind::Tool(ToolCard {
                    name: name.to_owned(),
                    arguments_line: argument.to_owned(),
                    arguments: vec![("id".to_owned(), argument.to_owned())],
                    result_line: result.to_owned(),
                    result: result.to_owned(),
                    kind: CardKind::Read,
                    changed: Vec::new(),
                    aside: None,
                })
            }
        };
        Arc::new(Row { kind, call: None, notes: Vec::new(), asides: Vec::new() })
    }

    fn rows(lines: &[&str]) -> Vec<Arc<Row>> {
        lines.iter().map(|line| row(line)).collect()
    }

    /// `1 = 1`, `2 ~ 2 other words`, `3 -`, `- 3`, positions from 1.
    #[track_caller]
    fn check(left: &[&str], right: &[&str], expected: &[&str]) {
        let pairs = align(&rows(left), &rows(right));
        let shown: Vec<String> = pairs
            .iter()
            .map(|pair| match (pair.left, pair.right) {
                (Some(a), Some(b)) => match pair.difference.text() {
                    None => format!("{} = {}", a + 1, b + 1),
                    Some(text) => format!("{} ~ {} {text}", a + 1, b + 1),
                },
                (Some(a), None) => format!("{} -", a + 1),
                (None, b) => format!("- {}", b.map_or(0, |b| b + 1)),
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn equal_rollouts_are_pairs_of_equals() {
        check(&["u hi", "find a = b"], &["u hi", "find a = b"], &["1 = 1", "2 = 2"]);
        check(&[], &[], &[]);
    }

    #[test]
    fn one_call_with_other_arguments_or_another_result() {
        check(&["u hi", "find a = b"], &["u hi", "find z = b"], &["1 = 1", "2 ~ 2 other arguments"]);
        check(&["u hi", "find a = b"], &["u hi", "find a = c"], &["1 = 1", "2 ~ 2 other result"]);
    }

    #[test]
    fn arguments_that_differ_are_named() {
        assert_eq!(differing_arguments(&row("find a = b"), &row("find z = b")), ["id"]);
        assert_eq!(differing_arguments(&row("find a = b"), &row("find a = c")), [""; 0]);
    }

    #[test]
    fn a_call_that_only_one_made_stands_alone() {
        check(
            &["u cancel it", "cancel w1 = done", "a It is cancelled."],
            &["u cancel it", "order w1 = pending", "cancel w1 = done", "a It is cancelled."],
            &["1 = 1", "- 2", "2 = 3", "3 = 4"],
        );
    }

    #[test]
    fn an_inserted_turn_does_not_shift_what_follows() {
        check(
            &["u cancel it", "cancel w1 = done", "a Done, anything else?", "u No, thanks."],
            &[
                "u cancel it",
                "a Shall I go ahead and cancel it?",
                "u Yes, please go ahead.",
                "cancel w1 = done",
                "a Done, anything else?",
                "u No, thanks.",
            ],
            &["1 = 1", "- 2", "- 3", "2 = 4", "3 = 5", "4 = 6"],
        );
    }

    #[test]
    fn words_stand_beside_the_words_that_they_resemble() {
        check(
            &["u hi", "a Which order is it?", "u W1", "a Your refund of 3 dollars is on its way."],
            &["u hi", "a Your refund of 5 dollars is on its way."],
            &["1 = 1", "2 -", "3 -", "4 ~ 2 other words"],
        );
    }

    #[test]
    fn steps_of_different_kinds_are_never_a_pair() {
        check(&["u hi", "find a = b"], &["u hi", "a What?"], &["1 = 1", "2 -", "- 2"]);
        check(&["u hi", "x {"], &["u hi", "find a = b"], &["1 = 1", "2 -", "- 2"]);
    }

    #[test]
    fn one_scrubber_for_both() {
        let pairs = align(
            &rows(&["u cancel it", "cancel w1 = done"]),
            &rows(&["u cancel it", "order w1 = pending", "cancel w1 = done"]),
        );
        let at: Vec<_> = (0..=4).map(|count| steps_within(&pairs, count)).collect();
        assert_eq!(at, [(0, 0), (1, 1), (1, 2), (2, 3), (2, 3)]);
        assert_eq!(first_difference(&pairs), Some(1));
    }

    fn any_rows() -> impl Strategy<Value = Vec<Arc<Row>>> {
        let line = prop_oneof![
            Just("u yes"),
            Just("u no thanks"),
            Just("a shall I"),
            Just("a done"),
            Just("find a = b"),
            Just("find c = b"),
            Just("order w = x"),
            Just("x ?"),
        ];
        proptest::collection::vec(line.prop_map(row), 0..14)
    }

    proptest! {
        #[test]
        fn every_step_stands_in_one_pair_in_its_order(left in any_rows(), right in any_rows()) {
            let pairs = align(&left, &right);
            let side = |of: fn(&Pair) -> Option<usize>| pairs.iter().filter_map(of).collect::<Vec<_>>();
            prop_assert_eq!(side(|pair| pair.left), (0..left.len()).collect::<Vec<_>>());
            prop_assert_eq!(side(|pair| pair.right), (0..right.len()).collect::<Vec<_>>());
            for pair in &pairs {
                match (pair.left, pair.right) {
                    (Some(a), Some(b)) => prop_assert_eq!(Some(pair.difference), difference(&left[a], &right[b])),
                    (Some(_), None) => prop_assert_eq!(pair.difference, Difference::Missing),
                    (None, Some(_)) => prop_assert_eq!(pair.difference, Difference::Extra),
                    (None, None) => prop_assert!(false, "an empty pair"),
                }
            }
        }

        #[test]
        fn a_rollout_beside_itself_differs_nowhere(rows in any_rows()) {
            prop_assert_eq!(first_difference(&align(&rows, &rows)), None);
        }
    }
}
