//! The form of an endpoint: texts as typed ⇄ [`Endpoint`], with what is wrong said at the field where it is.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::provider::openai::request::FIXED_FIELDS;
use crate::provider::{BaseUrl, Endpoint, EndpointError, KeyHeader, Sampling, Streaming, Timeouts};

/// The fields of the form, each as its user typed it. An empty optional field is a setting that is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointForm {
    pub name: String,
    pub base_url: String,
    pub model: String,
    pub temperature: String,
    pub top_p: String,
    pub max_tokens: String,
    pub seed: String,
    pub effort: String,
    /// A JSON object.
    pub extra: String,
    pub streaming: String,
    /// Empty for `Authorization: Bearer`, else the header's name.
    pub key_header: String,
    /// One `name: value` a line.
    pub headers: String,
    /// In seconds.
    pub first_byte: String,
    /// In seconds.
    pub between_bytes: String,
    pub max_concurrent: String,
}

/// The fields that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormField {
    BaseUrl,
    Temperature,
    TopP,
    MaxTokens,
    Seed,
    Extra,
    KeyHeader,
    Headers,
    FirstByte,
    BetweenBytes,
    MaxConcurrent,
}

/// What is wrong, field by field, in the order of the form.
pub type FormErrors = Vec<(FormField, String)>;

impl From<&Endpoint> for EndpointForm {
    fn from(endpoint: &Endpoint) -> Self {
        let Sampling { temperature, top_p, max_tokens, seed, reasoning_effort, extra, .. } = &endpoint.sampling;
        let seconds = |ms: Option<u64>| ms.map(|ms| (ms as f64 / 1000.0).to_string()).unwrap_or_default();
        Self {
            name: endpoint.name.clone(),
            base_url: endpoint.base_url.clone(),
            model: endpoint.model.clone(),
            temperature: shown(*temperature),
            top_p: shown(*top_p),
            max_tokens: shown(*max_tokens),
            seed: shown(*seed),
            effort: reasoning_effort.clone().unwrap_or_default(),
            extra: if extra.is_empty() { String::new() } else { pretty(extra) },
            streaming: match endpoint.streaming {
                Streaming::Auto => "auto",
                Streaming::On => "on",
                Streaming::Off => "off",
            }
            .to_owned(),
            key_header: match &endpoint.key_header {
                KeyHeader::Bearer => String::new(),
                KeyHeader::Named(name) => name.clone(),
            },
            headers: endpoint.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
            first_byte: seconds(endpoint.timeouts.first_byte_ms),
            between_bytes: seconds(endpoint.timeouts.between_bytes_ms),
            max_concurrent: shown(endpoint.max_concurrent),
        }
    }
}

impl EndpointForm {
    /// The endpoint that the form describes. `before` gives the id and whatever the form does not show.
    ///
    /// A missing model is no error here: it is chosen last, from the host's own list.
    ///
    /// # Errors
    /// What is wrong at which field.
    pub fn read(&self, before: &Endpoint) -> Result<Endpoint, FormErrors> {
        let mut errors = FormErrors::new();
        let sampling = Sampling {
            temperature: number(&self.temperature, FormField::Temperature, 0.0, 2.0, &mut errors),
            top_p: number(&self.top_p, FormField::TopP, 0.0, 1.0, &mut errors),
            max_tokens: whole(&self.max_tokens, FormField::MaxTokens, 1, &mut errors),
            seed: whole(&self.seed, FormField::Seed, 0, &mut errors),
            reasoning_effort: Some(self.effort.trim().to_owned()).filter(|effort| !effort.is_empty()),
            extra: object(&self.extra, &mut errors),
            ..before.sampling.clone()
        };
        let timeouts = Timeouts {
            first_byte_ms: milliseconds(&self.first_byte, FormField::FirstByte, &mut errors),
            between_bytes_ms: milliseconds(&self.between_bytes, FormField::BetweenBytes, &mut errors),
        };
        let endpoint = Endpoint {
            id: before.id.clone(),
            name: self.name.trim().to_owned(),
            base_url: self.base_url.trim().to_owned(),
            model: self.model.trim().to_owned(),
            sampling,
            streaming: match self.streaming.as_str() {
                "on" => Streaming::On,
                "off" => Streaming::Off,
                _ => Streaming::Auto,
            },
            key_header: match self.key_header.trim() {
                "" => KeyHeader::Bearer,
                name => KeyHeader::Named(name.to_owned()),
            },
            headers: headers(&self.headers, &mut errors),
            timeouts,
            max_concurrent: whole(&self.max_concurrent, FormField::MaxConcurrent, 1, &mut errors)
                .map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        };
        match endpoint.check() {
            Ok(_) | Err(EndpointError::NoModel) => {}
            Err(error @ EndpointError::BaseUrl(_)) => errors.insert(0, (FormField::BaseUrl, error.to_string())),
            Err(error @ EndpointError::KeyInExtra) => errors.push((FormField::Extra, error.to_string())),
            Err(
                error @ (EndpointError::BadHeader { .. }
                | EndpointError::ReservedHeader { .. }
                | EndpointError::KeyInHeader { .. }),
            ) => {
                let own = matches!((&endpoint.key_header, &error),
                    (KeyHeader::Named(name), EndpointError::BadHeader { name: bad }) if name == bad);
                errors.push((if own { FormField::KeyHeader } else { FormField::Headers }, error.to_string()));
            }
        }
        if errors.is_empty() { Ok(endpoint) } else { Err(errors) }
    }
}

