//! A tool as a form: the fields that its JSON schema asks for, and the argument object that filled-in fields make.
//!
//! Any schema gives a form. What has no field of its own (lists of objects, free objects, alternatives, recursion) is
//! one field of JSON text. Entries are texts, one a field, as a person typed them; checking them is all that stands
//! between a person and a call, and it refuses only what the schema does.

use serde_json::{Map, Number, Value};

use crate::chat::ToolSpec;

/// Objects nested deeper than this are written as JSON.
const MAX_DEPTH: usize = 3;

/// A tool as a form.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolForm {
    pub name: String,
    pub description: String,
    /// In the schema's order; the fields of an object stand in its place.
    pub fields: Vec<FormField>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormField {
    /// Where the value stands in the argument object, outermost name first.
    pub path: Vec<String>,
    /// The schema's own words on it; may be empty.
    pub description: String,
    pub kind: FieldKind,
    /// For each name of the path, whether the object that it stands in requires it.
    required: Vec<bool>,
    /// Whether a text that is required may be left empty.
    may_be_empty: bool,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    Text,
    /// One of these JSON values.
    Choice(Vec<Value>),
    Integer,
    Number,
    Truth,
    /// Several values, one a line.
    List(ItemKind),
    /// JSON text, with an example of its form.
    Json {
        example: String,
    },
}

/// What each line of a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Text,
    Integer,
    Number,
}

/// Why an entry cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("A value is needed here.")]
    Needed,
    #[error("A text is needed here. For an empty text, write two quotation marks: \"\"")]
    TextNeeded,
    #[error("This is not a whole number.")]
    NotInteger,
    #[error("This is not a number. Write it with digits and a decimal point.")]
    NotNumber,
    #[error("Line {line} is not a number.")]
    LineNotNumber {
        /// The first is 1.
        line: usize,
    },
    #[error("This is not one of the choices.")]
    NotAChoice,
    #[error("This is not JSON: {0}")]
    NotJson(String),
}

impl ToolForm {
    /// The form of a tool.
    #[must_use]
    pub fn of(tool: &ToolSpec) -> Self {
        let mut fields = Vec::new();
        let reader = Reader { root: &tool.parameters };
        reader.object(&tool.parameters, &Above::default(), &mut fields);
        Self { name: tool.name.clone(), description: tool.description.clone(), fields }
    }

    /// The argument object that the entries make, one a field and in the fields' order; missing entries are empty.
    ///
    /// # Errors
    /// Every entry that the schema does not allow, with its field's position.
    pub fn arguments(&self, entries: &[String]) -> Result<Map<String, Value>, Vec<(usize, EntryError)>> {
        let entry = |at: usize| entries.get(at).map_or("", |entry| entry.trim());
        let mut arguments = Map::new();
        let mut errors = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            match field.value(entry(at)) {
                Ok(Some(value)) => put(&mut arguments, &field.path, value),
                Ok(None) if self.is_needed(field, &entry) => match field.blank() {
                    Ok(value) => put(&mut arguments, &field.path, value),
                    Err(error) => errors.push((at, error)),
                },
                Ok(None) => {}
                Err(error) => errors.push((at, error)),
            }
        }
        if errors.is_empty() { Ok(arguments) } else { Err(errors) }
    }

    /// Whether a field without an entry is missed: each object above it is required, or has another entry.
    fn is_needed<'e>(&self, field: &FormField, entry: &impl Fn(usize) -> &'e str) -> bool {
        field.required.iter().enumerate().all(|(depth, required)| {
            let inside = |other: &FormField| other.path.starts_with(&field.path[..=depth]);
            let is_last = depth + 1 == field.path.len();
            let has_entry = || self.fields.iter().enumerate().any(|(at, other)| inside(other) && !entry(at).is_empty());
            *required || (!is_last && has_entry())
        })
    }
}

impl FormField {
    /// The field's name as a person reads it: `Order id`, `Name · first`.
    #[must_use]
    pub fn label(&self) -> String {
        let text = self.path.iter().map(|name| name.replace(['_', '-'], " ")).collect::<Vec<_>>().join(" · ");
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }

