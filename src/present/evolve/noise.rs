//! How much of what is seen is noise: said wherever a score or a gain is shown.
//!
//! A candidate's score on the Pareto set is the mean of one rollout a task, and the best candidate is the one of many
//! that came out highest on these very tasks. Both make it look better than it is; the held-out tasks tell.

use crate::gepa::{CandidateId, Pairs, RunResult, State};
use crate::present::evaluate::comparison::{chance, signed};
use crate::present::format::counted;
use crate::stats::compare::{SIGNIFICANCE, fixes_needed, sign_test};
use crate::stats::{Comparison, Interval, Score, compare, wilson_mean};

/// What the bootstrap draws from: always the same, so that a gain is told the same each time.
const SEED: u64 = 1;

/// By how much the gain on the Pareto set must be above the one on held-out tasks to be called far above it.
const FAR: f64 = 0.1;

/// A score with how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The mean, 0 to 1.
    pub score: f64,
    pub tasks: usize,
    /// Of each task; the most that one has.
    pub trials: usize,
    /// Where the score lies with 95 % confidence, if each rollout is evidence of its own.
    pub interval: Interval,
}

/// What a candidate gained over the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gain {
    /// From the seed to the candidate.
    pub comparison: Comparison,
    /// `Won 3 tasks that the seed lost and lost 1 that it won, p = 0.31: within noise; …`
    pub sentence: String,
    /// `6 tasks × 1 trial · 0.333 → 0.667 · gain +0.333 (95 %: −0.167 to +0.833)`
    pub facts: String,
    pub is_within_noise: bool,
}

/// A candidate's scores on the validation tasks, as the state of a run has them; a task is its position in the set.
#[must_use]
pub fn scores(state: &State, candidate: CandidateId) -> Vec<Score> {
    let own = state.scores().get(candidate.index()).into_iter().flatten();
    own.map(|(example, score)| Score { task: i64::from(example.0), trial: 0, reward: score.to_f64() }).collect()
}

/// The same of a result, which may have been made elsewhere: a task is its position among those of the first candidate.
#[must_use]
pub fn scores_of_result(result: &RunResult, candidate: CandidateId) -> Vec<Score> {
    let Some(first) = result.scores.first() else { return Vec::new() };
    let own = result.scores.get(candidate.index()).into_iter().flatten();
    let score = |(key, score): &(crate::py::Str, crate::py::Num)| {
        let task = first.iter().position(|(other, _)| other == key)?;
        Some(Score { task: i64::try_from(task).ok()?, trial: 0, reward: score.to_f64() })
    };
    own.filter_map(score).collect()
}

impl Measured {
    /// `None` without scores.
    #[must_use]
    pub fn of(scores: &[Score]) -> Option<Self> {
        let mut trials = std::collections::BTreeMap::<i64, usize>::new();
        for score in scores {
            *trials.entry(score.task).or_default() += 1;
        }
        let mean = scores.iter().map(|score| score.reward).sum::<f64>() / scores.len().max(1) as f64;
        Some(Self {
            score: mean,
            tasks: trials.len(),
            trials: trials.values().copied().max()?,
            interval: wilson_mean(mean, scores.len())?,
        })
    }

    /// `0.500 (95 %: 0.188 to 0.812)`
    #[must_use]
    pub fn short(&self) -> String {
        let Self { score, interval: Interval { low, high }, .. } = self;
        format!("{score:.3} (95 %: {low:.3} to {high:.3})")
    }

    /// `6 tasks × 1 trial`
    #[must_use]
    pub fn basis(&self) -> String {
        basis(self.tasks, self.trials)
    }
}

fn basis(tasks: usize, trials: usize) -> String {
    format!("{} × {}", counted(tasks as u64, "task", "tasks"), counted(trials as u64, "trial", "trials"))
}

