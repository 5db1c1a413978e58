//! Files: one or many runs as JSON.

use serde_json::{Value, json};

use super::FORMAT;
use super::restore::{self, Restored, Warning};
use crate::journal::{Journal, RunId, Summary};

/// What the file calls itself.
const KIND: &str = "taupe-runs";

/// Why a file gives no runs.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("The file is not JSON: {0}.")]
    NotJson(#[source] serde_json::Error),
    #[error("The file is JSON, but holds no runs of this page.")]
    NoRuns,
}

/// The text of a file with these runs.
#[must_use]
pub fn export<'a>(runs: impl IntoIterator<Item = (&'a Journal, &'a Summary)>, now_ms: u64) -> String {
    let runs: Vec<Value> = runs.into_iter().map(|(journal, summary)| run_value(journal, Some(summary))).collect();
    json!({"kind": KIND, "format": FORMAT, "exported_ms": now_ms, "runs": runs}).to_string()
}

/// Reads a file: what [`export`] wrote, a list of runs, or a single one.
///
/// # Errors
/// There is nothing in it that could be a run.
pub fn import(text: &[u8], fresh: &mut dyn FnMut() -> RunId) -> Result<(Vec<Restored>, Vec<Warning>), ImportError> {
    let value: Value = serde_json::from_slice(text).map_err(ImportError::NotJson)?;
    let runs = match value {
        Value::Array(runs) => runs,
        Value::Object(mut file) => match file.remove("runs") {
            Some(Value::Array(runs)) => runs,
            _ => vec![Value::Object(file)],
        },
        _ => return Err(ImportError::NoRuns),
    };
    let mut found = Vec::new();
    let mut warnings = Vec::new();
    for (at, run) in runs.into_iter().enumerate() {
        match restore::run(run, fresh) {
            Some(mut restored) => {
                warnings.append(&mut restored.warnings);
                found.push(restored);
            }
            None => warnings.push(Warning::NotARun(at)),
        }
    }
    if found.is_empty() { Err(ImportError::NoRuns) } else { Ok((found, warnings)) }
}

/// A run as files and links hold it.
pub(super) fn run_value(journal: &Journal, summary: Option<&Summary>) -> Value {
    let events: Vec<Value> = journal.events.iter().map(crate::journal::Event::to_value).collect();
    let mut value = json!({"format": FORMAT, "header": journal.header, "events": events});
    if let Some(summary) = summary {
        value["summary"] = json!(summary);
    }
    value
}
