//! What changed between two texts, by words or by lines, as plain pieces to draw.
//!
//! Both views keep everything: without the added pieces the old text is left, without the removed ones the new.
//! Long unchanged stretches can be folded away for showing ([`fold`]).

use std::collections::BTreeMap;

use imara_diff::{Algorithm, Diff, Hunk, Token};

/// What happened to a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Removed,
    Added,
}

/// A piece of text to which one thing happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub change: Change,
    pub text: String,
}

/// A line as the words view draws it: what was removed and what was added stand in it side by side.
///
/// The last segment ends with the line break, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MixedLine {
    pub segments: Vec<Segment>,
}

/// A line of either text, without its line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub change: Change,
    /// Its number in the old text, from 1; `None` for an added one.
    pub old: Option<usize>,
    /// Its number in the new text, from 1; `None` for a removed one.
    pub new: Option<usize>,
    pub text: String,
}

/// A part of a list: lines to show, or unchanged ones that may be folded away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch<T> {
    Shown(Vec<T>),
    Folded(Vec<T>),
}

/// How many words differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub removed: usize,
    pub added: usize,
}

impl MixedLine {
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.segments.iter().any(|segment| segment.change != Change::Same)
    }
}

impl Line {
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.change != Change::Same
    }
}

impl Tally {
    /// Counts the words of segments.
    #[must_use]
    pub fn of(segments: &[Segment]) -> Self {
        let words = |change| {
            let own = segments.iter().filter(|segment| segment.change == change);
            own.map(|segment| segment.text.split_whitespace().count()).sum()
        };
        Self { removed: words(Change::Removed), added: words(Change::Added) }
    }
}

/// The difference by words, in reading order; neighbours of one kind are one segment. What was removed stands before
/// what was added in its place.
#[must_use]
pub fn by_words(old: &str, new: &str) -> Vec<Segment> {
    let (old, new) = (words(old), words(new));
    let mut segments: Vec<Segment> = Vec::new();
    for piece in pieces(&old, &new) {
        match piece {
            Piece::Same(both) => push(&mut segments, Change::Same, both),
            Piece::Changed(before, after) => {
                push(&mut segments, Change::Removed, before);
                push(&mut segments, Change::Added, after);
            }
        }
    }
    segments
}

/// Segments cut at their line breaks.
#[must_use]
pub fn mixed_lines(segments: &[Segment]) -> Vec<MixedLine> {
    let mut lines = Vec::new();
    let mut open = MixedLine::default();
    for segment in segments {
        for part in segment.text.split_inclusive('\n') {
            open.segments.push(Segment { change: segment.change, text: part.to_owned() });
            if part.ends_with('\n') {
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    if !open.segments.is_empty() {
        lines.push(open);
    }
    lines
}

/// The difference by lines, in reading order. A line break at the very end of a text is not a line of its own.
#[must_use]
pub fn by_lines(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut lines = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    for piece in pieces(&old, &new) {
        let (before, after, same) = match piece {
            Piece::Same(both) => (both, &[][..], true),
            Piece::Changed(before, after) => (before, after, false),
        };
        for text in before {
            at_old += 1;
            at_new += usize::from(same);
            let (change, new) = if same { (Change::Same, Some(at_new)) } else { (Change::Removed, None) };
            lines.push(Line { change, old: Some(at_old), new, text: (*text).to_owned() });
        }
        for text in after {
            at_new += 1;
            lines.push(Line { change: Change::Added, old: None, new: Some(at_new), text: (*text).to_owned() });
        }
    }
    lines
}

/// Parts a list so that unchanged lines further than `context` from any change can be folded away. A fold hides at
/// least three lines: fewer are shown sooner than explained.
#[must_use]
pub fn fold<T>(lines: Vec<T>, is_changed: fn(&T) -> bool, context: usize) -> Vec<Stretch<T>> {
    const LEAST: usize = 3;
    let changed: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| is_changed(line)).map(|(at, _)| at).collect();
    let near = |at: usize| {
        let next = changed.partition_point(|&other| other < at);
        let after = changed.get(next).is_some_and(|&other| other - at <= context);
        after || next.checked_sub(1).is_some_and(|before| at - changed[before] <= context)
    };
    let mut stretches: Vec<Stretch<T>> = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        match (stretches.last_mut(), near(at)) {
            (Some(Stretch::Shown(list)), true) | (Some(Stretch::Folded(list)), false) => list.push(line),
            (_, true) => stretches.push(Stretch::Shown(vec![line])),
            (_, false) => stretches.push(Stretch::Folded(vec![line])),
        }
    }
    let mut folded: Vec<Stretch<T>> = Vec::new();
    for stretch in stretches {
        let stretch = match stretch {
            Stretch::Folded(list) if list.len() < LEAST => Stretch::Shown(list),
            other => other,
        };
        match (folded.last_mut(), stretch) {
            (Some(Stretch::Shown(list)), Stretch::Shown(more)) => list.extend(more),
            (_, stretch) => folded.push(stretch),
        }
    }
    folded
}

/// A stretch of tokens of both texts.
enum Piece<'a, 't> {
    Same(&'a [&'t str]),
    Changed(&'a [&'t str], &'a [&'t str]),
}