/// What an endpoint is called where it has no name of its own: its model and host, as far as they are known.
#[must_use]
pub fn title(endpoint: &Endpoint) -> String {
    if !endpoint.name.is_empty() {
        return endpoint.name.clone();
    }
    match (endpoint.model.as_str(), host(endpoint)) {
        ("", Some(host)) => host,
        ("", None) => "New endpoint".to_owned(),
        (model, Some(host)) => format!("{model} at {host}"),
        (model, None) => model.to_owned(),
    }
}

/// An endpoint in a list: what it is called, and what else tells it from others.
#[must_use]
pub fn line(endpoint: &Endpoint) -> (String, String) {
    let model = if endpoint.model.is_empty() { "no model chosen" } else { endpoint.model.as_str() };
    match (endpoint.name.as_str(), host(endpoint)) {
        ("", None) => ("New endpoint".to_owned(), model.to_owned()),
        ("", Some(host)) if endpoint.model.is_empty() => (host, model.to_owned()),
        ("", Some(host)) => (model.to_owned(), host),
        (name, _) => (name.to_owned(), model.to_owned()),
    }
}

/// The party that requests, and the key, go to: `https://api.example.com`.
#[must_use]
pub fn host(endpoint: &Endpoint) -> Option<String> {
    BaseUrl::parse(&endpoint.base_url).ok().map(|base| base.origin().to_string())
}

/// A copy's name: `Local (copy)`.
#[must_use]
pub fn copy_name(endpoint: &Endpoint) -> String {
    format!("{} (copy)", title(endpoint))
}

fn shown<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn pretty(extra: &Map<String, Value>) -> String {
    // A map of JSON values always has a text.
    serde_json::to_string_pretty(extra).unwrap_or_default()
}

/// A typed number, if the field is not empty. Decimal commas are read as points.
fn typed<T: FromStr>(text: &str) -> Option<Result<T, ()>> {
    let text = text.trim().replace(',', ".");
    (!text.is_empty()).then(|| text.parse().map_err(|_| ()))
}

fn number(text: &str, field: FormField, least: f64, most: f64, errors: &mut FormErrors) -> Option<f64> {
    match typed::<f64>(text)? {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        _ => {
            errors.push((field, format!("A number from {least} to {most}, or nothing.")));
            None
        }
    }
}

fn whole(text: &str, field: FormField, least: u64, errors: &mut FormErrors) -> Option<u64> {
    match text.trim().parse::<u64>() {
        _ if text.trim().is_empty() => None,
        // What JSON numbers hold exactly in every reader.
        Ok(value) if (least..=1 << 53).contains(&value) => Some(value),
        _ => {
            errors.push((field, format!("A whole number from {least} on, or nothing.")));
            None
        }
    }
}

fn milliseconds(text: &str, field: FormField, errors: &mut FormErrors) -> Option<u64> {
    const DAY: f64 = 86_400.0;
    match typed::<f64>(text)? {
        // Within range: positive and far below 2^64.
        Ok(seconds) if (1.0..=DAY).contains(&seconds) => Some((seconds * 1000.0).round() as u64),
        _ => {
            errors.push((field, "Seconds, from 1 to 86400, or nothing.".to_owned()));
            None
        }
    }
}

fn object(text: &str, errors: &mut FormErrors) -> Map<String, Value> {
    if text.trim().is_empty() {
        return Map::new();
    }
    let error = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(map)) => match FIXED_FIELDS.iter().find(|own| map.contains_key(**own)) {
            None => return map,
            Some(own) => format!("“{own}” is set by the request itself."),
        },
        Ok(_) => "A JSON object: {\"name\": value}.".to_owned(),
        Err(error) => format!("Not JSON: {error}."),
    };
    errors.push((FormField::Extra, error));
    Map::new()
}

