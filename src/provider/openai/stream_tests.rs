//! Recorded streams, cut at every byte and stopped early. The recordings are our own, after the habits of real
//! servers.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::chat::{AssistantMessage, Finish, Message, ToolCall, ToolSpec, Usage};

/// OpenAI's manner: role first, arguments in pieces, usage in a chunk without choices.
const TWO_CALLS: &str = concat!(
    "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"x\"}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüße 🦆 \"},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Köln\\\"}\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":9,\"total_tokens\":29}}\n\n",
    "data: [DONE]\n\n",
);

/// Comments, pings, CRLF, no blank after the colon, reasoning, and no blank line after the end mark.
const NOISY_TEXT: &str = concat!(
    "\u{feff}: PROCESSING\r\n\r\n",
    "event: ping\r\ndata:\r\n\r\n",
    "data:{\"type\":\"keepalive\",\"sequence_number\":1}\r\n\r\n",
    "id: 7\r\nretry: 100\r\ndata:{\"choices\":[{\"delta\":{\"role\":null,\"content\":null,\"function_call\":null,\"reasoning\":\"Let me see\"}}]}\r\n\r\n",
    "data:{\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\r\n\r\n: PROCESSING\r\n\r\n",
    "data:{\"choices\":[{\"delta\":{\"content\":\", of\\ncourse.\"},\"finish_reason\":\"stop\"}],\"x_groq\":{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}}\r\n\r\n",
    "data:[DONE]",
);

/// llama-cpp-python's manner: a comment first, null where nothing is said, id and name in every chunk, a wrong
/// `function_call` beside, no usage.
const LLAMA_CPP_PYTHON: &str = concat!(
    ": ping - 2026-11-21 10:00:00\r\n\r\n",
    "data: {\"id\":\"cmpl-1\",\"model\":\"smol\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"logprobs\":null,\"delta\":{\"role\":\"assistant\",\"content\":null,\"function_call\":null,\"tool_calls\":null}}]}\r\n\r\n",
    "data: {\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"delta\":{\"role\":null,\"content\":null,\"function_call\":{\"name\":\"get_time:\",\"arguments\":\"{\\\"city\\\":\"},\"tool_calls\":[{\"index\":0,\"id\":\"call__0_get_weather_cmpl-6c5b3dd8-9b0e-4d7f-b3ce-1de83a35ff0a\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\"}}]}}]}\r\n\r\n",
    "data: {\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"delta\":{\"role\":null,\"content\":null,\"function_call\":{\"name\":\"get_time:\",\"arguments\":\" \\\"Paris\\\"}\"},\"tool_calls\":[{\"index\":0,\"id\":\"call__0_get_weather_cmpl-6c5b3dd8-9b0e-4d7f-b3ce-1de83a35ff0a\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\" \\\"Paris\\\"}\"}}]}}]}\r\n\r\n",
    "data: {\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"logprobs\":null,\"delta\":{\"role\":null,\"content\":null,\"function_call\":null,\"tool_calls\":null}}]}\r\n\r\n",
    "data: [DONE]\r\n\r\n",
);

/// llama-server's manner: null content first, usage with cached tokens and timings last.
const LLAMA_SERVER: &str = concat!(
    "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null}}],\"created\":1,\"id\":\"chatcmpl-1\",\"model\":\"smol\",\"system_fingerprint\":\"b1\",\"object\":\"chat.completion.chunk\"}\n\n",
    "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n",
    "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\" there.\"}}]}\n\n",
    "data: {\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,\"delta\":{}}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"completion_tokens\":3,\"prompt_tokens\":37,\"total_tokens\":40,\"prompt_tokens_details\":{\"cached_tokens\":31}},\"timings\":{\"cache_n\":31,\"prompt_ms\":12.5}}\n\n",
    "data: [DONE]\n\n",
);

fn request() -> ChatRequest {
    ChatRequest {
        messages: vec![Message::User { content: "Hi".into() }],
        tools: vec![ToolSpec { name: "f".into(), description: String::new(), parameters: json!({}) }],
        ..ChatRequest::default()
    }
}

type Reading = (Result<Decoded, ReadFault>, Vec<ChatDelta>);

/// Reads a body in the pieces that the cuts make of it.
fn read_cut(body: &[u8], cuts: &[usize], asked_stream: bool) -> Reading {
    let mut reader = ReplyReader::new(asked_stream);
    let mut deltas = Vec::new();
    let mut on_delta = |delta| deltas.push(delta);
    let mut from = 0;
    for &to in cuts.iter().chain([&body.len()]) {
        if let Err(fault) = reader.push(&body[from..to], &mut on_delta) {
            return (Err(fault), deltas);
        }
        from = to;
    }
    let decoded = reader.finish(&request(), "here", &mut on_delta);
    (decoded, deltas)
}

