//! The same reply in every form that a body takes on its way.

use taupe::provider::Streaming;

use crate::rig::{Rig, ask, calls, reply, streamed_text, user, user_with_tools};

const SHAPES: [&str; 13] = [
    "split:n=1",
    "split:n=7",
    "crlf",
    "crlf;split:n=1",
    "nospace",
    "bom",
    "bom;split:n=1;crlf",
    "keepalive",
    "unknown_event",
    "slow:ms=1",
    "not_streamed",
    "content_type:value=text%2Fhtml",
    "keepalive;nospace;crlf;bom;split:n=3",
];

#[test]
fn text_and_calls_survive_every_shape_of_the_body() {
    let Some(rig) = Rig::start() else { return };
    let text = user("Grüße 🦆 und einen schönen Tag");
    let tools = user_with_tools("Gleich\ncall:find {\"city\":\"Köln 🏛\"}\ncall:book {\"city\":\"Ürümqi\"}");
    let plain = rig.model("/v1");
    let (plain_text, plain_calls) = (reply(&plain, &text), reply(&plain, &tools));
    assert_eq!(calls(&plain_calls.message).len(), 2);
    for shape in SHAPES {
        let model = rig.model(&format!("/fault/{shape}/v1"));
        let (given, deltas) = ask(&model, &text);
        let given = given.unwrap_or_else(|error| panic!("{shape}: {error:?}"));
        assert_eq!((&given.message, &given.usage), (&plain_text.message, &plain_text.usage), "{shape}");
        assert_eq!(Some(streamed_text(&deltas)), plain_text.message.content, "{shape}");
        assert_eq!((given.timing.attempts, given.notes.len()), (1, 0), "{shape}");
        let given = reply(&model, &tools);
        assert_eq!((&given.message, &given.finish), (&plain_calls.message, &plain_calls.finish), "{shape}");
    }
    rig.server.assert_key_was_kept();
}

#[test]
fn a_missing_end_mark_is_noted() {
    let Some(rig) = Rig::start() else { return };
    let given = reply(&rig.model("/fault/no_done/v1"), &user("Hello"));
    assert_eq!(given.message.content.as_deref(), Some("echo: Hello"));
    assert_eq!((given.notes.len(), given.timing.attempts), (1, 1));
}

#[test]
fn a_large_reply_comes_through() {
    let Some(rig) = Rig::start() else { return };
    let mut endpoint = rig.endpoint("/fault/big:n=200000/v1");
    endpoint.streaming = Streaming::Off;
    let given = reply(&rig.model_of(endpoint), &user("Hello"));
    assert_eq!(given.message.content.map(|text| text.len()), Some(200_000));
}