fn headers(text: &str, errors: &mut FormErrors) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            None => {
                errors.push((FormField::Headers, "One header a line: a name, a colon, a value.".to_owned()));
                break;
            }
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint::new("e1", "https://api.example.com/v1", "m")
    }

    /// Reads the form of a usable endpoint after one change.
    fn read(change: impl FnOnce(&mut EndpointForm)) -> Result<Endpoint, FormErrors> {
        let mut form = EndpointForm::from(&endpoint());
        change(&mut form);
        form.read(&endpoint())
    }

    #[track_caller]
    fn check_wrong(field: FormField, change: impl FnOnce(&mut EndpointForm)) {
        let errors = read(change).expect_err("the field is wrong");
        assert_eq!(errors.iter().map(|(field, _)| *field).collect::<Vec<_>>(), [field], "{errors:?}");
    }

    #[test]
    fn an_endpoint_survives_its_form() {
        let mut full = endpoint();
        full.name = "Mine".into();
        full.sampling.temperature = Some(0.5);
        full.sampling.top_p = Some(1.0);
        full.sampling.max_tokens = Some(4096);
        full.sampling.seed = Some(0);
        full.sampling.reasoning_effort = Some("none".into());
        full.sampling.parallel_tool_calls = Some(false);
        full.sampling.extra.insert("top_k".into(), 5.into());
        full.streaming = Streaming::Off;
        full.key_header = KeyHeader::Named("api-key".into());
        full.headers = vec![("x-a".into(), "1: 2".into())];
        full.timeouts = Timeouts { first_byte_ms: Some(30_500), between_bytes_ms: Some(5_000) };
        full.max_concurrent = Some(2);
        for endpoint in [endpoint(), full] {
            assert_eq!(EndpointForm::from(&endpoint).read(&endpoint), Ok(endpoint));
        }
    }

    #[test]
    fn empty_fields_are_settings_that_are_not_sent() {
        let read = read(|form| form.temperature = "  ".into()).expect("nothing is wrong");
        assert_eq!(read.sampling, Sampling::default());
    }

    #[test]
    fn a_missing_model_is_chosen_later() {
        assert_eq!(read(|form| form.model.clear()).map(|endpoint| endpoint.model), Ok(String::new()));
    }

    #[test]
    fn decimal_commas_are_read() {
        assert_eq!(read(|form| form.temperature = "0,7".into()).map(|e| e.sampling.temperature), Ok(Some(0.7)));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        check_wrong(FormField::BaseUrl, |form| form.base_url = "api.example.com".into());
        check_wrong(FormField::Temperature, |form| form.temperature = "2.1".into());
        check_wrong(FormField::Temperature, |form| form.temperature = "NaN".into());
        check_wrong(FormField::TopP, |form| form.top_p = "hot".into());
        check_wrong(FormField::MaxTokens, |form| form.max_tokens = "0".into());
        check_wrong(FormField::Seed, |form| form.seed = "-1".into());
        check_wrong(FormField::Extra, |form| form.extra = "[1]".into());
        check_wrong(FormField::Extra, |form| form.extra = "{".into());
        check_wrong(FormField::Extra, |form| form.extra = r#"{"model": "x"}"#.into());
        check_wrong(FormField::KeyHeader, |form| form.key_header = "api key".into());
        check_wrong(FormField::Headers, |form| form.headers = "no colon".into());
        check_wrong(FormField::Headers, |form| form.headers = "Authorization: Bearer x".into());
        check_wrong(FormField::FirstByte, |form| form.first_byte = "0".into());
        check_wrong(FormField::BetweenBytes, |form| form.between_bytes = "1e9".into());
        check_wrong(FormField::MaxConcurrent, |form| form.max_concurrent = "many".into());
    }

    #[test]
    fn all_wrong_fields_are_said_at_once() {
        let errors = read(|form| {
            form.base_url.clear();
            form.seed = "x".into();
        })
        .expect_err("two fields are wrong");
        assert_eq!(errors.len(), 2);
    }

    #[test]
    fn titles_say_what_is_known() {
        let mut endpoint = endpoint();
        assert_eq!(title(&endpoint), "m at https://api.example.com");
        endpoint.name = "Mine".into();
        assert_eq!((title(&endpoint), copy_name(&endpoint)), ("Mine".into(), "Mine (copy)".into()));
        assert_eq!(title(&Endpoint::new("e", "", "")), "New endpoint");
    }

    #[test]
    fn lines_say_nothing_twice() {
        let lines = |name: &str, model: &str, url: &str| {
            let (first, second) = line(&Endpoint { name: name.to_owned(), ..Endpoint::new("e", url, model) });
            format!("{first} / {second}")
        };
        let url = "https://api.example.com/v1";
        assert_eq!(lines("Mine", "m", url), "Mine / m");
        assert_eq!(lines("", "m", url), "m / https://api.example.com");
        assert_eq!(lines("", "", url), "https://api.example.com / no model chosen");
        assert_eq!(lines("", "", ""), "New endpoint / no model chosen");
    }
}
