//! Links that hold the whole of a small rollout: JSON, deflated, in base64url.
//!
//! Compressing is the browser's affair. Here is what goes in and comes out, and how long it may be.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::export::run_value;
use super::restore::{self, Restored};
use crate::journal::{Event, Journal, Judgements, RunId, What};
use crate::rollout;

/// The longest payload, in characters: mail programs and chats cut longer links.
pub const MAX_PAYLOAD: usize = 30_000;

/// The most that a payload may unfold to, in bytes. Text of conversations shrinks to a fifth, never to a hundredth.
pub const MAX_INFLATED: usize = 4 << 20;

/// What the payload begins with: the version of its form.
const FORM: &str = "1.";

/// The rollout does not fit into a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This run is too long for a link ({length} characters; {MAX_PAYLOAD} at most). Export it as a file instead.")]
pub struct LinkTooLong {
    pub length: usize,
}

/// Why a link opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    #[error("The link is damaged, perhaps cut off where it was copied. Copy the whole of it again.")]
    Damaged,
    #[error("The link was made by a newer version of the page. Reload the page and open it again.")]
    Newer,
    #[error("The link unfolds to more than a run ever needs, so it was not opened.")]
    TooLarge,
    #[error("The link holds no run.")]
    NoRun,
}

/// What is to be deflated for a link.
///
/// Left out are the user's note and what was found about the run afterwards, models' reasoning, the opaque parts that only the same model could use, how long calls
/// took, and which of this browser's endpoints were chosen. Key-less like everything here.
#[must_use]
pub fn content(journal: &Journal) -> Vec<u8> {
    let mut journal = journal.clone();
    let header = &mut journal.header;
    header.note.clear();
    header.judgements = Judgements::default();
    header.agent.choice = None;
    header.user.choice = None;
    // Where it is opened, there is no such batch.
    header.batch = None;
    journal.events.iter_mut().for_each(lighten);
    run_value(&journal, None).to_string().into_bytes()
}

fn lighten(event: &mut Event) {
    match &mut event.what {
        What::Rollout(rollout::Event::Replied { reply, .. }) => {
            reply.message.reasoning = None;
            reply.message.carry = None;
            reply.timing = Default::default();
        }
        What::Rollout(rollout::Event::Seated { by, .. }) => by.choice = None,
        _ => {}
    }
}

/// The payload of deflated content.
///
/// # Errors
/// It is longer than links may be.
pub fn payload(deflated: &[u8]) -> Result<String, LinkTooLong> {
    let mut payload = FORM.to_owned();
    BASE64_URL_SAFE_NO_PAD.encode_string(deflated, &mut payload);
    if payload.len() > MAX_PAYLOAD { Err(LinkTooLong { length: payload.len() }) } else { Ok(payload) }
}

/// The deflated content of a payload.
///
/// # Errors
/// It is no payload of ours.
pub fn deflated(payload: &str) -> Result<Vec<u8>, BadLink> {
    let Some(code) = payload.strip_prefix(FORM) else {
        let newer = payload.split_once('.').is_some_and(|(form, _)| form.parse::<u32>().is_ok());
        return Err(if newer { BadLink::Newer } else { BadLink::Damaged });
    };
    BASE64_URL_SAFE_NO_PAD.decode(code).map_err(|_| BadLink::Damaged)
}

/// Reads the inflated content of a link.
///
/// # Errors
/// There is no run in it.
pub fn read(content: &[u8], fresh: &mut dyn FnMut() -> RunId) -> Result<Restored, BadLink> {
    if content.len() > MAX_INFLATED {
        return Err(BadLink::TooLarge);
    }
    let value = serde_json::from_slice(content).map_err(|_| BadLink::Damaged)?;
    restore::run(value, fresh).ok_or(BadLink::NoRun)
}
