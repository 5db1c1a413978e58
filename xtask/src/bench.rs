//! Prints figures, one `name value unit` a line: speed natively and in the browser's WebAssembly, size of the page.
//!
//! What is measured is written once, in `examples/bench`; here it is built for both worlds and run. In the browser it
//! reports by a POST to our own server, so no driver is needed.

use crate::browser::{self, Browser};
use crate::failure::{Context, Failure, Result};
use crate::http::{Mount, Server};
use crate::kit::Kit;
use crate::rustc::WASM;
use crate::size::Sizes;
use crate::{cache, process, say, serve, site};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Everything in the browser has to be done by then.
const BROWSER_LIMIT: Duration = Duration::from_secs(180);

/// How long a killed browser's helpers may still write into its profile.
const PROFILE_LIMIT: Duration = Duration::from_secs(5);

/// Starts the module and reports what goes wrong before or outside it.
const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>Figures</title>
<script type="module">
  const report = (text) => fetch("/report", { method: "POST", body: `error ${text}` });
  console.error = report;
  addEventListener("error", (event) => report(event.message));
  addEventListener("unhandledrejection", (event) => report(event.reason));
  const { default: init } = await import("./bench.js");
  await init();
</script>
"#;

pub fn run(root: &Path) -> Result<()> {
    let upstream = serve::upstream(root).ok_or_else(|| {
        Failure::new(
            "The figures need the benchmark's files: set TAUPE_UPSTREAM to a folder that holds tau-bench/retail.",
        )
    })?;
    native(root, &upstream)?;
    in_browser(root, &upstream)?;
    site::build(root)?;
    say::step("Compressing the built page", "usually 5 s");
    print!("{}", Sizes::measure(&site::dist(root))?.figures());
    Ok(())
}

fn native(root: &Path, upstream: &Path) -> Result<()> {
    say::step("Measuring natively", "usually 10 s, and 1 minute more to build the first time");
    let mut cargo = process::cargo();
    cargo.current_dir(root).args(["run", "--quiet", "--locked", "--release", "--example", "bench", "--"]).arg(upstream);
    process::run(&mut cargo)
}

fn in_browser(root: &Path, upstream: &Path) -> Result<()> {
    let browser = browser::find_or_install()?;
    let folder = build_for_browser(root)?;
    say::step("Measuring in the browser", "usually 15 s");
    let (sender, inbox) = mpsc::channel();
    let mounts = vec![Mount::new("/bench/", folder), Mount::new(serve::UPSTREAM_PATH, upstream)];
    let server =
        Server::start_with_inbox(0, mounts, Some(sender)).context(|| "serving the figures' page".to_owned())?;
    let _running =
        RunningBrowser::open(&browser, &server.url("/bench/"), process::target_folder(root).join("bench-profile"))?;
    let report = inbox.recv_timeout(BROWSER_LIMIT).map_err(|error| match error {
        RecvTimeoutError::Timeout => Failure::new(format!("no figures after {} s", BROWSER_LIMIT.as_secs())),
        RecvTimeoutError::Disconnected => Failure::new("the server stopped"),
    })?;
    match report.strip_prefix("error ") {
        Some(error) => Err(Failure::new(format!("in the browser: {error}"))),
        None => {
            print!("{report}");
            Ok(())
        }
    }
}

/// Builds the module as the page is built, so that the figures are those of the page.
fn build_for_browser(root: &Path) -> Result<PathBuf> {
    let kit = Kit::for_release(root)?;
    let target = process::target_folder(root);
    say::step("Building the measurement for wasm32", "usually 3 minutes the first time, then 1 minute after a change");
    let mut cargo = process::cargo();
    cargo.current_dir(root).args(["build", "--locked", "--profile", "web", "--target", WASM, "--example", "bench"]);
    process::run(kit.apply(&mut cargo))?;
    let built = target.join(WASM).join("web/examples/bench.wasm");
    let folder = target.join("bench");
    cache::remove_folder(&folder)?;
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(built);
    process::run(kit.apply(&mut bindgen))?;
    site::optimise_if_possible(&folder.join("bench_bg.wasm"), &target.join("wasm-opt/bench"))?;
    // What the page's own state fetches at its start.
    let worlds = folder.join("worlds");
    fs::create_dir_all(&worlds).context(|| worlds.display().to_string())?;
    for world in ["retail.json", "airline.json"] {
        let from = root.join("assets/worlds").join(world);
        fs::copy(&from, worlds.join(world)).context(|| from.display().to_string())?;
    }
    let page = folder.join("index.html");
    fs::write(&page, PAGE).context(|| page.display().to_string())?;
    Ok(folder)
}

/// A headless browser with a profile of its own; both go when this value is dropped.
struct RunningBrowser {
    process: Child,
    profile: PathBuf,
}

impl RunningBrowser {
    fn open(browser: &Browser, address: &str, profile: PathBuf) -> Result<Self> {
        cache::remove_folder(&profile)?;
        let mut command = Command::new(&browser.program);
        // Containers have neither user namespaces for the sandbox nor a large /dev/shm.
        command.args(["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--disable-gpu"]);
        command.arg(format!("--user-data-dir={}", profile.display())).arg(address);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = process::end_with_us(&mut command).spawn().context(|| process::command_line(&command))?;
        Ok(RunningBrowser { process, profile })
    }
}

impl Drop for RunningBrowser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let started = Instant::now();
        while fs::remove_dir_all(&self.profile).is_err() && started.elapsed() < PROFILE_LIMIT {
            thread::sleep(Duration::from_millis(100));
        }
    }
}