    /// The last name of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether the field may always stay empty.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.may_be_empty || !self.required.iter().all(|required| *required)
    }

    /// The value of an entry; `None` for an empty one.
    fn value(&self, entry: &str) -> Result<Option<Value>, EntryError> {
        if entry.is_empty() {
            return Ok(None);
        }
        let value = match &self.kind {
            FieldKind::Text if entry == "\"\"" => Value::from(""),
            FieldKind::Text => Value::from(entry),
            FieldKind::Choice(choices) => {
                let chosen = choices.iter().find(|choice| choice_text(choice) == entry);
                chosen.cloned().ok_or(EntryError::NotAChoice)?
            }
            FieldKind::Integer => integer(entry).ok_or(EntryError::NotInteger)?,
            FieldKind::Number => number(entry).ok_or(EntryError::NotNumber)?,
            FieldKind::Truth => Value::Bool(match entry {
                "true" => true,
                "false" => false,
                _ => return Err(EntryError::NotAChoice),
            }),
            FieldKind::List(kind) => Value::Array(list(entry, *kind)?),
            FieldKind::Json { .. } => {
                serde_json::from_str(entry).map_err(|error| EntryError::NotJson(error.to_string()))?
            }
        };
        Ok(Some(value))
    }

    /// The value of a required field that was left empty.
    fn blank(&self) -> Result<Value, EntryError> {
        match self.kind {
            FieldKind::Text if self.may_be_empty => Ok(Value::from("")),
            FieldKind::Text => Err(EntryError::TextNeeded),
            _ => Err(EntryError::Needed),
        }
    }
}

/// A choice as a person reads it: a text without quotes, anything else as JSON.
#[must_use]
pub fn choice_text(choice: &Value) -> String {
    choice.as_str().map_or_else(|| choice.to_string(), ToOwned::to_owned)
}

fn integer(entry: &str) -> Option<Value> {
    let digits = entry.strip_prefix('-').unwrap_or(entry);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| serde_json::from_str::<Number>(entry).ok().map(Value::Number)).flatten()
}

fn number(entry: &str) -> Option<Value> {
    serde_json::from_str::<Number>(entry).ok().map(Value::Number)
}

fn list(entry: &str, kind: ItemKind) -> Result<Vec<Value>, EntryError> {
    let lines = entry.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let value = |(at, line): (usize, &str)| {
        let value = match kind {
            ItemKind::Text => Some(Value::from(line)),
            ItemKind::Integer => integer(line),
            ItemKind::Number => number(line),
        };
        value.ok_or(EntryError::LineNotNumber { line: at + 1 })
    };
    lines.map(value).collect()
}

/// Puts a value where its path leads, making the objects on the way.
fn put(object: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            object.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = object.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Reads a schema, whose parts may refer to the root's definitions.
struct Reader<'a> {
    root: &'a Value,
}

/// Where an object stands.
#[derive(Clone, Default)]
struct Above {
    path: Vec<String>,
    required: Vec<bool>,
}

impl<'a> Reader<'a> {
    fn object(&self, schema: &'a Value, above: &Above, fields: &mut Vec<FormField>) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let required = schema.get("required").and_then(Value::as_array);
        for (name, schema) in properties {
            let is_required = required.is_some_and(|names| names.iter().any(|own| own == name.as_str()));
            let (schema, nullable) = self.resolve(schema);
            let mut here = above.clone();
            here.path.push(name.clone());
            here.required.push(is_required && !nullable);
            let has_fields = schema.get("properties").and_then(Value::as_object).is_some_and(|own| !own.is_empty());
            if has_fields && here.path.len() < MAX_DEPTH {
                self.object(schema, &here, fields);
                continue;
            }
            let description = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
            fields.push(FormField {
                may_be_empty: description.to_lowercase().contains("empty"),
                kind: self.kind(schema),
                description,
                path: here.path,
                required: here.required,
            });
        }
    }

