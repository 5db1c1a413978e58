//! The network and the time as a client sees them. The page implements these over `fetch`, tests over a socket.

use std::fmt;

use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;

use super::Secret;
use super::endpoint::KeyHeader;

/// Sends requests.
pub trait Http {
    /// Sends one request and resolves when the status and headers are there.
    ///
    /// Dropping the future, or later the body, aborts the request.
    fn send(&self, request: HttpRequest) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>>;
}

/// Tells and passes the time.
pub trait Clock {
    /// Milliseconds since the Unix epoch, by a clock that does not go back.
    fn now_ms(&self) -> f64;

    /// Resolves after at least `ms` milliseconds; in a background tab perhaps much later.
    fn sleep(&self, ms: f64) -> LocalBoxFuture<'_, ()>;
}

/// One request. It prints without its body and without its key.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    pub url: String,
    /// Headers besides the key.
    pub headers: Vec<(String, String)>,
    pub key: Option<(KeyHeader, Secret)>,
    pub body: Option<String>,
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The answer is to be read, which a host must allow.
    Cors,
    /// Only whether the host answers at all: no header beyond the simplest may be sent, nothing can be read.
    Opaque,
}

impl HttpRequest {
    /// A request to read `url`, with no header.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::Get, url: url.into(), headers: Vec::new(), key: None, body: None, mode: Mode::Cors }
    }

    /// All headers to send. The key is among them only if the URL is at the key's own origin.
    #[must_use]
    pub fn header_lines(&self) -> Vec<(String, String)> {
        let mut lines = self.headers.clone();
        if let Some((header, secret)) = &self.key
            && let Some(key) = secret.for_url(&self.url)
        {
            lines.push(match header {
                KeyHeader::Bearer => ("authorization".to_owned(), format!("Bearer {key}")),
                KeyHeader::Named(name) => (name.clone(), key.to_owned()),
            });
        }
        lines
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_bytes", &self.body.as_ref().map(String::len))
            .field("key", &self.key.as_ref().map(|(_, secret)| secret))
            .finish_non_exhaustive()
    }
}

/// The head of an answer, and its body as it arrives.
pub struct HttpResponse {
    pub status: u16,
    /// The headers that may be read, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Pieces of the body, cut anywhere. Dropping it aborts the request.
    pub body: LocalBoxStream<'static, Result<Vec<u8>, TransportError>>,
}

impl HttpResponse {
    /// The first header of this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// Why no answer, or not all of it, could be read. A browser says no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing readable came back: refused by CORS, host unreachable, blocked, or the connection broke early.
    #[error("no readable answer")]
    Unreachable,
    /// The connection broke after the answer had begun.
    #[error("the connection broke")]
    Broken,
    /// The request could not even be made: an impossible URL or header.
    #[error("the request could not be made")]
    Invalid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::BaseUrl;

    fn request(url: &str, header: KeyHeader) -> HttpRequest {
        let base = BaseUrl::parse("https://a.example/v1").expect("a valid URL");
        let secret = Secret::new(&base, "my-live-key-0001").expect("a key");
        HttpRequest {
            method: Method::Post,
            body: Some("what the user said".to_owned()),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            key: Some((header, secret)),
            ..HttpRequest::get(url)
        }
    }

    #[test]
    fn the_key_stands_in_its_header_and_only_for_its_origin() {
        let own = request("https://a.example/v1/models", KeyHeader::Bearer).header_lines();
        assert_eq!(own[1], ("authorization".to_owned(), "Bearer my-live-key-0001".to_owned()));
        let named = request("https://a.example/v1/models", KeyHeader::Named("api-key".to_owned())).header_lines();
        assert_eq!(named[1], ("api-key".to_owned(), "my-live-key-0001".to_owned()));
        assert_eq!(request("https://b.example/v1/models", KeyHeader::Bearer).header_lines().len(), 1);
    }

    #[test]
    fn a_request_prints_without_key_and_body() {
        let text = format!("{:?}", request("https://a.example/v1/models", KeyHeader::Bearer));
        assert!(!text.contains("my-live-key") && !text.contains("the user said"), "{text}");
        assert!(text.contains("body_bytes: Some(18)"), "{text}");
    }
}
