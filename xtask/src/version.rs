//! Version numbers as tools print them, and the versions that `Cargo.lock` pins.

use std::fmt;
use std::str::FromStr;

/// `major.minor.patch`; a part that was not written is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads the leading number of a text: `1.95.0+dfsg1-2` is 1.95.0, `132` is 132.0.0.
    fn from_str(text: &str) -> Result<Self, ()> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let mut parts = text[..end].split('.').map(|part| part.parse::<u32>());
        let mut next = || parts.next().unwrap_or(Ok(0)).map_err(|_| ());
        if end == 0 { Err(()) } else { Ok(Version(next()?, next()?, next()?)) }
    }
}

/// The first word of a tool's `--version` line that is a version: `wasm-bindgen 0.2.129`,
/// `wasm-opt version 132 (version_132)`, `Chromium 156.0.8078.79 built on Debian`.
pub fn in_output(text: &str) -> Option<Version> {
    text.lines().next()?.split_whitespace().find_map(|word| word.parse().ok())
}

/// The version of a package in the text of a `Cargo.lock`. `None` if it is not there or there twice.
pub fn in_lock_file(lock: &str, package: &str) -> Option<Version> {
    let mut found = lock.split("[[package]]").filter_map(|section| {
        let name = field(section, "name")?;
        (name == package).then(|| field(section, "version"))?
    });
    match (found.next(), found.next()) {
        (Some(version), None) => version.parse().ok(),
        _ => None,
    }
}

fn field<'a>(section: &'a str, name: &str) -> Option<&'a str> {
    section.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<Version>) {
        assert_eq!(in_output(line), expected, "{line}");
    }

    #[test]
    fn versions_are_read_from_what_tools_print() {
        check("wasm-bindgen 0.2.129", Some(Version(0, 2, 129)));
        check("wasm-bindgen 0.2.129 (1a2b3c4d)", Some(Version(0, 2, 129)));
        check("trunk 0.21.14\nmore 9.9.9", Some(Version(0, 21, 14)));
        check("wasm-opt version 132 (version_132)", Some(Version(132, 0, 0)));
        check("Chromium 156.0.8078.79 built on Debian GNU/Linux 12", Some(Version(156, 0, 8078)));
        check("ChromeDriver 156.0.8078.79 (e5ef8) ", Some(Version(156, 0, 8078)));
        check("rustc 1.97.0-nightly (abc 2026-05-01)", Some(Version(1, 97, 0)));
        check("no number here", None);
        check("", None);
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(Version(0, 21, 14) > Version(0, 21, 9));
        assert!("1.100".parse::<Version>() > "1.99.9".parse());
        assert_eq!("1..2".parse::<Version>(), Err(()));
        assert_eq!("-1".parse::<Version>(), Err(()));
    }

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"x\"\n\n\
        [[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.130\"\n\n\
        [[package]]\nname = \"rand\"\nversion = \"0.8.5\"\n\n[[package]]\nname = \"rand\"\nversion = \"0.9.1\"\n";

    #[test]
    fn a_pinned_version_is_found_by_the_exact_name() {
        assert_eq!(in_lock_file(LOCK, "wasm-bindgen"), Some(Version(0, 2, 129)));
        assert_eq!(in_lock_file(LOCK, "wasm"), None);
        assert_eq!(in_lock_file(LOCK, "rand"), None, "two versions: neither is the one");
    }
}
