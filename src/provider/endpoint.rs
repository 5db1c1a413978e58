//! What a user configured to reach a model. The key is not part of it: see [`super::Secret`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::base_url::{BaseUrl, BaseUrlError, Reach};
use super::exchange::Limits;
use super::secret::scrub;

/// One configured endpoint. Plain data that may be saved and exported: it holds no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Stays the same when the rest is edited.
    pub id: String,
    /// What the user calls it.
    pub name: String,
    /// As typed; [`Endpoint::base`] reads it.
    pub base_url: String,
    /// The provider's name of the model.
    pub model: String,
    #[serde(default)]
    pub sampling: Sampling,
    #[serde(default)]
    pub streaming: Streaming,
    /// How the key is sent.
    #[serde(default)]
    pub key_header: KeyHeader,
    /// Rarely needed, and many hosts refuse a page that sends one more header. Never for keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub timeouts: Timeouts,
    /// Calls in flight at once; `None` chooses by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrent: Option<u32>,
}

/// Settings that go into the request body, each only when it is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Limit of generated tokens, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// In the provider's own words: `none`, `low`, `high`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// `false` asks for one tool call at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Further top-level fields of the body. They win over the fields above, not over messages, tools and model.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

/// Whether replies are streamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Streaming {
    /// Streamed, unless the endpoint turned out not to manage it.
    #[default]
    Auto,
    /// Streamed; a stream without content is an error.
    On,
    Off,
}

/// The header that carries the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHeader {
    /// `Authorization: Bearer KEY`.
    #[default]
    Bearer,
    /// The key alone under this name (`api-key` at Azure).
    Named(String),
}

/// Limits on silence, in milliseconds. There is none on the whole call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeouts {
    /// Until the first byte of the body; `None`: 120 s, or 600 s where answers may take long to begin (servers at
    /// home, models told to reason, replies that are not streamed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<u64>,
    /// Between two pieces of the body; `None`: 90 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_bytes_ms: Option<u64>,
}

const FIRST_BYTE_MS: u64 = 120_000;
const SLOW_FIRST_BYTE_MS: u64 = 600_000;
const BETWEEN_BYTES_MS: u64 = 90_000;

/// Browsers open at most six HTTP/1.1 connections to a host, and plain http is never more than that. A seventh
/// request would wait inside the browser with its time-out running.
const PLAIN_HTTP_CONCURRENT: u32 = 6;
const HTTPS_CONCURRENT: u32 = 16;

/// Why an endpoint cannot be called as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    #[error("No model is chosen.")]
    NoModel,
    #[error("The header \"{name}\" has a name or a value that a request cannot carry.")]
    BadHeader { name: String },
    #[error("The header \"{name}\" belongs to the key field or to the browser.")]
    ReservedHeader { name: String },
    #[error(
        "The header \"{name}\" holds what looks like a key. A key belongs into the key field, which is never kept."
    )]
    KeyInHeader { name: String },
    #[error("The extra settings hold what looks like a key. A key belongs into the key field, which is never kept.")]
    KeyInExtra,
}

/// Headers that carry keys, or that the request sets itself.
const RESERVED_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "content-type",
    "host",
];

/// Whether something in the text looks like a key. Endpoints are saved and exported, so they may hold none.
fn holds_key(text: &str) -> bool {
    scrub(text, &[]) != text
}

