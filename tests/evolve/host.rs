//! Runs evolutions with programs in every seat.

use std::sync::Arc;

use futures::FutureExt;
use taupe::cast::{Agenda, RehearsalAgent, RehearsalCoach, RehearsalCustomer, Style, trial_seed};
use taupe::domain::{TaskId, World};
use taupe::evolve::{DatasetChoice, DatasetChoices, Due, Evolution, Feedback, Lesson, RolloutJob, Setup};
use taupe::gepa::{CacheKeys, Config, OnFailure, Outside, Reply};
use taupe::pack::STARTERS;
use taupe::rollout::{AgentSettings, DEFAULT_MAX_STEPS, Ending, Episode, Gate, Seats, drive};

/// The starter shop, and what the seats draw from.
pub struct Host {
    pub world: Arc<World>,
    pub seed_instruction: String,
    pub coach: RehearsalCoach,
    pub base: u64,
    pub feedback: Feedback,
    /// Each rollout has chances of its own, as those of models have, where the cast's are those of its trial.
    pub unrepeatable: bool,
    /// How many rollouts were made.
    pub rollouts: usize,
}

impl Host {
    pub fn retail(base: u64, coach: RehearsalCoach) -> Self {
        let text = include_str!("../../assets/worlds/retail.json");
        let starter = STARTERS[0].read(text.as_bytes()).unwrap();
        Self {
            world: Arc::new(starter.world),
            seed_instruction: starter.seed_instruction,
            coach,
            base,
            feedback: Feedback::default(),
            unrepeatable: false,
            rollouts: 0,
        }
    }

    /// The default settings with a budget: feedback from train, selection by dev, the last word by test.
    pub fn setup(&self, budget: u64) -> Setup {
        let of = |split: &str| DatasetChoice { split: split.into(), ..DatasetChoice::default() };
        let choices = DatasetChoices { feedback: of("train"), pareto: of("dev"), evaluation: of("test") };
        let datasets = choices.draw(42, |split| Some(self.world.tasks(split)?.len())).unwrap();
        let config = Config {
            seed: self.base.into(),
            on_failure: OnFailure::Guarded { idle_passes: 1 },
            cache: Some(CacheKeys::BySplit),
            ..Config::new(budget)
        };
        Setup { datasets, seed_instruction: self.seed_instruction.clone(), config, later: Vec::new(), repeats: 1 }
    }

    pub fn rollout(&self, task: &TaskId, instruction: &str, trial: u32) -> Episode {
        let seed = trial_seed(self.base, task, trial);
        let task = self.world.task(&task.split, task.index).unwrap();
        let settings = AgentSettings { instruction: instruction.to_owned(), ..AgentSettings::default() };
        let mut episode = Episode::new(Arc::clone(&self.world), Arc::clone(task), settings, DEFAULT_MAX_STEPS);
        let user = RehearsalCustomer::new(Agenda::of_task(&self.world, task), Style::default(), seed);
        let agent = RehearsalAgent::new(seed);
        let seats = Seats { agent: &agent, user: &user };
        drive(&mut episode, seats, &Gate::default(), &mut |_, _| {}).now_or_never().expect("programs answer at once");
        episode
    }

    pub fn lesson(&mut self, job: &RolloutJob) -> Lesson {
        self.rollouts += 1;
        let trial = if self.unrepeatable { u32::try_from(job.number).unwrap() } else { job.trial };
        let episode = self.rollout(&job.task, &job.instruction, trial);
        Lesson::of(&episode, &self.world, self.feedback, None).expect("the cast comes to a verdict")
    }

    /// Does what is due; `false` once nothing is.
    pub fn step(&mut self, evolution: &mut Evolution) -> bool {
        match evolution.due() {
            Due::Leave { .. } => evolution.proceed(Outside::default()).unwrap(),
            Due::Rollouts(jobs) => {
                let jobs = jobs.to_vec();
                for job in jobs {
                    evolution.learn(job.number, self.lesson(&job)).unwrap();
                }
            }
            Due::Reflections(calls) => {
                let calls = calls.to_vec();
                for call in calls {
                    let reply = self.coach.reflect(&call.prompt);
                    evolution.reply(call.number, Reply::from(reply.as_str())).unwrap();
                }
            }
            Due::Ended(_) => return false,
        }
        true
    }

    /// An evolution to its end.
    pub fn run(&mut self, setup: &Setup) -> Evolution {
        let mut evolution = Evolution::new(setup).unwrap();
        while self.step(&mut evolution) {}
        evolution
    }

    /// The mean reward on the held-out tasks, on chances of their own.
    pub fn held_out(&self, setup: &Setup, instruction: &str, trials: u32) -> f64 {
        let dataset = &setup.datasets.evaluation;
        let mut sum = 0.0;
        for index in &dataset.tasks {
            for trial in 0..trials {
                let task = TaskId { split: dataset.split.clone(), index: *index };
                let ending = self.rollout(&task, instruction, 1_000 + trial);
                sum += ending.ending().and_then(Ending::reward).expect("a verdict");
            }
        }
        sum / (dataset.tasks.len() as f64 * f64::from(trials))
    }
}
