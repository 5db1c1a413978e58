//! Serves the page on this machine, with the benchmark's recorded files next to it.

use crate::failure::{Context, Failure, Result};
use crate::http::{Mount, Server};
use crate::kit::Kit;
use crate::{process, say, site};
use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

pub const DEFAULT_PORT: u16 = 8080;

/// Not the root, so that a build that only works there is noticed.
pub const SUB_PATH: &str = "/taupe/";
pub const UPSTREAM_PATH: &str = "/upstream/";

/// The folder with the benchmark's files: `$TAUPE_UPSTREAM`, else the one beside the clone if there is one.
pub fn upstream(root: &Path) -> Option<PathBuf> {
    let folder = env::var_os("TAUPE_UPSTREAM").map_or_else(|| root.join("../shared/upstream"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Serves a release build of `dist/` under a sub-path, as a static host would.
pub fn release(root: &Path, port: u16) -> Result<()> {
    require_free(port)?;
    site::build(root)?;
    let mut mounts = vec![Mount::new(SUB_PATH, site::dist(root))];
    let upstream = upstream(root);
    mounts.extend(upstream.iter().map(|folder| Mount::new(UPSTREAM_PATH, folder).with_cors()));
    let server = Server::start(port, mounts).context(|| format!("port {port}"))?;
    announce(&server.url(SUB_PATH), upstream.map(|_| server.url(UPSTREAM_PATH)).as_deref());
    server.wait();
    Ok(())
}

/// What makes a new development build when it changes. Not the whole folder: trunk would watch `target/` too, and its
/// watcher dies (with trunk) of events there that come without a path.
const WATCHED: [&str; 3] = ["src", "assets", DEVELOPMENT_PAGE];

/// The page that the development build starts from, made of `index.html`.
const DEVELOPMENT_PAGE: &str = "index.dev.html";

/// Serves a development build that is made anew and reloaded on every change.
pub fn development(root: &Path, port: u16) -> Result<()> {
    require_free(port)?;
    let kit = Kit::for_trunk(root)?;
    write_development_page(root)?;
    let mut trunk = Command::new("trunk");
    trunk.current_dir(root).args(["serve", "--no-spa", "--port", &port.to_string(), "--address", "127.0.0.1"]);
    trunk.args(["--html-output", "index.html"]).arg("--dist").arg(process::target_folder(root).join("serve"));
    // Trunk has no folder mounts; it passes these requests on to our own server.
    let data = upstream(root)
        .map(|folder| Server::start(0, vec![Mount::new(UPSTREAM_PATH, folder).with_cors()]))
        .transpose()
        .context(|| "serving the benchmark's files".to_owned())?;
    if let Some(data) = &data {
        let backend = format!("--proxy-backend={}", data.url(UPSTREAM_PATH));
        trunk.args([&backend, "--proxy-rewrite", UPSTREAM_PATH, "--proxy-no-system-proxy"]);
    }
    for path in WATCHED {
        trunk.arg("--watch").arg(root.join(path));
    }
    trunk.arg(root.join(DEVELOPMENT_PAGE));
    say::step("Building the page for development", "usually 2 minutes the first time, then 10 s after a change");
    let has_data = data.is_some();
    let root = root.to_owned();
    thread::spawn(move || {
        wait_for(port);
        let address = format!("http://127.0.0.1:{port}");
        announce(&format!("{address}/"), has_data.then(|| format!("{address}{UPSTREAM_PATH}")).as_deref());
        loop {
            thread::sleep(Duration::from_secs(1));
            // An editor may be in the middle of saving; the next second tells.
            let _ = write_development_page(&root);
        }
    });
    process::run(process::end_with_us(kit.apply(&mut trunk)))
}

/// Writes the page without its content security policy, which forbids trunk's inline script for reloading.
fn write_development_page(root: &Path) -> Result<()> {
    let page = root.join("index.html");
    let text = fs::read_to_string(&page).context(|| page.display().to_string())?;
    let text = without_policy(&text)
        .ok_or_else(|| Failure::new(format!("{} has no Content-Security-Policy", page.display())))?;
    let page = root.join(DEVELOPMENT_PAGE);
    // Writing what is already there would start a build for nothing.
    if fs::read_to_string(&page).ok().as_ref() == Some(&text) {
        return Ok(());
    }
    fs::write(&page, text).context(|| page.display().to_string())
}

/// Cuts the element `<meta http-equiv="Content-Security-Policy" …>` out. `None` if there is none.
fn without_policy(page: &str) -> Option<String> {
    let name = page.find("Content-Security-Policy")?;
    let start = page[..name].rfind('<')?;
    let end = name + page[name..].find('>')? + 1;
    page[start..].starts_with("<meta").then(|| format!("{}{}", &page[..start], &page[end..]))
}

fn require_free(port: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .map_err(|error| Failure::new(format!("Port {port} can't be used ({error}). Choose another with --port.")))
}

fn wait_for(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
        thread::sleep(Duration::from_millis(200));
    }
}

fn announce(page: &str, upstream: Option<&str>) {
    eprintln!("\n  Taupe     {page}");
    match upstream {
        Some(address) => eprintln!("  Packs     {address}   (the benchmark's files, for the setting \"base address\")"),
        None => eprintln!("  Packs     not offered locally: TAUPE_UPSTREAM is not set to a folder"),
    }
    eprintln!("  Stop with Ctrl-C.\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_policy_is_cut_out_of_the_page() {
        let page = "<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\"\n content=\"default-src 'none'\">\n<title>x</title>";
        assert_eq!(without_policy(page).as_deref(), Some("<head>\n<meta charset=\"utf-8\">\n\n<title>x</title>"));
        assert_eq!(without_policy("<head></head>"), None);
        assert_eq!(without_policy("<!-- Content-Security-Policy -->"), None);
    }

    #[test]
    fn the_real_page_has_a_policy_to_cut() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let page = fs::read_to_string(root.join("index.html")).unwrap();
        let cut = without_policy(&page).unwrap();
        assert!(!cut.contains("default-src"));
        assert!(cut.len() < page.len() && cut.contains("data-trunk"));
    }
}