impl Endpoint {
    /// An endpoint with nothing set but where and what.
    pub fn new(id: impl Into<String>, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            base_url: base_url.into(),
            model: model.into(),
            sampling: Sampling::default(),
            streaming: Streaming::Auto,
            key_header: KeyHeader::Bearer,
            headers: Vec::new(),
            timeouts: Timeouts::default(),
            max_concurrent: None,
        }
    }

    /// The base URL, read.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn base(&self) -> Result<BaseUrl, BaseUrlError> {
        BaseUrl::parse(&self.base_url)
    }

    /// Checks everything that can be checked without a request.
    ///
    /// # Errors
    /// The first thing to mend.
    pub fn check(&self) -> Result<BaseUrl, EndpointError> {
        let base = self.check_address()?;
        if self.model.trim().is_empty() {
            return Err(EndpointError::NoModel);
        }
        Ok(base)
    }

    /// Checks all but the model, which need not be chosen before the models are listed.
    ///
    /// # Errors
    /// The first thing to mend.
    pub fn check_address(&self) -> Result<BaseUrl, EndpointError> {
        let base = self.base()?;
        let is_token = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        };
        if let KeyHeader::Named(name) = &self.key_header
            && !is_token(name)
        {
            return Err(EndpointError::BadHeader { name: name.clone() });
        }
        for (name, value) in &self.headers {
            if !is_token(name) || !value.bytes().all(|b| b == b'\t' || (0x20..=0x7e).contains(&b)) {
                return Err(EndpointError::BadHeader { name: name.clone() });
            }
            if RESERVED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                return Err(EndpointError::ReservedHeader { name: name.clone() });
            }
            if holds_key(value) {
                return Err(EndpointError::KeyInHeader { name: name.clone() });
            }
        }
        if holds_key(&Value::Object(self.sampling.extra.clone()).to_string()) {
            return Err(EndpointError::KeyInExtra);
        }
        Ok(base)
    }

    /// The limit until the first byte for a request that is streamed or not.
    #[must_use]
    pub fn first_byte_ms(&self, streamed: bool) -> f64 {
        let at_home = self.base().is_ok_and(|base| base.origin().reach() != Reach::Internet);
        let reasons = self.sampling.reasoning_effort.as_deref().is_some_and(|effort| effort != "none");
        let usual = if at_home || reasons || !streamed { SLOW_FIRST_BYTE_MS } else { FIRST_BYTE_MS };
        self.timeouts.first_byte_ms.unwrap_or(usual) as f64
    }

    /// The limit of silence once the body has begun.
    #[must_use]
    pub fn between_bytes_ms(&self) -> f64 {
        self.timeouts.between_bytes_ms.unwrap_or(BETWEEN_BYTES_MS) as f64
    }

    /// The limits for a request that is answered at once or not at all, unless the user set others.
    pub(super) fn short_limits(&self, usual_ms: f64) -> Limits {
        let first_byte_ms = self.timeouts.first_byte_ms.map_or(usual_ms, |ms| ms as f64);
        let between_bytes_ms = self.timeouts.between_bytes_ms.map_or(usual_ms, |ms| ms as f64);
        Limits { first_byte_ms, between_bytes_ms }
    }

    /// How many calls may be in flight at once, at least one.
    #[must_use]
    pub fn concurrency(&self) -> u32 {
        let https = self.base().is_ok_and(|base| base.origin().https);
        let usual = if https { HTTPS_CONCURRENT } else { PLAIN_HTTP_CONCURRENT };
        self.max_concurrent.unwrap_or(usual).max(1)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_is_not_saved() {
        let saved = serde_json::to_value(Endpoint::new("e1", "https://a.example/v1", "m")).expect("plain data");
        assert_eq!(
            saved,
            json!({"id": "e1", "name": "", "base_url": "https://a.example/v1", "model": "m", "sampling": {},
                   "streaming": "auto", "key_header": "bearer", "timeouts": {}})
        );
        let read: Endpoint =
            serde_json::from_value(json!({"id": "e1", "name": "", "base_url": "https://a.example/v1", "model": "m"}))
                .expect("everything else has a default");
        assert_eq!(read, Endpoint::new("e1", "https://a.example/v1", "m"));
    }

    #[test]
    fn checks_name_the_first_thing_to_mend() {
        let with = |change: fn(&mut Endpoint)| {
            let mut endpoint = Endpoint::new("e1", "https://a.example/v1", "m");
            change(&mut endpoint);
            endpoint.check().err()
        };
        let header = |name: &str| name.to_owned();
        assert_eq!(with(|_| ()), None);
        assert_eq!(with(|e| e.base_url.clear()), Some(EndpointError::BaseUrl(BaseUrlError::Empty)));
        assert_eq!(with(|e| e.model = " ".into()), Some(EndpointError::NoModel));
        assert_eq!(
            with(|e| e.headers = vec![("Authorization".into(), "x".into())]),
            Some(EndpointError::ReservedHeader { name: header("Authorization") })
        );
        assert_eq!(
            with(|e| e.headers = vec![("x-a".into(), "line\nbreak".into())]),
            Some(EndpointError::BadHeader { name: header("x-a") })
        );
        assert_eq!(
            with(|e| e.headers = vec![("x-gateway".into(), "Bearer sk-abc123456".into())]),
            Some(EndpointError::KeyInHeader { name: header("x-gateway") })
        );
        assert_eq!(
            with(|e| _ = e.sampling.extra.insert("gateway".into(), json!({"key": "sk-abc123456"}))),
            Some(EndpointError::KeyInExtra)
        );
        assert_eq!(
            with(|e| e.key_header = KeyHeader::Named("api key".into())),
            Some(EndpointError::BadHeader { name: header("api key") })
        );
    }

    #[test]
    fn limits_follow_the_host() {
        let far = Endpoint::new("e1", "https://a.example/v1", "m");
        assert_eq!((far.first_byte_ms(true), far.first_byte_ms(false), far.concurrency()), (120_000.0, 600_000.0, 16));
        let home = Endpoint::new("e1", "http://localhost:8080/v1", "m");
        assert_eq!((home.first_byte_ms(true), home.between_bytes_ms(), home.concurrency()), (600_000.0, 90_000.0, 6));
    }
}
