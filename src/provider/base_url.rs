//! The address of an endpoint, taken apart far enough to say where a key may go.
//!
//! Not a general URL parser: it accepts what a person types as a base URL and refuses the rest.

use std::fmt;

/// An http(s) base URL: scheme, host, port and path prefix, normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: Origin,
    /// Empty, or `/…` without a slash at its end.
    path: String,
}

/// Scheme, host and port: what a browser treats as one party, and what a key is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    pub https: bool,
    /// Lower case; IPv6 addresses in brackets.
    pub host: String,
    pub port: u16,
}

/// Why a text is not a base URL. The texts are shown beside the input field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    #[error("The base URL is empty.")]
    Empty,
    #[error("A base URL begins with https:// or, for a server on this computer, http://.")]
    Scheme,
    #[error("The base URL has no valid host name.")]
    Host,
    #[error("The port in the base URL is not a number from 1 to 65535.")]
    Port,
    #[error("A base URL must not hold a user name or password; put the key into the key field.")]
    Credentials,
    #[error("A base URL must not hold a question mark or a hash; put the key into the key field.")]
    Query,
    #[error("The base URL holds a space or a control character.")]
    Characters,
}

/// How far from this computer a host is, which decides what a browser lets a page do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `localhost`, `127.x.x.x`, `[::1]`: trusted also without https.
    Loopback,
    /// A private address or a `.local` name.
    LocalNetwork,
    Internet,
}

/// Ends that people paste along with the base URL.
const PASTED_ENDS: [&str; 3] = ["/chat/completions", "/completions", "/models"];

