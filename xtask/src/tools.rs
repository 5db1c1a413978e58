//! The build's command-line tools. Each is taken from `PATH` if it is there in the right version, else from the cache,
//! else installed into the cache through the package registries' own clients.

use crate::failure::{Context, Failure, Result};
use crate::version::{self, Version};
use crate::{cache, process, say};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The newest trunk that Rust 1.95 can build: 0.22 asks for 1.96.1.
const TRUNK: Version = Version(0, 21, 14);

/// Exactly, like trunk: another version makes other bytes, and the size budget and the figures would wander.
const BINARYEN: Version = Version(132, 0, 0);

/// A tool of the build in the one version that fits.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The executable's name.
    pub name: &'static str,
    pub version: Version,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// A crate, with what makes its installation quick: extra arguments and the optimisation level.
    Crate { name: &'static str, arguments: &'static [&'static str], opt_level: &'static str, usually: &'static str },
    /// An npm package with that executable.
    Npm { name: &'static str },
}

impl Tool {
    pub const fn trunk() -> Self {
        // Without its default features trunk has no TLS and no update check: a build must not call home.
        let source = Source::Crate {
            name: "trunk",
            arguments: &["--no-default-features"],
            opt_level: "1",
            usually: "usually 2 to 5 minutes, once",
        };
        Tool { name: "trunk", version: TRUNK, source }
    }

    /// The generator of the bindings. Its version must equal that of the crate, which `Cargo.lock` in `root` pins.
    pub fn wasm_bindgen(root: &Path) -> Result<Self> {
        let path = root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).context(|| path.display().to_string())?;
        let version = version::in_lock_file(&lock, "wasm-bindgen")
            .ok_or_else(|| Failure::new(format!("{} names no single version of wasm-bindgen", path.display())))?;
        // It walks the whole module on every build, so a little optimisation pays.
        let source = Source::Crate {
            name: "wasm-bindgen-cli",
            arguments: &[],
            opt_level: "2",
            usually: "usually 1 to 2 minutes, once",
        };
        Ok(Tool { name: "wasm-bindgen", version, source })
    }

    pub const fn wasm_opt() -> Self {
        Tool { name: "wasm-opt", version: BINARYEN, source: Source::Npm { name: "binaryen" } }
    }

    /// Looks on `PATH`, then in the cache.
    pub fn find(&self) -> Result<Option<PathBuf>> {
        if let Some(path) = process::find_on_path(self.name).filter(|path| version_of(path) == Some(self.version)) {
            return Ok(Some(path));
        }
        Ok(cache::find(&self.cache_name())?.map(|folder| self.executable(&folder)))
    }

    /// Looks for the tool and installs it if it is not there.
    pub fn find_or_install(&self) -> Result<PathBuf> {
        if let Some(path) = self.find()? {
            return Ok(path);
        }
        if let Some(other) = process::find_on_path(self.name).as_deref().and_then(version_of) {
            say::note(&format!("{} {other} is on PATH, but {} is needed", self.name, self.version));
        }
        let folder = cache::find_or_make(&self.cache_name(), |folder| {
            self.install(folder)?;
            match version_of(&self.executable(folder)) {
                Some(version) if version == self.version => Ok(()),
                other => Err(Failure::new(format!("the installed {} says it is {other:?}", self.name))),
            }
        })?;
        Ok(self.executable(&folder))
    }

    fn install(&self, folder: &Path) -> Result<()> {
        match self.source {
            Source::Crate { name, arguments, opt_level, usually } => {
                say::step(&format!("Installing {name} {} into the cache", self.version), usually);
                let scratch = folder.join("build");
                let mut cargo = process::cargo();
                cargo.args(["install", "--locked", name, "--version", &format!("={}", self.version)]);
                cargo.args(arguments).arg("--root").arg(folder).arg("--target-dir").arg(&scratch);
                // The tools' own release profiles are made for distribution: fat LTO takes many minutes.
                cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
                cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
                cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level);
                process::run(&mut cargo)?;
                cache::remove_folder(&scratch)
            }
            Source::Npm { name } => {
                say::step(
                    &format!("Installing {name} {} (for {}) into the cache", self.version, self.name),
                    "usually 10 s, once",
                );
                let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
                npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix"]);
                npm.arg(folder).arg(format!("{name}@{}", self.version));
                process::output(&mut npm).map(drop)
            }
        }
    }

    fn cache_name(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    fn executable(&self, folder: &Path) -> PathBuf {
        match self.source {
            Source::Crate { .. } => folder.join("bin").join(format!("{}{}", self.name, env::consts::EXE_SUFFIX)),
            Source::Npm { .. } => folder.join("node_modules/.bin").join(if cfg!(windows) {
                format!("{}.cmd", self.name)
            } else {
                self.name.to_owned()
            }),
        }
    }
}

/// The version that an executable prints, if it runs at all.
pub fn version_of(path: &Path) -> Option<Version> {
    version::in_output(&process::output(Command::new(path).arg("--version")).ok()?)
}