impl Gain {
    /// The gain on the Pareto set of the best of `candidates`, the seed among them; `None` where the two share no task.
    #[must_use]
    pub fn on_pareto(seed: &[Score], best: &[Score], candidates: usize) -> Option<Self> {
        let mut gain = Self::of(seed, best)?;
        if !gain.is_within_noise && candidates > 2 {
            gain.sentence.push_str(&format!(
                " It is the best of {candidates} on these very tasks, though, which makes the lead look larger than it \
                 is: the held-out tasks have the last word."
            ));
        }
        Some(gain)
    }

    /// The gain on held-out tasks, which chose nothing.
    #[must_use]
    pub fn on_held_out(seed: &[Score], best: &[Score]) -> Option<Self> {
        Self::of(seed, best)
    }

    fn of(seed: &[Score], best: &[Score]) -> Option<Self> {
        let comparison = compare(seed, best, SEED)?;
        let trials = Measured::of(seed)?.trials.max(Measured::of(best)?.trials);
        let Comparison { tasks, before, after, difference: Interval { low, high }, .. } = &comparison;
        Some(Self {
            sentence: sentence(&comparison),
            facts: format!(
                "{} · {before:.3} → {after:.3} · gain {} (95 %: {} to {})",
                basis(*tasks, trials),
                signed(after - before),
                signed(*low),
                signed(*high)
            ),
            is_within_noise: !comparison.is_significant(),
            comparison,
        })
    }

    const fn amount(&self) -> f64 {
        self.comparison.after - self.comparison.before
    }
}

fn sentence(comparison: &Comparison) -> String {
    let (better, worse) = (comparison.fixed.len(), comparison.broken.len());
    if better + worse == 0 {
        return "No task came out differently from the seed: there is no gain.".to_owned();
    }
    let p = chance(comparison.p_value);
    let counts =
        format!("Better on {} than the seed and worse on {worse}, {p}", counted(better as u64, "task", "tasks"));
    let enough = fixes_needed(worse);
    if comparison.is_significant() {
        format!("{counts}: more than noise.")
    } else if sign_test(worse, better) < SIGNIFICANCE {
        format!("{counts}: worse than the seed by more than noise.")
    } else if comparison.tasks < fixes_needed(0) {
        let least = fixes_needed(0);
        format!("{counts}: within noise. On fewer than {least} tasks nothing could be told from noise.")
    } else {
        format!("{counts}: within noise. With {worse} worse, it takes {enough} better to tell.")
    }
}

/// What is said when the best candidate gained far more on the Pareto set, which chose it, than on held-out tasks: more
/// than even the favourable end of what these show. `None` where it did not.
#[must_use]
pub fn overfitted(on_pareto: &Gain, held_out: &Gain) -> Option<String> {
    let Interval { low, high } = held_out.comparison.difference;
    let (seen, held) = (on_pareto.amount(), held_out.amount());
    (seen > high && seen - held >= FAR).then(|| {
        format!(
            "The gain on the Pareto set ({}) is far above the one on held-out tasks ({}, 95 %: {} to {}): the candidate \
             was chosen by the Pareto tasks, and much of its lead there is luck, or fits these tasks alone. Go by the \
             held-out figure.",
            signed(seen),
            signed(held),
            signed(low),
            signed(high)
        )
    })
}

