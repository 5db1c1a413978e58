//! How the models in the seats are asked: what the choices are called, which of them suits whom, how they are kept.

use serde::{Deserialize, Serialize};

use crate::journal::Header;
use crate::rollout::{AgentStrategy, OccupantKind, Seat, UserStrategy};

/// How the models in both seats are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strategies {
    pub agent: AgentStrategy,
    pub user: UserStrategy,
}

/// A way to ask the model in a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatStrategy {
    Agent(AgentStrategy),
    User(UserStrategy),
}

impl SeatStrategy {
    /// The ways to ask whoever sits in a seat.
    #[must_use]
    pub fn all(seat: Seat) -> Vec<Self> {
        match seat {
            Seat::Agent => AgentStrategy::ALL.map(Self::Agent).to_vec(),
            Seat::User => UserStrategy::ALL.map(Self::User).to_vec(),
        }
    }

    /// The original's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent(strategy) => strategy.name(),
            Self::User(strategy) => strategy.name(),
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Agent(AgentStrategy::ToolCalling) => "the model calls tools",
            Self::Agent(AgentStrategy::Act) => "it writes its action as text",
            Self::Agent(AgentStrategy::React) => "a thought, then the action",
            Self::Agent(AgentStrategy::FewShot) => "tool calls, after examples",
            Self::User(UserStrategy::Llm) => "the model speaks",
            Self::User(UserStrategy::React) => "it thinks, then speaks",
            Self::User(UserStrategy::Verify) => "a second call judges its words",
            Self::User(UserStrategy::Reflection) => "judged, then said better",
        }
    }

    /// Why this way suits none of that kind in the seat; `None` where it does.
    #[must_use]
    pub const fn misfit(self, kind: OccupantKind) -> Option<&'static str> {
        match (self, kind) {
            (Self::Agent(AgentStrategy::ToolCalling) | Self::User(UserStrategy::Llm), _) => None,
            (Self::Agent(_), OccupantKind::Cast) => {
                Some("The rehearsal agent is a program that knows tool calls only. Choose an endpoint for the others.")
            }
            (Self::User(_), OccupantKind::Cast) => {
                Some("The rehearsal customer is a program that just speaks. Choose an endpoint for the others.")
            }
            (Self::Agent(AgentStrategy::FewShot), OccupantKind::Person) => {
                Some("Examples are for models; a person needs none.")
            }
            (Self::User(_), OccupantKind::Person) => Some("A person just speaks; nobody judges their words."),
            (Self::Agent(_) | Self::User(_), _) => None,
        }
    }
}

impl Strategies {
    #[must_use]
    pub const fn of(self, seat: Seat) -> SeatStrategy {
        match seat {
            Seat::Agent => SeatStrategy::Agent(self.agent),
            Seat::User => SeatStrategy::User(self.user),
        }
    }

    #[must_use]
    pub const fn with(self, strategy: SeatStrategy) -> Self {
        match strategy {
            SeatStrategy::Agent(agent) => Self { agent, ..self },
            SeatStrategy::User(user) => Self { user, ..self },
        }
    }

    /// These for whoever sits in the seats: the plain way where another does not suit them.
    #[must_use]
    pub fn fitted(self, agent: OccupantKind, user: OccupantKind) -> Self {
        let fits = |seat, kind| self.of(seat).misfit(kind).is_none();
        Self {
            agent: if fits(Seat::Agent, agent) { self.agent } else { AgentStrategy::default() },
            user: if fits(Seat::User, user) { self.user } else { UserStrategy::default() },
        }
    }

    /// How a run was asked.
    #[must_use]
    pub const fn of_run(header: &Header) -> Self {
        Self { agent: header.strategy, user: header.user_strategy }
    }
}

/// How a run's models were asked where that is not the usual way: `react agent · verify customer`.
#[must_use]
pub fn unusual(header: &Header) -> Option<String> {
    let mut parts = Vec::new();
    if header.strategy != AgentStrategy::default() {
        parts.push(format!("{} agent", header.strategy.name()));
    }
    if header.user_strategy != UserStrategy::default() {
        parts.push(format!("{} customer", header.user_strategy.name()));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Why somebody cannot go on in a rollout that is asked in another way.
#[must_use]
pub fn refusal(asked: SeatStrategy, kind: OccupantKind) -> Option<String> {
    let why = asked.misfit(kind)?;
    let seat = match asked {
        SeatStrategy::Agent(_) => "agent",
        SeatStrategy::User(_) => "customer",
    };
    Some(format!("The {seat} of this run is asked the {} way. {why}", asked.name()))
}

/// The choice as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedStrategies {
    pub strategies: Strategies,
    /// The id of the set of examples; empty where none was chosen.
    pub examples: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Wire {
    agent: String,
    user: String,
    examples: String,
}

impl SavedStrategies {
    /// The choice as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Strategies { agent, user } = self.strategies;
        let wire =
            Wire { agent: agent.name().to_owned(), user: user.name().to_owned(), examples: self.examples.clone() };
        // Texts always have a JSON form.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Reads a kept choice; what is not understood is as if nothing had been chosen.
    #[must_use]
    pub fn from_text(text: &[u8]) -> Self {
        let Wire { agent, user, examples } = serde_json::from_slice(text).unwrap_or_default();
        let agent = AgentStrategy::ALL.into_iter().find(|own| own.name() == agent).unwrap_or_default();
        let user = UserStrategy::ALL.into_iter().find(|own| own.name() == user).unwrap_or_default();
        Self { strategies: Strategies { agent, user }, examples }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_back_as_it_was_kept() {
        let strategies = Strategies { agent: AgentStrategy::FewShot, user: UserStrategy::Reflection };
        let saved = SavedStrategies { strategies, examples: "e1".into() };
        assert_eq!(SavedStrategies::from_text(saved.to_text().as_bytes()), saved);
        for broken in ["", "7", "{}", r#"{"agent": "tool", "user": 3}"#] {
            assert_eq!(SavedStrategies::from_text(broken.as_bytes()), SavedStrategies::default(), "{broken}");
        }
    }

    #[test]
    fn programs_and_people_are_asked_in_the_ways_they_know() {
        let wanted = Strategies { agent: AgentStrategy::React, user: UserStrategy::Verify };
        let (endpoint, cast, person) = (OccupantKind::Endpoint, OccupantKind::Cast, OccupantKind::Person);
        assert_eq!(wanted.fitted(endpoint, endpoint), wanted);
        assert_eq!(wanted.fitted(cast, cast), Strategies::default());
        assert_eq!(wanted.fitted(person, person), Strategies { agent: AgentStrategy::React, ..Strategies::default() });
        let few_shot = Strategies { agent: AgentStrategy::FewShot, ..wanted };
        assert_eq!(few_shot.fitted(person, endpoint).agent, AgentStrategy::ToolCalling);
    }

    #[test]
    fn a_refusal_says_how_the_run_is_asked_and_what_helps() {
        let text = refusal(SeatStrategy::Agent(AgentStrategy::Act), OccupantKind::Cast).unwrap();
        assert!(text.contains("the act way") && text.contains("Choose an endpoint"), "{text}");
        assert_eq!(refusal(SeatStrategy::User(UserStrategy::Llm), OccupantKind::Cast), None);
    }
}
