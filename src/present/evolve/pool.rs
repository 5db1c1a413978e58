//! The pool of candidates as the page shows it: of an evolution under way, or of a result that Python made.

use super::passes::{PassKind, Passes, Verdict};
use crate::domain::World;
use crate::evolve::Evolution;
use crate::gepa::pareto::{Members, frequencies, thin};
use crate::gepa::select::top;
use crate::gepa::{Candidate, CandidateId, ExampleId, ParentSelector, RunResult, Split, Stopper};
use crate::present::task_line::task_line;
use crate::stats::{Interval, wilson_mean};

/// What can be looked at: a candidate of the pool, or a text that did not get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    Candidate(CandidateId),
    /// The position in [`Pool::refused`].
    Refused(usize),
}

/// A validation task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolTask {
    /// Its number, or what Python called it: `3`.
    pub label: String,
    /// `dev 3`.
    pub name: String,
    /// Empty where it is not known.
    pub title: String,
}

/// How a candidate stands on a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It alone has the best score.
    Alone,
    /// Others have the best score too.
    Shared,
    /// Nobody has more than 0: all are on its front, and none gained anything.
    Unsolved,
    Behind,
    Unscored,
}

/// How a candidate came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Seed,
    Reflection,
    Merge,
    Hand,
}

/// A candidate of the pool.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: CandidateId,
    pub texts: Candidate,
    pub parents: Vec<CandidateId>,
    /// 0 for the seed; else one more than the latest of its parents.
    pub generation: usize,
    pub origin: Origin,
    /// The pass that brought it; `None` where that is not known.
    pub iteration: Option<u64>,
    /// By task.
    pub scores: Vec<Option<f64>>,
    /// By task, the numbers of the rollouts behind the score; none where they are not at hand.
    pub rollouts: Vec<Vec<usize>>,
    /// By task.
    pub holds: Vec<Hold>,
    /// The mean over the tasks; `None` without scores.
    pub score: Option<f64>,
    /// Metric calls spent before its validation.
    pub found_at: u64,
    /// How many fronts it holds once those that others can replace are gone: what its chance as a parent goes by.
    pub tickets: usize,
}

/// A text that did not get into the pool.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The entry in [`Passes::list`], and the attempt there; no attempt for a merge.
    pub entry: usize,
    pub attempt: Option<usize>,
    pub iteration: u64,
    pub parents: Vec<CandidateId>,
    pub texts: Candidate,
    pub verdict: Verdict,
    /// Metric calls when it was turned down.
    pub judged_at: u64,
    /// Sums over its minibatch, or its merge's examples; of a merge, of the better parent.
    pub before: f64,
    pub after: f64,
    pub examples: usize,
}

/// The pool.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// By example.
    pub tasks: Vec<PoolTask>,
    /// The order in which tasks are shown: positions in `tasks`, by number.
    pub order: Vec<usize>,
    pub members: Vec<Member>,
    /// In the order in which they were turned down; none for a result that Python made.
    pub refused: Vec<Refused>,
    pub best: Option<CandidateId>,
    /// Metric calls so far.
    pub calls: u64,
    /// How many there may be; `None` without a limit.
    pub budget: Option<u64>,
    /// Whether parents are drawn from the front.
    pub draws: bool,
}

impl Pool {
    /// The pool of an evolution as it stands. `world` names the tasks, where it is at hand.
    #[must_use]
    pub fn of(evolution: &Evolution, passes: &Passes, world: Option<&World>) -> Self {
        let (state, config) = (evolution.optimizer().state(), evolution.optimizer().config());
        let dataset = evolution.dataset(Split::Validation);
        let title = |index| {
            let world = world?;
            Some(task_line(world.domain, world.task(&dataset.split, index)?).title)
        };
        let task = |index: &usize| PoolTask {
            label: index.to_string(),
            name: format!("{} {index}", dataset.split),
            title: title(*index).unwrap_or_default(),
        };
        let tasks: Vec<PoolTask> = dataset.tasks.iter().map(task).collect();
        let mut members = Vec::with_capacity(state.candidates().len());
        for (at, texts) in state.candidates().iter().enumerate() {
            let scores = |example: usize| state.scores()[at].get(&ExampleId(u32::try_from(example).ok()?));
            let mut rollouts = vec![Vec::new(); tasks.len()];
            let found = passes.found.get(at);
            for tried in found.map_or(&[][..], |found| &found.tried) {
                if let Some(own) = rollouts.get_mut(tried.example.index()) {
                    own.clone_from(&tried.rollouts);
                }
            }
            let pass = found.and_then(|found| passes.list.get(found.entry));
            members.push(Member {
                origin: match pass.map(|pass| &pass.kind) {
                    _ if at == 0 => Origin::Seed,
                    Some(PassKind::Merge(_)) => Origin::Merge,
                    Some(PassKind::Hand) => Origin::Hand,
                    _ => Origin::Reflection,
                },
                iteration: pass.map(|pass| pass.iteration),
                scores: (0..tasks.len()).map(|example| Some(scores(example)?.to_f64())).collect(),
                rollouts,
                found_at: state.discovered_at()[at],
                ..Member::bare(at, texts.clone(), state.parents()[at].clone(), state.aggregates()[at])
            });
        }
        let mut pool = Self {
            order: Vec::new(),
            tasks,
            members,
            refused: refused(passes),
            best: (!state.candidates().is_empty()).then(|| state.best()),
            calls: passes.calls,
            budget: budget(&config.stoppers),
            draws: matches!(config.parent_selector, ParentSelector::Pareto | ParentSelector::TopKPareto { .. }),
        };
        let mut fronts = state.fronts().copies(config.frontier);
        if let ParentSelector::TopKPareto { k } = config.parent_selector {
            let best: Members = top(state.aggregates(), k).into_iter().collect();
            fronts = fronts.iter().map(|front| front.intersection(&best)).filter(|front| !front.is_empty()).collect();
        }
        pool.stand(&fronts);
        pool
    }

