//! The entries of the form that sets up an evolution: what each is called, what it takes and what it begins with.

/// A line of the form that takes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    Name,
    Budget,
    Minibatch,
    Concurrency,
    Seed,
    FeedbackTasks,
    ParetoTasks,
    HeldOutTasks,
    FeedbackMost,
    ParetoMost,
    HeldOutMost,
    DatasetSeed,
    Epsilon,
    TopK,
    Margin,
    Repeats,
    Merges,
    Proposals,
    StopAtScore,
    StopWithoutGain,
    Calls,
    Tokens,
    Cost,
    Temperature,
}

impl Entry {
    pub const ALL: [Self; 24] = [
        Self::Name,
        Self::Budget,
        Self::Minibatch,
        Self::Concurrency,
        Self::Seed,
        Self::FeedbackTasks,
        Self::ParetoTasks,
        Self::HeldOutTasks,
        Self::FeedbackMost,
        Self::ParetoMost,
        Self::HeldOutMost,
        Self::DatasetSeed,
        Self::Epsilon,
        Self::TopK,
        Self::Margin,
        Self::Repeats,
        Self::Merges,
        Self::Proposals,
        Self::StopAtScore,
        Self::StopWithoutGain,
        Self::Calls,
        Self::Tokens,
        Self::Cost,
        Self::Temperature,
    ];

    /// Its place among all.
    #[must_use]
    pub const fn at(self) -> usize {
        self as usize
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Budget => "Budget",
            Self::Minibatch => "Minibatch",
            Self::Concurrency => "At the same time",
            Self::Seed => "Seed",
            Self::FeedbackTasks => "Feedback tasks",
            Self::ParetoTasks => "Pareto tasks",
            Self::HeldOutTasks => "Held-out tasks",
            Self::FeedbackMost => "Feedback: at most",
            Self::ParetoMost => "Pareto: at most",
            Self::HeldOutMost => "Held out: at most",
            Self::DatasetSeed => "Seed of the datasets",
            Self::Epsilon => "Chance of any candidate",
            Self::TopK => "Among the best",
            Self::Margin => "Better by",
            Self::Repeats => "Rollouts of each task",
            Self::Merges => "Merges",
            Self::Proposals => "Proposals in a pass",
            Self::StopAtScore => "Stop at a score of",
            Self::StopWithoutGain => "Stop after passes without a gain",
            Self::Calls => "Limit: model calls",
            Self::Tokens => "Limit: tokens",
            Self::Cost => "Limit: US dollars",
            Self::Temperature => "Temperature",
        }
    }

    /// What it takes, under its line; empty for none.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Name => "",
            Self::Budget => "Metric calls: each is one rollout.",
            Self::Minibatch => "Tasks that a proposal is first judged on.",
            Self::Concurrency => "Rollouts that go on side by side.",
            Self::Seed => "What the optimiser and the programs draw from.",
            Self::FeedbackTasks => "What the reflection model learns from.",
            Self::ParetoTasks => "What candidates are chosen by.",
            Self::HeldOutTasks => "Locked until the end: the last word.",
            Self::FeedbackMost | Self::ParetoMost | Self::HeldOutMost => "Only so many, the first ones. Empty: all.",
            Self::DatasetSeed => "What shuffles the three sets.",
            Self::Epsilon => "From 0 to 1; else the best one.",
            Self::TopK => "Parents are drawn from so many.",
            Self::Margin => "Sum over the minibatch.",
            Self::Repeats => "On the minibatch, for parent and child alike; all count.",
            Self::Merges => "So many at most.",
            Self::Proposals => "Each with a minibatch of its own.",
            Self::StopAtScore => "On the Pareto set, 0 to 1. Empty: never.",
            Self::StopWithoutGain => "Of the best score. Empty: never.",
            Self::Calls => "Empty for no limit.",
            Self::Tokens => "As far as providers tell them.",
            Self::Cost => "As far as providers tell prices.",
            Self::Temperature => "Sent to the agent’s model; empty sends none.",
        }
    }

    /// What it begins with.
    #[must_use]
    pub const fn usual(self) -> &'static str {
        match self {
            Self::Budget => "150",
            Self::Minibatch | Self::Repeats => "3",
            Self::Concurrency => "4",
            Self::Seed => "0",
            Self::DatasetSeed => "42",
            Self::Epsilon => "0.1",
            Self::TopK | Self::Merges => "5",
            Self::Margin | Self::Proposals => "1",
            Self::Name
            | Self::FeedbackTasks
            | Self::ParetoTasks
            | Self::HeldOutTasks
            | Self::FeedbackMost
            | Self::ParetoMost
            | Self::HeldOutMost
            | Self::StopAtScore
            | Self::StopWithoutGain
            | Self::Calls
            | Self::Tokens
            | Self::Cost
            | Self::Temperature => "",
        }
    }

    /// What its line shows while it is empty.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Name => "named after what it evolves",
            Self::FeedbackTasks | Self::ParetoTasks | Self::HeldOutTasks => "all",
            _ => "",
        }
    }

    /// Whether it takes a number.
    #[must_use]
    pub const fn is_number(self) -> bool {
        !matches!(self, Self::Name | Self::FeedbackTasks | Self::ParetoTasks | Self::HeldOutTasks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_place_that_it_is_listed_at() {
        for (at, entry) in Entry::ALL.into_iter().enumerate() {
            assert_eq!(entry.at(), at, "{entry:?}");
        }
    }
}
