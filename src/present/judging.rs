//! Judgements of ended rollouts in words, and the choice of who judges and by what.

use serde::{Deserialize, Serialize};

use super::format;
use super::seating::{Sitter, mark, name};
use crate::journal::{Judged, Rated};
use crate::rollout::rating::DEFAULT_RUBRIC;
use crate::rollout::{Attribution, Author, FaultType, Occupant, OccupantKind, RatingVerdict, Spent};

/// Who judges, and by what, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedJudges {
    /// Whom the page asks who is at fault; an endpoint, never a program.
    pub attribution: Option<Sitter>,
    /// Who rates.
    pub rater: Option<Sitter>,
    /// What a rating goes by.
    pub rubric: String,
}

impl Default for SavedJudges {
    fn default() -> Self {
        Self { attribution: None, rater: None, rubric: DEFAULT_RUBRIC.to_owned() }
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Wire {
    attribution: String,
    rater: String,
    /// Empty: the usual one, also where a later version has a better one.
    rubric: String,
}

impl SavedJudges {
    /// The rubric that a rating goes by: an empty text is none.
    #[must_use]
    pub fn rubric(&self) -> &str {
        match self.rubric.trim() {
            "" => DEFAULT_RUBRIC,
            rubric => rubric,
        }
    }

    /// The choice as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let key = |sitter: &Option<Sitter>| sitter.as_ref().map(Sitter::key).unwrap_or_default();
        let rubric = if self.rubric() == DEFAULT_RUBRIC { String::new() } else { self.rubric.clone() };
        let wire = Wire { attribution: key(&self.attribution), rater: key(&self.rater), rubric };
        // Texts always have a JSON form.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Reads a kept choice; what is not understood is as if nothing had been chosen.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Self {
        let Wire { attribution, rater, rubric } = serde_json::from_slice(text).unwrap_or_default();
        Self {
            attribution: Sitter::of_key(&attribution),
            rater: Sitter::of_key(&rater),
            rubric: if rubric.trim().is_empty() { DEFAULT_RUBRIC.to_owned() } else { rubric },
        }
    }
}

/// The record of whoever judges. `title` is what an endpoint is called.
#[must_use]
pub fn judge(sitter: &Sitter, title: String) -> Occupant {
    let by = match sitter {
        Sitter::Endpoint(_) => Occupant::new(OccupantKind::Endpoint, title),
        Sitter::Cast(_) | Sitter::Person => Occupant::new(OccupantKind::Cast, "rehearsal rater"),
    };
    by.with_choice(sitter.key())
}

/// Whose fault it is, as a headline.
#[must_use]
pub const fn author(author: Author) -> &'static str {
    match author {
        Author::Agent => "The agent is at fault",
        Author::User => "The customer is at fault",
        Author::Environment => "The environment is at fault",
    }
}

/// What the agent did wrong.
#[must_use]
pub const fn fault(fault: FaultType) -> &'static str {
    match fault {
        FaultType::CalledWrongTool => "called a wrong tool",
        FaultType::UsedWrongToolArgument => "used a wrong argument",
        FaultType::GoalPartiallyCompleted => "did only a part",
        FaultType::Other => "something else",
    }
}

/// A found attribution as a headline: `The agent is at fault: called a wrong tool`.
#[must_use]
pub fn attribution_line(found: &Attribution) -> String {
    let who = author(found.author);
    found.fault.as_ref().map_or_else(|| who.to_owned(), |(kind, _)| format!("{who}: {}", fault(*kind)))
}

/// A rating as a headline: `Rated 1: yes`.
#[must_use]
pub fn rating_line(rated: &Rated) -> String {
    let rating = &rated.rating;
    let words = match rating.verdict {
        RatingVerdict::Yes => "yes",
        RatingVerdict::No => "no",
        RatingVerdict::NotFound => "neither yes nor no, which counts as no",
    };
    format!("Rated {}: {words}", rating.score())
}

/// Who found it and what it took: `by gpt-x · 4 model calls · 3,502 tokens in · 41 out · $0.0123`.
#[must_use]
pub fn source_line<T>(judged: &Judged<T>) -> String {
    let mut parts = vec![format!("by {}", name(&judged.by))];
    if let Some(mark) = mark(&judged.by) {
        parts[0].push_str(&format!(" ({mark})"));
    } else {
        parts.extend(spent_parts(&judged.spent));
    }
    parts.join(" · ")
}

fn spent_parts(spent: &Spent) -> Vec<String> {
    let mut parts = vec![format::counted(spent.calls as u64, "model call", "model calls")];
    if let Some(tokens) = spent.usage.input() {
        parts.push(format!("{} in", format::counted(tokens, "token", "tokens")));
    }
    if let Some(tokens) = spent.usage.output() {
        parts.push(format!("{} out", format::count(tokens)));
    }
    parts.extend(spent.cost_usd.map(|cost| format!("${cost:.4}")));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::Rating;

    #[test]
    fn a_choice_comes_back_as_it_was_kept_and_an_empty_rubric_is_the_usual_one() {
        let saved = SavedJudges {
            attribution: Some(Sitter::Endpoint("e1".into())),
            rater: Some(Sitter::Cast(None)),
            rubric: "Was it kind?".into(),
        };
        assert_eq!(SavedJudges::from_text(saved.to_text().as_bytes()), saved);
        assert_eq!(SavedJudges::from_text(b"7"), SavedJudges::default());
        let empty = SavedJudges { rubric: "  ".into(), ..saved };
        assert_eq!(empty.rubric(), DEFAULT_RUBRIC);
        assert_eq!(SavedJudges::from_text(empty.to_text().as_bytes()).rubric, DEFAULT_RUBRIC);
    }

    #[test]
    fn a_programs_rating_says_that_it_is_one_and_tells_no_cost() {
        let rating = Rating::read("Property: p\nVerdict: yes").unwrap();
        let found = Rated { rubric: "p".into(), rating };
        assert_eq!(rating_line(&found), "Rated 1: yes");
        let spent = Spent { calls: 1, ..Spent::default() };
        let by = judge(&Sitter::Cast(None), String::new());
        let program = Judged { found: found.clone(), by, at_ms: 0, spent };
        assert_eq!(source_line(&program), "by rehearsal rater (program)");
        let model = judge(&Sitter::Endpoint("1".into()), "gpt-x at a.example".into());
        let spent = Spent { cost_usd: Some(0.5), ..spent };
        let judged = Judged { found, by: model, at_ms: 0, spent };
        assert_eq!(source_line(&judged), "by gpt-x at a.example · 1 model call · $0.5000");
    }

    #[test]
    fn the_headline_names_author_and_fault() {
        let found = |author, fault| Attribution { author, description: String::new(), fault };
        let own = found(Author::Agent, Some((FaultType::UsedWrongToolArgument, "It did.".into())));
        assert_eq!(attribution_line(&own), "The agent is at fault: used a wrong argument");
        assert_eq!(attribution_line(&found(Author::User, None)), "The customer is at fault");
    }
}
