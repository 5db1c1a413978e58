//! Files, and reading whatever a file has become.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use taupe::chat::{AssistantMessage, ChatReply};
use taupe::journal::{Event as Entry, RunId, Summary, What, fold};
use taupe::rollout::{Event, Seat};
use taupe::workspace::{ImportError, Restored, Warning, export, import, link, restore};

use super::support::journal::shop_run;
use super::{fresh, full_run, summary_of};

#[test]
fn a_file_gives_back_what_was_put_in() {
    let journal = full_run();
    let summary = summary_of(&journal);
    assert_eq!((summary.reward, summary.reseated), (Some(1.0), true));
    let text = export([(&journal, &summary), (&journal, &summary)], 3);
    let (runs, warnings) = import(text.as_bytes(), &mut fresh()).expect("our own file");
    assert_eq!(warnings, []);
    assert_eq!(runs.len(), 2);
    assert_eq!((&runs[0].journal, &runs[0].summary), (&journal, &summary));
    // One run alone, or a bare list, is also a file.
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    for part in [&whole["runs"], &whole["runs"][0]] {
        let (runs, _) = import(part.to_string().as_bytes(), &mut fresh()).expect("a part of our own file");
        assert_eq!(runs[0].journal, journal);
    }
}

#[test]
fn files_without_runs_are_refused_with_the_reason() {
    let refused = |text: &str| import(text.as_bytes(), &mut fresh()).expect_err("no runs");
    assert!(matches!(refused("{"), ImportError::NotJson(_)));
    for text in ["null", "[]", "{}", r#"{"runs": [1, null]}"#, r#"{"header": 3}"#] {
        assert!(matches!(refused(text), ImportError::NoRuns), "{text}");
    }
}

#[test]
fn one_bad_run_or_entry_costs_no_other() {
    let journal = full_run();
    let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal))], 3)).expect("JSON");
    let good = file["runs"][0].clone();
    let mut bad = good.clone();
    bad["events"][6] = json!({"event": "dreamt", "of": "electric sheep"});
    bad["header"]["seed"] = json!(-1);
    bad["header"].as_object_mut().expect("an object").remove("pack");
    file["runs"] = json!([7, bad, good]);
    let (runs, warnings) = import(file.to_string().as_bytes(), &mut fresh()).expect("two runs");
    assert_eq!(runs[1].journal, journal);
    assert_eq!((runs[0].journal.header.seed, runs[0].journal.header.pack.as_str()), (0, ""));
    assert_eq!(runs[0].journal.events.len(), journal.events.len());
    let What::Unreadable(kept) = &runs[0].journal.events[6].what else { panic!("nobody knows of dreams") };
    assert_eq!(kept["of"], "electric sheep");
    let title = journal.header.title.clone();
    assert_eq!(
        warnings,
        [
            Warning::NotARun(0),
            Warning::Mended { title: title.clone(), fields: vec!["pack", "seed"] },
            Warning::UnreadableEvents { title, count: 1 },
        ]
    );
    // What could not be read goes out again as it came in.
    let again: Value = serde_json::from_str(&export([(&runs[0].journal, &runs[0].summary)], 3)).expect("JSON");
    assert_eq!(again["runs"][0]["events"][6], json!({"event": "dreamt", "of": "electric sheep"}));
}

#[test]
fn a_newer_run_says_so() {
    let journal = full_run();
    let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal))], 3)).expect("JSON");
    file["runs"][0]["format"] = json!(99);
    let (_, warnings) = import(file.to_string().as_bytes(), &mut fresh()).expect("a run");
    assert_eq!(warnings, [Warning::Newer { title: journal.header.title }]);
}

#[test]
fn a_reply_counts_by_its_message_alone() {
    let event = json!({"at_ms": 5.7, "event": "replied", "seat": "user",
        "reply": {"message": {"content": "Hi"}, "usage": "lots", "finish": "stop"}});
    let reply = Box::new(ChatReply::of_message(AssistantMessage::of_text("Hi")));
    assert_eq!(restore::event(event), Entry::new(5, Event::Replied { seat: Seat::User, reply }));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["replied", "seated", "failed", "agent", "user", "stop", "judged"])
            .prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "runs",
        "header",
        "events",
        "summary",
        "format",
        "id",
        "task",
        "split",
        "index",
        "agent",
        "user",
        "label",
        "kind",
        "event",
        "seat",
        "reply",
        "message",
        "content",
        "tool_calls",
        "error",
        "by",
        "at_ms",
        "instruction",
        "text",
        "max_steps",
        "forked_from",
        "run",
        "spent",
        "reward",
        "state",
    ]);
    leaf.prop_recursive(5, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

/// Puts `other` at the place that `path` leads to, going down wherever it can.
fn put(value: &mut Value, path: &[usize], other: Value) {
    let inner = match (value, path) {
        (Value::Array(list), [at, ..]) if !list.is_empty() => {
            let at = at % list.len();
            &mut list[at]
        }
        (Value::Object(map), [at, ..]) if !map.is_empty() => {
            let at = at % map.len();
            map.values_mut().nth(at).expect("it has so many")
        }
        (value, _) => return *value = other,
    };
    put(inner, &path[1..], other);
}

/// Whatever was read must fold, summarise, and survive being written and read again.
fn survives(restored: Vec<Restored>) {
    let (world, task, _) = shop_run();
    for Restored { journal, .. } in restored {
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        let summary = Summary::of(&journal, &folded.episode);
        let text = export([(&journal, &summary)], 0);
        let (again, warnings) = import(text.as_bytes(), &mut fresh()).expect("our own file");
        assert_eq!(again[0].journal, journal);
        assert!(warnings.iter().all(|warning| matches!(warning, Warning::UnreadableEvents { .. })), "{warnings:?}");
    }
}

proptest! {
    #[test]
    fn any_json_can_be_read(value in json_value()) {
        if let Ok((runs, _)) = import(value.to_string().as_bytes(), &mut fresh()) {
            survives(runs);
        }
        _ = restore::event(value.clone());
        _ = restore::brief(&value);
    }

    #[test]
    fn any_damage_to_a_file_can_be_read(path in prop::collection::vec(any::<usize>(), 1..8), other in json_value()) {
        let journal = full_run();
        let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal)); 2], 3)).expect("JSON");
        put(&mut file, &path, other);
        if let Ok((runs, _)) = import(file.to_string().as_bytes(), &mut fresh()) {
            survives(runs);
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..64), text in ".{0,24}") {
        _ = import(&bytes, &mut fresh());
        _ = link::read(&bytes, &mut fresh());
        _ = link::deflated(&text);
        _ = RunId::parse(&text);
    }
}
