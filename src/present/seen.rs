//! Values that a conversation has shown so far, offered where a person fills in a tool's form.
//!
//! A person in the agent's seat knows what an agent knows: the customer's words and the tools' results. Every short
//! value in them is kept with the name that it had there, and a field is offered those whose name is like its own:
//! `item_ids` the `item_id`s of an order, `payment_method_id` the keys of `payment_methods`.

use serde_json::{Map, Value};

use crate::chat::Message;

/// How many values a field is offered.
const MAX_OFFERS: usize = 40;
/// Longer texts are no ids, names or addresses.
const MAX_CHARS: usize = 60;
/// How much is said of a value beside it, in characters.
const MAX_ABOUT_CHARS: usize = 70;

/// A value for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub value: String,
    /// What stood beside it: `Rope Hammock, 140 cm, wooden, 168.0`. May be empty.
    pub about: String,
}

/// A value that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    /// The words of the name that it had, singular.
    name: Vec<String>,
    value: String,
    about: String,
}

/// What a conversation has shown, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenValues(Vec<Seen>);

impl SeenValues {
    /// Everything that the messages show. What the agent itself wrote is left out: it may be wrong.
    #[must_use]
    pub fn of(messages: &[Message]) -> Self {
        let mut seen = Self::default();
        for message in messages {
            match message {
                Message::User { content } => seen.read_words(content),
                Message::Tool { name, content, .. } => seen.read_result(name, content),
                Message::System { .. } | Message::Assistant(_) => {}
            }
        }
        seen
    }

    /// Values for a field of this name, the best first: by how like the names are, then the latest.
    #[must_use]
    pub fn offers(&self, field: &str) -> Vec<Offer> {
        let wanted = words_of(field);
        let mut ranked: Vec<(usize, &Seen)> = Vec::new();
        for seen in self.0.iter().rev() {
            let likeness = likeness(&wanted, &seen.name);
            if likeness == 0 {
                continue;
            }
            // Of the same value the one that says more.
            match ranked.iter_mut().find(|(_, other)| other.value == seen.value) {
                Some(other) => {
                    if likeness > other.0 || (likeness == other.0 && seen.about.len() > other.1.about.len()) {
                        *other = (likeness, seen);
                    }
                }
                None => ranked.push((likeness, seen)),
            }
        }
        let best = ranked.iter().map(|(likeness, _)| *likeness).max().unwrap_or_default();
        // Next to a name that is the same, one that is merely alike is noise.
        ranked.retain(|(likeness, _)| best < SAME || *likeness > ALIKE);
        ranked.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        let offer = |(_, seen): (usize, &Seen)| Offer { value: seen.value.clone(), about: seen.about.clone() };
        ranked.into_iter().take(MAX_OFFERS).map(offer).collect()
    }

    fn push(&mut self, name: &[String], value: &str, about: String) {
        let is_short = !value.trim().is_empty() && value.chars().count() <= MAX_CHARS && !value.contains('\n');
        if is_short {
            self.0.push(Seen { name: name.to_vec(), value: value.to_owned(), about });
        }
    }

    fn read_result(&mut self, tool: &str, content: &str) {
        match serde_json::from_str(content) {
            Ok(Value::Object(object)) => self.read_object(&[], &object),
            Ok(Value::Array(items)) => self.read_list(&words_of(tool), &items),
            Ok(number @ Value::Number(_)) => self.push(&words_of(tool), &number.to_string(), String::new()),
            // A tool that answers with one word: `find_user_id_by_email`.
            _ if !content.contains(' ') => self.push(&words_of(tool), content, String::new()),
            _ => {}
        }
    }

    fn read_object(&mut self, name: &[String], object: &Map<String, Value>) {
        for (key, value) in object {
            let own = words_of(key);
            match value {
                Value::Object(inner) => {
                    // A table of records by id: `payment_methods`, `variants`.
                    let is_record = |value: &Value| value.is_object();
                    if !inner.is_empty() && inner.values().all(is_record) {
                        for (id, record) in inner {
                            let own_about = record.as_object().map(|record| about(record, id)).unwrap_or_default();
                            let whole = object.get("name").and_then(Value::as_str);
                            let about = whole.map_or_else(|| own_about.clone(), |name| format!("{name}, {own_about}"));
                            self.push(&with_id(&own), id, about);
                        }
                        for record in inner.values().filter_map(Value::as_object) {
                            self.read_object(&own, record);
                        }
                    } else {
                        self.read_object(&own, inner);
                    }
                }
                Value::Array(items) => self.read_list(&own, items),
                Value::String(text) => {
                    // An `id` is the id of what it stands in.
                    let full = if own == ["id"] { with_id(name) } else { own.clone() };
                    self.push(&full, text, about(object, text));
                    // `{"Rope Hammock": "3098281826"}`: a list of names with their ids.
                    if looks_like_an_id(text) && !key.contains('_') && key.contains(char::is_uppercase) {
                        self.push(&with_id(&["product".to_owned()]), text, key.clone());
                    }
                }
                Value::Number(number) => self.push(&own, &number.to_string(), String::new()),
                Value::Bool(_) | Value::Null => {}
            }
        }
    }

