//! Says what is there and what a command would do about the rest. Changes nothing.

use crate::failure::Result;
use crate::rustc::Rustc;
use crate::tools::Tool;
use crate::wasm_std::{self, WasmStd};
use crate::{browser, cache, disk, serve};
use std::path::Path;

pub fn run(root: &Path) -> Result<()> {
    line("cache", cache::root().map(|folder| Some(folder.display().to_string())), "");
    line("disk", Ok(disk::free(root).map(disk::text)), "df can't tell how much is free");
    let rustc = Rustc::detect();
    let found = rustc.as_ref().map(|rustc| Some(format!("{} in {}", rustc.release, rustc.sysroot.display())));
    match found {
        Ok(text) => line("rustc", Ok(text), ""),
        Err(failure) => print("✗", "rustc", &failure.to_string()),
    }
    if let Ok(rustc) = &rustc {
        let std = wasm_std::find(rustc).map(|found| {
            found.map(|std| match std {
                WasmStd::Toolchain => "in the toolchain".to_owned(),
                WasmStd::Sysroot(folder) => folder.display().to_string(),
            })
        });
        line("wasm32 std", std, "rustup adds it, or it is built from Debian's rust-src");
    }
    match Tool::wasm_bindgen(root) {
        Ok(tool) => tool_line(&tool, "cargo installs it into the cache"),
        Err(failure) => print("✗", "wasm-bindgen", &failure.to_string()),
    }
    tool_line(&Tool::trunk(), "cargo installs it into the cache");
    tool_line(&Tool::wasm_opt(), "npm installs it into the cache; without npm the module stays some 6 % larger");
    let browser = browser::find().map(|found| found.map(|b| format!("{} in {}", b.version, b.program.display())));
    line("chromium", browser, "installed as root on Debian, else by hand; only for tests and figures");
    let upstream = serve::upstream(root).map(|folder| folder.display().to_string());
    line("upstream", Ok(upstream), "optional: TAUPE_UPSTREAM names a folder with the benchmark's files");
    Ok(())
}

fn tool_line(tool: &Tool, otherwise: &str) {
    let found = tool.find().map(|path| path.map(|path| format!("{} in {}", tool.version, path.display())));
    line(tool.name, found, otherwise);
}

fn line(name: &str, found: Result<Option<String>>, otherwise: &str) {
    match found {
        Ok(Some(text)) => print("✓", name, &text),
        Ok(None) => print("–", name, &format!("missing; {otherwise}")),
        Err(failure) => print("✗", name, &failure.to_string()),
    }
}

fn print(mark: &str, name: &str, text: &str) {
    println!("{mark} {name:<13}{}", text.replace('\n', &format!("\n{:15}", "")));
}
