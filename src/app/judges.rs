//! Judging ended rollouts: who is asked, by what, and what is kept of it with the run.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::endpoints::Endpoints;
use super::moments::now_ms;
use super::runs::Runs;
use super::storage::{PageStore, Setting};
use crate::cast::rater::RehearsalRater;
use crate::chat::{ChatModel, Message, ToolSpec};
use crate::domain::{Task, World};
use crate::journal::{Judged, Judgements, Rated, RunId};
use crate::present::endpoint_form;
use crate::present::judging::{SavedJudges, judge};
use crate::present::seating::Sitter;
use crate::rollout::attribution::Shown;
use crate::rollout::judging;
use crate::rollout::{Inquiry, Occupant};

/// The judges. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Judges {
    endpoints: Endpoints,
    runs: Runs,
    storage: PageStore,
    saved: RwSignal<SavedJudges>,
    /// What is being judged.
    busy: RwSignal<Vec<(RunId, Question)>>,
    /// Why the last questions have no answer.
    failed: RwSignal<Vec<(RunId, Question, String)>>,
}

/// What is asked of a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Attribution,
    Rating,
}

/// An ended rollout that is to be judged.
#[derive(Clone)]
pub struct Ended {
    pub run: RunId,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub conversation: Vec<Message>,
}

/// A judge, ready to be asked.
#[derive(Clone)]
pub struct SeatedJudge {
    pub by: Occupant,
    pub model: Rc<dyn ChatModel>,
}

impl Judges {
    /// Makes the judges available to all components below.
    pub fn provide(endpoints: Endpoints, runs: Runs, storage: PageStore) -> Self {
        let judges = Self {
            endpoints,
            runs,
            storage,
            saved: RwSignal::new(SavedJudges::default()),
            busy: RwSignal::new(Vec::new()),
            failed: RwSignal::new(Vec::new()),
        };
        provide_context(judges);
        judges
    }

    /// Reads the kept choice.
    pub async fn restore(self) {
        if let Ok(Some(text)) = self.storage.setting(Setting::Judges).await
            && self.saved.with_untracked(|saved| *saved == SavedJudges::default())
        {
            self.saved.set(SavedJudges::from_text(&text));
        }
    }

    /// Who judges, and by what. Tracks.
    #[must_use]
    pub fn saved(self) -> SavedJudges {
        self.saved.get()
    }

    /// Changes who judges or by what, and keeps that.
    pub fn change(self, change: impl FnOnce(&mut SavedJudges)) {
        self.saved.update(change);
        self.storage.keep(Setting::Judges, self.saved.with_untracked(SavedJudges::to_text).into_bytes());
    }

    /// Who may be asked: endpoints; for a rating the program too. Tracks.
    #[must_use]
    pub fn choices(self, question: Question) -> Vec<(Sitter, Occupant)> {
        let program = (question == Question::Rating).then_some(Sitter::Cast(None));
        let mut sitters: Vec<(Sitter, Occupant)> = self
            .endpoints
            .list()
            .iter()
            .map(|endpoint| Sitter::Endpoint(endpoint.id.clone()))
            .zip(self.endpoints.list().iter().map(endpoint_form::title))
            .map(|(sitter, title)| (sitter.clone(), judge(&sitter, title)))
            .collect();
        sitters.extend(program.map(|sitter| (sitter.clone(), judge(&sitter, String::new()))));
        sitters
    }

    /// Who is asked: who was chosen, else the first; `None` where nobody can be. Tracks.
    #[must_use]
    pub fn chosen(self, question: Question) -> Option<(Sitter, Occupant)> {
        let wanted = self.saved.with(|saved| match question {
            Question::Attribution => saved.attribution.clone(),
            Question::Rating => saved.rater.clone(),
        });
        let choices = self.choices(question);
        let found = choices.iter().find(|(sitter, _)| Some(sitter) == wanted.as_ref());
        found.or_else(|| choices.first()).cloned()
    }

