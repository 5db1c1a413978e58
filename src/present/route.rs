//! The page's address: [`Route`] ⇄ the text after `#`.
//!
//! Hash routes, because a static host answers 404 for paths it does not have. Every route has exactly one written
//! form ([`Display`](fmt::Display)); reading is more tolerant (no hash, a closing slash) and never fails: what is
//! not understood is [`Route::NotFound`] and keeps its text, so that the page can show it.

use std::{fmt, str::FromStr};

use crate::domain::TaskId;
use crate::journal::{BatchId, EvolutionId, RunId};

/// A place in the page that can be linked to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    Play(PlayPlace),
    /// All batches, and where the next is set up.
    Evaluate,
    /// `#/evaluate/<batch>`: one batch.
    Batch(BatchId),
    /// All evolutions, and where the next is set up.
    Evolve,
    /// `#/evolve/<evolution>`: one evolution.
    Evolution(EvolutionId),
    /// All kept runs.
    Runs,
    /// `#/compare/<run>/<run>`: two runs side by side.
    Compare(RunId, RunId),
    /// `#/open/<payload>`: a run that the address itself holds.
    Open(String),
    Data,
    Models,
    /// What the programs of the rehearsal cast are, and what they can show.
    Cast,
    /// `#/debug/panic`: provokes a panic on purpose, so that the recovery panel can be tried in any build.
    DebugPanic,
    /// The text that led nowhere, as written.
    NotFound(String),
}

/// Where in Play: as far as the address says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum PlayPlace {
    /// Nothing chosen; the page picks up where its user left off.
    #[default]
    Start,
    Pack {
        pack: String,
    },
    Split {
        pack: String,
        split: String,
    },
    Task {
        pack: String,
        task: TaskId,
    },
}

impl PlayPlace {
    /// The pack, where the address names one.
    #[must_use]
    pub fn pack(&self) -> Option<&str> {
        match self {
            Self::Start => None,
            Self::Pack { pack } | Self::Split { pack, .. } | Self::Task { pack, .. } => Some(pack),
        }
    }

    /// The split, where the address names one.
    #[must_use]
    pub fn split(&self) -> Option<&str> {
        match self {
            Self::Start | Self::Pack { .. } => None,
            Self::Split { split, .. } => Some(split),
            Self::Task { task, .. } => Some(&task.split),
        }
    }

    /// The task, where the address names one.
    #[must_use]
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Task { task, .. } => Some(task),
            _ => None,
        }
    }
}

/// The pages of the shell; several routes lead to one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    Play,
    /// The batches, and each of them.
    Evaluate,
    /// The evolutions, and each of them.
    Evolve,
    Runs,
    /// Two runs side by side.
    Compare,
    Data,
    Models,
    Cast,
    NotFound,
}

impl Page {
    /// The pages that the rail lists, in its order.
    pub const LISTED: [Self; 6] = [Self::Play, Self::Evaluate, Self::Evolve, Self::Runs, Self::Data, Self::Models];

    /// The page's name, as the rail and the document title say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Play => "Play",
            Self::Evaluate => "Evaluate",
            Self::Evolve => "Evolve",
            Self::Runs => "Runs",
            Self::Compare => "Side by side",
            Self::Data => "Data",
            Self::Models => "Models",
            Self::Cast => "Rehearsal cast",
            Self::NotFound => "Not found",
        }
    }

    /// The page's icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Play => "play",
            Self::Evaluate => "grid",
            Self::Evolve => "evolve",
            Self::Runs => "runs",
            Self::Compare => "columns",
            Self::Data => "data",
            Self::Models => "models",
            Self::Cast => "agent",
            Self::NotFound => "help",
        }
    }

    /// Where a link to the page leads.
    #[must_use]
    pub fn route(self) -> Route {
        match self {
            Self::Play | Self::NotFound => Route::Play(PlayPlace::Start),
            Self::Evaluate => Route::Evaluate,
            Self::Evolve => Route::Evolve,
            // A comparison needs an address that says which runs.
            Self::Runs | Self::Compare => Route::Runs,
            Self::Data => Route::Data,
            Self::Models => Route::Models,
            Self::Cast => Route::Cast,
        }
    }
}

