//! Opening an evolution, and taking up one that was left: what was answered stands, the rest is due.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::live::{Left, Live, TakenUp};
use super::{Course, Evolutions, Phase, Refusal, lock};
use crate::app::seats::Sitting;
use crate::domain::World;
use crate::evolve::{Due, Evolution, leaks};
use crate::gepa::Answer;
use crate::gepa::result::RunResult;
use crate::journal::EvolutionId;
use crate::present::strategies::Strategies;
use crate::rollout::{Seat, Spent};
use crate::workspace::{EvolutionRecord, Kept};

impl Evolutions {
    /// Opens an evolution, so that it can be looked at. Quick where it is open.
    ///
    /// # Errors
    /// It is not there, or what is kept of it can't be had.
    pub async fn open(self, id: &EvolutionId) -> Result<(), Refusal> {
        if self.course_of(id).is_some() || untrack(|| self.imported(id)).is_some() {
            return Ok(());
        }
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        let kept = self.store().await.answers(id).await?;
        if record.file.is_some() {
            let text = kept.file.ok_or(Refusal::Gone)?;
            let result = Arc::new(RunResult::read(&text)?);
            self.results.update_value(|results| _ = results.insert(id.clone(), result));
            self.stir();
            return Ok(());
        }
        self.runs.read().await;
        // Without its pack it can be looked at all the same; leaks are looked for when it goes on.
        let world = untrack(|| self.packs.ready()).into_iter().find(|pack| pack.pack == record.pack);
        let (course, _) = self.course(record, kept, world.as_ref().map(|pack| &*pack.world))?;
        if self.course_of(id).is_none() {
            self.put_course(&Rc::new(RefCell::new(course)));
        }
        Ok(())
    }

    /// The evolution that the kept answers led to.
    fn course(
        self,
        record: Arc<EvolutionRecord>,
        kept: Kept,
        world: Option<&World>,
    ) -> Result<(Course, Left), Refusal> {
        let Kept { mut answers, is_broken, replies, .. } = kept;
        if is_broken && matches!(answers.last(), Some(Answer::Evaluated(_))) {
            // What was made of these scores may be among what was lost. Their rollouts are kept as runs.
            answers.pop();
        }
        let known = answers.len();
        let mut evolution = Evolution::replay(&record.setup, answers)?;
        // Those that are stored need not be in memory as well; what replaying added to them is still to be stored.
        let mut answers = evolution.take_answers();
        let unstored = answers.split_off(known.min(answers.len()));
        let before_seconds = answers.iter().rev().find_map(|answer| match answer {
            Answer::Proceed(outside) => Some(outside.elapsed_seconds),
            _ => None,
        });
        let mut rollouts_spent = Spent::default();
        for run in untrack(|| self.runs.in_batch(record.id.as_batch())).values() {
            rollouts_spent.merge(&run.summary.spent);
            if let Some(rating) = &run.header.judgements.rating {
                rollouts_spent.merge(&rating.spent);
            }
        }
        let mut reflection_spent = Spent::default();
        replies.iter().for_each(|reply| reflection_spent.merge(&reply.spent));
        let feedback = &record.setup.datasets.feedback;
        let tasks = world.into_iter().flat_map(|world| {
            feedback.tasks.iter().filter_map(|index| world.task(&feedback.split, *index)).map(|task| &**task)
        });
        let facts = leaks::facts(tasks);
        let mut course = Course {
            record,
            evolution,
            waiting: Vec::new(),
            going: Vec::new(),
            rollouts_spent,
            reflection_spent,
            held: None,
            facts,
        };
        course.receive_kept(&replies);
        Ok((course, Left { unstored, before_seconds: before_seconds.unwrap_or(0.0) }))
    }

    /// Takes an evolution up; `held`: it waits for a person from the start.
    pub(super) async fn take_up(self, id: &EvolutionId, held: bool) -> Result<(), Refusal> {
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        if record.file.is_some() {
            return Err(Refusal::Imported);
        }
        let lock = lock(id).await?;
        // Under the lock: until then another tab may have gone on with it.
        self.refresh().await;
        self.runs.read().await;
        self.runs.refresh().await;
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        let pack = self.packs.wait_for(&record.pack).await.ok_or_else(|| Refusal::NoPack(record.pack.clone()))?;
        let world = pack.world;
        self.check(&record, &world)?;
        let kept = self.store().await.answers(id).await?;
        let replies = kept.replies.clone();
        let (known, is_broken) = (kept.answers.len(), kept.is_broken);
        let (course, left) = self.course(Arc::clone(&record), kept, Some(&world))?;
        let stand = course.evolution.answered() - left.unstored.len();
        if is_broken || stand < known {
            self.store().await.cut(id, stand).await?;
            let lost = "Some of what was kept of this evolution could not be read. It goes on from what came before.";
            self.warnings.update(|warnings| warnings.push(lost.to_owned()));
        }
        if matches!(course.evolution.due(), Due::Ended(_)) {
            self.put_course(&Rc::new(RefCell::new(course)));
            return Err(Refusal::Ended);
        }
        if self.live_of(id).is_some() {
            return Ok(());
        }
        let course = Rc::new(RefCell::new(course));
        self.put_course(&course);
        let live = Live::new(TakenUp { course, world, left, held, lock });
        replies.iter().for_each(|reply| live.asked(reply));
        self.live.update_value(|all| all.push(Rc::clone(&live)));
        self.set_phase(id, Some(if held { Phase::Paused } else { Phase::Running }));
        spawn_local(self.drive(live));
        Ok(())
    }

    /// Whether all that it needs is here.
    fn check(self, record: &EvolutionRecord, world: &World) -> Result<(), Refusal> {
        if let Some(task) = record.tasks().find(|task| world.task(&task.split, task.index).is_none()) {
            return Err(Refusal::NoTask { pack: record.pack.clone(), task });
        }
        if self.reflection_model(&record.reflection, 0).is_none() {
            return Err(Refusal::NoSeat(record.reflection.label.clone()));
        }
        if let Some(rater) = record.rater.as_ref().filter(|rater| self.bench.judges.seated(&rater.by).is_none()) {
            return Err(Refusal::NoSeat(rater.by.label.clone()));
        }
        let Some(task) = record.tasks().next().and_then(|task| world.task(&task.split, task.index)) else {
            return Ok(());
        };
        let sitting = Sitting { world, task, trial_seed: 0, strategies: Strategies::default() };
        for (seat, by) in [(Seat::Agent, &record.agent), (Seat::User, &record.user)] {
            if self.seats.again(seat, by, &sitting).is_none() {
                return Err(Refusal::NoSeat(by.label.clone()));
            }
        }
        Ok(())
    }
}
