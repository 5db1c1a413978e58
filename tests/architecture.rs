//! The house rule, enforced: a layer uses the layers below it and nothing above, and the engine knows no browser.
//!
//! Read from the `use` lines and paths of `src/`, so it also covers what is compiled for wasm32 only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// For each layer the layers that it may name. Keep in step with ARCHITECTURE.md.
const ALLOWED: &[(&str, &[&str])] = &[
    ("py", &[]),
    ("stats", &["py"]),
    ("chat", &[]),
    ("gepa", &["stats", "py"]),
    ("provider", &["chat"]),
    ("domain", &["chat", "py"]),
    ("cast", &["domain", "chat", "py"]),
    ("pack", &["domain", "chat", "py"]),
    ("rollout", &["domain", "chat", "py"]),
    ("evolve", &["gepa", "rollout", "pack", "domain", "chat", "py"]),
    ("journal", &["rollout", "domain", "chat", "py"]),
    ("workspace", &["evolve", "gepa", "journal", "rollout", "pack", "domain", "chat", "py"]),
    (
        "present",
        &[
            "workspace",
            "journal",
            "evolve",
            "gepa",
            "rollout",
            "cast",
            "pack",
            "domain",
            "provider",
            "stats",
            "chat",
            "py",
        ],
    ),
    ("platform", &["pack", "provider"]),
    (
        "app",
        &[
            "platform",
            "present",
            "workspace",
            "evolve",
            "gepa",
            "journal",
            "cast",
            "rollout",
            "pack",
            "domain",
            "provider",
            "chat",
            "py",
        ],
    ),
    (
        "ui",
        &[
            "app",
            "platform",
            "present",
            "workspace",
            "journal",
            "evolve",
            "gepa",
            "cast",
            "rollout",
            "pack",
            "domain",
            "provider",
            "chat",
            "py",
        ],
    ),
];

/// Layers that run in a browser only; every other layer is the engine.
const BROWSER_LAYERS: &[&str] = &["platform", "app", "ui"];

/// What the engine may not name: the browser, and the clock (time comes in through arguments and traits).
const FORBIDDEN_IN_ENGINE: &[&str] = &[
    "leptos",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo_net",
    "gloo_timers",
    "idb::",
    "wasm_streams",
    "SystemTime",
    "std::time::Instant",
    "std::fs",
    "TcpStream",
    "TcpListener",
    "std::env",
];

#[test]
fn layers_use_only_layers_below_them() {
    let mut faults = String::new();
    for (layer, file, text) in sources() {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == layer) else {
            writeln!(faults, "{}: the layer `{layer}` is not in the table of this test", file.display()).unwrap();
            continue;
        };
        for used in layers_named(&text) {
            if used != layer && !allowed.contains(&used.as_str()) {
                writeln!(faults, "{}: `{layer}` may not use `{used}`", file.display()).unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// An arrow that nobody uses is an invitation; it goes when its last user goes.
#[test]
fn every_allowed_arrow_is_used() {
    let used: BTreeSet<(String, String)> = sources()
        .into_iter()
        .flat_map(|(layer, _, text)| layers_named(&text).into_iter().map(move |used| (layer.clone(), used)))
        .collect();
    let allowed = ALLOWED.iter().flat_map(|(layer, allowed)| allowed.iter().map(move |used| (*layer, *used)));
    let unused: Vec<_> = allowed.filter(|(a, b)| !used.contains(&((*a).to_owned(), (*b).to_owned()))).collect();
    assert!(unused.is_empty(), "allowed, but not used: {unused:?}");
}

#[test]
fn the_engine_names_no_browser_and_no_clock() {
    let mut faults = String::new();
    for (layer, file, text) in sources() {
        if BROWSER_LAYERS.contains(&layer.as_str()) {
            continue;
        }
        for word in FORBIDDEN_IN_ENGINE {
            if code_only(&text).contains(word) {
                writeln!(faults, "{}: the engine may not name `{word}`", file.display()).unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_table_has_no_way_up() {
    // Every allowed layer stands earlier in the table, so the arrows can't form a circle.
    let rank: BTreeMap<_, _> = ALLOWED.iter().enumerate().map(|(rank, (layer, _))| (*layer, rank)).collect();
    for (layer, allowed) in ALLOWED {
        for used in *allowed {
            assert!(rank[used] < rank[layer], "`{layer}` → `{used}` points up");
        }
    }
}

#[test]
fn a_forbidden_arrow_would_be_found() {
    assert_eq!(layers_named("use crate::ui::kit;\nfn f() { crate::app::state() }"), ["app", "ui"]);
    assert_eq!(layers_named("use crate::{py, rollout::Episode};"), ["py", "rollout"]);
    assert_eq!(layers_named("use crate::{\n    chat::Message,\n    domain::{Task, db},\n};"), ["chat", "domain"]);
    assert_eq!(layers_named("//! see [`crate::ui`]"), [""; 0]);
}

/// `(layer, file, text)` of every source file inside a layer.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&root).unwrap();
            let first = inner.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "rs") && first != "lib.rs" && first != "main.rs" {
                let layer = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push((layer, path, text));
            }
        }
    }
    assert!(found.len() > 10, "the sources were not found under {}", root.display());
    found
}

/// The layers that a file names through `crate::…`, each once, sorted.
fn layers_named(text: &str) -> Vec<String> {
    let code = code_only(text);
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => named.extend(group_heads(group)),
            None => named.push(identifier(rest)),
        }
    }
    named.retain(|name| !name.is_empty());
    named.sort();
    named.dedup();
    named
}

/// The first name of every item of a `{a::b, c::{d, e}}` group, given the text after the opening brace.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0_u32;
    let mut at_head = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_head = true,
            _ if at_head && depth == 0 && !letter.is_whitespace() => {
                heads.push(identifier(&group[at..]));
                at_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// The text without its comment lines.
fn code_only(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.fold(String::new(), |mut code, line| {
        code.push_str(line);
        code.push('\n');
        code
    })
}
