//! Links that hold a whole rollout.

use std::io::{Read, Write};

use taupe::journal::{What, fold};
use taupe::rollout::{Ending, Event};
use taupe::workspace::{BadLink, link};

use super::support::journal::shop_run;
use super::{fresh, full_run};

/// What the browser does with a link's content.
fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn inflate(deflated: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut content).expect("our own");
    content
}

#[test]
fn a_link_opens_the_same_rollout_elsewhere() {
    let mut journal = full_run();
    if let What::Rollout(Event::Replied { reply, .. }) = &mut journal.events[0].what {
        reply.message.reasoning = Some("private thoughts".into());
        reply.timing.total_ms = 12.5;
    }
    let content = link::content(&journal);
    let payload = link::payload(&deflate(&content)).expect("it is short");
    assert!(payload.len() < 1500, "{} characters", payload.len());
    assert!(payload.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
    for left_out in ["private thoughts", "A note.", "12.5", "\"e1\"", "\"person\"]"] {
        assert!(!String::from_utf8_lossy(&content).contains(left_out), "{left_out}");
    }
    let opened = link::read(&inflate(&link::deflated(&payload).expect("our own")), &mut fresh()).expect("a run");
    assert_eq!(opened.warnings, []);
    let (world, task, _) = shop_run();
    let folded = fold(world, task, &opened.journal);
    assert_eq!(folded.episode.ending().and_then(Ending::reward), Some(1.0));
    assert_eq!(opened.journal.header.id, journal.header.id);
}

#[test]
fn links_have_a_limit_and_bad_ones_say_why() {
    let long = link::payload(&vec![0; link::MAX_PAYLOAD]).expect_err("too long");
    assert!(long.to_string().contains("Export it as a file instead"));
    assert_eq!(link::deflated("2.AAAA"), Err(BadLink::Newer));
    for cut in ["", "1", "x", "1.A", "1.ä"] {
        assert_eq!(link::deflated(cut), Err(BadLink::Damaged), "{cut}");
    }
    assert_eq!(link::read(b"[]", &mut fresh()), Err(BadLink::NoRun));
    assert_eq!(link::read(&vec![b' '; link::MAX_INFLATED + 1], &mut fresh()), Err(BadLink::TooLarge));
}
