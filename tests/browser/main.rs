//! The built site in a real Chromium, against local files and a scripted model server: whole journeys of a user,
//! through a page object that speaks the user's language. Needs the feature `browser-tests` and a built `dist/`;
//! `cargo xtask test` sees to both.

#[path = "../../xtask/src/http.rs"]
#[allow(dead_code, reason = "the server of `cargo xtask serve`, which has uses for the rest")]
mod http;

mod data;
mod evaluate;
mod evolve;
mod first_minute;
mod harness;
mod kept;
mod models;
mod page;
mod play;
mod rollout;
mod runs;
mod script;
mod seats;
mod shell;
mod strategies;
mod support;
