//! Chromium and its driver: found on `PATH`, started for one test, ended with it.

use std::{
    env,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use super::Outcome;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Headless, usable in a container as root, and quiet: no request but the page's own.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--lang=en-US",
];

/// A running chromedriver on a port of its own; dropping it ends it.
pub struct Driver {
    child: Child,
    pub url: String,
    pub log: PathBuf,
}

impl Driver {
    /// Starts a driver that writes its log to `log`, and waits until it listens.
    pub fn start(log: PathBuf) -> Outcome<Self> {
        let program = find("TAUPE_CHROMEDRIVER", &["chromedriver"])?;
        let mut child = Command::new(&program)
            .arg("--port=0")
            .arg(format!("--log-path={}", log.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", program.display()))?;
        let said = child.stdout.take().map(BufReader::new);
        let mut driver = Self { child, url: String::new(), log };
        let port = said.into_iter().flat_map(BufReader::lines).map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        let port = port.ok_or_else(|| format!("{} ended before it listened", program.display()))?;
        driver.url = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// Opens a browser with an empty profile in `profile`.
    pub async fn open_browser(&self, profile: &Path) -> Outcome<WebDriver> {
        let mut wants = DesiredCapabilities::chrome();
        wants.set_binary(&find("TAUPE_CHROMIUM", &BROWSERS)?.to_string_lossy())?;
        for flag in FLAGS {
            wants.add_arg(flag)?;
        }
        wants.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        wants.add_arg("--window-size=1440,900")?;
        wants.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let opened = WebDriver::new(&self.url, wants).await;
        opened.map_err(|error| format!("no browser opened: {error}\n{}", self.last_words()).into())
    }

    /// The end of the driver's log: the first lines of its last entries, which may run over hundreds.
    fn last_words(&self) -> String {
        let lines: Vec<String> = File::open(&self.log)
            .map(|file| {
                BufReader::new(file).lines().map_while(Result::ok).filter(|line| line.starts_with('[')).collect()
            })
            .unwrap_or_default();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that the variable names, else the first of `names` on `PATH`.
fn find(variable: &str, names: &[&str]) -> Outcome<PathBuf> {
    if let Some(program) = env::var_os(variable) {
        return Ok(program.into());
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = names
        .iter()
        .find_map(|name| env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file()));
    found.ok_or_else(|| {
        format!(
            "No {} on PATH, which the browser tests need. On Debian and Ubuntu: apt-get install chromium chromium-driver. \
             Without a browser: cargo xtask test --no-browser, which leaves these tests out.",
            names.join(" or ")
        )
        .into()
    })
}
