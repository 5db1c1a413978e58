//! What can be done with runs, as one value: the rows, the selection's bar and the menus all use it.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::moments::now_ms;
use crate::app::play::Play;
use crate::app::runs::{ImportReport, NoLink, Runs, use_runs};
use crate::app::{App, use_app};
use crate::journal::RunId;
use crate::pack::given::GivenFile;
use crate::platform::{files, page};
use crate::present::format::counted;
use crate::present::route::Route;
use crate::present::tone::Tone;

/// The page's deeds. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Deeds {
    pub app: App,
    pub play: Play,
    runs: Runs,
    selected: RwSignal<BTreeSet<RunId>>,
    /// Why the last deed was not done, until the next one.
    pub refused: RwSignal<Option<String>>,
    /// What the last import came to.
    pub imported: RwSignal<Option<Result<ImportReport, String>>>,
}

impl Deeds {
    #[must_use]
    pub fn new(selected: RwSignal<BTreeSet<RunId>>) -> Self {
        Self {
            app: use_app(),
            play: expect_context(),
            runs: use_runs(),
            selected,
            refused: RwSignal::new(None),
            imported: RwSignal::new(None),
        }
    }

    /// Shows a run in Play.
    pub fn open(self, id: RunId) {
        self.attempt(async move { self.play.open_run(self.app, &id).await });
    }

    /// Goes on with a run, and shows it.
    pub fn resume(self, id: RunId) {
        self.attempt(async move {
            self.play.open_run(self.app, &id).await?;
            self.play.resume_run(&id).await
        });
    }

    /// Deletes runs, with an offer to undo it.
    pub fn delete(self, ids: Vec<RunId>) {
        self.attempt(async move {
            let mut deleted = Vec::new();
            let mut refusal = None;
            for id in &ids {
                match self.runs.delete(id).await {
                    Ok(run) => {
                        deleted.push(run);
                        self.selected.try_update(|selected| selected.remove(id));
                    }
                    Err(why) => refusal = Some(why),
                }
            }
            if !deleted.is_empty() {
                let text = format!("Deleted {}", counted(deleted.len() as u64, "run", "runs"));
                let (runs, toasts) = (self.runs, self.app.toasts);
                toasts.offer(text, "Undo", move || {
                    let deleted = deleted.clone();
                    spawn_local(async move {
                        for run in &deleted {
                            if let Err(refusal) = runs.put_back(run).await {
                                return toasts.show(Tone::Bad, format!("A run could not be put back. {refusal}"));
                            }
                        }
                    });
                });
            }
            refusal.map_or(Ok(()), Err)
        });
    }

    /// Saves runs as one file.
    pub fn export(self, ids: Vec<RunId>) {
        self.attempt(async move {
            let text = self.runs.export(&ids).await?;
            let name = match ids.as_slice() {
                [one] => format!("taupe-run-{one}.json"),
                _ => format!("taupe-runs-{}.json", now_ms()),
            };
            files::save(&name, &text);
            Ok::<_, crate::app::runs::RunRefusal>(())
        });
    }

    /// Copies the address that holds a whole run; where it is too long, offers the file.
    pub fn copy_link(self, id: RunId) {
        let toasts = self.app.toasts;
        self.attempt(async move {
            match self.runs.link(&id).await {
                Ok(link) if page::copy_text(&link).await => {
                    toasts.show(Tone::Good, "Copied a link that holds the whole run");
                    Ok(())
                }
                Ok(_) => {
                    toasts.show(Tone::Warn, "The browser refused to copy the link");
                    Ok(())
                }
                Err(NoLink::TooLong(why)) => {
                    toasts.offer(why.to_string(), "Export the file", move || self.export(vec![id.clone()]));
                    Ok(())
                }
                Err(why) => Err(why),
            }
        });
    }

    /// Puts two runs side by side.
    pub fn compare(self, one: &RunId, other: &RunId) {
        self.app.go(&Route::Compare(one.clone(), other.clone()));
    }

    /// Takes in the runs of files.
    pub fn import(self, given: Vec<files::PageFile>) {
        self.refused.set(None);
        spawn_local(async move {
            self.imported.try_set(self.taken_in(given).await);
        });
    }

    /// What the runs of files came to; why one of them has none, if so. `None` where there are no files.
    async fn taken_in(self, given: Vec<files::PageFile>) -> Option<Result<ImportReport, String>> {
        let mut all: Option<ImportReport> = None;
        for file in given {
            let text = match file.read().await {
                Ok(text) => text,
                Err(error) => return Some(Err(format!("{} can't be read: {error}.", file.path()))),
            };
            let report = match self.runs.import(&text).await {
                Ok(report) => report,
                Err(error) => return Some(Err(format!("{}: {error}", file.path()))),
            };
            match &mut all {
                None => all = Some(report),
                Some(all) => {
                    all.new.extend(report.new);
                    all.known += report.known;
                    all.warnings.extend(report.warnings);
                    all.fault = all.fault.take().or(report.fault);
                }
            }
        }
        all.map(Ok)
    }

    fn attempt<E: std::fmt::Display>(self, deed: impl Future<Output = Result<(), E>> + 'static) {
        self.refused.set(None);
        spawn_local(async move {
            if let Err(why) = deed.await {
                self.refused.try_set(Some(why.to_string()));
            }
        });
    }
}
