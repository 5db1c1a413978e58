//! What both sides of an airline's conversation know: airports, their cities, and days.

use super::words::fold;

/// Airports of the benchmark's airlines: code, city as people call it.
const AIRPORTS: [(&str, &str); 20] = [
    ("SFO", "san francisco"),
    ("JFK", "new york"),
    ("LAX", "los angeles"),
    ("ORD", "chicago"),
    ("DFW", "dallas"),
    ("DEN", "denver"),
    ("SEA", "seattle"),
    ("ATL", "atlanta"),
    ("MIA", "miami"),
    ("BOS", "boston"),
    ("PHX", "phoenix"),
    ("IAH", "houston"),
    ("LAS", "las vegas"),
    ("MCO", "orlando"),
    ("EWR", "newark"),
    ("CLT", "charlotte"),
    ("MSP", "minneapolis"),
    ("DTW", "detroit"),
    ("PHL", "philadelphia"),
    ("LGA", "laguardia"),
];

/// The city of an airport as it is written; the code itself for others.
pub fn city(code: &str) -> String {
    let known = AIRPORTS.iter().find(|(own, _)| *own == code);
    let Some((_, name)) = known else { return code.to_owned() };
    name.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

/// Airports by their codes or their cities, in the order of the text.
pub fn airports(text: &str) -> Vec<&'static str> {
    let lower = fold(text);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (code, name) in AIRPORTS {
        found.extend(lower.match_indices(name).map(|(at, _)| (at, code)));
        let codes = text.match_indices(code).filter(|(at, _)| {
            let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
            !inside(text[..*at].chars().next_back()) && !inside(text[at + 3..].chars().next())
        });
        found.extend(codes.map(|(at, _)| (at, code)));
    }
    found.sort_unstable();
    let mut codes: Vec<&str> = found.into_iter().map(|(_, code)| code).collect();
    codes.dedup();
    codes
}

/// The months in lower case.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day as it is said: `2024-05-18` → `May 18`.
pub fn day(date: &str) -> String {
    let month = date.get(5..7).and_then(|month| month.parse::<usize>().ok()).unwrap_or_default();
    let name = month.checked_sub(1).and_then(|month| MONTHS.get(month));
    let number = date.get(8..).unwrap_or_default().trim_start_matches('0');
    name.map_or_else(|| date.to_owned(), |name| format!("{} {number}", capital(name)))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a word is a day in the tools' form.
pub fn is_date(word: &str) -> bool {
    word.len() == 10
        && word
            .bytes()
            .enumerate()
            .all(|(at, letter)| if at == 4 || at == 7 { letter == b'-' } else { letter.is_ascii_digit() })
}