impl BaseUrl {
    /// Reads a base URL as typed. A pasted `/chat/completions` at its end is taken off.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BaseUrlError::Empty);
        }
        // Browsers read a backslash as a slash; refusing it keeps their idea of the host and ours the same.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(BaseUrlError::Characters);
        }
        let (scheme, rest) = text.split_once("://").ok_or(BaseUrlError::Scheme)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(BaseUrlError::Scheme),
        };
        if rest.contains(['?', '#']) {
            return Err(BaseUrlError::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(BaseUrlError::Credentials);
        }
        let origin = Origin::parse_authority(https, authority)?;
        let mut path = path.trim_end_matches('/');
        for end in PASTED_ENDS {
            path = path.strip_suffix(end).unwrap_or(path).trim_end_matches('/');
        }
        Ok(Self { origin, path: path.to_owned() })
    }

    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path prefix: empty, or `/…` without a slash at its end.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The URL of a resource below the base, `name` without a leading slash.
    #[must_use]
    pub fn join(&self, name: &str) -> String {
        format!("{self}/{name}")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl Origin {
    /// The origin of an absolute URL that may have a path, a query and a fragment.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let end = url.find(['?', '#']).unwrap_or(url.len());
        BaseUrl::parse(&url[..end]).ok().map(|base| base.origin)
    }

    fn parse_authority(https: bool, authority: &str) -> Result<Self, BaseUrlError> {
        let (host, port) = if authority.starts_with('[') {
            let end = authority.find(']').ok_or(BaseUrlError::Host)?;
            authority.split_at(end + 1)
        } else {
            authority.split_at(authority.find(':').unwrap_or(authority.len()))
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => default_port(https),
            None => return Err(BaseUrlError::Host),
            Some(digits) => {
                digits.parse().ok().filter(|&port| port != 0 && !digits.starts_with('+')).ok_or(BaseUrlError::Port)?
            }
        };
        let host = host.to_lowercase();
        let valid = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').is_some_and(|inner| {
                inner.contains(':') && inner.chars().all(|c| c.is_ascii_hexdigit() || ":.".contains(c))
            }),
            None => {
                !host.is_empty()
                    && host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c))
                    && !host.starts_with('.')
                    && !host.contains("..")
            }
        };
        if valid { Ok(Self { https, host, port }) } else { Err(BaseUrlError::Host) }
    }

    #[must_use]
    pub fn reach(&self) -> Reach {
        let host = self.host.trim_end_matches('.');
        if host == "localhost" || host.ends_with(".localhost") || host == "[::1]" {
            return Reach::Loopback;
        }
        if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
            return if address.is_loopback() || address.is_unspecified() {
                Reach::Loopback
            } else if address.is_private() || address.is_link_local() {
                Reach::LocalNetwork
            } else {
                Reach::Internet
            };
        }
        let private_v6 = ["[fc", "[fd", "[fe8", "[fe9", "[fea", "[feb"].iter().any(|start| host.starts_with(start));
        let local_name = !host.starts_with('[') && (host.ends_with(".local") || !host.contains('.'));
        if private_v6 || local_name { Reach::LocalNetwork } else { Reach::Internet }
    }

    /// Whether the host is `domain` or below it.
    #[must_use]
    pub fn is_under(&self, domain: &str) -> bool {
        self.host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.https { "https" } else { "http" }, self.host)?;
        if self.port == default_port(self.https) { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, BaseUrlError>) {
        assert_eq!(BaseUrl::parse(text).map(|base| base.to_string()), expect.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn what_people_type_is_normalised() {
        check("https://api.example.com/v1", Ok("https://api.example.com/v1"));
        check("  https://API.Example.com:443/v1/ ", Ok("https://api.example.com/v1"));
        check("http://localhost:11434/v1/chat/completions/", Ok("http://localhost:11434/v1"));
        check("https://example.com/v1/models", Ok("https://example.com/v1"));
        check("https://example.com", Ok("https://example.com"));
        check("http://[::1]:8080/v1", Ok("http://[::1]:8080/v1"));
        check("http://example.com:80", Ok("http://example.com"));
    }

    #[test]
    fn what_is_no_base_url_says_why() {
        check("", Err(BaseUrlError::Empty));
        check("api.example.com/v1", Err(BaseUrlError::Scheme));
        check("javascript://x", Err(BaseUrlError::Scheme));
        check("https://", Err(BaseUrlError::Host));
        check("https:///v1", Err(BaseUrlError::Host));
        check("https://exa%6dple.com", Err(BaseUrlError::Host));
        check("https://[::1", Err(BaseUrlError::Host));
        check("https://[::1]x/", Err(BaseUrlError::Host));
        check("https://host:0/", Err(BaseUrlError::Port));
        check("https://host:99999/", Err(BaseUrlError::Port));
        check("https://host:+80/", Err(BaseUrlError::Port));
        check("https://user:key@host/", Err(BaseUrlError::Credentials));
        check("https://host/v1?key=abc", Err(BaseUrlError::Query));
        check("https://host/v1#x", Err(BaseUrlError::Query));
        check("https://api.example.com\\.evil.example/", Err(BaseUrlError::Characters));
        check("https://ho st/", Err(BaseUrlError::Characters));
    }

    #[test]
    fn reach_tells_this_computer_from_the_local_network() {
        for (url, reach) in [
            ("http://localhost:1", Reach::Loopback),
            ("http://127.0.0.1:1", Reach::Loopback),
            ("http://[::1]:1", Reach::Loopback),
            ("http://192.168.1.7:1", Reach::LocalNetwork),
            ("http://10.0.0.1", Reach::LocalNetwork),
            ("http://nas.local", Reach::LocalNetwork),
            ("http://nas", Reach::LocalNetwork),
            ("http://[fd00::1]", Reach::LocalNetwork),
            ("https://api.example.com", Reach::Internet),
            ("https://8.8.8.8", Reach::Internet),
        ] {
            assert_eq!(Origin::of_url(url).map(|origin| origin.reach()), Some(reach), "{url}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |url| Origin::of_url(url).expect("a valid URL");
        assert_eq!(origin("https://a.example/v1"), origin("https://A.example:443/other?x=y#z"));
        assert_ne!(origin("https://a.example"), origin("http://a.example"));
        assert_ne!(origin("https://a.example"), origin("https://a.example:8443"));
        assert!(origin("https://eu.a.example").is_under("a.example"));
        assert!(!origin("https://evila.example").is_under("a.example"));
    }
}
