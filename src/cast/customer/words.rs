//! Finding products and option values in an agent's words.

/// Whether `value` stands in `text` as whole words; both lower case.
pub fn holds(text: &str, value: &str) -> bool {
    !value.is_empty() && places(text, value).any(|at| ends(text, at + value.len()))
}

/// Whether a product is named: by its whole name, or by its noun, in the singular or the plural.
pub fn names(text: &str, product: &str) -> bool {
    let noun = noun(product);
    places(text, noun).any(|at| {
        let after = at + noun.len();
        ends(text, after) || text[after..].starts_with('s') && ends(text, after + 1)
    })
}

/// The word that a product is called by for short, without its plural s.
pub fn noun(product: &str) -> &str {
    let mut words = product.rsplit(' ');
    let last = words.next().unwrap_or(product);
    // "mug set": a set of what?
    let noun = if matches!(last, "set" | "system" | "device") { words.next().unwrap_or(last) } else { last };
    if noun.len() > 3 { noun.strip_suffix('s').unwrap_or(noun) } else { noun }
}

/// Places where `part` begins a word. Digits inside an amount or an order's number begin none.
fn places<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(part).map(|(at, _)| at).filter(move |at| {
        let mut before = text[..*at].bytes().rev();
        let inside = match before.next() {
            Some(b'$' | b'#') => true,
            Some(b'.' | b',') => before.next().is_some_and(|digit| digit.is_ascii_digit()),
            Some(letter) => letter.is_ascii_alphanumeric(),
            None => false,
        };
        !part.is_empty() && !inside
    })
}

/// Whether a word ends before `at`. A number goes on where digits follow its point.
fn ends(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at..) {
        Some([b'.' | b',', digit, ..]) => !digit.is_ascii_digit(),
        Some([letter, ..]) => !letter.is_ascii_alphanumeric(),
        _ => true,
    }
}