    /// The pool of a result that was written to a file, ours or Python's.
    #[must_use]
    pub fn of_result(result: &RunResult) -> Self {
        let mut keys: Vec<&str> = Vec::new();
        for (key, _) in result.scores.iter().flatten() {
            if !keys.contains(&&**key) {
                keys.push(key);
            }
        }
        let task =
            |key: &&str| PoolTask { label: (*key).to_owned(), name: format!("task {key}"), title: String::new() };
        let members = result.candidates.iter().enumerate().map(|(at, texts)| {
            let own = result.scores.get(at).map_or(&[][..], |scores| scores);
            let score = |key: &&str| own.iter().find(|(name, _)| &**name == *key).map(|(_, score)| score.to_f64());
            let parents: Vec<CandidateId> = result.parents.get(at).cloned().unwrap_or_default();
            let origin = match parents.len() {
                0 => Origin::Seed,
                1 => Origin::Reflection,
                _ => Origin::Merge,
            };
            let aggregate = result.aggregates.get(at).copied().unwrap_or(f64::NEG_INFINITY);
            Member {
                origin,
                scores: keys.iter().map(score).collect(),
                rollouts: vec![Vec::new(); keys.len()],
                found_at: result.discovered_at.get(at).copied().unwrap_or_default(),
                ..Member::bare(at, texts.clone(), parents, aggregate)
            }
        });
        let members: Vec<Member> = members.collect();
        let last = members.iter().map(|member| member.found_at).max().unwrap_or_default();
        let mut pool = Self {
            tasks: keys.iter().map(task).collect(),
            best: result.best(),
            calls: result.metric_calls.unwrap_or(last),
            draws: true,
            members,
            ..Self::default()
        };
        let inside = |id: &CandidateId| id.index() < pool.members.len();
        let front = |ids: &Vec<CandidateId>| ids.iter().copied().filter(inside).collect::<Members>();
        let fronts: Vec<Members> = result.fronts.iter().map(|(_, ids)| front(ids)).collect();
        pool.stand(&fronts);
        pool
    }

    /// Sets what depends on the whole pool: generations, holds and tickets.
    fn stand(&mut self, fronts: &[Members]) {
        for at in 0..self.members.len() {
            // Parents stand before their children; a foreign file that says otherwise is read as if it did.
            let parents = self.members[at].parents.iter().filter(|parent| parent.index() < at);
            let above = parents.map(|parent| self.members[parent.index()].generation + 1).max();
            self.members[at].generation = above.unwrap_or_default();
        }
        self.order = (0..self.tasks.len()).collect();
        // A label that is no number stands behind those that are, in the file's order.
        self.order.sort_by_key(|task| self.tasks[*task].label.parse::<u64>().unwrap_or(u64::MAX));
        for task in 0..self.tasks.len() {
            let scores = self.members.iter().filter_map(|member| member.scores.get(task).copied().flatten());
            let best = scores.clone().fold(f64::NEG_INFINITY, f64::max);
            let holders = scores.filter(|score| *score >= best).count();
            for member in &mut self.members {
                let hold = match member.scores.get(task).copied().flatten() {
                    None => Hold::Unscored,
                    Some(score) if score < best => Hold::Behind,
                    Some(score) if score <= 0.0 => Hold::Unsolved,
                    Some(_) if holders == 1 => Hold::Alone,
                    Some(_) => Hold::Shared,
                };
                member.holds.push(hold);
            }
        }
        let aggregates: Vec<f64> =
            self.members.iter().map(|member| member.score.unwrap_or(f64::NEG_INFINITY)).collect();
        for (id, tickets) in frequencies(&thin(fronts, &aggregates)) {
            if let Some(member) = self.members.get_mut(id.index()) {
                member.tickets = tickets;
            }
        }
    }

    #[must_use]
    pub fn member(&self, id: CandidateId) -> Option<&Member> {
        self.members.get(id.index())
    }

    /// The labels of the tasks on which, of those on the front, only this member has the best score.
    #[must_use]
    pub fn sole(&self, member: &Member) -> Vec<String> {
        let is_rival = |task: usize| {
            self.members.iter().any(|other| other.id != member.id && other.is_on_front() && other.holds(task))
        };
        let own = self.order.iter().filter(|task| member.holds(**task) && !is_rival(**task));
        own.map(|task| self.tasks[*task].label.clone()).collect()
    }

