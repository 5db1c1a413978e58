//! Where a pack's files are asked for: the public repository, or a base address that the user set.

use serde::{Deserialize, Serialize};

use super::{Manifest, PackFile};

/// The raw-file host of the repositories' forge.
const PUBLIC_BASE: &str = "https://raw.githubusercontent.com/";

/// Where files come from and how strictly they are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The benchmark's public repository at the pinned commit; always checked.
    #[default]
    Public,
    /// A base address in place of repository and commit.
    Custom { base: BaseAddress, check: Check },
}

/// What becomes of a file whose blob id is not the pinned one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It is refused.
    #[default]
    Pinned,
    /// It is taken and marked as unchecked. For copies that are equal in content but not in bytes.
    Unchecked,
}

/// A base address that ends in `/`: absolute with `http` or `https`, or relative to the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseAddress(String);

/// Why a text is no base address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBaseAddress {
    #[error("The base address is empty.")]
    Empty,
    #[error("A base address begins with https://, http:// or a path; other schemes can't be fetched by a page.")]
    Scheme,
    #[error("A base address has no `?` and no `#`: a path is appended to it.")]
    Query,
    #[error("A base address carries no user name or password; browsers refuse to fetch such addresses.")]
    Credentials,
    #[error("A base address has no spaces, control characters or backslashes.")]
    Characters,
}

impl Source {
    #[must_use]
    pub const fn check(&self) -> Check {
        match self {
            Self::Public => Check::Pinned,
            Self::Custom { check, .. } => *check,
        }
    }

    /// The addresses to try for a file, in order; the second only if the first answers "not found".
    ///
    /// A custom base may hold the repository's own tree or a mirror laid out by benchmark and domain.
    #[must_use]
    pub fn addresses(&self, pack: &Manifest, file: &PackFile) -> Vec<String> {
        match self {
            Self::Public => vec![format!("{PUBLIC_BASE}{}/{}/{}", pack.repository, pack.commit, file.path)],
            Self::Custom { base: BaseAddress(base), .. } => {
                vec![format!("{base}{}", file.mirror_path), format!("{base}{}", file.path)]
            }
        }
    }

    /// The address without the file's path, to show and to keep with an installed pack.
    #[must_use]
    pub fn label(&self, pack: &Manifest) -> String {
        match self {
            Self::Public => format!("{PUBLIC_BASE}{}/{}/", pack.repository, pack.commit),
            Self::Custom { base, .. } => base.as_str().to_owned(),
        }
    }
}

impl BaseAddress {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for BaseAddress {
    type Err = BadBaseAddress;

    /// Takes what a user typed: blanks around it are dropped, a missing `/` at the end is added.
    fn from_str(typed: &str) -> Result<Self, BadBaseAddress> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(BadBaseAddress::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(BadBaseAddress::Characters);
        }
        if text.contains(['?', '#']) {
            return Err(BadBaseAddress::Query);
        }
        let scheme_ends = text.find(':').filter(|colon| !text[..*colon].contains('/'));
        if let Some(colon) = scheme_ends {
            let is_web = ["http", "https"].iter().any(|own| text[..colon].eq_ignore_ascii_case(own));
            let host = text[colon + 1..].strip_prefix("//");
            let Some(host) = host.filter(|host| is_web && !host.starts_with('/') && !host.is_empty()) else {
                return Err(BadBaseAddress::Scheme);
            };
            if host.split('/').next().is_some_and(|authority| authority.contains('@')) {
                return Err(BadBaseAddress::Credentials);
            }
        } else if text.starts_with("//") {
            return Err(BadBaseAddress::Scheme);
        }
        let slash = if text.ends_with('/') { "" } else { "/" };
        Ok(Self(format!("{text}{slash}")))
    }
}

impl TryFrom<String> for BaseAddress {
    type Error = BadBaseAddress;

    fn try_from(text: String) -> Result<Self, BadBaseAddress> {
        text.parse()
    }
}

impl From<BaseAddress> for String {
    fn from(base: BaseAddress) -> Self {
        base.0
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::pack::PACKS;

    fn addresses(source: &Source) -> String {
        let pack = &PACKS[0];
        source.addresses(pack, &pack.files[0]).join("\n")
    }

    #[test]
    fn the_public_repository_is_asked_at_its_commit() {
        expect![[
            r#"https://raw.githubusercontent.com/sierra-research/tau-bench/59a200c6d575d595120f1cb70fea53cef0632f6b/tau_bench/envs/retail/data/orders.json"#
        ]]
        .assert_eq(&addresses(&Source::Public));
    }

    #[test]
    fn a_custom_base_is_tried_as_a_mirror_and_as_the_repository() {
        let base = "http://127.0.0.1:8000/upstream".parse().unwrap();
        expect![[r#"
            http://127.0.0.1:8000/upstream/tau-bench/retail/orders.json
            http://127.0.0.1:8000/upstream/tau_bench/envs/retail/data/orders.json"#]]
        .assert_eq(&addresses(&Source::Custom { base, check: Check::Unchecked }));
    }

    #[test]
    fn base_addresses_that_can_be_fetched_are_taken() {
        for (typed, base) in [
            (" https://example.org/x ", "https://example.org/x/"),
            ("HTTP://localhost:80", "HTTP://localhost:80/"),
            ("upstream", "upstream/"),
            ("./a:b/", "./a:b/"),
            ("/upstream", "/upstream/"),
            ("http://host/a@b", "http://host/a@b/"),
        ] {
            assert_eq!(typed.parse::<BaseAddress>().map(String::from), Ok(base.to_owned()), "{typed}");
        }
    }

    #[test]
    fn other_base_addresses_are_refused_with_the_reason() {
        use BadBaseAddress::*;
        for (typed, reason) in [
            ("  ", Empty),
            ("file:///home", Scheme),
            ("javascript:alert(1)", Scheme),
            ("https:example.org", Scheme),
            ("https:///x", Scheme),
            ("//example.org", Scheme),
            ("https://example.org/?a=1", Query),
            ("https://example.org/#a", Query),
            ("https://name:word@example.org/", Credentials),
            ("https://exam ple.org", Characters),
            ("https://example.org\\x", Characters),
        ] {
            assert_eq!(typed.parse::<BaseAddress>(), Err(reason), "{typed}");
        }
    }

    #[test]
    fn a_saved_source_is_checked_when_it_is_read() {
        let source = Source::Custom { base: "/u".parse().unwrap(), check: Check::Unchecked };
        let saved = serde_json::to_string(&source).unwrap();
        assert_eq!(serde_json::from_str::<Source>(&saved).unwrap(), source);
        assert!(serde_json::from_str::<Source>(&saved.replace("/u/", "data:x")).is_err());
    }
}
