//! Finding things by a few typed letters: the command palette's and the pickers' filter.

/// How well `query` finds `text`; larger is better, `None` when it does not.
///
/// The query's words may come in any order and each must be found: best at the start of the text, then at the start
/// of a word, then inside a word, then as letters in order ("dr" finds "dark"). Letter case is ignored. An empty
/// query finds everything equally.
#[must_use]
pub fn score(query: &str, text: &str) -> Option<u32> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    query.split_whitespace().map(|word| word_score(word, &text)).sum()
}

fn word_score(word: &str, text: &[char]) -> Option<u32> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let starts = |at: usize| at == 0 || !text[at - 1].is_alphanumeric();
    let found: Vec<usize> =
        text.windows(word.len()).enumerate().filter(|(_, part)| *part == word).map(|(at, _)| at).collect();
    if found.first() == Some(&0) {
        return Some(100);
    }
    if found.iter().any(|&at| starts(at)) {
        return Some(60);
    }
    if !found.is_empty() {
        return Some(30);
    }
    // Letters in order count only when the first opens a word: otherwise nearly any long text matches.
    (0..text.len())
        .filter(|&at| starts(at) && text[at] == word[0])
        .any(|at| {
            let mut rest = text[at..].iter();
            word.iter().all(|letter| rest.any(|other| other == letter))
        })
        .then_some(5)
}

/// Indices of the texts that `query` finds, best first; texts found equally well keep their order.
pub fn ranked<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let mut hits: Vec<(usize, u32)> =
        texts.into_iter().enumerate().filter_map(|(at, text)| Some((at, score(query, text)?))).collect();
    hits.sort_by_key(|&(_, score)| std::cmp::Reverse(score));
    hits.into_iter().map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_query_keeps_everything_in_order() {
        assert_eq!(ranked("", ["b", "a"]), [0, 1]);
        assert_eq!(ranked("  ", ["b", "a"]), [0, 1]);
    }

    #[test]
    fn starts_come_before_middles() {
        assert_eq!(ranked("data", ["Metadata", "Delete data", "Data"]), [2, 1, 0]);
    }

    #[test]
    fn words_in_any_order_all_needed() {
        assert!(score("theme dark", "Dark theme").is_some());
        assert!(score("theme blue", "Dark theme").is_none());
    }

    #[test]
    fn letters_in_order_from_a_word_start() {
        assert!(score("dr", "Theme: dark").is_some());
        assert!(score("rk", "Theme: dark").is_some(), "inside a word");
        assert!(score("ak", "Theme: dark").is_none());
    }

    #[test]
    fn letter_case_and_longer_queries_are_no_trouble() {
        assert!(score("ΤΑΥ", "ταυ").is_some());
        assert!(score("a very long query", "a").is_none());
    }
}
