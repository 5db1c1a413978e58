//! `test` and `check`: every part runs even when an earlier one failed, and the end lists what failed.

use crate::browser::{self, Browser};
use crate::failure::{Context, Failure, Result};
use crate::kit::Kit;
use crate::rustc::WASM;
use crate::size::Sizes;
use crate::{disk, process, say, site};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What `test` was asked for.
#[derive(Debug, Default)]
pub struct TestOptions {
    pub no_browser: bool,
    /// Only tests whose name contains this.
    pub filter: Option<String>,
}

/// Runs all tests: natively, then the built page in a browser, then its size.
pub fn test(root: &Path, options: &TestOptions) -> Result<()> {
    let mut report = Report::default();
    report.part("native tests", || native_tests(root, options));
    report.part("golden vectors", || golden(root, options));
    if options.no_browser {
        say::warn("--no-browser: the browser tests are left out");
        report.skipped("browser tests", "--no-browser");
    }
    if report.part("release build", || site::build(root)) {
        if !options.no_browser {
            report.part("browser tests", || browser_tests(root, &browser::find_or_install()?, options));
        }
        report.part("size budget", || size_budget(root));
    } else {
        report.skipped("what needs the release build", "it failed");
    }
    report.end()
}

fn native_tests(root: &Path, options: &TestOptions) -> Result<()> {
    say::step("Native tests", "usually 1 minute the first time, then seconds");
    // Named one by one, because cargo can't leave one out: the recorded vectors have a part of their own, optimised.
    let names = test_names(&root.join("tests"))?;
    let targets = names.iter().filter(|name| !OWN_PART.contains(&name.as_str())).flat_map(|name| ["--test", name]);
    let mut arguments = vec!["--workspace", "--lib", "--bins", "--examples"];
    arguments.extend(targets);
    let targets = cargo_test(root, &arguments, options);
    let documentation = cargo_test(root, &["--workspace", "--doc"], options);
    targets.and(documentation)
}

/// Test programs that have a part of `test` to themselves.
const OWN_PART: [&str; 2] = ["golden", "browser"];

/// The test programs that cargo finds in a folder, sorted: files, and folders with a `main.rs`.
fn test_names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).context(|| folder.display().to_string())?.flatten() {
        let path = entry.path();
        if path.join("main.rs").is_file() || path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

fn golden(root: &Path, options: &TestOptions) -> Result<()> {
    say::step("Recorded vectors of the originals, optimised", "usually 1 minute the first time, then seconds");
    cargo_test(root, &["--release", "--test", "golden"], options)
}

fn browser_tests(root: &Path, browser: &Browser, options: &TestOptions) -> Result<()> {
    say::step("Browser tests", "usually 8 minutes the first time, then 6 minutes");
    let mut cargo = test_command(root, &["--features", "browser-tests", "--test", "browser"], options);
    disk::enough_for_a_browser(&process::target_folder(root))?;
    cargo.env("TAUPE_DIST", site::dist(root));
    cargo.env("TAUPE_CHROMIUM", &browser.program).env("TAUPE_CHROMEDRIVER", &browser.driver);
    process::run(&mut cargo)
}

fn size_budget(root: &Path) -> Result<()> {
    say::step("Compressing the built page", "usually 5 s");
    Sizes::measure(&site::dist(root))?.judge()
}

fn cargo_test(root: &Path, arguments: &[&str], options: &TestOptions) -> Result<()> {
    process::run(&mut test_command(root, arguments, options))
}

fn test_command(root: &Path, arguments: &[&str], options: &TestOptions) -> Command {
    let mut cargo = process::cargo();
    cargo.current_dir(root).args(["test", "--locked", "--no-fail-fast"]).args(arguments);
    if let Some(filter) = &options.filter {
        cargo.arg("--").arg(filter);
    }
    cargo
}

/// Format and lints, natively with all tests and for wasm32; warnings are errors.
pub fn check(root: &Path) -> Result<()> {
    let mut report = Report::default();
    report.part("format", || {
        say::step("Checking the format", "usually 1 s");
        process::run(process::cargo().current_dir(root).args(["fmt", "--all", "--check"]))
    });
    report.part("clippy, native", || {
        say::step("Clippy, native", "usually 1 minute the first time, then seconds");
        clippy(root, &["--workspace", "--all-targets", "--features", "browser-tests"], None)
    });
    report.part("clippy, wasm32", || {
        let kit = Kit::for_cargo()?;
        say::step("Clippy, wasm32", "usually 1 minute the first time, then seconds");
        clippy(root, &["--lib", "--bins", "--examples", "--target", WASM], Some(&kit))
    });
    report.end()
}

fn clippy(root: &Path, arguments: &[&str], kit: Option<&Kit>) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.current_dir(root).args(["clippy", "--locked"]).args(arguments).args(["--", "-D", "warnings"]);
    if let Some(kit) = kit {
        kit.apply(&mut cargo);
    }
    process::run(&mut cargo)
}

/// How each part went, in order.
#[derive(Debug, Default)]
struct Report(Vec<(String, Outcome)>);

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed(Failure),
    Skipped(String),
}

impl Report {
    /// Runs a part; says whether it passed.
    fn part(&mut self, name: &str, run: impl FnOnce() -> Result<()>) -> bool {
        let outcome = match run() {
            Ok(()) => Outcome::Passed,
            Err(failure) => {
                eprintln!("✗ {name}: {failure}");
                Outcome::Failed(failure)
            }
        };
        let passed = matches!(outcome, Outcome::Passed);
        self.0.push((name.to_owned(), outcome));
        passed
    }

    fn skipped(&mut self, name: &str, why: &str) {
        self.0.push((name.to_owned(), Outcome::Skipped(why.to_owned())));
    }

    /// Prints the list; an error if any part failed.
    fn end(self) -> Result<()> {
        eprintln!();
        for (name, outcome) in &self.0 {
            match outcome {
                Outcome::Passed => eprintln!("✓ {name}"),
                Outcome::Skipped(why) => eprintln!("– {name}: not run ({why})"),
                Outcome::Failed(failure) => eprintln!("✗ {name}: {failure}"),
            }
        }
        let failed = self.0.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).count();
        match failed {
            0 => Ok(()),
            _ => Err(Failure::new(format!("{failed} of {} parts failed", self.0.len()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_run_and_one_failure_fails_the_whole() {
        let mut report = Report::default();
        assert!(!report.part("first", || Err(Failure::new("broken"))));
        assert!(report.part("second", || Ok(())));
        report.skipped("third", "no time");
        assert_eq!(report.end().unwrap_err().to_string(), "1 of 3 parts failed");
    }

    #[test]
    fn test_programs_are_found_as_cargo_finds_them() {
        let names = test_names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")).unwrap();
        for name in ["architecture", "browser", "golden"] {
            assert!(names.iter().any(|found| found == name), "{name} is not in {names:?}");
        }
        assert!(!names.iter().any(|name| name == "support"), "helpers are no program: {names:?}");
    }

    #[test]
    fn skipped_parts_are_no_failure() {
        let mut report = Report::default();
        report.skipped("browser tests", "--no-browser");
        assert!(report.end().is_ok());
    }
}
