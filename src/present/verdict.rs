//! How a rollout ended, in words: the reward and why, or why there is none.

use super::record_diff::FieldChange;
use super::transcript::{ChangedRecord, changed_record, fault};
use crate::domain::{CallStatus, Task};
use crate::rollout::episode::{Ending, Seat};
use crate::rollout::reward::Reward;

/// What the page shows at the end of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// `Reward 1`, `Unscored`, …
    pub headline: String,
    /// One sentence: why.
    pub reason: String,
    /// What was looked at, one line each. Empty where nothing was judged.
    pub checks: Vec<Check>,
    /// The first differences in words: `order #W1: status is “pending”, expected “cancelled”`.
    pub why: Vec<String>,
    /// How the end state differs from the expected one: `before` is the expected value, `after` the one found.
    pub differences: Vec<ChangedRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
    /// No verdict.
    Unscored,
}

/// One check of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `None`: there was nothing to check.
    pub passed: Option<bool>,
    pub text: String,
}

const NOT_A_ZERO: &str = "This rollout counts neither for nor against the agent.";

/// The verdict of an ended rollout.
#[must_use]
pub fn verdict(ending: &Ending) -> Verdict {
    match ending {
        Ending::Judged(reward) => judged(reward),
        Ending::StepLimit => failure(
            "The agent used up its steps before the conversation ended. The end state was not looked at, as in the \
             original.",
        ),
        Ending::AgentFault(error) => failure(&format!(
            "The agent's reply could not be carried out: {}. The original ends the run here and counts it as 0.",
            fault(error)
        )),
        Ending::Unscored { seat, error } => {
            let attempts = match error.attempts {
                0 | 1 => String::new(),
                attempts => format!(" It was asked {attempts} times."),
            };
            unscored("Unscored", &format!("{} {}{attempts} {NOT_A_ZERO}", seat_failed(*seat), error.message))
        }
        Ending::Stopped => unscored("Stopped", "You stopped this rollout, so there is no reward."),
    }
}

/// What a judged end state came to.
#[must_use]
pub fn judged(reward: &Reward) -> Verdict {
    let missing = reward.outputs.iter().filter(|check| check.said_in.is_none()).count();
    let differing = reward.differences.len();
    let mut faults = Vec::new();
    if differing > 0 {
        faults.push(format!("{} from the expected end state", count(differing, "record differs", "records differ")));
    }
    if missing > 0 {
        faults
            .push(format!("{} never said to the customer", count(missing, "required text was", "required texts were")));
    }
    let reason = if faults.is_empty() {
        "The database ended as expected and every required text was said.".to_owned()
    } else {
        format!("{}.", faults.join(", and "))
    };
    let reason = match (faults.is_empty(), reward.outputs.is_empty()) {
        (true, true) => "The database ended exactly as expected.".to_owned(),
        _ => reason,
    };
    let differences: Vec<ChangedRecord> = reward.differences.iter().map(changed_record).collect();
    Verdict {
        outcome: if reward.reward >= 1.0 { Outcome::Success } else { Outcome::Failure },
        headline: format!("Reward {}", reward.reward),
        reason,
        checks: checks(reward),
        why: differences.iter().take(WHY_RECORDS).map(in_words).collect(),
        differences,
    }
}

/// How many records, and fields of each, are told of in words.
const WHY_RECORDS: usize = 3;
const WHY_FIELDS: usize = 3;
/// Longer values are cut, in characters.
const WHY_CHARS: usize = 48;

/// How a record differs, where `before` is what was expected and `after` what was found.
fn in_words(record: &ChangedRecord) -> String {
    let quoted = |value: &str| match value.char_indices().nth(WHY_CHARS) {
        Some((end, _)) => format!("“{}…”", &value[..end]),
        None => format!("“{value}”"),
    };
    let field = |change: &FieldChange| {
        let name = field_name(&change.path);
        match (&change.before, &change.after) {
            (Some(expected), Some(found)) => format!("{name} is {}, expected {}", quoted(found), quoted(expected)),
            (Some(expected), None) => format!("{name} is missing, expected {}", quoted(expected)),
            (None, Some(found)) => format!("{name} is {}, which was not expected", quoted(found)),
            (None, None) => name.to_owned(),
        }
    };
    // What a person thinks of comes before the ids and prices that follow from it.
    let follows = |change: &&FieldChange| change.path.ends_with("id") || change.path.ends_with("price");
    let mut fields: Vec<&FieldChange> = record.fields.iter().collect();
    fields.sort_by_key(|change| follows(change));
    let mut parts: Vec<String> = fields.into_iter().take(WHY_FIELDS).map(field).collect();
    match record.fields.len().saturating_sub(WHY_FIELDS) {
        0 => {}
        more => parts.push(format!("and {}", count(more, "more field", "more fields"))),
    }
    let table = record.table.strip_suffix('s').unwrap_or(&record.table);
    format!("{table} {}: {}", record.id, parts.join("; "))
}

