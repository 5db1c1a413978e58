//! The accessibility scan of axe-core.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    Outcome, Session,
    wait::{Look, SOON, until},
};

const AXE: &str = include_str!("../../support/axe.min.js");

/// Runs every rule of WCAG 2.2 A and AA and of good practice, and returns a readable list of what is violated.
const SCAN: &str = r#"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ["violations"] })
        .then((result) => done(result.violations.map((rule) => ({
            id: rule.id, impact: rule.impact, help: rule.help,
            nodes: rule.nodes.map((node) => ({
                target: node.target.flat().join(" "), html: node.html, why: node.failureSummary,
            })),
        }))))
        .catch((error) => done(String(error)));
"#;

/// Counts what moves and will come to an end. Two frames first: a change of the scheme starts its transitions late.
const MOVING: &str = "
    const done = arguments[0];
    const finite = (animation) => animation.playState === 'running'
        && Number.isFinite(animation.effect?.getComputedTiming().endTime);
    const frame = (then) => requestAnimationFrame(then);
    frame(() => frame(() => done(document.getAnimations().filter(finite).length)));";

impl Session {
    /// An error with a list when the page violates a rule as it is now, once nothing moves.
    pub async fn scan(&self, what: &str) -> Outcome {
        until("all transitions to end", SOON, async || {
            let moving = self.driver.execute_async(MOVING, Vec::new()).await?.json().clone();
            Ok(if moving == 0 { Look::Seen(()) } else { Look::NotYet(format!("{moving} go on")) })
        })
        .await?;
        if self.script("return typeof axe").await? != "object" {
            self.script(&format!("{AXE}\n;window.axe = axe;")).await?;
        }
        // What is left out of rendering while it is out of sight keeps the style it had, also the other theme's.
        self.script(
            "window.forAxe = new CSSStyleSheet();
            forAxe.replaceSync('* { content-visibility: visible !important; transition: none !important }');
            document.adoptedStyleSheets.push(forAxe)",
        )
        .await?;
        let found = self.driver.execute_async(SCAN, Vec::new()).await?.json().clone();
        self.script("document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== forAxe)")
            .await?;
        let Some(rules) = found.as_array() else { return Err(format!("axe failed on {what}: {found}").into()) };
        if rules.is_empty() { Ok(()) } else { Err(list(what, rules).into()) }
    }
}

fn list(what: &str, rules: &[Value]) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = format!("{what} violates {} accessibility rules:", rules.len());
    for rule in rules {
        let _ = write!(text, "\n* {} ({}): {}", word(&rule["id"]), word(&rule["impact"]), word(&rule["help"]));
        for node in rule["nodes"].as_array().into_iter().flatten().take(8) {
            let html: String = word(&node["html"]).chars().take(200).collect();
            let why = word(&node["why"]).replace('\n', "\n    ");
            let _ = write!(text, "\n  {}\n    {html}\n    {why}", word(&node["target"]));
        }
    }
    text
}
