//! Drawing from the shared random stream, and telling what was drawn.
//!
//! Selectors, the minibatch sampler and merging all draw from one generator, so every draw shifts those that follow.

use super::event::{Draw, Event, Note};
use crate::py::PyResult;
use crate::py::random::Random;

/// Events in order, until the driver takes them.
#[derive(Clone, Debug, Default)]
pub struct Log {
    events: Vec<Event>,
    /// Whether draws become events.
    pub report_draws: bool,
}

impl Log {
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The events since the last call.
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

/// The random stream together with the log of what is drawn from it.
pub struct Chance<'a> {
    pub random: &'a mut Random,
    pub log: &'a mut Log,
}

fn numbers<T: Copy + Into<u64>>(items: &[T]) -> Vec<u64> {
    items.iter().map(|item| (*item).into()).collect()
}

impl Chance<'_> {
    fn report(&mut self, draw: impl FnOnce() -> Draw) {
        if self.log.report_draws {
            let draw = draw();
            self.log.push(Event::Draw(draw));
        }
    }

    pub(super) fn note(&mut self, note: Note) {
        self.log.push(Event::Note(note));
    }

    pub(super) fn random(&mut self) -> f64 {
        let result = self.random.random();
        self.report(|| Draw::Random { result });
        result
    }

    pub(super) fn randint(&mut self, low: i64, high: i64) -> PyResult<i64> {
        let result = self.random.randint(low, high)?;
        self.report(|| Draw::Int { low, high, result });
        Ok(result)
    }

    pub(super) fn choice<T: Copy + Into<u64>>(&mut self, of: &[T]) -> PyResult<T> {
        let result = *self.random.choice(of)?;
        self.report(|| Draw::Choice { of: numbers(of), result: result.into() });
        Ok(result)
    }

    pub(super) fn shuffle<T: Copy + Into<u64>>(&mut self, items: &mut [T]) {
        let of = if self.log.report_draws { numbers(items) } else { Vec::new() };
        self.random.shuffle(items);
        self.report(|| Draw::Shuffle { of, result: numbers(items) });
    }

    pub(super) fn sample<T: Copy + Into<u64>>(&mut self, of: &[T], count: usize) -> PyResult<Vec<T>> {
        let result = self.random.sample(of, count)?;
        self.report(|| Draw::Sample { of: numbers(of), count, result: numbers(&result) });
        Ok(result)
    }

    pub(super) fn choices<T: Copy + Into<u64>>(&mut self, of: &[T], count: usize) -> PyResult<Vec<T>> {
        let result = self.random.choices(of, count)?;
        self.report(|| Draw::Choices { of: numbers(of), weights: None, count, result: Some(numbers(&result)) });
        Ok(result)
    }

    pub(super) fn choices_weighted<T: Copy + Into<u64>>(
        &mut self,
        of: &[T],
        weights: &[f64],
        count: usize,
    ) -> PyResult<Vec<T>> {
        let result = self.random.choices_weighted(of, weights, count);
        let drawn = result.as_ref().ok().map(|result| numbers(result));
        self.report(|| Draw::Choices { of: numbers(of), weights: Some(weights.to_vec()), count, result: drawn });
        result
    }
}