    fn read_list(&mut self, name: &[String], items: &[Value]) {
        for item in items {
            match item {
                Value::Object(object) => self.read_object(name, object),
                Value::String(text) => self.push(name, text, String::new()),
                Value::Number(number) => self.push(name, &number.to_string(), String::new()),
                Value::Array(_) | Value::Bool(_) | Value::Null => {}
            }
        }
    }

    /// Ids, addresses and names in what the customer wrote.
    fn read_words(&mut self, text: &str) {
        let said = || "said by the customer".to_owned();
        let name = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let edge = |c: char| !(c.is_alphanumeric() || c == '#');
        let tokens: Vec<&str> = text.split_whitespace().map(|token| token.trim_matches(edge)).collect();
        for token in &tokens {
            let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if token.contains('@') && token.contains('.') {
                self.push(&name(&["email"]), token, said());
            } else if token.starts_with("#W") {
                self.push(&name(&["order", "id"]), token, said());
            } else if is_digits(token) && token.len() == 5 {
                self.push(&name(&["zip"]), token, said());
            } else if token.contains('_') && token.ends_with(|c: char| c.is_ascii_digit()) {
                self.push(&name(&["user", "id"]), token, said());
            }
        }
        // Two words in capitals in a row, not at the start of a sentence, are likely somebody's name.
        let is_name = |word: &str| {
            let mut chars = word.chars();
            chars.next().is_some_and(char::is_uppercase) && chars.as_str().chars().all(char::is_lowercase)
        };
        let raw: Vec<&str> = text.split_whitespace().collect();
        for at in 1..raw.len().saturating_sub(1) {
            let (first, last) = (tokens[at], tokens[at + 1]);
            let joined = raw[at].ends_with(char::is_alphabetic) && !raw[at - 1].ends_with(['.', '!', '?']);
            if joined && is_name(first) && is_name(last) && first.len() > 1 && last.len() > 1 {
                self.push(&name(&["first", "name"]), first, said());
                self.push(&name(&["last", "name"]), last, said());
            }
        }
    }
}

/// The same name.
const SAME: usize = 3;
/// Names that share what matters.
const ALIKE: usize = 1;

/// How like two names are: 0 not at all, [`ALIKE`], 2 (one ends in the other), [`SAME`].
fn likeness(wanted: &[String], name: &[String]) -> usize {
    if wanted.is_empty() || name.is_empty() {
        0
    } else if wanted == name {
        SAME
    } else if name.len() > 1 && wanted.ends_with(name) || wanted.len() > 1 && contains(name, wanted) {
        2
    } else {
        // `orders` holds order ids, `zip` a zip code; but an id alone says nothing.
        let bare = |words: &[String]| words.iter().filter(|word| *word != "id").cloned().collect::<Vec<_>>();
        let (wanted, name) = (bare(wanted), bare(name));
        usize::from(!wanted.is_empty() && wanted == name) * ALIKE
    }
}

fn contains(words: &[String], part: &[String]) -> bool {
    words.windows(part.len()).any(|window| window == part)
}

/// The words of a name, singular, without those that tell values apart only by their role.
fn words_of(name: &str) -> Vec<String> {
    let words = name.split(['_', '-', ' ']).filter(|word| !word.is_empty() && *word != "new" && *word != "old");
    words.map(|word| singular(&word.to_lowercase())).collect()
}

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with('s') && word != "address" && word != "status" => {
            stem.to_owned()
        }
        _ => word.to_owned(),
    }
}

fn with_id(words: &[String]) -> Vec<String> {
    // The items of a product are its variants.
    let words = words.iter().map(|word| if word == "variant" { "item" } else { word });
    words.chain(["id"]).map(ToOwned::to_owned).collect()
}

