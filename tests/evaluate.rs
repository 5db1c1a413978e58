//! What the Evaluate page says of batches: how they stand, their figures, whether two differ, what they are handed on
//! as, and the original's result files as batches.

mod support;

use std::sync::Arc;

use support::journal::shop_run;
use taupe::chat::{ChatError, ChatErrorKind, Message};
use taupe::journal::{BatchId, Event as Entry, Instruction, Journal, RunState, Summary, fold};
use taupe::pack::results::RecordedRun;
use taupe::present::evaluate::original::{self, Target};
use taupe::present::evaluate::{
    Board, Compared, Estimate, Figures, Grid, GridFilter, Mark, Narrow, Plan, Side, board, comparison, estimate,
    export, fault, report,
};
use taupe::rollout::batch::Limit;
use taupe::rollout::{
    AgentStrategy, Batch, BatchSettings, CellState, Event, Occupant, OccupantKind, Seat, Spent, UserStrategy,
};
use taupe::stats::Metrics;
use taupe::workspace::{Arm, BatchRecord, RunRecord};

/// What came of the rollouts of an arm, a row for each task: a reward, `None` for one without a verdict.
type Outcomes<'a> = &'a [&'a [Option<f64>]];

const WON: Option<f64> = Some(1.0);
const LOST: Option<f64> = Some(0.0);

fn record(arms: usize, tasks: usize, trials: u32) -> BatchRecord {
    let arm = |at: usize| Arm {
        name: format!("arm {at}"),
        instruction: Instruction { text: "Help <b>kindly</b>.".into(), name: format!("v{at}"), version: None },
        agent: Occupant::new(OccupantKind::Endpoint, "vendor/model-x at api.example.com"),
        strategy: AgentStrategy::default(),
        examples: String::new(),
        temperature: None,
    };
    BatchRecord {
        id: BatchId::parse("b1").unwrap(),
        created_ms: 1_700_000_000_000,
        name: "Kettles & <lamps>".into(),
        note: String::new(),
        pack: "shop".into(),
        domain: "retail".into(),
        split: "test".into(),
        split_size: tasks,
        arms: (0..arms).map(arm).collect(),
        user: Occupant::new(OccupantKind::Cast, "rehearsal customer"),
        user_strategy: UserStrategy::default(),
        max_steps: 30,
        settings: BatchSettings { trials, ..BatchSettings::of_tasks((0..tasks).collect()) },
        rater: None,
        imported: None,
    }
}

/// A batch of which these outcomes are recorded; what is not listed has not begun.
fn batch(arms: &[Outcomes<'_>], trials: u32) -> Board {
    let record = record(arms.len(), arms[0].len(), trials);
    let cells = record.cells();
    let summaries: Vec<Option<Summary>> = cells
        .iter()
        .map(|cell| {
            let reward = *arms[cell.arm][cell.task].get(cell.trial as usize)?;
            let state = if reward.is_some() { RunState::Judged } else { RunState::Unscored };
            let spent = Spent { calls: 3, cost_usd: Some(0.5), ..Spent::default() };
            Some(Summary { reward, state, steps: 4, spent, ..Summary::default() })
        })
        .collect();
    Board::new(Arc::new(record), &cells, |at| summaries[at].as_ref(), None)
}

#[test]
fn an_unscored_rollout_is_no_failure_unless_it_is_asked_for_by_name() {
    let board = batch(&[&[&[WON, None], &[LOST, WON], &[None, None]]], 2);
    let figures = Figures::of(&board, 0);
    assert_eq!((figures.scored, figures.unscored, figures.won, figures.left), (3, 3, 2, 0));
    assert_eq!(figures.average, Some(2.0 / 3.0));
    // The first task won the one trial that counts, the second one of two.
    assert_eq!(figures.pass_hat, [Some(0.75), Some(0.0)]);
    assert_eq!(figures.pass_at, [Some(0.75), Some(1.0)]);
    let original = figures.as_original.as_ref().unwrap();
    assert_eq!((original.average_reward, original.pass_hat[0]), (2.0 / 6.0, 2.0 / 6.0));
    assert_eq!(figures.basis(), "3 tasks × 2 trials · 3 scored · 3 unscored");
    let interval = figures.interval.unwrap();
    assert!(interval.low > 0.2 && interval.high < 0.95, "{interval:?}");
}

#[test]
fn complete_batches_have_the_originals_own_figures() {
    let board = batch(&[&[&[WON, LOST, WON], &[LOST, LOST, LOST], &[WON, WON, WON]]], 3);
    let figures = Figures::of(&board, 0);
    let original = Metrics::of(&board.scores(0)).unwrap();
    assert_eq!(figures.pass_hat, original.pass_hat.iter().copied().map(Some).collect::<Vec<_>>());
    assert_eq!((figures.average, figures.as_original.as_ref()), (Some(original.average_reward), Some(&original)));
}

#[test]
fn a_batch_with_nothing_scored_has_no_figures() {
    let figures = Figures::of(&batch(&[&[&[]]], 1), 0);
    assert_eq!((figures.average, figures.interval, figures.pass_hat), (None, None, vec![None]));
    assert_eq!(figures.left, 1);
}

#[test]
fn what_is_under_way_stands_over_what_is_recorded() {
    let record = record(1, 4, 1);
    let cells = record.cells();
    let mut live = Batch::of_cells(record.settings.clone(), cells.clone());
    let unscored = Summary { state: RunState::Unscored, ..Summary::default() };
    live.begin(0);
    live.restore_at(1, CellState::Resting { attempt: 1, until_ms: 9.0 }, &Spent::default());
    let recorded = |at: usize| (at == 1 || at == 2).then_some(&unscored);
    let board = Board::new(Arc::new(record), &cells, recorded, Some(&live));
    let marks: Vec<Mark> = board.places.iter().map(|place| place.mark).collect();
    assert_eq!(marks, [Mark::Running, Mark::Resting, Mark::Unscored, Mark::Waiting]);
    assert_eq!((board.done(), board.is_done()), ((1, 4), false));
}

#[test]
fn a_limit_that_is_used_up_is_told() {
    let mut board = batch(&[&[&[WON], &[]]], 1);
    assert_eq!(board.limit(), None);
    Arc::make_mut(&mut board.record).settings.limits.calls = Some(3);
    assert_eq!(board.limit(), Some(Limit::Calls));
    assert_eq!(board.facts(), "1 of 2 rollouts · 3 model calls · $0.5000");
    assert_eq!(board::time_left(10_000.0, 2, 4).as_deref(), Some("about 20.0 s left"));
    assert_eq!(board::time_left(10_000.0, 0, 4), None);
}

#[test]
fn the_grid_is_narrowed_by_outcome_and_words() {
    let board = batch(&[&[&[WON], &[LOST], &[None]], &[&[WON], &[WON], &[LOST]]], 1);
    let (world, ..) = shop_run();
    let rows = |narrow: Narrow, text: &str| -> Vec<usize> {
        let filter = GridFilter { narrow, text: text.to_owned() };
        Grid::of(&board, Some(&world), &filter).rows.iter().map(|row| row.task).collect()
    };
    assert_eq!(rows(Narrow::All, ""), [0, 1, 2]);
    assert_eq!(rows(Narrow::Failures, ""), [1, 2]);
    assert_eq!(rows(Narrow::Different, ""), [1]);
    assert_eq!(rows(Narrow::Unscored, ""), [2]);
    assert_eq!(rows(Narrow::All, "TEST/2"), [2]);
    let grid = Grid::of(&board, None, &GridFilter::default());
    let words: Vec<&str> = grid.rows[2].groups.iter().map(|group| group.cells[0].words.as_str()).collect();
    assert_eq!(words, ["Trial 1: unscored", "Trial 1: reward 0"]);
    assert_eq!((grid.rows[1].groups[0].won.as_str(), grid.rows[2].groups[0].won.as_str()), ("0/1", ""));
    for narrow in Narrow::ALL {
        assert_eq!(Narrow::named(narrow.name()), narrow);
    }
}

#[track_caller]
fn check_sentence(fixed: usize, broken: usize, same: usize, expected: &str) {
    let rewards = |tasks: [(usize, Option<f64>); 3]| -> Vec<Vec<Option<f64>>> {
        tasks.iter().flat_map(|(count, reward)| std::iter::repeat_n(vec![*reward], *count)).collect()
    };
    let before = rewards([(fixed, LOST), (broken, WON), (same, WON)]);
    let after = rewards([(fixed, WON), (broken, LOST), (same, WON)]);
    let [before, after]: [Vec<&[Option<f64>]>; 2] = [&before, &after].map(|of| of.iter().map(Vec::as_slice).collect());
    let board = batch(&[&before, &after], 1);
    let compared = Compared::of(&Side::of(&board, 0).unwrap(), &Side::of(&board, 1).unwrap()).unwrap();
    assert_eq!(compared.sentence, expected);
}

#[test]
fn a_comparison_says_whether_it_is_more_than_noise() {
    check_sentence(3, 1, 10, "Fixed 3, broke 1, p = 0.31: not enough to tell; about 5 fixed and none broken would do.");
    check_sentence(5, 0, 3, "Fixed 5, broke 0, p = 0.031: better by more than noise.");
    check_sentence(0, 6, 3, "Fixed 0, broke 6, p = 1.00; the other way round p = 0.016: worse by more than noise.");
    check_sentence(0, 0, 3, "No task came out differently: there is nothing to tell apart.");
    check_sentence(
        1,
        0,
        2,
        "Fixed 1, broke 0, p = 0.50: not enough to tell; with fewer than 5 tasks nothing could be.",
    );
}

#[test]
fn what_else_differs_between_two_batches_is_said() {
    let before = batch(&[&[&[WON], &[None]]], 1);
    let mut after = batch(&[&[&[LOST], &[WON]]], 1);
    Arc::make_mut(&mut after.record).settings.seed = 11;
    let sides = |after: &Board| (Side::of(&before, 0).unwrap(), Side::of(after, 0).unwrap());
    let (one, other) = sides(&after);
    let compared = Compared::of(&one, &other).unwrap();
    assert_eq!(compared.comparison.broken, [0]);
    assert_eq!(
        compared.caveats,
        ["Not alike: the seed (10 and 11).", "1 rollout has no verdict and count on neither side."]
    );
    assert!(compared.facts.starts_with("1 task of both · average 1.000 → 0.000 · difference −1.000"), "{compared:?}");
    let runs = comparison::runs_to_compare((&before, 0), (&after, 0), 0).unwrap();
    assert_eq!((runs.0.as_str(), runs.1.as_str()), ("b1-0", "b1-0"));
    Arc::make_mut(&mut after.record).split = "train".into();
    let (one, other) = sides(&after);
    assert_eq!(Compared::of(&one, &other), None, "other tasks");
}

#[test]
fn a_spreadsheet_gets_every_rollout_and_no_formula() {
    let mut board = batch(&[&[&[WON, None]]], 2);
    Arc::make_mut(&mut board.record).name = "=1+1, \"odd\"".into();
    let csv = export::csv(&board, |_| "A \"kettle\"".to_owned());
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 3);
    let columns = lines[0].split(',').count();
    assert!(lines[1].starts_with("\"'=1+1, \"\"odd\"\"\",shop,test,arm 0,v0,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",0,\"A \"\"kettle\"\"\",0,won,1,4,3,,,0.5,b1-0"), "{}", lines[1]);
    assert!(lines[2].contains(",1,unscored,,4,"), "{}", lines[2]);
    // Two fields of each line hold a comma or quotes in themselves.
    assert_eq!(lines[2].split(',').count(), columns + 1);
}

#[test]
fn figures_and_comparisons_go_out_as_markdown() {
    let mut board = batch(&[&[&[WON, LOST], &[WON, WON]], &[&[WON, WON], &[WON, WON]]], 2);
    Arc::make_mut(&mut board.record).arms[0].name = "a | b".into();
    let figures: Vec<Figures> = (0..2).map(|arm| Figures::of(&board, arm)).collect();
    let compared = Compared::of(&Side::of(&board, 0).unwrap(), &Side::of(&board, 1).unwrap()).unwrap();
    let text = export::markdown(&board, &figures, &[compared]);
    assert!(text.contains("| Arm | Average reward | Won | 95 % | pass^1 | pass^2 | pass@2 | Rests on |\n"), "{text}");
    assert!(text.contains("| a \\| b | 0.750 | 3 of 4 |"), "{text}");
    assert!(text.contains("\narm 1 against a \\| b: Fixed 1, broke 0, p = 0.50"), "{text}");
    assert!(text.contains("2 tasks × 2 trials · 4 scored · 0 unscored |"), "{text}");
}

#[test]
fn the_report_escapes_every_text_and_runs_nothing() {
    let board = batch(&[&[&[WON], &[LOST]], &[&[WON], &[None]]], 1);
    let figures: Vec<Figures> = (0..2).map(|arm| Figures::of(&board, arm)).collect();
    let compared = Compared::of(&Side::of(&board, 0).unwrap(), &Side::of(&board, 1).unwrap()).unwrap();
    let (world, ..) = shop_run();
    let page = report::html(&board, &figures, &[compared], Some(&world), "made today");
    assert!(page.starts_with("<!doctype html>"));
    assert!(page.contains("<title>Kettles &amp; &lt;lamps&gt;</title>"), "{page}");
    assert!(page.contains("Help &lt;b&gt;kindly&lt;/b&gt;."));
    for forbidden in ["<script", "<b>kindly", "<lamps>", "http://", "https://", "src=", "href=", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("arm 1 0.500 over 2"), "unscored as 0 is named: {page}");
}

#[test]
fn an_estimate_says_what_it_goes_by() {
    let (_, _, journal) = shop_run();
    let (agent, user) = (journal.header.agent.clone(), journal.header.user.clone());
    let arms = [(agent.clone(), 4_000)];
    let plan = Plan { pack: "shop", arms: &arms, user: &user, rollouts: 10 };
    let guess = Estimate::of(&plan, &[]);
    assert!(guess.basis.starts_with("a rough guess") && guess.tokens > 0.0 && guess.cost_usd.is_none(), "{guess:?}");

    let spent = Spent { calls: 20, cost_usd: Some(0.25), ..Spent::default() };
    let summary = Summary { state: RunState::Judged, reward: WON, spent, ..Summary::default() };
    let run = RunRecord { header: journal.header, summary };
    let runs: Vec<Arc<RunRecord>> = (0..3).map(|_| Arc::new(run.clone())).collect();
    let known = Estimate::of(&plan, &runs);
    assert_eq!((known.calls, known.cost_usd), (200.0, Some(2.5)));
    assert_eq!(known.basis, "from 3 rollouts of this pack with the same models");
    let other = [(Occupant::new(OccupantKind::Endpoint, "another"), 0)];
    let other = Estimate::of(&Plan { arms: &other, ..plan.clone() }, &runs);
    assert_eq!(other.basis, "from 3 rollouts of this pack with other models");
    let program = [(Occupant::new(OccupantKind::Cast, "rehearsal agent"), 0)];
    let free = Estimate::of(&Plan { arms: &program, ..plan }, &runs);
    assert!(free.words().ends_with("programs: no tokens, no money"), "{}", free.words());
    assert!(estimate::power(4, 4).contains("can't tell any difference"));
    assert!(estimate::power(24, 2).contains("is 0.104 (5 tasks better, none worse)"), "{}", estimate::power(24, 2));
}

/// The shop's run as a line of a result file, changed by `change`.
fn result_file(change: impl FnOnce(&mut taupe::pack::results::RecordedResult)) -> String {
    let (world, task, journal) = shop_run();
    let folded = fold(world, task, &journal);
    let mut result = original::original_result(&journal.header, &folded);
    change(&mut result);
    RecordedRun { results: vec![result], warnings: vec![] }.write()
}

fn imported(file: &str) -> (BatchRecord, Journal, Summary, Option<taupe::workspace::Again>) {
    let (world, task, _) = shop_run();
    let run = RecordedRun::read(file).unwrap();
    let target = Target { pack: "shop", world: &world, split: "test" };
    assert_eq!(original::fits(&world, "test", &run), 1);
    let record = original::record(&run, target, "results/a-run.json", BatchId::parse("b2").unwrap(), 5);
    let header = record.header(0, &record.cells()[0], (&world, &task), 5).unwrap();
    let (journal, summary) = original::journal(header, (&world, &task), &run.results[0]);
    let again = original::again(&world, &task, &run.results[0]);
    (record, journal, summary, again)
}

#[test]
fn a_result_of_ours_goes_out_in_the_originals_form_and_comes_back() {
    let file = result_file(|_| {});
    let (record, journal, summary, again) = imported(&file);
    assert_eq!((record.name.as_str(), record.settings.trials), ("a-run", 2));
    assert_eq!((summary.state, summary.reward), (RunState::Judged, WON));
    assert_eq!(journal.header.instruction.text, "Help.");
    let again = again.unwrap();
    assert_eq!((again.reward, again.tool_calls, again.mismatches.len(), again.changed.len()), (WON, 1, 0, 0));
    // The run that was made of it gives the same file again.
    let (world, task, _) = shop_run();
    let folded = fold(world, task, &journal);
    let back = RecordedRun { results: vec![original::original_result(&journal.header, &folded)], warnings: vec![] };
    let [before, after] = [&file, &back.write()].map(|text| RecordedRun::read(text).unwrap().results.remove(0));
    assert_eq!((after.trajectory, after.reward, after.trial), (before.trajectory, before.reward, before.trial));
}

#[test]
fn what_was_recorded_otherwise_is_listed_with_the_reason() {
    let file = result_file(|result| {
        result.reward = 0.0;
        for message in &mut result.trajectory {
            if let Message::Tool { content, .. } = message {
                *content = content.replace("cancelled", "shipped");
            }
        }
    });
    let (mut record, _, summary, again) = imported(&file);
    let again = again.unwrap();
    assert_eq!(again.mismatches.len(), 1);
    assert_eq!(again.mismatches[0].tool, "cancel_pending_order");
    assert!(again.mismatches[0].why.contains("shipped"), "{again:?}");
    record.imported.as_mut().unwrap().results[0].again = Some(again);
    assert_eq!(record.imported.as_ref().unwrap().results[0].is_same_again(), Some(false));
    assert_eq!(summary.reward, WON, "the run tells what its actions come to here");
    let words = original::again_words(record.imported.as_ref().unwrap());
    assert!(words.starts_with("0 of 1 recorded rollouts"), "{words}");
    // The batch's own figures are the recorded ones.
    let cells = record.cells();
    let board = Board::new(Arc::new(record), &cells, |_| Some(&summary), None);
    assert_eq!(Figures::of(&board, 0).average, LOST);
}

#[test]
fn a_result_that_died_has_no_verdict_and_no_run() {
    let file = result_file(|result| {
        result.info.set("error", "boom");
        result.trajectory.clear();
    });
    let (record, journal, _, again) = imported(&file);
    assert_eq!(again, None);
    assert!(journal.events.is_empty());
    let cells = record.cells();
    let board = Board::new(Arc::new(record), &cells, |_| None, None);
    assert_eq!(board.places[0].mark, Mark::Unscored);
}

#[test]
fn an_unscored_rollout_goes_out_as_an_error_with_a_reward_of_0() {
    let (world, task, mut journal) = shop_run();
    journal.events.truncate(1);
    let error = ChatError::new(ChatErrorKind::Timeout, "No answer came.");
    journal.events.push(Entry::new(9, Event::Failed { seat: Seat::Agent, error }));
    let result = original::original_result(&journal.header, &fold(world, task, &journal));
    assert_eq!((result.reward, result.error().as_deref()), (0.0, Some("No answer came.")));
    assert!(result.trajectory.is_empty());
    let name = export::original_name(&record(1, 4, 1), 0, "1121190500");
    assert_eq!(name, "tool-calling-model-x-0.0_range_0--1_user-rehearsal-customer-llm_1121190500.json");
}

#[test]
fn what_rules_found_is_told_in_words_and_counted() {
    let (world, task, mut journal) = shop_run();
    // The agent never cancels.
    journal.events.remove(1);
    let lines = fault::faults(&fold(world, task, &journal).episode);
    assert!(lines.iter().any(|line| line.kind == "missing change"), "{lines:?}");
    let tally = fault::tally(lines.iter().chain(&lines));
    assert_eq!(tally.iter().find(|(kind, _)| *kind == "missing change").map(|(_, count)| *count), Some(2));
}

#[test]
fn ratings_stand_beside_rewards_and_only_what_is_rated_counts() {
    use taupe::journal::{Judged, Judgements, Rated};
    use taupe::present::evaluate::Ratings;
    use taupe::rollout::Rating;

    let outcomes: Outcomes<'_> = &[&[WON, LOST], &[LOST, None], &[WON, WON]];
    let board = batch(&[outcomes], 2);
    let rated = |verdict: &str| {
        let rating = Rating::read(&format!("Property: p\nVerdict: {verdict}")).unwrap();
        let by = Occupant::new(OccupantKind::Cast, "rehearsal rater");
        let found = Rated { rubric: "p".into(), rating };
        let spent = Spent { calls: 1, ..Spent::default() };
        Judgements { rating: Some(Judged { found, by, at_ms: 0, spent }), attribution: None }
    };
    let (yes, no) = (rated("yes"), rated("no"));
    let before = board.spent().calls;
    // By task and trial: the lost trial of task 0 is rated 1, task 2 is rated once, the unscored one never counts.
    let judged = |task: usize, trial: u32| match (task, trial) {
        (0, _) | (1, 1) => Some(&yes),
        (1, 0) => Some(&no),
        (2, 0) => Some(&yes),
        _ => None,
    };
    let cells: Vec<_> = board.places.iter().map(|place| place.cell).collect();
    let board = board.with_ratings(|at| judged(cells[at].task, cells[at].trial));
    let ratings = Ratings::of(&board, 0);
    assert_eq!((ratings.rated, ratings.unrated, ratings.holds, ratings.agree), (4, 1, 3, 3));
    assert_eq!(ratings.average, Some(0.75));
    // Task 0: both of two; task 1: none of one; task 2: one of one.
    assert_eq!(ratings.pass_hat, [Some(2.0 / 3.0), Some(1.0)]);
    assert_eq!(board.spent().calls, before + 5, "what rating took is part of what the batch took");
}