impl Route {
    /// The page that shows this route.
    #[must_use]
    pub fn page(&self) -> Page {
        match self {
            Self::Play(_) | Self::Open(_) => Page::Play,
            Self::Evaluate | Self::Batch(_) => Page::Evaluate,
            Self::Evolve | Self::Evolution(_) => Page::Evolve,
            Self::Data => Page::Data,
            Self::Models => Page::Models,
            Self::Runs => Page::Runs,
            Self::Compare(..) => Page::Compare,
            Self::Cast => Page::Cast,
            Self::DebugPanic | Self::NotFound(_) => Page::NotFound,
        }
    }

    /// The document title.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Play(PlayPlace::Task { pack, task }) => format!("{pack} {task} · Play · Taupe"),
            other => format!("{} · Taupe", other.page().name()),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Play(place) => {
                f.write_str("#/play")?;
                for segment in [place.pack(), place.split()].into_iter().flatten() {
                    write!(f, "/{}", Encoded(segment))?;
                }
                place.task().map_or(Ok(()), |task| write!(f, "/{}", task.index))
            }
            Self::Evaluate => f.write_str("#/evaluate"),
            Self::Batch(batch) => write!(f, "#/evaluate/{batch}"),
            Self::Evolve => f.write_str("#/evolve"),
            Self::Evolution(evolution) => write!(f, "#/evolve/{evolution}"),
            Self::Runs => f.write_str("#/runs"),
            Self::Compare(one, other) => write!(f, "#/compare/{one}/{other}"),
            Self::Open(payload) => write!(f, "#/open/{}", Encoded(payload)),
            Self::Data => f.write_str("#/data"),
            Self::Models => f.write_str("#/models"),
            Self::Cast => f.write_str("#/cast"),
            Self::DebugPanic => f.write_str("#/debug/panic"),
            Self::NotFound(text) => f.write_str(text),
        }
    }
}

impl FromStr for Route {
    type Err = std::convert::Infallible;

    /// Reads `location.hash` with or without its `#`. An empty text is the start page.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix('#').unwrap_or(text);
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Option<Vec<String>> = path.split('/').map(decode).collect();
        let found = segments.and_then(|segments| {
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            match segments.as_slice() {
                [""] => Some(Self::Play(PlayPlace::Start)),
                ["play", rest @ ..] => play(rest).map(Self::Play),
                ["evaluate"] => Some(Self::Evaluate),
                ["evaluate", batch] => BatchId::parse(batch).map(Self::Batch),
                ["evolve"] => Some(Self::Evolve),
                ["evolve", evolution] => EvolutionId::parse(evolution).map(Self::Evolution),
                ["runs"] => Some(Self::Runs),
                ["compare", one, other] => Some(Self::Compare(RunId::parse(one)?, RunId::parse(other)?)),
                ["open", payload] if !payload.is_empty() => Some(Self::Open((*payload).to_owned())),
                ["data"] => Some(Self::Data),
                ["models"] => Some(Self::Models),
                ["cast"] => Some(Self::Cast),
                ["debug", "panic"] => Some(Self::DebugPanic),
                _ => None,
            }
        });
        Ok(found.unwrap_or_else(|| Self::NotFound(text.to_owned())))
    }
}

fn play(segments: &[&str]) -> Option<PlayPlace> {
    if segments.iter().any(|segment| segment.is_empty()) {
        return None;
    }
    match segments {
        [] => Some(PlayPlace::Start),
        [pack] => Some(PlayPlace::Pack { pack: (*pack).to_owned() }),
        [pack, split] => Some(PlayPlace::Split { pack: (*pack).to_owned(), split: (*split).to_owned() }),
        [pack, split, index] if index.bytes().all(|byte| byte.is_ascii_digit()) => Some(PlayPlace::Task {
            pack: (*pack).to_owned(),
            task: TaskId { split: (*split).to_owned(), index: index.parse().ok()? },
        }),
        _ => None,
    }
}

