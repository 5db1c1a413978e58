//! Files from the folder that the first argument names.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::time::Instant;

use futures::FutureExt;

use crate::figures::Bench;

pub fn main() {
    let Some(upstream) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: bench <folder of the benchmark's files>");
        exit(2);
    };
    match measure(&upstream) {
        Ok(lines) => print!("{lines}"),
        Err(error) => {
            eprintln!("{error}");
            exit(1);
        }
    }
}

fn measure(upstream: &Path) -> Result<String, String> {
    let read = |path: PathBuf| std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()));
    let started = Instant::now();
    let now_ms = || started.elapsed().as_secs_f64() * 1000.0;
    let mut figures = Vec::new();
    for (at, manifest) in crate::packs()?.into_iter().enumerate() {
        let files: Vec<Vec<u8>> =
            manifest.files.iter().map(|file| read(upstream.join(file.mirror_path))).collect::<Result<_, _>>()?;
        let bench = Bench::new(manifest, &files, &now_ms)?;
        figures.extend(bench.figures()?);
        if at == 0 {
            figures.push(bench.optimiser()?);
        }
    }
    figures.extend(crate::climb::figures());
    let cast = crate::cast::figures(&now_ms, || std::future::ready(())).now_or_never();
    figures.extend(cast.ok_or("the cast waited for something")??);
    Ok(crate::lines("native", &figures))
}
