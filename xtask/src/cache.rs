//! The cache folder for tools and the wasm32 standard library, outside every clone.
//!
//! An entry is a folder whose name holds all it depends on, so that different versions live side by side and nothing
//! is changed in place. It is built as `<name>.tmp` and renamed when it works: a folder with the final name is whole.

use crate::failure::{Context, Failure, Result};
use crate::say;
use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// `$TAUPE_CACHE`, else `taupe` in the user's cache folder.
pub fn root() -> Result<PathBuf> {
    let var = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(root) = var("TAUPE_CACHE") {
        // Children run in other folders, so a relative path must be settled here.
        return std::path::absolute(&root).context(|| format!("TAUPE_CACHE={}", root.display()));
    }
    let user = if cfg!(windows) {
        var("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        var("HOME").map(|home| home.join("Library/Caches"))
    } else {
        var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")))
    };
    user.map(|user| user.join("taupe"))
        .ok_or_else(|| Failure::new("no cache folder: set TAUPE_CACHE to a folder that may be written"))
}

/// The folder of an entry, if it is there and whole.
pub fn find(name: &str) -> Result<Option<PathBuf>> {
    let folder = root()?.join(name);
    Ok(folder.is_dir().then_some(folder))
}

/// Returns the entry's folder, and makes it first if it is missing: `make` gets an empty folder, which becomes the
/// entry when `make` succeeds. Two processes never make entries at the same time.
pub fn find_or_make(name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    if let Some(folder) = find(name)? {
        return Ok(folder);
    }
    let root = root()?;
    fs::create_dir_all(&root).context(|| format!("creating the cache folder {}", root.display()))?;
    let _lock = lock(&root)?;
    let folder = root.join(name);
    // Another process may have made it while we waited.
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = root.join(format!("{name}.tmp"));
    remove_folder(&unfinished)?;
    fs::create_dir(&unfinished).context(|| unfinished.display().to_string())?;
    make(&unfinished)?;
    fs::rename(&unfinished, &folder).context(|| format!("renaming {}", unfinished.display()))?;
    Ok(folder)
}

/// Removes a folder with all it holds; none there is fine.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("removing {}: {error}", folder.display())))
        }
        _ => Ok(()),
    }
}

/// The system drops the lock when its holder ends, however it ends, so a crash leaves no stale lock behind.
fn lock(root: &Path) -> Result<File> {
    let path = root.join("lock");
    let doing = || format!("locking {}", path.display());
    let file = File::options().create(true).append(true).open(&path).context(doing)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say::note(&format!("waiting for another set-up that uses {} …", root.display()));
            file.lock().context(doing)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context(doing),
    }
    Ok(file)
}
