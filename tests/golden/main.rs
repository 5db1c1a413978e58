//! Runs the vectors that were recorded from the original Python programs against the engine.
//!
//! The vectors hold upstream data and so stay outside the repository: `TAUPE_GOLDEN` names their folder (default
//! `../shared/golden`), `TAUPE_UPSTREAM` the folder of the upstream files that some need (default
//! `../shared/upstream`). Where a folder is absent the harness says so and skips; with `CI=true` that is a failure.
//!
//! A file's kind is its name up to the first dot, so `fuzz-retail.even.jsonl.gz` and `fuzz-retail.odd.jsonl` are both
//! of kind `fuzz-retail`; files of a folder inside have the folder's name for their kind, as `traces/s00.json.gz`. Every file of a kind in [`KINDS`] is run. A command-line argument selects what contains
//! it in `folder/kind`, as in other tests.

mod conversations;
mod episodes;
mod gepa;
mod history;
mod metrics;
mod python;
mod random;
mod run;
mod tally;
mod tools;
mod vectors;
mod worlds;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use tally::Tally;
use vectors::{Problem, Vectors};

/// Compares the vectors of one file.
type Check = fn(&Vectors) -> Result<Tally, Problem>;

/// The kinds that one module checks.
type Kinds = &'static [(&'static str, Check)];

/// What can be checked, by folder.
const KINDS: &[(&str, &[Kinds])] = &[
    (
        "tau-bench",
        &[
            python::KINDS,
            tools::KINDS,
            episodes::KINDS,
            conversations::KINDS,
            metrics::KINDS,
            history::KINDS,
            run::KINDS,
        ],
    ),
    ("gepa", &[gepa::KINDS]),
];

fn main() -> ExitCode {
    let mut filters = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--list" => return ExitCode::SUCCESS,
            flag if flag.starts_with('-') => {}
            _ => filters.push(argument),
        }
    }
    let mut run = Run { filters, started: Instant::now(), passed: 0, failed: 0, skipped: 0, filtered: 0 };
    println!();
    let golden = folder("TAUPE_GOLDEN", "golden");
    println!("golden vectors: {}", golden.display());
    for (name, kinds) in KINDS {
        run.folder(&golden.join(name), name, &kinds.concat());
    }
    run.finish()
}

/// The folder that the variable names, else `../shared/{default}` beside the repository.
fn folder(variable: &str, default: &str) -> PathBuf {
    std::env::var_os(variable)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(default), PathBuf::from)
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

struct Run {
    filters: Vec<String>,
    started: Instant,
    passed: usize,
    failed: usize,
    skipped: usize,
    filtered: usize,
}

impl Run {
    fn folder(&mut self, path: &Path, folder: &str, kinds: &[(&str, Check)]) {
        let mut names = match vector_files(path) {
            Ok(names) => names,
            Err(error) => return self.skip(&format!("{}: {error}", path.display())),
        };
        names.sort_unstable();
        let mut unknown: Vec<&str> = Vec::new();
        for name in &names {
            let kind = kind_of(name);
            match kinds.iter().find(|(known, _)| *known == kind) {
                Some(_) if !self.selects(folder, kind) => self.filtered += 1,
                Some((_, check)) => self.file(&path.join(name), &format!("{folder}/{name}"), *check),
                None => unknown.push(kind),
            }
        }
        for (kind, _) in kinds {
            if self.selects(folder, kind) && !names.iter().any(|name| kind_of(name) == *kind) {
                println!("{folder}: no file of kind {kind}");
            }
        }
        if !names.iter().any(|name| kinds.iter().any(|(kind, _)| kind_of(name) == *kind)) {
            self.skip(&format!("{}: no file of a known kind", path.display()));
        }
        unknown.dedup();
        if !unknown.is_empty() {
            println!("{folder}: no check yet for {}", unknown.join(", "));
        }
    }

    fn selects(&self, folder: &str, kind: &str) -> bool {
        let name = format!("{folder}/{kind}");
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }

    fn file(&mut self, path: &Path, shown: &str, check: Check) {
        // A panic is a difference of this file, and no reason not to look at the others.
        let outcome = std::panic::catch_unwind(|| Vectors::read(path).and_then(|vectors| check(&vectors)));
        match outcome {
            Ok(Ok(tally)) => {
                println!("{shown}: {} vectors, {} differ", tally.vectors, tally.differ);
                if let Some(first) = &tally.first {
                    println!("{first}");
                }
                if tally.differ == 0 && tally.vectors > 0 { self.passed += 1 } else { self.failed += 1 }
            }
            Ok(Err(Problem::NoUpstream(file))) => {
                self.skip(&format!("{shown}: needs the upstream file {}", file.display()));
            }
            Ok(Err(problem)) => {
                println!("{shown}: FAILED: {problem}");
                self.failed += 1;
            }
            Err(_) => {
                println!("{shown}: FAILED: the check panicked, see above");
                self.failed += 1;
            }
        }
    }

    fn skip(&mut self, what: &str) {
        if in_ci() {
            println!("FAILED, nothing may be skipped where CI=true: {what}");
            self.failed += 1;
        } else {
            println!("*** SKIPPED *** {what}");
            self.skipped += 1;
        }
    }

    fn finish(self) -> ExitCode {
        let Self { passed, failed, skipped, filtered, started, .. } = self;
        let seconds = started.elapsed().as_secs_f64();
        let verdict = if failed == 0 { "ok" } else { "FAILED" };
        println!(
            "\ntest result: {verdict}. {passed} passed; {failed} failed; {skipped} ignored; 0 measured; \
             {filtered} filtered out; finished in {seconds:.2}s\n"
        );
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The vector files of a folder and of the folders in it, which are named `folder/file`.
fn vector_files(path: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)?.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.path().is_dir() {
            let inner = std::fs::read_dir(entry.path())?.flatten();
            names.extend(inner.filter_map(|file| Some(format!("{name}/{}", file.file_name().into_string().ok()?))));
        } else {
            names.push(name);
        }
    }
    names.retain(|name| is_vectors(name));
    Ok(names)
}

fn kind_of(name: &str) -> &str {
    name.split(['.', '/']).next().unwrap_or_default()
}

fn is_vectors(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.ends_with(".json") || name.ends_with(".jsonl")
}