fn pieces<'a, 't>(old: &'a [&'t str], new: &'a [&'t str]) -> Vec<Piece<'a, 't>> {
    // Myers alone: the histogram algorithm gains nothing on words, and unused the page does not carry it.
    let mut known = BTreeMap::new();
    let mut tokens = |texts: &[&'t str]| -> Vec<Token> {
        let number = |text: &&'t str| {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            Token(*known.entry(*text).or_insert(next))
        };
        texts.iter().map(number).collect()
    };
    let (before, after) = (tokens(old), tokens(new));
    let mut diff = Diff::default();
    diff.compute_with(Algorithm::Myers, &before, &after, u32::try_from(known.len()).unwrap_or(u32::MAX));
    diff.postprocess_with(&before, &after, imara_diff::NoSliderHeuristic);
    let mut pieces = Vec::new();
    let mut at_old = 0;
    for Hunk { before, after } in joined(diff.hunks(), old) {
        let [from, to, new_from, new_to] = [before.start, before.end, after.start, after.end].map(|at| at as usize);
        if from > at_old {
            pieces.push(Piece::Same(&old[at_old..from]));
        }
        pieces.push(Piece::Changed(&old[from..to], &new[new_from..new_to]));
        at_old = to;
    }
    if at_old < old.len() {
        pieces.push(Piece::Same(&old[at_old..]));
    }
    pieces
}

/// Joins hunks that only a space parts: two sentences that share no more than their spaces are two sentences.
fn joined(hunks: impl Iterator<Item = Hunk>, old: &[&str]) -> Vec<Hunk> {
    let mut list: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        if let Some(last) = list.last_mut() {
            let between = &old[last.before.end as usize..hunk.before.start as usize];
            if between.iter().all(|text| *text == " ") {
                last.before.end = hunk.before.end;
                last.after.end = hunk.after.end;
                continue;
            }
        }
        list.push(hunk);
    }
    list
}

fn push(segments: &mut Vec<Segment>, change: Change, texts: &[&str]) {
    if texts.is_empty() {
        return;
    }
    match segments.last_mut() {
        Some(last) if last.change == change => last.text.extend(texts.iter().copied()),
        _ => segments.push(Segment { change, text: texts.concat() }),
    }
}