/// A field as a person calls it: `item 2 colour` for `items[1].options.colour`.
fn field_name(path: &str) -> String {
    if path.is_empty() {
        return "the record".to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for name in path.split('.').filter(|name| *name != "options") {
        let name = name.replace('_', " ");
        match name.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((list, place)) => {
                let place = place.parse::<usize>().map_or_else(|_| place.to_owned(), |at| (at + 1).to_string());
                words.push(format!("{} {place}", list.strip_suffix('s').unwrap_or(list)));
            }
            None => words.push(name),
        }
    }
    words.join(" ")
}

/// What success asks of a task, before anything ran.
#[must_use]
pub fn demands(task: &Task) -> Vec<Check> {
    let mut demands = vec![Check {
        passed: None,
        text: match task.expected_actions.len() {
            0 => "The database must stay as it is".to_owned(),
            actions => format!(
                "The database must end as the {} it",
                count(actions, "expected action leaves", "expected actions leave")
            ),
        },
    }];
    demands
        .extend(task.outputs.iter().map(|text| Check { passed: None, text: format!("The agent must say “{text}”") }));
    demands
}

fn checks(reward: &Reward) -> Vec<Check> {
    let mut checks = vec![Check {
        passed: Some(reward.data_is_right()),
        text: if reward.data_is_right() {
            "The database equals the expected end state".to_owned()
        } else {
            format!(
                "The database differs from the expected end state in {}",
                count(reward.differences.len(), "record", "records")
            )
        },
    }];
    if reward.outputs.is_empty() {
        checks.push(Check { passed: None, text: "No text had to be said".to_owned() });
    }
    checks.extend(reward.outputs.iter().map(|output| Check {
        passed: Some(output.said_in.is_some()),
        text: match output.said_in {
            Some(_) => format!("“{}” was said", output.text),
            None => format!("“{}” was never said", output.text),
        },
    }));
    let refused = reward.expected().filter(|(_, status)| *status != CallStatus::Answered).count();
    if refused > 0 {
        let text = format!(
            "{} refused by its tool",
            count(refused, "call of the reference itself is", "calls of the reference itself are")
        );
        checks.push(Check { passed: None, text });
    }
    checks
}

fn failure(reason: &str) -> Verdict {
    Verdict {
        outcome: Outcome::Failure,
        headline: "Reward 0".to_owned(),
        reason: reason.to_owned(),
        checks: Vec::new(),
        why: Vec::new(),
        differences: Vec::new(),
    }
}

fn unscored(headline: &str, reason: &str) -> Verdict {
    Verdict {
        outcome: Outcome::Unscored,
        headline: headline.to_owned(),
        reason: reason.to_owned(),
        checks: Vec::new(),
        why: Vec::new(),
        differences: Vec::new(),
    }
}

const fn seat_failed(seat: Seat) -> &'static str {
    match seat {
        Seat::Agent => "The agent's model did not answer.",
        Seat::User => "The user simulator's model did not answer.",
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_as_a_person_calls_it() {
        assert_eq!(field_name("items[1].options.colour"), "item 2 colour");
        assert_eq!(field_name("payment_history[0].amount"), "payment history 1 amount");
        assert_eq!(field_name("cancel_reason"), "cancel reason");
        assert_eq!(field_name(""), "the record");
    }

    #[test]
    fn what_was_wanted_comes_before_the_ids_that_follow_from_it() {
        let change = |path: &str| FieldChange {
            path: path.to_owned(),
            before: Some("long".to_owned()),
            after: Some("short".to_owned()),
        };
        let fields = ["items[1].item_id", "items[1].price", "items[1].options.length", "status"].map(change).to_vec();
        let record = ChangedRecord { table: "orders".to_owned(), id: "#W1".to_owned(), fields };
        assert_eq!(
            in_words(&record),
            "order #W1: item 2 length is “short”, expected “long”; status is “short”, expected “long”; item 2 item id is \
             “short”, expected “long”; and 1 more field"
        );
    }
}