fn read(body: &str) -> Reading {
    read_cut(body.as_bytes(), &[], true)
}

fn fault(body: &str) -> Option<ReadFault> {
    read(body).0.err()
}

#[test]
fn a_stream_of_two_calls() {
    let (decoded, deltas) = read(TWO_CALLS);
    let decoded = decoded.expect("a whole reply");
    let call = |id: &str, name: &str, arguments: &str| ToolCall {
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
    };
    assert_eq!(
        decoded.message,
        AssistantMessage {
            content: Some("Grüße 🦆 ".into()),
            tool_calls: vec![call("call_a", "f", "{\"city\":\"Köln\"}"), call("call_b", "g", "{}")],
            ..AssistantMessage::default()
        }
    );
    assert_eq!(decoded.finish, Finish::ToolCalls);
    assert_eq!(decoded.usage, Usage { input_uncached: Some(20), output_visible: Some(9), ..Usage::default() });
    assert_eq!((decoded.model.as_deref(), decoded.notes.len()), (Some("m-1"), 0));
    assert_eq!(deltas.len(), 5);
    assert_eq!(deltas[1], ChatDelta::ToolCall { index: 0, name: Some("f".into()), arguments: String::new() });
    assert_eq!(deltas[4], ChatDelta::ToolCall { index: 1, name: Some("g".into()), arguments: "{}".into() });
}

#[test]
fn a_noisy_stream_of_text() {
    let (decoded, deltas) = read(NOISY_TEXT);
    let decoded = decoded.expect("a whole reply");
    assert_eq!(decoded.message.content.as_deref(), Some("Yes, of\ncourse."));
    assert_eq!(decoded.message.reasoning.as_deref(), Some("Let me see"));
    assert_eq!((decoded.finish, decoded.usage.input()), (Finish::Stop, Some(5)));
    assert_eq!(decoded.notes, [""; 0]);
    assert_eq!(deltas.len(), 3);
}

#[test]
fn what_real_local_servers_send() {
    let (decoded, deltas) = read(LLAMA_CPP_PYTHON);
    let decoded = decoded.expect("a whole reply");
    let [call] = &decoded.message.tool_calls[..] else { panic!("one call: {:?}", decoded.message) };
    assert_eq!((call.name.as_str(), call.arguments.as_str()), ("get_weather", "{\"city\": \"Paris\"}"));
    assert!(call.id.len() > 50, "ids may be long: {}", call.id);
    assert_eq!((decoded.message.content, decoded.finish), (None, Finish::ToolCalls));
    assert_eq!((decoded.usage, deltas.len()), (Usage::default(), 2));

    let decoded = read(LLAMA_SERVER).0.expect("a whole reply");
    assert_eq!(decoded.message.content.as_deref(), Some("Hello there."));
    let usage = Usage { input_uncached: Some(6), cache_read: Some(31), output_visible: Some(3), ..Usage::default() };
    assert_eq!((decoded.usage, decoded.notes.len()), (usage, 0));
}

#[test]
fn every_cut_in_two_and_every_byte_alone_read_the_same() {
    for body in [TWO_CALLS, NOISY_TEXT, LLAMA_CPP_PYTHON, LLAMA_SERVER] {
        let whole = read(body);
        for cut in 0..body.len() {
            assert_eq!(read_cut(body.as_bytes(), &[cut], true), whole, "cut at {cut}");
        }
        let all: Vec<usize> = (0..body.len()).collect();
        assert_eq!(read_cut(body.as_bytes(), &all, true), whole);
    }
}

proptest! {
    #[test]
    fn any_chunking_reads_the_same(mut cuts in proptest::collection::vec(0..TWO_CALLS.len(), 0..40), crlf: bool, bom: bool) {
        let mut body = if crlf { TWO_CALLS.replace('\n', "\r\n") } else { TWO_CALLS.to_owned() };
        if bom {
            body.insert(0, '\u{feff}');
        }
        cuts.sort_unstable();
        prop_assert_eq!(read_cut(body.as_bytes(), &cuts, true), read(TWO_CALLS));
    }

    #[test]
    fn no_bytes_make_it_panic(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8)) {
        let body: Vec<u8> = pieces.concat();
        let mut at = 0;
        let cuts: Vec<usize> = pieces.iter().map(|piece| { at += piece.len(); at }).collect();
        prop_assert_eq!(read_cut(&body, &cuts, true).0, read_cut(&body, &[], true).0);
    }
}