/// The pairs of rollouts that a proposal was judged by: `Better in 3 of 9 pairs of rollouts and worse in 1, p = 0.31;
/// at most 0.15 was asked for.`
#[must_use]
pub fn judged(pairs: Pairs, rollouts: usize, p: f64) -> String {
    let Pairs { better, worse } = pairs;
    let all = counted(rollouts as u64, "pair of rollouts", "pairs of rollouts");
    format!("Better in {better} of {all} and worse in {worse}, {}; at most {p} was asked for.", chance(pairs.p_value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rewards of each task's trials.
    fn scores(tasks: &[&[f64]]) -> Vec<Score> {
        let of = |(task, trials): (i64, &&[f64])| {
            trials.iter().zip(0..).map(|(reward, trial)| Score { task, trial, reward: *reward }).collect::<Vec<_>>()
        };
        (0..).zip(tasks).flat_map(of).collect()
    }

    /// One trial a task: as many won as asked for, of so many.
    fn won(won: usize, of: usize) -> Vec<Score> {
        let tasks: Vec<&[f64]> = (0..of).map(|task| if task < won { &[1.0][..] } else { &[0.0][..] }).collect();
        scores(&tasks)
    }

    #[test]
    fn a_score_says_how_sure_it_is() {
        let measured = Measured::of(&won(3, 6)).unwrap();
        assert_eq!(measured.short(), "0.500 (95 %: 0.188 to 0.812)");
        assert_eq!(measured.basis(), "6 tasks × 1 trial");
        let measured = Measured::of(&scores(&[&[1.0, 0.0], &[0.5, 0.5]])).unwrap();
        assert_eq!((measured.score, measured.basis().as_str()), (0.5, "2 tasks × 2 trials"));
        assert_eq!(Measured::of(&[]), None);
    }

    #[track_caller]
    fn check(seed: usize, best: usize, of: usize, within_noise: bool, words: &str) {
        let gain = Gain::on_pareto(&won(seed, of), &won(best, of), 2).unwrap();
        assert_eq!(gain.is_within_noise, within_noise, "{}", gain.sentence);
        assert_eq!(gain.sentence, words);
    }

    #[test]
    fn a_gain_within_noise_is_called_so() {
        check(
            2,
            4,
            6,
            true,
            "Better on 2 tasks than the seed and worse on 0, p = 0.25: within noise. With 0 worse, it takes 5 better to tell.",
        );
        check(
            1,
            4,
            4,
            true,
            "Better on 3 tasks than the seed and worse on 0, p = 0.12: within noise. On fewer than 5 tasks nothing could be told from noise.",
        );
        check(1, 6, 6, false, "Better on 5 tasks than the seed and worse on 0, p = 0.031: more than noise.");
        check(
            6,
            1,
            6,
            true,
            "Better on 0 tasks than the seed and worse on 5, p = 1.00: worse than the seed by more than noise.",
        );
        check(3, 3, 6, true, "No task came out differently from the seed: there is no gain.");
        assert_eq!(Gain::on_pareto(&[], &won(1, 2), 2), None);
    }

    #[test]
    fn the_best_of_many_is_told_to_be_so() {
        let gain = Gain::on_pareto(&won(1, 6), &won(6, 6), 9).unwrap();
        assert!(gain.sentence.contains("the best of 9"), "{}", gain.sentence);
        assert_eq!(gain.facts, "6 tasks × 1 trial · 0.167 → 1.000 · gain +0.833 (95 %: +0.500 to +1.000)");
        assert!(!Gain::on_held_out(&won(1, 6), &won(6, 6)).unwrap().sentence.contains("best of"));
    }

    #[test]
    fn a_gain_that_held_out_tasks_do_not_show_is_warned_of() {
        let on_pareto = Gain::on_pareto(&won(1, 6), &won(6, 6), 9).unwrap();
        let none = Gain::on_held_out(&won(3, 20), &won(4, 20)).unwrap();
        let warning = overfitted(&on_pareto, &none).unwrap();
        assert!(warning.contains("(+0.833)") && warning.contains("(+0.050, 95 %: 0.000 to +0.150)"), "{warning}");
        let as_large = Gain::on_held_out(&won(3, 20), &won(19, 20)).unwrap();
        assert_eq!(overfitted(&on_pareto, &as_large), None);
        let small = Gain::on_pareto(&won(3, 20), &won(4, 20), 9).unwrap();
        assert_eq!(overfitted(&small, &Gain::on_held_out(&won(3, 9), &won(3, 9)).unwrap()), None, "not far above");
    }

    #[test]
    fn a_proposals_pairs_are_told() {
        let told = judged(Pairs { better: 3, worse: 1 }, 9, 0.15);
        assert_eq!(told, "Better in 3 of 9 pairs of rollouts and worse in 1, p = 0.31; at most 0.15 was asked for.");
    }
}