    /// The labels of the tasks that a member stands on so, in the order shown.
    #[must_use]
    pub fn labels(&self, member: &Member, hold: Hold) -> Vec<String> {
        let own = self.order.iter().filter(|task| member.holds.get(**task) == Some(&hold));
        own.map(|task| self.tasks[*task].label.clone()).collect()
    }

    /// All tickets of the draw of parents.
    #[must_use]
    pub fn tickets(&self) -> usize {
        self.members.iter().map(|member| member.tickets).sum()
    }

    /// The seed's score and the best one.
    #[must_use]
    pub fn climb(&self) -> Option<(f64, f64)> {
        Some((self.members.first()?.score?, self.member(self.best?)?.score?))
    }
}

impl Member {
    fn bare(at: usize, texts: Candidate, parents: Vec<CandidateId>, aggregate: f64) -> Self {
        Self {
            id: CandidateId::at(at),
            texts,
            parents,
            generation: 0,
            origin: Origin::Seed,
            iteration: None,
            scores: Vec::new(),
            rollouts: Vec::new(),
            holds: Vec::new(),
            score: aggregate.is_finite().then_some(aggregate),
            found_at: 0,
            tickets: 0,
        }
    }

    /// `Seed`, `Candidate 4`.
    #[must_use]
    pub fn name(&self) -> String {
        name(self.id)
    }

    /// `0.83`; `–` without scores.
    #[must_use]
    pub fn score_text(&self) -> String {
        self.score.map_or_else(|| "–".to_owned(), score_text)
    }

    /// How many tasks it was scored on.
    #[must_use]
    pub fn rests_on(&self) -> usize {
        self.scores.iter().flatten().count()
    }

    /// Where the score lies with 95 % confidence; `None` where scores are no rewards, which are 0 to 1.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let are_rewards = self.scores.iter().flatten().all(|score| (0.0..=1.0).contains(score));
        self.score.filter(|_| are_rewards).and_then(|score| wilson_mean(score, self.rests_on()))
    }

    /// Whether it is on the Pareto front as parents are drawn from it: without those that others can replace.
    #[must_use]
    pub const fn is_on_front(&self) -> bool {
        self.tickets > 0
    }

    /// Whether nobody does better on a task, and somebody gained something there.
    #[must_use]
    pub fn holds(&self, task: usize) -> bool {
        matches!(self.holds.get(task), Some(Hold::Alone | Hold::Shared))
    }
}

/// `Seed`, `Candidate 4`.
#[must_use]
pub fn name(id: CandidateId) -> String {
    if id.index() == 0 { "Seed".to_owned() } else { format!("Candidate {}", id.0) }
}

/// `0.83`.
#[must_use]
pub fn score_text(score: f64) -> String {
    format!("{score:.2}")
}

/// A sum of scores without needless digits: `2`, `1.5`.
#[must_use]
pub fn sum_text(sum: f64) -> String {
    // The sum of nothing is −0.
    let text = format!("{:.2}", sum + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `3`, `3 and 7`, `3, 7 and 9`.
#[must_use]
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `task 3`, `tasks 3 and 7`.
#[must_use]
pub fn tasks_named(labels: &[String]) -> String {
    format!("{} {}", if labels.len() == 1 { "task" } else { "tasks" }, listed(labels))
}

/// The smallest limit on metric calls that ends the run by itself.
fn budget(stoppers: &[Stopper]) -> Option<u64> {
    let limit = |stopper: &Stopper| match stopper {
        Stopper::MetricCalls(calls) if *calls < u64::MAX => Some(*calls),
        Stopper::Any(inner) => budget(inner),
        _ => None,
    };
    stoppers.iter().filter_map(limit).min()
}

fn refused(passes: &Passes) -> Vec<Refused> {
    let mut found = Vec::new();
    for (entry, pass) in passes.list.iter().enumerate() {
        let tries: Vec<_> = match &pass.kind {
            PassKind::Reflection(attempts) => attempts
                .iter()
                .enumerate()
                .filter_map(|(at, attempt)| {
                    let before = attempt.before.iter().filter_map(|tried| tried.score).sum();
                    Some((Some(at), vec![attempt.parent], before, attempt.child.as_ref()?))
                })
                .collect(),
            PassKind::Merge(merge) => {
                let before = merge.before.map_or(0.0, |[one, other]| f64::max(one, other));
                merge.child.iter().map(|child| (None, merge.parents.to_vec(), before, child)).collect()
            }
            PassKind::Seed | PassKind::Hand => Vec::new(),
        };
        for (attempt, parents, before, child) in tries {
            if matches!(child.verdict, Verdict::Refused(_) | Verdict::MergeRefused) {
                found.push(Refused {
                    entry,
                    attempt,
                    iteration: pass.iteration,
                    parents,
                    texts: child.candidate.clone(),
                    verdict: child.verdict,
                    judged_at: child.judged_at,
                    before,
                    after: child.after.iter().filter_map(|tried| tried.score).sum(),
                    examples: child.after.len(),
                });
            }
        }
    }
    found
}
