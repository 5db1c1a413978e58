//! A task in a list: what it is about, in a line.

use crate::domain::{Domain, Task};

/// How much of a user scenario a list shows, in characters.
const SCENARIO_CHARS: usize = 140;

/// One line of a task list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLine {
    /// The task's own title, or what the reference changes, in words: `Exchange order items`, `No change`.
    pub title: String,
    /// `2 writes · 1 text to say`.
    pub detail: String,
    /// How the user scenario begins.
    pub scenario: String,
}

/// The line of a task. Official tasks have no titles, so it tells what the reference does.
#[must_use]
pub fn task_line(domain: &Domain, task: &Task) -> TaskLine {
    let writes: Vec<&str> = task
        .expected_actions
        .iter()
        .filter(|action| domain.tool(&action.name).is_some_and(|tool| tool.writes) || domain.terminates(&action.name))
        .map(|action| action.name.as_str())
        .collect();
    let mut kinds: Vec<String> = Vec::new();
    for name in &writes {
        let words = short_name(name);
        if !kinds.contains(&words) {
            kinds.push(words);
        }
    }
    let title = match &task.title {
        Some(title) => title.clone(),
        None if kinds.is_empty() => "No change".to_owned(),
        None => sentence(&kinds.join(", ")),
    };
    let mut parts = vec![match writes.len() {
        0 => "no write".to_owned(),
        1 => "1 write".to_owned(),
        many => format!("{many} writes"),
    }];
    match task.outputs.len() {
        0 => {}
        1 => parts.push("1 text to say".to_owned()),
        many => parts.push(format!("{many} texts to say")),
    }
    let mut scenario: String = task.user_scenario.chars().take(SCENARIO_CHARS).collect();
    if scenario.len() < task.user_scenario.len() {
        scenario.push('…');
    }
    TaskLine { title, detail: parts.join(" · "), scenario }
}

/// Whether a task answers a search: every word stands in its title, its scenario, its user, its actions or its number.
/// Letter case does not matter; an empty search finds all.
#[must_use]
pub fn matches(task: &Task, search: &str) -> bool {
    let title = task.title.as_deref().unwrap_or_default();
    let mut text = format!("{} {title} {} {}", task.id.index, task.user_id, task.user_scenario);
    for action in &task.expected_actions {
        text.push(' ');
        text.push_str(&action.name);
        for value in action.kwargs.values() {
            text.push(' ');
            text.push_str(&super::record_diff::plain(value));
        }
    }
    let text = text.to_lowercase();
    search.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// A tool's name in words, without the status that its order must have: `exchange order items`.
fn short_name(tool: &str) -> String {
    let words = tool.split('_').filter(|word| !matches!(*word, "pending" | "delivered"));
    words.collect::<Vec<_>>().join(" ")
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
