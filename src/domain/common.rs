//! Tools that every domain has: arithmetic, thinking aloud, handing over to a person.

use super::Database;
use super::toolkit::{Args, Param, ParamKind, Stop, ToolDef, ToolResult};
use crate::py::calc;

pub const CALCULATE: ToolDef = ToolDef {
    name: "calculate",
    description: "Works out an arithmetic expression and gives the result, rounded to two decimals. \
        Use it for totals and price differences instead of computing in your head.",
    params: &[Param {
        name: "expression",
        kind: ParamKind::Text,
        description: "Arithmetic made of numbers, + - * /, parentheses and spaces, for instance \
            \"3 * (19.90 + 5)\". No letters, currency signs or commas.",
    }],
    writes: false,
    run: calculate,
};

pub const THINK: ToolDef = ToolDef {
    name: "think",
    description: "Notes down a thought for yourself. It looks nothing up, changes nothing, and the user does not see \
        it. Use it to weigh rules or plan several steps.",
    params: &[Param { name: "thought", kind: ParamKind::Text, description: "What you want to note." }],
    writes: false,
    run: think,
};

pub const TRANSFER_TO_HUMAN_AGENTS: ToolDef = ToolDef {
    name: "transfer_to_human_agents",
    description: "Hands the conversation over to a human colleague and ends your part in it. Use it only when the \
        user asks for a person, or when nothing your tools can do will settle the request.",
    params: &[Param {
        name: "summary",
        kind: ParamKind::Text,
        description: "What the user wants and what was done so far, in brief, for the colleague.",
    }],
    writes: false,
    run: transfer_to_human_agents,
};

fn calculate(_: &mut Database, args: &Args<'_>) -> ToolResult {
    let answer = calc::calculate(args.get("expression"))?;
    if answer.starts_with("Error: ") { Err(Stop::Refused(answer.into())) } else { Ok(answer) }
}

fn think(_: &mut Database, _: &Args<'_>) -> ToolResult {
    Ok(String::new())
}

fn transfer_to_human_agents(_: &mut Database, _: &Args<'_>) -> ToolResult {
    Ok("Transfer successful".to_owned())
}
