//! The standard library for wasm32: the toolchain's own if it has one, else rustup's, else one built from source into
//! a folder of its own in the cache. The toolchain's folder is never written by us, only by rustup.

use crate::failure::{Failure, Result};
use crate::rustc::{Rustc, WASM};
use crate::{cache, debian, process, say, std_build};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where the wasm32 standard library is.
#[derive(Debug)]
pub enum WasmStd {
    /// In the toolchain, where rustc finds it by itself.
    Toolchain,
    /// In a sysroot of its own, which rustc must be told for this target.
    Sysroot(PathBuf),
}

/// How long rustup may take; a host that is out of reach otherwise costs minutes.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Looks for a standard library that is ready, without changing anything.
pub fn find(rustc: &Rustc) -> Result<Option<WasmStd>> {
    if let Some(sysroot) = env::var_os("TAUPE_WASM_SYSROOT") {
        let sysroot = PathBuf::from(sysroot);
        let library = sysroot.join("lib/rustlib").join(WASM).join("lib");
        return match std_libraries(&library).len() {
            0 => Err(Failure::new(format!("TAUPE_WASM_SYSROOT is set, but {} holds no libstd", library.display()))),
            _ => Ok(Some(WasmStd::Sysroot(sysroot))),
        };
    }
    let libraries = std_libraries(&rustc.library_folder(WASM));
    match libraries.as_slice() {
        [] => Ok(cache::find(&std_build::cache_name(rustc))?.map(WasmStd::Sysroot)),
        [_] => Ok(Some(WasmStd::Toolchain)),
        several => Err(Failure::new(format!(
            "The toolchain holds {} wasm32 standard libraries, so every wasm build would stop with error E0464:\n{}\n\
             One was copied there by hand. Remove the folder {} and run `rustup target add {WASM}`.",
            several.len(),
            several.iter().map(|path| format!("  {}", path.display())).collect::<Vec<_>>().join("\n"),
            rustc.library_folder(WASM).display(),
        ))),
    }
}

/// Looks for a standard library and gets one if there is none.
pub fn find_or_make(rustc: &Rustc) -> Result<WasmStd> {
    if let Some(found) = find(rustc)? {
        return Ok(found);
    }
    let mut tried = Vec::new();
    if env::var_os("TAUPE_RUST_SRC").is_none() {
        match add_with_rustup(rustc) {
            Ok(()) => return Ok(WasmStd::Toolchain),
            Err(failure) => tried.push((format!("rustup target add {WASM}"), failure)),
        }
    }
    let made = cache::find_or_make(&std_build::cache_name(rustc), |folder| {
        let source = rust_source(rustc, folder, &mut tried)?;
        std_build::make_sysroot(rustc, &source, folder)
    });
    made.map(WasmStd::Sysroot).map_err(|failure| explain(rustc, &tried, &failure))
}

fn explain(rustc: &Rustc, tried: &[(String, Failure)], last: &Failure) -> Failure {
    let tried: String = tried.iter().map(|(what, failure)| format!("\n  tried  {what}\n         {failure}")).collect();
    let release = rustc.release;
    Failure::new(format!(
        "No wasm32 standard library for rustc {release}.{tried}\n  last   {last}\n  \
         do     run `rustup target add {WASM}` where its host can be reached, or\n         \
         set TAUPE_RUST_SRC to a folder rust/library of exactly {release}, or\n         \
         set TAUPE_WASM_SYSROOT to a sysroot that holds {WASM} of this very compiler"
    ))
}

fn std_libraries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let is_std = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    };
    entries.flatten().map(|entry| entry.path()).filter(is_std).collect()
}

fn add_with_rustup(rustc: &Rustc) -> Result<()> {
    // A rustup that manages another toolchain than ours could only add the target to that one.
    let managed = process::output(Command::new("rustup").args(["which", "rustc"]))?;
    if !Path::new(managed.trim_end()).starts_with(&rustc.sysroot) {
        return Err(Failure::new(format!("rustup does not manage the toolchain in {}", rustc.sysroot.display())));
    }
    say::step("Adding the wasm32 standard library with rustup", "usually 10 s, given up after 60 s");
    process::run_within(Command::new("rustup").args(["target", "add", WASM]), RUSTUP_LIMIT)?;
    match find(rustc)? {
        Some(WasmStd::Toolchain) => Ok(()),
        _ => Err(Failure::new("rustup ended well, but the compiler has no wasm32 library")),
    }
}

/// The folder `library` of the Rust source of this very release.
fn rust_source(rustc: &Rustc, scratch: &Path, tried: &mut Vec<(String, Failure)>) -> Result<PathBuf> {
    if let Some(folder) = env::var_os("TAUPE_RUST_SRC") {
        return Ok(PathBuf::from(folder));
    }
    let component = rustc.sysroot.join("lib/rustlib/src/rust/library");
    if component.join("std/Cargo.toml").is_file() {
        return Ok(component);
    }
    tried.push(("the toolchain's component rust-src".to_owned(), Failure::new("not installed")));
    debian::rust_source(rustc.release, &scratch.join("source"))
}
