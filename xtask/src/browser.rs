//! The browser of the tests and of the figures: Chromium or Chrome, with the driver of the same version.

use crate::failure::{Failure, Result};
use crate::version::Version;
use crate::{debian, process, say, tools};
use std::fs;
use std::path::PathBuf;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: &str = "chromedriver";
const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// A browser and its driver that fit together.
#[derive(Debug)]
pub struct Browser {
    pub program: PathBuf,
    pub driver: PathBuf,
    pub version: Version,
}

/// Looks on `PATH`. `None` when a part is missing; an error when the two do not fit.
pub fn find() -> Result<Option<Browser>> {
    let programs = BROWSERS.iter().find_map(|name| process::find_on_path(name));
    let (Some(program), Some(driver)) = (programs, process::find_on_path(DRIVER)) else { return Ok(None) };
    let version = tools::version_of(&program)
        .ok_or_else(|| Failure::new(format!("{} --version does not name a version", program.display())))?;
    match tools::version_of(&driver) {
        Some(Version(major, ..)) if major == version.0 => Ok(Some(Browser { program, driver, version })),
        other => Err(Failure::new(format!(
            "{} is version {version}, but {} is {}. Install a driver of version {}.",
            program.display(),
            driver.display(),
            other.map_or_else(|| "unknown".to_owned(), |version| version.to_string()),
            version.0
        ))),
    }
}

/// Looks for a browser; as root on Debian installs one if there is none.
pub fn find_or_install() -> Result<Browser> {
    if let Some(browser) = find()? {
        return Ok(browser);
    }
    let os_release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !debian::is_debian(&os_release) {
        return Err(missing(
            "install Chromium or Chrome and the chromedriver of the same version, and put both on PATH",
        ));
    }
    let install = format!("apt-get install {}", PACKAGES.join(" "));
    if !is_root() {
        return Err(missing(&format!("sudo {install}")));
    }
    say::step("Installing Debian's chromium and chromium-driver", "usually 1 minute, once");
    debian::install(&PACKAGES)?;
    find()?.ok_or_else(|| missing(&format!("{install} ended well, but they are not on PATH")))
}

fn missing(what_to_do: &str) -> Failure {
    Failure::new(format!(
        "No Chromium with chromedriver on PATH, which the browser tests need.\n  \
         do  {what_to_do}\n  or  run with --no-browser, which leaves those tests out"
    ))
}

fn is_root() -> bool {
    process::output(std::process::Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
