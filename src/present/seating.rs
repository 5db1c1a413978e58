//! Who may fill a seat, as menus and records call them, and how a choice is kept.

use serde::{Deserialize, Serialize};

use crate::cast::Style;
use crate::rollout::{Occupant, OccupantKind, Seat};

/// Somebody who may fill a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitter {
    /// The model behind the endpoint of this id.
    Endpoint(String),
    /// The member of the rehearsal cast for the seat; a customer in this style.
    Cast(Option<Style>),
    Person,
}

/// What a choice of the person is kept as.
const PERSON: &str = "person";
/// What a choice of the cast begins with.
const CAST: &str = "cast";
/// What a choice of an endpoint begins with.
const ENDPOINT: &str = "endpoint:";

impl Sitter {
    /// The member of the cast that fills a seat where nobody was chosen.
    #[must_use]
    pub fn cast(seat: Seat) -> Self {
        match seat {
            Seat::Agent => Self::Cast(None),
            Seat::User => Self::Cast(Some(Style::default())),
        }
    }

    /// Everybody who may fill a seat without being set up.
    #[must_use]
    pub fn built_in(seat: Seat) -> Vec<Self> {
        let mut all = match seat {
            Seat::Agent => vec![Self::Cast(None)],
            Seat::User => Style::ALL.map(|style| Self::Cast(Some(style))).to_vec(),
        };
        all.push(Self::Person);
        all
    }

    /// The choice as it is kept and recorded.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Endpoint(id) => format!("{ENDPOINT}{id}"),
            Self::Cast(None) => CAST.to_owned(),
            Self::Cast(Some(style)) => format!("{CAST}:{}", style_key(*style)),
            Self::Person => PERSON.to_owned(),
        }
    }

    /// Reads a kept choice.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            PERSON => Some(Self::Person),
            CAST => Some(Self::Cast(None)),
            _ => match (key.strip_prefix(ENDPOINT), key.strip_prefix(CAST).and_then(|rest| rest.strip_prefix(':'))) {
                (Some(id), _) => Some(Self::Endpoint(id.to_owned())),
                (None, Some(key)) => {
                    Style::ALL.into_iter().find(|style| style_key(*style) == key).map(|style| Self::Cast(Some(style)))
                }
                (None, None) => None,
            },
        }
    }
}

const fn style_key(style: Style) -> &'static str {
    match style {
        Style::AllAtOnce => "all-at-once",
        Style::OneAtATime => "one-at-a-time",
        Style::ChangesMind => "changes-mind",
    }
}

/// The record of somebody in a seat. `title` is what an endpoint is called.
#[must_use]
pub fn occupant(seat: Seat, sitter: &Sitter, title: String) -> Occupant {
    let by = match sitter {
        Sitter::Endpoint(_) => Occupant::new(OccupantKind::Endpoint, title),
        Sitter::Cast(style) => {
            let label = match seat {
                Seat::Agent => "rehearsal agent",
                Seat::User => "rehearsal customer",
            };
            let by = Occupant::new(OccupantKind::Cast, label);
            style.map_or(by.clone(), |style| by.with_style(style.name()))
        }
        Sitter::Person => Occupant::new(OccupantKind::Person, "you"),
    };
    by.with_choice(sitter.key())
}

/// Who fills a seat, in words: `rehearsal customer, changes their mind`.
#[must_use]
pub fn name(by: &Occupant) -> String {
    match &by.style {
        Some(style) => {
            let mut chars = style.chars();
            let style: String = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
            format!("{}, {style}", by.label)
        }
        None => by.label.clone(),
    }
}

/// Who fills a seat, where there is little room: `rehearsal`, `you`.
#[must_use]
pub fn short_name(by: &Occupant) -> String {
    match by.kind {
        OccupantKind::Cast => "rehearsal".to_owned(),
        _ => by.label.clone(),
    }
}

/// The word that marks what is no language model; `None` for what is one.
#[must_use]
pub const fn mark(by: &Occupant) -> Option<&'static str> {
    match by.kind {
        OccupantKind::Endpoint => None,
        OccupantKind::Cast => Some("program"),
        OccupantKind::Person => Some("person"),
        OccupantKind::Script => Some("script"),
    }
}

/// The choice for both seats, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedSeats {
    pub agent: Option<Sitter>,
    pub user: Option<Sitter>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Wire {
    agent: String,
    user: String,
}

impl SavedSeats {
    #[must_use]
    pub const fn of(&self, seat: Seat) -> Option<&Sitter> {
        match seat {
            Seat::Agent => self.agent.as_ref(),
            Seat::User => self.user.as_ref(),
        }
    }

    pub fn set(&mut self, seat: Seat, sitter: Sitter) {
        match seat {
            Seat::Agent => self.agent = Some(sitter),
            Seat::User => self.user = Some(sitter),
        }
    }

    /// The choice as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let key = |sitter: &Option<Sitter>| sitter.as_ref().map(Sitter::key).unwrap_or_default();
        // Two texts always have a JSON form.
        serde_json::to_string(&Wire { agent: key(&self.agent), user: key(&self.user) }).unwrap_or_default()
    }

    /// Reads a kept choice; what is not understood is as if nothing had been chosen.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Self {
        let Wire { agent, user } = serde_json::from_slice(text).unwrap_or_default();
        Self { agent: Sitter::of_key(&agent), user: Sitter::of_key(&user) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_back_as_it_was_kept() {
        let endpoint = Sitter::Endpoint("cast:odd".to_owned());
        for sitter in Sitter::built_in(Seat::User).into_iter().chain([endpoint]) {
            let saved = SavedSeats { agent: Some(sitter), user: None };
            assert_eq!(SavedSeats::from_text(saved.to_text().as_bytes()), saved);
        }
        for broken in ["", "7", "{}", r#"{"agent": 7}"#, r#"{"agent": "cast:unheard-of", "user": "x"}"#] {
            assert_eq!(SavedSeats::from_text(broken.as_bytes()), SavedSeats::default(), "{broken}");
        }
    }

    #[test]
    fn programs_and_people_are_marked_as_such() {
        let customer = occupant(Seat::User, &Sitter::Cast(Some(Style::ChangesMind)), String::new());
        assert_eq!(name(&customer), "rehearsal customer, changes their mind");
        assert_eq!(mark(&customer), Some("program"));
        let you = occupant(Seat::Agent, &Sitter::Person, String::new());
        assert_eq!((name(&you).as_str(), mark(&you)), ("you", Some("person")));
        let model = occupant(Seat::Agent, &Sitter::Endpoint("1".to_owned()), "gpt-x at a.example".to_owned());
        assert_eq!((name(&model).as_str(), mark(&model)), ("gpt-x at a.example", None));
    }
}
