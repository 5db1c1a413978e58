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
    /// For checking and compiling: the standard library only.
    pub fn for_cargo() -> Result<Self> {
        let std = wasm_std::find_or_make(&Rustc::detect()?)?;
        let mut variables = BTreeMap::new();
        if let WasmStd::Sysroot(sysroot) = std {
            let mut flags = env::var_os(FLAGS).unwrap_or_default();
            push_flag(&mut flags, &format!("--sysroot={}", sysroot.display()));
            variables.insert(FLAGS, flags);
        }
        Ok(Kit(variables))
    }

    /// For building the page: the standard library, wasm-bindgen and trunk.
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
    pub fn with_flag(mut self, flag: &str) -> Self {
        let mut flags = self.0.remove(FLAGS).unwrap_or_else(|| env::var_os(FLAGS).unwrap_or_default());
        push_flag(&mut flags, flag);
        self.0.insert(FLAGS, flags);
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
