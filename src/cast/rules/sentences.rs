//! An instruction as sentences, each with the words above it that it depends on.

use std::ops::Range;

/// A sentence of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, in bytes, without white space and list marks around it.
    pub at: Range<usize>,
    /// The heading above it.
    pub heading: Option<Range<usize>>,
    /// The line ending with a colon that its list hangs on.
    pub lead: Option<Range<usize>>,
}

/// The sentences of a text in plain words or Markdown: paragraphs, headings, lists. Lines of a paragraph are one text.
#[must_use]
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    let (mut heading, mut lead): (Option<Range<usize>>, Option<Range<usize>>) = (None, None);
    for block in blocks(text) {
        match block.kind {
            Kind::Heading => (heading, lead) = (Some(block.at), None),
            Kind::Item | Kind::Plain => {
                let own = block.kind == Kind::Item;
                if !own {
                    lead = None;
                }
                for at in split(text, block.at) {
                    if text[at.clone()].ends_with(':') && !own {
                        lead = Some(at);
                    } else {
                        found.push(Sentence { at, heading: heading.clone(), lead: lead.clone().filter(|_| own) });
                    }
                }
            }
        }
    }
    found
}

struct Block {
    kind: Kind,
    at: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading,
    Item,
    Plain,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (begin, end) = (start, start + line.len());
        start = end;
        let bare = line.trim();
        if bare.is_empty() {
            open = false;
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let (kind, mark) = kind_of(bare);
        let at = begin + indent + mark..begin + indent + bare.len();
        match found.last_mut() {
            Some(last) if open && kind == Kind::Plain && last.kind != Kind::Heading => last.at.end = at.end,
            _ => found.push(Block { kind, at }),
        }
        open = true;
    }
    found
}

/// The kind of a line and the length of its mark.
fn kind_of(line: &str) -> (Kind, usize) {
    let rest = line.trim_start_matches('#');
    if rest.len() < line.len() {
        return (Kind::Heading, line.len() - rest.trim_start().len());
    }
    let numbered = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let mark = if numbered.len() < line.len() && line.len() - numbered.len() <= 3 {
        numbered.strip_prefix(['.', ')'])
    } else {
        line.strip_prefix(['-', '*', '+', '\u{2022}', '\u{2013}'])
    };
    match mark {
        Some(rest) if rest.starts_with(' ') => (Kind::Item, line.len() - rest.trim_start().len()),
        _ => (Kind::Plain, 0),
    }
}

/// The sentences of a block.
fn split(text: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = block.start;
    let inner = &text[block.clone()];
    for (offset, mark) in inner.match_indices(['.', '!', '?']) {
        let end = block.start + offset + mark.len();
        let rest = &text[end..block.end];
        // A closing quotation mark or bracket belongs to the sentence.
        let closing = rest.len() - rest.trim_start_matches(['"', '\'', ')', '\u{201d}', '*', '`']).len();
        let is_end = rest[closing..].starts_with(char::is_whitespace) || rest.len() == closing;
        let before = &text[start..end];
        let short = ["e.g.", "i.e.", "etc.", "vs.", "no.", "approx."].iter().any(|short| {
            before.len() > short.len()
                && before.is_char_boundary(before.len() - short.len())
                && before.to_lowercase().ends_with(short)
        });
        // A question inside a sentence (`ask "shall I go ahead?" before …`) goes on in lower case.
        let goes_on = rest[closing..].trim_start().starts_with(char::is_lowercase) && (closing > 0 || short);
        if is_end && !goes_on && !(short && !rest[closing..].trim().is_empty() && before.ends_with("g.")) {
            push(&mut found, text, start..end + closing);
            start = end + closing;
        }
    }
    push(&mut found, text, start..block.end);
    found
}

fn push(found: &mut Vec<Range<usize>>, text: &str, at: Range<usize>) {
    let inner = &text[at.clone()];
    let trimmed = inner.trim();
    if trimmed.chars().any(char::is_alphanumeric) {
        let start = at.start + (inner.len() - inner.trim_start().len());
        found.push(start..start + trimmed.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|sentence| &text[sentence.at]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn paragraphs_are_cut_at_full_stops_only_where_a_sentence_ends() {
        check("Be kind. Ask first!\nThen\nact.", &["Be kind.", "Ask first!", "Then\nact."]);
        check("Say 12.50 dollars (e.g. for a mug).", &["Say 12.50 dollars (e.g. for a mug)."]);
        check("Ask \"go ahead?\" before each call.", &["Ask \"go ahead?\" before each call."]);
        check("", &[]);
        check("...", &[]);
    }

    #[test]
    fn items_hang_on_their_heading_and_on_the_line_before_the_list() {
        let text = "# Cancelling\nBefore a change:\n- ask why\n  they cancel\n2. get a yes\n\nBe kind.";
        check(text, &["ask why\n  they cancel", "get a yes", "Be kind."]);
        let found = sentences(text);
        assert_eq!(found[1].heading.clone().map(|at| &text[at]), Some("Cancelling"));
        assert_eq!(found[1].lead.clone().map(|at| &text[at]), Some("Before a change:"));
        assert_eq!(found[2].lead, None);
    }
}
