//! What is made of an evolution: a version of the instruction, its judgement on held-out tasks, a fork; and results
//! that were made elsewhere.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Evolutions, Refusal, created_now_ms, new_evolution_id};
use crate::app::batches::new_batch_id;
use crate::evolve::COMPONENT;
use crate::evolve::ForkError;
use crate::gepa::{CandidateId, Config};
use crate::journal::{BatchId, EvolutionId, Instruction};
use crate::rollout::BatchSettings;
use crate::workspace::versions::Version;
use crate::workspace::{Arm, BatchRecord, EvolutionRecord, EvolutionSummary, ForkPoint, Origin};

impl Evolutions {
    /// The text of a candidate of an evolution that is open.
    #[must_use]
    pub fn text_of(self, id: &EvolutionId, candidate: CandidateId) -> Option<String> {
        let text = |candidates: &[crate::gepa::Candidate]| {
            candidates
                .get(candidate.index())
                .and_then(|own| own.get(COMPONENT).or_else(|| own.iter().next().map(|(_, text)| text)))
                .map(ToString::to_string)
        };
        match untrack(|| self.imported(id)) {
            Some(result) => text(&result.candidates),
            None => {
                untrack(|| self.with(id, |course| text(course.evolution.optimizer().state().candidates()))).flatten()
            }
        }
    }

    /// Makes a candidate a version of the instruction; the page's draft stays as it is.
    #[must_use]
    pub fn adopt(self, id: &EvolutionId, candidate: CandidateId) -> Option<Version> {
        let text = self.text_of(id, candidate)?;
        let record = untrack(|| self.find(id))?;
        Some(self.versions.record(&text, Some(&name_of(&record, candidate))))
    }

    /// Has the seed and the best candidate judged on the held-out tasks: a batch of two arms, which is begun at once.
    ///
    /// # Errors
    /// The evolution is not open, or the batch can't be begun.
    pub async fn hold_out(self, id: &EvolutionId, trials: u32, concurrency: usize) -> Result<BatchId, Refusal> {
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        let best =
            untrack(|| self.with(id, |course| course.evolution.optimizer().state().best())).ok_or(Refusal::Gone)?;
        let pack = untrack(|| self.packs.ready()).into_iter().find(|pack| pack.pack == record.pack);
        let pack = pack.ok_or_else(|| Refusal::NoPack(record.pack.clone()))?;
        let seed = CandidateId(0);
        let mut candidates = vec![seed];
        candidates.extend((best != seed).then_some(best));
        let arms = candidates.into_iter().filter_map(|candidate| {
            let version = self.adopt(id, candidate)?;
            Some(Arm {
                name: if candidate == seed { "Seed".to_owned() } else { format!("Candidate {}", candidate.0) },
                instruction: Instruction {
                    text: version.text.to_string(),
                    name: version.label(),
                    version: Some(version.id.to_string()),
                },
                agent: record.agent.clone(),
                strategy: record.strategy,
                examples: String::new(),
                temperature: record.temperature,
            })
        });
        let evaluation = &record.setup.datasets.evaluation;
        let batch = BatchRecord {
            id: new_batch_id(),
            created_ms: created_now_ms(),
            name: format!("{} · held-out tasks", record.name),
            note: String::new(),
            pack: record.pack.clone(),
            domain: record.domain.clone(),
            split: evaluation.split.clone(),
            split_size: pack.world.tasks(&evaluation.split).map_or(0, <[_]>::len),
            arms: arms.collect(),
            user: record.user.clone(),
            user_strategy: record.user_strategy,
            max_steps: record.max_steps,
            settings: BatchSettings {
                trials,
                concurrency,
                // Chances of their own: those of the evolution were selected by.
                seed: record.seed.wrapping_add(1),
                ..BatchSettings::of_tasks(evaluation.tasks.clone())
            },
            rater: record.rater.clone(),
            imported: None,
        };
        let batch_id = batch.id.clone();
        self.change(id, |record| record.held_out = Some(batch_id.clone()));
        self.batches.start(batch).await?;
        Ok(batch_id)
    }

    /// Takes in the result file of a run of the original.
    ///
    /// # Errors
    /// It is none, or storage fails.
    pub async fn import(self, record: EvolutionRecord, text: &str) -> Result<EvolutionId, Refusal> {
        let id = record.id.clone();
        self.store().await.keep_file(&record, text).await?;
        self.put(Arc::new(record));
        self.open(&id).await?;
        Ok(id)
    }

    /// A new evolution that goes on from the beginning of a pass of another one, with other settings. It is kept, not
    /// begun.
    ///
    /// # Errors
    /// The other one is not open, never came to that pass, or storage fails.
    pub async fn fork(
        self,
        id: &EvolutionId,
        iteration: u64,
        config: Config,
        name: String,
    ) -> Result<EvolutionId, Refusal> {
        let forked = untrack(|| {
            self.with(id, |course| {
                let fork = course.record.setup.fork(&course.evolution, iteration, config)?;
                let made = course.evolution.made().iter().filter(|made| made.answers <= fork.answers).count();
                Ok::<_, ForkError>((Arc::clone(&course.record), fork, made))
            })
        });
        let (record, fork, made) = forked.ok_or(Refusal::Gone)??;
        let mut answers = self.store().await.answers(id).await?.answers;
        if answers.len() < fork.answers {
            // The last ones are still on their way into storage.
            return Err(Refusal::NoIteration(iteration));
        }
        answers.truncate(fork.answers);
        let earlier = record.origins.iter().map(|origin| Origin { below: origin.below.min(made), ..origin.clone() });
        let origins = earlier.chain([Origin { evolution: id.clone(), below: made }]).collect();
        let fork = EvolutionRecord {
            id: new_evolution_id(),
            created_ms: created_now_ms(),
            name,
            note: String::new(),
            setup: fork.setup,
            forked_from: Some(ForkPoint { evolution: id.clone(), iteration }),
            origins,
            held_out: None,
            summary: EvolutionSummary { ended: false, ..record.summary.clone() },
            ..(*record).clone()
        };
        self.store().await.keep(&fork, 0, &answers).await?;
        let id = fork.id.clone();
        self.put(Arc::new(fork));
        Ok(id)
    }
}

fn name_of(record: &EvolutionRecord, candidate: CandidateId) -> String {
    match candidate.0 {
        0 => format!("{} · seed", record.name),
        number => format!("{} · candidate {number}", record.name),
    }
}
