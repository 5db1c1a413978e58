//! Vector files: reading them, and reading their fields.

use std::io::Read;
use std::path::{Path, PathBuf};

use taupe::py::{Dict, List, Value, json};

/// Why a file could not be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    Malformed(String),
    #[error("line {line}: {source}")]
    InLine { line: usize, source: Box<Problem> },
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    /// Upstream data is not here; the check is skipped.
    #[error("upstream file {} is absent", .0.display())]
    NoUpstream(PathBuf),
}

impl Problem {
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}

/// The text of a file of the upstream folder, such as `tau-bench/retail/users.json`.
pub fn upstream_text(relative: &str) -> Result<String, Problem> {
    let file = crate::folder("TAUPE_UPSTREAM", "upstream").join(relative);
    if !file.exists() {
        return Err(Problem::NoUpstream(file));
    }
    std::fs::read_to_string(&file).map_err(|source| unreadable(&file, source))
}

/// The recorded conversations of the original's authors, from all files of the upstream folder that hold some.
pub fn recorded_conversations() -> Result<Vec<Value>, Problem> {
    let folder = crate::folder("TAUPE_UPSTREAM", "upstream").join("tau-bench/historical");
    let entries = std::fs::read_dir(&folder).map_err(|_| Problem::NoUpstream(folder.clone()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort_unstable();
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|source| unreadable(&file, source))?;
        let runs = parse(&text)?;
        all.extend(runs.as_list().ok_or_else(|| wrong("recorded conversations", "a list"))?.iter().cloned());
    }
    if all.is_empty() { Err(Problem::NoUpstream(folder)) } else { Ok(all) }
}

/// One file's records: the lines of a `.jsonl` file, the one value of a `.json` file; `.gz` if compressed.
pub struct Vectors {
    pub records: Vec<Value>,
}

impl Vectors {
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
        let mut text = String::new();
        if name.ends_with(".gz") {
            flate2::read::MultiGzDecoder::new(&*bytes).read_to_string(&mut text)
        } else {
            bytes.as_slice().read_to_string(&mut text)
        }
        .map_err(|source| unreadable(path, source))?;
        let records = if name.trim_end_matches(".gz").ends_with(".jsonl") {
            let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            numbered
                .map(|(at, line)| parse(line).map_err(|problem| in_line(at + 1, problem)))
                .collect::<Result<_, _>>()?
        } else {
            vec![parse(&text)?]
        };
        Ok(Self { records })
    }

    /// The value of a `.json` file.
    pub fn only(&self) -> Result<&Value, Problem> {
        match &*self.records {
            [only] => Ok(only),
            all => Err(Problem::malformed(format!("expected one JSON value, not {}", all.len()))),
        }
    }
}

fn parse(text: &str) -> Result<Value, Problem> {
    json::loads(text).map_err(|error| Problem::malformed(error.to_string()))
}

fn unreadable(file: &Path, source: std::io::Error) -> Problem {
    Problem::Unreadable { file: file.to_owned(), source }
}

pub fn in_line(line: usize, problem: Problem) -> Problem {
    match problem {
        // Not a matter of the line.
        absent @ Problem::NoUpstream(_) => absent,
        other => Problem::InLine { line, source: Box::new(other) },
    }
}

/// `record[name]`, which must be there.
pub fn field<'a>(record: &'a Value, name: &str) -> Result<&'a Value, Problem> {
    optional(record, name).ok_or_else(|| Problem::malformed(format!("no field `{name}`")))
}

/// `record.get(name)`; `None` also if it is null.
pub fn optional<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    record.as_dict()?.get(name).filter(|value| !matches!(value, Value::None))
}

pub fn text<'a>(record: &'a Value, name: &str) -> Result<&'a str, Problem> {
    field(record, name)?.as_str().map(|text| &**text).ok_or_else(|| wrong(name, "a text"))
}

pub fn int(record: &Value, name: &str) -> Result<i64, Problem> {
    as_int(field(record, name)?).ok_or_else(|| wrong(name, "an int"))
}

pub fn list<'a>(record: &'a Value, name: &str) -> Result<&'a List, Problem> {
    field(record, name)?.as_list().ok_or_else(|| wrong(name, "a list"))
}

pub fn dict<'a>(record: &'a Value, name: &str) -> Result<&'a Dict, Problem> {
    field(record, name)?.as_dict().ok_or_else(|| wrong(name, "an object"))
}

pub fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        _ => None,
    }
}

pub fn wrong(name: &str, expected: &str) -> Problem {
    Problem::malformed(format!("`{name}` is not {expected}"))
}
