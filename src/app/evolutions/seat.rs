//! The seat of the reflection model: an endpoint's model, or the rehearsal coach.

use std::rc::Rc;

use super::Evolutions;
use crate::cast::RehearsalCoach;
use crate::chat::ChatModel;
use crate::present::endpoint_form;
use crate::present::seating::Sitter;
use crate::rollout::{Occupant, OccupantKind};

impl Evolutions {
    /// Who may rewrite instructions: endpoints, and the program. Tracks.
    #[must_use]
    pub fn reflection_choices(self) -> Vec<(Sitter, Occupant)> {
        let endpoints = self.endpoints.list();
        let endpoints = endpoints.iter().map(|endpoint| {
            let sitter = Sitter::Endpoint(endpoint.id.clone());
            let by = Occupant::new(OccupantKind::Endpoint, endpoint_form::title(endpoint)).with_choice(sitter.key());
            (sitter, by)
        });
        let coach = Sitter::Cast(None);
        let by = Occupant::new(OccupantKind::Cast, "rehearsal coach").with_choice(coach.key());
        endpoints.chain([(coach, by)]).collect()
    }

    /// The model in the seat; `None` where it is not here any more. A program draws from the seed. Does not track.
    pub(super) fn reflection_model(self, by: &Occupant, seed: u64) -> Option<Rc<dyn ChatModel>> {
        match Sitter::of_key(by.choice.as_deref()?)? {
            Sitter::Endpoint(id) => self.endpoints.model(&id).map(|model| model as Rc<dyn ChatModel>),
            Sitter::Cast(_) => Some(Rc::new(RehearsalCoach::new(seed))),
            Sitter::Person => None,
        }
    }
}
