//! A task's text, which speaks to the customer as "you", in the customer's own voice.

/// What a sentence that wants to know something has in it.
const WANTS_TO_KNOW: &[&str] = &[
    "to know",
    "how much",
    "how many",
    "tracking number",
    "the total",
    "tell you",
    "ask for the",
    "what is",
    "get the price",
];
/// What a sentence that wants something has in it.
const WANTS: &[&str] = &["want", "wish", "would like", "need", "ask ", "prefer", "if ", "looking to"];
/// After these words "you" is the object.
const BEFORE_OBJECT: &[&str] =
    &["to", "for", "with", "of", "from", "tell", "give", "help", "charge", "told", "let", "gives", "around", "by"];

/// The sentences that want to know something, each in the first person; all that want something if none does.
pub fn questions(scenario: &str) -> Vec<String> {
    let asks = |sentence: &&str| {
        let lower = sentence.to_lowercase();
        WANTS_TO_KNOW.iter().any(|mark| lower.contains(mark))
    };
    let mut found: Vec<String> = sentences(scenario).filter(asks).map(first_person).collect();
    if found.is_empty() {
        found.push(requests(scenario));
    }
    found
}

/// The sentences that want something, in the first person; the whole text if none does.
pub fn requests(scenario: &str) -> String {
    let wants = |sentence: &&str| {
        let lower = sentence.to_lowercase();
        WANTS.iter().any(|mark| lower.contains(mark))
    };
    let found: Vec<String> = sentences(scenario).filter(wants).map(first_person).collect();
    if found.is_empty() { first_person(scenario) } else { found.join(" ") }
}

/// Sentences with their marks. A mark ends one only before a blank, so addresses and prices stay whole.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let ends = |(at, letter): (usize, char)| {
            let after = at + letter.len_utf8();
            let last =
                matches!(letter, '.' | '?' | '!') && rest[after..].chars().next().is_none_or(char::is_whitespace);
            (last || letter == '\n').then_some(after)
        };
        let end = rest.char_indices().find_map(ends).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        rest = tail;
        (end > 0).then_some(head)
    })
    .map(str::trim)
    .filter(|sentence| !sentence.is_empty())
}

fn first_person(sentence: &str) -> String {
    let mut said = String::with_capacity(sentence.len());
    let mut before = String::new();
    for (at, word) in sentence.split(' ').enumerate() {
        if at > 0 {
            said.push(' ');
        }
        let core = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '\'');
        let turned = match core.to_lowercase().as_str() {
            "you" if BEFORE_OBJECT.contains(&before.as_str()) => Some("me"),
            "you" => Some("I"),
            "your" => Some("my"),
            "yours" => Some("mine"),
            "yourself" => Some("myself"),
            "you're" => Some("I'm"),
            "you'd" => Some("I'd"),
            "you've" => Some("I've"),
            "you'll" => Some("I'll"),
            "are" if before == "you" => Some("am"),
            _ => None,
        };
        match turned {
            Some(turned) => said.push_str(&word.replacen(core, turned, 1)),
            None => said.push_str(word),
        }
        before = core.to_lowercase();
    }
    let mut letters = said.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => said,
    }
}
