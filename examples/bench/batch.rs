//! A batch of 200 rollouts of the rehearsal cast, by the page's own driver and with the browser's storage: how long it
//! takes, what it needs, and how long it keeps the page from anything else.

use leptos::prelude::untrack;
use taupe::app::batches::new_batch_id;
use taupe::journal::Instruction;
use taupe::present::seating::{Sitter, occupant};
use taupe::rollout::{AgentStrategy, BatchSettings, DEFAULT_MAX_STEPS, Seat, UserStrategy};
use taupe::workspace::{Arm, BatchRecord};

use crate::figures::Figure;
use crate::page::{Page, WORLD, Watch, memory_mb, until};

const TASKS: usize = 10;
const TRIALS: u32 = 10;
/// Measures it.
pub async fn figures(page: Page, now_ms: &impl Fn() -> f64) -> Result<Vec<Figure>, String> {
    let record = record();
    let id = record.id.clone();
    let watch = Watch::start();
    page.batches.start(record).await.map_err(|why| why.to_string())?;
    let time_ms = until(now_ms, || untrack(|| page.batches.phase(&id)).is_none()).await?;
    let longest_ms = watch.end();
    let board = untrack(|| page.batches.board(&id)).ok_or("the batch is gone")?;
    if !board.is_done() || board.places.len() != 2 * TASKS * TRIALS as usize {
        return Err(format!("the batch ended early: {}", board.facts()));
    }
    Ok(vec![
        Figure { name: "batch200.time", value: time_ms / 1000.0, unit: "s" },
        Figure { name: "batch200.peak", value: memory_mb()?, unit: "MB" },
        Figure { name: "batch200.longest_task", value: longest_ms, unit: "ms" },
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
