//! Runs in storage, in files and in links: what comes back, and what happens when something is in the way.

#[path = "../support/mod.rs"]
mod support;

mod files;
mod keys;
mod links;
mod storage;

use support::journal::shop_run;
use taupe::chat::{ChatError, ChatErrorKind};
use taupe::journal::{Event as Entry, Journal, RunId, Summary, fold};
use taupe::rollout::{Event, Occupant, OccupantKind, Seat};

fn fresh() -> impl FnMut() -> RunId {
    let mut count = 0_u8;
    move || {
        count += 1;
        RunId::of_bytes(&[0xf0, count])
    }
}

fn summary_of(journal: &Journal) -> Summary {
    let (world, task, _) = shop_run();
    Summary::of(journal, &fold(world, task, journal).episode)
}

/// A run with an entry of every kind.
fn full_run() -> Journal {
    let (_, _, mut journal) = shop_run();
    let by = Occupant::new(OccupantKind::Person, "you").with_choice("person");
    let error = ChatError { status: Some(429), ..ChatError::new(ChatErrorKind::RateLimited, "Too fast.") };
    let start = journal.header.created_ms;
    journal.events.splice(
        1..1,
        [
            Entry::new(start + 1, Event::Failed { seat: Seat::Agent, error }),
            Entry::new(start + 2, Event::Resumed),
            Entry::new(start + 3, Event::Stopped),
            Entry::new(start + 4, Event::Resumed),
            Entry::new(start + 5, Event::Seated { seat: Seat::Agent, by }),
        ],
    );
    journal
}
