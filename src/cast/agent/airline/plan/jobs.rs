//! From sentences to jobs: what is to be done, and to which reservation.

use super::Mind;
use super::trips::Found;
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::Kind;
use crate::cast::agent::speech::ANYTHING_ELSE;
use crate::cast::rules::Rule;

/// One thing to be done to one reservation, or to none.
#[derive(Clone, Debug)]
pub struct Job {
    pub kind: Kind,
    /// Empty where it is about none that there is.
    pub reservation: String,
    /// The sentences that ask for it, by position.
    pub sentences: Vec<usize>,
}

impl Mind<'_> {
    /// The jobs in the order in which they are to be done.
    ///
    /// # Errors
    /// The step that is needed to know them.
    pub fn jobs(&mut self) -> Result<Vec<Job>, Step> {
        let mut jobs: Vec<Job> = Vec::new();
        let only_first = !self.desk.follows(Rule::FinishAll);
        let first = self.sentences.iter().position(|sentence| sentence.kind.is_some());
        for at in 0..self.sentences.len() {
            let sentence = &self.sentences[at];
            let Some(kind) = sentence.kind else { continue };
            // What is said in answer to a question about the first request belongs to it.
            let answers = !sentence.asked.is_empty() && !sentence.asked.contains(ANYTHING_ELSE);
            let first_event = first.map(|first| self.sentences[first].event);
            let again = jobs.iter().any(|job| job.kind == kind);
            if only_first && first != Some(at) && !again && !(answers && Some(sentence.event) != first_event) {
                continue;
            }
            let reservations = match kind {
                Kind::Book | Kind::Question => vec![String::new()],
                _ => match self.reservations_of(sentence, kind, &jobs) {
                    Found::These(reservations) => reservations,
                    Found::First(step) => return Err(step),
                    Found::Unknown => {
                        let words = "I am sorry, I can't do that without knowing which reservation it is.";
                        self.desk.tell(words.to_owned());
                        continue;
                    }
                },
            };
            for reservation in reservations {
                let same =
                    |job: &&mut Job| job.kind == kind && job.reservation == reservation && kind != Kind::Question;
                match jobs.iter_mut().find(same) {
                    Some(known) => known.sentences.push(at),
                    None => jobs.push(Job { kind, reservation, sentences: vec![at] }),
                }
            }
        }
        Ok(jobs)
    }

    /// What the customer said for a job: the sentences that ask for it, what came along with them, and the answers to
    /// questions in which its reservation was named.
    pub fn told(&self, job: &Job) -> Vec<usize> {
        let events: Vec<usize> = job.sentences.iter().map(|at| self.sentences[*at].event).collect();
        let belongs = |at: usize| {
            let sentence = &self.sentences[at];
            if job.sentences.contains(&at) {
                return true;
            }
            let names_it = !job.reservation.is_empty() && sentence.asked.contains(&job.reservation);
            sentence.kind.is_none() && (events.contains(&sentence.event) || names_it)
        };
        (0..self.sentences.len()).filter(|at| belongs(*at)).collect()
    }
}
