//! A key in use goes nowhere: not into what is stored, nor into files and links, whatever the server sends back.

use std::rc::Rc;

use futures::executor::block_on;
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use serde_json::json;
use taupe::chat::{AssistantMessage, ChatModel};
use taupe::journal::{Event as Entry, Summary};
use taupe::pack::storage::Store;
use taupe::pack::{MemoryStorage, Storage, StorageFault};
use taupe::provider::http::{Clock, Http, HttpRequest, HttpResponse, TransportError};
use taupe::provider::{BaseUrl, Endpoint, OpenAiModel, Secret, Streaming, scripted::ScriptedModel};
use taupe::rollout::{Drive, Episode, Event, Gate, Occupant, OccupantKind, Seated, Table};
use taupe::workspace::{RunStore, export, link};

use super::support::journal::{Log, header, shop_run};

/// Without any of the beginnings that give keys away, and with what JSON has to escape.
const CANARY: &str = "canary\\3f9d\"2c71b8";

/// A server that sends the key back wherever it can, and then refuses it.
struct Parrot;

impl Http for Parrot {
    fn send(&self, request: HttpRequest) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        let heard: Vec<String> = request.header_lines().into_iter().map(|(_, value)| value).collect();
        let heard = heard.iter().find_map(|value| value.strip_prefix("Bearer ")).expect("the key").to_owned();
        let answered = request.body.as_deref().is_some_and(|body| body.contains("call_1"));
        let (status, body) = if answered {
            (401, json!({"error": {"message": format!("Wrong key {heard}."), "code": heard}}))
        } else {
            let arguments = json!({"thought": heard}).to_string();
            let call = json!({"id": "call_1", "type": "function",
                "function": {"name": "think", "arguments": arguments}});
            let message = json!({"role": "assistant", "content": format!("You said {heard}"), "tool_calls": [call],
                "reasoning_content": heard, "reasoning_details": [{"signature": heard}]});
            (200, json!({"model": heard, "choices": [{"message": message, "finish_reason": "tool_calls"}]}))
        };
        let body = futures::stream::iter([Ok(body.to_string().into_bytes())]).boxed_local();
        std::future::ready(Ok(HttpResponse { status, headers: Vec::new(), body })).boxed_local()
    }
}

struct Still;

impl Clock for Still {
    fn now_ms(&self) -> f64 {
        0.0
    }

    fn sleep(&self, _: f64) -> LocalBoxFuture<'_, ()> {
        std::future::ready(()).boxed_local()
    }
}

fn parrot() -> OpenAiModel<Parrot, Still> {
    let url = "https://api.example.com/v1";
    let base = BaseUrl::parse(url).expect("a valid URL");
    let endpoint = Endpoint { streaming: Streaming::Off, ..Endpoint::new("e1", url, "gpt-x") };
    OpenAiModel::new(Parrot, Still, endpoint, Secret::new(&base, CANARY))
}

#[test]
fn no_key_is_in_a_journal_a_file_a_link_or_storage() {
    let (world, task, _) = shop_run();
    let model = parrot();
    let by = Occupant::new(OccupantKind::Endpoint, model.label());
    let customer = ScriptedModel::of_messages("customer", [AssistantMessage::of_text("Hello.")]);
    let seat = Occupant::new(OccupantKind::Script, "customer");
    let table = Table::new(Seated { model: Rc::new(model), by }, Seated { model: Rc::new(customer), by: seat });
    let mut log = Log::new(header(&world, &task, &table.seated_by()));
    let mut episode = Episode::new(world, task, log.journal.header.settings(), 30);
    let gate = Gate::default();
    let drive = Drive { table: &table, gate: &gate, recorded: table.seated_by(), recorder: Some(&mut log), pace: None };
    block_on(drive.run(&mut episode, &mut |_, _| {}));
    let journal = log.journal;
    let kinds: Vec<&str> = journal.events.iter().map(kind).collect();
    assert_eq!(kinds, ["replied", "replied", "failed"], "the server was asked twice: {journal:?}");

    let summary = Summary::of(&journal, &episode);
    let storage = Rc::new(MemoryStorage::new(StorageFault::Unavailable));
    block_on(RunStore::new(Shared(Rc::clone(&storage))).append(&journal, 0, &summary)).expect("memory");
    let mut texts = vec![format!("{journal:?}"), export([(&journal, &summary)], 0)];
    texts.push(String::from_utf8(link::content(&journal)).expect("JSON"));
    for store in [Store::Runs, Store::Events] {
        let entries = block_on(storage.entries(store, "")).expect("memory");
        texts.extend(entries.into_iter().map(|(key, content)| format!("{key} {}", String::from_utf8_lossy(&content))));
    }
    // The key as it is, as JSON writes it, and as JSON within JSON does.
    let once = serde_json::to_string(CANARY).expect("a text");
    let twice = serde_json::to_string(&once).expect("a text");
    for form in [CANARY, once.trim_matches('"'), &twice[3..twice.len() - 3], "2c71b8"] {
        for text in &texts {
            assert!(!text.contains(form), "{form} in {text}");
        }
    }
    assert!(texts[1].contains("You said ••••"), "the rest of the reply is kept: {}", texts[1]);
}

fn kind(entry: &Entry) -> &'static str {
    match entry.rollout() {
        Some(Event::Replied { .. }) => "replied",
        Some(Event::Failed { .. }) => "failed",
        _ => "other",
    }
}

struct Shared(Rc<MemoryStorage>);

impl Storage for Shared {
    fn session_only(&self) -> Option<StorageFault> {
        None
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        self.0.get(store, key).await
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        self.0.keys(store).await
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        self.0.entries(store, prefix).await
    }

    async fn write(&self, changes: &[taupe::pack::storage::Change<'_>]) -> Result<(), StorageFault> {
        self.0.write(changes).await
    }
}
