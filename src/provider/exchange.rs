//! One request and its answer, with limits on silence.

use std::future::Future;

use futures::StreamExt;
use futures::future::{Either, select};

use super::failure::{Failure, Trouble};
use super::http::{Clock, Http, HttpRequest, HttpResponse, TransportError};
use super::{BaseUrl, Host};
use crate::chat::ChatErrorKind;

/// Lists and error bodies are read no further than this.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Once the reply is whole, its end mark is waited for only this part of the silence otherwise allowed.
const END_MARK_SHARE: f64 = 0.1;

/// Limits on silence, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub first_byte_ms: f64,
    pub between_bytes_ms: f64,
}

/// How an exchange ended without a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeError {
    /// Nothing readable came back.
    Unreachable,
    /// The request could not be made.
    Invalid,
    /// The connection broke within the answer.
    Broken,
    /// Nothing came for the time allowed.
    Silence,
}

impl ExchangeError {
    /// What it means for a call. `limit_ms` is the silence that was allowed; `proven`: the endpoint has answered
    /// before in this session.
    #[must_use]
    pub fn failure(self, host: Host, base: &BaseUrl, limit_ms: f64, proven: bool) -> Failure {
        let name = &base.origin().host;
        match self {
            Self::Unreachable if proven => Failure::new(
                ChatErrorKind::Unreachable,
                Trouble::Unreachable,
                format!(
                    "{name} answered before and cannot be reached any more. Check the network, and that it is running."
                ),
            ),
            Self::Unreachable => Failure::new(
                ChatErrorKind::Unreachable,
                Trouble::Unreachable,
                format!(
                    "No readable answer came from {name}. A browser does not say why: the host may be off, refuse this page \
                     (CORS), hide its answer to a wrong key, or be blocked. {}",
                    host.access_advice(None)
                ),
            ),
            Self::Invalid => Failure::refused(
                ChatErrorKind::Config,
                format!("The request to {name} could not be made. Check the base URL and the custom headers."),
            ),
            Self::Broken => Failure::new(
                ChatErrorKind::Truncated,
                Trouble::Broken,
                format!("The connection to {name} broke in the middle of the reply. Check the network."),
            ),
            Self::Silence => Failure::new(
                ChatErrorKind::Timeout,
                Trouble::Silence,
                format!("{name} sent nothing for {} s. Try again, or allow more time.", (limit_ms / 1_000.0).ceil()),
            ),
        }
    }
}

/// What the reader of a body wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appetite {
    More,
    /// The rest does not matter much: wait for it, but not long.
    AlmostFull,
    /// Enough: leave the rest.
    Full,
}

/// An answer being read.
pub struct Exchange<'a, C> {
    clock: &'a C,
    limits: Limits,
    sent_ms: f64,
    pub response: HttpResponse,
    /// From sending to the first byte of the body; `None` until there is one.
    pub first_byte_ms: Option<f64>,
}

/// Sends a request and waits for the head of its answer.
///
/// # Errors
/// No answer came, or not in time.
pub async fn send<'a, H: Http, C: Clock>(
    http: &H,
    clock: &'a C,
    request: HttpRequest,
    limits: Limits,
) -> Result<Exchange<'a, C>, ExchangeError> {
    let sent_ms = clock.now_ms();
    match within(clock, limits.first_byte_ms, http.send(request)).await {
        Some(Ok(response)) => Ok(Exchange { clock, limits, sent_ms, response, first_byte_ms: None }),
        Some(Err(TransportError::Unreachable)) => Err(ExchangeError::Unreachable),
        Some(Err(TransportError::Invalid)) => Err(ExchangeError::Invalid),
        Some(Err(TransportError::Broken)) => Err(ExchangeError::Broken),
        None => Err(ExchangeError::Silence),
    }
}

impl<C: Clock> Exchange<'_, C> {
    /// Reads the body piece by piece until it ends or the reader has had enough.
    ///
    /// # Errors
    /// The connection broke or fell silent.
    pub async fn read(&mut self, mut take: impl FnMut(&[u8]) -> Appetite) -> Result<(), ExchangeError> {
        let mut appetite = Appetite::More;
        loop {
            let silence_ms = match (self.first_byte_ms, appetite) {
                (None, _) => self.sent_ms + self.limits.first_byte_ms - self.clock.now_ms(),
                (Some(_), Appetite::More) => self.limits.between_bytes_ms,
                (Some(_), _) => self.limits.between_bytes_ms * END_MARK_SHARE,
            };
            match within(self.clock, silence_ms, self.response.body.next()).await {
                Some(Some(Ok(piece))) => {
                    if self.first_byte_ms.is_none() && !piece.is_empty() {
                        self.first_byte_ms = Some(self.clock.now_ms() - self.sent_ms);
                    }
                    appetite = take(&piece);
                    if appetite == Appetite::Full {
                        return Ok(());
                    }
                }
                Some(Some(Err(_))) => return Err(ExchangeError::Broken),
                Some(None) => return Ok(()),
                None => return Err(ExchangeError::Silence),
            }
        }
    }

    /// Reads a body of moderate size, and says how it ended. What came before a broken connection is kept.
    pub async fn read_all(&mut self) -> (Vec<u8>, Result<(), ExchangeError>) {
        let mut body = Vec::new();
        let end = self
            .read(|piece| {
                body.extend_from_slice(piece);
                if body.len() < MAX_BODY_BYTES { Appetite::More } else { Appetite::Full }
            })
            .await;
        (body, end)
    }
}

/// Waits for a future so long; `None` if it took longer. What is ready in time counts, also if the timer fired late.
async fn within<C: Clock, F: Future + Unpin>(clock: &C, ms: f64, future: F) -> Option<F::Output> {
    match select(future, clock.sleep(ms.max(0.0))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(((), _)) => None,
    }
}
