//! An evolution of the rehearsal cast by the page's own driver and with the browser's storage: how long it keeps the page
//! from anything else; and what one with many candidates needs.

use leptos::prelude::untrack;
use taupe::app::evolutions::new_evolution_id;
use taupe::evolve::{DatasetChoice, DatasetChoices, Due, Feedback, Setup};
use taupe::gepa::{CacheKeys, Config, OnFailure, Outcome};
use taupe::present::seating::{Sitter, occupant};
use taupe::rollout::batch::Limits;
use taupe::rollout::{AgentStrategy, DEFAULT_MAX_STEPS, OccupantKind, Seat, UserStrategy};
use taupe::workspace::EvolutionRecord;
use taupe::workspace::evolutions::EvolutionSummary;

use crate::figures::Figure;
use crate::memory;
use crate::page::{Page, WORLD, Watch, memory_mb, until};

const BUDGET: u64 = 150;

pub async fn figures(page: Page, now_ms: &impl Fn() -> f64) -> Result<Vec<Figure>, String> {
    let record = record(page).ok_or("the starter world has no such splits, or nobody reflects")?;
    let id = record.id.clone();
    let watch = Watch::start();
    page.evolutions.start(record).await.map_err(|why| why.to_string())?;
    let time_ms = until(now_ms, || untrack(|| page.evolutions.phase(&id)).is_none()).await?;
    let longest_ms = watch.end();
    page.evolutions.open(&id).await.map_err(|why| why.to_string())?;
    let ended = page.evolutions.with(&id, |course| {
        let spent = course.evolution.optimizer().state().metric_calls();
        matches!(course.evolution.due(), Due::Ended(Outcome::Finished)) && spent >= BUDGET
    });
    if ended != Some(true) {
        return Err(format!("the evolution ended early: {:?}", untrack(|| page.evolutions.trouble(&id))));
    }
    let many = memory::many_candidates()?;
    let memory = memory_mb()?;
    drop(many);
    Ok(vec![
        Figure { name: "gepa.evolution150", value: time_ms / 1000.0, unit: "s" },
        Figure { name: "gepa.longest_task", value: longest_ms, unit: "ms" },
        Figure { name: "gepa.memory", value: memory, unit: "MB" },
    ])
}

fn record(page: Page) -> Option<EvolutionRecord> {
    let pack = untrack(|| page.packs.loaded(Some(WORLD)))?;
    let of = |split: &str| DatasetChoice { split: split.into(), ..DatasetChoice::default() };
    let choices = DatasetChoices { feedback: of("train"), pareto: of("dev"), evaluation: of("test") };
    let config = Config {
        on_failure: OnFailure::Guarded { idle_passes: 1 },
        cache: Some(CacheKeys::BySplit),
        ..Config::new(BUDGET)
    };
    let coaches = page.evolutions.reflection_choices().into_iter();
    Some(EvolutionRecord {
        id: new_evolution_id(),
        created_ms: 0,
        name: "Figures".to_owned(),
        note: String::new(),
        pack: WORLD.to_owned(),
        domain: "retail".to_owned(),
        dataset_seed: Some(42),
        setup: Setup {
            datasets: choices.draw(42, |split| Some(pack.world.tasks(split)?.len())).ok()?,
            seed_instruction: pack.seed.as_deref()?.to_owned(),
            config,
            later: Vec::new(),
            repeats: 1,
        },
        choices,
        agent: occupant(Seat::Agent, &Sitter::cast(Seat::Agent), String::new()),
        user: occupant(Seat::User, &Sitter::cast(Seat::User), String::new()),
        reflection: coaches.map(|(_, by)| by).find(|by| by.kind == OccupantKind::Cast)?,
        strategy: AgentStrategy::default(),
        user_strategy: UserStrategy::default(),
        temperature: None,
        max_steps: DEFAULT_MAX_STEPS,
        seed: 1,
        feedback: Feedback::default(),
        rater: None,
        concurrency: 4,
        limits: Limits::default(),
        parity: true,
        review: false,
        forked_from: None,
        origins: Vec::new(),
        held_out: None,
        file: None,
        summary: EvolutionSummary::default(),
    })
}