/// A text as words, runs of spaces, line breaks and single signs.
fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Word,
        Space,
        Sign,
    }
    let kind = |letter: char| match letter {
        '\n' => Kind::Sign,
        letter if letter.is_whitespace() => Kind::Space,
        letter if letter.is_alphanumeric() || letter == '_' => Kind::Word,
        _ => Kind::Sign,
    };
    let mut list = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, letter) in text.char_indices() {
        let now = kind(letter);
        if before.is_some_and(|before| before != now || now == Kind::Sign) {
            list.push(&text[start..at]);
            start = at;
        }
        before = Some(now);
    }
    if start < text.len() {
        list.push(&text[start..]);
    }
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `[-removed-]` and `{+added+}` as in the word diffs of version control.
    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        let marked = |segment: Segment| match segment.change {
            Change::Same => segment.text,
            Change::Removed => format!("[-{}-]", segment.text),
            Change::Added => format!("{{+{}+}}", segment.text),
        };
        assert_eq!(by_words(old, new).into_iter().map(marked).collect::<String>(), expected);
    }

    #[test]
    fn a_changed_word_stands_alone() {
        check("You may refund it once.", "You must refund it once.", "You [-may-]{+must+} refund it once.");
        check("Same.", "Same.", "Same.");
        check("", "New", "{+New+}");
    }

    #[test]
    fn an_added_sentence_is_one_piece() {
        check("Be brief. Be kind.", "Be brief. Ask first. Be kind.", "Be brief. {+Ask first. +}Be kind.");
    }

    #[test]
    fn sentences_that_share_only_spaces_are_replaced_as_a_whole() {
        check("call the tool", "ask whoever pays", "[-call the tool-]{+ask whoever pays+}");
    }

    #[test]
    fn names_with_underscores_are_words() {
        check("use get_order now", "use get_user now", "use [-get_order-]{+get_user+} now");
    }

    #[test]
    fn lines_have_the_numbers_of_their_side() {
        let lines = by_lines("a\nb\nc\n", "a\nB\nb2\nc\n");
        let shown: Vec<_> = lines.iter().map(|line| (line.old, line.new, line.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Some(1), Some(1), "a"),
                (Some(2), None, "b"),
                (None, Some(2), "B"),
                (None, Some(3), "b2"),
                (Some(3), Some(4), "c"),
            ]
        );
    }

    #[test]
    fn what_is_far_from_a_change_is_folded() {
        let numbers: Vec<usize> = (0..20).collect();
        let stretches = fold(numbers, |number| *number == 8, 2);
        assert_eq!(
            stretches,
            [Stretch::Folded((0..6).collect()), Stretch::Shown((6..11).collect()), Stretch::Folded((11..20).collect())]
        );
        assert_eq!(fold(vec![0, 1, 8], |number| *number == 8, 0), [Stretch::Shown(vec![0, 1, 8])], "too short to fold");
        assert_eq!(fold(vec![0, 1, 2], |_| false, 5), [Stretch::Folded(vec![0, 1, 2])], "nothing changed");
    }

    #[test]
    fn words_are_counted() {
        let segments = by_words("Never refund twice.", "Never refund a thing. Ask first.");
        assert_eq!(Tally::of(&segments), Tally { removed: 1, added: 4 });
    }

    /// Texts that share much, as versions do.
    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("refund".to_owned()),
                Just(" ".to_owned()),
                Just("\n".to_owned()),
                Just("\r\n".to_owned()),
                Just("the".to_owned()),
                Just(". ".to_owned()),
                "\\PC{0,3}",
            ],
            0..40,
        )
        .prop_map(|parts| parts.concat())
    }

    fn side(segments: &[Segment], left_out: Change) -> String {
        segments.iter().filter(|segment| segment.change != left_out).map(|segment| segment.text.as_str()).collect()
    }

    proptest! {
        #[test]
        fn words_lead_from_one_text_to_the_other(old in text(), new in text()) {
            let segments = by_words(&old, &new);
            prop_assert_eq!(side(&segments, Change::Added), old);
            prop_assert_eq!(side(&segments, Change::Removed), new);
            let cut: Vec<Segment> = mixed_lines(&segments).into_iter().flat_map(|line| line.segments).collect();
            prop_assert_eq!(side(&cut, Change::Added), side(&segments, Change::Added));
            prop_assert_eq!(side(&cut, Change::Removed), side(&segments, Change::Removed));
        }

        #[test]
        fn equal_texts_have_no_change(text in text()) {
            prop_assert!(by_words(&text, &text).iter().all(|segment| segment.change == Change::Same));
            prop_assert!(by_lines(&text, &text).iter().all(|line| !line.is_changed()));
        }

        #[test]
        fn lines_lead_from_one_text_to_the_other(old in text(), new in text()) {
            let lines = by_lines(&old, &new);
            let of = |left_out: Change| {
                lines.iter().filter(|line| line.change != left_out).map(|line| line.text.as_str()).collect::<Vec<_>>()
            };
            prop_assert_eq!(of(Change::Added), old.lines().collect::<Vec<_>>());
            prop_assert_eq!(of(Change::Removed), new.lines().collect::<Vec<_>>());
            let olds: Vec<usize> = lines.iter().filter_map(|line| line.old).collect();
            prop_assert_eq!(olds, (1..=old.lines().count()).collect::<Vec<_>>());
            let news: Vec<usize> = lines.iter().filter_map(|line| line.new).collect();
            prop_assert_eq!(news, (1..=new.lines().count()).collect::<Vec<_>>());
        }

        #[test]
        fn folding_loses_nothing(marks in proptest::collection::vec(any::<bool>(), 0..60), context in 0_usize..5) {
            let stretches = fold(marks.clone(), |mark| *mark, context);
            let all: Vec<bool> = stretches
                .into_iter()
                .flat_map(|stretch| match stretch {
                    Stretch::Shown(list) => list,
                    Stretch::Folded(list) => {
                        assert!(list.iter().all(|mark| !mark) && list.len() >= 3);
                        list
                    }
                })
                .collect();
            prop_assert_eq!(all, marks);
        }
    }
}
