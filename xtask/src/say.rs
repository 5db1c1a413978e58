//! What these commands print about themselves. Everything goes to standard error, so that standard output holds
//! only what was asked for (`env`, `bench`).

/// Announces a step before it starts, with how long it usually takes on two cores.
pub fn step(what: &str, usually: &str) {
    eprintln!("▸ {what} ({usually})");
}

/// A fact worth knowing.
pub fn note(text: &str) {
    eprintln!("  {}", text.replace('\n', "\n  "));
}

/// Something that works less well than it could; the command goes on.
pub fn warn(text: &str) {
    eprintln!("! {}", text.replace('\n', "\n  "));
}
