//! All that a wasm32 build of the page needs, and how to hand it to cargo and trunk.

use crate::failure::{Context, Result};
use crate::rustc::Rustc;
use crate::tools::Tool;
use crate::wasm_std::{self, WasmStd};
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// rustc flags for wasm32 only: build scripts and macros are not touched.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Variables that make plain `cargo` and `trunk` build the page.
#[derive(Debug)]
pub struct Kit(BTreeMap<&'static str, OsString>);

impl Kit {
    /// For checking and compiling: the standard library, and the flags that every wasm build shares.
    pub fn for_cargo() -> Result<Self> {
        let std = wasm_std::find_or_make(&Rustc::detect()?)?;
        let flags = env::var_os(FLAGS).unwrap_or_default();
        // Leptos then erases the types of views at component borders: a tenth less code, and quicker builds.
        let kit = Kit(BTreeMap::from([(FLAGS, flags)])).with_flag("--cfg erase_components");
        Ok(match std {
            WasmStd::Toolchain => kit,
            WasmStd::Sysroot(sysroot) => kit.with_flag(&format!("--sysroot={}", sysroot.display())),
        })
    }

    /// For the page that is published: it names no folder of the machine that built it (panic messages hold the paths
    /// of sources), so that the same sources give the same bytes everywhere.
    pub fn for_release(root: &Path) -> Result<Self> {
        let kit = Self::for_trunk(root)?;
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
        let flag = home.map(|home| format!("--remap-path-prefix={}=/crates", home.join("registry/src").display()));
        // The variable separates flags by spaces and knows no quotes.
        Ok(match flag.filter(|flag| !flag.contains(' ')) {
            Some(flag) => kit.with_flag(&flag),
            None => kit,
        })
    }

    /// For building the page: also wasm-bindgen and trunk.
    pub fn for_trunk(root: &Path) -> Result<Self> {
        let mut kit = Self::for_cargo()?;
        let tools = [Tool::wasm_bindgen(root)?, Tool::trunk()];
        let mut path = Vec::new();
        for tool in tools {
            let program = tool.find_or_install()?;
            path.extend(program.parent().map(PathBuf::from));
        }
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        kit.0.insert("PATH", env::join_paths(path).context(|| "PATH".to_owned())?);
        // A tool that does not fit is then an error at once and not a download.
        kit.0.insert("TRUNK_OFFLINE", "true".into());
        kit.0.insert("TRUNK_SKIP_VERSION_CHECK", "true".into());
        Ok(kit)
    }

    /// The same with another rustc flag for wasm32.
    fn with_flag(mut self, flag: &str) -> Self {
        push_flag(self.0.entry(FLAGS).or_default(), flag);
        self
    }

    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(&self.0)
    }

    /// Lines for a POSIX shell.
    pub fn to_shell(&self) -> String {
        let quote = |value: &OsString| format!("'{}'", value.to_string_lossy().replace('\'', r"'\''"));
        self.0.iter().map(|(name, value)| format!("export {name}={}\n", quote(value))).collect()
    }
}

/// Adds a flag at the end, unless it is there.
fn push_flag(flags: &mut OsString, flag: &str) {
    if !format!(" {} ", flags.to_string_lossy()).contains(&format!(" {flag} ")) {
        if !flags.is_empty() {
            flags.push(" ");
        }
        flags.push(flag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_added_once_and_keeps_others() {
        let mut flags = OsString::from("--cfg x");
        push_flag(&mut flags, "--sysroot=/c/s");
        assert_eq!(flags, "--cfg x --sysroot=/c/s");
        push_flag(&mut flags, "--cfg x");
        push_flag(&mut flags, "--sysroot=/c/s");
        assert_eq!(flags, "--cfg x --sysroot=/c/s");
        push_flag(&mut flags, "--sysroot=/c");
        assert_eq!(flags, "--cfg x --sysroot=/c/s --sysroot=/c");
    }
}
