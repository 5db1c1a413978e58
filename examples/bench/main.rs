//! Measures the engine on the official retail pack, and the rehearsal cast on the starter world. `cargo xtask bench` builds and runs this natively and as
//! WebAssembly in a browser; both run the same [`figures`] and differ in where files and time come from.
//!
//! An example and not part of the library: the engine knows no clock.

#[cfg(target_arch = "wasm32")]
mod batch;
mod cast;
mod figures;
mod gepa;

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

fn retail() -> Result<&'static Manifest, String> {
    pack("tau-bench-retail").ok_or_else(|| "no pack tau-bench-retail".to_owned())
}

/// One `name value unit` a line.
fn lines(world: &str, figures: &[Figure]) -> String {
    figures.iter().map(|figure| format!("{world}.{} {:.2} {}\n", figure.name, figure.value, figure.unit)).collect()
}
