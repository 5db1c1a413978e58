//! A batch of 200 rollouts of the rehearsal cast, by the page's own driver and with the browser's storage: how long it
//! takes, what it needs, and how long it keeps the page from anything else.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use leptos::mount::mount_to;
use leptos::prelude::untrack;
use taupe::app::batches::new_batch_id;
use taupe::app::{App, use_batches, use_packs};
use taupe::journal::Instruction;
use taupe::present::seating::{Sitter, occupant};
use taupe::rollout::{AgentStrategy, BatchSettings, DEFAULT_MAX_STEPS, Seat, UserStrategy};
use taupe::workspace::{Arm, BatchRecord};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use crate::figures::Figure;

const WORLD: &str = "starter-retail";
const TASKS: usize = 10;
const TRIALS: u32 = 10;
/// How often it is looked whether the batch is done, in milliseconds.
const LOOK_MS: u32 = 5;
/// A batch that takes longer than this has got stuck, in milliseconds.
const LIMIT_MS: f64 = 120_000.0;

/// Measures it. To be called first: memory that was once taken is never given back.
pub async fn figures(now_ms: &impl Fn() -> f64) -> Result<Vec<Figure>, String> {
    let body = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body());
    let (hand, handed) = oneshot::channel();
    let page = move || {
        App::provide();
        // The receiver waits below.
        _ = hand.send((use_batches(), use_packs()));
    };
    mount_to(body.ok_or("no page")?, page).forget();
    let (batches, packs) = handed.await.map_err(|_| "the page's state was not made")?;
    // Reading the world is no part of the figures.
    packs.wait_for(WORLD).await.ok_or("the starter world was not read")?;
    let record = record();
    let id = record.id.clone();

    let (longest, ended) = (Rc::new(Cell::new(0.0_f64)), Rc::new(Cell::new(false)));
    spawn_local({
        let (longest, ended) = (Rc::clone(&longest), Rc::clone(&ended));
        let performance = web_sys::window().and_then(|window| window.performance());
        async move {
            let Some(performance) = performance else { return };
            while !ended.get() {
                let before = performance.now();
                TimeoutFuture::new(0).await;
                longest.set(longest.get().max(performance.now() - before));
            }
        }
    });
    let started = now_ms();
    batches.start(record).await.map_err(|why| why.to_string())?;
    while untrack(|| batches.phase(&id)).is_some() {
        if now_ms() - started > LIMIT_MS {
            return Err("the batch does not come to its end".to_owned());
        }
        TimeoutFuture::new(LOOK_MS).await;
    }
    let time_ms = now_ms() - started;
    ended.set(true);
    let board = untrack(|| batches.board(&id)).ok_or("the batch is gone")?;
    if !board.is_done() || board.places.len() != 2 * TASKS * TRIALS as usize {
        return Err(format!("the batch ended early: {}", board.facts()));
    }
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().dyn_into().map_err(|_| "no memory")?;
    let buffer: js_sys::ArrayBuffer = memory.buffer().dyn_into().map_err(|_| "no memory")?;
    Ok(vec![
        Figure { name: "batch200.time", value: time_ms / 1000.0, unit: "s" },
        Figure { name: "batch200.peak", value: f64::from(buffer.byte_length()) / 1e6, unit: "MB" },
        Figure { name: "batch200.longest_task", value: longest.get(), unit: "ms" },
    ])
}

/// Two arms, which differ in how long they talk.
fn record() -> BatchRecord {
    let arm = |name: &str, text: &str| Arm {
        name: name.to_owned(),
        instruction: Instruction { text: text.to_owned(), name: name.to_owned(), version: None },
        agent: occupant(Seat::Agent, &Sitter::cast(Seat::Agent), String::new()),
        strategy: AgentStrategy::default(),
        examples: String::new(),
        temperature: None,
    };
    let settings = BatchSettings { trials: TRIALS, concurrency: 4, ..BatchSettings::of_tasks((0..TASKS).collect()) };
    BatchRecord {
        id: new_batch_id(),
        created_ms: 0,
        name: "Figures".to_owned(),
        note: String::new(),
        pack: WORLD.to_owned(),
        domain: "retail".to_owned(),
        rater: None,
        split: "train".to_owned(),
        split_size: 12,
        arms: vec![
            arm("short", "You are a customer service agent. Help the customer."),
            arm(
                "long",
                "Verify who the customer is. Before you change anything, list the details and ask the customer to \
                 confirm. Check an order's status first. Collect all items before you call a tool that works once.",
            ),
        ],
        user: occupant(Seat::User, &Sitter::cast(Seat::User), String::new()),
        user_strategy: UserStrategy::default(),
        max_steps: DEFAULT_MAX_STEPS,
        settings,
        imported: None,
    }
}