#[test]
fn a_stream_that_stops_early_is_never_taken_for_a_whole_one() {
    let finish_at = TWO_CALLS.find("\"finish_reason\":\"tool_calls\"").expect("it is there");
    let chunk_end = finish_at + TWO_CALLS[finish_at..].find('\n').expect("the line ends");
    let first_end = TWO_CALLS.find('\n').expect("the line ends");
    let whole = read(TWO_CALLS).0.expect("a whole reply");
    for end in 0..TWO_CALLS.len() {
        let decoded = read_cut(&TWO_CALLS.as_bytes()[..end], &[], true).0;
        if end < first_end {
            assert_eq!(decoded, Err(ReadFault::EmptyStream), "stopped at {end}");
        } else if end < chunk_end {
            assert_eq!(decoded, Err(ReadFault::Truncated), "stopped at {end}");
        } else {
            let decoded = decoded.expect("the finish reason was read");
            assert_eq!(
                (decoded.message, decoded.finish),
                (whole.message.clone(), whole.finish.clone()),
                "stopped at {end}"
            );
        }
    }
}

#[test]
fn a_missing_end_mark_is_accepted_and_noted() {
    let decoded = read(&TWO_CALLS.replace("data: [DONE]\n\n", "")).0.expect("the finish reason was there");
    assert_eq!(decoded.notes.len(), 1);
    assert_eq!(decoded.usage.output(), Some(9));
}

#[test]
fn a_stream_of_nothing_but_comments_is_empty() {
    for body in ["", "\n", ": starting\r\n\r\n", "data: [DONE]\n\n", "event: ping\n\n"] {
        assert_eq!(fault(body), Some(ReadFault::EmptyStream), "{body:?}");
    }
    assert_eq!(read_cut(b"plain text", &[], false).0, Err(ReadFault::NotApi));
    assert_eq!(read_cut(b" ", &[], false).0, Err(ReadFault::Truncated));
}

#[test]
fn a_stream_without_a_choice_is_an_empty_reply() {
    let decoded = read("data: {\"choices\":[]}\n\ndata: [DONE]\n\n").0.expect("it came to its end");
    assert_eq!(decoded.finish, Finish::Empty);
    assert_eq!(fault("data: {\"choices\":[]}\n\n"), Some(ReadFault::Truncated));
}

#[test]
fn the_first_character_tells_what_the_body_is() {
    let json = "\n {\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";
    assert_eq!(read(json).0.expect("a whole reply").message.content.as_deref(), Some("Hi"));
    assert_eq!(fault("\u{feff}<!doctype html><title>Log in"), Some(ReadFault::Html));
    assert_eq!(fault("{\"choices\":[{\"mes"), Some(ReadFault::NotApi));
    assert_eq!(fault("{\"error\":{\"code\":429}}"), Some(ReadFault::Api(json!({"error": {"code": 429}}))));
}

#[test]
fn errors_inside_a_stream_end_it() {
    let start = "data: {\"choices\":[{\"delta\":{\"content\":\"Y\"}}]}\n\n";
    for error in ["data: {\"error\":{\"message\":\"x\"}}", "event: error\ndata: {\"message\":\"x\"}"] {
        let body = format!("{start}{error}\n\n{start}");
        assert!(matches!(fault(&body), Some(ReadFault::Api(_))), "{error}");
    }
    let broken =
        format!("{start}data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"error\"}}]}}\n\ndata: [DONE]\n\n");
    assert_eq!(fault(&broken), Some(ReadFault::BrokenOff("error".into())));
    assert_eq!(fault(&format!("{start}data: {{\"id\": \n\n{start}")), Some(ReadFault::NotApi));
}

#[test]
fn a_runaway_reply_is_stopped() {
    let mut reader = ReplyReader::new(true);
    let piece = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "x".repeat(1 << 20));
    let stopped = (0..9).find_map(|_| reader.push(piece.as_bytes(), &mut |_| ()).err());
    assert_eq!(stopped, Some(ReadFault::Runaway));

    let mut reader = ReplyReader::new(true);
    let pings = "data:{}\n\n".repeat(MAX_EVENTS / 2 + 1);
    assert_eq!(reader.push(pings.as_bytes(), &mut |_| ()), Ok(()));
    assert_eq!(reader.push(pings.as_bytes(), &mut |_| ()), Err(ReadFault::Runaway));
}

#[test]
fn bytes_that_are_no_utf_8_end_the_reading() {
    assert_eq!(read_cut(b"data: {\"x\":\"\xff\"}\n\n", &[], true).0, Err(ReadFault::NotApi));
}
