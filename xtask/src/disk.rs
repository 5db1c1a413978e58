//! How much room is left where something is written.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;

const GIGABYTE: u64 = 1_000_000_000;

/// Chromium gives pages no storage at all where less than 2 GB are left; the tests' own files come on top.
const BROWSER_NEEDS: u64 = 3 * GIGABYTE;

/// The free bytes of the disk that a folder is on; `None` where `df` can't tell.
pub fn free(folder: &Path) -> Option<u64> {
    let told = process::output(Command::new("df").arg("-Pk").arg(folder)).ok()?;
    parse(&told)
}

/// Of what `df -Pk` prints, the fourth column of the second line: kibibytes that are available.
fn parse(told: &str) -> Option<u64> {
    let kibibytes: u64 = told.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Free bytes as text.
pub fn text(free: u64) -> String {
    format!("{:.1} GB free", free as f64 / GIGABYTE as f64)
}

/// Refuses to start a browser on a disk that is nearly full: there, every test that stores something would fail for a
/// reason that none of them names.
pub fn enough_for_a_browser(folder: &Path) -> Result<()> {
    match free(folder) {
        Some(free) if free < BROWSER_NEEDS => Err(Failure::new(format!(
            "The disk has {}; a browser gives pages no storage on a disk this full. Free at least {} GB: `cargo clean` \
             removes what builds left.",
            text(free),
            BROWSER_NEEDS / GIGABYTE
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_column_counts() {
        let told =
            "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 263174212 91000000 5033164 95% /\n";
        assert_eq!(parse(told), Some(5_033_164 * 1024));
        assert_eq!(parse("df: no such file"), None);
        assert_eq!(text(5_033_164 * 1024), "5.2 GB free");
    }
}