/// A path segment with everything but RFC 3986's unreserved characters percent-encoded.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Undoes [`Encoded`]; `None` where a `%` is not followed by two hexadecimal digits or the bytes are not UTF-8.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    // A hexadecimal digit's value is below 16.
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Route) {
        let Ok(route) = text.parse::<Route>();
        assert_eq!(&route, expected, "{text}");
    }

    fn task(pack: &str, split: &str, index: usize) -> Route {
        Route::Play(PlayPlace::Task { pack: pack.into(), task: TaskId { split: split.into(), index } })
    }

    fn run(id: &str) -> RunId {
        RunId::parse(id).expect("an id")
    }

    #[test]
    fn reads_every_page() {
        check("#/runs", &Route::Runs);
        check("#/evaluate", &Route::Evaluate);
        check("#/evaluate/b-1", &Route::Batch(BatchId::parse("b-1").expect("an id")));
        check("#/evolve", &Route::Evolve);
        check("#/evolve/e-1", &Route::Evolution(EvolutionId::parse("e-1").expect("an id")));
        check("#/compare/r1/r2", &Route::Compare(run("r1"), run("r2")));
        check("#/open/1.eJyr-_", &Route::Open("1.eJyr-_".into()));
        check("#/data", &Route::Data);
        check("#/models", &Route::Models);
        check("#/play", &Route::Play(PlayPlace::Start));
        check("#/play/tau-bench-retail", &Route::Play(PlayPlace::Pack { pack: "tau-bench-retail".into() }));
        check("#/play/tau-bench-retail/test/0", &task("tau-bench-retail", "test", 0));
        check("#/debug/panic", &Route::DebugPanic);
    }

    #[test]
    fn no_address_is_the_start() {
        for text in ["", "#", "#/", "/"] {
            check(text, &Route::Play(PlayPlace::Start));
        }
    }

    #[test]
    fn a_closing_slash_is_forgiven() {
        check("#/data/", &Route::Data);
        check("#/play/p/test/3/", &task("p", "test", 3));
    }

    #[test]
    fn what_leads_nowhere_keeps_its_text() {
        for text in [
            "#/nowhere",
            "#/play/p/test/x",
            "#/play/p/test/-1",
            "#/play/p/test/+1",
            "#/play/p/test/99999999999999999999999",
            "#/play/p/test/1/more",
            "#/play//test/1",
            "#/play/%zz",
            "#/play/%f",
            "#/play/%ff",
            "#/data/x",
            "#/runs/r1",
            "#/evaluate/B",
            "#/evolve/E",
            "#/compare/r1",
            "#/open",
        ] {
            check(text, &Route::NotFound(text.to_owned()));
        }
    }

    #[test]
    fn segments_are_encoded() {
        let route = task("my pack/50%", "τ", 7);
        assert_eq!(route.to_string(), "#/play/my%20pack%2F50%25/%CF%84/7");
        check(&route.to_string(), &route);
    }

    #[test]
    fn the_title_names_the_task() {
        assert_eq!(task("retail", "test", 4).title(), "retail test/4 · Play · Taupe");
        assert_eq!(Route::Data.title(), "Data · Taupe");
    }

    prop_compose! {
        fn name()(name in ".{1,20}") -> String { name }
    }

    fn any_route() -> impl Strategy<Value = Route> {
        prop_oneof![
            Just(Route::Play(PlayPlace::Start)),
            Just(Route::Data),
            Just(Route::Models),
            Just(Route::Runs),
            Just(Route::Evaluate),
            "[a-z0-9-]{1,48}".prop_map(|id| Route::Batch(BatchId::parse(&id).expect("an id"))),
            Just(Route::Evolve),
            "[a-z0-9-]{1,48}".prop_map(|id| Route::Evolution(EvolutionId::parse(&id).expect("an id"))),
            ("[a-z0-9-]{1,64}", "[a-z0-9-]{1,64}").prop_map(|(one, other)| Route::Compare(run(&one), run(&other))),
            name().prop_map(Route::Open),
            Just(Route::DebugPanic),
            name().prop_map(|pack| Route::Play(PlayPlace::Pack { pack })),
            (name(), name()).prop_map(|(pack, split)| Route::Play(PlayPlace::Split { pack, split })),
            (name(), name(), any::<usize>()).prop_map(|(pack, split, index)| task(&pack, &split, index)),
        ]
    }

    proptest! {
        #[test]
        fn round_trip(route in any_route()) {
            let text = route.to_string();
            prop_assert!(text.is_ascii());
            let Ok(read) = text.parse::<Route>();
            prop_assert_eq!(read, route);
        }

        #[test]
        fn reading_never_fails_and_writing_what_was_read_is_stable(text in any::<String>()) {
            let Ok(route) = text.parse::<Route>();
            let Ok(again) = route.to_string().parse::<Route>();
            prop_assert_eq!(again, route);
        }
    }
}
