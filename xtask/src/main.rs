//! Everything around the product: sets up, builds, serves, checks, tests and measures it.
//!
//! `cargo xtask` with no argument prints the commands.

mod bench;
mod browser;
mod cache;
mod debian;
mod disk;
mod doctor;
mod failure;
mod http;
mod kit;
mod process;
mod rustc;
mod say;
mod serve;
mod site;
mod size;
mod std_build;
mod suite;
mod tools;
mod version;
mod wasm_std;

use failure::{Context, Failure, Result};
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use suite::TestOptions;

const USAGE: &str = "\
cargo xtask <command>          every command first gets what it needs and does not find

  serve [--port N]             the page on http://127.0.0.1:8080, made anew on every change
  serve --release [--port N]   the release build under a sub-path, as a static host serves it
  test [--no-browser] [FILTER] all tests, those in a real browser included, and the size budget
  check                        format and lints, natively and for wasm32
  build                        the page for release in dist/
  bench                        figures, one `name value unit` a line
  setup                        gets everything that is missing, nothing more
  doctor                       says what is there and what is missing; changes nothing
  env                          prints variables for plain `trunk` and `cargo --target wasm32-unknown-unknown`
";

/// What was asked for.
#[derive(Debug)]
enum Task {
    Help,
    Serve { release: bool, port: u16 },
    Test(TestOptions),
    Check,
    Build,
    Bench,
    Setup,
    Doctor,
    Env,
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match parse(&words).and_then(|task| run(task, &root())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n✗ {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, root: &Path) -> Result<()> {
    match task {
        Task::Help => print!("{USAGE}"),
        Task::Serve { release: true, port } => serve::release(root, port)?,
        Task::Serve { release: false, port } => serve::development(root, port)?,
        Task::Test(options) => suite::test(root, &options)?,
        Task::Check => suite::check(root)?,
        Task::Build => site::build(root)?,
        Task::Bench => bench::run(root)?,
        Task::Setup => setup(root)?,
        Task::Doctor => doctor::run(root)?,
        Task::Env => print!("{}", kit::Kit::for_trunk(root)?.to_shell()),
    }
    Ok(())
}

fn parse(words: &[String]) -> Result<Task> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h", ..] => Ok(Task::Help),
        ["serve", options @ ..] => parse_serve(options),
        ["test", options @ ..] => parse_test(options),
        ["check"] => Ok(Task::Check),
        ["build"] => Ok(Task::Build),
        ["bench"] => Ok(Task::Bench),
        ["setup"] => Ok(Task::Setup),
        ["doctor"] => Ok(Task::Doctor),
        ["env"] => Ok(Task::Env),
        _ => Err(not_understood(&words)),
    }
}

fn parse_serve(mut options: &[&str]) -> Result<Task> {
    let (mut release, mut port) = (false, serve::DEFAULT_PORT);
    loop {
        options = match options {
            [] => return Ok(Task::Serve { release, port }),
            ["--release", rest @ ..] => {
                release = true;
                rest
            }
            ["--port", number, rest @ ..] => {
                port = number.parse().context(|| format!("--port {number}"))?;
                rest
            }
            _ => return Err(not_understood(options)),
        };
    }
}

fn parse_test(options: &[&str]) -> Result<Task> {
    let mut task = TestOptions::default();
    for option in options {
        match *option {
            "--no-browser" => task.no_browser = true,
            filter if task.filter.is_none() && !filter.starts_with('-') => task.filter = Some(filter.to_owned()),
            _ => return Err(not_understood(&[option])),
        }
    }
    Ok(Task::Test(task))
}

fn not_understood(words: &[&str]) -> Failure {
    Failure::new(format!("not understood: {}\n\n{USAGE}", words.join(" ")))
}

fn setup(root: &Path) -> Result<()> {
    kit::Kit::for_trunk(root)?;
    if let Err(failure) = tools::Tool::wasm_opt().find_or_install() {
        say::warn(&format!("No wasm-opt: the module stays some 6 % larger.\n{failure}"));
    }
    browser::find_or_install()?;
    say::note("everything is there");
    Ok(())
}

/// The folder of the workspace, wherever the command was called.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let shown = match parse(&words) {
            Ok(task) => format!("{task:?}"),
            Err(failure) => failure.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn commands_and_their_options_are_read() {
        check("", "Help");
        check("serve", "Serve { release: false, port: 8080 }");
        check("serve --port 9000 --release", "Serve { release: true, port: 9000 }");
        check("serve --port many", "--port many: invalid digit found in string");
        check("serve --port", "not understood: --port");
        check("test", "Test(TestOptions { no_browser: false, filter: None })");
        check("test retail --no-browser", "Test(TestOptions { no_browser: true, filter: Some(\"retail\") })");
        check("test a b", "not understood: b");
        check("test --fast", "not understood: --fast");
        check("build now", "not understood: build now");
    }
}
