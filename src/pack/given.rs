//! Packs from files that the user gave: a folder, a clone of the repository, single files.

use super::setup::Supply;
use super::{Check, FileFault, FileRole, Manifest, PackFile};

/// The benchmarks' domains as their folders are named. A file below another domain's folder is never taken.
const DOMAINS: [&str; 5] = ["airline", "banking_knowledge", "mock", "retail", "telecom"];

/// A file that the user gave.
#[expect(async_fn_in_trait, reason = "engine futures are local and need not be Send")]
pub trait GivenFile {
    /// Its path as far as the browser tells: `folder/…/name`, or only the name.
    fn path(&self) -> &str;

    /// All bytes of it, or why they can't be read.
    async fn read(&self) -> Result<Vec<u8>, String>;
}

/// The files that a user gave, as a supply.
#[derive(Clone, Debug)]
pub struct Given<F> {
    pub files: Vec<F>,
    pub check: Check,
}

impl<F: GivenFile> Supply for Given<F> {
    fn origin(&self, _pack: &Manifest) -> String {
        "files from this device".to_owned()
    }

    fn check(&self) -> Check {
        self.check
    }

    async fn content(
        &self,
        pack: &'static Manifest,
        file: &'static PackFile,
        received: &mut dyn FnMut(u64),
    ) -> Result<Vec<u8>, FileFault> {
        let paths: Vec<&str> = self.files.iter().map(GivenFile::path).collect();
        let given = &self.files[find(pack, file, &paths)?];
        let content = given.read().await;
        let content = content.map_err(|reason| FileFault::Unreadable { path: given.path().to_owned(), reason })?;
        received(content.len() as u64);
        Ok(content)
    }
}

/// The index of the path that stands for a file of a pack: the one that agrees with the file's own path in most
/// parts, counted from the end. A task list may also be there as `.json`; the Python form goes first.
///
/// # Errors
/// [`FileFault::NotGiven`] or [`FileFault::Ambiguous`].
pub fn find(pack: &Manifest, file: &PackFile, paths: &[&str]) -> Result<usize, FileFault> {
    let ranks: Vec<_> = paths.iter().map(|path| rank(pack, file, path)).collect();
    let best = ranks.iter().flatten().max().ok_or(FileFault::NotGiven)?;
    let mut indices = (0..paths.len()).filter(|index| ranks[*index].as_ref() == Some(best));
    let first = indices.next().ok_or(FileFault::NotGiven)?;
    let others: Vec<usize> = indices.collect();
    if others.is_empty() {
        return Ok(first);
    }
    let paths = std::iter::once(first).chain(others).map(|index| paths[index].to_owned()).collect();
    Err(FileFault::Ambiguous { paths })
}

/// How well a path fits a file: parts that agree, and whether it is the file's own form. `None`: not at all.
fn rank(pack: &Manifest, file: &PackFile, path: &str) -> Option<(usize, bool)> {
    let mut parts = path.split('/').rev();
    let name = parts.next()?;
    let is_own = name == file.name();
    let is_twin = || match file.role {
        FileRole::Tasks(_) => name.strip_suffix(".json") == file.name().strip_suffix(".py"),
        FileRole::Table(_) | FileRole::Policy => false,
    };
    if !is_own && !is_twin() {
        return None;
    }
    let folders: Vec<&str> = parts.collect();
    if folders.iter().any(|part| DOMAINS.contains(part) && *part != pack.domain) {
        return None;
    }
    let agreeing = |own: &str| own.split('/').rev().skip(1).zip(&folders).take_while(|(a, b)| a == *b).count();
    Some((agreeing(file.path).max(agreeing(file.mirror_path)), is_own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PACKS;

    /// The path found for the file of that name of the retail pack.
    fn found<'a>(name: &str, paths: &[&'a str]) -> Result<&'a str, FileFault> {
        let pack = &PACKS[0];
        let file = pack.files.iter().find(|file| file.name() == name).unwrap();
        find(pack, file, paths).map(|index| paths[index])
    }

    #[test]
    fn a_clone_of_the_repository_is_searched_by_path() {
        let paths = [
            "tau-bench/tau_bench/envs/airline/data/users.json",
            "tau-bench/tau_bench/envs/retail/data/users.json",
            "tau-bench/tau_bench/envs/retail/tasks_test.py",
            "tau-bench/tau_bench/envs/airline/tasks_test.py",
        ];
        assert_eq!(found("users.json", &paths), Ok(paths[1]));
        assert_eq!(found("tasks_test.py", &paths), Ok(paths[2]));
    }

    #[test]
    fn a_single_file_is_known_by_its_name() {
        assert_eq!(found("orders.json", &["orders.json"]), Ok("orders.json"));
        assert_eq!(found("orders.json", &["my data/orders.json"]), Ok("my data/orders.json"));
        assert_eq!(found("orders.json", &["old orders.json", "products.json"]), Err(FileFault::NotGiven));
    }

    #[test]
    fn a_task_list_may_be_json_where_the_python_form_is_missing() {
        assert_eq!(found("tasks_dev.py", &["r/tasks_dev.json"]), Ok("r/tasks_dev.json"));
        assert_eq!(found("tasks_dev.py", &["r/tasks_dev.json", "r/tasks_dev.py"]), Ok("r/tasks_dev.py"));
        assert_eq!(found("wiki.md", &["wiki.json"]), Err(FileFault::NotGiven));
    }

    #[test]
    fn another_domains_file_of_the_same_name_is_not_taken() {
        assert_eq!(found("users.json", &["airline/users.json"]), Err(FileFault::NotGiven));
    }

    #[test]
    fn two_equally_good_files_are_not_guessed_between() {
        let paths = ["a/users.json", "b/users.json"];
        let ambiguous = FileFault::Ambiguous { paths: paths.map(str::to_owned).to_vec() };
        assert_eq!(found("users.json", &paths), Err(ambiguous));
    }
}
