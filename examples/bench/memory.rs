//! An evolution with very many candidates, as the page holds one.

use std::collections::BTreeMap;

use taupe::cast::RehearsalCoach;
use taupe::domain::TaskId;
use taupe::evolve::{Due, Evolution, Lesson};
use taupe::gepa::{Criterion, Outside, Purpose, Reply, Stopper};
use taupe::py::{Dict, Value};

use crate::host::Host;

const CANDIDATES: usize = 1_000;

/// An evolution with a thousand candidates: the texts are as long as those of the starter shop and no two are shared,
/// the scores look like chance, and each proposal is taken. Its answers were taken, as the page does once they are saved.
pub fn many_candidates() -> Result<Evolution, String> {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut setup = host.setup(0);
    setup.config.stoppers = vec![Stopper::TrackedCandidates(CANDIDATES)];
    setup.config.criterion = Criterion::ImprovementOrEqual;
    setup.config.skip_perfect_score = false;
    let mut evolution = Evolution::new(&setup).map_err(|error| error.to_string())?;
    let mut models: BTreeMap<TaskId, Lesson> = BTreeMap::new();
    loop {
        match evolution.due() {
            Due::Ended(_) => return Ok(evolution),
            Due::Leave { .. } => evolution.proceed(Outside::default()),
            Due::Rollouts(jobs) => {
                let jobs = jobs.to_vec();
                jobs.iter().try_for_each(|job| {
                    let model = models.entry(job.task.clone()).or_insert_with(|| host.lesson(job));
                    let score = match job.purpose {
                        Purpose::Children => 1.0,
                        // Multiplied by a prime near the golden ratio: as good as chance.
                        _ => f64::from((job.number as u32).wrapping_mul(2_654_435_761) >> 31),
                    };
                    let lesson = Lesson { score, record: copied(&model.record), ..model.clone() };
                    evolution.learn(job.number, lesson)
                })
            }
            Due::Reflections(calls) => {
                let calls = calls.to_vec();
                calls.iter().try_for_each(|call| {
                    let rule = "Verify who the customer is before anything else. ";
                    let pool = evolution.optimizer().state().candidates().len();
                    let text = format!("```\n{}Way {pool}.\n```", rule.repeat(25));
                    evolution.reply(call.number, Reply::from(text.as_str()))
                })
            }
        }
        .map_err(|error| error.to_string())?;
        evolution.take_answers();
    }
}

/// The record with texts of its own.
fn copied(record: &Dict) -> Dict {
    let copy = |value: &Value| value.as_str().map_or(Value::None, |text| Value::from(&**text));
    record.iter().map(|(name, value)| (name.clone(), copy(value))).collect()
}
