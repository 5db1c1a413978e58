//! Which tasks the three datasets are taken from, where nobody has chosen.

/// The three datasets, in the order in which they are drawn.
pub const SETS: [&str; 3] = ["feedback", "Pareto", "held-out"];

/// Where a dataset is taken from: its split, and the tasks of it as the form writes them; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetFrom {
    pub split: String,
    pub tasks: String,
}

/// The usual three for a pack with these splits: train, dev and test. Where one is missing, the tasks that are there are
/// divided so that no set has a task of another.
#[must_use]
pub fn usual(splits: &[(String, usize)]) -> [SetFrom; 3] {
    let size = |name: &str| splits.iter().find(|(own, size)| own == name && *size > 0).map(|(_, size)| *size);
    let all = |split: &str| SetFrom { split: split.to_owned(), tasks: String::new() };
    match (size("train"), size("dev"), size("test")) {
        (Some(_), Some(_), Some(_)) => [all("train"), all("dev"), all("test")],
        (Some(train), None, Some(_)) if train > 1 => {
            let feedback = (train * 2 / 3).max(1);
            [range("train", 0, feedback), range("train", feedback, train), all("test")]
        }
        _ => {
            let largest = splits.iter().max_by_key(|(_, size)| *size);
            let Some((split, size)) = largest else { return Default::default() };
            if *size < SETS.len() {
                // Too few to divide.
                return [all(split), all(split), all(split)];
            }
            // Half to learn from, a fifth to choose by, the rest held out; each at least one.
            let feedback = (size / 2).clamp(1, size - 2);
            let pareto = feedback + (size / 5).max(1);
            [range(split, 0, feedback), range(split, feedback, pareto), range(split, pareto, *size)]
        }
    }
}

fn range(split: &str, from: usize, to: usize) -> SetFrom {
    let tasks = if to - from == 1 { from.to_string() } else { format!("{from}-{}", to - 1) };
    SetFrom { split: split.to_owned(), tasks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(splits: &[(&str, usize)], expected: [(&str, &str); 3]) {
        let splits: Vec<(String, usize)> = splits.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
        let expected = expected.map(|(split, tasks)| SetFrom { split: split.into(), tasks: tasks.into() });
        assert_eq!(usual(&splits), expected);
    }

    #[test]
    fn the_splits_are_taken_as_they_are_meant() {
        check(&[("test", 12), ("train", 8), ("dev", 6)], [("train", ""), ("dev", ""), ("test", "")]);
        check(&[("test", 5), ("train", 9)], [("train", "0-5"), ("train", "6-8"), ("test", "")]);
    }

    #[test]
    fn one_split_is_divided_without_overlap() {
        check(&[("test", 50)], [("test", "0-24"), ("test", "25-34"), ("test", "35-49")]);
        check(&[("mine", 3)], [("mine", "0"), ("mine", "1"), ("mine", "2")]);
        check(&[("mine", 2)], [("mine", ""), ("mine", ""), ("mine", "")]);
        check(&[], [("", ""), ("", ""), ("", "")]);
    }
}
