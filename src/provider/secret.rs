//! Keys, and keeping them out of texts.

use std::fmt;

use super::base_url::{BaseUrl, Origin};

/// What stands in for a key, or a part of one.
pub const DOTS: &str = "••••";

/// A provider's key, bound to the origin it was given for.
///
/// It has no way out but [`Secret::for_url`], which the header writer uses: it prints as dots and cannot be
/// serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    origin: Origin,
    value: String,
}

impl Secret {
    /// A key for the host of `base_url`; `None` if there is nothing but blanks.
    #[must_use]
    pub fn new(base_url: &BaseUrl, value: &str) -> Option<Self> {
        let value = value.trim();
        (!value.is_empty()).then(|| Self { origin: base_url.origin().clone(), value: value.to_owned() })
    }

    /// The only party that this key may be sent to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key, if the endpoint still is at the origin it was given for; otherwise it is forgotten.
    #[must_use]
    pub fn kept_for(self, base_url: &BaseUrl) -> Option<Self> {
        (self.origin == *base_url.origin()).then_some(self)
    }

    /// The text of the key for a request to `url`, and to no other origin than its own.
    #[must_use]
    pub fn for_url(&self, url: &str) -> Option<&str> {
        (Origin::of_url(url)? == self.origin).then_some(self.value.as_str())
    }

    /// Whether the key can stand in a header at all.
    #[must_use]
    pub fn is_header_text(&self) -> bool {
        self.value.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
    }

    /// Puts dots in place of the key, as it stands, as JSON writes it, and as JSON writes JSON (a tool call's arguments).
    #[must_use]
    pub fn taken_out_of(&self, mut text: String) -> String {
        if self.value.len() < SHORTEST_KEY {
            return text;
        }
        let mut form = self.value.clone();
        for _ in 0..=JSON_LEVELS {
            if text.contains(&form) {
                text = text.replace(&form, DOTS);
            }
            let quoted = serde_json::Value::from(form.as_str()).to_string();
            form = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
        }
        text
    }

    /// The last four characters, for telling keys apart; dots where the key is too short to show any.
    #[must_use]
    pub fn hint(&self) -> String {
        let chars: Vec<char> = self.value.chars().collect();
        if chars.len() < 16 {
            DOTS.to_owned()
        } else {
            format!("…{}", chars[chars.len() - 4..].iter().collect::<String>())
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

/// Starts of keys as the known providers make them, with how many further characters make a key of it.
const KEY_STARTS: [(&str, usize); 10] = [
    ("sk-", 6),
    ("sk_", 8),
    ("AIza", 10),
    ("gsk_", 8),
    ("xai-", 8),
    ("tgp_", 8),
    ("hf_", 8),
    ("nvapi-", 8),
    ("pplx-", 8),
    ("Bearer ", 6),
];

/// Shortest live key that is looked for inside other texts; a shorter one is no secret and would garble words.
const SHORTEST_KEY: usize = 4;

/// How deep a text may stand in JSON within JSON: a saved reply, the arguments of its tool call, a text in those.
const JSON_LEVELS: usize = 3;

/// Takes keys out of a text: the live ones given, whatever looks like one, and keys that a server masked in part
/// (`abc***xyz`).
#[must_use]
pub fn scrub(text: &str, live: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in live {
        if secret.value.len() >= SHORTEST_KEY {
            text = text.replace(&secret.value, DOTS);
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let length = if after_word { 0 } else { key_length(rest) };
        if length > 0 {
            out.push_str(if rest.starts_with("Bearer ") { "Bearer " } else { "" });
            out.push_str(DOTS);
            rest = &rest[length..];
            after_word = true;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            after_word = first.is_alphanumeric();
        }
    }
    out
}

/// The length in bytes of the key that `text` begins with, or 0.
fn key_length(text: &str) -> usize {
    let key_chars = |text: &str| {
        text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.*•…".contains(c)).len()
    };
    for (start, least) in KEY_STARTS {
        if let Some(tail) = text.strip_prefix(start) {
            // A sentence may go on with a full stop right after the key.
            let length = text[start.len()..start.len() + key_chars(tail)].trim_end_matches('.').len();
            if length >= least {
                return start.len() + length;
            }
        }
    }
    let word = &text[..key_chars(text)];
    if word.contains("***") { word.trim_end_matches('.').len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(url: &str, key: &str) -> Secret {
        Secret::new(&BaseUrl::parse(url).expect("a valid URL"), key).expect("a key")
    }

    #[test]
    fn a_key_prints_as_dots() {
        let key = secret("https://a.example/v1", "sk-live-0123456789");
        assert_eq!(format!("{key:?}"), "••••");
        assert_eq!(format!("{:?}", Some(vec![key.clone()])), "Some([••••])");
        assert_eq!(key.hint(), "…6789");
        assert_eq!(secret("https://a.example", "short").hint(), "••••");
    }

    #[test]
    fn a_key_goes_to_its_own_origin_only() {
        let key = secret("https://a.example/v1", " sk-live-0123456789 ");
        assert_eq!(key.for_url("https://a.example/v1/chat/completions"), Some("sk-live-0123456789"));
        for other in
            ["http://a.example/v1", "https://a.example:8443/v1", "https://a.example.evil.example/v1", "nonsense"]
        {
            assert_eq!(key.for_url(other), None, "{other}");
        }
        let base = |text| BaseUrl::parse(text).expect("a valid URL");
        assert_eq!(key.clone().kept_for(&base("https://a.example/v2")), Some(key.clone()));
        assert_eq!(key.kept_for(&base("https://b.example/v1")), None);
    }

    #[test]
    fn blanks_are_no_key() {
        assert_eq!(Secret::new(&BaseUrl::parse("https://a.example").expect("a valid URL"), " \n"), None);
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let live = secret("https://a.example", "my.odd/key+1");
        assert_eq!(scrub(text, &[&live]), expect);
    }

    #[test]
    fn keys_vanish_from_texts() {
        check(
            "Incorrect API key provided: sk-proj-abc123*******xyz9. See docs.",
            "Incorrect API key provided: ••••. See docs.",
        );
        check("key my.odd/key+1 refused", "key •••• refused");
        check("\"sk-ant-api03-AbC_d\", 'sk-or-v1-00aa11'", "\"••••\", '••••'");
        check("AIzaSyA1234567890 gsk_abcdefgh1 xai-12345678 tgp_v1_12345678", "•••• •••• •••• ••••");
        check("Authorization: Bearer abc.def.ghi", "Authorization: Bearer ••••");
        check("wrong key abcd*****wxyz", "wrong key ••••");
    }

    #[test]
    fn other_words_stay() {
        for text in
            ["risk-taking task-oriented sk-", "the desk-lamp-company", "Ärger über 5 * 3 ** 2", "bearer of news", ""]
        {
            check(text, text);
        }
    }
}
