//! Reading the body of an answer piece by piece, whatever it turns out to be.
//!
//! The `content-type` of such servers is not to be trusted: the first character decides whether the body is JSON, a
//! web page or an event stream. Event streams are parsed by `sse-stream`; as that drops an event without its blank
//! line, the end of the body is made to count as one.

use std::convert::Infallible;
use std::io::Cursor;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::stream::Map;
use futures::{Stream, StreamExt};
use serde_json::Value;
use sse_stream::{Sse, SseByteStream};

use super::draft::Draft;
use super::reply::{Decoded, ReadFault, finish, has_error, read_body};
use crate::chat::{ChatDelta, ChatRequest};

/// No sane reply is larger.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// No sane reply has more events.
pub const MAX_EVENTS: usize = 200_000;

const BOM: &[u8] = b"\xEF\xBB\xBF";
const END_MARK: &str = "[DONE]";

/// Takes in the pieces of one body and makes a reply of it.
pub struct ReplyReader {
    form: Form,
    draft: Draft,
    /// Whether an event stream was asked for.
    asked_stream: bool,
    bytes: usize,
    events: usize,
    /// Data events, the end mark apart.
    chunks: usize,
    end_mark: bool,
}

enum Form {
    /// Nothing but blanks, or part of a byte order mark, so far.
    Unknown(Vec<u8>),
    Json(Vec<u8>),
    Html,
    Events(EventDecoder),
}

impl ReplyReader {
    /// A reader for the answer to a request that asked for a stream, or did not.
    #[must_use]
    pub fn new(asked_stream: bool) -> Self {
        Self {
            form: Form::Unknown(Vec::new()),
            draft: Draft::default(),
            asked_stream,
            bytes: 0,
            events: 0,
            chunks: 0,
            end_mark: false,
        }
    }

    /// Takes in the next piece, cut anywhere, and reports what it adds to the reply.
    ///
    /// # Errors
    /// The body cannot become a reply any more.
    pub fn push(&mut self, piece: &[u8], on_delta: &mut dyn FnMut(ChatDelta)) -> Result<(), ReadFault> {
        self.bytes += piece.len();
        if self.bytes > MAX_BYTES {
            return Err(ReadFault::Runaway);
        }
        if let Form::Unknown(head) = &mut self.form {
            head.extend_from_slice(piece);
            match sniff(head) {
                Some(form) => self.form = form,
                None => return Ok(()),
            }
        } else if let Form::Json(body) = &mut self.form {
            body.extend_from_slice(piece);
        } else if let Form::Events(decoder) = &mut self.form {
            decoder.push(piece.to_vec());
        }
        self.take_events(on_delta)
    }

    /// Whether the end mark was read: nothing that matters can follow.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end_mark
    }

    /// Whether the provider has said why the reply ended; only counts can follow.
    #[must_use]
    pub fn has_finish(&self) -> bool {
        self.draft.finish.is_some()
    }

    /// Makes the reply when the body has ended, by itself or by a broken connection.
    ///
    /// # Errors
    /// What was read is no whole reply.
    pub fn finish(
        mut self,
        request: &ChatRequest,
        source: &str,
        on_delta: &mut dyn FnMut(ChatDelta),
    ) -> Result<Decoded, ReadFault> {
        match std::mem::replace(&mut self.form, Form::Html) {
            Form::Html => Err(ReadFault::Html),
            Form::Unknown(_) if self.asked_stream => Err(ReadFault::EmptyStream),
            Form::Unknown(_) => Err(ReadFault::Truncated),
            Form::Json(body) => finish(read_body(&body, on_delta)?, request, source, false),
            Form::Events(mut decoder) => {
                decoder.push(b"\n\n".to_vec());
                self.form = Form::Events(decoder);
                let last = self.take_events(on_delta);
                // An event that the end cut in two is no event.
                if !matches!(last, Err(ReadFault::NotApi)) {
                    last?;
                }
                self.finish_stream(request, source)
            }
        }
    }

    fn finish_stream(self, request: &ChatRequest, source: &str) -> Result<Decoded, ReadFault> {
        if self.chunks == 0 {
            return Err(if self.asked_stream { ReadFault::EmptyStream } else { ReadFault::NotApi });
        }
        // A stream that went to its end mark without any choice is an empty reply, not a cut one.
        let empty = self.end_mark && !self.draft.has_choice;
        if self.draft.finish.is_none() && !empty {
            return Err(ReadFault::Truncated);
        }
        let mut decoded = finish(self.draft, request, source, true)?;
        if !self.end_mark {
            decoded.notes.push("The stream ended without its end mark, after the reply was whole.".to_owned());
        }
        Ok(decoded)
    }

    fn take_events(&mut self, on_delta: &mut dyn FnMut(ChatDelta)) -> Result<(), ReadFault> {
        let Form::Events(decoder) = &mut self.form else { return Ok(()) };
        while let Some(event) = decoder.next() {
            let event = event.map_err(|_| ReadFault::NotApi)?;
            self.events += 1;
            if self.events > MAX_EVENTS {
                return Err(ReadFault::Runaway);
            }
            let Some(data) = event.data else { continue };
            let data = data.trim();
            if self.end_mark || !data.starts_with(['{', '[']) {
                // Pings of all kinds; what follows the end mark counts for nothing.
                continue;
            }
            if data == END_MARK {
                self.end_mark = true;
                continue;
            }
            let chunk: Value = serde_json::from_str(data).map_err(|_| ReadFault::NotApi)?;
            if has_error(&chunk) || (event.event.as_deref() == Some("error") && chunk.get("choices").is_none()) {
                return Err(ReadFault::Api(chunk));
            }
            self.chunks += 1;
            self.draft.absorb(&chunk, on_delta);
        }
        Ok(())
    }
}

/// Decides by the first character that is not blank.
fn sniff(head: &mut Vec<u8>) -> Option<Form> {
    if head.len() < BOM.len() && BOM.starts_with(head) {
        return None;
    }
    let text = head.strip_prefix(BOM).unwrap_or(head);
    let first = *text.iter().find(|byte| !byte.is_ascii_whitespace())?;
    let body = text.to_vec();
    head.clear();
    Some(match first {
        b'{' | b'[' => Form::Json(body),
        b'<' => Form::Html,
        _ => {
            let mut decoder = EventDecoder::new();
            decoder.push(body);
            Form::Events(decoder)
        }
    })
}

type Feed = Map<UnboundedReceiver<Cursor<Vec<u8>>>, fn(Cursor<Vec<u8>>) -> Result<Cursor<Vec<u8>>, Infallible>>;

/// The event parser, fed by hand: a stream that is polled only while it has something to say.
struct EventDecoder {
    feed: UnboundedSender<Cursor<Vec<u8>>>,
    events: SseByteStream<Feed>,
}

impl EventDecoder {
    fn new() -> Self {
        let (feed, pieces) = unbounded::<Cursor<Vec<u8>>>();
        let pieces: Feed = pieces.map(Ok as fn(_) -> _);
        Self { feed, events: SseByteStream::new(pieces) }
    }

    fn push(&mut self, piece: Vec<u8>) {
        // The receiver lives as long as the sender, beside it; a failed decoder ignores what it is fed.
        let _ = self.feed.unbounded_send(Cursor::new(piece));
    }

    /// The next whole event, if there is one yet.
    fn next(&mut self) -> Option<Result<Sse, sse_stream::Error>> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut self.events).poll_next(&mut context) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
