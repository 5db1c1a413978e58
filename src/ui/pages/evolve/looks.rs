//! What an evolution shows, made anew when something happened and at no other time.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::evolutions::{Course, Evolutions};
use crate::app::use_packs;
use crate::domain::World;
use crate::evolve::Due;
use crate::journal::EvolutionId;
use crate::present::evolve::{Passes, Pool};
use crate::workspace::EvolutionRecord;

/// What the views are made from.
#[derive(Clone)]
pub struct Looks {
    stamp: Stamp,
    /// `None` for a result from a file, which does not tell.
    pub passes: Option<Arc<Passes>>,
    pub pool: Arc<Pool>,
    /// What no instruction should hold.
    pub facts: Arc<[String]>,
}

/// Two looks with the same stamp are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stamp {
    answers: usize,
    steps: usize,
    /// Rollouts of the step that is due.
    done: usize,
    has_world: bool,
}

impl PartialEq for Looks {
    fn eq(&self, other: &Self) -> bool {
        self.stamp == other.stamp
    }
}

impl Stamp {
    fn of(course: &Course, world: Option<&World>) -> Self {
        let evolution = &course.evolution;
        let done = match evolution.due() {
            Due::Rollouts(jobs) => jobs.iter().filter(|job| evolution.has(job.number)).count(),
            _ => 0,
        };
        Self { answers: evolution.answered(), steps: evolution.steps().len(), done, has_world: world.is_some() }
    }
}

/// What an evolution shows; `None` while it is not open.
pub fn looks(
    evolutions: Evolutions,
    id: StoredValue<EvolutionId>,
    record: Memo<Option<Arc<EvolutionRecord>>>,
) -> Memo<Option<Looks>> {
    let packs = use_packs();
    Memo::new(move |before: Option<&Option<Looks>>| {
        let before = before.and_then(Option::as_ref);
        let pack = record.with(|record| record.as_ref().map(|record| record.pack.clone()))?;
        id.with_value(|id| {
            if let Some(result) = evolutions.imported(id) {
                return Some(before.cloned().unwrap_or_else(|| Looks {
                    stamp: Stamp::default(),
                    passes: None,
                    pool: Arc::new(Pool::of_result(&result)),
                    facts: Arc::default(),
                }));
            }
            let world = packs.ready().into_iter().find(|own| own.pack == pack).map(|own| own.world);
            evolutions.with(id, |course| {
                let stamp = Stamp::of(course, world.as_deref());
                if let Some(same) = before.filter(|before| before.stamp == stamp) {
                    return same.clone();
                }
                let passes = Passes::of(&course.evolution);
                let pool = Pool::of(&course.evolution, &passes, world.as_deref());
                Looks {
                    stamp,
                    passes: Some(Arc::new(passes)),
                    pool: Arc::new(pool),
                    facts: course.facts.clone().into(),
                }
            })
        })
    })
}
