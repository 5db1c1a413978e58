//! The page's entry point. Natively it only says how to open the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    taupe::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Taupe is a web page. Run `cargo xtask serve` and open the address that it prints.");
}
