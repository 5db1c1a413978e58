//! The Rust compiler in use.

use crate::failure::{Failure, Result};
use crate::process;
use crate::version::Version;
use std::path::PathBuf;
use std::process::Command;

/// The target of the page.
pub const WASM: &str = "wasm32-unknown-unknown";

/// What `rustc -vV` says, and where it lives.
#[derive(Debug)]
pub struct Rustc {
    pub release: Version,
    /// Of the compiler's source; `unknown` where the distribution does not say.
    pub commit: String,
    /// The triple of this machine.
    pub host: String,
    pub sysroot: PathBuf,
}

impl Rustc {
    pub fn detect() -> Result<Self> {
        let about = process::output(Command::new("rustc").arg("-vV"))?;
        let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let (release, commit, host) =
            parse(&about).ok_or_else(|| Failure::new(format!("`rustc -vV` printed something unexpected:\n{about}")))?;
        Ok(Rustc { release, commit, host, sysroot: PathBuf::from(sysroot.trim_end()) })
    }

    /// Where the compiler looks for the standard library of a target.
    pub fn library_folder(&self, target: &str) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(target).join("lib")
    }
}

fn parse(about: &str) -> Option<(Version, String, String)> {
    let field = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let commit = field("commit-hash").unwrap_or("unknown");
    Some((field("release")?.parse().ok()?, commit.to_owned(), field("host")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_commit_and_host_are_read() {
        let about = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\ncommit-hash: 59807616e1fa\n\
            commit-date: 2026-04-14\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";
        let expected = (Version(1, 95, 0), "59807616e1fa".to_owned(), "x86_64-unknown-linux-gnu".to_owned());
        assert_eq!(parse(about), Some(expected));
        assert_eq!(parse("rustc 1.95.0"), None);
    }
}