    /// Follows references and takes the one alternative that is not `null`; whether `null` was one.
    fn resolve(&self, schema: &'a Value) -> (&'a Value, bool) {
        let (mut schema, mut nullable) = (schema, false);
        // A chain longer than this goes round in a circle.
        for _ in 0..8 {
            let referred = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
            let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
            if let Some(found) = referred.and_then(|to| self.root.pointer(to)) {
                schema = found;
            } else if let Some(alternatives) = alternatives {
                let is_null = |schema: &&Value| schema.get("type").is_some_and(|kind| kind == "null");
                let others: Vec<_> = alternatives.iter().filter(|schema| !is_null(schema)).collect();
                nullable |= others.len() < alternatives.len();
                match others[..] {
                    [only] => schema = only,
                    _ => break,
                }
            } else {
                break;
            }
        }
        let types = schema.get("type").and_then(Value::as_array);
        nullable |= types.is_some_and(|types| types.iter().any(|kind| kind == "null"));
        (schema, nullable)
    }

    fn kind(&self, schema: &'a Value) -> FieldKind {
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return FieldKind::Choice(choices.iter().filter(|choice| !choice.is_null()).cloned().collect());
        }
        if let Some(only) = schema.get("const") {
            return FieldKind::Choice(vec![only.clone()]);
        }
        match single_type(schema) {
            Some("string") => FieldKind::Text,
            Some("integer") => FieldKind::Integer,
            Some("number") => FieldKind::Number,
            Some("boolean") => FieldKind::Truth,
            Some("array") => {
                let items = schema.get("items").map(|items| self.resolve(items).0);
                match items.filter(|items| items.get("enum").is_none()).and_then(single_type) {
                    Some("string") => FieldKind::List(ItemKind::Text),
                    Some("integer") => FieldKind::List(ItemKind::Integer),
                    Some("number") => FieldKind::List(ItemKind::Number),
                    _ => self.json(schema),
                }
            }
            _ => self.json(schema),
        }
    }

    fn json(&self, schema: &'a Value) -> FieldKind {
        FieldKind::Json { example: self.example(schema, 0).to_string() }
    }

    /// A value of the schema's form.
    fn example(&self, schema: &'a Value, depth: usize) -> Value {
        let (schema, _) = self.resolve(schema);
        if depth > MAX_DEPTH {
            return Value::from("…");
        }
        if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|choices| choices.first()) {
            return first.clone();
        }
        match single_type(schema) {
            Some("integer" | "number") => Value::from(0),
            Some("boolean") => Value::Bool(false),
            Some("array") => {
                let items = schema.get("items").map(|items| self.example(items, depth + 1));
                Value::Array(items.into_iter().collect())
            }
            Some("object") => {
                let properties = schema.get("properties").and_then(Value::as_object);
                let fields = properties.into_iter().flatten();
                Value::Object(fields.map(|(name, schema)| (name.clone(), self.example(schema, depth + 1))).collect())
            }
            _ => Value::from("…"),
        }
    }
}