    /// Seats the judge of a record; `None` where that one is not here any more. Does not track.
    #[must_use]
    pub fn seated(self, by: &Occupant) -> Option<SeatedJudge> {
        let sitter = Sitter::of_key(by.choice.as_deref()?)?;
        let model: Rc<dyn ChatModel> = match &sitter {
            Sitter::Endpoint(id) => self.endpoints.model(id)?,
            Sitter::Cast(_) | Sitter::Person => Rc::new(RehearsalRater),
        };
        let by = match &sitter {
            // An endpoint's record says its model and host, whatever the user calls it.
            Sitter::Endpoint(_) => Occupant { label: model.label(), ..by.clone() },
            Sitter::Cast(_) | Sitter::Person => by.clone(),
        };
        Some(SeatedJudge { by, model })
    }

    /// Whether a run is being judged. Tracks.
    #[must_use]
    pub fn is_busy(self, run: &RunId, question: Question) -> bool {
        self.busy.with(|busy| busy.iter().any(|(own, asked)| own == run && *asked == question))
    }

    /// Why the last question has no answer. Tracks.
    #[must_use]
    pub fn failure(self, run: &RunId, question: Question) -> Option<String> {
        self.failed.with(|failed| {
            failed.iter().find(|(own, asked, _)| own == run && *asked == question).map(|(.., why)| why.clone())
        })
    }

    /// Asks, in the background, and keeps the answer with the run.
    pub fn ask(self, question: Question, ended: Ended) {
        let Some((_, by)) = untrack(|| self.chosen(question)) else { return };
        let Some(judge) = self.seated(&by) else { return };
        if untrack(|| self.is_busy(&ended.run, question)) {
            return;
        }
        let is_own = {
            let run = ended.run.clone();
            move |other: &RunId, asked: Question| *other == run && asked == question
        };
        self.failed.update(|failed| failed.retain(|(other, asked, _)| !is_own(other, *asked)));
        self.busy.update(|busy| busy.push((ended.run.clone(), question)));
        let rubric = self.saved.with_untracked(|saved| saved.rubric().to_owned());
        spawn_local(async move {
            let why = match question {
                Question::Rating => {
                    let tools = ended.world.domain.specs();
                    let asked = rate(&judge, rubric, &tools, &ended.conversation).await;
                    self.keep(&ended.run, asked, |judgements, rated| judgements.rating = Some(rated))
                }
                Question::Attribution => {
                    let inquiry = Inquiry::new(&ended.task, &ended.conversation, Shown::Everything);
                    let asked = judging::attribute(&*judge.model, inquiry).await;
                    let by = judge.by.clone();
                    let asked = asked.found.map(|found| Judged { found, by, at_ms: now_ms(), spent: asked.spent });
                    self.keep(&ended.run, asked, |judgements, found| judgements.attribution = Some(found))
                }
            };
            self.busy.update(|busy| busy.retain(|(other, asked)| !is_own(other, *asked)));
            self.failed.update(|failed| failed.extend(why.map(|why| (ended.run, question, why))));
        });
    }

    fn keep<T>(
        self,
        run: &RunId,
        asked: Result<T, judging::JudgeFault>,
        put: impl FnOnce(&mut Judgements, T),
    ) -> Option<String> {
        match asked {
            Ok(found) => {
                self.runs.judge(run, |judgements| put(judgements, found));
                None
            }
            Err(fault) => Some(fault.to_string()),
        }
    }
}

/// Has a conversation rated.
///
/// # Errors
/// The call fails, or the answer is no rating.
pub async fn rate(
    judge: &SeatedJudge,
    rubric: String,
    tools: &[ToolSpec],
    conversation: &[Message],
) -> Result<Judged<Rated>, judging::JudgeFault> {
    let judging::Judged { found, spent } = judging::rate(&*judge.model, &rubric, tools, conversation).await;
    found.map(|rating| Judged { found: Rated { rubric, rating }, by: judge.by.clone(), at_ms: now_ms(), spent })
}

/// The judges.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_judges() -> Judges {
    expect_context()
}
