//! The list of models that an endpoint offers.

use serde_json::Value;

use super::client::OpenAiModel;
use super::exchange::{ExchangeError, send};
use super::http::{Clock, Http, Method};
use super::openai::error::judge_answer;
use super::openai::{ErrorContext, Verdict};
use super::{Host, Secret};
use crate::chat::{ChatError, ChatErrorKind, ChatRequest};

/// A list comes at once or not at all.
const LIST_MS: f64 = 30_000.0;

/// One model of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    /// Tokens of prompt and reply together, where the host says so.
    pub context_tokens: Option<u64>,
}

impl<H: Http, C: Clock> OpenAiModel<H, C> {
    /// Asks the endpoint for its models, in its own order. Makes one attempt.
    ///
    /// # Errors
    /// As a call; [`ChatErrorKind::NotApi`] where the endpoint has no such list.
    pub async fn list_models(&self) -> Result<Vec<ModelInfo>, ChatError> {
        let base = self.check_address()?;
        let host = Host::of(&base);
        let request = self.http_request(Method::Get, base.join("models"), None);
        let limits = self.endpoint.short_limits(LIST_MS);
        let failed = |error: ExchangeError| error.failure(host, &base, limits.first_byte_ms, false).into_error(1);
        let mut exchange = send(&self.http, &self.clock, request, limits).await.map_err(failed)?;
        let (body, end) = exchange.read_all().await;
        let status = exchange.response.status;
        if (200..300).contains(&status) {
            end.map_err(failed)?;
            return read_list(&body).ok_or_else(|| {
                let what = format!("{} has no list of models at this address.", base.origin().host);
                ChatError { status: Some(status), ..ChatError::new(ChatErrorKind::NotApi, what) }
            });
        }
        let keys: Vec<&Secret> = self.key.iter().collect();
        let context = ErrorContext {
            host,
            host_name: &base.origin().host,
            model: &self.endpoint.model,
            request: &ChatRequest::default(),
            sent: &[],
            effort_is_set: false,
            keys: &keys,
            now_ms: self.clock.now_ms(),
        };
        let failure = match judge_answer(status, &exchange.response.headers, &body, context) {
            Verdict::Fail(failure) | Verdict::Learn(_, failure) | Verdict::MalformedCall(_, failure) => failure,
            Verdict::Filtered(what) => super::failure::Failure::refused(ChatErrorKind::Forbidden, what),
        };
        Err(failure.into_error(1))
    }
}

/// Reads `{"data": [{"id": …}]}`, or the bare array that some hosts send.
fn read_list(body: &[u8]) -> Option<Vec<ModelInfo>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let rows = match value.get("data").or_else(|| value.get("models")).unwrap_or(&value) {
        Value::Array(rows) => rows.as_slice(),
        // A server without a loaded model.
        Value::Null => &[],
        _ => return None,
    };
    let info = |row: &Value| {
        let id = row.get("id").or_else(|| row.get("name"))?.as_str()?.to_owned();
        let names = ["context_length", "contextLength", "context_window", "max_context_length", "max_model_len"];
        let context_tokens = names.iter().find_map(|name| row.get(name)?.as_u64());
        Some(ModelInfo { id, context_tokens })
    };
    Some(rows.iter().filter_map(info).collect())
}

/// The listed names nearest to one that is not listed, at most three, best first.
#[must_use]
pub fn nearest<'a>(wanted: &str, models: &'a [ModelInfo]) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut ranked: Vec<(usize, &str)> = models
        .iter()
        .map(|model| {
            let id = model.id.to_lowercase();
            let contained = !wanted.is_empty() && (id.contains(&wanted) || wanted.contains(&id));
            (if contained { 0 } else { edit_distance(&wanted, &id) }, model.id.as_str())
        })
        .filter(|&(distance, id)| distance <= id.chars().count().max(wanted.chars().count()) / 2)
        .collect();
    ranked.sort_by_key(|&(distance, _)| distance);
    ranked.into_iter().take(3).map(|(_, id)| id).collect()
}

/// Levenshtein's distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(body: &str) -> Option<Vec<String>> {
        read_list(body.as_bytes()).map(|models| models.into_iter().map(|model| model.id).collect())
    }

    #[test]
    fn lists_come_in_several_shapes() {
        let two = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(ids(r#"{"object":"list","data":[{"id":"a"},{"id":"b"}]}"#), two);
        assert_eq!(ids(r#"[{"id":"a"},{"id":"b"},{"x":1}]"#), two);
        assert_eq!(ids(r#"{"models":[{"name":"a"},{"name":"b"}]}"#), two);
        assert_eq!(ids(r#"{"object":"list","data":null}"#), Some(vec![]));
        assert_eq!(ids("<html>"), None);
        assert_eq!(ids(r#"{"detail":"Not Found"}"#), None);
        let context = read_list(br#"[{"id":"a","max_model_len":32768}]"#).and_then(|models| models[0].context_tokens);
        assert_eq!(context, Some(32_768));
    }

    #[test]
    fn a_mistyped_name_finds_its_neighbours() {
        let models: Vec<_> = ["gpt-6-mini", "gpt-6", "text-embedding", "whisper"]
            .map(|id| ModelInfo { id: id.to_owned(), context_tokens: None })
            .to_vec();
        assert_eq!(nearest("gtp-6", &models), ["gpt-6"]);
        assert_eq!(nearest("GPT-6-min", &models), ["gpt-6-mini", "gpt-6"]);
        assert_eq!(nearest("zzzzzzzzzzzz", &models), [""; 0]);
    }
}
