//! The optimiser's own work: what a pass costs beside rollouts and model calls.

use std::hint::black_box;

use taupe::gepa::reflect::ReflectiveDataset;
use taupe::gepa::{
    Answer, Candidate, Config, Criterion, Evaluation, EvaluationRequest, Examples, JobReply, Need, Optimizer, Outside,
};
use taupe::py::{Dict, Num, Value};

const CANDIDATES: usize = 100;
const EXAMPLES: Examples = Examples { train: 50, validation: Some(50) };
/// Passes in a round; few enough that the pool stays about as large.
const PASSES: u64 = 10;

/// A run with so many candidates, and the answers to its next passes.
pub struct Iterations {
    run: Optimizer,
    answers: Vec<Answer>,
}

impl Iterations {
    pub fn new() -> Result<Self, String> {
        let config = Config { criterion: Criterion::ImprovementOrEqual, ..Config::new(u64::MAX) };
        let seed = Candidate::new([("system_instruction", "Help the customer.")]);
        let mut run = Optimizer::new(config, EXAMPLES, seed).map_err(|error| error.to_string())?;
        let mut texts = 0;
        while run.state().candidates().len() < CANDIDATES || !matches!(run.need(), Some(Need::Leave { .. })) {
            step(&mut run, &mut texts)?;
            run.take_events();
        }
        let mut ahead = run.clone();
        let last = run.state().passes() + PASSES;
        let mut answers = Vec::new();
        while ahead.state().passes() < last || !matches!(ahead.need(), Some(Need::Leave { .. })) {
            answers.push(step(&mut ahead, &mut texts)?);
        }
        Ok(Self { run, answers })
    }

    /// Microseconds of a pass. Snapshot and answers are made ready before the clock starts.
    pub fn round(&self, now_ms: &dyn Fn() -> f64) -> Result<f64, String> {
        let (mut run, answers) = (self.run.clone(), self.answers.clone());
        let before = now_ms();
        for answer in answers {
            run.supply(answer).map_err(|misfit| misfit.to_string())?;
            black_box(run.take_events());
        }
        let spent = now_ms() - before;
        black_box(run);
        Ok(spent * 1000.0 / PASSES as f64)
    }
}

/// Gives the run what it needs, and says what that was.
fn step(run: &mut Optimizer, texts: &mut u64) -> Result<Answer, String> {
    let answer = match run.need().ok_or("the run ended")? {
        Need::Leave { .. } => Answer::Proceed(Outside::default()),
        Need::Evaluate { requests, .. } => Answer::Evaluated(requests.iter().map(evaluate).collect()),
        Need::BuildDataset { components, .. } => {
            let record: Dict = [("Feedback", Value::from("The refund went to another card."))].into_iter().collect();
            let records = vec![Value::Dict(record); 3];
            let records = components.iter().map(|name| (name.clone(), records.clone().into())).collect();
            Answer::DatasetBuilt(ReflectiveDataset { records })
        }
        Need::Propose { jobs } => {
            *texts += 1;
            let reply = format!("```\nHelp the customer, in way {texts}.\n```");
            Answer::Proposed(vec![JobReply::Replies(vec![reply.as_str().into()]); jobs.len()])
        }
    };
    run.supply(answer.clone()).map_err(|misfit| misfit.to_string())?;
    Ok(answer)
}

/// Scores that look like chance: five levels, so that fronts are wide.
fn evaluate(request: &EvaluationRequest) -> Evaluation {
    let bytes = request.candidate.iter().flat_map(|(_, text)| text.bytes());
    let of_text = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let score = |example: u32| {
        let mixed = (of_text ^ example.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
        Num::Float(f64::from((mixed >> 16) % 5) / 4.0)
    };
    Evaluation::of_scores(request.examples.iter().map(|id| score(id.0)).collect(), request.capture_traces)
}
