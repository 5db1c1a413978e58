//! Where things are: the built site, the benchmark's files, the scripted model server, and what tests leave behind.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Outcome;

/// The release build, `dist/` unless `TAUPE_DIST` says otherwise.
pub fn dist() -> Outcome<PathBuf> {
    let folder = from_env("TAUPE_DIST", "dist");
    if folder.join("index.html").is_file() {
        return Ok(folder);
    }
    Err(format!("No built site in {}. Build it first: cargo xtask build", folder.display()).into())
}

/// The benchmark's files, `TAUPE_UPSTREAM`. `None` where they are absent, which is an error in CI.
pub fn upstream() -> Outcome<Option<PathBuf>> {
    outside("TAUPE_UPSTREAM", "../shared/upstream", "", "the benchmark's files")
}

/// The program of the scripted model server, in `TAUPE_SHARED`. `None` where it is absent, which is an error in CI.
pub fn mock_program() -> Outcome<Option<PathBuf>> {
    outside("TAUPE_SHARED", "../shared", "tools/mock_llm/mock_llm.py", "the scripted model server")
}

/// `target/browser/<part>`, made if need be.
pub fn leavings(part: &str) -> Outcome<PathBuf> {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.parent().unwrap_or(tmp).join("browser").join(part);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn outside(variable: &str, default: &str, part: &str, what: &str) -> Outcome<Option<PathBuf>> {
    let path = from_env(variable, default).join(part);
    if path.exists() {
        return Ok(Some(path));
    }
    let complaint = format!("{what} not found at {} (set {variable})", path.display());
    if env::var("CI").is_ok_and(|value| value == "true") {
        return Err(complaint.into());
    }
    eprintln!("NOT TESTED: {complaint}");
    Ok(None)
}

fn from_env(variable: &str, default: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(env::var_os(variable).map_or_else(|| default.into(), PathBuf::from))
}
