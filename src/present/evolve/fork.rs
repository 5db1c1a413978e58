//! The form of a fork: the settings of an evolution as they are, and what is made of them.

use super::entries::Entry;
use super::list::budget;
use super::setup::{Accepts, Choices, Form, Parents, Passes, SetupFault};
use crate::gepa::{Config, Criterion, ParentSelector, Sampling, Selection, Stopper};

/// The form that says what these settings say, as far as it has lines for them.
#[must_use]
pub fn form_of(config: &Config) -> Form {
    let mut form = Form::default();
    form.set(Entry::Minibatch, &config.minibatch_size.to_string());
    if let Some(budget) = budget(config) {
        form.set(Entry::Budget, &budget.to_string());
    }
    for stopper in &config.stoppers {
        match stopper {
            Stopper::ScoreThreshold(score) => form.set(Entry::StopAtScore, &score.to_string()),
            Stopper::NoImprovement(passes) => form.set(Entry::StopWithoutGain, &passes.to_string()),
            _ => {}
        }
    }
    let parents = match config.parent_selector {
        ParentSelector::Pareto => Parents::Pareto,
        ParentSelector::CurrentBest => Parents::Best,
        ParentSelector::EpsilonGreedy { epsilon } => {
            form.set(Entry::Epsilon, &epsilon.to_string());
            Parents::MostlyBest
        }
        ParentSelector::TopKPareto { k } => {
            form.set(Entry::TopK, &k.to_string());
            Parents::TopPareto
        }
    };
    let accepts = match config.criterion {
        Criterion::StrictImprovement => Accepts::Better,
        Criterion::ImprovementOrEqual => Accepts::AsGood,
        Criterion::Margin(margin) => {
            form.set(Entry::Margin, &margin.to_string());
            Accepts::Margin
        }
        Criterion::SignTest { .. } => Accepts::SignTest,
    };
    let passes = match config.sampling {
        Sampling::Single => Passes::One,
        Sampling::SameParent(many) => {
            form.set(Entry::Proposals, &many.to_string());
            Passes::SameParent
        }
        Sampling::Independent(many) => {
            form.set(Entry::Proposals, &many.to_string());
            Passes::OwnParents
        }
        // No form makes this one.
        Sampling::ParentsTimesMinibatches { parents, minibatches } => {
            form.set(Entry::Proposals, &(parents * minibatches).to_string());
            Passes::OwnParents
        }
    };
    if let Some(merge) = config.merge {
        form.set(Entry::Merges, &merge.max_invocations.to_string());
    }
    form.choices = Choices {
        parents,
        accepts,
        passes,
        best_only: config.selection == Selection::Best,
        merge: config.merge.is_some(),
        cache: config.cache.is_some(),
        skip_perfect: config.skip_perfect_score,
        ..form.choices
    };
    form
}

/// The settings that a fork's form asks for; what it has no lines for stays as it was.
///
/// # Errors
/// The first thing that is wrong.
pub fn changed(form: &Form, old: &Config) -> Result<Config, SetupFault> {
    // The seed has been drawn from already.
    let asked = form.config(form.budget()?, 0)?;
    Ok(Config {
        seed: old.seed.clone(),
        frontier: old.frontier,
        perfect_score: old.perfect_score,
        components: old.components,
        proposer: old.proposer.clone(),
        track_best_outputs: old.track_best_outputs,
        on_failure: old.on_failure,
        validation: old.validation,
        run_dir: old.run_dir.clone(),
        report_draws: old.report_draws,
        // The same choice keeps its threshold.
        criterion: match (asked.criterion, old.criterion) {
            (Criterion::SignTest { .. }, Criterion::SignTest { p }) => Criterion::SignTest { p },
            (criterion, _) => criterion,
        },
        ..asked
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gepa::{CacheKeys, MergeSettings, OnFailure};

    #[test]
    fn an_untouched_form_changes_nothing() {
        let usual = Config::new(150);
        let other = Config {
            seed: 7.into(),
            parent_selector: ParentSelector::TopKPareto { k: 3 },
            criterion: Criterion::SignTest { p: 0.05 },
            sampling: Sampling::SameParent(2),
            selection: Selection::Best,
            merge: Some(MergeSettings { max_invocations: 2, ..MergeSettings::default() }),
            cache: Some(CacheKeys::BySplit),
            skip_perfect_score: false,
            minibatch_size: 4,
            stoppers: vec![Stopper::MetricCalls(90), Stopper::ScoreThreshold(0.9), Stopper::NoImprovement(5)],
            on_failure: OnFailure::Guarded { idle_passes: 1 },
            ..Config::new(90)
        };
        for config in [usual, other] {
            assert_eq!(changed(&form_of(&config), &config), Ok(config));
        }
    }

    #[test]
    fn what_is_typed_is_changed_and_nothing_else() {
        let old = Config { seed: 3.into(), ..Config::new(100) };
        let mut form = form_of(&old);
        form.set(Entry::Budget, "300");
        form.choices.parents = Parents::Best;
        let parent_selector = ParentSelector::CurrentBest;
        let expected = Config { seed: 3.into(), parent_selector, ..Config::new(300) };
        assert_eq!(changed(&form, &old), Ok(expected));
        form.set(Entry::Budget, "none");
        assert!(changed(&form, &old).is_err());
    }
}
