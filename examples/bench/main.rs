//! Measures the engine on the official packs, and the rehearsal cast on the starter worlds. `cargo xtask bench` builds
//! and runs this natively and as WebAssembly in a browser; both run the same [`figures`] and differ in where files and time come from.
//!
//! An example and not part of the library: the engine knows no clock.

#[cfg(target_arch = "wasm32")]
mod batch;
mod cast;
mod climb;
#[cfg(target_arch = "wasm32")]
mod evolution;
mod figures;
mod gepa;
#[path = "../../tests/evolve/host.rs"]
mod host;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(target_arch = "wasm32")]
mod page;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

use figures::Figure;
use taupe::pack::manifest::{Manifest, pack};

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    native::main();
    #[cfg(target_arch = "wasm32")]
    web::main();
}

/// The official packs that are measured, retail first.
fn packs() -> Result<[&'static Manifest; 2], String> {
    let find = |id: &str| pack(id).ok_or_else(|| format!("no pack {id}"));
    Ok([find("tau-bench-retail")?, find("tau-bench-airline")?])
}

/// One `name value unit` a line.
fn lines(world: &str, figures: &[Figure]) -> String {
    figures.iter().map(|figure| format!("{world}.{} {:.2} {}\n", figure.name, figure.value, figure.unit)).collect()
}