fn looks_like_an_id(text: &str) -> bool {
    !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit())
}

/// What stands beside a value in its object: names, options, prices; no ids.
fn about(object: &Map<String, Value>, value: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    if object.get("available") == Some(&Value::Bool(false)) {
        parts.push("not available".to_owned());
    }
    for (key, field) in object {
        match field {
            Value::String(text) if text == value || key.ends_with("id") || text.is_empty() => {}
            Value::String(text) => parts.push(text.clone()),
            Value::Number(number) => parts.push(number.to_string()),
            Value::Object(inner) => parts.extend(inner.values().filter_map(Value::as_str).map(ToOwned::to_owned)),
            Value::Bool(_) | Value::Array(_) | Value::Null => {}
        }
    }
    let mut text = parts.join(", ");
    if let Some((end, _)) = text.char_indices().nth(MAX_ABOUT_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, content: &str) -> Message {
        Message::Tool { call_id: "t1".to_owned(), name: name.to_owned(), content: content.to_owned() }
    }

    fn user(content: &str) -> Message {
        Message::User { content: content.to_owned() }
    }

    #[track_caller]
    fn check(messages: &[Message], field: &str, expected: &[&str]) {
        let offers = SeenValues::of(messages).offers(field);
        let texts: Vec<String> = offers.iter().map(|offer| format!("{}|{}", offer.value, offer.about)).collect();
        assert_eq!(texts, expected, "{field}");
    }

    #[test]
    fn what_the_customer_says_is_offered() {
        let said = [user("Hi, I'm Owen Castellano, zip code 05671. It is order #W2167550, mail owen@example.com.")];
        check(&said, "zip", &["05671|said by the customer"]);
        check(&said, "order_id", &["#W2167550|said by the customer"]);
        check(&said, "email", &["owen@example.com|said by the customer"]);
        check(&said, "first_name", &["Owen|said by the customer"]);
        check(&said, "last_name", &["Castellano|said by the customer"]);
        check(&said, "product_id", &[]);
    }

    #[test]
    fn a_profile_gives_ids_orders_and_ways_to_pay() {
        let seen = [
            tool("find_user_id_by_email", "nora_whitlock_4560"),
            tool(
                "get_user_details",
                r##"{"name": {"first_name": "Nora"}, "payment_methods": {"paypal_78": {"source": "paypal", "id": "paypal_78"},
                "gift_card_9": {"source": "gift_card", "balance": 21, "id": "gift_card_9"}}, "orders": ["#W1", "#W2"]}"##,
            ),
        ];
        check(&seen, "user_id", &["nora_whitlock_4560|"]);
        check(&seen, "order_id", &["#W2|", "#W1|"]);
        check(&seen, "payment_method_id", &["gift_card_9|gift_card, 21", "paypal_78|paypal"]);
        check(&seen, "first_name", &["Nora|"]);
    }

    #[test]
    fn items_say_what_they_are() {
        let order = r##"{"order_id": "#W1", "items": [
            {"name": "Rope Hammock", "product_id": "309", "item_id": "346", "price": 168.0, "options": {"stand": "wooden"}}]}"##;
        let product = r#"{"name": "Rope Hammock", "product_id": "309", "variants": {
            "346": {"item_id": "346", "options": {"stand": "wooden"}, "available": true, "price": 168.0},
            "781": {"item_id": "781", "options": {"stand": "none"}, "available": false, "price": 99.5}}}"#;
        let seen = [tool("get_order_details", order), tool("get_product_details", product)];
        check(&seen, "item_ids", &["781|Rope Hammock, not available, none, 99.5", "346|Rope Hammock, wooden, 168.0"]);
        check(
            &seen,
            "new_item_ids",
            &["781|Rope Hammock, not available, none, 99.5", "346|Rope Hammock, wooden, 168.0"],
        );
        check(&seen, "product_id", &["309|Rope Hammock, 168.0, wooden"]);
    }

    #[test]
    fn a_list_of_products_gives_their_ids_by_name() {
        let seen = [tool("list_all_product_types", r#"{"Paper Lantern": "177", "Rope Hammock": "309"}"#)];
        check(&seen, "product_id", &["309|Rope Hammock", "177|Paper Lantern"]);
    }

    #[test]
    fn errors_and_long_texts_are_no_values() {
        let seen = [tool("get_order_details", "Error: order not found"), tool("get_order_details", &"x".repeat(80))];
        check(&seen, "order_id", &[]);
    }
}