/// The schema's type, beside `null` where that is allowed too.
fn single_type(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => {
            let mut others = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            let only = others.next();
            only.filter(|_| others.next().is_none())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(parameters: Value) -> ToolForm {
        ToolForm::of(&ToolSpec { name: "t".to_owned(), description: String::new(), parameters })
    }

    #[track_caller]
    fn check(parameters: Value, entries: &[&str], expected: Result<Value, &[(usize, &str)]>) {
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        let made = form(parameters).arguments(&entries);
        let made = made.map(Value::Object);
        let texts = made.map_err(|errors| errors.into_iter().map(|(at, e)| (at, e.to_string())).collect::<Vec<_>>());
        let expected = expected.map_err(|errors| errors.iter().map(|(at, e)| (*at, (*e).to_owned())).collect());
        assert_eq!(texts, expected);
    }

    fn address() -> Value {
        json!({
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "address2": {"type": "string", "description": "Flat; empty text if there is none."},
                "days": {"type": "integer"},
                "amount": {"type": "number"},
                "gift": {"type": "boolean"},
                "reason": {"enum": ["no longer needed", "ordered by mistake"]},
                "item_ids": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["order_id", "address2", "reason", "item_ids"],
        })
    }

    #[test]
    fn each_type_has_its_field_and_its_value() {
        check(
            address(),
            &[" #W1 ", "", "12", "-3.50", "true", "ordered by mistake", "11\n\n 22 \n11"],
            Ok(json!({
                "order_id": "#W1", "address2": "", "days": 12, "amount": -3.50, "gift": true,
                "reason": "ordered by mistake", "item_ids": ["11", "22", "11"],
            })),
        );
    }

    #[test]
    fn what_may_be_left_out_is_left_out() {
        check(
            address(),
            &["#W1", "", "", "", "", "no longer needed", "1"],
            Ok(json!({"order_id": "#W1", "address2": "", "reason": "no longer needed", "item_ids": ["1"]})),
        );
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        check(
            address(),
            &["", "", "1.5", "1,5", "maybe", "bored", ""],
            Err(&[
                (0, "A text is needed here. For an empty text, write two quotation marks: \"\""),
                (2, "This is not a whole number."),
                (3, "This is not a number. Write it with digits and a decimal point."),
                (4, "This is not one of the choices."),
                (5, "This is not one of the choices."),
                (6, "A value is needed here."),
            ]),
        );
        check(
            address(),
            &["\"\"", "", "", "", "", "no longer needed", "1"],
            Ok(json!({"order_id": "", "address2": "", "reason": "no longer needed", "item_ids": ["1"]})),
        );
    }

    #[test]
    fn an_object_is_its_fields_and_stays_away_while_all_are_empty() {
        let schema = json!({
            "type": "object",
            "properties": {
                "who": {"$ref": "#/$defs/Name"},
                "until": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            },
            "$defs": {"Name": {
                "type": "object",
                "properties": {"first": {"type": "string"}, "last": {"type": ["string", "null"]}},
                "required": ["first", "last"],
            }},
        });
        let labels: Vec<String> = form(schema.clone()).fields.iter().map(FormField::label).collect();
        assert_eq!(labels, ["Who · first", "Who · last", "Until"]);
        check(schema.clone(), &[], Ok(json!({})));
        check(schema.clone(), &["Ada"], Ok(json!({"who": {"first": "Ada"}})));
        let missed = "A text is needed here. For an empty text, write two quotation marks: \"\"";
        check(schema, &["", "Lovelace", "7"], Err(&[(0, missed)]));
    }

    #[test]
    fn what_has_no_field_is_written_as_json() {
        let schema = json!({
            "type": "object",
            "properties": {
                "flights": {"type": "array", "items": {
                    "type": "object", "properties": {"number": {"type": "string"}, "seats": {"type": "integer"}},
                }},
                "anything": {},
                "self": {"$ref": "#"},
            },
            "required": ["flights"],
        });
        let made = form(schema.clone());
        let example = |at: usize| match &made.fields[at].kind {
            FieldKind::Json { example } => example.clone(),
            other => panic!("{other:?} is not a field of JSON"),
        };
        assert_eq!(example(0), r#"[{"number":"…","seats":0}]"#);
        let entries = [r#"[{"number": "HAT1", "seats": 2}]"#, "[1, {}]"];
        check(schema.clone(), &entries, Ok(json!({"flights": [{"number": "HAT1", "seats": 2}], "anything": [1, {}]})));
        check(schema, &["[1"], Err(&[(0, "This is not JSON: EOF while parsing a list at line 1 column 2")]));
    }

    #[test]
    fn every_tool_of_the_domain_has_a_form_without_json() {
        for tool in crate::domain::RETAIL.specs() {
            let form = ToolForm::of(&tool);
            let properties = tool.parameters["properties"].as_object().map_or(0, Map::len);
            assert_eq!(form.fields.len(), properties, "{}", tool.name);
            assert!(!form.fields.iter().any(|field| matches!(field.kind, FieldKind::Json { .. })), "{}", tool.name);
        }
    }
}
