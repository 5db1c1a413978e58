//! Builds the page into `dist/`, which runs under any path of any static host.

use crate::failure::{Context, Failure, Result};
use crate::kit::Kit;
use crate::tools::Tool;
use crate::{process, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the built page.
pub fn dist(root: &Path) -> PathBuf {
    root.join("dist")
}

/// The release build.
pub fn build(root: &Path) -> Result<()> {
    let kit = Kit::for_release(root)?;
    say::step("Building the page for release", "usually 3 minutes the first time, then 1 minute after a change");
    let mut trunk = Command::new("trunk");
    trunk.current_dir(root).args(["build", "--release", "--cargo-profile", "web"]).arg("--dist").arg(dist(root));
    process::run(kit.apply(&mut trunk))?;
    let bundle = Bundle::find(&dist(root))?;
    optimise_if_possible(&bundle.wasm, &process::target_folder(root).join("wasm-opt/page"))?;
    bundle.name_by_content(&dist(root))
}

/// Runs wasm-opt on a module in place; without wasm-opt says so and goes on. `memory` is a folder for the result.
pub fn optimise_if_possible(wasm: &Path, memory: &Path) -> Result<()> {
    match Tool::wasm_opt().find_or_install() {
        Ok(wasm_opt) => optimise(&wasm_opt, wasm, memory),
        Err(failure) => {
            say::warn(&format!("No wasm-opt: the module stays some 6 % larger.\n{failure}"));
            Ok(())
        }
    }
}

/// Optimises a module in place, or takes the result from `memory` when this very module was optimised before.
fn optimise(wasm_opt: &Path, wasm: &Path, memory: &Path) -> Result<()> {
    let before = read(wasm)?;
    let known = memory.join(format!("{}.wasm", fingerprint(&before)));
    if !known.is_file() {
        say::step("Optimising the module with wasm-opt", "usually 10 s");
        // Results of older modules have no further use.
        let _ = fs::remove_dir_all(memory);
        fs::create_dir_all(memory).context(|| memory.display().to_string())?;
        let unfinished = memory.join("unfinished.wasm");
        process::run(Command::new(wasm_opt).arg("-O2").arg("-o").arg(&unfinished).arg(wasm))?;
        fs::rename(&unfinished, &known).context(|| known.display().to_string())?;
    }
    fs::copy(&known, wasm).map(drop).context(|| wasm.display().to_string())
}

/// The page and the two files that trunk generates.
struct Bundle {
    page: PathBuf,
    script: PathBuf,
    wasm: PathBuf,
}

impl Bundle {
    fn find(dist: &Path) -> Result<Self> {
        let file = |name: Option<String>| name.map(|name| dist.join(name));
        let names = file_names(dist)?;
        let wasm = names.iter().find(|name| name.ends_with("_bg.wasm")).cloned();
        let script = wasm.as_deref().map(|wasm| wasm.replace("_bg.wasm", ".js"));
        match (file(script), file(wasm)) {
            (Some(script), Some(wasm)) => Ok(Bundle { page: dist.join("index.html"), script, wasm }),
            _ => Err(Failure::new(format!("trunk left no module in {}", dist.display()))),
        }
    }

    /// Gives both files names that hold a hash of what they are now. Trunk names both after the module before it was
    /// optimised, so a changed file could come under an old name, which caches keep for a year.
    fn name_by_content(&self, dist: &Path) -> Result<()> {
        let mut page = String::from_utf8(read(&self.page)?).context(|| self.page.display().to_string())?;
        for (file, ending) in [(&self.wasm, "_bg.wasm"), (&self.script, ".js")] {
            let old = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let new = format!("taupe-{}{ending}", fingerprint(&read(file)?));
            if !page.contains(&old) {
                return Err(Failure::new(format!("{} does not name {old}", self.page.display())));
            }
            page = page.replace(&old, &new);
            fs::rename(file, dist.join(new)).context(|| file.display().to_string())?;
        }
        fs::write(&self.page, page).context(|| self.page.display().to_string())
    }
}

/// The names of the files directly in a folder, sorted.
fn file_names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).context(|| folder.display().to_string())?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context(|| path.display().to_string())
}

/// FNV-1a, 64 bits, as 16 hexadecimal digits: tells builds apart, nothing more.
fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_fnv_1a() {
        assert_eq!(fingerprint(b""), "cbf29ce484222325");
        assert_eq!(fingerprint(b"foobar"), "85944171f73967e8");
    }

    #[test]
    fn generated_files_are_renamed_where_the_page_names_them() {
        let dist = std::env::temp_dir().join(format!("taupe-site-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("index.html"), "<a href='./taupe-12ab.js'><b c='./taupe-12ab_bg.wasm'>").unwrap();
        fs::write(dist.join("taupe-12ab.js"), "").unwrap();
        fs::write(dist.join("taupe-12ab_bg.wasm"), "foobar").unwrap();
        Bundle::find(&dist).unwrap().name_by_content(&dist).unwrap();
        let page = fs::read_to_string(dist.join("index.html")).unwrap();
        assert_eq!(page, "<a href='./taupe-cbf29ce484222325.js'><b c='./taupe-85944171f73967e8_bg.wasm'>");
        assert_eq!(fs::read_to_string(dist.join("taupe-85944171f73967e8_bg.wasm")).unwrap(), "foobar");
        assert_eq!(file_names(&dist).unwrap().len(), 3);
        fs::remove_dir_all(&dist).unwrap();
    }
}
