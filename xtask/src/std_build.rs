//! Builds the wasm32 standard library from Rust's source into a private sysroot.
//!
//! For machines that can't reach rustup's host. The result is used for wasm32 only, through
//! `CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=--sysroot=…`; build scripts and macros keep the toolchain's.

use crate::failure::{Context, Failure, Result};
use crate::rustc::{Rustc, WASM};
use crate::{cache, process, say};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Raised when this recipe changes, so that an older result is not used.
const RECIPE: u32 = 2;

/// The cache entry for this compiler. rustc accepts a standard library of its own build only, hence the commit.
pub fn cache_name(rustc: &Rustc) -> String {
    let commit = rustc.commit.get(..9).unwrap_or(&rustc.commit);
    format!("wasm-std-{}-{commit}-{}-r{RECIPE}", rustc.release, rustc.host)
}

/// Builds `source` (Rust's folder `library`) and makes `folder` a sysroot for wasm32.
pub fn make_sysroot(rustc: &Rustc, source: &Path, folder: &Path) -> Result<()> {
    if !source.join("std/Cargo.toml").is_file() {
        return Err(Failure::new(format!("{} is not Rust's folder `library`", source.display())));
    }
    say::step("Building the wasm32 standard library from source", "usually 30 s");
    let build = folder.join("build");
    write(&build.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n[workspace]\n")?;
    write(&build.join("src/lib.rs"), "#![no_std]\n")?;
    let mut cargo = process::cargo();
    // `test` too, or `cargo test --target wasm32-unknown-unknown` would find no harness.
    cargo.current_dir(&build).args(["build", "--release", "--target", WASM, "-Zbuild-std=std,panic_abort,test"]);
    cargo.arg("--target-dir").arg(build.join("target"));
    // The source's folder is gone afterwards, so its path would say nothing in a panic's message.
    let flags = format!("-Cembed-bitcode=yes --remap-path-prefix={}=/rustc/library", source.display());
    // Stable compilers take -Z options only so; embedded bitcode is what link-time optimisation reads.
    cargo.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", flags);
    // cargo's own tests use this variable to take the source from outside the toolchain.
    cargo.env("__CARGO_TESTS_ONLY_SRC_ROOT", source);
    process::run(&mut cargo)?;

    let library = folder.join("lib/rustlib").join(WASM).join("lib");
    fs::create_dir_all(&library).context(|| library.display().to_string())?;
    let built = build.join("target").join(WASM).join("release/deps");
    for entry in fs::read_dir(&built).context(|| built.display().to_string())?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(entry.path(), library.join(&name)).context(|| format!("copying {name}"))?;
        }
    }
    link_folder(&rustc.sysroot.join("lib/rustlib").join(&rustc.host), &folder.join("lib/rustlib").join(&rustc.host))?;
    try_out(folder, &build)?;
    cache::remove_folder(&build)?;
    cache::remove_folder(&folder.join("source"))
}

/// Compiles and links a module the way the page is built; what fails here would fail there less clearly.
fn try_out(sysroot: &Path, scratch: &Path) -> Result<()> {
    let program = scratch.join("try.rs");
    write(
        &program,
        "use std::collections::BTreeMap;\n\
         #[unsafe(no_mangle)]\n\
         pub extern \"C\" fn answer(n: u32) -> usize {\n    \
             let map: BTreeMap<u32, String> = (0..n).map(|i| (i, format!(\"{i}\"))).collect();\n    \
             map.values().map(String::len).sum()\n\
         }\n",
    )?;
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition=2024",
        "--crate-type=cdylib",
        "--target",
        WASM,
        "-Clto=fat",
        "-Cpanic=abort",
        "-Copt-level=s",
    ]);
    rustc.arg(format!("--sysroot={}", sysroot.display())).arg("-o").arg(scratch.join("try.wasm")).arg(&program);
    process::output(&mut rustc).map(drop)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).context(|| folder.display().to_string())?;
    fs::write(path, text).context(|| path.display().to_string())
}

#[cfg(unix)]
fn link_folder(to: &Path, from: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, from).context(|| format!("linking {}", from.display()))
}

#[cfg(windows)]
fn link_folder(to: &Path, from: &Path) -> Result<()> {
    std::os::windows::fs::symlink_dir(to, from).context(|| format!("linking {}", from.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    #[test]
    fn the_cache_name_changes_with_all_that_the_library_depends_on() {
        let rustc = |release, commit: &str, host: &str| Rustc {
            release,
            commit: commit.to_owned(),
            host: host.to_owned(),
            sysroot: "/rust".into(),
        };
        let name = cache_name(&rustc(Version(1, 95, 0), "59807616e1fa25407", "x86_64-unknown-linux-gnu"));
        assert_eq!(name, format!("wasm-std-1.95.0-59807616e-x86_64-unknown-linux-gnu-r{RECIPE}"));
        assert_ne!(name, cache_name(&rustc(Version(1, 95, 0), "59807616f1fa25407", "x86_64-unknown-linux-gnu")));
        assert_ne!(name, cache_name(&rustc(Version(1, 95, 0), "59807616e1fa25407", "aarch64-unknown-linux-gnu")));
        assert!(cache_name(&rustc(Version(1, 95, 0), "unknown", "h")).contains("unknown"));
    }
}
