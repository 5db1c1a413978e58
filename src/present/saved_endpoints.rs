//! Endpoints as they are saved in the browser: without keys, and readable even where a part is damaged.

use serde::Serialize;
use serde_json::Value;

use crate::provider::Endpoint;

/// The shape that this program writes.
const FORMAT: u64 = 1;

/// The text to save.
#[must_use]
pub fn to_text(endpoints: &[Endpoint]) -> String {
    #[derive(Serialize)]
    struct Saved<'a> {
        format: u64,
        endpoints: &'a [Endpoint],
    }
    let text = serde_json::to_string(&Saved { format: FORMAT, endpoints });
    debug_assert!(text.is_ok(), "endpoints are texts, numbers and JSON values");
    text.unwrap_or_default()
}

/// The saved endpoints, and how many entries could not be read. An id that comes twice counts once.
#[must_use]
pub fn from_text(text: &[u8]) -> (Vec<Endpoint>, usize) {
    let saved = serde_json::from_slice::<Value>(text).unwrap_or(Value::Null);
    let Some(entries) = saved.get("endpoints").and_then(Value::as_array) else { return (Vec::new(), 1) };
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for entry in entries {
        if let Ok(endpoint) = serde_json::from_value::<Endpoint>(entry.clone())
            && endpoints.iter().all(|other| other.id != endpoint.id)
        {
            endpoints.push(endpoint);
        }
    }
    let lost = entries.len() - endpoints.len();
    (endpoints, lost)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn endpoints_are_found_again() {
        let endpoints = vec![Endpoint::new("a", "https://a.example/v1", "m"), Endpoint::new("b", "", "")];
        assert_eq!(from_text(to_text(&endpoints).as_bytes()), (endpoints, 0));
        assert_eq!(from_text(to_text(&[]).as_bytes()), (Vec::new(), 0));
    }

    #[test]
    fn one_damaged_entry_does_not_cost_the_others() {
        let text = br#"{"format":9,"endpoints":[7,{"id":"a","name":"","base_url":"x","model":"m","new":1},{"id":"a",
            "name":"","base_url":"y","model":"m"}]}"#;
        let (endpoints, lost) = from_text(text);
        assert_eq!((endpoints.len(), endpoints[0].base_url.as_str(), lost), (1, "x", 2));
    }

    proptest! {
        #[test]
        fn no_text_is_too_damaged(text in any::<Vec<u8>>()) {
            prop_assert_eq!(from_text(&text).0.len(), 0);
        }
    }
}
