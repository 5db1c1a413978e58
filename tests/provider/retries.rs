//! Troubles that pass, and how long they are borne.

use taupe::chat::{ChatDelta, ChatErrorKind as Kind};
use taupe::provider::Streaming;

use crate::rig::{Rig, ask, failure, reply, streamed_text, user, waits};

#[test]
fn a_trouble_that_passes_costs_attempts_only() {
    let Some(rig) = Rig::start() else { return };
    for (fault, attempts) in [
        ("status:code=429,first=2", 3),
        ("status:code=503,first=1", 2),
        ("status:code=529,first=1", 2),
        ("status:code=500,first=2", 3),
        ("status:code=502,body=html,first=1", 2),
        ("status:code=504,body=empty,first=1", 2),
        ("status:code=408,first=1", 2),
        ("drop_mid:n=3,first=1", 2),
        ("truncate:n=2,first=1", 2),
        ("stream_error:n=2,first=1", 2),
        ("stream_error:n=3,code=429,first=1", 2),
        ("bad_chunk:n=1,first=1", 2),
        ("not_json:first=1", 2),
        ("empty_choices:first=1", 2),
        ("null_content:first=1", 2),
    ] {
        let (given, deltas) = ask(&rig.model(&format!("/fault/{fault}/v1")), &user("Hello to you"));
        let given = given.unwrap_or_else(|error| panic!("{fault}: {error:?}"));
        assert_eq!(given.message.content.as_deref(), Some("echo: Hello to you"), "{fault}");
        assert_eq!(given.timing.attempts, attempts, "{fault}");
        assert_eq!(streamed_text(&deltas), "echo: Hello to you", "{fault}");
        assert_eq!(waits(&deltas).len(), attempts as usize - 1, "{fault}: {deltas:?}");
        let was_void = ["drop_mid", "stream_error", "truncate"].iter().any(|void| fault.starts_with(void));
        assert_eq!(deltas.contains(&ChatDelta::Restarted), was_void, "{fault}: {deltas:?}");
    }
    rig.server.assert_key_was_kept();
}

#[test]
fn a_trouble_that_stays_ends_the_call() {
    let Some(rig) = Rig::start() else { return };
    for (fault, kind, attempts) in [
        ("429", Kind::RateLimited, 6),
        ("503", Kind::Overloaded, 6),
        ("500", Kind::ServerError, 3),
        ("status:code=502,body=html", Kind::ServerError, 6),
        ("truncate:n=2", Kind::Truncated, 3),
        ("drop_mid:n=2", Kind::Truncated, 6),
        ("stream_error:n=1,code=529", Kind::Overloaded, 6),
        ("not_json", Kind::NotApi, 2),
        ("bad_chunk:n=1", Kind::NotApi, 2),
        ("drop", Kind::Unreachable, 1),
        ("redirect", Kind::Unreachable, 1),
    ] {
        let model = rig.model(&format!("/fault/{fault}/v1"));
        assert_eq!(failure(&model, &user("Hello to you")), (kind, attempts), "{fault}");
        assert_eq!(model.gate().status().in_flight, 0);
    }
    let mut whole = rig.endpoint("/fault/cut_json/v1");
    whole.streaming = Streaming::Off;
    assert_eq!(failure(&rig.model_of(whole), &user("Hello to you")), (Kind::NotApi, 2));
    rig.server.assert_key_was_kept();
}

#[test]
fn waits_double_unless_the_server_names_one() {
    let Some(rig) = Rig::start() else { return };
    let told = |fault: &str| waits(&ask(&rig.model(&format!("/fault/{fault}/v1")), &user("Hello")).1);
    let own = told("status:code=503,message=Busy");
    assert_eq!(own.len(), 5);
    for (wait, usual) in own.iter().zip([1e3, 2e3, 4e3, 8e3, 16e3]) {
        assert!((0.75 * usual..=1.25 * usual).contains(wait), "{own:?}");
    }
    assert_eq!(told("status:code=429,retry_after=3,expose=1,message=Busy,first=1"), [3_000.0]);
    assert_eq!(told("status:code=429,message=Please%20try%20again%20in%207.5s.,first=1"), [7_500.0]);
    let unseen = told("status:code=429,retry_after=3,message=Busy,first=1");
    assert!((750.0..=1_250.0).contains(&unseen[0]), "the header cannot be read by a page: {unseen:?}");
}

