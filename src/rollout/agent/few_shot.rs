//! Examples in the agent's system text (`few_shot_agent.py`).

use crate::py::{PyResult, random::Random};

/// How many examples the original shows.
pub const SHOTS: usize = 5;

/// Why a set of displays does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FewShotError {
    #[error("Few shot displays are empty")]
    Empty,
    #[error("Few shot displays are less than num_few_shots requested: {found} < {wanted}")]
    TooFew { found: usize, wanted: usize },
}

/// Checks that there are displays enough to draw `wanted` of them.
///
/// # Errors
/// With the original's texts.
pub const fn check(displays: &[String], wanted: usize) -> Result<(), FewShotError> {
    match displays.len() {
        0 => Err(FewShotError::Empty),
        found if found < wanted => Err(FewShotError::TooFew { found, wanted }),
        _ => Ok(()),
    }
}

/// Draws the examples of one rollout, each at most once.
///
/// # Errors
/// Python's `ValueError` where there are fewer than wanted.
pub fn draw(displays: &[String], wanted: usize, random: &mut Random) -> PyResult<Vec<String>> {
    random.sample(displays, wanted)
}

/// The system text: the instruction, then the examples, numbered.
#[must_use]
pub fn prompt(instruction: &str, examples: &[String]) -> String {
    let numbered: Vec<String> =
        examples.iter().enumerate().map(|(at, display)| format!("Example {}:\n{display}", at + 1)).collect();
    format!("{instruction}\n\n{}", numbered.join("\n\n"))
}
