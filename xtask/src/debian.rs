//! What Debian's packages can provide: Rust's source for the wasm32 standard library, Chromium and its driver.

use crate::failure::{Context, Failure, Result};
use crate::version::Version;
use crate::{process, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Suites that hold recent compilers, the smallest package list first.
const SUITES: [&str; 3] = ["trixie-backports", "forky", "sid"];

/// Used where the machine's own sources name no plain Debian mirror.
const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// Downloads and unpacks the source of exactly this release into `folder`; returns the folder `library` in it.
///
/// Works through an apt state of its own, so the machine's sources and lists stay as they are and nothing needs root.
/// apt checks signatures and hashes against the machine's Debian keyring.
pub fn rust_source(release: Version, folder: &Path) -> Result<PathBuf> {
    let keyring = ["gpg", "pgp"]
        .map(|kind| PathBuf::from(format!("/usr/share/keyrings/debian-archive-keyring.{kind}")))
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::new("Debian's rust-src: this machine has no Debian archive keyring"))?;
    let mirror = mirror(&machine_sources()).unwrap_or_else(|| DEFAULT_MIRROR.to_owned());
    say::step(&format!("Downloading the source of rustc {release} (Debian's rust-src, 45 MB)"), "usually 10 s");
    let mut tried = Vec::new();
    for suite in SUITES {
        let apt = PrivateApt { folder: folder.join(suite) };
        let found = apt.prepare(&mirror, suite, &keyring).and_then(|()| apt.version_of("rust-src", release));
        match found {
            Ok(Some(version)) => {
                apt.download("rust-src", &version)?;
                return unpack(&apt.folder, release);
            }
            Ok(None) => tried.push(format!("{suite}: has no {release}")),
            Err(failure) => tried.push(format!("{suite}: {failure}")),
        }
    }
    Err(Failure::new(format!("Debian's rust-src {release} from {mirror}:\n  {}", tried.join("\n  "))))
}

fn unpack(folder: &Path, release: Version) -> Result<PathBuf> {
    let package = fs::read_dir(folder)
        .context(|| folder.display().to_string())?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(|| Failure::new("apt-get download ended well, but left no package"))?;
    let root = folder.join("root");
    process::run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&root))?;
    // The package holds a second folder `library` among cargo's test data.
    Ok(root.join(format!("usr/src/rustc-{release}/library")))
}

/// An apt whose sources, lists and cache live in one folder.
struct PrivateApt {
    folder: PathBuf,
}

impl PrivateApt {
    fn prepare(&self, mirror: &str, suite: &str, keyring: &Path) -> Result<()> {
        for name in ["lists/partial", "cache/archives/partial", "sources"] {
            let folder = self.folder.join(name);
            fs::create_dir_all(&folder).context(|| folder.display().to_string())?;
        }
        let source = format!(
            "Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nSigned-By: {}\n",
            keyring.display()
        );
        let path = self.folder.join("sources/debian.sources");
        fs::write(&path, source).context(|| path.display().to_string())?;
        process::output(self.command("apt-get").arg("update")).map(drop)
    }

    fn version_of(&self, package: &str, release: Version) -> Result<Option<String>> {
        let listed = process::output(self.command("apt-cache").args(["madison", package]))?;
        Ok(pick(&listed, release).map(str::to_owned))
    }

    fn download(&self, package: &str, version: &str) -> Result<()> {
        let mut apt = self.command("apt-get");
        process::output(apt.current_dir(&self.folder).arg("download").arg(format!("{package}={version}"))).map(drop)
    }

    fn command(&self, program: &str) -> Command {
        let folder = |name: &str| self.folder.join(name).display().to_string();
        let options = [
            "Dir::Etc::SourceList=/dev/null".to_owned(),
            format!("Dir::Etc::SourceParts={}", folder("sources")),
            format!("Dir::State::Lists={}", folder("lists")),
            format!("Dir::Cache={}", folder("cache")),
            "Debug::NoLocking=1".to_owned(),
            // Downloads run as the caller: the user that apt switches to from root can't write here.
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            "Acquire::http::Timeout=20".to_owned(),
        ];
        let mut command = Command::new(program);
        for option in options {
            command.arg("-o").arg(option);
        }
        command
    }
}

/// The package version of exactly that upstream release in the output of `apt-cache madison`. Never the newest:
/// a suite lists several, and the compiler accepts its own source only.
fn pick(madison: &str, release: Version) -> Option<&str> {
    let upstream = format!("{release}+");
    madison.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim).find(|v| v.starts_with(&upstream))
}

/// The text of the machine's apt sources, both formats.
fn machine_sources() -> String {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|e| e == "list" || e == "sources");
    let mut files: Vec<PathBuf> = parts.filter(wanted).collect();
    files.sort();
    files.insert(0, PathBuf::from("/etc/apt/sources.list"));
    files.iter().filter_map(|path| fs::read_to_string(path).ok()).collect::<Vec<_>>().join("\n")
}

/// The first plain Debian mirror (not security updates, not a vendor's) among apt sources.
fn mirror(sources: &str) -> Option<String> {
    let lines = sources.lines().map(str::trim);
    let addresses = lines.filter(|line| line.starts_with("URIs:") || line.starts_with("deb ")).flat_map(|line| {
        line.split_whitespace().filter(|word| word.starts_with("http://") || word.starts_with("https://"))
    });
    addresses
        .map(|address| address.trim_end_matches('/'))
        .find(|address| address.ends_with("/debian"))
        .map(str::to_owned)
}

/// Whether `apt-get install` gives real packages here: Ubuntu's `chromium` is only a pointer to another store.
pub fn is_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| matches!(line.trim(), "ID=debian" | "ID=\"debian\""))
}

/// Installs packages; the caller has made sure that this is Debian.
pub fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // A machine's lists may be old or absent; failing mirrors of other sources are no reason to stop yet.
    if let Err(failure) = process::output(apt().arg("update")) {
        say::warn(&failure.to_string());
    }
    process::output(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_the_very_release_is_picked_not_the_newest() {
        let listed = " rust-src | 1.96.1+dfsg1-2~bpo13+1 | http://mirror/debian trixie-backports/main amd64 Packages\n \
            rust-src | 1.95.0+dfsg1-2~bpo13+1 | http://mirror/debian trixie-backports/main amd64 Packages\n";
        assert_eq!(pick(listed, Version(1, 95, 0)), Some("1.95.0+dfsg1-2~bpo13+1"));
        assert_eq!(pick(listed, Version(1, 9, 5)), None);
        assert_eq!(pick("", Version(1, 95, 0)), None);
    }

    #[test]
    fn the_mirror_is_read_from_either_format_of_sources() {
        let modern = "Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n\n\
            Types: deb\n# a remark\nURIs: http://mirror.example/debian/\nSuites: bookworm\n";
        assert_eq!(mirror(modern).as_deref(), Some("http://mirror.example/debian"));
        let classic = "# deb http://old.example/debian x main\n\
            deb [signed-by=/k.gpg] https://vendor.example/apt stable main\ndeb https://d.example/debian bookworm main\n";
        assert_eq!(mirror(classic).as_deref(), Some("https://d.example/debian"));
        assert_eq!(mirror("deb http://archive.ubuntu.com/ubuntu noble main\n"), None);
    }

    #[test]
    fn only_debian_itself_counts_as_debian() {
        assert!(is_debian("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
    }
}
