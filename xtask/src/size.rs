//! The weight of the built page: bytes over the wire as a host with brotli sends them.

use crate::failure::{Context, Failure, Result};
use crate::say;
use std::fs;
use std::path::Path;

/// More than a first visit may load of code and style, in kB (1 000 bytes, brotli): what it weighs now with a little
/// room. Raising it is a decision; lowering it towards [`AIM_KB`] is owed.
const BUDGET_KB: f64 = 1_400.0;
/// What the design asks for. Above it there is a warning.
const AIM_KB: f64 = 350.0;
/// What one starter world may add to that.
const WORLD_BUDGET_KB: f64 = 60.0;

/// Compressed sizes of the files in a folder.
#[derive(Debug)]
pub struct Sizes(Vec<(String, u64)>);

impl Sizes {
    /// Compresses every file at brotli's highest level. Sorted by path.
    pub fn measure(dist: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(dist, "", &mut files)?;
        files.sort();
        Ok(Sizes(files))
    }

    /// One line for each file, then their sum, in the form of all figures.
    pub fn figures(&self) -> String {
        let mut lines: String =
            self.0.iter().map(|(name, bytes)| format!("site.{name} {:.1} kB\n", kb(*bytes))).collect();
        lines.push_str(&format!("site.total {:.1} kB\n", kb(self.0.iter().map(|(_, bytes)| bytes).sum())));
        lines
    }

    /// Holds code and style, and each starter world, against their budgets.
    pub fn judge(&self) -> Result<()> {
        let world = self.0.iter().find(|(name, bytes)| name.starts_with("worlds/") && kb(*bytes) > WORLD_BUDGET_KB);
        if let Some((name, bytes)) = world {
            let text = format!("{name} is {:.1} kB (brotli); a world's budget is {WORLD_BUDGET_KB} kB", kb(*bytes));
            return Err(Failure::new(text));
        }
        let code = kb(self.0.iter().filter(|(name, _)| is_code(name)).map(|(_, bytes)| bytes).sum());
        let text =
            format!("code and style are {code:.1} kB (brotli); the aim is {AIM_KB} kB, the limit {BUDGET_KB} kB");
        match code {
            _ if code > BUDGET_KB => Err(Failure::new(format!("{text}\n{}", self.figures().trim_end()))),
            _ if code > AIM_KB => {
                say::warn(&text);
                Ok(())
            }
            _ => {
                say::note(&text);
                Ok(())
            }
        }
    }
}

fn kb(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

/// Code, style and what comes with the first page; data files that are fetched when opened are not.
fn is_code(name: &str) -> bool {
    [".html", ".js", ".wasm", ".css", ".svg", ".webmanifest"].iter().any(|ending| name.ends_with(ending))
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, u64)>) -> Result<()> {
    for entry in fs::read_dir(folder).context(|| folder.display().to_string())? {
        let path = entry.context(|| folder.display().to_string())?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.push((name, compressed_len(&path)?));
        }
    }
    Ok(())
}

fn compressed_len(path: &Path) -> Result<u64> {
    let mut file = fs::File::open(path).context(|| path.display().to_string())?;
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut file, &mut compressed, &brotli::enc::BrotliEncoderParams::default())
        .context(|| path.display().to_string())?;
    Ok(compressed.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(files: &[(&str, u64)]) -> Sizes {
        Sizes(files.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect())
    }

    #[test]
    fn only_code_and_style_count_against_the_budget() {
        assert!(sizes(&[("app.wasm", 300_000), ("a.css", 50_000), ("packs/shop.json", 999_999)]).judge().is_ok());
        let most = (BUDGET_KB * 1000.0) as u64;
        let error = sizes(&[("app.wasm", most - 50_000), ("app.js", 50_100)]).judge().unwrap_err().to_string();
        assert!(error.contains(&format!("{:.1} kB", BUDGET_KB + 0.1)), "{error}");
        assert!(error.contains("site.app.js 50.1 kB"), "{error}");
    }

    #[test]
    fn a_world_has_a_budget_of_its_own() {
        assert!(sizes(&[("app.wasm", 300_000), ("worlds/shop.json", 60_000)]).judge().is_ok());
        let error = sizes(&[("worlds/shop.json", 60_100)]).judge().unwrap_err().to_string();
        assert_eq!(error, "worlds/shop.json is 60.1 kB (brotli); a world's budget is 60 kB");
    }

    #[test]
    fn figures_name_each_file_and_the_sum() {
        assert_eq!(
            sizes(&[("a.js", 1_234), ("worlds/b.json", 66)]).figures(),
            "site.a.js 1.2 kB\nsite.worlds/b.json 0.1 kB\nsite.total 1.3 kB\n"
        );
    }

    #[test]
    fn files_are_found_in_folders_and_compressed() {
        let folder = std::env::temp_dir().join(format!("taupe-size-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/zeros.bin"), vec![0; 100_000]).unwrap();
        let measured = Sizes::measure(&folder).unwrap().0;
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(measured.len(), 1);
        assert_eq!(measured[0].0, "deep/zeros.bin");
        assert!(measured[0].1 < 100, "{measured:?}");
    }
}