#[test]
fn a_wait_beyond_patience_is_reported_and_kept() {
    let Some(rig) = Rig::start() else { return };
    let model = rig.model("/fault/status:code=429,message=Please%20try%20again%20in%206m0s./v1");
    let error = ask(&model, &user("Hello")).0.expect_err("six minutes are too long");
    assert_eq!((error.kind, error.attempts, error.retry_after_ms), (Kind::RateLimited, 1, Some(360_000.0)));
    assert!(error.message.contains("360 seconds"), "{}", error.message);
    assert!(model.gate().not_before_ms() > 0.0, "other calls wait as well");
}

#[test]
fn an_overload_lets_fewer_calls_in() {
    let Some(rig) = Rig::start() else { return };
    let model = rig.model("/fault/status:code=429,first=1/v1");
    assert_eq!(model.gate().status().limit, 6);
    reply(&model, &user("Hello"));
    assert_eq!(model.gate().status().limit, 3);
}

#[test]
fn silence_is_borne_twice() {
    let Some(rig) = Rig::start() else { return };
    let mut hanging = rig.endpoint("/fault/hang:ms=20000/v1");
    hanging.timeouts.first_byte_ms = Some(200_000);
    assert_eq!(failure(&rig.model_of(hanging), &user("Hello")), (Kind::Timeout, 2));
    let mut stalling = rig.endpoint("/fault/stall:n=2,ms=20000/v1");
    stalling.timeouts.between_bytes_ms = Some(400_000);
    let (given, deltas) = ask(&rig.model_of(stalling), &user("Hello"));
    assert_eq!(given.map_err(|error| error.kind), Err(Kind::Timeout));
    assert!(deltas.contains(&ChatDelta::Restarted));
    let mut slow = rig.endpoint("/fault/slow:ms=40/v1");
    slow.timeouts.between_bytes_ms = Some(5_000_000);
    assert_eq!(reply(&rig.model_of(slow), &user("Hello")).timing.attempts, 1, "slow is not silent");
}

#[test]
fn an_endpoint_that_answered_before_is_given_time_to_come_back() {
    let Some(rig) = Rig::start() else { return };
    // The fault acts on a body's second time, so the first call proves the endpoint.
    let model = rig.model("/fault/drop:nth=2/v1");
    assert_eq!(reply(&model, &user("Hello")).timing.attempts, 1);
    assert_eq!(reply(&model, &user("Hello")).timing.attempts, 2);
    assert_eq!(failure(&rig.model("/fault/drop/v1"), &user("Hello")), (Kind::Unreachable, 1));
}

#[test]
fn a_connection_that_is_reset_is_tried_again_whatever_was_lost() {
    let Some(rig) = Rig::start() else { return };
    let model = rig.model("/fault/drop_mid:n=2,reset=1,nth=2/v1");
    assert_eq!(reply(&model, &user("Hello to you")).timing.attempts, 1);
    let (given, deltas) = ask(&model, &user("Hello to you"));
    assert_eq!(given.map(|given| given.timing.attempts), Ok(2));
    assert_eq!(streamed_text(&deltas), "echo: Hello to you");
}

#[test]
fn a_stream_without_content_is_asked_for_whole_and_remembered() {
    let Some(rig) = Rig::start() else { return };
    let model = rig.model("/fault/truncate:n=0/v1");
    let first = reply(&model, &user("Hello"));
    assert_eq!((first.message.content.as_deref(), first.timing.attempts), (Some("echo: Hello"), 2));
    assert_eq!(first.notes.len(), 1);
    assert!(model.learned().no_streaming);
    let second = reply(&model, &user("Hello again"));
    assert_eq!((second.timing.attempts, second.notes.len()), (1, 0));

    let mut always = rig.endpoint("/fault/truncate:n=0/v1");
    always.streaming = Streaming::On;
    assert_eq!(failure(&rig.model_of(always), &user("Hello")), (Kind::Truncated, 3));
    let nothing = rig.model("/fault/empty_body/v1");
    assert_eq!(failure(&nothing, &user("Hello")).0, Kind::Truncated);
    assert!(!nothing.learned().no_streaming, "whole replies did not work either");
}
